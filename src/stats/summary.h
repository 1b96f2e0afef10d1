/* Summaries of a few numbers and comparisons of two groups of them.
 *
 * Pure functions over arrays; each names its formula.  Where there is nothing to say the result is NaN. */
#ifndef BK_STATS_SUMMARY_H
#define BK_STATS_SUMMARY_H

#include <stdbool.h>
#include <stddef.h>

struct bk_interval {
    double low, high;
};

/* --- one group --- */

double bk_mean(const double *x, size_t n);
/* Mean of the logarithms' exponential; NaN when a number is not above 0. */
double bk_geometric_mean(const double *x, size_t n);
/* Sum of squared distances from the mean, in two passes. */
double bk_sum_of_squares(const double *x, size_t n);
/* Sample standard deviation (n - 1); NaN below two numbers. */
double bk_stddev(const double *x, size_t n);

/* Rising order, NaNs last; percentiles and the median want it so. */
void bk_sort(double *x, size_t n);
double bk_median(const double *sorted, size_t n);
/* The smallest number with at least a share q at or below it; q in (0, 1], and the
 * minimum for q = 0. */
double bk_percentile_nearest(const double *sorted, size_t n, double q);
/* Between neighbours, at q (n - 1): what numpy and R call linear, type 7. */
double bk_percentile_linear(const double *sorted, size_t n, double q);
/* The same of numbers in any order (no NaNs), which stand in another one afterwards; in
 * time that grows as n does (C. A. R. Hoare, "Algorithm 65: Find", CACM 4, 1961). */
double bk_percentile_find(double *x, size_t n, double q);

/* --- two groups --- */

struct bk_t_test { /* of the difference new - old; all NaN when it cannot be computed */
    double t, df, p;   /* p: two-sided */
    double difference; /* of the means */
    double standard_error;
};

/* Student's t with one variance for both groups. */
struct bk_t_test bk_t_pooled(const double *old, size_t n_old, const double *new,
                             size_t n_new);
/* Welch's t: a variance for each group, degrees of freedom by Satterthwaite. */
struct bk_t_test bk_t_welch(const double *old, size_t n_old, const double *new,
                            size_t n_new);
/* With a standard deviation from elsewhere (borrowed noise; one new number). */
struct bk_t_test bk_t_of(double difference, double stddev, size_t n_old, size_t n_new,
                         double df);
/* Where the difference lies with this confidence (0.95). */
struct bk_interval bk_t_interval(const struct bk_t_test *t, double confidence);

/* Natural logarithms of n numbers; false when one is not above 0.  The difference of
 * means of logarithms is the logarithm of a ratio: exp() of it and of its interval. */
bool bk_logarithms(const double *x, size_t n, double *out);

/* Where one more number of a group of n will lie: mean -/+ t s sqrt(1 + 1/n). */
struct bk_interval bk_prediction(double mean, double stddev, size_t n,
                                 double confidence);

#endif
