/* New sessions against those before: what is compared, the verdicts, and what a gate says. */
#include "kit.h"

struct day { /* a session with a few numbers */
    const char *params;
    double throughput, latency, errors;
    enum bk_status status;
};

static void import_day(struct kit *k, const char *session, size_t day,
                       const struct day *d)
{
    struct sample s = {session,         "x",           "",       d->params,
                       "ok_throughput", d->throughput, d->status};
    struct bk_run *r = run_of(k, &s);
    r->started_ns = (int64_t)(day + 1) * 86400 * BK_NS_PER_S;
    add_number(k, r, "error_rate", "ratio", d->errors);
    struct bk_measurement *m = add_number(k, r, "request_latency", "s", d->latency);
    m->stat = BK_S("p95");
    m = add_number(k, r, "ttft", "s", d->latency / 2);
    m->stat = BK_S("p99");
    import_run(k, bk_fmt(k->a, "%s-%s", session, d->params).ptr, r);
}

/* Sessions s1 .. sN of one config. */
static void import_days(struct kit *k, const struct day *days, size_t n)
{
    for (size_t i = 0; i < n; i++)
        import_day(k, bk_fmt(k->a, "s%zu", i + 1).ptr, i, &days[i]);
}

static const struct day steady[] = {
    {"w=8", 100, 1.00, 0, BK_RUN_OK}, {"w=8", 101, 1.01, 0, BK_RUN_OK},
    {"w=8", 99, 0.99, 0, BK_RUN_OK},  {"w=8", 100, 1.00, 0, BK_RUN_OK},
    {"w=8", 101, 1.01, 0, BK_RUN_OK}, {"w=8", 99, 0.99, 0, BK_RUN_OK},
};
enum {
    N_STEADY = sizeof steady / sizeof *steady
};

static struct bk_report *asked(struct kit *k, const char *question,
                               const char *const *positional,
                               const char *const *options)
{
    struct bk_report *r = answer(k, question, positional, NULL, options);
    if (r == NULL)
        print_error("%s\n", k->err.msg);
    assert_non_null(r);
    return r;
}

/* A cell of the row of this metric; "" when there is none. */
static const char *verdict_of(struct kit *k, const struct bk_report *r,
                              const char *metric, const char *column)
{
    const struct bk_section *s = section(r, "verdicts");
    for (size_t i = 0; i < s->n_rows; i++)
        if (strcmp(cell(k, s, i, "metric"), metric) == 0)
            return cell(k, s, i, column);
    return "";
}

static void a_drop_is_a_regression(void **state)
{
    struct kit *k = *state;
    static const struct day slow = {"w=8", 85, 1.00, 0, BK_RUN_OK};
    import_days(k, steady, N_STEADY);
    import_day(k, "slow", N_STEADY, &slow);
    struct bk_report *r = asked(k, "regressions", NULL, NULL);
    assert_int_equal(section(r, "verdicts")->n_rows, 1);
    assert_string_equal(verdict_of(k, r, "ok_throughput", "verdict"), "regression");
    assert_string_equal(verdict_of(k, r, "ok_throughput", "n_old"), "6");
    assert_string_equal(verdict_of(k, r, "ok_throughput", "session"), "slow");
    assert_string_equal(cell(k, section(r, "summary"), 0, "regressions"), "1");
    bk_report_free(r);
    r = asked(k, "gate", NULL, NULL);
    assert_int_equal(r->exit_status, 1);
    bk_report_free(r);
}

/* Tails are judged only when they are named. */
static void tails_are_not_judged_unasked(void **state)
{
    struct kit *k = *state;
    import_days(k, steady, N_STEADY);
    struct bk_report *r = asked(k, "regressions", NULL, WORDS("--all"));
    assert_int_equal(section(r, "verdicts")->n_rows, 3);
    assert_string_equal(verdict_of(k, r, "ttft", "verdict"), "");
    bk_report_free(r);
    r = asked(k, "regressions", NULL, WORDS("--metric", "ttft.p99"));
    assert_int_equal(section(r, "verdicts")->n_rows, 1);
    assert_string_equal(verdict_of(k, r, "ttft", "stat"), "p99");
    bk_report_free(r);
}

static void a_steady_session_passes_the_gate(void **state)
{
    struct kit *k = *state;
    import_days(k, steady, N_STEADY);
    struct bk_report *r = asked(k, "gate", NULL, NULL);
    assert_int_equal(r->exit_status, 0);
    assert_string_equal(cell(k, section(r, "gate"), 0, "result"), "passed");
    bk_report_free(r);
    /* the same with a floor of its own that the noise does not allow */
    r = asked(k, "gate", NULL, WORDS("--metric", "ok_throughput:0.1%"));
    assert_int_equal(r->exit_status, 3);
    bk_report_free(r);
}

/* Of two sessions only the ratio can be told; a gate cannot decide. */
static void two_sessions_are_no_evidence(void **state)
{
    struct kit *k = *state;
    static const struct day slow = {"w=8", 50, 1.00, 0, BK_RUN_OK};
    import_day(k, "s1", 0, &steady[0]);
    import_day(k, "s2", 1, &slow);
    struct bk_report *r = asked(k, "regressions", NULL, NULL);
    assert_string_equal(verdict_of(k, r, "ok_throughput", "verdict"),
                        "insufficient_evidence");
    assert_string_equal(verdict_of(k, r, "ok_throughput", "ratio"), "0.5");
    assert_string_equal(verdict_of(k, r, "ok_throughput", "p"), "-");
    assert_true(has_note(r, "one-against-one"));
    bk_report_free(r);
    r = asked(k, "gate", NULL, NULL);
    assert_int_equal(r->exit_status, 3);
    bk_report_free(r);
}

/* Its latencies say nothing, however good; its error rate and throughput say it all. */
static void a_failed_run_is_a_regression(void **state)
{
    struct kit *k = *state;
    static const struct day failed = {"w=8", 0, 0.01, 1, BK_RUN_FAILED};
    import_day(k, "s1", 0, &steady[0]);
    import_day(k, "broken", 1, &failed);
    struct bk_report *r = asked(k, "regressions", NULL, WORDS("--all"));
    assert_string_equal(verdict_of(k, r, "error_rate", "verdict"), "regression");
    assert_string_equal(verdict_of(k, r, "error_rate", "method"), "run status");
    assert_string_equal(verdict_of(k, r, "ok_throughput", "verdict"), "regression");
    assert_string_equal(verdict_of(k, r, "request_latency", "verdict"), "invalid");
    assert_true(has_note(r, "not-judged"));
    bk_report_free(r);
    r = asked(k, "gate", NULL, NULL);
    assert_int_equal(r->exit_status, 1);
    bk_report_free(r);
}

/* And no session is compared with it. */
static void a_failed_run_is_no_baseline(void **state)
{
    struct kit *k = *state;
    static const struct day failed = {"w=8", 1, 0.01, 1, BK_RUN_FAILED};
    import_day(k, "broken", 0, &failed);
    import_day(k, "s1", 1, &steady[0]);
    struct bk_report *r = asked(k, "regressions", NULL, WORDS("--all"));
    assert_string_equal(verdict_of(k, r, "ok_throughput", "verdict"),
                        "insufficient_evidence");
    assert_string_equal(verdict_of(k, r, "ok_throughput", "n_old"), "0");
    bk_report_free(r);
}

/* Latencies of what succeeded among many failures flatter. */
static void latencies_of_degraded_runs_are_judged_on_request(void **state)
{
    struct kit *k = *state;
    static const struct day degraded = {"w=8", 100, 0.5, 0.2, BK_RUN_DEGRADED};
    import_days(k, steady, N_STEADY);
    import_day(k, "shaky", N_STEADY, &degraded);
    struct bk_report *r = asked(k, "regressions", NULL, WORDS("--all"));
    assert_string_equal(verdict_of(k, r, "request_latency", "verdict"), "invalid");
    assert_string_equal(verdict_of(k, r, "error_rate", "verdict"), "regression");
    bk_report_free(r);
    r = asked(k, "regressions", NULL, WORDS("--all", "--degraded"));
    assert_string_equal(verdict_of(k, r, "request_latency", "verdict"), "improvement");
    bk_report_free(r);
}

/* --- what never happened before --- */

struct count_day {
    const char *metric;
    double value, requests;
};

static void import_counts(struct kit *k, const struct count_day *days, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct count_day *d = &days[i];
        const char *session = bk_fmt(k->a, "s%zu", i + 1).ptr;
        struct bk_run *r = new_run(k, session, "x", "");
        set_params(k, r, "w=8");
        r->status = BK_RUN_OK;
        r->started_ns = (int64_t)(i + 1) * 86400 * BK_NS_PER_S;
        bool share = strcmp(d->metric, "error_rate") == 0;
        add_number(k, r, d->metric, share ? "ratio" : "1", d->value);
        if (d->requests > 0)
            add_number(k, r, "requests", "1", d->requests);
        import_run(k, bk_fmt(k->a, "file-%s", session).ptr, r);
    }
}
#define COUNTS(k, days) import_counts(k, days, sizeof(days) / sizeof *(days))

static const char *why_of(struct kit *k, const char *metric, const char *verdict,
                          const char *method)
{
    struct bk_report *r =
        asked(k, "regressions", NULL, WORDS("--metric", metric, "--all"));
    assert_string_equal(verdict_of(k, r, metric, "verdict"), verdict);
    assert_string_equal(verdict_of(k, r, metric, "method"), method);
    const char *why = verdict_of(k, r, metric, "why");
    bk_report_free(r);
    return why;
}

static void first_errors_are_counted(void **state)
{
    struct kit *k = *state;
    static const struct count_day days[] = {{"error_rate", 0, 100},
                                            {"error_rate", 0, 100},
                                            {"error_rate", 0, 100},
                                            {"error_rate", 0.04, 100}};
    COUNTS(k, days);
    assert_string_equal(why_of(k, "error_rate", "regression", "fisher exact"),
                        "4 of 100 requests failed, none of 300 in 3 sessions before, "
                        "p = 0.0037: more than noise, seen in one session");
    struct bk_report *r = asked(k, "regressions", NULL, WORDS("--all"));
    assert_string_equal(verdict_of(k, r, "error_rate", "old"), "0");
    assert_string_equal(verdict_of(k, r, "error_rate", "ratio"), "-");
    assert_string_equal(verdict_of(k, r, "error_rate", "change"), "0.04");
    bk_report_free(r);
    r = asked(k, "gate", NULL, NULL);
    assert_int_equal(r->exit_status, 1);
    bk_report_free(r);
    r = asked(k, "history", NULL, WORDS("--metric", "error_rate"));
    assert_string_equal(cell(k, section(r, "series"), 3, "verdict"), "regression");
    bk_report_free(r);
}

/* Above what matters, and still one request in a few. */
static void a_first_error_can_be_chance(void **state)
{
    struct kit *k = *state;
    static const struct count_day days[] = {{"error_rate", 0, 20},
                                            {"error_rate", 0, 20},
                                            {"error_rate", 0, 20},
                                            {"error_rate", 0.05, 20}};
    COUNTS(k, days);
    assert_string_equal(why_of(k, "error_rate", "inconclusive", "fisher exact"),
                        "1 of 20 requests failed, none of 60 in 3 sessions before, "
                        "p = 0.25: could be noise");
}

/* Certain, and too few to matter. */
static void few_first_errors_do_not_matter(void **state)
{
    struct kit *k = *state;
    static const struct count_day days[] = {{"error_rate", 0, 100000},
                                            {"error_rate", 0, 100000},
                                            {"error_rate", 0.001, 100000}};
    COUNTS(k, days);
    const char *why = why_of(k, "error_rate", "no_material_change", "fisher exact");
    assert_non_null(strstr(why, "100 of 100000 requests failed"));
}

/* Nobody knows how many requests there were: what matters decides. */
static void first_errors_without_requests(void **state)
{
    struct kit *k = *state;
    static const struct count_day days[] = {
        {"error_rate", 0, 0}, {"error_rate", 0, 0}, {"error_rate", 0.04, 0}};
    COUNTS(k, days);
    why_of(k, "error_rate", "regression", "floor alone");
}

static void first_failures_are_worse(void **state)
{
    struct kit *k = *state;
    static const struct count_day days[] = {{"requests_failed", 0, 500},
                                            {"requests_failed", 0, 500},
                                            {"requests_failed", 9, 500}};
    COUNTS(k, days);
    why_of(k, "requests_failed", "regression", "fisher exact");
    struct bk_report *r =
        asked(k, "regressions", WORDS("s2"), WORDS("--metric", "requests_failed"));
    assert_string_equal(verdict_of(k, r, "requests_failed", "verdict"),
                        "insufficient_evidence");
    bk_report_free(r);
}

/* A count without a direction: told, not judged. */
static void first_events_without_direction(void **state)
{
    struct kit *k = *state;
    static const struct count_day days[] = {{"restarts", 0, 0},
                                            {"restarts", 0, 0},
                                            {"restarts", 0, 0},
                                            {"restarts", 0, 0},
                                            {"restarts", 3, 0}};
    COUNTS(k, days);
    assert_string_equal(why_of(k, "restarts", "inconclusive", "poisson exact"),
                        "3 in 1 session, none in 4 sessions before, p = 0.016: "
                        "changed; neither way is better");
}

/* Once it happened, zeros are part of the past and have no ratio. */
static void counts_that_are_sometimes_zero(void **state)
{
    struct kit *k = *state;
    static const struct count_day days[] = {
        {"restarts", 0, 0}, {"restarts", 2, 0}, {"restarts", 0, 0}, {"restarts", 3, 0}};
    COUNTS(k, days);
    assert_string_equal(why_of(k, "restarts", "insufficient_evidence", ""),
                        "a value at or below 0 has no ratio");
}

static void named_sessions_are_judged_together(void **state)
{
    struct kit *k = *state;
    static const struct day slow[] = {{"w=8", 90, 1, 0, BK_RUN_OK},
                                      {"w=8", 91, 1, 0, BK_RUN_OK}};
    import_days(k, steady, N_STEADY);
    import_day(k, "a", N_STEADY, &slow[0]);
    import_day(k, "b", N_STEADY + 1, &slow[1]);
    struct bk_report *r = asked(k, "regressions", WORDS("a", "b"), NULL);
    assert_string_equal(verdict_of(k, r, "ok_throughput", "n_new"), "2");
    assert_string_equal(verdict_of(k, r, "ok_throughput", "n_old"), "6");
    assert_string_equal(verdict_of(k, r, "ok_throughput", "verdict"), "regression");
    bk_report_free(r);
    /* against one session; later ones are no part of the past */
    r = asked(k, "regressions", WORDS("s3"), WORDS("--against", "s1", "--all"));
    assert_string_equal(verdict_of(k, r, "ok_throughput", "n_old"), "1");
    bk_report_free(r);
    r = asked(k, "regressions", WORDS("s3"), WORDS("--all"));
    assert_string_equal(verdict_of(k, r, "ok_throughput", "n_old"), "2");
    bk_report_free(r);
}

static void a_new_config_is_not_comparable(void **state)
{
    struct kit *k = *state;
    static const struct day other = {"w=16", 50, 2, 0, BK_RUN_OK};
    import_days(k, steady, N_STEADY);
    import_day(k, "bigger", N_STEADY, &other);
    struct bk_report *r = asked(k, "regressions", NULL, WORDS("--all"));
    assert_string_equal(verdict_of(k, r, "ok_throughput", "verdict"), "not_comparable");
    bk_report_free(r);
}

/* --- sweeps --- */

static void import_sweep(struct kit *k, const char *session, size_t day, double speed)
{
    static const double scatter[] = {1.001, 0.999, 1.002, 0.998, 1};
    for (size_t i = 0; i < 5; i++) {
        double x = speed * (double)(10 * (i + 1)) * scatter[(i + day) % 5];
        struct day d = {bk_fmt(k->a, "concurrency=%zu", i + 1).ptr, x, 10 / x, 0,
                        BK_RUN_OK};
        import_day(k, session, day, &d);
    }
}

static void a_sweep_is_judged_as_a_curve(void **state)
{
    struct kit *k = *state;
    static const double speeds[] = {1, 1.01, 0.99, 1, 1.01, 0.99, 0.9, 0.9};
    for (size_t i = 0; i < 8; i++)
        import_sweep(k, bk_fmt(k->a, "s%zu", i).ptr, i, speeds[i]);
    struct bk_report *r =
        asked(k, "regressions", WORDS("s6", "s7"),
              WORDS("--metric", "ok_throughput", "--slo", "ok_throughput>=28"));
    const struct bk_section *curves = section(r, "curves");
    assert_int_equal(curves->n_rows, 1);
    assert_string_equal(cell(k, curves, 0, "axis"), "concurrency");
    assert_string_equal(cell(k, curves, 0, "cells"), "5");
    assert_string_equal(cell(k, curves, 0, "verdict"), "regression");
    assert_non_null(strstr(cell(k, curves, 0, "why"), "over 5 of 5 values"));
    bk_report_free(r);
    /* the highest load that met it, not the first */
    r = asked(
        k, "regressions", WORDS("s6", "s7"),
        WORDS("--metric", "request_latency", "--slo", "request_latency.p95<=0.3"));
    assert_string_equal(cell(k, section(r, "slo"), 0, "old"), "5");
    bk_report_free(r);
}

/* One session against one: all cells of a session share its luck. */
static void two_sweeps_are_no_evidence(void **state)
{
    struct kit *k = *state;
    import_sweep(k, "a", 0, 1);
    import_sweep(k, "b", 1, 0.8);
    struct bk_report *r = asked(k, "regressions", NULL, NULL);
    assert_string_equal(cell(k, section(r, "curves"), 0, "verdict"),
                        "insufficient_evidence");
    bk_report_free(r);
}

static void mistakes_are_refused(void **state)
{
    struct kit *k = *state;
    static const char *const bad[][2] = {
        {"--metric", "nonsense"},
        {"--metric", "ok_throughput:much"},
        {"--slo", "ok_throughput"},
        {"--against", "s9"},
    };
    import_days(k, steady, 2);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        k->err = (struct bk_err){0};
        assert_null(answer(k, "regressions", NULL, NULL, WORDS(bad[i][0], bad[i][1])));
        assert_int_equal(k->err.code, BK_EUSAGE);
    }
    k->err = (struct bk_err){0};
    assert_null(answer(k, "regressions", WORDS("s9"), NULL, NULL));
    assert_int_equal(k->err.code, BK_EUSAGE);
}

static void an_empty_warehouse_is_no_error(void **state)
{
    struct kit *k = *state;
    struct bk_report *r = asked(k, "regressions", NULL, NULL);
    assert_true(has_note(r, "no-data"));
    bk_report_free(r);
    r = asked(k, "gate", NULL, NULL);
    assert_int_equal(r->exit_status, 3);
    bk_report_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_KIT(a_drop_is_a_regression),
        IN_KIT(tails_are_not_judged_unasked),
        IN_KIT(a_steady_session_passes_the_gate),
        IN_KIT(two_sessions_are_no_evidence),
        IN_KIT(a_failed_run_is_a_regression),
        IN_KIT(a_failed_run_is_no_baseline),
        IN_KIT(latencies_of_degraded_runs_are_judged_on_request),
        IN_KIT(first_errors_are_counted),
        IN_KIT(a_first_error_can_be_chance),
        IN_KIT(few_first_errors_do_not_matter),
        IN_KIT(first_errors_without_requests),
        IN_KIT(first_failures_are_worse),
        IN_KIT(first_events_without_direction),
        IN_KIT(counts_that_are_sometimes_zero),
        IN_KIT(named_sessions_are_judged_together),
        IN_KIT(a_new_config_is_not_comparable),
        IN_KIT(a_sweep_is_judged_as_a_curve),
        IN_KIT(two_sweeps_are_no_evidence),
        IN_KIT(mistakes_are_refused),
        IN_KIT(an_empty_warehouse_is_no_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
