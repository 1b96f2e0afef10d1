/* The summary of MLPerf LoadGen (mlperf_log_summary.txt; loadgen/results.cc and
 * test_settings_internal.cc of https://github.com/mlcommons/inference, v0.5 to v5), alone
 * or in the console output around it.
 *
 * Lines are "label : value" with blanks as they happen to fall.  Latencies are whole
 * nanoseconds.  MultiStream of v0.5 gives the latency of queries as percentiles only and
 * that of single samples wholly: what belongs to samples has the scope {per-sample}, and
 * its minimum, maximum and mean also stand in for those of the queries.  An INVALID
 * result has all its numbers.  An accuracy run has none, not even the heading. */
#include "importer.h"

#include <string.h>

#include "../src/base/num.h"
#include "../src/base/utf8.h"
#include "shared/emit.h"
#include "shared/runs.h"

#define HEADING      "MLPerf Results Summary"
#define MAX_RUNS     ((size_t)1000)
#define MAX_VALUES   ((size_t)1000) /* of one summary: numbers, parameters, reasons */
#define LONGEST_LINE ((size_t)1000)
#define LONGEST_WHY  ((size_t)400)
#define ACCURACY_LOG ((size_t)4096) /* bytes; there is nothing in it but two lines */
#define PER_SAMPLE   "{per-sample}"

enum section {
    NO_SUMMARY,
    RESULTS,
    REASONS, /* Recommendations */
    EARLY,   /* Early Stopping Result */
    STATS,
    PARAMETERS,
};

enum of_what { /* what the percentiles below a heading are of */
    OF_REQUESTS,
    OF_INTERVALS,
    OF_SAMPLES,
};

struct reader {
    const struct bk_importing *im;
    struct bk_runs runs;
    struct bk_run *run; /* of the summary in progress */
    enum section section;
    enum of_what of;
    size_t line;
    size_t values;      /* taken for this run */
    size_t warned_line; /* of a line about warnings or errors; 0: none */
    bool accuracy;      /* the mode of the summary says so */
    bool skipped;       /* a summary of an accuracy run was left out */
};

/* --- numbers --- */

struct stat {           /* "99.90 percentile first token latency" in its parts */
    struct bk_str name; /* for the alias table: "first token latency" */
    struct bk_str stat; /* "p99.9"; empty: none */
};

/* "50.00", "90th" -> "p50", "p90". */
static bool percentile(struct bk_arena *a, struct bk_str word, struct bk_str *stat)
{
    static const char *const endings[] = {"th", "st", "nd", "rd"};
    char out[32];
    double p;
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        if (bk_ends(word, bk_str(endings[i]))) {
            word = bk_upto(word, word.len - 2);
            break;
        }
    }
    if (!bk_parse_double(word, &p) || p < 0 || p > 100)
        return false;
    size_t len = bk_format_double(p, out);
    *stat = bk_fmt(a, "p%.*s", (int)len, out);
    return true;
}

/* "50.00 percentile latency", "90th first token percentile latency", "Min latency",
 * "Mean Time to Output Token". */
static struct stat stat_of(struct bk_arena *a, struct bk_str label)
{
    static const char *const words[] = {"Min", "Max", "Mean"};
    struct stat s = {.name = label};
    struct bk_str first, rest = bk_trim(bk_cut(label, ' ', &first));
    if (percentile(a, first, &s.stat)) {
        size_t at = bk_find(rest, BK_S("percentile"));
        if (at == BK_NONE)
            return (struct stat){.name = label};
        struct bk_str before = bk_trim(bk_upto(rest, at));
        struct bk_str behind = bk_trim(bk_from(rest, at + strlen("percentile")));
        s.name = bk_fmt(a, "%.*s%s%.*s", BK_F(before), before.len > 0 ? " " : "",
                        BK_F(behind));
        return s;
    }
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (bk_is(first, words[i]) && rest.len > 0) {
            s.stat = bk_lower(a, first);
            s.name = rest;
        }
    }
    return s;
}

/* "target_latency (ns)": the name, and "ns". */
static struct bk_str without_unit(struct bk_str label, struct bk_str *unit)
{
    *unit = (struct bk_str){0};
    size_t open = bk_rfind_char(label, '(');
    if (open == BK_NONE || open == 0 || !bk_ends(label, BK_S(")")))
        return label;
    *unit = bk_upto(bk_from(label, open + 1), label.len - open - 2);
    return bk_trim(bk_upto(label, open));
}

/* Adds the number unless the summary has said so before: headlines stand again among
 * the statistics. */
static void measure(struct reader *r, const struct bk_target *t,
                    const struct bk_reading *reading)
{
    unsigned rank;
    struct bk_measurement *m = bk_emit_target(r->im, r->run, t, reading);
    if (m != NULL && !bk_run_new_claim(r->run, m, &rank))
        r->run->n_measurements--;
    else if (m != NULL)
        m->rank = rank;
}

static void take_number(struct reader *r, struct bk_str label, struct bk_str value)
{
    const struct bk_importing *im = r->im;
    struct bk_reading reading = {
        .name = label, .text = value, .locator = bk_line_locator(im->arena, r->line)};
    struct bk_str bare = without_unit(label, &reading.unit);
    struct stat s = stat_of(im->arena, bare);
    if (r->of == OF_INTERVALS && s.stat.len > 0)
        s.name = BK_S("issue interval");
    struct bk_target t = bk_dict_find(im->dict, im->format, s.name);
    if (t.kind == BK_TARGET_NONE)
        reading.name = s.stat.len > 0 ? s.name : bare;
    if (s.stat.len > 0)
        t.stat = s.stat;
    bool of_samples = r->of == OF_SAMPLES && t.kind == BK_TARGET_METRIC;
    if (of_samples)
        t.scope = BK_S(PER_SAMPLE);
    measure(r, &t, &reading);
    if (of_samples && t.stat.len > 0 && t.stat.ptr[0] == 'm') {
        t.scope = (struct bk_str){0};
        measure(r, &t, &reading);
    }
}

/* --- parameters --- */

/* As written, except that times are in seconds and their names without a unit.  Seeds
 * have more digits than any number type here holds and stay text. */
static void take_parameter(struct reader *r, struct bk_str label, struct bk_str value)
{
    struct bk_arena *a = r->im->arena;
    struct bk_str unit, name = without_unit(label, &unit);
    const struct bk_unit *u = bk_dict_unit(r->im->dict, unit);
    double number;
    char out[32];
    if (u != NULL && bk_parse_double(value, &number))
        value = (struct bk_str){out, bk_format_double(number * u->factor, out)};
    bk_run_param(a, r->run, bk_dup(a, name), bk_dup(a, value),
                 bk_line_locator(a, r->line));
}

static void name_param(struct reader *r, const char *name, struct bk_str value)
{
    struct bk_arena *a = r->im->arena;
    if (value.len > 0)
        bk_run_param(a, r->run, bk_str(name), bk_dup(a, value),
                     bk_line_locator(a, r->line));
}

/* v0.5 writes "Single Stream" and "Performance", later ones "SingleStream" and
 * "PerformanceOnly". */
static void take_scenario(struct reader *r, struct bk_str value)
{
    struct bk_buf b = {0};
    for (size_t i = 0; i < value.len; i++) {
        if (value.ptr[i] != ' ')
            bk_buf_addc(&b, value.ptr[i]);
    }
    name_param(r, "scenario", bk_buf_str(&b));
    bk_buf_free(&b);
}

static void take_mode(struct reader *r, struct bk_str value)
{
    r->accuracy = bk_starts(value, BK_S("Accuracy"));
    if (bk_is(value, "Performance"))
        value = BK_S("PerformanceOnly");
    name_param(r, "mode", value);
}

/* --- validity --- */

static void add_reason(struct reader *r, struct bk_str reason)
{
    struct bk_run *run = r->run;
    if (run->invalid_why.len < LONGEST_WHY && reason.len > 0)
        run->invalid_why = bk_fmt(r->im->arena, "%.*s%s%.*s", BK_F(run->invalid_why),
                                  run->invalid_why.len > 0 ? "; " : "", BK_F(reason));
}

/* "  Min duration satisfied : NO". */
static void take_constraint(struct reader *r, struct bk_str label, struct bk_str value)
{
    struct bk_arena *a = r->im->arena;
    bool no = bk_eq_nocase(value, BK_S("no"));
    bool yes = bk_eq_nocase(value, BK_S("yes"));
    struct bk_threshold *t = BK_PUSH(a, r->run->thresholds, r->run->n_thresholds);
    *t = (struct bk_threshold){.metric = BK_S("result"),
                               .expression = bk_dup(a, label),
                               .state = no    ? BK_THRESHOLD_FAILED
                                        : yes ? BK_THRESHOLD_PASSED
                                              : BK_THRESHOLD_UNKNOWN,
                               .locator = bk_line_locator(a, r->line)};
    if (no)
        add_reason(r, bk_fmt(a, "%.*s: NO", BK_F(label)));
}

static void take_result(struct reader *r, struct bk_str value)
{
    r->run->invalid = bk_is(value, "INVALID");
    if (r->run->invalid)
        add_reason(r, BK_S("LoadGen says that the result is INVALID"));
}

/* --- lines --- */

static bool is_rule(struct bk_str s)
{
    size_t n = 0;
    while (n < s.len && s.ptr[n] == '=')
        n++;
    return n >= 10 && n == s.len;
}

static void take_result_line(struct reader *r, struct bk_str label, struct bk_str value)
{
    if (bk_is(label, "SUT name"))
        name_param(r, "sut", value);
    else if (bk_is(label, "Scenario"))
        take_scenario(r, value);
    else if (bk_is(label, "Mode"))
        take_mode(r, value);
    else if (bk_is(label, "Result is"))
        take_result(r, value);
    else if (bk_ends(label, BK_S("satisfied")))
        take_constraint(r, label, value);
    else
        take_number(r, label, value);
}

/* Headings within the statistics of v0.5. */
static bool take_heading(struct reader *r, struct bk_str label)
{
    if (bk_starts(label, BK_S("Intervals between each IssueQuery")))
        r->of = OF_INTERVALS;
    else if (bk_is(label, "Per-query latency"))
        r->of = OF_REQUESTS;
    else if (bk_is(label, "Per-sample latency"))
        r->of = OF_SAMPLES;
    else
        return false;
    return true;
}

static void take_pair(struct reader *r, struct bk_str s)
{
    struct bk_str label, value = bk_trim(bk_cut(s, ':', &label));
    label = bk_trim(label);
    if (take_heading(r, label) || label.len == 0 || value.len == 0 ||
        bk_utf8_bad(s) != BK_NONE || r->values++ >= MAX_VALUES)
        return;
    switch (r->section) {
    case NO_SUMMARY:
    case REASONS:
        return;
    case RESULTS:
        take_result_line(r, label, value);
        return;
    case EARLY:
    case STATS:
        take_number(r, label, value);
        return;
    case PARAMETERS:
        take_parameter(r, label, value);
        return;
    }
}

/* " * Increase the target QPS ...": a reason or an early stopping estimate. */
static void take_item(struct reader *r, struct bk_str s)
{
    s = bk_trim(bk_from(s, 1));
    if (r->section == REASONS && r->values++ < MAX_VALUES && r->run->invalid &&
        bk_utf8_bad(s) == BK_NONE)
        add_reason(r, s);
    else if (r->section == EARLY && bk_find_char(s, ':') != BK_NONE)
        take_pair(r, s);
}

/* "3 warnings encountered. See detailed log.", "No errors encountered during test." */
static bool take_log_note(struct reader *r, struct bk_str s)
{
    struct bk_str count, rest = bk_cut(s, ' ', &count);
    size_t at = bk_find(rest, BK_S(" encountered"));
    bool warnings = bk_starts(rest, BK_S("warning"));
    bool errors = bk_starts(rest, BK_S("error")) || bk_starts(rest, BK_S("ERROR"));
    if (at == BK_NONE || (!warnings && !errors))
        return false;
    r->warned_line = r->line;
    if (r->run != NULL && !bk_is(count, "No") && r->values++ < MAX_VALUES)
        take_number(
            r, warnings ? BK_S("warnings encountered") : BK_S("errors encountered"),
            count);
    if (errors)
        r->section = NO_SUMMARY; /* the last line of a summary */
    return true;
}

static void end_summary(struct reader *r)
{
    if (r->run == NULL)
        return;
    if (r->accuracy && r->run->n_measurements == 0) {
        r->runs.n--;
        r->skipped = true;
    }
    r->run = NULL;
    r->section = NO_SUMMARY;
}

static bool begin_summary(struct reader *r, struct bk_err *err)
{
    end_summary(r);
    if (r->runs.n == MAX_RUNS)
        return bk_fail(err, BK_EINPUT, "line %zu: more than %zu summaries", r->line,
                       MAX_RUNS);
    r->run = bk_runs_add(r->im, &r->runs);
    r->section = RESULTS;
    r->of = OF_REQUESTS;
    r->values = 0;
    r->accuracy = false;
    return true;
}

static bool take_line(struct reader *r, struct bk_str s, struct bk_err *err)
{
    s = bk_trim(bk_upto(s, LONGEST_LINE));
    if (s.len == 0 || is_rule(s))
        return true;
    if (bk_is(s, HEADING))
        return begin_summary(r, err);
    if (take_log_note(r, s) || r->section == NO_SUMMARY)
        return true;
    if (bk_is(s, "Additional Stats")) {
        r->section = STATS;
        r->of = OF_REQUESTS;
    } else if (bk_is(s, "Test Parameters Used")) {
        r->section = PARAMETERS;
    } else if (bk_is(s, "Recommendations:")) {
        r->section = REASONS;
    } else if (bk_ends(s, BK_S("Early Stopping Result:"))) {
        r->section = EARLY;
    } else if (s.ptr[0] == '*') {
        take_item(r, s);
    } else if (bk_find_char(s, ':') != BK_NONE) {
        take_pair(r, s);
    }
    return true;
}

static bool no_summary(const struct reader *r, struct bk_err *err)
{
    if (r->skipped || r->warned_line > 0)
        return bk_fail(err, BK_ESKIP,
                       "an accuracy run: LoadGen measures nothing in it, its results "
                       "are in mlperf_log_accuracy.json");
    return bk_fail(err, BK_EINPUT,
                   "line %zu: the text ends without an MLPerf results summary",
                   r->line > 0 ? r->line : 1);
}

static bool import(struct bk_input *in, const struct bk_importing *im,
                   struct bk_err *err)
{
    struct reader r = {.im = im};
    struct bk_str line;
    bool more = true;
    for (;;) {
        if (!bk_input_line(in, &line, &r.line, &more, NULL, err))
            return false;
        if (!more)
            break;
        if (!take_line(&r, line, err))
            return false;
    }
    end_summary(&r);
    if (r.runs.n == 0)
        return no_summary(&r, err);
    return bk_runs_send(im, &r.runs, err);
}

/* --- the bid --- */

static int bid(const struct bk_input *in)
{
    struct bk_str head = bk_input_head(in), rest = head, line;
    bool heading = false, results = false;
    while (bk_next_line(&rest, &line)) {
        line = bk_trim(line);
        heading = heading || bk_is(line, HEADING);
        results = results || (heading && (bk_starts(line, BK_S("SUT name")) ||
                                          bk_starts(line, BK_S("Result is"))));
    }
    if (results)
        return 95;
    bool notes = bk_has(head, BK_S("errors encountered during test.")) ||
                 bk_has(head, BK_S(" encountered. See detailed log."));
    return notes && bk_input_is_whole(in) && head.len <= ACCURACY_LOG ? 85 : 0;
}

const struct bk_importer bk_importer_mlperf = {
    .name = "mlperf",
    .title = "MLPerf LoadGen summary",
    .upstream = "MLCommons LoadGen v0.5 to v5: mlperf_log_summary.txt",
    .gives = "one run a summary",
    .example = "python3 run.py --scenario Server (writes mlperf_log_summary.txt)",
    .signature =
        "the heading \"MLPerf Results Summary\" with a SUT name or a result below it",
    .traps = "Latencies are whole nanoseconds.\n"
             "An INVALID result has all its numbers; its run is invalid.\n"
             "The summary of an accuracy run has no numbers and is skipped.",
    .version = 1,
    .bid = bid,
    .import = import,
};
