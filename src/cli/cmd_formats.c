/* benchkeep formats: what can be imported, and of one format or all of them how it is
 * told, what is easily misread and what its names become. */
#include "command.h"

#include <stddef.h>

#include "../../importers/importer.h"

struct args {
    bool all, shared;
};

/* Of a report's pages. */
struct pages {
    struct bk_report *report;
    const struct bk_dict *dict;
};

/* --- the list --- */

static void add_list(struct bk_report *r)
{
    static const struct bk_column columns[] = {
        {"name", "", 0},     {"title", "", 0},   {"gives", "", 0},
        {"upstream", "", 0}, {"example", "", 0},
    };
    struct bk_section *s =
        bk_report_section(r, "formats", columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < bk_n_importers; i++) {
        const struct bk_importer *imp = bk_importers[i];
        struct bk_value *row = bk_section_row(r, s);
        row[0] = bk_v_text(imp->name);
        row[1] = bk_v_text(imp->title);
        row[2] = bk_v_text(imp->gives);
        row[3] = bk_v_text(imp->upstream);
        row[4] = bk_v_text(imp->example);
    }
}

/* --- what a format is --- */

static void add_fact(struct bk_report *r, struct bk_section *s, const char *what,
                     struct bk_str text)
{
    if (text.len == 0)
        return;
    struct bk_value *row = bk_section_row(r, s);
    row[0] = bk_v_text(what);
    row[1] = bk_v_str(text);
}

static void add_facts(struct bk_report *r, const char *section,
                      const struct bk_importer *imp)
{
    static const struct bk_column columns[] = {{"what", "", 0}, {"text", "", 0}};
    struct bk_section *s =
        bk_report_section(r, section, columns, sizeof columns / sizeof *columns);
    struct bk_str traps = bk_str(imp->traps ? imp->traps : ""), trap;
    s->title = bk_str(imp->name);
    add_fact(r, s, "title", bk_str(imp->title));
    add_fact(r, s, "written by", bk_str(imp->upstream));
    add_fact(r, s, "command", bk_str(imp->example));
    add_fact(r, s, "told by", bk_str(imp->signature ? imp->signature : ""));
    add_fact(r, s, "gives", bk_str(imp->gives));
    while (bk_next_line(&traps, &trap))
        add_fact(r, s, "mind", trap);
}

/* --- what its names become --- */

enum {
    COLUMN_ALIAS,
    COLUMN_BECOMES,
    COLUMN_WRITTEN,
    COLUMN_UNIT,
    COLUMN_KIND,
    COLUMN_NAME,
    COLUMN_STAT,
    COLUMN_SCOPE,
};

static const struct bk_column name_columns[] = {
    [COLUMN_ALIAS] = {"alias", "", 0},
    [COLUMN_BECOMES] = {"becomes", "", 0},
    [COLUMN_WRITTEN] = {"written_in", "", 0},
    [COLUMN_UNIT] = {"unit", "", 0},
    [COLUMN_KIND] = {"kind", "", BK_COL_MACHINE},
    [COLUMN_NAME] = {"name", "", BK_COL_MACHINE},
    [COLUMN_STAT] = {"stat", "", BK_COL_MACHINE},
    [COLUMN_SCOPE] = {"scope", "", BK_COL_MACHINE},
};
enum {
    N_NAME_COLUMNS = sizeof name_columns / sizeof *name_columns
};

static const char *kind_name(enum bk_target_kind kind)
{
    switch (kind) {
    case BK_TARGET_NONE:
        return "kept";
    case BK_TARGET_METRIC:
        return "metric";
    case BK_TARGET_PARAM:
        return "parameter";
    case BK_TARGET_CONTEXT:
        return "context";
    case BK_TARGET_IGNORED:
        break;
    }
    return "left out";
}

/* "request_latency.p95 {ok}", "config.workers", "hey.DNS-lookup" */
static struct bk_str becomes(struct bk_arena *a, const struct bk_alias_line *line,
                             const struct bk_target *t)
{
    switch (t->kind) {
    case BK_TARGET_NONE:
        if (bk_is(line->format, "*"))
            return BK_S("FORMAT.NAME");
        return bk_fmt(a, "%.*s.%.*s", BK_F(line->format), BK_F(line->alias));
    case BK_TARGET_METRIC:
        return bk_fmt(
            a, "%.*s%s",
            BK_F(bk_quantity_text(a, t->name, t->stat.len > 0 ? t->stat : BK_S("value"),
                                  t->scope)),
            t->complement ? " = 1 - x" : "");
    case BK_TARGET_PARAM:
        return bk_fmt(a, "config.%.*s", BK_F(t->name));
    case BK_TARGET_CONTEXT:
        return t->name;
    case BK_TARGET_IGNORED:
        break;
    }
    return BK_S("nothing: it is left out");
}

/* The unit that its numbers are stored in. */
static struct bk_str stored_in(const struct bk_dict *d, const struct bk_target *t)
{
    const struct bk_unit *u = bk_dict_unit(d, t->unit);
    if (t->kind == BK_TARGET_METRIC && t->metric)
        return t->metric->unit;
    if (t->kind == BK_TARGET_METRIC || t->kind == BK_TARGET_NONE)
        return u ? u->base : BK_S("1");
    if (t->kind != BK_TARGET_PARAM)
        return BK_S("");
    return u ? u->base : bk_dict_param_unit(d, t->name);
}

static void add_alias(const struct pages *p, struct bk_section *s,
                      const struct bk_alias_line *line)
{
    struct bk_arena *a = p->report->arena;
    struct bk_target t;
    if (!bk_target_parse(p->dict, line->target, &t))
        return; /* a test holds that the program's own are well-formed */
    t.unit = line->unit;
    struct bk_value *row = bk_section_row(p->report, s);
    row[COLUMN_ALIAS] = bk_v_str(line->alias);
    row[COLUMN_BECOMES] = bk_v_str(becomes(a, line, &t));
    row[COLUMN_WRITTEN] = bk_v_str(line->unit);
    row[COLUMN_UNIT] = bk_v_str(stored_in(p->dict, &t));
    row[COLUMN_KIND] = bk_v_text(kind_name(t.kind));
    row[COLUMN_NAME] = bk_v_str(t.kind == BK_TARGET_NONE ? BK_S("") : t.name);
    row[COLUMN_STAT] = bk_v_str(t.stat);
    row[COLUMN_SCOPE] = bk_v_str(t.scope);
}

static struct bk_section *names_section(const struct pages *p, const char *key,
                                        struct bk_str title)
{
    struct bk_section *s =
        bk_report_section(p->report, key, name_columns, N_NAME_COLUMNS);
    s->title = title;
    return s;
}

/* The lines of a table of aliases. */
static void add_aliases(const struct pages *p, const char *key, struct bk_str title,
                        struct bk_str format)
{
    size_t n;
    const struct bk_alias_line *lines = bk_alias_table(p->report->arena, format, &n);
    if (n == 0)
        return;
    struct bk_section *s = names_section(p, key, title);
    for (size_t i = 0; i < n; i++)
        add_alias(p, s, &lines[i]);
}

/* The names of a format that keeps them elsewhere. */
static void add_own_names(const struct pages *p, const char *key, struct bk_str title,
                          const struct bk_importer *imp)
{
    size_t n;
    const struct bk_importer_name *names = imp->names(p->report->arena, &n);
    struct bk_section *s = names_section(p, key, title);
    for (size_t i = 0; i < n; i++) {
        struct bk_value *row = bk_section_row(p->report, s);
        row[COLUMN_ALIAS] = bk_v_str(names[i].name);
        row[COLUMN_BECOMES] = bk_v_str(names[i].becomes);
        row[COLUMN_WRITTEN] = bk_v_str(names[i].written);
        row[COLUMN_UNIT] = bk_v_str(names[i].unit);
        row[COLUMN_KIND] = bk_v_text("sizing value");
        row[COLUMN_NAME] = row[COLUMN_BECOMES];
        row[COLUMN_STAT] = row[COLUMN_SCOPE] = bk_v_text("");
    }
}

/* --- pages --- */

static void add_page(const struct pages *p, const char *facts, const char *names,
                     const struct bk_importer *imp)
{
    struct bk_str title = bk_fmt(p->report->arena, "Names in %s", imp->name);
    add_facts(p->report, facts, imp);
    if (imp->names)
        add_own_names(p, names, title, imp);
    else
        add_aliases(p, names, title, bk_str(imp->name));
}

static void add_shared(const struct pages *p)
{
    add_aliases(p, "shared", BK_S("Names in every format"), BK_S("any"));
}

static void add_pages(const struct pages *p)
{
    struct bk_arena *a = p->report->arena;
    for (size_t i = 0; i < bk_n_importers; i++) {
        const char *name = bk_importers[i]->name;
        add_page(p, name, bk_fmt(a, "%s names", name).ptr, bk_importers[i]);
    }
    add_shared(p);
}

static bool fill(struct bk_report *r, const struct args *args,
                 const struct bk_strings *positional, struct bk_err *err)
{
    const struct pages p = {r, bk_dict_new(r->arena)};
    const char *name = positional->n > 0 ? positional->items[0] : NULL;
    if (args->all && name)
        return bk_fail(err, BK_EUSAGE, "--all goes without the name of a format");
    if (args->all) {
        add_pages(&p);
        return true;
    }
    if (name) {
        const struct bk_importer *imp = bk_importer_asked(r->arena, name, err);
        if (!imp)
            return false;
        add_page(&p, "format", "names", imp);
    }
    if (args->shared)
        add_shared(&p);
    if (!name && !args->shared)
        add_list(r);
    return true;
}

static int run(struct bk_cli *cli, const void *args,
               const struct bk_strings *positional, struct bk_err *err)
{
    struct bk_report *r = bk_report_new("formats");
    int status = fill(r, args, positional, err) ? bk_cli_render(cli, r, err) : 0;
    bk_report_free(r);
    return status;
}

static const struct bk_opt options[] = {
    {0, "all", BK_OPT_FLAG, offsetof(struct args, all), NULL,
     "every format whole, as in docs/formats.md", NULL},
    {0, "shared", BK_OPT_FLAG, offsetof(struct args, shared), NULL,
     "the names that every format understands, too", NULL},
    {0},
};

const struct bk_cmd bk_cmd_formats = {
    .name = "formats",
    .args = "[NAME]",
    .summary = "list the formats that can be imported, or show one whole",
    .help =
        "Formats are told by content, never by a file's name alone.  Files may be "
        "packed with\ngzip or zstd.  Of one format: which versions, how it is told, "
        "the command that writes it,\nwhat is easily misread, and what its names "
        "become.\n\n"
        "Examples:\n"
        "  benchkeep formats\n"
        "  benchkeep formats vllm-serve\n"
        "  benchkeep formats sweep --shared --format csv\n"
        "  benchkeep import --input-format k6-text console.log\n",
    .options = options,
    .db = BK_CMD_NONE,
    .args_size = sizeof(struct args),
    .max_args = 1,
    .run = run,
};
