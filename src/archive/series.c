/* Snapshots: expositions with all their series and samples.
 *
 * An exposition may have a million samples.  They are packed, some thousands at a time
 * (src/store/series_pack.h), and the packed series, which the next snapshot of the same
 * server has once more, are written only when they are not there yet. */
#include "../base/hash.h"
#include "../store/series_pack.h"
#include "internal.h"

#include <stdlib.h>
#include <string.h>

enum {
    HASH_DIGITS = 16 /* hexadecimal, of a SHA-256: as many as an integer takes */
};

/* What was learnt is forgotten between units: it may have been rolled back, or removed
 * by another process. */
void bk_snapshot_reset(struct bk_snapshot_writer *w)
{
    if (w->packer) {
        bk_series_packer_clear(w->packer);
    }
    bk_buf_clear(&w->family.texts);
    w->family.id = 0;
    w->id = w->seq = 0;
}

void bk_snapshot_free(struct bk_snapshot_writer *w)
{
    bk_series_packer_free(w->packer);
    bk_buf_free(&w->labels);
    bk_buf_free(&w->family.texts);
    *w = (struct bk_snapshot_writer){0};
}

/* --- labels --- */

static int by_label_name(const void *a, const void *b)
{
    const struct bk_label *x = a, *y = b;
    int order = bk_cmp(x->name, y->name);
    return order ? order : bk_cmp(x->value, y->value);
}

/* Mostly the first letter tells. */
static bool stand_wrong(const struct bk_label *x, const struct bk_label *y)
{
    if (x->name.len > 0 && y->name.len > 0 && x->name.ptr[0] != y->name.ptr[0]) {
        return (unsigned char)x->name.ptr[0] > (unsigned char)y->name.ptr[0];
    }
    return by_label_name(x, y) > 0;
}

/* The places of a few labels by name.  Samples next to each other have the same labels,
 * so the order of the one before is mostly right. */
static void order_few(struct bk_snapshot_writer *w, const struct bk_series_sample *s)
{
    static const unsigned char as_they_come[BK_FEW_LABELS] = {
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    unsigned char *order = w->order;
    size_t n = s->n_labels, sorted = 1;
    if (w->n_ordered != n) {
        memcpy(order, as_they_come, sizeof as_they_come);
        w->n_ordered = n;
    }
    while (sorted < n &&
           !stand_wrong(&s->labels[order[sorted - 1]], &s->labels[order[sorted]])) {
        sorted++;
    }
    for (size_t i = sorted; i < n; i++) {
        unsigned char one = order[i];
        size_t at = i;
        for (; at > 0 && stand_wrong(&s->labels[order[at - 1]], &s->labels[one]);
             at--) {
            order[at] = order[at - 1];
        }
        order[at] = one;
    }
}

static const struct bk_label *sort_many(struct bk_archive *ar,
                                        const struct bk_series_sample *s)
{
    struct bk_label *sorted = bk_alloc_array(ar->scratch, s->n_labels, sizeof *sorted);
    memcpy(sorted, s->labels, s->n_labels * sizeof *sorted);
    qsort(sorted, s->n_labels, sizeof *sorted, by_label_name);
    return sorted;
}

/* Is one of eight bytes a backslash, a quote or a line end? */
static bool has_special(uint64_t eight)
{
    const uint64_t ones = UINT64_MAX / 255, tops = ones << 7;
    uint64_t a = eight ^ ones * '\\', b = eight ^ ones * '"', c = eight ^ ones * '\n';
    return (((a - ones) & ~a) | ((b - ones) & ~b) | ((c - ones) & ~c)) & tops;
}

/* Copies four to eight bytes, the ends overlapping, if none needs a backslash. */
static bool copy_plain(char *to, const char *from, size_t n)
{
    uint32_t first, last;
    memcpy(&first, from, 4);
    memcpy(&last, from + n - 4, 4);
    memcpy(to, &first, 4);
    memcpy(to + n - 4, &last, 4);
    return !has_special(first | (uint64_t)last << 32);
}

/* A label value as expositions write it: \\ \" \n.  Returns where it ends; there is
 * room for all of it to be escaped. */
static char *put_escaped(char *to, struct bk_str value)
{
    size_t i = 0;
    while (i < value.len) {
        size_t n = value.len - i < 8 ? value.len - i : 8;
        if (n >= 4 && copy_plain(to, value.ptr + i, n)) {
            to += n;
            i += n;
            continue;
        }
        char c = value.ptr[i++];
        if (c == '\\' || c == '"' || c == '\n') {
            *to++ = '\\';
        }
        *to++ = c == '\n' ? 'n' : c;
    }
    return to;
}

static size_t longest(const struct bk_label *labels, size_t n)
{
    size_t len = 0;
    for (size_t i = 0; i < n; i++) {
        len += labels[i].name.len + 2 * labels[i].value.len + sizeof "=\"\",";
    }
    return len;
}

static char *put_label(char *to, const struct bk_label *l)
{
    if (l->name.len > 0) {
        memcpy(to, l->name.ptr, l->name.len);
        to += l->name.len;
    }
    *to++ = '=';
    *to++ = '"';
    to = put_escaped(to, l->value);
    *to++ = '"';
    return to;
}

static bool canonical_labels(struct bk_archive *ar, const struct bk_series_sample *s,
                             struct bk_err *err)
{
    struct bk_snapshot_writer *w = &ar->snapshot;
    struct bk_buf *b = &w->labels;
    bool few = s->n_labels <= BK_FEW_LABELS;
    struct bk_arena_mark mark = bk_arena_mark(ar->scratch);
    const struct bk_label *labels = few ? s->labels : sort_many(ar, s);
    bk_buf_clear(b);
    if (few) {
        order_few(w, s);
    }
    char *begin = bk_buf_reserve(b, longest(labels, s->n_labels)), *to = begin;
    for (size_t i = 0; begin && i < s->n_labels; i++) {
        if (i > 0) {
            *to++ = ',';
        }
        to = put_label(to, &labels[few ? w->order[i] : i]);
    }
    b->len = (size_t)(to - begin);
    if (!few) {
        bk_arena_release(ar->scratch, mark);
    }
    return begin ||
           bk_fail(err, BK_EINPUT, "line %zu: its labels are too long", s->line);
}

/* --- families --- */

static bool find_family(struct bk_archive *ar, const struct bk_series_sample *s,
                        struct bk_str type, int64_t *id, struct bk_err *err)
{
    static const enum bk_sql find_then_add[] = {BK_SQL_FAMILY_FIND,
                                                BK_SQL_FAMILY_INSERT};
    bool found;
    *id = 0;
    for (size_t i = 0; i < 2 && !*id; i++) {
        struct bk_stmt *st = bk_stmt(ar->db, find_then_add[i]);
        bk_bind_text(st, ":name", s->family);
        bk_bind_text(st, ":type", type);
        bk_bind_text(st, ":help", s->help);
        bk_bind_text(st, ":unit", s->unit);
        if (!(i == 0 ? bk_one_int(st, id, &found, err) : bk_insert(st, id, err))) {
            return false;
        }
    }
    return true;
}

static bool is_family(const struct bk_snapshot_writer *w,
                      const struct bk_series_sample *s)
{
    struct bk_str texts = bk_buf_str(&w->family.texts);
    const struct bk_str parts[] = {s->family, s->help, s->unit};
    if (!w->family.id || w->family.type != s->type) {
        return false;
    }
    for (size_t i = 0; i < 3; i++) {
        if (w->family.lengths[i] != parts[i].len ||
            !bk_eq(bk_upto(texts, parts[i].len), parts[i])) {
            return false;
        }
        texts = bk_from(texts, parts[i].len);
    }
    return true;
}

static void keep_family(struct bk_snapshot_writer *w, const struct bk_series_sample *s,
                        int64_t id)
{
    const struct bk_str parts[] = {s->family, s->help, s->unit};
    bk_buf_clear(&w->family.texts);
    for (size_t i = 0; i < 3; i++) {
        bk_buf_add(&w->family.texts, parts[i]);
        w->family.lengths[i] = parts[i].len;
    }
    w->family.type = s->type;
    w->family.id = id;
}

/* Samples of a family stand together, so the one before is mostly right. */
static bool family_id(struct bk_archive *ar, const struct bk_series_sample *s,
                      int64_t *id, struct bk_err *err)
{
    struct bk_snapshot_writer *w = &ar->snapshot;
    if (is_family(w, s)) {
        *id = w->family.id;
        return true;
    }
    struct bk_str type = bk_str(bk_series_type_name(s->type));
    const struct bk_str parts[] = {s->family, type, s->help, s->unit};
    struct bk_str key = bk_ids_key(&ar->ids, parts, 4);
    *id = bk_ids_get(&ar->ids, BK_CACHED_FAMILY, key);
    if (!*id) {
        if (!find_family(ar, s, type, id, err)) {
            return false;
        }
        bk_ids_put(&ar->ids, BK_CACHED_FAMILY, key, *id);
    }
    keep_family(w, s, *id);
    return true;
}

/* --- packs --- */

static int64_t hash_of(struct bk_str bytes)
{
    char hex[65];
    uint64_t x = 0;
    int64_t hash;
    bk_sha256_of(bytes, hex);
    for (size_t i = 0; i < HASH_DIGITS; i++) {
        char c = hex[i];
        x = x << 4 | (uint64_t)(c <= '9' ? c - '0' : c - 'a' + 10);
    }
    memcpy(&hash, &x, sizeof hash);
    return hash;
}

static bool series_pack_id(struct bk_archive *ar, struct bk_str packed, size_t n,
                           int64_t *id, struct bk_err *err)
{
    bool found;
    int64_t hash = hash_of(packed);
    struct bk_stmt *st = bk_stmt(ar->db, BK_SQL_SERIES_PACK_FIND);
    bk_bind_int(st, ":hash", hash);
    bk_bind_blob(st, ":packed", packed);
    *id = 0;
    if (!bk_one_int(st, id, &found, err) || *id) {
        return *id != 0;
    }
    st = bk_stmt(ar->db, BK_SQL_SERIES_PACK_INSERT);
    bk_bind_int(st, ":series", (int64_t)n);
    bk_bind_int(st, ":hash", hash);
    bk_bind_blob(st, ":packed", packed);
    return bk_insert(st, id, err);
}

bool bk_snapshot_flush(struct bk_archive *ar, struct bk_err *err)
{
    struct bk_snapshot_writer *w = &ar->snapshot;
    size_t n = w->packer ? bk_series_packer_n(w->packer) : 0;
    struct bk_str series, samples;
    int64_t series_pack;
    if (n == 0) {
        return true;
    }
    if (!bk_series_packer_pack(w->packer, &series, &samples, err) ||
        !series_pack_id(ar, series, n, &series_pack, err)) {
        return false;
    }
    struct bk_stmt *st = bk_stmt(ar->db, BK_SQL_SAMPLE_PACK_INSERT);
    bk_bind_int(st, ":snapshot", w->id);
    bk_bind_int(st, ":seq", w->seq);
    bk_bind_int(st, ":samples", (int64_t)n);
    bk_bind_int(st, ":series_pack", series_pack);
    bk_bind_blob(st, ":packed", samples);
    w->seq += (int64_t)n;
    bk_series_packer_clear(w->packer);
    return bk_run_stmt(st, err);
}

/* --- the sink's calls --- */

bool bk_snapshot_begin(struct bk_archive *ar, int64_t id, int64_t seq,
                       struct bk_err *err)
{
    struct bk_snapshot_writer *w = &ar->snapshot;
    if (w->id == id) {
        return true;
    }
    if (!bk_snapshot_flush(ar, err)) {
        return false;
    }
    if (!w->packer) {
        w->packer = bk_series_packer_new();
    }
    w->id = id;
    w->seq = seq;
    return true;
}

bool bk_write_snapshot(struct bk_sink *sink, const struct bk_snapshot *snapshot,
                       struct bk_err *err)
{
    struct bk_archive *ar = (struct bk_archive *)sink;
    int64_t source, id;
    if (!bk_source_id(ar, snapshot->source, &source, err)) {
        return false;
    }
    struct bk_stmt *st = bk_stmt(ar->db, BK_SQL_SNAPSHOT_INSERT);
    bk_bind_id(st, ":id", bk_snapshot_number(ar, source));
    bk_bind_int(st, ":source", source);
    bk_bind_text(st, ":syntax", snapshot->syntax);
    bk_bind_time(st, ":taken", snapshot->taken_ns);
    return bk_insert(st, &id, err) && bk_snapshot_begin(ar, id, 0, err);
}

bool bk_write_series(struct bk_sink *sink, const struct bk_series_sample *s,
                     struct bk_err *err)
{
    struct bk_archive *ar = (struct bk_archive *)sink;
    struct bk_snapshot_writer *w = &ar->snapshot;
    int64_t family;
    if (!w->id) {
        return bk_fail(err, BK_EINPUT, "a sample stands before its snapshot");
    }
    if (!family_id(ar, s, &family, err) ||
        (bk_series_packer_is_full(w->packer, family) && !bk_snapshot_flush(ar, err))) {
        return false;
    }
    if (!canonical_labels(ar, s, err)) {
        return false;
    }
    bk_series_packer_add(w->packer,
                         &(struct bk_packed_sample){.family = family,
                                                    .name = s->name,
                                                    .labels = bk_buf_str(&w->labels),
                                                    .value = s->value,
                                                    .time_ns = s->time_ns,
                                                    .exemplar = s->exemplar,
                                                    .line = (int64_t)s->line});
    ar->counts.series++;
    return true;
}

/* --- checking --- */

static bool check_pack(struct bk_series_reader *r, struct bk_str series,
                       struct bk_str samples, int64_t n, struct bk_err *err)
{
    struct bk_packed_sample s;
    bool more = true;
    int64_t count = 0;
    if (!bk_series_reader_open(r, series, samples, err)) {
        return false;
    }
    while (more) {
        if (!bk_series_reader_next(r, &s, &more, err)) {
            return false;
        }
        count += more;
    }
    return count == n || bk_fail(err, BK_EDB, "%lld samples instead of %lld",
                                 (long long)count, (long long)n);
}

bool bk_archive_verify_series(struct bk_archive *ar,
                              void (*say)(void *self, struct bk_str complaint),
                              void *self, struct bk_err *err)
{
    int64_t after = 0;
    bool row = true, ok = true;
    struct bk_series_reader *r = bk_series_reader_new();
    while (ok && row) {
        struct bk_err wrong = {0};
        struct bk_stmt *st = bk_stmt(ar->db, BK_SQL_SAMPLE_PACK_NEXT);
        bk_bind_int(st, ":after", after);
        ok = bk_step(st, &row, err);
        if (ok && row) {
            after = bk_col_int(st, 0);
            if (!check_pack(r, bk_col_blob(st, 4), bk_col_blob(st, 5),
                            bk_col_int(st, 3), &wrong)) {
                bk_wrap(&wrong, "exposition '%.*s', samples from %lld on",
                        BK_F(bk_col_text(st, 1)), (long long)bk_col_int(st, 2));
                say(self, bk_str(wrong.msg));
            }
        }
        bk_reset(st);
    }
    bk_series_reader_free(r);
    return ok;
}
