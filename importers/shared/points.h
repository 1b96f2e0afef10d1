/* The single observations of a run (src/samples), filled by readers of formats that
 * write one request a line or a list of times: metrics by their names in the source,
 * one tag. */
#ifndef BK_IMPORTERS_SHARED_POINTS_H
#define BK_IMPORTERS_SHARED_POINTS_H

#include "../../src/samples/samples.h"
#include "../importer.h"

/* What the dictionary knows of a name that a source writes in this unit (empty: as the
 * dictionary says); kind and role are left for the caller to set. */
struct bk_sample_metric bk_points_describe(const struct bk_importing *im,
                                           struct bk_str name, struct bk_str unit);

/* Lives in the arena of the import. */
struct bk_points;
struct bk_points *bk_points_new(const struct bk_importing *im);
/* The metric of this name, found or made; BK_NONE: there are too many. */
size_t bk_points_metric(struct bk_points *p, struct bk_str name, struct bk_str unit,
                        enum bk_sample_kind kind, enum bk_sample_role role);
/* The set of this tag ("status", "200"; an empty value: of none) and outcome, found or
 * made; past a limit the set of the outcome alone. */
size_t bk_points_set(struct bk_points *p, const char *tag, struct bk_str value,
                     enum bk_outcome outcome);
/* A point; one that is not finite is left out, as is one of metric BK_NONE. */
bool bk_points_add(struct bk_points *p, size_t metric, size_t set, int64_t time_ns,
                   double value, struct bk_err *err);
/* Hands them to the run, if there are any. */
bool bk_points_finish(struct bk_points *p, struct bk_run *run, struct bk_err *err);

#endif
