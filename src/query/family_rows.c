/* How cases become rows of 'verdicts': see family.h. */
#include "family.h"

#include <math.h>
#include <stdlib.h>

static const struct bk_column columns[BK_N_VERDICT_COLUMNS] = {
    [BK_V_HARDWARE] = {"hardware", "", 0},
    [BK_V_MODEL] = {"model", "", 0},
    [BK_V_ENGINE] = {"engine", "", 0},
    [BK_V_WORKLOAD] = {"workload", "", 0},
    [BK_V_CONFIG] = {"config", "", 0},
    [BK_V_METRIC] = {"metric", "", 0},
    [BK_V_STAT] = {"stat", "", 0},
    [BK_V_SCOPE] = {"scope", "", 0},
    [BK_V_UNIT] = {"unit", "", BK_COL_MACHINE},
    [BK_V_SESSION] = {"session", "", BK_COL_MACHINE},
    [BK_V_OLD] = {"old", "*", 0},
    [BK_V_NEW] = {"new", "*", 0},
    [BK_V_RATIO] = {"ratio", "", BK_COL_RATIO},
    [BK_V_CI_LOW] = {"ci_low", "", BK_COL_MACHINE},
    [BK_V_CI_HIGH] = {"ci_high", "", BK_COL_MACHINE},
    [BK_V_CHANGE] = {"change", "", BK_COL_MACHINE},
    [BK_V_P] = {"p", "", BK_COL_MACHINE},
    [BK_V_Q] = {"q", "", BK_COL_MACHINE},
    [BK_V_N_OLD] = {"n_old", "", BK_COL_MACHINE},
    [BK_V_N_NEW] = {"n_new", "", BK_COL_MACHINE},
    [BK_V_MDE] = {"mde", "", BK_COL_MACHINE},
    [BK_V_METHOD] = {"method", "", BK_COL_MACHINE},
    [BK_V_VERDICT] = {"verdict", "", 0},
    [BK_V_WHY] = {"why", "", 0},
};

const struct bk_column *bk_verdict_columns(struct bk_arena *a,
                                           struct bk_case *const *cases, size_t n)
{
    static const struct {
        enum bk_verdict_column column;
        enum bk_dim dim;
    } dims[] = {{BK_V_MODEL, BK_DIM_MODEL},
                {BK_V_ENGINE, BK_DIM_ENGINE},
                {BK_V_WORKLOAD, BK_DIM_WORKLOAD}};
    struct bk_column *c = bk_alloc_array(a, BK_N_VERDICT_COLUMNS, sizeof *c);
    bool one_line = true;
    for (size_t i = 0; i < BK_N_VERDICT_COLUMNS; i++)
        c[i] = columns[i];
    for (size_t k = 0; k < sizeof dims / sizeof *dims; k++) {
        bool differs = false;
        for (size_t i = 1; i < n && !differs; i++)
            differs = !bk_eq(cases[i]->row.run->dim[dims[k].dim],
                             cases[0]->row.run->dim[dims[k].dim]);
        c[dims[k].column].flags = differs ? 0 : BK_COL_MACHINE;
    }
    for (size_t i = 1; i < n && one_line; i++)
        one_line = cases[i]->row.at.line == cases[0]->row.at.line;
    c[BK_V_CONFIG].flags = one_line ? BK_COL_MACHINE : 0;
    return c;
}

/* An end of the interval as a ratio: of a share, only over what is not 0. */
static struct bk_value ratio_end(const struct bk_evidence *e, double change)
{
    if (e->scale == BK_SCALE_RATIO)
        return bk_v_known(1 + change);
    return e->old > 0 ? bk_v_known((e->old + change) / e->old) : bk_v_null();
}

static void values(struct bk_value *v, const struct bk_case *c)
{
    const struct bk_evidence *e = &c->e;
    double new = isfinite(e->new) ? e->new : c->row.value;
    if (isfinite(e->old))
        v[BK_V_OLD] = bk_v_real_unit(e->old, c->q->unit);
    v[BK_V_NEW] = bk_v_real_unit(new, c->q->unit);
    if (isfinite(e->old) && e->old != 0)
        v[BK_V_RATIO] = bk_v_known(new / e->old);
    v[BK_V_CI_LOW] = ratio_end(e, e->within.low);
    v[BK_V_CI_HIGH] = ratio_end(e, e->within.high);
    v[BK_V_CHANGE] = bk_v_known(e->change);
    v[BK_V_P] = bk_v_known(e->p);
    v[BK_V_Q] = bk_v_known(e->p_adjusted);
    v[BK_V_N_OLD] = bk_v_int((int64_t)c->n_old);
    v[BK_V_N_NEW] = bk_v_int((int64_t)c->n_new);
    v[BK_V_MDE] = bk_v_known(e->detectable);
}

void bk_verdict_row(struct bk_report *r, struct bk_section *s, const struct bk_case *c)
{
    const struct bk_run_row *run = c->row.run;
    const char *method = bk_case_method(c);
    struct bk_value *v = bk_section_row(r, s);
    v[BK_V_HARDWARE] = bk_v_str(run->dim[BK_DIM_HARDWARE]);
    v[BK_V_MODEL] = bk_v_str(run->dim[BK_DIM_MODEL]);
    v[BK_V_ENGINE] = bk_v_str(run->dim[BK_DIM_ENGINE]);
    v[BK_V_WORKLOAD] = bk_v_str(run->dim[BK_DIM_WORKLOAD]);
    v[BK_V_CONFIG] = bk_v_pairs(run->config, run->n_config);
    v[BK_V_METRIC] = bk_v_str(c->q->metric);
    v[BK_V_STAT] = bk_v_str(c->q->stat);
    v[BK_V_SCOPE] = bk_v_str(c->q->scope);
    v[BK_V_UNIT] = bk_v_str(c->q->unit);
    v[BK_V_SESSION] = bk_v_str(run->dim[BK_DIM_SESSION]);
    values(v, c);
    v[BK_V_METHOD] = bk_v_text(method);
    v[BK_V_VERDICT] = bk_v_text(bk_verdict_name(c->e.verdict));
    v[BK_V_WHY] = bk_v_str(bk_case_why(r->arena, c));
}

/* --- what matters --- */

static int order_of(enum bk_verdict verdict)
{
    static const int orders[] = {
        [BK_VERDICT_REGRESSION] = 0,
        [BK_VERDICT_INVALID] = 2,
        [BK_VERDICT_IMPROVEMENT] = 1,
        [BK_VERDICT_INCONCLUSIVE] = 3,
        [BK_VERDICT_INSUFFICIENT_EVIDENCE] = 4,
        [BK_VERDICT_NOT_COMPARABLE] = 5,
        [BK_VERDICT_NO_MATERIAL_CHANGE] = 6,
    };
    return orders[verdict];
}

/* How many times larger than what matters, towards the worse. */
static double weight(const struct bk_case *c)
{
    double size = c->e.change / c->q->floor;
    if (c->by_status)
        return (double)INFINITY;
    if (isnan(size))
        return -(double)INFINITY;
    return c->e.worse == BK_NO_DIRECTION || c->e.verdict == BK_VERDICT_IMPROVEMENT
               ? fabs(size)
               : size * (double)c->e.worse;
}

static int by_weight(const void *x, const void *y)
{
    const struct bk_case *a = *(struct bk_case *const *)x;
    const struct bk_case *b = *(struct bk_case *const *)y;
    int order = order_of(a->e.verdict) - order_of(b->e.verdict);
    double wa = weight(a), wb = weight(b);
    if (order != 0)
        return order;
    if (wa != wb)
        return wa > wb ? -1 : 1;
    return a < b ? -1 : a > b; /* as they were loaded */
}

struct bk_case **bk_cases_by_weight(struct bk_arena *a, struct bk_case *cases, size_t n)
{
    struct bk_case **sorted = bk_alloc_array(a, n + 1, sizeof(struct bk_case *));
    for (size_t i = 0; i < n; i++)
        sorted[i] = &cases[i];
    if (n > 1)
        qsort(sorted, n, sizeof(struct bk_case *), by_weight);
    return sorted;
}

size_t bk_cases_count(const struct bk_case *cases, size_t n, enum bk_verdict verdict)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        count += cases[i].e.verdict == verdict;
    return count;
}
