/* Precedence and conflicts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "../../../src/ingest/internal.h"

struct fixture {
    struct bk_arena *arena;
    struct bk_run *run;
    struct bk_applying ap;
};
static struct fixture fx;

static int set_up(void **state)
{
    (void)state;
    fx.arena = bk_arena_new();
    fx.run = bk_run_new(fx.arena);
    fx.run->think_time_s = (double)NAN;
    fx.ap = (struct bk_applying){
        .arena = fx.arena,
        .dict = bk_dict_new(fx.arena),
        .run = fx.run,
    };
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    bk_arena_free(fx.arena);
    return 0;
}

static void say(const char *name, const char *value, const char *place)
{
    struct bk_saids s = {0};
    bk_say(fx.arena, &s, bk_str(name), bk_str(value), bk_str(place));
    bk_context_apply(&fx.ap, &s, true);
}

static void is(struct bk_str got, const char *want)
{
    assert_int_equal(got.len, strlen(want));
    assert_memory_equal(got.ptr, want, got.len);
}

static void test_rising(void **state)
{
    (void)state;
    fx.run->hardware = bk_str("NVIDIA H100 80GB HBM3");
    say("hardware", "h100", "the path");
    assert_int_equal(fx.run->n_findings, 0); /* another name of the same */
    say("hardware", "b200", "--hardware");
    is(fx.run->hardware, "b200");
    assert_int_equal(fx.run->n_findings, 1);
    is(fx.run->findings[0].code, "context-conflict");
    is(fx.run->findings[0].expected, "b200");
    is(fx.run->findings[0].actual, "h100");
    assert_non_null(
        strstr(bk_cstr(fx.arena, fx.run->findings[0].message), "--hardware"));
    assert_non_null(strstr(bk_cstr(fx.arena, fx.run->findings[0].message), "the path"));
}

static void test_params(void **state)
{
    (void)state;
    bk_run_param(fx.arena, fx.run, bk_str("vus_max"), bk_str("10"), bk_str("line 3"));
    say("config.vus_max", "10.0", "env line 1");
    assert_int_equal(fx.run->n_findings, 0);
    say("config.vus_max", "1", "env line 2");
    assert_int_equal(fx.run->n_findings, 1);
    assert_int_equal(fx.run->n_params, 1);
    is(bk_run_find_param(fx.run, "vus_max")->value, "1");
    say("config.request_timeout", "15s", "env line 3");
    is(bk_run_find_param(fx.run, "request_timeout")->value, "15");
    say("config.think_time", "100ms", "env line 4");
    is(bk_run_find_param(fx.run, "think_time")->value, "0.1");
    bk_context_settle(fx.run);
    assert_true(fabs(fx.run->think_time_s - 0.1) < 1e-12);
    say("config.hardware", "x", "env line 5"); /* a parameter of that name */
    is(bk_run_find_param(fx.run, "hardware")->value, "x");
    assert_int_equal(fx.run->hardware.len, 0);
}

static void test_first_wins(void **state)
{
    (void)state;
    struct bk_saids s = {0};
    bk_say(fx.arena, &s, bk_str("config.workers"), bk_str("16"), bk_str("env line 1"));
    bk_say(fx.arena, &s, bk_str("config.workers"), bk_str("8"), bk_str("log line 7"));
    bk_context_apply(&fx.ap, &s, true);
    is(bk_run_find_param(fx.run, "workers")->value, "16");
    assert_int_equal(fx.run->n_findings, 1);
    is(fx.run->findings[0].actual, "8");
}

static void test_only_fills(void **state)
{
    (void)state;
    bk_run_param(fx.arena, fx.run, bk_str("vus_max"), bk_str("10"), bk_str("line 3"));
    say("?config.vus_max", "1", "env line 2");
    is(bk_run_find_param(fx.run, "vus_max")->value, "10");
    assert_int_equal(fx.run->n_findings, 1);
    is(fx.run->findings[0].expected, "10");
    say("?hardware", "h100", "env line 3");
    is(fx.run->hardware, "h100");
    assert_int_equal(fx.run->n_findings, 1);
}

static void test_times(void **state)
{
    (void)state;
    int64_t file;
    assert_true(bk_parse_iso(bk_str("2026-03-04T17:10:07Z"), &file, NULL));
    fx.run->started_ns = file;
    say("started_at", "04032026141007", "the path"); /* the same in -03:00 */
    assert_true(fx.run->started_ns == file);
    assert_int_equal(fx.run->n_findings, 0);
    say("started_at", "05042026141007", "the path");
    assert_true(fx.run->started_ns == file);
    assert_int_equal(fx.run->n_findings, 1);
    say("started_at", "2026-03-04T17:00:00Z", "--started-at");
    assert_true(fx.run->started_ns != file);
    assert_int_equal(fx.run->n_findings, 2);
}

static void test_time_from_path(void **state)
{
    (void)state;
    say("started_at", "04032026141007", "the path");
    is(fx.run->started_text, "04032026141007");
    say("started_at", "2026-03-04T17:10:00.5Z", "health.json /timestamp");
    assert_int_equal(fx.run->started_text.len, 0);
    assert_int_equal(fx.run->n_findings, 0);
}

static void test_facts_and_secrets(void **state)
{
    (void)state;
    say("fact.gpu_memory:MB", "81089", "health.json /gpus/0/total_memory_mb");
    assert_int_equal(fx.run->n_hardware_facts, 1);
    is(fx.run->hardware_facts[0].name, "gpu_memory");
    is(fx.run->hardware_facts[0].value, "81089000000");
    is(fx.run->hardware_facts[0].unit, "B");
    say("config.api_key", "abc", "--set api_key");
    is(bk_run_find_param(fx.run, "api_key")->value, "[redacted]");
}

#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_rising),
        T(test_only_fills),
        T(test_params),
        T(test_first_wins),
        T(test_times),
        T(test_time_from_path),
        T(test_facts_and_secrets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
