/* Mann and Whitney's test, intervals of quantiles; see rank.h. */
#include "rank.h"

#include <math.h>
#include <stdlib.h>

#include "../base/arena.h"
#include "distribution.h"

/* Largest sides that are counted out (utest.go: MannWhitneyExactLimit and
 * MannWhitneyTiesExactLimit). */
#define EXACT_LIMIT      50
#define EXACT_TIES_LIMIT 25

struct item {
    double value;
    bool is_x;
};

static int by_value(const void *a, const void *b)
{
    double x = ((const struct item *)a)->value, y = ((const struct item *)b)->value;
    return (x > y) - (x < y);
}

/* Both sides in rising order; how many of equal value stand together from 'at' on. */
static size_t group_at(const struct item *items, size_t n, size_t at)
{
    size_t end = at + 1;
    while (end < n && !(items[end].value > items[at].value))
        end++;
    return end - at;
}

/* Twice U, which is whole: each x counts 2 for a y below it, 1 for an equal one. */
static size_t twice_u(const struct item *items, size_t n)
{
    size_t sum = 0, below = 0;
    for (size_t i = 0; i < n;) {
        size_t size = group_at(items, n, i), xs = 0;
        for (size_t k = i; k < i + size; k++)
            xs += items[k].is_x;
        sum += xs * (2 * below + (size - xs));
        below += size - xs;
        i += size;
    }
    return sum;
}

/* Ways to deal out x and y: ways[i * width + u] with i x dealt so far gives a doubled U of
 * u.  A group of g equal values of which k are x adds k (2 y below + g - k), in C(g, k)
 * ways.  In place: from many x to few, so that a group counts once. */
struct ways {
    double *count;
    size_t n_x, n_y, width; /* width: 2 n_x n_y + 1 */
};

static void deal_group(struct ways *w, size_t dealt, size_t size)
{
    for (size_t after = w->n_x + 1; after-- > 0;) {
        double *into = w->count + after * w->width;
        double choose = 1;
        for (size_t k = 1; k <= size && k <= after; k++) {
            choose = choose * (double)(size - k + 1) / (double)k;
            size_t before = after - k;
            if (before > dealt || dealt - before > w->n_y)
                continue;
            size_t adds = k * (2 * (dealt - before) + size - k);
            const double *from = w->count + before * w->width;
            for (size_t u = adds; u < w->width; u++)
                into[u] += choose * from[u - adds];
        }
    }
}

/* The smaller of the probabilities of a doubled U at or under, and at or over, 'u'.  With
 * ties the two tails are not mirror images. */
static double exact_tail(struct bk_arena *a, const struct item *items, size_t n_x,
                         size_t n_y, size_t u)
{
    struct ways w = {NULL, n_x, n_y, 2 * n_x * n_y + 1};
    size_t n = n_x + n_y;
    w.count = bk_alloc_array(a, (n_x + 1) * w.width, sizeof *w.count);
    w.count[0] = 1;
    for (size_t i = 0; i < n;) {
        size_t size = group_at(items, n, i);
        deal_group(&w, i, size);
        i += size;
    }
    const double *all = w.count + n_x * w.width;
    double below = 0, above = 0, total = 0;
    for (size_t k = 0; k < w.width; k++) {
        total += all[k];
        below += k <= u ? all[k] : 0;
        above += k >= u ? all[k] : 0;
    }
    return fmin(below, above) / total;
}

static double normal_p(const struct item *items, size_t n_x, size_t n_y, double u)
{
    size_t n = n_x + n_y;
    double ties = 0, m = (double)n_x * (double)n_y, count = (double)n;
    for (size_t i = 0; i < n;) {
        size_t size = group_at(items, n, i);
        double t = (double)size;
        ties += t * t * t - t;
        i += size;
    }
    double variance = m / 12 * (count + 1 - ties / (count * (count - 1)));
    double off = fmax(fabs(u - m / 2) - 0.5, 0);
    return fmin(1, 2 * bk_normal_below(-off / sqrt(variance)));
}

static bool add_side(struct item *items, const double *x, size_t n, bool is_x)
{
    for (size_t i = 0; i < n; i++) {
        if (isnan(x[i]))
            return false;
        items[i] = (struct item){x[i], is_x};
    }
    return n > 0;
}

static bool has_ties(const struct item *items, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        if (!(items[i].value > items[i - 1].value))
            return true;
    }
    return false;
}

static struct bk_mann_whitney test_items(struct bk_arena *a, struct item *items,
                                         size_t n_x, size_t n_y)
{
    size_t n = n_x + n_y, most = n_x > n_y ? n_x : n_y;
    qsort(items, n, sizeof *items, by_value);
    struct bk_mann_whitney r = {(double)NAN, (double)NAN, true};
    r.exact = most <= (has_ties(items, n) ? EXACT_TIES_LIMIT : EXACT_LIMIT);
    size_t u = twice_u(items, n);
    r.u = (double)u / 2;
    if (group_at(items, n, 0) == n)
        return r;
    r.p = r.exact ? fmin(1, 2 * exact_tail(a, items, n_x, n_y, u))
                  : normal_p(items, n_x, n_y, r.u);
    return r;
}

struct bk_mann_whitney bk_mann_whitney_test(struct bk_arena *a, const double *x,
                                            size_t n_x, const double *y, size_t n_y)
{
    struct bk_arena_mark mark = bk_arena_mark(a);
    struct bk_mann_whitney r = {(double)NAN, (double)NAN, false};
    struct item *items = bk_alloc_array(a, n_x + n_y + 1, sizeof *items);
    /* counting the smaller side's places is less work */
    bool swap = n_x > n_y;
    if (add_side(items, x, n_x, !swap) && add_side(items + n_x, y, n_y, swap))
        r = test_items(a, items, swap ? n_y : n_x, swap ? n_x : n_y);
    if (swap)
        r.u = (double)n_x * (double)n_y - r.u;
    bk_arena_release(a, mark);
    return r;
}

double bk_mann_whitney_least_p(size_t n_x, size_t n_y)
{
    double m = (double)n_x, n = (double)n_y;
    return fmin(1, 2 / exp(lgamma(m + n + 1) - lgamma(m + 1) - lgamma(n + 1)));
}

/* How many order statistics may be cut off at the low end: the largest k with
 * P(Bin(n, q) < k) <= tail. */
static size_t cut_off(size_t n, double q, double tail)
{
    size_t low = 0, high = n + 1; /* low may be cut, high not */
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (bk_binomial_below((double)middle - 1, (double)n, q) <= tail)
            low = middle;
        else
            high = middle;
    }
    return low;
}

struct bk_interval bk_quantile_ranks(size_t n, double q, double confidence)
{
    double tail = (1 - confidence) / 2;
    struct bk_interval ranks = {0, (double)n + 1};
    if (n == 0 || !(q > 0 && q < 1) || !(tail > 0))
        return ranks;
    ranks.low = (double)cut_off(n, q, tail);
    ranks.high = (double)n + 1 - (double)cut_off(n, 1 - q, tail);
    return ranks;
}

struct bk_interval bk_quantile_interval(const double *sorted, size_t n, double q,
                                        double confidence)
{
    struct bk_interval i = {(double)-INFINITY, (double)INFINITY};
    struct bk_interval ranks = bk_quantile_ranks(n, q, confidence);
    if (ranks.low >= 1)
        i.low = sorted[(size_t)ranks.low - 1];
    if (ranks.high <= (double)n)
        i.high = sorted[(size_t)ranks.high - 1];
    return i;
}
