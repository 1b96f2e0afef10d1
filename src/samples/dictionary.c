/* The dictionary of a run: its metrics, tags, sets and sums, packed.
 *
 *      0  magic "bkdi"
 *      4  u16 version, 1
 *      6  u16 0
 *      8  u32 unpacked bytes
 *     12  zstd, or the bytes as they are when that is not shorter
 *   last  u32 CRC-32 of all bytes before it
 * Unpacked, numbers are varints, doubles are 8 bytes and times zigzag varints; a text
 * is its length and its bytes:
 *   metrics: how many; of each name, source's name, source's unit, unit, scale, kind,
 *            role, decimals + 1
 *   texts of tags: how many; each
 *   sets: how many, with the first, which has no tags; of each outcome, number of tags,
 *            and for each tag the texts of its name and value
 *   sums: how many; of each metric, set, and what struct bk_sample_sum has. */
#include "codec.h"
#include "internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MAGIC   "bkdi"
#define VERSION 1
#define HEAD    ((size_t)12)
#define CRC     sizeof(uint32_t)
#define LEVEL   3
/* What BK_MAX_SUMS sums and BK_MAX_TAG_SETS sets of a reader's longest texts take. */
#define MAX_RAW ((size_t)256 << 20)

/* --- writing --- */

static void put_number(struct bk_buf *b, uint64_t x)
{
    for (; x >= 0x80; x >>= 7)
        bk_buf_addc(b, (char)(unsigned char)(x | 0x80));
    bk_buf_addc(b, (char)x);
}

static void put_time(struct bk_buf *b, int64_t ns)
{
    put_number(b, bk_zigzag((uint64_t)ns));
}

static void put_double(struct bk_buf *b, double x)
{
    unsigned char bytes[sizeof x];
    bk_put_le(bytes, bk_bits_of(x), sizeof bytes);
    bk_buf_add(b, (struct bk_str){(const char *)bytes, sizeof bytes});
}

static void put_text(struct bk_buf *b, struct bk_str s)
{
    put_number(b, s.len);
    bk_buf_add(b, s);
}

static void put_metrics(const struct bk_samples *s, struct bk_buf *b)
{
    put_number(b, s->n_metrics);
    for (size_t i = 0; i < s->n_metrics; i++) {
        const struct bk_sample_metric *m = &s->metrics[i];
        put_text(b, m->metric);
        put_text(b, m->source_name);
        put_text(b, m->source_unit);
        put_text(b, m->unit);
        put_double(b, m->scale);
        put_number(b, (uint64_t)m->kind);
        put_number(b, (uint64_t)m->role);
        put_number(b, (uint64_t)(s->decimals[i] + 1));
    }
}

static uint64_t text_number(struct bk_arena *a, struct bk_map *numbers,
                            struct bk_buf *texts, struct bk_str text)
{
    uintptr_t known = (uintptr_t)bk_map_get(numbers, text);
    if (known == 0) {
        known = numbers->n + 1;
        bk_map_put(a, numbers, text, (void *)known);
        put_text(texts, text);
    }
    return known - 1;
}

static void put_sets(const struct bk_samples *s, struct bk_buf *b)
{
    struct bk_arena *a = bk_arena_new();
    struct bk_map numbers = {0};
    struct bk_buf texts = {0}, sets = {0};
    for (size_t i = 0; i < s->n_sets; i++) {
        const struct bk_tag_set *set = &s->sets[i];
        put_number(&sets, (uint64_t)set->outcome);
        put_number(&sets, set->n_tags);
        for (size_t k = 0; k < set->n_tags; k++) {
            put_number(&sets, text_number(a, &numbers, &texts, set->tags[k].name));
            put_number(&sets, text_number(a, &numbers, &texts, set->tags[k].value));
        }
    }
    put_number(b, numbers.n);
    bk_buf_add(b, bk_buf_str(&texts));
    put_number(b, s->n_sets);
    bk_buf_add(b, bk_buf_str(&sets));
    bk_buf_free(&texts);
    bk_buf_free(&sets);
    bk_arena_free(a);
}

static void put_sums(const struct bk_samples *s, struct bk_buf *b)
{
    put_number(b, s->sums.n);
    for (size_t i = 0; i < s->sums.n; i++) {
        const struct bk_pair_sum *p = bk_sums_at(&s->sums, i);
        put_number(b, p->metric);
        put_number(b, p->set);
        put_number(b, p->sum.n);
        put_number(b, p->sum.above_zero);
        put_number(b, p->last_at);
        put_time(b, p->sum.first_ns);
        put_time(b, p->sum.last_ns);
        put_double(b, p->sum.sum);
        put_double(b, p->sum.sum_of_squares);
        put_double(b, p->sum.min);
        put_double(b, p->sum.max);
        put_double(b, p->sum.last);
    }
}

bool bk_samples_dictionary(struct bk_samples *s, struct bk_buf *packed,
                           struct bk_err *err)
{
    struct bk_buf raw = {.max = MAX_RAW};
    struct bk_packer *packer = bk_packer_new(LEVEL);
    unsigned char head[HEAD] = {0};
    size_t at = packed->len;
    bool shorter = false;
    put_metrics(s, &raw);
    put_sets(s, &raw);
    put_sums(s, &raw);
    memcpy(head, MAGIC, 4);
    bk_put_le(head + 4, VERSION, 2);
    bk_put_le(head + 8, raw.len, 4);
    bk_buf_add(packed, (struct bk_str){(const char *)head, HEAD});
    bool ok = raw.full
                  ? bk_fail(err, BK_EINPUT, "the names of tags are too long")
                  : bk_packer_pack(packer, bk_buf_str(&raw), packed, &shorter, err);
    if (ok && !shorter)
        bk_buf_add(packed, bk_buf_str(&raw));
    bk_put_le(head, bk_crc32(bk_from(bk_buf_str(packed), at)), CRC);
    bk_buf_add(packed, (struct bk_str){(const char *)head, CRC});
    bk_packer_free(packer);
    bk_buf_free(&raw);
    return ok;
}

/* --- reading --- */

struct reader {
    struct bk_str rest;
    bool broken;
};

static uint64_t get_number(struct reader *r)
{
    uint64_t x = 0;
    for (unsigned shift = 0; shift < 64 && r->rest.len > 0; shift += 7) {
        unsigned char c = (unsigned char)*r->rest.ptr;
        r->rest = bk_from(r->rest, 1);
        x |= (uint64_t)(c & 0x7f) << shift;
        if (c < 0x80)
            return x;
    }
    r->broken = true;
    return 0;
}

/* A number below 'limit'. */
static size_t get_below(struct reader *r, uint64_t limit)
{
    uint64_t x = get_number(r);
    r->broken |= x >= limit;
    return r->broken ? 0 : (size_t)x;
}

static int64_t get_time(struct reader *r)
{
    return (int64_t)bk_unzigzag(get_number(r));
}

static double get_double(struct reader *r)
{
    if (r->rest.len < sizeof(double)) {
        r->broken = true;
        return 0;
    }
    double x = bk_of_bits(bk_get_le((const unsigned char *)r->rest.ptr, sizeof x));
    r->rest = bk_from(r->rest, sizeof x);
    return x;
}

static struct bk_str get_text(struct reader *r)
{
    uint64_t len = get_number(r);
    r->broken |= len > r->rest.len;
    if (r->broken)
        return BK_S("");
    struct bk_str s = bk_upto(r->rest, (size_t)len);
    r->rest = bk_from(r->rest, (size_t)len);
    return s;
}

static void get_metrics(struct bk_samples *s, struct reader *r)
{
    size_t n = get_below(r, BK_MAX_METRICS + 1);
    for (size_t i = 0; i < n && !r->broken; i++) {
        struct bk_sample_metric m = {0};
        m.metric = get_text(r);
        m.source_name = get_text(r);
        m.source_unit = get_text(r);
        m.unit = get_text(r);
        m.scale = get_double(r);
        m.kind = (enum bk_sample_kind)get_below(r, BK_SAMPLE_GAUGE + 1);
        m.role = (enum bk_sample_role)get_below(r, BK_ROLE_LOAD + 1);
        s->decimals[i] = (int8_t)((int)get_below(r, BK_MAX_DECIMALS + 2) - 1);
        bk_samples_metric(s, &m);
    }
}

static void get_sets(struct bk_samples *s, struct reader *r)
{
    size_t n_texts = get_below(r, r->rest.len + 1); /* a text is a byte at least */
    struct bk_str *texts = bk_realloc(NULL, (n_texts + 1) * sizeof *texts);
    for (size_t i = 0; i < n_texts; i++)
        texts[i] = get_text(r);
    size_t n = get_below(r, BK_MAX_TAG_SETS + 1);
    struct bk_tag *tags = NULL;
    for (size_t i = 0; i < n && !r->broken; i++) {
        enum bk_outcome outcome = (enum bk_outcome)get_below(r, BK_N_OUTCOMES);
        size_t n_tags = get_below(r, r->rest.len / 2 + 1);
        tags = bk_realloc(tags, (n_tags + 1) * sizeof *tags);
        for (size_t k = 0; k < n_tags; k++) {
            tags[k].name = texts[get_below(r, n_texts)];
            tags[k].value = texts[get_below(r, n_texts)];
            if (r->broken)
                break;
        }
        if (!r->broken)
            bk_samples_add_set(s, tags, n_tags, outcome);
    }
    free(tags);
    free(texts);
}

static void get_sums(struct bk_samples *s, struct reader *r)
{
    size_t n = get_below(r, BK_MAX_SUMS + 1);
    for (size_t i = 0; i < n && !r->broken; i++) {
        size_t metric = get_below(r, s->n_metrics), set = get_below(r, s->n_sets);
        struct bk_pair_sum *p = r->broken ? NULL : bk_sums_get(&s->sums, metric, set);
        if (p == NULL || p->sum.n > 0) {
            r->broken = true;
            return;
        }
        p->sum.n = get_number(r);
        p->sum.above_zero = get_number(r);
        p->last_at = get_number(r);
        p->sum.first_ns = get_time(r);
        p->sum.last_ns = get_time(r);
        p->sum.sum = get_double(r);
        p->sum.sum_of_squares = get_double(r);
        p->sum.min = get_double(r);
        p->sum.max = get_double(r);
        p->sum.last = get_double(r);
        r->broken |= p->sum.n == 0 || !isfinite(p->sum.min) || !isfinite(p->sum.max) ||
                     p->sum.min > p->sum.max;
    }
}

static bool get_all(struct bk_samples *s, struct bk_str raw)
{
    struct reader r = {.rest = raw};
    get_metrics(s, &r);
    get_sets(s, &r);
    get_sums(s, &r);
    return !r.broken && r.rest.len == 0 && s->n_sets > 0;
}

static bool unpack(struct bk_str packed, struct bk_buf *raw, struct bk_err *err)
{
    const unsigned char *head = (const unsigned char *)packed.ptr;
    if (packed.len < HEAD + CRC || memcmp(head, MAGIC, 4) != 0)
        return bk_fail(err, BK_EDB, "these bytes are no dictionary of points");
    if (bk_get_le(head + 4, 2) != VERSION)
        return bk_fail(err, BK_EDB,
                       "a dictionary of version %d; this program reads version %d",
                       (int)bk_get_le(head + 4, 2), VERSION);
    struct bk_str all = bk_upto(packed, packed.len - CRC), body = bk_from(all, HEAD);
    if (bk_crc32(all) != bk_get_le(head + all.len, CRC))
        return bk_fail(err, BK_EDB, "it is damaged");
    size_t size = (size_t)bk_get_le(head + 8, 4);
    char *to = bk_buf_reserve(raw, size);
    if (to == NULL)
        return bk_fail(err, BK_EDB, "a dictionary of %zu bytes is too long", size);
    if (body.len == size) {
        bk_buf_add(raw, body);
    } else {
        struct bk_packer *packer = bk_packer_new(LEVEL);
        bool ok = bk_packer_unpack(packer, body, to, size, err);
        bk_packer_free(packer);
        if (!ok)
            return false;
        raw->len = size;
    }
    return true;
}

bool bk_samples_of(struct bk_samples **s, struct bk_str dictionary,
                   const struct bk_chunk_source *chunks, struct bk_err *err)
{
    struct bk_buf raw = {.max = MAX_RAW};
    struct bk_samples *made = bk_samples_empty();
    bool ok = unpack(dictionary, &raw, err) &&
              (get_all(made, bk_buf_str(&raw)) ||
               bk_fail(err, BK_EDB, "its numbers contradict each other"));
    bk_buf_free(&raw);
    *s = NULL;
    if (!ok) {
        bk_samples_free(made);
        return bk_wrap(err, "dictionary of the points of run '%.*s'",
                       BK_F(chunks->name));
    }
    for (size_t i = 0; i < chunks->n_chunks; i++)
        made->n_points += chunks->spans[i].n_points;
    made->source = chunks;
    bk_samples_add_up(made);
    made->finished = true;
    *s = made;
    return true;
}
