/* Times: integer nanoseconds since 1970-01-01 UTC, and what texts say about zones.
 *
 * A text without a zone is ambiguous; parsing takes it as UTC and says so in 'zoned',
 * and the caller keeps the source's own text beside the number. */
#ifndef BK_BASE_TIME_H
#define BK_BASE_TIME_H

#include "str.h"

#define BK_NO_TIME  INT64_MIN /* no time is known */
#define BK_NS_PER_S INT64_C(1000000000)

/* ISO 8601 / RFC 3339: 2026-02-14, 2026-02-14T10:39:42[.123456789][Z|+hh:mm|-hhmm], a
 * space for T, a comma for the point.  The whole of s must match. *zoned (may be NULL):
 * the text names a zone. */
bool bk_parse_iso(struct bk_str s, int64_t *ns, bool *zoned);

/* By a format of %d %m %Y %H %M %S %y %b %f %s(epoch seconds) %% and literal text; the
 * whole of s must match. */
bool bk_parse_time(struct bk_str s, struct bk_str format, int64_t *ns);

/* Days since 1970-01-01 of a civil date; false when there is no such day. */
bool bk_civil(int year, int month, int day, int64_t *days);

/* "2026-02-14T10:39:42Z", with as many of 3, 6 or 9 decimals as it takes. out holds 40
 * bytes. */
size_t bk_format_iso(int64_t ns, char out[40]);
/* "2026-02-14" */
size_t bk_format_date(int64_t ns, char out[16]);

/* -1, 0 or 1 as for qsort: the earlier first, times that are not known last. */
int bk_time_cmp(int64_t a, int64_t b);

/* Now; $BK_NOW (an ISO time) stands in for the clock in tests. */
int64_t bk_now(void);

/* Monotonic seconds for progress and timing. */
double bk_seconds(void);

#endif
