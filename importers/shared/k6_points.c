/* Collecting the points of a k6 run (see k6_points.h). */
#include "k6_points.h"

#include "../../src/base/num.h"
#include "k6_points_parts.h"
#include "points.h"

#include <math.h>
#include <string.h>

#define MAX_THRESHOLDS ((size_t)1000)
#define LATEST_NS      INT64_C(4000000000000000000) /* in 2096 */
#define MS             1e6                          /* ns */
#define EXACT_DIGITS   15 /* an integer of so many is a double */

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

static void free_samples(void *samples)
{
    bk_samples_free(samples);
}

struct bk_k6_points *bk_k6_points_new(const struct bk_importing *im)
{
    struct bk_k6_points *k = bk_alloc(im->arena, sizeof *k);
    k->im = im;
    k->a = im->arena;
    k->run = bk_run_new(im->arena);
    k->run->think_time_s = (double)NAN;
    k->samples = bk_samples_new();
    bk_samples_heed(k->samples, im->interrupt);
    bk_arena_defer(im->arena, free_samples, k->samples);
    k->columns = bk_samples_open(k->samples);
    k->last_metric = BK_NONE;
    k->time_ns = k->first_ns = k->last_ns = k->begin_ns = BK_NO_TIME;
    k->whole_seconds = true;
    return k;
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

/* What the samples are to know of a metric. */
static struct bk_sample_metric described(const struct bk_k6_points *k,
                                         const struct bk_k6_metric *m)
{
    static const enum bk_sample_kind kinds[] = {
        [BK_K6_TREND] = BK_SAMPLE_TREND,
        [BK_K6_COUNTER] = BK_SAMPLE_COUNTER,
        [BK_K6_RATE] = BK_SAMPLE_RATE,
        [BK_K6_GAUGE] = BK_SAMPLE_GAUGE,
    };
    static const enum bk_sample_role roles[] = {
        [BK_K6_REQUESTS] = BK_ROLE_REQUESTS,
        [BK_K6_FAILED] = BK_ROLE_FAILED,
        [BK_K6_LATENCY] = BK_ROLE_LATENCY,
        [BK_K6_ITERATIONS] = BK_ROLE_ITERATIONS,
        [BK_K6_ITERATION_TIME] = BK_ROLE_ITERATION_TIME,
        [BK_K6_VUS] = BK_ROLE_LOAD,
        [BK_K6_SETTING] = BK_ROLE_NONE,
    };
    struct bk_sample_metric about = bk_points_describe(k->im, m->name, m->unit);
    about.kind = kinds[m->kind];
    about.role = roles[m->role];
    return about;
}

static struct bk_k6_metric *add_metric(struct bk_k6_points *k, struct bk_str name,
                                       size_t line, struct bk_err *err)
{
    if (name.len == 0 || name.len > BK_K6_LONGEST_NAME ||
        k->n_metrics == BK_MAX_METRICS) {
        bk_fail(err, BK_EINPUT, "line %zu: %s", line,
                name.len == 0                   ? "a point without a metric"
                : name.len > BK_K6_LONGEST_NAME ? "the metric's name is too long"
                                                : "more metrics than a run of k6 has");
        return NULL;
    }
    struct bk_k6_metric *m = bk_alloc(k->a, sizeof *m);
    m->name = bk_dup(k->a, name);
    m->kind = BK_K6_TREND;
    m->first_line = line;
    set_own(m);
    struct bk_sample_metric about = described(k, m);
    m->index = m->next = (uint16_t)bk_samples_metric(k->samples, &about);
    bk_map_put(k->a, &k->metric_index, m->name, m);
    *BK_PUSH(k->a, k->metrics, k->n_metrics) = m;
    return m;
}

/* The points of one request come in one order of metrics: the one that followed the last
 * time is tried first. */
size_t bk_k6_points_metric(struct bk_k6_points *k, struct bk_str name, size_t line,
                           struct bk_err *err)
{
    struct bk_k6_metric *last = NULL;
    if (k->last_metric != BK_NONE) {
        last = k->metrics[k->last_metric];
        if (bk_eq(k->metrics[last->next]->name, name))
            return k->last_metric = last->next;
    }
    struct bk_k6_metric *m = bk_map_get(&k->metric_index, name);
    if (m == NULL)
        m = add_metric(k, name, line, err);
    if (m == NULL)
        return BK_NONE;
    if (last != NULL)
        last->next = m->index;
    return k->last_metric = m->index;
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
    size_t index = bk_k6_points_metric(k, metric, line, err);
    if (index == BK_NONE)
        return false;
    struct bk_k6_metric *m = k->metrics[index];
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
    struct bk_sample_metric about = described(k, m);
    bk_samples_set_metric(k->samples, index, &about);
    return true;
}

void bk_k6_points_threshold(struct bk_k6_points *k, struct bk_str metric,
                            struct bk_str rule, size_t line)
{
    if (k->run->n_thresholds == MAX_THRESHOLDS)
        return;
    struct bk_threshold *t = BK_PUSH(k->a, k->run->thresholds, k->run->n_thresholds);
    t->metric = bk_dup(k->a, bk_upto(metric, BK_K6_LONGEST_NAME));
    t->expression = bk_dup(k->a, bk_upto(rule, BK_K6_LONGEST_NAME));
    t->locator = bk_fmt(k->a, "line %zu", line);
}

/* --- time and numbers --- */

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

bool bk_k6_number(struct bk_str s, double *value)
{
    static const double powers[] = {1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                    1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
    bool negative = s.len > 0 && s.ptr[0] == '-';
    size_t i = negative, start = i, point = BK_NONE;
    uint64_t digits = 0;
    if (s.len > EXACT_DIGITS + 1 + start)
        return bk_parse_double_special(s, value);
    for (; i < s.len; i++) {
        unsigned digit = (unsigned)(unsigned char)s.ptr[i] - '0';
        if (digit <= 9)
            digits = digits * 10 + digit;
        else if (s.ptr[i] == '.' && point == BK_NONE && i > start)
            point = i;
        else
            return bk_parse_double_special(s, value);
    }
    if (i == start || point == s.len - 1 || digits >= UINT64_C(1000000000000000))
        return bk_parse_double_special(s, value);
    /* both are doubles: the quotient is rounded once */
    double x = (double)digits / (point == BK_NONE ? 1 : powers[s.len - 1 - point]);
    *value = negative ? -x : x;
    return true;
}

/* What changes with the time stamp only. */
static void take_time(struct bk_k6_points *k, int64_t ns)
{
    k->time_ns = ns;
    if (k->first_ns == BK_NO_TIME)
        k->first_ns = k->last_ns = k->begin_ns = ns;
    if (ns < k->first_ns)
        k->first_ns = ns;
    if (ns > k->last_ns)
        k->last_ns = ns;
    if (ns < k->begin_ns)
        k->begin_ns = ns;
    if (ns % BK_NS_PER_S != 0)
        k->whole_seconds = false;
}

/* Points are stamped when what they measure ends. */
static void take_span(struct bk_k6_points *k, const struct bk_k6_values *v)
{
    if (v->value <= 0 || v->value * MS >= (double)LATEST_NS)
        return;
    int64_t begin = v->time_ns - (int64_t)(v->value * MS);
    if (begin < k->begin_ns)
        k->begin_ns = begin;
}

/* --- points --- */

static void add_check(struct bk_k6_points *k, uint32_t check,
                      const struct bk_k6_values *v)
{
    if (check == 0)
        return;
    if (check == BK_K6_MORE_CHECKS) {
        k->more_checks++;
        return;
    }
    struct bk_k6_check *c = k->checks[check - 1];
    if (c->passes + c->fails <= 0)
        c->first_line = v->line;
    if (v->value > 0)
        c->passes++;
    else
        c->fails++;
    c->last_line = v->line;
}

bool bk_k6_points_add(struct bk_k6_points *k, size_t metric, struct bk_k6_tags tags,
                      const struct bk_k6_values *v, struct bk_err *err)
{
    struct bk_k6_metric *m = k->metrics[metric];
    k->n_points++;
    m->last_line = v->line;
    if (!isfinite(v->value)) {
        k->not_finite++;
        return true;
    }
    if (v->time_ns != k->time_ns)
        take_time(k, v->time_ns);
    if (m->role == BK_K6_LATENCY || m->role == BK_K6_ITERATION_TIME)
        take_span(k, v);
    else if (m->role == BK_K6_CHECKS)
        add_check(k, tags.check, v);
    if (m->n++ == 0)
        m->first_line = v->line;
    struct bk_sample_columns *c = k->columns;
    c->metrics[c->n] = (uint16_t)metric;
    c->sets[c->n] = tags.set;
    c->times_ns[c->n] = v->time_ns;
    c->values[c->n] = v->value;
    return ++c->n < c->room || bk_samples_flush(k->samples, err);
}

static void cut_at(struct bk_k6_points *k, size_t line, const char *how)
{
    struct bk_finding *f =
        bk_run_finding(k->a, k->run, "truncated", BK_WARNING, BK_S("points"),
                       "line %zu, the last one, %s: the %zu points before it are used",
                       line, how, k->n_points);
    f->locator = bk_fmt(k->a, "line %zu", line);
}

void bk_k6_points_cut(struct bk_k6_points *k, size_t line)
{
    cut_at(k, line, "ends in the middle of a point");
}

void bk_k6_points_cut_short(struct bk_k6_points *k, size_t line)
{
    cut_at(k, line, "is where the packed data end too soon");
}

bool bk_k6_points_send(struct bk_k6_points *k, struct bk_err *err)
{
    return bk_samples_finish(k->samples, err) && bk_k6_points_emit(k, err) &&
           k->im->sink->run(k->im->sink, k->run, err);
}
