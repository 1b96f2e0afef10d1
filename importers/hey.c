/* What hey prints (https://github.com/rakyll/hey, requester/print.go, 0.1.x), as text or,
 * with -o csv, one request a line.  Times are in seconds.  Statistics cover the requests
 * that got an answer of any status; those without one are only counted, by their error.
 * When none got an answer the numbers are NaN and 0.  A percentile that was not reached
 * is printed as "0% in 0.0000 secs".  The extremes of DNS+dialup are, by a slip of hey,
 * those of the whole requests. */
#include "importer.h"

#include "../src/base/num.h"
#include "shared/load.h"

#include <math.h>
#include <string.h>

#define MAX_TEXT ((size_t)16 * 1024 * 1024)
#define LONGEST  ((size_t)100)

static const char *const times[] = {"DNS+dialup",     "DNS",           "Request-write",
                                    "Response-delay", "Response-read", NULL};
static const struct bk_load_columns columns = {.latency = "response-time",
                                               .offset = "offset",
                                               .status = "status-code",
                                               .times = times};

enum section {
    SECTION_NONE,
    SECTION_SUMMARY,
    SECTION_PERCENTILES,
    SECTION_DETAILS,
    SECTION_CODES,
    SECTION_ERRORS,
    SECTION_OTHER
};

struct reader {
    const struct bk_importing *im;
    struct bk_run *run;
    struct bk_outcomes outcomes;
    bool answered; /* some request was */
    bool summary;  /* the first block was begun */
    enum section section;
    size_t line;
};

static enum section section_of(struct bk_str line)
{
    static const struct {
        const char *start;
        enum section section;
    } sections[] = {
        {"Summary:", SECTION_SUMMARY},
        {"Latency distribution:", SECTION_PERCENTILES},
        {"Details (", SECTION_DETAILS},
        {"Status code distribution:", SECTION_CODES},
        {"Error distribution:", SECTION_ERRORS},
        {"Response time histogram:", SECTION_OTHER},
    };
    for (size_t i = 0; i < sizeof sections / sizeof *sections; i++) {
        if (bk_starts(line, bk_str(sections[i].start)))
            return sections[i].section;
    }
    return SECTION_NONE;
}

static void emit(struct reader *r, struct bk_str name, struct bk_str stat,
                 struct bk_str text)
{
    bk_load_quantity(
        r->im, r->run,
        (struct bk_reading){.name = bk_upto(name, LONGEST),
                            .stat = stat,
                            .text = text,
                            .half = (double)NAN,
                            .locator = bk_line_locator(r->im->arena, r->line)});
}

/* --- lines --- */

/* "  Slowest:	0.0681 secs" */
static void take_summary(struct reader *r, struct bk_str line)
{
    struct bk_str name;
    struct bk_str value = bk_trim(bk_cut(line, ':', &name));
    bool time =
        bk_is(name, "Slowest") || bk_is(name, "Fastest") || bk_is(name, "Average");
    if (value.len > 0 && (r->answered || !time))
        emit(r, name, BK_S(""), value);
}

/* "  90% in 0.0553 secs" */
static void take_percentile(struct reader *r, struct bk_str line)
{
    size_t in = bk_find(line, BK_S("% in "));
    double p;
    if (in == BK_NONE || !bk_parse_double(bk_upto(line, in), &p) || p <= 0 ||
        !r->answered)
        return;
    emit(r, BK_S("Latency"), bk_upto(line, in + 1),
         bk_from(line, in + strlen("% in ")));
}

/* "  resp wait:	0.0045 secs, 0.0005 secs, 0.0243 secs" */
static void take_details(struct reader *r, struct bk_str line)
{
    static const char *const stats[] = {"mean", "min", "max"};
    struct bk_str name, part;
    struct bk_str rest = bk_cut(line, ':', &name);
    bool dialup = bk_is(bk_trim(name), "DNS+dialup");
    for (size_t i = 0; i < sizeof stats / sizeof *stats && rest.len > 0; i++) {
        rest = bk_cut(rest, ',', &part);
        if (r->answered && !(dialup && i > 0))
            emit(r, bk_trim(name), bk_str(stats[i]), bk_trim(part));
    }
}

/* "  [200]	400 responses", "  [30]	Get ...: connection refused" */
static void take_count(struct reader *r, struct bk_str line)
{
    size_t close = bk_find_char(line, ']');
    double n;
    if (line.len == 0 || line.ptr[0] != '[' || close == BK_NONE)
        return;
    struct bk_str number = bk_upto(bk_from(line, 1), close - 1), word;
    struct bk_str code = BK_S("0");
    if (r->section == SECTION_CODES) {
        code = number;
        bk_cut(bk_trim(bk_from(line, close + 1)), ' ', &word);
        number = word;
    }
    if (!bk_parse_double(number, &n))
        return;
    bk_load_status(&r->outcomes, code, n);
    r->outcomes.locator = bk_line_locator(r->im->arena, r->line);
    r->answered = r->outcomes.ok + r->outcomes.failed > 0;
}

/* The counts stand last, and say whether the numbers before them are any. */
static void read_lines(struct reader *r, struct bk_str text, bool counts)
{
    struct bk_str line;
    r->section = SECTION_NONE;
    for (r->line = 1; bk_next_line(&text, &line); r->line++) {
        enum section next = section_of(bk_trim(line));
        line = bk_trim(line);
        if (next != SECTION_NONE) {
            r->section = next;
            r->summary = r->summary || next == SECTION_SUMMARY;
            continue;
        }
        bool count = r->section == SECTION_CODES || r->section == SECTION_ERRORS;
        if (counts && count)
            take_count(r, line);
        if (counts || line.len == 0)
            continue;
        if (r->section == SECTION_SUMMARY)
            take_summary(r, line);
        else if (r->section == SECTION_PERCENTILES)
            take_percentile(r, line);
        else if (r->section == SECTION_DETAILS)
            take_details(r, line);
    }
}

static bool import(struct bk_input *in, const struct bk_importing *im,
                   struct bk_err *err)
{
    struct reader r = {.im = im, .run = bk_run_new(im->arena)};
    struct bk_str text;
    if (bk_load_is_samples(in, &columns))
        return bk_load_samples(in, im, &columns, err);
    if (!bk_input_text(in, MAX_TEXT, &text, err))
        return false;
    r.run->think_time_s = (double)NAN;
    r.run->closed_loop = true;
    read_lines(&r, text, true);
    if (!r.summary)
        return bk_fail(err, BK_EINPUT, "line 1: no summary of hey");
    if (!r.outcomes.any)
        r.answered = true; /* cut off before the counts: nothing speaks against it */
    read_lines(&r, text, false);
    bk_load_outcomes(im, r.run, &r.outcomes);
    if (!r.outcomes.any)
        bk_run_finding(im->arena, r.run, "truncated", BK_WARNING, BK_S("summary"),
                       "the text ends before the counts of answers and errors");
    bk_emit_drop_zero_latency(im, r.run);
    bk_emit_derived(im, r.run);
    return im->sink->run(im->sink, r.run, err);
}

static int bid(const struct bk_input *in)
{
    struct bk_str rest = bk_input_head(in), line;
    bool summary = false, rate = false, slowest = false, first = true, start = false;
    if (bk_load_is_samples(in, &columns))
        return 95;
    while (bk_next_line(&rest, &line)) {
        line = bk_trim(line);
        if (line.len == 0)
            continue;
        if (bk_starts(line, BK_S("Summary:"))) {
            summary = true;
            start = first;
        }
        /* oha's own line */
        if (summary && bk_starts(line, BK_S("Success rate:")))
            return 0;
        slowest = slowest || (summary && bk_starts(line, BK_S("Slowest:")) &&
                              bk_ends(line, BK_S("secs")));
        rate = rate || (slowest && bk_starts(line, BK_S("Requests/sec:")));
        first = false;
    }
    return rate ? start ? 95 : 85 : 0;
}

const struct bk_importer bk_importer_hey = {
    .name = "hey",
    .title = "hey output",
    .upstream = "hey 0.1.x, text and -o csv",
    .gives = "one run; of the CSV exact statistics and a timeline",
    .example = "hey -n 400 -c 8 http://HOST/ > hey.txt",
    .signature = "\"Summary:\" with Slowest in secs and Requests/sec below it; or the "
                 "header of hey -o csv",
    .traps = "When nothing was answered, NaN and 0 stand for nothing and are dropped.\n"
             "A percentile \"0% in 0.0000 secs\" was not reached.\n"
             "Statistics cover requests that got an answer, of any status.",
    .version = 1,
    .bid = bid,
    .import = import,
};
