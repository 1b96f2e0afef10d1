/* JSON sweeps: an array of flat objects, one object a line (NDJSON), or one object that
 * describes one run.  Nested keys are joined by dots; an object that holds nothing but
 * shared settings and one list of such objects is that list.  Lines are read one by
 * one. */
#include "sweep.h"

#include <math.h>
#include <string.h>

#include "../src/base/utf8.h"
#include "shared/field.h"
#include "shared/foreign.h"
#include "shared/json.h"

#define MAX_DEPTH     6 /* of nested keys */
#define MAX_NAME      ((size_t)240)
#define MAX_NAMES     ((size_t)256) /* that a bid looks at */
#define FIRST_OBJECTS ((size_t)20)  /* whose names are looked at together */

/* --- one object --- */

struct reader {
    struct bk_sweep *s;
    struct bk_map fields; /* dotted name -> struct bk_field */
    size_t n_fields;      /* names seen; bounded */
    struct bk_run *run;
    struct bk_str prefix; /* of locators: "line 3 ", "" */
    size_t fields_of_run;
    bool lists_noted;
};

static bool is_settings(struct bk_arena *a, struct bk_str key)
{
    static const char *const words[] = {"config",
                                        "configuration",
                                        "params",
                                        "parameters",
                                        "args",
                                        "arguments",
                                        "setting",
                                        "settings",
                                        "options",
                                        "env",
                                        "setup",
                                        "environment",
                                        "test",
                                        "metadata",
                                        "meta",
                                        "hyperparameters",
                                        "server_args",
                                        "flags",
                                        "benchmark_config",
                                        "server_config",
                                        "engine_args"};
    struct bk_str low = bk_utf8_lower(a, key);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (bk_is(low, words[i]))
            return true;
    }
    return false;
}

/* The whole dotted name means something, or its last part does. */
static struct bk_field make_field(const struct reader *r, struct bk_str name,
                                  struct bk_str unit)
{
    const struct bk_importing *im = r->s->im;
    struct bk_field f = bk_field_of(im, name, unit, NULL, 0);
    size_t dot = bk_rfind_char(name, '.');
    if (f.known || dot == BK_NONE)
        return f;
    struct bk_field last = bk_field_of(im, bk_from(name, dot + 1), unit, NULL, 0);
    if (!last.known) {
        /* {"ttft": {"p95": ...}}: two parts together */
        size_t above = bk_rfind_char(bk_upto(name, dot), '.');
        struct bk_str two = above == BK_NONE ? name : bk_from(name, above + 1);
        last = bk_field_of(im, two, unit, NULL, 0);
    }
    if (!last.known)
        return f;
    last.header = name;
    return last;
}

static struct bk_field *field_of(struct reader *r, struct bk_str name,
                                 struct bk_str unit)
{
    struct bk_arena *a = r->s->im->arena;
    struct bk_field *f = bk_map_get(&r->fields, name);
    if (f != NULL)
        return f;
    f = bk_alloc(a, sizeof *f);
    *f = make_field(r, bk_dup(a, name), bk_dup(a, unit));
    bk_map_put(a, &r->fields, f->header, f);
    r->n_fields++;
    r->s->known += f->target.kind == BK_TARGET_METRIC;
    bk_sweep_note_column(r->s, f->header);
    return f;
}

static void take_value(struct reader *r, const struct bk_json *node, struct bk_str name,
                       struct bk_str place, struct bk_str unit, bool settings)
{
    struct bk_str text = node->text;
    if (node->type == BK_JSON_BOOL)
        text = node->boolean ? BK_S("true") : BK_S("false");
    struct bk_field f = *field_of(r, name, unit);
    if (node->type == BK_JSON_BOOL && f.target.kind == BK_TARGET_METRIC) {
        /* "success": true says nothing that the numbers do not say */
        bool counts_failed =
            bk_is(f.target.name, "requests_failed") ||
            (bk_is(f.target.name, "error_rate") && !f.target.complement);
        bool counts_ok = bk_is(f.target.name, "requests_ok") || f.target.complement;
        bool failed = node->boolean ? counts_failed : counts_ok;
        if (!failed)
            return;
        f.target =
            (struct bk_target){.kind = BK_TARGET_CONTEXT, .name = BK_S("status")};
        f.lookup = f.target.name;
        text = BK_S("failed");
    }
    struct bk_cell_rules rules = {.keep_texts = true, .as_params = settings};
    if (!f.known && node->type == BK_JSON_STRING)
        f.text = true;
    if (!f.known && node->type == BK_JSON_BOOL)
        f.text = true;
    size_t dot = bk_rfind_char(name, '.');
    if (!f.known && (settings || f.text) && dot != BK_NONE)
        f.header = bk_dup(r->s->im->arena, bk_from(name, dot + 1));
    (void)bk_field_emit(r->s->im, r->run, &f, text, &rules, place);
}

/* Names of an object see each other's units. */
static void share_units(struct reader *r, const struct bk_json *object,
                        struct bk_str name, struct bk_str unit)
{
    struct bk_arena *a = r->s->im->arena;
    size_t before = r->n_fields, n = 0;
    if (object->n > MAX_NAMES || r->s->runs.n > FIRST_OBJECTS)
        return;
    struct bk_field **all = bk_alloc_array(a, object->n + 1, sizeof *all);
    for (const struct bk_json *c = object->child; c != NULL; c = c->next) {
        struct bk_str full =
            name.len > 0 ? bk_fmt(a, "%.*s.%.*s", BK_F(name), BK_F(c->key)) : c->key;
        if ((c->type != BK_JSON_NUMBER && c->type != BK_JSON_STRING) ||
            full.len > MAX_NAME)
            continue;
        all[n] = field_of(r, full, unit);
        all[n]->largest = c->type == BK_JSON_NUMBER ? fabs(c->number) : 0;
        n++;
    }
    if (r->n_fields > before)
        bk_fields_settle(r->s->im, all, n);
}

static bool walk(struct reader *r, const struct bk_json *object, struct bk_str name,
                 struct bk_str pointer, int depth, bool settings, struct bk_err *err)
{
    struct bk_arena *a = r->s->im->arena;
    struct bk_str unit = bk_json_string(object, "unit");
    share_units(r, object, name, unit);
    for (const struct bk_json *c = object->child; c != NULL; c = c->next) {
        if (++r->fields_of_run > BK_SWEEP_MAX_COLUMNS)
            return bk_fail(err, BK_EINPUT,
                           "line %zu: an object of more than %zu values is too large "
                           "for a table of runs",
                           c->line, BK_SWEEP_MAX_COLUMNS);
        if (c->type == BK_JSON_NULL || c->type == BK_JSON_ARRAY)
            continue;
        if (!bk_sweep_count(r->s, 0, 1, c->line, err))
            return false;
        struct bk_str full =
            name.len > 0 ? bk_fmt(a, "%.*s.%.*s", BK_F(name), BK_F(c->key)) : c->key;
        if (full.len > MAX_NAME)
            continue;
        bool nested = c->type == BK_JSON_OBJECT;
        struct bk_str at =
            bk_fmt(a, "%.*s%.*s/%.*s", BK_F(nested ? BK_S("") : r->prefix),
                   BK_F(pointer), BK_F(c->key));
        if (nested && depth < MAX_DEPTH &&
            !walk(r, c, full, at, depth + 1, settings || is_settings(a, c->key), err))
            return false;
        bool names_unit = unit.len > 0 && bk_is(c->key, "unit");
        if (!nested && !names_unit)
            take_value(r, c, full, at, unit, settings);
    }
    return true;
}

static bool take_object(struct reader *r, const struct bk_json *object,
                        struct bk_str pointer, struct bk_err *err)
{
    if (!bk_sweep_count(r->s, 1, 0, object->line, err))
        return false;
    size_t like = r->run != NULL ? r->run->n_measurements : 0; /* most are alike */
    r->run = bk_runs_add(r->s->im, &r->s->runs);
    bk_run_reserve(r->s->im->arena, r->run, like);
    r->fields_of_run = 0;
    return walk(r, object, (struct bk_str){0}, pointer, 0, false, err);
}

/* --- documents --- */

/* An object whose results lie in one list of objects: that list; else NULL. */
static const struct bk_json *only_list(const struct bk_json *object)
{
    const struct bk_json *list = NULL;
    for (const struct bk_json *c = object->child; c != NULL; c = c->next) {
        if (c->type != BK_JSON_ARRAY || c->n == 0 || c->child->type != BK_JSON_OBJECT)
            continue;
        if (list != NULL)
            return NULL;
        list = c;
    }
    return list;
}

static bool take_array(struct reader *r, const struct bk_json *array,
                       struct bk_str pointer, struct bk_err *err)
{
    size_t i = 0;
    for (const struct bk_json *c = array->child; c != NULL; c = c->next, i++) {
        if (c->type == BK_JSON_NULL)
            continue;
        if (c->type != BK_JSON_OBJECT)
            return bk_fail(err, BK_EINPUT, "line %zu: element %zu is no object",
                           c->line, i);
        struct bk_str at = bk_fmt(r->s->im->arena, "%.*s/%zu", BK_F(pointer), i);
        if (!take_object(r, c, at, err))
            return false;
    }
    return true;
}

/* Settings beside the list hold for all its objects; numbers beside it are totals of
 * something else and stay out. */
static bool take_listed(struct reader *r, const struct bk_json *object,
                        const struct bk_json *list, struct bk_str pointer,
                        struct bk_err *err)
{
    struct bk_sweep *s = r->s;
    size_t first = s->runs.n;
    struct bk_str at =
        bk_fmt(s->im->arena, "%.*s/%.*s", BK_F(pointer), BK_F(list->key));
    if (!take_array(r, list, at, err))
        return false;
    r->run = bk_run_new(s->im->arena);
    r->fields_of_run = 0;
    if (!walk(r, object, (struct bk_str){0}, pointer, 0, true, err))
        return false;
    r->run->n_measurements = 0;
    r->run->n_findings = 0;
    for (size_t i = first; i < s->runs.n; i++)
        bk_run_merge(s->im, s->runs.items[i], r->run);
    return true;
}

static bool take_document(struct reader *r, const struct bk_json *doc,
                          struct bk_str pointer, struct bk_err *err)
{
    if (doc->type == BK_JSON_ARRAY)
        return take_array(r, doc, pointer, err);
    if (doc->type != BK_JSON_OBJECT)
        return bk_fail(err, BK_EINPUT,
                       "line %zu: neither an object nor a list of objects", doc->line);
    const struct bk_json *list = only_list(doc);
    if (list == NULL)
        return take_object(r, doc, pointer, err);
    return take_listed(r, doc, list, pointer, err);
}

static bool note_duplicates(struct reader *r, const struct bk_json **duplicates,
                            struct bk_err *err)
{
    const struct bk_importing *im = r->s->im;
    for (size_t i = 0; duplicates != NULL && duplicates[i] != NULL && i < 20; i++) {
        struct bk_str key = duplicates[i]->key;
        const struct bk_finding f = {
            .code = BK_S("duplicate-key"),
            .severity = BK_WARNING,
            .subject = bk_dup(im->arena, key),
            .message = bk_fmt(im->arena, "the key '%.*s' stands twice in one object",
                              BK_F(key)),
            .locator = bk_fmt(im->arena, "line %zu", duplicates[i]->line),
        };
        if (!im->sink->finding(im->sink, &f, err))
            return false;
    }
    return true;
}

static bool take_documents(struct reader *r, struct bk_arena *scratch,
                           struct bk_str text, struct bk_err *err)
{
    struct bk_arena *a = r->s->im->arena;
    struct bk_arena_mark empty = bk_arena_mark(scratch);
    size_t n = 0;
    while (bk_trim(text).len > 0) {
        const struct bk_json **duplicates;
        struct bk_str rest = {0};
        bk_arena_release(scratch, empty);
        struct bk_json *doc = bk_json_parse(
            scratch, text, BK_JSON_SPECIALS | BK_JSON_MANY, &rest, &duplicates, err);
        if (doc == NULL)
            return n > 0 ? bk_wrap(err, "in document %zu", n + 1) : false;
        r->prefix = n > 0 || bk_trim(rest).len > 0 ? bk_fmt(a, "document %zu ", n + 1)
                                                   : (struct bk_str){0};
        if (!note_duplicates(r, duplicates, err) ||
            !take_document(r, doc, (struct bk_str){0}, err))
            return false;
        text = rest;
        n++;
    }
    return true;
}

/* The values are gone before the records are stored: these hold copies. */
static bool take_text(struct reader *r, struct bk_str text, struct bk_err *err)
{
    struct bk_arena *scratch = bk_arena_new();
    bool ok = take_documents(r, scratch, text, err);
    bk_arena_free(scratch);
    return ok;
}

/* --- lines --- */

/* The reader saw one line and calls it line 1. */
static bool fail_line(struct bk_err *err, size_t number, const struct bk_err *bad)
{
    struct bk_str msg = bk_str(bad->msg);
    struct bk_str first = BK_S("line 1");
    if (!bk_starts(msg, first))
        return bk_fail(err, bad->code, "line %zu: %s", number, bad->msg);
    return bk_fail(err, bad->code, "line %zu%.*s", number,
                   BK_F(bk_from(msg, first.len)));
}

static bool read_lines(struct reader *r, struct bk_arena *scratch, struct bk_input *in,
                       struct bk_err *err)
{
    struct bk_arena *a = r->s->im->arena;
    struct bk_arena_mark empty = bk_arena_mark(scratch);
    struct bk_str line;
    size_t number = 0;
    bool more = true, cut = false;
    for (;;) {
        if (!bk_input_line(in, &line, &number, &more, &cut, err))
            return false;
        if (!more)
            return true;
        if (bk_trim(line).len == 0)
            continue;
        r->s->bytes += line.len;
        struct bk_err bad = {0};
        bk_arena_release(scratch, empty);
        struct bk_json *doc =
            bk_json_parse(scratch, line, BK_JSON_SPECIALS, NULL, NULL, &bad);
        if (doc == NULL)
            return fail_line(err, number, &bad);
        r->prefix = bk_fmt(a, "line %zu ", number);
        if (doc->type != BK_JSON_OBJECT)
            return bk_fail(err, BK_EINPUT, "line %zu: no object", number);
        if (!take_object(r, doc, (struct bk_str){0}, &bad))
            return fail_line(err, number, &bad);
    }
}

static bool take_lines(struct reader *r, struct bk_input *in, struct bk_err *err)
{
    struct bk_arena *scratch = bk_arena_new();
    bool ok = read_lines(r, scratch, in, err);
    bk_arena_free(scratch);
    return ok;
}

/* Two lines that begin with '{', the first of which is complete. */
static bool is_lines(struct bk_str head)
{
    struct bk_str first = {0}, second = {0};
    while (bk_trim(first).len == 0 && bk_next_line(&head, &first)) {
    }
    while (bk_trim(second).len == 0 && bk_next_line(&head, &second)) {
    }
    first = bk_trim(first);
    second = bk_trim(second);
    return first.len > 1 && first.ptr[0] == '{' && first.ptr[first.len - 1] == '}' &&
           second.len > 0 && second.ptr[0] == '{';
}

bool bk_sweep_json(struct bk_sweep *s, struct bk_input *in, struct bk_err *err)
{
    struct reader r = {.s = s};
    struct bk_str text;
    if (is_lines(bk_input_head(in)))
        return take_lines(&r, in, err);
    if (!bk_input_text(in, BK_SWEEP_MAX_BYTES, &text, err))
        return false;
    s->bytes = text.len;
    return take_text(&r, text, err);
}

/* --- the bid --- */

#define BID_KNOWN 30

struct names {
    struct bk_str items[MAX_NAMES];
    size_t n;
    size_t known; /* numbers under names of metrics */
};

/* Names of a level before those below it: a tool is known by its outermost keys. */
static void collect(const struct bk_importing *im, const struct bk_json *object,
                    struct bk_str name, int depth, struct names *out)
{
    struct reader r = {.s = &(struct bk_sweep){.im = im}};
    size_t first = out->n, i = first;
    for (const struct bk_json *c = object->child; c != NULL && out->n < MAX_NAMES;
         c = c->next) {
        struct bk_str full =
            name.len > 0 ? bk_fmt(im->arena, "%.*s.%.*s", BK_F(name), BK_F(c->key))
                         : c->key;
        out->items[out->n++] = full;
        if (c->type != BK_JSON_NUMBER)
            continue;
        struct bk_field f = make_field(&r, full, (struct bk_str){0});
        out->known += f.target.kind == BK_TARGET_METRIC;
    }
    size_t last = out->n;
    for (const struct bk_json *c = object->child; c != NULL && i < last; c = c->next) {
        if (c->type == BK_JSON_OBJECT && depth < MAX_DEPTH)
            collect(im, c, out->items[i], depth + 1, out);
        i++;
    }
}

/* The first object of the head: the object itself, or the first of a list. */
static const struct bk_json *first_object(struct bk_arena *a, struct bk_str head)
{
    struct bk_err ignored;
    struct bk_str rest;
    if (head.ptr[0] == '[')
        head = bk_trim(bk_from(head, 1));
    if (head.len == 0 || head.ptr[0] != '{')
        return NULL;
    return bk_json_parse(a, head, BK_JSON_SPECIALS | BK_JSON_MANY, &rest, NULL,
                         &ignored);
}

int bk_sweep_json_bid(const struct bk_input *in)
{
    int bid = 0;
    struct bk_arena *a = bk_arena_new();
    const struct bk_json *object = first_object(a, bk_trim(bk_input_head(in)));
    if (object != NULL) {
        struct names names = {0};
        const struct bk_importing im = {
            .arena = a, .dict = bk_input_dict(in), .format = BK_S("sweep")};
        const struct bk_json *list = only_list(object);
        collect(&im, object, (struct bk_str){0}, 0, &names);
        if (list != NULL)
            collect(&im, list->child, (struct bk_str){0}, 0, &names);
        if (names.known > 0 && !bk_names_of_a_tool(names.items, names.n))
            bid = BID_KNOWN;
    }
    bk_arena_free(a);
    return bid;
}
