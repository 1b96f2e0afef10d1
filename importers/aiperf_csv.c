/* The CSV of AIPerf and genai-perf (exporters/metrics_csv_exporter.py): several tables
 * in one file, blank lines between them:
 *     Metric,avg,min,max,p99,..       one metric a row, "Request Latency (ms)"
 *     Metric,Value                    metrics of one number
 *     Endpoint,GPU_Index,..,Metric,.. telemetry, one GPU and metric a row
 * Numbers have thousands separators, in quotes, and two decimals. */
#include "aiperf.h"

#include "shared/emit.h"
#include "shared/table.h"

#include <string.h>

#define MAX_COLUMNS ((size_t)200)
#define MAX_NUMBERS ((size_t)50000)
#define MAX_TEXT    ((size_t)16 * 1024 * 1024)

struct columns { /* of the table in progress */
    struct bk_str *names;
    size_t n;
    size_t metric, gpu, gpu_name; /* BK_NONE: there is none */
    bool values;                  /* one column of numbers, "Value" */
};

struct csv {
    const struct bk_importing *im;
    struct bk_run *run;
    struct columns columns;
    bool mixed; /* GPUs of several kinds */
};

static bool is_context(struct bk_str name)
{
    static const char *const names[] = {"Metric",   "Endpoint", "GPU",      "GPU_Index",
                                        "GPU_Name", "GPU_UUID", "Hostname", "Namespace",
                                        "Pod Name", "Pod_Name"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (bk_eq_nocase(name, bk_str(names[i])))
            return true;
    }
    return false;
}

static size_t column(const struct columns *c, const char *name)
{
    for (size_t i = 0; i < c->n; i++) {
        if (bk_eq_nocase(bk_trim(c->names[i]), bk_str(name)))
            return i;
    }
    return BK_NONE;
}

static bool is_header(const struct bk_str *cells, size_t n)
{
    struct bk_str first = n > 0 ? bk_trim(cells[0]) : (struct bk_str){0};
    if (n < 2)
        return false;
    if (bk_is(first, "Endpoint"))
        return true;
    struct bk_str second = bk_trim(cells[1]);
    return bk_is(first, "Metric") && (bk_is(second, "avg") || bk_is(second, "Value") ||
                                      bk_is(second, "GPU") || bk_is(second, "min"));
}

static void set_columns(struct csv *csv, struct bk_str *cells, size_t n)
{
    struct columns *c = &csv->columns;
    *c = (struct columns){.names = cells, .n = n};
    c->metric = column(c, "Metric");
    c->gpu = column(c, "GPU_Index");
    c->gpu_name = column(c, "GPU_Name");
    if (c->gpu == BK_NONE)
        c->gpu = column(c, "GPU");
    c->values = n == 2 && bk_is(bk_trim(cells[1]), "Value");
}

static void take_gpu_name(struct csv *csv, struct bk_str name)
{
    struct bk_run *run = csv->run;
    name = bk_trim(name);
    if (csv->mixed || name.len == 0 || bk_eq(run->hardware, name))
        return;
    csv->mixed = run->hardware.len > 0;
    run->hardware = csv->mixed ? (struct bk_str){0} : bk_dup(csv->im->arena, name);
}

static void take_row(struct csv *csv, const struct bk_str *cells, size_t n, size_t line)
{
    const struct columns *c = &csv->columns;
    struct bk_arena *a = csv->im->arena;
    struct bk_str unit, scope = {0};
    if (c->metric == BK_NONE || c->metric >= n)
        return;
    struct bk_str name = aiperf_split_unit(cells[c->metric], &unit);
    if (c->gpu != BK_NONE && c->gpu < n)
        scope = bk_fmt(a, "{gpu:%.*s}",
                       BK_F(bk_upto(bk_trim(cells[c->gpu]), AIPERF_LONGEST_NAME)));
    if (c->gpu_name != BK_NONE && c->gpu_name < n)
        take_gpu_name(csv, cells[c->gpu_name]);
    for (size_t i = 0; i < n && i < c->n; i++) {
        if (is_context(bk_trim(c->names[i])) || bk_trim(cells[i]).len == 0)
            continue;
        struct bk_reading r = {
            .name = bk_upto(name, AIPERF_LONGEST_NAME),
            .stat = c->values ? BK_S("avg")
                              : bk_upto(bk_trim(c->names[i]), AIPERF_LONGEST_NAME),
            .scope = scope,
            .unit = unit,
            .text = cells[i],
            .population = BK_POP_OK,
            .locator = bk_fmt(a, "line %zu column %zu", line, i + 1),
        };
        bk_emit(csv->im, csv->run, &r);
    }
}

static bool read_cells(struct bk_arena *a, struct bk_str line, size_t number,
                       struct bk_str **cells, size_t *n, struct bk_err *err)
{
    struct bk_str **rows;
    size_t *widths, n_rows;
    struct bk_err why;
    if (!bk_csv_cells(a, line, ',', &rows, &widths, &n_rows, &why) || n_rows != 1)
        return bk_fail(err, BK_EINPUT,
                       "line %zu: a quote that is not closed or stands inside a cell",
                       number);
    *cells = rows[0];
    *n = widths[0];
    return true;
}

bool aiperf_csv_import(struct bk_input *in, const struct bk_importing *im,
                       struct bk_err *err)
{
    struct csv csv = {.im = im, .run = bk_run_new(im->arena)};
    struct bk_str text, line, *cells = NULL;
    size_t number = 0, n = 0;
    csv.columns.metric = BK_NONE;
    if (!bk_input_text(in, MAX_TEXT, &text, err))
        return false;
    while (bk_next_line(&text, &line)) {
        number++;
        if (bk_trim(line).len == 0)
            continue;
        if (!read_cells(im->arena, line, number, &cells, &n, err))
            return false;
        if (n > MAX_COLUMNS || csv.run->n_measurements > MAX_NUMBERS)
            return bk_fail(err, BK_EINPUT, "line %zu: more numbers than a result has",
                           number);
        if (is_header(cells, n))
            set_columns(&csv, cells, n);
        else if (csv.columns.metric == BK_NONE)
            return bk_fail(err, BK_EINPUT, "line %zu: no header of a table of metrics",
                           number);
        else
            take_row(&csv, cells, n, number);
    }
    if (csv.run->n_measurements == 0)
        return bk_fail(err, BK_EINPUT, "line %zu: no metric has a number", number);
    return aiperf_send(im, csv.run, err);
}

int aiperf_csv_bid(struct bk_str head)
{
    static const char *const headers[] = {"Metric,avg,min,max,", "Metric,Value",
                                          "Endpoint,GPU_Index,"};
    struct bk_str line;
    if (!bk_next_line(&head, &line))
        return 0;
    if (bk_starts(line, bk_str(headers[0])) || bk_starts(line, bk_str(headers[2])))
        return 92;
    /* a table of two columns may be anybody's */
    bool known = bk_has(head, BK_S("Throughput")) || bk_has(head, BK_S("Latency"));
    return bk_is(bk_trim(line), headers[1]) && known ? 85 : 0;
}
