/* sizing: capacity sheets listed, recomputed, compared, held against what was measured,
 * and calculated. */
#include "sizing.h"

/* Options that only one of the commands takes. */
static bool only_for_plan(const struct bk_sizing_args *o)
{
    return o->context || o->concurrency || o->kv_precision || o->headroom || o->ha ||
           o->budget_ratio || o->overhead || o->weights || o->tensor_parallel ||
           o->gpus || o->gpu_memory || o->sheet || o->snapshot || o->set.n > 0;
}

static bool check_options(const char *command, const struct bk_sizing_args *o,
                          const struct bk_strings *where, struct bk_err *err)
{
    struct bk_str name = bk_str(command);
    bool plan = bk_is(name, "plan"), check = bk_is(name, "check");
    bool list = bk_is(name, "list");
    if (!plan && only_for_plan(o))
        return bk_fail(err, BK_EUSAGE,
                       "only 'sizing plan' takes inputs of a calculation");
    if (!check && o->slos.n > 0)
        return bk_fail(err, BK_EUSAGE, "only 'sizing check' takes --slo");
    if (!check && where->n > 0)
        return bk_fail(err, BK_EUSAGE,
                       "--where is about runs, which only 'sizing check' looks at");
    if (!plan && !check && !list && (o->model || o->hardware))
        return bk_fail(err, BK_EUSAGE,
                       "'sizing %s' takes names of sizing runs, not --model or "
                       "--hardware",
                       command);
    return true;
}

static bool usage(const char *word, struct bk_err *err)
{
    static const char *const words[] = {"list", "show", "compare", "check", "plan"};
    const char *near = bk_nearest(word, words, sizeof words / sizeof *words);
    return bk_fail(err, BK_EUSAGE,
                   "'sizing' has no command '%s'%s%s%s (it has: list, show, compare, "
                   "check, plan)",
                   word, near ? "; did you mean '" : "", near ? near : "",
                   near ? "'?" : "");
}

static bool ask(struct bk_db *db, const void *args, const struct bk_strings *positional,
                const struct bk_strings *where, struct bk_report *r, struct bk_err *err)
{
    const struct bk_sizing_args *o = args;
    const char *command = positional->n > 0 ? positional->items[0] : "list";
    size_t n = positional->n > 0 ? positional->n - 1 : 0;
    const char *const *names = n > 0 ? positional->items + 1 : NULL;
    struct bk_str word = bk_str(command);
    if (!check_options(command, o, where, err))
        return false;
    if (bk_is(word, "compare"))
        return bk_sizing_ask_compare(db, names, n, r, err);
    if (n > 1)
        return bk_fail(err, BK_EUSAGE, "'sizing %s' takes one name", command);
    if (bk_is(word, "show"))
        return bk_sizing_ask_show(db, n > 0 ? names[0] : NULL, r, err);
    if (bk_is(word, "check"))
        return bk_sizing_ask_check(db, o, n > 0 ? names[0] : NULL, where, r, err);
    if (n > 0)
        return bk_fail(err, BK_EUSAGE, "'sizing %s' takes no name", command);
    if (bk_is(word, "list"))
        return bk_sizing_ask_list(db, o, r, err);
    return bk_is(word, "plan") ? bk_sizing_ask_plan(db, o, r, err)
                               : usage(command, err);
}

#define TEXT(letter, name, field, arg, help)                                           \
    {                                                                                  \
        letter, name, BK_OPT_TEXT, offsetof(struct bk_sizing_args, field), arg, help,  \
            NULL                                                                       \
    }

static const struct bk_opt options[] = {
    TEXT(0, "model", model, "NAME", "of a plan; or only sheets and runs of this model"),
    TEXT(0, "hardware", hardware, "NAME",
         "of a plan; or only sheets and runs of this kind of machine"),
    {0, "slo", BK_OPT_LIST, offsetof(struct bk_sizing_args, slos), "OBJECTIVE",
     "check: what a run must meet (default: 'error_rate<=1%'); several may be given",
     NULL},
    TEXT(0, "context", context, "TOKENS",
         "plan: tokens that a session keeps: 8192, a list, or 4096..65536:4096"),
    TEXT(0, "concurrency", concurrency, "N",
         "plan: sessions at once: 500, a list, or 100..1000:100"),
    TEXT(0, "kv-precision", kv_precision, "NAME",
         "plan: how the cache is kept: fp16, fp8, ..., or a list"),
    TEXT(0, "headroom", headroom, "SHARE", "plan: room for peaks: 20%, or a list"),
    TEXT(0, "ha", ha, "MODE", "plan: nodes that may fail: none, n+1, n+2, or a list"),
    TEXT(0, "budget-ratio", budget_ratio, "SHARE",
         "plan: share of what is left for the cache (default: 90%), or a list"),
    TEXT(
        0, "tensor-parallel", tensor_parallel, "N",
        "plan: GPUs that one copy of the model is spread over (default: 1), or a list"),
    TEXT(0, "weights", weights, "SIZE", "plan: memory of one copy of the model: 16GB"),
    TEXT(0, "overhead", overhead, "SIZE",
         "plan: what else of a node's memory is taken: 120GiB"),
    TEXT(0, "gpus", gpus, "N", "plan: GPUs of a node"),
    TEXT(0, "gpu-memory", gpu_memory, "SIZE", "plan: memory of a GPU: 80GB"),
    {0, "set", BK_OPT_LIST, offsetof(struct bk_sizing_args, set), "NAME=VALUE",
     "plan: a figure of the model's architecture, as in num_layers=36", NULL},
    TEXT(0, "sheet", sheet, "SHEET",
         "plan: what is not given is taken from this sheet"),
    TEXT(0, "snapshot", snapshot, "RUN",
         "plan: room for the cache as this run's engine measured it"),
    {.type = BK_OPT_END},
};

const struct bk_question bk_question_sizing = {
    .name = "sizing",
    .args = "[list | show SHEET | compare SHEET... | check [SHEET|RUN] | plan]",
    .summary =
        "capacity sheets: recomputed, compared, held against runs; plan your own",
    .help =
        "A SHEET is an imported sizing run, or one of its scenarios: NAME:SCENARIO.\n"
        "'show' has every number beside what the sheet's own numbers give; 'compare' "
        "what\ndiffers between sheets, or the scenarios of one; 'check' holds the KV "
        "cache and the\nsessions that a sheet promises against what engines reported "
        "and runs reached;\n'plan' calculates sessions and nodes from a model and a "
        "machine, or from a snapshot\nof an engine, over ranges.\n\n"
        "Examples:\n"
        "  benchkeep sizing\n"
        "  benchkeep sizing show gpt-oss-20b@dgx-b200:recommended\n"
        "  benchkeep sizing compare gpt-oss-20b@dgx-b200\n"
        "  benchkeep sizing check --slo 'error_rate<=1%' --slo 'ttft.p95<=500ms'\n"
        "  benchkeep sizing plan --sheet gpt-oss-20b@dgx-b200 --kv-precision fp16,fp8\n"
        "  benchkeep sizing plan --model qwen3-8b --gpus 4 --gpu-memory 48GB --weights "
        "16GB \\\n"
        "      --context 8192 --concurrency 100..500:100 --headroom 20% --ha n+1\n",
    .options = options,
    .args_size = sizeof(struct bk_sizing_args),
    .max_positional = 9,
    .ask = ask,
};
