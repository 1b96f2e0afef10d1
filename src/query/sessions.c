/* sessions: what bench sessions there are, when they were, and how their runs ended. */
#include "select.h"

#include "question.h"
#include "session_rows.h"

struct sessions_args {
    const char *hardware;
    int64_t limit;
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
    struct bk_section *s =
        bk_report_section(r, "sessions", bk_session_columns, BK_N_SESSION_COLUMNS);
    struct bk_session_rows sessions;
    if (!bk_sessions_load(db, r->arena, &sessions, err))
        return false;
    for (size_t i = 0; i < sessions.n; i++) {
        const struct bk_session_row *row = &sessions.items[i];
        if ((filter.n > 0 && bk_map_get(&chosen, row->name) == NULL) ||
            (hardware.len > 0 && !has_name(row->hardware, hardware)))
            continue;
        bk_session_cells(bk_section_row(r, s), row);
    }
    if (o->limit > 0 && (int64_t)s->n_rows > o->limit) {
        s->rows += s->n_rows - (size_t)o->limit; /* the newest are last */
        s->n_rows = (size_t)o->limit;
    }
    return true;
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
