/* What a sizing run says, by name, and what its own numbers give: every result
 * recomputed within its printed digits.
 *
 * A file prints few digits (0.7515 GiB x 500 gives 375.73 GiB, not 375.75), so each
 * number stands for the interval that its digits allow, and a result is wrong only when
 * no numbers of those intervals give it.  The rules are data (schema/sizing_rules.csv);
 * only the KV cache's own size needs the model's architecture (src/stats/kv.h).
 *
 * The importer makes findings of it, 'sizing' shows it. */
#ifndef BK_RECORD_SIZING_H
#define BK_RECORD_SIZING_H

#include "../stats/kv.h"
#include "record.h"

#define BK_SIZING_MAX_SCENARIOS 16 /* others of a run are not indexed */

struct bk_sizing_span { /* what a value can be, in its base unit */
    double low, high, value;
    const struct bk_sizing_value *from; /* NULL: computed */
};

struct bk_sizing_index;

/* The index of a sizing run; both in the arena's and the run's life. */
struct bk_sizing_index *bk_sizing_index(struct bk_arena *a, const struct bk_sizing *s);

/* Two values of one name that cannot both be right, in the order of the run. */
struct bk_sizing_conflict {
    const struct bk_sizing_value *value, *other; /* other: the first one */
};
const struct bk_sizing_conflict *bk_sizing_conflicts(const struct bk_sizing_index *ix,
                                                     size_t *n);

/* What is known of a name within a scenario (scope: a rationale's own inputs first); the
 * inputs of the whole run where the scenario says nothing.  NULL: nothing is. */
const struct bk_sizing_span *bk_sizing_span(const struct bk_sizing_index *ix,
                                            struct bk_str scenario, struct bk_str scope,
                                            struct bk_str name);
/* The result itself, as its own line says; NULL: there is none. */
const struct bk_sizing_value *bk_sizing_result(const struct bk_sizing_index *ix,
                                               struct bk_str scenario,
                                               struct bk_str name);
/* The scenarios of the run, in its order. */
const struct bk_str *bk_sizing_scenarios(const struct bk_sizing_index *ix, size_t *n);
/* The text value of an input ("", "model", "name"), or empty. */
struct bk_str bk_sizing_text(const struct bk_sizing *s, struct bk_str scenario,
                             const char *section, const char *name);

/* --- formulas over intervals --- */

struct bk_sizing_scope { /* where a formula's names are looked up */
    const struct bk_sizing_index *index;
    struct bk_str scenario, scope;
};
/* Plain arithmetic (+ - * / parentheses, floor, ceil, max, numbers, names).  False:
 * malformed, or a name is not known, or the result is not finite. */
bool bk_sizing_evaluate(const struct bk_sizing_scope *scope, struct bk_str formula,
                        struct bk_sizing_span *result);

/* --- recomputing --- */

/* A stated number and what the run's own numbers give. */
struct bk_sizing_recomputed {
    const struct bk_sizing_value *stated;
    struct bk_str scenario; /* "": of the whole run */
    struct bk_str formula;
    struct bk_sizing_span computed;
    bool agrees; /* some numbers of the printed intervals give it */
    /* Of a formula that agrees and is worth knowing; code is empty otherwise. */
    struct bk_str code, remark;
    enum bk_severity severity;
};
/* Every result that a formula is known for and whose inputs the run has: first those of
 * the whole run, then scenario by scenario, each with the KV cache first.  In the
 * arena. */
const struct bk_sizing_recomputed *bk_sizing_recompute(struct bk_arena *a,
                                                       const struct bk_sizing_index *ix,
                                                       size_t *n);

/* What the size of a session's cache is computed from. */
struct bk_sizing_kv {
    struct bk_kv_model model;
    enum bk_kv_precision precision;
    double context; /* tokens that are kept: never beyond the model's own limit */
};
/* False: the run does not say enough, or of a pattern without a formula. */
bool bk_sizing_kv_of(const struct bk_sizing_index *ix, struct bk_str scenario,
                     struct bk_sizing_kv *kv);

#endif
