/* Annotations against runs and rows: see annotations.h.
 *
 * Which runs an annotation names is found out once; a series then only asks for its own
 * metric.  There are few annotations, and most archives have none. */
#include "annotations.h"

#include "../base/time.h"

#include <math.h>
#include <stdlib.h>

const char *const bk_annotation_kinds[BK_N_ANNOTATION_KINDS] = {
    [BK_LEVEL_SHIFT] = "level-shift",
    [BK_OUTLIER] = "outlier",
    [BK_MUTE] = "mute",
    [BK_REMARK] = "note",
};

/* --- reading --- */

static enum bk_annotation_kind kind_named(struct bk_str name)
{
    int kind = 0;
    while (kind < BK_REMARK && !bk_is(name, bk_annotation_kinds[kind]))
        kind++;
    return (enum bk_annotation_kind)kind;
}

static void read_one(struct bk_arena *a, const struct bk_stmt *st,
                     struct bk_annotation *n)
{
    struct bk_str *const texts[] = {
        &n->session, &n->run,  &n->hardware, &n->model,  &n->workload,  &n->filter,
        &n->metric,  &n->stat, &n->reason,   &n->author, &n->undone_by, &n->undone_why,
    };
    enum {
        N_TEXTS = sizeof texts / sizeof *texts
    };
    *n = (struct bk_annotation){.id = bk_col_int(st, 0),
                                .kind = kind_named(bk_col_text(st, 1))};
    for (size_t i = 0; i < N_TEXTS; i++)
        *texts[i] = bk_dup(a, bk_col_text(st, 2 + i));
    n->created_ns = bk_col_time(st, 2 + N_TEXTS);
    n->undone_ns = bk_col_time(st, 3 + N_TEXTS);
    n->session_started_ns = bk_col_time(st, 4 + N_TEXTS);
}

bool bk_annotations_load(struct bk_db *db, struct bk_arena *a, bool all,
                         struct bk_annotation_list *list, struct bk_err *err)
{
    struct bk_stmt *st = bk_stmt(db, BK_SQL_ANNOTATIONS_LIST);
    bool more, ok;
    *list = (struct bk_annotation_list){NULL, 0};
    while ((ok = bk_step(st, &more, err)) && more) {
        struct bk_annotation n;
        read_one(a, st, &n);
        if (all || n.undone_ns == BK_NO_TIME)
            *BK_PUSH(a, list->items, list->n) = n;
    }
    bk_reset(st);
    return ok;
}

/* --- what it is about --- */

bool bk_annotation_filter(struct bk_db *db, struct bk_arena *a,
                          const struct bk_annotation *n, struct bk_filter *f,
                          struct bk_err *err)
{
    const struct {
        const char *name;
        struct bk_str value;
    } names[] = {
        {"hardware", n->hardware}, {"model", n->model}, {"workload", n->workload}};
    if (!bk_filter_read(a, db, n->filter, f, err))
        return false;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (names[i].value.len > 0 &&
            !bk_filter_add(a, db, f, names[i].name, bk_cstr(a, names[i].value), err))
            return false;
    return true;
}

static bool is_or_any(struct bk_str wanted, struct bk_str is)
{
    return wanted.len == 0 || bk_eq(wanted, is);
}

bool bk_annotation_names(const struct bk_annotation *n, const struct bk_filter *f,
                         const struct bk_run_row *run)
{
    return is_or_any(n->session, run->dim[BK_DIM_SESSION]) &&
           is_or_any(n->run, run->name) && bk_filter_match(f, run);
}

bool bk_annotation_has(const struct bk_annotation *n, const struct bk_quantity *q)
{
    return is_or_any(n->metric, q->metric) && is_or_any(n->stat, q->stat);
}

static void add_part(struct bk_arena *a, struct bk_str *text, const char *before,
                     struct bk_str part, const char *behind)
{
    if (part.len > 0)
        *text = bk_fmt(a, "%.*s%s%s%.*s%s", BK_F(*text), text->len > 0 ? ", " : "",
                       before, BK_F(part), behind);
}

struct bk_str bk_annotation_about(struct bk_arena *a, const struct bk_annotation *n)
{
    struct bk_str text = {"", 0}, metric = n->metric;
    bool shift = n->kind == BK_LEVEL_SHIFT;
    if (n->stat.len > 0)
        metric = bk_fmt(a, "%.*s.%.*s", BK_F(n->metric), BK_F(n->stat));
    add_part(a, &text, shift ? "from session " : "session ", n->session,
             shift ? " on" : "");
    add_part(a, &text, "run ", n->run, "");
    add_part(a, &text, "", n->hardware, "");
    add_part(a, &text, "", n->model, "");
    add_part(a, &text, "", n->workload, "");
    add_part(a, &text, "", n->filter, "");
    add_part(a, &text, "", metric, "");
    return text;
}

static struct bk_str said_by(struct bk_arena *a, const struct bk_annotation *n)
{
    char date[16];
    bk_format_date(n->created_ns, date);
    return bk_fmt(a, "%.*s (%.*s, %s)", BK_F(n->reason), BK_F(n->author), date);
}

static struct bk_str kind_text(enum bk_annotation_kind kind)
{
    return bk_str(kind == BK_LEVEL_SHIFT ? "level shift" : bk_annotation_kinds[kind]);
}

struct bk_str bk_annotation_text(struct bk_arena *a, const struct bk_annotation *n)
{
    return bk_fmt(a, "annotation %lld, %.*s, %.*s: %.*s", (long long)n->id,
                  BK_F(kind_text(n->kind)), BK_F(bk_annotation_about(a, n)),
                  BK_F(said_by(a, n)));
}

/* --- a section --- */

static const struct bk_column section_columns[] = {
    {"id", "", 0},     {"kind", "", 0},   {"about", "", 0},
    {"reason", "", 0}, {"author", "", 0}, {"created_at", "", 0},
};
enum {
    N_SECTION = sizeof section_columns / sizeof *section_columns
};

static bool names_any(struct bk_db *db, struct bk_arena *a,
                      const struct bk_annotation *n, const struct bk_run_list *runs,
                      bool *names, struct bk_err *err)
{
    struct bk_filter f;
    *names = false;
    if (!bk_annotation_filter(db, a, n, &f, err))
        return false;
    for (size_t i = 0; i < runs->n && !*names; i++)
        *names = bk_annotation_names(n, &f, &runs->rows[i]);
    return true;
}

bool bk_annotations_section(
    struct bk_db *db, struct bk_report *r, const struct bk_run_list *runs,
    bool (*has)(const struct bk_report *r, struct bk_str metric), struct bk_err *err)
{
    struct bk_annotation_list list;
    struct bk_section *s = NULL;
    if (!bk_annotations_load(db, r->arena, false, &list, err))
        return false;
    for (size_t i = 0; i < list.n; i++) {
        const struct bk_annotation *n = &list.items[i];
        bool names;
        if (!names_any(db, r->arena, n, runs, &names, err))
            return false;
        if (!names || (n->kind == BK_MUTE && !has(r, n->metric)))
            continue;
        if (s == NULL)
            s = bk_report_section(r, "annotations", section_columns, N_SECTION);
        struct bk_value *c = bk_section_row(r, s);
        c[0] = bk_v_int(n->id);
        c[1] = bk_v_text(bk_annotation_kinds[n->kind]);
        c[2] = bk_v_str(bk_annotation_about(r->arena, n));
        c[3] = bk_v_str(n->reason);
        c[4] = bk_v_str(n->author);
        c[5] = bk_v_time(n->created_ns);
    }
    return true;
}

/* --- notes --- */

#define MOST_TOLD ((size_t)10)

/* A note, unless there are many. */
static void tell(struct bk_report *r, const struct bk_annotation *n, size_t *told)
{
    if ((*told)++ < MOST_TOLD)
        bk_report_note(r, "annotation", BK_INFO, "%.*s",
                       BK_F(bk_annotation_text(r->arena, n)));
}

static void tell_of_more(struct bk_report *r, size_t told)
{
    if (told > MOST_TOLD)
        bk_report_note(r, "annotation", BK_INFO,
                       "%zu more annotations count here: 'benchkeep annotate list'",
                       told - MOST_TOLD);
}

bool bk_annotations_tell(struct bk_db *db, struct bk_report *r,
                         const struct bk_told_runs *runs, struct bk_err *err)
{
    struct bk_annotation_list list;
    size_t told = 0;
    if (!bk_annotations_load(db, r->arena, false, &list, err))
        return false;
    for (size_t i = 0; i < list.n; i++) {
        bool names = false;
        for (size_t k = 0; list.items[i].kind != BK_MUTE && !names && k < runs->n; k++)
            if (!names_any(db, r->arena, &list.items[i], runs->lists[k], &names, err))
                return false;
        if (names)
            tell(r, &list.items[i], &told);
    }
    tell_of_more(r, told);
    return true;
}

/* --- on lines --- */

static void name_runs(struct bk_arena *a, const struct bk_lines *lines,
                      const struct bk_filter *f, struct bk_mark_scope *scope)
{
    struct bk_annotation n = *scope->of;
    if (n.kind == BK_LEVEL_SHIFT)
        n.session = BK_S("");
    scope->runs = bk_alloc_array(a, lines->runs->n + 1, sizeof *scope->runs);
    for (size_t i = 0; i < lines->runs->n; i++)
        scope->runs[i] = bk_annotation_names(&n, f, &lines->runs->rows[i]);
}

static int by_first(const void *x, const void *y)
{
    const struct bk_mark_scope *a = x, *b = y;
    if (a->first != b->first)
        return a->first < b->first ? -1 : 1;
    return a->of->id < b->of->id ? -1 : a->of->id > b->of->id;
}

bool bk_marks_load(struct bk_db *db, struct bk_lines *lines, struct bk_marks *marks,
                   struct bk_err *err)
{
    struct bk_arena *a = lines->arena;
    struct bk_annotation_list list;
    *marks = (struct bk_marks){.arena = a, .lines = lines};
    if (!bk_annotations_load(db, a, false, &list, err))
        return false;
    marks->scopes = bk_alloc_array(a, list.n + 1, sizeof *marks->scopes);
    for (size_t i = 0; i < list.n; i++) {
        struct bk_mark_scope *scope = &marks->scopes[marks->n++];
        struct bk_filter f;
        *scope = (struct bk_mark_scope){.of = &list.items[i], .first = BK_NONE};
        if (!bk_annotation_filter(db, a, scope->of, &f, err))
            return false;
        name_runs(a, lines, &f, scope);
        if (scope->of->kind == BK_LEVEL_SHIFT)
            scope->first = bk_lines_place(lines, scope->of->session,
                                          scope->of->session_started_ns);
    }
    if (marks->n > 1)
        qsort(marks->scopes, marks->n, sizeof *marks->scopes, by_first);
    return true;
}

static bool is_about(const struct bk_mark_scope *scope, enum bk_annotation_kind kind,
                     const struct bk_quantity *q)
{
    return scope->of->kind == kind && bk_annotation_has(scope->of, q);
}

static bool has_row(const struct bk_marks *marks, const struct bk_mark_scope *scope,
                    const struct bk_series_row *row)
{
    return scope->runs[row->run - marks->lines->runs->rows];
}

struct picked { /* the annotations that a pass over many rows needs */
    const struct bk_mark_scope **items;
    size_t n;
};

/* Of one kind or, as a second, another; release the arena to 'mark' behind the pass. */
static struct picked pick(const struct bk_marks *marks, enum bk_annotation_kind kind,
                          enum bk_annotation_kind other, const struct bk_quantity *q)
{
    struct picked p = {NULL, 0};
    p.items = bk_alloc_array(marks->arena, marks->n + 1, sizeof *p.items);
    for (size_t i = 0; i < marks->n; i++)
        if (is_about(&marks->scopes[i], kind, q) ||
            is_about(&marks->scopes[i], other, q))
            p.items[p.n++] = &marks->scopes[i];
    return p;
}

/* --- outliers --- */

static bool is_outlier(const struct picked *outliers, size_t run)
{
    for (size_t i = 0; i < outliers->n; i++)
        if (outliers->items[i]->runs[run])
            return true;
    return false;
}

static void drop_outliers(const struct bk_lines *lines, const struct picked *outliers,
                          double *values)
{
    size_t n = lines->runs->n;
    for (size_t i = 0, end; i < n; i = end) {
        const struct bk_place *at = &lines->places[lines->order[i]];
        bool others = false;
        for (end = i; end < n && bk_same_row(at, &lines->places[lines->order[end]]);
             end++) {
            size_t run = lines->order[end];
            others = others || (!isnan(values[run]) && !is_outlier(outliers, run));
        }
        for (size_t k = i; others && k < end && end - i > 1; k++)
            if (is_outlier(outliers, lines->order[k]))
                values[lines->order[k]] = (double)NAN;
    }
}

void bk_marks_values(const struct bk_marks *marks, const struct bk_quantity *q,
                     double *values)
{
    if (marks->n == 0)
        return;
    struct bk_arena_mark mark = bk_arena_mark(marks->arena);
    struct picked outliers = pick(marks, BK_OUTLIER, BK_OUTLIER, q);
    if (outliers.n > 0)
        drop_outliers(marks->lines, &outliers, values);
    bk_arena_release(marks->arena, mark);
}

/* --- rows --- */

static void mark_row(const struct bk_marks *marks, const struct picked *p,
                     struct bk_series_row *row)
{
    size_t last = BK_NONE;
    for (size_t i = 0; i < p->n; i++) {
        const struct bk_mark_scope *scope = p->items[i];
        if (!has_row(marks, scope, row))
            continue;
        if (scope->of->kind == BK_OUTLIER) {
            row->left_out = true;
            row->outlier = scope->of;
            continue;
        }
        if (scope->first == BK_NONE || scope->first > row->at.session)
            continue;
        row->level += last != scope->first;
        last = scope->first;
        row->shift = scope->of;
    }
}

void bk_marks_rows(const struct bk_marks *marks, struct bk_series *s)
{
    if (marks->n == 0)
        return;
    struct bk_arena_mark mark = bk_arena_mark(marks->arena);
    struct picked p = pick(marks, BK_OUTLIER, BK_LEVEL_SHIFT, &s->q);
    for (size_t i = 0; p.n > 0 && i < s->n; i++)
        mark_row(marks, &p, &s->rows[i]);
    bk_arena_release(marks->arena, mark);
}

/* The values are those of the series, NAN where one run is an outlier. */
static void leave_out(struct bk_marks *marks, const struct bk_series *s,
                      const double *values, bool *out)
{
    const struct bk_lines *lines = s->lines;
    unsigned *level = bk_alloc_array(s->arena, lines->n_lines + 1, sizeof *level);
    for (size_t i = 0; i < s->n; i++) {
        const struct bk_series_row *row = &s->rows[i];
        if (row->level > level[row->at.line])
            level[row->at.line] = row->level;
        bk_marks_use(marks, row->outlier);
        bk_marks_use(marks, row->shift);
    }
    size_t row = 0; /* rows are made of the runs in their order */
    for (size_t i = 0; i < lines->runs->n; i++) {
        size_t run = lines->order[i];
        out[run] = isnan(values[run]);
        if (out[run])
            continue;
        if (!bk_same_row(&s->rows[row].at, &lines->places[run]))
            row++;
        out[run] =
            s->rows[row].left_out || s->rows[row].level < level[s->rows[row].at.line];
    }
}

void bk_marks_out(struct bk_marks *marks, const struct bk_quantity *q, bool *out)
{
    struct bk_series s = {.arena = marks->arena, .q = *q};
    size_t n = marks->lines->runs->n;
    double *values = bk_alloc_array(marks->arena, n + 1, sizeof *values);
    for (size_t i = 0; i < n; i++)
        values[i] = 1; /* what is said of a run does not depend on its number */
    bk_marks_values(marks, q, values);
    bk_series_fill(&s, marks->lines, values);
    bk_marks_rows(marks, &s);
    leave_out(marks, &s, values, out);
}

const struct bk_annotation *bk_marks_mute(const struct bk_marks *marks,
                                          const struct bk_quantity *q,
                                          const struct bk_series_row *row)
{
    for (size_t i = 0; i < marks->n; i++)
        if (is_about(&marks->scopes[i], BK_MUTE, q) &&
            has_row(marks, &marks->scopes[i], row))
            return marks->scopes[i].of;
    return NULL;
}

/* Shown beside the row itself. */
static bool is_told(const struct bk_marks *marks, const struct bk_mark_scope *scope,
                    const struct bk_series_row *row)
{
    switch (scope->of->kind) {
    case BK_LEVEL_SHIFT:
        return bk_eq(scope->of->session, row->run->dim[BK_DIM_SESSION]);
    case BK_OUTLIER:
        return row->outlier == scope->of;
    case BK_REMARK:
        return has_row(marks, scope, row) &&
               scope->of->session.len + scope->of->run.len > 0;
    case BK_MUTE:
    case BK_N_ANNOTATION_KINDS:
        break;
    }
    return false;
}

struct bk_str bk_marks_text(struct bk_marks *marks, const struct bk_quantity *q,
                            const struct bk_series_row *row)
{
    struct bk_str text = {"", 0};
    for (size_t i = 0; i < marks->n; i++) {
        struct bk_mark_scope *scope = &marks->scopes[i];
        if (!bk_annotation_has(scope->of, q) || !has_row(marks, scope, row) ||
            !is_told(marks, scope, row))
            continue;
        scope->used = true;
        text = bk_fmt(marks->arena, "%.*s%s%.*s: %.*s", BK_F(text),
                      text.len > 0 ? "; " : "", BK_F(kind_text(scope->of->kind)),
                      BK_F(scope->of->reason));
    }
    return text;
}

void bk_marks_use(struct bk_marks *marks, const struct bk_annotation *n)
{
    for (size_t i = 0; i < marks->n; i++)
        if (marks->scopes[i].of == n)
            marks->scopes[i].used = true;
}

bool bk_marks_leave_out(struct bk_marks *marks, const struct bk_quantity *q, size_t run)
{
    bool out = false;
    for (size_t i = 0; i < marks->n; i++) {
        struct bk_mark_scope *scope = &marks->scopes[i];
        if (!scope->runs[run])
            continue;
        bool says = is_about(scope, BK_OUTLIER, q) ||
                    (is_about(scope, BK_LEVEL_SHIFT, q) && scope->first != BK_NONE &&
                     marks->lines->places[run].session < scope->first);
        scope->used = scope->used || says;
        out = out || says;
    }
    return out;
}

void bk_marks_report(const struct bk_marks *marks, struct bk_report *r)
{
    size_t told = 0;
    for (size_t i = 0; i < marks->n; i++)
        if (marks->scopes[i].used)
            tell(r, marks->scopes[i].of, &told);
    tell_of_more(r, told);
}
