/* Classic Prometheus histograms and counters; see histogram.h. */
#include "histogram.h"

#include <math.h>
#include <stdlib.h>

/* A relative difference below this is rounding, not a falling count (quantile.go,
 * smallDeltaTolerance). */
#define SMALL_DELTA 1e-12

static int by_le(const void *pa, const void *pb)
{
    double a = ((const struct bk_bucket *)pa)->le;
    double b = ((const struct bk_bucket *)pb)->le;
    return (a > b) - (a < b);
}

static bool has_nan(const struct bk_bucket *b, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (isnan(b[i].le) || isnan(b[i].count))
            return true;
    }
    return false;
}

static size_t merge_equal(struct bk_bucket *b, size_t n)
{
    size_t kept = 0;
    for (size_t i = 1; i < n; i++) {
        if (b[i].le <= b[kept].le)
            b[kept].count += b[i].count;
        else
            b[++kept] = b[i];
    }
    return kept + 1;
}

static bool make_monotone(struct bk_bucket *b, size_t n)
{
    bool forced = false;
    for (size_t i = 1; i < n; i++) {
        double was = b[i - 1].count, is = b[i].count;
        if (fabs(is - was) <= SMALL_DELTA * fmax(fabs(is), fabs(was))) {
            b[i].count = was;
        } else if (is < was) {
            b[i].count = was;
            forced = true;
        }
    }
    return forced;
}

/* As they nearly always come. */
static bool in_order(const struct bk_bucket *b, size_t n)
{
    size_t i = 1;
    while (i < n && b[i - 1].le <= b[i].le)
        i++;
    return i >= n;
}

bool bk_buckets_order(struct bk_bucket *b, size_t *n, bool *forced)
{
    if (forced != NULL)
        *forced = false;
    if (*n < 2 || has_nan(b, *n))
        return false;
    if (!in_order(b, *n))
        qsort(b, *n, sizeof *b, by_le);
    *n = merge_equal(b, *n);
    bool fell = make_monotone(b, *n);
    if (forced != NULL)
        *forced = fell;
    return *n >= 2 && isinf(b[*n - 1].le) && b[*n - 1].le > 0 && b[*n - 1].count > 0 &&
           isfinite(b[*n - 1].count);
}

double bk_bucket_quantile(const struct bk_bucket *b, size_t n, double q, double *low,
                          double *high)
{
    *low = *high = (double)NAN;
    if (isnan(q) || n < 2)
        return (double)NAN;
    if (q < 0 || q > 1)
        return q < 0 ? -(double)INFINITY : (double)INFINITY;
    double rank = q * b[n - 1].count;
    size_t i = 0;
    while (i < n - 1 && b[i].count < rank)
        i++;
    if (i == n - 1) {
        *low = b[n - 2].le;
        *high = (double)INFINITY;
        return b[n - 2].le;
    }
    *high = b[i].le;
    if (i == 0 && b[0].le <= 0) {
        *low = -(double)INFINITY;
        return b[0].le;
    }
    double below = i == 0 ? 0 : b[i - 1].count;
    *low = i == 0 ? 0 : b[i - 1].le;
    return *low + (*high - *low) * (rank - below) / (b[i].count - below);
}

double bk_bucket_share(const struct bk_bucket *b, size_t n, double x, double *low,
                       double *high)
{
    *low = *high = (double)NAN;
    if (isnan(x) || n < 2)
        return (double)NAN;
    double all = b[n - 1].count;
    size_t i = 0;
    while (b[i].le < x && i < n - 1)
        i++;
    double below = i == 0 ? 0 : b[i - 1].count;
    if (b[i].le <= x) {
        *low = *high = b[i].count / all;
        return *low;
    }
    *low = below / all;
    *high = b[i].count / all;
    if (i == n - 1) /* nothing beyond the last finite bound counts */
        return *low;
    if (i == 0 &&
        (b[0].le <= 0 || x <= 0)) /* the first bucket begins at 0 or nowhere */
        return *low;
    double start = i == 0 ? 0 : b[i - 1].le;
    return (below + (b[i].count - below) * (x - start) / (b[i].le - start)) / all;
}

double bk_bucket_fraction(const struct bk_bucket *b, size_t n, double lower,
                          double upper)
{
    double low, high;
    if (isnan(lower) || isnan(upper))
        return (double)NAN;
    if (upper <= lower)
        return 0;
    return bk_bucket_share(b, n, upper, &low, &high) -
           bk_bucket_share(b, n, lower, &low, &high);
}

double bk_counter_increase(double before, double after, bool restarted, bool *reset)
{
    *reset = restarted || after < before;
    return *reset ? after : after - before;
}

double bk_counter_growth(const double *readings, size_t n, size_t *resets)
{
    if (resets != NULL)
        *resets = 0;
    if (n < 2)
        return 0;
    double growth = readings[n - 1] - readings[0];
    for (size_t i = 1; i < n; i++) {
        if (readings[i] >= readings[i - 1])
            continue;
        growth += readings[i - 1];
        if (resets != NULL)
            (*resets)++;
    }
    return growth;
}

bool bk_buckets_subtract(const struct bk_bucket *before, size_t n_before,
                         struct bk_bucket *after, size_t n_after, bool restarted)
{
    bool reset = restarted || n_before != n_after;
    for (size_t i = 0; !reset && i < n_after; i++) {
        bool same = after[i].le >= before[i].le && after[i].le <= before[i].le;
        reset = !same || after[i].count < before[i].count;
    }
    for (size_t i = 0; !reset && i < n_after; i++)
        after[i].count -= before[i].count;
    return reset;
}
