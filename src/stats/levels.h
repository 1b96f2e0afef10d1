/* Steps of a series by the L1 Potts model: the second opinion on change points.
 *
 * Minimises gamma (number of jumps) + sum |y - median of its segment|, with gamma chosen
 * by an information criterion with autocorrelated noise, as
 * github.com/airspeed-velocity/asv does (asv/step_detect.py at 7032df70; F. Friedrich et
 * al., J. Comput. Graph. Stat. 17 (2008)), all weights equal: a session is one value. */
#ifndef BK_STATS_LEVELS_H
#define BK_STATS_LEVELS_H

#include <stdbool.h>
#include <stddef.h>

struct bk_arena;
struct bk_change_point;

struct bk_level {
    size_t start, end; /* [start, end) */
    double value;      /* median */
    double least;      /* minimum */
    double error;      /* mean of |y - median| */
};

/* Longest series that is looked at whole: medians of all its parts are kept, 4 MB. */
#define BK_LEVELS_MOST 500

/* The steps of y[0 .. n-1] from left to right, in 'a'; *found of them.  Of a longer series
 * than BK_LEVELS_MOST only its end, start counting from 0 all the same.  *gamma (may be
 * NULL) is the penalty that was chosen.  NULL and none when y is empty or holds something
 * that is not finite. */
struct bk_level *bk_levels(struct bk_arena *a, const double *y, size_t n, size_t *found,
                           double *gamma);

/* The same for a given penalty. */
struct bk_level *bk_levels_at(struct bk_arena *a, const double *y, size_t n,
                              double gamma, size_t *found);

/* asv's rule for a series whose low values are good: going back from the newest step, each
 * step better than the best since by more than both errors and 'threshold' (0.05) of it is
 * where a regression starts; steps under 2 long are passed over when the level comes back
 * (detect_regressions). */
struct bk_level_regression {
    size_t before, after; /* last of the good step, first of the next */
    double value_before, best_after;
};
struct bk_level_verdict {
    double latest, best;
    struct bk_level_regression *regressions; /* oldest first, in the arena */
    size_t n;
};
struct bk_level_verdict bk_level_regressions(struct bk_arena *a,
                                             const struct bk_level *steps, size_t n,
                                             double threshold);

/* --- do two detectors agree? --- */

/* How well steps bear out one change: 1 when a step of the same direction starts at the
 * same session, 2/3 and 1/3 for one and two sessions off, else 0.  Directions are those of
 * the values, so both must have seen the same series (logarithms will do for one). */
double bk_level_agreement(const struct bk_change_point *change,
                          const struct bk_level *steps, size_t n);

struct bk_marks { /* indexes of changes in rising order, without 0 */
    const size_t *at;
    size_t n;
};
/* The F1 measure of found changes against what annotators marked, as the Turing Change
 * Point Dataset scores (github.com/alan-turing-institute/TCPDBench, f_measure): index 0
 * belongs to every set, a mark is hit by one found within 'margin', precision counts hits
 * of the union of all annotators, recall is averaged over them.  With one "annotator" this
 * tells how far two detectors agree. */
double bk_marks_f1(const struct bk_marks *annotators, size_t n_annotators,
                   const struct bk_marks *found, size_t margin);

#endif
