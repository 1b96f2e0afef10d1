/* The report of GuideLLM (https://github.com/vllm-project/guidellm, src/guidellm/
 * benchmark), 0.2 to 0.8, as JSON: {"benchmarks": [{..}, ..]}, each benchmark a run.
 *
 * Three generations, told apart by structure:
 *   - 0.2, 0.3: benchmark {args {strategy, profile}, worker, request_loader,
 *     request_totals, metrics};
 *   - 0.4 in the making: benchmark {scheduler {strategy}, benchmarker {backend}, ..};
 *   - 0.4 and later: benchmark {config {strategy, backend}, scheduler_metrics, metrics
 *     {request_totals, ..}}, and metadata, args or config beside the benchmarks.
 * A metric is a distribution for each of successful, errored, incomplete and total; one
 * without observations is all zeros.  Requests with their prompts make up most of a
 * file: the text is read as a stream and they are never kept. */
#include "importer.h"

#include "shared/emit.h"
#include "shared/json_events.h"
#include "shared/runs.h"

#include <math.h>
#include <string.h>

#include "../src/base/num.h"

#define MAX_VALUES     ((size_t)300000) /* kept of a report, 30 MB */
#define MAX_STRING     ((size_t)4096)
#define MAX_BENCHMARKS ((size_t)2000)
#define MAX_NUMBERS    ((size_t)5000) /* of a benchmark */
#define MAX_NESTING    4              /* of groups of metrics */
#define LONGEST_NAME   ((size_t)200)

struct report {
    const struct bk_importing *im;
    struct bk_arena *a;
    const struct bk_json *root;
};

struct benchmark {
    const struct report *of;
    struct bk_run *run;
    struct bk_str pointer; /* "/benchmarks/0" */
    bool all_ended;        /* no request was cut off by the end of the benchmark */
};

/* --- what is read --- */

/* Whole requests, samples of them, and the curves of distributions. */
static bool wanted(const struct bk_json_path *path)
{
    static const char *const large[] = {
        "pdf",
        "cumulative_distribution_function",
        "request_samples",
        "api_routes",
        "attributes",
        "scheduler_state",
    };
    if (path->depth == 3 && bk_is(path->key, "requests"))
        return false;
    for (size_t i = 0; i < sizeof large / sizeof *large; i++) {
        if (bk_is(path->key, large[i]))
            return false;
    }
    return true;
}

static bool next_chunk(void *of, struct bk_str *chunk, struct bk_err *err)
{
    return bk_input_chunk(of, chunk, err);
}

/* --- metrics --- */

static const struct group {
    const char *name, *scope;
    enum bk_population population;
} groups[] = {
    {"successful", "", BK_POP_OK},
    {"errored", "failed", BK_POP_UNKNOWN},
    {"incomplete", "{status:incomplete}", BK_POP_UNKNOWN},
    {"total", "{status:total}", BK_POP_ALL},
};

static const struct stat {
    const char *name, *stat;
} stats[] = {
    {"mean", "mean"}, {"median", "p50"}, {"mode", "mode"},   {"std_dev", "stddev"},
    {"min", "min"},   {"max", "max"},    {"count", "count"}, {"total_sum", "sum"},
};

/* p001 is the 0.1th percentile, not the first. */
static const struct stat percentiles[] = {
    {"p001", "p0.1"}, {"p01", "p1"},  {"p05", "p5"},     {"p10", "p10"},
    {"p25", "p25"},   {"p50", "p50"}, {"p75", "p75"},    {"p90", "p90"},
    {"p95", "p95"},   {"p99", "p99"}, {"p999", "p99.9"},
};

struct distribution {
    struct bk_str name;    /* "time_to_first_token_ms", "text.tokens.input" */
    struct bk_str pointer; /* of the group */
    const struct bk_json *values;
    const struct group *group;
};

static bool is_number(const struct bk_json *v)
{
    return v != NULL && v->type == BK_JSON_NUMBER && isfinite(v->number);
}

static void emit_value(struct benchmark *b, const struct distribution *d,
                       const struct bk_json *v, const char *stat, const char *below)
{
    struct bk_arena *a = b->of->a;
    struct bk_reading r = {
        .name = d->name,
        .stat = bk_str(stat),
        .scope = bk_str(d->group->scope),
        .text = v->text,
        .has_value = true,
        .value = v->number,
        .half = 0, /* all digits are printed */
        .population = d->group->population,
        .locator = bk_fmt(a, "%.*s%s/%.*s", BK_F(d->pointer), below, BK_F(v->key)),
    };
    struct bk_measurement *m = bk_emit(b->of->im, b->run, &r);
    if (m != NULL)
        m->source_name =
            bk_fmt(a, "%.*s.%s.%.*s", BK_F(d->name), d->group->name, BK_F(v->key));
}

static void emit_stats(struct benchmark *b, const struct distribution *d)
{
    bool has_p50 = is_number(bk_json_get(bk_json_get(d->values, "percentiles"), "p50"));
    for (size_t i = 0; i < sizeof stats / sizeof *stats; i++) {
        const struct bk_json *v = bk_json_get(d->values, stats[i].name);
        bool twice = has_p50 && strcmp(stats[i].stat, "p50") == 0;
        if (is_number(v) && !twice)
            emit_value(b, d, v, stats[i].stat, "");
    }
    const struct bk_json *list = bk_json_get(d->values, "percentiles");
    for (size_t i = 0; i < sizeof percentiles / sizeof *percentiles; i++) {
        const struct bk_json *v = bk_json_get(list, percentiles[i].name);
        if (is_number(v))
            emit_value(b, d, v, percentiles[i].stat, "/percentiles");
    }
}

static bool is_zero(const struct bk_json *object, const char *key)
{
    double value;
    return !bk_json_number(object, key, &value) || (value <= 0 && value >= 0);
}

/* Nothing was observed: the zeros are no numbers. */
static bool is_empty(const struct bk_json *values)
{
    return values == NULL || values->type != BK_JSON_OBJECT ||
           (is_zero(values, "count") && is_zero(values, "mean") &&
            is_zero(values, "max") && is_zero(values, "min"));
}

static bool same_count(const struct bk_json *x, const struct bk_json *y)
{
    double m, n;
    return bk_json_number(x, "count", &m) && bk_json_number(y, "count", &n) &&
           fabs(m - n) < 0.5;
}

/* The rate at which requests ended, well or not: of all of them. */
static void emit_all_rate(struct benchmark *b, const struct distribution *d)
{
    const struct bk_json *mean = bk_json_get(d->values, "mean");
    if (!b->all_ended || !is_number(mean) || !bk_is(d->name, "requests_per_second"))
        return;
    struct distribution all = *d;
    static const struct group of_all = {"total", "", BK_POP_ALL};
    all.name = BK_S("requests_per_second.total");
    all.group = &of_all;
    emit_value(b, &all, mean, "mean", "");
}

static void emit_metric(struct benchmark *b, const struct bk_json *metric,
                        struct bk_str name, struct bk_str pointer)
{
    const struct bk_json *ok = bk_json_get(metric, "successful");
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++) {
        struct distribution d = {
            .name = name,
            .pointer = bk_fmt(b->of->a, "%.*s/%s", BK_F(pointer), groups[i].name),
            .values = bk_json_get(metric, groups[i].name),
            .group = &groups[i],
        };
        if (is_empty(d.values))
            continue;
        bool total = bk_is(BK_S("total"), groups[i].name);
        if (total)
            emit_all_rate(b, &d);
        if (total && ok != NULL && same_count(ok, d.values))
            continue; /* the same requests once more */
        emit_stats(b, &d);
    }
}

static bool is_distribution(const struct bk_json *v)
{
    const struct bk_json *ok = bk_json_get(v, "successful");
    return ok != NULL && bk_json_get(v, "total") != NULL &&
           (ok->type == BK_JSON_OBJECT || ok->type == BK_JSON_NULL);
}

/* Distributions by name, in groups ("text", "tokens") since 0.4. */
static void emit_metrics(struct benchmark *b, const struct bk_json *object,
                         struct bk_str prefix, struct bk_str pointer, int depth)
{
    struct bk_arena *a = b->of->a;
    for (const struct bk_json *m = object != NULL ? object->child : NULL;
         m != NULL && b->run->n_measurements <= MAX_NUMBERS; m = m->next) {
        struct bk_str key = bk_upto(m->key, LONGEST_NAME);
        struct bk_str name =
            prefix.len > 0 ? bk_fmt(a, "%.*s.%.*s", BK_F(prefix), BK_F(key)) : key;
        struct bk_str at = bk_fmt(a, "%.*s/%.*s", BK_F(pointer), BK_F(key));
        if (m->type != BK_JSON_OBJECT || bk_is(m->key, "request_totals"))
            continue;
        if (is_distribution(m))
            emit_metric(b, m, name, at);
        else if (depth < MAX_NESTING)
            emit_metrics(b, m, name, at, depth + 1);
    }
}

/* --- counts --- */

static void emit_plain(struct benchmark *b, const char *name, const struct bk_json *v,
                       struct bk_str locator)
{
    if (!is_number(v))
        return;
    struct bk_reading r = {.name = bk_str(name),
                           .text = v->text,
                           .has_value = true,
                           .value = v->number,
                           .half = 0,
                           .locator = locator};
    bk_emit(b->of->im, b->run, &r);
}

/* Requests that the end of the benchmark cut off neither succeeded nor failed. */
static void emit_totals(struct benchmark *b, const struct bk_json *benchmark)
{
    static const char *const parts[] = {"successful", "errored", "incomplete"};
    struct bk_arena *a = b->of->a;
    const struct bk_json *metrics = bk_json_get(benchmark, "metrics");
    const struct bk_json *totals = bk_json_get(metrics, "request_totals");
    const char *below = totals != NULL ? "/metrics/request_totals" : "/request_totals";
    if (totals == NULL)
        totals = bk_json_get(benchmark, "request_totals");
    b->all_ended = totals != NULL && is_zero(totals, "incomplete");
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        const char *name = bk_fmt(a, "request_totals.%s", parts[i]).ptr;
        emit_plain(b, name, bk_json_get(totals, parts[i]),
                   bk_fmt(a, "%.*s%s/%s", BK_F(b->pointer), below, parts[i]));
    }
    emit_plain(b,
               b->all_ended ? "request_totals.total" : "request_totals.with_incomplete",
               bk_json_get(totals, "total"),
               bk_fmt(a, "%.*s%s/total", BK_F(b->pointer), below));
}

/* Its rates are means over the intervals between requests, and come out higher or lower
 * than what was done in the time that it took (0.2 counts prompts again and again): the
 * rates that other tools state are computed from the totals. */
static void derive_rates(struct benchmark *b)
{
    static const struct {
        const char *metric, *total, *unit, *formula;
    } rates[] = {
        {"request_throughput", "requests", "1/s", "requests / duration"},
        {"ok_throughput", "requests_ok", "1/s", "requests_ok / duration"},
        {"input_token_throughput", "input_tokens", "tok/s", "input_tokens / duration"},
        {"output_token_throughput", "output_tokens", "tok/s",
         "output_tokens / duration"},
        {"total_token_throughput", "total_tokens", "tok/s", "total_tokens / duration"},
    };
    const struct bk_measurement *duration =
        bk_run_find(b->run, "duration", "value", "");
    for (size_t i = 0; i < sizeof rates / sizeof *rates; i++) {
        const struct bk_measurement *total =
            bk_run_find(b->run, rates[i].total, "value", "");
        if (duration == NULL || !(duration->value > 0) || total == NULL)
            continue;
        struct bk_measurement *m =
            bk_run_derive(b->of->a, b->run, rates[i].metric, "value", rates[i].unit,
                          total->value / duration->value, rates[i].formula);
        m->population = total->population;
    }
}

/* --- context --- */

/* The first of these places that is there. */
static const struct bk_json *first_of(const struct bk_json *root,
                                      const char *const *pointers, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct bk_json *found = bk_json_at(root, bk_str(pointers[i]));
        if (found != NULL && found->type != BK_JSON_NULL)
            return found;
    }
    return NULL;
}

static void set_param(struct benchmark *b, const char *name, const struct bk_json *v)
{
    struct bk_arena *a = b->of->a;
    if (v == NULL || v->text.len == 0 ||
        (v->type != BK_JSON_NUMBER && v->type != BK_JSON_STRING))
        return;
    struct bk_str value = bk_dup(a, bk_upto(v->text, LONGEST_NAME));
    double number;
    char out[32];
    if (v->type == BK_JSON_NUMBER && bk_parse_double(v->text, &number))
        value = bk_dup(a, (struct bk_str){out, bk_format_double(number, out)});
    bk_run_param(a, b->run, bk_str(name), value, bk_json_pointer(a, b->of->root, v));
}

static void take_strategy(struct benchmark *b, const struct bk_json *benchmark)
{
    static const char *const places[] = {"/config/strategy", "/args/strategy",
                                         "/scheduler/strategy"};
    const struct bk_json *s = first_of(benchmark, places, 3);
    struct bk_str type = bk_json_string(s, "type_");
    const struct bk_json *streams = bk_json_get(s, "streams");
    const struct bk_json *most = bk_json_get(s, "max_concurrency");
    bool limited = bk_is(type, "throughput") || bk_is(type, "concurrent");
    set_param(b, "strategy", bk_json_get(s, "type_"));
    set_param(b, "request_rate", bk_json_get(s, "rate"));
    if (is_number(streams))
        set_param(b, "concurrency", streams);
    else if (is_number(most)) /* of rates, a limit of the tool that is seldom reached */
        set_param(b, limited ? "concurrency" : "max_concurrency", most);
    b->run->closed_loop = bk_is(type, "synchronous") || bk_is(type, "concurrent");
}

static void take_model(struct benchmark *b, const struct bk_json *benchmark)
{
    static const char *const places[] = {
        "/config/backend/model", "/config/backend/model_name", "/worker/backend_model",
        "/benchmarker/backend/model", "/benchmarker/backend/model_name"};
    static const char *const at_top[] = {"/args/model", "/config/spec/backend/model",
                                         "/config/backend/model"};
    const struct bk_json *model = first_of(benchmark, places, 5);
    if (model == NULL)
        model = first_of(b->of->root, at_top, 3);
    if (model != NULL && model->type == BK_JSON_STRING)
        b->run->model = bk_dup(b->of->a, bk_trim(model->text));
}

static void set_length(struct benchmark *b, struct bk_str key, struct bk_str value,
                       struct bk_str locator)
{
    double number;
    if (!bk_parse_double(bk_trim(value), &number))
        return;
    const char *name = bk_is(bk_trim(key), "prompt_tokens")   ? "input_len"
                       : bk_is(bk_trim(key), "output_tokens") ? "output_len"
                                                              : NULL;
    if (name != NULL)
        bk_run_param(b->of->a, b->run, bk_str(name), bk_dup(b->of->a, bk_trim(value)),
                     locator);
}

static void take_lengths(struct benchmark *b, const struct bk_json *object)
{
    for (const struct bk_json *m = object->child; m != NULL; m = m->next) {
        if (m->type == BK_JSON_NUMBER)
            set_length(b, m->key, m->text, bk_json_pointer(b->of->a, b->of->root, m));
    }
}

/* "prompt_tokens=256,output_tokens=128", the same as JSON, or the name of a data set. */
static void take_data_text(struct benchmark *b, const struct bk_json *v)
{
    struct bk_arena *a = b->of->a;
    struct bk_str rest = bk_trim(v->text), part, key;
    struct bk_str locator = bk_json_pointer(a, b->of->root, v);
    struct bk_err ignored;
    if (rest.len > 0 && rest.ptr[0] == '{') {
        const struct bk_json *spec =
            bk_json_parse(a, rest, BK_JSON_STRICT, NULL, NULL, &ignored);
        for (const struct bk_json *m = spec != NULL ? spec->child : NULL; m != NULL;
             m = m->next)
            set_length(b, m->key, m->text, locator);
        return;
    }
    if (bk_find_char(rest, '=') == BK_NONE) {
        set_param(b, "dataset", v);
        return;
    }
    while (rest.len > 0) {
        rest = bk_cut(rest, ',', &part);
        struct bk_str value = bk_cut(part, '=', &key);
        set_length(b, key, value, locator);
    }
}

static void take_data(struct benchmark *b, const struct bk_json *benchmark)
{
    static const char *const places[] = {
        "/request_loader/data", "/config/requests/data", "/benchmarker/requests/data"};
    static const char *const at_top[] = {"/config/spec/data", "/args/data"};
    const struct bk_json *data = first_of(benchmark, places, 3);
    if (data == NULL)
        data = first_of(b->of->root, at_top, 2);
    if (data != NULL && data->type == BK_JSON_ARRAY && data->n == 1)
        data = data->child; /* several sources have no one length */
    if (data != NULL && data->type == BK_JSON_OBJECT)
        take_lengths(b, data);
    else if (data != NULL && data->type == BK_JSON_STRING)
        take_data_text(b, data);
}

/* Epoch seconds; -1 is "not yet". */
static int64_t epoch(const struct bk_json *object, const char *key)
{
    double s;
    if (!bk_json_number(object, key, &s) || !(s > 0) || s > 9e9)
        return BK_NO_TIME;
    double whole = floor(s);
    return (int64_t)whole * BK_NS_PER_S + (int64_t)((s - whole) * 1e9);
}

static void take_context(struct benchmark *b, const struct bk_json *benchmark)
{
    struct bk_run *run = b->run;
    run->generates_text =
        bk_is(bk_json_string(benchmark, "type_"), "generative_benchmark");
    run->think_time_s = (double)NAN;
    run->started_ns = epoch(benchmark, "start_time");
    run->ended_ns = epoch(benchmark, "end_time");
    take_strategy(b, benchmark);
    take_model(b, benchmark);
    take_data(b, benchmark);
    emit_plain(b, "duration", bk_json_get(benchmark, "duration"),
               bk_fmt(b->of->a, "%.*s/duration", BK_F(b->pointer)));
}

/* --- the report --- */

static bool take_benchmark(const struct report *r, struct bk_runs *runs,
                           const struct bk_json *benchmark, size_t index,
                           struct bk_err *err)
{
    struct benchmark b = {.of = r, .pointer = bk_fmt(r->a, "/benchmarks/%zu", index)};
    const struct bk_json *metrics = bk_json_get(benchmark, "metrics");
    if (metrics == NULL || metrics->type != BK_JSON_OBJECT)
        return bk_fail(err, BK_EINPUT, "line %zu: %.*s has no metrics: no benchmark",
                       benchmark->line, BK_F(b.pointer));
    b.run = bk_runs_add(r->im, runs);
    take_context(&b, benchmark);
    emit_totals(&b, benchmark);
    emit_metrics(&b, metrics, (struct bk_str){0},
                 bk_fmt(r->a, "%.*s/metrics", BK_F(b.pointer)), 0);
    if (b.run->n_measurements > MAX_NUMBERS)
        return bk_fail(err, BK_EINPUT, "line %zu: more numbers than a benchmark has",
                       benchmark->line);
    derive_rates(&b);
    return true;
}

/* The report in another of its outputs: the CSV of 0.2 and 0.3 (one line of headers), the
 * later one (three lines), and the YAML. */
static bool is_other_output(struct bk_str head)
{
    static const char csv[] = "Type,Run Id,Id,Name,";
    static const char *const tops[] = {"args:", "benchmarks:", "metadata:", "type_:"};
    if (bk_starts(head, bk_str(csv)))
        return true;
    if (bk_starts(head, BK_S("Run Info,")))
        return bk_has(head, BK_S("\nRun ID,Run Index,"));
    bool top = false;
    for (size_t i = 0; i < sizeof tops / sizeof *tops; i++)
        top = top || bk_starts(head, bk_str(tops[i]));
    return top && (bk_has(head, BK_S("guidellm_version:")) ||
                   bk_has(head, BK_S("type_: generative_benchmark")));
}

static bool import(struct bk_input *in, const struct bk_importing *im,
                   struct bk_err *err)
{
    if (is_other_output(bk_trim(bk_input_head(in))))
        return bk_fail(err, BK_ESKIP,
                       "the CSV or YAML output of GuideLLM: the JSON beside it has all "
                       "of it (guidellm benchmark --outputs json)");
    static const struct bk_json_selection selection = {.wanted = wanted,
                                                       .max_values = MAX_VALUES,
                                                       .max_string = MAX_STRING,
                                                       .flags = BK_JSON_SPECIALS};
    struct bk_json_source source = {next_chunk, in};
    struct report r = {.im = im, .a = im->arena};
    struct bk_runs runs = {0};
    if (!bk_input_rewind(in, err))
        return false;
    r.root = bk_json_select(im->arena, source, &selection, err);
    if (r.root == NULL)
        return false;
    const struct bk_json *list = bk_json_get(r.root, "benchmarks");
    if (list == NULL || list->type != BK_JSON_ARRAY)
        return bk_fail(err, BK_EINPUT,
                       "line %zu: /benchmarks is no array: no guidellm report",
                       r.root->line);
    if (list->n == 0)
        return bk_fail(err, BK_ESKIP, "a guidellm report without benchmarks");
    if (list->n > MAX_BENCHMARKS)
        return bk_fail(err, BK_EINPUT, "line %zu: more than %zu benchmarks", list->line,
                       MAX_BENCHMARKS);
    size_t i = 0;
    for (const struct bk_json *b = list->child; b != NULL; b = b->next, i++) {
        if (!take_benchmark(&r, &runs, b, i, err))
            return false;
    }
    return bk_runs_send(im, &runs, err);
}

static int bid(const struct bk_input *in)
{
    struct bk_str head = bk_trim(bk_input_head(in));
    if (head.len == 0 || head.ptr[0] != '{')
        return is_other_output(head) ? 90 : 0;
    if (bk_json_head_has_key(head, "guidellm_version"))
        return 95;
    if (!bk_json_head_has_key(head, "benchmarks"))
        return 0;
    if (bk_has(head, BK_S("\"generative_benchmark\"")))
        return 95;
    bool totals = bk_json_head_has_key(head, "request_totals") ||
                  bk_json_head_has_key(head, "run_stats");
    return totals && bk_json_head_has_key(head, "strategy") ? 90 : 0;
}

const struct bk_importer bk_importer_guidellm = {
    .name = "guidellm",
    .title = "GuideLLM report",
    .upstream = "guidellm 0.2 to 0.8, benchmarks.json",
    .gives = "one run a benchmark of the sweep",
    .example = "guidellm benchmark --target URL --rate-type sweep --output-path "
               "benchmarks.json",
    .signature =
        "the key guidellm_version, or benchmarks of type generative_benchmark, or "
        "benchmarks with request_totals and a strategy",
    .traps = "A group without observations is all zeros: it gives no measurements.\n"
             "request_latency is in seconds, the other latencies in milliseconds.\n"
             "Percentiles are p001 (0.1 %) to p999 (99.9 %).\n"
             "The YAML and the CSV of GuideLLM are skipped: the JSON has all of it.",
    .version = 1,
    .bid = bid,
    .import = import,
};
