/* Where a series stays level: the steady part of a load test between ramp and drain. */
#ifndef BK_STATS_STEADY_H
#define BK_STATS_STEADY_H

#include <stdbool.h>
#include <stddef.h>

struct bk_stretch {
    size_t first, end; /* [first, end) */
};

/* The longest stretch of x in which the largest number is at most (1 + tolerance) times
 * the smallest, which is above 0; the earliest of equally long ones.  False when none
 * has 'shortest' numbers.  One pass with two queues (Lemire, arXiv cs/0610046). */
bool bk_steady(const double *x, size_t n, double tolerance, size_t shortest,
               struct bk_stretch *stretch);

#endif
