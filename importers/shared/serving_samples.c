/* The single requests of a serving benchmark (--save-detailed of vLLM, --output-details
 * of SGLang) as samples: see bk_serving_samples in serving.h.
 *
 * The tree of a result has only the beginnings of long arrays, so they are read once
 * more, one after the other, from the text.  start_times are readings of a clock without
 * an origin (Python's time.perf_counter): the first request of the run is its second 0.
 * The tools keep no latency of a request; by their own bookkeeping (vllm/benchmarks/lib/
 * endpoint_request_func.py) it is the time to the first token and all times between
 * tokens together. */
#include "serving.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "json_events.h"
#include "points.h"

#define MAX_REQUESTS  ((size_t)1000000)
#define LONGEST_START 1e8 /* seconds behind the first request */
#define LONGEST_ERROR ((size_t)8)

struct request {
    double start, ttft, latency; /* s; NAN: not known */
    bool failed;
};

struct details {
    const struct bk_serving *s;
    struct bk_points *points;
    struct request *requests;
    size_t n;
    int64_t base_ns;      /* of the first start */
    bool timed, outcomes; /* the run has start_times, errors */
    size_t metric;        /* that is being read */
    struct bk_str name;   /* of its array */
};

/* --- arrays --- */

static bool all_of_it(void *of, struct bk_str *chunk, struct bk_err *err)
{
    struct bk_str *text = of;
    (void)err;
    *chunk = *text;
    *text = (struct bk_str){0};
    return true;
}

/* One value of an array, or of an array in it, with its request. */
typedef bool take_value(struct details *d, size_t request,
                        const struct bk_json_event *value, struct bk_err *err);

static bool read_array(struct details *d, const struct bk_json *array, take_value *take,
                       struct bk_err *err)
{
    struct bk_str text = bk_from(d->s->text, array->offset);
    const struct bk_json_source source = {all_of_it, &text};
    struct bk_json_events *e =
        bk_json_events_new(source, BK_JSON_SPECIALS, LONGEST_ERROR);
    struct bk_json_event event;
    size_t next = 0; /* request */
    bool ok, within = true;
    do {
        ok = bk_json_events_next(e, &event, err);
        if (!ok)
            break;
        within = event.kind != BK_JSON_CLOSE || event.depth > 0;
        next += event.depth == 1 && event.kind != BK_JSON_CLOSE;
        if (event.kind == BK_JSON_SCALAR && next > 0 && next <= d->n)
            ok = take(d, next - 1, &event, err);
    } while (ok && within);
    bk_json_events_free(e);
    return ok;
}

static double number_of(const struct bk_json_event *value)
{
    return value->type == BK_JSON_NUMBER ? value->number : (double)NAN;
}

/* --- points --- */

static int64_t time_at(const struct details *d, double s)
{
    bool known = d->timed && s >= 0 && s < LONGEST_START;
    return d->base_ns + (known ? llround(s * (double)BK_NS_PER_S) : 0);
}

static bool add_point(struct details *d, size_t request, double at, double value,
                      struct bk_err *err)
{
    const struct request *r = &d->requests[request];
    enum bk_outcome outcome = !d->outcomes ? BK_OUTCOME_UNKNOWN
                              : r->failed  ? BK_OUTCOME_FAILED
                                           : BK_OUTCOME_OK;
    size_t set = bk_points_set(d->points, "", (struct bk_str){0}, outcome);
    return bk_points_add(d->points, d->metric, set, time_at(d, at), value, err);
}

static bool take_error(struct details *d, size_t request,
                       const struct bk_json_event *value, struct bk_err *err)
{
    (void)err;
    d->requests[request].failed = value->type == BK_JSON_STRING && value->text.len > 0;
    return true;
}

static bool take_start(struct details *d, size_t request,
                       const struct bk_json_event *value, struct bk_err *err)
{
    (void)err;
    d->requests[request].start = number_of(value);
    return true;
}

/* A request that failed before its first token has 0 there: never measured. */
static bool take_ttft(struct details *d, size_t request,
                      const struct bk_json_event *value, struct bk_err *err)
{
    struct request *r = &d->requests[request];
    double ttft = number_of(value);
    if (!(ttft > 0))
        return true;
    r->ttft = r->latency = ttft;
    return add_point(d, request, r->start + ttft, ttft, err);
}

static bool take_itl(struct details *d, size_t request,
                     const struct bk_json_event *value, struct bk_err *err)
{
    struct request *r = &d->requests[request];
    double itl = number_of(value);
    r->latency += itl;
    return value->depth != 2 || add_point(d, request, r->start + r->latency, itl, err);
}

/* Where a whole request stands: at its start if it had no end. */
static double end_of(const struct request *r)
{
    return isnan(r->latency) ? r->start : r->start + r->latency;
}

static bool take_plain(struct details *d, size_t request,
                       const struct bk_json_event *value, struct bk_err *err)
{
    return add_point(d, request, end_of(&d->requests[request]), number_of(value), err);
}

/* One request. */
static bool take_count(struct details *d, size_t request,
                       const struct bk_json_event *value, struct bk_err *err)
{
    (void)value;
    return add_point(d, request, end_of(&d->requests[request]), 1, err);
}

static bool take_failure(struct details *d, size_t request,
                         const struct bk_json_event *value, struct bk_err *err)
{
    const struct request *r = &d->requests[request];
    (void)value;
    return add_point(d, request, end_of(r), r->failed ? 1 : 0, err);
}

/* --- a run --- */

static const struct bk_json *array_of(const struct bk_json *object, const char *key)
{
    const struct bk_json *array = bk_json_get(object, key);
    return array != NULL && array->type == BK_JSON_ARRAY && array->n > 0 ? array : NULL;
}

/* Counted from the first; without a number of each nothing is known of the others. */
static void settle_starts(struct details *d)
{
    double first = (double)INFINITY;
    for (size_t i = 0; i < d->n; i++)
        first = fmin(first, d->requests[i].start);
    for (size_t i = 0; i < d->n; i++)
        d->requests[i].start = d->timed ? d->requests[i].start - first : 0;
}

static bool read_requests(struct details *d, const struct bk_json *object,
                          struct bk_err *err)
{
    const struct bk_json *errors = array_of(object, "errors"),
                         *starts = array_of(object, "start_times");
    d->outcomes = errors != NULL;
    d->timed = starts != NULL;
    if ((errors != NULL && !read_array(d, errors, take_error, err)) ||
        (starts != NULL && !read_array(d, starts, take_start, err)))
        return false;
    settle_starts(d);
    return true;
}

static bool add_latencies(struct details *d, struct bk_err *err)
{
    d->metric =
        bk_points_metric(d->points, BK_S("ttfts + itls"), BK_S("s"), BK_SAMPLE_TREND,
                         d->timed ? BK_ROLE_LATENCY : BK_ROLE_NONE);
    for (size_t i = 0; i < d->n; i++) {
        const struct request *r = &d->requests[i];
        if (!add_point(d, i, r->start + r->latency, r->latency, err))
            return false;
    }
    return true;
}

static bool add_points(struct details *d, const struct bk_json *object,
                       struct bk_err *err)
{
    static const struct {
        const char *key, *unit;
        take_value *take;
        enum bk_sample_kind kind;
        enum bk_sample_role role;
    } lists[] = {
        /* the latency of a request is known behind the first two */
        {"ttfts", "s", take_ttft, BK_SAMPLE_TREND, BK_ROLE_NONE},
        {"itls", "s", take_itl, BK_SAMPLE_TREND, BK_ROLE_NONE},
        {"input_lens", "1", take_plain, BK_SAMPLE_TREND, BK_ROLE_NONE},
        {"output_lens", "1", take_plain, BK_SAMPLE_TREND, BK_ROLE_NONE},
        {"queue_times", "s", take_plain, BK_SAMPLE_TREND, BK_ROLE_NONE},
        {"start_times", "1", take_count, BK_SAMPLE_COUNTER, BK_ROLE_REQUESTS},
        {"errors", "ratio", take_failure, BK_SAMPLE_RATE, BK_ROLE_FAILED},
    };
    bool itls = false;
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        const struct bk_json *array = array_of(object, lists[i].key);
        if (array == NULL)
            continue;
        itls = itls || lists[i].take == take_itl;
        d->metric =
            bk_points_metric(d->points, bk_str(lists[i].key), bk_str(lists[i].unit),
                             lists[i].kind, d->timed ? lists[i].role : BK_ROLE_NONE);
        if (!read_array(d, array, lists[i].take, err))
            return false;
    }
    return !itls || add_latencies(d, err);
}

bool bk_serving_samples(struct bk_serving *s, struct bk_run *run,
                        const struct bk_json *object, struct bk_err *err)
{
    struct details d = {.s = s, .n = run->n_samples};
    if (array_of(object, "ttfts") == NULL && array_of(object, "output_lens") == NULL)
        return true;
    if (d.n > MAX_REQUESTS || s->n_detailed >= BK_SERVING_DETAILED) {
        bk_run_finding(
            s->im->arena, run, "samples-not-kept", BK_INFO, BK_S("requests"),
            "the single requests are not kept as samples: a run may have %zu "
            "of them, and a file %zu such runs",
            MAX_REQUESTS, BK_SERVING_DETAILED);
        return true;
    }
    s->n_detailed++;
    d.points = bk_points_new(s->im);
    d.base_ns = run->started_ns != BK_NO_TIME ? run->started_ns : 0;
    d.requests = bk_realloc(NULL, d.n * sizeof *d.requests);
    for (size_t i = 0; i < d.n; i++)
        d.requests[i] = (struct request){(double)NAN, (double)NAN, (double)NAN, false};
    bool ok = read_requests(&d, object, err) && add_points(&d, object, err) &&
              bk_points_finish(d.points, run, err);
    free(d.requests);
    return ok;
}
