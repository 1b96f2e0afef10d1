/* The normal distribution and quantiles of the beta distribution.  Student's t has a
 * header of its own: student.h. */
#ifndef BK_STATS_DISTRIBUTION_H
#define BK_STATS_DISTRIBUTION_H

/* P(Z <= z). */
double bk_normal_below(double z);

/* The z with P(Z <= z) = q, for 0 < q < 1; NAN outside.  Abramowitz & Stegun 26.2.23,
 * then Newton's steps to the precision of a double. */
double bk_normal_quantile(double q);

/* The x with I_x(a, b) = q, for a, b > 0 and 0 <= q <= 1; NAN outside. By halving. */
double bk_beta_quantile(double q, double a, double b);

/* P(K <= k) of a binomial K of n trials with probability p each: I_{1-p}(n - k, k + 1)
 * (Abramowitz & Stegun 26.5.24).  0 for k < 0 and 1 for k >= n; NAN for p outside
 * [0, 1]. */
double bk_binomial_below(double k, double n, double p);

#endif
