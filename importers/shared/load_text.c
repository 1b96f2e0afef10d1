/* The summaries of hey, oha and ghz (see load_text.h):
 *   https://github.com/rakyll/hey, requester/print.go, 0.1.x;
 *   https://github.com/hatoo/oha, src/printer.rs, 0.4 to 1.x: units that fit the slowest
 *     request ("1.2345 10 sec" too), the success rate as 1.0000 or 100.00%, breakdowns
 *     by status; colours may be on;
 *   https://github.com/bojand/ghz, printer/: statuses have names, and errors are those
 *     of other statuses than OK once more.
 * When nothing was answered the numbers are NaN and 0.  A percentile that was not reached
 * is printed by hey as "0% in 0.0000 secs".  The extremes of DNS+dialup are, by a slip of
 * hey, those of the whole requests. */
#include "load_text.h"

#include "../../src/base/num.h"
#include "runs.h"

#include <math.h>
#include <string.h>

#define MAX_TEXT        ((size_t)16 * 1024 * 1024)
#define LONGEST         ((size_t)100)
#define MAX_SHARE_ERROR 1e-6

enum section {
    SECTION_NONE,
    SECTION_SUMMARY,
    SECTION_PERCENTILES,
    SECTION_DETAILS,
    SECTION_CODES,
    SECTION_ERRORS,
    SECTION_OTHER
};

struct heading {
    const char *start;
    enum section section;
    const char *scope; /* of its numbers */
};

static const struct heading headings[] = {
    {"Summary:", SECTION_SUMMARY, ""},
    {"Latency distribution:", SECTION_PERCENTILES, ""},
    {"Response time distribution:", SECTION_PERCENTILES, ""},
    {"Response time distribution (2xx", SECTION_PERCENTILES, "ok"},
    {"Response time distribution (4xx", SECTION_PERCENTILES, "failed"},
    {"Details (", SECTION_DETAILS, ""},
    {"Status code distribution:", SECTION_CODES, ""},
    {"Error distribution:", SECTION_ERRORS, ""},
    {"Response time histogram", SECTION_OTHER, ""},
    {"```", SECTION_NONE, ""}, /* the text around it goes on */
};

struct reader {
    const struct bk_importing *im;
    struct bk_runs runs;
    struct bk_run *run;
    enum bk_load_tool tool; /* of this summary */
    struct bk_outcomes outcomes;
    bool answered; /* some request was */
    enum section section;
    struct bk_str scope;
    size_t line;
};

/* --- lines --- */

/* Without what switches colours on and off. */
static struct bk_str plain(struct bk_arena *a, struct bk_str line)
{
    if (bk_find_char(line, '\033') == BK_NONE)
        return bk_trim(line);
    char *out = bk_alloc(a, line.len + 1);
    size_t n = 0;
    for (size_t i = 0; i < line.len; i++) {
        if (line.ptr[i] != '\033') {
            out[n++] = line.ptr[i];
            continue;
        }
        while (i < line.len && line.ptr[i] != 'm')
            i++;
    }
    return bk_trim((struct bk_str){out, n});
}

static const struct heading *heading_of(struct bk_str line)
{
    for (size_t i = 0; i < sizeof headings / sizeof *headings; i++) {
        if (bk_starts(line, bk_str(headings[i].start)))
            return &headings[i];
    }
    return NULL;
}

enum bk_load_tool bk_load_text_tool(struct bk_str head, bool *first)
{
    struct bk_arena *a = bk_arena_new();
    enum bk_load_tool tool = BK_LOAD_NONE;
    struct bk_str line;
    bool summary = false, slowest = false, counted = false, rated = false;
    *first = true;
    while (tool == BK_LOAD_NONE && bk_next_line(&head, &line)) {
        line = plain(a, line);
        summary = summary || bk_starts(line, BK_S("Summary:"));
        *first = *first && (summary || line.len == 0);
        rated = rated || (summary && bk_starts(line, BK_S("Success rate:")));
        counted = counted || (summary && bk_starts(line, BK_S("Count:")));
        slowest = slowest || (summary && bk_starts(line, BK_S("Slowest:")) &&
                              (rated || counted || bk_ends(line, BK_S("secs"))));
        if (slowest && bk_starts(line, BK_S("Requests/sec:")))
            tool = rated ? BK_LOAD_OHA : counted ? BK_LOAD_GHZ : BK_LOAD_HEY;
    }
    bk_arena_free(a);
    return tool;
}

/* --- numbers --- */

/* "0.0681 secs", "1.2345 10 sec", "86.90 MiB", "100.00%", "155.7438" */
static void emit(struct reader *r, struct bk_str name, struct bk_str stat,
                 struct bk_str text)
{
    struct bk_str digits, unit = bk_trim(bk_cut(text, ' ', &digits));
    struct bk_reading q = {
        .name = bk_upto(name, LONGEST),
        .stat = stat,
        .scope = r->scope,
        .text = text,
        .half = (double)NAN,
        .locator = bk_line_locator(r->im->arena, r->line),
    };
    double value;
    if (bk_is(r->scope, "ok"))
        q.population = BK_POP_OK;
    else if (r->scope.len > 0)
        q.population = BK_POP_UNKNOWN;
    if (bk_starts(unit, BK_S("10 ")) && bk_parse_double(digits, &value)) {
        q.has_value = true;
        q.value = 10 * value;
        q.half = 10 * bk_half_digit(digits);
        q.unit = bk_trim(bk_from(unit, strlen("10 ")));
        bk_emit(r->im, r->run, &q);
    } else if (bk_is(name, "Size/sec") && bk_parse_double(digits, &value)) {
        q.text = digits;
        q.unit = bk_fmt(r->im->arena, "%.*s/s", BK_F(bk_upto(unit, LONGEST)));
        bk_emit(r->im, r->run, &q);
    } else {
        bk_load_quantity(r->im, r->run, q);
    }
}

/* "Slowest:	0.0681 secs" */
static void take_summary(struct reader *r, struct bk_str line)
{
    struct bk_str name;
    struct bk_str value = bk_trim(bk_cut(line, ':', &name));
    bool time =
        bk_is(name, "Slowest") || bk_is(name, "Fastest") || bk_is(name, "Average");
    bool number = value.len > 0 && value.ptr[0] >= '0' && value.ptr[0] <= '9';
    if (number && (r->answered || !time))
        emit(r, name, BK_S(""), value);
}

/* "90% in 0.0553 secs", "90.00% in 0.0553 sec", "90 % in 8.53 ms" */
static void take_percentile(struct reader *r, struct bk_str line)
{
    size_t in = bk_find(line, BK_S("% in "));
    char stat[32];
    double p;
    if (in == BK_NONE || !bk_parse_double(bk_trim(bk_upto(line, in)), &p) || !(p > 0) ||
        !(p <= 100) || !r->answered)
        return;
    bk_format_double(p, stat);
    struct bk_str value = bk_from(line, in + strlen("% in "));
    if (value.len > 0 && value.ptr[0] >= '0' && value.ptr[0] <= '9')
        emit(r, BK_S("Latency"), bk_fmt(r->im->arena, "%s%%", stat), value);
}

/* "resp wait:	0.0045 secs, 0.0005 secs, 0.0243 secs" */
static void take_details(struct reader *r, struct bk_str line)
{
    static const char *const stats[] = {"mean", "min", "max"};
    struct bk_str name, part;
    struct bk_str rest = bk_cut(line, ':', &name);
    bool slip = r->tool == BK_LOAD_HEY && bk_is(bk_trim(name), "DNS+dialup");
    for (size_t i = 0; i < sizeof stats / sizeof *stats && rest.len > 0; i++) {
        rest = bk_cut(rest, ',', &part);
        if (r->answered && !(slip && i > 0))
            emit(r, bk_trim(name), bk_str(stats[i]), bk_trim(part));
    }
}

static bool is_counted(const struct reader *r, struct bk_str line)
{
    /* what the deadline broke off is in neither of oha's counts */
    return r->section == SECTION_CODES ||
           (r->tool == BK_LOAD_HEY ||
            (r->tool == BK_LOAD_OHA &&
             !bk_ends(line, BK_S("aborted due to deadline"))));
}

/* "[200]	400 responses", "[30]	Get ...: connection refused", "[OK] 20 responses" */
static void take_count(struct reader *r, struct bk_str line)
{
    size_t close = bk_find_char(line, ']');
    double n;
    if (line.len == 0 || line.ptr[0] != '[' || close == BK_NONE || !is_counted(r, line))
        return;
    struct bk_str number = bk_upto(bk_from(line, 1), close - 1), word;
    struct bk_str code = BK_S("0");
    if (r->section == SECTION_CODES) {
        code = number;
        bk_cut(bk_trim(bk_from(line, close + 1)), ' ', &word);
        number = word;
    }
    if (r->tool == BK_LOAD_GHZ) /* the statuses of gRPC */
        code = bk_is(code, "OK") ? BK_S("200") : BK_S("500");
    if (!bk_parse_double(number, &n))
        return;
    bk_load_status(&r->outcomes, code, n);
    r->outcomes.locator = bk_line_locator(r->im->arena, r->line);
    r->answered = r->outcomes.ok + r->outcomes.failed > 0;
}

/* --- summaries --- */

/* The counts stand last, and say whether the numbers before them are any. */
static void read_lines(struct reader *r, struct bk_str text, size_t line, bool counts)
{
    struct bk_str text_line;
    r->section = SECTION_NONE;
    for (r->line = line; bk_next_line(&text, &text_line); r->line++) {
        struct bk_str s = plain(r->im->arena, text_line);
        const struct heading *h = heading_of(s);
        if (h) {
            r->section = h->section;
            r->scope = bk_str(h->scope);
            continue;
        }
        bool count = r->section == SECTION_CODES || r->section == SECTION_ERRORS;
        if (counts && count)
            take_count(r, s);
        if (counts || s.len == 0)
            continue;
        if (r->section == SECTION_SUMMARY)
            take_summary(r, s);
        else if (r->section == SECTION_PERCENTILES)
            take_percentile(r, s);
        else if (r->section == SECTION_DETAILS)
            take_details(r, s);
    }
}

void bk_load_settle_error_rate(const struct bk_importing *im, struct bk_run *run,
                               const struct bk_outcomes *o)
{
    double n = o->ok + o->failed + o->errors;
    if (!o->any || n <= 0)
        return;
    double share = (o->failed + o->errors) / n;
    for (size_t i = 0; i < run->n_measurements; i++) {
        struct bk_measurement *m = &run->measurements[i];
        if (!bk_is(m->metric, "error_rate") || m->scope.len > 0)
            continue;
        if (m->low <= share + MAX_SHARE_ERROR && m->high >= share - MAX_SHARE_ERROR)
            return;
        m->rank = 1;
    }
    struct bk_measurement *d =
        bk_run_derive(im->arena, run, "error_rate", "value", "ratio", share,
                      "(statuses outside 200 to 399 + errors) / requests");
    d->locator = o->locator;
}

/* "$ oha -c 20 -z 10s http://..." above the summary. */
static void take_command(struct reader *r, struct bk_str command)
{
    size_t at = bk_find(command, BK_S(" -c "));
    struct bk_str word;
    int64_t n;
    bool names = bk_has(command, BK_S("hey ")) || bk_has(command, BK_S("hey_")) ||
                 bk_has(command, BK_S("oha ")) || bk_has(command, BK_S("ghz "));
    if (at == BK_NONE || !names)
        return;
    bk_cut(bk_trim(bk_from(command, at + strlen(" -c "))), ' ', &word);
    if (bk_parse_int64(word, &n) && n > 0)
        bk_run_param(r->im->arena, r->run, BK_S("concurrency"),
                     bk_dup(r->im->arena, word), BK_S("command line"));
}

static void read_summary(struct reader *r, struct bk_str text, size_t line,
                         struct bk_str command)
{
    r->run = bk_runs_add(r->im, &r->runs);
    r->run->think_time_s = (double)NAN;
    r->run->closed_loop = true;
    r->outcomes = (struct bk_outcomes){.any = false};
    r->answered = false;
    take_command(r, command);
    read_lines(r, text, line, true);
    if (!r->outcomes.any)
        r->answered = true; /* cut off before the counts: nothing speaks against it */
    read_lines(r, text, line, false);
    if (r->tool == BK_LOAD_OHA)
        bk_load_settle_error_rate(r->im, r->run, &r->outcomes);
    bk_load_outcomes(r->im, r->run, &r->outcomes);
    if (!r->outcomes.any)
        bk_run_finding(r->im->arena, r->run, "truncated", BK_WARNING, BK_S("summary"),
                       "the text ends before the counts of answers and errors");
    bk_emit_drop_zero_latency(r->im, r->run);
}

struct start { /* where a summary begins */
    size_t offset, line;
    struct bk_str command; /* the last line before it that may be one */
};

static struct start *find_starts(struct bk_arena *a, struct bk_str text, size_t *n)
{
    struct start *starts = NULL;
    struct bk_str rest = text, line, command = {0};
    size_t number = 0;
    for (size_t offset = 0; bk_next_line(&rest, &line); offset = text.len - rest.len) {
        struct bk_str s = plain(a, line);
        number++;
        if (bk_starts(s, BK_S("Summary:"))) {
            *BK_PUSH(a, starts, *n) = (struct start){offset, number, command};
            command = (struct bk_str){0};
        } else if (bk_has(s, BK_S(" -c "))) {
            command = s;
        }
    }
    return starts;
}

bool bk_load_text(struct bk_input *in, const struct bk_importing *im,
                  enum bk_load_tool tool, struct bk_err *err)
{
    struct reader r = {.im = im};
    struct bk_str text;
    size_t n = 0;
    if (!bk_input_text(in, MAX_TEXT, &text, err))
        return false;
    const struct start *starts = find_starts(im->arena, text, &n);
    for (size_t i = 0; i < n; i++) {
        size_t end = i + 1 < n ? starts[i + 1].offset : text.len;
        struct bk_str part =
            bk_upto(bk_from(text, starts[i].offset), end - starts[i].offset);
        bool first;
        r.tool = bk_load_text_tool(part, &first);
        bool alone = r.tool == BK_LOAD_NONE && n == 1; /* cut off */
        if (alone)
            r.tool = tool;
        if (r.tool != tool && !(tool == BK_LOAD_HEY && r.tool == BK_LOAD_GHZ))
            continue;
        if (r.runs.n == BK_MAX_RUNS)
            return bk_fail(err, BK_EINPUT, "line %zu: too many runs", starts[i].line);
        read_summary(&r, part, starts[i].line, starts[i].command);
    }
    if (r.runs.n == 0)
        return bk_fail(err, BK_EINPUT, "line 1: no summary of a load test");
    return bk_runs_send(im, &r.runs, err);
}
