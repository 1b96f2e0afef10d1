/* Which runs may be compared: sides, and the groups of runs that match across them.
 *
 * A side is a session, a run, or a condition ("hardware=h100").  Runs of different sides
 * match when hardware, model and workload are equal, except for what the sides
 * themselves name; when a side has several runs of such a group with different
 * parameters (a sweep), runs are paired by the parameters that vary.  (Match key:
 * workload, load shape, model; what differs besides is shown, never averaged over.) */
#ifndef BK_QUERY_MATCH_H
#define BK_QUERY_MATCH_H

#include "select.h"

struct bk_side {
    struct bk_str label; /* as the user named it */
    struct bk_run_list runs;
    bool fixes[BK_N_DIMS]; /* dimensions that the side itself names */
    bool is_session;
};

/* One comparable set: runs[side][i]. */
struct bk_match {
    struct bk_str label; /* what tells it from the others: "h100 concurrency=5" */
    struct {
        const struct bk_run_row **runs;
        size_t n;
    } * sides;
    bool complete; /* every side has a run */
};

struct bk_matches {
    struct bk_match *items;
    size_t n;
    size_t n_sides;
};

/* Reads what the user named as sides; 'where' narrows sessions and conditions.
 * BK_EUSAGE names what is not there, and the nearest name that is. */
bool bk_sides_read(struct bk_db *db, struct bk_arena *a, const struct bk_strings *names,
                   const struct bk_strings *where, struct bk_side **sides,
                   struct bk_err *err);

/* Groups the runs of n sides; matches with fewer than two sides are incomplete and last. */
void bk_match_runs(struct bk_arena *a, const struct bk_side *sides, size_t n,
                   struct bk_matches *matches);

#endif
