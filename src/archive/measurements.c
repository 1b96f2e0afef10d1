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
    if (!bk_field_id(ar, m->source_name, bk_source_unit_of(m), &field, err)) {
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
    bk_bind_text(st, ":formula", bk_formula_of(m));
    bk_bind_int(st, ":source", c->source);
    bk_bind_int(st, ":field", field);
    bk_bind_text(st, ":digits", m->source_value);
    bk_bind_text(st, ":locator", m->locator);
    return bk_run_stmt(st, err);
}

/* The rows of a table come in order, all but the first. */
static void sort(struct claim *claims, size_t n,
                 int (*order)(const void *a, const void *b))
{
    size_t sorted = n > 0;
    while (sorted < n && order(&claims[sorted - 1], &claims[sorted]) <= 0) {
        sorted++;
    }
    if (sorted < n) {
        qsort(claims, n, sizeof *claims, order);
    }
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
    sort(claims, n, by_place);
    for (size_t i = 0; i < n; i++) {
        if (kept == 0 || !same_claim(&claims[i], &claims[kept - 1])) {
            claims[kept++] = claims[i];
        }
    }
    sort(claims, kept, by_rank);
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

/* A line of what a run says, as 128 bits: their order does not depend on the run's, and
 * they are quick to sort. */
struct line {
    uint64_t hash[2];
};

static int by_hash(const void *a, const void *b)
{
    const struct line *x = a, *y = b;
    int order = sign(x->hash[0] > y->hash[0], x->hash[0] < y->hash[0]);
    return order ? order : sign(x->hash[1] > y->hash[1], x->hash[1] < y->hash[1]);
}

static struct line line_of(struct bk_buf *text, const struct bk_str *fields, size_t n)
{
    struct line line;
    bk_buf_clear(text);
    bk_buf_addc(text, '0');
    for (size_t i = 0; i < n; i++) {
        bk_buf_add(text, fields[i]);
        bk_buf_addc(text, '\x1f');
    }
    line.hash[0] = bk_hash64(bk_buf_str(text));
    text->ptr[0] = '1';
    line.hash[1] = bk_hash64(bk_buf_str(text));
    return line;
}

static struct bk_str bytes_of(const void *p, size_t size)
{
    return (struct bk_str){p, size};
}

/* Numbers that benchkeep derived from others of the run are left out, so that a file
 * imported before and after a new derivation still says the same.  Those that have a
 * name in the source count: of a log, or of the difference of two scrapes, they are all
 * that there is. */
void bk_run_content(struct bk_arena *a, const struct bk_run *run, char sha256[65])
{
    size_t n = 0;
    struct bk_buf text = {0};
    struct line *lines =
        bk_alloc_array(a, 1 + run->n_params + run->n_measurements, sizeof *lines);
    const struct bk_str names[] = {
        BK_S("run"),
        bk_trim(run->session),
        bk_trim(run->hardware),
        bk_trim(run->model),
        bk_trim(run->engine),
        bk_trim(run->workload),
        bytes_of(&run->started_ns, sizeof run->started_ns),
    };
    lines[n++] = line_of(&text, names, sizeof names / sizeof *names);
    for (size_t i = 0; i < run->n_params; i++) {
        const struct bk_str param[] = {BK_S("param"), run->params[i].name,
                                       run->params[i].value};
        lines[n++] = line_of(&text, param, 3);
    }
    for (size_t i = 0; i < run->n_measurements; i++) {
        const struct bk_measurement *m = &run->measurements[i];
        if (m->origin == BK_DERIVED && m->source_name.len == 0) {
            continue;
        }
        const struct bk_str value[] = {
            BK_S("value"),
            m->metric,
            m->stat,
            m->scope,
            bk_str(bk_population_name(m->population)),
            bytes_of(&m->value, sizeof m->value),
        };
        lines[n++] = line_of(&text, value, sizeof value / sizeof *value);
    }
    qsort(lines, n, sizeof *lines, by_hash);
    bk_sha256_of(bytes_of(lines, n * sizeof *lines), sha256);
    bk_buf_free(&text);
}
