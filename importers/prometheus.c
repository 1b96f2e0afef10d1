/* Scrapes of /metrics: Prometheus' text format 0.0.4 and OpenMetrics 1.0, as vLLM,
 * SGLang, TGI, Triton, llama.cpp, DCGM and any other exporter write them.
 *
 * Every sample is kept as a series.  Families of serving engines also become runs, one
 * a model (prometheus_runs.c, prometheus_emit.c): from one scrape, what was counted
 * since the process started; from two, what happened between them.
 *
 * https://prometheus.io/docs/instrumenting/exposition_formats/
 * https://github.com/prometheus/OpenMetrics/blob/main/specification/OpenMetrics.md */
#include <string.h>

#include "importer.h"
#include "prometheus_runs.h"
#include "shared/emit.h"
#include "shared/exposition.h"

#define BID_LINES   200 /* of the head that a bid reads */
#define BID_SURE    90
#define BID_LIKELY  70
#define BID_PERHAPS 40

/* --- the bid --- */

struct tally { /* what the lines of a head are */
    size_t metadata, samples, labelled, bad;
};

static bool is_metadata(struct bk_str line)
{
    return bk_starts(line, BK_S("# TYPE ")) || bk_starts(line, BK_S("# HELP "));
}

static struct tally count_lines(struct bk_str head, bool whole,
                                enum bk_exposition_syntax syntax)
{
    struct tally t = {0};
    struct bk_exposition *x = bk_exposition_new(syntax, false);
    const struct bk_series_sample *sample;
    struct bk_str line;
    struct bk_err err;
    bool ended = bk_ends(head, BK_S("\n"));
    for (size_t n = 1; n <= BID_LINES && bk_next_line(&head, &line); n++) {
        if (head.len == 0 && !(whole && ended) && n > 1)
            break; /* the last line of a head may go on, that of a file be cut */
        if (!bk_exposition_line(x, line, n, &sample, &err)) {
            t.bad++;
        } else if (sample != NULL) {
            t.samples++;
            t.labelled += sample->n_labels > 0;
        } else if (is_metadata(line)) {
            t.metadata++;
        }
    }
    bk_exposition_free(x);
    return t;
}

static int bid_of(struct tally t)
{
    size_t good = t.samples + t.metadata;
    if (good == 0 || t.bad * 4 > good)
        return 0;
    if (t.bad > 0)
        return t.metadata > 0 ? BID_LIKELY : 0;
    if (t.metadata > 0)
        return BID_SURE;
    if (t.labelled > 1)
        return BID_SURE;
    return t.labelled > 0 ? BID_LIKELY : t.samples > 1 ? BID_PERHAPS : 1;
}

static int bid(const struct bk_input *in)
{
    struct bk_str head = bk_input_head(in);
    bool whole = bk_input_is_whole(in);
    int text = bid_of(count_lines(head, whole, BK_EXPOSITION_TEXT));
    if (text >= BID_SURE)
        return text;
    int open = bid_of(count_lines(head, whole, BK_EXPOSITION_OPENMETRICS));
    return open > text ? open : text;
}

/* --- which syntax --- */

/* Does the head hold what OpenMetrics forbids, so that there is no need to look for its
 * end mark? */
static bool surely_text(struct bk_str head)
{
    struct bk_str line, word;
    while (bk_next_line(&head, &line) && head.len > 0) {
        if (line.len == 0)
            return true;
        if (!bk_starts(line, BK_S("# TYPE ")))
            continue;
        struct bk_str type = bk_cut(bk_from(line, strlen("# TYPE ")), ' ', &word);
        if (bk_is(type, "untyped") ||
            (bk_is(type, "counter") && bk_ends(word, BK_S("_total"))))
            return true;
    }
    return false;
}

/* OpenMetrics is what ends in "# EOF"; in a 0.0.4 text that is a remark. */
static bool find_syntax(struct bk_input *in, enum bk_exposition_syntax *syntax,
                        struct bk_err *err)
{
    *syntax = BK_EXPOSITION_TEXT;
    if (!bk_input_is_whole(in) && surely_text(bk_input_head(in)))
        return true;
    struct bk_str line;
    size_t number;
    bool more = true, eof = false;
    while (more) {
        if (!bk_input_line(in, &line, &number, &more, NULL, err))
            return false;
        if (more && line.len > 0)
            eof = bk_exposition_is_eof(line);
    }
    if (eof)
        *syntax = BK_EXPOSITION_OPENMETRICS;
    return bk_input_rewind(in, err);
}

/* The latest time stamp of the head: the snapshot is told before its samples. */
static int64_t time_of_head(const struct bk_input *in, enum bk_exposition_syntax syntax)
{
    struct bk_exposition *x = bk_exposition_new(syntax, false);
    const struct bk_series_sample *sample;
    struct bk_str head = bk_input_head(in), line;
    struct bk_err err;
    int64_t latest = BK_NO_TIME;
    for (size_t n = 1; bk_next_line(&head, &line); n++) {
        if ((head.len == 0 && !bk_input_is_whole(in)) ||
            !bk_exposition_line(x, line, n, &sample, &err))
            break;
        if (sample != NULL && sample->time_ns > latest)
            latest = sample->time_ns;
    }
    bk_exposition_free(x);
    return latest;
}

/* --- reading --- */

static bool tell(const struct bk_importing *im, const char *code, struct bk_str subject,
                 struct bk_str message, struct bk_str locator, struct bk_err *err)
{
    struct bk_finding *f = bk_alloc(im->arena, sizeof *f);
    *f = (struct bk_finding){.code = bk_str(code),
                             .severity = BK_WARNING,
                             .subject = subject,
                             .message = message,
                             .locator = locator};
    return im->sink->finding(im->sink, f, err);
}

static bool tell_cut(const struct bk_importing *im, size_t line, bool kept,
                     struct bk_err *err)
{
    return tell(im, "truncated", BK_S("exposition"),
                bk_fmt(im->arena,
                       "line %zu, the last one, has no line end%s: the file may be cut",
                       line, kept ? "; its sample is kept" : " and is no sample"),
                bk_line_locator(im->arena, line), err);
}

static bool tell_breaches(const struct bk_importing *im, const struct bk_exposition *x,
                          struct bk_err *err)
{
    const char *first;
    size_t n = bk_exposition_breaches(x, &first);
    if (n == 0)
        return true;
    return tell(im, "openmetrics-rule", BK_S("exposition"),
                bk_fmt(im->arena,
                       "rules of OpenMetrics are broken %zu times; first: %s", n,
                       first),
                bk_upto(bk_dup(im->arena, bk_str(first)), strcspn(first, ":")), err);
}

static bool take_sample(const struct bk_importing *im, struct bk_scrape *s,
                        const struct bk_exposition *x,
                        const struct bk_series_sample *sample, struct bk_err *err)
{
    if (sample == NULL)
        return true;
    bk_scrape_add(s, sample, bk_exposition_digits(x));
    return im->sink->series(im->sink, sample, err);
}

static bool read_lines(struct bk_input *in, const struct bk_importing *im,
                       struct bk_exposition *x, struct bk_scrape *s, struct bk_err *err)
{
    const struct bk_series_sample *sample = NULL;
    struct bk_str line;
    size_t number = 0;
    bool more = true, cut = false, metadata = false;
    for (;;) {
        bool last;
        if (!bk_input_line(in, &line, &number, &more, &last, err))
            return false;
        if (!more)
            break;
        cut = last;
        if (!bk_exposition_line(x, line, number, &sample, err)) {
            /* half a line at the very end: what stands before it is whole */
            return cut && bk_exposition_samples(x) > 0 &&
                   tell_cut(im, number, false, err);
        }
        if (!take_sample(im, s, x, sample, err))
            return false;
        metadata = metadata || (line.len > 0 && line.ptr[0] == '#');
        if (cut && sample != NULL && bk_exposition_samples(x) > 1 &&
            !tell_cut(im, number, true, err))
            return false;
    }
    if (bk_exposition_samples(x) == 0 && !metadata)
        return bk_fail(err, BK_EINPUT, "line 1: there is no metric in it");
    return bk_exposition_end(x, cut, err);
}

/* Which source of the import a scrape is: a run belongs to the later one of a pair. */
enum source {
    SOURCE_MAIN = 0,
    SOURCE_BEFORE = 1
};

/* One scrape: its snapshot and series go to the sink, its figures into *s. */
static bool read_scrape(struct bk_input *in, const struct bk_importing *im,
                        struct bk_scrape *s, enum source source, int64_t *taken_ns,
                        struct bk_err *err)
{
    enum bk_exposition_syntax syntax;
    if (!find_syntax(in, &syntax, err))
        return false;
    if (*taken_ns == BK_NO_TIME)
        *taken_ns = time_of_head(in, syntax);
    struct bk_snapshot snapshot = {.syntax = syntax == BK_EXPOSITION_TEXT
                                                 ? BK_S("text 0.0.4")
                                                 : BK_S("openmetrics 1.0"),
                                   .taken_ns = *taken_ns,
                                   .source = source};
    if (!im->sink->snapshot(im->sink, &snapshot, err))
        return false;
    struct bk_exposition *x = bk_exposition_new(syntax, false);
    bool ok = read_lines(in, im, x, s, err) && tell_breaches(im, x, err);
    bk_exposition_free(x);
    if (ok && s->dropped_models > 0)
        ok = tell(im, "truncated", BK_S("model"),
                  bk_fmt(im->arena,
                         "%zu samples of further models became series, but no runs: "
                         "%zu models are enough",
                         s->dropped_models, s->n_runs),
                  (struct bk_str){0}, err);
    return ok;
}

static bool import(struct bk_input *in, const struct bk_importing *im,
                   struct bk_err *err)
{
    struct bk_scrape *s = bk_scrape_new(im);
    int64_t taken_ns = im->taken_ns;
    bool ok = read_scrape(in, im, s, SOURCE_MAIN, &taken_ns, err) &&
              bk_scrape_emit(s, taken_ns, err);
    bk_scrape_free(s);
    return ok;
}

static bool import_pair(struct bk_input *before, struct bk_input *after,
                        const struct bk_importing *im, struct bk_err *err)
{
    struct bk_scrape *first = bk_scrape_new(im), *second = bk_scrape_new(im);
    int64_t began_ns = im->taken_ns, ended_ns = BK_NO_TIME;
    bool ok = read_scrape(before, im, first, SOURCE_BEFORE, &began_ns, err) ||
              bk_wrap(err, "the scrape before");
    ok = ok && (read_scrape(after, im, second, SOURCE_MAIN, &ended_ns, err) ||
                bk_wrap(err, "the scrape after"));
    if (ok) {
        bk_scrape_subtract(second, first);
        second->began_ns = began_ns;
        ok = bk_scrape_emit(second, ended_ns, err);
    }
    bk_scrape_free(first);
    bk_scrape_free(second);
    return ok;
}

const struct bk_importer bk_importer_prometheus = {
    .name = "prometheus",
    .title = "Prometheus and OpenMetrics exposition",
    .upstream =
        "text format 0.0.4 and OpenMetrics 1.0; families of vLLM 0.4 and later, "
        "SGLang, TGI, Triton, llama.cpp, NIM, DCGM",
    .gives = "series, runs",
    .example = "curl -s http://localhost:8000/metrics > metrics.prom",
    .signature = "lines of an exposition: samples with labels, # HELP and # TYPE",
    .traps = "A single scrape counts since the server's start; --before and --after "
             "give the run in between.\n"
             "vllm:time_per_output_token_seconds is the time between tokens (itl), not "
             "the mean of a request (tpot).\n"
             "Percentiles of histograms are estimates between the bounds of a bucket.\n"
             "Several models in one exposition are a run each.",
    .version = 1,
    .bid = bid,
    .import = import,
    .import_pair = import_pair,
};
