/* What an engine said of its KV cache; see sizing_snapshot.h. */
#include "sizing_snapshot.h"

#include "../base/num.h"
#include "sizing.h"

#include <math.h>

static double param(const struct bk_run_row *run, const char *name)
{
    double value;
    return bk_parse_double(bk_row_param(run, bk_str(name)), &value) ? value
                                                                    : (double)NAN;
}

bool bk_snapshot_has_cache(const struct bk_run_row *run)
{
    return param(run, "num_gpu_blocks") > 0;
}

/* Names that engines and people give the ranks of a tensor parallel group. */
static double ranks_of(const struct bk_run_row *run)
{
    static const char *const names[] = {"tensor_parallel", "tensor_parallel_size",
                                        "tp_size", "tp"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (param(run, names[i]) >= 1)
            return param(run, names[i]);
    return (double)NAN;
}

static void set_precision(struct bk_snapshot_view *v)
{
    v->dtype = bk_row_param(v->run, BK_S("cache_dtype"));
    if (v->dtype.len == 0)
        v->dtype = bk_row_param(v->run, BK_S("kv_cache_dtype"));
    v->assumed_precision = !bk_kv_precision_named(v->dtype, &v->precision);
    if (v->assumed_precision)
        v->precision = BK_KV_BF16;
}

/* Of several metrics the first that the run has; NAN. */
static bool one_value(struct bk_db *db, struct bk_arena *a,
                      const struct bk_run_row *run, const char *const *metrics,
                      double *value, struct bk_err *err)
{
    struct bk_run_row copy = *run;
    const struct bk_run_list one = {&copy, 1};
    *value = (double)NAN;
    for (; *metrics != NULL && isnan(*value); metrics++) {
        struct bk_run_values values;
        if (!bk_values_of_runs(db, a, *metrics, "value", &one, &values, err))
            return false;
        const struct bk_run_value *v = bk_values_of(&values, run->id);
        *value = v != NULL ? v->value : (double)NAN;
    }
    return true;
}

static bool read_requests(struct bk_db *db, struct bk_arena *a,
                          struct bk_snapshot_view *v, struct bk_err *err)
{
    static const char *const requests[] = {"requests_ok", "requests", NULL};
    static const char *const input[] = {"input_tokens", NULL};
    static const char *const output[] = {"output_tokens", NULL};
    return one_value(db, a, v->run, requests, &v->requests, err) &&
           one_value(db, a, v->run, input, &v->input_tokens, err) &&
           one_value(db, a, v->run, output, &v->output_tokens, err);
}

/* Every request keeps its prompt and what it generates until it ends. */
static void set_average(struct bk_snapshot_view *v)
{
    v->request_tokens = v->request_blocks = v->average = (double)NAN;
    if (!(v->requests > 0))
        return;
    v->request_tokens = (v->input_tokens + v->output_tokens) / v->requests;
    if (!(v->request_tokens > 0))
        return;
    v->request_blocks =
        v->of.known
            ? bk_kv_session_blocks(&v->of.kv, v->request_tokens, 1, v->block_size)
            : bk_kv_full_blocks(v->request_tokens, v->block_size);
    v->average =
        v->request_blocks > 0 ? floor(v->usable / v->request_blocks) : (double)NAN;
}

bool bk_snapshot_read(struct bk_db *db, struct bk_arena *a,
                      const struct bk_run_row *run, struct bk_snapshot_view *v,
                      struct bk_err *err)
{
    *v = (struct bk_snapshot_view){.run = run};
    if (!bk_snapshot_has_cache(run))
        return false;
    v->blocks = param(run, "num_gpu_blocks");
    v->block_size = param(run, "block_size");
    v->assumed_block = !(v->block_size > 0);
    if (v->assumed_block)
        v->block_size = BK_BLOCK;
    v->usable = fmax(0, v->blocks - BK_NULL_BLOCKS);
    v->tokens = v->blocks * v->block_size;
    v->ranks = ranks_of(run);
    set_precision(v);
    if (!bk_architecture_find(db, a, run->dim[BK_DIM_MODEL], &v->of, err) ||
        !read_requests(db, a, v, err))
        return false;
    set_average(v);
    return true;
}

double bk_snapshot_bytes(const struct bk_snapshot_view *v)
{
    return v->of.known
               ? v->blocks * bk_kv_block_bytes(&v->of.kv, v->precision, v->block_size)
               : (double)NAN;
}
