/* Migrations are whole or not there; views follow their text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../../src/store/internal.h"
#include "folder.h"

#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#define BLOB(name, text)                                                               \
    {                                                                                  \
        name, text, sizeof(text) - 1                                                   \
    }

static void must(bool ok, const struct bk_err *err)
{
    if (!ok) {
        fail_msg("%s", err->msg);
    }
}

static int64_t number(struct bk_db *db, const char *sql)
{
    int64_t n;
    struct bk_err err = {0};
    must(bk_db_number(db, sql, &n, &err), &err);
    return n;
}

static struct bk_db *open_as(const char *path, enum bk_db_mode mode)
{
    struct bk_db *db;
    struct bk_err err = {0};
    must(bk_db_open(&db, path, mode, &err), &err);
    return db;
}

/* The real first migration with one behind it. */
static void with_second(struct bk_blob two[2], struct bk_blob second)
{
    two[0] = bk_migrations_blobs[0];
    two[1] = second;
}

static void a_failing_migration_leaves_the_old_version(void **state)
{
    struct folder *f = *state;
    struct bk_err err = {0};
    struct bk_blob two[2];
    struct bk_db *db = open_as(f->db, BK_DB_WRITE);
    with_second(two, (struct bk_blob)BLOB("0002_breaks",
                                          "CREATE TABLE extra (x INTEGER) STRICT;\n"
                                          "ALTER TABLE run ADD COLUMN extra TEXT;\n"
                                          "INSERT INTO no_such_table VALUES (1);\n"));
    assert_false(bk_db_migrate(db, two, 2, &err));
    assert_non_null(strstr(err.msg, "migration '0002_breaks'"));
    assert_non_null(strstr(err.msg, "no_such_table"));
    assert_int_equal(number(db, "PRAGMA user_version"), 1);
    assert_int_equal(number(db, "PRAGMA foreign_keys"), 1);
    assert_int_equal(
        number(db, "SELECT count(*) FROM sqlite_schema WHERE name = 'extra'"), 0);
    assert_int_equal(number(db, "SELECT count(*) FROM pragma_table_info('run') "
                                "WHERE name = 'extra'"),
                     0);
    bk_db_close(db);
    bk_db_close(open_as(f->db, BK_DB_READ));
}

static void a_migration_that_breaks_references_is_undone(void **state)
{
    struct folder *f = *state;
    struct bk_err err = {0};
    struct bk_blob two[2];
    struct bk_db *db = open_as(f->db, BK_DB_WRITE);
    with_second(two, (struct bk_blob)BLOB("0002_dangles",
                                          "INSERT INTO hardware_alias VALUES ('a', 99, "
                                          "'user');"));
    assert_false(bk_db_migrate(db, two, 2, &err));
    assert_non_null(strstr(err.msg, "broken references"));
    assert_int_equal(number(db, "PRAGMA user_version"), 1);
    assert_int_equal(number(db, "SELECT count(*) FROM hardware_alias"), 0);
    bk_db_close(db);
}

static void migrations_go_on_from_where_they_were(void **state)
{
    struct folder *f = *state;
    struct bk_err err = {0};
    struct bk_blob two[2];
    struct bk_db *db = open_as(f->db, BK_DB_WRITE);
    with_second(two,
                (struct bk_blob)BLOB("0002_more", "CREATE TABLE extra (x) -- end"));
    must(bk_db_migrate(db, two, 2, &err), &err);
    must(bk_db_migrate(db, two, 2, &err), &err);
    assert_int_equal(number(db, "PRAGMA user_version"), 2);
    assert_int_equal(number(db, "SELECT count(*) FROM extra"), 0);
    bk_db_close(db);
}

static void a_gap_in_the_numbers_is_refused(void **state)
{
    struct folder *f = *state;
    struct bk_err err = {0};
    struct bk_blob two[2];
    struct bk_db *db = open_as(f->db, BK_DB_WRITE);
    with_second(two, (struct bk_blob)BLOB("0003_late", "CREATE TABLE extra (x)"));
    assert_false(bk_db_migrate(db, two, 2, &err));
    assert_non_null(strstr(err.msg, "migration 2 is missing"));
    bk_db_close(db);
}

/* A kill at any moment of making a warehouse leaves nothing or all of it. */
static void a_kill_while_a_warehouse_is_made(void **state)
{
    struct folder *f = *state;
    char remove_all[200];
    snprintf(remove_all, sizeof remove_all, "rm -f '%s'*", f->db);
    for (int round = 0; round < 15; round++) {
        assert_int_equal(system(remove_all), 0);
        pid_t pid = fork();
        if (pid == 0) {
            struct bk_db *db;
            struct bk_err err = {0};
            bk_db_open(&db, f->db, BK_DB_WRITE, &err);
            _exit(0);
        }
        nanosleep(&(struct timespec){0, 1000000L * round}, NULL);
        kill(pid, SIGKILL);
        waitpid(pid, NULL, 0);
        struct bk_db *db = open_as(f->db, BK_DB_WRITE);
        assert_int_equal(number(db, "PRAGMA user_version"), bk_db_newest_version());
        assert_int_equal(number(db, "SELECT count(*) FROM v_run"), 0);
        bk_db_close(db);
    }
}

/* --- views --- */

static bool view_is(struct bk_db *db, const char *name, const char *part)
{
    struct bk_buf sql = {0};
    bk_buf_addf(&sql,
                "SELECT count(*) FROM sqlite_schema WHERE type = 'view' AND name = "
                "'%s' AND instr(sql, '%s')",
                name, part);
    bool is = number(db, sql.ptr) == 1;
    bk_buf_free(&sql);
    return is;
}

static void views_follow_their_text(void **state)
{
    struct folder *f = *state;
    struct bk_err err = {0};
    struct bk_db *db = open_as(f->db, BK_DB_WRITE);
    assert_true(view_is(db, "v_run", "session"));
    must(bk_db_exec(db, "CREATE VIEW of_a_user AS SELECT 1", &err), &err);

    static const struct bk_blob first[] = {
        BLOB("v_a", "-- a\nCREATE VIEW v_a AS SELECT 1 AS x;"),
        BLOB("v_b", "-- b\nCREATE VIEW v_b AS SELECT x FROM v_a;")};
    static const struct bk_blob second[] = {
        BLOB("v_b", "-- b\nCREATE VIEW v_b AS SELECT 2 AS y;")};
    must(bk_db_update_views(db, first, 2, &err), &err);
    assert_true(view_is(db, "v_a", "1 AS x"));
    assert_false(view_is(db, "v_run", ""));
    must(bk_db_update_views(db, second, 1, &err), &err);
    assert_false(view_is(db, "v_a", ""));
    assert_true(view_is(db, "v_b", "2 AS y"));
    assert_true(view_is(db, "of_a_user", ""));
    bk_db_close(db);

    /* the next writer brings back those of this program */
    db = open_as(f->db, BK_DB_WRITE);
    assert_true(view_is(db, "v_run", "session"));
    assert_false(view_is(db, "v_b", ""));
    bk_db_close(db);
}

static void a_broken_view_leaves_the_old_ones(void **state)
{
    struct folder *f = *state;
    struct bk_err err = {0};
    struct bk_db *db = open_as(f->db, BK_DB_WRITE);
    static const struct bk_blob broken[] = {BLOB("v_a", "CREATE VIEW v_a AS SELEC 1;")};
    assert_false(bk_db_update_views(db, broken, 1, &err));
    assert_non_null(strstr(err.msg, "view 'v_a'"));
    assert_true(view_is(db, "v_run", "session"));
    bk_db_close(db);
}

int main(void)
{
#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, folder_new, folder_free)
    const struct CMUnitTest tests[] = {
        IN_FOLDER(a_failing_migration_leaves_the_old_version),
        IN_FOLDER(a_migration_that_breaks_references_is_undone),
        IN_FOLDER(migrations_go_on_from_where_they_were),
        IN_FOLDER(a_gap_in_the_numbers_is_refused),
        IN_FOLDER(a_kill_while_a_warehouse_is_made),
        IN_FOLDER(views_follow_their_text),
        IN_FOLDER(a_broken_view_leaves_the_old_ones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
