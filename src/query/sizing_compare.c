/* sizing compare: what differs between sheets, or between the scenarios of one. */
#include "sizing.h"

#include <math.h>

#define MOST_SIDES ((size_t)8)

/* One column: a scenario of a sheet. */
struct side {
    struct bk_str label;
    const struct bk_sheet *sheet;
    struct bk_str scenario;
    struct bk_map values; /* by key_of: the first of each, inputs and this scenario's */
};

struct comparing {
    struct bk_report *r;
    struct side sides[MOST_SIDES];
    size_t n;
    struct bk_column *columns;
    size_t n_columns;
    size_t equal; /* values that all sides have alike */
};

enum {
    SECTION,
    NAME,
    UNIT,
    FIRST_SIDE
};

static const struct bk_str inputs = {NULL, 0};

/* --- the columns --- */

static void make_columns(struct comparing *x)
{
    struct bk_arena *a = x->r->arena;
    x->n_columns = FIRST_SIDE + x->n + 1;
    x->columns = bk_alloc_array(a, x->n_columns, sizeof *x->columns);
    x->columns[SECTION] = (struct bk_column){"section", "", BK_COL_MACHINE};
    x->columns[NAME] = (struct bk_column){"name", "", 0};
    x->columns[UNIT] = (struct bk_column){"unit", "", BK_COL_MACHINE};
    for (size_t i = 0; i < x->n; i++)
        x->columns[FIRST_SIDE + i] =
            (struct bk_column){bk_cstr(a, x->sides[i].label), "*", 0};
    x->columns[FIRST_SIDE + x->n] = (struct bk_column){"ratio", "1", BK_COL_RATIO};
}

/* --- a value of all sides --- */

/* What a value is of: an input or not, its section and name, a text or a number. */
static struct bk_str key_of(struct bk_arena *a, const struct bk_sizing_value *v)
{
    const struct bk_str parts[] = {v->scenario.len > 0 ? BK_S("s") : inputs, v->section,
                                   v->name, v->is_text ? BK_S("t") : inputs};
    return bk_join(a, parts, 4, '\x1f');
}

static void index_side(struct bk_arena *a, struct side *s)
{
    const struct bk_sizing *z = &s->sheet->sizing;
    for (size_t i = 0; i < z->n_values; i++) {
        struct bk_sizing_value *v = &z->values[i];
        struct bk_str key = key_of(a, v);
        if ((v->scenario.len == 0 || bk_eq(v->scenario, s->scenario)) &&
            bk_map_get(&s->values, key) == NULL)
            bk_map_put(a, &s->values, key, v);
    }
}

/* Of several claims of one name the one that the rules use. */
static const struct bk_sizing_value *value_of(struct bk_arena *a, const struct side *s,
                                              const struct bk_sizing_value *like)
{
    bool input = like->scenario.len == 0;
    if (!input && !like->is_text && !bk_is(like->section, "config")) {
        const struct bk_sizing_value *v =
            bk_sizing_result(s->sheet->index, s->scenario, like->name);
        if (v != NULL)
            return v;
    }
    return bk_map_get(&s->values, key_of(a, like));
}

static bool alike(const struct bk_sizing_value *v, const struct bk_sizing_value *w)
{
    if (v == NULL || w == NULL)
        return v == w;
    if (v->is_text != w->is_text)
        return false;
    return v->is_text ? bk_eq(v->text, w->text)
                      : v->low <= w->high && w->low <= v->high;
}

static struct bk_value cell_of(const struct bk_sizing_value *v)
{
    if (v == NULL)
        return bk_v_null();
    return v->is_text ? bk_v_str(v->text) : bk_v_known_unit(v->value, v->unit);
}

static void add_row(struct comparing *x, struct bk_section *s,
                    const struct bk_sizing_value *like)
{
    const struct bk_sizing_value *found[MOST_SIDES];
    bool same = true;
    for (size_t i = 0; i < x->n; i++) {
        found[i] = value_of(x->r->arena, &x->sides[i], like);
        same = same && alike(found[0], found[i]);
    }
    if (same) {
        x->equal++;
        return;
    }
    struct bk_value *c = bk_section_row(x->r, s);
    c[SECTION] = bk_v_str(like->section);
    c[NAME] = bk_v_str(like->name);
    c[UNIT] = bk_v_str(like->unit);
    for (size_t i = 0; i < x->n; i++)
        c[FIRST_SIDE + i] = cell_of(found[i]);
    const struct bk_sizing_value *last = found[x->n - 1];
    if (found[0] != NULL && last != NULL && !last->is_text && found[0]->value != 0)
        c[FIRST_SIDE + x->n] =
            bk_v_known_unit(last->value / found[0]->value, BK_S("1"));
}

/* --- which values there are --- */

static bool is_label(const struct bk_sizing_value *v)
{
    return v->is_text && bk_is(v->name, "name");
}

static bool belongs(const struct bk_sizing_value *v, bool results,
                    struct bk_str scenario)
{
    if (bk_starts(v->section, BK_S("rationale.")) || is_label(v))
        return false;
    if (!results)
        return v->scenario.len == 0 ||
               (bk_is(v->section, "config") && bk_eq(v->scenario, scenario));
    return v->scenario.len > 0 && !bk_is(v->section, "config") &&
           bk_eq(v->scenario, scenario);
}

/* Every name once, in the order of the first side that has it. */
static void add_values(struct comparing *x, struct bk_section *s, bool results)
{
    struct bk_map seen = {0};
    for (size_t k = 0; k < x->n; k++) {
        const struct side *side = &x->sides[k];
        const struct bk_sizing *z = &side->sheet->sizing;
        for (size_t i = 0; i < z->n_values; i++) {
            const struct bk_sizing_value *v = &z->values[i];
            if (!belongs(v, results, side->scenario))
                continue;
            struct bk_str key = key_of(x->r->arena, v);
            if (bk_map_get(&seen, key) != NULL)
                continue;
            bk_map_put(x->r->arena, &seen, key, x);
            add_row(x, s, v);
        }
    }
}

static void compare(struct comparing *x)
{
    make_columns(x);
    for (size_t i = 0; i < x->n; i++)
        index_side(x->r->arena, &x->sides[i]);
    x->equal = 0;
    add_values(x, bk_report_section(x->r, "inputs", x->columns, x->n_columns), false);
    if (x->equal > 0)
        bk_report_note(x->r, "equal", BK_INFO, "%zu inputs are the same on all sides",
                       x->equal);
    x->equal = 0;
    add_values(x, bk_report_section(x->r, "results", x->columns, x->n_columns), true);
    if (x->equal > 0)
        bk_report_note(x->r, "equal", BK_INFO,
                       "%zu results are the same within their digits", x->equal);
}

/* --- the sides --- */

static struct bk_str label_of(const struct comparing *x, const struct bk_sheet_ref *ref,
                              struct bk_str scenario, bool alone)
{
    struct bk_str name = ref->sheet->name;
    return alone ? scenario
                 : bk_fmt(x->r->arena, "%.*s:%.*s", BK_F(name), BK_F(scenario));
}

static bool scenarios_of_one(struct comparing *x, const struct bk_sheet_ref *ref,
                             struct bk_err *err)
{
    size_t n;
    const struct bk_str *names = bk_sheet_scenarios(ref, &n);
    if (n < 2)
        return bk_fail(err, BK_EUSAGE,
                       "'%.*s' is one scenario: name another to compare it with",
                       BK_F(ref->sheet->name));
    for (size_t i = 0; i < n && i < MOST_SIDES; i++)
        x->sides[x->n++] = (struct side){.label = label_of(x, ref, names[i], true),
                                         .sheet = ref->sheet,
                                         .scenario = names[i]};
    return true;
}

bool bk_sizing_ask_compare(struct bk_db *db, const char *const *refs, size_t n,
                           struct bk_report *r, struct bk_err *err)
{
    struct comparing x = {.r = r};
    struct bk_sheet_ref ref;
    if (n > MOST_SIDES)
        return bk_fail(err, BK_EUSAGE, "at most %zu sides are compared", MOST_SIDES);
    for (size_t i = 0; i < n; i++) {
        if (!bk_sheet_find(db, r->arena, refs[i], &ref, err))
            return false;
        struct bk_str scenario = bk_sheet_usual(&ref);
        x.sides[x.n++] = (struct side){.label = label_of(&x, &ref, scenario, false),
                                       .sheet = ref.sheet,
                                       .scenario = scenario};
        for (size_t k = 0; k + 1 < x.n; k++)
            if (bk_eq(x.sides[k].label, x.sides[i].label))
                return bk_fail(err, BK_EUSAGE, "'%s' is given twice", refs[i]);
    }
    if (n < 2) {
        x.n = 0;
        if (n == 0 && !bk_sheet_find(db, r->arena, NULL, &ref, err))
            return false;
        if (!scenarios_of_one(&x, &ref, err))
            return false;
    }
    compare(&x);
    return true;
}
