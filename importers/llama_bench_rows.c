/* llama-bench -o csv, -o sql and -o md: one test a line, columns by name.
 *
 * CSV quotes every value and doubles the quotes within; SQL is one INSERT a test, with
 * the columns named (a dump of the database leaves that to CREATE TABLE); Markdown shows
 * "| pp2048 @ d8192 | 2410.90 ± 9.75 |" below a header that has only the columns that
 * vary.  Values never hold a line end. */
#include "llama_bench.h"

#include <string.h>

#include "../src/base/utf8.h"

#define MAX_COLUMNS LLAMA_MAX_FIELDS

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* --- splitting a line --- */

static struct bk_str without_doubled(struct bk_arena *a, struct bk_str s, char quote)
{
    char *out = bk_alloc(a, s.len + 1);
    size_t n = 0;
    for (size_t i = 0; i < s.len; i++) {
        i += s.ptr[i] == quote;
        out[n++] = s.ptr[i];
    }
    return (struct bk_str){out, n};
}

/* The next value of a list: quoted by 'quote' (doubled within), or as it stands up to
 * ',' or 'end'.  False: an open quote. */
static bool next_value(struct bk_arena *a, struct bk_str *s, char quote, char end,
                       struct bk_str *value)
{
    size_t i = 0;
    while (i < s->len && is_blank(s->ptr[i]))
        i++;
    if (i == s->len || s->ptr[i] != quote) {
        size_t from = i;
        while (i < s->len && s->ptr[i] != ',' && s->ptr[i] != end)
            i++;
        *value = bk_trim((struct bk_str){s->ptr + from, i - from});
        *s = bk_from(*s, i);
        return true;
    }
    size_t from = ++i, doubled = 0;
    for (; i < s->len; i++) {
        if (s->ptr[i] == quote && (i + 1 == s->len || s->ptr[i + 1] != quote))
            break;
        doubled += s->ptr[i] == quote;
        i += s->ptr[i] == quote;
    }
    if (i >= s->len)
        return false;
    *value = (struct bk_str){s->ptr + from, i - from};
    if (doubled > 0)
        *value = without_doubled(a, *value, quote);
    *s = bk_from(*s, i + 1);
    while (s->len > 0 && is_blank(s->ptr[0]))
        *s = bk_from(*s, 1);
    return true;
}

/* Values up to 'end' (or the end of the line, for CSV '\n').  False: an open quote, or
 * something between values, or too many. */
static bool split(struct bk_arena *a, struct bk_str *s, char quote, char end,
                  struct bk_str *values, size_t *n)
{
    *n = 0;
    for (;;) {
        struct bk_str value;
        if (*n == MAX_COLUMNS || !next_value(a, s, quote, end, &value))
            return false;
        values[(*n)++] = value;
        if (s->len == 0)
            return end == '\n';
        char c = s->ptr[0];
        *s = bk_from(*s, 1);
        if (c == end)
            return true;
        if (c != ',')
            return false;
    }
}

/* "| a | b |", marks of bold and code off. */
static size_t split_pipes(struct bk_str line, struct bk_str *cells)
{
    size_t n = 0;
    line = bk_trim(line);
    line = bk_from(line, line.len > 0 && line.ptr[0] == '|');
    while (line.len > 0 && n < MAX_COLUMNS) {
        struct bk_str cell;
        line = bk_cut(line, '|', &cell);
        cell = bk_trim(cell);
        while (cell.len > 0 && (cell.ptr[0] == '*' || cell.ptr[0] == '`'))
            cell = bk_from(cell, 1);
        while (cell.len > 0 &&
               (cell.ptr[cell.len - 1] == '*' || cell.ptr[cell.len - 1] == '`'))
            cell = bk_upto(cell, cell.len - 1);
        cells[n++] = bk_trim(cell);
    }
    return n;
}

static bool has_name(const struct bk_str *names, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++) {
        if (bk_is(names[i], name))
            return true;
    }
    return false;
}

/* --- what a line is --- */

static bool has_marks(struct bk_str line)
{
    return bk_has(line, BK_S("build_commit")) && bk_has(line, BK_S("avg_ts"));
}

bool llama_is_csv_header(struct bk_str line)
{
    line = bk_trim(line);
    return line.len > 0 && strchr("{[|(", line.ptr[0]) == NULL &&
           bk_find_char(line, ',') != BK_NONE && bk_find_char(line, ':') == BK_NONE &&
           bk_find_char(line, '(') == BK_NONE && has_marks(line);
}

bool llama_is_markdown_header(struct bk_str line)
{
    struct bk_str cells[MAX_COLUMNS];
    line = bk_trim(line);
    if (line.len == 0 || line.ptr[0] != '|' || !bk_has(line, BK_S("t/s")) ||
        !bk_has(line, BK_S("test")))
        return false;
    size_t n = split_pipes(line, cells);
    return has_name(cells, n, "t/s") && has_name(cells, n, "test") &&
           (has_name(cells, n, "backend") || has_name(cells, n, "model"));
}

bool llama_is_sql(struct bk_str line)
{
    line = bk_trim(line);
    return (bk_starts(line, BK_S("INSERT INTO")) && has_marks(line)) ||
           bk_starts(line, BK_S("CREATE TABLE IF NOT EXISTS test")) ||
           bk_starts(line, BK_S("CREATE TABLE test"));
}

/* --- tables --- */

static void begin_table(struct llama_reader *r, const struct bk_str *names, size_t n,
                        enum llama_table table)
{
    r->header = bk_alloc_array(r->im->arena, n + 1, sizeof *r->header);
    for (size_t i = 0; i < n; i++)
        r->header[i] = bk_dup(r->im->arena, names[i]);
    r->n_header = n;
    r->table = table;
    if (r->header_line == 0)
        r->header_line = r->line;
}

static bool take_values(struct llama_reader *r, const struct bk_str *names,
                        size_t n_names, const struct bk_str *values, size_t n_values,
                        struct bk_err *err)
{
    struct llama_field fields[LLAMA_MAX_FIELDS];
    struct llama_test t = {.fields = fields,
                           .line = r->line,
                           .locator = bk_fmt(r->a, "line %zu", r->line)};
    if (n_values != n_names)
        return bk_fail(err, BK_EINPUT, "line %zu: %zu values under %zu names", r->line,
                       n_values, n_names);
    for (size_t i = 0; i < n_names; i++) {
        if (bk_utf8_bad(values[i]) != BK_NONE)
            return bk_fail(err, BK_EINPUT, "line %zu: the value of '%.*s' is no UTF-8",
                           r->line, BK_F(names[i]));
        if (names[i].len > 0 && values[i].len > 0)
            fields[t.n++] = (struct llama_field){.name = names[i], .text = values[i]};
    }
    return llama_take(r, &t, err);
}

/* --- CSV --- */

static bool csv_header(struct llama_reader *r, struct bk_str line, struct bk_err *err)
{
    struct bk_str names[MAX_COLUMNS];
    size_t n;
    if (!split(r->a, &line, '"', '\n', names, &n) || bk_utf8_bad(line) != BK_NONE)
        return bk_fail(err, BK_EINPUT, "line %zu: column names that are no CSV",
                       r->line);
    begin_table(r, names, n, LLAMA_CSV);
    return true;
}

/* A row has about as many commas as the header; anything else is a log line. */
static bool csv_row(struct llama_reader *r, struct bk_str line, bool *used,
                    struct bk_err *err)
{
    struct bk_str values[MAX_COLUMNS];
    size_t n = 0, commas = 0;
    bool last = r->rest.len == 0 && !bk_ends(r->text, BK_S("\n"));
    for (size_t i = 0; i < line.len; i++)
        commas += line.ptr[i] == ',';
    *used = commas * 2 >= r->n_header || (line.len > 0 && line.ptr[0] == '"');
    if (!*used)
        return true;
    bool whole = split(r->a, &line, '"', '\n', values, &n);
    if (last && (!whole || n < r->n_header)) {
        r->cut_line = r->line;
        return true;
    }
    if (!whole)
        return bk_fail(err, BK_EINPUT, "line %zu: a quote that is never closed",
                       r->line);
    return take_values(r, r->header, r->n_header, values, n, err);
}

/* --- SQL --- */

/* "  build_commit TEXT," within CREATE TABLE. */
static void sql_column(struct llama_reader *r, struct bk_str line)
{
    line = bk_trim(line);
    if (line.len > 0 && line.ptr[0] == ')') {
        r->in_create = false;
        return;
    }
    size_t end = 0;
    while (end < line.len && !is_blank(line.ptr[end]) && line.ptr[end] != ',')
        end++;
    if (end == 0 || r->n_header == MAX_COLUMNS ||
        bk_utf8_bad(bk_upto(line, end)) != BK_NONE)
        return;
    struct bk_str *name = BK_PUSH(r->im->arena, r->header, r->n_header);
    *name = bk_dup(r->im->arena, bk_upto(line, end));
}

static void sql_create(struct llama_reader *r)
{
    begin_table(r, NULL, 0, LLAMA_SQL);
    r->header = NULL;
    r->in_create = true;
}

static bool sql_fail(struct llama_reader *r, struct bk_err *err)
{
    bool last = r->rest.len == 0;
    if (!last)
        return bk_fail(err, BK_EINPUT, "line %zu: no INSERT of llama-bench", r->line);
    r->cut_line = r->line;
    return true;
}

static bool sql_insert(struct llama_reader *r, struct bk_str line, struct bk_err *err)
{
    struct bk_str names[MAX_COLUMNS], values[MAX_COLUMNS];
    size_t n_names = r->n_header, n_values;
    size_t at = bk_find(line, BK_S("VALUES"));
    size_t open = bk_find_char(line, '(');
    if (at == BK_NONE || open == BK_NONE)
        return sql_fail(r, err);
    if (open < at) {
        struct bk_str list = bk_from(line, open + 1);
        if (!split(r->a, &list, '"', ')', names, &n_names))
            return sql_fail(r, err);
    } else if (n_names > 0) {
        memcpy(names, r->header, n_names * sizeof *names);
    }
    line = bk_from(line, at + strlen("VALUES"));
    while ((open = bk_find_char(line, '(')) != BK_NONE) {
        line = bk_from(line, open + 1);
        if (!split(r->a, &line, '\'', ')', values, &n_values))
            return sql_fail(r, err);
        for (size_t i = 0; i < n_values; i++) {
            if (bk_is(values[i], "NULL"))
                values[i] = (struct bk_str){0};
        }
        if (!take_values(r, names, n_names, values, n_values, err))
            return false;
    }
    return true;
}

/* --- Markdown --- */

static bool markdown_row(struct llama_reader *r, struct bk_str line, struct bk_err *err)
{
    struct bk_str cells[MAX_COLUMNS];
    size_t n = split_pipes(line, cells);
    bool rule = n > 0;
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < cells[i].len; k++)
            rule = rule && strchr(":- ", cells[i].ptr[k]) != NULL;
    }
    if (rule)
        return true;
    while (n > r->n_header && cells[n - 1].len == 0)
        n--;
    if (n < r->n_header && r->rest.len == 0) {
        r->cut_line = r->line;
        return true;
    }
    /* "±" in the character set of an old Windows console is no UTF-8; the number before
     * it is read all the same */
    for (size_t i = 0; i < n && i < r->n_header; i++) {
        size_t bad = bk_utf8_bad(cells[i]);
        if (bad != BK_NONE && bk_is(r->header[i], "t/s"))
            cells[i] = bk_fmt(r->a, "%.*s ± %.*s", BK_F(bk_upto(cells[i], bad)),
                              BK_F(bk_from(cells[i], bad + 1)));
    }
    return take_values(r, r->header, r->n_header, cells, n, err);
}

/* --- the interface --- */

bool llama_row(struct llama_reader *r, struct bk_str line, bool *used,
               struct bk_err *err)
{
    struct bk_str cells[MAX_COLUMNS], bare = bk_trim(line);
    *used = true;
    if (r->in_create) {
        sql_column(r, line);
        return true;
    }
    if (llama_is_markdown_header(line)) {
        begin_table(r, cells, split_pipes(line, cells), LLAMA_MARKDOWN);
        return true;
    }
    if (bk_starts(bare, BK_S("CREATE TABLE"))) {
        sql_create(r);
        return true;
    }
    if (bk_starts(bare, BK_S("INSERT INTO")) &&
        (has_marks(bare) || r->table == LLAMA_SQL))
        return sql_insert(r, bare, err);
    if (llama_is_csv_header(line))
        return csv_header(r, bare, err);
    if (r->table == LLAMA_MARKDOWN && bare.len > 0 && bare.ptr[0] == '|')
        return markdown_row(r, bare, err);
    if (r->table == LLAMA_CSV && bare.len > 0)
        return csv_row(r, bare, used, err);
    *used = false;
    return true;
}
