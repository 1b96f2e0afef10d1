/* The numbers of a run within a part of it, out of its points: so that ramps and drains
 * do not spoil a comparison. */
#ifndef BK_QUERY_PART_H
#define BK_QUERY_PART_H

#include "window.h"

struct bk_part_args {   /* options of a question; all may be absent */
    const char *window; /* "100s..160s" */
    bool steady;        /* the part with a steady load, found run by run */
};
bool bk_part_asked(const struct bk_part_args *args);

struct bk_part_value {
    struct bk_str metric; /* canonical, or "<format>.<name>" */
    const char *stat, *scope;
    double value; /* base unit */
};
struct bk_part {
    struct bk_window window; /* seconds since the run's begin */
    struct bk_part_value *values;
    size_t n;
};

/* Request throughput, that of ok requests and the error rate; of every metric of single
 * numbers mean, smallest, largest and exact percentiles, for all, ok and failed requests;
 * iterations per second.  In the arena.  BK_EUSAGE when the window is malformed, the run
 * has no points, none in the window, or nothing steady in it. */
bool bk_part_read(struct bk_db *db, struct bk_arena *a, const struct bk_run_row *run,
                  const struct bk_part_args *args, struct bk_part *part,
                  struct bk_err *err);

#endif
