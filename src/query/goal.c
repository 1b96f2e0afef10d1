/* Quantities, service levels and limits as options give them: see goal.h. */
#include "goal.h"

#include "../base/num.h"
#include "capacity.h"

#include <math.h>
#include <string.h>

bool bk_quantity_named(struct bk_db *db, struct bk_arena *a, const struct bk_dict *dict,
                       const char *text, struct bk_quantity *q, struct bk_err *err)
{
    struct bk_str name = bk_trim(bk_dup(a, bk_str(text)));
    size_t dot = bk_rfind_char(name, '.');
    struct bk_str stat = {NULL, 0};
    *q = (struct bk_quantity){.metric = name, .stat = BK_S("value")};
    if (dot != BK_NONE)
        stat = bk_dict_stat(dict, a, bk_from(name, dot + 1));
    /* "p99.9" holds a point itself */
    if (dot != BK_NONE && dot > 0) {
        size_t before = bk_rfind_char(bk_upto(name, dot), '.');
        struct bk_str longer = {NULL, 0};
        if (before != BK_NONE)
            longer = bk_dict_stat(dict, a, bk_from(name, before + 1));
        if (longer.len > 0) {
            stat = longer;
            dot = before;
        }
    }
    if (stat.len > 0) {
        q->metric = bk_upto(name, dot);
        q->stat = stat;
    }
    const struct bk_metric *known = bk_dict_metric(dict, q->metric);
    if (known == NULL)
        return bk_quantity_find(db, a, q, err);
    static const char *const directions[] = {
        [BK_NEUTRAL] = "neutral", [BK_HIGHER] = "higher", [BK_LOWER] = "lower"};
    q->unit = known->unit;
    q->floor = known->floor;
    q->canonical = true;
    bk_quantity_settle(q, bk_str(directions[known->direction]));
    return true;
}

struct bk_str bk_figure_name(struct bk_arena *a, const struct bk_quantity *q)
{
    if (bk_is(q->stat, "value"))
        return q->metric;
    return bk_fmt(a, "%.*s.%.*s", BK_F(q->metric), BK_F(q->stat));
}

struct bk_str bk_figure_text(struct bk_arena *a, const struct bk_quantity *q,
                             double value)
{
    if (bk_is(q->unit, "ratio"))
        return bk_capacity_percent(a, value);
    struct bk_str number = bk_capacity_number(a, value);
    if (q->unit.len == 0 || bk_is(q->unit, "1"))
        return number;
    if (bk_is(q->unit, "1/s"))
        return bk_fmt(a, "%.*s/s", BK_F(number));
    return bk_fmt(a, "%.*s %.*s", BK_F(number), BK_F(q->unit));
}

/* --- conditions --- */

static const struct {
    const char *text;
    enum bk_operator op;
} operators[] = {
    {"<=", BK_CMP_LE}, {">=", BK_CMP_GE}, {"<", BK_CMP_LT}, {">", BK_CMP_GT}};

/* Cuts "name<=value"; false: there is no such operator. */
static bool cut_condition(struct bk_str text, struct bk_str *name, enum bk_operator *op,
                          struct bk_str *value)
{
    for (size_t pos = 1; pos < text.len; pos++)
        for (size_t i = 0; i < sizeof operators / sizeof *operators; i++) {
            struct bk_str sign = bk_str(operators[i].text);
            if (!bk_starts(bk_from(text, pos), sign))
                continue;
            *name = bk_trim(bk_upto(text, pos));
            *op = operators[i].op;
            *value = bk_trim(bk_from(text, pos + sign.len));
            return true;
        }
    return false;
}

/* A number with or without a unit of this kind, in the base unit. */
static bool read_limit(const struct bk_dict *dict, struct bk_str text,
                       struct bk_str base, double *value)
{
    size_t n = text.len;
    const struct bk_unit *unit;
    while (n > 0 && !bk_parse_double(bk_trim(bk_upto(text, n)), value))
        n--;
    if (n == 0 || !isfinite(*value))
        return false;
    struct bk_str rest = bk_trim(bk_from(text, n));
    if (rest.len == 0)
        return true;
    unit = bk_dict_unit(dict, rest);
    if (unit != NULL && bk_eq(unit->base, base)) {
        *value *= unit->factor;
        return true;
    }
    return bk_is(base, "s") && bk_parse_seconds(text, value); /* 1m30s */
}

bool bk_goal_parse(struct bk_db *db, struct bk_arena *a, const struct bk_dict *dict,
                   const char *text, struct bk_goal *goal, struct bk_err *err)
{
    struct bk_str name, value;
    *goal = (struct bk_goal){.text = bk_dup(a, bk_str(text))};
    if (!cut_condition(goal->text, &name, &goal->op, &value))
        return bk_fail(
            err, BK_EUSAGE,
            "cannot read the service level '%s': write METRIC[.STAT]<=VALUE, "
            "as 'request_latency.p95<=2s' or 'error_rate<=1%%'",
            text);
    if (!bk_quantity_named(db, a, dict, bk_cstr(a, name), &goal->q, err))
        return bk_wrap(err, "--slo '%s'", text);
    if (!read_limit(dict, value, goal->q.unit, &goal->limit))
        return bk_fail(err, BK_EUSAGE,
                       "--slo '%s': '%.*s' is no limit for %.*s, which is in %.*s",
                       text, BK_F(value), BK_F(goal->q.metric),
                       BK_F(goal->q.unit.len > 0 ? goal->q.unit : BK_S("1")));
    return true;
}

bool bk_goal_holds(const struct bk_goal *goal, double value)
{
    switch (goal->op) {
    case BK_CMP_LE:
        return value <= goal->limit;
    case BK_CMP_LT:
        return value < goal->limit;
    case BK_CMP_GE:
        return value >= goal->limit;
    case BK_CMP_GT:
        return value > goal->limit;
    case BK_CMP_EQ:
    case BK_CMP_NE:
    case BK_CMP_HAS:
        break;
    }
    return false;
}

bool bk_product_parse(struct bk_arena *a, const char *text, struct bk_product *p,
                      struct bk_err *err)
{
    struct bk_str name, value, factor;
    *p = (struct bk_product){.text = bk_dup(a, bk_str(text))};
    bool ok = cut_condition(p->text, &name, &p->op, &value) &&
              bk_parse_double(value, &p->limit);
    while (ok && name.len > 0) {
        name = bk_cut(name, '*', &factor);
        factor = bk_trim(factor);
        ok = factor.len > 0;
        *BK_PUSH(a, p->factors, p->n_factors) = factor;
    }
    return ok || bk_fail(err, BK_EUSAGE,
                         "cannot read the limit '%s': write PARAMETER<=NUMBER, or a "
                         "product as 'workers*pool_size<=200'",
                         text);
}

bool bk_product_holds(const struct bk_product *p, const struct bk_pair *config,
                      size_t n, bool *known)
{
    const struct bk_goal as_goal = {.op = p->op, .limit = p->limit};
    double product = 1;
    *known = true;
    for (size_t i = 0; i < p->n_factors; i++) {
        double value = (double)NAN;
        for (size_t k = 0; k < n; k++)
            if (bk_eq(config[k].name, p->factors[i]) &&
                !bk_parse_double(config[k].value, &value))
                value = (double)NAN;
        *known = *known && isfinite(value);
        product *= value;
    }
    return *known && bk_goal_holds(&as_goal, product);
}
