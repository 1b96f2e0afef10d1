/* Lines of k6's points as JSON: the strict and the fast reader (see k6_ndjson.h).
 *
 * After output/json/wrapper.go of k6 0.26 to 2.x (https://github.com/grafana/k6):
 * {"metric":NAME,"type":"Point","data":{"time":..,"value":..,"tags":{..}}}; the order of
 * keys differs between versions, and a point may have "metadata". */
#include "k6_ndjson.h"

#include "json.h"

#include <string.h>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#define LONGEST_TAGS   ((size_t)4096) /* that the fast reader takes */
#define LONGEST_NUMBER ((size_t)40)

/* --- the strict reader --- */

/* The reader counts lines within the one line that it was given. */
static bool at_line(struct bk_err *err, size_t line)
{
    static const char first[] = "line 1 ";
    char said[sizeof err->msg];
    memcpy(said, err->msg, sizeof said);
    bool replace = strncmp(said, first, strlen(first)) == 0;
    return bk_fail(err, err->code, "line %zu%s%s", line, replace ? " " : ": ",
                   said + (replace ? strlen(first) : 0));
}

static void read_metric(const struct bk_json *root, const struct bk_json *data,
                        struct bk_k6_entry *out)
{
    const struct bk_json *rules = bk_json_get(data, "thresholds");
    out->is_metric = true;
    out->metric = bk_json_string(data, "name");
    if (out->metric.len == 0)
        out->metric = bk_json_string(root, "metric");
    out->type = bk_json_string(data, "type");
    out->contains = bk_json_string(data, "contains");
    if (rules == NULL || rules->type != BK_JSON_ARRAY || rules->n > BK_K6_MAX_RULES)
        return;
    for (const struct bk_json *r = rules->child; r != NULL; r = r->next) {
        if (r->type == BK_JSON_STRING)
            out->rules[out->n_rules++] = r->text;
    }
}

static bool read_point(const struct bk_json *root, const struct bk_json *data,
                       size_t line, struct bk_k6_entry *out, struct bk_err *err)
{
    struct bk_str time = bk_json_string(data, "time");
    const struct bk_json *tags = bk_json_get(data, "tags");
    out->metric = bk_json_string(root, "metric");
    if (!bk_k6_time(time, &out->time_ns))
        return bk_fail(err, BK_EINPUT, "line %zu: '%.*s' is no time of a point", line,
                       BK_F(bk_upto(time, 40)));
    if (!bk_json_number(data, "value", &out->value))
        return bk_fail(err, BK_EINPUT, "line %zu: a point without a value", line);
    for (size_t i = 0; i < BK_K6_N_TAGS; i++)
        out->tags[i] = bk_json_string(tags, bk_k6_tag_names[i]);
    return true;
}

bool bk_k6_entry_read(struct bk_arena *a, struct bk_str text, size_t line,
                      struct bk_k6_entry *out, struct bk_err *err)
{
    memset(out, 0, sizeof *out);
    const struct bk_json *root =
        bk_json_parse(a, text, BK_JSON_SPECIALS, NULL, NULL, err);
    if (root == NULL)
        return at_line(err, line);
    struct bk_str type = bk_json_string(root, "type");
    const struct bk_json *data = bk_json_get(root, "data");
    bool known = bk_is(type, "Metric") || bk_is(type, "Point");
    if (!known || data == NULL || data->type != BK_JSON_OBJECT)
        return bk_fail(err, BK_EINPUT, "line %zu: neither a metric nor a point of k6",
                       line);
    if (bk_is(type, "Point"))
        return read_point(root, data, line, out, err);
    read_metric(root, data, out);
    return true;
}

/* --- the fast reader --- */

struct cursor {
    const char *p, *end;
    struct bk_k6_scanner *s;
    struct bk_k6_entry *out;
    bool has_metric, has_type, has_data, has_time, has_value, has_tags;
};

static inline void skip_space(struct cursor *c)
{
    while (c->p < c->end && (*c->p == ' ' || *c->p == '\t' || *c->p == '\r'))
        c->p++;
}

static inline bool take(struct cursor *c, char what)
{
    skip_space(c);
    if (c->p >= c->end || *c->p != what)
        return false;
    c->p++;
    return true;
}

/* The first byte that is not plain text. */
static inline const char *plain_end(const char *p, const char *end)
{
#if defined(__SSE2__)
    for (; p < end; p += 16) {
        __m128i x = _mm_loadu_si128((const __m128i *)(const void *)p);
        __m128i quote = _mm_cmpeq_epi8(x, _mm_set1_epi8('"'));
        __m128i escape = _mm_cmpeq_epi8(x, _mm_set1_epi8('\\'));
        /* signed: control characters and all beyond ASCII are below the blank */
        __m128i other = _mm_cmplt_epi8(x, _mm_set1_epi8(' '));
        int bits = _mm_movemask_epi8(_mm_or_si128(_mm_or_si128(quote, escape), other));
        if (bits != 0)
            return p + __builtin_ctz((unsigned)bits);
    }
    return end;
#else
    while (p < end && *p >= ' ' && (unsigned char)*p < 0x80 && *p != '"' && *p != '\\')
        p++;
    return p;
#endif
}

/* A string without escapes, of ASCII. */
static inline bool take_text(struct cursor *c, struct bk_str *s)
{
    if (!take(c, '"'))
        return false;
    const char *stop = plain_end(c->p, c->end);
    if (stop >= c->end || *stop != '"')
        return false;
    *s = (struct bk_str){c->p, (size_t)(stop - c->p)};
    c->p = stop + 1;
    return true;
}

static size_t count_digits(struct cursor *c)
{
    const char *start = c->p;
    while (c->p < c->end && *c->p >= '0' && *c->p <= '9')
        c->p++;
    return (size_t)(c->p - start);
}

/* By the grammar of JSON, which is narrower than that of numbers elsewhere. */
static bool take_number(struct cursor *c, double *value)
{
    skip_space(c);
    const char *start = c->p;
    c->p += c->p < c->end && *c->p == '-';
    const char *first = c->p;
    size_t n = count_digits(c);
    if (n == 0 || (n > 1 && *first == '0'))
        return false;
    if (c->p < c->end && *c->p == '.') {
        c->p++;
        if (count_digits(c) == 0)
            return false;
    }
    if (c->p < c->end && (*c->p == 'e' || *c->p == 'E')) {
        c->p++;
        c->p += c->p < c->end && (*c->p == '+' || *c->p == '-');
        if (count_digits(c) == 0)
            return false;
    }
    struct bk_str text = {start, (size_t)(c->p - start)};
    return text.len <= LONGEST_NUMBER && bk_k6_number(text, value);
}

/* Of a literal: compared without a call. */
#define IS(s, literal)                                                                 \
    ((s).len == sizeof(literal) - 1 &&                                                 \
     memcmp((s).ptr, literal, sizeof(literal) - 1) == 0)

/* The wanted tag of this name, or BK_K6_N_TAGS. */
static inline enum bk_k6_tag tag_named(struct bk_str key)
{
    switch (key.len) {
    case 4:
        return IS(key, "name") ? BK_K6_NAME : BK_K6_N_TAGS;
    case 5:
        return IS(key, "group")   ? BK_K6_GROUP
               : IS(key, "check") ? BK_K6_CHECK
                                  : BK_K6_N_TAGS;
    case 6:
        return IS(key, "method")   ? BK_K6_METHOD
               : IS(key, "status") ? BK_K6_STATUS
                                   : BK_K6_N_TAGS;
    case 8:
        return IS(key, "scenario") ? BK_K6_SCENARIO : BK_K6_N_TAGS;
    case 10:
        return IS(key, "error_code") ? BK_K6_ERROR_CODE : BK_K6_N_TAGS;
    case 17:
        return IS(key, "expected_response") ? BK_K6_EXPECTED : BK_K6_N_TAGS;
    default:
        return BK_K6_N_TAGS;
    }
}

/* {"key":"text",..}: tags, of which the wanted ones are kept, or NULL: metadata. */
static bool take_texts(struct cursor *c, struct bk_str *tags)
{
    struct bk_str key, text;
    if (!take(c, '{'))
        return false;
    if (take(c, '}'))
        return true;
    do {
        if (!take_text(c, &key) || !take(c, ':') || !take_text(c, &text))
            return false;
        enum bk_k6_tag tag = tag_named(key);
        if (tags != NULL && tag != BK_K6_N_TAGS)
            tags[tag] = text;
    } while (take(c, ','));
    return take(c, '}');
}

/* The object at the cursor, as far as its closing brace; false when other objects or
 * lists lie within. */
static bool find_object(const struct cursor *c, struct bk_str *object)
{
    const char *p = c->p + 1;
    for (; p < c->end && *p != '}' && *p != '{' && *p != '['; p++) {
        if (*p != '"')
            continue;
        for (p++; p < c->end && *p != '"'; p++)
            p += *p == '\\';
    }
    *object = (struct bk_str){c->p, (size_t)(p - c->p) + 1};
    return p < c->end && *p == '}';
}

/* Tags with escapes or other letters than those of ASCII. */
static bool read_tags(struct cursor *c)
{
    struct bk_str object;
    struct bk_err ignored;
    if (!find_object(c, &object) || object.len > LONGEST_TAGS)
        return false;
    const struct bk_json *tags =
        bk_json_parse(c->s->a, object, BK_JSON_SPECIALS, NULL, NULL, &ignored);
    for (size_t i = 0; tags != NULL && i < BK_K6_N_TAGS; i++)
        c->out->tags[i] = bk_json_string(tags, bk_k6_tag_names[i]);
    c->p = object.ptr + object.len;
    return tags != NULL;
}

static bool take_tags(struct cursor *c)
{
    struct bk_str last = bk_buf_str(&c->s->tags);
    skip_space(c);
    const char *start = c->p;
    if (c->p >= c->end || *c->p != '{')
        return false;
    if (last.len > 0 && (size_t)(c->end - c->p) >= last.len &&
        memcmp(c->p, last.ptr, last.len) == 0) {
        c->p += last.len;
        c->out->same_tags = true;
        return true;
    }
    bk_buf_clear(&c->s->tags);
    memset(c->out->tags, 0, sizeof c->out->tags);
    if (!take_texts(c, c->out->tags)) {
        c->p = start;
        memset(c->out->tags, 0, sizeof c->out->tags);
        if (!read_tags(c))
            return false;
    }
    if ((size_t)(c->p - start) <= LONGEST_TAGS)
        bk_buf_add(&c->s->tags, (struct bk_str){start, (size_t)(c->p - start)});
    return true;
}

static bool take_time(struct cursor *c)
{
    struct bk_str text;
    if (!take_text(c, &text))
        return false;
    if (text.len > 0 && bk_eq(text, bk_buf_str(&c->s->time))) {
        c->out->time_ns = c->s->time_ns;
        return true;
    }
    if (!bk_k6_time(text, &c->out->time_ns))
        return false;
    bk_buf_clear(&c->s->time);
    bk_buf_add(&c->s->time, text);
    c->s->time_ns = c->out->time_ns;
    return true;
}

/* A key may stand once; the strict reader knows what is to be done with a second. */
static bool first_time(bool *seen)
{
    bool first = !*seen;
    *seen = true;
    return first;
}

static bool take_data(struct cursor *c)
{
    struct bk_str key;
    if (!take(c, '{'))
        return false;
    do {
        bool ok = false;
        if (!take_text(c, &key) || !take(c, ':'))
            return false;
        if (IS(key, "time"))
            ok = first_time(&c->has_time) && take_time(c);
        else if (IS(key, "value"))
            ok = first_time(&c->has_value) && take_number(c, &c->out->value);
        else if (IS(key, "tags"))
            ok = first_time(&c->has_tags) && take_tags(c);
        else if (IS(key, "metadata"))
            ok = take_texts(c, NULL);
        if (!ok)
            return false;
    } while (take(c, ','));
    return take(c, '}') && c->has_time && c->has_value && c->has_tags;
}

static bool take_point(struct cursor *c)
{
    struct bk_str key, type;
    if (!take(c, '{'))
        return false;
    do {
        bool ok = false;
        if (!take_text(c, &key) || !take(c, ':'))
            return false;
        if (IS(key, "metric"))
            ok = first_time(&c->has_metric) && take_text(c, &c->out->metric);
        else if (IS(key, "type"))
            ok = first_time(&c->has_type) && take_text(c, &type) && IS(type, "Point");
        else if (IS(key, "data"))
            ok = first_time(&c->has_data) && take_data(c);
        if (!ok)
            return false;
    } while (take(c, ','));
    if (!take(c, '}') || !c->has_metric || !c->has_type || !c->has_data)
        return false;
    skip_space(c);
    return c->p == c->end;
}

bool bk_k6_entry_scan(struct bk_k6_scanner *s, struct bk_str text,
                      struct bk_k6_entry *out)
{
    struct cursor c = {.p = text.ptr, .end = text.ptr + text.len, .s = s, .out = out};
    out->is_metric = false;
    out->same_tags = false;
    out->n_rules = 0;
    if (take_point(&c))
        return true;
    bk_buf_clear(&s->tags); /* what was read of them may be of no point */
    return false;
}

void bk_k6_scanner_free(struct bk_k6_scanner *s)
{
    bk_buf_free(&s->tags);
    bk_buf_free(&s->time);
}
