/* Published architectures of models; see shape.h. */
#include "shape.h"

#include "../base/num.h"
#include "dict_internal.h"

static double number_or_zero(struct bk_str s)
{
    double value;
    return bk_parse_double(s, &value) ? value : 0;
}

static struct bk_model_shape shape_of(const struct bk_str *f)
{
    struct bk_model_shape shape = {
        .model = f[0],
        .attention = f[1],
        .kv =
            {
                .layers = number_or_zero(f[2]),
                .full_layers = number_or_zero(f[3]),
                .sliding_layers = number_or_zero(f[4]),
                .window = number_or_zero(f[5]),
                .kv_heads = number_or_zero(f[6]),
                .head_dim = number_or_zero(f[7]),
                .latent_dim = number_or_zero(f[8]),
            },
        .source = f[9],
    };
    if (!bk_kv_attention_named(f[1], &shape.kv.attention))
        shape.kv.layers = 0; /* what cannot be computed has no size */
    return shape;
}

const struct bk_model_shape *bk_model_shapes(struct bk_arena *a, size_t *n)
{
    struct bk_model_shape *shapes = NULL;
    struct bk_str rest = bk_embedded_table("model_shapes");
    struct bk_str f[BK_EMBEDDED_FIELDS];
    *n = 0;
    bk_embedded_next(a, &rest, f);
    while (bk_embedded_next(a, &rest, f))
        *BK_PUSH(a, shapes, *n) = shape_of(f);
    return shapes;
}

struct bk_str bk_model_bare(struct bk_arena *a, struct bk_str name)
{
    size_t slash = bk_rfind_char(name, '/');
    if (slash != BK_NONE)
        name = bk_from(name, slash + 1);
    return bk_lower(a, name);
}

/* Does a name end here?  "qwen3-4b" ends before "-instruct" and ":latest". */
static bool is_mark(char c)
{
    return c == '-' || c == '_' || c == ':' || c == '.' || c == '@' || c == ' ';
}

const struct bk_model_shape *bk_model_shape_of(struct bk_arena *a, struct bk_str name)
{
    struct bk_str bare = bk_model_bare(a, name);
    size_t n;
    const struct bk_model_shape *shapes = bk_model_shapes(a, &n), *best = NULL;
    for (size_t i = 0; i < n; i++) {
        struct bk_str model = shapes[i].model;
        bool fits = bk_starts(bare, model) &&
                    (bare.len == model.len || is_mark(bare.ptr[model.len]));
        if (fits && (best == NULL || model.len > best->model.len))
            best = &shapes[i];
    }
    return best;
}
