/* Handing over the points of a k6 run: statistics, selectors, the timeline (see
 * k6_points.h). */
#include "../../src/stats/summary.h"
#include "emit.h"
#include "k6_points_parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MAX_SELECTED ((size_t)50) /* values of a tag that get numbers of their own */

struct numbers { /* where they go and what they cover */
    const struct bk_k6_metric *m;
    struct bk_str scope;
    enum bk_population population;
    struct bk_str locator;
};

static struct bk_str lines(struct bk_arena *a, size_t first, size_t last)
{
    if (first == last)
        return bk_line_locator(a, first);
    return bk_fmt(a, "lines %zu to %zu", first, last);
}

static struct numbers numbers_of(struct bk_k6_points *k, const struct bk_k6_metric *m)
{
    return (struct numbers){.m = m,
                            .locator = lines(k->a, m->first_line, m->last_line)};
}

static void put(struct bk_k6_points *k, const struct numbers *to, const char *part,
                const char *stat, double value, const char *formula)
{
    bool count = strcmp(stat, "count") == 0;
    struct bk_reading r = {
        .name = to->m->name,
        .stat = bk_str(stat),
        .scope = to->scope,
        .unit = count || *part != '\0' ? BK_S("") : to->m->unit,
        .has_value = true,
        .value = value,
        .half = 0,
        .origin = BK_DERIVED,
        .population = to->population,
        .formula = bk_str(formula),
        .locator = to->locator,
    };
    if (*part != '\0')
        r.name = bk_fmt(k->a, "%.*s.%s", BK_F(to->m->name), part);
    bk_emit(k->im, k->run, &r);
}

/* --- trends --- */

static double sum_of(const double *x, size_t n)
{
    double sum = 0, lost = 0;
    for (size_t i = 0; i < n; i++) { /* W. Kahan's compensated sum */
        double y = x[i] - lost, t = sum + y;
        lost = (t - sum) - y;
        sum = t;
    }
    return sum;
}

/* Sorts the values. */
static void put_trend(struct bk_k6_points *k, const struct numbers *to, double *x,
                      size_t n)
{
    static const struct {
        const char *stat;
        double q;
        const char *formula;
    } ranks[] = {
        {"p(50)", 0.5, "between neighbours at 0.5 (n - 1)"},
        {"p(90)", 0.9, "between neighbours at 0.9 (n - 1)"},
        {"p(95)", 0.95, "between neighbours at 0.95 (n - 1)"},
        {"p(99)", 0.99, "between neighbours at 0.99 (n - 1)"},
        {"p(99.9)", 0.999, "between neighbours at 0.999 (n - 1)"},
    };
    if (n == 0)
        return;
    put(k, to, "", "count", (double)n, "number of points");
    if (!to->m->kind_known) /* it may as well be a counter */
        put(k, to, "", "sum", sum_of(x, n), "sum of points");
    put(k, to, "", "avg", sum_of(x, n) / (double)n, "sum / count");
    bk_sort(x, n);
    put(k, to, "", "min", x[0], "smallest point");
    put(k, to, "", "max", x[n - 1], "largest point");
    for (size_t i = 0; i < sizeof ranks / sizeof *ranks; i++)
        put(k, to, "", ranks[i].stat, bk_percentile_linear(x, n, ranks[i].q),
            ranks[i].formula);
}

/* What of a metric's values a scope takes. */
struct selection {
    enum bk_k6_outcome outcome; /* UNKNOWN: any */
    size_t tag;                 /* BK_K6_SET_TAGS: any */
    uint16_t id;
};

static bool selects(const struct selection *s, const struct bk_k6_set *set)
{
    if (s->outcome != BK_K6_OUTCOME_UNKNOWN)
        return set->outcome == s->outcome;
    return s->tag == BK_K6_SET_TAGS || set->ids[s->tag] == s->id;
}

static void put_selected(struct bk_k6_points *k, const struct numbers *to,
                         const struct selection *s, double *scratch)
{
    size_t n = 0;
    for (size_t i = 0; i < to->m->n_values; i++) {
        if (selects(s, &k->sets[to->m->sets[i]]))
            scratch[n++] = to->m->values[i];
    }
    put_trend(k, to, scratch, n);
}

static void put_outcomes(struct bk_k6_points *k, const struct bk_k6_metric *m,
                         double *scratch)
{
    struct numbers to = numbers_of(k, m);
    to.scope = BK_S("ok");
    to.population = BK_POP_OK;
    put_selected(k, &to, &(struct selection){BK_K6_OUTCOME_OK, BK_K6_SET_TAGS, 0},
                 scratch);
    to.scope = BK_S("failed");
    to.population = BK_POP_UNKNOWN;
    put_selected(k, &to, &(struct selection){BK_K6_OUTCOME_FAILED, BK_K6_SET_TAGS, 0},
                 scratch);
}

/* --- the timeline --- */

/* Groups the latencies by second and writes each second's percentile; seconds[] counts
 * them already. */
static void put_p95(struct bk_k6_points *k, const struct bk_k6_metric *m,
                    double *scratch, double *p95)
{
    size_t *end = bk_realloc(NULL, (k->n_seconds + 1) * sizeof *end);
    size_t at = 0;
    for (size_t i = 0; i < k->n_seconds; i++) {
        end[i] = at;
        at += k->seconds[i].n_latencies;
    }
    for (size_t i = 0; i < m->n_values; i++) {
        if (m->seconds[i] != BK_K6_NO_SECOND)
            scratch[end[m->seconds[i]]++] = m->values[i];
    }
    for (size_t i = 0; i < k->n_seconds; i++) {
        size_t n = k->seconds[i].n_latencies;
        bk_sort(scratch + end[i] - n, n);
        p95[i] = bk_percentile_linear(scratch + end[i] - n, n, 0.95);
    }
    free(end);
}

static const struct bk_k6_metric *with_role(const struct bk_k6_points *k,
                                            enum bk_k6_role role)
{
    for (size_t i = 0; i < k->n_metrics; i++) {
        if (k->metrics[i]->role == role && k->metrics[i]->n > 0)
            return k->metrics[i];
    }
    return NULL;
}

static double total(bool known, double *sum, double more)
{
    *sum += more;
    return known ? *sum : (double)NAN;
}

static void put_ticks(struct bk_k6_points *k, const double *p95)
{
    bool requests = with_role(k, BK_K6_REQUESTS) != NULL;
    bool failed = with_role(k, BK_K6_FAILED) != NULL;
    bool iterations = with_role(k, BK_K6_ITERATIONS) != NULL;
    double n_requests = 0, n_failed = 0, n_iterations = 0;
    size_t first = 0;
    while (first < k->n_seconds && !k->seconds[first].used)
        first++;
    for (size_t i = first; i < k->n_seconds; i++) {
        const struct bk_k6_second *s = &k->seconds[i];
        if (!s->used)
            continue;
        struct bk_tick *t = BK_PUSH(k->a, k->run->ticks, k->run->n_ticks);
        *t = (struct bk_tick){
            .elapsed_s = (double)(i - first + 1),
            .vus = s->vus,
            .iterations = total(iterations, &n_iterations, s->iterations),
            .interrupted = (double)NAN,
            .requests = total(requests, &n_requests, s->requests),
            .failed = total(failed, &n_failed, s->failed),
            .latency_mean_s = (double)NAN,
            .latency_p95_s = (double)NAN,
        };
        if (s->n_latencies > 0) {
            t->latency_mean_s = s->latency_sum / (double)s->n_latencies / 1e3;
            t->latency_p95_s = p95[i] / 1e3;
        }
    }
}

static void put_timeline(struct bk_k6_points *k, double *scratch)
{
    const struct bk_k6_metric *latency = with_role(k, BK_K6_LATENCY);
    double *p95 = bk_realloc(NULL, (k->n_seconds + 1) * sizeof *p95);
    if (latency != NULL)
        put_p95(k, latency, scratch, p95);
    put_ticks(k, p95);
    free(p95);
    if (k->off_timeline > 0)
        bk_run_finding(k->a, k->run, "off-the-timeline", BK_WARNING, BK_S("timeline"),
                       "the time stamps of %zu of %zu points lie days away from the "
                       "first one: they are not in the timeline",
                       k->off_timeline, k->n_points);
}

/* --- selectors --- */

/* Requests of a selection and, where anything tells, how many failed. */
static void put_counts(struct bk_k6_points *k, struct numbers *to,
                       const struct selection *s)
{
    const struct bk_k6_metric *all = with_role(k, BK_K6_REQUESTS);
    const struct bk_k6_metric *failed = with_role(k, BK_K6_FAILED);
    double n = 0, n_rated = 0, n_failed = 0;
    for (size_t i = 0; i < k->n_sets; i++) {
        if (!selects(s, &k->sets[i]))
            continue;
        n += k->sets[i].requests;
        n_rated += k->sets[i].rated;
        n_failed += k->sets[i].failed;
    }
    if (all != NULL) {
        to->m = all;
        put(k, to, "", "", n, "sum of points");
    }
    if (failed == NULL || n_rated <= 0 || s->tag == BK_K6_STATUS)
        return; /* by status it is known */
    to->m = failed;
    put(k, to, "", "", n_failed / n_rated, "points above 0 / points");
    put(k, to, "passes", "", n_failed, "points above 0");
    put(k, to, "fails", "", n_rated - n_failed, "points of 0");
}

static void put_selector(struct bk_k6_points *k, size_t tag, double *scratch)
{
    const struct bk_k6_metric *latency = with_role(k, BK_K6_LATENCY);
    const struct bk_k6_values *v = &k->values[tag];
    if (v->many)
        bk_run_finding(k->a, k->run, "high-cardinality", BK_INFO,
                       bk_str(bk_k6_tag_names[tag]),
                       "the tag '%s' has more than %zu values: no numbers by it",
                       bk_k6_tag_names[tag], v->n);
    if (v->many || k->many_sets)
        return;
    if (v->n < 2 || v->n > MAX_SELECTED) /* one: the whole run again */
        return;
    for (size_t i = 0; i < v->n; i++) {
        struct selection s = {BK_K6_OUTCOME_UNKNOWN, tag, (uint16_t)(i + 1)};
        struct numbers to = {
            .scope = bk_fmt(k->a, "{%s:%.*s}", bk_k6_tag_names[tag], BK_F(v->items[i])),
            .locator = BK_S("all lines"),
        };
        put_counts(k, &to, &s);
        if (latency == NULL || tag == BK_K6_STATUS)
            continue;
        to.m = latency;
        put_selected(k, &to, &s, scratch);
    }
}

/* --- the other kinds --- */

static void put_rate(struct bk_k6_points *k, const struct bk_k6_metric *m)
{
    struct numbers to = numbers_of(k, m);
    put(k, &to, "", "", m->above_zero / (double)m->n, "points above 0 / points");
    put(k, &to, "passes", "", m->above_zero, "points above 0");
    put(k, &to, "fails", "", (double)m->n - m->above_zero, "points of 0");
}

static void put_gauge(struct bk_k6_points *k, const struct bk_k6_metric *m)
{
    struct numbers to = numbers_of(k, m);
    if (m->role == BK_K6_SETTING) {
        put(k, &to, "", "", m->max, "largest point");
        return;
    }
    put(k, &to, "", "value", m->last, "last point");
    put(k, &to, "", "min", m->min, "smallest point");
    put(k, &to, "", "max", m->max, "largest point");
}

static void put_metric(struct bk_k6_points *k, const struct bk_k6_metric *m)
{
    struct numbers to = numbers_of(k, m);
    if (m->n == 0)
        return;
    switch (m->kind) {
    case BK_K6_TREND:
        put_trend(k, &to, m->values, m->n_values);
        break;
    case BK_K6_COUNTER:
        put(k, &to, "", "", m->sum, "sum of points");
        break;
    case BK_K6_RATE:
        put_rate(k, m);
        break;
    case BK_K6_GAUGE:
        put_gauge(k, m);
        break;
    }
}

static void put_checks(struct bk_k6_points *k)
{
    const struct bk_k6_metric *m = with_role(k, BK_K6_CHECKS);
    for (size_t i = 0; i < k->n_checks; i++) {
        const struct bk_k6_check *c = k->checks[i];
        struct numbers to = {
            .m = m,
            .scope = bk_fmt(k->a, "{check:%.*s}", BK_F(c->name)),
            .locator = lines(k->a, c->first_line, c->last_line),
        };
        put(k, &to, "passes", "", c->passes, "points above 0");
        put(k, &to, "fails", "", c->fails, "points of 0");
    }
    if (k->more_checks > 0)
        bk_run_finding(k->a, k->run, "high-cardinality", BK_INFO, BK_S("check"),
                       "more than %zu checks: %zu points are counted in the total only",
                       k->n_checks, k->more_checks);
}

/* --- the run --- */

/* k6 before 0.31 writes no http_req_failed. */
static void put_failures(struct bk_k6_points *k)
{
    const struct bk_k6_metric *all = with_role(k, BK_K6_REQUESTS);
    double n_ok = 0, n_failed = 0;
    if (all == NULL || with_role(k, BK_K6_FAILED) != NULL)
        return;
    for (size_t i = 0; i < k->n_sets; i++) {
        if (k->sets[i].outcome == BK_K6_OUTCOME_OK)
            n_ok += k->sets[i].requests;
        else if (k->sets[i].outcome == BK_K6_OUTCOME_FAILED)
            n_failed += k->sets[i].requests;
    }
    if (n_ok + n_failed < all->sum)
        return;
    struct bk_k6_metric named = *all;
    named.name = BK_S("http_req_failed");
    struct numbers to = numbers_of(k, &named);
    put(k, &to, "passes", "", n_failed, "http_reqs without a status of 200 to 399");
}

static void put_duration(struct bk_k6_points *k)
{
    double d = (double)(k->last_ns - k->begin_ns) / 1e9;
    double half = k->whole_seconds ? 1 : 0;
    if (k->first_ns == BK_NO_TIME || d <= 0)
        return;
    struct bk_measurement *m =
        bk_run_derive(k->a, k->run, "duration", "value", "s", d,
                      "last point - start of the first request or iteration");
    m->low = fmax(d - half, 0);
    m->high = d + half;
    const struct bk_measurement *n = bk_run_find(k->run, "iterations", "value", "");
    if (n == NULL)
        return;
    struct bk_measurement *rate =
        bk_run_derive(k->a, k->run, "iteration_throughput", "value", "1/s",
                      n->value / d, "iterations / duration");
    rate->low = n->value / m->high;
    rate->high = m->low > 0 ? n->value / m->low : rate->value;
}

void bk_k6_points_emit(struct bk_k6_points *k)
{
    size_t most = 0;
    for (size_t i = 0; i < k->n_metrics; i++) {
        if (k->metrics[i]->sets != NULL && k->metrics[i]->n_values > most)
            most = k->metrics[i]->n_values;
    }
    double *scratch = bk_realloc(NULL, (most + 1) * sizeof *scratch);
    k->run->n_samples = k->n_points;
    k->run->started_ns = k->first_ns;
    k->run->ended_ns = k->last_ns;
    put_timeline(k, scratch);
    for (size_t i = 0; i < k->n_metrics; i++) {
        if (k->metrics[i]->sets != NULL)
            put_outcomes(k, k->metrics[i], scratch);
    }
    if (k->many_sets)
        bk_run_finding(k->a, k->run, "high-cardinality", BK_INFO, BK_S("tags"),
                       "more than %zu combinations of tags: no numbers by tag",
                       k->n_sets);
    for (size_t tag = 0; tag < BK_K6_SET_TAGS; tag++)
        put_selector(k, tag, scratch);
    free(scratch);
    for (size_t i = 0; i < k->n_metrics; i++)
        put_metric(k, k->metrics[i]);
    put_checks(k);
    put_failures(k);
    put_duration(k);
    if (k->not_finite > 0)
        bk_run_finding(k->a, k->run, "unreadable-numbers", BK_WARNING, BK_S("points"),
                       "%zu of %zu points have no finite value: they are counted and "
                       "left out",
                       k->not_finite, k->n_points);
    bk_emit_drop_zero_latency(k->im, k->run);
    bk_emit_derived(k->im, k->run);
}
