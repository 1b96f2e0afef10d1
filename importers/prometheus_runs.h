/* Runs out of a scrape: the samples of families that the dictionary knows are gathered
 * model by model, engine by engine, and become measurements at the end.
 *
 * Names of families differ between servers and versions; schema/aliases/prometheus.csv
 * holds them without the server's prefix ("vllm:", "sglang:") and without "_total". */
#ifndef BK_IMPORTERS_PROMETHEUS_RUNS_H
#define BK_IMPORTERS_PROMETHEUS_RUNS_H

#include "../src/stats/histogram.h"
#include "importer.h"

enum bk_scrape_kind {
    BK_SCRAPE_GAUGE,
    BK_SCRAPE_COUNTER,
    BK_SCRAPE_HISTOGRAM,
    BK_SCRAPE_SUMMARY
};

/* Series of one family that differ in le or quantile only: one engine's, one GPU's. */
struct bk_scrape_series {
    struct bk_scrape_series *next;
    uint64_t key;  /* hash of the labels that tell it apart */
    uint64_t rank; /* hash of the labels that tell repeating ranks apart */
    bool on_gpu;   /* has label gpu_uuid */
    bool has_value, has_sum, has_count;
    double value, sum, count;
    struct bk_bucket *buckets; /* of a summary: quantile and value */
    size_t n_buckets, room;
    char digits[32]; /* of value, as written; empty: too long */
};

struct bk_scrape_slot {   /* a family within a run */
    struct bk_str family; /* as written, without _bucket, _sum, _count */
    struct bk_str target; /* metric */
    struct bk_str unit;   /* that the family is written in; may be empty */
    struct bk_str reason; /* of requests: why they ended; else empty */
    enum bk_scrape_kind kind;
    size_t line; /* where its first sample stands */
    struct bk_scrape_series *series;
    size_t n_series;
    bool reset; /* of a difference: some counter fell */
    double reset_before, reset_after;
};

struct bk_scrape_run {
    struct bk_str model; /* empty: samples without a model */
    struct bk_str engine;
    bool serves; /* has more than figures of the process */
    struct bk_scrape_slot *slots;
    size_t n_slots;
    struct bk_param *params; /* of cache_config_info */
    size_t n_params;
    struct bk_map index; /* family and reason -> 1 + place in slots */
};

struct bk_scrape {
    const struct bk_importing *im;
    struct bk_arena *arena;
    struct bk_scrape_run *runs;
    size_t n_runs;
    struct bk_map models;                 /* model -> 1 + place in runs */
    struct bk_map entries;                /* sample name -> what it means */
    void *last;                           /* entry of the last sample */
    void *last_place;                     /* what its labels, or others' before, say */
    size_t n_samples, last_number;        /* all, and up to which that is */
    struct bk_map series;                 /* slot and key -> series */
    struct bk_scrape_series *last_series; /* of the last sample, if it was a bucket */
    struct bk_str last_model;
    size_t usual_buckets; /* of the histogram before; 0: not known */
    size_t last_run;      /* in runs: that of a sample before */
    uint64_t last_key;
    size_t n_series;        /* counted against a limit */
    size_t dropped_models;  /* samples of models past the limit */
    double process_start;   /* process_start_time_seconds; NAN: none */
    int64_t latest_ns;      /* of the samples' time stamps; BK_NO_TIME: none */
    struct bk_str gpu_name; /* of DCGM */
    struct bk_map gpus;     /* seen */
    size_t n_gpus;
    bool difference;         /* of two scrapes; else since the process started */
    int64_t began_ns;        /* of a difference */
    double restarted_before; /* process_start_time_seconds of the scrape before; NAN */
};

struct bk_scrape *bk_scrape_new(const struct bk_importing *im);
void bk_scrape_free(struct bk_scrape *s); /* NULL is fine */

/* Takes a sample; 'digits' is its value as written. */
void bk_scrape_add(struct bk_scrape *s, const struct bk_series_sample *sample,
                   struct bk_str digits);

/* Turns counters and histograms of 'after' into what they grew by since 'before'. */
void bk_scrape_subtract(struct bk_scrape *after, struct bk_scrape *before);

/* Hands the runs over to the sink. */
bool bk_scrape_emit(struct bk_scrape *s, int64_t taken_ns, struct bk_err *err);

#endif
