/* Results of 'vllm bench latency --output-json' and of benchmark_latency.py before it
 * (https://github.com/vllm-project/vllm, vllm/benchmarks/latency.py): how long one batch
 * takes, in seconds, with the percentiles that the tool computed and every single
 * measurement.  Nothing in the file names the model or the batch. */
#include "importer.h"

#include "shared/emit.h"
#include "shared/points.h"
#include "shared/serving.h"

#include <math.h>

#define BID_SURE 95
#define METRIC   "request_latency"
#define LONGEST  1e8 /* s */

static int bid(const struct bk_input *in)
{
    static const char *const keys[] = {"avg_latency", "latencies", "percentiles"};
    unsigned found = bk_serving_keys(bk_input_head(in), keys, 3);
    return found == 7 ? BID_SURE : 0;
}

/* {"50": 1.2, "99": 1.4} */
static void take_percentiles(struct bk_serving *s, struct bk_run *run,
                             const struct bk_json *percentiles)
{
    struct bk_arena *a = s->im->arena;
    struct bk_str pointer = bk_fmt(a, "%.*s/percentiles", BK_F(s->place));
    for (const struct bk_json *c = percentiles->child; c != NULL; c = c->next) {
        struct bk_reading r = {
            .name = percentiles->key,
            .stat = bk_fmt(a, "p%.*s", BK_F(bk_upto(c->key, 8))),
            .text = c->text,
            .has_value = true,
            .value = c->number,
            .locator = bk_serving_pointer(s, pointer, c->key),
        };
        struct bk_measurement *m =
            c->type == BK_JSON_NUMBER ? bk_emit(s->im, run, &r) : NULL;
        if (m != NULL)
            m->source_name = bk_fmt(a, "percentiles.%.*s", BK_F(c->key));
    }
}

/* One behind the other: that is how the tool runs them. */
static bool add_points(struct bk_serving *s, struct bk_run *run,
                       const struct bk_json *latencies, struct bk_err *err)
{
    struct bk_points *points = bk_points_new(s->im);
    size_t metric = bk_points_metric(points, BK_S("latency"), BK_S("s"),
                                     BK_SAMPLE_TREND, BK_ROLE_LATENCY);
    double elapsed = 0;
    for (const struct bk_json *c = latencies->child; c != NULL; c = c->next) {
        if (c->type != BK_JSON_NUMBER || !(c->number >= 0 && c->number < LONGEST))
            continue;
        elapsed = fmin(elapsed + c->number, LONGEST);
        if (!bk_points_add(points, metric, 0, llround(elapsed * (double)BK_NS_PER_S),
                           c->number, err))
            return false;
    }
    return bk_points_finish(points, run, err);
}

static void take_latencies(struct bk_serving *s, struct bk_run *run,
                           const struct bk_json *latencies)
{
    struct bk_arena *a = s->im->arena;
    double min = (double)INFINITY, max = -(double)INFINITY;
    size_t n = 0;
    for (const struct bk_json *c = latencies->child; c != NULL; c = c->next) {
        if (c->type != BK_JSON_NUMBER || !isfinite(c->number))
            continue;
        min = fmin(min, c->number);
        max = fmax(max, c->number);
        n++;
    }
    if (n == 0)
        return;
    bk_run_derive(a, run, METRIC, "count", "1", (double)n, "number of latencies");
    bk_run_derive(a, run, METRIC, "min", "s", min, "least of latencies");
    bk_run_derive(a, run, METRIC, "max", "s", max, "greatest of latencies");
}

static void take_member(struct bk_serving *s, struct bk_run *run,
                        const struct bk_json *member)
{
    if (bk_serving_details(run, member)) {
        if (bk_is(member->key, "latencies"))
            take_latencies(s, run, member);
    } else if (bk_is(member->key, "percentiles")) {
        take_percentiles(s, run, member);
    } else {
        struct bk_serving_member m = {
            .name = member->key,
            .pointer = bk_serving_pointer(s, BK_S(""), member->key),
        };
        bk_serving_value(s, run, &m, member);
    }
}

static bool take(struct bk_serving *s, const struct bk_json *object, struct bk_err *err)
{
    double mean;
    if (!bk_json_number(object, "avg_latency", &mean))
        return bk_fail(err, BK_EINPUT, "line %zu: no result: there is no 'avg_latency'",
                       s->line);
    struct bk_run *run = bk_runs_add(s->im, &s->runs);
    const struct bk_json *latencies = bk_json_get(object, "latencies");
    return bk_serving_each(s, run, object, take_member, err) &&
           (latencies == NULL || latencies->n == 0 ||
            s->n_detailed++ >= BK_SERVING_DETAILED ||
            add_points(s, run, latencies, err));
}

static bool import(struct bk_input *in, const struct bk_importing *im,
                   struct bk_err *err)
{
    struct bk_serving s = {
        .im = im,
        .flags = BK_JSON_SPECIALS,
        .population = BK_POP_ALL,
        .take = take,
    };
    return bk_serving_read(&s, in, err);
}

const struct bk_importer bk_importer_vllm_latency = {
    .name = "vllm-latency",
    .title = "vLLM latency benchmark",
    .upstream = "benchmark_latency.py and vllm bench latency, --output-json",
    .gives = "runs",
    .example = "vllm bench latency --model Qwen/Qwen3-4B --output-json latency.json",
    .signature = "an object with avg_latency, latencies and percentiles",
    .traps = "All times are in seconds.\n"
             "The file does not say which model or batch it is about: use --model and "
             "--set.",
    .version = 2,
    .bid = bid,
    .import = import,
};
