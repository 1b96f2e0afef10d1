/* Base64: the vectors of RFC 4648 section 10, and texts that are none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../../src/base/base64.h"

static void vectors_go_both_ways(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {
        {"", ""},
        {"f", "Zg=="},
        {"fo", "Zm8="},
        {"foo", "Zm9v"},
        {"foob", "Zm9vYg=="},
        {"fooba", "Zm9vYmE="},
        {"foobar", "Zm9vYmFy"},
    };
    struct bk_arena *a = bk_arena_new();
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        struct bk_str back;
        assert_true(bk_is(bk_base64(a, bk_str(pairs[i][0])), pairs[i][1]));
        assert_true(bk_base64_decode(a, bk_str(pairs[i][1]), &back));
        assert_true(bk_is(back, pairs[i][0]));
    }
    bk_arena_free(a);
}

static void every_byte_comes_back(void **state)
{
    (void)state;
    char bytes[256];
    struct bk_arena *a = bk_arena_new();
    struct bk_str back;
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)(unsigned char)(255 - i);
    for (size_t n = 0; n <= sizeof bytes; n++) {
        struct bk_str s = {bytes, n};
        assert_true(bk_base64_decode(a, bk_base64(a, s), &back));
        assert_true(bk_eq(s, back));
    }
    bk_arena_free(a);
}

static void other_texts_are_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "Z",    "Zg",   "Zg=",  "Zh==",      "Zm9=", "Zg==Zg==", "Zm 9",
        "====", "Z===", "Zg=A", "Zm9v\n===", "Zm-_", "Zm9vYg=Y",
    };
    struct bk_arena *a = bk_arena_new();
    struct bk_str back;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_false(bk_base64_decode(a, bk_str(texts[i]), &back));
    assert_false(bk_base64_decode(a, BK_S("Zm\0v"), &back));
    bk_arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(vectors_go_both_ways),
        cmocka_unit_test(every_byte_comes_back),
        cmocka_unit_test(other_texts_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
