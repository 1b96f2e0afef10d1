/* The checks: run status, derived numbers, quantiles, Little's law, copies, edges. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "../../../src/check/check.h"

struct kit {
    struct bk_arena *a;
    struct bk_run *run;
};

static int set_up(void **state)
{
    struct kit *k = test_malloc(sizeof *k);
    k->a = bk_arena_new();
    k->run = bk_run_new(k->a);
    *state = k;
    return 0;
}

static int tear_down(void **state)
{
    struct kit *k = *state;
    bk_arena_free(k->a);
    test_free(k);
    return 0;
}

/* A reported number that was printed with the given half-width. */
static struct bk_measurement *add(struct kit *k, struct bk_run *r, const char *metric,
                                  const char *stat, const char *unit, double value,
                                  double half)
{
    struct bk_measurement *m = bk_run_derive(k->a, r, metric, stat, unit, value, "");
    m->origin = BK_REPORTED;
    m->low = value - half;
    m->high = value + half;
    m->source_name = bk_str(metric);
    char digits[40];
    snprintf(digits, sizeof digits, "%.10g", value);
    m->source_value = bk_dup(k->a, bk_str(digits));
    return m;
}

static void counts(struct kit *k, double ok, double failed, double seconds)
{
    add(k, k->run, "requests_ok", "value", "1", ok, 0);
    add(k, k->run, "requests_failed", "value", "1", failed, 0);
    add(k, k->run, "duration", "value", "s", seconds, 0);
}

static const struct bk_finding *finding(const struct bk_run *r, const char *code)
{
    for (size_t i = 0; i < r->n_findings; i++) {
        if (bk_is(r->findings[i].code, code))
            return &r->findings[i];
    }
    return NULL;
}

/* The finding, which must be there. */
static const struct bk_finding *the(const struct bk_run *r, const char *code)
{
    const struct bk_finding *f = finding(r, code);
    if (!f)
        fail_msg("no finding '%s'", code);
    static const struct bk_finding none;
    return f ? f : &none;
}

static void expect_message(const struct bk_run *r, const char *code, const char *text)
{
    const struct bk_finding *f = finding(r, code);
    if (!f)
        fail_msg("no finding '%s'", code);
    else if (!bk_has(f->message, bk_str(text)))
        fail_msg("'%.*s' does not say '%s'", BK_F(f->message), text);
}

static void check(struct kit *k)
{
    bk_check_runs(k->a, &k->run, 1);
}

static void test_a_good_run(void **state)
{
    struct kit *k = *state;
    counts(k, 950, 50, 10);
    check(k);
    assert_int_equal(k->run->status, BK_RUN_OK);
    assert_int_equal(k->run->n_findings, 0);
}

static void test_failed_and_degraded(void **state)
{
    struct kit *k = *state;
    counts(k, 3, 3934, 183.5);
    add(k, k->run, "request_latency", "mean", "s", 14.86, 0.005);
    check(k);
    assert_int_equal(k->run->status, BK_RUN_FAILED);
    expect_message(k->run, "failed-run", "3,934 of 3,937 requests failed (99.92 %)");
    assert_true(bk_has(k->run->status_why, BK_S("3,934 of 3,937")));

    k->run = bk_run_new(k->a);
    counts(k, 4213, 2175, 180);
    check(k);
    assert_int_equal(k->run->status, BK_RUN_DEGRADED);
    expect_message(k->run, "degraded-run", "2,175 of 6,388 requests failed (34.05 %)");

    k->run = bk_run_new(k->a);
    counts(k, 0, 3, 1);
    check(k);
    assert_int_equal(k->run->status, BK_RUN_FAILED);
}

static void test_status_from_a_rate_alone(void **state)
{
    struct kit *k = *state;
    add(k, k->run, "error_rate", "value", "ratio", 0.8, 0.005);
    check(k);
    assert_int_equal(k->run->status, BK_RUN_FAILED);
    expect_message(k->run, "failed-run", "80 % of the requests failed");
}

/* A report may call something else "completed": the stated rate decides. */
static void test_a_stated_rate_outranks_counts_of_other_things(void **state)
{
    struct kit *k = *state;
    k->run->claims = true;
    add(k, k->run, "requests", "value", "1", 2092, 0);
    add(k, k->run, "requests_ok", "value", "1", 2092, 0);
    add(k, k->run, "requests_failed", "value", "1", 3934, 0);
    add(k, k->run, "error_rate", "value", "ratio", 0.9992, 0.00005);
    check(k);
    assert_int_equal(k->run->status, BK_RUN_FAILED);
    expect_message(k->run, "failed-run", "99.92 %");
    expect_message(k->run, "conflicting-values", "requests is 2,092");
}

static void test_invalid(void **state)
{
    struct kit *k = *state;
    k->run->invalid = true;
    k->run->invalid_why = BK_S("the tool says INVALID");
    add(k, k->run, "request_throughput", "value", "1/s", 10, 0);
    check(k);
    assert_int_equal(k->run->status, BK_RUN_INVALID);
    expect_message(k->run, "invalid-run", "the tool says INVALID");

    k->run = bk_run_new(k->a);
    check(k);
    assert_int_equal(k->run->status, BK_RUN_INVALID);

    k->run = bk_run_new(k->a);
    (void)BK_PUSH(k->a, k->run->ticks, k->run->n_ticks);
    check(k);
    assert_int_equal(k->run->status, BK_RUN_INVALID);
    expect_message(k->run, "invalid-run", "broken off");
    assert_int_equal(k->run->n_findings, 1);

    k->run = bk_run_new(k->a);
    add(k, k->run, "requests", "value", "1", 0, 0);
    check(k);
    assert_int_equal(k->run->status, BK_RUN_INVALID);

    k->run = bk_run_new(k->a);
    add(k, k->run, "requests", "value", "1", 5, 0);
    add(k, k->run, "duration", "value", "s", 0, 0);
    check(k);
    assert_int_equal(k->run->status, BK_RUN_INVALID);
}

static void test_zero_output(void **state)
{
    struct kit *k = *state;
    k->run->generates_text = true;
    add(k, k->run, "duration", "value", "s", 2.5, 0);
    add(k, k->run, "output_tokens", "value", "1", 0, 0);
    check(k);
    assert_int_equal(k->run->status, BK_RUN_INVALID);
    assert_non_null(finding(k->run, "zero-output"));

    /* embeddings have no output, and that is fine */
    k->run = bk_run_new(k->a);
    add(k, k->run, "requests_ok", "value", "1", 10, 0);
    add(k, k->run, "output_tokens", "value", "1", 0, 0);
    check(k);
    assert_int_equal(k->run->status, BK_RUN_OK);
}

static void test_what_the_importer_says_is_not_made_better(void **state)
{
    struct kit *k = *state;
    k->run->status = BK_RUN_FAILED;
    k->run->status_why = BK_S("the source says 'OOM'");
    check(k);
    assert_int_equal(k->run->status, BK_RUN_FAILED);
    expect_message(k->run, "failed-run", "OOM");
    check(k);
    assert_int_equal(k->run->n_findings, 1);
}

static void test_rates_that_recompute(void **state)
{
    struct kit *k = *state;
    counts(k, 500, 0, 61.734);
    k->run->measurements[2].low -= 0.0005;
    k->run->measurements[2].high += 0.0005;
    add(k, k->run, "request_throughput", "value", "1/s", 8.09926458677552, 0);
    check(k);
    assert_null(finding(k->run, "derived-mismatch"));

    /* 5000/1.17 = 4273.5, but 1.17 stands for 1.165..1.175: 4292 is at the very edge */
    k->run = bk_run_new(k->a);
    add(k, k->run, "requests", "value", "1", 5000, 0);
    add(k, k->run, "duration", "value", "s", 1.17, 0.005);
    add(k, k->run, "request_throughput", "value", "1/s", 4292, 0.5);
    check(k);
    assert_int_equal(k->run->n_findings, 0);
}

static void test_rates_that_do_not(void **state)
{
    struct kit *k = *state;
    counts(k, 500, 0, 61.734);
    add(k, k->run, "request_throughput", "value", "1/s", 16.2, 0.05);
    check(k);
    expect_message(k->run, "derived-mismatch", "request_throughput is 16.2 1/s");
    assert_int_equal(k->run->status, BK_RUN_INVALID);
    assert_true(bk_has(the(k->run, "derived-mismatch")->expected, BK_S("8.09")));
}

static void test_a_rate_may_count_only_what_succeeded(void **state)
{
    struct kit *k = *state;
    counts(k, 900, 90, 10);
    add(k, k->run, "requests", "value", "1", 990, 0);
    add(k, k->run, "request_throughput", "value", "1/s", 90, 0);
    check(k);
    assert_null(finding(k->run, "derived-mismatch"));
}

/* A count that misses the printed digits by a hair still tells what a rate counts. */
static void test_a_rate_of_all_requests_of_a_failing_run(void **state)
{
    struct kit *k = *state;
    counts(k, 83, 60, 105.02);
    add(k, k->run, "requests", "value", "1", 143, 0);
    add(k, k->run, "request_throughput", "value", "1/s", 1.3620, 0);
    check(k);
    assert_null(finding(k->run, "derived-mismatch"));
}

/* Loading the model is in the duration but not in the rates: no contradiction. */
static void test_rates_over_another_clock(void **state)
{
    struct kit *k = *state;
    counts(k, 1000, 0, 440);
    add(k, k->run, "total_tokens", "value", "1", 1100000, 0);
    add(k, k->run, "request_throughput", "value", "1/s", 2.44, 0.005);
    add(k, k->run, "total_token_throughput", "value", "tok/s", 2683, 0.5);
    check(k);
    assert_int_equal(k->run->status, BK_RUN_OK);
    expect_message(k->run, "derived-mismatch", "over another time");
    assert_int_equal(the(k->run, "derived-mismatch")->severity, BK_WARNING);
}

static void test_cut_percentages_are_noted(void **state)
{
    struct kit *k = *state;
    counts(k, 4213, 2175, 180.883);
    add(k, k->run, "error_rate", "value", "ratio", 0.3404, 0.00005);
    check(k);
    assert_null(finding(k->run, "derived-mismatch"));
    assert_int_equal(the(k->run, "cut-off-digits")->severity, BK_INFO);
    expect_message(k->run, "cut-off-digits", "34.05 %");
}

static void test_sums(void **state)
{
    struct kit *k = *state;
    counts(k, 10, 1, 5);
    add(k, k->run, "requests", "value", "1", 13, 0);
    check(k);
    expect_message(k->run, "derived-mismatch",
                   "requests is 13, but requests_ok + requests_failed is 11");
}

static void test_claims_of_one_quantity(void **state)
{
    struct kit *k = *state;
    add(k, k->run, "duration", "value", "s", 180, 0.5);
    add(k, k->run, "duration", "value", "s", 180.2, 0.05); /* the digits allow both */
    check(k);
    assert_int_equal(k->run->measurements[1].rank, 1);
    assert_null(finding(k->run, "conflicting-values"));
    add(k, k->run, "duration", "value", "s", 193, 0.5);
    check(k);
    assert_int_equal(k->run->measurements[2].rank, 2);
    expect_message(k->run, "conflicting-values",
                   "duration is 180 s (duration) and 193 s");
}

static void test_quantile_order(void **state)
{
    struct kit *k = *state;
    add(k, k->run, "ttft", "p50", "s", 0.16, 0.005);
    add(k, k->run, "ttft", "p99", "s", 0.12, 0.005);
    add(k, k->run, "ttft", "p95", "s", 0.5, 0.005)->scope = BK_S("ok");
    check(k);
    expect_message(k->run, "quantile-order",
                   "ttft.p99 is 0.12 s, below ttft.p50, which is 0.16 s");

    k->run = bk_run_new(k->a);
    add(k, k->run, "ttft", "p95", "s", 15, 0.5);
    add(k, k->run, "ttft", "max", "s", 14.9, 0.05); /* 15 may be 14.6 */
    add(k, k->run, "ttft", "min", "s", 0.1, 0.05);
    check(k);
    assert_int_equal(k->run->n_findings, 0);

    add(k, k->run, "ttft", "mean", "s", 16, 0.5);
    check(k);
    expect_message(k->run, "quantile-order", "ttft.max is 14.9 s, below ttft.mean");
}

static void test_littles_law(void **state)
{
    struct kit *k = *state;
    k->run->closed_loop = true;
    bk_run_param(k->a, k->run, BK_S("vus_max"), BK_S("10"), BK_S(""));
    add(k, k->run, "request_throughput", "value", "1/s", 100, 0.5);
    struct bk_measurement *w = add(k, k->run, "request_latency", "mean", "s", 0.1, 0);
    check(k);
    assert_null(finding(k->run, "little-law"));
    w = &k->run->measurements[1];
    w->value = w->low = w->high = 0.11;
    check(k);
    expect_message(k->run, "little-law", "11 in flight");
    k->run->closed_loop = false;
    k->run->n_findings = 0;
    check(k);
    assert_null(finding(k->run, "little-law"));
}

static void test_more_in_flight_than_connections(void **state)
{
    struct kit *k = *state;
    k->run->closed_loop = true;
    bk_run_param(k->a, k->run, BK_S("vus_max"), BK_S("400"), BK_S(""));
    bk_run_param(k->a, k->run, BK_S("workers"), BK_S("12"), BK_S(""));
    bk_run_param(k->a, k->run, BK_S("pool_size"), BK_S("10"), BK_S(""));
    add(k, k->run, "request_latency", "mean", "s", 4.5, 0);
    check(k);
    assert_null(finding(k->run, "pool-queueing")); /* no pause is told */
    k->run->think_time_s = 0.5;
    check(k);
    expect_message(k->run, "pool-queueing",
                   "of 400 users 360 are in flight against 120 connections");
    k->run->n_findings = 0;
    k->run->closed_loop = false;
    check(k);
    assert_null(finding(k->run, "pool-queueing"));
}

static void test_pauses_of_iterations(void **state)
{
    struct kit *k = *state;
    k->run->closed_loop = true;
    bk_run_param(k->a, k->run, BK_S("vus_max"), BK_S("100"), BK_S(""));
    bk_run_param(k->a, k->run, BK_S("workers"), BK_S("10"), BK_S(""));
    bk_run_param(k->a, k->run, BK_S("pool_size"), BK_S("2"), BK_S(""));
    add(k, k->run, "request_latency", "mean", "s", 1, 0);
    struct bk_measurement *i = add(k, k->run, "iteration_duration", "mean", "s", 5, 0);
    check(k);
    assert_null(finding(k->run, "pool-queueing")); /* 20 of 20 */
    i = &k->run->measurements[1];
    i->value = i->low = i->high = 4;
    check(k);
    expect_message(k->run, "pool-queueing", "25 are in flight against 20");
}

static struct bk_run *copy_of_numbers(struct kit *k, const char *hardware, double mean)
{
    struct bk_run *r = bk_run_new(k->a);
    r->hardware = bk_str(hardware);
    add(k, r, "embedding_latency", "mean", "s", mean, 0);
    add(k, r, "embedding_latency", "min", "s", 0.07042, 0);
    add(k, r, "embedding_latency", "max", "s", 0.4814, 0);
    return r;
}

static void test_copies(void **state)
{
    struct kit *k = *state;
    struct bk_run *runs[] = {
        copy_of_numbers(k, "b200", 0.11824), copy_of_numbers(k, "h100", 0.11824),
        copy_of_numbers(k, "h200", 0.11825), copy_of_numbers(k, "b200", 0.11824)};
    bk_check_runs(k->a, runs, 4);
    assert_null(finding(runs[0], "identical-values"));
    expect_message(runs[1], "identical-values",
                   "embedding_latency of h100 equals that of b200");
    expect_message(runs[1], "identical-values", "mean 0.11824 s, min 0.07042 s");
    assert_null(finding(runs[2], "identical-values"));
    assert_null(finding(runs[3], "identical-values")); /* the same run, twice */
}

static void test_short_numbers_are_equal_by_chance(void **state)
{
    struct kit *k = *state;
    struct bk_run *runs[2];
    for (size_t i = 0; i < 2; i++) {
        runs[i] = bk_run_new(k->a);
        runs[i]->hardware = i ? BK_S("h100") : BK_S("b200");
        add(k, runs[i], "ttft", "mean", "s", 0.25, 0);
        add(k, runs[i], "ttft", "min", "s", 0.1, 0);
        add(k, runs[i], "ttft", "max", "s", 0.5, 0);
    }
    bk_check_runs(k->a, runs, 2);
    assert_null(finding(runs[1], "identical-values"));
}

static struct bk_run *point(struct kit *k, const char *concurrency, const char *batch,
                            double rate)
{
    struct bk_run *r = bk_run_new(k->a);
    bk_run_param(k->a, r, BK_S("concurrency"), bk_str(concurrency), BK_S(""));
    bk_run_param(k->a, r, BK_S("batch_size"), bk_str(batch), BK_S(""));
    add(k, r, "output_token_throughput", "value", "tok/s", rate, 0);
    return r;
}

static void test_edges(void **state)
{
    struct kit *k = *state;
    struct bk_run *runs[] = {
        point(k, "5", "1", 36),   point(k, "5", "8", 142),  point(k, "5", "16", 163.62),
        point(k, "15", "1", 28),  point(k, "15", "40", 80), point(k, "15", "48", 79),
        point(k, "25", "1", 0),   point(k, "25", "2", 0),   point(k, "25", "4", 900),
        point(k, "30", "1", 100), point(k, "30", "2", 90),  point(k, "30", "4", 80),
    };
    runs[8]->status = BK_RUN_FAILED; /* never best */
    bk_check_edges(k->a, runs, sizeof runs / sizeof *runs);
    expect_message(runs[2], "optimum-at-edge",
                   "output_token_throughput is best, 163.62 tok/s, at batch_size = 16, "
                   "the largest value tried (1 to 16)");
    size_t found = 0;
    for (size_t i = 0; i < sizeof runs / sizeof *runs; i++) {
        for (size_t f = 0; f < runs[i]->n_findings; f++) {
            const struct bk_finding *x = &runs[i]->findings[f];
            found +=
                bk_is(x->code, "optimum-at-edge") && bk_is(x->subject, "batch_size");
        }
    }
    assert_int_equal(found, 1);
}

static size_t findings_with(const struct bk_run *r, const char *code)
{
    size_t n = 0;
    for (size_t i = 0; i < r->n_findings; i++)
        n += bk_is(r->findings[i].code, code);
    return n;
}

/* One message a quantity is enough to read; how many there are is always told. */
static void test_many_findings_of_one_kind_are_counted(void **state)
{
    struct kit *k = *state;
    for (int i = 0; i < 500; i++) {
        const char *metric = bk_fmt(k->a, "m%d", i).ptr;
        add(k, k->run, metric, "p50", "s", 9, 0);
        add(k, k->run, metric, "p95", "s", 1, 0);
        add(k, k->run, metric, "value", "s", 1, 0);
        add(k, k->run, metric, "value", "s", 2, 0);
    }
    bk_check_runs(k->a, &k->run, 1);
    assert_int_equal(findings_with(k->run, "quantile-order"), 201);
    assert_int_equal(findings_with(k->run, "conflicting-values"), 201);
    size_t told = 0;
    for (size_t i = 0; i < k->run->n_findings; i++)
        told += bk_is(k->run->findings[i].message, "and 300 more of this kind");
    assert_int_equal(told, 2);
}

static void test_codes_are_sorted_and_explained(void **state)
{
    (void)state;
    for (const struct bk_check_code *c = bk_check_codes; c->code; c++) {
        assert_true(strlen(c->explanation) > 10 && strlen(c->what_to_do) > 5);
        if (c[1].code)
            assert_true(strcmp(c->code, c[1].code) < 0);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_good_run),
        TEST(test_failed_and_degraded),
        TEST(test_status_from_a_rate_alone),
        TEST(test_a_stated_rate_outranks_counts_of_other_things),
        TEST(test_invalid),
        TEST(test_zero_output),
        TEST(test_what_the_importer_says_is_not_made_better),
        TEST(test_rates_that_recompute),
        TEST(test_rates_that_do_not),
        TEST(test_a_rate_may_count_only_what_succeeded),
        TEST(test_a_rate_of_all_requests_of_a_failing_run),
        TEST(test_rates_over_another_clock),
        TEST(test_cut_percentages_are_noted),
        TEST(test_sums),
        TEST(test_claims_of_one_quantity),
        TEST(test_quantile_order),
        TEST(test_littles_law),
        TEST(test_more_in_flight_than_connections),
        TEST(test_pauses_of_iterations),
        TEST(test_copies),
        TEST(test_short_numbers_are_equal_by_chance),
        TEST(test_edges),
        TEST(test_many_findings_of_one_kind_are_counted),
        TEST(test_codes_are_sorted_and_explained),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
