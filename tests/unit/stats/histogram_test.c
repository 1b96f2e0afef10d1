/* Quantiles and shares of buckets and the growth of counters: the worked numbers of
 * methods.md section 9. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "../../../src/stats/histogram.h"

#define NEAR(got, want) assert_true(fabs((got) - (want)) < 5e-7)

/* The TTFT sample of vLLM's documentation: 140 requests. */
static const struct bk_bucket docs[] = {
    {.le = 0.001, .count = 0},
    {.le = 0.005, .count = 0},
    {.le = 0.01, .count = 0},
    {.le = 0.02, .count = 13},
    {.le = 0.04, .count = 97},
    {.le = 0.06, .count = 123},
    {.le = 0.08, .count = 138},
    {.le = 0.1, .count = 140},
    {.le = (double)INFINITY, .count = 140},
};
#define N_DOCS (sizeof docs / sizeof docs[0])

static void quantiles(void **state)
{
    static const double want[][4] = {
        /* q, value, low, high */
        {0.5, 0.0335714, 0.02, 0.04},  {0.9, 0.064, 0.06, 0.08},
        {0.95, 0.0733333, 0.06, 0.08}, {0.99, 0.086, 0.08, 0.1},
        {1, 0.1, 0.08, 0.1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof want / sizeof want[0]; i++) {
        double low, high;
        NEAR(bk_bucket_quantile(docs, N_DOCS, want[i][0], &low, &high), want[i][1]);
        NEAR(low, want[i][2]);
        NEAR(high, want[i][3]);
    }
}

static void quantiles_at_the_edges(void **state)
{
    double low, high;
    (void)state;
    assert_true(isnan(bk_bucket_quantile(docs, N_DOCS, (double)NAN, &low, &high)));
    assert_true(bk_bucket_quantile(docs, N_DOCS, -0.1, &low, &high) < -1e300);
    assert_true(bk_bucket_quantile(docs, N_DOCS, 1.1, &low, &high) > 1e300);
    /* 0/0 of an empty first bucket, as Prometheus has it */
    assert_true(isnan(bk_bucket_quantile(docs, N_DOCS, 0, &low, &high)));

    const struct bk_bucket open[] = {{1, 2}, {(double)INFINITY, 10}};
    NEAR(bk_bucket_quantile(open, 2, 0.9, &low, &high), 1);
    NEAR(low, 1);
    assert_true(isinf(high));

    const struct bk_bucket negative[] = {{-1, 5}, {1, 10}, {(double)INFINITY, 10}};
    NEAR(bk_bucket_quantile(negative, 3, 0.2, &low, &high), -1);
    assert_true(isinf(low));
    NEAR(high, -1);
    NEAR(bk_bucket_quantile(negative, 3, 0.75, &low, &high), 0);
}

static void share_within_a_target(void **state)
{
    double low, high;
    (void)state;
    NEAR(bk_bucket_share(docs, N_DOCS, 0.05, &low, &high), 0.785714);
    NEAR(low, 0.692857);
    NEAR(high, 0.878571);
    NEAR(bk_bucket_share(docs, N_DOCS, 0.04, &low, &high), 0.692857);
    NEAR(low, 0.692857);
    NEAR(high, 0.692857);
    NEAR(bk_bucket_share(docs, N_DOCS, 0, &low, &high), 0);
    NEAR(bk_bucket_share(docs, N_DOCS, 7, &low, &high), 1);
    NEAR(bk_bucket_fraction(docs, N_DOCS, 0.04, 0.06), 26.0 / 140);
    NEAR(bk_bucket_fraction(docs, N_DOCS, 0.06, 0.04), 0);

    const struct bk_bucket open[] = {{1, 2}, {(double)INFINITY, 10}};
    NEAR(bk_bucket_share(open, 2, 5, &low, &high), 0.2);
    NEAR(low, 0.2);
    NEAR(high, 1);
}

static void ordering(void **state)
{
    (void)state;
    struct bk_bucket b[] = {{(double)INFINITY, 9}, {2, 4}, {1, 1}, {2, 3}, {4, 5}};
    size_t n = 5;
    bool forced = false;
    assert_true(bk_buckets_order(b, &n, &forced));
    assert_int_equal(n, 4);
    NEAR(b[1].count, 7);
    NEAR(b[2].count, 7); /* 5 after 7 is held */
    assert_true(forced);

    struct bk_bucket rounding[] = {{1, 10}, {2, 10 - 1e-13}, {(double)INFINITY, 10}};
    n = 3;
    assert_true(bk_buckets_order(rounding, &n, &forced));
    assert_false(forced);

    struct bk_bucket closed[] = {{1, 10}, {2, 12}};
    n = 2;
    assert_false(bk_buckets_order(closed, &n, &forced));
    struct bk_bucket one[] = {{(double)INFINITY, 3}};
    n = 1;
    assert_false(bk_buckets_order(one, &n, NULL));
    struct bk_bucket empty[] = {{1, 0}, {(double)INFINITY, 0}};
    n = 2;
    assert_false(bk_buckets_order(empty, &n, NULL));
    struct bk_bucket nan_count[] = {{1, (double)NAN}, {(double)INFINITY, 3}};
    n = 2;
    assert_false(bk_buckets_order(nan_count, &n, NULL));
}

static void counters(void **state)
{
    (void)state;
    bool reset = true;
    NEAR(bk_counter_increase(100, 150, false, &reset), 50);
    assert_false(reset);
    NEAR(bk_counter_increase(100, 60, false, &reset), 60);
    assert_true(reset);
    NEAR(bk_counter_increase(100, 150, true, &reset), 150);
    assert_true(reset);

    const double readings[] = {100, 150, 20, 60};
    size_t resets = 0;
    NEAR(bk_counter_growth(readings, 4, &resets), 110);
    assert_int_equal(resets, 1);
    NEAR(bk_counter_growth(readings, 1, &resets), 0);
}

static void histogram_differences(void **state)
{
    (void)state;
    const struct bk_bucket before[] = {{1, 5}, {(double)INFINITY, 8}};
    struct bk_bucket after[] = {{1, 9}, {(double)INFINITY, 20}};
    assert_false(bk_buckets_subtract(before, 2, after, 2, false));
    NEAR(after[0].count, 4);
    NEAR(after[1].count, 12);

    /* one bucket fell: all of it is new, though the total rose */
    struct bk_bucket fell[] = {{1, 4}, {(double)INFINITY, 20}};
    assert_true(bk_buckets_subtract(before, 2, fell, 2, false));
    NEAR(fell[0].count, 4);
    NEAR(fell[1].count, 20);

    struct bk_bucket other[] = {{2, 9}, {(double)INFINITY, 20}};
    assert_true(bk_buckets_subtract(before, 2, other, 2, false));
    struct bk_bucket again[] = {{1, 9}, {(double)INFINITY, 20}};
    assert_true(bk_buckets_subtract(before, 2, again, 2, true));
    NEAR(again[1].count, 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quantiles),
        cmocka_unit_test(quantiles_at_the_edges),
        cmocka_unit_test(share_within_a_target),
        cmocka_unit_test(ordering),
        cmocka_unit_test(counters),
        cmocka_unit_test(histogram_differences),
    };
    return cmocka_run_group_tests_name("stats/histogram", tests, NULL, NULL);
}
