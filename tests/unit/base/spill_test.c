/* Spills: what was appended comes back, from memory and from the file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "../../../src/base/spill.h"

#define TOTAL ((size_t)300000)

static char byte_at(size_t i)
{
    return (char)(i * 2654435761u >> 13);
}

/* Pieces of many sizes, so that reads span file and memory. */
static void fill_and_read(size_t limit)
{
    struct bk_err err = {0};
    struct bk_spill *s = bk_spill_new(limit);
    char *all = malloc(TOTAL);
    struct bk_buf out = {0};
    uint64_t place;
    for (size_t i = 0; i < TOTAL; i++)
        all[i] = byte_at(i);
    for (size_t at = 0, n = 1; at < TOTAL; at += n, n = n * 3 % 7919 + 1) {
        if (n > TOTAL - at)
            n = TOTAL - at;
        assert_true(bk_spill_add(s, (struct bk_str){all + at, n}, &place, &err));
        assert_int_equal(place, at);
    }
    for (size_t at = 0; at < TOTAL; at += 12345) {
        size_t n = at % 50000 < TOTAL - at ? at % 50000 : TOTAL - at;
        assert_true(bk_spill_get(s, at, n, &out, &err));
        assert_int_equal(out.len, n);
        assert_memory_equal(out.ptr, all + at, n);
    }
    assert_true(bk_spill_get(s, 0, TOTAL, &out, &err));
    assert_memory_equal(out.ptr, all, TOTAL);
    free(all);
    bk_buf_free(&out);
    bk_spill_free(s);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_memory),
        cmocka_unit_test(test_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
