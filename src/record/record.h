/* Records: what importers say about a source, as plain structs.
 *
 * An importer fills records and hands them to a sink (sink.h); the archive, the text
 * printer of the golden tests and the fuzzer are three sinks.  Everything a record
 * points to lives in the arena of the import or in the source's bytes. Values are in
 * base units (s, B, 1/s, tok/s, ratio, W, 1); beside each stands what the source itself
 * wrote. */
#ifndef BK_RECORD_RECORD_H
#define BK_RECORD_RECORD_H

#include "../base/arena.h"
#include "../base/str.h"
#include "../base/time.h"

struct bk_samples; /* src/samples/samples.h */

/* Where a number comes from. */
enum bk_origin {
    BK_REPORTED,  /* the tool wrote it */
    BK_DERIVED,   /* computed exactly from other numbers; 'formula' names how */
    BK_ESTIMATED, /* interpolated, true value within [low, high] */
};

/* Which requests a figure covers. */
enum bk_population {
    BK_POP_ALL,
    BK_POP_OK,
    BK_POP_UNKNOWN
};

/* How good a run is; the gates are in src/check/status.c. */
enum bk_status {
    BK_RUN_OK,
    BK_RUN_DEGRADED,
    BK_RUN_FAILED,
    BK_RUN_INVALID
};

enum bk_severity {
    BK_INFO,
    BK_WARNING,
    BK_ERROR
};

struct bk_alias_line; /* dict.h */

/* What the numbers of a column or of a statistic have in common: kept once for all of
 * them. */
struct bk_wording {
    struct bk_str formula;     /* derived: "requests / duration"; else empty */
    struct bk_str source_unit; /* the source's own unit: "s", "ms", "%" */
    const struct bk_alias_line
        *alias; /* that gave the name its meaning; NULL: none did.  Told by an
                   explanation, not kept in the archive */
};

/* One number. Natural key within a run: metric, stat, scope; several records with one
 * key are claims of which the one with the lowest rank is used by questions and the
 * others are kept. */
struct bk_measurement {
    struct bk_str metric; /* canonical name of schema/metrics.csv, or
                             "<format>.<original name>" */
    struct bk_str stat;   /* value count sum mean stddev min max p50 p99.9 ... */
    struct bk_str
        scope; /* "", "ok", "failed", or the source's selector "{name:login}" */
    struct bk_str unit; /* base unit: s B 1/s tok/s ratio W 1 */
    double value;       /* in that unit; always finite */
    double low, high;   /* what the printed digits or the bucket bounds allow; low <=
                           value <= high */
    enum bk_origin origin : 8;
    enum bk_population population : 8;
    unsigned
        rank; /* 0: what questions use; 1...: other claims about the same quantity */
    struct bk_str source_name;  /* as the source calls it: "http_req_duration.avg" */
    struct bk_str source_value; /* the source's own digits: "14.86" */
    struct bk_str locator;      /* place in the source: "line 12",
                                   "/metrics/http_reqs/count", "table 2 row 3 column 4" */
    size_t source; /* index of the source within the import unit; set by src/ingest */
    const struct bk_wording *how; /* NULL: nothing of it is known */
};

/* The parts of m->how; empty (NULL) when there is none. */
struct bk_str bk_formula_of(const struct bk_measurement *m);
struct bk_str bk_source_unit_of(const struct bk_measurement *m);
const struct bk_alias_line *bk_alias_of(const struct bk_measurement *m);
/* One in the arena; the texts stay where they are. */
const struct bk_wording *bk_wording_new(struct bk_arena *a, struct bk_str formula,
                                        struct bk_str source_unit);

/* A number that the source wrote and that is none: kept only for an explanation. */
struct bk_dropped {
    struct bk_str source_name, source_value, locator;
    const char *why; /* "it is not finite" */
};

/* One config parameter, e.g. workers = 24. */
struct bk_param {
    struct bk_str name;  /* canonical: workers pool_size concurrency batch_size ...;
                            others as written */
    struct bk_str value; /* text as written, numbers without thousands separators; times
                            in seconds, plain */
    struct bk_str locator; /* where it was said: "line 3", "path", "flag",
                              "environment_vars.txt line 4" */
};

/* A fact about the hardware or model of a run (GPUs, memory, layers, quantisation). */
struct bk_fact {
    struct bk_str name;  /* gpu_count gpu_name gpu_memory num_layers ... */
    struct bk_str value; /* text or number */
    struct bk_str unit;  /* base unit or empty */
    struct bk_str locator;
};

/* One step of the load shape: over this many seconds the load moves to this many VUs.
 */
struct bk_stage {
    double seconds;
    double vus;
};

/* One moment of a run's timeline; NAN where the source does not say. Counts are totals
 * since the start. */
struct bk_tick {
    double elapsed_s;
    double vus;
    double iterations;                    /* completed so far */
    double interrupted;                   /* interrupted so far */
    double requests;                      /* so far */
    double failed;                        /* requests failed so far */
    double latency_mean_s, latency_p95_s; /* of the second before */
};

struct bk_finding {
    struct bk_str code; /* stable word of src/check/codes.h: "failed-run" */
    enum bk_severity severity;
    struct bk_str
        subject; /* what it is about: metric, parameter, scenario, or the run's label */
    struct bk_str message;  /* a sentence with the numbers in it */
    struct bk_str expected; /* may be empty */
    struct bk_str actual;   /* may be empty */
    struct bk_str locator;
    size_t source; /* index of the source within the unit; set by src/ingest */
};

struct bk_threshold { /* a pass/fail rule of the tool (k6 thresholds) */
    struct bk_str metric, expression;
    enum {
        BK_THRESHOLD_UNKNOWN,
        BK_THRESHOLD_PASSED,
        BK_THRESHOLD_FAILED
    } state;
    struct bk_str locator;
};

/* One execution of one workload on one hardware with one config. Lists grow with
 * BK_PUSH. */
struct bk_run {
    struct bk_str key; /* tells the runs of one source apart: "concurrency=5
                          batch_size=8"; "" when single */
    struct bk_str session, hardware, model, engine,
        workload;                 /* as the source has them; empty: unknown */
    int64_t started_ns, ended_ns; /* BK_NO_TIME: unknown */
    struct bk_str
        started_text; /* the source's own text when its zone or order was ambiguous */
    bool invalid; /* the tool itself calls the result invalid; why is in invalid_why */
    struct bk_str invalid_why;
    bool generates_text; /* a generation workload: zero output tokens mean nothing was
                            done */
    bool closed_loop;    /* VUs wait for answers: Little's law bounds throughput */
    double think_time_s; /* of a closed loop; NAN: unknown */
    bool claims;         /* a prose report: lower trust than the run's own files */

    struct bk_param *params;
    size_t n_params;
    struct bk_map param_index;           /* of bk_run_param, when there are many */
    struct bk_measurement *measurements; /* grown by bk_run_measure */
    size_t n_measurements;
    size_t room;   /* measurements that the list has memory for; 0: unknown */
    bool reserved; /* by bk_run_reserve */
    struct bk_fact *hardware_facts;
    size_t n_hardware_facts;
    struct bk_fact *model_facts;
    size_t n_model_facts;
    struct bk_stage *stages;
    size_t n_stages;
    struct bk_tick *ticks;
    size_t n_ticks;
    struct bk_dropped *dropped;
    size_t n_dropped;
    size_t n_samples; /* single observations (requests, points) that the source holds */
    /* the same one by one (src/samples), finished; NULL: they are not kept.  Freed with
     * the importer's arena, by bk_arena_defer. */
    struct bk_samples *samples;
    struct bk_threshold *thresholds;
    size_t n_thresholds;
    struct bk_finding *findings; /* those about this run */
    size_t n_findings;

    enum bk_status status; /* set by src/check, which only makes worse what the importer
                              set ("OOM" in a row: BK_RUN_FAILED, with status_why) */
    struct bk_str status_why;
};

struct bk_run *bk_run_new(struct bk_arena *a);
/* Sets a parameter; a value given before under this name is replaced. */
void bk_run_param(struct bk_arena *a, struct bk_run *r, struct bk_str name,
                  struct bk_str value, struct bk_str locator);
const struct bk_param *bk_run_find_param(const struct bk_run *r, const char *name);
const struct bk_param *bk_run_param_named(const struct bk_run *r, struct bk_str name);
/* Makes room for n more measurements, and no more: of a run whose numbers are counted in
 * advance, nothing is left unused. */
void bk_run_reserve(struct bk_arena *a, struct bk_run *r, size_t n);
/* A new zeroed measurement at the end of the list.  Pointers to others that were taken
 * before stay readable, though no longer part of the run. */
struct bk_measurement *bk_run_measure(struct bk_arena *a, struct bk_run *r);
/* The measurement of lowest rank with this key, or NULL. */
const struct bk_measurement *bk_run_find(const struct bk_run *r, const char *metric,
                                         const char *stat, const char *scope);
/* Adds a derived measurement (rank 0, population all); unit is the metric's base unit.
 */
struct bk_measurement *bk_run_derive(struct bk_arena *a, struct bk_run *r,
                                     const char *metric, const char *stat,
                                     const char *unit, double value,
                                     const char *formula);
struct bk_finding *bk_run_finding(struct bk_arena *a, struct bk_run *r,
                                  const char *code, enum bk_severity severity,
                                  struct bk_str subject, const char *fmt, ...)
    __attribute__((format(printf, 6, 7)));

/* One Prometheus or OpenMetrics exposition.  Its samples follow one by one (sink.h). */
struct bk_snapshot {
    struct bk_str syntax; /* "text 0.0.4" or "openmetrics 1.0" */
    int64_t taken_ns;     /* BK_NO_TIME: unknown */
    size_t source;        /* index of the source within the unit; set by src/ingest */
};
enum bk_series_type {
    BK_UNTYPED,
    BK_COUNTER,
    BK_GAUGE,
    BK_SUMMARY,
    BK_HISTOGRAM,
    BK_GAUGEHISTOGRAM,
    BK_STATESET,
    BK_INFOMETRIC
};
struct bk_label {
    struct bk_str name, value; /* unescaped */
};
struct bk_series_sample {
    struct bk_str name;       /* of the sample line, as written:
                                 "vllm:e2e_request_latency_seconds_bucket" */
    struct bk_str family;     /* "vllm:e2e_request_latency_seconds" */
    struct bk_str help, unit; /* of the family; may be empty */
    enum bk_series_type type; /* of the family */
    const struct bk_label *labels;
    size_t n_labels;
    double value;    /* may be NaN or infinite */
    int64_t time_ns; /* the sample's own time stamp; BK_NO_TIME: none */
    struct bk_str
        exemplar;    /* OpenMetrics exemplar as written, without the '#'; empty: none */
    size_t line;     /* 1-based */
    bool same_name;  /* as the sample before, and all of its family; false: not known */
    double bound;    /* of label le or quantile, where it was read; NAN: it was not */
    size_t same_but; /* 1 + the place of the one label whose value the sample before had
                        not; 1 + n_labels: it had all of them; 0: not known */
    struct bk_str text; /* name, labels and exemplar are slices of it; empty: they stand
                           in different places */
};

/* One number or text of a sizing run. */
struct bk_sizing_value {
    struct bk_str scenario; /* "" for inputs, "minimum" "recommended" "ideal" */
    struct bk_str section;  /* model server storage nfr config results platform ... */
    struct bk_str name;     /* canonical, without a unit suffix: "kv_per_session" */
    struct bk_str unit;     /* base unit; "" for text */
    bool is_text;
    double value, low, high; /* base unit, and what the printed digits allow */
    struct bk_str text;      /* of a text value */
    enum bk_origin origin;
    struct bk_str source_name, source_value, source_unit, locator;
    size_t source;
};
struct bk_sizing_formula {
    struct bk_str scenario, name, formula, explanation, locator;
};
struct bk_sizing {
    struct bk_str model, server; /* as written */
    struct bk_str generation;    /* "v2" "v2b" "v3" ... "text" */
    int64_t taken_ns;
    struct bk_sizing_value *values;
    size_t n_values;
    struct bk_sizing_formula *formulas;
    size_t n_formulas;
    struct bk_fact *model_facts, *hardware_facts;
    size_t n_model_facts, n_hardware_facts;
    struct bk_finding *findings;
    size_t n_findings;
};

/* How messages print numbers: "3,937" and "14.86"; a ratio as "99.92 %"; a value with
 * its unit, "14.86 s"; a quantity, "request_latency.p95 {name:login}", without
 * ".value". */
struct bk_str bk_number_text(struct bk_arena *a, double value);
struct bk_str bk_percent_text(struct bk_arena *a, double ratio);
struct bk_str bk_value_text(struct bk_arena *a, double value, struct bk_str unit);
struct bk_str bk_quantity_text(struct bk_arena *a, struct bk_str metric,
                               struct bk_str stat, struct bk_str scope);

const char *bk_origin_name(enum bk_origin o);         /* reported derived estimated */
const char *bk_population_name(enum bk_population p); /* all ok unknown */
const char *bk_status_name(enum bk_status s);         /* ok degraded failed invalid */
const char *bk_severity_name(enum bk_severity s);     /* info warning error */
const char *bk_series_type_name(enum bk_series_type t);

#endif
