/* What a judgement is in words: see judge.h.
 *
 * A history has a sentence for each of its rows, thousands of them, so sentences are put
 * together in a buffer and copied once. */
#include "judge.h"

#include "../base/num.h"
#include "annotations.h"

#include <math.h>

/* Smaller probabilities are all alike. */
#define LEAST_P 1e-6

/* --- pieces --- */

static void add(struct bk_buf *b, const char *text)
{
    bk_buf_add(b, bk_str(text));
}

static void add_count(struct bk_buf *b, size_t n)
{
    char digits[21];
    bk_buf_add(b, (struct bk_str){digits, bk_format_int((int64_t)n, digits)});
}

/* "3 sessions" */
static void add_sessions(struct bk_buf *b, size_t n)
{
    add_count(b, n);
    add(b, n == 1 ? " session" : " sessions");
}

static void add_change(struct bk_buf *b, const struct bk_quantity *q, double change)
{
    char text[352];
    bool share = q->scale == BK_SCALE_SHARE;
    size_t n = bk_format_fixed(change * 100, share ? 2 : 1, text);
    if (change > 0)
        bk_buf_addc(b, '+');
    bk_buf_add(b, (struct bk_str){text, n});
    add(b, share ? " pp" : " %");
}

/* "5 %" or "1 pp". */
static void add_size(struct bk_buf *b, const struct bk_quantity *q, double size)
{
    char text[352];
    bk_buf_add(b, (struct bk_str){text, bk_format_digits(size * 100, 2, text)});
    add(b, q->scale == BK_SCALE_SHARE ? " pp" : " %");
}

static void add_p(struct bk_buf *b, const char *name, double p)
{
    char text[352];
    add(b, name);
    if (p < LEAST_P) {
        add(b, " < 0.000001");
        return;
    }
    add(b, " = ");
    bk_buf_add(b, (struct bk_str){text, bk_format_digits(p, 2, text)});
}

/* ", p = 0.012, q = 0.04" */
static void add_test(struct bk_buf *b, const struct bk_evidence *e)
{
    if (isfinite(e->p))
        add_p(b, ", p", e->p);
    if (isfinite(e->p_adjusted) && e->p_adjusted > e->p * (1 + 1e-9))
        add_p(b, ", q", e->p_adjusted);
}

/* " since the level shift at 063", or the baseline's name */
static void add_reference(struct bk_buf *b, const struct bk_case *c)
{
    if (c->baseline != NULL) {
        add(b, ", baseline '");
        bk_buf_add(b, c->baseline->name);
        bk_buf_addc(b, '\'');
        return;
    }
    if (c->row.shift == NULL || c->pinned)
        return;
    add(b, " since the level shift at ");
    bk_buf_add(b, c->row.shift->session);
}

/* --- sentences --- */

/* "changed by +5 % against 3 sessions of this config, p = 0.012, borrowed noise" */
static void add_evidence(struct bk_buf *b, const struct bk_case *c)
{
    add(b, "changed by ");
    add_change(b, c->q, c->e.change);
    add(b, " against ");
    add_sessions(b, c->n_old);
    if (c->row.run != NULL)
        add(b, " of this config");
    add_reference(b, c);
    add_test(b, &c->e);
    if (c->e.tier == BK_TIER_2)
        add(b, ", borrowed noise");
}

/* What would settle it: sessions that show what matters. */
static void add_advice(struct bk_buf *b, const struct bk_case *c)
{
    const struct bk_evidence *e = &c->e;
    if (c->needed == 0) {
        add(b, "; up to ");
        add_sessions(b, BK_MOST_SESSIONS);
        add(b, " would not show ");
        add_size(b, c->q, e->floor);
        add(b, ": the noise is too large");
        return;
    }
    if (c->needed <= e->n_new)
        return;
    size_t more = c->needed - e->n_new;
    add(b, "; ");
    add_count(b, more);
    add(b, more == 1 ? " more session" : " more sessions");
    add(b, " would show ");
    add_size(b, c->q, e->floor);
}

static void add_conclusion(struct bk_buf *b, const struct bk_case *c)
{
    const struct bk_evidence *e = &c->e;
    add_evidence(b, c);
    add(b, ": ");
    add(b, bk_reason_text(e->reason));
    if (e->verdict != BK_VERDICT_INCONCLUSIVE || !isfinite(e->detectable))
        return;
    add(b, "; smallest visible change ");
    add_size(b, c->q, fmax(e->detectable, e->needed));
    add_advice(b, c);
}

/* "9 of 100 requests failed, none of 600 in 6 sessions before, p = 0.002: more than
 * noise" */
static void add_first_events(struct bk_buf *b, const struct bk_case *c)
{
    const struct bk_evidence *e = &c->e;
    const struct bk_first_events *first = &e->first;
    if (first->of_requests) {
        bk_buf_addf(b, "%.0f of %.0f requests failed, none of %.0f in ", first->n,
                    first->new_of, first->old_of);
    } else {
        bk_buf_addf(b, "%.0f in ", first->n);
        add_sessions(b, e->n_new);
        add(b, ", none in ");
    }
    add_sessions(b, e->n_old);
    add(b, " before");
    add_reference(b, c);
    add_test(b, e);
    add(b, ": ");
    add(b, bk_reason_text(e->reason));
}

static void add_failure(struct bk_buf *b, const struct bk_case *c)
{
    add(b, "the run failed: ");
    bk_buf_add(b, c->row.status_why);
    add(b, "; ");
    add_count(b, c->n_old);
    add(b, c->n_old == 1 ? " earlier session did not" : " earlier sessions did not");
}

static void add_not_comparable(struct bk_buf *b, const struct bk_case *c)
{
    add(b, c->not_pinned ? "nothing with this config to compare with"
                         : "first session with this config");
    if (c->not_pinned)
        add_reference(b, c);
}

static void add_insufficient(struct bk_buf *b, const struct bk_case *c)
{
    const struct bk_evidence *e = &c->e;
    if (e->reason == BK_REASON_FIRST && c->row.shift != NULL && c->accepted) {
        add(b, "the level shift at ");
        bk_buf_add(b, c->row.shift->session);
        add(b, " is accepted: ");
        bk_buf_add(b, c->row.shift->reason);
        return;
    }
    if (e->reason == BK_REASON_FIRST && c->row.shift != NULL) {
        add(b, "first session");
        add_reference(b, c);
        return;
    }
    if (e->reason == BK_REASON_NO_NOISE) {
        add(b, "changed by ");
        add_change(b, c->q, e->change);
        add(b, ": ");
    }
    add(b, bk_reason_text(e->reason));
}

static void add_why(struct bk_buf *b, const struct bk_case *c)
{
    const struct bk_evidence *e = &c->e;
    if (c->by_status) {
        add_failure(b, c);
        return;
    }
    if (c->row.outlier != NULL) {
        add(b, "left out as an outlier: ");
        bk_buf_add(b, c->row.outlier->reason);
        return;
    }
    if (e->first.n > 0) {
        add_first_events(b, c);
        return;
    }
    switch (e->verdict) {
    case BK_VERDICT_INVALID:
        bk_buf_add(b, c->row.status_why.len > 0 ? c->row.status_why
                                                : bk_str(bk_reason_text(e->reason)));
        break;
    case BK_VERDICT_NOT_COMPARABLE:
        add_not_comparable(b, c);
        break;
    case BK_VERDICT_INSUFFICIENT_EVIDENCE:
        add_insufficient(b, c);
        break;
    case BK_VERDICT_INCONCLUSIVE:
    case BK_VERDICT_REGRESSION:
    case BK_VERDICT_IMPROVEMENT:
    case BK_VERDICT_NO_MATERIAL_CHANGE:
        add_conclusion(b, c);
        break;
    }
}

struct bk_str bk_case_why(struct bk_arena *a, const struct bk_case *c)
{
    struct bk_buf b = {.len = 0};
    add_why(&b, c);
    struct bk_str why = bk_dup(a, bk_buf_str(&b));
    bk_buf_free(&b);
    return why;
}

struct bk_str bk_change_text(struct bk_arena *a, const struct bk_quantity *q,
                             double change)
{
    struct bk_buf b = {.len = 0};
    add_change(&b, q, change);
    struct bk_str text = bk_dup(a, bk_buf_str(&b));
    bk_buf_free(&b);
    return text;
}

const char *bk_case_method(const struct bk_case *c)
{
    return c->by_status ? "run status" : bk_method_name(&c->e);
}
