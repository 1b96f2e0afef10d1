/* The architecture of a model as far as the warehouse or a published configuration tells
 * it. */
#ifndef BK_QUERY_SIZING_MODEL_H
#define BK_QUERY_SIZING_MODEL_H

#include "../stats/kv.h"
#include "select.h"

struct bk_architecture {
    bool known;     /* enough to compute a session's size */
    bool published; /* by schema/model_shapes.csv, else by facts of the archive */
    struct bk_kv_model kv;
    struct bk_str source;    /* "Qwen/Qwen3-4B config.json", a file */
    double most;             /* tokens that the model can keep; NAN: not on record */
    struct bk_str precision; /* that its cache is kept in; empty: not on record */
    bool contradicted;       /* facts of the archive say another architecture */
};

/* By the name as served.  A published configuration goes before what sheets were filled
 * in with. */
bool bk_architecture_find(struct bk_db *db, struct bk_arena *a, struct bk_str model,
                          struct bk_architecture *found, struct bk_err *err);
/* Sets one figure ("num_layers", "8"); false: no such figure, or no value for it. */
bool bk_architecture_set(struct bk_kv_model *kv, struct bk_str name,
                         struct bk_str value);
/* Does a model give a session a size? */
bool bk_architecture_complete(const struct bk_kv_model *kv);

#endif
