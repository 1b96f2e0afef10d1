/* export everything: one object a line, with all that is needed to build the warehouse
 * again but the bytes of its sources.
 *
 * Each kind of row is a statement (schema/queries/everything_KIND.sql) whose columns
 * are the fields of src/record/moved.h in their order.  Rows are ordered by what they
 * say, never by their ids, so that a warehouse that was built from an export gives the
 * same bytes again.  Sections are read one after the other and row by row. */
#include "export.h"

#include "select.h"

#include <math.h>

#include "../base/base64.h"
#include "../record/moved.h"

/* A number of more digits than a reader takes leaves as a text. */
#define MOST_DIGITS ((size_t)1000)

static const enum bk_sql statements[BK_N_MOVED] = {
    [BK_MOVED_WAREHOUSE] = BK_SQL_EVERYTHING_WAREHOUSE,
    [BK_MOVED_ALIAS] = BK_SQL_EVERYTHING_ALIAS,
    [BK_MOVED_HARDWARE] = BK_SQL_EVERYTHING_HARDWARE,
    [BK_MOVED_HARDWARE_ALIAS] = BK_SQL_EVERYTHING_HARDWARE_ALIAS,
    [BK_MOVED_HARDWARE_PRICE] = BK_SQL_EVERYTHING_HARDWARE_PRICE,
    [BK_MOVED_MODEL] = BK_SQL_EVERYTHING_MODEL,
    [BK_MOVED_MODEL_ALIAS] = BK_SQL_EVERYTHING_MODEL_ALIAS,
    [BK_MOVED_METRIC] = BK_SQL_EVERYTHING_METRIC,
    [BK_MOVED_UNIT] = BK_SQL_EVERYTHING_UNIT,
    [BK_MOVED_SOURCE] = BK_SQL_EVERYTHING_SOURCE,
    [BK_MOVED_UNIT_SOURCE] = BK_SQL_EVERYTHING_UNIT_SOURCE,
    [BK_MOVED_PLACE] = BK_SQL_EVERYTHING_PLACE,
    [BK_MOVED_HARDWARE_FACT] = BK_SQL_EVERYTHING_HARDWARE_FACT,
    [BK_MOVED_MODEL_FACT] = BK_SQL_EVERYTHING_MODEL_FACT,
    [BK_MOVED_SESSION] = BK_SQL_EVERYTHING_SESSION,
    [BK_MOVED_RUN] = BK_SQL_EVERYTHING_RUN,
    [BK_MOVED_STAGE] = BK_SQL_EVERYTHING_STAGE,
    [BK_MOVED_MEASUREMENT] = BK_SQL_EVERYTHING_MEASUREMENT,
    [BK_MOVED_TIMELINE] = BK_SQL_EVERYTHING_TIMELINE,
    [BK_MOVED_THRESHOLD] = BK_SQL_EVERYTHING_THRESHOLD,
    [BK_MOVED_RUN_SAMPLES] = BK_SQL_EVERYTHING_RUN_SAMPLES,
    [BK_MOVED_SAMPLE_CHUNK] = BK_SQL_EVERYTHING_SAMPLE_CHUNK,
    [BK_MOVED_SAMPLE_SUMMARY] = BK_SQL_EVERYTHING_SAMPLE_SUMMARY,
    [BK_MOVED_SAMPLE_SECOND] = BK_SQL_EVERYTHING_SAMPLE_SECOND,
    [BK_MOVED_SNAPSHOT] = BK_SQL_EVERYTHING_SNAPSHOT,
    [BK_MOVED_SERIES] = BK_SQL_EVERYTHING_SERIES,
    [BK_MOVED_SIZING_RUN] = BK_SQL_EVERYTHING_SIZING_RUN,
    [BK_MOVED_SIZING] = BK_SQL_EVERYTHING_SIZING,
    [BK_MOVED_SIZING_FORMULA] = BK_SQL_EVERYTHING_SIZING_FORMULA,
    [BK_MOVED_ABSORBED_RUN] = BK_SQL_EVERYTHING_ABSORBED_RUN,
    [BK_MOVED_ABSORBED_STAGE] = BK_SQL_EVERYTHING_ABSORBED_STAGE,
    [BK_MOVED_ABSORBED_MEASUREMENT] = BK_SQL_EVERYTHING_ABSORBED_MEASUREMENT,
    [BK_MOVED_ABSORBED_TIMELINE] = BK_SQL_EVERYTHING_ABSORBED_TIMELINE,
    [BK_MOVED_ABSORBED_THRESHOLD] = BK_SQL_EVERYTHING_ABSORBED_THRESHOLD,
    [BK_MOVED_ABSORBED_FINDING] = BK_SQL_EVERYTHING_ABSORBED_FINDING,
    [BK_MOVED_FINDING] = BK_SQL_EVERYTHING_FINDING,
    [BK_MOVED_ANNOTATION] = BK_SQL_EVERYTHING_ANNOTATION,
    [BK_MOVED_BASELINE] = BK_SQL_EVERYTHING_BASELINE,
    [BK_MOVED_END] = BK_SQL_EVERYTHING_END,
};

struct rows { /* of one kind, while they are read */
    struct bk_db *db;
    enum bk_moved_kind kind;
    struct bk_stmt *st; /* NULL: not asked yet */
    struct bk_arena *scratch;
    struct bk_arena_mark start;
    struct bk_value cells[1 + BK_MOVED_MOST_FIELDS];
};

/* --- one cell --- */

static struct bk_value config_cell(struct bk_arena *a, struct bk_str canonical)
{
    const struct bk_pair *pairs;
    size_t n;
    bk_config_pairs(a, canonical, &pairs, &n);
    struct bk_pair *kept = bk_alloc_array(a, n + 1, sizeof *kept);
    for (size_t i = 0; i < n; i++) {
        kept[i] = pairs[i];
        kept[i].is_number = pairs[i].is_number && pairs[i].value.len <= MOST_DIGITS;
    }
    return bk_v_pairs(kept, n);
}

static struct bk_value cell(struct rows *r, const struct bk_moved_field *f, size_t i)
{
    struct bk_stmt *st = r->st;
    bool null = bk_col_is_null(st, i);
    switch (f->type) {
    case BK_MOVED_TEXT:
    case BK_MOVED_SHA256:
        return null ? bk_v_null() : bk_v_str(bk_col_text(st, i));
    case BK_MOVED_BYTES:
        return null ? bk_v_null() : bk_v_str(bk_base64(r->scratch, bk_col_blob(st, i)));
    case BK_MOVED_INT:
        return null ? bk_v_null() : bk_v_int(bk_col_int(st, i));
    case BK_MOVED_BOOL:
        return bk_v_bool(bk_col_int(st, i) != 0);
    case BK_MOVED_REAL:
        return null ? bk_v_null() : bk_v_real(bk_col_real(st, i));
    case BK_MOVED_SPECIAL:
        return bk_v_real(bk_col_real(st, i));
    case BK_MOVED_MIXED:
        return bk_col_type(st, i) == BK_SQL_TEXT_VALUE ? bk_v_str(bk_col_text(st, i))
                                                       : bk_v_real(bk_col_real(st, i));
    case BK_MOVED_TIME:
        return bk_v_time(bk_col_time(st, i));
    case BK_MOVED_PAIRS:
        return f->ref == BK_REF_CONFIG || (f->flags & BK_MOVED_OF_RUN)
                   ? config_cell(r->scratch, bk_col_text(st, i))
                   : bk_labels_cell(r->scratch, bk_col_text(st, i));
    }
    return bk_v_null();
}

/* --- a section --- */

static bool next_row(void *self, const struct bk_value **cells, bool *more,
                     struct bk_err *err)
{
    struct rows *r = self;
    const struct bk_moved_shape *shape = &bk_moved_shapes[r->kind];
    bk_arena_release(r->scratch, r->start);
    if (r->st == NULL)
        r->st = bk_stmt(r->db, statements[r->kind]);
    if (!bk_step(r->st, more, err))
        return false;
    *cells = r->cells;
    r->cells[0] = bk_v_text(shape->name);
    for (size_t i = 0; *more && i < shape->n_fields; i++)
        r->cells[1 + i] = cell(r, &shape->fields[i], i);
    return true;
}

static void close_rows(void *self)
{
    struct rows *r = self;
    if (r->st != NULL)
        bk_reset(r->st);
    bk_arena_free(r->scratch);
}

static void add_section(struct bk_db *db, struct bk_report *report,
                        enum bk_moved_kind kind)
{
    const struct bk_moved_shape *shape = &bk_moved_shapes[kind];
    struct bk_column *columns =
        bk_alloc_array(report->arena, 1 + shape->n_fields, sizeof *columns);
    columns[0] = (struct bk_column){"record", "", 0};
    for (size_t i = 0; i < shape->n_fields; i++) {
        const struct bk_moved_field *f = &shape->fields[i];
        columns[1 + i] = (struct bk_column){
            bk_moved_key(f), "", f->type == BK_MOVED_SPECIAL ? BK_COL_SPECIALS : 0};
    }
    struct rows *r = bk_alloc(report->arena, sizeof *r);
    r->db = db;
    r->kind = kind;
    r->scratch = bk_arena_new();
    r->start = bk_arena_mark(r->scratch);
    struct bk_section *section =
        bk_report_section(report, shape->name, columns, 1 + shape->n_fields);
    section->next = next_row;
    section->close = close_rows;
    section->self = r;
}

void bk_export_everything(struct bk_db *db, struct bk_report *r)
{
    for (int kind = 0; kind < BK_N_MOVED; kind++)
        add_section(db, r, (enum bk_moved_kind)kind);
}
