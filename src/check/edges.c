/* R8: the best value of a sweep at the first or last value that was tried says that the
 * range was too small, not where the optimum lies.
 *
 * Runs that share everything but one tuning parameter make a series; with three values
 * or more of it, the run with the highest throughput is looked at. */
#include <math.h>
#include <string.h>

#include "../base/num.h"
#include "internal.h"

enum {
    MAX_RUNS = 3000,
    MAX_PARAMS = 24,
    LEAST_VALUES = 3,
};

/* Parameters that people tune.  Others (lengths, seeds) describe the work. */
static const char *const tuned[] = {
    "workers",     "pool_size",       "concurrency",   "batch_size",
    "ubatch_size", "max_num_seqs",    "threads",       "request_rate",
    "vus_max",     "tensor_parallel", "data_parallel", "max_num_batched_tokens",
    "replicas",
};

/* Parameters that follow the tuned one: twice the users get twice the requests. */
static const char *const following[] = {"num_prompts", "warmup", "repetitions"};

/* What "best" means, in this order: what all runs of the series have. */
static const char *const objectives[] = {
    "ok_throughput",
    "output_token_throughput",
    "total_token_throughput",
    "request_throughput",
};
#define N_OBJECTIVES (sizeof objectives / sizeof *objectives)

static bool is_one_of(struct bk_str name, const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (bk_is(name, list[i]))
            return true;
    }
    return false;
}

static bool is_tuned(struct bk_str name)
{
    return is_one_of(name, tuned, sizeof tuned / sizeof *tuned);
}

struct member {
    struct bk_run *run;
    double at; /* value of the parameter */
    struct member *next;
};

struct sweep {
    struct bk_str param;
    struct member *members;
    size_t n;
    struct sweep *next;
};

/* What the runs of one series share: context and all other parameters.  Parameters of a
 * table come in one order, so their order tells nothing apart. */
static struct bk_str series_key(struct bk_arena *a, const struct bk_run *r,
                                const struct bk_param *varied)
{
    struct bk_buf b = {.max = 8192};
    bk_buf_addf(&b, "%.*s\x1f%.*s\x1f%.*s\x1f%.*s\x1f%.*s\x1f%.*s", BK_F(r->session),
                BK_F(r->hardware), BK_F(r->model), BK_F(r->engine), BK_F(r->workload),
                BK_F(varied->name));
    for (size_t i = 0; i < r->n_params; i++) {
        const struct bk_param *p = &r->params[i];
        if (p == varied ||
            is_one_of(p->name, following, sizeof following / sizeof *following))
            continue;
        bk_buf_addf(&b, "\x1f%.*s=%.*s", BK_F(p->name), BK_F(p->value));
    }
    struct bk_str key = b.full ? BK_S("") : bk_dup(a, bk_buf_str(&b));
    bk_buf_free(&b);
    return key;
}

static void add_run(struct bk_arena *a, struct bk_map *map, struct sweep **list,
                    struct bk_run *r)
{
    for (size_t i = 0; i < r->n_params && i < MAX_PARAMS; i++) {
        const struct bk_param *p = &r->params[i];
        double at;
        if (!is_tuned(p->name) || !bk_parse_double(p->value, &at))
            continue;
        struct bk_str key = series_key(a, r, p);
        if (key.len == 0)
            continue;
        struct sweep *s = bk_map_get(map, key);
        if (!s) {
            s = bk_alloc(a, sizeof *s);
            s->param = p->name;
            s->next = *list;
            *list = s;
            bk_map_put(a, map, key, s);
        }
        struct member *m = bk_alloc(a, sizeof *m);
        *m = (struct member){.run = r, .at = at, .next = s->members};
        s->members = m;
        s->n++;
    }
}

static const struct bk_measurement *objective(const struct bk_run *r, const char *name)
{
    const struct bk_measurement *m = bk_check_main(r, name);
    if (m)
        return m;
    m = bk_run_find(r, name, "mean", "");
    return m && m->rank == 0 ? m : NULL;
}

static const char *common_objective(const struct sweep *s)
{
    for (size_t i = 0; i < N_OBJECTIVES; i++) {
        bool all = true;
        for (const struct member *m = s->members; m && all; m = m->next)
            all = objective(m->run, objectives[i]) != NULL;
        if (all)
            return objectives[i];
    }
    return NULL;
}

/* Number of different values, 3 meaning three or more, and their ends. */
static size_t range_of(const struct sweep *s, double *low, double *high, bool *between)
{
    *low = (double)INFINITY;
    *high = -(double)INFINITY;
    *between = false;
    for (const struct member *m = s->members; m; m = m->next) {
        *low = fmin(*low, m->at);
        *high = fmax(*high, m->at);
    }
    for (const struct member *m = s->members; m; m = m->next)
        *between |= m->at > *low && m->at < *high;
    return *between ? LEAST_VALUES : *low < *high ? 2 : 1;
}

static void check_sweep(struct bk_arena *a, const struct sweep *s)
{
    double low;
    double high;
    bool between;
    if (s->n < LEAST_VALUES || range_of(s, &low, &high, &between) < LEAST_VALUES)
        return;
    const char *name = common_objective(s);
    if (!name)
        return;
    const struct member *best = NULL;
    const struct bk_measurement *value = NULL;
    for (const struct member *m = s->members; m; m = m->next) {
        const struct bk_measurement *x = objective(m->run, name);
        if (!best || x->value > value->value) {
            best = m;
            value = x;
        }
    }
    if (!best)
        return;
    bool at_high = best->at >= high;
    bool at_low = best->at <= low && low > 1; /* below 1 there is nothing to try */
    if ((!at_high && !at_low) || value->value <= 0)
        return;
    struct bk_str range = bk_fmt(a, "%.*s to %.*s", BK_F(bk_check_number(a, low)),
                                 BK_F(bk_check_number(a, high)));
    struct bk_finding *f = bk_run_finding(
        a, best->run, "optimum-at-edge", BK_WARNING, s->param,
        "%s is best, %.*s, at %.*s = %.*s, the %s value tried (%.*s): the optimum may "
        "lie beyond",
        name, BK_F(bk_check_value(a, value->value, value->unit)), BK_F(s->param),
        BK_F(bk_check_number(a, best->at)), at_high ? "largest" : "smallest",
        BK_F(range));
    f->actual = bk_check_number(a, best->at);
    f->expected = bk_fmt(a, "inside %.*s", BK_F(range));
    f->locator = value->locator;
}

void bk_check_edges(struct bk_arena *a, struct bk_run *const *runs, size_t n)
{
    struct bk_map map = {0};
    struct sweep *list = NULL;
    if (n < LEAST_VALUES || n > MAX_RUNS)
        return;
    struct bk_arena *scratch = bk_arena_new();
    for (size_t i = 0; i < n; i++) {
        if (runs[i]->status == BK_RUN_OK || runs[i]->status == BK_RUN_DEGRADED)
            add_run(scratch, &map, &list, runs[i]);
    }
    for (const struct sweep *s = list; s; s = s->next)
        check_sweep(a, s);
    bk_arena_free(scratch);
}
