/* Documents that are too large are refused with a message: nothing of them is left out
 * in silence. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "../../../importers/importer.h"

/* head, and then n times "before NUMBER behind". */
static struct bk_str repeated(struct bk_arena *a, const char *head, size_t n,
                              const char *before, const char *behind)
{
    struct bk_buf b = {0};
    bk_buf_addf(&b, "%s", head);
    for (size_t i = 0; i < n; i++)
        bk_buf_addf(&b, "%s%zu%s", before, i, behind);
    struct bk_str text = bk_dup(a, bk_buf_str(&b));
    bk_buf_free(&b);
    return text;
}

static bool import(struct bk_arena *a, const char *format, struct bk_str text,
                   struct bk_err *err)
{
    struct bk_input *in = bk_input_of(BK_S("x"), text);
    const struct bk_importer *importer = bk_importer_named(bk_str(format));
    struct bk_importing im = {
        .arena = a,
        .dict = bk_dict_new(a),
        .sink = bk_discard_sink(),
        .format = bk_str(format),
        .taken_ns = BK_NO_TIME,
    };
    *err = (struct bk_err){0};
    bool ok = importer->import(in, &im, err);
    bk_input_close(in);
    return ok;
}

static void refuses(const char *format, const char *head, const char *before,
                    const char *behind, const char *why)
{
    struct bk_arena *a = bk_arena_new();
    struct bk_err err;
    assert_true(import(a, format, repeated(a, head, 100, before, behind), &err));
    assert_false(import(a, format, repeated(a, head, 60000, before, behind), &err));
    assert_int_equal(err.code, BK_EINPUT);
    if (strstr(err.msg, why) == NULL)
        fail_msg("%s: %s", format, err.msg);
    bk_arena_free(a);
}

static void test_rows_of_tables(void **state)
{
    (void)state;
    refuses("sweep", "| workers | ttft |\n|---|---|\n", "| ", " | 1 |\n",
            "rows and statements");
    refuses("sweep", "workers,ttft\n", "", ",1\n", "more than 9000 runs in one table");
    refuses("report", "# r\n\n| workers | ttft |\n|---|---|\n", "| ", " | 1 |\n",
            "rows and statements");
}

/* A table of 'columns' unknown numbers and ttft, each row with 'filled' of them. */
static struct bk_str table(struct bk_arena *a, size_t rows, size_t columns,
                           size_t filled, size_t least)
{
    struct bk_buf b = {0};
    for (size_t j = 0; j < columns; j++)
        bk_buf_addf(&b, "own_%zu,", j);
    bk_buf_addf(&b, "ttft\n");
    for (size_t i = 0; i < rows; i++) {
        for (size_t j = 0; j < columns; j++)
            bk_buf_addf(&b, j < filled ? "1," : j % 2 ? "," : "N/A,");
        bk_buf_addf(&b, "1\n");
    }
    while (b.len > 0 && b.len < least) /* blank lines are no rows */
        bk_buf_addc(&b, '\n');
    struct bk_str text = bk_dup(a, bk_buf_str(&b));
    bk_buf_free(&b);
    return text;
}

static void takes(size_t rows, size_t columns, size_t filled, size_t least,
                  const char *refused)
{
    struct bk_arena *a = bk_arena_new();
    struct bk_err err;
    bool ok = import(a, "sweep", table(a, rows, columns, filled, least), &err);
    if (refused == NULL && !ok)
        fail_msg("%zu rows of %zu: %s", rows, filled + 1, err.msg);
    if (refused != NULL && (ok || strstr(err.msg, refused) == NULL))
        fail_msg("%zu rows of %zu: %s", rows, filled + 1, ok ? "taken" : err.msg);
    bk_arena_free(a);
}

static void test_only_filled_cells_of_tables_count(void **state)
{
    (void)state;
    takes(2000, 190, 3, 0, NULL);
    takes(240, 499, 498, 0, NULL);
    takes(250, 499, 498, 0, "more than 120000 cells");
    takes(9000, 3, 3, 0, NULL);
    takes(9001, 3, 3, 0, "more than 9000 runs");
    takes(9000, 9, 9, 0, "too many for one table");
}

static void test_larger_tables_may_hold_more(void **state)
{
    (void)state;
    size_t least = 3 * 1024 * 1024 / 2;
    takes(9001, 3, 3, least, NULL);
    takes(13501, 3, 3, least, "more than 13500 runs");
}

static void test_headings_and_paragraphs(void **state)
{
    (void)state;
    refuses("report", "# r\n\n| metric | h100 |\n|---|---|\n| TTFT | 1 s |\n\n", "## a",
            "\n\n", "more than 5000 headings");
    refuses("report", "# r\n\n| metric | h100 |\n|---|---|\n| TTFT | 1 s |\n\n",
            "word ", "\n\n", "more than 5000 headings or 50000 paragraphs");
}

static void test_appended_results(void **state)
{
    (void)state;
    refuses("vllm-latency", "",
            "{\"avg_latency\":", ",\"latencies\":[1],\"percentiles\":{\"10\":1}}\n",
            "more than 5000 runs");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_of_tables),
        cmocka_unit_test(test_only_filled_cells_of_tables_count),
        cmocka_unit_test(test_larger_tables_may_hold_more),
        cmocka_unit_test(test_headings_and_paragraphs),
        cmocka_unit_test(test_appended_results),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
