/* Users' own SQL, our SQL functions, copies and checks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../../src/store/internal.h"
#include "folder.h"

static void must(bool ok, const struct bk_err *err)
{
    if (!ok) {
        fail_msg("%s", err->msg);
    }
}

static struct bk_db *open_as(const char *path, enum bk_db_mode mode)
{
    struct bk_db *db;
    struct bk_err err = {0};
    must(bk_db_open(&db, path, mode, &err), &err);
    return db;
}

static bool set_meta(struct bk_db *db, const char *name, struct bk_err *err)
{
    struct bk_stmt *st = bk_stmt(db, BK_SQL_META_SET);
    bk_bind_text(st, ":name", bk_str(name));
    bk_bind_text(st, ":value", BK_S("1"));
    return bk_run_stmt(st, err);
}

/* --- what is let through --- */

static void reading_is_allowed(void **state)
{
    (void)state;
    static const char *const fine[] = {
        "SELECT * FROM v_run",
        "select count(*) from measurement where rank = 0;",
        "WITH RECURSIVE n(x) AS (VALUES (1) UNION SELECT 2 FROM n) SELECT x FROM n",
        "VALUES (1), (2)",
        "EXPLAIN QUERY PLAN SELECT * FROM run",
        "PRAGMA table_info(run)",
        "PRAGMA user_version",
        "SELECT name FROM pragma_table_list",
        "SELECT value FROM json_each('[1,2]')",
        "SELECT sum(x) OVER (ORDER BY x) FROM (SELECT 1 AS x)",
    };
    struct bk_db *db;
    struct bk_err err = {0};
    must(bk_db_open_memory(&db, &err), &err);
    for (size_t i = 0; i < sizeof fine / sizeof *fine; i++) {
        struct bk_stmt *st;
        bool row = true;
        must(bk_user_stmt(db, bk_str(fine[i]), &st, &err), &err);
        while (row) {
            if (!bk_step(st, &row, &err)) {
                fail_msg("%s: %s", fine[i], err.msg);
            }
        }
        bk_user_stmt_free(st);
    }
    bk_db_close(db);
}

static void writing_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "DELETE FROM run",
        "INSERT INTO meta VALUES ('a', 'b')",
        "WITH x AS (SELECT 1) DELETE FROM meta",
        "UPDATE meta SET value = '' RETURNING value",
        "EXPLAIN DELETE FROM meta",
        "CREATE TABLE t (x)",
        "CREATE TEMP TABLE t (x)",
        "DROP VIEW v_run",
        "ATTACH 'other.db' AS other",
        "DETACH main",
        "VACUUM",
        "VACUUM INTO 'copy.db'",
        "BEGIN",
        "COMMIT",
        "SAVEPOINT a",
        "PRAGMA user_version = 5",
        "PRAGMA journal_mode = DELETE",
        "PRAGMA query_only = OFF",
        "PRAGMA writable_schema = ON",
        "PRAGMA wal_checkpoint",
        "UPDATE sqlite_master SET sql = ''",
        "REINDEX",
        "ANALYZE",
        "SELECT load_extension('x')",
        "SELECT 1; DELETE FROM meta",
        "SELECT nothing FROM run",
        "SELECT",
        "",
    };
    struct bk_db *db;
    struct bk_err err = {0};
    must(bk_db_open_memory(&db, &err), &err);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct bk_stmt *st;
        err = (struct bk_err){0};
        bool ok = bk_user_stmt(db, bk_str(bad[i]), &st, &err);
        if (ok || err.code != BK_EUSAGE) {
            fail_msg("%s: %d %s", bad[i], (int)err.code, err.msg);
        }
    }
    /* the connection writes as before */
    must(set_meta(db, "a", &err), &err);
    bk_db_close(db);
}

static void the_locks_hold_while_the_statement_lives(void **state)
{
    (void)state;
    struct bk_db *db;
    struct bk_stmt *st;
    struct bk_err err = {0};
    must(bk_db_open_memory(&db, &err), &err);
    must(bk_user_stmt(db, BK_S("SELECT 1"), &st, &err), &err);
    assert_false(set_meta(db, "a", &err));
    bk_user_stmt_free(st);
    err = (struct bk_err){0};
    must(set_meta(db, "a", &err), &err);
    bk_db_close(db);
}

static void a_mistake_at_run_time_is_the_users(void **state)
{
    (void)state;
    struct bk_db *db;
    struct bk_stmt *st;
    struct bk_err err = {0};
    bool row;
    must(bk_db_open_memory(&db, &err), &err);
    must(bk_user_stmt(db, BK_S("SELECT abs(-9223372036854775808)"), &st, &err), &err);
    assert_false(bk_step(st, &row, &err));
    assert_int_equal(err.code, BK_EUSAGE);
    bk_user_stmt_free(st);
    bk_db_close(db);
}

/* --- functions --- */

static void functions_give_known_values(void **state)
{
    (void)state;
    static const struct {
        const char *sql, *want; /* NULL: NULL */
    } cases[] = {
        {"SELECT median(column1) FROM (VALUES (3), (1), (2))", "2.0"},
        {"SELECT median(column1) FROM (VALUES (4), (1), (NULL), (2), (3))", "2.5"},
        {"SELECT median(column1) FROM (VALUES (NULL))", NULL},
        {"SELECT median(1) FROM run", NULL},
        {"SELECT percentile(column1, 95) FROM (VALUES (1), (2), (3), (4), (5))", "4.8"},
        {"SELECT percentile(column1, 0) FROM (VALUES (7), (5), (9))", "5.0"},
        {"SELECT percentile(column1, 100) FROM (VALUES (7), (5), (9))", "9.0"},
        {"SELECT round(stddev(column1), 6) FROM (VALUES (2), (4), (4), (4), (5), (5), "
         "(7), (9))",
         "2.13809"},
        {"SELECT stddev(1)", NULL},
        {"SELECT count_ids(column1) FROM (VALUES (1), (0), (NULL), (1), (64), (70000))",
         "4"},
        {"SELECT count_ids(id) FROM run", "0"},
        {"SELECT iso_time(0)", "1970-01-01T00:00:00Z"},
        {"SELECT iso_time(1771042382234000000)", "2026-02-14T04:13:02.234Z"},
        {"SELECT iso_time(NULL)", NULL},
        {"SELECT human_bytes(512)", "512 B"},
        {"SELECT human_bytes(1536)", "1.5 KiB"},
        {"SELECT human_bytes(85899345920)", "80 GiB"},
        {"SELECT human_bytes('x')", NULL},
    };
    struct bk_db *db;
    struct bk_err err = {0};
    must(bk_db_open_memory(&db, &err), &err);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct bk_stmt *st;
        bool row;
        must(bk_user_stmt(db, bk_str(cases[i].sql), &st, &err), &err);
        must(bk_step(st, &row, &err), &err);
        assert_true(row);
        struct bk_str got = bk_col_text(st, 0);
        if (cases[i].want ? !bk_is(got, cases[i].want) : !bk_col_is_null(st, 0)) {
            fail_msg("%s: %.*s", cases[i].sql, BK_F(got));
        }
        bk_user_stmt_free(st);
    }
    bk_db_close(db);
}

static void a_percentile_out_of_range_is_an_error(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "SELECT percentile(column1, 101) FROM (VALUES (1), (2))",
        "SELECT percentile(column1, 'x') FROM (VALUES (1), (2))",
        "SELECT percentile(column1, NULL) FROM (VALUES (1), (2))",
        "SELECT percentile(column1, column1 * 60) FROM (VALUES (1), (2))",
        "SELECT count_ids(column1) FROM (VALUES (1), (-1))",
        "SELECT count_ids(column1) FROM (VALUES (1), ('x'))",
        "SELECT count_ids(9223372036854775807)",
    };
    struct bk_db *db;
    struct bk_err err = {0};
    must(bk_db_open_memory(&db, &err), &err);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct bk_stmt *st;
        bool row;
        must(bk_user_stmt(db, bk_str(bad[i]), &st, &err), &err);
        if (bk_step(st, &row, &err)) {
            fail_msg("taken: %s", bad[i]);
        }
        bk_user_stmt_free(st);
    }
    bk_db_close(db);
}

/* --- copies and checks --- */

static void count_complaints(void *self, struct bk_str complaint)
{
    assert_true(complaint.len > 0);
    ++*(int *)self;
}

static void a_copy_holds_the_same(void **state)
{
    struct folder *f = *state;
    char to[128], wal[140];
    struct bk_err err = {0};
    int64_t n;
    snprintf(to, sizeof to, "%s/copy.db", f->path);
    snprintf(wal, sizeof wal, "%s-wal", to);
    struct bk_db *db = open_as(f->db, BK_DB_WRITE);
    must(set_meta(db, "kept", &err), &err);
    struct bk_db *reader = open_as(f->db, BK_DB_READ);
    must(bk_db_backup(reader, to, &err), &err);
    assert_int_not_equal(access(wal, F_OK), 0);
    assert_false(bk_db_backup(reader, to, &err));
    assert_non_null(strstr(err.msg, "exists already"));
    bk_db_close(reader);
    bk_db_close(db);
    db = open_as(to, BK_DB_READ);
    must(bk_db_number(db, "SELECT count(*) FROM meta WHERE name = 'kept'", &n, &err),
         &err);
    assert_int_equal(n, 1);
    bk_db_close(db);
}

static void a_copy_that_cannot_be_made_leaves_nothing(void **state)
{
    struct folder *f = *state;
    char to[128], command[256];
    struct bk_err err = {0};
    snprintf(to, sizeof to, "%s/no/such/copy.db", f->path);
    struct bk_db *db = open_as(f->db, BK_DB_WRITE);
    assert_false(bk_db_backup(db, to, &err));
    bk_db_close(db);
    snprintf(command, sizeof command, "test -z \"$(find '%s' -name '*copy*')\"",
             f->path);
    assert_int_equal(system(command), 0);
}

static void a_check_finds_broken_references(void **state)
{
    struct folder *f = *state;
    struct bk_err err = {0};
    int complaints = 0;
    struct bk_db *db = open_as(f->db, BK_DB_WRITE);
    must(bk_db_check(db, count_complaints, &complaints, &err), &err);
    assert_int_equal(complaints, 0);
    must(bk_db_exec(db,
                    "PRAGMA foreign_keys = OFF; INSERT INTO hardware_alias VALUES "
                    "('a', 7, 'user'); PRAGMA foreign_keys = ON",
                    &err),
         &err);
    must(bk_db_check(db, count_complaints, &complaints, &err), &err);
    assert_int_equal(complaints, 1);
    bk_db_close(db);
}

static void a_check_finds_damage(void **state)
{
    struct folder *f = *state;
    struct bk_err err = {0};
    int complaints = 0;
    int64_t page = 0, page_size = 0;
    struct bk_db *db = open_as(f->db, BK_DB_WRITE);
    must(bk_db_number(db,
                      "SELECT rootpage FROM sqlite_schema WHERE name = 'finding_code'",
                      &page, &err) &&
             bk_db_number(db, "PRAGMA page_size", &page_size, &err),
         &err);
    bk_db_close(db);
    FILE *file = fopen(f->db, "r+b");
    assert_non_null(file);
    fseek(file, (long)((page - 1) * page_size), SEEK_SET);
    for (int64_t i = 0; i < page_size; i++) {
        fputc(0x5a, file);
    }
    fclose(file);
    db = open_as(f->db, BK_DB_READ);
    bool ok = bk_db_check(db, count_complaints, &complaints, &err);
    assert_true(!ok || complaints > 0);
    bk_db_close(db);
}

int main(void)
{
#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, folder_new, folder_free)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reading_is_allowed),
        cmocka_unit_test(writing_is_refused),
        cmocka_unit_test(the_locks_hold_while_the_statement_lives),
        cmocka_unit_test(a_mistake_at_run_time_is_the_users),
        cmocka_unit_test(functions_give_known_values),
        cmocka_unit_test(a_percentile_out_of_range_is_an_error),
        IN_FOLDER(a_copy_holds_the_same),
        IN_FOLDER(a_copy_that_cannot_be_made_leaves_nothing),
        IN_FOLDER(a_check_finds_broken_references),
        IN_FOLDER(a_check_finds_damage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
