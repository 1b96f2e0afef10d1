/* What people say of results (annotations, baselines), out of another warehouse.
 *
 * It has no ids and no files: the same thing said at the same time by the same author is
 * one thing.  It only ever ends, so where two warehouses differ the ended one is right. */
#include "internal.h"

static const struct {
    enum bk_sql all, insert, end, same;
} statements[] = {
    {BK_SQL_EVERYTHING_ANNOTATION, BK_SQL_RESTORE_ANNOTATION,
     BK_SQL_RESTORE_ANNOTATION_END, BK_SQL_RESTORE_ANNOTATION_SAME},
    {BK_SQL_EVERYTHING_BASELINE, BK_SQL_RESTORE_BASELINE, BK_SQL_RESTORE_BASELINE_END,
     BK_SQL_RESTORE_BASELINE_SAME},
};
enum {
    N_END_FIELDS = 3 /* the last ones: when, by whom and why it ended */
};

static size_t kind_of(const struct bk_moved_row *row)
{
    return row->kind == BK_MOVED_ANNOTATION ? 0 : 1;
}

static void bind_cell(struct bk_stmt *st, const struct bk_moved_field *f,
                      const struct bk_moved_cell *c, struct bk_str run)
{
    if (c->is_null) {
        bk_bind_null(st, f->param);
    } else if (f->type == BK_MOVED_TEXT) {
        bool is_run = bk_is(bk_str(bk_moved_key(f)), "run");
        bk_bind_text(st, f->param, is_run ? run : c->s);
    } else {
        bk_bind_int(st, f->param, c->i);
    }
}

/* Asks a statement of the row; what it takes as parameters are the fields, or those that
 * do not tell of the end. */
static bool put(struct bk_archive *ar, enum bk_sql which,
                const struct bk_moved_row *row, struct bk_str run, bool *done,
                struct bk_err *err)
{
    const struct bk_moved_shape *shape = &bk_moved_shapes[row->kind];
    size_t n = shape->n_fields;
    struct bk_stmt *st = bk_stmt(ar->db, which);
    int64_t one;
    if (which == statements[kind_of(row)].same) {
        n -= N_END_FIELDS;
    }
    for (size_t i = 0; i < n; i++) {
        bind_cell(st, &shape->fields[i], &row->cells[i], run);
    }
    return bk_one_int(st, &one, done, err);
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
                 struct bk_str run, enum bk_said *what, struct bk_err *err)
{
    size_t kind = kind_of(row);
    const enum bk_sql steps[] = {
        [BK_SAID_NEW] = statements[kind].insert,
        [BK_SAID_ENDED] = statements[kind].end,
        [BK_SAID_KNOWN] = statements[kind].same,
    };
    if (!is_sound(row, err)) {
        return false;
    }
    for (int i = BK_SAID_NEW; i <= BK_SAID_KNOWN; i++) {
        bool done;
        if (!put(ar, steps[i], row, run, &done, err)) {
            return false;
        }
        if (done) {
            *what = (enum bk_said)i;
            return true;
        }
    }
    *what = BK_SAID_OTHER;
    return true;
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
                 const struct bk_moved_row *row, struct bk_taken *taken,
                 struct bk_err *err)
{
    struct bk_str run = {"", 0};
    enum bk_said what;
    if (row->kind == BK_MOVED_ANNOTATION) {
        run = bk_moved_cell(row, "run")->s;
        if (run.len > 0 && !run_here(ar, from, a, &run, err)) {
            return false;
        }
    }
    if (!bk_put_said(ar, row, run, &what, err)) {
        return false;
    }
    taken->n_new += what == BK_SAID_NEW;
    taken->n_ended += what == BK_SAID_ENDED;
    if (what == BK_SAID_OTHER) {
        *BK_PUSH(a, taken->kept.items, taken->kept.n) = bk_moved_cell(row, "name")->s;
    }
    return true;
}

bool bk_archive_take_said(struct bk_archive *ar, struct bk_archive *from,
                          struct bk_arena *a, struct bk_taken *taken,
                          struct bk_err *err)
{
    static const enum bk_moved_kind kinds[] = {BK_MOVED_ANNOTATION, BK_MOVED_BASELINE};
    *taken = (struct bk_taken){.n_new = 0};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct bk_moved_cell cells[BK_MOVED_MOST_FIELDS];
        const struct bk_moved_row row = {.kind = kinds[i], .cells = cells};
        struct bk_stmt *st = bk_stmt(from->db, statements[i].all);
        bool more, ok;
        while ((ok = bk_step(st, &more, err)) && more) {
            read_cells(st, a, &bk_moved_shapes[kinds[i]], cells);
            ok = take(ar, from, a, &row, taken, err);
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
