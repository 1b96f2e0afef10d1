/* Checks: what a careful reader would notice.  Pure functions over records; each
 * finding names its numbers.
 *
 * Formulas and thresholds: docs/findings.md.  One file per family of
 * checks. */
#ifndef BK_CHECK_CHECK_H
#define BK_CHECK_CHECK_H

#include "../record/record.h"

struct bk_check_code {
    const char *code, *explanation, *what_to_do;
};
extern const struct bk_check_code bk_check_codes[]; /* ends with code NULL */

/* All checks on the runs of one unit: sets every run's status and status_why, appends
 * findings to the runs. runs may be reordered by none of them. Allocates in a. */
void bk_check_runs(struct bk_arena *a, struct bk_run *const *runs, size_t n);

/* --- the families, in the order in which they run --- */
void bk_check_status(struct bk_arena *a,
                     struct bk_run *r); /* failed, invalid, degraded, zero-output */
void bk_check_derived(
    struct bk_arena *a,
    struct bk_run *r); /* R1, R2: derived-mismatch, conflicting-values */
void bk_check_quantiles(struct bk_arena *a, struct bk_run *r); /* R4: quantile-order */
void bk_check_little(struct bk_arena *a,
                     struct bk_run *r); /* R5: little-law, pool-queueing */
void bk_check_copies(struct bk_arena *a, struct bk_run *const *runs,
                     size_t n); /* R3: identical-values */
void bk_check_edges(struct bk_arena *a, struct bk_run *const *runs,
                    size_t n); /* R8: optimum-at-edge */

#endif
