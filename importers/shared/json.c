/* A strict JSON reader: RFC 8259 (https://www.rfc-editor.org/rfc/rfc8259), pointers as
 * in RFC 6901.
 *
 * One pass over the text with an explicit stack of the open arrays and objects, so that
 * hostile nesting costs an error and not the C stack.  Equal keys are found when an
 * object closes: by comparing in small ones, by sorting in large ones, which no choice
 * of keys can make slow. */
#include "json.h"

#include "../../src/base/num.h"
#include "../../src/base/utf8.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FEW_MEMBERS ((size_t)8) /* compared pairwise */
#define REPLACEMENT 0xFFFDu

struct open {
    struct bk_json *node; /* the array or object */
    struct bk_json *last; /* its last child */
};

struct parser {
    struct bk_arena *a;
    const char *start, *p, *end;
    const char *line_start;
    size_t line;
    unsigned flags;
    size_t values;
    struct open stack[BK_JSON_MAX_DEPTH];
    size_t depth;
    const struct bk_json **duplicates;
    size_t n_duplicates;
    struct bk_arena *scratch; /* for what is soon forgotten; made when first needed */
    struct bk_err *err;
};

/* --- errors --- */

static bool fail_at(struct parser *ps, const char *at, const char *what)
{
    size_t column = (size_t)(at - ps->line_start) + 1;
    return bk_fail(ps->err, BK_EINPUT, "line %zu column %zu: %s", ps->line, column,
                   what);
}

static bool unexpected(struct parser *ps, const char *wanted)
{
    size_t column = (size_t)(ps->p - ps->line_start) + 1;
    if (ps->p >= ps->end)
        return bk_fail(ps->err, BK_EINPUT,
                       "line %zu column %zu: the text ends where %s should be",
                       ps->line, column, wanted);
    unsigned char c = (unsigned char)*ps->p;
    if (c > ' ' && c < 0x7F)
        return bk_fail(ps->err, BK_EINPUT,
                       "line %zu column %zu: '%c' stands where %s should be", ps->line,
                       column, c, wanted);
    return bk_fail(ps->err, BK_EINPUT,
                   "line %zu column %zu: byte 0x%02x stands where %s should be",
                   ps->line, column, (unsigned)c, wanted);
}

/* --- scalars --- */

static void skip_space(struct parser *ps)
{
    while (ps->p < ps->end) {
        char c = *ps->p;
        if (c == '\n') {
            ps->line++;
            ps->line_start = ps->p + 1;
        } else if (c != ' ' && c != '\t' && c != '\r') {
            return;
        }
        ps->p++;
    }
}

static bool take_word(struct parser *ps, struct bk_str word)
{
    struct bk_str left = {ps->p, (size_t)(ps->end - ps->p)};
    if (!bk_starts(left, word))
        return false;
    ps->p += word.len;
    return true;
}

static bool is_digit_at(const struct parser *ps)
{
    return ps->p < ps->end && *ps->p >= '0' && *ps->p <= '9';
}

static bool skip_digits(struct parser *ps, const char *wanted)
{
    if (!is_digit_at(ps))
        return unexpected(ps, wanted);
    while (is_digit_at(ps))
        ps->p++;
    return true;
}

static bool take_special(struct parser *ps, struct bk_json *v)
{
    static const struct {
        struct bk_str word;
        double value;
    } specials[] = {
        {{"NaN", 3}, (double)NAN},
        {{"Infinity", 8}, (double)INFINITY},
        {{"-Infinity", 9}, -(double)INFINITY},
    };
    const char *start = ps->p;
    if (!(ps->flags & BK_JSON_SPECIALS))
        return false;
    for (size_t i = 0; i < sizeof specials / sizeof *specials; i++) {
        if (!take_word(ps, specials[i].word))
            continue;
        v->type = BK_JSON_NUMBER;
        v->number = specials[i].value;
        v->text = (struct bk_str){start, (size_t)(ps->p - start)};
        return true;
    }
    return false;
}

static bool read_number(struct parser *ps, struct bk_json *v)
{
    const char *start = ps->p;
    if (take_special(ps, v))
        return true;
    if (*ps->p == '-')
        ps->p++;
    if (ps->p < ps->end && *ps->p == '0')
        ps->p++;
    else if (!skip_digits(ps, "a digit"))
        return false;
    if (is_digit_at(ps))
        return fail_at(ps, start, "a number with a leading zero");
    if (ps->p < ps->end && *ps->p == '.') {
        ps->p++;
        if (!skip_digits(ps, "a digit behind the point"))
            return false;
    }
    if (ps->p < ps->end && (*ps->p == 'e' || *ps->p == 'E')) {
        ps->p++;
        if (ps->p < ps->end && (*ps->p == '+' || *ps->p == '-'))
            ps->p++;
        if (!skip_digits(ps, "a digit of the exponent"))
            return false;
    }
    v->type = BK_JSON_NUMBER;
    v->text = (struct bk_str){start, (size_t)(ps->p - start)};
    if (v->text.len > BK_JSON_MAX_DIGITS)
        return fail_at(ps, start, "a number of too many digits");
    if (!bk_parse_double(v->text, &v->number))
        return fail_at(ps, start, "a number that is too large");
    return true;
}

/* Four hexadecimal digits behind \u; false when they are none. */
static bool read_hex4(struct parser *ps, uint32_t *unit)
{
    *unit = 0;
    if (ps->end - ps->p < 4)
        return false;
    for (int i = 0; i < 4; i++) {
        char c = *ps->p++;
        uint32_t digit;
        if (c >= '0' && c <= '9')
            digit = (uint32_t)(c - '0');
        else if (c >= 'a' && c <= 'f')
            digit = (uint32_t)(c - 'a') + 10;
        else if (c >= 'A' && c <= 'F')
            digit = (uint32_t)(c - 'A') + 10;
        else
            return false;
        *unit = *unit << 4 | digit;
    }
    return true;
}

static bool is_surrogate(uint32_t unit, uint32_t first)
{
    return unit >= first && unit < first + 0x400;
}

static char *put_utf8(char *out, uint32_t c)
{
    if (c < 0x80) {
        *out++ = (char)c;
    } else if (c < 0x800) {
        *out++ = (char)(0xC0 | c >> 6);
        *out++ = (char)(0x80 | (c & 0x3F));
    } else if (c < 0x10000) {
        *out++ = (char)(0xE0 | c >> 12);
        *out++ = (char)(0x80 | (c >> 6 & 0x3F));
        *out++ = (char)(0x80 | (c & 0x3F));
    } else {
        *out++ = (char)(0xF0 | c >> 18);
        *out++ = (char)(0x80 | (c >> 12 & 0x3F));
        *out++ = (char)(0x80 | (c >> 6 & 0x3F));
        *out++ = (char)(0x80 | (c & 0x3F));
    }
    return out;
}

/* Behind a backslash and 'u': the code point, with its second half when there is one. */
static bool read_unicode(struct parser *ps, uint32_t *c)
{
    if (!read_hex4(ps, c))
        return false;
    if (is_surrogate(*c, 0xD800)) {
        const char *behind = ps->p;
        uint32_t low;
        if (take_word(ps, BK_S("\\u")) && read_hex4(ps, &low) &&
            is_surrogate(low, 0xDC00)) {
            *c = 0x10000 + ((*c - 0xD800) << 10) + (low - 0xDC00);
            return true;
        }
        ps->p = behind;
        *c = REPLACEMENT;
    } else if (is_surrogate(*c, 0xDC00)) {
        *c = REPLACEMENT;
    }
    return true;
}

/* Behind a backslash: one escape, written to *out. */
static bool read_escape(struct parser *ps, char **out)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    const char *at = ps->p - 1;
    char c = ps->p < ps->end ? *ps->p++ : '\0';
    uint32_t code_point;
    if (c == 'u') {
        if (!read_unicode(ps, &code_point))
            return fail_at(ps, at, "an escape that is not \\u and four digits");
        *out = put_utf8(*out, code_point);
        return true;
    }
    const char *found = c != '\0' ? strchr(from, c) : NULL;
    if (found == NULL)
        return fail_at(ps, at, "an unknown escape");
    *(*out)++ = to[found - from];
    return true;
}

/* The end of the plain part of a string: a quote, backslash, control byte or the end. */
static const char *plain_end(const char *p, const char *end)
{
    while (p < end && *p != '"' && *p != '\\' && (unsigned char)*p >= 0x20)
        p++;
    return p;
}

/* A string whose opening quote is at ps->p.  Without escapes it points into the text. */
static bool read_string(struct parser *ps, struct bk_str *s)
{
    const char *start = ++ps->p;
    const char *stop = plain_end(start, ps->end);
    char *copy = NULL, *out = NULL;
    while (stop < ps->end && *stop == '\\') {
        if (copy == NULL) { /* an escape is never shorter than what it stands for */
            const char *close = stop;
            while (close < ps->end && *close != '"')
                close += *close == '\\' && close + 1 < ps->end ? 2 : 1;
            out = copy = bk_alloc(ps->a, (size_t)(close - start) + 1);
        }
        memcpy(out, ps->p, (size_t)(stop - ps->p));
        out += stop - ps->p;
        ps->p = stop + 1;
        if (!read_escape(ps, &out))
            return false;
        stop = plain_end(ps->p, ps->end);
    }
    if (copy != NULL) {
        memcpy(out, ps->p, (size_t)(stop - ps->p));
        out += stop - ps->p;
    }
    struct bk_str raw = {start, (size_t)(stop - start)};
    size_t bad = bk_utf8_bad(raw);
    if (bad != BK_NONE)
        return fail_at(ps, start + bad, "bytes that are not UTF-8");
    ps->p = stop;
    if (stop >= ps->end)
        return fail_at(ps, start - 1, "a string that never ends");
    if (*stop != '"')
        return fail_at(ps, stop, "a control character inside a string");
    ps->p++;
    *s = copy != NULL ? (struct bk_str){copy, (size_t)(out - copy)} : raw;
    return true;
}

static bool read_scalar(struct parser *ps, struct bk_json *v)
{
    switch (ps->p < ps->end ? *ps->p : '\0') {
    case '"':
        v->type = BK_JSON_STRING;
        return read_string(ps, &v->text);
    case 't':
    case 'f':
        v->type = BK_JSON_BOOL;
        v->boolean = *ps->p == 't';
        if (take_word(ps, v->boolean ? BK_S("true") : BK_S("false")))
            return true;
        break;
    case 'n':
        v->type = BK_JSON_NULL;
        if (take_word(ps, BK_S("null")))
            return true;
        break;
    case 'N':
    case 'I':
        if (take_special(ps, v))
            return true;
        break;
    case '-':
    case '0':
    case '1':
    case '2':
    case '3':
    case '4':
    case '5':
    case '6':
    case '7':
    case '8':
    case '9':
        return read_number(ps, v);
    default:
        break;
    }
    return unexpected(ps, "a value");
}

/* --- duplicate keys --- */

static void add_duplicate(struct parser *ps, const struct bk_json *member)
{
    *BK_PUSH(ps->a, ps->duplicates, ps->n_duplicates) = member;
}

static int by_key_and_place(const void *a, const void *b)
{
    const struct bk_json *x = *(const struct bk_json *const *)a;
    const struct bk_json *y = *(const struct bk_json *const *)b;
    int order = bk_cmp(x->key, y->key);
    if (order != 0)
        return order;
    return x->offset < y->offset ? -1 : x->offset > y->offset;
}

static struct bk_arena *scratch_of(struct parser *ps)
{
    if (ps->scratch == NULL)
        ps->scratch = bk_arena_new();
    return ps->scratch;
}

static void find_duplicates_among_many(struct parser *ps, const struct bk_json *object)
{
    struct bk_arena *scratch = scratch_of(ps);
    struct bk_arena_mark mark = bk_arena_mark(scratch);
    const struct bk_json **sorted = bk_alloc_array(scratch, object->n, sizeof *sorted);
    size_t n = 0;
    for (const struct bk_json *m = object->child; m != NULL; m = m->next)
        sorted[n++] = m;
    qsort(sorted, n, sizeof *sorted, by_key_and_place);
    for (size_t i = 1; i < n; i++) {
        if (bk_eq(sorted[i - 1]->key, sorted[i]->key))
            add_duplicate(ps, sorted[i]);
    }
    bk_arena_release(scratch, mark);
}

static void find_duplicates(struct parser *ps, const struct bk_json *object)
{
    if (object->n > FEW_MEMBERS) {
        find_duplicates_among_many(ps, object);
        return;
    }
    for (const struct bk_json *m = object->child; m != NULL; m = m->next) {
        const struct bk_json *before = object->child;
        while (before != m && !bk_eq(before->key, m->key))
            before = before->next;
        if (before != m)
            add_duplicate(ps, m);
    }
}

/* --- structure --- */

/* Reads one value; an opening bracket pushes, everything else is complete. */
static bool read_value(struct parser *ps, struct bk_str key, struct bk_json **made)
{
    if (++ps->values > BK_JSON_MAX_VALUES)
        return fail_at(ps, ps->p, "more values than a document may hold");
    struct bk_json *v = bk_alloc(ps->a, sizeof *v);
    v->key = key;
    v->line = ps->line;
    v->offset = (size_t)(ps->p - ps->start);
    *made = v;
    char c = ps->p < ps->end ? *ps->p : '\0';
    if (c != '{' && c != '[')
        return read_scalar(ps, v);
    if (ps->depth == BK_JSON_MAX_DEPTH)
        return fail_at(ps, ps->p, "nested deeper than 512 levels");
    v->type = c == '{' ? BK_JSON_OBJECT : BK_JSON_ARRAY;
    ps->stack[ps->depth++] = (struct open){v, NULL};
    ps->p++;
    return true;
}

static bool read_key(struct parser *ps, struct bk_str *key)
{
    if (ps->p >= ps->end || *ps->p != '"')
        return unexpected(ps, "a key in quotes");
    if (!read_string(ps, key))
        return false;
    skip_space(ps);
    if (ps->p >= ps->end || *ps->p != ':')
        return unexpected(ps, "':'");
    ps->p++;
    skip_space(ps);
    return true;
}

/* Does a scalar that comes now stay without a node (BK_JSON_SHORT)? */
static bool leaves_out(const struct parser *ps)
{
    const struct bk_json *array = ps->stack[ps->depth - 1].node;
    if (!(ps->flags & BK_JSON_SHORT) || array->type != BK_JSON_ARRAY)
        return false;
    bool inner = ps->depth > 1 && ps->stack[ps->depth - 2].node->type == BK_JSON_ARRAY;
    bool opens = ps->p < ps->end && (*ps->p == '{' || *ps->p == '[');
    return !opens && array->n >= (inner ? 0 : BK_JSON_KEPT);
}

/* Checks a scalar and forgets it. */
static bool pass_scalar(struct parser *ps)
{
    struct bk_json v = {0};
    struct bk_arena *a = ps->a;
    ps->a = scratch_of(ps);
    struct bk_arena_mark mark = bk_arena_mark(ps->a);
    bool ok = read_scalar(ps, &v);
    bk_arena_release(ps->a, mark);
    ps->a = a;
    return ok;
}

/* The next thing inside the innermost open array or object: its end, or one more
 * child. */
static bool step(struct parser *ps)
{
    struct open *top = &ps->stack[ps->depth - 1];
    bool object = top->node->type == BK_JSON_OBJECT;
    skip_space(ps);
    if (ps->p < ps->end && *ps->p == (object ? '}' : ']')) {
        ps->p++;
        ps->depth--;
        if (object)
            find_duplicates(ps, top->node);
        return true;
    }
    if (top->node->n > 0) {
        if (ps->p >= ps->end || *ps->p != ',')
            return unexpected(ps, object ? "',' or '}'" : "',' or ']'");
        ps->p++;
        skip_space(ps);
    }
    struct bk_str key = {0};
    struct bk_json *child;
    if (leaves_out(ps)) {
        top->node->n++;
        return pass_scalar(ps);
    }
    if (object && !read_key(ps, &key))
        return false;
    if (!read_value(ps, key, &child))
        return false;
    if (top->last != NULL)
        top->last->next = child;
    else
        top->node->child = child;
    top->last = child;
    top->node->n++;
    return true;
}

static struct bk_json *read_document(struct parser *ps, struct bk_str *rest)
{
    struct bk_json *root;
    skip_space(ps);
    if (!read_value(ps, (struct bk_str){0}, &root))
        return NULL;
    while (ps->depth > 0) {
        if (!step(ps))
            return NULL;
    }
    if (ps->flags & BK_JSON_MANY) {
        *rest = (struct bk_str){ps->p, (size_t)(ps->end - ps->p)};
        return root;
    }
    skip_space(ps);
    if (ps->p < ps->end) {
        unexpected(ps, "the end of the text");
        return NULL;
    }
    if (rest != NULL)
        *rest = (struct bk_str){0};
    return root;
}

struct bk_json *bk_json_parse(struct bk_arena *a, struct bk_str text, unsigned flags,
                              struct bk_str *rest, const struct bk_json ***duplicates,
                              struct bk_err *err)
{
    if (text.ptr == NULL)
        text = BK_S("");
    struct parser *ps = bk_realloc(NULL, sizeof *ps);
    *ps = (struct parser){.a = a,
                          .start = text.ptr,
                          .p = text.ptr,
                          .end = text.ptr + text.len,
                          .line_start = text.ptr,
                          .line = 1,
                          .flags = flags,
                          .err = err};
    struct bk_json *root = read_document(ps, rest);
    if (root != NULL && duplicates != NULL) {
        *BK_PUSH(a, ps->duplicates, ps->n_duplicates) = NULL;
        *duplicates = ps->duplicates;
    }
    bk_arena_free(ps->scratch);
    free(ps);
    return root;
}

/* --- looking things up --- */

static const struct bk_json *member(const struct bk_json *object, struct bk_str key)
{
    const struct bk_json *found = NULL;
    if (object == NULL || object->type != BK_JSON_OBJECT)
        return NULL;
    for (const struct bk_json *m = object->child; m != NULL; m = m->next) {
        if (bk_eq(m->key, key))
            found = m;
    }
    return found;
}

struct bk_json *bk_json_parse_line(struct bk_arena *a, struct bk_str text,
                                   unsigned flags, size_t line, struct bk_err *err)
{
    struct bk_err why = {0};
    struct bk_json *value = bk_json_parse(a, text, flags, NULL, NULL, &why);
    struct bk_str rest = bk_str(why.msg), first = BK_S("line 1 ");
    if (value != NULL)
        return value;
    if (bk_starts(rest, first))
        rest = bk_from(rest, first.len);
    bk_fail(err, why.code, "line %zu %.*s", line, BK_F(rest));
    return NULL;
}

const struct bk_json *bk_json_get(const struct bk_json *object, const char *key)
{
    return member(object, bk_str(key));
}

struct bk_str bk_json_string(const struct bk_json *object, const char *key)
{
    const struct bk_json *m = bk_json_get(object, key);
    return m != NULL && m->type == BK_JSON_STRING ? m->text : (struct bk_str){0};
}

bool bk_json_number(const struct bk_json *object, const char *key, double *value)
{
    const struct bk_json *m = bk_json_get(object, key);
    if (m == NULL || m->type != BK_JSON_NUMBER)
        return false;
    *value = m->number;
    return true;
}

/* --- pointers --- */

static const struct bk_json *element(const struct bk_json *array, struct bk_str token)
{
    int64_t index;
    bool leading_zero = token.len > 1 && token.ptr[0] == '0';
    if (token.len == 0 || token.ptr[0] < '0' || token.ptr[0] > '9' || leading_zero ||
        !bk_parse_int64(token, &index) || (uint64_t)index >= array->n)
        return NULL;
    const struct bk_json *e = array->child;
    while (index-- > 0)
        e = e->next;
    return e;
}

/* Is the key written as this token ("~0" for '~', "~1" for '/')? */
static bool token_is_key(struct bk_str token, struct bk_str key)
{
    size_t t = 0;
    for (size_t k = 0; k < key.len; k++, t++) {
        char c = key.ptr[k];
        if (t >= token.len)
            return false;
        if (c == '~' || c == '/') {
            if (token.ptr[t] != '~' || ++t >= token.len ||
                token.ptr[t] != (c == '~' ? '0' : '1'))
                return false;
        } else if (token.ptr[t] != c) {
            return false;
        }
    }
    return t == token.len;
}

static const struct bk_json *member_of_token(const struct bk_json *object,
                                             struct bk_str token)
{
    const struct bk_json *found = NULL;
    for (const struct bk_json *m = object->child; m != NULL; m = m->next) {
        if (token_is_key(token, m->key))
            found = m;
    }
    return found;
}

const struct bk_json *bk_json_at(const struct bk_json *root, struct bk_str pointer)
{
    const struct bk_json *node = root;
    while (node != NULL && pointer.len > 0) {
        if (pointer.ptr[0] != '/')
            return NULL;
        pointer = bk_from(pointer, 1);
        size_t slash = bk_find_char(pointer, '/');
        struct bk_str token = slash == BK_NONE ? pointer : bk_upto(pointer, slash);
        pointer = slash == BK_NONE ? (struct bk_str){0} : bk_from(pointer, slash);
        if (node->type == BK_JSON_ARRAY)
            node = element(node, token);
        else
            node = node->type == BK_JSON_OBJECT ? member_of_token(node, token) : NULL;
    }
    return node;
}

static void add_token(struct bk_buf *b, struct bk_str key)
{
    bk_buf_addc(b, '/');
    for (size_t i = 0; i < key.len; i++) {
        if (key.ptr[i] == '~')
            bk_buf_add(b, BK_S("~0"));
        else if (key.ptr[i] == '/')
            bk_buf_add(b, BK_S("~1"));
        else
            bk_buf_addc(b, key.ptr[i]);
    }
}

/* The way down follows the places: a node lies in the last child that begins at or
 * before it. */
struct bk_str bk_json_pointer(struct bk_arena *a, const struct bk_json *root,
                              const struct bk_json *node)
{
    struct bk_buf b = {0};
    while (root != NULL && root != node) {
        const struct bk_json *way = NULL;
        size_t index = 0, i = 0;
        for (const struct bk_json *c = root->child; c != NULL; c = c->next, i++) {
            if (c->offset > node->offset)
                break;
            way = c;
            index = i;
        }
        if (way != NULL && root->type == BK_JSON_OBJECT)
            add_token(&b, way->key);
        else if (way != NULL)
            bk_buf_addf(&b, "/%zu", index);
        root = way;
    }
    struct bk_str pointer = bk_dup(a, bk_buf_str(&b));
    bk_buf_free(&b);
    return pointer;
}

/* --- bids --- */

/* The end of a string whose opening quote is at 'open': behind the closing quote, or the
 * end of a text that was cut. */
static size_t string_end(struct bk_str s, size_t open)
{
    for (size_t i = open + 1; i < s.len; i++) {
        if (s.ptr[i] == '\\')
            i++;
        else if (s.ptr[i] == '"')
            return i + 1;
    }
    return s.len;
}

bool bk_json_head_has_key(struct bk_str head, const char *key)
{
    struct bk_str wanted = bk_str(key);
    head = bk_trim(head);
    if (head.len == 0 || (head.ptr[0] != '{' && head.ptr[0] != '['))
        return false;
    for (size_t i = 0; i < head.len; i++) {
        if (head.ptr[i] != '"')
            continue;
        size_t end = string_end(head, i);
        struct bk_str behind = bk_trim(bk_upto(bk_from(head, end), 64));
        struct bk_str inside = bk_upto(bk_from(head, i + 1), end - i - 2);
        if (end > i + 1 && bk_eq(inside, wanted) && behind.len > 0 &&
            behind.ptr[0] == ':')
            return true;
        i = end - 1;
    }
    return false;
}
