/* Levels that people would choose (see next_level.h). */
#include "next_level.h"

#include <math.h>

#define BRACKET_LEAST 1.3 /* times the edge */
#define BRACKET_MOST  2.0

bool bk_level_whole(const struct bk_axis *axis)
{
    for (size_t i = 0; i < axis->n_levels; i++)
        if (fabs(axis->levels[i] - round(axis->levels[i])) > 0)
            return false;
    return true;
}

static bool is_power_of_two(double x)
{
    int exponent;
    return x >= 1 && fabs(frexp(x, &exponent) - 0.5) < 1e-12;
}

double bk_level_round(double low, double high, bool powers)
{
    static const double digits[] = {1, 1.5, 2, 2.5, 3, 4, 5, 6, 8};
    if (!(low > 0) || !isfinite(high))
        return (double)NAN;
    if (powers) {
        double power = exp2(ceil(log2(low) - 1e-9));
        if (power <= high * (1 + 1e-9))
            return power;
    }
    for (double decade = pow(10, floor(log10(low))); decade <= high; decade *= 10)
        for (size_t i = 0; i < sizeof digits / sizeof *digits; i++)
            if (digits[i] * decade >= low * (1 - 1e-9) &&
                digits[i] * decade <= high * (1 + 1e-9))
                return digits[i] * decade;
    return (double)NAN;
}

static bool likes_powers(const struct bk_axis *axis)
{
    size_t n = 0;
    for (size_t i = 0; i < axis->n_levels; i++)
        n += is_power_of_two(axis->levels[i]);
    return 2 * n > axis->n_levels;
}

double bk_level_beyond(const struct bk_axis *axis, int direction)
{
    double edge = axis->levels[direction > 0 ? axis->n_levels - 1 : 0];
    double next;
    if (!(edge > 0))
        return (double)NAN;
    if (direction > 0)
        next = bk_level_round(edge * BRACKET_LEAST, edge * BRACKET_MOST,
                              likes_powers(axis));
    else
        next = bk_level_round(edge / BRACKET_MOST, edge / BRACKET_LEAST,
                              likes_powers(axis));
    if (isnan(next))
        next = direction > 0 ? edge * BRACKET_MOST : edge / BRACKET_MOST;
    if (!isfinite(next) || !(next > 0))
        return (double)NAN;
    if (!bk_level_whole(axis))
        return next;
    next = direction > 0 ? ceil(next) : floor(next);
    return next >= 1 ? next : (double)NAN;
}

double bk_level_between(const struct bk_axis *axis, double low, double high)
{
    double middle = low > 0 ? sqrt(low * high) : (low + high) / 2;
    if (bk_level_whole(axis)) {
        double unit = middle >= 200 ? pow(10, floor(log10(middle)) - 1) : 1;
        middle = round(middle / unit) * unit;
    }
    return middle > low && middle < high ? middle : (double)NAN;
}
