/* Results of sglang.bench_serving (https://github.com/sgl-project/sglang,
 * python/sglang/bench_serving.py): one object a line, a run each, appended to one file.
 *
 * Three generations of names: in 2024 "mean_e2e_latency" and "output_token_throughput",
 * without units (milliseconds all the same); then "mean_e2e_latency_ms" and a few
 * others; later all statistics of every latency, and server_info, the whole
 * configuration of the server (up to 50 KB), of which the parameters that have a line in
 * the table are taken.  Of a server that prefills and decodes apart, server_info holds a
 * list of each; the tool itself looks at the first decoder.  'concurrency' is the
 * measured mean, 'max_concurrency' the setting. */
#include "importer.h"

#include "shared/emit.h"
#include "shared/serving.h"

#define BID_SURE   95
#define BID_LIKELY 90

/* --- the bid --- */

enum key {
    BACKEND,
    DATASET,
    RANGE_RATIO,
    RETOKENIZED,
    OLD_RETOKENIZED,
    OUTPUT_THROUGHPUT,
    OLD_OUTPUT_THROUGHPUT,
    MAX_CONCURRENCY,
    SERVER_INFO,
    TOKENIZER_ID,
    N_KEYS
};
static const char *const keys[N_KEYS] = {
    [BACKEND] = "backend",
    [DATASET] = "dataset_name",
    [RANGE_RATIO] = "random_range_ratio",
    [RETOKENIZED] = "total_output_tokens_retokenized",
    [OLD_RETOKENIZED] = "total_output_retokenized",
    [OUTPUT_THROUGHPUT] = "output_throughput",
    [OLD_OUTPUT_THROUGHPUT] = "output_token_throughput",
    [MAX_CONCURRENCY] = "max_concurrency",
    [SERVER_INFO] = "server_info",   /* long: the head may end within it */
    [TOKENIZER_ID] = "tokenizer_id", /* of vLLM's script alone */
};

static bool has(unsigned found, enum key key)
{
    return (found >> key & 1u) != 0;
}

static int bid(const struct bk_input *in)
{
    unsigned found = bk_serving_keys(bk_input_head(in), keys, N_KEYS);
    bool retokenized = has(found, RETOKENIZED) || has(found, OLD_RETOKENIZED);
    bool throughput =
        has(found, OUTPUT_THROUGHPUT) || has(found, OLD_OUTPUT_THROUGHPUT);
    int marks = has(found, BACKEND) + has(found, DATASET) + has(found, RANGE_RATIO) +
                retokenized;
    if (has(found, TOKENIZER_ID))
        return 0;
    if (marks == 4)
        return BID_SURE;
    bool likely = (marks >= 2 && throughput) || (marks == 3 && has(found, SERVER_INFO));
    return likely ? BID_LIKELY : 0;
}

/* --- one run --- */

static void take_server_value(struct bk_serving *s, struct bk_run *run,
                              const struct bk_json *member)
{
    struct bk_arena *a = s->im->arena;
    struct bk_target t;
    struct bk_serving_member m = {
        .name = bk_fmt(a, "server_info.%.*s", BK_F(bk_upto(member->key, 100))),
        .pointer = bk_serving_pointer(s, s->below, member->key),
    };
    if (bk_dict_own(s->im->dict, s->im->format, m.name, &t))
        bk_serving_value(s, run, &m, member);
}

/* The configuration itself, or that of the first decoder (else prefiller). */
static const struct bk_json *server_of(const struct bk_json *info,
                                       struct bk_str *pointer)
{
    static const char *const roles[] = {"decode", "prefill"};
    *pointer = BK_S("/server_info");
    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++) {
        const struct bk_json *list = bk_json_get(info, roles[i]);
        if (list == NULL || list->type != BK_JSON_ARRAY || list->child == NULL ||
            list->child->type != BK_JSON_OBJECT)
            continue;
        *pointer =
            i == 0 ? BK_S("/server_info/decode/0") : BK_S("/server_info/prefill/0");
        return list->child;
    }
    return info;
}

static void take_member(struct bk_serving *s, struct bk_run *run,
                        const struct bk_json *member)
{
    if (bk_serving_details(run, member))
        return;
    struct bk_serving_member m = {
        .name = member->key,
        .pointer = bk_serving_pointer(s, BK_S(""), member->key),
    };
    bk_serving_value(s, run, &m, member);
}

static bool take(struct bk_serving *s, const struct bk_json *object, struct bk_err *err)
{
    if (bk_json_get(object, "duration") == NULL &&
        bk_json_get(object, "benchmark_duration") == NULL &&
        bk_json_get(object, "output_throughput") == NULL &&
        bk_json_get(object, "output_token_throughput") == NULL)
        return bk_fail(err, BK_EINPUT,
                       "line %zu: no result: it has no duration and no throughput",
                       s->line);
    struct bk_run *run = bk_runs_add(s->im, &s->runs);
    if (!bk_serving_each(s, run, object, take_member, err))
        return false;
    const struct bk_json *server =
        server_of(bk_json_get(object, "server_info"), &s->below);
    if (server != NULL && server->type == BK_JSON_OBJECT &&
        !bk_serving_each(s, run, server, take_server_value, err))
        return false;
    bk_serving_drop_empty(s->im, run);
    return bk_serving_samples(s, run, object, err);
}

static bool import(struct bk_input *in, const struct bk_importing *im,
                   struct bk_err *err)
{
    struct bk_serving s = {
        .im = im,
        .flags = BK_JSON_SPECIALS | BK_JSON_SHORT,
        .population = BK_POP_OK,
        .take = take,
    };
    return bk_serving_read(&s, in, err);
}

const struct bk_importer bk_importer_sglang = {
    .name = "sglang",
    .title = "SGLang serving benchmark",
    .upstream = "sglang.bench_serving of 2024 and later, JSON lines",
    .gives = "runs, with --output-details their single requests",
    .example =
        "python3 -m sglang.bench_serving --backend sglang --output-file out.jsonl",
    .signature = "a line with backend, dataset_name, random_range_ratio and "
                 "total_output_tokens_retokenized, or most of them",
    .traps = "concurrency is measured, max_concurrency is the setting.\n"
             "Lines of 2024 have latencies without a unit in the name: milliseconds "
             "all the same.\n"
             "Infinity stands bare for an unlimited request rate.",
    .version = 2,
    .bid = bid,
    .import = import,
};
