/* Fits and landmarks of load against throughput (see scaling.h). */
#include "scaling.h"

#include <math.h>
#include <string.h>

#define N_PARAMS   3
#define MAX_STEPS  400
#define FIRST_DAMP 1e-3
#define MAX_DAMP   1e12
#define CONVERGED  1e-14 /* of the sum of squares */

enum {
    ALPHA,
    BETA,
    GAMMA
};

struct points {
    const double *load, *throughput;
    size_t n;
};

static double usl(const double p[N_PARAMS], double n)
{
    return p[GAMMA] * n / (1 + p[ALPHA] * (n - 1) + p[BETA] * n * (n - 1));
}

static void gradient(const double p[N_PARAMS], double n, double g[N_PARAMS])
{
    double d = 1 + p[ALPHA] * (n - 1) + p[BETA] * n * (n - 1);
    double x = p[GAMMA] * n / d;
    g[ALPHA] = -x * (n - 1) / d;
    g[BETA] = -x * n * (n - 1) / d;
    g[GAMMA] = n / d;
}

static double sum_of_squares(const struct points *k, const double p[N_PARAMS])
{
    double s = 0;
    for (size_t i = 0; i < k->n; i++) {
        double r = k->throughput[i] - usl(p, k->load[i]);
        s += r * r;
    }
    return s;
}

/* J'J and J'r. */
static void normal(const struct points *k, const double p[N_PARAMS],
                   double a[N_PARAMS][N_PARAMS], double b[N_PARAMS])
{
    memset(a, 0, sizeof(double) * N_PARAMS * N_PARAMS);
    memset(b, 0, sizeof(double) * N_PARAMS);
    for (size_t i = 0; i < k->n; i++) {
        double g[N_PARAMS], r = k->throughput[i] - usl(p, k->load[i]);
        gradient(p, k->load[i], g);
        for (size_t x = 0; x < N_PARAMS; x++) {
            b[x] += g[x] * r;
            for (size_t y = 0; y < N_PARAMS; y++)
                a[x][y] += g[x] * g[y];
        }
    }
}

/* Gauss and Jordan with pivots; b becomes the solution. False: singular. */
static bool solve(double a[N_PARAMS][N_PARAMS], double b[N_PARAMS])
{
    for (size_t c = 0; c < N_PARAMS; c++) {
        size_t best = c;
        for (size_t r = c + 1; r < N_PARAMS; r++) {
            if (fabs(a[r][c]) > fabs(a[best][c]))
                best = r;
        }
        if (!(fabs(a[best][c]) > 0))
            return false;
        for (size_t y = 0; y < N_PARAMS; y++) {
            double t = a[c][y];
            a[c][y] = a[best][y];
            a[best][y] = t;
        }
        double t = b[c];
        b[c] = b[best];
        b[best] = t;
        for (size_t r = 0; r < N_PARAMS; r++) {
            double f = r == c ? 0 : a[r][c] / a[c][c];
            for (size_t y = c; y < N_PARAMS; y++)
                a[r][y] -= f * a[c][y];
            b[r] -= f * b[c];
        }
    }
    for (size_t c = 0; c < N_PARAMS; c++)
        b[c] /= a[c][c];
    return true;
}

static double bounded(size_t param, double x)
{
    if (!(x > 0))
        return 0;
    return param != GAMMA && x > 1 ? 1 : x;
}

/* A parameter at a bound that would go beyond it stays where it is. */
static bool is_held(size_t param, const double p[N_PARAMS], const double b[N_PARAMS])
{
    if (p[param] <= 0)
        return b[param] < 0;
    return param != GAMMA && p[param] >= 1 && b[param] > 0;
}

/* One damped step from p; the parameters that it leads to. False: none. */
static bool step(const struct points *k, const double p[N_PARAMS], double damp,
                 double to[N_PARAMS])
{
    double a[N_PARAMS][N_PARAMS], b[N_PARAMS];
    bool held[N_PARAMS];
    normal(k, p, a, b);
    for (size_t x = 0; x < N_PARAMS; x++)
        held[x] = is_held(x, p, b);
    for (size_t x = 0; x < N_PARAMS; x++) {
        a[x][x] *= 1 + damp;
        for (size_t y = 0; y < N_PARAMS; y++) {
            if (held[x] || held[y])
                a[x][y] = x == y;
        }
        if (held[x])
            b[x] = 0;
    }
    if (!solve(a, b))
        return false;
    for (size_t x = 0; x < N_PARAMS; x++)
        to[x] = bounded(x, p[x] + b[x]);
    return true;
}

static double descend(const struct points *k, double p[N_PARAMS])
{
    double damp = FIRST_DAMP, best = sum_of_squares(k, p);
    for (size_t i = 0; i < MAX_STEPS && damp < MAX_DAMP; i++) {
        double to[N_PARAMS];
        double s = step(k, p, damp, to) ? sum_of_squares(k, to) : (double)INFINITY;
        if (!(s < best)) {
            damp *= 10;
            continue;
        }
        bool converged = best - s <= CONVERGED * best;
        memcpy(p, to, sizeof to);
        best = s;
        damp /= 10;
        if (converged)
            break;
    }
    return best;
}

/* Standard errors from sigma2 (J'J)^-1 over the parameters that are not at a bound. */
static void standard_errors(const struct points *k, const double p[N_PARAMS],
                            double squares, double se[N_PARAMS])
{
    for (size_t x = 0; x < N_PARAMS; x++) {
        double a[N_PARAMS][N_PARAMS], b[N_PARAMS];
        normal(k, p, a, b);
        for (size_t y = 0; y < N_PARAMS; y++)
            b[y] = y == x;
        se[x] = k->n > N_PARAMS && solve(a, b) && b[x] >= 0
                    ? sqrt(squares / (double)(k->n - N_PARAMS) * b[x])
                    : (double)NAN;
    }
}

static size_t distinct(const double *x, size_t n)
{
    size_t found = 0;
    for (size_t i = 0; i < n; i++) {
        size_t j = 0;
        while (j < i && fabs(x[j] - x[i]) > 0)
            j++;
        found += j == i;
    }
    return found;
}

static void judge(const struct points *k, double squares, struct bk_usl *fit)
{
    double mean = 0, total = 0, largest = 0;
    for (size_t i = 0; i < k->n; i++)
        mean += k->throughput[i] / (double)k->n;
    for (size_t i = 0; i < k->n; i++) {
        double x = k->throughput[i], r = fabs(x - bk_usl_at(fit, k->load[i]));
        total += (x - mean) * (x - mean);
        largest = fmax(largest, k->load[i]);
        if (x > 0 && r / x > fit->worst_residual) {
            fit->worst_residual = r / x;
            fit->worst_at = k->load[i];
        }
    }
    fit->r2 = total > 0 ? 1 - squares / total : (double)NAN;
    fit->rmse = sqrt(squares / (double)k->n);
    if (distinct(k->load, k->n) < BK_USL_MIN_POINTS)
        fit->flaws |= BK_USL_TOO_FEW;
    if (!(fit->r2 >= BK_USL_MIN_R2))
        fit->flaws |= BK_USL_POOR_FIT;
    if (!(fit->rmse <= BK_USL_MAX_RMSE * mean))
        fit->flaws |= BK_USL_NOISY;
    if (isfinite(fit->n_max) && fit->n_max > BK_USL_MAX_REACH * largest)
        fit->flaws |= BK_USL_FAR_PEAK;
}

static void finish(const struct points *k, const double p[N_PARAMS], double squares,
                   struct bk_usl *fit)
{
    double se[N_PARAMS];
    standard_errors(k, p, squares, se);
    *fit = (struct bk_usl){
        .alpha = p[ALPHA],
        .beta = p[BETA],
        .gamma = p[GAMMA],
        .se_alpha = se[ALPHA],
        .se_beta = se[BETA],
        .se_gamma = se[GAMMA],
        .n_max = (double)INFINITY,
        .x_max = (double)INFINITY,
        .n_opt = (double)INFINITY,
        .x_limit = (double)INFINITY,
    };
    if (fit->alpha > 0) {
        fit->n_opt = 1 / fit->alpha;
        fit->x_limit = fit->x_max = fit->gamma / fit->alpha;
    }
    if (fit->beta > 0) {
        fit->n_max = sqrt((1 - fit->alpha) / fit->beta);
        fit->x_max = bk_usl_at(fit, fit->n_max);
    }
    judge(k, squares, fit);
}

bool bk_usl_fit(const double *load, const double *throughput, size_t n,
                struct bk_usl *fit)
{
    static const double alphas[] = {0.001, 0.01, 0.1, 0.5};
    static const double betas[] = {1e-6, 1e-4, 1e-2, 0.05};
    const struct points k = {load, throughput, n};
    double first_gamma = 0, best = (double)INFINITY, at[N_PARAMS] = {0};
    if (n < N_PARAMS || distinct(load, n) < N_PARAMS)
        return false;
    for (size_t i = 0; i < n; i++)
        first_gamma = fmax(first_gamma, throughput[i] / load[i]);
    if (!(first_gamma > 0) || !isfinite(first_gamma))
        return false;
    for (size_t a = 0; a < sizeof alphas / sizeof *alphas; a++) {
        for (size_t b = 0; b < sizeof betas / sizeof *betas; b++) {
            double p[N_PARAMS] = {alphas[a], betas[b], first_gamma};
            double s = descend(&k, p);
            if (s < best) {
                best = s;
                memcpy(at, p, sizeof at);
            }
        }
    }
    if (!isfinite(best))
        return false;
    finish(&k, at, best, fit);
    return true;
}

double bk_usl_at(const struct bk_usl *fit, double load)
{
    const double p[N_PARAMS] = {fit->alpha, fit->beta, fit->gamma};
    return usl(p, load);
}

/* --- landmarks --- */

struct range {
    double low, high;
};

static struct range range_of(const double *x, size_t n)
{
    struct range r = {(double)INFINITY, -(double)INFINITY};
    for (size_t i = 0; i < n; i++) {
        r.low = fmin(r.low, x[i]);
        r.high = fmax(r.high, x[i]);
    }
    return r;
}

/* y - x, both brought to 0..1. */
static double above_diagonal(const struct points *k, struct range x, struct range y,
                             size_t i)
{
    return (k->throughput[i] - y.low) / (y.high - y.low) -
           (k->load[i] - x.low) / (x.high - x.low);
}

size_t bk_knee(const double *load, const double *throughput, size_t n)
{
    const struct points k = {load, throughput, n};
    struct range x = range_of(load, n), y = range_of(throughput, n);
    size_t knee = BK_NO_KNEE;
    double threshold = 0;
    if (n < 3 || !(x.high > x.low) || !(y.high > y.low))
        return BK_NO_KNEE;
    /* the mean distance of neighbours, of loads that fill 0..1 */
    double spacing = 1 / (double)(n - 1);
    for (size_t i = 1; i < n; i++) {
        double d = above_diagonal(&k, x, y, i);
        double before = above_diagonal(&k, x, y, i - 1);
        double after = i + 1 < n ? above_diagonal(&k, x, y, i + 1) : -(double)INFINITY;
        if (knee != BK_NO_KNEE && d < threshold)
            return knee;
        if (knee != BK_NO_KNEE && d <= before && d <= after && i + 1 < n)
            knee = BK_NO_KNEE; /* a local minimum: the bend was none */
        if (i + 1 < n && d >= before && d >= after && knee == BK_NO_KNEE) {
            knee = i;
            threshold = d - spacing;
        }
    }
    return BK_NO_KNEE;
}

size_t bk_plateau(const double *throughput, size_t n, double tolerance)
{
    double enough = (1 - tolerance) * range_of(throughput, n).high;
    size_t i = 0;
    while (i + 1 < n && throughput[i] < enough)
        i++;
    return i;
}

double bk_steepest_fall(const double *throughput, size_t n, size_t *index)
{
    double steepest = 1;
    *index = 0;
    for (size_t i = 1; i < n; i++) {
        double ratio = throughput[i - 1] > 0 ? throughput[i] / throughput[i - 1] : 1;
        if (ratio < steepest) {
            steepest = ratio;
            *index = i - 1;
        }
    }
    return steepest;
}

size_t bk_onset(const double *value, size_t n, double limit, size_t lasting)
{
    size_t onset = n, beyond = 0;
    for (size_t i = n; i-- > 0;) {
        if (isnan(value[i]))
            continue;
        if (value[i] <= limit)
            break;
        onset = i;
        beyond++;
    }
    return beyond >= lasting && beyond > 0 ? onset : n;
}
