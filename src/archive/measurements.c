/* The measurements of a run.
 *
 * A quantity (metric, stat, scope, population) may be claimed several times in one run:
 * by the summary and the raw file, by a table and the prose below it.  All claims are
 * kept; they are numbered by the rank that their importer gave them and then by order,
 * and questions use number 0. The same value from the same place is one claim. */
#include "../base/hash.h"
#include "internal.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

struct claim {
    int64_t quantity, source;
    const struct bk_measurement *m;
};

static int sign(bool greater, bool smaller)
{
    return (greater ? 1 : 0) - (smaller ? 1 : 0);
}

static int by_place(const void *a, const void *b)
{
    const struct claim *x = a, *y = b;
    int order = sign(x->quantity > y->quantity, x->quantity < y->quantity);
    order = order ? order : sign(x->m->value > y->m->value, x->m->value < y->m->value);
    order = order ? order : sign(x->source > y->source, x->source < y->source);
    order = order ? order : bk_cmp(x->m->locator, y->m->locator);
    order = order ? order : sign(x->m->rank > y->m->rank, x->m->rank < y->m->rank);
    return order ? order : sign(x->m > y->m, x->m < y->m);
}

static int by_rank(const void *a, const void *b)
{
    const struct claim *x = a, *y = b;
    int order = sign(x->quantity > y->quantity, x->quantity < y->quantity);
    order = order ? order : sign(x->m->rank > y->m->rank, x->m->rank < y->m->rank);
    return order ? order : sign(x->m > y->m, x->m < y->m);
}

static bool same_claim(const struct claim *x, const struct claim *y)
{
    return x->quantity == y->quantity && x->source == y->source &&
           x->m->value >= y->m->value && x->m->value <= y->m->value &&
           bk_eq(x->m->locator, y->m->locator);
}

/* A bound that can be stored: an open bucket's end is the largest number there is. */
static double bound(double x, double value)
{
    if (isnan(x)) {
        return value;
    }
    return isinf(x) ? copysign(DBL_MAX, x) : x;
}

static bool write_claim(struct bk_archive *ar, int64_t run_id, const struct claim *c,
                        int64_t rank, struct bk_err *err)
{
    int64_t field;
    const struct bk_measurement *m = c->m;
    if (!bk_field_id(ar, m->source_name, m->source_unit, &field, err)) {
        return false;
    }
    struct bk_stmt *st = bk_stmt(ar->db, BK_SQL_MEASUREMENT_INSERT);
    bk_bind_int(st, ":run", run_id);
    bk_bind_int(st, ":quantity", c->quantity);
    bk_bind_int(st, ":rank", rank);
    bk_bind_real(st, ":value", m->value);
    bk_bind_real(st, ":low", bound(m->low, m->value));
    bk_bind_real(st, ":high", bound(m->high, m->value));
    bk_bind_text(st, ":origin", bk_str(bk_origin_name(m->origin)));
    bk_bind_text(st, ":formula", m->formula);
    bk_bind_int(st, ":source", c->source);
    bk_bind_int(st, ":field", field);
    bk_bind_text(st, ":digits", m->source_value);
    bk_bind_text(st, ":locator", m->locator);
    return bk_run_stmt(st, err);
}

static bool resolve(struct bk_archive *ar, const struct bk_run *run,
                    struct claim *claims, size_t *n, struct bk_err *err)
{
    *n = 0;
    for (size_t i = 0; i < run->n_measurements; i++) {
        const struct bk_measurement *m = &run->measurements[i];
        struct claim *c = &claims[*n];
        if (!isfinite(m->value)) {
            continue;
        }
        c->m = m;
        if (!bk_quantity_id(ar, m, &c->quantity, err) ||
            !bk_source_id(ar, m->source, &c->source, err)) {
            return false;
        }
        ++*n;
    }
    return true;
}

bool bk_write_measurements(struct bk_archive *ar, int64_t run_id,
                           const struct bk_run *run, struct bk_err *err)
{
    size_t n, kept = 0;
    struct claim *claims =
        bk_alloc_array(ar->scratch, run->n_measurements + 1, sizeof *claims);
    if (!resolve(ar, run, claims, &n, err)) {
        return false;
    }
    qsort(claims, n, sizeof *claims, by_place);
    for (size_t i = 0; i < n; i++) {
        if (kept == 0 || !same_claim(&claims[i], &claims[kept - 1])) {
            claims[kept++] = claims[i];
        }
    }
    qsort(claims, kept, sizeof *claims, by_rank);
    int64_t rank = 0;
    for (size_t i = 0; i < kept; i++) {
        rank = i > 0 && claims[i].quantity == claims[i - 1].quantity ? rank + 1 : 0;
        if (!write_claim(ar, run_id, &claims[i], rank, err)) {
            return false;
        }
        ar->counts.measurements++;
    }
    return true;
}

/* --- what a run says, to recognise it in another file --- */

static int by_text(const void *a, const void *b)
{
    return bk_cmp(*(const struct bk_str *)a, *(const struct bk_str *)b);
}

/* Numbers that benchkeep derived from others of the run are left out, so that a file
 * imported before and after a new derivation still says the same.  Those that have a
 * name in the source count: of a log, or of the difference of two scrapes, they are all
 * that there is. */
void bk_run_content(struct bk_arena *a, const struct bk_run *run, char sha256[65])
{
    size_t n = 0;
    struct bk_str *lines =
        bk_alloc_array(a, 2 + run->n_params + run->n_measurements, sizeof *lines);
    lines[n++] = bk_fmt(a, "run\x1f%.*s\x1f%.*s\x1f%.*s\x1f%.*s\x1f%.*s\x1f%lld",
                        BK_F(bk_trim(run->session)), BK_F(bk_trim(run->hardware)),
                        BK_F(bk_trim(run->model)), BK_F(bk_trim(run->engine)),
                        BK_F(bk_trim(run->workload)), (long long)run->started_ns);
    for (size_t i = 0; i < run->n_params; i++) {
        lines[n++] = bk_fmt(a, "param\x1f%.*s\x1f%.*s", BK_F(run->params[i].name),
                            BK_F(run->params[i].value));
    }
    for (size_t i = 0; i < run->n_measurements; i++) {
        const struct bk_measurement *m = &run->measurements[i];
        if (m->origin == BK_DERIVED && m->source_name.len == 0) {
            continue;
        }
        lines[n++] = bk_fmt(a, "value\x1f%.*s\x1f%.*s\x1f%.*s\x1f%s\x1f%a",
                            BK_F(m->metric), BK_F(m->stat), BK_F(m->scope),
                            bk_population_name(m->population), m->value);
    }
    qsort(lines, n, sizeof *lines, by_text);
    struct bk_sha256 h;
    bk_sha256_init(&h);
    for (size_t i = 0; i < n; i++) {
        bk_sha256_add(&h, lines[i]);
        bk_sha256_add(&h, BK_S("\n"));
    }
    bk_sha256_hex(&h, sha256);
}
