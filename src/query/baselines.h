/* Baselines: what 'regressions' and 'gate' compare with when it is not all sessions
 * before.  Pinned, it is one session; rolling, the newest so many of each line.  One that
 * is called 'default' holds where no other is named. */
#ifndef BK_QUERY_BASELINES_H
#define BK_QUERY_BASELINES_H

#include "select.h"

#define BK_BASELINE_DEFAULT "default"
#define BK_BASELINE_ROLLING "rolling" /* names all sessions before */

struct bk_baseline {
    int64_t id;
    struct bk_str name;
    struct bk_str session; /* empty: it is rolling */
    size_t rolling;        /* sessions; 0: it is pinned */
    struct bk_str filter;  /* runs that it holds for, as --where takes them */
    struct bk_str reason, author, cleared_by, cleared_why;
    int64_t created_ns, cleared_ns; /* BK_NO_TIME: it is in force */
};
struct bk_baseline_list {
    struct bk_baseline *items; /* in the order in which they were set */
    size_t n;
};

/* Those in force, or all; in the arena. */
bool bk_baselines_load(struct bk_db *db, struct bk_arena *a, bool all,
                       struct bk_baseline_list *list, struct bk_err *err);
/* The one of this name that is in force; NULL: there is none.  BK_EUSAGE when a session
 * has the name, too. */
bool bk_baseline_named(struct bk_db *db, struct bk_arena *a, const char *name,
                       const struct bk_baseline **b, struct bk_err *err);
/* "session 059, hardware=h100" or "the newest 8 sessions". */
struct bk_str bk_baseline_about(struct bk_arena *a, const struct bk_baseline *b);
/* "baseline 'v1', session 059: release 1.2 (Ana, 2026-03-01)". */
struct bk_str bk_baseline_text(struct bk_arena *a, const struct bk_baseline *b);
/* A section 'baselines' of those in force that are this session, if there are any. */
bool bk_baselines_section(struct bk_db *db, struct bk_report *r, struct bk_str session,
                          struct bk_err *err);

#endif
