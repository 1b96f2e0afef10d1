/* Where errors begin and where the 95th percentile leaves its limit, while the load
 * rises.
 *
 * The error rate at a moment is that of the requests that complete from it on: of so
 * many that three failures among them would be the limit (the rule of three: a share of
 * 1 % wants 300), and over 'lasting' at least.  Errors begin with the first failure of
 * the first moment from which on that rate is beyond the limit up to the end of the
 * rise.
 *
 * A tool that tells only of iterations leaves a bound: of C requests at least C less
 * all that were ok in the whole run had failed. */
#include "capacity_run.h"

#include "../stats/counts.h"
#include "../stats/scaling.h"

#include <math.h>

#define RULE_OF_THREE 3.0
#define CONFIDENCE    0.95

double bk_cap_completed(const struct bk_cap_course *c, const struct bk_cap_moment *m)
{
    double x = c->requests ? m->completed : m->iterations;
    return isnan(x) ? 0 : x;
}

static double failed_in(const struct bk_cap_moment *m)
{
    return isnan(m->failed) ? 0 : m->failed;
}

/* The load at a time of the run; NAN before it was told. */
static double load_at(const struct bk_cap_course *c, double time)
{
    double load = (double)NAN;
    for (size_t i = 0; i < c->n && c->moments[i].from <= time; i++)
        load = c->moments[i].load;
    return load;
}

/* The last moment before one that says something by its own numbers. */
static double load_before(const struct bk_cap_course *c, size_t i)
{
    while (i-- > 0) {
        if (bk_cap_completed(c, &c->moments[i]) > 0)
            return c->moments[i].load;
    }
    return (double)NAN;
}

static double most_load(const struct bk_cap_course *c)
{
    double most = 0;
    for (size_t i = 0; i < c->end; i++)
        most = fmax(most, isnan(c->moments[i].load) ? 0 : c->moments[i].load);
    return most;
}

static struct bk_landmark nowhere(const char *name)
{
    const double unknown = (double)NAN;
    return (struct bk_landmark){.name = name,
                                .load = unknown,
                                .low = unknown,
                                .high = unknown,
                                .begun = unknown,
                                .elapsed = unknown,
                                .value = unknown,
                                .n = unknown};
}

/* A landmark lies between the load where it is seen and the one before; the latter may
 * be the higher one where the load swings. */
static void put_bounds(struct bk_landmark *m, double before)
{
    m->low = isnan(before) ? before : fmin(m->load, before);
    m->high = fmax(m->load, before);
}

/* --- errors --- */

struct looks { /* at each moment of the rise, what completes from it on */
    double *rate, *n;
};

/* Both ends of the look move forward, so that all of them cost one pass. */
static struct looks look_ahead(const struct bk_cap_course *c)
{
    struct looks l = {bk_alloc_array(c->arena, c->end + 1, sizeof(double)),
                      bk_alloc_array(c->arena, c->end + 1, sizeof(double))};
    double enough = RULE_OF_THREE / c->error_limit, completed = 0, failed = 0;
    size_t to = 0;
    for (size_t i = 0; i < c->end; i++) {
        while (to < c->end &&
               (to <= i || completed < enough ||
                c->moments[to - 1].to - c->moments[i].from < c->lasting)) {
            completed += bk_cap_completed(c, &c->moments[to]);
            failed += failed_in(&c->moments[to++]);
        }
        bool whole = completed >= enough &&
                     c->moments[to - 1].to - c->moments[i].from >= c->lasting;
        l.rate[i] =
            (whole || i == 0) && completed > 0 ? failed / completed : (double)NAN;
        l.n[i] = completed;
        completed -= bk_cap_completed(c, &c->moments[i]);
        failed -= failed_in(&c->moments[i]);
    }
    return l;
}

static struct bk_str errors_text(const struct bk_cap_course *c,
                                 const struct bk_landmark *m)
{
    struct bk_str limit = bk_capacity_percent(c->arena, c->error_limit);
    struct bk_str load = bk_capacity_number(c->arena, m->load);
    struct bk_str at = bk_capacity_number(c->arena, m->elapsed);
    struct bk_str text = bk_fmt(c->arena,
                                "errors above %.*s from %.*s %s on, first seen "
                                "at %.*s s",
                                BK_F(limit), BK_F(load), c->loads, BK_F(at));
    if (isnan(m->begun))
        return text;
    return bk_fmt(c->arena, "%.*s; the requests that failed there began at %.*s %s",
                  BK_F(text), BK_F(bk_capacity_number(c->arena, m->begun)), c->loads);
}

static struct bk_landmark errors_at(const struct bk_cap_course *c,
                                    const struct looks *l, size_t look)
{
    struct bk_landmark m = nowhere("errors");
    size_t i = look;
    while (i + 1 < c->end && failed_in(&c->moments[i]) <= 0)
        i++;
    const struct bk_cap_moment *first = &c->moments[i];
    m.load = first->load;
    put_bounds(&m, load_before(c, i));
    m.elapsed = first->from;
    m.value = l->rate[look];
    m.n = l->n[look];
    if (!isnan(first->failed_median))
        m.begun = load_at(c, (first->from + first->to) / 2 - first->failed_median);
    m.means = errors_text(c, &m);
    return m;
}

/* What completed and failed in the whole rise. */
static void add_up(const struct bk_cap_course *c, double *completed, double *failed)
{
    *completed = *failed = 0;
    for (size_t i = 0; i < c->end; i++) {
        *completed += bk_cap_completed(c, &c->moments[i]);
        *failed += failed_in(&c->moments[i]);
    }
}

/* Fewer requests than the limit wants, and what failed of them may be chance. */
static bool are_too_few(const struct bk_cap_course *c, struct bk_landmark *m)
{
    double completed, failed;
    add_up(c, &completed, &failed);
    struct bk_interval share =
        bk_wilson(fmin(failed, completed), completed, CONFIDENCE);
    if (completed >= RULE_OF_THREE / c->error_limit || share.low > c->error_limit)
        return false;
    struct bk_str limit = bk_capacity_percent(c->arena, c->error_limit);
    struct bk_str load = bk_capacity_number(c->arena, most_load(c));
    *m = nowhere("errors");
    m->value = completed > 0 ? failed / completed : (double)NAN;
    m->n = completed;
    m->means =
        bk_fmt(c->arena,
               "%.0f requests up to %.*s %s, of which %.0f failed, are too few to "
               "tell %.*s",
               completed, BK_F(load), c->loads, failed, BK_F(limit));
    return true;
}

static struct bk_landmark no_errors(const struct bk_cap_course *c)
{
    struct bk_landmark m = nowhere("errors");
    double completed, failed;
    add_up(c, &completed, &failed);
    m.low = most_load(c);
    m.value = completed > 0 ? failed / completed : (double)NAN;
    m.n = completed;
    struct bk_str limit = bk_capacity_percent(c->arena, c->error_limit);
    struct bk_str load = bk_capacity_number(c->arena, m.low);
    m.means = bk_fmt(c->arena,
                     failed > 0 ? "errors do not stay above %.*s up to %.*s %s"
                                : "no errors above %.*s up to %.*s %s",
                     BK_F(limit), BK_F(load), c->loads);
    return m;
}

/* --- errors where only iterations are told --- */

/* Does an iteration make one request? */
static bool iterations_are_requests(const struct bk_cap_course *c)
{
    return c->n_requests > 0 && fabs(c->n_requests - c->n_iterations) < 0.5;
}

static struct bk_landmark errors_at_latest(const struct bk_cap_course *c)
{
    struct bk_landmark m = nowhere("errors");
    double completed = 0;
    size_t i = 0;
    m.unit = BK_S("ratio");
    m.means = BK_S("the tool told no failures on its way");
    if (!iterations_are_requests(c) || isnan(c->n_ok))
        return m;
    for (; i < c->end; i++) {
        completed += bk_cap_completed(c, &c->moments[i]);
        if (completed - c->n_ok > c->error_limit * completed)
            break;
    }
    struct bk_str ok = bk_capacity_number(c->arena, c->n_ok);
    struct bk_str all = bk_capacity_number(c->arena, c->n_requests);
    if (i == c->end) {
        m.means = bk_fmt(c->arena,
                         "the tool told no failures on its way, and %.*s of %.*s "
                         "requests were ok: no bound",
                         BK_F(ok), BK_F(all));
        return m;
    }
    m.high = c->moments[i].load;
    m.elapsed = c->moments[i].to;
    m.value = (completed - c->n_ok) / completed;
    m.n = completed;
    struct bk_str limit = bk_capacity_percent(c->arena, c->error_limit);
    struct bk_str at = bk_capacity_number(c->arena, m.elapsed);
    struct bk_str load = bk_capacity_number(c->arena, m.high);
    m.means = bk_fmt(
        c->arena,
        "errors above %.*s at %.*s %s at the latest, by %.*s s: more requests had "
        "completed than were ok in the whole run (%.*s of %.*s)",
        BK_F(limit), BK_F(load), c->loads, BK_F(at), BK_F(ok), BK_F(all));
    return m;
}

static struct bk_landmark errors(const struct bk_cap_course *c)
{
    if (!c->failures)
        return errors_at_latest(c);
    struct looks l = look_ahead(c);
    size_t look = bk_onset(l.rate, c->end, c->error_limit, 1);
    struct bk_landmark m;
    if (!are_too_few(c, &m))
        m = look < c->end ? errors_at(c, &l, look) : no_errors(c);
    m.unit = BK_S("ratio");
    return m;
}

/* --- the 95th percentile --- */

static struct bk_landmark slow(const struct bk_cap_course *c)
{
    struct bk_landmark m = nowhere("p95");
    double *p95 = bk_alloc_array(c->arena, c->end + 1, sizeof *p95);
    bool any = false, beyond = false;
    for (size_t i = 0; i < c->end; i++) {
        p95[i] = c->moments[i].p95;
        any = any || !isnan(p95[i]);
        beyond = beyond || p95[i] > c->p95_limit;
    }
    size_t i = bk_onset(p95, c->end, c->p95_limit, 1);
    struct bk_str limit = bk_capacity_number(c->arena, c->p95_limit);
    m.unit = BK_S("s");
    if (!any) {
        m.means = BK_S("the tool told no percentiles on its way");
        return m;
    }
    if (i == c->end) {
        m.low = most_load(c);
        struct bk_str load = bk_capacity_number(c->arena, m.low);
        m.means = bk_fmt(c->arena,
                         beyond ? "p95 does not stay above %.*s s up to %.*s %s"
                                : "p95 is within %.*s s up to %.*s %s",
                         BK_F(limit), BK_F(load), c->loads);
        return m;
    }
    m.load = c->moments[i].load;
    m.elapsed = c->moments[i].from;
    m.value = p95[i];
    m.n = 0;
    /* the look ends at the moment: what lies wholly before it was within */
    size_t k = i + 1;
    while (k-- > 0 && c->moments[i].to - c->moments[k].from <= c->lasting)
        m.n += bk_cap_completed(c, &c->moments[k]);
    put_bounds(&m, k == (size_t)-1 ? (double)NAN : c->moments[k].load);
    struct bk_str load = bk_capacity_number(c->arena, m.load);
    struct bk_str at = bk_capacity_number(c->arena, m.elapsed);
    m.means = bk_fmt(c->arena, "p95 above %.*s s from %.*s %s on, first seen at %.*s s",
                     BK_F(limit), BK_F(load), c->loads, BK_F(at));
    return m;
}

void bk_capacity_onsets(struct bk_report *r, struct bk_section *section,
                        const struct bk_cap_course *c, const struct bk_curve *curve)
{
    struct bk_landmark m = errors(c);
    bk_capacity_landmark(r, section, curve, &m);
    if (isnan(c->p95_limit))
        return;
    m = slow(c);
    bk_capacity_landmark(r, section, curve, &m);
}
