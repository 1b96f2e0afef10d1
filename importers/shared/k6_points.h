/* The points of a k6 run, one measurement of one request each, added up as they come:
 * what --out csv and --out json have in common.
 *
 * Values of trends are kept, so that percentiles are exact; tags are kept as numbers of
 * interned sets.  The tag 'url' is not looked at: it differs in every request where
 * scripts build their addresses, and 'name' is what stands for it.
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
    BK_K6_EXPECTED, /* "expected_response" */
    BK_K6_CHECK,
    BK_K6_N_TAGS
};
extern const char *const bk_k6_tag_names[BK_K6_N_TAGS];

struct bk_k6_point {
    struct bk_str metric;
    int64_t time_ns;
    double value;                     /* in the metric's own unit: ms for times */
    struct bk_str tags[BK_K6_N_TAGS]; /* empty: not there */
};

struct bk_k6_points;

struct bk_k6_points *bk_k6_points_new(const struct bk_importing *im);
void bk_k6_points_free(struct bk_k6_points *k); /* NULL is fine */

/* What a metric is, where the stream says so: type "trend", contains "time". */
bool bk_k6_points_declare(struct bk_k6_points *k, struct bk_str metric,
                          struct bk_str type, struct bk_str contains, size_t line,
                          struct bk_err *err);
/* A rule whose outcome the stream does not tell. */
void bk_k6_points_threshold(struct bk_k6_points *k, struct bk_str metric,
                            struct bk_str rule, size_t line);
/* One point; its strings are not used after the call. */
bool bk_k6_points_add(struct bk_k6_points *k, const struct bk_k6_point *p, size_t line,
                      struct bk_err *err);
/* The last line is no whole record. */
void bk_k6_points_cut(struct bk_k6_points *k, size_t line);
/* Hands the run over. */
bool bk_k6_points_send(struct bk_k6_points *k, struct bk_err *err);

/* "2026-02-14T10:00:00.123Z", or seconds, milliseconds, microseconds or nanoseconds
 * since 1970, told by magnitude. */
bool bk_k6_time(struct bk_str s, int64_t *ns);

#endif
