/* Proportions and rates against worked numbers (SciPy 1.10.1). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "../../../src/stats/counts.h"
#include "../../../src/stats/distribution.h"

/* To so many digits: a relative difference of eps at the most. */
static void near(double got, double want, double eps)
{
    if (!(fabs(got - want) <= eps * fmax(fabs(want), 1e-300)))
        fail_msg("got %.12g, want %.12g", got, want);
}

static void wilson(void **state)
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
    assert_true(isnan(bk_wilson(2, 1, 0.95).low));
}

static void a_poisson_count(void **state)
{
    static const double want[][3] = {
        /* k, low, high: summed with 60 digits */
        {0, 0, 3.68887945411394},
        {1, 0.0253178079842899, 5.5716433909389},
        {3, 0.618672122895601, 8.76727306974233},
        {10, 4.79538869613243, 18.3903560420178},
        {100, 81.3639912509231, 121.626793792426},
    };
    (void)state;
    for (size_t i = 0; i < sizeof want / sizeof want[0]; i++) {
        struct bk_interval p = bk_poisson_interval(want[i][0], 0.95);
        assert_true(fabs(p.low - want[i][1]) <= 1e-9 * want[i][1]);
        near(p.high, want[i][2], 1e-9);
    }
    struct bk_interval below = bk_poisson_interval(10000, 0.95);
    struct bk_interval above = bk_poisson_interval(10001, 0.95);
    near(above.low - below.low, 1, 0.02); /* the two ways meet */
    near(above.high - below.high, 1, 0.02);
    assert_true(isnan(bk_poisson_interval(-1, 0.95).low));
    assert_true(isnan(bk_poisson_interval((double)INFINITY, 0.95).high));
    assert_true(isnan(bk_poisson_interval((double)NAN, 0.95).high));
}

static void clopper_pearson(void **state)
{
    (void)state;
    /* one-sided bound of failures after 5000 successes: 1 - 0.05^(1/5000) */
    near(1 - bk_clopper_pearson(5000, 5000, 0.90).low, 1 - pow(0.05, 1.0 / 5000), 1e-9);
    near(1 - bk_clopper_pearson(5000, 5000, 0.90).low, 0.000599, 1e-3);
    near(bk_clopper_pearson(0, 10, 0.95).high, 1 - pow(0.025, 0.1), 1e-12);
    assert_true(isnan(bk_clopper_pearson(-1, 10, 0.95).low));
    /* many requests: the normal distribution is close by then */
    struct bk_interval i = bk_clopper_pearson(5e6, 1e8, 0.95);
    struct bk_interval w = bk_wilson(5e6, 1e8, 0.95);
    near(i.low, w.low, 1e-6);
    near(i.high, w.high, 1e-6);
}

static void fisher(void **state)
{
    (void)state;
    near(bk_fisher(2, 100, 9, 100), 0.058221, 1e-5);
    near(bk_fisher(9, 100, 2, 100), 0.058221, 1e-5);
    near(bk_fisher(3, 4, 1, 4), 34.0 / 70, 1e-10); /* Fisher's tea */
    near(bk_fisher(4, 4, 0, 4), 2.0 / 70, 1e-10);
    near(bk_fisher(0, 10, 0, 10), 1, 0);
    near(bk_fisher(0, 60, 1, 20), 0.25, 1e-10); /* the likeliest table is the last */
    near(bk_fisher(0, 20, 1, 60), 1, 1e-10);
    near(bk_fisher(1, 20, 0, 60), 0.25, 1e-10);
    near(bk_fisher(0, 300, 4, 100), 0.0037318702754125925, 1e-10);
    near(bk_fisher(5, 10, 5, 10), 1, 0);
    assert_true(isnan(bk_fisher(5, 4, 0, 4)));
    assert_true(isnan(bk_fisher((double)NAN, 4, 0, 4)));
    assert_true(bk_fisher(0, 1e9, 1e9, 1e9) == 0);
    double p = bk_fisher(500000, 1e7, 501000, 1e7); /* z = 1.026 */
    assert_true(p > 0.30 && p < 0.31);
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

static void all_in_second(void **state)
{
    (void)state;
    near(bk_all_in_second(9, 100, 100, true), 0.0016183074503198836, 1e-10);
    near(bk_all_in_second(9, 100, 100, true), bk_fisher(0, 100, 9, 100) / 2, 1e-10);
    near(bk_all_in_second(1, 60, 20, true), 0.25, 1e-12);
    near(bk_all_in_second(3, 6, 1, false), 1.0 / 343, 1e-12);
    near(bk_all_in_second(0, 6, 1, false), 1, 0);
    assert_true(isnan(bk_all_in_second(3, 6, 2, true)));
    assert_true(isnan(bk_all_in_second(3, 6, 0, false)));
    assert_true(bk_all_in_second(1e6, 1e6, 1e6, true) == 0);
}

static void distributions(void **state)
{
    (void)state;
    near(bk_normal_quantile(0.975), 1.959963984540054, 1e-14);
    near(bk_normal_quantile(0.2), -0.8416212335729143, 1e-14);
    near(bk_normal_quantile(1e-300), -37.0471, 1e-5);
    near(bk_normal_below(-1.959963984540054), 0.025, 1e-13);
    assert_true(isnan(bk_normal_quantile(0)));
    near(bk_beta_quantile(0.5, 2, 2), 0.5, 1e-13);
    near(bk_beta_quantile(0.3, 1, 1), 0.3, 1e-13);
    near(bk_binomial_below(1, 3, 0.5), 0.5, 1e-13);
    near(bk_binomial_below(0, 6, 0.5), 1.0 / 64, 1e-12);
    near(bk_binomial_below(9, 3, 0.5), 1, 0);
    assert_true(bk_binomial_below(-1, 3, 0.5) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wilson),          cmocka_unit_test(a_poisson_count),
        cmocka_unit_test(clopper_pearson), cmocka_unit_test(fisher),
        cmocka_unit_test(all_in_second),   cmocka_unit_test(rates),
        cmocka_unit_test(distributions),
    };
    return cmocka_run_group_tests_name("stats/counts", tests, NULL, NULL);
}
