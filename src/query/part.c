/* Numbers of a part of a run (see part.h). */
#include "part.h"

#include "../archive/samples_read.h"
#include "../base/time.h"

#include <math.h>

static const double quantiles[] = {0.5, 0.9, 0.95, 0.99};
static const char *const quantile_stats[] = {"p50", "p90", "p95", "p99"};
enum {
    N_Q = sizeof quantiles / sizeof *quantiles
};

static const struct {
    const char *name;
    enum bk_outcome outcome; /* UNKNOWN: any */
} scopes[] = {
    {"", BK_OUTCOME_UNKNOWN}, {"ok", BK_OUTCOME_OK}, {"failed", BK_OUTCOME_FAILED}};
enum {
    ALL,
    OK,
    FAILED,
    N_SCOPES
};

struct reading {
    struct bk_arena *a;
    struct bk_samples *s;
    struct bk_part *part;
    int64_t from_ns, to_ns;
    uint8_t *sets[N_SCOPES]; /* NULL: all */
};

bool bk_part_asked(const struct bk_part_args *args)
{
    return args->window != NULL || args->steady;
}

/* --- which part --- */

static bool read_window(struct bk_arena *a, const char *text, struct bk_window *w,
                        struct bk_err *err)
{
    size_t dots = bk_find(bk_str(text), BK_S(".."));
    if (dots == BK_NONE)
        return bk_fail(err, BK_EUSAGE,
                       "--window wants FROM..TO, as 100s..160s, not '%s'", text);
    const char *from = bk_cstr(a, bk_upto(bk_str(text), dots));
    const char *to = bk_cstr(a, bk_from(bk_str(text), dots + 2));
    struct bk_err why = {0};
    if (bk_window_read(*from != '\0' ? from : NULL, *to != '\0' ? to : NULL, w, &why))
        return true;
    return bk_fail(err, BK_EUSAGE, "--window '%s': %s", text, why.msg);
}

static bool choose_window(struct bk_db *db, struct bk_arena *a,
                          const struct bk_run_row *run, const struct bk_part_args *args,
                          struct bk_window *w, struct bk_err *err)
{
    struct bk_steady_window steady;
    if (args->window != NULL && args->steady)
        return bk_fail(err, BK_EUSAGE,
                       "--steady finds the part itself; it does not go with --window");
    if (args->window != NULL)
        return read_window(a, args->window, w, err);
    if (!bk_window_steady(db, a, run, &steady, err))
        return false;
    *w = steady.window;
    return true;
}

/* --- numbers --- */

static void put(struct reading *r, struct bk_str metric, const char *stat,
                const char *scope, double value)
{
    if (isfinite(value))
        *BK_PUSH(r->a, r->part->values, r->part->n) =
            (struct bk_part_value){metric, stat, scope, value};
}

static void choose_sets(struct reading *r)
{
    size_t n = bk_samples_n_sets(r->s);
    for (size_t k = OK; k < N_SCOPES; k++) {
        r->sets[k] = bk_alloc_array(r->a, n + 1, sizeof *r->sets[k]);
        for (size_t i = 0; i < n; i++) {
            enum bk_outcome outcome;
            bk_samples_set_tags(r->s, i, &(const struct bk_tag *){NULL}, &outcome);
            r->sets[k][i] = outcome == scopes[k].outcome;
        }
    }
}

static bool ask(struct reading *r, size_t metric,
                struct bk_sample_scope answers[N_SCOPES], struct bk_err *err)
{
    for (size_t k = 0; k < N_SCOPES; k++)
        answers[k] = (struct bk_sample_scope){
            .sets = r->sets[k], .quantiles = bk_alloc_array(r->a, N_Q, sizeof(double))};
    struct bk_sample_question q = {.metric = metric,
                                   .from_ns = r->from_ns,
                                   .to_ns = r->to_ns,
                                   .q = quantiles,
                                   .n_q = N_Q,
                                   .scopes = answers,
                                   .n_scopes = N_SCOPES};
    return bk_samples_ask(r->s, &q, err);
}

static void put_trend(struct reading *r, const struct bk_sample_metric *m,
                      const struct bk_sample_scope *answer, const char *scope)
{
    if (answer->n == 0)
        return;
    put(r, m->metric, "mean", scope, answer->sum / (double)answer->n * m->scale);
    put(r, m->metric, "min", scope, answer->min * m->scale);
    put(r, m->metric, "max", scope, answer->max * m->scale);
    for (size_t i = 0; i < N_Q; i++)
        put(r, m->metric, quantile_stats[i], scope, answer->quantiles[i] * m->scale);
}

struct counts { /* of requests in the part; NAN: not said */
    double requests, failed, rated, latencies, failed_latencies, iterations;
};

static void count(struct counts *c, enum bk_sample_role role,
                  const struct bk_sample_scope answers[N_SCOPES])
{
    switch (role) {
    case BK_ROLE_REQUESTS:
        c->requests = answers[ALL].sum;
        break;
    case BK_ROLE_FAILED:
        c->failed = answers[ALL].sum;
        c->rated = (double)answers[ALL].n;
        break;
    case BK_ROLE_LATENCY:
        c->latencies = (double)answers[ALL].n;
        c->failed_latencies = (double)answers[FAILED].n;
        break;
    case BK_ROLE_ITERATIONS:
        c->iterations = answers[ALL].sum;
        break;
    case BK_ROLE_NONE:
    case BK_ROLE_ITERATION_TIME:
    case BK_ROLE_LOAD:
        break;
    }
}

/* What the tool counts of its own, else what its latencies say. */
static void put_rates(struct reading *r, const struct counts *c)
{
    double length = (double)(r->to_ns - r->from_ns) / (double)BK_NS_PER_S;
    double requests = isnan(c->requests) ? c->latencies : c->requests;
    double failed = isnan(c->failed) ? c->failed_latencies : c->failed;
    double rated = isnan(c->rated) ? c->latencies : c->rated;
    double ok = requests - failed;
    put(r, BK_S("request_throughput"), "value", "", requests / length);
    put(r, BK_S("ok_throughput"), "value", "", ok / length);
    if (rated > 0)
        put(r, BK_S("error_rate"), "value", "", failed / rated);
    put(r, BK_S("iteration_throughput"), "value", "", c->iterations / length);
}

static bool read_metrics(struct reading *r, struct bk_err *err)
{
    double unknown = (double)NAN;
    struct counts c = {unknown, unknown, unknown, unknown, unknown, unknown};
    for (size_t i = 0; i < bk_samples_n_metrics(r->s); i++) {
        const struct bk_sample_metric *m = bk_samples_metric_at(r->s, i);
        struct bk_sample_scope answers[N_SCOPES];
        if (bk_samples_total(r->s, i) == NULL || m->kind == BK_SAMPLE_GAUGE)
            continue;
        if (!ask(r, i, answers, err))
            return false;
        if (answers[ALL].n > 0)
            count(&c, m->role, answers);
        for (size_t k = 0; k < N_SCOPES && m->kind == BK_SAMPLE_TREND; k++)
            put_trend(r, m, &answers[k], scopes[k].name);
    }
    put_rates(r, &c);
    return true;
}

/* The window in the time of the points, cut where they end: a stamp of whole seconds
 * stands for the second that it begins. */
static void place(struct reading *r, int64_t begin_ns, int64_t last_ns)
{
    struct bk_window *w = &r->part->window;
    int64_t end_ns = last_ns + (last_ns % BK_NS_PER_S == 0 ? BK_NS_PER_S : 1);
    double last = (double)(end_ns - begin_ns) / (double)BK_NS_PER_S;
    if (!(w->to <= last))
        w->to = last;
    r->from_ns = begin_ns + (int64_t)llround(w->from * (double)BK_NS_PER_S);
    r->to_ns = begin_ns + (int64_t)llround(w->to * (double)BK_NS_PER_S);
}

static int64_t last_point(const struct bk_samples *s)
{
    int64_t last = INT64_MIN;
    for (size_t i = 0; i < bk_samples_n_metrics(s); i++) {
        const struct bk_sample_sum *sum = bk_samples_total(s, i);
        if (sum != NULL && sum->last_ns > last)
            last = sum->last_ns;
    }
    return last;
}

bool bk_part_read(struct bk_db *db, struct bk_arena *a, const struct bk_run_row *run,
                  const struct bk_part_args *args, struct bk_part *part,
                  struct bk_err *err)
{
    struct reading r = {.a = a, .part = part};
    struct bk_run_begin begin;
    bool found;
    *part = (struct bk_part){.n = 0};
    if (!choose_window(db, a, run, args, &part->window, err) ||
        !bk_archived_samples(db, a, run->id, run->name, &r.s, err) ||
        !bk_run_begin(db, run->id, &begin, &found, err))
        return false;
    if (r.s == NULL || !found || bk_samples_n_points(r.s) == 0)
        return bk_fail(
            err, BK_EUSAGE,
            "the run '%.*s' has no points to take a part of: only per-request "
            "files (k6 --out, oha, hey, vegeta, aiperf) have them",
            BK_F(run->name));
    place(&r, begin.begin_ns, last_point(r.s));
    if (r.to_ns <= r.from_ns)
        return bk_fail(err, BK_EUSAGE, "the run '%.*s' ends before the window",
                       BK_F(run->name));
    choose_sets(&r);
    return read_metrics(&r, err);
}
