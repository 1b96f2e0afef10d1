/* From readings to measurements: names, units, intervals, parameters, derived numbers.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "../../../importers/shared/emit.h"

struct kit {
    struct bk_importing im;
    struct bk_dict *dict;
    struct bk_run *run;
};

static int set_up(void **state)
{
    struct kit *k = test_malloc(sizeof *k);
    *k = (struct kit){.im = {.arena = bk_arena_new(), .format = BK_S("sweep")}};
    k->dict = bk_dict_new(k->im.arena);
    k->im.dict = k->dict;
    k->run = bk_run_new(k->im.arena);
    *state = k;
    return 0;
}

static int tear_down(void **state)
{
    struct kit *k = *state;
    bk_arena_free(k->im.arena);
    test_free(k);
    return 0;
}

static struct bk_measurement *emit(struct kit *k, const char *name, const char *stat,
                                   const char *text, const char *unit)
{
    struct bk_reading r = {.name = bk_str(name),
                           .stat = bk_str(stat),
                           .text = bk_str(text),
                           .unit = bk_str(unit),
                           .locator = BK_S("line 7")};
    return bk_emit(&k->im, k->run, &r);
}

static void check(const struct bk_measurement *m, const char *metric, const char *stat,
                  const char *unit, double value, double low, double high)
{
    assert_non_null(m);
    if (!bk_is(m->metric, metric) || !bk_is(m->stat, stat) || !bk_is(m->unit, unit) ||
        fabs(m->value - value) > 1e-15 * fmax(fabs(value), 1) ||
        fabs(m->low - low) > 1e-12 * fabs(value) ||
        fabs(m->high - high) > 1e-12 * fabs(value))
        fail_msg("%.*s.%.*s %.17g [%.17g, %.17g] %.*s", BK_F(m->metric), BK_F(m->stat),
                 m->value, m->low, m->high, BK_F(m->unit));
}

static void test_units_and_intervals(void **state)
{
    struct kit *k = *state;
    const struct bk_measurement *m = emit(k, "Mean TTFT", "", "14.86", "ms");
    check(m, "ttft", "mean", "s", 0.01486, 0.014855, 0.014865);
    assert_true(bk_is(m->source_name, "Mean TTFT"));
    /* the nearest number, where 18.42 / 1000 is not */
    assert_true(emit(k, "Mean TTFT", "", "18.42", "ms")->value == 0.01842);
    assert_true(bk_is(m->source_value, "14.86") && bk_is(bk_source_unit_of(m), "ms"));
    assert_true(bk_is(m->locator, "line 7"));
    check(emit(k, "latency_p95_ms", "", "812.5", ""), "request_latency", "p95", "s",
          0.8125, 0.81245, 0.81255);
    check(emit(k, "Error rate", "", "34.04", "%"), "error_rate", "value", "ratio",
          0.3404, 0.34035, 0.34045);
    check(emit(k, "Success rate", "", "99.9", "%"), "error_rate", "value", "ratio",
          1 - 0.999, 1 - 0.9995, 1 - 0.9985);
    check(emit(k, "GPU memory", "", "15.31", "GB"), "gpu_memory_used", "value", "B",
          15.31e9, 15.305e9, 15.315e9);
    check(emit(k, "GPU memory", "", "2", "GiB"), "gpu_memory_used", "value", "B",
          2147483648.0, 1610612736.0, 2684354560.0);
    /* a whole number of requests is exact */
    check(emit(k, "requests", "", "6388", ""), "requests", "value", "1", 6388, 6388,
          6388);
    check(emit(k, "ttft", "count", "12", "ms"), "ttft", "count", "1", 12, 12, 12);
}

static void test_stats_are_part_of_the_source_name(void **state)
{
    struct kit *k = *state;
    struct bk_err err;
    const struct bk_measurement *m = emit(k, "latency", "avg", "2", "s");
    check(m, "request_latency", "mean", "s", 2, 1.5, 2.5);
    assert_true(bk_is(m->source_name, "latency.avg"));
    /* an alias of name and stat together outranks both */
    assert_true(bk_dict_add_alias(k->dict, BK_S("sweep"), BK_S("bad.passes"),
                                  BK_S("requests_failed"), BK_S(""), &err));
    m = emit(k, "bad", "passes", "3", "");
    check(m, "requests_failed", "value", "1", 3, 3, 3);
}

static void test_a_unit_of_another_kind_is_another_metric(void **state)
{
    struct kit *k = *state;
    check(emit(k, "Throughput", "", "4,292", "req/s"), "request_throughput", "value",
          "1/s", 4292, 4291.5, 4292.5);
    check(emit(k, "Throughput", "", "90.25", "tok/s"), "output_token_throughput",
          "value", "tok/s", 90.25, 90.245, 90.255);
    check(emit(k, "Output", "", "59.2", "tokens/s"), "output_token_throughput", "value",
          "tok/s", 59.2, 59.15, 59.25);
    check(emit(k, "Avg per Request", "", "21.65", "t/s"), "sweep.Avg per Request",
          "value", "tok/s", 21.65, 21.645, 21.655);
    check(emit(k, "ttft", "", "14", "widgets"), "sweep.ttft", "value", "widgets", 14,
          13.5, 14.5);
}

static void test_values_that_are_no_text(void **state)
{
    struct kit *k = *state;
    struct bk_reading r = {.name = BK_S("ttft.mean"), .has_value = true, .value = 0.25};
    check(bk_emit(&k->im, k->run, &r), "ttft", "mean", "s", 0.25, 0.25, 0.25);
    r.half = 0.5;
    check(bk_emit(&k->im, k->run, &r), "ttft", "mean", "s", 0.25, -0.25, 0.75);
    r.half = (double)NAN;
    r.text = BK_S("0.25");
    check(bk_emit(&k->im, k->run, &r), "ttft", "mean", "s", 0.25, 0.245, 0.255);
    r.value = (double)INFINITY;
    assert_null(bk_emit(&k->im, k->run, &r));
    assert_null(emit(k, "ttft", "", "NaN", ""));
    assert_null(emit(k, "ttft", "", "no number", ""));
    assert_null(emit(k, "gpu_memory_used", "", "1e308", "GB"));
}

static void test_parameters_and_context(void **state)
{
    struct kit *k = *state;
    assert_null(emit(k, "Concurrency", "", "64", ""));
    assert_true(bk_is(bk_run_find_param(k->run, "concurrency")->value, "64"));
    emit(k, "batch_size", "", "128.0", "");
    assert_true(bk_is(bk_run_find_param(k->run, "batch_size")->value, "128"));
    emit(k, "think_time", "", "100", "ms");
    assert_true(bk_is(bk_run_find_param(k->run, "think_time")->value, "0.1"));
    emit(k, "config.seed", "", "12345678901234567890", "");
    assert_true(
        bk_is(bk_run_find_param(k->run, "seed")->value, "12345678901234567890"));
    assert_true(bk_emit_text(&k->im, k->run, BK_S("request_timeout"), BK_S("15s"),
                             BK_S("line 1")));
    assert_true(bk_is(bk_run_find_param(k->run, "request_timeout")->value, "15"));
    assert_true(bk_emit_text(&k->im, k->run, BK_S("Servidor"), BK_S("H100"), BK_S("")));
    assert_true(bk_is(k->run->hardware, "H100"));
    emit(k, "session", "", "062", "");
    assert_true(bk_is(k->run->session, "062"));
    assert_true(
        bk_emit_text(&k->im, k->run, BK_S("date"), BK_S("2026-05-03"), BK_S("")));
    assert_true(k->run->started_ns != BK_NO_TIME);
    assert_true(bk_is(k->run->started_text, "2026-05-03"));
    assert_false(
        bk_emit_text(&k->im, k->run, BK_S("no such name"), BK_S("x"), BK_S("")));
    assert_true(bk_emit_text(&k->im, k->run, BK_S("notes"), BK_S("x"), BK_S("")));
    assert_int_equal(k->run->n_measurements, 0);
    assert_int_equal(k->run->n_findings, 0);
}

static void test_disagreement_about_parameters_is_a_finding(void **state)
{
    struct kit *k = *state;
    emit(k, "workers", "", "8", "");
    emit(k, "Número de Workers", "", "8", "");
    assert_int_equal(k->run->n_findings, 0);
    emit(k, "num_workers", "", "16", "");
    assert_int_equal(k->run->n_findings, 1);
    assert_true(bk_is(k->run->findings[0].code, "conflicting-values"));
    assert_true(bk_is(bk_run_find_param(k->run, "workers")->value, "8"));
    bk_emit_text(&k->im, k->run, BK_S("gpu"), BK_S("h100"), BK_S(""));
    bk_emit_text(&k->im, k->run, BK_S("server"), BK_S("b200"), BK_S(""));
    assert_int_equal(k->run->n_findings, 2);
    assert_true(bk_is(k->run->findings[1].code, "context-conflict"));
}

static void test_a_share_above_one_is_a_percentage(void **state)
{
    struct kit *k = *state;
    check(emit(k, "error_rate", "", "34.04", ""), "error_rate", "value", "ratio",
          0.3404, 0.34035, 0.34045);
    assert_int_equal(k->run->n_findings, 1);
    assert_true(bk_is(k->run->findings[0].code, "unit-guessed"));
    check(emit(k, "error_rate", "", "0.25", ""), "error_rate", "value", "ratio", 0.25,
          0.245, 0.255);
}

static void test_status_words(void **state)
{
    struct kit *k = *state;
    bk_emit_text(&k->im, k->run, BK_S("status"), BK_S("completed"), BK_S(""));
    assert_int_equal(k->run->status, BK_RUN_OK);
    bk_emit_text(&k->im, k->run, BK_S("Status"), BK_S("OOM"), BK_S(""));
    assert_int_equal(k->run->status, BK_RUN_FAILED);
}

static void test_a_target_at_hand(void **state)
{
    struct kit *k = *state;
    struct bk_reading r = {
        .name = BK_S("anything"), .text = BK_S("250"), .unit = BK_S("ms")};
    const struct bk_measurement *m =
        bk_emit_as(&k->im, k->run, "request_latency.p95{ok}", &r);
    check(m, "request_latency", "p95", "s", 0.25, 0.2495, 0.2505);
    assert_true(bk_is(m->scope, "ok"));
    m = bk_emit_as(&k->im, k->run, "memories_created", &r);
    assert_true(bk_is(m->metric, "memories_created"));
}

static double derived(struct kit *k, const char *metric)
{
    const struct bk_measurement *m = bk_run_find(k->run, metric, "value", "");
    if (!m)
        fail_msg("%s was not derived", metric);
    assert_int_equal(m->origin, BK_DERIVED);
    assert_true(bk_formula_of(m).len > 0);
    assert_true(m->low <= m->value && m->value <= m->high);
    return m->value;
}

static void test_derived_numbers(void **state)
{
    struct kit *k = *state;
    emit(k, "requests_ok", "", "450", "");
    emit(k, "requests_failed", "", "50", "");
    emit(k, "duration", "", "10", "s");
    emit(k, "input_tokens", "", "1000", "");
    emit(k, "output_tokens", "", "500", "");
    bk_emit_derived(&k->im, k->run);
    assert_true(derived(k, "requests") == 500);
    assert_true(fabs(derived(k, "error_rate") - 0.1) < 1e-15);
    assert_true(derived(k, "ok_throughput") == 45);
    assert_true(derived(k, "request_throughput") == 50);
    assert_true(derived(k, "total_tokens") == 1500);
    assert_true(derived(k, "output_token_throughput") == 50);
    const struct bk_measurement *m = bk_run_find(k->run, "ok_throughput", "value", "");
    assert_true(fabs(m->low - 450 / 10.5) < 1e-12);
    assert_true(fabs(m->high - 450 / 9.5) < 1e-12);
}

static void test_derived_duration_and_rest(void **state)
{
    struct kit *k = *state;
    emit(k, "requests", "", "3937", "");
    emit(k, "requests_failed", "", "3934", "");
    emit(k, "request_throughput", "", "21.456692", "");
    bk_emit_derived(&k->im, k->run);
    assert_true(derived(k, "requests_ok") == 3);
    assert_true(fabs(derived(k, "duration") - 183.486) < 1e-3);
    assert_true(fabs(derived(k, "ok_throughput") - 0.016350) < 1e-6);
    size_t n = k->run->n_measurements;
    bk_emit_derived(&k->im, k->run);
    assert_int_equal(k->run->n_measurements, n);
}

static void test_a_reported_number_is_left_alone(void **state)
{
    struct kit *k = *state;
    emit(k, "requests_ok", "", "450", "");
    emit(k, "requests_failed", "", "500", "");
    emit(k, "requests", "", "450", ""); /* contradiction: no negative rest */
    emit(k, "error_rate", "", "0.3", "");
    bk_emit_derived(&k->im, k->run);
    const struct bk_measurement *m = bk_run_find(k->run, "error_rate", "value", "");
    assert_true(m->origin == BK_REPORTED && m->value == 0.3);
    assert_int_equal(k->run->n_measurements, 4);
}

static void test_zero_latency_of_nothing_is_dropped(void **state)
{
    struct kit *k = *state;
    emit(k, "request_latency.mean", "", "0", "ms");
    emit(k, "ttft.p99", "", "0.0", "ms");
    emit(k, "output_token_throughput", "", "0", "");
    emit(k, "duration", "", "0", "");
    emit(k, "requests_ok", "", "5", "");
    emit(k, "connect_time.p50", "", "0", "ms"); /* of failed requests too */
    bk_emit_drop_zero_latency(&k->im, k->run);
    assert_int_equal(k->run->n_measurements, 6);
    k->run->measurements[4].value = 0;
    bk_emit_drop_zero_latency(&k->im, k->run);
    assert_int_equal(k->run->n_measurements, 3);
    assert_null(bk_run_find(k->run, "ttft", "p99", ""));
    assert_non_null(bk_run_find(k->run, "duration", "value", ""));
}

static void test_long_names_are_cut(void **state)
{
    struct kit *k = *state;
    static char name[100001];
    for (size_t i = 0; i + 1 < sizeof name; i += 2) {
        name[i] = (char)0xc3;
        name[i + 1] = (char)0xa9;
    }
    struct bk_reading r = {.name = {name, 100000}, .text = BK_S("1")};
    const struct bk_measurement *m = bk_emit(&k->im, k->run, &r);
    assert_true(m->metric.len < 500);
    assert_true((m->metric.len - 6) % 2 == 0); /* whole characters behind "sweep." */
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_units_and_intervals),
        TEST(test_stats_are_part_of_the_source_name),
        TEST(test_a_unit_of_another_kind_is_another_metric),
        TEST(test_values_that_are_no_text),
        TEST(test_parameters_and_context),
        TEST(test_disagreement_about_parameters_is_a_finding),
        TEST(test_a_share_above_one_is_a_percentage),
        TEST(test_status_words),
        TEST(test_a_target_at_hand),
        TEST(test_derived_numbers),
        TEST(test_derived_duration_and_rest),
        TEST(test_a_reported_number_is_left_alone),
        TEST(test_zero_latency_of_nothing_is_dropped),
        TEST(test_long_names_are_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
