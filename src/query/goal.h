/* Quantities by name, service levels that are to be met, and limits of settings, as people
 * write them in options. */
#ifndef BK_QUERY_GOAL_H
#define BK_QUERY_GOAL_H

#include "../record/dict.h"
#include "series.h"

struct bk_goal { /* a service level: "request_latency.p95<=2s" */
    struct bk_str text;
    struct bk_quantity q;
    enum bk_operator op; /* LE LT GE GT */
    double limit;        /* base unit */
};

struct bk_product { /* a limit of settings: "workers*pool_size<=200" */
    struct bk_str text;
    struct bk_str *factors; /* names of parameters */
    size_t n_factors;
    enum bk_operator op; /* LE LT GE GT */
    double limit;
};

/* METRIC[.STAT]; without a stat 'value'.  BK_EUSAGE when there is no such metric. */
bool bk_quantity_named(struct bk_db *db, struct bk_arena *a, const struct bk_dict *dict,
                       const char *text, struct bk_quantity *q, struct bk_err *err);
/* "request_latency.p95", "ok_throughput"; "1.9 s", "3.2 %". */
struct bk_str bk_figure_name(struct bk_arena *a, const struct bk_quantity *q);
struct bk_str bk_figure_text(struct bk_arena *a, const struct bk_quantity *q,
                             double value);
/* Limits in the unit of the metric, or with their own: 2s, 500ms, 1%.  BK_EUSAGE says how
 * to write one. */
bool bk_goal_parse(struct bk_db *db, struct bk_arena *a, const struct bk_dict *dict,
                   const char *text, struct bk_goal *goal, struct bk_err *err);
/* "workers*pool_size<=200", "concurrency<=16". */
bool bk_product_parse(struct bk_arena *a, const char *text, struct bk_product *p,
                      struct bk_err *err);
bool bk_goal_holds(const struct bk_goal *goal, double value);
/* Of a config; 'known' is false when it lacks a factor or one is no number. */
bool bk_product_holds(const struct bk_product *p, const struct bk_pair *config,
                      size_t n, bool *known);

#endif
