/* Reading the course of a run (see course.h).
 *
 * Where points are kept there is a row for each second.  Else there are the lines that
 * a tool printed on its way: totals since the start, whose differences are given. */
#include "course.h"

#include <math.h>

typedef bool take_fn(void *self, const struct bk_moment *m, struct bk_err *err);

/* --- of kept points --- */

static struct bk_moment second_of(const struct bk_stmt *st, int64_t first)
{
    enum {
        FIRST_SKETCH = 7,
        LATENCIES = FIRST_SKETCH + BK_N_MOMENT_SKETCHES,
        LATENCY_SUM
    };
    double from = (double)(bk_col_int(st, 0) - first);
    double latencies = bk_col_real(st, LATENCIES);
    struct bk_moment m = {
        .from = from,
        .to = from + 1,
        .load = bk_col_real(st, 1),
        .started = bk_col_real(st, 2),
        .completed = bk_col_real(st, 3),
        .failed = bk_col_real(st, 4),
        .iterations = bk_col_real(st, 5),
        .mean = (double)NAN,
        .p95 = (double)NAN,
        .scale = bk_col_real(st, 6),
    };
    if (latencies > 0)
        m.mean = bk_col_real(st, LATENCY_SUM) / latencies * m.scale;
    for (size_t i = 0; i < BK_N_MOMENT_SKETCHES; i++) {
        if (!bk_col_is_null(st, FIRST_SKETCH + i))
            m.sketches[i] = bk_col_blob(st, FIRST_SKETCH + i);
    }
    return m;
}

static bool read_seconds(struct bk_db *db, int64_t run, int64_t first, take_fn *take,
                         void *self, struct bk_err *err)
{
    struct bk_stmt *st = bk_stmt(db, BK_SQL_SAMPLE_SECONDS_OF_RUN);
    bool row = true, ok = true;
    bk_bind_int(st, ":run", run);
    while (ok && (ok = bk_step(st, &row, err)) && row) {
        struct bk_moment m = second_of(st, first);
        ok = take(self, &m, err);
    }
    bk_reset(st);
    return ok;
}

/* --- of what the tool printed --- */

/* What was added since the moment before. */
static double growth(double *before, double now)
{
    double grown = isnan(*before) ? now : now - *before;
    if (!isnan(now))
        *before = now;
    return grown;
}

static bool read_lines(struct bk_db *db, int64_t run, take_fn *take, void *self,
                       struct bk_err *err)
{
    struct bk_stmt *st = bk_stmt(db, BK_SQL_TIMELINE_OF_RUN);
    double iterations = (double)NAN, requests = (double)NAN, failed = (double)NAN;
    double before = 0;
    bool row = true, ok = true;
    bk_bind_int(st, ":run", run);
    while (ok && (ok = bk_step(st, &row, err)) && row) {
        double elapsed = bk_col_real(st, 0);
        struct bk_moment m = {
            .from = fmin(before, elapsed),
            .to = elapsed,
            .load = bk_col_real(st, 1),
            .started = (double)NAN,
            .completed = growth(&requests, bk_col_real(st, 3)),
            .failed = growth(&failed, bk_col_real(st, 4)),
            .iterations = growth(&iterations, bk_col_real(st, 2)),
            .mean = bk_col_real(st, 6),
            .p95 = bk_col_real(st, 5),
            .scale = 1,
        };
        before = elapsed;
        ok = take(self, &m, err);
    }
    bk_reset(st);
    return ok;
}

bool bk_course_read(struct bk_db *db, int64_t run, const struct bk_run_begin *begin,
                    take_fn *take, void *self, struct bk_err *err)
{
    return begin != NULL ? read_seconds(db, run, begin->first, take, self, err)
                         : read_lines(db, run, take, self, err);
}

bool bk_moment_merge(const struct bk_moment *m, struct bk_sketch *into,
                     struct bk_err *err)
{
    for (size_t i = 0; i < BK_N_MOMENT_SKETCHES; i++) {
        if (m->sketches[i].len > 0 && !bk_sketch_unpack(into, m->sketches[i], err))
            return false;
    }
    return true;
}
