/* What a number of sessions can show; see power.h. */
#include "power.h"

#include <math.h>

#include "student.h"

double bk_detectable(const struct bk_power_rule *rule, double sd, double df,
                     double n_old, double n_new)
{
    if (!(df > 0) || !(n_old > 0) || !(n_new > 0))
        return (double)NAN;
    double t = bk_student_quantile(1 - rule->alpha / 2, df) +
               bk_student_quantile(rule->power, df);
    return t * sd * sqrt(1 / n_old + 1 / n_new);
}

size_t bk_sessions_needed(const struct bk_power_rule *rule, double effect, double sd,
                          double df, size_t n_old, size_t n_new, size_t most)
{
    if (!(df > 0) || n_old == 0 || !(effect > 0))
        return 0;
    for (size_t n = n_new > 0 ? n_new : 1; n <= most; n++) {
        double df_then = df + (n > n_new ? (double)(n - n_new) : 0);
        if (bk_detectable(rule, sd, df_then, (double)n_old, (double)n) <= effect)
            return n;
    }
    return 0;
}
