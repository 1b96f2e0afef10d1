/* An exact quantile of each second: the points of as many seconds as can be held are
 * gathered, second by second, in one pass over the chunks that reach into them. */
#include "../base/time.h"
#include "../stats/summary.h"
#include "internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct seconds {
    struct bk_scan scan;
    const struct bk_timeline *timeline;
    uint32_t *counts;    /* points of each second */
    size_t *begin, *end; /* of those that are gathered, of each second */
    double *values;
};

/* The timeline has counted the latencies already. */
static bool count_latencies(struct seconds *s)
{
    const struct bk_samples *samples = s->scan.s;
    size_t n = 0;
    for (size_t i = 0; i < samples->n_metrics; i++)
        n += samples->metrics[i].role == BK_ROLE_LATENCY;
    if (n != 1 || samples->metrics[s->scan.metric].role != BK_ROLE_LATENCY)
        return false;
    for (size_t i = 0; i < s->timeline->n_used; i++)
        s->counts[i] = (uint32_t)bk_samples_second(samples, i).n_latencies;
    return true;
}

static bool count(struct seconds *s, struct bk_err *err)
{
    if (count_latencies(s))
        return true;
    for (size_t i = 0; i < bk_samples_n_chunks(s->scan.s); i++) {
        if (!bk_scan_chunk(&s->scan, i, err))
            return false;
        for (size_t k = 0; k < s->scan.n; k++) {
            size_t second = bk_timeline_index(s->timeline, s->scan.time_of[k]);
            if (second != BK_NONE)
                s->counts[second]++;
        }
    }
    return true;
}

static int64_t start_ns(const struct seconds *s, size_t second)
{
    return s->timeline->first_ns +
           bk_samples_second(s->scan.s, second).second * BK_NS_PER_S;
}

/* The seconds [first, end), which have no more points than can be held. */
static bool gather(struct seconds *s, size_t first, size_t end, struct bk_err *err)
{
    size_t at = 0;
    for (size_t i = first; i < end; i++) {
        s->begin[i] = s->end[i] = at;
        at += s->counts[i];
    }
    s->scan.from_ns = start_ns(s, first);
    s->scan.to_ns = start_ns(s, end - 1) + BK_NS_PER_S;
    for (size_t i = 0; i < bk_samples_n_chunks(s->scan.s); i++) {
        if (!bk_scan_chunk(&s->scan, i, err))
            return false;
        for (size_t k = 0; k < s->scan.n; k++) {
            size_t second = bk_timeline_index(s->timeline, s->scan.time_of[k]);
            if (second < first || second >= end)
                continue;
            if (s->end[second] == s->begin[second] + s->counts[second]) {
                bk_fail(err, BK_EDB, "more points than the timeline says");
                return bk_samples_bad_chunk(s->scan.s, i, err);
            }
            s->values[s->end[second]++] = s->scan.values[k];
        }
    }
    return true;
}

/* One second that has more points than can be held. */
static bool ask(struct seconds *s, size_t second, double q, double *out,
                struct bk_err *err)
{
    struct bk_sample_scope scope = {.quantiles = out};
    struct bk_sample_question question = {
        .metric = s->scan.metric,
        .from_ns = start_ns(s, second),
        .to_ns = start_ns(s, second) + BK_NS_PER_S,
        .q = &q,
        .n_q = 1,
        .scopes = &scope,
        .n_scopes = 1,
    };
    return bk_samples_ask(s->scan.s, &question, err);
}

static bool quantiles(struct seconds *s, double q, double *out, struct bk_err *err)
{
    size_t n = s->timeline->n_used;
    for (size_t first = 0; first < n;) {
        size_t end = first, held = 0;
        while (end < n && held + s->counts[end] <= s->scan.s->hold)
            held += s->counts[end++];
        if (end == first) {
            if (!ask(s, first, q, &out[first], err))
                return false;
            first++;
            continue;
        }
        if (held > 0 && !gather(s, first, end, err))
            return false;
        for (; first < end; first++) {
            size_t n_here = s->end[first] - s->begin[first];
            if (s->counts[first] > 0)
                out[first] = bk_percentile_find(s->values + s->begin[first], n_here, q);
        }
    }
    return true;
}

bool bk_samples_by_second(struct bk_samples *samples, size_t metric, double q,
                          double *out, struct bk_err *err)
{
    struct seconds s = {.timeline = &samples->timeline};
    size_t n = s.timeline->n_used;
    bk_scan_init(&s.scan, samples, metric);
    s.scan.times = true;
    s.counts = bk_realloc(NULL, (n + 1) * sizeof *s.counts);
    s.begin = bk_realloc(NULL, (n + 1) * sizeof *s.begin);
    s.end = bk_realloc(NULL, (n + 1) * sizeof *s.end);
    s.values = bk_realloc(NULL, samples->hold * sizeof *s.values);
    memset(s.counts, 0, (n + 1) * sizeof *s.counts);
    memset(s.end, 0, (n + 1) * sizeof *s.end);
    for (size_t i = 0; i < n; i++)
        out[i] = (double)NAN;
    bool ok = count(&s, err) && quantiles(&s, q, out, err);
    bk_scan_free(&s.scan);
    free(s.counts);
    free(s.begin);
    free(s.end);
    free(s.values);
    return ok;
}
