/* The inputs of a plan; see sizing_plan.h. */
#include "sizing_plan.h"

#include "../base/num.h"

#include <math.h>

#define MOST_VALUES   200 /* of one axis */
#define DEFAULT_RATIO 0.9 /* as vLLM's --gpu-memory-utilization */

static const struct bk_str none = {NULL, 0};

/* --- lists and ranges --- */

static const char *const axis_options[BK_N_AXES] = {
    [BK_AXIS_CONTEXT] = "context",
    [BK_AXIS_CONCURRENCY] = "concurrency",
    [BK_AXIS_PRECISION] = "kv-precision",
    [BK_AXIS_HEADROOM] = "headroom",
    [BK_AXIS_HA] = "ha",
    [BK_AXIS_RATIO] = "budget-ratio",
    [BK_AXIS_TP] = "tensor-parallel",
};

static bool add_value(struct bk_arena *a, struct bk_plan_values *v, double value,
                      struct bk_str text)
{
    if (v->n >= MOST_VALUES)
        return false;
    if (v->values == NULL) {
        v->values = bk_alloc_array(a, MOST_VALUES, sizeof *v->values);
        v->texts = bk_alloc_array(a, MOST_VALUES, sizeof *v->texts);
    }
    v->values[v->n] = value;
    v->texts[v->n++] = text;
    return true;
}

/* What makes sense on an axis: whole tokens, sessions and GPUs; shares. */
static bool in_range(enum bk_plan_axis axis, double x)
{
    bool whole = floor(x) >= x && x >= 1 && x <= 1e12;
    switch (axis) {
    case BK_AXIS_CONTEXT:
    case BK_AXIS_CONCURRENCY:
    case BK_AXIS_TP:
        return whole;
    case BK_AXIS_HEADROOM:
        return x >= 0 && x <= 100;
    case BK_AXIS_RATIO:
        return x > 0 && x <= 1;
    case BK_AXIS_PRECISION:
    case BK_AXIS_HA:
    case BK_N_AXES:
        return true;
    }
    return false;
}

static bool is_named(enum bk_plan_axis axis)
{
    return axis == BK_AXIS_PRECISION || axis == BK_AXIS_HA;
}

/* "fp8", "n+1" */
static bool add_name(struct bk_arena *a, enum bk_plan_axis axis, struct bk_str word,
                     struct bk_plan_values *v)
{
    double spare;
    enum bk_kv_precision p;
    struct bk_str text = bk_lower(a, word);
    if (axis == BK_AXIS_HA)
        return bk_kv_spare_nodes(text, &spare) && add_value(a, v, spare, text);
    return bk_kv_precision_named(text, &p) && add_value(a, v, (double)p, text);
}

/* "100..1000:100" */
static bool add_range(struct bk_arena *a, enum bk_plan_axis axis, struct bk_str word,
                      struct bk_plan_values *v)
{
    size_t dots = bk_find(word, BK_S(".."));
    struct bk_str last;
    struct bk_str step_text = bk_cut(bk_from(word, dots + 2), ':', &last);
    double from, to, step;
    if (!bk_parse_share(bk_upto(word, dots), &from) || !bk_parse_share(last, &to) ||
        !bk_parse_share(step_text, &step) || !(step > 0) || !(to >= from))
        return false;
    double steps = floor((to - from) / step + 1e-9);
    if (!(steps < MOST_VALUES))
        return false;
    for (double i = 0; i <= steps; i++) {
        double x = from + i * step;
        if (!in_range(axis, x) || !add_value(a, v, x, none))
            return false;
    }
    return true;
}

static bool add_word(struct bk_arena *a, enum bk_plan_axis axis, struct bk_str word,
                     struct bk_plan_values *v)
{
    double x;
    if (is_named(axis))
        return add_name(a, axis, word, v);
    if (bk_has(word, BK_S("..")))
        return add_range(a, axis, word, v);
    return bk_parse_share(word, &x) && in_range(axis, x) && add_value(a, v, x, none);
}

bool bk_plan_parse(struct bk_arena *a, enum bk_plan_axis axis, const char *text,
                   struct bk_plan_values *v, struct bk_err *err)
{
    static const char *const how[BK_N_AXES] = {
        [BK_AXIS_CONTEXT] = "tokens, a list of them, or '4096..65536:4096'",
        [BK_AXIS_CONCURRENCY] = "sessions, a list of them, or '100..1000:100'",
        [BK_AXIS_PRECISION] =
            ("fp16, bf16, fp8, int8, int8_per_token_head, fp4, nvfp4, "
             "fp8_ds_mla or fp32, or a list of them"),
        [BK_AXIS_HEADROOM] = "a share such as 20% or 0.2, or a list of them",
        [BK_AXIS_HA] = "none, n+1 or n+2, or a list of them",
        [BK_AXIS_RATIO] = "a share above 0 and up to 100%, or a list of them",
        [BK_AXIS_TP] = "a number of GPUs, or a list of them",
    };
    struct bk_str rest = bk_str(text), word;
    *v = (struct bk_plan_values){NULL, NULL, 0};
    do {
        rest = bk_cut(rest, ',', &word);
        if (!add_word(a, axis, bk_trim(word), v))
            return bk_fail(err, BK_EUSAGE,
                           "cannot read --%s '%s': write %s (at most %d values)",
                           axis_options[axis], text, how[axis], MOST_VALUES);
    } while (rest.ptr != NULL);
    return true;
}

/* --- the list of inputs --- */

static void put(struct bk_plan *p, struct bk_plan_input input)
{
    *BK_PUSH(p->arena, p->inputs, p->n_inputs) = input;
}

static void put_number(struct bk_plan *p, const char *name, double value,
                       struct bk_str unit, enum bk_plan_origin origin,
                       struct bk_str source)
{
    put(p, (struct bk_plan_input){.name = name,
                                  .value = value,
                                  .unit = unit,
                                  .origin = origin,
                                  .source = source});
}

static void put_text(struct bk_plan *p, const char *name, struct bk_str text,
                     enum bk_plan_origin origin, struct bk_str source)
{
    put(p, (struct bk_plan_input){.name = name,
                                  .value = (double)NAN,
                                  .text = text,
                                  .origin = origin,
                                  .source = source});
}

static double of_sheet(const struct bk_plan *p, const char *name)
{
    return p->sheet.sheet != NULL
               ? bk_sheet_number(p->sheet.sheet, p->sheet.scenario, name)
               : (double)NAN;
}

static struct bk_str sheet_name(const struct bk_plan *p)
{
    return bk_fmt(p->arena, "%.*s:%.*s", BK_F(p->sheet.sheet->name),
                  BK_F(p->sheet.scenario));
}

/* --- sheet, snapshot, names --- */

/* The run of a session that says what its engine has; BK_EUSAGE unless there is one. */
static bool run_of_session(struct bk_db *db, struct bk_plan *p, const char *session,
                           struct bk_run_row *run, struct bk_err *err)
{
    const struct bk_strings no_more = {NULL, 0};
    struct bk_filter f;
    struct bk_run_list runs;
    size_t n = 0;
    if (!bk_filter_parse(p->arena, db, &no_more, &f, err) ||
        !bk_filter_add(p->arena, db, &f, "session", session, err) ||
        !bk_runs_load(db, p->arena, &f, &runs, err))
        return false;
    for (size_t i = 0; i < runs.n; i++)
        if (bk_snapshot_has_cache(&runs.rows[i]) && n++ == 0)
            *run = runs.rows[i];
    if (n > 1)
        return bk_fail(err, BK_EUSAGE,
                       "%zu runs of '%s' say how many blocks their KV cache has; name "
                       "one, as '%.*s'",
                       n, session, BK_F(run->name));
    if (n == 0 && runs.n > 0)
        *run = runs.rows[0];
    return runs.n > 0 ||
           bk_fail(err, BK_EUSAGE,
                   "no run or session is called '%s' (see 'benchkeep runs')", session);
}

static bool find_snapshot(struct bk_db *db, struct bk_plan *p, struct bk_err *err)
{
    struct bk_arena *a = p->arena;
    struct bk_run_row *run = bk_alloc(a, sizeof *run);
    const char *ref = p->o->snapshot;
    bool found;
    if (!bk_run_by_ref(db, a, bk_str(ref), run, &found, err) ||
        (!found && !run_of_session(db, p, ref, run, err)))
        return false;
    p->view = bk_alloc(a, sizeof *p->view);
    if (bk_snapshot_read(db, a, run, p->view, err))
        return true;
    return err->code != BK_OK
               ? false
               : bk_fail(err, BK_EUSAGE,
                         "'%s' does not say how many blocks its KV cache has (its "
                         "config lacks num_gpu_blocks)",
                         ref);
}

static bool find_names(struct bk_db *db, struct bk_plan *p, struct bk_err *err)
{
    const struct bk_sheet *sheet = p->sheet.sheet;
    const struct bk_run_row *run = p->view != NULL ? p->view->run : NULL;
    enum bk_plan_origin origin = p->o->model != NULL ? BK_PLAN_GIVEN
                                 : sheet != NULL     ? BK_PLAN_SHEET
                                                     : BK_PLAN_SNAPSHOT;
    p->model = p->o->model != NULL ? bk_str(p->o->model)
               : sheet != NULL     ? sheet->known_model
               : run != NULL       ? run->dim[BK_DIM_MODEL]
                                   : none;
    put_text(p, "model", p->model, origin, none);
    origin = p->o->hardware != NULL ? BK_PLAN_GIVEN
             : sheet != NULL        ? BK_PLAN_SHEET
                                    : BK_PLAN_SNAPSHOT;
    p->hardware = sheet != NULL ? sheet->hardware
                  : run != NULL ? run->dim[BK_DIM_HARDWARE]
                                : none;
    if (p->o->hardware != NULL &&
        !bk_hardware_name(db, p->arena, bk_str(p->o->hardware), &p->hardware, err))
        return false;
    if (p->hardware.len > 0)
        put_text(p, "hardware", p->hardware, origin, none);
    return true;
}

/* --- the model --- */

static bool set_figures(struct bk_plan *p, struct bk_err *err)
{
    for (size_t i = 0; i < p->o->set.n; i++) {
        struct bk_str name;
        struct bk_str value = bk_cut(bk_str(p->o->set.items[i]), '=', &name);
        if (!bk_architecture_set(&p->kv, bk_trim(name), bk_trim(value)))
            return bk_fail(
                err, BK_EUSAGE,
                "cannot read --set '%s': write attention_pattern=full|sliding|hybrid|"
                "mla, or num_layers, num_key_value_heads, head_dim, "
                "hybrid_full_layers, hybrid_sliding_layers, sliding_window or "
                "latent_dim with a number",
                p->o->set.items[i]);
    }
    return true;
}

static void put_architecture(struct bk_plan *p, enum bk_plan_origin origin,
                             struct bk_str source)
{
    static const char *const patterns[] = {[BK_KV_FULL] = "full",
                                           [BK_KV_SLIDING] = "sliding",
                                           [BK_KV_HYBRID] = "hybrid",
                                           [BK_KV_MLA] = "mla"};
    const struct bk_str ones = BK_S("1");
    const struct bk_kv_model *kv = &p->kv;
    put_text(p, "attention_pattern", bk_str(patterns[kv->attention]), origin, source);
    put_number(p, "num_layers", kv->layers, ones, origin, source);
    if (kv->attention == BK_KV_MLA) {
        put_number(p, "latent_dim", kv->latent_dim, ones, origin, source);
        return;
    }
    put_number(p, "num_key_value_heads", kv->kv_heads, ones, origin, source);
    put_number(p, "head_dim", kv->head_dim, ones, origin, source);
    if (kv->attention == BK_KV_HYBRID) {
        put_number(p, "hybrid_full_layers", kv->full_layers, ones, origin, source);
        put_number(p, "hybrid_sliding_layers", kv->sliding_layers, ones, origin,
                   source);
    }
    if (kv->attention != BK_KV_FULL)
        put_number(p, "sliding_window", kv->window, ones, origin, source);
}

static bool find_model(struct bk_db *db, struct bk_plan *p, struct bk_architecture *of,
                       struct bk_err *err)
{
    struct bk_sizing_kv kv;
    bool known = true;
    if (!bk_architecture_find(db, p->arena, p->model, of, err))
        return false;
    enum bk_plan_origin origin = of->published ? BK_PLAN_PUBLISHED : BK_PLAN_ARCHIVE;
    struct bk_str source = of->source;
    p->kv = of->kv;
    if (p->sheet.sheet != NULL && p->o->model == NULL &&
        bk_sheet_kv(p->sheet.sheet, p->sheet.scenario, &kv, &known) && !known) {
        p->kv = kv.model;
        origin = BK_PLAN_SHEET;
        source = sheet_name(p);
    }
    if (!set_figures(p, err))
        return false;
    p->has_kv = bk_architecture_complete(&p->kv);
    p->most = of->most;
    if (p->has_kv)
        put_architecture(p, p->o->set.n > 0 ? BK_PLAN_GIVEN : origin,
                         p->o->set.n > 0 ? none : source);
    if (of->contradicted && origin == BK_PLAN_PUBLISHED)
        bk_report_note(p->report, "model-architecture", BK_WARNING,
                       "the archive has another architecture for '%.*s'; the published "
                       "one is used (--set changes it)",
                       BK_F(p->model));
    if (p->has_kv || p->view != NULL)
        return true;
    if (p->model.len == 0)
        return bk_fail(err, BK_EUSAGE,
                       "name the model with --model (or a sheet with --sheet, or a run "
                       "with --snapshot)");
    return bk_fail(err, BK_EUSAGE,
                   "the architecture of '%.*s' is not on record: give it with --set "
                   "num_layers=N --set num_key_value_heads=N --set head_dim=N",
                   BK_F(p->model));
}

/* --- the machine --- */

struct machine { /* what the archive says of it; NAN */
    double gpus, memory, total;
    struct bk_str source;
    bool differ; /* sources do not agree */
};

static void take_fact(struct machine *m, double *into, double value)
{
    m->differ = m->differ || (!isnan(*into) && fabs(*into - value) > value * 1e-3);
    *into = value;
}

static bool read_machine(struct bk_db *db, struct bk_plan *p, struct machine *m,
                         struct bk_err *err)
{
    *m = (struct machine){(double)NAN, (double)NAN, (double)NAN, none, false};
    struct bk_stmt *st = bk_stmt(db, BK_SQL_HARDWARE_FACTS_NAMED);
    bk_bind_text(st, ":hardware", p->hardware);
    bool more, ok;
    while ((ok = bk_step(st, &more, err)) && more) {
        struct bk_str name = bk_col_text(st, 0);
        double value;
        double *into = bk_is(name, "gpu_count")    ? &m->gpus
                       : bk_is(name, "gpu_memory") ? &m->memory
                       : bk_is(name, "total_hbm")  ? &m->total
                                                   : NULL;
        if (into == NULL || !bk_parse_double(bk_col_text(st, 1), &value))
            continue;
        take_fact(m, into, value);
        m->source = bk_dup(p->arena, bk_col_text(st, 3));
    }
    bk_reset(st);
    if (isnan(m->memory) && m->gpus >= 1)
        m->memory = m->total / m->gpus;
    return ok;
}

/* The option as a size, else the sheet's, else another; NAN: nothing says. */
static bool take_size(struct bk_plan *p, const char *name, const char *option,
                      const char *field, double *value, struct bk_err *err)
{
    int64_t size;
    *value = of_sheet(p, field);
    if (option != NULL) {
        if (!bk_parse_size(bk_str(option), &size))
            return bk_fail(err, BK_EUSAGE,
                           "cannot read the size '%s': write 120GiB or 180GB", option);
        *value = (double)size;
        put_number(p, name, *value, BK_S("B"), BK_PLAN_GIVEN, none);
    } else if (!isnan(*value)) {
        put_number(p, name, *value, BK_S("B"), BK_PLAN_SHEET, sheet_name(p));
    }
    return true;
}

static bool find_gpus(struct bk_plan *p, const struct machine *m, struct bk_err *err)
{
    p->gpus = of_sheet(p, "gpus");
    if (p->o->gpus != NULL) {
        if (!bk_parse_double(bk_str(p->o->gpus), &p->gpus) || !(p->gpus >= 1) ||
            floor(p->gpus) < p->gpus || p->gpus > 1e6)
            return bk_fail(err, BK_EUSAGE, "--gpus takes a number of GPUs, not '%s'",
                           p->o->gpus);
        put_number(p, "gpus", p->gpus, BK_S("1"), BK_PLAN_GIVEN, none);
    } else if (!isnan(p->gpus)) {
        put_number(p, "gpus", p->gpus, BK_S("1"), BK_PLAN_SHEET, sheet_name(p));
    } else if (m->gpus >= 1) {
        p->gpus = m->gpus;
        put_number(p, "gpus", p->gpus, BK_S("1"), BK_PLAN_ARCHIVE, m->source);
    } else if (p->view != NULL && p->view->ranks >= 1) {
        p->gpus = p->view->ranks;
        put_number(p, "gpus", p->gpus, BK_S("1"), BK_PLAN_SNAPSHOT, none);
    } else if (p->view != NULL) {
        p->gpus = 1;
        put_number(p, "gpus", p->gpus, BK_S("1"), BK_PLAN_DEFAULT, none);
    }
    return p->gpus >= 1 ||
           bk_fail(err, BK_EUSAGE,
                   "how many GPUs a node of '%.*s' has is not on record: give --gpus",
                   BK_F(p->hardware));
}

static bool find_machine(struct bk_db *db, struct bk_plan *p, struct bk_err *err)
{
    struct machine m;
    if (!read_machine(db, p, &m, err))
        return false;
    if (p->hardware.len == 0 && p->view == NULL &&
        (p->o->gpus == NULL || p->o->gpu_memory == NULL))
        return bk_fail(err, BK_EUSAGE,
                       "name the machine with --hardware, or describe it with --gpus "
                       "and --gpu-memory");
    if (!find_gpus(p, &m, err) || !take_size(p, "gpu_memory", p->o->gpu_memory,
                                             "hbm_per_gpu", &p->gpu_memory, err))
        return false;
    if (isnan(p->gpu_memory) && p->view == NULL) {
        p->gpu_memory = m.memory;
        if (isnan(p->gpu_memory))
            return bk_fail(
                err, BK_EUSAGE,
                "the memory of a GPU of '%.*s' is not on record: give --gpu-memory",
                BK_F(p->hardware));
        put_number(p, "gpu_memory", m.memory, BK_S("B"), BK_PLAN_ARCHIVE, m.source);
    }
    if (m.differ && p->o->gpu_memory == NULL && p->view == NULL &&
        p->sheet.sheet == NULL)
        bk_report_note(p->report, "conflicting-facts", BK_WARNING,
                       "sources do not agree on the GPUs of '%.*s'; the newest is used "
                       "(see 'benchkeep hardware %.*s')",
                       BK_F(p->hardware), BK_F(p->hardware));
    return true;
}

static bool find_overhead(struct bk_plan *p, struct bk_err *err)
{
    if (p->view != NULL)
        return true; /* what is left for the cache was measured */
    if (!take_size(p, "runtime_overhead", p->o->overhead, "runtime_overhead",
                   &p->overhead, err) ||
        !take_size(p, "weights", p->o->weights, "fixed_model", &p->weights, err))
        return false;
    if (isnan(p->overhead) && isnan(p->weights))
        bk_report_note(p->report, "upper-bound", BK_WARNING,
                       "neither the weights nor what else needs memory was given "
                       "(--weights, --overhead): all of it is taken for the cache, so "
                       "fewer sessions fit than this says");
    else if (isnan(p->weights) && p->sheet.sheet == NULL)
        bk_report_note(p->report, "upper-bound", BK_INFO,
                       "the weights were not given (--weights): they must be part of "
                       "--overhead");
    if (isnan(p->overhead)) {
        p->overhead = 0;
        put_number(p, "runtime_overhead", 0, BK_S("B"), BK_PLAN_DEFAULT, none);
    }
    if (isnan(p->weights)) {
        p->weights = 0;
        put_number(p, "weights", 0, BK_S("B"), BK_PLAN_DEFAULT, none);
    }
    return true;
}

/* --- the axes --- */

struct axis_rule {
    const char *input; /* how it is called as an input */
    const char *unit;
    const char *field;     /* of a sheet */
    const char *otherwise; /* the default, as an option would give it; NULL: none */
};
static const struct axis_rule axis_rules[BK_N_AXES] = {
    [BK_AXIS_CONTEXT] = {"context", "1", "effective_context", NULL},
    [BK_AXIS_CONCURRENCY] = {"concurrency", "1", "concurrency", NULL},
    [BK_AXIS_PRECISION] = {"kv_precision", "", "kv_precision", "bf16"},
    [BK_AXIS_HEADROOM] = {"peak_headroom_ratio", "ratio", "peak_headroom_ratio", "0"},
    [BK_AXIS_HA] = {"ha_mode", "", "ha_mode", "none"},
    [BK_AXIS_RATIO] = {"kv_budget_ratio", "ratio", "kv_budget_ratio", NULL},
    [BK_AXIS_TP] = {"tensor_parallel", "1", "tensor_parallel", "1"},
};

static void put_axis(struct bk_plan *p, enum bk_plan_axis axis,
                     enum bk_plan_origin origin, struct bk_str source)
{
    const struct bk_plan_values *v = &p->axes[axis];
    struct bk_str list = {NULL, 0};
    if (v->n == 1 && !is_named(axis)) {
        put_number(p, axis_rules[axis].input, v->values[0],
                   bk_str(axis_rules[axis].unit), origin, source);
        return;
    }
    for (size_t i = 0; i < v->n; i++) {
        char digits[32];
        bk_format_double(v->values[i], digits);
        struct bk_str text = is_named(axis) ? v->texts[i] : bk_str(digits);
        list =
            bk_fmt(p->arena, "%.*s%s%.*s", BK_F(list), i > 0 ? ", " : "", BK_F(text));
    }
    put_text(p, axis_rules[axis].input, list, origin, source);
}

static bool sheet_axis(struct bk_plan *p, enum bk_plan_axis axis)
{
    struct bk_plan_values *v = &p->axes[axis];
    if (p->sheet.sheet == NULL)
        return false;
    if (is_named(axis)) {
        struct bk_str text =
            bk_sheet_text(p->sheet.sheet, p->sheet.scenario, axis_rules[axis].field);
        return text.len > 0 && add_name(p->arena, axis, text, v);
    }
    double x = of_sheet(p, axis_rules[axis].field);
    return in_range(axis, x) && add_value(p->arena, v, x, none);
}

static bool snapshot_axis(struct bk_plan *p, enum bk_plan_axis axis)
{
    const struct bk_snapshot_view *view = p->view;
    struct bk_plan_values *v = &p->axes[axis];
    if (view == NULL)
        return false;
    if (axis == BK_AXIS_CONTEXT && view->request_tokens > 0)
        return add_value(p->arena, v, ceil(view->request_tokens), none);
    if (axis == BK_AXIS_PRECISION)
        return add_value(p->arena, v, (double)view->precision,
                         view->assumed_precision ? BK_S("bf16") : view->dtype);
    if (axis == BK_AXIS_TP && view->ranks >= 1)
        return add_value(p->arena, v, view->ranks, none);
    return false;
}

static bool default_axis(struct bk_plan *p, enum bk_plan_axis axis,
                         const struct bk_architecture *of)
{
    struct bk_plan_values *v = &p->axes[axis];
    const char *text = axis_rules[axis].otherwise;
    if (axis == BK_AXIS_PRECISION && of->precision.len > 0 &&
        add_name(p->arena, axis, of->precision, v))
        return true;
    if (axis == BK_AXIS_RATIO)
        return add_value(p->arena, v, DEFAULT_RATIO, none);
    return text != NULL && add_word(p->arena, axis, bk_str(text), v);
}

static bool find_axis(struct bk_plan *p, enum bk_plan_axis axis, const char *option,
                      const struct bk_architecture *of, struct bk_err *err)
{
    if (axis == BK_AXIS_RATIO && p->view != NULL && option == NULL)
        return add_value(p->arena, &p->axes[axis], 1, none);
    if (option != NULL) {
        if (!bk_plan_parse(p->arena, axis, option, &p->axes[axis], err))
            return false;
        put_axis(p, axis, BK_PLAN_GIVEN, none);
    } else if (sheet_axis(p, axis)) {
        put_axis(p, axis, BK_PLAN_SHEET, sheet_name(p));
    } else if (snapshot_axis(p, axis)) {
        put_axis(p, axis, BK_PLAN_SNAPSHOT, p->view->run->name);
    } else if (default_axis(p, axis, of)) {
        put_axis(p, axis, BK_PLAN_DEFAULT, none);
    } else if (axis == BK_AXIS_CONTEXT) {
        return bk_fail(err, BK_EUSAGE,
                       "how many tokens a session keeps is not known: give --context");
    }
    return true;
}

static bool find_axes(struct bk_plan *p, const struct bk_architecture *of,
                      struct bk_err *err)
{
    const struct bk_sizing_args *o = p->o;
    const char *const given[BK_N_AXES] = {
        [BK_AXIS_CONTEXT] = o->context,
        [BK_AXIS_CONCURRENCY] = o->concurrency,
        [BK_AXIS_PRECISION] = o->kv_precision,
        [BK_AXIS_HEADROOM] = o->headroom,
        [BK_AXIS_HA] = o->ha,
        [BK_AXIS_RATIO] = o->budget_ratio,
        [BK_AXIS_TP] = o->tensor_parallel,
    };
    for (enum bk_plan_axis axis = 0; axis < BK_N_AXES; axis++)
        if (!find_axis(p, axis, given[axis], of, err))
            return false;
    return true;
}

bool bk_plan_resolve(struct bk_db *db, struct bk_plan *p, struct bk_err *err)
{
    struct bk_architecture of;
    p->gpu_memory = p->overhead = p->weights = p->gpus = p->most = (double)NAN;
    if (p->o->sheet != NULL) {
        if (!bk_sheet_find(db, p->arena, p->o->sheet, &p->sheet, err))
            return false;
        p->sheet.scenario = bk_sheet_usual(&p->sheet);
    }
    if (p->o->snapshot != NULL && !find_snapshot(db, p, err))
        return false;
    if (p->view != NULL && (p->o->weights != NULL || p->o->overhead != NULL ||
                            p->o->gpu_memory != NULL || p->o->budget_ratio != NULL))
        return bk_fail(err, BK_EUSAGE,
                       "--snapshot has measured what is left for the cache: "
                       "--gpu-memory, --overhead, --weights and --budget-ratio do not "
                       "go with it");
    return find_names(db, p, err) && find_model(db, p, &of, err) &&
           find_machine(db, p, err) && find_overhead(p, err) && find_axes(p, &of, err);
}
