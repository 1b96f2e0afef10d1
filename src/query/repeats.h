/* Two sides with repeated sessions: what may be said of their difference.
 *
 * The unit is the session here too: several runs of one session are their median. */
#ifndef BK_QUERY_REPEATS_H
#define BK_QUERY_REPEATS_H

#include "judge.h"
#include "match.h"

/* The numbers of one side, each with its session. */
struct bk_repeats {
    const double *values;
    const struct bk_str *sessions;
    size_t n;
};

/* Have the first and the last side of one of the first n matches three sessions or more
 * together? */
bool bk_repeats_in(struct bk_arena *a, const struct bk_matches *matches, size_t n);
/* How many sessions there are. */
size_t bk_repeats_sessions(struct bk_arena *a, const struct bk_repeats *side);

/* The evidence of 'new' against 'old'; 'valid' is false when a side's runs cannot be
 * believed in this quantity.  The quantity must outlive the case. */
void bk_repeats_measure(struct bk_arena *a, const struct bk_quantity *q,
                        const struct bk_repeats *old, const struct bk_repeats *new,
                        bool valid, struct bk_case *c);

#endif
