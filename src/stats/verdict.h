/* What may be said of new sessions against old ones: the evidence of one metric, and the
 * verdicts of a family of them.
 *
 * The unit is the session, one value each.  Differences are taken of logarithms (effects
 * on times and rates are ratios) or of shares.  The test is Student's t with one variance;
 * its noise comes from the sessions' own repeats, or is pooled with that of other configs
 * of the same hardware and metric where there are too few.
 *
 * A session can be a bad one: the machine was busy, the cache was cold.  So p is averaged
 * over what may have happened, after how often sessions were bad so far: none of the
 * sessions of the side that looks worse was bad (Student's p); some were (p without the
 * most extreme one); all were (P that sessions 'bad_distance' standard deviations off look
 * like that, by the noncentral t).  Each of the three is adjusted for the family before
 * the average, since a bad session is bad in all its metrics together.
 * docs/regression-methods.md has the reasons and the measured false alarms.
 *
 * In two steps, because a family is adjusted as a whole: bk_measure each, bk_judge all. */
#ifndef BK_STATS_VERDICT_H
#define BK_STATS_VERDICT_H

#include <stdbool.h>
#include <stddef.h>

#include "summary.h"

struct bk_arena;

/* --- what is asked --- */

enum bk_scale {
    BK_SCALE_RATIO, /* values above 0; a change is new / old - 1 */
    BK_SCALE_SHARE, /* any values; a change is new - old */
};

enum bk_worse { /* which way is worse */
    BK_LOWER_IS_WORSE = -1,
    BK_NO_DIRECTION = 0,
    BK_HIGHER_IS_WORSE = 1,
};

enum bk_validity {
    BK_COMPARABLE,
    BK_INVALID_RUN,  /* failed or not to be believed */
    BK_NOT_THE_SAME, /* another match key */
};

/* Noise of other configs, by bk_noise_add.  All 0: none. */
struct bk_noise {
    double squares; /* summed squared distances from each config's mean, on the scale */
    double df;      /* sum of (sessions - 1) over those configs */
    size_t sessions; /* of those configs that have 5 or more: enough to tell bad ones */
    size_t bad;      /* outliers among these */
};

/* Events of which there were none in any old session: no noise and no ratio, but it can be
 * told exactly whether chance would put all of them into the new ones.  All 0: none. */
struct bk_first_events {
    double n;              /* in the new sessions */
    double old_of, new_of; /* the requests they are among, or the runs they are in */
    bool of_requests; /* a request fails once (Fisher); else Poisson counts of runs */
};

struct bk_comparison {
    const double *old; /* one value a session */
    size_t n_old;
    const double *new;
    size_t n_new;
    enum bk_scale scale;
    enum bk_worse worse;
    double floor; /* smallest |change| that matters */
    enum bk_validity validity;
    struct bk_noise
        borrowed;   /* of other configs; the compared sessions not among them */
    size_t bad_old; /* outliers among the old sessions */
    struct bk_first_events first;
};

struct bk_verdict_rule {
    double alpha;      /* level, 0.05 */
    bool one_sided;    /* p in the direction of the change, intervals of 1 - 2 alpha */
    double power;      /* of the smallest detectable change, 0.80; 0: not wanted */
    double borrow_df;  /* 5: with fewer of their own, noise is borrowed; at least so
                            many must come together */
    double enough_df;  /* 4 (3 + 3 sessions): with fewer and nothing to borrow, ... */
    double few_factor; /* ... a change must be 3 floors */
    double bad_share;  /* 0.1: of sessions, as long as nothing is known ... */
    double bad_weight; /* ... which counts as so many sessions, 10 */
    double bad_distance; /* 4 estimated standard deviations */
};
/* Reports tell changes in both directions, so their tests are two-sided.  A gate alarms in
 * one, so its whole level goes to that one; its intervals are of 90 %. */
extern const struct bk_verdict_rule bk_verdict_rule_report, bk_verdict_rule_gate;

/* --- what is found --- */

enum bk_tier {       /* docs/regression-methods.md */
    BK_TIER_0,       /* nothing to compare with */
    BK_TIER_1,       /* one against one, no noise known */
    BK_TIER_2,       /* few sessions, noise borrowed */
    BK_TIER_2_ALONE, /* few sessions, nothing to borrow */
    BK_TIER_3,       /* noise of the sessions' own */
};

enum bk_verdict {
    BK_VERDICT_REGRESSION,
    BK_VERDICT_IMPROVEMENT,
    BK_VERDICT_NO_MATERIAL_CHANGE,
    BK_VERDICT_INCONCLUSIVE,
    BK_VERDICT_INSUFFICIENT_EVIDENCE,
    BK_VERDICT_INVALID,
    BK_VERDICT_NOT_COMPARABLE,
};

enum bk_reason {
    BK_REASON_CHANGED,      /* significant, and it matters */
    BK_REASON_FIRST_SEEN,   /* the same, seen in one session */
    BK_REASON_CONSTANT,     /* no noise at all: decided by the floor alone */
    BK_REASON_EQUAL,        /* the interval lies inside what does not matter */
    BK_REASON_NOISE,        /* not significant */
    BK_REASON_BAD_SESSION,  /* significant but for the chance of a bad session */
    BK_REASON_FAMILY,       /* significant alone, not among so many tests */
    BK_REASON_SMALL,        /* significant, but less than what matters */
    BK_REASON_FEW,          /* significant, but less than few sessions can tell */
    BK_REASON_NO_DIRECTION, /* changed; neither way is worse */
    BK_REASON_FIRST,        /* no older session */
    BK_REASON_NO_NOISE,     /* one against one */
    BK_REASON_NO_VALUE,     /* a value has no logarithm, or is no number */
    BK_REASON_INVALID,
    BK_REASON_NOT_COMPARABLE,
};

/* What may have happened to the side that looks worse. */
enum bk_world {
    BK_NONE_BAD,
    BK_SOME_BAD,
    BK_ALL_BAD,
    BK_N_WORLDS,
};

struct bk_evidence {
    size_t n_old, n_new;
    enum bk_tier tier;
    double old, new;           /* geometric mean (ratios) or mean (shares) */
    double change;             /* relative, or a difference of shares; NAN */
    struct bk_interval within; /* 95 % interval of the change (a gate: 90 %); NAN */
    double sd, df;             /* the noise that was used, on the scale; NAN */
    double t, p_student; /* of the plain test, two-sided; NAN where none was possible */
    double p_welch;      /* a variance for each side, 2 sessions a side; else NAN */
    double p;            /* allowing for bad sessions; NAN */
    double error;        /* standard error of the difference, on the scale; NAN */
    enum bk_scale scale;
    enum bk_worse worse;
    double floor, needed;         /* |change| that matters; that a verdict takes */
    bool no_noise;                /* every value the same: the floor decides */
    struct bk_first_events first; /* what was tested, if n > 0 */
    enum bk_validity validity;
    bool no_value;
    double p_world[BK_N_WORLDS], share[BK_N_WORLDS]; /* p = sum of share p_world */
    /* filled by bk_judge */
    double p_adjusted; /* NAN without a p */
    enum bk_verdict verdict;
    enum bk_reason reason;
    double
        detectable; /* where inconclusive: the smallest change that such evidence would
                          show four times in five; NAN */
};

enum bk_adjustment {
    BK_ADJUST_NONE,
    BK_ADJUST_HOLM,               /* gates: the chance of even one false alarm */
    BK_ADJUST_BENJAMINI_HOCHBERG, /* reports: the share of false alarms (Benjamini, Hochberg) */
};

/* Adds a config's sessions to the noise that others may borrow; fewer than 2 add nothing,
 * nor do values without a logarithm on the scale of ratios.  The arena only for the time
 * of the call. */
void bk_noise_add(struct bk_arena *a, struct bk_noise *noise, enum bk_scale scale,
                  const double *values, size_t n);

/* How many of n sessions are outliers (robust.h, without the 2 %); 0 below 5, where that
 * cannot be told. */
size_t bk_count_bad(struct bk_arena *a, const double *values, size_t n);

/* The noise of all configs without that of one of them, which 'own' holds. */
struct bk_noise bk_noise_without(const struct bk_noise *all,
                                 const struct bk_noise *own);

/* The evidence of one metric.  Reads the arrays, keeps no pointer. */
struct bk_evidence bk_measure(const struct bk_verdict_rule *rule,
                              const struct bk_comparison *c);

/* The verdicts of a family: all tests that one command prints.  Members without a p are
 * judged too and count for nothing in the adjustment.  The arena only for the time of the
 * call. */
void bk_judge(struct bk_arena *a, const struct bk_verdict_rule *rule,
              enum bk_adjustment adjustment, struct bk_evidence *family, size_t n);

/* The smallest change that such evidence would show with the rule's power (what bk_judge
 * fills in where it is inconclusive, unless its rule's power is 0); NAN without noise. */
double bk_detectable_change(const struct bk_verdict_rule *rule,
                            const struct bk_evidence *e);

/* How many new sessions in all would show a change of this size in the worse direction
 * (0.10: ten percent, or ten percentage points), given the old ones and the noise; 0 when
 * 'most' would not, or the noise is unknown. */
size_t bk_sessions_to_see(const struct bk_verdict_rule *rule,
                          const struct bk_evidence *e, double change, size_t most);

/* The evidence that n_new sessions to come would give, as far as old sessions and borrowed
 * noise tell it now: tier, noise, degrees of freedom; no change and no p.  For
 * bk_detectable_change, which is NAN where nothing is known of the noise.  c->new is not
 * read. */
struct bk_evidence bk_foresee(const struct bk_verdict_rule *rule,
                              const struct bk_comparison *c, size_t n_new);

/* "T0" "T1" "T2" "T2'" "T3". */
const char *bk_tier_name(enum bk_tier tier);
/* "regression", "no_material_change" ... */
const char *bk_verdict_name(enum bk_verdict verdict);
/* A clause: "one session can be a bad one: repeat it". */
const char *bk_reason_text(enum bk_reason reason);
/* "student t", "student t, borrowed noise", "floor alone" ...; "" where nothing was
 * tested. */
const char *bk_method_name(const struct bk_evidence *e);

#endif
