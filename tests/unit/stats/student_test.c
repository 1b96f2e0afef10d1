/* Student's t against known values. */
#include "../../../src/stats/student.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void close_to(double got, double want, double rel)
{
    if (!(fabs(got - want) <= rel * fabs(want)))
        fail_msg("got %.12g, expected %.12g", got, want);
}

/* Two groups on logs, and one new session against three old ones. */
static void test_p(void **state)
{
    (void)state;
    close_to(bk_student_p(-14.592863, 5), 2.728948e-05, 1e-6);
    close_to(bk_student_p(14.638501, 5), 2.687495e-05, 1e-6);
    close_to(bk_student_p(-9.121259, 2), 0.011807, 5e-5);
    close_to(bk_student_p(-6.675714, 3), 0.006854, 1e-4);
    close_to(bk_student_p(14.142136, 3.857143), 1.822358e-04, 1e-6);
    close_to(bk_student_p(0, 7), 1, 0);
    assert_true(isnan(bk_student_p(1, 0)));
    assert_true(bk_student_p((double)INFINITY, 3) == 0);
}

/* Percentage points of the usual tables. */
static void test_quantile(void **state)
{
    (void)state;
    close_to(bk_student_quantile(0.975, 1), 12.7062047364, 1e-10);
    close_to(bk_student_quantile(0.975, 5), 2.570581835636, 1e-10);
    close_to(bk_student_quantile(0.80, 10), 0.879057828550, 1e-10);
    close_to(bk_student_quantile(0.025, 5), -2.570581835636, 1e-10);
    /* the multiplier of a one-sided 99 % prediction for the fourth session */
    close_to(bk_student_quantile(0.99, 2) * sqrt(1 + 1.0 / 3), 8.041977, 1e-6);
    assert_true(isnan(bk_student_quantile(1, 5)));
}

static void test_beta(void **state)
{
    (void)state;
    close_to(bk_beta_regularised(1, 1, 0.3), 0.3, 1e-14);
    close_to(bk_beta_regularised(2, 3, 0.5), 0.6875, 1e-13);
    close_to(bk_beta_regularised(200, 300, 0.4), 0.505315, 1e-2);
    assert_true(isnan(bk_beta_regularised(0, 1, 0.5)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_p),
        cmocka_unit_test(test_quantile),
        cmocka_unit_test(test_beta),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
