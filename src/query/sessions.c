/* sessions: what bench sessions there are, when they were, and how their runs ended. */
#include "select.h"

#include "question.h"

struct sessions_args {
    const char *hardware;
    int64_t limit;
};

static const struct bk_column columns[] = {
    {"session", "", 0}, {"started_at", "", 0}, {"hardware", "", 0},
    {"model", "", 0},   {"workload", "", 0},   {"runs", "", 0},
    {"ok", "", 0},      {"degraded", "", 0},   {"failed", "", 0},
    {"invalid", "", 0}, {"findings", "", 0},
};
enum {
    N_COLUMNS = sizeof columns / sizeof *columns
};

/* One of the names that group_concat joined. */
static bool has_name(struct bk_str joined, struct bk_str name)
{
    while (joined.len > 0) {
        struct bk_str part;
        joined = bk_cut(joined, ',', &part);
        if (bk_eq(part, name))
            return true;
    }
    return false;
}

/* The sessions of the runs that --where names. */
static struct bk_map sessions_of(struct bk_arena *a, const struct bk_run_list *runs)
{
    struct bk_map names = {NULL, 0, 0};
    for (size_t i = 0; i < runs->n; i++)
        bk_map_put(a, &names, runs->rows[i].dim[BK_DIM_SESSION], &runs->rows[i]);
    return names;
}

static bool ask(struct bk_db *db, const void *args, const struct bk_strings *positional,
                const struct bk_strings *where, struct bk_report *r, struct bk_err *err)
{
    const struct sessions_args *o = args;
    (void)positional;
    struct bk_filter filter;
    struct bk_run_list runs = {NULL, 0};
    struct bk_str hardware = {NULL, 0};
    if (!bk_filter_parse(r->arena, db, where, &filter, err) ||
        (filter.n > 0 && !bk_runs_load(db, r->arena, &filter, &runs, err)))
        return false;
    if (o->hardware != NULL &&
        !bk_hardware_name(db, r->arena, bk_str(o->hardware), &hardware, err))
        return false;
    struct bk_map chosen = sessions_of(r->arena, &runs);
    struct bk_section *s = bk_report_section(r, "sessions", columns, N_COLUMNS);
    struct bk_stmt *st = bk_stmt(db, BK_SQL_SESSIONS_LIST);
    bool more, ok;
    while ((ok = bk_step(st, &more, err)) && more) {
        struct bk_str name = bk_dup(r->arena, bk_col_text(st, 1));
        if ((filter.n > 0 && bk_map_get(&chosen, name) == NULL) ||
            (hardware.len > 0 && !has_name(bk_col_text(st, 3), hardware)))
            continue;
        struct bk_value *c = bk_section_row(r, s);
        c[0] = bk_v_str(name);
        c[1] = bk_v_time(bk_col_time(st, 2));
        for (size_t i = 2; i < 5; i++)
            c[i] = bk_v_str(bk_dup(r->arena, bk_col_text(st, i + 1)));
        for (size_t i = 5; i < N_COLUMNS; i++)
            c[i] = bk_v_int(bk_col_int(st, i + 1));
    }
    bk_reset(st);
    if (ok && o->limit > 0 && (int64_t)s->n_rows > o->limit) {
        s->rows += s->n_rows - (size_t)o->limit; /* the newest are last */
        s->n_rows = (size_t)o->limit;
    }
    return ok;
}

static const struct bk_opt options[] = {
    {0, "hardware", BK_OPT_TEXT, offsetof(struct sessions_args, hardware), "NAME",
     "only sessions with runs on this kind of machine", NULL},
    {'n', "limit", BK_OPT_INT, offsetof(struct sessions_args, limit), "N",
     "only the newest N", NULL},
    {.type = BK_OPT_END},
};

const struct bk_question bk_question_sessions = {
    .name = "sessions",
    .args = "",
    .summary = "list the bench sessions",
    .help =
        "One row a session, oldest first: when it was, on what it ran, how its runs "
        "ended,\nand how many warnings and errors were found.\n\n"
        "Examples:\n"
        "  benchkeep sessions\n"
        "  benchkeep sessions --hardware h100 -n 10\n"
        "  benchkeep sessions --where 'status=failed' --format csv\n",
    .options = options,
    .args_size = sizeof(struct sessions_args),
    .ask = ask,
};
