/* Change points and outliers: see changes.h.
 *
 * Change points are E-divisive means with a t test (stats/edivisive.h); L1 Potts steps
 * (stats/levels.h) are the second opinion.  An outlier is one session far from the median
 * of its level, which a change of level is not. */
#include "changes.h"

#include "../stats/edivisive.h"
#include "../stats/levels.h"
#include "../stats/robust.h"
#include "../stats/summary.h"

#include <math.h>
#include <stdlib.h>

#define FEWEST_FOR_OUTLIERS 5
/* On each side, that a session is seen among. */
#define NEIGHBOURS ((size_t)2)

struct line { /* the rows of one config that count, oldest first */
    size_t number;
    size_t *rows;
    double *z; /* on the scale of comparison */
    size_t n;
};

static double scaled(const struct bk_series *s, double value)
{
    return s->q.scale == BK_SCALE_SHARE ? value : log(value);
}

static double unscaled(const struct bk_series *s, double z)
{
    return s->q.scale == BK_SCALE_SHARE ? z : exp(z);
}

static struct bk_str line_key(const size_t *number)
{
    return (struct bk_str){(const char *)number, sizeof *number};
}

/* The lines of a group in the order of their first rows. */
static struct line **lines_of(const struct bk_series *s, size_t begin, size_t end,
                              size_t *n)
{
    struct bk_arena *a = s->arena;
    struct bk_map known = {NULL, 0, 0};
    struct line **lines = NULL;
    *n = 0;
    for (size_t i = begin; i < end; i++) {
        const struct bk_series_row *row = &s->rows[i];
        double z = scaled(s, row->value);
        if (!bk_series_is_baseline(row) || !isfinite(z))
            continue;
        struct line *line = bk_map_get(&known, line_key(&row->at.line));
        if (line == NULL) {
            line = bk_alloc(a, sizeof *line);
            line->number = row->at.line;
            bk_map_put(a, &known, line_key(&line->number), line);
            *BK_PUSH(a, lines, *n) = line;
        }
        size_t at = line->n;
        *BK_PUSH(a, line->rows, at) = i;
        *BK_PUSH(a, line->z, line->n) = z;
    }
    return lines;
}

/* The newest sessions of a line stay unmarked: whether they are alone, the next ones show. */
static void mark_outliers(const struct bk_series *s, const struct line *line,
                          size_t begin, size_t end, struct bk_series_changes *found)
{
    if (end - begin < FEWEST_FOR_OUTLIERS)
        return;
    struct bk_arena_mark mark = bk_arena_mark(s->arena);
    double *values = bk_alloc_array(s->arena, end - begin, sizeof *values);
    for (size_t i = begin; i < end; i++)
        values[i - begin] = s->rows[line->rows[i]].value;
    struct bk_robust robust = bk_robust_of(s->arena, values, end - begin);
    for (size_t i = begin; i < end && i + NEIGHBOURS < line->n; i++)
        if (bk_is_outlier(bk_robust_z(&robust, values[i - begin])))
            found->marks[line->rows[i]] = BK_MARK_OUTLIER;
    bk_arena_release(s->arena, mark);
}

/* --- lone sessions --- */

/* So many noises off its neighbours a session is alone. */
#define ALONE    4
#define N_WINDOW (2 * NEIGHBOURS + 1)

static double median_of(struct bk_arena *a, const double *x, size_t n)
{
    struct bk_arena_mark mark = bk_arena_mark(a);
    double *sorted = bk_alloc_array(a, n + 1, sizeof *sorted);
    for (size_t i = 0; i < n; i++)
        sorted[i] = x[i];
    bk_sort(sorted, n);
    double median = bk_median(sorted, n);
    bk_arena_release(a, mark);
    return median;
}

/* The noise from one session to the next, which neither steps nor lone sessions move:
 * 1.4826 of the median difference, over the square root of 2. */
static double noise_of(struct bk_arena *a, const struct line *line)
{
    struct bk_arena_mark mark = bk_arena_mark(a);
    double *steps = bk_alloc_array(a, line->n, sizeof *steps);
    for (size_t i = 1; i < line->n; i++)
        steps[i - 1] = fabs(line->z[i] - line->z[i - 1]);
    double noise = 1.4826 * median_of(a, steps, line->n - 1) / sqrt(2);
    bk_arena_release(a, mark);
    return noise;
}

/* Is a session that looks alone so among its nearest neighbours that do not?  Else a
 * spike two sessions behind a step would take the first session of the new level out. */
static bool is_alone(struct bk_arena *a, const struct line *line, const bool *maybe,
                     size_t i, double most)
{
    double near[N_WINDOW] = {line->z[i]};
    size_t n = 1;
    for (size_t k = i; k-- > 0 && n < 1 + NEIGHBOURS;)
        if (!maybe[k])
            near[n++] = line->z[k];
    size_t end = n + NEIGHBOURS;
    for (size_t k = i + 1; k < line->n && n < end; k++)
        if (!maybe[k])
            near[n++] = line->z[k];
    return fabs(line->z[i] - median_of(a, near, n)) > most;
}

/* Takes out sessions that stand alone between neighbours of one level: one would hide a
 * step behind the noise that it seems to make.  The first and last two have no neighbours
 * on one side, and stay. */
static void take_out_lone(const struct bk_series *s, struct line *line,
                          struct bk_series_changes *found)
{
    if (line->n < bk_change_point_rule_default.min_sessions)
        return;
    struct bk_arena *a = s->arena;
    double noise = fmax(noise_of(a, line), s->q.floor / ALONE);
    bool *maybe = bk_alloc_array(a, line->n, sizeof *maybe);
    for (size_t i = NEIGHBOURS; i + NEIGHBOURS < line->n; i++) {
        double level = median_of(a, line->z + i - NEIGHBOURS, N_WINDOW);
        maybe[i] = fabs(line->z[i] - level) > ALONE * noise;
    }
    bool *alone = bk_alloc_array(a, line->n, sizeof *alone);
    for (size_t i = 0; i < line->n; i++)
        alone[i] = maybe[i] && is_alone(a, line, maybe, i, ALONE * noise);
    size_t kept = 0;
    for (size_t i = 0; i < line->n; i++) {
        if (alone[i]) {
            found->marks[line->rows[i]] = BK_MARK_OUTLIER;
            continue;
        }
        line->rows[kept] = line->rows[i];
        line->z[kept++] = line->z[i];
    }
    line->n = kept;
}

static void look_at(const struct bk_series *s, struct line *line,
                    struct bk_series_changes *found)
{
    struct bk_change_point_rule rule = bk_change_point_rule_default;
    struct bk_level *steps = NULL;
    size_t n, n_steps = 0, begin = 0;
    take_out_lone(s, line, found);
    rule.scale = s->q.scale == BK_SCALE_SHARE ? BK_SHIFT_SHARE : BK_SHIFT_LOG;
    rule.floor = s->q.floor;
    const struct bk_change_point *points =
        bk_change_points(s->arena, &rule, line->z, line->n, &n);
    if (n > 0)
        steps = bk_levels(s->arena, line->z, line->n, &n_steps, NULL);
    for (size_t i = 0; i < n; i++) {
        const struct bk_change_point *p = &points[i];
        mark_outliers(s, line, begin, p->index, found);
        begin = p->index;
        *BK_PUSH(s->arena, found->items, found->n) = (struct bk_series_change){
            .row = line->rows[p->index],
            .row_before = line->rows[p->index - 1],
            .p = p->p,
            .change = p->change,
            .before = unscaled(s, p->before),
            .after = unscaled(s, p->after),
            .n_before = p->n_before,
            .n_after = p->n_after,
            .agreement = bk_level_agreement(p, steps, n_steps),
        };
    }
    mark_outliers(s, line, begin, line->n, found);
    for (size_t i = 0; i < n; i++)
        found->marks[line->rows[points[i].index]] = BK_MARK_CHANGE;
}

static int by_row(const void *x, const void *y)
{
    const struct bk_series_change *a = x, *b = y;
    return a->row < b->row ? -1 : a->row > b->row;
}

void bk_series_find_changes(const struct bk_series *s, size_t begin, size_t end,
                            struct bk_series_changes *found)
{
    size_t n, first = found->n;
    struct line **lines = lines_of(s, begin, end, &n);
    for (size_t i = 0; i < n; i++)
        look_at(s, lines[i], found);
    if (found->n - first > 1)
        qsort(found->items + first, found->n - first, sizeof *found->items, by_row);
}
