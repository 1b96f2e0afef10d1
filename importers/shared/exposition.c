/* Expositions, the reading of lines: names, labels, values, time stamps, exemplars, and
 * the metadata of Prometheus' text format 0.0.4.  See exposition.h.
 *
 * Nearly all lines are samples, and neighbours mostly have the same name and the same
 * first labels: so the line before is kept, and what begins as it does is taken from it;
 * label values without escapes stay slices of the line, and short decimals are converted
 * by one exact multiplication. */
#include "exposition.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/base/num.h"
#include "../../src/base/utf8.h"
#include "exposition_parts.h"
#include "scan.h"

#define MAX_FAMILY_BYTES ((size_t)48 * 1024 * 1024)
#define EXACT_MANTISSA   ((uint64_t)1 << 53) /* integers up to here are doubles */
#define EXACT_POWER      22  /* and so are powers of ten up to this one */
#define MAX_ODD_NUMBER   400 /* bytes of ".5" or "5." with their zeros */
#define SHOWN            40  /* bytes of a bad token in a message */
#define NS_PER_MS        INT64_C(1000000)
#define MAX_MS           (INT64_MAX / NS_PER_MS)
#define MAX_SECONDS      INT64_C(9000000000)

struct cursor {
    const char *p, *end;
};

/* --- errors --- */

bool bk_exposition_fail(const struct bk_exposition *x, struct bk_err *err,
                        const char *fmt, ...)
{
    char text[300];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    return bk_fail(err, BK_EINPUT, "line %zu: %s", x->line, text);
}

bool bk_exposition_breach(struct bk_exposition *x, struct bk_err *err, const char *fmt,
                          ...)
{
    char text[150];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    if (x->strict)
        return bk_fail(err, BK_EINPUT, "line %zu: %s", x->line, text);
    if (x->breaches++ == 0)
        snprintf(x->first_breach, sizeof x->first_breach, "line %zu: %s", x->line,
                 text);
    return true;
}

/* --- characters --- */

static bool is_letter(char c)
{
    return (unsigned char)((c | 0x20) - 'a') < 26 || c == '_';
}

static bool is_digit(char c)
{
    return (unsigned char)(c - '0') < 10;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static void skip_blanks(struct cursor *c)
{
    while (c->p < c->end && is_blank(*c->p))
        c->p++;
}

static struct bk_str between(const char *from, const char *to)
{
    return (struct bk_str){from, (size_t)(to - from)};
}

/* Up to the next blank or the end. */
static struct bk_str token(struct cursor *c)
{
    const char *from = c->p;
    while (c->p < c->end && !is_blank(*c->p))
        c->p++;
    return between(from, c->p);
}

static struct bk_str shown(struct bk_str s)
{
    return bk_upto(s, SHOWN);
}

/* --- numbers --- */

static bool special_number(struct bk_str s, double *value)
{
    bool negative = s.len > 0 && s.ptr[0] == '-';
    bool sign = negative || (s.len > 0 && s.ptr[0] == '+');
    struct bk_str word = bk_from(s, sign ? 1 : 0);
    if (bk_eq_nocase(word, BK_S("inf")) || bk_eq_nocase(word, BK_S("infinity"))) {
        *value = negative ? -(double)INFINITY : (double)INFINITY;
        return true;
    }
    *value = (double)NAN;
    return !sign && bk_eq_nocase(word, BK_S("nan"));
}

/* Numbers that are long, large, or begin or end with their point. */
static bool slow_number(struct bk_str s, double *value)
{
    if (bk_parse_double(s, value))
        return true;
    if (s.len == 0 || s.len > MAX_ODD_NUMBER || bk_find_char(s, '.') == BK_NONE)
        return special_number(s, value);
    char whole[MAX_ODD_NUMBER + 3];
    size_t n = 0;
    for (size_t i = 0; i < s.len; i++) { /* a zero on the bare side of the point */
        bool point = s.ptr[i] == '.';
        if (point && (i == 0 || !is_digit(s.ptr[i - 1])))
            whole[n++] = '0';
        whole[n++] = s.ptr[i];
        if (point && (i + 1 == s.len || !is_digit(s.ptr[i + 1]))) {
            if (i == 0 || !is_digit(s.ptr[i - 1]))
                return false;
            whole[n++] = '0';
        }
        if (n + 3 > sizeof whole)
            return false;
    }
    return bk_parse_double((struct bk_str){whole, n}, value);
}

bool bk_exposition_number(struct bk_str s, double *value)
{
    static const double power[EXACT_POWER + 1] = {
        1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
        1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    if (s.len == 0)
        return false;
    const char *p = s.ptr, *end = s.ptr + s.len;
    bool negative = p < end && *p == '-';
    if (negative || (p < end && *p == '+'))
        p++;
    const char *from = p;
    uint64_t mantissa = 0;
    while (p < end && is_digit(*p) && mantissa < EXACT_MANTISSA)
        mantissa = mantissa * 10 + (uint64_t)(*p++ - '0');
    if (p == from)
        return slow_number(s, value);
    size_t decimals = 0;
    if (p < end && *p == '.') {
        const char *point = p++;
        while (p < end && is_digit(*p) && mantissa < EXACT_MANTISSA)
            mantissa = mantissa * 10 + (uint64_t)(*p++ - '0');
        decimals = (size_t)(p - point - 1);
        if (decimals == 0)
            return slow_number(s, value);
    }
    if (p < end || mantissa > EXACT_MANTISSA || decimals > EXACT_POWER)
        return slow_number(s, value);
    *value = (double)mantissa / power[decimals];
    if (negative)
        *value = -*value;
    return true;
}

/* Seconds as decimal text; nanoseconds exactly where they fit. */
static bool read_seconds(struct bk_str s, double *seconds, int64_t *ns)
{
    if (!bk_exposition_number(s, seconds) || !isfinite(*seconds))
        return false;
    *ns = BK_NO_TIME;
    if (fabs(*seconds) > (double)MAX_SECONDS)
        return true;
    if (bk_find_char(s, 'e') != BK_NONE || bk_find_char(s, 'E') != BK_NONE) {
        *ns = (int64_t)(*seconds * (double)BK_NS_PER_S);
        return true;
    }
    int64_t whole = 0, fraction = 0, place = BK_NS_PER_S;
    bool behind = false;
    for (size_t i = 0; i < s.len; i++) {
        int digit = s.ptr[i] - '0';
        if (s.ptr[i] == '.') {
            behind = true;
        } else if (is_digit(s.ptr[i]) && behind) {
            place /= 10;
            fraction += digit * place;
        } else if (is_digit(s.ptr[i])) {
            whole = whole * 10 + digit;
        }
    }
    *ns = whole * BK_NS_PER_S + fraction;
    if (s.ptr[0] == '-')
        *ns = -*ns;
    return true;
}

/* --- strings and names --- */

/* What is in quotes with escapes undone; the cursor stands on the opening quote. */
static bool escaped_string(struct bk_exposition *x, struct cursor *c,
                           struct bk_str *out, struct bk_err *err)
{
    size_t start = x->scratch.len;
    c->p++;
    while (c->p < c->end && *c->p != '"') {
        char ch = *c->p++;
        if (ch == '\\' && c->p < c->end) {
            char next = *c->p++;
            if (next != '\\' && next != '"' && next != 'n') {
                if (x->syntax == BK_EXPOSITION_TEXT)
                    return bk_exposition_fail(x, err, "invalid escape '\\%c'", next);
                bk_buf_addc(&x->scratch, '\\');
            }
            ch = next == 'n' ? '\n' : next;
        }
        bk_buf_addc(&x->scratch, ch);
    }
    if (c->p >= c->end)
        return bk_exposition_fail(x, err, "a quote is not closed");
    c->p++;
    *out = bk_from(bk_buf_str(&x->scratch), start);
    return true;
}

static bool read_string(struct bk_exposition *x, struct cursor *c, struct bk_str *out,
                        struct bk_err *err)
{
    size_t left = (size_t)(c->end - c->p - 1);
    const char *close = left > 0 ? memchr(c->p + 1, '"', left) : NULL;
    if (close == NULL)
        return bk_exposition_fail(x, err, "a quote is not closed");
    *out = between(c->p + 1, close);
    if (x->escapes && out->len > 0 && memchr(out->ptr, '\\', out->len) != NULL)
        return escaped_string(x, c, out, err);
    c->p = close + 1;
    return true;
}

static struct bk_str plain_name(struct cursor *c, bool colons)
{
    const char *from = c->p;
    if (c->p < c->end && is_digit(*c->p))
        return between(from, from);
    while (c->p < c->end &&
           (is_letter(*c->p) || is_digit(*c->p) || (*c->p == ':' && colons)))
        c->p++;
    return between(from, c->p);
}

bool bk_exposition_name(struct bk_exposition *x, struct bk_str s, struct bk_str *name,
                        struct bk_str *rest, struct bk_err *err)
{
    if (s.len == 0)
        s = BK_S(""); /* an absent text has no place to count from */
    struct cursor c = {s.ptr, s.ptr + s.len};
    if (s.len > 0 && s.ptr[0] == '"') {
        if (!read_string(x, &c, name, err))
            return false;
    } else {
        *name = plain_name(&c, true);
    }
    if (name->len == 0 || (c.p < c.end && !is_blank(*c.p)))
        return bk_exposition_fail(x, err, "invalid metric name '%.*s'", BK_F(shown(s)));
    *rest = between(c.p, c.end);
    return true;
}

struct bk_str bk_exposition_help(struct bk_exposition *x, struct bk_str s)
{
    if (s.len == 0 || memchr(s.ptr, '\\', s.len) == NULL)
        return s;
    size_t start = x->scratch.len;
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i], next = i + 1 < s.len ? s.ptr[i + 1] : '\0';
        if (c == '\\' && (next == '\\' || next == 'n' || next == '"')) {
            c = next == 'n' ? '\n' : next;
            i++;
        }
        bk_buf_addc(&x->scratch, c);
    }
    return bk_from(bk_buf_str(&x->scratch), start);
}

/* --- labels --- */

const struct bk_label *bk_exposition_label(const struct bk_labels *l,
                                           struct bk_str name)
{
    for (size_t i = 0; i < l->n; i++) {
        if (l->list[i].name.len == name.len && bk_eq(l->list[i].name, name))
            return &l->list[i];
    }
    return NULL;
}

static bool add_label(struct bk_exposition *x, struct bk_labels *out,
                      struct bk_str name, struct bk_str value, struct bk_err *err)
{
    for (size_t i = 0; i < out->n; i++) {
        if (out->list[i].name.len == name.len && bk_eq(out->list[i].name, name))
            return bk_exposition_fail(x, err, "label '%.*s' stands twice",
                                      BK_F(shown(name)));
    }
    if (out->n == BK_EXPOSITION_MAX_LABELS)
        return bk_exposition_fail(x, err, "more than %d labels",
                                  BK_EXPOSITION_MAX_LABELS);
    out->list[out->n++] = (struct bk_label){.name = name, .value = value};
    return true;
}

static bool loose(const struct bk_exposition *x)
{
    return x->syntax == BK_EXPOSITION_TEXT;
}

/* One label, or a metric name in quotes; *metric is where that may go. */
static bool read_label(struct bk_exposition *x, struct cursor *c, struct bk_labels *out,
                       struct bk_str *metric, struct bk_err *err)
{
    bool quoted = c->p < c->end && *c->p == '"';
    struct bk_str name, value;
    if (!quoted)
        name = plain_name(c, false);
    else if (!read_string(x, c, &name, err))
        return false;
    if (name.len == 0)
        return bk_exposition_fail(x, err, "invalid label name at '%.*s'",
                                  BK_F(shown(between(c->p, c->end))));
    if (loose(x))
        skip_blanks(c);
    bool equals = c->p < c->end && *c->p == '=';
    if (!equals && quoted && metric != NULL && metric->len == 0) {
        *metric = name;
        return true;
    }
    if (!equals)
        return bk_exposition_fail(x, err, "expected '=' behind label '%.*s'",
                                  BK_F(shown(name)));
    c->p++;
    if (loose(x))
        skip_blanks(c);
    if (c->p >= c->end || *c->p != '"')
        return bk_exposition_fail(x, err, "the value of label '%.*s' is not in quotes",
                                  BK_F(shown(name)));
    if (!read_string(x, c, &value, err))
        return false;
    if (!bk_is(name, "__name__"))
        return add_label(x, out, name, value, err);
    if (metric == NULL || metric->len > 0 || value.len == 0)
        return bk_exposition_fail(x, err, "label name '__name__' is reserved");
    *metric = value;
    return true;
}

/* A label of the line before, where it stands now: what stood at 'from' is at p. */
static struct bk_label moved_label(const struct bk_spots *l, const char *p, size_t from)
{
    return (struct bk_label){.name = {p + (l->name - from), l->name_len},
                             .value = {p + (l->value - from), l->value_len}};
}

/* Labels that stand where they stood in the line before.  The cursor stands on '{', and
 * comes to stand behind the last of them. */
static void take_first_labels(struct bk_exposition *x, struct cursor *c)
{
    const struct bk_line_before *b = &x->before;
    struct bk_labels *out = &x->labels;
    for (; out->n < b->n && b->labels[out->n].end <= x->alike; out->n++) {
        out->list[out->n] = moved_label(&b->labels[out->n], x->text, 0);
        c->p = x->text + b->labels[out->n].end;
    }
}

/* Behind a label that has another value than in the line before: the others, if they are
 * the same up to the '}'.  The cursor comes to stand behind it. */
static bool take_last_labels(struct bk_exposition *x, struct cursor *c)
{
    const struct bk_line_before *b = &x->before;
    struct bk_labels *out = &x->labels;
    size_t changed = out->n - 1;
    if (b->len == 0 || changed >= b->n || b->close == 0)
        return false;
    const struct bk_spots *l = &b->labels[changed];
    size_t left = b->close - l->end;
    struct bk_str name = {b->text + l->name, l->name_len};
    if ((size_t)(c->end - c->p) < left || memcmp(c->p, b->text + l->end, left) != 0 ||
        !bk_eq(name, out->list[changed].name))
        return false;
    for (; out->n < b->n; out->n++)
        out->list[out->n] = moved_label(&b->labels[out->n], c->p, l->end);
    c->p += left;
    x->sample.same_but = changed + 1;
    return true;
}

/* The cursor stands on '{', or behind the last label that is there already. */
static bool read_labels(struct bk_exposition *x, struct cursor *c,
                        struct bk_labels *out, struct bk_str *metric,
                        struct bk_err *err)
{
    size_t taken = out->n;
    bool behind = taken > 0;
    if (!behind)
        c->p++;
    for (bool comma = false;; comma = true) {
        if (loose(x) && !behind)
            skip_blanks(c);
        if (!behind && c->p < c->end && *c->p == '}' && (!comma || loose(x)))
            break;
        if (!behind && !read_label(x, c, out, metric, err))
            return false;
        if (!behind && taken + 1 == out->n && x->same_name && out == &x->labels &&
            take_last_labels(x, c))
            return true;
        behind = false;
        if (loose(x))
            skip_blanks(c);
        if (c->p < c->end && *c->p == '}')
            break;
        if (c->p >= c->end || *c->p != ',')
            return bk_exposition_fail(x, err, "expected ',' or '}' at '%.*s'",
                                      BK_F(shown(between(c->p, c->end))));
        c->p++;
    }
    c->p++;
    return true;
}

/* --- samples --- */

/* Between two parts of a sample: one blank in OpenMetrics, any number in 0.0.4. */
static bool gap(const struct bk_exposition *x, struct cursor *c)
{
    if (loose(x)) {
        skip_blanks(c);
        return true;
    }
    if (c->p >= c->end || *c->p != ' ')
        return false;
    c->p++;
    return true;
}

static bool read_value(struct bk_exposition *x, struct cursor *c, double *value,
                       struct bk_err *err)
{
    struct bk_str s = gap(x, c) ? token(c) : (struct bk_str){0};
    if (s.len == 0)
        return bk_exposition_fail(x, err, "no value");
    if (!bk_exposition_number(s, value))
        return bk_exposition_fail(x, err, "expected a number, found '%.*s'",
                                  BK_F(shown(s)));
    x->digits = s;
    return true;
}

/* Spec 1.0, "Exemplars": names and values together have 128 code points at most. */
#define MAX_EXEMPLAR 128

static size_t code_points(struct bk_str s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.len; i++)
        n += (s.ptr[i] & 0xC0) != 0x80;
    return n;
}

/* The cursor stands behind '#'. */
static bool read_exemplar(struct bk_exposition *x, struct cursor *c, struct bk_err *err)
{
    double seconds;
    int64_t ns;
    struct bk_str value = x->digits;
    if (!gap(x, c) || c->p >= c->end || *c->p != '{')
        return bk_exposition_fail(x, err, "an exemplar begins with labels");
    x->sample.exemplar = between(c->p, c->end);
    x->exemplar.n = 0;
    if (!read_labels(x, c, &x->exemplar, NULL, err) || !read_value(x, c, &seconds, err))
        return false;
    x->digits = value;
    size_t n = 0;
    for (size_t i = 0; i < x->exemplar.n; i++)
        n += code_points(x->exemplar.list[i].name) +
             code_points(x->exemplar.list[i].value);
    if (n > MAX_EXEMPLAR && !bk_exposition_breach(x, err,
                                                  "exemplar labels of %zu characters, "
                                                  "more than %d",
                                                  n, MAX_EXEMPLAR))
        return false;
    if (loose(x))
        skip_blanks(c);
    if (c->p == c->end)
        return true;
    struct bk_str s = gap(x, c) ? token(c) : (struct bk_str){0};
    if (!read_seconds(s, &seconds, &ns) || c->p != c->end)
        return bk_exposition_fail(x, err, "invalid time stamp of an exemplar");
    return true;
}

static bool read_timestamp(struct bk_exposition *x, struct bk_str s, struct bk_err *err)
{
    if (x->syntax == BK_EXPOSITION_OPENMETRICS) {
        x->time.given = true;
        if (!read_seconds(s, &x->time.seconds, &x->sample.time_ns))
            return bk_exposition_fail(x, err, "invalid time stamp '%.*s'",
                                      BK_F(shown(s)));
        return true;
    }
    int64_t ms;
    if (!bk_parse_int64(s, &ms))
        return bk_exposition_fail(
            x, err, "expected milliseconds as a whole number, found '%.*s'",
            BK_F(shown(s)));
    if (ms <= MAX_MS && ms >= -MAX_MS)
        x->sample.time_ns = ms * NS_PER_MS;
    return true;
}

/* What may follow a value: a time stamp and an exemplar. */
static bool read_tail(struct bk_exposition *x, struct cursor *c, struct bk_err *err)
{
    for (int part = 0; part < 2; part++) {
        if (loose(x))
            skip_blanks(c);
        if (c->p == c->end)
            return true;
        if (!gap(x, c))
            return bk_exposition_fail(x, err, "unexpected text behind the value");
        if (c->p < c->end && *c->p == '#') {
            c->p++;
            return read_exemplar(x, c, err);
        }
        struct bk_str s = token(c);
        if (part > 0)
            return bk_exposition_fail(x, err, "unexpected text '%.*s'", BK_F(shown(s)));
        if (!read_timestamp(x, s, err))
            return false;
    }
    return c->p == c->end || bk_exposition_fail(x, err, "unexpected text at the end");
}

/* Does the line begin with the name of the sample before?  Nearly all do. */
static bool begins_alike(const struct bk_exposition *x, const struct cursor *c)
{
    size_t n = x->last_len;
    if (x->alike > n && n > 0 && c->p == x->text)
        return true;
    return n > 0 && (size_t)(c->end - c->p) > n && (c->p[n] == '{' || c->p[n] == ' ') &&
           memcmp(c->p, x->last_name, n) == 0;
}

/* What a sample does not say of itself.  One by one: a compiler clears a structure of
 * this size with an instruction that takes longer than reading the name.  All others are
 * set when the sample was read. */
static void begin_sample(struct bk_series_sample *s, size_t line)
{
    s->time_ns = BK_NO_TIME;
    s->exemplar = (struct bk_str){0};
    s->line = line;
    s->same_name = false;
    s->bound = (double)NAN;
    s->same_but = 0;
}

static bool read_sample(struct bk_exposition *x, struct cursor *c, struct bk_err *err)
{
    struct bk_str name = {0};
    const char *start = c->p;
    x->labels.n = x->close = 0;
    x->time = (struct bk_om_timestamp){0};
    begin_sample(&x->sample, x->line);
    x->same_name = begins_alike(x, c);
    if (x->same_name) {
        name = between(c->p, c->p + x->last_len);
        c->p += x->last_len;
    } else if (*c->p != '{') {
        name = plain_name(c, true);
    }
    const char *behind = c->p;
    if (loose(x))
        skip_blanks(c);
    if (c->p < c->end && *c->p == '{') {
        if (x->same_name)
            take_first_labels(x, c);
        if (!read_labels(x, c, &x->labels, &name, err))
            return false;
        x->close = (size_t)(c->p - x->text);
        if (x->close <= x->alike && x->labels.n == x->before.n)
            x->sample.same_but = x->labels.n + 1;
    } else if (name.len == 0 || (c->p == behind && c->p < c->end && *c->p != ' ')) {
        return bk_exposition_fail(x, err, "invalid metric name at '%.*s'",
                                  BK_F(shown(between(c->p, c->end))));
    }
    if (name.len == 0)
        return bk_exposition_fail(x, err, "no metric name");
    x->plain_name = name.ptr == start;
    x->sample.name = name;
    x->sample.labels = x->labels.list;
    x->sample.n_labels = x->labels.n;
    return read_value(x, c, &x->sample.value, err) && read_tail(x, c, err);
}

/* --- families --- */

bool bk_exposition_keep(struct bk_exposition *x, struct bk_str s, struct bk_str *kept,
                        struct bk_err *err)
{
    if (bk_arena_size(x->arena) + s.len > MAX_FAMILY_BYTES)
        return bk_exposition_fail(x, err,
                                  "metric names and help texts take more than %zu MiB",
                                  MAX_FAMILY_BYTES / (1024 * 1024));
    *kept = bk_dup(x->arena, s);
    return true;
}

bool bk_family_new(struct bk_exposition *x, struct bk_str name, struct bk_family **f,
                   struct bk_err *err)
{
    struct bk_str kept;
    if (!bk_exposition_keep(x, name, &kept, err))
        return false;
    *f = bk_alloc(x->arena, sizeof **f);
    (*f)->name = kept;
    (*f)->type = BK_UNTYPED;
    bk_map_put(x->arena, &x->families, kept, *f);
    return true;
}

bool bk_family_named(struct bk_exposition *x, struct bk_str name, struct bk_family **f,
                     struct bk_err *err)
{
    *f = bk_map_get(&x->families, name);
    return *f != NULL || bk_family_new(x, name, f, err);
}

/* --- the text format 0.0.4 --- */

bool bk_series_type_named(struct bk_str s, enum bk_series_type *type)
{
    static const struct {
        const char *name;
        enum bk_series_type type;
    } types[] = {
        {"counter", BK_COUNTER},
        {"gauge", BK_GAUGE},
        {"histogram", BK_HISTOGRAM},
        {"summary", BK_SUMMARY},
        {"untyped", BK_UNTYPED},
        {"unknown", BK_UNTYPED},
        {"info", BK_INFOMETRIC},
        {"stateset", BK_STATESET},
        {"gaugehistogram", BK_GAUGEHISTOGRAM},
        {"gauge_histogram", BK_GAUGEHISTOGRAM},
    };
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        if (bk_eq_nocase(s, bk_str(types[i].name))) {
            *type = types[i].type;
            return true;
        }
    }
    return false;
}

static bool text_type(struct bk_exposition *x, struct bk_family *f, struct bk_str s,
                      struct bk_err *err)
{
    enum bk_series_type type;
    if (!bk_series_type_named(s, &type))
        return bk_exposition_fail(x, err, "unknown metric type '%.*s'", BK_F(shown(s)));
    if (f->has_type && f->type == type)
        return true;
    if (f->has_type || f->sampled)
        return bk_exposition_fail(x, err,
                                  f->has_type ? "a second TYPE of '%.*s'"
                                              : "TYPE of '%.*s' behind its samples",
                                  BK_F(shown(f->name)));
    f->has_type = true;
    f->type = type;
    return true;
}

static bool text_help(struct bk_exposition *x, struct bk_family *f, struct bk_str s,
                      struct bk_err *err)
{
    struct bk_str help = bk_exposition_help(x, s);
    if (f->has_help && bk_eq(f->help, help))
        return true;
    if (f->has_help)
        return bk_exposition_fail(x, err, "a second HELP of '%.*s'",
                                  BK_F(shown(f->name)));
    f->has_help = true;
    return bk_exposition_keep(x, help, &f->help, err);
}

/* A line that begins with '#'; what is neither HELP nor TYPE is a remark. */
static bool text_comment(struct bk_exposition *x, struct cursor *c, struct bk_err *err)
{
    c->p++;
    skip_blanks(c);
    struct bk_str word = token(c), name, rest;
    struct bk_family *f;
    bool help = bk_is(word, "HELP");
    skip_blanks(c);
    if ((!help && !bk_is(word, "TYPE")) || c->p == c->end)
        return true;
    if (!bk_exposition_name(x, between(c->p, c->end), &name, &rest, err))
        return false;
    if (rest.len == 0)
        return true;
    if (!bk_family_named(x, name, &f, err))
        return false;
    x->family = NULL;
    rest = bk_trim(rest);
    if (rest.len == 0)
        return true;
    return help ? text_help(x, f, rest, err) : text_type(x, f, rest, err);
}

/* Parts of a family's samples, by what their names end in. */
struct bk_family *bk_exposition_family_of_part(const struct bk_exposition *x,
                                               struct bk_str name)
{
    enum {
        COUNTER = 1u << BK_COUNTER,
        SUMMARY = 1u << BK_SUMMARY,
        HISTOGRAM = 1u << BK_HISTOGRAM,
        GAUGE_HISTOGRAM = 1u << BK_GAUGEHISTOGRAM,
        INFO = 1u << BK_INFOMETRIC,
    };
    static const struct {
        struct bk_str suffix;
        unsigned types;
    } parts[] = {
        {{"_bucket", 7}, HISTOGRAM | GAUGE_HISTOGRAM},
        {{"_count", 6}, HISTOGRAM | SUMMARY},
        {{"_sum", 4}, HISTOGRAM | SUMMARY},
        {{"_created", 8}, HISTOGRAM | SUMMARY | COUNTER},
        {{"_total", 6}, COUNTER},
        {{"_gcount", 7}, GAUGE_HISTOGRAM},
        {{"_gsum", 5}, GAUGE_HISTOGRAM},
        {{"_info", 5}, INFO},
    };
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        if (!bk_ends(name, parts[i].suffix))
            continue;
        struct bk_family *f =
            bk_map_get(&x->families, bk_upto(name, name.len - parts[i].suffix.len));
        if (f != NULL && f->has_type && (parts[i].types & (1u << f->type)) != 0)
            return f;
    }
    return NULL;
}

static bool text_family(struct bk_exposition *x, struct bk_err *err)
{
    struct bk_str name = x->sample.name;
    if (x->same_name && x->family != NULL) {
        x->sample.same_name = true;
        return true;
    }
    x->family = bk_map_get(&x->families, name);
    if (x->family == NULL)
        x->family = bk_exposition_family_of_part(x, name);
    if (x->family == NULL && !bk_family_new(x, name, &x->family, err))
        return false;
    x->family->sampled = true;
    return true;
}

static bool text_sample(struct bk_exposition *x, struct bk_err *err)
{
    if (!text_family(x, err))
        return false;
    bool histogram = x->family->type == BK_HISTOGRAM;
    if (!histogram && x->family->type != BK_SUMMARY)
        return true;
    struct bk_str name = histogram ? BK_S("le") : BK_S("quantile");
    const struct bk_label *l = bk_exposition_label(&x->labels, name);
    if (l != NULL && !bk_exposition_number(l->value, &x->sample.bound))
        return bk_exposition_fail(x, err, "label %.*s is no number: '%.*s'", BK_F(name),
                                  BK_F(shown(l->value)));
    return true;
}

/* --- lines --- */

struct bk_exposition *bk_exposition_new(enum bk_exposition_syntax syntax, bool strict)
{
    struct bk_exposition *x = bk_realloc(NULL, sizeof *x);
    memset(x, 0, sizeof *x);
    x->arena = bk_arena_new();
    x->syntax = syntax;
    x->strict = strict;
    return x;
}

void bk_exposition_free(struct bk_exposition *x)
{
    if (x == NULL)
        return;
    bk_arena_free(x->arena);
    bk_buf_free(&x->scratch);
    free(x->om.groups.slots);
    free(x->om.names.slots);
    free(x);
}

/* Has it bytes beyond ASCII, or a backslash? */
static void look_over(struct bk_str s, bool *beyond_ascii, bool *escapes)
{
    uint64_t all = 0, hits = 0, word = 0;
    size_t i = 0;
    for (; i + sizeof word <= s.len; i += sizeof word) {
        memcpy(&word, s.ptr + i, sizeof word);
        all |= word;
        hits |= bk_scan_equal(word, '\\');
    }
    for (; i < s.len; i++) {
        all |= (unsigned char)s.ptr[i];
        hits |= s.ptr[i] == '\\';
    }
    *beyond_ascii = (all & ~BK_SCAN_LOW_7) != 0;
    *escapes = hits != 0;
}

/* What the line is made of, from where it is another than the one before. */
static bool check_bytes(struct bk_exposition *x, struct bk_str line, struct bk_err *err)
{
    struct bk_str before = {x->before.text, x->before.len};
    x->alike = before.len > 0 && line.len > 0 ? bk_same_begin(before, line) : 0;
    struct bk_str rest = bk_from(line, x->alike);
    bool beyond_ascii;
    look_over(rest, &beyond_ascii, &x->escapes);
    x->ascii = !beyond_ascii;
    bk_buf_clear(&x->scratch);
    if (x->escapes) /* so that slices of it stay where they are */
        bk_buf_reserve(&x->scratch, line.len);
    size_t bad = x->ascii ? BK_NONE : bk_utf8_bad(line);
    return bad == BK_NONE ||
           bk_exposition_fail(x, err, "byte %zu is not UTF-8", bad + 1);
}

static void remember_name(struct bk_exposition *x)
{
    struct bk_str name = x->sample.name;
    if (x->same_name)
        return;
    x->last_len = x->plain_name && name.len <= BK_EXPOSITION_MAX_NAME ? name.len : 0;
    memcpy(x->last_name, name.ptr, x->last_len);
}

/* Not in place, which would be slower for so few bytes. */
__attribute__((noinline)) static void copy(char *to, const char *from, size_t n)
{
    memcpy(to, from, n);
}

static void remember_line(struct bk_exposition *x, struct bk_str line)
{
    struct bk_line_before *b = &x->before;
    size_t same = b->len > 0 ? x->alike : 0, kept = 0;
    b->len = 0;
    if (!x->plain_name || x->escapes || !x->ascii || line.len > sizeof b->text)
        return;
    copy(b->text + same, line.ptr + same, line.len - same);
    b->len = line.len;
    b->close = x->labels.n <= BK_EXPOSITION_FEW_LABELS ? x->close : 0;
    while (kept < b->n && b->labels[kept].end <= same)
        kept++;
    for (b->n = kept; b->n < x->labels.n && b->n < BK_EXPOSITION_FEW_LABELS; b->n++) {
        const struct bk_label *l = &x->labels.list[b->n];
        size_t value = (size_t)(l->value.ptr - line.ptr);
        b->labels[b->n] = (struct bk_spots){
            (uint16_t)(l->name.ptr - line.ptr), (uint16_t)l->name.len, (uint16_t)value,
            (uint16_t)l->value.len, (uint16_t)(value + l->value.len + 1)};
    }
}

bool bk_exposition_line(struct bk_exposition *x, struct bk_str line, size_t number,
                        const struct bk_series_sample **sample, struct bk_err *err)
{
    bool text = loose(x);
    struct cursor c = {line.ptr, line.ptr + line.len};
    *sample = NULL;
    x->line = number;
    x->sample_last = false;
    x->text = line.ptr;
    if (!check_bytes(x, line, err))
        return false;
    if (text)
        skip_blanks(&c);
    else if (x->om.ended)
        return bk_exposition_fail(x, err, "text behind '# EOF'");
    if (c.p == c.end)
        return text || bk_exposition_breach(x, err, "blank line");
    if (*c.p == '#')
        return text ? text_comment(x, &c, err) : bk_om_comment(x, line, err);
    if (!read_sample(x, &c, err) ||
        !(text ? text_sample(x, err) : bk_om_sample(x, err)))
        return false;
    remember_name(x);
    remember_line(x, line);
    x->samples++;
    x->sample_last = true;
    x->sample.family = x->family->name;
    x->sample.help = x->family->help;
    x->sample.unit = x->family->unit;
    x->sample.type = x->family->type;
    x->sample.text = x->escapes ? (struct bk_str){0} : line;
    *sample = &x->sample;
    return true;
}

bool bk_exposition_end(struct bk_exposition *x, bool cut, struct bk_err *err)
{
    if (!loose(x))
        return bk_om_end(x, err);
    if (cut && x->sample_last && x->samples == 1)
        return bk_exposition_fail(x, err, "the only sample has no line end: cut?");
    return true;
}

struct bk_str bk_exposition_digits(const struct bk_exposition *x)
{
    return x->digits;
}

size_t bk_exposition_samples(const struct bk_exposition *x)
{
    return x->samples;
}

size_t bk_exposition_breaches(const struct bk_exposition *x, const char **first)
{
    *first = x->first_breach;
    return x->breaches;
}

bool bk_exposition_is_eof(struct bk_str line)
{
    return bk_is(line, "# EOF");
}
