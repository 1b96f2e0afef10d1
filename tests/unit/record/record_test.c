/* Building runs, finding what is in them, and printing them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../../src/record/sink.h"

static void test_parameters_replace_and_are_found(void **state)
{
    (void)state;
    struct bk_arena *a = bk_arena_new();
    struct bk_run *r = bk_run_new(a);
    assert_int_equal(r->started_ns, BK_NO_TIME);
    bk_run_param(a, r, BK_S("workers"), BK_S("8"), BK_S("line 1"));
    bk_run_param(a, r, BK_S("pool_size"), BK_S("25"), BK_S("line 2"));
    bk_run_param(a, r, BK_S("workers"), BK_S("16"), BK_S("flag"));
    assert_int_equal(r->n_params, 2);
    assert_true(bk_is(bk_run_find_param(r, "workers")->value, "16"));
    assert_true(bk_is(bk_run_find_param(r, "pool_size")->value, "25"));
    assert_null(bk_run_find_param(r, "threads"));
    bk_arena_free(a);
}

static void test_lowest_rank_is_found(void **state)
{
    (void)state;
    struct bk_arena *a = bk_arena_new();
    struct bk_run *r = bk_run_new(a);
    bk_run_derive(a, r, "requests", "value", "1", 10, "a + b")->rank = 2;
    bk_run_derive(a, r, "requests", "value", "1", 11, "c");
    bk_run_derive(a, r, "requests", "value", "1", 12, "d")->scope = BK_S("ok");
    assert_true(bk_run_find(r, "requests", "value", "")->value == 11);
    assert_true(bk_run_find(r, "requests", "value", "ok")->value == 12);
    assert_null(bk_run_find(r, "requests", "mean", ""));
    bk_arena_free(a);
}

static void test_numbers_counted_in_advance_take_exactly_their_room(void **state)
{
    (void)state;
    struct bk_arena *a = bk_arena_new();
    struct bk_run *r = bk_run_new(a);
    bk_run_reserve(a, r, 100);
    struct bk_measurement *first = bk_run_measure(a, r);
    first->value = 7;
    while (r->n_measurements < 100)
        bk_run_measure(a, r)->value = 1;
    assert_int_equal(r->room, 100);
    assert_ptr_equal(r->measurements, first);
    bk_run_measure(a, r)->value = 2; /* one that follows from them */
    assert_true(r->room > 100 && r->room < 120);
    assert_true(first->value == 7 && r->measurements[0].value == 7);
    assert_true(r->measurements[100].value == 2 && r->measurements[100].rank == 0);
    bk_arena_free(a);
}

static void test_a_list_that_the_run_did_not_make_grows_too(void **state)
{
    (void)state;
    struct bk_arena *a = bk_arena_new();
    struct bk_run *r = bk_run_new(a);
    struct bk_measurement own[3] = {{.value = 1}, {.value = 2}, {.value = 3}};
    r->measurements = own;
    r->n_measurements = 3;
    for (size_t i = 3; i < 2000; i++)
        bk_run_measure(a, r)->value = (double)i + 1;
    for (size_t i = 0; i < 2000; i++)
        assert_true(r->measurements[i].value == (double)i + 1);
    bk_arena_free(a);
}

static void test_printing(void **state)
{
    (void)state;
    struct bk_arena *a = bk_arena_new();
    struct bk_buf out = {0};
    struct bk_print_sink sink;
    struct bk_err err;
    bk_print_sink_init(&sink, &out);
    struct bk_run *r = bk_run_new(a);
    r->hardware = BK_S("h100");
    r->key = BK_S("say \"hi\"\n");
    bk_run_param(a, r, BK_S("workers"), BK_S("8"), BK_S(""));
    struct bk_measurement *m =
        bk_run_derive(a, r, "duration", "value", "s", 2, "x / y");
    m->low = 1.5;
    m->high = 2.5;
    bk_run_finding(a, r, "truncated", BK_WARNING, BK_S("run"), "ends at %d", 7);
    assert_true(sink.sink.run(&sink.sink, r, &err));
    assert_string_equal(
        out.ptr, "run key=\"say \\\"hi\\\"\\n\" hardware=\"h100\"\n"
                 "  param workers value=\"8\"\n"
                 "  measurement duration.value value=2 unit=\"s\" low=1.5 high=2.5 "
                 "origin=derived formula=\"x / y\"\n"
                 "  finding truncated warning subject=\"run\" message=\"ends at 7\"\n");
    bk_buf_free(&out);
    bk_arena_free(a);
}

static void test_many_parameters(void **state)
{
    (void)state;
    struct bk_arena *a = bk_arena_new();
    struct bk_run *r = bk_run_new(a);
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 1000; i++)
            bk_run_param(a, r, bk_fmt(a, "p%d", i), bk_fmt(a, "%d", i + round),
                         BK_S(""));
    }
    assert_int_equal(r->n_params, 1000);
    for (int i = 0; i < 1000; i++) {
        const struct bk_param *p = bk_run_param_named(r, bk_fmt(a, "p%d", i));
        assert_non_null(p);
        assert_true(bk_eq(p->value, bk_fmt(a, "%d", i + 1)));
    }
    assert_null(bk_run_param_named(r, BK_S("p1000")));
    bk_arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parameters_replace_and_are_found),
        cmocka_unit_test(test_lowest_rank_is_found),
        cmocka_unit_test(test_many_parameters),
        cmocka_unit_test(test_numbers_counted_in_advance_take_exactly_their_room),
        cmocka_unit_test(test_a_list_that_the_run_did_not_make_grows_too),
        cmocka_unit_test(test_printing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
