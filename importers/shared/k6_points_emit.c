/* Handing over the points of a k6 run: statistics, selectors, the timeline (see
 * k6_points.h).
 *
 * Each trend is asked for once, with all its scopes, so that its points are read once. */
#include "../../src/stats/summary.h"
#include "emit.h"
#include "k6_points_parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MAX_SELECTED ((size_t)50) /* values of a tag that get numbers of their own */
#define N_RANKS      5

struct numbers { /* where they go and what they cover */
    const struct bk_k6_metric *m;
    struct bk_str scope;
    enum bk_population population;
    struct bk_str locator;
};

struct selector { /* a value of a tag */
    size_t tag;
    uint16_t id;
};

/* What is known of a run by tag: which values have requests. */
struct selection {
    struct selector *items;
    size_t n;
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

/* --- sets of tags --- */

static const struct bk_k6_metric *with_role(const struct bk_k6_points *k,
                                            enum bk_k6_role role)
{
    for (size_t i = 0; i < k->n_metrics; i++) {
        if (k->metrics[i]->role == role && k->metrics[i]->n > 0)
            return k->metrics[i];
    }
    return NULL;
}

/* The tags of set i of the samples. */
static struct bk_k6_set set_at(const struct bk_k6_points *k, size_t i)
{
    return i == 0 ? (struct bk_k6_set){0} : k->sets[i - 1];
}

static bool selects(const struct selector *s, const struct bk_k6_set *set)
{
    return set->ids[s->tag] == s->id;
}

/* Has the set points of a request? */
static bool is_request(const struct bk_k6_points *k, size_t set)
{
    for (size_t i = 0; i < k->n_metrics; i++) {
        enum bk_k6_role role = k->metrics[i]->role;
        bool counts = role == BK_K6_REQUESTS || role == BK_K6_FAILED ||
                      role == BK_K6_LATENCY || role == BK_K6_BY_OUTCOME;
        if (counts && bk_samples_of_set(k->samples, i, set) != NULL)
            return true;
    }
    return false;
}

/* The values of tags that get numbers of their own. */
static struct selection select_values(struct bk_k6_points *k)
{
    struct selection s = {0};
    size_t n_sets = k->n_sets + 1;
    bool *requests = bk_alloc_array(k->a, n_sets, sizeof *requests);
    for (size_t i = 0; i < n_sets; i++)
        requests[i] = is_request(k, i);
    for (size_t tag = 0; tag < BK_K6_SELECTED; tag++) {
        const struct bk_k6_tag_values *v = &k->values[tag];
        bool *used = bk_alloc_array(k->a, v->n + 1, sizeof *used);
        size_t n = 0;
        for (size_t i = 0; i < n_sets; i++) {
            uint16_t id = set_at(k, i).ids[tag];
            n += requests[i] && id > 0 && !used[id];
            used[id] |= requests[i];
        }
        if (v->many || k->many_sets || n < 2 || n > MAX_SELECTED)
            continue; /* one: the whole run again */
        for (size_t id = 1; id <= v->n; id++) {
            if (used[id])
                *BK_PUSH(k->a, s.items, s.n) = (struct selector){tag, (uint16_t)id};
        }
    }
    return s;
}

/* --- trends --- */

static const double ranks[N_RANKS] = {0.5, 0.9, 0.95, 0.99, 0.999};

/* The answers for a trend: all points; then of a request's times those of ok and of
 * failed requests; then of the latency those of each selector. */
enum {
    SCOPE_ALL,
    SCOPE_OK,
    SCOPE_FAILED,
    SCOPE_SELECTORS
};

static bool has_outcomes(const struct bk_k6_metric *m)
{
    return m->role == BK_K6_LATENCY || m->role == BK_K6_BY_OUTCOME;
}

static size_t n_scopes_of(const struct bk_k6_metric *m, const struct selection *s)
{
    return m->role == BK_K6_LATENCY ? SCOPE_SELECTORS + s->n
           : has_outcomes(m)        ? SCOPE_SELECTORS
                                    : SCOPE_OK;
}

static bool in_scope(const struct selection *s, size_t scope,
                     const struct bk_k6_set *set)
{
    if (scope == SCOPE_OK)
        return set->outcome == BK_OUTCOME_OK;
    if (scope == SCOPE_FAILED)
        return set->outcome == BK_OUTCOME_FAILED;
    return selects(&s->items[scope - SCOPE_SELECTORS], set);
}

static struct bk_sample_scope *ask(struct bk_k6_points *k, const struct bk_k6_metric *m,
                                   const struct selection *s, struct bk_err *err)
{
    size_t n = n_scopes_of(m, s), n_sets = k->n_sets + 1;
    struct bk_sample_scope *scopes = bk_alloc_array(k->a, n, sizeof *scopes);
    struct bk_sample_question q = {.metric = m->index,
                                   .from_ns = INT64_MIN,
                                   .to_ns = INT64_MAX,
                                   .q = ranks,
                                   .n_q = N_RANKS,
                                   .scopes = scopes,
                                   .n_scopes = n};
    for (size_t i = 0; i < n; i++) {
        scopes[i].quantiles = bk_alloc_array(k->a, N_RANKS, sizeof(double));
        if (i == SCOPE_ALL)
            continue;
        uint8_t *sets = bk_alloc_array(k->a, n_sets, 1);
        for (size_t j = 0; j < n_sets; j++) {
            struct bk_k6_set set = set_at(k, j);
            sets[j] = in_scope(s, i, &set);
        }
        scopes[i].sets = sets;
    }
    return bk_samples_ask(k->samples, &q, err) ? scopes : NULL;
}

static void put_trend(struct bk_k6_points *k, const struct numbers *to,
                      const struct bk_sample_scope *x)
{
    static const struct {
        const char *stat, *formula;
    } texts[N_RANKS] = {
        {"p(50)", "between neighbours at 0.5 (n - 1)"},
        {"p(90)", "between neighbours at 0.9 (n - 1)"},
        {"p(95)", "between neighbours at 0.95 (n - 1)"},
        {"p(99)", "between neighbours at 0.99 (n - 1)"},
        {"p(99.9)", "between neighbours at 0.999 (n - 1)"},
    };
    if (x->n == 0)
        return;
    put(k, to, "", "count", (double)x->n, "number of points");
    if (!to->m->kind_known) /* it may as well be a counter */
        put(k, to, "", "sum", x->sum, "sum of points");
    put(k, to, "", "avg", x->sum / (double)x->n, "sum / count");
    put(k, to, "", "min", x->min, "smallest point");
    put(k, to, "", "max", x->max, "largest point");
    for (size_t i = 0; i < N_RANKS; i++)
        put(k, to, "", texts[i].stat, x->quantiles[i], texts[i].formula);
}

static void put_outcomes(struct bk_k6_points *k, const struct bk_k6_metric *m,
                         const struct bk_sample_scope *scopes)
{
    struct numbers to = numbers_of(k, m);
    to.scope = BK_S("ok");
    to.population = BK_POP_OK;
    put_trend(k, &to, &scopes[SCOPE_OK]);
    to.scope = BK_S("failed");
    to.population = BK_POP_UNKNOWN;
    put_trend(k, &to, &scopes[SCOPE_FAILED]);
}

/* --- the timeline --- */

static double known(bool is, uint64_t n)
{
    return is ? (double)n : (double)NAN;
}

static void put_ticks(struct bk_k6_points *k, const double *p95)
{
    bool requests = with_role(k, BK_K6_REQUESTS) != NULL;
    bool failed = with_role(k, BK_K6_FAILED) != NULL;
    bool iterations = with_role(k, BK_K6_ITERATIONS) != NULL;
    uint64_t n_requests = 0, n_failed = 0, n_iterations = 0;
    int64_t first = 0;
    for (size_t i = 0; i < bk_samples_n_seconds(k->samples); i++) {
        struct bk_sample_second s = bk_samples_second(k->samples, i);
        first = i == 0 ? s.second : first;
        n_requests += s.completed;
        n_failed += s.failed;
        n_iterations += s.iterations;
        struct bk_tick *t = BK_PUSH(k->a, k->run->ticks, k->run->n_ticks);
        *t = (struct bk_tick){
            .elapsed_s = (double)(s.second - first + 1),
            .vus = s.load,
            .iterations = known(iterations, n_iterations),
            .interrupted = (double)NAN,
            .requests = known(requests, n_requests),
            .failed = known(failed, n_failed),
            .latency_mean_s = (double)NAN,
            .latency_p95_s = (double)NAN,
        };
        if (s.n_latencies > 0) {
            t->latency_mean_s = s.latency_sum / (double)s.n_latencies / 1e3;
            t->latency_p95_s = p95[i] / 1e3;
        }
    }
}

static bool put_timeline(struct bk_k6_points *k, struct bk_err *err)
{
    const struct bk_k6_metric *latency = with_role(k, BK_K6_LATENCY);
    size_t n = bk_samples_n_seconds(k->samples);
    uint64_t off = bk_samples_off_timeline(k->samples);
    double *p95 = bk_realloc(NULL, (n + 1) * sizeof *p95);
    bool ok = latency == NULL ||
              bk_samples_by_second(k->samples, latency->index, 0.95, p95, err);
    if (ok)
        put_ticks(k, p95);
    free(p95);
    if (ok && off > 0)
        bk_run_finding(k->a, k->run, "off-the-timeline", BK_WARNING, BK_S("timeline"),
                       "the time stamps of %zu of %zu points lie days away from the "
                       "first one: they are not in the timeline",
                       (size_t)off, k->n_points);
    return ok;
}

/* --- selectors --- */

/* Requests of a selection and, where anything tells, how many failed. */
static void put_counts(struct bk_k6_points *k, struct numbers *to,
                       const struct selector *s)
{
    const struct bk_k6_metric *all = with_role(k, BK_K6_REQUESTS);
    const struct bk_k6_metric *failed = with_role(k, BK_K6_FAILED);
    double n = 0, n_rated = 0, n_failed = 0;
    for (size_t i = 0; i <= k->n_sets; i++) {
        struct bk_k6_set set = set_at(k, i);
        const struct bk_sample_sum *sum;
        if (!selects(s, &set))
            continue;
        sum = all != NULL ? bk_samples_of_set(k->samples, all->index, i) : NULL;
        n += sum != NULL ? sum->sum : 0;
        sum = failed != NULL ? bk_samples_of_set(k->samples, failed->index, i) : NULL;
        n_rated += sum != NULL ? (double)sum->n : 0;
        n_failed += sum != NULL ? (double)sum->above_zero : 0;
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

static void put_selector(struct bk_k6_points *k, const struct selector *s,
                         const struct bk_k6_metric *latency,
                         const struct bk_sample_scope *x)
{
    struct numbers to = {
        .scope = bk_fmt(k->a, "{%s:%.*s}", bk_k6_tag_names[s->tag],
                        BK_F(k->values[s->tag].items[s->id - 1])),
        .locator = BK_S("all lines"),
    };
    put_counts(k, &to, s);
    if (x == NULL || s->tag == BK_K6_STATUS)
        return;
    to.m = latency;
    put_trend(k, &to, x);
}

/* Scopes are those of the latency; NULL: there is none. */
static void put_selectors(struct bk_k6_points *k, const struct selection *s,
                          const struct bk_sample_scope *scopes)
{
    const struct bk_k6_metric *latency = with_role(k, BK_K6_LATENCY);
    size_t at = 0;
    for (size_t tag = 0; tag < BK_K6_SELECTED; tag++) {
        if (k->values[tag].many)
            bk_run_finding(k->a, k->run, "high-cardinality", BK_INFO,
                           bk_str(bk_k6_tag_names[tag]),
                           "the tag '%s' has more than %zu values: no numbers by it",
                           bk_k6_tag_names[tag], k->values[tag].n);
        for (; at < s->n && s->items[at].tag == tag; at++)
            put_selector(k, &s->items[at], latency,
                         scopes != NULL ? &scopes[SCOPE_SELECTORS + at] : NULL);
    }
}

/* --- the other kinds --- */

static void put_rate(struct bk_k6_points *k, const struct bk_k6_metric *m)
{
    const struct bk_sample_sum *sum = bk_samples_total(k->samples, m->index);
    double n = (double)sum->n, above_zero = (double)sum->above_zero;
    struct numbers to = numbers_of(k, m);
    put(k, &to, "", "", above_zero / n, "points above 0 / points");
    put(k, &to, "passes", "", above_zero, "points above 0");
    put(k, &to, "fails", "", n - above_zero, "points of 0");
}

static void put_gauge(struct bk_k6_points *k, const struct bk_k6_metric *m)
{
    const struct bk_sample_sum *sum = bk_samples_total(k->samples, m->index);
    struct numbers to = numbers_of(k, m);
    if (m->role == BK_K6_SETTING) {
        put(k, &to, "", "", sum->max, "largest point");
        return;
    }
    put(k, &to, "", "value", sum->last, "last point");
    put(k, &to, "", "min", sum->min, "smallest point");
    put(k, &to, "", "max", sum->max, "largest point");
}

static void put_metric(struct bk_k6_points *k, const struct bk_k6_metric *m,
                       const struct bk_sample_scope *scopes)
{
    struct numbers to = numbers_of(k, m);
    if (m->n == 0)
        return;
    switch (m->kind) {
    case BK_K6_TREND:
        put_trend(k, &to, &scopes[SCOPE_ALL]);
        break;
    case BK_K6_COUNTER:
        put(k, &to, "", "", bk_samples_total(k->samples, m->index)->sum,
            "sum of points");
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
        if (c->passes + c->fails <= 0)
            continue;
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
    double n[BK_N_OUTCOMES] = {0};
    if (all == NULL || with_role(k, BK_K6_FAILED) != NULL)
        return;
    for (size_t i = 0; i <= k->n_sets; i++) {
        const struct bk_sample_sum *sum = bk_samples_of_set(k->samples, all->index, i);
        n[set_at(k, i).outcome] += sum != NULL ? sum->sum : 0;
    }
    if (n[BK_OUTCOME_OK] + n[BK_OUTCOME_FAILED] <
        bk_samples_total(k->samples, all->index)->sum)
        return;
    struct bk_k6_metric named = *all;
    named.name = BK_S("http_req_failed");
    struct numbers to = numbers_of(k, &named);
    put(k, &to, "passes", "", n[BK_OUTCOME_FAILED],
        "http_reqs without a status of 200 to 399");
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

static bool put_numbers(struct bk_k6_points *k, struct bk_err *err)
{
    struct selection s = select_values(k);
    const struct bk_sample_scope **of =
        bk_alloc_array(k->a, k->n_metrics + 1, sizeof *of);
    const struct bk_sample_scope *latency = NULL;
    for (size_t i = 0; i < k->n_metrics; i++) {
        const struct bk_k6_metric *m = k->metrics[i];
        if (m->kind != BK_K6_TREND || m->n == 0)
            continue;
        of[i] = ask(k, m, &s, err);
        if (of[i] == NULL)
            return false;
        if (m->role == BK_K6_LATENCY)
            latency = of[i];
        if (has_outcomes(m))
            put_outcomes(k, m, of[i]);
    }
    if (k->many_sets)
        bk_run_finding(k->a, k->run, "high-cardinality", BK_INFO, BK_S("tags"),
                       "more than %zu combinations of tags: no numbers by tag",
                       k->n_sets);
    put_selectors(k, &s, latency);
    for (size_t i = 0; i < k->n_metrics; i++)
        put_metric(k, k->metrics[i], of[i]);
    return true;
}

bool bk_k6_points_emit(struct bk_k6_points *k, struct bk_err *err)
{
    k->run->n_samples = k->n_points;
    k->run->samples = k->samples;
    k->run->started_ns = k->first_ns;
    k->run->ended_ns = k->last_ns;
    if (!put_timeline(k, err) || !put_numbers(k, err))
        return false;
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
    return true;
}
