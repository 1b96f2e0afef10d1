/* Evidence of two sides with repeats: see repeats.h. */
#include "repeats.h"

#include "../stats/summary.h"

struct values {
    double *items;
    size_t n;
};

/* A value for each session, in the order of their first runs. */
static struct values by_session(struct bk_arena *a, const struct bk_repeats *side)
{
    struct bk_map known = {NULL, 0, 0};
    struct values **sessions = NULL, result = {NULL, 0};
    size_t n = 0;
    for (size_t i = 0; i < side->n; i++) {
        struct values *of = bk_map_get(&known, side->sessions[i]);
        if (of == NULL) {
            of = bk_alloc(a, sizeof *of);
            bk_map_put(a, &known, side->sessions[i], of);
            *BK_PUSH(a, sessions, n) = of;
        }
        *BK_PUSH(a, of->items, of->n) = side->values[i];
    }
    for (size_t i = 0; i < n; i++) {
        bk_sort(sessions[i]->items, sessions[i]->n);
        *BK_PUSH(a, result.items, result.n) =
            bk_median(sessions[i]->items, sessions[i]->n);
    }
    return result;
}

bool bk_repeats_in(struct bk_arena *a, const struct bk_matches *matches, size_t n)
{
    size_t last = matches->n_sides - 1;
    for (size_t i = 0; i < n; i++) {
        size_t sessions = 0;
        for (size_t s = 0; s <= last; s += last > 0 ? last : 1) {
            struct bk_map known = {NULL, 0, 0};
            for (size_t k = 0; k < matches->items[i].sides[s].n; k++) {
                const struct bk_run_row *run = matches->items[i].sides[s].runs[k];
                bk_map_put(a, &known, run->dim[BK_DIM_SESSION], a);
            }
            sessions += known.n;
        }
        if (sessions > 2)
            return true;
    }
    return false;
}

size_t bk_repeats_sessions(struct bk_arena *a, const struct bk_repeats *side)
{
    return by_session(a, side).n;
}

void bk_repeats_measure(struct bk_arena *a, const struct bk_quantity *q,
                        const struct bk_repeats *old, const struct bk_repeats *new,
                        bool valid, struct bk_case *c)
{
    struct values x = by_session(a, old), y = by_session(a, new);
    struct bk_comparison comparison = {
        .old = x.items,
        .n_old = x.n,
        .new = y.items,
        .n_new = y.n,
        .scale = q->scale,
        .worse = q->worse,
        .floor = q->floor,
        .validity = valid ? BK_COMPARABLE : BK_INVALID_RUN,
        .bad_old = bk_count_bad(a, x.items, x.n),
    };
    *c = (struct bk_case){.q = q,
                          .old = x.items,
                          .n_old = x.n,
                          .new = y.items,
                          .n_new = y.n,
                          .row = {.status = BK_S("ok")}};
    c->e = bk_measure(&bk_verdict_rule_report, &comparison);
}
