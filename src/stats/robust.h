/* Outliers inside a baseline, by median and median absolute deviation: only to mark
 * sessions, never to test a new one (with 3 sessions 27 % of good ones would be flagged).
 *
 * B. Iglewicz and D. Hoaglin, How to Detect and Handle Outliers (1993): |z| > 3.5 with
 * z = (x - median) / (1.4826 MAD).  MAD is 0 whenever more than half of the values are
 * equal, so the spread is at least 2 % of the median. */
#ifndef BK_STATS_ROBUST_H
#define BK_STATS_ROBUST_H

#include <stdbool.h>
#include <stddef.h>

struct bk_arena;

struct bk_robust {
    double median;
    double mad;        /* median of |x - median| */
    double mad_spread; /* 1.4826 mad: the standard deviation of normal values */
    double spread;     /* at least 2 % of |median| */
};

/* Of numbers, none of them NAN; all NAN when n is 0.  'a' only for the time of the call. */
struct bk_robust bk_robust_of(struct bk_arena *a, const double *x, size_t n);

/* (x - median) / spread; NAN when the spread is 0. */
double bk_robust_z(const struct bk_robust *r, double x);

/* Is a number of this z further off than 3.5? */
bool bk_is_outlier(double z);

#endif
