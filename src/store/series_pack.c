/* Writing packed samples (see series_pack.h). */
#include "series_pack.h"

#include "../base/arena.h"
#include "../base/packer.h"
#include "../base/time.h"
#include "series_form.h"

#include <stdlib.h>
#include <string.h>

enum {
    LEVEL = 1,           /* zstd's: what repeats is gone before it */
    CUT_AT = 4096,       /* from so many samples on, where a family ends */
    MOST_TEXT = 1 << 20, /* bytes of texts */
    RECENT = 8           /* names that are looked at: a family has few */
};

struct name {
    int64_t family;
    size_t at, len; /* in the part of names */
    uint64_t place;
};

enum part {
    NAMES,
    WHOSE,
    LINES,
    LABELS,
    FIRST_LINE,
    VALUES,
    TIMES,
    EXEMPLARS,
    N_PARTS
};

struct bk_series_packer {
    struct bk_packer *zstd;
    struct bk_buf parts[N_PARTS];
    size_t n;
    struct name recent[RECENT];
    uint64_t n_names;
    struct name name;      /* of the sample before, as what follows */
    uint64_t in_a_row;     /* samples of that name */
    struct bk_buf labels;  /* as they were */
    int64_t line, time;    /* likewise */
    size_t since_exemplar; /* samples behind the last that has one */
    bool has_time;
    double values[BK_SERIES_MOST];
    struct bk_buf body, packed[2];
};

struct bk_series_packer *bk_series_packer_new(void)
{
    struct bk_series_packer *p = bk_realloc(NULL, sizeof *p);
    memset(p, 0, sizeof *p);
    p->zstd = bk_packer_new(LEVEL);
    return p;
}

void bk_series_packer_free(struct bk_series_packer *p)
{
    if (!p) {
        return;
    }
    bk_packer_free(p->zstd);
    for (size_t i = 0; i < N_PARTS; i++) {
        bk_buf_free(&p->parts[i]);
    }
    bk_buf_free(&p->labels);
    bk_buf_free(&p->body);
    bk_buf_free(&p->packed[0]);
    bk_buf_free(&p->packed[1]);
    free(p);
}

void bk_series_packer_clear(struct bk_series_packer *p)
{
    for (size_t i = 0; i < N_PARTS; i++) {
        bk_buf_clear(&p->parts[i]);
    }
    bk_buf_clear(&p->labels);
    memset(p->recent, 0, sizeof p->recent);
    p->name = (struct name){0};
    p->n = p->since_exemplar = 0;
    p->n_names = p->in_a_row = 0;
    p->line = p->time = 0;
    p->has_time = false;
}

size_t bk_series_packer_n(const struct bk_series_packer *p)
{
    return p->n;
}

bool bk_series_packer_is_full(const struct bk_series_packer *p, int64_t family)
{
    size_t text = p->parts[NAMES].len + p->parts[LABELS].len + p->parts[EXEMPLARS].len;
    return p->n >= BK_SERIES_MOST || (p->n > 0 && text >= MOST_TEXT) ||
           (p->n >= CUT_AT && family != p->name.family);
}

static size_t varint(char *to, uint64_t x)
{
    size_t n = 0;
    while (x > 0x7f) {
        to[n++] = (char)(unsigned char)(x | 0x80);
        x >>= 7;
    }
    to[n++] = (char)x;
    return n;
}

static void put_varint(struct bk_buf *b, uint64_t x)
{
    char *to = bk_buf_reserve(b, BK_VARINT_MOST);
    if (to) {
        b->len += varint(to, x);
    }
}

static void put_text(struct bk_buf *b, struct bk_str s)
{
    put_varint(b, s.len);
    bk_buf_add(b, s);
}

/* --- what a sample adds to each part --- */

static bool is_name(const struct bk_series_packer *p, const struct name *name,
                    const struct bk_packed_sample *s)
{
    return name->family == s->family && name->len == s->name.len &&
           memcmp(p->parts[NAMES].ptr + name->at, s->name.ptr, name->len) == 0;
}

/* A name that was not seen of late stands there once more. */
static struct name place_of(struct bk_series_packer *p,
                            const struct bk_packed_sample *s)
{
    for (size_t i = 0; i < RECENT && i < p->n_names; i++) {
        if (is_name(p, &p->recent[i], s)) {
            return p->recent[i];
        }
    }
    struct bk_buf *b = &p->parts[NAMES];
    put_varint(b, (uint64_t)s->family);
    put_text(b, s->name);
    struct name *name = &p->recent[p->n_names % RECENT];
    *name = (struct name){s->family, b->len - s->name.len, s->name.len, p->n_names++};
    return *name;
}

static void end_row(struct bk_series_packer *p)
{
    if (p->in_a_row > 0) {
        put_varint(&p->parts[WHOSE], p->name.place);
        put_varint(&p->parts[WHOSE], p->in_a_row);
    }
    p->in_a_row = 0;
}

static void add_name(struct bk_series_packer *p, const struct bk_packed_sample *s)
{
    if (p->in_a_row == 0 || !is_name(p, &p->name, s)) {
        end_row(p);
        p->name = place_of(p, s);
    }
    p->in_a_row++;
}

/* Of the bytes before both ends. */
static size_t same_end(const char *a, const char *b, size_t most)
{
    size_t n = 0;
    while (n + 8 <= most && memcmp(a - n - 8, b - n - 8, 8) == 0) {
        n += 8;
    }
    while (n < most && a[-1 - (ptrdiff_t)n] == b[-1 - (ptrdiff_t)n]) {
        n++;
    }
    return n;
}

static void add_labels(struct bk_series_packer *p, struct bk_str now)
{
    struct bk_str then = bk_buf_str(&p->labels);
    size_t most = then.len < now.len ? then.len : now.len, begin = 0, end = 0;
    if (most > 0) {
        begin = bk_same_begin(then, now);
        end = same_end(then.ptr + then.len, now.ptr + now.len, most - begin);
    }
    size_t between = now.len - begin - end;
    struct bk_buf *b = &p->parts[LABELS];
    char *to = bk_buf_reserve(b, 3 * BK_VARINT_MOST + between);
    if (to) {
        char *at = to;
        at += varint(at, begin);
        at += varint(at, end);
        at += varint(at, between);
        if (between > 0) {
            memcpy(at, now.ptr + begin, between);
        }
        b->len += (size_t)(at - to) + between;
    }
    bk_buf_clear(&p->labels);
    bk_buf_add(&p->labels, now);
}

/* Most expositions have no times at all: those before the first are made up for. */
static void add_time(struct bk_series_packer *p, int64_t time)
{
    struct bk_buf *b = &p->parts[TIMES];
    if (!p->has_time && time == BK_NO_TIME) {
        return;
    }
    for (size_t i = 0; !p->has_time && i < p->n; i++) {
        bk_buf_addc(b, 0);
    }
    p->has_time = true;
    bk_buf_addc(b, time != BK_NO_TIME);
    if (time != BK_NO_TIME) {
        put_varint(b, bk_zigzag(bk_distance(p->time, time)));
        p->time = time;
    }
}

void bk_series_packer_add(struct bk_series_packer *p, const struct bk_packed_sample *s)
{
    if (p->n == 0) {
        put_varint(&p->parts[FIRST_LINE], bk_zigzag(s->line));
        p->line = bk_distance(1, s->line);
    }
    add_name(p, s);
    put_varint(&p->parts[LINES],
               bk_zigzag(bk_distance(bk_onward(p->line, 1), s->line)));
    p->line = s->line;
    add_labels(p, s->labels);
    add_time(p, s->time_ns);
    p->values[p->n++] = s->value;
    if (s->exemplar.len > 0) {
        put_varint(&p->parts[EXEMPLARS], p->since_exemplar);
        put_text(&p->parts[EXEMPLARS], s->exemplar);
        p->since_exemplar = 0;
    } else {
        p->since_exemplar++;
    }
}

/* --- packing --- */

static bool put_values(struct bk_series_packer *p)
{
    char *to = bk_buf_reserve(&p->parts[VALUES], 8 * p->n);
    if (!to) {
        return false;
    }
    for (size_t i = 0; i < p->n; i++) {
        uint64_t bits;
        memcpy(&bits, &p->values[i], sizeof bits);
        for (size_t plane = 0; plane < 8; plane++) {
            to[plane * p->n + i] = (char)(unsigned char)(bits >> 8 * plane);
        }
    }
    p->parts[VALUES].len += 8 * p->n;
    return true;
}

static bool pack_parts(struct bk_series_packer *p, const char *magic, enum part first,
                       struct bk_buf *to, struct bk_err *err)
{
    char head[BK_SERIES_HEAD] = {0};
    bool shorter;
    bk_buf_clear(&p->body);
    bk_buf_clear(to);
    for (size_t i = 0; i < BK_SERIES_PARTS; i++) {
        const struct bk_buf *part = &p->parts[(size_t)first + i];
        p->body.full = p->body.full || part->full;
        put_text(&p->body, bk_buf_str(part));
    }
    bk_buf_add(to, (struct bk_str){head, sizeof head});
    if (!bk_packer_pack(p->zstd, bk_buf_str(&p->body), to, &shorter, err)) {
        return false;
    }
    if (!shorter) {
        bk_buf_add(to, bk_buf_str(&p->body));
    }
    if (p->body.full || to->full || p->body.len > UINT32_MAX) {
        return bk_fail(err, BK_EINPUT, "the labels of samples are too long to keep");
    }
    memcpy(to->ptr, magic, 4);
    bk_put_number(to->ptr + 4, BK_SERIES_VERSION, 2);
    bk_put_number(to->ptr + 6, shorter ? BK_SERIES_ZSTD : BK_SERIES_PLAIN, 2);
    bk_put_number(to->ptr + 8, p->n, 4);
    bk_put_number(to->ptr + 12, p->body.len, 4);
    struct bk_str all = bk_buf_str(to);
    bk_put_number(
        to->ptr + BK_CRC_AT,
        bk_crc32(bk_upto(all, BK_CRC_AT)) ^ bk_crc32(bk_from(all, BK_SERIES_HEAD)), 4);
    return true;
}

bool bk_series_packer_pack(struct bk_series_packer *p, struct bk_str *series,
                           struct bk_str *samples, struct bk_err *err)
{
    end_row(p);
    bk_buf_clear(&p->parts[VALUES]);
    if (!put_values(p)) {
        return bk_fail(err, BK_ESYS, "out of memory while packing");
    }
    if (!pack_parts(p, BK_SERIES_MAGIC, NAMES, &p->packed[0], err) ||
        !pack_parts(p, BK_SAMPLES_MAGIC, FIRST_LINE, &p->packed[1], err)) {
        return false;
    }
    *series = bk_buf_str(&p->packed[0]);
    *samples = bk_buf_str(&p->packed[1]);
    return true;
}
