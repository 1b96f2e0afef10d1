/* What wrk prints (https://github.com/wg/wrk, src/wrk.c, 4.x; wrk2 likewise): threads and
 * connections, mean, deviation and maximum of the latency, with --latency percentiles,
 * counts of requests and errors.  Sizes are in powers of 1024 though they read KB and
 * MB.  Lines of errors are printed only when there were any.  A log may hold several
 * runs: each begins with "Running"; one that was broken off has no results. */
#include "importer.h"

#include "../src/base/num.h"
#include "shared/load.h"
#include "shared/runs.h"

#include <math.h>
#include <string.h>

#define MAX_TEXT  ((size_t)16 * 1024 * 1024)
#define MAX_WORDS 8

struct reader {
    const struct bk_importing *im;
    struct bk_runs runs;
    struct bk_run *run; /* NULL before the first */
    size_t line, began;
    size_t broken, n_broken; /* the first run without results, and how many */
    bool done;               /* the count of requests was there */
    int distributions;       /* of this run; wrk2 may print a second one, uncorrected */
    double bad_status, socket_errors;
};

static size_t words_of(struct bk_str line, struct bk_str words[MAX_WORDS])
{
    size_t n = 0;
    while (n < MAX_WORDS) {
        line = bk_trim(line);
        if (line.len == 0)
            break;
        size_t end = 0;
        while (end < line.len && line.ptr[end] != ' ' && line.ptr[end] != '\t')
            end++;
        words[n++] = bk_upto(line, end);
        line = bk_from(line, end);
    }
    return n;
}

static void emit(struct reader *r, const char *name, struct bk_str stat,
                 struct bk_str text)
{
    bk_load_quantity(
        r->im, r->run,
        (struct bk_reading){.name = bk_str(name),
                            .stat = stat,
                            .text = text,
                            .half = (double)NAN,
                            .locator = bk_line_locator(r->im->arena, r->line)});
}

/* "254.59KB" as wrk counts: KiB. */
static void emit_size(struct reader *r, const char *name, struct bk_str text,
                      const char *per)
{
    size_t n = 0;
    while (n < text.len &&
           ((text.ptr[n] >= '0' && text.ptr[n] <= '9') || text.ptr[n] == '.'))
        n++;
    struct bk_str letters = bk_from(text, n);
    const char *binary = letters.len == 2 ? "i" : "";
    if (n == 0 || letters.len == 0 || letters.len > 2)
        return;
    struct bk_reading q = {
        .name = bk_str(name),
        .unit = bk_fmt(r->im->arena, "%c%sB%s", letters.ptr[0], binary, per),
        .text = bk_upto(text, n),
        .locator = bk_line_locator(r->im->arena, r->line),
    };
    if (letters.len == 1)
        q.unit = bk_fmt(r->im->arena, "B%s", per);
    bk_emit(r->im, r->run, &q);
}

/* --- runs --- */

/* One that was broken off leaves the others as they are. */
static void drop_run(struct reader *r)
{
    r->runs.n--;
    r->run = NULL;
    r->n_broken++;
    r->broken = r->n_broken == 1 ? r->began : r->broken;
}

static bool settle_broken(struct reader *r, struct bk_err *err)
{
    if (r->n_broken == 0)
        return true;
    if (r->runs.n == 0)
        return bk_fail(err, BK_EINPUT,
                       "line %zu: this run of wrk ends before its results", r->broken);
    bk_run_finding(
        r->im->arena, r->runs.items[0], "truncated", BK_WARNING, BK_S("runs"),
        "%zu other runs end before their results and are left out, the first "
        "at line %zu",
        r->n_broken, r->broken)
        ->locator = bk_line_locator(r->im->arena, r->broken);
    return true;
}

static bool end_run(struct reader *r, struct bk_err *err)
{
    if (r->run == NULL)
        return true;
    if (!r->done) {
        drop_run(r);
        return true;
    }
    double failed = r->bad_status + r->socket_errors;
    const struct bk_measurement *all = bk_run_find(r->run, "requests", "value", "");
    if (all == NULL)
        return bk_fail(err, BK_EINPUT, "line %zu: no number of requests", r->began);
    bk_run_derive(r->im->arena, r->run, "requests_failed", "value", "1", failed,
                  "responses of other statuses + socket errors");
    /* broken connections gave no response: they may outnumber those that did */
    if (failed > all->value) {
        double ok = fmax(all->value - r->bad_status, 0);
        bk_run_derive(r->im->arena, r->run, "requests_ok", "value", "1", ok,
                      "requests - responses of other statuses");
        bk_run_derive(r->im->arena, r->run, "error_rate", "value", "ratio",
                      failed / (ok + failed),
                      "requests_failed / (requests_ok + requests_failed)");
    }
    bk_emit_drop_zero_latency(r->im, r->run);
    r->run = NULL;
    return true;
}

static bool begin_run(struct reader *r, struct bk_str line, struct bk_err *err)
{
    if (!end_run(r, err))
        return false;
    struct bk_str url = bk_from(line, bk_find(line, BK_S(" @ ")) + strlen(" @ "));
    r->run = bk_runs_add(r->im, &r->runs);
    r->run->closed_loop = true;
    r->began = r->line;
    r->done = false;
    r->distributions = 0;
    r->bad_status = r->socket_errors = 0;
    if (bk_trim(url).len > 0)
        bk_run_param(r->im->arena, r->run, BK_S("endpoint_url"),
                     bk_dup(r->im->arena, bk_upto(bk_trim(url), 400)),
                     bk_line_locator(r->im->arena, r->line));
    return true;
}

/* --- lines --- */

/* "Latency    47.97ms    7.05ms  92.13ms   88.79%" */
static void take_thread_stats(struct reader *r, const struct bk_str *words)
{
    static const char *const stats[] = {"avg", "stdev", "max", "within"};
    struct bk_str name = words[0];
    for (size_t i = 0; i < sizeof stats / sizeof *stats; i++) {
        if (strcmp(stats[i], "within") == 0)
            emit(r,
                 bk_cstr(r->im->arena,
                         bk_fmt(r->im->arena, "%.*s +/- Stdev", BK_F(name))),
                 BK_S(""), words[i + 1]);
        else
            emit(r, bk_cstr(r->im->arena, name), bk_str(stats[i]), words[i + 1]);
    }
}

static bool is_percent(struct bk_str s)
{
    double p;
    return bk_ends(s, BK_S("%")) && bk_parse_double(bk_upto(s, s.len - 1), &p) &&
           p >= 0 && p <= 100;
}

/* wrk2 prints "50.000%": that is "50%". */
static struct bk_str plain_percent(struct reader *r, struct bk_str s)
{
    char out[32];
    double p;
    bk_parse_double(bk_upto(s, s.len - 1), &p);
    bk_format_double(p, out);
    return bk_fmt(r->im->arena, "%s%%", out);
}

static void take_socket_errors(struct reader *r, struct bk_str rest)
{
    struct bk_str part;
    while (rest.len > 0) {
        struct bk_str words[MAX_WORDS];
        double n;
        rest = bk_cut(rest, ',', &part);
        if (words_of(part, words) != 2 || !bk_parse_double(words[1], &n) || n < 0)
            continue;
        r->socket_errors += n;
        emit(r,
             bk_cstr(r->im->arena,
                     bk_fmt(r->im->arena, "Socket errors.%.*s", BK_F(words[0]))),
             BK_S(""), words[1]);
    }
}

/* "1668 requests in 5.03s, 254.59KB read" */
static void take_counts(struct reader *r, const struct bk_str *words, size_t n)
{
    struct bk_str time = words[3];
    if (time.len > 0 && time.ptr[time.len - 1] == ',')
        time.len--;
    r->done = true;
    emit(r, "requests", BK_S(""), words[0]);
    emit(r, "duration", BK_S(""), time);
    if (n >= 6 && bk_is(words[5], "read"))
        emit_size(r, "read", words[4], "");
}

static void take_line(struct reader *r, struct bk_str line)
{
    static const char socket_errors[] = "Socket errors:";
    static const char bad_status[] = "Non-2xx or 3xx responses:";
    struct bk_str w[MAX_WORDS];
    size_t n = words_of(line, w);
    struct bk_str text = bk_trim(line);
    if (n >= 5 && bk_starts(w[1], BK_S("thread")) && bk_is(w[2], "and") &&
        bk_starts(w[4], BK_S("connection"))) {
        emit(r, "threads", BK_S(""), w[0]);
        emit(r, "connections", BK_S(""), w[3]);
    } else if (n == 5 && (bk_is(w[0], "Latency") || bk_is(w[0], "Req/Sec"))) {
        take_thread_stats(r, w);
    } else if (n >= 2 && bk_is(w[0], "Latency") && bk_is(w[1], "Distribution")) {
        r->distributions++;
    } else if (n == 2 && is_percent(w[0]) && r->distributions == 1 && !r->done) {
        if (!bk_starts(w[0], BK_S("100"))) /* the maximum, which stands above */
            emit(r, "Latency", plain_percent(r, w[0]), w[1]);
    } else if (n >= 4 && bk_is(w[1], "requests") && bk_is(w[2], "in")) {
        take_counts(r, w, n);
    } else if (bk_starts(text, bk_str(socket_errors))) {
        take_socket_errors(r, bk_from(text, strlen(socket_errors)));
    } else if (bk_starts(text, bk_str(bad_status))) {
        bk_parse_double(bk_trim(bk_from(text, strlen(bad_status))), &r->bad_status);
        emit(r, "Non-2xx or 3xx responses", BK_S(""), w[n - 1]);
    } else if (n == 2 && bk_is(w[0], "Requests/sec:")) {
        emit(r, "Requests/sec", BK_S(""), w[1]);
    } else if (n == 2 && bk_is(w[0], "Transfer/sec:")) {
        emit_size(r, "Transfer/sec", w[1], "/s");
    }
}

static bool begins_run(struct bk_str line)
{
    return bk_starts(line, BK_S("Running ")) && bk_has(line, BK_S(" test @ "));
}

static bool import(struct bk_input *in, const struct bk_importing *im,
                   struct bk_err *err)
{
    struct reader r = {.im = im};
    struct bk_str rest, line;
    if (!bk_input_text(in, MAX_TEXT, &rest, err))
        return false;
    while (bk_next_line(&rest, &line)) {
        r.line++;
        if (begins_run(bk_trim(line))) {
            if (r.runs.n == BK_MAX_RUNS)
                return bk_fail(err, BK_EINPUT, "line %zu: too many runs", r.line);
            if (!begin_run(&r, bk_trim(line), err))
                return false;
        } else if (r.run != NULL) {
            take_line(&r, line);
        }
    }
    if (r.runs.n == 0 && r.n_broken == 0)
        return bk_fail(err, BK_EINPUT,
                       "line 1: no run of wrk (\"Running 10s test @\")");
    return end_run(&r, err) && settle_broken(&r, err) && bk_runs_send(im, &r.runs, err);
}

static int bid(const struct bk_input *in)
{
    struct bk_str rest = bk_input_head(in), line;
    bool running = false, first = true, at_start = false;
    while (bk_next_line(&rest, &line)) {
        line = bk_trim(line);
        if (line.len == 0)
            continue;
        if (begins_run(line)) {
            running = true;
            at_start = at_start || first;
        } else if (running && (bk_starts(line, BK_S("Thread Stats")) ||
                               bk_has(line, BK_S(" requests in ")))) {
            return at_start ? 95 : 85;
        }
        first = false;
    }
    return at_start ? 85 : 0;
}

const struct bk_importer bk_importer_wrk = {
    .name = "wrk",
    .title = "wrk console output",
    .upstream = "wrk 4.x and wrk2, stdout",
    .gives = "a run for each \"Running ... test\"",
    .example = "wrk -t4 -c16 -d30s --latency http://HOST/ > wrk.txt",
    .signature =
        "\"Running 30s test @ ...\" with Thread Stats or \"N requests in\" below it",
    .traps = "Sizes are powers of 1024 though they read KB and MB.\n"
             "Lines of errors are printed only when there were any.",
    .version = 1,
    .bid = bid,
    .import = import,
};
