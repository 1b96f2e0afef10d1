/* What the two halves of k6_points.c share: collecting and handing over. */
#ifndef BK_IMPORTERS_SHARED_K6_POINTS_PARTS_H
#define BK_IMPORTERS_SHARED_K6_POINTS_PARTS_H

#include "k6.h"
#include "k6_points.h"

#define BK_K6_SET_TAGS 5 /* the tags before BK_K6_EXPECTED tell sets apart */
#define BK_K6_MANY     ((uint16_t)0xffff) /* one value too many of its tag */

enum bk_k6_role { /* what a metric is needed for besides its own numbers */
    BK_K6_PLAIN,
    BK_K6_REQUESTS,
    BK_K6_FAILED,
    BK_K6_LATENCY,
    BK_K6_BY_OUTCOME,
    BK_K6_ITERATIONS,
    BK_K6_ITERATION_TIME,
    BK_K6_CHECKS,
    BK_K6_VUS,
    BK_K6_SETTING
};

struct bk_k6_metric {
    struct bk_str name;
    bool kind_known;
    enum bk_k6_kind kind; /* of an unknown one: TREND, whose numbers say most */
    enum bk_k6_role role;
    struct bk_str unit; /* "ms", "B"; empty: the dictionary says */
    size_t n;           /* points */
    double sum, min, max, last, above_zero;
    double *values; /* of trends */
    uint32_t *sets; /* of each value, where the role wants them */
    uint32_t *seconds;
    size_t n_values, cap;
    size_t first_line, last_line;
};

enum bk_k6_outcome {
    BK_K6_OUTCOME_UNKNOWN,
    BK_K6_OUTCOME_OK,
    BK_K6_OUTCOME_FAILED
};

struct bk_k6_set {                /* of tags */
    uint16_t ids[BK_K6_SET_TAGS]; /* 0: not there */
    enum bk_k6_outcome outcome;
    double requests; /* http_reqs */
    double failed;   /* http_req_failed above 0 */
    double rated;    /* http_req_failed */
};

struct bk_k6_values {     /* of one tag */
    struct bk_str *items; /* items[id - 1] */
    size_t n;
    struct bk_map ids; /* value -> (void *)(uintptr_t)id */
    bool many;
};

struct bk_k6_check {
    struct bk_str name;
    double passes, fails;
    size_t first_line, last_line;
};

struct bk_k6_second {
    double vus; /* NAN: not said */
    double iterations, requests, failed;
    double latency_sum;
    size_t n_latencies;
    bool used;
};

struct bk_k6_points {
    const struct bk_importing *im;
    struct bk_arena *a;
    struct bk_run *run;
    struct bk_k6_metric **metrics;
    size_t n_metrics;
    struct bk_map metric_index;
    struct bk_k6_metric *last_metric;

    struct bk_k6_values values[BK_K6_SET_TAGS];
    struct bk_k6_set *sets;
    size_t n_sets, sets_cap;
    struct bk_map set_index; /* bytes of ids and outcome -> (void *)(1 + index) */
    bool many_sets;
    struct bk_str last_tags[BK_K6_CHECK]; /* of last_set, in buffers of their own */
    struct bk_buf last_bytes[BK_K6_CHECK];
    uint32_t last_set;
    bool has_last_set;

    struct bk_k6_check **checks;
    size_t n_checks;
    struct bk_map check_index;
    size_t more_checks; /* points of checks beyond the limit */

    struct bk_k6_second *seconds;
    size_t n_seconds;
    int64_t origin_ns; /* of seconds[0] */
    size_t off_timeline;

    int64_t first_ns, last_ns; /* of points */
    int64_t begin_ns;          /* of the first request or iteration */
    bool whole_seconds;        /* no time stamp has a fraction */
    size_t n_points, not_finite;
};

#define BK_K6_NO_SECOND UINT32_MAX
/* k6_points_emit.c */
void bk_k6_points_emit(struct bk_k6_points *k);

#endif
