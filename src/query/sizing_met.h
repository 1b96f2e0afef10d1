/* How many requests at once really met objectives, over runs of one model and machine. */
#ifndef BK_QUERY_SIZING_MET_H
#define BK_QUERY_SIZING_MET_H

#include "curve.h"
#include "select.h"

struct bk_met {
    double met;    /* the highest load below the first miss; NAN: none met */
    double missed; /* the lowest that missed; NAN: none did */
    double tokens; /* of a mean request at the load that met; NAN: not counted */
    size_t loads;  /* that were tried */
    size_t runs;
    size_t without; /* runs that lack a number of an objective, or a load */
    bool uneven;    /* a load above a miss met again */
};

/* The runs' numbers for the objectives, read once; in the arena. */
struct bk_met_data;
bool bk_met_load(struct bk_db *db, struct bk_arena *a, const struct bk_run_list *runs,
                 const struct bk_slo *slos, size_t n_slos, struct bk_met_data **data,
                 struct bk_err *err);

/* Over the runs of a model (by any of its names) and, unless that is empty, a kind of
 * machine.  A load is met when every run at it met every objective; a run that failed or
 * is invalid meets none.  What was asked for before is remembered. */
const struct bk_met *bk_met_find(struct bk_met_data *data, struct bk_str model,
                                 struct bk_str hardware);

#endif
