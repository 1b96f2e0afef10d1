/* Packed samples: what goes in comes out, and damage is noticed, whatever the bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../../src/base/arena.h"
#include "../../../src/base/packer.h"
#include "../../../src/base/time.h"
#include "../../../src/store/series_form.h"
#include "../../../src/store/series_pack.h"

#include <math.h>
#include <string.h>

static uint64_t next_random(uint64_t *state)
{
    *state += UINT64_C(0x9e3779b97f4a7c15); /* splitmix64 */
    uint64_t x = *state;
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 31;
}

static struct bk_str some_text(struct bk_arena *a, uint64_t *seed)
{
    static const char *const words[] = {"",
                                        "le=\"0.5\"",
                                        "le=\"0.75\",model=\"m\"",
                                        "engine=\"0\",le=\"0.5\"",
                                        "a=\"a\"",
                                        "a=\"aa\"",
                                        "a=\"aaaaaaaaaaaaaaaaaa\"",
                                        "a=\"aaaaaaaaaaaaaaaaaaaa\""};
    const char *word = words[next_random(seed) % 8];
    return next_random(seed) % 4
               ? bk_str(word)
               : bk_fmt(a, "%s,x=\"%u\"", word, (unsigned)(next_random(seed) % 1000));
}

static struct bk_packed_sample some_sample(struct bk_arena *a, uint64_t *seed, int i)
{
    static const double values[] = {0, -0.0, 1, 0.1, 1e300, -5};
    uint64_t r = next_random(seed);
    struct bk_packed_sample s = {
        .family = (int64_t)(r % 5 == 0 ? (r >> 8) % INT64_MAX + 1 : r / 5 % 3 + 1),
        .name = r % 7 == 0 ? bk_fmt(a, "name_%u", (unsigned)(r >> 40)) : BK_S("name"),
        .labels = some_text(a, seed),
        .value = values[r % 6],
        .time_ns = r % 3 ? BK_NO_TIME : (int64_t)next_random(seed),
        .exemplar = r % 11 ? (struct bk_str){0} : some_text(a, seed),
        .line = r % 13 ? i + 1 : (int64_t)next_random(seed),
    };
    if (r % 17 == 0)
        memcpy(&s.value, &r, sizeof r); /* any bits */
    if (r % 19 == 0)
        s.value = (double)NAN;
    return s;
}

static void same_text(struct bk_str a, struct bk_str b)
{
    assert_int_equal(a.len, b.len);
    assert_true(bk_eq(a, b));
}

static void what_goes_in_comes_out(void **state)
{
    (void)state;
    uint64_t seed = 1;
    struct bk_series_packer *p = bk_series_packer_new();
    struct bk_series_reader *r = bk_series_reader_new();
    for (int round = 0; round < 200; round++) {
        struct bk_arena *a = bk_arena_new();
        struct bk_packed_sample in[300], out;
        struct bk_str series, samples;
        struct bk_err err = {0};
        bool more;
        int n = round < 20 ? round + 1 : (int)(next_random(&seed) % 300) + 1;
        bk_series_packer_clear(p);
        for (int i = 0; i < n; i++) {
            in[i] = some_sample(a, &seed, i);
            bk_series_packer_add(p, &in[i]);
        }
        assert_true(bk_series_packer_pack(p, &series, &samples, &err));
        assert_true(bk_series_reader_open(r, series, samples, &err));
        for (int i = 0; i < n; i++) {
            assert_true(bk_series_reader_next(r, &out, &more, &err) && more);
            assert_int_equal(out.family, in[i].family);
            same_text(out.name, in[i].name);
            same_text(out.labels, in[i].labels);
            same_text(out.exemplar, in[i].exemplar);
            assert_memory_equal(&out.value, &in[i].value, sizeof out.value);
            assert_int_equal(out.time_ns, in[i].time_ns);
            assert_int_equal(out.line, in[i].line);
        }
        assert_true(bk_series_reader_next(r, &out, &more, &err) && !more);
        bk_arena_free(a);
    }
    bk_series_packer_free(p);
    bk_series_reader_free(r);
}

static void pack_some(struct bk_series_packer *p, int n, uint64_t seed,
                      struct bk_buf *series, struct bk_buf *samples)
{
    struct bk_arena *a = bk_arena_new();
    struct bk_str s, t;
    struct bk_err err = {0};
    bk_series_packer_clear(p);
    for (int i = 0; i < n; i++) {
        struct bk_packed_sample x = some_sample(a, &seed, i);
        bk_series_packer_add(p, &x);
    }
    assert_true(bk_series_packer_pack(p, &s, &t, &err));
    bk_buf_clear(series);
    bk_buf_clear(samples);
    bk_buf_add(series, s);
    bk_buf_add(samples, t);
    bk_arena_free(a);
}

static bool reads(struct bk_series_reader *r, const struct bk_buf *series,
                  const struct bk_buf *samples)
{
    struct bk_packed_sample s;
    struct bk_err err = {0};
    bool more = true;
    bool ok = bk_series_reader_open(r, bk_buf_str(series), bk_buf_str(samples), &err);
    while (ok && more)
        ok = bk_series_reader_next(r, &s, &more, &err);
    assert_true(ok || (err.code == BK_EDB && err.msg[0]));
    return ok;
}

static void a_flipped_bit_is_noticed(void **state)
{
    (void)state;
    struct bk_buf packs[2] = {{0}, {0}};
    struct bk_series_packer *p = bk_series_packer_new();
    struct bk_series_reader *r = bk_series_reader_new();
    pack_some(p, 40, 3, &packs[0], &packs[1]);
    assert_true(reads(r, &packs[0], &packs[1]));
    for (size_t which = 0; which < 2; which++) {
        struct bk_buf *b = &packs[which];
        for (size_t bit = 0; bit < 8 * b->len; bit++) {
            b->ptr[bit / 8] = (char)(b->ptr[bit / 8] ^ 1 << bit % 8);
            assert_false(reads(r, &packs[0], &packs[1]));
            b->ptr[bit / 8] = (char)(b->ptr[bit / 8] ^ 1 << bit % 8);
        }
        size_t whole = b->len;
        for (b->len = 0; b->len < whole; b->len++)
            assert_false(reads(r, &packs[0], &packs[1]));
    }
    assert_true(reads(r, &packs[0], &packs[1]));
    bk_buf_free(&packs[0]);
    bk_buf_free(&packs[1]);
    bk_series_packer_free(p);
    bk_series_reader_free(r);
}

/* Its body unpacked, so that its checksum can be made to fit what is done to it. */
static void make_plain(struct bk_buf *b)
{
    struct bk_packer *zstd = bk_packer_new(1);
    struct bk_err err = {0};
    size_t size = (size_t)bk_get_number(b->ptr + 12, 4);
    if (bk_get_number(b->ptr + 6, 2) == BK_SERIES_ZSTD) {
        struct bk_buf plain = {0};
        bk_buf_add(&plain, bk_upto(bk_buf_str(b), BK_SERIES_HEAD));
        char *to = bk_buf_reserve(&plain, size);
        assert_true(bk_packer_unpack(zstd, bk_from(bk_buf_str(b), BK_SERIES_HEAD), to,
                                     size, &err));
        plain.len += size;
        bk_buf_free(b);
        *b = plain;
        bk_put_number(b->ptr + 6, BK_SERIES_PLAIN, 2);
    }
    bk_packer_free(zstd);
}

static void make_believable(struct bk_buf *b)
{
    struct bk_str all = bk_buf_str(b);
    uint32_t crc =
        bk_crc32(bk_upto(all, BK_CRC_AT)) ^ bk_crc32(bk_from(all, BK_SERIES_HEAD));
    bk_put_number(b->ptr + BK_CRC_AT, crc, 4);
}

static void nothing_is_believed(void **state)
{
    (void)state;
    uint64_t seed = 11;
    size_t refused = 0;
    struct bk_buf packs[2] = {{0}, {0}};
    struct bk_series_packer *p = bk_series_packer_new();
    struct bk_series_reader *r = bk_series_reader_new();
    pack_some(p, 30, 5, &packs[0], &packs[1]);
    for (size_t which = 0; which < 2; which++) {
        make_plain(&packs[which]);
        make_believable(&packs[which]);
    }
    assert_true(reads(r, &packs[0], &packs[1]));
    for (int round = 0; round < 20000; round++) {
        struct bk_buf *b = &packs[next_random(&seed) % 2];
        size_t at = 8 + (size_t)(next_random(&seed) % (b->len - 8));
        char was = b->ptr[at];
        b->ptr[at] = (char)(unsigned char)next_random(&seed);
        make_believable(b);
        refused += !reads(r, &packs[0], &packs[1]);
        b->ptr[at] = was;
        make_believable(b);
    }
    assert_true(refused > 1000);
    assert_true(reads(r, &packs[0], &packs[1]));
    bk_buf_free(&packs[0]);
    bk_buf_free(&packs[1]);
    bk_series_packer_free(p);
    bk_series_reader_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_goes_in_comes_out),
        cmocka_unit_test(a_flipped_bit_is_noticed),
        cmocka_unit_test(nothing_is_believed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
