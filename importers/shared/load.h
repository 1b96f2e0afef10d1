/* What the load generators for HTTP have in common: times with a unit behind them,
 * status codes, distributions of single requests. */
#ifndef BK_IMPORTERS_SHARED_LOAD_H
#define BK_IMPORTERS_SHARED_LOAD_H

#include "emit.h"

/* A number with the unit that stands at it ("47.97ms", "1m30.5s", "12.30k", "0.0439
 * secs"), as r says; r->text is the text.  False when it is none. */
bool bk_load_quantity(const struct bk_importing *im, struct bk_run *run,
                      struct bk_reading r);

/* How requests ended. */
struct bk_outcomes {
    bool any;
    double ok;     /* a status of 200 to 399 */
    double failed; /* another status */
    double errors; /* no answer */
    struct bk_str locator;
};
/* Counts an answer with this status; "0" is no answer. */
void bk_load_status(struct bk_outcomes *o, struct bk_str status, double n);
/* Adds requests, requests_ok and requests_failed where the source does not state them. */
void bk_load_outcomes(const struct bk_importing *im, struct bk_run *run,
                      const struct bk_outcomes *o);

/* Times of single requests. */
struct bk_load_values {
    double *items;
    size_t n, cap;
};
/* False: too many. */
bool bk_load_push(struct bk_load_values *v, double value);
/* count, mean, min, max and percentiles by nearest rank, as r says; sorts the values. */
void bk_load_trend(const struct bk_importing *im, struct bk_run *run,
                   struct bk_reading r, struct bk_load_values *v);

/* A CSV with one request a line, its times in seconds: what hey and oha write. */
struct bk_load_columns {
    const char *latency, *offset, *status; /* offset: since the start, of sending */
    const char *const *times;              /* other columns of times, NULL at the end */
    const char *bytes;                     /* of the answer; NULL: none */
    int64_t started_ns;                    /* of offset 0; 0: unknown */
    bool headless; /* the header is none of the source: it counts as no line */
};
bool bk_load_is_samples(const struct bk_input *in, const struct bk_load_columns *c);
bool bk_load_samples(struct bk_input *in, const struct bk_importing *im,
                     const struct bk_load_columns *c, struct bk_err *err);

#endif
