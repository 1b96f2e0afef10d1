/* Recomputing the results of a sizing run; see sizing.h. */
#include "sizing_internal.h"

#include "dict_internal.h"

#include <math.h>

/* A row of schema/sizing_rules.csv: how a result follows from others. */
struct rule {
    struct bk_str result;
    struct bk_str scope;   /* rationale whose inputs are meant first */
    struct bk_str without; /* the rule is for files that lack this value */
    struct bk_str formula;
    struct bk_str code; /* the rule holds, and is worth a finding of this code */
    enum bk_severity severity;
    struct bk_str remark;
};

struct recomputing {
    struct bk_arena *arena;
    const struct bk_sizing_index *ix;
    const struct rule *rules;
    size_t n_rules;
    struct bk_sizing_recomputed *list;
    size_t n;
};

static const struct bk_str nothing = {NULL, 0};

static void load_rules(struct recomputing *x)
{
    struct rule *rules = NULL;
    struct bk_str rest = bk_embedded_table("sizing_rules");
    struct bk_str f[BK_EMBEDDED_FIELDS];
    bk_embedded_next(x->arena, &rest, f);
    while (bk_embedded_next(x->arena, &rest, f))
        *BK_PUSH(x->arena, rules, x->n_rules) = (struct rule){
            .result = f[0],
            .scope = f[1],
            .without = f[2],
            .formula = f[3],
            .code = f[4],
            .severity = bk_is(f[5], "info") ? BK_INFO : BK_WARNING,
            .remark = f[6],
        };
    x->rules = rules;
}

/* Adds what a formula gives for a stated number. */
static struct bk_sizing_recomputed *add(struct recomputing *x, struct bk_str scenario,
                                        const struct bk_sizing_value *stated,
                                        struct bk_str formula,
                                        const struct bk_sizing_span *computed)
{
    struct bk_sizing_span said = bk_sizing_span_of(stated);
    struct bk_sizing_recomputed *r = BK_PUSH(x->arena, x->list, x->n);
    *r = (struct bk_sizing_recomputed){
        .stated = stated,
        .scenario = scenario,
        .formula = formula,
        .computed = *computed,
        .agrees = bk_sizing_overlap(&said, computed),
    };
    return r;
}

/* --- the rules --- */

/* The rules i.. of one result: the first that agrees, else the first that can be
 * evaluated.  Returns the index behind them. */
static size_t apply_rules(struct recomputing *x, struct bk_str scenario, size_t i)
{
    struct bk_str result = x->rules[i].result;
    const struct bk_sizing_value *v = bk_sizing_result(x->ix, scenario, result);
    const struct rule *chosen = NULL;
    struct bk_sizing_span computed = {0};
    bool agrees = false;
    for (; i < x->n_rules && bk_eq(x->rules[i].result, result); i++) {
        const struct rule *rule = &x->rules[i];
        struct bk_sizing_scope scope = {x->ix, scenario, rule->scope};
        struct bk_sizing_span given;
        if (!v || agrees ||
            (rule->without.len &&
             bk_sizing_span(x->ix, scenario, nothing, rule->without)) ||
            !bk_sizing_evaluate(&scope, rule->formula, &given))
            continue;
        struct bk_sizing_span said = bk_sizing_span_of(v);
        agrees = bk_sizing_overlap(&said, &given);
        if (agrees || !chosen) {
            chosen = rule;
            computed = given;
        }
    }
    if (!chosen)
        return i;
    struct bk_sizing_recomputed *r = add(x, scenario, v, chosen->formula, &computed);
    if (r->agrees) {
        r->code = chosen->code;
        r->remark = chosen->remark;
        r->severity = chosen->severity;
    }
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
static struct bk_str text_of(const struct bk_sizing_index *ix, struct bk_str scenario,
                             const char *section, const char *name)
{
    const struct bk_sizing *s = bk_sizing_indexed(ix);
    struct bk_str text = bk_sizing_text(s, scenario, "rationale.kv_per_session", name);
    return text.len ? text : bk_sizing_text(s, nothing, section, name);
}

static bool model_of(const struct bk_sizing_index *ix, struct bk_str scenario,
                     struct bk_kv_model *m)
{
    if (!bk_kv_attention_named(text_of(ix, scenario, "model", "attention_pattern"),
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

bool bk_sizing_kv_of(const struct bk_sizing_index *ix, struct bk_str scenario,
                     struct bk_sizing_kv *kv)
{
    *kv = (struct bk_sizing_kv){.context = value_of(ix, scenario, "effective_context")};
    double most = value_of(ix, scenario, "max_position_embeddings");
    if (most > 0)
        kv->context = fmin(kv->context, most); /* the tool does not go beyond either */
    return model_of(ix, scenario, &kv->model) && kv->context > 0 &&
           bk_kv_precision_named(text_of(ix, scenario, "nfr", "kv_precision"),
                                 &kv->precision);
}

static void recompute_kv(struct recomputing *x, struct bk_str scenario)
{
    const struct bk_sizing_value *v =
        bk_sizing_result(x->ix, scenario, BK_S("kv_per_session"));
    if (!v)
        v = bk_sizing_result(x->ix, scenario, BK_S("vram_per_session"));
    struct bk_sizing_kv kv;
    if (!v || !bk_sizing_kv_of(x->ix, scenario, &kv))
        return;
    double bytes = bk_kv_session_bytes(&kv.model, kv.precision, kv.context);
    struct bk_sizing_span computed = {bytes, bytes, bytes, NULL};
    add(x, scenario, v,
        BK_S("2 x tokens kept x KV heads x head size x bytes an element"), &computed);
    const struct bk_sizing_span *layers =
        bk_sizing_span(x->ix, scenario, BK_S("kv_per_session"), BK_S("num_layers"));
    double parts = kv.model.full_layers + kv.model.sliding_layers;
    if (kv.model.attention != BK_KV_HYBRID || !layers || !layers->from)
        return;
    computed = (struct bk_sizing_span){parts, parts, parts, NULL};
    add(x, scenario, layers->from, BK_S("hybrid_full_layers + hybrid_sliding_layers"),
        &computed);
}

/* Spare nodes where the file writes both their number and the mode. */
static void recompute_spare(struct recomputing *x, struct bk_str scenario)
{
    struct bk_str mode =
        bk_sizing_text(bk_sizing_indexed(x->ix), scenario, "config", "ha_mode");
    const struct bk_sizing_span *nodes =
        bk_sizing_span(x->ix, scenario, nothing, BK_S("ha_extra_nodes"));
    double spare;
    if (!nodes || !nodes->from || !bk_kv_spare_nodes(mode, &spare))
        return;
    struct bk_sizing_span computed = {spare, spare, spare, NULL};
    add(x, scenario, nodes->from, bk_fmt(x->arena, "ha_mode %.*s", BK_F(mode)),
        &computed);
}

const struct bk_sizing_recomputed *bk_sizing_recompute(struct bk_arena *a,
                                                       const struct bk_sizing_index *ix,
                                                       size_t *n)
{
    struct recomputing x = {.arena = a, .ix = ix};
    size_t n_scenarios;
    const struct bk_str *scenarios = bk_sizing_scenarios(ix, &n_scenarios);
    load_rules(&x);
    for (size_t i = 0; i < x.n_rules;)
        i = apply_rules(&x, nothing, i);
    for (size_t s = 0; s < n_scenarios; s++) {
        recompute_kv(&x, scenarios[s]);
        recompute_spare(&x, scenarios[s]);
        for (size_t i = 0; i < x.n_rules;)
            i = apply_rules(&x, scenarios[s], i);
    }
    *n = x.n;
    return x.list;
}
