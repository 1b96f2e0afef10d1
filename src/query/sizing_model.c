/* The architecture of a model; see sizing_model.h. */
#include "sizing_model.h"

#include "../base/num.h"
#include "../record/shape.h"

#include <math.h>

static const struct {
    const char *name;
    size_t offset; /* of the double in bk_kv_model */
} figures[] = {
    {"num_layers", offsetof(struct bk_kv_model, layers)},
    {"num_key_value_heads", offsetof(struct bk_kv_model, kv_heads)},
    {"head_dim", offsetof(struct bk_kv_model, head_dim)},
    {"hybrid_full_layers", offsetof(struct bk_kv_model, full_layers)},
    {"hybrid_sliding_layers", offsetof(struct bk_kv_model, sliding_layers)},
    {"sliding_window", offsetof(struct bk_kv_model, window)},
    {"latent_dim", offsetof(struct bk_kv_model, latent_dim)},
};

bool bk_architecture_set(struct bk_kv_model *kv, struct bk_str name,
                         struct bk_str value)
{
    double number;
    if (bk_is(name, "attention_pattern"))
        return bk_kv_attention_named(value, &kv->attention);
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++) {
        if (!bk_is(name, figures[i].name))
            continue;
        if (!bk_parse_double(value, &number) || !(number >= 0))
            return false;
        *(double *)(void *)((char *)kv + figures[i].offset) = number;
        return true;
    }
    return false;
}

bool bk_architecture_complete(const struct bk_kv_model *kv)
{
    bool windows = kv->attention == BK_KV_SLIDING || kv->attention == BK_KV_HYBRID;
    return bk_kv_token_bytes(kv, BK_KV_FP16) > 0 && (!windows || kv->window > 0) &&
           (kv->attention != BK_KV_HYBRID || kv->full_layers + kv->sliding_layers > 0);
}

static bool read_facts(struct bk_db *db, struct bk_arena *a, struct bk_str model,
                       struct bk_architecture *x, struct bk_err *err)
{
    double number;
    struct bk_stmt *st = bk_stmt(db, BK_SQL_MODEL_FACTS_NAMED);
    bk_bind_text(st, ":model", model);
    bool more, ok;
    while ((ok = bk_step(st, &more, err)) && more) {
        struct bk_str name = bk_col_text(st, 0), value = bk_col_text(st, 1);
        if (bk_architecture_set(&x->kv, name, value))
            x->source = bk_dup(a, bk_col_text(st, 3));
        else if (bk_is(name, "max_position_embeddings") &&
                 bk_parse_double(value, &number))
            x->most = number;
        else if (bk_is(name, "default_kv_precision"))
            x->precision = bk_dup(a, value);
    }
    bk_reset(st);
    x->known = ok && bk_architecture_complete(&x->kv);
    return ok;
}

static bool contradicts(const struct bk_kv_model *x, const struct bk_kv_model *y)
{
    return bk_kv_token_bytes(x, BK_KV_FP16) != bk_kv_token_bytes(y, BK_KV_FP16) ||
           bk_kv_growth_bytes(x, BK_KV_FP16) != bk_kv_growth_bytes(y, BK_KV_FP16);
}

bool bk_architecture_find(struct bk_db *db, struct bk_arena *a, struct bk_str model,
                          struct bk_architecture *x, struct bk_err *err)
{
    *x = (struct bk_architecture){.most = (double)NAN};
    if (!read_facts(db, a, model, x, err))
        return false;
    const struct bk_model_shape *shape = bk_model_shape_of(a, model);
    if (shape == NULL || !bk_architecture_complete(&shape->kv))
        return true;
    x->contradicted = x->known && contradicts(&x->kv, &shape->kv);
    x->published = x->known = true;
    x->kv = shape->kv;
    x->source = shape->source;
    return true;
}
