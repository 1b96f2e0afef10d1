/* Snapshots: expositions with all their series and samples.
 *
 * An exposition may have a million samples.  They are packed, some thousands at a time
 * (src/store/series_pack.h), and the packed series, which the next snapshot of the same
 * server has once more, are written only when they are not there yet. */
#include "../store/series_pack.h"
#include "internal.h"
#include "series_packing.h"

#include <string.h>

/* What was learnt is forgotten between units: it may have been rolled back, or removed
 * by another process. */
void bk_snapshot_reset(struct bk_snapshot_writer *w)
{
    if (w->packing) {
        bk_series_packing_clear(w->packing);
    }
    bk_buf_clear(&w->family.texts);
    w->family.id = 0;
    w->id = w->seq = 0;
}

void bk_snapshot_free(struct bk_snapshot_writer *w)
{
    bk_series_packing_free(w->packing);
    bk_buf_free(&w->family.texts);
    *w = (struct bk_snapshot_writer){0};
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
    if ((s->same_name && w->family.id) || is_family(w, s)) {
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

static bool series_pack_id(struct bk_archive *ar, const struct bk_packed_series *pack,
                           int64_t *id, struct bk_err *err)
{
    bool found;
    struct bk_stmt *st = bk_stmt(ar->db, BK_SQL_SERIES_PACK_FIND);
    bk_bind_int(st, ":hash", pack->hash);
    bk_bind_blob(st, ":packed", bk_buf_str(&pack->series));
    *id = 0;
    if (!bk_one_int(st, id, &found, err) || *id) {
        return *id != 0;
    }
    st = bk_stmt(ar->db, BK_SQL_SERIES_PACK_INSERT);
    bk_bind_int(st, ":series", (int64_t)pack->n);
    bk_bind_int(st, ":hash", pack->hash);
    bk_bind_blob(st, ":packed", bk_buf_str(&pack->series));
    return bk_insert(st, id, err);
}

static bool write_pack(void *self, const struct bk_packed_series *pack,
                       struct bk_err *err)
{
    struct bk_archive *ar = self;
    struct bk_snapshot_writer *w = &ar->snapshot;
    int64_t series_pack;
    if (!series_pack_id(ar, pack, &series_pack, err)) {
        return false;
    }
    struct bk_stmt *st = bk_stmt(ar->db, BK_SQL_SAMPLE_PACK_INSERT);
    bk_bind_int(st, ":snapshot", w->id);
    bk_bind_int(st, ":seq", w->seq);
    bk_bind_int(st, ":samples", (int64_t)pack->n);
    bk_bind_int(st, ":series_pack", series_pack);
    bk_bind_blob(st, ":packed", bk_buf_str(&pack->samples));
    w->seq += (int64_t)pack->n;
    return bk_run_stmt(st, err);
}

bool bk_snapshot_flush(struct bk_archive *ar, struct bk_err *err)
{
    struct bk_snapshot_writer *w = &ar->snapshot;
    return !w->packing || bk_series_packing_end(w->packing, err);
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
    if (!w->packing) {
        w->packing = bk_series_packing_new((struct bk_packed_taker){ar, write_pack});
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
        !bk_series_packing_add(w->packing, family, s, err)) {
        return false;
    }
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
