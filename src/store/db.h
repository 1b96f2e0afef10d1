/* The SQL engine behind one interface.  The only folder that includes sqlite3.h.
 *
 * Statements are files (schema/queries/NAME.sql -> BK_SQL_NAME), prepared once and
 * cached; parameters are bound by name.  A binding error (an unknown name) is our own
 * bug and asserts; all others are kept and reported by the next bk_step, so that
 * callers bind, bind, bind and check once. */
#ifndef BK_STORE_DB_H
#define BK_STORE_DB_H

#include "../base/err.h"
#include "../base/str.h"
#include "bk_sql.h" /* generated: enum bk_sql */

struct bk_db;
struct bk_stmt;

#define BK_APPLICATION_ID 0x62656e6b /* "benk" */

enum bk_db_mode {
    BK_DB_READ,   /* must exist and be of this version; never written */
    BK_DB_WRITE,  /* created when missing, migrated when older */
    BK_DB_CREATE, /* as WRITE, for 'init' */
    BK_DB_MIGRATE /* must exist; migrated when older */
};

/* Opens a warehouse: foreign keys on, synchronous FULL, busy timeout 60 s, and WAL, which
 * in a new file begins behind its first transaction.  A file that is no SQLite database,
 * has another application_id or a newer user_version is refused with a message that says
 * which (both versions named); an older one under BK_DB_READ says "run 'benchkeep
 * migrate'". */
bool bk_db_open(struct bk_db **db, const char *path, enum bk_db_mode mode,
                struct bk_err *err);
/* A new warehouse in memory (tests). */
bool bk_db_open_memory(struct bk_db **db, struct bk_err *err);
/* For a program whose process is its own, before anything is opened: the engine then
 * does not keep books of its memory, which cost a lock for each allocation. */
void bk_db_own_process(void);
void bk_db_close(struct bk_db *db); /* finalises the cached statements; NULL is fine */
const char *bk_db_path(const struct bk_db *db);

/* The cached statement, reset and with nothing bound.  A statement must be at rest
 * (stepped to its end or bk_reset) before it is asked for again. */
struct bk_stmt *bk_stmt(struct bk_db *db, enum bk_sql which);
/* param is a literal, with its colon: ":name"; values are copied, but for the bytes of a
 * blob, which must stay until the statement has run. */
void bk_bind_text(struct bk_stmt *st, const char *param, struct bk_str v);
void bk_bind_int(struct bk_stmt *st, const char *param, int64_t v);
void bk_bind_real(struct bk_stmt *st, const char *param, double v); /* must be finite */
void bk_bind_blob(struct bk_stmt *st, const char *param, struct bk_str v);
void bk_bind_null(struct bk_stmt *st, const char *param);
void bk_bind_id(struct bk_stmt *st, const char *param, int64_t id); /* 0 is NULL */
void bk_bind_time(struct bk_stmt *st, const char *param,
                  int64_t ns); /* BK_NO_TIME is NULL */

bool bk_step(struct bk_stmt *st, bool *row,
             struct bk_err *err);                         /* *row: there is one */
bool bk_run_stmt(struct bk_stmt *st, struct bk_err *err); /* expects no row; resets */
bool bk_insert(struct bk_stmt *st, int64_t *id,
               struct bk_err *err); /* an INSERT ... RETURNING id; resets */
bool bk_one_int(struct bk_stmt *st, int64_t *value, bool *found,
                struct bk_err *err); /* first column of one row; resets */
void bk_reset(struct bk_stmt *st);

size_t bk_col_count(const struct bk_stmt *st);
const char *bk_col_name(const struct bk_stmt *st, size_t i);
bool bk_col_is_null(const struct bk_stmt *st, size_t i);
int64_t bk_col_int(const struct bk_stmt *st, size_t i);
double bk_col_real(const struct bk_stmt *st, size_t i); /* NAN for NULL */
struct bk_str bk_col_text(const struct bk_stmt *st,
                          size_t i); /* valid until the next step */
struct bk_str bk_col_blob(const struct bk_stmt *st, size_t i);
int64_t bk_col_time(const struct bk_stmt *st, size_t i); /* BK_NO_TIME for NULL */
enum bk_col_type {
    BK_SQL_NULL_VALUE,
    BK_SQL_INT_VALUE,
    BK_SQL_REAL_VALUE,
    BK_SQL_TEXT_VALUE,
    BK_SQL_BLOB_VALUE
};
enum bk_col_type bk_col_type(const struct bk_stmt *st, size_t i);

/* Transactions nest: the outermost is BEGIN IMMEDIATE, inner ones are savepoints. */
bool bk_begin(struct bk_db *db, struct bk_err *err);
bool bk_end(struct bk_db *db, bool commit, struct bk_err *err);

/* While held, nothing of a transaction is written to the disk before it is committed,
 * however much it is: what is rolled back leaves no trace. */
bool bk_db_hold(struct bk_db *db, bool hold, struct bk_err *err);

/* --- what only this engine has --- */
/* A statement that a user wrote ('sql'): read-only by authorizer and query_only;
 * several statements are refused. */
bool bk_user_stmt(struct bk_db *db, struct bk_str sql, struct bk_stmt **st,
                  struct bk_err *err);
void bk_user_stmt_free(struct bk_stmt *st);
/* PRAGMA integrity_check and foreign_key_check; every complaint is passed to 'say'. */
bool bk_db_check(struct bk_db *db, void (*say)(void *self, struct bk_str complaint),
                 void *self, struct bk_err *err);
bool bk_db_version(struct bk_db *db, int64_t *version,
                   struct bk_err *err); /* user_version */
/* user_version as it was before this handle migrated it; 0: it was new. */
int64_t bk_db_found_version(const struct bk_db *db);
int64_t bk_db_newest_version(void); /* number of the last migration */
/* A number that changes when another connection has committed: what was cached of the
 * database's content is then stale. */
bool bk_db_data_version(struct bk_db *db, int64_t *version, struct bk_err *err);
/* A consistent copy into a new file ('backup'); a path that exists is refused. */
bool bk_db_backup(struct bk_db *db, const char *path, struct bk_err *err);

/* Own SQL functions, registered on every connection: median(x), percentile(x, q) with q
 * of 0..100, stddev(x), count_ids(id) as aggregates; iso_time(ns) and human_bytes(n) as scalars; and the
 * table unpack_samples(series, samples) of series_pack.h. */

#endif
