/* From what a source wrote to a measurement: the one place where names are looked up
 * and units converted.
 *
 * Importers describe a number as it stands in the source; bk_emit finds its metric,
 * stat and unit in the dictionary, converts the value and the interval that its digits
 * stand for into base units, and keeps name, digits, unit and place beside it.  A name
 * that the dictionary does not know is kept under "<format>.<name>". */
#ifndef BK_IMPORTERS_SHARED_EMIT_H
#define BK_IMPORTERS_SHARED_EMIT_H

#include "../importer.h"

struct bk_reading {
    struct bk_str name; /* as written: "http_req_duration", "Mean TTFT" */
    struct bk_str
        stat; /* as written: "avg", "p(95)"; empty: what the alias says, else "value" */
    struct bk_str
        scope; /* "", "ok", "failed" or a selector; empty: what the alias says */
    struct bk_str unit; /* as written beside the number; empty: what the alias says,
                           else the metric's base unit */
    struct bk_str text; /* the digits as written; gives value and interval when
                           'has_value' is not set */
    bool has_value; /* 'value' is set, in the written unit (text may be empty: exact) */
    double value;
    double half; /* half-width of what value stands for, in the written unit; NAN: from
                    the digits of text */
    enum bk_origin origin;
    enum bk_population population;
    struct bk_str formula;
    struct bk_str locator;
    bool place_is_kept; /* the locator lives as long as the records do */
    unsigned rank;
};

/* Adds the number to the run: as a measurement, a config parameter or context, as the
 * dictionary says.  Non-finite values are dropped (they are no numbers).  Returns the
 * measurement, or NULL when it became something else or was dropped. */
struct bk_measurement *bk_emit(const struct bk_importing *im, struct bk_run *run,
                               const struct bk_reading *r);

/* As bk_emit with a target at hand ("request_latency.p95{ok}"), whatever the dictionary
 * says of the name. */
struct bk_measurement *bk_emit_as(const struct bk_importing *im, struct bk_run *run,
                                  const char *target, const struct bk_reading *r);

/* The same with the target's text taken apart already. */
struct bk_measurement *bk_emit_target(const struct bk_importing *im, struct bk_run *run,
                                      const struct bk_target *target,
                                      const struct bk_reading *r);

/* A text value (no number) under a name: context, a config parameter, or nothing.  True
 * when it was used. */
bool bk_emit_text(const struct bk_importing *im, struct bk_run *run, struct bk_str name,
                  struct bk_str value, struct bk_str locator);

/* When nothing succeeded, a latency or token rate of 0 is absence of data: removes
 * those measurements (not the phases of an HTTP request: failed ones have them too).
 * Call it before bk_emit_derived. */
void bk_emit_drop_zero_latency(const struct bk_importing *im, struct bk_run *run);

/* Notes a number that becomes no measurement, when an explanation is asked for. */
void bk_emit_dropped(const struct bk_importing *im, struct bk_run *run,
                     struct bk_dropped dropped);

/* Adds what follows from what is there and was not reported, each with its formula:
 * requests = ok + failed, requests_ok, requests_failed, error_rate = failed / requests,
 * ok_throughput = ok / duration, request_throughput, duration = requests /
 * request_throughput (k6), total_tokens, output_token_throughput.  Every importer calls
 * it last.  Of what is there, only the claim of rank 0 counts. */
void bk_emit_derived(const struct bk_importing *im, struct bk_run *run);

struct bk_str bk_line_locator(struct bk_arena *a, size_t line); /* "line 12" */

#endif
