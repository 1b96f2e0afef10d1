/* Results of 'vllm bench serve --save-result' and of the script before it,
 * benchmarks/benchmark_serving.py (https://github.com/vllm-project/vllm,
 * vllm/benchmarks/serve.py): one flat object a run.
 *
 * Generations are told apart by what is there: early ones name "request_goodput:" with
 * its colon and count no failures; later ones have endpoint_type, failed, peaks.
 * --append-result puts objects one behind the other; --metadata adds texts under any
 * name; --save-detailed adds an array per quantity, in seconds.  'vllm bench sweep
 * serve' (vllm/benchmarks/sweep/serve.py) adds run_number and, behind it, the parameters
 * that it varies; its summary.json is an array of the same objects and its summary.csv a
 * table of them (vllm_serve_csv.h), its warm-ups have run_number -1, and its *.failure.json say why a run is missing.
 *
 * All times and rates cover the requests that succeeded. */
#include "importer.h"

#include "shared/emit.h"
#include "shared/serving.h"
#include "vllm_serve_csv.h"

#define BID_SURE    95
#define BID_LIKELY  90
#define BID_FAILURE 85 /* the record of a failure in a sweep */

#define POSITIONS   "spec_decode_per_position_acceptance_rates"
#define MAX_MESSAGE ((size_t)200)
#define MAX_TABLE   ((size_t)32 * 1024 * 1024)

/* --- the bid --- */

enum key {
    MODEL_ID,
    TOKENIZER_ID,
    NUM_PROMPTS,
    COMPLETED,
    REQUEST_THROUGHPUT,
    INPUT_TOKENS,
    ERROR_TYPE,
    SERVE_OVERRIDES,
    N_KEYS
};
static const char *const keys[N_KEYS] = {
    [MODEL_ID] = "model_id",
    [TOKENIZER_ID] = "tokenizer_id",
    [NUM_PROMPTS] = "num_prompts",
    [COMPLETED] = "completed",
    [REQUEST_THROUGHPUT] = "request_throughput",
    [INPUT_TOKENS] = "total_input_tokens",
    [ERROR_TYPE] = "error_type",
    [SERVE_OVERRIDES] = "serve_overrides",
};

static bool has(unsigned found, enum key key)
{
    return (found >> key & 1u) != 0;
}

static int bid(const struct bk_input *in)
{
    unsigned found = bk_serving_keys(bk_input_head(in), keys, N_KEYS);
    if (bk_vllm_csv_is(bk_input_head(in)))
        return BID_SURE;
    if (has(found, ERROR_TYPE) && has(found, SERVE_OVERRIDES))
        return BID_FAILURE;
    if (!has(found, MODEL_ID) || !has(found, NUM_PROMPTS))
        return 0;
    if (has(found, TOKENIZER_ID))
        return BID_SURE;
    bool results = has(found, COMPLETED) && has(found, REQUEST_THROUGHPUT) &&
                   has(found, INPUT_TOKENS);
    return results ? BID_LIKELY : 0;
}

/* --- one run --- */

/* Shares of the drafts accepted at each position: ratios, where the total is a
 * percentage. */
static void take_positions(struct bk_serving *s, struct bk_run *run,
                           const struct bk_json *rates)
{
    struct bk_arena *a = s->im->arena;
    size_t i = 0;
    for (const struct bk_json *c = rates->child; c != NULL; c = c->next, i++) {
        struct bk_reading r = {
            .name = BK_S(POSITIONS),
            .scope = bk_fmt(a, "{position:%zu}", i),
            .text = c->text,
            .has_value = true,
            .value = c->number,
            .population = BK_POP_OK,
            .locator = bk_fmt(a, "%.*s/" POSITIONS "/%zu", BK_F(s->place), i),
        };
        if (c->type == BK_JSON_NUMBER)
            bk_emit(s->im, run, &r);
    }
}

static void take_member(struct bk_serving *s, struct bk_run *run,
                        const struct bk_json *member)
{
    if (bk_serving_details(run, member))
        return;
    if (member->type == BK_JSON_ARRAY && bk_is(member->key, POSITIONS)) {
        take_positions(s, run, member);
        return;
    }
    struct bk_serving_member m = {
        .name = member->key,
        .pointer = bk_serving_pointer(s, BK_S(""), member->key),
        .setting = member->offset > s->settings_from,
    };
    bk_serving_value(s, run, &m, member);
}

/* Without 'failed', what was asked for and did not succeed has failed. */
static void count_failures(struct bk_serving *s, struct bk_run *run,
                           const struct bk_json *object)
{
    double asked, completed, failed;
    if (bk_json_number(object, "failed", &failed) ||
        !bk_json_number(object, "num_prompts", &asked) ||
        !bk_json_number(object, "completed", &completed) || !(completed >= 0) ||
        !(asked >= completed))
        return;
    bk_run_derive(s->im->arena, run, "requests_failed", "value", "1", asked - completed,
                  "num_prompts - completed");
}

/* --- what is no result --- */

static bool is_no_result(struct bk_serving *s, const struct bk_json *object)
{
    double number;
    if (bk_json_number(object, "run_number", &number) && number < 0) {
        bk_serving_skip(s, BK_S("a warm-up run of a sweep (run_number -1)"));
        return true;
    }
    struct bk_str type = bk_json_string(object, "error_type");
    if (type.len == 0 || bk_json_get(object, "serve_overrides") == NULL)
        return false;
    struct bk_str why = bk_json_string(object, "error");
    bk_serving_skip(
        s, bk_fmt(s->im->arena, "a run of a sweep that was not made: %.*s: %.*s",
                  BK_F(bk_upto(type, MAX_MESSAGE)), BK_F(bk_upto(why, MAX_MESSAGE))));
    return true;
}

static bool take(struct bk_serving *s, const struct bk_json *object, struct bk_err *err)
{
    if (is_no_result(s, object))
        return true;
    if (bk_json_get(object, "completed") == NULL &&
        bk_json_get(object, "duration") == NULL)
        return bk_fail(err, BK_EINPUT,
                       "line %zu: no result: neither 'completed' nor 'duration' is "
                       "there",
                       s->line);
    const struct bk_json *number = bk_json_get(object, "run_number");
    s->settings_from = number != NULL ? number->offset : SIZE_MAX;
    struct bk_run *run = bk_runs_add(s->im, &s->runs);
    if (!bk_serving_each(s, run, object, take_member, err))
        return false;
    count_failures(s, run, object);
    bk_serving_drop_empty(s->im, run);
    return bk_serving_samples(s, run, object, err);
}

static bool import_table(struct bk_serving *s, struct bk_input *in, struct bk_err *err)
{
    struct bk_str text;
    struct bk_buf json = {0};
    bool ok = bk_input_text(in, MAX_TABLE, &text, err) &&
              bk_vllm_csv_to_json(s->im->arena, text, &json, err);
    text = bk_dup(s->im->arena, bk_buf_str(&json)); /* records point into it */
    bk_buf_free(&json);
    struct bk_input *rows = bk_input_of(bk_input_name(in), text);
    ok = ok && bk_serving_read(s, rows, err);
    bk_input_close(rows);
    return ok;
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
    if (bk_vllm_csv_is(bk_input_head(in)))
        return import_table(&s, in, err);
    return bk_serving_read(&s, in, err);
}

const struct bk_importer bk_importer_vllm_serve = {
    .name = "vllm-serve",
    .title = "vLLM serving benchmark",
    .upstream = "benchmark_serving.py and vllm bench serve of vLLM 0.4 and later, "
                "vllm bench sweep serve (its summary.csv too)",
    .gives = "runs, with --save-detailed their single requests",
    .example = "vllm bench serve --model Qwen/Qwen3-4B --save-result",
    .signature = "an object with model_id and num_prompts beside tokenizer_id or "
                 "results of requests and tokens, or a CSV with such columns",
    .traps =
        "Only requests that succeeded are timed, and request_throughput counts those "
        "only: it becomes ok_throughput too.\n"
        "spec_decode_acceptance_rate is in percent, the rates by position are ratios.\n"
        "Arrays of --save-detailed are in seconds, the _ms names beside them in "
        "milliseconds.\n"
        "With nothing completed every statistic is 0, which is no data.\n"
        "date is the local time of some machine.",
    .version = 2,
    .bid = bid,
    .import = import,
};
