/* Surfaces of trials (see predict.h). */
#include "predict.h"

#include "../base/num.h"
#include "../stats/distribution.h"
#include "../stats/scaling.h"
#include "capacity.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SURELY         0.75 /* that a prediction is better */
#define KNOWN_NOISE_DF 5.0  /* as for borrowed noise: fewer do not tell it */

static bool same(double a, double b)
{
    return (isnan(a) && isnan(b)) || (!(a < b) && !(a > b) && !isnan(a) && !isnan(b));
}

static bool has_value(const struct bk_trial *trial)
{
    return trial->n_valid > 0 && trial->figures[0].n > 0 && trial->figures[0].value > 0;
}

static bool is_broken(const struct bk_trial *trial)
{
    return trial->n_valid == 0 || trial->feasible == BK_BREAKS;
}

/* --- which trials --- */

/* An axis that a surface may run along: numbers above 0 in every trial that has it. */
static bool may_run_along(const struct bk_trials *t, size_t axis)
{
    if (!t->axes[axis].numeric || t->axes[axis].n_levels == 0)
        return false;
    return t->axes[axis].levels[0] > 0;
}

static bool is_like(const struct bk_trials *t, const struct bk_trial *trial,
                    const struct bk_trial *like)
{
    for (size_t i = 0; i < t->n_axes; i++) {
        bool alike = same(trial->levels[i], like->levels[i]);
        bool along =
            may_run_along(t, i) && !isnan(trial->levels[i]) && !isnan(like->levels[i]);
        if (!alike && !along)
            return false;
    }
    return true;
}

static void find_members(struct bk_predictor *p)
{
    const struct bk_trials *t = p->trials;
    p->members = bk_alloc_array(t->arena, t->n + 1, sizeof *p->members);
    for (size_t i = 0; i < t->n; i++)
        if (has_value(&t->items[i]) && is_like(t, &t->items[i], p->like))
            p->members[p->n_points++] = &t->items[i];
    p->n_members = p->n_points;
    for (size_t i = 0; i < t->n; i++)
        if (!has_value(&t->items[i]) && is_broken(&t->items[i]) &&
            is_like(t, &t->items[i], p->like))
            p->members[p->n_members++] = &t->items[i];
}

static void find_axes(struct bk_predictor *p)
{
    const struct bk_trials *t = p->trials;
    p->axes = bk_alloc_array(t->arena, t->n_axes + 1, sizeof *p->axes);
    for (size_t i = 0; i < t->n_axes && p->n_points > 0; i++) {
        bool differs = false;
        for (size_t k = 1; k < p->n_points; k++)
            differs =
                differs || !same(p->members[k]->levels[i], p->members[0]->levels[i]);
        if (differs)
            p->axes[p->n_axes++] = i;
    }
}

/* --- fitting --- */

static double noise_of(const struct bk_trials *t)
{
    double df, noise = bk_trials_noise(t, 0, &df);
    return df >= KNOWN_NOISE_DF && noise > 0 ? noise : 0;
}

static void fit(struct bk_predictor *p)
{
    struct bk_arena *a = p->trials->arena;
    size_t n = p->n_points, d = p->n_axes;
    double *x = bk_alloc_array(a, n * d + 1, sizeof *x);
    double *value = bk_alloc_array(a, n + 1, sizeof *value);
    double *repeats = bk_alloc_array(a, n + 1, sizeof *repeats);
    for (size_t i = 0; i < n; i++) {
        const struct bk_figure *f = &p->members[i]->figures[0];
        value[i] = bk_trials_sign(p->trials) > 0 ? f->value : 1 / f->value;
        repeats[i] = (double)f->n;
        for (size_t k = 0; k < d; k++)
            x[i * d + k] = p->members[i]->levels[p->axes[k]];
    }
    const struct bk_surface_points points = {.x = x,
                                             .value = value,
                                             .repeats = repeats,
                                             .n = n,
                                             .d = d,
                                             .noise = noise_of(p->trials)};
    p->surface = bk_surface_fit(a, &points);
    p->usable = bk_surface_flaws(p->surface) == 0;
}

/* --- sentences --- */

static struct bk_str why_refused(const struct bk_predictor *p)
{
    struct bk_arena *a = p->trials->arena;
    struct bk_surface_error e = bk_surface_error(p->surface);
    unsigned flaws = bk_surface_flaws(p->surface);
    if (flaws == 0)
        return (struct bk_str){NULL, 0};
    if (flaws & BK_SURFACE_NO_PARAMETER)
        return BK_S(
            "no numeric parameter differs between valid trials that are alike in "
            "all else");
    if (flaws & BK_SURFACE_TOO_MANY_PARAMS)
        return bk_fmt(a, "%zu parameters differ, more than %zu", p->n_axes,
                      BK_SURFACE_MOST_PARAMS);
    if (flaws & BK_SURFACE_TOO_FEW)
        return bk_fmt(a,
                      "%zu setting%s measured; over %zu parameter%s it takes %zu to "
                      "know how far a prediction is off",
                      p->n_points, p->n_points == 1 ? " was" : "s were", p->n_axes,
                      p->n_axes == 1 ? "" : "s", BK_SURFACE_LEAST_POINTS(p->n_axes));
    if (flaws & BK_SURFACE_TOO_MANY)
        return bk_fmt(a, "%zu settings were measured, more than %zu", p->n_points,
                      BK_SURFACE_MOST_POINTS);
    if (flaws & BK_SURFACE_UNSURE)
        return bk_fmt(a,
                      "left out one at a time, %zu of %zu settings could be predicted "
                      "from the others within %.*s",
                      e.tested, e.n,
                      BK_F(bk_capacity_percent(a, BK_SURFACE_MAX_REACH - 1)));
    if (flaws & BK_SURFACE_INEXACT)
        return bk_fmt(
            a,
            "settings left out one at a time are missed by %.*s; no more than "
            "%.*s is allowed",
            BK_F(bk_capacity_percent(a, e.error)),
            BK_F(bk_capacity_percent(a, BK_SURFACE_MAX_ERROR)));
    return bk_fmt(
        a,
        "of settings left out one at a time %.*s lie within their interval of "
        "90 %%",
        BK_F(bk_capacity_percent(a, e.coverage)));
}

static struct bk_str what_errors(const struct bk_predictor *p)
{
    struct bk_arena *a = p->trials->arena;
    struct bk_surface_error e = bk_surface_error(p->surface);
    if (e.tested == 0)
        return (struct bk_str){NULL, 0};
    return bk_fmt(
        a,
        "predictions by %s over %zu settings; left out one at a time, %zu of them can be "
        "predicted, off by %.*s (root mean square beyond a noise of %.*s%s; largest "
        "%.*s), %.*s within their interval of 90 %%",
        bk_surface_law(p->surface) ? "the Universal Scalability Law"
                                   : "a Gaussian process",
        e.n, e.tested, BK_F(bk_capacity_percent(a, e.error)),
        BK_F(bk_capacity_percent(a, e.noise)),
        e.noise_fitted ? ", which is fitted" : "",
        BK_F(bk_capacity_percent(a, e.worst)),
        BK_F(bk_capacity_percent(a, e.coverage)));
}

struct bk_predictor *bk_predict_fit(const struct bk_trials *t,
                                    const struct bk_trial *like, bool quickly)
{
    struct bk_predictor *p = bk_alloc(t->arena, sizeof *p);
    p->trials = t;
    p->like = like;
    find_members(p);
    find_axes(p);
    if (quickly) {
        p->refused = BK_S("too much was asked about at once; choose with --hardware, "
                          "--model, --workload or --where");
        return p;
    }
    fit(p);
    p->refused = why_refused(p);
    p->means = what_errors(p);
    return p;
}

/* --- predicting --- */

/* Of the surface's axes, in logarithms, each range as 1. */
static double distance(const struct bk_predictor *p, const double *a, const double *b)
{
    double sum = 0;
    for (size_t k = 0; k < p->n_axes; k++) {
        const struct bk_axis *axis = &p->trials->axes[p->axes[k]];
        double range = log(axis->levels[axis->n_levels - 1] / axis->levels[0]);
        double off = log(a[p->axes[k]] / b[p->axes[k]]) / range;
        sum += off * off;
    }
    return sum;
}

bool bk_predict_is_risky(const struct bk_predictor *p, const double *levels)
{
    double least = (double)INFINITY;
    bool broken = false;
    for (size_t i = 0; i < p->n_members; i++) {
        double off = distance(p, p->members[i]->levels, levels);
        if (off < least) {
            least = off;
            broken = is_broken(p->members[i]);
        }
    }
    return broken;
}

/* Of the trials with this level of an axis the best value; NAN: none. */
static double best_at(const struct bk_predictor *p, size_t axis, double level)
{
    bool large = bk_trials_sign(p->trials) > 0;
    double best = (double)NAN;
    for (size_t i = 0; i < p->n_points; i++) {
        double value = p->members[i]->figures[0].value;
        if (same(p->members[i]->levels[axis], level))
            best = large ? fmax(best, value) : fmin(best, value);
    }
    return best;
}

/* Between two neighbouring levels with a cliff between them nobody knows on which
 * side. */
static bool in_a_cliff(const struct bk_predictor *p, const double *levels)
{
    for (size_t k = 0; k < p->n_axes; k++) {
        const struct bk_axis *axis = &p->trials->axes[p->axes[k]];
        double x = levels[p->axes[k]];
        for (size_t i = 1; i < axis->n_levels; i++) {
            double low = axis->levels[i - 1], high = axis->levels[i];
            if (!(x > low && x < high))
                continue;
            double ratio = best_at(p, p->axes[k], high) / best_at(p, p->axes[k], low);
            if ((bk_trials_sign(p->trials) > 0 ? ratio : 1 / ratio) < BK_CLIFF)
                return true;
        }
    }
    return false;
}

struct bk_surface_prediction bk_predict_at(const struct bk_predictor *p,
                                           const double *levels)
{
    double x[BK_SURFACE_MOST_PARAMS] = {1, 1, 1, 1};
    for (size_t k = 0; k < p->n_axes && k < BK_SURFACE_MOST_PARAMS; k++)
        x[k] = levels[p->axes[k]];
    struct bk_surface_prediction at = bk_surface_at(p->surface, x);
    at.known = at.known && !bk_predict_is_risky(p, levels) && !in_a_cliff(p, levels);
    if (bk_trials_sign(p->trials) < 0) {
        struct bk_surface_prediction turned = at;
        turned.value = 1 / at.value;
        turned.low = 1 / at.high;
        turned.high = 1 / at.low;
        turned.low_once = 1 / at.high_once;
        turned.high_once = 1 / at.low_once;
        return turned;
    }
    return at;
}

bool bk_predict_is_better(const struct bk_predictor *p,
                          const struct bk_surface_prediction *at, double best)
{
    double to_beat = bk_trials_sign(p->trials) * log(best);
    return at->mean - bk_normal_quantile(SURELY) * at->sd > to_beat;
}

/* --- places --- */

struct place {
    double *levels;
    double far;
    size_t index;
};

static int nearer_first(const void *a, const void *b)
{
    const struct place *x = a, *y = b;
    if (x->far < y->far || x->far > y->far)
        return x->far < y->far ? -1 : 1;
    return (x->index > y->index) - (x->index < y->index);
}

#define MOST_COMBINED                                                                  \
    ((size_t)20000) /* of the levels of all axes; more are not looked at */

static size_t n_combined(const struct bk_predictor *p)
{
    size_t n = p->n_axes > 0;
    for (size_t k = 0; k < p->n_axes; k++) {
        size_t levels = p->trials->axes[p->axes[k]].n_levels;
        if (levels > MOST_COMBINED / n)
            return 0;
        n *= levels;
    }
    return n;
}

struct bk_places bk_predict_places(const struct bk_predictor *p, size_t most)
{
    const struct bk_trials *t = p->trials;
    struct bk_places found = {NULL, 0};
    size_t n = n_combined(p), n_open = 0;
    struct place *open = bk_alloc_array(t->arena, n + 1, sizeof *open);
    double *levels = bk_alloc_array(t->arena, t->n_axes + 1, sizeof *levels);
    memcpy(levels, p->like->levels, t->n_axes * sizeof *levels);
    for (size_t i = 0; i < n; i++) {
        size_t digits = i;
        for (size_t k = p->n_axes; k-- > 0;) {
            const struct bk_axis *axis = &t->axes[p->axes[k]];
            levels[p->axes[k]] = axis->levels[digits % axis->n_levels];
            digits /= axis->n_levels;
        }
        if (bk_trials_at(t, levels) != NULL)
            continue;
        double *own = bk_alloc_array(t->arena, t->n_axes, sizeof *own);
        memcpy(own, levels, t->n_axes * sizeof *own);
        open[n_open++] = (struct place){own, distance(p, own, p->like->levels), i};
    }
    if (n_open > most)
        qsort(open, n_open, sizeof *open, nearer_first);
    found.n = n_open < most ? n_open : most;
    found.levels = bk_alloc_array(t->arena, found.n + 1, sizeof *found.levels);
    for (size_t i = 0; i < found.n; i++)
        found.levels[i] = open[i].levels;
    return found;
}

struct bk_pair *bk_predict_pairs(const struct bk_trials *t, const struct bk_trial *like,
                                 const double *levels, const struct bk_pair *pairs,
                                 size_t n)
{
    struct bk_pair *made = bk_alloc_array(t->arena, n + 1, sizeof *made);
    for (size_t i = 0; i < n; i++) {
        made[i] = pairs[i];
        for (size_t k = 0; k < t->n_axes; k++) {
            char text[32];
            if (!t->axes[k].numeric || !bk_eq(t->axes[k].name, made[i].name) ||
                same(levels[k], like->levels[k]))
                continue;
            size_t len = bk_format_double(levels[k], text);
            made[i].value = bk_dup(t->arena, (struct bk_str){text, len});
            made[i].is_number = true;
        }
    }
    return made;
}
