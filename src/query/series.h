/* The rows of a history, their order, and what may be said of each.
 *
 * A row is one session, config and engine of a group (hardware, model, workload); the
 * unit of replication is the session, so several runs of a row are its median and never
 * evidence of their own.  docs/history.md explains the tiers. */
#ifndef BK_QUERY_SERIES_H
#define BK_QUERY_SERIES_H

#include "select.h"

struct bk_series_row {
    const struct bk_run_row *run; /* the first of the session's runs with this config */
    struct bk_str group, config;
    double value; /* median over the runs */
    size_t n;     /* runs */
    double *values;
    struct bk_str status, status_why; /* of the worst of the runs */
    int64_t started_ns;               /* of the run, else of its session */
};

struct bk_series {
    struct bk_arena *arena;
    struct bk_series_row *rows;
    size_t n;
    struct bk_map known, sessions; /* rows by key; starts of sessions */
    char direction;                /* 'h' 'l' 'n' */
    double floor;                  /* smallest effect that matters */
    struct bk_str unit;
    bool survives_failure; /* the metric says how a failed run failed */
    bool by_name;          /* some start is unknown: sessions stand in by their names */
};

/* Is a difference of this metric absolute (a share: percentage points) or relative? */
bool bk_series_is_share(const struct bk_series *s);
/* The difference of a value to another, absolute or relative; NAN when there is none. */
double bk_series_change(const struct bk_series *s, double value, double before);

/* Tells of a run's start, whether it has a value or not: sessions are dated by it. */
void bk_series_date(struct bk_series *s, const struct bk_run_row *run);
void bk_series_add(struct bk_series *s, const struct bk_run_row *run, double value);
/* Medians, and the order: by group, then by start; sessions without one by their names
 * where the others are in the order of theirs, else last. */
void bk_series_finish(struct bk_series *s);

/* May others be compared with this row?  Not when its runs failed or are invalid. */
bool bk_series_is_baseline(const struct bk_series_row *row);
/* Is the row itself judged?  A failed one only in what says how it failed. */
bool bk_series_is_judged(const struct bk_series *s, const struct bk_series_row *row);

/* The sessions before, of one group. */
struct bk_past {
    struct bk_map configs; /* config -> struct bk_past_config */
    double ss;             /* within configs, of all of them */
    size_t df;
    size_t n_sessions; /* that were compared with so far */
    struct { /* critical values of t, of the last degrees of freedom asked for */
        size_t df;
        double level, power;
    } t;
};

struct bk_past_config {
    size_t n;
    double mean, ss; /* of logs; of the values themselves for shares */
    const struct bk_series_row *last;
};

struct bk_past_config *bk_past_of(struct bk_arena *a, struct bk_past *past,
                                  struct bk_str config);
void bk_past_add(const struct bk_series *s, struct bk_past *past,
                 const struct bk_series_row *row);

struct bk_judgement {
    const char *verdict;
    struct bk_str why;
};
struct bk_judgement bk_series_judge(const struct bk_series *s, struct bk_past *past,
                                    const struct bk_series_row *row);

#endif
