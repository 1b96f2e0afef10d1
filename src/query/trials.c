/* Trials of the judge: see trials.h. */
#include "trials.h"

#include "../stats/random.h"
#include "changes.h"

#include <math.h>
#include <stdlib.h>

#define CONFIDENCE 0.95

/* --- comparable rows --- */

/* The first session of each line's newest level. */
static size_t *newest_levels(struct bk_series *s)
{
    struct bk_arena *a = s->arena;
    size_t *begin = bk_alloc_array(a, s->lines->n_lines + 1, sizeof *begin);
    unsigned *level = bk_alloc_array(a, s->lines->n_lines + 1, sizeof *level);
    struct bk_series_changes found = {
        .marks = bk_alloc_array(a, s->n + 1, sizeof *found.marks)};
    for (size_t i = 0, end; i < s->n; i = end) {
        for (end = i + 1; end < s->n && s->rows[end].at.group == s->rows[i].at.group;)
            end++;
        bk_series_find_changes(s, i, end, &found);
    }
    for (size_t i = 0; i < found.n; i++) {
        const struct bk_place *at = &s->rows[found.items[i].row].at;
        if (at->session > begin[at->line])
            begin[at->line] = at->session;
    }
    for (size_t i = 0; i < s->n; i++) {
        const struct bk_series_row *row = &s->rows[i];
        if (row->level <= level[row->at.line])
            continue;
        level[row->at.line] = row->level;
        if (row->at.session > begin[row->at.line])
            begin[row->at.line] = row->at.session;
    }
    return begin;
}

static void keep_comparable(struct bk_series *s, const bool *asked)
{
    struct bk_arena_mark mark = bk_arena_mark(s->arena);
    size_t kept = 0;
    for (size_t i = 0; i < s->n; i++) {
        const struct bk_series_row *row = &s->rows[i];
        if (asked[row->at.session] && bk_series_is_baseline(row) &&
            bk_series_is_judged(s, row))
            s->rows[kept++] = *row;
    }
    s->n = kept;
    const size_t *begin = newest_levels(s);
    kept = 0;
    for (size_t i = 0; i < s->n; i++)
        if (s->rows[i].at.session >= begin[s->rows[i].at.line])
            s->rows[kept++] = s->rows[i];
    s->n = kept;
    bk_arena_release(s->arena, mark);
}

bool bk_trials_load(struct bk_db *db, struct bk_arena *a,
                    const struct bk_family_ask *ask, struct bk_trials *t,
                    struct bk_err *err)
{
    t->arena = a;
    t->rule = ask->rule;
    if (!bk_family_open(db, a, ask, &t->f, err) ||
        !bk_family_series(db, a, ask, &t->f, &t->series, err))
        return false;
    const struct bk_lines *lines = &t->f.lines;
    bool *asked = bk_alloc_array(a, lines->n_sessions + 1, sizeof *asked);
    for (size_t i = 0; i < t->f.names.n; i++) {
        size_t at = bk_lines_session(lines, bk_str(t->f.names.items[i]));
        if (at != BK_NONE)
            asked[at] = true;
    }
    for (size_t i = 0; i < t->f.n_quantities; i++)
        keep_comparable(&t->series[i], asked);
    return true;
}

/* --- counting --- */

static bool is_change(const struct bk_evidence *e)
{
    return e->verdict == BK_VERDICT_REGRESSION || e->verdict == BK_VERDICT_IMPROVEMENT;
}

/* Counts a judged family; did it have anything to test? */
static bool count(struct bk_tally *tally, const struct bk_evidence *family, size_t n)
{
    size_t tests = 0, changes = 0, regressions = 0;
    for (size_t i = 0; i < n; i++) {
        const struct bk_evidence *e = &family[i];
        tests += isfinite(e->p) || e->no_noise;
        changes += is_change(e);
        regressions += e->verdict == BK_VERDICT_REGRESSION;
    }
    tally->tests += tests;
    tally->changes += changes;
    tally->families += tests > 0;
    tally->alarms += regressions > 0;
    return tests > 0;
}

struct bk_trial_rate bk_trial_rate(size_t wrong, size_t n, double independent)
{
    const double nan = (double)NAN;
    struct bk_trial_rate r = {nan, {nan, nan}};
    if (n == 0)
        return r;
    r.rate = (double)wrong / (double)n;
    r.interval = bk_wilson(r.rate * independent, independent, CONFIDENCE);
    return r;
}

/* --- machines --- */

/* The lines of a quantity on one machine, with their comparable values. */
struct machine {
    struct bk_str name;
    const struct bk_series *s;
    const struct bk_past *past;
    size_t *lines; /* numbers */
    size_t n;
    struct bk_noise *own, all; /* of each line; of them together */
};

static void take_noise(struct bk_arena *a, struct machine *m)
{
    m->own = bk_alloc_array(a, m->n + 1, sizeof *m->own);
    for (size_t i = 0; i < m->n; i++) {
        const struct bk_past_line *line = &m->past->lines[m->lines[i]];
        bk_noise_add(a, &m->own[i], m->s->q.scale, line->values, line->n);
        m->all.squares += m->own[i].squares;
        m->all.df += m->own[i].df;
        m->all.sessions += m->own[i].sessions;
        m->all.bad += m->own[i].bad;
    }
}

typedef void machine_fn(void *self, const struct machine *m);

/* Calls for each machine of a series. */
static void each_machine(const struct bk_series *s, machine_fn *call, void *self)
{
    struct bk_past past;
    bk_past_begin(&past, s);
    for (size_t i = 0, end; i < s->n; i = end) {
        struct machine m = {
            .name = s->rows[i].run->dim[BK_DIM_HARDWARE], .s = s, .past = &past};
        for (end = i;
             end < s->n && bk_eq(s->rows[end].run->dim[BK_DIM_HARDWARE], m.name);
             end++) {
            size_t number = s->rows[end].at.line, before = past.lines[number].n;
            bk_past_add(&past, &s->rows[end]);
            if (before == 0 && past.lines[number].n > 0)
                *BK_PUSH(s->arena, m.lines, m.n) = number;
        }
        take_noise(s->arena, &m);
        call(self, &m);
    }
}

/* --- pairs --- */

struct pair {
    size_t session; /* of the later */
    struct bk_evidence e;
};

struct pairs {
    struct bk_arena *arena;
    const struct bk_verdict_rule *rule;
    struct pair *items;
    size_t n;
};

static void add_pairs(void *self, const struct machine *m)
{
    struct pairs *all = self;
    for (size_t i = 0; i < m->n; i++) {
        const struct bk_past_line *line = &m->past->lines[m->lines[i]];
        struct bk_comparison c = {
            .n_old = 1,
            .n_new = 1,
            .scale = m->s->q.scale,
            .worse = m->s->q.worse,
            .floor = m->s->q.floor,
            .borrowed = bk_noise_without(&m->all, &m->own[i]),
        };
        for (size_t k = 1; k < line->n; k++) {
            c.old = &line->values[k - 1];
            c.new = &line->values[k];
            struct pair *p = BK_PUSH(all->arena, all->items, all->n);
            *p = (struct pair){line->sessions[k], bk_measure(all->rule, &c)};
        }
    }
}

static int by_session(const void *x, const void *y)
{
    const struct pair *a = x, *b = y;
    return a->session < b->session ? -1 : a->session > b->session;
}

struct bk_tally bk_trials_pairs(const struct bk_trials *t)
{
    struct bk_arena *a = t->arena;
    struct bk_arena_mark mark = bk_arena_mark(a);
    struct pairs all = {.arena = a, .rule = t->rule};
    struct bk_tally tally = {0};
    for (size_t i = 0; i < t->f.n_quantities; i++)
        each_machine(&t->series[i], add_pairs, &all);
    if (all.n > 1)
        qsort(all.items, all.n, sizeof *all.items, by_session);
    struct bk_evidence *family = bk_alloc_array(a, all.n + 1, sizeof *family);
    for (size_t i = 0, end; i < all.n; i = end) {
        for (end = i; end < all.n && all.items[end].session == all.items[i].session;
             end++)
            family[end - i] = all.items[end].e;
        bk_judge(a, t->rule, t->adjustment, family, end - i);
        tally.sessions += count(&tally, family, end - i);
    }
    bk_arena_release(a, mark);
    return tally;
}

/* --- histories --- */

static void shuffle(struct bk_random *random, size_t *x, size_t n)
{
    for (size_t i = n; i > 1; i--) {
        size_t k = bk_random_below(random, i), swap = x[k];
        x[k] = x[i - 1];
        x[i - 1] = swap;
    }
}

/* The sessions that have a comparable row. */
static size_t *sessions_of(const struct bk_trials *t, size_t *n)
{
    size_t n_sessions = t->f.lines.n_sessions;
    bool *used = bk_alloc_array(t->arena, n_sessions + 1, sizeof *used);
    size_t *list = bk_alloc_array(t->arena, n_sessions + 1, sizeof *list);
    for (size_t i = 0; i < t->f.n_quantities; i++)
        for (size_t k = 0; k < t->series[i].n; k++)
            used[t->series[i].rows[k].at.session] = true;
    *n = 0;
    for (size_t i = 0; i < n_sessions; i++)
        if (used[i])
            list[(*n)++] = i;
    return list;
}

/* Judges the new sessions of a split; were they tested at all? */
static bool judge_split(struct bk_trials *t, const struct bk_split *split,
                        struct bk_tally *tally)
{
    struct bk_arena_mark mark = bk_arena_mark(t->arena);
    t->f.cases = NULL;
    t->f.n = 0;
    for (size_t i = 0; i < t->f.n_quantities; i++)
        bk_family_measure(t->arena, t->rule, &t->f, &t->f.quantities[i], &t->series[i],
                          split);
    bk_cases_judge(t->arena, t->rule, t->adjustment, t->f.cases, t->f.n);
    struct bk_evidence *family = bk_alloc_array(t->arena, t->f.n + 1, sizeof *family);
    for (size_t i = 0; i < t->f.n; i++)
        family[i] = t->f.cases[i].e;
    bool tested = count(tally, family, t->f.n);
    t->f.cases = NULL;
    t->f.n = 0;
    bk_arena_release(t->arena, mark);
    return tested;
}

struct bk_tally bk_trials_histories(struct bk_trials *t,
                                    const struct bk_trial_plan *plan)
{
    size_t n, m = plan->n_new, n_sessions = t->f.lines.n_sessions;
    struct bk_random random;
    struct bk_tally tally = {0};
    struct bk_arena_mark mark = bk_arena_mark(t->arena);
    size_t *order = sessions_of(t, &n);
    bool *tested = bk_alloc_array(t->arena, n_sessions + 1, sizeof *tested);
    bool *is_new = bk_alloc_array(t->arena, n_sessions + 1, sizeof *is_new);
    bool *is_old = bk_alloc_array(t->arena, n_sessions + 1, sizeof *is_old);
    const struct bk_split split = {.is_new = is_new, .is_old = is_old};
    bk_random_seed(&random, plan->seed);
    for (size_t h = 0; h < plan->histories; h++) {
        shuffle(&random, order, n);
        for (size_t i = 0; i < n; i++)
            is_old[order[i]] = is_new[order[i]] = false;
        for (size_t k = 0; k + m <= n; k += m) {
            for (size_t i = k; i < k + m; i++)
                is_new[order[i]] = true;
            bool any = judge_split(t, &split, &tally);
            for (size_t i = k; i < k + m; i++) {
                is_new[order[i]] = false;
                is_old[order[i]] = true;
                tested[order[i]] = tested[order[i]] || any;
            }
        }
    }
    for (size_t i = 0; i < n_sessions; i++)
        tally.sessions += tested[i];
    bk_arena_release(t->arena, mark);
    return tally;
}

/* --- what sessions to come would show --- */

struct outlooks {
    struct bk_arena *arena;
    const struct bk_verdict_rule *rule;
    const struct bk_quantity *q;
    struct bk_outlook *items;
    size_t n;
};

static double visible_on(const struct bk_verdict_rule *rule, const struct machine *m,
                         size_t i, size_t n_new)
{
    const struct bk_past_line *line = &m->past->lines[m->lines[i]];
    size_t n = line->n < BK_BASELINE ? line->n : BK_BASELINE;
    const struct bk_comparison c = {
        .old = line->values + (line->n - n),
        .n_old = n,
        .scale = m->s->q.scale,
        .worse = m->s->q.worse,
        .floor = m->s->q.floor,
        .borrowed = bk_noise_without(&m->all, &m->own[i]),
        .bad_old = m->own[i].bad,
    };
    struct bk_evidence e = bk_foresee(rule, &c, n_new);
    if (e.no_noise) /* the floor decides */
        return e.floor;
    double size = bk_detectable_change(rule, &e);
    return size < e.needed ? e.needed : size;
}

static double middle_of(double *x, size_t n)
{
    size_t known = 0;
    for (size_t i = 0; i < n; i++)
        if (isfinite(x[i]))
            x[known++] = x[i];
    if (known == 0)
        return (double)NAN;
    bk_sort(x, known);
    return bk_median(x, known);
}

static void add_outlook(void *self, const struct machine *m)
{
    struct outlooks *all = self;
    if (m->n == 0)
        return;
    struct bk_outlook *o = BK_PUSH(all->arena, all->items, all->n);
    double *visible = bk_alloc_array(m->s->arena, m->n, sizeof *visible);
    *o = (struct bk_outlook){
        .q = all->q, .hardware = m->name, .lines = m->n, .noise = m->all};
    for (size_t i = 0; i < m->n; i++)
        o->sessions += m->past->lines[m->lines[i]].n;
    o->visible[0] = (double)NAN;
    for (size_t k = 1; k <= BK_MOST_TO_COME; k++) {
        for (size_t i = 0; i < m->n; i++)
            visible[i] = visible_on(all->rule, m, i, k);
        o->visible[k] = middle_of(visible, m->n);
    }
}

struct bk_outlook *bk_trials_outlook(const struct bk_trials *t, struct bk_arena *a,
                                     size_t *n)
{
    struct outlooks all = {.arena = a, .rule = t->rule};
    for (size_t i = 0; i < t->f.n_quantities; i++) {
        struct bk_arena_mark mark = bk_arena_mark(t->arena);
        all.q = &t->f.quantities[i];
        each_machine(&t->series[i], add_outlook, &all);
        bk_arena_release(t->arena, mark);
    }
    *n = all.n;
    return all.items;
}
