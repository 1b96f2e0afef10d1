/* What a serving engine said of its KV cache (vLLM's cache_config_info in a scrape), and
 * what its requests were like. */
#ifndef BK_QUERY_SIZING_SNAPSHOT_H
#define BK_QUERY_SIZING_SNAPSHOT_H

#include "sizing_model.h"

/* Block 0 stands for "nothing" and is never given to a request
 * (vllm/v1/core/block_pool.py, null_block). */
#define BK_NULL_BLOCKS 1

struct bk_snapshot_view {
    const struct bk_run_row *run;
    double blocks, block_size; /* num_gpu_blocks, tokens a block */
    bool assumed_block;        /* the run does not say block_size: BK_BLOCK */
    double usable;             /* blocks without the null block */
    double tokens;             /* blocks * block_size */
    double ranks;              /* GPUs of the engine; NAN: not said */
    struct bk_str dtype;       /* cache_dtype as written; empty: not said */
    enum bk_kv_precision precision;
    bool assumed_precision;    /* "auto": taken for 16 bit, as most models are */
    struct bk_architecture of; /* its model */
    /* Of its requests; NAN where they are not counted. */
    double requests, input_tokens, output_tokens;
    double request_tokens; /* mean of a request, in and out */
    double request_blocks; /* that such a request takes */
    double average;        /* such requests at once */
};

/* Does the run say how many blocks its engine has? */
bool bk_snapshot_has_cache(const struct bk_run_row *run);
/* False with err code BK_OK: the run does not say. */
bool bk_snapshot_read(struct bk_db *db, struct bk_arena *a,
                      const struct bk_run_row *run, struct bk_snapshot_view *view,
                      struct bk_err *err);
/* Bytes of the whole cache; NAN when the architecture is not known. */
double bk_snapshot_bytes(const struct bk_snapshot_view *view);

#endif
