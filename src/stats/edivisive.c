/* E-divisive means; see edivisive.h. */
#include "edivisive.h"

#include <math.h>

#include "../base/arena.h"
#include "random.h"
#include "student.h"
#include "summary.h"

/* All orders are tried up to here: 40320. */
#define MOST_PERMUTED 8
/* Two orders of the same values may differ in Q by rounding. */
#define ROUNDING 1e-12

const struct bk_change_point_rule bk_change_point_rule_default = {
    .scale = BK_SHIFT_LOG,
    .window = 50,
    .min_segment = 2,
    .min_sessions = 8,
    .max_p = 0.001,
};

const struct bk_change_point_rule bk_change_point_rule_otava = {
    .scale = BK_SHIFT_RATIO,
    .window = 50,
    .min_segment = 1,
    .min_sessions = 2,
    .max_p = 0.001,
    .otava = true,
};

/* --- the best place --- */

struct scratch {     /* of one window's length */
    double *row;     /* row[k]: sum of |z[i] - z[k]| over tau <= i < k */
    double *within;  /* within[k]: sum of |z[i] - z[j]| over start <= i < j < k */
    double *inverse; /* 1 / k; 0 for 0, so that a side of 1 has no inner distance */
};

static struct scratch new_scratch(struct bk_arena *a, size_t n)
{
    struct scratch s = {
        .row = bk_alloc_array(a, n + 1, sizeof *s.row),
        .within = bk_alloc_array(a, n + 1, sizeof *s.within),
        .inverse = bk_alloc_array(a, n + 2, sizeof *s.inverse),
    };
    for (size_t k = 1; k < n + 2; k++)
        s.inverse[k] = 1 / (double)k;
    return s;
}

/* 'within' of z[0 .. n-1]. */
static void sum_within(const struct scratch *s, const double *z, size_t n)
{
    s->within[0] = 0;
    for (size_t k = 0; k < n; k++) {
        double sum = 0;
        for (size_t i = 0; i < k; i++)
            sum += fabs(z[i] - z[k]);
        s->within[k + 1] = s->within[k] + sum;
    }
}

/* Adds the first value of a longer right-hand side to the rows. */
static void grow_rows(const struct scratch *s, const double *z, size_t n, size_t tau)
{
    s->row[tau] = 0;
    for (size_t k = tau + 1; k < n; k++)
        s->row[k] += fabs(z[tau] - z[k]);
}

/* The largest Q for one tau.  All pairs in front of kappa are pairs within X, within Y or
 * across, so the sum across is what is left. */
static double best_kappa(const struct scratch *s, size_t n, size_t tau,
                         size_t min_segment)
{
    double best = (double)-INFINITY, within_y = 0, count_x = (double)tau;
    double mean_x = s->within[tau] * s->inverse[tau - 1];
    for (size_t kappa = tau + 1; kappa <= n; kappa++) {
        size_t m = kappa - tau;
        within_y += s->row[kappa - 1];
        if (m < min_segment)
            continue;
        double across = s->within[kappa] - s->within[tau] - within_y;
        double q =
            2 * s->inverse[kappa] *
            (across - (double)m * mean_x - count_x * within_y * s->inverse[m - 1]);
        best = q > best ? q : best;
    }
    return best;
}

static struct bk_candidate find_candidate(const struct scratch *s, const double *z,
                                          size_t n, size_t min_segment)
{
    struct bk_candidate c = {0, (double)-INFINITY};
    if (n < 2 || n / 2 < min_segment)
        return c;
    sum_within(s, z, n);
    for (size_t k = 0; k < n; k++)
        s->row[k] = 0;
    for (size_t tau = n; tau-- > min_segment;) {
        grow_rows(s, z, n, tau);
        if (n - tau < min_segment)
            continue;
        double q = best_kappa(s, n, tau, min_segment);
        if (q >= c.q) /* of equally good places the first */
            c = (struct bk_candidate){tau, q};
    }
    return c;
}

struct bk_candidate bk_change_point_candidate(struct bk_arena *a, const double *z,
                                              size_t n, size_t min_segment)
{
    struct bk_arena_mark mark = bk_arena_mark(a);
    struct scratch s = new_scratch(a, n);
    struct bk_candidate c = find_candidate(&s, z, n, min_segment);
    bk_arena_release(a, mark);
    return c;
}

/* --- is it significant? --- */

static double change_between(const struct bk_change_point_rule *rule, double before,
                             double after)
{
    switch (rule->scale) {
    case BK_SHIFT_LOG:
        return expm1(after - before);
    case BK_SHIFT_SHARE:
        return after - before;
    case BK_SHIFT_RATIO:
        break;
    }
    return before < 0 || before > 0 ? after / before - 1 : 0;
}

/* The change at 'at' between the segments [from, at) and [at, to). */
static struct bk_change_point measured(const struct bk_change_point_rule *rule,
                                       const double *z, size_t from, size_t at,
                                       size_t to)
{
    size_t n = at - from, m = to - at;
    double before = bk_mean(z + from, n), after = bk_mean(z + at, m);
    struct bk_change_point c = {.index = at,
                                .p = 1,
                                .before = before,
                                .after = after,
                                .change = change_between(rule, before, after),
                                .n_before = n,
                                .n_after = m};
    if (n < rule->min_segment || m < rule->min_segment || n + m <= 2)
        return c;
    double df = (double)(n + m - 2), x = bk_sum_of_squares(z + from, n),
           y = bk_sum_of_squares(z + at, m);
    if (rule->otava) { /* a population's variances, read as a sample's */
        x *= (double)(n - 1) / (double)n;
        y *= (double)(m - 1) / (double)m;
    }
    double error = sqrt((x + y) / df * (1 / (double)n + 1 / (double)m));
    if (!(error > 0) && !(after < before) && !(after > before))
        return c; /* the same constant on both sides */
    c.t = (after - before) / error;
    c.p = bk_student_p(c.t, df);
    return c;
}

/* --- splitting --- */

struct segment {
    size_t start, end;
    struct bk_candidate best;
};

struct search {
    const struct bk_change_point_rule *rule;
    const double *z;
    size_t n;
    struct scratch scratch;
    struct segment *segments; /* of the present window, in order */
    size_t n_segments;
    struct bk_change_point *found;
    size_t n_found;
};

static struct segment segment_of(struct search *s, size_t start, size_t end)
{
    struct segment g = {start, end, {0, 0}};
    g.best =
        find_candidate(&s->scratch, s->z + start, end - start, s->rule->min_segment);
    return g;
}

static struct segment *best_segment(struct search *s)
{
    struct segment *best = NULL;
    for (size_t i = 0; i < s->n_segments; i++) {
        struct segment *g = &s->segments[i];
        if (g->best.index > 0 && (best == NULL || g->best.q > best->best.q))
            best = g;
    }
    return best;
}

static double first_level(double p)
{
    if (p < 0.05)
        return 10 * p;
    return p < 0.5 ? 2 * p : p;
}

/* Splits the window while the best split is significant at the first level. */
static void split_window(struct search *s, size_t start, size_t end)
{
    s->segments[0] = segment_of(s, start, end);
    s->n_segments = 1;
    for (;;) {
        struct segment *g = best_segment(s);
        if (g == NULL)
            return;
        size_t at = g->start + g->best.index, to = g->end;
        struct bk_change_point c = measured(s->rule, s->z, g->start, at, to);
        if (!(c.p <= first_level(s->rule->max_p)))
            return;
        size_t place = (size_t)(g - s->segments) + 1;
        for (size_t i = s->n_segments++; i > place; i--)
            s->segments[i] = s->segments[i - 1];
        s->segments[place] = segment_of(s, at, to);
        *g = segment_of(s, g->start, at);
    }
}

/* Takes the window's points over, in order and none twice; the last of them, or 0. */
static size_t take_points(struct search *s)
{
    for (size_t i = 1; i < s->n_segments; i++) {
        size_t index = s->segments[i].start, k = s->n_found;
        while (k > 0 && s->found[k - 1].index > index)
            k--;
        if (k > 0 && s->found[k - 1].index == index)
            continue;
        for (size_t j = s->n_found++; j > k; j--)
            s->found[j] = s->found[j - 1];
        s->found[k] = (struct bk_change_point){.index = index};
    }
    return s->n_segments > 1 ? s->segments[s->n_segments - 1].start : 0;
}

/* --- merging --- */

static void measure_again(struct search *s, size_t i)
{
    if (i >= s->n_found)
        return;
    size_t from = i > 0 ? s->found[i - 1].index : 0;
    size_t to = i + 1 < s->n_found ? s->found[i + 1].index : s->n;
    s->found[i] = measured(s->rule, s->z, from, s->found[i].index, to);
}

/* Otava looks at a change from both sides: halving is as large as doubling. */
static double magnitude(const struct bk_change_point_rule *rule,
                        const struct bk_change_point *c)
{
    if (!rule->otava)
        return fabs(c->change);
    return fmax(fabs(c->change), fabs(change_between(rule, c->after, c->before)));
}

/* The point to merge away; n_found when all may stay. */
static size_t weakest(const struct search *s)
{
    const struct bk_change_point_rule *rule = s->rule;
    size_t w = 0, small = 0;
    for (size_t i = 1; i < s->n_found; i++) {
        if (s->found[i].p > s->found[w].p)
            w = i;
        if (magnitude(rule, &s->found[i]) < magnitude(rule, &s->found[small]))
            small = i;
    }
    if (!(s->found[w].p < rule->max_p))
        return w;
    double least = magnitude(rule, &s->found[small]);
    bool matters = rule->otava ? least > rule->floor : least >= rule->floor;
    return matters ? s->n_found : small;
}

static void merge(struct search *s)
{
    for (size_t i = 0; i < s->n_found; i++)
        measure_again(s, i);
    while (s->n_found > 0) {
        size_t w = weakest(s);
        if (w == s->n_found)
            return;
        for (size_t i = w + 1; i < s->n_found; i++)
            s->found[i - 1] = s->found[i];
        s->n_found--;
        if (w > 0 && !s->rule->otava)
            measure_again(s, w - 1);
        measure_again(s, w);
        if (s->rule->otava) /* it means the one before, and takes the one after */
            measure_again(s, w + 1);
    }
}

/* --- the whole --- */

static bool all_finite(const double *z, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(z[i]))
            return false;
    }
    return true;
}

struct bk_change_point *bk_change_points(struct bk_arena *a,
                                         const struct bk_change_point_rule *rule,
                                         const double *z, size_t n, size_t *found)
{
    *found = 0;
    if (n < rule->min_sessions || n < 2 || !all_finite(z, n))
        return NULL;
    size_t window = rule->window == 0 || rule->window > n ? n : rule->window;
    struct bk_change_point *result = bk_alloc_array(a, n, sizeof *result);
    struct bk_arena_mark mark = bk_arena_mark(a);
    struct search s = {.rule = rule, .z = z, .n = n, .found = result};
    s.scratch = new_scratch(a, window);
    s.segments = bk_alloc_array(a, window, sizeof *s.segments);
    size_t step = rule->window / 2 > 0 ? rule->window / 2 : n;
    for (size_t start = 0; start < n;) {
        split_window(&s, start, n - start < window ? n : start + window);
        size_t last = take_points(&s);
        start = last > start + step ? last : start + step;
    }
    merge(&s);
    bk_arena_release(a, mark);
    *found = s.n_found;
    return s.n_found > 0 ? result : NULL;
}

/* --- permutations --- */

struct orders {
    const struct scratch *scratch;
    double *z;
    size_t n;
    double least; /* Q to reach */
    double as_large, all;
};

static void count_order(struct orders *o)
{
    o->all++;
    o->as_large += find_candidate(o->scratch, o->z, o->n, 1).q >= o->least;
}

/* Heap's algorithm: every order once, each one swap from the last. */
static void count_all_orders(struct orders *o, size_t k)
{
    if (k <= 1) {
        count_order(o);
        return;
    }
    for (size_t i = 0; i < k; i++) {
        count_all_orders(o, k - 1);
        size_t j = k % 2 == 0 ? i : 0;
        double kept = o->z[j];
        o->z[j] = o->z[k - 1];
        o->z[k - 1] = kept;
    }
}

double bk_change_point_permutation_p(struct bk_arena *a, const double *z, size_t n,
                                     size_t orders, uint64_t seed)
{
    if (n < 2 || !all_finite(z, n))
        return (double)NAN;
    struct bk_arena_mark mark = bk_arena_mark(a);
    struct scratch scratch = new_scratch(a, n);
    double q = find_candidate(&scratch, z, n, 1).q;
    struct orders o = {&scratch, bk_alloc_array(a, n, sizeof *o.z), n, q, 0, 0};
    o.least = q - ROUNDING * fabs(q);
    for (size_t i = 0; i < n; i++)
        o.z[i] = z[i];
    if (n <= MOST_PERMUTED) {
        count_all_orders(&o, n);
    } else {
        struct bk_random random;
        bk_random_seed(&random, seed);
        o.as_large = o.all = 1; /* the order that was observed */
        for (size_t i = 0; i < orders; i++) {
            bk_random_shuffle(&random, o.z, n);
            count_order(&o);
        }
    }
    bk_arena_release(a, mark);
    return o.as_large / o.all;
}
