/* What the families of checks share: how numbers are printed in messages and how two
 * printed numbers are compared. */
#ifndef BK_CHECK_INTERNAL_H
#define BK_CHECK_INTERNAL_H

#include "check.h"

/* Fields that contradict each other by more than this can't all be believed. */
#define BK_CONTRADICTION 0.02
/* Less than this is not worth a finding: clocks start and stop at different moments. */
#define BK_AGREEMENT 0.005

/* "3,937", "14.86", "0.0762": for people, in the arena. */
struct bk_str bk_check_number(struct bk_arena *a, double value);
/* A ratio as "99.92 %". */
struct bk_str bk_check_percent(struct bk_arena *a, double ratio);
/* A value with its unit: "14.86 s", "34.04 %", "3,937". */
struct bk_str bk_check_value(struct bk_arena *a, double value, struct bk_str unit);
/* "request_latency.p95 {name:login}"; without ".value". */
struct bk_str bk_check_label(struct bk_arena *a, const struct bk_measurement *m);

/* The claim that questions use: rank 0, stat value, no scope; NULL when there is none.
 */
const struct bk_measurement *bk_check_main(const struct bk_run *r, const char *metric);

/* An interval of values: what printed digits allow, or what was computed from such. */
struct bk_interval {
    double value, low, high;
};
struct bk_interval bk_check_interval(const struct bk_measurement *m);

enum bk_agreement {
    BK_AGREES,
    BK_AGREES_TRUNCATED, /* only when the printed number was cut, not rounded */
    BK_DIFFERS,
};
/* A printed number and what it should be; *gap is what is between them, as a share of
 * the expected value (of 1 for a ratio). */
enum bk_agreement bk_check_compare(struct bk_interval printed,
                                   struct bk_interval expected, bool ratio,
                                   double *gap);

/* A run gets so many findings of one kind; the last one says how many more there are. */
#define BK_MOST_ALIKE ((size_t)200)
void bk_check_more(struct bk_arena *a, struct bk_run *r, const char *code, size_t n);

/* Makes the run's status worse, never better; the first reason of a status stays. */
void bk_check_worsen(struct bk_run *r, enum bk_status status, struct bk_str why);

#endif
