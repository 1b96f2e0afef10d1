/* Outliers by median and MAD; see robust.h. */
#include "robust.h"

#include <math.h>

#include "../base/arena.h"
#include "summary.h"

/* Makes the MAD of normal values their standard deviation: 1 / Phi^-1(3/4). */
#define MAD_TO_SD    1.4826
#define LEAST_SPREAD 0.02
#define OUTLYING_Z   3.5

/* Distances from the median, the least first: from the middle of sorted numbers they grow
 * towards both ends. */
static void distances(const double *sorted, size_t n, double median, double *off)
{
    size_t below = n / 2, above = below;
    for (size_t k = 0; k < n; k++) {
        double down = below > 0 ? median - sorted[below - 1] : (double)INFINITY;
        double up = above < n ? sorted[above] - median : (double)INFINITY;
        if (above == n || (below > 0 && down < up)) {
            off[k] = down;
            below--;
        } else {
            off[k] = up;
            above++;
        }
    }
}

struct bk_robust bk_robust_of(struct bk_arena *a, const double *x, size_t n)
{
    struct bk_arena_mark mark = bk_arena_mark(a);
    double *sorted = bk_alloc_array(a, n + 1, sizeof *sorted);
    for (size_t i = 0; i < n; i++)
        sorted[i] = x[i];
    bk_sort(sorted, n);
    struct bk_robust r = {.median = bk_median(sorted, n)};
    double *off = bk_alloc_array(a, n + 1, sizeof *off);
    distances(sorted, n, r.median, off);
    r.mad = bk_median(off, n);
    r.mad_spread = MAD_TO_SD * r.mad;
    r.spread = n > 0 ? fmax(r.mad_spread, LEAST_SPREAD * fabs(r.median)) : r.mad;
    bk_arena_release(a, mark);
    return r;
}

double bk_robust_z(const struct bk_robust *r, double x)
{
    return r->spread > 0 ? (x - r->median) / r->spread : (double)NAN;
}

bool bk_is_outlier(double z)
{
    return fabs(z) > OUTLYING_Z;
}
