/* history: one metric across sessions, a row a session and config, oldest first.
 *
 * Rows of one hardware, model and workload make a group.  A row is compared with the last
 * earlier session of its config, or, where each session has one config only, with the
 * session before it; and with the best row of its group.  Rows of failed and invalid runs
 * keep their place but are never best and never what others are compared with.  What may
 * be said of a row follows from how many earlier sessions had its config (docs/history.md). */
#include "../base/time.h"
#include "annotations.h"
#include "changes.h"
#include "judge.h"
#include "question.h"

#include <math.h>

struct history_args {
    const char *metric, *stat, *scope, *hardware, *model, *workload, *since;
    int64_t window;
};

/* --- the report --- */

enum series_column {
    SESSION,
    STARTED_AT,
    HARDWARE,
    MODEL,
    ENGINE,
    WORKLOAD,
    CONFIG,
    CHANGED,
    VALUE,
    UNIT,
    N_RUNS,
    STATUS,
    VS_PREVIOUS,
    VS_BEST,
    BAR,
    MARK,
    VERDICT,
    WHY,
    SAID,
    N_SERIES
};

static const struct bk_column series_columns[N_SERIES] = {
    [SESSION] = {"session", "", 0},
    [STARTED_AT] = {"started_at", "", 0},
    [HARDWARE] = {"hardware", "", 0},
    [MODEL] = {"model", "", 0},
    [ENGINE] = {"engine", "", 0},
    [WORKLOAD] = {"workload", "", 0},
    [CONFIG] = {"config", "", BK_COL_MACHINE},
    [CHANGED] = {"config_changed", "", BK_COL_HUMAN},
    [VALUE] = {"value", "*", 0},
    [UNIT] = {"unit", "", BK_COL_MACHINE},
    [N_RUNS] = {"n", "", 0},
    [STATUS] = {"status", "", 0},
    [VS_PREVIOUS] = {"vs_previous", "ratio", BK_COL_PERCENT | BK_COL_SIGNED},
    [VS_BEST] = {"vs_best", "ratio", BK_COL_PERCENT | BK_COL_SIGNED},
    [BAR] = {"bar", "", BK_COL_HUMAN},
    [MARK] = {"mark", "", 0},
    [VERDICT] = {"verdict", "", 0},
    [WHY] = {"why", "", BK_COL_MACHINE},
    [SAID] = {"annotation", "", BK_COL_MACHINE},
};

static const struct bk_column trend_columns[] = {
    {"hardware", "", 0}, {"model", "", 0},
    {"workload", "", 0}, {"sessions", "", 0},
    {"best", "*", 0},    {"best_session", "", 0},
    {"latest", "*", 0},  {"sparkline", "", BK_COL_HUMAN},
};
enum {
    N_TREND = sizeof trend_columns / sizeof *trend_columns
};

enum change_column {
    CHANGE_SESSION,
    CHANGE_INDEX,
    CHANGE_HARDWARE,
    CHANGE_MODEL,
    CHANGE_ENGINE,
    CHANGE_WORKLOAD,
    CHANGE_CONFIG,
    CHANGE_LAST_BEFORE,
    CHANGE_BEFORE,
    CHANGE_AFTER,
    CHANGE_RATIO,
    CHANGE_SIZE,
    CHANGE_DIRECTION,
    CHANGE_P,
    CHANGE_AGREEMENT,
    CHANGE_N_BEFORE,
    CHANGE_N_AFTER,
    CHANGE_VERDICT,
    CHANGE_SAID,
    N_CHANGE
};

static const struct bk_column change_columns[N_CHANGE] = {
    [CHANGE_SESSION] = {"session", "", 0},
    [CHANGE_INDEX] = {"index", "", BK_COL_MACHINE},
    [CHANGE_HARDWARE] = {"hardware", "", 0},
    [CHANGE_MODEL] = {"model", "", 0},
    [CHANGE_ENGINE] = {"engine", "", 0},
    [CHANGE_WORKLOAD] = {"workload", "", 0},
    [CHANGE_CONFIG] = {"config", "", BK_COL_MACHINE},
    [CHANGE_LAST_BEFORE] = {"last_before", "", BK_COL_MACHINE},
    [CHANGE_BEFORE] = {"before", "*", 0},
    [CHANGE_AFTER] = {"after", "*", 0},
    [CHANGE_RATIO] = {"ratio", "", BK_COL_MACHINE},
    [CHANGE_SIZE] = {"change", "ratio", BK_COL_PERCENT | BK_COL_SIGNED},
    [CHANGE_DIRECTION] = {"direction", "", BK_COL_MACHINE},
    [CHANGE_P] = {"p", "", 0},
    [CHANGE_AGREEMENT] = {"agreement", "ratio", BK_COL_PERCENT},
    [CHANGE_N_BEFORE] = {"n_before", "", 0},
    [CHANGE_N_AFTER] = {"n_after", "", 0},
    [CHANGE_VERDICT] = {"verdict", "", 0},
    [CHANGE_SAID] = {"annotation", "", BK_COL_MACHINE},
};

static const char *const eighths[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
/* NULL: no word. */
static const char *const mark_names[] = {
    [BK_MARK_NONE] = NULL, [BK_MARK_OUTLIER] = "outlier", [BK_MARK_CHANGE] = "change"};

/* What more sessions would show takes a while to compute: it is told of the last rows. */
#define DETAILED_ROWS ((size_t)100)

#define BAR_CELLS       12
#define SPARKLINE_CELLS ((size_t)60)

static struct bk_str bar(struct bk_arena *a, double value, double largest)
{
    static const char full[] = "████████████";
    if (!(value > 0) || !(largest > 0))
        return BK_S("");
    size_t cells = (size_t)lround(value / largest * BAR_CELLS);
    size_t cell_bytes = (sizeof full - 1) / BAR_CELLS;
    return cells > 0 ? bk_dup(a, (struct bk_str){full, cells * cell_bytes}) : BK_S("▏");
}

/* The newest values of a group, the lowest as ▁ and the highest as █. */
static struct bk_str sparkline(const struct bk_series *h, size_t first, size_t end)
{
    double low = (double)INFINITY, high = -(double)INFINITY;
    struct bk_str text = {"", 0};
    if (end - first > SPARKLINE_CELLS)
        first = end - SPARKLINE_CELLS;
    for (size_t i = first; i < end; i++) {
        low = fmin(low, h->rows[i].value);
        high = fmax(high, h->rows[i].value);
    }
    for (size_t i = first; i < end; i++) {
        double share = high > low ? (h->rows[i].value - low) / (high - low) : 0.5;
        text = bk_fmt(h->arena, "%.*s%s", BK_F(text), eighths[lround(share * 7)]);
    }
    return text;
}

/* "workers 8->24"; "workers=24" and "no workers" when one side has none. */
static struct bk_str append_change(struct bk_arena *a, struct bk_str text,
                                   struct bk_str name, struct bk_str was,
                                   struct bk_str value)
{
    const char *comma = text.len > 0 ? ", " : "";
    if (value.len == 0)
        return bk_fmt(a, "%.*s%sno %.*s", BK_F(text), comma, BK_F(name));
    if (was.len == 0)
        return bk_fmt(a, "%.*s%s%.*s=%.*s", BK_F(text), comma, BK_F(name), BK_F(value));
    return bk_fmt(a, "%.*s%s%.*s %.*s->%.*s", BK_F(text), comma, BK_F(name), BK_F(was),
                  BK_F(value));
}

/* "workers 8->24, pool_size 25->8". */
static struct bk_str config_change(struct bk_arena *a, const struct bk_run_row *before,
                                   const struct bk_run_row *now)
{
    struct bk_str text = {"", 0};
    for (size_t i = 0; i < now->n_config; i++) {
        struct bk_str was = bk_row_param(before, now->config[i].name);
        if (!bk_eq(was, now->config[i].value))
            text =
                append_change(a, text, now->config[i].name, was, now->config[i].value);
    }
    for (size_t i = 0; i < before->n_config; i++)
        if (bk_row_param(now, before->config[i].name).len == 0)
            text = append_change(a, text, before->config[i].name,
                                 before->config[i].value, BK_S(""));
    return text;
}

/* "workers=8, pool_size=25" of the first row: the parameters that change later on. */
static struct bk_str config_start(const struct bk_series *h, size_t first, size_t end)
{
    const struct bk_run_row *run = h->rows[first].run;
    struct bk_str text = {"", 0};
    for (size_t k = 0; k < run->n_config; k++) {
        struct bk_str name = run->config[k].name;
        bool varies = false;
        for (size_t i = first + 1; i < end && !varies; i++)
            varies = !bk_eq(bk_row_param(h->rows[i].run, name), run->config[k].value);
        if (varies)
            text = bk_fmt(h->arena, "%.*s%s%.*s=%.*s", BK_F(text),
                          text.len > 0 ? ", " : "", BK_F(name),
                          BK_F(run->config[k].value));
    }
    return text;
}

/* Rows begin .. shown - 1 of a group are only remembered; shown .. end - 1 are printed. */
struct group {
    size_t begin, shown, end;
    const struct bk_series_row *best;
    double largest;
};

static bool is_better(const struct bk_series *h, double a, double b)
{
    return h->q.worse == BK_HIGHER_IS_WORSE ? a < b : a > b;
}

/* Best row of a group; NULL when none may be, or no direction is better. */
static const struct bk_series_row *best_of(const struct bk_series *h,
                                           const struct group *g)
{
    const struct bk_series_row *best = NULL;
    for (size_t i = g->begin; i < g->end && h->q.worse != BK_NO_DIRECTION; i++)
        if (bk_series_is_baseline(&h->rows[i]) &&
            (best == NULL || is_better(h, h->rows[i].value, best->value)))
            best = &h->rows[i];
    return best;
}

static struct bk_value change_cell(const struct bk_series *h,
                                   const struct bk_series_row *row,
                                   const struct bk_series_row *before)
{
    if (before == NULL || !bk_series_is_judged(h, row))
        return bk_v_null();
    double change = bk_quantity_change(&h->q, row->value, before->value);
    return isnan(change) ? bk_v_null() : bk_v_real(change);
}

static struct bk_value *add_row(const struct bk_series *h, struct bk_report *r,
                                struct bk_section *series, const struct group *g,
                                size_t i)
{
    const struct bk_series_row *row = &h->rows[i];
    struct bk_value *c = bk_section_row(r, series);
    c[SESSION] = bk_v_str(row->run->dim[BK_DIM_SESSION]);
    c[STARTED_AT] = bk_v_time(row->run->started_ns);
    c[HARDWARE] = bk_v_str(row->run->dim[BK_DIM_HARDWARE]);
    c[MODEL] = bk_v_str(row->run->dim[BK_DIM_MODEL]);
    c[ENGINE] = bk_v_str(row->run->dim[BK_DIM_ENGINE]);
    c[WORKLOAD] = bk_v_str(row->run->dim[BK_DIM_WORKLOAD]);
    c[CONFIG] = bk_v_pairs(row->run->config, row->run->n_config);
    c[CHANGED] =
        bk_v_str(i == g->shown ? config_start(h, i, g->end)
                               : config_change(h->arena, h->rows[i - 1].run, row->run));
    c[VALUE] = bk_v_real_unit(row->value, h->q.unit);
    c[UNIT] = bk_v_str(h->q.unit);
    c[N_RUNS] = bk_v_int((int64_t)row->n);
    c[STATUS] = bk_v_str(row->status);
    c[VS_BEST] = change_cell(h, row, g->best);
    c[BAR] = bk_v_str(bar(h->arena, row->value, g->largest));
    return c;
}

static bool same_session(const struct bk_series *h, size_t i, size_t k)
{
    return h->rows[i].at.session == h->rows[k].at.session;
}

/* What is asked, and what was found so far. */
struct history {
    struct bk_series s;
    struct bk_report *r;
    struct bk_section *series, *trend, *changes;
    struct bk_past past;
    struct bk_case *cases; /* of the rows that are shown */
    struct bk_value **cells;
    size_t n_cases;
    struct bk_series_changes found;
    struct bk_marks marks;
    bool said_of_rows, said_of_changes;
};

/* What people said goes before what was found. */
static const char *mark_of(const struct history *h, size_t i)
{
    const struct bk_series_row *row = &h->s.rows[i];
    if (row->left_out)
        return mark_names[BK_MARK_OUTLIER];
    if (row->shift != NULL && bk_eq(row->shift->session, row->run->dim[BK_DIM_SESSION]))
        return bk_annotation_kinds[BK_LEVEL_SHIFT];
    return mark_names[h->found.marks[i]];
}

/* A row's cells and its evidence; verdicts come when all are known. */
static void show_row(struct history *h, const struct group *g, size_t i,
                     const struct bk_series_row *lone)
{
    struct bk_series *s = &h->s;
    struct bk_case *c = &h->cases[h->n_cases];
    bk_case_measure(&h->past, &bk_verdict_rule_report, &s->rows[i], 1, c);
    struct bk_value *cells = add_row(s, h->r, h->series, g, i);
    cells[VS_PREVIOUS] =
        change_cell(s, &s->rows[i], c->last == NULL && lone != NULL ? lone : c->last);
    cells[MARK] = bk_v_text(mark_of(h, i));
    cells[SAID] = bk_v_str(bk_marks_text(&h->marks, &s->q, &s->rows[i]));
    h->said_of_rows = h->said_of_rows || cells[SAID].u.s.len > 0;
    bk_marks_use(&h->marks, s->rows[i].shift);
    bk_marks_use(&h->marks, bk_marks_mute(&h->marks, &s->q, &s->rows[i]));
    h->cells[h->n_cases++] = cells;
}

/* The rows of a session stand together; returns how many sessions the group has. */
static size_t add_group(struct history *h, const struct group *g)
{
    const struct bk_series *s = &h->s;
    const struct bk_series_row *lone = NULL; /* the last session's only row */
    size_t n_shown = 0;
    bk_past_forget_noise(&h->past);
    for (size_t i = g->begin, end; i < g->end; i = end) {
        for (end = i + 1; end < g->end && same_session(s, i, end);)
            end++;
        bool any = false, alone = end - i == 1;
        for (size_t k = i; k < end && k >= g->shown; k++)
            show_row(h, g, k, alone ? lone : NULL);
        n_shown += end > g->shown;
        for (size_t k = i; k < end; k++)
            if (bk_series_is_baseline(&s->rows[k])) {
                bk_past_add(&h->past, &s->rows[k]);
                any = true;
            }
        if (any)
            lone = alone ? &s->rows[i] : NULL;
    }
    return n_shown;
}

/* All rows that one call prints are one family of tests. */
static void add_verdicts(struct history *h)
{
    struct bk_arena *a = h->s.arena;
    size_t detailed = h->n_cases > DETAILED_ROWS ? h->n_cases - DETAILED_ROWS : 0;
    bk_cases_judge(a, &bk_verdict_rule_report, BK_ADJUST_BENJAMINI_HOCHBERG, h->cases,
                   h->n_cases);
    for (size_t i = 0; i < h->n_cases; i++) {
        if (i >= detailed)
            bk_case_detail(&bk_verdict_rule_report, &h->cases[i]);
        h->cells[i][VERDICT] = bk_v_text(bk_verdict_name(h->cases[i].e.verdict));
        h->cells[i][WHY] = bk_v_str(bk_case_why(a, &h->cases[i]));
    }
}

static const char *verdict_of_change(const struct bk_series *s, double change)
{
    if (s->q.worse == BK_NO_DIRECTION)
        return NULL;
    bool worse = (change > 0) == (s->q.worse == BK_HIGHER_IS_WORSE);
    return bk_verdict_name(worse ? BK_VERDICT_REGRESSION : BK_VERDICT_IMPROVEMENT);
}

static void add_change(struct history *h, const struct bk_series_change *x,
                       size_t index)
{
    const struct bk_series *s = &h->s;
    const struct bk_series_row *row = &s->rows[x->row];
    struct bk_value *c = bk_section_row(h->r, h->changes);
    c[CHANGE_SESSION] = bk_v_str(row->run->dim[BK_DIM_SESSION]);
    c[CHANGE_INDEX] = bk_v_int((int64_t)index);
    c[CHANGE_SAID] = bk_v_str(bk_marks_text(&h->marks, &s->q, row));
    h->said_of_changes = h->said_of_changes || c[CHANGE_SAID].u.s.len > 0;
    c[CHANGE_HARDWARE] = bk_v_str(row->run->dim[BK_DIM_HARDWARE]);
    c[CHANGE_MODEL] = bk_v_str(row->run->dim[BK_DIM_MODEL]);
    c[CHANGE_ENGINE] = bk_v_str(row->run->dim[BK_DIM_ENGINE]);
    c[CHANGE_WORKLOAD] = bk_v_str(row->run->dim[BK_DIM_WORKLOAD]);
    c[CHANGE_CONFIG] = bk_v_pairs(row->run->config, row->run->n_config);
    c[CHANGE_LAST_BEFORE] = bk_v_str(s->rows[x->row_before].run->dim[BK_DIM_SESSION]);
    c[CHANGE_BEFORE] = bk_v_real_unit(x->before, s->q.unit);
    c[CHANGE_AFTER] = bk_v_real_unit(x->after, s->q.unit);
    if (x->before > 0)
        c[CHANGE_RATIO] = bk_v_real(x->after / x->before);
    c[CHANGE_SIZE] = bk_v_real(x->change);
    c[CHANGE_DIRECTION] = bk_v_text(x->change > 0 ? "up" : "down");
    c[CHANGE_P] = bk_v_real(x->p);
    c[CHANGE_AGREEMENT] = bk_v_real(x->agreement);
    c[CHANGE_N_BEFORE] = bk_v_int((int64_t)x->n_before);
    c[CHANGE_N_AFTER] = bk_v_int((int64_t)x->n_after);
    c[CHANGE_VERDICT] = bk_v_text(verdict_of_change(s, x->change));
}

/* The changes of a group whose first session after is shown; the first shown row of the
 * group has this number in the section of rows. */
static void add_changes(struct history *h, const struct group *g, size_t first_row)
{
    size_t before = h->found.n;
    bk_series_find_changes(&h->s, g->begin, g->end, &h->found);
    for (size_t i = before; i < h->found.n; i++)
        if (h->found.items[i].row >= g->shown)
            add_change(h, &h->found.items[i],
                       first_row + h->found.items[i].row - g->shown);
}

static void add_trend(const struct history *asked, const struct group *g,
                      size_t sessions)
{
    const struct bk_series *h = &asked->s;
    const struct bk_series_row *last = &h->rows[g->end - 1];
    struct bk_value *c = bk_section_row(asked->r, asked->trend);
    c[0] = bk_v_str(last->run->dim[BK_DIM_HARDWARE]);
    c[1] = bk_v_str(last->run->dim[BK_DIM_MODEL]);
    c[2] = bk_v_str(last->run->dim[BK_DIM_WORKLOAD]);
    c[3] = bk_v_int((int64_t)sessions);
    if (g->best != NULL) {
        c[4] = bk_v_real_unit(g->best->value, h->q.unit);
        c[5] = bk_v_str(g->best->run->dim[BK_DIM_SESSION]);
    }
    c[6] = bk_v_real_unit(last->value, h->q.unit);
    c[7] = bk_v_str(sparkline(h, g->shown, g->end));
}

/* The group that begins at a row; of it, the newest 'window' rows are shown. */
static struct group group_at(const struct bk_series *h, size_t begin, int64_t window)
{
    struct group g = {.begin = begin, .shown = begin, .end = begin + 1};
    while (g.end < h->n && h->rows[g.end].at.group == h->rows[begin].at.group)
        g.end++;
    if (window > 0 && g.end - begin > (size_t)window)
        g.shown = g.end - (size_t)window;
    g.best = best_of(h, &g);
    for (size_t i = g.shown; i < g.end; i++)
        g.largest = fmax(g.largest, h->rows[i].value);
    return g;
}

static bool dim_differs(const struct bk_series *h, enum bk_dim dim)
{
    for (size_t i = 1; i < h->n; i++)
        if (!bk_eq(h->rows[i].run->dim[dim], h->rows[0].run->dim[dim]))
            return true;
    return false;
}

static const struct bk_column *columns_of_changes(const struct bk_series *h)
{
    struct bk_column *c = bk_alloc_array(h->arena, N_CHANGE, sizeof *c);
    for (size_t i = 0; i < N_CHANGE; i++)
        c[i] = change_columns[i];
    c[CHANGE_MODEL].flags = dim_differs(h, BK_DIM_MODEL) ? 0 : BK_COL_MACHINE;
    c[CHANGE_ENGINE].flags = dim_differs(h, BK_DIM_ENGINE) ? 0 : BK_COL_MACHINE;
    c[CHANGE_WORKLOAD].flags = dim_differs(h, BK_DIM_WORKLOAD) ? 0 : BK_COL_MACHINE;
    if (h->q.scale == BK_SCALE_SHARE)
        c[CHANGE_SIZE] = (struct bk_column){"change", "pp", BK_COL_SIGNED};
    return c;
}

/* What all rows have alike needs no column for people; shares differ by points. */
static const struct bk_column *columns_for(const struct bk_series *h)
{
    struct bk_column *c = bk_alloc_array(h->arena, N_SERIES, sizeof *c);
    static const enum series_column names[] = {MODEL, ENGINE, WORKLOAD};
    static const enum bk_dim dims[] = {BK_DIM_MODEL, BK_DIM_ENGINE, BK_DIM_WORKLOAD};
    bool several = false;
    for (size_t i = 0; i < N_SERIES; i++)
        c[i] = series_columns[i];
    for (size_t k = 0; k < sizeof names / sizeof *names; k++)
        c[names[k]].flags = dim_differs(h, dims[k]) ? 0 : BK_COL_MACHINE;
    for (size_t i = 0; i < h->n; i++)
        several = several || h->rows[i].n > 1;
    c[N_RUNS].flags = several ? 0 : BK_COL_MACHINE;
    if (h->q.scale == BK_SCALE_SHARE) {
        c[VS_PREVIOUS] = (struct bk_column){"vs_previous", "pp", BK_COL_SIGNED};
        c[VS_BEST] = (struct bk_column){"vs_best", "pp", BK_COL_SIGNED};
    }
    return c;
}

/* --- the question --- */

/* "ttft.p95" is metric and stat; a latency without a stat is its p95. */
static void choose_stat(struct bk_arena *a, const struct history_args *o,
                        struct bk_str *metric, struct bk_str *stat)
{
    bk_quantity_split(a, bk_str(o->metric != NULL ? o->metric : "ok_throughput"),
                      metric, stat);
    if (o->stat != NULL)
        *stat = bk_str(o->stat);
}

/* A value of each run of the lines, NAN where it has none. */
static bool values_of_runs(struct bk_db *db, const struct bk_lines *lines,
                           const char *const names[3], double **values,
                           struct bk_err *err)
{
    const struct bk_run_list *runs = lines->runs;
    struct bk_run_values loaded;
    if (!bk_values_load(db, lines->arena, names[0], names[1], names[2], &loaded, err))
        return false;
    *values = bk_alloc_array(lines->arena, runs->n + 1, sizeof **values);
    for (size_t i = 0; i < runs->n; i++) {
        const struct bk_run_value *v = bk_values_of(&loaded, runs->rows[i].id);
        (*values)[i] = v != NULL ? v->value : (double)NAN;
    }
    return true;
}

/* The rows of the runs that have the metric and stat. */
static bool load_values(struct bk_db *db, const struct history_args *o,
                        const struct bk_marks *marks, struct bk_series *s,
                        struct bk_err *err)
{
    const struct bk_lines *lines = marks->lines;
    struct bk_arena *a = s->arena;
    const char *scope = o->scope != NULL ? o->scope : "";
    double *values, *requests = NULL;
    s->q.scope = bk_str(scope);
    if (!values_of_runs(
            db, lines,
            (const char *[]){bk_cstr(a, s->q.metric), bk_cstr(a, s->q.stat), scope},
            &values, err) ||
        (bk_quantity_counted(&s->q) == BK_COUNTS_REQUESTS &&
         !values_of_runs(db, lines, (const char *[]){"requests", "value", ""},
                         &requests, err)))
        return false;
    s->requests = requests;
    bk_marks_values(marks, &s->q, values);
    bk_series_fill(s, lines, values);
    bk_marks_rows(marks, s);
    return true;
}

/* Without a stat: the single number, or the one that most tools give of a time. */
static bool load_usual(struct bk_db *db, const struct history_args *o,
                       const struct bk_marks *marks, struct bk_series *s,
                       struct bk_err *err)
{
    static const char *const usual[] = {"p95", "value", "p99", "p50", "mean"};
    bool time = bk_is(s->q.unit, "s") && !bk_is(s->q.metric, "duration");
    if (s->q.stat.len > 0)
        return load_values(db, o, marks, s, err);
    for (size_t i = time ? 0 : 1; i < sizeof usual / sizeof *usual && s->n == 0; i++) {
        s->q.stat = bk_str(usual[i]);
        if (!load_values(db, o, marks, s, err))
            return false;
    }
    if (s->n == 0)
        s->q.stat = bk_str(time ? usual[0] : usual[1]);
    return true;
}

static bool load_runs(struct bk_db *db, const struct history_args *o,
                      const struct bk_strings *where, struct bk_arena *a,
                      struct bk_run_list *runs, size_t *n_retold, struct bk_err *err)
{
    struct bk_filter f;
    int64_t since;
    if (!bk_filter_parse(a, db, where, &f, err) ||
        !bk_filter_add(a, db, &f, "hardware", o->hardware, err) ||
        !bk_filter_add(a, db, &f, "model", o->model, err) ||
        !bk_filter_add(a, db, &f, "workload", o->workload, err) ||
        !bk_runs_load_told_once(db, a, &f, runs, n_retold, err))
        return false;
    if (o->since == NULL)
        return true;
    if (!bk_parse_iso(bk_str(o->since), &since, NULL))
        return bk_fail(err, BK_EUSAGE, "--since '%s' is no date: write 2026-02-14",
                       o->since);
    size_t kept = 0;
    for (size_t i = 0; i < runs->n; i++)
        if (runs->rows[i].started_ns >= since)
            runs->rows[kept++] = runs->rows[i];
    runs->n = kept;
    return true;
}

static bool several_sessions(const struct bk_series *h)
{
    for (size_t i = 1; i < h->n; i++)
        if (h->rows[i].at.group == h->rows[i - 1].at.group &&
            !same_session(h, i, i - 1))
            return true;
    return false;
}

static void add_notes(const struct bk_series *h, struct bk_report *r,
                      const struct bk_run_list *runs, size_t n_retold)
{
    const struct bk_run_row **list = bk_alloc_array(r->arena, h->n + 1, sizeof *list);
    const struct bk_pair *shared;
    size_t n;
    for (size_t i = 0; i < h->n; i++)
        list[i] = h->rows[i].run;
    bk_config_shared(r->arena, list, h->n, &shared, &n);
    if (n > 0) {
        struct bk_str text = bk_config_text(r->arena, shared, n);
        bk_report_note(r, "shared-config", BK_INFO, "in all of these runs: %.*s",
                       BK_F(text));
    }
    if (n_retold > 0)
        bk_report_note(r, "retold", BK_INFO,
                       "%zu run%s that a report retells %s left out; --where "
                       "claims=true follows what reports say",
                       n_retold, n_retold == 1 ? "" : "s",
                       n_retold == 1 ? "is" : "are");
    if (h->lines->by_name && several_sessions(h))
        bk_report_note(r, "undated", BK_INFO,
                       "not every session has a start: they stand in the order of "
                       "their names");
    if (runs->n > 0 && h->n > 0 && h->q.worse == BK_NO_DIRECTION)
        bk_report_note(r, "neutral", BK_INFO,
                       "neither more nor less of this metric is better");
}

static void answer(struct history *h, const struct history_args *o)
{
    struct bk_series *s = &h->s;
    struct bk_report *r = h->r;
    bool single = bk_is(s->q.stat, "value");
    r->title = single
                   ? s->q.metric
                   : bk_fmt(r->arena, "%.*s %.*s", BK_F(s->q.metric), BK_F(s->q.stat));
    h->series = bk_report_section(r, "series", columns_for(s), N_SERIES);
    h->changes = bk_report_section(r, "changes", columns_of_changes(s), N_CHANGE);
    h->trend = bk_report_section(r, "trend", trend_columns, N_TREND);
    h->cases = bk_alloc_array(r->arena, s->n + 1, sizeof *h->cases);
    h->cells = bk_alloc_array(r->arena, s->n + 1, sizeof *h->cells);
    h->found.marks = bk_alloc_array(r->arena, s->n + 1, sizeof *h->found.marks);
    bk_past_begin(&h->past, s);
    for (size_t first = 0; first < s->n;) {
        struct group g = group_at(s, first, o->window);
        add_changes(h, &g, h->n_cases);
        add_trend(h, &g, add_group(h, &g));
        first = g.end;
    }
    add_verdicts(h);
}

/* Who never annotates needs no column for it. */
static void show_column(struct bk_arena *a, struct bk_section *s, size_t column)
{
    struct bk_column *columns = bk_alloc_array(a, s->n_columns, sizeof *columns);
    for (size_t i = 0; i < s->n_columns; i++)
        columns[i] = s->columns[i];
    columns[column].flags = 0;
    s->columns = columns;
}

static bool ask(struct bk_db *db, const void *args, const struct bk_strings *positional,
                const struct bk_strings *where, struct bk_report *r, struct bk_err *err)
{
    const struct history_args *o = args;
    struct history h = {.r = r, .s = {.arena = r->arena}};
    struct bk_run_list runs;
    struct bk_lines lines;
    size_t n_retold;
    (void)positional;
    choose_stat(r->arena, o, &h.s.q.metric, &h.s.q.stat);
    if (!bk_quantity_find(db, r->arena, &h.s.q, err) ||
        !load_runs(db, o, where, r->arena, &runs, &n_retold, err))
        return false;
    bk_lines_make(r->arena, &runs, &lines);
    if (!bk_marks_load(db, &lines, &h.marks, err) ||
        !load_usual(db, o, &h.marks, &h.s, err))
        return false;
    bk_report_arg(r, "metric", h.s.q.metric);
    bk_report_arg(r, "stat", h.s.q.stat);
    answer(&h, o);
    if (h.said_of_rows)
        show_column(r->arena, h.series, SAID);
    if (h.said_of_changes)
        show_column(r->arena, h.changes, CHANGE_SAID);
    add_notes(&h.s, r, &runs, n_retold);
    bk_marks_report(&h.marks, r);
    if (h.s.n == 0)
        bk_report_note(r, "no-data", BK_WARNING, "no such run has %.*s",
                       BK_F(r->title));
    return true;
}

static const struct bk_opt options[] = {
    {'m', "metric", BK_OPT_TEXT, offsetof(struct history_args, metric), "METRIC[.STAT]",
     "what to follow (default: ok_throughput; a latency is its p95)", NULL},
    {0, "stat", BK_OPT_TEXT, offsetof(struct history_args, stat), "STAT",
     "value, mean, p50, p95, max ...", NULL},
    {0, "scope", BK_OPT_TEXT, offsetof(struct history_args, scope), "SCOPE",
     "ok, failed or a selector (default: the headline figure)", NULL},
    {0, "hardware", BK_OPT_TEXT, offsetof(struct history_args, hardware), "NAME",
     "only this kind of machine", NULL},
    {0, "model", BK_OPT_TEXT, offsetof(struct history_args, model), "NAME",
     "only this model", NULL},
    {0, "workload", BK_OPT_TEXT, offsetof(struct history_args, workload), "NAME",
     "only this workload", NULL},
    {0, "since", BK_OPT_TEXT, offsetof(struct history_args, since), "DATE",
     "only runs started on or after this date", NULL},
    {'n', "window", BK_OPT_INT, offsetof(struct history_args, window), "N",
     "only the newest N rows of each group", NULL},
    {.type = BK_OPT_END},
};

const struct bk_question bk_question_history = {
    .name = "history",
    .args = "",
    .summary = "follow one metric across sessions",
    .help =
        "One row a session and config, oldest first: the value, the config where it "
        "changed,\nthe difference to the session before and to the best one, and what "
        "the number of\ncomparable sessions allows to say.  Failed runs are shown but "
        "never best.\n\n"
        "Examples:\n"
        "  benchkeep history --hardware h100 --metric ok_throughput\n"
        "  benchkeep history -m request_latency.p95 --where 'workers>=8'\n"
        "  benchkeep history -m ttft.p50 --model Qwen/Qwen3-4B --format md\n",
    .options = options,
    .args_size = sizeof(struct history_args),
    .ask = ask,
};
