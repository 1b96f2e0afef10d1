/* Naming a run, and a part of it (see window.h). */
#include "window.h"

#include "../base/num.h"
#include "../stats/steady.h"

#include <math.h>

#define LONGEST_S 1e9 /* three decades: what is longer is a mistake */

static bool none_named(struct bk_arena *a, const struct bk_run_list *all,
                       const char *ref, struct bk_err *err)
{
    const char **names = bk_alloc_array(a, all->n, sizeof *names);
    for (size_t i = 0; i < all->n; i++)
        names[i] = bk_cstr(a, all->rows[i].name);
    const char *near = bk_nearest(ref, names, all->n);
    return bk_fail(err, BK_EUSAGE, "no run is called '%s'%s%s%s (see 'benchkeep runs')",
                   ref, near ? "; did you mean '" : "", near ? near : "",
                   near ? "'?" : "");
}

bool bk_run_named(struct bk_db *db, struct bk_arena *a, const char *ref,
                  struct bk_run_row *run, struct bk_err *err)
{
    const struct bk_filter any = {NULL, 0};
    struct bk_run_list all;
    const struct bk_run_row *only = NULL;
    bool found;
    if (!bk_run_by_ref(db, a, bk_str(ref), run, &found, err))
        return false;
    if (found)
        return true;
    if (!bk_runs_load(db, a, &any, &all, err))
        return false;
    for (size_t i = 0; i < all.n; i++) {
        if (!bk_starts(all.rows[i].name, bk_str(ref)))
            continue;
        if (only != NULL)
            return bk_fail(err, BK_EUSAGE,
                           "'%s' is the beginning of several runs: '%.*s', '%.*s' ... "
                           "(see 'benchkeep runs')",
                           ref, BK_F(only->name), BK_F(all.rows[i].name));
        only = &all.rows[i];
    }
    if (only == NULL)
        return none_named(a, &all, ref, err);
    *run = *only;
    return true;
}

/* --- times --- */

/* The unit that a text begins with, cut off; seconds without one. */
static double take_unit(struct bk_str *text)
{
    static const struct {
        const char *name;
        double seconds;
    } units[] = {{"ms", 1e-3}, {"s", 1}, {"m", 60}, {"h", 3600}};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (bk_starts(*text, bk_str(units[i].name))) {
            *text = bk_from(*text, bk_str(units[i].name).len);
            return units[i].seconds;
        }
    }
    return text->len == 0 ? 1 : 0;
}

bool bk_parse_seconds(struct bk_str text, double *seconds)
{
    *seconds = 0;
    if (text.len == 0)
        return false;
    while (text.len > 0) {
        size_t digits = 0;
        double number;
        while (digits < text.len &&
               ((text.ptr[digits] >= '0' && text.ptr[digits] <= '9') ||
                text.ptr[digits] == '.'))
            digits++;
        if (!bk_parse_double(bk_upto(text, digits), &number))
            return false;
        text = bk_from(text, digits);
        double unit = take_unit(&text);
        if (unit <= 0)
            return false;
        *seconds += number * unit;
    }
    return *seconds < LONGEST_S;
}

static bool read_time(const char *option, const char *text, double *seconds,
                      struct bk_err *err)
{
    return text == NULL || bk_parse_seconds(bk_str(text), seconds) ||
           bk_fail(err, BK_EUSAGE,
                   "--%s wants a time since the run's begin, as 40s or 1m30s, not '%s'",
                   option, text);
}

bool bk_window_read(const char *from, const char *to, struct bk_window *w,
                    struct bk_err *err)
{
    *w = (struct bk_window){0, (double)INFINITY};
    if (!read_time("from", from, &w->from, err) || !read_time("to", to, &w->to, err))
        return false;
    return w->from < w->to || bk_fail(err, BK_EUSAGE, "--from %s is not before --to %s",
                                      from != NULL ? from : "0", to);
}

bool bk_run_begin(struct bk_db *db, int64_t run, struct bk_run_begin *begin,
                  bool *found, struct bk_err *err)
{
    struct bk_stmt *st = bk_stmt(db, BK_SQL_RUN_SAMPLES_BEGIN);
    *begin = (struct bk_run_begin){0, 0, 1};
    bk_bind_int(st, ":run", run);
    if (!bk_step(st, found, err))
        return false;
    if (*found)
        *begin = (struct bk_run_begin){bk_col_int(st, 0), bk_col_int(st, 1),
                                       bk_col_int(st, 2)};
    bk_reset(st);
    return true;
}

/* --- the steady part --- */

#define LEVEL_TOLERANCE 0.1
#define LEAST_SECONDS   ((size_t)10)
#define MEAN_REACH      ((size_t)2) /* seconds on each side */
#define MOST_SECONDS    ((size_t)1000000)

struct per_second { /* since the run's begin; NAN: not said */
    double *load, *requests;
    size_t n, cap;
    bool has_load;
};

static void put(struct bk_arena *a, struct per_second *p, double elapsed, double load,
                double requests)
{
    if (!(elapsed >= 0 && elapsed < (double)MOST_SECONDS))
        return;
    while (p->n <= (size_t)elapsed) {
        size_t n = p->n;
        *BK_PUSH(a, p->requests, n) = 0;
        *BK_PUSH(a, p->load, p->n) = (double)NAN;
    }
    p->requests[(size_t)elapsed] = isnan(requests) ? 0 : requests;
    p->load[(size_t)elapsed] = load;
    p->has_load |= !isnan(load);
}

/* Of the points, or of what the tool printed on the way. */
static bool read_per_second(struct bk_db *db, struct bk_arena *a, int64_t run,
                            struct per_second *p, struct bk_err *err)
{
    struct bk_run_begin begin;
    bool kept, row = true, ok;
    if (!bk_run_begin(db, run, &begin, &kept, err))
        return false;
    struct bk_stmt *st =
        bk_stmt(db, kept ? BK_SQL_SAMPLE_SECONDS_OF_RUN : BK_SQL_TIMELINE_OF_RUN);
    bk_bind_int(st, ":run", run);
    while ((ok = bk_step(st, &row, err)) && row) {
        if (kept)
            put(a, p, (double)(bk_col_int(st, 0) - begin.first), bk_col_real(st, 1),
                bk_col_real(st, 3));
        else
            put(a, p, bk_col_real(st, 0) - 1, bk_col_real(st, 1), (double)NAN);
    }
    bk_reset(st);
    return ok;
}

/* What must be level, a number a second. */
static double *levels(struct bk_arena *a, const struct per_second *p)
{
    double *x = bk_alloc_array(a, p->n, sizeof *x), last = 0;
    for (size_t i = 0; i < p->n; i++) {
        size_t first = i > MEAN_REACH ? i - MEAN_REACH : 0, end = i + MEAN_REACH + 1;
        double sum = 0;
        end = end < p->n ? end : p->n;
        for (size_t k = first; k < end; k++)
            sum += p->requests[k];
        if (!isnan(p->load[i]))
            last = p->load[i];
        x[i] = p->has_load ? last : sum / (double)(end - first);
    }
    return x;
}

bool bk_window_steady(struct bk_db *db, struct bk_arena *a,
                      const struct bk_run_row *run, struct bk_steady_window *w,
                      struct bk_err *err)
{
    struct per_second p = {.n = 0};
    struct bk_stretch stretch;
    if (!read_per_second(db, a, run->id, &p, err))
        return false;
    const double *x = levels(a, &p);
    if (!bk_steady(x, p.n, LEVEL_TOLERANCE, LEAST_SECONDS, &stretch))
        return bk_fail(err, BK_EUSAGE,
                       "run '%.*s' has no steady part: the load is level for %zu s at "
                       "the most; name one yourself",
                       BK_F(run->name), stretch.end - stretch.first);
    *w = (struct bk_steady_window){
        .window = {(double)stretch.first, (double)stretch.end},
        .low = x[stretch.first],
        .high = x[stretch.first],
        .by_requests = !p.has_load,
    };
    for (size_t i = stretch.first; i < stretch.end; i++) {
        w->low = fmin(w->low, x[i]);
        w->high = fmax(w->high, x[i]);
    }
    return true;
}

bool bk_window_choose(struct bk_db *db, struct bk_report *r,
                      const struct bk_run_row *run, const struct bk_window_args *args,
                      struct bk_window *w, struct bk_err *err)
{
    struct bk_steady_window steady;
    if (!args->steady) {
        if (args->from != NULL)
            bk_report_arg(r, "from", bk_str(args->from));
        if (args->to != NULL)
            bk_report_arg(r, "to", bk_str(args->to));
        return bk_window_read(args->from, args->to, w, err);
    }
    if (args->from != NULL || args->to != NULL)
        return bk_fail(err, BK_EUSAGE,
                       "--steady finds the part itself; it does not go with --from "
                       "and --to");
    if (!bk_window_steady(db, r->arena, run, &steady, err))
        return false;
    *w = steady.window;
    bk_report_arg(r, "from", bk_fmt(r->arena, "%gs", w->from));
    bk_report_arg(r, "to", bk_fmt(r->arena, "%gs", w->to));
    bk_report_note(r, "steady", BK_INFO,
                   "steady from %g s to %g s: %s between %.4g and %.4g", w->from, w->to,
                   steady.by_requests ? "requests a second stay" : "the load stays",
                   steady.low, steady.high);
    return true;
}
