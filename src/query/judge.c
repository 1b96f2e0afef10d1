/* The past of a series and what it allows to say: see judge.h. */
#include "judge.h"

#include "annotations.h"

#include <math.h>

/* A failed run needs no test when it is this many times worse than what matters. */
#define FAILED_FACTOR 3
/* --- the past --- */

void bk_past_begin(struct bk_past *past, const struct bk_series *s)
{
    struct bk_arena *a = s->arena;
    *past = (struct bk_past){.s = s};
    past->lines = bk_alloc_array(a, s->lines->n_lines + 1, sizeof *past->lines);
    past->stale = bk_alloc_array(a, s->lines->n_lines + 1, sizeof *past->stale);
    past->sessions_of =
        bk_alloc_array(a, s->lines->n_groups + 1, sizeof *past->sessions_of);
    past->last_session =
        bk_alloc_array(a, s->lines->n_groups + 1, sizeof *past->last_session);
}

void bk_past_forget_noise(struct bk_past *past)
{
    for (size_t i = 0; i < past->n_stale; i++)
        past->lines[past->stale[i]].stale = false;
    past->n_stale = 0;
    past->all = (struct bk_noise){0, 0, 0, 0};
}

/* That nothing happened is no gap in the past. */
static bool has_scale(const struct bk_quantity *q, double value)
{
    bool none = value == 0 && bk_quantity_counted(q) != BK_COUNTS_NOTHING;
    return isfinite(value) && (q->scale == BK_SCALE_SHARE || value > 0 || none);
}

/* The requests or runs that a row counts among. */
static double places_of(const struct bk_quantity *q, const struct bk_series_row *row)
{
    return bk_quantity_counted(q) == BK_COUNTS_REQUESTS ? row->requests
                                                        : (double)row->n;
}

/* Where the newest sessions of the level begin. */
static size_t window_begin(const struct bk_past_line *line)
{
    size_t most = line->most > 0 ? line->most : BK_BASELINE;
    size_t begin = line->n > most ? line->n - most : 0;
    return begin > line->level_begin ? begin : line->level_begin;
}

/* Where the sessions begin that a new one is compared with. */
static size_t baseline_begin(const struct bk_past_line *line)
{
    return line->lends && !line->pinned ? line->n : window_begin(line);
}

static void add_noise(struct bk_noise *to, const struct bk_noise *what)
{
    to->squares += what->squares;
    to->df += what->df;
    to->sessions += what->sessions;
    to->bad += what->bad;
}

static struct bk_noise noise_now(const struct bk_past *past,
                                 const struct bk_past_line *line)
{
    struct bk_noise noise = {0, 0, 0, 0};
    size_t begin = window_begin(line);
    if (line->n > begin)
        bk_noise_add(past->s->arena, &noise, past->s->q.scale, line->values + begin,
                     line->n - begin);
    return noise;
}

/* Noise is computed when it is asked for: not after each of many sessions. */
static void refresh(struct bk_past *past)
{
    for (size_t i = 0; i < past->n_stale; i++) {
        struct bk_past_line *line = &past->lines[past->stale[i]];
        past->all = bk_noise_without(&past->all, &line->now);
        line->now = noise_now(past, line);
        add_noise(&past->all, &line->now);
        line->stale = false;
    }
    past->n_stale = 0;
}

static void begin_level(struct bk_past *past, struct bk_past_line *line, unsigned level)
{
    struct bk_noise noise = noise_now(past, line);
    past->all = bk_noise_without(&past->all, &line->now);
    add_noise(&line->earlier, &noise);
    add_noise(&past->all, &noise);
    line->now = (struct bk_noise){0, 0, 0, 0};
    line->level_begin = line->n;
    line->level = level;
}

/* Counts the row's session; has it a value that can be compared? */
static bool note_row(struct bk_past *past, const struct bk_series_row *row)
{
    past->lines[row->at.line].last = row;
    if (past->sessions_of[row->at.group] == 0 ||
        past->last_session[row->at.group] != row->at.session)
        past->sessions_of[row->at.group]++;
    past->last_session[row->at.group] = row->at.session;
    return has_scale(&past->s->q, row->value);
}

static void put_value(struct bk_past *past, const struct bk_series_row *row)
{
    struct bk_past_line *line = &past->lines[row->at.line];
    size_t at = line->n;
    *BK_PUSH(past->s->arena, line->sessions, at) = row->at.session;
    at = line->n;
    *BK_PUSH(past->s->arena, line->of, at) = places_of(&past->s->q, row);
    *BK_PUSH(past->s->arena, line->values, line->n) = row->value;
    if (!line->stale)
        past->stale[past->n_stale++] = row->at.line;
    line->stale = true;
}

void bk_past_add(struct bk_past *past, const struct bk_series_row *row)
{
    struct bk_past_line *line = &past->lines[row->at.line];
    if (!note_row(past, row))
        return;
    if (row->level > line->level)
        begin_level(past, line, row->level);
    put_value(past, row);
}

void bk_past_lend(struct bk_past *past, const struct bk_series_row *row, bool later)
{
    struct bk_past_line *line = &past->lines[row->at.line];
    if (later && !line->later)
        begin_level(past, line, line->level);
    line->later = later;
    line->lends = true;
    bk_past_add(past, row);
}

void bk_past_pin(struct bk_past *past, const struct bk_series_row *row)
{
    struct bk_past_line *line = &past->lines[row->at.line];
    if (!note_row(past, row))
        return;
    if (!line->pinned)
        begin_level(past, line, line->level);
    line->pinned = true;
    put_value(past, row);
}

/* --- evidence --- */

/* A run that failed is worse than runs that did not, however few there were: that is no
 * matter of noise. */
static bool failed_worse(const struct bk_case *c)
{
    const struct bk_quantity *q = c->q;
    if (!q->survives_failure || c->n_old == 0 || !bk_is(c->row.status, "failed"))
        return false;
    double change = bk_quantity_change(q, c->row.value, c->old[c->n_old - 1]);
    return change * (double)q->worse >= FAILED_FACTOR * q->floor;
}

static enum bk_validity validity_of(const struct bk_past *past, const struct bk_case *c)
{
    if (!bk_series_is_judged(past->s, &c->row) || bk_is(c->row.status, "invalid"))
        return BK_INVALID_RUN;
    return c->other_config ? BK_NOT_THE_SAME : BK_COMPARABLE;
}

/* Is one of the rows of the session that people said a level shift begins in? */
static bool begins_level(const struct bk_series_row *rows, size_t n,
                         const struct bk_annotation *shift)
{
    for (size_t i = 0; shift != NULL && i < n; i++)
        if (bk_eq(rows[i].run->dim[BK_DIM_SESSION], shift->session))
            return true;
    return false;
}

static bool is_whole(double x)
{
    return isfinite(x) && x == floor(x);
}

/* What happened in the new rows and never before; n is 0 where that is not known. */
static struct bk_first_events first_events(const struct bk_quantity *q,
                                           const struct bk_past_line *line,
                                           size_t begin,
                                           const struct bk_series_row *rows, size_t n)
{
    const struct bk_first_events none = {0, 0, 0, false};
    enum bk_counted counted = bk_quantity_counted(q);
    struct bk_first_events first = {.of_requests = counted == BK_COUNTS_REQUESTS};
    if (counted == BK_COUNTS_NOTHING || begin == line->n)
        return none;
    for (size_t i = begin; i < line->n; i++) {
        if (line->values[i] != 0)
            return none;
        first.old_of += line->of[i];
    }
    for (size_t i = 0; i < n; i++) {
        first.n += rows[i].events;
        first.new_of += places_of(q, &rows[i]);
    }
    bool known = is_whole(first.n) && first.old_of > 0 && first.new_of > 0;
    return known && (!first.of_requests || first.n <= first.new_of) ? first : none;
}

void bk_case_measure(struct bk_past *past, const struct bk_verdict_rule *rule,
                     const struct bk_series_row *rows, size_t n, struct bk_case *c)
{
    const struct bk_series *s = past->s;
    const struct bk_series_row *newest = &rows[n - 1];
    struct bk_past_line *line = &past->lines[newest->at.line];
    refresh(past);
    if (newest->level > line->level && !line->pinned)
        begin_level(past, line, newest->level);
    size_t begin = baseline_begin(line);
    *c = (struct bk_case){.q = &s->q, .row = *newest, .last = line->last};
    c->n_old = line->n - begin;
    c->old = c->n_old > 0 ? line->values + begin : NULL;
    c->old_sessions = c->n_old > 0 ? line->sessions + begin : NULL;
    c->new = bk_alloc_array(s->arena, n, sizeof *c->new);
    for (size_t i = 0; i < n; i++)
        c->new[c->n_new++] = rows[i].value;
    c->pinned = line->pinned;
    c->not_pinned = c->n_old == 0 && line->lends;
    c->other_config = c->not_pinned || (c->n_old == 0 && line->n == 0 &&
                                        past->sessions_of[newest->at.group] > 0);
    struct bk_noise own = line->now;
    struct bk_comparison comparison = {
        .old = c->old,
        .n_old = c->n_old,
        .new = c->new,
        .n_new = c->n_new,
        .scale = s->q.scale,
        .worse = s->q.worse,
        .floor = s->q.floor,
        .validity = validity_of(past, c),
        .borrowed = bk_noise_without(&past->all, &own),
        .bad_old = own.bad,
        .first = first_events(&s->q, line, begin, rows, n),
    };
    if (comparison.first.of_requests) /* of what fails more is worse */
        comparison.worse = BK_HIGHER_IS_WORSE;
    c->accepted = c->n_old == 0 && bk_series_is_baseline(newest) &&
                  begins_level(rows, n, newest->shift);
    c->by_status = comparison.validity == BK_COMPARABLE && failed_worse(c);
    c->e = bk_measure(rule, &comparison);
}

/* A failed run is never an improvement. */
static void settle_failed(struct bk_case *c)
{
    if (c->by_status)
        c->e.verdict = BK_VERDICT_REGRESSION;
    else if (c->e.verdict == BK_VERDICT_IMPROVEMENT && bk_is(c->row.status, "failed"))
        c->e.verdict = BK_VERDICT_INVALID;
}

void bk_cases_judge(struct bk_arena *a, const struct bk_verdict_rule *rule,
                    enum bk_adjustment adjustment, struct bk_case *cases, size_t n)
{
    struct bk_verdict_rule quick = *rule;
    quick.power = 0; /* bk_case_detail tells what it would tell, of few cases */
    struct bk_arena_mark mark = bk_arena_mark(a);
    struct bk_evidence *family = bk_alloc_array(a, n + 1, sizeof *family);
    for (size_t i = 0; i < n; i++)
        family[i] = cases[i].e;
    bk_judge(a, &quick, adjustment, family, n);
    for (size_t i = 0; i < n; i++) {
        cases[i].e = family[i];
        settle_failed(&cases[i]);
    }
    bk_arena_release(a, mark);
}

void bk_case_detail(const struct bk_verdict_rule *rule, struct bk_case *c)
{
    if (c->e.verdict != BK_VERDICT_INCONCLUSIVE)
        return;
    c->e.detectable = bk_detectable_change(rule, &c->e);
    c->needed = bk_sessions_to_see(rule, &c->e, c->e.floor, BK_MOST_SESSIONS);
    /* with fewer the rule asks for more than what matters */
    size_t enough = (size_t)rule->enough_df + 2;
    if (c->needed > 0 && c->e.tier == BK_TIER_2_ALONE && c->needed + c->n_old < enough)
        c->needed = enough - c->n_old;
}
