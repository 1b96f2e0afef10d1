/* The JSON lines of AIPerf (exporters of records): profile_export.jsonl has a request a
 * line, {"metadata": {"request_start_ns", ..}, "metrics": {NAME: {"value", "unit"}},
 * "error"}, from which the statistics of the run are computed as AIPerf computes them
 * (numpy: linear percentiles, the standard deviation of a population).
 * gpu_telemetry_export.jsonl has a reading of a GPU a line; the summary beside it holds
 * their statistics, so it is left alone. */
#include "aiperf.h"

#include "shared/emit.h"
#include "shared/json.h"
#include "shared/points.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../src/base/num.h"
#include "../src/stats/summary.h"

#define MAX_SERIES  ((size_t)64)
#define MAX_NUMBERS ((size_t)4000000) /* of all series: 32 MB */

struct series { /* one metric of all requests */
    struct bk_str name, unit;
    size_t metric; /* of the points */
    double *values;
    size_t n, cap;
    size_t first_line, last_line;
    struct series *next;
};

struct reader {
    const struct bk_importing *im;
    struct bk_arena *scratch; /* of the line in progress */
    struct series *series, **end;
    struct bk_map by_name; /* name and unit -> struct series */
    size_t n_series, numbers;
    size_t requests, ok, failed, cancelled, warm_up;
    int64_t started_ns, ended_ns;
    struct bk_points *points;
    int64_t time_ns; /* of the request in progress: its end */
    size_t line;
    bool truncated;
};

/* --- reading --- */

static bool too_many(const struct reader *r, struct bk_err *err)
{
    return bk_fail(err, BK_EINPUT,
                   "line %zu: more than %zu numbers, too many for one run", r->line,
                   MAX_NUMBERS);
}

static struct series *series_of(struct reader *r, struct bk_str name,
                                struct bk_str unit)
{
    struct bk_arena *a = r->im->arena;
    struct bk_str key = bk_fmt(r->scratch, "%.*s\n%.*s", BK_F(name), BK_F(unit));
    struct series *s = bk_map_get(&r->by_name, key);
    if (s != NULL || r->n_series == MAX_SERIES)
        return s;
    s = bk_alloc(a, sizeof *s);
    *s = (struct series){.name = bk_dup(a, bk_upto(name, AIPERF_LONGEST_NAME)),
                         .unit = bk_dup(a, bk_upto(unit, AIPERF_LONGEST_NAME)),
                         .first_line = r->line};
    bool latency = bk_is(s->name, "request_latency");
    s->metric = bk_points_metric(r->points, s->name, s->unit, BK_SAMPLE_TREND,
                                 latency ? BK_ROLE_LATENCY : BK_ROLE_NONE);
    bk_map_put(a, &r->by_name, bk_dup(a, key), s);
    *r->end = s;
    r->end = &s->next;
    r->n_series++;
    return s;
}

static bool add_number(struct reader *r, struct series *s, double value,
                       struct bk_err *err)
{
    if (++r->numbers > MAX_NUMBERS)
        return too_many(r, err);
    if (s->n == s->cap) {
        s->cap = s->cap == 0 ? 256 : s->cap * 2;
        s->values = bk_realloc(s->values, s->cap * sizeof *s->values);
    }
    s->values[s->n++] = value;
    s->last_line = r->line;
    size_t set = bk_points_set(r->points, "status", (struct bk_str){0}, BK_OUTCOME_OK);
    return bk_points_add(r->points, s->metric, set, r->time_ns, value, err);
}

/* Numbers; the lists (a time for each token) are left to the summary. */
static bool take_metrics(struct reader *r, const struct bk_json *metrics,
                         struct bk_err *err)
{
    for (const struct bk_json *m = metrics != NULL ? metrics->child : NULL; m != NULL;
         m = m->next) {
        const struct bk_json *v = bk_json_get(m, "value");
        if (v == NULL || v->type != BK_JSON_NUMBER || !isfinite(v->number))
            continue;
        struct series *s = series_of(r, m->key, bk_json_string(m, "unit"));
        if (s != NULL && !add_number(r, s, v->number, err))
            return false;
    }
    return true;
}

static int64_t nanoseconds(const struct bk_json *metadata, const char *key)
{
    const struct bk_json *v = bk_json_get(metadata, key);
    int64_t ns;
    if (v == NULL || v->type != BK_JSON_NUMBER || !bk_parse_int64(v->text, &ns) ||
        ns <= 0)
        return BK_NO_TIME;
    return ns;
}

static bool is_true(const struct bk_json *object, const char *key)
{
    const struct bk_json *v = bk_json_get(object, key);
    return v != NULL && v->type == BK_JSON_BOOL && v->boolean;
}

static bool take_request(struct reader *r, const struct bk_json *request,
                         struct bk_err *err)
{
    const struct bk_json *metadata = bk_json_get(request, "metadata");
    const struct bk_json *error = bk_json_get(request, "error");
    struct bk_str phase = bk_json_string(metadata, "benchmark_phase");
    int64_t start = nanoseconds(metadata, "request_start_ns");
    int64_t end = nanoseconds(metadata, "request_end_ns");
    if (metadata == NULL)
        return bk_fail(err, BK_EINPUT, "line %zu: no request: it has no metadata",
                       r->line);
    if (phase.len > 0 && !bk_is(phase, "profiling")) {
        r->warm_up++;
        return true;
    }
    r->requests++;
    if (start != BK_NO_TIME && (r->started_ns == BK_NO_TIME || start < r->started_ns))
        r->started_ns = start;
    if (end != BK_NO_TIME && end > r->ended_ns)
        r->ended_ns = end;
    r->cancelled += is_true(metadata, "was_cancelled");
    if ((error != NULL && error->type != BK_JSON_NULL) ||
        is_true(metadata, "was_cancelled")) {
        r->failed++;
        return true;
    }
    r->ok++;
    r->time_ns = end != BK_NO_TIME ? end : start != BK_NO_TIME ? start : 0;
    return take_metrics(r, bk_json_get(request, "metrics"), err);
}

static bool read_lines(struct reader *r, struct bk_input *in, struct bk_err *err)
{
    struct bk_arena_mark start = bk_arena_mark(r->scratch);
    struct bk_str line;
    bool more, cut;
    while (bk_input_line(in, &line, &r->line, &more, &cut, err)) {
        struct bk_err why = {0};
        if (!more)
            return true;
        if (bk_trim(line).len == 0)
            continue;
        const struct bk_json *request =
            bk_json_parse_line(r->scratch, line, BK_JSON_SPECIALS, r->line, &why);
        if (request == NULL && cut && r->requests > 0) {
            r->truncated = true;
            return true;
        }
        if (request == NULL)
            return bk_fail(err, why.code, "%s", why.msg);
        if (!take_request(r, request, err))
            return false;
        bk_arena_release(r->scratch, start);
    }
    return false;
}

/* --- records --- */

static void emit_stat(struct reader *r, struct bk_run *run, const struct series *s,
                      const char *stat, double value, const char *formula)
{
    struct bk_reading reading = {
        .name = s->name,
        .stat = bk_str(stat),
        .unit = strcmp(stat, "count") == 0 ? BK_S("") : s->unit,
        .has_value = true,
        .value = value,
        .half = 0,
        .origin = BK_DERIVED,
        .population = BK_POP_OK,
        .formula = bk_str(formula),
        .locator =
            bk_fmt(r->im->arena, "lines %zu to %zu", s->first_line, s->last_line),
    };
    bk_emit(r->im, run, &reading);
}

static void emit_series(struct reader *r, struct bk_run *run, struct series *s)
{
    static const struct {
        const char *stat;
        double q;
    } percentiles[] = {{"p1", 0.01},  {"p5", 0.05},    {"p10", 0.1}, {"p25", 0.25},
                       {"p50", 0.5},  {"p75", 0.75},   {"p90", 0.9}, {"p95", 0.95},
                       {"p99", 0.99}, {"p99.9", 0.999}};
    static const char linear[] = "linear between neighbours at q (n - 1)";
    double n = (double)s->n;
    bk_sort(s->values, s->n);
    emit_stat(r, run, s, "count", n, "number of requests");
    emit_stat(r, run, s, "mean", bk_mean(s->values, s->n), "sum / count");
    emit_stat(r, run, s, "stddev", sqrt(bk_sum_of_squares(s->values, s->n) / n),
              "sqrt(sum((x - mean)^2) / count)");
    emit_stat(r, run, s, "min", s->values[0], "smallest");
    emit_stat(r, run, s, "max", s->values[s->n - 1], "largest");
    for (size_t i = 0; i < sizeof percentiles / sizeof *percentiles; i++)
        emit_stat(r, run, s, percentiles[i].stat,
                  bk_percentile_linear(s->values, s->n, percentiles[i].q), linear);
}

/* Tokens of all requests. */
static void derive_tokens(struct reader *r, struct bk_run *run, const struct series *s)
{
    const char *metric = bk_is(s->name, "input_sequence_length")    ? "input_tokens"
                         : bk_is(s->name, "output_sequence_length") ? "output_tokens"
                                                                    : NULL;
    double sum = 0;
    if (metric == NULL || bk_run_find(run, metric, "value", "") != NULL)
        return;
    for (size_t i = 0; i < s->n; i++)
        sum += s->values[i];
    struct bk_measurement *m =
        bk_run_derive(r->im->arena, run, metric, "value", "1", sum,
                      bk_fmt(r->im->arena, "sum of %.*s", BK_F(s->name)).ptr);
    m->population = BK_POP_OK;
}

static void derive_counts(struct reader *r, struct bk_run *run)
{
    struct bk_arena *a = r->im->arena;
    bk_run_derive(a, run, "requests", "value", "1", (double)r->requests,
                  "number of records");
    bk_run_derive(a, run, "requests_ok", "value", "1", (double)r->ok,
                  "number of records without an error");
    bk_run_derive(a, run, "requests_failed", "value", "1", (double)r->failed,
                  "number of records with an error");
    if (r->started_ns == BK_NO_TIME || r->ended_ns <= r->started_ns)
        return;
    run->started_ns = r->started_ns;
    run->ended_ns = r->ended_ns;
    bk_run_derive(a, run, "duration", "value", "s",
                  (double)(r->ended_ns - r->started_ns) / (double)BK_NS_PER_S,
                  "last request_end_ns - first request_start_ns");
}

static void add_findings(struct reader *r, struct bk_run *run)
{
    struct bk_arena *a = r->im->arena;
    if (r->truncated) {
        struct bk_finding *f = bk_run_finding(
            a, run, "truncated", BK_WARNING, BK_S("records"),
            "the last line, %zu, is cut off; the requests before it count", r->line);
        f->locator = bk_line_locator(a, r->line);
    }
}

static bool emit(struct reader *r, struct bk_err *err)
{
    struct bk_run *run = bk_run_new(r->im->arena);
    run->think_time_s = (double)NAN;
    derive_counts(r, run);
    for (struct series *s = r->series; s != NULL; s = s->next) {
        emit_series(r, run, s);
        derive_tokens(r, run, s);
    }
    run->n_samples = r->requests;
    add_findings(r, run);
    bk_emit_derived(r->im, run);
    return bk_points_finish(r->points, run, err) &&
           r->im->sink->run(r->im->sink, run, err);
}

static bool is_telemetry(struct bk_str head)
{
    return bk_json_head_has_key(head, "telemetry_data") &&
           bk_json_head_has_key(head, "gpu_index") &&
           bk_json_head_has_key(head, "timestamp_ns");
}

bool aiperf_jsonl_import(struct bk_input *in, const struct bk_importing *im,
                         struct bk_err *err)
{
    if (is_telemetry(bk_trim(bk_input_head(in))))
        return bk_fail(err, BK_ESKIP,
                       "readings of GPUs, whose statistics stand in the summary "
                       "(profile_export_aiperf.json)");
    struct reader r = {
        .im = im, .scratch = bk_arena_new(), .started_ns = BK_NO_TIME, .ended_ns = 0};
    r.end = &r.series;
    r.points = bk_points_new(im);
    bool ok = bk_input_rewind(in, err) && read_lines(&r, in, err);
    if (ok && r.requests == 0)
        ok = bk_fail(err, r.warm_up > 0 ? BK_ESKIP : BK_EINPUT,
                     r.warm_up > 0 ? "only warm-up requests" : "line 1: no request");
    ok = ok && emit(&r, err);
    for (struct series *s = r.series; s != NULL; s = s->next)
        free(s->values);
    bk_arena_free(r.scratch);
    return ok;
}

int aiperf_jsonl_bid(struct bk_str head)
{
    struct bk_str line;
    if (!bk_next_line(&head, &line))
        return 0;
    if (is_telemetry(line))
        return 90;
    return bk_json_head_has_key(line, "request_start_ns") &&
                   bk_json_head_has_key(line, "metrics") &&
                   bk_json_head_has_key(line, "metadata")
               ? 92
               : 0;
}
