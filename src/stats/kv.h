/* Sizing of the KV cache: how many bytes a session keeps, how many sessions fit, how
 * many nodes that takes.
 *
 * Pure functions.  The formulas are those of docs/sizing-import.md; vLLM's own view of
 * the same cache (pages, blocks, groups) follows vllm/v1/kv_cache_interface.py and
 * vllm/v1/core/kv_cache_utils.py (https://github.com/vllm-project/vllm).
 *
 * Sizes are doubles: byte counts of real models stay below 2^53 and are then exact.
 * Arguments that make no sense (negative, zero where a divisor) give 0. */
#ifndef BK_STATS_KV_H
#define BK_STATS_KV_H

#include "../base/str.h"

#define BK_GIB 1073741824.0 /* 2^30 */

/* How a layer attends, and so how much of the context it has to keep. */
enum bk_kv_attention {
    BK_KV_FULL,    /* every layer keeps the whole context */
    BK_KV_SLIDING, /* every layer keeps a window */
    BK_KV_HYBRID,  /* some layers keep all of it, the others a window */
    BK_KV_MLA,     /* one compressed latent per token and layer, for K and V together */
};
bool bk_kv_attention_named(struct bk_str name, enum bk_kv_attention *attention);

/* How an element is stored. */
enum bk_kv_precision {
    BK_KV_FP32,
    BK_KV_FP16,
    BK_KV_BF16,
    BK_KV_FP8,
    BK_KV_INT8,
    BK_KV_INT8_TOKEN_HEAD, /* int8 and an fp32 scale per token and head, for K and V */
    BK_KV_FP4,             /* half a byte, no scales */
    BK_KV_NVFP4,           /* half a byte and an fp8 scale for 16 elements */
    BK_KV_FP8_DS_MLA,      /* DeepSeek's packed latent: 656 bytes a token and layer */
};
bool bk_kv_precision_named(struct bk_str name, enum bk_kv_precision *precision);

/* The architecture facts that the cache's size depends on. */
struct bk_kv_model {
    enum bk_kv_attention attention;
    double layers;         /* all of them */
    double full_layers;    /* of a hybrid */
    double sliding_layers; /* of a hybrid */
    double window;         /* tokens; sliding and hybrid */
    double kv_heads;       /* KV heads, not query heads (GQA) */
    double head_dim;
    double latent_dim; /* MLA: kv_lora_rank + qk_rope_head_dim */
};

/* Bytes that one token takes in one layer that keeps it: 2 H d b; MLA: latent b. */
double bk_kv_token_layer_bytes(const struct bk_kv_model *m, enum bk_kv_precision p);
/* Bytes a token costs while no window is full: all layers. */
double bk_kv_token_bytes(const struct bk_kv_model *m, enum bk_kv_precision p);
/* Bytes each further token costs once the windows are full: the full layers only. */
double bk_kv_growth_bytes(const struct bk_kv_model *m, enum bk_kv_precision p);
/* Bytes of a session of so many tokens. */
double bk_kv_session_bytes(const struct bk_kv_model *m, enum bk_kv_precision p,
                           double tokens);
/* The same over all ranks of a tensor parallel group: with more ranks than KV heads the
 * heads are replicated, MLA's latent is on every rank. */
double bk_kv_tensor_parallel_bytes(const struct bk_kv_model *m, enum bk_kv_precision p,
                                   double tokens, double ranks);

/* max(0, (memory - overhead) ratio), in the unit of the arguments. */
double bk_kv_budget(double memory, double overhead, double ratio);
/* floor(budget / session). */
double bk_kv_sessions(double budget, double session);
/* gpus floor(budget / gpus / session): a session lives on one GPU. */
double bk_kv_sessions_per_gpu(double budget, double session, double gpus);
/* ceil(concurrency (1 + headroom) / sessions). */
double bk_kv_nodes(double concurrency, double headroom, double sessions);
/* Nodes beside those needed: none 0, n+1 1, n+2 2.  False: no such mode. */
bool bk_kv_spare_nodes(struct bk_str ha_mode, double *spare);
/* Do the nodes still carry the load with so many of them lost? */
bool bk_kv_survives(double nodes, double lost, double sessions, double concurrency,
                    double headroom);

/* --- vLLM's view --- */

/* Bytes of one block of one layer: 2 block H d b. */
double bk_kv_page_bytes(const struct bk_kv_model *m, enum bk_kv_precision p,
                        double block);
/* available // page // layers. */
double bk_kv_gpu_blocks(double available, double page, double layers);
/* Blocks a full layer needs for so many tokens: ceil(tokens / block). */
double bk_kv_full_blocks(double tokens, double block);
/* Blocks a sliding layer needs at the most: the window and what one step may bring
 * (batched tokens; 1 while decoding), and one that is cut at both ends. */
double bk_kv_sliding_blocks(double tokens, double window, double batched, double block);
/* Blocks of a session in the one pool that all groups of layers share: of full attention
 * its tokens in blocks; of a hybrid, whose layers go in groups of one size, those of each
 * group.  A block then holds 'block' tokens of one group. */
double bk_kv_session_blocks(const struct bk_kv_model *m, double tokens, double batched,
                            double block);
/* Bytes of one such block: 'block' tokens of one group. */
double bk_kv_block_bytes(const struct bk_kv_model *m, enum bk_kv_precision p,
                         double block);
/* Bytes of a session in whole blocks, all layers. */
double bk_kv_paged_bytes(const struct bk_kv_model *m, enum bk_kv_precision p,
                         double tokens, double batched, double block);
/* "Maximum concurrency for L tokens per request": blocks block / L. */
double bk_kv_concurrency(double blocks, double block, double tokens);

#endif
