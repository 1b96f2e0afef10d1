/* Which runs may be compared: see match.h. */
#include "match.h"
#include "baselines.h"

#include <string.h>

/* --- sides --- */

static bool is_condition(struct bk_str name)
{
    for (size_t i = 0; i < name.len; i++)
        if (name.ptr[i] == '=' || name.ptr[i] == '<' || name.ptr[i] == '>' ||
            name.ptr[i] == '~')
            return true;
    return false;
}

/* "hardware=h100" is called h100; longer conditions are called what they are. */
static struct bk_str condition_label(struct bk_str name)
{
    struct bk_str left;
    struct bk_str value = bk_cut(name, '=', &left);
    for (size_t d = 0; d < BK_N_DIMS; d++)
        if (bk_is(left, bk_dim_names[d]) && bk_find_char(name, ',') == BK_NONE)
            return value;
    return name;
}

/* 'text' has conditions; NULL: the side is the session of its name, whatever signs that
 * has. */
static bool load_side(struct bk_db *db, struct bk_arena *a, const char *text,
                      const struct bk_strings *where, struct bk_side *side,
                      struct bk_err *err)
{
    struct bk_strings both = {NULL, 0};
    for (size_t i = 0; i < where->n; i++)
        *BK_PUSH(a, both.items, both.n) = where->items[i];
    if (text != NULL)
        *BK_PUSH(a, both.items, both.n) = text;
    struct bk_filter filter;
    if (!bk_filter_parse(a, db, &both, &filter, err) ||
        !bk_filter_add(a, db, &filter, "session", text == NULL ? side->typed : NULL,
                       err) ||
        !bk_runs_load_told_once(db, a, &filter, &side->runs, &side->n_retold, err))
        return false;
    for (size_t d = 0; d < BK_N_DIMS; d++)
        side->fixes[d] = bk_filter_names(&filter, bk_dim_names[d]);
    return true;
}

static bool no_such_side(struct bk_db *db, struct bk_arena *a, const char *name,
                         struct bk_err *err)
{
    struct bk_filter any = {NULL, 0};
    struct bk_run_list all;
    if (!bk_runs_load(db, a, &any, &all, err))
        return false;
    const char **names = bk_alloc_array(a, 2 * all.n + 1, sizeof *names);
    size_t n = 0;
    for (size_t i = 0; i < all.n; i++) {
        names[n++] = bk_cstr(a, all.rows[i].dim[BK_DIM_SESSION]);
        names[n++] = bk_cstr(a, all.rows[i].name);
    }
    const char *near = bk_nearest(name, names, n);
    return bk_fail(
        err, BK_EUSAGE,
        "no session or run is called '%s'%s%s%s (see 'benchkeep sessions' and "
        "'benchkeep runs')",
        name, near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
}

/* A baseline is its session, or the part of it that the baseline holds for. */
static bool load_baseline(struct bk_db *db, struct bk_arena *a,
                          const struct bk_baseline *b, const struct bk_strings *where,
                          struct bk_side *side, struct bk_err *err)
{
    if (b->rolling > 0)
        return bk_fail(err, BK_EUSAGE,
                       "the baseline '%s' is no single session: it cannot be a side",
                       side->typed);
    const char *condition =
        bk_fmt(a, "session=%.*s,%.*s", BK_F(b->session), BK_F(b->filter)).ptr;
    if (!load_side(db, a, condition, where, side, err))
        return false;
    return side->runs.n > 0 ||
           bk_fail(err, BK_EUSAGE, "no run of the baseline '%s' (%.*s) is here%s",
                   side->typed, BK_F(bk_baseline_about(a, b)),
                   where->n > 0 ? ", or is left by --where" : "");
}

static bool read_side(struct bk_db *db, struct bk_arena *a, const char *name,
                      const struct bk_strings *where, struct bk_side *side,
                      struct bk_err *err)
{
    side->typed = name;
    side->label = bk_str(name);
    if (is_condition(side->label)) {
        if (!load_side(db, a, name, where, side, err))
            return false;
        side->label = condition_label(side->label);
        return side->runs.n > 0 || bk_fail(err, BK_EUSAGE, "no run has '%s'", name);
    }
    struct bk_run_row *row = bk_alloc(a, sizeof *row);
    bool found;
    if (!bk_run_by_ref(db, a, side->label, row, &found, err))
        return false;
    if (found) {
        side->runs = (struct bk_run_list){row, 1};
        for (size_t d = 0; d < BK_N_DIMS; d++)
            side->fixes[d] = true;
        return true;
    }
    side->is_session = true;
    if (!load_side(db, a, NULL, where, side, err))
        return false;
    if (side->runs.n > 0)
        return true;
    const struct bk_baseline *b;
    if (!bk_baseline_named(db, a, name, &b, err))
        return false;
    if (b != NULL)
        return load_baseline(db, a, b, where, side, err);
    if (where->n > 0) {
        const struct bk_strings none = {NULL, 0};
        struct bk_side all = {.typed = name, .is_session = true};
        if (!load_side(db, a, NULL, &none, &all, err))
            return false;
        if (all.runs.n > 0)
            return bk_fail(err, BK_EUSAGE, "no run of session '%s' is left by --where",
                           name);
    }
    return no_such_side(db, a, name, err);
}

static bool is_taken(struct bk_str label, const struct bk_side *sides, size_t n,
                     const char *const *reserved)
{
    for (; *reserved != NULL; reserved++)
        if (bk_is(label, *reserved))
            return true;
    for (size_t i = 0; i < n; i++)
        if (bk_eq(label, sides[i].label))
            return true;
    return false;
}

/* Sides head columns: a label that is taken becomes longer. */
static bool label_side(struct bk_arena *a, const char *name, struct bk_side *sides,
                       size_t n, const char *const *reserved, struct bk_err *err)
{
    struct bk_side *side = &sides[n];
    const char *kind = side->is_session ? "session" : "run";
    for (size_t i = 0; i < n; i++)
        if (strcmp(sides[i].typed, name) == 0)
            return bk_fail(err, BK_EUSAGE, "'%s' is given twice", name);
    if (is_taken(side->label, sides, n, reserved))
        side->label =
            is_condition(bk_str(name)) ? bk_str(name) : bk_fmt(a, "%s=%s", kind, name);
    return !is_taken(side->label, sides, n, reserved) ||
           bk_fail(err, BK_EUSAGE, "'%s' is given twice", name);
}

bool bk_sides_read(struct bk_db *db, struct bk_arena *a, const struct bk_strings *names,
                   const struct bk_strings *where, const char *const *reserved,
                   struct bk_side **sides, struct bk_err *err)
{
    *sides = bk_alloc_array(a, names->n, sizeof **sides);
    for (size_t i = 0; i < names->n; i++)
        if (!read_side(db, a, names->items[i], where, &(*sides)[i], err) ||
            !label_side(a, names->items[i], *sides, i, reserved, err))
            return false;
    return true;
}

/* --- groups --- */

static const enum bk_dim key_dims[] = {BK_DIM_HARDWARE, BK_DIM_MODEL, BK_DIM_ENGINE,
                                       BK_DIM_WORKLOAD};
enum {
    N_KEY_DIMS = sizeof key_dims / sizeof *key_dims
};

static struct bk_match *find_match(struct bk_arena *a, struct bk_matches *m,
                                   struct bk_map *known, struct bk_str key)
{
    size_t *index = bk_map_get(known, key);
    if (index == NULL) {
        index = bk_alloc(a, sizeof *index);
        *index = m->n;
        bk_map_put(a, known, key, index);
        struct bk_match *match = BK_PUSH(a, m->items, m->n);
        match->label = key;
        match->sides = bk_alloc_array(a, m->n_sides, sizeof *match->sides);
    }
    return &m->items[*index];
}

/* "h100 Qwen3-4B stress": the dimensions that must be equal. */
static struct bk_str group_key(struct bk_arena *a, const struct bk_run_row *run,
                               const bool in_key[BK_N_DIMS])
{
    struct bk_str key = {"", 0};
    for (size_t i = 0; i < N_KEY_DIMS; i++) {
        struct bk_str part = run->dim[key_dims[i]];
        if (in_key[key_dims[i]] && part.len > 0)
            key =
                bk_fmt(a, "%.*s%s%.*s", BK_F(key), key.len > 0 ? " " : "", BK_F(part));
    }
    return key;
}

static bool varies_within(const struct bk_side *side, size_t d)
{
    for (size_t i = 1; i < side->runs.n; i++)
        if (!bk_eq(side->runs.rows[i].dim[d], side->runs.rows[0].dim[d]))
            return true;
    return false;
}

static bool differs(const struct bk_side *sides, size_t n, size_t d)
{
    const struct bk_run_row *first = NULL;
    for (size_t s = 0; s < n; s++) {
        if (sides[s].runs.n == 0)
            continue;
        first = first != NULL ? first : &sides[s].runs.rows[0];
        if (varies_within(&sides[s], d) ||
            !bk_eq(sides[s].runs.rows[0].dim[d], first->dim[d]))
            return true;
    }
    return false;
}

/* Which dimensions must be equal and are not equal everywhere anyway: those make groups
 * and name them.  What varies within a side always does, for otherwise unlike runs
 * would be averaged.  Engines are compared freely across sides. */
static void choose_key(const struct bk_side *sides, size_t n, bool in_key[BK_N_DIMS])
{
    bool single = true;
    for (size_t s = 0; s < n; s++)
        single = single && sides[s].runs.n == 1;
    for (size_t d = 0; d < BK_N_DIMS; d++) {
        bool within = false, fixed = single || d == BK_DIM_ENGINE;
        for (size_t s = 0; s < n; s++) {
            within = within || varies_within(&sides[s], d);
            fixed = fixed || sides[s].fixes[d];
        }
        in_key[d] = within || (!fixed && differs(sides, n, d));
    }
}

static void add_run(struct bk_arena *a, struct bk_match *match, size_t side,
                    const struct bk_run_row *run)
{
    *BK_PUSH(a, match->sides[side].runs, match->sides[side].n) = run;
}

static bool varies(const struct bk_match *group, size_t n_sides, struct bk_str param)
{
    for (size_t s = 0; s < n_sides; s++)
        for (size_t i = 1; i < group->sides[s].n; i++)
            if (!bk_eq(bk_row_param(group->sides[s].runs[i], param),
                       bk_row_param(group->sides[s].runs[0], param)))
                return true;
    return false;
}

/* The parameters that differ between the runs of one side of a group. */
static struct bk_str *axes_of(struct bk_arena *a, const struct bk_match *group,
                              size_t n_sides, size_t *n)
{
    struct bk_str *axes = NULL;
    struct bk_map seen = {NULL, 0, 0};
    *n = 0;
    for (size_t s = 0; s < n_sides; s++)
        for (size_t i = 0; i < group->sides[s].n; i++) {
            const struct bk_run_row *run = group->sides[s].runs[i];
            for (size_t k = 0; k < run->n_config; k++) {
                struct bk_str name = run->config[k].name;
                if (bk_map_get(&seen, name) != NULL)
                    continue;
                bk_map_put(a, &seen, name, group->sides);
                if (varies(group, n_sides, name))
                    *BK_PUSH(a, axes, *n) = name;
            }
        }
    return axes;
}

/* Splits a group by the values of the parameters that vary within a side. */
static void split_group(struct bk_arena *a, const struct bk_match *group,
                        struct bk_matches *out, struct bk_map *known)
{
    size_t n;
    struct bk_str *axes = axes_of(a, group, out->n_sides, &n);
    for (size_t s = 0; s < out->n_sides; s++)
        for (size_t i = 0; i < group->sides[s].n; i++) {
            const struct bk_run_row *run = group->sides[s].runs[i];
            struct bk_str key = group->label;
            for (size_t k = 0; k < n; k++) {
                struct bk_str value = bk_row_param(run, axes[k]);
                if (value.len > 0)
                    key = bk_fmt(a, "%.*s%s%.*s=%.*s", BK_F(key),
                                 key.len > 0 ? " " : "", BK_F(axes[k]), BK_F(value));
            }
            add_run(a, find_match(a, out, known, key), s, run);
        }
}

/* Complete matches first, each kind in its order. */
static void order_matches(struct bk_arena *a, struct bk_matches *m)
{
    struct bk_match *sorted = bk_alloc_array(a, m->n + 1, sizeof *sorted);
    size_t n = 0;
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < m->n; i++) {
            bool complete = true;
            for (size_t s = 0; s < m->n_sides; s++)
                complete = complete && m->items[i].sides[s].n > 0;
            m->items[i].complete = complete;
            if (complete == (pass == 0))
                sorted[n++] = m->items[i];
        }
    m->items = sorted;
}

void bk_match_runs(struct bk_arena *a, const struct bk_side *sides, size_t n,
                   struct bk_matches *matches)
{
    bool in_key[BK_N_DIMS];
    choose_key(sides, n, in_key);
    struct bk_matches groups = {NULL, 0, n};
    struct bk_map known = {NULL, 0, 0};
    for (size_t s = 0; s < n; s++)
        for (size_t i = 0; i < sides[s].runs.n; i++) {
            const struct bk_run_row *run = &sides[s].runs.rows[i];
            struct bk_str key = group_key(a, run, in_key);
            add_run(a, find_match(a, &groups, &known, key), s, run);
        }
    *matches = (struct bk_matches){NULL, 0, n};
    known = (struct bk_map){NULL, 0, 0};
    for (size_t g = 0; g < groups.n; g++)
        split_group(a, &groups.items[g], matches, &known);
    order_matches(a, matches);
}
