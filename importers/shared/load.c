/* Times with units, status codes and distributions (see load.h). */
#include "load.h"

#include "../../src/base/num.h"
#include "../../src/stats/summary.h"
#include "k6.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MAX_VALUES   ((size_t)8 * 1000 * 1000)
#define FIRST_VALUES ((size_t)1024)
#define MAX_TEXT     ((size_t)64) /* of a quantity */

/* --- quantities --- */

/* Where the unit of the last part begins: "1m30.5s" -> at the "s". */
static size_t last_unit(struct bk_str s)
{
    size_t n = s.len;
    while (n > 0 && !(s.ptr[n - 1] >= '0' && s.ptr[n - 1] <= '9') &&
           s.ptr[n - 1] != '.')
        n--;
    return n;
}

/* The number before the unit. */
static struct bk_str last_digits(struct bk_str s, size_t end)
{
    size_t n = end;
    while (n > 0 &&
           ((s.ptr[n - 1] >= '0' && s.ptr[n - 1] <= '9') || s.ptr[n - 1] == '.'))
        n--;
    if (n == 1 && s.ptr[0] == '-')
        n = 0;
    return (struct bk_str){s.ptr + n, end - n};
}

/* 10^3, 10^6 ... of "12.30k"; 0: none. */
static double multiple(struct bk_str unit)
{
    static const char letters[] = "kMGTP";
    double factor = 1;
    const char *found =
        unit.len == 1 ? memchr(letters, unit.ptr[0], sizeof letters - 1) : NULL;
    if (found == NULL)
        return 0;
    for (const char *c = letters; c <= found; c++)
        factor *= 1e3;
    return factor;
}

bool bk_load_quantity(const struct bk_importing *im, struct bk_run *run,
                      struct bk_reading r)
{
    struct bk_str s = bk_trim(r.text);
    size_t unit_at = last_unit(s);
    struct bk_str unit = bk_trim(bk_from(s, unit_at));
    struct bk_str digits = last_digits(s, unit_at);
    double factor = multiple(unit);
    if (s.len == 0 || s.len > MAX_TEXT || digits.len == 0)
        return false;
    r.text = digits;
    if (digits.ptr == s.ptr && factor <= 0) { /* one number, one unit */
        if (unit.len > 0)
            r.unit = unit;
        if (!bk_parse_double(digits, &r.value))
            return false;
        bk_emit(im, run, &r);
        return true;
    }
    r.has_value = true;
    if (digits.ptr == s.ptr) {
        if (!bk_parse_double(digits, &r.value))
            return false;
        r.value *= factor;
        r.half = bk_half_digit(digits) * factor;
    } else {
        const struct bk_unit *u = bk_dict_unit(im->dict, unit);
        if (u == NULL || !bk_k6_duration(s, &r.value))
            return false;
        r.unit = BK_S("s");
        r.half = bk_half_digit(digits) * u->factor;
    }
    r.text = s;
    bk_emit(im, run, &r);
    return true;
}

/* --- outcomes --- */

void bk_load_status(struct bk_outcomes *o, struct bk_str status, double n)
{
    int64_t code;
    if (!(n >= 0) || !bk_parse_int64(bk_trim(status), &code))
        return;
    o->any = true;
    if (code == 0)
        o->errors += n;
    else if (code >= 200 && code < 400)
        o->ok += n;
    else
        o->failed += n;
}

static void derive(const struct bk_importing *im, struct bk_run *run,
                   const struct bk_outcomes *o, const char *metric, double value,
                   const char *formula)
{
    if (bk_run_find(run, metric, "value", "") != NULL || !isfinite(value))
        return;
    struct bk_measurement *m =
        bk_run_derive(im->arena, run, metric, "value", "1", value, formula);
    m->locator = o->locator;
}

void bk_load_outcomes(const struct bk_importing *im, struct bk_run *run,
                      const struct bk_outcomes *o)
{
    if (!o->any)
        return;
    derive(im, run, o, "requests", o->ok + o->failed + o->errors,
           "sum of status codes and errors");
    derive(im, run, o, "requests_ok", o->ok, "sum of status codes 200 to 399");
    derive(im, run, o, "requests_failed", o->failed + o->errors,
           "sum of other status codes and errors");
}

/* --- distributions --- */

bool bk_load_push(struct bk_load_values *v, double value)
{
    if (v->n == MAX_VALUES)
        return false;
    if (v->n == v->cap) {
        v->cap = v->cap > 0 ? v->cap + v->cap / 2 : FIRST_VALUES;
        v->items = bk_realloc(v->items, v->cap * sizeof *v->items);
    }
    v->items[v->n++] = value;
    return true;
}

static void put(const struct bk_importing *im, struct bk_run *run, struct bk_reading r,
                const char *stat, double value, const char *formula)
{
    r.stat = bk_str(stat);
    r.has_value = true;
    r.value = value;
    r.half = 0;
    r.origin = BK_DERIVED;
    r.formula = bk_str(formula);
    if (strcmp(stat, "count") == 0)
        r.unit = BK_S("");
    bk_emit(im, run, &r);
}

void bk_load_trend(const struct bk_importing *im, struct bk_run *run,
                   struct bk_reading r, struct bk_load_values *v)
{
    static const struct {
        const char *stat;
        double q;
        const char *formula;
    } ranks[] = {
        {"p50", 0.5, "nearest rank: value ceil(0.5 n) of n sorted"},
        {"p90", 0.9, "nearest rank: value ceil(0.9 n) of n sorted"},
        {"p95", 0.95, "nearest rank: value ceil(0.95 n) of n sorted"},
        {"p99", 0.99, "nearest rank: value ceil(0.99 n) of n sorted"},
        {"p99.9", 0.999, "nearest rank: value ceil(0.999 n) of n sorted"},
    };
    double sum = 0, lost = 0;
    if (v->n == 0)
        return;
    for (size_t i = 0; i < v->n; i++) { /* W. Kahan's compensated sum */
        double y = v->items[i] - lost, t = sum + y;
        lost = (t - sum) - y;
        sum = t;
    }
    bk_sort(v->items, v->n);
    put(im, run, r, "count", (double)v->n, "number of lines");
    put(im, run, r, "mean", sum / (double)v->n, "sum / count");
    put(im, run, r, "min", v->items[0], "smallest value");
    put(im, run, r, "max", v->items[v->n - 1], "largest value");
    for (size_t i = 0; i < sizeof ranks / sizeof *ranks; i++)
        put(im, run, r, ranks[i].stat,
            bk_percentile_nearest(v->items, v->n, ranks[i].q), ranks[i].formula);
}
