/* Times: own calendar arithmetic, so that neither TZ nor the C library's idea of it
 * matters.
 *
 * Days from a civil date after Howard Hinnant, "chrono-Compatible Low-Level Date
 * Algorithms" (https://howardhinnant.github.io/date_algorithms.html). */
#include "time.h"

#include <stdlib.h>
#include <time.h>

enum {
    DAYS_PER_ERA = 146097, /* 400 years */
    DAYS_TO_1970 = 719468, /* from 0000-03-01 */
    SECONDS_PER_DAY = 86400,
    CENTURY_PIVOT = 69, /* POSIX strptime: %y 69..99 are 19xx */
};

static bool is_leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

bool bk_civil(int year, int month, int day, int64_t *days)
{
    static const int length[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (month < 1 || month > 12 || year < 0 || year > 9999 || day < 1)
        return false;
    if (day > length[month - 1] + (month == 2 && is_leap(year)))
        return false;
    int64_t y = year - (month <= 2);
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t year_of_era = y - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t day_of_era =
        year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    *days = era * DAYS_PER_ERA + day_of_era - DAYS_TO_1970;
    return true;
}

/* A point in time as it is read, before it becomes one number. */
struct parts {
    int year, month, day, hour, minute, second;
    int64_t nanos;
    int64_t offset; /* seconds east of UTC */
    int64_t epoch;  /* seconds since 1970, when 'has_epoch' */
    bool has_epoch;
};

static bool to_ns(const struct parts *p, int64_t *ns)
{
    int64_t days, seconds = p->epoch, t;
    if (!p->has_epoch) {
        if (!bk_civil(p->year, p->month, p->day, &days))
            return false;
        /* second 60 is a leap second and takes the next second's number */
        if (p->hour > 23 || p->minute > 59 || p->second > 60)
            return false;
        seconds = days * SECONDS_PER_DAY + p->hour * 3600 + p->minute * 60 + p->second -
                  p->offset;
    }
    if (__builtin_mul_overflow(seconds, BK_NS_PER_S, &t) ||
        __builtin_add_overflow(t, p->nanos, &t) || t == BK_NO_TIME)
        return false;
    *ns = t;
    return true;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Takes from min to max digits off *s. */
static bool take_int(struct bk_str *s, size_t min, size_t max, int *value)
{
    size_t n = 0;
    *value = 0;
    while (n < s->len && n < max && is_digit(s->ptr[n]))
        *value = *value * 10 + (s->ptr[n++] - '0');
    *s = bk_from(*s, n);
    return n >= min;
}

static bool take_char(struct bk_str *s, char c)
{
    if (s->len == 0 || s->ptr[0] != c)
        return false;
    *s = bk_from(*s, 1);
    return true;
}

/* Any number of decimals; those beyond nanoseconds are cut off. */
static bool take_fraction(struct bk_str *s, int64_t *nanos)
{
    size_t n = 0;
    int64_t unit = BK_NS_PER_S;
    *nanos = 0;
    for (; n < s->len && is_digit(s->ptr[n]); n++) {
        unit /= 10;
        *nanos += unit * (s->ptr[n] - '0');
    }
    *s = bk_from(*s, n);
    return n > 0;
}

/* Z, +hh, +hhmm or +hh:mm; nothing is no zone. */
static bool take_zone(struct bk_str *s, struct parts *p, bool *zoned)
{
    *zoned = s->len > 0;
    if (s->len == 0 || take_char(s, 'Z') || take_char(s, 'z'))
        return true;
    int hours, minutes = 0, sign = take_char(s, '-') ? -1 : 1;
    if (sign == 1 && !take_char(s, '+'))
        return false;
    if (!take_int(s, 2, 2, &hours))
        return false;
    bool colon = take_char(s, ':');
    if ((colon || s->len > 0) && !take_int(s, 2, 2, &minutes))
        return false;
    p->offset = sign * (hours * 3600 + minutes * 60);
    return hours < 24 && minutes < 60;
}

bool bk_parse_iso(struct bk_str s, int64_t *ns, bool *zoned)
{
    struct parts p = {0};
    bool has_zone = false;
    if (!take_int(&s, 4, 4, &p.year) || !take_char(&s, '-') ||
        !take_int(&s, 2, 2, &p.month) || !take_char(&s, '-') ||
        !take_int(&s, 2, 2, &p.day))
        return false;
    if (s.len > 0) {
        if (!take_char(&s, 'T') && !take_char(&s, 't') && !take_char(&s, ' '))
            return false;
        if (!take_int(&s, 2, 2, &p.hour) || !take_char(&s, ':') ||
            !take_int(&s, 2, 2, &p.minute))
            return false;
        if (take_char(&s, ':')) {
            if (!take_int(&s, 2, 2, &p.second))
                return false;
            if ((take_char(&s, '.') || take_char(&s, ',')) &&
                !take_fraction(&s, &p.nanos))
                return false;
        }
        take_char(&s, ' '); /* "2026-02-14 10:39:42 +0000", as git and date write it */
        if (!take_zone(&s, &p, &has_zone))
            return false;
    }
    if (s.len > 0 || !to_ns(&p, ns))
        return false;
    if (zoned)
        *zoned = has_zone;
    return true;
}

static bool take_month(struct bk_str *s, int *month)
{
    static const char names[] = "janfebmaraprmayjunjulaugsepoctnovdec";
    for (int i = 0; i < 12; i++) {
        if (s->len >= 3 &&
            bk_eq_nocase(bk_upto(*s, 3), (struct bk_str){names + (size_t)i * 3, 3})) {
            *month = i + 1;
            *s = bk_from(*s, 3);
            return true;
        }
    }
    return false;
}

static bool take_epoch(struct bk_str *s, struct parts *p)
{
    size_t n = s->len && s->ptr[0] == '-' ? 1 : 0;
    while (n < s->len && is_digit(s->ptr[n]))
        n++;
    int64_t seconds = 0;
    bool negative = take_char(s, '-');
    n -= negative;
    if (n == 0 || n > 18)
        return false;
    for (size_t i = 0; i < n; i++)
        seconds = seconds * 10 + (s->ptr[i] - '0');
    *s = bk_from(*s, n);
    p->epoch = negative ? -seconds : seconds;
    p->has_epoch = true;
    return true;
}

static bool take_field(struct bk_str *s, char field, struct parts *p)
{
    switch (field) {
    case 'd':
        return take_int(s, 1, 2, &p->day);
    case 'm':
        return take_int(s, 1, 2, &p->month);
    case 'Y':
        return take_int(s, 4, 4, &p->year);
    case 'y':
        if (!take_int(s, 2, 2, &p->year))
            return false;
        p->year += p->year < CENTURY_PIVOT ? 2000 : 1900;
        return true;
    case 'H':
        return take_int(s, 1, 2, &p->hour);
    case 'M':
        return take_int(s, 1, 2, &p->minute);
    case 'S':
        return take_int(s, 1, 2, &p->second);
    case 'b':
        return take_month(s, &p->month);
    case 'f':
        return take_fraction(s, &p->nanos);
    case 's':
        return take_epoch(s, p);
    case '%':
        return take_char(s, '%');
    default:
        return false;
    }
}

bool bk_parse_time(struct bk_str s, struct bk_str format, int64_t *ns)
{
    struct parts p = {.month = 1, .day = 1};
    for (size_t i = 0; i < format.len; i++) {
        char c = format.ptr[i];
        bool ok;
        if (c == '%' && i + 1 < format.len)
            ok = take_field(&s, format.ptr[++i], &p);
        else
            ok = take_char(&s, c);
        if (!ok)
            return false;
    }
    return s.len == 0 && to_ns(&p, ns);
}

struct date {
    int year, month, day;
};

static struct date civil_of(int64_t days)
{
    days += DAYS_TO_1970;
    int64_t era = (days >= 0 ? days : days - (DAYS_PER_ERA - 1)) / DAYS_PER_ERA;
    int64_t day_of_era = days - era * DAYS_PER_ERA;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) /
        365;
    int64_t day_of_year =
        day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t shifted_month = (5 * day_of_year + 2) / 153; /* March is 0 */
    int month = (int)(shifted_month < 10 ? shifted_month + 3 : shifted_month - 9);
    return (struct date){
        .year = (int)(year_of_era + era * 400 + (month <= 2)),
        .month = month,
        .day = (int)(day_of_year - (153 * shifted_month + 2) / 5 + 1),
    };
}

/* Quotient rounded down; *rest in [0, by). */
static int64_t divide(int64_t n, int64_t by, int64_t *rest)
{
    int64_t q = n / by, r = n % by;
    if (r < 0) {
        r += by;
        q--;
    }
    *rest = r;
    return q;
}

/* The last so many digits of n, zeros in front. */
static char *add_digits(char *p, int64_t n, size_t digits)
{
    for (size_t i = digits; i > 0; i--, n /= 10)
        p[i - 1] = (char)('0' + n % 10);
    return p + digits;
}

/* Years of an int64_t of nanoseconds have four digits and no sign: 1677 to 2262. */
static char *add_date(char *p, int64_t days)
{
    struct date d = civil_of(days);
    p = add_digits(p, d.year, 4);
    *p++ = '-';
    p = add_digits(p, d.month, 2);
    *p++ = '-';
    return add_digits(p, d.day, 2);
}

size_t bk_format_iso(int64_t ns, char out[40])
{
    int64_t nanos, second;
    int64_t days = divide(divide(ns, BK_NS_PER_S, &nanos), SECONDS_PER_DAY, &second);
    char *p = add_date(out, days);
    *p++ = 'T';
    p = add_digits(p, second / 3600, 2);
    *p++ = ':';
    p = add_digits(p, second / 60 % 60, 2);
    *p++ = ':';
    p = add_digits(p, second % 60, 2);
    if (nanos != 0)
        *p++ = '.';
    if (nanos % 1000 != 0)
        p = add_digits(p, nanos, 9);
    else if (nanos % 1000000 != 0)
        p = add_digits(p, nanos / 1000, 6);
    else if (nanos != 0)
        p = add_digits(p, nanos / 1000000, 3);
    *p++ = 'Z';
    *p = 0;
    return (size_t)(p - out);
}

size_t bk_format_date(int64_t ns, char out[16])
{
    int64_t rest;
    char *p = add_date(out, divide(ns, BK_NS_PER_S * SECONDS_PER_DAY, &rest));
    *p = 0;
    return (size_t)(p - out);
}

int bk_time_cmp(int64_t a, int64_t b)
{
    if ((a == BK_NO_TIME) != (b == BK_NO_TIME))
        return a == BK_NO_TIME ? 1 : -1;
    return a < b ? -1 : a > b;
}

int64_t bk_now(void)
{
    int64_t ns;
    const char *given = getenv("BK_NOW");
    if (given && bk_parse_iso(bk_str(given), &ns, NULL))
        return ns;
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * BK_NS_PER_S + t.tv_nsec;
}

double bk_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}
