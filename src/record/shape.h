/* Published architectures of models (schema/model_shapes.csv): what the size of a KV
 * cache depends on, by the name that a model is served under. */
#ifndef BK_RECORD_SHAPE_H
#define BK_RECORD_SHAPE_H

#include "../base/arena.h"
#include "../base/str.h"
#include "../stats/kv.h"

struct bk_model_shape {
    struct bk_str model;     /* bare and in lower case: "qwen3-4b" */
    struct bk_str attention; /* as the table writes it: "hybrid" */
    struct bk_kv_model kv;   /* 0 where the table says nothing */
    struct bk_str source;    /* "openai/gpt-oss-20b config.json" */
};

/* All of them, in the arena; the texts are the program's own. */
const struct bk_model_shape *bk_model_shapes(struct bk_arena *a, size_t *n);

/* "Qwen/Qwen3-4B" -> "qwen3-4b": lower case, without the organisation. */
struct bk_str bk_model_bare(struct bk_arena *a, struct bk_str name);

/* The shape of a served model: the one whose name its bare name is, or begins with up to
 * a mark ("qwen3-4b-instruct-2507-fp8" is a qwen3-4b, "qwen3-4bx" is none); the longest
 * of several.  NULL: none is known.  Fine-tuning and quantisation keep the shape. */
const struct bk_model_shape *bk_model_shape_of(struct bk_arena *a, struct bk_str name);

#endif
