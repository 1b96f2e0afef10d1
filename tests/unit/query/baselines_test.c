/* What new sessions are compared with, when people say so. */
#include "kit.h"

#include "../../../src/query/baselines.h"

static void import_one(struct kit *k, const char *session, const char *hardware,
                       size_t day, double throughput)
{
    const struct sample s = {session,         hardware,   "",       "w=8",
                             "ok_throughput", throughput, BK_RUN_OK};
    struct bk_run *r = run_of(k, &s);
    r->started_ns = (int64_t)(day + 1) * 86400 * BK_NS_PER_S;
    import_run(k, bk_fmt(k->a, "%s-%s", session, hardware).ptr, r);
}

/* s1 .. s7 at 100, s8 .. s10 at 90. */
static void import_ten(struct kit *k)
{
    static const double values[] = {100, 101, 99, 100, 101, 99, 100, 90, 90.5, 89.5};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        import_one(k, bk_fmt(k->a, "s%zu", i + 1).ptr, "x", i, values[i]);
}

static struct bk_report *asked(struct kit *k, const char *question,
                               const char *const *positional, const char *const *where,
                               const char *const *options)
{
    struct bk_report *r = answer(k, question, positional, where, options);
    if (r == NULL)
        print_error("%s\n", k->err.msg);
    assert_non_null(r);
    return r;
}

static void set(struct kit *k, const char *name, const char *const *where,
                const char *option, const char *value)
{
    bk_report_free(asked(k, "baseline", WORDS("set", name), where,
                         WORDS(option, value, "--author", "Ana")));
}

static void is_refused(struct kit *k, const char *question,
                       const char *const *positional, const char *const *options,
                       const char *why)
{
    assert_null(answer(k, question, positional, NULL, options));
    if (strstr(k->err.msg, why) == NULL)
        print_error("%s\n", k->err.msg);
    assert_non_null(strstr(k->err.msg, why));
    assert_int_equal(k->err.code, BK_EUSAGE);
    k->err = (struct bk_err){0};
}

/* A cell of the verdict on a machine. */
static const char *on(struct kit *k, const struct bk_report *r, const char *hardware,
                      const char *column)
{
    const struct bk_section *s = section(r, "verdicts");
    for (size_t i = 0; i < s->n_rows; i++)
        if (strcmp(cell(k, s, i, "hardware"), hardware) == 0)
            return cell(k, s, i, column);
    return "";
}

static void a_pinned_session_is_compared_with_and_the_others_lend(void **state)
{
    struct kit *k = *state;
    import_ten(k);
    set(k, "v1", NULL, "--session", "s7");
    struct bk_report *r = asked(k, "gate", NULL, NULL, WORDS("--against", "v1"));
    assert_int_equal(r->exit_status, 1);
    assert_string_equal(on(k, r, "x", "n_old"), "1");
    assert_string_equal(on(k, r, "x", "old"), "100");
    assert_non_null(strstr(on(k, r, "x", "why"), "baseline 'v1'"));
    assert_non_null(strstr(on(k, r, "x", "method"), "borrowed"));
    assert_true(has_note(r, "baseline"));
    bk_report_free(r);
    /* the session by its own name is the same */
    r = asked(k, "gate", NULL, NULL, WORDS("--against", "s7"));
    assert_int_equal(r->exit_status, 1);
    assert_string_equal(on(k, r, "x", "n_old"), "1");
    assert_false(has_note(r, "baseline"));
    bk_report_free(r);
    r = asked(k, "gate", NULL, NULL, WORDS("--against", "s6", "--against", "s7"));
    assert_string_equal(on(k, r, "x", "n_old"), "2");
    bk_report_free(r);
}

/* A level shift ends what rolls, not what people pinned. */
static void a_level_shift_does_not_end_a_pin(void **state)
{
    struct kit *k = *state;
    import_ten(k);
    set(k, "v1", NULL, "--session", "s7");
    bk_report_free(asked(k, "annotate", WORDS("level-shift"), NULL,
                         WORDS("--session", "s8", "--reason", "x", "--author", "Ana")));
    struct bk_report *r = asked(k, "gate", NULL, NULL, NULL);
    assert_int_equal(r->exit_status, 0);
    assert_string_equal(on(k, r, "x", "n_old"), "2");
    bk_report_free(r);
    r = asked(k, "gate", NULL, NULL, WORDS("--against", "v1"));
    assert_int_equal(r->exit_status, 1);
    bk_report_free(r);
}

static void a_rolling_one_is_the_newest_so_many(void **state)
{
    struct kit *k = *state;
    import_ten(k);
    set(k, "week", NULL, "--rolling", "2");
    struct bk_report *r =
        asked(k, "regressions", NULL, NULL, WORDS("--all", "--against", "week"));
    assert_string_equal(on(k, r, "x", "n_old"), "2");
    bk_report_free(r);
}

static void the_default_holds_unasked_where_it_says(void **state)
{
    struct kit *k = *state;
    import_ten(k);
    for (size_t i = 0; i < 10; i++)
        import_one(k, bk_fmt(k->a, "s%zu", i + 1).ptr, "y", i, 50 + (double)(i % 2));
    set(k, "default", WORDS("hardware=x"), "--session", "s7");
    struct bk_report *r = asked(k, "regressions", NULL, NULL, WORDS("--all"));
    assert_string_equal(on(k, r, "x", "n_old"), "1");
    assert_string_equal(on(k, r, "y", "n_old"), "9");
    bk_report_free(r);
    r = asked(k, "regressions", NULL, NULL, WORDS("--all", "--against", "rolling"));
    assert_string_equal(on(k, r, "x", "n_old"), "9");
    assert_false(has_note(r, "baseline"));
    bk_report_free(r);
    /* the session that it is has only those before it */
    r = asked(k, "regressions", WORDS("s7"), NULL, WORDS("--all"));
    assert_string_equal(on(k, r, "x", "n_old"), "6");
    assert_true(has_note(r, "baseline"));
    bk_report_free(r);
    bk_report_free(
        asked(k, "baseline", WORDS("clear", "default"), NULL, WORDS("--author", "B")));
    r = asked(k, "regressions", NULL, NULL, WORDS("--all"));
    assert_string_equal(on(k, r, "x", "n_old"), "9");
    bk_report_free(r);
}

/* A config that the pinned session has not got is not compared with other sessions. */
static void what_the_pin_has_not_got_is_not_compared(void **state)
{
    struct kit *k = *state;
    import_ten(k);
    import_one(k, "s9", "y", 8, 50);
    import_one(k, "s10", "y", 9, 40);
    struct bk_report *r =
        asked(k, "regressions", NULL, NULL, WORDS("--all", "--against", "s7"));
    assert_string_equal(on(k, r, "y", "verdict"), "not_comparable");
    assert_string_equal(on(k, r, "y", "n_old"), "0");
    bk_report_free(r);
}

static void a_name_keeps_what_it_was(void **state)
{
    struct kit *k = *state;
    import_ten(k);
    set(k, "v1", NULL, "--session", "s3");
    set(k, "v1", NULL, "--session", "s4");
    struct bk_report *r = asked(k, "baseline", WORDS("show"), NULL, NULL);
    assert_int_equal(section(r, "baselines")->n_rows, 1);
    assert_string_equal(cell(k, section(r, "baselines"), 0, "session"), "s4");
    bk_report_free(r);
    r = asked(k, "baseline", WORDS("show", "v1"), NULL, WORDS("--all"));
    assert_int_equal(section(r, "baselines")->n_rows, 2);
    assert_string_equal(cell(k, section(r, "baselines"), 0, "cleared_why"),
                        "set again");
    bk_report_free(r);
}

static void what_cannot_be_is_refused(void **state)
{
    struct kit *k = *state;
    import_ten(k);
    import_one(k, "v2", "x", 20, 100);
    is_refused(k, "baseline", WORDS("set", "s1"), WORDS("--rolling", "3"), "session");
    is_refused(k, "baseline", WORDS("set", "rolling"), WORDS("--rolling", "3"), "all");
    is_refused(k, "baseline", WORDS("set", "a"), NULL, "needs");
    is_refused(k, "baseline", WORDS("set", "a"),
               WORDS("--rolling", "3", "--session", "s1"), "not both");
    is_refused(k, "baseline", WORDS("set", "a"), WORDS("--rolling", "-3"), "1 to 50");
    is_refused(k, "baseline", WORDS("clear", "a"), WORDS("--author", "A"), "'a'");
    is_refused(k, "baseline", WORDS("show", "a"), NULL, "'a'");
    is_refused(k, "baseline", WORDS("sett", "a"), NULL, "write");
    set(k, "w", NULL, "--rolling", "3");
    is_refused(k, "gate", NULL, WORDS("--against", "w", "--against", "s1"), "one");
    is_refused(k, "compare", WORDS("w", "s1"), NULL, "no single session");
    /* a session that came later with the name of a baseline */
    import_one(k, "w", "x", 21, 100);
    is_refused(k, "gate", NULL, WORDS("--against", "w"), "a session and a baseline");
}

/* --- rows of another warehouse --- */

static bool restore(struct kit *k, enum bk_moved_kind kind,
                    const char *const *texts /* key, text ... */, int64_t rolling)
{
    struct bk_moved_cell cells[BK_MOVED_MOST_FIELDS] = {{0}};
    const struct bk_moved_shape *shape = &bk_moved_shapes[kind];
    for (size_t i = 0; i < shape->n_fields; i++) {
        const char *key = bk_moved_key(&shape->fields[i]);
        cells[i].is_null = (shape->fields[i].flags & BK_MOVED_NULLABLE) != 0;
        cells[i].i = strcmp(key, "rolling") == 0 ? rolling : 1;
        cells[i].s = BK_S("");
        for (const char *const *t = texts; *t != NULL; t += 2)
            if (strcmp(*t, key) == 0)
                cells[i].s = bk_str(t[1]);
    }
    const struct bk_moved_row row = {.kind = kind, .line = 1, .cells = cells};
    struct bk_sink *sink = bk_archive_sink(k->ar);
    return sink->moved(sink, &row, &k->err);
}

static void rows_that_the_tables_would_refuse_are_input_errors(void **state)
{
    struct kit *k = *state;
    static const struct {
        enum bk_moved_kind kind;
        const char *texts[9];
        int64_t rolling;
        const char *why;
    } cases[] = {
        {BK_MOVED_BASELINE,
         {"name", "a", "author", "A", "session", "s1", NULL},
         3,
         "rolling"},
        {BK_MOVED_BASELINE, {"name", "a", "author", "A", NULL}, 0, "rolling"},
        {BK_MOVED_BASELINE, {"author", "A", NULL}, 3, "'name' is empty"},
        {BK_MOVED_ANNOTATION,
         {"kind", "note", "author", "A", NULL},
         0,
         "'reason' is empty"},
        {BK_MOVED_ANNOTATION,
         {"kind", "note", "reason", "x", NULL},
         0,
         "'author' is empty"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        begin(k, "export");
        add_source(k, "export", "benchkeep", "lines");
        assert_false(restore(k, cases[i].kind, cases[i].texts, cases[i].rolling));
        assert_int_equal(k->err.code, BK_EINPUT);
        assert_non_null(strstr(k->err.msg, cases[i].why));
        k->err = (struct bk_err){0};
        (void)end(k, false);
    }
}

#define IN_KIT(test) cmocka_unit_test_setup_teardown(test, kit_new, kit_free)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_KIT(a_pinned_session_is_compared_with_and_the_others_lend),
        IN_KIT(a_level_shift_does_not_end_a_pin),
        IN_KIT(a_rolling_one_is_the_newest_so_many),
        IN_KIT(the_default_holds_unasked_where_it_says),
        IN_KIT(what_the_pin_has_not_got_is_not_compared),
        IN_KIT(a_name_keeps_what_it_was),
        IN_KIT(what_cannot_be_is_refused),
        IN_KIT(rows_that_the_tables_would_refuse_are_input_errors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
