/* What settings that were not tried would give: a response surface over a set of
 * trials.
 *
 * The surface (stats/surface.h) is over the numeric parameters in which the trials
 * differ; in all others they must be like the one that it is about.  Where the
 * nearest trial failed, or broke a goal, nothing is predicted: what broke it may
 * break its neighbour.  Nor between two neighbouring levels with a cliff between
 * them. */
#ifndef BK_QUERY_PREDICT_H
#define BK_QUERY_PREDICT_H

#include "../stats/surface.h"
#include "evidence.h"

struct bk_predictor {
    const struct bk_trials *trials;
    const struct bk_trial *like; /* all trials of the surface are, but for its axes */
    struct bk_surface *surface;
    size_t *axes; /* indexes of the trials' axes */
    size_t n_axes;
    const struct bk_trial **members; /* valid trials, then those that broke */
    size_t n_members, n_points;
    bool usable;           /* it has no flaw */
    struct bk_str refused; /* why it predicts nothing: a sentence */
    struct bk_str means;   /* what errors it makes: a sentence; empty: not known */
};

/* The surface of the objective round one trial.  In the arena of the trials.
 * 'quickly': none is fitted (it takes up to half a second); only places may be asked
 * for. */
struct bk_predictor *bk_predict_fit(const struct bk_trials *t,
                                    const struct bk_trial *like, bool quickly);

/* At levels of all axes of the set, of a predictor that is usable.  Of an objective
 * whose small values are good the interval is one of values all the same.  'mean'
 * and 'sd' are of what is to be made large: the logarithm, its sign turned where
 * small is good. */
struct bk_surface_prediction bk_predict_at(const struct bk_predictor *p,
                                           const double *levels);
/* Three in four that a prediction is better than this value of the objective: less is
 * not told as one that is. */
bool bk_predict_is_better(const struct bk_predictor *p,
                          const struct bk_surface_prediction *at, double best);
/* Did the nearest trial fail, or break a goal? */
bool bk_predict_is_risky(const struct bk_predictor *p, const double *levels);
/* Settings of the tried levels that were not tried themselves, in the order of the
 * axes; levels of all axes each.  At most 'most', those nearest to 'like' first when
 * there are more. */
struct bk_places {
    double **levels;
    size_t n;
};
struct bk_places bk_predict_places(const struct bk_predictor *p, size_t most);

/* Pairs of a trial with other levels of the axes; as many as there were, in the
 * arena. */
struct bk_pair *bk_predict_pairs(const struct bk_trials *t, const struct bk_trial *like,
                                 const double *levels, const struct bk_pair *pairs,
                                 size_t n);

#endif
