/* Sheets: sizing runs as the questions about them see them; see sizing.h. */
#include "sizing.h"

#include "../record/shape.h"

#include <math.h>

static const struct bk_str inputs = {NULL, 0};

struct bk_str bk_model_key(struct bk_arena *a, struct bk_map *cache, struct bk_str name)
{
    struct bk_str *key = bk_map_get(cache, name);
    if (key == NULL) {
        const struct bk_model_shape *shape = bk_model_shape_of(a, name);
        key = bk_alloc(a, sizeof *key);
        *key = shape != NULL ? shape->model : bk_model_bare(a, name);
        bk_map_put(a, cache, name, key);
    }
    return *key;
}

bool bk_same_model(struct bk_arena *a, struct bk_map *cache, struct bk_str one,
                   struct bk_str other)
{
    return bk_eq(bk_model_key(a, cache, one), bk_model_key(a, cache, other));
}

/* --- the list --- */

static struct bk_sheet row_of(struct bk_arena *a, const struct bk_stmt *st)
{
    return (struct bk_sheet){
        .id = bk_col_int(st, 0),
        .name = bk_dup(a, bk_col_text(st, 1)),
        .model = bk_dup(a, bk_col_text(st, 2)),
        .server = bk_dup(a, bk_col_text(st, 3)),
        .known_model = bk_dup(a, bk_col_text(st, 4)),
        .hardware = bk_dup(a, bk_col_text(st, 5)),
        .generation = bk_dup(a, bk_col_text(st, 6)),
        .taken_ns = bk_col_time(st, 7),
        .source = bk_dup(a, bk_col_text(st, 8)),
        .report = bk_dup(a, bk_col_text(st, 9)),
        .findings = bk_col_int(st, 10),
    };
}

static bool is_of_model(struct bk_arena *a, struct bk_map *cache,
                        const struct bk_sheet *s, const char *model)
{
    return model == NULL || bk_same_model(a, cache, s->known_model, bk_str(model)) ||
           bk_same_model(a, cache, s->model, bk_str(model));
}

bool bk_sheets_list(struct bk_db *db, struct bk_arena *a, const char *model,
                    const char *hardware, struct bk_sheet **sheets, size_t *n,
                    struct bk_err *err)
{
    struct bk_str machine = {NULL, 0};
    struct bk_map cache = {0};
    *sheets = NULL;
    *n = 0;
    if (hardware != NULL && !bk_hardware_name(db, a, bk_str(hardware), &machine, err))
        return false;
    struct bk_stmt *st = bk_stmt(db, BK_SQL_SHEETS);
    bool more, ok;
    while ((ok = bk_step(st, &more, err)) && more) {
        struct bk_sheet sheet = row_of(a, st);
        if (is_of_model(a, &cache, &sheet, model) &&
            (hardware == NULL || bk_eq(sheet.hardware, machine)))
            *BK_PUSH(a, *sheets, *n) = sheet;
    }
    bk_reset(st);
    return ok;
}

/* --- what a sheet says --- */

static struct bk_sizing_value value_of(struct bk_arena *a, const struct bk_stmt *st)
{
    return (struct bk_sizing_value){
        .scenario = bk_dup(a, bk_col_text(st, 0)),
        .section = bk_dup(a, bk_col_text(st, 1)),
        .name = bk_dup(a, bk_col_text(st, 2)),
        .unit = bk_dup(a, bk_col_text(st, 3)),
        .is_text = bk_col_is_null(st, 4),
        .value = bk_col_real(st, 4),
        .low = bk_col_real(st, 5),
        .high = bk_col_real(st, 6),
        .text = bk_dup(a, bk_col_text(st, 7)),
        .source_name = bk_dup(a, bk_col_text(st, 8)),
        .source_value = bk_dup(a, bk_col_text(st, 9)),
        .source_unit = bk_dup(a, bk_col_text(st, 10)),
        .locator = bk_dup(a, bk_col_text(st, 11)),
    };
}

bool bk_sheet_read(struct bk_db *db, struct bk_arena *a, struct bk_sheet *sheet,
                   struct bk_err *err)
{
    struct bk_sizing *s = &sheet->sizing;
    *s = (struct bk_sizing){.model = sheet->model,
                            .server = sheet->server,
                            .generation = sheet->generation,
                            .taken_ns = sheet->taken_ns};
    struct bk_stmt *st = bk_stmt(db, BK_SQL_SHEET_VALUES);
    bk_bind_int(st, ":sizing_run", sheet->id);
    bool more, ok;
    while ((ok = bk_step(st, &more, err)) && more)
        *BK_PUSH(a, s->values, s->n_values) = value_of(a, st);
    bk_reset(st);
    if (!ok)
        return false;
    sheet->index = bk_sizing_index(a, s);
    return bk_architecture_find(db, a, sheet->known_model, &sheet->of, err) &&
           (sheet->of.known ||
            bk_architecture_find(db, a, sheet->model, &sheet->of, err));
}

double bk_sheet_number(const struct bk_sheet *sheet, struct bk_str scenario,
                       const char *name)
{
    const struct bk_sizing_span *s =
        bk_sizing_span(sheet->index, scenario, inputs, bk_str(name));
    return s != NULL ? s->value : (double)NAN;
}

struct bk_str bk_sheet_text(const struct bk_sheet *sheet, struct bk_str scenario,
                            const char *name)
{
    static const char *const sections[] = {"nfr", "model", "server"};
    const struct bk_sizing *s = &sheet->sizing;
    struct bk_str text = bk_sizing_text(s, scenario, "config", name);
    for (size_t i = 0; i < sizeof sections / sizeof *sections && text.len == 0; i++)
        text = bk_sizing_text(s, inputs, sections[i], name);
    return text;
}

double bk_sheet_budget(const struct bk_sheet *sheet, struct bk_str scenario)
{
    double newer = bk_sheet_number(sheet, scenario, "sessions_budget");
    return isnan(newer) ? bk_sheet_number(sheet, scenario, "kv_budget") : newer;
}

bool bk_sheet_kv(const struct bk_sheet *sheet, struct bk_str scenario,
                 struct bk_sizing_kv *kv, bool *known)
{
    *known = !bk_sizing_kv_of(sheet->index, scenario, kv);
    if (!*known)
        return true;
    *kv = (struct bk_sizing_kv){
        .model = sheet->of.kv,
        .context = bk_sheet_number(sheet, scenario, "effective_context")};
    if (sheet->of.most > 0)
        kv->context = fmin(kv->context, sheet->of.most);
    return sheet->of.known && kv->context > 0 &&
           bk_kv_precision_named(bk_sheet_text(sheet, scenario, "kv_precision"),
                                 &kv->precision);
}

double bk_sheet_session(const struct bk_sheet *sheet, struct bk_str scenario)
{
    struct bk_sizing_kv kv;
    bool known;
    double stated = bk_sheet_number(sheet, scenario, "kv_per_session");
    if (isnan(stated))
        stated = bk_sheet_number(sheet, scenario, "vram_per_session");
    if (isnan(stated) && bk_sheet_kv(sheet, scenario, &kv, &known))
        return bk_kv_session_bytes(&kv.model, kv.precision, kv.context);
    return stated;
}

/* --- one of them --- */

static struct bk_sheet *named(struct bk_sheet *sheets, size_t n, struct bk_str name)
{
    for (size_t i = 0; i < n; i++)
        if (bk_eq(sheets[i].name, name))
            return &sheets[i];
    return NULL;
}

static bool none_such(struct bk_arena *a, const struct bk_sheet *sheets, size_t n,
                      const char *ref, struct bk_err *err)
{
    if (n == 0)
        return bk_fail(err, BK_EUSAGE,
                       "there is no sizing run in the warehouse; import a sizing "
                       "sheet, or calculate with 'benchkeep sizing plan'");
    if (ref == NULL)
        return bk_fail(err, BK_EUSAGE,
                       "there are %zu sizing runs; name one (see 'benchkeep sizing "
                       "list')",
                       n);
    const char **names = bk_alloc_array(a, n, sizeof *names);
    for (size_t i = 0; i < n; i++)
        names[i] = bk_cstr(a, sheets[i].name);
    const char *near = bk_nearest(ref, names, n);
    return bk_fail(err, BK_EUSAGE,
                   "no sizing run is called '%s'%s%s%s (see 'benchkeep sizing list')",
                   ref, near ? "; did you mean '" : "", near ? near : "",
                   near ? "'?" : "");
}

static bool check_scenario(const struct bk_sheet_ref *ref, struct bk_arena *a,
                           struct bk_err *err)
{
    size_t n;
    const struct bk_str *all = bk_sizing_scenarios(ref->sheet->index, &n);
    struct bk_str list = {NULL, 0};
    for (size_t i = 0; i < n; i++) {
        if (bk_eq(all[i], ref->scenario))
            return true;
        list = bk_fmt(a, "%.*s%s%.*s", BK_F(list), i > 0 ? ", " : "", BK_F(all[i]));
    }
    return ref->scenario.len == 0 ||
           bk_fail(err, BK_EUSAGE, "'%.*s' has no scenario '%.*s' (it has: %.*s)",
                   BK_F(ref->sheet->name), BK_F(ref->scenario), BK_F(list));
}

bool bk_sheet_find(struct bk_db *db, struct bk_arena *a, const char *ref,
                   struct bk_sheet_ref *found, struct bk_err *err)
{
    struct bk_sheet *sheets;
    size_t n;
    *found = (struct bk_sheet_ref){NULL, {NULL, 0}};
    if (!bk_sheets_list(db, a, NULL, NULL, &sheets, &n, err))
        return false;
    if (ref == NULL && n == 1)
        found->sheet = &sheets[0];
    if (ref != NULL)
        found->sheet = named(sheets, n, bk_str(ref));
    /* models have ':' in their names too */
    size_t colon = ref != NULL ? bk_rfind_char(bk_str(ref), ':') : BK_NONE;
    if (found->sheet == NULL && colon != BK_NONE) {
        found->sheet = named(sheets, n, bk_upto(bk_str(ref), colon));
        found->scenario = bk_from(bk_str(ref), colon + 1);
    }
    if (found->sheet == NULL)
        return none_such(a, sheets, n, ref, err);
    return bk_sheet_read(db, a, found->sheet, err) && check_scenario(found, a, err);
}

const struct bk_str *bk_sheet_scenarios(const struct bk_sheet_ref *ref, size_t *n)
{
    *n = 1;
    return ref->scenario.len > 0 ? &ref->scenario
                                 : bk_sizing_scenarios(ref->sheet->index, n);
}

struct bk_str bk_sheet_usual(const struct bk_sheet_ref *ref)
{
    size_t n;
    const struct bk_str *names = bk_sheet_scenarios(ref, &n);
    for (size_t i = 0; i < n; i++)
        if (bk_is(names[i], "recommended"))
            return names[i];
    return n > 0 ? names[0] : inputs;
}
