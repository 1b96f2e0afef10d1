/* Response surfaces, against a computation of its own: a Python program that solves
 * every system by elimination, and refits the whole grid without each point. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "../../../src/base/arena.h"
#include "../../../src/stats/scaling.h"
#include "../../../src/stats/surface.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

static void near(double got, double want, double relative)
{
    if (!(fabs(got - want) <= relative * fabs(want)))
        fail_msg("%.10g is not %.10g", got, want);
}

static void is_at(const struct bk_surface *s, const double *x, double mean, double sd)
{
    struct bk_surface_prediction p = bk_surface_at(s, x);
    near(p.mean, mean, 1e-7);
    near(p.sd, sd, 1e-6);
    near(p.value, exp(mean), 1e-6);
    near(p.high / p.low, exp(2 * 1.6448536 * sd), 1e-5);
    assert_true(p.low_once <= p.low && p.high_once >= p.high);
}

static void one_parameter(void **state)
{
    (void)state;
    static const double x[] = {1, 2, 4, 8, 16, 24, 32, 64};
    static const double value[] = {60, 80, 100, 104, 98, 97, 101, 120};
    const struct bk_surface_points points = {
        .x = x, .value = value, .n = 8, .d = 1, .noise = 0.015};
    struct bk_arena *a = bk_arena_new();
    struct bk_surface *s = bk_surface_fit(a, &points);
    struct bk_surface_error e = bk_surface_error(s);
    assert_null(bk_surface_law(s));
    assert_int_equal(e.n, 8);
    assert_int_equal(e.tested, 6);
    assert_true(!(e.error > 0)); /* no more than the noise */
    near(e.coverage, 1, 1e-12);
    near(e.noise, 0.015, 1e-12);
    is_at(s, (const double[]){12}, 4.60952554, 0.0172085226);
    is_at(s, (const double[]){48}, 4.70779594, 0.0214781966);
    is_at(s, (const double[]){4}, 4.60233469, 0.0125897146);
    assert_false(e.noise_fitted);
    bk_arena_free(a);
}

static const double grid[][2] = {{4, 2},  {4, 8},   {4, 32}, {8, 4},   {8, 16}, {16, 2},
                                 {16, 8}, {16, 32}, {32, 4}, {32, 16}, {6, 8}};
static const double rates[] = {31, 64, 82, 78, 108, 70, 131, 140, 118, 150, 86};
static const double repeats[] = {1, 1, 3, 1, 1, 1, 2, 1, 1, 1, 1};

static void two_parameters_and_unknown_noise(void **state)
{
    (void)state;
    const struct bk_surface_points points = {
        .x = grid[0], .value = rates, .repeats = repeats, .n = COUNT(grid), .d = 2};
    struct bk_arena *a = bk_arena_new();
    struct bk_surface *s = bk_surface_fit(a, &points);
    struct bk_surface_error e = bk_surface_error(s);
    assert_int_equal(e.tested, 10);
    near(e.error, 0.0449013036, 1e-6);
    near(e.coverage, 1, 1e-12);
    near(e.noise, 0.0285899104, 1e-6);
    assert_true(e.noise_fitted);
    assert_int_equal(bk_surface_flaws(s), 0);
    is_at(s, (const double[]){8, 8}, 4.60422663, 0.0235357813);
    is_at(s, (const double[]){24, 16}, 5.00690082, 0.027870186);
    is_at(s, (const double[]){64, 64}, 4.88152099, 0.285546182);
    assert_true(bk_surface_at(s, (const double[]){24, 16}).known);
    assert_false(bk_surface_at(s, (const double[]){64, 64}).between);
    assert_false(bk_surface_at(s, (const double[]){64, 64}).known);
    bk_arena_free(a);
}

/* What was measured a thousand times without noise is what is predicted there. */
static void exact_where_measured(void **state)
{
    (void)state;
    double many[COUNT(grid)];
    struct bk_arena *a = bk_arena_new();
    for (size_t i = 0; i < COUNT(grid); i++)
        many[i] = 1e6;
    const struct bk_surface_points points = {.x = grid[0],
                                             .value = rates,
                                             .repeats = many,
                                             .n = COUNT(grid),
                                             .d = 2,
                                             .noise = 0.01};
    struct bk_surface *s = bk_surface_fit(a, &points);
    for (size_t i = 0; i < COUNT(grid); i++)
        near(bk_surface_at(s, grid[i]).value, rates[i], 1e-4);
    bk_arena_free(a);
}

/* Throughput falls to a third between 12 and 15: both sides are known, what lies
 * between is not. */
static void a_cliff_has_two_sides(void **state)
{
    (void)state;
    static const double loads[] = {4, 6, 8, 10, 12, 15, 20, 25};
    static const double batches[] = {4, 16, 48};
    double x[24][2], value[24];
    size_t n = 0;
    struct bk_arena *a = bk_arena_new();
    for (size_t i = 0; i < COUNT(loads); i++) {
        for (size_t k = 0; k < COUNT(batches); k++, n++) {
            x[n][0] = loads[i];
            x[n][1] = batches[k];
            value[n] = pow(loads[i], 0.6) * batches[k] / (batches[k] + 5) *
                       (loads[i] > 12 ? 0.33 : 1) * (n % 2 ? 1.01 : 0.99);
        }
    }
    const struct bk_surface_points points = {
        .x = x[0], .value = value, .n = n, .d = 2, .noise = 0.015};
    struct bk_surface *s = bk_surface_fit(a, &points);
    assert_int_equal(bk_surface_flaws(s), 0);
    assert_true(bk_surface_at(s, (const double[]){9, 24}).known);
    assert_true(bk_surface_at(s, (const double[]){22, 24}).known);
    assert_false(bk_surface_at(s, (const double[]){13.4, 24}).known);
    near(bk_surface_at(s, (const double[]){9, 24}).value, pow(9, 0.6) * 24 / 29, 0.05);
    bk_arena_free(a);
}

/* One parameter, and the law of scalability holds: it predicts. */
static void the_law_of_one_parameter(void **state)
{
    (void)state;
    static const double x[] = {1, 2, 4, 8, 12, 16, 24, 32, 48};
    static const double wobble[] = {1.02, 0.98, 1.01, 0.99, 1.02,
                                    0.97, 1.01, 1.0,  1.01};
    double value[COUNT(x)];
    struct bk_usl law = {.alpha = 0.03, .beta = 0.0006, .gamma = 20};
    struct bk_arena *a = bk_arena_new();
    for (size_t i = 0; i < COUNT(x); i++)
        value[i] = bk_usl_at(&law, x[i]) * wobble[i];
    const struct bk_surface_points points = {
        .x = x, .value = value, .n = COUNT(x), .d = 1};
    struct bk_surface *s = bk_surface_fit(a, &points);
    const struct bk_usl *fit = bk_surface_law(s);
    assert_non_null(fit);
    assert_int_equal(fit->flaws, 0);
    struct bk_surface_prediction p = bk_surface_at(s, (const double[]){20});
    near(p.value, bk_usl_at(&law, 20), 0.03);
    assert_true(p.known);
    assert_true(p.low < bk_usl_at(&law, 20) && bk_usl_at(&law, 20) < p.high);
    assert_false(bk_surface_at(s, (const double[]){64}).known);
    bk_arena_free(a);
}

static unsigned flaws_of(const struct bk_surface_points *points)
{
    struct bk_arena *a = bk_arena_new();
    struct bk_surface *s = bk_surface_fit(a, points);
    unsigned flaws = bk_surface_flaws(s);
    double x[8] = {1, 1, 1, 1, 1, 1, 1, 1};
    assert_false(flaws != 0 && bk_surface_at(s, x).known);
    bk_arena_free(a);
    return flaws;
}

static void refusals(void **state)
{
    (void)state;
    static double x[5 * 200], value[200];
    for (size_t i = 0; i < COUNT(x); i++)
        x[i] = 1 + (double)(i * 7 % 113);
    for (size_t i = 0; i < COUNT(value); i++)
        value[i] = exp((double)(i * 37 % 11) / 3); /* no surface at all */
    struct bk_surface_points p = {.x = x, .value = value, .n = 4, .d = 0};
    assert_int_equal(flaws_of(&p), BK_SURFACE_NO_PARAMETER);
    p.d = 5;
    assert_true(flaws_of(&p) & BK_SURFACE_TOO_MANY_PARAMS);
    p.d = 2;
    assert_true(flaws_of(&p) & BK_SURFACE_TOO_FEW);
    p.n = 1;
    assert_true(flaws_of(&p) & BK_SURFACE_TOO_FEW);
    p.n = 0;
    assert_true(flaws_of(&p) & BK_SURFACE_TOO_FEW);
    p.n = 129;
    assert_true(flaws_of(&p) & BK_SURFACE_TOO_MANY);
    p.n = 20;
    assert_true(flaws_of(&p) & (BK_SURFACE_UNSURE | BK_SURFACE_INEXACT));
}

/* With mean ln best the improvement is sd / sqrt(2 pi); without doubt it is the
 * gain. */
static void improvement(void **state)
{
    (void)state;
    struct bk_surface_prediction p = {.mean = log(50), .sd = 0.2};
    near(bk_surface_improvement(&p, 50), 0.2 * 0.3989422804, 1e-9);
    p.sd = 0;
    near(bk_surface_improvement(&p, 40), log(50.0 / 40), 1e-12);
    assert_true(!(bk_surface_improvement(&p, 60) > 0));
    p.sd = 0.1; /* z = -1: 0.1 (phi(1) - Phi(-1)) */
    near(bk_surface_improvement(&p, 50 * exp(0.1)), 0.1 * 0.08331547, 1e-6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_parameter),
        cmocka_unit_test(two_parameters_and_unknown_noise),
        cmocka_unit_test(exact_where_measured),
        cmocka_unit_test(a_cliff_has_two_sides),
        cmocka_unit_test(the_law_of_one_parameter),
        cmocka_unit_test(refusals),
        cmocka_unit_test(improvement),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
