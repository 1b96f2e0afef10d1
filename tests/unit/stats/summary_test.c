/* Summaries and comparisons against worked numbers (SciPy 1.10.1). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "../../../src/stats/summary.h"

/* To so many digits: a relative difference of 'eps' at the most. */
static void near(double got, double want, double eps)
{
    if (!(fabs(got - want) <= eps * fmax(fabs(want), 1e-300)))
        fail_msg("got %.12g, want %.12g", got, want);
}

static const double old_four[] = {100, 101, 99, 100};
static const double new_three[] = {90, 91, 89};

static void one_group(void **state)
{
    (void)state;
    near(bk_mean(old_four, 4), 100, 1e-15);
    near(bk_stddev(old_four, 4) * bk_stddev(old_four, 4), 0.666667, 1e-6);
    near(bk_stddev(new_three, 3), 1, 1e-15);
    assert_true(isnan(bk_mean(NULL, 0)));
    assert_true(isnan(bk_stddev(old_four, 1)));
    const double powers[] = {1, 10, 100};
    near(bk_geometric_mean(powers, 3), 10, 1e-14);
    const double zero[] = {1, 0};
    assert_true(isnan(bk_geometric_mean(zero, 2)));
    /* the two passes keep what one pass would lose */
    const double large[] = {1e9 + 1, 1e9 + 2, 1e9 + 3};
    near(bk_stddev(large, 3), 1, 1e-12);
}

static void percentiles(void **state)
{
    (void)state;
    double x[] = {40, 15, 50, 20, 35};
    bk_sort(x, 5);
    near(bk_median(x, 5), 35, 0);
    near(bk_percentile_nearest(x, 5, 0.3), 20, 0);
    near(bk_percentile_nearest(x, 5, 0.4), 20, 0);
    near(bk_percentile_nearest(x, 5, 0.5), 35, 0);
    near(bk_percentile_nearest(x, 5, 1), 50, 0);
    near(bk_percentile_nearest(x, 5, 0), 15, 0);
    near(bk_percentile_linear(x, 5, 0.4), 29, 1e-14);
    near(bk_percentile_linear(x, 5, 0), 15, 0);
    near(bk_percentile_linear(x, 5, 1), 50, 0);
    near(bk_median(x, 4), 27.5, 1e-15);
    near(bk_percentile_linear(x, 1, 0.7), 15, 0);
    assert_true(isnan(bk_median(x, 0)));
    assert_true(isnan(bk_percentile_linear(x, 5, 1.1)));
    double odd[] = {2, (double)NAN, 1};
    bk_sort(odd, 3);
    near(odd[1], 2, 0);
    assert_true(isnan(odd[2]));
}

static void pooled(void **state)
{
    (void)state;
    double a[4], b[3];
    assert_true(bk_logarithms(old_four, 4, a) && bk_logarithms(new_three, 3, b));
    struct bk_t_test t = bk_t_pooled(a, 4, b, 3);
    near(t.t, -14.592863, 1e-7);
    near(t.df, 5, 0);
    near(t.p, 2.728948e-05, 1e-6);
    near(exp(t.difference), 0.899985, 1e-6);
    struct bk_interval i = bk_t_interval(&t, 0.95);
    near(exp(i.low), 0.883434, 1e-6);
    near(exp(i.high), 0.916847, 1e-6);

    t = bk_t_pooled(old_four, 4, new_three, 3);
    near(t.t, -14.638501, 1e-7);
    near(t.p, 2.687495e-05, 1e-6);
    const double flat[] = {5, 5};
    t = bk_t_pooled(flat, 2, flat, 2);
    assert_true(isnan(t.p));
    const double minus[] = {1, -1};
    assert_false(bk_logarithms(minus, 2, a));
}

/* The noise of other groups. */
static void borrowed(void **state)
{
    (void)state;
    double a[] = {100, 102}, b[] = {50, 51}, c[] = {200, 196}, x[] = {90};
    assert_true(bk_logarithms(a, 2, a) && bk_logarithms(b, 2, b) &&
                bk_logarithms(c, 2, c) && bk_logarithms(x, 1, x));
    double squares =
        bk_sum_of_squares(a, 2) + bk_sum_of_squares(b, 2) + bk_sum_of_squares(c, 2);
    double s = sqrt(squares / 3);
    near(s, 0.0140975, 3e-6);
    struct bk_t_test t = bk_t_of(x[0] - bk_mean(a, 2), s, 2, 1, 3);
    near(t.t, -6.675714, 1e-6);
    near(t.p, 0.006854, 1e-4);
    t = bk_t_of(x[0] - bk_mean(a, 2), bk_stddev(a, 2), 2, 1, 1);
    near(t.p, 0.094032, 1e-5);
}

/* One new number. */
static void prediction(void **state)
{
    (void)state;
    double a[] = {100, 101, 99};
    assert_true(bk_logarithms(a, 3, a));
    struct bk_t_test t = bk_t_of(log(90) - bk_mean(a, 3), bk_stddev(a, 3), 3, 1, 2);
    near(t.t, -9.121259, 1e-6);
    near(t.p, 0.011807, 1e-4);
    struct bk_interval i = bk_prediction(bk_mean(a, 3), bk_stddev(a, 3), 3, 0.95);
    near(exp(i.low), 95.1498, 1e-6);
    near(exp(i.high), 105.0905, 1e-6);
    static const double one_sided[][2] = {{3, 8.041977}, {4, 5.08},  {5, 4.10},
                                          {8, 3.18},     {10, 2.96}, {20, 2.60},
                                          {64, 2.41}};
    for (size_t k = 0; k < sizeof one_sided / sizeof one_sided[0]; k++) {
        i = bk_prediction(0, 1, (size_t)one_sided[k][0], 0.98);
        near(i.high, one_sided[k][1], k == 0 ? 1e-6 : 2e-3);
    }
}

static void welch(void **state)
{
    (void)state;
    struct bk_t_test t = bk_t_welch(old_four, 4, new_three, 3);
    near(t.t, -14.142136, 1e-7);
    near(t.df, 3.857143, 1e-6);
    near(t.p, 1.822358e-04, 1e-6);
    struct bk_interval i = bk_t_interval(&t, 0.95);
    near(i.low, -11.99225, 1e-6);
    near(i.high, -8.00775, 1e-6);
    double a[4], b[3];
    assert_true(bk_logarithms(old_four, 4, a) && bk_logarithms(new_three, 3, b));
    t = bk_t_welch(a, 4, b, 3);
    near(t.df, 3.558868, 1e-6);
    near(exp(t.difference), 0.899985, 1e-6);
    i = bk_t_interval(&t, 0.95);
    near(exp(i.low), 0.880238, 1e-6);
    near(exp(i.high), 0.920176, 1e-6);
    assert_true(isnan(bk_t_welch(a, 1, b, 3).p));
}

/* Why percentiles of groups are never averaged: 99 times 1 and one 100, ten times 50. */
static void never_of_percentiles(void **state)
{
    (void)state;
    double all[110];
    for (size_t i = 0; i < 110; i++)
        all[i] = i < 99 ? 1 : i == 99 ? 100 : 50;
    near(bk_percentile_nearest(all + 100, 10, 0.95), 50, 0);
    bk_sort(all, 100);
    near(bk_percentile_nearest(all, 100, 0.95), 1, 0);
    bk_sort(all, 110);
    near(bk_percentile_nearest(all, 110, 0.95), 50, 0);
}

/* Numbers in any order: equal ones, ordered ones, ones that mislead the middle. */
static double number_of_kind(int kind, size_t i, size_t n, uint64_t *random)
{
    *random = *random * 6364136223846793005u + 1442695040888963407u;
    uint64_t x = *random >> 33;
    switch (kind) {
    case 0:
        return (double)x / 1e3 - 1e5;
    case 1:
        return (double)(x % 4);
    case 2:
        return (double)i;
    case 3:
        return -(double)i;
    case 4:
        return i < n / 2 ? (double)i : (double)(n - i);
    default:
        return i % 2 == 0 ? 7 : (double)(x % 1000) * 1e300;
    }
}

static void found_percentiles_are_those_of_sorted_numbers(void **state)
{
    static const double q[] = {0, 0.3, 0.5, 0.95, 0.999, 1};
    static double x[700], sorted[700];
    uint64_t random = 1;
    (void)state;
    for (size_t n = 1; n <= sizeof x / sizeof *x; n += n < 40 ? 1 : 33) {
        for (int kind = 0; kind < 6; kind++) {
            for (size_t k = 0; k < sizeof q / sizeof *q; k++) {
                for (size_t i = 0; i < n; i++)
                    x[i] = sorted[i] = number_of_kind(kind, i, n, &random);
                bk_sort(sorted, n);
                double want = bk_percentile_linear(sorted, n, q[k]);
                double got = bk_percentile_find(x, n, q[k]);
                assert_memory_equal(&got, &want, sizeof want);
                bk_sort(x, n); /* nothing is lost */
                assert_memory_equal(x, sorted, n * sizeof *x);
            }
        }
    }
    assert_true(isnan(bk_percentile_find(x, 0, 0.5)));
    assert_true(isnan(bk_percentile_find(x, 5, -0.1)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_group),
        cmocka_unit_test(percentiles),
        cmocka_unit_test(pooled),
        cmocka_unit_test(borrowed),
        cmocka_unit_test(prediction),
        cmocka_unit_test(welch),
        cmocka_unit_test(never_of_percentiles),
        cmocka_unit_test(found_percentiles_are_those_of_sorted_numbers),
    };
    return cmocka_run_group_tests_name("stats/summary", tests, NULL, NULL);
}
