/* timeline: how a run went, second by second or in longer steps.
 *
 * Where the points of a run are kept, load, requests and failures are counted exactly
 * and the percentiles of a step come from merged sketches (src/stats/sketch.h), right
 * within 1 %.  Else there is what the tool printed on the way (k6's progress lines):
 * totals since the start, whose differences make the steps. */
#include "course.h"
#include "question.h"

#include <math.h>

struct timeline_args {
    struct bk_window_args window;
    const char *every;
};

#define MOST_STEPS 60 /* when --every is not given */
#define BAR_CELLS  20

enum column {
    ELAPSED,
    LOAD,
    STARTED,
    COMPLETED,
    FAILED,
    ITERATIONS,
    RATE,
    ERROR_RATE,
    P50,
    P95,
    P99,
    BAR,
    N_COLUMNS
};

static const struct bk_column columns[N_COLUMNS] = {
    [ELAPSED] = {"elapsed_s", "s", 0},
    [LOAD] = {"load", "1", 0},
    [STARTED] = {"started", "1", 0},
    [COMPLETED] = {"completed", "1", 0},
    [FAILED] = {"failed", "1", 0},
    [ITERATIONS] = {"iterations", "1", 0},
    [RATE] = {"rate", "1/s", 0},
    [ERROR_RATE] = {"error_rate", "ratio", BK_COL_PERCENT},
    [P50] = {"latency_p50", "s", 0},
    [P95] = {"latency_p95", "s", 0},
    [P99] = {"latency_p99", "s", 0},
    [BAR] = {"bar", "", BK_COL_HUMAN},
};

/* What happened in a step; NAN: not said. */
struct step {
    double from; /* seconds since the run's begin */
    double seconds;
    double load, started, completed, failed, iterations;
    double p50, p95, p99;
};

struct course {
    struct bk_arena *a;
    struct step *steps;
    size_t n, cap;
    double every;
    double end; /* of what is shown; the last step may be shorter than the others */
    struct bk_window window;
    struct bk_sketch sketch; /* of the step at hand */
    double scale;            /* of its numbers */
    bool kept;               /* the points are; else the tool's lines */
    bool sketched, coarse;
};

static void add_known(double *sum, double x)
{
    if (!isnan(x))
        *sum = isnan(*sum) ? x : *sum + x;
}

/* --- steps --- */

static void end_step(struct course *c)
{
    if (c->n == 0 || c->sketch.n == 0)
        return;
    struct step *s = &c->steps[c->n - 1];
    s->p50 = bk_sketch_quantile(&c->sketch, 0.5) * c->scale;
    s->p95 = bk_sketch_quantile(&c->sketch, 0.95) * c->scale;
    s->p99 = bk_sketch_quantile(&c->sketch, 0.99) * c->scale;
    bk_sketch_free(&c->sketch);
    c->sketched = true;
}

/* The step that a time lies in, made with those before it that nothing is told of; times
 * do not fall. */
static struct step *step_at(struct course *c, double elapsed)
{
    double begin = c->window.from;
    double from = begin + floor((elapsed - begin) / c->every) * c->every;
    if (c->n == 0 || c->steps[c->n - 1].from < from) {
        end_step(c);
        struct step *s = BK_PUSH(c->a, c->steps, c->n);
        const double unknown = (double)NAN;
        *s = (struct step){.from = from,
                           .seconds = fmax(fmin(c->every, c->end - from), 1),
                           .load = unknown,
                           .started = unknown,
                           .completed = unknown,
                           .failed = unknown,
                           .iterations = unknown,
                           .p50 = unknown,
                           .p95 = unknown,
                           .p99 = unknown};
    }
    return &c->steps[c->n - 1];
}

static bool inside(const struct course *c, double elapsed)
{
    return elapsed >= c->window.from && elapsed < c->window.to;
}

/* --- adding up --- */

/* A line that a tool printed tells of the second before it. */
static double place_of(const struct course *c, const struct bk_moment *m)
{
    return c->kept ? m->from : fmax(m->to - 1, 0);
}

static bool add_moment(void *self, const struct bk_moment *m, struct bk_err *err)
{
    struct course *c = self;
    double elapsed = place_of(c, m);
    if (!inside(c, elapsed))
        return true;
    struct step *s = step_at(c, elapsed);
    if (!isnan(m->load))
        s->load = m->load;
    add_known(&s->started, m->started);
    add_known(&s->completed, m->completed);
    add_known(&s->failed, m->failed);
    add_known(&s->iterations, m->iterations);
    if (c->every <= 1)
        s->p95 = m->p95;
    c->scale = m->scale;
    return bk_moment_merge(m, &c->sketch, err);
}

static bool read_course(struct bk_db *db, struct course *c, int64_t run,
                        const struct bk_run_begin *begin, struct bk_err *err)
{
    bool ok = bk_course_read(db, run, c->kept ? begin : NULL, add_moment, c, err);
    end_step(c);
    bk_sketch_free(&c->sketch);
    return ok;
}

/* --- how long a step is --- */

static bool length_of(struct bk_db *db, int64_t run, bool kept, double *seconds,
                      struct bk_err *err)
{
    struct bk_stmt *st =
        bk_stmt(db, kept ? BK_SQL_SAMPLE_SECONDS_SPAN : BK_SQL_TIMELINE_SPAN);
    bool row;
    bk_bind_int(st, ":run", run);
    if (!bk_step(st, &row, err))
        return false;
    *seconds = row && !bk_col_is_null(st, 0) ? bk_col_real(st, 0) : 0;
    bk_reset(st);
    return true;
}

/* The shortest round time that gives MOST_STEPS at the most. */
static double round_step(double seconds)
{
    static const double steps[] = {1,  2,   5,   10,  15,  20,   30,
                                   60, 120, 300, 600, 900, 1800, 3600};
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        if (seconds <= MOST_STEPS * steps[i])
            return steps[i];
    }
    return 3600 * ceil(seconds / MOST_STEPS / 3600);
}

static bool choose_step(const struct timeline_args *o, struct course *c, double length,
                        struct bk_err *err)
{
    c->end = fmin(c->window.to, length);
    c->every = round_step(fmax(c->end - c->window.from, 0));
    if (o->every == NULL)
        return true;
    if (!bk_parse_seconds(bk_str(o->every), &c->every) || c->every < 1 ||
        c->every != floor(c->every))
        return bk_fail(err, BK_EUSAGE,
                       "--every wants whole seconds, as 10s or 1m, not '%s'", o->every);
    return true;
}

/* --- the report --- */

static struct bk_value known(double x)
{
    return isnan(x) ? bk_v_null() : bk_v_real(x);
}

static struct bk_value counted(double x)
{
    return isnan(x)        ? bk_v_null()
           : x == floor(x) ? bk_v_int((int64_t)fmax(fmin(x, 9e18), -9e18))
                           : bk_v_real(x);
}

/* What the bars are of: requests, or iterations where no requests are told of. */
static double bar_value(const struct step *s)
{
    return isnan(s->completed) ? s->iterations : s->completed;
}

/* "██████░░": the failed ones are light. */
static struct bk_str bar(struct bk_arena *a, const struct step *s, double largest)
{
    double value = bar_value(s), failed = isnan(s->failed) ? 0 : s->failed;
    if (!(value > 0) || !(largest > 0))
        return BK_S("");
    long cells = lround(value / largest * BAR_CELLS);
    long light = lround(fmin(failed, value) / largest * BAR_CELLS);
    struct bk_str text = {"", 0};
    if (cells == 0)
        return BK_S("▏");
    for (long i = 0; i < cells; i++)
        text = bk_fmt(a, "%.*s%s", BK_F(text), i < cells - light ? "█" : "░");
    return text;
}

static void add_step(struct bk_report *r, struct bk_section *section,
                     const struct step *s, double largest)
{
    struct bk_value *c = bk_section_row(r, section);
    c[ELAPSED] = bk_v_real(s->from);
    c[LOAD] = counted(s->load);
    c[STARTED] = counted(s->started);
    c[COMPLETED] = counted(s->completed);
    c[FAILED] = counted(s->failed);
    c[ITERATIONS] = counted(s->iterations);
    c[RATE] = known(s->completed / s->seconds);
    if (s->completed > 0 && !isnan(s->failed))
        c[ERROR_RATE] = known(fmin(s->failed / s->completed, 1));
    c[P50] = known(s->p50);
    c[P95] = known(s->p95);
    c[P99] = known(s->p99);
    c[BAR] = bk_v_str(bar(r->arena, s, largest));
}

static void tell(const struct course *c, struct bk_report *r)
{
    double largest = 0;
    struct bk_section *section = bk_report_section(r, "timeline", columns, N_COLUMNS);
    bk_report_arg(r, "every", bk_fmt(r->arena, "%gs", c->every));
    for (size_t i = 0; i < c->n; i++)
        largest = fmax(largest, bar_value(&c->steps[i]));
    for (size_t i = 0; i < c->n; i++)
        add_step(r, section, &c->steps[i], largest);
    if (c->sketched)
        bk_report_note(r, "estimated", BK_INFO,
                       "percentiles are from sketches, within 1 %% of the value; "
                       "'benchkeep samples' has exact ones%s",
                       c->coarse ? "; the run is so long that a sketch stands for "
                                   "several seconds"
                                 : "");
}

/* Points without times, or of nothing that a timeline is about, say nothing. */
static bool is_told(const struct course *c)
{
    bool told = false;
    for (size_t i = 0; i < c->n && !told; i++)
        told = !isnan(bar_value(&c->steps[i])) || !isnan(c->steps[i].load);
    return told;
}

static bool ask(struct bk_db *db, const void *args, const struct bk_strings *positional,
                const struct bk_strings *where, struct bk_report *r, struct bk_err *err)
{
    const struct timeline_args *o = args;
    struct course c = {.a = r->arena};
    struct bk_run_row run;
    struct bk_run_begin begin;
    double length;
    bool kept;
    if (where->n > 0)
        return bk_fail(
            err, BK_EUSAGE,
            "--where chooses runs, and 'timeline' is about the one it names");
    if (!bk_run_named(db, r->arena, positional->items[0], &run, err) ||
        !bk_window_choose(db, r, &run, &o->window, &c.window, err) ||
        !bk_run_begin(db, run.id, &begin, &kept, err) ||
        !length_of(db, run.id, kept, &length, err) || !choose_step(o, &c, length, err))
        return false;
    bk_report_arg(r, "run", run.name);
    c.coarse = kept && begin.sketch_seconds > 1;
    c.kept = kept;
    if (!read_course(db, &c, run.id, &begin, err))
        return false;
    if (!is_told(&c) && (c.n > 0 || length <= 0))
        return bk_fail(err, BK_EUSAGE, "nothing tells how run '%.*s' went on its way",
                       BK_F(run.name));
    tell(&c, r);
    return true;
}

static const struct bk_opt options[] = {
    {0, "every", BK_OPT_TEXT, offsetof(struct timeline_args, every), "TIME",
     "a row for so many seconds: 1s, 10s, 1m; 60 rows at the most unless said", NULL},
    {0, "from", BK_OPT_TEXT, offsetof(struct timeline_args, window.from), "TIME",
     "from this time of the run on: 40s, 1m30s", NULL},
    {0, "to", BK_OPT_TEXT, offsetof(struct timeline_args, window.to), "TIME",
     "up to this time of the run", NULL},
    {0, "steady", BK_OPT_FLAG, offsetof(struct timeline_args, window.steady), NULL,
     "the steady part alone, between ramp and drain", NULL},
    {.type = BK_OPT_END},
};

const struct bk_question bk_question_timeline = {
    .name = "timeline",
    .args = "RUN",
    .summary = "how a run went: load, requests, failures and latency over time",
    .help = "A row for each second, or for longer steps: the load, requests started, "
            "completed\nand failed, and percentiles of their latency.  Bars show "
            "completed requests (failed\nones lighter), or iterations where the tool "
            "told of no requests.\n\n"
            "Runs whose tool wrote every request have all columns; those with k6's "
            "progress\nlines have load and iterations.\n\n"
            "Examples:\n"
            "  benchkeep timeline 071/h100\n"
            "  benchkeep timeline 071/h100 --every 10s --from 1m --to 3m\n"
            "  benchkeep timeline 071/h100 --steady\n"
            "  benchkeep timeline 071/h100 --every 1s --format csv -o timeline.csv\n",
    .options = options,
    .args_size = sizeof(struct timeline_args),
    .min_positional = 1,
    .max_positional = 1,
    .ask = ask,
};
