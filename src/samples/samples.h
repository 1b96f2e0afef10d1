/* Samples: the single points of a run (a request's latency, a counter's step, a load
 * level), kept small and answered from at once.
 *
 * Points are appended in the order of the source.  Every BK_CHUNK_POINTS of them become
 * a chunk (chunk.h): columns of metric, time, tag set and value, packed by themselves,
 * so that a chunk can be read without any other.  Chunks go to memory first and past a
 * limit to an unnamed temporary file: the memory does not grow with the points.
 *
 * Metrics, and sets of tags, are numbered in the order in which they are first named.
 * Numbers of a source are kept as the source wrote them (milliseconds stay
 * milliseconds). */
#ifndef BK_SAMPLES_SAMPLES_H
#define BK_SAMPLES_SAMPLES_H

#include "../base/arena.h"
#include "../base/err.h"
#include "../base/str.h"

#include <stdint.h>

#define BK_CHUNK_POINTS ((size_t)65536)
#define BK_MAX_METRICS  ((size_t)1000) /* of a run */
#define BK_MAX_TAG_SETS ((size_t)8192) /* of a run, with set 0, which has no tags */

struct bk_samples;

enum bk_sample_kind {  /* what the points of a metric are */
    BK_SAMPLE_TREND,   /* single observations: statistics and percentiles */
    BK_SAMPLE_COUNTER, /* steps: their sum counts */
    BK_SAMPLE_RATE,    /* 0 or not: the share above 0 counts */
    BK_SAMPLE_GAUGE    /* levels: the last, smallest and largest count */
};

enum bk_outcome { /* of the request that a point belongs to */
    BK_OUTCOME_UNKNOWN,
    BK_OUTCOME_OK,
    BK_OUTCOME_FAILED,
    BK_N_OUTCOMES
};

/* What a metric is to the timeline. */
enum bk_sample_role {
    BK_ROLE_NONE,
    BK_ROLE_REQUESTS,       /* a counter of requests, stamped at their end */
    BK_ROLE_FAILED,         /* a rate: above 0 is a failed request */
    BK_ROLE_LATENCY,        /* a trend: of a request, stamped at its end */
    BK_ROLE_ITERATIONS,     /* a counter */
    BK_ROLE_ITERATION_TIME, /* a trend, stamped at the end */
    BK_ROLE_LOAD            /* a gauge: VUs, concurrency */
};

struct bk_sample_metric {
    struct bk_str metric;      /* canonical, or "<format>.<name>" */
    struct bk_str source_name; /* "http_req_duration" */
    struct bk_str source_unit; /* that the values are kept in: "ms" */
    struct bk_str unit;        /* base unit: "s" */
    double scale;              /* base value = kept value * scale */
    enum bk_sample_kind kind;
    enum bk_sample_role role;
};

struct bk_tag {
    struct bk_str name, value;
};

/* --- filling --- */

struct bk_samples *bk_samples_new(void);
void bk_samples_free(struct bk_samples *s); /* NULL is fine */
/* From now on, reading chunks asks whether to stop. */
void bk_samples_heed(struct bk_samples *s, struct bk_interrupt interrupt);

/* A new metric; its index, or BK_NONE past BK_MAX_METRICS.  Texts are copied. */
size_t bk_samples_metric(struct bk_samples *s, const struct bk_sample_metric *m);
/* What became known of a metric later (its kind, unit or name). */
void bk_samples_set_metric(struct bk_samples *s, size_t metric,
                           const struct bk_sample_metric *m);
/* A new set of tags; its index (from 1), or BK_NONE past BK_MAX_TAG_SETS: the caller
 * then uses a set with fewer tags, and says so.  Texts are copied; equal texts are kept
 * once. Sets are not compared: the caller finds equal ones. */
size_t bk_samples_tag_set(struct bk_samples *s, const struct bk_tag *tags,
                          size_t n_tags, enum bk_outcome outcome);

struct bk_sample_columns { /* of a chunk */
    uint16_t *metrics;
    uint16_t *sets;
    int64_t *times_ns;
    double *values; /* finite */
    size_t n, room;
};
/* Where the next points go, so that readers write columns without a call a point: fill
 * the next places, raise n, and call bk_samples_flush when n reaches room.  It is one
 * struct for as long as s lives; its pointers are others after each flush. */
struct bk_sample_columns *bk_samples_open(struct bk_samples *s);
/* Closes the open chunk: adds up, packs (on the second core) and starts another. */
bool bk_samples_flush(struct bk_samples *s, struct bk_err *err);
/* Closes the last chunk; nothing is added after it. */
bool bk_samples_finish(struct bk_samples *s, struct bk_err *err);

/* --- what was added up on the way; after bk_samples_finish --- */

struct bk_sample_sum {
    uint64_t n, above_zero;
    double sum, sum_of_squares, min, max, last; /* kept unit; sums compensated */
    int64_t first_ns, last_ns;
};
size_t bk_samples_n_metrics(const struct bk_samples *s);
size_t bk_samples_n_sets(const struct bk_samples *s); /* with set 0 */
uint64_t bk_samples_n_points(const struct bk_samples *s);
const struct bk_sample_metric *bk_samples_metric_at(const struct bk_samples *s,
                                                    size_t metric);
/* A kept value in the metric's base unit: 71.6 ms is 0.0716 s, to the last digit. */
double bk_samples_base(const struct bk_sample_metric *m, double kept);
size_t bk_samples_set_tags(const struct bk_samples *s, size_t set,
                           const struct bk_tag **tags, enum bk_outcome *outcome);
/* Of all points of a metric, and of those of one set (NULL: it has none). */
const struct bk_sample_sum *bk_samples_total(const struct bk_samples *s, size_t metric);
/* Of the points of one outcome (NULL: it has none). */
const struct bk_sample_sum *bk_samples_of_outcome(const struct bk_samples *s,
                                                  size_t metric,
                                                  enum bk_outcome outcome);
const struct bk_sample_sum *bk_samples_of_set(const struct bk_samples *s, size_t metric,
                                              size_t set);

/* The sketch (src/stats/sketch.h) of a trend's points of one outcome, in the kept unit;
 * NULL: no points.  The first 100 metrics have them; a run that was opened has none. */
const struct bk_sketch *bk_samples_sketch(const struct bk_samples *s, size_t metric,
                                          enum bk_outcome outcome);

/* --- exact statistics over any selection --- */

/* Which points of the metric, in; what they come to, out. */
struct bk_sample_scope {
    const uint8_t *sets; /* sets[i] != 0: set i is taken; NULL: every set */
    uint64_t n;          /* points taken */
    double sum, sum_of_squares, min, max; /* NAN when n is 0 */
    double *quantiles;                    /* n_q of them, the caller's room */
};
struct bk_sample_question {
    size_t metric;
    int64_t from_ns, to_ns; /* from <= time < to; INT64_MIN and INT64_MAX: all */
    const double *q;        /* each 0..1, rising */
    size_t n_q;
    /* between neighbours at q (n - 1), as k6 has it (metrics/sink.go, TrendSink.P) */
    struct bk_sample_scope *scopes;
    size_t n_scopes;
};
/* Exact, with bounded memory however many points there are: when they are too many to
 * be held, the range of values is cut into pieces that can be, and the chunks are read
 * once for each.  All scopes are answered in the same passes. */
bool bk_samples_ask(struct bk_samples *s, struct bk_sample_question *q,
                    struct bk_err *err);

/* --- the timeline --- */

/* Seconds are counted from the time of the first point that was added: the second k is
 * [first + k s, first + (k + 1) s). */
struct bk_sample_second {
    int64_t second;      /* points of one flush are in no order: down to -600 */
    double load;         /* NAN: not said; the last gauge of the second */
    uint64_t started;    /* requests: their end less their latency; those of seconds
                            without points are counted in the next that has some */
    uint64_t completed;  /* requests: the counter; without one, the latencies */
    uint64_t failed;     /* requests: the rate; without one, latencies by outcome */
    uint64_t iterations; /* the counter */
    uint64_t n_latencies;
    double latency_sum; /* kept unit */
    /* packed (bk_sketch_unpack), in the kept unit; empty: no latency of this outcome.
     * Valid as long as s.  In a very long run a sketch is that of some seconds (see
     * bk_samples_sketch_seconds) and stands at the first of them. */
    struct bk_str sketches[BK_N_OUTCOMES];
};
/* When second 0 begins; BK_NO_TIME (base/time.h) without points. */
int64_t bk_samples_begin_ns(const struct bk_samples *s);
/* After bk_samples_finish: the seconds that have points, in order; of a run that was
 * opened none, since its timeline stands beside the chunks. */
size_t bk_samples_n_seconds(const struct bk_samples *s);
struct bk_sample_second bk_samples_second(const struct bk_samples *s, size_t i);
/* Seconds that one sketch stands for: 1, or a power of 2 in a very long run. */
int64_t bk_samples_sketch_seconds(const struct bk_samples *s);
/* Points that lie more than 10 minutes before or 4 days behind the first one. */
uint64_t bk_samples_off_timeline(const struct bk_samples *s);
/* The exact quantile q (0..1, as in bk_samples_ask) of a metric's points in each of the
 * seconds: out has a place for each of bk_samples_n_seconds, NAN where there are none. */
bool bk_samples_by_second(struct bk_samples *s, size_t metric, double q, double *out,
                          struct bk_err *err);

/* --- storing and opening --- */

/* The points of a chunk, in the order in which they were added; valid until the next
 * call that reads points. */
bool bk_samples_points(struct bk_samples *s, size_t chunk,
                       const struct bk_sample_columns **points, struct bk_err *err);

size_t bk_samples_n_chunks(const struct bk_samples *s);
/* Of all chunks that were packed here, in bytes. */
uint64_t bk_samples_packed_size(const struct bk_samples *s);
/* The packed bytes of a chunk, and what it spans; valid until the next call. */
bool bk_samples_chunk(struct bk_samples *s, size_t chunk, struct bk_str *packed,
                      size_t *n_points, int64_t *first_ns, int64_t *last_ns,
                      struct bk_err *err);
/* The dictionary (metrics, tags, sets, sums) as one packed, checksummed text. */
bool bk_samples_dictionary(struct bk_samples *s, struct bk_buf *packed,
                           struct bk_err *err);

/* Where the chunks of an archived run come from. */
struct bk_chunk_source {
    bool (*chunk)(void *self, size_t chunk, struct bk_buf *packed, struct bk_err *err);
    void *self;
    const struct bk_chunk_span {
        size_t n_points;
        int64_t first_ns, last_ns;
    } * spans;
    size_t n_chunks;
    struct bk_str name; /* of the run, for errors */
};
/* Opens what bk_samples_dictionary and bk_samples_chunk gave: BK_EDB when a checksum
 * does not hold, naming the run and the chunk. 'chunks' must outlive *s. */
bool bk_samples_of(struct bk_samples **s, struct bk_str dictionary,
                   const struct bk_chunk_source *chunks, struct bk_err *err);
/* Reads every chunk, all checksums, and adds up again: BK_EDB when the sums are not
 * those of the dictionary. */
bool bk_samples_verify(struct bk_samples *s, struct bk_err *err);

#endif
