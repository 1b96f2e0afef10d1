/* Naming a run, and a part of it (see window.h). */
#include "window.h"

#include "../base/num.h"

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
    bk_bind_int(st, ":run", run);
    if (!bk_step(st, found, err))
        return false;
    if (*found)
        *begin = (struct bk_run_begin){bk_col_int(st, 0), bk_col_int(st, 1),
                                       bk_col_int(st, 2)};
    bk_reset(st);
    return true;
}
