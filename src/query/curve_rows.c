/* Curves as rows of a report, and the objectives that they met: see curve.h. */
#include "curve.h"

#include "../base/num.h"

#include <math.h>

enum curve_column {
    HARDWARE,
    MODEL,
    ENGINE,
    WORKLOAD,
    AT,
    AXIS,
    METRIC,
    STAT,
    SCOPE,
    CELLS,
    RATIO,
    CI_LOW,
    CI_HIGH,
    P,
    Q,
    N_OLD,
    N_NEW,
    VERDICT,
    WHY,
    N_CURVE
};

static const struct bk_column curve_columns[N_CURVE] = {
    [HARDWARE] = {"hardware", "", 0},
    [MODEL] = {"model", "", BK_COL_MACHINE},
    [ENGINE] = {"engine", "", BK_COL_MACHINE},
    [WORKLOAD] = {"workload", "", 0},
    [AT] = {"config", "", 0},
    [AXIS] = {"axis", "", 0},
    [METRIC] = {"metric", "", 0},
    [STAT] = {"stat", "", 0},
    [SCOPE] = {"scope", "", 0},
    [CELLS] = {"cells", "", BK_COL_MACHINE},
    [RATIO] = {"ratio", "", BK_COL_RATIO},
    [CI_LOW] = {"ci_low", "", BK_COL_MACHINE},
    [CI_HIGH] = {"ci_high", "", BK_COL_MACHINE},
    [P] = {"p", "", BK_COL_MACHINE},
    [Q] = {"q", "", BK_COL_MACHINE},
    [N_OLD] = {"n_old", "", BK_COL_MACHINE},
    [N_NEW] = {"n_new", "", BK_COL_MACHINE},
    [VERDICT] = {"verdict", "", 0},
    [WHY] = {"why", "", 0},
};

static struct bk_str percent(struct bk_arena *a, double x)
{
    char text[352];
    bk_format_fixed(fabs(x) * 100, 1, text);
    return bk_fmt(a, "%s", text);
}

/* "fell by 7.8 % [5.9, 9.6] over 9 of 9 values of batch_size at concurrency=10" */
static struct bk_str size_of_change(struct bk_arena *a, const struct bk_curve *c)
{
    const struct bk_evidence *e = &c->e;
    struct bk_str text = bk_fmt(a, "%s by %.*s %%", e->change < 0 ? "fell" : "rose",
                                BK_F(percent(a, e->change)));
    bool one_way = e->within.low * e->within.high > 0;
    double near = e->change < 0 ? e->within.high : e->within.low;
    double far = e->change < 0 ? e->within.low : e->within.high;
    if (one_way)
        text = bk_fmt(a, "%.*s [%.*s, %.*s]", BK_F(text), BK_F(percent(a, near)),
                      BK_F(percent(a, far)));
    text = bk_fmt(a, "%.*s over %zu of %zu values of %.*s", BK_F(text), c->n_alike,
                  c->n, BK_F(c->axis));
    if (c->n_at > 0)
        text = bk_fmt(a, "%.*s at %.*s", BK_F(text),
                      BK_F(bk_config_text(a, c->at, c->n_at)));
    return text;
}

static struct bk_str why(struct bk_arena *a, const struct bk_curve *c)
{
    struct bk_str text = size_of_change(a, c);
    if (c->e.tier == BK_TIER_1)
        return bk_fmt(a,
                      "%.*s: of one session before; what happens to all cells of a "
                      "session cannot be told from a change",
                      BK_F(text));
    return bk_fmt(a, "%.*s: %s", BK_F(text), bk_reason_text(c->e.reason));
}

static bool is_shown(const struct bk_curve *c)
{
    return c->e.verdict == BK_VERDICT_REGRESSION ||
           c->e.verdict == BK_VERDICT_IMPROVEMENT ||
           (c->e.verdict != BK_VERDICT_NO_MATERIAL_CHANGE &&
            c->e.change * (double)c->e.worse >= c->e.floor);
}

void bk_curves_report(struct bk_report *r, const struct bk_curves *curves, bool all)
{
    if (curves->n == 0)
        return;
    struct bk_section *s = bk_report_section(r, "curves", curve_columns, N_CURVE);
    for (size_t i = 0; i < curves->n; i++) {
        const struct bk_curve *c = &curves->items[i];
        const struct bk_run_row *run = c->first->row.run;
        if (!all && !is_shown(c))
            continue;
        struct bk_value *v = bk_section_row(r, s);
        v[HARDWARE] = bk_v_str(run->dim[BK_DIM_HARDWARE]);
        v[MODEL] = bk_v_str(run->dim[BK_DIM_MODEL]);
        v[ENGINE] = bk_v_str(run->dim[BK_DIM_ENGINE]);
        v[WORKLOAD] = bk_v_str(run->dim[BK_DIM_WORKLOAD]);
        v[AT] = bk_v_pairs(c->at, c->n_at);
        v[AXIS] = bk_v_str(c->axis);
        v[METRIC] = bk_v_str(c->first->q->metric);
        v[STAT] = bk_v_str(c->first->q->stat);
        v[SCOPE] = bk_v_str(c->first->q->scope);
        v[CELLS] = bk_v_int((int64_t)c->n);
        v[RATIO] = bk_v_real(1 + c->e.change);
        v[CI_LOW] = bk_v_known(1 + c->e.within.low);
        v[CI_HIGH] = bk_v_known(1 + c->e.within.high);
        v[P] = bk_v_known(c->e.p);
        v[Q] = bk_v_known(c->e.p_adjusted);
        v[N_OLD] = bk_v_int((int64_t)c->e.n_old);
        v[N_NEW] = bk_v_int((int64_t)c->e.n_new);
        v[VERDICT] = bk_v_text(bk_verdict_name(c->e.verdict));
        v[WHY] = bk_v_str(why(r->arena, c));
    }
}

/* --- objectives --- */

static const struct bk_column slo_columns[] = {
    {"hardware", "", 0},
    {"model", "", BK_COL_MACHINE},
    {"engine", "", BK_COL_MACHINE},
    {"workload", "", 0},
    {"config", "", 0},
    {"slo", "", 0},
    {"axis", "", 0},
    {"old", "", 0},
    {"new", "", 0},
};
enum {
    N_SLO = sizeof slo_columns / sizeof *slo_columns
};

static struct bk_value highest(const struct bk_curve *c, const struct bk_goal *slo,
                               bool new_side)
{
    double best = (double)NAN;
    for (size_t i = 0; i < c->n; i++) {
        double value = new_side ? c->cells[i]->e.new : c->cells[i]->e.old, x;
        bool met = bk_goal_holds(slo, value);
        if (met && bk_parse_double(bk_row_param(c->cells[i]->row.run, c->axis), &x) &&
            !(x <= best))
            best = x;
    }
    return isnan(best) ? bk_v_text("none") : bk_v_real(best);
}

void bk_slo_report(struct bk_report *r, const struct bk_curves *curves,
                   const struct bk_goal *slos, size_t n)
{
    if (n == 0)
        return;
    struct bk_section *s = bk_report_section(r, "slo", slo_columns, N_SLO);
    for (size_t k = 0; k < n; k++)
        for (size_t i = 0; i < curves->n; i++) {
            const struct bk_curve *c = &curves->items[i];
            const struct bk_run_row *run = c->first->row.run;
            if (!bk_eq(c->first->q->metric, slos[k].q.metric) ||
                !bk_eq(c->first->q->stat, slos[k].q.stat))
                continue;
            struct bk_value *v = bk_section_row(r, s);
            v[0] = bk_v_str(run->dim[BK_DIM_HARDWARE]);
            v[1] = bk_v_str(run->dim[BK_DIM_MODEL]);
            v[2] = bk_v_str(run->dim[BK_DIM_ENGINE]);
            v[3] = bk_v_str(run->dim[BK_DIM_WORKLOAD]);
            v[4] = bk_v_pairs(c->at, c->n_at);
            v[5] = bk_v_str(slos[k].text);
            v[6] = bk_v_str(c->axis);
            v[7] = highest(c, &slos[k], false);
            v[8] = highest(c, &slos[k], true);
        }
    if (s->n_rows == 0)
        bk_report_note(r, "no-curve", BK_WARNING,
                       "no sweep has this objective's metric in %d cells or more on "
                       "both sides",
                       BK_CURVE_CELLS);
}
