/* R1 and R2: a number equals what follows from others of the same run, and one quantity
 * has one value.
 *
 * Every printed number stands for an interval, half a unit of its last place to both
 * sides; a computed one for what interval arithmetic gives.  Numbers that were cut off
 * instead of rounded are told apart and only noted. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

/* --- several claims of one quantity ----------------------------------------------------- */

struct group { /* the claims of one quantity, by index */
    size_t first;
    unsigned top; /* highest rank in use */
    bool told;    /* a difference was reported */
};

static struct bk_str quantity(struct bk_arena *a, const struct bk_measurement *m)
{
    const struct bk_str parts[] = {m->metric, m->stat, m->scope};
    return bk_join(a, parts, 3, '\x1f');
}

/* Once for each quantity. */
static bool claims_differ(const struct bk_run *r, struct group *g,
                          const struct bk_measurement *m)
{
    const struct bk_measurement *first = &r->measurements[g->first];
    double gap;
    struct bk_interval x = bk_check_interval(first);
    struct bk_interval y = bk_check_interval(m);
    bool ratio = bk_is(m->unit, "ratio");
    if (g->told || bk_check_compare(x, y, ratio, &gap) != BK_DIFFERS ||
        bk_check_compare(y, x, ratio, &gap) != BK_DIFFERS)
        return false;
    g->told = true;
    return true;
}

static struct bk_str name_or_formula(const struct bk_measurement *m)
{
    return m->source_name.len > 0 ? m->source_name : bk_formula_of(m);
}

static void report_claims(struct bk_arena *a, struct bk_run *r,
                          const struct bk_measurement *first,
                          const struct bk_measurement *m)
{
    struct bk_str label = bk_check_label(a, m);
    struct bk_str one = bk_check_value(a, first->value, first->unit);
    struct bk_str other = bk_check_value(a, m->value, m->unit);
    struct bk_finding *f = bk_run_finding(
        a, r, "conflicting-values", BK_WARNING, label,
        "%.*s is %.*s (%.*s) and %.*s (%.*s)", BK_F(label), BK_F(one),
        BK_F(name_or_formula(first)), BK_F(other), BK_F(name_or_formula(m)));
    f->expected = one;
    f->actual = other;
    f->locator = m->locator;
}

/* Every claim gets a rank of its own, and claims that differ a finding. */
static void check_claims(struct bk_arena *a, struct bk_run *r)
{
    struct bk_map groups = {0};
    struct bk_arena *scratch = bk_arena_new();
    size_t told = 0;
    for (size_t i = 0; i < r->n_measurements; i++) {
        struct bk_measurement *m = &r->measurements[i];
        struct bk_str key = quantity(scratch, m);
        struct group *g = bk_map_get(&groups, key);
        if (!g) {
            g = bk_alloc(scratch, sizeof *g);
            *g = (struct group){.first = i, .top = m->rank};
            bk_map_put(scratch, &groups, key, g);
            continue;
        }
        struct bk_measurement *first = &r->measurements[g->first];
        if (m->rank == first->rank)
            m->rank = g->top + 1;
        if (m->rank > g->top)
            g->top = m->rank;
        if (m->rank < first->rank)
            g->first = i;
        if (claims_differ(r, g, g->first == i ? first : m) && told++ < BK_MOST_ALIKE)
            report_claims(a, r, &r->measurements[g->first], g->first == i ? first : m);
    }
    bk_check_more(a, r, "conflicting-values", told);
    bk_arena_free(scratch);
}

/* --- numbers that follow from others ------------------------------------------------------ */

enum operation {
    SUM,   /* a + b */
    RATIO, /* a / b */
    SHARE, /* a / (a + b) */
};

struct rule {
    const char *result;
    enum operation op;
    const char *a, *b;
    const char *also; /* the result may count these instead of a; NULL: no */
};

/* A tool's throughput covers all requests or those that succeeded. */
static const struct rule rules[] = {
    {"requests", SUM, "requests_ok", "requests_failed", NULL},
    {"total_tokens", SUM, "input_tokens", "output_tokens", NULL},
    {"error_rate", RATIO, "requests_failed", "requests", NULL},
    {"error_rate", SHARE, "requests_failed", "requests_ok", NULL},
    {"check_pass_rate", SHARE, "checks_passed", "checks_failed", NULL},
    {"request_throughput", RATIO, "requests", "duration", "requests_ok"},
    {"request_throughput", RATIO, "requests_ok", "duration", "requests"},
    {"ok_throughput", RATIO, "requests_ok", "duration", NULL},
    {"iteration_throughput", RATIO, "iterations", "duration", NULL},
    {"input_token_throughput", RATIO, "input_tokens", "duration", NULL},
    /* a plain "tokens/s" is most often of output, but not always */
    {"output_token_throughput", RATIO, "output_tokens", "duration", "total_tokens"},
    {"total_token_throughput", RATIO, "total_tokens", "duration", NULL},
};
#define N_RULES (sizeof rules / sizeof *rules)

static bool compute(enum operation op, struct bk_interval a, struct bk_interval b,
                    struct bk_interval *out)
{
    switch (op) {
    case SUM:
        *out = (struct bk_interval){a.value + b.value, a.low + b.low, a.high + b.high};
        return true;
    case RATIO:
        if (b.low <= 0 || a.value < 0)
            return false;
        *out = (struct bk_interval){a.value / b.value, a.low / b.high, a.high / b.low};
        return true;
    case SHARE:
        if (a.low < 0 || b.low < 0 || a.low + b.low <= 0)
            return false;
        *out =
            (struct bk_interval){a.value / (a.value + b.value),
                                 a.low / (a.low + b.high), a.high / (a.high + b.low)};
        return true;
    }
    return false;
}

static bool expect(const struct bk_run *r, const struct rule *rule, const char *part,
                   struct bk_interval *out)
{
    const struct bk_measurement *a = bk_check_main(r, part);
    const struct bk_measurement *b = bk_check_main(r, rule->b);
    return a && b && compute(rule->op, bk_check_interval(a), bk_check_interval(b), out);
}

static struct bk_str formula_of(struct bk_arena *a, const struct rule *rule)
{
    switch (rule->op) {
    case SUM:
        return bk_fmt(a, "%s + %s", rule->a, rule->b);
    case RATIO:
        return bk_fmt(a, "%s / %s", rule->a, rule->b);
    case SHARE:
        return bk_fmt(a, "%s / (%s + %s)", rule->a, rule->a, rule->b);
    }
    return BK_S("");
}

struct mismatch {
    const struct rule *rule;
    const struct bk_measurement *stated;
    struct bk_interval expected;
    double gap;
};

static bool is_count(const struct bk_measurement *m)
{
    return bk_is(m->unit, "1") && rint(m->value) >= m->value &&
           rint(m->value) <= m->value;
}

/* Is the rule broken?  The better of two readings of the counts decides. */
static bool broken(struct bk_arena *a, struct bk_run *r, const struct rule *rule,
                   struct mismatch *x)
{
    const struct bk_measurement *stated = bk_check_main(r, rule->result);
    struct bk_interval expected;
    if (!stated || stated->origin != BK_REPORTED ||
        !expect(r, rule, rule->a, &expected))
        return false;
    *x = (struct mismatch){.rule = rule, .stated = stated, .expected = expected};
    struct bk_interval printed = bk_check_interval(stated);
    bool ratio = bk_is(stated->unit, "ratio");
    enum bk_agreement how = bk_check_compare(printed, expected, ratio, &x->gap);
    double other_gap;
    if (how == BK_DIFFERS && rule->also && expect(r, rule, rule->also, &expected) &&
        (bk_check_compare(printed, expected, ratio, &other_gap) != BK_DIFFERS ||
         other_gap <= BK_AGREEMENT))
        return false;
    if (how == BK_AGREES_TRUNCATED && ratio) {
        struct bk_str label = bk_check_label(a, stated);
        struct bk_finding *f = bk_run_finding(
            a, r, "cut-off-digits", BK_INFO, label,
            "%.*s is printed as %.*s %.*s, but %.*s is %.*s: cut off, not rounded",
            BK_F(label), BK_F(stated->source_value), BK_F(bk_source_unit_of(stated)),
            BK_F(formula_of(a, rule)), BK_F(bk_check_percent(a, x->expected.value)));
        f->locator = stated->locator;
    }
    return how == BK_DIFFERS && (x->gap > BK_AGREEMENT || is_count(stated));
}

static void report(struct bk_arena *a, struct bk_run *r, const struct mismatch *x,
                   enum bk_severity severity, const char *remark)
{
    const struct bk_measurement *m = x->stated;
    struct bk_str label = bk_check_label(a, m);
    struct bk_str actual = bk_check_value(a, m->value, m->unit);
    struct bk_str expected = bk_check_value(a, x->expected.value, m->unit);
    struct bk_finding *f =
        bk_run_finding(a, r, "derived-mismatch", severity, label,
                       "%.*s is %.*s, but %.*s is %.*s%s", BK_F(label), BK_F(actual),
                       BK_F(formula_of(a, x->rule)), BK_F(expected), remark);
    f->expected = expected;
    f->actual = actual;
    f->locator = m->locator;
}

static bool is_rate_over_duration(const struct rule *rule)
{
    return rule->op == RATIO && strcmp(rule->b, "duration") == 0;
}

/* The time that a stated rate belongs to, by one of the counts that it may be over. */
static bool clock_of(const struct bk_run *r, const struct mismatch *x,
                     const char *count, double *clock)
{
    const struct bk_measurement *m = count ? bk_check_main(r, count) : NULL;
    if (!m || x->stated->value <= 0)
        return false;
    *clock = m->value / x->stated->value;
    return true;
}

/* Does some count make this rate one over the given time? */
static bool fits_clock(const struct bk_run *r, const struct mismatch *x, double clock)
{
    double half = (x->stated->high - x->stated->low) / 2 / x->stated->value;
    const char *counts[] = {x->rule->a, x->rule->also};
    for (size_t i = 0; i < 2; i++) {
        double own;
        if (clock_of(r, x, counts[i], &own) &&
            fabs(own - clock) <= clock * (half + 2 * BK_AGREEMENT))
            return true;
    }
    return false;
}

/* Two rates or more that all belong to one other duration: the tool's clock for rates
 * is not the stated one (it may leave loading the model out). Nothing contradicts. */
static bool one_other_clock(const struct bk_run *r, const struct mismatch *x, size_t n)
{
    size_t first = 0;
    while (first < n && !is_rate_over_duration(x[first].rule))
        first++;
    if (first == n)
        return false;
    const char *counts[] = {x[first].rule->a, x[first].rule->also};
    for (size_t k = 0; k < 2; k++) {
        double clock;
        size_t rates = 1;
        if (!clock_of(r, &x[first], counts[k], &clock))
            continue;
        size_t i = first + 1;
        for (; i < n; i++) {
            if (!is_rate_over_duration(x[i].rule))
                continue;
            if (!fits_clock(r, &x[i], clock))
                break;
            rates++;
        }
        if (i == n && rates > 1)
            return true;
    }
    return false;
}

static void check_rules(struct bk_arena *a, struct bk_run *r)
{
    struct mismatch found[N_RULES];
    size_t n = 0;
    for (size_t i = 0; i < N_RULES; i++) {
        struct mismatch x;
        bool same = n > 0 && strcmp(found[n - 1].rule->result, rules[i].result) == 0;
        if (!same && broken(a, r, &rules[i], &x))
            found[n++] = x;
    }
    bool clock = one_other_clock(r, found, n);
    for (size_t i = 0; i < n; i++) {
        if (clock && is_rate_over_duration(found[i].rule)) {
            report(a, r, &found[i], BK_WARNING,
                   ": all rates of this run were taken over another time");
            continue;
        }
        bool wrong = found[i].gap > BK_CONTRADICTION;
        report(a, r, &found[i], wrong ? BK_ERROR : BK_WARNING, "");
        if (wrong)
            bk_check_worsen(r, BK_RUN_INVALID,
                            bk_fmt(a, "%s contradicts %.*s", found[i].rule->result,
                                   BK_F(formula_of(a, found[i].rule))));
    }
}

/* A prose report that gives one number of requests and outcomes of another number. */
static void check_totals(struct bk_arena *a, struct bk_run *r)
{
    const struct bk_measurement *all = bk_check_main(r, "requests");
    const struct bk_measurement *ok = bk_check_main(r, "requests_ok");
    const struct bk_measurement *failed = bk_check_main(r, "requests_failed");
    if (!all || all->origin != BK_REPORTED)
        return;
    double others = (ok ? ok->low : 0) + (failed ? failed->low : 0);
    bool too_many = others > all->high;
    bool too_few = ok && failed && ok->high + failed->high < all->low;
    if (!r->claims || (!too_many && !too_few))
        return;
    struct bk_finding *f = bk_run_finding(
        a, r, "conflicting-values", BK_WARNING, BK_S("requests"),
        "requests is %.*s, but %.*s succeeded and %.*s failed",
        BK_F(bk_check_number(a, all->value)),
        BK_F(ok ? bk_check_number(a, ok->value) : BK_S("an unknown number")),
        BK_F(failed ? bk_check_number(a, failed->value) : BK_S("an unknown number")));
    f->expected = bk_check_number(a, others);
    f->actual = bk_check_number(a, all->value);
    f->locator = all->locator;
}

void bk_check_derived(struct bk_arena *a, struct bk_run *r)
{
    check_claims(a, r);
    check_rules(a, r);
    check_totals(a, r);
}
