/* Sessions with what is in them: see session_rows.h.
 *
 * One walk over the runs and one over the findings: to have the engine gather the names
 * of each session costs several times as much as all of this. */
#include "session_rows.h"

#include "../base/time.h"

#include <stdlib.h>
#include <string.h>

const struct bk_column bk_session_columns[BK_N_SESSION_COLUMNS] = {
    {"session", "", 0}, {"started_at", "", 0}, {"hardware", "", 0},
    {"model", "", 0},   {"workload", "", 0},   {"runs", "", 0},
    {"ok", "", 0},      {"degraded", "", 0},   {"failed", "", 0},
    {"invalid", "", 0}, {"findings", "", 0},
};

void bk_session_cells(struct bk_value *cells, const struct bk_session_row *row)
{
    const struct bk_value all[BK_N_SESSION_COLUMNS] = {
        bk_v_str(row->name),    bk_v_time(row->started_ns), bk_v_str(row->hardware),
        bk_v_str(row->model),   bk_v_str(row->workload),    bk_v_int(row->runs),
        bk_v_int(row->ok),      bk_v_int(row->degraded),    bk_v_int(row->failed),
        bk_v_int(row->invalid), bk_v_int(row->findings),
    };
    memcpy(cells, all, sizeof all);
}

enum {
    FEW_NAMES = 8
};

enum kind {
    HARDWARE,
    MODEL,
    WORKLOAD,
    N_KINDS
};

struct name {
    int64_t id;
    struct bk_str text;
};

struct names { /* of one kind, by id */
    struct name *items;
    size_t n;
};

struct parts { /* names of one kind in one session, in the order of the runs */
    struct bk_str *items;
    size_t n;
    int64_t last; /* id: nearly always the next one too */
};

struct gathering {
    struct bk_db *db;
    struct bk_arena *arena;
    struct bk_session_rows *rows;
    struct bk_map by_id; /* session id -> row */
    struct bk_map seen;  /* session id, kind and id of a name behind the first few */
    struct names names[N_KINDS];
    struct parts *parts; /* N_KINDS for each row */
};

static struct bk_str key_of(const int64_t *ids, size_t n)
{
    return (struct bk_str){(const char *)ids, n * sizeof *ids};
}

static bool load_names(struct gathering *g, enum bk_sql which, struct names *names,
                       struct bk_err *err)
{
    struct bk_stmt *st = bk_stmt(g->db, which);
    bool more, ok;
    while ((ok = bk_step(st, &more, err)) && more)
        *BK_PUSH(g->arena, names->items, names->n) =
            (struct name){bk_col_int(st, 0), bk_dup(g->arena, bk_col_text(st, 1))};
    bk_reset(st);
    return ok;
}

static struct bk_str name_of(const struct names *names, int64_t id)
{
    size_t low = 0, high = names->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (names->items[middle].id == id)
            return names->items[middle].text;
        if (names->items[middle].id < id)
            low = middle + 1;
        else
            high = middle;
    }
    return (struct bk_str){NULL, 0};
}

/* Oldest first; those without a start last. */
static int by_start(const void *x, const void *y)
{
    const struct bk_session_row *a = x, *b = y;
    int order = bk_time_cmp(a->started_ns, b->started_ns);
    if (order != 0)
        return order;
    return bk_cmp(a->name, b->name);
}

/* Sessions mostly come in the order in which they were. */
static void sort(struct bk_session_rows *rows)
{
    size_t i = 1;
    while (i < rows->n && by_start(&rows->items[i - 1], &rows->items[i]) < 0)
        i++;
    if (i < rows->n)
        qsort(rows->items, rows->n, sizeof *rows->items, by_start);
}

static bool load_sessions(struct gathering *g, struct bk_err *err)
{
    struct bk_session_rows *rows = g->rows;
    struct bk_stmt *st = bk_stmt(g->db, BK_SQL_SESSIONS_LIST);
    bool more, ok;
    while ((ok = bk_step(st, &more, err)) && more)
        *BK_PUSH(g->arena, rows->items, rows->n) =
            (struct bk_session_row){.id = bk_col_int(st, 0),
                                    .name = bk_dup(g->arena, bk_col_text(st, 1)),
                                    .started_ns = bk_col_time(st, 2)};
    bk_reset(st);
    sort(rows);
    for (size_t i = 0; i < rows->n; i++)
        bk_map_put(g->arena, &g->by_id, key_of(&rows->items[i].id, 1), &rows->items[i]);
    g->parts = bk_alloc_array(g->arena, rows->n * N_KINDS, sizeof *g->parts);
    return ok;
}

static struct parts *parts_of(const struct gathering *g,
                              const struct bk_session_row *row, enum kind kind)
{
    size_t at = (size_t)(row - g->rows->items);
    return &g->parts[at * N_KINDS + (size_t)kind];
}

/* Few names are looked through, many are kept in a map. */
static bool is_there(struct gathering *g, const struct bk_session_row *row,
                     enum kind kind, int64_t id, struct bk_str text)
{
    const struct parts *parts = parts_of(g, row, kind);
    const int64_t ids[] = {row->id, kind, id};
    for (size_t i = 0; i < parts->n && i < FEW_NAMES; i++)
        if (parts->items[i].ptr == text.ptr)
            return true;
    if (parts->n < FEW_NAMES)
        return false;
    if (bk_map_get(&g->seen, key_of(ids, 3)) != NULL)
        return true;
    bk_map_put(g->arena, &g->seen, bk_dup(g->arena, key_of(ids, 3)), g);
    return false;
}

static void add_name(struct gathering *g, struct bk_session_row *row, enum kind kind,
                     int64_t id)
{
    struct parts *parts = parts_of(g, row, kind);
    if (parts->last == id)
        return;
    parts->last = id;
    struct bk_str text = name_of(&g->names[kind], id);
    if (text.len == 0 || is_there(g, row, kind, id, text))
        return;
    *BK_PUSH(g->arena, parts->items, parts->n) = text;
}

static void count_status(struct bk_session_row *row, struct bk_str status)
{
    row->runs++;
    row->ok += bk_is(status, "ok");
    row->degraded += bk_is(status, "degraded");
    row->failed += bk_is(status, "failed");
    row->invalid += bk_is(status, "invalid");
}

static bool walk_runs(struct gathering *g, struct bk_err *err)
{
    struct bk_stmt *st = bk_stmt(g->db, BK_SQL_SESSIONS_RUNS);
    bool more, ok;
    while ((ok = bk_step(st, &more, err)) && more) {
        int64_t session = bk_col_int(st, 0);
        struct bk_session_row *row = bk_map_get(&g->by_id, key_of(&session, 1));
        if (row == NULL)
            continue;
        count_status(row, bk_col_text(st, 1));
        for (size_t kind = 0; kind < N_KINDS; kind++)
            add_name(g, row, (enum kind)kind, bk_col_int(st, 2 + kind));
    }
    bk_reset(st);
    return ok;
}

static bool walk_findings(struct gathering *g, struct bk_err *err)
{
    struct bk_stmt *st = bk_stmt(g->db, BK_SQL_SESSIONS_FINDINGS);
    bool more, ok;
    while ((ok = bk_step(st, &more, err)) && more) {
        int64_t session = bk_col_int(st, 0);
        struct bk_session_row *row = bk_map_get(&g->by_id, key_of(&session, 1));
        if (row != NULL)
            row->findings++;
    }
    bk_reset(st);
    return ok;
}

static void finish(struct gathering *g)
{
    size_t kept = 0;
    for (size_t i = 0; i < g->rows->n; i++) {
        struct bk_session_row row = g->rows->items[i];
        struct parts *parts = &g->parts[i * N_KINDS];
        struct bk_str *const texts[] = {[HARDWARE] = &row.hardware,
                                        [MODEL] = &row.model,
                                        [WORKLOAD] = &row.workload};
        if (row.runs == 0)
            continue;
        for (size_t kind = 0; kind < N_KINDS; kind++)
            *texts[kind] = parts[kind].n == 1 ? parts[kind].items[0]
                                              : bk_join(g->arena, parts[kind].items,
                                                        parts[kind].n, ',');
        g->rows->items[kept++] = row;
    }
    g->rows->n = kept;
}

bool bk_sessions_load(struct bk_db *db, struct bk_arena *a,
                      struct bk_session_rows *rows, struct bk_err *err)
{
    struct gathering g = {.db = db, .arena = a, .rows = rows};
    *rows = (struct bk_session_rows){NULL, 0};
    if (!load_sessions(&g, err) ||
        !load_names(&g, BK_SQL_HARDWARE_NAMES, &g.names[HARDWARE], err) ||
        !load_names(&g, BK_SQL_MODEL_NAMES, &g.names[MODEL], err) ||
        !load_names(&g, BK_SQL_WORKLOAD_NAMES, &g.names[WORKLOAD], err) ||
        !walk_runs(&g, err) || !walk_findings(&g, err))
        return false;
    finish(&g);
    return true;
}
