/* The runs of one source that holds many: see runs.h. */
#include "runs.h"

#include <math.h>
#include <string.h>

#include "../../src/base/num.h"
#include "emit.h"

/* A key longer than this says too much; the rest is left off and "#2" tells equal ones
 * apart. */
#define MAX_KEY   ((size_t)160)
#define MAX_VALUE ((size_t)60) /* of one parameter in a key */

struct bk_run *bk_runs_add(const struct bk_importing *im, struct bk_runs *runs)
{
    struct bk_run *run = bk_run_new(im->arena);
    *BK_PUSH(im->arena, runs->items, runs->n) = run;
    return run;
}

/* --- claims --- */

static bool same_quantity(const struct bk_measurement *a,
                          const struct bk_measurement *b)
{
    return bk_eq(a->metric, b->metric) && bk_eq(a->stat, b->stat) &&
           bk_eq(a->scope, b->scope);
}

/* What two printed numbers allow has a value in common. */
static bool agree(const struct bk_measurement *a, const struct bk_measurement *b)
{
    return a->low <= b->high && b->low <= a->high;
}

bool bk_run_new_claim(const struct bk_run *run, const struct bk_measurement *m,
                      unsigned *rank)
{
    *rank = 0;
    for (size_t i = 0; i < run->n_measurements; i++) {
        const struct bk_measurement *old = &run->measurements[i];
        if (old == m || old->metric.len != m->metric.len || !same_quantity(old, m))
            continue;
        if (agree(old, m))
            return false;
        *rank = old->rank >= *rank ? old->rank + 1 : *rank;
    }
    return true;
}

void bk_runs_agree(const struct bk_run *a, const struct bk_run *b, size_t *same,
                   size_t *differ)
{
    *same = *differ = 0;
    for (size_t i = 0; i < a->n_measurements; i++) {
        bool found = false, fits = false;
        for (size_t k = 0; k < b->n_measurements; k++) {
            if (same_quantity(&a->measurements[i], &b->measurements[k])) {
                found = true;
                fits = fits || agree(&a->measurements[i], &b->measurements[k]);
            }
        }
        *same += fits;
        *differ += found && !fits;
    }
}

static void merge_context(struct bk_run *into, const struct bk_run *from)
{
    struct bk_str *to[] = {&into->session, &into->hardware, &into->model, &into->engine,
                           &into->workload};
    const struct bk_str *of[] = {&from->session, &from->hardware, &from->model,
                                 &from->engine, &from->workload};
    for (size_t i = 0; i < sizeof to / sizeof *to; i++) {
        if (to[i]->len == 0)
            *to[i] = *of[i];
    }
    if (into->started_ns == BK_NO_TIME && into->started_text.len == 0) {
        into->started_ns = from->started_ns;
        into->started_text = from->started_text;
    }
    if (from->status > into->status) {
        into->status = from->status;
        into->status_why = from->status_why;
    }
}

static bool has_finding(const struct bk_run *run, const struct bk_finding *f)
{
    for (size_t i = 0; i < run->n_findings; i++) {
        if (bk_eq(run->findings[i].message, f->message) &&
            bk_eq(run->findings[i].locator, f->locator))
            return true;
    }
    return false;
}

void bk_run_merge(const struct bk_importing *im, struct bk_run *into,
                  const struct bk_run *from)
{
    merge_context(into, from);
    for (size_t i = 0; i < from->n_params; i++) {
        const struct bk_param *p = &from->params[i];
        if (bk_run_param_named(into, p->name) == NULL)
            bk_run_param(im->arena, into, p->name, p->value, p->locator);
    }
    for (size_t i = 0; i < from->n_measurements; i++) {
        unsigned rank;
        if (!bk_run_new_claim(into, &from->measurements[i], &rank))
            continue;
        struct bk_measurement *m = bk_run_measure(im->arena, into);
        *m = from->measurements[i];
        m->rank = rank;
    }
    for (size_t i = 0; i < from->n_findings; i++) {
        if (!has_finding(into, &from->findings[i]))
            *BK_PUSH(im->arena, into->findings, into->n_findings) = from->findings[i];
    }
}

/* --- what follows from the numbers --- */

static bool param_number(const struct bk_run *run, const char *name, double *value)
{
    const struct bk_param *p = bk_run_find_param(run, name);
    return p != NULL && bk_parse_double(p->value, value) && *value > 0;
}

static bool holds(const struct bk_measurement *m, double value, double slack)
{
    return m != NULL && value >= m->low - slack && value <= m->high + slack;
}

/* Requests sent together are all requests of the run where the table itself divides its
 * duration by them. */
static bool batch_is_all(const struct bk_run *run, double batch)
{
    const struct bk_measurement *duration = bk_run_find(run, "duration", "value", "");
    if (duration == NULL)
        return false;
    for (size_t i = 0; i < run->n_measurements; i++) {
        const struct bk_measurement *m = &run->measurements[i];
        if (bk_ends(m->metric, BK_S(".mean_time_per_request")))
            return holds(m, duration->value / batch,
                         (duration->high - duration->low) / batch);
    }
    return false;
}

static void derive_requests(const struct bk_importing *im, struct bk_run *run)
{
    double n;
    if (bk_run_find(run, "requests", "value", "") != NULL)
        return;
    if (param_number(run, "batch_size", &n) && batch_is_all(run, n)) {
        bk_run_derive(im->arena, run, "requests", "value", "1", n, "batch_size");
        return;
    }
    bool counted = bk_run_find(run, "requests_failed", "value", "") != NULL ||
                   bk_run_find(run, "error_rate", "value", "") != NULL;
    bool once = !param_number(run, "repetitions", &n) || n <= 1;
    if (counted && once && bk_run_find(run, "requests_ok", "value", "") == NULL &&
        param_number(run, "num_prompts", &n))
        bk_run_derive(im->arena, run, "requests", "value", "1", n, "num_prompts");
}

static bool divides_by(const struct bk_run *run, const char *param)
{
    double n;
    return param_number(run, param, &n) && batch_is_all(run, n);
}

static void rename_param(const struct bk_importing *im, struct bk_run *run,
                         const char *from, const char *to)
{
    const struct bk_param *old = run->params;
    size_t n = run->n_params;
    run->params = NULL;
    run->n_params = 0;
    run->param_index = (struct bk_map){0};
    for (size_t i = 0; i < n; i++)
        bk_run_param(im->arena, run,
                     bk_is(old[i].name, from) ? bk_str(to) : old[i].name, old[i].value,
                     old[i].locator);
}

void bk_runs_settle_batch(const struct bk_importing *im, struct bk_run **runs, size_t n)
{
    bool several = false; /* a row of more than one request, or nothing is shown */
    for (size_t i = 0; i < n; i++) {
        double requests;
        if (!divides_by(runs[i], "concurrency") ||
            bk_run_find_param(runs[i], "batch_size") != NULL)
            return;
        several = several ||
                  (param_number(runs[i], "concurrency", &requests) && requests > 1);
    }
    for (size_t i = 0; i < n && several; i++)
        rename_param(im, runs[i], "concurrency", "batch_size");
}

/* Zero seconds and zero tokens a second of a row that failed say nothing. */
static void drop_zeros(const struct bk_importing *im, struct bk_run *run)
{
    size_t n = 0;
    for (size_t i = 0; i < run->n_measurements; i++) {
        const struct bk_measurement *m = &run->measurements[i];
        bool empty = m->value == 0 && (bk_is(m->unit, "s") || bk_is(m->unit, "tok/s"));
        if (run->status != BK_RUN_FAILED || !empty)
            run->measurements[n++] = *m;
        else if (m->origin != BK_DERIVED)
            bk_emit_dropped(im, run,
                            (struct bk_dropped){m->source_name, m->source_value,
                                                m->locator,
                                                "the run failed: 0 is no data"});
    }
    run->n_measurements = n;
}

static void note_generation(struct bk_run *run)
{
    for (size_t i = 0; i < run->n_measurements; i++) {
        struct bk_str metric = run->measurements[i].metric;
        if (bk_is(metric, "output_tokens") || bk_is(metric, "output_token_throughput"))
            run->generates_text = true;
    }
}

/* --- keys --- */

struct name_use { /* a parameter over all runs */
    struct bk_str name, value;
    size_t runs; /* that have it */
    bool varies;
};

struct uses {
    struct bk_map by_name;
    struct name_use **items;
    size_t n;
};

static void use(struct bk_arena *a, struct uses *u, struct bk_str name,
                struct bk_str value)
{
    struct name_use *x = bk_map_get(&u->by_name, name);
    if (x == NULL) {
        x = bk_alloc(a, sizeof *x);
        x->name = name;
        x->value = value;
        bk_map_put(a, &u->by_name, name, x);
        *BK_PUSH(a, u->items, u->n) = x;
    }
    x->varies = x->varies || !bk_eq(x->value, value);
    x->runs++;
}

#define N_CONTEXT 5

static void contexts_of(const struct bk_run *run, struct bk_str names[N_CONTEXT],
                        struct bk_str values[N_CONTEXT])
{
    const struct bk_str all[N_CONTEXT] = {run->session, run->hardware, run->model,
                                          run->engine, run->workload};
    static const char *const words[N_CONTEXT] = {"session", "hardware", "model",
                                                 "engine", "workload"};
    for (size_t i = 0; i < N_CONTEXT; i++) {
        names[i] = bk_str(words[i]);
        values[i] = all[i];
    }
}

static void collect_uses(struct bk_arena *a, const struct bk_runs *runs, struct uses *u)
{
    for (size_t i = 0; i < runs->n; i++) {
        const struct bk_run *run = runs->items[i];
        struct bk_str names[N_CONTEXT], values[N_CONTEXT];
        contexts_of(run, names, values);
        for (size_t k = 0; k < N_CONTEXT; k++) {
            if (values[k].len > 0)
                use(a, u, names[k], values[k]);
        }
        for (size_t k = 0; k < run->n_params; k++)
            use(a, u, run->params[k].name, run->params[k].value);
    }
    for (size_t i = 0; i < u->n; i++)
        u->items[i]->varies = u->items[i]->varies || u->items[i]->runs < runs->n;
}

static void add_pair(const struct uses *u, struct bk_str name, struct bk_str value,
                     struct bk_buf *b)
{
    const struct name_use *x = bk_map_get(&u->by_name, name);
    if (value.len == 0 || value.len > MAX_VALUE || x == NULL || !x->varies ||
        b->len + name.len + value.len > MAX_KEY)
        return;
    bk_buf_addf(b, "%s%.*s=%.*s", b->len > 0 ? " " : "", BK_F(name), BK_F(value));
}

static struct bk_str key_of(struct bk_arena *a, const struct bk_run *run,
                            const struct uses *u)
{
    struct bk_buf b = {0};
    struct bk_str names[N_CONTEXT], values[N_CONTEXT];
    if (run->key.len > 0)
        bk_buf_add(&b, run->key);
    contexts_of(run, names, values);
    for (size_t i = 0; i < N_CONTEXT && run->key.len == 0; i++)
        add_pair(u, names[i], values[i], &b);
    for (size_t i = 0; i < run->n_params; i++) {
        bool labelled = run->key.len > 0 && bk_eq(run->params[i].value, run->key);
        if (!labelled)
            add_pair(u, run->params[i].name, run->params[i].value, &b);
    }
    struct bk_str key = bk_dup(a, bk_buf_str(&b));
    bk_buf_free(&b);
    return key;
}

/* Labels of runs are kept as keys when they are all different. */
static bool labels_suffice(struct bk_arena *a, const struct bk_runs *runs)
{
    struct bk_map seen = {0};
    for (size_t i = 0; i < runs->n; i++) {
        struct bk_str key = runs->items[i]->key;
        if (key.len == 0 || bk_map_get(&seen, key) != NULL)
            return false;
        bk_map_put(a, &seen, key, runs->items[i]);
    }
    return true;
}

static void set_keys(struct bk_arena *a, struct bk_runs *runs)
{
    if (runs->n < 2 || labels_suffice(a, runs))
        return;
    struct uses u = {0};
    struct bk_map seen = {0};
    collect_uses(a, runs, &u);
    for (size_t i = 0; i < runs->n; i++) {
        struct bk_run *run = runs->items[i];
        struct bk_str key = key_of(a, run, &u);
        size_t *n = bk_map_get(&seen, key);
        if (n == NULL) {
            n = bk_alloc(a, sizeof *n);
            bk_map_put(a, &seen, key, n);
        }
        if (++*n > 1)
            key = bk_fmt(a, "%.*s%s#%zu", BK_F(key), key.len > 0 ? " " : "", *n);
        run->key = key;
    }
}

/* A column of texts where numbers should stand is one thing to tell, not one a row. */
static void tell_once(const struct bk_importing *im, struct bk_runs *runs)
{
    struct bk_map told = {0};
    for (size_t i = 0; i < runs->n; i++) {
        struct bk_run *run = runs->items[i];
        size_t n = 0;
        for (size_t j = 0; j < run->n_findings; j++) {
            const struct bk_finding *f = &run->findings[j];
            if (bk_is(f->code, "unmapped") && f->subject.len > 0 && !run->claims) {
                if (bk_map_get(&told, f->subject) != NULL)
                    continue;
                bk_map_put(im->arena, &told, f->subject, run);
            }
            run->findings[n++] = *f;
        }
        run->n_findings = n;
    }
}

bool bk_runs_send(const struct bk_importing *im, struct bk_runs *runs,
                  struct bk_err *err)
{
    set_keys(im->arena, runs);
    tell_once(im, runs);
    for (size_t i = 0; i < runs->n; i++) {
        struct bk_run *run = runs->items[i];
        drop_zeros(im, run);
        derive_requests(im, run);
        bk_emit_derived(im, run);
        bk_emit_drop_zero_latency(im, run);
        note_generation(run);
        if (!im->sink->run(im->sink, run, err))
            return false;
    }
    return true;
}
