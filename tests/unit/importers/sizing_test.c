/* Sizing runs: what is recomputed, from which digits, and what the names of files say. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../../importers/importer.h"

/* A sink that keeps the one sizing run. */
struct keep {
    struct bk_sink sink;
    struct bk_sizing *sizing;
};

static bool keep_sizing(struct bk_sink *s, struct bk_sizing *sizing, struct bk_err *err)
{
    (void)err;
    ((struct keep *)s)->sizing = sizing;
    return true;
}

struct world {
    struct bk_arena *arena;
    struct keep keep;
    struct bk_err err;
};

static int set_up(void **state)
{
    static struct world w;
    w = (struct world){.arena = bk_arena_new(), .keep.sink.sizing = keep_sizing};
    *state = &w;
    return 0;
}

static int tear_down(void **state)
{
    bk_arena_free(((struct world *)*state)->arena);
    return 0;
}

static bool import(struct world *w, struct bk_input *in)
{
    const struct bk_importer *sizing = bk_importer_named(BK_S("sizing"));
    struct bk_importing im = {
        .arena = w->arena,
        .dict = bk_dict_new(w->arena),
        .sink = &w->keep.sink,
        .format = BK_S("sizing"),
        .taken_ns = BK_NO_TIME,
    };
    assert_non_null(sizing);
    bool ok = sizing->import(in, &im, &w->err);
    bk_input_close(in);
    return ok;
}

static const struct bk_sizing *import_text(struct world *w, const char *name,
                                           struct bk_str text)
{
    if (!import(w, bk_input_of(bk_str(name), text)))
        fail_msg("%s", w->err.msg);
    return w->keep.sizing;
}

static const struct bk_sizing_value *value(const struct bk_sizing *s,
                                           const char *scenario, const char *name)
{
    for (size_t i = 0; i < s->n_values; i++)
        if (bk_is(s->values[i].scenario, scenario) && bk_is(s->values[i].name, name))
            return &s->values[i];
    fail_msg("no value %s of scenario '%s'", name, scenario);
    return NULL;
}

static size_t count(const struct bk_sizing *s, const char *code)
{
    size_t n = 0;
    for (size_t i = 0; i < s->n_findings; i++)
        n += bk_is(s->findings[i].code, code);
    return n;
}

/* One scenario of a small run: 8 layers x 2 heads x 64 at 4096 tokens in fp8. */
static struct bk_str one_scenario(struct world *w, const char *results)
{
    return bk_fmt(
        w->arena,
        "{\"inputs\":{\"model\":{\"name\":\"wren-1b\",\"num_layers\":8,"
        "\"num_key_value_heads\":2,\"head_dim\":64,\"max_position_embeddings\":8192,"
        "\"attention_pattern\":\"full\"},"
        "\"server\":{\"name\":\"nest-1x24\",\"gpus\":1,\"hbm_per_gpu_gb\":24,"
        "\"total_hbm_gb\":24},"
        "\"nfr\":{\"concurrency\":1000,\"effective_context\":4096,"
        "\"kv_precision\":\"fp8\",\"runtime_overhead_gib\":4}},"
        "\"scenarios\":{\"minimum\":{\"configuration\":{\"peak_headroom_ratio\":0.1,"
        "\"ha_mode\":\"n+1\",\"kv_budget_ratio\":0.8},\"results\":{%s}}},"
        "\"alerts\":[]}",
        results);
}

/* --- what a result stands for --- */

static void consistent_results_are_left_alone(void **state)
{
    struct world *w = *state;
    /* 2 x 4096 x 2 x 64 x 8 = 8388608 B; (22.3517 - 4) 0.8 = 14.6814 GiB: 1879 */
    const struct bk_sizing *s = import_text(
        w, "x.json",
        one_scenario(w, "\"kv_per_session_gib\":0.0078,\"kv_total_gib\":7.81,"
                        "\"hbm_total_gib\":22.35,\"kv_budget_gib\":14.68,"
                        "\"sessions_per_node\":1879,\"nodes_capacity\":1,"
                        "\"nodes_with_headroom\":1,\"nodes_final\":2"));
    assert_int_equal(count(s, "derived-mismatch"), 0);
    assert_int_equal(count(s, "conflicting-values"), 0);
    assert_true(value(s, "minimum", "kv_budget")->value == 14.68 * 1073741824.0);
}

static void each_wrong_result_is_found(void **state)
{
    static const struct {
        const char *results, *subject, *expected;
    } cases[] = {
        {"\"kv_per_session_gib\":0.0156", "kv_per_session", "0.0078125 GiB"},
        {"\"kv_per_session_gib\":0.0078,\"kv_total_gib\":8.1", "kv_total", "7.8 GiB"},
        {"\"hbm_total_gib\":24.0e1", "hbm_total", "22.3517 GiB"},
        {"\"hbm_total_gib\":22.35,\"kv_budget_gib\":17.88", "kv_budget", "14.68 GiB"},
        {"\"kv_budget_gib\":14.68,\"kv_per_session_gib\":0.0078,"
         "\"sessions_per_node\":2100",
         "sessions_per_node", "1882"},
        {"\"sessions_per_node\":300,\"nodes_capacity\":3", "nodes_capacity", "4"},
        {"\"sessions_per_node\":300,\"nodes_with_headroom\":3", "nodes_with_headroom",
         "4"},
        {"\"nodes_with_headroom\":3,\"nodes_final\":3", "nodes_final", "4"},
        {"\"nodes_final\":3,\"sessions_per_node_effective\":333",
         "sessions_per_node_effective", "334"},
        {"\"fixed_model_gib\":2.0,\"budget_for_sessions_gib\":18.35,"
         "\"hbm_total_gib\":22.35",
         "budget_for_sessions", "16.35 GiB"},
        {"\"total_power_kw\":3.5,\"storage_power_kw\":0.5,"
         "\"total_power_kw_with_storage\":4.6",
         "total_power_with_storage", "4 kW"},
    };
    struct world *w = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct bk_sizing *s =
            import_text(w, "x.json", one_scenario(w, cases[i].results));
        const struct bk_finding *found = NULL;
        for (size_t k = 0; k < s->n_findings; k++)
            if (bk_is(s->findings[k].code, "derived-mismatch"))
                found = &s->findings[k];
        if (!found || count(s, "derived-mismatch") != 1)
            fail_msg("%s: %zu findings", cases[i].subject,
                     count(s, "derived-mismatch"));
        assert_true(bk_is(found->subject, cases[i].subject));
        if (!bk_is(found->expected, cases[i].expected))
            fail_msg("%s: expected is '%.*s'", cases[i].subject, BK_F(found->expected));
        assert_true(found->locator.len > 0);
    }
}

static void headroom_on_whole_nodes_is_said(void **state)
{
    struct world *w = *state;
    /* ceil(1000 x 1.1 / 1000) and ceil(1 x 1.1) are both 2; at 1200 sessions they
     * are 1 and 2 */
    const struct bk_sizing *s =
        import_text(w, "x.json",
                    one_scenario(w, "\"sessions_per_node\":1200,\"nodes_capacity\":1,"
                                    "\"nodes_with_headroom\":2"));
    assert_int_equal(count(s, "derived-mismatch"), 0);
    assert_int_equal(count(s, "headroom-on-nodes"), 1);
}

static void exact_bytes_stand_for_the_printed_value(void **state)
{
    struct world *w = *state;
    struct bk_str text = bk_fmt(
        w->arena, "%s",
        "{\"inputs\":{\"model\":\"m\",\"server\":\"s\"},\"alerts\":[],\"scenarios\":"
        "{\"minimum\":{\"results\":{\"kv_per_session_gib\":0.0078},\"rationale\":"
        "{\"kv_per_session_gib\":{\"formula\":\"f\",\"inputs\":"
        "{\"total_bytes\":8388608}}}}}}");
    const struct bk_sizing *s = import_text(w, "x.json", text);
    const struct bk_sizing_value *v = value(s, "minimum", "kv_per_session");
    assert_true(v->value == 8388608 && v->low == v->high);
    assert_true(bk_is(v->source_value, "0.0078"));
    assert_true(bk_is(v->locator, "/scenarios/minimum/results/kv_per_session_gib"));
    assert_int_equal(s->n_formulas, 1);
}

/* A trailing zero that JSON drops widens what "1341.1" stands for; no more than that. */
static void digits_give_intervals(void **state)
{
    struct world *w = *state;
    const struct bk_sizing *s =
        import_text(w, "x.json",
                    one_scenario(w, "\"hbm_total_gib\":22.4,\"sessions_per_node\":77,"
                                    "\"total_heat_btu_hr\":5000.0"));
    const struct bk_sizing_value *hbm = value(s, "minimum", "hbm_total");
    assert_true(fabs(hbm->low / 1073741824.0 - 22.35) < 1e-9);
    assert_true(fabs(hbm->high / 1073741824.0 - 22.45) < 1e-9);
    const struct bk_sizing_value *sessions = value(s, "minimum", "sessions_per_node");
    assert_true(sessions->low == 77 && sessions->high == 77);
    const struct bk_sizing_value *heat = value(s, "minimum", "total_heat");
    assert_true(bk_is(heat->unit, "W"));
    assert_true(fabs(heat->value - 5000 * 0.29307107) < 1e-9);
    assert_true(fabs((heat->high - heat->low) - 0.29307107) < 1e-9);
}

/* --- context --- */

static void the_name_gives_the_time(void **state)
{
    static const struct {
        const char *name, *taken;
        size_t conflicts;
    } cases[] = {
        {"sizing_wren-1b_nest-1x24_20260211_070809.json", "2026-02-11T07:08:09Z", 0},
        {"sizing_WREN_1B_nest_1x24_20260211_070809.json.gz", "2026-02-11T07:08:09Z", 0},
        {"sizing_wren-2b_nest-1x24_20260211_070809.json", "2026-02-11T07:08:09Z", 1},
        {"sizing_wren-1b_nest-1x24_20261311_070809.json", NULL, 0},
        {"wren.json", NULL, 0},
        {"sizing_.json", NULL, 0},
    };
    struct world *w = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct bk_sizing *s =
            import_text(w, cases[i].name, one_scenario(w, "\"nodes_final\":2"));
        char taken[40] = "";
        if (s->taken_ns != BK_NO_TIME)
            bk_format_iso(s->taken_ns, taken);
        assert_string_equal(taken, cases[i].taken ? cases[i].taken : "");
        assert_int_equal(count(s, "context-conflict"), cases[i].conflicts);
        assert_true(bk_is(s->model, "wren-1b"));
    }
}

/* --- real files --- */

static void import_corpus_file(struct world *w, const char *folder, const char *name,
                               size_t mismatches)
{
    struct bk_input *in;
    const char *path = bk_fmt(w->arena, "%s/sizing/%s", folder, name).ptr;
    if (!bk_input_open(&in, path, &w->err) || !import(w, in))
        fail_msg("%s: %s", name, w->err.msg);
    if (count(w->keep.sizing, "derived-mismatch") != mismatches)
        fail_msg("%s: %zu results do not recompute", name,
                 count(w->keep.sizing, "derived-mismatch"));
}

static void real_files_recompute(void **state)
{
    const char *folder = getenv("BENCHKEEP_CORPUS");
    if (!folder) {
        printf("BENCHKEEP_CORPUS is not set: skipped\n");
        skip();
    }
    import_corpus_file(*state, folder, "hand-old-json.json", 0);
    import_corpus_file(*state, folder, "hand-new-json.json", 0);
    import_corpus_file(*state, folder, "hand-short-report.txt", 0);
    import_corpus_file(*state, folder, "hand-inconsistent.json", 1);
    import_corpus_file(*state, folder, "opt-oss-20b_dgx-b200.txt", 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(consistent_results_are_left_alone),
        TEST(each_wrong_result_is_found),
        TEST(headroom_on_whole_nodes_is_said),
        TEST(exact_bytes_stand_for_the_printed_value),
        TEST(digits_give_intervals),
        TEST(the_name_gives_the_time),
        TEST(real_files_recompute),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
