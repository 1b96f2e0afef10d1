/* runs: one row a run, with its config and the numbers that people look at first. */
#include "select.h"

#include "question.h"

#include <math.h>

struct runs_args {
    const char *session, *hardware, *status;
    int64_t limit;
};

/* The headline numbers, in the order of the columns behind the run's names. */
static const struct {
    const char *metric, *stat;
} headline[] = {
    {"requests", "value"},
    {"error_rate", "value"},
    {"ok_throughput", "value"},
    {"request_latency", "p95"},
    {"ttft", "p95"},
    {"output_token_throughput", "value"},
};
enum {
    N_HEADLINE = sizeof headline / sizeof *headline,
    N_NAMES = 10
};

static const struct bk_column columns[] = {
    {"run", "", 0},
    {"session", "", BK_COL_MACHINE},
    {"hardware", "", BK_COL_MACHINE},
    {"model", "", 0},
    {"engine", "", 0},
    {"workload", "", BK_COL_MACHINE},
    {"config", "", 0},
    {"started_at", "", 0},
    {"status", "", 0},
    {"status_why", "", BK_COL_MACHINE},
    {"requests", "1", 0},
    {"error_rate", "ratio", BK_COL_PERCENT},
    {"ok_throughput", "1/s", 0},
    {"request_latency.p95", "s", 0},
    {"ttft.p95", "s", 0},
    {"output_token_throughput", "tok/s", 0},
};
enum {
    N_COLUMNS = sizeof columns / sizeof *columns
};

static bool fill(struct bk_db *db, struct bk_report *r, struct bk_section *s,
                 const struct bk_run_list *runs, size_t first, struct bk_err *err)
{
    struct bk_run_values values[N_HEADLINE];
    for (size_t k = 0; k < N_HEADLINE; k++)
        if (!bk_values_load(db, r->arena, headline[k].metric, headline[k].stat, "",
                            &values[k], err))
            return false;
    for (size_t i = first; i < runs->n; i++) {
        const struct bk_run_row *run = &runs->rows[i];
        struct bk_value *c = bk_section_row(r, s);
        c[0] = bk_v_str(run->name);
        for (size_t d = 0; d < BK_N_DIMS; d++)
            c[1 + d] = bk_v_str(run->dim[d]);
        c[6] = bk_v_pairs(run->config, run->n_config);
        c[7] = bk_v_time(run->started_ns);
        c[8] = bk_v_str(run->status);
        c[9] = bk_v_str(run->status_why);
        for (size_t k = 0; k < N_HEADLINE; k++) {
            const struct bk_run_value *v = bk_values_of(&values[k], run->id);
            if (v != NULL)
                c[N_NAMES + k] = bk_v_real(v->value);
        }
    }
    return true;
}

static bool ask(struct bk_db *db, const void *args, const struct bk_strings *positional,
                const struct bk_strings *where, struct bk_report *r, struct bk_err *err)
{
    const struct runs_args *o = args;
    struct bk_filter filter;
    struct bk_run_list runs;
    const char *session = positional->n > 0 ? positional->items[0] : o->session;
    if (!bk_filter_parse(r->arena, db, where, &filter, err) ||
        !bk_filter_add(r->arena, db, &filter, "session", session, err) ||
        !bk_filter_add(r->arena, db, &filter, "hardware", o->hardware, err) ||
        !bk_filter_add(r->arena, db, &filter, "status", o->status, err) ||
        !bk_runs_load(db, r->arena, &filter, &runs, err))
        return false;
    size_t first =
        o->limit > 0 && (int64_t)runs.n > o->limit ? runs.n - (size_t)o->limit : 0;
    struct bk_section *s = bk_report_section(r, "runs", columns, N_COLUMNS);
    return fill(db, r, s, &runs, first, err);
}

static const struct bk_opt options[] = {
    {0, "session", BK_OPT_TEXT, offsetof(struct runs_args, session), "NAME",
     "only runs of this session", NULL},
    {0, "hardware", BK_OPT_TEXT, offsetof(struct runs_args, hardware), "NAME",
     "only runs on this kind of machine", NULL},
    {0, "status", BK_OPT_TEXT, offsetof(struct runs_args, status), "STATUS",
     "only runs that ended so: ok, degraded, failed or invalid", NULL},
    {'n', "limit", BK_OPT_INT, offsetof(struct runs_args, limit), "N",
     "only the newest N", NULL},
    {.type = BK_OPT_END},
};

const struct bk_question bk_question_runs = {
    .name = "runs",
    .args = "[SESSION]",
    .summary = "list the runs, of all sessions or of one",
    .help = "One row a run: its config, how it ended, and its headline numbers.\n\n"
            "Examples:\n"
            "  benchkeep runs 062\n"
            "  benchkeep runs --hardware b200 --status ok\n"
            "  benchkeep runs --where 'workers>=8,pool_size<=12' --format json\n",
    .options = options,
    .args_size = sizeof(struct runs_args),
    .max_positional = 1,
    .ask = ask,
};
