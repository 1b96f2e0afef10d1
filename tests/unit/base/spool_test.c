/* Spools: what was appended comes back, from memory and from the file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "../../../src/base/spool.h"

#define TOTAL ((size_t)300000)

static char byte_at(size_t i)
{
    return (char)(i * 2654435761u >> 13);
}

/* Pieces of many sizes, so that reads span file and memory. */
static void fill_and_read(size_t limit)
{
    struct bk_err err = {0};
    struct bk_spool *s = bk_spool_new(limit);
    char *all = malloc(TOTAL), *out = malloc(TOTAL);
    for (size_t i = 0; i < TOTAL; i++)
        all[i] = byte_at(i);
    for (size_t at = 0, n = 1; at < TOTAL; at += n, n = n * 3 % 7919 + 1) {
        if (n > TOTAL - at)
            n = TOTAL - at;
        assert_true(bk_spool_add(s, (struct bk_str){all + at, n}, &err));
        assert_int_equal(bk_spool_size(s), at + n);
    }
    for (size_t at = 0; at < TOTAL; at += 12345) {
        size_t n = at % 50000 < TOTAL - at ? at % 50000 : TOTAL - at;
        assert_true(bk_spool_read(s, (int64_t)at, out, n, &err));
        assert_memory_equal(out, all + at, n);
    }
    assert_true(bk_spool_read(s, 0, out, TOTAL, &err));
    assert_memory_equal(out, all, TOTAL);
    free(all);
    free(out);
    bk_spool_free(s);
}

static void test_memory(void **state)
{
    (void)state;
    fill_and_read(TOTAL);
}

static void test_file(void **state)
{
    (void)state;
    fill_and_read(0);
    fill_and_read(1000);
    fill_and_read(TOTAL - 1);
}

static void test_no_folder(void **state)
{
    (void)state;
    struct bk_err err = {0};
    struct bk_spool *s = bk_spool_new(3);
    setenv("TMPDIR", "/nowhere/at/all", 1);
    assert_true(bk_spool_add(s, BK_S("abc"), &err));
    assert_false(bk_spool_add(s, BK_S("d"), &err));
    assert_int_equal(err.code, BK_ESYS);
    assert_non_null(strstr(err.msg, "/nowhere/at/all"));
    unsetenv("TMPDIR");
    bk_spool_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_memory),
        cmocka_unit_test(test_file),
        cmocka_unit_test(test_no_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
