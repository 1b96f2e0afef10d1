/* Evidence and verdicts; see verdict.h. */
#include "verdict.h"

#include <math.h>

#include "../base/arena.h"
#include "counts.h"
#include "multiple.h"
#include "power.h"
#include "robust.h"
#include "student.h"

/* Fewer values do not show which of them is off. */
#define FEWEST_FOR_OUTLIERS 5
/* How exact an effect needs to be that is printed with a few digits. */
#define PRINTED   1e-4
#define MAX_STEPS 60

#define COMMON                                                                         \
    .alpha = 0.05, .power = 0.80, .enough_df = 4, .borrow_df = 5, .few_factor = 3,     \
    .bad_share = 0.10, .bad_weight = 10, .bad_distance = 4

const struct bk_verdict_rule bk_verdict_rule_report = {COMMON};
const struct bk_verdict_rule bk_verdict_rule_gate = {COMMON, .one_sided = true};

/* --- scale --- */

static bool has_scale(enum bk_scale scale, double value)
{
    return isfinite(value) && (scale == BK_SCALE_SHARE || value > 0);
}

static bool all_have_scale(enum bk_scale scale, const double *x, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (!has_scale(scale, x[i]))
            return false;
    }
    return true;
}

static double scaled(enum bk_scale scale, double value)
{
    return scale == BK_SCALE_SHARE ? value : log(value);
}

static double unscaled(enum bk_scale scale, double value)
{
    return scale == BK_SCALE_SHARE ? value : exp(value);
}

static double as_change(enum bk_scale scale, double difference)
{
    return scale == BK_SCALE_SHARE ? difference : expm1(difference);
}

/* --- one side --- */

struct side {
    double n, mean, squares;
};

/* Of all values but one (n: of all), on the scale, in two passes. */
static struct side side_without(enum bk_scale scale, const double *x, size_t n,
                                size_t without)
{
    struct side s = {0, 0, 0};
    for (size_t i = 0; i < n; i++) {
        if (i == without)
            continue;
        s.n++;
        s.mean += scaled(scale, x[i]);
    }
    s.mean /= s.n;
    for (size_t i = 0; i < n; i++) {
        if (i == without)
            continue;
        double off = scaled(scale, x[i]) - s.mean;
        s.squares += off * off;
    }
    return s;
}

static struct side side_of(enum bk_scale scale, const double *x, size_t n)
{
    return side_without(scale, x, n, n);
}

/* The lowest (sign -1) or highest (1) of some values. */
static size_t extreme(const double *x, size_t n, int sign)
{
    size_t at = 0;
    for (size_t i = 1; i < n; i++) {
        if (sign < 0 ? x[i] < x[at] : x[i] > x[at])
            at = i;
    }
    return at;
}

/* --- noise --- */

size_t bk_count_bad(struct bk_arena *a, const double *values, size_t n)
{
    if (n < FEWEST_FOR_OUTLIERS)
        return 0;
    struct bk_robust r = bk_robust_of(a, values, n);
    r.spread =
        r.mad_spread; /* counting one too many only makes a verdict more careful */
    size_t bad = 0;
    for (size_t i = 0; i < n; i++)
        bad += bk_is_outlier(bk_robust_z(&r, values[i]));
    return bad;
}

void bk_noise_add(struct bk_arena *a, struct bk_noise *noise, enum bk_scale scale,
                  const double *values, size_t n)
{
    if (n < 2 || !all_have_scale(scale, values, n))
        return;
    noise->squares += side_of(scale, values, n).squares;
    noise->df += (double)n - 1;
    if (n < FEWEST_FOR_OUTLIERS)
        return;
    noise->sessions += n;
    noise->bad += bk_count_bad(a, values, n);
}

struct bk_noise bk_noise_without(const struct bk_noise *all, const struct bk_noise *own)
{
    return (struct bk_noise){
        .squares = fmax(0, all->squares - own->squares),
        .df = fmax(0, all->df - own->df),
        .sessions = all->sessions - own->sessions,
        .bad = all->bad - own->bad,
    };
}

/* --- the test --- */

struct pair {
    struct side old, new;
};

struct noise { /* what a difference is measured by */
    double sd, df;
};

static struct noise noise_of(const struct pair *p, const struct bk_noise *borrowed)
{
    double df = p->old.n + p->new.n - 2 + borrowed->df;
    double squares = p->old.squares + p->new.squares + borrowed->squares;
    return (struct noise){df > 0 ? sqrt(squares / df) : (double)NAN, df};
}

static struct bk_t_test test_of(const struct pair *p, const struct noise *noise)
{
    return bk_t_of(p->new.mean - p->old.mean, noise->sd, (size_t)p->old.n,
                   (size_t)p->new.n, noise->df);
}

static double welch_p(const struct pair *p)
{
    if (p->old.n < 2 || p->new.n < 2)
        return (double)NAN;
    double a = p->old.squares / (p->old.n - 1) / p->old.n;
    double b = p->new.squares / (p->new.n - 1) / p->new.n;
    if (!(a + b > 0))
        return (double)NAN;
    double df = (a + b) * (a + b) / (a * a / (p->old.n - 1) + b * b / (p->new.n - 1));
    return bk_student_p((p->new.mean - p->old.mean) / sqrt(a + b), df);
}

/* --- bad sessions --- */

/* How often sessions are bad, after what has been seen: a beta distribution's mean. */
static double bad_share(const struct bk_verdict_rule *rule,
                        const struct bk_comparison *c)
{
    size_t own = c->n_old < FEWEST_FOR_OUTLIERS ? 0 : c->n_old;
    double seen = (double)(own + c->borrowed.sessions);
    double bad = (double)(c->bad_old + c->borrowed.bad);
    return (bad + rule->bad_share * rule->bad_weight) / (seen + rule->bad_weight);
}

static void set_shares(double share[BK_N_WORLDS], double bad, double n)
{
    share[BK_NONE_BAD] = pow(1 - bad, n);
    share[BK_ALL_BAD] = pow(bad, n);
    share[BK_SOME_BAD] =
        n > 1 ? fmax(0, 1 - share[BK_NONE_BAD] - share[BK_ALL_BAD]) : 0;
}

/* p without the most extreme session of the side that looks worse. */
static double p_without_extreme(const struct bk_comparison *c, struct pair p,
                                const struct bk_noise *borrowed, bool new_side)
{
    const double *x = new_side ? c->new : c->old;
    size_t n = new_side ? c->n_new : c->n_old;
    struct side rest = side_without(c->scale, x, n, extreme(x, n, (int)c->worse));
    double before = p.new.mean - p.old.mean;
    *(new_side ? &p.new : &p.old) = rest;
    struct noise noise = noise_of(&p, borrowed);
    struct bk_t_test t = test_of(&p, &noise);
    if (isnan(t.p) || (t.difference > 0) != (before > 0))
        return 1;
    return t.p;
}

/* Student's p in the direction of the difference, or in both. */
static double p_of_rule(const struct bk_verdict_rule *rule, double two_sided)
{
    return rule->one_sided ? two_sided / 2 : two_sided;
}

/* The t at which Student's p is alpha. */
static double student_critical(const struct bk_verdict_rule *rule, double df)
{
    return bk_student_quantile(1 - rule->alpha / (rule->one_sided ? 1 : 2), df);
}

/* Fills the p of each world and their average. */
static void allow_for_bad(const struct bk_verdict_rule *rule,
                          const struct bk_comparison *c, const struct pair *p,
                          const struct bk_noise *borrowed, struct bk_evidence *e)
{
    e->p_world[BK_NONE_BAD] = e->p = p_of_rule(rule, e->p_student);
    e->p_world[BK_SOME_BAD] = e->p_world[BK_ALL_BAD] = e->p;
    e->share[BK_NONE_BAD] = 1;
    if (c->worse == BK_NO_DIRECTION || isnan(e->p_student))
        return;
    bool new_side = (e->t > 0) == (c->worse == BK_HIGHER_IS_WORSE);
    double n = new_side ? p->new.n : p->old.n;
    set_shares(e->share, bad_share(rule, c), n);
    if (n > 1)
        e->p_world[BK_SOME_BAD] = p_of_rule(
            rule, fmax(e->p_student, p_without_extreme(c, *p, borrowed, new_side)));
    double delta = rule->bad_distance / sqrt(1 / p->old.n + 1 / p->new.n);
    e->p_world[BK_ALL_BAD] = bk_student_noncentral_above(fabs(e->t), e->df, delta);
    e->p = 0;
    for (int w = 0; w < BK_N_WORLDS; w++)
        e->p += e->share[w] * e->p_world[w];
}

/* p of one new session with a test value of t. */
static double p_of_one(const struct bk_verdict_rule *rule, const struct bk_evidence *e,
                       double t, double delta)
{
    double bad = e->share[BK_ALL_BAD];
    return (1 - bad) * p_of_rule(rule, bk_student_p(t, e->df)) +
           bad * bk_student_noncentral_above(t, e->df, delta);
}

/* The t that makes p = alpha.  One session must reach more than Student's; ln p falls
 * almost straight over t, so the chord between two bounds is halfway there each time. */
static double critical_t(const struct bk_verdict_rule *rule,
                         const struct bk_evidence *e)
{
    double low = student_critical(rule, e->df);
    if (e->n_new != 1 || !(e->share[BK_ALL_BAD] > 0))
        return low;
    double delta = rule->bad_distance / sqrt(1 / (double)e->n_old + 1);
    double ln_alpha = log(rule->alpha), high = fmax(low, delta);
    double above = log(p_of_one(rule, e, low, delta)), below = above;
    if (above <= ln_alpha)
        return low;
    while ((below = log(p_of_one(rule, e, high, delta))) > ln_alpha && isfinite(high)) {
        low = high;
        above = below;
        high *= 2;
    }
    for (int i = 0; i < MAX_STEPS && high - low > PRINTED * high; i++) {
        double t = low + (high - low) * (above - ln_alpha) / (above - below);
        double ln_p = log(p_of_one(rule, e, t, delta));
        if (fabs(ln_p - ln_alpha) < PRINTED)
            return t;
        if (ln_p > ln_alpha) {
            low = t;
            above = ln_p;
        } else {
            high = t;
            below = ln_p;
        }
    }
    return high;
}

/* --- the evidence --- */

static enum bk_tier tier_of(const struct bk_verdict_rule *rule,
                            const struct bk_comparison *c)
{
    if (c->n_old == 0 || c->n_new == 0)
        return BK_TIER_0;
    double own = (double)(c->n_old + c->n_new) - 2;
    bool lends = c->borrowed.df > 0 && own + c->borrowed.df >= rule->borrow_df;
    if (own >= rule->borrow_df)
        return BK_TIER_3;
    if (lends)
        return BK_TIER_2;
    if (own >= rule->enough_df)
        return BK_TIER_3;
    return own > 0 ? BK_TIER_2_ALONE : BK_TIER_1;
}

static struct bk_evidence no_evidence(const struct bk_comparison *c)
{
    const double nan = (double)NAN;
    return (struct bk_evidence){
        .n_old = c->n_old,
        .n_new = c->n_new,
        .old = nan,
        .new = nan,
        .change = nan,
        .within = {nan, nan},
        .sd = nan,
        .df = nan,
        .t = nan,
        .p_student = nan,
        .p_welch = nan,
        .p = nan,
        .detectable = nan,
        .error = nan,
        .scale = c->scale,
        .worse = c->worse,
        .floor = c->floor,
        .needed = c->floor,
        .validity = c->validity,
        .p_world = {nan, nan, nan},
        .p_adjusted = nan,
    };
}

static void test(const struct bk_verdict_rule *rule, const struct bk_comparison *c,
                 const struct pair *p, struct bk_evidence *e)
{
    const struct bk_noise none = {0, 0, 0, 0};
    const struct bk_noise *borrowed = e->tier == BK_TIER_2 ? &c->borrowed : &none;
    struct noise noise = noise_of(p, borrowed);
    struct bk_t_test t = test_of(p, &noise);
    e->sd = noise.sd;
    e->df = noise.df;
    e->no_noise = !(noise.sd > 0);
    if (e->no_noise)
        return;
    e->t = t.t;
    e->p_student = t.p;
    e->p_welch = welch_p(p);
    if (e->tier == BK_TIER_2_ALONE)
        e->needed = rule->few_factor * c->floor;
    double half = student_critical(rule, e->df) * t.standard_error;
    e->within.low = as_change(c->scale, t.difference - half);
    e->within.high = as_change(c->scale, t.difference + half);
    allow_for_bad(rule, c, p, borrowed, e);
    e->error = t.standard_error;
}

/* --- first events --- */

static double mean_of(const double *x, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += x[i];
    return sum / (double)n;
}

/* Of the difference of a share to 0 of so many: R. G. Newcombe, Statistics in Medicine 17
 * (1998), method 10, by Wilson's intervals. */
static struct bk_interval above_none(const struct bk_first_events *first,
                                     double confidence)
{
    double share = first->n / first->new_of;
    struct bk_interval old = bk_wilson(0, first->old_of, confidence);
    struct bk_interval new = bk_wilson(first->n, first->new_of, confidence);
    return (struct bk_interval){share - hypot(share - new.low, old.high),
                                share + (new.high - share)};
}

/* No noise is estimated, and no bad session allowed for: there never was such a thing. */
static struct bk_evidence measure_first(const struct bk_verdict_rule *rule,
                                        const struct bk_comparison *c)
{
    const struct bk_first_events *first = &c->first;
    struct bk_evidence e = no_evidence(c);
    e.first = *first;
    e.tier = tier_of(rule, c);
    e.old = 0;
    e.new = mean_of(c->new, c->n_new);
    e.change = c->scale == BK_SCALE_SHARE ? e.new : (double)INFINITY;
    e.needed = c->scale == BK_SCALE_SHARE ? c->floor : 0;
    if (e.tier == BK_TIER_0 || e.tier == BK_TIER_1)
        return e;
    e.p = bk_all_in_second(first->n, first->old_of, first->new_of, first->of_requests);
    if (!rule->one_sided)
        e.p = first->of_requests ? bk_fisher(0, first->old_of, first->n, first->new_of)
                                 : fmin(1, 2 * e.p);
    for (int w = 0; w < BK_N_WORLDS; w++)
        e.p_world[w] = e.p;
    e.share[BK_NONE_BAD] = 1;
    if (c->scale == BK_SCALE_SHARE)
        e.within = above_none(first, 1 - (rule->one_sided ? 2 : 1) * rule->alpha);
    return e;
}

struct bk_evidence bk_measure(const struct bk_verdict_rule *rule,
                              const struct bk_comparison *c)
{
    if (c->first.n > 0 && c->validity == BK_COMPARABLE)
        return measure_first(rule, c);
    struct bk_evidence e = no_evidence(c);
    e.no_value = !all_have_scale(c->scale, c->old, c->n_old) ||
                 !all_have_scale(c->scale, c->new, c->n_new);
    if (e.no_value || c->validity != BK_COMPARABLE)
        return e;
    e.tier = tier_of(rule, c);
    struct pair p = {{0, 0, 0}, {0, 0, 0}};
    if (c->n_old > 0) {
        p.old = side_of(c->scale, c->old, c->n_old);
        e.old = unscaled(c->scale, p.old.mean);
    }
    if (c->n_new > 0) {
        p.new = side_of(c->scale, c->new, c->n_new);
        e.new = unscaled(c->scale, p.new.mean);
    }
    if (e.tier == BK_TIER_0)
        return e;
    e.change = as_change(c->scale, p.new.mean - p.old.mean);
    if (e.tier != BK_TIER_1)
        test(rule, c, &p, &e);
    return e;
}

/* --- the verdict --- */

static void say(struct bk_evidence *e, enum bk_verdict verdict, enum bk_reason reason)
{
    e->verdict = verdict;
    e->reason = reason;
}

static void say_changed(struct bk_evidence *e, enum bk_reason reason)
{
    bool worse = (e->change > 0) == (e->worse == BK_HIGHER_IS_WORSE);
    if (e->worse == BK_NO_DIRECTION)
        say(e, BK_VERDICT_INCONCLUSIVE, BK_REASON_NO_DIRECTION);
    else
        say(e, worse ? BK_VERDICT_REGRESSION : BK_VERDICT_IMPROVEMENT, reason);
}

static bool said_without_test(struct bk_evidence *e)
{
    if (e->validity == BK_NOT_THE_SAME)
        say(e, BK_VERDICT_NOT_COMPARABLE, BK_REASON_NOT_COMPARABLE);
    else if (e->validity == BK_INVALID_RUN)
        say(e, BK_VERDICT_INVALID, BK_REASON_INVALID);
    else if (e->no_value)
        say(e, BK_VERDICT_INSUFFICIENT_EVIDENCE, BK_REASON_NO_VALUE);
    else if (e->tier == BK_TIER_0)
        say(e, BK_VERDICT_INSUFFICIENT_EVIDENCE, BK_REASON_FIRST);
    else if (e->tier == BK_TIER_1)
        say(e, BK_VERDICT_INSUFFICIENT_EVIDENCE, BK_REASON_NO_NOISE);
    else if (e->no_noise && fabs(e->change) >= e->floor)
        say_changed(e, BK_REASON_CONSTANT);
    else if (e->no_noise)
        say(e, BK_VERDICT_NO_MATERIAL_CHANGE, BK_REASON_CONSTANT);
    else
        return false;
    return true;
}

static enum bk_reason why_not(const struct bk_verdict_rule *rule,
                              const struct bk_evidence *e)
{
    if (e->p_adjusted <= rule->alpha)
        return fabs(e->change) < e->floor ? BK_REASON_SMALL : BK_REASON_FEW;
    if (e->p <= rule->alpha)
        return BK_REASON_FAMILY;
    return e->p_world[BK_NONE_BAD] <= rule->alpha ? BK_REASON_BAD_SESSION
                                                  : BK_REASON_NOISE;
}

double bk_detectable_change(const struct bk_verdict_rule *rule,
                            const struct bk_evidence *e)
{
    if (!(e->error > 0) || !(rule->power > 0))
        return (double)NAN;
    double t = critical_t(rule, e) + bk_student_quantile(rule->power, e->df);
    return as_change(e->scale, t * e->error);
}

static void judge(const struct bk_verdict_rule *rule, struct bk_evidence *e)
{
    if (said_without_test(e))
        return;
    if (e->p_adjusted <= rule->alpha && fabs(e->change) >= e->needed)
        say_changed(e, e->n_new == 1 ? BK_REASON_FIRST_SEEN : BK_REASON_CHANGED);
    else if (e->within.low > -e->floor && e->within.high < e->floor)
        say(e, BK_VERDICT_NO_MATERIAL_CHANGE, BK_REASON_EQUAL);
    else
        say(e, BK_VERDICT_INCONCLUSIVE, why_not(rule, e));
    if (e->verdict == BK_VERDICT_INCONCLUSIVE && rule->power > 0)
        e->detectable = bk_detectable_change(rule, e);
}

static void adjust(struct bk_arena *a, enum bk_adjustment adjustment, double *p,
                   size_t n)
{
    switch (adjustment) {
    case BK_ADJUST_NONE:
        break;
    case BK_ADJUST_HOLM:
        bk_holm(a, p, n, p);
        break;
    case BK_ADJUST_BENJAMINI_HOCHBERG:
        bk_benjamini_hochberg(a, p, n, p);
        break;
    }
}

void bk_judge(struct bk_arena *a, const struct bk_verdict_rule *rule,
              enum bk_adjustment adjustment, struct bk_evidence *family, size_t n)
{
    struct bk_arena_mark mark = bk_arena_mark(a);
    double *p = bk_alloc_array(a, n + 1, sizeof *p);
    for (size_t i = 0; i < n; i++)
        family[i].p_adjusted = isnan(family[i].p) ? (double)NAN : 0;
    for (int w = 0; w < BK_N_WORLDS; w++) {
        for (size_t i = 0; i < n; i++)
            p[i] = family[i].p_world[w];
        adjust(a, adjustment, p, n);
        for (size_t i = 0; i < n; i++)
            family[i].p_adjusted += family[i].share[w] * p[i];
    }
    for (size_t i = 0; i < n; i++)
        judge(rule, &family[i]);
    bk_arena_release(a, mark);
}

/* --- more sessions --- */

size_t bk_sessions_to_see(const struct bk_verdict_rule *rule,
                          const struct bk_evidence *e, double change, size_t most)
{
    double two_sided = rule->one_sided ? 2 * rule->alpha : rule->alpha;
    struct bk_power_rule power = {two_sided, rule->power};
    double effect = change;
    if (e->scale ==
        BK_SCALE_RATIO) /* a drop is the larger step on the scale of logarithms */
        effect = log1p(e->worse == BK_LOWER_IS_WORSE ? -change : change);
    if (!(e->sd > 0))
        return 0;
    return bk_sessions_needed(&power, fabs(effect), e->sd, e->df, e->n_old, e->n_new,
                              most);
}

/* --- what is to come --- */

struct bk_evidence bk_foresee(const struct bk_verdict_rule *rule,
                              const struct bk_comparison *c, size_t n_new)
{
    struct bk_comparison next = *c;
    next.n_new = n_new;
    struct bk_evidence e = no_evidence(&next);
    e.no_value = !all_have_scale(c->scale, c->old, c->n_old);
    e.tier = tier_of(rule, &next);
    if (e.no_value || e.tier == BK_TIER_0 || e.tier == BK_TIER_1)
        return e;
    const struct bk_noise none = {0, 0, 0, 0};
    struct pair p = {side_of(c->scale, c->old, c->n_old), {1, 0, 0}};
    struct noise noise = noise_of(&p, e.tier == BK_TIER_2 ? &c->borrowed : &none);
    e.old = unscaled(c->scale, p.old.mean);
    if (!(noise.df > 0))
        return e;
    e.sd = noise.sd;
    e.df = noise.df + (double)n_new - 1;
    e.no_noise = !(noise.sd > 0);
    if (e.tier == BK_TIER_2_ALONE)
        e.needed = rule->few_factor * c->floor;
    set_shares(e.share, bad_share(rule, c), (double)n_new);
    e.error = noise.sd * sqrt(1 / (double)c->n_old + 1 / (double)n_new);
    return e;
}

/* --- names --- */

const char *bk_tier_name(enum bk_tier tier)
{
    static const char *const names[] = {
        [BK_TIER_0] = "T0",        [BK_TIER_1] = "T1", [BK_TIER_2] = "T2",
        [BK_TIER_2_ALONE] = "T2'", [BK_TIER_3] = "T3",
    };
    return names[tier];
}

const char *bk_verdict_name(enum bk_verdict verdict)
{
    static const char *const names[] = {
        [BK_VERDICT_REGRESSION] = "regression",
        [BK_VERDICT_IMPROVEMENT] = "improvement",
        [BK_VERDICT_NO_MATERIAL_CHANGE] = "no_material_change",
        [BK_VERDICT_INCONCLUSIVE] = "inconclusive",
        [BK_VERDICT_INSUFFICIENT_EVIDENCE] = "insufficient_evidence",
        [BK_VERDICT_INVALID] = "invalid",
        [BK_VERDICT_NOT_COMPARABLE] = "not_comparable",
    };
    return names[verdict];
}

const char *bk_reason_text(enum bk_reason reason)
{
    static const char *const texts[] = {
        [BK_REASON_CHANGED] = "more than noise",
        [BK_REASON_FIRST_SEEN] = "more than noise, seen in one session",
        [BK_REASON_CONSTANT] = "all sessions equal: no noise to test by",
        [BK_REASON_EQUAL] = "any change is smaller than what matters",
        [BK_REASON_NOISE] = "could be noise",
        [BK_REASON_BAD_SESSION] = "a bad session would explain it: repeat the session",
        [BK_REASON_FAMILY] = "among so many tests one like this is to be expected",
        [BK_REASON_SMALL] = "more than noise, less than what matters",
        [BK_REASON_FEW] = "so few sessions show only large changes",
        [BK_REASON_NO_DIRECTION] = "changed; neither way is better",
        [BK_REASON_FIRST] = "first session, becomes the baseline",
        [BK_REASON_NO_NOISE] = "one session against one: a ratio, no test",
        [BK_REASON_NO_VALUE] = "a value at or below 0 has no ratio",
        [BK_REASON_INVALID] = "the run failed or cannot be believed",
        [BK_REASON_NOT_COMPARABLE] = "not the same thing was measured",
    };
    return texts[reason];
}

const char *bk_method_name(const struct bk_evidence *e)
{
    if (e->no_noise)
        return "floor alone";
    if (e->first.n > 0 && !isnan(e->p))
        return e->first.of_requests ? "fisher exact" : "poisson exact";
    if (isnan(e->p_student))
        return "";
    if (e->tier == BK_TIER_2)
        return "student t, borrowed noise";
    return e->n_new == 1 ? "student t, prediction" : "student t";
}
