/* Texts that are kept once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../../src/base/texts.h"

static void test_equal_texts_are_one(void **state)
{
    (void)state;
    struct bk_arena *a = bk_arena_new();
    struct bk_texts *t = bk_texts_new(a);
    char name[] = "ttft";
    struct bk_str one = bk_texts_keep(t, bk_str(name));
    assert_ptr_not_equal(one.ptr, name);
    assert_ptr_equal(bk_texts_keep(t, bk_str(name)).ptr, one.ptr);
    name[0] = 'x';
    assert_true(bk_is(one, "ttft"));
    assert_true(bk_is(bk_texts_keep(t, bk_str(name)), "xtft"));
    assert_int_equal(bk_texts_keep(t, (struct bk_str){0}).len, 0);
    bk_arena_free(a);
}

static void test_texts_outlive_a_release_and_others_that_come(void **state)
{
    (void)state;
    struct bk_arena *a = bk_arena_new();
    struct bk_texts *t = bk_texts_new(a);
    struct bk_arena_mark mark = bk_arena_mark(a);
    struct bk_str first = bk_texts_keep(t, BK_S("first"));
    for (size_t i = 0; i < 10000; i++) {
        struct bk_str s = bk_texts_keep(t, bk_fmt(a, "name %zu", i));
        assert_true(bk_eq(s, bk_fmt(a, "name %zu", i)));
    }
    bk_arena_release(a, mark);
    assert_true(bk_is(first, "first"));
    assert_true(bk_is(bk_texts_keep(t, BK_S("first")), "first"));
    bk_arena_free(a);
}

static void test_equal_structs_are_one(void **state)
{
    (void)state;
    struct bk_arena *a = bk_arena_new();
    struct bk_texts *t = bk_texts_new(a);
    const double x[2] = {1, 2}, same[2] = {1, 2}, other[2] = {1, 3};
    const double *kept = bk_texts_keep_bytes(t, x, sizeof x);
    assert_true(kept != x && kept[1] > 1.5 && kept[1] < 2.5);
    assert_ptr_equal(bk_texts_keep_bytes(t, same, sizeof same), kept);
    assert_ptr_not_equal(bk_texts_keep_bytes(t, other, sizeof other), kept);
    bk_arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_equal_texts_are_one),
        cmocka_unit_test(test_texts_outlive_a_release_and_others_that_come),
        cmocka_unit_test(test_equal_structs_are_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
