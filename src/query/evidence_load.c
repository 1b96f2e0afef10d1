/* Evidence out of the archive: the runs, their numbers, and what their single requests
 * say of percentiles (see evidence.h). */
#include "evidence.h"

#include "../base/num.h"
#include "../stats/rank.h"
#include "../stats/sketch.h"

#include <math.h>
#include <stdlib.h>

#define CONFIDENCE 0.95

struct column { /* a quantity of every run */
    struct bk_quantity q;
    double *values;             /* by run */
    struct bk_interval *within; /* by run; NULL: nothing is known */
    size_t n;                   /* runs that have it */
};

struct load {
    struct bk_db *db;
    struct bk_arena *arena;
    const struct bk_evidence_ask *ask;
    const struct bk_dict *dict;
    struct bk_evidence_sets *sets;
    struct bk_run_list runs;
    struct by_id {
        int64_t id;
        size_t at;
    } * ids;
    struct column *objectives; /* what may be the objective, the likeliest first */
    size_t n_objectives;
    struct column *goals;
    struct column standing[BK_N_STANDING];
    struct column requests, failed, duration;
    bool *samples;  /* of each run */
    bool *out;      /* of each run: annotations leave it out */
    size_t *set_of; /* of each run */
};

/* --- runs --- */

static bool is_wanted(const struct bk_str *hardware, size_t n,
                      const struct bk_run_row *run)
{
    for (size_t i = 0; i < n; i++)
        if (bk_eq_nocase(run->dim[BK_DIM_HARDWARE], hardware[i]))
            return true;
    return n == 0;
}

static bool load_runs(struct load *l, struct bk_err *err)
{
    const struct bk_evidence_ask *ask = l->ask;
    struct bk_filter f;
    struct bk_str *hardware =
        bk_alloc_array(l->arena, ask->hardware->n + 1, sizeof *hardware);
    if (!bk_filter_parse(l->arena, l->db, ask->where, &f, err) ||
        !bk_filter_add(l->arena, l->db, &f, "model", ask->model, err) ||
        !bk_filter_add(l->arena, l->db, &f, "workload", ask->workload, err) ||
        (ask->hardware->n == 1 &&
         !bk_filter_add(l->arena, l->db, &f, "hardware", ask->hardware->items[0], err)))
        return false;
    for (size_t i = 0; i < ask->hardware->n; i++)
        if (!bk_hardware_name(l->db, l->arena, bk_str(ask->hardware->items[i]),
                              &hardware[i], err))
            return false;
    if (!bk_runs_load(l->db, l->arena, &f, &l->runs, err))
        return false;
    size_t n = 0;
    for (size_t i = 0; i < l->runs.n; i++)
        if (is_wanted(hardware, ask->hardware->n, &l->runs.rows[i]))
            l->runs.rows[n++] = l->runs.rows[i];
    l->runs.n = n;
    if (!bk_filter_names(&f, "claims"))
        l->sets->n_retold = bk_runs_drop_retold(l->arena, &l->runs);
    l->sets->n_runs = l->runs.n;
    return true;
}

static int ids(const void *x, const void *y)
{
    const struct by_id *a = x, *b = y;
    return (a->id > b->id) - (a->id < b->id);
}

static void index_runs(struct load *l)
{
    l->ids = bk_alloc_array(l->arena, l->runs.n + 1, sizeof *l->ids);
    for (size_t i = 0; i < l->runs.n; i++)
        l->ids[i] = (struct by_id){l->runs.rows[i].id, i};
    if (l->runs.n > 1)
        qsort(l->ids, l->runs.n, sizeof *l->ids, ids);
}

/* The place of a run in the list; BK_NONE. */
static size_t place_of(const struct load *l, int64_t id)
{
    struct by_id key = {.id = id};
    const struct by_id *at =
        l->runs.n > 0 ? bsearch(&key, l->ids, l->runs.n, sizeof key, ids) : NULL;
    return at != NULL ? at->at : BK_NONE;
}

/* --- numbers --- */

static void take_values(struct load *l, const struct bk_run_values *values,
                        struct column *c)
{
    for (size_t i = 0; i < values->n; i++) {
        size_t at = place_of(l, values->items[i].run);
        if (at == BK_NONE || !isnan(c->values[at]) || !isfinite(values->items[i].value))
            continue;
        c->values[at] = values->items[i].value;
        c->n++;
    }
}

/* The headline figure; of a run that has none, that of its successful requests.  A tool
 * that repeats its measurement tells the mean instead of one value. */
static bool load_column(struct load *l, struct column *c, struct bk_err *err)
{
    struct bk_run_values values;
    const char *metric = bk_cstr(l->arena, c->q.metric);
    const char *stat = bk_cstr(l->arena, c->q.stat);
    c->values = bk_alloc_array(l->arena, l->runs.n + 1, sizeof *c->values);
    for (size_t i = 0; i < l->runs.n; i++)
        c->values[i] = (double)NAN;
    if (!bk_values_of_runs(l->db, l->arena, metric, stat, &l->runs, &values, err))
        return false;
    take_values(l, &values, c);
    if (c->n < l->runs.n && bk_is(c->q.stat, "value")) {
        if (!bk_values_of_runs(l->db, l->arena, metric, "mean", &l->runs, &values, err))
            return false;
        take_values(l, &values, c);
    }
    if (c->n == l->runs.n || bk_is(c->q.stat, "value"))
        return true;
    if (!bk_values_load(l->db, l->arena, metric, stat, "ok", &values, err))
        return false;
    take_values(l, &values, c);
    return true;
}

/* --- bounds by requests --- */

/* Of "p95", 0.95; 0: the stat is no percentile. */
static double quantile_of(struct bk_str stat)
{
    double percent;
    if (stat.len < 2 || stat.ptr[0] != 'p' ||
        !bk_parse_double(bk_from(stat, 1), &percent) || !(percent > 0 && percent < 100))
        return 0;
    return percent / 100;
}

struct points { /* of one run */
    struct bk_sketch sketch;
    double scale;
};

static void bound_run(struct column *c, size_t at, struct points *p, double q)
{
    uint64_t n = bk_sketch_count(&p->sketch);
    if (n > 0 && at != BK_NONE && !isnan(c->values[at])) {
        struct bk_interval ranks = bk_quantile_ranks((size_t)n, q, CONFIDENCE);
        double last = (double)n - 1;
        /* the sketch is right within its alpha: the bounds are widened by it */
        c->within[at].low = (double)-INFINITY;
        c->within[at].high = (double)INFINITY;
        if (ranks.low >= 1)
            c->within[at].low =
                bk_sketch_quantile(&p->sketch, last > 0 ? (ranks.low - 1) / last : 0) *
                p->scale / (1 + BK_SKETCH_ALPHA);
        if (ranks.high <= (double)n)
            c->within[at].high =
                bk_sketch_quantile(&p->sketch, last > 0 ? (ranks.high - 1) / last : 0) *
                p->scale / (1 - BK_SKETCH_ALPHA);
    }
    bk_sketch_free(&p->sketch);
}

static bool load_within(struct load *l, struct column *c, struct bk_err *err)
{
    double q = quantile_of(c->q.stat);
    struct points p = {.scale = 1};
    int64_t of = 0;
    bool more, ok;
    if (!(q > 0))
        return true;
    c->within = bk_alloc_array(l->arena, l->runs.n + 1, sizeof *c->within);
    for (size_t i = 0; i < l->runs.n; i++)
        c->within[i] = (struct bk_interval){(double)NAN, (double)NAN};
    struct bk_stmt *st = bk_stmt(l->db, BK_SQL_SAMPLE_SKETCHES);
    bk_bind_text(st, ":metric", c->q.metric);
    while ((ok = bk_step(st, &more, err)) && more) {
        int64_t run = bk_col_int(st, 0);
        if (run != of)
            bound_run(c, of != 0 ? place_of(l, of) : BK_NONE, &p, q);
        of = run;
        p.scale = bk_col_real(st, 2);
        if (place_of(l, run) == BK_NONE)
            continue;
        ok = bk_sketch_unpack(&p.sketch, bk_col_blob(st, 4), err);
        if (!ok)
            break;
    }
    bk_reset(st);
    if (ok && of != 0)
        bound_run(c, place_of(l, of), &p, q);
    bk_sketch_free(&p.sketch);
    return ok;
}

/* --- what is read --- */

static const char *const usual[] = {"ok_throughput", "output_token_throughput",
                                    "total_token_throughput", "request_throughput",
                                    "input_token_throughput"};
enum {
    N_USUAL = sizeof usual / sizeof *usual
};

static bool load_objectives(struct load *l, struct bk_err *err)
{
    const char *asked = l->ask->objective;
    l->n_objectives = asked != NULL ? 1 : N_USUAL;
    l->objectives = bk_alloc_array(l->arena, l->n_objectives, sizeof *l->objectives);
    for (size_t i = 0; i < l->n_objectives; i++) {
        struct column *c = &l->objectives[i];
        if (!bk_quantity_named(l->db, l->arena, l->dict,
                               asked != NULL ? asked : usual[i], &c->q, err))
            return bk_wrap(err, "--objective");
        if (c->q.worse == BK_NO_DIRECTION)
            return bk_fail(err, BK_EUSAGE,
                           "--objective '%s': neither more nor less of it is better; "
                           "take one with a direction ('benchkeep metrics')",
                           asked);
        if (!load_column(l, c, err))
            return false;
        if (c->n == l->runs.n) /* none can be had by more runs */
            l->n_objectives = i + 1;
    }
    return true;
}

static bool load_goals(struct load *l, struct bk_err *err)
{
    struct bk_evidence_sets *sets = l->sets;
    const struct bk_strings *slos = l->ask->slos;
    sets->goals = bk_alloc_array(l->arena, slos->n + 1, sizeof *sets->goals);
    l->goals = bk_alloc_array(l->arena, slos->n + 1, sizeof *l->goals);
    for (size_t i = 0; i < slos->n; i++) {
        if (!bk_goal_parse(l->db, l->arena, l->dict, slos->items[i], &sets->goals[i],
                           err))
            return false;
        l->goals[i].q = sets->goals[i].q;
        sets->n_goals++;
        if (!load_column(l, &l->goals[i], err) || !load_within(l, &l->goals[i], err))
            return false;
    }
    return true;
}

static bool load_samples(struct load *l, struct bk_err *err)
{
    bool more, ok;
    struct bk_stmt *st = bk_stmt(l->db, BK_SQL_RUNS_WITH_SAMPLES);
    l->samples = bk_alloc_array(l->arena, l->runs.n + 1, sizeof *l->samples);
    while ((ok = bk_step(st, &more, err)) && more) {
        size_t at = place_of(l, bk_col_int(st, 0));
        if (at != BK_NONE)
            l->samples[at] = true;
    }
    bk_reset(st);
    return ok;
}

static bool load_standing(struct load *l, struct bk_err *err)
{
    for (size_t i = 0; i < BK_N_STANDING; i++) {
        l->standing[i].q = bk_standing_quantity((enum bk_standing)i);
        if (!load_column(l, &l->standing[i], err))
            return false;
    }
    l->failed.q.metric = BK_S("requests_failed");
    l->failed.q.stat = BK_S("value");
    l->duration.q.metric = BK_S("duration");
    l->duration.q.stat = BK_S("value");
    l->requests.q.metric = BK_S("requests");
    l->requests.q.stat = BK_S("value");
    return load_column(l, &l->requests, err) && load_column(l, &l->failed, err) &&
           load_column(l, &l->duration, err) && load_samples(l, err);
}

/* --- what people said --- */

static bool is_left_out(struct load *l, size_t run)
{
    struct bk_marks *marks = &l->sets->marks;
    bool out = false;
    for (size_t i = 0; i < l->n_objectives; i++)
        out = out || bk_marks_leave_out(marks, &l->objectives[i].q, run);
    for (size_t i = 0; i < l->sets->n_goals; i++)
        out = out || bk_marks_leave_out(marks, &l->goals[i].q, run);
    return out;
}

static bool ask_people(struct load *l, struct bk_err *err)
{
    struct bk_annotation_list list;
    l->out = bk_alloc_array(l->arena, l->runs.n + 1, sizeof *l->out);
    if (!bk_annotations_load(l->db, l->arena, false, &list, err))
        return false;
    if (list.n == 0)
        return true;
    l->sets->runs = l->runs;
    bk_lines_make(l->arena, &l->sets->runs, &l->sets->lines);
    if (!bk_marks_load(l->db, &l->sets->lines, &l->sets->marks, err))
        return false;
    for (size_t i = 0; i < l->runs.n; i++) {
        l->out[i] = is_left_out(l, i);
        l->sets->n_said += l->out[i];
    }
    return true;
}

/* --- sets --- */

static int by_name(const void *x, const void *y)
{
    const struct bk_pair *a = x, *b = y;
    return bk_cmp(a->name, b->name);
}

static size_t task_of(struct load *l, const struct bk_run_row *run,
                      const struct bk_pair **pairs)
{
    struct bk_pair *kept = bk_alloc_array(l->arena, run->n_config + 1, sizeof *kept);
    size_t n = 0;
    for (size_t i = 0; i < run->n_config; i++)
        if (bk_dict_param_role(l->dict, run->config[i].name) == BK_PARAM_TASK)
            kept[n++] = run->config[i];
    if (n > 1)
        qsort(kept, n, sizeof *kept, by_name);
    *pairs = kept;
    return n;
}

/* The names of the settings of a run that tells nothing of its machine, model and
 * workload: only runs with the same ones may be of one kind.  Empty for others. */
static struct bk_str names_of(struct load *l, const struct bk_run_row *run)
{
    struct bk_str names = BK_S("");
    if (run->dim[BK_DIM_MODEL].len > 0 || run->dim[BK_DIM_WORKLOAD].len > 0 ||
        run->dim[BK_DIM_HARDWARE].len > 0)
        return names;
    for (size_t i = 0; i < run->n_config; i++) {
        enum bk_param_role role = bk_dict_param_role(l->dict, run->config[i].name);
        if (role == BK_PARAM_SETTING || role == BK_PARAM_LOAD)
            names =
                bk_fmt(l->arena, "%.*s %.*s", BK_F(names), BK_F(run->config[i].name));
    }
    return names;
}

/* The set that a run belongs to; a new one is still without quantities. */
static size_t set_of(struct load *l, struct bk_map *known, const struct bk_run_row *run)
{
    const struct bk_pair *task;
    size_t n = task_of(l, run, &task), k = 0;
    struct bk_str *parts = bk_alloc_array(l->arena, 4 + 2 * n, sizeof *parts);
    parts[k++] = run->dim[BK_DIM_MODEL];
    parts[k++] = run->dim[BK_DIM_WORKLOAD];
    parts[k++] = run->dim[BK_DIM_HARDWARE];
    parts[k++] = names_of(l, run);
    for (size_t i = 0; i < n; i++) {
        parts[k++] = task[i].name;
        parts[k++] = task[i].value;
    }
    struct bk_str key = bk_join(l->arena, parts, k, '\n');
    size_t *at = bk_map_get(known, key);
    if (at == NULL) {
        at = bk_alloc(l->arena, sizeof *at);
        *at = l->sets->n;
        bk_map_put(l->arena, known, key, at);
        *BK_PUSH(l->arena, l->sets->items, l->sets->n) =
            (struct bk_trials){.hardware = run->dim[BK_DIM_HARDWARE],
                               .model = run->dim[BK_DIM_MODEL],
                               .workload = run->dim[BK_DIM_WORKLOAD],
                               .task = task,
                               .n_task = n};
    }
    return *at;
}

/* Of each set, what most of its runs have; the likeliest of several. */
static size_t *objectives_of(struct load *l)
{
    size_t n = l->n_objectives, n_sets = l->sets->n;
    size_t *counts = bk_alloc_array(l->arena, n_sets * n + 1, sizeof *counts);
    size_t *best = bk_alloc_array(l->arena, n_sets + 1, sizeof *best);
    for (size_t i = 0; i < l->runs.n; i++)
        for (size_t k = 0; !l->out[i] && k < n; k++)
            counts[l->set_of[i] * n + k] += isnan(l->objectives[k].values[i]) ? 0 : 1;
    for (size_t s = 0; s < n_sets; s++)
        for (size_t k = 1; k < n; k++)
            if (counts[s * n + k] > counts[s * n + best[s]])
                best[s] = k;
    return best;
}

static void begin_set(struct load *l, struct bk_trials *t, const struct bk_quantity *q)
{
    struct bk_trials with = *t;
    bk_trials_begin(l->arena, l->dict, q, l->sets->goals, l->sets->n_goals, t);
    t->hardware = with.hardware;
    t->model = with.model;
    t->workload = with.workload;
    t->task = with.task;
    t->n_task = with.n_task;
}

static void add_run(struct load *l, struct bk_trials *t, const struct column *objective,
                    size_t i)
{
    double *values = bk_alloc_array(l->arena, t->n_quantities, sizeof *values);
    struct bk_interval *within =
        bk_alloc_array(l->arena, t->n_quantities, sizeof *within);
    struct bk_within requests = {l->requests.values[i], l->failed.values[i],
                                 l->duration.values[i], l->samples[i]};
    for (size_t k = 0; k < t->n_quantities; k++)
        within[k] = (struct bk_interval){(double)NAN, (double)NAN};
    values[0] = objective->values[i];
    for (size_t k = 0; k < t->n_goals; k++) {
        values[1 + k] = l->goals[k].values[i];
        if (l->goals[k].within != NULL)
            within[1 + k] = l->goals[k].within[i];
    }
    for (size_t k = 0; k < BK_N_STANDING; k++)
        values[1 + t->n_goals + k] = l->standing[k].values[i];
    if (isnan(requests.failed))
        requests.failed =
            round(requests.requests * l->standing[BK_STANDING_ERRORS].values[i]);
    bk_trials_add(t, &l->runs.rows[i], values, within, &requests);
}

static int by_task(const void *x, const void *y)
{
    const struct bk_trials *a = x, *b = y;
    int order = bk_cmp(a->model, b->model);
    if (order == 0)
        order = bk_cmp(a->workload, b->workload);
    for (size_t i = 0; order == 0 && i < a->n_task && i < b->n_task; i++) {
        double p, q;
        const struct bk_pair *m = &a->task[i], *n = &b->task[i];
        order = bk_cmp(m->name, n->name);
        if (order == 0 && bk_parse_double(m->value, &p) &&
            bk_parse_double(n->value, &q))
            order = (p > q) - (p < q);
        if (order == 0)
            order = bk_cmp(m->value, n->value);
    }
    if (order == 0)
        order = (a->n_task > b->n_task) - (a->n_task < b->n_task);
    return order != 0 ? order : bk_cmp(a->hardware, b->hardware);
}

static void make_sets(struct load *l)
{
    struct bk_map known = {NULL, 0, 0};
    struct bk_evidence_sets *sets = l->sets;
    l->set_of = bk_alloc_array(l->arena, l->runs.n + 1, sizeof *l->set_of);
    for (size_t i = 0; i < l->runs.n; i++)
        if (!l->out[i])
            l->set_of[i] = set_of(l, &known, &l->runs.rows[i]);
    const size_t *objectives = objectives_of(l);
    for (size_t s = 0; s < sets->n; s++)
        begin_set(l, &sets->items[s], &l->objectives[objectives[s]].q);
    for (size_t i = 0; i < l->runs.n; i++) {
        if (l->out[i])
            continue;
        const struct column *objective = &l->objectives[objectives[l->set_of[i]]];
        sets->n_without += isnan(objective->values[i]) ? 1 : 0;
        add_run(l, &sets->items[l->set_of[i]], objective, i);
    }
    for (size_t s = 0; s < sets->n; s++)
        bk_trials_settle(&sets->items[s]);
    if (sets->n > 1)
        qsort(sets->items, sets->n, sizeof *sets->items, by_task);
}

bool bk_evidence_load(struct bk_db *db, struct bk_arena *a,
                      const struct bk_evidence_ask *ask, struct bk_evidence_sets *sets,
                      struct bk_err *err)
{
    struct load l = {.db = db, .arena = a, .ask = ask, .sets = sets};
    *sets = (struct bk_evidence_sets){0};
    l.dict = bk_dict_new(a);
    if (!load_runs(&l, err))
        return false;
    index_runs(&l);
    if (!load_objectives(&l, err) || !load_goals(&l, err) || !load_standing(&l, err) ||
        !ask_people(&l, err))
        return false;
    make_sets(&l);
    return true;
}
