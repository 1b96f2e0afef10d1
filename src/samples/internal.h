/* What the files of the room share. */
#ifndef BK_SAMPLES_INTERNAL_H
#define BK_SAMPLES_INTERNAL_H

#include "../base/spill.h"
#include "../base/worker.h"
#include "../stats/sketch.h"
#include "chunk.h"

/* What the worker must know of metrics and sets, as it was when the chunk was closed. */
struct bk_sample_job {
    struct bk_samples *s;
    struct bk_sample_columns points;
    struct bk_job_metric {
        enum bk_sample_kind kind;
        enum bk_sample_role role;
        double scale;
    } * metrics;
    uint8_t *outcomes; /* of sets */
};

/* --- sums.c: of each metric and set --- */

#define BK_MAX_SUMS ((size_t)1 << 17)
#define BK_SUM_PAGE ((size_t)1024)

struct bk_pair_sum {
    struct bk_sample_sum sum;
    double lost, lost_of_squares; /* what rounding took from the two sums so far */
    uint64_t last_at;             /* which point of the run 'last' is */
    uint16_t metric, set;
};

struct bk_sums {
    struct bk_pair_sum *pages[BK_MAX_SUMS / BK_SUM_PAGE]; /* they do not move */
    size_t n;
    uint32_t *slots; /* 1 + index by metric and set; 0: free */
    size_t n_slots;  /* a power of 2 */
};
struct bk_pair_sum *bk_sums_at(const struct bk_sums *t, size_t i);
/* NULL: there is none. */
struct bk_pair_sum *bk_sums_find(const struct bk_sums *t, size_t metric, size_t set);
/* One that is there or made; NULL past BK_MAX_SUMS. */
struct bk_pair_sum *bk_sums_get(struct bk_sums *t, size_t metric, size_t set);
/* Adds points of a metric; 'before' points of the run came before this chunk. */
bool bk_sums_add(struct bk_sums *t, const struct bk_chunk_groups *groups, size_t group,
                 const struct bk_sample_columns *points, uint64_t before,
                 struct bk_err *err);
/* Puts what rounding took back into the sums. */
void bk_sums_settle(struct bk_sums *t);
/* The sum of all sets that are taken (NULL: every set), for each of the n metrics; its
 * own n is 0 where there are none. */
void bk_sums_totals(const struct bk_sums *t, const uint8_t *taken, size_t n,
                    struct bk_sample_sum *totals);
void bk_sums_free(struct bk_sums *t);

/* Adds x to *sum and what is lost by it to *lost (Knuth, TAOCP 2, 4.2.2, theorem B). */
static inline void bk_add_exactly(double *sum, double *lost, double x)
{
    double a = *sum, s = a + x, back = s - a;
    *lost += (a - (s - back)) + (x - back);
    *sum = s;
}

/* --- timeline.c --- */

#define BK_SECOND_PAGE ((size_t)512)
#define BK_SECONDS     ((size_t)600 + (size_t)4 * 86400)
#define BK_NO_SECOND   UINT32_MAX

struct bk_live_second {
    double load, requests, iterations, latency_sum;
    uint32_t started, latencies, failed, failed_latencies;
    struct bk_sketch *sketches; /* BK_N_OUTCOMES; NULL: no latency */
    bool used;
};

struct bk_timeline {
    int64_t first_ns; /* of the first point; BK_NO_TIME: none yet */
    struct bk_live_second *pages[BK_SECONDS / BK_SECOND_PAGE + 1];
    uint64_t off;
    size_t n_bins;     /* of all sketches */
    size_t max_bins;   /* that may be */
    uint32_t width;    /* seconds that a sketch is of */
    uint32_t *seconds; /* of each point of the chunk at hand */
    /* after bk_timeline_finish */
    uint32_t *used; /* seconds with points */
    size_t n_used;
    struct bk_buf packed;
    uint32_t *packed_at; /* of each used second's sketches, and the end */
    bool has_requests, has_rate;
};
void bk_timeline_init(struct bk_timeline *t);
/* Finds the second of each point; then bk_timeline_add for each group. */
void bk_timeline_place(struct bk_timeline *t, const struct bk_sample_columns *points);
void bk_timeline_add(struct bk_timeline *t, const struct bk_sample_job *job,
                     const struct bk_chunk_groups *groups, size_t group);
/* After the groups of a chunk: keeps the sketches' memory bounded. */
void bk_timeline_trim(struct bk_timeline *t);
/* Packs the sketches; nothing is added after it. */
void bk_timeline_finish(struct bk_timeline *t);
void bk_timeline_free(struct bk_timeline *t);
/* Which of the used seconds a time lies in; BK_NONE: none. */
size_t bk_timeline_index(const struct bk_timeline *t, int64_t time_ns);

/* --- samples.c --- */

/* Sketches over the run are kept for so many metrics: the first ones. */
#define BK_SKETCHED_METRICS ((size_t)100)

struct bk_tag_set {
    const struct bk_tag *tags;
    size_t n_tags;
    enum bk_outcome outcome;
};

struct bk_stored_chunk {
    uint64_t at; /* in the spill */
    size_t size;
    struct bk_chunk_span span;
};

struct bk_samples {
    struct bk_arena *arena;
    struct bk_sample_metric *metrics;
    size_t n_metrics;
    struct bk_tag_set *sets;
    size_t n_sets;
    struct bk_map texts; /* of tags: a text -> struct bk_str with that text */

    struct bk_sample_columns open;
    struct bk_sample_job jobs[2]; /* one is being filled, one may be at work */
    size_t filling;
    struct bk_worker *worker;

    /* the worker's until bk_samples_finish */
    struct bk_chunk_work *work; /* of bk_samples_work; a megabyte and more */
    struct bk_buf packed;
    struct bk_spill *spill;
    struct bk_stored_chunk *chunks;
    size_t n_chunks;
    uint64_t n_points;
    struct bk_sums sums;
    struct bk_timeline timeline;
    struct bk_sketch (*sketches)[BK_N_OUTCOMES]; /* of BK_SKETCHED_METRICS */
    int8_t decimals[BK_MAX_METRICS]; /* that all values have; -1: some are doubles */

    size_t hold; /* points that a question may hold: 8 bytes each, twice */

    struct bk_interrupt interrupt;
    bool finished;
    /* after bk_samples_finish, of each metric */
    struct bk_sample_sum *totals, *by_outcome[BK_N_OUTCOMES];

    /* reading */
    const struct bk_chunk_source *source; /* NULL: the chunks are our own */
    struct bk_buf read;                   /* packed bytes of a chunk */
    struct bk_sample_columns points;      /* of bk_samples_points */
};
/* Made when it is first needed; filling gives its own back when it ends, as a file may
 * have many runs. */
struct bk_chunk_work *bk_samples_work(struct bk_samples *s);
/* A run without points, as bk_samples_new makes it but not to be filled. */
struct bk_samples *bk_samples_empty(void);
size_t bk_samples_add_set(struct bk_samples *s, const struct bk_tag *tags,
                          size_t n_tags, enum bk_outcome outcome);
/* Reads and opens a chunk; the error names it. */
bool bk_samples_read_chunk(struct bk_samples *s, size_t chunk, struct bk_chunk *c,
                           struct bk_err *err);
/* Puts the names of run and chunk before an error; false. */
bool bk_samples_bad_chunk(const struct bk_samples *s, size_t chunk, struct bk_err *err);
/* Fills totals and by_outcome from the sums. */
void bk_samples_add_up(struct bk_samples *s);
struct bk_chunk_span bk_samples_span(const struct bk_samples *s, size_t chunk);

/* --- scan.c: the points of one metric in a chunk --- */

struct bk_scan {
    struct bk_samples *s;
    size_t metric;
    int64_t from_ns, to_ns;
    bool integers; /* else values */
    bool sets, times;
    /* one chunk's points */
    size_t n;
    int decimals; /* of integers */
    double *values;
    int64_t *numbers; /* integers */
    uint16_t *set_of;
    int64_t *time_of;
    /* scratch */
    uint16_t *columns;
    int64_t *all_times;
    uint16_t *all_sets;
};
void bk_scan_init(struct bk_scan *scan, struct bk_samples *s, size_t metric);
void bk_scan_free(struct bk_scan *scan);
/* n is 0 when the chunk has none in the window. */
bool bk_scan_chunk(struct bk_scan *scan, size_t chunk, struct bk_err *err);

#endif
