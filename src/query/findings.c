/* findings: what the warehouse noticed, the gravest first; --codes explains the words. */
#include "select.h"

#include "../check/check.h"
#include "question.h"

struct findings_args {
    bool codes;
    const char *code, *severity;
};

static const struct bk_column columns[] = {
    {"severity", "", 0},
    {"code", "", 0},
    {"run", "", BK_COL_MACHINE},
    {"about", "", BK_COL_HUMAN}, /* the run, or the file where it is about none */
    {"subject", "", BK_COL_MACHINE},
    {"message", "", 0},
    {"expected", "", BK_COL_MACHINE},
    {"actual", "", BK_COL_MACHINE},
    {"source", "", BK_COL_MACHINE},
    {"locator", "", BK_COL_MACHINE},
};
enum {
    N_COLUMNS = sizeof columns / sizeof *columns
};
/* the column of the statement behind each of ours */
static const size_t statement_column[N_COLUMNS] = {2, 1, 9, 9, 3, 4, 5, 6, 7, 8};
enum {
    ABOUT = 3,
    SOURCE = 8
};

static const struct bk_column code_columns[] = {
    {"code", "", 0},
    {"explanation", "", 0},
    {"what_to_do", "", 0},
};

static bool explain(struct bk_report *r)
{
    struct bk_section *s = bk_report_section(r, "codes", code_columns, 3);
    for (const struct bk_check_code *k = bk_check_codes; k->code != NULL; k++) {
        struct bk_value *c = bk_section_row(r, s);
        c[0] = bk_v_text(k->code);
        c[1] = bk_v_text(k->explanation);
        c[2] = bk_v_text(k->what_to_do);
    }
    return true;
}

static bool wanted(const struct bk_stmt *st, const struct findings_args *o,
                   const struct bk_run_list *runs, bool filtered)
{
    if (o->code != NULL && !bk_is(bk_col_text(st, 1), o->code))
        return false;
    if (o->severity != NULL && !bk_is(bk_col_text(st, 2), o->severity))
        return false;
    return !filtered || bk_runs_find(runs, bk_col_int(st, 12)) != NULL;
}

static bool ask(struct bk_db *db, const void *args, const struct bk_strings *positional,
                const struct bk_strings *where, struct bk_report *r, struct bk_err *err)
{
    const struct findings_args *o = args;
    if (o->codes)
        return explain(r);
    struct bk_filter filter;
    struct bk_run_list runs = {NULL, 0};
    const char *session = positional->n > 0 ? positional->items[0] : NULL;
    if (session != NULL && !bk_session_must_exist(db, r->arena, session, err))
        return false;
    if (!bk_filter_parse(r->arena, db, where, &filter, err) ||
        !bk_filter_add(r->arena, db, &filter, "session", session, err) ||
        (filter.n > 0 && !bk_runs_load(db, r->arena, &filter, &runs, err)))
        return false;
    bk_runs_sort_by_id(&runs);
    struct bk_section *s = bk_report_section(r, "findings", columns, N_COLUMNS);
    struct bk_stmt *st = bk_stmt(db, BK_SQL_FINDINGS_LIST);
    bool more, ok;
    while ((ok = bk_step(st, &more, err)) && more) {
        if (!wanted(st, o, &runs, filter.n > 0))
            continue;
        struct bk_value *c = bk_section_row(r, s);
        for (size_t i = 0; i < N_COLUMNS; i++)
            c[i] = bk_v_str(bk_dup(r->arena, bk_col_text(st, statement_column[i])));
        if (c[ABOUT].u.s.len == 0)
            c[ABOUT] = c[SOURCE];
    }
    bk_reset(st);
    return ok;
}

static const char *const severities[] = {"info", "warning", "error", NULL};
static const struct bk_opt options[] = {
    {0, "codes", BK_OPT_FLAG, offsetof(struct findings_args, codes), NULL,
     "explain every finding code instead", NULL},
    {0, "code", BK_OPT_TEXT, offsetof(struct findings_args, code), "CODE",
     "only findings of this code", NULL},
    {0, "severity", BK_OPT_CHOICE, offsetof(struct findings_args, severity), "WORD",
     "only findings that are info, warning or error", severities},
    {.type = BK_OPT_END},
};

const struct bk_question bk_question_findings = {
    .name = "findings",
    .args = "[SESSION]",
    .summary = "list what looks wrong: failed runs, numbers that do not add up",
    .help =
        "Every finding names its numbers.  The codes are stable words for scripts.\n\n"
        "Examples:\n"
        "  benchkeep findings 062\n"
        "  benchkeep findings --severity error\n"
        "  benchkeep findings --code derived-mismatch --format csv\n"
        "  benchkeep findings --codes\n",
    .options = options,
    .args_size = sizeof(struct findings_args),
    .max_positional = 1,
    .ask = ask,
};
