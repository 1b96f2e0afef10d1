/* The CSV files of Locust (https://github.com/locustio/locust, locust/stats.py; 0.8 to
 * 2.x, --csv PREFIX):
 *   PREFIX_stats.csv          a line for each request name, the last one is the sum
 *                             ("Aggregated", before 0.13 "Total");
 *   PREFIX_stats_history.csv  a line a second, with totals so far;
 *   PREFIX_failures.csv       a line for each error of each name, with its count;
 *   PREFIX_exceptions.csv     a line for each exception that the load script raised;
 *   PREFIX_requests.csv, PREFIX_distribution.csv: before 0.13 in place of the first.
 * They are rewritten about once a second and come to the disk within ten, so that those
 * of a run that was killed may be of different moments.  Times are in milliseconds.  Percentiles and the median are rounded to two digits (whole
 * milliseconds below 100), so that they may lie above the maximum.  Cells of a name that
 * was never called are 0 or N/A and mean nothing. */
#include "importer.h"

#include "../src/base/num.h"
#include "shared/emit.h"
#include "shared/table.h"

#include <math.h>
#include <string.h>

#define MAX_TEXT  ((size_t)64 * 1024 * 1024)
#define MAX_NAMED ((size_t)2000) /* request names that get numbers of their own */
#define LONGEST   ((size_t)400)
#define LAG_S     12.0 /* a write a second, a flush every ten */

enum kind {
    KIND_NONE,
    KIND_STATS,
    KIND_HISTORY,
    KIND_FAILURES,
    KIND_EXCEPTIONS
};

/* Columns that were renamed in 1.0 stand with both names. */
static const char *const type_names[] = {"Type", "Method", NULL};
static const char *const name_names[] = {"Name", NULL};
static const char *const request_names[] = {"Request Count", "# requests", NULL};
static const char *const failure_names[] = {"Failure Count", "# failures", NULL};
static const char *const time_names[] = {"Timestamp", NULL};
static const char *const user_names[] = {"User Count", NULL};
static const char *const total_names[] = {"Total Request Count", "# requests", NULL};
static const char *const total_failures[] = {"Total Failure Count", "# failures", NULL};
static const char *const p95_names[] = {"95%", NULL};
static const char *const average_names[] = {"Total Average Response Time",
                                            "Average Response Time", NULL};
static const char *const error_names[] = {"Error", NULL};
static const char *const occurrence_names[] = {"Occurrences", "Occurences", NULL};
static const char *const count_names[] = {"Count", NULL};
static const char *const message_names[] = {"Message", NULL};

static size_t column(const struct bk_table *t, const char *const *names)
{
    for (; *names != NULL; names++) {
        for (size_t i = 0; i < t->n_columns; i++) {
            if (bk_eq_nocase(t->header[i], bk_str(*names)))
                return i;
        }
    }
    return BK_NONE;
}

static bool has(const struct bk_table *t, const char *name)
{
    return column(t, (const char *const[]){name, NULL}) != BK_NONE;
}

static enum kind kind_of(const struct bk_table *t)
{
    if (t->n_columns == 4 && has(t, "Method") && has(t, "Name") && has(t, "Error") &&
        column(t, occurrence_names) != BK_NONE)
        return KIND_FAILURES;
    if (t->n_columns == 4 && has(t, "Count") && has(t, "Message") &&
        has(t, "Traceback") && has(t, "Nodes"))
        return KIND_EXCEPTIONS;
    if (column(t, name_names) == BK_NONE)
        return KIND_NONE;
    if (column(t, time_names) != BK_NONE)
        return column(t, total_names) != BK_NONE ? KIND_HISTORY : KIND_NONE;
    bool times = has(t, "Median Response Time") || has(t, "50%");
    return column(t, request_names) != BK_NONE && times ? KIND_STATS : KIND_NONE;
}

/* --- cells --- */

static struct bk_str cell(const struct bk_table *t, size_t row, size_t i)
{
    return i == BK_NONE ? (struct bk_str){0} : bk_trim(t->rows[row][i]);
}

static bool number(const struct bk_table *t, size_t row, size_t i, double *value)
{
    return bk_parse_double(cell(t, row, i), value);
}

/* "95%"; 0.12 and 0.13 wrote one of them without its sign. */
static bool is_percent(struct bk_str name)
{
    double p;
    if (bk_is(name, "99.999"))
        return true;
    return bk_ends(name, BK_S("%")) && bk_parse_double(bk_upto(name, name.len - 1), &p);
}

/* What a rounded response time stands for, as Locust rounds it. */
static double rounding(double ms)
{
    return ms < 100 ? 0.5 : ms < 1000 ? 5 : ms < 10000 ? 50 : 500;
}

static bool is_rounded(struct bk_str name)
{
    return is_percent(name) || bk_eq_nocase(name, BK_S("Median Response Time")) ||
           bk_eq_nocase(name, BK_S("Total Median Response Time"));
}

/* A column says the same as another that is more exact. */
static bool is_repeated(const struct bk_table *t, struct bk_str name)
{
    if (bk_is(name, "50%"))
        return has(t, "Median Response Time") || has(t, "Total Median Response Time");
    if (bk_is(name, "100%"))
        return has(t, "Max Response Time") || has(t, "Total Max Response Time");
    return false;
}

static void emit_cell(const struct bk_importing *im, struct bk_run *run,
                      const struct bk_table *t, size_t row, size_t i,
                      struct bk_str scope)
{
    struct bk_str name = t->header[i];
    struct bk_reading r = {
        .name = name,
        .scope = scope,
        .text = cell(t, row, i),
        .has_value = true,
        .half = has(t, "# requests") ? (double)NAN : 0, /* since 1.0 all digits */
        .locator = bk_line_locator(im->arena, t->row_lines[row]),
    };
    if (!bk_parse_double(r.text, &r.value))
        return;
    if (is_percent(name)) {
        r.name = BK_S("Response Time");
        r.stat = bk_ends(name, BK_S("%")) ? name : BK_S("99.999%");
    }
    if (bk_eq_nocase(name, BK_S("Total Average Content Size")))
        r.name = bk_from(name, strlen("Total "));
    if (is_rounded(name))
        r.half = fmax(rounding(r.value), bk_half_digit(r.text));
    bk_emit(im, run, &r);
}

/* --- stats --- */

/* The line that sums up: of no type, named so. */
static bool is_sum(const struct bk_table *t, size_t row)
{
    static const char *const names[] = {"Aggregated", "Total", "None Total",
                                        "None Aggregated"};
    struct bk_str type = cell(t, row, column(t, type_names));
    struct bk_str name = cell(t, row, column(t, name_names));
    if (type.len > 0 && !bk_is(type, "None"))
        return false;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (bk_is(name, names[i]))
            return true;
    }
    return false;
}

/* "{name:/chat}"; with the method where one name has several. */
static struct bk_str scope_of(const struct bk_importing *im, const struct bk_table *t,
                              const struct bk_map *names, size_t row)
{
    struct bk_str type = cell(t, row, column(t, type_names));
    struct bk_str name = cell(t, row, column(t, name_names));
    if ((uintptr_t)bk_map_get(names, name) > 1 && type.len > 0)
        return bk_fmt(im->arena, "{name:%.*s,type:%.*s}", BK_F(bk_upto(name, LONGEST)),
                      BK_F(bk_upto(type, LONGEST)));
    return bk_fmt(im->arena, "{name:%.*s}", BK_F(bk_upto(name, LONGEST)));
}

static void emit_row(const struct bk_importing *im, struct bk_run *run,
                     const struct bk_table *t, size_t row, struct bk_str scope)
{
    size_t requests = column(t, request_names);
    size_t failures = column(t, failure_names);
    double n = 0;
    bool called = !number(t, row, requests, &n) || n > 0;
    for (size_t i = 0; i < t->n_columns; i++) {
        bool text = i == column(t, type_names) || i == column(t, name_names);
        bool count = i == requests || i == failures;
        if (!text && (called || count) && !is_repeated(t, t->header[i]))
            emit_cell(im, run, t, row, i, scope);
    }
}

/* Without a line that sums up, its counts are sums. */
static void emit_sums(const struct bk_importing *im, struct bk_run *run,
                      const struct bk_table *t)
{
    static const struct {
        const char *const *names;
        const char *metric;
    } sums[] = {{request_names, "requests"}, {failure_names, "requests_failed"}};
    for (size_t k = 0; k < sizeof sums / sizeof *sums; k++) {
        size_t i = column(t, sums[k].names);
        double sum = 0, n;
        for (size_t row = 0; row < t->n_rows; row++) {
            if (number(t, row, i, &n))
                sum += n;
        }
        if (i != BK_NONE && t->n_rows > 0)
            bk_run_derive(im->arena, run, sums[k].metric, "value", "1", sum,
                          "sum of lines");
    }
}

static void emit_stats(const struct bk_importing *im, struct bk_run *run,
                       const struct bk_table *t)
{
    struct bk_map names = {0};
    size_t sum = BK_NONE, n_named = 0;
    for (size_t row = 0; row < t->n_rows; row++) {
        struct bk_str name = cell(t, row, column(t, name_names));
        uintptr_t n = (uintptr_t)bk_map_get(&names, name);
        bk_map_put(im->arena, &names, name, (void *)(n + 1));
        if (is_sum(t, row))
            sum = row;
    }
    if (sum != BK_NONE)
        emit_row(im, run, t, sum, BK_S(""));
    else
        emit_sums(im, run, t);
    for (size_t row = 0; row < t->n_rows; row++) {
        if (row != sum && n_named++ < MAX_NAMED)
            emit_row(im, run, t, row, scope_of(im, t, &names, row));
    }
    if (n_named > MAX_NAMED)
        bk_run_finding(im->arena, run, "high-cardinality", BK_INFO, BK_S("Name"),
                       "%zu request names: the numbers of the first %zu are kept",
                       n_named, MAX_NAMED);
}

/* --- history --- */

static double number_or_nan(const struct bk_table *t, size_t row, size_t i)
{
    double value;
    return number(t, row, i, &value) ? value : (double)NAN;
}

struct history {
    const struct bk_table *t;
    size_t users, requests, failures, average, p95;
    bool recent; /* percentiles are of the last seconds, not of all so far */
    double first, last;
    double n_before, sum_before; /* requests and their times up to the line before */
    double most_users;
    size_t last_row;
};

/* Those of the last seconds are what --csv-full-history writes, with a line for each
 * name, and what every history before 1.2 has, which prints rates with two digits. */
static bool has_recent_percentiles(const struct bk_table *t)
{
    static const char *const rate_names[] = {"Requests/s", NULL};
    for (size_t row = 0; row < t->n_rows; row++) {
        struct bk_str rate = cell(t, row, column(t, rate_names));
        size_t dot = bk_find_char(rate, '.');
        if (!is_sum(t, row) || (dot != BK_NONE && rate.len == dot + 3))
            return true;
    }
    return false;
}

/* The mean of the requests since the line before, from means with all their digits:
 * those before 1.2 are whole milliseconds, which say nothing of a few requests more. */
static double recent_mean_s(struct history *h, size_t row)
{
    double n = number_or_nan(h->t, row, h->requests);
    double sum = n * number_or_nan(h->t, row, h->average) / 1e3;
    double mean = (sum - h->sum_before) / (n - h->n_before);
    bool known = n > h->n_before && isfinite(mean) && mean >= 0 &&
                 bk_find_char(cell(h->t, row, h->average), '.') != BK_NONE;
    h->n_before = n;
    h->sum_before = n > 0 ? sum : 0;
    return known ? mean : (double)NAN;
}

/* The line with which the run begins: after the last reset of the counts (a test that
 * was started again, --reset-stats), and with the last of the lines in which nobody is
 * there yet, which the web interface writes for as long as it waits. */
static size_t first_row(const struct history *h, size_t *reset)
{
    size_t first = 0;
    double before = 0, users, n;
    bool begun = false, waited = false;
    for (size_t row = 0; row < h->t->n_rows; row++) {
        if (!is_sum(h->t, row) || !number(h->t, row, h->requests, &n))
            continue;
        if (n < before) {
            *reset = row;
            begun = waited = false;
        }
        bool waits = number(h->t, row, h->users, &users) && users <= 0 && n <= 0;
        if (!begun && (waits || !waited))
            first = row;
        begun = begun || !waits;
        waited = true;
        before = n;
    }
    return first;
}

/* Everybody has left and nothing was answered any more. */
static bool is_over(const struct history *h, size_t row)
{
    double users, n = number_or_nan(h->t, row, h->requests);
    bool nobody = number(h->t, row, h->users, &users) && users <= 0;
    return nobody && h->last_row != BK_NONE && !(n > h->n_before);
}

static void add_tick(const struct bk_importing *im, struct bk_run *run,
                     struct history *h, size_t row)
{
    double time;
    if (!number(h->t, row, column(h->t, time_names), &time) || !isfinite(time) ||
        is_over(h, row))
        return;
    if (h->last_row == BK_NONE)
        h->first = time;
    h->last = time;
    h->last_row = row;
    struct bk_tick *tick = BK_PUSH(im->arena, run->ticks, run->n_ticks);
    *tick = (struct bk_tick){
        .elapsed_s = fmax(time - h->first, 0),
        .vus = number_or_nan(h->t, row, h->users),
        .iterations = (double)NAN,
        .interrupted = (double)NAN,
        .requests = number_or_nan(h->t, row, h->requests),
        .failed = number_or_nan(h->t, row, h->failures),
        .latency_mean_s = recent_mean_s(h, row),
        .latency_p95_s =
            h->recent ? number_or_nan(h->t, row, h->p95) / 1e3 : (double)NAN,
    };
    h->most_users = fmax(h->most_users, tick->vus);
}

/* What the columns of a history before 1.0 count since the start, though their names
 * do not say so. */
static bool is_old_total(const struct bk_table *t, struct bk_str name)
{
    static const char *const names[] = {"Median Response Time", "Average Response Time",
                                        "Min Response Time", "Max Response Time",
                                        "Average Content Size"};
    for (size_t i = 0; has(t, "# requests") && i < sizeof names / sizeof *names; i++) {
        if (bk_eq_nocase(name, bk_str(names[i])))
            return true;
    }
    return false;
}

/* The last line's totals; what is only about its own seconds is in the timeline. */
static void emit_totals(const struct bk_importing *im, struct bk_run *run,
                        const struct history *h)
{
    double n = 0;
    bool called = number(h->t, h->last_row, h->requests, &n) && n > 0;
    for (size_t i = 0; i < h->t->n_columns; i++) {
        struct bk_str name = h->t->header[i];
        bool count = i == h->requests || i == h->failures;
        bool total =
            bk_starts(name, BK_S("Total ")) || count || is_old_total(h->t, name);
        bool percentile = is_percent(name) && !h->recent;
        bool wanted = (total || percentile) && (called || count);
        if (wanted && !is_repeated(h->t, name))
            emit_cell(im, run, h->t, h->last_row, i, BK_S(""));
    }
}

static void emit_history(const struct bk_importing *im, struct bk_run *run,
                         const struct bk_table *t)
{
    struct history h = {
        .t = t,
        .users = column(t, user_names),
        .requests = column(t, total_names),
        .failures = column(t, total_failures),
        .average = column(t, average_names),
        .p95 = column(t, p95_names),
        .recent = has_recent_percentiles(t),
        .most_users = (double)NAN,
        .last_row = BK_NONE,
    };
    size_t reset = BK_NONE;
    for (size_t row = first_row(&h, &reset); row < t->n_rows; row++) {
        if (is_sum(t, row))
            add_tick(im, run, &h, row);
    }
    if (h.last_row == BK_NONE)
        return;
    if (reset != BK_NONE)
        bk_run_finding(im->arena, run, "counter-reset", BK_WARNING, BK_S("requests"),
                       "line %zu: the counts start again; what was before is left out",
                       t->row_lines[reset])
            ->locator = bk_line_locator(im->arena, t->row_lines[reset]);
    if (h.first > 0 && h.first < 9e9) {
        run->started_ns = (int64_t)(h.first * 1e9);
        if (h.last >= h.first && h.last < 9e9)
            run->ended_ns = (int64_t)(h.last * 1e9);
    }
    emit_totals(im, run, &h);
    if (h.last > h.first) {
        struct bk_measurement *m =
            bk_run_derive(im->arena, run, "duration", "value", "s", h.last - h.first,
                          "last time stamp - first time stamp");
        m->low = m->value - 1;
        m->high = m->value + 1;
    }
    if (!isnan(h.most_users))
        bk_run_derive(im->arena, run, "vus", "max", "1", h.most_users,
                      "largest number of users");
}

/* --- failures and exceptions --- */

struct errors { /* the columns of a table of errors, and what its counts are */
    size_t type, name, text, count;
    const char *text_name; /* of the text in a scope */
    struct bk_str counted; /* what the counts are of, as the dictionary has it */
};

/* "{name:/chat,type:POST,error:ConnectionRefusedError(111)}" */
static struct bk_str error_scope(const struct bk_importing *im,
                                 const struct bk_table *t, const struct errors *e,
                                 size_t row)
{
    struct bk_buf b = {0};
    struct bk_str name = cell(t, row, e->name), type = cell(t, row, e->type);
    bk_buf_addc(&b, '{');
    if (name.len > 0)
        bk_buf_addf(&b, "name:%.*s,", BK_F(bk_upto(name, LONGEST)));
    if (type.len > 0)
        bk_buf_addf(&b, "type:%.*s,", BK_F(bk_upto(type, LONGEST)));
    bk_buf_addf(&b, "%s:%.*s}", e->text_name,
                BK_F(bk_upto(cell(t, row, e->text), LONGEST)));
    struct bk_str scope = bk_dup(im->arena, bk_buf_str(&b));
    bk_buf_free(&b);
    return scope;
}

/* A number for each error; their sum is returned, the most frequent is *most. */
static double emit_errors(const struct bk_importing *im, struct bk_run *run,
                          const struct bk_table *t, const struct errors *e,
                          size_t *most)
{
    struct bk_map scopes = {0};
    double sum = 0, highest = 0, n;
    for (size_t row = 0; row < t->n_rows; row++) {
        if (!number(t, row, e->count, &n) || !(n >= 0) || !isfinite(n))
            continue;
        sum += n;
        if (n > highest)
            *most = row;
        highest = fmax(highest, n);
        if (row >= MAX_NAMED)
            continue;
        struct bk_str scope = error_scope(im, t, e, row);
        uintptr_t same = (uintptr_t)bk_map_get(&scopes, scope) + 1;
        bk_map_put(im->arena, &scopes, scope, (void *)same);
        if (same > 1) /* texts that differ only behind the longest that is kept */
            scope = bk_fmt(im->arena, "%.*s,number:%zu}",
                           BK_F(bk_upto(scope, scope.len - 1)), (size_t)same);
        const struct bk_reading r = {
            .name = e->counted,
            .scope = scope,
            .text = cell(t, row, e->count),
            .locator = bk_line_locator(im->arena, t->row_lines[row]),
        };
        struct bk_measurement *m = bk_emit(im, run, &r);
        if (m)
            m->source_name = t->header[e->count];
    }
    if (t->n_rows > MAX_NAMED)
        bk_run_finding(im->arena, run, "high-cardinality", BK_INFO, t->header[e->text],
                       "%zu kinds of errors: the counts of the first %zu are kept",
                       t->n_rows, MAX_NAMED);
    return sum;
}

static void note_alone(const struct bk_importing *im, struct bk_run *run,
                       const char *what)
{
    if (!im->part)
        bk_run_finding(im->arena, run, "incomplete-run", BK_WARNING, BK_S("requests"),
                       "only the %s of a run: its numbers are in the _stats.csv", what);
}

static void emit_failures(const struct bk_importing *im, struct bk_run *run,
                          const struct bk_table *t)
{
    const struct errors e = {
        .type = column(t, type_names),
        .name = column(t, name_names),
        .text = column(t, error_names),
        .count = column(t, occurrence_names),
        .text_name = "error",
        .counted = BK_S("Occurrences"),
    };
    size_t most;
    double sum = emit_errors(im, run, t, &e, &most);
    bk_run_derive(im->arena, run, "requests_failed", "value", "1", sum, "sum of lines");
    note_alone(im, run, "failures");
}

/* An exception is a mistake of the load script: what it was about to do was not done. */
static void emit_exceptions(const struct bk_importing *im, struct bk_run *run,
                            const struct bk_table *t)
{
    const struct errors e = {
        .type = BK_NONE,
        .name = BK_NONE,
        .text = column(t, message_names),
        .count = column(t, count_names),
        .text_name = "message",
        .counted = BK_S("exceptions"),
    };
    size_t most = 0;
    double sum = emit_errors(im, run, t, &e, &most);
    struct bk_finding *f =
        bk_run_finding(im->arena, run, "script-errors", BK_WARNING, BK_S("exceptions"),
                       "the load script raised %.*s exceptions, most often: %.*s",
                       BK_F(bk_number_text(im->arena, sum)),
                       BK_F(bk_upto(cell(t, most, e.text), LONGEST)));
    f->locator = bk_line_locator(im->arena, t->row_lines[most]);
    note_alone(im, run, "exceptions");
}

/* --- the importer --- */

/* A line may be cut where the file was still being written. */
static void note_cut(const struct bk_importing *im, struct bk_run *run,
                     const struct bk_table *t, struct bk_str text)
{
    if (t->ragged == 0)
        return;
    bool cut = text.len > 0 && text.ptr[text.len - 1] != '\n';
    bk_run_finding(im->arena, run, cut ? "truncated" : "ragged-rows", BK_WARNING,
                   BK_S("table"), "%zu lines have not as many fields as the header%s",
                   t->ragged, cut ? ": the file ends in the middle of one" : "");
}

static bool import(struct bk_input *in, const struct bk_importing *im,
                   struct bk_err *err)
{
    struct bk_str text;
    struct bk_table t = {0};
    if (!bk_input_text(in, MAX_TEXT, &text, err) ||
        !bk_csv_read(im->arena, text, ',', &t, err))
        return false;
    struct bk_run *run = bk_run_new(im->arena);
    run->think_time_s = (double)NAN;
    switch (kind_of(&t)) {
    case KIND_STATS:
        emit_stats(im, run, &t);
        break;
    case KIND_HISTORY:
        emit_history(im, run, &t);
        break;
    case KIND_FAILURES:
        if (t.n_rows == 0)
            return bk_fail(err, BK_ESKIP, "a Locust run's failures: there were none");
        emit_failures(im, run, &t);
        break;
    case KIND_EXCEPTIONS:
        if (t.n_rows == 0)
            return bk_fail(err, BK_ESKIP, "a Locust run's exceptions: there were none");
        emit_exceptions(im, run, &t);
        break;
    case KIND_NONE:
        return bk_fail(err, BK_EINPUT, "line 1: no header of a Locust CSV");
    }
    note_cut(im, run, &t, text);
    bk_emit_drop_zero_latency(im, run);
    if (!im->part)
        bk_emit_derived(im, run);
    return im->sink->run(im->sink, run, err);
}

static int bid(const struct bk_input *in)
{
    struct bk_str rest = bk_input_head(in), line;
    struct bk_table t = {0};
    struct bk_err ignored;
    if (!bk_next_line(&rest, &line) || bk_find_char(line, ',') == BK_NONE)
        return 0;
    struct bk_arena *a = bk_arena_new();
    bool read = bk_csv_read(a, line, ',', &t, &ignored);
    int mine = read && kind_of(&t) != KIND_NONE ? 95 : 0;
    bk_arena_free(a);
    return mine;
}

static const struct bk_companion companions[] = {
    {.suffix = "stats.csv"},
    {.suffix = "requests.csv"},
    {.suffix = "distribution.csv", .lag_s = LAG_S},
    {.suffix = "stats_history.csv", .lag_s = LAG_S},
    {.suffix = "failures.csv", .lag_s = LAG_S},
    {.suffix = "exceptions.csv", .lag_s = LAG_S},
    {.suffix = NULL},
};

const struct bk_importer bk_importer_locust = {
    .name = "locust",
    .title = "Locust CSV files",
    .upstream = "Locust 0.8 to 2.x, locust --csv PREFIX",
    .gives = "one run from all files of a prefix: numbers by request name, timeline, "
             "counts of errors",
    .example = "locust --headless --csv run1 -f locustfile.py",
    .signature =
        "the header of a stats, stats_history, failures or exceptions CSV of Locust",
    .traps =
        "Percentiles are rounded to two digits, so they may lie above the maximum.\n"
        "A name that was never called has 0 and N/A, which are no data.\n"
        "The last line (Aggregated, once Total) is the whole; the others have the "
        "scope {name:...}.\n"
        "The history of a run may end some seconds before its stats: its totals are "
        "taken only when there are no stats.\n"
        "Percentiles of a history are of the whole run so far, but of the last seconds "
        "with --csv-full-history and before 1.2.",
    .version = 2,
    .bid = bid,
    .import = import,
    .companions = companions,
};
