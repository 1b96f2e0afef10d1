/* Which experiments are worth paying for next, of a set of trials.
 *
 * At most a handful, each of another kind while there are kinds left, and each with
 * what it is good for.  Pure over the set: the archive is not asked. */
#ifndef BK_QUERY_NEXT_PLAN_H
#define BK_QUERY_NEXT_PLAN_H

#include "predict.h"
#include "recommend.h"

#define BK_NEXT_MOST ((size_t)5)

enum bk_next_kind {
    BK_NEXT_IMPROVE,   /* largest expected improvement of the surface */
    BK_NEXT_REPLICATE, /* of the best and what ties with it, up to three sessions */
    BK_NEXT_BRACKET,   /* the best is on the edge of what was tried: go on */
    BK_NEXT_BISECT,    /* where the objective changes most beside the best */
    BK_NEXT_SEPARATE,  /* two parameters never changed one without the other */
    BK_NEXT_REPAIR,    /* nothing valid was measured next to the best */
    BK_NEXT_FILL,      /* next to the best, between what was tried */
    BK_N_NEXT_KINDS
};
/* "improve" "replicate" "bracket" "bisect" "separate" "repair" "fill" */
extern const char *const bk_next_kind_names[BK_N_NEXT_KINDS];

struct bk_experiment {
    enum bk_next_kind kind;
    const struct bk_pair *config; /* what differs within the set, as it is to be set */
    size_t n_config;
    const struct bk_trial *trial; /* that is run again; NULL: it was never tried */
    double *levels;               /* of all axes; NULL: of a set without axes */
    size_t times;                 /* sessions to run */
    double gain; /* improvement of the best that may be expected, as a ratio; NAN */
    struct bk_surface_prediction predicted; /* value NAN: not known */
    struct bk_str why;
};

struct bk_next_plan {
    const struct bk_predictor *predictor; /* NULL: nothing valid was measured */
    struct bk_experiment *items;
    size_t n;
};

struct bk_next_rule {
    size_t most;  /* experiments */
    bool quickly; /* without a surface */
    const struct bk_product *limits;
    size_t n_limits;
};

/* The plan for a set that was chosen from.  In the arena of the set. */
void bk_plan_next(const struct bk_choice *c, const struct bk_next_rule *rule,
                  struct bk_next_plan *plan);

#endif
