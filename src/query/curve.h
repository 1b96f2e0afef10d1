/* Sweeps as curves: one test over all cells, and the load that still met an objective.
 *
 * The cells of a sweep are lines that differ in one parameter only, the axis.  Each cell
 * gives one log ratio of new to old; their mean is tested by a paired t test.  Cells of
 * one session share what happened to that session, so the mean must also be more than
 * whole sessions differed before (or, with few of them, more than single cells did); with
 * one session before, the size of the change is told and no verdict. */
#ifndef BK_QUERY_CURVE_H
#define BK_QUERY_CURVE_H

#include "family.h"
#include "goal.h"

/* Fewer cells are no curve. */
#define BK_CURVE_CELLS 3

struct bk_curve {
    const struct bk_case *first; /* what its cells have alike: all but the axis */
    struct bk_str axis;          /* "batch_size" */
    const struct bk_pair *at;    /* the other parameters that vary in the group */
    size_t n_at;
    struct bk_case **cells; /* in the order of the axis */
    size_t n;
    size_t n_alike; /* cells that moved the same way as the mean */
    struct bk_evidence e;
};

struct bk_curves {
    struct bk_curve *items;
    size_t n;
};

/* The curves of a family that was measured. */
void bk_curves_find(struct bk_arena *a, const struct bk_verdict_rule *rule,
                    struct bk_family *f, struct bk_curves *curves);

/* Verdicts of cells and curves as one family. */
void bk_curves_judge(struct bk_arena *a, const struct bk_verdict_rule *rule,
                     enum bk_adjustment adjustment, struct bk_family *f,
                     struct bk_curves *curves);

/* Adds the section 'curves', unless no sweep was compared: all of them, or those that
 * changed or may have got worse by what matters. */
void bk_curves_report(struct bk_report *r, const struct bk_curves *curves, bool all);

/* Adds the section 'slo': of each curve of the metric, the highest load that met it. */
void bk_slo_report(struct bk_report *r, const struct bk_curves *curves,
                   const struct bk_goal *slos, size_t n);

#endif
