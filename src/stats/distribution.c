/* The normal distribution and quantiles; see distribution.h. */
#include "distribution.h"

#include <math.h>

#include "student.h"

/* Newton doubles the digits: from the 3 of the first guess to all 16. */
#define NEWTON_STEPS 4

static const double root_2 = 1.41421356237309504880;
static const double root_2_pi = 2.50662827463100050242;

double bk_normal_below(double z)
{
    return erfc(-z / root_2) / 2;
}

double bk_normal_quantile(double q)
{
    if (!(q > 0) || !(q < 1))
        return (double)NAN;
    if (q > 0.5) /* 1 - q is exact here, and the small tail keeps its digits */
        return -bk_normal_quantile(1 - q);
    double t = sqrt(-2 * log(q));
    double z = -(t - (2.515517 + t * (0.802853 + t * 0.010328)) /
                         (1 + t * (1.432788 + t * (0.189269 + t * 0.001308))));
    for (int i = 0; i < NEWTON_STEPS; i++)
        z -= (bk_normal_below(z) - q) * root_2_pi * exp(z * z / 2);
    return z;
}

double bk_beta_quantile(double q, double a, double b)
{
    if (!(a > 0) || !(b > 0) || !(q >= 0) || !(q <= 1))
        return (double)NAN;
    double low = 0, high = 1;
    for (double x = 0.5; x > low && x < high; x = (low + high) / 2) {
        if (bk_beta_regularised(a, b, x) < q)
            low = x;
        else
            high = x;
    }
    return high;
}

double bk_binomial_below(double k, double n, double p)
{
    if (!(p >= 0) || !(p <= 1) || isnan(k) || isnan(n))
        return (double)NAN;
    if (k < 0)
        return 0;
    if (k >= n)
        return 1;
    k = floor(k);
    return bk_beta_regularised(n - k, k + 1, 1 - p);
}
