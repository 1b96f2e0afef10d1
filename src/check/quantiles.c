/* R4: min <= p50 <= p95 <= p99 <= max, and the mean between min and max, within what
 * the printed digits allow. */
#include <math.h>
#include <stdlib.h>

#include "../base/num.h"
#include "internal.h"

struct point {
    double q; /* 0..1 */
    const struct bk_measurement *m;
};

static bool quantile_of(struct bk_str stat, double *q)
{
    if (bk_is(stat, "min")) {
        *q = 0;
        return true;
    }
    if (bk_is(stat, "max")) {
        *q = 1;
        return true;
    }
    if (stat.len < 2 || stat.ptr[0] != 'p' || !bk_parse_double(bk_from(stat, 1), q))
        return false;
    *q /= 100;
    return *q >= 0 && *q <= 1;
}

static int by_series(const void *x, const void *y)
{
    const struct point *a = x;
    const struct point *b = y;
    int order = bk_cmp(a->m->metric, b->m->metric);
    if (order == 0)
        order = bk_cmp(a->m->scope, b->m->scope);
    return order ? order : (a->q > b->q) - (a->q < b->q);
}

static bool same_series(const struct bk_measurement *a, const struct bk_measurement *b)
{
    return bk_eq(a->metric, b->metric) && bk_eq(a->scope, b->scope);
}

static void report(struct bk_arena *a, struct bk_run *r, const struct bk_measurement *m,
                   const struct bk_measurement *n)
{
    struct bk_str small = bk_check_label(a, m);
    struct bk_str large = bk_check_label(a, n);
    struct bk_str was = bk_check_value(a, n->value, n->unit);
    struct bk_str least = bk_check_value(a, m->value, m->unit);
    struct bk_finding *f =
        bk_run_finding(a, r, "quantile-order", BK_WARNING, large,
                       "%.*s is %.*s, below %.*s, which is %.*s", BK_F(large),
                       BK_F(was), BK_F(small), BK_F(least));
    f->expected = bk_fmt(a, ">= %.*s", BK_F(least));
    f->actual = was;
    f->locator = n->locator;
}

static void check_mean(struct bk_arena *a, struct bk_run *r, const struct point *first,
                       const struct point *last)
{
    const char *metric = bk_cstr(a, first->m->metric);
    const char *scope = bk_cstr(a, first->m->scope);
    const struct bk_measurement *mean = bk_run_find(r, metric, "mean", scope);
    if (!mean || mean->rank > 0)
        return;
    double slack = 1e-9 * fabs(mean->value);
    if (first->q <= 0 && first->m->low > mean->high + slack)
        report(a, r, first->m, mean);
    if (last->q >= 1 && mean->low > last->m->high + slack)
        report(a, r, mean, last->m);
}

void bk_check_quantiles(struct bk_arena *a, struct bk_run *r)
{
    struct bk_arena *scratch = bk_arena_new();
    struct point *points =
        bk_alloc_array(scratch, r->n_measurements + 1, sizeof *points);
    size_t n = 0, series = 0, found = 0;
    for (size_t i = 0; i < r->n_measurements; i++) {
        points[n].m = &r->measurements[i];
        if (r->measurements[i].rank == 0 &&
            quantile_of(r->measurements[i].stat, &points[n].q))
            n++;
    }
    qsort(points, n, sizeof *points, by_series);
    for (size_t i = 0; i < n;) {
        size_t end = i + 1;
        size_t highest = i; /* the largest value so far */
        bool told = false;
        for (; end < n && same_series(points[i].m, points[end].m); end++) {
            double slack = 1e-9 * fabs(points[end].m->value);
            if (!told && points[highest].m->low > points[end].m->high + slack) {
                if (found++ < BK_MOST_ALIKE)
                    report(a, r, points[highest].m, points[end].m);
                told = true;
            }
            if (points[end].m->value >= points[highest].m->value)
                highest = end;
        }
        /* finding a mean walks the run: enough for every tool, bounded for all input */
        enum {
            MAX_MEANS = 200
        };
        if (series++ < MAX_MEANS)
            check_mean(a, r, &points[i], &points[end - 1]);
        i = end;
    }
    bk_check_more(a, r, "quantile-order", found);
    bk_arena_free(scratch);
}
