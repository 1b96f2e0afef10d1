/* The results of NVIDIA's AIPerf (https://github.com/ai-dynamo/aiperf, src/aiperf/
 * exporters) and of genai-perf before it (triton-inference-server/perf_analyzer).
 *
 * profile_export_aiperf.json and *_genai_perf.json hold an object a metric: {"unit":
 * "ms", "avg": .., "p99": ..}; the unit is always stated and always used.  Beside them
 * stand input_config, was_cancelled, error_summary and the telemetry of GPUs
 * (telemetry_data, in genai-perf telemetry_stats).  A version before the first release
 * keeps the metrics under "records", by their titles.  CSV and JSON lines are in
 * aiperf_csv.c, aiperf_jsonl.c and
 * aiperf_console.c. */
#include "aiperf.h"

#include "shared/emit.h"
#include "shared/json.h"

#include <math.h>
#include <string.h>

#include "../src/base/num.h"

#define MAX_TEXT       ((size_t)64 * 1024 * 1024)
#define MAX_METRICS    ((size_t)2000)
#define MAX_STATS      ((size_t)200)   /* of a metric */
#define MAX_NUMBERS    ((size_t)50000) /* of a result */
#define MAX_GPUS       ((size_t)1024)
#define MAX_DUPLICATES 100

struct profile {
    const struct bk_importing *im;
    struct bk_arena *a;
    const struct bk_json *root;
    struct bk_run *run;
};

struct bk_str aiperf_split_unit(struct bk_str header, struct bk_str *unit)
{
    header = bk_trim(header);
    size_t open = bk_rfind_char(header, '(');
    *unit = (struct bk_str){0};
    if (open == BK_NONE || open == 0 || header.ptr[header.len - 1] != ')')
        return header;
    *unit = bk_trim(bk_upto(bk_from(header, open + 1), header.len - open - 2));
    if (bk_is(*unit, "count") || bk_is(*unit, "per sec"))
        *unit = (struct bk_str){0};
    return bk_trim(bk_upto(header, open));
}

/* --- metrics --- */

static bool is_number(const struct bk_json *v)
{
    return v != NULL && v->type == BK_JSON_NUMBER && isfinite(v->number);
}

/* Every number of a metric, under the metric's unit. */
static void emit_metric(struct profile *p, const struct bk_json *metric,
                        struct bk_str name, struct bk_str scope)
{
    struct bk_str unit = bk_json_string(metric, "unit");
    if (bk_is(unit, "count") || bk_is(unit, "per sec"))
        unit = (struct bk_str){0};
    if (metric->n > MAX_STATS)
        return;
    for (const struct bk_json *v = metric->child;
         v != NULL && p->run->n_measurements < MAX_NUMBERS; v = v->next) {
        if (!is_number(v) || bk_json_get(metric, bk_cstr(p->a, v->key)) != v)
            continue;
        struct bk_reading r = {
            .name = bk_upto(name, AIPERF_LONGEST_NAME),
            .stat = bk_upto(v->key, AIPERF_LONGEST_NAME),
            .scope = scope,
            .unit = unit,
            .text = v->text,
            .has_value = true,
            .value = v->number,
            .half = 0, /* all digits are printed */
            .population = BK_POP_OK,
            .locator = bk_json_pointer(p->a, p->root, v),
        };
        bk_emit(p->im, p->run, &r);
    }
}

static bool is_metric(const struct bk_json *v)
{
    return v->type == BK_JSON_OBJECT && bk_json_string(v, "unit").ptr != NULL;
}

static bool emit_metrics(struct profile *p, const struct bk_json *object,
                         struct bk_err *err)
{
    if (object->n > MAX_METRICS)
        return bk_fail(err, BK_EINPUT, "line %zu: %zu members, more than a result has",
                       object->line, object->n);
    for (const struct bk_json *m = object->child; m != NULL; m = m->next) {
        if (is_metric(m) && bk_json_get(object, bk_cstr(p->a, m->key)) == m)
            emit_metric(p, m, m->key, (struct bk_str){0});
    }
    return true;
}

/* --- telemetry --- */

/* GPUs that were seen. */
struct gpus {
    struct bk_map scopes; /* their scopes */
    size_t n;
    struct bk_str name; /* of all of them */
    bool mixed;
};

/* Two machines each have a GPU 0, and two endpoints may tell of one GPU: what comes later
 * has its endpoint in the scope. */
static struct bk_str gpu_scope(struct profile *p, struct gpus *all, struct bk_str index,
                               struct bk_str endpoint)
{
    struct bk_str scope = bk_fmt(p->a, "{gpu:%.*s}", BK_F(index));
    if (bk_map_get(&all->scopes, scope) != NULL)
        scope = bk_fmt(p->a, "{gpu:%.*s,endpoint:%.*s}", BK_F(index), BK_F(endpoint));
    bk_map_put(p->a, &all->scopes, scope, all);
    all->n++;
    return scope;
}

static void take_gpu(struct profile *p, struct gpus *all, const struct bk_json *gpu,
                     struct bk_str endpoint)
{
    const struct bk_json *index = bk_json_get(gpu, "gpu_index");
    struct bk_str number = index != NULL && is_number(index) ? index->text : gpu->key;
    struct bk_str name = bk_json_string(gpu, "gpu_name");
    struct bk_str scope = gpu_scope(p, all, bk_upto(number, AIPERF_LONGEST_NAME),
                                    bk_upto(endpoint, AIPERF_LONGEST_NAME));
    const struct bk_json *metrics = bk_json_get(gpu, "metrics");
    if (metrics != NULL && metrics->n > MAX_METRICS)
        return;
    for (const struct bk_json *m = metrics != NULL ? metrics->child : NULL; m != NULL;
         m = m->next) {
        if (is_metric(m))
            emit_metric(p, m, m->key, scope);
    }
    all->mixed = all->mixed || (all->name.len > 0 && !bk_eq(all->name, name));
    all->name = name;
}

static void take_telemetry(struct profile *p, const struct bk_json *telemetry)
{
    struct gpus all = {0};
    const struct bk_json *endpoints = bk_json_get(telemetry, "endpoints");
    for (const struct bk_json *e = endpoints != NULL ? endpoints->child : NULL;
         e != NULL; e = e->next) {
        const struct bk_json *gpus = bk_json_get(e, "gpus");
        for (const struct bk_json *g = gpus != NULL ? gpus->child : NULL;
             g != NULL && all.n < MAX_GPUS; g = g->next)
            take_gpu(p, &all, g, e->key);
    }
    if (all.name.len > 0 && !all.mixed)
        p->run->hardware = bk_dup(p->a, all.name);
}

/* genai-perf: {"gpu_power_usage": {"unit": "W", "gpu0": {"avg": ..}}}. */
static void take_telemetry_stats(struct profile *p, const struct bk_json *telemetry)
{
    for (const struct bk_json *m = telemetry->n <= MAX_METRICS ? telemetry->child
                                                               : NULL;
         m != NULL; m = m->next) {
        struct bk_str unit = bk_json_string(m, "unit");
        for (const struct bk_json *g = m->n <= MAX_GPUS ? m->child : NULL; g != NULL;
             g = g->next) {
            if (g->type != BK_JSON_OBJECT)
                continue;
            struct bk_str key = bk_upto(g->key, AIPERF_LONGEST_NAME);
            bool numbered = bk_starts(key, BK_S("gpu")) && key.len > 3;
            struct bk_json copy = *g;
            struct bk_json unit_node = {.type = BK_JSON_STRING,
                                        .key = BK_S("unit"),
                                        .text = unit,
                                        .next = g->child};
            copy.child = &unit_node;
            emit_metric(
                p, &copy, m->key,
                bk_fmt(p->a, "{gpu:%.*s}", BK_F(numbered ? bk_from(key, 3) : key)));
        }
    }
}

/* --- how requests ended --- */

static void derive_failures(struct profile *p)
{
    const struct bk_json *errors = bk_json_get(p->root, "error_summary");
    double failed = 0, n;
    if (errors == NULL || errors->type != BK_JSON_ARRAY ||
        bk_run_find(p->run, "requests_failed", "value", "") != NULL)
        return;
    for (const struct bk_json *e = errors->child; e != NULL; e = e->next) {
        if (bk_json_number(e, "count", &n) && n >= 0 && n < 1e15)
            failed += n;
    }
    bk_run_derive(p->a, p->run, "requests_failed", "value", "1", failed,
                  "sum of error_summary");
}

/* The tool counts completed requests only. */
static void add_ok_throughput(const struct bk_importing *im, struct bk_run *run)
{
    const struct bk_measurement *m =
        bk_run_find(run, "request_throughput", "value", "");
    if (m == NULL || m->origin != BK_REPORTED ||
        bk_run_find(run, "ok_throughput", "value", "") != NULL)
        return;
    struct bk_measurement copy = *m;
    copy.metric = BK_S("ok_throughput");
    *bk_run_measure(im->arena, run) = copy;
}

void aiperf_finish(const struct bk_importing *im, struct bk_run *run)
{
    run->think_time_s = (double)NAN;
    add_ok_throughput(im, run);
    bk_emit_drop_zero_latency(im, run);
    bk_emit_derived(im, run);
}

bool aiperf_send(const struct bk_importing *im, struct bk_run *run, struct bk_err *err)
{
    aiperf_finish(im, run);
    return im->sink->run(im->sink, run, err);
}

/* --- context --- */

#define MAX_PLACES 6

/* Where versions keep a setting, below input_config. */
static const struct setting {
    const char *param; /* NULL: the model */
    const char *places[MAX_PLACES];
} settings[] = {
    {NULL,
     {"/endpoint/model_names/0", "/models/items/0/name", "/models/0", "/model_names/0",
      "/model/0", "/model"}},
    {"concurrency",
     {"/loadgen/concurrency", "/perf_analyzer/stimulus/concurrency", "/concurrency",
      "/phases/0/concurrency"}},
    {"request_rate",
     {"/loadgen/request_rate", "/perf_analyzer/stimulus/request_rate", "/request_rate",
      "/phases/0/rate"}},
    {"num_prompts", {"/loadgen/request_count", "/request_count", "/phases/0/requests"}},
    {"input_len",
     {"/input/prompt/input_tokens/mean", "/input/synthetic_tokens/mean",
      "/synthetic_input_tokens_mean"}},
    {"output_len",
     {"/input/prompt/output_tokens/mean", "/input/output_tokens/mean",
      "/output_tokens_mean"}},
    {"endpoint_type", {"/endpoint/type", "/endpoint_type"}},
};

static bool take_setting(struct profile *p, const struct setting *s,
                         const struct bk_json *v)
{
    char out[32];
    if (v == NULL || (v->type != BK_JSON_STRING && v->type != BK_JSON_NUMBER) ||
        v->text.len == 0)
        return false;
    if (s->param == NULL) {
        p->run->model = bk_dup(p->a, bk_upto(bk_trim(v->text), AIPERF_LONGEST_NAME));
        return v->type == BK_JSON_STRING;
    }
    if (v->type == BK_JSON_NUMBER && !(v->number > 0 && isfinite(v->number)))
        return false; /* -1: not set */
    struct bk_str value = bk_upto(v->text, AIPERF_LONGEST_NAME);
    if (v->type == BK_JSON_NUMBER)
        value = (struct bk_str){out, bk_format_double(v->number, out)};
    bk_run_param(p->a, p->run, bk_str(s->param), bk_dup(p->a, value),
                 bk_json_pointer(p->a, p->root, v));
    return true;
}

static void take_settings(struct profile *p, const struct bk_json *config)
{
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
        const struct setting *s = &settings[i];
        for (size_t k = 0; k < MAX_PLACES && s->places[k] != NULL; k++) {
            if (take_setting(p, s, bk_json_at(config, bk_str(s->places[k]))))
                break;
        }
    }
}

static void take_time(struct profile *p, const char *key, int64_t *ns)
{
    struct bk_str text = bk_json_string(p->root, key);
    bool zoned;
    int64_t parsed;
    if (!bk_parse_iso(bk_trim(text), &parsed, &zoned))
        return;
    *ns = parsed;
    if (!zoned && ns == &p->run->started_ns)
        p->run->started_text = bk_dup(p->a, bk_trim(text));
}

static void take_context(struct profile *p)
{
    const struct bk_json *cancelled = bk_json_get(p->root, "was_cancelled");
    const struct bk_json *telemetry = bk_json_get(p->root, "telemetry_data");
    const struct bk_json *stats = bk_json_get(p->root, "telemetry_stats");
    take_time(p, "start_time", &p->run->started_ns);
    take_time(p, "end_time", &p->run->ended_ns);
    take_settings(p, bk_json_get(p->root, "input_config"));
    if (telemetry != NULL)
        take_telemetry(p, telemetry);
    if (stats != NULL && stats->type == BK_JSON_OBJECT)
        take_telemetry_stats(p, stats);
    if (cancelled != NULL && cancelled->type == BK_JSON_BOOL && cancelled->boolean) {
        p->run->invalid = true;
        p->run->invalid_why = BK_S("the tool says that the run was cancelled");
    }
}

static bool note_duplicates(struct profile *p, const struct bk_json **duplicates,
                            struct bk_err *err)
{
    for (size_t i = 0; duplicates[i] != NULL; i++) {
        if (i == MAX_DUPLICATES)
            return bk_fail(err, BK_EINPUT, "line %zu: more than %d keys stand twice",
                           duplicates[i]->line, MAX_DUPLICATES);
        struct bk_str pointer = bk_json_pointer(p->a, p->root, duplicates[i]);
        struct bk_finding *f = bk_run_finding(
            p->a, p->run, "duplicate-key", BK_WARNING, pointer,
            "the key '%.*s' stands twice in one object; the last one, on line %zu, is "
            "used",
            BK_F(bk_upto(duplicates[i]->key, AIPERF_LONGEST_NAME)),
            duplicates[i]->line);
        f->locator = pointer;
    }
    return true;
}

/* --- the file --- */

/* What AIPerf makes of several runs, or of the parts of one, beside the runs' own
 * results. */
static const char *summary_of_runs(const struct bk_json *root)
{
    if (bk_json_at(root, BK_S("/metadata/aggregation_type")) != NULL ||
        bk_json_get(root, "aggregation_type") != NULL)
        return "statistics over several runs, whose own results count";
    return bk_json_get(root, "timeslices") != NULL
               ? "parts of a run, whose result as a whole counts"
               : NULL;
}

static bool import_json(struct bk_input *in, const struct bk_importing *im,
                        struct bk_err *err)
{
    struct bk_str text;
    const struct bk_json **duplicates;
    struct profile p = {.im = im, .a = im->arena, .run = bk_run_new(im->arena)};
    if (!bk_input_text(in, MAX_TEXT, &text, err))
        return false;
    p.root = bk_json_parse(im->arena, text, BK_JSON_SPECIALS, NULL, &duplicates, err);
    if (p.root == NULL)
        return false;
    const char *other = summary_of_runs(p.root);
    if (other != NULL)
        return bk_fail(err, BK_ESKIP, "%s", other);
    const struct bk_json *records = bk_json_get(p.root, "records");
    bool before_release = records != NULL && records->type == BK_JSON_OBJECT;
    if (p.root->type != BK_JSON_OBJECT)
        return bk_fail(err, BK_EINPUT, "line %zu: no object: no result of aiperf",
                       p.root->line);
    if (!note_duplicates(&p, duplicates, err) ||
        !emit_metrics(&p, before_release ? records : p.root, err))
        return false;
    if (p.run->n_measurements == 0)
        return bk_fail(err, BK_EINPUT, "line %zu: no metric with a unit and numbers",
                       p.root->line);
    take_context(&p);
    if (p.run->n_measurements >= MAX_NUMBERS)
        return bk_fail(err, BK_EINPUT, "line %zu: more than %zu numbers", p.root->line,
                       MAX_NUMBERS);
    derive_failures(&p);
    return aiperf_send(im, p.run, err);
}

static bool begins_with_object(struct bk_str head)
{
    return head.len > 0 && head.ptr[0] == '{';
}

static bool import(struct bk_input *in, const struct bk_importing *im,
                   struct bk_err *err)
{
    struct bk_str head = bk_trim(bk_input_head(in));
    if (!begins_with_object(head))
        return aiperf_csv_bid(head) == 0 && aiperf_console_bid(head) > 0
                   ? aiperf_console_import(in, im, err)
                   : aiperf_csv_import(in, im, err);
    return aiperf_jsonl_bid(head) > 0 ? aiperf_jsonl_import(in, im, err)
                                      : import_json(in, im, err);
}

static int bid_json(struct bk_str head)
{
    static const char *const own[] = {
        "request_latency",     "request_throughput",      "time_to_first_token",
        "inter_token_latency", "output_token_throughput", "output_sequence_length",
        "request_count",       "Request Latency",         "Request Throughput",
        "Time to First Token", "Inter Token Latency",     "Output Token Throughput",
    };
    size_t known = 0;
    if (!bk_json_head_has_key(head, "unit"))
        return bk_json_head_has_key(head, "aggregation_type") &&
                       bk_has(head, BK_S("aiperf"))
                   ? 85
                   : 0;
    bool several = bk_json_head_has_key(head, "aggregation_type");
    if (!bk_json_head_has_key(head, "avg") && !several)
        return 0;
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        known += bk_json_head_has_key(head, own[i]);
    if (several)
        return bk_json_head_has_key(head, "ci_low") ? 85 : 0;
    if (known >= 2 || (known == 1 && bk_json_head_has_key(head, "input_config")))
        return 92;
    return 0;
}

static int bid(const struct bk_input *in)
{
    struct bk_str head = bk_trim(bk_input_head(in));
    if (!begins_with_object(head)) {
        int tables = aiperf_csv_bid(head);
        return tables > 0 ? tables : aiperf_console_bid(head);
    }
    int lines = aiperf_jsonl_bid(head);
    return lines > 0 ? lines : bid_json(head);
}

const struct bk_importer bk_importer_aiperf = {
    .name = "aiperf",
    .title = "AIPerf or genai-perf result",
    .upstream = "AIPerf 0.1 to 0.8 and genai-perf: profile_export JSON, CSV, JSON "
                "lines, and the tables of the console",
    .gives = "one run, with telemetry of GPUs; of a console's text one for each table",
    .example = "aiperf profile --model NAME --url URL --concurrency 8",
    .signature = "a JSON object of metrics that each have a unit and an average, "
                 "beside input_config; the header of its CSV; JSON lines with metadata "
                 "and metrics of a request; a table in box-drawing characters under "
                 "\"NVIDIA AIPerf | LLM Metrics\"",
    .traps =
        "The unit that stands beside a number is always used, whatever the name says.\n"
        "Of a CSV with several tables each is read under its own header; numbers may "
        "have separators of thousands.\n"
        "request_throughput counts requests that succeeded: it becomes ok_throughput "
        "too.",
    .version = 1,
    .bid = bid,
    .import = import,
};
