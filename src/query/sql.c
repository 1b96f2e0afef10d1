/* sql: a SELECT of the user's own, read-only, in every output format. */
#include "question.h"

#include "../base/file.h"

#include <stdlib.h>

struct sql_stream {
    struct bk_stmt *st;
    struct bk_value *cells;
    size_t n;
};

/* An SQL text on standard input is at most this long. */
#define MAX_SQL_BYTES ((size_t)1 << 20)

static struct bk_value cell_of(const struct bk_stmt *st, size_t i)
{
    switch (bk_col_type(st, i)) {
    case BK_SQL_NULL_VALUE:
        return bk_v_null();
    case BK_SQL_INT_VALUE:
        return bk_v_int(bk_col_int(st, i));
    case BK_SQL_REAL_VALUE:
        return bk_v_real(bk_col_real(st, i));
    case BK_SQL_TEXT_VALUE:
        return bk_v_str(bk_col_text(st, i));
    case BK_SQL_BLOB_VALUE:
        return bk_v_text("(bytes)");
    }
    return bk_v_null();
}

static bool next_row(void *self, const struct bk_value **cells, bool *more,
                     struct bk_err *err)
{
    struct sql_stream *s = self;
    *cells = s->cells;
    if (!bk_step(s->st, more, err))
        return false;
    for (size_t i = 0; *more && i < s->n; i++)
        s->cells[i] = cell_of(s->st, i);
    return true;
}

static void close_rows(void *self)
{
    struct sql_stream *s = self;
    bk_user_stmt_free(s->st);
}

static bool read_text(struct bk_arena *a, const char *arg, struct bk_str *sql,
                      struct bk_err *err)
{
    *sql = bk_str(arg);
    if (!bk_is(*sql, "-"))
        return true;
    struct bk_buf text = {.max = MAX_SQL_BYTES};
    bool ok = bk_read_file("-", &text, err);
    *sql = bk_dup(a, bk_buf_str(&text));
    bk_buf_free(&text);
    return ok;
}

static bool ask(struct bk_db *db, const void *args, const struct bk_strings *positional,
                const struct bk_strings *where, struct bk_report *r, struct bk_err *err)
{
    (void)args;
    struct bk_str sql;
    if (where->n > 0)
        return bk_fail(err, BK_EUSAGE,
                       "--where does not go with 'sql': write a WHERE clause");
    if (!read_text(r->arena, positional->items[0], &sql, err))
        return false;
    struct sql_stream *s = bk_alloc(r->arena, sizeof *s);
    if (!bk_user_stmt(db, sql, &s->st, err))
        return false;
    s->n = bk_col_count(s->st);
    s->cells = bk_alloc_array(r->arena, s->n, sizeof *s->cells);
    struct bk_column *columns = bk_alloc_array(r->arena, s->n, sizeof *columns);
    for (size_t i = 0; i < s->n; i++) {
        columns[i].name = bk_cstr(r->arena, bk_str(bk_col_name(s->st, i)));
        columns[i].unit = "";
    }
    r->plain_rows = true;
    struct bk_section *section = bk_report_section(r, "rows", columns, s->n);
    section->next = next_row;
    section->close = close_rows;
    section->self = s;
    return true;
}

const struct bk_question bk_question_sql = {
    .name = "sql",
    .args = "QUERY|-",
    .summary = "run a SELECT of your own (read-only)",
    .help =
        "Runs one SQL query over the warehouse and prints its rows.  Nothing can be "
        "changed.\nThe views v_run, v_measurement, v_finding, v_sizing, v_series and "
        "v_session have all\nnames resolved; 'docs/sql.md' describes them.  '-' "
        "reads the query from standard input.\n\n"
        "Examples:\n"
        "  benchkeep sql \"SELECT session, hardware, value FROM v_measurement\n"
        "                 WHERE metric = 'ok_throughput' AND stat = 'value'\"\n"
        "  benchkeep sql - --format csv < my-query.sql\n",
    .min_positional = 1,
    .max_positional = 1,
    .ask = ask,
};
