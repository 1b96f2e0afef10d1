/* Change points and levels against worked numbers: E-divisive of apache/otava and step
 * detection of airspeed-velocity/asv. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "../../../src/base/arena.h"
#include "../../../src/stats/edivisive.h"
#include "../../../src/stats/levels.h"
#include "../../../src/stats/random.h"

static struct bk_arena *arena;

/* To so many digits: a relative difference of eps at the most. */
static void near(double got, double want, double eps)
{
    if (!(fabs(got - want) <= eps * fmax(fabs(want), 1e-300)))
        fail_msg("got %.12g, want %.12g", got, want);
}

/* The change points of z, up to 30, must be 'want', which ends with 0. */
static void expect(const struct bk_change_point_rule *rule, const double *z, size_t n,
                   const size_t *want)
{
    size_t found, i;
    struct bk_change_point *c = bk_change_points(arena, rule, z, n, &found);
    for (i = 0; want[i] != 0; i++) {
        if (i >= found || c[i].index != want[i])
            fail_msg("point %zu is %zu, not %zu", i, i < found ? c[i].index : 0,
                     want[i]);
    }
    if (i != found)
        fail_msg("%zu points, not %zu", found, i);
}
#define EXPECT(rule, z, n, ...) expect(rule, z, n, (const size_t[]){__VA_ARGS__, 0})

static struct bk_change_point_rule otava(size_t window, double p, double magnitude)
{
    struct bk_change_point_rule rule = bk_change_point_rule_otava;
    rule.window = window;
    rule.max_p = p;
    rule.floor = magnitude;
    return rule;
}

static const double small[] = {100, 101, 99, 100, 90, 91, 89};

/* Otava's change_point_divisive_test.py, analysis_test.py and sample.csv (Apache-2.0). */
static const double plateaus[] = {0.3,  2.4,   1.5,   -0.9,  -0.5,  99.7,  98.3,
                                  99.1, 149.0, 149.7, 149.5, 149.1, 148.8, 150.0};
static const double halved[] = {1.02, .95, .99, 1.00, 1.12, 1.00, 1.01, .98, 1.01, .96,
                                .50,  .51, .48, .48,  .55,  .50,  .49,  .51, .50,  .49};
static const double metric2[] = {10.43, 10.23, 10.29, 10.91, 10.34,
                                 10.69, 9.23,  9.11,  9.13,  9.03};

/* Q by its definition, sum by sum. */
static double q_of(const double *z, size_t tau, size_t kappa)
{
    double across = 0, x = 0, y = 0, n = (double)tau, m = (double)(kappa - tau);
    for (size_t i = 0; i < kappa; i++) {
        for (size_t k = i + 1; k < kappa; k++) {
            double d = fabs(z[i] - z[k]);
            *(k < tau ? &x : i >= tau ? &y : &across) += d;
        }
    }
    return 2 / (n + m) * across - (n > 1 ? 2 * m / ((n + m) * (n - 1)) * x : 0) -
           (m > 1 ? 2 * n / ((n + m) * (m - 1)) * y : 0);
}

static void candidates(void **state)
{
    (void)state;
    near(q_of(small, 4, 5), 15.2, 1e-12);
    near(q_of(small, 4, 6), 22.666667, 1e-7);
    near(q_of(small, 3, 7), 14.285714, 1e-7);
    near(q_of(small, 5, 7), 14.0, 1e-12);
    near(q_of(small, 6, 7), 8.685714, 1e-7);
    struct bk_candidate c = bk_change_point_candidate(arena, small, 7, 1);
    assert_int_equal(c.index, 4);
    near(c.q, 30.285714, 1e-7);
    c = bk_change_point_candidate(arena, plateaus, 14, 1);
    assert_int_equal(c.index, 5);
    near(c.q, 761.28214, 1e-7);
    c = bk_change_point_candidate(arena, halved, 20, 1);
    assert_int_equal(c.index, 10);
    near(c.q, 4.682222, 1e-6);
    assert_int_equal(bk_change_point_candidate(arena, small, 1, 1).index, 0);
    assert_int_equal(bk_change_point_candidate(arena, small, 3, 2).index, 0);
}

/* The prefix sums find what the definition finds. */
static void candidates_by_definition(void **state)
{
    struct bk_random random;
    (void)state;
    bk_random_seed(&random, 3);
    for (int round = 0; round < 50; round++) {
        double z[30], best = -1;
        size_t n = 4 + bk_random_below(&random, 27), at = 0;
        size_t least = 1 + bk_random_below(&random, 2);
        for (size_t i = 0; i < n; i++)
            z[i] = bk_random_normal(&random);
        for (size_t tau = least; tau + least <= n; tau++) {
            for (size_t kappa = tau + least; kappa <= n; kappa++) {
                if (q_of(z, tau, kappa) > best) {
                    best = q_of(z, tau, kappa);
                    at = tau;
                }
            }
        }
        struct bk_candidate c = bk_change_point_candidate(arena, z, n, least);
        assert_int_equal(c.index, at);
        near(c.q, best, 1e-9);
    }
}

static void permutations(void **state)
{
    (void)state;
    near(bk_change_point_permutation_p(arena, small, 7, 0, 0), 288.0 / 5040, 1e-12);
    /* ten values with sides apart are rarer than 1 in 20 by any order */
    assert_true(bk_change_point_permutation_p(arena, metric2, 10, 999, 1) < 0.05);
    double p = bk_change_point_permutation_p(arena, halved, 20, 999, 1);
    near(p, 0.001, 1e-12);
    assert_true(isnan(bk_change_point_permutation_p(arena, small, 1, 0, 0)));
}

static void as_otava(void **state)
{
    size_t found;
    (void)state;
    struct bk_change_point *c =
        bk_change_points(arena, &bk_change_point_rule_otava, small, 7, &found);
    assert_int_equal(found, 1);
    assert_int_equal(c->index, 4);
    near(c->t, -17.393131, 1e-7);
    near(c->p, 1.151213e-05, 1e-6);
    struct bk_change_point_rule rule = otava(50, 0.001, 0);
    EXPECT(&rule, plateaus, 14, 5, 8);
    rule = otava(10, 1e-4, 0);
    EXPECT(&rule, halved, 20, 10);
    c = bk_change_points(arena, &bk_change_point_rule_otava, metric2, 10, &found);
    assert_int_equal(found, 1);
    assert_int_equal(c->index, 6);
    near(c->before, 10.481667, 1e-7);
    near(c->after, 9.125, 1e-12);
    near(c->p, 4.985262e-06, 1e-6);
}

/* benchkeep's own: sample variances, logarithms, 8 sessions at least. */
static void as_benchkeep(void **state)
{
    const struct bk_change_point_rule *rule = &bk_change_point_rule_default;
    double z[20];
    size_t found;
    (void)state;
    for (size_t i = 0; i < 20; i++)
        z[i] = log(halved[i]);
    struct bk_change_point *c = bk_change_points(arena, rule, z, 20, &found);
    assert_int_equal(found, 1);
    assert_int_equal(c->index, 10);
    assert_true(c->change < -0.49 && c->change > -0.51);
    assert_int_equal(c->n_before, 10);
    for (size_t i = 0; i < 10; i++)
        z[i] = log(metric2[i]);
    EXPECT(rule, z, 10, 6);
    assert_null(bk_change_points(arena, rule, z, 7, &found)); /* too few sessions */
    struct bk_change_point_rule floored = *rule;
    floored.floor = 0.15; /* and 13 % do not matter */
    assert_null(bk_change_points(arena, &floored, z, 10, &found));
    z[3] = (double)NAN;
    assert_null(bk_change_points(arena, rule, z, 10, &found));
    assert_null(bk_change_points(arena, rule, NULL, 0, &found));
    double flat[12] = {0};
    assert_null(bk_change_points(arena, rule, flat, 12, &found));
    flat[11] = -1; /* one session off is no level */
    assert_null(bk_change_points(arena, rule, flat, 12, &found));
    flat[10] = -1; /* without noise two are */
    EXPECT(rule, flat, 12, 10);
}

/* A level held over many windows; a spike in it is no change. */
static void over_windows(void **state)
{
    double z[400];
    struct bk_random random;
    size_t found;
    (void)state;
    bk_random_seed(&random, 11);
    for (size_t i = 0; i < 400; i++)
        z[i] = 0.02 * bk_random_normal(&random) - (i >= 233 ? 0.1 : 0);
    z[100] -= 0.3;
    struct bk_change_point_rule floored = bk_change_point_rule_default;
    floored.floor = 0.05;
    struct bk_change_point *c = bk_change_points(arena, &floored, z, 400, &found);
    assert_int_equal(found, 1);
    assert_int_equal(c->index, 233);
    near(c->change, expm1(-0.1), 0.1);
    floored.window = 0;
    EXPECT(&floored, z, 400, 233);
}

/* asv/step_detect.py. */
static void levels(void **state)
{
    size_t n;
    double gamma;
    (void)state;
    struct bk_level *s = bk_levels(arena, small, 7, &n, &gamma);
    near(gamma, 6.117824, 1e-6);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(n, 2);
        assert_int_equal(s[0].start, 0);
        assert_int_equal(s[0].end, 4);
        near(s[0].value, 100, 0);
        near(s[0].least, 99, 0);
        near(s[0].error, .5, 0);
        assert_int_equal(s[1].end, 7);
        near(s[1].value, 90, 0);
        near(s[1].least, 89, 0);
        near(s[1].error, .6667, 1e-4);
        s = bk_levels_at(arena, small, 7, 5, &n);
    }
    const double rising[] = {10, 10.1, 9.9, 10, 11, 11.2, 10.9};
    s = bk_levels(arena, rising, 7, &n, NULL);
    struct bk_level_verdict v = bk_level_regressions(arena, s, n, 0.05);
    near(v.latest, 11, 0);
    near(v.best, 10, 0);
    assert_int_equal(v.n, 1);
    assert_int_equal(v.regressions[0].before, 3);
    assert_int_equal(v.regressions[0].after, 4);
    near(v.regressions[0].value_before, 10, 0);
    near(v.regressions[0].best_after, 11, 0);
    s = bk_levels(arena, small, 7, &n, NULL); /* lower is better: no regression */
    assert_int_equal(bk_level_regressions(arena, s, n, 0.05).n, 0);
    assert_null(bk_levels(arena, NULL, 0, &n, NULL));
    assert_int_equal(bk_level_regressions(arena, NULL, 0, 0.05).n, 0);
}

/* A spike of one session whose level comes back is passed over; long series and constant
 * ones are no trouble. */
static void levels_of_hard_series(void **state)
{
    double y[700];
    size_t n;
    (void)state;
    for (size_t i = 0; i < 700; i++)
        y[i] = 10 + 0.01 * (double)(i % 3);
    y[690] = 3;
    struct bk_level *s = bk_levels(arena, y + 650, 50, &n, NULL);
    assert_int_equal(bk_level_regressions(arena, s, n, 0.05).n, 0);
    s = bk_levels(arena, y, 700, &n, NULL);
    assert_int_equal(s[0].start, 200);
    assert_int_equal(s[n - 1].end, 700);
    for (size_t i = 0; i < 700; i++)
        y[i] = 5;
    s = bk_levels(arena, y, 60, &n, NULL);
    assert_int_equal(n, 1);
    near(s[0].error, 0, 0);
    s = bk_levels(arena, y, 1, &n, NULL);
    assert_int_equal(n, 1);
}

static void agreement(void **state)
{
    size_t n;
    (void)state;
    struct bk_level *s = bk_levels(arena, small, 7, &n, NULL);
    struct bk_change_point c = {.index = 4, .before = 100, .after = 90};
    near(bk_level_agreement(&c, s, n), 1, 0);
    c.index = 6;
    near(bk_level_agreement(&c, s, n), 1.0 / 3, 1e-12);
    c.index = 1;
    near(bk_level_agreement(&c, s, n), 0, 0);
    c = (struct bk_change_point){.index = 4, .before = 90, .after = 100};
    near(bk_level_agreement(&c, s, n), 0, 0);
}

/* The examples of TCPDBench's f_measure. */
static void marks(void **state)
{
    static const size_t a[] = {10, 20}, b[] = {11, 20}, c[] = {10}, d[] = {5},
                        e[] = {50};
    const struct bk_marks four[] = {{a, 2}, {b, 2}, {c, 1}, {d, 1}};
    const struct bk_marks three[] = {{NULL, 0}, {c, 1}, {e, 1}};
    const struct bk_marks none = {NULL, 0};
    (void)state;
    near(bk_marks_f1(four, 4, &four[0], 5), 1.0, 1e-12);
    near(bk_marks_f1(three, 3, &three[1], 5), 0.909091, 1e-6);
    near(bk_marks_f1(three, 3, &none, 5), 0.8, 1e-12);
}

#include "tigerbeetle.h"

static void tiger_beetle(void **state)
{
    const size_t n = sizeof tigerbeetle / sizeof tigerbeetle[0];
    (void)state;
    struct bk_change_point_rule rule = otava(30, 0.01, 0.05);
    EXPECT(&rule, tigerbeetle, n, 15, 71);
    rule = otava(30, 0.001, 0);
    EXPECT(&rule, tigerbeetle, n, 15, 61, 71, 95, 117, 131, 142, 148, 192, 212, 260);
    rule = otava(30, 0.00001, 0);
    EXPECT(&rule, tigerbeetle, n, 71, 95, 131, 192, 212);
    rule = otava(30, 0.1, 0.05);
    EXPECT(&rule, tigerbeetle, n, 10, 11, 15, 71, 363);
    rule = otava(30, 0.01, 0);
    EXPECT(&rule, tigerbeetle, n, 15, 26, 61, 71, 95, 117, 131, 142, 148, 165, 169, 192,
           212, 260);
    rule = otava(30, 0.2, 0.05);
    EXPECT(&rule, tigerbeetle, n, 10, 11, 15, 71);
    double logs[400];
    for (size_t i = 0; i < n; i++)
        logs[i] = log(tigerbeetle[i]);
    struct bk_change_point_rule own = bk_change_point_rule_default;
    own.floor = 0.05;
    EXPECT(&own, logs, n, 15, 71);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(candidates),   cmocka_unit_test(candidates_by_definition),
        cmocka_unit_test(permutations), cmocka_unit_test(as_otava),
        cmocka_unit_test(as_benchkeep), cmocka_unit_test(over_windows),
        cmocka_unit_test(levels),       cmocka_unit_test(levels_of_hard_series),
        cmocka_unit_test(agreement),    cmocka_unit_test(marks),
        cmocka_unit_test(tiger_beetle),
    };
    arena = bk_arena_new();
    int failed = cmocka_run_group_tests_name("stats/changes", tests, NULL, NULL);
    bk_arena_free(arena);
    return failed;
}
