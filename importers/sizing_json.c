/* Sizing runs: the JSON file.
 *
 * Its generations differ in how deep the inputs lie and in what stands beside them:
 *   v2   inputs {model{}, server{}, storage{}, nfr{}}, scenarios with 'configuration'
 *        and 'rationale', parameter_dictionary, alerts
 *   v2b  the same; weights, runtime and effective sessions among the results
 *   v3   inputs flat, storage_profile, scenarios with 'config', 'rationale_storage'
 *   v3b  storage_profile in MB/s      v3c  capacity_policy      v3d  platform_storage
 * They are told apart by structure, and every number is taken whatever its generation:
 * an unknown field keeps its name. */
#include "sizing.h"

#include <string.h>

/* Objects within objects that are followed; deeper ones hold nothing that is known. */
#define MAX_DEPTH 12

static const char *const type_names[] = {
    [BK_JSON_NULL] = "null",       [BK_JSON_BOOL] = "a boolean",
    [BK_JSON_NUMBER] = "a number", [BK_JSON_STRING] = "text",
    [BK_JSON_ARRAY] = "an array",  [BK_JSON_OBJECT] = "an object",
};

/* A node with its place: the scenario and section it belongs to, its JSON pointer. */
struct spot {
    const struct bk_json *node;
    struct bk_sizing_place place;
    struct bk_str pointer;
    int depth;
};

static bool is_object(const struct bk_json *j)
{
    return j && j->type == BK_JSON_OBJECT;
}

/* The pointer of a member: RFC 6901 writes ~ and / of a key as ~0 and ~1. */
static struct bk_str member_pointer(struct bk_arena *a, struct bk_str parent,
                                    struct bk_str key)
{
    struct bk_buf b = {0};
    bk_buf_add(&b, parent);
    bk_buf_addc(&b, '/');
    for (size_t i = 0; i < key.len; i++)
        if (key.ptr[i] == '~')
            bk_buf_add(&b, BK_S("~0"));
        else if (key.ptr[i] == '/')
            bk_buf_add(&b, BK_S("~1"));
        else
            bk_buf_addc(&b, key.ptr[i]);
    struct bk_str pointer = bk_dup(a, bk_buf_str(&b));
    bk_buf_free(&b);
    return pointer;
}

static void wrong_type(struct bk_sizing_work *w, const struct spot *at,
                       const char *expected)
{
    struct bk_finding *f = bk_sizing_finding(
        w, "wrong-type", BK_WARNING, at->node->key, "%.*s is %s, %s was expected",
        BK_F(at->node->key), type_names[at->node->type], expected);
    f->expected = bk_str(expected);
    f->actual = bk_str(type_names[at->node->type]);
    f->locator = at->pointer;
}

/* --- values --- */

static bool add_string(struct bk_sizing_work *w, const struct spot *at,
                       struct bk_err *err)
{
    const struct bk_json *j = at->node;
    const struct bk_sizing_field *f = bk_sizing_field(w, at->place.section, j->key);
    bool number_expected = bk_is(at->place.section, "results") ||
                           (!bk_is(f->written, "text") && !bk_is(f->field, "*"));
    if (number_expected)
        wrong_type(w, at, "a number");
    return bk_sizing_add_text(w, at->place, j->key, j->text, at->pointer, err);
}

static bool add_number(struct bk_sizing_work *w, const struct spot *at,
                       struct bk_err *err)
{
    const struct bk_json *j = at->node;
    struct bk_sizing_number n = {
        .field = j->key,
        .digits = j->text,
        .locator = at->pointer,
    };
    size_t before = w->sizing->n_values;
    if (!bk_sizing_add(w, at->place, &n, err))
        return false;
    const struct bk_sizing_value *v = &w->sizing->values[before];
    if (v->is_text)
        wrong_type(w, at,
                   bk_is(bk_sizing_field(w, at->place.section, j->key)->written, "text")
                       ? "text"
                       : "a finite number");
    return true;
}

/* The elements of an array as one text: "storage_total, storage_model". */
static bool add_list(struct bk_sizing_work *w, const struct spot *at,
                     struct bk_err *err)
{
    struct bk_buf list = {0};
    bool scalars = true;
    for (const struct bk_json *e = at->node->child; e; e = e->next) {
        if (e->type != BK_JSON_STRING && e->type != BK_JSON_NUMBER) {
            scalars = false;
            continue;
        }
        if (list.len)
            bk_buf_add(&list, BK_S(", "));
        bk_buf_add(&list, e->text);
    }
    struct bk_str text = bk_dup(w->arena, bk_buf_str(&list));
    bk_buf_free(&list);
    if (!scalars)
        wrong_type(w, at, "a list of plain values");
    return !text.len ||
           bk_sizing_add_text(w, at->place, at->node->key, text, at->pointer, err);
}

static bool add_members(struct bk_sizing_work *w, const struct spot *at,
                        struct bk_err *err);

static bool add_value(struct bk_sizing_work *w, const struct spot *at,
                      struct bk_err *err)
{
    const struct bk_json *j = at->node;
    switch (j->type) {
    case BK_JSON_NULL:
        return true;
    case BK_JSON_BOOL:
        return bk_sizing_add_text(w, at->place, j->key,
                                  j->boolean ? BK_S("true") : BK_S("false"),
                                  at->pointer, err);
    case BK_JSON_NUMBER:
        return add_number(w, at, err);
    case BK_JSON_STRING:
        return add_string(w, at, err);
    case BK_JSON_ARRAY:
        return add_list(w, at, err);
    case BK_JSON_OBJECT:
        break;
    }
    if (at->depth >= MAX_DEPTH) {
        wrong_type(w, at, "a value");
        return true;
    }
    struct spot inner = *at;
    inner.depth++;
    /* the storage of a scenario is known by that name in every generation */
    inner.place.section =
        bk_is(at->place.section, "results") && bk_is(j->key, "storage")
            ? BK_S("storage")
            : bk_fmt(w->arena, "%.*s.%.*s", BK_F(at->place.section), BK_F(j->key));
    return add_members(w, &inner, err);
}

static bool add_members(struct bk_sizing_work *w, const struct spot *at,
                        struct bk_err *err)
{
    for (const struct bk_json *m = at->node->child; m; m = m->next) {
        struct spot member = *at;
        member.node = m;
        member.pointer = member_pointer(w->arena, at->pointer, m->key);
        if (!add_value(w, &member, err))
            return false;
    }
    return true;
}

/* --- inputs --- */

static bool read_inputs(struct bk_sizing_work *w, const struct bk_json *inputs,
                        struct bk_err *err)
{
    static const char *const sections[] = {"model", "server", "storage"};
    for (const struct bk_json *m = inputs->child; m; m = m->next) {
        struct spot at = {
            .node = m,
            .place.section = BK_S("nfr"),
            .pointer = member_pointer(w->arena, BK_S("/inputs"), m->key),
        };
        for (size_t i = 0; i < sizeof sections / sizeof *sections; i++)
            if (bk_is(m->key, sections[i]))
                at.place.section = bk_str(sections[i]);
        bool named = !bk_is(at.place.section, "nfr");
        if (m->type == BK_JSON_OBJECT) {
            at.place.section = m->key;
            if (!add_members(w, &at, err))
                return false;
        } else if (named && m->type != BK_JSON_STRING && m->type != BK_JSON_NULL) {
            wrong_type(w, &at, "a name or an object");
        } else if (!add_value(w, &at, err)) {
            return false;
        }
    }
    return true;
}

/* --- formulas --- */

static struct bk_str joined(struct bk_sizing_work *w, const struct bk_json *object,
                            const char *const *keys, size_t n)
{
    struct bk_buf b = {0};
    for (size_t i = 0; i < n; i++) {
        struct bk_str s = bk_json_string(object, keys[i]);
        if (s.len && b.len)
            bk_buf_addc(&b, '\n');
        bk_buf_add(&b, s);
    }
    struct bk_str text = bk_dup(w->arena, bk_buf_str(&b));
    bk_buf_free(&b);
    return text;
}

static bool read_rationale(struct bk_sizing_work *w, const struct spot *all,
                           struct bk_err *err)
{
    static const char *const said[] = {"explanation", "assumption",
                                       "operational_meaning", "notes"};
    for (const struct bk_json *m = all->node->child; m; m = m->next) {
        struct spot at = *all;
        at.node = m;
        at.pointer = member_pointer(w->arena, all->pointer, m->key);
        if (m->type != BK_JSON_OBJECT) {
            wrong_type(w, &at, "an object with a formula");
            continue;
        }
        struct bk_str name =
            bk_sizing_name(w, bk_sizing_field(w, BK_S("results"), m->key), m->key);
        struct bk_sizing_formula *f =
            bk_sizing_formula(w, all->place.scenario, name, at.pointer);
        f->formula = bk_json_string(m, "formula");
        f->explanation = joined(w, m, said, sizeof said / sizeof *said);
        at.place.section = bk_fmt(w->arena, "rationale.%.*s", BK_F(name));
        const struct bk_json *inputs = bk_json_get(m, "inputs");
        if (is_object(inputs)) {
            at.node = inputs;
            at.pointer = member_pointer(w->arena, at.pointer, inputs->key);
            if (!add_members(w, &at, err))
                return false;
        } else if (inputs && inputs->type != BK_JSON_NULL) {
            at.node = inputs;
            wrong_type(w, &at, "an object");
        }
    }
    return true;
}

static void read_dictionary(struct bk_sizing_work *w, const struct bk_json *dictionary)
{
    static const char *const said[] = {"description", "source", "importance",
                                       "common_errors"};
    for (const struct bk_json *m = dictionary->child; m; m = m->next) {
        struct bk_str pointer =
            member_pointer(w->arena, BK_S("/parameter_dictionary"), m->key);
        if (m->type == BK_JSON_OBJECT) {
            struct bk_sizing_formula *f =
                bk_sizing_formula(w, (struct bk_str){NULL, 0}, m->key, pointer);
            f->explanation = joined(w, m, said, sizeof said / sizeof *said);
        } else {
            struct spot at = {.node = m, .pointer = pointer};
            wrong_type(w, &at, "an object with a description");
        }
    }
}

static void read_alerts(struct bk_sizing_work *w, const struct spot *all)
{
    if (all->node->type != BK_JSON_ARRAY) {
        wrong_type(w, all, "a list of texts");
        return;
    }
    size_t i = 0;
    bool texts = true;
    for (const struct bk_json *e = all->node->child; e; e = e->next, i++) {
        struct bk_str pointer = bk_fmt(w->arena, "%.*s/%zu", BK_F(all->pointer), i);
        if (e->type == BK_JSON_STRING)
            bk_sizing_alert(w, all->place.scenario, e->text, pointer);
        else
            texts = false;
    }
    if (!texts)
        wrong_type(w, all, "a list of texts only");
}

/* --- scenarios --- */

static const struct {
    const char *key;
    const char *section; /* NULL: what the member holds is read in its own way */
    bool (*read)(struct bk_sizing_work *w, const struct spot *at, struct bk_err *err);
} scenario_parts[] = {
    {"configuration", "config", add_members},    {"config", "config", add_members},
    {"results", "results", add_members},         {"rationale", NULL, read_rationale},
    {"rationale_storage", NULL, read_rationale},
};

static bool read_part(struct bk_sizing_work *w, const struct spot *at,
                      struct bk_err *err)
{
    const struct bk_json *m = at->node;
    for (size_t i = 0; i < sizeof scenario_parts / sizeof *scenario_parts; i++) {
        if (!bk_is(m->key, scenario_parts[i].key))
            continue;
        if (m->type != BK_JSON_OBJECT)
            return bk_fail(err, BK_EINPUT,
                           "line %zu: %.*s: an object is expected, not "
                           "%s",
                           m->line, BK_F(at->pointer), type_names[m->type]);
        struct spot part = *at;
        part.place.section = bk_str(scenario_parts[i].section);
        return scenario_parts[i].read(w, &part, err);
    }
    if (bk_is(m->key, "warnings") || bk_is(m->key, "alerts")) {
        read_alerts(w, at);
        return true;
    }
    struct spot other = *at;
    other.place.section = BK_S("config");
    return add_value(w, &other, err);
}

static bool read_scenarios(struct bk_sizing_work *w, const struct bk_json *scenarios,
                           struct bk_err *err)
{
    if (scenarios->n > BK_SIZING_MAX_SCENARIOS)
        return bk_fail(err, BK_EINPUT,
                       "line %zu: /scenarios: %zu scenarios, at most %d "
                       "are read",
                       scenarios->line, scenarios->n, BK_SIZING_MAX_SCENARIOS);
    for (const struct bk_json *s = scenarios->child; s; s = s->next) {
        struct bk_str pointer = member_pointer(w->arena, BK_S("/scenarios"), s->key);
        if (s->type != BK_JSON_OBJECT)
            return bk_fail(err, BK_EINPUT,
                           "line %zu: %.*s: an object is expected, not %s", s->line,
                           BK_F(pointer), type_names[s->type]);
        for (const struct bk_json *m = s->child; m; m = m->next) {
            struct spot at = {
                .node = m,
                .place.scenario = s->key,
                .pointer = member_pointer(w->arena, pointer, m->key),
            };
            if (!read_part(w, &at, err))
                return false;
        }
    }
    return true;
}

/* --- the file --- */

static bool any_result(const struct bk_json *scenarios, const char *key)
{
    for (const struct bk_json *s = scenarios->child; s; s = s->next)
        if (is_object(s) && bk_json_get(bk_json_get(s, "results"), key))
            return true;
    return false;
}

static struct bk_str generation(const struct bk_json *root)
{
    const struct bk_json *scenarios = bk_json_get(root, "scenarios");
    const struct bk_json *profile = bk_json_get(root, "storage_profile");
    if (!profile && is_object(bk_json_get(bk_json_get(root, "inputs"), "model")))
        return any_result(scenarios, "fixed_model_gib") ? BK_S("v2b") : BK_S("v2");
    if (bk_json_get(root, "platform_storage"))
        return BK_S("v3d");
    if (bk_json_get(root, "capacity_policy"))
        return BK_S("v3c");
    if (is_object(profile) && (bk_json_get(profile, "throughput_read_mbps") ||
                               bk_json_get(profile, "throughput_write_mbps")))
        return BK_S("v3b");
    return BK_S("v3");
}

static bool read_other(struct bk_sizing_work *w, const struct bk_json *m,
                       struct bk_err *err)
{
    static const struct {
        const char *key, *section;
    } named[] = {
        {"storage_profile", "storage"},
        {"capacity_policy", "policy"},
        {"platform_storage", "platform"},
    };
    struct spot at = {
        .node = m,
        .place.section = m->key,
        .pointer = member_pointer(w->arena, (struct bk_str){NULL, 0}, m->key),
    };
    if (bk_is(m->key, "warnings") || bk_is(m->key, "alerts")) {
        read_alerts(w, &at);
        return true;
    }
    bool known = false;
    for (size_t i = 0; i < sizeof named / sizeof *named; i++)
        if (bk_is(m->key, named[i].key)) {
            at.place.section = bk_str(named[i].section);
            known = true;
        }
    if (m->type == BK_JSON_OBJECT)
        return add_members(w, &at, err);
    if (known && m->type != BK_JSON_NULL) {
        wrong_type(w, &at, "an object");
        return true;
    }
    return add_value(w, &at, err);
}

static const struct bk_json *needed(const struct bk_json *root, const char *key,
                                    struct bk_err *err)
{
    const struct bk_json *j = bk_json_get(root, key);
    if (is_object(j))
        return j;
    if (!j)
        bk_fail(err, BK_EINPUT, "line %zu: no \"%s\"", root->line, key);
    else
        bk_fail(err, BK_EINPUT, "line %zu: /%s: an object is expected, not %s", j->line,
                key, type_names[j->type]);
    return NULL;
}

bool bk_sizing_read_json(struct bk_sizing_work *w, const struct bk_json *root,
                         struct bk_err *err)
{
    if (root->type != BK_JSON_OBJECT)
        return bk_fail(err, BK_EINPUT, "line 1: an object is expected, not %s",
                       type_names[root->type]);
    const struct bk_json *inputs = needed(root, "inputs", err);
    const struct bk_json *scenarios = inputs ? needed(root, "scenarios", err) : NULL;
    if (!scenarios)
        return false;
    w->sizing->generation = generation(root);
    if (!read_inputs(w, inputs, err))
        return false;
    for (const struct bk_json *m = root->child; m; m = m->next) {
        bool elsewhere = bk_is(m->key, "inputs") || bk_is(m->key, "scenarios");
        if (bk_is(m->key, "parameter_dictionary") && is_object(m))
            read_dictionary(w, m);
        else if (!elsewhere && !read_other(w, m, err))
            return false;
    }
    return read_scenarios(w, scenarios, err);
}
