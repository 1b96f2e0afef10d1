/* Bootstrap interval of a ratio of means, by percentiles.
 *
 * B. Efron and R. Tibshirani, An Introduction to the Bootstrap (1993), 13.  Visibly too
 * narrow with 4 values a side or fewer: an interval of sessions comes from the t
 * distribution (summary.h); this is for the raw samples of one run, and for 10 sessions
 * a side or more. */
#ifndef BK_STATS_BOOTSTRAP_H
#define BK_STATS_BOOTSTRAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "summary.h"

struct bk_arena;

#define BK_BOOTSTRAP_RESAMPLES 9999

struct bk_bootstrap {
    double ratio; /* mean(b) / mean(a) */
    struct bk_interval interval;
    double least, most; /* of all resamples */
    double resamples;   /* how many there were */
    bool exact;         /* all that exist, no chance involved */
};

/* The interval of mean(b) / mean(a).  Up to 5 values a side every resample is counted,
 * n_a^n_a n_b^n_b of them, so the seed does not matter; beyond, BK_BOOTSTRAP_RESAMPLES
 * are drawn with 'seed'.  The bounds are the resampled ratios at floor(tail N) and
 * ceil((1 - tail) N) - 1 in rising order, tail = (1 - confidence) / 2.  NAN when a side is
 * empty or a mean of a can be 0.  The arena only for the time of the
 * call. */
struct bk_bootstrap bk_bootstrap_ratio(struct bk_arena *arena, const double *a,
                                       size_t n_a, const double *b, size_t n_b,
                                       double confidence, uint64_t seed);

#endif
