/* Sizing runs: every result recomputed from the file's own inputs.
 *
 * A file prints few digits (0.7515 GiB x 500 gives 375.73 GiB, not 375.75), so each
 * number stands for the interval that its digits allow, and a result is wrong only when
 * no numbers of those intervals give it.  The rules are data (schema/sizing_rules.csv);
 * only the KV cache's own size needs the model's architecture and src/stats/kv.c. */
#include "sizing.h"

#include "../src/base/num.h"
#include "../src/stats/kv.h"

#include <math.h>

/* What rounding in double arithmetic may add to a printed interval. */
#define SLACK 1e-9

struct bk_sizing_index {
    struct bk_sizing_work *w;
    struct bk_map results; /* "scenario|name" -> the value of the results,
                                of several the one printed most exactly */
    struct bk_map known;   /* "scenario|scope|name" -> span */
    struct bk_str scenarios[BK_SIZING_MAX_SCENARIOS];
    size_t n_scenarios;
};

/* --- spans --- */

static double slack_of(double a, double b)
{
    return SLACK * fmax(fabs(a), fabs(b));
}

static bool overlap(const struct bk_sizing_span *a, const struct bk_sizing_span *b)
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

static struct bk_sizing_span span_of(const struct bk_sizing_value *v)
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
    struct bk_sizing_work *w = ix->w;
    struct bk_str a = bk_sizing_show(w, other, other->value);
    struct bk_str b = bk_sizing_show(w, v, v->value);
    struct bk_finding *f =
        bk_sizing_finding(w, "conflicting-values", BK_WARNING, v->name,
                          "%.*s%s%.*s is %.*s at %.*s and "
                          "%.*s at %.*s",
                          BK_F(v->scenario), v->scenario.len ? ": " : "", BK_F(v->name),
                          BK_F(a), BK_F(other->locator), BK_F(b), BK_F(v->locator));
    f->expected = a;
    f->actual = b;
    f->locator = v->locator;
}

/* Adds what a value says under a key.  Two values of one name narrow each other; when
 * they cannot both be right the first one stays, and 'report' makes it a finding. */
static void learn(struct bk_sizing_index *ix, struct bk_str key,
                  const struct bk_sizing_value *v, bool report)
{
    struct bk_sizing_span span = span_of(v);
    struct bk_sizing_span *known = bk_map_get(&ix->known, key);
    if (!known) {
        known = bk_alloc(ix->w->arena, sizeof *known);
        *known = span;
        bk_map_put(ix->w->arena, &ix->known, key, known);
    } else if (overlap(known, &span)) {
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
    struct bk_arena *a = ix->w->arena;
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

static void index_value(struct bk_sizing_index *ix, struct bk_sizing_value *v)
{
    struct bk_arena *a = ix->w->arena;
    if (is_result(v)) {
        struct bk_str key = key_of(a, v->scenario, nothing(), v->name);
        const struct bk_sizing_value *other = bk_map_get(&ix->results, key);
        if (!other || v->high - v->low < other->high - other->low)
            bk_map_put(a, &ix->results, key, v);
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
    struct bk_arena *a = ix->w->arena;
    struct bk_str scope = bk_from(v->section, BK_S("rationale.").len);
    learn(ix, key_of(a, v->scenario, scope, v->name), v, false);
    bool own =
        bk_map_get(&ix->results, key_of(a, v->scenario, nothing(), v->name)) != NULL;
    learn(ix, key_of(a, v->scenario, nothing(), v->name), v, own);
}

/* n+1 means one spare node, also where the file does not write the number. */
static void index_spare_nodes(struct bk_sizing_index *ix, struct bk_str scenario)
{
    struct bk_arena *a = ix->w->arena;
    struct bk_str mode =
        bk_sizing_text(ix->w->sizing, bk_cstr(a, scenario), "config", "ha_mode");
    double spare;
    if (!bk_kv_spare_nodes(mode, &spare))
        return;
    struct bk_str key = key_of(a, scenario, nothing(), BK_S("ha_extra_nodes"));
    struct bk_sizing_span *known = bk_map_get(&ix->known, key);
    if (!known) {
        known = bk_alloc(a, sizeof *known);
        *known = (struct bk_sizing_span){spare, spare, spare, NULL};
        bk_map_put(a, &ix->known, key, known);
    } else if (known->low > spare || known->high < spare) {
        struct bk_finding *f = bk_sizing_finding(
            ix->w, "derived-mismatch", BK_WARNING, BK_S("ha_extra_nodes"),
            "%.*s: ha_mode %.*s stands for %g spare nodes, ha_extra_nodes is %g",
            BK_F(scenario), BK_F(mode), spare, known->value);
        f->expected = bk_fmt(a, "%g", spare);
        f->actual = bk_fmt(a, "%g", known->value);
        if (known->from)
            f->locator = known->from->locator;
    }
}

struct bk_sizing_index *bk_sizing_index(struct bk_sizing_work *w)
{
    struct bk_sizing_index *ix = bk_alloc(w->arena, sizeof *ix);
    struct bk_sizing *s = w->sizing;
    ix->w = w;
    for (size_t i = 0; i < s->n_values; i++) {
        struct bk_sizing_value *v = &s->values[i];
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
    struct bk_arena *a = ix->w->arena;
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
    return bk_map_get(&ix->results, key_of(ix->w->arena, scenario, nothing(), name));
}

/* --- messages --- */

struct bk_str bk_sizing_show(const struct bk_sizing_work *w,
                             const struct bk_sizing_value *like, double value)
{
    const struct bk_sizing_field *f =
        bk_sizing_field(w, like->section, like->source_name);
    double factor = bk_eq(like->source_unit, f->written)
                        ? f->factor
                        : bk_sizing_factor(w, like->source_unit, like->unit);
    char digits[352];
    bk_format_digits(factor > 0 ? value / factor : value, 6, digits);
    bool plain = bk_is(like->source_unit, "1") || bk_is(like->source_unit, "ratio");
    return bk_fmt(w->arena, "%s%s%.*s", digits, plain ? "" : " ",
                  BK_F(plain ? nothing() : like->source_unit));
}

static void mismatch(struct bk_sizing_work *w, const struct bk_sizing_value *v,
                     const struct bk_sizing_span *computed, struct bk_str how)
{
    struct bk_str expected = bk_sizing_show(w, v, computed->value);
    struct bk_str actual = bk_sizing_show(w, v, v->value);
    struct bk_finding *f =
        bk_sizing_finding(w, "derived-mismatch", BK_WARNING, v->name,
                          "%.*s%s%.*s is %.*s, but %.*s gives %.*s", BK_F(v->scenario),
                          v->scenario.len ? ": " : "", BK_F(v->name), BK_F(actual),
                          BK_F(how), BK_F(expected));
    f->expected = expected;
    f->actual = actual;
    f->locator = v->locator;
}

/* --- the rules --- */

/* A rule that holds and is worth knowing; said once a file, of the first scenario. */
static void remark(struct bk_sizing_work *w, const struct bk_sizing_value *v,
                   const struct bk_sizing_rule *rule)
{
    if (!bk_sizing_first(
            w, bk_fmt(w->arena, "%.*s|%.*s", BK_F(rule->code), BK_F(rule->result))))
        return;
    struct bk_finding *f = bk_sizing_finding(
        w, bk_cstr(w->arena, rule->code), rule->severity, v->name,
        "%.*s: %.*s %.*s is %.*s: %.*s", BK_F(v->scenario), BK_F(v->name),
        BK_F(bk_sizing_show(w, v, v->value)), BK_F(rule->formula), BK_F(rule->remark));
    f->actual = bk_sizing_show(w, v, v->value);
    f->locator = v->locator;
}

/* The rules i.. of one result; returns the index behind them. */
static size_t check_result(struct bk_sizing_work *w, const struct bk_sizing_index *ix,
                           struct bk_str scenario, size_t i)
{
    const struct bk_sizing_rule *rules = w->tables.rules;
    struct bk_str result = rules[i].result;
    const struct bk_sizing_value *v = bk_sizing_result(ix, scenario, result);
    const struct bk_sizing_rule *wrong = NULL;
    struct bk_sizing_span first = {0};
    bool right = !v;
    for (; i < w->tables.n_rules && bk_eq(rules[i].result, result); i++) {
        struct bk_sizing_scope scope = {ix, scenario, rules[i].scope};
        struct bk_sizing_span computed;
        if (right || (rules[i].without.len &&
                      bk_sizing_span(ix, scenario, nothing(), rules[i].without)))
            continue;
        if (!bk_sizing_evaluate(&scope, rules[i].formula, &computed))
            continue;
        struct bk_sizing_span said = span_of(v);
        right = overlap(&said, &computed);
        if (right && rules[i].code.len)
            remark(w, v, &rules[i]);
        if (!right && !wrong) {
            wrong = &rules[i];
            first = computed;
        }
    }
    if (!right && wrong)
        mismatch(w, v, &first, wrong->formula);
    return i;
}

/* --- the KV cache --- */

static double value_of(const struct bk_sizing_index *ix, struct bk_str scenario,
                       const char *name)
{
    const struct bk_sizing_span *s =
        bk_sizing_span(ix, scenario, BK_S("kv_per_session"), bk_str(name));
    return s ? s->value : (double)NAN;
}

/* A text from the formula's own inputs, else from the inputs of the file. */
static struct bk_str text_of(const struct bk_sizing_work *w, struct bk_str scenario,
                             const char *section, const char *name)
{
    struct bk_str text = bk_sizing_text(w->sizing, bk_cstr(w->arena, scenario),
                                        "rationale.kv_per_session", name);
    return text.len ? text : bk_sizing_text(w->sizing, "", section, name);
}

static bool kv_model(const struct bk_sizing_work *w, const struct bk_sizing_index *ix,
                     struct bk_str scenario, struct bk_kv_model *m)
{
    if (!bk_kv_attention_named(text_of(w, scenario, "model", "attention_pattern"),
                               &m->attention) ||
        m->attention == BK_KV_MLA)
        return false;
    m->layers = value_of(ix, scenario, "num_layers");
    m->kv_heads = value_of(ix, scenario, "num_key_value_heads");
    if (isnan(m->kv_heads))
        m->kv_heads = value_of(ix, scenario, "num_kv_heads");
    m->head_dim = value_of(ix, scenario, "head_dim");
    m->window = value_of(ix, scenario, "sliding_window");
    m->full_layers = value_of(ix, scenario, "hybrid_full_layers");
    m->sliding_layers = value_of(ix, scenario, "hybrid_sliding_layers");
    if (!(m->layers > 0 && m->kv_heads > 0 && m->head_dim > 0))
        return false;
    if (m->attention != BK_KV_FULL && !(m->window > 0))
        return false;
    return m->attention != BK_KV_HYBRID ||
           (m->full_layers >= 0 && m->sliding_layers >= 0);
}

static void check_kv(struct bk_sizing_work *w, const struct bk_sizing_index *ix,
                     struct bk_str scenario)
{
    const struct bk_sizing_value *v =
        bk_sizing_result(ix, scenario, BK_S("kv_per_session"));
    if (!v)
        v = bk_sizing_result(ix, scenario, BK_S("vram_per_session"));
    struct bk_kv_model m = {0};
    enum bk_kv_precision precision;
    double context = value_of(ix, scenario, "effective_context");
    if (!v || !kv_model(w, ix, scenario, &m) || !(context > 0) ||
        !bk_kv_precision_named(text_of(w, scenario, "nfr", "kv_precision"), &precision))
        return;
    double most = value_of(ix, scenario, "max_position_embeddings");
    if (most > 0)
        context = fmin(context, most); /* the tool does not go beyond it either */
    double bytes = bk_kv_session_bytes(&m, precision, context);
    struct bk_sizing_span computed = {bytes, bytes, bytes, NULL};
    struct bk_sizing_span said = span_of(v);
    if (!overlap(&said, &computed))
        mismatch(w, v, &computed,
                 BK_S("2 x tokens kept x KV heads x head size x bytes an element"));
    if (m.attention == BK_KV_HYBRID && m.full_layers + m.sliding_layers != m.layers) {
        struct bk_finding *f = bk_sizing_finding(
            w, "derived-mismatch", BK_WARNING, BK_S("num_layers"),
            "%.*s: %g full and %g sliding layers are not the %g layers of the model",
            BK_F(scenario), m.full_layers, m.sliding_layers, m.layers);
        f->locator = v->locator;
    }
}

void bk_sizing_check(struct bk_sizing_work *w, const struct bk_sizing_index *ix)
{
    for (size_t i = 0; i < w->tables.n_rules;)
        i = check_result(w, ix, nothing(), i);
    for (size_t s = 0; s < ix->n_scenarios; s++) {
        check_kv(w, ix, ix->scenarios[s]);
        for (size_t i = 0; i < w->tables.n_rules;)
            i = check_result(w, ix, ix->scenarios[s], i);
    }
}
