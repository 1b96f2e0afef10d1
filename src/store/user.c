/* What users do to the engine itself: their own SQL, a check of the file, a copy.
 *
 * A user's statement is held by three locks: an authorizer that lets only reading
 * through, query_only, and the engine's own word that the statement writes nothing. */
#include "../base/arena.h"
#include "internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* --- users' SQL --- */

static const char *const reading_pragmas[] = {
    "application_id",   "collation_list", "compile_options", "database_list",
    "foreign_key_list", "function_list",  "index_info",      "index_list",
    "index_xinfo",      "page_count",     "page_size",       "table_info",
    "table_list",       "table_xinfo",    "user_version",
};

/* Some of these read a setting without an argument and change it with one. */
static bool pragma_reads(const char *name, const char *argument)
{
    for (size_t i = 0; i < sizeof reading_pragmas / sizeof *reading_pragmas; i++) {
        const char *known = reading_pragmas[i];
        if (sqlite3_stricmp(name, known) == 0) {
            bool describes = strstr(known, "_info") || strstr(known, "_xinfo") ||
                             strstr(known, "_list");
            return describes || !argument;
        }
    }
    return false;
}

static int allow_reading(void *self, int action, const char *a, const char *b,
                         const char *database, const char *trigger)
{
    (void)self;
    (void)database;
    (void)trigger;
    switch (action) {
    case SQLITE_SELECT:
    case SQLITE_READ:
    case SQLITE_RECURSIVE:
        return SQLITE_OK;
    case SQLITE_UPDATE:
        /* The engine asks this for its own table-valued functions (json_each); a user's
         * update of the schema is still stopped by the other locks. */
        return a && strcmp(a, "sqlite_master") == 0 ? SQLITE_OK : SQLITE_DENY;
    case SQLITE_FUNCTION:
        return b && sqlite3_stricmp(b, "load_extension") == 0 ? SQLITE_DENY : SQLITE_OK;
    case SQLITE_PRAGMA:
        return a && pragma_reads(a, b) ? SQLITE_OK : SQLITE_DENY;
    default:
        return SQLITE_DENY;
    }
}

static void open_locks(struct bk_db *db)
{
    sqlite3_set_authorizer(db->h, NULL, NULL);
    sqlite3_exec(db->h, "PRAGMA query_only = OFF", NULL, NULL, NULL);
}

/* A mistake in the user's statement is theirs (usage), anything else the database's. */
static bool fail_prepare(struct bk_db *db, struct bk_err *err)
{
    int rc = sqlite3_errcode(db->h) & 0xff;
    switch (rc) {
    case SQLITE_AUTH:
        return bk_fail(err, BK_EUSAGE,
                       "only statements that read are allowed here (SELECT, WITH, "
                       "VALUES, EXPLAIN, PRAGMA table_info and the like)");
    case SQLITE_ERROR:
    case SQLITE_RANGE:
    case SQLITE_TOOBIG:
        return bk_fail(err, BK_EUSAGE, "%s", sqlite3_errmsg(db->h));
    default:
        return false;
    }
}

static bool prepare_locked(struct bk_db *db, struct bk_str sql, sqlite3_stmt **h,
                           struct bk_err *err)
{
    if (!bk_db_exec(db, "PRAGMA query_only = ON", err)) {
        return false;
    }
    sqlite3_set_authorizer(db->h, allow_reading, NULL);
    if (!bk_db_prepare(db, sql, 0, h, err)) {
        return err->code == BK_EUSAGE ? false : fail_prepare(db, err);
    }
    if (!sqlite3_stmt_readonly(*h)) {
        sqlite3_finalize(*h);
        *h = NULL;
        return bk_fail(err, BK_EUSAGE, "the statement would write");
    }
    return true;
}

bool bk_user_stmt(struct bk_db *db, struct bk_str sql, struct bk_stmt **st,
                  struct bk_err *err)
{
    sqlite3_stmt *h = NULL;
    *st = NULL;
    if (!prepare_locked(db, sql, &h, err)) {
        open_locks(db);
        return false;
    }
    *st = bk_realloc(NULL, sizeof **st);
    memset(*st, 0, sizeof **st);
    (*st)->db = db;
    (*st)->h = h;
    (*st)->name = "sql";
    (*st)->user = true;
    return true;
}

void bk_user_stmt_free(struct bk_stmt *st)
{
    if (!st) {
        return;
    }
    sqlite3_finalize(st->h);
    open_locks(st->db);
    free(st);
}

/* --- check --- */

/* Passes every row of a pragma to 'say', its columns joined by blanks; "ok" is none. */
static bool say_rows(struct bk_db *db, const char *pragma,
                     void (*say)(void *self, struct bk_str complaint), void *self,
                     struct bk_err *err)
{
    sqlite3_stmt *h = NULL;
    struct bk_buf line = {0};
    int rc = sqlite3_prepare_v2(db->h, pragma, -1, &h, NULL);
    while (rc == SQLITE_OK || rc == SQLITE_ROW) {
        rc = sqlite3_step(h);
        if (rc != SQLITE_ROW) {
            break;
        }
        bk_buf_clear(&line);
        for (int i = 0; i < sqlite3_column_count(h); i++) {
            const char *text = (const char *)sqlite3_column_text(h, i);
            bk_buf_addf(&line, "%s%s", i ? " " : "", text ? text : "-");
        }
        if (!bk_is(bk_buf_str(&line), "ok")) {
            say(self, bk_buf_str(&line));
        }
    }
    if ((rc & 0xff) == SQLITE_CORRUPT) {
        say(self, bk_str(sqlite3_errmsg(db->h)));
        rc = SQLITE_DONE;
    }
    bool ok = rc == SQLITE_DONE || bk_db_fail(db, rc, "cannot check", err);
    bk_buf_free(&line);
    sqlite3_finalize(h);
    return ok;
}

bool bk_db_check(struct bk_db *db, void (*say)(void *self, struct bk_str complaint),
                 void *self, struct bk_err *err)
{
    return say_rows(db, "PRAGMA integrity_check", say, self, err) &&
           say_rows(db,
                    "SELECT 'broken reference in', \"table\", 'row', rowid, 'to', "
                    "parent FROM pragma_foreign_key_check",
                    say, self, err);
}

/* --- copy --- */

/* Writes what the system still holds of a file to the disk. */
static bool sync_file(const char *path, struct bk_err *err)
{
    int fd = open(path, O_RDONLY);
    if (fd < 0 || fsync(fd) != 0) {
        int saved = errno;
        if (fd >= 0) {
            close(fd);
        }
        return bk_fail_errno(err, saved, "cannot write '%s'", path);
    }
    close(fd);
    return true;
}

static bool copy_pages(struct bk_db *db, const char *path, struct bk_err *err)
{
    sqlite3 *to = NULL;
    int rc =
        sqlite3_open_v2(path, &to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL);
    if (rc == SQLITE_OK) {
        sqlite3_backup *copy = sqlite3_backup_init(to, "main", db->h, "main");
        if (copy) {
            sqlite3_backup_step(copy, -1); /* all pages in one read transaction */
            sqlite3_backup_finish(copy);
        }
        rc = sqlite3_errcode(to);
    }
    bool ok = rc == SQLITE_OK ||
              bk_fail(err, (rc & 0xff) == SQLITE_FULL ? BK_ESYS : BK_EDB,
                      "cannot copy the warehouse '%s' to '%s': %s", db->path, path,
                      to ? sqlite3_errmsg(to) : sqlite3_errstr(rc));
    if (sqlite3_close(to) != SQLITE_OK && ok) {
        ok = bk_fail(err, BK_EDB, "cannot close '%s'", path);
    }
    return ok && sync_file(path, err);
}

bool bk_db_backup(struct bk_db *db, const char *path, struct bk_err *err)
{
    struct bk_buf part = {0};
    if (access(path, F_OK) == 0) {
        return bk_fail(err, BK_EUSAGE, "'%s' exists already", path);
    }
    bk_buf_addf(&part, "%s.part-%ld", path, (long)getpid());
    bool ok = copy_pages(db, part.ptr, err);
    if (ok && rename(part.ptr, path) != 0) {
        ok = bk_fail_errno(err, errno, "cannot make the copy '%s'", path);
    }
    if (!ok) {
        unlink(part.ptr);
    }
    bk_buf_free(&part);
    return ok;
}
