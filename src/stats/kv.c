/* Sizing of the KV cache; see kv.h for what each formula is and where it comes from. */
#include "kv.h"

#include <math.h>

/* fp8_ds_mla: 512 fp8 values, 16 bytes of scales and 64 bf16 values of the rotary part
 * (vllm/v1/kv_cache_interface.py, MLAAttentionSpec). */
static const double ds_mla_bytes = 656;
/* int8 per token and head: one fp32 scale for K and one for V. */
static const double scale_bytes = 4;
/* nvfp4: one fp8 scale for each 16 elements. */
static const double nvfp4_group = 16;

static const struct {
    const char *name;
    enum bk_kv_attention attention;
} attentions[] = {
    {"full", BK_KV_FULL},
    {"sliding", BK_KV_SLIDING},
    {"sliding_window", BK_KV_SLIDING},
    {"hybrid", BK_KV_HYBRID},
    {"mla", BK_KV_MLA},
};

static const struct {
    const char *name;
    enum bk_kv_precision precision;
} precisions[] = {
    {"fp32", BK_KV_FP32},
    {"float32", BK_KV_FP32},
    {"fp16", BK_KV_FP16},
    {"float16", BK_KV_FP16},
    {"bf16", BK_KV_BF16},
    {"bfloat16", BK_KV_BF16},
    {"fp8", BK_KV_FP8},
    {"fp8_e4m3", BK_KV_FP8},
    {"fp8_e5m2", BK_KV_FP8},
    {"int8", BK_KV_INT8},
    {"int8_per_token_head", BK_KV_INT8_TOKEN_HEAD},
    {"fp4", BK_KV_FP4},
    {"int4", BK_KV_FP4},
    {"nvfp4", BK_KV_NVFP4},
    {"fp8_ds_mla", BK_KV_FP8_DS_MLA},
};

bool bk_kv_attention_named(struct bk_str name, enum bk_kv_attention *attention)
{
    for (size_t i = 0; i < sizeof attentions / sizeof *attentions; i++)
        if (bk_eq_nocase(name, bk_str(attentions[i].name))) {
            *attention = attentions[i].attention;
            return true;
        }
    return false;
}

bool bk_kv_precision_named(struct bk_str name, enum bk_kv_precision *precision)
{
    for (size_t i = 0; i < sizeof precisions / sizeof *precisions; i++)
        if (bk_eq_nocase(name, bk_str(precisions[i].name))) {
            *precision = precisions[i].precision;
            return true;
        }
    return false;
}

/* Bytes of n elements that are stored together (one head, or one latent). */
static double vector_bytes(double n, enum bk_kv_precision p)
{
    switch (p) {
    case BK_KV_FP32:
        return n * 4;
    case BK_KV_FP16:
    case BK_KV_BF16:
        return n * 2;
    case BK_KV_FP8:
    case BK_KV_INT8:
        return n;
    case BK_KV_INT8_TOKEN_HEAD:
        return n + scale_bytes;
    case BK_KV_FP4:
        return n / 2;
    case BK_KV_NVFP4:
        return n / 2 + n / nvfp4_group;
    case BK_KV_FP8_DS_MLA:
        return ds_mla_bytes;
    }
    return 0;
}

double bk_kv_token_layer_bytes(const struct bk_kv_model *m, enum bk_kv_precision p)
{
    if (m->attention == BK_KV_MLA)
        return m->latent_dim > 0 ? vector_bytes(m->latent_dim, p) : 0;
    if (!(m->kv_heads > 0) || !(m->head_dim > 0))
        return 0;
    return 2 * m->kv_heads * vector_bytes(m->head_dim, p);
}

double bk_kv_token_bytes(const struct bk_kv_model *m, enum bk_kv_precision p)
{
    return fmax(0, m->layers) * bk_kv_token_layer_bytes(m, p);
}

/* Layers that keep the whole context. */
static double full_layers(const struct bk_kv_model *m)
{
    switch (m->attention) {
    case BK_KV_FULL:
    case BK_KV_MLA:
        return fmax(0, m->layers);
    case BK_KV_SLIDING:
        return 0;
    case BK_KV_HYBRID:
        return fmax(0, m->full_layers);
    }
    return 0;
}

static double window_layers(const struct bk_kv_model *m)
{
    switch (m->attention) {
    case BK_KV_FULL:
    case BK_KV_MLA:
        return 0;
    case BK_KV_SLIDING:
        return fmax(0, m->layers);
    case BK_KV_HYBRID:
        return fmax(0, m->sliding_layers);
    }
    return 0;
}

double bk_kv_growth_bytes(const struct bk_kv_model *m, enum bk_kv_precision p)
{
    return full_layers(m) * bk_kv_token_layer_bytes(m, p);
}

double bk_kv_session_bytes(const struct bk_kv_model *m, enum bk_kv_precision p,
                           double tokens)
{
    if (!(tokens > 0))
        return 0;
    double kept = full_layers(m) * tokens + window_layers(m) * fmin(tokens, m->window);
    return fmax(0, kept) * bk_kv_token_layer_bytes(m, p);
}

double bk_kv_tensor_parallel_bytes(const struct bk_kv_model *m, enum bk_kv_precision p,
                                   double tokens, double ranks)
{
    if (!(ranks >= 1))
        return 0;
    double whole = bk_kv_session_bytes(m, p, tokens);
    if (m->attention == BK_KV_MLA)
        return whole * ranks;
    if (!(m->kv_heads > 0))
        return 0;
    return whole * fmax(1, ranks / m->kv_heads);
}

double bk_kv_budget(double memory, double overhead, double ratio)
{
    return fmax(0, (memory - overhead) * ratio);
}

double bk_kv_sessions(double budget, double session)
{
    return budget > 0 && session > 0 ? floor(budget / session) : 0;
}

double bk_kv_sessions_per_gpu(double budget, double session, double gpus)
{
    return gpus >= 1 ? gpus * bk_kv_sessions(budget / gpus, session) : 0;
}

double bk_kv_nodes(double concurrency, double headroom, double sessions)
{
    if (!(sessions > 0) || !(concurrency > 0))
        return 0;
    return ceil(concurrency * (1 + headroom) / sessions);
}

bool bk_kv_spare_nodes(struct bk_str ha_mode, double *spare)
{
    static const char *const modes[] = {"none", "n+1", "n+2"};
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++)
        if (bk_eq_nocase(ha_mode, bk_str(modes[i]))) {
            *spare = (double)i;
            return true;
        }
    return false;
}

bool bk_kv_survives(double nodes, double lost, double sessions, double concurrency,
                    double headroom)
{
    return (nodes - lost) * sessions >= concurrency * (1 + headroom);
}

double bk_kv_page_bytes(const struct bk_kv_model *m, enum bk_kv_precision p,
                        double block)
{
    return fmax(0, block) * bk_kv_token_layer_bytes(m, p);
}

double bk_kv_gpu_blocks(double available, double page, double layers)
{
    if (!(page > 0) || !(layers > 0) || !(available > 0))
        return 0;
    return floor(floor(available / page) / layers);
}

double bk_kv_full_blocks(double tokens, double block)
{
    return block > 0 && tokens > 0 ? ceil(tokens / block) : 0;
}

double bk_kv_sliding_blocks(double tokens, double window, double batched, double block)
{
    if (!(block > 0) || !(window > 0))
        return 0;
    return ceil(fmin(window - 1 + batched, tokens) / block) + 1;
}

/* Layers of a group: as many as the smaller kind has, or all of one kind. */
static double group_layers(const struct bk_kv_model *m)
{
    double full = full_layers(m), sliding = window_layers(m);
    return full > 0 && sliding > 0 ? fmin(full, sliding) : full + sliding;
}

double bk_kv_session_blocks(const struct bk_kv_model *m, double tokens, double batched,
                            double block)
{
    double group = group_layers(m);
    if (!(group > 0))
        return 0;
    return ceil(full_layers(m) / group) * bk_kv_full_blocks(tokens, block) +
           ceil(window_layers(m) / group) *
               bk_kv_sliding_blocks(tokens, m->window, batched, block);
}

double bk_kv_block_bytes(const struct bk_kv_model *m, enum bk_kv_precision p,
                         double block)
{
    return group_layers(m) * bk_kv_page_bytes(m, p, block);
}

double bk_kv_paged_bytes(const struct bk_kv_model *m, enum bk_kv_precision p,
                         double tokens, double batched, double block)
{
    double pages =
        full_layers(m) * bk_kv_full_blocks(tokens, block) +
        window_layers(m) * bk_kv_sliding_blocks(tokens, m->window, batched, block);
    return pages * bk_kv_page_bytes(m, p, block);
}

double bk_kv_concurrency(double blocks, double block, double tokens)
{
    return tokens > 0 ? blocks * block / tokens : 0;
}
