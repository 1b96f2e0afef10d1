/* What the parts of k6_points.c share: collecting, tags and handing over. */
#ifndef BK_IMPORTERS_SHARED_K6_POINTS_PARTS_H
#define BK_IMPORTERS_SHARED_K6_POINTS_PARTS_H

#include "../../src/samples/samples.h"
#include "k6.h"
#include "k6_points.h"

#define BK_K6_SET_TAGS     7 /* the tags before BK_K6_EXPECTED tell sets apart */
#define BK_K6_SELECTED     5 /* the tags before BK_K6_ERROR_CODE get numbers */
#define BK_K6_LONGEST_NAME ((size_t)400)

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
    size_t n;           /* points with finite values */
    size_t first_line, last_line;
    uint16_t index; /* here and in the samples */
    uint16_t next;  /* the metric that came behind this one the last time */
};

struct bk_k6_set {                /* of tags */
    uint16_t ids[BK_K6_SET_TAGS]; /* 0: not there */
    uint16_t outcome;             /* enum bk_outcome */
};

struct bk_k6_tag_values { /* of one tag */
    struct bk_str *items; /* items[id - 1] */
    size_t n;
    struct bk_map ids; /* value -> (void *)(uintptr_t)id */
    bool many;         /* too many to be told apart, or too long ones */
};

struct bk_k6_check {
    struct bk_str name;
    double passes, fails;
    size_t first_line, last_line;
};

struct bk_k6_points {
    const struct bk_importing *im;
    struct bk_arena *a;
    struct bk_run *run;
    struct bk_samples *samples;
    struct bk_sample_columns *columns;
    struct bk_k6_metric **metrics;
    size_t n_metrics;
    struct bk_map metric_index;
    size_t last_metric; /* BK_NONE: none yet */

    struct bk_k6_tag_values values[BK_K6_SET_TAGS];
    struct bk_k6_set *sets; /* sets[i] is set i + 1 of the samples */
    size_t n_sets;
    struct bk_map set_index; /* bytes of a set -> (void *)(1 + index) */
    bool many_sets;
    struct bk_k6_set last_set;
    struct bk_k6_tags last_tags;

    struct bk_k6_check **checks;
    size_t n_checks;
    struct bk_map check_index;
    size_t more_checks; /* points of checks beyond the limit */

    int64_t time_ns; /* of the last point */
    int64_t first_ns, last_ns;
    int64_t begin_ns;   /* of the first request or iteration */
    bool whole_seconds; /* no time stamp has a fraction */
    size_t n_points, not_finite;
};

/* k6_points_emit.c */
bool bk_k6_points_emit(struct bk_k6_points *k, struct bk_err *err);

#endif
