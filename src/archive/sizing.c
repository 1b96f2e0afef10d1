/* Sizing runs: capacity calculations with their inputs, results and formulas. */
#include "internal.h"

#include <float.h>
#include <math.h>

static double storable(double x)
{
    return isinf(x) ? copysign(DBL_MAX, x) : x;
}

static bool write_values(struct bk_archive *ar, int64_t id, const struct bk_sizing *z,
                         struct bk_err *err)
{
    for (size_t i = 0; i < z->n_values; i++) {
        const struct bk_sizing_value *v = &z->values[i];
        struct bk_stmt *st = bk_stmt(ar->db, BK_SQL_SIZING_VALUE_INSERT);
        bk_bind_int(st, ":sizing_run", id);
        bk_bind_int(st, ":seq", (int64_t)i);
        bk_bind_text(st, ":scenario", v->scenario);
        bk_bind_text(st, ":section", v->section);
        bk_bind_text(st, ":name", v->name);
        bk_bind_text(st, ":unit", v->unit);
        if (!v->is_text && isfinite(v->value)) {
            bk_bind_real(st, ":value", v->value);
            bk_bind_real(st, ":low", isnan(v->low) ? v->value : storable(v->low));
            bk_bind_real(st, ":high", isnan(v->high) ? v->value : storable(v->high));
        }
        bk_bind_text(st, ":text", v->text);
        bk_bind_text(st, ":origin", bk_str(bk_origin_name(v->origin)));
        bk_bind_text(st, ":source_name", v->source_name);
        bk_bind_text(st, ":source_value", v->source_value);
        bk_bind_text(st, ":source_unit", v->source_unit);
        bk_bind_text(st, ":locator", v->locator);
        if (!bk_run_stmt(st, err)) {
            return false;
        }
    }
    return true;
}

static bool write_formulas(struct bk_archive *ar, int64_t id, const struct bk_sizing *z,
                           struct bk_err *err)
{
    for (size_t i = 0; i < z->n_formulas; i++) {
        const struct bk_sizing_formula *f = &z->formulas[i];
        struct bk_stmt *st = bk_stmt(ar->db, BK_SQL_SIZING_FORMULA_INSERT);
        bk_bind_int(st, ":sizing_run", id);
        bk_bind_int(st, ":seq", (int64_t)i);
        bk_bind_text(st, ":scenario", f->scenario);
        bk_bind_text(st, ":name", f->name);
        bk_bind_text(st, ":formula", f->formula);
        bk_bind_text(st, ":explanation", f->explanation);
        bk_bind_text(st, ":locator", f->locator);
        if (!bk_run_stmt(st, err)) {
            return false;
        }
    }
    return true;
}

struct owners { /* of what a sizing run says */
    int64_t id, model, hardware, source;
};

static bool insert_sizing(struct bk_archive *ar, const struct bk_sizing *z,
                          struct owners *o, struct bk_err *err)
{
    struct bk_str hardware, name;
    struct bk_str model = bk_trim(z->model), server = bk_trim(z->server);
    struct bk_str base = bk_fmt(ar->scratch, "%.*s@%.*s", BK_F(model), BK_F(server));
    size_t source = z->n_values ? z->values[0].source : 0;
    if (!bk_source_id(ar, source, &o->source, err) ||
        !bk_model_id(ar, model, &o->model, err) ||
        !bk_hardware_id(ar, server, &o->hardware, &hardware, err) ||
        !bk_free_name(ar, BK_SQL_SIZING_RUN_NAME_EXISTS, base, &name, err)) {
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
    return bk_insert(st, &o->id, err);
}

static bool write_findings(struct bk_archive *ar, int64_t id, const struct bk_sizing *z,
                           struct bk_err *err)
{
    for (size_t i = 0; i < z->n_findings; i++) {
        if (!bk_write_finding(ar, &z->findings[i], 0, id, err)) {
            return false;
        }
    }
    return true;
}

bool bk_write_sizing(struct bk_sink *s, struct bk_sizing *z, struct bk_err *err)
{
    struct bk_archive *ar = (struct bk_archive *)s;
    struct owners o = {0};
    struct bk_arena_mark mark = bk_arena_mark(ar->scratch);
    bool ok = insert_sizing(ar, z, &o, err) && write_values(ar, o.id, z, err) &&
              write_formulas(ar, o.id, z, err) &&
              bk_write_facts(ar, BK_SQL_HARDWARE_FACT_INSERT, o.hardware,
                             z->hardware_facts, z->n_hardware_facts, o.source, err) &&
              bk_write_facts(ar, BK_SQL_MODEL_FACT_INSERT, o.model, z->model_facts,
                             z->n_model_facts, o.source, err) &&
              write_findings(ar, o.id, z, err);
    bk_arena_release(ar->scratch, mark);
    ar->counts.sizing_runs += ok ? 1 : 0;
    return ok;
}
