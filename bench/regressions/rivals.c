/* Rules of other tools; see rivals.h. */
#include "rivals.h"

#include <math.h>

#include "../../src/stats/edivisive.h"
#include "../../src/stats/levels.h"
#include "../../src/stats/rank.h"
#include "../../src/stats/student.h"
#include "../../src/stats/summary.h"

#define MOST_SESSIONS 64

static double newest(const struct trial *t)
{
    return t->values[t->n_old + t->n_new - 1];
}

static const double *new_of(const struct trial *t)
{
    return t->values + t->n_old;
}

/* The newest value against the last one before the change. */
static bool fixed(const struct trial *t, double threshold)
{
    return newest(t) / t->values[t->n_old - 1] - 1 <= -threshold;
}

static bool fixed_5(struct bk_arena *a, const struct trial *t)
{
    (void)a;
    return fixed(t, 0.05);
}

static bool fixed_10(struct bk_arena *a, const struct trial *t)
{
    (void)a;
    return fixed(t, 0.10);
}

static bool benchstat(struct bk_arena *a, const struct trial *t)
{
    struct bk_mann_whitney r =
        bk_mann_whitney_test(a, t->values, t->n_old, new_of(t), t->n_new);
    return r.p <= 0.05 && r.u > (double)t->n_old * (double)t->n_new / 2;
}

static bool bencher(struct bk_arena *a, const struct trial *t)
{
    (void)a;
    double s = bk_stddev(t->values, t->n_old), n = (double)t->n_old;
    double limit = bk_mean(t->values, t->n_old) -
                   bk_student_quantile(0.99, n - 1) * s * sqrt(1 + 1 / n);
    return s > 0 && newest(t) < limit;
}

static bool conbench(struct bk_arena *a, const struct trial *t)
{
    (void)a;
    double s = bk_stddev(t->values, t->n_old), best = newest(t);
    for (size_t i = 0; i < t->n_new; i++)
        best = fmax(best, new_of(t)[i]);
    return s > 0 && (best - bk_mean(t->values, t->n_old)) / s < -5;
}

static bool otava(struct bk_arena *a, const struct trial *t)
{
    size_t n;
    struct bk_change_point *c = bk_change_points(a, &bk_change_point_rule_otava,
                                                 t->values, t->n_old + t->n_new, &n);
    for (size_t i = 0; i < n; i++) {
        if (c[i].index + 1 >= t->n_old && c[i].change < 0)
            return true;
    }
    return false;
}

static bool asv(struct bk_arena *a, const struct trial *t)
{
    double time[MOST_SESSIONS]; /* low is good there */
    size_t n = t->n_old + t->n_new, n_levels;
    for (size_t i = 0; i < n; i++)
        time[i] = 1 / t->values[i];
    struct bk_level *levels = bk_levels(a, time, n, &n_levels, NULL);
    struct bk_level_verdict v = bk_level_regressions(a, levels, n_levels, 0.05);
    for (size_t i = 0; i < v.n; i++) {
        if (v.regressions[i].after + 1 >= t->n_old)
            return true;
    }
    return false;
}

const struct rival bench_rivals[] = {
    {"fixed 5 %", "the newest session is 5 % or more below the one before the change",
     0, fixed_5},
    {"fixed 10 %", "the same with 10 %", 0, fixed_10},
    {"benchstat",
     "Mann-Whitney, two-sided p <= 0.05, old against new (golang.org/x/perf benchmath)",
     0.025, benchstat},
    {"bencher",
     "the newest session under the one-sided 0.99 limit of Student's t, s of the old ones "
     "(bencher.dev, t_test boundary)",
     0.01, bencher},
    {"conbench",
     "the best new session more than 5 sample standard deviations under the old mean "
     "(conbench, lookback z-score)",
     2.9e-7, conbench},
    {"Otava",
     "a change point at the new sessions, or one session before, downwards; window 50, p "
     "0.001, population variances (apache/otava defaults)",
     0.001, otava},
    {"asv",
     "a step at the new sessions, or one before, to a worse level by more than 5 % and both "
     "errors (asv step_detect, detect_regressions)",
     0, asv},
};
const size_t bench_n_rivals = sizeof bench_rivals / sizeof bench_rivals[0];
