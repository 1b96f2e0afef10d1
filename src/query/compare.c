/* compare: what matches, what differs, and every number side by side.
 *
 * A ratio is the last side over the first.  Which is better follows the metric's
 * direction; a failed or invalid run is never better, except that its error rate and its
 * throughput of successful requests are compared like any other.  Where a side has
 * several runs of a match, the median of them stands there, and n says how many. */
#include "match.h"

#include "../base/num.h"
#include "question.h"

#include <math.h>
#include <stdlib.h>

struct compare_args {
    struct bk_strings metrics; /* --metric */
    bool brief, all;
};

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

/* Numbers that say how a failed run failed: they are compared whatever the status. */
static const char *const always_comparable[] = {
    "error_rate",    "ok_throughput", "goodput",         "requests_ok",
    "requests",      "iterations",    "requests_failed", "check_pass_rate",
    "checks_failed", "checks_passed"};

static bool survives_failure(struct bk_str metric)
{
    size_t n = sizeof always_comparable / sizeof *always_comparable;
    return position(always_comparable, n, metric) < n;
}

/* --- the numbers of one match --- */

struct quantity {
    struct bk_str metric, stat, scope, unit;
    char direction; /* 'h' 'l' 'n' */
    double floor;
    bool canonical;
    struct side_values {
        double *items;
        size_t n;
    } * sides;
};

struct table {
    struct bk_arena *arena;
    struct quantity *items;
    size_t n, n_sides;
    struct bk_map known;
};

static struct quantity *find_quantity(struct table *t, const struct bk_stmt *st)
{
    struct bk_str key = bk_fmt(t->arena, "%.*s\n%.*s\n%.*s", BK_F(bk_col_text(st, 0)),
                               BK_F(bk_col_text(st, 1)), BK_F(bk_col_text(st, 2)));
    size_t *index = bk_map_get(&t->known, key);
    if (index == NULL) {
        index = bk_alloc(t->arena, sizeof *index);
        *index = t->n;
        bk_map_put(t->arena, &t->known, key, index);
        struct quantity *q = BK_PUSH(t->arena, t->items, t->n);
        q->metric = bk_dup(t->arena, bk_col_text(st, 0));
        q->stat = bk_dup(t->arena, bk_col_text(st, 1));
        q->scope = bk_dup(t->arena, bk_col_text(st, 2));
        q->unit = bk_dup(t->arena, bk_col_text(st, 3));
        struct bk_str direction = bk_col_text(st, 4);
        q->direction = direction.len > 0 ? direction.ptr[0] : 'n';
        q->floor = bk_col_real(st, 5);
        q->canonical = bk_col_int(st, 6) != 0;
        q->sides = bk_alloc_array(t->arena, t->n_sides, sizeof *q->sides);
    }
    return &t->items[*index];
}

static bool read_run(struct bk_db *db, struct table *t, size_t side, int64_t run,
                     struct bk_err *err)
{
    struct bk_stmt *st = bk_stmt(db, BK_SQL_COMPARE_VALUES);
    bk_bind_int(st, ":run", run);
    bool more, ok;
    while ((ok = bk_step(st, &more, err)) && more) {
        struct side_values *v = &find_quantity(t, st)->sides[side];
        *BK_PUSH(t->arena, v->items, v->n) = bk_col_real(st, 7);
    }
    bk_reset(st);
    return ok;
}

static int by_value(const void *x, const void *y)
{
    double a = *(const double *)x, b = *(const double *)y;
    return (a > b) - (a < b);
}

static double median(struct side_values *v)
{
    qsort(v->items, v->n, sizeof *v->items, by_value);
    size_t half = v->n / 2;
    return v->n % 2 == 1 ? v->items[half] : (v->items[half - 1] + v->items[half]) / 2;
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

static bool asked_for(const struct compare_args *o, const struct quantity *q)
{
    for (size_t i = 0; i < o->metrics.n; i++) {
        struct bk_str stat, name;
        stat = bk_cut(bk_str(o->metrics.items[i]), '.', &name);
        if (bk_is(q->metric, o->metrics.items[i]) ||
            (bk_eq(q->metric, name) && bk_eq(q->stat, stat)))
            return true;
    }
    if (o->metrics.n > 0)
        return false;
    if (o->brief)
        return position(leading, N_LEADING, q->metric) < N_LEADING &&
               (q->scope.len == 0 || bk_is(q->scope, "ok")) &&
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
    BETTER,
    N_RUNS,
    N_BEHIND
};

struct comparison {
    const struct compare_args *args;
    struct bk_db *db;
    struct bk_report *r;
    const struct bk_side *sides;
    size_t n_sides;
    struct bk_matches matches;
    size_t n_complete;
    struct bk_section *matched, *differing, *metrics;
    size_t hidden; /* numbers that were left out */
};

/* One group needs no name. */
static unsigned group_flags(const struct comparison *c)
{
    return c->n_complete <= 1 ? BK_COL_MACHINE : 0;
}

static void metric_columns(struct comparison *c)
{
    struct bk_arena *a = c->r->arena;
    size_t n = N_BEFORE + c->n_sides + N_BEHIND;
    struct bk_column *columns = bk_alloc_array(a, n, sizeof *columns);
    columns[METRIC_GROUP] = (struct bk_column){"group", "", group_flags(c)};
    columns[METRIC_NAME] = (struct bk_column){"metric", "", 0};
    columns[METRIC_STAT] = (struct bk_column){"stat", "", 0};
    columns[METRIC_SCOPE] = (struct bk_column){"scope", "", 0};
    columns[METRIC_UNIT] = (struct bk_column){"unit", "", BK_COL_MACHINE};
    for (size_t s = 0; s < c->n_sides; s++)
        columns[N_BEFORE + s] =
            (struct bk_column){bk_cstr(a, c->sides[s].label), "*", 0};
    struct bk_column *behind = columns + N_BEFORE + c->n_sides;
    behind[RATIO] = (struct bk_column){"ratio", "", BK_COL_RATIO};
    behind[BETTER] = (struct bk_column){"better", "", 0};
    behind[N_RUNS] = (struct bk_column){"n", "", BK_COL_MACHINE};
    c->metrics = bk_report_section(c->r, "metrics", columns, n);
}

static bool side_failed(const struct bk_match *m, size_t side)
{
    for (size_t i = 0; i < m->sides[side].n; i++) {
        struct bk_str status = m->sides[side].runs[i]->status;
        if (bk_is(status, "failed") || bk_is(status, "invalid"))
            return true;
    }
    return false;
}

/* The label of the side with the best value, or empty when none can be named. */
static struct bk_str better(const struct comparison *c, const struct bk_match *m,
                            const struct quantity *q, const double *values)
{
    size_t best = 0, candidates = 0;
    bool tie = false;
    for (size_t s = 0; s < c->n_sides && q->direction != 'n'; s++) {
        if (isnan(values[s]) || (side_failed(m, s) && !survives_failure(q->metric)))
            continue;
        double gain = candidates == 0       ? 1
                      : q->direction == 'h' ? values[s] - values[best]
                                            : values[best] - values[s];
        tie = gain <= 0 ? tie || !(gain < 0) : false;
        if (gain > 0)
            best = s;
        candidates++;
    }
    return candidates > 1 && !tie ? c->sides[best].label : (struct bk_str){NULL, 0};
}

static void add_metric(struct comparison *c, const struct bk_match *m,
                       const struct quantity *q)
{
    struct bk_value *cells = bk_section_row(c->r, c->metrics);
    double *values = bk_alloc_array(c->r->arena, c->n_sides, sizeof *values);
    struct bk_str runs = {"", 0};
    cells[METRIC_GROUP] = bk_v_str(m->label);
    cells[METRIC_NAME] = bk_v_str(q->metric);
    cells[METRIC_STAT] = bk_v_str(q->stat);
    cells[METRIC_SCOPE] = bk_v_str(q->scope);
    cells[METRIC_UNIT] = bk_v_str(q->unit);
    for (size_t s = 0; s < c->n_sides; s++) {
        values[s] = q->sides[s].n > 0 ? median(&q->sides[s]) : (double)NAN;
        if (q->sides[s].n > 0)
            cells[N_BEFORE + s] = bk_v_real_unit(values[s], q->unit);
        runs = bk_fmt(c->r->arena, "%.*s%s%zu", BK_F(runs), s > 0 ? "/" : "",
                      q->sides[s].n);
    }
    struct bk_value *behind = cells + N_BEFORE + c->n_sides;
    double first = values[0], last = values[c->n_sides - 1];
    if (isfinite(first) && isfinite(last) && first != 0)
        behind[RATIO] = bk_v_real(last / first);
    struct bk_str label = better(c, m, q, values);
    if (label.len > 0)
        behind[BETTER] = bk_v_str(label);
    behind[N_RUNS] = bk_v_str(runs);
}

static bool add_metrics(struct comparison *c, const struct bk_match *m,
                        struct bk_err *err)
{
    struct table t = {.arena = c->r->arena, .n_sides = c->n_sides};
    for (size_t s = 0; s < c->n_sides; s++)
        for (size_t i = 0; i < m->sides[s].n; i++)
            if (!read_run(c->db, &t, s, m->sides[s].runs[i]->id, err))
                return false;
    if (t.n > 1)
        qsort(t.items, t.n, sizeof *t.items, by_importance);
    for (size_t i = 0; i < t.n; i++) {
        if (asked_for(c->args, &t.items[i]))
            add_metric(c, m, &t.items[i]);
        else
            c->hidden++;
    }
    return true;
}

/* --- what matches and what differs --- */

/* The values of a name over the runs of a side: one, or several joined by " | ". */
static struct bk_str side_value(struct bk_arena *a, const struct bk_match *m, size_t s,
                                struct bk_str name)
{
    struct bk_str joined = {"", 0};
    struct bk_map seen = {NULL, 0, 0};
    for (size_t i = 0; i < m->sides[s].n; i++) {
        struct bk_str value = bk_row_value(m->sides[s].runs[i], name);
        if (bk_map_get(&seen, value) != NULL)
            continue;
        bk_map_put(a, &seen, value, m->sides);
        joined = bk_fmt(a, "%.*s%s%.*s", BK_F(joined), joined.len > 0 ? " | " : "",
                        BK_F(value));
    }
    return joined;
}

static void context_columns(struct comparison *c)
{
    struct bk_arena *a = c->r->arena;
    unsigned flags = group_flags(c);
    struct bk_column *matched = bk_alloc_array(a, 3, sizeof *matched);
    matched[0] = (struct bk_column){"group", "", flags};
    matched[1] = (struct bk_column){"name", "", 0};
    matched[2] = (struct bk_column){"value", "", 0};
    struct bk_column *differing = bk_alloc_array(a, 2 + c->n_sides, sizeof *differing);
    differing[0] = matched[0];
    differing[1] = matched[1];
    for (size_t s = 0; s < c->n_sides; s++)
        differing[2 + s] = (struct bk_column){bk_cstr(a, c->sides[s].label), "", 0};
    c->matched = bk_report_section(c->r, "matched", matched, 3);
    c->differing = bk_report_section(c->r, "differing", differing, 2 + c->n_sides);
}

/* One line about a name; true when the sides differ in it. */
static bool add_context(struct comparison *c, const struct bk_match *m,
                        struct bk_str name)
{
    struct bk_arena *a = c->r->arena;
    bool equal = true;
    struct bk_str first = side_value(a, m, 0, name);
    for (size_t s = 1; s < c->n_sides; s++)
        equal = equal && bk_eq(first, side_value(a, m, s, name));
    if (equal && first.len == 0)
        return false;
    struct bk_value *cells = bk_section_row(c->r, equal ? c->matched : c->differing);
    cells[0] = bk_v_str(m->label);
    cells[1] = bk_v_str(name);
    if (equal)
        cells[2] = bk_v_str(first);
    for (size_t s = 0; !equal && s < c->n_sides; s++)
        cells[2 + s] = bk_v_str(side_value(a, m, s, name));
    return !equal;
}

/* Names of all config parameters of a match, in the order of the first run that has each. */
static struct bk_str *all_params(struct bk_arena *a, const struct comparison *c,
                                 const struct bk_match *m, size_t *n)
{
    struct bk_str *names = NULL;
    struct bk_map seen = {NULL, 0, 0};
    *n = 0;
    for (size_t s = 0; s < c->n_sides; s++)
        for (size_t i = 0; i < m->sides[s].n; i++) {
            const struct bk_run_row *run = m->sides[s].runs[i];
            for (size_t k = 0; k < run->n_config; k++)
                if (bk_map_get(&seen, run->config[k].name) == NULL) {
                    bk_map_put(a, &seen, run->config[k].name, m->sides);
                    *BK_PUSH(a, names, *n) = run->config[k].name;
                }
        }
    return names;
}

static void describe_match(struct comparison *c, const struct bk_match *m)
{
    struct bk_arena *a = c->r->arena;
    size_t n, config_differs = 0;
    bool hardware_differs = false;
    struct bk_str differing = {"", 0};
    for (size_t d = BK_DIM_HARDWARE; d < BK_N_DIMS; d++)
        if (add_context(c, m, bk_str(bk_dim_names[d])))
            hardware_differs = hardware_differs || d == BK_DIM_HARDWARE;
    struct bk_str *params = all_params(a, c, m, &n);
    for (size_t i = 0; i < n; i++)
        if (add_context(c, m, params[i])) {
            config_differs++;
            differing = bk_fmt(a, "%.*s%s%.*s", BK_F(differing),
                               differing.len > 0 ? ", " : "", BK_F(params[i]));
        }
    add_context(c, m, bk_str("status"));
    if (hardware_differs && config_differs == 0)
        bk_report_note(c->r, "hardware-comparison", BK_INFO,
                       "%.*s%sonly the hardware differs", BK_F(m->label),
                       m->label.len > 0 ? ": " : "");
    else if (config_differs + (hardware_differs ? 1 : 0) > 1)
        bk_report_note(
            c->r, "confounded", BK_WARNING,
            "%.*s%s%s%.*s differ together: no difference can be attributed to "
            "one of them",
            BK_F(m->label), m->label.len > 0 ? ": " : "",
            hardware_differs ? "hardware, " : "", BK_F(differing));
}

/* --- warnings --- */

/* Above this share of failed requests the headline throughput misleads. */
#define NOTABLE_ERROR_RATE 0.05

static bool run_value(struct comparison *c, int64_t run, const char *metric,
                      double *value, struct bk_err *err)
{
    struct bk_stmt *st = bk_stmt(c->db, BK_SQL_RUN_VALUE);
    bk_bind_int(st, ":run", run);
    bk_bind_text(st, ":metric", bk_str(metric));
    bk_bind_text(st, ":stat", BK_S("value"));
    bk_bind_text(st, ":scope", BK_S(""));
    bool found;
    bool ok = bk_step(st, &found, err);
    *value = ok && found ? bk_col_real(st, 0) : (double)NAN;
    bk_reset(st);
    return ok;
}

static bool warn_of_failures(struct comparison *c, const struct bk_run_row *run,
                             struct bk_err *err)
{
    double rate, all, good;
    if (!run_value(c, run->id, "error_rate", &rate, err) ||
        !run_value(c, run->id, "request_throughput", &all, err) ||
        !run_value(c, run->id, "ok_throughput", &good, err))
        return false;
    bool unusable = bk_is(run->status, "failed") || bk_is(run->status, "invalid");
    if (!(rate > NOTABLE_ERROR_RATE) && !unusable)
        return true;
    char failed[352], headline[352], useful[352];
    bk_format_fixed(rate * 100, 2, failed);
    bk_format_digits(all, 4, headline);
    bk_format_digits(good, 4, useful);
    if (isnan(rate))
        bk_report_note(c->r, "failures", BK_WARNING, "%.*s is %.*s (%.*s)",
                       BK_F(run->name), BK_F(run->status), BK_F(run->status_why));
    else if (isfinite(all) && isfinite(good))
        bk_report_note(c->r, "failures", BK_WARNING,
                       "%.*s is %.*s: %s %% of its requests failed; of %s requests a "
                       "second only %s succeeded, so request_throughput says nothing "
                       "about work done and latencies mix failures in",
                       BK_F(run->name), BK_F(run->status), failed, headline, useful);
    else
        bk_report_note(c->r, "failures", BK_WARNING,
                       "%.*s is %.*s: %s %% of its requests failed", BK_F(run->name),
                       BK_F(run->status), failed);
    return true;
}

static bool warn_match(struct comparison *c, const struct bk_match *m,
                       struct bk_err *err)
{
    for (size_t s = 0; s < c->n_sides; s++)
        for (size_t i = 0; i < m->sides[s].n; i++)
            if (!warn_of_failures(c, m->sides[s].runs[i], err))
                return false;
    return true;
}

static void note_unmatched(struct comparison *c)
{
    for (size_t i = c->n_complete; i < c->matches.n; i++) {
        const struct bk_match *m = &c->matches.items[i];
        for (size_t s = 0; s < c->n_sides; s++)
            if (m->sides[s].n > 0)
                bk_report_note(c->r, "only-on-one-side", BK_INFO,
                               "only in %.*s: %.*s (%zu run%s)",
                               BK_F(c->sides[s].label), BK_F(m->label), m->sides[s].n,
                               m->sides[s].n == 1 ? "" : "s");
    }
}

static void note_evidence(struct comparison *c)
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
    if (c->hidden > 0 && c->args->metrics.n == 0)
        bk_report_note(c->r, "more", BK_INFO, "%zu more numbers %s", c->hidden,
                       c->args->brief ? "without --brief" : "with --all");
}

static bool ask(struct bk_db *db, const void *args, const struct bk_strings *positional,
                const struct bk_strings *where, struct bk_report *r, struct bk_err *err)
{
    struct comparison c = {.args = args, .db = db, .r = r, .n_sides = positional->n};
    struct bk_side *sides;
    if (!bk_sides_read(db, r->arena, positional, where, &sides, err))
        return false;
    c.sides = sides;
    bk_match_runs(r->arena, sides, c.n_sides, &c.matches);
    while (c.n_complete < c.matches.n && c.matches.items[c.n_complete].complete)
        c.n_complete++;
    for (size_t s = 0; s < c.n_sides; s++)
        bk_report_arg(r, "side", sides[s].label);
    context_columns(&c);
    metric_columns(&c);
    for (size_t i = 0; i < c.n_complete; i++) {
        const struct bk_match *m = &c.matches.items[i];
        describe_match(&c, m);
        if (!warn_match(&c, m, err) || !add_metrics(&c, m, err))
            return false;
    }
    note_unmatched(&c);
    if (c.n_complete == 0)
        bk_report_note(
            r, "not_comparable", BK_WARNING,
            "nothing matches on every side: hardware, model and workload must "
            "be equal except for what the sides name");
    else
        note_evidence(&c);
    return true;
}

static const struct bk_opt options[] = {
    {'m', "metric", BK_OPT_LIST, offsetof(struct compare_args, metrics),
     "METRIC[.STAT]", "only this metric; may be given several times", NULL},
    {'b', "brief", BK_OPT_FLAG, offsetof(struct compare_args, brief), NULL,
     "only the numbers that a summary needs", NULL},
    {'a', "all", BK_OPT_FLAG, offsetof(struct compare_args, all), NULL,
     "also numbers that have no canonical metric", NULL},
    {.type = BK_OPT_END},
};

const struct bk_question bk_question_compare = {
    .name = "compare",
    .args = "A B...",
    .summary = "put sessions, runs or kinds of hardware side by side",
    .help =
        "A and B are sessions, runs, or conditions like hardware=h100.  Runs are matched "
        "by\nhardware, model and workload (except for what A and B name), sweeps cell by "
        "cell.\nThe report says what is equal, what differs in config, and gives every "
        "metric with\nits ratio (last side over first) and which side is better.\n\n"
        "Examples:\n"
        "  benchkeep compare 061 062\n"
        "  benchkeep compare hardware=h100 hardware=b200 --where session=062\n"
        "  benchkeep compare 061/h100/stress 062/h100/stress --brief\n"
        "  benchkeep compare 061 062 -m ok_throughput -m request_latency.p95 --format "
        "md\n",
    .options = options,
    .args_size = sizeof(struct compare_args),
    .min_positional = 2,
    .max_positional = BK_NONE,
    .ask = ask,
};
