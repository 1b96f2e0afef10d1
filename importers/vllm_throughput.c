/* Results of 'vllm bench throughput --output-json' and of benchmark_throughput.py before
 * it (https://github.com/vllm-project/vllm, vllm/benchmarks/throughput.py): how long the
 * engine takes for all requests at once.  tokens_per_second counts prompts too.  Nothing
 * in the file names the model. */
#include "importer.h"

#include "shared/emit.h"
#include "shared/serving.h"

#define BID_SURE   95
#define BID_LIKELY 85

static int bid(const struct bk_input *in)
{
    static const char *const keys[] = {"elapsed_time", "num_requests",
                                       "tokens_per_second", "total_num_tokens",
                                       "requests_per_second"};
    unsigned found = bk_serving_keys(bk_input_head(in), keys, 5);
    if ((found & 7u) != 7u)
        return 0;
    return found == 31u ? BID_SURE : BID_LIKELY;
}

static void take_member(struct bk_serving *s, struct bk_run *run,
                        const struct bk_json *member)
{
    struct bk_serving_member m = {
        .name = member->key,
        .pointer = bk_serving_pointer(s, BK_S(""), member->key),
    };
    bk_serving_value(s, run, &m, member);
}

static bool take(struct bk_serving *s, const struct bk_json *object, struct bk_err *err)
{
    double elapsed;
    if (!bk_json_number(object, "elapsed_time", &elapsed))
        return bk_fail(err, BK_EINPUT,
                       "line %zu: no result: there is no 'elapsed_time'", s->line);
    struct bk_run *run = bk_runs_add(s->im, &s->runs);
    return bk_serving_each(s, run, object, take_member, err);
}

static bool import(struct bk_input *in, const struct bk_importing *im,
                   struct bk_err *err)
{
    struct bk_serving s = {
        .im = im,
        .flags = BK_JSON_SPECIALS | BK_JSON_SHORT,
        .population = BK_POP_ALL,
        .take = take,
    };
    return bk_serving_read(&s, in, err);
}

const struct bk_importer bk_importer_vllm_throughput = {
    .name = "vllm-throughput",
    .title = "vLLM throughput benchmark",
    .upstream = "benchmark_throughput.py and vllm bench throughput, --output-json",
    .gives = "runs",
    .example =
        "vllm bench throughput --model Qwen/Qwen3-4B --output-json throughput.json",
    .signature = "an object with elapsed_time, num_requests and tokens_per_second",
    .traps = "tokens_per_second counts the tokens of prompts too.\n"
             "The file does not say which model it is about: use --model.",
    .version = 1,
    .bid = bid,
    .import = import,
};
