/* The order of a history, what its rows are compared with, and what may be said. */
#include "kit.h"

static struct bk_report *history(struct kit *k, const char *const *options)
{
    struct bk_report *r = answer(k, "history", NULL, NULL, options);
    assert_non_null(r);
    return r;
}

static void expect_column(struct kit *k, const struct bk_report *r, const char *column,
                          const char *const *want)
{
    const struct bk_section *s = section(r, "series");
    size_t i = 0;
    for (; want[i] != NULL; i++)
        assert_string_equal(cell(k, s, i, column), want[i]);
    assert_int_equal(s->n_rows, i);
}

static void configs_that_change_are_not_comparable(void **state)
{
    struct kit *k = *state;
    static const struct sample runs[] = {
        {"1", "x", "", "w=8", "ok_throughput", 40, BK_RUN_OK},
        {"2", "x", "", "w=16", "ok_throughput", 50, BK_RUN_OK},
        {"3", "x", "", "w=24", "ok_throughput", 0.5, BK_RUN_FAILED},
        {"4", "x", "", "w=8", "ok_throughput", 20, BK_RUN_OK},
    };
    FILL(k, runs);
    struct bk_report *r = history(k, NULL);
    expect_column(k, r, "verdict",
                  WORDS("insufficient_evidence", "not_comparable", "not_comparable",
                        "insufficient_evidence"));
    /* the last one is compared with session 1, which had its config */
    expect_column(k, r, "vs_previous", WORDS("-", "0.25", "-0.99", "-0.5"));
    expect_column(k, r, "vs_best", WORDS("-0.2", "0", "-0.99", "-0.6"));
    const struct bk_section *trend = section(r, "trend");
    assert_string_equal(cell(k, trend, 0, "best_session"), "2");
    assert_string_equal(cell(k, trend, 0, "sessions"), "4");
    bk_report_free(r);
}

/* A failed run is no baseline, not even of what it may be compared in. */
static void failed_runs_are_never_the_baseline(void **state)
{
    struct kit *k = *state;
    static const struct sample runs[] = {
        {"1", "x", "", "w=8", "ok_throughput", 100, BK_RUN_FAILED},
        {"2", "x", "", "w=8", "ok_throughput", 50, BK_RUN_OK},
    };
    FILL(k, runs);
    struct bk_report *r = history(k, NULL);
    expect_column(k, r, "vs_previous", WORDS("-", "-"));
    assert_string_equal(cell(k, section(r, "trend"), 0, "best_session"), "2");
    expect_column(k, r, "verdict",
                  WORDS("insufficient_evidence", "insufficient_evidence"));
    bk_report_free(r);
}

static void failed_runs_have_no_say_in_other_metrics(void **state)
{
    struct kit *k = *state;
    static const struct sample runs[] = {
        {"1", "x", "", "w=8", "request_throughput", 50, BK_RUN_OK},
        {"2", "x", "", "w=8", "request_throughput", 500, BK_RUN_FAILED},
    };
    FILL(k, runs);
    struct bk_report *r = history(k, WORDS("--metric", "request_throughput"));
    expect_column(k, r, "verdict", WORDS("insufficient_evidence", "invalid"));
    expect_column(k, r, "vs_previous", WORDS("-", "-"));
    expect_column(k, r, "why", WORDS("first session, becomes the baseline", "because"));
    bk_report_free(r);
}

/* The prediction interval over 100, 101, 99 is 95.1 to 105.1 (p of 90: 0.0118); that a
 * tenth of throughput is under three floors leaves it inconclusive. */
static void few_sessions_show_only_large_changes(void **state)
{
    struct kit *k = *state;
    static const struct sample runs[] = {
        {"1", "x", "", "w=8", "ok_throughput", 100, BK_RUN_OK},
        {"2", "x", "", "w=8", "ok_throughput", 101, BK_RUN_OK},
        {"3", "x", "", "w=8", "ok_throughput", 99, BK_RUN_OK},
        {"4", "x", "", "w=8", "ok_throughput", 90, BK_RUN_OK},
    };
    FILL(k, runs);
    struct bk_report *r = history(k, NULL);
    expect_column(k, r, "verdict",
                  WORDS("insufficient_evidence", "insufficient_evidence",
                        "inconclusive", "inconclusive"));
    const char *why = cell(k, section(r, "series"), 3, "why");
    assert_non_null(strstr(why, "changed by -10.0 % against 3 sessions"));
    /* Student's 0.012, and more for the chance that this was a bad session */
    assert_non_null(strstr(why, "p = 0.025"));
    assert_non_null(strstr(why, "smallest visible change"));
    bk_report_free(r);
}

static void a_large_drop_is_a_regression(void **state)
{
    struct kit *k = *state;
    static const struct sample runs[] = {
        {"1", "x", "", "w=8", "ok_throughput", 100, BK_RUN_OK},
        {"2", "x", "", "w=8", "ok_throughput", 101, BK_RUN_OK},
        {"3", "x", "", "w=8", "ok_throughput", 99, BK_RUN_OK},
        {"4", "x", "", "w=8", "ok_throughput", 70, BK_RUN_OK},
    };
    FILL(k, runs);
    struct bk_report *r = history(k, NULL);
    assert_string_equal(cell(k, section(r, "series"), 3, "verdict"), "regression");
    bk_report_free(r);
}

/* Six repeats of other configs lend their noise to a config with one session. */
static void noise_is_borrowed_from_other_configs(void **state)
{
    struct kit *k = *state;
    static const struct sample runs[] = {
        {"1", "x", "", "w=1", "ok_throughput", 100, BK_RUN_OK},
        {"2", "x", "", "w=1", "ok_throughput", 102, BK_RUN_OK},
        {"3", "x", "", "w=1", "ok_throughput", 101, BK_RUN_OK},
        {"4", "x", "", "w=2", "ok_throughput", 50, BK_RUN_OK},
        {"5", "x", "", "w=2", "ok_throughput", 51, BK_RUN_OK},
        {"6", "x", "", "w=3", "ok_throughput", 200, BK_RUN_OK},
        {"7", "x", "", "w=3", "ok_throughput", 196, BK_RUN_OK},
        {"8", "x", "", "w=3", "ok_throughput", 198, BK_RUN_OK},
        {"9", "x", "", "w=4", "ok_throughput", 80, BK_RUN_OK},
        {"10", "x", "", "w=4", "ok_throughput", 60, BK_RUN_OK},
    };
    FILL(k, runs);
    struct bk_report *r = history(k, NULL);
    const struct bk_section *s = section(r, "series");
    assert_string_equal(cell(k, s, 9, "verdict"), "regression");
    assert_non_null(strstr(cell(k, s, 9, "why"), "borrowed noise"));
    assert_string_equal(cell(k, s, 4, "verdict"), "insufficient_evidence");
    bk_report_free(r);
}

/* A constant history has no noise; without a test it could never alert. */
static void a_constant_history_is_judged_by_the_floor(void **state)
{
    struct kit *k = *state;
    static const struct sample runs[] = {
        {"1", "x", "", "", "error_rate", 0, BK_RUN_OK},
        {"2", "x", "", "", "error_rate", 0, BK_RUN_OK},
        {"3", "x", "", "", "error_rate", 0.004, BK_RUN_OK},
    };
    FILL(k, runs);
    struct bk_report *r = history(k, WORDS("--metric", "error_rate"));
    assert_string_equal(cell(k, section(r, "series"), 2, "verdict"),
                        "no_material_change");
    bk_report_free(r);
    static const struct sample bad[] = {
        {"1", "y", "", "", "error_rate", 0, BK_RUN_OK},
        {"2", "y", "", "", "error_rate", 0, BK_RUN_OK},
        {"3", "y", "", "", "error_rate", 0.03, BK_RUN_OK},
    };
    for (size_t i = 0; i < 3; i++)
        import_run(k, bk_fmt(k->a, "bad-%zu", i).ptr, run_of(k, &bad[i]));
    r = history(k, WORDS("--metric", "error_rate", "--hardware", "y"));
    assert_string_equal(cell(k, section(r, "series"), 2, "verdict"), "regression");
    /* shares differ by points, also from nothing */
    assert_string_equal(cell(k, section(r, "series"), 2, "vs_previous"), "0.03");
    bk_report_free(r);
}

static void an_improvement_of_a_failed_run_is_none(void **state)
{
    struct kit *k = *state;
    static const struct sample runs[] = {
        {"1", "x", "", "", "ok_throughput", 10, BK_RUN_OK},
        {"2", "x", "", "", "ok_throughput", 10, BK_RUN_OK},
        {"3", "x", "", "", "ok_throughput", 100, BK_RUN_FAILED},
    };
    FILL(k, runs);
    struct bk_report *r = history(k, NULL);
    assert_string_equal(cell(k, section(r, "series"), 2, "verdict"), "invalid");
    bk_report_free(r);
}

/* --- order --- */

static void import_undated(struct kit *k, const char *session, double value,
                           int64_t started_ns)
{
    struct sample s = {session, "x", "", "", "ok_throughput", value, BK_RUN_OK};
    struct bk_run *r = run_of(k, &s);
    r->started_ns = started_ns;
    import_run(k, session, r);
}

static void undated_sessions_stand_by_their_names(void **state)
{
    struct kit *k = *state;
    import_undated(k, "10", 4, BK_NO_TIME);
    import_undated(k, "9", 3, 2000);
    import_undated(k, "8", 2, 1000);
    struct bk_report *r = history(k, NULL);
    expect_column(k, r, "session", WORDS("8", "9", "10"));
    assert_true(has_note(r, "undated"));
    bk_report_free(r);
}

static void names_against_time_put_undated_ones_last(void **state)
{
    struct kit *k = *state;
    import_undated(k, "b", 4, BK_NO_TIME);
    import_undated(k, "a", 3, 2000);
    import_undated(k, "c", 2, 1000);
    struct bk_report *r = history(k, NULL);
    expect_column(k, r, "session", WORDS("c", "a", "b"));
    bk_report_free(r);
}

/* The rows of a sweep in one session are no history of each other. */
static void a_sweep_is_no_history(void **state)
{
    struct kit *k = *state;
    static const struct sample sweep[] = {
        {"s", "x", "", "batch=1", "ok_throughput", 1, BK_RUN_OK},
        {"s", "x", "", "batch=2", "ok_throughput", 2, BK_RUN_OK},
        {"t", "x", "", "batch=1", "ok_throughput", 3, BK_RUN_OK},
        {"t", "x", "", "batch=2", "ok_throughput", 1, BK_RUN_OK},
    };
    FILL(k, sweep);
    struct bk_report *r = history(k, NULL);
    expect_column(k, r, "vs_previous", WORDS("-", "-", "2", "-0.5"));
    expect_column(k, r, "verdict",
                  WORDS("insufficient_evidence", "insufficient_evidence",
                        "insufficient_evidence", "insufficient_evidence"));
    assert_string_equal(cell(k, section(r, "trend"), 0, "sessions"), "2");
    bk_report_free(r);
}

static void a_latency_without_a_stat_is_the_usual_one(void **state)
{
    struct kit *k = *state;
    struct bk_run *r1 = new_run(k, "1", "x", "");
    add_time(k, r1, "ttft", "mean", "0.2");
    import_run(k, "a", r1);
    struct bk_report *r = history(k, WORDS("--metric", "ttft"));
    expect_column(k, r, "value", WORDS("0.2")); /* no p95: what there is */
    bk_report_free(r);
    struct bk_run *r2 = new_run(k, "2", "x", "");
    add_time(k, r2, "ttft", "mean", "0.3");
    add_time(k, r2, "ttft", "p95", "0.9");
    import_run(k, "b", r2);
    r = history(k, WORDS("--metric", "ttft"));
    expect_column(k, r, "value", WORDS("0.9"));
    bk_report_free(r);
    r = history(k, WORDS("--metric", "ttft.mean"));
    expect_column(k, r, "value", WORDS("0.2", "0.3"));
    bk_report_free(r);
}

static void mistakes_are_refused(void **state)
{
    struct kit *k = *state;
    import_undated(k, "1", 4, BK_NO_TIME);
    assert_null(answer(k, "history", NULL, NULL, WORDS("--metric", "nonsense")));
    assert_int_equal(k->err.code, BK_EUSAGE);
    k->err = (struct bk_err){0};
    assert_null(answer(k, "history", NULL, NULL, WORDS("--since", "yesterday")));
    assert_int_equal(k->err.code, BK_EUSAGE);
}

/* --- change points --- */

static void import_daily(struct kit *k, const char *params, const double *values,
                         size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const char *session = bk_fmt(k->a, "%s-%zu", params, i).ptr;
        struct sample s = {session,
                           "x",
                           "",
                           params,
                           "ok_throughput",
                           values[i],
                           values[i] < 0.5 ? BK_RUN_FAILED : BK_RUN_OK};
        struct bk_run *r = run_of(k, &s);
        r->started_ns = (int64_t)(i + 1) * 86400 * BK_NS_PER_S;
        import_run(k, session, r);
    }
}

static const double stepping[] = {100, 101, 99, 100, 101, 0.1, 100,
                                  99,  90,  91, 70,  89,  90,  91};
enum {
    N_STEPPING = sizeof stepping / sizeof *stepping
};

/* The failed session is no part of the series; the lone low one no change. */
static void a_step_is_a_change_and_a_lone_session_an_outlier(void **state)
{
    struct kit *k = *state;
    import_daily(k, "w=8", stepping, N_STEPPING);
    struct bk_report *r = history(k, NULL);
    const struct bk_section *changes = section(r, "changes");
    assert_int_equal(changes->n_rows, 1);
    assert_string_equal(cell(k, changes, 0, "session"), "w=8-8");
    assert_string_equal(cell(k, changes, 0, "index"), "8");
    assert_string_equal(cell(k, changes, 0, "last_before"), "w=8-7");
    assert_string_equal(cell(k, changes, 0, "direction"), "down");
    assert_string_equal(cell(k, changes, 0, "verdict"), "regression");
    assert_string_equal(cell(k, changes, 0, "n_before"), "7");
    const struct bk_section *s = section(r, "series");
    assert_string_equal(cell(k, s, 8, "mark"), "change");
    assert_string_equal(cell(k, s, 10, "mark"), "outlier");
    assert_string_equal(cell(k, s, 5, "mark"), "-");
    bk_report_free(r);
}

/* Its number is that among the rows that are shown; older changes are not shown. */
static void a_window_hides_older_changes(void **state)
{
    struct kit *k = *state;
    import_daily(k, "w=8", stepping, N_STEPPING);
    struct bk_report *r = history(k, WORDS("--window", "8"));
    assert_string_equal(cell(k, section(r, "changes"), 0, "index"), "2");
    assert_string_equal(cell(k, section(r, "series"), 2, "mark"), "change");
    bk_report_free(r);
    r = history(k, WORDS("--window", "4"));
    assert_int_equal(section(r, "changes")->n_rows, 0);
    bk_report_free(r);
}

/* Two configs with levels of their own are no steps of one series. */
static void a_change_of_config_is_no_change_point(void **state)
{
    struct kit *k = *state;
    static const double low[] = {50, 51, 50, 49}, high[] = {90, 91, 90, 89};
    import_daily(k, "w=1", low, 4);
    import_daily(k, "w=2", high, 4);
    struct bk_report *r = history(k, NULL);
    assert_int_equal(section(r, "changes")->n_rows, 0);
    bk_report_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_KIT(configs_that_change_are_not_comparable),
        IN_KIT(failed_runs_are_never_the_baseline),
        IN_KIT(failed_runs_have_no_say_in_other_metrics),
        IN_KIT(few_sessions_show_only_large_changes),
        IN_KIT(a_large_drop_is_a_regression),
        IN_KIT(noise_is_borrowed_from_other_configs),
        IN_KIT(a_constant_history_is_judged_by_the_floor),
        IN_KIT(an_improvement_of_a_failed_run_is_none),
        IN_KIT(undated_sessions_stand_by_their_names),
        IN_KIT(names_against_time_put_undated_ones_last),
        IN_KIT(a_sweep_is_no_history),
        IN_KIT(a_latency_without_a_stat_is_the_usual_one),
        IN_KIT(a_step_is_a_change_and_a_lone_session_an_outlier),
        IN_KIT(a_window_hides_older_changes),
        IN_KIT(a_change_of_config_is_no_change_point),
        IN_KIT(mistakes_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
