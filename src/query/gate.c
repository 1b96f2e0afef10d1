/* gate: may this go in?  The answer of a build: exit status 0, 1 or 3.
 *
 * A few metrics of the new sessions are tested in the worse direction; Holm keeps the
 * chance of even one false alarm in the whole call under 5 %.  A gate fails on a
 * regression; it cannot tell (3) when nothing regressed and some metric may have. */
#include "family.h"
#include "question.h"

#include <math.h>

enum {
    EXIT_PASSED = 0,
    EXIT_FAILED = 1,
    EXIT_CANNOT_TELL = 3,
};

struct gate_args {
    struct bk_strings metrics, sessions, against;
    const char *scope;
    bool degraded;
};

const char *const bk_gate_usual[] = {
    "error_rate",
    "ok_throughput",
    "output_token_throughput",
    "request_latency.p95",
    "ttft.p95",
    "itl.p95",
    NULL,
};

static const struct bk_column summary_columns[] = {
    {"result", "", 0},      {"session", "", 0},     {"sessions_before", "", 0},
    {"tests", "", 0},       {"regressions", "", 0}, {"cannot_tell", "", 0},
    {"exit_status", "", 0},
};
enum {
    N_SUMMARY = sizeof summary_columns / sizeof *summary_columns
};

static bool cannot_tell(const struct bk_case *c)
{
    if (c->accepted) /* people decided */
        return false;
    switch (c->e.verdict) {
    case BK_VERDICT_INCONCLUSIVE:
    case BK_VERDICT_INSUFFICIENT_EVIDENCE:
    case BK_VERDICT_INVALID:
    case BK_VERDICT_NOT_COMPARABLE:
        return true;
    case BK_VERDICT_REGRESSION:
    case BK_VERDICT_IMPROVEMENT:
    case BK_VERDICT_NO_MATERIAL_CHANGE:
        break;
    }
    return false;
}

/* Metrics that were asked for and that the new sessions do not have. */
static size_t missing(struct bk_report *r, const struct gate_args *o,
                      const struct bk_family *f)
{
    size_t n = 0;
    for (size_t i = 0; o->metrics.n > 0 && i < f->n_wanted; i++) {
        if (f->wanted[i].n > 0)
            continue;
        n++;
        bk_report_note(r, "no-data", BK_WARNING, "session %.*s has no %s",
                       BK_F(f->sessions), f->wanted[i].text);
    }
    if (f->n == 0)
        bk_report_note(r, "no-data", BK_WARNING, "nothing to compare: %s",
                       f->n_muted > 0 ? "all that the gate looks at is muted"
                                      : "no run has what the gate looks at");
    return n;
}

struct counts {
    size_t tests, regressions, unknown;
};

static void add_verdicts(struct bk_report *r, struct bk_family *f, struct counts *n)
{
    struct bk_case **sorted = bk_cases_by_weight(r->arena, f->cases, f->n);
    struct bk_section *s =
        bk_report_section(r, "verdicts", bk_verdict_columns(r->arena, sorted, f->n),
                          BK_N_VERDICT_COLUMNS);
    for (size_t i = 0; i < f->n; i++) {
        bk_case_detail(&bk_verdict_rule_gate, sorted[i]);
        bk_verdict_row(r, s, sorted[i]);
        n->tests += isfinite(sorted[i]->e.p) ? 1 : 0;
        n->regressions += sorted[i]->e.verdict == BK_VERDICT_REGRESSION;
        n->unknown += cannot_tell(sorted[i]);
    }
}

static void conclude(struct bk_report *r, const struct bk_family *f,
                     const struct counts *n)
{
    static const char *const results[] = {[EXIT_PASSED] = "passed",
                                          [EXIT_FAILED] = "failed",
                                          [EXIT_CANNOT_TELL] = "cannot tell"};
    struct bk_section *s = bk_report_section(r, "gate", summary_columns, N_SUMMARY);
    struct bk_value *v = bk_section_row(r, s);
    if (n->regressions > 0)
        r->exit_status = EXIT_FAILED;
    else if (n->unknown > 0 || f->n == 0)
        r->exit_status = EXIT_CANNOT_TELL;
    v[0] = bk_v_text(results[r->exit_status]);
    v[1] = bk_v_str(f->sessions);
    v[2] = bk_v_int((int64_t)f->n_before);
    v[3] = bk_v_int((int64_t)n->tests);
    v[4] = bk_v_int((int64_t)n->regressions);
    v[5] = bk_v_int((int64_t)n->unknown);
    v[6] = bk_v_int(r->exit_status);
    r->title = bk_fmt(r->arena, "gate: %s", results[r->exit_status]);
}

static bool ask(struct bk_db *db, const void *args, const struct bk_strings *positional,
                const struct bk_strings *where, struct bk_report *r, struct bk_err *err)
{
    const struct gate_args *o = args;
    struct bk_family_ask ask = {
        .sessions = &o->sessions,
        .against = &o->against,
        .metrics = &o->metrics,
        .where = where,
        .usual = bk_gate_usual,
        .scope = o->scope,
        .degraded = o->degraded,
        .rule = &bk_verdict_rule_gate,
    };
    struct bk_family f;
    struct counts n = {0, 0, 0};
    (void)positional;
    if (!bk_family_load(db, r->arena, &ask, &f, err))
        return false;
    bk_cases_judge(r->arena, ask.rule, BK_ADJUST_HOLM, f.cases, f.n);
    bk_report_arg(r, "session", f.sessions);
    add_verdicts(r, &f, &n);
    n.unknown += missing(r, o, &f);
    conclude(r, &f, &n);
    bk_family_report(&f, r);
    return true;
}

static const struct bk_opt options[] = {
    {'m', "metric", BK_OPT_LIST, offsetof(struct gate_args, metrics),
     "METRIC[.STAT][:FLOOR]",
     "what to look at; ttft.p95:10% fails on a rise of 10 % or more", NULL},
    {0, "session", BK_OPT_LIST, offsetof(struct gate_args, sessions), "SESSION",
     "the new session (default: the newest); may be given several times", NULL},
    {0, "against", BK_OPT_LIST, offsetof(struct gate_args, against), "WHAT",
     "a session, a baseline, or rolling: all sessions before (default)", NULL},
    {0, "scope", BK_OPT_TEXT, offsetof(struct gate_args, scope), "SCOPE",
     "ok, failed or a selector (default: the headline figure)", NULL},
    {0, "degraded", BK_OPT_FLAG, offsetof(struct gate_args, degraded), NULL,
     "also judge latencies of runs with over 5 % errors", NULL},
    {.type = BK_OPT_END},
};

const struct bk_question bk_question_gate = {
    .name = "gate",
    .args = "",
    .summary = "fail a build on a regression (exit status 0, 1 or 3)",
    .help =
        "Compares the newest session with those before it, as 'regressions' does, and\n"
        "answers with its exit status: 0 nothing got worse, 1 something did, 3 it cannot\n"
        "be told (too few sessions, failed runs, a metric that is not there).  Without\n"
        "--metric it looks at error_rate, ok_throughput, output_token_throughput, and\n"
        "p95 of request_latency, ttft and itl, as far as they are there.  The chance of\n"
        "a false alarm is under 5 % for the whole call.\n\n"
        "Examples:\n"
        "  benchkeep gate\n"
        "  benchkeep gate --metric ttft.p95:10% --metric ok_throughput\n"
        "  benchkeep gate --where hardware=h100 --format junit -o gate.xml\n"
        "  benchkeep gate --session 064 --against 060 --format github\n",
    .options = options,
    .args_size = sizeof(struct gate_args),
    .ask = ask,
};
