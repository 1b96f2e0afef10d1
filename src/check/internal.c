/* Numbers in messages, and the comparison of printed numbers. */
#include "internal.h"

#include <math.h>
#include <string.h>

#include "../base/num.h"

struct bk_str bk_check_number(struct bk_arena *a, double value)
{
    return bk_number_text(a, value);
}

struct bk_str bk_check_percent(struct bk_arena *a, double ratio)
{
    return bk_percent_text(a, ratio);
}

struct bk_str bk_check_value(struct bk_arena *a, double value, struct bk_str unit)
{
    return bk_value_text(a, value, unit);
}

struct bk_str bk_check_label(struct bk_arena *a, const struct bk_measurement *m)
{
    return bk_quantity_text(a, m->metric, m->stat, m->scope);
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

void bk_check_more(struct bk_arena *a, struct bk_run *r, const char *code, size_t n)
{
    if (n > BK_MOST_ALIKE)
        bk_run_finding(a, r, code, BK_WARNING, r->key, "and %zu more of this kind",
                       n - BK_MOST_ALIKE);
}
