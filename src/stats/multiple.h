/* Many tests at once: adjusted p values.
 *
 * A p that is NAN (nothing could be tested) stays NAN and is no member of the family. */
#ifndef BK_STATS_MULTIPLE_H
#define BK_STATS_MULTIPLE_H

#include <stddef.h>

struct bk_arena;

/* Holm: with the p in rising order, the largest of min(1, (m - j + 1) p_j) over
 * j <= i.  adjusted <= alpha keeps the chance of even one false alarm in the family at or
 * under alpha, however the tests depend on each other.  S. Holm, Scand. J. Statist. 6
 * (1979).  'adjusted' holds n numbers and may be p itself; 'a' only for the time of the
 * call. */
void bk_holm(struct bk_arena *a, const double *p, size_t n, double *adjusted);

/* Benjamini and Hochberg: with the p in rising order, the smallest of p_j m / j over
 * j >= i.  adjusted <= q keeps the expected share of false ones among the alarms at or
 * under q, for tests that are independent or positively dependent.  J. R. Statist. Soc. B
 * 57 (1995). */
void bk_benjamini_hochberg(struct bk_arena *a, const double *p, size_t n,
                           double *adjusted);

#endif
