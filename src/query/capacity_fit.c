/* What load does to throughput: landmarks, the fit, and Little's law (see capacity.h,
 * and src/stats/scaling.h for the methods). */
#include "capacity.h"

#include "../base/num.h"
#include "../stats/scaling.h"

#include <math.h>

#define TOLERANCE   0.05 /* of a plateau, unless repeats are noisier */
#define FALL        0.95 /* a fall to more is none */
#define MEASUREMENT 0.02 /* by which Little's law may miss, for rounding and edges */

struct bk_str bk_capacity_number(struct bk_arena *a, double x)
{
    char text[352];
    bk_format_digits(x, fabs(x) >= 1000 ? 6 : 4, text);
    return bk_dup(a, bk_str(text));
}

struct bk_str bk_capacity_percent(struct bk_arena *a, double x)
{
    char text[352];
    bk_format_digits(x * 100, fabs(x) >= 0.1 ? 3 : 2, text);
    return bk_fmt(a, "%s %%", text);
}

static struct bk_value counted(double x)
{
    return isfinite(x) ? bk_v_int((int64_t)fmin(fmax(x, 0), 9e18)) : bk_v_null();
}

/* --- landmarks --- */

enum landmark_column {
    LANDMARK,
    LOAD,
    AT_LEAST,
    AT_MOST,
    BEGUN_AT,
    FIRST_SEEN,
    VALUE,
    UNIT,
    EVIDENCE,
    MEANS,
    N_LANDMARK
};

static const struct bk_column landmark_columns[N_LANDMARK] = {
    [LANDMARK] = {"landmark", "", 0},  [LOAD] = {"load", "*", 0},
    [AT_LEAST] = {"at_least", "*", 0}, [AT_MOST] = {"at_most", "*", 0},
    [BEGUN_AT] = {"begun_at", "*", 0}, [FIRST_SEEN] = {"first_seen_s", "s", 0},
    [VALUE] = {"value", "*", 0},       [UNIT] = {"unit", "", BK_COL_MACHINE},
    [EVIDENCE] = {"n", "1", 0},        [MEANS] = {"meaning", "", 0},
};

struct bk_section *bk_capacity_landmarks(struct bk_report *r)
{
    return bk_report_section(r, "landmarks", landmark_columns, N_LANDMARK);
}

void bk_capacity_landmark(struct bk_report *r, struct bk_section *section,
                          const struct bk_curve *c, const struct bk_landmark *m)
{
    struct bk_value *cells = bk_section_row(r, section);
    cells[LANDMARK] = bk_v_text(m->name);
    cells[LOAD] = bk_v_known_unit(m->load, c->load_unit);
    cells[AT_LEAST] = bk_v_known_unit(m->low, c->load_unit);
    cells[AT_MOST] = bk_v_known_unit(m->high, c->load_unit);
    cells[BEGUN_AT] = bk_v_known_unit(m->begun, c->load_unit);
    cells[FIRST_SEEN] = bk_v_known_unit(m->elapsed, BK_S("s"));
    cells[VALUE] = bk_v_known_unit(m->value, m->unit);
    cells[UNIT] = bk_v_str(m->unit);
    cells[EVIDENCE] = counted(m->n);
    cells[MEANS] = bk_v_str(m->means);
}

static struct bk_landmark at_point(const struct bk_curve *c, size_t i, const char *name)
{
    const struct bk_curve_point *p = &c->points[i];
    return (struct bk_landmark){.name = name,
                                .load = p->load,
                                .low = p->low,
                                .high = p->high,
                                .begun = (double)NAN,
                                .elapsed = p->elapsed,
                                .value = p->throughput,
                                .unit = c->throughput_unit,
                                .n = p->n};
}

static size_t best_of(const struct bk_curve *c)
{
    size_t best = 0;
    for (size_t i = 1; i < c->n; i++) {
        if (c->points[i].throughput > c->points[best].throughput)
            best = i;
    }
    return best;
}

struct columns { /* of a curve */
    double *load, *throughput;
};

static struct columns columns_of(struct bk_arena *a, const struct bk_curve *c)
{
    struct columns k = {bk_alloc_array(a, c->n + 1, sizeof(double)),
                        bk_alloc_array(a, c->n + 1, sizeof(double))};
    for (size_t i = 0; i < c->n; i++) {
        k.load[i] = c->points[i].load;
        k.throughput[i] = c->points[i].throughput;
    }
    return k;
}

static void add_fall(struct bk_report *r, struct bk_section *section,
                     const struct bk_curve *c, const struct columns *k)
{
    size_t at;
    double ratio = bk_steepest_fall(k->throughput, c->n, &at);
    if (!(ratio < FALL))
        return;
    struct bk_landmark m =
        at_point(c, at + 1, ratio < BK_CLIFF ? "cliff" : "steepest_fall");
    m.low = c->points[at].load;
    m.high = c->points[at + 1].load;
    m.value = ratio;
    m.unit = BK_S("ratio");
    m.means = bk_fmt(r->arena, "%s between %.*s and %.*s: throughput falls to %.*s",
                     ratio < BK_CLIFF ? "cliff" : "steepest fall",
                     BK_F(bk_capacity_number(r->arena, m.low)),
                     BK_F(bk_capacity_number(r->arena, m.high)),
                     BK_F(bk_capacity_percent(r->arena, ratio)));
    bk_capacity_landmark(r, section, c, &m);
}

void bk_capacity_bends(struct bk_report *r, struct bk_section *section,
                       const struct bk_curve *c)
{
    if (c->n == 0)
        return;
    struct columns k = columns_of(r->arena, c);
    double tolerance = fmax(TOLERANCE, c->noise);
    size_t best = best_of(c), knee = bk_knee(k.load, k.throughput, c->n);
    struct bk_landmark m;
    if (c->n == 1) {
        bk_report_note(r, "one-load", BK_INFO,
                       "throughput was measured at one load only: nothing tells what "
                       "more or less of it does");
        return;
    }
    if (!(c->points[best].throughput > 0))
        return;
    if (knee != BK_NO_KNEE) {
        m = at_point(c, knee, "knee");
        m.means = BK_S("beyond it more load gives little more throughput");
        bk_capacity_landmark(r, section, c, &m);
    }
    m = at_point(c, bk_plateau(k.throughput, c->n, tolerance), "plateau");
    m.means = bk_fmt(r->arena, "the least load within %.*s of the best throughput",
                     BK_F(bk_capacity_percent(r->arena, tolerance)));
    bk_capacity_landmark(r, section, c, &m);
    m = at_point(c, best, "best");
    m.means =
        bk_fmt(r->arena, "the most %s%s", c->what,
               best == c->n - 1 ? ", at the edge of what was tried: more may lie beyond"
               : best == 0 ? ", at the edge of what was tried: the best may lie below"
                           : "");
    bk_capacity_landmark(r, section, c, &m);
    add_fall(r, section, c, &k);
}

/* --- the fit --- */

enum fit_column {
    VERDICT,
    POINTS,
    ALPHA,
    SE_ALPHA,
    BETA,
    SE_BETA,
    GAMMA,
    SE_GAMMA,
    PEAK_LOAD,
    PEAK,
    LIMIT,
    R2,
    RMSE,
    WORST,
    WORST_AT,
    WHY,
    N_FIT
};

static const struct bk_column fit_columns[N_FIT] = {
    [VERDICT] = {"verdict", "", 0},
    [POINTS] = {"points", "1", 0},
    [ALPHA] = {"alpha", "", 0},
    [SE_ALPHA] = {"se_alpha", "", 0},
    [BETA] = {"beta", "", 0},
    [SE_BETA] = {"se_beta", "", 0},
    [GAMMA] = {"gamma", "*", 0},
    [SE_GAMMA] = {"se_gamma", "*", 0},
    [PEAK_LOAD] = {"peak_load", "*", 0},
    [PEAK] = {"peak_throughput", "*", 0},
    [LIMIT] = {"limit_throughput", "*", 0},
    [R2] = {"r2", "", 0},
    [RMSE] = {"rmse", "*", 0},
    [WORST] = {"worst_residual", "ratio", BK_COL_PERCENT},
    [WORST_AT] = {"worst_at", "*", 0},
    [WHY] = {"why", "", 0},
};

static struct bk_str and_also(struct bk_arena *a, struct bk_str text,
                              struct bk_str more)
{
    return bk_fmt(a, "%.*s%s%.*s", BK_F(text), text.len > 0 ? "; " : "", BK_F(more));
}

/* Where throughput falls at once no law of contention holds. */
static struct bk_str cliff_text(struct bk_arena *a, const struct bk_curve *c,
                                const struct columns *k)
{
    size_t at;
    double ratio = bk_steepest_fall(k->throughput, c->n, &at);
    if (!(ratio < BK_CLIFF))
        return (struct bk_str){NULL, 0};
    return bk_fmt(a, "cliff between %.*s and %.*s: throughput falls to %.*s",
                  BK_F(bk_capacity_number(a, k->load[at])),
                  BK_F(bk_capacity_number(a, k->load[at + 1])),
                  BK_F(bk_capacity_percent(a, ratio)));
}

static struct bk_str why_refused(struct bk_arena *a, const struct bk_curve *c,
                                 const struct columns *k, const struct bk_usl *fit)
{
    struct bk_str why = cliff_text(a, c, k);
    if (fit->flaws & BK_USL_TOO_FEW)
        why = and_also(
            a, why,
            bk_fmt(a, "%zu loads, and a fit wants %zu", c->n, BK_USL_MIN_POINTS));
    if (fit->flaws & BK_USL_POOR_FIT)
        why =
            and_also(a, why, bk_fmt(a, "R2 is %.3f, below %g", fit->r2, BK_USL_MIN_R2));
    if (fit->flaws & BK_USL_NOISY)
        why = and_also(a, why,
                       bk_fmt(a, "it misses by more than %g %% of the mean",
                              BK_USL_MAX_RMSE * 100));
    if (fit->flaws & BK_USL_FAR_PEAK)
        why = and_also(a, why,
                       bk_fmt(a, "its peak, %.*s, lies far beyond what was tried",
                              BK_F(bk_capacity_number(a, fit->n_max))));
    return why;
}

static struct bk_str why_usable(struct bk_arena *a, const struct bk_usl *fit)
{
    if (isinf(fit->n_max))
        return BK_S("throughput only levels off: the fit has no peak");
    return bk_fmt(a, "the fit peaks at a load of %.*s",
                  BK_F(bk_capacity_number(a, fit->n_max)));
}

static void add_fit(struct bk_value *cells, const struct bk_curve *c,
                    const struct bk_usl *fit)
{
    const struct bk_str none = {NULL, 0};
    cells[ALPHA] = bk_v_known_unit(fit->alpha, none);
    cells[SE_ALPHA] = bk_v_known_unit(fit->se_alpha, none);
    cells[BETA] = bk_v_known_unit(fit->beta, none);
    cells[SE_BETA] = bk_v_known_unit(fit->se_beta, none);
    cells[GAMMA] = bk_v_known_unit(fit->gamma, c->throughput_unit);
    cells[SE_GAMMA] = bk_v_known_unit(fit->se_gamma, c->throughput_unit);
    cells[R2] = bk_v_known_unit(fit->r2, none);
    cells[RMSE] = bk_v_known_unit(fit->rmse, c->throughput_unit);
    cells[WORST] = bk_v_known_unit(fit->worst_residual, BK_S("ratio"));
    cells[WORST_AT] = bk_v_known_unit(fit->worst_at, c->load_unit);
    if (fit->flaws != 0) /* a refused fit promises no peak */
        return;
    cells[PEAK_LOAD] = bk_v_known_unit(fit->n_max, c->load_unit);
    cells[PEAK] = bk_v_known_unit(fit->x_max, c->throughput_unit);
    cells[LIMIT] = bk_v_known_unit(fit->x_limit, c->throughput_unit);
}

void bk_capacity_fit(struct bk_report *r, const struct bk_curve *c)
{
    struct bk_section *section = bk_report_section(r, "fit", fit_columns, N_FIT);
    struct bk_value *cells = bk_section_row(r, section);
    struct columns k = columns_of(r->arena, c);
    struct bk_usl fit;
    cells[POINTS] = bk_v_int((int64_t)c->n);
    if (c->unfit.len > 0) {
        cells[VERDICT] = bk_v_text("refused");
        cells[WHY] = bk_v_str(c->unfit);
        return;
    }
    if (!bk_usl_fit(k.load, k.throughput, c->n, &fit)) {
        cells[VERDICT] = bk_v_text("refused");
        cells[WHY] =
            bk_v_str(bk_fmt(r->arena, "%zu load%s with throughput, and a fit wants %zu",
                            c->n, c->n == 1 ? "" : "s", BK_USL_MIN_POINTS));
        return;
    }
    add_fit(cells, c, &fit);
    cells[VERDICT] = bk_v_text(fit.flaws != 0 ? "refused" : "usable");
    cells[WHY] = bk_v_str(fit.flaws != 0 ? why_refused(r->arena, c, &k, &fit)
                                         : why_usable(r->arena, &fit));
}

/* --- checks --- */

enum check_column {
    CHECK,
    CHECK_AT,
    GOT,
    CHECK_LIMIT,
    CHECK_UNIT,
    HOLDS,
    CHECK_MEANS,
    N_CHECK
};

static const struct bk_column check_columns[N_CHECK] = {
    [CHECK] = {"check", "", 0},
    [CHECK_AT] = {"at", "", 0},
    [GOT] = {"value", "*", 0},
    [CHECK_LIMIT] = {"limit", "*", 0},
    [CHECK_UNIT] = {"unit", "", BK_COL_MACHINE},
    [HOLDS] = {"holds", "", 0},
    [CHECK_MEANS] = {"meaning", "", 0},
};

struct bk_section *bk_capacity_checks(struct bk_report *r)
{
    return bk_report_section(r, "checks", check_columns, N_CHECK);
}

void bk_capacity_check(struct bk_report *r, struct bk_section *section,
                       const struct bk_check *c)
{
    struct bk_value *cells = bk_section_row(r, section);
    cells[CHECK] = bk_v_text(c->name);
    cells[CHECK_AT] = bk_v_str(c->at);
    cells[GOT] = bk_v_known_unit(c->got, c->unit);
    cells[CHECK_LIMIT] = bk_v_known_unit(c->limit, c->unit);
    cells[CHECK_UNIT] = bk_v_str(c->unit);
    cells[HOLDS] = bk_v_bool(!c->broken);
    cells[CHECK_MEANS] = bk_v_str(c->means);
}

static struct bk_str rounded(struct bk_arena *a, double x)
{
    return bk_fmt(a, "%.0f", x);
}

double bk_capacity_in_flight(double users, double latency, double pause)
{
    return users * latency / (latency + pause);
}

static void check_pool(struct bk_report *r, struct bk_section *section,
                       const struct bk_in_flight *f, double in_flight)
{
    struct bk_arena *a = r->arena;
    struct bk_check pool = {.name = "connections",
                            .at = f->at,
                            .got = in_flight,
                            .limit = f->connections,
                            .unit = BK_S("1"),
                            .broken = in_flight > f->connections};
    struct bk_str got = rounded(a, in_flight), most = rounded(a, f->connections);
    pool.means =
        bk_fmt(a,
               pool.broken ? "queueing certain if a request holds a connection: %.*s "
                             "in flight against %.*s connections (workers x pool size)"
                           : "%.*s in flight against %.*s connections (workers x pool "
                             "size)",
               BK_F(got), BK_F(most));
    bk_capacity_check(r, section, &pool);
    struct bk_check bound = {.name = "pool_throughput",
                             .at = f->at,
                             .got = f->ok_throughput,
                             .limit = f->connections / f->latency,
                             .unit = BK_S("1/s")};
    if (!isfinite(bound.got))
        return;
    bound.broken = bound.got > bound.limit * (1 + MEASUREMENT);
    bound.means = bound.broken
                      ? BK_S("more ok requests a second than connections / latency: a "
                             "request does not hold its connection all the time")
                      : BK_S("ok requests a second against connections / latency");
    bk_capacity_check(r, section, &bound);
}

void bk_capacity_little(struct bk_report *r, struct bk_section *section,
                        const struct bk_in_flight *f)
{
    double in_flight = f->throughput * f->latency;
    if (isfinite(in_flight) && isfinite(f->load)) {
        struct bk_check c = {.name = "in_flight",
                             .at = f->at,
                             .got = in_flight,
                             .limit = f->load,
                             .unit = BK_S("1"),
                             .broken = in_flight > f->load * (1 + MEASUREMENT)};
        c.means = c.broken
                      ? BK_S("throughput x latency is more than there were users: one "
                             "of the three is wrong")
                      : BK_S("throughput x latency is not more than there were users");
        bk_capacity_check(r, section, &c);
    }
    if (isfinite(f->pause) && isfinite(f->load) && isfinite(f->latency))
        in_flight = bk_capacity_in_flight(f->load, f->latency, f->pause);
    if (isfinite(in_flight) && f->connections > 0 && f->latency > 0)
        check_pool(r, section, f, in_flight);
}

/* A mean latency over ramp and drain describes neither exactly. */
#define RAMP 0.10

void bk_capacity_ramp(struct bk_report *r, struct bk_section *section,
                      double user_seconds, double requests, double each)
{
    struct bk_check c = {.name = "requests",
                         .at = BK_S("the whole run"),
                         .got = requests,
                         .limit = user_seconds / each,
                         .unit = BK_S("1")};
    if (!(c.limit > 0) || isinf(c.limit) || !isfinite(requests))
        return;
    c.broken = fabs(requests / c.limit - 1) > RAMP;
    c.means = c.broken ? BK_S("users over time / (latency + pause) make another number "
                              "of requests: one of the four is wrong")
                       : BK_S("about as many as users over time / (latency + pause) "
                              "make");
    bk_capacity_check(r, section, &c);
}

double bk_capacity_param(const struct bk_run_row *run, struct bk_str name)
{
    double x;
    return bk_parse_double(bk_row_param(run, name), &x) ? x : (double)NAN;
}

double bk_capacity_connections(const struct bk_run_row *run)
{
    return bk_capacity_param(run, BK_S("workers")) *
           bk_capacity_param(run, BK_S("pool_size"));
}
