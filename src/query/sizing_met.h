/* How many requests at once really met objectives, over runs of one model and machine. */
#ifndef BK_QUERY_SIZING_MET_H
#define BK_QUERY_SIZING_MET_H

#include "annotations.h"
#include "goal.h"
#include "select.h"

struct bk_met {
    double met;    /* the highest load below the first miss; NAN: none met */
    double missed; /* the lowest that missed; NAN: none did */
    double tokens; /* of a mean request at the load that met; NAN: not counted */
    size_t loads;  /* that were tried */
    size_t runs;
    size_t without; /* runs with a load that lack a number of an objective */
    bool uneven;    /* a load above a miss met again */
};

/* The runs' numbers for the objectives, read once; in the arena.  Runs that people left
 * out (outliers, and those before a level shift) are no evidence.  BK_EUSAGE when an
 * objective is about an unknown metric. */
struct bk_met_data;
bool bk_met_load(struct bk_db *db, struct bk_arena *a, const struct bk_run_list *runs,
                 const struct bk_goal *slos, size_t n_slos, struct bk_met_data **data,
                 struct bk_err *err);

/* Over the runs of a model (by any of its names) and, unless that is empty, a kind of
 * machine.  A load is met when every run at it met every objective; a run that failed or
 * is invalid meets none.  What was asked for before is remembered. */
const struct bk_met *bk_met_find(struct bk_met_data *data, struct bk_str model,
                                 struct bk_str hardware);

/* Runs left out by annotations, and a note of the report for each of these. */
size_t bk_met_annotated(const struct bk_met_data *data, struct bk_report *r);

#endif
