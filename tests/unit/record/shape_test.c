/* Models by the names that they are served under. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../../src/record/shape.h"

static void expect(struct bk_arena *a, const char *name, const char *model)
{
    const struct bk_model_shape *shape = bk_model_shape_of(a, bk_str(name));
    if (model == NULL && shape != NULL)
        fail_msg("'%s' is taken for '%.*s'", name, BK_F(shape->model));
    if (model != NULL && (shape == NULL || !bk_is(shape->model, model)))
        fail_msg("'%s' is not taken for '%s'", name, model);
}

static void names_as_served(void **state)
{
    (void)state;
    struct bk_arena *a = bk_arena_new();
    expect(a, "Qwen/Qwen3-4B-Instruct-2507-FP8", "qwen3-4b");
    expect(a, "qwen3-4b", "qwen3-4b");
    expect(a, "qwen3-4b:latest", "qwen3-4b");
    expect(a, "openai/gpt-oss-120b", "gpt-oss-120b");
    /* the longer of two names that fit */
    expect(a, "deepseek-ai/DeepSeek-V3.1-Terminus", "deepseek-v3.1");
    expect(a, "deepseek-ai/DeepSeek-V3-0324", "deepseek-v3");
    expect(a, "qwen3-4bx", NULL);
    expect(a, "qwen3", NULL);
    expect(a, "", NULL);
    bk_arena_free(a);
}

static void shapes_give_sizes(void **state)
{
    (void)state;
    struct bk_arena *a = bk_arena_new();
    const struct bk_model_shape *hybrid = bk_model_shape_of(a, BK_S("gpt-oss-20b"));
    assert_true(bk_kv_token_bytes(&hybrid->kv, BK_KV_FP8) == 24576);
    assert_true(bk_kv_growth_bytes(&hybrid->kv, BK_KV_FP8) == 12288);
    const struct bk_model_shape *mla = bk_model_shape_of(a, BK_S("deepseek-v3"));
    assert_true(bk_kv_token_bytes(&mla->kv, BK_KV_BF16) == 70272);
    size_t n;
    const struct bk_model_shape *shapes = bk_model_shapes(a, &n);
    assert_true(n > 10);
    for (size_t i = 0; i < n; i++)
        if (!(bk_kv_token_bytes(&shapes[i].kv, BK_KV_FP16) > 0))
            fail_msg("'%.*s' has no size", BK_F(shapes[i].model));
    bk_arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_as_served),
        cmocka_unit_test(shapes_give_sizes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
