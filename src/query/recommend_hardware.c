/* Kinds of machines side by side: whether one wants other settings than another, and what
 * they make of the same ones.
 *
 * That they want different settings is said only where each one's best was tried on the
 * other and was worse there by more than noise; else it is said what was not tried. */
#include "recommend.h"

#include "../stats/counts.h"
#include "capacity.h"

#include <math.h>

#define CONFIDENCE 0.95
#define MOST_PAIRS ((size_t)6) /* that are told of one task */

struct side {
    const struct bk_choice *choice;
    const struct bk_trials *trials;
};

struct pair {
    struct bk_report *r;
    struct side a, b;
};

static bool is_same_task(const struct bk_trials *x, const struct bk_trials *y)
{
    if (!bk_eq(x->model, y->model) || !bk_eq(x->workload, y->workload) ||
        x->n_task != y->n_task ||
        !bk_eq(x->quantities[0].metric, y->quantities[0].metric))
        return false;
    for (size_t i = 0; i < x->n_task; i++)
        if (!bk_eq(x->task[i].name, y->task[i].name) ||
            !bk_eq(x->task[i].value, y->task[i].value))
            return false;
    return true;
}

/* Are they of two kinds of machines that are known? */
static bool are_machines(const struct bk_trials *x, const struct bk_trials *y)
{
    return x->hardware.len > 0 && y->hardware.len > 0 &&
           !bk_eq(x->hardware, y->hardware);
}

/* The trial of another machine with this one's configuration; NULL. */
static const struct bk_trial *same_in(const struct bk_trials *t,
                                      const struct bk_trial *trial)
{
    for (size_t i = 0; i < t->n; i++) {
        const struct bk_trial *other = &t->items[i];
        size_t k = 0;
        if (other->n_config != trial->n_config)
            continue;
        while (k < trial->n_config &&
               bk_eq(trial->config[k].name, other->config[k].name) &&
               bk_eq(trial->config[k].value, other->config[k].value))
            k++;
        if (k == trial->n_config)
            return other;
    }
    return NULL;
}

static bool ties_with_best(const struct bk_choice *c, const struct bk_trial *trial)
{
    for (size_t i = 0; i < c->n_ties; i++)
        if (c->ties[i] == trial)
            return true;
    return false;
}

/* "58.3/s, 84.2 % of its best", or why it is not feasible. */
static struct bk_str worth(const struct bk_choice *c, const struct bk_trial *trial)
{
    struct bk_arena *a = c->trials->arena;
    const struct bk_quantity *q = &c->trials->quantities[0];
    if (trial->feasible != BK_MEETS)
        return bk_fmt(a, "does not do on %.*s (%.*s)", BK_F(c->trials->hardware),
                      BK_F(bk_trial_why(c->trials, trial)));
    return bk_fmt(a, "comes to %.*s on %.*s, %.*s of its best",
                  BK_F(bk_figure_text(a, q, trial->figures[0].value)),
                  BK_F(c->trials->hardware),
                  BK_F(bk_capacity_percent(a, trial->figures[0].value /
                                                  c->best->figures[0].value)));
}

static void compare_choices(const struct pair *p)
{
    const struct bk_choice *a = p->a.choice, *b = p->b.choice;
    struct bk_str x = p->a.trials->hardware, y = p->b.trials->hardware;
    const struct bk_trial *a_in_b = same_in(p->b.trials, a->chosen);
    const struct bk_trial *b_in_a = same_in(p->a.trials, b->chosen);
    struct bk_str at_a = bk_trial_text(p->a.trials, a->chosen);
    struct bk_str at_b = bk_trial_text(p->b.trials, b->chosen);
    if (a_in_b != NULL && ties_with_best(b, a_in_b)) {
        bk_report_note(p->r, "same-settings", BK_INFO,
                       "%.*s is as good as the best on %.*s and on %.*s", BK_F(at_a),
                       BK_F(x), BK_F(y));
        return;
    }
    if (b_in_a != NULL && ties_with_best(a, b_in_a)) {
        bk_report_note(p->r, "same-settings", BK_INFO,
                       "%.*s is as good as the best on %.*s and on %.*s", BK_F(at_b),
                       BK_F(x), BK_F(y));
        return;
    }
    if (a_in_b == NULL || b_in_a == NULL) {
        bk_report_note(p->r, "not-shown", BK_WARNING,
                       "whether %.*s and %.*s want different settings is not shown: "
                       "%.*s was not tried on %.*s",
                       BK_F(x), BK_F(y), BK_F(a_in_b == NULL ? at_a : at_b),
                       BK_F(a_in_b == NULL ? y : x));
        return;
    }
    bk_report_note(
        p->r, "different-settings", BK_INFO,
        "%.*s and %.*s want different settings: what is recommended for %.*s "
        "(%.*s) %.*s, and what is for %.*s (%.*s) %.*s",
        BK_F(x), BK_F(y), BK_F(x), BK_F(at_a), BK_F(worth(b, a_in_b)), BK_F(y),
        BK_F(at_b), BK_F(worth(a, b_in_a)));
}

/* --- the same configuration on both --- */

/* What all runs of a trial came to, failed ones included. */
static struct bk_within counts_of(const struct bk_trial *trial)
{
    struct bk_within sum = {0, 0, 0, false};
    for (size_t i = 0; i < trial->n_runs; i++) {
        sum.requests += trial->observed[i].requests.requests;
        sum.failed += trial->observed[i].requests.failed;
        sum.seconds += trial->observed[i].requests.seconds;
    }
    return sum;
}

static double rate_of(const struct bk_trials *t, const struct bk_trial *trial)
{
    double sum = 0;
    for (size_t i = 0; i < trial->n_runs; i++)
        sum += trial->observed[i].values[bk_trials_standing(t, BK_STANDING_RATE)];
    return sum / (double)trial->n_runs;
}

static void compare_counts(const struct pair *p, const struct bk_trial *in_a,
                           const struct bk_trial *in_b)
{
    struct bk_arena *a = p->r->arena;
    struct bk_within x = counts_of(in_a), y = counts_of(in_b);
    struct bk_rate_ratio ok = bk_poisson_ratio(
        y.requests - y.failed, y.seconds, x.requests - x.failed, x.seconds, CONFIDENCE);
    double all = rate_of(p->b.trials, in_b) / rate_of(p->a.trials, in_a);
    struct bk_str headline = BK_S("");
    if (!isfinite(ok.ratio) || !isfinite(ok.interval.high))
        return;
    if (isfinite(all))
        headline = bk_fmt(a, "; their request_throughput, failures included, %.*sx",
                          BK_F(bk_capacity_number(a, all)));
    bk_report_note(
        p->r, "side-by-side", BK_INFO,
        "%.*s against %.*s at %.*s: ok_throughput %.*sx (95 %% by counts %.*sx "
        "to %.*sx)%.*s",
        BK_F(p->b.trials->hardware), BK_F(p->a.trials->hardware),
        BK_F(bk_trial_text(p->a.trials, in_a)), BK_F(bk_capacity_number(a, ok.ratio)),
        BK_F(bk_capacity_number(a, ok.interval.low)),
        BK_F(bk_capacity_number(a, ok.interval.high)), BK_F(headline));
}

static void compare_pair(const struct pair *p)
{
    if (p->a.choice->chosen != NULL && p->b.choice->chosen != NULL) {
        compare_choices(p);
        return;
    }
    for (size_t i = 0; i < p->a.trials->n; i++) {
        const struct bk_trial *in_a = &p->a.trials->items[i];
        const struct bk_trial *in_b = same_in(p->b.trials, in_a);
        if (in_b == NULL)
            continue;
        compare_counts(p, in_a, in_b);
        return;
    }
}

void bk_recommend_hardware(struct bk_report *r, const struct bk_evidence_sets *sets,
                           const struct bk_choice *choices)
{
    size_t told = 0;
    for (size_t i = 0; i < sets->n; i++)
        for (size_t k = i + 1; k < sets->n && told < MOST_PAIRS; k++) {
            /* sets of one task stand together */
            if (!is_same_task(&sets->items[i], &sets->items[k]))
                break;
            if (!are_machines(&sets->items[i], &sets->items[k]))
                continue;
            const struct pair p = {
                r, {&choices[i], &sets->items[i]}, {&choices[k], &sets->items[k]}};
            compare_pair(&p);
            told++;
        }
}
