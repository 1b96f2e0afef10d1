/* The course of one run: what its points or its tool's progress tell of each moment. */
#ifndef BK_QUERY_COURSE_H
#define BK_QUERY_COURSE_H

#include "../stats/sketch.h"
#include "window.h"

enum {
    BK_N_MOMENT_SKETCHES = 3 /* ok, failed, unknown outcome */
};

/* A second of a run's points, or the time between two lines that its tool printed.
 * Counts are those of this time; NAN where nothing is told. */
struct bk_moment {
    double from, to; /* seconds since the run's begin */
    double load;
    double started, completed, failed; /* requests */
    double iterations;
    double mean, p95; /* latency in seconds */
    /* Packed sketches of the latencies (bk_sketch_unpack) in order of outcome; empty
     * where there are none.  Valid during the call.  Times 'scale' they are seconds. */
    struct bk_str sketches[BK_N_MOMENT_SKETCHES];
    double scale;
};

/* Gives each moment of a run in order; 'take' returns false to stop with its error.
 * begin: that of its points, NULL: what the tool told is read. */
bool bk_course_read(struct bk_db *db, int64_t run, const struct bk_run_begin *begin,
                    bool (*take)(void *self, const struct bk_moment *m,
                                 struct bk_err *err),
                    void *self, struct bk_err *err);
/* Adds the moment's latencies of every outcome to a sketch. */
bool bk_moment_merge(const struct bk_moment *m, struct bk_sketch *into,
                     struct bk_err *err);

#endif
