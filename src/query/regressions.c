/* regressions: what got slower in the newest session, or in those that are named.
 *
 * Every line (hardware, model, workload, engine, config) and metric of the new sessions is
 * compared with the sessions before it.  All tests of one call are one family, adjusted by
 * Benjamini and Hochberg.  Shown is what matters: regressions, improvements, and what may
 * be a regression and cannot be told. */
#include "curve.h"
#include "question.h"

#include <math.h>

struct regressions_args {
    struct bk_strings metrics, against, slos;
    const char *scope;
    bool all, degraded;
};

static const struct bk_column summary_columns[] = {
    {"session", "", 0},        {"sessions_before", "", 0},
    {"tests", "", 0},          {"regressions", "", 0},
    {"improvements", "", 0},   {"no_material_change", "", 0},
    {"inconclusive", "", 0},   {"insufficient_evidence", "", 0},
    {"not_comparable", "", 0}, {"invalid", "", 0},
};
enum {
    N_SUMMARY = sizeof summary_columns / sizeof *summary_columns
};

/* Looks worse by what matters, and it cannot be told whether it is. */
static bool is_open(const struct bk_case *c)
{
    bool undecided = c->e.verdict == BK_VERDICT_INCONCLUSIVE ||
                     c->e.verdict == BK_VERDICT_INSUFFICIENT_EVIDENCE;
    return undecided && c->e.change * (double)c->e.worse >= c->q->floor;
}

static bool is_shown(const struct regressions_args *o, const struct bk_case *c)
{
    return o->all || o->metrics.n > 0 || c->e.verdict == BK_VERDICT_REGRESSION ||
           c->e.verdict == BK_VERDICT_IMPROVEMENT || is_open(c);
}

static void add_verdicts(struct bk_report *r, const struct regressions_args *o,
                         struct bk_family *f)
{
    struct bk_case **sorted = bk_cases_by_weight(r->arena, f->cases, f->n);
    size_t n = 0;
    for (size_t i = 0; i < f->n; i++)
        if (is_shown(o, sorted[i]))
            sorted[n++] = sorted[i];
    struct bk_section *verdicts = bk_report_section(
        r, "verdicts", bk_verdict_columns(r->arena, sorted, n), BK_N_VERDICT_COLUMNS);
    for (size_t i = 0; i < n; i++) {
        bk_case_detail(&bk_verdict_rule_report, sorted[i]);
        bk_verdict_row(r, verdicts, sorted[i]);
    }
    if (n < f->n)
        bk_report_note(r, "more", BK_INFO, "%zu more comparison%s with --all", f->n - n,
                       f->n - n == 1 ? "" : "s");
}

static void add_summary(struct bk_report *r, const struct bk_family *f)
{
    static const enum bk_verdict counted[] = {
        BK_VERDICT_REGRESSION,
        BK_VERDICT_IMPROVEMENT,
        BK_VERDICT_NO_MATERIAL_CHANGE,
        BK_VERDICT_INCONCLUSIVE,
        BK_VERDICT_INSUFFICIENT_EVIDENCE,
        BK_VERDICT_NOT_COMPARABLE,
        BK_VERDICT_INVALID,
    };
    struct bk_section *s = bk_report_section(r, "summary", summary_columns, N_SUMMARY);
    struct bk_value *v = bk_section_row(r, s);
    size_t tests = 0;
    for (size_t i = 0; i < f->n; i++)
        tests += isfinite(f->cases[i].e.p) ? 1 : 0;
    v[0] = bk_v_str(f->sessions);
    v[1] = bk_v_int((int64_t)f->n_before);
    v[2] = bk_v_int((int64_t)tests);
    for (size_t i = 0; i < sizeof counted / sizeof *counted; i++)
        v[3 + i] = bk_v_int((int64_t)bk_cases_count(f->cases, f->n, counted[i]));
}

/* Runs that could not be judged, each once. */
static void note_invalid(struct bk_report *r, const struct bk_family *f)
{
    struct bk_map seen = {NULL, 0, 0};
    for (size_t i = 0; i < f->n; i++) {
        const struct bk_case *c = &f->cases[i];
        struct bk_str name = c->row.run->name;
        if (c->e.verdict != BK_VERDICT_INVALID || c->row.left_out ||
            bk_map_get(&seen, name) != NULL)
            continue;
        bk_map_put(r->arena, &seen, name, r);
        bk_report_note(
            r, "not-judged", BK_WARNING,
            "%.*s is %.*s (%.*s): only its error rate and the throughput of "
            "successful requests are judged%s",
            BK_F(name), BK_F(c->row.status), BK_F(c->row.status_why),
            bk_is(c->row.status, "degraded") ? "; --degraded judges the rest too" : "");
    }
}

static void add_notes(struct bk_report *r, const struct bk_family *f)
{
    size_t lone = 0;
    size_t open = bk_cases_count(f->cases, f->n, BK_VERDICT_INCONCLUSIVE) +
                  bk_cases_count(f->cases, f->n, BK_VERDICT_INSUFFICIENT_EVIDENCE);
    if (bk_cases_count(f->cases, f->n, BK_VERDICT_REGRESSION) == 0 && f->n > 0)
        bk_report_note(
            r, "no-regression", BK_INFO,
            "no regression was found in session %.*s; %zu of %zu comparisons "
            "could not be decided",
            BK_F(f->sessions), open, f->n);
    if (f->n == 0)
        bk_report_note(r, "no-data", BK_WARNING, "nothing to compare: %s",
                       f->n_muted > 0 ? "all that was asked for is muted"
                                      : "no run has what was asked for");
    for (size_t i = 0; i < f->n; i++)
        lone += f->cases[i].e.reason == BK_REASON_NO_NOISE &&
                f->cases[i].e.verdict == BK_VERDICT_INSUFFICIENT_EVIDENCE;
    note_invalid(r, f);
    if (lone > 0)
        bk_report_note(
            r, "one-against-one", BK_INFO,
            "of one session against one only the ratio can be told: how much "
            "sessions differ by themselves, shows when one of them is "
            "repeated");
    if (f->n_retold > 0)
        bk_report_note(r, "retold", BK_INFO,
                       "%zu run%s that a report retells %s left out", f->n_retold,
                       f->n_retold == 1 ? "" : "s", f->n_retold == 1 ? "is" : "are");
    for (size_t i = 0; i < f->n_wanted; i++)
        if (f->wanted[i].n == 0)
            bk_report_note(r, "no-data", BK_WARNING, "session %.*s has no %s",
                           BK_F(f->sessions), f->wanted[i].text);
    bk_family_report(f, r);
    if (f->lines.by_name)
        bk_report_note(r, "undated", BK_INFO,
                       "not every session has a start: they stand in the order of "
                       "their names");
}

static bool ask(struct bk_db *db, const void *args, const struct bk_strings *positional,
                const struct bk_strings *where, struct bk_report *r, struct bk_err *err)
{
    const struct regressions_args *o = args;
    struct bk_family_ask ask = {
        .sessions = positional,
        .against = &o->against,
        .metrics = &o->metrics,
        .where = where,
        .scope = o->scope,
        .degraded = o->degraded,
        .rule = &bk_verdict_rule_report,
    };
    struct bk_family f;
    struct bk_curves curves;
    struct bk_goal *slos = bk_alloc_array(r->arena, o->slos.n + 1, sizeof *slos);
    const struct bk_dict *dict = o->slos.n > 0 ? bk_dict_new(r->arena) : NULL;
    for (size_t i = 0; i < o->slos.n; i++)
        if (!bk_goal_parse(db, r->arena, dict, o->slos.items[i], &slos[i], err))
            return false;
    if (!bk_family_load(db, r->arena, &ask, &f, err))
        return false;
    bk_curves_find(r->arena, ask.rule, &f, &curves);
    bk_curves_judge(r->arena, ask.rule, BK_ADJUST_BENJAMINI_HOCHBERG, &f, &curves);
    bk_report_arg(r, "session", f.sessions);
    bk_slo_report(r, &curves, slos, o->slos.n);
    bk_curves_report(r, &curves, o->all || o->metrics.n > 0);
    add_verdicts(r, o, &f);
    add_summary(r, &f);
    add_notes(r, &f);
    return true;
}

static const struct bk_opt options[] = {
    {'m', "metric", BK_OPT_LIST, offsetof(struct regressions_args, metrics),
     "METRIC[.STAT][:FLOOR]",
     "only this metric, and all of it; ttft.p95:10% sets what matters", NULL},
    {0, "against", BK_OPT_LIST, offsetof(struct regressions_args, against), "WHAT",
     "a session (may be given several times), a baseline, or rolling: all sessions "
     "before (default)",
     NULL},
    {0, "scope", BK_OPT_TEXT, offsetof(struct regressions_args, scope), "SCOPE",
     "ok, failed or a selector (default: the headline figure)", NULL},
    {0, "slo", BK_OPT_LIST, offsetof(struct regressions_args, slos), "OBJECTIVE",
     "the highest load of a sweep that met it: 'request_latency.p95<=2s'", NULL},
    {0, "degraded", BK_OPT_FLAG, offsetof(struct regressions_args, degraded), NULL,
     "also judge latencies of runs with over 5 % errors", NULL},
    {'a', "all", BK_OPT_FLAG, offsetof(struct regressions_args, all), NULL,
     "also what did not change and what cannot be told", NULL},
    {.type = BK_OPT_END},
};

const struct bk_question bk_question_regressions = {
    .name = "regressions",
    .args = "[SESSION...]",
    .summary = "what got worse or better since the sessions before",
    .help =
        "The newest session, or the sessions named, against all sessions before: each\n"
        "hardware, model, workload and config in each metric with a direction.  A verdict\n"
        "needs a change that noise does not explain, corrected for the number of tests,\n"
        "and that is large enough to matter ('benchkeep metrics').  Tails (p99) are\n"
        "judged only when --metric names them.  A sweep is judged as a curve, too.\n\n"
        "Examples:\n"
        "  benchkeep regressions\n"
        "  benchkeep regressions 063 064 --where hardware=h100\n"
        "  benchkeep regressions --metric ttft.p95:10% --metric ok_throughput\n"
        "  benchkeep regressions 063 --against 060 --all --format md\n",
    .options = options,
    .args_size = sizeof(struct regressions_args),
    .min_positional = 0,
    .max_positional = BK_NONE,
    .ask = ask,
};
