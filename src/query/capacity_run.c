/* capacity RUN: load against throughput, errors and latency, from the course of one run.
 *
 * The rise ends with the last moment whose load is within 5 % of the largest; what comes
 * after it is the drain, in which requests of the peak are still answered, so that it
 * says nothing of its own load and is left out.  Loads are put together in levels of a
 * round width. */
#include "capacity_run.h"

#include "../base/num.h"
#include "../stats/counts.h"
#include "course.h"

#include <math.h>
#include <string.h>

#define HELD           0.95 /* of the largest load: still at the top */
#define HELD_RATE      0.80 /* the same of a rate, which swings */
#define MOST_LEVELS    12
#define DEFAULT_ERRORS 0.01
#define DEFAULT_LOOK   3.0
#define LONGEST_LOOK   60.0
#define SMOOTHED       2 /* moments on either side, where the load is a rate */
#define CONFIDENCE     0.95
#define MOST_UNTOLD    0.05 /* failed requests that throughput may count unseen */
#define MOST_FAILED    0.50 /* above it throughput is that of failures */

/* --- the options --- */

static bool read_share(const char *text, double *share, struct bk_err *err)
{
    if (bk_parse_share(bk_trim(bk_str(text)), share) && *share > 0 && *share < 1)
        return true;
    return bk_fail(err, BK_EUSAGE,
                   "--errors wants a share between 0 and 1, as 1%% or 0.01, not '%s'",
                   text);
}

static bool read_args(const struct bk_capacity_args *o, struct bk_cap_course *c,
                      struct bk_err *err)
{
    c->error_limit = DEFAULT_ERRORS;
    c->lasting = DEFAULT_LOOK;
    c->p95_limit = (double)NAN;
    c->by_rate = o->load != NULL && strcmp(o->load, "rate") == 0;
    if (o->errors != NULL && !read_share(o->errors, &c->error_limit, err))
        return false;
    if (o->p95 != NULL &&
        (!bk_parse_seconds(bk_str(o->p95), &c->p95_limit) || !(c->p95_limit > 0)))
        return bk_fail(err, BK_EUSAGE, "--p95 wants a time, as 2s or 500ms, not '%s'",
                       o->p95);
    if (o->lasting != NULL && (!bk_parse_seconds(bk_str(o->lasting), &c->lasting) ||
                               c->lasting < 1 || c->lasting > LONGEST_LOOK))
        return bk_fail(err, BK_EUSAGE, "--lasting wants 1s to 1m, not '%s'",
                       o->lasting);
    return true;
}

/* --- loading --- */

struct recent { /* sketches of the last moments */
    struct bk_sketch sketch;
    double scale, from;
};

struct loading {
    struct bk_cap_course *c;
    struct recent recent[(size_t)LONGEST_LOOK + 1];
    size_t next;
};

enum {
    N_RECENT = (size_t)LONGEST_LOOK + 1
};

/* The 95th percentile of the moment with those before it. */
static bool recent_p95(struct loading *l, const struct bk_moment *m, double *p95,
                       struct bk_err *err)
{
    struct recent *now = &l->recent[l->next];
    struct bk_sketch sum = {NULL, 0, 0};
    l->next = (l->next + 1) % N_RECENT;
    bk_sketch_free(&now->sketch);
    now->from = m->from;
    now->scale = m->scale;
    if (!bk_moment_merge(m, &now->sketch, err))
        return false;
    for (size_t i = 0; i < N_RECENT; i++) {
        if (l->recent[i].sketch.n > 0 && m->to - l->recent[i].from <= l->c->lasting)
            bk_sketch_merge(&sum, &l->recent[i].sketch);
    }
    if (sum.n > 0)
        *p95 = bk_sketch_quantile(&sum, 0.95) * m->scale;
    bk_sketch_free(&sum);
    return true;
}

static bool failed_median(const struct bk_moment *m, double *median, struct bk_err *err)
{
    enum {
        FAILED = 1 /* of the sketches */
    };
    struct bk_sketch s = {NULL, 0, 0};
    if (m->sketches[FAILED].len == 0)
        return true;
    if (!bk_sketch_unpack(&s, m->sketches[FAILED], err))
        return false;
    *median = bk_sketch_quantile(&s, 0.5) * m->scale;
    bk_sketch_free(&s);
    return true;
}

/* Totals that fall (a tool was started again) tell of nothing. */
static double grown(double x)
{
    return x < 0 ? 0 : x;
}

static bool take(void *self, const struct bk_moment *m, struct bk_err *err)
{
    struct loading *l = self;
    struct bk_cap_course *c = l->c;
    struct bk_cap_moment *to = BK_PUSH(c->arena, c->moments, c->n);
    *to = (struct bk_cap_moment){.from = m->from,
                                 .to = m->to,
                                 .load = m->load,
                                 .started = m->started,
                                 .completed = grown(m->completed),
                                 .failed = grown(m->failed),
                                 .iterations = grown(m->iterations),
                                 .mean = m->mean,
                                 .p95 = m->p95,
                                 .failed_median = (double)NAN};
    c->requests = c->requests || !isnan(m->completed);
    c->failures = c->failures || !isnan(m->failed);
    if (!isnan(c->p95_limit) && !recent_p95(l, m, &to->p95, err))
        return false;
    return failed_median(m, &to->failed_median, err);
}

static bool load_moments(struct bk_db *db, int64_t run,
                         const struct bk_run_begin *begin, struct bk_cap_course *c,
                         struct bk_err *err)
{
    struct loading *l = bk_alloc(c->arena, sizeof *l);
    l->c = c;
    bool ok = bk_course_read(db, run, begin, take, l, err);
    for (size_t i = 0; i < N_RECENT; i++)
        bk_sketch_free(&l->recent[i].sketch);
    return ok;
}

/* --- the load --- */

static double rate_around(const struct bk_cap_course *c, size_t i)
{
    double n = 0, seconds = 0;
    size_t from = i > SMOOTHED ? i - SMOOTHED : 0;
    for (size_t k = from; k <= i + SMOOTHED && k < c->n; k++) {
        const struct bk_cap_moment *m = &c->moments[k];
        double began = isnan(m->started) ? bk_cap_completed(c, m) : m->started;
        n += began;
        seconds += m->to - m->from;
    }
    return seconds > 0 ? n / seconds : (double)NAN;
}

/* A level that was not told again is still that level. */
static bool carry_load(struct bk_cap_course *c)
{
    double load = (double)NAN;
    for (size_t i = 0; i < c->n; i++) {
        if (!isnan(c->moments[i].load))
            load = c->moments[i].load;
        c->moments[i].load = load;
    }
    return !isnan(load);
}

static double largest_load(const struct bk_cap_course *c)
{
    double largest = 0;
    for (size_t i = 0; i < c->n; i++)
        largest = fmax(largest, isnan(c->moments[i].load) ? 0 : c->moments[i].load);
    return largest;
}

static void find_rise(struct bk_cap_course *c, double held)
{
    double top = held * largest_load(c);
    c->end = c->n;
    while (c->end > 0 && !(c->moments[c->end - 1].load >= top))
        c->end--;
}

/* How far users rose tells how far the test did, whatever the load is then counted in. */
static void find_load(struct bk_cap_course *c)
{
    bool users = carry_load(c);
    if (users)
        find_rise(c, HELD);
    c->by_rate = c->by_rate || !users;
    for (size_t i = 0; i < c->n && c->by_rate; i++)
        c->moments[i].load = rate_around(c, i);
    if (!users)
        find_rise(c, HELD_RATE);
    c->unit = c->by_rate ? BK_S("1/s") : BK_S("1");
    c->loads = c->by_rate ? "requests/s" : "VUs";
}

/* --- levels --- */

struct level {
    double low, high; /* loads seen */
    double weighted;  /* load times seconds */
    double seconds, started, completed, failed;
    double latency, n_latency; /* sum of means by requests */
    double elapsed;
    struct bk_sketch sketch;
    double scale;
};

struct levels {
    const struct bk_cap_course *c;
    double width;
    size_t n, at; /* at: the moment that comes next */
    struct level items[MOST_LEVELS + 2];
};

/* 1, 2 or 5 times a power of ten, so that there are MOST_LEVELS at the most. */
static double round_width(double largest)
{
    static const double steps[] = {1, 2, 5, 10};
    double least = largest / MOST_LEVELS;
    double power = pow(10, floor(log10(least)));
    size_t i = 0;
    while (i + 1 < sizeof steps / sizeof *steps && steps[i] * power < least)
        i++;
    return steps[i] * power;
}

static struct level *level_of(struct levels *l, double load)
{
    if (isnan(load) || !(load >= 0))
        return NULL;
    double place = floor(load / l->width);
    return place < MOST_LEVELS + 2 ? &l->items[(size_t)place] : NULL;
}

static void add_known(double *sum, double x)
{
    if (!isnan(x))
        *sum += x;
}

static void add_moment(struct levels *l, const struct bk_cap_moment *m)
{
    struct level *to = level_of(l, m->load);
    double completed = bk_cap_completed(l->c, m);
    if (to == NULL)
        return;
    if (!(to->seconds > 0)) {
        to->low = to->high = m->load;
        to->elapsed = m->from;
    }
    to->low = fmin(to->low, m->load);
    to->high = fmax(to->high, m->load);
    to->weighted += m->load * (m->to - m->from);
    to->seconds += m->to - m->from;
    add_known(&to->started, m->started);
    add_known(&to->failed, m->failed);
    to->completed += completed;
    if (!isnan(m->mean)) {
        to->latency += m->mean * completed;
        to->n_latency += completed;
    }
}

static void make_levels(const struct bk_cap_course *c, struct levels *l)
{
    double largest = 0;
    for (size_t i = 0; i < c->end; i++)
        largest = fmax(largest, isnan(c->moments[i].load) ? 0 : c->moments[i].load);
    *l = (struct levels){.c = c, .width = round_width(largest), .n = MOST_LEVELS + 2};
    for (size_t i = 0; i < c->end; i++)
        add_moment(l, &c->moments[i]);
}

/* The second reading: now it is known which level a moment belongs to. */
static bool merge_moment(void *self, const struct bk_moment *m, struct bk_err *err)
{
    struct levels *l = self;
    size_t i = l->at++;
    struct level *to = i < l->c->end ? level_of(l, l->c->moments[i].load) : NULL;
    if (to == NULL)
        return true;
    to->scale = m->scale;
    return bk_moment_merge(m, &to->sketch, err);
}

enum level_column {
    FROM,
    TO,
    SECONDS,
    STARTED,
    COMPLETED,
    FAILED,
    THROUGHPUT,
    OK_THROUGHPUT,
    ERROR_RATE,
    ERROR_LOW,
    ERROR_HIGH,
    MEAN,
    P50,
    P95,
    N_LEVEL
};

static const struct bk_column level_columns[N_LEVEL] = {
    [FROM] = {"load_from", "*", 0},
    [TO] = {"load_to", "*", 0},
    [SECONDS] = {"seconds", "1", 0},
    [STARTED] = {"started", "1", 0},
    [COMPLETED] = {"completed", "1", 0},
    [FAILED] = {"failed", "1", 0},
    [THROUGHPUT] = {"throughput", "1/s", 0},
    [OK_THROUGHPUT] = {"ok_throughput", "1/s", 0},
    [ERROR_RATE] = {"error_rate", "ratio", BK_COL_PERCENT},
    [ERROR_LOW] = {"error_rate_low", "ratio", BK_COL_PERCENT},
    [ERROR_HIGH] = {"error_rate_high", "ratio", BK_COL_PERCENT},
    [MEAN] = {"latency_mean", "s", 0},
    [P50] = {"latency_p50", "s", 0},
    [P95] = {"latency_p95", "s", 0},
};

static struct bk_value count_cell(double x)
{
    return x == floor(x) ? bk_v_int((int64_t)fmax(fmin(x, 9e18), -9e18)) : bk_v_real(x);
}

static double ok_rate(const struct levels *l, const struct level *level)
{
    double ok = level->completed - (l->c->failures ? level->failed : 0);
    return fmax(ok, 0) / level->seconds;
}

static void add_level(struct bk_report *r, struct bk_section *section,
                      const struct levels *l, const struct level *level)
{
    const struct bk_cap_course *c = l->c;
    struct bk_value *cells = bk_section_row(r, section);
    cells[FROM] = bk_v_real_unit(level->low, c->unit);
    cells[TO] = bk_v_real_unit(level->high, c->unit);
    cells[SECONDS] = bk_v_real(round(level->seconds * 1000) / 1000);
    cells[COMPLETED] = count_cell(level->completed);
    cells[THROUGHPUT] = bk_v_real(level->completed / level->seconds);
    if (c->requests && !isnan(c->moments[0].started))
        cells[STARTED] = count_cell(level->started);
    if (c->failures) {
        struct bk_interval wilson = bk_wilson(fmin(level->failed, level->completed),
                                              level->completed, CONFIDENCE);
        cells[FAILED] = count_cell(level->failed);
        cells[OK_THROUGHPUT] = bk_v_real(ok_rate(l, level));
        if (level->completed > 0) {
            cells[ERROR_RATE] = bk_v_real(fmin(level->failed / level->completed, 1));
            cells[ERROR_LOW] = bk_v_real(wilson.low);
            cells[ERROR_HIGH] = bk_v_real(wilson.high);
        }
    }
    if (level->n_latency > 0)
        cells[MEAN] = bk_v_real(level->latency / level->n_latency);
    if (level->sketch.n > 0) {
        cells[P50] = bk_v_real(bk_sketch_quantile(&level->sketch, 0.5) * level->scale);
        cells[P95] = bk_v_real(bk_sketch_quantile(&level->sketch, 0.95) * level->scale);
    }
}

/* The share of the run's requests that failed while no moment tells which. */
static double untold_failures(const struct bk_cap_course *c)
{
    double share = 1 - c->n_ok / c->n_requests;
    return c->failures || isnan(share) ? 0 : share;
}

static struct bk_str why_unfit(const struct bk_cap_course *c)
{
    double share = untold_failures(c);
    if (!(share > MOST_UNTOLD))
        return (struct bk_str){NULL, 0};
    return bk_fmt(c->arena,
                  "%.*s of the run's requests failed, the tool did not tell when, and "
                  "throughput counts them",
                  BK_F(bk_capacity_percent(c->arena, share)));
}

/* Levels that lasted, as a curve. */
static struct bk_curve curve_of(const struct levels *l)
{
    const struct bk_cap_course *c = l->c;
    struct bk_curve curve = {.load_unit = c->unit,
                             .throughput_unit = BK_S("1/s"),
                             .what = c->failures   ? "ok requests"
                                     : c->requests ? "requests, failed ones included"
                                                   : "iterations, failed ones included",
                             .loads = c->loads,
                             .unfit = why_unfit(c)};
    for (size_t i = 0; i < l->n; i++) {
        const struct level *level = &l->items[i];
        double load = level->weighted / level->seconds;
        if (level->seconds < c->lasting || !(load > 0))
            continue;
        *BK_PUSH(c->arena, curve.points, curve.n) =
            (struct bk_curve_point){.load = load,
                                    .low = level->low,
                                    .high = level->high,
                                    .throughput = ok_rate(l, level),
                                    .elapsed = level->elapsed,
                                    .n = level->completed};
    }
    return curve;
}

/* --- checks --- */

/* The integral of the users over the moments that tell them, and how long these are. */
static double user_seconds(const struct bk_cap_course *c, double *seconds)
{
    double area = 0;
    *seconds = 0;
    for (size_t i = 0; i < c->n; i++) {
        double length = c->moments[i].to - c->moments[i].from;
        if (isnan(c->moments[i].load))
            continue;
        area += c->moments[i].load * length;
        *seconds += length;
    }
    return c->by_rate ? (double)NAN : area;
}

static struct bk_in_flight whole_run(const struct bk_cap_course *c,
                                     const struct bk_cap_totals *t)
{
    double seconds, area = user_seconds(c, &seconds);
    return (struct bk_in_flight){.at = BK_S("the whole run"),
                                 .load = area / seconds,
                                 .throughput = t->throughput,
                                 .latency = t->latency,
                                 .pause = (double)NAN,
                                 .connections = (double)NAN,
                                 .ok_throughput = (double)NAN};
}

/* At the largest load.  Where the level tells no latency the run's mean stands in, and
 * users are in flight but for their pauses. */
static struct bk_in_flight at_the_top(const struct levels *l,
                                      const struct bk_cap_totals *t,
                                      const struct bk_run_row *run)
{
    const struct bk_cap_course *c = l->c;
    size_t top = l->n - 1;
    while (top > 0 && l->items[top].seconds < c->lasting)
        top--;
    const struct level *level = &l->items[top];
    double load = level->weighted / level->seconds;
    struct bk_in_flight f = {.load = c->by_rate ? (double)NAN : load,
                             .throughput = (double)NAN,
                             .latency = t->latency,
                             .pause = t->iteration - t->latency,
                             .connections = bk_capacity_connections(run),
                             .ok_throughput = t->ok_throughput};
    if (level->n_latency > 0 && c->requests) {
        f.throughput = level->completed / level->seconds;
        f.latency = level->latency / level->n_latency;
        f.ok_throughput = c->failures ? ok_rate(l, level) : (double)NAN;
        f.pause = (double)NAN;
    }
    f.at =
        bk_fmt(c->arena, "%.*s %s", BK_F(bk_capacity_number(c->arena, load)), c->loads);
    return f;
}

/* --- the report --- */

static void note_drain(const struct bk_cap_course *c, struct bk_report *r)
{
    if (c->end < c->n)
        bk_report_note(r, "drain", BK_INFO,
                       "the load falls from %g s on: that drain, up to %g s, is left "
                       "out, since requests of the peak are still answered in it",
                       c->moments[c->end].from, c->moments[c->n - 1].to);
}

/* In a steep ramp requests complete under a higher load than they began. */
static void note_lag(const struct bk_cap_course *c, const struct bk_cap_totals *t,
                     const struct levels *l, struct bk_report *r)
{
    const struct bk_cap_moment *first = &c->moments[0], *top = first;
    for (size_t i = 0; i < c->end && !c->by_rate; i++) {
        if (!(c->moments[i].load <= top->load))
            top = &c->moments[i];
    }
    double rise = (top->load - first->load) / (top->from - first->from);
    double lag = rise * t->latency;
    if (isfinite(lag) && lag >= l->width / 2)
        bk_report_note(r, "lag", BK_INFO,
                       "the load rises by about %.0f %s while a request takes its mean "
                       "time: what completes in a level began at a load so much lower",
                       lag, c->loads);
}

static void note_sketches(const struct levels *l, struct bk_report *r)
{
    bool any = false;
    for (size_t i = 0; i < l->n; i++)
        any = any || l->items[i].sketch.n > 0;
    if (any)
        bk_report_note(r, "estimated", BK_INFO,
                       "percentiles are from sketches, within 1 %% of the value; "
                       "'benchkeep samples' has exact ones");
}

static void note_what_is_told(const struct bk_cap_course *c, struct bk_report *r)
{
    if (!c->requests)
        bk_report_note(r, "iterations", BK_INFO,
                       "the tool told of iterations on its way, not of requests: "
                       "throughput is that of iterations, failed ones included");
    else if (!c->failures)
        bk_report_note(r, "no-failures-told", BK_INFO,
                       "the tool told no failures on its way: throughput counts failed "
                       "requests too");
}

static bool tell(struct bk_db *db, const struct bk_run_row *run,
                 const struct bk_run_begin *begin, const struct bk_cap_course *c,
                 const struct bk_cap_totals *t, struct bk_report *r, struct bk_err *err)
{
    struct levels *l = bk_alloc(c->arena, sizeof *l);
    make_levels(c, l);
    bool ok = bk_course_read(db, run->id, begin, merge_moment, l, err);
    struct bk_curve curve = curve_of(l);
    struct bk_section *section = bk_capacity_landmarks(r);
    bk_capacity_onsets(r, section, c, &curve);
    if (untold_failures(c) > MOST_FAILED)
        bk_report_note(r, "failures-only", BK_WARNING,
                       "no knee, plateau or best load: %.*s", BK_F(curve.unfit));
    else
        bk_capacity_bends(r, section, &curve);
    section = bk_report_section(r, "levels", level_columns, N_LEVEL);
    for (size_t i = 0; i < l->n; i++) {
        if (l->items[i].seconds > 0)
            add_level(r, section, l, &l->items[i]);
    }
    bk_capacity_fit(r, &curve);
    double seconds;
    struct bk_in_flight all = whole_run(c, t), top = at_the_top(l, t, run);
    section = bk_capacity_checks(r);
    bk_capacity_little(r, section, &all);
    bk_capacity_ramp(r, section, user_seconds(c, &seconds), c->n_requests,
                     t->iteration);
    bk_capacity_little(r, section, &top);
    note_what_is_told(c, r);
    note_sketches(l, r);
    note_drain(c, r);
    note_lag(c, t, l, r);
    for (size_t i = 0; i < l->n; i++)
        bk_sketch_free(&l->items[i].sketch);
    return ok;
}

bool bk_capacity_run(struct bk_db *db, const struct bk_capacity_args *o,
                     const char *ref, struct bk_report *r, struct bk_err *err)
{
    struct bk_cap_course c = {.arena = r->arena};
    struct bk_run_row run;
    struct bk_run_begin begin;
    struct bk_cap_totals t;
    bool kept;
    if (!read_args(o, &c, err) || !bk_run_named(db, r->arena, ref, &run, err) ||
        !bk_run_begin(db, run.id, &begin, &kept, err) ||
        !load_moments(db, run.id, kept ? &begin : NULL, &c, err) ||
        !bk_cap_totals_load(db, &c, &run, &t, err))
        return false;
    bool told = c.n > 0;
    if (!told && !bk_capacity_totals(db, &run, &c, &t, r, &told, err))
        return false;
    if (!told)
        return bk_fail(err, BK_EUSAGE,
                       "nothing tells how run '%.*s' went on its way ('benchkeep "
                       "capacity' without a run looks across runs)",
                       BK_F(run.name));
    if (c.n == 0)
        return true;
    find_load(&c);
    if (c.end == 0 || !(largest_load(&c) > 0))
        return bk_fail(err, BK_EUSAGE, "nothing tells the load of run '%.*s'",
                       BK_F(run.name));
    bk_report_arg(r, "run", run.name);
    bk_report_arg(r, "load", bk_str(c.by_rate ? "rate" : "vus"));
    bk_report_arg(r, "errors", bk_capacity_percent(r->arena, c.error_limit));
    return tell(db, &run, kept ? &begin : NULL, &c, &t, r, err);
}
