/* llama-bench of llama.cpp (https://github.com/ggml-org/llama.cpp, tools/llama-bench,
 * 2023 to 2026; ik_llama.cpp and llamafile have it too): one test a record, as JSON,
 * JSONL, CSV, SQL or a Markdown table.
 *
 * A test processes a prompt (pp), generates (tg) or does both (pg), so its tokens per
 * second are throughput of input, output or all tokens.  Columns come and go from build
 * to build and are taken by name.  The backends write log lines to the same terminal;
 * what is no record is passed over, and one source may hold several outputs. */
#include "llama_bench.h"

#include <string.h>

#include "../src/base/num.h"
#include "../src/base/utf8.h"
#include "shared/emit.h"
#include "shared/json.h"

#define MAX_TEXT     ((size_t)64 * 1024 * 1024)
#define MAX_TESTS    ((size_t)10000)
#define LONGEST_TEXT ((size_t)300) /* of a value that becomes a parameter or context */

/* --- the kind of a test --- */

struct shape {
    struct bk_str prompt, gen, depth; /* tokens, as written; empty: not said */
    const char *kind;                 /* pp tg pg; NULL: neither */
};

static const struct llama_field *field(const struct llama_test *t, const char *name)
{
    for (size_t i = 0; i < t->n; i++) {
        if (bk_is(t->fields[i].name, name))
            return &t->fields[i];
    }
    return NULL;
}

static struct bk_str value_of(const struct llama_test *t, const char *name)
{
    const struct llama_field *f = field(t, name);
    return f != NULL ? bk_trim(f->text) : (struct bk_str){0};
}

static bool is_positive(struct bk_str s)
{
    int64_t n;
    return bk_parse_int64(s, &n) && n > 0;
}

static bool take_digits(struct bk_str *s, struct bk_str *digits)
{
    size_t n = 0;
    *s = bk_trim(*s);
    while (n < s->len && s->ptr[n] >= '0' && s->ptr[n] <= '9')
        n++;
    *digits = bk_upto(*s, n);
    *s = bk_trim(bk_from(*s, n));
    return n > 0;
}

/* "pp512", "pp 512", "tg128", "pp512+tg128", "pp2048 @ d8192", and ik_llama.cpp's
 * "tg32@pp512": generation behind a prompt that is not timed. */
static bool read_label(struct bk_str s, struct shape *shape)
{
    bool behind = false;
    s = bk_trim(s);
    while (s.len > 0) {
        struct bk_str digits;
        bool prompt = bk_starts(s, BK_S("pp"));
        bool gen = bk_starts(s, BK_S("tg"));
        if (s.ptr[0] == '+' || s.ptr[0] == '@') {
            behind = behind || s.ptr[0] == '@';
            s = bk_trim(bk_from(s, 1));
            continue;
        }
        if (!prompt && !gen && (s.ptr[0] != 'd' || !behind))
            return false;
        s = bk_from(s, prompt || gen ? 2 : 1);
        if (!take_digits(&s, &digits))
            return false;
        *(behind ? &shape->depth : prompt ? &shape->prompt : &shape->gen) = digits;
    }
    return shape->prompt.len > 0 || shape->gen.len > 0;
}

static struct shape shape_of(const struct llama_test *t)
{
    struct shape s = {0}, labelled = {0};
    struct bk_str label = value_of(t, "test");
    if (label.len > 0 && read_label(label, &labelled)) {
        s = labelled;
        s.prompt = s.prompt.len > 0 ? s.prompt : BK_S("0");
        s.gen = s.gen.len > 0 ? s.gen : BK_S("0");
        s.depth = s.depth.len > 0 ? s.depth : BK_S("0");
    } else {
        s.prompt = value_of(t, "n_prompt");
        s.gen = value_of(t, "n_gen");
        s.depth = value_of(t, "n_depth");
    }
    bool prompt = is_positive(s.prompt), gen = is_positive(s.gen);
    s.kind = prompt && gen ? "pg" : prompt ? "pp" : gen ? "tg" : NULL;
    return s;
}

static struct bk_str key_of(struct bk_arena *a, const struct shape *s)
{
    struct bk_buf b = {0};
    if (is_positive(s->prompt))
        bk_buf_addf(&b, "pp%.*s", BK_F(s->prompt));
    if (is_positive(s->gen))
        bk_buf_addf(&b, "%stg%.*s", b.len > 0 ? "+" : "", BK_F(s->gen));
    if (is_positive(s->depth))
        bk_buf_addf(&b, " @ d%.*s", BK_F(s->depth));
    struct bk_str key = bk_dup(a, bk_upto(bk_buf_str(&b), LONGEST_TEXT));
    bk_buf_free(&b);
    return key;
}

/* --- numbers --- */

/* What this kind of test calls 'name' in the alias table: "pp avg_ts". */
static void emit_rate(struct llama_reader *r, struct bk_run *run, const char *kind,
                      const char *name, const struct bk_reading *reading)
{
    struct bk_str alias = bk_fmt(r->a, "%s %s", kind, name);
    struct bk_target t = bk_dict_find(r->im->dict, r->im->format, alias);
    (void)bk_emit_target(r->im, run, &t, reading);
}

/* The number that s begins with, a sign or other mark before it passed over. */
static struct bk_str next_number(struct bk_str *s)
{
    size_t from = 0, to;
    while (from < s->len && (s->ptr[from] < '0' || s->ptr[from] > '9'))
        from++;
    for (to = from; to < s->len; to++) {
        char c = s->ptr[to];
        if ((c < '0' || c > '9') && c != '.')
            break;
    }
    struct bk_str number = bk_upto(bk_from(*s, from), to - from);
    *s = bk_from(*s, to);
    return number;
}

/* "2410.90 ± 9.75". */
static void emit_cell(struct llama_reader *r, struct bk_run *run, const char *kind,
                      const struct llama_test *t)
{
    struct bk_str cell = value_of(t, "t/s");
    struct bk_reading reading = {.name = BK_S("t/s"), .locator = t->locator};
    reading.text = next_number(&cell);
    if (reading.text.len > 0)
        emit_rate(r, run, kind, "avg_ts", &reading);
    reading.text = next_number(&cell);
    reading.name = BK_S("t/s \xC2\xB1");
    if (reading.text.len > 0)
        emit_rate(r, run, kind, "stddev_ts", &reading);
}

static void emit_rates(struct llama_reader *r, struct bk_run *run, const char *kind,
                       const struct llama_test *t)
{
    static const char *const names[] = {"avg_ts", "stddev_ts"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct bk_reading reading = {.name = bk_str(names[i]),
                                     .text = value_of(t, names[i]),
                                     .locator = t->locator};
        if (reading.text.len > 0)
            emit_rate(r, run, kind, names[i], &reading);
    }
    emit_cell(r, run, kind, t);
}

/* --- model and hardware --- */

struct fact {
    const char *name;
    struct bk_str value; /* empty: not told */
    const char *unit;
};

static void add_fact(struct llama_reader *r, struct bk_fact *f, const struct fact *from,
                     struct bk_str locator)
{
    struct bk_arena *a = r->im->arena;
    *f = (struct bk_fact){.name = bk_str(from->name),
                          .value = bk_dup(a, bk_upto(from->value, LONGEST_TEXT)),
                          .unit = bk_str(from->unit),
                          .locator = bk_dup(a, locator)};
}

/* "4.58 GiB", "8.03 B" (10^9 parameters) and plain numbers. */
static struct bk_str scaled(struct llama_reader *r, struct bk_str s)
{
    static const struct {
        const char *unit;
        double factor;
    } scales[] = {{"GiB", 0x1p30}, {"MiB", 0x1p20}, {"KiB", 0x1p10}, {"TiB", 0x1p40},
                  {"B", 1e9},      {"M", 1e6},      {"K", 1e3},      {"T", 1e12}};
    char out[32];
    double value;
    struct bk_str number = next_number(&s), unit = bk_trim(s);
    for (size_t i = 0; i < sizeof scales / sizeof *scales; i++) {
        if (bk_is(unit, scales[i].unit) && bk_parse_double(number, &value))
            return bk_dup(
                r->a,
                (struct bk_str){out, bk_format_double(value * scales[i].factor, out)});
    }
    return unit.len == 0 ? number : (struct bk_str){0};
}

static struct bk_str first_of(const struct llama_test *t, const char *name,
                              const char *other)
{
    struct bk_str value = value_of(t, name);
    return value.len > 0 ? value : value_of(t, other);
}

static struct bk_str file_name(struct bk_str path)
{
    for (size_t i = path.len; i > 0; i--) {
        if (path.ptr[i - 1] == '/' || path.ptr[i - 1] == '\\') {
            path = bk_from(path, i);
            break;
        }
    }
    return bk_ends(path, BK_S(".gguf")) ? bk_upto(path, path.len - strlen(".gguf"))
                                        : path;
}

static void set_model(struct llama_reader *r, struct bk_run *run,
                      const struct llama_test *t)
{
    struct bk_arena *a = r->im->arena;
    struct bk_str type = first_of(t, "model_type", "model");
    struct bk_str size = scaled(r, first_of(t, "model_size", "size"));
    struct bk_str params = scaled(r, first_of(t, "model_n_params", "params"));
    struct bk_str file = file_name(value_of(t, "model_filename"));
    run->model = bk_dup(a, bk_upto(file.len > 0 ? file : type, LONGEST_TEXT));
    const struct fact facts[] = {{"model_type", type, ""},
                                 {"model_size", size, "B"},
                                 {"model_n_params", params, "1"}};
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
        if (facts[i].value.len > 0)
            add_fact(r, BK_PUSH(a, run->model_facts, run->n_model_facts), &facts[i],
                     t->locator);
    }
}

/* "GPU, GPU" of two equal devices is one name and a count. */
static struct bk_str same_devices(struct bk_str list, size_t *n)
{
    struct bk_str first, rest = bk_cut(list, ',', &first);
    *n = 1;
    first = bk_trim(first);
    while (rest.len > 0) {
        struct bk_str next;
        rest = bk_cut(rest, ',', &next);
        (*n)++;
        if (!bk_eq(bk_trim(next), first)) {
            *n = 1;
            return list;
        }
    }
    return first;
}

static void set_hardware(struct llama_reader *r, struct bk_run *run,
                         const struct llama_test *t)
{
    struct bk_arena *a = r->im->arena;
    struct bk_str cpu = value_of(t, "cpu_info"), gpu = value_of(t, "gpu_info");
    struct bk_str backend = first_of(t, "backends", "backend");
    size_t n = 1;
    struct bk_str device = same_devices(gpu, &n);
    if (gpu.len == 0 && r->table == LLAMA_MARKDOWN && !bk_is(backend, "CPU")) {
        gpu = device = r->device;
        n = r->n_devices;
    }
    bool on_cpu = gpu.len == 0 || bk_is(backend, "CPU");
    run->hardware = bk_dup(a, bk_upto(on_cpu ? cpu : device, LONGEST_TEXT));
    const struct fact facts[] = {
        {"cpu_name", cpu, ""},
        {"gpu_name", gpu.len > 0 ? device : gpu, ""},
        {"gpu_count", gpu.len > 0 && n > 1 ? bk_fmt(r->a, "%zu", n) : BK_S(""), "1"}};
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
        if (facts[i].value.len > 0)
            add_fact(r, BK_PUSH(a, run->hardware_facts, run->n_hardware_facts),
                     &facts[i], t->locator);
    }
}

static void set_engine(struct llama_reader *r, struct bk_run *run, struct bk_str commit,
                       struct bk_str number, struct bk_str locator)
{
    struct bk_arena *a = r->im->arena;
    commit = bk_upto(commit, LONGEST_TEXT);
    run->engine = BK_S("llama.cpp");
    if (commit.len == 0)
        return;
    struct bk_str version = bk_dup(a, commit);
    if (number.len > 0)
        version =
            bk_fmt(a, "%.*s (%.*s)", BK_F(commit), BK_F(bk_upto(number, LONGEST_TEXT)));
    bk_run_param(a, run, BK_S("engine_version"), version, bk_dup(a, locator));
}

/* --- the other columns --- */

static bool is_settled(struct bk_str name)
{
    static const char *const names[] = {
        "n_prompt",   "n_gen",      "n_depth",        "avg_ts",
        "stddev_ts",  "t/s",        "test",           "model",
        "model_type", "model_size", "model_n_params", "size",
        "params",     "cpu_info",   "gpu_info",       "model_filename",
        "samples_ns", "samples_ts", "build_commit",   "build_number"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (bk_is(name, names[i]))
            return true;
    }
    return false;
}

/* A setting, a time, or something that somebody added: a number under a name that
 * nobody knows is kept as a measurement, a text as a parameter. */
static void take_field(struct llama_reader *r, struct bk_run *run,
                       const struct llama_field *f, const struct llama_test *t)
{
    const struct bk_importing *im = r->im;
    struct bk_target target = bk_dict_find(im->dict, im->format, f->name);
    struct bk_str text = bk_trim(f->text);
    struct bk_reading reading = {.name = f->name, .text = text, .locator = t->locator};
    double number;
    bool numeric = !f->quoted && bk_parse_double_special(text, &number);
    bool measured = target.kind == BK_TARGET_METRIC || target.kind == BK_TARGET_NONE;
    if (text.len == 0 || is_settled(f->name))
        return;
    if (numeric && (measured || target.kind == BK_TARGET_PARAM)) {
        (void)bk_emit_target(im, run, &target, &reading);
        return;
    }
    if (text.len > LONGEST_TEXT || f->name.len > LONGEST_TEXT ||
        bk_emit_text(im, run, f->name, text, t->locator) || measured == false)
        return;
    bk_run_param(im->arena, run, bk_dup(im->arena, f->name), bk_dup(im->arena, text),
                 bk_dup(im->arena, t->locator));
}

static void add_length(struct llama_reader *r, struct bk_run *run, const char *name,
                       struct bk_str value, const struct llama_test *t)
{
    struct bk_reading reading = {
        .name = bk_str(name), .text = value, .locator = t->locator};
    if (value.len > 0)
        (void)bk_emit(r->im, run, &reading);
}

bool llama_take(struct llama_reader *r, const struct llama_test *t, struct bk_err *err)
{
    struct shape shape = shape_of(t);
    if (shape.prompt.len == 0 && shape.gen.len == 0)
        return true;
    if (r->runs.n == MAX_TESTS)
        return bk_fail(err, BK_EINPUT, "line %zu: more than %zu tests", t->line,
                       MAX_TESTS);
    struct bk_run *run = bk_runs_add(r->im, &r->runs);
    run->key = key_of(r->im->arena, &shape);
    set_model(r, run, t);
    set_hardware(r, run, t);
    set_engine(r, run, value_of(t, "build_commit"), value_of(t, "build_number"),
               t->locator);
    add_length(r, run, "n_prompt", shape.prompt, t);
    add_length(r, run, "n_gen", shape.gen, t);
    add_length(r, run, "n_depth", shape.depth, t);
    if (shape.kind != NULL)
        emit_rates(r, run, shape.kind, t);
    for (size_t i = 0; i < t->n; i++)
        take_field(r, run, &t->fields[i], t);
    run->n_samples = t->n_samples;
    return true;
}

void llama_take_build(struct llama_reader *r, struct bk_str line)
{
    struct bk_str commit, number;
    number = bk_cut(bk_trim(bk_from(line, strlen("build:"))), ' ', &commit);
    number = bk_trim(number);
    if (number.len > 1 && number.ptr[0] == '(' && number.ptr[number.len - 1] == ')')
        number = bk_upto(bk_from(number, 1), number.len - 2);
    struct bk_str locator = bk_line_locator(r->a, r->line);
    for (; r->table_from < r->runs.n; r->table_from++) {
        struct bk_run *run = r->runs.items[r->table_from];
        if (bk_run_find_param(run, "engine_version") == NULL)
            set_engine(r, run, commit, number, locator);
    }
}

/* --- reading --- */

static void note_error(struct llama_reader *r, struct bk_str line)
{
    if (r->why.len == 0 && bk_has(line, BK_S("error")) && bk_utf8_bad(line) == BK_NONE)
        r->why = bk_dup(r->im->arena, bk_trim(line));
}

/* "  Device 0: NAME, compute capability 8.9, VMM: yes" (CUDA, ROCm) and "ggml_vulkan: 0 =
 * NAME (driver) | uma: 0 | ...": a Markdown table says the backend only.  Devices of
 * different names are no one hardware. */
static void note_device(struct llama_reader *r, struct bk_str line)
{
    struct bk_str name, s = bk_trim(line);
    bool vulkan = bk_starts(s, BK_S("ggml_vulkan: "));
    s = bk_from(s, strlen(vulkan ? "ggml_vulkan: " : "Device "));
    size_t digits = 0;
    while (digits < s.len && s.ptr[digits] >= '0' && s.ptr[digits] <= '9')
        digits++;
    s = bk_from(s, digits);
    struct bk_str mark = vulkan ? BK_S(" = ") : BK_S(": ");
    if (digits == 0 || !bk_starts(s, mark))
        return;
    bk_cut(bk_from(s, mark.len), vulkan ? '|' : ',', &name);
    size_t driver = vulkan ? bk_rfind_char(name, '(') : BK_NONE;
    name = bk_trim(bk_upto(name, driver));
    if (bk_utf8_bad(name) != BK_NONE || name.len > LONGEST_TEXT)
        return;
    r->n_devices++;
    if (r->n_devices == 1)
        r->device = bk_dup(r->im->arena, name);
    else if (!bk_eq(r->device, name))
        r->device = (struct bk_str){0};
}

/* What the backends write before a table. */
static void take_log_line(struct llama_reader *r, struct bk_str line)
{
    struct bk_str s = bk_trim(line);
    bool found = bk_starts(s, BK_S("ggml_")) && bk_has(s, BK_S(": found ")) &&
                 bk_has(s, BK_S(" devices"));
    found = found || bk_starts(s, BK_S("ggml_vulkan: Found "));
    if (found) {
        r->n_devices = 0;
        r->device = (struct bk_str){0};
    } else if (bk_starts(s, BK_S("Device ")) || bk_starts(s, BK_S("ggml_vulkan: "))) {
        note_device(r, s);
    }
    note_error(r, line);
}

/* Does an object begin here, at the start of a line or behind the '[' of an array? */
static bool begins_object(struct bk_str line, size_t *at)
{
    size_t i = 0;
    while (i < line.len && (line.ptr[i] == ' ' || line.ptr[i] == '\t' ||
                            line.ptr[i] == '[' || line.ptr[i] == ','))
        i++;
    *at = i;
    return i + 1 < line.len ? line.ptr[i] == '{' && strchr("\" \t\r{", line.ptr[i + 1])
                            : i < line.len && line.ptr[i] == '{';
}

static bool take_line(struct llama_reader *r, struct bk_str line, struct bk_err *err)
{
    size_t at;
    bool used;
    if (r->table != LLAMA_MARKDOWN && begins_object(line, &at))
        return llama_json(r, (size_t)(line.ptr - r->text.ptr) + at, err);
    if (!llama_row(r, line, &used, err))
        return false;
    if (!used && bk_starts(line, BK_S("build: ")) && bk_utf8_bad(line) == BK_NONE)
        llama_take_build(r, line);
    else if (!used)
        take_log_line(r, line);
    return true;
}

static bool read_all(struct llama_reader *r, struct bk_err *err)
{
    struct bk_arena_mark empty = bk_arena_mark(r->a);
    struct bk_str line;
    r->rest = r->text;
    while (bk_next_line(&r->rest, &line)) {
        r->line++;
        if (!take_line(r, line, err))
            return false;
        bk_arena_release(r->a, empty);
    }
    return true;
}

static bool note_cut(const struct llama_reader *r, struct bk_err *err)
{
    if (r->cut_line == 0)
        return true;
    struct bk_arena *a = r->im->arena;
    const struct bk_finding f = {
        .code = BK_S("truncated"),
        .severity = BK_WARNING,
        .subject = BK_S("llama-bench"),
        .message = bk_fmt(a, "the text ends within the test that begins on line %zu",
                          r->cut_line),
        .locator = bk_line_locator(a, r->cut_line)};
    return r->im->sink->finding(r->im->sink, &f, err);
}

static bool no_tests(const struct llama_reader *r, struct bk_err *err)
{
    if (r->cut_line > 0)
        return bk_fail(err, BK_EINPUT, "line %zu: the text ends within the first test",
                       r->cut_line);
    if (r->header_line > 0)
        return bk_fail(err, BK_ESKIP,
                       "line %zu: a header, but no test was finished%s%.*s",
                       r->header_line, r->why.len > 0 ? ": " : "", BK_F(r->why));
    return bk_fail(err, BK_EINPUT,
                   "line %zu: the text ends without a test of llama-bench",
                   r->line > 0 ? r->line : 1);
}

static bool import(struct bk_input *in, const struct bk_importing *im,
                   struct bk_err *err)
{
    struct llama_reader r = {.im = im};
    if (!bk_input_text(in, MAX_TEXT, &r.text, err))
        return false;
    r.a = bk_arena_new();
    bool ok = read_all(&r, err);
    bk_arena_free(r.a);
    if (!ok)
        return false;
    if (r.runs.n == 0)
        return no_tests(&r, err);
    return bk_runs_send(im, &r.runs, err) && note_cut(&r, err);
}

/* --- the bid --- */

static bool has_object(struct bk_str head)
{
    struct bk_str line;
    size_t at;
    if (!bk_has(head, BK_S("\"build_commit\"")) || !bk_has(head, BK_S("\"avg_ts\"")) ||
        (!bk_has(head, BK_S("\"n_prompt\"")) && !bk_has(head, BK_S("\"n_gen\""))))
        return false;
    while (bk_next_line(&head, &line)) {
        if (begins_object(line, &at))
            return true;
    }
    return false;
}

static int bid(const struct bk_input *in)
{
    struct bk_str head = bk_input_head(in), line;
    bool sql = false;
    if (has_object(head))
        return 95;
    if (bk_find_char(head, '\0') != BK_NONE)
        return 0;
    while (bk_next_line(&head, &line)) {
        if (llama_is_csv_header(line))
            return 95;
        if (llama_is_markdown_header(line))
            return 90;
        sql = sql || llama_is_sql(line);
        if (sql && bk_has(line, BK_S("avg_ts")))
            return 95;
    }
    return 0;
}

const struct bk_importer bk_importer_llama_bench = {
    .name = "llama-bench",
    .title = "llama-bench results",
    .upstream = "llama.cpp 2023 to 2026: llama-bench -o json, jsonl, csv, md, sql",
    .gives = "one run a test",
    .example = "llama-bench -m model.gguf -o jsonl > bench.jsonl",
    .signature = "the names build_commit and avg_ts in a JSON object, a CSV header or "
                 "SQL; or the header of its Markdown table",
    .traps = "What tokens per second count depends on the test: a prompt (pp), "
             "generation (tg) or both (pg).\n"
             "Columns come and go from build to build; they are found by name.",
    .version = 1,
    .bid = bid,
    .import = import,
};
