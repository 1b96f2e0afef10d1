/* The tables that AIPerf and genai-perf print (exporters/console_metrics_exporter.py of
 * https://github.com/ai-dynamo/aiperf): under a title "NVIDIA AIPerf | LLM Metrics" a
 * table in box-drawing characters, a metric a row. A name that is too long goes on in the
 * rows below, whose other cells are empty; a metric of one number has it under "avg" and
 * "N/A" or "-" elsewhere.  A log may hold the tables of several runs. */
#include "aiperf.h"

#include "shared/emit.h"
#include "shared/runs.h"

#include <string.h>

#define MAX_TEXT    ((size_t)64 * 1024 * 1024)
#define MAX_COLUMNS ((size_t)32)
#define MAX_NUMBERS ((size_t)50000)

/* The vertical lines, in UTF-8: U+2503 of headers, U+2502 of rows; both begin alike. */
#define BOX_LEAD "\xe2\x94"
#define BOX_HEAD '\x83'
#define BOX_ROW  '\x82'

struct cells {
    struct bk_str items[MAX_COLUMNS];
    size_t n;
    char kind; /* BOX_HEAD, BOX_ROW; 0: the line is none of a table */
};

struct row { /* a metric, whose name may go on */
    struct cells cells;
    struct bk_str name;
    size_t line;
};

struct reader {
    const struct bk_importing *im;
    struct bk_runs runs;
    struct bk_run *run;
    struct cells header; /* n 0: of no table of metrics */
    struct row row;      /* cells.n 0: there is none */
    bool titled;         /* the title of a table of metrics was there */
    size_t line;
    size_t numbers; /* of all tables */
};

/* --- lines --- */

/* What stands between the vertical lines. */
static struct cells cells_of(struct bk_str line)
{
    struct cells c = {.n = 0};
    line = bk_trim(line);
    if (line.len < 4 || !bk_starts(line, BK_S(BOX_LEAD)) ||
        (line.ptr[2] != BOX_HEAD && line.ptr[2] != BOX_ROW))
        return c;
    c.kind = line.ptr[2];
    line = bk_from(line, 3);
    while (c.n < MAX_COLUMNS) {
        size_t end = bk_find(line, BK_S(BOX_LEAD));
        if (end == BK_NONE || end + 3 > line.len)
            break;
        c.items[c.n++] = bk_trim(bk_upto(line, end));
        line = bk_from(line, end + 3);
    }
    return c;
}

static bool is_title(struct bk_str line)
{
    bool tool = bk_has(line, BK_S("AIPerf | ")) || bk_has(line, BK_S("GenAI-Perf | "));
    return tool && bk_has(line, BK_S("NVIDIA ")) && bk_has(line, BK_S(" Metrics"));
}

static bool is_header(const struct cells *c)
{
    return c->kind == BOX_HEAD && c->n >= 2 &&
           (bk_is(c->items[0], "Metric") || bk_is(c->items[0], "Statistic")) &&
           bk_is(c->items[1], "avg");
}

static void end_row(struct reader *r)
{
    const struct row *row = &r->row;
    struct bk_str unit;
    struct bk_str name = aiperf_split_unit(row->name, &unit);
    for (size_t i = 1; i < row->cells.n && i < r->header.n; i++) {
        const struct bk_reading q = {
            .name = bk_upto(name, AIPERF_LONGEST_NAME),
            .stat = r->header.items[i],
            .unit = unit,
            .text = row->cells.items[i],
            .population = BK_POP_OK,
            .locator = bk_fmt(r->im->arena, "line %zu column %zu", row->line, i + 1),
        };
        if (q.text.len == 0 || q.text.ptr[0] == '-' || bk_is(q.text, "N/A"))
            continue;
        bk_emit(r->im, r->run, &q);
        r->numbers++;
    }
    r->row.cells.n = 0;
}

static bool goes_on(const struct cells *c)
{
    for (size_t i = 1; i < c->n; i++) {
        if (c->items[i].len > 0)
            return false;
    }
    return c->items[0].len > 0;
}

static void take_row(struct reader *r, const struct cells *c)
{
    if (r->row.cells.n > 0 && goes_on(c)) {
        if (r->row.name.len < AIPERF_LONGEST_NAME)
            r->row.name =
                bk_fmt(r->im->arena, "%.*s %.*s", BK_F(r->row.name), BK_F(c->items[0]));
        return;
    }
    end_row(r);
    r->row = (struct row){.cells = *c, .name = c->items[0], .line = r->line};
}

static bool take_line(struct reader *r, struct bk_str line, struct bk_err *err)
{
    struct cells c = cells_of(line);
    if (r->numbers > MAX_NUMBERS)
        return bk_fail(err, BK_EINPUT, "line %zu: more numbers than results have",
                       r->line);
    if (is_title(line)) {
        r->titled = true;
    } else if (is_header(&c) && r->titled) {
        if (r->runs.n == BK_MAX_RUNS)
            return bk_fail(err, BK_EINPUT, "line %zu: too many runs", r->line);
        r->run = bk_runs_add(r->im, &r->runs);
        r->header = c;
        r->titled = false;
    } else if (c.kind == BOX_HEAD) {
        r->header.n = 0;
    } else if (c.kind == BOX_ROW && r->header.n > 0) {
        take_row(r, &c);
    } else if (r->header.n > 0 && bk_has(line, BK_S("\xe2\x94\x94"))) {
        end_row(r); /* the lower edge */
        r->header.n = 0;
    }
    return true;
}

/* --- the text --- */

int aiperf_console_bid(struct bk_str head)
{
    struct bk_str line;
    bool titled = false;
    while (bk_next_line(&head, &line)) {
        struct cells c = cells_of(line);
        titled = titled || is_title(line);
        if (titled && is_header(&c))
            return 90;
    }
    return 0;
}

bool aiperf_console_import(struct bk_input *in, const struct bk_importing *im,
                           struct bk_err *err)
{
    struct reader r = {.im = im};
    struct bk_str text, line;
    if (!bk_input_text(in, MAX_TEXT, &text, err))
        return false;
    while (bk_next_line(&text, &line)) {
        r.line++;
        if (!take_line(&r, line, err))
            return false;
    }
    if (r.run != NULL && r.row.cells.n > 0) {
        end_row(&r);
        bk_run_finding(im->arena, r.run, "truncated", BK_WARNING, BK_S("table"),
                       "the text ends in the middle of a table");
    }
    if (r.runs.n == 0 || r.runs.items[0]->n_measurements == 0)
        return bk_fail(err, BK_EINPUT, "line %zu: no table of metrics with a number",
                       r.line);
    for (size_t i = 0; i < r.runs.n; i++)
        aiperf_finish(im, r.runs.items[i]);
    return bk_runs_send(im, &r.runs, err);
}
