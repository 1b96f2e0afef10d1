/* Numbers as people write them in tables and prose.
 *
 * A cell is read from its first character: an optional sign of approximation, a number
 * with separators, "±" and a second number, a unit, and the rest.  Whatever does not
 * fit (dates, versions, addresses, "2.1x", "<50 ms") is text: a wrong number is worse
 * than none. */
#include "cell.h"

#include <math.h>
#include <string.h>

#include "../../src/base/num.h"
#include "../../src/record/dict.h"

#define MAX_DIGITS   ((size_t)60) /* of a number with its separators */
#define MAX_EXPONENT ((size_t)4)  /* digits of an exponent */

/* --- small text ------------------------------------------------------------------- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c) /* any byte of a non-ASCII character counts as one */
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c & 0x80) != 0;
}

static bool starts(struct bk_str s, const char *prefix)
{
    return bk_starts(s, bk_str(prefix));
}

/* Length of a blank at the front of s: ASCII, no-break, narrow no-break or thin. */
static size_t blank_length(struct bk_str s)
{
    static const char *const wide[] = {"\xc2\xa0", "\xe2\x80\xaf", "\xe2\x80\x89",
                                       "\xe2\x80\x87", "\xe3\x80\x80"};
    if (s.len == 0)
        return 0;
    if (strchr(" \t\n\r\v\f", s.ptr[0]) && s.ptr[0] != '\0')
        return 1;
    for (size_t i = 0; i < sizeof wide / sizeof *wide; i++) {
        if (starts(s, wide[i]))
            return strlen(wide[i]);
    }
    return 0;
}

static struct bk_str skip_blanks(struct bk_str s)
{
    size_t n;
    while ((n = blank_length(s)) > 0)
        s = bk_from(s, n);
    return s;
}

static struct bk_str trim_end(struct bk_str s)
{
    for (;;) {
        s = bk_from((struct bk_str){s.ptr, s.len}, 0);
        struct bk_str before = s;
        if (s.len > 0 && strchr(" \t\n\r\v\f", s.ptr[s.len - 1]))
            s.len--;
        else if (bk_ends(s, BK_S("\xc2\xa0")))
            s.len -= 2;
        else if (bk_ends(s, BK_S("\xe2\x80\xaf")))
            s.len -= 3;
        if (s.len == before.len)
            return s;
    }
}

static struct bk_str trim(struct bk_str s)
{
    return trim_end(skip_blanks(s));
}

/* "[text](url)" -> "text" */
static struct bk_str strip_link(struct bk_str s)
{
    if (s.len < 4 || s.ptr[0] != '[' || s.ptr[s.len - 1] != ')')
        return s;
    size_t close = bk_find(s, BK_S("]("));
    return close == BK_NONE ? s : (struct bk_str){s.ptr + 1, close - 1};
}

/* Markdown marks and blanks off both ends. */
static struct bk_str strip_marks(struct bk_str s)
{
    static const char *const marks[] = {"**", "__", "*", "`", "~~"};
    s = trim(s);
    for (bool again = true; again;) {
        again = false;
        for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
            struct bk_str m = bk_str(marks[i]);
            if (s.len > 2 * m.len && bk_starts(s, m) && bk_ends(s, m)) {
                s = trim((struct bk_str){s.ptr + m.len, s.len - 2 * m.len});
                again = true;
            }
        }
    }
    return trim(strip_link(s));
}

/* --- words that stand for no number --------------------------------------------------- */

static const char *const empty_words[] = {
    "",     "-",   "--",   "---",  "—",   "–",    "―",    "−",   "n/a", "n.a.",
    "na",   "n/d", "null", "none", "nil", "nan",  "?",    "...", "…",   ".",
    "(na)", "н/д", "нет",  "tbd",  "无",  "없음", "n.d.", "nd",  "—-",  "n / a",
};

static const char *const failed_words[] = {
    "oom",       "failed",         "fail",           "failure",
    "error",     "errored",        "timeout",        "timed out",
    "crash",     "crashed",        "abort",          "aborted",
    "falhou",    "falha",          "erro",           "out of memory",
    "ошибка",    "сбой",           "таймаут",        "失败",
    "错误",      "超时",           "실패",           "오류",
    "시간 초과", "cuda oom",       "gpu oom",        "dnf",
    "killed",    "did not finish", "fehlgeschlagen",
};

static bool is_word(struct bk_str s, const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (bk_eq_nocase(s, bk_str(list[i])))
            return true;
    }
    return false;
}

/* "OOM", "failed: no memory", "❌ OOM", "timeout (60 s)" */
static bool says_failed(struct bk_str s)
{
    static const char *const crosses[] = {"❌", "✗", "✘", "🔴", "⚠️", "💥"};
    for (size_t i = 0; i < sizeof crosses / sizeof *crosses; i++) {
        if (starts(s, crosses[i]))
            s = skip_blanks(bk_from(s, strlen(crosses[i])));
    }
    size_t end = 0;
    while (end < s.len && s.ptr[end] != '(' && s.ptr[end] != ':' && s.ptr[end] != ',' &&
           s.ptr[end] != '!')
        end++;
    struct bk_str word = trim_end(bk_upto(s, end));
    return word.len > 0 &&
           is_word(word, failed_words, sizeof failed_words / sizeof *failed_words);
}

/* --- numbers ---------------------------------------------------------------------------- */

struct number {
    double value, half;
    struct bk_str digits; /* sign, digits, separators, exponent */
};

struct shape { /* of a run of digits and marks */
    size_t len;
    size_t points, commas;
    size_t last_point, last_comma;
    size_t first_group; /* digits before the first mark or separator */
    size_t last_group;  /* digits behind the last one */
    bool threes;        /* every group behind the first has three digits */
    bool spaced;        /* blanks, "'" or "_" between groups */
};

/* Length of a mark between groups of digits that can be nothing else, at s[i]. */
static size_t group_mark(struct bk_str s, size_t i)
{
    size_t n = blank_length(bk_from(s, i));
    if (n == 0 && (s.ptr[i] == '\'' || s.ptr[i] == '_'))
        n = 1;
    if (n == 0 && starts(bk_from(s, i), "\xe2\x80\x99"))
        n = 3;
    if (n == 0 || i + n + 3 > s.len)
        return 0;
    for (size_t k = 0; k < 3; k++) {
        if (!is_digit(s.ptr[i + n + k]))
            return 0;
    }
    return i + n + 3 < s.len && is_digit(s.ptr[i + n + 3]) ? 0 : n;
}

static struct shape shape_of(struct bk_str s)
{
    struct shape h = {.threes = true};
    size_t group = 0;
    size_t groups = 0;
    size_t i = 0;
    bool fraction = false; /* a mark that is no group mark was seen */
    while (i < s.len && i < MAX_DIGITS) {
        char c = s.ptr[i];
        if (is_digit(c)) {
            group++;
            i++;
            continue;
        }
        bool mark = (c == '.' || c == ',') && i + 1 < s.len && is_digit(s.ptr[i + 1]);
        size_t other =
            mark || group == 0 || group > 3 || fraction ? 0 : group_mark(s, i);
        if (!mark && other == 0)
            break;
        if (groups++ == 0)
            h.first_group = group;
        else if (group != 3)
            h.threes = false;
        group = 0;
        if (mark) {
            fraction = true;
            h.points += c == '.';
            h.commas += c == ',';
            *(c == '.' ? &h.last_point : &h.last_comma) = i;
        } else {
            h.spaced = true;
        }
        i += mark ? 1 : other;
    }
    h.len = i;
    h.last_group = group;
    if (groups == 0)
        h.first_group = group;
    else if (group != 3)
        h.threes = false;
    return h;
}

/* Can the marks stand between thousands: "1,234", not "0,511" and not "12,34"? */
static bool can_group(const struct shape *h, struct bk_str s)
{
    return h->threes && h->first_group >= 1 && h->first_group <= 3 &&
           !(h->first_group > 0 && s.ptr[0] == '0');
}

enum {
    NO_MARK = -1,
    IMPOSSIBLE = -2
};

/* Which mark is the decimal one: '.', ',', NO_MARK, or IMPOSSIBLE (no number). */
static int decimal_mark(const struct shape *h, struct bk_str s, enum bk_decimal decimal)
{
    char preferred = decimal == BK_DECIMAL_COMMA ? ',' : '.';
    if (h->points + h->commas == 0)
        return NO_MARK;
    if (h->points > 0 && h->commas > 0) {
        bool comma = h->last_comma > h->last_point;
        size_t times = comma ? h->commas : h->points;
        return times > 1 ? IMPOSSIBLE : comma ? ',' : '.';
    }
    char mark = h->points > 0 ? '.' : ',';
    if (h->points + h->commas > 1) {
        /* "1.2.3" is a version and "192.168.100.100" an address */
        bool grouped = can_group(h, s) && !(mark == '.' && preferred == '.');
        return grouped ? NO_MARK : IMPOSSIBLE;
    }
    if (mark == preferred || h->spaced)
        return mark;
    return can_group(h, s) ? NO_MARK : mark;
}

/* Appends "e-12" at the front of s to the text; its length, 0 when there is none. */
static size_t take_exponent(struct bk_str s, char *text, size_t *len)
{
    if (s.len == 0 || (s.ptr[0] != 'e' && s.ptr[0] != 'E'))
        return 0;
    size_t end = 1;
    end += end < s.len && (s.ptr[end] == '-' || s.ptr[end] == '+');
    size_t first = end;
    while (end < s.len && is_digit(s.ptr[end]) && end - first < MAX_EXPONENT)
        end++;
    if (end == first)
        return 0;
    memcpy(text + *len, s.ptr, end);
    *len += end;
    return end;
}

/* Takes a number off the front of *s. */
static bool take_number(struct bk_str *s, enum bk_decimal decimal, struct number *n)
{
    char text[MAX_DIGITS + 16];
    size_t len = 0;
    size_t sign = 0;
    if (starts(*s, "\xe2\x88\x92") || starts(*s, "-")) {
        sign = s->ptr[0] == '-' ? 1 : 3;
        text[len++] = '-';
    } else if (starts(*s, "+")) {
        sign = 1;
    }
    struct bk_str body = bk_from(*s, sign);
    bool bare_point = body.len > 1 && (body.ptr[0] == '.' || body.ptr[0] == ',') &&
                      is_digit(body.ptr[1]);
    if (body.len == 0 || (!is_digit(body.ptr[0]) && !bare_point))
        return false;
    struct shape h = shape_of(body);
    int mark = bare_point ? body.ptr[0] : decimal_mark(&h, body, decimal);
    if (mark == IMPOSSIBLE || h.len >= MAX_DIGITS)
        return false;
    for (size_t i = 0; i < h.len; i++) {
        char c = body.ptr[i];
        if (is_digit(c)) {
            text[len++] = c;
        } else if (c == mark) {
            text[len++] = '.';
        }
    }
    size_t end = h.len;
    end += take_exponent(bk_from(body, end), text, &len);
    n->digits = bk_upto(*s, sign + end);
    n->half = bk_half_digit((struct bk_str){text, len});
    if (!bk_parse_double((struct bk_str){text, len}, &n->value)) {
        /* ".5": digits in front of the point are asked for */
        char padded[sizeof text + 1];
        size_t at = len > 0 && text[0] == '-';
        memcpy(padded, text, at);
        padded[at] = '0';
        memcpy(padded + at + 1, text + at, len - at);
        if (!bk_parse_double((struct bk_str){padded, len + 1}, &n->value))
            return false;
        n->half = bk_half_digit((struct bk_str){padded, len + 1});
    }
    *s = bk_from(*s, sign + end);
    return true;
}

/* --- what stands around a number -------------------------------------------------------- */

static bool take_word(struct bk_str *s, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct bk_str w = bk_str(words[i]);
        if (s->len > w.len && bk_eq_nocase(bk_upto(*s, w.len), w)) {
            *s = skip_blanks(bk_from(*s, w.len));
            return true;
        }
    }
    return false;
}

static bool take_approximation(struct bk_str *s)
{
    static const char *const words[] = {
        "~",
        "≈",
        "∼",
        "≅",
        "about ",
        "approx. ",
        "approx ",
        "around ",
        "circa ",
        "ca. ",
        "cerca de ",
        "aprox. ",
        "aprox ",
        "aproximadamente ",
        "approximately ",
        "около ",
        "примерно ",
        "~ ",
        "约",
        "大约",
        "약 ",
        "±~",
        "por volta de ",
        "estimated ",
        "est. ",
    };
    return take_word(s, words, sizeof words / sizeof *words);
}

static bool rest_says_estimate(struct bk_str rest)
{
    static const char *const words[] = {"(est", "(approx",   "(aprox",  "(оцен",
                                        "(估",  "(추정",     "(～",     "est.)",
                                        "(~",   "(примерно", "(projec", "(theor"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        struct bk_str w = bk_str(words[i]);
        for (size_t at = 0; at + w.len <= rest.len && at < 200; at++) {
            if (bk_eq_nocase(bk_upto(bk_from(rest, at), w.len), w))
                return true;
        }
    }
    return false;
}

/* Pictures in front of a number: "🏆 4,292 req/s". */
static struct bk_str skip_pictures(struct bk_str s)
{
    struct bk_str from = s;
    for (;;) {
        size_t n = 0;
        if (starts(s, "\xf0\x9f"))
            n = 4;
        else if (starts(s, "\xe2\x9c") || starts(s, "\xe2\xad") ||
                 starts(s, "\xe2\x9a") || starts(s, "\xef\xb8\x8f") ||
                 starts(s, "\xe2\x9d"))
            n = 3;
        if (n == 0)
            break;
        s = skip_blanks(bk_from(s, n));
    }
    return s.len > 0 && (is_digit(s.ptr[0]) || starts(s, "~")) ? s : from;
}

static struct bk_str skip_stars(struct bk_str s)
{
    while (s.len > 0 && (s.ptr[0] == '*' || s.ptr[0] == '`'))
        s = bk_from(s, 1);
    return s;
}

/* Length of a word of unit letters at the front: "ms", "%", "req/s", "токенов/с". */
static size_t unit_length(struct bk_str s)
{
    size_t n = 0;
    while (n < s.len && blank_length(bk_from(s, n)) == 0) {
        char c = s.ptr[n];
        bool inside =
            c == '/' || c == '.' || c == '\'' || c == '^' || is_digit(c) || c == '-';
        bool ends = starts(bk_from(s, n), "–") || starts(bk_from(s, n), "—") ||
                    starts(bk_from(s, n), "±") || starts(bk_from(s, n), "（") ||
                    starts(bk_from(s, n), "→");
        if (ends || (!is_letter(c) && c != '%' && !(inside && n > 0) &&
                     !(n == 0 && c == '/' && s.len > 1 && is_letter(s.ptr[1]))))
            break;
        n++;
    }
    while (n > 0 && (s.ptr[n - 1] == '.' || s.ptr[n - 1] == '-'))
        n--;
    return n;
}

/* "per second" behind a unit's first word belongs to the unit. */
static size_t per_length(struct bk_str s)
{
    static const char *const joints[] = {"per ", "por ", "в ", "pro ", "par "};
    struct bk_str rest = skip_blanks(s);
    size_t blanks = s.len - rest.len;
    for (size_t i = 0; blanks > 0 && i < sizeof joints / sizeof *joints; i++) {
        struct bk_str j = bk_str(joints[i]);
        static const char *const seconds[] = {
            "s", "sec", "second", "secs", "segundo", "секунду", "sekunde", "seconde"};
        if (!bk_starts(rest, j))
            continue;
        struct bk_str word = bk_from(rest, j.len);
        word = bk_upto(word, unit_length(word));
        if (is_word(word, seconds, sizeof seconds / sizeof *seconds))
            return blanks + j.len + word.len;
    }
    return 0;
}

/* Does a second number follow behind "-", "–", "to", "..."? */
static bool is_range(struct bk_str s, enum bk_decimal decimal)
{
    static const char *const joints[] = {"-",   "–",    "—",    "~",   "～", "..",
                                         "to ", "a ",   "até ", "до ", "…",  "→",
                                         "->",  "bis ", "至",   "ate "};
    struct number n;
    s = skip_blanks(skip_stars(s));
    for (size_t i = 0; i < sizeof joints / sizeof *joints; i++) {
        if (!starts(s, joints[i]))
            continue;
        struct bk_str behind = skip_blanks(bk_from(s, strlen(joints[i])));
        if (behind.len > 0 && (is_digit(behind.ptr[0]) || starts(behind, "~"))) {
            take_approximation(&behind);
            return take_number(&behind, decimal, &n) &&
                   !(behind.len > 1 && strchr("-:/.", behind.ptr[0]) &&
                     is_digit(behind.ptr[1]));
        }
    }
    return false;
}

/* "1h2m3s", "1m3.5s": parts directly behind one another, as seconds. */
static bool take_clock(struct bk_str *s, struct number *n)
{
    static const struct {
        const char *unit;
        double seconds;
    } parts[] = {{"h", 3600}, {"m", 60}, {"s", 1}, {"ms", 1e-3}};
    struct bk_str at = *s;
    double total = 0;
    size_t found = 0;
    size_t least = 0; /* units come in falling order */
    double half = 0;
    while (at.len > 0 && is_digit(at.ptr[0])) {
        struct number x;
        if (!take_number(&at, BK_DECIMAL_POINT, &x))
            return false;
        size_t len = 0;
        while (len < at.len && is_letter(at.ptr[len]))
            len++;
        size_t i = least;
        while (i < sizeof parts / sizeof *parts &&
               !bk_is(bk_upto(at, len), parts[i].unit))
            i++;
        if (i == sizeof parts / sizeof *parts)
            return false;
        total += x.value * parts[i].seconds;
        half = x.half * parts[i].seconds;
        least = i + 1;
        found++;
        at = bk_from(at, len);
    }
    if (found < 2 || (at.len > 0 && blank_length(at) == 0 && at.ptr[0] != '('))
        return false;
    *n = (struct number){total, half, bk_upto(*s, s->len - at.len)};
    *s = at;
    return true;
}

/* "12k", "1.5M" when nothing but a blank or the end stands behind the letter. */
static void take_suffix(struct bk_str *s, struct number *n)
{
    double factor = 1;
    if (starts(*s, "k") || starts(*s, "K"))
        factor = 1e3;
    else if (starts(*s, "M"))
        factor = 1e6;
    struct bk_str behind = bk_from(*s, 1);
    bool ends = behind.len == 0 || blank_length(behind) > 0 || behind.ptr[0] == '*' ||
                behind.ptr[0] == ')' || behind.ptr[0] == '(';
    if (factor <= 1 || !ends)
        return;
    n->value *= factor;
    n->half *= factor;
    n->digits.len++;
    *s = behind;
}

static bool take_plus_minus(struct bk_str *s, enum bk_decimal decimal, double *out)
{
    struct bk_str at = skip_blanks(skip_stars(*s));
    struct number n;
    size_t len = starts(at, "±") ? 2 : starts(at, "+/-") ? 3 : starts(at, "+-") ? 2 : 0;
    if (len == 0)
        return false;
    at = skip_blanks(bk_from(at, len));
    if (!take_number(&at, decimal, &n))
        return false;
    *out = n.value;
    *s = at;
    return true;
}

/* Takes a unit, attached or behind a blank.  False: what is attached makes the whole no
 * number ("2.1x", "8x7B", "70b-instruct", "10:39", "3/7"). */
static bool take_unit(struct bk_str *s, struct bk_str *unit)
{
    static const char *const not_units[] = {"x", "×", "X", "st", "nd", "rd", "th"};
    static const char *const links[] = {"of", "de",  "из", "von", "out", "or",
                                        "ou", "and", "e",  "и",   "+"};
    struct bk_str at = skip_stars(*s);
    bool attached = at.len > 0 && blank_length(at) == 0;
    at = skip_blanks(at);
    size_t n = unit_length(at);
    *unit = BK_S("");
    if (n == 0) {
        if (starts(at, "/")) /* "3 / 7" */
            return false;
        if (attached && at.len > 0 && !strchr("()[];,!.*", at.ptr[0]) &&
            !starts(at, "（") && !starts(at, "±"))
            return false;
        *s = at;
        return true;
    }
    struct bk_str word = bk_upto(at, n);
    struct bk_str behind = bk_from(at, n);
    if (is_word(word, not_units, sizeof not_units / sizeof *not_units))
        return false;
    if (!attached && starts(behind, "=")) { /* "50  min=10 max=50": another number */
        *s = at;
        return true;
    }
    for (size_t i = 0; i < word.len; i++) {
        bool seam = is_digit(word.ptr[i]) && !(i > 0 && word.ptr[i - 1] == '^');
        if (attached && (seam || word.ptr[i] == '-'))
            return false;
    }
    struct bk_str next = skip_blanks(behind);
    if (is_word(word, links, sizeof links / sizeof *links))
        return !(next.len > 0 && is_digit(next.ptr[0])) && !attached;
    n += per_length(behind);
    *unit = bk_upto(at, n);
    *s = bk_from(at, n);
    return true;
}

/* --- the interface ---------------------------------------------------------------------- */

static void read_around(struct bk_cell *c, struct bk_str s, struct number n,
                        enum bk_decimal decimal)
{
    struct bk_str unit;
    take_suffix(&s, &n);
    take_plus_minus(&s, decimal, &c->plus_minus);
    if (is_range(s, decimal)) {
        c->kind = BK_CELL_RANGE;
        return;
    }
    if (!take_unit(&s, &unit))
        return;
    if (is_range(s, decimal) && unit.len > 0) { /* "150ms - 300ms" */
        c->kind = BK_CELL_RANGE;
        return;
    }
    if (isnan(c->plus_minus) && take_plus_minus(&s, decimal, &c->plus_minus)) {
        struct bk_str second;
        if (!take_unit(&s, &second))
            return;
        unit = unit.len > 0 ? unit : second;
    } else if (!isnan(c->plus_minus)) {
        take_plus_minus(&s, decimal, &c->plus_minus);
    }
    c->kind = BK_CELL_NUMBER;
    c->value = n.value;
    c->half = n.half;
    c->digits = n.digits;
    c->unit = unit;
    c->rest = strip_marks(s);
    c->approximate |= rest_says_estimate(c->rest);
}

/* Nearly every cell of a table that a program wrote holds digits and at most a point.
 * What is read is the same, without asking for all that people write round numbers. */
static bool read_plain(struct bk_str cell, enum bk_decimal decimal, struct bk_cell *c)
{
    size_t first = cell.len > 0 && cell.ptr[0] == '-', points = 0;
    if (cell.len >= MAX_DIGITS || cell.len == first || !is_digit(cell.ptr[first]) ||
        !is_digit(cell.ptr[cell.len - 1]))
        return false;
    for (size_t i = first; i < cell.len; i++) {
        if (is_digit(cell.ptr[i]))
            continue;
        if (cell.ptr[i] != '.' || decimal != BK_DECIMAL_POINT || points++ > 0)
            return false;
    }
    *c = (struct bk_cell){.kind = BK_CELL_NUMBER,
                          .half = bk_half_digit(cell),
                          .plus_minus = (double)NAN,
                          .digits = cell,
                          .unit = BK_S(""),
                          .rest = bk_from(cell, cell.len),
                          .text = cell};
    return bk_parse_double(cell, &c->value);
}

/* "$0.02": an amount of money is a number; the header says of what. */
static struct bk_str skip_currency(struct bk_str s)
{
    static const char *const signs[] = {"$", "€", "£", "¥", "₽", "₩"};
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
        struct bk_str behind = bk_from(s, strlen(signs[i]));
        if (starts(s, signs[i]) && behind.len > 0 && is_digit(behind.ptr[0]))
            return behind;
    }
    return s;
}

bool bk_cell_is_empty(struct bk_str cell)
{
    if (cell.len == 0)
        return true;
    if (is_digit(cell.ptr[0]))
        return false;
    return is_word(strip_marks(cell), empty_words,
                   sizeof empty_words / sizeof *empty_words);
}

struct bk_cell bk_cell_read(struct bk_str cell, enum bk_decimal decimal)
{
    struct bk_cell plain;
    if (read_plain(cell, decimal, &plain))
        return plain;
    struct bk_cell c = {.kind = BK_CELL_TEXT,
                        .value = (double)NAN,
                        .half = 0,
                        .plus_minus = (double)NAN,
                        .text = strip_marks(cell)};
    struct number n;
    if (is_word(c.text, empty_words, sizeof empty_words / sizeof *empty_words)) {
        c.kind = BK_CELL_EMPTY;
        return c;
    }
    if (says_failed(c.text)) {
        c.kind = BK_CELL_FAILED;
        return c;
    }
    struct bk_str s = skip_stars(skip_pictures(c.text));
    c.approximate = take_approximation(&s);
    s = skip_currency(skip_stars(s));
    if (take_clock(&s, &n)) {
        c.kind = BK_CELL_NUMBER;
        c.value = n.value;
        c.half = n.half;
        c.digits = n.digits;
        c.unit = BK_S("s");
        c.rest = trim(s);
        return c;
    }
    if (take_number(&s, decimal, &n))
        read_around(&c, s, n, decimal);
    return c;
}

/* What a cell says about the decimal mark: +1 a comma, -1 a point, 0 nothing. */
static int evidence(struct bk_str cell)
{
    struct bk_str s = skip_stars(skip_pictures(strip_marks(cell)));
    take_approximation(&s);
    if (s.len > 0 && (s.ptr[0] == '-' || s.ptr[0] == '+'))
        s = bk_from(s, 1);
    if (s.len == 0 || !is_digit(s.ptr[0]))
        return 0;
    struct shape h = shape_of(s);
    if (h.len < s.len && strchr("/:", s.ptr[h.len]) && s.ptr[h.len] != '\0')
        return 0; /* a date, a time, a share */
    if (h.points > 0 && h.commas > 0) {
        bool comma = h.last_comma > h.last_point;
        return (comma ? h.commas : h.points) > 1 ? 0 : comma ? 1 : -1;
    }
    if (h.points + h.commas == 0)
        return 0;
    int as_written = h.commas > 0 ? 1 : -1;
    if (h.points + h.commas > 1)
        return can_group(&h, s) ? -as_written : 0;
    if (h.spaced)
        return as_written;
    return can_group(&h, s) ? 0 : as_written;
}

enum bk_decimal bk_decimal_of(const struct bk_str *cells, size_t n)
{
    bool comma = false;
    for (size_t i = 0; i < n; i++) {
        int e = evidence(cells[i]);
        if (e < 0)
            return BK_DECIMAL_POINT;
        comma |= e > 0;
    }
    return comma ? BK_DECIMAL_COMMA : BK_DECIMAL_POINT;
}

void bk_header_unit(const struct bk_dict *d, struct bk_str header, struct bk_str *name,
                    struct bk_str *unit)
{
    bk_dict_split_unit(d, header, name, unit);
}
