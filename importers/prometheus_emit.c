/* Measurements out of what a scrape gathered; see prometheus_runs.h.
 *
 * Counters, sums and counts of several engines are added; shares (a cache's usage) are
 * averaged.  Histograms give count, sum, mean, and percentiles with the bounds of their
 * bucket. */
#include <math.h>
#include <string.h>

#include "../src/base/num.h"
#include "prometheus_runs.h"
#include "shared/emit.h"

#define MAX_MERGED ((size_t)1024) /* buckets of a merged histogram */

struct emission {
    const struct bk_scrape *s;
    const struct bk_importing *im;
    struct bk_run *run;
};

/* --- one number --- */

struct number {
    const char *stat;
    const char *suffix; /* of the family's samples that say it */
    double value;
    enum bk_origin origin;
    struct bk_str digits, formula;
};

static unsigned claims(const struct bk_run *run, struct bk_str metric, const char *stat)
{
    unsigned n = 0;
    for (size_t i = 0; i < run->n_measurements; i++) {
        const struct bk_measurement *m = &run->measurements[i];
        if (m->rank == n && m->scope.len == 0 && bk_eq(m->metric, metric) &&
            bk_is(m->stat, stat))
            n++;
    }
    return n;
}

static struct bk_measurement *emit(const struct emission *e,
                                   const struct bk_scrape_slot *slot,
                                   const struct number *n)
{
    const struct bk_metric *metric = bk_dict_metric(e->im->dict, slot->target);
    bool timed = metric != NULL && bk_is(metric->unit, "s") &&
                 slot->kind != BK_SCRAPE_COUNTER && slot->kind != BK_SCRAPE_GAUGE;
    bool count = strcmp(n->stat, "count") == 0;
    struct bk_str target = bk_fmt(e->im->arena, "%.*s.%s", BK_F(slot->target), n->stat);
    struct bk_reading r = {
        .name = bk_fmt(e->im->arena, "%.*s%s", BK_F(slot->family), n->suffix),
        .unit = count ? (struct bk_str){0} : slot->unit,
        .text = n->digits,
        .has_value = true,
        .value = n->value,
        .origin = n->origin,
        .population = timed ? BK_POP_OK : BK_POP_ALL,
        .formula = n->formula,
        .locator = bk_line_locator(e->im->arena, slot->line),
        .rank = claims(e->run, slot->target, n->stat),
    };
    struct bk_measurement *m = bk_emit_as(e->im, e->run, target.ptr, &r);
    if (m != NULL && n->origin != BK_REPORTED)
        m->source_value = (struct bk_str){0};
    return m;
}

/* How a number came from several series, or from two scrapes. */
static struct bk_str formula(const struct emission *e, bool grown, const char *how,
                             size_t n)
{
    if (n > 1)
        return bk_fmt(e->im->arena, "%s%s of %zu series",
                      grown ? "after - before, " : "", how, n);
    return grown ? BK_S("after - before") : (struct bk_str){0};
}

/* --- counters and gauges --- */

/* Triton gives some figures with and without gpu_uuid: those without cover all. */
static bool counted(const struct bk_scrape_slot *slot, const struct bk_scrape_series *x)
{
    if (!x->has_value || !isfinite(x->value))
        return false;
    for (const struct bk_scrape_series *o = slot->series; x->on_gpu && o; o = o->next) {
        if (!o->on_gpu)
            return false;
    }
    return true;
}

static bool is_share(const struct emission *e, const struct bk_scrape_slot *slot)
{
    const struct bk_metric *m = bk_dict_metric(e->im->dict, slot->target);
    return (m != NULL && bk_is(m->unit, "ratio")) || bk_is(slot->unit, "ratio");
}

static void emit_plain(const struct emission *e, const struct bk_scrape_slot *slot)
{
    double sum = 0;
    size_t n = 0;
    const struct bk_scrape_series *one = NULL;
    bool share = is_share(e, slot);
    for (const struct bk_scrape_series *x = slot->series; x != NULL; x = x->next) {
        /* a share below 0 is vLLM's way to say that there is none */
        if (!counted(slot, x) || (share && x->value < 0))
            continue;
        sum += x->value;
        one = x;
        n++;
    }
    if (n == 0)
        return;
    bool grown = e->s->difference && slot->kind == BK_SCRAPE_COUNTER;
    struct number v = {
        .stat = "value", .suffix = "", .value = share ? sum / (double)n : sum};
    v.origin = n > 1 || grown ? BK_DERIVED : BK_REPORTED;
    v.formula = formula(e, grown, share ? "mean" : "sum", n);
    if (v.origin == BK_REPORTED)
        v.digits = bk_str(one->digits);
    emit(e, slot, &v);
}

/* --- histograms --- */

struct merged {
    struct bk_bucket b[MAX_MERGED];
    size_t n;
    double sum, count;
    bool has_sum, has_count;
    size_t series;
};

/* Adds the buckets of a series; bounds that not all series have are left out, since the
 * count below them is unknown. */
static void merge_buckets(struct merged *m, const struct bk_scrape_series *x)
{
    size_t kept = 0, j = 0;
    if (m->series == 0) {
        m->n = x->n_buckets < MAX_MERGED ? x->n_buckets : MAX_MERGED;
        if (m->n > 0)
            memcpy(m->b, x->buckets, m->n * sizeof *m->b);
        return;
    }
    for (size_t i = 0; i < m->n; i++) {
        while (j < x->n_buckets && x->buckets[j].le < m->b[i].le)
            j++;
        if (j == x->n_buckets || x->buckets[j].le > m->b[i].le)
            continue;
        m->b[kept] = m->b[i];
        m->b[kept++].count += x->buckets[j].count;
    }
    m->n = kept;
}

static void merge(const struct bk_scrape_slot *slot, struct merged *m)
{
    *m = (struct merged){.has_sum = true, .has_count = true};
    for (struct bk_scrape_series *x = slot->series; x != NULL; x = x->next) {
        if (slot->kind == BK_SCRAPE_HISTOGRAM)
            bk_buckets_order(x->buckets, &x->n_buckets, NULL);
        merge_buckets(m, x);
        m->sum += x->sum;
        m->count += x->count;
        m->has_sum = m->has_sum && x->has_sum;
        m->has_count = m->has_count && x->has_count;
        m->series++;
    }
    bool inf = m->n > 0 && isinf(m->b[m->n - 1].le);
    if (!m->has_count && inf && slot->kind == BK_SCRAPE_HISTOGRAM) {
        m->count = m->b[m->n - 1].count;
        m->has_count = true;
    }
}

static void emit_percentiles(const struct emission *e,
                             const struct bk_scrape_slot *slot, struct merged *m)
{
    static const struct {
        double q;
        const char *stat;
    } wanted[] = {{0.5, "p50"}, {0.9, "p90"}, {0.95, "p95"}, {0.99, "p99"}};
    const struct bk_unit *u = bk_dict_unit(e->im->dict, slot->unit);
    double factor = u != NULL ? u->factor : 1;
    if (!bk_buckets_order(m->b, &m->n, NULL))
        return;
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        double low, high;
        double v = bk_bucket_quantile(m->b, m->n, wanted[i].q, &low, &high);
        if (!isfinite(v) || !isfinite(low) || !isfinite(high))
            continue; /* in the last bucket only "more than" is known */
        struct number n = {.stat = wanted[i].stat,
                           .suffix = "_bucket",
                           .value = v,
                           .origin = BK_ESTIMATED,
                           .formula = BK_S("linear within its bucket")};
        struct bk_measurement *out = emit(e, slot, &n);
        if (out == NULL)
            continue;
        out->low = fmin(low * factor, out->value);
        out->high = fmax(high * factor, out->value);
    }
}

static void emit_summary_quantiles(const struct emission *e,
                                   const struct bk_scrape_slot *slot,
                                   const struct merged *m)
{
    for (size_t i = 0; m->series == 1 && i < m->n; i++) {
        double q = m->b[i].le;
        char stat[1 + 352] = "p";
        if (!(q >= 0 && q <= 1) || !isfinite(m->b[i].count))
            continue;
        bk_format_digits(q * 100, 6, stat + 1);
        struct number n = {.stat = q <= 0   ? "min"
                                   : q >= 1 ? "max"
                                            : stat,
                           .suffix = "",
                           .value = m->b[i].count,
                           .origin = BK_REPORTED};
        emit(e, slot, &n);
    }
}

static void emit_distribution(const struct emission *e,
                              const struct bk_scrape_slot *slot)
{
    struct merged merged, *m = &merged;
    merge(slot, m);
    bool grown = e->s->difference, one = m->series == 1;
    struct number n = {.origin = one && !grown ? BK_REPORTED : BK_DERIVED};
    n.formula = formula(e, grown, "sum", m->series);
    if (m->has_count) {
        n.stat = "count";
        n.suffix = "_count";
        n.value = m->count;
        emit(e, slot, &n);
    }
    if (m->has_count && !(m->count > 0)) /* nothing happened: no figures of it */
        return;
    if (m->has_sum) {
        n.stat = "sum";
        n.suffix = "_sum";
        n.value = m->sum;
        emit(e, slot, &n);
    }
    if (m->has_sum && m->has_count) {
        struct number mean = {.stat = "mean",
                              .suffix = "",
                              .value = m->sum / m->count,
                              .origin = BK_DERIVED,
                              .formula = BK_S("sum / count")};
        emit(e, slot, &mean);
    }
    if (slot->kind == BK_SCRAPE_HISTOGRAM)
        emit_percentiles(e, slot, m);
    else if (!e->s->difference) /* quantiles of a summary cannot be subtracted */
        emit_summary_quantiles(e, slot, m);
}

/* --- quotients --- */

static const struct quotient {
    const char *above, *below; /* metrics of the run */
    const char *metric, *stat, *unit, *formula;
} quotients[] = {
    {.above = "prometheus.prefix_cache_hits",
     .below = "prometheus.prefix_cache_queries",
     .metric = "prefix_cache_hit_rate",
     .stat = "value",
     .unit = "ratio",
     .formula = "prefix_cache_hits / prefix_cache_queries"},
    {.above = "prometheus.spec_decode_accepted_tokens",
     .below = "prometheus.spec_decode_draft_tokens",
     .metric = "spec_decode_acceptance_rate",
     .stat = "value",
     .unit = "ratio",
     .formula = "accepted tokens / draft tokens"},
    {.above = "prometheus.request_duration",
     .below = "requests_ok",
     .metric = "request_latency",
     .stat = "mean",
     .unit = "s",
     .formula = "sum of request durations / requests_ok"},
    {.above = "prometheus.queue_duration",
     .below = "requests_ok",
     .metric = "queue_time",
     .stat = "mean",
     .unit = "s",
     .formula = "sum of queue durations / requests_ok"},
};

/* Makes way for a quotient of counters, which is surer than a gauge of the last moment.
 * False when the run has a computed figure already. */
static bool make_way(struct bk_run *run, const struct quotient *q)
{
    const struct bk_measurement *there = bk_run_find(run, q->metric, q->stat, "");
    if (there != NULL && there->origin == BK_DERIVED &&
        bk_is(bk_formula_of(there), "sum / count"))
        return false;
    for (size_t i = 0; i < run->n_measurements; i++) {
        struct bk_measurement *m = &run->measurements[i];
        if (bk_is(m->metric, q->metric) && bk_is(m->stat, q->stat))
            m->rank++;
    }
    return true;
}

static void emit_quotients(const struct emission *e)
{
    for (size_t i = 0; i < sizeof quotients / sizeof quotients[0]; i++) {
        const struct quotient *q = &quotients[i];
        const struct bk_measurement *above = bk_run_find(e->run, q->above, "value", "");
        const struct bk_measurement *below = bk_run_find(e->run, q->below, "value", "");
        if (above == NULL || below == NULL || !(below->value > 0) || above->value < 0)
            continue;
        struct bk_str locator = above->locator;
        double value = above->value / below->value;
        if (!make_way(e->run, q))
            continue;
        bk_run_derive(e->im->arena, e->run, q->metric, q->stat, q->unit, value,
                      q->formula)
            ->locator = locator;
    }
}

/* --- runs --- */

static void tell_reset(const struct emission *e, const struct bk_scrape_slot *slot)
{
    if (!slot->reset || !isnan(e->s->restarted_before))
        return;
    char before[32], after[32];
    bk_format_double(slot->reset_before, before);
    bk_format_double(slot->reset_after, after);
    struct bk_finding *f = bk_run_finding(
        e->im->arena, e->run, "counter-reset", BK_WARNING, slot->family,
        "%.*s is %s before and %s after: it began anew, so what it grew by is at least "
        "%s",
        BK_F(slot->family), before, after, after);
    f->expected = bk_fmt(e->im->arena, "at least %s", before);
    f->actual = bk_dup(e->im->arena, bk_str(after));
    f->locator = bk_line_locator(e->im->arena, slot->line);
}

static void tell_restart(const struct emission *e)
{
    if (isnan(e->s->restarted_before))
        return;
    char before[32], after[32];
    bk_format_double(e->s->restarted_before, before);
    bk_format_double(e->s->process_start, after);
    struct bk_finding *f = bk_run_finding(
        e->im->arena, e->run, "counter-reset", BK_WARNING,
        BK_S("process_start_time_seconds"),
        "the process started anew between the two scrapes (process_start_time_seconds "
        "%s, then %s): counters are those since the start, less than what happened",
        before, after);
    f->expected = bk_dup(e->im->arena, bk_str(before));
    f->actual = bk_dup(e->im->arena, bk_str(after));
}

static void add_slots(struct emission *e, const struct bk_scrape_run *r)
{
    for (size_t i = 0; i < r->n_slots; i++) {
        /* texts of a scrape end with it; those of a run do not */
        struct bk_scrape_slot slot = r->slots[i];
        slot.family = bk_dup(e->im->arena, slot.family);
        slot.target = bk_dup(e->im->arena, slot.target);
        if (slot.kind == BK_SCRAPE_COUNTER || slot.kind == BK_SCRAPE_GAUGE)
            emit_plain(e, &slot);
        else
            emit_distribution(e, &slot);
        tell_reset(e, &slot);
    }
    if (e->run->n_params > 1) /* window, and the parameters of the first one stand */
        return;
    for (size_t i = 0; i < r->n_params; i++)
        bk_run_param(e->im->arena, e->run, bk_dup(e->im->arena, r->params[i].name),
                     bk_dup(e->im->arena, r->params[i].value),
                     bk_dup(e->im->arena, r->params[i].locator));
}

static void add_gpus(const struct emission *e)
{
    if (e->s->n_gpus == 0)
        return;
    struct bk_arena *a = e->im->arena;
    struct bk_run *run = e->run;
    *BK_PUSH(a, run->hardware_facts, run->n_hardware_facts) =
        (struct bk_fact){.name = BK_S("gpu_count"),
                         .value = bk_fmt(a, "%zu", e->s->n_gpus),
                         .unit = BK_S("1")};
    if (e->s->gpu_name.len == 0)
        return;
    run->hardware = bk_dup(a, e->s->gpu_name);
    *BK_PUSH(a, run->hardware_facts, run->n_hardware_facts) =
        (struct bk_fact){.name = BK_S("gpu_name"), .value = run->hardware};
}

/* How long the counters of a difference ran: since the first scrape, or since the
 * restart. */
static void add_duration(const struct emission *e, int64_t ended_ns)
{
    const struct bk_scrape *s = e->s;
    if (!s->difference || s->began_ns == BK_NO_TIME || ended_ns == BK_NO_TIME)
        return;
    double began = (double)s->began_ns / (double)BK_NS_PER_S;
    double seconds = (double)(ended_ns - s->began_ns) / (double)BK_NS_PER_S;
    if (!isnan(s->restarted_before) && s->process_start > began)
        seconds -= s->process_start - began;
    if (seconds > 0)
        bk_run_derive(e->im->arena, e->run, "duration", "value", "s", seconds,
                      "time of after - time of before");
}

/* Does the run have more than gauges, which are of the moment? */
static bool counts(const struct bk_scrape_run *r)
{
    for (size_t i = 0; i < r->n_slots; i++) {
        if (r->slots[i].kind != BK_SCRAPE_GAUGE)
            return true;
    }
    return false;
}

static struct bk_run *make_run(struct bk_scrape *s, const struct bk_scrape_run *r,
                               const struct bk_scrape_run *joined, int64_t taken_ns)
{
    struct bk_arena *a = s->im->arena;
    struct emission e = {.s = s, .im = s->im, .run = bk_run_new(a)};
    struct bk_run *run = e.run;
    run->model = bk_dup(a, r->model);
    run->engine =
        bk_dup(a, r->engine.len > 0 || joined == NULL ? r->engine : joined->engine);
    run->key = s->n_runs > (joined != NULL ? 2 : 1) ? run->model : (struct bk_str){0};
    run->started_ns = s->difference ? s->began_ns : taken_ns;
    run->ended_ns = s->difference ? taken_ns : BK_NO_TIME;
    if (counts(r) || (joined != NULL && counts(joined)))
        bk_run_param(a, run, BK_S("window"),
                     s->difference ? BK_S("between two scrapes")
                                   : BK_S("since process start"),
                     (struct bk_str){0});
    add_gpus(&e);
    add_slots(&e, r);
    if (joined != NULL)
        add_slots(&e, joined);
    tell_restart(&e);
    emit_quotients(&e);
    add_duration(&e, taken_ns);
    bk_emit_derived(s->im, run);
    const struct bk_measurement *ok = bk_run_find(run, "requests_ok", "value", "");
    run->generates_text = bk_run_find(run, "output_tokens", "value", "") != NULL &&
                          ok != NULL && ok->value > 0;
    return run;
}

/* The server has the model loaded, and nobody asked it for anything. */
static bool is_idle(const struct bk_run *run)
{
    for (size_t i = 0; i < run->n_measurements; i++) {
        if (run->measurements[i].value != 0)
            return false;
    }
    return bk_run_find(run, "requests", "value", "") != NULL ||
           bk_run_find(run, "requests_ok", "value", "") != NULL;
}

/* One run a model.  Models beside those that worked are no runs that went wrong. */
static bool emit_models(struct bk_scrape *s, const struct bk_scrape_run *bare,
                        int64_t taken_ns, struct bk_err *err)
{
    struct bk_run **runs = bk_alloc_array(s->im->arena, s->n_runs + 1, sizeof *runs);
    size_t n = 0, busy = 0;
    for (size_t i = 0; i < s->n_runs; i++) {
        const struct bk_scrape_run *r = &s->runs[i];
        if (r == bare && !r->serves)
            continue;
        runs[n++] = make_run(s, r, NULL, taken_ns);
        busy += r != bare && !is_idle(runs[n - 1]);
    }
    for (size_t i = 0; i < n; i++) {
        if ((busy == 0 || !is_idle(runs[i])) &&
            !s->im->sink->run(s->im->sink, runs[i], err))
            return false;
    }
    return true;
}

/* Samples without a model belong to the only model there is, or make a run. */
bool bk_scrape_emit(struct bk_scrape *s, int64_t taken_ns, struct bk_err *err)
{
    const struct bk_scrape_run *bare = NULL, *only = NULL;
    size_t models = 0;
    for (size_t i = 0; i < s->n_runs; i++) {
        if (s->runs[i].model.len == 0)
            bare = &s->runs[i];
        else
            models++, only = &s->runs[i];
    }
    if (models != 1)
        return emit_models(s, bare, taken_ns, err);
    return s->im->sink->run(s->im->sink, make_run(s, only, bare, taken_ns), err);
}
