/* Results of serving benchmarks as JSON objects: see serving.h. */
#include "serving.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/base/num.h"
#include "emit.h"

#define MAX_TEXT    ((size_t)128 * 1024 * 1024)
#define MAX_MEMBERS ((size_t)2000) /* of an object */
#define MAX_OBJECTS ((size_t)5000) /* appended to one file: days of benchmarks */
#define MAX_NAME    ((size_t)300)
#define MAX_VALUE   ((size_t)1000) /* bytes of a text that is a parameter */
#define MAX_NOTED   20             /* duplicate keys of a document */

/* --- one value --- */

/* "p99.9_ttft_ms" is stat "p99.9" of "ttft" in ms.  False: the name has no stat. */
static bool split_name(struct bk_str name, struct bk_str *stat, struct bk_str *rest,
                       struct bk_str *unit)
{
    static const char *const stats[] = {"mean", "median", "std", "avg", "min", "max"};
    size_t end = bk_find_char(name, '_');
    if (end == BK_NONE || end == 0)
        return false;
    *stat = bk_upto(name, end);
    *rest = bk_from(name, end + 1);
    double p;
    bool known = stat->ptr[0] == 'p' && bk_parse_double(bk_from(*stat, 1), &p) &&
                 p >= 0 && p <= 100;
    for (size_t i = 0; i < sizeof stats / sizeof *stats; i++)
        known = known || bk_is(*stat, stats[i]);
    *unit = (struct bk_str){0};
    if (bk_ends(*rest, BK_S("_ms"))) {
        *unit = BK_S("ms");
        rest->len -= strlen("_ms");
    }
    return known && rest->len > 0;
}

static enum bk_population population_of(const struct bk_serving *s, struct bk_str name)
{
    static const char *const of_all[] = {"duration", "benchmark_duration", "completed",
                                         "failed"};
    for (size_t i = 0; i < sizeof of_all / sizeof *of_all; i++) {
        if (bk_is(name, of_all[i]))
            return BK_POP_ALL;
    }
    return s->population;
}

static void emit_number(struct bk_serving *s, struct bk_run *run,
                        const struct bk_serving_member *m, const struct bk_json *value)
{
    const struct bk_importing *im = s->im;
    struct bk_target t;
    struct bk_reading r = {
        .name = m->name,
        .text = value->text,
        .has_value = true,
        .value = value->number, /* half is 0: all digits are written */
        .population = population_of(s, m->name),
        .locator = bk_fmt(im->arena, "%.*s%.*s", BK_F(s->place), BK_F(m->pointer)),
    };
    bool exact = bk_dict_exact(im->dict, im->format, m->name, &t);
    struct bk_str stat, rest, unit;
    if (!exact && split_name(m->name, &stat, &rest, &unit)) {
        bool known = bk_dict_own(im->dict, im->format, rest, &t);
        if (known || unit.len > 0) {
            exact = known;
            r.name = rest;
            r.stat = stat;
            r.unit = unit;
        }
    }
    if (!exact && r.stat.len == 0 &&
        (m->setting || bk_dict_is_param(im->dict, m->name))) {
        r.name = bk_fmt(im->arena, "config.%.*s", BK_F(m->name));
        bk_emit_as(im, run, bk_cstr(im->arena, r.name), &r);
        return;
    }
    struct bk_measurement *out =
        exact ? bk_emit(im, run, &r) : bk_emit_as(im, run, "?", &r);
    if (out != NULL)
        out->source_name = bk_dup(im->arena, m->name);
}

/* A rate without bound is written as Infinity or "inf", by version: one parameter. */
static struct bk_str text_of(const struct bk_json *value)
{
    if (value->type == BK_JSON_BOOL)
        return value->boolean ? BK_S("true") : BK_S("false");
    if (value->type == BK_JSON_NUMBER)
        return value->number > 0 ? BK_S("inf") : BK_S("-inf");
    return value->text;
}

static bool is_param(const struct bk_importing *im, const struct bk_serving_member *m)
{
    struct bk_target t;
    return m->setting || (bk_dict_exact(im->dict, im->format, m->name, &t)
                              ? t.kind == BK_TARGET_PARAM
                              : bk_dict_is_param(im->dict, m->name));
}

static void emit_text(struct bk_serving *s, struct bk_run *run,
                      const struct bk_serving_member *m, struct bk_str text)
{
    const struct bk_importing *im = s->im;
    struct bk_str at = bk_fmt(im->arena, "%.*s%.*s", BK_F(s->place), BK_F(m->pointer));
    text = bk_trim(text);
    if (text.len == 0 || text.len > MAX_VALUE ||
        bk_emit_text(im, run, m->name, text, at) ||
        bk_run_find_param(run, bk_cstr(im->arena, m->name)) != NULL)
        return;
    bk_run_param(im->arena, run, bk_dup(im->arena, m->name), bk_dup(im->arena, text),
                 at);
}

void bk_serving_value(struct bk_serving *s, struct bk_run *run,
                      const struct bk_serving_member *m, const struct bk_json *value)
{
    if (m->name.len == 0 || m->name.len > MAX_NAME)
        return;
    switch (value->type) {
    case BK_JSON_NUMBER:
        if (isfinite(value->number))
            emit_number(s, run, m, value);
        else if (isinf(value->number) && is_param(s->im, m))
            emit_text(s, run, m, text_of(value));
        break;
    case BK_JSON_BOOL:
    case BK_JSON_STRING:
        emit_text(s, run, m, text_of(value));
        break;
    case BK_JSON_NULL:
    case BK_JSON_ARRAY:
    case BK_JSON_OBJECT:
        break;
    }
}

struct bk_str bk_serving_pointer(const struct bk_serving *s, struct bk_str object,
                                 struct bk_str key)
{
    struct bk_buf b = {0};
    key = bk_upto(key, MAX_NAME);
    bk_buf_add(&b, object);
    bk_buf_addc(&b, '/');
    for (size_t i = 0; i < key.len; i++) {
        if (key.ptr[i] == '~' || key.ptr[i] == '/')
            bk_buf_add(&b, key.ptr[i] == '~' ? BK_S("~0") : BK_S("~1"));
        else
            bk_buf_addc(&b, key.ptr[i]);
    }
    struct bk_str pointer = bk_dup(s->im->arena, bk_buf_str(&b));
    bk_buf_free(&b);
    return pointer;
}

bool bk_serving_details(struct bk_run *run, const struct bk_json *member)
{
    static const char *const names[] = {
        "input_lens",  "output_lens", "ttfts",           "itls",   "latencies",
        "start_times", "queue_times", "generated_texts", "errors",
    };
    if (member->type != BK_JSON_ARRAY)
        return false;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (!bk_is(member->key, names[i]))
            continue;
        if (member->n > run->n_samples)
            run->n_samples = member->n;
        return true;
    }
    return false;
}

bool bk_serving_each(struct bk_serving *s, struct bk_run *run,
                     const struct bk_json *object,
                     void (*each)(struct bk_serving *s, struct bk_run *run,
                                  const struct bk_json *member),
                     struct bk_err *err)
{
    struct bk_map last = {0};
    if (object->n > MAX_MEMBERS)
        return bk_fail(err, BK_EINPUT, "line %zu: %zu keys are more than a result has",
                       s->line, object->n);
    for (const struct bk_json *c = object->child; c != NULL; c = c->next) {
        bk_map_put(s->scratch, &last, c->key, (void *)(uintptr_t)c);
    }
    for (const struct bk_json *c = object->child; c != NULL; c = c->next) {
        if (bk_map_get(&last, c->key) == c)
            each(s, run, c);
    }
    return true;
}

/* --- after the last value --- */

static bool is_latency(const struct bk_measurement *m)
{
    return bk_is(m->unit, "s") && !bk_is(m->metric, "duration");
}

static bool ever_positive(const struct bk_run *run, const struct bk_measurement *of)
{
    for (size_t i = 0; i < run->n_measurements; i++) {
        const struct bk_measurement *m = &run->measurements[i];
        if (m->value > 0 && bk_eq(m->metric, of->metric) && bk_eq(m->scope, of->scope))
            return true;
    }
    return false;
}

void bk_serving_drop_empty(const struct bk_importing *im, struct bk_run *run)
{
    bool *empty = bk_realloc(NULL, run->n_measurements + 1);
    size_t n = 0;
    for (size_t i = 0; i < run->n_measurements; i++) {
        const struct bk_measurement *m = &run->measurements[i];
        empty[i] = m->value <= 0 && is_latency(m) && !ever_positive(run, m);
    }
    for (size_t i = 0; i < run->n_measurements; i++) {
        const struct bk_measurement *m = &run->measurements[i];
        if (!empty[i])
            run->measurements[n++] = *m;
        else
            bk_emit_dropped(
                im, run,
                (struct bk_dropped){m->source_name, m->source_value, m->locator,
                                    "0 in every statistic: never measured"});
    }
    run->n_measurements = n;
    free(empty);
}

/* --- documents --- */

void bk_serving_skip(struct bk_serving *s, struct bk_str reason)
{
    s->skipped = reason;
}

static bool note(struct bk_serving *s, const char *code, struct bk_str subject,
                 struct bk_str message, size_t line, struct bk_err *err)
{
    const struct bk_finding f = {
        .code = bk_str(code),
        .severity = BK_WARNING,
        .subject = subject,
        .message = message,
        .locator = bk_line_locator(s->im->arena, line),
    };
    return s->im->sink->finding(s->im->sink, &f, err);
}

static bool note_duplicates(struct bk_serving *s, const struct bk_json **duplicates,
                            size_t lines_before, struct bk_err *err)
{
    for (size_t i = 0; duplicates[i] != NULL && i < MAX_NOTED; i++) {
        struct bk_str key = bk_dup(s->im->arena, bk_upto(duplicates[i]->key, MAX_NAME));
        if (!note(s, "duplicate-key", key,
                  bk_fmt(s->im->arena,
                         "the key '%.*s' stands twice in one object; the last value "
                         "is used",
                         BK_F(key)),
                  lines_before + duplicates[i]->line, err))
            return false;
    }
    return true;
}

static bool take_one(struct bk_serving *s, const struct bk_json *object,
                     struct bk_err *err)
{
    if (object->type != BK_JSON_OBJECT)
        return bk_fail(err, BK_EINPUT, "line %zu: no object", s->line);
    if (s->objects++ == MAX_OBJECTS)
        return bk_fail(err, BK_EINPUT, "line %zu: more than %zu runs", s->line,
                       MAX_OBJECTS);
    return s->take(s, object, err);
}

static bool take_document(struct bk_serving *s, const struct bk_json *doc,
                          size_t lines_before, struct bk_err *err)
{
    struct bk_str place = s->place;
    size_t i = 0;
    s->line = lines_before + doc->line;
    if (doc->type != BK_JSON_ARRAY)
        return take_one(s, doc, err);
    for (const struct bk_json *c = doc->child; c != NULL; c = c->next, i++) {
        s->place = bk_fmt(s->im->arena, "%.*s/%zu", BK_F(place), i);
        s->line = lines_before + c->line;
        if (!take_one(s, c, err))
            return false;
    }
    return true;
}

static size_t count_lines(struct bk_str s)
{
    size_t n = 0;
    for (const char *p = s.ptr; s.len > 0 && (p = memchr(p, '\n', s.len)) != NULL;) {
        s.len -= (size_t)(p + 1 - s.ptr);
        s.ptr = ++p;
        n++;
    }
    return n;
}

/* The parser saw a part of the text and counted its lines from 1. */
static bool move_error(struct bk_err *err, const struct bk_err *from,
                       size_t lines_before)
{
    struct bk_str msg = bk_str(from->msg), word = BK_S("line "), digits;
    int64_t line;
    struct bk_str rest = bk_cut(bk_from(msg, word.len), ' ', &digits);
    if (lines_before == 0 || !bk_starts(msg, word) || !bk_parse_int64(digits, &line))
        return bk_fail(err, from->code, "%s", from->msg);
    return bk_fail(err, from->code, "line %zu %.*s", lines_before + (size_t)line,
                   BK_F(rest));
}

/* Of a file to which runs are appended, the last line may be cut. */
static bool is_cut_tail(const struct bk_serving *s, struct bk_str text)
{
    return s->runs.n > 0 && bk_find_char(text, '\n') == BK_NONE;
}

static struct bk_str skip_blanks(struct bk_str s, size_t *lines)
{
    while (s.len > 0 && memchr(" \t\r\n", s.ptr[0], 4) != NULL) {
        *lines += s.ptr[0] == '\n';
        s = bk_from(s, 1);
    }
    return s;
}

/* Takes the document at the start of the text, which is left behind it. */
static bool read_document(struct bk_serving *s, struct bk_str *text, size_t *lines,
                          struct bk_err *err)
{
    const struct bk_json **duplicates;
    struct bk_str rest = {0};
    struct bk_err bad = {0};
    struct bk_json *doc = bk_json_parse(s->scratch, *text, s->flags | BK_JSON_MANY,
                                        &rest, &duplicates, &bad);
    if (doc == NULL && is_cut_tail(s, *text)) {
        *text = (struct bk_str){0};
        return note(s, "truncated", BK_S("file"),
                    BK_S("the last line is cut; the runs before it are kept"),
                    *lines + 1, err);
    }
    if (doc == NULL)
        return move_error(err, &bad, *lines);
    s->text = *text;
    size_t behind = *lines + count_lines(bk_upto(*text, text->len - rest.len));
    rest = skip_blanks(rest, &behind);
    s->several = s->several || rest.len > 0;
    s->place = s->several ? bk_fmt(s->im->arena, "line %zu ", *lines + 1) : BK_S("");
    if (!note_duplicates(s, duplicates, *lines, err) ||
        !take_document(s, doc, *lines, err))
        return false;
    *text = rest;
    *lines = behind;
    return true;
}

static bool read_documents(struct bk_serving *s, struct bk_str text, struct bk_err *err)
{
    size_t lines = 0;
    bool ok = true;
    text = skip_blanks(text, &lines);
    while (ok && text.len > 0) {
        s->scratch = bk_arena_new();
        ok = read_document(s, &text, &lines, err);
        bk_arena_free(s->scratch);
    }
    return ok;
}

bool bk_serving_read(struct bk_serving *s, struct bk_input *in, struct bk_err *err)
{
    struct bk_str text;
    if (!bk_input_text(in, MAX_TEXT, &text, err) || !read_documents(s, text, err))
        return false;
    if (s->runs.n > 0)
        return bk_runs_send(s->im, &s->runs, err);
    if (s->skipped.len > 0)
        return bk_fail(err, BK_ESKIP, "%.*s", BK_F(s->skipped));
    return bk_fail(err, BK_EINPUT, "line 1: there is no result in it");
}

/* --- bids --- */

/* The end of the string that begins at i, behind its quote; the text's end if cut. */
static size_t behind_string(struct bk_str s, size_t i)
{
    for (i++; i < s.len && s.ptr[i] != '"'; i++)
        i += s.ptr[i] == '\\';
    return i < s.len ? i + 1 : s.len;
}

static unsigned bit_of(struct bk_str key, const char *const *keys, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (bk_is(key, keys[i]))
            return 1u << i;
    }
    return 0;
}

unsigned bk_serving_keys(struct bk_str head, const char *const *keys, size_t n)
{
    unsigned found = 0;
    size_t depth = 0;
    head = bk_trim(head);
    if (head.len > 0 && head.ptr[0] == '[')
        head = bk_trim(bk_from(head, 1));
    if (head.len == 0 || head.ptr[0] != '{')
        return 0;
    for (size_t i = 0; i < head.len; i++) {
        char c = head.ptr[i];
        depth += c == '{' || c == '[';
        if ((c == '}' || c == ']') && --depth == 0)
            return found;
        if (c != '"')
            continue;
        size_t end = behind_string(head, i);
        struct bk_str behind = bk_trim(bk_upto(bk_from(head, end), 64));
        if (depth == 1 && behind.len > 0 && behind.ptr[0] == ':')
            found |= bit_of(bk_upto(bk_from(head, i + 1), end - i - 2), keys, n);
        i = end - 1;
    }
    return found;
}
