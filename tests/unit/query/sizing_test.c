/* Sizing: lists and ranges of a plan, the load that met objectives, what an engine's
 * blocks are worth. */
#include "kit.h"

#include "../../../src/query/sizing_met.h"
#include "../../../src/query/sizing_plan.h"

#include <math.h>

/* --- lists and ranges --- */

static void lists(void **state)
{
    struct kit *k = *state;
    struct bk_plan_values v;
    must(k, bk_plan_parse(k->a, BK_AXIS_CONCURRENCY, "100..1000:300", &v, &k->err));
    assert_int_equal(v.n, 4);
    assert_true(v.values[0] == 100 && v.values[3] == 1000);
    must(k,
         bk_plan_parse(k->a, BK_AXIS_CONTEXT, "4096, 8192,100..200:60", &v, &k->err));
    assert_int_equal(v.n, 4);
    assert_true(v.values[1] == 8192 && v.values[3] == 160);
    must(k, bk_plan_parse(k->a, BK_AXIS_HEADROOM, "20%,0.3", &v, &k->err));
    assert_true(v.values[0] == 0.2 && v.values[1] == 0.3);
    must(k, bk_plan_parse(k->a, BK_AXIS_HEADROOM, "0..0.3:0.1", &v, &k->err));
    assert_int_equal(v.n, 4); /* 0.30000000000000004 is its end */
    must(k, bk_plan_parse(k->a, BK_AXIS_HA, "none,N+2", &v, &k->err));
    assert_true(v.n == 2 && v.values[1] == 2);
    assert_true(bk_is(v.texts[1], "n+2"));
    must(k, bk_plan_parse(k->a, BK_AXIS_PRECISION, "FP8", &v, &k->err));
    assert_true((enum bk_kv_precision)v.values[0] == BK_KV_FP8);
}

static void what_is_no_list(void **state)
{
    struct kit *k = *state;
    static const struct {
        enum bk_plan_axis axis;
        const char *text;
    } cases[] = {
        {BK_AXIS_CONTEXT, ""},        {BK_AXIS_CONTEXT, "0"},
        {BK_AXIS_CONTEXT, "1.5"},     {BK_AXIS_CONTEXT, "-4"},
        {BK_AXIS_CONTEXT, "4k"},      {BK_AXIS_CONTEXT, "1..9"},
        {BK_AXIS_CONTEXT, "9..1:1"},  {BK_AXIS_CONTEXT, "1..9:0"},
        {BK_AXIS_CONTEXT, "1..9:-1"}, {BK_AXIS_CONTEXT, "1..1000000:1"},
        {BK_AXIS_CONTEXT, "1,,2"},    {BK_AXIS_CONTEXT, "1..1e300:1e-300"},
        {BK_AXIS_CONCURRENCY, "nan"}, {BK_AXIS_CONCURRENCY, "1e300"},
        {BK_AXIS_PRECISION, "fp7"},   {BK_AXIS_HA, "n+9"},
        {BK_AXIS_RATIO, "0"},         {BK_AXIS_RATIO, "120%"},
        {BK_AXIS_HEADROOM, "-10%"},   {BK_AXIS_TP, "0.5"},
        {BK_AXIS_CONTEXT, "..:"},     {BK_AXIS_CONTEXT, "%"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct bk_plan_values v;
        k->err = (struct bk_err){0};
        if (bk_plan_parse(k->a, cases[i].axis, cases[i].text, &v, &k->err))
            fail_msg("'%s' was read", cases[i].text);
        assert_int_equal(k->err.code, BK_EUSAGE);
    }
}

/* --- what was met --- */

static struct bk_met met_of(struct kit *k, const char *slo_text, const char *hardware)
{
    static const struct bk_strings no_where = {NULL, 0};
    struct bk_filter f;
    struct bk_run_list *runs = bk_alloc(k->a, sizeof *runs);
    struct bk_goal *slo = bk_alloc(k->a, sizeof *slo);
    struct bk_met_data *data;
    must(k, bk_goal_parse(k->db, k->a, bk_dict_new(k->a), slo_text, slo, &k->err));
    must(k, bk_filter_parse(k->a, k->db, &no_where, &f, &k->err));
    must(k, bk_runs_load(k->db, k->a, &f, runs, &k->err));
    must(k, bk_met_load(k->db, k->a, runs, slo, 1, &data, &k->err));
    return *bk_met_find(data, runs->rows[0].dim[BK_DIM_MODEL], bk_str(hardware));
}

static void the_load_below_the_first_miss(void **state)
{
    struct kit *k = *state;
    static const struct sample samples[] = {
        {"1", "h100", "chat", "concurrency=10", "error_rate", 0, BK_RUN_OK},
        {"2", "h100", "chat", "concurrency=20", "error_rate", 0.004, BK_RUN_OK},
        {"3", "h100", "chat", "concurrency=40", "error_rate", 0.03, BK_RUN_OK},
        {"4", "h100", "chat", "concurrency=80", "error_rate", 0.001, BK_RUN_OK},
        {"5", "h100", "chat", "workers=4", "error_rate", 0.9, BK_RUN_OK},
        {"7", "h100", "chat", "concurrency=30", "ok_throughput", 7, BK_RUN_OK},
        {"6", "b200", "chat", "concurrency=160", "error_rate", 0, BK_RUN_OK},
    };
    FILL(k, samples);
    struct bk_met m = met_of(k, "error_rate<=1%", "h100");
    assert_true(m.met == 20 && m.missed == 40);
    assert_true(m.uneven); /* 80 met again */
    assert_int_equal(m.loads, 4);
    assert_int_equal(m.without, 1); /* that with a throughput only */
    m = met_of(k, "error_rate<=1%", "b200");
    assert_true(m.met == 160 && isnan(m.missed) && !m.uneven);
    m = met_of(k, "error_rate<=1%", "l40s");
    assert_true(m.loads == 0 && isnan(m.met));
}

static void one_bad_repeat_is_a_miss(void **state)
{
    struct kit *k = *state;
    static const struct sample samples[] = {
        {"1", "h100", "chat", "vus=10", "error_rate", 0, BK_RUN_OK},
        {"2", "h100", "chat", "vus=10", "error_rate", 0.5, BK_RUN_OK},
        {"3", "h100", "chat", "vus=5", "error_rate", 0, BK_RUN_OK},
        {"4", "h100", "chat", "vus=4", "error_rate", 0, BK_RUN_FAILED},
    };
    FILL(k, samples);
    struct bk_met m = met_of(k, "error_rate<=1%", "h100");
    assert_true(isnan(m.met) && m.missed == 4); /* failed, whatever its numbers */
    assert_int_equal(m.loads, 3);
    assert_int_equal(m.runs, 4);
}

/* --- an engine's blocks --- */

static void blocks_of_an_engine(void **state)
{
    struct kit *k = *state;
    struct bk_snapshot_view v;
    struct bk_run_row row;
    struct bk_run *r = new_run(k, "1", "h100", "");
    bool found;
    r->model = BK_S("Qwen/Qwen3-4B-Instruct-2507-FP8");
    set_params(k, r, "block_size=16 num_gpu_blocks=850 cache_dtype=auto");
    add_number(k, r, "requests_ok", "1", 6);
    add_number(k, r, "input_tokens", "1", 246);
    add_number(k, r, "output_tokens", "1", 1739);
    import_run(k, "metrics.txt", r);
    must(k, bk_run_by_ref(k->db, k->a, BK_S("#1"), &row, &found, &k->err));
    assert_true(found && bk_snapshot_has_cache(&row));
    must(k, bk_snapshot_read(k->db, k->a, &row, &v, &k->err));
    assert_true(v.tokens == 13600 && v.usable == 849);
    assert_true(v.request_blocks == 21 && v.average == 40);
    assert_true(v.assumed_precision && bk_snapshot_bytes(&v) == 2005401600);
}

static void runs_without_blocks(void **state)
{
    struct kit *k = *state;
    struct bk_snapshot_view v;
    struct bk_run_row row;
    bool found;
    struct bk_run *r = new_run(k, "1", "h100", "");
    set_params(k, r, "block_size=16 num_gpu_blocks=None");
    import_run(k, "metrics.txt", r);
    must(k, bk_run_by_ref(k->db, k->a, BK_S("#1"), &row, &found, &k->err));
    assert_false(bk_snapshot_has_cache(&row));
    assert_false(bk_snapshot_read(k->db, k->a, &row, &v, &k->err));
    assert_int_equal(k->err.code, BK_OK);
}

static void names_of_one_model(void **state)
{
    struct kit *k = *state;
    struct bk_map cache = {0};
    assert_true(bk_same_model(k->a, &cache, BK_S("Qwen3-4B"), BK_S("Qwen/qwen3-4b")));
    assert_true(
        bk_same_model(k->a, &cache, BK_S("qwen3-4b"), BK_S("Qwen/Qwen3-4B-FP8")));
    assert_true(bk_same_model(k->a, &cache, BK_S("x/house-7b"), BK_S("house-7b")));
    assert_false(bk_same_model(k->a, &cache, BK_S("house-7b"), BK_S("house-7b-chat")));
    assert_false(bk_same_model(k->a, &cache, BK_S("qwen3-4b"), BK_S("qwen3-8b")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_KIT(lists),
        IN_KIT(what_is_no_list),
        IN_KIT(the_load_below_the_first_miss),
        IN_KIT(one_bad_repeat_is_a_miss),
        IN_KIT(blocks_of_an_engine),
        IN_KIT(runs_without_blocks),
        IN_KIT(names_of_one_model),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
