/* Ranks, adjustments, outliers, power and the bootstrap against worked numbers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "../../../src/base/arena.h"
#include "../../../src/stats/bootstrap.h"
#include "../../../src/stats/multiple.h"
#include "../../../src/stats/power.h"
#include "../../../src/stats/random.h"
#include "../../../src/stats/rank.h"
#include "../../../src/stats/robust.h"

/* To so many digits: a relative difference of eps at the most. */
static void near(double got, double want, double eps)
{
    if (!(fabs(got - want) <= eps * fmax(fabs(want), 1e-300)))
        fail_msg("got %.12g, want %.12g", got, want);
}

static struct bk_arena *arena;

static const double old_four[] = {100, 101, 99, 100};
static const double new_three[] = {90, 91, 89};

static void mann_whitney(void **state)
{
    (void)state;
    struct bk_mann_whitney r = bk_mann_whitney_test(arena, old_four, 4, new_three, 3);
    near(r.u, 12, 0);
    near(r.p, 0.0571429, 1e-6);
    assert_true(r.exact);
    const double x[] = {1, 2, 2, 5}, y[] = {2, 6, 7};
    r = bk_mann_whitney_test(arena, x, 4, y, 3);
    near(r.u, 2, 0);
    near(r.p, 8.0 / 35, 1e-12); /* the doubled tail */
    r = bk_mann_whitney_test(arena, y, 3, x, 4);
    near(r.u, 10, 0);
    near(r.p, 8.0 / 35, 1e-12);
    const double flat[] = {3, 3, 3};
    assert_true(isnan(bk_mann_whitney_test(arena, flat, 3, flat, 2).p));
    assert_true(isnan(bk_mann_whitney_test(arena, x, 4, NULL, 0).p));
    const double hole[] = {1, (double)NAN};
    assert_true(isnan(bk_mann_whitney_test(arena, hole, 2, y, 3).p));
}

/* The smallest p for so many sessions, by formula and by counting. */
static void mann_whitney_least(void **state)
{
    static const struct {
        size_t m, n;
        double p;
    } want[] = {{1, 1, 1},       {2, 2, 0.3333},  {3, 3, 0.1},     {4, 4, 0.02857},
                {5, 5, 0.00794}, {6, 6, 0.00216}, {3, 1, 0.5},     {4, 3, 0.05714},
                {5, 3, 0.03571}, {8, 2, 0.04444}, {20, 1, 0.0952}, {39, 1, 0.05}};
    (void)state;
    for (size_t i = 0; i < sizeof want / sizeof want[0]; i++) {
        double x[40], y[40];
        for (size_t k = 0; k < 40; k++) {
            x[k] = (double)k;
            y[k] = 100 + (double)k;
        }
        near(bk_mann_whitney_least_p(want[i].m, want[i].n), want[i].p, 3e-3);
        near(bk_mann_whitney_test(arena, x, want[i].m, y, want[i].n).p, want[i].p,
             3e-3);
    }
}

/* Sides too large to count: the normal distribution, near what counting gives. */
static void mann_whitney_large(void **state)
{
    double x[51], y[51];
    (void)state;
    for (size_t k = 0; k < 51; k++) {
        x[k] = (double)k;
        y[k] = (double)k + 10.5;
    }
    x[50] = 24.7; /* one more in the middle */
    struct bk_mann_whitney exact = bk_mann_whitney_test(arena, x, 50, y, 50);
    struct bk_mann_whitney normal = bk_mann_whitney_test(arena, x, 51, y, 50);
    assert_true(exact.exact && !normal.exact);
    near(normal.p, exact.p, 0.3);
    assert_true(normal.p < 0.05 && exact.p < 0.05);
}

static void order_statistics(void **state)
{
    const double x[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
    (void)state;
    struct bk_interval i = bk_quantile_interval(x, 6, 0.5, 0.95);
    near(i.low, 1, 0); /* the first size at which there is one */
    near(i.high, 6, 0);
    i = bk_quantile_interval(x, 5, 0.5, 0.95);
    assert_true(isinf(i.low) && isinf(i.high));
    i = bk_quantile_interval(x, 10, 0.5, 0.95); /* P(Bin(10, 1/2) < 2) = 0.0107 */
    near(i.low, 2, 0);
    near(i.high, 9, 0);
    i = bk_quantile_interval(x, 10, 0.9, 0.95);
    near(i.low, 7, 0); /* P(Bin(10, 0.9) < 7) = 0.0128 */
    assert_true(isinf(i.high));
}

static void quantile_ranks(void **state)
{
    static const struct {
        size_t n;
        double low, high;
    } want[] = {{1000, 936, 964}, {6388, 6034, 6103}, {100, 90, 100}};
    (void)state;
    for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
        struct bk_interval ranks = bk_quantile_ranks(want[i].n, 0.95, 0.95);
        near(ranks.low, want[i].low, 0);
        near(ranks.high, want[i].high, 0);
    }
    near(bk_quantile_ranks(5, 0.95, 0.95).high, 6, 0); /* there is none */
    near(bk_quantile_ranks(0, 0.95, 0.95).high, 1, 0);
}

static void adjustments(void **state)
{
    const double p[] = {.001, .008, .039, .041, .042, .06, .074, .205, .212, .216};
    const double bh[] = {.01, .04, .084, .084, .084, .1, .10571, .216, .216, .216};
    const double holm[] = {.01, .072, .312, .312, .312, .312, .312, .615, .615, .615};
    double q[10];
    (void)state;
    bk_benjamini_hochberg(arena, p, 10, q);
    for (size_t i = 0; i < 10; i++)
        near(q[i], bh[i], 1e-4);
    bk_holm(arena, p, 10, q);
    for (size_t i = 0; i < 10; i++)
        near(q[i], holm[i], 1e-9);
    /* in any order, in place, and what was not tested counts for nothing */
    double mixed[] = {.04, (double)NAN, .01};
    bk_holm(arena, mixed, 3, mixed);
    near(mixed[0], .04, 1e-12);
    near(mixed[2], .02, 1e-12);
    assert_true(isnan(mixed[1]));
    bk_benjamini_hochberg(arena, NULL, 0, NULL);
}

static void outliers(void **state)
{
    const double base[] = {100, 101, 99, 100, 80};
    (void)state;
    struct bk_robust r = bk_robust_of(arena, base, 5);
    near(r.median, 100, 0);
    near(r.mad, 1, 0);
    near(r.spread, 2, 0); /* 2 % is more than 1.4826 */
    near((90 - r.median) / (1.4826 * r.mad), -6.744908, 1e-6);
    near(bk_robust_z(&r, 90), -5, 1e-12);
    assert_true(bk_is_outlier(bk_robust_z(&r, 80)));
    assert_false(bk_is_outlier(bk_robust_z(&r, 94)));
    const double same[] = {5, 5, 5, 6};
    r = bk_robust_of(arena, same, 4);
    near(bk_robust_z(&r, 6), 10, 1e-12);
    const double zero[] = {0, 0, 0};
    r = bk_robust_of(arena, zero, 3);
    assert_false(bk_is_outlier(bk_robust_z(&r, 1)));
    assert_true(isnan(bk_robust_of(arena, NULL, 0).median));
}

static void detectable(void **state)
{
    static const double want[][4] = {
        /* df, old, new, smallest effect at 3 % of noise */
        {1, 2, 1, .677706},  {2, 3, 1, .204170}, {5, 2, 1, .136821},
        {10, 2, 1, .120938}, {3, 3, 3, .107296}, {10, 3, 3, .079082},
    };
    const struct bk_power_rule rule = {0.05, 0.80};
    (void)state;
    for (size_t i = 0; i < sizeof want / sizeof want[0]; i++) {
        double d = bk_detectable(&rule, 0.03, want[i][0], want[i][1], want[i][2]);
        near(expm1(d), want[i][3], 3e-5);
        /* and back: with that effect to see, no further session is needed */
        assert_int_equal(bk_sessions_needed(&rule, d * 1.0001, 0.03, want[i][0],
                                            (size_t)want[i][1], (size_t)want[i][2], 99),
                         (size_t)want[i][2]);
    }
    assert_true(isnan(bk_detectable(&rule, 0.03, 0, 1, 1)));
    size_t n = bk_sessions_needed(&rule, log(1.1), 0.03, 3, 3, 1, 99);
    assert_int_equal(n, 3);
    assert_true(bk_detectable(&rule, 0.03, 4, 3, 2) > log(1.1));
    assert_int_equal(bk_sessions_needed(&rule, 0.01, 0.03, 3, 3, 1, 99), 0);
}

static void bootstrap(void **state)
{
    (void)state;
    struct bk_bootstrap r =
        bk_bootstrap_ratio(arena, old_four, 4, new_three, 3, 0.95, 1);
    assert_true(r.exact);
    near(r.resamples, 6912, 0);
    near(r.ratio, 0.9, 1e-12);
    near(r.interval.low, 0.888889, 1e-6);
    near(r.interval.high, 0.911223, 1e-6);
    near(r.least, .881188, 1e-6);
    near(r.most, .919192, 1e-6);
    /* many values: near the t interval, and the same for the same seed */
    double x[60], y[60];
    struct bk_random random;
    bk_random_seed(&random, 7);
    for (size_t i = 0; i < 60; i++) {
        x[i] = 100 + bk_random_normal(&random);
        y[i] = 90 + bk_random_normal(&random);
    }
    r = bk_bootstrap_ratio(arena, x, 60, y, 60, 0.95, 1);
    struct bk_bootstrap again = bk_bootstrap_ratio(arena, x, 60, y, 60, 0.95, 1);
    assert_false(r.exact);
    near(r.interval.high - r.interval.low, 2 * 1.96 * 0.00174, 0.25);
    near(again.interval.low, r.interval.low, 0);
    const double zero[] = {0, 0};
    assert_true(isnan(bk_bootstrap_ratio(arena, zero, 2, x, 2, 0.95, 1).ratio));
    assert_true(isnan(bk_bootstrap_ratio(arena, NULL, 0, x, 2, 0.95, 1).ratio));
}

/* The first outputs for the state 1, 2, 3, 4, by hand from the definition. */
static void random_numbers(void **state)
{
    struct bk_random r = {{1, 2, 3, 4}};
    (void)state;
    assert_true(bk_random_next(&r) == 11520);
    assert_true(bk_random_next(&r) == 0);
    assert_true(bk_random_next(&r) == 1509978240);
    bk_random_seed(&r, 0);
    assert_true(r.s[0] == 0xe220a8397b1dcdafU); /* splitmix64 of 0 */
    double sum = 0, squares = 0;
    size_t counts[3] = {0};
    for (int i = 0; i < 30000; i++) {
        double z = bk_random_normal(&r);
        sum += z;
        squares += z * z;
        counts[bk_random_below(&r, 3)]++;
    }
    assert_true(fabs(sum / 30000) < 0.03 && fabs(squares / 30000 - 1) < 0.04);
    for (int i = 0; i < 3; i++)
        assert_true(counts[i] > 9500 && counts[i] < 10500);
    assert_int_equal(bk_random_below(&r, 0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mann_whitney),       cmocka_unit_test(mann_whitney_least),
        cmocka_unit_test(mann_whitney_large), cmocka_unit_test(order_statistics),
        cmocka_unit_test(quantile_ranks),
        cmocka_unit_test(adjustments),        cmocka_unit_test(outliers),
        cmocka_unit_test(detectable),         cmocka_unit_test(bootstrap),
        cmocka_unit_test(random_numbers),
    };
    arena = bk_arena_new();
    int failed = cmocka_run_group_tests_name("stats/sessions", tests, NULL, NULL);
    bk_arena_free(arena);
    return failed;
}
