/* sizing list and show: the sheets, and each of their numbers beside what the sheet's own
 * numbers give. */
#include "sizing.h"

#include <math.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const struct bk_str bytes = {"B", 1};
static const struct bk_str ones = {"1", 1};
static const struct bk_str ratio = {"ratio", 5};

/* --- list --- */

static const struct bk_column sheet_columns[] = {
    {"sizing_run", "", 0},
    {"model", "", 0},
    {"hardware", "", 0},
    {"generation", "", BK_COL_MACHINE},
    {"taken_at", "", 0},
    {"concurrency", "1", 0},
    {"effective_context", "1", 0},
    {"kv_precision", "", 0},
    {"mismatches", "1", 0},
    {"findings", "1", 0},
    {"source", "", BK_COL_MACHINE},
};

static size_t mismatches(struct bk_arena *a, const struct bk_sheet *sheet)
{
    size_t n, bad = 0;
    const struct bk_sizing_recomputed *list = bk_sizing_recompute(a, sheet->index, &n);
    for (size_t i = 0; i < n; i++)
        bad += !list[i].agrees;
    return bad;
}

static struct bk_value text_cell(struct bk_str s)
{
    return s.len > 0 ? bk_v_str(s) : bk_v_null();
}

static void add_sheet(struct bk_report *r, struct bk_section *s,
                      const struct bk_sheet *sheet)
{
    static const struct bk_str all = {NULL, 0};
    struct bk_value *c = bk_section_row(r, s);
    c[0] = bk_v_str(sheet->name);
    c[1] = bk_v_str(sheet->model);
    c[2] = bk_v_str(sheet->hardware);
    c[3] = bk_v_str(sheet->generation);
    c[4] = bk_v_time(sheet->taken_ns);
    c[5] = bk_v_known_unit(bk_sheet_number(sheet, all, "concurrency"), ones);
    c[6] = bk_v_known_unit(bk_sheet_number(sheet, all, "effective_context"), ones);
    c[7] = text_cell(bk_sheet_text(sheet, all, "kv_precision"));
    c[8] = bk_v_int((int64_t)mismatches(r->arena, sheet));
    c[9] = bk_v_int(sheet->findings);
    c[10] = bk_v_str(sheet->source);
}

static const struct bk_column scenario_columns[] = {
    {"sizing_run", "", 0},
    {"scenario", "", 0},
    {"peak_headroom_ratio", "ratio", BK_COL_PERCENT},
    {"ha_mode", "", 0},
    {"kv_budget_ratio", "ratio", BK_COL_PERCENT},
    {"kv_per_session", "B", 0},
    {"sessions_per_node", "1", 0},
    {"nodes_final", "1", 0},
};

static void add_scenario(struct bk_report *r, struct bk_section *s,
                         const struct bk_sheet *sheet, struct bk_str scenario)
{
    struct bk_value *c = bk_section_row(r, s);
    c[0] = bk_v_str(sheet->name);
    c[1] = bk_v_str(scenario);
    c[2] =
        bk_v_known_unit(bk_sheet_number(sheet, scenario, "peak_headroom_ratio"), ratio);
    c[3] = text_cell(bk_sheet_text(sheet, scenario, "ha_mode"));
    c[4] = bk_v_known_unit(bk_sheet_number(sheet, scenario, "kv_budget_ratio"), ratio);
    c[5] = bk_v_known_unit(bk_sheet_session(sheet, scenario), bytes);
    c[6] = bk_v_known_unit(bk_sheet_number(sheet, scenario, "sessions_per_node"), ones);
    c[7] = bk_v_known_unit(bk_sheet_number(sheet, scenario, "nodes_final"), ones);
}

static void add_scenarios(struct bk_report *r, struct bk_section *s,
                          const struct bk_sheet *sheet)
{
    size_t n;
    const struct bk_str *names = bk_sizing_scenarios(sheet->index, &n);
    for (size_t i = 0; i < n; i++)
        add_scenario(r, s, sheet, names[i]);
}

bool bk_sizing_ask_list(struct bk_db *db, const struct bk_sizing_args *o,
                        struct bk_report *r, struct bk_err *err)
{
    struct bk_sheet *sheets;
    size_t n;
    if (!bk_sheets_list(db, r->arena, o->model, o->hardware, &sheets, &n, err))
        return false;
    struct bk_section *list =
        bk_report_section(r, "sizing_runs", sheet_columns, COUNT(sheet_columns));
    struct bk_section *scenarios =
        bk_report_section(r, "scenarios", scenario_columns, COUNT(scenario_columns));
    for (size_t i = 0; i < n; i++) {
        if (!bk_sheet_read(db, r->arena, &sheets[i], err))
            return false;
        add_sheet(r, list, &sheets[i]);
        add_scenarios(r, scenarios, &sheets[i]);
    }
    return true;
}

/* --- show: what it was computed from --- */

static const struct bk_column input_columns[] = {
    {"section", "", 0},
    {"name", "", 0},
    {"value", "*", 0},
    {"text", "", 0},
    {"unit", "", BK_COL_MACHINE},
    {"source_name", "", BK_COL_MACHINE},
    {"as_written", "", 0},
    {"locator", "", 0},
};

static struct bk_str as_written(struct bk_arena *a, const struct bk_sizing_value *v)
{
    bool plain = bk_is(v->source_unit, "1") || bk_is(v->source_unit, "ratio") ||
                 v->source_unit.len == 0;
    return plain ? v->source_value
                 : bk_fmt(a, "%.*s %.*s", BK_F(v->source_value), BK_F(v->source_unit));
}

static void add_inputs(struct bk_report *r, const struct bk_sheet *sheet)
{
    struct bk_section *s =
        bk_report_section(r, "inputs", input_columns, COUNT(input_columns));
    for (size_t i = 0; i < sheet->sizing.n_values; i++) {
        const struct bk_sizing_value *v = &sheet->sizing.values[i];
        if (v->scenario.len > 0 || bk_starts(v->section, BK_S("rationale.")))
            continue;
        struct bk_value *c = bk_section_row(r, s);
        c[0] = bk_v_str(v->section);
        c[1] = bk_v_str(v->name);
        c[2] = v->is_text ? bk_v_null() : bk_v_known_unit(v->value, v->unit);
        c[3] = v->is_text ? bk_v_str(v->text) : bk_v_null();
        c[4] = bk_v_str(v->unit);
        c[5] = bk_v_str(v->source_name);
        c[6] = bk_v_str(as_written(r->arena, v));
        c[7] = bk_v_str(v->locator);
    }
}

/* --- show: recomputed --- */

static const struct bk_column recomputed_columns[] = {
    {"scenario", "", 0},
    {"name", "", 0},
    {"stated", "*", 0},
    {"recomputed", "*", 0},
    {"unit", "", BK_COL_MACHINE},
    {"difference", "ratio", BK_COL_PERCENT | BK_COL_SIGNED},
    {"agrees", "", 0},
    {"as_written", "", 0},
    {"formula", "", 0},
    {"remark", "", 0},
    {"locator", "", BK_COL_MACHINE},
};

/* Within the digits there is no difference to tell. */
static double difference(const struct bk_sizing_recomputed *x)
{
    double computed = x->computed.value;
    if (x->agrees)
        return 0;
    return computed != 0 ? x->stated->value / computed - 1 : (double)NAN;
}

static void add_recomputed(struct bk_report *r, struct bk_section *s,
                           const struct bk_sizing_recomputed *x)
{
    struct bk_value *c = bk_section_row(r, s);
    c[0] = text_cell(x->scenario);
    c[1] = bk_v_str(x->stated->name);
    c[2] = bk_v_known_unit(x->stated->value, x->stated->unit);
    c[3] = bk_v_known_unit(x->computed.value, x->stated->unit);
    c[4] = bk_v_str(x->stated->unit);
    c[5] = bk_v_known_unit(difference(x), ratio);
    c[6] = bk_v_bool(x->agrees);
    c[7] = bk_v_str(as_written(r->arena, x->stated));
    c[8] = bk_v_str(x->formula);
    c[9] = text_cell(x->remark);
    c[10] = bk_v_str(x->stated->locator);
}

static bool is_shown(const struct bk_sheet_ref *ref, struct bk_str scenario)
{
    return ref->scenario.len == 0 || scenario.len == 0 ||
           bk_eq(scenario, ref->scenario);
}

/* Results that no formula is known for, or whose inputs the sheet lacks. */
static size_t count_results(const struct bk_sheet_ref *ref)
{
    const struct bk_sheet *sheet = ref->sheet;
    size_t n = 0;
    for (size_t i = 0; i < sheet->sizing.n_values; i++) {
        const struct bk_sizing_value *v = &sheet->sizing.values[i];
        bool result = bk_is(v->section, "results") || bk_is(v->section, "storage");
        n += !v->is_text && result && v->scenario.len > 0 &&
             is_shown(ref, v->scenario) &&
             bk_sizing_result(sheet->index, v->scenario, v->name) == v;
    }
    return n;
}

static void add_all_recomputed(struct bk_report *r, const struct bk_sheet_ref *ref)
{
    size_t n, shown = 0, wrong = 0, results = 0;
    const struct bk_sizing_recomputed *list =
        bk_sizing_recompute(r->arena, ref->sheet->index, &n);
    struct bk_section *s = bk_report_section(r, "recomputed", recomputed_columns,
                                             COUNT(recomputed_columns));
    for (size_t i = 0; i < n; i++) {
        if (!is_shown(ref, list[i].scenario))
            continue;
        add_recomputed(r, s, &list[i]);
        shown++;
        wrong += !list[i].agrees;
        results += bk_sizing_result(ref->sheet->index, list[i].scenario,
                                    list[i].stated->name) == list[i].stated &&
                   list[i].scenario.len > 0;
    }
    size_t all = count_results(ref);
    bk_report_note(r, "recomputed", wrong > 0 ? BK_WARNING : BK_INFO,
                   "%zu of %zu numbers follow from the sheet's own, within the digits "
                   "that are printed",
                   shown - wrong, shown);
    if (all > results)
        bk_report_note(r, "not-recomputed", BK_INFO,
                       "%zu results cannot be recomputed: the sheet lacks what they "
                       "follow from",
                       all - results);
}

/* --- show: what if the cache were stored otherwise --- */

static const struct bk_column precision_columns[] = {
    {"scenario", "", 0},
    {"kv_precision", "", 0},
    {"kv_per_session", "B", 0},
    {"sessions_per_node", "1", 0},
    {"sessions_per_node_by_gpu", "1", 0},
    {"nodes_final", "1", 0},
    {"chosen", "", BK_COL_BEST},
};

static const char *const precisions[] = {"fp16", "fp8",   "int8", "int8_per_token_head",
                                         "fp4",  "nvfp4", NULL};
/* of a compressed latent */
static const char *const mla_precisions[] = {"bf16", "fp8", "fp8_ds_mla", NULL};

static double nodes_of(const struct bk_sheet *sheet, struct bk_str scenario,
                       double sessions)
{
    double spare = bk_sheet_number(sheet, scenario, "ha_extra_nodes");
    double headroom = bk_sheet_number(sheet, scenario, "peak_headroom_ratio");
    double nodes = bk_kv_nodes(bk_sheet_number(sheet, scenario, "concurrency"),
                               isnan(headroom) ? 0 : headroom, sessions);
    return nodes > 0 ? nodes + (isnan(spare) ? 0 : spare) : (double)NAN;
}

/* Makes the section with the first row. */
static void add_precisions(struct bk_report *r, struct bk_section **s,
                           const struct bk_sheet *sheet, struct bk_str scenario)
{
    struct bk_sizing_kv kv;
    bool known;
    double budget = bk_sheet_budget(sheet, scenario);
    double gpus = bk_sheet_number(sheet, scenario, "gpus");
    if (!bk_sheet_kv(sheet, scenario, &kv, &known) || isnan(budget))
        return;
    if (*s == NULL)
        *s = bk_report_section(r, "precisions", precision_columns,
                               COUNT(precision_columns));
    const char *const *name =
        kv.model.attention == BK_KV_MLA ? mla_precisions : precisions;
    for (; *name != NULL; name++) {
        enum bk_kv_precision p;
        if (!bk_kv_precision_named(bk_str(*name), &p))
            continue;
        double session = bk_kv_session_bytes(&kv.model, p, kv.context);
        double sessions = bk_kv_sessions(budget, session);
        struct bk_value *c = bk_section_row(r, *s);
        c[0] = bk_v_str(scenario);
        c[1] = bk_v_text(*name);
        c[2] = bk_v_known_unit(session, bytes);
        c[3] = bk_v_known_unit(sessions, ones);
        c[4] =
            gpus >= 1
                ? bk_v_known_unit(bk_kv_sessions_per_gpu(budget, session, gpus), ones)
                : bk_v_null();
        c[5] = bk_v_known_unit(nodes_of(sheet, scenario, sessions), ones);
        c[6] = bk_v_bool(p == kv.precision);
    }
}

/* --- show: by what is known of the model --- */

static const struct bk_column known_columns[] = {
    {"scenario", "", 0},
    {"name", "", 0},
    {"stated", "B", 0},
    {"recomputed", "B", 0},
    {"ratio", "1", BK_COL_RATIO},
    {"agrees", "", 0},
    {"source", "", 0},
};

static const struct bk_sizing_value *stated_session(const struct bk_sheet *sheet,
                                                    struct bk_str scenario)
{
    const struct bk_sizing_value *v =
        bk_sizing_result(sheet->index, scenario, BK_S("kv_per_session"));
    return v != NULL
               ? v
               : bk_sizing_result(sheet->index, scenario, BK_S("vram_per_session"));
}

/* A session's size by the model's own architecture, where the sheet does not hold one or
 * holds another. */
static void add_known(struct bk_report *r, struct bk_section **s,
                      const struct bk_sheet *sheet, struct bk_str scenario)
{
    struct bk_sizing_kv kv;
    bool known;
    const struct bk_sizing_value *v = stated_session(sheet, scenario);
    if (v == NULL || !sheet->of.known || !bk_sheet_kv(sheet, scenario, &kv, &known))
        return;
    double own = bk_kv_session_bytes(&kv.model, kv.precision, kv.context);
    double bytes_known = bk_kv_session_bytes(&sheet->of.kv, kv.precision, kv.context);
    if (!known && fabs(own - bytes_known) < 1)
        return;
    if (*s == NULL)
        *s = bk_report_section(r, "by_architecture", known_columns,
                               COUNT(known_columns));
    struct bk_value *c = bk_section_row(r, *s);
    c[0] = bk_v_str(scenario);
    c[1] = bk_v_str(v->name);
    c[2] = bk_v_known_unit(v->value, bytes);
    c[3] = bk_v_known_unit(bytes_known, bytes);
    c[4] = bk_v_known_unit(v->value / bytes_known, ones);
    c[5] = bk_v_bool(v->low <= bytes_known && bytes_known <= v->high);
    c[6] = bk_v_str(sheet->of.source);
}

static void add_by_architecture(struct bk_report *r, const struct bk_sheet_ref *ref)
{
    size_t n;
    const struct bk_str *names = bk_sheet_scenarios(ref, &n);
    struct bk_section *s = NULL;
    for (size_t i = 0; i < n; i++)
        add_known(r, &s, ref->sheet, names[i]);
}

/* --- show: as an engine keeps it --- */

static const struct bk_column kept_columns[] = {
    {"scenario", "", 0},           {"kept_as", "", 0},      {"kv_per_session", "B", 0},
    {"sessions_per_node", "1", 0}, {"nodes_final", "1", 0},
};

#define BATCHED 8192 /* tokens that a step may bring while prompts are read in parts */

static void add_kept(struct bk_report *r, struct bk_section *s,
                     const struct bk_sheet *sheet, struct bk_str scenario,
                     const char *how, double session)
{
    struct bk_value *c = bk_section_row(r, s);
    double sessions = bk_kv_sessions(bk_sheet_budget(sheet, scenario), session);
    c[0] = bk_v_str(scenario);
    c[1] = bk_v_text(how);
    c[2] = bk_v_known_unit(session, bytes);
    c[3] = bk_v_known_unit(sessions, ones);
    c[4] = bk_v_known_unit(nodes_of(sheet, scenario, sessions), ones);
}

/* Layers with a window cost more than the window: an engine keeps whole blocks, and
 * during a step all that the step brings; one that does not know of windows keeps
 * everything. */
static void add_windows(struct bk_report *r, struct bk_section **s,
                        const struct bk_sheet *sheet, struct bk_str scenario)
{
    struct bk_sizing_kv kv;
    bool known;
    if (!bk_sheet_kv(sheet, scenario, &kv, &known) ||
        (kv.model.attention != BK_KV_HYBRID && kv.model.attention != BK_KV_SLIDING))
        return;
    if (*s == NULL)
        *s = bk_report_section(r, "kept", kept_columns, COUNT(kept_columns));
    const struct bk_kv_model *m = &kv.model;
    struct bk_kv_model full = *m;
    full.attention = BK_KV_FULL;
    add_kept(r, *s, sheet, scenario, "tokens of the window",
             bk_kv_session_bytes(m, kv.precision, kv.context));
    add_kept(r, *s, sheet, scenario, "blocks of 16, decoding",
             bk_kv_paged_bytes(m, kv.precision, kv.context, 1, BK_BLOCK));
    add_kept(r, *s, sheet, scenario, "blocks of 16, steps of 8192",
             bk_kv_paged_bytes(m, kv.precision, kv.context, BATCHED, BK_BLOCK));
    add_kept(r, *s, sheet, scenario, "all layers in full",
             bk_kv_session_bytes(&full, kv.precision, kv.context));
}

static void add_what_if(struct bk_report *r, const struct bk_sheet_ref *ref)
{
    size_t n;
    const struct bk_str *names = bk_sheet_scenarios(ref, &n);
    struct bk_section *s = NULL, *kept = NULL;
    for (size_t i = 0; i < n; i++)
        add_precisions(r, &s, ref->sheet, names[i]);
    for (size_t i = 0; i < n; i++)
        add_windows(r, &kept, ref->sheet, names[i]);
    if (s == NULL)
        bk_report_note(r, "no-architecture", BK_INFO,
                       "the architecture of '%.*s' is neither in the sheet nor on "
                       "record, so the size of a session is not recomputed",
                       BK_F(ref->sheet->model));
}

/* --- show: findings --- */

static const struct bk_column finding_columns[] = {
    {"code", "", 0},
    {"severity", "", 0},
    {"subject", "", BK_COL_MACHINE},
    {"message", "", 0},
    {"expected", "", BK_COL_MACHINE},
    {"actual", "", BK_COL_MACHINE},
    {"locator", "", BK_COL_MACHINE},
};

static bool add_findings(struct bk_db *db, struct bk_report *r,
                         const struct bk_sheet *sheet, struct bk_err *err)
{
    struct bk_section *s =
        bk_report_section(r, "findings", finding_columns, COUNT(finding_columns));
    struct bk_stmt *st = bk_stmt(db, BK_SQL_SHOW_SIZING_FINDINGS);
    bk_bind_int(st, ":sizing_run", sheet->id);
    bool more, ok;
    while ((ok = bk_step(st, &more, err)) && more) {
        struct bk_value *c = bk_section_row(r, s);
        for (size_t i = 0; i < COUNT(finding_columns); i++)
            c[i] = bk_v_str(bk_dup(r->arena, bk_col_text(st, i)));
    }
    bk_reset(st);
    return ok;
}

bool bk_sizing_ask_show(struct bk_db *db, const char *name, struct bk_report *r,
                        struct bk_err *err)
{
    struct bk_sheet_ref ref;
    if (!bk_sheet_find(db, r->arena, name, &ref, err))
        return false;
    bk_report_arg(r, "sizing_run", ref.sheet->name);
    size_t n;
    const struct bk_str *scenarios = bk_sheet_scenarios(&ref, &n);
    struct bk_section *s =
        bk_report_section(r, "sizing_run", sheet_columns, COUNT(sheet_columns));
    add_sheet(r, s, ref.sheet);
    s = bk_report_section(r, "scenarios", scenario_columns, COUNT(scenario_columns));
    for (size_t i = 0; i < n; i++)
        add_scenario(r, s, ref.sheet, scenarios[i]);
    add_inputs(r, ref.sheet);
    add_all_recomputed(r, &ref);
    add_by_architecture(r, &ref);
    add_what_if(r, &ref);
    return add_findings(db, r, ref.sheet, err);
}
