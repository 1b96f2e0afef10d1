/* Trials of the judge: what counts as comparable, false alarms, and what is visible. */
#include "kit.h"

#include "../../../src/query/trials.h"
#include "../../../src/stats/random.h"

#include <math.h>

/* Sessions s00, s01 ... of configs w=1 .. n_configs; from session 'step' on the first
 * config has 'factor' times its throughput. */
struct plan {
    size_t sessions, configs, step;
    double noise, factor;
};

static void import_plan(struct kit *k, const struct plan *p)
{
    struct bk_random random;
    bk_random_seed(&random, 5);
    for (size_t s = 0; s < p->sessions; s++)
        for (size_t c = 0; c < p->configs; c++) {
            double f = c == 0 && s >= p->step ? p->factor : 1;
            struct sample one = {bk_fmt(k->a, "s%02zu", s).ptr,
                                 "x",
                                 "",
                                 bk_fmt(k->a, "w=%zu", c + 1).ptr,
                                 "ok_throughput",
                                 f * 100 * exp(p->noise * bk_random_normal(&random)),
                                 BK_RUN_OK};
            struct bk_run *r = run_of(k, &one);
            r->started_ns = (int64_t)(s + 1) * 86400 * BK_NS_PER_S;
            import_run(k, bk_fmt(k->a, "%zu-%zu", s, c).ptr, r);
        }
}

static struct bk_report *calibrated(struct kit *k, const char *const *options)
{
    struct bk_report *r = answer(k, "calibrate", NULL, NULL, options);
    if (r == NULL)
        print_error("%s\n", k->err.msg);
    assert_non_null(r);
    return r;
}

static const char *alarm_cell(struct kit *k, const struct bk_report *r, size_t row,
                              const char *column)
{
    return cell(k, section(r, "false_alarms"), row, column);
}

static void a_flat_archive_has_few_alarms(void **state)
{
    struct kit *k = *state;
    import_plan(k, &(struct plan){10, 4, 99, 0.03, 1});
    struct bk_report *r = calibrated(k, NULL);
    assert_int_equal(section(r, "false_alarms")->n_rows, 4);
    assert_string_equal(alarm_cell(k, r, 0, "trial"), "pairs");
    /* nine neighbours of ten sessions, on four lines */
    assert_string_equal(alarm_cell(k, r, 0, "n"), "36");
    assert_string_equal(alarm_cell(k, r, 0, "sessions"), "9");
    assert_string_equal(alarm_cell(k, r, 1, "trial"), "histories");
    assert_string_equal(alarm_cell(k, r, 1, "sessions"), "10");
    assert_true(atof(alarm_cell(k, r, 1, "rate")) < 0.05);
    assert_string_equal(alarm_cell(k, r, 1, "result"), "too little to tell");
    assert_string_equal(alarm_cell(k, r, 3, "question"), "gate");
    assert_string_equal(alarm_cell(k, r, 3, "counted"), "sessions");
    const struct bk_section *e = section(r, "effects");
    assert_int_equal(e->n_rows, 1);
    assert_string_equal(cell(k, e, 0, "configs"), "4");
    assert_string_equal(cell(k, e, 0, "sessions"), "40");
    double noise = atof(cell(k, e, 0, "noise"));
    assert_true(noise > 0.02 && noise < 0.04);
    double one = atof(cell(k, e, 0, "visible_1")),
           two = atof(cell(k, e, 0, "visible_2"));
    assert_true(one > two && two > atof(cell(k, e, 0, "visible_5")));
    assert_true(has_note(r, "seed"));
    bk_report_free(r);
}

static void the_seed_decides_the_orders(void **state)
{
    struct kit *k = *state;
    import_plan(k, &(struct plan){12, 3, 99, 0.2, 1});
    const char *n[3];
    static const char *const seeds[] = {"1", "1", "2"};
    for (size_t i = 0; i < 3; i++) {
        struct bk_report *r =
            calibrated(k, WORDS("--metric", "ok_throughput:1%", "--seed", seeds[i],
                                "--histories", "40", "--new", "3"));
        const struct bk_section *s = section(r, "false_alarms");
        n[i] =
            bk_fmt(k->a, "%s of %s", cell(k, s, 1, "false_alarms"), cell(k, s, 1, "n"))
                .ptr;
        assert_string_equal(cell(k, s, 1, "sessions"), "4"); /* twelve, by threes */
        bk_report_free(r);
    }
    assert_string_equal(n[0], n[1]);
    assert_string_not_equal(n[0], n[2]);
}

/* What lies before a change is no longer comparable. */
static void a_change_begins_a_new_level(void **state)
{
    struct kit *k = *state;
    import_plan(k, &(struct plan){16, 1, 8, 0.01, 0.5});
    struct bk_report *r = calibrated(k, NULL);
    assert_string_equal(cell(k, section(r, "effects"), 0, "sessions"), "8");
    assert_string_equal(alarm_cell(k, r, 1, "false_alarms"), "0");
    assert_string_equal(alarm_cell(k, r, 1, "sessions"), "8");
    bk_report_free(r);
}

static void a_lone_session_tells_nothing(void **state)
{
    struct kit *k = *state;
    import_plan(k, &(struct plan){1, 2, 99, 0.01, 1});
    struct bk_report *r = calibrated(k, NULL);
    for (size_t i = 0; i < 4; i++) {
        assert_string_equal(alarm_cell(k, r, i, "result"), "nothing to try");
        assert_string_equal(alarm_cell(k, r, i, "rate"), "-");
    }
    const struct bk_section *e = section(r, "effects");
    assert_string_equal(cell(k, e, 0, "visible_5"), "-");
    assert_string_equal(cell(k, e, 0, "noise"), "-");
    assert_string_equal(cell(k, e, 0, "why"),
                        "too little to tell: no config was measured twice");
    bk_report_free(r);
}

static void an_empty_warehouse_is_no_error(void **state)
{
    struct kit *k = *state;
    struct bk_report *r = calibrated(k, NULL);
    assert_int_equal(section(r, "effects")->n_rows, 0);
    assert_true(has_note(r, "no-data"));
    bk_report_free(r);
    assert_null(answer(k, "calibrate", NULL, NULL, WORDS("--new", "-1")));
    assert_int_equal(k->err.code, BK_EUSAGE);
}

/* A careless judge is found out. */
static void a_careless_rule_alarms(void **state)
{
    struct kit *k = *state;
    import_plan(k, &(struct plan){30, 3, 99, 0.05, 1});
    struct bk_strings names = {NULL, 0}, none = {NULL, 0};
    struct bk_strings metrics = strings(k, WORDS("ok_throughput:0.1%"));
    for (size_t i = 0; i < 30; i++)
        *BK_PUSH(k->a, names.items, names.n) = bk_fmt(k->a, "s%02zu", i).ptr;
    struct bk_verdict_rule careless = bk_verdict_rule_report;
    careless.alpha = 0.6;
    careless.bad_share = 0;
    struct bk_family_ask ask = {.sessions = &names,
                                .against = &none,
                                .metrics = &metrics,
                                .where = &none,
                                .rule = &careless};
    struct bk_trials t = {.adjustment = BK_ADJUST_NONE};
    must(k, bk_trials_load(k->db, k->a, &ask, &t, &k->err));
    struct bk_tally tally = bk_trials_histories(
        &t, &(struct bk_trial_plan){.seed = 1, .histories = 3, .n_new = 1});
    struct bk_trial_rate rate =
        bk_trial_rate(tally.changes, tally.tests, (double)tally.sessions);
    assert_int_equal(tally.sessions, 30);
    assert_true(rate.rate > 0.5 && rate.rate < 0.7);
    assert_true(rate.interval.low > 0.05);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_KIT(a_flat_archive_has_few_alarms),  IN_KIT(the_seed_decides_the_orders),
        IN_KIT(a_change_begins_a_new_level),    IN_KIT(a_lone_session_tells_nothing),
        IN_KIT(an_empty_warehouse_is_no_error), IN_KIT(a_careless_rule_alarms),
    };
    return cmocka_run_group_tests_name("query/calibrate", tests, NULL, NULL);
}
