/* Series of sessions: the one way in which questions about time read the archive.
 *
 * Runs of one hardware, model and workload make a group; of one engine and config within
 * it, a line, which is what sessions are compared along.  The unit of replication is the
 * session, so several runs of a line in one session are one row, their median, and never
 * evidence of their own.  judge.h says what may be said of a row. */
#ifndef BK_QUERY_SERIES_H
#define BK_QUERY_SERIES_H

#include "../stats/verdict.h"
#include "select.h"

struct bk_annotation; /* annotations.h */

/* --- what a series is of --- */

struct bk_quantity {
    int64_t id; /* 0: of any population */
    struct bk_str metric, stat, scope, unit;
    enum bk_scale scale;
    enum bk_worse worse;
    double floor; /* smallest effect that matters */
    bool canonical;
    bool survives_failure; /* the metric says how a failed run failed */
};

/* What a number of a run counts. */
enum bk_counted {
    BK_COUNTS_NOTHING,
    BK_COUNTS_EVENTS,   /* things that happened in it */
    BK_COUNTS_REQUESTS, /* those of its requests that failed, or their share */
};
enum bk_counted bk_quantity_counted(const struct bk_quantity *q);

/* Unit, direction and floor of a metric of the warehouse; BK_EUSAGE with what to do when
 * it has none of this name. */
bool bk_quantity_find(struct bk_db *db, struct bk_arena *a, struct bk_quantity *q,
                      struct bk_err *err);
/* "ttft.p95" as metric and stat, which is empty without one.  Names that sources brought
 * along hold a point themselves: k6-text.my_metric. */
void bk_quantity_split(struct bk_arena *a, struct bk_str text, struct bk_str *metric,
                       struct bk_str *stat);
/* Sets what follows from metric, unit and direction ("higher", "lower", "neutral"). */
void bk_quantity_settle(struct bk_quantity *q, struct bk_str direction);
/* The difference of a value to another: of shares absolute, else relative; NAN when there
 * is none. */
double bk_quantity_change(const struct bk_quantity *q, double value, double before);

/* --- lines --- */

struct bk_session {
    struct bk_str name;
    int64_t started_ns; /* the earliest of its runs; BK_NO_TIME */
};

struct bk_place { /* numbers from 0 */
    size_t group, line, session;
};

/* Are runs of these places one row: of one line and session? */
bool bk_same_row(const struct bk_place *a, const struct bk_place *b);

struct bk_lines {
    struct bk_arena *arena;
    const struct bk_run_list *runs;
    struct bk_place *places;     /* of each run */
    size_t *order;               /* runs by group, session, line and start */
    struct bk_session *sessions; /* oldest first */
    size_t n_groups, n_lines, n_sessions;
    bool by_name; /* some start is unknown: sessions stand in by their names */
};

/* Sorts runs into lines.  Sessions are ordered by their start; one without stands by its
 * name ("9" before "10") when the others are in the order of theirs, else last.  Keeps
 * the list. */
void bk_lines_make(struct bk_arena *a, const struct bk_run_list *runs,
                   struct bk_lines *lines);
/* The number of the first session that is not before this one, which need not be among
 * them; n_sessions: all are before.  BK_NONE when nobody knows: it is not among them, they
 * stand by their starts, and its own (BK_NO_TIME) is unknown. */
size_t bk_lines_place(const struct bk_lines *lines, struct bk_str name,
                      int64_t started_ns);
/* The number of a session; BK_NONE when no run is of it. */
size_t bk_lines_session(const struct bk_lines *lines, struct bk_str name);

/* --- rows --- */

struct bk_series_row {
    const struct bk_run_row *run; /* the first of the session's runs on this line */
    struct bk_place at;
    double value;                     /* median over the runs */
    size_t n;                         /* runs */
    double requests, events;          /* of its runs together, where q counts; NAN */
    struct bk_str status, status_why; /* of the worst of the runs */
    int64_t started_ns;               /* of the run, else of its session */
    /* What people said of it: where annotations enter, between bk_series_fill and a
     * judgement. */
    bool left_out;                       /* never compared with: an outlier */
    unsigned level;                      /* accepted level shifts on its line so far */
    const struct bk_annotation *shift;   /* the last of them; NULL: none */
    const struct bk_annotation *outlier; /* why it is left out; NULL: it is not */
};

struct bk_series {
    struct bk_arena *arena;
    const struct bk_lines *lines;
    struct bk_quantity q;
    bool strict;                /* degraded runs count only in what survives failure */
    const double *requests;     /* of each run, where q counts them; NULL: not known */
    struct bk_series_row *rows; /* by group, session and line */
    size_t n;
};

/* The rows of a series; values are those of the runs by their numbers, NAN for none.
 * s->rows may hold room for as many rows as there are runs, to be used again. */
void bk_series_fill(struct bk_series *s, const struct bk_lines *lines,
                    const double *values);

/* May others be compared with this row?  Not when its runs failed or are invalid, nor
 * when people left it out. */
bool bk_series_is_baseline(const struct bk_series_row *row);
/* Is the row itself judged?  A failed one only in what says how it failed; so a degraded
 * one where the series is strict.  Not one that people left out. */
bool bk_series_is_judged(const struct bk_series *s, const struct bk_series_row *row);

#endif
