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

/* Over all sizes, the quantile undoes the distribution. */
static void test_quantile_round_trip(void **state)
{
    static const double dfs[] = {0.3, 1, 2, 2.5, 3, 4, 7.7, 30, 1000, 1e6};
    static const double tails[] = {1e-12, 1e-6, 1e-3, 0.01, 0.05, 0.2, 0.4, 0.499};
    (void)state;
    for (size_t i = 0; i < sizeof dfs / sizeof dfs[0]; i++) {
        for (size_t k = 0; k < sizeof tails / sizeof tails[0]; k++) {
            double t = bk_student_quantile(tails[k], dfs[i]);
            close_to(bk_student_p(t, dfs[i]), 2 * tails[k], 1e-9);
            assert_true(t < 0);
        }
    }
    assert_true(bk_student_quantile(0.5, 3) == 0);
}

/* With delta = 0 it is Student's; else values of R's pt(..., ncp). */
static void test_noncentral(void **state)
{
    (void)state;
    close_to(bk_student_noncentral_above(2.570581835636, 5, 0), 0.025, 1e-9);
    close_to(bk_student_noncentral_above(12.7062047364, 1, 0), 0.025, 1e-9);
    close_to(bk_student_noncentral_above(0, 4, 3), 0.9986501019683699, 1e-9);
    close_to(bk_student_noncentral_above(-3, 4, 0), 1 - 0.0399419 / 2, 1e-5);
    /* one degree of freedom is P(Z + delta >= t |Z'|): by simple integration */
    double sum = 0;
    const int n = 200000;
    for (int i = 0; i < n; i++) {
        double z = (i + 0.5) * 8 / n;
        sum += exp(-z * z / 2) * erfc(-(2 - 3 * z) / sqrt(2)) / 2 * 8 / n;
    }
    close_to(bk_student_noncentral_above(3, 1, 2), sum * sqrt(2 / acos(-1.0)), 1e-8);
    assert_true(isnan(bk_student_noncentral_above(1, 0, 0)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_p),          cmocka_unit_test(test_quantile),
        cmocka_unit_test(test_beta),       cmocka_unit_test(test_quantile_round_trip),
        cmocka_unit_test(test_noncentral),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
