/* Bootstrap of a ratio of means; see bootstrap.h. */
#include "bootstrap.h"

#include <math.h>
#include <stdlib.h>

#include "../base/arena.h"
#include "random.h"

/* Sides up to this size are enumerated: 126 multisets a side at the most. */
#define MOST_ENUMERATED 5
#define MOST_MULTISETS  126

struct weighted {
    double value;
    double weight; /* how many resamples give it */
};

struct multisets {
    struct weighted sum[MOST_MULTISETS];
    size_t n;
};

static double factorial(size_t n)
{
    double f = 1;
    for (size_t i = 2; i <= n; i++)
        f *= (double)i;
    return f;
}

/* All ways to take n of n values with repetition, without order: each stands for n! /
 * (product of the repetitions' factorials) resamples.  'picks' rises from one value to the
 * next like an odometer whose digits never fall. */
static void enumerate(const double *x, size_t n, struct multisets *all)
{
    size_t picks[MOST_ENUMERATED] = {0};
    all->n = 0;
    for (;;) {
        double sum = 0, repeats = 1;
        size_t run = 0;
        for (size_t i = 0; i < n; i++) {
            sum += x[picks[i]];
            run = i > 0 && picks[i] == picks[i - 1] ? run + 1 : 1;
            repeats *= (double)run;
        }
        all->sum[all->n++] = (struct weighted){sum, factorial(n) / repeats};
        size_t last = n;
        while (last > 0 && picks[last - 1] == n - 1)
            last--;
        if (last == 0)
            return;
        size_t next = picks[last - 1] + 1;
        for (size_t i = last - 1; i < n; i++)
            picks[i] = next;
    }
}

static int by_value(const void *a, const void *b)
{
    double x = ((const struct weighted *)a)->value;
    double y = ((const struct weighted *)b)->value;
    return (x > y) - (x < y);
}

/* The number at place 'index' when each stands as often as its weight says. */
static double at(const struct weighted *sorted, size_t n, double index)
{
    double seen = 0;
    for (size_t i = 0; i < n; i++) {
        seen += sorted[i].weight;
        if (index < seen)
            return sorted[i].value;
    }
    return sorted[n - 1].value;
}

static void summarise(struct weighted *ratios, size_t n, double confidence,
                      struct bk_bootstrap *r)
{
    qsort(ratios, n, sizeof *ratios, by_value);
    double tail = (1 - confidence) / 2;
    r->interval.low = at(ratios, n, floor(tail * r->resamples));
    r->interval.high = at(ratios, n, ceil((1 - tail) * r->resamples) - 1);
    r->least = ratios[0].value;
    r->most = ratios[n - 1].value;
}

static double resampled_mean(struct bk_random *random, const double *x, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += x[bk_random_below(random, n)];
    return sum / (double)n;
}

struct sides {
    const double *a, *b;
    size_t n_a, n_b;
};

static struct weighted *count_all(struct bk_arena *arena, const struct sides *s,
                                  size_t *n)
{
    struct multisets *a = bk_alloc(arena, sizeof *a), *b = bk_alloc(arena, sizeof *b);
    enumerate(s->a, s->n_a, a);
    enumerate(s->b, s->n_b, b);
    struct weighted *ratios = bk_alloc_array(arena, a->n * b->n, sizeof *ratios);
    double scale = (double)s->n_a / (double)s->n_b; /* sums become means */
    *n = 0;
    for (size_t i = 0; i < a->n; i++) {
        for (size_t k = 0; k < b->n; k++) {
            const struct weighted *x = &a->sum[i], *y = &b->sum[k];
            ratios[(*n)++] =
                (struct weighted){y->value / x->value * scale, x->weight * y->weight};
        }
    }
    return ratios;
}

static struct weighted *draw(struct bk_arena *arena, const struct sides *s,
                             uint64_t seed, size_t *n)
{
    struct bk_random random;
    bk_random_seed(&random, seed);
    struct weighted *ratios =
        bk_alloc_array(arena, BK_BOOTSTRAP_RESAMPLES, sizeof *ratios);
    for (*n = 0; *n < BK_BOOTSTRAP_RESAMPLES; (*n)++) {
        double before = resampled_mean(&random, s->a, s->n_a);
        double after = resampled_mean(&random, s->b, s->n_b);
        ratios[*n] = (struct weighted){after / before, 1};
    }
    return ratios;
}

struct bk_bootstrap bk_bootstrap_ratio(struct bk_arena *arena, const double *a,
                                       size_t n_a, const double *b, size_t n_b,
                                       double confidence, uint64_t seed)
{
    const double nan = (double)NAN;
    struct bk_bootstrap r = {nan, {nan, nan}, nan, nan, 0, false};
    if (n_a == 0 || n_b == 0)
        return r;
    struct bk_arena_mark mark = bk_arena_mark(arena);
    struct sides s = {a, b, n_a, n_b};
    size_t n;
    r.exact = n_a <= MOST_ENUMERATED && n_b <= MOST_ENUMERATED;
    struct weighted *ratios =
        r.exact ? count_all(arena, &s, &n) : draw(arena, &s, seed, &n);
    bool sound = true;
    for (size_t i = 0; i < n; i++) {
        r.resamples += ratios[i].weight;
        sound = sound && isfinite(ratios[i].value);
    }
    if (sound) {
        r.ratio = bk_mean(b, n_b) / bk_mean(a, n_a);
        summarise(ratios, n, confidence, &r);
    }
    bk_arena_release(arena, mark);
    return r;
}
