/* Which runs may be compared: sides, and the groups of runs that match across them.
 *
 * A side is a session, a run, a baseline, or a condition ("hardware=h100").  Runs of different sides
 * match when hardware, model and workload are equal, except for what the sides
 * themselves name; when a side has several runs of such a group with different
 * parameters (a sweep) or engines, runs are paired by what varies.  What differs besides
 * is shown, never averaged over. */
#ifndef BK_QUERY_MATCH_H
#define BK_QUERY_MATCH_H

#include "select.h"

struct bk_side {
    const char *typed;
    struct bk_str label; /* "h100" of "hardware=h100" */
    struct bk_run_list runs;
    bool fixes[BK_N_DIMS]; /* dimensions that the side itself names */
    bool is_session;
    size_t n_retold; /* runs left out because a report retells others of the side */
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

/* Reads what the user named as sides; 'where' narrows sessions and conditions.  Labels
 * of sides differ from each other and from 'reserved' names (NULL-terminated), for they
 * are columns.  BK_EUSAGE names what is not there, and the nearest name that is, or what
 * is there twice. */
bool bk_sides_read(struct bk_db *db, struct bk_arena *a, const struct bk_strings *names,
                   const struct bk_strings *where, const char *const *reserved,
                   struct bk_side **sides, struct bk_err *err);

/* Groups the runs of n sides; matches with fewer than two sides are incomplete and last. */
void bk_match_runs(struct bk_arena *a, const struct bk_side *sides, size_t n,
                   struct bk_matches *matches);

#endif
