/* What questions about the course of one run share: which run, and which part of it. */
#ifndef BK_QUERY_WINDOW_H
#define BK_QUERY_WINDOW_H

#include "select.h"

/* The run that a user means: by name, by the beginning of its name when no other begins
 * so, or "#12".  BK_EUSAGE with the nearest name otherwise. */
bool bk_run_named(struct bk_db *db, struct bk_arena *a, const char *ref,
                  struct bk_run_row *run, struct bk_err *err);

/* Seconds of "40", "40s", "1.5m", "1h2m3s", "250ms". */
bool bk_parse_seconds(struct bk_str text, double *seconds);

/* A part of a run in seconds since its begin; from <= t < to. */
struct bk_window {
    double from, to; /* 0 and INFINITY: all */
};
/* Of the options --from and --to (NULL: not given); BK_EUSAGE when they are no times or
 * the part is empty. */
bool bk_window_read(const char *from, const char *to, struct bk_window *w,
                    struct bk_err *err);

/* When the first second of a run's points begins; found is false when it has none. */
struct bk_run_begin {
    int64_t begin_ns;       /* of the second 0 of sample_second */
    int64_t first;          /* second that has points */
    int64_t sketch_seconds; /* that a sketch stands for */
};
bool bk_run_begin(struct bk_db *db, int64_t run, struct bk_run_begin *begin,
                  bool *found, struct bk_err *err);

/* The steady part of a run, between ramp and drain: the longest time in which the load
 * (VUs; where it is not said, the last said) stays level, its largest value at most a
 * tenth above its smallest, for 10 s at least.  Where no load is told, the requests
 * completed a second, as means over 5 s, stand in.  BK_EUSAGE when there is none. */
struct bk_steady_window {
    struct bk_window window;
    double low, high; /* of the load, or of requests a second */
    bool by_requests;
};
bool bk_window_steady(struct bk_db *db, struct bk_arena *a,
                      const struct bk_run_row *run, struct bk_steady_window *w,
                      struct bk_err *err);
/* The window of --from and --to, or with steady the steady part, which a note tells. */
struct bk_window_args {
    const char *from, *to;
    bool steady;
};
bool bk_window_choose(struct bk_db *db, struct bk_report *r,
                      const struct bk_run_row *run, const struct bk_window_args *args,
                      struct bk_window *w, struct bk_err *err);

#endif
