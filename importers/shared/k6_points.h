/* The points of a k6 run, one measurement of one request each: what --out csv and
 * --out json have in common.
 *
 * Points go into the columns of src/samples, which keeps them packed, adds them up and
 * answers exactly; what is left here are the metrics, the tags as numbered sets, the
 * checks and the span of time.  Readers look a metric and a text of tags up once and
 * then hand over numbers.  The tag 'url' is not looked at: it differs in every request
 * where scripts build their addresses, and 'name' is what stands for it; a tag of more
 * than 500 values drops out of the sets.
 *
 * After metrics/sink.go and output/ of k6 0.26 to 2.x (https://github.com/grafana/k6):
 * percentiles lie between neighbours, at p (n - 1), as in k6's own summary. */
#ifndef BK_IMPORTERS_SHARED_K6_POINTS_H
#define BK_IMPORTERS_SHARED_K6_POINTS_H

#include "../importer.h"

enum bk_k6_tag {
    BK_K6_SCENARIO,
    BK_K6_GROUP,
    BK_K6_NAME,
    BK_K6_METHOD,
    BK_K6_STATUS,
    BK_K6_ERROR_CODE,
    BK_K6_CHECK,
    BK_K6_EXPECTED, /* "expected_response" */
    BK_K6_N_TAGS
};
extern const char *const bk_k6_tag_names[BK_K6_N_TAGS];

/* What the tags of a point come to. */
struct bk_k6_tags {
    uint16_t set;   /* of src/samples */
    uint32_t check; /* 1 + its place; 0: none; BK_K6_MORE_CHECKS */
};
#define BK_K6_MORE_CHECKS UINT32_MAX

struct bk_k6_values { /* what a point has besides metric and tags */
    int64_t time_ns;
    double value; /* in the metric's own unit: ms for times */
    size_t line;
};

struct bk_k6_points;

/* Lives in the arena of the import. */
struct bk_k6_points *bk_k6_points_new(const struct bk_importing *im);

/* What a metric is, where the stream says so: type "trend", contains "time". */
bool bk_k6_points_declare(struct bk_k6_points *k, struct bk_str metric,
                          struct bk_str type, struct bk_str contains, size_t line,
                          struct bk_err *err);
/* A rule whose outcome the stream does not tell. */
void bk_k6_points_threshold(struct bk_k6_points *k, struct bk_str metric,
                            struct bk_str rule, size_t line);

/* The metric of this name; BK_NONE with an error: it cannot be one. */
size_t bk_k6_points_metric(struct bk_k6_points *k, struct bk_str name, size_t line,
                           struct bk_err *err);
/* What these tags come to (empty: not there). */
struct bk_k6_tags bk_k6_points_tags(struct bk_k6_points *k,
                                    const struct bk_str tags[BK_K6_N_TAGS]);
/* One point; line is where it stands. */
bool bk_k6_points_add(struct bk_k6_points *k, size_t metric, struct bk_k6_tags tags,
                      const struct bk_k6_values *v, struct bk_err *err);

/* The last line is no whole record. */
void bk_k6_points_cut(struct bk_k6_points *k, size_t line);
/* The source's packed data end too soon, behind this line. */
void bk_k6_points_cut_short(struct bk_k6_points *k, size_t line);
/* Hands the run over. */
bool bk_k6_points_send(struct bk_k6_points *k, struct bk_err *err);

/* "2026-02-14T10:00:00.123Z", or seconds, milliseconds, microseconds or nanoseconds
 * since 1970, told by magnitude. */
bool bk_k6_time(struct bk_str s, int64_t *ns);

/* A decimal number as bk_parse_double_special reads it, faster for what k6 writes. */
bool bk_k6_number(struct bk_str s, double *value);

#endif
