/* The archive's units: one transaction each, from begin to end, and the sink that
 * writes into it. */
#include "archive.h"

#include "internal.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* --- life --- */

void bk_counts_add(struct bk_counts *sum, const struct bk_counts *c)
{
    sum->sessions += c->sessions;
    sum->runs += c->runs;
    sum->measurements += c->measurements;
    sum->samples += c->samples;
    sum->series += c->series;
    sum->sizing_runs += c->sizing_runs;
    sum->findings += c->findings;
}

bool bk_archive_new(struct bk_archive **archive, struct bk_db *db, struct bk_err *err)
{
    struct bk_archive *ar = bk_realloc(NULL, sizeof *ar);
    memset(ar, 0, sizeof *ar);
    *archive = NULL;
    ar->sink = (struct bk_sink){.run = bk_write_run,
                                .snapshot = bk_write_snapshot,
                                .series = bk_write_series,
                                .sizing = bk_write_sizing,
                                .finding = bk_write_source_finding,
                                .moved = bk_write_moved};
    ar->db = db;
    ar->arena = bk_arena_new();
    ar->unit = bk_arena_new();
    ar->scratch = bk_arena_new();
    bk_ids_init(&ar->ids);
    if (!bk_db_data_version(db, &ar->data_version, err)) {
        bk_archive_free(ar);
        return false;
    }
    *archive = ar;
    return true;
}

void bk_archive_free(struct bk_archive *ar)
{
    if (!ar) {
        return;
    }
    if (ar->open) {
        struct bk_err ignored = {0};
        bk_archive_end(ar, false, NULL, &ignored);
    }
    bk_snapshot_free(&ar->snapshot);
    bk_ids_free(&ar->ids);
    bk_arena_free(ar->scratch);
    bk_arena_free(ar->unit);
    bk_arena_free(ar->arena);
    free(ar);
}

struct bk_sink *bk_archive_sink(struct bk_archive *ar)
{
    return &ar->sink;
}

/* --- aliases --- */

bool bk_archive_load_aliases(struct bk_archive *ar, struct bk_dict *d,
                             struct bk_err *err)
{
    bool row, ok;
    struct bk_stmt *st = bk_stmt(ar->db, BK_SQL_ALIAS_ALL);
    while ((ok = bk_step(st, &row, err)) && row) {
        ok = bk_dict_add_alias(d, bk_col_text(st, 0), bk_col_text(st, 1),
                               bk_col_text(st, 2), bk_col_text(st, 3), err);
        if (!ok) {
            break;
        }
    }
    bk_reset(st);
    if (!ok) {
        return false;
    }
    st = bk_stmt(ar->db, BK_SQL_HARDWARE_ALIAS_USERS);
    while ((ok = bk_step(st, &row, err)) && row) {
        bk_dict_add_hardware_alias(d, bk_col_text(st, 0), bk_col_text(st, 1));
    }
    bk_reset(st);
    return ok;
}

/* --- the same run in another file --- */

bool bk_archive_find_same_run(struct bk_archive *ar, const struct bk_run *run,
                              int64_t *id, struct bk_err *err)
{
    bool found;
    char content[65];
    *id = 0;
    if (run->n_measurements == 0) {
        return true;
    }
    struct bk_arena_mark mark = bk_arena_mark(ar->scratch);
    bk_run_content(ar->scratch, run, content);
    bk_arena_release(ar->scratch, mark);
    struct bk_stmt *st = bk_stmt(ar->db, BK_SQL_RUN_SAME_CONTENT);
    bk_bind_text(st, ":content", bk_str(content));
    bk_bind_int(st, ":unit",
                ar->rebuilding ? ar->rebuilding->id
                : ar->open     ? ar->unit_id
                               : INT64_MAX);
    return bk_one_int(st, id, &found, err);
}

/* --- units --- */

void bk_archive_forget(struct bk_archive *ar)
{
    bk_ids_forget(&ar->ids);
    bk_snapshot_reset(&ar->snapshot);
    ar->dictionary_written = false;
}

static void reset_unit(struct bk_archive *ar)
{
    bk_arena_free(ar->unit);
    ar->unit = bk_arena_new();
    ar->sources = NULL;
    ar->runs = NULL;
    ar->n_sources = ar->n_runs = ar->n_written = 0;
    ar->run_keys = ar->sessions = (struct bk_map){0};
    ar->kept_runs = ar->kept_names = (struct bk_map){0};
    ar->again = NULL;
    ar->in_place = false;
    ar->interrupt = (struct bk_interrupt){0};
    ar->n_kept_snapshots = 0;
    ar->counts = (struct bk_counts){0};
    ar->restore = NULL;
    bk_snapshot_reset(&ar->snapshot);
}

static bool insert_unit(struct bk_archive *ar, const struct bk_import_unit *unit,
                        struct bk_err *err)
{
    if (unit->in_place) {
        ar->unit_id = unit->again->id;
        return true;
    }
    struct bk_stmt *st = bk_stmt(ar->db, BK_SQL_UNIT_INSERT);
    bk_bind_text(st, ":path", unit->path);
    bk_bind_text(st, ":context", unit->context);
    bk_bind_int(st, ":imported", bk_now());
    return bk_insert(st, &ar->unit_id, err);
}

static bool forget_if_changed(struct bk_archive *ar, struct bk_err *err)
{
    int64_t version;
    if (!bk_db_data_version(ar->db, &version, err)) {
        return false;
    }
    if (version != ar->data_version) {
        bk_archive_forget(ar);
        ar->data_version = version;
    }
    return true;
}

bool bk_archive_begin(struct bk_archive *ar, const struct bk_import_unit *unit,
                      struct bk_err *err)
{
    assert(!ar->open);
    reset_unit(ar);
    if (!ar->dict) {
        ar->dict = bk_dict_without_aliases(ar->arena);
    }
    if (!bk_begin(ar->db, err)) {
        return false;
    }
    ar->open = true;
    ar->interrupt = unit->interrupt;
    ar->unit_path = bk_dup(ar->unit, unit->path);
    if (forget_if_changed(ar, err) && bk_write_dictionary(ar, err) &&
        insert_unit(ar, unit, err) &&
        (!unit->again || bk_make_room(ar, unit->again, unit->in_place, err))) {
        return true;
    }
    struct bk_err ignored = {0};
    bk_archive_end(ar, false, NULL, &ignored);
    return false;
}

bool bk_archive_end(struct bk_archive *ar, bool commit, struct bk_counts *counts,
                    struct bk_err *err)
{
    assert(ar->open);
    ar->open = false;
    if (counts) {
        *counts = (struct bk_counts){0};
    }
    bool checked = !commit;
    if (commit) {
        bk_sort_runs(ar);
        checked = bk_snapshot_flush(ar, err) && bk_settle_claims(ar, err) &&
                  bk_settle_rebuilt(ar, err) && bk_find_copies(ar, err);
    }
    struct bk_err second = {0};
    bool ended = bk_end(ar->db, commit && checked, &second);
    if (checked && !ended) {
        *err = second;
    }
    bool ok = checked && ended;
    struct bk_err ignored; /* the next unit does not depend on it */
    bk_archive_let_go(ar, &ignored);
    if (!ok || !commit) {
        bk_archive_forget(ar);
    }
    if (ok && commit && counts) {
        *counts = ar->counts;
    }
    reset_unit(ar);
    return ok;
}
