/* What the numbers of a sizing run give, within their printed digits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../../src/record/sizing.h"

struct world {
    struct bk_arena *arena;
    struct bk_sizing sizing;
};

static int set_up(void **state)
{
    static struct world w;
    w = (struct world){.arena = bk_arena_new()};
    *state = &w;
    return 0;
}

static int tear_down(void **state)
{
    bk_arena_free(((struct world *)*state)->arena);
    return 0;
}

static void put(struct world *w, const char *scenario, const char *section,
                const char *name, double value, double half)
{
    struct bk_sizing *s = &w->sizing;
    *BK_PUSH(w->arena, s->values, s->n_values) = (struct bk_sizing_value){
        .scenario = bk_str(scenario),
        .section = bk_str(section),
        .name = bk_str(name),
        .value = value,
        .low = value - half,
        .high = value + half,
    };
}

static void put_text(struct world *w, const char *scenario, const char *section,
                     const char *name, const char *text)
{
    struct bk_sizing *s = &w->sizing;
    *BK_PUSH(w->arena, s->values, s->n_values) = (struct bk_sizing_value){
        .scenario = bk_str(scenario),
        .section = bk_str(section),
        .name = bk_str(name),
        .is_text = true,
        .text = bk_str(text),
    };
}

/* A model of 8 layers, 2 heads of 64, and 1000 sessions of 4096 tokens in fp8. */
static void put_inputs(struct world *w)
{
    put(w, "", "model", "num_layers", 8, 0);
    put(w, "", "model", "num_key_value_heads", 2, 0);
    put(w, "", "model", "head_dim", 64, 0);
    put_text(w, "", "model", "attention_pattern", "full");
    put(w, "", "nfr", "concurrency", 1000, 0);
    put(w, "", "nfr", "effective_context", 4096, 0);
    put_text(w, "", "nfr", "kv_precision", "fp8");
    put_text(w, "minimum", "config", "ha_mode", "n+1");
}

static const struct bk_sizing_recomputed *find(struct world *w, const char *name)
{
    const struct bk_sizing_index *ix = bk_sizing_index(w->arena, &w->sizing);
    size_t n;
    const struct bk_sizing_recomputed *list = bk_sizing_recompute(w->arena, ix, &n);
    for (size_t i = 0; i < n; i++)
        if (bk_is(list[i].stated->name, name))
            return &list[i];
    return NULL;
}

static void a_session_follows_from_the_architecture(void **state)
{
    struct world *w = *state;
    put_inputs(w);
    put(w, "minimum", "results", "kv_per_session", 0.0078 * BK_GIB, 0.00005 * BK_GIB);
    const struct bk_sizing_recomputed *r = find(w, "kv_per_session");
    assert_non_null(r);
    assert_true(r->agrees);
    assert_true(r->computed.value == 2.0 * 4096 * 2 * 64 * 8);
}

static void digits_are_intervals(void **state)
{
    struct world *w = *state;
    put_inputs(w);
    /* 0.7515 x 1000 is 751.5; 751.46 needs an operand of 0.75146 */
    put(w, "minimum", "results", "kv_per_session", 0.7515, 0.00005);
    put(w, "minimum", "results", "kv_total", 751.46, 0.005);
    const struct bk_sizing_recomputed *r = find(w, "kv_total");
    assert_non_null(r);
    assert_true(r->agrees);
    assert_true(bk_is(r->formula, "kv_per_session * concurrency"));
}

static void what_no_digits_give_differs(void **state)
{
    struct world *w = *state;
    put_inputs(w);
    put(w, "minimum", "results", "nodes_with_headroom", 2, 0);
    put(w, "minimum", "results", "nodes_final", 4, 0);
    const struct bk_sizing_recomputed *r = find(w, "nodes_final");
    assert_non_null(r);
    assert_false(r->agrees);
    assert_true(r->computed.value == 3); /* one spare node of n+1 */
}

static void a_mode_has_its_number_of_spare_nodes(void **state)
{
    struct world *w = *state;
    put_inputs(w);
    put(w, "minimum", "config", "ha_extra_nodes", 2, 0);
    const struct bk_sizing_recomputed *r = find(w, "ha_extra_nodes");
    assert_non_null(r);
    assert_false(r->agrees);
    assert_true(r->computed.value == 1);
}

static void what_lacks_inputs_is_left_out(void **state)
{
    struct world *w = *state;
    put(w, "minimum", "results", "nodes_final", 4, 0);
    put(w, "minimum", "results", "kv_total", 4, 0);
    assert_null(find(w, "nodes_final"));
    assert_null(find(w, "kv_total"));
}

static void two_values_of_one_name_conflict(void **state)
{
    struct world *w = *state;
    put(w, "minimum", "results", "nodes_final", 3, 0);
    put(w, "minimum", "results", "nodes_final", 9, 0);
    size_t n;
    const struct bk_sizing_conflict *c =
        bk_sizing_conflicts(bk_sizing_index(w->arena, &w->sizing), &n);
    assert_int_equal(n, 1);
    assert_true(c[0].value->value == 9 && c[0].other->value == 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_session_follows_from_the_architecture, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(digits_are_intervals, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_no_digits_give_differs, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_mode_has_its_number_of_spare_nodes, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(what_lacks_inputs_is_left_out, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(two_values_of_one_name_conflict, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
