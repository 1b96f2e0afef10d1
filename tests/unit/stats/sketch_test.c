/* Sketches: the numbers of methods.md section 10, the error bound and merging on random
 * numbers, and damaged bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>

#include "../../../src/stats/sketch.h"
#include "../../../src/stats/summary.h"

#define N ((size_t)5000)

static double next(uint64_t *state) /* 0 <= x < 1 */
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (double)(*state >> 11) / 9007199254740992.0;
}

static void close_to(double got, double want, double eps)
{
    if (!(fabs(got - want) <= eps))
        fail_msg("got %.9g, want %.9g", got, want);
}

static void known_bins(void **state)
{
    (void)state;
    const struct {
        double value;
        int bin; /* above that of 1 */
        double estimate;
    } known[] = {
        {.687, -19, .690691},
        {9.35, 111, 9.300092},
        {14.79, 134, 14.732260},
        {15.0, 135, 15.029882},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        struct bk_sketch s = {0};
        bk_sketch_add(&s, known[i].value);
        assert_int_equal((int)bk_sketch_bin(known[i].value) - (int)bk_sketch_bin(1),
                         known[i].bin);
        close_to(bk_sketch_quantile(&s, 0.5), known[i].estimate, 1e-6);
        bk_sketch_free(&s);
    }
}

static void all_doubles_have_bins(void **state)
{
    (void)state;
    const double rising[] = {-1.7976931348623157e308, -1, -5e-324, 0, 5e-324, 1,
                             1.7976931348623157e308};
    struct bk_sketch s = {0};
    for (size_t i = 0; i < 7; i++)
        bk_sketch_add(&s, rising[i]);
    bk_sketch_add(&s, -0.0);
    assert_int_equal(bk_sketch_count(&s), 8);
    assert_int_equal(s.n, 7);
    for (size_t i = 1; i < 7; i++)
        assert_true(bk_sketch_bin(rising[i - 1]) < bk_sketch_bin(rising[i]));
    bk_sketch_free(&s);
}

static void within_one_percent(void **state)
{
    (void)state;
    uint64_t seed = 1;
    double x[N];
    for (int kind = 0; kind < 4; kind++) {
        struct bk_sketch s = {0};
        for (size_t i = 0; i < N; i++) {
            double u = next(&seed);
            x[i] = kind == 0   ? u
                   : kind == 1 ? exp(20 * u - 10)
                   : kind == 2 ? u - 0.5
                               : floor(u * 4) - 1;
            bk_sketch_add(&s, x[i]);
        }
        bk_sort(x, N);
        for (size_t k = 0; k <= 1000; k++) {
            double q = (double)k / 1000, got = bk_sketch_quantile(&s, q);
            double want = x[(size_t)(q * (double)(N - 1))];
            close_to(got, want, fabs(want) * BK_SKETCH_ALPHA * (1 + 1e-9));
        }
        bk_sketch_free(&s);
    }
}

static bool same(const struct bk_sketch *a, const struct bk_sketch *b)
{
    bool equal = a->n == b->n;
    for (uint32_t i = 0; equal && i < a->n; i++)
        equal = a->bins[i] == b->bins[i];
    return equal;
}

/* Also when there are more bins than are kept. */
static void merged_is_whole(void **state)
{
    (void)state;
    uint64_t seed = 2;
    for (int kind = 0; kind < 3; kind++) {
        struct bk_sketch whole = {0}, parts[3] = {{0}}, merged = {0}, read = {0};
        struct bk_buf packed = {0};
        struct bk_err err;
        for (size_t i = 0; i < 4 * N; i++) {
            double x = kind == 0 ? next(&seed)
                                 : (next(&seed) < 0.3 ? -1 : 1) *
                                       exp(next(&seed) * 1400 - 700);
            if (kind == 2)
                x = fabs(x);
            bk_sketch_add(&whole, x);
            bk_sketch_add(&parts[(size_t)(next(&seed) * 3)], x);
        }
        for (size_t i = 0; i < 3; i++)
            bk_sketch_merge(&merged, &parts[i]);
        assert_true(same(&whole, &merged));
        assert_true(kind == 0 || whole.n == BK_SKETCH_BINS);
        assert_int_equal(bk_sketch_count(&whole), 4 * N);
        bk_sketch_pack(&whole, &packed);
        assert_true(bk_sketch_unpack(&read, bk_buf_str(&packed), &err));
        assert_true(same(&whole, &read));
        bk_sketch_free(&whole);
        bk_sketch_free(&merged);
        bk_sketch_free(&read);
        for (size_t i = 0; i < 3; i++)
            bk_sketch_free(&parts[i]);
        bk_buf_free(&packed);
    }
}

static void empty(void **state)
{
    (void)state;
    struct bk_sketch s = {0};
    struct bk_buf packed = {0};
    struct bk_err err;
    assert_true(isnan(bk_sketch_quantile(&s, 0.5)));
    bk_sketch_pack(&s, &packed);
    assert_true(bk_sketch_unpack(&s, bk_buf_str(&packed), &err));
    assert_int_equal(bk_sketch_count(&s), 0);
    bk_sketch_add(&s, 1);
    assert_true(isnan(bk_sketch_quantile(&s, 1.5)));
    assert_true(isnan(bk_sketch_quantile(&s, (double)NAN)));
    bk_sketch_free(&s);
    bk_buf_free(&packed);
}

static void broken_bytes(void **state)
{
    (void)state;
    static const struct bk_str broken[] = {
        {"", 0},
        {"\2\0", 2},                                    /* of another version */
        {"\1\1", 2},                                    /* no bin where there is one */
        {"\1\1\5\0", 4},                                /* a bin without a number */
        {"\1\2\5\1\0\1", 6},                            /* the same bin twice */
        {"\1\0\0", 3},                                  /* something behind */
        {"\1\1\xff\xff\xff\xff\x7f\1", 8},              /* a bin that is none */
        {"\1\1\5\xff\xff\xff\xff\xff\xff\xff\x7f", 11}, /* too many */
        {"\1\xff\xff\x7f", 4},
        {"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 11},
    };
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        struct bk_sketch s = {0};
        struct bk_err err = {0};
        bk_sketch_add(&s, 1);
        assert_false(bk_sketch_unpack(&s, broken[i], &err));
        assert_int_equal(err.code, BK_EDB);
        assert_int_equal(bk_sketch_count(&s), 1);
        bk_sketch_free(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_bins),
        cmocka_unit_test(all_doubles_have_bins),
        cmocka_unit_test(within_one_percent),
        cmocka_unit_test(merged_is_whole),
        cmocka_unit_test(empty),
        cmocka_unit_test(broken_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
