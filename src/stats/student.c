/* Student's t distribution: see student.h. */
#include "student.h"

#include <math.h>
#include <stdbool.h>

/* A continued fraction that has not settled by then will not. */
#define MAX_TERMS 500
#define SETTLED   1e-15
/* Stands in for a zero denominator in Lentz' method. */
#define TINY 1e-300

static double away_from_zero(double x)
{
    return fabs(x) < TINY ? TINY : x;
}

/* The continued fraction of I_x(a, b), which converges fast for x < (a+1)/(a+b+2). */
static double beta_fraction(double a, double b, double x)
{
    double c = 1;
    double d = 1 / away_from_zero(1 - (a + b) * x / (a + 1));
    double sum = d;
    for (int i = 1; i <= MAX_TERMS; i++) {
        double m = i;
        double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
        d = 1 / away_from_zero(1 + even * d);
        c = away_from_zero(1 + even / c);
        sum *= d * c;
        double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
        d = 1 / away_from_zero(1 + odd * d);
        c = away_from_zero(1 + odd / c);
        sum *= d * c;
        if (fabs(d * c - 1) < SETTLED)
            break;
    }
    return sum;
}

double bk_beta_regularised(double a, double b, double x)
{
    if (!(a > 0) || !(b > 0) || !(x >= 0) || !(x <= 1))
        return (double)NAN;
    if (x == 0 || x == 1)
        return x;
    double front =
        exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x));
    if (x < (a + 1) / (a + b + 2))
        return front * beta_fraction(a, b, x) / a;
    return 1 - front * beta_fraction(b, a, 1 - x) / b;
}

double bk_student_p(double t, double df)
{
    if (!(df > 0) || isnan(t))
        return (double)NAN;
    if (isinf(t))
        return 0;
    return bk_beta_regularised(df / 2, 0.5, df / (df + t * t));
}

double bk_student_quantile(double q, double df)
{
    if (!(df > 0) || !(q > 0) || !(q < 1))
        return (double)NAN;
    if (q == 0.5)
        return 0;
    bool upper = q > 0.5;
    double tail = 2 * (upper ? 1 - q : q); /* two-sided p of the answer */
    double low = 0, high = 1;
    while (bk_student_p(high, df) > tail && high < 1e300)
        high *= 2;
    /* p falls with t; halving the interval until it is two neighbouring numbers */
    for (double mid = (low + high) / 2; mid > low && mid < high;
         mid = (low + high) / 2) {
        if (bk_student_p(mid, df) > tail)
            low = mid;
        else
            high = mid;
    }
    return upper ? high : -high;
}
