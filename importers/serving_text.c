/* What vLLM's and SGLang's serving benchmarks print at their end (vLLM: vllm bench serve,
 * before that benchmarks/benchmark_serving.py; SGLang: python -m sglang.bench_serving):
 *
 *     ============ Serving Benchmark Result ============
 *     Successful requests:                     500
 *     Mean TTFT (ms):                          181.53
 *     ==================================================
 *
 * The block stands at the end of a log with the arguments (Namespace(...)), progress bars
 * that overwrite themselves with carriage returns, and lines of the server; a log of a
 * sweep has several.  The tools print inf and nan, which are no numbers, and time only
 * what succeeded. */
#include "importer.h"

#include <string.h>

#include "../src/base/num.h"
#include "../src/base/utf8.h"
#include "shared/emit.h"
#include "shared/runs.h"

#define TITLE        "Serving Benchmark Result"
#define MAX_RUNS     ((size_t)5000)
#define MAX_LABELS   ((size_t)500) /* of one block; the tools print about 40 */
#define MAX_PENDING  ((size_t)64)
#define LONGEST_LINE ((size_t)400)
#define LONGEST_ARGS ((size_t)64 * 1024)
#define LONGEST_TEXT ((size_t)200)
#define PREFIX_MAX   ((size_t)80) /* of what a log collector or a comment puts before */

struct setting { /* said before the block that it is about */
    struct bk_str name, text, locator;
};

struct reader {
    const struct bk_importing *im;
    struct bk_runs runs;
    struct bk_run *run; /* of the block in progress */
    size_t prefix;      /* characters before its lines */
    size_t labels;
    size_t block_line;
    size_t line;
    struct setting *arguments; /* of the last Namespace(...) */
    size_t n_arguments;
    struct setting *announced; /* "Traffic request rate: 2.0" before the block */
    size_t n_announced;
    size_t started_line; /* of the first line that only these tools write; 0: none */
    struct bk_str why;   /* the last line that speaks of an error */
    size_t cut_line;     /* where a block began that has no end; 0: none */
};

/* --- settings --- */

static void keep(struct reader *r, struct setting **list, size_t *n, struct bk_str name,
                 struct bk_str text)
{
    struct bk_arena *a = r->im->arena;
    if (*n == MAX_PENDING || bk_utf8_bad(text) != BK_NONE || text.len == 0 ||
        text.len > LONGEST_TEXT || bk_is(text, "None"))
        return;
    struct setting *s = BK_PUSH(a, *list, *n);
    *s = (struct setting){.name = bk_dup(a, name),
                          .text = bk_dup(a, text),
                          .locator = bk_line_locator(a, r->line)};
}

static void apply(struct reader *r, const struct setting *s)
{
    const struct bk_importing *im = r->im;
    struct bk_target t = bk_dict_find(im->dict, im->format, s->name);
    struct bk_reading reading = {
        .name = s->name, .text = s->text, .locator = s->locator};
    double number;
    if (t.kind == BK_TARGET_PARAM && bk_run_param_named(r->run, t.name) != NULL)
        return; /* the block says it itself */
    if (t.kind == BK_TARGET_PARAM && bk_parse_double(s->text, &number))
        (void)bk_emit_target(im, r->run, &t, &reading);
    else if (t.kind == BK_TARGET_PARAM || t.kind == BK_TARGET_CONTEXT)
        (void)bk_emit_text(im, r->run, s->name, s->text, s->locator);
}

static bool is_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           c == '_';
}

/* A value of Python's repr up to the comma behind it: 'text', 1.0, None, {...}. */
static struct bk_str python_value(struct bk_str *s)
{
    size_t depth = 0, i = 0;
    char quote = '\0';
    for (; i < s->len; i++) {
        char c = s->ptr[i];
        if (quote != '\0') {
            i += c == '\\';
            quote = c == quote ? '\0' : quote;
        } else if (c == '\'' || c == '"') {
            quote = c;
        } else if (c == '(' || c == '[' || c == '{' || c == '<') {
            depth++;
        } else if (c == ')' || c == ']' || c == '}' || c == '>') {
            if (depth == 0)
                break;
            depth--;
        } else if (c == ',' && depth == 0) {
            break;
        }
    }
    struct bk_str value = bk_trim(bk_upto(*s, i));
    *s = bk_from(*s, i + 1);
    if (value.len >= 2 && (value.ptr[0] == '\'' || value.ptr[0] == '"') &&
        value.ptr[value.len - 1] == value.ptr[0])
        value = bk_upto(bk_from(value, 1), value.len - 2);
    return value;
}

/* "Namespace(num_prompts=1000, model='x', ...)": those that the alias table knows. */
static void take_arguments(struct reader *r, struct bk_str s)
{
    r->n_arguments = 0;
    r->arguments = NULL;
    while (s.len > 0) {
        size_t n = 0;
        s = bk_trim(s);
        while (n < s.len && is_name(s.ptr[n]))
            n++;
        if (n == 0 || n >= s.len || s.ptr[n] != '=')
            return;
        struct bk_str name = bk_fmt(r->im->arena, "args.%.*s", BK_F(bk_upto(s, n)));
        s = bk_from(s, n + 1);
        struct bk_str value = python_value(&s);
        struct bk_target t = bk_dict_find(r->im->dict, r->im->format, name);
        if (t.kind == BK_TARGET_PARAM || t.kind == BK_TARGET_CONTEXT)
            keep(r, &r->arguments, &r->n_arguments, name, value);
    }
}

static const struct setting *argument(const struct reader *r, const char *name)
{
    for (size_t i = 0; i < r->n_arguments; i++) {
        if (bk_is(r->arguments[i].name, name))
            return &r->arguments[i];
    }
    return NULL;
}

/* --- a block --- */

struct label {          /* "P99.9 TTFT (ms)" in its parts */
    struct bk_str name; /* for the alias table: "TTFT" */
    struct bk_str stat; /* "p99.9"; empty: none */
    struct bk_str unit; /* "ms"; empty: none */
};

static bool is_percentile(struct bk_str word)
{
    double p;
    return word.len > 1 && (word.ptr[0] == 'P' || word.ptr[0] == 'p') &&
           bk_parse_double(bk_from(word, 1), &p);
}

static struct label label_of(const struct bk_importing *im, struct bk_str s)
{
    static const char *const stats[] = {"Mean", "Median", "Std", "Min", "Max"};
    struct label l = {.name = s};
    size_t open = bk_rfind_char(s, '(');
    if (open != BK_NONE && open > 0 && bk_ends(s, BK_S(")"))) {
        struct bk_str unit = bk_upto(bk_from(s, open + 1), s.len - open - 2);
        if (bk_dict_unit(im->dict, unit) != NULL) {
            l.unit = unit;
            l.name = bk_trim(bk_upto(s, open));
        }
    }
    struct bk_str first, rest = bk_trim(bk_cut(l.name, ' ', &first));
    bool stat = is_percentile(first);
    for (size_t i = 0; i < sizeof stats / sizeof *stats; i++)
        stat = stat || bk_is(first, stats[i]);
    if (stat && rest.len > 0) {
        l.stat = bk_dict_stat(im->dict, im->arena, first);
        l.name = rest;
    }
    return l;
}

/* A median may be printed twice, as "Median" and as "P50". */
static void measure(struct reader *r, const struct bk_target *t,
                    const struct bk_reading *reading)
{
    unsigned rank;
    struct bk_measurement *m = bk_emit_target(r->im, r->run, t, reading);
    if (m != NULL && !bk_run_new_claim(r->run, m, &rank))
        r->run->n_measurements--;
    else if (m != NULL)
        m->rank = rank;
}

/* Counts of requests cover all of them; rates, tokens and times what succeeded. */
static enum bk_population population_of(const struct bk_target *t)
{
    return bk_starts(t->name, BK_S("requests")) || bk_is(t->name, "duration")
               ? BK_POP_ALL
               : BK_POP_OK;
}

static void take_label(struct reader *r, struct bk_str name, struct bk_str value)
{
    const struct bk_importing *im = r->im;
    struct label l = label_of(im, name);
    struct bk_target t = bk_dict_find(im->dict, im->format, l.name);
    struct bk_str number, unit = bk_trim(bk_cut(value, ' ', &number));
    struct bk_reading reading = {.name = t.kind == BK_TARGET_NONE ? l.name : name,
                                 .text = number,
                                 .unit = l.unit.len > 0 ? l.unit : unit,
                                 .population = population_of(&t),
                                 .locator = bk_line_locator(im->arena, r->line)};
    double ignored;
    bool numeric = bk_parse_double(number, &ignored);
    bool special = !numeric && bk_parse_double_special(number, &ignored);
    if (l.stat.len > 0)
        t.stat = l.stat;
    if (numeric) {
        measure(r, &t, &reading);
    } else if (t.kind == BK_TARGET_PARAM || t.kind == BK_TARGET_CONTEXT) {
        if (!bk_is(value, "None"))
            (void)bk_emit_text(im, r->run, l.name, value, reading.locator);
    } else if (t.kind == BK_TARGET_NONE && !special && l.stat.len == 0 &&
               value.len > 0 && l.unit.len == 0) {
        bk_run_param(im->arena, r->run, bk_dup(im->arena, l.name),
                     bk_dup(im->arena, value), reading.locator);
    }
}

/* The server, when the tool calls one by its name: "vllm", "sglang-oai". */
static void set_engine(struct bk_run *run)
{
    static const char *const engines[] = {"sglang",       "vllm", "lmdeploy", "tgi",
                                          "tensorrt-llm", "trt",  "llama.cpp"};
    const struct bk_param *p = bk_run_find_param(run, "backend");
    for (size_t i = 0; p != NULL && i < sizeof engines / sizeof *engines; i++) {
        struct bk_str engine = bk_str(engines[i]);
        bool variant = p->value.len > engine.len && p->value.ptr[engine.len] == '-';
        if (bk_starts(p->value, engine) && (variant || p->value.len == engine.len)) {
            run->engine = engine;
            return;
        }
    }
}

/* Lengths that were asked for, of the dataset that was used. */
static void add_lengths(struct reader *r)
{
    const struct setting *dataset = argument(r, "args.dataset_name");
    static const char *const names[] = {
        "args.random_input_len", "args.random_output_len", "args.sonnet_input_len",
        "args.sonnet_output_len"};
    for (size_t i = 0; dataset != NULL && i < sizeof names / sizeof *names; i++) {
        struct bk_str own = bk_from(bk_str(names[i]), strlen("args."));
        const struct setting *s = argument(r, names[i]);
        if (s != NULL && bk_starts(own, dataset->text) && dataset->text.len > 0)
            apply(r, s);
    }
}

static bool is_length(struct bk_str name)
{
    return bk_starts(name, BK_S("args.random_")) ||
           bk_starts(name, BK_S("args.sonnet_"));
}

static void add_requests(struct reader *r)
{
    struct bk_run *run = r->run;
    const struct bk_param *asked = bk_run_find_param(run, "num_prompts");
    double n;
    if (asked != NULL && bk_parse_double(asked->value, &n) && n > 0 &&
        bk_run_find(run, "requests_failed", "value", "") == NULL)
        bk_run_derive(r->im->arena, run, "requests", "value", "1", n, "num_prompts");
}

static void end_block(struct reader *r, bool closed)
{
    if (r->run == NULL)
        return;
    if (!closed)
        r->cut_line = r->block_line;
    for (size_t i = 0; i < r->n_announced; i++)
        apply(r, &r->announced[i]);
    for (size_t i = 0; i < r->n_arguments; i++) {
        if (!is_length(r->arguments[i].name))
            apply(r, &r->arguments[i]);
    }
    add_lengths(r);
    set_engine(r->run);
    add_requests(r);
    r->run->generates_text = bk_run_find(r->run, "output_tokens", "value", "") != NULL;
    bk_emit_drop_zero_latency(r->im, r->run);
    if (r->run->n_measurements == 0)
        r->runs.n--; /* a template without numbers */
    r->run = NULL;
    r->n_announced = 0;
    r->announced = NULL;
}

/* --- lines --- */

/* "============ Serving Benchmark Result ============", with something before it. */
static bool is_title(struct bk_str s, size_t *prefix)
{
    size_t at = bk_find(s, BK_S(" " TITLE " "));
    if (at == BK_NONE)
        at = bk_find(s, BK_S("=" TITLE "="));
    if (at == BK_NONE)
        return false;
    size_t begin = at;
    while (begin > 0 && s.ptr[begin - 1] == '=')
        begin--;
    struct bk_str behind = bk_trim(bk_from(s, at + strlen(TITLE) + 1));
    *prefix = begin;
    return at - begin >= 3 && begin <= PREFIX_MAX && bk_starts(behind, BK_S("==="));
}

static bool is_rule(struct bk_str s)
{
    size_t n = 0;
    while (n < s.len && s.ptr[n] == '=')
        n++;
    return n >= 20 && n == s.len;
}

static bool begin_block(struct reader *r, size_t prefix, struct bk_err *err)
{
    end_block(r, false);
    if (r->runs.n == MAX_RUNS)
        return bk_fail(err, BK_EINPUT, "line %zu: more than %zu results", r->line,
                       MAX_RUNS);
    r->run = bk_runs_add(r->im, &r->runs);
    r->prefix = prefix;
    r->labels = 0;
    r->block_line = r->line;
    return true;
}

static void take_block_line(struct reader *r, struct bk_str s)
{
    struct bk_str label, value;
    s = bk_trim(r->prefix < s.len ? bk_from(s, r->prefix) : (struct bk_str){0});
    if (is_rule(s) || bk_starts(s, BK_S("```"))) {
        end_block(r, true);
        return;
    }
    value = bk_cut(s, ':', &label);
    label = bk_trim(label);
    value = bk_trim(value);
    if (label.len == 0 || value.len == 0 || label.len > LONGEST_TEXT ||
        value.len > LONGEST_TEXT || label.ptr[0] == '-' || bk_utf8_bad(s) != BK_NONE ||
        ++r->labels > MAX_LABELS)
        return;
    take_label(r, label, value);
}

/* What the tools print before they begin. */
static void take_log_line(struct reader *r, struct bk_str s)
{
    static const char *const labels[] = {"Traffic request rate", "Burstiness factor",
                                         "Maximum request concurrency"};
    size_t at = bk_find(s, BK_S("Namespace("));
    if (at != BK_NONE && s.len <= LONGEST_ARGS) {
        take_arguments(r, bk_from(s, at + strlen("Namespace(")));
        return;
    }
    struct bk_str label, value = bk_trim(bk_cut(bk_trim(s), ':', &label));
    for (size_t i = 0; i < sizeof labels / sizeof *labels; i++) {
        struct bk_str number;
        if (!bk_is(label, labels[i]))
            continue;
        bk_cut(value, ' ', &number);
        if (i == 0) { /* the first of a run's announcements */
            r->n_announced = 0;
            r->announced = NULL;
        }
        if (r->started_line == 0)
            r->started_line = r->line;
        keep(r, &r->announced, &r->n_announced, label, number);
    }
    if (s.len <= LONGEST_LINE && bk_has(s, BK_S("Error")) && bk_utf8_bad(s) == BK_NONE)
        r->why = bk_dup(r->im->arena, bk_upto(bk_trim(s), LONGEST_TEXT));
}

static bool take_line(struct reader *r, struct bk_str s, struct bk_err *err)
{
    size_t prefix;
    if (s.len <= LONGEST_LINE && is_title(s, &prefix))
        return begin_block(r, prefix, err);
    if (r->run != NULL && s.len <= LONGEST_LINE)
        take_block_line(r, s);
    else if (r->run == NULL)
        take_log_line(r, s);
    return true;
}

static bool read_all(struct reader *r, struct bk_input *in, struct bk_err *err)
{
    struct bk_str line;
    bool more = true;
    for (;;) {
        if (!bk_input_line(in, &line, &r->line, &more, NULL, err))
            return false;
        if (!more)
            break;
        while (line.len > 0) {
            struct bk_str part;
            line = bk_cut(line, '\r', &part);
            if (part.len > 0 && !take_line(r, part, err))
                return false;
        }
    }
    end_block(r, false);
    return true;
}

/* --- the interface --- */

static bool no_results(const struct reader *r, struct bk_err *err)
{
    return bk_fail(err, r->started_line > 0 ? BK_ESKIP : BK_EINPUT,
                   "line %zu: the log ends without a result%s%.*s",
                   r->line > 0 ? r->line : 1, r->why.len > 0 ? ": " : "", BK_F(r->why));
}

/* Request throughput covers what was completed: it is the throughput of successes. */
static void state_ok_throughput(const struct bk_importing *im, struct bk_run *run)
{
    const struct bk_measurement *rate =
        bk_run_find(run, "request_throughput", "value", "");
    bool derivable = bk_run_find(run, "requests_ok", "value", "") != NULL &&
                     bk_run_find(run, "duration", "value", "") != NULL;
    if (rate == NULL || derivable || rate->origin != BK_REPORTED)
        return;
    struct bk_measurement *m =
        bk_run_derive(im->arena, run, "ok_throughput", "value", "1/s", rate->value,
                      "request_throughput (of completed requests)");
    m->low = rate->low;
    m->high = rate->high;
}

static bool note_cut(const struct reader *r, struct bk_err *err)
{
    struct bk_arena *a = r->im->arena;
    if (r->cut_line == 0)
        return true;
    const struct bk_finding f = {
        .code = BK_S("truncated"),
        .severity = BK_INFO,
        .subject = BK_S("serving-text"),
        .message = bk_fmt(a, "the result that begins on line %zu has no closing line",
                          r->cut_line),
        .locator = bk_line_locator(a, r->cut_line)};
    return r->im->sink->finding(r->im->sink, &f, err);
}

static bool import(struct bk_input *in, const struct bk_importing *im,
                   struct bk_err *err)
{
    struct reader r = {.im = im};
    if (!read_all(&r, in, err))
        return false;
    if (r.runs.n == 0)
        return no_results(&r, err);
    for (size_t i = 0; i < r.runs.n; i++)
        state_ok_throughput(im, r.runs.items[i]);
    return bk_runs_send(im, &r.runs, err) && note_cut(&r, err);
}

/* The block is at the end of the log, behind what the head shows of a long one: then the
 * lines before the benchmark tell. */
static int bid(const struct bk_input *in)
{
    struct bk_str head = bk_input_head(in);
    struct bk_str rest = head, line;
    bool rate = false, burstiness = false;
    size_t prefix;
    if (head.len == 0 || head.ptr[0] == '{' || head.ptr[0] == '[' ||
        bk_find_char(head, '\0') != BK_NONE)
        return 0;
    while (bk_next_line(&rest, &line)) {
        while (line.len > 0) {
            struct bk_str part;
            line = bk_cut(line, '\r', &part);
            if (is_title(part, &prefix))
                return 92;
            rate = rate || bk_starts(part, BK_S("Traffic request rate: "));
            burstiness = burstiness || bk_starts(part, BK_S("Burstiness factor: "));
        }
    }
    if (rate && burstiness)
        return 88;
    bool arguments = bk_has(head, BK_S("Namespace(")) &&
                     bk_has(head, BK_S("num_prompts=")) &&
                     bk_has(head, BK_S("request_rate="));
    return arguments ? 86 : 0;
}

const struct bk_importer bk_importer_serving_text = {
    .name = "serving-text",
    .title = "serving benchmark console output",
    .upstream = "vLLM 0.2 to 0.2x (bench serve), SGLang 0.2 to 0.5 (bench_serving)",
    .gives = "one run a result block",
    .example = "vllm bench serve --model m ... | tee bench.log",
    .signature = "the line \"==== Serving Benchmark Result ====\", or the lines that "
                 "the tool prints before it",
    .traps = "Only requests that succeeded are timed.\n"
             "inf and nan are no numbers.\n"
             "A log may hold several blocks: each is a run.",
    .version = 1,
    .bid = bid,
    .import = import,
};
