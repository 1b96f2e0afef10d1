/* What people say, and what follows from it for rows, verdicts and gates. */
#include "kit.h"

#include "../../../src/query/annotations.h"

static void import_one(struct kit *k, const char *session, const char *hardware,
                       size_t day, double throughput)
{
    const struct sample s = {session,         hardware,   "",       "w=8",
                             "ok_throughput", throughput, BK_RUN_OK};
    static size_t number;
    struct bk_run *r = run_of(k, &s);
    r->started_ns = (int64_t)(day + 1) * 86400 * BK_NS_PER_S;
    struct bk_measurement *m =
        add_number(k, r, "request_latency", "s", 100 / throughput);
    m->stat = BK_S("p95");
    import_run(k, bk_fmt(k->a, "file-%zu", number++).ptr, r);
}

/* s1 .. s6 at 100, then s7 at 85. */
static void import_step(struct kit *k)
{
    static const double values[] = {100, 101, 99, 100, 101, 99, 85};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        import_one(k, bk_fmt(k->a, "s%zu", i + 1).ptr, "x", i, values[i]);
}

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

static void annotate(struct kit *k, const char *kind, const char *const *options)
{
    struct bk_strings all = strings(k, options);
    *BK_PUSH(k->a, all.items, all.n) = "--reason=because";
    *BK_PUSH(k->a, all.items, all.n) = "--author=Ana";
    *BK_PUSH(k->a, all.items, all.n) = NULL;
    bk_report_free(asked(k, "annotate", WORDS(kind), all.items));
}

static void is_refused(struct kit *k, const char *const *positional,
                       const char *const *options, const char *why)
{
    assert_null(answer(k, "annotate", positional, NULL, options));
    if (strstr(k->err.msg, why) == NULL)
        print_error("%s\n", k->err.msg);
    assert_non_null(strstr(k->err.msg, why));
    assert_int_equal(k->err.code, BK_EUSAGE);
    k->err = (struct bk_err){0};
}

static const char *cell_of(struct kit *k, const struct bk_report *r, const char *metric,
                           const char *column)
{
    const struct bk_section *s = section(r, "verdicts");
    for (size_t i = 0; i < s->n_rows; i++)
        if (strcmp(cell(k, s, i, "metric"), metric) == 0)
            return cell(k, s, i, column);
    return "";
}

static int gate(struct kit *k, const char *const *options)
{
    struct bk_report *r = asked(k, "gate", NULL, options);
    int status = r->exit_status;
    bk_report_free(r);
    return status;
}

/* --- level shifts --- */

static void an_accepted_shift_passes_and_the_centre_is_reset(void **state)
{
    struct kit *k = *state;
    import_step(k);
    assert_int_equal(gate(k, NULL), 1);
    annotate(k, "level-shift", WORDS("--session", "s7"));
    assert_int_equal(gate(k, NULL), 0);
    import_one(k, "s8", "x", 8, 85.5);
    struct bk_report *r = asked(k, "gate", NULL, NULL);
    assert_int_equal(r->exit_status, 0);
    assert_string_equal(cell_of(k, r, "ok_throughput", "n_old"), "1");
    assert_string_equal(cell_of(k, r, "ok_throughput", "old"), "85");
    assert_string_equal(cell_of(k, r, "ok_throughput", "verdict"),
                        "no_material_change");
    assert_non_null(
        strstr(cell_of(k, r, "ok_throughput", "why"), "since the level shift at s7"));
    assert_true(has_note(r, "annotation"));
    bk_report_free(r);
    /* the noise of the old level is still known: one session is enough to see this */
    import_one(k, "s9", "x", 9, 70);
    assert_int_equal(gate(k, NULL), 1);
}

static void a_shift_of_one_metric_leaves_the_others(void **state)
{
    struct kit *k = *state;
    import_step(k);
    annotate(k, "level-shift",
             WORDS("--session", "s7", "--metric", "request_latency.p95"));
    struct bk_report *r = asked(k, "regressions", NULL, WORDS("--all"));
    assert_string_equal(cell_of(k, r, "ok_throughput", "verdict"), "regression");
    assert_string_equal(cell_of(k, r, "request_latency", "verdict"),
                        "insufficient_evidence");
    bk_report_free(r);
}

/* A session of another machine only: its time counts. */
static void a_shift_holds_for_machines_that_its_session_does_not_have(void **state)
{
    struct kit *k = *state;
    import_step(k);
    import_one(k, "other", "y", 5, 10);
    annotate(k, "level-shift", WORDS("--session", "other"));
    struct bk_report *r = asked(k, "regressions", WORDS("s7"), WORDS("--all"));
    assert_string_equal(cell_of(k, r, "ok_throughput", "n_old"), "1");
    bk_report_free(r);
    /* nobody accepted what s7 itself is */
    assert_int_equal(gate(k, WORDS("--session", "s7")), 3);
}

static void an_undone_shift_does_not_count(void **state)
{
    struct kit *k = *state;
    import_step(k);
    annotate(k, "level-shift", WORDS("--session", "s7"));
    bk_report_free(asked(k, "annotate", WORDS("undo", "1"), WORDS("--author", "Ben")));
    assert_int_equal(gate(k, NULL), 1);
    struct bk_report *r = asked(k, "annotate", WORDS("list"), NULL);
    assert_int_equal(section(r, "annotations")->n_rows, 0);
    bk_report_free(r);
    r = asked(k, "annotate", WORDS("list"), WORDS("--all"));
    assert_string_equal(cell(k, section(r, "annotations"), 0, "undone_by"), "Ben");
    bk_report_free(r);
    is_refused(k, WORDS("undo", "1"), WORDS("--author", "Ben"), "already");
    is_refused(k, WORDS("undo", "7"), WORDS("--author", "Ben"), "no annotation 7");
}

/* --- outliers --- */

static void nothing_is_compared_with_an_outlier(void **state)
{
    struct kit *k = *state;
    import_step(k);
    import_one(k, "s8", "x", 8, 100);
    annotate(k, "outlier", WORDS("--session", "s7"));
    struct bk_report *r = asked(k, "regressions", NULL, WORDS("--all"));
    assert_string_equal(cell_of(k, r, "ok_throughput", "n_old"), "6");
    bk_report_free(r);
    r = asked(k, "regressions", WORDS("s7"), WORDS("--all"));
    assert_string_equal(cell_of(k, r, "ok_throughput", "verdict"), "invalid");
    assert_non_null(strstr(cell_of(k, r, "ok_throughput", "why"), "because"));
    bk_report_free(r);
    r = asked(k, "history", NULL, NULL);
    assert_int_equal(section(r, "series")->n_rows, 8);
    assert_string_equal(cell(k, section(r, "series"), 6, "mark"), "outlier");
    bk_report_free(r);
}

/* Of several runs of a session, one may be the outlier: the others stay. */
static void an_outlier_run_leaves_the_other_runs_of_its_session(void **state)
{
    struct kit *k = *state;
    import_step(k);
    import_one(k, "s7", "x", 6, 20);
    struct bk_report *r = asked(k, "regressions", WORDS("s7"), WORDS("--all"));
    assert_string_equal(cell_of(k, r, "ok_throughput", "new"), "52.5");
    bk_report_free(r);
    annotate(k, "outlier", WORDS("--run", "s7/x#2"));
    r = asked(k, "regressions", WORDS("s7"), WORDS("--all"));
    assert_string_equal(cell_of(k, r, "ok_throughput", "new"), "85");
    bk_report_free(r);
}

/* --- mutes and notes --- */

static void a_muted_metric_is_not_judged(void **state)
{
    struct kit *k = *state;
    import_step(k);
    annotate(k, "mute", WORDS("--metric", "ok_throughput", "--hardware", "x"));
    struct bk_report *r = asked(k, "regressions", NULL, WORDS("--all"));
    assert_string_equal(cell_of(k, r, "ok_throughput", "verdict"), "");
    assert_string_equal(cell_of(k, r, "request_latency", "verdict"), "regression");
    assert_true(has_note(r, "annotation"));
    bk_report_free(r);
    /* with nothing left to judge a gate does not pass */
    assert_int_equal(gate(k, WORDS("--metric", "ok_throughput")), 3);
}

static void a_note_is_told_and_changes_nothing(void **state)
{
    struct kit *k = *state;
    import_step(k);
    annotate(k, "note", WORDS("--session", "s7"));
    struct bk_report *r = asked(k, "gate", NULL, NULL);
    assert_int_equal(r->exit_status, 1);
    assert_true(has_note(r, "annotation"));
    bk_report_free(r);
    r = asked(k, "show", WORDS("s7"), NULL);
    assert_string_equal(cell(k, section(r, "annotations"), 0, "reason"), "because");
    bk_report_free(r);
}

/* --- what is said of what --- */

static void what_is_about_nothing_is_refused(void **state)
{
    struct kit *k = *state;
    import_step(k);
    is_refused(k, WORDS("level-shift"), WORDS("--reason", "x"), "needs the first");
    is_refused(k, WORDS("level-shift"), WORDS("--session", "s7"), "say why");
    is_refused(k, WORDS("level-shift"), WORDS("--session", "s7", "--reason", "  "),
               "say why");
    is_refused(k, WORDS("outlier"),
               WORDS("--session", "s7", "--run", "s7/x", "--reason", "x"), "only one");
    is_refused(k, WORDS("outlier"),
               WORDS("--session", "s7", "--hardware", "y", "--reason", "x"),
               "no run is what this is about: session s7, y");
    is_refused(k, WORDS("mute"), WORDS("--metric", "ttft", "--reason", "x"),
               "no run has 'ttft'");
    is_refused(k, WORDS("mute"),
               WORDS("--metric", "request_latency.p59", "--reason", "x"),
               "no run has 'request_latency.p59'");
    is_refused(k, WORDS("list"), WORDS("--session", "s7"), "takes no option");
}

/* Rows may come from another warehouse: what cannot be read is about nothing. */
static void a_filter_that_is_none_is_about_no_run(void **state)
{
    struct kit *k = *state;
    static const char *const filters[] = {"gone=1", "nonsense", ",", "=", "a,b=2,,"};
    for (size_t i = 0; i < sizeof filters / sizeof *filters; i++) {
        struct bk_stmt *st = bk_stmt(k->db, BK_SQL_RESTORE_ANNOTATION);
        static const char *const empty[] = {":run",       ":hardware",  ":model",
                                            ":workload",  ":metric",    ":stat",
                                            ":undone_by", ":undone_why"};
        int64_t one;
        bool found;
        for (size_t e = 0; e < sizeof empty / sizeof *empty; e++)
            bk_bind_text(st, empty[e], BK_S(""));
        bk_bind_text(st, ":kind", BK_S("level-shift"));
        bk_bind_text(st, ":session", BK_S("s7"));
        bk_bind_text(st, ":filter", bk_str(filters[i]));
        bk_bind_text(st, ":reason", BK_S("x"));
        bk_bind_text(st, ":author", BK_S("x"));
        bk_bind_int(st, ":created_at", 1);
        bk_bind_null(st, ":undone_at");
        must(k, bk_one_int(st, &one, &found, &k->err));
        assert_true(found);
    }
    import_step(k);
    assert_int_equal(gate(k, NULL), 1);
    struct bk_report *r = asked(k, "annotate", WORDS("list"), NULL);
    assert_int_equal(section(r, "annotations")->n_rows, 5);
    for (size_t i = 0; i < 5; i++)
        assert_string_equal(cell(k, section(r, "annotations"), i, "runs"), "0");
    bk_report_free(r);
}

static void conditions_come_back_as_they_were(void **state)
{
    struct kit *k = *state;
    const struct bk_strings where =
        strings(k, WORDS("hardware=X, model~qwen", "w>=8,w!=9,status<zz"));
    struct bk_filter f, again;
    import_step(k);
    must(k, bk_filter_parse(k->a, k->db, &where, &f, &k->err));
    struct bk_str text = bk_filter_text(k->a, &f);
    assert_string_equal(text.ptr, "hardware=x,model~qwen,w>=8,w!=9,status<zz");
    must(k, bk_filter_read(k->a, k->db, text, &again, &k->err));
    assert_string_equal(bk_filter_text(k->a, &again).ptr, text.ptr);
}

#define IN_KIT(test) cmocka_unit_test_setup_teardown(test, kit_new, kit_free)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_KIT(an_accepted_shift_passes_and_the_centre_is_reset),
        IN_KIT(a_shift_of_one_metric_leaves_the_others),
        IN_KIT(a_shift_holds_for_machines_that_its_session_does_not_have),
        IN_KIT(an_undone_shift_does_not_count),
        IN_KIT(nothing_is_compared_with_an_outlier),
        IN_KIT(an_outlier_run_leaves_the_other_runs_of_its_session),
        IN_KIT(a_muted_metric_is_not_judged),
        IN_KIT(a_note_is_told_and_changes_nothing),
        IN_KIT(what_is_about_nothing_is_refused),
        IN_KIT(a_filter_that_is_none_is_about_no_run),
        IN_KIT(conditions_come_back_as_they_were),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
