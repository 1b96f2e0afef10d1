/* llama-bench -o json and -o jsonl: objects, in an array or one a line, among the log
 * lines of the backends.
 *
 * An object is read on its own, so that an array that was never closed gives the tests
 * that ended.  People wrap the objects into their own ({"host": ..., "results": [...]}):
 * any object with the marks of a test is one. */
#include "llama_bench.h"

#include <string.h>

#include "../src/base/num.h"
#include "shared/json.h"

#define MAX_DEPTH 6 /* of wrappers around a test */

static bool is_test(const struct bk_json *o)
{
    return bk_json_get(o, "avg_ts") != NULL && bk_json_get(o, "build_commit") != NULL &&
           (bk_json_get(o, "n_prompt") != NULL || bk_json_get(o, "n_gen") != NULL);
}

static struct bk_str text_of(const struct bk_json *v)
{
    if (v->type == BK_JSON_BOOL)
        return v->boolean ? BK_S("1") : BK_S("0");
    return v->text;
}

/* Line of a node within the whole text. */
static size_t line_of(const struct llama_reader *r, const struct bk_json *node)
{
    return r->line + node->line - 1;
}

static bool take_test(struct llama_reader *r, const struct bk_json *o,
                      struct bk_err *err)
{
    struct llama_field fields[LLAMA_MAX_FIELDS];
    struct llama_test t = {.fields = fields, .line = line_of(r, o)};
    size_t seen = 0; /* with keys that stand twice */
    for (const struct bk_json *v = o->child; v != NULL; v = v->next) {
        bool samples = bk_is(v->key, "samples_ns") || bk_is(v->key, "samples_ts");
        bool plain = v->type != BK_JSON_NULL && v->type != BK_JSON_ARRAY &&
                     v->type != BK_JSON_OBJECT;
        if (v->type == BK_JSON_ARRAY && samples && v->n > t.n_samples)
            t.n_samples = v->n;
        if (!plain)
            continue;
        if (seen++ == LLAMA_MAX_FIELDS)
            return bk_fail(err, BK_EINPUT,
                           "line %zu: more than %zu values: no test of llama-bench",
                           t.line, LLAMA_MAX_FIELDS);
        if (bk_json_get(o, bk_cstr(r->a, v->key)) != v)
            continue;
        fields[t.n++] = (struct llama_field){
            .name = v->key, .text = text_of(v), .quoted = v->type == BK_JSON_STRING};
    }
    t.locator = bk_fmt(r->a, "line %zu", t.line);
    return llama_take(r, &t, err);
}

static bool take_tree(struct llama_reader *r, const struct bk_json *node, int depth,
                      struct bk_err *err)
{
    if (node->type != BK_JSON_OBJECT && node->type != BK_JSON_ARRAY)
        return true;
    if (is_test(node))
        return take_test(r, node, err);
    for (const struct bk_json *c = node->child; c != NULL && depth < MAX_DEPTH;
         c = c->next) {
        if (!take_tree(r, c, depth + 1, err))
            return false;
    }
    return true;
}

/* Does the text end before the value that begins it does? */
static bool is_cut(struct bk_str s)
{
    size_t depth = 0;
    bool in_string = false;
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        if (in_string) {
            i += c == '\\';
            in_string = c != '"';
        } else if (c == '"') {
            in_string = true;
        } else if (c == '{' || c == '[') {
            depth++;
        } else if ((c == '}' || c == ']') && --depth == 0) {
            return false;
        }
    }
    return true;
}

/* "line 3 column 14: ..." of the object becomes the place in the text. */
static bool fail_at(const struct llama_reader *r, const struct bk_err *inner,
                    struct bk_err *err)
{
    static const char word[] = "line ";
    struct bk_str msg = bk_str(inner->msg), digits;
    int64_t line;
    if (inner->code != BK_EINPUT || !bk_starts(msg, BK_S("line "))) {
        *err = *inner;
        return false;
    }
    struct bk_str behind = bk_cut(bk_from(msg, sizeof word - 1), ' ', &digits);
    if (!bk_parse_int64(digits, &line)) {
        *err = *inner;
        return false;
    }
    return bk_fail(err, BK_EINPUT, "line %zu %.*s", r->line + (size_t)line - 1,
                   BK_F(behind));
}

static size_t count_lines(struct bk_str s)
{
    size_t n = 0;
    for (const char *p = s.ptr; s.len > 0; n++) {
        p = memchr(p, '\n', (size_t)(s.ptr + s.len - p));
        if (p == NULL)
            break;
        p++;
    }
    return n;
}

bool llama_json(struct llama_reader *r, size_t at, struct bk_err *err)
{
    struct bk_str slice = bk_from(r->text, at), rest;
    struct bk_err inner = {0};
    const struct bk_json *root = bk_json_parse(
        r->a, slice, BK_JSON_SPECIALS | BK_JSON_MANY, &rest, NULL, &inner);
    if (root == NULL) {
        if (!is_cut(slice))
            return fail_at(r, &inner, err);
        r->cut_line = r->line;
        r->rest = (struct bk_str){0};
        return true;
    }
    if (!take_tree(r, root, 0, err))
        return false;
    r->line += count_lines(bk_upto(slice, slice.len - rest.len));
    r->rest = rest;
    r->line -= rest.len > 0; /* what is left of the last line is read as a line */
    return true;
}
