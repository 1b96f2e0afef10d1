/* The choice among trials: see recommend.h.
 *
 * Trials are ranked by the lower bound of their objective, all on one noise: that of the
 * set where five degrees of freedom or more stand behind it; with fewer, the floor of the
 * metric takes the place of those that are missing, so that a trial that was repeated
 * twice is not ranked below one that was not repeated at all. */
#include "recommend.h"

#include "../base/num.h"
#include "../stats/counts.h"
#include "../stats/student.h"
#include "capacity.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define CONFIDENCE     0.95
#define ENOUGH_DF      5.0
#define ENOUGH_EFFECT  3.0           /* noises by which a single run must lead */
#define MOST_TOLERANCE 0.5           /* noisier sets tell nothing apart anyway */
#define MOST_FRONT     ((size_t)500) /* trials that are held against all others */
#define PLATEAU        4.0 /* levels this factor apart that tie are a plateau */

/* --- cost --- */

static double level_named(const struct bk_trial *trial, const char *name)
{
    double value;
    for (size_t i = 0; i < trial->n_config; i++)
        if (bk_is(trial->config[i].name, name))
            return bk_parse_double(trial->config[i].value, &value) ? value
                                                                   : (double)NAN;
    return (double)NAN;
}

/* The product of those that are there; NAN: none is. */
static double product_of(const struct bk_trial *trial, const char *const *names)
{
    double product = (double)NAN;
    for (; *names != NULL; names++) {
        double level = level_named(trial, *names);
        if (!isnan(level))
            product = isnan(product) ? level : product * level;
    }
    return product;
}

static const char *const device_names[] = {"tensor_parallel", "pipeline_parallel",
                                           "data_parallel", "replicas", NULL};
static const char *const connection_names[] = {"workers", "pool_size", NULL};

static bool is_in(const char *const *names, struct bk_str name)
{
    for (; *names != NULL; names++)
        if (bk_is(name, *names))
            return true;
    return false;
}

bool bk_axis_is_load(const struct bk_cost *cost, const struct bk_axis *axis)
{
    return axis->numeric && !bk_is(axis->name, "num_gpus") &&
           !is_in(device_names, axis->name) &&
           (isnan(cost->connections) || !is_in(connection_names, axis->name));
}

struct bk_cost bk_trial_cost(const struct bk_trials *t, const struct bk_trial *trial)
{
    size_t p95 = bk_trials_standing(t, BK_STANDING_P95);
    struct bk_cost cost = {.devices = level_named(trial, "num_gpus"),
                           .connections = level_named(trial, "workers") *
                                          level_named(trial, "pool_size"),
                           .load = (double)NAN,
                           .p95 = trial->figures[p95].value};
    if (isnan(cost.devices))
        cost.devices = product_of(trial, device_names);
    for (size_t i = 0; i < t->n_numeric; i++) {
        double level = trial->levels[i];
        if (level > 0 && bk_axis_is_load(&cost, &t->axes[i]))
            cost.load = isnan(cost.load) ? level : cost.load * level;
    }
    return cost;
}

int bk_cost_order(const struct bk_cost *a, const struct bk_cost *b)
{
    const double x[] = {a->devices, a->connections, a->load, a->p95};
    const double y[] = {b->devices, b->connections, b->load, b->p95};
    for (size_t i = 0; i < sizeof x / sizeof *x; i++) {
        if (x[i] < y[i])
            return -1;
        if (x[i] > y[i])
            return 1;
    }
    return 0;
}

/* --- ranking --- */

struct noise {
    double sd, df; /* that ranks */
    double known;  /* of the set; NAN: not known */
    double known_df;
};

static struct noise noise_of(const struct bk_trials *t)
{
    struct noise n;
    double assumed = bk_trials_assumed(t, 0);
    n.known = bk_trials_noise(t, 0, &n.known_df);
    n.sd = n.known;
    n.df = n.known_df;
    if (n.df >= ENOUGH_DF)
        return n;
    double squares = n.df > 0 ? n.known * n.known * n.df : 0;
    n.sd = sqrt((squares + assumed * assumed * (ENOUGH_DF - n.df)) / ENOUGH_DF);
    n.df = ENOUGH_DF;
    return n;
}

/* The objective where differences are what matters, the higher the better; -INFINITY:
 * it has none. */
static double height_of(const struct bk_trials *t, const struct bk_trial *trial)
{
    double value = trial->figures[0].value;
    int sign = bk_trials_sign(t);
    if (isnan(value))
        return (double)-INFINITY;
    if (t->quantities[0].scale != BK_SCALE_RATIO)
        return sign * value;
    return value > 0 ? sign * log(value) : (double)-INFINITY;
}

static double lower_bound(const struct bk_trials *t, const struct bk_trial *trial,
                          const struct noise *n)
{
    double t95 = bk_student_quantile((1 + CONFIDENCE) / 2, n->df);
    return height_of(t, trial) - t95 * n->sd / sqrt((double)trial->figures[0].n);
}

/* How far below the best a trial may lie and be as good. */
static double tolerance_of(const struct bk_trials *t, const struct noise *n,
                           const struct bk_trial *best, const struct bk_trial *other)
{
    double floor = bk_trials_assumed(t, 0);
    if (isnan(n->known))
        return floor;
    double repeats =
        2 / (1 / (double)best->figures[0].n + 1 / (double)other->figures[0].n);
    return fmin(fmax(floor, n->known / sqrt(repeats)), MOST_TOLERANCE);
}

static bool is_tie(const struct bk_trials *t, const struct noise *n,
                   const struct bk_trial *best, const struct bk_trial *other)
{
    double tolerance = tolerance_of(t, n, best, other);
    double behind = height_of(t, best) - height_of(t, other);
    if (t->quantities[0].scale == BK_SCALE_RATIO)
        return behind <= -log1p(-tolerance);
    return behind <= tolerance;
}

/* --- candidates --- */

struct work {
    const struct bk_trials *t;
    const struct bk_choice_rule *rule;
    struct bk_choice *c;
    struct noise noise;
    size_t n_contested; /* as many of their sessions failed as not */
    size_t n_unknown;   /* of which a limit cannot be told */
};

static bool is_contested(const struct bk_trial *trial)
{
    size_t bad = trial->n_sessions - trial->n_valid - trial->n_copies;
    return trial->n_valid > 0 && bad >= trial->n_valid;
}

bool bk_trial_within(const struct bk_choice_rule *rule, const struct bk_trial *trial,
                     bool *known)
{
    bool one;
    *known = true;
    for (size_t i = 0; i < rule->n_limits; i++) {
        bool holds =
            bk_product_holds(&rule->limits[i], trial->config, trial->n_config, &one);
        *known = *known && one;
        if (!holds)
            return false;
    }
    return true;
}

struct ranked {
    double bound;
    const struct bk_trial *trial;
};

static int by_bound(const void *x, const void *y)
{
    const struct ranked *a = x, *b = y;
    if (a->bound > b->bound || a->bound < b->bound)
        return a->bound > b->bound ? -1 : 1;
    return (a->trial > b->trial) - (a->trial < b->trial);
}

static void find_feasible(struct work *w)
{
    const struct bk_trials *t = w->t;
    struct bk_choice *c = w->c;
    struct ranked *ranked = bk_alloc_array(t->arena, t->n + 1, sizeof *ranked);
    bool known;
    c->n_tried = t->n;
    for (size_t i = 0; i < t->n; i++) {
        const struct bk_trial *trial = &t->items[i];
        if (!bk_trial_within(w->rule, trial, &known)) {
            c->n_outside++;
            w->n_unknown += known ? 0 : 1;
            continue;
        }
        if (trial->feasible != BK_MEETS || !isfinite(height_of(t, trial)))
            continue;
        if (is_contested(trial)) {
            w->n_contested++;
            continue;
        }
        ranked[c->n_feasible++] =
            (struct ranked){lower_bound(t, trial, &w->noise), trial};
    }
    if (c->n_feasible > 1)
        qsort(ranked, c->n_feasible, sizeof *ranked, by_bound);
    c->feasible = bk_alloc_array(t->arena, t->n + 1, sizeof *c->feasible);
    for (size_t i = 0; i < c->n_feasible; i++)
        c->feasible[i] = ranked[i].trial;
}

/* The best, its ties, and of these the one to run. */
static void find_chosen(struct work *w)
{
    const struct bk_trials *t = w->t;
    struct bk_choice *c = w->c;
    c->best = c->feasible[0];
    c->ties = bk_alloc_array(t->arena, c->n_feasible, sizeof *c->ties);
    for (size_t i = 0; i < c->n_feasible; i++) {
        if (is_tie(t, &w->noise, c->best, c->feasible[i]))
            c->ties[c->n_ties++] = c->feasible[i];
        else if (c->second == NULL)
            c->second = c->feasible[i];
    }
    c->chosen = c->best;
    c->tolerance =
        tolerance_of(t, &w->noise, c->best, c->second != NULL ? c->second : c->best);
    for (size_t i = 1; !w->rule->fastest && i < c->n_ties; i++) {
        struct bk_cost cost = bk_trial_cost(t, c->ties[i]);
        struct bk_cost least = bk_trial_cost(t, c->chosen);
        if (bk_cost_order(&cost, &least) < 0)
            c->chosen = c->ties[i];
    }
}

/* --- edges --- */

static const struct bk_trial *highest(const struct work *w)
{
    const struct bk_trial *top = w->c->best;
    for (size_t i = 0; i < w->c->n_ties; i++)
        if (height_of(w->t, w->c->ties[i]) > height_of(w->t, top))
            top = w->c->ties[i];
    return top;
}

static bool differ_only_in(const struct bk_trials *t, const struct bk_trial *a,
                           const struct bk_trial *b, size_t axis)
{
    for (size_t i = 0; i < t->n_axes; i++) {
        bool same = (isnan(a->levels[i]) && isnan(b->levels[i])) ||
                    (!(a->levels[i] < b->levels[i]) && !(a->levels[i] > b->levels[i]) &&
                     isnan(a->levels[i]) == isnan(b->levels[i]));
        if (i != axis && !same)
            return false;
    }
    return true;
}

/* Does it stay level over a wide range of this axis? */
static bool is_plateau(const struct work *w, const struct bk_trial *top, size_t axis)
{
    for (size_t i = 0; i < w->c->n_ties; i++) {
        const struct bk_trial *tie = w->c->ties[i];
        double low = fmin(tie->levels[axis], top->levels[axis]);
        double high = fmax(tie->levels[axis], top->levels[axis]);
        if (low > 0 && high >= PLATEAU * low && differ_only_in(w->t, tie, top, axis))
            return true;
    }
    return false;
}

static void find_edges(struct work *w)
{
    const struct bk_trials *t = w->t;
    struct bk_choice *c = w->c;
    const struct bk_trial *top = highest(w);
    c->edges = bk_alloc_array(t->arena, t->n_numeric + 1, sizeof *c->edges);
    c->edge_directions =
        bk_alloc_array(t->arena, t->n_numeric + 1, sizeof *c->edge_directions);
    for (size_t i = 0; i < t->n_numeric; i++) {
        const struct bk_axis *axis = &t->axes[i];
        double level = top->levels[i];
        if (axis->n_levels < 2 || isnan(level) || is_plateau(w, top, i))
            continue;
        bool last = !(level < axis->levels[axis->n_levels - 1]);
        bool first = !(level > axis->levels[0]);
        /* nothing lies below one worker, or below none */
        if (!last && !(first && level > 1))
            continue;
        c->edge_directions[c->n_edges] = last ? 1 : -1;
        c->edges[c->n_edges++] = i;
    }
}

/* --- confounding --- */

/* Do two usable trials differ in this axis alone? */
static bool stands_alone(const struct bk_trials *t, size_t axis)
{
    struct bk_map known = {NULL, 0, 0};
    const size_t size = t->n_axes * sizeof(double);
    for (size_t i = 0; i < t->n; i++) {
        const struct bk_trial *trial = &t->items[i];
        if (!isfinite(height_of(t, trial)))
            continue;
        double *levels = bk_alloc_array(t->arena, t->n_axes, sizeof *levels);
        memcpy(levels, trial->levels, size);
        levels[axis] = 0;
        const struct bk_str key = {(const char *)levels, size};
        if (bk_map_get(&known, key) != NULL)
            return true;
        bk_map_put(t->arena, &known, key, levels);
    }
    return false;
}

static void find_confounded(struct work *w)
{
    const struct bk_trials *t = w->t;
    struct bk_choice *c = w->c;
    c->confounded = bk_alloc_array(t->arena, t->n_axes + 1, sizeof *c->confounded);
    if (t->n_axes < 2)
        return;
    for (size_t i = 0; i < t->n_axes; i++) {
        struct bk_arena_mark mark = bk_arena_mark(t->arena);
        bool alone = stands_alone(t, i);
        bk_arena_release(t->arena, mark);
        if (!alone)
            c->confounded[c->n_confounded++] = i;
    }
}

/* --- the grade --- */

static void tell(struct work *w, struct bk_str reason)
{
    *BK_PUSH(w->t->arena, w->c->reasons, w->c->n_reasons) = reason;
}

static void cap(struct work *w, char grade, struct bk_str reason)
{
    if (grade > w->c->grade)
        w->c->grade = grade;
    tell(w, reason);
}

static struct bk_str names_of(const struct work *w, const size_t *axes, size_t n)
{
    struct bk_str names = BK_S("");
    for (size_t i = 0; i < n; i++)
        names = bk_fmt(w->t->arena, "%.*s%s%.*s", BK_F(names),
                       i == 0       ? ""
                       : i + 1 == n ? " and "
                                    : ", ",
                       BK_F(w->t->axes[axes[i]].name));
    return names;
}

/* How far the chosen lies before the next best that does not tie. */
static double lead_of(const struct work *w)
{
    const struct bk_choice *c = w->c;
    double lead = height_of(w->t, c->chosen) - height_of(w->t, c->second);
    return w->t->quantities[0].scale == BK_SCALE_RATIO ? 1 - exp(-lead) : lead;
}

static void cap_by_repeats(struct work *w)
{
    const struct bk_choice *c = w->c;
    struct bk_arena *a = w->t->arena;
    size_t repeats = c->chosen->n_valid;
    double noise = isnan(w->noise.known) ? bk_trials_assumed(w->t, 0) : w->noise.known;
    if (c->second != NULL && c->second->n_valid < repeats)
        repeats = c->second->n_valid;
    if (repeats >= 3)
        return;
    if (repeats == 2) {
        cap(w, 'B', BK_S("two sessions of it and of the next best, not three"));
        return;
    }
    struct bk_str single = c->chosen->n_valid == 1
                               ? BK_S("one session of it")
                               : BK_S("one session of the next best");
    if (w->noise.known_df >= ENOUGH_DF) {
        cap(w, 'B',
            bk_fmt(a, "%.*s: the noise of others (%.*s) is borrowed", BK_F(single),
                   BK_F(bk_capacity_percent(a, noise))));
        return;
    }
    if (c->second != NULL && lead_of(w) > ENOUGH_EFFECT * noise) {
        cap(w, 'C',
            bk_fmt(a, "%.*s, but it leads by %.*s", BK_F(single),
                   BK_F(bk_capacity_percent(a, lead_of(w)))));
        return;
    }
    cap(w, 'D',
        bk_fmt(a, "%.*s%s", BK_F(single),
               isnan(w->noise.known) ? ", and the noise is not known" : ""));
}

/* Is the lead over the next best told from noise? */
static void cap_by_lead(struct work *w)
{
    const struct bk_choice *c = w->c;
    struct bk_arena *a = w->t->arena;
    const struct noise *n = &w->noise;
    if (c->second == NULL || isnan(n->known) || c->chosen->n_valid < 2)
        return;
    double se = n->known * sqrt(1 / (double)c->chosen->figures[0].n +
                                1 / (double)c->second->figures[0].n);
    double reach = bk_student_quantile((1 + CONFIDENCE) / 2, n->known_df) * se;
    if (height_of(w->t, c->chosen) - height_of(w->t, c->second) <= reach)
        cap(w, 'B',
            bk_fmt(a, "its lead over the next best (%.*s) may be noise",
                   BK_F(bk_capacity_percent(a, lead_of(w)))));
}

static void cap_by_edges(struct work *w)
{
    const struct bk_choice *c = w->c;
    struct bk_arena *a = w->t->arena;
    for (size_t i = 0; i < c->n_edges; i++) {
        const struct bk_axis *axis = &w->t->axes[c->edges[i]];
        bool last = c->edge_directions[i] > 0;
        double level = axis->levels[last ? axis->n_levels - 1 : 0];
        cap(w, 'D',
            bk_fmt(a,
                   "the best lies at the edge of what was tried (%.*s %.*s): %s may "
                   "be better",
                   BK_F(axis->name), BK_F(bk_capacity_number(a, level)),
                   last ? "more" : "less"));
    }
    if (c->n_confounded > 0)
        cap(w, 'D',
            bk_fmt(a,
                   "%.*s never differ%s alone between trials: what does it cannot be "
                   "told",
                   BK_F(names_of(w, c->confounded, c->n_confounded)),
                   c->n_confounded == 1 ? "s" : ""));
}

static void cap_by_goals(struct work *w)
{
    const struct bk_trials *t = w->t;
    for (size_t i = 0; i < t->n_goals; i++) {
        const struct bk_figure *f = &w->c->chosen->figures[1 + i];
        if (!f->within)
            cap(w, 'C',
                bk_fmt(t->arena,
                       "%.*s is known as one number a run, without the "
                       "requests behind it",
                       BK_F(bk_figure_name(t->arena, &t->goals[i].q))));
    }
}

static void grade(struct work *w)
{
    struct bk_choice *c = w->c;
    size_t bad = c->chosen->n_sessions - c->chosen->n_valid - c->chosen->n_copies;
    c->grade = 'A';
    if (w->t->n == 1)
        cap(w, 'D', BK_S("nothing else was tried"));
    cap_by_repeats(w);
    cap_by_lead(w);
    cap_by_edges(w);
    cap_by_goals(w);
    if (c->chosen->claims)
        cap(w, 'C',
            BK_S("a report tells its numbers; no file of the run is on record"));
    if (bad > 0)
        cap(w, 'D',
            bk_fmt(w->t->arena, "%zu of its %zu sessions failed", bad,
                   c->chosen->n_sessions));
    if (!c->chosen->requests.samples)
        cap(w, 'B', BK_S("no single requests are on record"));
    if (c->chosen->n_copies > 0)
        tell(w,
             bk_fmt(w->t->arena,
                    "%zu more session%s the same numbers to the last "
                    "digit, no repeat%s",
                    c->chosen->n_copies, c->chosen->n_copies == 1 ? " has" : "s have",
                    c->chosen->n_copies == 1 ? "" : "s"));
}

/* --- refusals --- */

/* "the configuration that was tried", "3 of 8 that were tried". */
static struct bk_str trials_text(const struct work *w, size_t n)
{
    if (w->t->n == 1)
        return BK_S("the only one that was tried");
    return bk_fmt(w->t->arena, "%zu of %zu that were tried", n, w->t->n);
}

/* "; error rate 32.9 % to 35.2 % (95 %)"; empty where nothing failed or it is not known. */
static struct bk_str errors_text(const struct bk_trials *t,
                                 const struct bk_trial *trial)
{
    const struct bk_within *of = &trial->observed[0].requests;
    struct bk_interval i = bk_wilson(of->failed, of->requests, CONFIDENCE);
    if (!(of->failed > 0) || isnan(i.low))
        return BK_S("");
    return bk_fmt(t->arena, "; error rate %.*s to %.*s (95 %%)",
                  BK_F(bk_capacity_percent(t->arena, i.low)),
                  BK_F(bk_capacity_percent(t->arena, i.high)));
}

/* The trial within the limits that comes nearest to a goal. */
static const struct bk_trial *nearest_to(const struct work *w, size_t goal)
{
    const struct bk_goal *g = &w->t->goals[goal];
    bool at_most = g->op == BK_CMP_LE || g->op == BK_CMP_LT;
    const struct bk_trial *nearest = NULL;
    bool known;
    for (size_t i = 0; i < w->t->n; i++) {
        const struct bk_trial *trial = &w->t->items[i];
        double value = trial->figures[1 + goal].value;
        if (isnan(value) || !bk_trial_within(w->rule, trial, &known))
            continue;
        double least = nearest != NULL ? nearest->figures[1 + goal].value : (double)NAN;
        if (nearest == NULL || (at_most ? value < least : value > least))
            nearest = trial;
    }
    return nearest;
}

static struct bk_str add_cause(const struct work *w, struct bk_str why,
                               struct bk_str cause)
{
    return why.len > 0 ? bk_fmt(w->t->arena, "%.*s; %.*s", BK_F(why), BK_F(cause))
                       : cause;
}

static struct bk_str goal_causes(const struct work *w, struct bk_str why)
{
    const struct bk_trials *t = w->t;
    bool known;
    for (size_t i = 0; i < t->n_goals; i++) {
        size_t n = 0;
        for (size_t k = 0; k < t->n; k++)
            n += t->items[k].n_valid > 0 && t->items[k].meets[i] != BK_MEETS &&
                 bk_trial_within(w->rule, &t->items[k], &known);
        const struct bk_trial *nearest = nearest_to(w, i);
        if (n == 0)
            continue;
        struct bk_str cause = bk_fmt(t->arena, "%.*s does not hold surely in %zu",
                                     BK_F(t->goals[i].text), n);
        if (nearest == NULL)
            cause =
                bk_fmt(t->arena, "%.*s: %.*s is not measured", BK_F(t->goals[i].text),
                       BK_F(bk_figure_name(t->arena, &t->goals[i].q)));
        else
            cause = bk_fmt(t->arena, "%.*s (nearest: %.*s at %.*s)", BK_F(cause),
                           BK_F(bk_figure_text(t->arena, &t->goals[i].q,
                                               nearest->figures[1 + i].value)),
                           BK_F(bk_trial_text(t, nearest)));
        why = add_cause(w, why, cause);
    }
    return why;
}

/* Users that wait for an answer W seconds of every W + Z keep N W / (W + Z) requests in
 * flight (Little's law); more than there are connections must queue. */
static struct bk_str queue_text(const struct bk_trials *t, const struct bk_trial *trial)
{
    static const char *const users[] = {"vus_max", "concurrency", "users", NULL};
    static const char *const pauses[] = {"think_time", "sleep", NULL};
    struct bk_arena *a = t->arena;
    double n = product_of(trial, users), pause = 0;
    double connections =
        level_named(trial, "workers") * level_named(trial, "pool_size");
    double latency =
        trial->observed[0].values[bk_trials_standing(t, BK_STANDING_LATENCY)];
    for (size_t i = 0; i < t->n_task; i++)
        if (is_in(pauses, t->task[i].name))
            (void)bk_parse_double(t->task[i].value, &pause);
    double in_flight = n * latency / (latency + pause);
    if (isnan(level_named(trial, "workers")) ||
        isnan(level_named(trial, "pool_size")) || !(in_flight > 1.02 * connections))
        return BK_S("");
    return bk_fmt(
        a,
        "queueing is certain if a request holds a connection: %.*s requests in flight at %.*s users "
        "against %.*s connections",
        BK_F(bk_capacity_number(a, round(in_flight))), BK_F(bk_capacity_number(a, n)),
        BK_F(bk_capacity_number(a, connections)));
}

static void refuse(struct work *w)
{
    const struct bk_trials *t = w->t;
    struct bk_arena *a = t->arena;
    struct bk_choice *c = w->c;
    struct bk_str why = BK_S("");
    size_t invalid = 0, without = 0;
    const struct bk_trial *first = NULL;
    c->grade = 'E';
    for (size_t i = 0; i < t->n; i++) {
        const struct bk_trial *trial = &t->items[i];
        invalid += trial->n_valid == 0;
        without += trial->n_valid > 0 && !isfinite(height_of(t, trial));
        if (trial->n_valid == 0 && first == NULL)
            first = trial;
    }
    if (c->n_outside > w->n_unknown)
        why = bk_fmt(a, "outside the limits: %.*s",
                     BK_F(trials_text(w, c->n_outside - w->n_unknown)));
    if (w->n_unknown > 0)
        why = add_cause(w, why,
                        bk_fmt(a, "without the parameters of a limit: %.*s",
                               BK_F(trials_text(w, w->n_unknown))));
    if (first != NULL)
        why = add_cause(
            w, why,
            bk_fmt(a, "never valid: %.*s (%.*s %.*s%.*s)",
                   BK_F(trials_text(w, invalid)), BK_F(bk_trial_text(t, first)),
                   BK_F(bk_trial_why(t, first)), BK_F(errors_text(t, first))));
    why = goal_causes(w, why);
    if (without == t->n)
        why = add_cause(w, why,
                        bk_fmt(a, "%.*s is not measured; name what is with --objective",
                               BK_F(bk_figure_name(a, &t->quantities[0]))));
    else if (without > 0)
        why = add_cause(w, why,
                        bk_fmt(a, "%.*s is not measured in %zu",
                               BK_F(bk_figure_name(a, &t->quantities[0])), without));
    if (w->n_contested > 0)
        why = add_cause(w, why,
                        bk_fmt(a,
                               "%zu contradict themselves: as many sessions failed as "
                               "not",
                               w->n_contested));
    if (first != NULL && queue_text(t, first).len > 0)
        why = add_cause(w, why, queue_text(t, first));
    c->refused = bk_fmt(a, "no feasible configuration was observed: %.*s", BK_F(why));
}

void bk_choose(const struct bk_trials *t, const struct bk_choice_rule *rule,
               struct bk_choice *c)
{
    struct work w = {.t = t, .rule = rule, .c = c, .noise = noise_of(t)};
    *c = (struct bk_choice){.trials = t, .grade = 'E'};
    find_feasible(&w);
    if (c->n_feasible == 0) {
        refuse(&w);
        return;
    }
    find_chosen(&w);
    find_edges(&w);
    find_confounded(&w);
    grade(&w);
}

/* --- fronts --- */

/* -1: a is worse by more than noise; 1: better; 0: neither or not known. */
static int compare(double a, double b, double tolerance, int sign)
{
    if (isnan(a) || isnan(b))
        return 0;
    double difference = sign * (a - b);
    return difference > tolerance ? 1 : difference < -tolerance ? -1 : 0;
}

struct point { /* a feasible trial in the dimensions of the front */
    const struct bk_trial *trial;
    double height, p95, errors;
    struct bk_cost cost; /* without p95, which is a dimension of its own */
};

/* Is a no worse than b in anything, and better in something? */
static bool dominates(const struct work *w, const struct point *a,
                      const struct point *b)
{
    const struct bk_trials *t = w->t;
    size_t p95 = bk_trials_standing(t, BK_STANDING_P95);
    size_t errors = bk_trials_standing(t, BK_STANDING_ERRORS);
    double df;
    double noise = bk_trials_noise(t, p95, &df);
    double floor = fmax(bk_trials_assumed(t, p95), isnan(noise) ? 0 : noise);
    int by[] = {
        compare(a->height, b->height,
                -log1p(-tolerance_of(t, &w->noise, a->trial, b->trial)), 1),
        compare(a->p95, b->p95, floor, -1),
        compare(a->errors, b->errors, bk_trials_assumed(t, errors), -1),
        -bk_cost_order(&a->cost, &b->cost),
    };
    bool better = false;
    for (size_t i = 0; i < sizeof by / sizeof *by; i++) {
        if (by[i] < 0)
            return false;
        better = better || by[i] > 0;
    }
    return better;
}

static struct point point_of(const struct bk_trials *t, const struct bk_trial *trial)
{
    struct point p = {
        .trial = trial,
        .height = height_of(t, trial),
        .p95 = log(trial->figures[bk_trials_standing(t, BK_STANDING_P95)].value),
        .errors = trial->figures[bk_trials_standing(t, BK_STANDING_ERRORS)].value,
        .cost = bk_trial_cost(t, trial)};
    p.cost.p95 = (double)NAN;
    return p;
}

bool *bk_choice_front(const struct bk_choice *c)
{
    const struct bk_trials *t = c->trials;
    struct work w = {.t = t, .noise = noise_of(t)};
    bool *front = bk_alloc_array(t->arena, t->n + 1, sizeof *front);
    struct point *points = bk_alloc_array(t->arena, c->n_feasible + 1, sizeof *points);
    for (size_t i = 0; i < c->n_feasible; i++)
        points[i] = point_of(t, c->feasible[i]);
    for (size_t i = 0; i < c->n_feasible && i < MOST_FRONT; i++) {
        size_t k = 0;
        while (k < c->n_feasible && (k == i || !dominates(&w, &points[k], &points[i])))
            k++;
        front[points[i].trial - t->items] = k == c->n_feasible;
    }
    return front;
}
