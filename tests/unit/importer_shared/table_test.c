/* CSV tables and the blocks of Markdown texts. */
#include "../../../importers/shared/table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

static struct bk_arena *arena;
static struct bk_err err;

static int set_up(void **state)
{
    (void)state;
    arena = bk_arena_new();
    err = (struct bk_err){0};
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    bk_arena_free(arena);
    return 0;
}

static void test_csv_table(void **state)
{
    (void)state;
    struct bk_table t;
    struct bk_str text = BK_S("name , value,note\r\n"
                              "\r\n"
                              "a,\"1,5\",\"two\nlines\"\r\n"
                              "b,2\r\n"
                              "c,3,x,y\r\n");
    assert_true(bk_csv_read(arena, text, ',', &t, &err));
    assert_int_equal(t.n_columns, 3);
    assert_true(bk_is(t.header[0], "name") && bk_is(t.header[1], "value"));
    assert_int_equal(t.n_rows, 3);
    assert_int_equal(t.row_lines[0], 3);
    assert_int_equal(t.row_lines[1], 5);
    assert_true(bk_is(t.rows[0][1], "1,5") && bk_is(t.rows[0][2], "two\nlines"));
    assert_int_equal(t.rows[1][2].len, 0);
    assert_true(bk_is(t.rows[2][2], "x"));
    assert_int_equal(t.ragged, 2);
}

static void test_csv_blank_lines_take_no_room(void **state)
{
    (void)state;
    enum {
        LINES = 300000
    };
    struct bk_table t;
    struct bk_buf b = {0};
    bk_buf_addf(&b, "name,value\n");
    for (int i = 0; i < LINES; i++)
        bk_buf_addc(&b, '\n');
    bk_buf_addf(&b, "a,1\n");
    assert_true(bk_csv_read(arena, bk_buf_str(&b), ',', &t, &err));
    assert_int_equal(t.n_rows, 1);
    assert_int_equal(t.row_lines[0], LINES + 2);
    assert_true(bk_arena_size(arena) < 100000);
    bk_buf_free(&b);
}

static void test_csv_cells(void **state)
{
    (void)state;
    struct bk_str **rows;
    size_t *widths, n;
    assert_true(bk_csv_cells(arena, BK_S(" a ,\"q \"\"x\"\"\",\n\nlast"), ',', &rows,
                             &widths, &n, &err));
    assert_int_equal(n, 3);
    assert_int_equal(widths[0], 3);
    assert_true(bk_is(rows[0][0], " a ") && bk_is(rows[0][1], "q \"x\""));
    assert_int_equal(rows[0][2].len, 0);
    assert_int_equal(widths[1], 1);
    assert_true(bk_is(rows[2][0], "last"));
    assert_true(
        bk_csv_cells(arena, BK_S("a\rb\r\nc\n"), ',', &rows, &widths, &n, &err));
    assert_int_equal(n, 3);
}

static void refuses_csv(const char *text, const char *message)
{
    struct bk_table t;
    assert_false(bk_csv_read(arena, bk_str(text), ',', &t, &err));
    assert_int_equal(err.code, BK_EINPUT);
    assert_non_null(strstr(err.msg, message));
}

static void test_csv_errors(void **state)
{
    (void)state;
    refuses_csv("a,b\n1,2\n3,\"x\ny\nz", "line 3: a quoted field that never ends");
    refuses_csv("a,b\n1,2\n3,x\"y\n", "line 3: a quote inside a field");
    refuses_csv("a,b\n1,\"2\" x\n", "line 2: a quote inside a field");
    struct bk_buf b = {0};
    for (int i = 0; i < 5000; i++)
        bk_buf_addc(&b, ',');
    refuses_csv(b.ptr, "line 1: more than 4096 columns");
    bk_buf_clear(&b);
    bk_buf_add(&b, BK_S("a,b\n\""));
    for (int i = 0; i < 300000; i++)
        bk_buf_add(&b, BK_S("text,\n"));
    refuses_csv(b.ptr, "line 2: a field longer than 1 MiB");
    bk_buf_free(&b);
}

static void test_delimiter(void **state)
{
    (void)state;
    assert_int_equal(bk_csv_delimiter(BK_S("a,b,c\n1,2,3\n")), ',');
    assert_int_equal(bk_csv_delimiter(BK_S("a;b;c\n1,5;2,5;3,5\n4,5;1,0;2,0\n")), ';');
    assert_int_equal(bk_csv_delimiter(BK_S("a\tb\n1,2\t3\n")), '\t');
    assert_int_equal(bk_csv_delimiter(BK_S("a|b\n1|2\n")), '|');
    assert_int_equal(bk_csv_delimiter(BK_S("\"x;y\",b\n\"1;2;3\",2\n")), ',');
    assert_int_equal(bk_csv_delimiter(BK_S("")), ',');
}

static const char document[] = "# Session **7**\r\n"
                               "\r\n"
                               "Intro line one\r\n"
                               "and two.\r\n"
                               "\r\n"
                               "Results\r\n"
                               "-------\r\n"
                               "| Metric | `B200` | H\\|100 |\r\n"
                               "|:---|---:|---|\r\n"
                               "| a\\|b | 1 |\r\n"
                               "| **c** | 2 | 3 | 4 |\r\n"
                               "\r\n"
                               "**Details:**\r\n"
                               "- first: 1\r\n"
                               "  goes on\r\n"
                               "  * nested\r\n"
                               "1. numbered\r\n"
                               "```text\r\n"
                               "| not | a |\r\n"
                               "|---|---|\r\n"
                               "```\r\n"
                               "Before the table:\r\n"
                               "\r\n"
                               "x | y\r\n"
                               "--|--\r\n"
                               "1 | 2\r\n"
                               "end";

static void expect(struct bk_markdown *m, enum bk_block_kind kind, size_t line,
                   const char *text, struct bk_block *block)
{
    bk_markdown_next(arena, m, block);
    assert_int_equal(block->kind, kind);
    assert_int_equal(block->line, line);
    if (text != NULL)
        assert_true(bk_is(block->text, text));
}

static void test_markdown(void **state)
{
    (void)state;
    struct bk_markdown m;
    struct bk_block b;
    bk_markdown_init(&m, bk_str(document));
    expect(&m, BK_BLOCK_HEADING, 1, "Session **7**", &b);
    assert_int_equal(b.level, 1);
    expect(&m, BK_BLOCK_PARAGRAPH, 3, "Intro line one\r\nand two.", &b);
    expect(&m, BK_BLOCK_HEADING, 6, "Results", &b);
    assert_int_equal(b.level, 2);
    expect(&m, BK_BLOCK_TABLE, 8, NULL, &b);
    assert_int_equal(b.table.n_headings, 2);
    assert_true(bk_is(b.table.headings[0], "Session 7"));
    assert_true(bk_is(b.table.headings[1], "Results"));
    assert_int_equal(b.table.n_columns, 3);
    assert_true(bk_is(b.table.header[1], "B200") && bk_is(b.table.header[2], "H|100"));
    assert_int_equal(b.table.n_rows, 2);
    assert_int_equal(b.table.ragged, 2);
    assert_int_equal(b.table.row_lines[1], 11);
    assert_true(bk_is(b.table.rows[0][0], "a|b") && b.table.rows[0][2].len == 0);
    assert_true(bk_is(b.table.rows[1][0], "**c**") && bk_is(b.table.rows[1][2], "3"));
    expect(&m, BK_BLOCK_HEADING, 13, "Details:", &b);
    assert_int_equal(b.level, 6);
    expect(&m, BK_BLOCK_ITEM, 14, "first: 1\r\n  goes on", &b);
    assert_int_equal(b.level, 0);
    expect(&m, BK_BLOCK_ITEM, 16, "nested", &b);
    assert_int_equal(b.level, 1);
    expect(&m, BK_BLOCK_ITEM, 17, "numbered", &b);
    expect(&m, BK_BLOCK_CODE, 18, "| not | a |\r\n|---|---|", &b);
    expect(&m, BK_BLOCK_PARAGRAPH, 22, "Before the table:", &b);
    expect(&m, BK_BLOCK_TABLE, 24, NULL, &b);
    assert_true(bk_is(b.table.before, "Before the table:"));
    assert_int_equal(b.table.n_headings, 3);
    assert_int_equal(b.table.n_rows, 1);
    expect(&m, BK_BLOCK_PARAGRAPH, 27, "end", &b);
    expect(&m, BK_BLOCK_END, 28, NULL, &b);
}

static void test_odd_markdown(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",         "\n\n",
        "```",      "```\n",
        "|",        "|\n|-",
        "#",        "- ",
        "1.",       "**",
        "a\n---",   "> | a | b |\n> |---|---|\n> | 1 | 2 |",
        "\\",       "|\\\n|-|-|\n|\\",
        "***\n---",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct bk_markdown m;
        struct bk_block b;
        size_t blocks = 0;
        bk_markdown_init(&m, bk_str(texts[i]));
        do {
            bk_markdown_next(arena, &m, &b);
            assert_true(++blocks < 10);
        } while (b.kind != BK_BLOCK_END);
    }
    struct bk_markdown m;
    struct bk_block b;
    bk_markdown_init(&m, bk_str(texts[11]));
    expect(&m, BK_BLOCK_TABLE, 1, NULL, &b);
    assert_true(bk_is(b.table.rows[0][1], "2"));
}

static void plain(const char *from, const char *to)
{
    struct bk_str s = bk_markdown_plain(arena, bk_str(from));
    if (!bk_is(s, to))
        fail_msg("'%s' became '%.*s', not '%s'", from, BK_F(s), to);
}

static void test_plain(void **state)
{
    (void)state;
    plain("**bold** and *thin*", "bold and thin");
    plain("***both***", "both");
    plain("__a__ `code_x` max_num_seqs", "a code_x max_num_seqs");
    plain("_a b_", "a b");
    plain("[text](http://x/y_z) ![i](u)", "text i");
    plain("2 * 3 * 4", "2 * 3 * 4");
    plain("8*H100", "8*H100");
    plain("a\\*b\\|c", "a*b|c");
    plain("one<br/>two", "one two");
    plain("~~old~~ ~150 ms", "old ~150 ms");
    plain("**11.01**", "11.01");
    plain("**open", "**open");
    plain("`", "`");
    plain("", "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_csv_table, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_csv_blank_lines_take_no_room, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_csv_cells, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_csv_errors, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_delimiter, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_markdown, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_odd_markdown, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_plain, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
