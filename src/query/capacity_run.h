/* The course of one run as 'capacity' sees it: moments with their load, and how far the
 * load rose. */
#ifndef BK_QUERY_CAPACITY_RUN_H
#define BK_QUERY_CAPACITY_RUN_H

#include "capacity.h"

struct bk_cap_moment {
    double from, to; /* seconds since the run's begin */
    double load;     /* NAN: not known */
    double started, completed, failed, iterations;
    double mean;          /* latency, s */
    double p95;           /* of the moment and those before it (lasting), s */
    double failed_median; /* latency of the requests that failed in it, s */
};

struct bk_cap_course {
    struct bk_arena *arena;
    struct bk_cap_moment *moments;
    size_t n;
    size_t end;                             /* moments from here on are the drain */
    double error_limit, p95_limit, lasting; /* p95_limit NAN: not asked for */
    bool by_rate;                           /* the load is requests a second */
    bool requests, failures; /* are told of moments; else only iterations are */
    /* totals of the run; NAN: not known */
    double n_requests, n_ok, n_iterations;
    struct bk_str unit; /* of the load */
    const char *loads;  /* "VUs" */
};

struct bk_cap_totals { /* of the run; NAN: not known */
    double throughput, ok_throughput;
    double latency, iteration; /* means, s; an iteration is a request and its pause */
};
/* What the run's own numbers say: these, and the counts of the course. */
bool bk_cap_totals_load(struct bk_db *db, struct bk_cap_course *c,
                        const struct bk_run_row *row, struct bk_cap_totals *t,
                        struct bk_err *err);
/* The checks of a run that tells nothing of its way: its totals against the users that
 * its load shape or config tells.  'told' is false when there is nothing to check. */
bool bk_capacity_totals(struct bk_db *db, const struct bk_run_row *run,
                        const struct bk_cap_course *c, const struct bk_cap_totals *t,
                        struct bk_report *r, bool *told, struct bk_err *err);

/* Requests that completed in a moment; iterations where the tool tells only of them. */
double bk_cap_completed(const struct bk_cap_course *c, const struct bk_cap_moment *m);
/* The landmarks of errors and of the 95th percentile. */
void bk_capacity_onsets(struct bk_report *r, struct bk_section *section,
                        const struct bk_cap_course *c, const struct bk_curve *curve);

#endif
