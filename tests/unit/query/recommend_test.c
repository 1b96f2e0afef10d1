/* Which trial is recommended, how it is graded, and when none is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "trials.h"

#include "../../../src/query/recommend.h"

static struct bk_choice choose(struct memory *m, bool fastest, const char *limit)
{
    struct bk_choice c;
    struct bk_product *product = bk_alloc(m->a, sizeof *product);
    struct bk_choice_rule rule = {.fastest = fastest, .limits = product};
    struct bk_err err = {.code = BK_OK};
    if (limit != NULL) {
        assert_true(bk_product_parse(m->a, limit, product, &err));
        rule.n_limits = 1;
    }
    if (m->t.noise == NULL)
        bk_trials_settle(&m->t);
    bk_choose(&m->t, &rule, &c);
    return c;
}

static void add_all(struct memory *m, const struct told *told, size_t n)
{
    for (size_t i = 0; i < n; i++)
        memory_add(m, &told[i]);
}
#define ADD(m, told) add_all(m, told, sizeof(told) / sizeof *(told))

#define assert_setting(m, trial, want)                                                 \
    assert_string_equal(bk_cstr((m)->a, bk_trial_text(&(m)->t, trial)), want)

static bool says(const struct bk_choice *c, const char *reason)
{
    for (size_t i = 0; i < c->n_reasons; i++)
        if (bk_has(c->reasons[i], bk_str(reason)))
            return true;
    return false;
}

/* n sessions of one configuration, 1 % apart. */
static void repeat(struct memory *m, const char *params, double ok, size_t n,
                   bool samples)
{
    for (size_t i = 0; i < n; i++)
        memory_add(m, &(struct told){.session = bk_fmt(m->a, "s%zu", i).ptr,
                                     .params = params,
                                     .ok = ok * (1 + 0.01 * (double)(i % 2)),
                                     .requests = 5000,
                                     .samples = samples});
}

/* --- the choice --- */

static void test_ties_go_to_the_cheapest(void **state)
{
    static const struct told told[] = {
        {.session = "1", .params = "pool_size=8 workers=4", .ok = 60},
        {.session = "1", .params = "pool_size=8 workers=8", .ok = 97},
        {.session = "1", .params = "pool_size=8 workers=16", .ok = 100},
        {.session = "1", .params = "pool_size=8 workers=24", .ok = 99},
        {.session = "1", .params = "pool_size=8 workers=32", .ok = 94},
    };
    struct memory *m = memory_begin(0);
    (void)state;
    ADD(m, told);
    struct bk_choice c = choose(m, false, NULL);
    assert_setting(m, c.chosen, "workers=8");
    assert_setting(m, c.best, "workers=16");
    assert_int_equal(c.n_ties, 3);
    assert_setting(m, c.second, "workers=32");
    c = choose(m, true, NULL);
    assert_setting(m, c.chosen, "workers=16");
    c = choose(m, false, "workers*pool_size<=40");
    assert_setting(m, c.chosen, "workers=4");
    assert_int_equal(c.n_outside, 4);
    c = choose(m, false, "workers*threads<=40");
    assert_null(c.chosen);
    memory_end(m);
}

/* The bounds decide, not the numbers: one lucky session does not beat four. */
static void test_lower_bounds_rank(void **state)
{
    struct memory *m = memory_begin(0);
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        static const double a[] = {95, 105, 98, 102}, b[] = {60, 66, 62, 64};
        const char *session = bk_fmt(m->a, "%zu", i).ptr;
        memory_add(m, &(struct told){.session = session, .params = "w=2", .ok = a[i]});
        memory_add(m, &(struct told){.session = session, .params = "w=3", .ok = b[i]});
    }
    memory_add(m, &(struct told){.session = "9", .params = "w=4", .ok = 103});
    struct bk_choice c = choose(m, true, NULL);
    assert_setting(m, c.chosen, "w=2");
    memory_end(m);
}

static void test_less_is_better_of_a_latency(void **state)
{
    static const struct told told[] = {
        {.session = "1", .params = "w=1", .ok = 3},
        {.session = "1", .params = "w=2", .ok = 1},
        {.session = "1", .params = "w=3", .ok = 2},
    };
    struct memory *m = memory_begin(0);
    (void)state;
    m->t.quantities[0] = quantity("request_latency", "p95", "lower", 0.1);
    ADD(m, told);
    struct bk_choice c = choose(m, false, NULL);
    assert_setting(m, c.chosen, "w=2");
    assert_setting(m, c.second, "w=3");
    memory_end(m);
}

static void test_what_was_invalid_is_never_best(void **state)
{
    static const struct told told[] = {
        {.session = "1", .params = "w=1", .ok = 10},
        {.session = "1", .params = "w=2", .ok = 12},
        {.session = "1", .params = "w=3", .ok = 900, .status = "invalid"},
        {.session = "1", .params = "w=4", .ok = 900, .status = "failed"},
        {.session = "1", .params = "w=5", .ok = 900, .status = "degraded"},
    };
    struct memory *m = memory_begin(0);
    (void)state;
    ADD(m, told);
    struct bk_choice c = choose(m, true, NULL);
    assert_setting(m, c.chosen, "w=2");
    /* 3 and more were tried, so that 2 is no edge */
    assert_int_equal(c.n_edges, 0);
    memory_end(m);
}

/* --- grades --- */

static void test_grade_a(void **state)
{
    struct memory *m = memory_begin(0);
    (void)state;
    repeat(m, "w=2", 60, 3, true);
    repeat(m, "w=4", 100, 3, true);
    repeat(m, "w=8", 80, 3, true);
    struct bk_choice c = choose(m, false, NULL);
    assert_setting(m, c.chosen, "w=4");
    assert_int_equal(c.grade, 'A');
    assert_int_equal(c.n_reasons, 0);
    memory_end(m);
}

static void test_what_costs_a_grade(void **state)
{
    static const struct {
        size_t best, next;
        bool samples;
        char grade;
        const char *reason;
    } cases[] = {
        {3, 3, false, 'B', "no single requests"}, {2, 3, true, 'B', "two sessions"},
        {3, 2, true, 'B', "two sessions"},        {1, 6, true, 'B', "borrowed"},
        {1, 1, true, 'C', "leads by 20"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct memory *m = memory_begin(0);
        repeat(m, "w=2", 60, 1, cases[i].samples);
        repeat(m, "w=4", 100, cases[i].best, cases[i].samples);
        repeat(m, "w=8", 80, cases[i].next, cases[i].samples);
        struct bk_choice c = choose(m, false, NULL);
        assert_int_equal(c.grade, cases[i].grade);
        assert_true(says(&c, cases[i].reason));
        memory_end(m);
    }
}

static void test_an_edge_is_no_optimum(void **state)
{
    struct memory *m = memory_begin(0);
    (void)state;
    repeat(m, "w=2", 60, 3, true);
    repeat(m, "w=4", 80, 3, true);
    repeat(m, "w=8", 100, 3, true);
    struct bk_choice c = choose(m, false, NULL);
    assert_int_equal(c.grade, 'D');
    assert_int_equal(c.n_edges, 1);
    assert_int_equal(c.edge_directions[0], 1);
    assert_true(says(&c, "edge of what was tried (w 8): more may be better"));
    memory_end(m);
    m = memory_begin(0);
    repeat(m, "w=2", 100, 3, true);
    repeat(m, "w=4", 80, 3, true);
    c = choose(m, false, NULL);
    assert_int_equal(c.edge_directions[0], -1);
    memory_end(m);
    m = memory_begin(0); /* below 1 there is nothing */
    repeat(m, "w=1", 100, 3, true);
    repeat(m, "w=4", 80, 3, true);
    c = choose(m, false, NULL);
    assert_int_equal(c.n_edges, 0);
    memory_end(m);
    m = memory_begin(0); /* level from 8 to 32 */
    repeat(m, "w=2", 60, 3, true);
    repeat(m, "w=8", 99, 3, true);
    repeat(m, "w=32", 100, 3, true);
    c = choose(m, false, NULL);
    assert_int_equal(c.n_edges, 0);
    assert_setting(m, c.chosen, "w=8");
    memory_end(m);
}

static void test_confounded_parameters(void **state)
{
    struct memory *m = memory_begin(0);
    (void)state;
    repeat(m, "pool_size=24 workers=8", 80, 3, true);
    repeat(m, "pool_size=16 workers=12", 100, 3, true);
    repeat(m, "pool_size=8 workers=24", 70, 3, true);
    struct bk_choice c = choose(m, false, NULL);
    assert_int_equal(c.grade, 'D');
    assert_int_equal(c.n_confounded, 2);
    assert_true(says(&c, "pool_size and workers never differ alone"));
    memory_end(m);
    m = memory_begin(0);
    repeat(m, "pool_size=24 workers=8", 80, 3, true);
    repeat(m, "pool_size=16 workers=8", 100, 3, true);
    repeat(m, "pool_size=16 workers=12", 70, 3, true);
    c = choose(m, false, NULL);
    assert_int_equal(c.n_confounded, 0);
    memory_end(m);
}

static void test_goals_without_requests_cap_the_grade(void **state)
{
    struct memory *m = memory_begin(1);
    (void)state;
    for (size_t i = 0; i < 3; i++)
        for (int w = 1; w <= 3; w++)
            memory_add(m, &(struct told){.session = bk_fmt(m->a, "%zu", i).ptr,
                                         .params = bk_fmt(m->a, "w=%d", 2 * w).ptr,
                                         .ok = (w == 2 ? 100 : 70) + (double)i,
                                         .p95 = 1 + 0.01 * (double)i,
                                         .samples = true});
    struct bk_choice c = choose(m, false, NULL);
    assert_setting(m, c.chosen, "w=4");
    assert_int_equal(c.grade, 'C');
    assert_true(says(&c, "known as one number a run"));
    memory_end(m);
}

/* --- refusals --- */

static void test_refusals(void **state)
{
    static const struct told told[] = {
        {.session = "1", .params = "w=1", .ok = 10, .p95 = 2.6},
        {.session = "1", .params = "w=2", .ok = 12, .p95 = 2.4},
        {.session = "1", .params = "w=3", .ok = 90, .status = "failed"},
    };
    struct memory *m = memory_begin(1);
    (void)state;
    m->goals[0].text = BK_S("request_latency.p95<=2s");
    ADD(m, told);
    struct bk_choice c = choose(m, false, NULL);
    assert_null(c.chosen);
    assert_int_equal(c.grade, 'E');
    assert_true(bk_has(c.refused, BK_S("no feasible configuration was observed")));
    assert_true(bk_has(c.refused, BK_S("nearest: 2.4 s at w=2")));
    assert_true(bk_has(c.refused, BK_S("never valid: 1 of 3 that were tried")));
    memory_end(m);
}

/* As many sessions that failed as that did not are no evidence for it. */
static void test_contradictions_are_refused(void **state)
{
    static const struct told told[] = {
        {.session = "1", .params = "w=1", .ok = 10},
        {.session = "2", .params = "w=1", .ok = 10, .status = "failed"},
    };
    struct memory *m = memory_begin(0);
    (void)state;
    ADD(m, told);
    struct bk_choice c = choose(m, false, NULL);
    assert_null(c.chosen);
    assert_true(bk_has(c.refused, BK_S("contradict")));
    memory_end(m);
    m = memory_begin(0);
    ADD(m, told);
    memory_add(m, &(struct told){.session = "3", .params = "w=1", .ok = 10});
    c = choose(m, false, NULL);
    assert_non_null(c.chosen);
    assert_int_equal(c.grade, 'D');
    assert_true(says(&c, "1 of its 3 sessions failed"));
    memory_end(m);
}

/* 500 users that wait 9.35 s of every 9.45 s keep 495 requests in flight. */
static void test_queueing_is_told(void **state)
{
    struct memory *m = memory_begin(0);
    const struct bk_pair task[] = {{BK_S("think_time"), BK_S("0.1"), true}};
    (void)state;
    m->t.task = task;
    m->t.n_task = 1;
    memory_add(m, &(struct told){.session = "1",
                                 .params = "pool_size=8 vus_max=500 workers=24",
                                 .ok = 20,
                                 .p95 = 9.35,
                                 .requests = 6388,
                                 .failed = 2175,
                                 .status = "degraded"});
    struct bk_choice c = choose(m, false, NULL);
    assert_true(
        bk_has(c.refused, BK_S("495 requests in flight at 500 users against 192 "
                               "connections")));
    assert_true(bk_has(c.refused, BK_S("error rate 32.9 % to 35.2 % (95 %)")));
    memory_end(m);
}

/* The same numbers in another file are the same measurement. */
static void test_copies_are_no_repeats(void **state)
{
    struct memory *m = memory_begin(0);
    (void)state;
    for (int i = 0; i < 4; i++) {
        const char *session = bk_fmt(m->a, "%d", i).ptr;
        memory_add(m,
                   &(struct told){.session = session, .params = "w=2", .ok = 60.123});
        memory_add(m, &(struct told){.session = session, .params = "w=4", .ok = 100.5});
        memory_add(m, &(struct told){.session = session, .params = "w=8", .ok = 80});
    }
    struct bk_choice c = choose(m, false, NULL);
    assert_setting(m, c.chosen, "w=4");
    assert_int_equal(c.chosen->n_valid, 1);
    assert_int_equal(c.chosen->n_copies, 3);
    assert_true(says(&c, "3 more sessions have the same numbers"));
    /* two digits may be equal by chance */
    assert_int_equal(memory_trial(m, "w=8")->n_valid, 4);
    memory_end(m);
}

static void test_front(void **state)
{
    static const struct told told[] = {
        {.session = "1", .params = "workers=2", .ok = 50, .p95 = 1.0},
        {.session = "1", .params = "workers=4", .ok = 100, .p95 = 2.0},
        {.session = "1", .params = "workers=8", .ok = 90, .p95 = 2.5},
    };
    struct memory *m = memory_begin(0);
    (void)state;
    ADD(m, told);
    struct bk_choice c = choose(m, false, NULL);
    const bool *front = bk_choice_front(&c);
    assert_true(front[memory_trial(m, "workers=2") - m->t.items]);
    assert_true(front[memory_trial(m, "workers=4") - m->t.items]);
    assert_false(front[memory_trial(m, "workers=8") - m->t.items]);
    memory_end(m);
}

/* --- the question --- */

static void test_machines_side_by_side(void **state)
{
    static const struct sample samples[] = {
        {"1", "b200", "w", "workers=8", "ok_throughput", 100, BK_RUN_OK},
        {"1", "b200", "w", "workers=24", "ok_throughput", 50, BK_RUN_OK},
        {"1", "h100", "w", "workers=8", "ok_throughput", 40, BK_RUN_OK},
        {"1", "h100", "w", "workers=24", "ok_throughput", 70, BK_RUN_OK},
        {"1", "a100", "w", "workers=12", "ok_throughput", 30, BK_RUN_OK},
        {"1", "", "w", "workers=12", "ok_throughput", 30, BK_RUN_OK},
    };
    struct kit *k = *state;
    FILL(k, samples);
    struct bk_report *r =
        answer(k, "recommend", NULL, NULL,
               WORDS("--hardware", "h100", "--hardware", "b200", "--hardware", "z900"));
    assert_non_null(r);
    const struct bk_section *s = section(r, "recommended");
    assert_int_equal(s->n_rows, 2);
    assert_string_equal(cell(k, s, 0, "hardware"), "b200");
    assert_string_equal(cell(k, s, 0, "grade"), "D");
    assert_string_equal(cell(k, section(r, "refused"), 0, "hardware"), "z900");
    assert_non_null(r->notes);
    assert_true(bk_is(r->notes->code, "different-settings"));
    assert_int_equal(r->exit_status, 0);
    bk_report_free(r);
    r = answer(k, "recommend", NULL, NULL,
               WORDS("--hardware", "a100", "--hardware", "b200"));
    assert_true(bk_is(r->notes->code, "not-shown"));
    bk_report_free(r);
    /* nothing is said of a machine that nobody knows */
    r = answer(k, "recommend", NULL, WORDS("hardware!=b200", "hardware!=h100"), NULL);
    assert_int_equal(section(r, "recommended")->n_rows, 2);
    for (const struct bk_note *n = r->notes; n != NULL; n = n->link)
        assert_false(bk_is(n->code, "not-shown"));
    bk_report_free(r);
    assert_null(answer(k, "recommend", NULL, NULL, WORDS("--slo", "error_rate")));
    assert_null(answer(k, "recommend", NULL, NULL, WORDS("--limit", "workers")));
    assert_null(answer(k, "recommend", NULL, NULL, WORDS("--objective", "nothing")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ties_go_to_the_cheapest),
        cmocka_unit_test(test_lower_bounds_rank),
        cmocka_unit_test(test_less_is_better_of_a_latency),
        cmocka_unit_test(test_what_was_invalid_is_never_best),
        cmocka_unit_test(test_grade_a),
        cmocka_unit_test(test_what_costs_a_grade),
        cmocka_unit_test(test_an_edge_is_no_optimum),
        cmocka_unit_test(test_confounded_parameters),
        cmocka_unit_test(test_goals_without_requests_cap_the_grade),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_contradictions_are_refused),
        cmocka_unit_test(test_queueing_is_told),
        cmocka_unit_test(test_copies_are_no_repeats),
        cmocka_unit_test(test_front),
        IN_KIT(test_machines_side_by_side),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
