/* Gaussian processes over a grid of hyperparameters (see surface.h). */
#include "surface.h"

#include "../base/arena.h"
#include "distribution.h"
#include "scaling.h"
#include "student.h"
#include "summary.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MOST_PARTS    ((size_t)64)
#define LEAST_WEIGHT  1e-3  /* of the heaviest part */
#define LEAST_NOISE   0.002 /* rounding of what tools print; keeps matrices regular */
#define CONSTANT_SD   3.0   /* of the unknown level: a factor of 20 either way */
#define STEP_SD       1.0   /* of a cliff's height: a factor of 2.7 */
#define STEP_PRIOR    0.2   /* that there is one, anywhere */
#define LEAST_SPREAD  0.02  /* of the values' logarithms, for the grid of signals */
#define LEAST_STRETCH 0.9   /* intervals may be that much narrower where errors are */
#define CONFIDENCE    0.90
#define MOST_SURPRISE 200.0 /* of a point left out: exp() of it stays finite */

/* Grids.  Lengths are of the range of a parameter (in logarithms), signals of the
 * spread of the values, noises absolute. */
static const double lengths[] = {0.15, 0.3, 0.6, 1.2, 2.4, 4.8};
static const double few_lengths[] = {0.25, 0.75, 2.25};
static const double signals[] = {0.5, 1.5, 4.5, 13.5};
static const double noises[] = {0.01, 0.025, 0.05, 0.1};
#define COUNT(a)  (sizeof(a) / sizeof *(a))
#define LAW_MOST  ((size_t)40) /* settings: the law is fitted once without each */
#define MOST_WORK 5e8          /* operations of a fit: half a second or so */

/* How fine the grid is: as the number of settings and parameters allows. */
enum detail {
    FINE,
    COARSE,  /* the short list of lengths */
    STEPLESS /* and no steps */
};

struct hyper {
    double length[BK_SURFACE_MOST_PARAMS];
    double signal, noise;
    size_t step; /* the parameter beyond a value of which there is another level */
    double step_low, step_high; /* it lies between these logarithms, anywhere */
    bool stepped;               /* else there is no such step */
    double likelihood;          /* logarithm, of the prior too */
    size_t index;               /* in the grid */
};

struct gap { /* between neighbours among the values of a parameter that were measured */
    size_t param;
    double low, high;
};

struct part { /* one process of the mean */
    struct hyper h;
    double weight;
    double *factor;               /* Cholesky's, lower, n x n */
    double *alpha;                /* K^-1 y */
    double *left_mean, *left_var; /* of each point without it; var with its noise */
};

struct bk_surface {
    struct bk_arena *a;
    size_t n, d;
    double *x, *y; /* logarithms; y less 'centre' */
    double centre, spread;
    double *repeats;
    double given_noise;
    double least[BK_SURFACE_MOST_PARAMS], range[BK_SURFACE_MOST_PARAMS];
    struct part *parts;
    size_t n_parts;
    enum detail detail;
    struct gap *gaps;
    size_t n_gaps;
    double stretch; /* of all standard deviations */
    bool by_law;
    struct bk_usl law; /* of one parameter */
    double law_sd;
    struct bk_surface_error error;
    unsigned flaws;
};

/* --- covariance --- */

/* Whether a place lies beyond the step: 1, 0, and in between how likely it is. */
static double beyond(const struct hyper *h, const double *x)
{
    if (!h->stepped)
        return 0;
    double share = (x[h->step] - h->step_low) / (h->step_high - h->step_low);
    return fmin(1, fmax(0, share));
}

/* Of the smooth part of the levels at two places: Matern 5/2. */
static double correlation(const struct hyper *h, const double *x, const double *z,
                          size_t d)
{
    double r2 = 0;
    for (size_t i = 0; i < d; i++) {
        double t = (x[i] - z[i]) / h->length[i];
        r2 += t * t;
    }
    double r = sqrt(5 * r2);
    return (1 + r + r * r / 3) * exp(-r);
}

/* Of the levels, the constant and the step among them. */
static double covariance(const struct hyper *h, double smooth, bool both_beyond)
{
    return CONSTANT_SD * CONSTANT_SD + (both_beyond ? STEP_SD * STEP_SD : 0) +
           h->signal * h->signal * smooth;
}

static double noise_var(const struct bk_surface *s, const struct hyper *h, size_t i)
{
    double sd = fmax(h->noise, LEAST_NOISE);
    return sd * sd / s->repeats[i];
}

/* K = L L', L in place of k (n x n, only its lower half). False: not positive. */
static bool cholesky(double *k, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j <= i; j++) {
            double sum = k[i * n + j];
            for (size_t c = 0; c < j; c++)
                sum -= k[i * n + c] * k[j * n + c];
            if (i == j && !(sum > 0))
                return false;
            k[i * n + j] = i == j ? sqrt(sum) : sum / k[j * n + j];
        }
    }
    return true;
}

/* L v = b in place. */
static void solve_lower(const double *l, size_t n, double *b)
{
    for (size_t i = 0; i < n; i++) {
        for (size_t c = 0; c < i; c++)
            b[i] -= l[i * n + c] * b[c];
        b[i] /= l[i * n + i];
    }
}

/* L' v = b in place. */
static void solve_upper(const double *l, size_t n, double *b)
{
    for (size_t i = n; i-- > 0;) {
        for (size_t c = i + 1; c < n; c++)
            b[i] -= l[c * n + i] * b[c];
        b[i] /= l[i * n + i];
    }
}

/* Of all pairs of points, the lower half. */
static void correlate(const struct bk_surface *s, const struct hyper *h, double *smooth)
{
    for (size_t i = 0; i < s->n; i++)
        for (size_t j = 0; j <= i; j++)
            smooth[i * s->n + j] =
                correlation(h, s->x + i * s->d, s->x + j * s->d, s->d);
}

/* Fills 'factor' and 'alpha' and sets the likelihood. */
static bool factorise(const struct bk_surface *s, struct hyper *h, const double *smooth,
                      double *factor, double *alpha)
{
    size_t n = s->n;
    for (size_t i = 0; i < n; i++) {
        bool above = beyond(h, s->x + i * s->d) > 0;
        for (size_t j = 0; j <= i; j++)
            factor[i * n + j] = covariance(h, smooth[i * n + j],
                                           above && beyond(h, s->x + j * s->d) > 0);
        factor[i * n + i] += noise_var(s, h, i);
    }
    h->likelihood = -(double)INFINITY;
    if (!cholesky(factor, n))
        return false;
    memcpy(alpha, s->y, n * sizeof *alpha);
    solve_lower(factor, n, alpha);
    h->likelihood = s->n_gaps == 0 ? 0
                    : h->stepped   ? log(STEP_PRIOR / (double)s->n_gaps)
                                   : log(1 - STEP_PRIOR);
    for (size_t i = 0; i < n; i++)
        h->likelihood -= 0.5 * alpha[i] * alpha[i] + log(factor[i * n + i]);
    solve_upper(factor, n, alpha);
    return true;
}

/* --- the grid --- */

static size_t n_lengths(const struct bk_surface *s)
{
    return s->detail == FINE ? COUNT(lengths) : COUNT(few_lengths);
}

/* Numbers of the grid are counted like digits: the first parameter's length fastest. */
static size_t length_size(const struct bk_surface *s)
{
    size_t size = 1;
    for (size_t i = 0; i < s->d; i++)
        size *= n_lengths(s);
    return size;
}

static size_t smooth_size(const struct bk_surface *s)
{
    return length_size(s) * COUNT(signals) * (s->given_noise > 0 ? 1 : COUNT(noises));
}

/* The grid once without a step, then once for each gap. */
static size_t grid_size(const struct bk_surface *s)
{
    return smooth_size(s) * (1 + s->n_gaps);
}

static void choose_detail(struct bk_surface *s)
{
    double n = (double)s->n, one = n * n * n / 3 + 20 * n * n;
    while (s->detail != STEPLESS && (double)grid_size(s) * one > MOST_WORK)
        s->detail++;
    if (s->detail == STEPLESS)
        s->n_gaps = 0;
}

static struct hyper grid_at(const struct bk_surface *s, size_t index)
{
    const double *list = s->detail == FINE ? lengths : few_lengths;
    struct hyper h = {.noise = s->given_noise, .index = index};
    size_t which = index / smooth_size(s);
    if (which > 0) {
        h.stepped = true;
        h.step = s->gaps[which - 1].param;
        h.step_low = s->gaps[which - 1].low;
        h.step_high = s->gaps[which - 1].high;
    }
    index %= smooth_size(s);
    for (size_t i = 0; i < s->d; i++) {
        h.length[i] = list[index % n_lengths(s)] * s->range[i];
        index /= n_lengths(s);
    }
    h.signal = signals[index % COUNT(signals)] * s->spread;
    if (!(s->given_noise > 0))
        h.noise = noises[index / COUNT(signals)];
    return h;
}

static int heavier_first(const void *a, const void *b)
{
    double x = ((const struct hyper *)a)->likelihood;
    double y = ((const struct hyper *)b)->likelihood;
    if (x < y || x > y)
        return x < y ? 1 : -1;
    size_t i = ((const struct hyper *)a)->index, k = ((const struct hyper *)b)->index;
    return (i > k) - (i < k);
}

/* Each point without the others' knowledge of it (R & W eq. 5.10 to 5.12). */
static void leave_out(const struct bk_surface *s, struct part *p, double *column)
{
    size_t n = s->n;
    for (size_t i = 0; i < n; i++) {
        memset(column, 0, n * sizeof *column);
        column[i] = 1;
        solve_lower(p->factor, n, column);
        double inverse = 0; /* the i-th of the diagonal of K^-1 */
        for (size_t c = i; c < n; c++)
            inverse += column[c] * column[c];
        p->left_mean[i] = s->y[i] - p->alpha[i] / inverse;
        p->left_var[i] = 1 / inverse;
    }
}

struct room { /* for work on one process */
    double *smooth, *factor, *column;
};

static void keep_part(struct bk_surface *s, const struct hyper *h, double weight,
                      const struct room *room)
{
    struct part *p = &s->parts[s->n_parts];
    p->h = *h;
    p->weight = weight;
    p->factor = bk_alloc_array(s->a, s->n * s->n, sizeof *p->factor);
    p->alpha = bk_alloc_array(s->a, s->n, sizeof *p->alpha);
    p->left_mean = bk_alloc_array(s->a, s->n, sizeof *p->left_mean);
    p->left_var = bk_alloc_array(s->a, s->n, sizeof *p->left_var);
    correlate(s, h, room->smooth);
    if (!factorise(s, &p->h, room->smooth, p->factor, p->alpha))
        return;
    leave_out(s, p, room->column);
    s->n_parts++;
}

/* Weighs the whole grid.  What depends on the lengths alone is computed once for all
 * that have them. */
static struct hyper *weigh_all(struct bk_surface *s, const struct room *room)
{
    size_t size = grid_size(s), step = length_size(s);
    struct hyper *all = bk_alloc_array(s->a, size, sizeof *all);
    for (size_t first = 0; first < step; first++) {
        for (size_t i = first; i < size; i += step) {
            all[i] = grid_at(s, i);
            if (i == first)
                correlate(s, &all[i], room->smooth);
            factorise(s, &all[i], room->smooth, room->factor, room->column);
        }
    }
    qsort(all, size, sizeof *all, heavier_first);
    return all;
}

static void weigh_grid(struct bk_surface *s)
{
    size_t size = grid_size(s), n = s->n;
    const struct room room = {bk_alloc_array(s->a, n * n, sizeof(double)),
                              bk_alloc_array(s->a, n * n, sizeof(double)),
                              bk_alloc_array(s->a, n, sizeof(double))};
    struct hyper *all = weigh_all(s, &room);
    double sum = 0;
    s->parts = bk_alloc_array(s->a, MOST_PARTS, sizeof *s->parts);
    for (size_t i = 0; i < size && s->n_parts < MOST_PARTS; i++) {
        double weight = exp(all[i].likelihood - all[0].likelihood);
        if (!(weight >= LEAST_WEIGHT))
            break;
        keep_part(s, &all[i], weight, &room);
    }
    for (size_t i = 0; i < s->n_parts; i++)
        sum += s->parts[i].weight;
    for (size_t i = 0; i < s->n_parts; i++)
        s->parts[i].weight /= sum;
}

/* --- leaving out --- */

struct moments {
    double weight, first, second;
};

static void add_moments(struct moments *m, double weight, double mean, double var)
{
    m->weight += weight;
    m->first += weight * mean;
    m->second += weight * (mean * mean + var);
}

static double moments_var(const struct moments *m)
{
    double mean = m->first / m->weight;
    return fmax(0, m->second / m->weight - mean * mean);
}

/* The level at point i by a grid that never saw it: its weights are those of all, less
 * its own density.  'noise' gets the variance of a measurement there. */
static struct moments left_out(const struct bk_surface *s, size_t i, double *noise)
{
    struct moments m = {0, 0, 0};
    *noise = 0;
    for (size_t k = 0; k < s->n_parts; k++) {
        const struct part *p = &s->parts[k];
        double off = s->y[i] - p->left_mean[i], var = p->left_var[i];
        double surprise = fmin(0.5 * off * off / var, MOST_SURPRISE);
        double weight = p->weight * exp(surprise) * sqrt(var);
        double own = noise_var(s, &p->h, i);
        add_moments(&m, weight, p->left_mean[i], fmax(0, var - own));
        *noise += weight * own;
    }
    *noise /= m.weight;
    return m;
}

static double stretch_of(double squares, size_t n)
{
    return n == 0 ? 1 : fmax(LEAST_STRETCH, sqrt(squares / (double)n));
}

static bool is_certain(double sd)
{
    return bk_normal_quantile(0.5 + CONFIDENCE / 2) * sd <= log(BK_SURFACE_MAX_REACH);
}

/* Of those settings for which, left out, a prediction would have been given. */
static void measure_error(struct bk_surface *s)
{
    double *z = bk_alloc_array(s->a, s->n, sizeof *z), squares = 0, off2 = 0, worst = 0;
    double wide = bk_normal_quantile(0.5 + CONFIDENCE / 2);
    size_t within = 0, n = 0;
    for (size_t i = 0; i < s->n; i++) {
        double noise;
        struct moments m = left_out(s, i, &noise);
        double off = s->y[i] - m.first / m.weight, level = moments_var(&m);
        if (!is_certain(sqrt(level)))
            continue;
        z[n] = off / sqrt(level + noise);
        squares += z[n] * z[n];
        off2 += fmax(0, off * off - noise);
        worst = fmax(worst, fabs(off));
        n++;
    }
    for (size_t i = 0; i < n; i++)
        within += fabs(z[i]) <= wide * stretch_of(squares - z[i] * z[i], n - 1);
    s->stretch = stretch_of(squares, n);
    s->error.tested = n;
    for (size_t k = 0; k < s->n_parts; k++)
        s->error.noise += s->parts[k].weight * s->parts[k].h.noise;
    if (n == 0)
        return;
    s->error.error = exp(sqrt(off2 / (double)n)) - 1;
    s->error.worst = exp(worst) - 1;
    s->error.coverage = (double)within / (double)n;
}

/* --- the law of scalability, of one parameter --- */

/* Of the law fitted to all points but one: what it misses that one by, in
 * logarithms. */
static bool law_misses(const double *load, const double *value, size_t n, size_t i,
                       double *work, double *off)
{
    struct bk_usl fit;
    size_t kept = 0;
    for (size_t k = 0; k < n; k++) {
        if (k == i)
            continue;
        work[kept] = load[k];
        work[n + kept++] = value[k];
    }
    if (!bk_usl_fit(work, work + n, kept, &fit))
        return false;
    *off = log(value[i] / bk_usl_at(&fit, load[i]));
    return isfinite(*off);
}

/* Takes the law where its own rules allow it and it misses settings that were left
 * out by less than the process does.  Its interval is that of these misses, by
 * Student's t. */
static void try_law(struct bk_surface *s, const struct bk_surface_points *p)
{
    double wide = bk_normal_quantile(0.5 + CONFIDENCE / 2), squares = 0, worst = 0;
    double *off = bk_alloc_array(s->a, p->n, sizeof *off);
    double *work = bk_alloc_array(s->a, 2 * p->n, sizeof *work);
    size_t within = 0, n = p->n;
    if (n > LAW_MOST || !bk_usl_fit(p->x, p->value, n, &s->law) || s->law.flaws != 0)
        return;
    for (size_t i = 0; i < n; i++) {
        if (!law_misses(p->x, p->value, n, i, work, &off[i]))
            return;
        squares += off[i] * off[i];
        worst = fmax(worst, fabs(off[i]));
    }
    double error = exp(sqrt(squares / (double)n)) - 1, df = (double)(n - 3);
    for (size_t i = 0; i < n; i++)
        within +=
            fabs(off[i]) <= bk_student_quantile(0.5 + CONFIDENCE / 2, df) *
                                sqrt((squares - off[i] * off[i]) / (double)(n - 1));
    if (!(error <= BK_SURFACE_MAX_ERROR) ||
        (s->error.tested == n && s->error.error <= error))
        return;
    s->by_law = true;
    s->law_sd = sqrt(squares / (double)n) *
                bk_student_quantile(0.5 + CONFIDENCE / 2, df) / wide;
    s->error.error = error;
    s->error.worst = exp(worst) - 1;
    s->error.coverage = (double)within / (double)n;
    s->error.tested = n;
}

/* --- fitting --- */

static void copy_points(struct bk_surface *s, const struct bk_surface_points *p)
{
    s->x = bk_alloc_array(s->a, p->n * p->d, sizeof *s->x);
    s->y = bk_alloc_array(s->a, p->n, sizeof *s->y);
    s->repeats = bk_alloc_array(s->a, p->n, sizeof *s->repeats);
    for (size_t i = 0; i < p->n; i++) {
        s->y[i] = log(p->value[i]);
        s->repeats[i] = p->repeats ? p->repeats[i] : 1;
        for (size_t k = 0; k < p->d; k++)
            s->x[i * p->d + k] = log(p->x[i * p->d + k]);
    }
    s->centre = bk_mean(s->y, p->n);
    s->spread = fmax(bk_stddev(s->y, p->n), LEAST_SPREAD);
    for (size_t i = 0; i < p->n; i++)
        s->y[i] -= s->centre;
    for (size_t k = 0; k < p->d; k++) {
        double most = s->x[k];
        s->least[k] = s->x[k];
        for (size_t i = 1; i < p->n; i++) {
            s->least[k] = fmin(s->least[k], s->x[i * p->d + k]);
            most = fmax(most, s->x[i * p->d + k]);
        }
        s->range[k] = most - s->least[k];
    }
}

static void find_gaps(struct bk_surface *s)
{
    double *level = bk_alloc_array(s->a, s->n, sizeof *level);
    s->gaps = bk_alloc_array(s->a, s->n * s->d, sizeof *s->gaps);
    for (size_t k = 0; k < s->d; k++) {
        for (size_t i = 0; i < s->n; i++)
            level[i] = s->x[i * s->d + k];
        bk_sort(level, s->n);
        for (size_t i = 1; i < s->n; i++) {
            if (level[i] > level[i - 1])
                s->gaps[s->n_gaps++] =
                    (struct gap){.param = k, .low = level[i - 1], .high = level[i]};
        }
    }
}

static unsigned flaws_of_size(const struct bk_surface_points *p)
{
    unsigned flaws = 0;
    if (p->d == 0)
        return BK_SURFACE_NO_PARAMETER;
    if (p->d > BK_SURFACE_MOST_PARAMS)
        flaws |= BK_SURFACE_TOO_MANY_PARAMS;
    if (p->n < BK_SURFACE_LEAST_POINTS(p->d))
        flaws |= BK_SURFACE_TOO_FEW;
    if (p->n > BK_SURFACE_MOST_POINTS)
        flaws |= BK_SURFACE_TOO_MANY;
    return flaws;
}

struct bk_surface *bk_surface_fit(struct bk_arena *a,
                                  const struct bk_surface_points *points)
{
    struct bk_surface *s = bk_alloc(a, sizeof *s);
    *s = (struct bk_surface){
        .a = a,
        .n = points->n,
        .d = points->d,
        .given_noise = points->noise,
        .flaws = flaws_of_size(points),
        .error = {.error = (double)NAN,
                  .worst = (double)NAN,
                  .coverage = (double)NAN,
                  .noise_fitted = !(points->noise > 0),
                  .n = points->n},
    };
    if (s->flaws != 0) {
        s->error.noise = points->noise;
        return s;
    }
    copy_points(s, points);
    find_gaps(s);
    choose_detail(s);
    weigh_grid(s);
    measure_error(s);
    if (s->d == 1)
        try_law(s, points);
    if (s->error.tested < BK_SURFACE_LEAST_TESTED)
        s->flaws |= BK_SURFACE_UNSURE;
    if (!(s->error.error <= BK_SURFACE_MAX_ERROR))
        s->flaws |= BK_SURFACE_INEXACT;
    if (!(s->error.coverage >= BK_SURFACE_MIN_COVERAGE))
        s->flaws |= BK_SURFACE_OVERCONFIDENT;
    return s;
}

unsigned bk_surface_flaws(const struct bk_surface *s)
{
    return s->flaws;
}

const struct bk_usl *bk_surface_law(const struct bk_surface *s)
{
    return s->by_law ? &s->law : NULL;
}

struct bk_surface_error bk_surface_error(const struct bk_surface *s)
{
    return s->error;
}

/* --- predicting --- */

/* Adds what a process says of x, on one side of its step, to the moments. */
static void predict_side(const struct bk_surface *s, const struct part *p,
                         const double *x, bool above, double share, struct moments *m)
{
    double work[BK_SURFACE_MOST_POINTS];
    double mean = 0, var = covariance(&p->h, 1, above);
    for (size_t i = 0; i < s->n; i++) {
        const double *z = s->x + i * s->d;
        work[i] = covariance(&p->h, correlation(&p->h, x, z, s->d),
                             above && beyond(&p->h, z) > 0);
        mean += work[i] * p->alpha[i];
    }
    solve_lower(p->factor, s->n, work);
    for (size_t i = 0; i < s->n; i++)
        var -= work[i] * work[i];
    add_moments(m, p->weight * share, mean, fmax(0, var));
}

static void predict_part(const struct bk_surface *s, const struct part *p,
                         const double *x, struct moments *m)
{
    double above = beyond(&p->h, x);
    if (above < 1)
        predict_side(s, p, x, false, 1 - above, m);
    if (above > 0)
        predict_side(s, p, x, true, above, m);
}

static bool is_between(const struct bk_surface *s, const double *x)
{
    const double rounding = 1e-9;
    for (size_t k = 0; k < s->d; k++) {
        if (x[k] < s->least[k] - rounding ||
            x[k] > s->least[k] + s->range[k] + rounding)
            return false;
    }
    return true;
}

struct bk_surface_prediction bk_surface_at(const struct bk_surface *s, const double *x)
{
    const double nan = (double)NAN;
    struct bk_surface_prediction at = {.value = nan,
                                       .low = nan,
                                       .high = nan,
                                       .low_once = nan,
                                       .high_once = nan,
                                       .mean = nan,
                                       .sd = nan};
    double place[BK_SURFACE_MOST_PARAMS];
    double wide = bk_normal_quantile(0.5 + CONFIDENCE / 2);
    struct moments m = {0, 0, 0};
    if (s->n_parts == 0)
        return at;
    for (size_t k = 0; k < s->d; k++)
        place[k] = log(x[k]);
    if (s->by_law) {
        at.mean = log(bk_usl_at(&s->law, x[0]));
        at.sd = s->law_sd;
    } else {
        for (size_t i = 0; i < s->n_parts; i++)
            predict_part(s, &s->parts[i], place, &m);
        at.mean = s->centre + m.first / m.weight;
        at.sd = s->stretch * sqrt(moments_var(&m));
    }
    double once = hypot(at.sd, s->error.noise);
    at.value = exp(at.mean);
    at.low = exp(at.mean - wide * at.sd);
    at.high = exp(at.mean + wide * at.sd);
    at.low_once = exp(at.mean - wide * once);
    at.high_once = exp(at.mean + wide * once);
    at.between = is_between(s, place);
    at.known = at.between && s->flaws == 0 && is_certain(at.sd);
    return at;
}

double bk_surface_improvement(const struct bk_surface_prediction *p, double best)
{
    double off = p->mean - log(best);
    if (!(p->sd > 0))
        return fmax(0, off);
    double z = off / p->sd, density = exp(-z * z / 2) / sqrt(2 * acos(-1));
    return p->sd * (z * bk_normal_below(z) + density);
}
