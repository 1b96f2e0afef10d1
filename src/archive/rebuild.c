/* Units that are imported once more from their kept bytes.
 *
 * A unit is cleared and written again in one transaction.  Rows keep their identity
 * where it matters to people: a run that has the key that it had keeps its number and,
 * as long as it is made of the same parts, its name.  What other units found out about
 * the runs, or said about them, is settled anew as after an import. */
#include "internal.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "../base/num.h"

/* --- reading what is kept --- */

static bool read_ids(struct bk_stmt *st, struct bk_arena *a, int64_t **ids, size_t *n,
                     struct bk_err *err)
{
    bool row, ok;
    *ids = NULL;
    *n = 0;
    while ((ok = bk_step(st, &row, err)) && row) {
        *BK_PUSH(a, *ids, *n) = bk_col_int(st, 0);
    }
    bk_reset(st);
    return ok;
}

bool bk_archive_units(struct bk_archive *ar, struct bk_arena *a, int64_t **ids,
                      size_t *n, struct bk_err *err)
{
    return read_ids(bk_stmt(ar->db, BK_SQL_UNIT_ALL), a, ids, n, err);
}

bool bk_archive_partners(struct bk_archive *ar, struct bk_arena *a, int64_t id,
                         int64_t **ids, size_t *n, struct bk_err *err)
{
    struct bk_stmt *st = bk_stmt(ar->db, BK_SQL_UNIT_PARTNERS);
    bk_bind_int(st, ":unit", id);
    return read_ids(st, a, ids, n, err);
}

static struct bk_stmt *of_unit(struct bk_archive *ar, enum bk_sql which, int64_t id)
{
    struct bk_stmt *st = bk_stmt(ar->db, which);
    bk_bind_int(st, ":unit", id);
    return st;
}

static bool read_unit(struct bk_archive *ar, struct bk_arena *a, struct bk_kept_unit *u,
                      struct bk_err *err)
{
    bool found;
    struct bk_stmt *st = of_unit(ar, BK_SQL_UNIT_GET, u->id);
    bool ok = bk_step(st, &found, err);
    if (ok && found) {
        u->path = bk_dup(a, bk_col_text(st, 0));
        u->context = bk_dup(a, bk_col_text(st, 1));
    }
    bk_reset(st);
    return ok && (found || bk_fail(err, BK_EDB, "there is no unit %lld any more",
                                   (long long)u->id));
}

static bool read_sources(struct bk_archive *ar, struct bk_arena *a,
                         struct bk_kept_unit *u, struct bk_err *err)
{
    bool row, ok;
    struct bk_stmt *st = of_unit(ar, BK_SQL_UNIT_SOURCES, u->id);
    while ((ok = bk_step(st, &row, err)) && row) {
        struct bk_kept_source *s = BK_PUSH(a, u->sources, u->n_sources);
        struct bk_str sha256 = bk_upto(bk_col_text(st, 1), sizeof s->sha256 - 1);
        *s = (struct bk_kept_source){
            .id = bk_col_int(st, 0),
            .path = bk_dup(a, bk_col_text(st, 2)),
            .format = bk_dup(a, bk_col_text(st, 3)),
            .importer_version = (int)bk_col_int(st, 4),
            .size = bk_col_int(st, 5),
            .redactions = bk_col_int(st, 6),
            .own = bk_col_int(st, 7) != 0,
        };
        if (sha256.len > 0) {
            memcpy(s->sha256, sha256.ptr, sha256.len);
        }
    }
    bk_reset(st);
    return ok;
}

static bool read_runs(struct bk_archive *ar, struct bk_arena *a, struct bk_kept_unit *u,
                      struct bk_err *err)
{
    bool row, ok;
    struct bk_stmt *st = of_unit(ar, BK_SQL_UNIT_RUNS, u->id);
    while ((ok = bk_step(st, &row, err)) && row) {
        *BK_PUSH(a, u->runs, u->n_runs) =
            (struct bk_kept_run){.id = bk_col_int(st, 0),
                                 .key = bk_dup(a, bk_col_text(st, 1)),
                                 .name = bk_dup(a, bk_col_text(st, 2)),
                                 .session_id = bk_col_int(st, 3),
                                 .hardware_id = bk_col_int(st, 4),
                                 .content = bk_dup(a, bk_col_text(st, 5))};
    }
    bk_reset(st);
    return ok;
}

static bool read_sizing_runs(struct bk_archive *ar, struct bk_arena *a,
                             struct bk_kept_unit *u, struct bk_err *err)
{
    bool row, ok;
    struct bk_stmt *st = of_unit(ar, BK_SQL_UNIT_SIZING_RUNS, u->id);
    while ((ok = bk_step(st, &row, err)) && row) {
        *BK_PUSH(a, u->sizing_runs, u->n_sizing_runs) = bk_dup(a, bk_col_text(st, 1));
    }
    bk_reset(st);
    return ok;
}

static bool read_snapshots(struct bk_archive *ar, struct bk_arena *a,
                           struct bk_kept_unit *u, struct bk_err *err)
{
    bool row, ok;
    struct bk_stmt *st = of_unit(ar, BK_SQL_UNIT_SNAPSHOTS, u->id);
    while ((ok = bk_step(st, &row, err)) && row) {
        *BK_PUSH(a, u->snapshots, u->n_snapshots) = (struct bk_kept_snapshot){
            .id = bk_col_int(st, 0), .source_id = bk_col_int(st, 1)};
    }
    bk_reset(st);
    return ok;
}

bool bk_archive_kept_unit(struct bk_archive *ar, struct bk_arena *a, int64_t id,
                          struct bk_kept_unit *unit, struct bk_err *err)
{
    *unit = (struct bk_kept_unit){.id = id};
    return read_unit(ar, a, unit, err) && read_sources(ar, a, unit, err) &&
           read_runs(ar, a, unit, err) && read_sizing_runs(ar, a, unit, err) &&
           read_snapshots(ar, a, unit, err);
}

bool bk_archive_unit_of_run(struct bk_archive *ar, int64_t run, int64_t *unit,
                            struct bk_err *err)
{
    bool found;
    struct bk_stmt *st = bk_stmt(ar->db, BK_SQL_RUN_UNIT);
    bk_bind_int(st, ":run", run);
    return bk_one_int(st, unit, &found, err) &&
           (found ||
            bk_fail(err, BK_EDB, "there is no run %lld any more", (long long)run));
}

/* --- aliases of another archive --- */

/* Adds an alias unless it means something here; that is noted when it is another
 * thing. Both statements have their parameters bound. */
static bool take_alias(struct bk_stmt *add, struct bk_stmt *same, struct bk_arena *a,
                       struct bk_str alias, struct bk_aliases *kept, struct bk_err *err)
{
    int64_t one;
    bool added, known = false;
    if (!bk_one_int(add, &one, &added, err) ||
        (!added && !bk_one_int(same, &one, &known, err))) {
        return false;
    }
    bk_reset(same);
    if (!added && !known) {
        *BK_PUSH(a, kept->items, kept->n) = bk_dup(a, alias);
    }
    return true;
}

static bool take_names(struct bk_archive *ar, struct bk_archive *from,
                       struct bk_arena *a, struct bk_aliases *kept, struct bk_err *err)
{
    static const char *const params[] = {":format", ":alias", ":target", ":unit"};
    bool row, ok;
    struct bk_stmt *st = bk_stmt(from->db, BK_SQL_ALIAS_ALL);
    while ((ok = bk_step(st, &row, err)) && row) {
        struct bk_stmt *add = bk_stmt(ar->db, BK_SQL_RESTORE_ALIAS);
        struct bk_stmt *same = bk_stmt(ar->db, BK_SQL_RESTORE_ALIAS_SAME);
        for (size_t i = 0; i < sizeof params / sizeof *params; i++) {
            bk_bind_text(add, params[i], bk_col_text(st, i));
            bk_bind_text(same, params[i], bk_col_text(st, i));
        }
        ok = take_alias(add, same, a, bk_col_text(st, 1), kept, err);
        if (!ok) {
            break;
        }
    }
    bk_reset(st);
    return ok;
}

static bool take_hardware(struct bk_archive *ar, struct bk_archive *from,
                          struct bk_arena *a, struct bk_aliases *kept,
                          struct bk_err *err)
{
    bool row, ok;
    struct bk_stmt *st = bk_stmt(from->db, BK_SQL_HARDWARE_ALIAS_USERS);
    while ((ok = bk_step(st, &row, err)) && row) {
        int64_t hardware;
        struct bk_stmt *put = bk_stmt(ar->db, BK_SQL_HARDWARE_PUT);
        bk_bind_text(put, ":name", bk_col_text(st, 1));
        ok = bk_insert(put, &hardware, err);
        if (!ok) {
            break;
        }
        struct bk_stmt *add = bk_stmt(ar->db, BK_SQL_RESTORE_HARDWARE_ALIAS);
        struct bk_stmt *same = bk_stmt(ar->db, BK_SQL_RESTORE_HARDWARE_ALIAS_SAME);
        bk_bind_text(add, ":alias", bk_col_text(st, 0));
        bk_bind_int(add, ":hardware", hardware);
        bk_bind_text(add, ":origin", BK_S("user"));
        bk_bind_text(same, ":alias", bk_col_text(st, 0));
        bk_bind_int(same, ":hardware", hardware);
        ok = take_alias(add, same, a, bk_col_text(st, 0), kept, err);
        if (!ok) {
            break;
        }
    }
    bk_reset(st);
    return ok;
}

bool bk_archive_take_aliases(struct bk_archive *ar, struct bk_archive *from,
                             struct bk_arena *a, struct bk_aliases *kept,
                             struct bk_err *err)
{
    return take_names(ar, from, a, kept, err) && take_hardware(ar, from, a, kept, err);
}

/* --- prices of another archive --- */

struct price {
    int64_t hardware; /* here */
    struct bk_str name;
    bool here; /* it had prices before */
    bool told; /* that they are others */
};

static void bind_price(struct bk_stmt *to, const struct bk_stmt *from, int64_t hardware)
{
    bk_bind_int(to, ":hardware", hardware);
    bk_bind_int(to, ":said_at", bk_col_int(from, 2));
    bk_bind_real(to, ":price", bk_col_real(from, 3));
    bk_bind_text(to, ":currency", bk_col_text(from, 4));
}

/* The kind of machine of a price, and whether it has prices here. */
static bool begin_prices(struct bk_archive *ar, struct bk_arena *a, struct bk_str name,
                         struct price *p, struct bk_err *err)
{
    int64_t seq;
    struct bk_stmt *put = bk_stmt(ar->db, BK_SQL_HARDWARE_PUT);
    *p = (struct price){.name = bk_dup(a, name)};
    bk_bind_text(put, ":name", name);
    if (!bk_insert(put, &p->hardware, err)) {
        return false;
    }
    struct bk_stmt *last = bk_stmt(ar->db, BK_SQL_HARDWARE_PRICE_LAST);
    bk_bind_int(last, ":hardware", p->hardware);
    return bk_one_int(last, &seq, &p->here, err);
}

static bool take_price(struct bk_archive *ar, const struct bk_stmt *row,
                       struct price *p, bool *same, struct bk_err *err)
{
    int64_t one;
    struct bk_stmt *st = bk_stmt(ar->db, p->here ? BK_SQL_RESTORE_HARDWARE_PRICE_SAME
                                                 : BK_SQL_RESTORE_HARDWARE_PRICE);
    bind_price(st, row, p->hardware);
    if (!p->here) {
        bk_bind_int(st, ":seq", bk_col_int(row, 1));
    }
    return bk_one_int(st, &one, same, err);
}

bool bk_archive_take_prices(struct bk_archive *ar, struct bk_archive *from,
                            struct bk_arena *a, struct bk_aliases *kept,
                            struct bk_err *err)
{
    bool row, ok;
    struct price p = {0};
    struct bk_stmt *st = bk_stmt(from->db, BK_SQL_EVERYTHING_HARDWARE_PRICE);
    while ((ok = bk_step(st, &row, err)) && row) {
        bool same;
        ok = ((p.hardware && bk_eq(p.name, bk_col_text(st, 0))) ||
              begin_prices(ar, a, bk_col_text(st, 0), &p, err)) &&
             take_price(ar, st, &p, &same, err);
        if (!ok) {
            break;
        }
        if (!same && !p.told) {
            *BK_PUSH(a, kept->items, kept->n) = p.name;
            p.told = true;
        }
    }
    bk_reset(st);
    return ok;
}

/* --- the transaction around --- */

void bk_archive_rebuild(struct bk_archive *ar, const struct bk_kept_unit *unit)
{
    assert(!ar->open);
    ar->rebuilding = unit;
}

bool bk_archive_hold(struct bk_archive *ar, struct bk_err *err)
{
    assert(!ar->open);
    return bk_begin(ar->db, err);
}

bool bk_archive_release(struct bk_archive *ar, bool commit, struct bk_err *err)
{
    assert(!ar->open);
    bool ok = bk_end(ar->db, commit, err);
    if (!ok || !commit) {
        bk_archive_forget(ar);
    }
    return ok;
}

/* --- making room --- */

/* The claims that the unit's runs absorbed, and its own, become runs again; the place
 * of each is settled anew at the end of the unit. */
static bool release_claims(struct bk_archive *ar, struct bk_err *err)
{
    bool row, ok;
    struct bk_claim_move *moves = NULL;
    size_t n = 0;
    struct bk_stmt *st = of_unit(ar, BK_SQL_UNIT_CLAIMS, ar->unit_id);
    while ((ok = bk_step(st, &row, err)) && row) {
        *BK_PUSH(ar->scratch, moves, n) =
            (struct bk_claim_move){.id = bk_col_int(st, 0), .from = bk_col_int(st, 1)};
    }
    bk_reset(st);
    return ok && (n == 0 || bk_move_claims(ar, moves, n, err));
}

/* Where runs were is looked at again at the end, though they are no more. */
static void note_places(struct bk_archive *ar, const struct bk_kept_unit *old)
{
    for (size_t i = 0; i < ar->n_runs; i++) {
        if (ar->runs[i].unit_id == ar->unit_id) { /* it goes with the others */
            ar->runs[i].absorbed = true;
        }
    }
    for (size_t i = 0; i < old->n_runs; i++) {
        *BK_PUSH(ar->unit, ar->runs, ar->n_runs) =
            (struct bk_unit_run){.session_id = old->runs[i].session_id,
                                 .hardware_id = old->runs[i].hardware_id,
                                 .unit_id = ar->unit_id,
                                 .absorbed = true};
    }
}

static void remember(struct bk_archive *ar, const struct bk_kept_unit *old)
{
    static char taken;
    for (size_t i = 0; i < old->n_runs; i++) {
        const struct bk_kept_run *r = &old->runs[i];
        bk_map_put(ar->unit, &ar->kept_runs, r->key, (void *)(uintptr_t)r);
        bk_map_put(ar->unit, &ar->kept_names, r->name, &taken);
    }
    for (size_t i = 0; i < old->n_sizing_runs; i++) {
        bk_map_put(ar->unit, &ar->kept_names, old->sizing_runs[i], &taken);
    }
}

static bool clear(struct bk_archive *ar, struct bk_err *err)
{
    static const enum bk_sql parts[] = {
        BK_SQL_UNIT_CLEAR_SIZING_REPORTS, BK_SQL_UNIT_CLEAR_SIZING_RUNS,
        BK_SQL_UNIT_CLEAR_SNAPSHOTS,      BK_SQL_UNIT_CLEAR_RUNS,
        BK_SQL_UNIT_CLEAR_FINDINGS,       BK_SQL_UNIT_CLEAR_HARDWARE_FACTS,
        BK_SQL_UNIT_CLEAR_MODEL_FACTS,    BK_SQL_UNIT_CLEAR_LINKS,
    };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (!bk_run_stmt(of_unit(ar, parts[i], ar->unit_id), err)) {
            return false;
        }
    }
    return true;
}

bool bk_make_room(struct bk_archive *ar, const struct bk_kept_unit *old, bool in_place,
                  struct bk_err *err)
{
    bool found;
    ar->again = old;
    remember(ar, old);
    if (!in_place) {
        return true;
    }
    struct bk_arena_mark mark = bk_arena_mark(ar->scratch);
    ar->in_place = true;
    bool ok =
        bk_one_int(bk_stmt(ar->db, BK_SQL_RUN_NEWEST), &ar->newest_run, &found, err) &&
        release_claims(ar, err);
    if (ok) {
        note_places(ar, old);
        ok = clear(ar, err);
    }
    bk_ids_forget_kind(&ar->ids, BK_CACHED_NAME);
    bk_arena_release(ar->scratch, mark);
    return ok;
}

/* --- identity --- */

const struct bk_kept_run *bk_kept_run(const struct bk_archive *ar, struct bk_str key)
{
    return ar->again ? bk_map_get(&ar->kept_runs, key) : NULL;
}

/* Is 'name' the base, or the base with a number behind? */
static bool is_of_base(struct bk_str name, struct bk_str base)
{
    int64_t number;
    if (!bk_starts(name, base)) {
        return false;
    }
    struct bk_str rest = bk_from(name, base.len);
    return rest.len == 0 ||
           (rest.ptr[0] == '#' && bk_parse_int64(bk_from(rest, 1), &number));
}

static bool is_free(struct bk_archive *ar, enum bk_sql exists, struct bk_str name,
                    bool *is, struct bk_err *err)
{
    int64_t one;
    bool taken;
    struct bk_stmt *st = bk_stmt(ar->db, exists);
    bk_bind_text(st, ":name", name);
    bool ok = bk_one_int(st, &one, &taken, err);
    *is = ok && !taken;
    return ok;
}

/* A new name, but none that another run of the unit had. */
static bool new_name(struct bk_archive *ar, enum bk_sql exists, struct bk_str base,
                     struct bk_str *name, struct bk_err *err)
{
    do {
        if (!bk_free_name(ar, exists, base, name, err)) {
            return false;
        }
    } while (ar->again && bk_map_get(&ar->kept_names, *name));
    return true;
}

bool bk_run_name(struct bk_archive *ar, struct bk_str key, struct bk_str base,
                 struct bk_str *name, bool *kept, struct bk_err *err)
{
    const struct bk_kept_run *old = bk_kept_run(ar, key);
    *kept = false;
    if (old && is_of_base(old->name, base) &&
        !is_free(ar, BK_SQL_RUN_NAME_EXISTS, old->name, kept, err)) {
        return false;
    }
    if (*kept) {
        *name = old->name;
        return true;
    }
    return new_name(ar, BK_SQL_RUN_NAME_EXISTS, base, name, err) &&
           (!old || !ar->in_place || bk_said_of_run(ar, old->name, *name, err));
}

bool bk_sizing_run_name(struct bk_archive *ar, struct bk_str base, struct bk_str *name,
                        struct bk_err *err)
{
    for (size_t i = 0; ar->again && i < ar->again->n_sizing_runs; i++) {
        bool is = false;
        *name = ar->again->sizing_runs[i];
        if (is_of_base(*name, base) &&
            !is_free(ar, BK_SQL_SIZING_RUN_NAME_EXISTS, *name, &is, err)) {
            return false;
        }
        if (is) {
            return true;
        }
    }
    return new_name(ar, BK_SQL_SIZING_RUN_NAME_EXISTS, base, name, err);
}

int64_t bk_run_number(struct bk_archive *ar, struct bk_str key)
{
    const struct bk_kept_run *old = bk_kept_run(ar, key);
    if (!ar->in_place) {
        return 0;
    }
    return old ? old->id : ++ar->newest_run;
}

int64_t bk_snapshot_number(struct bk_archive *ar, int64_t source)
{
    if (!ar->in_place) {
        return 0;
    }
    size_t next = ar->n_kept_snapshots;
    if (next < ar->again->n_snapshots &&
        ar->again->snapshots[next].source_id == source) {
        ar->n_kept_snapshots++;
        return ar->again->snapshots[next].id;
    }
    return ++ar->newest_snapshot;
}

/* --- at the end --- */

static int by_id(const void *a, const void *b)
{
    const struct bk_unit_run *x = a, *y = b;
    return (x->id > y->id) - (x->id < y->id);
}

/* Files that no record came from this time stay files of the unit. */
static bool link_rest(struct bk_archive *ar, struct bk_err *err)
{
    int64_t seq = (int64_t)ar->n_sources;
    for (size_t i = 0; i < ar->again->n_sources; i++) {
        const struct bk_kept_source *s = &ar->again->sources[i];
        bool linked = false;
        for (size_t k = 0; k < ar->n_sources && !linked; k++) {
            linked = ar->sources[k].id == s->id;
        }
        if (linked) {
            continue;
        }
        struct bk_stmt *st = bk_stmt(ar->db, BK_SQL_UNIT_SOURCE_INSERT);
        bk_bind_int(st, ":unit", ar->unit_id);
        bk_bind_int(st, ":seq", seq++);
        bk_bind_int(st, ":source", s->id);
        bk_bind_text(st, ":path", s->path);
        if (!bk_run_stmt(st, err)) {
            return false;
        }
    }
    return true;
}

/* A suspicion of another unit's run stays when the run that it names is what it was. */
static bool forget_suspicions(struct bk_archive *ar, struct bk_err *err)
{
    int64_t any;
    bool found;
    if (!bk_one_int(bk_stmt(ar->db, BK_SQL_IDENTICAL_VALUES_EXIST), &any, &found,
                    err)) {
        return false;
    }
    struct bk_map same = {0};
    for (size_t i = 0; i < ar->n_runs; i++) {
        const struct bk_unit_run *r = &ar->runs[i];
        if (!r->absorbed && !r->changed && r->unit_id == ar->unit_id) {
            bk_map_put(ar->unit, &same, r->name, ar);
        }
    }
    for (size_t i = 0; any && i < ar->again->n_runs; i++) {
        if (bk_map_get(&same, ar->again->runs[i].name)) {
            continue;
        }
        struct bk_stmt *st = bk_stmt(ar->db, BK_SQL_CLAIMS_FORGET_COPIES);
        bk_bind_text(st, ":name", ar->again->runs[i].name);
        if (!bk_run_stmt(st, err)) {
            return false;
        }
    }
    return true;
}

static bool settle_session(struct bk_archive *ar, int64_t session, struct bk_err *err)
{
    static const enum bk_sql steps[] = {BK_SQL_SESSION_SETTLE,
                                        BK_SQL_SESSION_DROP_EMPTY};
    for (size_t i = 0; i < 2; i++) {
        struct bk_stmt *st = bk_stmt(ar->db, steps[i]);
        bk_bind_int(st, ":session", session);
        if (!bk_run_stmt(st, err)) {
            return false;
        }
    }
    return true;
}

static bool run_starts_as_before(const struct bk_archive *ar)
{
    size_t kept = 0;
    for (size_t i = 0; i < ar->n_runs; i++) {
        if (ar->runs[i].unit_id != ar->unit_id || ar->runs[i].absorbed) {
            continue;
        }
        if (ar->runs[i].changed) {
            return false;
        }
        kept++;
    }
    return kept == ar->again->n_runs;
}

/* Sessions that runs have left. */
static bool settle_sessions(struct bk_archive *ar, struct bk_err *err)
{
    if (run_starts_as_before(ar)) {
        return true;
    }
    int64_t last = 0;
    for (size_t i = 0; i < ar->again->n_runs; i++) {
        int64_t session = ar->again->runs[i].session_id;
        if (session != last && !settle_session(ar, session, err)) {
            return false;
        }
        last = session;
    }
    bk_ids_forget_kind(&ar->ids, BK_CACHED_SESSION);
    return true;
}

void bk_sort_runs(struct bk_archive *ar)
{
    if (ar->n_runs > 1) {
        qsort(ar->runs, ar->n_runs, sizeof *ar->runs, by_id);
    }
}

bool bk_settle_rebuilt(struct bk_archive *ar, struct bk_err *err)
{
    return !ar->in_place || (link_rest(ar, err) && forget_suspicions(ar, err) &&
                             settle_sessions(ar, err));
}
