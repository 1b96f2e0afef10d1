/* Sets of trials from a few words, without a warehouse. */
#ifndef BK_TESTS_QUERY_TRIALS_H
#define BK_TESTS_QUERY_TRIALS_H

#include "kit.h"

#include "../../../src/query/evidence.h"

#include <math.h>

#define assert_near(x, want, tolerance) assert_true(fabs((x) - (want)) <= (tolerance))

struct memory {
    struct bk_arena *a;
    struct bk_trials t;
    struct bk_goal goals[2];
    int64_t runs;
};

static inline struct bk_quantity quantity(const char *metric, const char *stat,
                                          const char *direction, double floor)
{
    struct bk_quantity q = {.metric = bk_str(metric),
                            .stat = bk_str(stat),
                            .unit = bk_str(floor > 0.05 ? "s" : "1/s"),
                            .floor = floor,
                            .canonical = true};
    if (strcmp(metric, "error_rate") == 0)
        q.unit = BK_S("ratio");
    bk_quantity_settle(&q, bk_str(direction));
    return q;
}

/* Objective ok_throughput; goals p95 <= 2 s and error_rate <= 1 %. */
static inline struct memory *memory_begin(size_t n_goals)
{
    struct bk_arena *a = bk_arena_new();
    struct memory *m = bk_alloc(a, sizeof *m);
    struct bk_quantity ok = quantity("ok_throughput", "value", "higher", 0.05);
    m->a = a;
    m->goals[0] =
        (struct bk_goal){.q = quantity("request_latency", "p95", "lower", 0.1),
                         .op = BK_CMP_LE,
                         .limit = 2};
    m->goals[1] = (struct bk_goal){.q = quantity("error_rate", "value", "lower", 0.01),
                                   .op = BK_CMP_LE,
                                   .limit = 0.01};
    bk_trials_begin(a, bk_dict_new(a), &ok, m->goals, n_goals, &m->t);
    return m;
}

struct told {
    const char *session, *params, *status;
    double ok, p95, requests, failed;
    struct bk_interval p95_within; /* 0, 0: nothing is known */
    bool samples;
};

static inline void memory_add(struct memory *m, const struct told *told)
{
    struct bk_run_row *run = bk_alloc(m->a, sizeof *run);
    struct bk_pair *pairs = bk_alloc_array(m->a, 8, sizeof *pairs);
    double *values = bk_alloc_array(m->a, m->t.n_quantities, sizeof *values);
    struct bk_interval *within =
        bk_alloc_array(m->a, m->t.n_quantities, sizeof *within);
    struct bk_within requests = {told->requests, told->failed, 100, told->samples};
    struct bk_str rest = bk_str(told->params), part;
    for (; rest.len > 0; run->n_config++) {
        rest = bk_cut(rest, ' ', &part);
        pairs[run->n_config].value = bk_cut(part, '=', &pairs[run->n_config].name);
    }
    run->config = pairs;
    run->id = ++m->runs;
    run->dim[BK_DIM_SESSION] = bk_str(told->session);
    run->status = bk_str(told->status ? told->status : "ok");
    for (size_t i = 0; i < m->t.n_quantities; i++) {
        values[i] = (double)NAN;
        within[i] = (struct bk_interval){(double)NAN, (double)NAN};
    }
    values[0] = told->ok;
    for (size_t i = 1; i < m->t.n_quantities; i++) {
        if (bk_is(m->t.quantities[i].metric, "error_rate")) {
            values[i] =
                told->requests > 0 ? told->failed / told->requests : (double)NAN;
            continue;
        }
        values[i] = told->p95 > 0 ? told->p95 : (double)NAN;
        if (told->p95_within.high > 0)
            within[i] = told->p95_within;
    }
    bk_trials_add(&m->t, run, values, within, &requests);
}

static inline void memory_end(struct memory *m)
{
    bk_arena_free(m->a);
}

static inline const struct bk_trial *memory_trial(const struct memory *m,
                                                  const char *setting)
{
    for (size_t i = 0; i < m->t.n; i++)
        if (bk_is(bk_trial_text(&m->t, &m->t.items[i]), setting))
            return &m->t.items[i];
    return NULL;
}

#endif
