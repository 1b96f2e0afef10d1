/* The streaming JSON reader: RFC 8259 (https://www.rfc-editor.org/rfc/rfc8259).
 *
 * A window slides over the text: what was read is dropped when more is needed, so that
 * numbers, words and escapes always stand in it whole.  Strings go through it piece by
 * piece; a piece never ends inside a UTF-8 sequence. */
#include "json_events.h"

#include "../../src/base/num.h"
#include "../../src/base/utf8.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define WINDOW_SIZE    ((size_t)64 * 1024)
#define LONGEST_TOKEN  (BK_JSON_MAX_DIGITS + 2) /* that stands in the window whole */
#define LONGEST_ESCAPE ((size_t)11)             /* uXXXX\uXXXX behind a backslash */
#define LONGEST_CHAR   ((size_t)4)              /* bytes of UTF-8 */
#define REPLACEMENT    0xFFFDu

struct bk_json_events {
    struct bk_json_source source;
    unsigned flags;
    size_t max_string;
    char *window;
    const char *p, *end;  /* what is left of it */
    uint64_t passed;      /* bytes of the text before the window */
    struct bk_str unread; /* of the source's last chunk */
    bool ended;           /* the source has no more */
    size_t line;
    uint64_t line_start;
    bool is_object[BK_JSON_MAX_DEPTH];
    size_t depth;
    bool started, has_sibling;
    bool forget; /* strings are only checked */
    struct bk_buf key, text;
    struct bk_err *err;
};

/* --- the window --- */

static uint64_t place(const struct bk_json_events *e, const char *at)
{
    return e->passed + (uint64_t)(at - e->window);
}

/* Moves what is left to the window's start and fills it up. */
static bool refill(struct bk_json_events *e)
{
    size_t left = (size_t)(e->end - e->p);
    e->passed += (uint64_t)(e->p - e->window);
    if (left > 0)
        memmove(e->window, e->p, left);
    while (left < WINDOW_SIZE && !e->ended) {
        if (e->unread.len == 0) {
            if (!e->source.more(e->source.of, &e->unread, e->err))
                return false;
            e->ended = e->unread.len == 0;
            continue;
        }
        struct bk_str part = bk_upto(e->unread, WINDOW_SIZE - left);
        memcpy(e->window + left, part.ptr, part.len);
        left += part.len;
        e->unread = bk_from(e->unread, part.len);
    }
    e->p = e->window;
    e->end = e->window + left;
    return true;
}

/* At least n bytes ahead, unless the text ends before. */
static bool ensure(struct bk_json_events *e, size_t n)
{
    return (size_t)(e->end - e->p) >= n || e->ended || refill(e);
}

static char peek(const struct bk_json_events *e)
{
    return e->p < e->end ? *e->p : '\0';
}

/* --- errors --- */

static bool fail_place(struct bk_json_events *e, uint64_t at, const char *what)
{
    return bk_fail(e->err, BK_EINPUT, "line %zu column %llu: %s", e->line,
                   (unsigned long long)(at - e->line_start + 1), what);
}

static bool fail_at(struct bk_json_events *e, const char *at, const char *what)
{
    return fail_place(e, place(e, at), what);
}

static bool unexpected(struct bk_json_events *e, const char *wanted)
{
    unsigned long long column = place(e, e->p) - e->line_start + 1;
    if (e->p >= e->end)
        return bk_fail(e->err, BK_EINPUT,
                       "line %zu column %llu: the text ends where %s should be",
                       e->line, column, wanted);
    unsigned char c = (unsigned char)*e->p;
    if (c > ' ' && c < 0x7F)
        return bk_fail(e->err, BK_EINPUT,
                       "line %zu column %llu: '%c' stands where %s should be", e->line,
                       column, c, wanted);
    return bk_fail(e->err, BK_EINPUT,
                   "line %zu column %llu: byte 0x%02x stands where %s should be",
                   e->line, column, (unsigned)c, wanted);
}

/* --- scalars --- */

static bool skip_space(struct bk_json_events *e)
{
    for (;;) {
        while (e->p < e->end) {
            char c = *e->p;
            if (c == '\n') {
                e->line++;
                e->line_start = place(e, e->p) + 1;
            } else if (c != ' ' && c != '\t' && c != '\r') {
                return true;
            }
            e->p++;
        }
        if (e->ended)
            return true;
        if (!refill(e))
            return false;
    }
}

static bool take_word(struct bk_json_events *e, struct bk_str word)
{
    struct bk_str left = {e->p, (size_t)(e->end - e->p)};
    if (!bk_starts(left, word))
        return false;
    e->p += word.len;
    return true;
}

static bool is_digit_here(const struct bk_json_events *e)
{
    return e->p < e->end && *e->p >= '0' && *e->p <= '9';
}

static bool skip_digits(struct bk_json_events *e, const char *wanted)
{
    if (!is_digit_here(e))
        return unexpected(e, wanted);
    while (is_digit_here(e))
        e->p++;
    return true;
}

static bool take_special(struct bk_json_events *e, struct bk_json_event *v)
{
    static const struct {
        struct bk_str word;
        double value;
    } specials[] = {
        {{"NaN", 3}, (double)NAN},
        {{"Infinity", 8}, (double)INFINITY},
        {{"-Infinity", 9}, -(double)INFINITY},
    };
    if (!(e->flags & BK_JSON_SPECIALS))
        return false;
    for (size_t i = 0; i < sizeof specials / sizeof *specials; i++) {
        if (!take_word(e, specials[i].word))
            continue;
        v->type = BK_JSON_NUMBER;
        v->number = specials[i].value;
        v->text = specials[i].word;
        return true;
    }
    return false;
}

static bool skip_number(struct bk_json_events *e, const char *start)
{
    if (*e->p == '-')
        e->p++;
    if (peek(e) == '0')
        e->p++;
    else if (!skip_digits(e, "a digit"))
        return false;
    if (is_digit_here(e))
        return fail_at(e, start, "a number with a leading zero");
    if (peek(e) == '.') {
        e->p++;
        if (!skip_digits(e, "a digit behind the point"))
            return false;
    }
    if (peek(e) == 'e' || peek(e) == 'E') {
        e->p++;
        if (peek(e) == '+' || peek(e) == '-')
            e->p++;
        return skip_digits(e, "a digit of the exponent");
    }
    return true;
}

static bool read_number(struct bk_json_events *e, struct bk_json_event *v)
{
    if (!ensure(e, LONGEST_TOKEN))
        return false;
    const char *start = e->p;
    if (take_special(e, v))
        return true;
    if (!skip_number(e, start))
        return false;
    v->type = BK_JSON_NUMBER;
    v->text = (struct bk_str){start, (size_t)(e->p - start)};
    if (v->text.len > BK_JSON_MAX_DIGITS)
        return fail_at(e, start, "a number of too many digits");
    if (!bk_parse_double(v->text, &v->number))
        return fail_at(e, start, "a number that is too large");
    bk_buf_clear(&e->text); /* the window may move before the event is used */
    bk_buf_add(&e->text, v->text);
    v->text = bk_buf_str(&e->text);
    return true;
}

/* --- strings --- */

/* Four hexadecimal digits behind \u; false when they are none. */
static bool read_hex4(struct bk_json_events *e, uint32_t *unit)
{
    *unit = 0;
    if (e->end - e->p < 4)
        return false;
    for (int i = 0; i < 4; i++) {
        char c = *e->p++;
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

/* Behind a backslash and 'u': the code point, with its second half when there is one. */
static bool read_unicode(struct bk_json_events *e, uint32_t *c)
{
    if (!read_hex4(e, c))
        return false;
    if (is_surrogate(*c, 0xD800)) {
        const char *behind = e->p;
        uint32_t low;
        if (take_word(e, BK_S("\\u")) && read_hex4(e, &low) &&
            is_surrogate(low, 0xDC00)) {
            *c = 0x10000 + ((*c - 0xD800) << 10) + (low - 0xDC00);
            return true;
        }
        e->p = behind;
        *c = REPLACEMENT;
    } else if (is_surrogate(*c, 0xDC00)) {
        *c = REPLACEMENT;
    }
    return true;
}

/* A string in progress; what is over the maximum is dropped. */
struct pieces {
    struct bk_buf *out;
    bool cut;
};

static void keep(const struct bk_json_events *e, struct pieces *s, struct bk_str piece)
{
    if (e->forget || s->cut)
        return;
    size_t room = e->max_string - s->out->len;
    if (piece.len > room) {
        s->cut = true;
        while (room > 0 && ((unsigned char)piece.ptr[room] & 0xC0) == 0x80)
            room--; /* not in the middle of a character */
        piece = bk_upto(piece, room);
    }
    bk_buf_add(s->out, piece);
}

/* At a backslash: one escape. */
static bool read_escape(struct bk_json_events *e, struct pieces *s)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    if (!ensure(e, 1 + LONGEST_ESCAPE))
        return false;
    const char *at = e->p++;
    char c = peek(e);
    e->p += e->p < e->end;
    if (c == 'u') {
        uint32_t code_point;
        struct bk_buf utf8 = {0};
        if (!read_unicode(e, &code_point))
            return fail_at(e, at, "an escape that is not \\u and four digits");
        bk_utf8_add(&utf8, code_point);
        keep(e, s, bk_buf_str(&utf8));
        bk_buf_free(&utf8);
        return true;
    }
    const char *found = c != '\0' ? strchr(from, c) : NULL;
    if (found == NULL)
        return fail_at(e, at, "an unknown escape");
    keep(e, s, (struct bk_str){&to[found - from], 1});
    return true;
}

/* How many bytes at the end of a piece may belong to a character that goes on. */
static size_t open_character(const char *start, const char *end)
{
    for (size_t n = 1; n < LONGEST_CHAR && (size_t)(end - start) >= n; n++) {
        unsigned char c = (unsigned char)end[-(ptrdiff_t)n];
        if (c >= 0xC0)
            return n;
        if (c < 0x80)
            return 0;
    }
    return 0;
}

/* The plain part of a string, up to a quote, backslash, control byte or the end of the
 * window. */
static bool read_plain(struct bk_json_events *e, struct pieces *s)
{
    const char *start = e->p, *stop = start;
    while (stop < e->end && *stop != '"' && *stop != '\\' &&
           (unsigned char)*stop >= 0x20)
        stop++;
    if (stop == e->end && !e->ended)
        stop -= open_character(start, stop);
    struct bk_str piece = {start, (size_t)(stop - start)};
    size_t bad = bk_utf8_bad(piece);
    if (bad != BK_NONE)
        return fail_at(e, start + bad, "bytes that are not UTF-8");
    keep(e, s, piece);
    e->p = stop;
    return true;
}

/* A string whose opening quote is at e->p. */
static bool read_string(struct bk_json_events *e, struct bk_buf *out, bool *cut)
{
    struct pieces s = {.out = out};
    uint64_t open = place(e, e->p);
    bk_buf_clear(out);
    e->p++;
    for (;;) {
        if (!ensure(e, LONGEST_CHAR) || !read_plain(e, &s))
            return false;
        char c = peek(e);
        if (e->p >= e->end) {
            if (e->ended)
                return fail_place(e, open, "a string that never ends");
        } else if (c == '"') {
            e->p++;
            *cut = s.cut;
            return true;
        } else if (c == '\\') {
            if (!read_escape(e, &s))
                return false;
        } else if ((unsigned char)c < 0x20) {
            return fail_at(e, e->p, "a control character inside a string");
        }
    }
}

/* Words stand in the window whole: read_value saw to it. */
static bool read_word(struct bk_json_events *e, struct bk_json_event *v)
{
    char c = peek(e);
    if (c == 't' || c == 'f') {
        v->type = BK_JSON_BOOL;
        v->boolean = c == 't';
        if (take_word(e, v->boolean ? BK_S("true") : BK_S("false")))
            return true;
    } else if (c == 'n') {
        v->type = BK_JSON_NULL;
        if (take_word(e, BK_S("null")))
            return true;
    } else if ((c == 'N' || c == 'I') && take_special(e, v)) {
        return true;
    }
    return unexpected(e, "a value");
}

static bool read_scalar(struct bk_json_events *e, struct bk_json_event *v)
{
    char c = peek(e);
    if (c == '"') {
        v->type = BK_JSON_STRING;
        if (!read_string(e, &e->text, &v->cut))
            return false;
        v->text = bk_buf_str(&e->text);
        return true;
    }
    if (c == '-' || (c >= '0' && c <= '9'))
        return read_number(e, v);
    return read_word(e, v);
}

/* --- structure --- */

static bool read_value(struct bk_json_events *e, struct bk_json_event *v)
{
    if (!ensure(e, sizeof "-Infinity"))
        return false;
    char c = peek(e);
    v->depth = e->depth;
    v->line = e->line;
    v->offset = place(e, e->p);
    if (c != '{' && c != '[') {
        v->kind = BK_JSON_SCALAR;
        e->has_sibling = true;
        return read_scalar(e, v);
    }
    if (e->depth == BK_JSON_MAX_DEPTH)
        return fail_at(e, e->p, "nested deeper than 512 levels");
    v->kind = BK_JSON_OPEN;
    v->type = c == '{' ? BK_JSON_OBJECT : BK_JSON_ARRAY;
    e->is_object[e->depth++] = c == '{';
    e->has_sibling = false;
    e->p++;
    return true;
}

static bool read_key(struct bk_json_events *e, struct bk_json_event *v)
{
    bool cut;
    if (peek(e) != '"')
        return unexpected(e, "a key in quotes");
    if (!read_string(e, &e->key, &cut) || !skip_space(e))
        return false;
    if (peek(e) != ':')
        return unexpected(e, "':'");
    e->p++;
    v->key = bk_buf_str(&e->key);
    return skip_space(e);
}

/* Inside an array or object: its end, or one more value. */
static bool step(struct bk_json_events *e, struct bk_json_event *v)
{
    bool object = e->is_object[e->depth - 1];
    if (e->p < e->end && *e->p == (object ? '}' : ']')) {
        v->kind = BK_JSON_CLOSE;
        v->type = object ? BK_JSON_OBJECT : BK_JSON_ARRAY;
        v->line = e->line;
        v->offset = place(e, e->p);
        e->p++;
        v->depth = --e->depth;
        e->has_sibling = true;
        return true;
    }
    if (e->has_sibling) {
        if (e->p >= e->end || *e->p != ',')
            return unexpected(e, object ? "',' or '}'" : "',' or ']'");
        e->p++;
        if (!skip_space(e))
            return false;
    }
    return (!object || read_key(e, v)) && read_value(e, v);
}

bool bk_json_events_next(struct bk_json_events *e, struct bk_json_event *event,
                         struct bk_err *err)
{
    *event = (struct bk_json_event){0};
    e->err = err;
    if (!skip_space(e))
        return false;
    if (e->depth > 0)
        return step(e, event);
    if (!e->started) {
        e->started = true;
        return read_value(e, event);
    }
    if (e->p < e->end)
        return unexpected(e, "the end of the text");
    event->kind = BK_JSON_END;
    return true;
}

bool bk_json_events_skip(struct bk_json_events *e, struct bk_err *err)
{
    struct bk_json_event event;
    size_t depth = e->depth;
    e->forget = true;
    bool ok = true;
    while (ok && depth > 0 && e->depth >= depth)
        ok = bk_json_events_next(e, &event, err);
    e->forget = false;
    return ok;
}

struct bk_json_events *bk_json_events_new(struct bk_json_source source, unsigned flags,
                                          size_t max_string)
{
    struct bk_json_events *e = bk_realloc(NULL, sizeof *e);
    *e = (struct bk_json_events){
        .source = source, .flags = flags, .max_string = max_string, .line = 1};
    e->window = bk_realloc(NULL, WINDOW_SIZE);
    e->p = e->end = e->window;
    return e;
}

void bk_json_events_free(struct bk_json_events *e)
{
    if (e == NULL)
        return;
    bk_buf_free(&e->key);
    bk_buf_free(&e->text);
    free(e->window);
    free(e);
}

/* --- a tree of a part --- */

struct level {
    struct bk_json *node, *last;
    struct bk_json_path path;
};

struct selecting {
    struct bk_arena *a;
    const struct bk_json_selection *how;
    struct level *levels; /* BK_JSON_MAX_DEPTH + 1 of them */
    struct bk_json *root;
    size_t values;
};

static struct bk_json *add_node(struct selecting *s, const struct bk_json_event *v)
{
    struct bk_json *node = bk_alloc(s->a, sizeof *node);
    *node = (struct bk_json){.type = v->type,
                             .boolean = v->boolean,
                             .number = v->number,
                             .text = bk_dup(s->a, v->text),
                             .key = bk_dup(s->a, v->key),
                             .line = v->line,
                             .offset = (size_t)v->offset};
    struct level *up = v->depth > 0 ? &s->levels[v->depth - 1] : NULL;
    if (up == NULL)
        s->root = node;
    else if (up->last != NULL)
        up->last->next = node;
    else
        up->node->child = node;
    if (up != NULL) {
        up->last = node;
        up->node->n++;
    }
    return node;
}

/* One event that is no CLOSE and no END. */
static bool select_value(struct selecting *s, struct bk_json_events *e,
                         const struct bk_json_event *v, struct bk_err *err)
{
    struct bk_json_path path = {.key = v->key, .depth = v->depth};
    if (v->depth > 1)
        path.up = &s->levels[v->depth - 1].path;
    if (v->depth > 0 && !s->how->wanted(&path))
        return v->kind != BK_JSON_OPEN || bk_json_events_skip(e, err);
    if (++s->values > s->how->max_values)
        return bk_fail(err, BK_EINPUT, "line %zu: more than %zu values of interest",
                       v->line, s->how->max_values);
    struct bk_json *node = add_node(s, v);
    path.key = node->key;
    if (v->kind == BK_JSON_OPEN)
        s->levels[v->depth] = (struct level){.node = node, .path = path};
    return true;
}

struct bk_json *bk_json_select(struct bk_arena *a, struct bk_json_source source,
                               const struct bk_json_selection *how, struct bk_err *err)
{
    struct selecting s = {.a = a, .how = how};
    struct bk_json_events *e = bk_json_events_new(source, how->flags, how->max_string);
    struct bk_json_event v;
    s.levels = bk_realloc(NULL, (BK_JSON_MAX_DEPTH + 1) * sizeof *s.levels);
    bool ok;
    do {
        ok = bk_json_events_next(e, &v, err);
        if (ok && (v.kind == BK_JSON_SCALAR || v.kind == BK_JSON_OPEN))
            ok = select_value(&s, e, &v, err);
    } while (ok && v.kind != BK_JSON_END);
    bk_json_events_free(e);
    free(s.levels);
    return ok ? s.root : NULL;
}
