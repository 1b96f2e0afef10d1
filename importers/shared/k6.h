/* What k6 writes alike in all its outputs: numbers with units, metric names with
 * selectors, the metric lines of the console summary.
 *
 * After internal/js/summary.js and lib/ui of k6 0.26 to 2.x
 * (https://github.com/grafana/k6). */
#ifndef BK_IMPORTERS_SHARED_K6_H
#define BK_IMPORTERS_SHARED_K6_H

#include "../../src/base/arena.h"
#include "../../src/base/str.h"

#define BK_K6_PASS "\xE2\x9C\x93" /* U+2713 */
#define BK_K6_FAIL "\xE2\x9C\x97" /* U+2717 */

/* "1m3s", "1h02m03.0s", "812.44ms", "12.3µs", "05.0s", "0s": seconds.  False when s is
 * no such text as a whole. */
bool bk_k6_duration(struct bk_str s, double *seconds);

/* One number of a console summary with the unit that stands at or behind it. */
struct bk_k6_quantity {
    double value;       /* in 'unit' */
    double half;        /* half-width of what the digits stand for */
    struct bk_str text; /* as written, without a simple unit: "7.42", "1m3s", "812" */
    struct bk_str unit; /* "ms", "s", "%", "kB", "kB/s", "1/s", "" */
};
/* Takes the next quantity off *rest ("812 kB", "27 kB/s", "40.00%", "9.6/s", "1m11s").
 * False when *rest does not begin with one. */
bool bk_k6_quantity(struct bk_str *rest, struct bk_k6_quantity *q);

/* "http_req_duration{expected_response:true}" or "{ expected_response:true }": the
 * metric's name (empty in the second form), and the selector as a scope: "", "ok",
 * "failed" or "{name:login}". */
void bk_k6_split_name(struct bk_arena *a, struct bk_str text, struct bk_str *name,
                      struct bk_str *scope);

/* The selector behind a scope: "{expected_response:true}" for "ok". */
struct bk_str bk_k6_selector(struct bk_str scope);
/* "{a:b}" and "{c:d}" as one selector "{a:b,c:d}"; either may be empty. */
struct bk_str bk_k6_join_scopes(struct bk_arena *a, struct bk_str x, struct bk_str y);

/* A metric line: "   ✓ http_req_duration..............: avg=10.47ms  min=2.1ms". */
enum bk_k6_kind {
    BK_K6_TREND,
    BK_K6_GAUGE,
    BK_K6_COUNTER,
    BK_K6_RATE
};
#define BK_K6_MAX_FIELDS 24
struct bk_k6_line {
    enum bk_k6_kind kind;
    struct bk_str name; /* "http_req_duration" or "{ expected_response:true }" */
    int mark; /* threshold mark before the name: 1 passed, -1 failed, 0 none */
    struct bk_k6_field {
        struct bk_str
            stat; /* "avg", "p(95)", "min", ...; of a counter "" and "rate"; of
                               a rate "" (the percentage), "passes", "fails", "total" */
        struct bk_k6_quantity q;
    } fields[BK_K6_MAX_FIELDS];
    size_t n_fields;
};
/* The line has no colours and no carriage returns.  False when it is none. */
bool bk_k6_metric_line(struct bk_str line, struct bk_k6_line *out);

#endif
