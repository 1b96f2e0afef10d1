/* Expositions: the text that a /metrics endpoint gives, line by line.
 *
 * Two syntaxes are read.  Prometheus' text format 0.0.4
 * (https://prometheus.io/docs/instrumenting/exposition_formats/), as strictly as
 * prometheus/common's expfmt takes it, and OpenMetrics 1.0
 * (https://github.com/prometheus/OpenMetrics/blob/main/specification/OpenMetrics.md),
 * whose rules beyond the grammar (metadata before samples, families not interleaved,
 * suffixes, bucket order, ...) are errors when 'strict', and are counted otherwise, for
 * real exporters break some of them.  Names in quotes ({"my.metric",a="b"} 1) are taken
 * in both.
 *
 * Lines go in one by one, so a file of any length is read in bounded memory: what is
 * kept are the names and help texts of the families. */
#ifndef BK_IMPORTERS_SHARED_EXPOSITION_H
#define BK_IMPORTERS_SHARED_EXPOSITION_H

#include "../../src/base/err.h"
#include "../../src/record/record.h"

enum bk_exposition_syntax {
    BK_EXPOSITION_TEXT, /* 0.0.4 */
    BK_EXPOSITION_OPENMETRICS
};

struct bk_exposition;

struct bk_exposition *bk_exposition_new(enum bk_exposition_syntax syntax, bool strict);
void bk_exposition_free(struct bk_exposition *x); /* NULL is fine */

/* Reads a line (without its end).  *sample is what it holds, or NULL for metadata and
 * comments; it and what it points to are valid until the next call.  Errors are
 * BK_EINPUT, "line 12: ...". */
bool bk_exposition_line(struct bk_exposition *x, struct bk_str line, size_t number,
                        const struct bk_series_sample **sample, struct bk_err *err);

/* Tells that the text is over; 'cut': its last line had no line end.  Fails when
 * something is missing: '# EOF', a bucket, or the line end of a text that is but one
 * sample. */
bool bk_exposition_end(struct bk_exposition *x, bool cut, struct bk_err *err);

/* The value of the last sample as written. */
struct bk_str bk_exposition_digits(const struct bk_exposition *x);

/* How many samples were read so far. */
size_t bk_exposition_samples(const struct bk_exposition *x);

/* How many rules of OpenMetrics were broken, and a sentence about the first. */
size_t bk_exposition_breaches(const struct bk_exposition *x, const char **first);

/* A number as expositions write it: decimal, inf, infinity or nan in any case. */
bool bk_exposition_number(struct bk_str s, double *value);

/* Is this line "# EOF", the end mark of OpenMetrics? */
bool bk_exposition_is_eof(struct bk_str line);

#endif
