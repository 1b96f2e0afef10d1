/* Records: building runs, finding what is in them, and the words of their enums. */
#include "record.h"

#include <math.h>
#include <string.h>

#define INDEXED_PARAMS ((size_t)8)
#define FEW_NUMBERS    ((size_t)4)
#define MANY_NUMBERS   ((size_t)256) /* from here on a list grows by MANY_GROWTH */
#define MANY_GROWTH    ((size_t)4)

struct bk_run *bk_run_new(struct bk_arena *a)
{
    struct bk_run *r = bk_alloc(a, sizeof *r);
    r->started_ns = BK_NO_TIME;
    r->ended_ns = BK_NO_TIME;
    r->think_time_s = (double)NAN;
    return r;
}

static struct bk_param *param_named(const struct bk_run *r, struct bk_str name)
{
    if (r->param_index.cap > 0) {
        const void *known = bk_map_get(&r->param_index, name);
        return known ? &r->params[(uintptr_t)known - 1] : NULL;
    }
    for (size_t i = 0; i < r->n_params; i++) {
        if (bk_eq(r->params[i].name, name))
            return &r->params[i];
    }
    return NULL;
}

/* Most runs have few parameters: an index of them would be larger than they are. */
static void index_params(struct bk_arena *a, struct bk_run *r)
{
    size_t first = r->param_index.cap > 0 ? r->n_params - 1 : 0;
    if (r->n_params < INDEXED_PARAMS)
        return;
    /* the map keeps 1 + index: a NULL value would mean "not there" */
    for (size_t i = first; i < r->n_params; i++)
        bk_map_put(a, &r->param_index, r->params[i].name, (void *)(uintptr_t)(i + 1));
}

void bk_run_param(struct bk_arena *a, struct bk_run *r, struct bk_str name,
                  struct bk_str value, struct bk_str locator)
{
    struct bk_param *p = param_named(r, name);
    if (!p) {
        p = BK_PUSH(a, r->params, r->n_params);
        p->name = name;
        index_params(a, r);
    }
    p->name = name;
    p->value = value;
    p->locator = locator;
}

const struct bk_param *bk_run_find_param(const struct bk_run *r, const char *name)
{
    return param_named(r, bk_str(name));
}

const struct bk_param *bk_run_param_named(const struct bk_run *r, struct bk_str name)
{
    return param_named(r, name);
}

struct bk_str bk_formula_of(const struct bk_measurement *m)
{
    return m->how ? m->how->formula : (struct bk_str){0};
}

struct bk_str bk_source_unit_of(const struct bk_measurement *m)
{
    return m->how ? m->how->source_unit : (struct bk_str){0};
}

const struct bk_alias_line *bk_alias_of(const struct bk_measurement *m)
{
    return m->how ? m->how->alias : NULL;
}

const struct bk_wording *bk_wording_new(struct bk_arena *a, struct bk_str formula,
                                        struct bk_str source_unit)
{
    struct bk_wording *w = bk_alloc(a, sizeof *w);
    *w = (struct bk_wording){.formula = formula, .source_unit = source_unit};
    return w;
}

/* What a large list does not use yet is never touched, so that it costs no memory. */
static void set_room(struct bk_arena *a, struct bk_run *r, size_t room)
{
    struct bk_measurement *list = bk_alloc_untouched(a, room, sizeof *list);
    if (r->n_measurements > 0)
        memcpy(list, r->measurements, r->n_measurements * sizeof *list);
    r->measurements = list;
    r->room = room;
}

void bk_run_reserve(struct bk_arena *a, struct bk_run *r, size_t n)
{
    if (n > 0 && r->room < r->n_measurements + n)
        set_room(a, r, r->n_measurements + n);
    r->reserved = true;
}

/* A list whose size was known gets few more, those that follow from its numbers. */
static size_t more_room(const struct bk_run *r)
{
    size_t n = r->n_measurements;
    if (n == 0)
        return FEW_NUMBERS;
    if (r->reserved)
        return n + n / 8 + 1;
    return n * (n < MANY_NUMBERS ? 2 : MANY_GROWTH);
}

struct bk_measurement *bk_run_measure(struct bk_arena *a, struct bk_run *r)
{
    if (r->n_measurements >= r->room)
        set_room(a, r, more_room(r));
    struct bk_measurement *m = &r->measurements[r->n_measurements++];
    *m = (struct bk_measurement){0};
    return m;
}

const struct bk_measurement *bk_run_find(const struct bk_run *r, const char *metric,
                                         const char *stat, const char *scope)
{
    const struct bk_str name = bk_str(metric);
    const struct bk_measurement *best = NULL;
    for (size_t i = 0; i < r->n_measurements; i++) {
        const struct bk_measurement *m = &r->measurements[i];
        if (m->metric.len != name.len || (best && m->rank >= best->rank))
            continue;
        if (bk_eq(m->metric, name) && bk_is(m->stat, stat) && bk_is(m->scope, scope))
            best = m;
    }
    return best;
}

struct bk_measurement *bk_run_derive(struct bk_arena *a, struct bk_run *r,
                                     const char *metric, const char *stat,
                                     const char *unit, double value,
                                     const char *formula)
{
    struct bk_measurement *m = bk_run_measure(a, r);
    m->metric = bk_str(metric);
    m->stat = bk_str(stat);
    m->unit = bk_str(unit);
    m->value = value;
    m->low = value;
    m->high = value;
    m->origin = BK_DERIVED;
    m->population = BK_POP_ALL;
    m->how = bk_wording_new(a, bk_str(formula), (struct bk_str){0});
    return m;
}

struct bk_finding *bk_run_finding(struct bk_arena *a, struct bk_run *r,
                                  const char *code, enum bk_severity severity,
                                  struct bk_str subject, const char *fmt, ...)
{
    struct bk_finding *f = BK_PUSH(a, r->findings, r->n_findings);
    va_list ap;
    va_start(ap, fmt);
    f->message = bk_vfmt(a, fmt, ap);
    va_end(ap);
    f->code = bk_str(code);
    f->severity = severity;
    f->subject = subject;
    return f;
}

const char *bk_origin_name(enum bk_origin o)
{
    switch (o) {
    case BK_REPORTED:
        return "reported";
    case BK_DERIVED:
        return "derived";
    case BK_ESTIMATED:
        return "estimated";
    }
    return "";
}

const char *bk_population_name(enum bk_population p)
{
    switch (p) {
    case BK_POP_ALL:
        return "all";
    case BK_POP_OK:
        return "ok";
    case BK_POP_UNKNOWN:
        return "unknown";
    }
    return "";
}

const char *bk_status_name(enum bk_status s)
{
    switch (s) {
    case BK_RUN_OK:
        return "ok";
    case BK_RUN_DEGRADED:
        return "degraded";
    case BK_RUN_FAILED:
        return "failed";
    case BK_RUN_INVALID:
        return "invalid";
    }
    return "";
}

const char *bk_severity_name(enum bk_severity s)
{
    switch (s) {
    case BK_INFO:
        return "info";
    case BK_WARNING:
        return "warning";
    case BK_ERROR:
        return "error";
    }
    return "";
}

const char *bk_series_type_name(enum bk_series_type t)
{
    static const char *const names[] = {
        [BK_UNTYPED] = "untyped",     [BK_COUNTER] = "counter",
        [BK_GAUGE] = "gauge",         [BK_SUMMARY] = "summary",
        [BK_HISTOGRAM] = "histogram", [BK_GAUGEHISTOGRAM] = "gaugehistogram",
        [BK_STATESET] = "stateset",   [BK_INFOMETRIC] = "info",
    };
    return names[t];
}
