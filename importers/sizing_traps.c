/* Sizing runs: what recomputes and still misleads.
 *
 * Numbers that are right by the file's own formulas and yet stand for something else:
 * a budget whose definition is not its formula, GB for GiB, GPUs that cannot share a
 * session, weights of one GPU taken for those of a node.  Each is a finding of a stable
 * code, most of them said once a file. */
#include "sizing.h"

#include "../src/base/num.h"
#include "../src/base/utf8.h"
#include "../src/stats/kv.h"

#include <math.h>
#include <string.h>

/* Differences below this share are rounding. */
#define SAME 1e-9
/* The two units of one throughput may be rounded to three digits. */
#define SAME_THROUGHPUT 0.005

static const struct bk_str inputs = {NULL, 0};

static const struct bk_sizing_span *span(const struct bk_sizing_index *ix,
                                         struct bk_str scenario, const char *name)
{
    return bk_sizing_span(ix, scenario, inputs, bk_str(name));
}

static const struct bk_sizing_value *result(const struct bk_sizing_index *ix,
                                            struct bk_str scenario, const char *name)
{
    return bk_sizing_result(ix, scenario, bk_str(name));
}

static const struct bk_sizing_value *find_value(const struct bk_sizing *s,
                                                struct bk_str scenario,
                                                const char *section, const char *name)
{
    for (size_t i = 0; i < s->n_values; i++) {
        const struct bk_sizing_value *v = &s->values[i];
        if (!v->is_text && bk_is(v->name, name) && bk_is(v->section, section) &&
            bk_eq(v->scenario, scenario))
            return v;
    }
    return NULL;
}

/* The number as printed, in the base unit; the value may be more exact. */
static double printed(const struct bk_sizing_work *w, const struct bk_sizing_value *v)
{
    double digits;
    const struct bk_sizing_field *f = bk_sizing_field(w, v->section, v->source_name);
    if (!bk_parse_double(v->source_value, &digits) ||
        !bk_eq(v->source_unit, f->written))
        return v->value;
    return digits * f->factor;
}

/* --- numbers that were computed from unrounded ones --- */

static bool rounded_operand(struct bk_sizing_work *w, const struct bk_sizing_index *ix,
                            struct bk_str scenario)
{
    const struct bk_sizing_value *total = result(ix, scenario, "kv_total");
    const struct bk_sizing_value *each =
        find_value(w->sizing, scenario, "rationale.kv_total", "kv_per_session");
    const struct bk_sizing_span *sessions = span(ix, scenario, "concurrency");
    if (!each)
        each = result(ix, scenario, "kv_per_session");
    if (!total || !each || !sessions)
        return false;
    double product = printed(w, each) * sessions->value;
    double tolerance = SAME * product;
    if (product >= total->low - tolerance && product <= total->high + tolerance)
        return false;
    double allowed = each->value == printed(w, each)
                         ? bk_half_digit(each->source_value) * BK_GIB
                         : fabs(each->value - printed(w, each));
    if (fabs(product - total->value) > (allowed * 2) * sessions->value)
        return false; /* wrong, not rounded: the rules say so */
    struct bk_finding *f = bk_sizing_finding(
        w, "rounded-operand", BK_INFO, total->name,
        "kv_total is %.*s: the printed kv_per_session x concurrency would be %.*s; it "
        "was computed from unrounded numbers",
        BK_F(bk_sizing_show(w, total, total->value)),
        BK_F(bk_sizing_show(w, total, product)));
    f->expected = bk_sizing_show(w, total, product);
    f->actual = bk_sizing_show(w, total, total->value);
    f->locator = total->locator;
    return true;
}

/* --- a budget that is not what its definition says --- */

static const struct bk_sizing_formula *find_formula(const struct bk_sizing *s,
                                                    struct bk_str scenario,
                                                    const char *name)
{
    for (size_t i = 0; i < s->n_formulas; i++)
        if (bk_is(s->formulas[i].name, name) &&
            bk_eq(s->formulas[i].scenario, scenario))
            return &s->formulas[i];
    return NULL;
}

/* Does the dictionary define the ratio as a part of all memory? */
static const struct bk_sizing_formula *ratio_of_total(const struct bk_sizing_work *w)
{
    static const char *const words[] = {"HBM total", "total HBM", "memória total",
                                        "total memory"};
    const struct bk_sizing_formula *f =
        find_formula(w->sizing, inputs, "kv_budget_ratio");
    struct bk_str first;
    if (!f)
        return NULL;
    bk_cut(f->explanation, '\n', &first);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (bk_has(first, bk_str(words[i])))
            return f;
    return NULL;
}

static const struct bk_sizing_value *budget_of(const struct bk_sizing_index *ix,
                                               struct bk_str scenario)
{
    const struct bk_sizing_value *v = result(ix, scenario, "sessions_budget");
    return v ? v : result(ix, scenario, "kv_budget");
}

static const struct bk_sizing_span *session_of(const struct bk_sizing_index *ix,
                                               struct bk_str scenario)
{
    const struct bk_sizing_span *s = span(ix, scenario, "vram_per_session");
    return s ? s : span(ix, scenario, "kv_per_session");
}

static bool budget_definition(struct bk_sizing_work *w,
                              const struct bk_sizing_index *ix, struct bk_str scenario)
{
    const struct bk_sizing_formula *said = ratio_of_total(w);
    const struct bk_sizing_value *budget = budget_of(ix, scenario);
    const struct bk_sizing_span *hbm = span(ix, scenario, "hbm_total");
    const struct bk_sizing_span *ratio = span(ix, scenario, "kv_budget_ratio");
    const struct bk_sizing_span *session = session_of(ix, scenario);
    if (!said || !budget || !hbm || !ratio || !session)
        return false;
    double defined = bk_kv_budget(hbm->value, 0, ratio->value);
    if (defined <= budget->high * (1 + SAME))
        return false;
    struct bk_finding *f = bk_sizing_finding(
        w, "budget-definition", BK_WARNING, budget->name,
        "kv_budget_ratio is defined as a part of all HBM, which would give %.*s and %g "
        "sessions a node; the formula takes it of what the overhead leaves: %.*s and %g "
        "sessions",
        BK_F(bk_sizing_show(w, budget, defined)),
        bk_kv_sessions(defined, session->value),
        BK_F(bk_sizing_show(w, budget, budget->value)),
        bk_kv_sessions(budget->value, session->value));
    f->expected = bk_sizing_show(w, budget, defined);
    f->actual = bk_sizing_show(w, budget, budget->value);
    f->locator = said->locator;
    return true;
}

/* --- GPUs that do not share a session --- */

static bool tensor_parallel(const struct bk_sizing_work *w,
                            const struct bk_sizing_index *ix, struct bk_str scenario)
{
    const struct bk_sizing_span *tp = span(ix, scenario, "tensor_parallel");
    if (tp)
        return tp->value > 1;
    for (size_t i = 0; i < w->sizing->n_findings; i++)
        if (bk_has(w->sizing->findings[i].message, BK_S("tensor-parallel")) ||
            bk_has(w->sizing->findings[i].message, BK_S("TP ")))
            return true;
    return false;
}

static bool per_gpu_flooring(struct bk_sizing_work *w, const struct bk_sizing_index *ix,
                             struct bk_str scenario)
{
    const struct bk_sizing_value *sessions = result(ix, scenario, "sessions_per_node");
    const struct bk_sizing_value *budget = budget_of(ix, scenario);
    const struct bk_sizing_span *session = session_of(ix, scenario);
    const struct bk_sizing_span *gpus = span(ix, scenario, "gpus");
    if (!sessions || !budget || !session || !gpus || gpus->value < 2 ||
        tensor_parallel(w, ix, scenario))
        return false;
    double low = bk_kv_sessions_per_gpu(budget->low, session->high, gpus->value);
    double high = bk_kv_sessions_per_gpu(budget->high, session->low, gpus->value);
    double each = bk_kv_sessions_per_gpu(budget->value, session->value, gpus->value);
    if (high >= sessions->value || (low != high && each != low && each != high))
        return false;
    if (!bk_sizing_first(w, bk_fmt(w->arena, "per-gpu|%g|%g", each, sessions->value)))
        return false;
    struct bk_finding *f = bk_sizing_finding(
        w, "per-gpu-flooring", BK_INFO, sessions->name,
        "%.*s: sessions_per_node is %g for the memory of all %g GPUs taken together; where a "
        "session lives on one GPU, %g GPUs hold %g each: %g a node",
        BK_F(scenario), sessions->value, gpus->value, gpus->value, each / gpus->value,
        each);
    f->expected = bk_fmt(w->arena, "%g", each);
    f->actual = bk_fmt(w->arena, "%g", sessions->value);
    f->locator = sessions->locator;
    return true;
}

/* Weights divided by the ranks are what one GPU holds; the node holds all of them. */
static bool node_weights(struct bk_sizing_work *w, const struct bk_sizing_index *ix,
                         struct bk_str scenario)
{
    const struct bk_sizing_value *fixed = result(ix, scenario, "fixed_model");
    const struct bk_sizing_span *weights =
        bk_sizing_span(ix, scenario, BK_S("fixed_model"), BK_S("weights"));
    const struct bk_sizing_span *tp =
        bk_sizing_span(ix, scenario, BK_S("fixed_model"), BK_S("tensor_parallel"));
    const struct bk_sizing_span *gpus = span(ix, scenario, "gpus");
    if (!fixed || !weights || !tp || !gpus || !(tp->value > 1) ||
        tp->value > gpus->value || fixed->high >= weights->low)
        return false;
    struct bk_finding *f = bk_sizing_finding(
        w, "node-weights", BK_WARNING, fixed->name,
        "fixed_model %.*s is one GPU's share of the weights at tensor parallel %g; the "
        "node of %g GPUs holds all shards, %.*s",
        BK_F(bk_sizing_show(w, fixed, fixed->value)), tp->value, gpus->value,
        BK_F(bk_sizing_show(w, fixed, weights->value)));
    f->expected = bk_sizing_show(w, fixed, weights->value);
    f->actual = bk_sizing_show(w, fixed, fixed->value);
    f->locator = fixed->locator;
    return true;
}

/* --- formulas fed with another value than they name --- */

static bool formula_input(struct bk_sizing_work *w, const struct bk_sizing_index *ix,
                          struct bk_str scenario)
{
    const struct bk_sizing_value *taken =
        find_value(w->sizing, scenario, "rationale.throughput", "storage_model");
    const struct bk_sizing_value *model = result(ix, scenario, "storage_model_base");
    const struct bk_sizing_value *total =
        result(ix, scenario, "storage_total_recommended");
    if (!model)
        model = result(ix, scenario, "storage_model");
    if (!total)
        total = result(ix, scenario, "storage_total");
    if (!taken || !model || (taken->low <= model->high && model->low <= taken->high))
        return false;
    bool is_total = total && taken->low <= total->high && total->low <= taken->high;
    struct bk_finding *f = bk_sizing_finding(
        w, "formula-input", BK_WARNING, taken->name,
        "%.*s: the throughput formula takes %.*s for storage_model%s%.*s; the model's "
        "own storage is %.*s",
        BK_F(scenario), BK_F(bk_sizing_show(w, taken, taken->value)),
        is_total ? ", which is " : "", BK_F(is_total ? total->name : inputs),
        BK_F(bk_sizing_show(w, model, model->value)));
    f->expected = bk_sizing_show(w, model, model->value);
    f->actual = bk_sizing_show(w, taken, taken->value);
    f->locator = taken->locator;
    return true;
}

/* "1 nós reiniciando simultaneamente (25%)" of two nodes is half of them. */
static bool stated_share(struct bk_sizing_work *w, const struct bk_sizing_index *ix,
                         struct bk_str scenario)
{
    const struct bk_sizing_formula *iops = find_formula(w->sizing, scenario, "iops");
    const struct bk_sizing_span *some =
        bk_sizing_span(ix, scenario, BK_S("iops"), BK_S("nodes_restarting"));
    const struct bk_sizing_span *all =
        bk_sizing_span(ix, scenario, BK_S("iops"), BK_S("num_nodes"));
    if (!iops || !some || !all || !(all->value > 0))
        return false;
    size_t open = bk_find_char(iops->explanation, '(');
    size_t end = bk_find(iops->explanation, BK_S("%)"));
    int64_t percent;
    if (open == BK_NONE || end == BK_NONE || end <= open ||
        !bk_parse_int64(bk_upto(bk_from(iops->explanation, open + 1), end - open - 1),
                        &percent))
        return false;
    double share = some->value / all->value;
    if (fabs(share - (double)percent / 100) < 0.005)
        return false;
    struct bk_finding *f = bk_sizing_finding(
        w, "stated-share", BK_INFO, BK_S("nodes_restarting"),
        "%.*s: %g of %g nodes restarting is %.0f %%, not %lld %%", BK_F(scenario),
        some->value, all->value, share * 100, (long long)percent);
    f->expected = bk_fmt(w->arena, "%lld %%", (long long)percent);
    f->actual = bk_fmt(w->arena, "%.0f %%", share * 100);
    f->locator = iops->locator;
    return true;
}

/* --- units --- */

/* One throughput in two units must be one throughput. */
static void throughput_units(struct bk_sizing_work *w, const char *name)
{
    const struct bk_sizing *s = w->sizing;
    const struct bk_sizing_value *first = find_value(s, inputs, "storage", name);
    if (!first)
        return;
    for (const struct bk_sizing_value *v = first + 1; v < s->values + s->n_values;
         v++) {
        if (v->is_text || v->scenario.len || !bk_is(v->name, name) ||
            !bk_is(v->section, "storage") || !(first->value > 0) || !(v->value > 0))
            continue;
        double ratio = fmax(v->value / first->value, first->value / v->value);
        if (ratio < 1 + SAME_THROUGHPUT)
            continue;
        bool bits = fabs(ratio / 8 - 1) < SAME_THROUGHPUT;
        bool binary = fabs(ratio / 1.024 - 1) < SAME_THROUGHPUT;
        struct bk_finding *f = bk_sizing_finding(
            w, binary ? "gb-gib" : "unit-conflict", binary ? BK_INFO : BK_WARNING,
            v->name, "%s is %.*s and %.*s: %s", name,
            BK_F(bk_sizing_show(w, first, first->value)),
            BK_F(bk_sizing_show(w, v, v->value)),
            bits     ? "a factor of 8, bits for bytes"
            : binary ? "divided by 1024 where the unit means 1000"
                     : "the two do not agree");
        f->expected = bk_sizing_show(w, first, first->value);
        f->actual = bk_sizing_show(w, v, v->value);
        f->locator = v->locator;
    }
}

/* A whole number that ends right before 'end'; 0 when there is none. */
static double number_before(struct bk_str s, size_t end)
{
    size_t start = end;
    while (start > 0 && s.ptr[start - 1] >= '0' && s.ptr[start - 1] <= '9')
        start--;
    double value;
    return bk_parse_double(bk_upto(bk_from(s, start), end - start), &value) ? value : 0;
}

/* "a 120B model in fp16 takes ~240 GiB": 120e9 x 2 B are 240 GB, 223.5 GiB. */
static bool weights_in_gib(struct bk_sizing_work *w, const struct bk_sizing_formula *f)
{
    struct bk_str rest = f->explanation, sentence;
    while (rest.len) {
        rest = bk_cut(rest, '\n', &sentence);
        size_t gib = bk_find(sentence, BK_S(" GiB"));
        while (gib != BK_NONE) {
            struct bk_str before = bk_upto(sentence, gib);
            double stated = number_before(sentence, gib);
            size_t name = bk_rfind_char(before, 'B');
            double billions = name == BK_NONE ? 0 : number_before(before, name);
            static const struct {
                const char *precision;
                double bytes;
            } sizes[] = {
                {"fp16", 2}, {"bf16", 2}, {"fp8", 1}, {"int8", 1}, {"fp32", 4}};
            for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
                if (!(billions > 0) || stated != billions * sizes[i].bytes ||
                    !bk_has(bk_from(before, name), bk_str(sizes[i].precision)))
                    continue;
                struct bk_finding *found = bk_sizing_finding(
                    w, "gb-gib", BK_INFO, f->name,
                    "%g billion parameters in %s are %g GB, which is %.1f GiB, not %g "
                    "GiB",
                    billions, sizes[i].precision, stated, stated * 1e9 / BK_GIB,
                    stated);
                found->expected = bk_fmt(w->arena, "%.1f GiB", stated * 1e9 / BK_GIB);
                found->actual = bk_fmt(w->arena, "%g GiB", stated);
                found->locator = f->locator;
                return true;
            }
            sentence = bk_from(sentence, gib + 1);
            gib = bk_find(sentence, BK_S(" GiB"));
        }
    }
    return false;
}

/* --- models --- */

/* Are the two one letter apart: one changed, one more or one less? */
static bool one_letter_apart(struct bk_str a, struct bk_str b)
{
    if (a.len > b.len) {
        struct bk_str swap = a;
        a = b;
        b = swap;
    }
    if (b.len - a.len > 1)
        return false;
    size_t i = 0;
    while (i < a.len && a.ptr[i] == b.ptr[i])
        i++;
    if (i == a.len)
        return b.len > a.len;
    struct bk_str rest_a = bk_from(a, a.len == b.len ? i + 1 : i);
    return bk_eq(rest_a, bk_from(b, i + 1));
}

static bool differs(const struct bk_sizing_index *ix, const char *name, double known)
{
    const struct bk_sizing_span *s = span(ix, inputs, name);
    return s && known > 0 && s->value != known;
}

static bool same_shape(const struct bk_sizing_index *ix,
                       const struct bk_model_shape *shape)
{
    return !differs(ix, "num_layers", shape->kv.layers) &&
           !differs(ix, "num_key_value_heads", shape->kv.kv_heads) &&
           !differs(ix, "head_dim", shape->kv.head_dim);
}

/* Letters and not digits: "gpt-oss-20b" is no misspelt "gpt-oss-120b". */
static bool same_digits(struct bk_str a, struct bk_str b)
{
    size_t i = 0, j = 0;
    for (;;) {
        while (i < a.len && !(a.ptr[i] >= '0' && a.ptr[i] <= '9'))
            i++;
        while (j < b.len && !(b.ptr[j] >= '0' && b.ptr[j] <= '9'))
            j++;
        if (i == a.len || j == b.len)
            return i == a.len && j == b.len;
        if (a.ptr[i++] != b.ptr[j++])
            return false;
    }
}

static void known_model(struct bk_sizing_work *w, const struct bk_sizing_index *ix,
                        const struct bk_model_shape *shape)
{
    struct bk_str attention =
        bk_sizing_text(w->sizing, inputs, "model", "attention_pattern");
    bool other_attention = attention.len && !bk_eq_nocase(attention, shape->attention);
    if (!other_attention && same_shape(ix, shape))
        return;
    struct bk_finding *f = bk_sizing_finding(
        w, "model-architecture", BK_WARNING, w->sizing->model,
        "%.*s is entered with attention '%.*s' and other figures than its published "
        "configuration (%.*s, %g layers%s): its KV cache is not what this run computes",
        BK_F(w->sizing->model), BK_F(attention), BK_F(shape->attention),
        shape->kv.layers,
        bk_is(shape->attention, "mla") ? ", one compressed latent instead of KV heads"
                                       : "");
    f->expected = shape->attention;
    f->actual = attention;
    f->locator = BK_S("model");
}

static void model_name(struct bk_sizing_work *w, const struct bk_sizing_index *ix)
{
    const struct bk_sizing_tables *t = &w->tables;
    struct bk_str name = bk_model_bare(w->arena, w->sizing->model);
    for (size_t i = 0; i < t->n_shapes; i++)
        if (bk_eq(name, t->shapes[i].model)) {
            known_model(w, ix, &t->shapes[i]);
            return;
        }
    for (size_t i = 0; i < t->n_shapes; i++) {
        const struct bk_model_shape *shape = &t->shapes[i];
        if (!one_letter_apart(name, shape->model) || !same_digits(name, shape->model) ||
            !same_shape(ix, shape))
            continue;
        struct bk_finding *f = bk_sizing_finding(
            w, "model-alias", BK_INFO, w->sizing->model,
            "'%.*s' is one letter away from '%.*s'%s", BK_F(w->sizing->model),
            BK_F(shape->model),
            span(ix, inputs, "num_layers") ? " and has its layers and heads" : "");
        f->expected = shape->model;
        f->actual = w->sizing->model;
        return;
    }
}

/* --- scenarios --- */

static bool unknown_scenario(struct bk_sizing_work *w, const struct bk_sizing_index *ix,
                             struct bk_str scenario)
{
    static const char *const names[] = {"minimum", "recommended", "ideal"};
    (void)ix;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (bk_is(scenario, names[i]))
            return false;
    bk_sizing_finding(w, "scenario-name", BK_INFO, scenario,
                      "scenario '%.*s' is none of minimum, recommended and ideal",
                      BK_F(scenario));
    return true;
}

/* --- all of them --- */

typedef bool trap(struct bk_sizing_work *w, const struct bk_sizing_index *ix,
                  struct bk_str scenario);

static const struct {
    trap *find;
    bool once; /* the first scenario speaks for all */
} traps[] = {
    {rounded_operand, true},   {budget_definition, true}, {per_gpu_flooring, false},
    {node_weights, true},      {formula_input, true},     {stated_share, true},
    {unknown_scenario, false},
};

void bk_sizing_traps(struct bk_sizing_work *w, const struct bk_sizing_index *ix)
{
    size_t n;
    const struct bk_str *scenarios = bk_sizing_scenarios(ix, &n);
    for (size_t t = 0; t < sizeof traps / sizeof *traps; t++)
        for (size_t i = 0; i < n; i++)
            if (traps[t].find(w, ix, scenarios[i]) && traps[t].once)
                break;
    throughput_units(w, "throughput_read");
    throughput_units(w, "throughput_write");
    for (size_t i = 0; i < w->sizing->n_formulas; i++)
        if (!w->sizing->formulas[i].scenario.len &&
            weights_in_gib(w, &w->sizing->formulas[i]))
            break;
    model_name(w, ix);
}
