/* show: everything that is known about one run, session or sizing run, with its sources. */
#include "annotations.h"
#include "baselines.h"

#include "../base/file.h"
#include "../base/num.h"
#include "question.h"

/* How many candidates a message about an ambiguous name lists. */
#define MAX_CANDIDATES 8

static const struct bk_column run_columns[] = {
    {"run", "", 0},        {"session", "", 0}, {"hardware", "", 0},
    {"model", "", 0},      {"engine", "", 0},  {"workload", "", 0},
    {"started_at", "", 0}, {"status", "", 0},  {"status_why", "", 0},
    {"config", "", 0},
};
static const struct bk_column measurement_columns[] = {
    {"metric", "", 0},
    {"stat", "", 0},
    {"scope", "", 0},
    {"population", "", BK_COL_MACHINE},
    {"value", "*", 0},
    {"unit", "", BK_COL_MACHINE},
    {"low", "*", BK_COL_MACHINE},
    {"high", "*", BK_COL_MACHINE},
    {"origin", "", 0},
    {"formula", "", 0},
    {"at_least", "*", BK_COL_HUMAN}, /* bounds of an estimate */
    {"at_most", "*", BK_COL_HUMAN},
    {"as_written", "", BK_COL_HUMAN}, /* digits and unit of a reported number */
    {"source_value", "", BK_COL_MACHINE},
    {"source_unit", "", BK_COL_MACHINE},
    {"source_name", "", BK_COL_MACHINE},
    {"place", "", BK_COL_HUMAN}, /* file and place in it */
    {"locator", "", BK_COL_MACHINE},
    {"source", "", BK_COL_MACHINE},
    {"rank", "", BK_COL_MACHINE},
};
/* In a session's list the run stands before these. */
static const struct bk_column session_finding_columns[] = {
    {"run", "", 0},
    {"code", "", 0},
    {"severity", "", 0},
    {"subject", "", BK_COL_MACHINE},
    {"message", "", 0},
    {"expected", "", BK_COL_MACHINE},
    {"actual", "", BK_COL_MACHINE},
    {"source", "", BK_COL_MACHINE},
    {"locator", "", BK_COL_MACHINE},
};
static const struct bk_column finding_columns[] = {
    {"code", "", 0},
    {"severity", "", 0},
    {"subject", "", BK_COL_MACHINE},
    {"message", "", 0},
    {"expected", "", BK_COL_MACHINE},
    {"actual", "", BK_COL_MACHINE},
    {"source", "", BK_COL_MACHINE},
    {"locator", "", BK_COL_MACHINE},
};
static const struct bk_column fact_columns[] = {
    {"name", "", 0},   {"value", "", 0},   {"unit", "", BK_COL_MACHINE},
    {"source", "", 0}, {"locator", "", 0},
};
static const struct bk_column threshold_columns[] = {
    {"metric", "", 0}, {"expression", "", 0}, {"state", "", 0}, {"locator", "", 0}};
static const struct bk_column stage_columns[] = {{"seconds", "s", 0}, {"vus", "1", 0}};
static const struct bk_column timeline_columns[] = {{"ticks", "", 0},
                                                    {"elapsed_s", "s", 0},
                                                    {"vus", "1", 0},
                                                    {"iterations", "1", 0},
                                                    {"interrupted", "1", 0}};
static const struct bk_column source_columns[] = {
    {"path", "", 0},        {"format", "", 0},     {"size", "B", 0},
    {"sha256", "", 0},      {"redactions", "", 0}, {"imported_at", "", 0},
    {"other_places", "", 0}};
static const struct bk_column sizing_columns[] = {
    {"scenario", "", 0},
    {"section", "", BK_COL_MACHINE},
    {"name", "", 0},
    {"value", "*", 0},
    {"text", "", 0},
    {"unit", "", BK_COL_MACHINE},
    {"origin", "", BK_COL_MACHINE},
    {"source_name", "", BK_COL_MACHINE},
    {"source_value", "", 0},
    {"locator", "", 0},
};

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* A column of a statement as a cell, by what it is. */
enum cell_rule {
    TEXT,
    REAL,
    INT,
    TIME,
    WITH_UNIT
};

struct rows_spec {
    const char *name;
    const struct bk_column *columns;
    size_t n;
    const enum cell_rule *rules; /* NULL: all text */
    const size_t *from;          /* statement column of each; NULL: in order */
    size_t unit_column;          /* of the statement, for WITH_UNIT */
    void (*finish)(struct bk_report *r, struct bk_value *cells); /* may be NULL */
};

static struct bk_value cell(struct bk_report *r, const struct bk_stmt *st, size_t i,
                            enum cell_rule rule, size_t unit_column)
{
    if (bk_col_is_null(st, i))
        return bk_v_null();
    switch (rule) {
    case TEXT:
        return bk_v_str(bk_dup(r->arena, bk_col_text(st, i)));
    case REAL:
        return bk_v_real(bk_col_real(st, i));
    case INT:
        return bk_v_int(bk_col_int(st, i));
    case TIME:
        return bk_v_time(bk_col_time(st, i));
    case WITH_UNIT:
        return bk_v_real_unit(bk_col_real(st, i),
                              bk_dup(r->arena, bk_col_text(st, unit_column)));
    }
    return bk_v_null();
}

/* All rows of a statement as a section; no section when there are none. */
static bool add_rows(struct bk_report *r, const struct rows_spec *spec,
                     struct bk_stmt *st, struct bk_err *err)
{
    struct bk_section *s = NULL;
    bool more, ok;
    while ((ok = bk_step(st, &more, err)) && more) {
        if (s == NULL)
            s = bk_report_section(r, spec->name, spec->columns, spec->n);
        struct bk_value *c = bk_section_row(r, s);
        for (size_t i = 0; i < spec->n; i++)
            c[i] = cell(r, st, spec->from != NULL ? spec->from[i] : i,
                        spec->rules != NULL ? spec->rules[i] : TEXT, spec->unit_column);
        if (spec->finish != NULL)
            spec->finish(r, c);
    }
    bk_reset(st);
    return ok;
}

/* --- a run --- */

static void add_run(struct bk_report *r, struct bk_section *s,
                    const struct bk_run_row *run)
{
    struct bk_value *c = bk_section_row(r, s);
    c[0] = bk_v_str(run->name);
    for (size_t d = 0; d < BK_N_DIMS; d++)
        c[1 + d] = bk_v_str(run->dim[d]);
    c[6] = bk_v_time(run->started_ns);
    c[7] = bk_v_str(run->status);
    c[8] = bk_v_str(run->status_why);
    c[9] = bk_v_pairs(run->config, run->n_config);
}

static const enum cell_rule measurement_rules[] = {
    TEXT,      TEXT,      TEXT, TEXT, WITH_UNIT, TEXT, WITH_UNIT, WITH_UNIT, TEXT, TEXT,
    WITH_UNIT, WITH_UNIT, TEXT, TEXT, TEXT,      TEXT, TEXT,      TEXT,      TEXT, INT};
/* of run_measurements.sql */
static const size_t measurement_from[] = {0, 1, 2,  3,  5,  8,  6,  7,  11, 12,
                                          6, 7, 15, 15, 16, 14, 17, 17, 13, 4};
enum { /* columns of ours, and of the statement */
    MEASUREMENT_ORIGIN = 8,
    MEASUREMENT_AT_LEAST = 10,
    MEASUREMENT_AT_MOST = 11,
    MEASUREMENT_AS_WRITTEN = 12,
    MEASUREMENT_SOURCE_UNIT = 14,
    MEASUREMENT_PLACE = 16,
    MEASUREMENT_LOCATOR = 17,
    MEASUREMENT_SOURCE = 18,
    MEASUREMENT_UNIT_COLUMN = 8
};

/* People see bounds of estimates only, and digits with their unit where a tool wrote
 * them. */
static void finish_measurement(struct bk_report *r, struct bk_value *c)
{
    struct bk_str origin = c[MEASUREMENT_ORIGIN].u.s;
    struct bk_str digits = c[MEASUREMENT_AS_WRITTEN].u.s;
    struct bk_str unit = c[MEASUREMENT_SOURCE_UNIT].u.s;
    if (!bk_is(origin, "estimated"))
        c[MEASUREMENT_AT_LEAST] = c[MEASUREMENT_AT_MOST] = bk_v_null();
    if (!bk_is(origin, "reported"))
        c[MEASUREMENT_AS_WRITTEN] = bk_v_null();
    else if (unit.len > 0 && !bk_is(unit, "1") && !bk_ends(digits, unit))
        c[MEASUREMENT_AS_WRITTEN] =
            bk_v_str(bk_fmt(r->arena, "%.*s %.*s", BK_F(digits), BK_F(unit)));
    if (c[MEASUREMENT_LOCATOR].u.s.len > 0)
        c[MEASUREMENT_PLACE] = bk_v_str(
            bk_fmt(r->arena, "%.*s %.*s", BK_F(bk_path_base(c[MEASUREMENT_SOURCE].u.s)),
                   BK_F(c[MEASUREMENT_LOCATOR].u.s)));
}

/* A fact is kept as text; one with a unit is a number that people want scaled. */
static void finish_fact(struct bk_report *r, struct bk_value *c)
{
    double number;
    (void)r;
    if (c[2].u.s.len > 0 && bk_parse_double(c[1].u.s, &number))
        c[1] = bk_v_real_unit(number, c[2].u.s);
}
static const enum cell_rule stage_rules[] = {REAL, REAL};
static const enum cell_rule timeline_rules[] = {INT, REAL, REAL, REAL, REAL};
static const enum cell_rule source_rules[] = {TEXT, TEXT, INT, TEXT, INT, TIME, INT};

static const struct run_part {
    enum bk_sql statement;
    struct rows_spec spec;
} run_parts[] = {
    {BK_SQL_RUN_MEASUREMENTS,
     {"measurements", measurement_columns, COUNT(measurement_columns),
      measurement_rules, measurement_from, MEASUREMENT_UNIT_COLUMN,
      finish_measurement}},
    {BK_SQL_SHOW_STAGES,
     {"load_stages", stage_columns, COUNT(stage_columns), stage_rules, NULL, 0, NULL}},
    {BK_SQL_SHOW_TIMELINE,
     {"timeline", timeline_columns, COUNT(timeline_columns), timeline_rules, NULL, 0,
      NULL}},
    {BK_SQL_SHOW_THRESHOLDS,
     {"thresholds", threshold_columns, COUNT(threshold_columns), NULL, NULL, 0, NULL}},
    {BK_SQL_FINDINGS_OF_RUN,
     {"findings", finding_columns, COUNT(finding_columns), NULL, NULL, 0, NULL}},
    {BK_SQL_SHOW_HARDWARE_FACTS,
     {"hardware_facts", fact_columns, COUNT(fact_columns), NULL, NULL, 0, finish_fact}},
    {BK_SQL_SHOW_MODEL_FACTS,
     {"model_facts", fact_columns, COUNT(fact_columns), NULL, NULL, 0, finish_fact}},
    {BK_SQL_SHOW_SOURCES,
     {"sources", source_columns, COUNT(source_columns), source_rules, NULL, 0, NULL}},
};

/* Does a number of the run's have this metric? */
static bool has_metric(const struct bk_report *r, struct bk_str metric)
{
    const struct bk_section *s = r->sections;
    while (s != NULL && !bk_is(bk_str(s->name), "measurements"))
        s = s->link;
    for (size_t i = 0; s != NULL && i < s->n_rows; i++)
        if (bk_eq(s->rows[i][0].u.s, metric))
            return true;
    return false;
}

static bool never(const struct bk_report *r, struct bk_str metric)
{
    (void)r;
    (void)metric;
    return false;
}

static bool show_run(struct bk_db *db, struct bk_report *r,
                     const struct bk_run_row *run, struct bk_err *err)
{
    add_run(r, bk_report_section(r, "run", run_columns, COUNT(run_columns)), run);
    for (size_t i = 0; i < COUNT(run_parts); i++) {
        struct bk_stmt *st = bk_stmt(db, run_parts[i].statement);
        bk_bind_int(st, ":run", run->id);
        if (!add_rows(r, &run_parts[i].spec, st, err))
            return false;
    }
    struct bk_run_row alone = *run;
    const struct bk_run_list runs = {&alone, 1};
    return bk_annotations_section(db, r, &runs, has_metric, err);
}

/* --- a session --- */

static bool add_run_findings(struct bk_db *db, struct bk_report *r,
                             struct bk_section *s, const struct bk_run_row *run,
                             struct bk_err *err)
{
    struct bk_stmt *st = bk_stmt(db, BK_SQL_FINDINGS_OF_RUN);
    bk_bind_int(st, ":run", run->id);
    bool more, ok;
    while ((ok = bk_step(st, &more, err)) && more) {
        struct bk_value *c = bk_section_row(r, s);
        c[0] = bk_v_str(run->name);
        for (size_t i = 0; i < COUNT(finding_columns); i++)
            c[1 + i] = bk_v_str(bk_dup(r->arena, bk_col_text(st, i)));
    }
    bk_reset(st);
    return ok;
}

static bool show_session(struct bk_db *db, struct bk_report *r,
                         const struct bk_run_list *runs, struct bk_err *err)
{
    struct bk_section *s =
        bk_report_section(r, "runs", run_columns, COUNT(run_columns));
    struct bk_section *f = bk_report_section(r, "findings", session_finding_columns,
                                             COUNT(session_finding_columns));
    for (size_t i = 0; i < runs->n; i++) {
        add_run(r, s, &runs->rows[i]);
        if (!add_run_findings(db, r, f, &runs->rows[i], err))
            return false;
    }
    /* what holds for every session is told of a run */
    return bk_annotations_section(db, r, runs, never, err) &&
           bk_baselines_section(db, r, runs->rows[0].dim[BK_DIM_SESSION], err);
}

/* --- a sizing run --- */

static const enum cell_rule sizing_rules[] = {TEXT, TEXT, TEXT, WITH_UNIT, TEXT,
                                              TEXT, TEXT, TEXT, TEXT,      TEXT};
static const size_t sizing_from[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
enum {
    SIZING_UNIT_COLUMN = 5
};
static const struct rows_spec sizing_values = {
    "values",     sizing_columns, COUNT(sizing_columns),
    sizing_rules, sizing_from,    SIZING_UNIT_COLUMN,
    NULL};
static const size_t sizing_finding_from[] = {0, 1, 2, 3, 4, 5, 6, 6};
static const struct rows_spec sizing_findings = {
    "findings", finding_columns, COUNT(finding_columns), NULL, sizing_finding_from, 0,
    NULL};

static bool show_sizing(struct bk_db *db, struct bk_report *r, struct bk_str name,
                        bool *found, struct bk_err *err)
{
    int64_t id;
    struct bk_stmt *st = bk_stmt(db, BK_SQL_SHOW_SIZING_RUN);
    bk_bind_text(st, ":name", name);
    if (!bk_one_int(st, &id, found, err) || !*found)
        return err->code == BK_OK;
    st = bk_stmt(db, BK_SQL_SHOW_SIZING_VALUES);
    bk_bind_int(st, ":sizing_run", id);
    if (!add_rows(r, &sizing_values, st, err))
        return false;
    st = bk_stmt(db, BK_SQL_SHOW_SIZING_FINDINGS);
    bk_bind_int(st, ":sizing_run", id);
    return add_rows(r, &sizing_findings, st, err);
}

/* --- which one is meant --- */

static bool none_such(struct bk_report *r, const struct bk_run_list *all,
                      struct bk_str ref, struct bk_err *err)
{
    struct bk_str text = {NULL, 0};
    size_t n = 0;
    for (size_t i = 0; i < all->n; i++)
        if (bk_starts(all->rows[i].name, ref) && n++ < MAX_CANDIDATES)
            text =
                bk_fmt(r->arena, "%.*s\n  %.*s", BK_F(text), BK_F(all->rows[i].name));
    if (n > 0)
        return bk_fail(err, BK_EUSAGE, "'%.*s' is the beginning of %zu runs:%.*s%s",
                       BK_F(ref), n, BK_F(text), n > MAX_CANDIDATES ? "\n  ..." : "");
    return bk_fail(
        err, BK_EUSAGE,
        "no run, session or sizing run is called '%.*s' (see 'benchkeep runs' and "
        "'benchkeep sessions')",
        BK_F(ref));
}

static bool show_beginning(struct bk_db *db, struct bk_report *r, struct bk_str ref,
                           struct bk_err *err)
{
    struct bk_filter any = {NULL, 0};
    struct bk_run_list all;
    if (!bk_runs_load(db, r->arena, &any, &all, err))
        return false;
    const struct bk_run_row *only = NULL;
    for (size_t i = 0; i < all.n; i++)
        if (bk_starts(all.rows[i].name, ref)) {
            if (only != NULL)
                return none_such(r, &all, ref, err);
            only = &all.rows[i];
        }
    return only != NULL ? show_run(db, r, only, err) : none_such(r, &all, ref, err);
}

static bool ask(struct bk_db *db, const void *args, const struct bk_strings *positional,
                const struct bk_strings *where, struct bk_report *r, struct bk_err *err)
{
    (void)args;
    struct bk_str ref = bk_str(positional->items[0]);
    struct bk_run_row run;
    struct bk_filter filter;
    struct bk_run_list runs;
    bool found;
    bk_report_arg(r, "what", ref);
    if (!bk_run_by_ref(db, r->arena, ref, &run, &found, err))
        return false;
    if (found)
        return show_run(db, r, &run, err);
    if (!bk_filter_parse(r->arena, db, where, &filter, err) ||
        !bk_filter_add(r->arena, db, &filter, "session", positional->items[0], err) ||
        !bk_runs_load(db, r->arena, &filter, &runs, err))
        return false;
    if (runs.n > 0)
        return show_session(db, r, &runs, err);
    if (!show_sizing(db, r, ref, &found, err))
        return false;
    return found || show_beginning(db, r, ref, err);
}

const struct bk_question bk_question_show = {
    .name = "show",
    .args = "RUN|SESSION|SIZING-RUN",
    .summary = "print everything known about a run, a session or a sizing run",
    .help = "Every number with the digits, the unit and the place from which it came; "
            "the config,\nthe load shape, the findings and the files.  A run is named "
            "as 'benchkeep runs' shows\nit, by the beginning of its name, or by "
            "#NUMBER.\n\n"
            "Examples:\n"
            "  benchkeep show 062\n"
            "  benchkeep show 062/h100\n"
            "  benchkeep show 062/h100/stress-memorize --format json\n",
    .min_positional = 1,
    .max_positional = 1,
    .ask = ask,
};
