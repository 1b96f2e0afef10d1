/* The KV cache formulas against numbers worked out by hand from public model configs. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../../src/stats/kv.h"

static const struct bk_kv_model llama3_8b = {
    .attention = BK_KV_FULL,
    .layers = 32,
    .kv_heads = 8,
    .head_dim = 128,
};
static const struct bk_kv_model qwen3_4b = {
    .attention = BK_KV_FULL,
    .layers = 36,
    .kv_heads = 8,
    .head_dim = 128,
};
static const struct bk_kv_model gpt_oss_20b = {
    .attention = BK_KV_HYBRID,
    .layers = 24,
    .full_layers = 12,
    .sliding_layers = 12,
    .window = 128,
    .kv_heads = 8,
    .head_dim = 64,
};
static const struct bk_kv_model deepseek_v3 = {
    .attention = BK_KV_MLA,
    .layers = 61,
    .latent_dim = 512 + 64,
};

static void same(double actual, double expected)
{
    if (actual != expected)
        fail_msg("%.17g is not %.17g", actual, expected);
}

static void near(double actual, double expected, double tolerance)
{
    if (!(fabs(actual - expected) <= tolerance))
        fail_msg("%.17g is not %.17g within %g", actual, expected, tolerance);
}

static void bytes_of_a_token(void **state)
{
    (void)state;
    same(bk_kv_token_bytes(&llama3_8b, BK_KV_FP16), 131072);
    struct bk_kv_model llama3_70b = llama3_8b;
    llama3_70b.layers = 80;
    same(bk_kv_token_bytes(&llama3_70b, BK_KV_FP16), 327680);
    same(bk_kv_token_bytes(&qwen3_4b, BK_KV_BF16), 147456);
    same(bk_kv_token_bytes(&qwen3_4b, BK_KV_FP8), 73728);
    same(bk_kv_token_bytes(&gpt_oss_20b, BK_KV_FP8), 24576);
    same(bk_kv_growth_bytes(&gpt_oss_20b, BK_KV_FP8), 12288);
    same(bk_kv_token_bytes(&llama3_8b, BK_KV_FP32), 262144);
}

static void bytes_of_a_latent(void **state)
{
    (void)state;
    same(bk_kv_token_bytes(&deepseek_v3, BK_KV_BF16), 70272);
    same(bk_kv_token_bytes(&deepseek_v3, BK_KV_FP8_DS_MLA), 40016);
    /* what 128 heads of 128 + 128 dimensions would take without the compression */
    struct bk_kv_model mha = {
        .attention = BK_KV_FULL, .layers = 61, .kv_heads = 128, .head_dim = 128};
    same(bk_kv_token_bytes(&mha, BK_KV_BF16), 3997696);
}

static void bytes_with_scales(void **state)
{
    (void)state;
    same(bk_kv_token_layer_bytes(&llama3_8b, BK_KV_INT8), 2048);
    same(bk_kv_token_layer_bytes(&llama3_8b, BK_KV_INT8_TOKEN_HEAD), 2112);
    double nvfp4 = bk_kv_token_layer_bytes(&llama3_8b, BK_KV_NVFP4);
    same(nvfp4, 2 * 8 * 72);
    same(nvfp4 / bk_kv_token_layer_bytes(&llama3_8b, BK_KV_FP16), 0.28125);
}

static void bytes_of_a_hybrid_session(void **state)
{
    (void)state;
    double session = bk_kv_session_bytes(&gpt_oss_20b, BK_KV_FP8, 65536);
    same(session, 805306368.0 + 1572864.0);
    same(session / BK_GIB, 0.75146484375);
    near(session * 500 / BK_GIB, 375.732421875, 0);
    near(session * 500 / BK_GIB / 1024, 0.36693, 5e-6);
    same(bk_kv_session_bytes(&gpt_oss_20b, BK_KV_FP16, 65536), 1613758464);
    same(bk_kv_session_bytes(&gpt_oss_20b, BK_KV_FP4, 65536), 403439616);
    same(bk_kv_session_bytes(&gpt_oss_20b, BK_KV_FP8, 131072), 1612185600);
    /* a context shorter than the window fills no window */
    same(bk_kv_session_bytes(&gpt_oss_20b, BK_KV_FP8, 100), 100 * 24576);
    struct bk_kv_model sliding = gpt_oss_20b;
    sliding.attention = BK_KV_SLIDING;
    same(bk_kv_session_bytes(&sliding, BK_KV_FP8, 131072), 128 * 24576);
}

static void sessions_and_nodes(void **state)
{
    (void)state;
    double hbm = 1440e9 / BK_GIB;
    double session = 0.75146484375;
    near(hbm, 1341.104507, 5e-7);
    double budget = bk_kv_budget(hbm, 120, 0.70);
    near(budget, 854.773155, 5e-7);
    double tight = bk_kv_budget(hbm, 120, 0.65);
    near(tight, 793.717930, 5e-7);
    same(bk_kv_sessions(budget, session), 1137);
    same(bk_kv_sessions(tight, session), 1056);
    same(bk_kv_sessions(budget, 1613758464 / BK_GIB), 568);
    same(bk_kv_sessions(budget, 403439616 / BK_GIB), 2274);
    same(bk_kv_sessions(budget, 1612185600 / BK_GIB), 569);
    same(bk_kv_nodes(500, 0, 1137), 1);
    same(bk_kv_nodes(500, 0.2, 1137), 1);
    same(bk_kv_nodes(500, 0.3, 1056), 1);
    same(bk_kv_nodes(1200, 0.2, 410), 4);
    /* overhead beyond the memory leaves nothing, not a negative budget */
    same(bk_kv_budget(80, 120, 0.7), 0);
    same(bk_kv_sessions(0, session), 0);
    same(bk_kv_nodes(500, 0, 0), 0);
}

static void sessions_by_gpu(void **state)
{
    (void)state;
    double budget = bk_kv_budget(1440e9 / BK_GIB, 120, 0.70);
    near(budget / 8, 106.847, 5e-4);
    same(bk_kv_sessions_per_gpu(budget, 0.75146484375, 8), 1136);
    same(bk_kv_sessions_per_gpu(budget, 0.75146484375, 1), 1137);
    same(bk_kv_sessions_per_gpu(budget, 0.75146484375, 0), 0);
}

static void budget_of_all_memory(void **state)
{
    (void)state;
    double hbm = 1440e9 / BK_GIB;
    near(bk_kv_budget(hbm, 0, 0.7), 938.77, 0.005);
    same(bk_kv_sessions(bk_kv_budget(hbm, 0, 0.70), 0.75146484375), 1249);
    same(bk_kv_sessions(bk_kv_budget(hbm, 0, 0.65), 0.75146484375), 1160);
}

static void spare_nodes(void **state)
{
    (void)state;
    double spare = -1;
    assert_true(bk_kv_spare_nodes(BK_S("none"), &spare));
    same(spare, 0);
    assert_true(bk_kv_spare_nodes(BK_S("N+1"), &spare));
    same(spare, 1);
    assert_true(bk_kv_spare_nodes(BK_S("n+2"), &spare));
    same(spare, 2);
    assert_false(bk_kv_spare_nodes(BK_S("n+3"), &spare));
    assert_true(bk_kv_survives(2, 1, 1137, 500, 0.2));
    assert_false(bk_kv_survives(1, 1, 1137, 500, 0.2));
    assert_true(bk_kv_survives(3, 2, 1056, 500, 0.3));
}

static void tensor_parallel(void **state)
{
    (void)state;
    double one = bk_kv_session_bytes(&llama3_8b, BK_KV_FP16, 1000);
    same(bk_kv_tensor_parallel_bytes(&llama3_8b, BK_KV_FP16, 1000, 1), one);
    same(bk_kv_tensor_parallel_bytes(&llama3_8b, BK_KV_FP16, 1000, 8), one);
    same(bk_kv_tensor_parallel_bytes(&llama3_8b, BK_KV_FP16, 1000, 16), 2 * one);
    double latent = bk_kv_session_bytes(&deepseek_v3, BK_KV_BF16, 1000);
    same(bk_kv_tensor_parallel_bytes(&deepseek_v3, BK_KV_BF16, 1000, 8), 8 * latent);
}

static void blocks_of_vllm(void **state)
{
    (void)state;
    double page = bk_kv_page_bytes(&qwen3_4b, BK_KV_BF16, 16);
    same(page * 36, 2359296);
    same(bk_kv_gpu_blocks(2005401600, page, 36), 850);
    near(2005401600 / BK_GIB, 1.8677, 5e-5);
    near(2005401600 / BK_GIB / 2, 0.9338, 5e-5);
    near(bk_kv_concurrency(850, 16, 2048), 6.64, 5e-3);
    near(bk_kv_concurrency(850, 16, 4096), 3.32, 5e-3);
    near(bk_kv_concurrency(850, 16, 8192), 1.66, 5e-3);
    same(bk_kv_concurrency(850, 16, 13600), 1);
    same(bk_kv_full_blocks(41 + 290, 16), 21);
    same(floor(849 / bk_kv_full_blocks(331, 16)), 40);
}

static void sliding_layers_cost_more_than_their_window(void **state)
{
    (void)state;
    same(bk_kv_sliding_blocks(65536, 128, 1, 16), 9);
    same(bk_kv_sliding_blocks(65536, 128, 8192, 16), 521);
    same(bk_kv_sliding_blocks(65536, 128, 2048, 16), 137);
    static const struct {
        double blocks, gib;
    } cases[] = {{9, 0.75165}, {521, 0.84540}, {137, 0.77509}};
    double page = bk_kv_page_bytes(&gpt_oss_20b, BK_KV_FP8, 16);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double pages = bk_kv_full_blocks(65536, 16) + cases[i].blocks;
        near(12 * pages * page / BK_GIB, cases[i].gib, 5e-6);
    }
    near(bk_kv_paged_bytes(&gpt_oss_20b, BK_KV_FP8, 65536, 1, 16) / BK_GIB, 0.75165,
         5e-6);
    near(bk_kv_paged_bytes(&gpt_oss_20b, BK_KV_FP8, 65536, 8192, 16) / BK_GIB, 0.84540,
         5e-6);
    /* a group of full layers and one of sliding ones */
    same(bk_kv_session_blocks(&gpt_oss_20b, 65536, 1, 16), 4096 + 9);
    same(bk_kv_block_bytes(&gpt_oss_20b, BK_KV_FP8, 16), 12 * page);
    same(bk_kv_session_blocks(&qwen3_4b, 331, 1, 16), 21);
    same(bk_kv_block_bytes(&qwen3_4b, BK_KV_BF16, 16), 2359296);
    same(bk_kv_session_blocks(&(struct bk_kv_model){0}, 331, 1, 16), 0);
    /* kept as full layers: 1.5 GiB a session */
    struct bk_kv_model all_full = gpt_oss_20b;
    all_full.attention = BK_KV_FULL;
    same(bk_kv_session_bytes(&all_full, BK_KV_FP8, 65536) / BK_GIB, 1.5);
    same(bk_kv_sessions(854.773155, 1.5), 569);
}

static void names(void **state)
{
    (void)state;
    enum bk_kv_attention attention;
    enum bk_kv_precision precision;
    assert_true(bk_kv_attention_named(BK_S("Hybrid"), &attention));
    assert_int_equal(attention, BK_KV_HYBRID);
    assert_false(bk_kv_attention_named(BK_S("linear"), &attention));
    assert_true(bk_kv_precision_named(BK_S("FP8"), &precision));
    assert_int_equal(precision, BK_KV_FP8);
    assert_false(bk_kv_precision_named(BK_S("fp7"), &precision));
    assert_false(bk_kv_precision_named((struct bk_str){NULL, 0}, &precision));
}

static void nonsense_gives_nothing(void **state)
{
    (void)state;
    struct bk_kv_model none = {.attention = BK_KV_FULL, .layers = -3, .kv_heads = -1};
    same(bk_kv_session_bytes(&none, BK_KV_FP16, 10), 0);
    same(bk_kv_session_bytes(&llama3_8b, BK_KV_FP16, -1), 0);
    same(bk_kv_gpu_blocks(1e9, 0, 36), 0);
    same(bk_kv_concurrency(850, 16, 0), 0);
    same(bk_kv_sliding_blocks(10, 0, 1, 16), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_of_a_token),
        cmocka_unit_test(bytes_of_a_latent),
        cmocka_unit_test(bytes_with_scales),
        cmocka_unit_test(bytes_of_a_hybrid_session),
        cmocka_unit_test(sessions_and_nodes),
        cmocka_unit_test(sessions_by_gpu),
        cmocka_unit_test(budget_of_all_memory),
        cmocka_unit_test(spare_nodes),
        cmocka_unit_test(tensor_parallel),
        cmocka_unit_test(blocks_of_vllm),
        cmocka_unit_test(sliding_layers_cost_more_than_their_window),
        cmocka_unit_test(names),
        cmocka_unit_test(nonsense_gives_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
