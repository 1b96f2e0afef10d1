/* Which experiments are planned, and what is predicted of settings never tried. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "trials.h"

#include "../../../src/query/next_plan.h"

static struct bk_next_plan plan_of(struct memory *m, size_t most, const char *limit,
                                   struct bk_choice *c)
{
    struct bk_next_plan plan;
    struct bk_product *product = bk_alloc(m->a, sizeof *product);
    struct bk_choice_rule choice = {.limits = product};
    struct bk_next_rule rule = {.most = most, .limits = product};
    struct bk_err err = {.code = BK_OK};
    if (limit != NULL) {
        assert_true(bk_product_parse(m->a, limit, product, &err));
        choice.n_limits = rule.n_limits = 1;
    }
    bk_trials_settle(&m->t);
    bk_choose(&m->t, &choice, c);
    bk_plan_next(c, &rule, &plan);
    return plan;
}

static void add(struct memory *m, const char *params, const char *status, double ok)
{
    memory_add(m, &(struct told){.session = bk_fmt(m->a, "s%d", (int)m->runs).ptr,
                                 .params = params,
                                 .status = status,
                                 .ok = ok,
                                 .p95 = 1});
}

/* The experiment of this kind with this setting, or NULL. */
static const struct bk_experiment *find(struct memory *m,
                                        const struct bk_next_plan *plan,
                                        enum bk_next_kind kind, const char *setting)
{
    for (size_t i = 0; i < plan->n; i++) {
        const struct bk_experiment *e = &plan->items[i];
        if (e->kind == kind &&
            bk_is(bk_config_text(m->a, e->config, e->n_config), setting))
            return e;
    }
    return NULL;
}

static size_t count(const struct bk_next_plan *plan, enum bk_next_kind kind)
{
    size_t n = 0;
    for (size_t i = 0; i < plan->n; i++)
        n += plan->items[i].kind == kind;
    return n;
}

/* Concurrency 5, 10, 15 with few batches each: too few for a surface. */
static void a_few_runs(void **state)
{
    (void)state;
    struct memory *m = memory_begin(0);
    struct bk_choice c;
    add(m, "batch_size=8 concurrency=5", NULL, 50);
    add(m, "batch_size=16 concurrency=5", NULL, 60);
    add(m, "batch_size=8 concurrency=10", NULL, 90);
    add(m, "batch_size=16 concurrency=10", NULL, 120);
    add(m, "batch_size=16 concurrency=15", NULL, 40);
    add(m, "batch_size=8 concurrency=15", "invalid", (double)NAN);
    struct bk_next_plan plan = plan_of(m, 9, NULL, &c);
    assert_false(plan.predictor->usable);
    assert_true(bk_has(plan.predictor->refused, BK_S("5 settings were measured")));
    const struct bk_experiment *e =
        find(m, &plan, BK_NEXT_REPLICATE, "batch_size=16 concurrency=10");
    assert_non_null(e);
    assert_int_equal(e->times, 2); /* to three sessions */
    assert_true(e->trial == c.best);
    /* the largest batch is the best: 16 goes on to 32, a power of two like the
     * others */
    e = find(m, &plan, BK_NEXT_BRACKET, "batch_size=32 concurrency=10");
    assert_non_null(e);
    assert_null(e->trial);
    e = find(m, &plan, BK_NEXT_BISECT, "batch_size=16 concurrency=12");
    assert_non_null(e);
    assert_true(bk_has(e->why, BK_S("concurrency 10 and 15")));
    assert_non_null(find(m, &plan, BK_NEXT_BISECT, "batch_size=16 concurrency=7"));
    e = find(m, &plan, BK_NEXT_REPAIR, "batch_size=8 concurrency=15");
    assert_non_null(e);
    assert_true(isnan(e->predicted.value));
    memory_end(m);
}

/* Three sessions each of two settings that do not differ: nothing more to be
 * learned. */
static void nothing_left(void **state)
{
    (void)state;
    struct memory *m = memory_begin(0);
    struct bk_choice c;
    for (int i = 0; i < 3; i++) {
        add(m, "mode=a", NULL, 100 + i);
        add(m, "mode=b", NULL, 100.5 + i);
    }
    struct bk_next_plan plan = plan_of(m, 5, NULL, &c);
    assert_int_equal(plan.n, 0);
    memory_end(m);
}

/* One setting, and it failed: its connections are split in other ways, with a fifth of
 * the users. */
static void one_that_failed(void **state)
{
    (void)state;
    struct memory *m = memory_begin(0);
    struct bk_choice c;
    add(m, "pool_size=8 vus_max=500 workers=24", "failed", 0.01);
    struct bk_next_plan plan = plan_of(m, 5, NULL, &c);
    assert_null(c.chosen);
    assert_int_equal(plan.n, 5);
    const struct bk_experiment *e =
        find(m, &plan, BK_NEXT_REPAIR, "pool_size=8 vus_max=100 workers=24");
    assert_non_null(e);
    e = find(m, &plan, BK_NEXT_SEPARATE, "pool_size=24 vus_max=100 workers=8");
    assert_non_null(e);
    assert_int_equal(e->times, 2);
    assert_true(bk_has(e->why, BK_S("192 connections as with 24 x 8")));
    assert_true(bk_has(e->why, BK_S("a fifth of the load")));
    assert_non_null(
        find(m, &plan, BK_NEXT_SEPARATE, "pool_size=12 vus_max=100 workers=16"));
    assert_non_null(
        find(m, &plan, BK_NEXT_SEPARATE, "pool_size=16 vus_max=100 workers=24"));
    assert_non_null(
        find(m, &plan, BK_NEXT_SEPARATE, "pool_size=48 vus_max=100 workers=8"));
    memory_end(m);
}

static void limits_hold_for_experiments(void **state)
{
    (void)state;
    struct memory *m = memory_begin(0);
    struct bk_choice c;
    add(m, "pool_size=8 workers=24", "failed", 0.01);
    struct bk_next_plan plan = plan_of(m, 9, "workers*pool_size<=200", &c);
    assert_int_equal(count(&plan, BK_NEXT_SEPARATE), 2); /* none with 384 */
    memory_end(m);
}

/* The same connections in two splits: workers and connections can be told apart. */
static void separated_already(void **state)
{
    (void)state;
    struct memory *m = memory_begin(0);
    struct bk_choice c;
    add(m, "pool_size=8 workers=24", NULL, 50);
    add(m, "pool_size=24 workers=8", NULL, 70);
    struct bk_next_plan plan = plan_of(m, 9, NULL, &c);
    for (size_t i = 0; i < plan.n; i++)
        assert_false(bk_has(plan.items[i].why, BK_S("split in another way")));
    /* but neither parameter changed alone */
    assert_non_null(find(m, &plan, BK_NEXT_SEPARATE, "pool_size=8 workers=8"));
    memory_end(m);
}

/* 8 users keep the service level, 32 do not. */
static void the_end_of_what_will_do(void **state)
{
    (void)state;
    struct memory *m = memory_begin(1);
    struct bk_choice c;
    const double p95[] = {0.5, 1.0, 3.0};
    const char *const loads[] = {"concurrency=2", "concurrency=8", "concurrency=32"};
    for (size_t i = 0; i < 3; i++)
        memory_add(m, &(struct told){.session = "one",
                                     .params = loads[i],
                                     .ok = 10 * (double)(i + 1),
                                     .p95 = p95[i],
                                     .requests = 1000});
    struct bk_next_plan plan = plan_of(m, 5, NULL, &c);
    assert_non_null(c.chosen);
    const struct bk_experiment *e = find(m, &plan, BK_NEXT_BISECT, "concurrency=16");
    assert_non_null(e);
    assert_true(bk_has(e->why, BK_S("8 will do, 32 will not")));
    memory_end(m);
}

/* Nothing keeps it: half of the users that all runs had. */
static void nothing_keeps_it(void **state)
{
    (void)state;
    struct memory *m = memory_begin(1);
    struct bk_choice c;
    memory_add(m, &(struct told){.session = "one",
                                 .params = "vus_max=400 workers=8",
                                 .ok = 50,
                                 .p95 = 3,
                                 .requests = 1000});
    memory_add(m, &(struct told){.session = "one",
                                 .params = "vus_max=400 workers=16",
                                 .ok = 60,
                                 .p95 = 2.5,
                                 .requests = 1000});
    struct bk_next_plan plan = plan_of(m, 5, NULL, &c);
    assert_null(c.chosen);
    assert_non_null(find(m, &plan, BK_NEXT_BRACKET, "workers=16 vus_max=200"));
    assert_non_null(find(m, &plan, BK_NEXT_BRACKET, "workers=32"));
    memory_end(m);
}

/* --- the surface --- */

/* A smooth hill with its top at (12, 20), without the four settings round it. */
static void add_hill(struct memory *m, const char *broken)
{
    static const int workers[] = {2, 4, 8, 16, 32}, pools[] = {4, 8, 16, 32, 64};
    for (size_t i = 0; i < 5; i++) {
        for (size_t k = 0; k < 5; k++) {
            double a = log(workers[i] / 12.0), b = log(pools[k] / 20.0);
            const char *params =
                bk_fmt(m->a, "pool_size=%d workers=%d", pools[k], workers[i]).ptr;
            if ((i == 2 && k == 2) || (i == 1 && k == 2))
                continue;
            bool is_broken = broken != NULL && strcmp(params, broken) == 0;
            add(m, params, is_broken ? "failed" : NULL,
                100 * exp(-0.15 * (a * a + b * b)) * ((i + k) % 2 ? 1.004 : 0.996));
        }
    }
}

static void what_was_never_measured(void **state)
{
    (void)state;
    struct memory *m = memory_begin(0);
    struct bk_choice c;
    add_hill(m, NULL);
    struct bk_next_plan plan = plan_of(m, 5, NULL, &c);
    const struct bk_predictor *p = plan.predictor;
    assert_true(p->usable);
    assert_true(bk_has(p->means, BK_S("a Gaussian process over 23 settings")));
    struct bk_places places = bk_predict_places(p, 100);
    assert_int_equal(places.n, 2);
    struct bk_surface_prediction at =
        bk_predict_at(p, (const double[]){16, 8}); /* axes: pool_size, workers */
    double a = log(8 / 12.0), b = log(16 / 20.0);
    assert_true(at.known);
    assert_near(at.value, 100 * exp(-0.15 * (a * a + b * b)), 2);
    assert_true(at.low < at.value && at.value < at.high);
    assert_false(bk_predict_at(p, (const double[]){128, 8}).known);
    memory_end(m);
}

static void nothing_beside_what_failed(void **state)
{
    (void)state;
    struct memory *m = memory_begin(0);
    struct bk_choice c;
    add_hill(m, "pool_size=16 workers=16");
    struct bk_next_plan plan = plan_of(m, 5, NULL, &c);
    assert_true(plan.predictor->usable);
    assert_true(bk_predict_is_risky(plan.predictor, (const double[]){16, 14}));
    assert_false(bk_predict_at(plan.predictor, (const double[]){16, 14}).known);
    assert_false(bk_predict_is_risky(plan.predictor, (const double[]){4, 2}));
    memory_end(m);
}

static void nothing_within_a_cliff(void **state)
{
    (void)state;
    static const int loads[] = {2, 4, 6, 8, 12, 16, 24};
    struct memory *m = memory_begin(0);
    struct bk_choice c;
    for (size_t i = 0; i < 7; i++)
        for (int batch = 4; batch <= 32; batch *= 2)
            add(m, bk_fmt(m->a, "batch_size=%d concurrency=%d", batch, loads[i]).ptr,
                NULL,
                pow(loads[i], 0.5) * batch / (batch + 4) * (loads[i] > 12 ? 0.4 : 1));
    struct bk_next_plan plan = plan_of(m, 5, NULL, &c);
    assert_true(plan.predictor->usable);
    assert_true(bk_predict_at(plan.predictor, (const double[]){16, 10}).known);
    assert_false(bk_predict_at(plan.predictor, (const double[]){16, 14}).known);
    assert_non_null(find(m, &plan, BK_NEXT_BISECT, "batch_size=32 concurrency=14"));
    /* what is expected of comes first */
    for (size_t i = 1; i < plan.n; i++)
        assert_true(isnan(plan.items[i].gain) ||
                    plan.items[i - 1].gain >= plan.items[i].gain);
    memory_end(m);
}

static void at_most_so_many(void **state)
{
    (void)state;
    struct memory *m = memory_begin(0);
    struct bk_choice c;
    add_hill(m, NULL);
    struct bk_next_plan plan = plan_of(m, 1, NULL, &c);
    assert_int_equal(plan.n, 1);
    memory_end(m);
    m = memory_begin(0);
    plan = plan_of(m, 5, NULL, &c); /* of nothing */
    assert_int_equal(plan.n, 0);
    memory_end(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_few_runs),
        cmocka_unit_test(nothing_left),
        cmocka_unit_test(one_that_failed),
        cmocka_unit_test(limits_hold_for_experiments),
        cmocka_unit_test(separated_already),
        cmocka_unit_test(the_end_of_what_will_do),
        cmocka_unit_test(nothing_keeps_it),
        cmocka_unit_test(what_was_never_measured),
        cmocka_unit_test(nothing_beside_what_failed),
        cmocka_unit_test(nothing_within_a_cliff),
        cmocka_unit_test(at_most_so_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
