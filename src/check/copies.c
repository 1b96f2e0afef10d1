/* R3: the same three statistics to the last digit in runs of different hardware or
 * config.  One equal number is chance, three with three digits or more were copied. */
#include <math.h>

#include "../base/num.h"
#include "internal.h"

enum {
    LEAST_DIGITS = 3, /* significant digits that each of the numbers must have */
    MAX_RUNS = 20000, /* of one unit; larger ones are streams, not tables */
    MAX_SERIES = 500, /* metrics and scopes of a run that are looked at */
};

/* Statistics that no two runs share by chance, when they agree in all three. */
static const char *const triples[][3] = {
    {"mean", "min", "max"}, {"p50", "p95", "p99"},  {"p50", "p90", "p95"},
    {"mean", "p50", "p95"}, {"mean", "p95", "max"}, {"mean", "stddev", "max"},
};
#define N_TRIPLES (sizeof triples / sizeof *triples)

struct series { /* the distribution of one metric and scope */
    const struct bk_measurement *any;
    const struct bk_measurement *stats[N_TRIPLES][3];
};

static size_t significant_digits(const struct bk_measurement *m)
{
    struct bk_str s = m->source_value;
    char out[32];
    if (s.len == 0)
        s = (struct bk_str){out, bk_format_double(m->value, out)};
    size_t n = 0;
    for (size_t i = 0; i < s.len && s.ptr[i] != 'e' && s.ptr[i] != 'E'; i++) {
        bool digit = s.ptr[i] >= '0' && s.ptr[i] <= '9';
        n += digit && (n > 0 || s.ptr[i] != '0');
    }
    return n;
}

/* Gathers the statistics of every metric and scope in one walk over the run. */
static size_t gather(struct bk_arena *a, const struct bk_run *r,
                     struct series series[MAX_SERIES])
{
    struct bk_map known = {0};
    size_t n = 0;
    for (size_t i = 0; i < r->n_measurements; i++) {
        const struct bk_measurement *m = &r->measurements[i];
        if (m->rank > 0 || m->origin != BK_REPORTED || bk_is(m->stat, "value"))
            continue;
        const struct bk_str parts[] = {m->metric, m->scope};
        struct bk_str key = bk_join(a, parts, 2, '\x1f');
        struct series *s = bk_map_get(&known, key);
        if (!s) {
            if (n == MAX_SERIES)
                break;
            s = &series[n++];
            *s = (struct series){.any = m};
            bk_map_put(a, &known, key, s);
        }
        for (size_t t = 0; t < N_TRIPLES; t++) {
            for (size_t k = 0; k < 3; k++) {
                if (bk_is(m->stat, triples[t][k]))
                    s->stats[t][k] = m;
            }
        }
    }
    return n;
}

/* Metric, scope, which three statistics, and their bits; empty when some number is
 * missing or too short to mean anything. */
static struct bk_str fingerprint(struct bk_arena *a, const struct series *s, size_t t)
{
    double values[3];
    for (size_t k = 0; k < 3; k++) {
        const struct bk_measurement *m = s->stats[t][k];
        if (!m || m->value <= 0 || significant_digits(m) < LEAST_DIGITS)
            return BK_S("");
        values[k] = m->value;
    }
    /* three equal numbers are one number: a run of one request */
    if (values[0] >= values[2])
        return BK_S("");
    const struct bk_str parts[] = {
        s->any->metric,
        s->any->scope,
        {(const char *)&t, sizeof t},
        {(const char *)values, sizeof values},
    };
    return bk_join(a, parts, sizeof parts / sizeof *parts, '\x1f');
}

static bool same_params(const struct bk_run *x, const struct bk_run *y)
{
    if (x->n_params != y->n_params)
        return false;
    for (size_t i = 0; i < x->n_params; i++) {
        const struct bk_param *p = bk_run_param_named(y, x->params[i].name);
        if (!p || !bk_eq(p->value, x->params[i].value))
            return false;
    }
    return true;
}

static bool differ(const struct bk_run *x, const struct bk_run *y)
{
    return !bk_eq(x->hardware, y->hardware) || !bk_eq(x->model, y->model) ||
           !same_params(x, y);
}

static struct bk_str name_of(struct bk_arena *a, const struct bk_run *r, size_t index)
{
    bool keyed = r->key.len > 0 && !bk_eq(r->key, r->hardware);
    if (r->hardware.len > 0 && keyed)
        return bk_fmt(a, "%.*s (%.*s)", BK_F(r->hardware), BK_F(r->key));
    if (r->hardware.len > 0)
        return r->hardware;
    return r->key.len > 0 ? r->key : bk_fmt(a, "run %zu", index + 1);
}

static void report(struct bk_arena *a, struct bk_run *const *runs, size_t i, size_t j,
                   const struct series *s, size_t t)
{
    struct bk_buf numbers = {.max = 300};
    for (size_t k = 0; k < 3; k++) {
        const struct bk_measurement *m = s->stats[t][k];
        bk_buf_addf(&numbers, "%s%s %.*s", k > 0 ? ", " : "", triples[t][k],
                    BK_F(bk_check_value(a, m->value, m->unit)));
    }
    struct bk_finding *f =
        bk_run_finding(a, runs[i], "identical-values", BK_WARNING, s->any->metric,
                       "%.*s of %.*s equals that of %.*s to the last digit: %.*s",
                       BK_F(s->any->metric), BK_F(name_of(a, runs[i], i)),
                       BK_F(name_of(a, runs[j], j)), BK_F(bk_buf_str(&numbers)));
    f->actual = bk_dup(a, bk_buf_str(&numbers));
    f->locator = s->any->locator;
    bk_buf_free(&numbers);
}

/* One finding a metric and run: the first run that has the same numbers. */
void bk_check_copies(struct bk_arena *a, struct bk_run *const *runs, size_t n)
{
    if (n < 2 || n > MAX_RUNS)
        return;
    struct bk_map seen = {0}; /* fingerprint -> 1 + index of the first run */
    struct bk_arena *keys = bk_arena_new(), *work = bk_arena_new();
    struct series *series = bk_alloc_array(work, MAX_SERIES, sizeof *series);
    struct bk_arena_mark none = bk_arena_mark(work);
    for (size_t i = 0; i < n; i++) {
        bk_arena_release(work, none);
        size_t n_series = gather(work, runs[i], series);
        for (size_t k = 0; k < n_series; k++) {
            bool told = false;
            for (size_t t = 0; t < N_TRIPLES; t++) {
                struct bk_str key = fingerprint(work, &series[k], t);
                if (key.len == 0)
                    continue;
                const void *known = bk_map_get(&seen, key);
                uintptr_t first = (uintptr_t)known;
                if (first == 0) {
                    bk_map_put(keys, &seen, bk_dup(keys, key),
                               (void *)(uintptr_t)(i + 1));
                } else if (!told && differ(runs[first - 1], runs[i])) {
                    report(a, runs, i, first - 1, &series[k], t);
                    told = true;
                }
            }
        }
    }
    bk_arena_free(work);
    bk_arena_free(keys);
}
