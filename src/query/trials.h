/* Trials of the judge on sessions in which nothing is known to have changed: how often it
 * alarms all the same, and how small a change it would see.
 *
 * A quantity's comparable rows are those of the newest level of each line: behind the
 * last change point and the last level shift that people accepted, without failed runs
 * and sessions that were left out.  Their order tells nothing, so any of them may play
 * the new one. */
#ifndef BK_QUERY_TRIALS_H
#define BK_QUERY_TRIALS_H

#include "../stats/counts.h"
#include "family.h"

struct bk_trials {
    struct bk_arena *arena; /* of the series; trials work in it and give back */
    struct bk_family f;
    struct bk_series *series; /* comparable rows of each quantity */
    const struct bk_verdict_rule *rule;
    enum bk_adjustment adjustment;
};

/* Loads the sessions of an ask and leaves comparable rows. */
bool bk_trials_load(struct bk_db *db, struct bk_arena *a,
                    const struct bk_family_ask *ask, struct bk_trials *t,
                    struct bk_err *err);

/* What came out, counted by sessions: comparisons of one session go wrong together, and
 * so does the same session in several trials. */
struct bk_tally {
    size_t tests, changes; /* comparisons that could be tested; verdicts of a change */
    size_t families, alarms; /* sessions that were judged; with a regression */
    size_t sessions;         /* different ones among them */
};

/* Each session of a line against the one before it alone, with the noise of the other
 * lines on the machine: what is compared when a config was measured twice. */
struct bk_tally bk_trials_pairs(const struct bk_trials *t);

struct bk_trial_plan {
    uint64_t seed;
    size_t histories; /* orders to be tried */
    size_t n_new;     /* sessions that are judged together */
};
/* The sessions in random orders, each judged against those that come before it then. */
struct bk_tally bk_trials_histories(struct bk_trials *t,
                                    const struct bk_trial_plan *plan);

/* A share of wrong answers and how far it is known: Wilson's interval for as many trials
 * as there were different sessions (over n_new). */
struct bk_trial_rate {
    double rate;
    struct bk_interval interval;
};
struct bk_trial_rate bk_trial_rate(size_t wrong, size_t n, double independent);

/* --- what sessions to come would show --- */

#define BK_MOST_TO_COME 20

/* A quantity on a machine; changes as bk_detectable_change gives them, at least what
 * matters, of the line in the middle. */
struct bk_outlook {
    const struct bk_quantity *q;
    struct bk_str hardware;
    size_t lines, sessions;              /* comparable */
    struct bk_noise noise;               /* of all lines together */
    double visible[BK_MOST_TO_COME + 1]; /* with so many more sessions; NAN */
};
/* One for each quantity and machine with a row, in the arena of the report. */
struct bk_outlook *bk_trials_outlook(const struct bk_trials *t, struct bk_arena *a,
                                     size_t *n);

#endif
