/* sources: every file that was imported, and what is kept of it. */
#include "question.h"

static const struct bk_column columns[] = {
    {"id", "", BK_COL_MACHINE}, {"path", "", 0},         {"format", "", 0},
    {"size", "B", 0},           {"imported_at", "", 0},  {"sha256", "", BK_COL_MACHINE},
    {"redactions", "", 0},      {"other_places", "", 0}, {"findings", "", 0},
    {"known_from", "", 0},
};
enum {
    N_COLUMNS = sizeof columns / sizeof *columns,
    KNOWN_FROM = N_COLUMNS - 1
};

static bool ask(struct bk_db *db, const void *args, const struct bk_strings *positional,
                const struct bk_strings *where, struct bk_report *r, struct bk_err *err)
{
    (void)args;
    (void)positional;
    if (where->n > 0)
        return bk_fail(err, BK_EUSAGE,
                       "--where chooses runs, and 'sources' lists files");
    struct bk_section *s = bk_report_section(r, "sources", columns, N_COLUMNS);
    struct bk_stmt *st = bk_stmt(db, BK_SQL_SOURCES_LIST);
    bool more, ok;
    while ((ok = bk_step(st, &more, err)) && more) {
        struct bk_value *c = bk_section_row(r, s);
        c[0] = bk_v_int(bk_col_int(st, 0));
        c[1] = bk_v_str(bk_dup(r->arena, bk_col_text(st, 1)));
        c[2] = bk_v_str(bk_dup(r->arena, bk_col_text(st, 2)));
        c[3] = bk_v_int(bk_col_int(st, 3));
        c[4] = bk_v_time(bk_col_time(st, 4));
        c[5] = bk_v_str(bk_dup(r->arena, bk_col_text(st, 5)));
        for (size_t i = 6; i < KNOWN_FROM; i++)
            c[i] = bk_v_int(bk_col_int(st, i));
        c[KNOWN_FROM] = bk_v_str(bk_dup(r->arena, bk_col_text(st, KNOWN_FROM)));
    }
    bk_reset(st);
    return ok;
}

const struct bk_question bk_question_sources = {
    .name = "sources",
    .args = "",
    .summary = "list the imported files",
    .help =
        "One row a file: its format, size, when it came in, how many secrets were "
        "taken out\nof it, and in how many other places the same bytes were found.  "
        "known_from: only this\nexport of another archive tells of it; its bytes are "
        "not here.\n\n"
        "Examples:\n"
        "  benchkeep sources\n"
        "  benchkeep sources --format csv -o sources.csv\n",
    .ask = ask,
};
