/* 'export everything' covers the schema: a new table or column must be in it, or in the
 * list below of what has another way. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "kit.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "../../../src/record/moved.h"

/* TABLE, or TABLE.COLUMN, and why no line tells of it. */
static const struct {
    const char *name, *why;
} elsewhere[] = {
    {"meta", "about this database only"},
    {"source_chunk", "the bytes of sources"},
    {"param", "names in configs"},
    {"config_param", "written again from config.canonical"},
    {"unit.carries", "whether a unit is such an export: those are left out"},
    {"unit.via_id", "which export told of a unit"},
    {"source.via_id", "which export told of a source"},
    {"metric.canonical", "the dictionary is in the program"},
    {"series_pack.series", "a count of lines"},
    {"series_pack.hash", "of what the lines say"},
};

static bool is_elsewhere(const char *table, const char *column)
{
    char name[200];
    snprintf(name, sizeof name, "%s.%s", table, column);
    for (size_t i = 0; i < sizeof elsewhere / sizeof *elsewhere; i++) {
        if (strcmp(elsewhere[i].name, table) == 0 ||
            strcmp(elsewhere[i].name, name) == 0)
            return true;
    }
    return false;
}

static bool is_word_char(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

static bool has_word(struct bk_str text, const char *word)
{
    struct bk_str w = bk_str(word);
    for (size_t i = 0; i + w.len <= text.len; i++) {
        bool begins = i == 0 || !is_word_char(text.ptr[i - 1]);
        bool ends = i + w.len == text.len || !is_word_char(text.ptr[i + w.len]);
        if (begins && ends && memcmp(text.ptr + i, word, w.len) == 0)
            return true;
    }
    return false;
}

/* Does a statement of the export name the table and, with it, the column? */
static bool is_exported(const char *table, const char *column)
{
    for (int i = 0; i < BK_SQL_COUNT; i++) {
        struct bk_str name = bk_str(bk_sql_blobs[i].name);
        struct bk_str text = {bk_sql_blobs[i].bytes, bk_sql_blobs[i].size};
        if (bk_starts(name, BK_S("everything_")) && has_word(text, table) &&
            has_word(text, column))
            return true;
    }
    return false;
}

static void every_table_and_column_is_exported(void **state)
{
    struct kit *k = *state;
    struct bk_err err = {0};
    struct bk_stmt *st = NULL;
    bool more = true;
    int n = 0, bad = 0;
    const struct bk_str sql =
        BK_S("SELECT t.name, c.name FROM pragma_table_list AS t "
             "JOIN pragma_table_info(t.name) AS c "
             "WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%'");
    assert_true(bk_user_stmt(k->db, sql, &st, &err));
    while (bk_step(st, &more, &err) && more) {
        const char *table = bk_cstr(k->a, bk_col_text(st, 0));
        const char *column = bk_cstr(k->a, bk_col_text(st, 1));
        n++;
        if (strcmp(column, "id") == 0 || is_elsewhere(table, column) ||
            is_exported(table, column))
            continue;
        print_error("'export everything' does not tell of %s.%s\n", table, column);
        bad++;
    }
    bk_user_stmt_free(st);
    assert_true(n > 200);
    assert_int_equal(bad, 0);
}

static void a_column_that_nobody_exports_is_noticed(void **state)
{
    (void)state;
    assert_false(is_exported("run", "colour_of_the_rack"));
    assert_false(is_exported("no_such_table", "name"));
    assert_true(is_exported("run", "status_why"));
}

/* The columns of a statement are the fields of its kind, by name and in order. */
static void statements_have_the_fields_of_their_kinds(void **state)
{
    struct kit *k = *state;
    int found = 0;
    for (int i = 0; i < BK_SQL_COUNT; i++) {
        struct bk_str name = bk_str(bk_sql_blobs[i].name);
        if (!bk_starts(name, BK_S("everything_")))
            continue;
        struct bk_stmt *st = bk_stmt(k->db, (enum bk_sql)i);
        enum bk_moved_kind kind =
            bk_moved_kind_named(bk_from(name, strlen("everything_")));
        assert_int_not_equal(kind, BK_N_MOVED);
        const struct bk_moved_shape *shape = &bk_moved_shapes[kind];
        assert_int_equal(bk_col_count(st), shape->n_fields);
        for (size_t c = 0; c < shape->n_fields; c++)
            assert_string_equal(bk_col_name(st, c), bk_moved_key(&shape->fields[c]));
        found++;
    }
    assert_int_equal(found, BK_N_MOVED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_table_and_column_is_exported, kit_new,
                                        kit_free),
        cmocka_unit_test(a_column_that_nobody_exports_is_noticed),
        cmocka_unit_test_setup_teardown(statements_have_the_fields_of_their_kinds,
                                        kit_new, kit_free),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
