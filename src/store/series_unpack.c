/* Reading packed samples (see series_pack.h).
 *
 * What has its checksum was written so, and yet nothing is believed: a warehouse is a
 * file that anybody may have made. */
#include "series_pack.h"

#include "../base/arena.h"
#include "../base/packer.h"
#include "../base/time.h"
#include "series_form.h"

#include <stdlib.h>
#include <string.h>

enum {
    MOST_BODY = 1 << 30 /* bytes; the writer's buffers end there */
};

struct name {
    int64_t family;
    struct bk_str text;
};

struct bk_series_reader {
    struct bk_packer *zstd;
    struct bk_buf bodies[2];
    struct name *names;
    size_t n_names, names_cap;
    size_t n, at; /* samples, and those that were given */
    /* what is left of each part */
    struct bk_str whose, lines, label_steps, values, times, exemplars;
    const struct name *name;
    uint64_t in_a_row; /* more samples of that name */
    int64_t line, time;
    struct bk_buf labels, labels_before;
    bool has_times;
    bool has_exemplar;
    uint64_t to_exemplar; /* samples before the next that has one */
};

struct bk_series_reader *bk_series_reader_new(void)
{
    struct bk_series_reader *r = bk_realloc(NULL, sizeof *r);
    memset(r, 0, sizeof *r);
    r->zstd = bk_packer_new(0);
    return r;
}

void bk_series_reader_free(struct bk_series_reader *r)
{
    if (!r) {
        return;
    }
    bk_packer_free(r->zstd);
    bk_buf_free(&r->bodies[0]);
    bk_buf_free(&r->bodies[1]);
    bk_buf_free(&r->labels);
    bk_buf_free(&r->labels_before);
    free(r->names);
    free(r);
}

static bool damaged(struct bk_err *err)
{
    return bk_fail(err, BK_EDB, "packed samples are damaged");
}

/* --- bytes --- */

static bool get_varint(struct bk_str *from, uint64_t *x)
{
    *x = 0;
    for (unsigned i = 0; i < BK_VARINT_MOST && i < from->len; i++) {
        uint64_t byte = (unsigned char)from->ptr[i];
        if (i == BK_VARINT_MOST - 1 && byte > 1) {
            return false;
        }
        *x |= (byte & 0x7f) << 7 * i;
        if (byte < 0x80) {
            *from = bk_from(*from, i + 1);
            return true;
        }
    }
    return false;
}

static bool get_text(struct bk_str *from, struct bk_str *s)
{
    uint64_t len;
    if (!get_varint(from, &len) || len > from->len) {
        return false;
    }
    *s = bk_upto(*from, (size_t)len);
    *from = bk_from(*from, (size_t)len);
    return true;
}

static bool open_body(struct bk_series_reader *r, struct bk_str packed,
                      const char *magic, struct bk_buf *body, struct bk_str *parts,
                      struct bk_err *err)
{
    if (packed.len < BK_SERIES_HEAD || memcmp(packed.ptr, magic, 4) != 0) {
        return bk_fail(err, BK_EDB, "these are no packed samples");
    }
    uint64_t version = bk_get_number(packed.ptr + 4, 2);
    if (version != BK_SERIES_VERSION) {
        return bk_fail(err, BK_EDB,
                       "packed samples of version %u: this program reads version %d",
                       (unsigned)version, BK_SERIES_VERSION);
    }
    struct bk_str rest = bk_from(packed, BK_SERIES_HEAD);
    uint64_t n = bk_get_number(packed.ptr + 8, 4);
    uint64_t how = bk_get_number(packed.ptr + 6, 2);
    size_t size = (size_t)bk_get_number(packed.ptr + 12, 4);
    if (bk_get_number(packed.ptr + BK_CRC_AT, 4) !=
            (bk_crc32(bk_upto(packed, BK_CRC_AT)) ^ bk_crc32(rest)) ||
        n == 0 || n > BK_SERIES_MOST || (r->n != 0 && n != r->n) || size > MOST_BODY) {
        return damaged(err);
    }
    r->n = (size_t)n;
    bk_buf_clear(body);
    char *to = bk_buf_reserve(body, size);
    if (!to || (how == BK_SERIES_PLAIN && size != rest.len)) {
        return damaged(err);
    }
    if (how == BK_SERIES_PLAIN) {
        bk_buf_add(body, rest);
    } else if (how != BK_SERIES_ZSTD ||
               !bk_packer_unpack(r->zstd, rest, to, size, err)) {
        return damaged(err);
    }
    struct bk_str left = {body->ptr, size};
    for (size_t i = 0; i < BK_SERIES_PARTS; i++) {
        if (!get_text(&left, &parts[i])) {
            return damaged(err);
        }
    }
    return left.len == 0 || damaged(err);
}

/* --- opening --- */

static bool get_names(struct bk_series_reader *r, struct bk_str from)
{
    r->n_names = 0;
    while (from.len > 0) {
        uint64_t family;
        struct name name;
        if (r->n_names == r->names_cap) {
            r->names_cap = r->names_cap ? 2 * r->names_cap : 64;
            r->names = bk_realloc(r->names, r->names_cap * sizeof *r->names);
        }
        if (r->n_names == r->n || !get_varint(&from, &family) || family > INT64_MAX ||
            !get_text(&from, &name.text)) {
            return false;
        }
        name.family = (int64_t)family;
        r->names[r->n_names++] = name;
    }
    return true;
}

static bool find_exemplar(struct bk_series_reader *r)
{
    r->has_exemplar = r->exemplars.len > 0;
    return !r->has_exemplar || get_varint(&r->exemplars, &r->to_exemplar);
}

bool bk_series_reader_open(struct bk_series_reader *r, struct bk_str series,
                           struct bk_str samples, struct bk_err *err)
{
    struct bk_str of_series[BK_SERIES_PARTS], of_samples[BK_SERIES_PARTS];
    uint64_t line;
    r->n = r->at = 0;
    if (!open_body(r, series, BK_SERIES_MAGIC, &r->bodies[0], of_series, err) ||
        !open_body(r, samples, BK_SAMPLES_MAGIC, &r->bodies[1], of_samples, err)) {
        r->n = 0;
        return false;
    }
    r->whose = of_series[1];
    r->lines = of_series[2];
    r->label_steps = of_series[3];
    r->values = of_samples[1];
    r->times = of_samples[2];
    r->exemplars = of_samples[3];
    r->has_times = r->times.len > 0;
    r->in_a_row = 0;
    r->time = 0;
    bk_buf_clear(&r->labels);
    if (!get_names(r, of_series[0]) || !get_varint(&of_samples[0], &line) ||
        of_samples[0].len > 0 || r->values.len != 8 * r->n || !find_exemplar(r)) {
        r->n = 0;
        return damaged(err);
    }
    r->line = bk_distance(1, bk_unzigzag(line));
    return true;
}

/* --- a sample --- */

static bool get_name(struct bk_series_reader *r)
{
    uint64_t place;
    if (r->in_a_row == 0) {
        if (!get_varint(&r->whose, &place) || !get_varint(&r->whose, &r->in_a_row) ||
            place >= r->n_names || r->in_a_row == 0) {
            return false;
        }
        r->name = &r->names[place];
    }
    r->in_a_row--;
    return true;
}

static bool get_labels(struct bk_series_reader *r)
{
    uint64_t begin, end;
    struct bk_str between;
    struct bk_buf then = r->labels;
    if (!get_varint(&r->label_steps, &begin) || !get_varint(&r->label_steps, &end) ||
        !get_text(&r->label_steps, &between) || begin > then.len ||
        end > then.len - begin) {
        return false;
    }
    r->labels = r->labels_before;
    r->labels_before = then;
    bk_buf_clear(&r->labels);
    bk_buf_add(&r->labels, bk_upto(bk_buf_str(&then), (size_t)begin));
    bk_buf_add(&r->labels, between);
    bk_buf_add(&r->labels, bk_from(bk_buf_str(&then), then.len - (size_t)end));
    return !r->labels.full;
}

static double value_at(const struct bk_series_reader *r)
{
    uint64_t bits = 0;
    double value;
    for (size_t plane = 0; plane < 8; plane++) {
        uint64_t byte = (unsigned char)r->values.ptr[plane * r->n + r->at];
        bits |= byte << 8 * plane;
    }
    memcpy(&value, &bits, sizeof value);
    return value;
}

static bool get_time(struct bk_series_reader *r, int64_t *time)
{
    uint64_t has, step;
    *time = BK_NO_TIME;
    if (!r->has_times) {
        return true;
    }
    if (!get_varint(&r->times, &has) || has > 1) {
        return false;
    }
    if (has) {
        if (!get_varint(&r->times, &step)) {
            return false;
        }
        *time = r->time = bk_onward(r->time, bk_unzigzag(step));
    }
    return true;
}

static bool get_exemplar(struct bk_series_reader *r, struct bk_str *exemplar)
{
    *exemplar = (struct bk_str){0};
    if (!r->has_exemplar) {
        return true;
    }
    if (r->to_exemplar > 0) {
        r->to_exemplar--;
        return true;
    }
    return get_text(&r->exemplars, exemplar) && find_exemplar(r);
}

bool bk_series_reader_next(struct bk_series_reader *r, struct bk_packed_sample *s,
                           bool *more, struct bk_err *err)
{
    uint64_t step;
    *more = false;
    if (r->at == r->n) {
        return (r->in_a_row == 0 && r->whose.len == 0 && r->lines.len == 0 &&
                r->label_steps.len == 0 && r->times.len == 0 && !r->has_exemplar) ||
               r->n == 0 || damaged(err);
    }
    if (!get_name(r) || !get_varint(&r->lines, &step) || !get_labels(r) ||
        !get_time(r, &s->time_ns) || !get_exemplar(r, &s->exemplar)) {
        return damaged(err);
    }
    r->line = bk_onward(bk_onward(r->line, 1), bk_unzigzag(step));
    s->family = r->name->family;
    s->name = r->name->text;
    s->labels = bk_buf_str(&r->labels);
    s->value = value_at(r);
    s->line = r->line;
    r->at++;
    *more = true;
    return true;
}
