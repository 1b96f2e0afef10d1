/* Rules of other tools, each written from its published description, on the same series
 * as benchkeep's: one value a session, higher is better.  They are models of those tools'
 * decision rules for this comparison, not the tools themselves. */
#ifndef BK_BENCH_RIVALS_H
#define BK_BENCH_RIVALS_H

#include <stdbool.h>
#include <stddef.h>

struct bk_arena;

struct trial { /* values[0 .. n_old-1] before the change, then n_new after it */
    const double *values;
    size_t n_old, n_new;
};

struct rival {
    const char *name;
    const char *rule; /* in words, with its source */
    double nominal;   /* false alarms a test that it promises; 0: promises nothing */
    bool (*alarms)(struct bk_arena *a, const struct trial *t); /* a regression? */
};

extern const struct rival bench_rivals[];
extern const size_t bench_n_rivals;

#endif
