/* All checks over the runs of one unit, in order. */
#include "check.h"

void bk_check_runs(struct bk_arena *a, struct bk_run *const *runs, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        bk_check_status(a, runs[i]);
        bk_check_derived(a, runs[i]);
        bk_check_quantiles(a, runs[i]);
        bk_check_little(a, runs[i]);
    }
    bk_check_copies(a, runs, n);
    bk_check_edges(a, runs, n);
}
