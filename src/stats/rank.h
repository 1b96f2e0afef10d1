/* What ranks alone say: Mann and Whitney's test, intervals of quantiles.  Nothing is
 * assumed of the distribution. */
#ifndef BK_STATS_RANK_H
#define BK_STATS_RANK_H

#include <stdbool.h>
#include <stddef.h>

#include "summary.h"

struct bk_arena;

struct bk_mann_whitney {
    double u; /* #{x > y} + #{x = y} / 2 */
    double
        p; /* two-sided: the smaller tail doubled, at most 1; NAN: all values equal */
    bool exact; /* else by the normal distribution */
};

/* Mann and Whitney's U test, conditional on the ties.  Exact up to 50 values a side, 25
 * with ties, as golang.org/x/perf (internal/stats/utest.go), whose doubled tail this is;
 * beyond, normal with variance mn/12 ((N+1) - sum(t^3 - t)/(N(N-1))) and a continuity
 * correction of 1/2.  NAN when a side is empty or holds a NAN.  'a' only for the time of
 * the call. */
struct bk_mann_whitney bk_mann_whitney_test(struct bk_arena *a, const double *x,
                                            size_t n_x, const double *y, size_t n_y);

/* The smallest two-sided p that such a test can give: 2 / C(n_x + n_y, n_x), at most
 * 1. */
double bk_mann_whitney_least_p(size_t n_x, size_t n_y);

/* The interval between two order statistics that covers the q-quantile with at least
 * this confidence, each tail at most (1 - confidence) / 2, by the binomial distribution
 * (H. A. David, Order Statistics, 7.1).  A bound is infinite where n is too small for
 * one: the median needs n >= 6 for 0.95.  'sorted' in rising order. */
struct bk_interval bk_quantile_interval(const double *sorted, size_t n, double q,
                                        double confidence);

/* The ranks of those two order statistics, from 1 to n; 0 and n + 1 where n is too small
 * for a bound.  n = 1000 and q = 0.95: 936 and 964 at 0.95. */
struct bk_interval bk_quantile_ranks(size_t n, double q, double confidence);

#endif
