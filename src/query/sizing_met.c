/* How many requests at once really met objectives; see sizing_met.h. */
#include "sizing_met.h"

#include "../base/num.h"
#include "sizing.h"

#include <math.h>
#include <stdlib.h>

struct level {                     /* a run at a load; then a load */
    struct bk_str model, hardware; /* model: its key */
    double load;                   /* NAN: none */
    double tokens;                 /* of a mean request; NAN */
    bool known, met;
    bool out; /* people left it out */
};

struct bk_met_data {
    struct bk_arena *arena;
    struct level *levels; /* of every run */
    size_t n;
    struct bk_lines lines;
    struct bk_marks marks;
    size_t n_out;
    struct bk_map models; /* of bk_model_key */
    struct bk_map found;  /* model and hardware -> struct bk_met */
};

struct numbers { /* of the runs */
    const struct bk_goal *slos;
    size_t n_slos;
    struct bk_run_values *values; /* of each objective */
    struct bk_run_values requests, input, output;
};

/* The first parameter that counts users, by name; NAN. */
static double load_of(const struct bk_run_row *run)
{
    double value;
    for (size_t i = 0; i < run->n_config; i++)
        if (bk_param_counts_users(run->config[i].name) &&
            bk_parse_double(run->config[i].value, &value) && value > 0)
            return value;
    return (double)NAN;
}

/* Does a run meet everything?  *known: it has all the numbers. */
static bool meets(const struct numbers *x, const struct bk_run_row *run, bool *known)
{
    bool met = true;
    *known = true;
    if (bk_is(run->status, "failed") || bk_is(run->status, "invalid"))
        return false;
    for (size_t i = 0; i < x->n_slos; i++) {
        const struct bk_run_value *v = bk_values_of(&x->values[i], run->id);
        if (v == NULL)
            *known = false;
        else
            met = met && bk_goal_holds(&x->slos[i], v->value);
    }
    return met;
}

static double tokens_of(const struct numbers *x, const struct bk_run_row *run)
{
    const struct bk_run_value *requests = bk_values_of(&x->requests, run->id);
    const struct bk_run_value *input = bk_values_of(&x->input, run->id);
    const struct bk_run_value *output = bk_values_of(&x->output, run->id);
    if (requests == NULL || input == NULL || output == NULL || !(requests->value > 0))
        return (double)NAN;
    return (input->value + output->value) / requests->value;
}

static bool load_numbers(struct bk_db *db, struct bk_arena *a,
                         const struct bk_run_list *runs, struct numbers *x,
                         struct bk_err *err)
{
    x->values = bk_alloc_array(a, x->n_slos + 1, sizeof *x->values);
    for (size_t i = 0; i < x->n_slos; i++)
        if (!bk_values_of_runs(db, a, bk_cstr(a, x->slos[i].q.metric),
                               bk_cstr(a, x->slos[i].q.stat), runs, &x->values[i], err))
            return false;
    return bk_values_of_runs(db, a, "requests_ok", "value", runs, &x->requests, err) &&
           bk_values_of_runs(db, a, "input_tokens", "value", runs, &x->input, err) &&
           bk_values_of_runs(db, a, "output_tokens", "value", runs, &x->output, err);
}

/* Which runs people left out, of any of the objectives. */
static bool ask_people(struct bk_db *db, struct bk_met_data *d,
                       const struct bk_run_list *runs, const struct numbers *x,
                       struct bk_err *err)
{
    bool *out = bk_alloc_array(d->arena, runs->n + 1, sizeof *out);
    bk_lines_make(d->arena, runs, &d->lines);
    if (!bk_marks_load(db, &d->lines, &d->marks, err))
        return false;
    for (size_t k = 0; k < x->n_slos; k++) {
        struct bk_quantity q = {.metric = x->slos[k].q.metric,
                                .stat = x->slos[k].q.stat};
        if (!bk_quantity_find(db, d->arena, &q, err))
            return false;
        bk_marks_out(&d->marks, &q, out);
        for (size_t i = 0; i < runs->n; i++)
            d->levels[i].out = d->levels[i].out || out[i];
    }
    for (size_t i = 0; i < runs->n; i++)
        d->n_out += d->levels[i].out;
    return true;
}

size_t bk_met_annotated(const struct bk_met_data *d, struct bk_report *r)
{
    bk_marks_report(&d->marks, r);
    return d->n_out;
}

static int by_load(const void *a, const void *b)
{
    const struct level *x = a, *y = b;
    return x->load < y->load ? -1 : x->load > y->load;
}

bool bk_met_load(struct bk_db *db, struct bk_arena *a, const struct bk_run_list *runs,
                 const struct bk_goal *slos, size_t n_slos, struct bk_met_data **data,
                 struct bk_err *err)
{
    struct numbers x = {.slos = slos, .n_slos = n_slos};
    struct bk_met_data *d = bk_alloc(a, sizeof *d);
    d->arena = a;
    *data = d;
    d->levels = bk_alloc_array(a, runs->n + 1, sizeof *d->levels);
    if (!load_numbers(db, a, runs, &x, err) || !ask_people(db, d, runs, &x, err))
        return false;
    for (size_t i = 0; i < runs->n; i++) {
        const struct bk_run_row *run = &runs->rows[i];
        struct level *level = &d->levels[d->n++];
        level->model = bk_model_key(a, &d->models, run->dim[BK_DIM_MODEL]);
        level->hardware = run->dim[BK_DIM_HARDWARE];
        level->load = load_of(run);
        level->tokens = tokens_of(&x, run);
        level->met = meets(&x, run, &level->known);
    }
    return true;
}

/* Runs at one load become one level: met when all of them met. */
static size_t merge(struct level *levels, size_t n)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        if (kept > 0 && !(levels[kept - 1].load < levels[i].load))
            levels[kept - 1].met = levels[kept - 1].met && levels[i].met;
        else
            levels[kept++] = levels[i];
    }
    return kept;
}

static void judge(struct bk_met *m, const struct level *levels)
{
    for (size_t i = 0; i < m->loads; i++) {
        if (!levels[i].met && isnan(m->missed))
            m->missed = levels[i].load;
        m->uneven = m->uneven || (levels[i].met && !isnan(m->missed));
        if (levels[i].met && isnan(m->missed)) {
            m->met = levels[i].load;
            m->tokens = levels[i].tokens;
        }
    }
}

static void look(const struct bk_met_data *d, struct bk_str key, struct bk_str hardware,
                 struct bk_met *m)
{
    struct level *levels = bk_alloc_array(d->arena, d->n + 1, sizeof *levels);
    for (size_t i = 0; i < d->n; i++) {
        const struct level *level = &d->levels[i];
        if (level->out || !bk_eq(level->model, key) ||
            (hardware.len > 0 && !bk_eq(hardware, level->hardware)))
            continue;
        if (isnan(level->load))
            continue;
        if (level->known)
            levels[m->runs++] = *level;
        else
            m->without++;
    }
    if (m->runs > 1)
        qsort(levels, m->runs, sizeof *levels, by_load);
    m->loads = merge(levels, m->runs);
    judge(m, levels);
}

const struct bk_met *bk_met_find(struct bk_met_data *d, struct bk_str model,
                                 struct bk_str hardware)
{
    const struct bk_str parts[] = {bk_model_key(d->arena, &d->models, model), hardware};
    struct bk_str key = bk_join(d->arena, parts, 2, '\x1f');
    struct bk_met *m = bk_map_get(&d->found, key);
    if (m != NULL)
        return m;
    m = bk_alloc(d->arena, sizeof *m);
    *m = (struct bk_met){
        .met = (double)NAN, .missed = (double)NAN, .tokens = (double)NAN};
    look(d, parts[0], hardware, m);
    bk_map_put(d->arena, &d->found, key, m);
    return m;
}
