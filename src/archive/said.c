/* What people say of results (annotations, baselines), out of another warehouse.
 *
 * It has no ids and no files: the same thing said at the same time by the same author is
 * one thing.  It only ever ends, so where two warehouses differ the ended one is right. */
#include "internal.h"

static const struct {
    enum bk_sql all, insert, same;
} statements[] = {
    {BK_SQL_EVERYTHING_ANNOTATION, BK_SQL_RESTORE_ANNOTATION,
     BK_SQL_RESTORE_ANNOTATION_SAME},
    {BK_SQL_EVERYTHING_BASELINE, BK_SQL_RESTORE_BASELINE, BK_SQL_RESTORE_BASELINE_SAME},
};

static size_t kind_of(const struct bk_moved_row *row)
{
    return row->kind == BK_MOVED_ANNOTATION ? 0 : 1;
}

static struct bk_stmt *bind(struct bk_archive *ar, enum bk_sql which,
                            const struct bk_moved_row *row, struct bk_str run)
{
    const struct bk_moved_shape *shape = &bk_moved_shapes[row->kind];
    struct bk_stmt *st = bk_stmt(ar->db, which);
    for (size_t i = 0; i < shape->n_fields; i++) {
        const struct bk_moved_field *f = &shape->fields[i];
        const struct bk_moved_cell *c = &row->cells[i];
        if (c->is_null) {
            bk_bind_null(st, f->param);
        } else if (f->type == BK_MOVED_TEXT) {
            bool is_run = bk_is(bk_str(bk_moved_key(f)), "run");
            bk_bind_text(st, f->param, is_run ? run : c->s);
        } else {
            bk_bind_int(st, f->param, c->i);
        }
    }
    return st;
}

static bool is_empty(const struct bk_moved_row *row, const char *key)
{
    return bk_moved_cell(row, key)->s.len == 0;
}

/* What the tables would refuse. */
static bool is_sound(const struct bk_moved_row *row, struct bk_err *err)
{
    bool annotation = row->kind == BK_MOVED_ANNOTATION;
    const char *needed = annotation ? "reason" : "name";
    if (is_empty(row, "author") || is_empty(row, needed)) {
        return bk_fail(err, BK_EINPUT, "'%s' is empty",
                       is_empty(row, needed) ? needed : "author");
    }
    if (annotation ||
        is_empty(row, "session") == (bk_moved_cell(row, "rolling")->i > 0)) {
        return true;
    }
    return bk_fail(err, BK_EINPUT,
                   "a baseline has a 'session', or is 'rolling' over some");
}

bool bk_put_said(struct bk_archive *ar, const struct bk_moved_row *row,
                 struct bk_str run, bool *taken, struct bk_err *err)
{
    size_t kind = kind_of(row);
    int64_t one;
    if (!is_sound(row, err) ||
        !bk_one_int(bind(ar, statements[kind].insert, row, run), &one, taken, err)) {
        return false;
    }
    return *taken ||
           bk_one_int(bind(ar, statements[kind].same, row, run), &one, taken, err);
}

bool bk_said_of_run(struct bk_archive *ar, struct bk_str from, struct bk_str to,
                    struct bk_err *err)
{
    struct bk_stmt *st = bk_stmt(ar->db, BK_SQL_ANNOTATION_RENAME_RUN);
    bk_bind_text(st, ":from", from);
    bk_bind_text(st, ":to", to);
    return bk_run_stmt(st, err);
}

/* --- out of another warehouse's file --- */

static bool text_of(struct bk_stmt *st, struct bk_arena *a, struct bk_str *text,
                    bool *found, struct bk_err *err)
{
    bool ok = bk_step(st, found, err);
    if (ok && *found) {
        *text = bk_dup(a, bk_col_text(st, 0));
    }
    bk_reset(st);
    return ok;
}

/* The name here of a run of there: of the one that says the same. */
static bool run_here(struct bk_archive *ar, struct bk_archive *from, struct bk_arena *a,
                     struct bk_str *name, struct bk_err *err)
{
    struct bk_str content;
    bool found;
    struct bk_stmt *st = bk_stmt(from->db, BK_SQL_RUN_CONTENT);
    bk_bind_text(st, ":name", *name);
    if (!text_of(st, a, &content, &found, err) || !found) {
        return err->code == BK_OK;
    }
    st = bk_stmt(ar->db, BK_SQL_RUN_WITH_CONTENT);
    bk_bind_text(st, ":content", content);
    bk_bind_text(st, ":name", *name);
    return text_of(st, a, name, &found, err);
}

static void read_cells(struct bk_stmt *st, struct bk_arena *a,
                       const struct bk_moved_shape *shape, struct bk_moved_cell *cells)
{
    for (size_t i = 0; i < shape->n_fields; i++) {
        cells[i] = (struct bk_moved_cell){.is_null = bk_col_is_null(st, i)};
        if (shape->fields[i].type == BK_MOVED_TEXT) {
            cells[i].s = bk_dup(a, bk_col_text(st, i));
        } else {
            cells[i].i = bk_col_int(st, i);
        }
    }
}

static bool take(struct bk_archive *ar, struct bk_archive *from, struct bk_arena *a,
                 const struct bk_moved_row *row, struct bk_aliases *kept,
                 struct bk_err *err)
{
    struct bk_str run = {"", 0};
    bool taken;
    if (row->kind == BK_MOVED_ANNOTATION) {
        run = bk_moved_cell(row, "run")->s;
        if (run.len > 0 && !run_here(ar, from, a, &run, err)) {
            return false;
        }
    }
    if (!bk_put_said(ar, row, run, &taken, err)) {
        return false;
    }
    if (!taken) {
        *BK_PUSH(a, kept->items, kept->n) = bk_moved_cell(row, "name")->s;
    }
    return true;
}

bool bk_archive_take_said(struct bk_archive *ar, struct bk_archive *from,
                          struct bk_arena *a, struct bk_aliases *kept,
                          struct bk_err *err)
{
    static const enum bk_moved_kind kinds[] = {BK_MOVED_ANNOTATION, BK_MOVED_BASELINE};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct bk_moved_cell cells[BK_MOVED_MOST_FIELDS];
        const struct bk_moved_row row = {.kind = kinds[i], .cells = cells};
        struct bk_stmt *st = bk_stmt(from->db, statements[i].all);
        bool more, ok;
        while ((ok = bk_step(st, &more, err)) && more) {
            read_cells(st, a, &bk_moved_shapes[kinds[i]], cells);
            ok = take(ar, from, a, &row, kept, err);
            if (!ok) {
                break;
            }
        }
        bk_reset(st);
        if (!ok) {
            return false;
        }
    }
    return true;
}
