/* export: the archive's rows as they are, one object or line each, for other programs.
 *
 * Rows are pulled from the statement while they are printed, so memory does not grow
 * with the archive (only the list of runs is held).  The keys are a contract: more may
 * be added, none renamed. */
#include "select.h"

#include "../base/num.h"
#include "../base/time.h"
#include "export.h"
#include "question.h"
#include "session_rows.h"

#include <math.h>
#include <stdlib.h>

struct export_args {
    bool wide;
};

/* What a pulled section works with; lives in the report's arena. */
struct stream {
    struct bk_db *db;
    struct bk_stmt *st;
    struct bk_arena *scratch;   /* of the current row */
    struct bk_arena_mark start; /* of the scratch, with nothing in it */
    struct bk_run_list runs;    /* that match the filter, by id */
    bool filtered;              /* rows without a run of the list are left out */
    struct bk_map sessions;     /* of these runs */
    struct bk_session_rows all_sessions;
    size_t next_session;
    size_t next_run; /* for exports that walk the runs themselves */
    bool pending;    /* wide: the statement stands on a row not yet used */
    struct bk_value *cells;
    size_t n_columns;
    struct bk_str *params; /* wide: names of the config columns, in order */
    size_t n_params;
    size_t *column_of; /* wide: the column of a quantity id */
    int64_t max_quantity;
};

/* --- columns --- */

#define RUN_COLUMNS                                                                    \
    {"session", "", 0}, {"run", "", 0}, {"hardware", "", 0}, {"model", "", 0},         \
        {"engine", "", 0}, {"workload", "", 0}, {"config", "", 0},                     \
        {"started_at", "", 0},                                                         \
    {                                                                                  \
        "status", "", 0                                                                \
    }
enum {
    N_RUN_COLUMNS = 9
};

static const struct bk_column measurement_columns[] = {
    RUN_COLUMNS,
    {"metric", "", 0},
    {"stat", "", 0},
    {"scope", "", 0},
    {"population", "", 0},
    {"value", "*", 0},
    {"unit", "", 0},
    {"origin", "", 0},
    {"source", "", 0},
    {"source_name", "", 0},
    {"source_value", "", 0},
    {"locator", "", 0},
    {"source_unit", "", BK_COL_MACHINE},
    {"formula", "", BK_COL_MACHINE},
    {"low", "*", BK_COL_MACHINE},
    {"high", "*", BK_COL_MACHINE},
    {"rank", "", BK_COL_MACHINE},
};
static const struct bk_column run_columns[] = {
    RUN_COLUMNS,
    {"status_why", "", 0},
    {"claims", "", BK_COL_MACHINE},
};
static const struct bk_column series_columns[] = {
    {"source", "", 0}, {"taken_at", "", 0}, {"name", "", 0},
    {"type", "", 0},   {"labels", "", 0},   {"value", "", BK_COL_SPECIALS},
    {"time", "", 0},   {"line", "", 0},
};
static const struct bk_column sizing_columns[] = {
    {"sizing_run", "", 0},  {"model", "", 0},       {"server", "", 0},
    {"scenario", "", 0},    {"section", "", 0},     {"name", "", 0},
    {"value", "*", 0},      {"unit", "", 0},        {"origin", "", 0},
    {"source", "", 0},      {"source_name", "", 0}, {"source_value", "", 0},
    {"source_unit", "", 0}, {"locator", "", 0},
};
static const struct bk_column finding_columns[] = {
    {"code", "", 0},    {"severity", "", 0}, {"subject", "", 0},
    {"message", "", 0}, {"expected", "", 0}, {"actual", "", 0},
    {"source", "", 0},  {"locator", "", 0},  {"run", "", 0},
};
static const struct bk_column timeline_columns[] = {
    {"session", "", 0},        {"run", "", 0},         {"elapsed_s", "s", 0},
    {"vus", "1", 0},           {"iterations", "1", 0}, {"interrupted", "1", 0},
    {"requests", "1", 0},      {"failed", "1", 0},     {"latency_mean_s", "s", 0},
    {"latency_p95_s", "s", 0},
};

/* --- cells --- */

static void fill_run(struct bk_value *cells, const struct bk_run_row *run)
{
    cells[0] = bk_v_str(run->dim[BK_DIM_SESSION]);
    cells[1] = bk_v_str(run->name);
    cells[2] = bk_v_str(run->dim[BK_DIM_HARDWARE]);
    cells[3] = bk_v_str(run->dim[BK_DIM_MODEL]);
    cells[4] = bk_v_str(run->dim[BK_DIM_ENGINE]);
    cells[5] = bk_v_str(run->dim[BK_DIM_WORKLOAD]);
    cells[6] = bk_v_pairs(run->config, run->n_config);
    cells[7] = bk_v_time(run->started_ns);
    cells[8] = bk_v_str(run->status);
}

static struct bk_value real_or_null(const struct bk_stmt *st, size_t i)
{
    return bk_col_is_null(st, i) ? bk_v_null() : bk_v_real(bk_col_real(st, i));
}

/* --- one row of each export --- */

static bool measurement_row(struct stream *s)
{
    const struct bk_run_row *run = bk_runs_find(&s->runs, bk_col_int(s->st, 0));
    if (run == NULL)
        return false;
    struct bk_value *c = s->cells;
    struct bk_str unit = bk_col_text(s->st, 6);
    fill_run(c, run);
    c += N_RUN_COLUMNS;
    for (size_t i = 0; i < 4; i++)
        c[i] = bk_v_str(bk_col_text(s->st, 1 + i));
    c[4] = bk_v_real_unit(bk_col_real(s->st, 5), unit);
    c[5] = bk_v_str(unit);
    for (size_t i = 0; i < 5; i++)
        c[6 + i] = bk_v_str(bk_col_text(s->st, 7 + i));
    c[11] = bk_v_str(bk_col_text(s->st, 12));
    c[12] = bk_v_str(bk_col_text(s->st, 13));
    c[13] = bk_v_real_unit(bk_col_real(s->st, 14), unit);
    c[14] = bk_v_real_unit(bk_col_real(s->st, 15), unit);
    c[15] = bk_v_int(bk_col_int(s->st, 16));
    return true;
}

/* One name="value" pair off the canonical label text, unescaped. */
static struct bk_str next_label(struct bk_arena *a, struct bk_str text,
                                struct bk_pair *pair)
{
    struct bk_str rest = bk_cut(text, '=', &pair->name);
    pair->is_number = false;
    char *value = bk_alloc(a, rest.len + 1);
    size_t n = 0, i = 1; /* behind the opening quote */
    for (; i < rest.len && rest.ptr[i] != '"'; i++) {
        char ch = rest.ptr[i];
        if (ch == '\\' && i + 1 < rest.len) {
            ch = rest.ptr[++i];
            ch = ch == 'n' ? '\n' : ch;
        }
        value[n++] = ch;
    }
    pair->value = (struct bk_str){value, n};
    rest = bk_from(rest, i + 1);
    return rest.len > 0 && rest.ptr[0] == ',' ? bk_from(rest, 1) : rest;
}

struct bk_value bk_labels_cell(struct bk_arena *a, struct bk_str text)
{
    struct bk_pair *pairs = NULL;
    size_t n = 0;
    while (text.len > 0)
        text = next_label(a, text, BK_PUSH(a, pairs, n));
    return bk_v_pairs(pairs, n);
}

static bool series_row(struct stream *s)
{
    struct bk_value *c = s->cells;
    c[0] = bk_v_str(bk_col_text(s->st, 0));
    c[1] = bk_v_time(bk_col_time(s->st, 1));
    c[2] = bk_v_str(bk_col_text(s->st, 2));
    c[3] = bk_v_str(bk_col_text(s->st, 3));
    c[4] = bk_labels_cell(s->scratch, bk_col_text(s->st, 4));
    struct bk_str special = bk_col_text(s->st, 6);
    double value = bk_col_real(s->st, 5);
    if (bk_is(special, "+Inf"))
        value = (double)INFINITY;
    else if (bk_is(special, "-Inf"))
        value = -(double)INFINITY;
    c[5] = bk_v_real(value);
    c[6] = bk_v_time(bk_col_time(s->st, 7));
    c[7] = bk_v_int(bk_col_int(s->st, 8));
    return true;
}

static bool sizing_row(struct stream *s)
{
    struct bk_value *c = s->cells;
    for (size_t i = 0; i < 6; i++)
        c[i] = bk_v_str(bk_col_text(s->st, i));
    struct bk_str unit = bk_col_text(s->st, 8);
    c[6] = bk_col_is_null(s->st, 6) ? bk_v_str(bk_col_text(s->st, 7))
                                    : bk_v_real_unit(bk_col_real(s->st, 6), unit);
    c[7] = bk_v_str(unit);
    for (size_t i = 0; i < 6; i++)
        c[8 + i] = bk_v_str(bk_col_text(s->st, 9 + i));
    return true;
}

static bool finding_row(struct stream *s)
{
    if (s->filtered && bk_runs_find(&s->runs, bk_col_int(s->st, 12)) == NULL)
        return false;
    for (size_t i = 0; i < 9; i++)
        s->cells[i] = bk_v_str(bk_col_text(s->st, 1 + i));
    return true;
}

static bool timeline_row(struct stream *s)
{
    const struct bk_run_row *run = bk_runs_find(&s->runs, bk_col_int(s->st, 0));
    if (run == NULL)
        return false;
    s->cells[0] = bk_v_str(run->dim[BK_DIM_SESSION]);
    s->cells[1] = bk_v_str(run->name);
    for (size_t i = 0; i < 8; i++)
        s->cells[2 + i] = real_or_null(s->st, 1 + i);
    return true;
}

/* --- pulling --- */

/* Steps until 'row' takes a row of the statement or there is none left. */
static bool pull(struct stream *s, bool (*row)(struct stream *),
                 const struct bk_value **cells, bool *more, struct bk_err *err)
{
    bk_arena_release(s->scratch, s->start);
    *cells = s->cells;
    for (;;) {
        if (!bk_step(s->st, more, err))
            return false;
        if (!*more || row(s))
            return true;
    }
}

static bool next_measurement(void *self, const struct bk_value **cells, bool *more,
                             struct bk_err *err)
{
    return pull(self, measurement_row, cells, more, err);
}
static bool next_series(void *self, const struct bk_value **cells, bool *more,
                        struct bk_err *err)
{
    return pull(self, series_row, cells, more, err);
}
static bool next_sizing(void *self, const struct bk_value **cells, bool *more,
                        struct bk_err *err)
{
    return pull(self, sizing_row, cells, more, err);
}
static bool next_finding(void *self, const struct bk_value **cells, bool *more,
                         struct bk_err *err)
{
    return pull(self, finding_row, cells, more, err);
}
static bool next_timeline(void *self, const struct bk_value **cells, bool *more,
                          struct bk_err *err)
{
    return pull(self, timeline_row, cells, more, err);
}

static bool next_run(void *self, const struct bk_value **cells, bool *more,
                     struct bk_err *err)
{
    struct stream *s = self;
    (void)err;
    *more = s->next_run < s->runs.n;
    *cells = s->cells;
    if (!*more)
        return true;
    const struct bk_run_row *run = &s->runs.rows[s->next_run++];
    fill_run(s->cells, run);
    s->cells[N_RUN_COLUMNS] = bk_v_str(run->status_why);
    s->cells[N_RUN_COLUMNS + 1] = bk_v_bool(run->claims);
    return true;
}

static bool next_session(void *self, const struct bk_value **cells, bool *more,
                         struct bk_err *err)
{
    struct stream *s = self;
    (void)err;
    *cells = s->cells;
    while (s->next_session < s->all_sessions.n) {
        const struct bk_session_row *row = &s->all_sessions.items[s->next_session++];
        if (s->filtered && bk_map_get(&s->sessions, row->name) == NULL)
            continue;
        bk_session_cells(s->cells, row);
        *more = true;
        return true;
    }
    *more = false;
    return true;
}

static void close_stream(void *self)
{
    struct stream *s = self;
    if (s->st != NULL)
        bk_reset(s->st);
    bk_arena_free(s->scratch);
}

/* --- the wide table: a row a run, a column a metric and stat --- */

struct wide_columns {
    struct bk_column *columns;
    size_t n;
};

static const struct bk_column wide_run_columns[] = {
    {"session", "", 0}, {"run", "", 0},      {"hardware", "", 0},   {"model", "", 0},
    {"engine", "", 0},  {"workload", "", 0}, {"started_at", "", 0}, {"status", "", 0},
};
enum {
    N_WIDE_RUN_COLUMNS = sizeof wide_run_columns / sizeof *wide_run_columns
};

static int by_text(const void *x, const void *y)
{
    return bk_cmp(*(const struct bk_str *)x, *(const struct bk_str *)y);
}

/* The parameters that any of the runs has, sorted. */
static void wide_params(struct bk_arena *a, struct stream *s, struct wide_columns *w)
{
    static char seen; /* marks a name as known; only its address is used */
    struct bk_map known = {NULL, 0, 0};
    for (size_t i = 0; i < s->runs.n; i++)
        for (size_t k = 0; k < s->runs.rows[i].n_config; k++) {
            struct bk_str name = s->runs.rows[i].config[k].name;
            if (bk_map_get(&known, name) != NULL)
                continue;
            bk_map_put(a, &known, name, &seen);
            *BK_PUSH(a, s->params, s->n_params) = name;
        }
    if (s->n_params > 1)
        qsort(s->params, s->n_params, sizeof *s->params, by_text);
    for (size_t i = 0; i < s->n_params; i++) {
        struct bk_column *c = BK_PUSH(a, w->columns, w->n);
        c->name = bk_fmt(a, "config.%.*s", BK_F(s->params[i])).ptr;
        c->unit = "";
    }
}

/* Which quantities the chosen runs have. */
static bool wide_used(struct bk_db *db, struct bk_arena *a, struct stream *s,
                      bool **used, struct bk_err *err)
{
    bool more;
    bool ok;
    struct bk_stmt *st = bk_stmt(db, BK_SQL_EXPORT_QUANTITIES);
    s->max_quantity = 0;
    while ((ok = bk_step(st, &more, err)) && more)
        if (bk_col_int(st, 0) > s->max_quantity)
            s->max_quantity = bk_col_int(st, 0);
    bk_reset(st);
    if (!ok)
        return false;
    *used = bk_alloc_array(a, (size_t)s->max_quantity + 1, sizeof **used);
    s->column_of = bk_alloc_array(a, (size_t)s->max_quantity + 1, sizeof(size_t));
    st = bk_stmt(db, BK_SQL_EXPORT_WIDE);
    while ((ok = bk_step(st, &more, err)) && more)
        if (bk_runs_find(&s->runs, bk_col_int(st, 0)) != NULL)
            (*used)[bk_col_int(st, 1)] = true;
    bk_reset(st);
    return ok;
}

/* A column a metric, stat and scope; populations of one share it. */
static bool wide_quantities(struct bk_db *db, struct bk_arena *a, struct stream *s,
                            struct wide_columns *w, struct bk_err *err)
{
    bool *used;
    if (!wide_used(db, a, s, &used, err))
        return false;
    struct bk_stmt *st = bk_stmt(db, BK_SQL_EXPORT_QUANTITIES);
    bool more, ok;
    struct bk_str last = {NULL, 0};
    while ((ok = bk_step(st, &more, err)) && more) {
        int64_t id = bk_col_int(st, 0);
        if (!used[id])
            continue;
        struct bk_str metric = bk_col_text(st, 1), stat = bk_col_text(st, 2);
        struct bk_str scope = bk_col_text(st, 3);
        bool braces = scope.len > 0 && scope.ptr[0] != '{';
        struct bk_str name = bk_fmt(
            a, "%.*s%s%.*s%s%.*s%s", BK_F(metric), bk_is(stat, "value") ? "" : ".",
            bk_is(stat, "value") ? 0 : (int)stat.len, stat.ptr ? stat.ptr : "",
            braces ? "{" : "", BK_F(scope), braces ? "}" : "");
        if (!bk_eq(name, last)) {
            struct bk_column *c = BK_PUSH(a, w->columns, w->n);
            c->name = name.ptr;
            c->unit = bk_cstr(a, bk_col_text(st, 4));
            last = name;
        }
        s->column_of[id] = w->n - 1;
    }
    bk_reset(st);
    return ok;
}

static bool next_wide(void *self, const struct bk_value **cells, bool *more,
                      struct bk_err *err)
{
    struct stream *s = self;
    *more = s->next_run < s->runs.n;
    *cells = s->cells;
    if (!*more)
        return true;
    const struct bk_run_row *run = &s->runs.rows[s->next_run++];
    for (size_t i = 0; i < s->n_columns; i++)
        s->cells[i] = bk_v_null();
    for (size_t d = 0; d < BK_N_DIMS; d++)
        s->cells[d == BK_DIM_SESSION ? 0 : d + 1] = bk_v_str(run->dim[d]);
    s->cells[1] = bk_v_str(run->name);
    s->cells[6] = bk_v_time(run->started_ns);
    s->cells[7] = bk_v_str(run->status);
    for (size_t i = 0; i < s->n_params; i++) {
        struct bk_str value = bk_row_param(run, s->params[i]);
        double number;
        if (bk_parse_double(value, &number))
            s->cells[N_WIDE_RUN_COLUMNS + i] = bk_v_real(number);
        else if (value.len > 0)
            s->cells[N_WIDE_RUN_COLUMNS + i] = bk_v_str(value);
    }
    for (;;) {
        bool row = s->pending;
        if (!row && !bk_step(s->st, &row, err))
            return false;
        s->pending = row;
        if (!row || bk_col_int(s->st, 0) > run->id)
            return true;
        if (bk_col_int(s->st, 0) == run->id)
            s->cells[s->column_of[bk_col_int(s->st, 1)]] =
                bk_v_real(bk_col_real(s->st, 2));
        s->pending = false;
    }
}

static bool export_wide(struct bk_db *db, struct bk_report *r, struct stream *s,
                        struct bk_err *err)
{
    struct wide_columns w = {NULL, 0};
    for (size_t i = 0; i < N_WIDE_RUN_COLUMNS; i++)
        *BK_PUSH(r->arena, w.columns, w.n) = wide_run_columns[i];
    wide_params(r->arena, s, &w);
    if (!wide_quantities(db, r->arena, s, &w, err)) {
        close_stream(s);
        return false;
    }
    s->n_columns = w.n;
    s->cells = bk_alloc_array(r->arena, w.n, sizeof *s->cells);
    s->st = bk_stmt(db, BK_SQL_EXPORT_WIDE);
    struct bk_section *section = bk_report_section(r, "measurements", w.columns, w.n);
    section->next = next_wide;
    section->close = close_stream;
    section->self = s;
    return true;
}

/* --- the question --- */

enum {
    NO_STATEMENT = -1
};

static const struct export_kind {
    const char *name;
    const struct bk_column *columns;
    size_t n_columns;
    bool (*next)(void *self, const struct bk_value **cells, bool *more,
                 struct bk_err *err);
    int statement; /* NO_STATEMENT: walks what was loaded */
} kinds[] = {
#define KIND(name, columns, next, statement)                                           \
    {                                                                                  \
        name, columns, sizeof(columns) / sizeof *(columns), next, statement            \
    }
    KIND("measurements", measurement_columns, next_measurement,
         BK_SQL_EXPORT_MEASUREMENTS),
    KIND("runs", run_columns, next_run, NO_STATEMENT),
    KIND("sessions", bk_session_columns, next_session, NO_STATEMENT),
    KIND("findings", finding_columns, next_finding, BK_SQL_FINDINGS_LIST),
    KIND("series", series_columns, next_series, BK_SQL_EXPORT_SERIES),
    KIND("sizing", sizing_columns, next_sizing, BK_SQL_EXPORT_SIZING),
    KIND("timeline", timeline_columns, next_timeline, BK_SQL_EXPORT_TIMELINE),
    {.name = "everything", .statement = NO_STATEMENT},
#undef KIND
};
#define N_KINDS (sizeof kinds / sizeof *kinds)

static const struct export_kind *find_kind(const char *name, struct bk_err *err)
{
    const char *names[N_KINDS];
    for (size_t i = 0; i < N_KINDS; i++) {
        names[i] = kinds[i].name;
        if (bk_is(bk_str(name), kinds[i].name))
            return &kinds[i];
    }
    const char *near = bk_nearest(name, names, N_KINDS);
    bk_fail(err, BK_EUSAGE,
            "nothing to export is called '%s'%s%s%s (there are measurements, runs, "
            "sessions, findings, series, sizing, timeline and everything)",
            name, near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
    return NULL;
}

static bool ask(struct bk_db *db, const void *args, const struct bk_strings *positional,
                const struct bk_strings *where, struct bk_report *r, struct bk_err *err)
{
    const struct export_args *o = args;
    const struct export_kind *kind = find_kind(positional->items[0], err);
    if (kind == NULL)
        return false;
    if (o->wide && kind->next != next_measurement)
        return bk_fail(err, BK_EUSAGE,
                       "--wide goes with 'export measurements', not '%s'", kind->name);
    if (kind->next == NULL && where->n > 0)
        return bk_fail(err, BK_EUSAGE,
                       "--where chooses runs, and 'export everything' has them all");
    if (where->n > 0 && (kind->next == next_series || kind->next == next_sizing))
        return bk_fail(err, BK_EUSAGE, "--where chooses runs, and 'export %s' has none",
                       kind->name);
    r->plain_rows = true;
    bk_report_arg(r, "what", bk_str(kind->name));
    if (kind->next == NULL) {
        bk_export_everything(db, r);
        return true;
    }
    struct bk_filter filter;
    if (!bk_filter_parse(r->arena, db, where, &filter, err))
        return false;
    struct stream *s = bk_alloc(r->arena, sizeof *s);
    s->db = db;
    s->filtered = filter.n > 0;
    bool lists_sessions = kind->next == next_session;
    if (lists_sessions && !bk_sessions_load(db, r->arena, &s->all_sessions, err))
        return false;
    if ((s->filtered || !lists_sessions) &&
        !bk_runs_load(db, r->arena, &filter, &s->runs, err))
        return false;
    bk_runs_sort_by_id(&s->runs);
    for (size_t i = 0; s->filtered && i < s->runs.n; i++)
        bk_map_put(r->arena, &s->sessions, s->runs.rows[i].dim[BK_DIM_SESSION],
                   &s->runs.rows[i]);
    s->scratch = bk_arena_new();
    s->start = bk_arena_mark(s->scratch);
    if (o->wide)
        return export_wide(db, r, s, err);
    s->n_columns = kind->n_columns;
    s->cells = bk_alloc_array(r->arena, s->n_columns, sizeof *s->cells);
    if (kind->statement >= 0)
        s->st = bk_stmt(db, (enum bk_sql)kind->statement);
    struct bk_section *section =
        bk_report_section(r, kind->name, kind->columns, kind->n_columns);
    section->next = kind->next;
    section->close = close_stream;
    section->self = s;
    return true;
}

static const struct bk_opt options[] = {
    {0, "wide", BK_OPT_FLAG, offsetof(struct export_args, wide), NULL,
     "one row a run and one column a metric and stat", NULL},
    {.type = BK_OPT_END},
};

const struct bk_question bk_question_export = {
    .name = "export",
    .args = "measurements|runs|sessions|findings|series|sizing|timeline|everything",
    .summary = "write rows for other programs and spreadsheets",
    .help =
        "Writes the rows of the archive as they are: values in base units (seconds, "
        "bytes,\nratios), each with its source and place.  --where narrows to some "
        "runs.\n\n"
        "'everything' is all that the archive knows but the bytes of its files, one "
        "object\na line, for another archive: 'benchkeep import' reads it.\n\n"
        "Examples:\n"
        "  benchkeep export measurements --format ndjson\n"
        "  benchkeep export measurements --wide --format csv -o results.csv\n"
        "  benchkeep export measurements --wide --format csv --csv-dialect excel-pt\n"
        "  benchkeep export runs --where 'hardware=h100,workers>=8' --format json\n"
        "  benchkeep export everything --format ndjson -o everything.ndjson\n",
    .options = options,
    .args_size = sizeof(struct export_args),
    .min_positional = 1,
    .max_positional = 1,
    .ask = ask,
};
