/* compare: what matches, what differs, and every number side by side.
 *
 * A ratio is the last side over the first.  Which is better follows the metric's
 * direction, and only a difference of at least the metric's floor makes a side better; an
 * invalid run is never better and a failed one only in error rate and throughput of
 * successful requests.  Where a side has several runs of a match, the median of them
 * stands there, and n says how many. */
#include "annotations.h"
#include "compare_internal.h"

#include "../base/num.h"
#include "../stats/counts.h"
#include "../stats/summary.h"

#include <math.h>
#include <stdlib.h>

#define COUNT_CONFIDENCE 0.95

/* --- what of all the numbers comes first --- */

static const char *const leading[] = {
    "error_rate",
    "ok_throughput",
    "goodput",
    "request_throughput",
    "output_token_throughput",
    "total_token_throughput",
    "requests",
    "requests_ok",
    "requests_failed",
    "request_latency",
    "ttft",
    "tpot",
    "itl",
    "embedding_latency",
};
enum {
    N_LEADING = sizeof leading / sizeof *leading
};

static const char *const stat_order[] = {"value", "mean", "p50", "p90", "p95",
                                         "p99",   "max",  "min", NULL};
/* --brief leaves these stats out */
static const char *const minor_stats[] = {"min", "p90", "count", "sum", "stddev", NULL};

static size_t position(const char *const *list, size_t n, struct bk_str word)
{
    for (size_t i = 0; i < n && list[i] != NULL; i++)
        if (bk_is(word, list[i]))
            return i;
    return n;
}

/* Numbers that say how a failed run failed: in these it is compared like any other. */
static bool survives_failure(struct bk_str metric)
{
    return bk_is(metric, "error_rate") || bk_is(metric, "ok_throughput");
}

/* --- the numbers of one match --- */

struct quantity {
    struct bk_str metric, stat, scope, unit;
    char direction; /* 'h' 'l' 'n' */
    double floor;
    bool canonical;
    struct side_values {
        double *items;
        struct bk_str *sessions; /* of the items */
        size_t n;
    } * sides;
};

struct table {
    struct bk_arena *arena;
    struct quantity *items;
    size_t n, n_sides;
    struct bk_map known;
    struct bk_str session; /* of the run that is being read */
};

/* *added: it is new, and its unit, direction and floor are to be set. */
static struct quantity *find_quantity(struct table *t, struct bk_str metric,
                                      struct bk_str stat, struct bk_str scope,
                                      bool *added)
{
    struct bk_str key =
        bk_fmt(t->arena, "%.*s\n%.*s\n%.*s", BK_F(metric), BK_F(stat), BK_F(scope));
    size_t *index = bk_map_get(&t->known, key);
    *added = index == NULL;
    if (index == NULL) {
        index = bk_alloc(t->arena, sizeof *index);
        *index = t->n;
        bk_map_put(t->arena, &t->known, key, index);
        struct quantity *q = BK_PUSH(t->arena, t->items, t->n);
        q->metric = bk_dup(t->arena, metric);
        q->stat = bk_dup(t->arena, stat);
        q->scope = bk_dup(t->arena, scope);
        q->direction = 'n';
        q->sides = bk_alloc_array(t->arena, t->n_sides, sizeof *q->sides);
    }
    return &t->items[*index];
}

/* Unit, direction, floor and canonical, from the column 'first' on. */
static void describe(struct table *t, struct quantity *q, const struct bk_stmt *st,
                     size_t first)
{
    struct bk_str direction = bk_col_text(st, first + 1);
    q->unit = bk_dup(t->arena, bk_col_text(st, first));
    q->direction = direction.len > 0 ? direction.ptr[0] : 'n';
    q->floor = bk_col_real(st, first + 2);
    q->canonical = bk_col_int(st, first + 3) != 0;
}

static void add_value(struct table *t, struct quantity *q, size_t side, double value)
{
    struct side_values *v = &q->sides[side];
    size_t at = v->n;
    *BK_PUSH(t->arena, v->sessions, at) = t->session;
    *BK_PUSH(t->arena, v->items, v->n) = value;
}

static bool read_run(struct bk_db *db, struct table *t, size_t side, int64_t run,
                     struct bk_err *err)
{
    struct bk_stmt *st = bk_stmt(db, BK_SQL_COMPARE_VALUES);
    bk_bind_int(st, ":run", run);
    bool more, ok, added;
    while ((ok = bk_step(st, &more, err)) && more) {
        struct quantity *q = find_quantity(t, bk_col_text(st, 0), bk_col_text(st, 1),
                                           bk_col_text(st, 2), &added);
        if (added)
            describe(t, q, st, 3);
        add_value(t, q, side, bk_col_real(st, 7));
    }
    bk_reset(st);
    return ok;
}

static bool describe_metric(struct bk_db *db, struct table *t, struct quantity *q,
                            struct bk_err *err)
{
    bool found;
    struct bk_stmt *st = bk_stmt(db, BK_SQL_METRIC_BY_NAME);
    bk_bind_text(st, ":metric", q->metric);
    bool ok = bk_step(st, &found, err);
    if (ok && found)
        describe(t, q, st, 1);
    bk_reset(st);
    return ok;
}

/* A part of a run instead of all of it. */
static bool read_part(struct bk_db *db, struct table *t, size_t side,
                      const struct bk_part *part, struct bk_err *err)
{
    for (size_t i = 0; i < part->n; i++) {
        const struct bk_part_value *v = &part->values[i];
        bool added;
        struct quantity *q =
            find_quantity(t, v->metric, bk_str(v->stat), bk_str(v->scope), &added);
        if (added && !describe_metric(db, t, q, err))
            return false;
        add_value(t, q, side, v->value);
    }
    return true;
}

static int by_importance(const void *x, const void *y)
{
    const struct quantity *a = x, *b = y;
    size_t pa = position(leading, N_LEADING, a->metric);
    size_t pb = position(leading, N_LEADING, b->metric);
    if (pa != pb)
        return pa < pb ? -1 : 1;
    int order = bk_cmp(a->metric, b->metric);
    if (order == 0)
        order = bk_cmp(a->scope, b->scope);
    if (order != 0)
        return order;
    size_t sa = position(stat_order, SIZE_MAX, a->stat);
    size_t sb = position(stat_order, SIZE_MAX, b->stat);
    if (sa != sb)
        return sa < sb ? -1 : 1;
    return bk_cmp(a->stat, b->stat);
}

static bool is_named(const struct bk_compare_args *o, const struct quantity *q)
{
    for (size_t i = 0; i < o->metrics.n; i++) {
        struct bk_str stat, name;
        stat = bk_cut(bk_str(o->metrics.items[i]), '.', &name);
        if (bk_is(q->metric, o->metrics.items[i]) ||
            (bk_eq(q->metric, name) && bk_eq(q->stat, stat)))
            return true;
    }
    return false;
}

static bool asked_for(const struct bk_compare_args *o, const struct quantity *q)
{
    bool plain = q->scope.len == 0 || bk_is(q->scope, "ok");
    if (o->metrics.n > 0)
        return is_named(o, q) && (plain || !o->brief);
    if (o->brief)
        return position(leading, N_LEADING, q->metric) < N_LEADING && plain &&
               position(minor_stats, SIZE_MAX, q->stat) == SIZE_MAX;
    return o->all || q->canonical;
}

/* --- the report --- */

/* Columns before and behind those of the sides. */
enum {
    METRIC_GROUP,
    METRIC_NAME,
    METRIC_STAT,
    METRIC_SCOPE,
    METRIC_UNIT,
    N_BEFORE
};
enum {
    RATIO,
    CI_LOW,
    CI_HIGH,
    P,
    VERDICT,
    WHY,
    BETTER,
    N_RUNS,
    N_BEHIND
};

/* Has some side of a match several runs? */
static bool has_several(const struct bk_side_by_side *c)
{
    for (size_t i = 0; i < c->n_complete; i++)
        for (size_t s = 0; s < c->n_sides; s++)
            if (c->matches.items[i].sides[s].n > 1)
                return true;
    return false;
}

static void metric_columns(struct bk_side_by_side *c)
{
    struct bk_arena *a = c->r->arena;
    bool repeats = bk_repeats_in(a, &c->matches, c->n_complete);
    unsigned shown = repeats ? 0 : BK_COL_MACHINE;
    unsigned ratio = repeats ? BK_COL_RATIO : BK_COL_MACHINE;
    size_t n = N_BEFORE + c->n_sides + N_BEHIND;
    struct bk_column *columns = bk_alloc_array(a, n, sizeof *columns);
    columns[METRIC_GROUP] = (struct bk_column){"group", "", bk_compare_group_flags(c)};
    columns[METRIC_NAME] = (struct bk_column){"metric", "", 0};
    columns[METRIC_STAT] = (struct bk_column){"stat", "", 0};
    columns[METRIC_SCOPE] = (struct bk_column){"scope", "", 0};
    columns[METRIC_UNIT] = (struct bk_column){"unit", "", BK_COL_MACHINE};
    for (size_t s = 0; s < c->n_sides; s++)
        columns[N_BEFORE + s] =
            (struct bk_column){bk_cstr(a, c->sides[s].label), "*", 0};
    struct bk_column *behind = columns + N_BEFORE + c->n_sides;
    behind[RATIO] = (struct bk_column){"ratio", "", BK_COL_RATIO};
    behind[CI_LOW] = (struct bk_column){"ci_low", "", ratio};
    behind[CI_HIGH] = (struct bk_column){"ci_high", "", ratio};
    behind[P] = (struct bk_column){"p", "", BK_COL_MACHINE};
    behind[VERDICT] = (struct bk_column){"verdict", "", shown};
    behind[WHY] = (struct bk_column){"why", "", BK_COL_MACHINE};
    behind[BETTER] = (struct bk_column){"better", "", 0};
    behind[N_RUNS] = (struct bk_column){"n", "", has_several(c) ? 0 : BK_COL_MACHINE};
    c->columns = columns;
    c->metrics = bk_report_section(c->r, "metrics", columns, n);
}

static bool has_status(const struct bk_match *m, size_t side, const char *status)
{
    for (size_t i = 0; i < m->sides[side].n; i++)
        if (bk_is(m->sides[side].runs[i]->status, status))
            return true;
    return false;
}

static bool may_be_better(const struct bk_match *m, size_t side,
                          const struct quantity *q)
{
    return !has_status(m, side, "invalid") &&
           (survives_failure(q->metric) || !has_status(m, side, "failed"));
}

/* Is the difference at least the smallest that matters?  That of a ratio is absolute. */
static bool is_material(const struct quantity *q, double x, double y)
{
    if (bk_is(q->unit, "ratio"))
        return fabs(x - y) >= q->floor;
    return y == 0 ? x != 0 : fabs(x / y - 1) >= q->floor;
}

/* The label of the side that is materially better than every other that may be, or
 * empty. */
static struct bk_str better(struct bk_side_by_side *c, const struct bk_match *m,
                            const struct quantity *q, const double *values)
{
    size_t best = 0, candidates = 0;
    for (size_t s = 0; s < c->n_sides && q->direction != 'n'; s++) {
        if (isnan(values[s]) || !may_be_better(m, s, q))
            continue;
        bool gains =
            q->direction == 'h' ? values[s] > values[best] : values[s] < values[best];
        if (candidates++ == 0 || gains)
            best = s;
    }
    if (candidates < 2)
        return (struct bk_str){NULL, 0};
    for (size_t s = 0; s < c->n_sides; s++)
        if (s != best && !isnan(values[s]) && may_be_better(m, s, q) &&
            !is_material(q, values[best], values[s])) {
            c->n_immaterial++;
            return (struct bk_str){NULL, 0};
        }
    return c->sides[best].label;
}

/* Where the first or the last side has several sessions, their noise is known. */
static void add_evidence(struct bk_side_by_side *c, const struct bk_match *m,
                         const struct quantity *q, struct bk_value *behind)
{
    struct bk_arena *a = c->r->arena;
    const struct side_values *x = &q->sides[0], *y = &q->sides[c->n_sides - 1];
    struct bk_repeats old = {x->items, x->sessions, x->n};
    struct bk_repeats new = {y->items, y->sessions, y->n};
    if (x->n == 0 || y->n == 0 || x->n + y->n < 3 || q->direction == 'n' ||
        bk_repeats_sessions(a, &old) + bk_repeats_sessions(a, &new) < 3)
        return;
    struct bk_quantity *judged = bk_alloc(a, sizeof *judged);
    *judged = (struct bk_quantity){.metric = q->metric,
                                   .stat = q->stat,
                                   .scope = q->scope,
                                   .unit = q->unit,
                                   .floor = q->floor};
    bk_quantity_settle(judged, (struct bk_str){&q->direction, 1});
    size_t at = c->n_cases;
    *BK_PUSH(a, c->case_cells, at) = behind;
    bk_repeats_measure(a, judged, &old, &new,
                       may_be_better(m, 0, q) && may_be_better(m, c->n_sides - 1, q),
                       BK_PUSH(a, c->cases, c->n_cases));
}

/* All tests of one call are one family. */
static void add_verdicts(struct bk_side_by_side *c)
{
    struct bk_arena *a = c->r->arena;
    bk_cases_judge(a, &bk_verdict_rule_report, BK_ADJUST_BENJAMINI_HOCHBERG, c->cases,
                   c->n_cases);
    for (size_t i = 0; i < c->n_cases; i++) {
        struct bk_case *x = &c->cases[i];
        struct bk_value *cells = c->case_cells[i];
        bk_case_detail(&bk_verdict_rule_report, x);
        if (x->e.scale == BK_SCALE_RATIO) {
            cells[CI_LOW] = bk_v_known(1 + x->e.within.low);
            cells[CI_HIGH] = bk_v_known(1 + x->e.within.high);
        }
        cells[P] = bk_v_known(x->e.p);
        cells[VERDICT] = bk_v_text(bk_verdict_name(x->e.verdict));
        cells[WHY] = bk_v_str(bk_case_why(a, x));
    }
    if (c->n_cases == 0)
        return;
    bk_report_note(c->r, "repeats", BK_INFO,
                   "ci and verdict are of the last side against the first, a session "
                   "counting once");
}

/* The number of a metric where a side has one run; NAN. */
static double single_value(const struct table *t, size_t side, const char *metric)
{
    for (size_t i = 0; i < t->n; i++) {
        const struct quantity *q = &t->items[i];
        if (bk_is(q->metric, metric) && bk_is(q->stat, "value") && q->scope.len == 0)
            return q->sides[side].n == 1 ? q->sides[side].items[0] : (double)NAN;
    }
    return (double)NAN;
}

/* Seconds over which so many requests make this rate; of none, the run's duration. */
static double seconds_of(const struct table *t, size_t side, double count, double rate)
{
    return count > 0 ? count / rate : single_value(t, side, "duration");
}

/* Of one run against one the numbers of ok requests bound the ratio of their rates, as if
 * the runs' own chance were all there is. */
static void add_within_run(struct bk_side_by_side *c, const struct table *t,
                           const struct quantity *q, struct bk_value *behind)
{
    size_t last = c->n_sides - 1;
    if (last == 0 || !bk_is(q->metric, "ok_throughput") || !bk_is(q->stat, "value") ||
        q->scope.len > 0 || q->sides[0].n != 1 || q->sides[last].n != 1)
        return;
    double k_old = single_value(t, 0, "requests_ok");
    double k_new = single_value(t, last, "requests_ok");
    struct bk_rate_ratio ratio = bk_poisson_ratio(
        k_new, seconds_of(t, last, k_new, q->sides[last].items[0]), k_old,
        seconds_of(t, 0, k_old, q->sides[0].items[0]), COUNT_CONFIDENCE);
    if (!isfinite(ratio.interval.low) && !isfinite(ratio.interval.high))
        return;
    behind[CI_LOW] = bk_v_known(ratio.interval.low);
    behind[CI_HIGH] = bk_v_known(ratio.interval.high);
    behind[WHY] = bk_v_text("of these runs only: what their numbers of ok requests "
                            "allow");
    c->within = true;
}

/* The interval has come up: people see it too. */
static void show_within_run(struct bk_side_by_side *c)
{
    if (!c->within)
        return;
    struct bk_column *behind = c->columns + N_BEFORE + c->n_sides;
    behind[CI_LOW].flags = behind[CI_HIGH].flags = BK_COL_RATIO;
    c->metrics->columns = c->columns;
    bk_report_note(c->r, "within-runs", BK_INFO,
                   "the interval of ok_throughput is of these runs only: what their "
                   "numbers of ok requests allow; sessions commonly "
                   "differ by more");
}

static void add_metric(struct bk_side_by_side *c, const struct bk_match *m,
                       const struct table *t, const struct quantity *q)
{
    struct bk_value *cells = bk_section_row(c->r, c->metrics);
    double *values = bk_alloc_array(c->r->arena, c->n_sides, sizeof *values);
    struct bk_str runs = {"", 0};
    cells[METRIC_GROUP] = bk_v_str(m->label);
    cells[METRIC_NAME] = bk_v_str(q->metric);
    cells[METRIC_STAT] = bk_v_str(q->stat);
    cells[METRIC_SCOPE] = bk_v_str(q->scope);
    cells[METRIC_UNIT] = bk_v_str(q->unit);
    add_evidence(c, m, q, cells + N_BEFORE + c->n_sides);
    for (size_t s = 0; s < c->n_sides; s++) {
        bk_sort(q->sides[s].items, q->sides[s].n);
        values[s] = bk_median(q->sides[s].items, q->sides[s].n);
        if (q->sides[s].n > 0)
            cells[N_BEFORE + s] = bk_v_real_unit(values[s], q->unit);
        runs = bk_fmt(c->r->arena, "%.*s%s%zu", BK_F(runs), s > 0 ? "/" : "",
                      q->sides[s].n);
        c->several = c->several || q->sides[s].n > 1;
    }
    struct bk_value *behind = cells + N_BEFORE + c->n_sides;
    double first = values[0], last = values[c->n_sides - 1];
    if (c->n_sides > 1 && isfinite(first) && isfinite(last) && first != 0)
        behind[RATIO] = bk_v_real(last / first);
    struct bk_str label = better(c, m, q, values);
    if (label.len > 0)
        behind[BETTER] = bk_v_str(label);
    behind[N_RUNS] = bk_v_str(runs);
    add_within_run(c, t, q, behind);
}

static bool read_side(struct bk_side_by_side *c, struct table *t, size_t side,
                      const struct bk_run_row *run, struct bk_err *err)
{
    struct bk_part part;
    t->session = run->dim[BK_DIM_SESSION];
    if (!bk_part_asked(&c->args->part))
        return read_run(c->db, t, side, run->id, err);
    if (!bk_part_read(c->db, c->r->arena, run, &c->args->part, &part, err))
        return false;
    bk_report_note(c->r, "part", BK_INFO, "of '%.*s' only %.4g s to %.4g s%s",
                   BK_F(run->name), part.window.from, part.window.to,
                   c->args->part.steady ? ", where its load is steady" : "");
    return read_part(c->db, t, side, &part, err);
}

static bool add_metrics(struct bk_side_by_side *c, const struct bk_match *m,
                        struct bk_err *err)
{
    struct table t = {.arena = c->r->arena, .n_sides = c->n_sides};
    for (size_t s = 0; s < c->n_sides; s++)
        for (size_t i = 0; i < m->sides[s].n; i++)
            if (!read_side(c, &t, s, m->sides[s].runs[i], err))
                return false;
    if (t.n > 1)
        qsort(t.items, t.n, sizeof *t.items, by_importance);
    for (size_t i = 0; i < t.n; i++) {
        if (asked_for(c->args, &t.items[i]))
            add_metric(c, m, &t, &t.items[i]);
        else
            c->hidden++;
    }
    return true;
}

/* --- warnings --- */

static bool run_value(struct bk_side_by_side *c, int64_t run, const char *metric,
                      const char *stat, const char *scope, double *value,
                      struct bk_err *err)
{
    struct bk_stmt *st = bk_stmt(c->db, BK_SQL_RUN_VALUE);
    bk_bind_int(st, ":run", run);
    bk_bind_text(st, ":metric", bk_str(metric));
    bk_bind_text(st, ":stat", bk_str(stat));
    bk_bind_text(st, ":scope", bk_str(scope));
    bool found;
    bool ok = bk_step(st, &found, err);
    *value = ok && found ? bk_col_real(st, 0) : (double)NAN;
    bk_reset(st);
    return ok;
}

/* Four significant digits, zeros at the end too: "29.00". */
static struct bk_str four_digits(struct bk_arena *a, double x)
{
    char text[352];
    int decimals = x == 0 ? 0 : 3 - (int)floor(log10(fabs(x)));
    size_t n = bk_format_fixed(x,
                               decimals < 0    ? 0
                               : decimals > 15 ? 15
                                               : decimals,
                               text);
    return bk_dup(a, (struct bk_str){text, n});
}

static bool warn_of_failures(struct bk_side_by_side *c, const struct bk_run_row *run,
                             struct bk_err *err)
{
    struct bk_arena *a = c->r->arena;
    double all, good, latency_all, latency_ok;
    struct bk_str why = {"", 0}, advice = {"", 0};
    if (bk_is(run->status, "ok"))
        return true;
    if (!run_value(c, run->id, "request_throughput", "value", "", &all, err) ||
        !run_value(c, run->id, "ok_throughput", "value", "", &good, err) ||
        !run_value(c, run->id, "request_latency", "mean", "", &latency_all, err) ||
        !run_value(c, run->id, "request_latency", "mean", "ok", &latency_ok, err))
        return false;
    if (run->status_why.len > 0)
        why = bk_fmt(a, ": %.*s", BK_F(run->status_why));
    if (isfinite(all) && isfinite(good) && good < all)
        advice = bk_fmt(a,
                        "; read ok_throughput (%.*s/s), not request_throughput "
                        "(%.*s/s)",
                        BK_F(four_digits(a, good)), BK_F(four_digits(a, all)));
    /* where a tool times what succeeded alone, there is nothing to tell apart */
    if (isfinite(latency_all) && isfinite(latency_ok))
        advice = bk_fmt(a, "%.*s%s", BK_F(advice),
                        advice.len > 0 ? ", and latencies of scope ok"
                                       : "; read latencies of scope ok");
    bk_report_note(c->r, "failures", BK_WARNING, "%.*s is %.*s%.*s%.*s",
                   BK_F(run->name), BK_F(run->status), BK_F(why), BK_F(advice));
    return true;
}

static bool warn_match(struct bk_side_by_side *c, const struct bk_match *m,
                       struct bk_err *err)
{
    for (size_t s = 0; s < c->n_sides; s++)
        for (size_t i = 0; i < m->sides[s].n; i++)
            if (!warn_of_failures(c, m->sides[s].runs[i], err))
                return false;
    return true;
}

/* How many groups a note about one side names. */
#define MAX_NAMED 4

static void note_unmatched(struct bk_side_by_side *c)
{
    struct bk_arena *a = c->r->arena;
    for (size_t s = 0; s < c->n_sides; s++) {
        struct bk_str names = {"", 0};
        size_t runs = 0, groups = 0;
        for (size_t i = c->n_complete; i < c->matches.n; i++) {
            const struct bk_match *m = &c->matches.items[i];
            if (m->sides[s].n == 0)
                continue;
            runs += m->sides[s].n;
            struct bk_str label =
                m->label.len > 0 ? m->label : m->sides[s].runs[0]->name;
            if (groups++ < MAX_NAMED)
                names = bk_fmt(a, "%.*s%s%.*s", BK_F(names), groups > 1 ? "; " : "",
                               BK_F(label));
        }
        if (groups > 0)
            bk_report_note(c->r, "only-on-one-side", BK_INFO,
                           "without a match: %zu run%s of %.*s (%.*s%s)", runs,
                           runs == 1 ? "" : "s", BK_F(c->sides[s].label), BK_F(names),
                           groups > MAX_NAMED ? "; ..." : "");
    }
}

static void note_retold(struct bk_side_by_side *c)
{
    size_t n = 0;
    for (size_t s = 0; s < c->n_sides; s++)
        n += c->sides[s].n_retold;
    if (n > 0)
        bk_report_note(c->r, "retold", BK_INFO,
                       "%zu run%s that a report retells %s left out; --where "
                       "claims=true compares what reports say",
                       n, n == 1 ? "" : "s", n == 1 ? "is" : "are");
}

static void note_evidence(struct bk_side_by_side *c)
{
    size_t fewest = SIZE_MAX;
    for (size_t i = 0; i < c->n_complete; i++)
        for (size_t s = 0; s < c->n_sides; s++)
            if (c->matches.items[i].sides[s].n < fewest)
                fewest = c->matches.items[i].sides[s].n;
    if (fewest == 1)
        bk_report_note(
            c->r, "single-runs", BK_INFO,
            "single runs are compared: repeated sessions of one config "
            "commonly differ by 2 to 7 %%, so small differences may be noise");
    if (c->several) {
        bk_report_note(c->r, "medians", BK_INFO,
                       "where a side has several runs, their median is compared");
    }
    if (c->n_immaterial > 0)
        bk_report_note(c->r, "below-floor", BK_INFO,
                       "no side is called better by less than what matters for the "
                       "metric ('benchkeep metrics')");
    if (c->hidden > 0 && c->args->metrics.n == 0)
        bk_report_note(c->r, "more", BK_INFO, "%zu more number%s %s", c->hidden,
                       c->hidden == 1 ? "" : "s",
                       c->args->brief ? "without --brief" : "with --all");
}

/* What people said of the sides' runs. */
static bool tell_said(const struct bk_side_by_side *c, struct bk_err *err)
{
    const struct bk_run_list **lists =
        bk_alloc_array(c->r->arena, c->n_sides, sizeof(struct bk_run_list *));
    for (size_t s = 0; s < c->n_sides; s++)
        lists[s] = &c->sides[s].runs;
    return bk_annotations_tell(c->db, c->r, &(struct bk_told_runs){lists, c->n_sides},
                               err);
}

/* Names of columns that no side may have. */
static const char *const reserved[] = {
    "group", "metric", "stat",    "scope",  "unit", "ratio", "ci_low", "ci_high",
    "p",     "why",    "verdict", "better", "n",    "name",  "value",  NULL};

bool bk_compare(struct bk_db *db, const struct bk_compare_args *args,
                const struct bk_strings *names, const struct bk_strings *where,
                struct bk_report *r, struct bk_err *err)
{
    struct bk_side_by_side c = {.args = args, .db = db, .r = r, .n_sides = names->n};
    struct bk_side *sides;
    if (!bk_sides_read(db, r->arena, names, where, reserved, &sides, err))
        return false;
    c.sides = sides;
    bk_match_runs(r->arena, sides, c.n_sides, &c.matches);
    while (c.n_complete < c.matches.n && c.matches.items[c.n_complete].complete)
        c.n_complete++;
    struct bk_str labels = sides[0].label;
    for (size_t s = 1; s < c.n_sides; s++)
        labels = bk_fmt(r->arena, "%.*s, %.*s", BK_F(labels), BK_F(sides[s].label));
    bk_report_arg(r, "sides", labels);
    bk_compare_context_columns(&c);
    metric_columns(&c);
    for (size_t i = 0; i < c.n_complete; i++)
        if (!warn_match(&c, &c.matches.items[i], err) ||
            !add_metrics(&c, &c.matches.items[i], err))
            return false;
    add_verdicts(&c);
    show_within_run(&c);
    bk_compare_contexts(&c);
    note_unmatched(&c);
    note_retold(&c);
    if (c.n_complete == 0)
        bk_report_note(
            r, "not_comparable", BK_WARNING,
            "nothing matches on every side: hardware, model and workload must "
            "be equal except for what the sides name");
    else
        note_evidence(&c);
    return tell_said(&c, err);
}

static bool ask(struct bk_db *db, const void *args, const struct bk_strings *positional,
                const struct bk_strings *where, struct bk_report *r, struct bk_err *err)
{
    return bk_compare(db, args, positional, where, r, err);
}

static const struct bk_opt options[] = {
    {'m', "metric", BK_OPT_LIST, offsetof(struct bk_compare_args, metrics),
     "METRIC[.STAT]", "only this metric; may be given several times", NULL},
    {'b', "brief", BK_OPT_FLAG, offsetof(struct bk_compare_args, brief), NULL,
     "only the numbers that a summary needs", NULL},
    {'a', "all", BK_OPT_FLAG, offsetof(struct bk_compare_args, all), NULL,
     "also numbers that have no canonical metric", NULL},
    {0, "window", BK_OPT_TEXT, offsetof(struct bk_compare_args, part.window),
     "FROM..TO", "only this part of each run, out of its points: 100s..160s", NULL},
    {0, "steady", BK_OPT_FLAG, offsetof(struct bk_compare_args, part.steady), NULL,
     "only the part of each run with a steady load, out of its points", NULL},
    {.type = BK_OPT_END},
};

const struct bk_question bk_question_compare = {
    .name = "compare",
    .args = "A B...",
    .summary = "put sessions, runs or kinds of hardware side by side",
    .help =
        "A and B are sessions, runs, baselines, or conditions like hardware=h100.  Runs are "
        "matched\nby hardware, model and workload (except for what A and B name), sweeps cell by "
        "cell.\nThe report says what is equal, what differs in config, and gives every "
        "metric with\nits ratio (last side over first) and which side is better.\n\n"
        "Examples:\n"
        "  benchkeep compare 061 062\n"
        "  benchkeep compare hardware=h100 hardware=b200 --where session=062\n"
        "  benchkeep compare 061/h100/stress 062/h100/stress --brief\n"
        "  benchkeep compare 061 062 -m ok_throughput -m request_latency.p95 --format "
        "md\n"
        "  benchkeep compare 061 062 --steady\n",
    .options = options,
    .args_size = sizeof(struct bk_compare_args),
    .min_positional = 2,
    .max_positional = BK_NONE,
    .ask = ask,
};
