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
    N_HEADLINE = sizeof headline / sizeof *headline
};

enum column {
    RUN,
    DIMENSIONS,
    CONFIG = DIMENSIONS + BK_N_DIMS,
    CONFIG_SHOWN,
    STARTED_AT,
    STATUS,
    STATUS_WHY,
    CLAIMS,
    HEADLINE,
    N_COLUMNS = HEADLINE + N_HEADLINE
};

static const struct bk_column columns[N_COLUMNS] = {
    [RUN] = {"run", "", 0},
    [DIMENSIONS + BK_DIM_SESSION] = {"session", "", BK_COL_MACHINE},
    [DIMENSIONS + BK_DIM_HARDWARE] = {"hardware", "", BK_COL_MACHINE},
    [DIMENSIONS + BK_DIM_MODEL] = {"model", "", 0},
    [DIMENSIONS + BK_DIM_ENGINE] = {"engine", "", 0},
    [DIMENSIONS + BK_DIM_WORKLOAD] = {"workload", "", BK_COL_MACHINE},
    [CONFIG] = {"config", "", BK_COL_MACHINE},
    /* what people read instead: the parameters in which the listed runs differ */
    [CONFIG_SHOWN] = {"config", "", BK_COL_HUMAN},
    [STARTED_AT] = {"started_at", "", 0},
    [STATUS] = {"status", "", 0},
    [STATUS_WHY] = {"status_why", "", BK_COL_MACHINE},
    [CLAIMS] = {"claims", "", BK_COL_MACHINE},
    [HEADLINE] = {"requests", "1", 0},
    [HEADLINE + 1] = {"error_rate", "ratio", BK_COL_PERCENT},
    [HEADLINE + 2] = {"ok_throughput", "1/s", 0},
    [HEADLINE + 3] = {"request_latency.p95", "s", 0},
    [HEADLINE + 4] = {"ttft.p95", "s", 0},
    [HEADLINE + 5] = {"output_token_throughput", "tok/s", 0},
};

struct shared {
    const struct bk_pair *pairs;
    size_t n;
};

/* The parameters that all listed runs share; a note tells them once. */
static struct shared shared_config(struct bk_report *r, const struct bk_run_list *runs)
{
    struct shared shared;
    const struct bk_run_row **list =
        bk_alloc_array(r->arena, runs->n + 1, sizeof *list);
    for (size_t i = 0; i < runs->n; i++)
        list[i] = &runs->rows[i];
    bk_config_shared(r->arena, list, runs->n, &shared.pairs, &shared.n);
    if (shared.n > 0) {
        struct bk_str text = bk_config_text(r->arena, shared.pairs, shared.n);
        bk_report_note(r, "shared-config", BK_INFO, "in all of these runs: %.*s",
                       BK_F(text));
    }
    return shared;
}

static bool fill(struct bk_db *db, struct bk_report *r, struct bk_section *s,
                 const struct bk_run_list *runs, struct bk_err *err)
{
    struct bk_run_values values[N_HEADLINE];
    struct shared shared = shared_config(r, runs);
    for (size_t k = 0; k < N_HEADLINE; k++)
        if (!bk_values_of_runs(db, r->arena, headline[k].metric, headline[k].stat, runs,
                               &values[k], err))
            return false;
    for (size_t i = 0; i < runs->n; i++) {
        const struct bk_run_row *run = &runs->rows[i];
        const struct bk_pair *own;
        size_t n_own;
        bk_config_without(r->arena, run, shared.pairs, shared.n, &own, &n_own);
        struct bk_value *c = bk_section_row(r, s);
        c[RUN] = bk_v_str(run->name);
        for (size_t d = 0; d < BK_N_DIMS; d++)
            c[DIMENSIONS + d] = bk_v_str(run->dim[d]);
        c[CONFIG] = bk_v_pairs(run->config, run->n_config);
        c[CONFIG_SHOWN] = bk_v_pairs(own, n_own);
        c[STARTED_AT] = bk_v_time(run->started_ns);
        c[STATUS] = bk_v_str(run->status);
        c[STATUS_WHY] = bk_v_str(run->status_why);
        c[CLAIMS] = bk_v_bool(run->claims);
        for (size_t k = 0; k < N_HEADLINE; k++) {
            const struct bk_run_value *v = bk_values_of(&values[k], run->id);
            if (v != NULL)
                c[HEADLINE + k] = bk_v_real(v->value);
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
    if (session != NULL && !bk_session_must_exist(db, r->arena, session, err))
        return false;
    if (!bk_filter_parse(r->arena, db, where, &filter, err) ||
        !bk_filter_add(r->arena, db, &filter, "session", session, err) ||
        !bk_filter_add(r->arena, db, &filter, "hardware", o->hardware, err) ||
        !bk_filter_add(r->arena, db, &filter, "status", o->status, err) ||
        !bk_runs_load(db, r->arena, &filter, &runs, err))
        return false;
    if (o->limit > 0 && (int64_t)runs.n > o->limit) {
        runs.rows += runs.n - (size_t)o->limit; /* the newest are last */
        runs.n = (size_t)o->limit;
    }
    struct bk_section *s = bk_report_section(r, "runs", columns, N_COLUMNS);
    return fill(db, r, s, &runs, err);
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
