/* Proportions and rates of events; see counts.h. */
#include "counts.h"

#include <math.h>

#include "distribution.h"

/* Two tables that are equally likely may differ by rounding (R's fisher.test). */
#define EQUALLY_LIKELY 1e-7
/* A term below this share of the sum does not change it. */
#define NEGLIGIBLE 1e-17

static const struct bk_interval unknown = {(double)NAN, (double)NAN};

struct bk_interval bk_wilson(double k, double n, double confidence)
{
    if (!(n > 0) || !(k >= 0 && k <= n))
        return unknown;
    double z = bk_normal_quantile(0.5 + confidence / 2), p = k / n, z2 = z * z;
    double centre = (p + z2 / (2 * n)) / (1 + z2 / n);
    double half = z * sqrt(p * (1 - p) / n + z2 / (4 * n * n)) / (1 + z2 / n);
    /* at 0 and n the bound is exact, whatever rounding makes of it */
    return (struct bk_interval){k > 0 ? fmax(centre - half, 0) : 0,
                                k < n ? fmin(centre + half, 1) : 1};
}

struct bk_interval bk_clopper_pearson(double k, double n, double confidence)
{
    double tail = (1 - confidence) / 2;
    if (!(n > 0) || !(k >= 0 && k <= n))
        return unknown;
    return (struct bk_interval){
        k > 0 ? bk_beta_quantile(tail, k, n - k + 1) : 0,
        k < n ? bk_beta_quantile(1 - tail, k + 1, n - k) : 1,
    };
}

/* --- Fisher --- */

struct table {
    double n1, n2, k; /* k events in all, of n1 + n2 */
};

static double ln_choose(double n, double k)
{
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1);
}

static double ln_probability(const struct table *t, double x)
{
    return ln_choose(t->n1, x) + ln_choose(t->n2, t->k - x) -
           ln_choose(t->n1 + t->n2, t->k);
}

/* The sum of the probabilities from x on, downwards (step -1) or upwards (1), away from
 * the likeliest table. */
static double tail_from(const struct table *t, double x, int step)
{
    double term = exp(ln_probability(t, x)), sum = 0;
    while (term > NEGLIGIBLE * sum) {
        sum += term;
        double up = (t->n1 - x) * (t->k - x) / ((x + 1) * (t->n2 - t->k + x + 1));
        double down = x * (t->n2 - t->k + x) / ((t->n1 - x + 1) * (t->k - x + 1));
        term *= step > 0 ? up : down;
        x += step;
    }
    return sum;
}

/* The table nearest to 'inside' that is no likelier than ln_p, between there and
 * 'outside', which lies in the direction of 'step'; further out when there is none. */
static double first_as_rare(const struct table *t, double ln_p, double inside,
                            double outside, double step)
{
    if (ln_probability(t, outside) > ln_p)
        return outside + step;
    while (fabs(outside - inside) > 1) {
        double middle = floor((inside + outside) / 2);
        if (ln_probability(t, middle) > ln_p)
            inside = middle;
        else
            outside = middle;
    }
    return ln_probability(t, inside) > ln_p ? outside : inside;
}

double bk_fisher(double k1, double n1, double k2, double n2)
{
    if (!(k1 >= 0 && k1 <= n1) || !(k2 >= 0 && k2 <= n2) || isinf(n1) || isinf(n2))
        return (double)NAN;
    struct table t = {n1, n2, k1 + k2};
    double least = fmax(0, t.k - n2), most = fmin(t.k, n1);
    double mode = floor((t.k + 1) * (n1 + 1) / (n1 + n2 + 2));
    mode = fmin(fmax(mode, least), most);
    double ln_p = ln_probability(&t, k1) + EQUALLY_LIKELY;
    if (ln_probability(&t, mode) <= ln_p)
        return 1;
    double p = 0, below = first_as_rare(&t, ln_p, mode, least, -1);
    double above = first_as_rare(&t, ln_p, mode, most, 1);
    if (below >= least)
        p += tail_from(&t, below, -1);
    if (above <= most)
        p += tail_from(&t, above, 1);
    return fmin(p, 1);
}

/* --- rates --- */

#define LARGE_COUNT 1e4 /* from here on the cube root is as good */

/* P(K >= k) of a Poisson count with this mean: the regularised incomplete gamma function
 * P(k, mean), by its series.  k >= 1. */
static double k_or_more(double k, double mean)
{
    double term = exp(k * log(mean) - mean - lgamma(k + 1)), sum = 0;
    for (double i = k; term > NEGLIGIBLE * sum; i++) {
        sum += term;
        term *= mean / (i + 1);
    }
    return fmin(sum, 1);
}

/* The mean for which k or more are as likely as p, between bounds. */
static double mean_for(double k, double p, double low, double high)
{
    for (int i = 0; i < 200 && high - low > 1e-12 * high; i++) {
        double middle = (low + high) / 2;
        if (k_or_more(k, middle) < p)
            low = middle;
        else
            high = middle;
    }
    return (low + high) / 2;
}

/* The quantile of a gamma distribution of this shape, by Wilson and Hilferty. */
static double gamma_near(double shape, double z)
{
    double root = 1 - 1 / (9 * shape) + z / (3 * sqrt(shape));
    return shape * root * root * root;
}

struct bk_interval bk_poisson_interval(double k, double confidence)
{
    if (!(k >= 0) || isinf(k) || !(confidence > 0 && confidence < 1))
        return (struct bk_interval){(double)NAN, (double)NAN};
    double tail = (1 - confidence) / 2, z = bk_normal_quantile(1 - tail);
    if (k > LARGE_COUNT)
        return (struct bk_interval){gamma_near(k, -z), gamma_near(k + 1, z)};
    double wide = k + 1 + 40 + 10 * z * sqrt(k + 1);
    return (struct bk_interval){k > 0 ? mean_for(k, tail, 0, wide) : 0,
                                mean_for(k + 1, 1 - tail, 0, wide)};
}

double bk_all_in_second(double k, double n1, double n2, bool once)
{
    if (!(k >= 0) || !(n1 >= 0) || !(n2 > 0) || (once && k > n2))
        return (double)NAN;
    if (!once)
        return pow(n2 / (n1 + n2), k);
    return exp(ln_choose(n2, k) - ln_choose(n1 + n2, k));
}

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
