/* Rows of another warehouse, out of its export: written as they stand.
 *
 * Nothing is looked up in the dictionary, derived or checked again: what the other
 * warehouse had is what this one gets, with the units and sources that it came from.
 * Their bytes are not here; 'via_id' says which export told of them.  Of a unit whose
 * sources are all here already nothing is taken: its runs are here too.  A report's run
 * that was absorbed into such a run is settled anew. */
#include "restore.h"
#include "internal.h"

#include <math.h>
#include <string.h>

enum {
    FEW_NAMES = 10 /* of a kind in one finding */
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
    PART_METRIC = 8,   /* :metric */
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

/* --- a row into a statement --- */

struct ids { /* of one row, before its statement is asked for */
    int64_t refs[BK_MOVED_MOST_FIELDS];
    int64_t quantity, field, absorbed, metric;
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
    struct bk_told *target;
    struct bk_str name = absorbed_name(ar, bk_moved_cell(row, "absorbed_unit")->i,
                                       text_of(row, "absorbed_key"));
    if (!bk_find_told(&ar->restore->absorbed, "absorbed run", name, &target, err)) {
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
        if (!bk_resolve_told(ar, f, &row->cells[i], &ids->refs[i], err)) {
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
    if ((w->parts & PART_METRIC) && !ids->here &&
        !bk_metric_id(ar, text_of(row, "metric"), text_of(row, "unit"), &ids->metric,
                      err)) {
        return false;
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
    case BK_MOVED_BYTES:
        bk_bind_blob(st, f->param, c->s);
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
    if (w->parts & PART_METRIC) {
        bk_bind_int(st, ":metric", ids->metric);
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
    if (row->kind == BK_MOVED_RUN_SAMPLES) {
        ar->counts.samples += bk_moved_cell(row, "points")->i;
    }
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

/* Prices of one machine are one story: where this warehouse has any, it stays as it is.
 * A finding tells when theirs is another. */
static bool write_price(struct bk_archive *ar, const struct writer *w,
                        const struct bk_moved_row *row, struct bk_err *err)
{
    struct ids ids = {0};
    int64_t one;
    bool found;
    struct bk_restore *re = ar->restore;
    if (!(bk_moved_cell(row, "price")->real > 0)) {
        return bk_fail(err, BK_EINPUT, "a price an hour is above 0");
    }
    if (!find_ids(ar, w, row, &ids, err)) {
        return false;
    }
    int64_t hardware = ids.refs[0];
    if (re->priced.hardware != hardware) {
        struct bk_stmt *last = bk_stmt(ar->db, BK_SQL_HARDWARE_PRICE_LAST);
        bk_bind_int(last, ":hardware", hardware);
        if (!bk_one_int(last, &one, &found, err)) {
            return false;
        }
        re->priced.hardware = hardware;
        re->priced.here = found;
        re->priced.told = false;
    }
    if (!re->priced.here) {
        return insert_once(bind_row(ar, w, row, &ids), &one, err);
    }
    struct bk_stmt *same = bk_stmt(ar->db, BK_SQL_RESTORE_HARDWARE_PRICE_SAME);
    bk_bind_int(same, ":hardware", hardware);
    bk_bind_real(same, ":price", bk_moved_cell(row, "price")->real);
    bk_bind_text(same, ":currency", text_of(row, "currency"));
    bk_bind_int(same, ":said_at", bk_moved_cell(row, "said_at")->i);
    if (!bk_one_int(same, &one, &found, err)) {
        return false;
    }
    if (!found && !re->priced.told) {
        note(ar, &re->prices, &re->n_prices, text_of(row, "hardware"));
        re->priced.told = true;
    }
    return true;
}

static bool write_name(struct bk_archive *ar, const struct writer *w,
                       const struct bk_moved_row *row, struct bk_err *err)
{
    int64_t id;
    (void)w;
    struct bk_str name = text_of(row, "name");
    return row->kind == BK_MOVED_HARDWARE ? bk_told_hardware(ar, name, &id, err)
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
    *BK_PUSH(ar->unit, re->units, re->n_units) = (struct bk_told_unit){.id = id};
    return true;
}

static bool write_source(struct bk_archive *ar, const struct writer *w,
                         const struct bk_moved_row *row, struct bk_err *err)
{
    struct bk_restore *re = ar->restore;
    struct ids ids = {0};
    struct bk_told_unit *unit;
    int64_t id;
    size_t last = bk_moved_shapes[row->kind].n_fields - 1;
    if (!bk_find_told_source(ar, text_of(row, "source_sha256"), &id, err) ||
        !bk_told_unit_at(re, bk_moved_cell(row, "unit")->i, &unit, err)) {
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
    struct bk_told_unit *unit;
    int64_t one;
    if (!bk_told_unit_at(ar->restore, bk_moved_cell(row, "unit")->i, &unit, err) ||
        !bk_told_source(ar, text_of(row, "source_sha256"), &ids.refs[2], err)) {
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
    struct bk_told target = {.here = true};
    bool found;
    struct bk_stmt *st = bk_stmt(ar->db, BK_SQL_RUN_SAME_CONTENT);
    bk_bind_text(st, ":content", text_of(row, "content"));
    bk_bind_int(st, ":unit", INT64_MAX);
    ar->restore->n_here++;
    return bk_one_int(st, &target.id, &found, err) &&
           bk_put_told(ar, &ar->restore->runs, text_of(row, "run"), target, err);
}

static bool write_run(struct bk_archive *ar, const struct writer *w,
                      const struct bk_moved_row *row, struct bk_err *err)
{
    struct bk_restore *re = ar->restore;
    struct ids ids = {0};
    struct bk_told target = {0};
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
        !bk_put_told(ar, &re->runs, text_of(row, "run"), target, err)) {
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
    struct bk_told *into, target = {0};
    struct bk_str name =
        absorbed_name(ar, bk_moved_cell(row, "unit")->i, text_of(row, "key"));
    if (!bk_find_told(&re->runs, "run", text_of(row, "run"), &into, err) ||
        !find_ids(ar, w, row, &ids, err)) {
        return false;
    }
    if (ids.refs[0] == 0 || into->id == 0) {
        target.here = true;
        return bk_put_told(ar, &re->absorbed, name, target, err);
    }
    ids.refs[2] = into->id;
    if (!insert_once(bind_row(ar, w, row, &ids), &target.id, err) ||
        !bk_put_told(ar, &re->absorbed, name, target, err)) {
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
    struct bk_told target = {0};
    int64_t source;
    if (!bk_told_source(ar, text_of(row, "source_sha256"), &source, err) ||
        !find_ids(ar, w, row, &ids, err)) {
        return false;
    }
    target.here = source <= re->newest_source;
    if (!target.here && (!insert_once(bind_row(ar, w, row, &ids), &target.id, err) ||
                         !bk_snapshot_begin(ar, target.id, 0, err))) {
        return false;
    }
    return bk_put_told(ar, &re->snapshots, snapshot_name(ar, row), target, err);
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
    struct bk_told *t;
    (void)w;
    const struct bk_moved_cell *labels = bk_moved_cell(row, "labels");
    const struct bk_moved_cell *time = bk_moved_cell(row, "time");
    int64_t seq = bk_moved_cell(row, "seq")->i;
    if (!bk_find_told(&ar->restore->snapshots, "snapshot", snapshot_name(ar, row), &t,
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
        .bound = (double)NAN,
        .time_ns = time->is_null ? BK_NO_TIME : time->i,
        .exemplar = text_of(row, "exemplar"),
        .line = (size_t)bk_moved_cell(row, "line")->i,
    };
    t->next++;
    return bk_snapshot_begin(ar, t->id, seq, err) &&
           bk_write_series(&ar->sink, &s, err);
}

/* --- sizing --- */

static bool write_sizing_run(struct bk_archive *ar, const struct writer *w,
                             const struct bk_moved_row *row, struct bk_err *err)
{
    struct bk_restore *re = ar->restore;
    struct ids ids = {0};
    struct bk_told target = {0};
    struct bk_str here, name = text_of(row, "sizing_run");
    int64_t source;
    if (!bk_told_source(ar, text_of(row, "source_sha256"), &source, err) ||
        !find_ids(ar, w, row, &ids, err)) {
        return false;
    }
    target.here = source <= re->newest_source;
    if (target.here) {
        re->n_here++;
        return bk_put_told(ar, &re->sizing_runs, name, target, err);
    }
    if (!free_name(ar, BK_SQL_SIZING_RUN_NAME_EXISTS, name, &here, err)) {
        return false;
    }
    struct bk_stmt *st = bind_row(ar, w, row, &ids);
    bk_bind_text(st, ":sizing_run", here);
    ar->counts.sizing_runs++;
    return insert_once(st, &target.id, err) &&
           bk_put_told(ar, &re->sizing_runs, name, target, err);
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
    const struct bk_moved_cell *unit = bk_moved_cell(row, "unit");
    struct bk_told_unit *told;
    struct bk_told *target;
    if (!bk_told_source(ar, text_of(row, "source_sha256"), &place->source_id, err)) {
        return false;
    }
    if (run.len == 0 && sizing_run.len == 0) {
        *here = place->source_id <= re->newest_source;
        if (unit->is_null) {
            return true;
        }
        if (!bk_told_unit_at(re, unit->i, &told, err)) {
            return false;
        }
        place->unit_id = told->id;
        return true;
    }
    if (!(sizing_run.len > 0
              ? bk_find_told(&re->sizing_runs, "sizing run", sizing_run, &target, err)
              : bk_find_told(&re->runs, "run", run, &target, err))) {
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

/* --- what people said --- */

/* What a run is called here.  One that nobody tells of was gone there already. */
static bool run_here(struct bk_archive *ar, struct bk_str *name, struct bk_err *err)
{
    const struct bk_told *run = bk_map_get(&ar->restore->runs, *name);
    bool found;
    if (!run || !run->id) {
        return true;
    }
    struct bk_stmt *st = bk_stmt(ar->db, BK_SQL_RUN_NAME);
    bk_bind_int(st, ":id", run->id);
    bool ok = bk_step(st, &found, err);
    if (ok && found) {
        *name = bk_dup(ar->scratch, bk_col_text(st, 0));
    }
    bk_reset(st);
    return ok;
}

static bool write_said(struct bk_archive *ar, const struct writer *w,
                       const struct bk_moved_row *row, struct bk_err *err)
{
    struct bk_restore *re = ar->restore;
    enum bk_said what;
    bool of_run = row->kind == BK_MOVED_ANNOTATION;
    struct bk_str run = of_run ? text_of(row, "run") : BK_S("");
    (void)w;
    if (!run_here(ar, &run, err) || !bk_put_said(ar, row, run, &what, err)) {
        return false;
    }
    if (what == BK_SAID_OTHER) {
        note(ar, &re->baselines, &re->n_baselines, text_of(row, "name"));
    }
    return true;
}

/* --- the sink's call, and the end --- */

static const struct writer writers[BK_N_MOVED] = {
    [BK_MOVED_WAREHOUSE] = {write_nothing, BK_SQL_RESTORE_CARRIES, 0},
    [BK_MOVED_ALIAS] = {write_alias, BK_SQL_RESTORE_ALIAS, 0},
    [BK_MOVED_HARDWARE] = {write_name, BK_SQL_HARDWARE_INSERT, 0},
    [BK_MOVED_HARDWARE_ALIAS] = {write_alias, BK_SQL_RESTORE_HARDWARE_ALIAS, 0},
    [BK_MOVED_HARDWARE_PRICE] = {write_price, BK_SQL_RESTORE_HARDWARE_PRICE, 0},
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
    [BK_MOVED_RUN_SAMPLES] = {write_plain, BK_SQL_RESTORE_RUN_SAMPLES, 0},
    [BK_MOVED_SAMPLE_CHUNK] = {write_plain, BK_SQL_RESTORE_SAMPLE_CHUNK, 0},
    [BK_MOVED_SAMPLE_SUMMARY] = {write_plain, BK_SQL_RESTORE_SAMPLE_SUMMARY,
                                 PART_METRIC},
    [BK_MOVED_SAMPLE_SECOND] = {write_plain, BK_SQL_RESTORE_SAMPLE_SECOND, 0},
    [BK_MOVED_SNAPSHOT] = {write_snapshot, BK_SQL_RESTORE_SNAPSHOT, 0},
    [BK_MOVED_SERIES] = {write_series, BK_SQL_SAMPLE_PACK_INSERT, 0},
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
    [BK_MOVED_ANNOTATION] = {write_said, BK_SQL_RESTORE_ANNOTATION, 0},
    [BK_MOVED_BASELINE] = {write_said, BK_SQL_RESTORE_BASELINE, 0},
    [BK_MOVED_END] = {write_nothing, BK_SQL_RESTORE_CARRIES, 0},
};

bool bk_write_moved(struct bk_sink *s, const struct bk_moved_row *row,
                    struct bk_err *err)
{
    struct bk_archive *ar = (struct bk_archive *)s;
    const struct writer *w = &writers[row->kind];
    if (ar->in_place) { /* it says what it said: nothing is to be derived anew */
        return true;
    }
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
    if (re->n_prices > 0 &&
        !tell(ar, "context-conflict", BK_S("price"),
              bk_fmt(ar->scratch,
                     "machines that have a price here keep it; the other warehouse "
                     "says something else of %.*s",
                     BK_F(some_of(ar, re->prices, re->n_prices))),
              err)) {
        return false;
    }
    if (re->n_baselines > 0 &&
        !tell(ar, "context-conflict", BK_S("baseline"),
              bk_fmt(ar->scratch,
                     "baselines that are something else here stay as they are: %.*s",
                     BK_F(some_of(ar, re->baselines, re->n_baselines))),
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
