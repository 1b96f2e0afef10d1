/* Which runs are compared with which, and which side is called better. */
#include "kit.h"

#include "../../../src/query/match.h"

static const char *const reserved[] = {"metric", NULL};

/* The matches of some sides, a line each: "label: n/n" and "(no)" when incomplete. */
static const char *matched(struct kit *k, const char *const *names,
                           const char *const *where)
{
    struct bk_strings sides_named = strings(k, names), conditions = strings(k, where);
    struct bk_side *sides;
    struct bk_matches m;
    struct bk_str text = {"", 0};
    must(k, bk_sides_read(k->db, k->a, &sides_named, &conditions, reserved, &sides,
                          &k->err));
    bk_match_runs(k->a, sides, sides_named.n, &m);
    for (size_t i = 0; i < m.n; i++) {
        text = bk_fmt(k->a, "%.*s%.*s:", BK_F(text), BK_F(m.items[i].label));
        for (size_t s = 0; s < m.n_sides; s++)
            text = bk_fmt(k->a, "%.*s%s%zu", BK_F(text), s > 0 ? "/" : " ",
                          m.items[i].sides[s].n);
        text = bk_fmt(k->a, "%.*s%s\n", BK_F(text), m.items[i].complete ? "" : " (no)");
    }
    return text.ptr;
}

static const struct sample sessions[] = {
    {"1", "b200", "chat", "workers=8", "ok_throughput", 60, BK_RUN_OK},
    {"1", "h100", "chat", "workers=8", "ok_throughput", 40, BK_RUN_OK},
    {"2", "b200", "chat", "workers=16", "ok_throughput", 50, BK_RUN_FAILED},
    {"2", "h100", "chat", "workers=16", "ok_throughput", 41, BK_RUN_OK},
    {"2", "h100", "embed", "workers=16", "ok_throughput", 9, BK_RUN_OK},
};

static void sessions_match_by_hardware_and_workload(void **state)
{
    struct kit *k = *state;
    FILL(k, sessions);
    assert_string_equal(matched(k, WORDS("1", "2"), NULL),
                        "b200 chat: 1/1\nh100 chat: 1/1\nh100 embed: 0/1 (no)\n");
    /* what is equal everywhere names no group */
    assert_string_equal(matched(k, WORDS("1", "2"), WORDS("hardware=b200")), ": 1/1\n");
}

static void what_a_side_names_may_differ(void **state)
{
    struct kit *k = *state;
    FILL(k, sessions);
    assert_string_equal(
        matched(k, WORDS("hardware=h100", "hardware=b200"), WORDS("session=1")),
        ": 1/1\n");
    assert_string_equal(matched(k, WORDS("1/h100/chat", "2/b200/chat"), NULL),
                        ": 1/1\n");
}

/* A session with two machines against a run on one of them: never the mean of both. */
static void what_varies_within_a_side_is_never_averaged(void **state)
{
    struct kit *k = *state;
    FILL(k, sessions);
    assert_string_equal(matched(k, WORDS("1", "2/h100/chat"), NULL),
                        "h100: 1/1\nb200: 1/0 (no)\n");
    assert_string_equal(matched(k, WORDS("hardware=h100", "2"), WORDS("workload=chat")),
                        "h100 workers=16: 1/1\nh100 workers=8: 1/0 (no)\n"
                        "b200: 0/1 (no)\n");
}

static void sweeps_are_paired_by_their_parameters(void **state)
{
    struct kit *k = *state;
    static const struct sample sweep[] = {
        {"s", "x", "", "batch=1 depth=5", "ok_throughput", 1, BK_RUN_OK},
        {"s", "x", "", "batch=2 depth=5", "ok_throughput", 2, BK_RUN_OK},
        {"t", "x", "", "batch=2 depth=9", "ok_throughput", 3, BK_RUN_OK},
        {"t", "x", "", "batch=4 depth=9", "ok_throughput", 4, BK_RUN_OK},
        {"t", "x", "", "depth=9", "ok_throughput", 5, BK_RUN_OK},
    };
    FILL(k, sweep);
    /* a run without the parameter is named without it */
    assert_string_equal(
        matched(k, WORDS("s", "t"), NULL),
        "batch=2: 1/1\nbatch=1: 1/0 (no)\nbatch=4: 0/1 (no)\n: 0/1 (no)\n");
}

static void repeated_runs_are_one_group(void **state)
{
    struct kit *k = *state;
    static const struct sample repeats[] = {
        {"1", "x", "", "w=1", "ok_throughput", 10, BK_RUN_OK},
        {"1", "x", "", "w=1", "ok_throughput", 12, BK_RUN_OK},
        {"1", "x", "", "w=1", "ok_throughput", 40, BK_RUN_OK},
        {"2", "x", "", "w=1", "ok_throughput", 24, BK_RUN_OK},
    };
    FILL(k, repeats);
    assert_string_equal(matched(k, WORDS("1", "2"), NULL), ": 3/1\n");
    struct bk_report *r = answer(k, "compare", WORDS("1", "2"), NULL, NULL);
    const struct bk_section *m = section(r, "metrics");
    assert_string_equal(cell(k, m, 0, "1"), "12"); /* the median */
    assert_string_equal(cell(k, m, 0, "ratio"), "2");
    assert_string_equal(cell(k, m, 0, "n"), "3/1");
    assert_true(has_note(r, "medians"));
    bk_report_free(r);
}

static void expect_no_sides(struct kit *k, const char *const *names,
                            const char *const *where, const char *part)
{
    struct bk_strings sides_named = strings(k, names), conditions = strings(k, where);
    struct bk_side *sides;
    k->err = (struct bk_err){0};
    assert_false(bk_sides_read(k->db, k->a, &sides_named, &conditions, reserved, &sides,
                               &k->err));
    assert_int_equal(k->err.code, BK_EUSAGE);
    if (strstr(k->err.msg, part) == NULL)
        fail_msg("'%s' is not in: %s", part, k->err.msg);
}

static void sides_that_are_not_there_are_refused(void **state)
{
    struct kit *k = *state;
    FILL(k, sessions);
    expect_no_sides(k, WORDS("1", "3"), NULL, "no session or run is called '3'");
    expect_no_sides(k, WORDS("1/h100/chatt", "2"), NULL, "did you mean '1/h100/chat'?");
    expect_no_sides(k, WORDS("hardware=mi300x", "2"), NULL,
                    "no run has 'hardware=mi300x'");
    expect_no_sides(k, WORDS("1", "1"), NULL, "'1' is given twice");
    expect_no_sides(k, WORDS("1", "2"), WORDS("workload=embed"),
                    "no run of session '1' is left");
}

/* Sides head columns, beside those that the report has itself. */
static void labels_of_sides_are_distinct(void **state)
{
    struct kit *k = *state;
    static const struct sample odd[] = {
        {"metric", "h100", "", "", "ok_throughput", 1, BK_RUN_OK},
        {"h100", "b200", "", "", "ok_throughput", 2, BK_RUN_OK},
    };
    struct bk_side *sides;
    FILL(k, odd);
    struct bk_strings names = strings(k, WORDS("metric", "hardware=h100", "h100")),
                      none = {NULL, 0};
    must(k, bk_sides_read(k->db, k->a, &names, &none, reserved, &sides, &k->err));
    assert_true(bk_is(sides[0].label, "session=metric"));
    assert_true(bk_is(sides[1].label, "h100"));
    assert_true(bk_is(sides[2].label, "session=h100"));
}

/* --- which side is better --- */

static const struct better_case {
    const char *what, *metric;
    double old_value;
    enum bk_status old_status;
    double new_value;
    enum bk_status new_status;
    const char *want;
} better_cases[] = {
    {"more", "ok_throughput", 100, BK_RUN_OK, 110, BK_RUN_OK, "new"},
    {"less", "ok_throughput", 100, BK_RUN_OK, 90, BK_RUN_OK, "old"},
    {"below the floor", "ok_throughput", 100, BK_RUN_OK, 103, BK_RUN_OK, "-"},
    {"under a point", "error_rate", 0.001, BK_RUN_OK, 0.009, BK_RUN_OK, "-"},
    {"over a point", "error_rate", 0.001, BK_RUN_OK, 0.02, BK_RUN_OK, "old"},
    {"from nothing", "error_rate", 0, BK_RUN_OK, 0.02, BK_RUN_OK, "old"},
    {"equal", "ok_throughput", 100, BK_RUN_OK, 100, BK_RUN_OK, "-"},
    {"failed", "request_throughput", 100, BK_RUN_FAILED, 50, BK_RUN_OK, "-"},
    {"failed, goodput", "goodput", 100, BK_RUN_FAILED, 50, BK_RUN_OK, "-"},
    {"failed, work done", "ok_throughput", 1, BK_RUN_FAILED, 50, BK_RUN_OK, "new"},
    {"failed, errors", "error_rate", 0.9, BK_RUN_FAILED, 0, BK_RUN_OK, "new"},
    {"invalid", "ok_throughput", 100, BK_RUN_INVALID, 50, BK_RUN_OK, "-"},
    {"degraded", "request_throughput", 100, BK_RUN_DEGRADED, 50, BK_RUN_OK, "old"},
};

static void add_better_run(struct kit *k, size_t i, const char *session, double value,
                           enum bk_status status)
{
    struct sample s = {.session = session, .workload = "", .params = ""};
    s.hardware = bk_fmt(k->a, "x%zu", i).ptr;
    s.metric = better_cases[i].metric;
    s.value = value;
    s.status = status;
    import_run(k, bk_fmt(k->a, "%s-%zu", session, i).ptr, run_of(k, &s));
}

static void a_side_is_better_by_what_matters(void **state)
{
    struct kit *k = *state;
    for (size_t i = 0; i < sizeof better_cases / sizeof *better_cases; i++) {
        const struct better_case *b = &better_cases[i];
        add_better_run(k, i, "old", b->old_value, b->old_status);
        add_better_run(k, i, "new", b->new_value, b->new_status);
        const char *where = bk_fmt(k->a, "hardware=x%zu", i).ptr;
        struct bk_report *r =
            answer(k, "compare", WORDS("old", "new"), WORDS(where), NULL);
        const char *text = cell(k, section(r, "metrics"), 0, "better");
        if (strcmp(text, b->want) != 0)
            fail_msg("%s: '%s', not '%s'", b->what, text, b->want);
        bk_report_free(r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_KIT(sessions_match_by_hardware_and_workload),
        IN_KIT(what_a_side_names_may_differ),
        IN_KIT(what_varies_within_a_side_is_never_averaged),
        IN_KIT(sweeps_are_paired_by_their_parameters),
        IN_KIT(repeated_runs_are_one_group),
        IN_KIT(sides_that_are_not_there_are_refused),
        IN_KIT(labels_of_sides_are_distinct),
        IN_KIT(a_side_is_better_by_what_matters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
