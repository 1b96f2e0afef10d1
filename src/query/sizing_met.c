/* How many requests at once really met objectives; see sizing_met.h. */
#include "sizing_met.h"

#include "../base/num.h"
#include "sizing.h"

#include <math.h>
#include <stdlib.h>

struct level { /* a run at a load; then a load */
    double load;
    bool met;
    const struct bk_run_row *run;
};

bool bk_met_load(struct bk_db *db, struct bk_arena *a, const struct bk_run_list *runs,
                 const struct bk_slo *slos, size_t n_slos, struct bk_met_data *d,
                 struct bk_err *err)
{
    *d = (struct bk_met_data){.runs = runs, .slos = slos, .n_slos = n_slos};
    d->values = bk_alloc_array(a, n_slos + 1, sizeof *d->values);
    for (size_t i = 0; i < n_slos; i++)
        if (!bk_values_of_runs(db, a, bk_cstr(a, slos[i].metric),
                               bk_cstr(a, slos[i].stat), runs, &d->values[i], err))
            return false;
    return bk_values_of_runs(db, a, "requests_ok", "value", runs, &d->requests, err) &&
           bk_values_of_runs(db, a, "input_tokens", "value", runs, &d->input, err) &&
           bk_values_of_runs(db, a, "output_tokens", "value", runs, &d->output, err);
}

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
static bool meets(const struct bk_met_data *d, const struct bk_run_row *run,
                  bool *known)
{
    bool met = true;
    *known = true;
    if (bk_is(run->status, "failed") || bk_is(run->status, "invalid"))
        return false;
    for (size_t i = 0; i < d->n_slos; i++) {
        const struct bk_run_value *v = bk_values_of(&d->values[i], run->id);
        if (v == NULL)
            *known = false;
        else if (d->slos[i].at_most)
            met = met && v->value <= d->slos[i].limit;
        else
            met = met && v->value >= d->slos[i].limit;
    }
    return met;
}

static double tokens_of(const struct bk_met_data *d, const struct bk_run_row *run)
{
    const struct bk_run_value *requests = bk_values_of(&d->requests, run->id);
    const struct bk_run_value *input = bk_values_of(&d->input, run->id);
    const struct bk_run_value *output = bk_values_of(&d->output, run->id);
    if (requests == NULL || input == NULL || output == NULL || !(requests->value > 0))
        return (double)NAN;
    return (input->value + output->value) / requests->value;
}

static int by_load(const void *a, const void *b)
{
    const struct level *x = a, *y = b;
    if (x->load < y->load || x->load > y->load)
        return x->load < y->load ? -1 : 1;
    return x->run->id < y->run->id ? -1 : x->run->id > y->run->id;
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

struct bk_met bk_met_find(struct bk_arena *a, const struct bk_met_data *d,
                          struct bk_str model, struct bk_str hardware)
{
    struct bk_met m = {
        .met = (double)NAN, .missed = (double)NAN, .tokens = (double)NAN};
    struct level *levels = bk_alloc_array(a, d->runs->n + 1, sizeof *levels);
    size_t n = 0;
    for (size_t i = 0; i < d->runs->n; i++) {
        const struct bk_run_row *run = &d->runs->rows[i];
        bool known;
        if (!bk_same_model(a, model, run->dim[BK_DIM_MODEL]) ||
            (hardware.len > 0 && !bk_eq(hardware, run->dim[BK_DIM_HARDWARE])))
            continue;
        bool met = meets(d, run, &known);
        if (!known || isnan(load_of(run))) {
            m.without++;
            continue;
        }
        levels[n++] = (struct level){load_of(run), met, run};
    }
    m.runs = n;
    if (n > 1)
        qsort(levels, n, sizeof *levels, by_load);
    m.loads = merge(levels, n);
    for (size_t i = 0; i < m.loads; i++) {
        if (!levels[i].met && isnan(m.missed))
            m.missed = levels[i].load;
        m.uneven = m.uneven || (levels[i].met && !isnan(m.missed));
        if (levels[i].met && isnan(m.missed)) {
            m.met = levels[i].load;
            m.tokens = tokens_of(d, levels[i].run);
        }
    }
    return m;
}
