/* CSV tables over libcsv 3.0.3 (RFC 4180, https://www.rfc-editor.org/rfc/rfc4180).
 *
 * libcsv trims blanks round cells unless told otherwise and knows no line numbers: the
 * text is fed line by line, so that the line where a record began is known when it goes
 * wrong.  Columns, cells and the size of a cell have limits. */
#include "table.h"

#include <csv.h>
#include <string.h>

#define BLOCK_SIZE  ((size_t)4096) /* by which libcsv's buffer grows */
#define SNIFF_LINES ((size_t)20)
#define SNIFF_BYTES ((size_t)64 * 1024)
#define FEW_CELLS   ((size_t)2)

struct reader {
    struct bk_arena *a;
    struct bk_str **rows;
    size_t *widths, *lines;
    size_t n_rows, n_widths, n_lines;
    struct bk_str *row; /* the record in progress */
    size_t capacity;    /* of row */
    size_t width, cells;
    bool keep_blank;   /* lines without any text are records too */
    size_t line;       /* being fed */
    size_t row_line;   /* where the record in progress began; 0: none yet */
    bool after_return; /* the last record ended with \r */
    const char *limit; /* which limit was passed, or NULL */
};

static bool is_blank(const struct bk_str *row, size_t width)
{
    for (size_t i = 0; i < width; i++) {
        if (bk_trim(row[i]).len > 0)
            return false;
    }
    return true;
}

/* The row is copied when it ends: grown in place, each would leave shorter ones behind. */
static void add_cell(struct reader *r, struct bk_str cell)
{
    if (r->width == r->capacity) {
        size_t capacity = r->capacity > 0 ? 2 * r->capacity : FEW_CELLS;
        struct bk_str *row = bk_alloc_array(r->a, capacity, sizeof *row);
        if (r->width > 0)
            memcpy(row, r->row, r->width * sizeof *row);
        r->row = row;
        r->capacity = capacity;
    }
    r->row[r->width++] = cell.len > 0 ? bk_dup(r->a, cell) : BK_S("");
}

static struct bk_str *row_of(const struct reader *r)
{
    struct bk_str *row = bk_alloc_array(r->a, r->width, sizeof *row);
    memcpy(row, r->row, r->width * sizeof *row);
    return row;
}

static void take_cell(void *bytes, size_t n, void *data)
{
    struct reader *r = data;
    if (r->limit != NULL)
        return;
    if (r->width == BK_TABLE_MAX_COLUMNS)
        r->limit = "more than 4096 columns";
    else if (++r->cells > BK_TABLE_MAX_CELLS)
        r->limit = "more than 2000000 cells";
    else
        add_cell(r, (struct bk_str){bytes, n});
}

static void take_row(int end, void *data)
{
    struct reader *r = data;
    bool second_half = r->width == 0 && end == '\n' && r->after_return;
    r->after_return = end == '\r';
    if (second_half || r->limit != NULL)
        return;
    if (++r->cells > BK_TABLE_MAX_CELLS) /* empty records take room too */
        r->limit = "more than 2000000 cells";
    if (r->keep_blank || !is_blank(r->row, r->width)) {
        if (r->width == 0)
            add_cell(r, BK_S(""));
        *BK_PUSH(r->a, r->rows, r->n_rows) = row_of(r);
        *BK_PUSH(r->a, r->widths, r->n_widths) = r->width;
        *BK_PUSH(r->a, r->lines, r->n_lines) = r->row_line != 0 ? r->row_line : r->line;
    }
    r->width = 0;
    r->row_line = 0;
}

static int never_space(unsigned char c)
{
    (void)c;
    return 0;
}

/* Length of the first line with its end: \n, \r\n or a lone \r. */
static size_t line_size(struct bk_str s)
{
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] == '\n')
            return i + 1;
        if (s.ptr[i] == '\r' && (i + 1 >= s.len || s.ptr[i + 1] != '\n'))
            return i + 1;
    }
    return s.len;
}

static bool feed(struct csv_parser *p, struct reader *r, struct bk_str text,
                 struct bk_err *err)
{
    while (text.len > 0) {
        size_t n = line_size(text);
        r->line++;
        if (r->row_line == 0)
            r->row_line = r->line;
        size_t done = csv_parse(p, text.ptr, n, take_cell, take_row, r);
        size_t began = r->row_line != 0 ? r->row_line : r->line;
        if (done != n)
            return bk_fail(err, BK_EINPUT, "line %zu: %s", began,
                           csv_error(p) == CSV_EPARSE
                               ? "a quote inside a field that is not quoted, or text "
                                 "behind a closing quote"
                               : csv_strerror(csv_error(p)));
        if (csv_get_buffer_size(p) > BK_TABLE_MAX_CELL)
            return bk_fail(err, BK_EINPUT,
                           "line %zu: a field longer than 1 MiB (is a quote never "
                           "closed?)",
                           began);
        if (r->limit != NULL)
            return bk_fail(err, BK_EINPUT, "line %zu: %s", r->line, r->limit);
        text = bk_from(text, n);
    }
    size_t began = r->row_line != 0 ? r->row_line : r->line;
    if (csv_fini(p, take_cell, take_row, r) != 0)
        return bk_fail(err, BK_EINPUT, "line %zu: a quoted field that never ends",
                       began);
    return true;
}

static bool read_all(struct reader *r, struct bk_str text, char delimiter, bool trim,
                     struct bk_err *err)
{
    struct csv_parser p;
    if (csv_init(&p, CSV_STRICT | CSV_STRICT_FINI | CSV_APPEND_NULL | CSV_REPALL_NL) !=
        0)
        return bk_fail(err, BK_ESYS, "cannot start the CSV reader");
    csv_set_delim(&p, (unsigned char)delimiter);
    csv_set_blk_size(&p, BLOCK_SIZE);
    if (!trim)
        csv_set_space_func(&p, never_space);
    bool ok = feed(&p, r, text, err);
    csv_free(&p);
    return ok;
}

bool bk_csv_cells(struct bk_arena *a, struct bk_str text, char delimiter,
                  struct bk_str ***rows, size_t **widths, size_t *n_rows,
                  struct bk_err *err)
{
    struct reader r = {.a = a, .keep_blank = true};
    if (!read_all(&r, text, delimiter, false, err))
        return false;
    *rows = r.rows;
    *widths = r.widths;
    *n_rows = r.n_rows;
    return true;
}

bool bk_csv_read(struct bk_arena *a, struct bk_str text, char delimiter,
                 struct bk_table *table, struct bk_err *err)
{
    struct reader r = {.a = a};
    size_t n_rows = 0, n_lines = 0, missing = 0;
    *table = (struct bk_table){0};
    if (!read_all(&r, text, delimiter, true, err))
        return false;
    for (size_t i = 0; i < r.n_rows; i++) {
        if (table->header == NULL) {
            table->header = r.rows[i];
            table->n_columns = r.widths[i];
            table->header_line = r.lines[i];
            continue;
        }
        struct bk_str *row = r.rows[i];
        table->ragged += r.widths[i] != table->n_columns;
        if (r.widths[i] < table->n_columns) {
            missing += table->n_columns - r.widths[i];
            if (missing > BK_TABLE_MAX_MISSING)
                return bk_fail(err, BK_EINPUT,
                               "line %zu: too many rows are shorter than the header",
                               r.lines[i]);
            row = bk_alloc_array(a, table->n_columns, sizeof *row);
            memcpy(row, r.rows[i], r.widths[i] * sizeof *row);
        }
        *BK_PUSH(a, table->rows, n_rows) = row;
        *BK_PUSH(a, table->row_lines, n_lines) = r.lines[i];
    }
    table->n_rows = n_rows;
    return true;
}

/* --- the delimiter --- */

/* Columns of the record at the start of *text, which is moved behind it. */
static size_t count_columns(struct bk_str *text, char delimiter)
{
    size_t columns = 1, i = 0;
    bool quoted = false, any = false;
    for (; i < text->len; i++) {
        char c = text->ptr[i];
        if (c == '"')
            quoted = !quoted;
        if (!quoted && (c == '\n' || c == '\r'))
            break;
        columns += !quoted && c == delimiter;
        any = true;
    }
    while (i < text->len && (text->ptr[i] == '\n' || text->ptr[i] == '\r'))
        i++;
    *text = bk_from(*text, i);
    return any ? columns : 0;
}

char bk_csv_delimiter(struct bk_str head)
{
    static const char candidates[] = {',', ';', '\t', '|'};
    char best = ',';
    size_t best_score = 0;
    head = bk_upto(head, SNIFF_BYTES);
    for (size_t k = 0; k < sizeof candidates; k++) {
        struct bk_str rest = head;
        size_t first = count_columns(&rest, candidates[k]);
        size_t lines = 1, same = 1;
        while (rest.len > 0 && lines < SNIFF_LINES) {
            size_t n = count_columns(&rest, candidates[k]);
            if (rest.len == 0 && n != first && lines > 1)
                break; /* the look-ahead may end in the middle of a record */
            lines++;
            same += n == first;
        }
        /* Agreement of the lines counts most, then the number of columns. */
        size_t score = (same * 1000 / lines) * (BK_TABLE_MAX_COLUMNS + 1) +
                       (first < BK_TABLE_MAX_COLUMNS ? first : BK_TABLE_MAX_COLUMNS);
        if (first >= 2 && score > best_score) {
            best = candidates[k];
            best_score = score;
        }
    }
    return best;
}
