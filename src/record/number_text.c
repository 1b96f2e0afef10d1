/* Numbers as messages print them: grouped digits, percentages, units. */
#include <math.h>

#include "../base/num.h"
#include "record.h"

enum {
    MESSAGE_DIGITS = 6, /* significant digits of a number in a message */
    PERCENT_DIGITS = 4,
    GROUP = 3, /* digits between two thousands marks */
};

struct bk_str bk_number_text(struct bk_arena *a, double value)
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

struct bk_str bk_percent_text(struct bk_arena *a, double ratio)
{
    char plain[352];
    bk_format_digits(ratio * 100, PERCENT_DIGITS, plain);
    return bk_fmt(a, "%s %%", plain);
}

struct bk_str bk_value_text(struct bk_arena *a, double value, struct bk_str unit)
{
    if (bk_is(unit, "ratio"))
        return bk_percent_text(a, value);
    struct bk_str number = bk_number_text(a, value);
    if (bk_is(unit, "1") || unit.len == 0)
        return number;
    return bk_fmt(a, "%.*s %.*s", BK_F(number), BK_F(unit));
}

struct bk_str bk_quantity_text(struct bk_arena *a, struct bk_str metric,
                               struct bk_str stat, struct bk_str scope)
{
    bool named = !bk_is(stat, "value");
    return bk_fmt(a, "%.*s%s%.*s%s%.*s", BK_F(metric), named ? "." : "",
                  named ? (int)stat.len : 0, named ? stat.ptr : "",
                  scope.len > 0 ? " " : "", BK_F(scope));
}
