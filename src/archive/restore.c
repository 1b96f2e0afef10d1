/* Rows of another warehouse, out of its export: written as they stand.
 *
 * Nothing is looked up in the dictionary, derived or checked again: what the other
 * warehouse had is what this one gets, with the units and sources that it came from.
 * Their bytes are not here; 'via_id' says which export told of them.  Of a unit whose
 * sources are all here already nothing is taken: its runs are here too.  A report's run
 * that was absorbed into such a run is settled anew. */
#include "internal.h"

#include <string.h>

enum {
    FEW_NAMES = 10 /* of a kind in one finding */
};

struct told_unit {
    int64_t id, n_sources, n_known;
};

struct target {   /* what a name or number of the export stands for here */
    int64_t id;   /* 0: nothing */
    bool here;    /* it was here before: what hangs on it is here too */
    int64_t next; /* of a snapshot: number of its next sample */
};

struct bk_restore {
    struct bk_map runs, sizing_runs, snapshots, absorbed; /* struct target */
    struct told_unit *units;                              /* by number, from 1 */
    size_t n_units;
    int64_t newest_source; /* before the export's own ones */
    int64_t carrier;       /* source: the export */
    bool had_runs;
    struct { /* the source of the row before */
        char sha256[65];
        int64_t id;
    } source;
    struct bk_claim_move *reclaims; /* absorbed into runs that were here */
    size_t n_reclaims;
    struct bk_str *renamed, *aliases; /* the first few, for a finding */
    size_t n_renamed, n_aliases, n_here;
};

/* How a kind is written. */
struct writer {
    bool (*write)(struct bk_archive *ar, const struct writer *w,
                  const struct bk_moved_row *row, struct bk_err *err);
    enum bk_sql insert;
    unsigned parts;
};
enum {                 /* what a row needs beside its fields */
    PART_NUMBER = 1,   /* :quantity and :field */
    PART_ABSORBED = 2, /* :absorbed */
    MAY_BE_HERE = 4,   /* a row that is there already is none too many */
};

static struct bk_str text_of(const struct bk_moved_row *row, const char *key)
{
    return bk_moved_cell(row, key)->s;
}

static bool begin_restore(struct bk_archive *ar, struct bk_err *err)
{
    bool row;
    struct bk_restore *re = bk_alloc(ar->unit, sizeof *re);
    struct bk_stmt *st = bk_stmt(ar->db, BK_SQL_RESTORE_NEWEST_SOURCE);
    bool ok = bk_step(st, &row, err);
    if (ok && row) {
        re->newest_source = bk_col_int(st, 0);
        re->had_runs = bk_col_int(st, 1) != 0;
    }
    bk_reset(st);
    if (!ok || !bk_source_id(ar, 0, &re->carrier, err)) {
        return false;
    }
    ar->restore = re;
    st = bk_stmt(ar->db, BK_SQL_RESTORE_CARRIES);
    bk_bind_int(st, ":unit", ar->unit_id);
    return bk_run_stmt(st, err);
}

/* --- what names stand for --- */

static bool fail_unknown(const char *what, struct bk_str name, struct bk_err *err)
{
    return bk_fail(err, BK_EINPUT, "no line before it tells of the %s '%.*s'", what,
                   BK_F(bk_upto(name, 200)));
}

static bool unit_at(const struct bk_restore *re, int64_t number,
                    struct told_unit **unit, struct bk_err *err)
{
    if (number < 1 || (uint64_t)number > re->n_units) {
        return bk_fail(err, BK_EINPUT, "no line before it tells of the unit %lld",
                       (long long)number);
    }
    *unit = &re->units[number - 1];
    return true;
}

static bool unit_is_here(const struct told_unit *u)
{
    return u->n_sources > 0 && u->n_known == u->n_sources;
}

static bool find_source(struct bk_archive *ar, struct bk_str sha256, int64_t *id,
                        struct bk_err *err)
{
    struct bk_restore *re = ar->restore;
    if (re->source.id && bk_is(sha256, re->source.sha256)) {
        *id = re->source.id;
        return true;
    }
    char hex[65] = {0};
    sha256 = bk_upto(sha256, sizeof hex - 1);
    memcpy(hex, sha256.ptr ? sha256.ptr : "", sha256.len);
    if (!bk_archive_find_source(ar, hex, (struct bk_str){0}, id, err)) {
        return false;
    }
    memcpy(re->source.sha256, hex, sizeof hex);
    re->source.id = *id;
    return true;
}

static bool known_source(struct bk_archive *ar, struct bk_str sha256, int64_t *id,
                         struct bk_err *err)
{
    return find_source(ar, sha256, id, err) &&
           (*id || fail_unknown("source", sha256, err));
}

static bool find_target(const struct bk_map *map, const char *what, struct bk_str name,
                        struct target **target, struct bk_err *err)
{
    *target = bk_map_get(map, name);
    return *target || fail_unknown(what, name, err);
}

/* False when the name was taken by a line before. */
static bool put_target(struct bk_archive *ar, struct bk_map *map, struct bk_str name,
                       struct target target, struct bk_err *err)
{
    if (bk_map_get(map, name)) {
        return bk_fail(err, BK_EINPUT, "a line before it tells of '%.*s' too",
                       BK_F(bk_upto(name, 200)));
    }
    struct target *kept = bk_alloc(ar->unit, sizeof *kept);
    *kept = target;
    bk_map_put(ar->unit, map, bk_dup(ar->unit, name), kept);
    return true;
}

static bool one_by(struct bk_archive *ar, enum bk_sql which, const char *param,
                   struct bk_str text, int64_t *id, struct bk_err *err)
{
    bool found;
    *id = 0;
    struct bk_stmt *st = bk_stmt(ar->db, which);
    bk_bind_text(st, param, text);
    return bk_one_int(st, id, &found, err);
}

/* Canonical names of the other warehouse: as they are, whatever the dictionary would
 * make of them; else what the user of this one calls so. */
static bool find_hardware(struct bk_archive *ar, struct bk_str name, int64_t *id,
                          struct bk_err *err)
{
    return one_by(ar, BK_SQL_HARDWARE_BY_NAME, ":name", name, id, err) &&
           (*id || one_by(ar, BK_SQL_HARDWARE_ALIAS_FIND, ":alias", name, id, err));
}

static bool add_hardware(struct bk_archive *ar, struct bk_str name, int64_t *id,
                         struct bk_err *err)
{
    if (!find_hardware(ar, name, id, err) || *id) {
        return *id != 0;
    }
    struct bk_stmt *st = bk_stmt(ar->db, BK_SQL_HARDWARE_INSERT);
    bk_bind_text(st, ":name", name);
    return bk_insert(st, id, err);
}

static bool find_config(struct bk_archive *ar, const struct bk_moved_cell *c,
                        int64_t *id, struct bk_err *err)
{
    struct bk_param *params =
        bk_alloc_array(ar->scratch, c->n_pairs + 1, sizeof *params);
    for (size_t i = 0; i < c->n_pairs; i++) {
        params[i].name = c->pairs[i].name;
        params[i].value = c->pairs[i].value;
    }
    return bk_config_id(ar, params, c->n_pairs, id, err);
}

/* The id that a field refers to; 0: what it refers to is here already. */
static bool resolve(struct bk_archive *ar, const struct bk_moved_field *f,
                    const struct bk_moved_cell *c, int64_t *id, struct bk_err *err)
{
    struct bk_restore *re = ar->restore;
    struct target *target;
    struct told_unit *unit;
    switch (f->ref) {
    case BK_REF_NONE:
        break;
    case BK_REF_RUN:
        if (!find_target(&re->runs, "run", c->s, &target, err)) {
            return false;
        }
        *id = target->here ? 0 : target->id;
        return true;
    case BK_REF_SIZING_RUN:
        if (!find_target(&re->sizing_runs, "sizing run", c->s, &target, err)) {
            return false;
        }
        *id = target->here ? 0 : target->id;
        return true;
    case BK_REF_SOURCE:
        return known_source(ar, c->s, id, err);
    case BK_REF_UNIT:
        if (!unit_at(re, c->i, &unit, err)) {
            return false;
        }
        *id = unit_is_here(unit) ? 0 : unit->id;
        return true;
    case BK_REF_HARDWARE:
        return add_hardware(ar, c->s, id, err);
    case BK_REF_MODEL:
        return bk_model_id(ar, c->s, id, err);
    case BK_REF_ENGINE:
        return bk_name_id(ar, BK_CACHED_ENGINE, c->s, id, err);
    case BK_REF_WORKLOAD:
        return bk_name_id(ar, BK_CACHED_WORKLOAD, c->s, id, err);
    case BK_REF_SESSION:
        return bk_name_id(ar, BK_CACHED_SESSION, c->s, id, err);
    case BK_REF_CONFIG:
        return find_config(ar, c, id, err);
    }
    *id = 0;
    return true;
}

/* --- a row into a statement --- */

struct ids { /* of one row, before its statement is asked for */
    int64_t refs[BK_MOVED_MOST_FIELDS];
    int64_t quantity, field, absorbed;
    bool here; /* the row is about something that was here before */
};

static bool number_ids(struct bk_archive *ar, const struct bk_moved_row *row,
                       struct ids *ids, struct bk_err *err)
{
    struct bk_str population = text_of(row, "population");
    struct bk_measurement m = {
        .metric = text_of(row, "metric"),
        .stat = text_of(row, "stat"),
        .scope = text_of(row, "scope"),
        .unit = text_of(row, "unit"),
        .population = BK_POP_UNKNOWN,
    };
    for (int p = BK_POP_ALL; p <= BK_POP_UNKNOWN; p++) {
        if (bk_is(population, bk_population_name((enum bk_population)p))) {
            m.population = (enum bk_population)p;
        }
    }
    return bk_quantity_id(ar, &m, &ids->quantity, err) &&
           bk_field_id(ar, text_of(row, "source_name"), text_of(row, "source_unit"),
                       &ids->field, err);
}

static struct bk_str absorbed_name(struct bk_archive *ar, int64_t unit,
                                   struct bk_str key)
{
    return bk_fmt(ar->scratch, "%lld\n%.*s", (long long)unit, BK_F(key));
}

static bool absorbed_id(struct bk_archive *ar, const struct bk_moved_row *row,
                        int64_t *id, struct bk_err *err)
{
    struct target *target;
    struct bk_str name = absorbed_name(ar, bk_moved_cell(row, "absorbed_unit")->i,
                                       text_of(row, "absorbed_key"));
    if (!find_target(&ar->restore->absorbed, "absorbed run", name, &target, err)) {
        return false;
    }
    *id = target->here ? 0 : target->id;
    return true;
}

static bool find_ids(struct bk_archive *ar, const struct writer *w,
                     const struct bk_moved_row *row, struct ids *ids,
                     struct bk_err *err)
{
    const struct bk_moved_shape *shape = &bk_moved_shapes[row->kind];
    for (size_t i = 0; i < shape->n_fields; i++) {
        const struct bk_moved_field *f = &shape->fields[i];
        if (f->ref == BK_REF_NONE || row->cells[i].is_null) {
            continue;
        }
        if (!resolve(ar, f, &row->cells[i], &ids->refs[i], err)) {
            return false;
        }
        ids->here = ids->here || ids->refs[i] == 0;
    }
    if ((w->parts & PART_ABSORBED) && !ids->here) {
        if (!absorbed_id(ar, row, &ids->absorbed, err)) {
            return false;
        }
        ids->here = ids->absorbed == 0;
    }
    return ids->here || !(w->parts & PART_NUMBER) || number_ids(ar, row, ids, err);
}

static void bind_cell(struct bk_stmt *st, const struct bk_moved_field *f,
                      const struct bk_moved_cell *c, int64_t ref)
{
    if (c->is_null) {
        bk_bind_null(st, f->param);
        return;
    }
    if (f->ref != BK_REF_NONE) {
        bk_bind_int(st, f->param, ref);
        return;
    }
    switch (f->type) {
    case BK_MOVED_TEXT:
    case BK_MOVED_SHA256:
        bk_bind_text(st, f->param, c->s);
        break;
    case BK_MOVED_INT:
    case BK_MOVED_BOOL:
    case BK_MOVED_TIME:
        bk_bind_int(st, f->param, c->i);
        break;
    case BK_MOVED_MIXED:
        if (!c->is_number) {
            bk_bind_null(st, f->param);
            break;
        }
        bk_bind_real(st, f->param, c->real);
        break;
    case BK_MOVED_REAL:
    case BK_MOVED_SPECIAL:
        bk_bind_real(st, f->param, c->real);
        break;
    case BK_MOVED_PAIRS:
        break;
    }
}

static struct bk_stmt *bind_row(struct bk_archive *ar, const struct writer *w,
                                const struct bk_moved_row *row, const struct ids *ids)
{
    const struct bk_moved_shape *shape = &bk_moved_shapes[row->kind];
    const unsigned elsewhere = BK_MOVED_TOLD | BK_MOVED_OF_RUN | BK_MOVED_PART;
    struct bk_stmt *st = bk_stmt(ar->db, w->insert);
    for (size_t i = 0; i < shape->n_fields; i++) {
        if (!(shape->fields[i].flags & elsewhere)) {
            bind_cell(st, &shape->fields[i], &row->cells[i], ids->refs[i]);
        }
    }
    if (w->parts & PART_NUMBER) {
        bk_bind_int(st, ":quantity", ids->quantity);
        bk_bind_int(st, ":field", ids->field);
    }
    if (w->parts & PART_ABSORBED) {
        bk_bind_int(st, ":absorbed", ids->absorbed);
    }
    return st;
}

/* Runs an INSERT that returns nothing where the row is there already. */
static bool insert_once(struct bk_stmt *st, int64_t *id, struct bk_err *err)
{
    bool found;
    if (!bk_one_int(st, id, &found, err)) {
        return false;
    }
    return found ||
           bk_fail(err, BK_EINPUT, "a line before it says this of the same thing");
}

static bool write_plain(struct bk_archive *ar, const struct writer *w,
                        const struct bk_moved_row *row, struct bk_err *err)
{
    struct ids ids = {0};
    int64_t one;
    bool found;
    if (!find_ids(ar, w, row, &ids, err)) {
        return false;
    }
    if (ids.here) {
        return true;
    }
    struct bk_stmt *st = bind_row(ar, w, row, &ids);
    if (w->parts & MAY_BE_HERE) {
        return bk_one_int(st, &one, &found, err);
    }
    ar->counts.measurements += row->kind == BK_MOVED_MEASUREMENT;
    return insert_once(st, &one, err);
}

/* --- names --- */

static bool write_nothing(struct bk_archive *ar, const struct writer *w,
                          const struct bk_moved_row *row, struct bk_err *err)
{
    (void)ar, (void)w, (void)row, (void)err;
    return true;
}

static void note(struct bk_archive *ar, struct bk_str **list, size_t *n,
                 struct bk_str name)
{
    if (*n < FEW_NAMES) {
        size_t at = *n;
        *BK_PUSH(ar->unit, *list, at) = bk_dup(ar->unit, name);
    }
    ++*n;
}

/* What this warehouse says of an alias stays; where the other says something else, a
 * finding tells. */
static bool write_alias(struct bk_archive *ar, const struct writer *w,
                        const struct bk_moved_row *row, struct bk_err *err)
{
    static const char *const keys[] = {":format", ":alias", ":target", ":unit"};
    struct ids ids = {0};
    int64_t one;
    bool found;
    struct bk_str alias = text_of(row, "alias");
    bool of_hardware = row->kind == BK_MOVED_HARDWARE_ALIAS;
    if (!find_ids(ar, w, row, &ids, err) ||
        !bk_one_int(bind_row(ar, w, row, &ids), &one, &found, err)) {
        return false;
    }
    if (found) {
        return true;
    }
    struct bk_stmt *st =
        bk_stmt(ar->db, of_hardware ? BK_SQL_RESTORE_HARDWARE_ALIAS_SAME
                                    : BK_SQL_RESTORE_ALIAS_SAME);
    if (of_hardware) {
        bk_bind_text(st, ":alias", alias);
        bk_bind_int(st, ":hardware", ids.refs[1]);
    }
    for (size_t i = 0; !of_hardware && i < sizeof keys / sizeof *keys; i++) {
        bk_bind_text(st, keys[i], row->cells[i].s);
    }
    if (!bk_one_int(st, &one, &found, err)) {
        return false;
    }
    if (!found) {
        note(ar, &ar->restore->aliases, &ar->restore->n_aliases, alias);
    }
    return true;
}

static bool write_name(struct bk_archive *ar, const struct writer *w,
                       const struct bk_moved_row *row, struct bk_err *err)
{
    int64_t id;
    (void)w;
    struct bk_str name = text_of(row, "name");
    return row->kind == BK_MOVED_HARDWARE ? add_hardware(ar, name, &id, err)
                                          : bk_model_id(ar, name, &id, err);
}

static bool write_session(struct bk_archive *ar, const struct writer *w,
                          const struct bk_moved_row *row, struct bk_err *err)
{
    int64_t id;
    (void)w;
    const struct bk_moved_cell *started = bk_moved_cell(row, "started_at");
    if (!bk_name_id(ar, BK_CACHED_SESSION, text_of(row, "session"), &id, err)) {
        return false;
    }
    ar->counts.sessions++;
    if (started->is_null) {
        return true;
    }
    struct bk_stmt *st = bk_stmt(ar->db, BK_SQL_SESSION_STARTED);
    bk_bind_int(st, ":id", id);
    bk_bind_int(st, ":started", started->i);
    return bk_run_stmt(st, err);
}

/* --- units and sources --- */

static bool write_unit(struct bk_archive *ar, const struct writer *w,
                       const struct bk_moved_row *row, struct bk_err *err)
{
    struct bk_restore *re = ar->restore;
    struct ids ids = {0};
    int64_t id, number = bk_moved_cell(row, "unit")->i;
    if (number != (int64_t)re->n_units + 1) {
        return bk_fail(err, BK_EINPUT,
                       "units are numbered in their order: %zu is next, not %lld",
                       re->n_units + 1, (long long)number);
    }
    struct bk_stmt *st = bind_row(ar, w, row, &ids);
    bk_bind_int(st, ":via", ar->unit_id);
    if (!insert_once(st, &id, err)) {
        return false;
    }
    *BK_PUSH(ar->unit, re->units, re->n_units) = (struct told_unit){.id = id};
    return true;
}

static bool write_source(struct bk_archive *ar, const struct writer *w,
                         const struct bk_moved_row *row, struct bk_err *err)
{
    struct bk_restore *re = ar->restore;
    struct ids ids = {0};
    struct told_unit *unit;
    int64_t id;
    size_t last = bk_moved_shapes[row->kind].n_fields - 1;
    if (!find_source(ar, text_of(row, "source_sha256"), &id, err) ||
        !unit_at(re, bk_moved_cell(row, "unit")->i, &unit, err)) {
        return false;
    }
    if (id && id <= re->newest_source) {
        return true;
    }
    re->source.id = 0; /* that it was not there is no longer true */
    ids.refs[last] = unit->id;
    struct bk_stmt *st = bind_row(ar, w, row, &ids);
    bk_bind_int(st, ":via", re->carrier);
    return insert_once(st, &id, err);
}

static bool write_unit_source(struct bk_archive *ar, const struct writer *w,
                              const struct bk_moved_row *row, struct bk_err *err)
{
    struct ids ids = {0};
    struct told_unit *unit;
    int64_t one;
    if (!unit_at(ar->restore, bk_moved_cell(row, "unit")->i, &unit, err) ||
        !known_source(ar, text_of(row, "source_sha256"), &ids.refs[2], err)) {
        return false;
    }
    ids.refs[0] = unit->id;
    unit->n_sources++;
    unit->n_known += ids.refs[2] <= ar->restore->newest_source;
    return insert_once(bind_row(ar, w, row, &ids), &one, err);
}

/* --- runs --- */

/* The name here of what the other warehouse calls so. */
static bool free_name(struct bk_archive *ar, enum bk_sql exists, struct bk_str name,
                      struct bk_str *here, struct bk_err *err)
{
    if (!bk_free_name(ar, exists, name, here, err)) {
        return false;
    }
    if (!bk_eq(name, *here)) {
        note(ar, &ar->restore->renamed, &ar->restore->n_renamed, *here);
    }
    return true;
}

static bool run_is_here(struct bk_archive *ar, const struct bk_moved_row *row,
                        struct bk_err *err)
{
    struct target target = {.here = true};
    bool found;
    struct bk_stmt *st = bk_stmt(ar->db, BK_SQL_RUN_SAME_CONTENT);
    bk_bind_text(st, ":content", text_of(row, "content"));
    bk_bind_int(st, ":unit", INT64_MAX);
    ar->restore->n_here++;
    return bk_one_int(st, &target.id, &found, err) &&
           put_target(ar, &ar->restore->runs, text_of(row, "run"), target, err);
}

static bool write_run(struct bk_archive *ar, const struct writer *w,
                      const struct bk_moved_row *row, struct bk_err *err)
{
    struct bk_restore *re = ar->restore;
    struct ids ids = {0};
    struct target target = {0};
    struct bk_str name;
    if (!find_ids(ar, w, row, &ids, err)) {
        return false;
    }
    if (ids.here) {
        return run_is_here(ar, row, err);
    }
    if (!free_name(ar, BK_SQL_RUN_NAME_EXISTS, text_of(row, "run"), &name, err)) {
        return false;
    }
    struct bk_stmt *st = bind_row(ar, w, row, &ids);
    bk_bind_text(st, ":run", name);
    if (!insert_once(st, &target.id, err) ||
        !put_target(ar, &re->runs, text_of(row, "run"), target, err)) {
        return false;
    }
    ar->counts.runs++;
    if (re->had_runs) { /* alone, its runs are settled already */
        *BK_PUSH(ar->unit, ar->runs, ar->n_runs) =
            (struct bk_unit_run){.id = target.id,
                                 .session_id = ids.refs[0],
                                 .hardware_id = ids.refs[2],
                                 .source_id = re->carrier,
                                 .unit_id = 0, /* held against others there */
                                 .name = bk_dup(ar->unit, name)};
    }
    return true;
}

static bool write_absorbed_run(struct bk_archive *ar, const struct writer *w,
                               const struct bk_moved_row *row, struct bk_err *err)
{
    struct bk_restore *re = ar->restore;
    struct ids ids = {0};
    struct target *into, target = {0};
    struct bk_str name =
        absorbed_name(ar, bk_moved_cell(row, "unit")->i, text_of(row, "key"));
    if (!find_target(&re->runs, "run", text_of(row, "run"), &into, err) ||
        !find_ids(ar, w, row, &ids, err)) {
        return false;
    }
    if (ids.refs[0] == 0 || into->id == 0) {
        target.here = true;
        return put_target(ar, &re->absorbed, name, target, err);
    }
    ids.refs[2] = into->id;
    if (!insert_once(bind_row(ar, w, row, &ids), &target.id, err) ||
        !put_target(ar, &re->absorbed, name, target, err)) {
        return false;
    }
    if (into->here) {
        *BK_PUSH(ar->unit, re->reclaims, re->n_reclaims) =
            (struct bk_claim_move){.id = target.id, .from = into->id};
    }
    return true;
}

/* --- expositions --- */

static struct bk_str snapshot_name(struct bk_archive *ar,
                                   const struct bk_moved_row *row)
{
    return bk_fmt(ar->scratch, "%.*s %lld", BK_F(text_of(row, "source_sha256")),
                  (long long)bk_moved_cell(row, "snapshot")->i);
}

static bool write_snapshot(struct bk_archive *ar, const struct writer *w,
                           const struct bk_moved_row *row, struct bk_err *err)
{
    struct bk_restore *re = ar->restore;
    struct ids ids = {0};
    struct target target = {0};
    int64_t source;
    if (!known_source(ar, text_of(row, "source_sha256"), &source, err) ||
        !find_ids(ar, w, row, &ids, err)) {
        return false;
    }
    target.here = source <= re->newest_source;
    if (!target.here && (!insert_once(bind_row(ar, w, row, &ids), &target.id, err) ||
                         !bk_snapshot_begin(ar, target.id, err))) {
        return false;
    }
    return put_target(ar, &re->snapshots, snapshot_name(ar, row), target, err);
}

static enum bk_series_type series_type(struct bk_str name)
{
    int type = BK_INFOMETRIC;
    while (type > BK_UNTYPED &&
           !bk_is(name, bk_series_type_name((enum bk_series_type)type))) {
        type--;
    }
    return (enum bk_series_type)type;
}

static bool write_series(struct bk_archive *ar, const struct writer *w,
                         const struct bk_moved_row *row, struct bk_err *err)
{
    struct target *t;
    (void)w;
    const struct bk_moved_cell *labels = bk_moved_cell(row, "labels");
    const struct bk_moved_cell *time = bk_moved_cell(row, "time");
    int64_t seq = bk_moved_cell(row, "seq")->i;
    if (!find_target(&ar->restore->snapshots, "snapshot", snapshot_name(ar, row), &t,
                     err)) {
        return false;
    }
    if (t->here) {
        return true;
    }
    if (seq != t->next) {
        return bk_fail(err, BK_EINPUT,
                       "samples are numbered in their order: %lld is next, not %lld",
                       (long long)t->next, (long long)seq);
    }
    struct bk_series_sample s = {
        .name = text_of(row, "name"),
        .family = text_of(row, "family"),
        .help = text_of(row, "help"),
        .unit = text_of(row, "unit"),
        .type = series_type(text_of(row, "type")),
        .labels = labels->pairs,
        .n_labels = labels->n_pairs,
        .value = bk_moved_cell(row, "value")->real,
        .time_ns = time->is_null ? BK_NO_TIME : time->i,
        .exemplar = text_of(row, "exemplar"),
        .line = (size_t)bk_moved_cell(row, "line")->i,
    };
    t->next++;
    ar->snapshot.id = t->id;
    ar->snapshot.seq = seq;
    return bk_write_series(&ar->sink, &s, err);
}

/* --- sizing --- */

static bool write_sizing_run(struct bk_archive *ar, const struct writer *w,
                             const struct bk_moved_row *row, struct bk_err *err)
{
    struct bk_restore *re = ar->restore;
    struct ids ids = {0};
    struct target target = {0};
    struct bk_str here, name = text_of(row, "sizing_run");
    int64_t source;
    if (!known_source(ar, text_of(row, "source_sha256"), &source, err) ||
        !find_ids(ar, w, row, &ids, err)) {
        return false;
    }
    target.here = source <= re->newest_source;
    if (target.here) {
        re->n_here++;
        return put_target(ar, &re->sizing_runs, name, target, err);
    }
    if (!free_name(ar, BK_SQL_SIZING_RUN_NAME_EXISTS, name, &here, err)) {
        return false;
    }
    struct bk_stmt *st = bind_row(ar, w, row, &ids);
    bk_bind_text(st, ":sizing_run", here);
    ar->counts.sizing_runs++;
    return insert_once(st, &target.id, err) &&
           put_target(ar, &re->sizing_runs, name, target, err);
}

/* --- findings --- */

static enum bk_severity severity_of(struct bk_str name)
{
    if (bk_is(name, bk_severity_name(BK_INFO))) {
        return BK_INFO;
    }
    return bk_is(name, bk_severity_name(BK_WARNING)) ? BK_WARNING : BK_ERROR;
}

/* What a finding is about: a run, a sizing run, or its source as a whole. */
static bool find_place(struct bk_archive *ar, const struct bk_moved_row *row,
                       struct bk_finding_place *place, bool *here, struct bk_err *err)
{
    struct bk_restore *re = ar->restore;
    struct bk_str run = text_of(row, "run"), sizing_run = text_of(row, "sizing_run");
    struct target *target;
    if (!known_source(ar, text_of(row, "source_sha256"), &place->source_id, err)) {
        return false;
    }
    if (run.len == 0 && sizing_run.len == 0) {
        *here = place->source_id <= re->newest_source;
        return true;
    }
    if (!(sizing_run.len > 0
              ? find_target(&re->sizing_runs, "sizing run", sizing_run, &target, err)
              : find_target(&re->runs, "run", run, &target, err))) {
        return false;
    }
    *here = target->here;
    if (sizing_run.len > 0) {
        place->sizing_run_id = target->id;
    } else {
        place->run_id = target->id;
    }
    return *here || bk_moved_cell(row, "absorbed_unit")->is_null ||
           absorbed_id(ar, row, &place->absorbed_id, err);
}

static bool write_finding(struct bk_archive *ar, const struct writer *w,
                          const struct bk_moved_row *row, struct bk_err *err)
{
    struct bk_finding_place place = {0};
    bool here = false;
    (void)w;
    const struct bk_finding f = {
        .code = text_of(row, "code"),
        .severity = severity_of(text_of(row, "severity")),
        .subject = text_of(row, "subject"),
        .message = text_of(row, "message"),
        .expected = text_of(row, "expected"),
        .actual = text_of(row, "actual"),
        .locator = text_of(row, "locator"),
    };
    if (!find_place(ar, row, &place, &here, err)) {
        return false;
    }
    if (here) {
        return true;
    }
    ar->counts.findings++;
    return bk_insert_finding(ar, &f, &place, err);
}

/* --- the sink's call, and the end --- */

static const struct writer writers[BK_N_MOVED] = {
    [BK_MOVED_WAREHOUSE] = {write_nothing, BK_SQL_RESTORE_CARRIES, 0},
    [BK_MOVED_ALIAS] = {write_alias, BK_SQL_RESTORE_ALIAS, 0},
    [BK_MOVED_HARDWARE] = {write_name, BK_SQL_HARDWARE_INSERT, 0},
    [BK_MOVED_HARDWARE_ALIAS] = {write_alias, BK_SQL_RESTORE_HARDWARE_ALIAS, 0},
    [BK_MOVED_MODEL] = {write_name, BK_SQL_MODEL_INSERT, 0},
    [BK_MOVED_MODEL_ALIAS] = {write_plain, BK_SQL_RESTORE_MODEL_ALIAS, MAY_BE_HERE},
    [BK_MOVED_METRIC] = {write_plain, BK_SQL_RESTORE_METRIC, MAY_BE_HERE},
    [BK_MOVED_UNIT] = {write_unit, BK_SQL_RESTORE_UNIT, 0},
    [BK_MOVED_SOURCE] = {write_source, BK_SQL_RESTORE_SOURCE, 0},
    [BK_MOVED_UNIT_SOURCE] = {write_unit_source, BK_SQL_RESTORE_UNIT_SOURCE, 0},
    [BK_MOVED_PLACE] = {write_plain, BK_SQL_RESTORE_PLACE, MAY_BE_HERE},
    [BK_MOVED_HARDWARE_FACT] = {write_plain, BK_SQL_RESTORE_HARDWARE_FACT, MAY_BE_HERE},
    [BK_MOVED_MODEL_FACT] = {write_plain, BK_SQL_RESTORE_MODEL_FACT, MAY_BE_HERE},
    [BK_MOVED_SESSION] = {write_session, BK_SQL_SESSION_STARTED, 0},
    [BK_MOVED_RUN] = {write_run, BK_SQL_RESTORE_RUN, 0},
    [BK_MOVED_STAGE] = {write_plain, BK_SQL_RESTORE_STAGE, 0},
    [BK_MOVED_MEASUREMENT] = {write_plain, BK_SQL_RESTORE_MEASUREMENT, PART_NUMBER},
    [BK_MOVED_TIMELINE] = {write_plain, BK_SQL_RESTORE_TIMELINE, 0},
    [BK_MOVED_THRESHOLD] = {write_plain, BK_SQL_RESTORE_THRESHOLD, 0},
    [BK_MOVED_SNAPSHOT] = {write_snapshot, BK_SQL_RESTORE_SNAPSHOT, 0},
    [BK_MOVED_SERIES] = {write_series, BK_SQL_SAMPLE_INSERT, 0},
    [BK_MOVED_SIZING_RUN] = {write_sizing_run, BK_SQL_RESTORE_SIZING_RUN, 0},
    [BK_MOVED_SIZING] = {write_plain, BK_SQL_RESTORE_SIZING, 0},
    [BK_MOVED_SIZING_FORMULA] = {write_plain, BK_SQL_RESTORE_SIZING_FORMULA, 0},
    [BK_MOVED_ABSORBED_RUN] = {write_absorbed_run, BK_SQL_RESTORE_ABSORBED_RUN, 0},
    [BK_MOVED_ABSORBED_STAGE] = {write_plain, BK_SQL_RESTORE_ABSORBED_STAGE,
                                 PART_ABSORBED},
    [BK_MOVED_ABSORBED_MEASUREMENT] = {write_plain, BK_SQL_RESTORE_ABSORBED_MEASUREMENT,
                                       PART_ABSORBED | PART_NUMBER},
    [BK_MOVED_ABSORBED_TIMELINE] = {write_plain, BK_SQL_RESTORE_ABSORBED_TIMELINE,
                                    PART_ABSORBED},
    [BK_MOVED_ABSORBED_THRESHOLD] = {write_plain, BK_SQL_RESTORE_ABSORBED_THRESHOLD,
                                     PART_ABSORBED},
    [BK_MOVED_ABSORBED_FINDING] = {write_plain, BK_SQL_RESTORE_ABSORBED_FINDING,
                                   PART_ABSORBED},
    [BK_MOVED_FINDING] = {write_finding, BK_SQL_FINDING_INSERT, 0},
    [BK_MOVED_END] = {write_nothing, BK_SQL_RESTORE_CARRIES, 0},
};

bool bk_write_moved(struct bk_sink *s, const struct bk_moved_row *row,
                    struct bk_err *err)
{
    struct bk_archive *ar = (struct bk_archive *)s;
    const struct writer *w = &writers[row->kind];
    struct bk_arena_mark mark = bk_arena_mark(ar->scratch);
    bool ok = (ar->restore || begin_restore(ar, err)) && w->write(ar, w, row, err);
    bk_arena_release(ar->scratch, mark);
    return ok;
}

static bool tell(struct bk_archive *ar, const char *code, struct bk_str subject,
                 struct bk_str message, struct bk_err *err)
{
    const struct bk_finding_place place = {.source_id = ar->restore->carrier};
    const struct bk_finding f = {.code = bk_str(code),
                                 .severity = BK_INFO,
                                 .subject = subject,
                                 .message = message};
    ar->counts.findings++;
    return bk_insert_finding(ar, &f, &place, err);
}

/* "a, b and 3 more" */
static struct bk_str some_of(struct bk_archive *ar, const struct bk_str *names,
                             size_t n)
{
    struct bk_buf b = {0};
    for (size_t i = 0; i < n && i < FEW_NAMES; i++) {
        bk_buf_addf(&b, "%s'%.*s'", i ? ", " : "", BK_F(names[i]));
    }
    if (n > FEW_NAMES) {
        bk_buf_addf(&b, " and %zu more", n - FEW_NAMES);
    }
    struct bk_str text = bk_dup(ar->scratch, bk_buf_str(&b));
    bk_buf_free(&b);
    return text;
}

bool bk_restore_end(struct bk_archive *ar, struct bk_err *err)
{
    const struct bk_restore *re = ar->restore;
    if (!re) {
        return true;
    }
    if (re->n_reclaims > 0 && !bk_move_claims(ar, re->reclaims, re->n_reclaims, err)) {
        return false;
    }
    if (re->n_here > 0 &&
        !tell(ar, "already-here", BK_S("runs"),
              bk_fmt(ar->scratch,
                     "%zu run%s of files that are here already %s not taken again",
                     re->n_here, re->n_here == 1 ? "" : "s",
                     re->n_here == 1 ? "was" : "were"),
              err)) {
        return false;
    }
    if (re->n_renamed > 0 &&
        !tell(ar, "already-here", BK_S("names"),
              bk_fmt(ar->scratch, "names that are taken here got a number: %.*s",
                     BK_F(some_of(ar, re->renamed, re->n_renamed))),
              err)) {
        return false;
    }
    return re->n_aliases == 0 ||
           tell(ar, "context-conflict", BK_S("alias"),
                bk_fmt(ar->scratch,
                       "aliases that mean something else here stay as they are: %.*s",
                       BK_F(some_of(ar, re->aliases, re->n_aliases))),
                err);
}
