/* Collecting the points of a k6 run (see k6_points.h). */
#include "k6_points.h"

#include "../../src/base/num.h"
#include "k6_points_parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MAX_VALUES     ((size_t)8 * 1000 * 1000) /* of a metric: 64 MB */
#define MAX_METRICS    ((size_t)1000)
#define MAX_TAG_VALUES ((size_t)500) /* of a tag; more say nothing together */
#define MAX_SETS       ((size_t)20000)
#define MAX_CHECKS     ((size_t)5000)
#define MAX_THRESHOLDS ((size_t)1000)
#define LONGEST_NAME   ((size_t)400)
#define FIRST_VALUES   ((size_t)256)
/* A timeline reaches so far before its first point (points of one flush are in no
 * order) and so far behind. */
#define SECONDS_BEFORE ((int64_t)600)
#define MAX_SECONDS    ((size_t)4 * 86400)
#define LATEST_NS      INT64_C(4000000000000000000) /* in 2096 */
#define MS             1e6                          /* ns */

const char *const bk_k6_tag_names[BK_K6_N_TAGS] = {
    [BK_K6_SCENARIO] = "scenario", [BK_K6_GROUP] = "group",
    [BK_K6_NAME] = "name",         [BK_K6_METHOD] = "method",
    [BK_K6_STATUS] = "status",     [BK_K6_EXPECTED] = "expected_response",
    [BK_K6_CHECK] = "check",
};

/* The metrics of k6 itself; a CSV does not say what a metric is. */
static const struct {
    const char *name;
    enum bk_k6_kind kind;
    enum bk_k6_role role;
    const char *unit;
} own[] = {
    {"http_reqs", BK_K6_COUNTER, BK_K6_REQUESTS, ""},
    {"http_req_duration", BK_K6_TREND, BK_K6_LATENCY, "ms"},
    {"http_req_waiting", BK_K6_TREND, BK_K6_BY_OUTCOME, "ms"},
    {"http_req_blocked", BK_K6_TREND, BK_K6_PLAIN, "ms"},
    {"http_req_connecting", BK_K6_TREND, BK_K6_PLAIN, "ms"},
    {"http_req_tls_handshaking", BK_K6_TREND, BK_K6_PLAIN, "ms"},
    {"http_req_sending", BK_K6_TREND, BK_K6_PLAIN, "ms"},
    {"http_req_receiving", BK_K6_TREND, BK_K6_PLAIN, "ms"},
    {"http_req_failed", BK_K6_RATE, BK_K6_FAILED, ""},
    {"iterations", BK_K6_COUNTER, BK_K6_ITERATIONS, ""},
    {"iteration_duration", BK_K6_TREND, BK_K6_ITERATION_TIME, "ms"},
    {"dropped_iterations", BK_K6_COUNTER, BK_K6_PLAIN, ""},
    {"group_duration", BK_K6_TREND, BK_K6_PLAIN, "ms"},
    {"checks", BK_K6_RATE, BK_K6_CHECKS, ""},
    {"vus", BK_K6_GAUGE, BK_K6_VUS, ""},
    {"vus_max", BK_K6_GAUGE, BK_K6_SETTING, ""},
    {"data_sent", BK_K6_COUNTER, BK_K6_PLAIN, "B"},
    {"data_received", BK_K6_COUNTER, BK_K6_PLAIN, "B"},
    {"grpc_req_duration", BK_K6_TREND, BK_K6_PLAIN, "ms"},
    {"grpc_streams", BK_K6_COUNTER, BK_K6_PLAIN, ""},
    {"grpc_streams_msgs_sent", BK_K6_COUNTER, BK_K6_PLAIN, ""},
    {"grpc_streams_msgs_received", BK_K6_COUNTER, BK_K6_PLAIN, ""},
    {"ws_sessions", BK_K6_COUNTER, BK_K6_PLAIN, ""},
    {"ws_msgs_sent", BK_K6_COUNTER, BK_K6_PLAIN, ""},
    {"ws_msgs_received", BK_K6_COUNTER, BK_K6_PLAIN, ""},
    {"ws_connecting", BK_K6_TREND, BK_K6_PLAIN, "ms"},
    {"ws_session_duration", BK_K6_TREND, BK_K6_PLAIN, "ms"},
    {"ws_ping", BK_K6_TREND, BK_K6_PLAIN, "ms"},
    {"browser_data_sent", BK_K6_COUNTER, BK_K6_PLAIN, "B"},
    {"browser_data_received", BK_K6_COUNTER, BK_K6_PLAIN, "B"},
    {"browser_http_req_duration", BK_K6_TREND, BK_K6_PLAIN, "ms"},
    {"browser_http_req_failed", BK_K6_RATE, BK_K6_PLAIN, ""},
    {"browser_web_vital_fcp", BK_K6_TREND, BK_K6_PLAIN, "ms"},
    {"browser_web_vital_fid", BK_K6_TREND, BK_K6_PLAIN, "ms"},
    {"browser_web_vital_inp", BK_K6_TREND, BK_K6_PLAIN, "ms"},
    {"browser_web_vital_lcp", BK_K6_TREND, BK_K6_PLAIN, "ms"},
    {"browser_web_vital_ttfb", BK_K6_TREND, BK_K6_PLAIN, "ms"},
};

struct bk_k6_points *bk_k6_points_new(const struct bk_importing *im)
{
    struct bk_k6_points *k = bk_alloc(im->arena, sizeof *k);
    k->im = im;
    k->a = im->arena;
    k->run = bk_run_new(im->arena);
    k->run->think_time_s = (double)NAN;
    k->first_ns = k->last_ns = k->begin_ns = BK_NO_TIME;
    k->whole_seconds = true;
    return k;
}

void bk_k6_points_free(struct bk_k6_points *k)
{
    if (k == NULL)
        return;
    for (size_t i = 0; i < k->n_metrics; i++) {
        free(k->metrics[i]->values);
        free(k->metrics[i]->sets);
        free(k->metrics[i]->seconds);
    }
    for (size_t i = 0; i < BK_K6_CHECK; i++)
        bk_buf_free(&k->last_bytes[i]);
    free(k->sets);
    free(k->seconds);
}

/* --- metrics --- */

static void set_own(struct bk_k6_metric *m)
{
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
        if (!bk_is(m->name, own[i].name))
            continue;
        m->kind = own[i].kind;
        m->kind_known = true;
        m->role = own[i].role;
        m->unit = bk_str(own[i].unit);
    }
}

static struct bk_k6_metric *metric_of(struct bk_k6_points *k, struct bk_str name,
                                      size_t line, struct bk_err *err)
{
    if (k->last_metric != NULL && bk_eq(k->last_metric->name, name))
        return k->last_metric;
    struct bk_k6_metric *m = bk_map_get(&k->metric_index, name);
    if (m != NULL) {
        k->last_metric = m;
        return m;
    }
    if (name.len == 0 || name.len > LONGEST_NAME || k->n_metrics == MAX_METRICS) {
        bk_fail(err, BK_EINPUT, "line %zu: %s", line,
                name.len == 0             ? "a point without a metric"
                : name.len > LONGEST_NAME ? "the metric's name is too long"
                                          : "more metrics than a run of k6 has");
        return NULL;
    }
    m = bk_alloc(k->a, sizeof *m);
    m->name = bk_dup(k->a, name);
    m->kind = BK_K6_TREND;
    m->first_line = line;
    m->min = (double)INFINITY;
    m->max = -(double)INFINITY;
    set_own(m);
    bk_map_put(k->a, &k->metric_index, m->name, m);
    *BK_PUSH(k->a, k->metrics, k->n_metrics) = m;
    return m;
}

bool bk_k6_points_declare(struct bk_k6_points *k, struct bk_str metric,
                          struct bk_str type, struct bk_str contains, size_t line,
                          struct bk_err *err)
{
    static const struct {
        const char *name;
        enum bk_k6_kind kind;
    } types[] = {{"trend", BK_K6_TREND},
                 {"counter", BK_K6_COUNTER},
                 {"gauge", BK_K6_GAUGE},
                 {"rate", BK_K6_RATE}};
    struct bk_k6_metric *m = metric_of(k, metric, line, err);
    if (m == NULL)
        return false;
    if (m->role != BK_K6_PLAIN || m->n > 0)
        return true;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (!bk_is(type, types[i].name))
            continue;
        m->kind = types[i].kind;
        m->kind_known = true;
    }
    if (bk_is(contains, "time"))
        m->unit = BK_S("ms");
    else if (bk_is(contains, "data"))
        m->unit = BK_S("B");
    return true;
}

void bk_k6_points_threshold(struct bk_k6_points *k, struct bk_str metric,
                            struct bk_str rule, size_t line)
{
    if (k->run->n_thresholds == MAX_THRESHOLDS)
        return;
    struct bk_threshold *t = BK_PUSH(k->a, k->run->thresholds, k->run->n_thresholds);
    t->metric = bk_dup(k->a, bk_upto(metric, LONGEST_NAME));
    t->expression = bk_dup(k->a, bk_upto(rule, LONGEST_NAME));
    t->locator = bk_fmt(k->a, "line %zu", line);
}

/* --- tags --- */

static uint16_t id_of(struct bk_k6_points *k, struct bk_k6_values *v,
                      struct bk_str value)
{
    if (value.len == 0)
        return 0;
    uintptr_t id = (uintptr_t)bk_map_get(&v->ids, value);
    if (id > 0)
        return (uint16_t)id;
    if (v->n == MAX_TAG_VALUES || value.len > LONGEST_NAME) {
        v->many = true;
        return BK_K6_MANY;
    }
    value = bk_dup(k->a, value);
    *BK_PUSH(k->a, v->items, v->n) = value;
    bk_map_put(k->a, &v->ids, value, (void *)(uintptr_t)v->n);
    return (uint16_t)v->n;
}

/* Without the tag (k6 before 0.31), by the rule that k6 has unless a script changes it:
 * statuses 200 to 399 are expected. */
static enum bk_k6_outcome outcome_of(const struct bk_k6_point *p)
{
    int64_t status;
    if (bk_is(p->tags[BK_K6_EXPECTED], "true"))
        return BK_K6_OUTCOME_OK;
    if (bk_is(p->tags[BK_K6_EXPECTED], "false"))
        return BK_K6_OUTCOME_FAILED;
    if (!bk_parse_int64(p->tags[BK_K6_STATUS], &status))
        return BK_K6_OUTCOME_UNKNOWN;
    return status >= 200 && status < 400 ? BK_K6_OUTCOME_OK : BK_K6_OUTCOME_FAILED;
}

static uint32_t add_set(struct bk_k6_points *k, const struct bk_k6_set *set,
                        struct bk_str key)
{
    if (k->n_sets == k->sets_cap) {
        k->sets_cap = k->sets_cap > 0 ? 2 * k->sets_cap : 16;
        k->sets = bk_realloc(k->sets, k->sets_cap * sizeof *k->sets);
    }
    k->sets[k->n_sets++] = *set;
    bk_map_put(k->a, &k->set_index, bk_dup(k->a, key), (void *)(uintptr_t)k->n_sets);
    return (uint32_t)(k->n_sets - 1);
}

static uint32_t find_set(struct bk_k6_points *k, const struct bk_k6_point *p)
{
    struct bk_k6_set set = {.outcome = outcome_of(p)};
    uint16_t bytes[BK_K6_SET_TAGS + 1] = {0};
    struct bk_str key = {(const char *)bytes, sizeof bytes};
    for (size_t i = 0; i < BK_K6_SET_TAGS; i++)
        bytes[i] = set.ids[i] = id_of(k, &k->values[i], p->tags[i]);
    bytes[BK_K6_SET_TAGS] = (uint16_t)set.outcome;
    uintptr_t found = (uintptr_t)bk_map_get(&k->set_index, key);
    if (found > 0)
        return (uint32_t)(found - 1);
    if (k->n_sets >= MAX_SETS) { /* then only the outcome counts */
        k->many_sets = true;
        memset(bytes, 0, sizeof bytes - sizeof *bytes);
        memset(set.ids, 0, sizeof set.ids);
        found = (uintptr_t)bk_map_get(&k->set_index, key);
        if (found > 0)
            return (uint32_t)(found - 1);
    }
    return add_set(k, &set, key);
}

/* The points of one request come together: their tags are compared before looked up. */
static uint32_t set_of(struct bk_k6_points *k, const struct bk_k6_point *p)
{
    bool same = k->has_last_set;
    for (size_t i = 0; same && i < BK_K6_CHECK; i++)
        same = bk_eq(p->tags[i], k->last_tags[i]);
    if (same)
        return k->last_set;
    k->last_set = find_set(k, p);
    k->has_last_set = true;
    for (size_t i = 0; i < BK_K6_CHECK; i++) {
        if (p->tags[i].len > LONGEST_NAME) {
            k->has_last_set = false;
            break;
        }
        bk_buf_clear(&k->last_bytes[i]);
        bk_buf_add(&k->last_bytes[i], p->tags[i]);
        k->last_tags[i] = bk_buf_str(&k->last_bytes[i]);
    }
    return k->last_set;
}

static void add_check(struct bk_k6_points *k, const struct bk_k6_point *p, size_t line)
{
    struct bk_str name = bk_upto(p->tags[BK_K6_CHECK], LONGEST_NAME);
    struct bk_k6_check *c = bk_map_get(&k->check_index, name);
    if (name.len == 0)
        return;
    if (c == NULL && k->n_checks == MAX_CHECKS) {
        k->more_checks++;
        return;
    }
    if (c == NULL) {
        c = bk_alloc(k->a, sizeof *c);
        c->name = bk_dup(k->a, name);
        c->first_line = line;
        bk_map_put(k->a, &k->check_index, c->name, c);
        *BK_PUSH(k->a, k->checks, k->n_checks) = c;
    }
    if (p->value > 0)
        c->passes++;
    else
        c->fails++;
    c->last_line = line;
}

/* --- time --- */

bool bk_k6_time(struct bk_str s, int64_t *ns)
{
    static const struct {
        int64_t below, scale;
    } units[] = {{INT64_C(100000000000), BK_NS_PER_S},
                 {INT64_C(100000000000000), INT64_C(1000000)},
                 {INT64_C(100000000000000000), INT64_C(1000)},
                 {INT64_MAX, 1}};
    int64_t x;
    if (!bk_parse_int64(s, &x))
        return bk_parse_iso(s, ns, NULL) && *ns >= 0 && *ns <= LATEST_NS;
    if (x < 0)
        return false;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (x >= units[i].below)
            continue;
        if (x > LATEST_NS / units[i].scale)
            return false;
        *ns = x * units[i].scale;
        return true;
    }
    return false;
}

/* The index of the point's second, or BK_K6_NO_SECOND. */
static uint32_t second_of(struct bk_k6_points *k, int64_t ns)
{
    int64_t i = (ns - k->origin_ns) / BK_NS_PER_S;
    if (ns < k->origin_ns || (uint64_t)i >= MAX_SECONDS) {
        k->off_timeline++;
        return BK_K6_NO_SECOND;
    }
    size_t need = (size_t)i + 1;
    if (need > k->n_seconds) {
        size_t n = need + need / 2 < MAX_SECONDS ? need + need / 2 : MAX_SECONDS;
        k->seconds = bk_realloc(k->seconds, n * sizeof *k->seconds);
        for (size_t j = k->n_seconds; j < n; j++)
            k->seconds[j] = (struct bk_k6_second){.vus = (double)NAN};
        k->n_seconds = n;
    }
    k->seconds[i].used = true;
    return (uint32_t)i;
}

static void take_time(struct bk_k6_points *k, const struct bk_k6_metric *m,
                      const struct bk_k6_point *p)
{
    int64_t begin = p->time_ns;
    if (k->first_ns == BK_NO_TIME) {
        k->first_ns = k->last_ns = k->begin_ns = p->time_ns;
        k->origin_ns = p->time_ns - SECONDS_BEFORE * BK_NS_PER_S;
    }
    if (p->time_ns < k->first_ns)
        k->first_ns = p->time_ns;
    if (p->time_ns > k->last_ns)
        k->last_ns = p->time_ns;
    if (p->time_ns % BK_NS_PER_S != 0)
        k->whole_seconds = false;
    /* points are stamped when what they measure ends */
    bool spans = m->role == BK_K6_LATENCY || m->role == BK_K6_ITERATION_TIME;
    if (spans && p->value > 0 && p->value * MS < (double)LATEST_NS)
        begin -= (int64_t)(p->value * MS);
    if (begin < k->begin_ns)
        k->begin_ns = begin;
}

/* --- points --- */

static void grow(struct bk_k6_metric *m)
{
    m->cap = m->cap > 0 ? m->cap + m->cap / 2 : FIRST_VALUES;
    m->values = bk_realloc(m->values, m->cap * sizeof *m->values);
    if (m->role == BK_K6_LATENCY || m->role == BK_K6_BY_OUTCOME)
        m->sets = bk_realloc(m->sets, m->cap * sizeof *m->sets);
    if (m->role == BK_K6_LATENCY)
        m->seconds = bk_realloc(m->seconds, m->cap * sizeof *m->seconds);
}

static bool keep_value(struct bk_k6_points *k, struct bk_k6_metric *m,
                       const struct bk_k6_point *p, uint32_t second, size_t line,
                       struct bk_err *err)
{
    if (m->n_values == MAX_VALUES)
        return bk_fail(err, BK_EINPUT, "line %zu: more than %zu values of %.*s", line,
                       MAX_VALUES, BK_F(m->name));
    if (m->n_values == m->cap)
        grow(m);
    m->values[m->n_values] = p->value;
    if (m->sets != NULL)
        m->sets[m->n_values] = set_of(k, p);
    if (m->seconds != NULL)
        m->seconds[m->n_values] = second;
    m->n_values++;
    return true;
}

static void add_to_second(struct bk_k6_second *s, const struct bk_k6_metric *m,
                          double value)
{
    switch (m->role) {
    case BK_K6_REQUESTS:
        s->requests += value;
        break;
    case BK_K6_FAILED:
        s->failed += value > 0;
        break;
    case BK_K6_ITERATIONS:
        s->iterations += value;
        break;
    case BK_K6_LATENCY:
        s->latency_sum += value;
        s->n_latencies++;
        break;
    case BK_K6_VUS:
        s->vus = value;
        break;
    case BK_K6_PLAIN:
    case BK_K6_BY_OUTCOME:
    case BK_K6_ITERATION_TIME:
    case BK_K6_CHECKS:
    case BK_K6_SETTING:
        break;
    }
}

static void add_to_set(struct bk_k6_points *k, const struct bk_k6_metric *m,
                       const struct bk_k6_point *p)
{
    if (m->role != BK_K6_REQUESTS && m->role != BK_K6_FAILED)
        return;
    size_t index = set_of(k, p); /* which may move the sets */
    struct bk_k6_set *set = &k->sets[index];
    if (m->role == BK_K6_REQUESTS) {
        set->requests += p->value;
    } else {
        set->rated++;
        set->failed += p->value > 0;
    }
}

bool bk_k6_points_add(struct bk_k6_points *k, const struct bk_k6_point *p, size_t line,
                      struct bk_err *err)
{
    struct bk_k6_metric *m = metric_of(k, p->metric, line, err);
    if (m == NULL)
        return false;
    k->n_points++;
    m->last_line = line;
    if (!isfinite(p->value)) {
        k->not_finite++;
        return true;
    }
    take_time(k, m, p);
    uint32_t second = second_of(k, p->time_ns);
    if (second != BK_K6_NO_SECOND)
        add_to_second(&k->seconds[second], m, p->value);
    add_to_set(k, m, p);
    if (m->role == BK_K6_CHECKS)
        add_check(k, p, line);
    if (m->n++ == 0)
        m->first_line = line;
    m->sum += p->value;
    m->min = fmin(m->min, p->value);
    m->max = fmax(m->max, p->value);
    m->last = p->value;
    m->above_zero += p->value > 0;
    return m->kind != BK_K6_TREND || keep_value(k, m, p, second, line, err);
}

void bk_k6_points_cut(struct bk_k6_points *k, size_t line)
{
    struct bk_finding *f =
        bk_run_finding(k->a, k->run, "truncated", BK_WARNING, BK_S("points"),
                       "line %zu, the last one, ends in the middle of a point: the "
                       "%zu points before it are used",
                       line, k->n_points);
    f->locator = bk_fmt(k->a, "line %zu", line);
}

bool bk_k6_points_send(struct bk_k6_points *k, struct bk_err *err)
{
    bk_k6_points_emit(k);
    return k->im->sink->run(k->im->sink, k->run, err);
}
