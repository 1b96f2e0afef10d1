/* Student's t distribution: see student.h. */
#include "student.h"

#include <math.h>
#include <stdbool.h>

#include "distribution.h"

/* A continued fraction that has not settled by then will not. */
#define MAX_TERMS 500
#define SETTLED   1e-15
/* Stands in for a zero denominator in Lentz' method. */
#define TINY 1e-300
/* Newton's method needs 1 to 6. */
#define MAX_STEPS 200
/* A relative step; the next one would be its square. */
#define LAST_STEP 1e-8
/* The logarithm of a weight that no longer matters: 1e-11. */
#define LN_NEGLIGIBLE (-25.0)

static const double pi = 3.14159265358979323846;

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

/* The density of t. */
static double density(double t, double df)
{
    double ln_scale = lgamma((df + 1) / 2) - lgamma(df / 2) - log(df * pi) / 2;
    return exp(ln_scale - (df + 1) / 2 * log1p(t * t / df));
}

/* With fewer degrees of freedom the later terms of the expansion lead astray. */
#define ENOUGH_DF 3
/* A first guess: the normal quantile and four terms of its expansion in 1/df (Abramowitz
 * & Stegun 26.7.5). */
static double guess(double tail, double df)
{
    double z = -bk_normal_quantile(tail / 2), y = z * z;
    double g1 = z * (y + 1) / 4;
    double g2 = z * ((5 * y + 16) * y + 3) / 96;
    if (df < ENOUGH_DF)
        return z + (g1 + g2 / df) / df;
    double g3 = z * (((3 * y + 19) * y + 17) * y - 15) / 384;
    double g4 = z * ((((79 * y + 776) * y + 1482) * y - 1920) * y - 945) / 92160;
    return z + (g1 + (g2 + (g3 + g4 / df) / df) / df) / df;
}

/* Newton's method for ln p over ln t, which is concave: from the second step on the
 * guesses come down to the answer and never pass it. */
double bk_student_quantile(double q, double df)
{
    if (!(df > 0) || !(q > 0) || !(q < 1))
        return (double)NAN;
    bool upper = q > 0.5;
    double tail = 2 * (upper ? 1 - q : q); /* two-sided p of the answer */
    if (!(tail < 1))
        return 0;
    double t = guess(tail, df);
    for (int i = 0; i < MAX_STEPS; i++) {
        double p = bk_student_p(t, df), slope = 2 * t * density(t, df) / p;
        double step = log(p / tail) / slope;
        if (!isfinite(step))
            break;
        t *= exp(step);
        if (fabs(step) < LAST_STEP)
            break;
    }
    return upper ? t : -t;
}

double bk_student_noncentral_above(double t, double df, double delta)
{
    if (!(df > 0) || isnan(t) || isnan(delta))
        return (double)NAN;
    if (isinf(df))
        return bk_normal_below(delta - t);
    /* fine enough for the density of ln S, and for Phi over the places where it rises */
    double h = fmin(0.4 / sqrt(2 * df), 0.5 / (1 + fabs(delta)));
    double sum = 0, weights = 0;
    for (int side = -1; side <= 1; side += 2) {
        for (double i = side < 0 ? 0 : 1;; i++) {
            double u = side * i * h;
            double ln_weight = df * (u - expm1(2 * u) / 2); /* 0, the most, at u = 0 */
            if (ln_weight < LN_NEGLIGIBLE)
                break;
            double weight = exp(ln_weight);
            weights += weight;
            sum += weight * bk_normal_below(delta - t * exp(u));
        }
    }
    return sum / weights;
}
