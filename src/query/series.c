/* Runs sorted into lines, and the rows of a series: see series.h. */
#include "series.h"

#include "../base/time.h"
#include "../stats/summary.h"

#include <math.h>
#include <stdlib.h>

/* --- what a series is of --- */

void bk_quantity_settle(struct bk_quantity *q, struct bk_str direction)
{
    char first = direction.len > 0 ? direction.ptr[0] : 'n';
    q->scale = bk_is(q->unit, "ratio") ? BK_SCALE_SHARE : BK_SCALE_RATIO;
    q->worse = first == 'h'   ? BK_LOWER_IS_WORSE
               : first == 'l' ? BK_HIGHER_IS_WORSE
                              : BK_NO_DIRECTION;
    q->survives_failure =
        bk_is(q->metric, "error_rate") || bk_is(q->metric, "ok_throughput");
}

enum bk_counted bk_quantity_counted(const struct bk_quantity *q)
{
    bool plain =
        q->scope.len == 0 && (bk_is(q->stat, "value") || bk_is(q->stat, "count"));
    if (plain &&
        (bk_is(q->metric, "error_rate") || bk_is(q->metric, "requests_failed")))
        return BK_COUNTS_REQUESTS;
    return plain && bk_is(q->unit, "1") ? BK_COUNTS_EVENTS : BK_COUNTS_NOTHING;
}

bool bk_quantity_find(struct bk_db *db, struct bk_arena *a, struct bk_quantity *q,
                      struct bk_err *err)
{
    struct bk_stmt *st = bk_stmt(db, BK_SQL_METRIC_BY_NAME);
    bk_bind_text(st, ":metric", q->metric);
    bool found;
    bool ok = bk_step(st, &found, err);
    if (ok && found) {
        q->unit = bk_dup(a, bk_col_text(st, 1));
        bk_quantity_settle(q, bk_col_text(st, 2));
        q->floor = bk_col_real(st, 3);
        q->canonical = bk_col_int(st, 4) != 0;
    }
    bk_reset(st);
    if (!ok)
        return false;
    return found ||
           bk_fail(err, BK_EUSAGE,
                   "no run has a metric '%.*s'; 'benchkeep metrics' lists them",
                   BK_F(q->metric));
}

void bk_quantity_split(struct bk_arena *a, struct bk_str text, struct bk_str *metric,
                       struct bk_str *stat)
{
    *stat = bk_cut(text, '.', metric);
    if (stat->len == 0 || bk_find_char(*metric, '-') == BK_NONE)
        return;
    struct bk_str rest = *stat, own;
    *stat = bk_cut(rest, '.', &own);
    *metric = bk_fmt(a, "%.*s.%.*s", BK_F(*metric), BK_F(own));
}

double bk_quantity_change(const struct bk_quantity *q, double value, double before)
{
    if (q->scale == BK_SCALE_SHARE)
        return value - before;
    return before != 0 ? value / before - 1 : (double)NAN;
}

/* --- names in order --- */

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

/* --- sessions --- */

struct entry { /* a session, group or line while it is being numbered */
    struct bk_str key;
    size_t number, rank;
    int64_t started_ns;
};

struct numbering {
    struct bk_arena *arena;
    struct bk_map known;
    struct entry **items;
    size_t n;
};

static struct entry *number(struct numbering *of, struct bk_str key)
{
    struct entry *e = bk_map_get(&of->known, key);
    if (e == NULL) {
        e = bk_alloc(of->arena, sizeof *e);
        *e = (struct entry){key, of->n, of->n, BK_NO_TIME};
        bk_map_put(of->arena, &of->known, key, e);
        *BK_PUSH(of->arena, of->items, of->n) = e;
    }
    return e;
}

static int entries_by_key(const void *x, const void *y)
{
    const struct entry *const *a = x, *const *b = y;
    return bk_cmp((*a)->key, (*b)->key);
}

static int entries_by_name(const void *x, const void *y)
{
    const struct entry *const *a = x, *const *b = y;
    return by_name((*a)->key, (*b)->key);
}

static int entries_by_time(const void *x, const void *y)
{
    const struct entry *const *a = x, *const *b = y;
    int64_t s = (*a)->started_ns, t = (*b)->started_ns;
    if (s == t)
        return entries_by_name(x, y);
    if (s == BK_NO_TIME || t == BK_NO_TIME)
        return s == BK_NO_TIME ? 1 : -1;
    return s < t ? -1 : 1;
}

/* Sessions in the order of names: are the known starts in order too? */
static bool names_follow_time(const struct numbering *sessions)
{
    int64_t last = BK_NO_TIME;
    for (size_t i = 0; i < sessions->n; i++) {
        int64_t start = sessions->items[i]->started_ns;
        if (start == BK_NO_TIME)
            continue;
        if (last != BK_NO_TIME && start < last)
            return false;
        last = start;
    }
    return true;
}

static void sort_entries(struct numbering *of, int (*order)(const void *, const void *))
{
    if (of->n > 1)
        qsort(of->items, of->n, sizeof *of->items, order);
}

static void rank(struct numbering *of)
{
    for (size_t i = 0; i < of->n; i++)
        of->items[i]->rank = i;
}

static void rank_sessions(struct bk_lines *lines, struct numbering *sessions)
{
    bool undated = false;
    for (size_t i = 0; i < sessions->n; i++)
        undated = undated || sessions->items[i]->started_ns == BK_NO_TIME;
    if (undated) {
        sort_entries(sessions, entries_by_name);
        lines->by_name = names_follow_time(sessions);
    }
    if (!lines->by_name)
        sort_entries(sessions, entries_by_time);
    rank(sessions);
    lines->n_sessions = sessions->n;
    lines->sessions =
        bk_alloc_array(lines->arena, sessions->n, sizeof *lines->sessions);
    for (size_t i = 0; i < sessions->n; i++)
        lines->sessions[i] = (struct bk_session){sessions->items[i]->key,
                                                 sessions->items[i]->started_ns};
}

/* --- lines --- */

struct ordered { /* a run while they are sorted */
    struct bk_place at;
    size_t run;
};

static int compare(size_t x, size_t y)
{
    return x < y ? -1 : x > y;
}

/* Runs of a list stand by their start. */
static int by_place(const void *x, const void *y)
{
    const struct ordered *a = x, *b = y;
    int order = compare(a->at.group, b->at.group);
    if (order == 0)
        order = compare(a->at.session, b->at.session);
    if (order == 0)
        order = compare(a->at.line, b->at.line);
    return order != 0 ? order : compare(a->run, b->run);
}

struct numberings {
    struct numbering groups, lines, sessions;
};

static struct bk_str config_key(struct bk_arena *a, const struct bk_run_row *run)
{
    struct bk_str *parts = bk_alloc_array(a, 2 * run->n_config + 1, sizeof *parts);
    for (size_t i = 0; i < run->n_config; i++) {
        parts[2 * i] = run->config[i].name;
        parts[2 * i + 1] = run->config[i].value;
    }
    return bk_join(a, parts, 2 * run->n_config, '\n');
}

static void place_run(struct bk_lines *lines, struct numberings *of, size_t i)
{
    struct bk_arena *a = lines->arena;
    const struct bk_run_row *run = &lines->runs->rows[i];
    const struct bk_str group[] = {run->dim[BK_DIM_HARDWARE], run->dim[BK_DIM_MODEL],
                                   run->dim[BK_DIM_WORKLOAD]};
    struct entry *g = number(&of->groups, bk_join(a, group, 3, '\n'));
    const struct bk_str line[] = {g->key, run->dim[BK_DIM_ENGINE], config_key(a, run)};
    struct entry *session = number(&of->sessions, run->dim[BK_DIM_SESSION]);
    if (run->started_ns != BK_NO_TIME &&
        (session->started_ns == BK_NO_TIME || run->started_ns < session->started_ns))
        session->started_ns = run->started_ns;
    lines->places[i] = (struct bk_place){
        .group = g->number,
        .line = number(&of->lines, bk_join(a, line, 3, '\n'))->number,
        .session = session->number,
    };
}

/* What numbers became when their entries were ranked. */
static size_t *ranks_of(struct bk_arena *a, const struct numbering *of)
{
    size_t *ranks = bk_alloc_array(a, of->n + 1, sizeof *ranks);
    for (size_t i = 0; i < of->n; i++)
        ranks[of->items[i]->number] = of->items[i]->rank;
    return ranks;
}

static void sort_runs(struct bk_lines *lines)
{
    size_t n = lines->runs->n;
    struct bk_arena *a = lines->arena;
    struct ordered *sorted = bk_alloc_array(a, n + 1, sizeof *sorted);
    for (size_t i = 0; i < n; i++)
        sorted[i] = (struct ordered){lines->places[i], i};
    if (n > 1)
        qsort(sorted, n, sizeof *sorted, by_place);
    for (size_t i = 0; i < n; i++)
        lines->order[i] = sorted[i].run;
}

void bk_lines_make(struct bk_arena *a, const struct bk_run_list *runs,
                   struct bk_lines *lines)
{
    struct numberings of = {
        .groups = {.arena = a}, .lines = {.arena = a}, .sessions = {.arena = a}};
    *lines = (struct bk_lines){.arena = a, .runs = runs};
    lines->places = bk_alloc_array(a, runs->n + 1, sizeof *lines->places);
    lines->order = bk_alloc_array(a, runs->n + 1, sizeof *lines->order);
    for (size_t i = 0; i < runs->n; i++)
        place_run(lines, &of, i);
    rank_sessions(lines, &of.sessions);
    sort_entries(&of.groups, entries_by_key);
    rank(&of.groups);
    const size_t *group = ranks_of(a, &of.groups);
    const size_t *session = ranks_of(a, &of.sessions);
    for (size_t i = 0; i < runs->n; i++) {
        lines->places[i].group = group[lines->places[i].group];
        lines->places[i].session = session[lines->places[i].session];
    }
    lines->n_groups = of.groups.n;
    lines->n_lines = of.lines.n;
    sort_runs(lines);
}

size_t bk_lines_session(const struct bk_lines *lines, struct bk_str name)
{
    for (size_t i = 0; i < lines->n_sessions; i++)
        if (bk_eq(lines->sessions[i].name, name))
            return i;
    return BK_NONE;
}

size_t bk_lines_place(const struct bk_lines *lines, struct bk_str name,
                      int64_t started_ns)
{
    size_t at = bk_lines_session(lines, name);
    if (at != BK_NONE || (!lines->by_name && started_ns == BK_NO_TIME))
        return at;
    const struct entry wanted = {.key = name, .started_ns = started_ns};
    const struct entry *w = &wanted;
    for (at = 0; at < lines->n_sessions; at++) {
        const struct entry is = {.key = lines->sessions[at].name,
                                 .started_ns = lines->sessions[at].started_ns};
        const struct entry *e = &is;
        if ((lines->by_name ? entries_by_name(&e, &w) : entries_by_time(&e, &w)) >= 0)
            break;
    }
    return at;
}

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
    return status_rank(row->status) < 2 && !row->left_out;
}

bool bk_series_is_judged(const struct bk_series *s, const struct bk_series_row *row)
{
    if (row->left_out)
        return false;
    return s->q.survives_failure || status_rank(row->status) < (s->strict ? 1 : 2);
}

bool bk_same_row(const struct bk_place *a, const struct bk_place *b)
{
    return a->line == b->line && a->session == b->session;
}

static void begin_row(struct bk_series_row *row, const struct bk_lines *lines,
                      size_t run)
{
    const struct bk_run_row *first = &lines->runs->rows[run];
    const struct bk_place *at = &lines->places[run];
    *row = (struct bk_series_row){
        .run = first,
        .at = *at,
        .status = first->status,
        .status_why = first->status_why,
        .started_ns = first->started_ns != BK_NO_TIME
                          ? first->started_ns
                          : lines->sessions[at->session].started_ns,
    };
}

static void add_to_row(const struct bk_series *s, size_t number, double *of_row,
                       double value)
{
    struct bk_series_row *row = &s->rows[s->n - 1];
    const struct bk_run_row *run = &s->lines->runs->rows[number];
    double requests = s->requests != NULL ? s->requests[number] : (double)NAN;
    row->requests += requests;
    row->events += s->q.scale == BK_SCALE_SHARE ? round(value * requests) : value;
    if (status_rank(run->status) > status_rank(row->status)) {
        row->status = run->status;
        row->status_why = run->status_why;
    }
    of_row[row->n++] = value;
}

static void end_row(struct bk_series_row *row, double *of_row)
{
    bk_sort(of_row, row->n);
    row->value = bk_median(of_row, row->n);
}

void bk_series_fill(struct bk_series *s, const struct bk_lines *lines,
                    const double *values)
{
    size_t n_runs = lines->runs->n;
    double *of_row = NULL;
    s->lines = lines;
    s->n = 0;
    if (s->rows == NULL)
        s->rows = bk_alloc_array(s->arena, n_runs + 1, sizeof *s->rows);
    struct bk_arena_mark mark = bk_arena_mark(s->arena);
    of_row = bk_alloc_array(s->arena, n_runs + 1, sizeof *of_row);
    for (size_t i = 0; i < n_runs; i++) {
        size_t run = lines->order[i];
        if (isnan(values[run]))
            continue;
        struct bk_series_row *last = s->n > 0 ? &s->rows[s->n - 1] : NULL;
        if (last == NULL || !bk_same_row(&last->at, &lines->places[run])) {
            if (last != NULL)
                end_row(last, of_row);
            begin_row(&s->rows[s->n++], lines, run);
        }
        add_to_row(s, run, of_row, values[run]);
    }
    if (s->n > 0)
        end_row(&s->rows[s->n - 1], of_row);
    bk_arena_release(s->arena, mark);
}
