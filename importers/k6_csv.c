/* The points of a k6 run as CSV (k6 run --out csv=FILE).
 *
 * After output/csv/output.go of k6 0.26 to 2.x (https://github.com/grafana/k6): the
 * first three columns are metric_name, timestamp and metric_value; then come those
 * system tags that the run uses, sorted, extra_tags and, since 0.42, metadata.  All are
 * found by name.  The time format is the user's choice (K6_CSV_TIME_FORMAT).  Records
 * are read one by one (RFC 4180); the last line of a run that was killed may be cut. */
#include "importer.h"

#include "../src/base/num.h"
#include "shared/k6_points.h"

#include <stdlib.h>

#define MAX_COLUMNS  ((size_t)256)
#define MAX_RECORD   ((size_t)1024 * 1024) /* bytes over several lines */
#define LONGEST_SHOW ((size_t)40)

enum {
    COLUMN_METRIC,
    COLUMN_TIME,
    COLUMN_VALUE,
    FIRST_TAG,
    N_WANTED = FIRST_TAG + BK_K6_N_TAGS
};

struct reader {
    struct bk_input *in;
    struct bk_str cells[MAX_COLUMNS];
    size_t n_cells, n_columns;
    size_t wanted[N_WANTED]; /* column, or BK_NONE */
    struct bk_buf record;    /* of several lines */
    struct bk_buf unquoted;  /* of one record */
    size_t line;             /* where the record began */
    bool cut;  /* the record ends where the file does, without a line end */
    bool open; /* within quotes */
    struct bk_buf last_time; /* the points of one request have one time */
    int64_t last_ns;
};

/* --- records --- */

static bool bad(const struct reader *r, const char *what, struct bk_err *err)
{
    return bk_fail(err, BK_EINPUT, "line %zu: %s", r->line, what);
}

static bool add_cell(struct reader *r, struct bk_str cell, struct bk_err *err)
{
    if (r->n_cells == MAX_COLUMNS)
        return bad(r, "more columns than k6 writes", err);
    r->cells[r->n_cells++] = cell;
    return true;
}

/* Takes the quoted cell at *rest, which begins behind the opening quote. */
static bool split_quoted(struct reader *r, struct bk_str *rest, struct bk_err *err)
{
    size_t start = r->unquoted.len;
    for (;;) {
        size_t quote = bk_find_char(*rest, '"');
        if (quote == BK_NONE) {
            r->open = true;
            return true;
        }
        bool twice = quote + 1 < rest->len && rest->ptr[quote + 1] == '"';
        bk_buf_add(&r->unquoted, bk_upto(*rest, quote + twice));
        *rest = bk_from(*rest, quote + 1 + twice);
        if (!twice)
            break;
    }
    /* the buffer was made large enough before: cells keep their place */
    struct bk_str cell = {r->unquoted.ptr + start, r->unquoted.len - start};
    if (rest->len > 0 && rest->ptr[0] != ',')
        return bad(r, "text behind a closing quote", err);
    return add_cell(r, cell, err);
}

/* Splits a record; r->open tells that it goes on in the next line. */
static bool split(struct reader *r, struct bk_str record, struct bk_err *err)
{
    struct bk_str rest = record;
    r->n_cells = 0;
    r->open = false;
    bk_buf_clear(&r->unquoted);
    if (bk_find_char(record, '"') != BK_NONE)
        bk_buf_reserve(&r->unquoted, record.len + 1);
    for (;;) {
        if (rest.len > 0 && rest.ptr[0] == '"') {
            rest = bk_from(rest, 1);
            if (!split_quoted(r, &rest, err))
                return false;
            if (r->open || rest.len == 0)
                return true;
            rest = bk_from(rest, 1);
        } else {
            size_t comma = bk_find_char(rest, ',');
            struct bk_str cell = bk_upto(rest, comma);
            if (bk_find_char(cell, '"') != BK_NONE)
                return bad(r, "a quote within a field that has none around it", err);
            if (!add_cell(r, cell, err))
                return false;
            if (comma == BK_NONE)
                return true;
            rest = bk_from(rest, comma + 1);
        }
        if (rest.len == 0)
            return add_cell(r, rest, err);
    }
}

/* Puts the following lines to a record whose quote is open; it stays open when there are
 * none. */
static bool read_on(struct reader *r, struct bk_str line, struct bk_err *err)
{
    size_t number;
    bool more, cut;
    if (r->cut)
        return true;
    bk_buf_clear(&r->record);
    bk_buf_add(&r->record, line);
    while (r->open) {
        if (!bk_input_line(r->in, &line, &number, &more, &cut, err))
            return false;
        if (!more)
            return bad(r, "a quoted field is never closed", err);
        bk_buf_addc(&r->record, '\n');
        bk_buf_add(&r->record, line);
        if (r->record.len > MAX_RECORD)
            return bad(r, "a quoted field is not closed within 1 MiB", err);
        size_t quotes = 0; /* an even number of them leaves the field open */
        for (size_t i = 0; i < line.len; i++)
            quotes += line.ptr[i] == '"';
        if (quotes % 2 == 1 && !split(r, bk_buf_str(&r->record), err))
            return false;
    }
    r->cut = cut;
    return true;
}

/* The next record that is not blank. */
static bool next_record(struct reader *r, bool *more, struct bk_err *err)
{
    struct bk_str line;
    do {
        if (!bk_input_line(r->in, &line, &r->line, more, &r->cut, err))
            return false;
        if (!*more)
            return true;
    } while (line.len == 0);
    return split(r, line, err) && (!r->open || read_on(r, line, err));
}

/* --- the header --- */

static size_t column_named(const struct reader *r, const char *name)
{
    for (size_t i = 0; i < r->n_cells; i++) {
        if (bk_is(bk_trim(r->cells[i]), name))
            return i;
    }
    return BK_NONE;
}

static bool read_header(struct reader *r)
{
    r->n_columns = r->n_cells;
    r->wanted[COLUMN_METRIC] = column_named(r, "metric_name");
    r->wanted[COLUMN_TIME] = column_named(r, "timestamp");
    r->wanted[COLUMN_VALUE] = column_named(r, "metric_value");
    for (size_t i = 0; i < BK_K6_N_TAGS; i++)
        r->wanted[FIRST_TAG + i] = column_named(r, bk_k6_tag_names[i]);
    return r->wanted[COLUMN_METRIC] != BK_NONE && r->wanted[COLUMN_TIME] != BK_NONE &&
           r->wanted[COLUMN_VALUE] != BK_NONE;
}

/* --- points --- */

static struct bk_str cell(const struct reader *r, size_t wanted)
{
    size_t i = r->wanted[wanted];
    return i == BK_NONE ? (struct bk_str){0} : r->cells[i];
}

static bool read_time(struct reader *r, struct bk_str text, int64_t *ns)
{
    if (text.len > 0 && bk_eq(text, bk_buf_str(&r->last_time))) {
        *ns = r->last_ns;
        return true;
    }
    if (!bk_k6_time(text, ns))
        return false;
    bk_buf_clear(&r->last_time);
    bk_buf_add(&r->last_time, text);
    r->last_ns = *ns;
    return true;
}

static bool take_record(struct reader *r, struct bk_k6_points *k, struct bk_err *err)
{
    struct bk_k6_point p = {0};
    if (r->open)
        return bad(r, "a quoted field is not closed", err);
    if (r->n_cells != r->n_columns)
        return bk_fail(err, BK_EINPUT, "line %zu: %zu fields, the header has %zu",
                       r->line, r->n_cells, r->n_columns);
    struct bk_str time = cell(r, COLUMN_TIME), value = cell(r, COLUMN_VALUE);
    p.metric = cell(r, COLUMN_METRIC);
    if (!read_time(r, time, &p.time_ns))
        return bk_fail(err, BK_EINPUT, "line %zu: '%.*s' is no time", r->line,
                       BK_F(bk_upto(time, LONGEST_SHOW)));
    if (!bk_parse_double_special(value, &p.value))
        return bk_fail(err, BK_EINPUT, "line %zu: '%.*s' is no number", r->line,
                       BK_F(bk_upto(value, LONGEST_SHOW)));
    for (size_t i = 0; i < BK_K6_N_TAGS; i++)
        p.tags[i] = cell(r, FIRST_TAG + i);
    return bk_k6_points_add(k, &p, r->line, err);
}

static bool take_records(struct reader *r, struct bk_k6_points *k, struct bk_err *err)
{
    bool more;
    if (!next_record(r, &more, err))
        return false;
    if (!more || r->open || !read_header(r))
        return bk_fail(err, BK_EINPUT,
                       "line 1: no header of k6's points (metric_name, timestamp, "
                       "metric_value)");
    for (;;) {
        bool ok = next_record(r, &more, err);
        if (ok && !more)
            return true;
        ok = ok && take_record(r, k, err);
        if (!ok && !r->cut)
            return false;
        if (!ok) {
            bk_k6_points_cut(k, r->line);
            return true;
        }
    }
}

static bool import(struct bk_input *in, const struct bk_importing *im,
                   struct bk_err *err)
{
    struct bk_k6_points *k = bk_k6_points_new(im);
    struct reader *r = bk_alloc(im->arena, sizeof *r);
    r->in = in;
    bool ok = take_records(r, k, err) && bk_k6_points_send(k, err);
    bk_buf_free(&r->record);
    bk_buf_free(&r->unquoted);
    bk_buf_free(&r->last_time);
    bk_k6_points_free(k);
    return ok;
}

static int bid(const struct bk_input *in)
{
    struct bk_str rest = bk_input_head(in), line = {0};
    struct reader *r = bk_realloc(NULL, sizeof *r);
    struct bk_err ignored;
    *r = (struct reader){.line = 1};
    bool mine = bk_next_line(&rest, &line) &&
                bk_starts(line, BK_S("metric_name,timestamp,metric_value")) &&
                split(r, line, &ignored) && !r->open && read_header(r);
    bk_buf_free(&r->unquoted);
    free(r);
    return mine ? 95 : 0;
}

const struct bk_importer bk_importer_k6_csv = {
    .name = "k6-csv",
    .title = "k6 points as CSV",
    .upstream = "k6 0.26 to 2.x, k6 run --out csv=FILE",
    .gives = "one run: exact statistics, by outcome and tag; timeline",
    .example = "k6 run --out csv=points.csv script.js",
    .signature = "a header that begins with metric_name,timestamp,metric_value",
    .traps =
        "The tags are columns found by name; which there are is the user's choice.\n"
        "The time format is told by magnitude.\n"
        "Of http_req_failed a 1 is a request that failed.",
    .version = 1,
    .bid = bid,
    .import = import,
};
