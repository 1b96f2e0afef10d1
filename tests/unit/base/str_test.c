/* Errors, arenas and strings. */
#include "../../../src/base/arena.h"
#include "../../../src/base/err.h"
#include "../../../src/base/hash.h"
#include "../../../src/base/str.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

static void fail_sets_code_and_message(void **state)
{
    (void)state;
    struct bk_err err = {0};
    assert_false(bk_fail(&err, BK_EINPUT, "line %d: no number", 12));
    assert_int_equal(err.code, BK_EINPUT);
    assert_string_equal(err.msg, "line 12: no number");
    assert_false(bk_wrap(&err, "cannot read '%s'", "a.csv"));
    assert_string_equal(err.msg, "cannot read 'a.csv': line 12: no number");
    assert_int_equal(err.code, BK_EINPUT);
    assert_int_equal(bk_exit_status(err.code), 4);
}

static void a_skipped_input_is_no_failure_of_the_command(void **state)
{
    (void)state;
    assert_int_equal(bk_exit_status(BK_ESKIP), 0);
}

static void fail_errno_speaks_in_lower_case(void **state)
{
    (void)state;
    struct bk_err err = {0};
    assert_false(bk_fail_errno(&err, ENOENT, "cannot open '%s'", "x"));
    assert_string_equal(err.msg, "cannot open 'x': no such file or directory");
    assert_int_equal(err.code, BK_ESYS);
}

static void long_messages_are_cut_between_characters(void **state)
{
    (void)state;
    struct bk_err err = {0};
    char text[2000];
    for (size_t i = 0; i + 2 < sizeof text; i += 2)
        memcpy(text + i, "\xC3\xA9", 2);
    text[sizeof text - 2] = 0;
    bk_fail(&err, BK_ESYS, "a%s", text);
    size_t len = strlen(err.msg);
    assert_true(len < sizeof err.msg && len > sizeof err.msg - 4);
    assert_int_equal((unsigned char)err.msg[len - 1], 0xA9);
    bk_wrap(&err, "%s", text);
    assert_true(strlen(err.msg) < sizeof err.msg);
}

static void arena_gives_zeroed_aligned_memory_back(void **state)
{
    (void)state;
    struct bk_arena *a = bk_arena_new();
    bk_alloc(a, 10);
    struct bk_arena_mark mark = bk_arena_mark(a);
    size_t held = bk_arena_size(a);
    for (int round = 0; round < 3; round++) {
        for (size_t size = 1; size < 100000; size *= 3) {
            unsigned char *p = bk_alloc(a, size);
            assert_int_equal((uintptr_t)p % _Alignof(max_align_t), 0);
            for (size_t i = 0; i < size; i++)
                assert_int_equal(p[i], 0);
            memset(p, 0xAA, size);
        }
        bk_arena_release(a, mark);
        assert_int_equal(bk_arena_size(a), held);
    }
    bk_arena_free(a);
    bk_arena_free(NULL);
}

static void arena_can_be_released_to_its_beginning(void **state)
{
    (void)state;
    struct bk_arena *a = bk_arena_new();
    struct bk_arena_mark empty = bk_arena_mark(a);
    bk_alloc(a, 100);
    bk_arena_release(a, empty);
    assert_int_equal(bk_arena_size(a), 0);
    char *p = bk_alloc(a, 100);
    assert_int_equal(p[99], 0);
    bk_arena_free(a);
}

static jmp_buf out_of_memory;
static void give_up(size_t size)
{
    (void)size;
    longjmp(out_of_memory, 1);
}

static void arrays_that_overflow_end_in_the_hook(void **state)
{
    (void)state;
    struct bk_arena *a = bk_arena_new();
    bk_set_out_of_memory(give_up);
    if (setjmp(out_of_memory) == 0) {
        bk_alloc_array(a, SIZE_MAX / 2, 3);
        fail_msg("an impossible array was allocated");
    }
    bk_set_out_of_memory(NULL);
    bk_arena_free(a);
}

static void push_grows_lists(void **state)
{
    (void)state;
    struct bk_arena *a = bk_arena_new();
    int *list = NULL;
    size_t n = 0;
    for (int i = 0; i < 1000; i++) {
        int *last = BK_PUSH(a, list, n);
        assert_int_equal(*last, 0);
        *last = i + 1;
    }
    assert_int_equal(n, 1000);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(list[i], i + 1);
    n = 3; /* an element that is used again is zeroed again */
    assert_int_equal(*BK_PUSH(a, list, n), 0);
    bk_arena_free(a);
}

static void slices_compare_and_cut(void **state)
{
    (void)state;
    struct bk_str none = {0}, head, line;
    assert_true(bk_eq(none, BK_S("")));
    assert_true(bk_is(none, ""));
    assert_false(bk_eq(BK_S("a"), BK_S("b")));
    assert_true(bk_eq_nocase(BK_S("TTFT"), BK_S("ttft")));
    assert_true(bk_cmp(BK_S("ab"), BK_S("abc")) < 0);
    assert_true(bk_cmp(BK_S("\xC3"), BK_S("z")) > 0);
    assert_true(bk_starts(BK_S("ttft.p95"), BK_S("ttft")));
    assert_false(bk_starts(BK_S("t"), BK_S("ttft")));
    assert_true(bk_ends(BK_S("a.csv"), BK_S(".csv")));
    assert_true(bk_is(bk_trim(BK_S(" \t a b\r\n")), "a b"));
    assert_true(bk_is(bk_trim(BK_S("  ")), ""));
    assert_int_equal(bk_find(BK_S("aaab"), BK_S("aab")), 1);
    assert_int_equal(bk_find(BK_S("aa"), BK_S("aab")), BK_NONE);
    assert_int_equal(bk_find(none, BK_S("a")), BK_NONE);
    assert_int_equal(bk_rfind_char(BK_S("a/b/c"), '/'), 3);

    struct bk_str rest = bk_cut(BK_S("k=v=w"), '=', &head);
    assert_true(bk_is(head, "k") && bk_is(rest, "v=w"));
    rest = bk_cut(BK_S("k"), '=', &head);
    assert_true(bk_is(head, "k") && rest.ptr == NULL);
    rest = bk_cut(BK_S("k="), '=', &head);
    assert_true(rest.ptr != NULL && rest.len == 0);

    rest = BK_S("one\r\n\ntwo");
    assert_true(bk_next_line(&rest, &line) && bk_is(line, "one"));
    assert_true(bk_next_line(&rest, &line) && bk_is(line, ""));
    assert_true(bk_next_line(&rest, &line) && bk_is(line, "two"));
    assert_false(bk_next_line(&rest, &line));
}

static void buffers_hold_their_maximum(void **state)
{
    (void)state;
    struct bk_buf b = {.max = 5};
    bk_buf_add(&b, BK_S("abc"));
    bk_buf_addf(&b, "%d", 42);
    assert_string_equal(b.ptr, "abc42");
    assert_false(b.full);
    bk_buf_addc(&b, 'x');
    assert_true(b.full);
    assert_string_equal(b.ptr, "abc42");
    assert_null(bk_buf_reserve(&b, 1));
    bk_buf_clear(&b);
    assert_false(b.full);
    assert_non_null(bk_buf_reserve(&b, 5));
    assert_null(bk_buf_reserve(&b, SIZE_MAX));
    bk_buf_free(&b);
}

static void maps_find_what_was_put(void **state)
{
    (void)state;
    struct bk_arena *a = bk_arena_new();
    struct bk_map m = {0};
    static int values[500];
    assert_null(bk_map_get(&m, BK_S("x")));
    for (int i = 0; i < 500; i++)
        bk_map_put(a, &m, bk_fmt(a, "key %d", i), &values[i]);
    bk_map_put(a, &m, BK_S("key 7"), &values[8]);
    assert_int_equal(m.n, 500);
    assert_ptr_equal(bk_map_get(&m, BK_S("key 499")), &values[499]);
    assert_ptr_equal(bk_map_get(&m, BK_S("key 7")), &values[8]);
    assert_null(bk_map_get(&m, BK_S("key 500")));
    bk_arena_free(a);
}

/* FIPS 180-4 examples: "abc" and the empty message. */
static void sha256_gives_known_digests(void **state)
{
    (void)state;
    char hex[65];
    bk_sha256_of(BK_S("abc"), hex);
    assert_string_equal(
        hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    struct bk_sha256 h;
    bk_sha256_init(&h);
    bk_sha256_add(&h, (struct bk_str){0});
    bk_sha256_hex(&h, hex);
    assert_string_equal(
        hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

static void formatted_and_joined_texts_have_any_length(void **state)
{
    (void)state;
    struct bk_arena *a = bk_arena_new();
    for (size_t len = 250; len < 262; len++) {
        struct bk_buf b = {0};
        char *text = bk_alloc(a, len + 1);
        memset(text, 'x', len);
        bk_buf_addf(&b, "<%s>", text);
        assert_int_equal(b.len, len + 2);
        assert_int_equal(b.ptr[len + 1], '>');
        struct bk_str s = bk_fmt(a, "<%s>", text);
        assert_int_equal(s.len, len + 2);
        assert_int_equal(strlen(s.ptr), s.len);
        assert_true(bk_eq(s, bk_buf_str(&b)));
        bk_buf_free(&b);
    }
    struct bk_buf small = {.max = 4};
    bk_buf_addf(&small, "%d", 12345);
    assert_true(small.full);
    bk_buf_free(&small);
    const struct bk_str parts[] = {BK_S("a"), {0}, BK_S("bc")};
    assert_true(bk_is(bk_join(a, parts, 3, '/'), "a//bc"));
    assert_true(bk_is(bk_join(a, parts, 1, '/'), "a"));
    assert_true(bk_is(bk_join(a, parts, 0, '/'), ""));
    bk_arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fail_sets_code_and_message),
        cmocka_unit_test(a_skipped_input_is_no_failure_of_the_command),
        cmocka_unit_test(fail_errno_speaks_in_lower_case),
        cmocka_unit_test(long_messages_are_cut_between_characters),
        cmocka_unit_test(arena_gives_zeroed_aligned_memory_back),
        cmocka_unit_test(arena_can_be_released_to_its_beginning),
        cmocka_unit_test(arrays_that_overflow_end_in_the_hook),
        cmocka_unit_test(push_grows_lists),
        cmocka_unit_test(slices_compare_and_cut),
        cmocka_unit_test(buffers_hold_their_maximum),
        cmocka_unit_test(formatted_and_joined_texts_have_any_length),
        cmocka_unit_test(maps_find_what_was_put),
        cmocka_unit_test(sha256_gives_known_digests),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
