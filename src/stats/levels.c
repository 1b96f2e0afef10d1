/* L1 Potts steps; see levels.h. */
#include "levels.h"

#include <math.h>

#include "../base/arena.h"
#include "edivisive.h"
#include "summary.h"

/* The exact solution is sought among segments up to this long; longer ones come of
 * merging (solve_potts_approx). */
#define LONGEST_PIECE 20
/* Degrees of freedom that a break point costs (solve_potts_autogamma). */
#define BETA          4.0
#define RHO_TOLERANCE 0.05
#define ERROR_FLOOR   1e-300
#define MIN_SIZE      2
#define AGREE_WITHIN  2

/* Medians and summed distances of all parts [l, r] of a series, as far as they were asked
 * for. */
struct parts {
    const double *y;
    size_t n;
    double *median, *distance; /* n x n; a distance of -1 is not known yet */
    double *sorted;
};

static struct parts new_parts(struct bk_arena *a, const double *y, size_t n)
{
    struct parts p = {.y = y, .n = n};
    p.median = bk_alloc_array(a, n * n, sizeof *p.median);
    p.distance = bk_alloc_array(a, n * n, sizeof *p.distance);
    p.sorted = bk_alloc_array(a, n, sizeof *p.sorted);
    for (size_t i = 0; i < n * n; i++)
        p.distance[i] = -1;
    return p;
}

/* Puts the part's values in order and notes its median. */
static void compute_part(struct parts *p, size_t l, size_t r)
{
    size_t n = r - l + 1;
    for (size_t i = 0; i < n; i++) {
        double v = p->y[l + i];
        size_t k = i;
        for (; k > 0 && p->sorted[k - 1] > v; k--)
            p->sorted[k] = p->sorted[k - 1];
        p->sorted[k] = v;
    }
    double median = bk_median(p->sorted, n), sum = 0;
    for (size_t i = l; i <= r; i++)
        sum += fabs(p->y[i] - median);
    p->median[l * p->n + r] = median;
    p->distance[l * p->n + r] = sum;
}

static double distance(struct parts *p, size_t l, size_t r)
{
    if (p->distance[l * p->n + r] < 0)
        compute_part(p, l, r);
    return p->distance[l * p->n + r];
}

static double median_of(struct parts *p, size_t l, size_t r)
{
    (void)distance(p, l, r);
    return p->median[l * p->n + r];
}

/* --- a partition for one gamma --- */

struct partition {
    size_t *right; /* exclusive right ends, rising; the last is n */
    size_t n;
};

/* Bellman's recursion over pieces of limited length; 'best' has n + 1 places and 'from'
 * n. */
static void solve(struct parts *p, double gamma, double *best, size_t *from,
                  struct partition *out)
{
    best[0] = -gamma;
    for (size_t r = 0; r < p->n; r++) {
        best[r + 1] = (double)INFINITY;
        for (size_t l = r + 1 > LONGEST_PIECE ? r + 1 - LONGEST_PIECE : 0; l <= r;
             l++) {
            double cost = best[l] + gamma + distance(p, l, r);
            if (cost <= best[r + 1]) {
                best[r + 1] = cost;
                from[r] = l;
            }
        }
    }
    out->n = 0;
    for (size_t r = p->n; r > 0; r = from[r - 1])
        out->right[out->n++] = r;
    for (size_t i = 0; i < out->n / 2; i++) {
        size_t kept = out->right[i];
        out->right[i] = out->right[out->n - 1 - i];
        out->right[out->n - 1 - i] = kept;
    }
}

/* The first pair of neighbours worth joining, or better ones right behind it; out->n when
 * there is none. */
static size_t pair_to_merge(struct parts *p, double gamma, const struct partition *out)
{
    double least = 0;
    size_t which = out->n, l = 0;
    for (size_t j = 1; j < out->n; j++) {
        if (which + 2 < j)
            break;
        size_t middle = out->right[j - 1], r = out->right[j] - 1;
        double change = distance(p, l, r) -
                        (distance(p, l, middle - 1) + distance(p, middle, r) + gamma);
        if (change <= least) {
            least = change;
            which = j - 1;
        }
        l = middle;
    }
    return which;
}

/* Moves each boundary to where the two segments beside it fit best. */
static void move_boundaries(struct parts *p, struct partition *out)
{
    size_t l = 0;
    for (size_t j = 1; j < out->n; j++) {
        size_t at = out->right[j - 1], last = out->right[j] - 1, best_at = at;
        double score = distance(p, l, at - 1) + distance(p, at, last);
        size_t low = at > l + LONGEST_PIECE ? at - LONGEST_PIECE : l + 1;
        size_t high = last - at < LONGEST_PIECE ? last : at + LONGEST_PIECE;
        for (size_t to = low; to <= high; to++) {
            double moved = distance(p, l, to - 1) + distance(p, to, last);
            if (to != at && moved < score) {
                score = moved;
                best_at = to;
            }
        }
        out->right[j - 1] = l = best_at;
    }
}

static void partition_at(struct parts *p, double gamma, double *best, size_t *from,
                         struct partition *out)
{
    solve(p, gamma, best, from, out);
    for (size_t which; (which = pair_to_merge(p, gamma, out)) < out->n;) {
        for (size_t i = which + 1; i < out->n; i++)
            out->right[i - 1] = out->right[i];
        out->n--;
    }
    move_boundaries(p, out);
}

/* --- golden section search --- */

struct minimum_of {
    double (*f)(void *context, double x);
    void *context;
};

/* A place in [a, b] where f is small, to so much of x; both ends are tried (asv's
 * golden_search with expand_bounds).  'flat': stops when two values differ by less than
 * this share. */
static double golden_search(const struct minimum_of *m, double a, double b,
                            double tolerance, double flat)
{
    const double ratio = 2 / (1 + sqrt(5));
    double x0 = (ratio * a - (1 - ratio) * b) / (2 * ratio - 1);
    double x3 = (ratio * b - (1 - ratio) * a) / (2 * ratio - 1);
    double x1 = ratio * x0 + (1 - ratio) * x3, x2 = (1 - ratio) * x0 + ratio * x3;
    double f1 = m->f(m->context, x1), f2 = m->f(m->context, x2);
    double scale = fmax(fabs(f1), fabs(f2));
    while (fabs(x0 - x3) >= tolerance && fabs(f1 - f2) >= flat * scale) {
        if (f2 < f1) {
            x0 = x1;
            x1 = x2;
            x2 = ratio * x1 + (1 - ratio) * x3;
            f1 = f2;
            f2 = m->f(m->context, x2);
        } else {
            x3 = x2;
            x2 = x1;
            x1 = ratio * x2 + (1 - ratio) * x0;
            f2 = f1;
            f1 = m->f(m->context, x1);
        }
    }
    return f2 < f1 ? x2 : x1;
}

/* --- the penalty --- */

struct criterion {
    struct parts parts;
    double gamma_0;
    double *best; /* scratch of the recursion */
    size_t *from;
    struct partition now, kept;
    double objective, gamma; /* of 'kept' */
    double *residual;        /* y - its segment's median, of 'now' */
};

/* Sum of |E_j - rho E_{j-1}|: what is left of noise that remembers. */
static double noise_left(void *context, double rho)
{
    const struct criterion *c = context;
    double sum = fabs(c->residual[0]);
    for (size_t i = 1; i < c->parts.n; i++)
        sum += fabs(c->residual[i] - rho * c->residual[i - 1]);
    return sum;
}

/* What the fit cannot be more exact than: a tenth of the smallest jump. */
static double accuracy(struct parts *p, const struct partition *s)
{
    double least = (double)INFINITY, last = 0;
    size_t l = 0;
    for (size_t j = 0; j < s->n; j++) {
        double value = median_of(p, l, s->right[j] - 1);
        if (s->n <= 2)
            least = fmin(least, 0.001 * fabs(value));
        else if (j > 0)
            least = fmin(least, 0.1 * fabs(value - last));
        last = value;
        l = s->right[j];
    }
    return fmax(ERROR_FLOOR, least);
}

static double objective(void *context, double x)
{
    struct criterion *c = context;
    struct parts *p = &c->parts;
    double gamma = c->gamma_0 * exp(x), n = (double)p->n;
    partition_at(p, gamma, c->best, c->from, &c->now);
    size_t l = 0;
    for (size_t j = 0; j < c->now.n; j++) {
        double value = median_of(p, l, c->now.right[j] - 1);
        for (; l < c->now.right[j]; l++)
            c->residual[l] = p->y[l] - value;
    }
    struct minimum_of noise = {noise_left, c};
    double rho = golden_search(&noise, -1, 1, RHO_TOLERANCE, 1e-8);
    double result = BETA * log(n) / n * (double)c->now.n +
                    log(accuracy(p, &c->now) + noise_left(c, rho));
    if (result < c->objective) {
        c->objective = result;
        c->gamma = gamma;
        c->kept.n = c->now.n;
        for (size_t i = 0; i < c->now.n; i++)
            c->kept.right[i] = c->now.right[i];
    }
    return result;
}

/* --- steps --- */

static struct bk_level *as_steps(struct bk_arena *a, struct parts *p,
                                 const struct partition *s, size_t offset,
                                 size_t *found)
{
    struct bk_level *steps = bk_alloc_array(a, s->n, sizeof *steps);
    size_t l = 0;
    for (size_t j = 0; j < s->n; j++) {
        size_t r = s->right[j];
        double least = p->y[l];
        for (size_t i = l; i < r; i++)
            least = fmin(least, p->y[i]);
        steps[j] = (struct bk_level){.start = offset + l,
                                     .end = offset + r,
                                     .value = median_of(p, l, r - 1),
                                     .least = least,
                                     .error = distance(p, l, r - 1) / (double)(r - l)};
        l = r;
    }
    *found = s->n;
    return steps;
}

static struct criterion *new_criterion(struct bk_arena *a, const double *y, size_t n)
{
    struct criterion *c = bk_alloc(a, sizeof *c);
    c->parts = new_parts(a, y, n);
    c->best = bk_alloc_array(a, n + 1, sizeof *c->best);
    c->from = bk_alloc_array(a, n, sizeof *c->from);
    c->now.right = bk_alloc_array(a, n, sizeof *c->now.right);
    c->kept.right = bk_alloc_array(a, n, sizeof *c->kept.right);
    c->residual = bk_alloc_array(a, n, sizeof *c->residual);
    c->objective = (double)INFINITY;
    return c;
}

/* The end of a series that is too long, and how much was left out; false: cannot be
 * looked at. */
static bool usable(const double **y, size_t *n, size_t *offset)
{
    *offset = *n > BK_LEVELS_MOST ? *n - BK_LEVELS_MOST : 0;
    if (*n == 0)
        return false;
    *y += *offset;
    *n -= *offset;
    for (size_t i = 0; i < *n; i++) {
        if (!isfinite((*y)[i]))
            return false;
    }
    return true;
}

struct bk_level *bk_levels(struct bk_arena *a, const double *y, size_t n, size_t *found,
                           double *gamma)
{
    size_t offset;
    *found = 0;
    if (!usable(&y, &n, &offset))
        return NULL;
    struct criterion *c = new_criterion(a, y, n);
    c->gamma_0 = distance(&c->parts, 0, n - 1);
    if (!(c->gamma_0 > 0))
        c->gamma_0 = 1;
    double low = log(0.1 / (double)n);
    struct minimum_of m = {objective, c};
    (void)golden_search(&m, low, 0, fabs(low) * 0.1, 0);
    if (gamma != NULL)
        *gamma = c->gamma;
    return as_steps(a, &c->parts, &c->kept, offset, found);
}

struct bk_level *bk_levels_at(struct bk_arena *a, const double *y, size_t n,
                              double gamma, size_t *found)
{
    size_t offset;
    *found = 0;
    if (!usable(&y, &n, &offset))
        return NULL;
    struct criterion *c = new_criterion(a, y, n);
    partition_at(&c->parts, gamma, c->best, c->from, &c->now);
    return as_steps(a, &c->parts, &c->now, offset, found);
}

struct bk_level_verdict bk_level_regressions(struct bk_arena *a,
                                             const struct bk_level *steps, size_t n,
                                             double threshold)
{
    struct bk_level_verdict v = {(double)NAN, (double)NAN, NULL, 0};
    if (n == 0)
        return v;
    v.regressions = bk_alloc_array(a, n, sizeof *v.regressions);
    v.latest = v.best = steps[n - 1].value;
    double best = v.latest, best_error = steps[n - 1].error;
    bool short_before =
        false; /* the last one found was short, and 'kept' is from before */
    double kept = 0, kept_error = 0;
    for (size_t i = n; i-- > 0;) {
        const struct bk_level *s = &steps[i];
        double need = fmax(fmax(s->error, best_error), threshold * s->value);
        if (best > s->value + need) {
            if (s->end - s->start < MIN_SIZE) {
                short_before = true;
                kept = best;
                kept_error = best_error;
            }
            v.regressions[v.n++] = (struct bk_level_regression){
                s->end - 1, i + 1 < n ? steps[i + 1].start : s->end, s->value, v.best};
            best = s->value;
            best_error = s->error;
        } else if (short_before) {
            if (kept <= s->value + need) {
                v.n--;
                best = kept;
                best_error = kept_error;
            }
            short_before = false;
        }
        v.best = fmin(v.best, s->value);
    }
    for (size_t i = 0; i < v.n / 2; i++) {
        struct bk_level_regression r = v.regressions[i];
        v.regressions[i] = v.regressions[v.n - 1 - i];
        v.regressions[v.n - 1 - i] = r;
    }
    return v;
}

/* --- agreement --- */

double bk_level_agreement(const struct bk_change_point *change,
                          const struct bk_level *steps, size_t n)
{
    double score = 0;
    bool up = change->after > change->before;
    for (size_t i = 1; i < n; i++) {
        size_t at = steps[i].start;
        size_t off = at > change->index ? at - change->index : change->index - at;
        if (off > AGREE_WITHIN || (steps[i].value > steps[i - 1].value) != up)
            continue;
        score = fmax(score, 1 - (double)off / (AGREE_WITHIN + 1));
    }
    return score;
}

static bool is_near(size_t a, size_t b, size_t margin)
{
    return (a > b ? a - b : b - a) <= margin;
}

/* How many of 'marks' and 0 are hit, each by a found one of its own: the true ones in
 * order take the nearest that is left. */
static size_t hits(const struct bk_marks *marks, const struct bk_marks *found,
                   size_t margin)
{
    size_t count = 1, next = 0; /* 0 is in both */
    for (size_t i = 0; i < marks->n; i++) {
        while (next < found->n && found->at[next] < marks->at[i] &&
               !is_near(found->at[next], marks->at[i], margin))
            next++;
        if (next < found->n && is_near(found->at[next], marks->at[i], margin)) {
            count++;
            next++;
        }
    }
    return count;
}

/* How many found ones hit a mark of any annotator. */
static size_t hits_of_any(const struct bk_marks *annotators, size_t n,
                          const struct bk_marks *found, size_t margin)
{
    size_t count = 1;
    for (size_t i = 0; i < found->n; i++) {
        bool hit = false;
        for (size_t k = 0; k < n && !hit; k++) {
            for (size_t j = 0; j < annotators[k].n && !hit; j++)
                hit = is_near(found->at[i], annotators[k].at[j], margin);
        }
        count += hit;
    }
    return count;
}

double bk_marks_f1(const struct bk_marks *annotators, size_t n_annotators,
                   const struct bk_marks *found, size_t margin)
{
    if (n_annotators == 0)
        return (double)NAN;
    double recall = 0;
    for (size_t i = 0; i < n_annotators; i++)
        recall +=
            (double)hits(&annotators[i], found, margin) / (double)(annotators[i].n + 1);
    recall /= (double)n_annotators;
    double precision = (double)hits_of_any(annotators, n_annotators, found, margin) /
                       (double)(found->n + 1);
    return 2 * precision * recall / (precision + recall);
}
