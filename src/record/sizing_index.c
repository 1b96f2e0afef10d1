/* What a sizing run says, by name; see sizing.h. */
#include "sizing.h"

#include "sizing_internal.h"

#include <math.h>

/* What rounding in double arithmetic may add to a printed interval. */
#define SLACK 1e-9

struct bk_sizing_index {
    struct bk_arena *arena;
    const struct bk_sizing *sizing;
    struct bk_map results; /* "scenario|name" -> the value of the results,
                                of several the one printed most exactly */
    struct bk_map known;   /* "scenario|scope|name" -> span */
    struct bk_str scenarios[BK_SIZING_MAX_SCENARIOS];
    size_t n_scenarios;
    struct bk_sizing_conflict *conflicts;
    size_t n_conflicts;
};

/* --- spans --- */

static double slack_of(double a, double b)
{
    return SLACK * fmax(fabs(a), fabs(b));
}

bool bk_sizing_overlap(const struct bk_sizing_span *a, const struct bk_sizing_span *b)
{
    return a->low <= b->high + slack_of(a->low, b->high) &&
           b->low <= a->high + slack_of(b->low, a->high);
}

/* What both allow; they overlap. */
static void narrow(struct bk_sizing_span *a, const struct bk_sizing_span *b)
{
    if (b->high - b->low < a->high - a->low)
        a->value = b->value;
    a->low = fmax(a->low, b->low);
    a->high = fmin(a->high, b->high);
    if (a->low > a->high)
        a->low = a->high = a->value;
}

struct bk_sizing_span bk_sizing_span_of(const struct bk_sizing_value *v)
{
    return (struct bk_sizing_span){
        .low = v->low, .high = v->high, .value = v->value, .from = v};
}

static struct bk_str key_of(struct bk_arena *a, struct bk_str scenario,
                            struct bk_str scope, struct bk_str name)
{
    return bk_fmt(a, "%.*s|%.*s|%.*s", BK_F(scenario), BK_F(scope), BK_F(name));
}

/* --- the index --- */

static struct bk_str nothing(void)
{
    return (struct bk_str){NULL, 0};
}

static void conflict(struct bk_sizing_index *ix, const struct bk_sizing_value *v,
                     const struct bk_sizing_value *other)
{
    *BK_PUSH(ix->arena, ix->conflicts, ix->n_conflicts) =
        (struct bk_sizing_conflict){.value = v, .other = other};
}

/* Adds what a value says under a key.  Two values of one name narrow each other; when
 * they cannot both be right the first one stays, and 'report' makes it a finding. */
static void learn(struct bk_sizing_index *ix, struct bk_str key,
                  const struct bk_sizing_value *v, bool report)
{
    struct bk_sizing_span span = bk_sizing_span_of(v);
    struct bk_sizing_span *known = bk_map_get(&ix->known, key);
    if (!known) {
        known = bk_alloc(ix->arena, sizeof *known);
        *known = span;
        bk_map_put(ix->arena, &ix->known, key, known);
    } else if (bk_sizing_overlap(known, &span)) {
        narrow(known, &span);
    } else if (report && known->from) {
        conflict(ix, v, known->from);
    }
}

static void note_scenario(struct bk_sizing_index *ix, struct bk_str scenario)
{
    for (size_t i = 0; i < ix->n_scenarios; i++)
        if (bk_eq(ix->scenarios[i], scenario))
            return;
    if (ix->n_scenarios < BK_SIZING_MAX_SCENARIOS)
        ix->scenarios[ix->n_scenarios++] = scenario;
}

static bool is_result(const struct bk_sizing_value *v)
{
    if (!v->scenario.len)
        return bk_is(v->section, "server");
    return bk_is(v->section, "results") || bk_is(v->section, "storage");
}

/* Section 2 of the report shows one scenario's figures without saying which; these are
 * the same in all of them. */
static bool holds_everywhere(struct bk_str name)
{
    static const char *const names[] = {"hbm_total", "fixed_model", "runtime_overhead",
                                        "kv_per_session", "vram_per_session"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (bk_is(name, names[i]))
            return true;
    return false;
}

static void index_input(struct bk_sizing_index *ix, const struct bk_sizing_value *v)
{
    struct bk_arena *a = ix->arena;
    struct bk_str name = v->name;
    if (bk_is(v->section, "storage"))
        name = bk_fmt(a, "storage.%.*s", BK_F(name));
    else if (bk_is(v->section, "vram") && !holds_everywhere(name))
        return;
    else if (bk_has(v->section, BK_S(".")) || bk_is(v->section, "platform"))
        return;
    /* a profile's figures in two units are compared by the traps */
    learn(ix, key_of(a, nothing(), nothing(), name), v, !bk_is(v->section, "storage"));
}

static void index_value(struct bk_sizing_index *ix, const struct bk_sizing_value *v)
{
    struct bk_arena *a = ix->arena;
    if (is_result(v)) {
        struct bk_str key = key_of(a, v->scenario, nothing(), v->name);
        const struct bk_sizing_value *other = bk_map_get(&ix->results, key);
        if (!other || v->high - v->low < other->high - other->low)
            bk_map_put(a, &ix->results, key, (void *)(uintptr_t)v);
    }
    if (!v->scenario.len)
        index_input(ix, v);
    else if (is_result(v) || bk_is(v->section, "config"))
        learn(ix, key_of(a, v->scenario, nothing(), v->name), v, true);
}

/* The inputs of a rationale are known under its name and, where the results are silent
 * or rounder, to the whole scenario. */
static void index_rationale(struct bk_sizing_index *ix, const struct bk_sizing_value *v)
{
    struct bk_arena *a = ix->arena;
    struct bk_str scope = bk_from(v->section, BK_S("rationale.").len);
    learn(ix, key_of(a, v->scenario, scope, v->name), v, false);
    bool own =
        bk_map_get(&ix->results, key_of(a, v->scenario, nothing(), v->name)) != NULL;
    learn(ix, key_of(a, v->scenario, nothing(), v->name), v, own);
}

/* n+1 means one spare node, also where the file does not write the number. */
static void index_spare_nodes(struct bk_sizing_index *ix, struct bk_str scenario)
{
    struct bk_arena *a = ix->arena;
    double spare;
    if (!bk_kv_spare_nodes(bk_sizing_text(ix->sizing, scenario, "config", "ha_mode"),
                           &spare))
        return;
    struct bk_str key = key_of(a, scenario, nothing(), BK_S("ha_extra_nodes"));
    if (bk_map_get(&ix->known, key))
        return;
    struct bk_sizing_span *known = bk_alloc(a, sizeof *known);
    *known = (struct bk_sizing_span){spare, spare, spare, NULL};
    bk_map_put(a, &ix->known, key, known);
}

struct bk_sizing_index *bk_sizing_index(struct bk_arena *a, const struct bk_sizing *s)
{
    struct bk_sizing_index *ix = bk_alloc(a, sizeof *ix);
    ix->arena = a;
    ix->sizing = s;
    for (size_t i = 0; i < s->n_values; i++) {
        const struct bk_sizing_value *v = &s->values[i];
        if (v->scenario.len)
            note_scenario(ix, v->scenario);
        if (!v->is_text)
            index_value(ix, v);
    }
    for (size_t i = 0; i < s->n_values; i++) {
        const struct bk_sizing_value *v = &s->values[i];
        if (!v->is_text && bk_starts(v->section, BK_S("rationale.")))
            index_rationale(ix, v);
    }
    for (size_t i = 0; i < ix->n_scenarios; i++)
        index_spare_nodes(ix, ix->scenarios[i]);
    return ix;
}

const struct bk_str *bk_sizing_scenarios(const struct bk_sizing_index *ix, size_t *n)
{
    *n = ix->n_scenarios;
    return ix->scenarios;
}

const struct bk_sizing_span *bk_sizing_span(const struct bk_sizing_index *ix,
                                            struct bk_str scenario, struct bk_str scope,
                                            struct bk_str name)
{
    struct bk_arena *a = ix->arena;
    const struct bk_sizing_span *span = NULL;
    if (scope.len)
        span = bk_map_get(&ix->known, key_of(a, scenario, scope, name));
    if (!span && scenario.len)
        span = bk_map_get(&ix->known, key_of(a, scenario, nothing(), name));
    if (!span)
        span = bk_map_get(&ix->known, key_of(a, nothing(), nothing(), name));
    return span;
}

const struct bk_sizing_value *bk_sizing_result(const struct bk_sizing_index *ix,
                                               struct bk_str scenario,
                                               struct bk_str name)
{
    return bk_map_get(&ix->results, key_of(ix->arena, scenario, nothing(), name));
}

const struct bk_sizing_conflict *bk_sizing_conflicts(const struct bk_sizing_index *ix,
                                                     size_t *n)
{
    *n = ix->n_conflicts;
    return ix->conflicts;
}

const struct bk_sizing *bk_sizing_indexed(const struct bk_sizing_index *ix)
{
    return ix->sizing;
}

struct bk_str bk_sizing_text(const struct bk_sizing *s, struct bk_str scenario,
                             const char *section, const char *name)
{
    for (size_t i = 0; i < s->n_values; i++) {
        const struct bk_sizing_value *v = &s->values[i];
        if (v->is_text && bk_is(v->name, name) && bk_is(v->section, section) &&
            bk_eq(v->scenario, scenario))
            return v->text;
    }
    return (struct bk_str){NULL, 0};
}
