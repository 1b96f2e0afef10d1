/* Numbers in messages, and the comparison of printed numbers. */
#include "internal.h"

#include <math.h>
#include <string.h>

#include "../base/num.h"

enum {
    MESSAGE_DIGITS = 6, /* significant digits of a number in a message */
    GROUP = 3,          /* digits between two thousands marks */
};

struct bk_str bk_check_number(struct bk_arena *a, double value)
{
    char plain[352];
    size_t len = fabs(value) < 1e15 && rint(value) >= value && rint(value) <= value
                     ? bk_format_fixed(value, 0, plain)
                     : bk_format_digits(value, MESSAGE_DIGITS, plain);
    size_t sign = len > 0 && plain[0] == '-';
    size_t whole = sign;
    while (whole < len && plain[whole] >= '0' && plain[whole] <= '9')
        whole++;
    char *out = bk_alloc(a, len + len / GROUP + 2);
    size_t n = 0;
    for (size_t i = 0; i < len; i++) {
        if (i > sign && i < whole && (whole - i) % GROUP == 0)
            out[n++] = ',';
        out[n++] = plain[i];
    }
    return (struct bk_str){out, n};
}

struct bk_str bk_check_percent(struct bk_arena *a, double ratio)
{
    char plain[352];
    bk_format_digits(ratio * 100, 4, plain);
    return bk_fmt(a, "%s %%", plain);
}

struct bk_str bk_check_value(struct bk_arena *a, double value, struct bk_str unit)
{
    if (bk_is(unit, "ratio"))
        return bk_check_percent(a, value);
    struct bk_str number = bk_check_number(a, value);
    if (bk_is(unit, "1") || unit.len == 0)
        return number;
    return bk_fmt(a, "%.*s %.*s", BK_F(number), BK_F(unit));
}

struct bk_str bk_check_label(struct bk_arena *a, const struct bk_measurement *m)
{
    bool stat = !bk_is(m->stat, "value");
    bool scope = m->scope.len > 0;
    return bk_fmt(a, "%.*s%s%.*s%s%.*s", BK_F(m->metric), stat ? "." : "",
                  stat ? (int)m->stat.len : 0, stat ? m->stat.ptr : "",
                  scope ? " " : "", scope ? (int)m->scope.len : 0,
                  scope ? m->scope.ptr : "");
}

const struct bk_measurement *bk_check_main(const struct bk_run *r, const char *metric)
{
    const struct bk_measurement *m = bk_run_find(r, metric, "value", "");
    return m && m->rank == 0 ? m : NULL;
}

struct bk_interval bk_check_interval(const struct bk_measurement *m)
{
    return (struct bk_interval){m->value, fmin(m->low, m->value),
                                fmax(m->high, m->value)};
}

enum bk_agreement bk_check_compare(struct bk_interval printed,
                                   struct bk_interval expected, bool ratio, double *gap)
{
    /* two doubles that were computed in different orders differ in their last digits */
    double slack = 1e-9 * fmax(fabs(printed.value), fabs(expected.value));
    double above = expected.low - printed.high; /* what is expected lies above */
    double below = printed.low - expected.high;
    double apart = fmax(above, below);
    double scale = ratio ? 1 : fabs(expected.value);
    *gap = apart <= slack ? 0 : scale > 0 ? apart / scale : (double)INFINITY;
    if (apart <= slack)
        return BK_AGREES;
    /* a number that was cut off stands for [value, value + one last place) */
    if (above > 0 && above <= printed.high - printed.value + slack) {
        *gap = 0;
        return BK_AGREES_TRUNCATED;
    }
    return BK_DIFFERS;
}

void bk_check_worsen(struct bk_run *r, enum bk_status status, struct bk_str why)
{
    /* failed and invalid both say "never use"; the first found stays */
    if (status <= r->status || r->status == BK_RUN_FAILED)
        return;
    r->status = status;
    r->status_why = why;
}
