/* The runs of one source that holds many: keys that tell them apart, what follows from
 * their numbers, and handing them over. */
#ifndef BK_IMPORTERS_SHARED_RUNS_H
#define BK_IMPORTERS_SHARED_RUNS_H

#include "../importer.h"

/* More rows than this are no table of runs but a point stream. */
#define BK_MAX_RUNS ((size_t)10000)

struct bk_runs {
    struct bk_run **items;
    size_t n;
};

struct bk_run *bk_runs_add(const struct bk_importing *im, struct bk_runs *runs);

/* The rows of one table.  A "number of parallel requests" by which the table itself
 * divides its duration to get the mean time per request is the number of requests that
 * were sent: batch_size, not the concurrency. */
void bk_runs_settle_batch(const struct bk_importing *im, struct bk_run **runs,
                          size_t n);

/* Gives every run a key out of what varies between the runs ("concurrency=5
 * batch_size=8"), behind the key it has; equal keys get "#2", "#3".  Adds derived
 * numbers and passes the runs to the sink in order. */
bool bk_runs_send(const struct bk_importing *im, struct bk_runs *runs,
                  struct bk_err *err);

/* A number that is to be added to the run, or was just added at the end of its list: is
 * it a new claim?  False: the run says the same already (the printed digits allow one
 * value).  *rank is the rank that it gets among the claims about its quantity. */
bool bk_run_new_claim(const struct bk_run *run, const struct bk_measurement *m,
                      unsigned *rank);

/* How many quantities both runs have with values that agree, and how many that do not.
 */
void bk_runs_agree(const struct bk_run *a, const struct bk_run *b, size_t *same,
                   size_t *differ);

/* Adds what 'from' says to 'into': parameters and context that are missing there,
 * measurements that say something new, findings. */
void bk_run_merge(const struct bk_importing *im, struct bk_run *into,
                  const struct bk_run *from);

#endif
