/* Sweep tables: CSV, TSV and semicolon files, Markdown pipe tables, JSON arrays and
 * NDJSON of flat objects, and one JSON object that describes one run.  One row is one
 * run; what a column means is found through the dictionary and --map.  docs/sweeps.md
 * says how tables are read. */
#include "sweep.h"

#include <string.h>

#include "../src/base/utf8.h"
#include "shared/doc.h"
#include "shared/foreign.h"
#include "shared/table.h"

#define MAX_COLUMNS_SHOWN ((size_t)400)  /* bytes of names in a message */
#define SAMPLE_ROWS       ((size_t)2000) /* that settle decimal marks and column kinds */

/* Bids: low, so that any importer that knows the tool goes first. */
#define BID_ROWS    30 /* a table of runs */
#define BID_TABLE   20 /* another table with known names */
#define BID_UNKNOWN 3  /* a table of numbers whose columns only --map can name */

void bk_sweep_note_column(struct bk_sweep *s, struct bk_str name)
{
    if (name.len == 0 || s->columns.len > MAX_COLUMNS_SHOWN)
        return;
    s->columns = bk_fmt(s->im->arena, "%.*s%s'%.*s'", BK_F(s->columns),
                        s->columns.len > 0 ? ", " : "", BK_F(bk_upto(name, 60)));
}

/* --- limits --- */

/* What is the limit of one MiB grows with the text. */
static size_t grown(const struct bk_sweep *s, size_t limit)
{
    size_t kib = s->bytes / 1024;
    return kib > 1024 ? limit * kib / 1024 : limit;
}

bool bk_sweep_count(struct bk_sweep *s, size_t rows, size_t cells, size_t line,
                    struct bk_err *err)
{
    s->rows += rows;
    s->cells += cells;
    if (s->rows > grown(s, BK_SWEEP_ROWS))
        return bk_fail(err, BK_EINPUT, "line %zu: more than %zu runs in one table",
                       line, grown(s, BK_SWEEP_ROWS));
    if (s->cells > grown(s, BK_SWEEP_CELLS))
        return bk_fail(err, BK_EINPUT,
                       "line %zu: more than %zu cells that are not empty in one table",
                       line, grown(s, BK_SWEEP_CELLS));
    return s->rows * BK_SWEEP_ROW_CELLS + s->cells <= grown(s, BK_SWEEP_ALL) ||
           bk_fail(err, BK_EINPUT,
                   "line %zu: %zu runs with %zu cells that are not empty are too many "
                   "for one table: split it",
                   line, s->rows, s->cells);
}

/* --- text --- */

static bool nothing_known(struct bk_str columns, struct bk_err *err)
{
    return bk_fail(err, BK_EINPUT,
                   "none of the columns is known as a metric: %.*s; name them with "
                   "--map COLUMN=METRIC[.STAT][:UNIT]",
                   BK_F(bk_upto(columns, MAX_COLUMNS_SHOWN)));
}

static bool note_ragged(const struct bk_importing *im, size_t rows, struct bk_err *err)
{
    const struct bk_finding f = {
        .code = BK_S("ragged-rows"),
        .severity = BK_WARNING,
        .message = bk_fmt(
            im->arena, "%zu rows have more or fewer cells than the header has columns",
            rows),
    };
    return rows == 0 || im->sink->finding(im->sink, &f, err);
}

static bool note_left_out(const struct bk_importing *im, size_t rows,
                          struct bk_err *err)
{
    const struct bk_finding f = {
        .code = BK_S("unmapped"),
        .severity = BK_INFO,
        .message = bk_fmt(im->arena,
                          "%zu rows beside the runs hold ranges or texts where numbers "
                          "should stand: left out",
                          rows),
    };
    return rows == 0 || im->sink->finding(im->sink, &f, err);
}

/* --- CSV --- */

static size_t sample_rows(const struct bk_table *t)
{
    return t->n_rows < SAMPLE_ROWS ? t->n_rows : SAMPLE_ROWS;
}

static enum bk_decimal table_decimal(const struct bk_table *t)
{
    size_t n = 0, rows = sample_rows(t);
    struct bk_arena *scratch = bk_arena_new();
    struct bk_str *cells =
        bk_alloc_array(scratch, rows * t->n_columns + 1, sizeof *cells);
    for (size_t i = 0; i < rows; i++) {
        for (size_t j = 0; j < t->n_columns; j++)
            cells[n++] = t->rows[i][j];
    }
    enum bk_decimal found = bk_decimal_of(cells, n);
    bk_arena_free(scratch);
    return found;
}

/* The column that a data frame writes for its row numbers. */
static bool is_row_number(struct bk_str header)
{
    return bk_trim(header).len == 0 || bk_starts(header, BK_S("Unnamed:"));
}

static struct bk_field *table_fields(struct bk_sweep *s, const struct bk_table *t,
                                     enum bk_decimal decimal)
{
    struct bk_arena *a = s->im->arena;
    struct bk_field *fields = bk_alloc_array(a, t->n_columns + 1, sizeof *fields);
    struct bk_field **all = bk_alloc_array(a, t->n_columns + 1, sizeof *all);
    size_t rows = sample_rows(t);
    struct bk_str *cells = bk_alloc_array(a, rows + 1, sizeof *cells);
    for (size_t j = 0; j < t->n_columns; j++) {
        for (size_t i = 0; i < rows; i++)
            cells[i] = t->rows[i][j];
        fields[j] = bk_field_of(s->im, t->header[j], (struct bk_str){0}, NULL, 0);
        bk_field_judge(s->im, &fields[j], cells, rows, decimal);
        if (is_row_number(t->header[j]))
            fields[j].target.kind = BK_TARGET_IGNORED;
        s->known += fields[j].target.kind == BK_TARGET_METRIC;
        bk_sweep_note_column(s, t->header[j]);
        all[j] = &fields[j];
    }
    bk_fields_settle(s->im, all, t->n_columns);
    return fields;
}

/* A table whose rows are metrics ("metric,min,p50,p95"), or whose cells are, as
 * documents have them: of every orientation.  False: it says nothing. */
static bool read_turned(struct bk_sweep *s, struct bk_table *t)
{
    struct bk_arena *a = s->im->arena;
    struct bk_doc d = {.im = s->im};
    for (size_t i = 0; i < t->n_rows; i++) {
        for (size_t j = 0; j < t->n_columns; j++)
            t->rows[i][j] = bk_dup(a, t->rows[i][j]);
    }
    bk_doc_read_table(&d, t);
    bk_doc_assemble(&d);
    if (d.known == 0 || d.runs.n == 0)
        return false;
    s->runs = d.runs;
    s->known = d.known;
    return true;
}

static size_t filled_cells(const struct bk_table *t, size_t row)
{
    size_t n = 0;
    for (size_t j = 0; j < t->n_columns; j++)
        n += !bk_cell_is_empty(t->rows[row][j]);
    return n;
}

static bool fits(struct bk_sweep *s, const struct bk_table *t, struct bk_err *err)
{
    if (t->n_columns > BK_SWEEP_MAX_COLUMNS)
        return bk_fail(err, BK_EINPUT,
                       "line %zu: %zu columns are too many for a table of runs",
                       t->header_line, t->n_columns);
    for (size_t i = 0; i < t->n_rows; i++) {
        if (!bk_sweep_count(s, 1, filled_cells(t, i), t->row_lines[i], err))
            return false;
    }
    return true;
}

static void take_row(struct bk_sweep *s, const struct bk_table *t, size_t row,
                     const struct bk_field *fields, const struct bk_cell_rules *rules)
{
    const struct bk_importing *im = s->im;
    struct bk_run *run = bk_runs_add(im, &s->runs);
    size_t numbers = 0;
    for (size_t j = 0; j < t->n_columns; j++) {
        bool is_number = fields[j].target.kind == BK_TARGET_METRIC ||
                         (!fields[j].known && !fields[j].text);
        numbers += is_number && !bk_cell_is_empty(t->rows[row][j]);
    }
    bk_run_reserve(im->arena, run, numbers);
    for (size_t j = 0; j < t->n_columns; j++) {
        if (fields[j].target.kind == BK_TARGET_IGNORED ||
            bk_cell_is_empty(t->rows[row][j]))
            continue;
        struct bk_str where =
            bk_fmt(im->arena, "line %zu column %zu", t->row_lines[row], j + 1);
        (void)bk_field_emit(im, run, &fields[j], t->rows[row][j], rules, where);
    }
}

static bool read_rows(struct bk_sweep *s, struct bk_arena *cells, struct bk_str text,
                      struct bk_err *err)
{
    struct bk_table t = {0};
    const struct bk_importing *im = s->im;
    if (!bk_csv_read(cells, text, bk_csv_delimiter(bk_upto(text, BK_HEAD_SIZE)), &t,
                     err) ||
        !fits(s, &t, err))
        return false;
    for (size_t j = 0; j < t.n_columns; j++)
        t.header[j] = bk_dup(im->arena, t.header[j]);
    struct bk_cell_rules rules = {.keep_texts = true, .decimal = table_decimal(&t)};
    struct bk_field *fields = table_fields(s, &t, rules.decimal);
    if (s->known == 0 && read_turned(s, &t))
        return note_ragged(im, t.ragged, err);
    for (size_t i = 0; i < t.n_rows; i++)
        take_row(s, &t, i, fields, &rules);
    bk_runs_settle_batch(im, s->runs.items, s->runs.n);
    return note_ragged(im, t.ragged, err);
}

/* The cells are gone before the records are stored: these hold copies. */
static bool read_csv(struct bk_sweep *s, struct bk_str text, struct bk_err *err)
{
    struct bk_arena *cells = bk_arena_new();
    bool ok = read_rows(s, cells, text, err);
    bk_arena_free(cells);
    return ok;
}

/* --- Markdown --- */

static bool read_markdown(struct bk_sweep *s, struct bk_str text, struct bk_err *err)
{
    struct bk_doc d = {.im = s->im};
    if (text.len > BK_DOC_MAX_BYTES)
        return bk_fail(err, BK_EINPUT, "byte %zu: more Markdown than a report has",
                       (size_t)BK_DOC_MAX_BYTES);
    bk_doc_read(&d, text);
    if (!bk_doc_is_whole(&d, err))
        return false;
    bk_doc_assemble(&d);
    s->runs = d.runs;
    s->known = d.known;
    s->columns = d.columns;
    return note_left_out(s->im, d.left_out, err) && note_ragged(s->im, d.ragged, err);
}

/* "|---|---|" below a line with a pipe. */
static bool has_pipe_table(struct bk_str text)
{
    struct bk_str line, last = {0};
    while (bk_next_line(&text, &line)) {
        struct bk_str s = bk_trim(line);
        bool pipes = bk_find_char(s, '|') != BK_NONE;
        bool ruled =
            pipes && bk_has(s, BK_S("--")) && bk_find_char(last, '|') != BK_NONE;
        for (size_t i = 0; i < s.len && ruled; i++)
            ruled = memchr("|-: \t", s.ptr[i], 5) != NULL;
        if (ruled)
            return true;
        last = s;
    }
    return false;
}

/* --- import --- */

static bool begins_json(struct bk_str text)
{
    text = bk_trim(text);
    return text.len > 0 && (text.ptr[0] == '{' || text.ptr[0] == '[');
}

static bool read_table(struct bk_sweep *s, struct bk_input *in, struct bk_err *err)
{
    struct bk_str text;
    if (!bk_input_text(in, BK_SWEEP_MAX_BYTES, &text, err))
        return false;
    s->bytes = text.len;
    if (!bk_doc_text(s->im, &text, err))
        return false;
    return has_pipe_table(text) ? read_markdown(s, text, err) : read_csv(s, text, err);
}

static void keep_runs_with_numbers(struct bk_runs *runs)
{
    size_t n = 0;
    for (size_t i = 0; i < runs->n; i++) {
        if (runs->items[i]->n_measurements > 0 || runs->items[i]->status != BK_RUN_OK)
            runs->items[n++] = runs->items[i];
    }
    runs->n = n;
}

static bool import_sweep(struct bk_input *in, const struct bk_importing *im,
                         struct bk_err *err)
{
    struct bk_sweep s = {.im = im};
    bool ok = begins_json(bk_input_head(in)) ? bk_sweep_json(&s, in, err)
                                             : read_table(&s, in, err);
    if (!ok)
        return false;
    if (s.known == 0)
        return nothing_known(s.columns, err);
    keep_runs_with_numbers(&s.runs);
    if (s.runs.n == 0)
        return bk_fail(err, BK_EINPUT, "the table has no row with a measurement");
    return bk_runs_send(im, &s.runs, err);
}

/* --- the bid --- */

static size_t score_names(const struct bk_importing *im, const struct bk_table *t,
                          size_t *numbers)
{
    size_t known = 0;
    *numbers = 0;
    for (size_t j = 0; j < t->n_columns; j++) {
        struct bk_field f = bk_field_of(im, t->header[j], (struct bk_str){0}, NULL, 0);
        known += f.target.kind == BK_TARGET_METRIC;
        for (size_t i = 0; i < t->n_rows && i < 20; i++)
            *numbers +=
                bk_cell_read(t->rows[i][j], BK_DECIMAL_POINT).kind == BK_CELL_NUMBER;
    }
    return known;
}

/* The head up to its last line end: a cut row is no row. */
static struct bk_str whole_lines(const struct bk_input *in)
{
    struct bk_str head = bk_input_head(in);
    size_t end = bk_rfind_char(head, '\n');
    if (bk_input_is_whole(in) || end == BK_NONE)
        return head;
    return bk_upto(head, end + 1);
}

static bool header_is_names(const struct bk_table *t)
{
    size_t names = 0;
    for (size_t j = 0; j < t->n_columns; j++) {
        if (t->header[j].len > 120)
            return false;
        names += bk_cell_read(t->header[j], BK_DECIMAL_POINT).kind == BK_CELL_TEXT;
    }
    return names * 2 > t->n_columns;
}

static int bid_csv(const struct bk_importing *im, struct bk_str head)
{
    struct bk_table t = {0};
    struct bk_err ignored;
    size_t numbers;
    char first = bk_trim(head).len > 0 ? bk_trim(head).ptr[0] : '<';
    if (first == '<' || first == '#' ||
        !bk_csv_read(im->arena, head, bk_csv_delimiter(head), &t, &ignored) ||
        t.n_columns < 2 || t.n_columns > BK_SWEEP_MAX_COLUMNS || t.n_rows == 0 ||
        t.ragged * 5 > t.n_rows || !header_is_names(&t) ||
        bk_names_of_a_tool(t.header, t.n_columns))
        return 0;
    size_t known = score_names(im, &t, &numbers);
    if (numbers == 0)
        return 0;
    return known > 0 ? BID_ROWS : t.ragged == 0 ? BID_UNKNOWN : 0;
}

static int bid_markdown(const struct bk_importing *im, struct bk_str head)
{
    struct bk_doc d = {.im = im};
    struct bk_str repaired;
    size_t sequences;
    const char *charset;
    if (bk_mojibake_repair(im->arena, head, &repaired, &sequences, &charset))
        head = repaired;
    bk_doc_read(&d, head);
    if (d.known == 0 || d.foreign)
        return 0;
    return d.n_rows > 0 ? BID_ROWS : BID_TABLE;
}

static int bid_sweep(const struct bk_input *in)
{
    struct bk_str head = whole_lines(in);
    if (bk_input_dict(in) == NULL)
        return 0;
    if (begins_json(head))
        return bk_sweep_json_bid(in);
    if (bk_trim(head).len == 0 || bk_find_char(head, '\0') != BK_NONE)
        return 0;
    struct bk_arena *a = bk_arena_new();
    const struct bk_importing im = {
        .arena = a, .dict = bk_input_dict(in), .format = BK_S("sweep")};
    int bid = has_pipe_table(head) ? bid_markdown(&im, head) : bid_csv(&im, head);
    bk_arena_free(a);
    return bid;
}

const struct bk_importer bk_importer_sweep = {
    .name = "sweep",
    .title = "table of runs",
    .upstream =
        "CSV, TSV, Markdown tables, JSON arrays and NDJSON of flat objects, one "
        "run a row, headers in any language",
    .gives = "runs",
    .example = "any spreadsheet saved as CSV",
    .signature = "a table whose header holds a known metric or parameter: CSV, TSV, "
                 "Markdown, JSON or NDJSON",
    .traps = "A header of the form METRIC or METRIC.STAT is understood in base units.\n"
             "Names are taken apart: the unit may stand in the header (\"TTFT P95 "
             "(ms)\") or in the cell (\"1.2 s\").\n"
             "It bids low: a tool's own file is left to the tool's importer.",
    .version = 1,
    .bid = bid_sweep,
    .import = import_sweep,
};
