/* What may be said of rows of a series: their past, the evidence, the sentence why.
 *
 * stats/verdict.h holds the rule.  This adds what a row is compared with: the newest
 * BK_BASELINE sessions of its line that did not fail, of its level only when people
 * accepted that levels shifted; noise is borrowed from the other lines that were added to
 * the same past.  Where people say what to compare with, that alone is compared with, and
 * the other sessions of the line lend their noise. */
#ifndef BK_QUERY_JUDGE_H
#define BK_QUERY_JUDGE_H

#include "baselines.h"
#include "series.h"

/* More sessions would tell little that is new, and follow a change more slowly. */
#define BK_BASELINE 50

struct bk_past_line {
    double *values;   /* oldest first */
    size_t *sessions; /* of the values */
    double *of; /* requests or runs behind them, where they count something; NAN */
    size_t n;
    size_t level_begin; /* the first value of the present level */
    unsigned level;
    struct bk_noise now, earlier; /* of this level, of levels before */
    const struct bk_series_row *last;
    bool stale;  /* 'now' is to be computed again */
    size_t most; /* so many sessions are compared with; 0: BK_BASELINE */
    bool lends;  /* sessions before the pinned ones, and without any all, lend noise */
    bool later;  /* sessions behind the pinned ones lend: a group of their own */
    bool pinned; /* the present level is what people say to compare with */
};

struct bk_past {
    const struct bk_series *s;
    struct bk_past_line *lines; /* by number */
    size_t *stale, n_stale;     /* lines */
    size_t *sessions_of;        /* sessions that were added, by group */
    size_t *last_session;       /* that was counted, by group */
    struct bk_noise all;
};

/* A past of the series without any session yet; in its arena.  It may be emptied and used
 * again for another series of the same lines. */
void bk_past_begin(struct bk_past *past, const struct bk_series *s);
/* Forgets whose noise may be borrowed: the rows to come are of another group or machine. */
void bk_past_forget_noise(struct bk_past *past);
/* Adds a row that others may be compared with; rows in the order of sessions. */
void bk_past_add(struct bk_past *past, const struct bk_series_row *row);

/* The same; but nothing is compared with the row, only its noise counts.  Rows 'later'
 * than what is pinned are a group of their own: the pinned session may begin a level. */
void bk_past_lend(struct bk_past *past, const struct bk_series_row *row, bool later);
/* Adds a row that alone, or with others that are pinned, is compared with: after all that
 * lend.  A level shift does not end it. */
void bk_past_pin(struct bk_past *past, const struct bk_series_row *row);

/* A row (or the rows of a line in several new sessions) and what was found. */
struct bk_case {
    const struct bk_quantity *q;
    struct bk_series_row row; /* the last of the new ones */
    double *old;              /* values that it is compared with, oldest first */
    size_t *old_sessions;     /* of these */
    size_t n_old;
    double *new;
    size_t n_new;
    const struct bk_series_row *last; /* session before on this line, or NULL */
    bool other_config; /* the group has sessions, none with this config */
    bool pinned;       /* people say what to compare with */
    bool not_pinned;   /* and that has not got this config */
    const struct bk_baseline *baseline; /* what it is called; set by who chose it */
    bool accepted;  /* people accepted a level shift in a new session: nothing of the
                          new level is older */
    bool by_status; /* a failed run is worse than runs that did not fail: no test */
    struct bk_evidence e;
    size_t needed; /* new sessions in all that would show the floor; 0: too many */
};

/* The evidence of new rows of one line (n >= 1, in the order of sessions) against the
 * past.  Fills all of 'c' but what bk_cases_judge fills. */
void bk_case_measure(struct bk_past *past, const struct bk_verdict_rule *rule,
                     const struct bk_series_row *rows, size_t n, struct bk_case *c);

/* Verdicts of a family (stats/verdict.h). */
void bk_cases_judge(struct bk_arena *a, const struct bk_verdict_rule *rule,
                    enum bk_adjustment adjustment, struct bk_case *cases, size_t n);

/* So many sessions may be suggested. */
#define BK_MOST_SESSIONS 20
/* What an inconclusive case would show, and how many sessions it would take: costly, so
 * only for cases that are printed. */
void bk_case_detail(const struct bk_verdict_rule *rule, struct bk_case *c);

/* A sentence: what changed, by how much, against what, and why that is the verdict. */
struct bk_str bk_case_why(struct bk_arena *a, const struct bk_case *c);
/* "student t, borrowed noise", "run status" ... */
const char *bk_case_method(const struct bk_case *c);
/* "+12.6 %" or "+12.60 pp". */
struct bk_str bk_change_text(struct bk_arena *a, const struct bk_quantity *q,
                             double change);

#endif
