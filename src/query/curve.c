/* Finding and testing curves: see curve.h. */
#include "curve.h"

#include "../base/num.h"
#include "../stats/student.h"
#include "../stats/summary.h"

#include <math.h>
#include <stdlib.h>

/* --- the axis of a group --- */

struct param {
    struct bk_str name;
    struct bk_map values;
    bool numeric;
};

struct sweep {            /* lines of one group and engine */
    struct bk_map params; /* by name */
    struct param **items;
    size_t n;
    const struct param *axis;
};

static struct bk_str sweep_key(struct bk_arena *a, const struct bk_case *c)
{
    return bk_fmt(a, "%zu\n%.*s", c->row.at.group,
                  BK_F(c->row.run->dim[BK_DIM_ENGINE]));
}

static void note_params(struct bk_arena *a, struct sweep *s,
                        const struct bk_run_row *run)
{
    for (size_t i = 0; i < run->n_config; i++) {
        double number;
        const struct bk_pair *pair = &run->config[i];
        struct param *p = bk_map_get(&s->params, pair->name);
        if (p == NULL) {
            p = bk_alloc(a, sizeof *p);
            *p = (struct param){.name = pair->name, .numeric = true};
            bk_map_put(a, &s->params, p->name, p);
            *BK_PUSH(a, s->items, s->n) = p;
        }
        p->numeric = p->numeric && bk_parse_double(pair->value, &number);
        if (bk_map_get(&p->values, pair->value) == NULL)
            bk_map_put(a, &p->values, pair->value, p);
    }
}

/* The numeric parameter with the most values, if they make a curve. */
static const struct param *axis_of(const struct sweep *s)
{
    const struct param *axis = NULL;
    for (size_t i = 0; i < s->n; i++)
        if (s->items[i]->numeric && s->items[i]->values.n >= BK_CURVE_CELLS &&
            (axis == NULL || s->items[i]->values.n > axis->values.n))
            axis = s->items[i];
    return axis;
}

static struct bk_map find_sweeps(struct bk_arena *a, const struct bk_family *f)
{
    struct bk_map sweeps = {NULL, 0, 0};
    struct sweep **all = NULL;
    size_t n = 0;
    const struct bk_run_row *last = NULL;
    for (size_t i = 0; i < f->n; i++) {
        const struct bk_case *c = &f->cases[i];
        if (c->row.run == last)
            continue;
        last = c->row.run;
        struct bk_str key = sweep_key(a, c);
        struct sweep *s = bk_map_get(&sweeps, key);
        if (s == NULL) {
            s = bk_alloc(a, sizeof *s);
            bk_map_put(a, &sweeps, key, s);
            *BK_PUSH(a, all, n) = s;
        }
        note_params(a, s, last);
    }
    for (size_t i = 0; i < n; i++)
        all[i]->axis = axis_of(all[i]);
    return sweeps;
}

/* --- cells --- */

static bool is_cell(const struct bk_case *c)
{
    return c->q->scale == BK_SCALE_RATIO && c->q->worse != BK_NO_DIRECTION &&
           isfinite(c->e.change) && c->e.old > 0 && c->e.new > 0 &&
           c->e.validity == BK_COMPARABLE;
}

static double axis_value(const struct bk_curve *curve, const struct bk_case *c)
{
    double x = (double)NAN;
    (void)bk_parse_double(bk_row_param(c->row.run, curve->axis), &x);
    return x;
}

/* The parameters that vary in the sweep besides the axis: where the curve stands. */
static void read_place(struct bk_arena *a, const struct sweep *s,
                       struct bk_curve *curve)
{
    const struct bk_run_row *run = curve->first->row.run;
    struct bk_pair *at = NULL;
    for (size_t i = 0; i < run->n_config; i++) {
        const struct param *p = bk_map_get(&s->params, run->config[i].name);
        if (p != s->axis && p->values.n > 1)
            *BK_PUSH(a, at, curve->n_at) = run->config[i];
    }
    curve->at = at;
}

static struct bk_str curve_key(struct bk_arena *a, const struct sweep *s,
                               const struct bk_case *c)
{
    struct bk_str key =
        bk_fmt(a, "%.*s\n%p", BK_F(sweep_key(a, c)), (const void *)c->q);
    const struct bk_run_row *run = c->row.run;
    struct bk_str *parts = bk_alloc_array(a, 2 * run->n_config + 1, sizeof *parts);
    size_t n = 0;
    parts[n++] = key;
    for (size_t i = 0; i < run->n_config; i++) {
        if (bk_eq(run->config[i].name, s->axis->name))
            continue;
        parts[n++] = run->config[i].name;
        parts[n++] = run->config[i].value;
    }
    return bk_join(a, parts, n, '\n');
}

static void collect(struct bk_arena *a, struct bk_family *f, struct bk_map *sweeps,
                    struct bk_curve ***curves, size_t *n)
{
    struct bk_map known = {NULL, 0, 0};
    for (size_t i = 0; i < f->n; i++) {
        struct bk_case *c = &f->cases[i];
        const struct sweep *s = bk_map_get(sweeps, sweep_key(a, c));
        if (s->axis == NULL || !is_cell(c) ||
            bk_row_param(c->row.run, s->axis->name).len == 0)
            continue;
        struct bk_str key = curve_key(a, s, c);
        struct bk_curve *curve = bk_map_get(&known, key);
        if (curve == NULL) {
            curve = bk_alloc(a, sizeof *curve);
            *curve = (struct bk_curve){.first = c, .axis = s->axis->name};
            read_place(a, s, curve);
            bk_map_put(a, &known, key, curve);
            *BK_PUSH(a, *curves, *n) = curve;
        }
        *BK_PUSH(a, curve->cells, curve->n) = c;
    }
}

static void sort_cells(struct bk_curve *curve)
{
    /* by insertion: cells come nearly in order, and a sweep has few */
    for (size_t i = 1; i < curve->n; i++)
        for (size_t k = i; k > 0 && axis_value(curve, curve->cells[k]) <
                                        axis_value(curve, curve->cells[k - 1]);
             k--) {
            struct bk_case *c = curve->cells[k];
            curve->cells[k] = curve->cells[k - 1];
            curve->cells[k - 1] = c;
        }
}

/* --- the test --- */

/* Sessions of the cell that has the fewest. */
static void count_sessions(const struct bk_curve *curve, struct bk_evidence *e)
{
    e->n_old = e->n_new = SIZE_MAX;
    for (size_t i = 0; i < curve->n; i++) {
        const struct bk_case *c = curve->cells[i];
        e->n_old = c->n_old < e->n_old ? c->n_old : e->n_old;
        e->n_new = c->n_new < e->n_new ? c->n_new : e->n_new;
    }
}

/* A t test of the mean log ratio by some noise. */
struct curve_test {
    double error, df, t, p;
};

static struct curve_test test_by(double mean, double error, double df)
{
    struct curve_test x = {error, df, (double)NAN, (double)NAN};
    if (error > 0 && df > 0) {
        x.t = mean / error;
        x.p = bk_student_p(x.t, df);
    }
    return x;
}

static double known(double p)
{
    return isnan(p) ? 1 : p;
}

/* By how much whole sessions differ: the cells of each old session together, against
 * their means. */
static struct curve_test test_by_sessions(struct bk_arena *a,
                                          const struct bk_curve *curve, double mean)
{
    struct bk_map known_sessions = {NULL, 0, 0};
    struct index {
        double sum, n;
    } **all = NULL;
    size_t n = 0;
    for (size_t i = 0; i < curve->n; i++) {
        const struct bk_case *c = curve->cells[i];
        for (size_t k = 0; k < c->n_old; k++) {
            struct bk_str key = {(const char *)&c->old_sessions[k], sizeof(size_t)};
            struct index *x = bk_map_get(&known_sessions, key);
            if (x == NULL) {
                x = bk_alloc(a, sizeof *x);
                bk_map_put(a, &known_sessions, key, x);
                *BK_PUSH(a, all, n) = x;
            }
            x->sum += log(c->old[k] / c->e.old);
            x->n++;
        }
    }
    double squares = 0;
    for (size_t i = 0; i < n; i++)
        squares += all[i]->sum * all[i]->sum / (all[i]->n * all[i]->n);
    double df = (double)n - 1;
    double scale = 1 / (double)curve->e.n_old + 1 / (double)curve->e.n_new;
    return test_by(mean, n > 1 ? sqrt(squares / df * scale) : 0, df);
}

/* As if all that makes sessions differ hit all cells alike. */
static struct curve_test test_by_cells(const struct bk_curve *curve, double mean)
{
    double squares = 0, df = 0;
    for (size_t i = 0; i < curve->n; i++) {
        const struct bk_evidence *e = &curve->cells[i]->e;
        if (!(e->df > 0) || !isfinite(e->sd))
            continue;
        squares += e->sd * e->sd * e->df;
        df = fmax(df, e->df);
    }
    double weight = 0;
    for (size_t i = 0; i < curve->n; i++)
        weight += curve->cells[i]->e.df > 0 ? curve->cells[i]->e.df : 0;
    double scale = 1 / (double)curve->e.n_old + 1 / (double)curve->e.n_new;
    return test_by(mean, weight > 0 ? sqrt(squares / weight * scale) : 0, df);
}

/* The change must be more than cells scatter and more than sessions differ. */
static struct curve_test test_curve(struct bk_arena *a, const struct bk_curve *curve,
                                    const double *d, double mean)
{
    double n = (double)curve->n;
    struct curve_test paired = test_by(mean, bk_stddev(d, curve->n) / sqrt(n), n - 1);
    if (curve->e.n_old < 2)
        return paired;
    struct curve_test sessions = test_by_sessions(a, curve, mean);
    struct curve_test cells = test_by_cells(curve, mean);
    if (known(cells.p) < known(sessions.p))
        sessions = cells;
    return known(sessions.p) > known(paired.p) && !isnan(sessions.p) ? sessions
                                                                     : paired;
}

static void set_p(const struct bk_verdict_rule *rule, const struct curve_test *x,
                  struct bk_evidence *e)
{
    const struct bk_evidence cell = *e; /* of the first: how often sessions are bad */
    double delta =
        rule->bad_distance / sqrt(1 / (double)e->n_old + 1 / (double)e->n_new);
    e->p = (double)NAN;
    for (int w = 0; w < BK_N_WORLDS; w++) {
        e->p_world[w] = rule->one_sided ? x->p / 2 : x->p;
        e->share[w] = cell.share[w];
    }
    if (e->tier == BK_TIER_1 || isnan(x->p)) {
        e->p_world[BK_NONE_BAD] = e->p_world[BK_SOME_BAD] = e->p_world[BK_ALL_BAD] =
            (double)NAN;
        return;
    }
    e->p_world[BK_ALL_BAD] = bk_student_noncentral_above(fabs(x->t), x->df, delta);
    e->p = 0;
    for (int w = 0; w < BK_N_WORLDS; w++)
        e->p += e->share[w] * e->p_world[w];
}

static void measure(struct bk_arena *a, const struct bk_verdict_rule *rule,
                    struct bk_curve *curve)
{
    struct bk_evidence *e = &curve->e;
    double *d = bk_alloc_array(a, curve->n, sizeof *d);
    *e = curve->first->e; /* scale, direction, floor */
    for (size_t i = 0; i < curve->n; i++)
        d[i] = log(curve->cells[i]->e.new / curve->cells[i]->e.old);
    double mean = bk_mean(d, curve->n);
    for (size_t i = 0; i < curve->n; i++)
        curve->n_alike += (d[i] > 0) == (mean > 0);
    count_sessions(curve, e);
    struct curve_test x = test_curve(a, curve, d, mean);
    double tails = rule->one_sided ? 1 : 2;
    double half = x.df > 0
                      ? bk_student_quantile(1 - rule->alpha / tails, x.df) * x.error
                      : (double)NAN;
    e->old = 1;
    e->new = exp(mean);
    e->change = expm1(mean);
    e->within = (struct bk_interval){expm1(mean - half), expm1(mean + half)};
    e->sd = e->error = x.error;
    e->df = x.df;
    e->t = x.t;
    e->p_student = x.p;
    e->p_welch = (double)NAN;
    e->no_noise = isnan(x.p);
    e->tier = e->n_old > 1 ? BK_TIER_3 : BK_TIER_1;
    e->needed = e->floor;
    set_p(rule, &x, e);
}

void bk_curves_find(struct bk_arena *a, const struct bk_verdict_rule *rule,
                    struct bk_family *f, struct bk_curves *curves)
{
    struct bk_curve **all = NULL;
    size_t n = 0;
    struct bk_map sweeps = find_sweeps(a, f);
    *curves = (struct bk_curves){NULL, 0};
    collect(a, f, &sweeps, &all, &n);
    for (size_t i = 0; i < n; i++) {
        if (all[i]->n < BK_CURVE_CELLS)
            continue;
        sort_cells(all[i]);
        measure(a, rule, all[i]);
        *BK_PUSH(a, curves->items, curves->n) = *all[i];
    }
}

void bk_curves_judge(struct bk_arena *a, const struct bk_verdict_rule *rule,
                     enum bk_adjustment adjustment, struct bk_family *f,
                     struct bk_curves *curves)
{
    struct bk_case *all = bk_alloc_array(a, f->n + curves->n + 1, sizeof *all);
    for (size_t i = 0; i < f->n; i++)
        all[i] = f->cases[i];
    for (size_t i = 0; i < curves->n; i++) {
        all[f->n + i] = *curves->items[i].first;
        all[f->n + i].by_status = false;
        all[f->n + i].e = curves->items[i].e;
    }
    bk_cases_judge(a, rule, adjustment, all, f->n + curves->n);
    for (size_t i = 0; i < f->n; i++)
        f->cases[i].e = all[i].e;
    for (size_t i = 0; i < curves->n; i++)
        curves->items[i].e = all[f->n + i].e;
}
