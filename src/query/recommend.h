/* Which of the configurations that were tried should be run.
 *
 * Of the trials that keep every goal surely (bounds, not numbers), the one with the best
 * lower bound is the best; those within noise of it tie, and of the ties the cheapest
 * (or, as one likes, the best itself) is recommended.  Nothing that was not measured is
 * ever recommended. */
#ifndef BK_QUERY_RECOMMEND_H
#define BK_QUERY_RECOMMEND_H

#include "evidence.h"

struct bk_cost {    /* what a configuration takes; smaller is cheaper, in this order */
    double devices; /* num_gpus, or the product of the parallel sizes and replicas */
    double connections; /* workers x pool_size */
    double load;        /* product of the other numeric axes */
    double p95;         /* of request latency, last */
};

struct bk_choice {
    const struct bk_trials *trials;
    const struct bk_trial *chosen; /* NULL: nothing can be recommended */
    const struct bk_trial *best;   /* of the highest lower bound among the feasible */
    const struct bk_trial **ties;  /* within noise of the best, it and 'chosen' among
                                      them; best first */
    size_t n_ties;
    const struct bk_trial *second;    /* best feasible one that does not tie; NULL */
    double tolerance;                 /* relative: within it of the best is a tie */
    const struct bk_trial **feasible; /* within the limits, best lower bound first */
    size_t n_feasible, n_tried, n_outside; /* outside: of the limits */
    char grade;                            /* 'A' .. 'E' */
    struct bk_str *reasons;                /* of the grade */
    size_t n_reasons;
    struct bk_str refused; /* why nothing is recommended */
    /* axes on whose first or last tried level the best lies, where going on makes sense;
     * -1 and +1 as direction */
    size_t *edges;
    int *edge_directions;
    size_t n_edges;
    /* axes of which no two trials differ in nothing else: their effects cannot be told
     * apart */
    size_t *confounded;
    size_t n_confounded;
};

/* What 'recommend' and 'next' are asked. */
struct bk_recommend_args {
    struct bk_strings hardware, slos, limits;
    const char *model, *workload, *objective;
    const char *prefer; /* "cheapest" "fastest" NULL */
};

struct bk_choice_rule {
    bool fastest; /* of ties take the best, not the cheapest */
    const struct bk_product *limits;
    size_t n_limits;
};

/* Is an axis among those whose product is the load? */
bool bk_axis_is_load(const struct bk_cost *cost, const struct bk_axis *axis);
struct bk_cost bk_trial_cost(const struct bk_trials *t, const struct bk_trial *trial);
/* -1, 0, 1 as a is cheaper than, as dear as, dearer than b; unknown parts are passed
 * over. */
int bk_cost_order(const struct bk_cost *a, const struct bk_cost *b);

/* Does a trial keep the limits?  'known' is false where it lacks a parameter of one. */
bool bk_trial_within(const struct bk_choice_rule *rule, const struct bk_trial *trial,
                     bool *known);
/* For each trial of the set whether it is feasible and no other feasible one is at least
 * as good in objective, p95 of latency, errors and cost, and better in one of them, beyond
 * noise.  Of very many feasible ones the best 500 are looked at.  In the set's arena. */
bool *bk_choice_front(const struct bk_choice *c);

/* What is recommended of a settled set.  In its arena. */
void bk_choose(const struct bk_trials *t, const struct bk_choice_rule *rule,
               struct bk_choice *c);

/* Notes on machines that did the same task: do they want different settings, and what
 * do they make of the same?  choices[i] is that of sets->items[i]. */
void bk_recommend_hardware(struct bk_report *r, const struct bk_evidence_sets *sets,
                           const struct bk_choice *choices);

/* --- what is asked --- */

/* BK_EUSAGE when a limit cannot be read. */
bool bk_recommend_rule(struct bk_arena *a, const struct bk_recommend_args *o,
                       struct bk_choice_rule *rule, struct bk_err *err);
struct bk_evidence_ask bk_recommend_evidence(const struct bk_recommend_args *o,
                                             const struct bk_strings *where);
/* Adds what was asked to the report's arguments, but for 'prefer'. */
void bk_recommend_told(struct bk_report *r, const struct bk_recommend_args *o);

#endif
