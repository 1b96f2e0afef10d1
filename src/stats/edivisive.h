/* Change points of a series of sessions: E-divisive means in sliding windows, each point
 * tested by Student's t between its neighbouring segments, weak points merged away.
 *
 * D. Matteson and N. James, A nonparametric approach for multiple change point analysis,
 * arXiv:1306.4933, with the t test, windows and merging of M. Fleming et al., Hunter,
 * arXiv:2301.03034, as in github.com/apache/otava (otava/analysis.py,
 * otava/change_point_divisive/calculator.py at 1ceb1537).  benchkeep's rule departs from
 * Otava's on purpose: sample variances (n - 1; Otava hands a population's to a function
 * that wants a sample's, which makes 2 + 2 points twice as significant as they are), no
 * segment under 2 sessions, none but series of 8 sessions or more, both neighbours tested
 * again after a merge, and an effect that matters.  bk_change_point_rule_otava is Otava to the
 * letter, to compare with.
 *
 * The p of a point is that of a place chosen because it looks best, and so no error rate:
 * hence the level of 0.001.  docs/regression-methods.md has the measured rates. */
#ifndef BK_STATS_EDIVISIVE_H
#define BK_STATS_EDIVISIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bk_arena;

enum bk_shift_scale {
    BK_SHIFT_LOG,   /* values are logarithms: change = exp(difference of means) - 1 */
    BK_SHIFT_SHARE, /* change = difference of means */
    BK_SHIFT_RATIO, /* change = ratio of means - 1 */
};

struct bk_change_point_rule {
    enum bk_shift_scale scale;
    size_t window;       /* sessions looked at together: 50; 0: all */
    size_t min_segment;  /* 2 */
    size_t min_sessions; /* 8 */
    double max_p;        /* 0.001; weak points are taken up from 10 times that */
    double floor;        /* smallest |change| that matters */
    bool otava;          /* population variances, Otava's merging and comparisons */
};
/* benchkeep's rule, on logarithms and without a floor; Otava's defaults. */
extern const struct bk_change_point_rule bk_change_point_rule_default,
    bk_change_point_rule_otava;

struct bk_change_point {
    size_t index;         /* of the first session of the new level */
    double t, p;          /* Student, between the segments on both sides */
    double change;        /* as the scale says */
    double before, after; /* means of the segments */
    size_t n_before, n_after;
};

/* The change points of z[0 .. n-1] in rising order, in 'a' (NULL when there are none);
 * *found of them.  None when a value is not finite: leave gaps out.  Time O(n window),
 * for a window of 0 O(n^2); memory O(window) besides the result. */
struct bk_change_point *bk_change_points(struct bk_arena *a,
                                         const struct bk_change_point_rule *rule,
                                         const double *z, size_t n, size_t *found);

struct bk_candidate {
    size_t index; /* first of the right-hand side; 0: none */
    double q;
};
/* Where the two-sample energy statistic
 *   Q = 2/(n+m) sum|Xi-Yj| - 2m/((n+m)(n-1)) sum|Xi-Xk| - 2n/((n+m)(m-1)) sum|Yj-Yk|
 * of X = z[0 .. tau-1], Y = z[tau .. kappa-1] is largest over all tau and kappa; the sum
 * within a side of 1 is 0.  Both sides, and what is left of z behind tau, have at least
 * min_segment (> 0) values.  O(n^2). */
struct bk_candidate bk_change_point_candidate(struct bk_arena *a, const double *z,
                                              size_t n, size_t min_segment);

/* How likely a largest Q as large as that of z is in a random order of z: all n! orders
 * up to n = 8, else (1 + those as large) / (1 + orders) of 'orders' drawn with 'seed'. */
double bk_change_point_permutation_p(struct bk_arena *a, const double *z, size_t n,
                                     size_t orders, uint64_t seed);

#endif
