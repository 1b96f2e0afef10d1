/* Trials: what repeats and requests say of a configuration, and which goals it keeps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "trials.h"

/* --- tests --- */

static void test_sessions_are_the_unit(void **state)
{
    static const struct told told[] = {
        {.session = "1", .params = "workers=8", .ok = 100},
        {.session = "1", .params = "workers=8", .ok = 104},
        {.session = "1", .params = "workers=8", .ok = 190},
        {.session = "2", .params = "workers=8", .ok = 100},
        {.session = "2", .params = "workers=16", .ok = 150},
    };
    struct memory *m = memory_begin(0);
    double df;
    (void)state;
    for (size_t i = 0; i < 5; i++)
        memory_add(m, &told[i]);
    bk_trials_settle(&m->t);
    assert_int_equal(m->t.n, 2);
    const struct bk_trial *eight = memory_trial(m, "workers=8");
    assert_int_equal(eight->n_sessions, 2);
    assert_int_equal(eight->figures[0].n, 2);
    assert_near(eight->figures[0].value, sqrt(104.0 * 100), 1e-9);
    /* ln 1.04 apart: sd = ln 1.04 / sqrt 2 with one degree of freedom */
    assert_near(bk_trials_noise(&m->t, 0, &df), log(1.04) / sqrt(2.0), 1e-12);
    assert_near(df, 1, 0);
    assert_int_equal(eight->figures[0].from, BK_BOUNDS_REPEATS);
    /* one degree of freedom is too little to lend */
    assert_int_equal(memory_trial(m, "workers=16")->figures[0].from, BK_BOUNDS_NONE);
    assert_true(isnan(memory_trial(m, "workers=16")->figures[0].bounds.low));
    assert_true(&m->t.items[0] == memory_trial(m, "workers=16"));
    memory_end(m);
}

static void test_a_single_session_borrows_noise(void **state)
{
    struct memory *m = memory_begin(0);
    (void)state;
    for (int i = 0; i < 6; i++) {
        memory_add(m, &(struct told){.session = bk_fmt(m->a, "s%d", i).ptr,
                                     .params = "workers=8",
                                     .ok = i % 2 ? 100 : 102});
    }
    memory_add(m, &(struct told){.session = "s9", .params = "workers=16", .ok = 150});
    bk_trials_settle(&m->t);
    const struct bk_figure *f = &memory_trial(m, "workers=16")->figures[0];
    double df;
    double sd = bk_trials_noise(&m->t, 0, &df);
    assert_near(df, 5, 0);
    assert_int_equal(f->from, BK_BOUNDS_BORROWED);
    assert_near(f->bounds.high, 150 * exp(2.570582 * sd), 1e-3); /* t .975, 5 */
    memory_end(m);
}

static void test_axes_and_roles(void **state)
{
    static const struct told told[] = {
        {.session = "1", .params = "batch_size=10 dtype=fp16 num_prompts=100 tp=1"},
        {.session = "2", .params = "batch_size=9 dtype=fp8 num_prompts=500 tp=1"},
        {.session = "3", .params = "batch_size=9 dtype=fp8 num_prompts=200 tp=1"},
    };
    struct memory *m = memory_begin(0);
    (void)state;
    for (size_t i = 0; i < 3; i++)
        memory_add(m, &told[i]);
    bk_trials_settle(&m->t);
    assert_int_equal(m->t.n, 2); /* how many prompts is effort */
    assert_int_equal(m->t.n_axes, 2);
    assert_int_equal(m->t.n_numeric, 1);
    assert_true(bk_is(m->t.axes[0].name, "batch_size"));
    assert_near(m->t.axes[0].levels[0], 9, 0);
    assert_near(m->t.axes[0].levels[1], 10, 0);
    assert_true(bk_is(m->t.axes[1].name, "dtype"));
    assert_int_equal(m->t.axes[1].n_levels, 2);
    assert_int_equal(m->t.n_shared, 1);
    assert_true(bk_is(m->t.shared[0].name, "tp"));
    const struct bk_trial *t = memory_trial(m, "batch_size=9 dtype=fp8");
    assert_non_null(t);
    assert_true(bk_trials_at(&m->t, t->levels) == t);
    memory_end(m);
}

static void test_goals(void **state)
{
    static const struct told told[] = {
        {"1", "workers=1", NULL, 10, 1.5, 5000, 0, {1.4, 1.7}, false},
        {"1", "workers=2", NULL, 20, 1.9, 5000, 0, {1.8, 2.1}, false},
        {"1", "workers=3", NULL, 30, 2.5, 5000, 0, {2.4, 2.6}, false},
        {"1", "workers=4", NULL, 40, 0, 5000, 0, {0, 0}, false},
        {"1", "workers=5", "failed", 50, 0.1, 5000, 4000, {0.1, 0.1}, false},
        {"1", "workers=6", NULL, 60, 1.5, 100, 0, {1.4, 1.7}, false}, /* Wilson 3.7 % */
        {"1",
         "workers=7",
         NULL,
         70,
         1.5,
         0,
         0,
         {(double)-INFINITY, (double)INFINITY},
         false},
    };
    static const enum bk_meets want[] = {BK_MEETS,      BK_UNSURE, BK_BREAKS,
                                         BK_UNMEASURED, BK_BREAKS, BK_UNSURE,
                                         BK_UNMEASURED};
    struct memory *m = memory_begin(2);
    (void)state;
    for (size_t i = 0; i < 7; i++)
        memory_add(m, &told[i]);
    bk_trials_settle(&m->t);
    for (size_t i = 0; i < 7; i++) {
        const struct bk_trial *t = memory_trial(m, told[i].params);
        assert_int_equal(t->feasible, want[i]);
        assert_true((bk_trial_why(&m->t, t).len == 0) == (want[i] == BK_MEETS));
    }
    assert_true(bk_has(bk_trial_why(&m->t, memory_trial(m, "workers=2")),
                       BK_S("request_latency.p95 1.9 s may be 2.1 s (limit 2 s)")));
    assert_true(bk_has(bk_trial_why(&m->t, memory_trial(m, "workers=7")),
                       BK_S("too few requests to bound it")));
    memory_end(m);
}

/* One session that broke a goal cannot hide in the mean of several. */
static void test_every_session_must_keep_a_goal(void **state)
{
    struct memory *m = memory_begin(1);
    static const double p95[] = {1.0, 1.0, 1.0, 1.0, 2.1};
    (void)state;
    for (size_t i = 0; i < 5; i++)
        memory_add(m, &(struct told){.session = bk_fmt(m->a, "%zu", i).ptr,
                                     .params = "workers=1",
                                     .ok = 1,
                                     .p95 = p95[i]});
    bk_trials_settle(&m->t);
    assert_int_equal(m->t.items[0].meets[0], BK_UNSURE);
    memory_end(m);
}

/* Who says how many errors are borne decides about degraded runs himself. */
static void test_degraded_runs(void **state)
{
    static const struct told told = {"1",  "workers=1", "degraded", 10,   1.5,
                                     1000, 60,          {0, 0},     false};
    struct memory *m = memory_begin(0);
    (void)state;
    memory_add(m, &told);
    bk_trials_settle(&m->t);
    assert_int_equal(m->t.items[0].n_valid, 0);
    assert_int_equal(m->t.items[0].feasible, BK_BREAKS);
    memory_end(m);
    m = memory_begin(2);
    m->goals[1].limit = 0.10;
    memory_add(m, &told);
    bk_trials_settle(&m->t);
    assert_int_equal(m->t.items[0].n_valid, 1);
    assert_int_equal(m->t.items[0].feasible, BK_MEETS);
    memory_end(m);
}

/* --- what is asked --- */

static void test_goals_are_read(void **state)
{
    static const struct {
        const char *text;
        double limit;
        enum bk_operator op;
        const char *stat;
    } good[] = {
        {"request_latency.p95<=2s", 2, BK_CMP_LE, "p95"},
        {"request_latency.p99.9 < 500 ms", 0.5, BK_CMP_LT, "p99.9"},
        {"ttft.p50<=0.3", 0.3, BK_CMP_LE, "p50"},
        {"duration<=1m30s", 90, BK_CMP_LE, "value"},
        {"error_rate<=1%", 0.01, BK_CMP_LE, "value"},
        {"ok_throughput>=20", 20, BK_CMP_GE, "value"},
    };
    static const char *const bad[] = {"error_rate",        "error_rate<=",
                                      "error_rate<=2s",    "request_latency.p95<=1%",
                                      "no_such_thing<=1",  "<=2",
                                      "request_latency=2", "ttft.p95<=nan"};
    struct kit *k = *state;
    const struct bk_dict *dict = bk_dict_new(k->a);
    struct bk_goal g;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        assert_true(bk_goal_parse(k->db, k->a, dict, good[i].text, &g, &k->err));
        assert_near(g.limit, good[i].limit, 1e-12);
        assert_int_equal(g.op, good[i].op);
        assert_true(bk_is(g.q.stat, good[i].stat));
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_false(bk_goal_parse(k->db, k->a, dict, bad[i], &g, &k->err));
        assert_int_equal(k->err.code, BK_EUSAGE);
    }
}

static void test_products(void **state)
{
    struct kit *k = *state;
    struct bk_product p;
    bool known;
    const struct bk_pair config[] = {{BK_S("pool_size"), BK_S("8"), true},
                                     {BK_S("workers"), BK_S("24"), true},
                                     {BK_S("mode"), BK_S("fast"), false}};
    assert_true(bk_product_parse(k->a, "workers*pool_size <= 192", &p, &k->err));
    assert_true(bk_product_holds(&p, config, 3, &known));
    assert_true(bk_product_parse(k->a, "workers * pool_size<192", &p, &k->err));
    assert_false(bk_product_holds(&p, config, 3, &known));
    assert_true(known);
    assert_true(bk_product_parse(k->a, "workers*threads<=192", &p, &k->err));
    assert_false(bk_product_holds(&p, config, 3, &known));
    assert_false(known);
    assert_true(bk_product_parse(k->a, "mode<=1", &p, &k->err));
    assert_false(bk_product_holds(&p, config, 3, &known));
    assert_false(known);
    assert_false(bk_product_parse(k->a, "workers**pool_size<=1", &p, &k->err));
    assert_false(bk_product_parse(k->a, "workers", &p, &k->err));
    assert_false(bk_product_parse(k->a, "workers<=many", &p, &k->err));
}

static void test_sets_of_the_archive(void **state)
{
    static const struct sample samples[] = {
        {"1", "h100", "w", "workers=8 input_len=100", "ok_throughput", 10, BK_RUN_OK},
        {"2", "h100", "w", "workers=8 input_len=100", "ok_throughput", 12, BK_RUN_OK},
        {"2", "h100", "w", "workers=8 input_len=900", "ok_throughput", 2, BK_RUN_OK},
        {"2", "b200", "w", "workers=8 input_len=100", "ok_throughput", 20, BK_RUN_OK},
        {"2", "a100", "w", "workers=8 input_len=100", "ok_throughput", 20, BK_RUN_OK},
    };
    static const char *const hardware[] = {"H100", "b200", NULL};
    struct kit *k = *state;
    FILL(k, samples);
    const struct bk_strings none = {NULL, 0}, some = strings(k, hardware);
    struct bk_evidence_ask ask = {.hardware = &some, .slos = &none, .where = &none};
    struct bk_evidence_sets sets;
    assert_true(bk_evidence_load(k->db, k->a, &ask, &sets, &k->err));
    assert_int_equal(sets.n, 3); /* another input length is another question */
    assert_int_equal(sets.n_runs, 4);
    assert_true(bk_is(sets.items[0].hardware, "b200"));
    assert_true(bk_is(sets.items[1].hardware, "h100"));
    assert_int_equal(sets.items[1].items[0].n_valid, 2);
    assert_true(bk_is(sets.items[2].task[0].value, "900"));
    ask.objective = "requests";
    assert_false(bk_evidence_load(k->db, k->a, &ask, &sets, &k->err));
    assert_int_equal(k->err.code, BK_EUSAGE);
}

/* Runs of nobody knows what are one set only where their parameters are the same. */
static void test_unknown_runs_are_not_mixed(void **state)
{
    static const struct sample samples[] = {
        {"1", "", "", "concurrency=8", "ok_throughput", 10, BK_RUN_OK},
        {"2", "", "", "concurrency=9", "ok_throughput", 12, BK_RUN_OK},
        {"3", "", "", "request_rate=4", "ok_throughput", 2, BK_RUN_OK},
    };
    struct kit *k = *state;
    FILL(k, samples);
    const struct bk_strings none = {NULL, 0};
    struct bk_evidence_ask ask = {.hardware = &none, .slos = &none, .where = &none};
    struct bk_evidence_sets sets;
    must(k, bk_evidence_load(k->db, k->a, &ask, &sets, &k->err));
    assert_int_equal(sets.n, 2);
    assert_int_equal(sets.items[0].n + sets.items[1].n, 3);
}

/* What people called an outlier, or what was before a change that they accepted. */
static void test_annotations_are_heeded(void **state)
{
    static const struct sample samples[] = {
        {"1", "h100", "w", "workers=8", "ok_throughput", 10, BK_RUN_OK},
        {"2", "h100", "w", "workers=8", "ok_throughput", 12, BK_RUN_OK},
        {"3", "h100", "w", "workers=8", "ok_throughput", 90, BK_RUN_OK},
        {"4", "h100", "w", "workers=8", "ok_throughput", 13, BK_RUN_OK},
        {"1", "h100", "w", "workers=4", "ok_throughput", 13, BK_RUN_OK},
    };
    struct kit *k = *state;
    FILL(k, samples);
    bk_report_free(answer(k, "annotate", WORDS("outlier"), NULL,
                          WORDS("--session", "3", "--reason", "r", "--author", "a")));
    bk_report_free(answer(k, "annotate", WORDS("level-shift"), NULL,
                          WORDS("--session", "2", "--reason", "r", "--author", "a")));
    const struct bk_strings none = {NULL, 0};
    struct bk_evidence_ask ask = {.hardware = &none, .slos = &none, .where = &none};
    struct bk_evidence_sets sets;
    must(k, bk_evidence_load(k->db, k->a, &ask, &sets, &k->err));
    assert_int_equal(sets.n_said, 3);
    assert_int_equal(sets.items[0].n, 1);
    assert_int_equal(sets.items[0].items[0].n_valid, 2);
    assert_near(sets.items[0].items[0].figures[0].value, sqrt(12.0 * 13), 1e-9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sessions_are_the_unit),
        cmocka_unit_test(test_a_single_session_borrows_noise),
        cmocka_unit_test(test_axes_and_roles),
        cmocka_unit_test(test_goals),
        cmocka_unit_test(test_every_session_must_keep_a_goal),
        cmocka_unit_test(test_degraded_runs),
        IN_KIT(test_goals_are_read),
        IN_KIT(test_products),
        IN_KIT(test_sets_of_the_archive),
        IN_KIT(test_unknown_runs_are_not_mixed),
        IN_KIT(test_annotations_are_heeded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
