/* Sums of each metric and set of tags, added up while points come in. */
#include "internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_SLOTS ((size_t)1024)

struct bk_pair_sum *bk_sums_at(const struct bk_sums *t, size_t i)
{
    return &t->pages[i / BK_SUM_PAGE][i % BK_SUM_PAGE];
}

/* Fibonacci hashing; a free slot or the pair's. */
static uint32_t *slot_of(const struct bk_sums *t, size_t metric, size_t set)
{
    uint64_t key = (uint64_t)metric << 16 | set;
    size_t at = (size_t)((key * UINT64_C(11400714819323198485)) >> 32);
    for (;; at++) {
        uint32_t *slot = &t->slots[at & (t->n_slots - 1)];
        if (*slot == 0)
            return slot;
        const struct bk_pair_sum *p = bk_sums_at(t, *slot - 1);
        if (p->metric == metric && p->set == set)
            return slot;
    }
}

struct bk_pair_sum *bk_sums_find(const struct bk_sums *t, size_t metric, size_t set)
{
    if (t->n == 0)
        return NULL;
    uint32_t at = *slot_of(t, metric, set);
    return at > 0 ? bk_sums_at(t, at - 1) : NULL;
}

static void grow(struct bk_sums *t)
{
    free(t->slots);
    t->n_slots = t->n_slots > 0 ? 2 * t->n_slots : FIRST_SLOTS;
    t->slots = bk_realloc(NULL, t->n_slots * sizeof *t->slots);
    memset(t->slots, 0, t->n_slots * sizeof *t->slots);
    for (size_t i = 0; i < t->n; i++) {
        const struct bk_pair_sum *p = bk_sums_at(t, i);
        *slot_of(t, p->metric, p->set) = (uint32_t)(i + 1);
    }
}

struct bk_pair_sum *bk_sums_get(struct bk_sums *t, size_t metric, size_t set)
{
    if (2 * t->n >= t->n_slots)
        grow(t);
    uint32_t *slot = slot_of(t, metric, set);
    if (*slot > 0)
        return bk_sums_at(t, *slot - 1);
    if (t->n == BK_MAX_SUMS)
        return NULL;
    struct bk_pair_sum **page = &t->pages[t->n / BK_SUM_PAGE];
    if (*page == NULL)
        *page = bk_realloc(NULL, BK_SUM_PAGE * sizeof **page);
    *slot = (uint32_t)++t->n;
    struct bk_pair_sum *p = bk_sums_at(t, t->n - 1);
    *p = (struct bk_pair_sum){
        .sum = {.min = (double)INFINITY,
                .max = -(double)INFINITY,
                .first_ns = INT64_MAX,
                .last_ns = INT64_MIN},
        .metric = (uint16_t)metric,
        .set = (uint16_t)set,
    };
    return p;
}

static void add(struct bk_pair_sum *p, double x, int64_t time_ns)
{
    struct bk_sample_sum *s = &p->sum;
    s->n++;
    s->above_zero += x > 0;
    bk_add_exactly(&s->sum, &p->lost, x);
    bk_add_exactly(&s->sum_of_squares, &p->lost_of_squares, x * x);
    s->min = x < s->min ? x : s->min;
    s->max = x > s->max ? x : s->max;
    s->last = x;
    s->first_ns = time_ns < s->first_ns ? time_ns : s->first_ns;
    s->last_ns = time_ns > s->last_ns ? time_ns : s->last_ns;
}

bool bk_sums_add(struct bk_sums *t, const struct bk_chunk_groups *groups, size_t group,
                 const struct bk_sample_columns *points, uint64_t before,
                 struct bk_err *err)
{
    const struct bk_chunk_group *g = &groups->groups[group];
    struct bk_pair_sum *p = NULL;
    for (uint32_t i = g->first; i < g->first + g->n; i++) {
        uint16_t place = groups->places[i], set = points->sets[place];
        if (p == NULL || p->set != set)
            p = bk_sums_get(t, g->metric, set);
        if (p == NULL)
            return bk_fail(err, BK_EINPUT,
                           "more than %zu combinations of metrics and tags",
                           BK_MAX_SUMS);
        add(p, groups->values[i], points->times_ns[place]);
        p->last_at = before + place;
    }
    return true;
}

/* A sum that overflowed has lost what is no number. */
static double settled(double sum, double lost)
{
    return isfinite(sum + lost) ? sum + lost : sum;
}

void bk_sums_settle(struct bk_sums *t)
{
    for (size_t i = 0; i < t->n; i++) {
        struct bk_pair_sum *p = bk_sums_at(t, i);
        p->sum.sum = settled(p->sum.sum, p->lost);
        p->sum.sum_of_squares = settled(p->sum.sum_of_squares, p->lost_of_squares);
        p->lost = p->lost_of_squares = 0;
    }
}

static void join(struct bk_pair_sum *to, const struct bk_pair_sum *p)
{
    struct bk_sample_sum *sum = &to->sum;
    if (sum->n == 0) {
        *to = *p;
        to->lost = to->lost_of_squares = 0;
        return;
    }
    if (p->last_at > to->last_at) {
        to->last_at = p->last_at;
        sum->last = p->sum.last;
    }
    sum->n += p->sum.n;
    sum->above_zero += p->sum.above_zero;
    bk_add_exactly(&sum->sum, &to->lost, p->sum.sum);
    bk_add_exactly(&sum->sum_of_squares, &to->lost_of_squares, p->sum.sum_of_squares);
    sum->min = fmin(sum->min, p->sum.min);
    sum->max = fmax(sum->max, p->sum.max);
    if (p->sum.first_ns < sum->first_ns)
        sum->first_ns = p->sum.first_ns;
    if (p->sum.last_ns > sum->last_ns)
        sum->last_ns = p->sum.last_ns;
}

void bk_sums_totals(const struct bk_sums *t, const uint8_t *taken, size_t n,
                    struct bk_sample_sum *totals)
{
    struct bk_pair_sum *all = bk_realloc(NULL, (n + 1) * sizeof *all);
    for (size_t i = 0; i < n; i++)
        all[i] = (struct bk_pair_sum){0};
    for (size_t i = 0; i < t->n; i++) {
        const struct bk_pair_sum *p = bk_sums_at(t, i);
        if (p->metric < n && (taken == NULL || taken[p->set]))
            join(&all[p->metric], p);
    }
    for (size_t i = 0; i < n; i++) {
        totals[i] = all[i].sum;
        totals[i].sum = settled(all[i].sum.sum, all[i].lost);
        totals[i].sum_of_squares =
            settled(all[i].sum.sum_of_squares, all[i].lost_of_squares);
    }
    free(all);
}

void bk_sums_free(struct bk_sums *t)
{
    for (size_t i = 0; i < sizeof t->pages / sizeof *t->pages; i++)
        free(t->pages[i]);
    free(t->slots);
    *t = (struct bk_sums){0};
}
