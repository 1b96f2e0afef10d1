/* Sizing runs: capacity calculations with their inputs, results and formulas.
 *
 * A calculator writes each run as JSON and as a text report.  Both are sources of one
 * sizing run: of what both say the JSON's is kept, since it has more digits, and the
 * report adds what the JSON lacks.  Which came first makes no difference. */
#include "internal.h"

#include <float.h>
#include <math.h>

#define REPORT "text" /* generation of a text report */

static double storable(double x)
{
    return isinf(x) ? copysign(DBL_MAX, x) : x;
}

static bool is_number(const struct bk_sizing_value *v)
{
    return !v->is_text && isfinite(v->value);
}

/* --- what is said of the same thing --- */

static struct bk_str value_key(struct bk_arena *a, const struct bk_sizing_value *v)
{
    return bk_fmt(a, "%.*s\x1f%.*s\x1f%.*s", BK_F(v->scenario), BK_F(v->section),
                  BK_F(v->name));
}

static struct bk_str pair_key(struct bk_arena *a, struct bk_str x, struct bk_str y)
{
    return bk_fmt(a, "%.*s\x1f%.*s", BK_F(x), BK_F(y));
}

struct named { /* the numbers of one name */
    const struct bk_sizing_value *v;
    struct named *next;
    bool told; /* that the report contradicts them */
};

/* What one file says, by key. */
struct said {
    struct bk_map values;             /* struct named */
    struct bk_map formulas, findings; /* anything */
};

static void index_values(struct bk_arena *a, struct bk_map *map,
                         const struct bk_sizing_value *values, size_t n)
{
    for (size_t i = n; i-- > 0;) { /* so that the first of a name comes first */
        struct bk_str key = value_key(a, &values[i]);
        struct named *one = bk_alloc(a, sizeof *one);
        *one = (struct named){.v = &values[i], .next = bk_map_get(map, key)};
        bk_map_put(a, map, key, one);
    }
}

static struct said said_by(struct bk_arena *a, const struct bk_sizing *z)
{
    static char there;
    struct said said = {0};
    index_values(a, &said.values, z->values, z->n_values);
    for (size_t i = 0; i < z->n_formulas; i++) {
        const struct bk_sizing_formula *f = &z->formulas[i];
        bk_map_put(a, &said.formulas, pair_key(a, f->scenario, f->name), &there);
    }
    for (size_t i = 0; i < z->n_findings; i++) {
        const struct bk_finding *f = &z->findings[i];
        bk_map_put(a, &said.findings, pair_key(a, f->code, f->subject), &there);
    }
    return said;
}

/* --- writing what a file says --- */

/* A sizing run that is written to: where, and what it has already. */
struct target {
    int64_t id;
    int64_t source;          /* of the file at hand */
    int64_t value, formula;  /* seq of the first */
    const struct said *said; /* is left out; NULL: nothing is */
};

static bool write_value(struct bk_archive *ar, const struct target *t,
                        const struct bk_sizing_value *v, int64_t seq,
                        struct bk_err *err)
{
    struct bk_stmt *st = bk_stmt(ar->db, BK_SQL_SIZING_VALUE_INSERT);
    bk_bind_int(st, ":sizing_run", t->id);
    bk_bind_int(st, ":seq", seq);
    bk_bind_text(st, ":scenario", v->scenario);
    bk_bind_text(st, ":section", v->section);
    bk_bind_text(st, ":name", v->name);
    bk_bind_text(st, ":unit", v->unit);
    if (is_number(v)) {
        bk_bind_real(st, ":value", v->value);
        bk_bind_real(st, ":low", isnan(v->low) ? v->value : storable(v->low));
        bk_bind_real(st, ":high", isnan(v->high) ? v->value : storable(v->high));
    }
    bk_bind_text(st, ":text", v->text);
    bk_bind_text(st, ":origin", bk_str(bk_origin_name(v->origin)));
    bk_bind_text(st, ":source_name", v->source_name);
    bk_bind_text(st, ":source_value", v->source_value);
    bk_bind_text(st, ":source_unit", v->source_unit);
    bk_bind_int(st, ":source", t->source);
    bk_bind_text(st, ":locator", v->locator);
    return bk_run_stmt(st, err);
}

static bool write_values(struct bk_archive *ar, const struct target *t,
                         const struct bk_sizing *z, struct bk_err *err)
{
    for (size_t i = 0; i < z->n_values; i++) {
        const struct bk_sizing_value *v = &z->values[i];
        if (t->said && bk_map_get(&t->said->values, value_key(ar->scratch, v))) {
            continue;
        }
        if (!write_value(ar, t, v, t->value + (int64_t)i, err)) {
            return false;
        }
    }
    return true;
}

static bool write_formulas(struct bk_archive *ar, const struct target *t,
                           const struct bk_sizing *z, struct bk_err *err)
{
    for (size_t i = 0; i < z->n_formulas; i++) {
        const struct bk_sizing_formula *f = &z->formulas[i];
        struct bk_str key = pair_key(ar->scratch, f->scenario, f->name);
        if (t->said && bk_map_get(&t->said->formulas, key)) {
            continue;
        }
        struct bk_stmt *st = bk_stmt(ar->db, BK_SQL_SIZING_FORMULA_INSERT);
        bk_bind_int(st, ":sizing_run", t->id);
        bk_bind_int(st, ":seq", t->formula + (int64_t)i);
        bk_bind_text(st, ":scenario", f->scenario);
        bk_bind_text(st, ":name", f->name);
        bk_bind_text(st, ":formula", f->formula);
        bk_bind_text(st, ":explanation", f->explanation);
        bk_bind_int(st, ":source", t->source);
        bk_bind_text(st, ":locator", f->locator);
        if (!bk_run_stmt(st, err)) {
            return false;
        }
    }
    return true;
}

static bool write_findings(struct bk_archive *ar, const struct target *t,
                           const struct bk_sizing *z, struct bk_err *err)
{
    for (size_t i = 0; i < z->n_findings; i++) {
        const struct bk_finding *f = &z->findings[i];
        struct bk_str key = pair_key(ar->scratch, f->code, f->subject);
        if (t->said && bk_map_get(&t->said->findings, key)) {
            continue;
        }
        if (!bk_write_finding(ar, f, 0, t->id, err)) {
            return false;
        }
    }
    return true;
}

static bool write_all(struct bk_archive *ar, const struct target *t,
                      const struct bk_sizing *z, struct bk_err *err)
{
    return write_values(ar, t, z, err) && write_formulas(ar, t, z, err) &&
           write_findings(ar, t, z, err);
}

struct owners { /* of what a sizing run says */
    int64_t model, hardware, source;
    struct bk_str path; /* of the source */
};

static bool find_owners(struct bk_archive *ar, const struct bk_sizing *z,
                        struct owners *o, struct bk_err *err)
{
    struct bk_str hardware;
    size_t source = z->n_values ? z->values[0].source : 0;
    if (!bk_source_id(ar, source, &o->source, err) ||
        !bk_model_id(ar, bk_trim(z->model), &o->model, err) ||
        !bk_hardware_id(ar, bk_trim(z->server), &o->hardware, &hardware, err)) {
        return false;
    }
    o->path = ar->sources[source].path;
    return true;
}

static bool write_alone(struct bk_archive *ar, const struct bk_sizing *z,
                        const struct owners *o, struct bk_err *err)
{
    struct bk_str name;
    struct bk_str model = bk_trim(z->model), server = bk_trim(z->server);
    struct bk_str base = bk_fmt(ar->scratch, "%.*s@%.*s", BK_F(model), BK_F(server));
    struct target t = {.source = o->source};
    if (!bk_sizing_run_name(ar, base, &name, err)) {
        return false;
    }
    struct bk_stmt *st = bk_stmt(ar->db, BK_SQL_SIZING_RUN_INSERT);
    bk_bind_int(st, ":source", o->source);
    bk_bind_text(st, ":name", name);
    bk_bind_int(st, ":model_id", o->model);
    bk_bind_int(st, ":hardware_id", o->hardware);
    bk_bind_text(st, ":model", model);
    bk_bind_text(st, ":server", server);
    bk_bind_text(st, ":generation", z->generation);
    bk_bind_time(st, ":taken", z->taken_ns);
    if (!bk_insert(st, &t.id, err) || !write_all(ar, &t, z, err)) {
        return false;
    }
    ar->counts.sizing_runs++;
    return true;
}

/* --- the sizing run of the other file --- */

struct kept { /* a row that stands there */
    int64_t at;
    struct bk_str key;
};
struct rows {
    struct kept *list;
    size_t n;
};

struct other {
    int64_t id;     /* 0: there is none */
    int64_t source; /* of its file */
    struct bk_str path;
    struct bk_sizing_value *values;
    size_t n_values;
    struct rows at, formulas, findings; /* 'at' goes with values */
};

static bool find_other(struct bk_archive *ar, const struct bk_sizing *z,
                       const struct owners *o, struct other *other, struct bk_err *err)
{
    bool row;
    if (z->taken_ns == BK_NO_TIME) {
        return true;
    }
    struct bk_stmt *st = bk_stmt(ar->db, BK_SQL_SIZING_RUN_PARTNER);
    bk_bind_int(st, ":model", o->model);
    bk_bind_int(st, ":hardware", o->hardware);
    bk_bind_int(st, ":taken", z->taken_ns);
    bk_bind_int(st, ":report", bk_is(z->generation, REPORT));
    bool ok = bk_step(st, &row, err);
    if (ok && row) {
        other->id = bk_col_int(st, 0);
        other->source = bk_col_int(st, 1);
        other->path = bk_dup(ar->scratch, bk_col_text(st, 2));
    }
    bk_reset(st);
    return ok;
}

static bool load_values(struct bk_archive *ar, struct other *other, struct bk_err *err)
{
    bool row, ok;
    struct bk_arena *a = ar->scratch;
    struct bk_stmt *st = bk_stmt(ar->db, BK_SQL_SIZING_VALUE_KEPT);
    bk_bind_int(st, ":sizing_run", other->id);
    while ((ok = bk_step(st, &row, err)) && row) {
        struct bk_sizing_value *v = BK_PUSH(a, other->values, other->n_values);
        *v = (struct bk_sizing_value){
            .scenario = bk_dup(a, bk_col_text(st, 1)),
            .section = bk_dup(a, bk_col_text(st, 2)),
            .name = bk_dup(a, bk_col_text(st, 3)),
            .is_text = bk_col_is_null(st, 4),
            .value = bk_col_real(st, 4),
            .low = bk_col_real(st, 5),
            .high = bk_col_real(st, 6),
            .source_value = bk_dup(a, bk_col_text(st, 7)),
            .source_unit = bk_dup(a, bk_col_text(st, 8)),
            .locator = bk_dup(a, bk_col_text(st, 9)),
        };
        *BK_PUSH(a, other->at.list, other->at.n) =
            (struct kept){bk_col_int(st, 0), value_key(a, v)};
    }
    bk_reset(st);
    return ok;
}

/* Rows of a place and two texts. */
static bool load_rows(struct bk_archive *ar, enum bk_sql which, int64_t id,
                      struct rows *rows, struct bk_err *err)
{
    bool row, ok;
    struct bk_stmt *st = bk_stmt(ar->db, which);
    bk_bind_int(st, ":sizing_run", id);
    while ((ok = bk_step(st, &row, err)) && row) {
        struct bk_str key =
            pair_key(ar->scratch, bk_col_text(st, 1), bk_col_text(st, 2));
        *BK_PUSH(ar->scratch, rows->list, rows->n) =
            (struct kept){bk_col_int(st, 0), key};
    }
    bk_reset(st);
    return ok;
}

static bool load_other(struct bk_archive *ar, struct other *o, struct bk_err *err)
{
    return load_values(ar, o, err) &&
           load_rows(ar, BK_SQL_SIZING_FORMULA_KEPT, o->id, &o->formulas, err) &&
           load_rows(ar, BK_SQL_SIZING_FINDING_KEPT, o->id, &o->findings, err);
}

/* Place behind the last row. */
static int64_t behind(const struct rows *rows)
{
    return rows->n ? rows->list[rows->n - 1].at + 1 : 0;
}

static void index_rows(struct bk_arena *a, struct bk_map *map, const struct rows *rows)
{
    for (size_t i = 0; i < rows->n; i++) {
        bk_map_put(a, map, rows->list[i].key, &rows->list[i]);
    }
}

/* --- where both disagree --- */

/* Can one quantity be printed as both?  The slack is for the rounding of conversions. */
static bool agree(const struct bk_sizing_value *x, const struct bk_sizing_value *y)
{
    static const double slack = 1e-9;
    double more = slack * fmax(fabs(x->value), fabs(y->value));
    double low_x = isnan(x->low) ? x->value : x->low;
    double low_y = isnan(y->low) ? y->value : y->low;
    double high_x = isnan(x->high) ? x->value : x->high;
    double high_y = isnan(y->high) ? y->value : y->high;
    return low_x <= high_y + more && low_y <= high_x + more;
}

/* The number of a name that the report's contradicts: one in its unit, or the first;
 * NULL when some number of the name agrees. */
static const struct bk_sizing_value *contradicted(const struct named *all,
                                                  const struct bk_sizing_value *v)
{
    const struct bk_sizing_value *found = NULL;
    for (const struct named *one = all; one; one = one->next) {
        if (!is_number(one->v)) {
            continue;
        }
        if (agree(one->v, v)) {
            return NULL;
        }
        if (!found || (!bk_eq(found->source_unit, v->source_unit) &&
                       bk_eq(one->v->source_unit, v->source_unit))) {
            found = one->v;
        }
    }
    return found;
}

/* As its file has it; a bare number has no unit to speak of. */
static struct bk_str printed(struct bk_arena *a, const struct bk_sizing_value *v)
{
    if (bk_is(v->source_unit, "1") || bk_is(v->source_unit, "ratio")) {
        return v->source_value;
    }
    return bk_fmt(a, "%.*s%s%.*s", BK_F(v->source_value), v->source_unit.len ? " " : "",
                  BK_F(v->source_unit));
}

struct files { /* of a sizing run */
    int64_t id;
    struct bk_str json, report; /* paths */
    int64_t report_source;
};

static bool tell(struct bk_archive *ar, const struct files *files,
                 const struct bk_sizing_value *v, const struct bk_sizing_value *json,
                 struct bk_err *err)
{
    struct bk_arena *a = ar->scratch;
    const struct bk_finding_place place = {.source_id = files->report_source,
                                           .sizing_run_id = files->id};
    struct bk_finding f = {.code = BK_S("conflicting-values"),
                           .severity = BK_WARNING,
                           .subject = v->name,
                           .expected = printed(a, json),
                           .actual = printed(a, v),
                           .locator = v->locator};
    f.message = bk_fmt(a, "%.*s%s%.*s is %.*s in %.*s (%.*s) and %.*s in %.*s (%.*s)",
                       BK_F(v->scenario), v->scenario.len ? ": " : "", BK_F(v->name),
                       BK_F(f.expected), BK_F(files->json), BK_F(json->locator),
                       BK_F(f.actual), BK_F(files->report), BK_F(v->locator));
    ar->counts.findings++;
    return bk_insert_finding(ar, &f, &place, err);
}

/* A finding for each name of which the report says another number. */
static bool tell_conflicts(struct bk_archive *ar, const struct files *files,
                           const struct bk_map *json,
                           const struct bk_sizing_value *values, size_t n,
                           struct bk_err *err)
{
    for (size_t i = 0; i < n; i++) {
        const struct bk_sizing_value *v = &values[i];
        struct named *all = bk_map_get(json, value_key(ar->scratch, v));
        if (!all || all->told || !is_number(v)) {
            continue;
        }
        const struct bk_sizing_value *against = contradicted(all, v);
        if (!against) {
            continue;
        }
        all->told = true;
        if (!tell(ar, files, v, against, err)) {
            return false;
        }
    }
    return true;
}

/* --- both files in one sizing run --- */

/* The report comes to the JSON's run. */
static bool add_report(struct bk_archive *ar, const struct bk_sizing *z,
                       const struct owners *o, const struct other *other,
                       struct bk_err *err)
{
    struct said json = {0};
    const struct target t = {.id = other->id,
                             .source = o->source,
                             .value = behind(&other->at),
                             .formula = behind(&other->formulas),
                             .said = &json};
    const struct files files = {other->id, other->path, o->path, o->source};
    index_values(ar->scratch, &json.values, other->values, other->n_values);
    index_rows(ar->scratch, &json.formulas, &other->formulas);
    index_rows(ar->scratch, &json.findings, &other->findings);
    struct bk_stmt *st = bk_stmt(ar->db, BK_SQL_SIZING_RUN_ADD_REPORT);
    bk_bind_int(st, ":sizing_run", t.id);
    bk_bind_int(st, ":source", o->source);
    return bk_run_stmt(st, err) && write_all(ar, &t, z, err) &&
           tell_conflicts(ar, &files, &json.values, z->values, z->n_values, err);
}

/* Deletes the rows that the JSON file has too. */
static bool drop_said(struct bk_archive *ar, enum bk_sql which, int64_t id,
                      const struct rows *rows, const struct bk_map *json,
                      struct bk_err *err)
{
    for (size_t i = 0; i < rows->n; i++) {
        if (!bk_map_get(json, rows->list[i].key)) {
            continue;
        }
        struct bk_stmt *st = bk_stmt(ar->db, which);
        bk_bind_int(st, ":sizing_run", id);
        bk_bind_int(st, ":at", rows->list[i].at);
        if (!bk_run_stmt(st, err)) {
            return false;
        }
    }
    return true;
}

/* Moves the rows behind those to come, and behind themselves: places are unique at
 * every moment. */
static bool shift(struct bk_archive *ar, enum bk_sql which, int64_t id,
                  const struct rows *rows, size_t room, struct bk_err *err)
{
    int64_t by = behind(rows);
    struct bk_stmt *st = bk_stmt(ar->db, which);
    bk_bind_int(st, ":sizing_run", id);
    bk_bind_int(st, ":by", by > (int64_t)room ? by : (int64_t)room);
    return bk_run_stmt(st, err);
}

static bool yield_to_json(struct bk_archive *ar, const struct bk_sizing *z,
                          const struct other *other, const struct said *json,
                          struct bk_err *err)
{
    int64_t id = other->id;
    return drop_said(ar, BK_SQL_SIZING_VALUE_DELETE, id, &other->at, &json->values,
                     err) &&
           drop_said(ar, BK_SQL_SIZING_FORMULA_DELETE, id, &other->formulas,
                     &json->formulas, err) &&
           drop_said(ar, BK_SQL_SIZING_FINDING_DELETE, id, &other->findings,
                     &json->findings, err) &&
           shift(ar, BK_SQL_SIZING_VALUE_SHIFT, id, &other->at, z->n_values, err) &&
           shift(ar, BK_SQL_SIZING_FORMULA_SHIFT, id, &other->formulas, z->n_formulas,
                 err);
}

/* The JSON file comes to the report's run, which becomes its own. */
static bool add_json(struct bk_archive *ar, const struct bk_sizing *z,
                     const struct owners *o, const struct other *other,
                     struct bk_err *err)
{
    const struct said json = said_by(ar->scratch, z);
    const struct target t = {.id = other->id, .source = o->source};
    const struct files files = {other->id, o->path, other->path, other->source};
    if (!yield_to_json(ar, z, other, &json, err)) {
        return false;
    }
    struct bk_stmt *st = bk_stmt(ar->db, BK_SQL_SIZING_RUN_ADD_JSON);
    bk_bind_int(st, ":sizing_run", t.id);
    bk_bind_int(st, ":source", o->source);
    bk_bind_text(st, ":model", bk_trim(z->model));
    bk_bind_text(st, ":server", bk_trim(z->server));
    bk_bind_text(st, ":generation", z->generation);
    return bk_run_stmt(st, err) && write_all(ar, &t, z, err) &&
           tell_conflicts(ar, &files, &json.values, other->values, other->n_values,
                          err);
}

static bool write_sizing(struct bk_archive *ar, const struct bk_sizing *z,
                         struct owners *o, struct bk_err *err)
{
    struct other other = {0};
    if (!find_owners(ar, z, o, err) || !find_other(ar, z, o, &other, err)) {
        return false;
    }
    if (!other.id) {
        return write_alone(ar, z, o, err);
    }
    return load_other(ar, &other, err) &&
           (bk_is(z->generation, REPORT) ? add_report(ar, z, o, &other, err)
                                         : add_json(ar, z, o, &other, err));
}

bool bk_write_sizing(struct bk_sink *s, struct bk_sizing *z, struct bk_err *err)
{
    struct bk_archive *ar = (struct bk_archive *)s;
    struct owners o = {0};
    struct bk_arena_mark mark = bk_arena_mark(ar->scratch);
    bool ok = write_sizing(ar, z, &o, err) &&
              bk_write_facts(ar, BK_SQL_HARDWARE_FACT_INSERT, o.hardware,
                             z->hardware_facts, z->n_hardware_facts, o.source, err) &&
              bk_write_facts(ar, BK_SQL_MODEL_FACT_INSERT, o.model, z->model_facts,
                             z->n_model_facts, o.source, err);
    bk_arena_release(ar->scratch, mark);
    return ok;
}
