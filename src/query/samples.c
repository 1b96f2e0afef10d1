/* samples: exact statistics over any part of a run's points, or the points themselves.
 *
 * The points of a run are kept one by one (src/samples); a question reads the columns
 * that it needs.  Nothing here is estimated: percentiles lie between neighbours, at
 * q (n - 1), as k6 and numpy have it. */
#include "../samples/samples.h"

#include "../archive/samples_read.h"
#include "../base/time.h"
#include "question.h"
#include "window.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct samples_args {
    struct bk_window_args window;
    const char *scope, *by, *metric;
    bool raw;
};

static const double quantiles[] = {0.5, 0.9, 0.95, 0.99, 0.999};
enum {
    N_Q = sizeof quantiles / sizeof *quantiles
};

enum column {
    BY,
    METRIC,
    SCOPE,
    COUNT,
    MEAN,
    STDDEV,
    MIN,
    FIRST_Q,
    MAX = FIRST_Q + N_Q,
    SUM,
    UNIT,
    N_COLUMNS
};

static const struct bk_column columns[N_COLUMNS] = {
    [BY] = {"by", "", 0}, /* called as the tag is */
    [METRIC] = {"metric", "", 0},
    [SCOPE] = {"scope", "", 0},
    [COUNT] = {"count", "1", 0},
    [MEAN] = {"mean", "*", 0},
    [STDDEV] = {"stddev", "*", 0},
    [MIN] = {"min", "*", 0},
    [FIRST_Q] = {"p50", "*", 0},
    [FIRST_Q + 1] = {"p90", "*", 0},
    [FIRST_Q + 2] = {"p95", "*", 0},
    [FIRST_Q + 3] = {"p99", "*", 0},
    [FIRST_Q + 4] = {"p99.9", "*", 0},
    [MAX] = {"max", "*", 0},
    [SUM] = {"sum", "*", BK_COL_MACHINE},
    [UNIT] = {"unit", "", BK_COL_MACHINE},
};

struct asked { /* what the options come to */
    struct bk_samples *s;
    struct bk_arena *a;
    size_t metric;           /* BK_NONE: all (raw) */
    int64_t zero_ns;         /* the run's begin */
    int64_t from_ns, to_ns;  /* from <= t < to */
    struct bk_str scope;     /* "all" "ok" "failed" */
    enum bk_outcome outcome; /* UNKNOWN: any */
    struct bk_str by;        /* empty: not asked for */
};

/* --- what is asked for --- */

static bool is_called(const struct bk_sample_metric *m, struct bk_str name)
{
    return bk_eq(m->metric, name) || bk_eq(m->source_name, name);
}

/* Without a name: the latency of requests, else the first metric of single numbers. */
static size_t usual_metric(const struct bk_samples *s)
{
    size_t usual = BK_NONE;
    for (size_t i = 0; i < bk_samples_n_metrics(s); i++) {
        const struct bk_sample_metric *m = bk_samples_metric_at(s, i);
        if (bk_samples_total(s, i) == NULL)
            continue;
        if (bk_is(m->metric, "request_latency"))
            return i;
        if (usual == BK_NONE && m->kind == BK_SAMPLE_TREND)
            usual = i;
    }
    return usual;
}

static bool no_metric(const struct asked *q, const char *name, struct bk_err *err)
{
    size_t n = bk_samples_n_metrics(q->s);
    const char **names = bk_alloc_array(q->a, n, sizeof *names);
    for (size_t i = 0; i < n; i++)
        names[i] = bk_cstr(q->a, bk_samples_metric_at(q->s, i)->metric);
    const char *near = bk_nearest(name, names, n);
    struct bk_str all = {"", 0};
    for (size_t i = 0; i < n; i++) {
        if (bk_samples_total(q->s, i) != NULL)
            all =
                bk_fmt(q->a, "%.*s%s%s", BK_F(all), all.len > 0 ? ", " : "", names[i]);
    }
    return bk_fail(err, BK_EUSAGE,
                   "no point of this run is of '%s'%s%s%s (there are %.*s)", name,
                   near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "",
                   BK_F(bk_upto(all, 300)));
}

static bool choose_metric(struct asked *q, const struct samples_args *o,
                          struct bk_err *err)
{
    q->metric = BK_NONE;
    if (o->metric == NULL) {
        if (!o->raw)
            q->metric = usual_metric(q->s);
        return o->raw || q->metric != BK_NONE ||
               bk_fail(err, BK_EUSAGE,
                       "the points of this run are no single numbers: name one with "
                       "--metric");
    }
    for (size_t i = 0; i < bk_samples_n_metrics(q->s); i++) {
        if (q->metric == BK_NONE && bk_samples_total(q->s, i) != NULL &&
            is_called(bk_samples_metric_at(q->s, i), bk_str(o->metric)))
            q->metric = i;
    }
    return q->metric != BK_NONE || no_metric(q, o->metric, err);
}

static int64_t at_ns(const struct asked *q, double seconds)
{
    double ns = (double)q->zero_ns + seconds * (double)BK_NS_PER_S;
    if (!(ns < 9e18))
        return INT64_MAX;
    return q->zero_ns + (int64_t)llround(seconds * (double)BK_NS_PER_S);
}

static bool find_samples(struct bk_db *db, struct bk_report *r, const char *ref,
                         struct asked *q, struct bk_run_row *run, struct bk_err *err)
{
    struct bk_run_begin begin;
    bool found;
    q->a = r->arena;
    if (!bk_run_named(db, r->arena, ref, run, err) ||
        !bk_archived_samples(db, r->arena, run->id, run->name, &q->s, err) ||
        !bk_run_begin(db, run->id, &begin, &found, err))
        return false;
    bk_report_arg(r, "run", run->name);
    if (q->s == NULL || !found)
        return bk_fail(
            err, BK_EUSAGE,
            "nothing wrote the points of run '%.*s' one by one (k6 does with "
            "--out csv or --out json)",
            BK_F(run->name));
    q->zero_ns = begin.begin_ns + begin.first * BK_NS_PER_S;
    return true;
}

static bool read_args(struct bk_db *db, struct bk_report *r,
                      const struct samples_args *o, const char *ref, struct asked *q,
                      struct bk_err *err)
{
    struct bk_window w;
    struct bk_run_row run;
    if (!find_samples(db, r, ref, q, &run, err) ||
        !bk_window_choose(db, r, &run, &o->window, &w, err) ||
        !choose_metric(q, o, err))
        return false;
    q->from_ns = w.from > 0 ? at_ns(q, w.from) : INT64_MIN;
    q->to_ns = at_ns(q, w.to);
    q->scope = bk_str(o->scope != NULL ? o->scope : "all");
    q->outcome = bk_is(q->scope, "ok")       ? BK_OUTCOME_OK
                 : bk_is(q->scope, "failed") ? BK_OUTCOME_FAILED
                                             : BK_OUTCOME_UNKNOWN;
    q->by = bk_str(o->by);
    bk_report_arg(r, "scope", q->scope);
    if (q->by.len > 0)
        bk_report_arg(r, "by", q->by);
    return true;
}

/* --- statistics --- */

static bool in_scope(const struct asked *q, enum bk_outcome outcome)
{
    return bk_is(q->scope, "all") || outcome == q->outcome;
}

struct group { /* of sets */
    struct bk_str value;
    uint8_t *sets;
};

struct groups {
    struct group *items;
    size_t n;
    struct bk_map index; /* value -> 1 + place */
};

static struct group *group_of(struct asked *q, struct groups *g, struct bk_str value)
{
    /* a map has no empty keys of its own: with a letter before it every key is one */
    struct bk_str key = bk_fmt(q->a, "=%.*s", BK_F(value));
    uintptr_t at = (uintptr_t)bk_map_get(&g->index, key);
    if (at == 0) {
        struct group *made = BK_PUSH(q->a, g->items, g->n);
        made->value = value;
        made->sets = bk_alloc(q->a, bk_samples_n_sets(q->s));
        at = g->n;
        bk_map_put(q->a, &g->index, key, (void *)at);
    }
    return &g->items[at - 1];
}

static struct bk_str tag_of(const struct bk_tag *tags, size_t n, struct bk_str name)
{
    for (size_t i = 0; i < n; i++) {
        if (bk_eq(tags[i].name, name))
            return tags[i].value;
    }
    return BK_S("");
}

/* The groups whose sets have points of the metric. */
static void make_groups(struct asked *q, struct groups *g)
{
    for (size_t i = 0; i < bk_samples_n_sets(q->s); i++) {
        const struct bk_tag *tags;
        enum bk_outcome outcome;
        size_t n = bk_samples_set_tags(q->s, i, &tags, &outcome);
        if (bk_samples_of_set(q->s, q->metric, i) != NULL && in_scope(q, outcome))
            group_of(q, g, tag_of(tags, n, q->by))->sets[i] = 1;
    }
}

/* A tag that nothing has is a mistake of typing. */
static bool known_tag(const struct asked *q, struct bk_err *err)
{
    const char **names = NULL;
    size_t n_names = 0;
    struct bk_str all = {"", 0};
    for (size_t i = 0; i < bk_samples_n_sets(q->s); i++) {
        const struct bk_tag *tags;
        enum bk_outcome outcome;
        size_t n = bk_samples_set_tags(q->s, i, &tags, &outcome);
        for (size_t k = 0; k < n; k++) {
            bool seen = false;
            for (size_t j = 0; j < n_names; j++)
                seen |= bk_is(tags[k].name, names[j]);
            if (bk_eq(tags[k].name, q->by))
                return true;
            if (seen || n_names == 50)
                continue;
            *BK_PUSH(q->a, names, n_names) = bk_cstr(q->a, tags[k].name);
            all = bk_fmt(q->a, "%.*s%s%.*s", BK_F(all), all.len > 0 ? ", " : "",
                         BK_F(tags[k].name));
        }
    }
    if (n_names == 0)
        return bk_fail(err, BK_EUSAGE, "the points of this run have no tags");
    const char *by = bk_cstr(q->a, q->by), *near = bk_nearest(by, names, n_names);
    return bk_fail(err, BK_EUSAGE,
                   "no point of this run has a tag '%s'%s%s%s (there are %.*s)", by,
                   near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "",
                   BK_F(bk_upto(all, 300)));
}

static double stddev_of(const struct bk_sample_scope *s)
{
    double n = (double)s->n;
    double squares = s->sum_of_squares - s->sum * s->sum / n;
    return s->n < 2 ? (double)NAN : sqrt(fmax(squares, 0) / (n - 1));
}

static struct bk_value scaled(const struct bk_sample_metric *m, double x)
{
    return isfinite(x) ? bk_v_real_unit(bk_samples_base(m, x), m->unit) : bk_v_null();
}

/* Without groups nothing tells rows apart. */
static size_t first_column(const struct asked *q)
{
    return q->by.len > 0 ? BY : BY + 1;
}

static void add_row(struct bk_report *r, struct bk_section *section,
                    const struct asked *q, struct bk_str value,
                    const struct bk_sample_scope *s)
{
    const struct bk_sample_metric *m = bk_samples_metric_at(q->s, q->metric);
    struct bk_value *row = bk_section_row(r, section), c[N_COLUMNS];
    for (size_t i = 0; i < N_COLUMNS; i++)
        c[i] = bk_v_null();
    c[BY] = bk_v_str(value);
    c[METRIC] = bk_v_str(m->metric);
    c[SCOPE] = bk_v_str(q->scope);
    c[COUNT] = bk_v_int((int64_t)s->n);
    c[UNIT] = bk_v_str(m->unit);
    c[MEAN] = scaled(m, s->sum / (double)s->n);
    c[STDDEV] = scaled(m, stddev_of(s));
    c[MIN] = scaled(m, s->min);
    for (size_t i = 0; i < N_Q; i++)
        c[FIRST_Q + i] = scaled(m, s->quantiles[i]);
    c[MAX] = scaled(m, s->max);
    c[SUM] = scaled(m, s->sum);
    size_t first = first_column(q);
    memcpy(row, c + first, (N_COLUMNS - first) * sizeof *c);
}

struct answered {
    const struct group *group;
    struct bk_sample_scope *scope;
};

/* Most points first. */
static int by_count(const void *a, const void *b)
{
    const struct answered *x = a, *y = b;
    if (x->scope->n != y->scope->n)
        return x->scope->n < y->scope->n ? 1 : -1;
    return bk_cmp(x->group->value, y->group->value);
}

/* The column that tells the groups apart is called what the tag is called. */
static const struct bk_column *columns_for(const struct asked *q)
{
    struct bk_column *c = bk_alloc_array(q->a, N_COLUMNS, sizeof *c);
    memcpy(c, columns, sizeof columns);
    c[BY].name = bk_cstr(q->a, q->by);
    return c + first_column(q);
}

static bool statistics(struct asked *q, struct bk_report *r, struct bk_err *err)
{
    struct groups g = {0};
    if (q->by.len > 0 && !known_tag(q, err))
        return false;
    make_groups(q, &g);
    if (g.n == 0) /* a row of zero points */
        group_of(q, &g, BK_S(""));
    struct bk_sample_scope *scopes = bk_alloc_array(q->a, g.n, sizeof *scopes);
    struct answered *rows = bk_alloc_array(q->a, g.n, sizeof *rows);
    for (size_t i = 0; i < g.n; i++) {
        scopes[i].sets = g.items[i].sets;
        scopes[i].quantiles = bk_alloc_array(q->a, N_Q, sizeof(double));
        rows[i] = (struct answered){&g.items[i], &scopes[i]};
    }
    struct bk_sample_question question = {.metric = q->metric,
                                          .from_ns = q->from_ns,
                                          .to_ns = q->to_ns,
                                          .q = quantiles,
                                          .n_q = N_Q,
                                          .scopes = scopes,
                                          .n_scopes = g.n};
    if (!bk_samples_ask(q->s, &question, err))
        return false;
    qsort(rows, g.n, sizeof *rows, by_count);
    struct bk_section *section =
        bk_report_section(r, "samples", columns_for(q), N_COLUMNS - first_column(q));
    for (size_t i = 0; i < g.n; i++) {
        if (rows[i].scope->n > 0 || g.n == 1)
            add_row(r, section, q, rows[i].group->value, rows[i].scope);
    }
    return true;
}

/* --- the points themselves --- */

enum raw_column {
    RAW_TIME,
    RAW_ELAPSED,
    RAW_METRIC,
    RAW_VALUE,
    RAW_UNIT,
    RAW_OUTCOME,
    RAW_TAGS,
    N_RAW
};

static const struct bk_column raw_columns[N_RAW] = {
    [RAW_TIME] = {"time", "", 0},
    [RAW_ELAPSED] = {"elapsed_s", "s", 0},
    [RAW_METRIC] = {"metric", "", 0},
    [RAW_VALUE] = {"value", "*", 0},
    [RAW_UNIT] = {"unit", "", BK_COL_MACHINE},
    [RAW_OUTCOME] = {"outcome", "", 0},
    [RAW_TAGS] = {"tags", "", 0},
};

static const char *const outcome_names[BK_N_OUTCOMES] = {
    [BK_OUTCOME_UNKNOWN] = "unknown",
    [BK_OUTCOME_OK] = "ok",
    [BK_OUTCOME_FAILED] = "failed",
};

struct raw { /* where the rows stand */
    struct asked q;
    const struct bk_sample_columns *points; /* of the chunk before 'chunk' */
    size_t chunk, at;
    const struct bk_pair **tags; /* of each set, as it is first seen */
    struct bk_value cells[N_RAW];
};

static bool taken(const struct raw *raw, size_t i)
{
    const struct bk_sample_columns *p = raw->points;
    const struct bk_tag *tags;
    enum bk_outcome outcome;
    if (raw->q.metric != BK_NONE && p->metrics[i] != raw->q.metric)
        return false;
    if (p->times_ns[i] < raw->q.from_ns ||
        (p->times_ns[i] >= raw->q.to_ns && raw->q.to_ns != INT64_MAX))
        return false;
    bk_samples_set_tags(raw->q.s, p->sets[i], &tags, &outcome);
    return in_scope(&raw->q, outcome);
}

static struct bk_value tags_of(struct raw *raw, size_t set, enum bk_outcome *outcome)
{
    const struct bk_tag *tags;
    size_t n = bk_samples_set_tags(raw->q.s, set, &tags, outcome);
    if (raw->tags[set] == NULL) {
        struct bk_pair *pairs = bk_alloc_array(raw->q.a, n, sizeof *pairs);
        for (size_t i = 0; i < n; i++)
            pairs[i] = (struct bk_pair){.name = tags[i].name, .value = tags[i].value};
        raw->tags[set] = pairs;
    }
    return bk_v_pairs(raw->tags[set], n);
}

static void fill(struct raw *raw, size_t i)
{
    const struct bk_sample_columns *p = raw->points;
    const struct bk_sample_metric *m = bk_samples_metric_at(raw->q.s, p->metrics[i]);
    struct bk_value *c = raw->cells;
    enum bk_outcome outcome;
    c[RAW_TIME] = bk_v_time(p->times_ns[i]);
    c[RAW_ELAPSED] = bk_v_real((double)(p->times_ns[i] - raw->q.zero_ns) / 1e9);
    c[RAW_METRIC] = bk_v_str(m->metric);
    c[RAW_VALUE] = scaled(m, p->values[i]);
    c[RAW_UNIT] = bk_v_str(m->unit);
    c[RAW_TAGS] = tags_of(raw, p->sets[i], &outcome);
    c[RAW_OUTCOME] = bk_v_text(outcome_names[outcome]);
}

static bool next_point(void *self, const struct bk_value **cells, bool *more,
                       struct bk_err *err)
{
    struct raw *raw = self;
    *cells = raw->cells;
    *more = true;
    for (;;) {
        for (; raw->points != NULL && raw->at < raw->points->n; raw->at++) {
            if (!taken(raw, raw->at))
                continue;
            fill(raw, raw->at++);
            return true;
        }
        if (raw->chunk == bk_samples_n_chunks(raw->q.s)) {
            *more = false;
            return true;
        }
        raw->at = 0;
        if (!bk_samples_points(raw->q.s, raw->chunk++, &raw->points, err))
            return false;
    }
}

static bool points(const struct asked *q, struct bk_report *r)
{
    struct raw *raw = bk_alloc(r->arena, sizeof *raw);
    raw->q = *q;
    raw->tags = bk_alloc_array(r->arena, bk_samples_n_sets(q->s), sizeof *raw->tags);
    r->plain_rows = true;
    struct bk_section *section = bk_report_section(r, "points", raw_columns, N_RAW);
    section->next = next_point;
    section->self = raw;
    return true;
}

/* --- the question --- */

static bool ask(struct bk_db *db, const void *args, const struct bk_strings *positional,
                const struct bk_strings *where, struct bk_report *r, struct bk_err *err)
{
    const struct samples_args *o = args;
    struct asked *q = bk_alloc(r->arena, sizeof *q);
    if (where->n > 0)
        return bk_fail(err, BK_EUSAGE,
                       "--where chooses runs, and 'samples' is about the one it names");
    if (o->raw && o->by != NULL)
        return bk_fail(err, BK_EUSAGE, "--by makes groups, and --raw has none");
    if (!read_args(db, r, o, positional->items[0], q, err))
        return false;
    return o->raw ? points(q, r) : statistics(q, r, err);
}

static const char *const scopes[] = {"all", "ok", "failed", NULL};

static const struct bk_opt options[] = {
    {0, "from", BK_OPT_TEXT, offsetof(struct samples_args, window.from), "TIME",
     "points from this time of the run on: 40s, 1m30s", NULL},
    {0, "to", BK_OPT_TEXT, offsetof(struct samples_args, window.to), "TIME",
     "points before this time of the run", NULL},
    {0, "steady", BK_OPT_FLAG, offsetof(struct samples_args, window.steady), NULL,
     "points of the steady part, between ramp and drain", NULL},
    {0, "scope", BK_OPT_CHOICE, offsetof(struct samples_args, scope), "SCOPE",
     "all, ok or failed: of requests with this outcome", scopes},
    {0, "by", BK_OPT_TEXT, offsetof(struct samples_args, by), "TAG",
     "a row for each value of a tag: scenario, name, status ...", NULL},
    {0, "metric", BK_OPT_TEXT, offsetof(struct samples_args, metric), "NAME",
     "request_latency unless said; the source's own name will do", NULL},
    {0, "raw", BK_OPT_FLAG, offsetof(struct samples_args, raw), NULL,
     "the points themselves, in the order of the source", NULL},
    {.type = BK_OPT_END},
};

const struct bk_question bk_question_samples = {
    .name = "samples",
    .args = "RUN",
    .summary = "exact percentiles over any part of a run, or its points",
    .help =
        "For runs whose tool wrote every request (k6 --out csv and --out json and "
        "others):\ncount, mean and exact percentiles of all points, of a part of "
        "the run, of ok or\nfailed requests, by tag.  Times count from the begin "
        "of the run's first second.\nWith --raw the points themselves leave, in "
        "base units.\n\n"
        "Examples:\n"
        "  benchkeep samples 071/h100\n"
        "  benchkeep samples 071/h100 --from 40s --to 100s --scope ok --by scenario\n"
        "  benchkeep samples 071/h100 --metric time_to_first_byte --format csv\n"
        "  benchkeep samples 071/h100 --raw --format ndjson -o points.ndjson\n",
    .options = options,
    .args_size = sizeof(struct samples_args),
    .min_positional = 1,
    .max_positional = 1,
    .ask = ask,
};
