/* Scalability: fits with published results, knees, plateaus, onsets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "../../../src/stats/scaling.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

/* Equal to the digits that 'digit', a unit of the last one, stands for. */
static void near(double got, double want, double digit)
{
    if (!(fabs(got - want) <= 0.51 * digit))
        fail_msg("%.9g is not %.9g", got, want);
}

static struct bk_usl fit(const double *load, const double *x, size_t n)
{
    struct bk_usl f;
    assert_true(bk_usl_fit(load, x, n, &f));
    return f;
}

/* The data set of the R package usl: SPEC SDM91 on a Sun SPARCcenter 2000. */
static void test_specsdm91(void **state)
{
    (void)state;
    static const double n[] = {1, 18, 36, 72, 108, 144, 216};
    static const double x[] = {64.9, 995.9, 1652.4, 1853.2, 1828.9, 1775.0, 1702.2};
    struct bk_usl f = fit(n, x, COUNT(n));
    near(f.alpha, 0.027728, 1e-6);
    near(f.beta, 1.0437e-4, 1e-8);
    near(f.gamma, 89.995, 1e-3);
    near(f.n_max, 96.5196, 1e-4);
    near(f.x_max, 1883.9, 0.1);
    near(f.n_opt, 36.06, 0.01);
    near(f.x_limit, 3245.6, 0.1);
    near(f.r2, 0.98956, 1e-5);
    near(f.rmse / 1410.357, 0.044, 1e-3);
    assert_int_equal(f.flaws, 0);
    assert_true(f.se_alpha > 0 && f.se_beta > 0 && f.se_gamma > 0);
}

static void test_exact(void **state)
{
    (void)state;
    static const double n[] = {1, 2, 4, 6, 8, 10};
    static const double x[] = {1, 1.8868, 3.0769, 3.5294, 3.5398, 3.3557};
    struct bk_usl f = fit(n, x, COUNT(n));
    near(f.alpha, 0.02, 1e-3);
    near(f.beta, 0.02, 1e-3);
    near(f.gamma, 1, 1e-3);
    near(f.n_max, 7, 0.1);
    assert_int_equal(f.flaws, 0);
}

static void test_plateau_has_no_peak(void **state)
{
    (void)state;
    static const double n[] = {1, 4, 8, 12, 16, 20, 24, 28, 32, 48, 64};
    static const double x[] = {20, 78, 130, 170, 190, 200, 210, 230, 260, 280, 310};
    struct bk_usl f = fit(n, x, COUNT(n));
    /* the least sum of squares, 697.238, by a search over a grid */
    near(f.alpha, 0.05777, 1e-5);
    assert_true(f.beta < 1e-9);
    near(f.gamma, 21.849, 1e-3);
    near(f.rmse * f.rmse * COUNT(n), 697.238, 1e-3);
}

static const double batches[] = {1, 2, 4, 8, 16, 24, 32, 40, 48};
static const double tokens[] = {43.5615, 86.6879, 137.753, 185.195, 210.437,
                                216.43,  227.866, 226.958, 230.482};

static void test_batches(void **state)
{
    (void)state;
    static const double fitted[] = {52.513,  88.247,  133.480, 178.493, 211.899,
                                    223.242, 227.247, 228.004, 227.094};
    struct bk_usl f = fit(batches, tokens, COUNT(batches));
    near(f.alpha, 0.189075, 1e-6);
    near(f.beta, 0.00053770, 1e-8);
    near(f.gamma, 52.5134, 1e-4);
    near(f.n_max, 38.835, 1e-3);
    near(f.x_max, 228.02, 0.01);
    near(f.n_opt, 5.29, 0.01);
    near(f.x_limit, 277.74, 0.01);
    near(f.r2, 0.99456, 1e-5);
    near(f.rmse, 4.80, 0.01);
    near(f.worst_residual, 0.206, 1e-3);
    assert_true(f.worst_at < 1.5);
    for (size_t i = 0; i < COUNT(fitted); i++)
        near(bk_usl_at(&f, batches[i]), fitted[i], 1e-3);
    assert_int_equal(f.flaws, 0);
}

/* Four levels, the throughput falls to a third between two of them: no law fits. */
static void test_cliff_is_refused(void **state)
{
    (void)state;
    static const double n[] = {5, 10, 15, 20};
    static const double x[] = {163.62, 230.482, 80.2079, 66.0596};
    size_t at;
    struct bk_usl f = fit(n, x, COUNT(n));
    near(f.alpha, 0, 1e-6);
    near(f.beta, 0.029188, 1e-6);
    near(f.gamma, 57.82, 0.01);
    near(f.n_max, 5.85, 0.01);
    near(f.r2, 0.548, 1e-3);
    near(f.worst_residual, 0.52, 0.01);
    assert_true(f.flaws & BK_USL_TOO_FEW);
    assert_true(f.flaws & BK_USL_POOR_FIT);
    assert_true(f.flaws & BK_USL_NOISY);
    near(bk_steepest_fall(x, COUNT(x), &at), 80.2079 / 230.482, 1e-9);
    assert_int_equal(at, 1);
}

static void test_refused(void **state)
{
    (void)state;
    struct bk_usl f;
    assert_false(bk_usl_fit((double[]){1, 2}, (double[]){1, 2}, 2, &f));
    assert_false(bk_usl_fit((double[]){1, 1, 2}, (double[]){1, 1, 2}, 3, &f));
    assert_false(bk_usl_fit((double[]){1, 2, 3}, (double[]){0, 0, 0}, 3, &f));
    /* straight up: the peak, if there is one, is far beyond the data */
    static const double n[] = {1, 2, 3, 4, 5, 6};
    static const double x[] = {1, 1.999, 2.995, 3.99, 4.98, 5.97};
    struct bk_usl line = fit(n, x, COUNT(n));
    assert_true(isinf(line.n_max) || (line.flaws & BK_USL_FAR_PEAK) != 0);
}

/* Throughput of batches at other concurrencies: knees at batch 4, 4 and 8. */
static void test_knees_of_a_sweep(void **state)
{
    (void)state;
    static const double at_5[] = {35.9588, 83.5976, 126.081, 142.231, 163.62};
    static const double at_15[] = {28.7004, 49.0655, 64.1956, 67.7187, 76.1017,
                                   79.8548, 75.8141, 80.2079, 79.4972};
    static const double at_20[] = {24.1569, 41.4108, 45.496,  53.7107, 59.9924,
                                   61.474,  62.7576, 66.0596, 65.211};
    assert_int_equal(bk_knee(batches, at_5, COUNT(at_5)), 2);
    assert_int_equal(bk_knee(batches, at_15, COUNT(at_15)), 2);
    assert_int_equal(bk_knee(batches, at_20, COUNT(at_20)), 3);
}

static void test_knee(void **state)
{
    (void)state;
    assert_int_equal(bk_knee(batches, tokens, COUNT(batches)), 3); /* batch 8 */
    static const double line[] = {1, 2, 3, 4, 5};
    assert_true(bk_knee(line, line, COUNT(line)) == BK_NO_KNEE);
    assert_true(bk_knee(line, line, 2) == BK_NO_KNEE);
    static const double flat[] = {3, 3, 3, 3, 3};
    assert_true(bk_knee(line, flat, COUNT(line)) == BK_NO_KNEE);
}

static void test_plateau(void **state)
{
    (void)state;
    assert_int_equal(bk_plateau(tokens, COUNT(tokens), 0.05), 6); /* batch 32 */
    assert_int_equal(bk_plateau(tokens, COUNT(tokens), 0.10), 4); /* batch 16 */
    assert_int_equal(bk_plateau(tokens, COUNT(tokens), 0), 8);
}

static void test_onset(void **state)
{
    (void)state;
    static const double e[] = {0, 0.2, 0, 0, 0.02, (double)NAN, 0.03, 0.5};
    assert_int_equal(bk_onset(e, COUNT(e), 0.01, 3), 4);
    assert_int_equal(bk_onset(e, COUNT(e), 0.01, 4), COUNT(e));
    assert_int_equal(bk_onset(e, COUNT(e), 0.6, 1), COUNT(e));
    assert_int_equal(bk_onset(e, 5, 0.01, 1), 4);
    assert_int_equal(bk_onset(e, 4, 0.01, 1), 4); /* it came back below */
    assert_int_equal(bk_onset(e, 0, 0.01, 0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_specsdm91),
        cmocka_unit_test(test_exact),
        cmocka_unit_test(test_plateau_has_no_peak),
        cmocka_unit_test(test_batches),
        cmocka_unit_test(test_cliff_is_refused),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_knee),
        cmocka_unit_test(test_knees_of_a_sweep),
        cmocka_unit_test(test_plateau),
        cmocka_unit_test(test_onset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
