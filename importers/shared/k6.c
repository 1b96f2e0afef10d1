/* k6's numbers, names and metric lines (see k6.h).
 *
 * k6 cuts durations and percentages after two decimals instead of rounding them, so what
 * they stand for is up to a whole last place above what is printed; sizes and plain
 * numbers are rounded. */
#include "k6.h"

#include "../../src/base/num.h"

#include <string.h>

#define CUT_PLACE    0.01 /* of a printed duration or percentage */
#define CUT_DECIMALS ((size_t)2)
#define NANOSECONDS  1e-8           /* units below it are printed whole */
#define LONGEST      ((size_t)4096) /* bytes of a metric line */
#define LONGEST_RUN  ((size_t)2)    /* dots at least between a name and its ':' */

struct time_unit {
    struct bk_str name;
    double seconds;
};
/* "ms" stands before "m", so that it is found first. */
static const struct time_unit time_units[] = {
    {{"ns", 2}, 1e-9}, {{"\xC2\xB5s", 3}, 1e-6}, {{"\xCE\xBCs", 3}, 1e-6},
    {{"us", 2}, 1e-6}, {{"ms", 2}, 1e-3},        {{"s", 1}, 1},
    {{"m", 1}, 60},    {{"h", 1}, 3600},         {{"d", 1}, 86400},
};

static const struct bk_str byte_units[] = {
    {"B", 1},  {"kB", 2}, {"KB", 2},  {"MB", 2},  {"GB", 2},  {"TB", 2},
    {"PB", 2}, {"EB", 2}, {"KiB", 3}, {"MiB", 3}, {"GiB", 3}, {"TiB", 3},
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Takes "-12.5" (or "1e+06") off *s. */
static bool take_number(struct bk_str *s, struct bk_str *digits)
{
    size_t n = 0;
    if (n < s->len && (s->ptr[n] == '-' || s->ptr[n] == '+'))
        n++;
    size_t first = n;
    while (n < s->len && (is_digit(s->ptr[n]) || s->ptr[n] == '.'))
        n++;
    if (n == first)
        return false;
    if (n + 2 < s->len && s->ptr[n] == 'e' &&
        (is_digit(s->ptr[n + 1]) || is_digit(s->ptr[n + 2]))) {
        n += 2;
        while (n < s->len && is_digit(s->ptr[n]))
            n++;
    }
    *digits = bk_upto(*s, n);
    *s = bk_from(*s, n);
    return true;
}

static const struct time_unit *take_time_unit(struct bk_str *s)
{
    for (size_t i = 0; i < sizeof time_units / sizeof *time_units; i++) {
        if (!bk_starts(*s, time_units[i].name))
            continue;
        *s = bk_from(*s, time_units[i].name.len);
        return &time_units[i];
    }
    return NULL;
}

/* Takes a duration of one or more parts off *s. */
static bool take_duration(struct bk_str *s, double *seconds, size_t *parts,
                          const struct time_unit **unit)
{
    struct bk_str rest = *s, digits;
    double value;
    *seconds = 0;
    *parts = 0;
    while (take_number(&rest, &digits)) {
        *unit = take_time_unit(&rest);
        if (*unit == NULL || !bk_parse_double(digits, &value))
            return false;
        *seconds += value * (*unit)->seconds;
        *s = rest;
        ++*parts;
    }
    return *parts > 0;
}

bool bk_k6_duration(struct bk_str s, double *seconds)
{
    size_t parts;
    const struct time_unit *unit;
    return take_duration(&s, seconds, &parts, &unit) && s.len == 0;
}

/* Nothing of the word goes on behind what was taken. */
static bool at_end(struct bk_str s)
{
    return s.len == 0 || s.ptr[0] == ' ' || s.ptr[0] == '\t' || s.ptr[0] == ',';
}

/* Half-width of a cut number: its last place, and two decimals where zeros were left
 * out. */
static double cut_half(struct bk_str digits)
{
    size_t point = bk_find_char(digits, '.');
    bool fine = point != BK_NONE && digits.len - point - 1 > CUT_DECIMALS;
    return fine ? 2 * bk_half_digit(digits) : CUT_PLACE;
}

static bool take_time(struct bk_str *rest, struct bk_k6_quantity *q)
{
    struct bk_str s = *rest;
    const struct time_unit *unit;
    size_t parts;
    double seconds;
    if (!take_duration(&s, &seconds, &parts, &unit))
        return false;
    struct bk_str whole = {rest->ptr, (size_t)(s.ptr - rest->ptr)};
    bool rate = bk_starts(s, BK_S("/s")); /* of a counter of times: no unit is left */
    s = bk_from(s, rate ? 2 : 0);
    if (!at_end(s))
        return false;
    q->text = whole;
    q->value = seconds;
    q->unit = rate ? BK_S("") : BK_S("s");
    q->half = 1; /* from a minute on, whole seconds are printed */
    if (parts == 1 && unit->seconds <= 1) {
        q->text = bk_upto(whole, whole.len - unit->name.len);
        q->half = unit->seconds < NANOSECONDS ? 1 : cut_half(q->text);
        q->half *= rate ? unit->seconds : 1;
        q->unit = rate ? q->unit : unit->name;
        if (!rate)
            bk_parse_double(q->text, &q->value);
    }
    if (bk_is(whole, "0s"))
        q->half = 0; /* k6 writes the smallest time that is not 0 as "1ns" */
    *rest = s;
    return true;
}

/* A unit of bytes at or, behind one blank, after the number; "/s" behind it. */
static void take_unit(struct bk_str *s, struct bk_k6_quantity *q)
{
    struct bk_str behind = *s;
    if (behind.len > 0 && behind.ptr[0] == ' ')
        behind = bk_from(behind, 1);
    for (size_t i = 0; i < sizeof byte_units / sizeof *byte_units; i++) {
        struct bk_str after = bk_from(behind, byte_units[i].len);
        if (!bk_starts(behind, byte_units[i]))
            continue;
        size_t n = byte_units[i].len + (bk_starts(after, BK_S("/s")) ? 2 : 0);
        if (!at_end(bk_from(behind, n)))
            continue;
        q->unit = bk_upto(behind, n);
        *s = bk_from(behind, n);
        return;
    }
    if (bk_starts(*s, BK_S("/s"))) {
        q->unit = BK_S("1/s");
        *s = bk_from(*s, 2);
    } else if (bk_starts(*s, BK_S("%"))) {
        q->unit = BK_S("%");
        *s = bk_from(*s, 1);
    }
}

bool bk_k6_quantity(struct bk_str *rest, struct bk_k6_quantity *q)
{
    *q = (struct bk_k6_quantity){0};
    if (take_time(rest, q))
        return true;
    struct bk_str s = *rest;
    if (!take_number(&s, &q->text) || !bk_parse_double(q->text, &q->value))
        return false;
    q->half = bk_half_digit(q->text);
    bool whole = bk_find_char(q->text, '.') == BK_NONE;
    take_unit(&s, q);
    if (!at_end(s))
        return false;
    if (bk_is(q->unit, "%"))
        q->half = 2 * q->half; /* cut, not rounded */
    else if (whole && (q->unit.len == 0 || bk_is(q->unit, "B")))
        q->half = 0; /* a count */
    *rest = s;
    return true;
}

/* --- names --- */

static struct bk_str tidy_selector(struct bk_arena *a, struct bk_str inside)
{
    struct bk_buf b = {0};
    bk_buf_addc(&b, '{');
    while (inside.len > 0) {
        struct bk_str pair;
        inside = bk_cut(inside, ',', &pair);
        bk_buf_add(&b, bk_trim(pair));
        if (inside.len > 0)
            bk_buf_addc(&b, ',');
    }
    bk_buf_addc(&b, '}');
    struct bk_str selector = bk_dup(a, bk_buf_str(&b));
    bk_buf_free(&b);
    if (bk_is(selector, "{expected_response:true}"))
        return BK_S("ok");
    if (bk_is(selector, "{expected_response:false}"))
        return BK_S("failed");
    return selector;
}

void bk_k6_split_name(struct bk_arena *a, struct bk_str text, struct bk_str *name,
                      struct bk_str *scope)
{
    text = bk_trim(text);
    size_t open = bk_find_char(text, '{');
    *name = text;
    *scope = (struct bk_str){0};
    if (open == BK_NONE || text.ptr[text.len - 1] != '}')
        return;
    *name = bk_trim(bk_upto(text, open));
    *scope = tidy_selector(a, bk_upto(bk_from(text, open + 1), text.len - open - 2));
}

struct bk_str bk_k6_selector(struct bk_str scope)
{
    if (bk_is(scope, "ok"))
        return BK_S("{expected_response:true}");
    if (bk_is(scope, "failed"))
        return BK_S("{expected_response:false}");
    return scope;
}

struct bk_str bk_k6_join_scopes(struct bk_arena *a, struct bk_str x, struct bk_str y)
{
    if (x.len == 0 || y.len == 0)
        return x.len == 0 ? y : x;
    x = bk_k6_selector(x);
    y = bk_k6_selector(y);
    return bk_fmt(a, "%.*s,%.*s", BK_F(bk_upto(x, x.len - 1)), BK_F(bk_from(y, 1)));
}

/* --- metric lines --- */

static struct bk_str skip_blanks(struct bk_str s)
{
    while (s.len > 0 && (s.ptr[0] == ' ' || s.ptr[0] == '\t'))
        s = bk_from(s, 1);
    return s;
}

static bool take_mark(struct bk_str *s, const char *mark)
{
    *s = skip_blanks(*s);
    if (!bk_starts(*s, bk_str(mark)))
        return false;
    *s = skip_blanks(bk_from(*s, strlen(mark)));
    return true;
}

/* Cuts "name......: " off the line; false when there is no such start. */
static bool take_label(struct bk_str *line, struct bk_str *name)
{
    size_t colon = bk_find(*line, BK_S("..:"));
    if (colon == BK_NONE)
        return false;
    *name = bk_upto(*line, colon);
    while (name->len > 0 && name->ptr[name->len - 1] == '.')
        name->len--;
    *name = bk_trim(*name);
    *line = skip_blanks(bk_from(*line, colon + LONGEST_RUN + 1));
    return name->len > 0;
}

static struct bk_k6_field *add_field(struct bk_k6_line *out, struct bk_str stat)
{
    if (out->n_fields == BK_K6_MAX_FIELDS)
        return NULL;
    struct bk_k6_field *f = &out->fields[out->n_fields++];
    f->stat = stat;
    return f;
}

/* "avg=10.47ms min=2.1ms p(95)=18.77ms": nothing else may stand there. */
static bool take_pairs(struct bk_str rest, struct bk_k6_line *out)
{
    for (rest = skip_blanks(rest); rest.len > 0; rest = skip_blanks(rest)) {
        size_t equals = bk_find_char(rest, '=');
        struct bk_k6_field *f;
        if (equals == BK_NONE || equals == 0 ||
            bk_find_char(bk_upto(rest, equals), ' ') != BK_NONE ||
            (f = add_field(out, bk_upto(rest, equals))) == NULL)
            return false;
        rest = bk_from(rest, equals + 1);
        if (!bk_k6_quantity(&rest, &f->q))
            return false;
    }
    return out->n_fields > 0;
}

static bool take_count(struct bk_str *rest, struct bk_k6_line *out, const char *stat)
{
    struct bk_k6_field *f = add_field(out, bk_str(stat));
    *rest = skip_blanks(*rest);
    return f != NULL && bk_k6_quantity(rest, &f->q) && f->q.unit.len == 0;
}

/* "40.00% ✓ 6268 ✗ 9402" or "0.00% 0 out of 1203", the percentage being taken. */
static bool take_rate(struct bk_str rest, struct bk_k6_line *out)
{
    out->kind = BK_K6_RATE;
    if (take_mark(&rest, BK_K6_PASS)) {
        if (!take_count(&rest, out, "passes") || !take_mark(&rest, BK_K6_FAIL) ||
            !take_count(&rest, out, "fails"))
            return false;
    } else if (skip_blanks(rest).len > 0) {
        if (!take_count(&rest, out, "passes") || !take_mark(&rest, "out of ") ||
            !take_count(&rest, out, "total"))
            return false;
    }
    return skip_blanks(rest).len == 0;
}

/* "601 9.6/s", "1.1 MB 24 kB/s", or "4 min=4 max=5", the first number being taken. */
static bool take_plain(struct bk_str rest, struct bk_k6_line *out)
{
    rest = skip_blanks(rest);
    out->kind = BK_K6_COUNTER;
    if (rest.len == 0)
        return true;
    if (bk_has(rest, BK_S("="))) {
        out->kind = BK_K6_GAUGE;
        return take_pairs(rest, out);
    }
    struct bk_k6_field *f = add_field(out, BK_S("rate"));
    struct bk_str all = rest;
    if (!bk_k6_quantity(&rest, &f->q) || skip_blanks(rest).len > 0)
        return false;
    return bk_ends(bk_trim(all), BK_S("/s"));
}

static bool take_values(struct bk_str rest, struct bk_k6_line *out)
{
    size_t first = bk_find_char(rest, ' ');
    if (bk_find_char(bk_upto(rest, first), '=') != BK_NONE) {
        out->kind = BK_K6_TREND;
        return take_pairs(rest, out);
    }
    struct bk_k6_field *f = add_field(out, (struct bk_str){0});
    if (!bk_k6_quantity(&rest, &f->q))
        return false;
    return bk_is(f->q.unit, "%") ? take_rate(rest, out) : take_plain(rest, out);
}

bool bk_k6_metric_line(struct bk_str line, struct bk_k6_line *out)
{
    *out = (struct bk_k6_line){0};
    if (line.len > LONGEST)
        return false;
    struct bk_str rest = bk_trim(line), again, name;
    if (take_mark(&rest, BK_K6_PASS))
        out->mark = 1;
    else if (take_mark(&rest, BK_K6_FAIL))
        out->mark = -1;
    if (!take_label(&rest, &out->name))
        return false;
    /* Some wrappers of k6 print the label twice: "data_sent....: data_sent....: 1 MB". */
    again = rest;
    if (take_label(&again, &name) && bk_eq(name, out->name))
        rest = again;
    return take_values(rest, out);
}
