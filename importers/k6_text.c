/* The console output of k6 (https://github.com/grafana/k6, 0.26 to 2.x): the summary in
 * its two layouts, and the progress lines that k6 prints once a second without a
 * terminal.
 *
 * The block stands among banner, log lines, colours and progress bars, in a file of its
 * own or in the code fences of a Markdown report.  A source may hold several runs: a new
 * one begins with a new banner, when the clock of the progress lines jumps back, or,
 * behind a block, with a new heading or code fence.  A block that is repeated within
 * one run replaces the one before.
 *
 * 'passes' of http_req_failed are requests that failed.  Percentages are cut after two
 * decimals, so the exact ratio is derived from the counts beside them. */
#include "importer.h"

#include "k6_text.h"

#include "../src/base/num.h"
#include "shared/k6.h"

#include <math.h>
#include <string.h>

#define MAX_RUNS        ((size_t)1000)
#define MAX_TICKS       ((size_t)500000)            /* nearly six days of seconds */
#define MAX_MEMORY      ((size_t)160 * 1024 * 1024) /* of records of one source */
#define MAX_LINES       ((size_t)5000)              /* metric lines of one block */
#define MAX_CHECKS      ((size_t)20000)             /* of one block */
#define LONGEST_LINE    ((size_t)64 * 1024) /* bytes that can matter; k6 wraps nothing */
#define LONGEST_HEADING ((size_t)200)
#define MAX_PENDING     ((size_t)5000) /* checks before a block; more are console noise */
#define LONGEST_TIME    ((size_t)64)
#define CLOCK_SLACK_S   5.0 /* a progress line may come that much out of order */
#define SECTION         "\xE2\x96\x88 " /* U+2588 */
#define DETAIL          "\xE2\x86\xB3"  /* U+21B3 */

struct reader {
    const struct bk_importing *im;
    struct bk_arena *a;
    struct k6_run **runs;
    size_t n_runs;
    struct k6_run *run; /* the one in progress: the last of runs, or NULL */
    size_t line;        /* 1-based */
    bool in_fence;
    bool in_thresholds;            /* below "THRESHOLDS" */
    struct bk_str threshold;       /* metric that the next rules are about */
    char heading[LONGEST_HEADING]; /* the last Markdown heading */
    size_t heading_len;
    struct bk_str group;          /* legacy layout: group of the next checks */
    struct bk_str group_scope;    /* v1: selector of the section, or "" */
    struct bk_str scenario_scope; /* v1: the same, of the scenario above it */
    size_t scenario_indent;
    struct bk_arena *scratch; /* of pending */
    struct bk_arena_mark empty;
    struct k6_check *pending; /* checks seen before their block began */
    size_t n_pending;
    struct bk_str not_found; /* "k6: command not found" */
    size_t not_found_line;
    int64_t started_ns; /* of the first log line of the run to come */
    struct bk_str started_text;
};

/* --- runs --- */

static void drop_pending(struct reader *r)
{
    bk_arena_release(r->scratch, r->empty);
    r->pending = NULL;
    r->n_pending = 0;
}

static struct k6_run *start_run(struct reader *r)
{
    struct k6_run *k = bk_alloc(r->a, sizeof *k);
    k->run = bk_run_new(r->a);
    k->run->think_time_s = (double)NAN;
    k->run->started_ns = r->started_ns;
    k->run->started_text = r->started_text;
    k->heading = bk_dup(r->a, (struct bk_str){r->heading, r->heading_len});
    k->line = r->line;
    k->loops_closed = true;
    k->started_before = r->n_runs > 0;
    r->started_ns = BK_NO_TIME;
    r->started_text = (struct bk_str){0};
    r->in_thresholds = false;
    r->group = r->group_scope = r->scenario_scope = (struct bk_str){0};
    *BK_PUSH(r->a, r->runs, r->n_runs) = k;
    r->run = k;
    return k;
}

static struct k6_run *current_run(struct reader *r)
{
    return r->run != NULL ? r->run : start_run(r);
}

/* What comes next belongs to another run, if this one has its summary. */
static void part_runs(struct reader *r)
{
    if (r->run != NULL && r->run->n_lines > 0)
        r->run = NULL;
    drop_pending(r);
}

/* A block begins in this run: what an earlier one said is dropped. */
static struct k6_run *start_block(struct reader *r)
{
    struct k6_run *k = current_run(r);
    if (!k->in_block) {
        k->n_lines = 0;
        k->lines = NULL;
        k->index = (struct bk_map){0};
        k->n_checks = 0;
        k->checks = NULL;
        k->run->n_thresholds = 0;
        k->run->thresholds = NULL;
        k->sections = false;
        k->blocks++;
        k->in_block = true;
        k->block_line = r->line;
        k->fenced = r->in_fence;
    }
    return k;
}

static void end_block(struct reader *r)
{
    if (r->run != NULL)
        r->run->in_block = false;
    r->in_thresholds = false;
    r->group = (struct bk_str){0};
}

/* --- the lines of a summary --- */

static bool take_metric(struct reader *r, const struct bk_k6_line *m,
                        struct bk_err *err)
{
    struct k6_run *k = start_block(r);
    struct bk_str name, scope;
    for (size_t i = 0; i < r->n_pending && !k->sections; i++) {
        struct k6_check *c = BK_PUSH(r->a, k->checks, k->n_checks);
        *c = r->pending[i];
        c->name = bk_dup(r->a, c->name);
        c->passes_text = bk_dup(r->a, c->passes_text);
        c->fails_text = bk_dup(r->a, c->fails_text);
    }
    drop_pending(r);
    bk_k6_split_name(r->a, bk_dup(r->a, m->name), &name, &scope);
    if (name.len == 0)
        name = k->last_name;
    if (name.len == 0)
        return true;
    k->last_name = name;
    if (r->group_scope.len > 0)
        scope = bk_k6_join_scopes(r->a, scope, r->group_scope);
    struct bk_str key = bk_fmt(r->a, "%.*s%.*s", BK_F(name), BK_F(scope));
    struct k6_line *l = bk_map_get(&k->index, key);
    if (l == NULL) {
        if (k->n_lines == MAX_LINES)
            return bk_fail(err, BK_EINPUT,
                           "line %zu: more than %zu metrics in a summary", r->line,
                           MAX_LINES);
        l = bk_alloc(r->a, sizeof *l);
        *BK_PUSH(r->a, k->lines, k->n_lines) = l;
        bk_map_put(r->a, &k->index, key, l);
    }
    k6_keep_line(r->a, l, m, name, scope, r->line);
    return true;
}

/* "✓ status is 200": a check, or in the section of thresholds a rule. */
static bool take_marked(struct reader *r, struct bk_str text, bool passed,
                        struct bk_err *err)
{
    if (r->in_thresholds) {
        k6_add_threshold(r->a, r->run->run, r->threshold, text, passed, r->line);
        return true;
    }
    struct k6_run *k = r->run;
    bool in_block = k != NULL && k->in_block;
    bool inside = in_block && k->sections;
    if (in_block && !k->sections)
        return true; /* in the old layout checks stand before the metrics */
    if (inside && k->n_checks >= MAX_CHECKS)
        return bk_fail(err, BK_EINPUT, "line %zu: more than %zu checks", r->line,
                       MAX_CHECKS);
    if (!inside && r->n_pending >= MAX_PENDING)
        return true;
    struct bk_arena *a = inside ? r->a : r->scratch;
    struct k6_check *check = inside ? BK_PUSH(a, k->checks, k->n_checks)
                                    : BK_PUSH(a, r->pending, r->n_pending);
    *check = (struct k6_check){
        .name = bk_dup(a, text),
        .group = inside && r->group_scope.len > 0 ? r->group_scope : r->group,
        .passed = passed,
        .passes = (double)NAN,
        .fails = (double)NAN,
        .line = r->line,
    };
    return true;
}

/* "↳  66% — ✓ 6222 / ✗ 3190", below its check. */
static void take_detail(struct reader *r, struct bk_str text)
{
    struct k6_run *k = r->run;
    bool inside = k != NULL && k->in_block && k->n_checks > 0;
    struct k6_check *check = inside             ? &k->checks[k->n_checks - 1]
                             : r->n_pending > 0 ? &r->pending[r->n_pending - 1]
                                                : NULL;
    size_t pass = bk_find(text, BK_S(BK_K6_PASS));
    size_t fail = bk_find(text, BK_S(BK_K6_FAIL));
    if (check == NULL || pass == BK_NONE || fail == BK_NONE || fail < pass)
        return;
    struct bk_str passes = bk_upto(bk_from(text, pass + strlen(BK_K6_PASS)),
                                   fail - pass - strlen(BK_K6_PASS));
    struct bk_str fails = bk_trim(bk_from(text, fail + strlen(BK_K6_FAIL)));
    size_t slash = bk_find_char(passes, '/');
    passes = bk_trim(bk_upto(passes, slash));
    int64_t n_passes, n_fails;
    if (!bk_parse_int64(passes, &n_passes) || !bk_parse_int64(fails, &n_fails))
        return;
    check->passes = (double)n_passes;
    check->fails = (double)n_fails;
    check->passes_text = bk_dup(inside ? r->a : r->scratch, passes);
    check->fails_text = bk_dup(inside ? r->a : r->scratch, fails);
    check->line = r->line;
}

/* "█ THRESHOLDS", "█ TOTAL RESULTS", "█ SCENARIO: x", "█ GROUP: x"; in the old layout
 * "█ x" is a group of checks. */
static void take_section(struct reader *r, struct bk_str title, size_t indent)
{
    bool thresholds = bk_is(title, "THRESHOLDS");
    struct bk_str name;
    if (thresholds || bk_is(title, "TOTAL RESULTS")) {
        if (r->run != NULL && r->run->n_lines > 0)
            end_block(r);
        struct k6_run *k = start_block(r);
        k->sections = true;
        r->in_thresholds = thresholds;
        r->group_scope = r->scenario_scope = (struct bk_str){0};
        return;
    }
    r->in_thresholds = false;
    if (bk_starts(title, BK_S("SCENARIO: "))) {
        name = bk_trim(bk_from(title, strlen("SCENARIO: ")));
        r->scenario_scope = bk_fmt(r->a, "{scenario:%.*s}", BK_F(name));
        r->group_scope = r->scenario_scope;
        r->scenario_indent = indent;
    } else if (bk_starts(title, BK_S("GROUP: "))) {
        name = bk_trim(bk_from(title, strlen("GROUP: ")));
        if (indent <= r->scenario_indent)
            r->scenario_scope = (struct bk_str){0};
        struct bk_str scope = bk_fmt(r->a, "{group:::%.*s}", BK_F(name));
        r->group_scope = bk_k6_join_scopes(r->a, scope, r->scenario_scope);
    } else {
        r->group = bk_fmt(r->a, "{group:::%.*s}", BK_F(title));
    }
}

/* --- what stands around it --- */

/* "running (1m33.0s), 092/100 VUs, 5911 complete and 64 interrupted iterations". */
static bool take_progress(struct reader *r, struct bk_str s, struct bk_err *err)
{
    struct bk_tick t;
    if (!k6_progress(s, &t))
        return true;
    end_block(r);
    drop_pending(r);
    struct bk_tick *last = NULL;
    if (r->run != NULL && r->run->run->n_ticks > 0)
        last = &r->run->run->ticks[r->run->run->n_ticks - 1];
    if (last != NULL && t.elapsed_s + CLOCK_SLACK_S < last->elapsed_s) {
        r->run = NULL;
        last = NULL;
    }
    struct k6_run *k = current_run(r);
    t.failed = (double)k->failures;
    if (last != NULL && t.elapsed_s < last->elapsed_s)
        return true;
    if (last != NULL && t.elapsed_s == last->elapsed_s) {
        *last = t;
        return true;
    }
    if (k->run->n_ticks == MAX_TICKS)
        return bk_fail(err, BK_EINPUT, "line %zu: more than %zu progress lines",
                       r->line, MAX_TICKS);
    *BK_PUSH(r->a, k->run->ticks, k->run->n_ticks) = t;
    k->tick_line = r->line;
    return true;
}

/* The banner: "execution: local", "script: x.js", "scenarios: (100.00%) ...", "* name:
 * Up to 500 looping VUs for 3m0s ...". */
static bool take_banner(struct reader *r, struct bk_str s)
{
    bool first = bk_starts(s, BK_S("execution: "));
    bool scenarios = bk_starts(s, BK_S("scenarios: ("));
    if (first || scenarios) {
        end_block(r);
        if (r->run != NULL && (r->run->n_lines > 0 || r->run->run->n_ticks > 0))
            r->run = NULL;
        k6_banner_line(r->a, current_run(r), s, r->line);
        return true;
    }
    bool in_banner = r->run != NULL && r->run->banner && r->run->run->n_ticks == 0 &&
                     r->run->n_lines == 0;
    if (!in_banner || (s.ptr[0] != '*' && !bk_starts(s, BK_S("script: "))))
        return false;
    k6_banner_line(r->a, r->run, s, r->line);
    return true;
}

/* time="2026-02-14T09:11:07Z" level=info msg="...": the first one of a run, before its
 * progress, is its start.  The last one behind a run may be the next one's, for scripts
 * speak before the banner; one behind that banner is better. */
static void take_log_line(struct reader *r, struct bk_str s)
{
    static const char start[] = "time=\"";
    struct bk_str text = bk_from(s, sizeof start - 1);
    struct k6_run *k = r->run;
    bool over = k != NULL && (k->n_lines > 0 || k->run->n_ticks > 0);
    bool known = k != NULL && k->run->started_ns != BK_NO_TIME && !k->started_before;
    bool first = k == NULL && r->n_runs == 0 && r->started_ns != BK_NO_TIME;
    int64_t ns;
    bool zoned;
    text = bk_upto(text, bk_find_char(text, '"'));
    if (first || (known && !over) || text.len > LONGEST_TIME ||
        !bk_parse_iso(text, &ns, &zoned))
        return;
    struct bk_str kept = zoned ? (struct bk_str){0} : bk_dup(r->a, text);
    if (k == NULL || over) {
        r->started_ns = ns;
        r->started_text = kept;
    } else {
        k->run->started_ns = ns;
        k->run->started_text = kept;
        k->started_before = false;
    }
}

/* k6 warns of each request that got no answer (lib/netext/httpext/tracer.go), as text or
 * JSON:  time="..." level=warning msg="Request Failed" error="..."
 *        WARN[0041] Request Failed                                error="..." */
static void count_failure(struct reader *r, struct bk_str s)
{
    bool log = bk_starts(s, BK_S("time=\"")) || bk_starts(s, BK_S("WARN[")) ||
               bk_starts(s, BK_S("{\""));
    if (log && r->run != NULL && r->run->n_lines == 0 &&
        bk_has(s, BK_S("Request Failed")))
        r->run->failures++;
}

static void take_heading(struct reader *r, struct bk_str s)
{
    end_block(r);
    part_runs(r);
    s = bk_upto(bk_trim(s), sizeof r->heading);
    r->heading_len = s.len;
    if (s.len > 0)
        memcpy(r->heading, s.ptr, s.len);
}

static bool take_markdown(struct reader *r, struct bk_str s)
{
    /* what folds a block away names it, as a heading does */
    if (!r->in_fence && bk_starts(s, BK_S("<summary>"))) {
        s = bk_from(s, strlen("<summary>"));
        size_t end = bk_find(s, BK_S("</summary>"));
        take_heading(r, end == BK_NONE ? s : bk_upto(s, end));
        return true;
    }
    if (bk_starts(s, BK_S("```")) || bk_starts(s, BK_S("~~~"))) {
        r->in_fence = !r->in_fence;
        end_block(r);
        if (r->in_fence)
            part_runs(r);
        return true;
    }
    size_t marks = 0;
    while (marks < s.len && s.ptr[marks] == '#')
        marks++;
    if (r->in_fence || marks == 0 || marks > 6 || marks >= s.len || s.ptr[marks] != ' ')
        return false;
    take_heading(r, bk_from(s, marks));
    return true;
}

static void note_missing_tool(struct reader *r, struct bk_str s)
{
    bool missing = bk_has(s, BK_S("k6: command not found")) ||
                   bk_has(s, BK_S("k6: not found")) ||
                   bk_has(s, BK_S("k6: No such file or directory"));
    if (missing && r->not_found.len == 0) {
        r->not_found = bk_dup(r->a, bk_upto(s, 200));
        r->not_found_line = r->line;
    }
}

/* "#### █ THRESHOLDS": in a report the title of a section may be made a heading. */
static struct bk_str without_heading_marks(struct bk_str s)
{
    size_t marks = 0;
    while (marks < s.len && s.ptr[marks] == '#')
        marks++;
    struct bk_str behind = bk_trim(bk_from(s, marks));
    return marks > 0 && bk_starts(behind, BK_S(SECTION)) ? behind : s;
}

/* One line (or what stands between two carriage returns), colours off. */
static bool take_line(struct reader *r, struct bk_str line, struct bk_err *err)
{
    struct bk_str s = bk_trim(k6_without_prefix(line));
    size_t indent = (size_t)(s.len > 0 ? s.ptr - line.ptr : 0);
    struct bk_k6_line metric;
    if (s.len == 0)
        return true;
    s = without_heading_marks(s);
    count_failure(r, s);
    if (bk_starts(s, BK_S("time=\""))) {
        take_log_line(r, s);
        return true;
    }
    if (bk_starts(s, BK_S("running (")))
        return take_progress(r, s, err);
    if (bk_starts(s, BK_S(SECTION))) {
        take_section(r, bk_trim(bk_from(s, strlen(SECTION))), indent);
        return true;
    }
    if (bk_k6_metric_line(s, &metric))
        return take_metric(r, &metric, err);
    if (bk_starts(s, BK_S(BK_K6_PASS " ")))
        return take_marked(r, bk_trim(bk_from(s, strlen(BK_K6_PASS))), true, err);
    if (bk_starts(s, BK_S(BK_K6_FAIL " ")))
        return take_marked(r, bk_trim(bk_from(s, strlen(BK_K6_FAIL))), false, err);
    if (bk_starts(s, BK_S(DETAIL))) {
        take_detail(r, s);
        return true;
    }
    if (take_banner(r, s) || take_markdown(r, s))
        return true;
    if (r->in_thresholds) {
        r->threshold = bk_dup(r->a, s);
    } else {
        note_missing_tool(r, s);
        if (r->run == NULL || !r->run->in_block)
            drop_pending(r);
    }
    return true;
}

static bool read_all(struct reader *r, struct bk_input *in, struct bk_err *err)
{
    struct bk_str line;
    struct bk_buf plain = {0};
    bool more = true, ok = true;
    while (ok) {
        ok = bk_input_line(in, &line, &r->line, &more, NULL, err);
        if (!ok || !more)
            break;
        while (ok && line.ptr != NULL) {
            struct bk_str part;
            line = bk_cut(line, '\r', &part);
            if (part.len == 0 || part.len > LONGEST_LINE)
                continue;
            part = k6_without_colours(part, &plain);
            ok = take_line(r, part, err);
        }
        if (ok && r->n_runs > MAX_RUNS)
            ok = bk_fail(err, BK_EINPUT, "line %zu: more than %zu runs", r->line,
                         MAX_RUNS);
        if (ok && bk_arena_size(r->a) > MAX_MEMORY)
            ok = bk_fail(err, BK_EINPUT,
                         "line %zu: more summaries, checks and headings than a k6 "
                         "output has",
                         r->line);
    }
    bk_buf_free(&plain);
    return ok;
}

/* The shell found no k6: where a folder says which run was meant, nothing came of it. */
static bool take_missing_tool(const struct bk_importing *im, const struct reader *r,
                              struct bk_err *err)
{
    if (!im->run_folder)
        return bk_fail(err, BK_EINPUT, "line %zu: k6 did not run: %.*s",
                       r->not_found_line, BK_F(r->not_found));
    struct bk_run *run = bk_run_new(im->arena);
    run->invalid = true;
    run->invalid_why = bk_fmt(im->arena, "line %zu: k6 did not run: %.*s",
                              r->not_found_line, BK_F(r->not_found));
    return im->sink->run(im->sink, run, err);
}

static bool import(struct bk_input *in, const struct bk_importing *im,
                   struct bk_err *err)
{
    struct reader r = {.im = im, .a = im->arena, .started_ns = BK_NO_TIME};
    r.scratch = bk_arena_new();
    r.empty = bk_arena_mark(r.scratch);
    bool ok = read_all(&r, in, err);
    bk_arena_free(r.scratch);
    if (!ok)
        return false;
    size_t emitted;
    if (!k6_emit_runs(im, r.runs, r.n_runs, &emitted, err))
        return false;
    if (emitted > 0)
        return true;
    if (r.not_found.len > 0)
        return take_missing_tool(im, &r, err);
    return bk_fail(err, BK_EINPUT,
                   "line %zu: the text ends without a k6 summary or progress line",
                   r.line > 0 ? r.line : 1);
}

/* --- the bid --- */

/* Is there a metric line with this label? */
static bool has_metric(struct bk_str head, const char *label)
{
    struct bk_str wanted = bk_str(label), line;
    struct bk_k6_line metric;
    for (size_t at; (at = bk_find(head, wanted)) != BK_NONE;) {
        head = bk_from(head, at);
        bk_cut(head, '\n', &line);
        if (bk_k6_metric_line(line, &metric))
            return true;
        head = bk_from(head, wanted.len);
    }
    return false;
}

static int bid_on(struct bk_str head, bool whole)
{
    static const char *const labels[] = {"iterations..",    "iteration_duration..",
                                         "data_received..", "data_sent..",
                                         "vus..",           "checks..",
                                         "checks_total..",  "checks_succeeded.."};
    size_t known = 0;
    if (has_metric(head, "http_req_duration.."))
        return 95;
    for (size_t i = 0; i < sizeof labels / sizeof *labels; i++)
        known += has_metric(head, labels[i]);
    if (known >= 2)
        return 90;
    if (bk_has(head, BK_S("running (")) && bk_has(head, BK_S(" VUs, ")) &&
        bk_has(head, BK_S("interrupted iterations")))
        return 90;
    if (bk_has(head, BK_S("execution: ")) && bk_has(head, BK_S("scenarios: (")) &&
        bk_has(head, BK_S(" max VUs")))
        return 85;
    if (bk_has(head, BK_S("source=console")) && bk_has(head, BK_S("time=\"")))
        return 40;
    bool missing = bk_has(head, BK_S("k6: command not found")) ||
                   bk_has(head, BK_S("k6: not found"));
    return whole && missing ? 40 : 0;
}

static int bid(const struct bk_input *in)
{
    struct bk_buf plain = {0};
    struct bk_str head = bk_input_head(in);
    if (head.len > 0 && head.ptr[0] == '{')
        return 0; /* a JSON document that quotes a console */
    int n = bid_on(k6_without_colours(head, &plain), bk_input_is_whole(in));
    bk_buf_free(&plain);
    return n;
}

const struct bk_importer bk_importer_k6_text = {
    .name = "k6-text",
    .title = "k6 console output",
    .upstream = "k6 0.26 to 2.x: stdout of 'k6 run'; the summary, legacy and sectioned",
    .gives = "runs with metrics, checks, thresholds and a timeline",
    .example = "k6 run script.js > k6_output.txt 2>&1",
    .signature = "the summary's lines (\"http_req_duration....:\"), or progress lines "
                 "(\"running (...), 10/50 VUs\")",
    .traps = "The ticked count of http_req_failed counts requests that failed.\n"
             "Percentages are cut, not rounded, after two decimals: the exact ratio is "
             "derived from the counts.\n"
             "A log that ends before the summary still gives the timeline; its run is "
             "invalid.",
    .version = 2,
    .bid = bid,
    .import = import,
};
