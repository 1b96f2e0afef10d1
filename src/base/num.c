/* Numbers to and from text.
 *
 * Reading: most numbers of measurements have few digits, and those are exact products
 * or quotients of a double and a power of ten (W. D. Clinger, "How to read floating
 * point numbers accurately", PLDI 1990).  The rest is written as an integer with an
 * exponent and given to strtod: without a decimal point in the text no locale can
 * misread it.
 * Writing: the digits come from snprintf's %e and are laid out here, so that neither
 * the locale's point nor its exponent form matters. */
#include "num.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    EXACT_POWERS = 22,      /* 10^22 is the last power of ten that a double holds */
    WORD_DIGITS = 19,       /* any 19 digits fit into 64 bits */
    KEPT_DIGITS = 780,      /* more than the 767 that can decide a rounding */
    PLAIN_ABOVE = -6,       /* exponents of ten that are written plainly: */
    PLAIN_BELOW = 16,       /* 1e-6 <= |x| < 1e16 */
    ROUND_TRIP_DIGITS = 17, /* always enough for a double */
    SURE_DIGITS = 15,       /* any decimal text of these survives a double */
};
#define EXPONENT_LIMIT INT64_C(1000000000000) /* beyond any file's length */
#define EXACT_INTEGER  (UINT64_C(1) << 53)

static const double power_of_ten[EXACT_POWERS + 1] = {
    1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
    1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
};

/* A decimal text taken apart: value = digits * 10^exponent. */
struct decimal {
    bool negative;
    const char *digits; /* first significant digit; may run over a point */
    size_t n_digits;    /* significant digits up to the last, zeros behind included */
    uint64_t word;      /* the first 19 of them */
    int64_t exponent;   /* of the last digit */
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool read_exponent(const char *p, const char *end, int64_t *exponent)
{
    bool negative = false;
    if (p < end && (*p == '+' || *p == '-'))
        negative = *p++ == '-';
    if (p == end)
        return false;
    int64_t e = 0;
    for (; p < end; p++) {
        if (!is_digit(*p))
            return false;
        if (e < EXPONENT_LIMIT)
            e = e * 10 + (*p - '0');
    }
    *exponent = negative ? -e : e;
    return true;
}

static inline void take_digit(struct decimal *d, const char *p)
{
    if (d->n_digits == 0) {
        if (*p == '0')
            return;
        d->digits = p;
    }
    if (d->n_digits++ < WORD_DIGITS)
        d->word = d->word * 10 + (uint64_t)(*p - '0');
}

static bool read_decimal(struct bk_str s, struct decimal *d)
{
    *d = (struct decimal){0};
    if (s.len == 0)
        return false;
    const char *p = s.ptr, *end = s.ptr + s.len;
    if (*p == '+' || *p == '-')
        d->negative = *p++ == '-';
    if (p == end || !is_digit(*p))
        return false;
    for (; p < end && is_digit(*p); p++)
        take_digit(d, p);
    if (p < end && *p == '.') {
        const char *point = p++;
        if (p == end || !is_digit(*p))
            return false;
        for (; p < end && is_digit(*p); p++)
            take_digit(d, p);
        d->exponent = -(int64_t)(p - point - 1);
    }
    if (p < end && (*p == 'e' || *p == 'E')) {
        int64_t e;
        if (!read_exponent(p + 1, end, &e))
            return false;
        d->exponent += e;
        p = end;
    }
    return p == end;
}

/* True when value is the correctly rounded double of d. */
static bool read_fast(const struct decimal *d, double *value)
{
    if (d->n_digits > WORD_DIGITS || d->word > EXACT_INTEGER)
        return false;
    double x = (double)d->word;
    if (d->word == 0 || d->exponent == 0)
        *value = x;
    else if (d->exponent > 0 && d->exponent <= EXACT_POWERS)
        *value = x * power_of_ten[d->exponent];
    else if (d->exponent < 0 && d->exponent >= -EXACT_POWERS)
        *value = x / power_of_ten[-d->exponent];
    else
        return false;
    return true;
}

#if LDBL_MANT_DIG == 64
/* With the 64 bits of an x87 number the quotient or product of 19 digits and a small
 * power is off by less than one unit in its last place; rounding it to 53 bits is right
 * unless the 11 bits that go lie next to the middle. */
static bool read_extended(const struct decimal *d, double *value)
{
    const int64_t exact_powers = 27; /* 5^27 < 2^64 */
    const uint64_t cut_bits = 0x7FF, middle = 0x400;
    if (d->n_digits > WORD_DIGITS || d->exponent > exact_powers ||
        d->exponent < -exact_powers)
        return false;
    int64_t e = d->exponent < 0 ? -d->exponent : d->exponent;
    long double power = (long double)power_of_ten[e > EXACT_POWERS ? EXACT_POWERS : e];
    if (e > EXACT_POWERS)
        power *= (long double)power_of_ten[e - EXACT_POWERS];
    long double x = (long double)d->word;
    x = d->exponent < 0 ? x / power : x * power;
    int binary;
    uint64_t mantissa = (uint64_t)ldexpl(frexpl(x, &binary), LDBL_MANT_DIG);
    uint64_t cut = mantissa & cut_bits;
    if (cut + 1 >= middle && cut <= middle + 1)
        return false;
    *value = (double)x;
    return true;
}
#else
static bool read_extended(const struct decimal *d, double *value)
{
    (void)d;
    (void)value;
    return false;
}
#endif

/* One digit for the many that are left out: they can only break a tie. */
static char digit_for_rest(const char *p, size_t left)
{
    for (; left > 0; p++) {
        if (!is_digit(*p))
            continue;
        if (*p != '0')
            return '1';
        left--;
    }
    return '0';
}

static bool read_slow(const struct decimal *d, double *value)
{
    char text[KEPT_DIGITS + 32];
    size_t n = 0;
    int64_t exponent = d->exponent;
    const char *p = d->digits;
    for (size_t left = d->n_digits; left > 0; p++) {
        if (!is_digit(*p))
            continue;
        if (n == KEPT_DIGITS) {
            text[n++] = digit_for_rest(p, left);
            exponent += (int64_t)left - 1;
            break;
        }
        text[n++] = *p;
        left--;
    }
    if (exponent > EXPONENT_LIMIT)
        exponent = EXPONENT_LIMIT;
    if (exponent < -EXPONENT_LIMIT)
        exponent = -EXPONENT_LIMIT;
    snprintf(text + n, sizeof text - n, "e%lld", (long long)exponent);
    *value = strtod(text, NULL);
    return isfinite(*value);
}

bool bk_parse_double(struct bk_str s, double *value)
{
    struct decimal d;
    double x;
    if (!read_decimal(s, &d))
        return false;
    if (!read_fast(&d, &x) && !read_extended(&d, &x) && !read_slow(&d, &x))
        return false;
    *value = d.negative ? -x : x;
    return true;
}

bool bk_parse_share(struct bk_str s, double *share)
{
    bool percent = bk_ends(s, BK_S("%"));
    if (percent)
        s = bk_trim(bk_upto(s, s.len - 1));
    if (!bk_parse_double(s, share))
        return false;
    *share /= percent ? 100 : 1;
    return true;
}

bool bk_parse_double_special(struct bk_str s, double *value)
{
    if (bk_parse_double(s, value))
        return true;
    bool negative = s.len && s.ptr[0] == '-';
    if (s.len && (s.ptr[0] == '+' || s.ptr[0] == '-'))
        s = bk_from(s, 1);
    if (bk_is(s, "NaN") || bk_is(s, "nan")) {
        *value = (double)NAN;
        return true;
    }
    if (bk_is(s, "Inf") || bk_is(s, "inf") || bk_is(s, "Infinity")) {
        *value = negative ? -HUGE_VAL : HUGE_VAL;
        return true;
    }
    return false;
}

bool bk_parse_int64(struct bk_str s, int64_t *value)
{
    bool negative = s.len && s.ptr[0] == '-';
    if (s.len && (s.ptr[0] == '+' || s.ptr[0] == '-'))
        s = bk_from(s, 1);
    if (s.len == 0)
        return false;
    uint64_t limit = (uint64_t)INT64_MAX + (negative ? 1 : 0);
    uint64_t n = 0;
    for (size_t i = 0; i < s.len; i++) {
        if (!is_digit(s.ptr[i]))
            return false;
        uint64_t digit = (uint64_t)(s.ptr[i] - '0');
        if (n > (limit - digit) / 10)
            return false;
        n = n * 10 + digit;
    }
    if (negative)
        *value = n == limit ? INT64_MIN : -(int64_t)n;
    else
        *value = (int64_t)n;
    return true;
}

double bk_half_digit(struct bk_str s)
{
    struct decimal d;
    if (!read_decimal(s, &d))
        return 0;
    if (d.exponent > DBL_MAX_10_EXP)
        return 0;
    if (d.exponent < 2 * DBL_MIN_10_EXP)
        return 0;
    int64_t e = d.exponent - 1;
    if (e >= -EXACT_POWERS && e <= EXACT_POWERS) /* both exact, so rounded once */
        return e < 0 ? 5 / power_of_ten[-e] : 5 * power_of_ten[e];
    char text[32];
    snprintf(text, sizeof text, "5e%lld", (long long)e);
    return strtod(text, NULL);
}

/* --- writing --- */

/* "NaN", "+Inf", "-Inf"; 0 when value is finite. */
static size_t format_special(double value, char *out)
{
    if (isfinite(value))
        return 0;
    strcpy(out, isnan(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf");
    return strlen(out);
}

/* A quotient or product with an exact power of ten is off by half a unit of its last
 * place: this far from a tie it rounds as the exact value does. */
#define CLEAR_OF_A_TIE 1e-3
#define CLEAR_DIGITS   12

/* Rounds a number of up to CLEAR_DIGITS digits; false where it may be a tie. */
static bool round_clearly(double x, double *rounded)
{
    double whole = floor(x), rest = x - whole;
    *rounded = rest > 0.5 ? whole + 1 : whole;
    return fabs(rest - 0.5) > CLEAR_OF_A_TIE;
}

/* The first so many digits of 'size' as a whole number, and their exponent; false: not
 * this easily. */
static bool few_digits(double size, int significant, double *whole, int *exponent)
{
    const int most = EXACT_POWERS;
    if (significant > CLEAR_DIGITS || !(size > 1e-10) || !(size < 1e10))
        return false;
    int e = (int)floor(log10(size)), places = significant - 1 - e;
    if (places > most || places < -most)
        return false;
    double x = places < 0 ? size / power_of_ten[-places] : size * power_of_ten[places];
    if (!round_clearly(x, whole))
        return false;
    *exponent = e;
    return *whole >= power_of_ten[significant - 1] &&
           *whole < power_of_ten[significant];
}

/* The digits of |value| to so many places without the trailing zeros (at least one),
 * and the exponent of the first.  out takes significant + 1 bytes. */
static size_t digits_of(double value, int significant, char *out, int *exponent)
{
    char text[400];
    double whole;
    size_t n = 0;
    if (few_digits(fabs(value), significant, &whole, exponent)) {
        n = bk_format_int((int64_t)whole, text);
        memcpy(out, text, n);
        while (n > 1 && out[n - 1] == '0')
            n--;
        out[n] = 0;
        return n;
    }
    snprintf(text, sizeof text, "%.*e", significant - 1, fabs(value));
    const char *p = text;
    for (; *p && *p != 'e'; p++) {
        if (is_digit(*p))
            out[n++] = *p;
    }
    *exponent = *p ? (int)strtol(p + 1, NULL, 10) : 0;
    while (n > 1 && out[n - 1] == '0')
        n--;
    out[n] = 0;
    return n;
}

/* Lays digits out plainly, or with an exponent outside of the plain range. */
static size_t lay_out(bool negative, const char *digits, size_t n, int exponent,
                      char *out)
{
    char *p = out;
    if (negative)
        *p++ = '-';
    bool plain = exponent >= PLAIN_ABOVE && exponent < PLAIN_BELOW;
    int point = plain ? exponent + 1 : 1; /* digits before the point */
    if (point <= 0) {
        *p++ = '0';
        *p++ = '.';
        for (; point < 0; point++)
            *p++ = '0';
        memcpy(p, digits, n);
        p += n;
    } else {
        for (size_t i = 0; i < n || i < (size_t)point; i++) {
            if (i == (size_t)point)
                *p++ = '.';
            *p++ = i < n ? digits[i] : '0';
        }
    }
    *p = 0;
    if (!plain)
        p += snprintf(p, 8, "e%+03d", exponent);
    return (size_t)(p - out);
}

/* Most numbers of measurements have at most nine decimals: when the value is the
 * quotient of an integer below 2^53 and 10^9, which is rounded correctly, the digits of
 * that integer are the shortest text. False: it is not. */
static bool format_few_decimals(double value, char *out, size_t *len)
{
    const double low = 1e-6, high = 1e6, unit = 1e9;
    const uint64_t parts = 1000000000;
    double size = fabs(value);
    if (!(size >= low && size < high))
        return false;
    double n = round(size * unit);
    if (n / unit != size)
        return false;
    uint64_t digits = (uint64_t)n;
    char *p = out;
    if (signbit(value))
        *p++ = '-';
    p += bk_format_int((int64_t)(digits / parts), p);
    *p++ = '.';
    for (uint64_t rest = digits % parts, place = parts / 10; rest > 0; place /= 10) {
        *p++ = (char)('0' + rest / place);
        rest %= place;
    }
    *p = 0;
    *len = (size_t)(p - out);
    return true;
}

size_t bk_format_int(int64_t value, char out[21])
{
    char digits[20];
    size_t n = 0, len = 0;
    uint64_t left = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    do {
        digits[n++] = (char)('0' + left % 10);
        left /= 10;
    } while (left > 0);
    if (value < 0)
        out[len++] = '-';
    while (n > 0)
        out[len++] = digits[--n];
    out[len] = 0;
    return len;
}

size_t bk_format_double(double value, char out[32])
{
    size_t len = format_special(value, out);
    if (len)
        return len;
    if (fabs(value) < 1e15 && value == trunc(value) && !(value == 0 && signbit(value)))
        return bk_format_int((int64_t)value, out);
    if (format_few_decimals(value, out, &len))
        return len;
    /* a subnormal number has less precision, so that fewer digits may do */
    int first = fabs(value) < DBL_MIN ? 1 : SURE_DIGITS;
    for (int significant = first;; significant++) {
        char digits[ROUND_TRIP_DIGITS + 1];
        int exponent;
        size_t n = digits_of(value, significant, digits, &exponent);
        len = lay_out(signbit(value) != 0, digits, n, exponent, out);
        double back;
        if (significant == ROUND_TRIP_DIGITS ||
            (bk_parse_double((struct bk_str){out, len}, &back) && back == value))
            return len;
    }
}

/* bk_format_fixed of numbers that are easily rounded. */
static bool format_fixed_clearly(double value, int decimals, char *out, size_t *len)
{
    double whole;
    if (decimals < 0 || decimals > CLEAR_DIGITS / 2 || !(fabs(value) < 1e6) ||
        !round_clearly(fabs(value) * power_of_ten[decimals], &whole))
        return false;
    int64_t scale = (int64_t)power_of_ten[decimals], n = (int64_t)whole;
    char *p = out;
    if (signbit(value) && n > 0)
        *p++ = '-';
    p += bk_format_int(n / scale, p);
    if (decimals > 0)
        *p++ = '.';
    for (int64_t rest = n % scale, place = scale / 10; place > 0; place /= 10) {
        *p++ = (char)('0' + rest / place);
        rest %= place;
    }
    *p = 0;
    *len = (size_t)(p - out);
    return true;
}

size_t bk_format_fixed(double value, int decimals, char out[352])
{
    size_t len = format_special(value, out);
    if (len || format_fixed_clearly(value, decimals, out, &len))
        return len;
    char text[352];
    snprintf(text, sizeof text, "%.*f", decimals, fabs(value));
    bool zero = text[strspn(text, "0.,")] == 0;
    char *o = out;
    if (signbit(value) && !zero)
        *o++ = '-';
    for (const char *p = text; *p; p++) {
        if (is_digit(*p)) {
            *o++ = *p;
        } else { /* the locale's point, of one byte or more */
            *o++ = '.';
            while (!is_digit(p[1]))
                p++;
        }
    }
    *o = 0;
    return (size_t)(o - out);
}

size_t bk_format_digits(double value, int significant, char out[352])
{
    size_t len = format_special(value, out);
    if (len)
        return len;
    if (significant < 1)
        significant = 1;
    if (significant > 300)
        significant = 300;
    char digits[302];
    int exponent;
    size_t n = digits_of(value, significant, digits, &exponent);
    return lay_out(signbit(value) && value != 0, digits, n, exponent, out);
}

/* --- sizes --- */

bool bk_parse_size(struct bk_str s, int64_t *bytes)
{
    static const struct {
        const char *name;
        double factor;
    } units[] = {
        {"", 1},
        {"B", 1},
        {"kB", 1e3},
        {"KB", 1e3},
        {"MB", 1e6},
        {"GB", 1e9},
        {"TB", 1e12},
        {"PB", 1e15},
        {"KiB", 1024.0},
        {"kiB", 1024.0},
        {"MiB", 1048576.0},
        {"GiB", 1073741824.0},
        {"TiB", 1099511627776.0},
        {"PiB", 1125899906842624.0},
    };
    s = bk_trim(s);
    size_t n = 0;
    while (n < s.len && (is_digit(s.ptr[n]) || s.ptr[n] == '.' || s.ptr[n] == '+'))
        n++;
    struct bk_str unit = bk_trim(bk_from(s, n));
    if (unit.len == 0 && bk_parse_int64(bk_upto(s, n), bytes))
        return true;
    double x;
    if (!bk_parse_double(bk_upto(s, n), &x))
        return false;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (!bk_is(unit, units[i].name))
            continue;
        x = round(x * units[i].factor);
        if (x >= 0x1p63)
            return false;
        *bytes = (int64_t)x;
        return true;
    }
    return false;
}
