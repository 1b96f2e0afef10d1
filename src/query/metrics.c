/* metrics: the dictionary: names, units, directions, and the user's own aliases. */
#include "question.h"

#include "../record/dict.h"

struct metrics_args {
    const char *format, *unit;
};

static const struct bk_column columns[] = {
    {"metric", "", 0},
    {"unit", "", 0},
    {"direction", "", 0},
    {"floor", "ratio", BK_COL_PERCENT},
    {"canonical", "", BK_COL_MACHINE},
    {"runs", "", 0},
    {"definition", "", 0},
    {"source", "", BK_COL_MACHINE},
};
enum {
    N_COLUMNS = sizeof columns / sizeof *columns
};

static const struct bk_column alias_columns[] = {
    {"format", "", 0},
    {"alias", "", 0},
    {"target", "", 0},
    {"unit", "", 0},
};

static const char *const directions[] = {
    [BK_NEUTRAL] = "neutral", [BK_HIGHER] = "higher", [BK_LOWER] = "lower"};

/* The floor of a share is an absolute difference: percentage points. */
static struct bk_value floor_cell(double floor, struct bk_str unit)
{
    return bk_v_real_unit(floor, bk_is(unit, "ratio") ? BK_S("pp") : BK_S("ratio"));
}

static void add_canonical(struct bk_report *r, struct bk_section *s,
                          const struct bk_metric *m, int64_t runs)
{
    struct bk_value *c = bk_section_row(r, s);
    c[0] = bk_v_str(m->name);
    c[1] = bk_v_str(m->unit);
    c[2] = bk_v_text(directions[m->direction]);
    c[3] = floor_cell(m->floor, m->unit);
    c[4] = bk_v_bool(true);
    c[5] = bk_v_int(runs);
    c[6] = bk_v_str(m->definition);
    c[7] = bk_v_str(m->source);
}

/* Metrics that only sources know, and how many runs have each of the others. */
static bool read_warehouse(struct bk_db *db, struct bk_report *r,
                           struct bk_section *others, struct bk_map *runs_of,
                           struct bk_err *err)
{
    struct bk_stmt *st = bk_stmt(db, BK_SQL_METRICS_IN_USE);
    bool more, ok;
    while ((ok = bk_step(st, &more, err)) && more) {
        struct bk_str name = bk_dup(r->arena, bk_col_text(st, 0));
        int64_t *runs = bk_alloc(r->arena, sizeof *runs);
        *runs = bk_col_int(st, 6);
        bk_map_put(r->arena, runs_of, name, runs);
        if (bk_col_int(st, 4) != 0)
            continue;
        struct bk_value *c = bk_section_row(r, others);
        c[0] = bk_v_str(name);
        c[1] = bk_v_str(bk_dup(r->arena, bk_col_text(st, 1)));
        c[2] = bk_v_str(bk_dup(r->arena, bk_col_text(st, 2)));
        c[3] = floor_cell(bk_col_real(st, 3), c[1].u.s);
        c[4] = bk_v_bool(false);
        c[5] = bk_v_int(*runs);
        c[6] = bk_v_str(bk_dup(r->arena, bk_col_text(st, 5)));
    }
    bk_reset(st);
    return ok;
}

static bool list_metrics(struct bk_db *db, struct bk_report *r, struct bk_err *err)
{
    struct bk_section *s = bk_report_section(r, "metrics", columns, N_COLUMNS);
    struct bk_section *others =
        bk_report_section(r, "from_sources", columns, N_COLUMNS);
    struct bk_map runs_of = {NULL, 0, 0};
    if (!read_warehouse(db, r, others, &runs_of, err))
        return false;
    const struct bk_dict *d = bk_dict_new(r->arena);
    size_t n;
    const struct bk_metric *metrics = bk_dict_metrics(d, &n);
    for (size_t i = 0; i < n; i++) {
        const int64_t *runs = bk_map_get(&runs_of, metrics[i].name);
        add_canonical(r, s, &metrics[i], runs != NULL ? *runs : 0);
    }
    return true;
}

/* --- aliases --- */

static bool list_aliases(struct bk_db *db, struct bk_report *r, struct bk_err *err)
{
    struct bk_section *s = bk_report_section(r, "aliases", alias_columns, 4);
    struct bk_stmt *st = bk_stmt(db, BK_SQL_ALIAS_LIST);
    bool more, ok;
    while ((ok = bk_step(st, &more, err)) && more) {
        struct bk_value *c = bk_section_row(r, s);
        for (size_t i = 0; i < 4; i++)
            c[i] = bk_v_str(bk_dup(r->arena, bk_col_text(st, i)));
    }
    bk_reset(st);
    return ok;
}

/* A target may be a metric of the user's own; more often it is a slip. */
static void note_new_metric(struct bk_report *r, const struct bk_dict *d,
                            struct bk_str target)
{
    struct bk_target t;
    size_t n;
    if (!bk_target_parse(d, target, &t) || t.kind != BK_TARGET_METRIC ||
        t.metric != NULL)
        return;
    const struct bk_metric *metrics = bk_dict_metrics(d, &n);
    const char **names = bk_alloc_array(r->arena, n, sizeof *names);
    for (size_t i = 0; i < n; i++)
        names[i] = bk_cstr(r->arena, metrics[i].name);
    const char *near = bk_nearest(bk_cstr(r->arena, t.name), names, n);
    bk_report_note(r, "new-metric", BK_WARNING,
                   "'%.*s' is no metric of the dictionary and becomes one of your "
                   "own%s%s%s",
                   BK_F(t.name), near != NULL ? "; did you mean '" : "",
                   near != NULL ? near : "", near != NULL ? "'?" : "");
}

static bool add_alias(struct bk_db *db, struct bk_report *r,
                      const struct metrics_args *o, const char *alias,
                      const char *target, struct bk_err *err)
{
    struct bk_str key = bk_dict_key(r->arena, bk_str(alias));
    struct bk_str format = bk_str(o->format != NULL ? o->format : "*");
    /* the dictionary says whether the target is one */
    struct bk_dict *d = bk_dict_new(r->arena);
    if (!bk_dict_add_alias(d, format, key, bk_str(target), bk_str(o->unit), err))
        return false;
    struct bk_stmt *st = bk_stmt(db, BK_SQL_ALIAS_PUT);
    bk_bind_text(st, ":format", format);
    bk_bind_text(st, ":alias", key);
    bk_bind_text(st, ":target", bk_str(target));
    bk_bind_text(st, ":unit", bk_str(o->unit));
    note_new_metric(r, d, bk_str(target));
    return bk_run_stmt(st, err) && list_aliases(db, r, err);
}

static bool remove_alias(struct bk_db *db, struct bk_report *r,
                         const struct metrics_args *o, const char *alias,
                         struct bk_err *err)
{
    struct bk_stmt *st = bk_stmt(db, BK_SQL_ALIAS_DELETE);
    bk_bind_text(st, ":format", bk_str(o->format != NULL ? o->format : "*"));
    bk_bind_text(st, ":alias", bk_dict_key(r->arena, bk_str(alias)));
    bool found;
    bool ok = bk_step(st, &found, err);
    bk_reset(st);
    if (ok && !found)
        return bk_fail(
            err, BK_EUSAGE,
            "you have no alias '%s' %s%s (see 'benchkeep metrics alias list')", alias,
            o->format != NULL ? "for " : "for every format",
            o->format != NULL ? o->format : "");
    return ok && list_aliases(db, r, err);
}

static bool writes(const struct bk_strings *positional)
{
    return positional->n > 1 && !bk_is(bk_str(positional->items[1]), "list");
}

static bool ask(struct bk_db *db, const void *args, const struct bk_strings *positional,
                const struct bk_strings *where, struct bk_report *r, struct bk_err *err)
{
    const struct metrics_args *o = args;
    const char *const *word = positional->items;
    (void)where;
    if (positional->n == 0)
        return list_metrics(db, r, err);
    if (bk_is(bk_str(word[0]), "alias")) {
        if (positional->n == 1 ||
            (positional->n == 2 && bk_is(bk_str(word[1]), "list")))
            return list_aliases(db, r, err);
        if (positional->n == 4 && bk_is(bk_str(word[1]), "add"))
            return add_alias(db, r, o, word[2], word[3], err);
        if (positional->n == 3 && bk_is(bk_str(word[1]), "remove"))
            return remove_alias(db, r, o, word[2], err);
    }
    return bk_fail(err, BK_EUSAGE,
                   "write 'metrics', 'metrics alias list', 'metrics alias add ALIAS "
                   "TARGET' or 'metrics alias remove ALIAS'");
}

static const struct bk_opt options[] = {
    {0, "for", BK_OPT_TEXT, offsetof(struct metrics_args, format), "FORMAT",
     "the alias holds for this format only (default: for every format)", NULL},
    {0, "unit", BK_OPT_TEXT, offsetof(struct metrics_args, unit), "UNIT",
     "that numbers under the alias are written in", NULL},
    {.type = BK_OPT_END},
};

const struct bk_question bk_question_metrics = {
    .name = "metrics",
    .args = "[alias list|add ALIAS TARGET|remove ALIAS]",
    .summary = "print the metric dictionary, or manage aliases of your own",
    .help =
        "Without arguments: every metric with its base unit, which way is better, and "
        "the\nsmallest effect that matters.  An alias says what a column or field of "
        "your files\nmeans: TARGET is METRIC[.STAT], config.NAME, hardware, model, "
        "session, engine,\nworkload, or '-' to leave the column out.\n\n"
        "Examples:\n"
        "  benchkeep metrics\n"
        "  benchkeep metrics alias add 'resp time' request_latency.mean --unit ms\n"
        "  benchkeep metrics alias add gpus config.gpu_count --for sweep\n"
        "  benchkeep metrics alias remove 'resp time'\n",
    .options = options,
    .args_size = sizeof(struct metrics_args),
    .max_positional = 4,
    .writes = writes,
    .ask = ask,
};
