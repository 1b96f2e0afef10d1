/* sizing check: what sheets promise against what engines reported and runs reached.
 *
 * A sheet's budget for the KV cache gives tokens; an engine says how many it has
 * (num_gpu_blocks x block_size).  A sheet's sessions of a node are held against the load
 * that really met objectives.  Each ratio carries the codes of what may explain it. */
#include "sizing.h"
#include "sizing_met.h"
#include "sizing_snapshot.h"

#include "../base/num.h"

#include <math.h>
#include <string.h>

/* A prediction that is off by less than this holds. */
#define TOLERANCE 0.10
/* Requests shorter than this share of a sheet's context are another load. */
#define SHORTER 0.5
/* Contexts whose concurrency is told: from here on, doubling. */
#define FIRST_CONTEXT 1024.0

static const struct bk_str ones = {"1", 1};

/* --- reasons --- */

enum reason {
    ANOTHER_NAME,
    ARCHITECTURE,
    BETWEEN,
    BLOCK_ASSUMED,
    CONTEXT_SHORTER,
    EDGE,
    HARDWARE_UNKNOWN,
    HYBRID,
    KV_PRECISION,
    MEMORY_SHARE,
    ONE_ENGINE,
    ONE_NODE,
    PRECISION_ASSUMED,
    RANKS_ASSUMED,
    THROUGHPUT,
    UNEVEN,
    WEIGHTS,
    N_REASONS
};

static const struct {
    const char *code, *message;
} reasons[N_REASONS] = {
    [ANOTHER_NAME] = {"another-name",
                      "the sheet and the run call the model differently; "
                      "by its published architecture it is the same"},
    [ARCHITECTURE] = {"architecture",
                      "the sheet was filled in with another architecture than the "
                      "model's published one, so a token takes another size"},
    [BETWEEN] = {"between", "the prediction lies between the highest load that met the "
                            "objectives and the next one tried, which did not"},
    [CONTEXT_SHORTER] = {"shorter-requests",
                         "requests of the runs keep less than half of the tokens that "
                         "the sheet plans for a session"},
    [BLOCK_ASSUMED] = {"block-size-assumed",
                       "the run does not say how many tokens a block has: 16, vLLM's "
                       "default, are assumed"},
    [EDGE] = {"not-tried",
              "no higher load was tried, so what was met is a lower bound"},
    [HARDWARE_UNKNOWN] = {"hardware-unknown",
                          "the run does not say on which kind of machine its engine "
                          "ran (import with --hardware)"},
    [HYBRID] = {"hybrid-blocks",
                "layers with a window are kept in blocks of their own; an engine that "
                "keeps them as full ones has fewer tokens"},
    [KV_PRECISION] =
        {"kv-precision",
         "the sheet and the engine keep the cache in different precisions"},
    [MEMORY_SHARE] = {"memory-share",
                      "the sheet gives the cache another share of the memory than the "
                      "engine (gpu_memory_utilization)"},
    [ONE_ENGINE] = {"one-engine",
                    "the runs are taken to be of this engine alone; where "
                    "several served them, each had its share"},
    [ONE_NODE] = {"one-node", "the runs are taken to be of one node"},
    [PRECISION_ASSUMED] = {"precision-assumed",
                           "the engine says cache_dtype 'auto' or nothing: 16 bits an "
                           "element are assumed"},
    [RANKS_ASSUMED] = {"one-gpu",
                       "the run does not say over how many GPUs its engine is "
                       "spread: one is assumed"},
    [THROUGHPUT] =
        {"throughput-not-modelled",
         "the sheet counts memory only: sessions that fit need not get their "
         "tokens in time"},
    [UNEVEN] = {"uneven",
                "a load above the first miss met the objectives again: repeat "
                "the runs"},
    [WEIGHTS] = {"weights-not-modelled",
                 "the sheet does not take the model's weights off by themselves, only "
                 "as part of a fixed overhead"},
};

struct checking {
    struct bk_db *db;
    struct bk_report *r;
    const struct bk_sizing_args *o;
    struct bk_run_list runs;
    struct bk_snapshot_view *views;
    size_t n_views;
    struct bk_sheet_ref *sheets;
    size_t n_sheets;
    struct bk_met_data *met;
    struct bk_map models; /* of bk_model_key */
    bool said[N_REASONS];
    size_t pairs;   /* of sheets and snapshots */
    bool held;      /* something was held against loads */
    size_t without; /* most runs that lacked something for an answer */
    enum {
        ALL,
        A_SHEET,
        SNAPSHOTS
    } named; /* what the question names */
};

struct why { /* the reasons of one row */
    bool of[N_REASONS];
};

static struct bk_value codes_cell(struct checking *x, const struct why *why)
{
    struct bk_str text = {NULL, 0};
    for (size_t i = 0; i < N_REASONS; i++) {
        if (!why->of[i])
            continue;
        x->said[i] = true;
        text = bk_fmt(x->r->arena, "%.*s%s%s", BK_F(text), text.len > 0 ? " " : "",
                      reasons[i].code);
    }
    return text.len > 0 ? bk_v_str(text) : bk_v_null();
}

/* --- what engines reported --- */

static const struct bk_column cache_columns[] = {
    {"run", "", 0},
    {"model", "", 0},
    {"hardware", "", 0},
    {"num_gpu_blocks", "1", 0},
    {"block_size", "1", 0},
    {"kv_tokens", "1", 0},
    {"usable_blocks", "1", 0},
    {"kv_precision", "", 0},
    {"kv_cache", "B", 0},
    {"requests", "1", 0},
    {"request_tokens", "1", 0},
    {"blocks_per_request", "1", 0},
    {"average_requests", "1", 0},
};

static void add_view(struct checking *x, struct bk_section *s,
                     const struct bk_snapshot_view *v)
{
    struct bk_value *c = bk_section_row(x->r, s);
    struct bk_str dtype = v->dtype.len > 0 ? v->dtype : BK_S("not said");
    struct why why = {{[BLOCK_ASSUMED] = v->assumed_block,
                       [PRECISION_ASSUMED] = v->assumed_precision && v->of.known}};
    codes_cell(x, &why);
    c[0] = bk_v_str(v->run->name);
    c[1] = bk_v_str(v->run->dim[BK_DIM_MODEL]);
    c[2] = bk_v_str(v->run->dim[BK_DIM_HARDWARE]);
    c[3] = bk_v_known_unit(v->blocks, ones);
    c[4] = bk_v_known_unit(v->block_size, ones);
    c[5] = bk_v_known_unit(v->tokens, ones);
    c[6] = bk_v_known_unit(v->usable, ones);
    c[7] = bk_v_str(dtype);
    c[8] = bk_v_known_unit(bk_snapshot_bytes(v), BK_S("B"));
    c[9] = bk_v_known_unit(v->requests, ones);
    c[10] = bk_v_known_unit(v->request_tokens, ones);
    c[11] = bk_v_known_unit(v->request_blocks, ones);
    c[12] = bk_v_known_unit(v->average, ones);
}

static const struct bk_column context_columns[] = {
    {"run", "", 0}, {"context", "1", 0}, {"concurrency", "1", 0}};

static void add_context(struct checking *x, struct bk_section *s,
                        const struct bk_snapshot_view *v, double context)
{
    struct bk_value *c = bk_section_row(x->r, s);
    c[0] = bk_v_str(v->run->name);
    c[1] = bk_v_known_unit(context, ones);
    c[2] = bk_v_known_unit(bk_kv_concurrency(v->blocks, v->block_size, context), ones);
}

/* "Maximum concurrency for L tokens per request", as vLLM logs it; the last row is the
 * longest request that the cache can hold. */
static void add_contexts(struct checking *x, struct bk_section *s,
                         const struct bk_snapshot_view *v, struct bk_map *seen)
{
    struct bk_arena *a = x->r->arena;
    struct bk_str key = bk_fmt(a, "%g|%g|%.*s", v->blocks, v->block_size,
                               BK_F(v->run->dim[BK_DIM_MODEL]));
    if (bk_map_get(seen, key) != NULL)
        return; /* another scrape of one engine */
    bk_map_put(a, seen, key, x);
    for (double context = FIRST_CONTEXT; context < v->tokens; context *= 2)
        add_context(x, s, v, context);
    add_context(x, s, v, v->tokens);
}

static void add_views(struct checking *x)
{
    struct bk_map seen = {0};
    if (x->n_views == 0)
        return;
    struct bk_section *s = bk_report_section(
        x->r, "kv_cache", cache_columns, sizeof cache_columns / sizeof *cache_columns);
    for (size_t i = 0; i < x->n_views; i++)
        add_view(x, s, &x->views[i]);
    s = bk_report_section(x->r, "contexts", context_columns,
                          sizeof context_columns / sizeof *context_columns);
    for (size_t i = 0; i < x->n_views; i++)
        add_contexts(x, s, &x->views[i], &seen);
}

/* --- tokens: sheets against snapshots --- */

static const struct bk_column token_columns[] = {
    {"sizing_run", "", 0},
    {"scenario", "", 0},
    {"run", "", 0},
    {"predicted_tokens", "1", 0},
    {"measured_tokens", "1", 0},
    {"ratio", "1", BK_COL_RATIO},
    {"verdict", "", 0},
    {"why", "", 0},
};

/* "overstated": the sheet promises more than there is. */
static const char *verdict_of(double ratio)
{
    if (isnan(ratio))
        return "cannot tell";
    if (fabs(ratio - 1) <= TOLERANCE)
        return "holds";
    return ratio < 1 ? "overstated" : "understated";
}

static bool same_machine(const struct bk_sheet *sheet, const struct bk_run_row *run)
{
    return run->dim[BK_DIM_HARDWARE].len == 0 ||
           bk_eq(run->dim[BK_DIM_HARDWARE], sheet->hardware);
}

static bool is_about(struct checking *x, const struct bk_sheet *sheet,
                     const struct bk_run_row *run)
{
    struct bk_arena *a = x->r->arena;
    struct bk_str model = run->dim[BK_DIM_MODEL];
    return model.len > 0 && same_machine(sheet, run) &&
           (bk_same_model(a, &x->models, sheet->known_model, model) ||
            bk_same_model(a, &x->models, sheet->model, model));
}

/* Bytes that the sheet gives a token while no window is full. */
static double token_bytes(const struct bk_sheet *sheet, struct bk_str scenario)
{
    struct bk_sizing_kv kv;
    bool known;
    if (bk_sheet_kv(sheet, scenario, &kv, &known))
        return bk_kv_block_bytes(&kv.model, kv.precision, 1);
    return bk_sheet_session(sheet, scenario) /
           bk_sheet_number(sheet, scenario, "effective_context");
}

/* Tokens that the sheet's budget holds on the GPUs of one engine. */
static double predicted_tokens(const struct bk_sheet *sheet, struct bk_str scenario,
                               const struct bk_snapshot_view *v)
{
    double gpus = bk_sheet_number(sheet, scenario, "gpus");
    double ranks = v->ranks >= 1 ? v->ranks : 1;
    double share = gpus >= 1 ? fmin(1, ranks / gpus) : 1;
    return floor(bk_sheet_budget(sheet, scenario) * share /
                 token_bytes(sheet, scenario));
}

static void explain_model(const struct bk_sheet *sheet, struct bk_str scenario,
                          const struct bk_snapshot_view *v, struct why *why)
{
    struct bk_sizing_kv kv;
    bool known;
    if (!bk_sheet_kv(sheet, scenario, &kv, &known))
        return;
    enum bk_kv_precision p = kv.precision;
    why->of[HYBRID] = kv.model.attention == BK_KV_HYBRID;
    why->of[ARCHITECTURE] = v->of.known && bk_kv_token_bytes(&v->of.kv, p) !=
                                               bk_kv_token_bytes(&kv.model, p);
    double bytes = bk_kv_token_bytes(&kv.model, p);
    why->of[KV_PRECISION] = bytes != bk_kv_token_bytes(&kv.model, v->precision);
    why->of[BLOCK_ASSUMED] = v->assumed_block;
    why->of[PRECISION_ASSUMED] = v->assumed_precision;
}

static struct why explain(const struct checking *x, const struct bk_sheet *sheet,
                          struct bk_str scenario, const struct bk_snapshot_view *v)
{
    struct why why = {{false}};
    struct bk_arena *a = x->r->arena;
    struct bk_str served = bk_row_param(v->run, BK_S("gpu_memory_utilization"));
    double given, share = bk_sheet_number(sheet, scenario, "kv_budget_ratio");
    explain_model(sheet, scenario, v, &why);
    why.of[ANOTHER_NAME] =
        !bk_eq(bk_lower(a, sheet->model), bk_lower(a, v->run->dim[BK_DIM_MODEL]));
    why.of[HARDWARE_UNKNOWN] = v->run->dim[BK_DIM_HARDWARE].len == 0;
    why.of[RANKS_ASSUMED] =
        isnan(v->ranks) && bk_sheet_number(sheet, scenario, "gpus") > 1;
    why.of[MEMORY_SHARE] =
        bk_parse_double(served, &given) && fabs(given - share) > 1e-9;
    why.of[WEIGHTS] = isnan(bk_sheet_number(sheet, scenario, "fixed_model"));
    return why;
}

static void add_tokens(struct checking *x, struct bk_section **s,
                       const struct bk_sheet *sheet, struct bk_str scenario,
                       const struct bk_snapshot_view *v)
{
    double predicted = predicted_tokens(sheet, scenario, v);
    double ratio = v->tokens / predicted;
    struct why why = explain(x, sheet, scenario, v);
    if (*s == NULL)
        *s = bk_report_section(x->r, "kv_cache_predictions", token_columns,
                               sizeof token_columns / sizeof *token_columns);
    struct bk_value *c = bk_section_row(x->r, *s);
    c[0] = bk_v_str(sheet->name);
    c[1] = bk_v_str(scenario);
    c[2] = bk_v_str(v->run->name);
    c[3] = bk_v_known_unit(predicted, ones);
    c[4] = bk_v_known_unit(v->tokens, ones);
    c[5] = bk_v_known_unit(ratio, ones);
    c[6] = bk_v_text(verdict_of(isfinite(ratio) ? ratio : (double)NAN));
    c[7] = codes_cell(x, &why);
    x->pairs++;
}

static void add_all_tokens(struct checking *x)
{
    struct bk_section *s = NULL;
    for (size_t i = 0; i < x->n_sheets; i++) {
        size_t n;
        const struct bk_str *names = bk_sheet_scenarios(&x->sheets[i], &n);
        for (size_t v = 0; v < x->n_views; v++) {
            if (!is_about(x, x->sheets[i].sheet, x->views[v].run))
                continue;
            for (size_t k = 0; k < n; k++)
                add_tokens(x, &s, x->sheets[i].sheet, names[k], &x->views[v]);
        }
    }
}

/* --- sessions: sheets and snapshots against runs --- */

static const struct bk_column session_columns[] = {
    {"sizing_run", "", 0}, {"scenario", "", 0},
    {"run", "", 0},        {"predicted_sessions", "1", 0},
    {"met", "1", 0},       {"missed", "1", 0},
    {"runs", "1", 0},      {"ratio", "1", BK_COL_RATIO},
    {"verdict", "", 0},    {"why", "", 0},
};

/* What may be said of a number of sessions, given what loads met and missed. */
static const char *session_verdict(double predicted, const struct bk_met *m)
{
    if (m->loads == 0 || isnan(predicted))
        return "not measured";
    if (m->met >= predicted)
        return "holds";
    if (m->missed <= predicted)
        return "overstated";
    return isnan(m->missed) ? "not tried" : "cannot tell";
}

static void add_sessions(struct checking *x, struct bk_section **s,
                         struct bk_value key[3], double predicted, double context,
                         const struct bk_met *m)
{
    struct why why = {{false}};
    const char *verdict = session_verdict(predicted, m);
    x->held = true;
    x->without = m->without > x->without ? m->without : x->without;
    why.of[EDGE] = m->loads > 0 && isnan(m->missed);
    why.of[BETWEEN] = strcmp(verdict, "cannot tell") == 0;
    why.of[THROUGHPUT] = strcmp(verdict, "overstated") == 0;
    why.of[UNEVEN] = m->uneven;
    why.of[ONE_NODE] = m->loads > 0 && isfinite(context);
    why.of[ONE_ENGINE] = m->loads > 0 && !isfinite(context);
    why.of[CONTEXT_SHORTER] = m->tokens < SHORTER * context;
    if (*s == NULL)
        *s = bk_report_section(x->r, "sessions", session_columns,
                               sizeof session_columns / sizeof *session_columns);
    struct bk_value *c = bk_section_row(x->r, *s);
    for (size_t i = 0; i < 3; i++)
        c[i] = key[i];
    c[3] = bk_v_known_unit(predicted, ones);
    c[4] = bk_v_known_unit(m->met, ones);
    c[5] = bk_v_known_unit(m->missed, ones);
    c[6] = bk_v_int((int64_t)m->runs);
    c[7] = bk_v_known_unit(m->met / predicted, ones);
    c[8] = bk_v_text(verdict);
    c[9] = codes_cell(x, &why);
}

static const struct bk_met *met_of_sheet(struct checking *x,
                                         const struct bk_sheet *sheet)
{
    const struct bk_met *m = bk_met_find(x->met, sheet->known_model, sheet->hardware);
    return m->loads > 0 ? m : bk_met_find(x->met, sheet->model, sheet->hardware);
}

static void add_sheet_sessions(struct checking *x, struct bk_section **s,
                               const struct bk_sheet_ref *ref)
{
    size_t n;
    const struct bk_str *names = bk_sheet_scenarios(ref, &n);
    const struct bk_met *m = met_of_sheet(x, ref->sheet);
    for (size_t i = 0; i < n; i++) {
        struct bk_value key[3] = {bk_v_str(ref->sheet->name), bk_v_str(names[i]),
                                  bk_v_null()};
        add_sessions(x, s, key,
                     bk_sheet_number(ref->sheet, names[i], "sessions_per_node"),
                     bk_sheet_number(ref->sheet, names[i], "effective_context"), m);
    }
}

/* What an engine's blocks promise for requests as it saw them. */
static void add_view_sessions(struct checking *x, struct bk_section **s,
                              const struct bk_snapshot_view *v)
{
    const struct bk_run_row *run = v->run;
    const struct bk_met *m =
        bk_met_find(x->met, run->dim[BK_DIM_MODEL], run->dim[BK_DIM_HARDWARE]);
    if (m->loads == 0 || isnan(v->average) || run->dim[BK_DIM_MODEL].len == 0 ||
        run->dim[BK_DIM_HARDWARE].len == 0)
        return; /* which runs are its own is not known */
    struct bk_value key[3] = {bk_v_null(), bk_v_null(), bk_v_str(run->name)};
    add_sessions(x, s, key, v->average, (double)NAN, m);
}

static void add_all_sessions(struct checking *x)
{
    struct bk_section *s = NULL;
    for (size_t i = 0; i < x->n_sheets; i++)
        add_sheet_sessions(x, &s, &x->sheets[i]);
    for (size_t i = 0; i < x->n_views; i++)
        add_view_sessions(x, &s, &x->views[i]);
}

/* --- what is looked at --- */

static bool load_runs(struct checking *x, const struct bk_strings *where,
                      struct bk_err *err)
{
    struct bk_filter f;
    struct bk_arena *a = x->r->arena;
    if (!bk_filter_parse(a, x->db, where, &f, err) ||
        !bk_filter_add(a, x->db, &f, "hardware", x->o->hardware, err) ||
        !bk_runs_load_told_once(x->db, a, &f, &x->runs, NULL, err))
        return false;
    if (x->o->model == NULL)
        return true;
    size_t kept = 0;
    for (size_t i = 0; i < x->runs.n; i++)
        if (bk_same_model(a, &x->models, bk_str(x->o->model),
                          x->runs.rows[i].dim[BK_DIM_MODEL]))
            x->runs.rows[kept++] = x->runs.rows[i];
    x->runs.n = kept;
    return true;
}

/* The snapshots among the runs; of one session or run only unless ref is NULL. */
static bool load_views(struct checking *x, const struct bk_run_row *only,
                       const char *session, struct bk_err *err)
{
    struct bk_arena *a = x->r->arena;
    for (size_t i = 0; i < x->runs.n; i++) {
        const struct bk_run_row *run = &x->runs.rows[i];
        bool asked = (only == NULL || only->id == run->id) &&
                     (session == NULL || bk_is(run->dim[BK_DIM_SESSION], session));
        struct bk_snapshot_view view;
        if (!asked || !bk_snapshot_has_cache(run))
            continue;
        if (!bk_snapshot_read(x->db, a, run, &view, err))
            return false;
        *BK_PUSH(a, x->views, x->n_views) = view;
    }
    return true;
}

static bool load_sheets(struct checking *x, struct bk_err *err)
{
    struct bk_arena *a = x->r->arena;
    struct bk_sheet *sheets;
    size_t n;
    if (!bk_sheets_list(x->db, a, x->o->model, x->o->hardware, &sheets, &n, err))
        return false;
    for (size_t i = 0; i < n; i++) {
        if (!bk_sheet_read(x->db, a, &sheets[i], err))
            return false;
        *BK_PUSH(a, x->sheets, x->n_sheets) =
            (struct bk_sheet_ref){&sheets[i], {NULL, 0}};
    }
    return true;
}

static bool has_session(const struct checking *x, const char *name)
{
    for (size_t i = 0; i < x->runs.n; i++)
        if (bk_is(x->runs.rows[i].dim[BK_DIM_SESSION], name))
            return true;
    return false;
}

/* The name of a run or a session chooses snapshots, that of a sheet chooses the sheet. */
static bool choose(struct checking *x, const char *ref, struct bk_err *err)
{
    struct bk_run_row run;
    struct bk_sheet_ref sheet;
    bool found = false;
    if (ref == NULL)
        return load_views(x, NULL, NULL, err) && load_sheets(x, err);
    if (!bk_run_by_ref(x->db, x->r->arena, bk_str(ref), &run, &found, err))
        return false;
    if (!found && !has_session(x, ref)) {
        if (!bk_sheet_find(x->db, x->r->arena, ref, &sheet, err))
            return false;
        *BK_PUSH(x->r->arena, x->sheets, x->n_sheets) = sheet;
        x->named = A_SHEET;
        return load_views(x, NULL, NULL, err);
    }
    x->named = SNAPSHOTS;
    if (!load_views(x, found ? &run : NULL, found ? NULL : ref, err))
        return false;
    return x->n_views > 0
               ? load_sheets(x, err)
               : bk_fail(err, BK_EUSAGE,
                         "no run of '%s' says how many blocks its KV cache has (a "
                         "scrape of vLLM's /metrics does)",
                         ref);
}

/* When a sheet was named, only snapshots that it is about; when snapshots were, only
 * sheets about them. */
static void keep_related(struct checking *x)
{
    size_t kept = 0;
    if (x->named == A_SHEET) {
        for (size_t i = 0; i < x->n_views; i++)
            if (is_about(x, x->sheets[0].sheet, x->views[i].run))
                x->views[kept++] = x->views[i];
        x->n_views = kept;
    } else if (x->named == SNAPSHOTS) {
        for (size_t i = 0; i < x->n_sheets; i++) {
            bool related = false;
            for (size_t v = 0; v < x->n_views; v++)
                related = related || is_about(x, x->sheets[i].sheet, x->views[v].run);
            if (related)
                x->sheets[kept++] = x->sheets[i];
        }
        x->n_sheets = kept;
    }
}

static bool load_objectives(struct checking *x, struct bk_err *err)
{
    static const char *const usual[] = {"error_rate<=1%"};
    struct bk_arena *a = x->r->arena;
    size_t n = x->o->slos.n > 0 ? x->o->slos.n : 1;
    const char *const *texts = x->o->slos.n > 0 ? x->o->slos.items : usual;
    struct bk_goal *slos = bk_alloc_array(a, n, sizeof *slos);
    const struct bk_dict *dict = bk_dict_new(a);
    struct bk_str all = {NULL, 0};
    for (size_t i = 0; i < n; i++) {
        if (!bk_goal_parse(x->db, a, dict, texts[i], &slos[i], err))
            return false;
        all = bk_fmt(a, "%.*s%s%s", BK_F(all), i > 0 ? ", " : "", texts[i]);
    }
    bk_report_arg(x->r, "slo", all);
    return bk_met_load(x->db, a, &x->runs, slos, n, &x->met, err);
}

static void add_notes(struct checking *x)
{
    struct bk_report *r = x->r;
    if (x->n_views == 0)
        bk_report_note(r, "no-snapshot", BK_INFO,
                       "no run says how many blocks its engine's KV cache has%s; a "
                       "scrape of vLLM's /metrics does (benchkeep import)",
                       x->n_sheets > 0 ? " for the model and machine of these sheets"
                                       : "");
    if (x->n_sheets == 0)
        bk_report_note(r, "no-sheet", BK_INFO,
                       "no sizing sheet is about these engines; 'benchkeep sizing plan "
                       "--snapshot RUN' calculates with what one measured");
    else if (x->n_views > 0 && x->pairs == 0)
        bk_report_note(r, "no-match", BK_INFO,
                       "no snapshot is of the model and machine of a sheet, so no "
                       "budget is held against a measured cache");
    size_t out = x->held ? bk_met_annotated(x->met, r) : 0;
    if (out > 0)
        bk_report_note(r, "annotated", BK_INFO,
                       "%zu run%s left out by annotations: outliers, and sessions "
                       "before a level shift",
                       out, out == 1 ? " is" : "s are");
    if (x->without > 0)
        bk_report_note(r, "without", BK_INFO,
                       "%zu run%s of the model and machine lack%s a number of an "
                       "objective",
                       x->without, x->without == 1 ? "" : "s",
                       x->without == 1 ? "s" : "");
    for (size_t i = 0; i < N_REASONS; i++)
        if (x->said[i])
            bk_report_note(r, reasons[i].code, BK_INFO, "%s", reasons[i].message);
}

bool bk_sizing_ask_check(struct bk_db *db, const struct bk_sizing_args *o,
                         const char *ref, const struct bk_strings *where,
                         struct bk_report *r, struct bk_err *err)
{
    struct checking x = {.db = db, .r = r, .o = o};
    if (!load_runs(&x, where, err) || !choose(&x, ref, err) ||
        !load_objectives(&x, err))
        return false;
    keep_related(&x);
    add_views(&x);
    add_all_tokens(&x);
    add_all_sessions(&x);
    add_notes(&x);
    return true;
}
