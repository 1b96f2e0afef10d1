/* A response surface: what settings that were not measured would give, from those that
 * were, with the error that such predictions have.
 *
 * A Gaussian process over logarithms of parameters and of the value (C. E. Rasmussen
 * and C. K. I. Williams, Gaussian Processes for Machine Learning, MIT Press 2006,
 * algorithm 2.1): a constant that nothing is known about, Matern 5/2 with one length a
 * parameter, noise of the measurement.  Lengths, signal and (where no repeats tell it)
 * noise run over a fixed grid; predictions are the mean over the grid, weighted by the
 * marginal likelihood, so nothing depends on a start or a seed.  Errors come from
 * leaving out one setting at a time, in closed form (eq. 5.10 to 5.12 there), with
 * weights that do not know the one left out.
 *
 * A prediction is given only when that error is known and small, and only between
 * what was measured. */
#ifndef BK_STATS_SURFACE_H
#define BK_STATS_SURFACE_H

#include <stdbool.h>
#include <stddef.h>

struct bk_arena;
struct bk_usl;

#define BK_SURFACE_MOST_PARAMS ((size_t)4)
#define BK_SURFACE_MOST_POINTS ((size_t)128)
/* Settings below which the error of d parameters is not known: 6, 9, 12, 15. */
#define BK_SURFACE_LEAST_POINTS(d) (3 + 3 * (d))
#define BK_SURFACE_LEAST_TESTED    ((size_t)5) /* settings left out and predicted */
#define BK_SURFACE_MAX_ERROR       0.15 /* of them, root mean square, beyond the noise */
#define BK_SURFACE_MIN_COVERAGE    0.80 /* of their intervals of 90 % */
#define BK_SURFACE_MAX_REACH       1.35 /* upper bound over the prediction */

/* Why a surface predicts nothing; 0: it does. */
enum bk_surface_flaw {
    BK_SURFACE_NO_PARAMETER = 1,    /* nothing varies */
    BK_SURFACE_TOO_MANY_PARAMS = 2, /* more than BK_SURFACE_MOST_PARAMS vary */
    BK_SURFACE_TOO_FEW = 4,         /* settings */
    BK_SURFACE_TOO_MANY = 8,        /* settings: more than BK_SURFACE_MOST_POINTS */
    BK_SURFACE_INEXACT = 16,        /* error above BK_SURFACE_MAX_ERROR */
    BK_SURFACE_OVERCONFIDENT = 32,  /* coverage below BK_SURFACE_MIN_COVERAGE */
    BK_SURFACE_UNSURE = 64 /* of few settings anything can be said without them */
};

struct bk_surface_points {
    const double *x;       /* n rows of d parameters, each finite and above 0 */
    const double *value;   /* n, each finite and above 0 */
    const double *repeats; /* n, how many sessions each value is the mean of, >= 1;
                              NULL: one each */
    size_t n, d;
    double noise; /* sd of one session, of its logarithm; 0: not known */
};

struct bk_surface; /* in an arena */

/* Fits a surface.  Every x differs from the others in some parameter, and every
 * parameter varies.  The points are copied.  Never NULL; bk_surface_flaws() says
 * whether it may be used. */
struct bk_surface *bk_surface_fit(struct bk_arena *a,
                                  const struct bk_surface_points *points);

struct bk_surface_error {
    double error;    /* root mean square of ln(measured / predicted), as a ratio: 0.08
                        is 8 %; NAN: not known */
    double worst;    /* the largest, likewise */
    double coverage; /* share of settings within the interval of 90 % that was predicted
                        without them */
    double noise;    /* sd of one session: as given, or as fitted */
    bool noise_fitted;
    size_t n, tested; /* settings; those that left out would have been predicted */
};
unsigned bk_surface_flaws(const struct bk_surface *s); /* of enum bk_surface_flaw */
struct bk_surface_error bk_surface_error(const struct bk_surface *s);

/* The law of scalability that predictions are made by instead of the process: where
 * one parameter varies, the law's own rules (scaling.h) allow it, and it misses
 * settings that were left out by less.  Else NULL. */
const struct bk_usl *bk_surface_law(const struct bk_surface *s);

struct bk_surface_prediction {
    double value; /* median of what would be measured */
    double low,
        high; /* interval of 90 % of the level, without the noise of a session */
    double low_once, high_once; /* of one session */
    double mean, sd;            /* the level's logarithm */
    bool between; /* each parameter lies between the least and the largest measured */
    bool known;   /* between, not too uncertain, and the surface has no flaw */
};
/* At d parameters.  A surface without points (TOO_FEW and the like) gives NANs. */
struct bk_surface_prediction bk_surface_at(const struct bk_surface *s, const double *x);

/* How much the level there may be expected to be above 'best', in logarithms: the mean
 * of max(0, level - ln best) (D. R. Jones et al., J. Global Optimization 13 (1998), eq.
 * 15). */
double bk_surface_improvement(const struct bk_surface_prediction *p, double best);

#endif
