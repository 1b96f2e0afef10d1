/* Loading and measuring a family of tests: see family.h.
 *
 * Read is no more than what the new sessions need: the runs of their machines, and one
 * quantity after the other.  All configs of a machine lend their noise to each other. */
#include "family.h"

#include "../base/num.h"

#include <math.h>
#include <stdlib.h>

/* --- which sessions --- */

static bool newest_session(struct bk_db *db, struct bk_arena *a,
                           const struct bk_filter *f, struct bk_str *name,
                           struct bk_err *err)
{
    bool found = false;
    *name = (struct bk_str){NULL, 0};
    if (f->n == 0) {
        struct bk_stmt *st = bk_stmt(db, BK_SQL_SESSION_NEWEST);
        bool ok = bk_step(st, &found, err);
        if (ok && found)
            *name = bk_dup(a, bk_col_text(st, 0));
        bk_reset(st);
        if (!ok || found)
            return ok;
    }
    struct bk_run_list runs;
    struct bk_lines lines;
    if (!bk_runs_load(db, a, f, &runs, err))
        return false;
    bk_runs_drop_retold(a, &runs);
    bk_lines_make(a, &runs, &lines);
    if (lines.n_sessions > 0)
        *name = lines.sessions[lines.n_sessions - 1].name;
    return true;
}

/* The names of the new sessions. */
static bool new_sessions(struct bk_db *db, struct bk_arena *a,
                         const struct bk_family_ask *ask, const struct bk_filter *f,
                         struct bk_strings *names, struct bk_err *err)
{
    struct bk_str newest;
    *names = (struct bk_strings){NULL, 0};
    for (size_t i = 0; i < ask->sessions->n; i++) {
        if (!bk_session_must_exist(db, a, ask->sessions->items[i], err))
            return false;
        *BK_PUSH(a, names->items, names->n) = ask->sessions->items[i];
    }
    if (names->n > 0)
        return true;
    if (!newest_session(db, a, f, &newest, err))
        return false;
    if (newest.ptr != NULL)
        *BK_PUSH(a, names->items, names->n) = bk_cstr(a, newest);
    return true;
}

/* --- which runs --- */

static bool load_with(struct bk_db *db, struct bk_arena *a, const struct bk_filter *f,
                      const char *name, struct bk_str value, struct bk_run_list *list,
                      struct bk_err *err)
{
    struct bk_filter narrow = {bk_alloc_array(a, f->n + 1, sizeof *f->conditions), 0};
    for (size_t i = 0; i < f->n; i++)
        narrow.conditions[narrow.n++] = f->conditions[i];
    narrow.conditions[narrow.n++] =
        (struct bk_condition){bk_str(name), value, BK_CMP_EQ};
    return bk_runs_load(db, a, &narrow, list, err);
}

static void note_machine(struct bk_arena *a, struct bk_map *known, struct bk_family *f,
                         struct bk_str name)
{
    if (bk_map_get(known, name) != NULL)
        return;
    bk_map_put(a, known, name, f);
    *BK_PUSH(a, f->machines, f->n_machines) = name;
}

/* All runs of the machines that the new sessions ran on. */
static bool load_runs(struct bk_db *db, struct bk_arena *a, const struct bk_filter *f,
                      const struct bk_strings *names, struct bk_family *family,
                      struct bk_err *err)
{
    struct bk_map known = {NULL, 0, 0};
    struct bk_run_list some;
    for (size_t i = 0; i < names->n; i++) {
        if (!load_with(db, a, f, "session", bk_str(names->items[i]), &some, err))
            return false;
        for (size_t k = 0; k < some.n; k++)
            note_machine(a, &known, family, some.rows[k].dim[BK_DIM_HARDWARE]);
    }
    for (size_t i = 0; i < family->n_machines; i++) {
        if (!load_with(db, a, f, "hardware", family->machines[i], &some, err))
            return false;
        if (!bk_filter_names(f, "claims"))
            family->n_retold += bk_runs_drop_retold(a, &some);
        for (size_t k = 0; k < some.n; k++)
            *BK_PUSH(a, family->runs.rows, family->runs.n) = some.rows[k];
    }
    return true;
}

/* --- which quantities --- */

/* Tails are too noisy to be judged unasked; counts and sums follow the length of a run. */
static const char *const usual_stats[] = {"value", "mean", "p50", "p90", "p95", NULL};
/* Parts of a request that say little about a server. */
static const char *const minor_metrics[] = {"blocked_time", "connect_time", "tls_time",
                                            "send_time",    "receive_time", NULL};

static bool is_in(const char *const *list, struct bk_str word)
{
    for (size_t i = 0; list[i] != NULL; i++)
        if (bk_is(word, list[i]))
            return true;
    return false;
}

/* "5%" or "0.05"; of a share, percentage points. */
static bool parse_floor(struct bk_str text, double *floor)
{
    return bk_parse_share(text, floor) && *floor > 0;
}

static bool parse_wanted(struct bk_arena *a, const char *text, struct bk_wanted *w,
                         struct bk_err *err)
{
    struct bk_str floor, name;
    *w = (struct bk_wanted){.text = text, .floor = (double)NAN};
    floor = bk_cut(bk_str(text), ':', &name);
    if (floor.ptr != NULL && !parse_floor(bk_trim(floor), &w->floor))
        return bk_fail(err, BK_EUSAGE,
                       "--metric '%s': cannot read the smallest change that matters; "
                       "write METRIC.STAT:5%%",
                       text);
    bk_quantity_split(a, name, &w->metric, &w->stat);
    return true;
}

static bool read_wanted(struct bk_db *db, struct bk_arena *a,
                        const struct bk_family_ask *ask, struct bk_family *f,
                        struct bk_err *err)
{
    for (size_t i = 0; i < ask->metrics->n; i++) {
        struct bk_wanted *w = BK_PUSH(a, f->wanted, f->n_wanted);
        struct bk_quantity known = {0};
        if (!parse_wanted(a, ask->metrics->items[i], w, err))
            return false;
        known.metric = w->metric;
        if (!bk_quantity_find(db, a, &known, err))
            return false;
    }
    if (f->n_wanted > 0 || ask->usual == NULL)
        return true;
    for (size_t i = 0; ask->usual[i] != NULL; i++)
        if (!parse_wanted(a, ask->usual[i], BK_PUSH(a, f->wanted, f->n_wanted), err))
            return false;
    return true;
}

static struct bk_wanted *wanted_for(const struct bk_family *f,
                                    const struct bk_quantity *q)
{
    for (size_t i = 0; i < f->n_wanted; i++) {
        struct bk_wanted *w = &f->wanted[i];
        if (bk_eq(w->metric, q->metric) &&
            (w->stat.len > 0 ? bk_eq(w->stat, q->stat) : is_in(usual_stats, q->stat)))
            return w;
    }
    return NULL;
}

static bool is_usual(const struct bk_quantity *q)
{
    return q->canonical && q->worse != BK_NO_DIRECTION && is_in(usual_stats, q->stat) &&
           !is_in(minor_metrics, q->metric);
}

static bool read_quantities(struct bk_db *db, struct bk_arena *a, const char *session,
                            struct bk_map *known, struct bk_family *f,
                            struct bk_err *err)
{
    struct bk_stmt *st = bk_stmt(db, BK_SQL_SERIES_QUANTITIES);
    bk_bind_text(st, ":session", bk_str(session));
    bool more, ok;
    while ((ok = bk_step(st, &more, err)) && more) {
        struct bk_quantity q = {.id = bk_col_int(st, 0),
                                .metric = bk_dup(a, bk_col_text(st, 1)),
                                .stat = bk_dup(a, bk_col_text(st, 2)),
                                .scope = bk_dup(a, bk_col_text(st, 3)),
                                .unit = bk_dup(a, bk_col_text(st, 4)),
                                .floor = bk_col_real(st, 6),
                                .canonical = bk_col_int(st, 7) != 0};
        struct bk_str key = bk_fmt(a, "%lld", (long long)q.id);
        bk_quantity_settle(&q, bk_col_text(st, 5));
        if (bk_map_get(known, key) != NULL)
            continue;
        bk_map_put(a, known, key, f);
        *BK_PUSH(a, f->quantities, f->n_quantities) = q;
    }
    bk_reset(st);
    return ok;
}

/* Is there the same of all requests, not only of those that succeeded? */
static bool has_headline(const struct bk_family *f, const struct bk_quantity *q)
{
    for (size_t i = 0; i < f->n_quantities; i++) {
        const struct bk_quantity *other = &f->quantities[i];
        if (other->scope.len == 0 && bk_eq(other->metric, q->metric) &&
            bk_eq(other->stat, q->stat))
            return true;
    }
    return false;
}

static bool has_scope(const struct bk_family_ask *ask, const struct bk_family *f,
                      const struct bk_quantity *q)
{
    if (ask->scope != NULL)
        return bk_is(q->scope, ask->scope);
    return q->scope.len == 0 || (bk_is(q->scope, "ok") && !has_headline(f, q));
}

/* How many requests were sent, for what counts failures among them. */
static void find_requests(struct bk_arena *a, struct bk_family *f)
{
    for (size_t i = 0; i < f->n_quantities; i++) {
        const struct bk_quantity *q = &f->quantities[i];
        if (q->scope.len == 0 && bk_is(q->metric, "requests") &&
            bk_is(q->stat, "value"))
            *BK_PUSH(a, f->requests, f->n_requests) = *q;
    }
}

/* Leaves those that are asked for, or usual. */
static void choose_quantities(struct bk_arena *a, const struct bk_family_ask *ask,
                              struct bk_family *f)
{
    struct bk_quantity *chosen = NULL;
    size_t n = 0;
    for (size_t i = 0; i < f->n_quantities; i++) {
        struct bk_quantity q = f->quantities[i];
        const struct bk_wanted *w = wanted_for(f, &q);
        if (!has_scope(ask, f, &q) || (f->n_wanted > 0 ? w == NULL : !is_usual(&q)))
            continue;
        if (w != NULL && isfinite(w->floor))
            q.floor = w->floor;
        *BK_PUSH(a, chosen, n) = q;
    }
    f->quantities = chosen;
    f->n_quantities = n;
}

/* --- values --- */

struct by_id {
    int64_t id;
    size_t run;
};

static int ids(const void *x, const void *y)
{
    const struct by_id *a = x, *b = y;
    return a->id < b->id ? -1 : a->id > b->id;
}

struct work { /* of one quantity at a time */
    struct bk_db *db;
    const struct bk_family *f;
    struct by_id *ids;
    double *values;
    double *requests; /* of each run; NULL: not loaded yet */
    struct bk_arena *arena;
};

static struct work begin_work(struct bk_db *db, struct bk_arena *a,
                              const struct bk_family *f)
{
    size_t n = f->runs.n;
    struct work w = {.db = db, .f = f, .arena = a};
    w.ids = bk_alloc_array(a, n + 1, sizeof *w.ids);
    w.values = bk_alloc_array(a, n + 1, sizeof *w.values);
    for (size_t i = 0; i < n; i++)
        w.ids[i] = (struct by_id){f->runs.rows[i].id, i};
    if (n > 1)
        qsort(w.ids, n, sizeof *w.ids, ids);
    return w;
}

static bool load_values(struct work *w, const struct bk_quantity *q, struct bk_err *err)
{
    size_t n = w->f->runs.n;
    bool ok = true;
    for (size_t i = 0; i < n; i++)
        w->values[i] = (double)NAN;
    for (size_t m = 0; ok && m < w->f->n_machines; m++) {
        struct bk_stmt *st = bk_stmt(w->db, BK_SQL_SERIES_VALUES);
        bk_bind_int(st, ":quantity", q->id);
        bk_bind_text(st, ":hardware", w->f->machines[m]);
        bool more;
        while ((ok = bk_step(st, &more, err)) && more) {
            struct by_id key = {.id = bk_col_int(st, 0)};
            const struct by_id *at = bsearch(&key, w->ids, n, sizeof key, ids);
            if (at != NULL)
                w->values[at->run] = bk_col_real(st, 1);
        }
        bk_reset(st);
    }
    return ok;
}

static bool load_requests(struct work *w, struct bk_err *err)
{
    size_t n = w->f->runs.n;
    if (w->requests != NULL)
        return true;
    w->requests = bk_alloc_array(w->arena, n + 1, sizeof *w->requests);
    for (size_t i = 0; i < n; i++)
        w->requests[i] = (double)NAN;
    for (size_t i = 0; i < w->f->n_requests; i++) {
        if (!load_values(w, &w->f->requests[i], err))
            return false;
        for (size_t k = 0; k < n; k++)
            if (isnan(w->requests[k]))
                w->requests[k] = w->values[k];
    }
    return true;
}

/* The rows of a quantity, in an arena. */
static bool load_series(struct work *w, struct bk_arena *a, const struct bk_quantity *q,
                        bool degraded, struct bk_series *s, struct bk_err *err)
{
    *s = (struct bk_series){.arena = a, .q = *q, .strict = !degraded};
    if (bk_quantity_counted(q) == BK_COUNTS_REQUESTS) {
        if (!load_requests(w, err))
            return false;
        s->requests = w->requests;
    }
    if (!load_values(w, q, err))
        return false;
    bk_marks_values(&w->f->marks, q, w->values);
    bk_series_fill(s, &w->f->lines, w->values);
    bk_marks_rows(&w->f->marks, s);
    return true;
}

bool bk_family_series(struct bk_db *db, struct bk_arena *a,
                      const struct bk_family_ask *ask, const struct bk_family *f,
                      struct bk_series **series, struct bk_err *err)
{
    struct work w = begin_work(db, a, f);
    *series = bk_alloc_array(a, f->n_quantities + 1, sizeof **series);
    for (size_t i = 0; i < f->n_quantities; i++)
        if (!load_series(&w, a, &f->quantities[i], ask->degraded, &(*series)[i], err))
            return false;
    return true;
}

/* --- evidence --- */

static int by_line(const void *x, const void *y)
{
    const struct bk_series_row *a = x, *b = y;
    if (a->at.line != b->at.line)
        return a->at.line < b->at.line ? -1 : 1;
    return a->at.session < b->at.session ? -1 : a->at.session > b->at.session;
}

/* Of the new rows of a line, those that may be judged, if any may. */
static size_t keep_judged(const struct bk_series *s, struct bk_series_row *rows,
                          size_t n)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (bk_series_is_judged(s, &rows[i]))
            rows[kept++] = rows[i];
    return kept > 0 ? kept : n;
}

/* What a case points to belongs to one quantity's work. */
static void keep_case(struct bk_arena *a, struct bk_case *c)
{
    double *old = bk_alloc_array(a, c->n_old + 1, sizeof *old);
    size_t *sessions = bk_alloc_array(a, c->n_old + 1, sizeof *sessions);
    for (size_t i = 0; i < c->n_old; i++) {
        old[i] = c->old[i];
        sessions[i] = c->old_sessions[i];
    }
    c->old = old;
    c->old_sessions = sessions;
    c->new = NULL;
    c->last = NULL;
}

/* Does what people say to compare with hold for this row? */
static bool is_held(const struct bk_family *f, const struct bk_series_row *row)
{
    return f->held == NULL || f->held[row->run - f->runs.rows];
}

struct measuring {
    struct bk_arena *keep; /* cases */
    struct bk_family *f;
    const struct bk_quantity *q;
    const struct bk_series *s;
    const struct bk_verdict_rule *rule;
};

/* New sessions on both sides of a level shift are not one level. */
static struct bk_series_row *newest_level(struct bk_series_row *rows,
                                          struct bk_series_row *end)
{
    struct bk_series_row *first = end - 1;
    while (first > rows && first[-1].level == end[-1].level)
        first--;
    return first;
}

static void use_remarks(struct bk_marks *marks, const struct bk_quantity *q,
                        const struct bk_series_row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++)
        (void)bk_marks_text(marks, q, &rows[i]);
}

static void measure_new(const struct measuring *m, struct bk_past *past,
                        struct bk_series_row *rows, size_t n)
{
    struct bk_wanted *wanted = wanted_for(m->f, m->q);
    struct bk_marks *marks = &m->f->marks;
    if (n > 1)
        qsort(rows, n, sizeof *rows, by_line);
    for (size_t i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n && rows[end].at.line == rows[i].at.line;)
            end++;
        const struct bk_annotation *mute = bk_marks_mute(marks, m->q, &rows[i]);
        if (wanted != NULL)
            wanted->n++;
        if (mute != NULL) {
            bk_marks_use(marks, mute);
            m->f->n_muted++;
            continue;
        }
        use_remarks(marks, m->q, rows + i, end - i);
        struct bk_series_row *newest = newest_level(rows + i, &rows[end]);
        size_t kept = keep_judged(past->s, newest, (size_t)(&rows[end] - newest));
        struct bk_case *c = BK_PUSH(m->keep, m->f->cases, m->f->n);
        bk_case_measure(past, m->rule, newest, kept, c);
        c->q = m->q;
        keep_case(m->keep, c);
        if (m->f->baseline != NULL && is_held(m->f, &c->row)) {
            c->baseline = m->f->baseline;
            m->f->n_held++;
        }
        if (!c->pinned)
            bk_marks_use(marks, c->row.shift);
    }
}

/* May new rows be compared with this one, of these sessions? */
static bool is_compared(const struct measuring *m, const struct bk_series_row *row,
                        const bool *sessions)
{
    return sessions[row->at.session] && is_held(m->f, row) &&
           bk_series_is_baseline(row) && bk_series_is_judged(m->s, row);
}

static void add_old(const struct measuring *m, struct bk_past *past,
                    const struct bk_series_row *row, const struct bk_split *split)
{
    bool held = is_held(m->f, row);
    if (split->is_pinned != NULL && held && split->is_pinned[row->at.session])
        return;
    if (!split->is_old[row->at.session])
        return;
    if (!bk_series_is_baseline(row) || !bk_series_is_judged(m->s, row)) {
        bk_marks_use(&m->f->marks, row->outlier);
        return;
    }
    if (split->is_pinned != NULL && held) {
        bk_past_lend(past, row, row->at.session > split->first_pinned);
        return;
    }
    if (m->f->baseline != NULL && held)
        past->lines[row->at.line].most = m->f->baseline->rolling;
    bk_past_add(past, row);
}

static bool same_machine(const struct bk_series_row *a, const struct bk_series_row *b)
{
    return bk_eq(a->run->dim[BK_DIM_HARDWARE], b->run->dim[BK_DIM_HARDWARE]);
}

void bk_family_measure(struct bk_arena *keep, const struct bk_verdict_rule *rule,
                       struct bk_family *f, const struct bk_quantity *q,
                       const struct bk_series *s, const struct bk_split *split)
{
    const struct measuring m = {keep, f, q, s, rule};
    struct bk_arena *scratch = s->arena;
    struct bk_past past;
    bk_past_begin(&past, s);
    struct bk_series_row *rows = bk_alloc_array(scratch, s->n + 1, sizeof *rows);
    /* groups are in the order of their machines */
    for (size_t i = 0, end; i < s->n; i = end) {
        size_t n_new = 0;
        bk_past_forget_noise(&past);
        for (end = i; end < s->n && same_machine(&s->rows[end], &s->rows[i]); end++) {
            const struct bk_series_row *row = &s->rows[end];
            if (split->is_new[row->at.session])
                rows[n_new++] = *row;
            else
                add_old(&m, &past, row, split);
        }
        for (size_t k = i; split->is_pinned != NULL && k < end; k++)
            if (is_compared(&m, &s->rows[k], split->is_pinned))
                bk_past_pin(&past, &s->rows[k]);
        measure_new(&m, &past, rows, n_new);
    }
}

/* --- what is compared with --- */

/* Marks a session that is compared with; that it is none of the new ones is the user's
 * matter, or the default's. */
static bool pin(struct bk_db *db, struct bk_arena *a, const struct bk_family *f,
                const char *name, struct bk_split *split, struct bk_err *err)
{
    size_t at = bk_lines_session(&f->lines, bk_str(name));
    if (!bk_session_must_exist(db, a, name, err))
        return false;
    if (at != BK_NONE && split->is_new[at])
        return bk_fail(err, BK_EUSAGE, "session '%s' cannot be compared with itself",
                       name);
    if (at == BK_NONE)
        return true;
    split->is_pinned[at] = true;
    if (at < split->first_pinned)
        split->first_pinned = at;
    return true;
}

static bool hold(struct bk_db *db, struct bk_arena *a, struct bk_family *f,
                 const struct bk_baseline *b, struct bk_split *split,
                 struct bk_err *err)
{
    struct bk_filter filter;
    f->baseline = b;
    f->held = bk_alloc_array(a, f->runs.n + 1, sizeof *f->held);
    if (!bk_filter_read(a, db, b->filter, &filter, err))
        return false;
    for (size_t i = 0; i < f->runs.n; i++)
        f->held[i] = bk_filter_match(&filter, &f->runs.rows[i]);
    if (b->rolling > 0) {
        split->is_pinned = NULL;
        return true;
    }
    return pin(db, a, f, bk_cstr(a, b->session), split, err);
}

/* The baseline 'default', where it can be compared with. */
static bool hold_default(struct bk_db *db, struct bk_arena *a, struct bk_family *f,
                         struct bk_split *split, struct bk_err *err)
{
    const struct bk_baseline *b;
    struct bk_err why = {0};
    if (!bk_baseline_named(db, a, BK_BASELINE_DEFAULT, &b, err))
        return false;
    if (b != NULL && hold(db, a, f, b, split, &why))
        return true;
    f->baseline = NULL;
    f->held = NULL;
    split->is_pinned = NULL;
    if (b != NULL)
        f->no_default = bk_fmt(a, "%s", why.msg).ptr;
    if (why.code == BK_OK || why.code == BK_EUSAGE)
        return true;
    *err = why;
    return false;
}

static bool choose_reference(struct bk_db *db, struct bk_arena *a,
                             const struct bk_strings *against, struct bk_family *f,
                             struct bk_split *split, struct bk_err *err)
{
    if (against->n == 0)
        return hold_default(db, a, f, split, err);
    for (size_t i = 0; i < against->n; i++) {
        const char *name = against->items[i];
        bool rolling = bk_is(bk_str(name), BK_BASELINE_ROLLING);
        const struct bk_baseline *b;
        if (!bk_baseline_named(db, a, name, &b, err))
            return false;
        if ((rolling || b != NULL) && against->n > 1)
            return bk_fail(err, BK_EUSAGE,
                           "--against takes sessions or one baseline: '%s' is one",
                           name);
        if (rolling)
            split->is_pinned = NULL;
        else if (b != NULL ? !hold(db, a, f, b, split, err)
                           : !pin(db, a, f, name, split, err))
            return false;
    }
    return true;
}

/* Which sessions are new, and which are compared with. */
static bool split_sessions(struct bk_db *db, struct bk_arena *a,
                           const struct bk_family_ask *ask, struct bk_family *f,
                           struct bk_split *split, struct bk_err *err)
{
    const struct bk_lines *lines = &f->lines;
    size_t n = lines->n_sessions, first = n;
    split->is_new = bk_alloc_array(a, n + 1, sizeof *split->is_new);
    split->is_old = bk_alloc_array(a, n + 1, sizeof *split->is_old);
    split->is_pinned = bk_alloc_array(a, n + 1, sizeof *split->is_pinned);
    split->first_pinned = n;
    for (size_t i = 0; i < f->names.n; i++) {
        size_t at = bk_lines_session(lines, bk_str(f->names.items[i]));
        if (at == BK_NONE)
            continue;
        split->is_new[at] = true;
        first = at < first ? at : first;
    }
    for (size_t i = 0; i < first; i++)
        split->is_old[i] = true;
    if (!choose_reference(db, a, ask->against, f, split, err))
        return false;
    const bool *counted = split->is_pinned != NULL ? split->is_pinned : split->is_old;
    for (size_t i = 0; i < n; i++)
        f->n_before += counted[i];
    return true;
}

void bk_family_report(const struct bk_family *f, struct bk_report *r)
{
    bk_marks_report(&f->marks, r);
    if (f->no_default != NULL)
        bk_report_note(r, "baseline", BK_WARNING,
                       "the baseline 'default' does not hold: %s", f->no_default);
    if (f->baseline == NULL)
        return;
    struct bk_str text = bk_baseline_text(r->arena, f->baseline);
    if (f->n_held == f->n)
        bk_report_note(r, "baseline", BK_INFO, "compared with %.*s", BK_F(text));
    else
        bk_report_note(r, "baseline", BK_INFO,
                       "compared with %.*s: it holds for %zu of %zu comparisons, the "
                       "others are with all sessions before",
                       BK_F(text), f->n_held, f->n);
}

static bool measure_all(struct work *w, const struct bk_family_ask *ask,
                        struct bk_arena *a, struct bk_family *f,
                        const struct bk_split *split, struct bk_err *err)
{
    struct bk_arena *scratch = bk_arena_new();
    struct bk_arena_mark mark = bk_arena_mark(scratch);
    bool ok = true;
    for (size_t i = 0; ok && i < f->n_quantities; i++) {
        const struct bk_quantity *q = &f->quantities[i];
        struct bk_series s;
        ok = load_series(w, scratch, q, ask->degraded, &s, err);
        if (ok)
            bk_family_measure(a, ask->rule, f, q, &s, split);
        bk_arena_release(scratch, mark);
    }
    bk_arena_free(scratch);
    return ok;
}

bool bk_family_open(struct bk_db *db, struct bk_arena *a,
                    const struct bk_family_ask *ask, struct bk_family *f,
                    struct bk_err *err)
{
    struct bk_filter filter;
    struct bk_map known = {NULL, 0, 0};
    *f = (struct bk_family){.n = 0};
    if (!read_wanted(db, a, ask, f, err) ||
        !bk_filter_parse(a, db, ask->where, &filter, err) ||
        !new_sessions(db, a, ask, &filter, &f->names, err) ||
        !load_runs(db, a, &filter, &f->names, f, err))
        return false;
    for (size_t i = 0; i < f->names.n; i++) {
        const char *name = f->names.items[i];
        f->sessions = bk_fmt(a, "%.*s%s%s", BK_F(f->sessions), i > 0 ? ", " : "", name);
        if (!read_quantities(db, a, name, &known, f, err))
            return false;
    }
    find_requests(a, f);
    choose_quantities(a, ask, f);
    bk_lines_make(a, &f->runs, &f->lines);
    return bk_marks_load(db, &f->lines, &f->marks, err);
}

bool bk_family_load(struct bk_db *db, struct bk_arena *a,
                    const struct bk_family_ask *ask, struct bk_family *f,
                    struct bk_err *err)
{
    struct bk_split split;
    if (!bk_family_open(db, a, ask, f, err) ||
        !split_sessions(db, a, ask, f, &split, err))
        return false;
    struct work w = begin_work(db, a, f);
    return measure_all(&w, ask, a, f, &split, err);
}
