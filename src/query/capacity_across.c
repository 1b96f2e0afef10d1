/* capacity without a run: runs of one hardware, model and workload that differ in one
 * parameter, the load.
 *
 * The unit is the session: repeats in one are their median, sessions their mean, and how
 * they scatter is the noise.  Where other parameters differ too a load stands for the
 * best that was measured with it.  Runs that failed or are invalid are shown and never
 * fitted; degraded ones only count by their ok requests. */
#include "capacity.h"

#include "../base/num.h"
#include "../stats/summary.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MOST_NAMED ((size_t)8) /* parameters in a message */

struct tried { /* a run with a throughput */
    const struct bk_run_row *run;
    double load, throughput;
    struct bk_str others; /* other parameters that differ, as text */
    bool usable;
};

struct point { /* a load with one setting of the others */
    double load;
    struct bk_str others;
    double throughput; /* mean over sessions; NAN: nothing usable */
    double noise;      /* sd of sessions over their mean; NAN: below two */
    double shown;      /* throughput where nothing is usable */
    size_t runs, sessions, usable;
    const struct tried *first; /* a usable run of it, else any */
    struct bk_str status, why;
};

struct params {
    struct param **items;
    size_t n;
    struct bk_map known; /* name -> struct param */
};

struct across {
    struct bk_arena *arena;
    struct bk_run_list runs;
    struct bk_str metric, unit, by;
    struct tried *tried;
    size_t n_tried;
    size_t without; /* runs that do not have the throughput */
    struct params params;
    struct bk_str *others; /* names of other parameters that differ */
    size_t n_others;
    struct point *points; /* by load; of each load the best */
    size_t n_points, settings;
};

/* --- the runs --- */

static bool load_runs(struct bk_db *db, const struct bk_capacity_args *o,
                      const struct bk_strings *where, struct across *x,
                      struct bk_err *err)
{
    struct bk_filter f;
    if (!bk_filter_parse(x->arena, db, where, &f, err) ||
        !bk_filter_add(x->arena, db, &f, "hardware", o->hardware, err) ||
        !bk_filter_add(x->arena, db, &f, "model", o->model, err) ||
        !bk_filter_add(x->arena, db, &f, "workload", o->workload, err) ||
        !bk_runs_load_told_once(db, x->arena, &f, &x->runs, NULL, err))
        return false;
    return x->runs.n > 0 || bk_fail(err, BK_EUSAGE, "no run matches");
}

static bool is_usable(const struct across *x, const struct bk_run_row *run)
{
    return bk_is(run->status, "ok") ||
           (bk_is(run->status, "degraded") && bk_is(x->metric, "ok_throughput"));
}

static bool values_of(struct bk_db *db, struct across *x, const char *metric,
                      struct bk_run_values *values, size_t *n, struct bk_err *err)
{
    *n = 0;
    if (!bk_values_of_runs(db, x->arena, metric, "value", &x->runs, values, err))
        return false;
    for (size_t i = 0; i < x->runs.n; i++)
        *n += bk_values_of(values, x->runs.rows[i].id) != NULL;
    return true;
}

/* The throughput that most of the runs have, of those in order of what serves best. */
static bool choose_metric(struct bk_db *db, const struct bk_capacity_args *o,
                          struct across *x, struct bk_run_values *values,
                          struct bk_err *err)
{
    static const char *const usual[] = {"output_token_throughput", "ok_throughput",
                                        "total_token_throughput", "request_throughput"};
    size_t most = 0, n;
    if (o->metric != NULL) {
        x->metric = bk_str(o->metric);
        if (!values_of(db, x, o->metric, values, &most, err))
            return false;
        return most > 0 || bk_fail(err, BK_EUSAGE,
                                   "none of these runs has the metric '%s' ('benchkeep "
                                   "metrics' lists them)",
                                   o->metric);
    }
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++) {
        struct bk_run_values found;
        if (!values_of(db, x, usual[i], &found, &n, err))
            return false;
        if (n > most) {
            most = n;
            *values = found;
            x->metric = bk_str(usual[i]);
        }
    }
    return most > 0 || bk_fail(err, BK_EUSAGE,
                               "none of these runs has a throughput; name another "
                               "number with --metric");
}

static bool find_unit(struct bk_db *db, struct across *x, struct bk_err *err)
{
    struct bk_stmt *st = bk_stmt(db, BK_SQL_METRIC_BY_NAME);
    bool found, ok;
    bk_bind_text(st, ":metric", x->metric);
    ok = bk_step(st, &found, err);
    if (ok && found)
        x->unit = bk_dup(x->arena, bk_col_text(st, 1));
    bk_reset(st);
    return ok;
}

static void keep_tried(struct across *x, const struct bk_run_values *values)
{
    x->tried = bk_alloc_array(x->arena, x->runs.n, sizeof *x->tried);
    for (size_t i = 0; i < x->runs.n; i++) {
        const struct bk_run_row *run = &x->runs.rows[i];
        const struct bk_run_value *v = bk_values_of(values, run->id);
        if (v == NULL || !isfinite(v->value)) {
            x->without++;
            continue;
        }
        x->tried[x->n_tried++] = (struct tried){
            .run = run, .throughput = v->value, .usable = is_usable(x, run)};
    }
}

/* Runs of different machines are no curve. */
static bool are_of_one_kind(const struct across *x, struct bk_err *err)
{
    static const enum bk_dim dims[] = {BK_DIM_HARDWARE, BK_DIM_MODEL, BK_DIM_WORKLOAD};
    for (size_t d = 0; d < sizeof dims / sizeof *dims; d++) {
        struct bk_str first = x->tried[0].run->dim[dims[d]];
        const char *name = bk_dim_names[dims[d]];
        for (size_t i = 1; i < x->n_tried; i++) {
            struct bk_str other = x->tried[i].run->dim[dims[d]];
            if (!bk_eq(first, other))
                return bk_fail(err, BK_EUSAGE,
                               "these runs differ in their %s ('%.*s', '%.*s' ...); "
                               "choose one with --%s or --where",
                               name, BK_F(first), BK_F(other), name);
        }
    }
    return true;
}

/* --- the parameter --- */

struct param {                 /* of the runs */
    struct bk_str name, value; /* the first run's that has it */
    size_t n;                  /* runs that have it */
    bool differs;
    bool positive; /* a number above 0 wherever it is */
};

static int by_name(const void *a, const void *b)
{
    const struct param *x = *(const struct param *const *)a;
    const struct param *y = *(const struct param *const *)b;
    return bk_cmp(x->name, y->name);
}

static void see_pair(struct across *x, struct params *all, const struct bk_pair *pair)
{
    struct param *p = bk_map_get(&all->known, pair->name);
    double value;
    if (p == NULL) {
        p = bk_alloc(x->arena, sizeof *p);
        *p = (struct param){.name = pair->name, .value = pair->value, .positive = true};
        bk_map_put(x->arena, &all->known, pair->name, p);
        *BK_PUSH(x->arena, all->items, all->n) = p;
    }
    p->n++;
    p->differs = p->differs || !bk_eq(p->value, pair->value);
    p->positive = p->positive && bk_parse_double(pair->value, &value) && value > 0;
}

/* All parameters of the runs, in order of the alphabet. */
static void see_params(struct across *x)
{
    struct params *all = &x->params;
    for (size_t i = 0; i < x->n_tried; i++) {
        const struct bk_run_row *run = x->tried[i].run;
        for (size_t k = 0; k < run->n_config; k++)
            see_pair(x, all, &run->config[k]);
    }
    if (all->n > 1)
        qsort(all->items, all->n, sizeof(struct param *), by_name);
    for (size_t i = 0; i < all->n; i++)
        all->items[i]->differs =
            all->items[i]->differs || all->items[i]->n < x->n_tried;
}

/* A number above 0 in every run. */
static bool may_be_load(const struct across *x, struct bk_str name)
{
    const struct param *p = bk_map_get(&x->params.known, name);
    return p != NULL && p->positive && p->n == x->n_tried;
}

static struct bk_str joined(struct bk_arena *a, const struct bk_str *names, size_t n)
{
    struct bk_str text = {NULL, 0};
    for (size_t i = 0; i < n && i < MOST_NAMED; i++)
        text = bk_fmt(a, "%.*s%s%.*s", BK_F(text), i > 0 ? ", " : "", BK_F(names[i]));
    return n > MOST_NAMED ? bk_fmt(a, "%.*s ...", BK_F(text)) : text;
}

static bool no_such_load(const struct across *x, const char *by,
                         const struct bk_str *loads, size_t n, struct bk_err *err)
{
    const char **names = bk_alloc_array(x->arena, n + 1, sizeof *names);
    for (size_t i = 0; i < n; i++)
        names[i] = bk_cstr(x->arena, loads[i]);
    const char *near = bk_nearest(by, names, n);
    struct bk_str all = joined(x->arena, loads, n);
    return bk_fail(
        err, BK_EUSAGE, "'%s' is no number above 0 in all of these runs%s%s%s (%s%.*s)",
        by, near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "",
        n > 0 ? "what differs: " : "no numeric parameter differs", BK_F(all));
}

static bool choose_by(const struct bk_capacity_args *o, struct across *x,
                      struct bk_err *err)
{
    struct bk_str *loads = NULL;
    size_t n_loads = 0;
    see_params(x);
    for (size_t i = 0; i < x->params.n; i++) {
        const struct param *p = x->params.items[i];
        if (p->differs && may_be_load(x, p->name))
            *BK_PUSH(x->arena, loads, n_loads) = p->name;
    }
    if (o->by != NULL && !may_be_load(x, bk_str(o->by)))
        return no_such_load(x, o->by, loads, n_loads, err);
    if (o->by == NULL && n_loads == 0)
        return bk_fail(err, BK_EUSAGE,
                       "no numeric parameter differs between these runs (%zu), so none "
                       "is the load",
                       x->n_tried);
    if (o->by == NULL && n_loads > 1) {
        struct bk_str all = joined(x->arena, loads, n_loads);
        return bk_fail(err, BK_EUSAGE,
                       "several parameters differ (%.*s): name the load with --by, and "
                       "hold others with --where",
                       BK_F(all));
    }
    x->by = o->by != NULL ? bk_str(o->by) : loads[0];
    for (size_t i = 0; i < x->params.n; i++) {
        const struct param *p = x->params.items[i];
        if (p->differs && !bk_eq(p->name, x->by))
            *BK_PUSH(x->arena, x->others, x->n_others) = p->name;
    }
    return true;
}

static struct bk_str others_of(const struct across *x, const struct bk_run_row *run)
{
    struct bk_pair *pairs = bk_alloc_array(x->arena, run->n_config + 1, sizeof *pairs);
    size_t n = 0;
    for (size_t i = 0; i < run->n_config; i++) {
        const struct param *p = bk_map_get(&x->params.known, run->config[i].name);
        if (p->differs && !bk_eq(p->name, x->by))
            pairs[n++] = run->config[i];
    }
    return bk_config_text(x->arena, pairs, n);
}

/* --- points --- */

static int by_setting(const void *a, const void *b)
{
    const struct tried *x = a, *y = b;
    if (x->load < y->load || x->load > y->load)
        return x->load < y->load ? -1 : 1;
    int others = bk_cmp(x->others, y->others);
    if (others != 0)
        return others;
    int session = bk_cmp(x->run->dim[BK_DIM_SESSION], y->run->dim[BK_DIM_SESSION]);
    if (session != 0)
        return session;
    return x->run->id < y->run->id ? -1 : x->run->id > y->run->id;
}

static bool same_setting(const struct tried *x, const struct tried *y)
{
    return !(x->load < y->load) && !(x->load > y->load) && bk_eq(x->others, y->others);
}

/* The medians of the sessions of n runs of one setting; returns how many. */
static size_t medians(struct bk_arena *a, const struct tried *runs, size_t n,
                      double *out)
{
    double *values = bk_alloc_array(a, n + 1, sizeof *values);
    size_t sessions = 0;
    for (size_t i = 0, k; i < n; i = k) {
        size_t m = 0;
        for (k = i; k < n && bk_eq(runs[k].run->dim[BK_DIM_SESSION],
                                   runs[i].run->dim[BK_DIM_SESSION]);
             k++) {
            if (runs[k].usable)
                values[m++] = runs[k].throughput;
        }
        bk_sort(values, m);
        if (m > 0)
            out[sessions++] = bk_median(values, m);
    }
    return sessions;
}

static struct point point_of(struct bk_arena *a, const struct tried *runs, size_t n)
{
    struct point p = {.load = runs[0].load,
                      .others = runs[0].others,
                      .runs = n,
                      .first = &runs[0],
                      .throughput = (double)NAN,
                      .noise = (double)NAN,
                      .shown = runs[0].throughput};
    double *values = bk_alloc_array(a, n + 1, sizeof *values);
    for (size_t i = n; i-- > 0;) {
        p.usable += runs[i].usable;
        p.shown = fmax(p.shown, runs[i].throughput);
        if (runs[i].usable)
            p.first = &runs[i];
    }
    p.sessions = medians(a, runs, n, values);
    p.status = p.first->run->status;
    p.why = p.first->run->status_why;
    if (p.sessions > 0)
        p.throughput = bk_mean(values, p.sessions);
    if (p.sessions > 1 && p.throughput > 0)
        p.noise = bk_stddev(values, p.sessions) / p.throughput;
    return p;
}

static bool is_better(const struct point *x, const struct point *than)
{
    if (isnan(x->throughput) || isnan(than->throughput))
        return !isnan(x->throughput);
    return x->throughput > than->throughput;
}

static void make_points(struct across *x)
{
    for (size_t i = 0; i < x->n_tried; i++) {
        struct tried *t = &x->tried[i];
        t->load = bk_capacity_param(t->run, x->by);
        t->others = others_of(x, t->run);
    }
    qsort(x->tried, x->n_tried, sizeof *x->tried, by_setting);
    for (size_t i = 0, k; i < x->n_tried; i = k) {
        for (k = i + 1; k < x->n_tried && same_setting(&x->tried[i], &x->tried[k]);)
            k++;
        struct point p = point_of(x->arena, &x->tried[i], k - i);
        struct point *last = x->n_points > 0 ? &x->points[x->n_points - 1] : NULL;
        x->settings++;
        if (last == NULL || last->load < p.load)
            *BK_PUSH(x->arena, x->points, x->n_points) = p;
        else if (is_better(&p, last))
            *last = p;
    }
}

/* --- the report --- */

enum point_column {
    LOAD,
    OTHERS,
    RUNS,
    SESSIONS,
    THROUGHPUT,
    UNIT,
    NOISE,
    ERROR_RATE,
    P95,
    STATUS,
    USED,
    WHY,
    N_POINT
};

static const struct bk_column point_columns[N_POINT] = {
    [LOAD] = {"load", "", 0}, /* called as the parameter is */
    [OTHERS] = {"best_with", "", 0},
    [RUNS] = {"runs", "1", 0},
    [SESSIONS] = {"sessions", "1", 0},
    [THROUGHPUT] = {"throughput", "*", 0},
    [UNIT] = {"unit", "", BK_COL_MACHINE},
    [NOISE] = {"noise", "ratio", BK_COL_PERCENT},
    [ERROR_RATE] = {"error_rate", "ratio", BK_COL_PERCENT},
    [P95] = {"request_latency.p95", "s", 0},
    [STATUS] = {"status", "", 0},
    [USED] = {"used", "", 0},
    [WHY] = {"why", "", 0},
};

struct beside { /* what else is known of the runs */
    struct bk_run_values errors, p95, latency, rate, ok;
};

static bool load_beside(struct bk_db *db, struct across *x, struct beside *b,
                        struct bk_err *err)
{
    struct bk_arena *a = x->arena;
    return bk_values_of_runs(db, a, "error_rate", "value", &x->runs, &b->errors, err) &&
           bk_values_of_runs(db, a, "request_latency", "p95", &x->runs, &b->p95, err) &&
           bk_values_of_runs(db, a, "request_latency", "mean", &x->runs, &b->latency,
                             err) &&
           bk_values_of_runs(db, a, "request_throughput", "value", &x->runs, &b->rate,
                             err) &&
           bk_values_of_runs(db, a, "ok_throughput", "value", &x->runs, &b->ok, err);
}

static double value_of(const struct bk_run_values *values, const struct point *p)
{
    const struct bk_run_value *v = bk_values_of(values, p->first->run->id);
    return v != NULL ? v->value : (double)NAN;
}

static struct bk_value cell_of(const struct bk_run_values *values,
                               const struct point *p)
{
    return bk_v_known(value_of(values, p));
}

static const struct bk_column *columns_for(const struct across *x)
{
    struct bk_column *c = bk_alloc_array(x->arena, N_POINT, sizeof *c);
    memcpy(c, point_columns, sizeof point_columns);
    c[LOAD].name = bk_cstr(x->arena, x->by);
    return c;
}

static void add_points(const struct across *x, const struct beside *b,
                       struct bk_report *r)
{
    struct bk_section *section =
        bk_report_section(r, "points", columns_for(x), N_POINT);
    for (size_t i = 0; i < x->n_points; i++) {
        const struct point *p = &x->points[i];
        struct bk_value *c = bk_section_row(r, section);
        bool used = p->sessions > 0;
        c[LOAD] = bk_v_real(p->load);
        if (x->n_others > 0 && used)
            c[OTHERS] = bk_v_str(p->others);
        c[RUNS] = bk_v_int((int64_t)p->runs);
        c[SESSIONS] = bk_v_int((int64_t)p->sessions);
        c[THROUGHPUT] = bk_v_real_unit(used ? p->throughput : p->shown, x->unit);
        c[UNIT] = bk_v_str(x->unit);
        c[NOISE] = isnan(p->noise) ? bk_v_null() : bk_v_real(p->noise);
        c[ERROR_RATE] = cell_of(&b->errors, p);
        c[P95] = cell_of(&b->p95, p);
        c[STATUS] = bk_v_str(p->status);
        c[USED] = bk_v_bool(used);
        c[WHY] = bk_v_str(p->why);
    }
}

static struct bk_curve curve_of(const struct across *x)
{
    struct bk_curve c = {.load_unit = {NULL, 0},
                         .throughput_unit = x->unit,
                         .what = bk_cstr(x->arena, x->metric),
                         .loads = bk_cstr(x->arena, x->by)};
    double squares = 0;
    size_t df = 0;
    for (size_t i = 0; i < x->n_points; i++) {
        const struct point *p = &x->points[i];
        if (p->sessions == 0)
            continue;
        *BK_PUSH(x->arena, c.points, c.n) =
            (struct bk_curve_point){.load = p->load,
                                    .low = (double)NAN,
                                    .high = (double)NAN,
                                    .throughput = p->throughput,
                                    .elapsed = (double)NAN,
                                    .n = (double)p->sessions};
        if (!isnan(p->noise)) {
            squares += p->noise * p->noise * (double)(p->sessions - 1);
            df += p->sessions - 1;
        }
    }
    c.noise = df > 0 ? sqrt(squares / (double)df) : 0;
    return c;
}

static void add_checks(const struct across *x, const struct beside *b,
                       struct bk_report *r)
{
    struct bk_section *section = bk_capacity_checks(r);
    for (size_t i = 0; i < x->n_points; i++) {
        const struct point *p = &x->points[i];
        if (p->sessions == 0)
            continue;
        struct bk_in_flight f = {
            .at = bk_fmt(x->arena, "%.*s %.*s", BK_F(x->by),
                         BK_F(bk_capacity_number(x->arena, p->load))),
            .load = bk_param_counts_users(x->by) ? p->load : (double)NAN,
            .throughput = value_of(&b->rate, p),
            .latency = value_of(&b->latency, p),
            .pause = (double)NAN,
            .connections = bk_capacity_connections(p->first->run),
            .ok_throughput = value_of(&b->ok, p),
        };
        bk_capacity_little(r, section, &f);
    }
}

static void note_others(const struct across *x, struct bk_report *r)
{
    struct bk_str all = joined(x->arena, x->others, x->n_others);
    const char *verb = x->n_others == 1 ? "differs" : "differ";
    if (x->n_others == 0)
        return;
    if (x->settings == x->n_points)
        bk_report_note(r, "confounded", BK_WARNING,
                       "%.*s %s with %.*s, and no two runs differ in only one of them: "
                       "what does it cannot be told",
                       BK_F(all), verb, BK_F(x->by));
    else
        bk_report_note(r, "best-of", BK_INFO,
                       "%.*s %s too: a value of %.*s stands for the best that was "
                       "measured with it (%zu settings); --where holds them",
                       BK_F(all), verb, BK_F(x->by), x->settings);
}

static void add_notes(const struct across *x, const struct bk_curve *c,
                      struct bk_report *r)
{
    size_t left_out = 0;
    for (size_t i = 0; i < x->n_tried; i++)
        left_out += !x->tried[i].usable;
    note_others(x, r);
    if (left_out > 0)
        bk_report_note(r, "left-out", BK_INFO,
                       "%zu run%s left out of landmarks and fit: failed, invalid, or "
                       "degraded, which only ok_throughput takes",
                       left_out, left_out == 1 ? " is" : "s are");
    if (x->without > 0)
        bk_report_note(r, "without", BK_INFO, "%zu run%s no %.*s", x->without,
                       x->without == 1 ? " has" : "s have", BK_F(x->metric));
    if (!(c->noise > 0))
        bk_report_note(
            r, "single-runs", BK_INFO,
            "no setting was repeated in another session, so the noise is not "
            "known: repeats commonly differ by 2 to 7 %%");
}

bool bk_capacity_across(struct bk_db *db, const struct bk_capacity_args *o,
                        const struct bk_strings *where, struct bk_report *r,
                        struct bk_err *err)
{
    struct across x = {.arena = r->arena};
    struct bk_run_values values = {NULL, 0};
    struct beside beside;
    if (!load_runs(db, o, where, &x, err) || !choose_metric(db, o, &x, &values, err) ||
        !find_unit(db, &x, err))
        return false;
    keep_tried(&x, &values);
    if (x.n_tried == 0)
        return bk_fail(err, BK_EUSAGE, "none of these runs has a finite %.*s",
                       BK_F(x.metric));
    if (!are_of_one_kind(&x, err) || !choose_by(o, &x, err) ||
        !load_beside(db, &x, &beside, err))
        return false;
    make_points(&x);
    bk_report_arg(r, "by", x.by);
    bk_report_arg(r, "metric", x.metric);
    r->title = bk_fmt(r->arena, "%.*s by %.*s", BK_F(x.metric), BK_F(x.by));
    add_points(&x, &beside, r);
    struct bk_curve curve = curve_of(&x);
    bk_capacity_bends(r, bk_capacity_landmarks(r), &curve);
    bk_capacity_fit(r, &curve);
    add_checks(&x, &beside, r);
    add_notes(&x, &curve, r);
    return true;
}
