/* New sessions against those before, in everything that was measured: one family of tests.
 *
 * 'regressions' and 'gate' differ in the rule, the adjustment and what they print. */
#ifndef BK_QUERY_FAMILY_H
#define BK_QUERY_FAMILY_H

#include "annotations.h"
#include "judge.h"

struct bk_wanted { /* a metric that was asked for */
    const char *text;
    struct bk_str metric, stat; /* stat empty: all that are usual */
    double floor;               /* NAN: the dictionary's */
    size_t n;                   /* cases of it, and rows that people muted */
};

/* What a gate looks at unasked: one figure of each kind that a user of a server notices. */
extern const char *const bk_gate_usual[];

struct bk_family_ask {
    const struct bk_strings *sessions; /* the new ones; none: the newest */
    /* Sessions to compare with, a baseline, or "rolling", which is all sessions before;
     * none: the baseline 'default', if there is one, else rolling. */
    const struct bk_strings *against;
    const struct bk_strings *metrics; /* METRIC[.STAT][:FLOOR] */
    const struct bk_strings *where;
    const char *const *usual; /* METRIC[.STAT] without --metric, NULL-terminated; NULL:
                                 what has a direction, by its usual stats */
    const char *scope;        /* NULL: the headline figure */
    bool degraded;            /* degraded runs count in everything */
    const struct bk_verdict_rule *rule;
};

struct bk_family {
    struct bk_run_list runs;
    struct bk_lines lines;
    struct bk_str *machines; /* that the new sessions ran on */
    size_t n_machines;
    struct bk_strings names; /* the new sessions */
    struct bk_str sessions;  /* these, joined by ", " */
    size_t n_before;         /* sessions that are compared with */
    size_t n_retold;
    struct bk_quantity *requests; /* how many there were, by what tools call it */
    size_t n_requests;
    struct bk_quantity *quantities;
    size_t n_quantities;
    struct bk_wanted *wanted;
    size_t n_wanted;
    struct bk_case *cases;
    size_t n;
    struct bk_marks marks; /* what people said; what counts here is marked as used */
    size_t n_muted;        /* lines and metrics that are not judged */
    const struct bk_baseline *baseline; /* that is compared with; NULL: none */
    bool *held;                         /* of the runs: the baseline holds for it */
    size_t n_held;                      /* cases that it holds for */
    const char *no_default; /* why the baseline 'default' does not hold; NULL */
};

/* Notes of a report: what people said that counts here, and what they compare with. */
void bk_family_report(const struct bk_family *f, struct bk_report *r);

/* Loads the sessions and measures; bk_cases_judge is left to do.  BK_EUSAGE when a session
 * or metric is not there or a floor cannot be read. */
bool bk_family_load(struct bk_db *db, struct bk_arena *a,
                    const struct bk_family_ask *ask, struct bk_family *f,
                    struct bk_err *err);

/* --- the steps of it, for who splits sessions otherwise --- */

/* Loads runs and quantities, no case. */
bool bk_family_open(struct bk_db *db, struct bk_arena *a,
                    const struct bk_family_ask *ask, struct bk_family *f,
                    struct bk_err *err);
/* The rows of each quantity of an opened family, in the order of these. */
bool bk_family_series(struct bk_db *db, struct bk_arena *a,
                      const struct bk_family_ask *ask, const struct bk_family *f,
                      struct bk_series **series, struct bk_err *err);

struct bk_split { /* by the numbers of sessions */
    bool *is_new, *is_old;
    bool *
        is_pinned; /* these alone are compared with, and old ones lend their noise; NULL:
                        old ones are compared with */
    size_t first_pinned;
};
/* Adds the cases of one quantity of the family: new rows of the series against old ones.
 * They are kept in 'keep'; the arena of the series is worked in. */
void bk_family_measure(struct bk_arena *keep, const struct bk_verdict_rule *rule,
                       struct bk_family *f, const struct bk_quantity *q,
                       const struct bk_series *s, const struct bk_split *split);

/* --- how a family is shown --- */

enum bk_verdict_column {
    BK_V_HARDWARE,
    BK_V_MODEL,
    BK_V_ENGINE,
    BK_V_WORKLOAD,
    BK_V_CONFIG,
    BK_V_METRIC,
    BK_V_STAT,
    BK_V_SCOPE,
    BK_V_UNIT,
    BK_V_SESSION,
    BK_V_OLD,
    BK_V_NEW,
    BK_V_RATIO,
    BK_V_CI_LOW,
    BK_V_CI_HIGH,
    BK_V_CHANGE,
    BK_V_P,
    BK_V_Q,
    BK_V_N_OLD,
    BK_V_N_NEW,
    BK_V_MDE,
    BK_V_METHOD,
    BK_V_VERDICT,
    BK_V_WHY,
    BK_N_VERDICT_COLUMNS
};

/* The columns of 'verdicts'; what all shown cases have alike is hidden from people. */
const struct bk_column *bk_verdict_columns(struct bk_arena *a,
                                           struct bk_case *const *cases, size_t n);
/* A row of 'verdicts'. */
void bk_verdict_row(struct bk_report *r, struct bk_section *s, const struct bk_case *c);
/* Cases by what matters: verdicts in the order of this list, then by how many times the
 * change is larger than what matters. */
struct bk_case **bk_cases_by_weight(struct bk_arena *a, struct bk_case *cases,
                                    size_t n);
/* How many cases have a verdict. */
size_t bk_cases_count(const struct bk_case *cases, size_t n, enum bk_verdict verdict);

#endif
