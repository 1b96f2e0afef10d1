/* Sizing runs: formulas over intervals.
 *
 * The rules of schema/sizing_rules.csv are plain arithmetic (+ - * / parentheses,
 * floor, ceil, max, numbers, names).  Names stand for what the file says of a value,
 * each with the interval that its printed digits allow, so the result is the interval
 * in which a consistent file's own figure must lie. */
#include "sizing.h"

#include "../base/num.h"

#include <math.h>

/* Parentheses in parentheses; the rules need three. */
#define MAX_NESTING 16

struct evaluation {
    const struct bk_sizing_scope *scope;
    struct bk_str rest;
    int nesting;
};

static struct bk_sizing_span number(double value)
{
    return (struct bk_sizing_span){.low = value, .high = value, .value = value};
}

static struct bk_sizing_span add(struct bk_sizing_span a, struct bk_sizing_span b)
{
    return (struct bk_sizing_span){a.low + b.low, a.high + b.high, a.value + b.value,
                                   NULL};
}

static struct bk_sizing_span negate(struct bk_sizing_span a)
{
    return (struct bk_sizing_span){-a.high, -a.low, -a.value, NULL};
}

static struct bk_sizing_span multiply(struct bk_sizing_span a, struct bk_sizing_span b)
{
    double p[] = {a.low * b.low, a.low * b.high, a.high * b.low, a.high * b.high};
    return (struct bk_sizing_span){fmin(fmin(p[0], p[1]), fmin(p[2], p[3])),
                                   fmax(fmax(p[0], p[1]), fmax(p[2], p[3])),
                                   a.value * b.value, NULL};
}

static bool invert(struct bk_sizing_span a, struct bk_sizing_span *result)
{
    if (a.low <= 0 && a.high >= 0)
        return false;
    *result = (struct bk_sizing_span){1 / a.high, 1 / a.low, 1 / a.value, NULL};
    return true;
}

static void skip_blanks(struct evaluation *e)
{
    while (e->rest.len && e->rest.ptr[0] == ' ')
        e->rest = bk_from(e->rest, 1);
}

static bool take(struct evaluation *e, char c)
{
    skip_blanks(e);
    if (!e->rest.len || e->rest.ptr[0] != c)
        return false;
    e->rest = bk_from(e->rest, 1);
    return true;
}

static bool is_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
}

static struct bk_str take_word(struct evaluation *e)
{
    skip_blanks(e);
    size_t n = 0;
    while (n < e->rest.len && is_name(e->rest.ptr[n]))
        n++;
    struct bk_str word = bk_upto(e->rest, n);
    e->rest = bk_from(e->rest, n);
    return word;
}

static bool sum(struct evaluation *e, struct bk_sizing_span *result);

static bool call(struct evaluation *e, struct bk_str function,
                 struct bk_sizing_span *result)
{
    if (!sum(e, result))
        return false;
    if (bk_is(function, "floor")) {
        *result = (struct bk_sizing_span){floor(result->low), floor(result->high),
                                          floor(result->value), NULL};
    } else if (bk_is(function, "ceil")) {
        *result = (struct bk_sizing_span){ceil(result->low), ceil(result->high),
                                          ceil(result->value), NULL};
    } else if (bk_is(function, "max")) {
        struct bk_sizing_span other;
        if (!take(e, ',') || !sum(e, &other))
            return false;
        *result = (struct bk_sizing_span){fmax(result->low, other.low),
                                          fmax(result->high, other.high),
                                          fmax(result->value, other.value), NULL};
    } else if (function.len) {
        return false;
    }
    return take(e, ')');
}

static bool factor(struct evaluation *e, struct bk_sizing_span *result)
{
    struct bk_str word = take_word(e);
    if (take(e, '(')) {
        if (++e->nesting > MAX_NESTING)
            return false;
        bool ok = call(e, word, result);
        e->nesting--;
        return ok;
    }
    double value;
    if (bk_parse_double(word, &value)) {
        *result = number(value);
        return true;
    }
    const struct bk_sizing_span *known =
        bk_sizing_span(e->scope->index, e->scope->scenario, e->scope->scope, word);
    if (known)
        *result = *known;
    return known != NULL;
}

static bool product(struct evaluation *e, struct bk_sizing_span *result)
{
    if (!factor(e, result))
        return false;
    for (;;) {
        struct bk_sizing_span other;
        bool divide = false;
        if (!take(e, '*')) {
            if (!take(e, '/'))
                return true;
            divide = true;
        }
        if (!factor(e, &other) || (divide && !invert(other, &other)))
            return false;
        *result = multiply(*result, other);
    }
}

static bool sum(struct evaluation *e, struct bk_sizing_span *result)
{
    if (!product(e, result))
        return false;
    for (;;) {
        struct bk_sizing_span other;
        bool minus = false;
        if (!take(e, '+')) {
            if (!take(e, '-'))
                return true;
            minus = true;
        }
        if (!product(e, &other))
            return false;
        *result = add(*result, minus ? negate(other) : other);
    }
}

bool bk_sizing_evaluate(const struct bk_sizing_scope *scope, struct bk_str formula,
                        struct bk_sizing_span *result)
{
    struct evaluation e = {.scope = scope, .rest = formula};
    if (!sum(&e, result))
        return false;
    skip_blanks(&e);
    result->from = NULL;
    return !e.rest.len && isfinite(result->low) && isfinite(result->high) &&
           isfinite(result->value);
}
