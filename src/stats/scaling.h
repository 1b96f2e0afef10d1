/* Scalability: how throughput grows with load, where it bends, and where it breaks.
 *
 * The Universal Scalability Law is N. J. Gunther's, X(N) = gamma N / (1 + alpha (N - 1)
 * + beta N (N - 1)) (Guerrilla Capacity Planning, Springer 2007), with gamma as in the
 * R package usl (CRAN, R/usl.R, R/scalability.R).  The knee is Kneedle's (V. Satopaa et
 * al., Finding a "Kneedle" in a Haystack, ICDCSW 2011). */
#ifndef BK_STATS_SCALING_H
#define BK_STATS_SCALING_H

#include <stdbool.h>
#include <stddef.h>

#define BK_USL_MIN_POINTS ((size_t)6) /* distinct loads below which nothing is fitted */
#define BK_USL_MIN_R2     0.95
#define BK_USL_MAX_RMSE   0.10 /* of the mean throughput */
#define BK_USL_MAX_REACH  1.5  /* the peak over the largest load tested */

/* Why a fit may not be used; 0: it may. */
enum bk_usl_flaw {
    BK_USL_TOO_FEW = 1,  /* fewer than BK_USL_MIN_POINTS distinct loads */
    BK_USL_POOR_FIT = 2, /* R2 below BK_USL_MIN_R2 */
    BK_USL_NOISY = 4,    /* rmse over BK_USL_MAX_RMSE of the mean */
    BK_USL_FAR_PEAK = 8  /* the peak lies beyond what was tested */
};

struct bk_usl {
    double alpha, beta, gamma;          /* contention, coherency, throughput of N = 1 */
    double se_alpha, se_beta, se_gamma; /* NAN without degrees of freedom */
    double n_max;   /* load of the peak; INFINITY when beta is 0: a plateau */
    double x_max;   /* throughput there */
    double n_opt;   /* 1 / alpha; INFINITY when alpha is 0 */
    double x_limit; /* gamma / alpha, Amdahl's bound; INFINITY when alpha is 0 */
    double r2;
    double rmse;           /* sqrt(sum of squares / n) */
    double worst_residual; /* largest |residual| / measured */
    double worst_at;       /* its load */
    unsigned flaws;        /* of enum bk_usl_flaw */
};

/* Fits n points by bounded nonlinear least squares (Levenberg and Marquardt with
 * projection, 0 <= alpha, beta <= 1, gamma >= 0, from several starts).  load > 0 and
 * throughput >= 0, in any order.  False, and nothing is set, when there are fewer than
 * three distinct loads or no throughput above 0. */
bool bk_usl_fit(const double *load, const double *throughput, size_t n,
                struct bk_usl *fit);
/* X(N) of a fit. */
double bk_usl_at(const struct bk_usl *fit, double load);

/* The knee of n points in order of load, with sensitivity S = 1: the index of the first
 * maximum of the normalised distance from the diagonal that is followed by a fall below
 * its threshold.  BK_NO_KNEE: there is none, or fewer than three points. */
#define BK_NO_KNEE ((size_t)-1)
size_t bk_knee(const double *load, const double *throughput, size_t n);

/* The smallest load whose throughput is at least (1 - tolerance) times the largest;
 * an index. n > 0. */
size_t bk_plateau(const double *throughput, size_t n, double tolerance);

/* A fall to less than this of what was before is a cliff: no smooth law describes it. */
#define BK_CLIFF 0.70

/* The neighbours between which throughput falls most, as a ratio of the later to the
 * earlier: *index is the earlier one.  1 when it never falls. */
double bk_steepest_fall(const double *throughput, size_t n, size_t *index);

/* Where values first go beyond a limit and stay there: the index of the first of the
 * last unbroken stretch of values > limit that reaches to the end and has at least
 * 'lasting' values.  NANs are passed over.  n: they do not. */
size_t bk_onset(const double *value, size_t n, double limit, size_t lasting);

#endif
