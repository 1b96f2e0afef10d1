/* How much load something bears: what both ways of asking share, from one run's course
 * (capacity_run.c) and across runs (capacity_across.c). */
#ifndef BK_QUERY_CAPACITY_H
#define BK_QUERY_CAPACITY_H

#include "question.h"
#include "window.h"

struct bk_capacity_args {
    const char *errors, *p95, *lasting, *load;             /* of one run */
    const char *by, *metric, *hardware, *model, *workload; /* across runs */
};

/* Of one run; BK_EUSAGE when nothing tells how it went on its way. */
bool bk_capacity_run(struct bk_db *db, const struct bk_capacity_args *o,
                     const char *ref, struct bk_report *r, struct bk_err *err);
/* Across runs of one hardware, model and workload. */
bool bk_capacity_across(struct bk_db *db, const struct bk_capacity_args *o,
                        const struct bk_strings *where, struct bk_report *r,
                        struct bk_err *err);

/* --- a curve: load against throughput --- */

struct bk_curve_point {
    double load, low, high; /* and the loads that were put together */
    double throughput;
    double elapsed; /* first seen; NAN: no course */
    double n;       /* evidence: requests, or sessions */
};

struct bk_curve {
    struct bk_curve_point *points; /* by load, each above 0 and once */
    size_t n;
    struct bk_str load_unit, throughput_unit;
    const char *what;    /* the throughput is of: "ok requests" */
    const char *loads;   /* "users", "concurrency" */
    double noise;        /* of repeats, relative; 0: not known */
    struct bk_str unfit; /* why no law may be fitted to it; empty: it may */
};

struct bk_landmark {
    const char *name;
    double load, low, high; /* with the bounds that the data allow; NAN: none */
    double begun;           /* load when the requests that failed there began */
    double elapsed;         /* seconds since the begin; NAN */
    double value;           /* there */
    struct bk_str unit;
    double n;            /* evidence */
    struct bk_str means; /* a sentence */
};

/* A row for one landmark; makes the section with the first. */
void bk_capacity_landmark(struct bk_report *r, struct bk_section *section,
                          const struct bk_curve *c, const struct bk_landmark *m);
struct bk_section *bk_capacity_landmarks(struct bk_report *r);
/* Knee, plateau, the best point and the steepest fall. */
void bk_capacity_bends(struct bk_report *r, struct bk_section *section,
                       const struct bk_curve *c);
/* The section with the law of scalability, or why it is refused. */
void bk_capacity_fit(struct bk_report *r, const struct bk_curve *c);

/* --- checks --- */

struct bk_check {
    const char *name;
    struct bk_str at; /* what it is about: "load 500", the run */
    double got, limit;
    struct bk_str unit;
    bool broken;
    struct bk_str means;
};
struct bk_section *bk_capacity_checks(struct bk_report *r);
void bk_capacity_check(struct bk_report *r, struct bk_section *section,
                       const struct bk_check *c);

/* What Little's law needs to know of a run or a level. */
struct bk_in_flight {
    struct bk_str at;
    double load;        /* users; NAN: not known */
    double throughput;  /* requests a second */
    double latency;     /* mean, s */
    double pause;       /* of a user between two requests, s; NAN: not known */
    double connections; /* workers times pool size; NAN: not known */
    double ok_throughput;
};
/* L = X W against the load, and against the connections of the pools. */
void bk_capacity_little(struct bk_report *r, struct bk_section *section,
                        const struct bk_in_flight *f);
/* So many requests against those that users over some time make, each every 'each'
 * seconds (latency and pause): the integral of the users / each. */
void bk_capacity_ramp(struct bk_report *r, struct bk_section *section,
                      double user_seconds, double requests, double each);
/* Of so many users each is in flight for W of every W + pause seconds. */
double bk_capacity_in_flight(double users, double latency, double pause);
/* workers * pool_size of a run's config; NAN. */
double bk_capacity_connections(const struct bk_run_row *run);
/* A parameter as a number; NAN. */
double bk_capacity_param(const struct bk_run_row *run, struct bk_str name);

/* "308", "0.1", "1,234.5" without a group: a number for a sentence. */
struct bk_str bk_capacity_number(struct bk_arena *a, double x);
/* "12.5 %" */
struct bk_str bk_capacity_percent(struct bk_arena *a, double x);

#endif
