/* history: one metric across sessions, a row a session and config, oldest first.
 *
 * Rows of one hardware, model and workload make a group.  A row is compared with the row
 * before it and with the best one of its group; rows of failed and invalid runs keep
 * their place but are never best and never what others are compared with.  What may be
 * said of a row follows from how many earlier sessions had its config (tiers T0 to T2'
 * of docs/history.md): nothing, a ratio, or a test by the prediction interval. */
#include "select.h"

#include "../base/num.h"
#include "../base/time.h"
#include "../stats/student.h"
#include "question.h"

#include <math.h>
#include <stdlib.h>

struct history_args {
    const char *metric, *stat, *scope, *hardware, *model, *workload, *since;
    int64_t window;
};

/* Two-sided level of the prediction interval. */
#define ALPHA 0.05
/* With so few sessions of its own a change must be this many times the smallest effect
 * that matters. */
#define FEW_SESSIONS_FACTOR 3.0
#define MIN_OLD_SESSIONS    2

struct row {
    const struct bk_run_row *run; /* the first of the session's runs with this config */
    struct bk_str group, config;
    double value; /* median over the runs */
    size_t n;     /* runs */
    double *values;
    struct bk_str status; /* the worst of the runs */
};

struct history {
    struct bk_arena *arena;
    struct row *rows;
    size_t n;
    char direction;
    double floor;
    struct bk_str unit;
    bool always_counts; /* the metric says how a failed run failed */
};

/* --- rows --- */

static int status_rank(struct bk_str status)
{
    static const char *const order[] = {"ok", "degraded", "failed", "invalid"};
    for (int i = 0; i < 4; i++)
        if (bk_is(status, order[i]))
            return i;
    return 0;
}

static int by_double(const void *x, const void *y)
{
    double a = *(const double *)x, b = *(const double *)y;
    return (a > b) - (a < b);
}

static struct bk_str group_of(struct bk_arena *a, const struct bk_run_row *run)
{
    return bk_fmt(a, "%.*s\n%.*s\n%.*s", BK_F(run->dim[BK_DIM_HARDWARE]),
                  BK_F(run->dim[BK_DIM_MODEL]), BK_F(run->dim[BK_DIM_WORKLOAD]));
}

static void add_value(struct history *h, struct bk_map *known,
                      const struct bk_run_row *run, double value)
{
    struct bk_arena *a = h->arena;
    struct bk_str group = group_of(a, run);
    struct bk_str config = bk_config_text(a, run->config, run->n_config);
    struct bk_str key = bk_fmt(a, "%.*s\n%.*s\n%.*s", BK_F(group),
                               BK_F(run->dim[BK_DIM_SESSION]), BK_F(config));
    size_t *index = bk_map_get(known, key);
    if (index == NULL) {
        index = bk_alloc(a, sizeof *index);
        *index = h->n;
        bk_map_put(a, known, key, index);
        *BK_PUSH(a, h->rows, h->n) = (struct row){
            .run = run, .group = group, .config = config, .status = run->status};
    }
    struct row *row = &h->rows[*index];
    if (status_rank(run->status) > status_rank(row->status))
        row->status = run->status;
    *BK_PUSH(a, row->values, row->n) = value;
}

static int by_group_and_time(const void *x, const void *y)
{
    const struct row *a = x, *b = y;
    int order = bk_cmp(a->group, b->group);
    if (order != 0)
        return order;
    if (a->run->started_ns != b->run->started_ns) {
        /* unknown times are the smallest number: they stand first */
        return a->run->started_ns < b->run->started_ns ? -1 : 1;
    }
    order = bk_cmp(a->run->dim[BK_DIM_SESSION], b->run->dim[BK_DIM_SESSION]);
    return order != 0 ? order : a->run->id < b->run->id ? -1 : a->run->id > b->run->id;
}

static void finish_rows(struct history *h)
{
    for (size_t i = 0; i < h->n; i++) {
        struct row *row = &h->rows[i];
        qsort(row->values, row->n, sizeof *row->values, by_double);
        size_t half = row->n / 2;
        row->value = row->n % 2 == 1 ? row->values[half]
                                     : (row->values[half - 1] + row->values[half]) / 2;
    }
    if (h->n > 1)
        qsort(h->rows, h->n, sizeof *h->rows, by_group_and_time);
}

static bool counts(const struct history *h, const struct row *row)
{
    return h->always_counts || status_rank(row->status) < 2;
}

/* --- what may be said of a row --- */

struct judgement {
    const char *verdict;
    struct bk_str why;
};

static const char *direction_verdict(const struct history *h, double change)
{
    if (h->direction == 'n')
        return "inconclusive";
    return (change > 0) == (h->direction == 'h') ? "improvement" : "regression";
}

/* Logs of the values that counted before, of one config (Welford's running sums). */
struct past {
    size_t n;
    double mean, ss;
};

static void remember(struct past *past, double value)
{
    double x = log(value);
    double delta = x - past->mean;
    past->n++;
    past->mean += delta / (double)past->n;
    past->ss += delta * (x - past->mean);
}

/* The prediction interval for one new session over at least two old ones. */
static struct judgement test_row(const struct history *h, const struct past *past,
                                 double value)
{
    struct judgement j = {"inconclusive", {NULL, 0}};
    double sd = sqrt(past->ss / (double)(past->n - 1));
    double change = value / exp(past->mean) - 1;
    char percent[352], p_text[352];
    bk_format_fixed(change * 100, 1, percent);
    if (sd == 0) {
        j.verdict = fabs(change) >= h->floor ? direction_verdict(h, change)
                                             : "no_material_change";
        j.why =
            bk_fmt(h->arena, "%s %% against %zu equal sessions: no noise to test by",
                   percent, past->n);
        return j;
    }
    double t = (log(value) - past->mean) / (sd * sqrt(1 + 1 / (double)past->n));
    double p = bk_student_p(t, (double)(past->n - 1));
    bk_format_digits(p, 2, p_text);
    if (p <= ALPHA && fabs(change) >= FEW_SESSIONS_FACTOR * h->floor)
        j.verdict = direction_verdict(h, change);
    j.why = bk_fmt(h->arena, "%s %% against %zu sessions of this config, p = %s",
                   percent, past->n, p_text);
    return j;
}

/* 'earlier' rows of the group counted before this one, those of its config in past. */
static struct judgement judge(const struct history *h, const struct row *row,
                              const struct past *past, size_t earlier)
{
    if (!counts(h, row))
        return (struct judgement){"invalid", row->run->status_why};
    if (past->n >= MIN_OLD_SESSIONS && row->value > 0)
        return test_row(h, past, row->value);
    if (earlier == 0)
        return (struct judgement){"insufficient_evidence",
                                  BK_S("first session, becomes the baseline")};
    if (past->n == 0)
        return (struct judgement){"not_comparable",
                                  BK_S("first session with this config")};
    return (struct judgement){
        "insufficient_evidence",
        BK_S("one earlier session with this config: a ratio, no test")};
}

/* --- the report --- */

enum series_column {
    SESSION,
    STARTED_AT,
    HARDWARE,
    MODEL,
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
    VERDICT,
    WHY,
    N_SERIES
};

static const struct bk_column series_columns[N_SERIES] = {
    [SESSION] = {"session", "", 0},
    [STARTED_AT] = {"started_at", "", 0},
    [HARDWARE] = {"hardware", "", 0},
    [MODEL] = {"model", "", BK_COL_MACHINE},
    [WORKLOAD] = {"workload", "", BK_COL_MACHINE},
    [CONFIG] = {"config", "", BK_COL_MACHINE},
    [CHANGED] = {"config_changed", "", BK_COL_HUMAN},
    [VALUE] = {"value", "*", 0},
    [UNIT] = {"unit", "", BK_COL_MACHINE},
    [N_RUNS] = {"n", "", 0},
    [STATUS] = {"status", "", 0},
    [VS_PREVIOUS] = {"vs_previous", "ratio", BK_COL_PERCENT | BK_COL_SIGNED},
    [VS_BEST] = {"vs_best", "ratio", BK_COL_PERCENT | BK_COL_SIGNED},
    [BAR] = {"bar", "", BK_COL_HUMAN},
    [VERDICT] = {"verdict", "", 0},
    [WHY] = {"why", "", BK_COL_MACHINE},
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

static const char *const eighths[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
#define BAR_CELLS       12
#define SPARKLINE_CELLS ((size_t)60)

static bool is_better(const struct history *h, double a, double b)
{
    return h->direction == 'l' ? a < b : a > b;
}

/* Best row of the group that begins at first; NULL when none counts. */
static const struct row *best_of(const struct history *h, size_t first, size_t end)
{
    const struct row *best = NULL;
    for (size_t i = first; i < end; i++)
        if (counts(h, &h->rows[i]) &&
            (best == NULL || is_better(h, h->rows[i].value, best->value)))
            best = &h->rows[i];
    return best;
}

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
static struct bk_str sparkline(const struct history *h, size_t first, size_t end)
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

static struct bk_str append_change(struct bk_arena *a, struct bk_str text,
                                   struct bk_str name, struct bk_str was,
                                   struct bk_str value)
{
    return bk_fmt(a, "%.*s%s%.*s %.*s->%.*s", BK_F(text), text.len > 0 ? ", " : "",
                  BK_F(name), BK_F(was), BK_F(value));
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

/* "workers=8 pool_size=25" of the first row: the parameters that change later on. */
static struct bk_str config_start(const struct history *h, size_t first, size_t end)
{
    const struct bk_run_row *run = h->rows[first].run;
    struct bk_str text = {"", 0};
    for (size_t k = 0; k < run->n_config; k++) {
        struct bk_str name = run->config[k].name;
        bool varies = false;
        for (size_t i = first + 1; i < end && !varies; i++)
            varies = !bk_eq(bk_row_param(h->rows[i].run, name), run->config[k].value);
        if (varies)
            text =
                bk_fmt(h->arena, "%.*s%s%.*s=%.*s", BK_F(text), text.len > 0 ? " " : "",
                       BK_F(name), BK_F(run->config[k].value));
    }
    return text;
}

static void add_series_row(const struct history *h, struct bk_report *r,
                           struct bk_section *s, const struct row *row,
                           const struct row *previous)
{
    struct bk_value *c = bk_section_row(r, s);
    c[SESSION] = bk_v_str(row->run->dim[BK_DIM_SESSION]);
    c[STARTED_AT] = bk_v_time(row->run->started_ns);
    c[HARDWARE] = bk_v_str(row->run->dim[BK_DIM_HARDWARE]);
    c[MODEL] = bk_v_str(row->run->dim[BK_DIM_MODEL]);
    c[WORKLOAD] = bk_v_str(row->run->dim[BK_DIM_WORKLOAD]);
    c[CONFIG] = bk_v_pairs(row->run->config, row->run->n_config);
    c[VALUE] = bk_v_real_unit(row->value, h->unit);
    c[UNIT] = bk_v_str(h->unit);
    c[N_RUNS] = bk_v_int((int64_t)row->n);
    c[STATUS] = bk_v_str(row->status);
    if (previous != NULL && previous->value != 0 && counts(h, row))
        c[VS_PREVIOUS] = bk_v_real(row->value / previous->value - 1);
}

static struct past *past_of(struct bk_arena *a, struct bk_map *configs,
                            struct bk_str config)
{
    struct past *past = bk_map_get(configs, config);
    if (past == NULL) {
        past = bk_alloc(a, sizeof *past);
        bk_map_put(a, configs, config, past);
    }
    return past;
}

/* Rows begin .. shown - 1 of a group are only remembered; shown .. end - 1 are printed. */
struct group {
    size_t begin, shown, end;
    const struct row *best;
    double largest;
};

static void add_trend(const struct history *h, struct bk_report *r,
                      struct bk_section *trend, const struct group *g)
{
    const struct row *last = &h->rows[g->end - 1];
    struct bk_value *c = bk_section_row(r, trend);
    c[0] = bk_v_str(last->run->dim[BK_DIM_HARDWARE]);
    c[1] = bk_v_str(last->run->dim[BK_DIM_MODEL]);
    c[2] = bk_v_str(last->run->dim[BK_DIM_WORKLOAD]);
    c[3] = bk_v_int((int64_t)(g->end - g->shown));
    if (g->best != NULL) {
        c[4] = bk_v_real_unit(g->best->value, h->unit);
        c[5] = bk_v_str(g->best->run->dim[BK_DIM_SESSION]);
    }
    c[6] = bk_v_real_unit(last->value, h->unit);
    c[7] = bk_v_str(sparkline(h, g->shown, g->end));
}

static void add_row(const struct history *h, struct bk_report *r,
                    struct bk_section *series, const struct group *g, size_t i,
                    const struct row *previous)
{
    const struct row *row = &h->rows[i];
    add_series_row(h, r, series, row, previous);
    struct bk_value *c = series->rows[series->n_rows - 1];
    c[CHANGED] =
        bk_v_str(i == g->shown ? config_start(h, i, g->end)
                               : config_change(h->arena, h->rows[i - 1].run, row->run));
    c[BAR] = bk_v_str(bar(h->arena, row->value, g->largest));
    if (g->best != NULL && g->best->value != 0 && counts(h, row))
        c[VS_BEST] = bk_v_real(row->value / g->best->value - 1);
}

static void add_group(const struct history *h, struct bk_report *r,
                      struct bk_section *series, const struct group *g)
{
    const struct row *previous = NULL;
    struct bk_map configs = {NULL, 0, 0};
    size_t earlier = 0;
    for (size_t i = g->begin; i < g->end; i++) {
        const struct row *row = &h->rows[i];
        struct past *past = past_of(h->arena, &configs, row->config);
        if (i >= g->shown) {
            struct judgement j = judge(h, row, past, earlier);
            add_row(h, r, series, g, i, previous);
            series->rows[series->n_rows - 1][VERDICT] = bk_v_text(j.verdict);
            series->rows[series->n_rows - 1][WHY] = bk_v_str(j.why);
        }
        if (!counts(h, row))
            continue;
        previous = row;
        earlier++;
        if (row->value > 0)
            remember(past, row->value);
    }
}

/* The group that begins at a row; of it, the newest 'window' rows are shown. */
static struct group group_at(const struct history *h, size_t begin, int64_t window)
{
    struct group g = {.begin = begin, .shown = begin, .end = begin + 1};
    while (g.end < h->n && bk_eq(h->rows[g.end].group, h->rows[begin].group))
        g.end++;
    if (window > 0 && g.end - begin > (size_t)window)
        g.shown = g.end - (size_t)window;
    g.best = best_of(h, begin, g.end);
    for (size_t i = g.shown; i < g.end; i++)
        g.largest = fmax(g.largest, h->rows[i].value);
    return g;
}

/* --- the question --- */

/* "ttft.p95" is metric and stat; a latency without a stat is its p95. */
static void choose_stat(struct bk_arena *a, const struct history_args *o,
                        struct bk_str *metric, struct bk_str *stat)
{
    *stat =
        bk_cut(bk_str(o->metric != NULL ? o->metric : "ok_throughput"), '.', metric);
    /* names that sources brought along hold a point themselves: k6-text.my_metric */
    if (stat->len > 0 && bk_find_char(*metric, '-') != BK_NONE) {
        struct bk_str rest = *stat;
        struct bk_str name;
        *stat = bk_cut(rest, '.', &name);
        *metric = bk_fmt(a, "%.*s.%.*s", BK_F(*metric), BK_F(name));
    }
    if (o->stat != NULL)
        *stat = bk_str(o->stat);
}

static bool find_metric(struct bk_db *db, struct history *h, struct bk_str metric,
                        struct bk_str *stat, struct bk_err *err)
{
    struct bk_stmt *st = bk_stmt(db, BK_SQL_METRIC_BY_NAME);
    bk_bind_text(st, ":metric", metric);
    bool found;
    bool ok = bk_step(st, &found, err);
    if (ok && found) {
        h->unit = bk_dup(h->arena, bk_col_text(st, 1));
        struct bk_str direction = bk_col_text(st, 2);
        h->direction = direction.len > 0 ? direction.ptr[0] : 'n';
        h->floor = bk_col_real(st, 3);
    }
    bk_reset(st);
    if (!ok)
        return false;
    if (!found)
        return bk_fail(err, BK_EUSAGE,
                       "no run has a metric '%.*s'; 'benchkeep metrics' lists them",
                       BK_F(metric));
    if (stat->len == 0)
        *stat = bk_is(h->unit, "s") && !bk_is(metric, "duration") ? BK_S("p95")
                                                                  : BK_S("value");
    h->always_counts = bk_is(metric, "error_rate") || bk_is(metric, "ok_throughput") ||
                       bk_is(metric, "requests_ok");
    return true;
}

static bool load_runs(struct bk_db *db, const struct history_args *o,
                      const struct bk_strings *where, struct bk_arena *a,
                      struct bk_run_list *runs, struct bk_err *err)
{
    struct bk_filter f;
    int64_t since;
    if (!bk_filter_parse(a, db, where, &f, err) ||
        !bk_filter_add(a, db, &f, "hardware", o->hardware, err) ||
        !bk_filter_add(a, db, &f, "model", o->model, err) ||
        !bk_filter_add(a, db, &f, "workload", o->workload, err) ||
        !bk_runs_load(db, a, &f, runs, err))
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

static bool ask(struct bk_db *db, const void *args, const struct bk_strings *positional,
                const struct bk_strings *where, struct bk_report *r, struct bk_err *err)
{
    const struct history_args *o = args;
    struct history h = {.arena = r->arena};
    struct bk_str metric, stat;
    struct bk_run_list runs;
    struct bk_run_values values;
    (void)positional;
    choose_stat(r->arena, o, &metric, &stat);
    if (!find_metric(db, &h, metric, &stat, err) ||
        !load_runs(db, o, where, r->arena, &runs, err) ||
        !bk_values_load(db, r->arena, bk_cstr(r->arena, metric),
                        bk_cstr(r->arena, stat), o->scope != NULL ? o->scope : "",
                        &values, err))
        return false;
    struct bk_map known = {NULL, 0, 0};
    for (size_t i = 0; i < runs.n; i++) {
        const struct bk_run_value *v = bk_values_of(&values, runs.rows[i].id);
        if (v != NULL)
            add_value(&h, &known, &runs.rows[i], v->value);
    }
    finish_rows(&h);
    bk_report_arg(r, "metric", metric);
    bk_report_arg(r, "stat", stat);
    r->title = bk_fmt(r->arena, "%.*s %.*s", BK_F(metric), BK_F(stat));
    struct bk_section *series =
        bk_report_section(r, "series", series_columns, N_SERIES);
    struct bk_section *trend = bk_report_section(r, "trend", trend_columns, N_TREND);
    for (size_t first = 0; first < h.n;) {
        struct group g = group_at(&h, first, o->window);
        add_group(&h, r, series, &g);
        add_trend(&h, r, trend, &g);
        first = g.end;
    }
    if (h.n == 0)
        bk_report_note(r, "no-data", BK_WARNING, "no such run has %.*s %.*s",
                       BK_F(metric), BK_F(stat));
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
