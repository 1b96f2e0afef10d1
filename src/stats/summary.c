/* Summaries and comparisons of a few numbers; see summary.h. */
#include "summary.h"

#include <math.h>
#include <stdlib.h>

#include "student.h"

#define HALVINGS 200 /* of an interval of doubles: more than any needs */

/* --- one group --- */

double bk_mean(const double *x, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += x[i];
    return n > 0 ? sum / (double)n : (double)NAN;
}

double bk_geometric_mean(const double *x, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        if (!(x[i] > 0))
            return (double)NAN;
        sum += log(x[i]);
    }
    return n > 0 ? exp(sum / (double)n) : (double)NAN;
}

double bk_sum_of_squares(const double *x, size_t n)
{
    double mean = bk_mean(x, n), sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (x[i] - mean) * (x[i] - mean);
    return n > 0 ? sum : (double)NAN;
}

double bk_stddev(const double *x, size_t n)
{
    return n > 1 ? sqrt(bk_sum_of_squares(x, n) / (double)(n - 1)) : (double)NAN;
}

static int rising(const void *pa, const void *pb)
{
    double a = *(const double *)pa, b = *(const double *)pb;
    if (isnan(a) || isnan(b))
        return isnan(a) - isnan(b);
    return (a > b) - (a < b);
}

void bk_sort(double *x, size_t n)
{
    if (n > 1)
        qsort(x, n, sizeof *x, rising);
}

double bk_median(const double *sorted, size_t n)
{
    if (n == 0)
        return (double)NAN;
    size_t half = n / 2;
    return n % 2 == 1 ? sorted[half] : sorted[half - 1] / 2 + sorted[half] / 2;
}

double bk_percentile_nearest(const double *sorted, size_t n, double q)
{
    if (n == 0 || !(q >= 0 && q <= 1))
        return (double)NAN;
    double rank = ceil(q * (double)n);
    return sorted[rank < 1 ? 0 : (size_t)rank - 1];
}

double bk_percentile_linear(const double *sorted, size_t n, double q)
{
    if (n == 0 || !(q >= 0 && q <= 1))
        return (double)NAN;
    double place = q * (double)(n - 1);
    size_t below = (size_t)place;
    if (below + 1 >= n)
        return sorted[n - 1];
    return sorted[below] +
           (sorted[below + 1] - sorted[below]) * (place - (double)below);
}

/* --- two groups --- */

static struct bk_t_test t_test(double difference, double standard_error, double df)
{
    struct bk_t_test t = {.difference = difference,
                          .standard_error = standard_error,
                          .df = df,
                          .t = difference / standard_error};
    t.p = bk_student_p(t.t, df);
    if (!(standard_error > 0) || !(df > 0))
        t.t = t.p = (double)NAN; /* no noise: nothing to measure a difference by */
    return t;
}

struct bk_t_test bk_t_of(double difference, double stddev, size_t n_old, size_t n_new,
                         double df)
{
    return t_test(difference, stddev * sqrt(1 / (double)n_old + 1 / (double)n_new), df);
}

/* Section 2.1. */
struct bk_t_test bk_t_pooled(const double *old, size_t n_old, const double *new,
                             size_t n_new)
{
    double difference = bk_mean(new, n_new) - bk_mean(old, n_old);
    double df = (double)n_old + (double)n_new - 2;
    double squares = bk_sum_of_squares(old, n_old) + bk_sum_of_squares(new, n_new);
    return bk_t_of(difference, sqrt(squares / df), n_old, n_new, df);
}

/* Section 2.4. */
struct bk_t_test bk_t_welch(const double *old, size_t n_old, const double *new,
                            size_t n_new)
{
    double difference = bk_mean(new, n_new) - bk_mean(old, n_old);
    double a = bk_stddev(old, n_old), b = bk_stddev(new, n_new);
    a = a * a / (double)n_old;
    b = b * b / (double)n_new;
    double df =
        (a + b) * (a + b) / (a * a / (double)(n_old - 1) + b * b / (double)(n_new - 1));
    return t_test(difference, sqrt(a + b), df);
}

struct bk_interval bk_t_interval(const struct bk_t_test *t, double confidence)
{
    double half = bk_student_quantile(0.5 + confidence / 2, t->df) * t->standard_error;
    return (struct bk_interval){t->difference - half, t->difference + half};
}

bool bk_logarithms(const double *x, size_t n, double *out)
{
    for (size_t i = 0; i < n; i++) {
        if (!(x[i] > 0))
            return false;
        out[i] = log(x[i]);
    }
    return true;
}

/* Section 2.3. */
struct bk_interval bk_prediction(double mean, double stddev, size_t n,
                                 double confidence)
{
    double t = bk_student_quantile(0.5 + confidence / 2, (double)n - 1);
    double half = t * stddev * sqrt(1 + 1 / (double)n);
    return (struct bk_interval){mean - half, mean + half};
}

/* --- counts, section 2.9 --- */

/* The z with P(|Z| <= z) = confidence, by halving. */
static double normal_bound(double confidence)
{
    double low = 0, high = 40;
    for (int i = 0; i < HALVINGS; i++) {
        double z = (low + high) / 2;
        if (erf(z / sqrt(2)) < confidence)
            low = z;
        else
            high = z;
    }
    return high;
}

struct bk_interval bk_wilson(double k, double n, double confidence)
{
    if (!(n > 0) || !(k >= 0 && k <= n))
        return (struct bk_interval){(double)NAN, (double)NAN};
    double z = normal_bound(confidence), p = k / n, z2 = z * z;
    double centre = (p + z2 / (2 * n)) / (1 + z2 / n);
    double half = z * sqrt(p * (1 - p) / n + z2 / (4 * n * n)) / (1 + z2 / n);
    /* at 0 and n the bound is exact, whatever rounding makes of it */
    return (struct bk_interval){k > 0 ? fmax(centre - half, 0) : 0,
                                k < n ? fmin(centre + half, 1) : 1};
}

/* The x with I_x(a, b) = q, by halving. */
static double beta_quantile(double q, double a, double b)
{
    double low = 0, high = 1;
    for (int i = 0; i < HALVINGS; i++) {
        double x = (low + high) / 2;
        if (bk_beta_regularised(a, b, x) < q)
            low = x;
        else
            high = x;
    }
    return high;
}

struct bk_interval bk_clopper_pearson(double k, double n, double confidence)
{
    double tail = (1 - confidence) / 2;
    if (!(n > 0) || !(k >= 0 && k <= n))
        return (struct bk_interval){(double)NAN, (double)NAN};
    return (struct bk_interval){
        k > 0 ? beta_quantile(tail, k, n - k + 1) : 0,
        k < n ? beta_quantile(1 - tail, k + 1, n - k) : 1,
    };
}

/* Given k1 + k2 events, k1 is binomial with odds r t1 / t2, so bounds of its share are
 * bounds of r. */
struct bk_rate_ratio bk_poisson_ratio(double k1, double t1, double k2, double t2,
                                      double confidence)
{
    struct bk_interval share = bk_clopper_pearson(k1, k1 + k2, confidence);
    return (struct bk_rate_ratio){
        .ratio = k1 / t1 / (k2 / t2),
        .interval = {share.low / (1 - share.low) * t2 / t1,
                     share.high / (1 - share.high) * t2 / t1},
    };
}
