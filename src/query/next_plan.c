/* Candidates for experiments, kind by kind, and a choice among them (see
 * next_plan.h; the kinds are those of a careful tester: repair, replicate, bracket,
 * bisect, separate, and what the response surface expects most of). */
#include "next_plan.h"

#include "../base/num.h"
#include "capacity.h"
#include "next_level.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ENOUGH_SESSIONS ((size_t)3) /* of the best, to be sure of it */
#define UNKNOWN_SESSIONS                                                               \
    ((size_t)2)                /* where nothing is feasible: noise is needed too */
#define LEAST_GAIN      0.005  /* smaller improvements are not worth an experiment */
#define SHOWN_GAIN      0.0001 /* and of these it is not worth speaking */
#define RIVAL           0.1    /* so near to the best something may be as good */
#define LEAST_CHANGE    0.05   /* between neighbours, to look between them */
#define LEAST_LIGHTENED 10.0   /* users, requests in flight ... */
#define MOST_PLACES     ((size_t)2000)
#define PLACES_WORK     2e7 /* settings times the square of the points */

const char *const bk_next_kind_names[BK_N_NEXT_KINDS] = {
    [BK_NEXT_IMPROVE] = "improve",   [BK_NEXT_REPLICATE] = "replicate",
    [BK_NEXT_BRACKET] = "bracket",   [BK_NEXT_BISECT] = "bisect",
    [BK_NEXT_SEPARATE] = "separate", [BK_NEXT_REPAIR] = "repair",
    [BK_NEXT_FILL] = "fill",
};

struct candidate {
    struct bk_experiment e;
    double score; /* within its kind: larger first */
    bool taken, dropped;
};

struct planner {
    struct bk_arena *a;
    const struct bk_trials *t;
    const struct bk_choice *c;
    const struct bk_next_rule *rule;
    const struct bk_predictor *p; /* NULL: nothing was measured */
    const struct bk_trial *anchor;
    double level;  /* noise of the objective, relative */
    bool valid;    /* is any trial? */
    size_t unkept; /* the first goal that no trial keeps; n_goals: none */
    struct candidate *items;
    size_t n;
};

/* --- candidates --- */

static struct bk_str number(struct planner *p, double x)
{
    return bk_capacity_number(p->a, x);
}

static struct bk_str percent(struct planner *p, double x)
{
    return bk_capacity_percent(p->a, x);
}

static double *levels_of(struct planner *p, const struct bk_trial *trial)
{
    double *levels = bk_alloc_array(p->a, p->t->n_axes + 1, sizeof *levels);
    memcpy(levels, trial->levels, p->t->n_axes * sizeof *levels);
    return levels;
}

static double *levels_with(struct planner *p, size_t axis, double level)
{
    double *levels = levels_of(p, p->anchor);
    levels[axis] = level;
    return levels;
}

static bool is_allowed(struct planner *p, const struct bk_pair *config, size_t n)
{
    for (size_t i = 0; i < p->rule->n_limits; i++) {
        bool known;
        if (!bk_product_holds(&p->rule->limits[i], config, n, &known) && known)
            return false;
    }
    return true;
}

static struct candidate *add(struct planner *p, enum bk_next_kind kind, double score)
{
    struct candidate *c = BK_PUSH(p->a, p->items, p->n);
    *c = (struct candidate){
        .e = {.kind = kind,
              .times = 1,
              .gain = (double)NAN,
              .predicted = {.value = (double)NAN}},
        .score = score,
    };
    return c;
}

/* A setting that was not tried; NULL when it was, or is beyond the limits. */
static struct candidate *add_new(struct planner *p, enum bk_next_kind kind,
                                 double *levels, double score)
{
    const struct bk_trials *t = p->t;
    const struct bk_trial *like = p->anchor;
    if (bk_trials_at(t, levels) != NULL ||
        !is_allowed(p, bk_predict_pairs(t, like, levels, like->config, like->n_config),
                    like->n_config))
        return NULL;
    struct candidate *c = add(p, kind, score);
    c->e.levels = levels;
    c->e.config = bk_predict_pairs(t, like, levels, like->setting, like->n_setting);
    c->e.n_config = like->n_setting;
    return c;
}

static struct candidate *add_again(struct planner *p, enum bk_next_kind kind,
                                   const struct bk_trial *trial, double score)
{
    struct candidate *c = add(p, kind, score);
    c->e.trial = trial;
    c->e.levels = levels_of(p, trial);
    c->e.config = trial->setting;
    c->e.n_config = trial->n_setting;
    return c;
}

static void set_pair(struct planner *p, struct bk_experiment *e, const char *name,
                     double value)
{
    struct bk_pair *pairs = bk_alloc_array(p->a, e->n_config + 2, sizeof *pairs);
    char text[32];
    size_t len = bk_format_double(value, text), i = 0;
    if (e->n_config > 0)
        memcpy(pairs, e->config, e->n_config * sizeof *pairs);
    while (i < e->n_config && !bk_is(pairs[i].name, name))
        i++;
    e->n_config += i == e->n_config;
    pairs[i] =
        (struct bk_pair){bk_str(name), bk_dup(p->a, (struct bk_str){text, len}), true};
    e->config = pairs;
}

/* --- levels --- */

static size_t level_index(const struct bk_axis *axis, double level)
{
    size_t i = 0;
    while (i + 1 < axis->n_levels && axis->levels[i] < level)
        i++;
    return i;
}

/* --- replicate --- */

static void replicate_one(struct planner *p, const struct bk_trial *trial,
                          const struct bk_trial *rival, double score)
{
    if (trial->n_valid == 0 || trial->n_valid >= ENOUGH_SESSIONS)
        return;
    struct candidate *c = add_again(p, BK_NEXT_REPLICATE, trial, score);
    size_t more = ENOUGH_SESSIONS - trial->n_valid;
    double off = rival != NULL && rival->figures[0].n > 0
                     ? fabs(rival->figures[0].value / trial->figures[0].value - 1)
                     : (double)NAN;
    struct bk_str against = (struct bk_str){NULL, 0};
    if (isfinite(off))
        against = bk_fmt(p->a, "; %.*s %s from it", BK_F(bk_trial_text(p->t, rival)),
                         off < 0.0005 ? "does not differ" : "");
    if (isfinite(off) && off >= 0.0005)
        against = bk_fmt(p->a, "; %.*s differs by %.*s from it",
                         BK_F(bk_trial_text(p->t, rival)), BK_F(percent(p, off)));
    c->e.times = more;
    c->e.why = bk_fmt(
        p->a, "%s, measured in %zu session%s: %zu more tell%s it from noise%.*s",
        score > 1 ? "the best" : "next to the best", trial->n_valid,
        trial->n_valid == 1 ? "" : "s", more, more == 1 ? "s" : "", BK_F(against));
}

/* It would be chosen if its bounds were narrower, or if what is asked were measured. */
static void replicate_unsure(struct planner *p)
{
    const struct bk_trial *trial = p->anchor;
    bool unsure = trial->feasible == BK_UNSURE && trial->n_valid < ENOUGH_SESSIONS;
    if (!unsure && trial->feasible != BK_UNMEASURED)
        return;
    struct candidate *c = add_again(p, BK_NEXT_REPLICATE, trial, 2);
    if (unsure)
        c->e.times = ENOUGH_SESSIONS - trial->n_valid;
    c->e.why =
        bk_fmt(p->a, "%.*s: %s", BK_F(bk_trial_why(p->t, trial)),
               unsure ? "more sessions narrow the bound" : "once more, recording it");
}

/* May it prove to be as good? */
static bool is_rival(const struct planner *p, const struct bk_trial *trial,
                     const struct bk_trial *best)
{
    double off = fabs(log(trial->figures[0].value / best->figures[0].value));
    return off <= fmax(RIVAL, 3 * p->level);
}

static void replicate(struct planner *p)
{
    const struct bk_choice *c = p->c;
    if (c->chosen == NULL) {
        replicate_unsure(p);
        return;
    }
    const struct bk_trial *best = c->best ? c->best : p->anchor, *other = NULL;
    for (size_t i = 0; i < c->n_ties && other == NULL; i++)
        if (c->ties[i] != best)
            other = c->ties[i];
    if (c->chosen != NULL && c->chosen != best)
        other = c->chosen;
    if (other == NULL)
        other = c->second;
    replicate_one(p, best, other, 2);
    if (other != NULL && is_rival(p, other, best))
        replicate_one(p, other, best, 1);
}

/* --- bracket --- */

static double param_of(const struct bk_pair *pairs, size_t n, const char *name)
{
    double value;
    for (size_t i = 0; i < n; i++)
        if (bk_is(pairs[i].name, name) && bk_parse_double(pairs[i].value, &value))
            return value;
    return (double)NAN;
}

static void bracket_one(struct planner *p, size_t index, int direction)
{
    const struct bk_axis *axis = &p->t->axes[index];
    if (!axis->numeric || axis->n_levels == 0)
        return;
    double level = bk_level_beyond(axis, direction);
    if (isnan(level))
        return;
    struct candidate *c = add_new(p, BK_NEXT_BRACKET, levels_with(p, index, level), 1);
    if (c == NULL)
        return;
    if (p->c->chosen == NULL)
        c->e.why = bk_fmt(p->a, "%.*s is nearest on the %s %.*s tried: go on",
                          BK_F(p->t->goals[p->unkept].text),
                          direction > 0 ? "largest" : "smallest", BK_F(axis->name));
    else
        c->e.why = bk_fmt(
            p->a,
            "the best lies on the %s %.*s tried (%.*s): the optimum may lie beyond",
            direction > 0 ? "largest" : "smallest", BK_F(axis->name),
            BK_F(number(p, axis->levels[direction > 0 ? axis->n_levels - 1 : 0])));
}

/* Half of the load, where that is no axis: the same setting may keep the goals then. */
static void halve_load(struct planner *p)
{
    for (size_t i = 0; i < p->anchor->n_config; i++) {
        const struct bk_pair *pair = &p->anchor->config[i];
        double load;
        if (bk_dict_param_role(p->t->dict, pair->name) != BK_PARAM_LOAD ||
            bk_trials_axis(p->t, pair->name) != NULL ||
            !bk_parse_double(pair->value, &load) || !(load >= 2))
            continue;
        struct candidate *c = add(p, BK_NEXT_BRACKET, 2);
        c->e.config = p->anchor->setting;
        c->e.n_config = p->anchor->n_setting;
        set_pair(p, &c->e, bk_cstr(p->a, pair->name), floor(load / 2));
        c->e.why = bk_fmt(
            p->a, "nothing keeps %.*s at %.*s %.*s: with half of it something may",
            BK_F(p->t->goals[p->unkept].text), BK_F(pair->name), BK_F(pair->value));
        return;
    }
}

/* The anchor, brought within a limit by its last factor that differs among the
 * trials. */
static void enter_limit(struct planner *p, const struct bk_product *limit)
{
    double rest = 1;
    size_t at = p->t->n_axes;
    for (size_t i = 0; i < limit->n_factors; i++) {
        double value = param_of(p->anchor->config, p->anchor->n_config,
                                bk_cstr(p->a, limit->factors[i]));
        rest *= value;
        for (size_t k = 0; k < p->t->n_numeric; k++)
            if (bk_eq(p->t->axes[k].name, limit->factors[i]))
                at = k;
    }
    if (at == p->t->n_axes || !(rest > 0))
        return;
    double level = limit->limit * p->anchor->levels[at] / rest;
    if (bk_level_whole(&p->t->axes[at]))
        level = limit->op == BK_CMP_GE || limit->op == BK_CMP_GT ? ceil(level)
                                                                 : floor(level);
    if (!(level > 0) || !isfinite(level))
        return;
    struct candidate *c = add_new(p, BK_NEXT_BRACKET, levels_with(p, at, level), 3);
    if (c != NULL)
        c->e.why =
            bk_fmt(p->a, "nothing that was tried is within %.*s", BK_F(limit->text));
}

static void bracket(struct planner *p)
{
    for (size_t i = 0; i < p->rule->n_limits && p->c->chosen == NULL; i++)
        enter_limit(p, &p->rule->limits[i]);
    for (size_t i = 0; i < p->c->n_edges; i++)
        bracket_one(p, p->c->edges[i], p->c->edge_directions[i]);
    if (p->c->chosen != NULL || p->unkept == p->t->n_goals || !p->valid)
        return;
    halve_load(p);
    for (size_t i = 0; i < p->t->n_numeric; i++) {
        const struct bk_axis *axis = &p->t->axes[i];
        double level = p->anchor->levels[i];
        if (axis->n_levels < 2)
            continue;
        if (!(level > axis->levels[0]))
            bracket_one(p, i, -1);
        if (!(level < axis->levels[axis->n_levels - 1]))
            bracket_one(p, i, 1);
    }
}

/* --- bisect --- */

static bool alike_in_texts(const struct planner *p, const struct bk_trial *trial)
{
    for (size_t i = p->t->n_numeric; i < p->t->n_axes; i++)
        if (fabs(trial->levels[i] - p->anchor->levels[i]) > 0)
            return false;
    return true;
}

/* Of all trials with this level: the best that is valid, else any; NULL: none. */
static const struct bk_trial *best_at(const struct planner *p, size_t axis,
                                      double level)
{
    const struct bk_trial *any = NULL;
    for (size_t i = 0; i < p->t->n; i++) { /* best first */
        const struct bk_trial *trial = &p->t->items[i];
        if (fabs(trial->levels[axis] - level) > 0 || isnan(trial->levels[axis]) ||
            !alike_in_texts(p, trial))
            continue;
        if (trial->n_valid > 0 && trial->figures[0].n > 0)
            return trial;
        any = any ? any : trial;
    }
    return any;
}

static void bisect_one(struct planner *p, size_t index, double here, double there)
{
    const struct bk_axis *axis = &p->t->axes[index];
    const struct bk_trial *other = best_at(p, index, there);
    double level = bk_level_between(axis, fmin(here, there), fmax(here, there));
    if (other == NULL || isnan(level))
        return;
    bool valid = other->n_valid > 0 && other->figures[0].n > 0;
    bool breaks = other->feasible == BK_BREAKS && p->c->chosen != NULL;
    double ratio =
        valid ? other->figures[0].value / p->anchor->figures[0].value : (double)NAN;
    double change = valid && ratio > 0 ? fabs(log(ratio)) : (double)INFINITY;
    if (!breaks && !(change > fmax(LEAST_CHANGE, 2 * p->level)))
        return;
    struct candidate *c = add_new(p, BK_NEXT_BISECT, levels_with(p, index, level),
                                  breaks ? (double)INFINITY : change);
    if (c == NULL)
        return;
    if (breaks)
        c->e.why =
            bk_fmt(p->a, "%.*s %.*s will do, %.*s will not (%.*s): where is the end?",
                   BK_F(axis->name), BK_F(number(p, here)), BK_F(number(p, there)),
                   BK_F(bk_trial_why(p->t, other)));
    else
        c->e.why =
            bk_fmt(p->a, "between %.*s %.*s and %.*s %.*s changes by %.*s: where?",
                   BK_F(axis->name), BK_F(number(p, here)), BK_F(number(p, there)),
                   BK_F(bk_figure_name(p->a, &p->t->quantities[0])),
                   BK_F(percent(p, ratio - 1)));
}

static void bisect(struct planner *p)
{
    if (!(p->anchor->figures[0].value > 0))
        return;
    for (size_t i = 0; i < p->t->n_numeric; i++) {
        const struct bk_axis *axis = &p->t->axes[i];
        double here = p->anchor->levels[i];
        if (isnan(here))
            continue;
        size_t at = level_index(axis, here);
        if (at > 0)
            bisect_one(p, i, here, axis->levels[at - 1]);
        if (at + 1 < axis->n_levels)
            bisect_one(p, i, here, axis->levels[at + 1]);
    }
}

/* --- separate --- */

#define WORKERS "workers"
#define POOL    "pool_size"

struct split {
    double workers, pool;
};

static struct split split_of(const struct bk_trial *trial)
{
    return (struct split){param_of(trial->config, trial->n_config, WORKERS),
                          param_of(trial->config, trial->n_config, POOL)};
}

static int by_total(const void *x, const void *y)
{
    const struct split *a = x, *b = y;
    double off = a->workers * a->pool - b->workers * b->pool;
    return (off > 0) - (off < 0);
}

/* Were the same connections split in two ways? */
static bool are_separated(struct planner *p)
{
    struct split *all = bk_alloc_array(p->a, p->t->n, sizeof *all);
    size_t n = 0;
    for (size_t i = 0; i < p->t->n; i++) {
        all[n] = split_of(&p->t->items[i]);
        n += isfinite(all[n].workers * all[n].pool) ? 1 : 0;
    }
    qsort(all, n, sizeof *all, by_total);
    for (size_t i = 1; i < n; i++)
        if (by_total(&all[i - 1], &all[i]) == 0 &&
            fabs(all[i].workers - all[i - 1].workers) > 1e-9)
            return true;
    return false;
}

static void add_split(struct planner *p, struct split s, double score, double total)
{
    const struct bk_trial *like = p->anchor;
    struct bk_experiment e = {.config = like->config, .n_config = like->n_config};
    struct split own = split_of(like);
    set_pair(p, &e, WORKERS, s.workers);
    set_pair(p, &e, POOL, s.pool);
    if (!is_allowed(p, e.config, e.n_config))
        return;
    for (size_t i = 0; i < p->t->n; i++) {
        struct split tried = split_of(&p->t->items[i]);
        if (fabs(tried.workers - s.workers) < 1e-9 && fabs(tried.pool - s.pool) < 1e-9)
            return;
    }
    struct candidate *c = add(p, BK_NEXT_SEPARATE, score);
    c->e.config = like->setting;
    c->e.n_config = like->n_setting;
    set_pair(p, &c->e, WORKERS, s.workers);
    set_pair(p, &c->e, POOL, s.pool);
    if (p->c->chosen == NULL)
        c->e.times = UNKNOWN_SESSIONS;
    bool same_total = fabs(s.workers * s.pool - total) < 1e-9;
    struct bk_str shown = number(p, s.workers * s.pool);
    if (same_total)
        c->e.why = bk_fmt(
            p->a,
            "%.*s connections as with %.*s x %.*s, split in another way: tells "
            "the number of workers from that of connections",
            BK_F(shown), BK_F(number(p, own.workers)), BK_F(number(p, own.pool)));
    else
        c->e.why =
            bk_fmt(p->a,
                   "%.*s connections instead of %.*s on %.*s workers: tells what "
                   "more connections do",
                   BK_F(shown), BK_F(number(p, total)), BK_F(number(p, s.workers)));
}

/* The divisor of the total that is nearest to its root, other than those in use. */
static double middle_divisor(double total, struct split own)
{
    double found = (double)NAN, least = (double)INFINITY;
    const double most = 100000; /* connections: more is no setting */
    for (double w = 1; w <= total && total <= most; w++) {
        double off = fabs(log(w) - log(total) / 2);
        if (fmod(total, w) > 0 || !(off < least - 1e-12) ||
            fabs(w - own.workers) < 1e-9 || fabs(w - own.pool) < 1e-9)
            continue;
        /* of 12 x 16 and 16 x 12 the one nearer to what was tried */
        double twin = total / w;
        bool closer = fabs(log(twin / own.workers)) < fabs(log(w / own.workers));
        found = closer ? twin : w;
        least = off;
    }
    return found;
}

static void separate_pools(struct planner *p)
{
    struct split own = split_of(p->anchor);
    double total = own.workers * own.pool;
    if (!(own.workers >= 1 && own.pool >= 1) || fabs(total - round(total)) > 1e-9 ||
        are_separated(p))
        return;
    double middle = middle_divisor(total, own);
    if (fabs(own.workers - own.pool) > 0)
        add_split(p, (struct split){own.pool, own.workers}, 9, total);
    if (isfinite(middle))
        add_split(p, (struct split){middle, total / middle}, 8, total);
    add_split(p, (struct split){own.workers, 2 * own.pool}, 7, total);
    if (fabs(own.workers - own.pool) > 0)
        add_split(p, (struct split){own.pool, 2 * own.workers}, 6, total);
}

static void separate_axes(struct planner *p)
{
    for (size_t i = 0; i < p->c->n_confounded; i++) {
        size_t index = p->c->confounded[i];
        const struct bk_axis *axis = &p->t->axes[index];
        if (!axis->numeric || axis->n_levels < 2 || isnan(p->anchor->levels[index]))
            continue;
        size_t at = level_index(axis, p->anchor->levels[index]);
        double level = axis->levels[at > 0 ? at - 1 : at + 1];
        struct candidate *c =
            add_new(p, BK_NEXT_SEPARATE, levels_with(p, index, level), 5);
        if (c != NULL)
            c->e.why = bk_fmt(p->a,
                              "%.*s never changed while all else stayed: what it does "
                              "alone is not known",
                              BK_F(axis->name));
    }
}

/* --- repair --- */

/* Steps of levels between two trials, of the axis where they are most; large: of other
 * texts. */
static double steps_between(const struct bk_trials *t, const double *a, const double *b)
{
    double most = 0;
    for (size_t i = 0; i < t->n_axes; i++) {
        if (isnan(a[i]) || isnan(b[i]))
            return isnan(a[i]) && isnan(b[i]) ? most : (double)INFINITY;
        if (i >= t->n_numeric && fabs(a[i] - b[i]) > 0)
            return (double)INFINITY;
        if (i < t->n_numeric)
            most = fmax(most, fabs((double)level_index(&t->axes[i], a[i]) -
                                   (double)level_index(&t->axes[i], b[i])));
    }
    return most;
}

static void repair(struct planner *p)
{
    for (size_t i = 0; i < p->t->n; i++) {
        const struct bk_trial *trial = &p->t->items[i];
        if (trial->n_valid > 0)
            continue;
        double steps = steps_between(p->t, trial->levels, p->anchor->levels);
        if (!isfinite(steps))
            continue;
        struct candidate *c = add_again(p, BK_NEXT_REPAIR, trial, -steps);
        c->e.why = bk_fmt(p->a, "%.*s; once more, with its error log kept",
                          BK_F(bk_trial_why(p->t, trial)));
    }
}

/* --- what the surface expects --- */

static double noise_of(const struct planner *p)
{
    return bk_surface_error(p->p->surface).noise;
}

/* The largest expected level among the trials that may be chosen, but one;
 * logarithm. */
static double best_mean(const struct planner *p, const struct bk_trial *but)
{
    double best = -(double)INFINITY;
    for (size_t i = 0; i < p->p->n_points; i++) {
        const struct bk_trial *trial = p->p->members[i];
        bool may_be =
            trial == p->anchor || (p->c->chosen != NULL && trial->feasible == BK_MEETS);
        if (trial != but && may_be)
            best = fmax(best, bk_predict_at(p->p, trial->levels).mean);
    }
    return best;
}

/* What one more measurement may be expected to improve the best by: of the doubt
 * about a level only the part that a measurement with noise takes away counts. */
static void expect(struct planner *p, struct bk_experiment *e)
{
    struct bk_surface_prediction at = bk_predict_at(p->p, e->levels);
    double noise = noise_of(p) / sqrt((double)e->times);
    e->predicted = at;
    if (!(at.sd > 0))
        return;
    at.sd = at.sd * at.sd / hypot(at.sd, noise);
    double best = best_mean(p, e->trial);
    if (!isfinite(best))
        return;
    if (e->trial != NULL && at.mean > best) /* the best itself: it may prove worse */
        at.mean = 2 * best - at.mean;
    double gain = expm1(bk_surface_improvement(&at, exp(best)));
    if (gain >= SHOWN_GAIN)
        e->gain = gain;
}

static bool may_expect(const struct planner *p)
{
    return p->p != NULL && p->p->usable && p->c->chosen != NULL;
}

static void improve(struct planner *p)
{
    double n = (double)p->p->n_points;
    size_t most = (size_t)fmin((double)MOST_PLACES, PLACES_WORK / (n * n) + 50);
    struct bk_places places = bk_predict_places(p->p, most);
    double best = best_mean(p, NULL);
    for (size_t i = 0; i < places.n; i++) {
        struct candidate *c = add_new(p, BK_NEXT_IMPROVE, places.levels[i], 0);
        if (c == NULL)
            continue;
        c->e.predicted = bk_predict_at(p->p, places.levels[i]);
        struct bk_surface_prediction at = c->e.predicted;
        at.sd = at.sd * at.sd / hypot(at.sd, noise_of(p));
        c->score = c->e.gain = expm1(bk_surface_improvement(&at, exp(best)));
        c->dropped =
            !(c->e.gain >= LEAST_GAIN) || bk_predict_is_risky(p->p, places.levels[i]);
        if (c->e.predicted.known)
            c->e.why = bk_fmt(
                p->a, "never measured: a prediction expects %.*s (%.*s to %.*s) here",
                BK_F(number(p, c->e.predicted.value)),
                BK_F(number(p, c->e.predicted.low)),
                BK_F(number(p, c->e.predicted.high)));
        else
            c->e.why = BK_S("never measured, and too little is known to predict it: it "
                            "may be better than the best");
    }
}

static void fill(struct planner *p)
{
    struct bk_places places = bk_predict_places(p->p, MOST_PLACES);
    for (size_t i = 0; i < places.n; i++) {
        double steps = steps_between(p->t, places.levels[i], p->anchor->levels);
        struct candidate *c =
            steps <= 1 ? add_new(p, BK_NEXT_FILL, places.levels[i], -(double)i) : NULL;
        if (c != NULL)
            c->e.why = BK_S("next to the best, between what was tried");
    }
}

/* --- less load --- */

/* Where nothing was ever valid, everything is tried at a fifth of the load first. */
static void lighten(struct planner *p, struct bk_experiment *e)
{
    const struct bk_trial *like = e->trial ? e->trial : p->anchor;
    for (size_t i = 0; i < like->n_config; i++) {
        const struct bk_pair *pair = &like->config[i];
        double load, light;
        if (bk_dict_param_role(p->t->dict, pair->name) != BK_PARAM_LOAD ||
            !bk_parse_double(pair->value, &load) || !(load >= LEAST_LIGHTENED))
            continue;
        light = bk_level_round(load / 5, load / 4, false);
        light = isnan(light) ? ceil(load / 5) : light;
        set_pair(p, e, bk_cstr(p->a, pair->name), light);
        e->why = bk_fmt(p->a, "%.*s; with a fifth of the load first", BK_F(e->why));
        return;
    }
}

/* --- choosing --- */

static bool is_same_setting(const struct bk_experiment *a,
                            const struct bk_experiment *b)
{
    if (a->n_config != b->n_config)
        return false;
    for (size_t i = 0; i < a->n_config; i++)
        if (!bk_eq(a->config[i].name, b->config[i].name) ||
            !bk_eq(a->config[i].value, b->config[i].value))
            return false;
    return true;
}

/* Is it told already, or by what lies beside it? */
static bool is_told(const struct planner *p, const struct candidate *c)
{
    for (size_t i = 0; i < p->n; i++) {
        const struct candidate *other = &p->items[i];
        if (!other->taken)
            continue;
        if (is_same_setting(&other->e, &c->e))
            return true;
        if (c->e.kind == BK_NEXT_IMPROVE && other->e.kind == BK_NEXT_IMPROVE &&
            steps_between(p->t, c->e.levels, other->e.levels) <= 1)
            return true;
    }
    return false;
}

/* 'round' counts from 0: repairs far from the best wait until the others had two. */
static struct candidate *best_of_kind(struct planner *p, enum bk_next_kind kind,
                                      size_t round)
{
    struct candidate *best = NULL;
    for (size_t i = 0; i < p->n; i++) {
        struct candidate *c = &p->items[i];
        if (c->e.kind != kind || c->taken || c->dropped || is_told(p, c))
            continue;
        if (kind == BK_NEXT_REPAIR && c->score < -1 && round < 2)
            continue;
        if (best == NULL || c->score > best->score)
            best = c;
    }
    return best;
}

/* Those with most to gain first; the others behind them as they were. */
static void sort_by_gain(struct bk_experiment *items, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        struct bk_experiment e = items[i];
        size_t k = i;
        for (; k > 0 && !isnan(e.gain) && !(items[k - 1].gain >= e.gain); k--)
            items[k] = items[k - 1];
        items[k] = e;
    }
}

/* One of each kind, in order, then another of each, until there are enough. */
static void choose(struct planner *p, const enum bk_next_kind *order, size_t n_order,
                   struct bk_next_plan *plan)
{
    plan->items = bk_alloc_array(p->a, p->rule->most + 1, sizeof *plan->items);
    bool found = true;
    for (size_t round = 0; (found || round <= 2) && plan->n < p->rule->most; round++) {
        found = false;
        for (size_t i = 0; i < n_order && plan->n < p->rule->most; i++) {
            struct candidate *c = best_of_kind(p, order[i], round);
            if (c == NULL)
                continue;
            c->taken = found = true;
            if (may_expect(p) && c->e.levels != NULL && isnan(c->e.gain) &&
                c->e.kind != BK_NEXT_REPAIR)
                expect(p, &c->e);
            if (!p->valid)
                lighten(p, &c->e);
            plan->items[plan->n++] = c->e;
        }
    }
    if (may_expect(p))
        sort_by_gain(plan->items, plan->n);
}

/* The first goal that no trial keeps surely; the number of goals when there is none. */
static size_t find_unkept(const struct bk_trials *t)
{
    for (size_t g = 0; g < t->n_goals; g++) {
        bool kept = false;
        for (size_t i = 0; i < t->n; i++)
            kept =
                kept || (t->items[i].n_valid > 0 && t->items[i].meets[g] == BK_MEETS);
        if (!kept)
            return g;
    }
    return t->n_goals;
}

/* Is a nearer to being chosen than b? */
static bool is_nearer(const struct planner *p, const struct bk_trial *a,
                      const struct bk_trial *b)
{
    if (p->unkept == p->t->n_goals || a->feasible != b->feasible)
        return a->feasible < b->feasible;
    const struct bk_goal *goal = &p->t->goals[p->unkept];
    double x = a->figures[1 + p->unkept].value, y = b->figures[1 + p->unkept].value;
    return goal->op == BK_CMP_LE || goal->op == BK_CMP_LT ? x < y : x > y;
}

/* What experiments are made around: the best, or what comes nearest to being one. */
static const struct bk_trial *find_anchor(const struct planner *p)
{
    const struct bk_trials *t = p->t;
    const struct bk_trial *valid = NULL;
    if (p->c->best != NULL)
        return p->c->best;
    for (size_t i = 0; i < t->n; i++) {
        const struct bk_trial *trial = &t->items[i];
        if (trial->n_valid == 0 || trial->figures[0].n == 0)
            continue;
        if (valid == NULL || is_nearer(p, trial, valid))
            valid = trial;
    }
    return valid ? valid : t->n > 0 ? &t->items[0] : NULL;
}

static bool any_valid(const struct bk_trials *t)
{
    for (size_t i = 0; i < t->n; i++)
        if (t->items[i].n_valid > 0)
            return true;
    return false;
}

void bk_plan_next(const struct bk_choice *c, const struct bk_next_rule *rule,
                  struct bk_next_plan *plan)
{
    static const enum bk_next_kind by_surface[] = {BK_NEXT_IMPROVE,  BK_NEXT_REPLICATE,
                                                   BK_NEXT_BRACKET,  BK_NEXT_BISECT,
                                                   BK_NEXT_SEPARATE, BK_NEXT_REPAIR};
    static const enum bk_next_kind by_hand[] = {BK_NEXT_REPLICATE, BK_NEXT_BRACKET,
                                                BK_NEXT_BISECT,    BK_NEXT_SEPARATE,
                                                BK_NEXT_REPAIR,    BK_NEXT_FILL};
    const struct bk_trials *t = c->trials;
    struct planner p = {.a = t->arena, .t = t, .c = c, .rule = rule};
    double df;
    *plan = (struct bk_next_plan){.n = 0};
    p.valid = any_valid(t);
    p.unkept = find_unkept(t);
    p.anchor = find_anchor(&p);
    if (p.anchor == NULL)
        return;
    double noise = bk_trials_noise(t, 0, &df);
    p.level = isfinite(noise) ? noise : bk_trials_assumed(t, 0);
    plan->predictor = p.p = bk_predict_fit(t, p.anchor, rule->quickly);
    replicate(&p);
    bracket(&p);
    if (c->chosen != NULL || t->n_goals == 0)
        bisect(&p);
    separate_pools(&p);
    separate_axes(&p);
    repair(&p);
    if (may_expect(&p)) {
        improve(&p);
        choose(&p, by_surface, sizeof by_surface / sizeof *by_surface, plan);
    } else {
        fill(&p);
        choose(&p, by_hand, sizeof by_hand / sizeof *by_hand, plan);
    }
}
