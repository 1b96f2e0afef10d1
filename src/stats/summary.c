/* Summaries and comparisons of a few numbers; see summary.h. */
#include "summary.h"

#include <math.h>
#include <stdlib.h>

#include "student.h"

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

/* The values of a session or a few are put in order with less ado. */
#define FEW 64

static void sort_few(double *x, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        double value = x[i];
        size_t k = i;
        for (; k > 0 && x[k - 1] > value; k--)
            x[k] = x[k - 1];
        x[k] = value;
    }
}

static bool all_are_numbers(const double *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (isnan(x[i]))
            return false;
    return true;
}

void bk_sort(double *x, size_t n)
{
    if (n < 2)
        return;
    if (n <= FEW && all_are_numbers(x, n))
        sort_few(x, n);
    else
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

static void swap(double *a, double *b)
{
    double x = *a;
    *a = *b;
    *b = x;
}

/* The median of the first, the last and the middle one. */
static double pivot_of(const double *x, ptrdiff_t first, ptrdiff_t last)
{
    double a = x[first], b = x[first + (last - first) / 2], c = x[last];
    double low = fmin(a, b), high = fmax(a, b);
    return fmax(low, fmin(high, c));
}

/* What may be looked at for each number; past it, they were chosen to make this slow. */
#define LOOKS 20

/* Puts the number that would stand at k in rising order there, what is not above it
 * before it and what is not below it behind it. */
static void find_place(double *x, size_t n, ptrdiff_t k)
{
    ptrdiff_t first = 0, last = (ptrdiff_t)n - 1, left = LOOKS * (ptrdiff_t)n;
    while (first < last) {
        left -= last - first;
        if (left < 0) {
            bk_sort(x + first, (size_t)(last - first) + 1);
            return;
        }
        double pivot = pivot_of(x, first, last);
        ptrdiff_t i = first, j = last;
        while (i <= j) {
            while (x[i] < pivot)
                i++;
            while (x[j] > pivot)
                j--;
            if (i <= j)
                swap(&x[i++], &x[j--]);
        }
        if (k <= j)
            last = j;
        else if (k >= i)
            first = i;
        else
            return;
    }
}

double bk_percentile_find(double *x, size_t n, double q)
{
    if (n == 0 || !(q >= 0 && q <= 1))
        return (double)NAN;
    double place = q * (double)(n - 1);
    size_t below = (size_t)place;
    find_place(x, n, (ptrdiff_t)below);
    if (below + 1 >= n)
        return x[n - 1];
    double next = x[below + 1];
    for (size_t i = below + 2; i < n; i++)
        next = x[i] < next ? x[i] : next;
    return x[below] + (next - x[below]) * (place - (double)below);
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

struct bk_t_test bk_t_pooled(const double *old, size_t n_old, const double *new,
                             size_t n_new)
{
    double difference = bk_mean(new, n_new) - bk_mean(old, n_old);
    double df = (double)n_old + (double)n_new - 2;
    double squares = bk_sum_of_squares(old, n_old) + bk_sum_of_squares(new, n_new);
    return bk_t_of(difference, sqrt(squares / df), n_old, n_new, df);
}

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

struct bk_interval bk_prediction(double mean, double stddev, size_t n,
                                 double confidence)
{
    double t = bk_student_quantile(0.5 + confidence / 2, (double)n - 1);
    double half = t * stddev * sqrt(1 + 1 / (double)n);
    return (struct bk_interval){mean - half, mean + half};
}
