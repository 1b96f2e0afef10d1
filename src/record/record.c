/* Records: building runs, finding what is in them, and the words of their enums. */
#include "record.h"

#include <math.h>
#include <string.h>

#define INDEXED_PARAMS ((size_t)8)

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

const struct bk_measurement *bk_run_find(const struct bk_run *r, const char *metric,
                                         const char *stat, const char *scope)
{
    const struct bk_measurement *best = NULL;
    for (size_t i = 0; i < r->n_measurements; i++) {
        const struct bk_measurement *m = &r->measurements[i];
        if (best && m->rank >= best->rank)
            continue;
        if (bk_is(m->metric, metric) && bk_is(m->stat, stat) && bk_is(m->scope, scope))
            best = m;
    }
    return best;
}

struct bk_measurement *bk_run_derive(struct bk_arena *a, struct bk_run *r,
                                     const char *metric, const char *stat,
                                     const char *unit, double value,
                                     const char *formula)
{
    struct bk_measurement *m = BK_PUSH(a, r->measurements, r->n_measurements);
    m->metric = bk_str(metric);
    m->stat = bk_str(stat);
    m->unit = bk_str(unit);
    m->value = value;
    m->low = value;
    m->high = value;
    m->origin = BK_DERIVED;
    m->population = BK_POP_ALL;
    m->formula = bk_str(formula);
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
