/* What a report may say, and on what evidence: see report_says.h. */
#include "report_says.h"

#include "../base/num.h"
#include "../stats/counts.h"
#include "capacity.h"

#include <math.h>
#include <string.h>

#define CONFIDENCE 0.95
#define FLOOR      0.05 /* of throughput: less is no difference */

static void say(struct bk_says *s, struct bk_str about, struct bk_str text,
                struct bk_str evidence)
{
    *BK_PUSH(s->r->arena, s->items, s->n) = (struct bk_sentence){about, text, evidence};
}

static struct bk_str percent(struct bk_arena *a, double share)
{
    char text[352];
    bk_format_fixed(share * 100, 2, text);
    return bk_fmt(a, "%s %%", text);
}

static struct bk_str times(struct bk_arena *a, double ratio)
{
    char text[352];
    bk_format_digits(ratio, fabs(ratio) >= 1000 ? 4 : 3, text);
    return bk_fmt(a, "%sx", text);
}

/* --- cells of other answers --- */

static size_t column_of(const struct bk_section *s, const char *name)
{
    size_t i = 0;
    while (i < s->n_columns && strcmp(s->columns[i].name, name) != 0)
        i++;
    return i;
}

static struct bk_str text_of(const struct bk_section *s, size_t row, const char *name)
{
    size_t i = column_of(s, name);
    bool known = i < s->n_columns && s->rows[row][i].type == BK_CELL_STR;
    return known ? s->rows[row][i].u.s : (struct bk_str){"", 0};
}

static double number_of(const struct bk_section *s, size_t row, const char *name)
{
    size_t i = column_of(s, name);
    bool known = i < s->n_columns && s->rows[row][i].type == BK_CELL_REAL;
    return known ? s->rows[row][i].u.real : (double)NAN;
}

/* --- how runs ended --- */

static bool value_of(struct bk_says *s, int64_t run, const char *metric, double *x,
                     struct bk_err *err)
{
    bool found;
    struct bk_stmt *st = bk_stmt(s->db, BK_SQL_RUN_VALUE);
    bk_bind_int(st, ":run", run);
    bk_bind_text(st, ":metric", bk_str(metric));
    bk_bind_text(st, ":stat", BK_S("value"));
    bk_bind_text(st, ":scope", BK_S(""));
    bool ok = bk_step(st, &found, err);
    *x = ok && found ? bk_col_real(st, 0) : (double)NAN;
    bk_reset(st);
    return ok;
}

bool bk_say_status(struct bk_says *s, struct bk_str label, const struct bk_run_row *run,
                   struct bk_err *err)
{
    struct bk_arena *a = s->r->arena;
    double failed, good;
    if (!value_of(s, run->id, "requests_failed", &failed, err) ||
        !value_of(s, run->id, "requests_ok", &good, err))
        return false;
    struct bk_interval within = bk_wilson(failed, failed + good, CONFIDENCE);
    if (isnan(within.low)) {
        if (run->status_why.len > 0)
            say(s, label, run->status_why, (struct bk_str){"", 0});
        return true;
    }
    struct bk_str counts = bk_fmt(
        a, "%.*s of %.*s requests, 95 %%: %.*s to %.*s",
        BK_F(bk_capacity_number(a, failed)), BK_F(bk_capacity_number(a, failed + good)),
        BK_F(percent(a, within.low)), BK_F(percent(a, within.high)));
    struct bk_str share = percent(a, failed / (failed + good));
    if (bk_is(run->status, "ok"))
        say(s, label, bk_fmt(a, "%.*s of the requests failed", BK_F(share)), counts);
    else
        say(s, label,
            bk_fmt(a, "%.*s: %.*s of the requests failed%s", BK_F(run->status),
                   BK_F(share),
                   bk_is(run->status, "degraded")
                       ? ""
                       : "; its latencies and throughput are no results"),
            counts);
    return true;
}

/* --- ok requests beside all --- */

static size_t row_of(const struct bk_section *s, struct bk_str group,
                     const char *metric)
{
    size_t i = 0;
    while (i < s->n_rows &&
           !(bk_eq(text_of(s, i, "group"), group) &&
             bk_is(text_of(s, i, "metric"), metric) &&
             bk_is(text_of(s, i, "stat"), "value") && text_of(s, i, "scope").len == 0))
        i++;
    return i;
}

/* The sides stand between the column 'unit' and the column 'ratio'. */
static struct bk_str side_name(const struct bk_section *s, bool last)
{
    size_t i = last ? column_of(s, "ratio") - 1 : column_of(s, "unit") + 1;
    return bk_str(s->columns[i].name);
}

static struct bk_str evidence_of(struct bk_arena *a, const struct bk_section *s,
                                 size_t row)
{
    double low = number_of(s, row, "ci_low"), high = number_of(s, row, "ci_high");
    struct bk_str verdict = text_of(s, row, "verdict");
    struct bk_str why = text_of(s, row, "why");
    struct bk_str text = BK_S("single runs without counts: no interval");
    if (isfinite(low) && isfinite(high))
        text =
            bk_fmt(a, "95 %%: %.*s to %.*s%s", BK_F(times(a, low)),
                   BK_F(times(a, high)), verdict.len > 0 ? "" : ", of these runs only");
    if (verdict.len > 0)
        text = bk_fmt(a, "%.*s; %.*s: %.*s", BK_F(text), BK_F(verdict), BK_F(why));
    return text;
}

/* Has some side of a group a number above 0 of this metric? */
static bool any_above(const struct bk_section *m, struct bk_str group,
                      const char *metric)
{
    size_t row = row_of(m, group, metric), end = column_of(m, "ratio");
    bool any = false;
    for (size_t i = column_of(m, "unit") + 1; row < m->n_rows && i < end; i++)
        any =
            any || (m->rows[row][i].type == BK_CELL_REAL && m->rows[row][i].u.real > 0);
    return any;
}

static void say_ratio(struct bk_says *s, const struct bk_section *m, size_t row)
{
    struct bk_arena *a = s->r->arena;
    double ratio = number_of(m, row, "ratio");
    struct bk_str group = text_of(m, row, "group");
    struct bk_str last = side_name(m, true), first = side_name(m, false);
    size_t headline = row_of(m, group, "request_throughput");
    if (!(ratio > 0))
        return;
    struct bk_str about = group.len > 0 ? group : BK_S("ok_throughput");
    say(s, about,
        bk_fmt(a, "%.*s completes %.*s the ok requests a second of %.*s", BK_F(last),
               BK_F(times(a, ratio)), BK_F(first)),
        evidence_of(a, m, row));
    double all = headline < m->n_rows ? number_of(m, headline, "ratio") : (double)NAN;
    if (all > 0 && fabs(all / ratio - 1) >= FLOOR &&
        (any_above(m, group, "error_rate") || any_above(m, group, "requests_failed")))
        say(s, about,
            bk_fmt(a,
                   "the headline request_throughput says %.*s: it counts failed "
                   "requests",
                   BK_F(times(a, all))),
            BK_S("read ok_throughput"));
}

void bk_say_throughput(struct bk_says *s, const struct bk_section *metrics,
                       size_t n_sides)
{
    if (metrics == NULL || n_sides < 2)
        return;
    for (size_t i = 0; i < metrics->n_rows; i++) {
        if (i == row_of(metrics, text_of(metrics, i, "group"), "ok_throughput"))
            say_ratio(s, metrics, i);
    }
}

/* --- under load --- */

void bk_say_checks(struct bk_says *s, struct bk_str label,
                   const struct bk_section *landmarks, const struct bk_section *checks)
{
    for (size_t i = 0; landmarks != NULL && i < landmarks->n_rows; i++) {
        if (bk_is(text_of(landmarks, i, "landmark"), "errors"))
            say(s, label, text_of(landmarks, i, "meaning"), BK_S("the run's course"));
    }
    for (size_t i = 0; checks != NULL && i < checks->n_rows; i++) {
        size_t holds = column_of(checks, "holds");
        bool broken = holds < checks->n_columns &&
                      checks->rows[i][holds].type == BK_CELL_BOOL &&
                      checks->rows[i][holds].u.i == 0;
        if (broken)
            say(s, label, text_of(checks, i, "meaning"),
                bk_fmt(s->r->arena, "Little's law, %.*s",
                       BK_F(text_of(checks, i, "at"))));
    }
}

/* --- what was tried --- */

void bk_say_settings(struct bk_says *s, const struct bk_run_row *const *runs, size_t n)
{
    struct bk_arena *a = s->r->arena;
    struct bk_map configs = {NULL, 0, 0}, sessions = {NULL, 0, 0};
    size_t n_configs = 0, n_sessions = 0;
    for (size_t i = 0; i < n; i++) {
        struct bk_str config = bk_config_text(a, runs[i]->config, runs[i]->n_config);
        struct bk_str session = runs[i]->dim[BK_DIM_SESSION];
        n_configs += bk_map_get(&configs, config) == NULL;
        n_sessions += bk_map_get(&sessions, session) == NULL;
        bk_map_put(a, &configs, config, s);
        bk_map_put(a, &sessions, session, s);
    }
    struct bk_str evidence = bk_fmt(a, "%zu run%s, %zu session%s", n, n == 1 ? "" : "s",
                                    n_sessions, n_sessions == 1 ? "" : "s");
    if (n_configs == 1)
        say(s, BK_S("config"),
            BK_S("one configuration was measured: nothing here tells how another "
                 "would do"),
            evidence);
    else
        say(s, BK_S("config"),
            bk_fmt(a, "%zu configurations were measured: others are not told about",
                   n_configs),
            evidence);
}

void bk_says_add(struct bk_says *s)
{
    static const struct bk_column columns[] = {
        {"about", "", 0},
        {"conclusion", "", 0},
        {"evidence", "", 0},
    };
    struct bk_section *section = bk_report_section(s->r, "conclusions", columns, 3);
    for (size_t i = 0; i < s->n; i++) {
        struct bk_value *c = bk_section_row(s->r, section);
        c[0] = bk_v_str(s->items[i].about);
        c[1] = bk_v_str(s->items[i].text);
        c[2] = bk_v_str(s->items[i].evidence);
    }
}
