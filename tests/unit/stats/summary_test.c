/* Summaries and comparisons: the worked numbers of methods.md sections 2.1 to 2.4 and
 * 2.9. */
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

/* Section 2.1. */
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

/* Section 2.2: the noise of other groups. */
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

/* Section 2.3: one new number. */
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

/* Section 2.4. */
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

/* Section 2.9. */
static void proportions(void **state)
{
    static const double want[][4] = {
        /* k, n, low, high */
        {3, 3937, 0.000259, 0.002238},
        {4213, 6388, 0.647805, 0.671039},
        {6, 6, 0.609666, 1},
        {5000, 5000, 0.999232, 1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof want / sizeof want[0]; i++) {
        struct bk_interval w = bk_wilson(want[i][0], want[i][1], 0.95);
        assert_true(fabs(w.low - want[i][2]) < 6e-7);
        assert_true(fabs(w.high - want[i][3]) < 6e-7);
    }
    assert_true(isnan(bk_wilson(1, 0, 0.95).low));
    /* one-sided bound of failures after 5000 successes: 1 - 0.05^(1/5000) */
    near(1 - bk_clopper_pearson(5000, 5000, 0.90).low, 0.000599, 1e-3);
    near(bk_clopper_pearson(0, 10, 0.95).high, 0.3084971, 1e-6);
}

static void rates(void **state)
{
    (void)state;
    struct bk_rate_ratio r = bk_poisson_ratio(4213, 193, 3, 190, 0.95);
    near(r.ratio, 1382.5, 1e-4);
    near(r.interval.low, 472.7, 2e-4);
    near(r.interval.high, 6706.6, 2e-4);
    r = bk_poisson_ratio(5, 1, 0, 1, 0.95);
    assert_true(isinf(r.ratio) && isinf(r.interval.high) && r.interval.low > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_group),   cmocka_unit_test(percentiles),
        cmocka_unit_test(pooled),      cmocka_unit_test(borrowed),
        cmocka_unit_test(prediction),  cmocka_unit_test(welch),
        cmocka_unit_test(proportions), cmocka_unit_test(rates),
    };
    return cmocka_run_group_tests_name("stats/summary", tests, NULL, NULL);
}
