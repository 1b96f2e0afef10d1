/* Connections and transactions.
 *
 * A writer turns the file to WAL once, so that readers never wait for it; but what a
 * new file gets first has no readers yet, and is written once, in place, with a rollback
 * journal.  A reader opens the file read-only and copes with media that cannot be
 * written.  Opening reads the header's application_id and user_version and nothing else
 * of the schema, since every question starts a process. */
#include "db.h"

#include "../base/arena.h"
#include "../base/file.h"
#include "../base/time.h"
#include "internal.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define BUSY_TIMEOUT_MS 60000
#define WAL_RETRY_MS    10

/* 8 MiB of page cache bound a writer's memory (what falls out of it is read again from
 * the system's); 16 MiB of log stay after a checkpoint. */
static const char pragmas_of_all[] =
    "PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY;";
static const char pragmas_of_writers[] =
    "PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 16777216; "
    "PRAGMA cache_size = -8192;";
static const char pragmas_of_readers[] =
    "PRAGMA mmap_size = 268435456; PRAGMA cache_size = -32768;";

/* Marks of databases that people have lying about (the list of SQLite's magic.txt). */
static const struct {
    int64_t id;
    const char *name;
} known_applications[] = {
    {0x0f055111, "a Fossil checkout"},   {0x0f055112, "a Fossil repository"},
    {0x0f055113, "a Fossil config"},     {0x42654462, "a Bentley BeSQLite database"},
    {0x42654c6e, "a Bentley locale"},    {0x45737269, "an Esri database"},
    {0x47504b47, "a GeoPackage"},        {0x47503130, "a GeoPackage 1.0"},
    {0x4d504258, "an MBTiles tile set"}, {0x5f4d544e, "a Monotone database"},
};

/* --- errors --- */

static bool is_system_error(int rc)
{
    return rc == SQLITE_FULL || rc == SQLITE_IOERR || rc == SQLITE_NOMEM;
}

bool bk_db_fail(struct bk_db *db, int rc, const char *doing, struct bk_err *err)
{
    int primary = rc & 0xff;
    enum bk_code code = is_system_error(primary) ? BK_ESYS : BK_EDB;
    const char *why = db->h ? sqlite3_errmsg(db->h) : sqlite3_errstr(rc);
    if (db->h && (sqlite3_errcode(db->h) & 0xff) != primary) {
        why = sqlite3_errstr(rc);
    }
    if (primary == SQLITE_BUSY) {
        why = "another program has been writing to it for a minute";
    } else if (primary == SQLITE_NOTADB) {
        why = "the file is no SQLite database";
    }
    return bk_fail(err, code, "%s the warehouse '%s': %s", doing, db->path, why);
}

bool bk_db_exec(struct bk_db *db, const char *sql, struct bk_err *err)
{
    int rc = sqlite3_exec(db->h, sql, NULL, NULL, NULL);
    return rc == SQLITE_OK ||
           bk_db_fail(db, rc,
                      db->mode == BK_DB_READ ? "cannot read" : "cannot write to", err);
}

bool bk_db_number(struct bk_db *db, const char *sql, int64_t *value, struct bk_err *err)
{
    sqlite3_stmt *st = NULL;
    *value = 0;
    int rc = sqlite3_prepare_v2(db->h, sql, -1, &st, NULL);
    if (rc == SQLITE_OK) {
        rc = sqlite3_step(st);
        if (rc == SQLITE_ROW) {
            *value = sqlite3_column_int64(st, 0);
        }
    }
    bool ok =
        rc == SQLITE_ROW || rc == SQLITE_DONE || bk_db_fail(db, rc, "cannot read", err);
    sqlite3_finalize(st);
    return ok;
}

/* --- opening --- */

static char *copy_text(const char *s)
{
    size_t n = strlen(s) + 1;
    return memcpy(bk_realloc(NULL, n), s, n);
}

/* "file:" + path with what has a meaning in URIs escaped + "?immutable=1". */
static char *immutable_uri(const char *path)
{
    static const char tail[] = "?immutable=1";
    struct bk_buf b = {0};
    bk_buf_add(&b, BK_S("file:"));
    for (const char *p = path; *p; p++) {
        if (*p == '%' || *p == '?' || *p == '#') {
            bk_buf_addf(&b, "%%%02X", (unsigned)*p);
        } else {
            bk_buf_addc(&b, *p);
        }
    }
    bk_buf_add(&b, bk_str(tail));
    return b.ptr;
}

/* Without reading anything of the file. */
static bool open_handle(struct bk_db *db, const char *name, int flags,
                        struct bk_err *err)
{
    int rc = sqlite3_open_v2(name, &db->h, flags | SQLITE_OPEN_NOMUTEX, NULL);
    if (rc != SQLITE_OK) {
        return bk_db_fail(db, rc, "cannot open", err);
    }
    sqlite3_extended_result_codes(db->h, 1);
    sqlite3_busy_timeout(db->h, BUSY_TIMEOUT_MS);
    return bk_db_add_functions(db, err) && bk_db_add_series_table(db, err);
}

static bool set_up(struct bk_db *db, struct bk_err *err)
{
    return bk_db_exec(db, pragmas_of_all, err) &&
           bk_db_exec(db,
                      db->mode == BK_DB_READ ? pragmas_of_readers : pragmas_of_writers,
                      err);
}

/* Is there a file of this name and ending that is not empty? */
static bool holds_something(const char *path, const char *ending)
{
    struct bk_buf name = {0};
    bk_buf_addf(&name, "%s%s", path, ending);
    struct stat st;
    bool holds = stat(name.ptr, &st) == 0 && st.st_size > 0;
    bk_buf_free(&name);
    return holds;
}

/* What was read of the schema; SQLITE_ROW or SQLITE_DONE when it can be. */
static int try_to_read(struct bk_db *db)
{
    sqlite3_stmt *st = NULL;
    int rc =
        sqlite3_prepare_v2(db->h, "SELECT 1 FROM sqlite_schema LIMIT 1", -1, &st, NULL);
    if (rc == SQLITE_OK) {
        rc = sqlite3_step(st);
    }
    sqlite3_finalize(st);
    return rc;
}

static void close_handle(struct bk_db *db)
{
    sqlite3_close(db->h);
    db->h = NULL;
}

/* Takes back what a writer that was killed left half done in the file itself. */
static void roll_back(struct bk_db *db)
{
    struct bk_err ignored = {0};
    close_handle(db);
    if (open_handle(db, db->path, SQLITE_OPEN_READWRITE, &ignored)) {
        try_to_read(db);
    }
    close_handle(db);
}

/* A database in WAL mode needs a shared-memory file beside it even to be read.  Where
 * none can be made (read-only media, somebody else's folder), the file itself is whole
 * when nothing is left to be done in its log or journal, and is then read as what cannot
 * change. */
static bool open_to_read(struct bk_db *db, struct bk_err *err)
{
    if (!open_handle(db, db->path, SQLITE_OPEN_READONLY, err)) {
        return false;
    }
    int rc = try_to_read(db);
    if (rc == SQLITE_READONLY_ROLLBACK) {
        roll_back(db);
        if (!open_handle(db, db->path, SQLITE_OPEN_READONLY, err)) {
            return false;
        }
        rc = try_to_read(db);
    }
    int primary = rc & 0xff;
    if (primary != SQLITE_CANTOPEN && primary != SQLITE_READONLY) {
        return rc == SQLITE_ROW || rc == SQLITE_DONE ||
               bk_db_fail(db, rc, "cannot read", err);
    }
    const char *ending = holds_something(db->path, "-wal") ? "-wal" : "-journal";
    if (holds_something(db->path, ending)) {
        return bk_fail(err, BK_EDB,
                       "cannot read the warehouse '%s': its folder cannot be written "
                       "and '%s%s' holds unfinished work; copy both to a folder of "
                       "your own",
                       db->path, db->path, ending);
    }
    close_handle(db);
    char *uri = immutable_uri(db->path);
    bool ok = open_handle(db, uri, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, err);
    free(uri);
    return ok;
}

/* The engine gives up at once when two connections turn a new file to WAL at the same
 * time, busy timeout or not; waiting for the other is right here. */
static bool turn_to_wal(struct bk_db *db, struct bk_err *err)
{
    for (int waited = 0;; waited += WAL_RETRY_MS) {
        int rc = sqlite3_exec(db->h, "PRAGMA journal_mode = WAL", NULL, NULL, NULL);
        if (rc == SQLITE_OK) {
            return true;
        }
        if ((rc & 0xff) != SQLITE_BUSY || waited >= BUSY_TIMEOUT_MS) {
            return bk_db_fail(db, rc, "cannot write to", err);
        }
        nanosleep(&(struct timespec){0, WAL_RETRY_MS * 1000000L}, NULL);
    }
}

static const char *application_name(int64_t id)
{
    for (size_t i = 0; i < sizeof known_applications / sizeof *known_applications;
         i++) {
        if (known_applications[i].id == id) {
            return known_applications[i].name;
        }
    }
    return "another application's database";
}

/* Says what a file that is no warehouse is. */
static bool refuse_foreign(struct bk_db *db, int64_t application_id, struct bk_err *err)
{
    if (application_id != 0) {
        return bk_fail(err, BK_EDB,
                       "'%s' is no warehouse but %s (application_id 0x%08llx)",
                       db->path, application_name(application_id),
                       (unsigned long long)(application_id & 0xffffffff));
    }
    sqlite3_stmt *st = NULL;
    const char *table = "";
    if (sqlite3_prepare_v2(db->h,
                           "SELECT name FROM sqlite_schema ORDER BY rowid LIMIT 1", -1,
                           &st, NULL) == SQLITE_OK &&
        sqlite3_step(st) == SQLITE_ROW) {
        table = (const char *)sqlite3_column_text(st, 0);
    }
    bk_fail(err, BK_EDB,
            "'%s' is no warehouse but a SQLite database of another application (its "
            "first table is '%s')",
            db->path, table ? table : "");
    sqlite3_finalize(st);
    return false;
}

static bool identify_snapshot(struct bk_db *db, int64_t *version, struct bk_err *err)
{
    int64_t application_id, tables;
    if (!bk_db_number(db, "PRAGMA application_id", &application_id, err) ||
        !bk_db_number(db, "PRAGMA user_version", version, err)) {
        return false;
    }
    if (application_id != BK_APPLICATION_ID) {
        if (!bk_db_number(db, "SELECT count(*) FROM sqlite_schema", &tables, err)) {
            return false;
        }
        if (application_id != 0 || tables > 0 || *version != 0) {
            return refuse_foreign(db, application_id, err);
        }
    }
    int64_t newest = bk_db_newest_version();
    if (*version > newest) {
        return bk_fail(err, BK_EDB,
                       "the warehouse '%s' has schema version %lld, and this program "
                       "knows versions up to %lld: use a newer benchkeep",
                       db->path, (long long)*version, (long long)newest);
    }
    return true;
}

/* Is the file ours and of a version that this program knows?  *version 0: it is empty
 * and may become a warehouse.  One transaction: another process may be making it right
 * now, and the answers must be about one moment. */
static bool identify(struct bk_db *db, int64_t *version, struct bk_err *err)
{
    int rc = sqlite3_exec(db->h, "BEGIN", NULL, NULL, NULL);
    if (rc != SQLITE_OK) {
        return bk_db_fail(db, rc, "cannot read", err);
    }
    bool ok = identify_snapshot(db, version, err);
    sqlite3_exec(db->h, "ROLLBACK", NULL, NULL, NULL);
    return ok;
}

static bool make_current(struct bk_db *db, struct bk_err *err)
{
    return bk_db_migrate(db, bk_migrations_blobs, BK_MIGRATIONS_N_BLOBS, err) &&
           bk_db_update_views(db, bk_views_blobs, BK_VIEWS_N_BLOBS, err);
}

/* The disk is waited for with the first transaction, and not for a schema alone. */
static bool make_for_writing(struct bk_db *db, struct bk_err *err)
{
    bool ok = bk_db_exec(db, "PRAGMA synchronous = OFF", err) &&
              make_current(db, err) && bk_db_exec(db, "PRAGMA synchronous = FULL", err);
    db->is_new = true;
    return ok;
}

static bool prepare_for_writing(struct bk_db *db, struct bk_err *err)
{
    return db->found_version == 0 && db->mode == BK_DB_WRITE
               ? make_for_writing(db, err)
               : turn_to_wal(db, err) && make_current(db, err);
}

static bool check_for_reading(struct bk_db *db, int64_t version, struct bk_err *err)
{
    if (version == 0) {
        return bk_fail(err, BK_EDB,
                       "'%s' is an empty file: run 'benchkeep init' or import "
                       "something",
                       db->path);
    }
    if (version < bk_db_newest_version()) {
        return bk_fail(err, BK_EDB,
                       "the warehouse '%s' has schema version %lld, and this program "
                       "reads version %lld: run 'benchkeep migrate'",
                       db->path, (long long)version, (long long)bk_db_newest_version());
    }
    return true;
}

static bool open_file(struct bk_db *db, struct bk_err *err)
{
    struct stat st;
    bool exists = stat(db->path, &st) == 0;
    bool creates = db->mode == BK_DB_WRITE || db->mode == BK_DB_CREATE;
    if (!exists && !creates) {
        return errno == ENOENT || errno == ENOTDIR
                   ? bk_fail(err, BK_EDB,
                             "there is no warehouse at '%s': run 'benchkeep init' or "
                             "import something",
                             db->path)
                   : bk_fail_errno(err, errno, "cannot open the warehouse '%s'",
                                   db->path);
    }
    if (exists && S_ISDIR(st.st_mode)) {
        return bk_fail(err, BK_EDB, "'%s' is a folder, no warehouse", db->path);
    }
    if (!exists && !bk_make_parents(db->path, err)) {
        return false;
    }
    int flags = SQLITE_OPEN_READWRITE | (creates ? SQLITE_OPEN_CREATE : 0);
    int64_t version;
    if (!(db->mode == BK_DB_READ ? open_to_read(db, err)
                                 : open_handle(db, db->path, flags, err)) ||
        !set_up(db, err) || !identify(db, &version, err)) {
        return false;
    }
    db->found_version = version;
    if (db->mode == BK_DB_READ) {
        return check_for_reading(db, version, err);
    }
    if (sqlite3_db_readonly(db->h, "main")) {
        return bk_fail(err, BK_EDB, "the warehouse '%s' is write-protected", db->path);
    }
    return prepare_for_writing(db, err);
}

static struct bk_db *new_db(const char *path, enum bk_db_mode mode)
{
    struct bk_db *db = bk_realloc(NULL, sizeof *db);
    memset(db, 0, sizeof *db);
    db->path = copy_text(path);
    db->mode = mode;
    return db;
}

bool bk_db_open(struct bk_db **db, const char *path, enum bk_db_mode mode,
                struct bk_err *err)
{
    *db = NULL;
    if (!path || !*path) {
        return bk_fail(err, BK_EUSAGE, "the warehouse's path is empty");
    }
    struct bk_db *new = new_db(path, mode);
    if (!open_file(new, err)) {
        bk_db_close(new);
        return false;
    }
    *db = new;
    return true;
}

bool bk_db_open_memory(struct bk_db **db, struct bk_err *err)
{
    struct bk_db *new = new_db(":memory:", BK_DB_WRITE);
    *db = NULL;
    if (!open_handle(new, ":memory:", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
                     err) ||
        !set_up(new, err) || !prepare_for_writing(new, err)) {
        bk_db_close(new);
        return false;
    }
    *db = new;
    return true;
}

void bk_db_own_process(void)
{
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

void bk_db_close(struct bk_db *db)
{
    if (!db) {
        return;
    }
    for (size_t i = 0; i < BK_SQL_COUNT; i++) {
        if (db->cache[i]) {
            sqlite3_finalize(db->cache[i]->h);
            free(db->cache[i]);
        }
    }
    sqlite3_close_v2(db->h);
    free(db->path);
    free(db);
}

const char *bk_db_path(const struct bk_db *db)
{
    return db->path;
}

int64_t bk_db_found_version(const struct bk_db *db)
{
    return db->found_version;
}

bool bk_db_version(struct bk_db *db, int64_t *version, struct bk_err *err)
{
    return bk_db_number(db, "PRAGMA user_version", version, err);
}

bool bk_db_data_version(struct bk_db *db, int64_t *version, struct bk_err *err)
{
    return bk_db_number(db, "PRAGMA data_version", version, err);
}

/* --- transactions --- */

bool bk_db_hold(struct bk_db *db, bool hold, struct bk_err *err)
{
    return bk_db_exec(db, hold ? "PRAGMA cache_spill = OFF" : "PRAGMA cache_spill = ON",
                      err);
}

/* A transaction ends with every statement at rest, whoever forgot to reset one. */
static void rest_statements(struct bk_db *db)
{
    for (size_t i = 0; i < BK_SQL_COUNT; i++) {
        if (db->cache[i] && db->cache[i]->h) {
            sqlite3_reset(db->cache[i]->h);
        }
    }
}

bool bk_begin(struct bk_db *db, struct bk_err *err)
{
    char sql[48];
    if (db->depth == 0) {
        snprintf(sql, sizeof sql, "BEGIN %s",
                 db->mode == BK_DB_READ ? "DEFERRED" : "IMMEDIATE");
        db->lost = false;
    } else {
        snprintf(sql, sizeof sql, "SAVEPOINT level_%u", db->depth);
    }
    if (!bk_db_exec(db, sql, err)) {
        return false;
    }
    db->depth++;
    return true;
}

/* After a full disk or an I/O error the engine may have rolled back already; what was
 * written since is gone, and a commit that would look like success must fail. */
static bool end_lost(struct bk_db *db, bool commit, struct bk_err *err)
{
    db->lost = true;
    return !commit || bk_fail(err, BK_EDB,
                              "cannot write to the warehouse '%s': the transaction was "
                              "rolled back by an earlier error",
                              db->path);
}

/* Behind the first transaction of a new file.  What it takes is told by two bytes of the
 * first page, which need not reach the disk at once; where a reader is in the way, the
 * next writer does it. */
static void begin_log(struct bk_db *db)
{
    if (!db->is_new) {
        return;
    }
    db->is_new = false;
    sqlite3_busy_timeout(db->h, 0);
    sqlite3_exec(db->h, "PRAGMA synchronous = OFF; PRAGMA journal_mode = WAL", NULL,
                 NULL, NULL);
    sqlite3_exec(db->h, "PRAGMA synchronous = FULL", NULL, NULL, NULL);
    sqlite3_busy_timeout(db->h, BUSY_TIMEOUT_MS);
}

bool bk_end(struct bk_db *db, bool commit, struct bk_err *err)
{
    assert(db->depth > 0);
    db->depth--;
    if (db->depth == 0) {
        rest_statements(db);
    }
    if (db->lost || sqlite3_get_autocommit(db->h)) {
        return end_lost(db, commit, err);
    }
    char sql[96];
    if (db->depth > 0) {
        snprintf(sql, sizeof sql,
                 commit ? "RELEASE level_%u" : "ROLLBACK TO level_%u; RELEASE level_%u",
                 db->depth, db->depth);
        return bk_db_exec(db, sql, err);
    }
    if (!commit) {
        return bk_db_exec(db, "ROLLBACK", err);
    }
    if (bk_db_exec(db, "COMMIT", err)) {
        begin_log(db);
        return true;
    }
    if (!sqlite3_get_autocommit(db->h)) {
        sqlite3_exec(db->h, "ROLLBACK", NULL, NULL, NULL);
    }
    return false;
}
