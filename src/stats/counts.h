/* Proportions and rates of events: exact intervals and tests.
 *
 * Counts are doubles with whole values, so that any count a file can hold fits. */
#ifndef BK_STATS_COUNTS_H
#define BK_STATS_COUNTS_H

#include <stdbool.h>

#include "summary.h"

/* Wilson's interval of a proportion k / n: (p + z2/2n -/+ z sqrt(p(1-p)/n + z2/4n2)) /
 * (1 + z2/n).  E. B. Wilson, JASA 22 (1927).  NAN when n is not above 0 or k not in
 * 0 .. n. */
struct bk_interval bk_wilson(double k, double n, double confidence);

/* The exact interval of a proportion k / n, by quantiles of the beta distribution.
 * C. Clopper and E. Pearson, Biometrika 26 (1934).  NAN as above. */
struct bk_interval bk_clopper_pearson(double k, double n, double confidence);

/* Fisher's exact test that k1 of n1 and k2 of n2 come from one proportion: the two-sided
 * p, the sum over all tables with the same margins that are no likelier than this one (as
 * R and SciPy).  NAN for impossible counts.  Work grows with the square root of the
 * counts at most. */
double bk_fisher(double k1, double n1, double k2, double n2);

/* The exact interval of the mean of a Poisson count k: the means for which k or more, and
 * k or fewer, are as rare as (1 - confidence) / 2.  F. Garwood, Biometrika 28 (1936).
 * Above 10,000 by the cube root of E. B. Wilson and M. M. Hilferty (1931), which agrees
 * to six digits there.  NAN when k is below 0 or infinite. */
struct bk_interval bk_poisson_interval(double k, double confidence);

/* P that all of k events fall among the n2 of n1 + n2 places, if chance puts them there:
 * into a place once at the most (requests that fail: Fisher's tail), or any number
 * (events in equally long runs: what is left of two Poisson counts given their sum).
 * NAN for impossible counts. */
double bk_all_in_second(double k, double n1, double n2, bool once);

struct bk_rate_ratio {
    double ratio;
    struct bk_interval interval; /* exact */
};
/* The ratio of two Poisson rates: k1 events in t1 against k2 in t2.  Given k1 + k2, k1
 * is binomial with odds ratio t1 / t2: bounds of its share are bounds of the ratio
 * (J. Przyborowski and H. Wilenski, Biometrika 31 (1940)). */
struct bk_rate_ratio bk_poisson_ratio(double k1, double t1, double k2, double t2,
                                      double confidence);

#endif
