/* Migrations and views.
 *
 * migrations/NNNN_what.sql are applied in order, each in one transaction together with
 * its user_version: a kill in between leaves the older version whole.  A new warehouse
 * takes the same way.  Views are derived: they are dropped and made anew whenever their
 * text is another than the one in the database, and need no migration. */
#include "../base/hash.h"
#include "../base/num.h"
#include "internal.h"

#include <stdio.h>

int64_t bk_db_newest_version(void)
{
    return BK_MIGRATIONS_N_BLOBS;
}

/* The number that a migration's name begins with ("0012_what"), 0 when there is none.
 */
static int64_t number_of(const struct bk_blob *migration)
{
    struct bk_str digits;
    int64_t number;
    bk_cut(bk_str(migration->name), '_', &digits);
    return bk_parse_int64(digits, &number) ? number : 0;
}

static bool check_foreign_keys(struct bk_db *db, struct bk_err *err)
{
    int64_t broken;
    if (!bk_db_number(db, "SELECT count(*) FROM pragma_foreign_key_check", &broken,
                      err)) {
        return false;
    }
    return broken == 0 ||
           bk_fail(err, BK_EDB, "the warehouse '%s' has %lld broken references",
                   db->path, (long long)broken);
}

/* The body of one migration's transaction. */
static bool apply(struct bk_db *db, const struct bk_blob *migration, int64_t number,
                  struct bk_err *err)
{
    char sql[80];
    if (number == 1) {
        snprintf(sql, sizeof sql, "PRAGMA application_id = %d", BK_APPLICATION_ID);
        if (!bk_db_exec(db, sql, err)) {
            return false;
        }
    }
    snprintf(sql, sizeof sql, "PRAGMA user_version = %lld", (long long)number);
    return bk_db_exec(db, migration->bytes, err) && check_foreign_keys(db, err) &&
           bk_db_exec(db, sql, err);
}

/* Applies one migration unless another process was faster. */
static bool migrate_to(struct bk_db *db, const struct bk_blob *migration,
                       int64_t number, struct bk_err *err)
{
    int64_t version;
    if (!bk_begin(db, err)) {
        return false;
    }
    bool ok = bk_db_number(db, "PRAGMA user_version", &version, err) &&
              (version >= number || apply(db, migration, number, err));
    if (!ok) {
        struct bk_err ignored = {0};
        bk_end(db, false, &ignored);
        return bk_wrap(err, "migration '%s'", migration->name);
    }
    return bk_end(db, true, err);
}

bool bk_db_migrate(struct bk_db *db, const struct bk_blob *migrations, size_t n,
                   struct bk_err *err)
{
    int64_t version;
    if (!bk_db_number(db, "PRAGMA user_version", &version, err)) {
        return false;
    }
    if (version >= (int64_t)n) {
        return true;
    }
    /* Rebuilding a table drops it first; inside a transaction this pragma does nothing.
     */
    bool ok = bk_db_exec(db, "PRAGMA foreign_keys = OFF", err);
    for (size_t i = (size_t)version; ok && i < n; i++) {
        int64_t number = (int64_t)i + 1;
        ok = number_of(&migrations[i]) == number
                 ? migrate_to(db, &migrations[i], number, err)
                 : bk_fail(err, BK_EDB, "migration %lld is missing", (long long)number);
    }
    struct bk_err ignored = {0};
    return bk_db_exec(db, "PRAGMA foreign_keys = ON", ok ? err : &ignored) && ok;
}

/* --- views --- */

static bool same_text(struct bk_db *db, const struct bk_blob *view, bool *same,
                      struct bk_err *err)
{
    char hash[65];
    bk_sha256_of((struct bk_str){view->bytes, view->size}, hash);
    struct bk_stmt *st = bk_stmt(db, BK_SQL_META_VIEW_IS);
    bk_bind_text(st, ":view", bk_str(view->name));
    bk_bind_text(st, ":hash", bk_str(hash));
    int64_t one;
    return bk_one_int(st, &one, same, err);
}

static bool recreate(struct bk_db *db, const struct bk_blob *view, struct bk_err *err)
{
    char hash[65];
    struct bk_buf drop = {0};
    bk_buf_addf(&drop, "DROP VIEW IF EXISTS \"%s\"", view->name);
    bool ok = bk_db_exec(db, drop.ptr, err) && bk_db_exec(db, view->bytes, err);
    bk_buf_free(&drop);
    if (!ok) {
        return bk_wrap(err, "view '%s'", view->name);
    }
    bk_sha256_of((struct bk_str){view->bytes, view->size}, hash);
    struct bk_stmt *st = bk_stmt(db, BK_SQL_META_SET_VIEW);
    bk_bind_text(st, ":view", bk_str(view->name));
    bk_bind_text(st, ":hash", bk_str(hash));
    return bk_run_stmt(st, err);
}

static bool is_listed(struct bk_str name, const struct bk_blob *views, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (bk_is(name, views[i].name)) {
            return true;
        }
    }
    return false;
}

/* Drops one view that this program no longer has; *found false when there is none. */
static bool drop_one_left_over(struct bk_db *db, const struct bk_blob *views, size_t n,
                               bool *found, struct bk_err *err)
{
    struct bk_buf drop = {0}, name = {0};
    struct bk_stmt *st = bk_stmt(db, BK_SQL_META_VIEWS);
    bool row, ok;
    *found = false;
    while ((ok = bk_step(st, &row, err)) && row && !*found) {
        if (!is_listed(bk_col_text(st, 0), views, n)) {
            bk_buf_add(&name, bk_col_text(st, 0));
            *found = true;
        }
    }
    bk_reset(st);
    if (ok && *found) {
        bk_buf_addf(&drop, "DROP VIEW IF EXISTS \"%.*s\"", BK_F(bk_buf_str(&name)));
        st = bk_stmt(db, BK_SQL_META_FORGET_VIEW);
        bk_bind_text(st, ":view", bk_buf_str(&name));
        ok = bk_db_exec(db, drop.ptr, err) && bk_run_stmt(st, err);
    }
    bk_buf_free(&drop);
    bk_buf_free(&name);
    return ok;
}

static bool write_views(struct bk_db *db, const struct bk_blob *views, size_t n,
                        struct bk_err *err)
{
    bool found = true;
    while (found) {
        if (!drop_one_left_over(db, views, n, &found, err)) {
            return false;
        }
    }
    for (size_t i = 0; i < n; i++) {
        bool same;
        if (!same_text(db, &views[i], &same, err) ||
            (!same && !recreate(db, &views[i], err))) {
            return false;
        }
    }
    return true;
}

/* Are the views of the database those of this program?  Reads only, so that a writer
 * whose program has not changed takes no lock. */
static bool views_are_current(struct bk_db *db, const struct bk_blob *views, size_t n,
                              bool *current, struct bk_err *err)
{
    int64_t count;
    *current = false;
    if (!bk_one_int(bk_stmt(db, BK_SQL_META_VIEW_COUNT), &count, current, err)) {
        return false;
    }
    *current = count == (int64_t)n;
    for (size_t i = 0; *current && i < n; i++) {
        if (!same_text(db, &views[i], current, err)) {
            return false;
        }
    }
    return true;
}

bool bk_db_update_views(struct bk_db *db, const struct bk_blob *views, size_t n,
                        struct bk_err *err)
{
    bool current;
    if (!views_are_current(db, views, n, &current, err)) {
        return false;
    }
    if (current) {
        return true;
    }
    if (!bk_begin(db, err)) {
        return false;
    }
    if (!write_views(db, views, n, err)) {
        struct bk_err ignored = {0};
        bk_end(db, false, &ignored);
        return false;
    }
    return bk_end(db, true, err);
}
