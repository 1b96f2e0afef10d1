/* Classic Prometheus histograms and counters: quantiles from cumulative buckets with
 * the bounds that hold for certain, the share below a bound, what a counter grew by.
 *
 * After Prometheus' promql/quantile.go (github.com/prometheus/prometheus,
 * bucketQuantile and ensureMonotonicAndIgnoreSmallDeltas). */
#ifndef BK_STATS_HISTOGRAM_H
#define BK_STATS_HISTOGRAM_H

#include <stdbool.h>
#include <stddef.h>

struct bk_bucket {
    double le;    /* upper bound, inclusive; the last one is +Inf */
    double count; /* observations <= le: cumulative */
};

/* Brings buckets into the form that the other functions want: sorted, equal bounds
 * merged by adding, counts never falling.  *n becomes the number left.  *forced (may be
 * NULL) tells that a count fell by more than rounding.  False when nothing can be said:
 * fewer than two buckets, the last bound not +Inf, a NaN, or no observations. */
bool bk_buckets_order(struct bk_bucket *b, size_t *n, bool *forced);

/* The q-quantile of ordered buckets by linear interpolation, and the bucket it lies
 * in: the true value is in [*low, *high].  In the +Inf bucket the result is the last
 * finite bound, *low the same and *high +Inf: only "> low" is known.
 * NaN when q is NaN, -Inf for q < 0, +Inf for q > 1. */
double bk_bucket_quantile(const struct bk_bucket *b, size_t n, double q, double *low,
                          double *high);

/* The share of observations <= x: interpolated, and what is certain. *low == *high
 * when x is a bucket's bound. */
double bk_bucket_share(const struct bk_bucket *b, size_t n, double x, double *low,
                       double *high);

/* The share of observations in (lower, upper]. */
double bk_bucket_fraction(const struct bk_bucket *b, size_t n, double lower,
                          double upper);

/* What a counter grew by between two readings.  After a reset (the second reading is
 * lower, or 'restarted': the process started in between) it is the second reading, a
 * lower bound; *reset tells so. */
double bk_counter_increase(double before, double after, bool restarted, bool *reset);

/* What a counter grew by over several readings: last - first + the reading before each
 * drop.  *resets (may be NULL) counts the drops. */
double bk_counter_growth(const double *readings, size_t n, size_t *resets);

/* Subtracts the buckets of the first reading from those of the second.  Both must be
 * sorted by le.  If the bounds differ, or any bucket fell, or 'restarted', the whole
 * histogram counts as reset: 'after' stays as it is and the result is true. */
bool bk_buckets_subtract(const struct bk_bucket *before, size_t n_before,
                         struct bk_bucket *after, size_t n_after, bool restarted);

#endif
