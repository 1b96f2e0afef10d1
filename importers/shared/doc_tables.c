/* The tables of a document, in every orientation that people draw them:
 *
 *   rows      a row is a run, columns are parameters and metrics
 *   compare   a row is a metric or parameter, a column is a run (hardware, mode)
 *   values    the same with one column of values: "Metric | Value"
 *   stats     a row is a metric, columns are its statistics: "| TTFT | Mean | P99 |"
 *   pivot     a column is the value of a parameter, a row says which metric:
 *             "| Concurrency | 1 | 2 | 4 |"
 *
 * Which it is follows from where the names stand that the dictionary knows. */
#include "doc.h"

#include <string.h>

#include "foreign.h"

/* A first column with more names than this holds runs, not metrics. */
#define MAX_NAMES      ((size_t)500)
#define MAX_COLUMNS    ((size_t)512)
#define MAX_DECIMAL_OF ((size_t)20000) /* cells that settle the decimal mark */
#define MAX_BEFORE     ((size_t)80)    /* bytes of a line that titles a table */

struct view { /* a table while it is being looked at */
    struct bk_doc *d;
    const struct bk_table *t;
    size_t section;
    struct bk_str *context; /* headings above, and the line before the table */
    size_t n_context;
    struct bk_field *columns; /* what the header says */
    struct bk_field *names; /* what the first column says; NULL: too long to be names */
    size_t unit_column;     /* "Unit"; BK_NONE: none */
    struct bk_cell_rules rules;
};

/* --- looking --- */

static struct bk_str plain_cell(const struct view *v, size_t row, size_t column)
{
    return bk_markdown_plain(v->d->im->arena, v->t->rows[row][column]);
}

static enum bk_decimal decimal_of(const struct view *v)
{
    size_t n = v->t->n_columns * v->t->n_rows, k = 0;
    n = n < MAX_DECIMAL_OF ? n : MAX_DECIMAL_OF;
    struct bk_str *all = bk_alloc_array(v->d->im->arena, n + 1, sizeof *all);
    for (size_t i = 0; i < v->t->n_rows && k < n; i++) {
        for (size_t j = 0; j < v->t->n_columns && k < n; j++)
            all[k++] = v->t->rows[i][j];
    }
    return bk_decimal_of(all, k);
}

static struct bk_str *column_cells(const struct view *v, size_t column)
{
    struct bk_str *cells =
        bk_alloc_array(v->d->im->arena, v->t->n_rows + 1, sizeof *cells);
    for (size_t i = 0; i < v->t->n_rows; i++)
        cells[i] = v->t->rows[i][column];
    return cells;
}

static bool all_hardware(const struct view *v, const struct bk_str *cells)
{
    size_t named = 0;
    for (size_t i = 0; i < v->t->n_rows; i++) {
        struct bk_str cell = bk_markdown_plain(v->d->im->arena, cells[i]);
        if (cell.len == 0)
            continue;
        if (!bk_dict_knows_hardware(v->d->im->dict, cell))
            return false;
        named++;
    }
    return named > 0;
}

static void look_at_columns(struct view *v)
{
    const struct bk_importing *im = v->d->im;
    v->columns = bk_alloc_array(im->arena, v->t->n_columns + 1, sizeof *v->columns);
    struct bk_field **all = bk_alloc_array(im->arena, v->t->n_columns + 1, sizeof *all);
    for (size_t j = 0; j < v->t->n_columns; j++) {
        struct bk_field *f = &v->columns[j];
        struct bk_str *cells = column_cells(v, j);
        *f = bk_field_of(im, v->t->header[j], (struct bk_str){0}, v->context,
                         v->n_context);
        bk_field_judge(im, f, cells, v->t->n_rows, v->rules.decimal);
        if (!f->known && f->text && all_hardware(v, cells)) {
            f->known = true;
            f->target =
                (struct bk_target){.kind = BK_TARGET_CONTEXT, .name = BK_S("hardware")};
            f->lookup = f->target.name;
        }
        struct bk_str key = bk_dict_key(im->arena, f->header);
        if (bk_is(key, "unit") || bk_is(key, "units") || bk_is(key, "unidade") ||
            bk_is(key, "unidades") || bk_is(key, "единица") || bk_is(key, "ед.") ||
            bk_is(key, "单位") || bk_is(key, "단위"))
            v->unit_column = j;
        all[j] = f;
    }
    bk_fields_settle(im, all, v->t->n_columns);
}

/* The unit behind the first number of a row, or in its unit column. */
static struct bk_str unit_of_row(const struct view *v, size_t row)
{
    const struct bk_dict *dict = v->d->im->dict;
    if (v->unit_column != BK_NONE)
        return plain_cell(v, row, v->unit_column);
    for (size_t j = 1; j < v->t->n_columns; j++) {
        struct bk_cell c = bk_cell_read(v->t->rows[row][j], v->rules.decimal);
        if (c.kind != BK_CELL_NUMBER)
            continue;
        bool known = bk_dict_unit(dict, c.unit) != NULL;
        return known ? c.unit : (struct bk_str){0};
    }
    return (struct bk_str){0};
}

static void look_at_names(struct view *v)
{
    const struct bk_importing *im = v->d->im;
    if (v->t->n_rows > MAX_NAMES || v->t->n_columns < 2)
        return;
    v->names = bk_alloc_array(im->arena, v->t->n_rows + 1, sizeof *v->names);
    for (size_t i = 0; i < v->t->n_rows; i++) {
        struct bk_str name = plain_cell(v, i, 0);
        struct bk_cell c = bk_cell_read(name, v->rules.decimal);
        bool words = c.kind == BK_CELL_TEXT || c.kind == BK_CELL_FAILED;
        if (words || bk_field_is_stat(im, name))
            v->names[i] =
                bk_field_of(im, name, unit_of_row(v, i), v->context, v->n_context);
        else
            v->names[i] = (struct bk_field){.header = name, .lookup = name};
        if (v->names[i].unit.len == 0 && v->unit_column != BK_NONE)
            v->names[i].unit = unit_of_row(v, i);
    }
}

static void look(struct view *v)
{
    struct bk_arena *a = v->d->im->arena;
    v->unit_column = BK_NONE;
    v->context = bk_doc_context(v->d, v->section, &v->n_context);
    if (v->t->before.len > 0 && v->t->before.len <= MAX_BEFORE) {
        struct bk_str line = bk_doc_label(v->d, bk_markdown_plain(a, v->t->before));
        *BK_PUSH(a, v->context, v->n_context) = line;
    }
    v->rules = (struct bk_cell_rules){.claims = v->d->prose, .keep_texts = true};
    v->rules.guessed_tokens = bk_doc_estimates(v->d, v->section);
    v->rules.decimal = decimal_of(v);
    look_at_columns(v);
    look_at_names(v);
}

static struct bk_str place(const struct view *v, size_t row, size_t column)
{
    return bk_fmt(v->d->im->arena, "line %zu column %zu", v->t->row_lines[row],
                  column + 1);
}

/* --- rows --- */

static bool is_total_row(const struct view *v, struct bk_str cell)
{
    struct bk_arena *a = v->d->im->arena;
    struct bk_str key = bk_dict_key(a, cell);
    return bk_dict_stat(v->d->im->dict, a, key).len > 0 || bk_is(key, "total") ||
           bk_is(key, "sum") || bk_is(key, "soma") || bk_is(key, "итого");
}

/* The cell, or, in the first column, the last one above it that says something. */
static struct bk_str cell_or_above(const struct view *v, size_t row, size_t column)
{
    const struct bk_field *f = &v->columns[column];
    bool groups = column == 0 && (f->target.kind == BK_TARGET_PARAM ||
                                  f->target.kind == BK_TARGET_CONTEXT || f->text);
    size_t i = row;
    while (groups && i > 0 && bk_trim(v->t->rows[i][column]).len == 0)
        i--;
    return v->t->rows[i][column];
}

static void label_row(const struct view *v, struct bk_piece *p, size_t row)
{
    const struct bk_importing *im = v->d->im;
    if (p->run->hardware.len > 0) {
        p->name = p->run->hardware;
        p->label = bk_dict_hardware(im->dict, im->arena, p->run->hardware);
        return;
    }
    const struct bk_field *f = &v->columns[0];
    bool names_run = (f->text && !f->known) || bk_is(f->target.name, "mode") ||
                     bk_is(f->target.name, "model");
    if (!names_run)
        return;
    p->name =
        bk_doc_label(v->d, bk_markdown_plain(im->arena, cell_or_above(v, row, 0)));
    p->label = bk_dict_key(im->arena, p->name);
    p->weak = true;
}

/* Rows that are slices of one run ("requests 1-10", "0-30 s") are no runs. */
static bool has_slices(const struct view *v)
{
    size_t ranges = 0;
    for (size_t i = 0; i < v->t->n_rows; i++) {
        struct bk_cell c = bk_cell_read(v->t->rows[i][0], v->rules.decimal);
        ranges += c.kind == BK_CELL_RANGE;
    }
    return ranges * 2 > v->t->n_rows;
}

/* What the rows say themselves goes before what the headings state. */
static void settle_rows(const struct view *v, size_t first)
{
    struct bk_doc *d = v->d;
    size_t n = d->n_pieces - first;
    struct bk_run **runs = bk_alloc_array(d->im->arena, n + 1, sizeof *runs);
    for (size_t i = 0; i < n; i++)
        runs[i] = d->pieces[first + i].run;
    bk_runs_settle_batch(d->im, runs, n);
    for (size_t i = 0; i < n; i++)
        bk_doc_state(d, &d->pieces[first + i]);
}

static void take_rows(const struct view *v)
{
    if (has_slices(v))
        return;
    size_t number = v->d->n_row_tables++, first = v->d->n_pieces, left_out = 0;
    for (size_t i = 0; i < v->t->n_rows && v->d->n_pieces < BK_MAX_RUNS; i++) {
        if (v->columns[0].target.kind == BK_TARGET_PARAM &&
            is_total_row(v, plain_cell(v, i, 0)))
            continue;
        struct bk_piece *p = bk_doc_piece(v->d, v->section, false);
        p->table = number;
        size_t known = 0;
        for (size_t j = 0; j < v->t->n_columns; j++) {
            struct bk_str cell = cell_or_above(v, i, j);
            if (v->columns[j].target.kind == BK_TARGET_CONTEXT)
                cell = bk_markdown_plain(v->d->im->arena, cell);
            bool taken = bk_field_emit(v->d->im, p->run, &v->columns[j], cell,
                                       &v->rules, place(v, i, j));
            known += taken && v->columns[j].target.kind == BK_TARGET_METRIC;
        }
        label_row(v, p, i);
        if (known == 0) {
            v->d->n_pieces--;
            left_out += p->run->n_findings > 0;
        }
        v->d->n_rows += known > 0;
        v->d->known += known;
    }
    v->d->left_out += v->d->n_pieces > first ? left_out : 0;
    settle_rows(v, first);
}

/* --- compare and values --- */

/* A number of this metric: not "+16 %" and not "1.2x", which compare two others. */
static bool is_value(const struct view *v, const struct bk_field *f, struct bk_str cell)
{
    struct bk_cell c = bk_cell_read(cell, v->rules.decimal);
    if (c.kind != BK_CELL_NUMBER)
        return c.kind == BK_CELL_FAILED;
    if (c.digits.len > 0 && c.digits.ptr[0] == '+')
        return false;
    if (c.unit.len > 0 && bk_dict_unit(v->d->im->dict, c.unit) == NULL)
        return !bk_is(c.unit, "x") && !bk_is(c.unit, "×");
    return bk_unit_fits(v->d->im, &f->target, c.unit);
}

/* Does this column hold values of the names in the first one? */
static bool holds_values(const struct view *v, size_t column)
{
    const struct bk_field *f = &v->columns[column];
    size_t metrics = 0, values = 0, params = 0, numbers = 0;
    if (column == v->unit_column || f->target.kind == BK_TARGET_IGNORED)
        return false;
    for (size_t i = 0; i < v->t->n_rows; i++) {
        struct bk_str cell = bk_trim(v->t->rows[i][column]);
        bool param = v->names[i].target.kind == BK_TARGET_PARAM;
        bool metric = v->names[i].target.kind == BK_TARGET_METRIC;
        if (cell.len == 0)
            continue;
        params += param;
        numbers += param && is_value(v, &v->names[i], cell);
        metrics += metric;
        values += metric && is_value(v, &v->names[i], cell);
    }
    bool hardware = bk_doc_hardware(v->d, v->t->header[column]).len > 0;
    if (v->t->n_columns == 2 || (hardware && params > 0))
        return true;
    if (metrics == 0)
        return column == 1 || (params > 0 && numbers * 2 >= params);
    return values * 2 >= metrics;
}

/* Numbers that are measurements in this column. */
static size_t measured_values(const struct view *v, size_t column)
{
    size_t n = 0;
    for (size_t i = 0; i < v->t->n_rows; i++) {
        struct bk_cell c = bk_cell_read(v->t->rows[i][column], v->rules.decimal);
        n += v->names[i].target.kind == BK_TARGET_METRIC && c.kind == BK_CELL_NUMBER &&
             !c.approximate;
    }
    return n;
}

static void take_column(const struct view *v, struct bk_piece *p, size_t column,
                        bool settings)
{
    struct bk_cell_rules rules = v->rules;
    rules.keep_texts = rules.as_params = settings;
    for (size_t i = 0; i < v->t->n_rows; i++) {
        const struct bk_field *f = &v->names[i];
        struct bk_str cell = v->t->rows[i][column];
        struct bk_field judged = *f;
        if (settings || f->target.kind == BK_TARGET_CONTEXT)
            cell = bk_markdown_plain(v->d->im->arena, cell);
        if (f->header.len == 0)
            continue;
        judged.text = settings && !f->known &&
                      bk_cell_read(cell, rules.decimal).kind == BK_CELL_TEXT;
        (void)bk_field_emit(v->d->im, p->run, &judged, cell, &rules,
                            place(v, i, column));
    }
}

/* Hardware, or the column's name, as the label of its run. */
static void label_column(const struct view *v, struct bk_piece *p, size_t column,
                         const bool *values)
{
    const struct bk_importing *im = v->d->im;
    struct bk_str header = v->t->header[column];
    struct bk_str hardware = bk_doc_hardware(v->d, header);
    size_t same = 0;
    for (size_t j = 1; j < v->t->n_columns; j++)
        same += values[j] && bk_eq(bk_doc_hardware(v->d, v->t->header[j]), hardware);
    if (hardware.len > 0) {
        p->run->hardware = bk_dict_knows_hardware(im->dict, header) ? header : hardware;
    }
    p->name = bk_doc_label(v->d, header);
    bk_doc_heading_params(v->d, header, v->t->header_line, p->run);
    if (hardware.len > 0 && same == 1) {
        p->label = hardware;
        return;
    }
    p->label = bk_dict_key(im->arena, p->name);
}

/* Do the names speak of settings rather than of results? */
static bool more_settings(const struct view *v)
{
    size_t settings = 0, metrics = 0;
    for (size_t i = 0; i < v->t->n_rows; i++) {
        metrics += v->names[i].target.kind == BK_TARGET_METRIC;
        settings += v->names[i].known && v->names[i].target.kind != BK_TARGET_METRIC;
    }
    return settings > metrics;
}

static void take_compare(const struct view *v)
{
    struct bk_doc *d = v->d;
    size_t n_values = 0, measured = 0;
    bool *values = bk_alloc_array(d->im->arena, v->t->n_columns + 1, sizeof *values);
    for (size_t j = 1; j < v->t->n_columns; j++) {
        values[j] = holds_values(v, j);
        n_values += values[j];
        measured += values[j] ? measured_values(v, j) : 0;
    }
    bool settings = measured == 0 && n_values == 1;
    if (measured == 0 && !more_settings(v))
        return; /* results that are still awaited */
    for (size_t j = 1; j < v->t->n_columns; j++) {
        if (!values[j])
            continue;
        struct bk_piece *p = bk_doc_piece(d, v->section, true);
        bool hardware = bk_doc_hardware(d, v->t->header[j]).len > 0;
        if (n_values > 1 || hardware) {
            label_column(v, p, j, values);
        } else {
            p->name = bk_doc_label(d, v->t->header[j]);
            p->label = bk_dict_key(d->im->arena, p->name);
            p->weak = p->pairs = true;
        }
        take_column(v, p, j, settings);
    }
    d->known += measured;
    d->n_compare_tables += n_values > 1 && measured > 0;
    d->n_values_tables += n_values == 1 && measured > 0;
}

/* --- stats --- */

static void take_stats(const struct view *v)
{
    struct bk_doc *d = v->d;
    const struct bk_importing *im = d->im;
    struct bk_piece *p = bk_doc_piece(d, v->section, true);
    for (size_t i = 0; i < v->t->n_rows; i++) {
        struct bk_str name = plain_cell(v, i, 0);
        if (!v->names[i].known)
            continue;
        for (size_t j = 1; j < v->t->n_columns; j++) {
            if (!bk_field_is_stat(im, v->t->header[j]))
                continue;
            struct bk_str both =
                bk_fmt(im->arena, "%.*s %.*s", BK_F(name), BK_F(v->t->header[j]));
            struct bk_field f =
                bk_field_of(im, both, unit_of_row(v, i), v->context, v->n_context);
            if (!f.known)
                f = bk_field_of(im, v->t->header[j], unit_of_row(v, i), &name, 1);
            if (f.unit.len == 0)
                f.unit = v->names[i].unit;
            (void)bk_field_emit(im, p->run, &f, v->t->rows[i][j], &v->rules,
                                place(v, i, j));
        }
    }
    d->known += p->run->n_measurements;
    d->n_values_tables += p->run->n_measurements > 0;
}

/* --- pivot --- */

static bool is_plain_number(struct bk_str s)
{
    s = bk_trim(s);
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] < '0' || s.ptr[i] > '9')
            return false;
    }
    return s.len > 0 && s.len < 10;
}

/* The column whose header names the parameter and whose cells name metrics; BK_NONE. */
static size_t pivot_column(const struct view *v)
{
    size_t first = 0;
    while (first < v->t->n_columns && !is_plain_number(v->t->header[first]))
        first++;
    if (first == 0 || first + 2 > v->t->n_columns)
        return BK_NONE;
    for (size_t j = first; j < v->t->n_columns; j++) {
        if (!is_plain_number(v->t->header[j]))
            return BK_NONE;
    }
    return v->columns[first - 1].target.kind == BK_TARGET_PARAM ? first - 1 : BK_NONE;
}

/* A row that names something new in front of the metric begins a new group of runs. */
static bool begins_group(const struct view *v, size_t row, size_t column)
{
    for (size_t j = 0; j < column; j++) {
        if (bk_trim(v->t->rows[row][j]).len > 0)
            return true;
    }
    return row == 0;
}

static struct bk_piece *pivot_piece(const struct view *v, size_t number, size_t column,
                                    size_t j, size_t group)
{
    const struct bk_importing *im = v->d->im;
    struct bk_piece *p = bk_doc_piece(v->d, v->section, true);
    p->table = number;
    bk_run_param(im->arena, p->run, v->columns[column].target.name,
                 bk_trim(v->t->header[j]),
                 bk_line_locator(im->arena, v->t->header_line));
    for (size_t k = 0; k < column; k++)
        (void)bk_field_emit(im, p->run, &v->columns[k],
                            bk_markdown_plain(im->arena, v->t->rows[group][k]),
                            &v->rules, place(v, group, k));
    return p;
}

static void take_pivot(const struct view *v, size_t column)
{
    struct bk_doc *d = v->d;
    size_t number = d->n_row_tables++, first = 0;
    size_t per_group = v->t->n_columns - column - 1;
    for (size_t i = 0; i < v->t->n_rows && d->n_pieces < BK_MAX_RUNS; i++) {
        struct bk_field f = bk_field_of(d->im, plain_cell(v, i, column),
                                        (struct bk_str){0}, v->context, v->n_context);
        if (begins_group(v, i, column)) {
            first = d->n_pieces;
            for (size_t j = 0; j < per_group; j++)
                (void)pivot_piece(v, number, column, column + 1 + j, i);
        }
        for (size_t j = 0; j < per_group; j++)
            (void)bk_field_emit(d->im, d->pieces[first + j].run, &f,
                                v->t->rows[i][column + 1 + j], &v->rules,
                                place(v, i, column + 1 + j));
        d->known += f.target.kind == BK_TARGET_METRIC;
        d->n_rows += f.target.kind == BK_TARGET_METRIC;
    }
}

/* --- which it is --- */

struct score {
    size_t metrics,
        others;    /* columns (or names) that are metrics; parameters, context */
    size_t united; /* columns of unknown names whose header gives a unit */
    size_t stats;  /* columns that are statistics and nothing else */
};

/* "Latency (ms)", not "Difference (%)", and not a unit that only its cells have. */
static bool header_has_unit(const struct view *v, const struct bk_field *f)
{
    struct bk_str name, unit;
    bk_header_unit(v->d->im->dict, f->header, &name, &unit);
    return unit.len > 0 && !bk_is(unit, "%");
}

static struct score score_columns(const struct view *v)
{
    struct score s = {0};
    for (size_t j = 0; j < v->t->n_columns; j++) {
        const struct bk_field *f = &v->columns[j];
        if (j > 0 && bk_field_is_stat(v->d->im, f->header))
            s.stats++;
        else if (f->target.kind == BK_TARGET_METRIC)
            s.metrics++;
        else if (f->known && f->target.kind != BK_TARGET_IGNORED)
            s.others++;
        else if (j > 0)
            s.united += header_has_unit(v, f);
    }
    return s;
}

static struct score score_names(const struct view *v)
{
    struct score s = {0};
    for (size_t i = 0; v->names != NULL && i < v->t->n_rows; i++) {
        s.metrics += v->names[i].target.kind == BK_TARGET_METRIC;
        s.others += v->names[i].target.kind == BK_TARGET_PARAM ||
                    v->names[i].target.kind == BK_TARGET_CONTEXT;
    }
    return s;
}

static void note_columns(struct bk_doc *d, const struct bk_table *t)
{
    for (size_t j = 0; j < t->n_columns && d->columns.len < 400; j++)
        d->columns =
            bk_fmt(d->im->arena, "%.*s%s'%.*s'", BK_F(d->columns),
                   d->columns.len > 0 ? ", " : "", BK_F(bk_upto(t->header[j], 60)));
}

void bk_doc_table(struct bk_doc *d, const struct bk_doc_block *b)
{
    struct view v = {.d = d, .t = b->table, .section = b->section};
    if (v.t->n_columns == 0 || v.t->n_columns > MAX_COLUMNS || v.t->n_rows == 0)
        return;
    d->foreign = d->foreign || bk_names_of_a_tool(v.t->header, v.t->n_columns);
    look(&v);
    struct score columns = score_columns(&v), names = score_names(&v);
    size_t known = names.metrics + names.others;
    size_t pivot = pivot_column(&v);
    /* two columns whose header names nothing: "Item | Value" */
    bool pairs = v.t->n_columns == 2 && columns.metrics + columns.others == 0;
    bool by_name = known > 0 && (pairs || known * 3 >= v.t->n_rows) &&
                   names.metrics * v.t->n_columns >=
                       (columns.metrics + columns.united) * v.t->n_rows;
    if (pivot != BK_NONE) {
        take_pivot(&v, pivot);
    } else if (by_name && columns.stats > 0 && names.metrics > 0) {
        take_stats(&v);
    } else if (by_name) {
        take_compare(&v);
    } else if (columns.metrics + columns.stats > 0 &&
               (columns.metrics > 0 || columns.others > 0)) {
        take_rows(&v);
    } else {
        note_columns(d, v.t);
    }
}
