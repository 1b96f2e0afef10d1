/* recommend: which of the configurations that were measured to run, per hardware.
 *
 * The choice is recommend_choose.c's; this shows it: what is recommended and how good the
 * evidence is, what else could be run and what it costs, what would settle it, and why
 * nothing can be recommended where nothing can. */
#include "recommend.h"

#include "capacity.h"
#include "next.h"
#include "question.h"

#include <math.h>
#include <string.h>

#define MOST_ALTERNATIVES ((size_t)6) /* of a set */
#define MOST_NOTED        ((size_t)8) /* sets, of which each has notes of its own */

struct answer {
    struct bk_report *r;
    struct bk_evidence_sets sets;
    struct bk_choice *choices; /* of each set */
    struct bk_choice_rule rule;
    bool tasks, models, workloads; /* do sets differ in them, or have them at all? */
};

/* --- columns --- */

enum column {
    HARDWARE,
    MODEL,
    WORKLOAD,
    TASK,
    CONFIG,
    SETTING,
    OBJECTIVE,
    VALUE,
    UNIT,
    CI_LOW,
    CI_HIGH,
    N_COMMON
};

enum recommended_column {
    GRADE = N_COMMON,
    TIES,
    EVIDENCE_RUNS,
    EVIDENCE_SESSIONS,
    ERROR_RATE,
    P95,
    CONNECTIONS,
    DEVICES,
    TRIED,
    FEASIBLE,
    WHY,
    N_RECOMMENDED
};

enum alternative_column {
    ALT_RATIO = N_COMMON,
    ALT_ERROR_RATE,
    ALT_P95,
    ALT_CONNECTIONS,
    ALT_DEVICES,
    ALT_FEASIBLE,
    ALT_FRONT,
    ALT_WHY,
    N_ALTERNATIVE
};

enum refused_column {
    REF_HARDWARE,
    REF_MODEL,
    REF_WORKLOAD,
    REF_TASK,
    REF_OBJECTIVE,
    REF_GRADE,
    REF_TRIED,
    REF_WHY,
    N_REFUSED
};

static const struct bk_column common_columns[N_COMMON] = {
    [HARDWARE] = {"hardware", "", 0},
    [MODEL] = {"model", "", 0},
    [WORKLOAD] = {"workload", "", 0},
    [TASK] = {"task", "", 0},
    [CONFIG] = {"config", "", BK_COL_MACHINE},
    [SETTING] = {"setting", "", BK_COL_HUMAN},
    [OBJECTIVE] = {"objective", "", 0},
    [VALUE] = {"value", "*", 0},
    [UNIT] = {"unit", "", BK_COL_MACHINE},
    [CI_LOW] = {"ci_low", "*", 0},
    [CI_HIGH] = {"ci_high", "*", 0},
};

static const struct bk_column recommended_columns[N_RECOMMENDED] = {
    [GRADE] = {"grade", "", 0},
    [TIES] = {"ties", "", 0},
    [EVIDENCE_RUNS] = {"evidence_runs", "1", 0},
    [EVIDENCE_SESSIONS] = {"evidence_sessions", "1", BK_COL_MACHINE},
    [ERROR_RATE] = {"error_rate", "ratio", BK_COL_PERCENT},
    [P95] = {"request_latency.p95", "s", 0},
    [CONNECTIONS] = {"connections", "1", 0},
    [DEVICES] = {"devices", "1", 0},
    [TRIED] = {"tried", "1", 0},
    [FEASIBLE] = {"feasible", "1", 0},
    [WHY] = {"why", "", 0},
};

static const struct bk_column alternative_columns[N_ALTERNATIVE] = {
    [ALT_RATIO] = {"ratio", "ratio", BK_COL_RATIO},
    [ALT_ERROR_RATE] = {"error_rate", "ratio", BK_COL_PERCENT},
    [ALT_P95] = {"request_latency.p95", "s", 0},
    [ALT_CONNECTIONS] = {"connections", "1", 0},
    [ALT_DEVICES] = {"devices", "1", 0},
    [ALT_FEASIBLE] = {"feasible", "", 0},
    [ALT_FRONT] = {"front", "", 0},
    [ALT_WHY] = {"why", "", 0},
};

static const struct bk_column refused_columns[N_REFUSED] = {
    [REF_HARDWARE] = {"hardware", "", 0},   [REF_MODEL] = {"model", "", 0},
    [REF_WORKLOAD] = {"workload", "", 0},   [REF_TASK] = {"task", "", 0},
    [REF_OBJECTIVE] = {"objective", "", 0}, [REF_GRADE] = {"grade", "", 0},
    [REF_TRIED] = {"tried", "1", 0},        [REF_WHY] = {"why", "", 0},
};

/* People see no column that says nothing. */
static void hide(struct bk_column *column, bool shown)
{
    if (!shown)
        column->flags |= BK_COL_MACHINE;
}

static bool any_cost(const struct answer *x, bool devices)
{
    for (size_t s = 0; s < x->sets.n; s++)
        for (size_t i = 0; i < x->sets.items[s].n; i++) {
            struct bk_cost cost =
                bk_trial_cost(&x->sets.items[s], &x->sets.items[s].items[i]);
            if (!isnan(devices ? cost.devices : cost.connections))
                return true;
        }
    return false;
}

static bool any_standing(const struct answer *x, enum bk_standing which)
{
    for (size_t s = 0; s < x->sets.n; s++) {
        const struct bk_trials *t = &x->sets.items[s];
        for (size_t i = 0; i < t->n; i++)
            if (!isnan(t->items[i].figures[bk_trials_standing(t, which)].value))
                return true;
    }
    return false;
}

static bool any_interval(const struct answer *x)
{
    for (size_t s = 0; s < x->sets.n; s++)
        for (size_t i = 0; i < x->sets.items[s].n; i++)
            if (!isnan(x->sets.items[s].items[i].figures[0].bounds.low))
                return true;
    return false;
}

static struct bk_column *columns_for(const struct answer *x,
                                     const struct bk_column *own, size_t n)
{
    struct bk_column *c = bk_alloc_array(x->r->arena, n, sizeof *c);
    memcpy(c, own, n * sizeof *c);
    memcpy(c, common_columns, sizeof common_columns);
    hide(&c[TASK], x->tasks);
    hide(&c[MODEL], x->models);
    hide(&c[WORKLOAD], x->workloads);
    hide(&c[CI_LOW], any_interval(x));
    hide(&c[CI_HIGH], any_interval(x));
    return c;
}

static const struct bk_column *columns_of_recommended(const struct answer *x)
{
    struct bk_column *c = columns_for(x, recommended_columns, N_RECOMMENDED);
    hide(&c[CONNECTIONS], any_cost(x, false));
    hide(&c[DEVICES], any_cost(x, true));
    hide(&c[ERROR_RATE], any_standing(x, BK_STANDING_ERRORS));
    hide(&c[P95], any_standing(x, BK_STANDING_P95));
    return c;
}

static const struct bk_column *columns_of_alternatives(const struct answer *x)
{
    struct bk_column *c = columns_for(x, alternative_columns, N_ALTERNATIVE);
    hide(&c[ALT_CONNECTIONS], any_cost(x, false));
    hide(&c[ALT_DEVICES], any_cost(x, true));
    hide(&c[ALT_ERROR_RATE], any_standing(x, BK_STANDING_ERRORS));
    hide(&c[ALT_P95], any_standing(x, BK_STANDING_P95));
    return c;
}

static const struct bk_column *columns_of_refused(const struct answer *x)
{
    struct bk_column *c = bk_alloc_array(x->r->arena, N_REFUSED, sizeof *c);
    memcpy(c, refused_columns, sizeof refused_columns);
    hide(&c[REF_TASK], x->tasks);
    hide(&c[REF_MODEL], x->models);
    hide(&c[REF_WORKLOAD], x->workloads);
    return c;
}

/* --- rows --- */

static struct bk_value counted(double x)
{
    return isfinite(x) && fabs(x) < 1e15 ? bk_v_int((int64_t)x) : bk_v_null();
}

static struct bk_value in_unit(double x, const struct bk_quantity *q)
{
    return bk_v_known_unit(x, q->unit);
}

static void common_cells(struct bk_value *c, const struct bk_trials *t,
                         const struct bk_trial *trial)
{
    const struct bk_figure *f = &trial->figures[0];
    const struct bk_quantity *q = &t->quantities[0];
    c[HARDWARE] = bk_v_str(t->hardware);
    c[MODEL] = bk_v_str(t->model);
    c[WORKLOAD] = bk_v_str(t->workload);
    c[TASK] = bk_v_pairs(t->task, t->n_task);
    c[CONFIG] = bk_v_pairs(trial->config, trial->n_config);
    c[SETTING] = bk_v_pairs(trial->setting, trial->n_setting);
    c[OBJECTIVE] = bk_v_str(bk_figure_name(t->arena, q));
    c[VALUE] = in_unit(f->value, q);
    c[UNIT] = bk_v_str(q->unit);
    c[CI_LOW] = in_unit(f->bounds.low, q);
    c[CI_HIGH] = in_unit(f->bounds.high, q);
}

/* "batch_size 32 to 48": the settings that are as good as the best. */
static struct bk_str ties_text(const struct bk_choice *c)
{
    const struct bk_trials *t = c->trials;
    struct bk_str text = BK_S("");
    for (size_t i = 0; i < t->n_axes && c->n_ties > 1; i++) {
        double low = (double)NAN, high = (double)NAN;
        for (size_t k = 0; k < c->n_ties; k++) {
            low = fmin(low, c->ties[k]->levels[i]);
            high = fmax(high, c->ties[k]->levels[i]);
        }
        if (!(low < high))
            continue;
        struct bk_str range = t->axes[i].numeric
                                  ? bk_fmt(t->arena, "%.*s to %.*s",
                                           BK_F(bk_capacity_number(t->arena, low)),
                                           BK_F(bk_capacity_number(t->arena, high)))
                                  : BK_S("any of several");
        text = bk_fmt(t->arena, "%.*s%s%.*s %.*s", BK_F(text), text.len > 0 ? ", " : "",
                      BK_F(t->axes[i].name), BK_F(range));
    }
    return text;
}

static struct bk_str why_recommended(const struct answer *x, const struct bk_choice *c)
{
    struct bk_arena *a = x->r->arena;
    const struct bk_trials *t = c->trials;
    struct bk_str ties = ties_text(c), why;
    const char *best = bk_trials_sign(t) > 0 ? "most" : "least";
    why = bk_fmt(a, "%s %.*s of %zu feasible", best,
                 BK_F(bk_figure_name(a, &t->quantities[0])), c->n_feasible);
    if (c->chosen != c->best)
        why = bk_fmt(
            a, "cheapest of %zu within %.*s of the best (%.*s at %.*s)", c->n_ties,
            BK_F(bk_capacity_percent(a, c->tolerance)),
            BK_F(bk_figure_text(a, &t->quantities[0], c->best->figures[0].value)),
            BK_F(bk_trial_text(t, c->best)));
    else if (ties.len > 0)
        why = bk_fmt(a, "%.*s; %zu are within %.*s", BK_F(why), c->n_ties,
                     BK_F(bk_capacity_percent(a, c->tolerance)));
    for (size_t i = 0; i < c->n_reasons; i++)
        why = bk_fmt(a, "%.*s; %.*s", BK_F(why), BK_F(c->reasons[i]));
    return why;
}

static void recommended_row(struct answer *x, struct bk_section *s,
                            const struct bk_choice *c)
{
    const struct bk_trials *t = c->trials;
    struct bk_value *v = bk_section_row(x->r, s);
    struct bk_cost cost = bk_trial_cost(t, c->chosen);
    size_t runs = 0;
    for (size_t i = 0, n = 0; i < c->chosen->n_runs; i++) {
        n += i > 0 && !bk_eq(c->chosen->observed[i].run->dim[BK_DIM_SESSION],
                             c->chosen->observed[i - 1].run->dim[BK_DIM_SESSION]);
        runs += c->chosen->valid[n];
    }
    common_cells(v, t, c->chosen);
    v[GRADE] = bk_v_str(bk_fmt(x->r->arena, "%c", c->grade));
    v[TIES] = bk_v_str(ties_text(c));
    v[EVIDENCE_RUNS] = bk_v_int((int64_t)runs);
    v[EVIDENCE_SESSIONS] = bk_v_int((int64_t)c->chosen->n_valid);
    v[ERROR_RATE] =
        bk_v_known(c->chosen->figures[bk_trials_standing(t, BK_STANDING_ERRORS)].value);
    v[P95] =
        bk_v_known(c->chosen->figures[bk_trials_standing(t, BK_STANDING_P95)].value);
    v[CONNECTIONS] = counted(cost.connections);
    v[DEVICES] = counted(cost.devices);
    v[TRIED] = bk_v_int((int64_t)c->n_tried);
    v[FEASIBLE] = bk_v_int((int64_t)c->n_feasible);
    v[WHY] = bk_v_str(why_recommended(x, c));
}

/* --- alternatives --- */

static struct bk_str add_clause(struct bk_arena *a, struct bk_str why,
                                struct bk_str clause)
{
    return why.len > 0 ? bk_fmt(a, "%.*s; %.*s", BK_F(why), BK_F(clause)) : clause;
}

static struct bk_str versus(struct bk_arena *a, struct bk_str why, double own,
                            double chosen, const char *fewer, const char *more)
{
    if (isnan(own) || isnan(chosen) || !(chosen > 0) ||
        !(fabs(own / chosen - 1) > 1e-9))
        return why;
    return add_clause(a, why,
                      bk_fmt(a, "%.*s %s",
                             BK_F(bk_capacity_percent(a, fabs(own / chosen - 1))),
                             own < chosen ? fewer : more));
}

/* "batch_size x concurrency": in what the load differs from that of the chosen. */
static struct bk_str load_names(const struct bk_choice *c, const struct bk_trial *trial,
                                const struct bk_cost *cost)
{
    const struct bk_trials *t = c->trials;
    struct bk_str names = BK_S("");
    for (size_t i = 0; i < t->n_numeric; i++) {
        double level = trial->levels[i], other = c->chosen->levels[i];
        if (bk_axis_is_load(cost, &t->axes[i]) && (level < other || level > other))
            names = bk_fmt(t->arena, "%.*s%s%.*s", BK_F(names),
                           names.len > 0 ? " x " : "", BK_F(t->axes[i].name));
    }
    return names;
}

static bool is_tie_of(const struct bk_choice *c, const struct bk_trial *trial)
{
    for (size_t i = 0; i < c->n_ties; i++)
        if (c->ties[i] == trial)
            return true;
    return false;
}

/* "7.6 % less". */
static struct bk_str less_text(struct bk_arena *a, const struct bk_choice *c,
                               const struct bk_trial *trial)
{
    const struct bk_quantity *q = &c->trials->quantities[0];
    double change =
        bk_quantity_change(q, trial->figures[0].value, c->chosen->figures[0].value);
    return bk_fmt(a, "%.*s %s", BK_F(bk_capacity_percent(a, fabs(change))),
                  change < 0 ? "less" : "more");
}

/* What it costs or spares against what is recommended, and why it is not. */
static struct bk_str why_not(const struct answer *x, const struct bk_choice *c,
                             const struct bk_trial *trial)
{
    struct bk_arena *a = x->r->arena;
    const struct bk_trials *t = c->trials;
    struct bk_str why = bk_trial_why(t, trial);
    struct bk_cost own = bk_trial_cost(t, trial), chosen = bk_trial_cost(t, c->chosen);
    size_t p95 = bk_trials_standing(t, BK_STANDING_P95);
    double ratio = trial->figures[p95].value / c->chosen->figures[p95].value;
    bool known;
    if (!bk_trial_within(&x->rule, trial, &known))
        why = add_clause(a, why,
                         known ? BK_S("outside the limits")
                               : BK_S("it does not tell what a limit is about"));
    if (why.len == 0 && is_tie_of(c, trial))
        why = BK_S("as good within noise");
    if (why.len == 0)
        why = less_text(a, c, trial);
    why = versus(a, why, own.devices, chosen.devices, "fewer devices", "more devices");
    why = versus(a, why, own.connections, chosen.connections, "fewer connections",
                 "more connections");
    struct bk_str load = load_names(c, trial, &own);
    why = versus(a, why, own.load, chosen.load,
                 bk_cstr(a, bk_fmt(a, "less %.*s", BK_F(load))),
                 bk_cstr(a, bk_fmt(a, "more %.*s", BK_F(load))));
    if (isfinite(ratio) && fabs(ratio - 1) > t->quantities[p95].floor)
        why = add_clause(a, why,
                         bk_fmt(a, "p95 of latency %.*s %s",
                                BK_F(bk_capacity_percent(a, fabs(ratio - 1))),
                                ratio < 1 ? "lower" : "higher"));
    return why;
}

static const char *feasible_name(const struct answer *x, const struct bk_trial *trial)
{
    static const char *const names[] = {[BK_MEETS] = "yes",
                                        [BK_UNSURE] = "unsure",
                                        [BK_BREAKS] = "no",
                                        [BK_UNMEASURED] = "not measured"};
    bool known;
    if (trial->feasible == BK_MEETS && !bk_trial_within(&x->rule, trial, &known))
        return "outside";
    return names[trial->feasible];
}

static void alternative_row(struct answer *x, struct bk_section *s,
                            const struct bk_choice *c, const struct bk_trial *trial,
                            bool front)
{
    const struct bk_trials *t = c->trials;
    struct bk_value *v = bk_section_row(x->r, s);
    struct bk_cost cost = bk_trial_cost(t, trial);
    double change = bk_quantity_change(&t->quantities[0], trial->figures[0].value,
                                       c->chosen->figures[0].value);
    common_cells(v, t, trial);
    v[ALT_RATIO] =
        t->quantities[0].scale == BK_SCALE_RATIO ? bk_v_known(1 + change) : bk_v_null();
    v[ALT_ERROR_RATE] =
        bk_v_known(trial->figures[bk_trials_standing(t, BK_STANDING_ERRORS)].value);
    v[ALT_P95] =
        bk_v_known(trial->figures[bk_trials_standing(t, BK_STANDING_P95)].value);
    v[ALT_CONNECTIONS] = counted(cost.connections);
    v[ALT_DEVICES] = counted(cost.devices);
    v[ALT_FEASIBLE] = bk_v_text(feasible_name(x, trial));
    v[ALT_FRONT] = bk_v_bool(front);
    v[ALT_WHY] = bk_v_str(why_not(x, c, trial));
}

/* Worth telling: as good, on the front, the next best, or better if it were allowed. */
static void alternatives(struct answer *x, struct bk_section *s,
                         const struct bk_choice *c)
{
    const struct bk_trials *t = c->trials;
    const bool *on_front = bk_choice_front(c);
    size_t shown = 0, left = 0;
    bool known;
    for (size_t i = 0; i < t->n; i++) {
        const struct bk_trial *trial = &t->items[i];
        bool feasible =
            trial->feasible == BK_MEETS && bk_trial_within(&x->rule, trial, &known);
        bool better = bk_trials_sign(t) *
                          (trial->figures[0].value - c->chosen->figures[0].value) >
                      0;
        if (trial == c->chosen || isnan(trial->figures[0].value) ||
            (!feasible && !better))
            continue;
        bool front = on_front[i];
        if (feasible && !front && trial != c->second && !is_tie_of(c, trial))
            continue;
        if (shown == MOST_ALTERNATIVES) {
            left++;
            continue;
        }
        alternative_row(x, s, c, trial, front);
        shown++;
    }
    if (left > 0)
        bk_report_note(x->r, "more", BK_INFO,
                       "%.*s%s%zu more alternative%s %s not shown", BK_F(t->hardware),
                       t->hardware.len > 0 ? ": " : "", left, left == 1 ? "" : "s",
                       left == 1 ? "is" : "are");
}

static void refused_row(struct answer *x, struct bk_section *s,
                        const struct bk_choice *c)
{
    const struct bk_trials *t = c->trials;
    struct bk_value *v = bk_section_row(x->r, s);
    v[REF_HARDWARE] = bk_v_str(t->hardware);
    v[REF_MODEL] = bk_v_str(t->model);
    v[REF_WORKLOAD] = bk_v_str(t->workload);
    v[REF_TASK] = bk_v_pairs(t->task, t->n_task);
    v[REF_OBJECTIVE] = bk_v_str(bk_figure_name(t->arena, &t->quantities[0]));
    v[REF_GRADE] = bk_v_text("E");
    v[REF_TRIED] = bk_v_int((int64_t)c->n_tried);
    v[REF_WHY] = bk_v_str(c->refused);
}

/* --- what was asked and is not there --- */

static bool load_machines(struct bk_db *db, struct bk_arena *a,
                          struct bk_strings *names, struct bk_err *err)
{
    bool more, ok;
    struct bk_stmt *st = bk_stmt(db, BK_SQL_HARDWARE_NAMES);
    *names = (struct bk_strings){NULL, 0};
    while ((ok = bk_step(st, &more, err)) && more)
        *BK_PUSH(a, names->items, names->n) = bk_cstr(a, bk_col_text(st, 1));
    bk_reset(st);
    return ok;
}

static struct bk_str why_unmeasured(struct bk_arena *a, struct bk_str hardware,
                                    const struct bk_strings *known)
{
    const char *near = bk_nearest(bk_cstr(a, hardware), known->items, known->n);
    for (size_t i = 0; i < known->n; i++)
        if (bk_is(hardware, known->items[i]))
            return bk_fmt(a, "not measured: no run on '%.*s' matches", BK_F(hardware));
    return bk_fmt(a, "not measured: there is no run on '%.*s'%s%s%s", BK_F(hardware),
                  near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
}

/* Kinds of machines that were asked for and of which no run matches. */
static bool unmeasured_rows(struct bk_db *db, struct answer *x,
                            const struct bk_recommend_args *o, struct bk_section *s,
                            struct bk_err *err)
{
    struct bk_strings known;
    struct bk_str name;
    if (!load_machines(db, x->r->arena, &known, err))
        return false;
    for (size_t i = 0; i < o->hardware.n; i++) {
        bool found = false;
        if (!bk_hardware_name(db, x->r->arena, bk_str(o->hardware.items[i]), &name,
                              err))
            return false;
        for (size_t k = 0; k < x->sets.n; k++)
            found = found || bk_eq_nocase(x->sets.items[k].hardware, name);
        if (found)
            continue;
        struct bk_value *v = bk_section_row(x->r, s);
        v[REF_HARDWARE] = bk_v_str(name);
        v[REF_MODEL] = bk_v_text(o->model);
        v[REF_WORKLOAD] = bk_v_text(o->workload);
        v[REF_GRADE] = bk_v_text("E");
        v[REF_TRIED] = bk_v_int(0);
        v[REF_WHY] = bk_v_str(why_unmeasured(x->r->arena, name, &known));
    }
    return true;
}

/* --- the question --- */

bool bk_recommend_rule(struct bk_arena *a, const struct bk_recommend_args *o,
                       struct bk_choice_rule *rule, struct bk_err *err)
{
    struct bk_product *limits = bk_alloc_array(a, o->limits.n + 1, sizeof *limits);
    for (size_t i = 0; i < o->limits.n; i++)
        if (!bk_product_parse(a, o->limits.items[i], &limits[i], err))
            return false;
    *rule = (struct bk_choice_rule){.fastest = o->prefer != NULL &&
                                               strcmp(o->prefer, "fastest") == 0,
                                    .limits = limits,
                                    .n_limits = o->limits.n};
    return true;
}

static bool is_same(const struct bk_trials *x, const struct bk_trials *y)
{
    if (x->n_task != y->n_task)
        return false;
    for (size_t i = 0; i < x->n_task; i++)
        if (!bk_eq(x->task[i].name, y->task[i].name) ||
            !bk_eq(x->task[i].value, y->task[i].value))
            return false;
    return true;
}

static void see_dimensions(struct answer *x)
{
    for (size_t i = 0; i < x->sets.n; i++) {
        const struct bk_trials *t = &x->sets.items[i];
        x->tasks = x->tasks || (i > 0 && !is_same(t, &x->sets.items[i - 1]));
        x->models = x->models || t->model.len > 0;
        x->workloads = x->workloads || t->workload.len > 0;
    }
}

/* Configurations of which nothing can be believed. */
static void note_invalid(struct answer *x, const struct bk_choice *c)
{
    const struct bk_trials *t = c->trials;
    const struct bk_trial *first = NULL;
    size_t n = 0;
    for (size_t i = 0; i < t->n; i++) {
        if (t->items[i].n_valid > 0)
            continue;
        first = first == NULL ? &t->items[i] : first;
        n++;
    }
    if (first == NULL || c->chosen == NULL)
        return;
    bk_report_note(x->r, "left-out", BK_INFO,
                   "%.*s%s%zu of %zu configurations %s never valid and cannot be best: "
                   "%.*s (%.*s%s)",
                   BK_F(t->hardware), t->hardware.len > 0 ? ": " : "", n, t->n,
                   n == 1 ? "was" : "were", BK_F(bk_trial_text(t, first)),
                   BK_F(bk_trial_why(t, first)), n > 1 ? ", and others" : "");
}

struct bk_evidence_ask bk_recommend_evidence(const struct bk_recommend_args *o,
                                             const struct bk_strings *where)
{
    return (struct bk_evidence_ask){.hardware = &o->hardware,
                                    .model = o->model,
                                    .workload = o->workload,
                                    .objective = o->objective,
                                    .slos = &o->slos,
                                    .where = where};
}

static void add_list(struct bk_report *r, const char *name,
                     const struct bk_strings *list)
{
    struct bk_str text = BK_S("");
    for (size_t i = 0; i < list->n; i++)
        text =
            bk_fmt(r->arena, "%.*s%s%s", BK_F(text), i > 0 ? ", " : "", list->items[i]);
    if (list->n > 0)
        bk_report_arg(r, name, text);
}

void bk_recommend_told(struct bk_report *r, const struct bk_recommend_args *o)
{
    add_list(r, "hardware", &o->hardware);
    if (o->model != NULL)
        bk_report_arg(r, "model", bk_str(o->model));
    if (o->workload != NULL)
        bk_report_arg(r, "workload", bk_str(o->workload));
    if (o->objective != NULL)
        bk_report_arg(r, "objective", bk_str(o->objective));
    add_list(r, "slo", &o->slos);
    add_list(r, "limit", &o->limits);
}

static void add_notes(struct answer *x)
{
    for (size_t i = 0; i < x->sets.n && x->sets.n <= MOST_NOTED; i++)
        note_invalid(x, &x->choices[i]);
    bk_recommend_hardware(x->r, &x->sets, x->choices);
    if (x->sets.n_without > 0)
        bk_report_note(x->r, "without", BK_INFO,
                       "%zu of %zu runs do not have the objective", x->sets.n_without,
                       x->sets.n_runs);
    if (x->sets.n_said > 0)
        bk_report_note(x->r, "annotated", BK_INFO,
                       "%zu run%s left out by annotations: outliers, and sessions "
                       "before a level shift",
                       x->sets.n_said, x->sets.n_said == 1 ? " is" : "s are");
    bk_marks_report(&x->sets.marks, x->r);
}

static struct bk_section *add_sections(struct answer *x)
{
    struct bk_report *r = x->r;
    struct bk_section *recommended =
        bk_report_section(r, "recommended", columns_of_recommended(x), N_RECOMMENDED);
    struct bk_section *others =
        bk_report_section(r, "alternatives", columns_of_alternatives(x), N_ALTERNATIVE);
    struct bk_section *refused =
        bk_report_section(r, "refused", columns_of_refused(x), N_REFUSED);
    for (size_t i = 0; i < x->sets.n; i++) {
        const struct bk_choice *c = &x->choices[i];
        if (c->chosen == NULL) {
            refused_row(x, refused, c);
            continue;
        }
        recommended_row(x, recommended, c);
        alternatives(x, others, c);
    }
    return refused;
}

/* A whole archive has more tasks than anyone will pay experiments for. */
static struct bk_next_rule next_rule(const struct answer *x)
{
    struct bk_next_rule rule = {.most = x->sets.n > MOST_NOTED ? 1 : BK_NEXT_MOST,
                                .limits = x->rule.limits,
                                .n_limits = x->rule.n_limits};
    if (x->sets.n > MOST_NOTED)
        bk_report_note(x->r, "one-each", BK_INFO,
                       "of %zu tasks one experiment each is shown; --hardware, --model "
                       "and --workload narrow them",
                       x->sets.n);
    return rule;
}

static bool ask(struct bk_db *db, const void *args, const struct bk_strings *positional,
                const struct bk_strings *where, struct bk_report *r, struct bk_err *err)
{
    const struct bk_recommend_args *o = args;
    struct answer x = {.r = r};
    const struct bk_evidence_ask ask = bk_recommend_evidence(o, where);
    (void)positional;
    if (!bk_recommend_rule(r->arena, o, &x.rule, err) ||
        !bk_evidence_load(db, r->arena, &ask, &x.sets, err))
        return false;
    if (x.sets.n == 0 && o->hardware.n == 0)
        return bk_fail(err, BK_EUSAGE, "no run matches");
    bk_recommend_told(r, o);
    bk_report_arg(r, "prefer", bk_str(o->prefer != NULL ? o->prefer : "cheapest"));
    see_dimensions(&x);
    x.choices = bk_alloc_array(r->arena, x.sets.n + 1, sizeof *x.choices);
    for (size_t i = 0; i < x.sets.n; i++)
        bk_choose(&x.sets.items[i], &x.rule, &x.choices[i]);
    if (!unmeasured_rows(db, &x, o, add_sections(&x), err))
        return false;
    add_notes(&x);
    const struct bk_next_rule next = next_rule(&x);
    return bk_next_report(db, r, x.choices, x.sets.n, &next, err);
}

static const char *const preferences[] = {"cheapest", "fastest", NULL};

static const struct bk_opt options[] = {
    {0, "hardware", BK_OPT_LIST, offsetof(struct bk_recommend_args, hardware), "NAME",
     "only this kind of machine; may be given several times", NULL},
    {0, "model", BK_OPT_TEXT, offsetof(struct bk_recommend_args, model), "NAME",
     "only this model", NULL},
    {0, "workload", BK_OPT_TEXT, offsetof(struct bk_recommend_args, workload), "NAME",
     "only this workload", NULL},
    {0, "objective", BK_OPT_TEXT, offsetof(struct bk_recommend_args, objective),
     "METRIC[.STAT]",
     "what should be best (default: ok_throughput, else another throughput)", NULL},
    {0, "slo", BK_OPT_LIST, offsetof(struct bk_recommend_args, slos), "CONDITION",
     "what must hold, as 'request_latency.p95<=2s'; may be given several times", NULL},
    {0, "limit", BK_OPT_LIST, offsetof(struct bk_recommend_args, limits), "CONDITION",
     "what may be run, as 'workers*pool_size<=200'; may be given several times", NULL},
    {0, "prefer", BK_OPT_CHOICE, offsetof(struct bk_recommend_args, prefer), "WHICH",
     "of what is equally good within noise (default: cheapest)", preferences},
    {.type = BK_OPT_END},
};

const struct bk_question bk_question_recommend = {
    .name = "recommend",
    .args = "",
    .summary = "which measured configuration to run, and how good the evidence is",
    .help =
        "For each hardware, model and task: of the configurations that were measured and "
        "that\nkeep every service level surely (by confidence bounds), the one with the "
        "best\nobjective; of those within noise of it the cheapest.  With a grade of the "
        "evidence,\nA to E, and its reasons, what else could be run, and why nothing is "
        "recommended\nwhere nothing can be.  Nothing is recommended that was not "
        "measured.\n\n"
        "Examples:\n"
        "  benchkeep recommend\n"
        "  benchkeep recommend --hardware h100 --slo 'request_latency.p95<=2s' "
        "--slo 'error_rate<=1%'\n"
        "  benchkeep recommend --limit 'workers*pool_size<=200' --prefer fastest\n"
        "  benchkeep recommend --objective output_token_throughput --where "
        "'batch_size<=64' --format json\n",
    .options = options,
    .args_size = sizeof(struct bk_recommend_args),
    .ask = ask,
};
