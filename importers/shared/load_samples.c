/* CSV files with one request a line (see load.h): exact statistics, by outcome, and a
 * timeline of the requests that ended in each second. */
#include "load.h"
#include "points.h"

#include "../../src/base/num.h"
#include "../../src/stats/summary.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MAX_COLUMNS ((size_t)32)
#define MAX_SECONDS ((size_t)4 * 86400)
#define LONGEST     ((size_t)40)                 /* of a cell in a message */
#define LATEST_NS   INT64_C(4000000000000000000) /* in 2096 */

struct ended { /* a request */
    double at, latency;
    bool ok;
};

struct reader {
    const struct bk_importing *im;
    const struct bk_load_columns *columns;
    struct bk_str names[MAX_COLUMNS]; /* of the header */
    struct bk_str cells[MAX_COLUMNS];
    size_t n_columns, n_cells;
    struct bk_load_values values[MAX_COLUMNS];
    struct bk_load_values ok, failed; /* latencies */
    struct ended *ended;
    size_t n_ended, cap_ended;
    double bytes;
    struct bk_outcomes outcomes;
    struct bk_points *points;
    size_t metrics[MAX_COLUMNS]; /* of the points, once there are any */
    size_t n, line;
};

static bool split(struct reader *r, struct bk_str line)
{
    r->n_cells = 0;
    for (;;) {
        size_t comma = bk_find_char(line, ',');
        if (r->n_cells == MAX_COLUMNS)
            return false;
        r->cells[r->n_cells++] = bk_trim(bk_upto(line, comma));
        if (comma == BK_NONE)
            return true;
        line = bk_from(line, comma + 1);
    }
}

static size_t column_named(const struct reader *r, const char *name)
{
    for (size_t i = 0; name != NULL && i < r->n_columns; i++) {
        if (bk_is(r->names[i], name))
            return i;
    }
    return BK_NONE;
}

static bool read_header(struct reader *r, struct bk_str line)
{
    if (!split(r, line))
        return false;
    r->n_columns = r->n_cells;
    memcpy(r->names, r->cells, sizeof r->names);
    if (column_named(r, r->columns->latency) == BK_NONE)
        return false;
    for (const char *const *t = r->columns->times; *t != NULL; t++) {
        if (column_named(r, *t) == BK_NONE)
            return false;
    }
    return true;
}

bool bk_load_is_samples(const struct bk_input *in, const struct bk_load_columns *c)
{
    struct bk_str rest = bk_input_head(in), line;
    struct reader *r = bk_realloc(NULL, sizeof *r);
    *r = (struct reader){.columns = c};
    bool mine = bk_next_line(&rest, &line) && read_header(r, line);
    free(r);
    return mine;
}

/* --- rows --- */

static bool cell_number(const struct reader *r, const char *name, double *value)
{
    size_t i = column_named(r, name);
    return i != BK_NONE && i < r->n_cells && bk_parse_double(r->cells[i], value);
}

static void add_ended(struct reader *r, struct ended e)
{
    if (!isfinite(e.at) || e.at < 0 || e.at >= (double)MAX_SECONDS)
        return;
    if (r->n_ended == r->cap_ended) {
        r->cap_ended = r->cap_ended > 0 ? r->cap_ended + r->cap_ended / 2 : 1024;
        r->ended = bk_realloc(r->ended, r->cap_ended * sizeof *r->ended);
    }
    r->ended[r->n_ended++] = e;
}

static bool too_many(const struct reader *r, struct bk_err *err)
{
    return bk_fail(err, BK_EINPUT, "line %zu: more requests than fit into memory",
                   r->line);
}

static bool take_times(struct reader *r, struct bk_err *err)
{
    for (size_t i = 0; i < r->n_columns; i++) {
        double value;
        bool time = bk_is(r->names[i], r->columns->latency);
        for (const char *const *t = r->columns->times; *t != NULL; t++)
            time = time || bk_is(r->names[i], *t);
        if (!time)
            continue;
        if (!bk_parse_double(r->cells[i], &value))
            return bk_fail(err, BK_EINPUT, "line %zu: '%.*s' is no number", r->line,
                           BK_F(bk_upto(r->cells[i], LONGEST)));
        if (!bk_load_push(&r->values[i], value))
            return too_many(r, err);
    }
    return true;
}

/* The request's times, at its end ('at' seconds behind the start), into the samples. */
static bool add_points(struct reader *r, size_t status, const struct ended *e,
                       struct bk_err *err)
{
    const double longest = (double)(LATEST_NS / BK_NS_PER_S);
    enum bk_outcome outcome = status == BK_NONE ? BK_OUTCOME_UNKNOWN
                              : e->ok           ? BK_OUTCOME_OK
                                                : BK_OUTCOME_FAILED;
    struct bk_str value = status == BK_NONE ? (struct bk_str){0} : r->cells[status];
    size_t set = bk_points_set(r->points, "status", bk_upto(value, LONGEST), outcome);
    int64_t time_ns = r->columns->started_ns;
    if (fabs(e->at) < longest && time_ns < LATEST_NS)
        time_ns += llround(e->at * (double)BK_NS_PER_S);
    for (size_t i = 0; i < r->n_columns; i++) {
        const struct bk_load_values *v = &r->values[i];
        bool latency = bk_is(r->names[i], r->columns->latency);
        if (v->n == 0)
            continue;
        size_t metric =
            bk_points_metric(r->points, r->names[i], BK_S("s"), BK_SAMPLE_TREND,
                             latency ? BK_ROLE_LATENCY : BK_ROLE_NONE);
        if (!bk_points_add(r->points, metric, set, time_ns, v->items[v->n - 1], err))
            return false;
    }
    return true;
}

static bool take_row(struct reader *r, struct bk_str line, struct bk_err *err)
{
    double latency = 0, offset, bytes;
    if (!split(r, line) || r->n_cells != r->n_columns)
        return bk_fail(err, BK_EINPUT, "line %zu: %zu fields, the header has %zu",
                       r->line, r->n_cells, r->n_columns);
    if (!take_times(r, err))
        return false;
    size_t status = column_named(r, r->columns->status);
    double failed = r->outcomes.failed + r->outcomes.errors;
    bool ok = true;
    cell_number(r, r->columns->latency, &latency);
    if (status != BK_NONE) {
        bk_load_status(&r->outcomes, r->cells[status], 1);
        ok = r->outcomes.failed + r->outcomes.errors <= failed;
        if (!bk_load_push(ok ? &r->ok : &r->failed, latency))
            return too_many(r, err);
    }
    struct ended e = {latency, latency, ok};
    if (cell_number(r, r->columns->offset, &offset)) {
        e.at += offset;
        add_ended(r, e);
    }
    if (cell_number(r, r->columns->bytes, &bytes))
        r->bytes += bytes;
    if (!add_points(r, status, &e, err))
        return false;
    r->n++;
    return true;
}

static bool read_rows(struct reader *r, struct bk_input *in, struct bk_run *run,
                      struct bk_err *err)
{
    struct bk_str line;
    bool more, cut;
    if (!bk_input_line(in, &line, &r->line, &more, &cut, err))
        return false;
    if (!more || !read_header(r, line))
        return bk_fail(err, BK_EINPUT, "line 1: no header of single requests");
    for (size_t i = 0; i < r->n_columns; i++)
        r->names[i] = bk_dup(r->im->arena, r->names[i]);
    for (;;) {
        if (!bk_input_line(in, &line, &r->line, &more, &cut, err))
            return false;
        if (!more)
            return true;
        if (bk_trim(line).len == 0)
            continue;
        r->line -= r->columns->headless;
        bool ok = take_row(r, line, err);
        if (!ok && !cut)
            return false;
        if (!ok)
            bk_run_finding(r->im->arena, run, "truncated", BK_WARNING, BK_S("requests"),
                           "line %zu, the last one, ends in the middle of a request: "
                           "the %zu requests before it are used",
                           r->line, r->n);
    }
}

/* --- records --- */

static int by_end(const void *a, const void *b)
{
    double x = ((const struct ended *)a)->at, y = ((const struct ended *)b)->at;
    return (x > y) - (x < y);
}

static void add_ticks(struct reader *r, struct bk_run *run)
{
    double requests = 0, failed = 0;
    bool rated = r->outcomes.any;
    double *latencies = bk_realloc(NULL, (r->n_ended + 1) * sizeof *latencies);
    if (r->n_ended > 0)
        qsort(r->ended, r->n_ended, sizeof *r->ended, by_end);
    for (size_t i = 0; i < r->n_ended;) {
        double second = floor(r->ended[i].at), sum = 0;
        size_t n = 0;
        for (; i < r->n_ended && r->ended[i].at < second + 1; i++) {
            latencies[n++] = r->ended[i].latency;
            sum += r->ended[i].latency;
            failed += !r->ended[i].ok;
        }
        requests += (double)n;
        bk_sort(latencies, n);
        struct bk_tick *t = BK_PUSH(r->im->arena, run->ticks, run->n_ticks);
        *t = (struct bk_tick){
            .elapsed_s = second + 1,
            .vus = (double)NAN,
            .iterations = (double)NAN,
            .interrupted = (double)NAN,
            .requests = requests,
            .failed = rated ? failed : (double)NAN,
            .latency_mean_s = sum / (double)n,
            .latency_p95_s = bk_percentile_nearest(latencies, n, 0.95),
        };
    }
    free(latencies);
}

static void add_duration(struct reader *r, struct bk_run *run)
{
    if (r->n_ended == 0 || r->ended[r->n_ended - 1].at <= 0)
        return;
    bk_run_derive(r->im->arena, run, "duration", "value", "s",
                  r->ended[r->n_ended - 1].at, "largest offset + time of a request");
}

static void emit(struct reader *r, struct bk_run *run)
{
    struct bk_reading what = {.locator = BK_S("all lines")};
    for (size_t i = 0; i < r->n_columns; i++) {
        what.name = r->names[i];
        bk_load_trend(r->im, run, what, &r->values[i]);
    }
    what.name = bk_str(r->columns->latency);
    what.scope = BK_S("ok");
    what.population = BK_POP_OK;
    bk_load_trend(r->im, run, what, &r->ok);
    what.scope = BK_S("failed");
    what.population = BK_POP_UNKNOWN;
    bk_load_trend(r->im, run, what, &r->failed);
    if (r->columns->bytes != NULL && r->n > 0) {
        what = (struct bk_reading){.name = bk_str(r->columns->bytes),
                                   .has_value = true,
                                   .value = r->bytes,
                                   .origin = BK_DERIVED,
                                   .formula = BK_S("sum of lines"),
                                   .locator = BK_S("all lines")};
        bk_emit(r->im, run, &what);
    }
    if (r->outcomes.any)
        bk_load_outcomes(r->im, run, &r->outcomes);
    else if (r->n > 0)
        bk_run_derive(r->im->arena, run, "requests", "value", "1", (double)r->n,
                      "number of lines");
    add_ticks(r, run);
    add_duration(r, run);
    bk_emit_drop_zero_latency(r->im, run);
    bk_emit_derived(r->im, run);
}

bool bk_load_samples(struct bk_input *in, const struct bk_importing *im,
                     const struct bk_load_columns *c, struct bk_err *err)
{
    struct reader *r = bk_alloc(im->arena, sizeof *r);
    struct bk_run *run = bk_run_new(im->arena);
    *r = (struct reader){.im = im, .columns = c, .outcomes.locator = BK_S("all lines")};
    run->think_time_s = (double)NAN;
    if (c->started_ns > 0)
        run->started_ns = c->started_ns;
    r->points = bk_points_new(im);
    bool ok = read_rows(r, in, run, err) && bk_points_finish(r->points, run, err);
    if (ok) {
        emit(r, run);
        run->n_samples = r->n;
        ok = im->sink->run(im->sink, run, err);
    }
    for (size_t i = 0; i < MAX_COLUMNS; i++)
        free(r->values[i].items);
    free(r->ok.items);
    free(r->failed.items);
    free(r->ended);
    return ok;
}
