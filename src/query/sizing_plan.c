/* sizing plan: how many sessions fit, and how many nodes that takes, for every
 * combination of what may be a list.
 *
 * A session lives on one replica, so sessions are rounded down replica by replica; the
 * memory of a node taken together, as sheets do it, is shown beside it.  With a snapshot
 * the room for sessions is what the engine measured, in its blocks. */
#include "sizing_plan.h"

#include <math.h>

#define MOST_ROWS   5000
#define DECODE_STEP 1 /* tokens that a step brings while decoding */

struct row {
    double context, concurrency, headroom, spare, ratio, ranks;
    enum bk_kv_precision precision;
    double session;  /* bytes; NAN */
    double paged;    /* bytes in whole blocks; NAN */
    double per_node; /* sessions */
    double pooled;   /* of all memory taken together; NAN with a snapshot */
    double capacity, with_headroom, final; /* nodes; 0: none can */
};

/* --- a row --- */

static double replicas_of(const struct bk_plan *p, const struct row *x)
{
    return floor(p->gpus / x->ranks);
}

static void size_by_memory(const struct bk_plan *p, struct row *x)
{
    double each = p->gpu_memory - p->overhead / p->gpus;
    double budget = bk_kv_budget(x->ranks * each, p->weights, x->ratio);
    double whole =
        bk_kv_tensor_parallel_bytes(&p->kv, x->precision, x->context, x->ranks);
    x->per_node = replicas_of(p, x) * bk_kv_sessions(budget, whole);
    double all =
        bk_kv_budget(p->gpus * p->gpu_memory, p->overhead + p->weights, x->ratio);
    x->pooled = bk_kv_sessions(all, x->session);
}

/* Blocks that the engine would have if its cache were kept in another precision. */
static double blocks_in(const struct bk_plan *p, enum bk_kv_precision precision)
{
    const struct bk_snapshot_view *view = p->view;
    if (precision == view->precision || !p->has_kv)
        return view->usable;
    double now = bk_kv_block_bytes(&p->kv, view->precision, view->block_size);
    double then = bk_kv_block_bytes(&p->kv, precision, view->block_size);
    return then > 0 ? floor(view->usable * now / then) : 0;
}

static void size_by_snapshot(const struct bk_plan *p, struct row *x)
{
    double block = p->view->block_size;
    double needed = p->has_kv
                        ? bk_kv_session_blocks(&p->kv, x->context, DECODE_STEP, block)
                        : bk_kv_full_blocks(x->context, block);
    x->per_node =
        replicas_of(p, x) * bk_kv_sessions(blocks_in(p, x->precision), needed);
    x->pooled = (double)NAN;
}

static void compute(const struct bk_plan *p, struct row *x)
{
    double block = p->view != NULL ? p->view->block_size : BK_BLOCK;
    x->session = x->paged = (double)NAN;
    if (p->has_kv) {
        x->session = bk_kv_session_bytes(&p->kv, x->precision, x->context);
        x->paged =
            bk_kv_paged_bytes(&p->kv, x->precision, x->context, DECODE_STEP, block);
    }
    if (p->view != NULL)
        size_by_snapshot(p, x);
    else
        size_by_memory(p, x);
    if (isnan(x->concurrency))
        return;
    x->capacity = bk_kv_nodes(x->concurrency, 0, x->per_node);
    x->with_headroom = bk_kv_nodes(x->concurrency, x->headroom, x->per_node);
    x->final = x->with_headroom > 0 ? x->with_headroom + x->spare : 0;
}

/* --- the table --- */

enum {
    CONTEXT,
    CONCURRENCY,
    PRECISION,
    HEADROOM,
    HA,
    RATIO,
    TP,
    SESSION,
    PAGED,
    PER_NODE,
    POOLED,
    CAPACITY,
    WITH_HEADROOM,
    FINAL,
    UTILIZATION,
    SURVIVES,
    N_COLUMNS
};

static const struct bk_column plan_columns[N_COLUMNS] = {
    [CONTEXT] = {"context", "1", 0},
    [CONCURRENCY] = {"concurrency", "1", 0},
    [PRECISION] = {"kv_precision", "", 0},
    [HEADROOM] = {"peak_headroom_ratio", "ratio", BK_COL_PERCENT},
    [HA] = {"ha_mode", "", 0},
    [RATIO] = {"kv_budget_ratio", "ratio", BK_COL_PERCENT},
    [TP] = {"tensor_parallel", "1", 0},
    [SESSION] = {"kv_per_session", "B", 0},
    [PAGED] = {"kv_per_session_paged", "B", BK_COL_MACHINE},
    [PER_NODE] = {"sessions_per_node", "1", 0},
    [POOLED] = {"sessions_pooled", "1", BK_COL_MACHINE},
    [CAPACITY] = {"nodes_capacity", "1", BK_COL_MACHINE},
    [WITH_HEADROOM] = {"nodes_with_headroom", "1", 0},
    [FINAL] = {"nodes_final", "1", 0},
    [UTILIZATION] = {"utilization", "ratio", BK_COL_PERCENT},
    [SURVIVES] = {"survives_one_loss", "", 0},
};

/* People see the columns that differ; what is alike stands among the inputs. */
static const struct bk_column *columns_for(const struct bk_plan *p)
{
    struct bk_column *c = bk_alloc_array(p->arena, N_COLUMNS, sizeof *c);
    for (size_t i = 0; i < N_COLUMNS; i++) {
        c[i] = plan_columns[i];
        if (i < BK_N_AXES && p->axes[i].n < 2 && i != CONTEXT && i != CONCURRENCY)
            c[i].flags |= BK_COL_MACHINE;
    }
    return c;
}

static struct bk_value count(double x)
{
    return bk_v_known_unit(x, BK_S("1"));
}

static void add_row(const struct bk_plan *p, struct bk_section *s, const struct row *x,
                    const size_t at[BK_N_AXES])
{
    struct bk_value *c = bk_section_row(p->report, s);
    bool possible = x->final > 0;
    double used = x->concurrency / (x->final * x->per_node);
    c[CONTEXT] = count(x->context);
    c[CONCURRENCY] = count(x->concurrency);
    c[PRECISION] = bk_v_str(p->axes[BK_AXIS_PRECISION].texts[at[BK_AXIS_PRECISION]]);
    c[HEADROOM] = bk_v_known_unit(x->headroom, BK_S("ratio"));
    c[HA] = bk_v_str(p->axes[BK_AXIS_HA].texts[at[BK_AXIS_HA]]);
    c[RATIO] = bk_v_known_unit(x->ratio, BK_S("ratio"));
    c[TP] = count(x->ranks);
    c[SESSION] = bk_v_known_unit(x->session, BK_S("B"));
    c[PAGED] = bk_v_known_unit(x->paged, BK_S("B"));
    c[PER_NODE] = count(x->per_node);
    c[POOLED] = count(x->pooled);
    if (!possible)
        return;
    c[CAPACITY] = count(x->capacity);
    c[WITH_HEADROOM] = count(x->with_headroom);
    c[FINAL] = count(x->final);
    c[UTILIZATION] = bk_v_known_unit(used, BK_S("ratio"));
    c[SURVIVES] = bk_v_bool(
        bk_kv_survives(x->final, 1, x->per_node, x->concurrency, x->headroom));
}

static double value_at(const struct bk_plan *p, enum bk_plan_axis axis,
                       const size_t *at)
{
    const struct bk_plan_values *v = &p->axes[axis];
    return v->n > 0 ? v->values[at[axis]] : (double)NAN;
}

static struct row row_at(const struct bk_plan *p, const size_t at[BK_N_AXES])
{
    struct row x = {
        .context = value_at(p, BK_AXIS_CONTEXT, at),
        .concurrency = value_at(p, BK_AXIS_CONCURRENCY, at),
        .precision = (enum bk_kv_precision)value_at(p, BK_AXIS_PRECISION, at),
        .headroom = value_at(p, BK_AXIS_HEADROOM, at),
        .spare = value_at(p, BK_AXIS_HA, at),
        .ratio = value_at(p, BK_AXIS_RATIO, at),
        .ranks = value_at(p, BK_AXIS_TP, at),
    };
    compute(p, &x);
    return x;
}

/* The next combination, the last axis fastest; false behind the last. */
static bool next(const struct bk_plan *p, size_t at[BK_N_AXES])
{
    for (size_t i = BK_N_AXES; i-- > 0;) {
        if (at[i] + 1 < p->axes[i].n) {
            at[i]++;
            return true;
        }
        at[i] = 0;
    }
    return false;
}

/* --- notes --- */

struct seen { /* what is worth a note, and the first row of it */
    bool empty, beyond, copies, odd;
    struct row empty_row;
};

static void look(const struct bk_plan *p, const struct row *x, struct seen *seen)
{
    if (!(x->per_node > 0) && !seen->empty) {
        seen->empty = true;
        seen->empty_row = *x;
    }
    seen->beyond = seen->beyond || x->context > p->most;
    bool mla = p->kv.attention == BK_KV_MLA;
    seen->copies = seen->copies || (p->view == NULL && x->ranks > 1 &&
                                    (mla || x->ranks > p->kv.kv_heads));
    seen->odd = seen->odd || fmod(p->gpus, x->ranks) != 0;
}

static void add_notes(const struct bk_plan *p, const struct seen *seen)
{
    struct bk_report *r = p->report;
    if (seen->empty && replicas_of(p, &seen->empty_row) < 1)
        bk_report_note(r, "does-not-fit", BK_WARNING,
                       "a node of %g GPUs holds no replica of %g", p->gpus,
                       seen->empty_row.ranks);
    else if (seen->empty)
        bk_report_note(r, "does-not-fit", BK_WARNING,
                       "no session of %g tokens fits a replica of %g GPU%s: a shorter "
                       "--context, a smaller --kv-precision or more GPUs "
                       "(--tensor-parallel) may",
                       seen->empty_row.context, seen->empty_row.ranks,
                       seen->empty_row.ranks > 1 ? "s" : "");
    if (seen->beyond)
        bk_report_note(r, "beyond-model", BK_WARNING,
                       "the model keeps at most %g tokens, so longer contexts do not "
                       "happen",
                       p->most);
    if (seen->copies)
        bk_report_note(r, "kv-replicated", BK_INFO,
                       "with more ranks than KV heads (or with MLA) each rank keeps a "
                       "copy: a session takes more than one GPU's kv_per_session");
    if (seen->odd)
        bk_report_note(r, "idle-gpus", BK_INFO,
                       "the GPUs of a node are no multiple of a replica's: some are "
                       "left over");
    if (p->view != NULL && p->view->assumed_block)
        bk_report_note(r, "block-size-assumed", BK_INFO,
                       "the run does not say how many tokens a block has: %d, vLLM's "
                       "default, are assumed",
                       BK_BLOCK);
    if (p->view != NULL && p->view->assumed_precision)
        bk_report_note(r, "precision-assumed", BK_INFO,
                       "the engine says cache_dtype '%.*s': 16 bits an element are "
                       "assumed",
                       BK_F(p->view->dtype));
    bk_report_note(r, "memory-only", BK_INFO,
                   "this is memory: that so many sessions get their tokens in time is "
                   "another question ('benchkeep sizing check' holds it against what "
                   "was measured)");
}

/* --- the report --- */

static const struct bk_column input_columns[] = {
    {"name", "", 0},   {"value", "*", 0}, {"text", "", 0}, {"unit", "", BK_COL_MACHINE},
    {"origin", "", 0}, {"source", "", 0},
};

static void add_inputs(const struct bk_plan *p)
{
    static const char *const origins[] = {
        [BK_PLAN_GIVEN] = "given",       [BK_PLAN_SHEET] = "sheet",
        [BK_PLAN_SNAPSHOT] = "snapshot", [BK_PLAN_PUBLISHED] = "published",
        [BK_PLAN_ARCHIVE] = "archive",   [BK_PLAN_DEFAULT] = "default",
    };
    struct bk_section *s =
        bk_report_section(p->report, "inputs", input_columns,
                          sizeof input_columns / sizeof *input_columns);
    for (size_t i = 0; i < p->n_inputs; i++) {
        const struct bk_plan_input *in = &p->inputs[i];
        struct bk_value *c = bk_section_row(p->report, s);
        c[0] = bk_v_text(in->name);
        c[1] = bk_v_known_unit(in->value, in->unit);
        c[2] = isnan(in->value) ? bk_v_str(in->text) : bk_v_null();
        c[3] = bk_v_str(in->unit);
        c[4] = bk_v_text(origins[in->origin]);
        c[5] = in->source.len > 0 ? bk_v_str(in->source) : bk_v_null();
    }
}

static bool count_rows(const struct bk_plan *p, struct bk_err *err)
{
    size_t rows = 1;
    for (size_t i = 0; i < BK_N_AXES && rows <= MOST_ROWS; i++)
        rows *= p->axes[i].n > 0 ? p->axes[i].n : 1;
    return rows <= MOST_ROWS ||
           bk_fail(err, BK_EUSAGE,
                   "that is a table of more than %d rows: try fewer "
                   "values at once",
                   MOST_ROWS);
}

bool bk_sizing_ask_plan(struct bk_db *db, const struct bk_sizing_args *o,
                        struct bk_report *r, struct bk_err *err)
{
    struct bk_plan p = {.arena = r->arena, .report = r, .o = o};
    size_t at[BK_N_AXES] = {0};
    struct seen seen = {0};
    if (!bk_plan_resolve(db, &p, err) || !count_rows(&p, err))
        return false;
    add_inputs(&p);
    struct bk_section *s = bk_report_section(r, "plan", columns_for(&p), N_COLUMNS);
    do {
        struct row x = row_at(&p, at);
        add_row(&p, s, &x, at);
        look(&p, &x, &seen);
    } while (next(&p, at));
    add_notes(&p, &seen);
    return true;
}
