/* Chunks: what is written reads back bit for bit, each codec, and damage is seen. */
#include "kit.h"

#include "../../../src/samples/chunk.h"

static struct bk_sample_columns columns_of(const struct plain *p)
{
    return (struct bk_sample_columns){p->metrics, p->sets, p->times,
                                      p->values,  p->n,    p->n};
}

static void same_bytes(const void *a, const void *b, size_t n)
{
    assert_memory_equal(a, b, n);
}

/* Packs, reads back, and compares; the packed bytes are left in 'packed'. */
static void round_trip(struct plain *p, struct bk_buf *packed)
{
    struct bk_err err;
    struct bk_chunk_work *w = bk_chunk_work_new();
    struct bk_sample_columns in = columns_of(p);
    struct bk_chunk c;
    uint16_t metrics[2000], sets[2000];
    int64_t times[2000];
    double values[2000];
    struct bk_sample_columns out = {metrics, sets, times, values, 0, 2000};
    assert_true(p->n <= 2000);
    bk_chunk_group(w, &in);
    if (!bk_chunk_pack(w, &in, packed, &err) ||
        !bk_chunk_open(&c, bk_buf_str(packed), &err) ||
        !bk_chunk_read(w, &c, &out, &err))
        fail_msg("%s", err.msg);
    assert_int_equal(out.n, p->n);
    same_bytes(metrics, p->metrics, p->n * sizeof *metrics);
    same_bytes(sets, p->sets, p->n * sizeof *sets);
    same_bytes(times, p->times, p->n * sizeof *times);
    same_bytes(values, p->values, p->n * sizeof *values);
    bk_chunk_work_free(w);
}

static void one_column(const double *values, size_t n, int decimals)
{
    struct plain p = {0};
    struct bk_buf packed = {0};
    struct bk_chunk c;
    struct bk_err err;
    for (size_t i = 0; i < n; i++)
        plain_add(&p, 7, 0, 5, values[i]);
    round_trip(&p, &packed);
    assert_true(bk_chunk_open(&c, bk_buf_str(&packed), &err));
    assert_int_equal(bk_chunk_metric(&c, 0).decimals, decimals);
    assert_int_equal(bk_chunk_find(&c, 7), 0);
    assert_int_equal(bk_chunk_find(&c, 6), BK_NONE);
    bk_buf_free(&packed);
    plain_free(&p);
}

static void codecs(void **state)
{
    (void)state;
    one_column((const double[]){3, 3, 3}, 3, 0);
    one_column((const double[]){0.1, 0.1}, 2, 1);
    one_column((const double[]){1e300, 1e300}, 2, -1);
    one_column((const double[]){1.5, 2.25, -1e6}, 3, 2);
    one_column((const double[]){1e6, 1000001, 1000003, 1000002}, 4, 0);
    one_column((const double[]){0.123456789, 5}, 2, 9);
    one_column((const double[]){0.1234567891, 5}, 2, -1);
    one_column((const double[]){1.0 / 3, 1.0 / 3, 1.0 / 7}, 3, -1);
    one_column((const double[]){1.0 / 3, 1.0 / 3, 1.0 / 3, 2}, 4, -1);
    one_column((const double[]){0.0, -0.0}, 2, -1); /* which have different bits */
    one_column((const double[]){5e-324, 1.7e308, -1.7e308}, 3, -1);
    one_column((const double[]){2251799813685247.0, 1}, 2, 0);
    one_column((const double[]){42}, 1, 0);
}

static void times(void **state)
{
    (void)state;
    const int64_t all[][4] = {
        {0, 0, 0, 0},
        {1771063200000000000, 1771063200000000000, 1771063201000000000, 0},
        {INT64_MIN, INT64_MAX, -1, 0},
        {1771063200123456789, 1771063200123456000, 1771063200123000000, 5},
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        struct plain p = {0};
        struct bk_buf packed = {0};
        for (size_t k = 0; k < 4; k++)
            plain_add(&p, 0, 0, all[i][k], 1);
        round_trip(&p, &packed);
        bk_buf_free(&packed);
        plain_free(&p);
    }
}

static void random_points(struct plain *p, uint64_t *seed)
{
    size_t n = 1 + next_random(seed) % 1500;
    size_t n_metrics = 1 + next_random(seed) % (next_random(seed) % 4 ? 12 : 999);
    size_t n_sets = 1 + next_random(seed) % (next_random(seed) % 4 ? 5 : 8192);
    int64_t time = (int64_t)(next_random(seed) >> 2);
    for (size_t i = 0; i < n; i++) {
        uint16_t m = (uint16_t)(next_random(seed) % n_metrics);
        double x = unit_random(seed) * 1000;
        if (m % 3 == 0)
            x = round(x * 1000) / 1000;
        else if (m % 3 == 1)
            x = floor(x);
        if (next_random(seed) % 3 == 0)
            time += (int64_t)(next_random(seed) % 2000000000) - 5;
        plain_add(p, m, (uint16_t)(next_random(seed) % n_sets), time, x);
    }
}

static void random_chunks(void **state)
{
    (void)state;
    uint64_t seed = 11;
    for (int i = 0; i < 60; i++) {
        struct plain p = {0};
        struct bk_buf packed = {0};
        random_points(&p, &seed);
        round_trip(&p, &packed);
        bk_buf_free(&packed);
        plain_free(&p);
    }
}

static bool reads(struct bk_chunk_work *w, struct bk_str bytes, struct plain *room,
                  struct bk_err *err)
{
    struct bk_chunk c;
    struct bk_sample_columns out = columns_of(room);
    return bk_chunk_open(&c, bytes, err) && c.n_points <= room->n &&
           bk_chunk_read(w, &c, &out, err);
}

/* Any flipped bit, and any cut, is an error. */
static void damage(void **state)
{
    (void)state;
    uint64_t seed = 5;
    struct plain p = {0};
    struct bk_buf packed = {0};
    struct bk_err err;
    struct bk_chunk_work *w = bk_chunk_work_new();
    random_points(&p, &seed);
    round_trip(&p, &packed);
    assert_true(reads(w, bk_buf_str(&packed), &p, &err));
    for (size_t i = 0; i < packed.len; i += 1 + i / 64) {
        for (unsigned bit = 0; bit < 8; bit += 3) {
            packed.ptr[i] = (char)(packed.ptr[i] ^ 1 << bit);
            err.code = BK_OK;
            assert_false(reads(w, bk_buf_str(&packed), &p, &err));
            assert_int_equal(err.code, BK_EDB);
            packed.ptr[i] = (char)(packed.ptr[i] ^ 1 << bit);
        }
    }
    for (size_t n = 0; n < packed.len; n += 7)
        assert_false(reads(w, bk_upto(bk_buf_str(&packed), n), &p, &err));
    bk_buf_addc(&packed, 0);
    assert_false(reads(w, bk_buf_str(&packed), &p, &err));
    bk_chunk_work_free(w);
    bk_buf_free(&packed);
    plain_free(&p);
}

static void versions(void **state)
{
    (void)state;
    struct plain p = {0};
    struct bk_buf packed = {0};
    struct bk_chunk c;
    struct bk_err err;
    plain_add(&p, 0, 0, 0, 1);
    round_trip(&p, &packed);
    packed.ptr[4] = 9;
    assert_false(bk_chunk_open(&c, bk_buf_str(&packed), &err));
    assert_string_equal(err.msg, "a chunk of version 9; this program reads version 1");
    assert_false(bk_chunk_open(&c, BK_S("bkc"), &err));
    assert_string_equal(err.msg, "these bytes are no chunk of points");
    bk_buf_free(&packed);
    plain_free(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codecs), cmocka_unit_test(times),
        cmocka_unit_test(random_chunks), cmocka_unit_test(damage),
        cmocka_unit_test(versions)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
