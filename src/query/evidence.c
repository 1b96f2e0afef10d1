/* Sets of trials: configurations with their repeats, what these say of each number, and
 * which goals they keep (see evidence.h).
 *
 * Bounds follow the rules of the verdicts: the unit is the session, rates and times are
 * looked at as logarithms, noise is pooled over all configurations of the set, and one
 * session alone borrows it only when five degrees of freedom or more stand behind it. */
#include "evidence.h"

#include "../base/num.h"
#include "../stats/counts.h"
#include "../stats/student.h"
#include "capacity.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define CONFIDENCE  0.95
#define MOST_SHOWN  ((size_t)8) /* parameters of a trial that stands alone */
#define BORROW_DF   5.0
#define COPY_DIGITS 4 /* of a number that is hardly equal by chance, if others agree */
#define SURE_DIGITS 6 /* of one that is not, whatever the others are */

/* --- filling --- */

struct bk_quantity bk_standing_quantity(enum bk_standing which)
{
    static const struct {
        const char *metric, *stat, *unit, *direction;
        double floor;
    } known[] = {
        [BK_STANDING_ERRORS] = {"error_rate", "value", "ratio", "lower", 0.01},
        [BK_STANDING_P95] = {"request_latency", "p95", "s", "lower", 0.10},
        [BK_STANDING_LATENCY] = {"request_latency", "mean", "s", "lower", 0.10},
        [BK_STANDING_RATE] = {"request_throughput", "value", "1/s", "higher", 0.05},
    };
    struct bk_quantity q = {.metric = bk_str(known[which].metric),
                            .stat = bk_str(known[which].stat),
                            .unit = bk_str(known[which].unit),
                            .floor = known[which].floor,
                            .canonical = true};
    bk_quantity_settle(&q, bk_str(known[which].direction));
    return q;
}

void bk_trials_begin(struct bk_arena *a, const struct bk_dict *dict,
                     const struct bk_quantity *objective, const struct bk_goal *goals,
                     size_t n_goals, struct bk_trials *t)
{
    *t = (struct bk_trials){.arena = a, .dict = dict, .goals = goals};
    t->n_goals = n_goals;
    t->n_quantities = 1 + n_goals + BK_N_STANDING;
    t->quantities = bk_alloc_array(a, t->n_quantities, sizeof *t->quantities);
    t->quantities[0] = *objective;
    for (size_t i = 0; i < n_goals; i++)
        t->quantities[1 + i] = goals[i].q;
    for (size_t i = 0; i < BK_N_STANDING; i++)
        t->quantities[1 + n_goals + i] = bk_standing_quantity((enum bk_standing)i);
}

size_t bk_trials_standing(const struct bk_trials *t, enum bk_standing which)
{
    return 1 + t->n_goals + (size_t)which;
}

/* Settings and load of a run. */
static size_t choose_pairs(const struct bk_trials *t, const struct bk_run_row *run,
                           const struct bk_pair **pairs)
{
    struct bk_pair *kept = bk_alloc_array(t->arena, run->n_config + 1, sizeof *kept);
    size_t n = 0;
    for (size_t i = 0; i < run->n_config; i++) {
        enum bk_param_role role = bk_dict_param_role(t->dict, run->config[i].name);
        if (role == BK_PARAM_SETTING || role == BK_PARAM_LOAD)
            kept[n++] = run->config[i];
    }
    *pairs = kept;
    return n;
}

static struct bk_trial *trial_of(struct bk_trials *t, const struct bk_run_row *run)
{
    const struct bk_pair *pairs;
    size_t n = choose_pairs(t, run, &pairs);
    struct bk_str *parts = bk_alloc_array(t->arena, 2 * n + 1, sizeof *parts);
    for (size_t i = 0; i < n; i++) {
        parts[2 * i] = pairs[i].name;
        parts[2 * i + 1] = pairs[i].value;
    }
    parts[2 * n] = run->dim[BK_DIM_ENGINE];
    struct bk_str key = bk_join(t->arena, parts, 2 * n + 1, '\n');
    size_t *at = bk_map_get(&t->known, key);
    if (at == NULL) {
        at = bk_alloc(t->arena, sizeof *at);
        *at = t->n;
        bk_map_put(t->arena, &t->known, key, at);
        *BK_PUSH(t->arena, t->items, t->n) =
            (struct bk_trial){.config = pairs, .n_config = n};
    }
    return &t->items[*at];
}

void bk_trials_add(struct bk_trials *t, const struct bk_run_row *run,
                   const double *values, const struct bk_interval *within,
                   const struct bk_within *requests)
{
    struct bk_trial *trial = trial_of(t, run);
    *BK_PUSH(t->arena, trial->observed, trial->n_runs) =
        (struct bk_observed){run, values, within, *requests};
    t->n_runs++;
}

/* --- sessions --- */

/* Degraded runs (over 5 % errors) count where a goal says how many errors are borne. */
static bool is_valid(const struct bk_trials *t, const struct bk_run_row *run)
{
    if (!bk_is(run->status, "degraded"))
        return run->status.len == 0 || bk_is(run->status, "ok");
    for (size_t i = 0; i < t->n_goals; i++)
        if (bk_is(t->goals[i].q.metric, "error_rate"))
            return true;
    return false;
}

static int by_session(const void *x, const void *y)
{
    const struct bk_run_row *a = ((const struct bk_observed *)x)->run;
    const struct bk_run_row *b = ((const struct bk_observed *)y)->run;
    int order = bk_cmp(a->dim[BK_DIM_SESSION], b->dim[BK_DIM_SESSION]);
    return order != 0 ? order : (a->id > b->id) - (a->id < b->id);
}

/* The first run behind 'i' that is of another session. */
static size_t session_end(const struct bk_trial *trial, size_t i)
{
    struct bk_str name = trial->observed[i].run->dim[BK_DIM_SESSION];
    while (i < trial->n_runs &&
           bk_eq(trial->observed[i].run->dim[BK_DIM_SESSION], name))
        i++;
    return i;
}

static void add_requests(struct bk_within *sum, const struct bk_within *of)
{
    sum->requests += of->requests;
    sum->failed += of->failed;
    sum->seconds += of->seconds;
    sum->samples = sum->samples && of->samples;
}

static size_t significant_digits(double value)
{
    char text[32];
    size_t n = isfinite(value) ? bk_format_double(value, text) : 0, digits = 0;
    for (size_t i = 0; i < n && text[i] != 'e'; i++)
        digits += text[i] >= '0' && text[i] <= '9' && (digits > 0 || text[i] != '0');
    return digits;
}

/* Are the numbers that both have the same? */
static bool agree(const double *x, const double *y, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (x[i] < y[i] || x[i] > y[i])
            return false;
    return true;
}

/* Was another session told with the same numbers to the last digit?  Then it is the same
 * measurement in another file, no repeat of it. */
static bool is_copy(struct bk_trials *t, struct bk_map *known, struct bk_observed *o)
{
    const struct bk_str key = {(const char *)o->values, sizeof *o->values};
    size_t digits = significant_digits(o->values[0]);
    if (digits < COPY_DIGITS)
        return false;
    const struct bk_observed *other = bk_map_get(known, key);
    if (other != NULL)
        return digits >= SURE_DIGITS ||
               agree(o->values, other->values, t->n_quantities);
    bk_map_put(t->arena, known, key, o);
    return false;
}

/* The runs [begin, end) of a session that is valid. */
static void count_valid(struct bk_trial *trial, size_t begin, size_t end)
{
    trial->n_valid++;
    for (size_t k = begin; k < end; k++) {
        add_requests(&trial->requests, &trial->observed[k].requests);
        trial->claims = trial->claims && trial->observed[k].run->claims;
    }
}

static void find_sessions(struct bk_trials *t, struct bk_trial *trial)
{
    struct bk_map known = {NULL, 0, 0};
    size_t n = trial->n_runs;
    trial->sessions = bk_alloc_array(t->arena, n, sizeof *trial->sessions);
    trial->valid = bk_alloc_array(t->arena, n, sizeof *trial->valid);
    trial->claims = true;
    trial->requests.samples = true;
    qsort(trial->observed, n, sizeof *trial->observed, by_session);
    for (size_t i = 0, end; i < n; i = end) {
        end = session_end(trial, i);
        bool valid = true;
        for (size_t k = i; k < end; k++) {
            const struct bk_run_row *run = trial->observed[k].run;
            if (!is_valid(t, run) && trial->worst == NULL)
                trial->worst = run;
            valid = valid && is_valid(t, run);
        }
        bool copy = valid && end == i + 1 && is_copy(t, &known, &trial->observed[i]);
        if (valid && !copy)
            count_valid(trial, i, end);
        trial->n_copies += copy;
        trial->sessions[trial->n_sessions] =
            trial->observed[i].run->dim[BK_DIM_SESSION];
        trial->valid[trial->n_sessions++] = valid && !copy;
    }
    trial->requests.samples = trial->requests.samples && trial->n_valid > 0;
}

/* --- numbers --- */

static bool on_logs(const struct bk_quantity *q, const double *values, size_t n)
{
    if (q->scale != BK_SCALE_RATIO)
        return false;
    for (size_t i = 0; i < n; i++)
        if (!(values[i] > 0))
            return false;
    return true;
}

/* The medians of the valid sessions. */
static void find_values(struct bk_trials *t, struct bk_trial *trial, size_t quantity)
{
    struct bk_figure *f = &trial->figures[quantity];
    double *of = bk_alloc_array(t->arena, trial->n_runs, sizeof *of);
    f->values = bk_alloc_array(t->arena, trial->n_sessions, sizeof *f->values);
    f->range = (struct bk_interval){(double)NAN, (double)NAN};
    for (size_t i = 0, end, s = 0; i < trial->n_runs; i = end, s++) {
        size_t n = 0;
        end = session_end(trial, i);
        for (size_t k = i; trial->valid[s] && k < end; k++)
            if (isfinite(trial->observed[k].values[quantity]))
                of[n++] = trial->observed[k].values[quantity];
        if (n == 0)
            continue;
        bk_sort(of, n);
        double value = bk_median(of, n);
        f->values[f->n++] = value;
        f->range.low = fmin(f->range.low, value); /* NAN gives way */
        f->range.high = fmax(f->range.high, value);
    }
    f->value = on_logs(&t->quantities[quantity], f->values, f->n)
                   ? bk_geometric_mean(f->values, f->n)
                   : bk_mean(f->values, f->n);
    if (f->n == 0)
        f->value = (double)NAN;
    f->bounds = (struct bk_interval){(double)NAN, (double)NAN};
}

double bk_trials_noise(const struct bk_trials *t, size_t quantity, double *df)
{
    const struct bk_noise *noise = &t->noise[quantity];
    *df = noise->df;
    return noise->df > 0 ? sqrt(noise->squares / noise->df) : (double)NAN;
}

double bk_trials_assumed(const struct bk_trials *t, size_t quantity)
{
    return t->quantities[quantity].floor;
}

/* --- bounds --- */

/* What the requests of single runs say; of several runs the widest. */
static struct bk_interval within_of(const struct bk_trials *t,
                                    const struct bk_trial *trial, size_t quantity)
{
    struct bk_interval all = {(double)NAN, (double)NAN};
    if (bk_is(t->quantities[quantity].metric, "error_rate"))
        return bk_wilson(trial->requests.failed, trial->requests.requests, CONFIDENCE);
    for (size_t i = 0, s = 0; i < trial->n_runs; i++) {
        const struct bk_observed *o = &trial->observed[i];
        if (i > 0 && !bk_eq(o->run->dim[BK_DIM_SESSION],
                            trial->observed[i - 1].run->dim[BK_DIM_SESSION]))
            s++;
        if (!trial->valid[s] || !isfinite(o->values[quantity]))
            continue;
        if (o->within == NULL || isnan(o->within[quantity].low))
            return (struct bk_interval){(double)NAN, (double)NAN};
        all.low = fmin(all.low, o->within[quantity].low);
        all.high = fmax(all.high, o->within[quantity].high);
    }
    return all;
}

/* The mean of n sessions, by the noise of the set. */
static struct bk_interval by_noise(const struct bk_trials *t, const struct bk_figure *f,
                                   size_t quantity)
{
    double df;
    double sd = bk_trials_noise(t, quantity, &df);
    double reach =
        bk_student_quantile((1 + CONFIDENCE) / 2, df) * sd / sqrt((double)f->n);
    if (on_logs(&t->quantities[quantity], f->values, f->n))
        return (struct bk_interval){f->value * exp(-reach), f->value * exp(reach)};
    return (struct bk_interval){f->value - reach, f->value + reach};
}

static void find_bounds(const struct bk_trials *t, struct bk_trial *trial,
                        size_t quantity)
{
    struct bk_figure *f = &trial->figures[quantity];
    const struct bk_quantity *q = &t->quantities[quantity];
    struct bk_interval within = within_of(t, trial, quantity);
    double df;
    (void)bk_trials_noise(t, quantity, &df);
    bool counts = bk_is(q->metric, "error_rate");
    bool usable = q->scale != BK_SCALE_RATIO || on_logs(q, f->values, f->n);
    f->within = !isnan(within.low);
    if (f->n == 0)
        return;
    if (f->n > 1 && df > 0 && usable && !(counts && f->within)) {
        f->bounds = by_noise(t, f, quantity);
        f->from = BK_BOUNDS_REPEATS;
        return;
    }
    if (f->n == 1 && df >= BORROW_DF && usable && !(counts && f->within)) {
        f->bounds = by_noise(t, f, quantity);
        f->from = BK_BOUNDS_BORROWED;
        if (f->within) {
            f->bounds.low = fmin(f->bounds.low, within.low);
            f->bounds.high = fmax(f->bounds.high, within.high);
        }
        return;
    }
    if (f->within) {
        f->bounds = within;
        f->from = BK_BOUNDS_WITHIN;
    }
}

/* --- goals --- */

static enum bk_meets meets(const struct bk_goal *goal, const struct bk_figure *f)
{
    bool at_most = goal->op == BK_CMP_LE || goal->op == BK_CMP_LT;
    double bound = at_most ? f->bounds.high : f->bounds.low;
    double worst = at_most ? f->range.high : f->range.low;
    if (isnan(f->value))
        return BK_UNMEASURED;
    if (!bk_goal_holds(goal, f->value))
        return BK_BREAKS;
    if (!bk_goal_holds(goal, worst) || (!isnan(bound) && !bk_goal_holds(goal, bound)))
        return BK_UNSURE;
    return BK_MEETS;
}

/* A goal that is broken outweighs one that is not known. */
static enum bk_meets worse_of(enum bk_meets a, enum bk_meets b)
{
    static const int weight[] = {
        [BK_MEETS] = 0, [BK_UNSURE] = 1, [BK_UNMEASURED] = 2, [BK_BREAKS] = 3};
    return weight[b] > weight[a] ? b : a;
}

static void judge(const struct bk_trials *t, struct bk_trial *trial)
{
    trial->meets = bk_alloc_array(t->arena, t->n_goals + 1, sizeof *trial->meets);
    trial->feasible = trial->n_valid > 0 ? BK_MEETS : BK_BREAKS;
    for (size_t i = 0; i < t->n_goals; i++) {
        trial->meets[i] = meets(&t->goals[i], &trial->figures[1 + i]);
        trial->feasible = worse_of(trial->feasible, trial->meets[i]);
    }
    if (trial->feasible == BK_MEETS && isnan(trial->figures[0].value))
        trial->feasible = BK_UNMEASURED;
}

/* --- axes --- */

struct seen { /* a parameter */
    struct bk_str name, first;
    size_t n; /* trials that have it */
    bool differs, numeric;
};

static void see(struct bk_arena *a, struct bk_map *known, struct seen ***all, size_t *n,
                const struct bk_pair *pair)
{
    struct seen *s = bk_map_get(known, pair->name);
    double number;
    if (s == NULL) {
        s = bk_alloc(a, sizeof *s);
        *s = (struct seen){.name = pair->name, .first = pair->value, .numeric = true};
        bk_map_put(a, known, pair->name, s);
        *BK_PUSH(a, *all, *n) = s;
    }
    s->n++;
    s->differs = s->differs || !bk_eq(s->first, pair->value);
    s->numeric =
        s->numeric && bk_parse_double(pair->value, &number) && isfinite(number);
}

static int by_kind(const void *x, const void *y)
{
    const struct seen *a = *(const struct seen *const *)x;
    const struct seen *b = *(const struct seen *const *)y;
    if (a->numeric != b->numeric)
        return a->numeric ? -1 : 1;
    return bk_cmp(a->name, b->name);
}

static const struct bk_pair *pair_named(const struct bk_trial *trial,
                                        struct bk_str name)
{
    for (size_t i = 0; i < trial->n_config; i++)
        if (bk_eq(trial->config[i].name, name))
            return &trial->config[i];
    return NULL;
}

static int by_number(const void *x, const void *y)
{
    double a = *(const double *)x, b = *(const double *)y;
    return (a > b) - (a < b);
}

static void find_levels(struct bk_trials *t, struct bk_axis *axis, size_t index)
{
    struct bk_map known = {NULL, 0, 0};
    axis->levels = bk_alloc_array(t->arena, t->n, sizeof *axis->levels);
    for (size_t i = 0; i < t->n; i++) {
        struct bk_trial *trial = &t->items[i];
        const struct bk_pair *pair = pair_named(trial, axis->name);
        trial->levels[index] = (double)NAN;
        if (pair == NULL)
            continue;
        if (axis->numeric) {
            (void)bk_parse_double(pair->value, &trial->levels[index]);
            axis->levels[axis->n_levels++] = trial->levels[index];
            continue;
        }
        size_t *at = bk_map_get(&known, pair->value);
        if (at == NULL) {
            at = bk_alloc(t->arena, sizeof *at);
            *at = axis->n_levels;
            bk_map_put(t->arena, &known, pair->value, at);
            *BK_PUSH(t->arena, axis->texts, axis->n_levels) = pair->value;
        }
        trial->levels[index] = (double)*at;
    }
    if (!axis->numeric || axis->n_levels == 0)
        return;
    size_t n = 0;
    qsort(axis->levels, axis->n_levels, sizeof *axis->levels, by_number);
    for (size_t i = 0; i < axis->n_levels; i++)
        if (n == 0 || axis->levels[i] > axis->levels[n - 1])
            axis->levels[n++] = axis->levels[i];
    axis->n_levels = n;
}

static void find_axes(struct bk_trials *t)
{
    struct bk_map known = {NULL, 0, 0};
    struct seen **all = NULL;
    size_t n = 0;
    for (size_t i = 0; i < t->n; i++)
        for (size_t k = 0; k < t->items[i].n_config; k++)
            see(t->arena, &known, &all, &n, &t->items[i].config[k]);
    if (n > 1)
        qsort(all, n, sizeof(struct seen *), by_kind);
    for (size_t i = 0; i < n; i++) {
        if (!all[i]->differs && all[i]->n == t->n)
            continue;
        struct bk_axis *axis = BK_PUSH(t->arena, t->axes, t->n_axes);
        *axis = (struct bk_axis){.name = all[i]->name,
                                 .unit = bk_dict_param_unit(t->dict, all[i]->name),
                                 .role = bk_dict_param_role(t->dict, all[i]->name),
                                 .numeric = all[i]->numeric};
        t->n_numeric += all[i]->numeric;
    }
    for (size_t i = 0; i < t->n; i++)
        t->items[i].levels =
            bk_alloc_array(t->arena, t->n_axes + 1, sizeof *t->items[i].levels);
    for (size_t i = 0; i < t->n_axes; i++)
        find_levels(t, &t->axes[i], i);
}

const struct bk_axis *bk_trials_axis(const struct bk_trials *t, struct bk_str name)
{
    for (size_t i = 0; i < t->n_axes; i++)
        if (bk_eq(t->axes[i].name, name))
            return &t->axes[i];
    return NULL;
}

const struct bk_trial *bk_trials_at(const struct bk_trials *t, const double *levels)
{
    for (size_t i = 0; i < t->n; i++) {
        const double *of = t->items[i].levels;
        size_t k = 0;
        while (k < t->n_axes && ((isnan(of[k]) && isnan(levels[k])) ||
                                 (!(of[k] < levels[k]) && !(of[k] > levels[k]) &&
                                  !isnan(of[k]) && !isnan(levels[k]))))
            k++;
        if (k == t->n_axes)
            return &t->items[i];
    }
    return NULL;
}

/* --- configurations --- */

/* Engines become a parameter where they differ. */
static void add_engines(struct bk_trials *t)
{
    struct bk_str first =
        t->n > 0 ? t->items[0].observed[0].run->dim[BK_DIM_ENGINE] : BK_S("");
    bool differ = false;
    for (size_t i = 0; i < t->n; i++)
        differ =
            differ || !bk_eq(first, t->items[i].observed[0].run->dim[BK_DIM_ENGINE]);
    for (size_t i = 0; differ && i < t->n; i++) {
        struct bk_trial *trial = &t->items[i];
        struct bk_str engine = trial->observed[0].run->dim[BK_DIM_ENGINE];
        struct bk_pair *pairs =
            bk_alloc_array(t->arena, trial->n_config + 1, sizeof *pairs);
        size_t n = 0, k = 0;
        while (k < trial->n_config && bk_cmp(trial->config[k].name, BK_S("engine")) < 0)
            pairs[n++] = trial->config[k++];
        if (engine.len > 0)
            pairs[n++] = (struct bk_pair){BK_S("engine"), engine, false};
        while (k < trial->n_config)
            pairs[n++] = trial->config[k++];
        trial->config = pairs;
        trial->n_config = n;
    }
}

/* Of each trial what differs; of the set what does not. */
static void split_configs(struct bk_trials *t)
{
    struct bk_pair *shared = NULL;
    for (size_t i = 0; i < t->n; i++) {
        struct bk_trial *trial = &t->items[i];
        struct bk_pair *own =
            bk_alloc_array(t->arena, trial->n_config + 1, sizeof *own);
        bool all = t->n == 1 && trial->n_config <= MOST_SHOWN;
        for (size_t k = 0; k < trial->n_config; k++) {
            bool listed = t->n == 1 && bk_dict_is_param(t->dict, trial->config[k].name);
            if (all || listed || bk_trials_axis(t, trial->config[k].name) != NULL)
                own[trial->n_setting++] = trial->config[k];
            else if (i == 0)
                *BK_PUSH(t->arena, shared, t->n_shared) = trial->config[k];
        }
        trial->setting = own;
    }
    t->shared = shared;
}

struct bk_str bk_trial_text(const struct bk_trials *t, const struct bk_trial *trial)
{
    return trial->n_setting > 0
               ? bk_config_text(t->arena, trial->setting, trial->n_setting)
               : BK_S("(no parameters)");
}

/* --- order --- */

int bk_trials_sign(const struct bk_trials *t)
{
    return t->quantities[0].worse == BK_HIGHER_IS_WORSE ? -1 : 1;
}

struct ranked {
    double value; /* the higher the better; -INFINITY: none */
    size_t at;
};

static int by_value(const void *x, const void *y)
{
    const struct ranked *a = x, *b = y;
    if (a->value > b->value || a->value < b->value)
        return a->value > b->value ? -1 : 1;
    return (a->at > b->at) - (a->at < b->at);
}

static void sort_trials(struct bk_trials *t)
{
    struct ranked *order = bk_alloc_array(t->arena, t->n + 1, sizeof *order);
    struct bk_trial *sorted = bk_alloc_array(t->arena, t->n + 1, sizeof *sorted);
    for (size_t i = 0; i < t->n; i++) {
        double value = t->items[i].figures[0].value;
        order[i].value = isnan(value) ? (double)-INFINITY : value * bk_trials_sign(t);
        order[i].at = i;
    }
    if (t->n > 1)
        qsort(order, t->n, sizeof *order, by_value);
    for (size_t i = 0; i < t->n; i++)
        sorted[i] = t->items[order[i].at];
    t->items = sorted;
}

void bk_trials_settle(struct bk_trials *t)
{
    add_engines(t);
    find_axes(t);
    split_configs(t);
    t->noise = bk_alloc_array(t->arena, t->n_quantities, sizeof *t->noise);
    for (size_t i = 0; i < t->n; i++) {
        struct bk_trial *trial = &t->items[i];
        trial->figures =
            bk_alloc_array(t->arena, t->n_quantities, sizeof *trial->figures);
        find_sessions(t, trial);
        for (size_t q = 0; q < t->n_quantities; q++) {
            find_values(t, trial, q);
            bk_noise_add(t->arena, &t->noise[q], t->quantities[q].scale,
                         trial->figures[q].values, trial->figures[q].n);
        }
    }
    for (size_t i = 0; i < t->n; i++) {
        for (size_t q = 0; q < t->n_quantities; q++)
            find_bounds(t, &t->items[i], q);
        judge(t, &t->items[i]);
    }
    sort_trials(t);
}

/* --- in words --- */

static struct bk_str goal_why(const struct bk_trials *t, const struct bk_trial *trial,
                              size_t index)
{
    struct bk_arena *a = t->arena;
    const struct bk_goal *g = &t->goals[index];
    const struct bk_figure *f = &trial->figures[1 + index];
    bool at_most = g->op == BK_CMP_LE || g->op == BK_CMP_LT;
    struct bk_str name = bk_figure_name(a, &g->q);
    if (trial->meets[index] == BK_UNMEASURED)
        return bk_fmt(a, "%.*s is not measured", BK_F(name));
    struct bk_str value = bk_figure_text(a, &g->q, f->value);
    struct bk_str limit = bk_figure_text(a, &g->q, g->limit);
    if (trial->meets[index] == BK_BREAKS)
        return bk_fmt(a, "%.*s is %.*s (limit %.*s)", BK_F(name), BK_F(value),
                      BK_F(limit));
    double bound = at_most ? f->bounds.high : f->bounds.low;
    double worst = at_most ? f->range.high : f->range.low;
    if (!bk_goal_holds(g, worst))
        bound = worst;
    if (isinf(bound))
        return bk_fmt(a, "%.*s %.*s: too few requests to bound it (limit %.*s)",
                      BK_F(name), BK_F(value), BK_F(limit));
    return bk_fmt(a, "%.*s %.*s may be %.*s (limit %.*s)", BK_F(name), BK_F(value),
                  BK_F(bk_figure_text(a, &g->q, bound)), BK_F(limit));
}

struct bk_str bk_trial_why(const struct bk_trials *t, const struct bk_trial *trial)
{
    struct bk_arena *a = t->arena;
    struct bk_str why = BK_S("");
    if (trial->n_valid == 0) {
        const struct bk_run_row *run = trial->worst;
        return bk_fmt(a, "%.*s: %.*s", BK_F(run->status),
                      BK_F(run->status_why.len > 0 ? run->status_why
                                                   : BK_S("no run can be believed")));
    }
    for (size_t i = 0; i < t->n_goals; i++) {
        if (trial->meets[i] == BK_MEETS)
            continue;
        struct bk_str one = goal_why(t, trial, i);
        why = why.len > 0 ? bk_fmt(a, "%.*s; %.*s", BK_F(why), BK_F(one)) : one;
    }
    if (why.len == 0 && isnan(trial->figures[0].value))
        why = bk_fmt(a, "%.*s is not measured",
                     BK_F(bk_figure_name(a, &t->quantities[0])));
    return why;
}
