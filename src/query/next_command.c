/* Commands of load tools from what is on record (see next_command.h).
 *
 * Options as the tools' own help and documentation name them (grafana.com/docs/k6,
 * docs.vllm.ai, docs.sglang.ai, llama.cpp tools/llama-bench/README.md, docs.locust.io,
 * github.com: wg/wrk, rakyll/hey, hatoo/oha, ai-dynamo/aiperf); releases may differ. */
#include "next_command.h"

#include "../base/num.h"

#include <math.h>
#include <string.h>

#define MOST_STAGES ((size_t)200)

enum tool {
    K6,
    VLLM,
    SGLANG,
    LLAMA_BENCH,
    WRK,
    HEY,
    OHA,
    AIPERF,
    LOCUST,
    N_TOOLS
};

static const char *const commands[N_TOOLS] = {
    [K6] = "k6 run",
    [VLLM] = "vllm bench serve",
    [SGLANG] = "python3 -m sglang.bench_serving",
    [LLAMA_BENCH] = "llama-bench",
    [WRK] = "wrk",
    [HEY] = "hey",
    [OHA] = "oha",
    [AIPERF] = "aiperf profile",
    [LOCUST] = "locust --headless",
};

static const struct {
    const char *format;
    enum tool tool;
} tools[] = {
    {"k6-summary", K6}, {"k6-text", K6},      {"k6-json", K6},
    {"k6-csv", K6},     {"vllm-serve", VLLM}, {"serving-text", VLLM},
    {"sglang", SGLANG}, {"wrk", WRK},         {"hey", HEY},
    {"oha", OHA},       {"aiperf", AIPERF},   {"llama-bench", LLAMA_BENCH},
    {"locust", LOCUST},
};

/* "dataset" and the like are names that the file gives in the tool's own words. */
static const struct {
    enum tool tool;
    const char *param, *option;
} options[] = {
    {VLLM, "endpoint_type", "--backend"},
    {VLLM, "backend", "--backend"},
    {VLLM, "dataset", "--dataset-name"},
    {VLLM, "num_prompts", "--num-prompts"},
    {VLLM, "request_rate", "--request-rate"},
    {VLLM, "burstiness", "--burstiness"},
    {VLLM, "concurrency", "--max-concurrency"},
    {VLLM, "tokenizer_id", "--tokenizer"},
    {SGLANG, "backend", "--backend"},
    {SGLANG, "dataset", "--dataset-name"},
    {SGLANG, "num_prompts", "--num-prompts"},
    {SGLANG, "request_rate", "--request-rate"},
    {SGLANG, "concurrency", "--max-concurrency"},
    {SGLANG, "input_len", "--random-input-len"},
    {SGLANG, "output_len", "--random-output-len"},
    {LLAMA_BENCH, "input_len", "-p"},
    {LLAMA_BENCH, "output_len", "-n"},
    {LLAMA_BENCH, "batch_size", "-b"},
    {LLAMA_BENCH, "ubatch_size", "-ub"},
    {LLAMA_BENCH, "threads", "-t"},
    {LLAMA_BENCH, "n_gpu_layers", "-ngl"},
    {LLAMA_BENCH, "flash_attn", "-fa"},
    {LLAMA_BENCH, "n_depth", "-d"},
    {LLAMA_BENCH, "repetitions", "-r"},
    {WRK, "threads", "-t"},
    {WRK, "concurrency", "-c"},
    {HEY, "num_prompts", "-n"},
    {HEY, "concurrency", "-c"},
    {OHA, "num_prompts", "-n"},
    {OHA, "concurrency", "-c"},
    {AIPERF, "concurrency", "--concurrency"},
    {AIPERF, "request_rate", "--request-rate"},
    {AIPERF, "num_prompts", "--request-count"},
    {LOCUST, "users", "--users"},
    {LOCUST, "vus_max", "--users"},
};

static const struct {
    enum tool tool;
    const char *option;
} model_options[] = {
    {VLLM, "--model"}, {SGLANG, "--model"}, {LLAMA_BENCH, "-m"}, {AIPERF, "--model"}};

/* --- words of a shell --- */

static bool is_plain(struct bk_str s)
{
    static const char safe[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                               "0123456789-_./:=@%+,";
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] == 0 || strchr(safe, s.ptr[i]) == NULL)
            return false;
    return s.len > 0;
}

static void add_word(struct bk_buf *b, struct bk_str word)
{
    bk_buf_addc(b, ' ');
    if (is_plain(word)) {
        bk_buf_add(b, word);
        return;
    }
    bk_buf_addc(b, '\'');
    for (size_t i = 0; i < word.len; i++) {
        char c = word.ptr[i];
        if (c == '\'')
            bk_buf_add(b, BK_S("'\\''"));
        else
            bk_buf_addc(b, c >= 0 && c < ' ' ? ' ' : c);
    }
    bk_buf_addc(b, '\'');
}

static void add_option(struct bk_buf *b, const char *option, struct bk_str value)
{
    bk_buf_addc(b, ' ');
    bk_buf_add(b, bk_str(option));
    add_word(b, value);
}

/* --- the load of k6 --- */

struct level {
    double seconds, vus;
};

struct ramp {
    struct level stages[MOST_STAGES];
    size_t n;
};

static bool read_ramp(struct bk_db *db, const struct bk_run_row *run, struct ramp *ramp,
                      struct bk_err *err)
{
    struct bk_stmt *st = bk_stmt(db, BK_SQL_SHOW_STAGES);
    bool row = false, ok;
    bk_bind_int(st, ":run", run->id);
    while ((ok = bk_step(st, &row, err)) && row && ramp->n < MOST_STAGES)
        ramp->stages[ramp->n++] =
            (struct level){bk_col_real(st, 0), bk_col_real(st, 1)};
    bk_reset(st);
    return ok;
}

static struct bk_str param(const struct bk_command_ask *ask, const char *name)
{
    for (size_t i = 0; i < ask->n_config; i++)
        if (bk_is(ask->config[i].name, name))
            return ask->config[i].value;
    return (struct bk_str){NULL, 0};
}

static void add_number(struct bk_buf *b, double x)
{
    char text[32];
    bk_buf_add(b, (struct bk_str){text, bk_format_double(x, text)});
}

static void add_k6_load(struct bk_buf *b, const struct bk_command_ask *ask,
                        struct ramp *ramp)
{
    double most = 0, wanted;
    for (size_t i = 0; i < ramp->n; i++)
        most = fmax(most, ramp->stages[i].vus);
    /* an experiment with another number of users: the ramp's shape, to that number */
    if (bk_parse_double(param(ask, "vus_max"), &wanted) && wanted > 0 && most > 0)
        for (size_t i = 0; i < ramp->n; i++)
            ramp->stages[i].vus = round(ramp->stages[i].vus * wanted / most);
    for (size_t i = 0; i < ramp->n; i++) {
        bk_buf_add(b, BK_S(" --stage "));
        add_number(b, ramp->stages[i].seconds);
        bk_buf_add(b, BK_S("s:"));
        add_number(b, ramp->stages[i].vus);
    }
    if (ramp->n == 0 && param(ask, "vus_max").len > 0)
        add_option(b, "--vus", param(ask, "vus_max"));
    if (ask->like->dim[BK_DIM_WORKLOAD].len > 0) {
        struct bk_buf script = {NULL, 0, 0, 0, false};
        bk_buf_add(&script, ask->like->dim[BK_DIM_WORKLOAD]);
        bk_buf_add(&script, BK_S(".js"));
        add_word(b, bk_buf_str(&script));
        bk_buf_free(&script);
    }
}

/* --- other tools --- */

static bool has_option(enum tool tool, struct bk_str name)
{
    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        if (options[i].tool == tool && bk_is(name, options[i].param))
            return true;
    return tool == K6 && bk_is(name, "vus_max");
}

static void add_options(struct bk_buf *b, const struct bk_command_ask *ask,
                        enum tool tool)
{
    for (size_t i = 0; i < sizeof model_options / sizeof *model_options; i++)
        if (model_options[i].tool == tool && ask->like->dim[BK_DIM_MODEL].len > 0)
            add_option(b, model_options[i].option, ask->like->dim[BK_DIM_MODEL]);
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        struct bk_str value = param(ask, options[i].param);
        if (options[i].tool == tool && value.len > 0)
            add_option(b, options[i].option, value);
    }
}

static void add_remark(struct bk_buf *b, const struct bk_command_ask *ask,
                       enum tool tool)
{
    bool any = false;
    for (size_t i = 0; i < ask->n_changed; i++) {
        struct bk_pair pair = ask->changed[i];
        if (has_option(tool, pair.name))
            continue;
        bk_buf_add(b, any ? BK_S(" ") : BK_S("  # with "));
        bk_buf_add(b, pair.name);
        bk_buf_addc(b, '=');
        for (size_t k = 0; k < pair.value.len; k++) {
            char c = pair.value.ptr[k];
            bk_buf_addc(b, c >= 0 && c < ' ' ? ' ' : c);
        }
        any = true;
    }
}

/* --- which tool --- */

static bool find_tool(struct bk_db *db, const struct bk_run_row *run, bool ramped,
                      enum tool *tool, struct bk_err *err)
{
    struct bk_stmt *st = bk_stmt(db, BK_SQL_SHOW_SOURCES);
    bool row = false, ok;
    *tool = N_TOOLS;
    bk_bind_int(st, ":run", run->id);
    while ((ok = bk_step(st, &row, err)) && row && *tool == N_TOOLS)
        for (size_t i = 0; i < sizeof tools / sizeof *tools; i++)
            if (bk_is(bk_col_text(st, 1), tools[i].format))
                *tool = tools[i].tool;
    bk_reset(st);
    /* a report does not say which tool it was; ramps of users are k6's */
    if (ok && *tool == N_TOOLS && ramped)
        *tool = K6;
    return ok;
}

bool bk_next_command(struct bk_db *db, struct bk_arena *a,
                     const struct bk_command_ask *ask, struct bk_str *command,
                     struct bk_err *err)
{
    struct ramp ramp = {.n = 0};
    struct bk_buf b = {NULL, 0, 0, 0, false};
    enum tool tool;
    *command = (struct bk_str){NULL, 0};
    if (!read_ramp(db, ask->like, &ramp, err) ||
        !find_tool(db, ask->like, ramp.n > 0, &tool, err))
        return false;
    if (tool == N_TOOLS)
        return true;
    bk_buf_add(&b, bk_str(commands[tool]));
    if (tool == K6)
        add_k6_load(&b, ask, &ramp);
    else
        add_options(&b, ask, tool);
    add_remark(&b, ask, tool);
    *command = bk_dup(a, bk_buf_str(&b));
    bk_buf_free(&b);
    return true;
}
