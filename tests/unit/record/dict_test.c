/* The dictionary: tables, targets, lookups, taking names apart. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "../../../src/base/file.h"
#include "../../../src/record/dict.h"

struct kit {
    struct bk_arena *a;
    struct bk_dict *d;
};

static int set_up(void **state)
{
    struct kit *k = test_malloc(sizeof *k);
    k->a = bk_arena_new();
    k->d = bk_dict_new(k->a);
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

/* "request_latency.p95{ok}~ [ms]", "config.workers", "hardware", "-", "?" */
static const char *shown(struct kit *k, struct bk_target t)
{
    struct bk_str s = BK_S("?");
    switch (t.kind) {
    case BK_TARGET_NONE:
        break;
    case BK_TARGET_IGNORED:
        s = BK_S("-");
        break;
    case BK_TARGET_METRIC:
        s = bk_fmt(k->a, "%.*s%s%.*s%s%.*s%s", BK_F(t.name), t.stat.len ? "." : "",
                   BK_F(t.stat), t.scope.len ? " " : "", BK_F(t.scope),
                   t.complement ? "~" : "");
        break;
    case BK_TARGET_PARAM:
        s = bk_fmt(k->a, "config.%.*s", BK_F(t.name));
        break;
    case BK_TARGET_CONTEXT:
        s = t.name;
        break;
    }
    if (t.unit.len > 0)
        s = bk_fmt(k->a, "%.*s [%.*s]", BK_F(s), BK_F(t.unit));
    return bk_cstr(k->a, s);
}

static void expect(struct kit *k, const char *format, const char *name,
                   const char *wanted)
{
    struct bk_target t = bk_dict_find(k->d, bk_str(format), bk_str(name));
    const char *is = shown(k, t);
    if (strcmp(is, wanted) != 0)
        fail_msg("%s '%s': %s, wanted %s", format, name, is, wanted);
}

static void test_every_name_of_the_design_is_there(void **state)
{
    static const char *const names[] = {"requests",
                                        "requests_ok",
                                        "requests_failed",
                                        "iterations",
                                        "input_tokens",
                                        "output_tokens",
                                        "total_tokens",
                                        "checks_passed",
                                        "checks_failed",
                                        "data_sent",
                                        "data_received",
                                        "duration",
                                        "request_throughput",
                                        "ok_throughput",
                                        "iteration_throughput",
                                        "goodput",
                                        "input_token_throughput",
                                        "output_token_throughput",
                                        "total_token_throughput",
                                        "error_rate",
                                        "check_pass_rate",
                                        "prefix_cache_hit_rate",
                                        "kv_cache_usage",
                                        "gpu_utilization",
                                        "spec_decode_acceptance_rate",
                                        "request_latency",
                                        "ttft",
                                        "tpot",
                                        "itl",
                                        "queue_time",
                                        "prefill_time",
                                        "decode_time",
                                        "inference_time",
                                        "time_to_first_byte",
                                        "connect_time",
                                        "tls_time",
                                        "blocked_time",
                                        "send_time",
                                        "receive_time",
                                        "iteration_duration",
                                        "embedding_latency",
                                        "gpu_memory_used",
                                        "process_memory",
                                        "cpu_time",
                                        "gpu_power",
                                        "vus"};
    struct kit *k = *state;
    size_t n;
    bk_dict_metrics(k->d, &n);
    assert_int_equal(n, sizeof names / sizeof *names);
    for (size_t i = 0; i < n; i++) {
        const struct bk_metric *m = bk_dict_metric(k->d, bk_str(names[i]));
        assert_non_null(m);
        assert_true(m->unit.len > 0 && m->definition.len > 0 && m->source.len > 0);
        assert_true(m->label[0].len > 0 && m->label[1].len > 0 && m->label[2].len > 0);
    }
    assert_null(bk_dict_metric(k->d, BK_S("Request Latency")));
    assert_int_equal(bk_dict_metric(k->d, BK_S("goodput"))->direction, BK_HIGHER);
    assert_int_equal(bk_dict_metric(k->d, BK_S("queue_time"))->direction, BK_LOWER);
    assert_int_equal(bk_dict_metric(k->d, BK_S("gpu_memory_used"))->direction,
                     BK_NEUTRAL);
    assert_true(bk_dict_metric(k->d, BK_S("ttft"))->floor > 0.09);
}

static void test_units(void **state)
{
    static const struct {
        const char *name, *base;
        double factor;
    } cases[] = {
        {"ms", "s", 1e-3},          {"\xc2\xb5s", "s", 1e-6}, {"\xce\xbcs", "s", 1e-6},
        {"segundos", "s", 1},       {"сек", "s", 1},          {"KB", "B", 1e3},
        {"kB", "B", 1e3},           {"GiB", "B", 1073741824}, {"gb", "B", 1e9},
        {"%", "ratio", 0.01},       {"req/s", "1/s", 1},      {"tok_s", "tok/s", 1},
        {"Tokens/Sec", "tok/s", 1}, {"kW", "W", 1e3},         {"h", "s", 3600},
        {"токенов/с", "tok/s", 1},
    };
    struct kit *k = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct bk_unit *u = bk_dict_unit(k->d, bk_str(cases[i].name));
        assert_non_null(u);
        assert_string_equal(bk_cstr(k->a, u->base), cases[i].base);
        assert_true(u->factor == cases[i].factor);
    }
    assert_null(bk_dict_unit(k->d, BK_S("M"))); /* no minute */
    assert_null(bk_dict_unit(k->d, BK_S("widgets")));
    assert_null(bk_dict_unit(k->d, BK_S("")));
}

static void test_stats(void **state)
{
    static const char *const cases[][2] = {
        {"avg", "mean"},
        {"Median", "p50"},
        {"p(95)", "p95"},
        {"99%", "p99"},
        {"50th", "p50"},
        {"P99", "p99"},
        {"p(99.90)", "p99.9"},
        {"99.00 percentile", "p99"},
        {"95th percentile", "p95"},
        {"100%", "max"},
        {"std", "stddev"},
        {"±", "stddev"},
        {"slowest", "max"},
        {"médio", "mean"},
        {"медиана", "p50"},
        {"p97", "p97"},
        {"count", "count"},
        {"p", ""},
        {"95", ""},
        {"pool", ""},
        {"p101", ""},
        {"p-5", ""},
        {"", ""},
    };
    struct kit *k = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct bk_str s = bk_dict_stat(k->d, k->a, bk_str(cases[i][0]));
        assert_string_equal(bk_cstr(k->a, s), cases[i][1]);
    }
}

static void test_keys_and_hardware(void **state)
{
    struct kit *k = *state;
    struct bk_str key = bk_dict_key(k->a, BK_S(" **Mean_TTFT -  (MS)** "));
    assert_string_equal(bk_cstr(k->a, key), "mean ttft (ms)");
    key = bk_dict_key(k->a, BK_S("Общее ВРЕМЯ"));
    assert_string_equal(bk_cstr(k->a, key), "общее время");
    static const char *const names[][2] = {
        {"NVIDIA H100 80GB HBM3", "h100"},
        {"B200", "b200"},
        {"dgx-b200", "b200"},
        {"DGX_B200", "b200"},
        {"RTX 4060 Ti", "rtx-4060-ti"},
        {"My Box", "my-box"},
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct bk_str s = bk_dict_hardware(k->d, k->a, bk_str(names[i][0]));
        assert_string_equal(bk_cstr(k->a, s), names[i][1]);
    }
    bk_dict_add_hardware_alias(k->d, BK_S("My Box"), BK_S("h100"));
    assert_true(bk_is(bk_dict_hardware(k->d, k->a, BK_S("my_box")), "h100"));
}

static void test_targets(void **state)
{
    struct kit *k = *state;
    static const char *const cases[][2] = {
        {"ttft.p99.9", "ttft.p99.9"},
        {"request_latency{ok}", "request_latency ok"},
        {"request_latency.p95{name:login}", "request_latency.p95 {name:login}"},
        {"error_rate~", "error_rate~"},
        {"config.workers", "config.workers"},
        {"workers", "config.workers"},
        {"config.my_knob", "config.my_knob"},
        {"hardware", "hardware"},
        {"started_at", "started_at"},
        {"my_metric.mean", "my_metric.mean"},
        {"memories_created", "memories_created"},
        {"-", "-"},
        {"?", "?"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct bk_target t;
        assert_true(bk_target_parse(k->d, bk_str(cases[i][0]), &t));
        assert_string_equal(shown(k, t), cases[i][1]);
    }
    struct bk_target t;
    assert_false(bk_target_parse(k->d, BK_S(""), &t));
    assert_false(bk_target_parse(k->d, BK_S("  "), &t));
    assert_false(bk_target_parse(k->d, BK_S("config.workers~"), &t));
}

static void test_names_of_tables(void **state)
{
    static const char *const cases[][2] = {
        {"ok_throughput", "ok_throughput"},
        {"request_latency.p95", "request_latency.p95"},
        {"Total time (s)", "duration [s]"},
        {"latency_p95_ms", "request_latency.p95 [ms]"},
        {"TTFT P95 [ms]", "ttft.p95 [ms]"},
        {"Throughput, req/s", "request_throughput [1/s]"},
        {"Throughput (tokens/s)", "output_token_throughput [tokens/s]"},
        {"p95_s", "request_latency.p95 [s]"},
        {"Avg (ms)", "request_latency.mean [ms]"},
        {"mean_ttft_s", "ttft.mean [s]"},
        {"median e2e latency", "request_latency.p50"},
        {"avg_gpu_memory_gb", "gpu_memory_used.mean [GB]"},
        {"success_rate_pct", "error_rate~ [pct]"},
        {"Errors (%)", "error_rate [%]"},
        {"Errors", "requests_failed"},
        {"aggregate_tps_mean", "output_token_throughput.mean [tok/s]"},
        {"req_throughput_req_s", "request_throughput [req s]"},
        {"Latency (min)", "request_latency.min"},
        {"Duration (min)", "duration [min]"},
        {"Power (W)", "gpu_power [W]"},
        {"GPU (%)", "gpu_utilization [%]"},
        {"Tempo Médio de Resposta", "request_latency.mean"},
        {"**P95 de Tempo de Resposta**", "request_latency.p95"},
        {"Размер батча", "config.batch_size"},
        {"Общее время (с)", "duration [с]"},
        {"Токены в секунду", "output_token_throughput [tok/s]"},
        {"평균 TTFT", "ttft.mean"},
        {"平均TTFT", "ttft.mean"},
        {"平均延迟（ms）", "request_latency.mean [ms]"},
        {"并发数", "config.concurrency"},
        {"p95LatencyMs", "request_latency.p95 [ms]"},
        {"requestsPerSec", "request_throughput [1/s]"},
        {"results.success_count", "requests_ok"},
        {"config.max_model_len", "config.max_model_len"},
        {"config.own_knob", "config.own_knob"},
        {"Output Tokens (tok/s)", "output_token_throughput [tok/s]"},
        {"http_req_duration{name:Login}", "request_latency {name:Login}"},
        {"Notas", "-"},
        /* what must stay unknown rather than become a wrong number */
        {"Avg per Request", "?"},
        {"mean_request_tps", "?"},
        {"model_load_time_seconds", "?"},
        {"mean max latency", "?"},
        {"", "?"},
        {"-", "?"},
    };
    struct kit *k = *state;
    for (int round = 0; round < 2; round++) { /* the second one from the cache */
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
            expect(k, "sweep", cases[i][0], cases[i][1]);
    }
}

static void test_selectors_keep_their_letters(void **state)
{
    struct kit *k = *state;
    expect(k, "sweep", "latency{name:Login}", "request_latency {name:Login}");
    expect(k, "sweep", "latency{name:login}", "request_latency {name:login}");
}

static void test_field_names_of_tools_are_taken_apart_strictly(void **state)
{
    struct kit *k = *state;
    expect(k, "no-such-format", "mean_ttft_ms", "ttft.mean [ms]");
    expect(k, "no-such-format", "p99.9_ttft_ms", "ttft.p99.9 [ms]");
    expect(k, "no-such-format", "max_concurrent_requests", "?");
    expect(k, "no-such-format", "max_output_tokens_per_s", "?");
}

static void test_precedence(void **state)
{
    struct kit *k = *state;
    struct bk_err err;
    assert_true(bk_dict_add_alias(k->d, BK_S("*"), BK_S("speed*"),
                                  BK_S("request_throughput"), BK_S(""), &err));
    expect(k, "sweep", "speed of all", "request_throughput");
    assert_true(bk_dict_add_alias(k->d, BK_S("*"), BK_S("speed of*"),
                                  BK_S("ok_throughput"), BK_S(""), &err));
    expect(k, "sweep", "speed of all", "ok_throughput");
    assert_true(bk_dict_add_alias(k->d, BK_S("sweep"), BK_S("s*l"), BK_S("goodput"),
                                  BK_S(""), &err));
    expect(k, "sweep", "speed of all", "goodput");
    expect(k, "report", "speed of all", "ok_throughput");
    assert_true(bk_dict_add_alias(k->d, BK_S("sweep"), BK_S("Speed of all"),
                                  BK_S("ttft"), BK_S("ms"), &err));
    expect(k, "sweep", "speed of all", "ttft [ms]");
    assert_true(bk_dict_add_map(k->d, BK_S("Speed of all=itl.mean:us"), &err));
    expect(k, "sweep", "speed of all", "itl.mean [us]");
    expect(k, "report", "speed of all", "itl.mean [us]");
    assert_true(bk_dict_add_map(k->d, BK_S("ttft=tpot"), &err));
    expect(k, "sweep", "ttft", "tpot");
}

static void test_maps(void **state)
{
    struct kit *k = *state;
    struct bk_err err;
    assert_true(bk_dict_add_map(k->d, BK_S("np=concurrency"), &err));
    expect(k, "sweep", "`-np`", "config.concurrency");
    assert_true(bk_dict_add_map(k->d, BK_S("a=b=hardware"), &err));
    expect(k, "sweep", "a=b", "hardware");
    assert_true(
        bk_dict_add_map(k->d, BK_S("x=request_latency.p95{name:login}:ms"), &err));
    expect(k, "sweep", "X", "request_latency.p95 {name:login} [ms]");
    assert_false(bk_dict_add_map(k->d, BK_S("no target"), &err));
    assert_int_equal(err.code, BK_EUSAGE);
    assert_false(bk_dict_add_map(k->d, BK_S("=ttft"), &err));
    assert_false(bk_dict_add_map(k->d, BK_S("a="), &err));
    assert_false(bk_dict_add_map(k->d, BK_S("a=ttft:furlong"), &err));
    assert_non_null(strstr(err.msg, "furlong"));
}

static void test_splitting_units_off(void **state)
{
    static const char *const cases[][3] = {
        {"Total time (s)", "Total time", "s"},
        {"**TTFT P95 [ms]**", "TTFT P95", "ms"},
        {"Throughput, req/s", "Throughput", "req/s"},
        {"latency_p95_ms", "latency_p95", "ms"},
        {"Общее время (с)", "Общее время", "с"},
        {"Output tokens/s", "Output tokens/s", "tokens/s"},
        {"request_tps", "request_tps", "tps"},
        {"throughput_rps", "throughput", "rps"},
        {"latency_min", "latency_min", ""},
        {"Concurrency", "Concurrency", ""},
        {"(ms)", "(ms)", ""},
        {"", "", ""},
    };
    struct kit *k = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct bk_str name;
        struct bk_str unit;
        bool split = bk_dict_split_unit(k->d, bk_str(cases[i][0]), &name, &unit);
        assert_string_equal(bk_cstr(k->a, name), cases[i][1]);
        assert_string_equal(bk_cstr(k->a, unit), cases[i][2]);
        assert_int_equal(split, unit.len > 0);
    }
}

static void test_more_names_than_the_cache_holds(void **state)
{
    struct kit *k = *state;
    for (int i = 0; i < 5000; i++) {
        struct bk_str name = bk_fmt(k->a, "own name %d (ms)", i);
        assert_int_equal(bk_dict_find(k->d, BK_S("sweep"), name).kind, BK_TARGET_NONE);
    }
    expect(k, "sweep", "P95 TTFT", "ttft.p95");
}

static void test_long_names_are_unknown(void **state)
{
    struct kit *k = *state;
    char name[100000];
    memset(name, 'a', sizeof name);
    struct bk_str s = {name, sizeof name};
    assert_int_equal(bk_dict_find(k->d, BK_S("sweep"), s).kind, BK_TARGET_NONE);
    s.len = 240;
    assert_int_equal(bk_dict_find(k->d, BK_S("sweep"), s).kind, BK_TARGET_NONE);
    for (size_t i = 1; i < 240; i += 2)
        name[i] = ' ';
    assert_int_equal(bk_dict_find(k->d, BK_S("sweep"), s).kind, BK_TARGET_NONE);
}

/* Results must survive an importer that releases its arena between two lookups. */
static void test_cache_survives_a_release(void **state)
{
    struct kit *k = *state;
    for (int i = 0; i < 3; i++) {
        struct bk_arena_mark mark = bk_arena_mark(k->a);
        struct bk_target t =
            bk_dict_find(k->d, BK_S("sweep"), BK_S("p97.5 of request latency (ms)"));
        assert_true(bk_is(t.stat, "p97.5"));
        bk_arena_release(k->a, mark);
        memset(bk_alloc(k->a, 5000), 'x', 5000);
    }
}

/* Every line of every alias file has a target and a unit that mean something, and no
 * name twice. */
static void check_alias_file(struct kit *k, const char *path)
{
    struct bk_buf b = {0};
    struct bk_err err;
    struct bk_map seen = {0};
    assert_true(bk_read_file(path, &b, &err));
    struct bk_str rest = bk_buf_str(&b);
    struct bk_str line;
    assert_true(bk_next_line(&rest, &line));
    assert_string_equal(bk_cstr(k->a, line), "alias,target,unit");
    while (bk_next_line(&rest, &line)) {
        struct bk_str alias = line;
        struct bk_str tail;
        if (line.len > 0 && line.ptr[0] == '"') {
            size_t end = bk_find(bk_from(line, 1), BK_S("\","));
            assert_true(end != BK_NONE);
            alias = bk_upto(bk_from(line, 1), end);
            tail = bk_from(line, end + 3);
        } else {
            tail = bk_cut(line, ',', &alias);
        }
        struct bk_str target;
        struct bk_str unit = bk_cut(tail, ',', &target);
        if (!bk_dict_add_alias(k->d, BK_S("test"), alias, target, unit, &err))
            fail_msg("%s: %.*s: %s", path, BK_F(line), err.msg);
        if (bk_map_get(&seen, alias))
            fail_msg("%s: '%.*s' is there twice", path, BK_F(alias));
        bk_map_put(k->a, &seen, bk_dup(k->a, alias), k);
    }
    bk_buf_free(&b);
}

static void test_alias_files(void **state)
{
    struct kit *k = *state;
    DIR *folder = opendir(BK_SOURCE_DIR "/schema/aliases");
    assert_non_null(folder);
    const struct dirent *entry;
    size_t n = 0;
    while ((entry = readdir(folder))) {
        if (!bk_ends(bk_str(entry->d_name), BK_S(".csv")))
            continue;
        check_alias_file(k, bk_cstr(k->a, bk_fmt(k->a, "%s/schema/aliases/%s",
                                                 BK_SOURCE_DIR, entry->d_name)));
        n++;
    }
    closedir(folder);
    assert_true(n > 0);
}

static void test_roles_of_parameters(void **state)
{
    static const struct {
        const char *name;
        enum bk_param_role role;
    } want[] = {
        {"workers", BK_PARAM_SETTING},    {"never heard of", BK_PARAM_SETTING},
        {"concurrency", BK_PARAM_LOAD},   {"Input Len", BK_PARAM_TASK},
        {"num_prompts", BK_PARAM_EFFORT}, {"total_connections", BK_PARAM_DERIVED},
        {"request_rate", BK_PARAM_LOAD},  {"batch_size", BK_PARAM_SETTING}};
    struct kit *k = *state;
    for (size_t i = 0; i < sizeof want / sizeof *want; i++)
        assert_int_equal(bk_dict_param_role(k->d, bk_str(want[i].name)), want[i].role);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_every_name_of_the_design_is_there),
        TEST(test_units),
        TEST(test_stats),
        TEST(test_keys_and_hardware),
        TEST(test_targets),
        TEST(test_names_of_tables),
        TEST(test_selectors_keep_their_letters),
        TEST(test_field_names_of_tools_are_taken_apart_strictly),
        TEST(test_precedence),
        TEST(test_maps),
        TEST(test_splitting_units_off),
        TEST(test_more_names_than_the_cache_holds),
        TEST(test_long_names_are_unknown),
        TEST(test_cache_survives_a_release),
        TEST(test_alias_files),
        TEST(test_roles_of_parameters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
