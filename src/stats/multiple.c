/* Holm, Benjamini and Hochberg; see multiple.h. */
#include "multiple.h"

#include <math.h>
#include <stdlib.h>

#include "../base/arena.h"

struct member {
    double p;
    size_t index;
};

static int by_p(const void *x, const void *y)
{
    const struct member *a = x, *b = y;
    if (a->p < b->p || a->p > b->p)
        return a->p < b->p ? -1 : 1;
    return a->index < b->index ? -1 : a->index > b->index;
}

/* The family in rising order; *m members. */
static struct member *in_order(struct bk_arena *a, const double *p, size_t n, size_t *m)
{
    struct member *family = bk_alloc_array(a, n, sizeof *family);
    *m = 0;
    for (size_t i = 0; i < n; i++) {
        if (!isnan(p[i]))
            family[(*m)++] = (struct member){p[i], i};
    }
    if (*m > 1)
        qsort(family, *m, sizeof *family, by_p);
    return family;
}

static void copy(const double *p, size_t n, double *adjusted)
{
    for (size_t i = 0; i < n; i++)
        adjusted[i] = p[i];
}

void bk_holm(struct bk_arena *a, const double *p, size_t n, double *adjusted)
{
    struct bk_arena_mark mark = bk_arena_mark(a);
    size_t m;
    struct member *family = in_order(a, p, n, &m);
    copy(p, n, adjusted);
    double largest = 0;
    for (size_t i = 0; i < m; i++) {
        largest = fmax(largest, fmin(1, (double)(m - i) * family[i].p));
        adjusted[family[i].index] = largest;
    }
    bk_arena_release(a, mark);
}

void bk_benjamini_hochberg(struct bk_arena *a, const double *p, size_t n,
                           double *adjusted)
{
    struct bk_arena_mark mark = bk_arena_mark(a);
    size_t m;
    struct member *family = in_order(a, p, n, &m);
    copy(p, n, adjusted);
    double smallest = 1;
    for (size_t i = m; i > 0; i--) {
        smallest = fmin(smallest, family[i - 1].p * (double)m / (double)i);
        adjusted[family[i - 1].index] = smallest;
    }
    bk_arena_release(a, mark);
}
