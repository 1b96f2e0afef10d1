/* What the files of the store share; nobody else includes this but the store's own
 * tests. */
#ifndef BK_STORE_INTERNAL_H
#define BK_STORE_INTERNAL_H

#include "db.h"

#include "bk_migrations.h"
#include "bk_views.h"
#include <sqlite3.h>

struct bk_db {
    sqlite3 *h;
    char *path; /* as given; ":memory:" */
    enum bk_db_mode mode;
    int64_t found_version;               /* user_version when it was opened */
    unsigned depth;                      /* of nested transactions */
    bool lost;                           /* the engine rolled back on its own */
    bool is_new;                         /* made by us; no log yet */
    struct bk_stmt *cache[BK_SQL_COUNT]; /* NULL until first asked for */
};

enum {
    BK_KNOWN_PARAMS = 32 /* of a statement, in the order in which they are bound */
};

struct bk_stmt {
    struct bk_db *db;
    sqlite3_stmt *h;   /* NULL when it could not be prepared */
    const char *name;  /* for messages */
    bool user;         /* a user's own: its errors are theirs */
    bool failed;       /* err holds what the next step reports */
    struct bk_err err; /* of preparing or binding */
    bool stepped;      /* since it was reset */
    size_t n_bound;    /* calls since the statement was asked for */
    struct {           /* what those calls named the last time */
        const char *name;
        int index;
    } known[BK_KNOWN_PARAMS];
};

/* Turns a result code of the engine into an error: "DOING the warehouse 'PATH': WHY".
 * Always false. */
bool bk_db_fail(struct bk_db *db, int rc, const char *doing, struct bk_err *err);

/* Prepares the one statement that text must hold (comments around it are fine). */
bool bk_db_prepare(struct bk_db *db, struct bk_str text, unsigned flags,
                   sqlite3_stmt **h, struct bk_err *err);

/* Runs any number of statements that give no rows. */
bool bk_db_exec(struct bk_db *db, const char *sql, struct bk_err *err);

/* First column of the first row of a statement, 0 when there is no row. */
bool bk_db_number(struct bk_db *db, const char *sql, int64_t *value,
                  struct bk_err *err);

/* Applies the migrations behind user_version, each in a transaction of its own.  The
 * file must be empty or a warehouse. */
bool bk_db_migrate(struct bk_db *db, const struct bk_blob *migrations, size_t n,
                   struct bk_err *err);

/* Drops and recreates the views whose text differs from that in the database. */
bool bk_db_update_views(struct bk_db *db, const struct bk_blob *views, size_t n,
                        struct bk_err *err);

/* median, percentile, stddev, iso_time, human_bytes. */
bool bk_db_add_functions(struct bk_db *db, struct bk_err *err);

/* The table-valued function unpack_samples(series, samples). */
bool bk_db_add_series_table(struct bk_db *db, struct bk_err *err);

#endif
