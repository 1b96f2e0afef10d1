/* What a number of sessions can show: the smallest effect that a test would find, and the
 * sessions that it takes to find an effect.
 *
 * Effects are differences on the scale of the test: of logarithms, where exp(effect) - 1
 * is the relative change, or of shares. */
#ifndef BK_STATS_POWER_H
#define BK_STATS_POWER_H

#include <stddef.h>

struct bk_power_rule {
    double alpha; /* two-sided level: 0.05 */
    double power; /* chance to find the effect: 0.80 */
};

/* The difference that a pooled t test of n_old against n_new sessions finds with that
 * power: (t_{1-alpha/2,df} + t_{power,df}) sd sqrt(1/n_old + 1/n_new).  NAN when there is
 * no noise estimate (df or a side 0). */
double bk_detectable(const struct bk_power_rule *rule, double sd, double df,
                     double n_old, double n_new);

/* The inverse: how many sessions the new side needs in all so that a difference of
 * 'effect' is found, each of them beyond 'n_new' adding a degree of freedom to 'df'.
 * n_new when it is found already; 0 when 'most' would not do (too few old ones) or there
 * is no noise estimate. */
size_t bk_sessions_needed(const struct bk_power_rule *rule, double effect, double sd,
                          double df, size_t n_old, size_t n_new, size_t most);

#endif
