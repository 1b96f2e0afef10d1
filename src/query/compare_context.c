/* compare: what is the same on all sides, and what differs. */
#include "compare_internal.h"

unsigned bk_compare_group_flags(const struct bk_side_by_side *c)
{
    return c->n_complete <= 1 ? BK_COL_MACHINE : 0;
}

/* The values of a name over the runs of a side: one, or several joined by " | ". */
static struct bk_str side_value(struct bk_arena *a, const struct bk_match *m, size_t s,
                                struct bk_str name)
{
    struct bk_str joined = {"", 0};
    struct bk_map seen = {NULL, 0, 0};
    for (size_t i = 0; i < m->sides[s].n; i++) {
        struct bk_str value = bk_row_value(m->sides[s].runs[i], name);
        if (bk_map_get(&seen, value) != NULL)
            continue;
        bk_map_put(a, &seen, value, m->sides);
        joined = bk_fmt(a, "%.*s%s%.*s", BK_F(joined), joined.len > 0 ? " | " : "",
                        BK_F(value));
    }
    return joined;
}

void bk_compare_context_columns(struct bk_side_by_side *c)
{
    struct bk_arena *a = c->r->arena;
    unsigned flags = bk_compare_group_flags(c);
    struct bk_column *matched = bk_alloc_array(a, 3, sizeof *matched);
    matched[0] = (struct bk_column){"group", "", flags};
    matched[1] = (struct bk_column){"name", "", 0};
    matched[2] = (struct bk_column){"value", "", 0};
    struct bk_column *differing = bk_alloc_array(a, 2 + c->n_sides, sizeof *differing);
    differing[0] = matched[0];
    differing[1] = matched[1];
    for (size_t s = 0; s < c->n_sides; s++)
        differing[2 + s] = (struct bk_column){bk_cstr(a, c->sides[s].label), "", 0};
    c->matched = bk_report_section(c->r, "matched", matched, 3);
    c->differing = bk_report_section(c->r, "differing", differing, 2 + c->n_sides);
}

/* What is to be said of a name in one match. */
struct context {
    struct bk_str name;
    struct bk_str *values; /* of each side */
    bool equal;
    bool common; /* of the first match: so in every other */
};

struct contexts {
    struct context *items;
    size_t n;
};

static void read_context(const struct bk_side_by_side *c, const struct bk_match *m,
                         struct bk_str name, struct contexts *all)
{
    struct bk_arena *a = c->r->arena;
    struct context line = {
        .name = name,
        .values = bk_alloc_array(a, c->n_sides, sizeof *line.values),
        .equal = true,
    };
    bool known = false;
    for (size_t s = 0; s < c->n_sides; s++) {
        line.values[s] = side_value(a, m, s, name);
        line.equal = line.equal && bk_eq(line.values[s], line.values[0]);
        known = known || line.values[s].len > 0;
    }
    if (known)
        *BK_PUSH(a, all->items, all->n) = line;
}

static const struct context *find_context(const struct contexts *all,
                                          struct bk_str name)
{
    for (size_t i = 0; i < all->n; i++)
        if (bk_eq(all->items[i].name, name))
            return &all->items[i];
    return NULL;
}

/* Is the same to be said of the name in every match? */
static bool is_common(const struct bk_side_by_side *c, const struct contexts *of,
                      const struct context *line)
{
    for (size_t i = 0; i < c->n_complete; i++) {
        const struct context *other = find_context(&of[i], line->name);
        if (other == NULL)
            return false;
        for (size_t s = 0; s < c->n_sides; s++)
            if (!bk_eq(other->values[s], line->values[s]))
                return false;
    }
    return true;
}

static void add_context(struct bk_side_by_side *c, struct bk_str group,
                        const struct context *line)
{
    struct bk_value *cells =
        bk_section_row(c->r, line->equal ? c->matched : c->differing);
    cells[0] = bk_v_str(group);
    cells[1] = bk_v_str(line->name);
    if (line->equal)
        cells[2] = bk_v_str(line->values[0]);
    for (size_t s = 0; !line->equal && s < c->n_sides; s++)
        cells[2 + s] = bk_v_str(line->values[s]);
}

/* What the label of a group says already. */
static bool is_in_label(struct bk_arena *a, const struct bk_match *m,
                        const struct context *line)
{
    struct bk_str value = line->values[0];
    struct bk_str pair = bk_fmt(a, "%.*s=%.*s", BK_F(line->name), BK_F(value));
    return line->equal && (bk_has(m->label, pair) ||
                           (bk_is(line->name, "hardware") && bk_has(m->label, value)) ||
                           (bk_is(line->name, "model") && bk_has(m->label, value)) ||
                           (bk_is(line->name, "workload") && bk_has(m->label, value)));
}

/* Names of all config parameters of a match, in the order of the first run that has each. */
static struct bk_str *all_params(struct bk_arena *a, const struct bk_side_by_side *c,
                                 const struct bk_match *m, size_t *n)
{
    struct bk_str *names = NULL;
    struct bk_map seen = {NULL, 0, 0};
    *n = 0;
    for (size_t s = 0; s < c->n_sides; s++)
        for (size_t i = 0; i < m->sides[s].n; i++) {
            const struct bk_run_row *run = m->sides[s].runs[i];
            for (size_t k = 0; k < run->n_config; k++)
                if (bk_map_get(&seen, run->config[k].name) == NULL) {
                    bk_map_put(a, &seen, run->config[k].name, m->sides);
                    *BK_PUSH(a, names, *n) = run->config[k].name;
                }
        }
    return names;
}

static void read_contexts(const struct bk_side_by_side *c, const struct bk_match *m,
                          struct contexts *all)
{
    size_t n;
    struct bk_str *params = all_params(c->r->arena, c, m, &n);
    for (size_t d = BK_DIM_HARDWARE; d < BK_N_DIMS; d++)
        read_context(c, m, bk_str(bk_dim_names[d]), all);
    for (size_t i = 0; i < n; i++)
        read_context(c, m, params[i], all);
    read_context(c, m, BK_S("status"), all);
}

/* "hardware, workers, pool_size": what differs, but for how the runs ended. */
static struct bk_str differing_names(struct bk_arena *a, const struct contexts *all,
                                     size_t *n)
{
    struct bk_str names = {"", 0};
    *n = 0;
    for (size_t i = 0; i < all->n; i++) {
        if (all->items[i].equal || bk_is(all->items[i].name, "status"))
            continue;
        names = bk_fmt(a, "%.*s%s%.*s", BK_F(names), names.len > 0 ? ", " : "",
                       BK_F(all->items[i].name));
        (*n)++;
    }
    return names;
}

static void note_causes(struct bk_side_by_side *c, struct bk_str where,
                        struct bk_str names, size_t n)
{
    const char *colon = where.len > 0 ? ": " : "";
    if (n > 1)
        bk_report_note(c->r, "confounded", BK_WARNING,
                       "%.*s%s%.*s differ together: no difference can be attributed "
                       "to one of them",
                       BK_F(where), colon, BK_F(names));
    else if (n == 1 && bk_is(names, "hardware"))
        bk_report_note(c->r, "hardware-comparison", BK_INFO,
                       "%.*s%sonly the hardware differs", BK_F(where), colon);
}

void bk_compare_contexts(struct bk_side_by_side *c)
{
    struct bk_arena *a = c->r->arena;
    struct contexts *of = bk_alloc_array(a, c->n_complete + 1, sizeof *of);
    struct bk_str names = {"", 0};
    size_t n = 0;
    bool same_names = true;
    for (size_t i = 0; i < c->n_complete; i++) {
        read_contexts(c, &c->matches.items[i], &of[i]);
        struct bk_str own = differing_names(a, &of[i], &n);
        same_names = same_names && (i == 0 || bk_eq(own, names));
        names = own;
    }
    for (size_t i = 0; c->n_complete > 1 && i < of[0].n; i++) {
        struct context *line = &of[0].items[i];
        line->common = is_common(c, of, line);
        if (line->common)
            add_context(c, BK_S("(all)"), line);
    }
    for (size_t i = 0; i < c->n_complete; i++) {
        const struct bk_match *m = &c->matches.items[i];
        for (size_t k = 0; k < of[i].n; k++) {
            const struct context *line = &of[i].items[k];
            const struct context *first = find_context(&of[0], line->name);
            if (c->n_complete == 1 ||
                (!(first != NULL && first->common) && !is_in_label(a, m, line)))
                add_context(c, m->label, line);
        }
        if (!same_names) {
            names = differing_names(a, &of[i], &n);
            note_causes(c, m->label, names, n);
        }
    }
    if (same_names)
        note_causes(c, (struct bk_str){NULL, 0}, names, n);
}
