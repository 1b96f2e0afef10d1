/* The reports of vegeta (https://github.com/tsenart/vegeta, lib/reporters.go and
 * lib/metrics.go, 6 to 12): JSON (vegeta report -type=json), one object or several, with
 * times in whole nanoseconds; and text, lines of "Label [names] values" with Go's
 * durations.  Older versions lack some percentiles, the minimum, rate and throughput: a
 * number is found by its name.  With -every the reports of one attack follow each other,
 * each of all so far: the last one counts, the others are its timeline.  Single requests
 * are read by vegeta_results.c.  'success' is the share of answers with a status of 200 to
 * 399, 'throughput' counts those over attack and wait. */
#include "importer.h"

#include "../src/base/num.h"
#include "shared/json.h"
#include "shared/load.h"
#include "shared/runs.h"
#include "vegeta_results.h"

#include <math.h>
#include <string.h>

#define MAX_TEXT   ((size_t)64 * 1024 * 1024)
#define MAX_LEAVES ((size_t)5000) /* numbers of one report */
#define MAX_DEPTH  8
#define LONGEST    ((size_t)200)
#define MAX_PARTS  16

struct reader {
    const struct bk_importing *im;
    struct bk_arena *a;
    struct bk_runs runs;
    struct bk_run *run;
    struct bk_outcomes outcomes;
    size_t leaves;
    struct bk_str earliest; /* of the last JSON report: the same in all of one attack */
    struct bk_tick *ticks;  /* its reports so far */
    size_t n_ticks;
};

static void begin_run(struct reader *r)
{
    r->run = bk_runs_add(r->im, &r->runs);
    r->outcomes = (struct bk_outcomes){0};
    r->leaves = 0;
}

/* The duration is that of sending; 'throughput' counts over the wait for the last answer
 * too.  As an interval it holds both. */
static void widen_duration(struct bk_run *run)
{
    static const char *const waits[] = {"vegeta.wait", "vegeta.Duration [wait]"};
    for (size_t i = 0; i < run->n_measurements; i++) {
        struct bk_measurement *m = &run->measurements[i];
        if (!bk_is(m->metric, "duration"))
            continue;
        for (size_t k = 0; k < sizeof waits / sizeof *waits; k++) {
            const struct bk_measurement *wait = bk_run_find(run, waits[k], "value", "");
            if (wait != NULL && wait->high > 0)
                m->high += wait->high;
        }
    }
}

static void end_run(struct reader *r)
{
    if (r->run == NULL)
        return;
    widen_duration(r->run);
    bk_load_outcomes(r->im, r->run, &r->outcomes);
    bk_emit_drop_zero_latency(r->im, r->run);
    r->run = NULL;
}

/* --- JSON --- */

static bool is_report(const struct bk_json *root)
{
    const struct bk_json *latencies = bk_json_get(root, "latencies");
    const struct bk_json *bytes = bk_json_get(root, "bytes_in");
    return latencies != NULL && latencies->type == BK_JSON_OBJECT && bytes != NULL &&
           bytes->type == BK_JSON_OBJECT && bk_json_get(root, "requests") != NULL;
}

static void take_leaf(struct reader *r, const struct bk_json *v, struct bk_str path)
{
    struct bk_reading q = {
        .name = path,
        .text = v->text,
        .has_value = true,
        .value = v->number,
        .half = 0,
        .locator = bk_line_locator(r->a, v->line),
    };
    if (r->leaves++ < MAX_LEAVES)
        bk_emit(r->im, r->run, &q);
}

/* Every number by its path; what is no object is left out. */
static void take_numbers(struct reader *r, const struct bk_json *object,
                         struct bk_str path, int depth)
{
    for (const struct bk_json *v = object->child; v != NULL; v = v->next) {
        struct bk_str name = bk_upto(v->key, LONGEST);
        if (path.len > 0)
            name = bk_fmt(r->a, "%.*s.%.*s", BK_F(path), BK_F(name));
        if (v->type == BK_JSON_NUMBER)
            take_leaf(r, v, name);
        else if (v->type == BK_JSON_OBJECT && depth < MAX_DEPTH &&
                 !bk_is(v->key, "status_codes") && !bk_is(v->key, "buckets"))
            take_numbers(r, v, name, depth + 1);
    }
}

static void take_status_codes(struct reader *r, const struct bk_json *codes)
{
    bool there = codes != NULL && codes->type == BK_JSON_OBJECT;
    for (const struct bk_json *v = there ? codes->child : NULL; v != NULL;
         v = v->next) {
        if (v->type != BK_JSON_NUMBER)
            continue;
        bk_load_status(&r->outcomes, v->key, v->number);
        r->outcomes.locator = bk_line_locator(r->a, v->line);
    }
}

/* A report is a moment of its attack. */
static void add_tick(struct reader *r, const struct bk_json *root)
{
    double duration, requests, success;
    if (!bk_json_number(root, "duration", &duration) ||
        !bk_json_number(root, "requests", &requests) ||
        !bk_json_number(root, "success", &success) || !(duration >= 0) ||
        !(requests >= 0))
        return;
    *BK_PUSH(r->a, r->ticks, r->n_ticks) = (struct bk_tick){
        .elapsed_s = duration / 1e9,
        .vus = (double)NAN,
        .iterations = (double)NAN,
        .interrupted = (double)NAN,
        .requests = requests,
        .failed = fmax(rint(requests * (1 - success)), 0),
        .latency_mean_s = (double)NAN,
        .latency_p95_s = (double)NAN,
    };
}

/* Is this the attack of the report before, some time later? */
static bool continues(const struct reader *r, const struct bk_json *root)
{
    struct bk_str earliest = bk_json_string(root, "earliest");
    double duration;
    return r->n_ticks > 0 && earliest.len > 0 && bk_eq(earliest, r->earliest) &&
           bk_json_number(root, "duration", &duration) &&
           duration / 1e9 > r->ticks[r->n_ticks - 1].elapsed_s;
}

static void take_report(struct reader *r, const struct bk_json *root)
{
    if (continues(r, root)) {
        r->runs.n--;
    } else {
        r->ticks = NULL;
        r->n_ticks = 0;
    }
    r->earliest = bk_json_string(root, "earliest");
    begin_run(r);
    add_tick(r, root);
    if (r->n_ticks > 1) {
        r->run->ticks = r->ticks;
        r->run->n_ticks = r->n_ticks;
    }
    bk_parse_iso(bk_json_string(root, "earliest"), &r->run->started_ns, NULL);
    if (!bk_parse_iso(bk_json_string(root, "end"), &r->run->ended_ns, NULL))
        bk_parse_iso(bk_json_string(root, "latest"), &r->run->ended_ns, NULL);
    take_numbers(r, root, BK_S(""), 0);
    take_status_codes(r, bk_json_get(root, "status_codes"));
    end_run(r);
}

static bool import_json(struct reader *r, struct bk_str text, struct bk_err *err)
{
    struct bk_str rest = text;
    while (bk_trim(rest).len > 0) {
        struct bk_str behind;
        const struct bk_json *root = bk_json_parse(
            r->a, rest, BK_JSON_SPECIALS | BK_JSON_MANY, &behind, NULL, err);
        if (root == NULL)
            return false;
        if (!is_report(root) || r->runs.n == BK_MAX_RUNS)
            return bk_fail(err, BK_EINPUT, "line %zu: no report of vegeta", root->line);
        take_report(r, root);
        rest = behind;
    }
    return true;
}

/* --- text --- */

/* "Latencies     [min, mean, 50, 90, 95, 99, max]  21ms, 203ms, ...": each value under
 * "Latencies [min]" ...; names are compared without case, and JSON has others. */
static void take_line(struct reader *r, struct bk_str line, size_t number)
{
    size_t open = bk_find_char(line, '['), close = bk_find_char(line, ']');
    if (open == BK_NONE || close == BK_NONE || close < open)
        return;
    struct bk_str label = bk_upto(bk_trim(bk_upto(line, open)), LONGEST);
    struct bk_str names = bk_upto(bk_from(line, open + 1), close - open - 1);
    struct bk_str values = bk_from(line, close + 1);
    for (int i = 0; i < MAX_PARTS && names.len > 0 && values.len > 0; i++) {
        struct bk_str name, value;
        names = bk_cut(names, ',', &name);
        values = bk_cut(values, ',', &value);
        bk_load_quantity(
            r->im, r->run,
            (struct bk_reading){.name = bk_fmt(r->a, "%.*s [%.*s]", BK_F(label),
                                               BK_F(bk_upto(bk_trim(name), LONGEST))),
                                .text = value,
                                .half = (double)NAN,
                                .locator = bk_line_locator(r->a, number)});
    }
}

/* "Status Codes  [code:count]  0:2  200:294  503:4" */
static void take_codes(struct reader *r, struct bk_str line, size_t number)
{
    struct bk_str rest = bk_from(line, bk_find_char(line, ']') + 1), word, code;
    double n;
    while (bk_trim(rest).len > 0) {
        rest = bk_cut(bk_trim(rest), ' ', &word);
        struct bk_str count = bk_cut(bk_trim(word), ':', &code);
        if (bk_parse_double(count, &n))
            bk_load_status(&r->outcomes, code, n);
    }
    r->outcomes.locator = bk_line_locator(r->a, number);
}

static bool begins_report(struct bk_str line)
{
    return bk_starts(line, BK_S("Requests")) && bk_has(line, BK_S("[total, rate"));
}

static bool import_text(struct reader *r, struct bk_str text, struct bk_err *err)
{
    struct bk_str line;
    for (size_t number = 1; bk_next_line(&text, &line); number++) {
        line = bk_trim(line);
        if (begins_report(line)) {
            if (r->runs.n == BK_MAX_RUNS)
                return bk_fail(err, BK_EINPUT, "line %zu: too many runs", number);
            end_run(r);
            begin_run(r);
        }
        if (r->run == NULL)
            continue;
        if (bk_starts(line, BK_S("Status Codes")) && bk_has(line, BK_S("]")))
            take_codes(r, line, number);
        else if (bk_starts(line, BK_S("Error Set:")))
            end_run(r); /* what follows are texts of servers */
        else
            take_line(r, line, number);
    }
    end_run(r);
    if (r->runs.n == 0)
        return bk_fail(err, BK_EINPUT, "line 1: no report of vegeta");
    return true;
}

/* --- the importer --- */

static bool import(struct bk_input *in, const struct bk_importing *im,
                   struct bk_err *err)
{
    struct reader r = {.im = im, .a = im->arena};
    struct bk_str text;
    if (bk_vegeta_is_results(bk_input_head(in)))
        return bk_vegeta_results(in, im, err);
    if (!bk_input_text(in, MAX_TEXT, &text, err))
        return false;
    struct bk_str start = bk_trim(text);
    bool json = start.len > 0 && start.ptr[0] == '{';
    bool ok = json ? import_json(&r, text, err) : import_text(&r, text, err);
    return ok && bk_runs_send(im, &r.runs, err);
}

static int bid_json(const struct bk_input *in, struct bk_str head)
{
    struct bk_err ignored;
    struct bk_str behind;
    struct bk_arena *a = bk_arena_new();
    const struct bk_json *root = bk_json_parse(a, head, BK_JSON_SPECIALS | BK_JSON_MANY,
                                               &behind, NULL, &ignored);
    int mine = root != NULL && is_report(root) ? 95 : 0;
    if (root == NULL && !bk_input_is_whole(in) &&
        bk_json_head_has_key(head, "latencies") &&
        bk_json_head_has_key(head, "bytes_in"))
        mine = 85;
    bk_arena_free(a);
    return mine;
}

static int bid(const struct bk_input *in)
{
    struct bk_str rest = bk_input_head(in), line;
    bool first = true;
    if (bk_vegeta_is_results(rest))
        return 95;
    if (bk_trim(rest).len > 0 && bk_trim(rest).ptr[0] == '{')
        return bid_json(in, rest);
    for (bool mine = false; bk_next_line(&rest, &line);) {
        line = bk_trim(line);
        if (begins_report(line))
            mine = true;
        else if (mine && bk_starts(line, BK_S("Latencies")) && bk_has(line, BK_S("[")))
            return first ? 95 : 85;
        else if (!mine && line.len > 0)
            first = false;
    }
    return 0;
}

const struct bk_importer bk_importer_vegeta = {
    .name = "vegeta",
    .title = "vegeta reports",
    .upstream =
        "vegeta 6 to 12: vegeta report, vegeta report -type=json, vegeta encode",
    .gives =
        "a run for each report; of encoded results exact statistics and a timeline",
    .example = "vegeta attack -duration=30s < targets | vegeta report -type=json",
    .signature =
        "a JSON object with latencies and bytes_in, or the lines Requests and "
        "Latencies of the text report, or results of vegeta encode (JSON, CSV)",
    .traps = "Times in JSON are whole nanoseconds.\n"
             "rate is what was sent, throughput only what succeeded.\n"
             "success becomes error_rate = 1 - success.",
    .version = 2,
    .bid = bid,
    .import = import,
};
