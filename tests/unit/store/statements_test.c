/* The SQL itself: every statement and view prepares on a fresh warehouse, and every
 * statement finds its rows through an index unless its file says '-- scan: REASON'; one
 * that says so and does not scan fails as well, so that the remark stays true. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../../src/store/internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct bk_db *fresh(void)
{
    struct bk_db *db;
    struct bk_err err = {0};
    if (!bk_db_open_memory(&db, &err)) {
        print_error("%s\n", err.msg);
    }
    assert_non_null(db);
    return db;
}

static void every_statement_prepares(void **state)
{
    (void)state;
    int bad = 0;
    struct bk_db *db = fresh();
    for (int i = 0; i < BK_SQL_COUNT; i++) {
        bool failed = bk_stmt(db, (enum bk_sql)i)->failed;
        if (failed) {
            print_error("%s\n", db->cache[i]->err.msg);
            bad++;
        }
    }
    bk_db_close(db);
    assert_int_equal(bad, 0);
}

enum {
    MOST_STEPS = 4000,
    MOST_CURSORS = 256,
};
struct op { /* one instruction of a prepared statement */
    char name[24];
    int p1, p2;
    bool target; /* some instruction jumps here */
    bool idle;   /* only run to settle violations that were put off: there are none */
};

static size_t explain(struct bk_db *db, const char *text, size_t size, struct op *ops)
{
    struct bk_buf sql = {0};
    struct bk_err err = {0};
    sqlite3_stmt *st = NULL;
    size_t n = 0;
    bk_buf_add(&sql, BK_S("EXPLAIN "));
    bk_buf_add(&sql, (struct bk_str){text, size});
    assert_true(bk_db_prepare(db, bk_buf_str(&sql), 0, &st, &err));
    memset(ops, 0, MOST_STEPS * sizeof *ops);
    for (; sqlite3_step(st) == SQLITE_ROW; n++) {
        assert_true(n < MOST_STEPS);
        snprintf(ops[n].name, sizeof ops[n].name, "%s",
                 (const char *)sqlite3_column_text(st, 1));
        ops[n].p1 = sqlite3_column_int(st, 2);
        ops[n].p2 = sqlite3_column_int(st, 3);
    }
    sqlite3_finalize(st);
    bk_buf_free(&sql);
    for (size_t i = 0; i < n; i++) {
        size_t to = ops[i].p2 > 0 ? (size_t)ops[i].p2 : 0;
        if (to < n) {
            ops[to].target = true;
        }
        for (size_t k = i; strcmp(ops[i].name, "FkIfZero") == 0 && k < to; k++) {
            ops[k].idle = true;
        }
    }
    return n;
}

/* Does it walk a stored table or index from one end: a cursor that is opened on one,
 * set to its beginning or end, and stepped?  The step behind min() and max() is never
 * reached. */
static bool scans(struct bk_db *db, const char *text, size_t size)
{
    static struct op ops[MOST_STEPS];
    bool stored[MOST_CURSORS] = {0}, rewound[MOST_CURSORS] = {0}, found = false;
    size_t n = explain(db, text, size, ops);
    for (size_t i = 0; i < n; i++) {
        const char *op = ops[i].name;
        int p1 = ops[i].p1;
        found = found || strcmp(op, "Count") == 0;
        if (p1 < 0 || p1 >= MOST_CURSORS || ops[i].idle) {
            continue;
        }
        if (strcmp(op, "OpenRead") == 0 || strcmp(op, "OpenWrite") == 0) {
            stored[p1] = true;
            rewound[p1] = false;
        } else if (strncmp(op, "Open", 4) == 0) {
            stored[p1] = false;
        } else if (strcmp(op, "Rewind") == 0 || strcmp(op, "Last") == 0) {
            rewound[p1] = stored[p1];
        } else if (strcmp(op, "Next") == 0 || strcmp(op, "Prev") == 0) {
            bool reached = ops[i].target || strcmp(ops[i - 1].name, "Goto") != 0;
            found = found || (rewound[p1] && reached);
        }
    }
    return found;
}

static void every_plan_uses_an_index(void **state)
{
    (void)state;
    int bad = 0;
    struct bk_db *db = fresh();
    for (int i = 0; i < BK_SQL_COUNT; i++) {
        const struct bk_blob *b = &bk_sql_blobs[i];
        bool said = strstr(b->bytes, "-- scan: ") != NULL;
        if (scans(db, b->bytes, b->size) != said) {
            print_error(said ? "%s.sql says 'scan' and does not scan\n"
                             : "%s.sql scans a table and does not say why\n",
                        b->name);
            bad++;
        }
    }
    bk_db_close(db);
    assert_int_equal(bad, 0);
}

static void scans_are_told_from_searches(void **state)
{
    (void)state;
    static const struct {
        const char *sql;
        bool scans;
    } cases[] = {
        {"SELECT name FROM run WHERE id = 1", false},
        {"SELECT name FROM run WHERE session_id = 1", false},
        {"SELECT name FROM run WHERE status = 'ok'", true},
        {"SELECT count(*) FROM run", true},
        {"SELECT max(id) FROM run", false},
        {"SELECT name FROM run ORDER BY id LIMIT 5", true},
        {"WITH t(x) AS (VALUES (1), (2)) SELECT x FROM t", false},
        {"SELECT id FROM run WHERE session_id IN (SELECT id FROM session)", true},
        {"DELETE FROM finding WHERE code = 'x'", false},
        {"DELETE FROM finding WHERE subject = 'x'", true},
    };
    struct bk_db *db = fresh();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (scans(db, cases[i].sql, strlen(cases[i].sql)) != cases[i].scans) {
            fail_msg("told wrongly: %s", cases[i].sql);
        }
    }
    bk_db_close(db);
}

/* Where several indexes fit, the one that the statement was written for is taken. */
static void plans_take_the_meant_index(void **state)
{
    (void)state;
    static const struct {
        enum bk_sql which;
        const char *index;
    } cases[] = {
        {BK_SQL_SERIES_PACK_FIND, "series_pack_hash (hash=?)"},
        {BK_SQL_RUN_SAME_CONTENT, "run_content (content=?)"},
        {BK_SQL_MEASUREMENT_COPIES, "run_session (session_id=?)"},
    };
    struct bk_db *db = fresh();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct bk_blob *b = &bk_sql_blobs[cases[i].which];
        struct bk_buf sql = {0}, plan = {0};
        struct bk_err err = {0};
        sqlite3_stmt *st = NULL;
        bk_buf_addf(&sql, "EXPLAIN QUERY PLAN %s", b->bytes);
        assert_true(bk_db_prepare(db, bk_buf_str(&sql), 0, &st, &err));
        while (sqlite3_step(st) == SQLITE_ROW) {
            bk_buf_addf(&plan, "%s\n", (const char *)sqlite3_column_text(st, 3));
        }
        sqlite3_finalize(st);
        if (!bk_has(bk_buf_str(&plan), bk_str(cases[i].index))) {
            fail_msg("%s: %s", b->name, plan.ptr);
        }
        bk_buf_free(&sql);
        bk_buf_free(&plan);
    }
    bk_db_close(db);
}

/* Deleting a row of a parent looks for its children: an unindexed reference would make
 * that a scan of the child for every row.  Fields and quantities are never deleted, and
 * an index on them would be the largest of all. */
static void every_reference_has_an_index(void **state)
{
    (void)state;
    struct bk_db *db = fresh();
    struct bk_err err = {0};
    int64_t missing;
    assert_true(bk_db_number(
        db,
        "SELECT count(*) FROM sqlite_schema AS t, pragma_foreign_key_list(t.name) AS f "
        "WHERE t.type = 'table' "
        "AND t.name || '.' || f.\"from\" NOT IN "
        "('measurement.field_id', 'measurement.quantity_id', "
        "'absorbed_measurement.field_id', 'absorbed_measurement.quantity_id') "
        "AND NOT EXISTS (SELECT 1 FROM pragma_index_list(t.name) AS l, "
        "pragma_index_info(l.name) AS i WHERE i.seqno = 0 AND i.name = f.\"from\")",
        &missing, &err));
    assert_int_equal(missing, 0);
    bk_db_close(db);
}

static void every_view_answers(void **state)
{
    (void)state;
    int bad = 0;
    struct bk_db *db = fresh();
    for (size_t i = 0; i < BK_VIEWS_N_BLOBS; i++) {
        struct bk_err err = {0};
        struct bk_buf sql = {0};
        int64_t n;
        bk_buf_addf(&sql, "SELECT count(*) FROM (SELECT * FROM %s)",
                    bk_views_blobs[i].name);
        if (!bk_db_number(db, sql.ptr, &n, &err)) {
            print_error("%s: %s\n", bk_views_blobs[i].name, err.msg);
            bad++;
        }
        if (strncmp(bk_views_blobs[i].bytes, "-- ", 3) != 0) {
            print_error("%s begins with no comment\n", bk_views_blobs[i].name);
            bad++;
        }
        bk_buf_free(&sql);
    }
    bk_db_close(db);
    assert_int_equal(bad, 0);
}

/* --- schema/schema.sql --- */

#define SCHEMA_FILE BK_SOURCE_DIR "/schema/schema.sql"

static void dump_schema(struct bk_db *db, struct bk_buf *out)
{
    bk_buf_addf(
        out,
        "-- The schema of a warehouse that all migrations went over. Generated: "
        "BK_UPDATE=1 ctest -R unit/store/statements\n"
        "PRAGMA application_id = %d;\nPRAGMA user_version = %lld;\n",
        BK_APPLICATION_ID, (long long)bk_db_newest_version());
    sqlite3_stmt *st;
    assert_int_equal(
        sqlite3_prepare_v2(db->h,
                           "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL "
                           "ORDER BY type = 'view', tbl_name, type <> 'table', name",
                           -1, &st, NULL),
        SQLITE_OK);
    while (sqlite3_step(st) == SQLITE_ROW) {
        bk_buf_addf(out, "\n%s;\n", (const char *)sqlite3_column_text(st, 0));
    }
    sqlite3_finalize(st);
}

static void read_all(const char *path, struct bk_buf *out)
{
    FILE *f = fopen(path, "rb");
    if (!f) {
        return;
    }
    char block[4096];
    for (size_t n; (n = fread(block, 1, sizeof block, f)) > 0;) {
        bk_buf_add(out, (struct bk_str){block, n});
    }
    fclose(f);
}

static void the_schema_file_is_current(void **state)
{
    (void)state;
    struct bk_db *db = fresh();
    struct bk_buf now = {0}, kept = {0};
    dump_schema(db, &now);
    bk_db_close(db);
    if (getenv("BK_UPDATE")) {
        FILE *f = fopen(SCHEMA_FILE, "wb");
        assert_non_null(f);
        fwrite(now.ptr, 1, now.len, f);
        fclose(f);
    }
    read_all(SCHEMA_FILE, &kept);
    bool same = bk_eq(bk_buf_str(&now), bk_buf_str(&kept));
    bk_buf_free(&now);
    bk_buf_free(&kept);
    if (!same) {
        fail_msg("schema/schema.sql is not the migrated schema; BK_UPDATE=1 rewrites "
                 "it");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_statement_prepares),
        cmocka_unit_test(scans_are_told_from_searches),
        cmocka_unit_test(every_plan_uses_an_index),
        cmocka_unit_test(plans_take_the_meant_index),
        cmocka_unit_test(every_reference_has_an_index),
        cmocka_unit_test(every_view_answers),
        cmocka_unit_test(the_schema_file_is_current),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
