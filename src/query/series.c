/* The rows of a history: see series.h.
 *
 * Tests are Student's t with one new session: on logs for throughputs and times, whose
 * effects are ratios; on the values themselves for shares.  The noise is that of
 * repeated sessions of one config, pooled over the configs of the group (Welford's
 * running sums), or of the row's own config alone where there is too little of it. */
#include "series.h"

#include "../base/num.h"
#include "../base/time.h"
#include "../stats/student.h"
#include "../stats/summary.h"

#include <math.h>
#include <stdlib.h>

/* Two-sided level, and the power at which the smallest visible effect is told. */
#define ALPHA 0.05
#define POWER 0.80
/* Noise is pooled from so many degrees of freedom on. */
#define MIN_POOLED_DF 5
/* With the own config's few sessions alone, a change must be this many times the
 * smallest effect that matters. */
#define FEW_SESSIONS_FACTOR 3.0
#define MIN_OLD_SESSIONS    2

/* --- rows --- */

static int status_rank(struct bk_str status)
{
    static const char *const order[] = {"ok", "degraded", "failed", "invalid"};
    for (int i = 0; i < 4; i++)
        if (bk_is(status, order[i]))
            return i;
    return 0;
}

bool bk_series_is_baseline(const struct bk_series_row *row)
{
    return status_rank(row->status) < 2;
}

bool bk_series_is_judged(const struct bk_series *s, const struct bk_series_row *row)
{
    return s->survives_failure || bk_series_is_baseline(row);
}

bool bk_series_is_share(const struct bk_series *s)
{
    return bk_is(s->unit, "ratio");
}

double bk_series_change(const struct bk_series *s, double value, double before)
{
    if (bk_series_is_share(s))
        return value - before;
    return before != 0 ? value / before - 1 : (double)NAN;
}

void bk_series_date(struct bk_series *s, const struct bk_run_row *run)
{
    if (run->started_ns == BK_NO_TIME)
        return;
    int64_t *start = bk_map_get(&s->sessions, run->dim[BK_DIM_SESSION]);
    if (start == NULL) {
        start = bk_alloc(s->arena, sizeof *start);
        *start = run->started_ns;
        bk_map_put(s->arena, &s->sessions, run->dim[BK_DIM_SESSION], start);
    }
    if (run->started_ns < *start)
        *start = run->started_ns;
}

void bk_series_add(struct bk_series *s, const struct bk_run_row *run, double value)
{
    struct bk_arena *a = s->arena;
    struct bk_str group =
        bk_fmt(a, "%.*s\n%.*s\n%.*s", BK_F(run->dim[BK_DIM_HARDWARE]),
               BK_F(run->dim[BK_DIM_MODEL]), BK_F(run->dim[BK_DIM_WORKLOAD]));
    struct bk_str config = bk_config_text(a, run->config, run->n_config);
    config = bk_fmt(a, "%.*s\n%.*s", BK_F(run->dim[BK_DIM_ENGINE]), BK_F(config));
    struct bk_str key = bk_fmt(a, "%.*s\n%.*s\n%.*s", BK_F(group),
                               BK_F(run->dim[BK_DIM_SESSION]), BK_F(config));
    size_t *index = bk_map_get(&s->known, key);
    if (index == NULL) {
        index = bk_alloc(a, sizeof *index);
        *index = s->n;
        bk_map_put(a, &s->known, key, index);
        *BK_PUSH(a, s->rows, s->n) =
            (struct bk_series_row){.run = run,
                                   .group = group,
                                   .config = config,
                                   .status = run->status,
                                   .status_why = run->status_why,
                                   .started_ns = run->started_ns};
    }
    struct bk_series_row *row = &s->rows[*index];
    if (status_rank(run->status) > status_rank(row->status)) {
        row->status = run->status;
        row->status_why = run->status_why;
    }
    *BK_PUSH(a, row->values, row->n) = value;
}

/* --- order --- */

static struct bk_str digits_of(struct bk_str s)
{
    size_t n = 0;
    while (n < s.len && s.ptr[n] >= '0' && s.ptr[n] <= '9')
        n++;
    return bk_upto(s, n);
}

/* "9" before "10": runs of digits compare as numbers. */
static int by_name(struct bk_str x, struct bk_str y)
{
    const struct bk_str all_x = x, all_y = y;
    while (x.len > 0 && y.len > 0) {
        struct bk_str m = digits_of(x), n = digits_of(y);
        if (m.len == 0 || n.len == 0) {
            if (x.ptr[0] != y.ptr[0])
                return (unsigned char)x.ptr[0] < (unsigned char)y.ptr[0] ? -1 : 1;
            x = bk_from(x, 1);
            y = bk_from(y, 1);
            continue;
        }
        x = bk_from(x, m.len);
        y = bk_from(y, n.len);
        while (m.len > 1 && m.ptr[0] == '0')
            m = bk_from(m, 1);
        while (n.len > 1 && n.ptr[0] == '0')
            n = bk_from(n, 1);
        if (m.len != n.len)
            return m.len < n.len ? -1 : 1;
        if (!bk_eq(m, n))
            return bk_cmp(m, n);
    }
    if (x.len != y.len)
        return x.len < y.len ? -1 : 1;
    return bk_cmp(all_x, all_y);
}

static int by_id(const struct bk_series_row *a, const struct bk_series_row *b)
{
    return a->run->id < b->run->id ? -1 : a->run->id > b->run->id;
}

static int by_group_and_time(const void *x, const void *y)
{
    const struct bk_series_row *a = x, *b = y;
    int order = bk_cmp(a->group, b->group);
    if (order != 0)
        return order;
    if (a->started_ns != b->started_ns) {
        if (a->started_ns == BK_NO_TIME || b->started_ns == BK_NO_TIME)
            return a->started_ns == BK_NO_TIME ? 1 : -1;
        return a->started_ns < b->started_ns ? -1 : 1;
    }
    order = by_name(a->run->dim[BK_DIM_SESSION], b->run->dim[BK_DIM_SESSION]);
    return order != 0 ? order : by_id(a, b);
}

static int by_group_and_name(const void *x, const void *y)
{
    const struct bk_series_row *a = x, *b = y;
    int order = bk_cmp(a->group, b->group);
    if (order == 0)
        order = by_name(a->run->dim[BK_DIM_SESSION], b->run->dim[BK_DIM_SESSION]);
    return order != 0 ? order : by_id(a, b);
}

/* Rows in the order of names: are the known starts in order too? */
static bool names_follow_time(const struct bk_series *s)
{
    const struct bk_series_row *last = NULL;
    for (size_t i = 0; i < s->n; i++) {
        const struct bk_series_row *row = &s->rows[i];
        if (row->started_ns == BK_NO_TIME)
            continue;
        if (last != NULL && bk_eq(last->group, row->group) &&
            last->started_ns > row->started_ns &&
            !bk_eq(last->run->dim[BK_DIM_SESSION], row->run->dim[BK_DIM_SESSION]))
            return false;
        last = row;
    }
    return true;
}

void bk_series_finish(struct bk_series *s)
{
    bool undated = false;
    for (size_t i = 0; i < s->n; i++) {
        struct bk_series_row *row = &s->rows[i];
        bk_sort(row->values, row->n);
        row->value = bk_median(row->values, row->n);
        const int64_t *start = bk_map_get(&s->sessions, row->run->dim[BK_DIM_SESSION]);
        if (row->started_ns == BK_NO_TIME && start != NULL)
            row->started_ns = *start;
        undated = undated || row->started_ns == BK_NO_TIME;
    }
    if (s->n < 2)
        return;
    if (undated) {
        qsort(s->rows, s->n, sizeof *s->rows, by_group_and_name);
        s->by_name = names_follow_time(s);
    }
    if (!s->by_name)
        qsort(s->rows, s->n, sizeof *s->rows, by_group_and_time);
}

/* --- the past --- */

struct bk_past_config *bk_past_of(struct bk_arena *a, struct bk_past *past,
                                  struct bk_str config)
{
    struct bk_past_config *p = bk_map_get(&past->configs, config);
    if (p == NULL) {
        p = bk_alloc(a, sizeof *p);
        bk_map_put(a, &past->configs, config, p);
    }
    return p;
}

/* On which scale values are compared. */
static double scaled(const struct bk_series *s, double value)
{
    return bk_series_is_share(s) ? value : log(value);
}

static bool has_scale(const struct bk_series *s, double value)
{
    return bk_series_is_share(s) || value > 0;
}

void bk_past_add(const struct bk_series *s, struct bk_past *past,
                 const struct bk_series_row *row)
{
    struct bk_past_config *p = bk_past_of(s->arena, past, row->config);
    p->last = row;
    if (!has_scale(s, row->value))
        return;
    double x = scaled(s, row->value), delta = x - p->mean;
    past->df += p->n > 0;
    p->n++;
    p->mean += delta / (double)p->n;
    double growth = delta * (x - p->mean);
    p->ss += growth;
    past->ss += growth;
}

/* --- what may be said --- */

/* "+12.6 %" or "+12.60 pp". */
static struct bk_str change_text(const struct bk_series *s, double change)
{
    char text[352];
    bool share = bk_series_is_share(s);
    bk_format_fixed(change * 100, share ? 2 : 1, text);
    return bk_fmt(s->arena, "%s%s %s", change > 0 ? "+" : "", text, share ? "pp" : "%");
}

/* A difference on the scale of comparison as people read it. */
static double unscaled(const struct bk_series *s, double difference)
{
    return bk_series_is_share(s) ? difference : exp(difference) - 1;
}

static const char *verdict_of_change(const struct bk_series *s,
                                     const struct bk_series_row *row, double change)
{
    if (s->direction == 'n')
        return "inconclusive";
    bool better = (change > 0) == (s->direction == 'h');
    if (better && !bk_series_is_baseline(row))
        return "invalid"; /* a failed run is no improvement */
    return better ? "improvement" : "regression";
}

/* Critical values as a table gives them: many degrees of freedom are rounded down, so
 * that a long history takes few of the costly quantiles. */
static void read_critical(struct bk_past *past, size_t df)
{
    const size_t many = 100;
    if (df > many)
        df -= df % many;
    if (past->t.df == df)
        return;
    past->t.df = df;
    past->t.level = bk_student_quantile(1 - ALPHA / 2, (double)df);
    past->t.power = bk_student_quantile(POWER, (double)df);
}

struct noise {
    double sd;
    size_t df;
    bool borrowed; /* from other configs too */
};

/* No spread at all: no test, the floor alone. */
static struct bk_judgement judge_constant(const struct bk_series *s,
                                          const struct bk_series_row *row,
                                          const struct bk_past_config *old,
                                          double change)
{
    struct bk_judgement j = {"no_material_change", {NULL, 0}};
    if (fabs(change) >= s->floor)
        j.verdict = verdict_of_change(s, row, change);
    j.why = bk_fmt(s->arena,
                   "changed by %.*s against %zu equal sessions: no noise to test by",
                   BK_F(change_text(s, change)), old->n);
    return j;
}

/* One new session against 'old': t prediction interval. */
static struct bk_judgement judge_by(const struct bk_series *s, struct bk_past *past,
                                    const struct bk_series_row *row,
                                    const struct bk_past_config *old,
                                    const struct noise *noise)
{
    struct bk_judgement j = {"inconclusive", {NULL, 0}};
    double difference = scaled(s, row->value) - old->mean;
    double change = unscaled(s, difference), df = (double)noise->df;
    double error = noise->sd * sqrt(1 + 1 / (double)old->n);
    if (error == 0)
        return judge_constant(s, row, old, change);
    read_critical(past, noise->df);
    double half = past->t.level * error;
    double p = bk_student_p(difference / error, df);
    double floor =
        noise->df >= MIN_POOLED_DF ? s->floor : FEW_SESSIONS_FACTOR * s->floor;
    char p_text[352];
    bk_format_digits(p, 2, p_text);
    j.why = bk_fmt(s->arena,
                   "changed by %.*s against %zu session%s of this config, p = %s%s",
                   BK_F(change_text(s, change)), old->n, old->n == 1 ? "" : "s", p_text,
                   noise->borrowed ? ", borrowed noise" : "");
    if (p <= ALPHA && fabs(change) >= floor)
        j.verdict = verdict_of_change(s, row, change);
    else if (fabs(unscaled(s, difference - half)) < s->floor &&
             fabs(unscaled(s, difference + half)) < s->floor)
        j.verdict = "no_material_change";
    else
        j.why = bk_fmt(s->arena, "%.*s; smallest visible change %.*s", BK_F(j.why),
                       BK_F(change_text(s, unscaled(s, half + past->t.power * error))));
    return j;
}

struct bk_judgement bk_series_judge(const struct bk_series *s, struct bk_past *past,
                                    const struct bk_series_row *row)
{
    const struct bk_past_config *old = bk_past_of(s->arena, past, row->config);
    if (!bk_series_is_judged(s, row))
        return (struct bk_judgement){"invalid", row->status_why};
    if (past->n_sessions == 0)
        return (struct bk_judgement){"insufficient_evidence",
                                     BK_S("first session, becomes the baseline")};
    if (old->n == 0 || !has_scale(s, row->value))
        return (struct bk_judgement){"not_comparable",
                                     BK_S("first session with this config")};
    if (past->df >= MIN_POOLED_DF) {
        struct noise pooled = {sqrt(past->ss / (double)past->df), past->df,
                               past->df > old->n - 1};
        return judge_by(s, past, row, old, &pooled);
    }
    if (old->n >= MIN_OLD_SESSIONS) {
        struct noise own = {sqrt(old->ss / (double)(old->n - 1)), old->n - 1, false};
        return judge_by(s, past, row, old, &own);
    }
    return (struct bk_judgement){
        "insufficient_evidence",
        BK_S("one earlier session with this config: a ratio, no test")};
}
