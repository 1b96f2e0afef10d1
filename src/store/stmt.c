/* Statements: prepared once by name and cached; parameters bound by name.
 *
 * An error of preparing or binding stays with the statement until the next step reports
 * it, so that callers check once. */
#include "../base/arena.h"
#include "../base/time.h"
#include "internal.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* --- preparing --- */

/* Does s hold white space, comments and semicolons only?  The engine itself says so: it
 * finds no statement in it, all the way to the end. */
static bool holds_nothing(struct bk_db *db, const char *s, size_t n)
{
    const char *end = s + n;
    while (s < end) {
        sqlite3_stmt *st = NULL;
        const char *tail = end;
        int rc = sqlite3_prepare_v3(db->h, s, (int)(end - s), 0, &st, &tail);
        bool more = rc != SQLITE_OK || st != NULL;
        sqlite3_finalize(st);
        if (more) {
            return false;
        }
        if (tail <= s) {
            break;
        }
        s = tail;
    }
    return true;
}

bool bk_db_prepare(struct bk_db *db, struct bk_str text, unsigned flags,
                   sqlite3_stmt **h, struct bk_err *err)
{
    const char *tail = NULL;
    *h = NULL;
    if (text.len > 1000000) {
        return bk_fail(err, BK_EUSAGE, "the statement is longer than 1 MB");
    }
    int rc = sqlite3_prepare_v3(db->h, text.ptr, (int)text.len, flags, h, &tail);
    if (rc != SQLITE_OK) {
        return bk_db_fail(db, rc, "cannot prepare a statement for", err);
    }
    if (!*h) {
        return bk_fail(err, BK_EUSAGE, "there is no statement");
    }
    if (!holds_nothing(db, tail, (size_t)(text.ptr + text.len - tail))) {
        sqlite3_finalize(*h);
        *h = NULL;
        return bk_fail(err, BK_EUSAGE, "there is text behind the first statement");
    }
    return true;
}

struct bk_stmt *bk_stmt(struct bk_db *db, enum bk_sql which)
{
    struct bk_stmt *st = db->cache[which];
    if (st && st->h) {
        assert(!sqlite3_stmt_busy(st->h));
        bk_reset(st);
        sqlite3_clear_bindings(st->h);
        st->failed = false;
        st->n_bound = 0;
        return st;
    }
    if (!st) {
        st = bk_realloc(NULL, sizeof *st);
        memset(st, 0, sizeof *st);
        st->db = db;
        st->name = bk_sql_blobs[which].name;
        db->cache[which] = st;
    }
    struct bk_str text = {bk_sql_blobs[which].bytes, bk_sql_blobs[which].size};
    st->failed =
        !bk_db_prepare(db, text, SQLITE_PREPARE_PERSISTENT, &st->h, &st->err) &&
        !bk_wrap(&st->err, "statement '%s'", st->name);
    return st;
}

/* --- binding --- */

/* Index of a parameter, 0 when the statement has failed already.  An unknown name is
 * our own mistake.  Callers bind in the same order each time, with the same literals. */
static int parameter(struct bk_stmt *st, const char *param)
{
    if (st->failed) {
        return 0;
    }
    size_t at = st->n_bound++ % BK_KNOWN_PARAMS;
    if (st->known[at].name == param) {
        return st->known[at].index;
    }
    int i = sqlite3_bind_parameter_index(st->h, param);
    st->known[at].name = i > 0 ? param : NULL;
    st->known[at].index = i;
    assert(i > 0 && "a statement has no such parameter");
    if (i == 0) {
        st->failed = !bk_fail(&st->err, BK_EDB, "statement '%s' has no parameter '%s'",
                              st->name, param);
    }
    return i;
}

static void bound(struct bk_stmt *st, int rc)
{
    if (rc != SQLITE_OK) {
        st->failed = !bk_db_fail(st->db, rc, "cannot pass a value to", &st->err);
    }
}

void bk_bind_text(struct bk_stmt *st, const char *param, struct bk_str v)
{
    int i = parameter(st, param);
    if (i) {
        bound(st, sqlite3_bind_text64(st->h, i, v.len ? v.ptr : "", v.len,
                                      v.len ? SQLITE_TRANSIENT : SQLITE_STATIC,
                                      SQLITE_UTF8));
    }
}

void bk_bind_int(struct bk_stmt *st, const char *param, int64_t v)
{
    int i = parameter(st, param);
    if (i) {
        bound(st, sqlite3_bind_int64(st->h, i, v));
    }
}

void bk_bind_real(struct bk_stmt *st, const char *param, double v)
{
    int i = parameter(st, param);
    assert(isfinite(v) && "numbers that are none are bound as NULL");
    if (i) {
        bound(st, sqlite3_bind_double(st->h, i, v));
    }
}

void bk_bind_blob(struct bk_stmt *st, const char *param, struct bk_str v)
{
    int i = parameter(st, param);
    if (i) {
        bound(st,
              sqlite3_bind_blob64(st->h, i, v.ptr ? v.ptr : "", v.len, SQLITE_STATIC));
    }
}

void bk_bind_null(struct bk_stmt *st, const char *param)
{
    int i = parameter(st, param);
    if (i) {
        bound(st, sqlite3_bind_null(st->h, i));
    }
}

void bk_bind_id(struct bk_stmt *st, const char *param, int64_t id)
{
    if (id) {
        bk_bind_int(st, param, id);
    } else {
        bk_bind_null(st, param);
    }
}

void bk_bind_time(struct bk_stmt *st, const char *param, int64_t ns)
{
    if (ns == BK_NO_TIME) {
        bk_bind_null(st, param);
    } else {
        bk_bind_int(st, param, ns);
    }
}

/* --- stepping --- */

static bool fail_step(struct bk_stmt *st, int rc, struct bk_err *err)
{
    if (st->user && (rc & 0xff) == SQLITE_ERROR) {
        return bk_fail(err, BK_EUSAGE, "%s", sqlite3_errmsg(st->db->h));
    }
    return bk_db_fail(st->db, rc,
                      sqlite3_stmt_readonly(st->h) ? "cannot read" : "cannot write to",
                      err);
}

bool bk_step(struct bk_stmt *st, bool *row, struct bk_err *err)
{
    *row = false;
    if (st->failed) {
        *err = st->err;
        return false;
    }
    int rc = sqlite3_step(st->h);
    st->stepped = true;
    *row = rc == SQLITE_ROW;
    if (*row) {
        return true;
    }
    if (rc != SQLITE_DONE) {
        fail_step(st, rc, err);
    }
    bk_reset(st);
    return rc == SQLITE_DONE;
}

bool bk_run_stmt(struct bk_stmt *st, struct bk_err *err)
{
    bool row;
    if (!bk_step(st, &row, err)) {
        return false;
    }
    assert(!row && "a statement that gives no rows gave one");
    bk_reset(st);
    return true;
}

bool bk_one_int(struct bk_stmt *st, int64_t *value, bool *found, struct bk_err *err)
{
    *value = 0;
    if (!bk_step(st, found, err)) {
        return false;
    }
    if (*found) {
        *value = bk_col_int(st, 0);
    }
    bk_reset(st);
    return true;
}

bool bk_insert(struct bk_stmt *st, int64_t *id, struct bk_err *err)
{
    bool row;
    *id = 0;
    if (!bk_step(st, &row, err)) {
        return false;
    }
    while (row) {
        *id = bk_col_int(st, 0);
        if (!bk_step(st, &row, err)) {
            return false;
        }
    }
    return true;
}

void bk_reset(struct bk_stmt *st)
{
    if (st->h && st->stepped) {
        sqlite3_reset(st->h);
        st->stepped = false;
    }
}

/* --- columns --- */

size_t bk_col_count(const struct bk_stmt *st)
{
    return st->h ? (size_t)sqlite3_column_count(st->h) : 0;
}

const char *bk_col_name(const struct bk_stmt *st, size_t i)
{
    return sqlite3_column_name(st->h, (int)i);
}

bool bk_col_is_null(const struct bk_stmt *st, size_t i)
{
    return sqlite3_column_type(st->h, (int)i) == SQLITE_NULL;
}

int64_t bk_col_int(const struct bk_stmt *st, size_t i)
{
    return sqlite3_column_int64(st->h, (int)i);
}

double bk_col_real(const struct bk_stmt *st, size_t i)
{
    return bk_col_is_null(st, i) ? (double)NAN : sqlite3_column_double(st->h, (int)i);
}

struct bk_str bk_col_text(const struct bk_stmt *st, size_t i)
{
    const unsigned char *p = sqlite3_column_text(st->h, (int)i);
    return (struct bk_str){(const char *)p,
                           (size_t)sqlite3_column_bytes(st->h, (int)i)};
}

struct bk_str bk_col_blob(const struct bk_stmt *st, size_t i)
{
    const void *p = sqlite3_column_blob(st->h, (int)i);
    return (struct bk_str){p, (size_t)sqlite3_column_bytes(st->h, (int)i)};
}

int64_t bk_col_time(const struct bk_stmt *st, size_t i)
{
    return bk_col_is_null(st, i) ? BK_NO_TIME : bk_col_int(st, i);
}

enum bk_col_type bk_col_type(const struct bk_stmt *st, size_t i)
{
    switch (sqlite3_column_type(st->h, (int)i)) {
    case SQLITE_INTEGER:
        return BK_SQL_INT_VALUE;
    case SQLITE_FLOAT:
        return BK_SQL_REAL_VALUE;
    case SQLITE_TEXT:
        return BK_SQL_TEXT_VALUE;
    case SQLITE_BLOB:
        return BK_SQL_BLOB_VALUE;
    default:
        return BK_SQL_NULL_VALUE;
    }
}
