/* Cells as people read them: a few digits, a unit that fits, the language's own
 * separators.
 *
 * Text comes from files that anyone may have written: what could move a cursor or turn
 * the direction of writing never reaches a terminal. */
#include "../base/num.h"
#include "../base/time.h"
#include "../base/utf8.h"
#include "internal.h"

#include <math.h>
#include <string.h>

enum {
    DIGITS = 3,       /* of a value with a unit */
    PLAIN_DIGITS = 4, /* of a number without one */
    PERCENT_DECIMALS = 2,
    CHANGE_DECIMALS = 1, /* of a signed percentage: noise is larger than its second */
    LARGE_CHANGE = 1000, /* percent that are shown without decimals */
    GROUPED_FROM = 5,    /* digits of a number without unit that is grouped */
    GROUP = 3,
    LONG_TIME_S = 600, /* from here on in minutes, hours, days */
};

/* --- numbers --- */

struct separators {
    const char *point, *group;
};

static const struct separators separators_of[] = {
    [BK_EN] = {".", ","},
    [BK_PT] = {",", "."},
    [BK_RU] = {",", "\xC2\xA0"}, /* no-break space */
};

/* Appends a plain decimal text with the separators of the language. */
static void add_localised(struct bk_buf *b, struct bk_str text, enum bk_lang lang,
                          bool grouped)
{
    const struct separators *sep = &separators_of[lang];
    if (text.len && (text.ptr[0] == '-' || text.ptr[0] == '+')) {
        bk_buf_addc(b, text.ptr[0]);
        text = bk_from(text, 1);
    }
    size_t whole = 0;
    while (whole < text.len && text.ptr[whole] >= '0' && text.ptr[whole] <= '9')
        whole++;
    for (size_t i = 0; i < whole; i++) {
        if (grouped && i > 0 && (whole - i) % GROUP == 0)
            bk_buf_add(b, bk_str(sep->group));
        bk_buf_addc(b, text.ptr[i]);
    }
    struct bk_str rest = bk_from(text, whole);
    if (rest.len && rest.ptr[0] == '.') {
        bk_buf_add(b, bk_str(sep->point));
        rest = bk_from(rest, 1);
    }
    bk_buf_add(b, rest);
}

/* Decimals that give x so many significant digits once it is rounded. */
static int decimals_for(double x, int digits)
{
    int exponent = (int)floor(log10(x));
    int decimals = digits - 1 - exponent;
    if (decimals > 0 && x >= pow(10, exponent + 1) - 0.5 * pow(10, -decimals))
        decimals--;
    return decimals < 0 ? 0 : decimals;
}

/* So many significant digits, but never a digit less than the whole part has. Measured
 * values keep zeros at the end ("15.0"), so that a column has one precision. */
static void add_number(struct bk_buf *b, double x, int digits, bool measured,
                       enum bk_lang lang)
{
    const double least_fixed = 1e-3;
    char text[352];
    size_t n;
    double size = fabs(x);
    if (size >= pow(10, digits - 1) && size < 1e15)
        n = bk_format_fixed(x, 0, text);
    else if (measured && size >= least_fixed && size < 1e15)
        n = bk_format_fixed(x, decimals_for(size, digits), text);
    else
        n = bk_format_digits(x, digits, text);
    add_localised(b, (struct bk_str){text, n}, lang, true);
}

/* --- units --- */

struct scale {
    const char *unit; /* that values are stored in */
    double factor;
    const char *shown;
};

/* Smallest first within a unit. */
static const struct scale scales[] = {
    {"s", 1e-9, " ns"},
    {"s", 1e-6, " µs"},
    {"s", 1e-3, " ms"},
    {"s", 1, " s"},
    {"B", 1, " B"},
    {"B", 1024.0, " KiB"},
    {"B", 1048576.0, " MiB"},
    {"B", 1073741824.0, " GiB"},
    {"B", 1099511627776.0, " TiB"},
    {"B", 1125899906842624.0, " PiB"},
    {"W", 1, " W"},
    {"W", 1e3, " kW"},
    {"W", 1e6, " MW"},
    {"B/s", 1, " B/s"},
    {"B/s", 1e3, " kB/s"},
    {"B/s", 1e6, " MB/s"},
    {"B/s", 1e9, " GB/s"},
};

static void add_long_time(struct bk_buf *b, double seconds)
{
    static const struct {
        double seconds;
        const char *name;
    } steps[] = {{86400, "d"}, {3600, "h"}, {60, "min"}, {1, "s"}};
    double left = round(seconds);
    size_t i = 0;
    while (left < steps[i].seconds)
        i++;
    double n = floor(left / steps[i].seconds);
    double rest = floor((left - n * steps[i].seconds) / steps[i + 1].seconds);
    bk_buf_addf(b, "%.0f %s", n, steps[i].name);
    if (rest > 0)
        bk_buf_addf(b, " %.0f %s", rest, steps[i + 1].name);
}

/* False when the unit has no scale. */
static bool add_scaled(struct bk_buf *b, double x, struct bk_str unit,
                       enum bk_lang lang)
{
    const struct scale *best = NULL;
    double size = fabs(x);
    /* 0.9996 s would be "1000 ms" in three digits */
    const double almost = 0.9995;
    for (size_t i = 0; i < sizeof scales / sizeof *scales; i++) {
        const struct scale *s = &scales[i];
        if (!bk_is(unit, s->unit))
            continue;
        bool neutral = s->factor == 1.0; /* for 0 and what is too small */
        if (!best || size >= s->factor * almost || (size == 0 && neutral))
            best = s;
    }
    if (!best)
        return false;
    if (x >= LONG_TIME_S && x < 1e9 && bk_is(unit, "s")) {
        add_long_time(b, x);
        return true;
    }
    bool bytes =
        bk_starts(unit, BK_S("B")) && best->factor == 1.0; /* never a part of one */
    add_number(b, x / best->factor, DIGITS, !bytes, lang);
    bk_buf_add(b, bk_str(best->shown));
    return true;
}

/* A difference in percent, without the sign of a plus. */
static void add_change(struct bk_buf *b, double ratio, enum bk_lang lang)
{
    char text[352];
    double percent = ratio * 100;
    int decimals = fabs(percent) < LARGE_CHANGE ? CHANGE_DECIMALS : 0;
    if (fabs(percent) < 0.5 * pow(10, -CHANGE_DECIMALS))
        percent = 0; /* not "-0.0" */
    size_t n = bk_format_fixed(percent, decimals, text);
    add_localised(b, (struct bk_str){text, n}, lang, true);
    bk_buf_add(b, BK_S(" %"));
}

/* Percentage points: a difference of shares, or a limit to it. */
static void add_points(struct bk_buf *b, double ratio, bool difference,
                       enum bk_lang lang)
{
    char text[352];
    double points = ratio * 100;
    bool whole = !difference && points == round(points);
    size_t n = bk_format_fixed(points, whole ? 0 : PERCENT_DECIMALS, text);
    add_localised(b, (struct bk_str){text, n}, lang, true);
    bk_buf_addc(b, ' ');
    bk_buf_add(b, bk_label("pp", lang));
}

static void add_percent(struct bk_buf *b, double ratio, enum bk_lang lang)
{
    char text[352];
    double percent = ratio * 100;
    size_t n;
    const double least = 0.095; /* shown with two decimals */
    if (percent != 0 && fabs(percent) < least)
        n = bk_format_digits(percent, 2, text);
    else
        n = bk_format_fixed(percent, percent == round(percent) ? 0 : PERCENT_DECIMALS,
                            text);
    add_localised(b, (struct bk_str){text, n}, lang, true);
    bk_buf_add(b, BK_S(" %"));
}

static void add_real(const struct bk_column *c, double x, struct bk_str unit,
                     enum bk_lang lang, struct bk_buf *b)
{
    char text[32];
    if (!isfinite(x)) {
        bk_format_double(x, text);
        bk_buf_add(b, bk_str(text));
        return;
    }
    if ((c->flags & BK_COL_SIGNED) && x > 0)
        bk_buf_addc(b, '+');
    if (c->flags & BK_COL_RATIO) {
        add_number(b, x, DIGITS, true, lang);
        bk_buf_addc(b, 'x');
    } else if (bk_is(unit, "pp")) {
        add_points(b, x, c->flags & BK_COL_SIGNED, lang);
    } else if ((c->flags & BK_COL_PERCENT) && (c->flags & BK_COL_SIGNED)) {
        add_change(b, x, lang);
    } else if ((c->flags & BK_COL_PERCENT) || bk_is(unit, "ratio")) {
        add_percent(b, x, lang);
    } else if (add_scaled(b, x, unit, lang)) {
        return;
    } else {
        add_number(b, x, PLAIN_DIGITS, unit.len && !bk_is(unit, "1"), lang);
        if (bk_is(unit, "1/s"))
            bk_buf_add(b, BK_S("/s"));
        else if (unit.len && !bk_is(unit, "1") && !bk_is(unit, "*")) {
            bk_buf_addc(b, ' ');
            bk_human_text(b, unit);
        }
    }
}

static void add_int(const struct bk_column *c, int64_t i, struct bk_str unit,
                    enum bk_lang lang, struct bk_buf *b)
{
    bool counted = bk_is(unit, "1");
    const unsigned scaled = BK_COL_RATIO | BK_COL_PERCENT;
    if ((!counted && unit.len) || (c->flags & scaled)) {
        add_real(c, (double)i, unit, lang, b);
        return;
    }
    char digits[24];
    struct bk_str text = {digits + 1, bk_format_int(i, digits + 1)};
    if ((c->flags & BK_COL_SIGNED) && i > 0) {
        digits[0] = '+';
        text = (struct bk_str){digits, text.len + 1};
    }
    /* without a unit it may be a year or a number of something */
    add_localised(b, text, lang, counted || text.len >= GROUPED_FROM);
}

/* --- text and the rest --- */

/* Turns the direction of writing, or hides in it. */
static bool is_bidi_control(uint32_t c)
{
    return (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

void bk_human_text(struct bk_buf *b, struct bk_str s)
{
    size_t pos = bk_utf8_plain(s);
    bk_buf_add(b, bk_upto(s, pos));
    while (pos < s.len) {
        uint32_t c = bk_utf8_next(s, &pos);
        if (c == '\t' || c == '\n' || c == '\r')
            c = ' ';
        else if (c < 0x20 || (c >= 0x7F && c < 0xA0) || is_bidi_control(c))
            c = 0xFFFD;
        bk_utf8_add(b, c);
    }
}

/* "not_comparable" as "not comparable". */
static void add_words(struct bk_buf *b, struct bk_str s)
{
    struct bk_str word;
    for (bool first = true; s.ptr; first = false) {
        s = bk_cut(s, '_', &word);
        if (!first)
            bk_buf_addc(b, ' ');
        bk_human_text(b, word);
    }
}

static void add_time(struct bk_buf *b, int64_t ns)
{
    char text[40];
    const size_t clock = 8; /* hh:mm:ss */
    struct bk_str iso = {text, bk_format_iso(ns, text)};
    size_t date = bk_find_char(iso, 'T');
    bk_buf_add(b, bk_upto(iso, date));
    if (ns % (86400 * BK_NS_PER_S) == 0)
        return; /* a day, as sessions are dated */
    bk_buf_addc(b, ' ');
    bk_buf_add(b, bk_upto(bk_from(iso, date + 1), clock));
}

static void add_pairs(struct bk_buf *b, const struct bk_pair *items, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (i > 0)
            bk_buf_add(b, BK_S(", "));
        bk_human_text(b, items[i].name);
        bk_buf_addc(b, '=');
        bk_human_text(b, items[i].value);
    }
}

void bk_human_cell(const struct bk_column *c, const struct bk_value *v,
                   const struct bk_render_options *o, struct bk_buf *out)
{
    struct bk_str unit = v->unit.len ? v->unit : bk_str(c->unit), word;
    if (bk_is(unit, "*"))
        unit = BK_S("");
    switch (v->type) {
    case BK_CELL_NULL:
        break;
    case BK_CELL_INT:
        add_int(c, v->u.i, unit, o->lang, out);
        break;
    case BK_CELL_REAL:
        add_real(c, v->u.real, unit, o->lang, out);
        break;
    case BK_CELL_STR:
        word = bk_word_label(c->name, v->u.s, o->lang);
        if (word.len == 0 && strcmp(c->name, "verdict") == 0)
            add_words(out, v->u.s);
        else
            bk_human_text(out, word.len ? word : v->u.s);
        break;
    case BK_CELL_TIME:
        add_time(out, v->u.i);
        break;
    case BK_CELL_BOOL:
        if (c->flags & BK_COL_BEST)
            bk_buf_add(out, v->u.i ? BK_S("*") : BK_S(""));
        else
            bk_buf_add(out, bk_label(v->u.i ? "yes" : "no", o->lang));
        break;
    case BK_CELL_PAIRS:
        add_pairs(out, v->u.pairs.items, v->u.pairs.n);
        break;
    }
}
