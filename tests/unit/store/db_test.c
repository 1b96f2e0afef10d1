/* Opening, refusing, transactions, two writers, readers beside a writer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../../src/store/internal.h"
#include "folder.h"

#include <sys/stat.h>
#include <sys/wait.h>

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

/* Expects that opening fails with this code and a message that holds the text. */
static void refused(const char *path, enum bk_db_mode mode, enum bk_code code,
                    const char *text)
{
    struct bk_db *db;
    struct bk_err err = {0};
    assert_false(bk_db_open(&db, path, mode, &err));
    assert_null(db);
    if (err.code != code || !strstr(err.msg, text)) {
        fail_msg("code %d: %s", (int)err.code, err.msg);
    }
}

/* What the sqlite3 shell would do to a file. */
static void raw_sql(const char *path, const char *sql)
{
    sqlite3 *h;
    assert_int_equal(sqlite3_open(path, &h), SQLITE_OK);
    assert_int_equal(sqlite3_exec(h, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(h);
}

static bool set_meta(struct bk_db *db, const char *name, const char *value,
                     struct bk_err *err)
{
    struct bk_stmt *st = bk_stmt(db, BK_SQL_META_SET);
    bk_bind_text(st, ":name", bk_str(name));
    bk_bind_text(st, ":value", bk_str(value));
    return bk_run_stmt(st, err);
}

static int64_t number(struct bk_db *db, const char *sql)
{
    int64_t n;
    struct bk_err err = {0};
    must(bk_db_number(db, sql, &n, &err), &err);
    return n;
}

/* --- opening --- */

static void a_new_warehouse_is_made_with_its_folders(void **state)
{
    struct folder *f = *state;
    char path[128];
    snprintf(path, sizeof path, "%s/a/b/c.db", f->path);
    struct bk_db *db = open_as(path, BK_DB_WRITE);
    assert_int_equal(number(db, "PRAGMA application_id"), BK_APPLICATION_ID);
    assert_int_equal(number(db, "PRAGMA user_version"), bk_db_newest_version());
    assert_int_equal(number(db, "PRAGMA foreign_keys"), 1);
    assert_int_equal(number(db, "PRAGMA synchronous"), 2);
    assert_int_equal(number(db, "PRAGMA busy_timeout"), 60000);
    assert_string_equal(bk_db_path(db), path);
    bk_db_close(db);
    bk_db_close(open_as(path, BK_DB_READ));
}

static const char has_log[] = "SELECT journal_mode = 'wal' FROM pragma_journal_mode";

static void set_in_transaction(struct bk_db *db, const char *name)
{
    struct bk_err err = {0};
    must(bk_begin(db, &err) && set_meta(db, name, "1", &err) && bk_end(db, true, &err),
         &err);
}

static void the_log_begins_behind_the_first_transaction(void **state)
{
    struct folder *f = *state;
    struct bk_err err = {0};
    struct bk_db *db = open_as(f->db, BK_DB_WRITE);
    assert_int_equal(number(db, has_log), 0);
    must(bk_begin(db, &err) && bk_end(db, false, &err), &err); /* counts not */
    assert_int_equal(number(db, has_log), 0);
    set_in_transaction(db, "kept");
    assert_int_equal(number(db, has_log), 1);
    assert_int_equal(number(db, "PRAGMA synchronous"), 2);
    assert_int_equal(number(db, "PRAGMA busy_timeout"), 60000);
    bk_db_close(db);
    db = open_as(f->db, BK_DB_READ);
    assert_int_equal(number(db, has_log), 1);
    assert_int_equal(number(db, "SELECT count(*) FROM meta WHERE name = 'kept'"), 1);
    bk_db_close(db);
    unlink(f->db);
    db = open_as(f->db, BK_DB_CREATE);
    assert_int_equal(number(db, has_log), 1);
    bk_db_close(db);
}

static void a_reader_without_a_question_does_not_keep_the_log_from_beginning(
    void **state)
{
    struct folder *f = *state;
    struct bk_db *db = open_as(f->db, BK_DB_WRITE);
    struct bk_db *reader = open_as(f->db, BK_DB_READ);
    set_in_transaction(db, "kept");
    assert_int_equal(number(db, has_log), 1);
    assert_int_equal(number(reader, "SELECT count(*) FROM meta WHERE name = 'kept'"),
                     1);
    bk_db_close(reader);
    bk_db_close(db);
}

static void what_is_not_there_is_said(void **state)
{
    struct folder *f = *state;
    refused(f->db, BK_DB_READ, BK_EDB, "there is no warehouse at");
    refused(f->db, BK_DB_MIGRATE, BK_EDB, "there is no warehouse at");
    refused(f->path, BK_DB_READ, BK_EDB, "is a folder");
    refused("", BK_DB_READ, BK_EUSAGE, "path is empty");
    assert_int_not_equal(access(f->db, F_OK), 0);
}

static void other_files_are_refused_by_what_they_are(void **state)
{
    struct folder *f = *state;
    FILE *out = fopen(f->db, "w");
    assert_non_null(out);
    for (int i = 0; i < 200; i++) {
        fputs("no database at all\n", out);
    }
    fclose(out);
    refused(f->db, BK_DB_WRITE, BK_EDB, "no SQLite database");
    refused(f->db, BK_DB_READ, BK_EDB, "no SQLite database");

    remove(f->db);
    raw_sql(f->db, "CREATE TABLE invoices (x)");
    refused(f->db, BK_DB_WRITE, BK_EDB, "first table is 'invoices'");
    raw_sql(f->db, "PRAGMA application_id = 0x0f055112");
    refused(f->db, BK_DB_WRITE, BK_EDB, "a Fossil repository");
    raw_sql(f->db, "PRAGMA application_id = 0x12345678");
    refused(f->db, BK_DB_READ, BK_EDB, "application_id 0x12345678");
    raw_sql(f->db, "SELECT count(*) FROM invoices");
}

static void an_empty_file_becomes_a_warehouse_only_when_written(void **state)
{
    struct folder *f = *state;
    fclose(fopen(f->db, "w"));
    refused(f->db, BK_DB_READ, BK_EDB, "empty file");
    bk_db_close(open_as(f->db, BK_DB_CREATE));
    bk_db_close(open_as(f->db, BK_DB_READ));
}

static void other_versions_are_named(void **state)
{
    struct folder *f = *state;
    bk_db_close(open_as(f->db, BK_DB_WRITE));
    raw_sql(f->db, "PRAGMA user_version = 4711");
    refused(f->db, BK_DB_READ, BK_EDB, "schema version 4711");
    refused(f->db, BK_DB_WRITE, BK_EDB, "schema version 4711");
    refused(f->db, BK_DB_MIGRATE, BK_EDB, "versions up to");
}

static void a_reader_cannot_write(void **state)
{
    struct folder *f = *state;
    struct bk_err err = {0};
    bk_db_close(open_as(f->db, BK_DB_WRITE));
    struct bk_db *db = open_as(f->db, BK_DB_READ);
    assert_false(set_meta(db, "a", "b", &err));
    assert_int_equal(err.code, BK_EDB);
    assert_non_null(strstr(err.msg, "cannot write to the warehouse '"));
    bk_db_close(db);
}

/* In a child, since the tests may run as root, whom no permission stops. */
static int read_as_nobody(const char *path)
{
    pid_t pid = fork();
    if (pid == 0) {
        struct bk_db *db;
        struct bk_err err = {0};
        int64_t n = 0;
        if (getuid() == 0 && setuid(65534) != 0) {
            _exit(9);
        }
        if (!bk_db_open(&db, path, BK_DB_READ, &err) ||
            !bk_db_number(db, "SELECT count(*) FROM meta WHERE name = 'kept'", &n,
                          &err)) {
            fprintf(stderr, "%s\n", err.msg);
            _exit(strstr(err.msg, "unfinished work") ? 2 : 3);
        }
        _exit(n == 1 ? 0 : 4);
    }
    int status;
    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void media_that_cannot_be_written_are_read(void **state)
{
    struct folder *f = *state;
    struct bk_err err = {0};
    struct bk_db *db = open_as(f->db, BK_DB_WRITE);
    must(set_meta(db, "kept", "1", &err), &err);
    bk_db_close(db);
    chmod(f->db, 0444);
    chmod(f->path, 0555);
    assert_int_equal(read_as_nobody(f->db), 0);
}

static void unfinished_work_on_such_media_is_said(void **state)
{
    struct folder *f = *state;
    char command[700];
    struct bk_err err = {0};
    struct bk_db *db = open_as(f->db, BK_DB_CREATE);
    must(set_meta(db, "kept", "1", &err), &err);
    /* as a killed process leaves it: the log holds what the file does not */
    snprintf(command, sizeof command,
             "mkdir '%s/dead' && cp '%s' '%s-wal' '%s/dead' && chmod 444 '%s'/dead/* "
             "&& chmod 755 '%s' && chmod 555 '%s/dead'",
             f->path, f->db, f->db, f->path, f->path, f->path, f->path);
    assert_int_equal(system(command), 0);
    bk_db_close(db);
    snprintf(command, sizeof command, "%s/dead/x.db", f->path);
    assert_int_equal(read_as_nobody(command), 2);
}

/* A warehouse that was killed in its first transaction: its journal is to be undone. */
static void leave_half_done(const struct folder *f)
{
    char command[700];
    struct bk_err err = {0};
    struct bk_db *db = open_as(f->db, BK_DB_WRITE);
    must(bk_db_exec(db, "INSERT INTO meta(name, value) VALUES ('kept', '1')", &err),
         &err);
    must(bk_begin(db, &err) && bk_db_exec(db, "UPDATE meta SET value = '2'", &err) &&
             bk_db_exec(db,
                        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM "
                        "n WHERE i < 30) INSERT INTO meta(name, value) SELECT 'big' || "
                        "i, hex(zeroblob(500000)) FROM n",
                        &err),
         &err);
    snprintf(command, sizeof command,
             "mkdir '%s/dead' && cp '%s' '%s-journal' '%s/dead' && chmod 755 '%s'",
             f->path, f->db, f->db, f->path, f->path);
    assert_int_equal(system(command), 0);
    must(bk_end(db, false, &err), &err);
    bk_db_close(db);
}

static void what_a_killed_first_transaction_left_is_undone(void **state)
{
    struct folder *f = *state;
    char path[200];
    leave_half_done(f);
    snprintf(path, sizeof path, "%s/dead/x.db", f->path);
    struct bk_db *db = open_as(path, BK_DB_READ);
    assert_int_equal(
        number(db, "SELECT count(*) FROM meta WHERE name LIKE 'big%' OR value = '2'"),
        0);
    assert_int_equal(number(db, "SELECT count(*) FROM meta WHERE name = 'kept'"), 1);
    assert_int_equal(number(db, "SELECT count(*) FROM pragma_integrity_check WHERE "
                                "integrity_check <> 'ok'"),
                     0);
    bk_db_close(db);
}

static void what_cannot_be_undone_is_said(void **state)
{
    struct folder *f = *state;
    char command[300];
    leave_half_done(f);
    snprintf(command, sizeof command, "chmod 444 '%s'/dead/* && chmod 555 '%s/dead'",
             f->path, f->path);
    assert_int_equal(system(command), 0);
    snprintf(command, sizeof command, "%s/dead/x.db", f->path);
    assert_int_equal(read_as_nobody(command), 2);
}

static void strange_paths_work(void **state)
{
    struct folder *f = *state;
    char path[128];
    snprintf(path, sizeof path, "%s/50%% of a?b#c.db", f->path);
    bk_db_close(open_as(path, BK_DB_WRITE));
    chmod(path, 0444);
    assert_int_equal(access(path, F_OK), 0);
    chmod(f->path, 0555);
    assert_int_equal(read_as_nobody(path), 4);
}

/* --- statements --- */

static void texts_and_numbers_come_back(void **state)
{
    struct folder *f = *state;
    struct bk_err err = {0};
    struct bk_stmt *st;
    bool row;
    struct bk_db *db = open_as(f->db, BK_DB_WRITE);
    must(set_meta(db, "empty", "", &err), &err);
    must(set_meta(db, "a\xc3\xb8", "x", &err), &err);
    must(bk_user_stmt(db,
                      BK_S("SELECT 1, 2.5, NULL, 'a' || char(0) || 'b', x'00ff', value "
                           "FROM meta WHERE name = 'empty'"),
                      &st, &err),
         &err);
    must(bk_step(st, &row, &err), &err);
    assert_true(row);
    assert_int_equal(bk_col_count(st), 6);
    assert_int_equal(bk_col_int(st, 0), 1);
    assert_int_equal(bk_col_type(st, 0), BK_SQL_INT_VALUE);
    assert_true(bk_col_real(st, 1) > 2.4 && bk_col_real(st, 1) < 2.6);
    assert_true(bk_col_is_null(st, 2));
    assert_int_equal(bk_col_text(st, 3).len, 3);
    assert_int_equal(bk_col_blob(st, 4).len, 2);
    assert_int_equal(bk_col_type(st, 4), BK_SQL_BLOB_VALUE);
    assert_int_equal(bk_col_type(st, 5), BK_SQL_TEXT_VALUE);
    assert_int_equal(bk_col_text(st, 5).len, 0);
    must(bk_step(st, &row, &err), &err);
    assert_false(row);
    bk_user_stmt_free(st);
    bk_db_close(db);
}

static void text_behind_a_statement_is_an_error(void **state)
{
    struct folder *f = *state;
    struct bk_db *db = open_as(f->db, BK_DB_WRITE);
    static const struct {
        const char *sql;
        const char *error; /* NULL: fine */
    } cases[] = {
        {"SELECT 1", NULL},
        {"-- a comment\nSELECT 1; -- and one behind\n /* and another */ ;;", NULL},
        {"SELECT 1; SELECT 2", "behind the first statement"},
        {"SELECT 1; garbage", "behind the first statement"},
        {"-- nothing\n", "no statement"},
        {"", "no statement"},
        {"SELEC 1", "syntax error"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct bk_err err = {0};
        sqlite3_stmt *h;
        bool ok = bk_db_prepare(db, bk_str(cases[i].sql), 0, &h, &err);
        if (ok != !cases[i].error || (!ok && !strstr(err.msg, cases[i].error))) {
            fail_msg("%s: %s", cases[i].sql, err.msg);
        }
        sqlite3_finalize(h);
    }
    bk_db_close(db);
}

/* --- transactions --- */

static void transactions_nest(void **state)
{
    struct folder *f = *state;
    struct bk_err err = {0};
    struct bk_db *db = open_as(f->db, BK_DB_WRITE);
    must(bk_begin(db, &err) && set_meta(db, "outer", "1", &err), &err);
    must(bk_begin(db, &err) && set_meta(db, "inner", "1", &err), &err);
    must(bk_end(db, false, &err), &err);
    must(bk_begin(db, &err) && set_meta(db, "second", "1", &err), &err);
    must(bk_end(db, true, &err), &err);
    must(bk_end(db, true, &err), &err);
    assert_int_equal(number(db, "SELECT count(*) FROM meta WHERE name = 'outer'"), 1);
    assert_int_equal(number(db, "SELECT count(*) FROM meta WHERE name = 'inner'"), 0);
    assert_int_equal(number(db, "SELECT count(*) FROM meta WHERE name = 'second'"), 1);
    must(bk_begin(db, &err) && set_meta(db, "third", "1", &err), &err);
    must(bk_end(db, false, &err), &err);
    assert_int_equal(number(db, "SELECT count(*) FROM meta WHERE name = 'third'"), 0);
    bk_db_close(db);
}

static void a_statement_left_open_does_not_hold_a_commit(void **state)
{
    struct folder *f = *state;
    struct bk_err err = {0};
    bool row;
    struct bk_db *db = open_as(f->db, BK_DB_WRITE);
    must(bk_begin(db, &err), &err);
    must(bk_step(bk_stmt(db, BK_SQL_META_VIEWS), &row, &err), &err);
    assert_true(row);
    must(set_meta(db, "a", "1", &err) && bk_end(db, false, &err), &err);
    assert_int_equal(number(db, "SELECT count(*) FROM meta WHERE name = 'a'"), 0);
    bk_db_close(db);
}

static void a_full_database_loses_nothing_that_was_there(void **state)
{
    struct folder *f = *state;
    struct bk_err err = {0};
    char sql[64];
    struct bk_buf big = {0};
    struct bk_db *db = open_as(f->db, BK_DB_WRITE);
    must(set_meta(db, "before", "1", &err), &err);
    snprintf(sql, sizeof sql, "PRAGMA max_page_count = %lld",
             (long long)number(db, "PRAGMA page_count") + 4);
    must(bk_db_exec(db, sql, &err), &err);
    for (int i = 0; i < 100000; i++) {
        bk_buf_add(&big, BK_S("0123456789"));
    }
    must(bk_begin(db, &err), &err);
    assert_false(set_meta(db, "big", big.ptr, &err));
    assert_int_equal(err.code, BK_ESYS);
    assert_non_null(strstr(err.msg, "cannot write to the warehouse '"));
    assert_non_null(strstr(err.msg, "full"));
    struct bk_err second = {0};
    bk_end(db, false, &second);
    assert_int_equal(number(db, "SELECT count(*) FROM meta WHERE name = 'before'"), 1);
    assert_int_equal(number(db, "SELECT count(*) FROM meta WHERE name = 'big'"), 0);
    /* smaller work goes on */
    must(bk_begin(db, &err) && set_meta(db, "small", "1", &err), &err);
    must(bk_end(db, true, &err), &err);
    bk_buf_free(&big);
    bk_db_close(db);
}

static void a_transaction_that_the_engine_ended_cannot_be_committed(void **state)
{
    struct folder *f = *state;
    struct bk_err err = {0};
    struct bk_db *db = open_as(f->db, BK_DB_WRITE);
    must(bk_begin(db, &err) && bk_begin(db, &err) && set_meta(db, "a", "1", &err),
         &err);
    must(bk_db_exec(db, "ROLLBACK", &err), &err);
    assert_false(bk_end(db, true, &err));
    assert_false(bk_end(db, true, &err));
    assert_non_null(strstr(err.msg, "rolled back"));
    must(bk_begin(db, &err) && set_meta(db, "b", "1", &err) && bk_end(db, true, &err),
         &err);
    assert_int_equal(number(db, "SELECT count(*) FROM meta WHERE name IN ('a', 'b')"),
                     1);
    bk_db_close(db);
}

/* --- several processes --- */

enum {
    WRITERS = 4,
    TRANSACTIONS = 25,
};

/* Each transaction writes two rows; a reader that sees one of them sees half. */
static void write_pairs(const char *path, int writer)
{
    struct bk_db *db;
    struct bk_err err = {0};
    char name[64];
    bool ok = bk_db_open(&db, path, BK_DB_WRITE, &err);
    for (int i = 0; ok && i < TRANSACTIONS; i++) {
        ok = bk_begin(db, &err);
        for (int half = 0; ok && half < 2; half++) {
            snprintf(name, sizeof name, "pair-%d-%d-%d", writer, i, half);
            ok = set_meta(db, name, "1", &err);
        }
        ok = ok && bk_end(db, true, &err);
    }
    if (!ok) {
        fprintf(stderr, "writer %d: %s\n", writer, err.msg);
    }
    bk_db_close(db);
    _exit(ok ? 0 : 1);
}

static const char count_pairs[] =
    "SELECT count(*) FROM meta WHERE name >= 'pair-' AND name < 'pair.'";

static void writers_wait_and_readers_see_whole_transactions(void **state)
{
    struct folder *f = *state;
    int status, odd = 0, rounds = 0;
    for (int i = 0; i < WRITERS; i++) {
        if (fork() == 0) {
            write_pairs(f->db, i); /* all of them may make the file */
        }
    }
    int left = WRITERS, failed = 0;
    while (left > 0) {
        struct bk_db *db;
        struct bk_err err = {0};
        if (bk_db_open(&db, f->db, BK_DB_READ, &err)) {
            odd += number(db, count_pairs) % 2 != 0;
            bk_db_close(db);
            rounds++;
        } else if (!strstr(err.msg, "there is no warehouse") &&
                   !strstr(err.msg, "empty file")) {
            print_error("reader: %s\n", err.msg);
            failed++;
        }
        while (left > 0 && waitpid(-1, &status, WNOHANG) > 0) {
            failed += !WIFEXITED(status) || WEXITSTATUS(status) != 0;
            left--;
        }
    }
    assert_int_equal(failed, 0);
    assert_int_equal(odd, 0);
    assert_true(rounds > 0);
    struct bk_db *db = open_as(f->db, BK_DB_READ);
    assert_int_equal(number(db, count_pairs), 2 * WRITERS * TRANSACTIONS);
    bk_db_close(db);
}

static void a_reader_keeps_what_it_saw(void **state)
{
    struct folder *f = *state;
    struct bk_err err = {0};
    int64_t before, after;
    struct bk_db *writer = open_as(f->db, BK_DB_CREATE);
    struct bk_db *reader = open_as(f->db, BK_DB_READ);
    must(bk_db_data_version(reader, &before, &err), &err);
    must(bk_begin(reader, &err), &err);
    assert_int_equal(number(reader, count_pairs), 0);
    must(bk_begin(writer, &err) && set_meta(writer, "pair-1", "1", &err) &&
             bk_end(writer, true, &err),
         &err);
    assert_int_equal(number(reader, count_pairs), 0);
    must(bk_end(reader, true, &err), &err);
    assert_int_equal(number(reader, count_pairs), 1);
    must(bk_db_data_version(reader, &after, &err), &err);
    assert_int_not_equal(before, after);
    bk_db_close(reader);
    bk_db_close(writer);
}

int main(void)
{
#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, folder_new, folder_free)
    const struct CMUnitTest tests[] = {
        IN_FOLDER(a_new_warehouse_is_made_with_its_folders),
        IN_FOLDER(the_log_begins_behind_the_first_transaction),
        IN_FOLDER(a_reader_without_a_question_does_not_keep_the_log_from_beginning),
        IN_FOLDER(what_is_not_there_is_said),
        IN_FOLDER(other_files_are_refused_by_what_they_are),
        IN_FOLDER(an_empty_file_becomes_a_warehouse_only_when_written),
        IN_FOLDER(other_versions_are_named),
        IN_FOLDER(a_reader_cannot_write),
        IN_FOLDER(media_that_cannot_be_written_are_read),
        IN_FOLDER(unfinished_work_on_such_media_is_said),
        IN_FOLDER(what_a_killed_first_transaction_left_is_undone),
        IN_FOLDER(what_cannot_be_undone_is_said),
        IN_FOLDER(strange_paths_work),
        IN_FOLDER(texts_and_numbers_come_back),
        IN_FOLDER(text_behind_a_statement_is_an_error),
        IN_FOLDER(transactions_nest),
        IN_FOLDER(a_statement_left_open_does_not_hold_a_commit),
        IN_FOLDER(a_full_database_loses_nothing_that_was_there),
        IN_FOLDER(a_transaction_that_the_engine_ended_cannot_be_committed),
        IN_FOLDER(writers_wait_and_readers_see_whole_transactions),
        IN_FOLDER(a_reader_keeps_what_it_saw),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
