/* The table-valued function unpack_samples(series, samples): a row for each sample of a
 * pack (series_pack.h), in their order, so that a statement which orders packs has the
 * samples in order too.
 *
 * PostgreSQL would have a set-returning function of that name. */
#include "internal.h"
#include "series_pack.h"

#include "../base/arena.h"
#include "../base/time.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char shape[] =
    "CREATE TABLE unpack_samples (place INTEGER, family_id INTEGER, name TEXT, "
    "labels TEXT, value REAL, special TEXT, time_ns INTEGER, exemplar TEXT, "
    "line INTEGER, series_pack HIDDEN, samples_pack HIDDEN)";
enum column {
    PLACE,
    FAMILY,
    NAME,
    LABELS,
    VALUE,
    SPECIAL,
    TIME,
    EXEMPLAR,
    LINE,
    SERIES_PACK,
    SAMPLES_PACK
};
enum {
    USUAL_ROWS = 4096, /* of a pack, for the planner */
};

struct cursor {
    sqlite3_vtab_cursor base; /* first */
    struct bk_series_reader *reader;
    struct bk_packed_sample sample;
    int64_t place;
    bool more;
};

static int connect(sqlite3 *h, void *self, int argc, const char *const *argv,
                   sqlite3_vtab **table, char **message)
{
    (void)self;
    (void)argc;
    (void)argv;
    (void)message;
    int rc = sqlite3_declare_vtab(h, shape);
    if (rc != SQLITE_OK) {
        return rc;
    }
    *table = sqlite3_malloc(sizeof **table);
    if (!*table) {
        return SQLITE_NOMEM;
    }
    memset(*table, 0, sizeof **table);
    return sqlite3_vtab_config(h, SQLITE_VTAB_INNOCUOUS);
}

static int disconnect(sqlite3_vtab *table)
{
    sqlite3_free(table);
    return SQLITE_OK;
}

/* Both packs must be known; everything else is the engine's to check. */
static int best_index(sqlite3_vtab *table, sqlite3_index_info *info)
{
    int given[2] = {-1, -1};
    for (int i = 0; i < info->nConstraint; i++) {
        int argument = info->aConstraint[i].iColumn - SERIES_PACK;
        if (argument < 0 || info->aConstraint[i].op != SQLITE_INDEX_CONSTRAINT_EQ) {
            continue;
        }
        if (!info->aConstraint[i].usable) {
            return SQLITE_CONSTRAINT;
        }
        given[argument] = i;
    }
    for (int i = 0; i < 2; i++) {
        if (given[i] < 0) {
            table->zErrMsg =
                sqlite3_mprintf("unpack_samples(series, samples) takes the two packs");
            return SQLITE_ERROR;
        }
        info->aConstraintUsage[given[i]].argvIndex = i + 1;
        info->aConstraintUsage[given[i]].omit = 1;
    }
    info->estimatedRows = USUAL_ROWS;
    info->estimatedCost = USUAL_ROWS;
    return SQLITE_OK;
}

static int open_cursor(sqlite3_vtab *table, sqlite3_vtab_cursor **cursor)
{
    (void)table;
    struct cursor *c = bk_realloc(NULL, sizeof *c);
    memset(c, 0, sizeof *c);
    c->reader = bk_series_reader_new();
    *cursor = &c->base;
    return SQLITE_OK;
}

static int close_cursor(sqlite3_vtab_cursor *cursor)
{
    struct cursor *c = (struct cursor *)cursor;
    bk_series_reader_free(c->reader);
    free(c);
    return SQLITE_OK;
}

static int result(struct cursor *c, bool ok, const struct bk_err *err)
{
    if (ok) {
        return SQLITE_OK;
    }
    sqlite3_vtab *table = c->base.pVtab;
    sqlite3_free(table->zErrMsg);
    table->zErrMsg = sqlite3_mprintf("%s", err->msg);
    c->more = false;
    return SQLITE_CORRUPT;
}

static int next(sqlite3_vtab_cursor *cursor)
{
    struct cursor *c = (struct cursor *)cursor;
    struct bk_err err = {0};
    c->place++;
    bool ok = bk_series_reader_next(c->reader, &c->sample, &c->more, &err);
    return result(c, ok, &err);
}

static struct bk_str bytes_of(sqlite3_value *v)
{
    const void *bytes = sqlite3_value_blob(v);
    return (struct bk_str){bytes, bytes ? (size_t)sqlite3_value_bytes(v) : 0};
}

static int filter(sqlite3_vtab_cursor *cursor, int number, const char *text, int argc,
                  sqlite3_value **argv)
{
    (void)number;
    (void)text;
    (void)argc;
    struct cursor *c = (struct cursor *)cursor;
    struct bk_err err = {0};
    c->place = -1;
    c->more = false;
    if (!bk_series_reader_open(c->reader, bytes_of(argv[0]), bytes_of(argv[1]), &err)) {
        return result(c, false, &err);
    }
    return next(cursor);
}

static int at_end(sqlite3_vtab_cursor *cursor)
{
    return !((struct cursor *)cursor)->more;
}

static void give_text(sqlite3_context *to, struct bk_str s)
{
    sqlite3_result_text64(to, s.len > 0 ? s.ptr : "", s.len, SQLITE_TRANSIENT,
                          SQLITE_UTF8);
}

static const char *special_name(double x)
{
    if (isfinite(x)) {
        return "";
    }
    return isnan(x) ? "NaN" : x > 0 ? "+Inf" : "-Inf";
}

static int give_column(sqlite3_vtab_cursor *cursor, sqlite3_context *to, int column)
{
    const struct cursor *c = (const struct cursor *)cursor;
    const struct bk_packed_sample *s = &c->sample;
    switch (column) {
    case PLACE:
        sqlite3_result_int64(to, c->place);
        break;
    case FAMILY:
        sqlite3_result_int64(to, s->family);
        break;
    case NAME:
        give_text(to, s->name);
        break;
    case LABELS:
        give_text(to, s->labels);
        break;
    case VALUE:
        if (isfinite(s->value)) {
            sqlite3_result_double(to, s->value);
        }
        break;
    case SPECIAL:
        give_text(to, bk_str(special_name(s->value)));
        break;
    case TIME:
        if (s->time_ns != BK_NO_TIME) {
            sqlite3_result_int64(to, s->time_ns);
        }
        break;
    case EXEMPLAR:
        give_text(to, s->exemplar);
        break;
    case LINE:
        sqlite3_result_int64(to, s->line);
        break;
    default: /* the packs themselves: whoever asks has them */
        break;
    }
    return SQLITE_OK;
}

static int row_id(sqlite3_vtab_cursor *cursor, sqlite3_int64 *id)
{
    *id = ((struct cursor *)cursor)->place;
    return SQLITE_OK;
}

static const sqlite3_module module = {
    .xConnect = connect, /* no xCreate: it is there without being created */
    .xBestIndex = best_index,
    .xDisconnect = disconnect,
    .xOpen = open_cursor,
    .xClose = close_cursor,
    .xFilter = filter,
    .xNext = next,
    .xEof = at_end,
    .xColumn = give_column,
    .xRowid = row_id,
};

bool bk_db_add_series_table(struct bk_db *db, struct bk_err *err)
{
    int rc = sqlite3_create_module_v2(db->h, "unpack_samples", &module, NULL, NULL);
    return rc == SQLITE_OK || bk_db_fail(db, rc, "cannot open", err);
}
