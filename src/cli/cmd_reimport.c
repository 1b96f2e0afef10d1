/* benchkeep reimport: what was derived, once more from the kept bytes. */
#include "command.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

enum {
    MOST_ROWS = 1000, /* of a list of changes, unless all are asked for */
};

struct reimport_args {
    const char *input_format;
    bool dry_run, all;
};

enum list { /* the sections */
    TOTALS,
    UNITS,
    RUNS,
    MEASUREMENTS,
    SIZING,
    FINDINGS,
    OTHER,
    N_LISTS
};

static const struct bk_column totals_columns[] = {
    {"units", "", 0},
    {"unchanged", "", 0},
    {"changed", "", 0},
    {"failed", "", 0},
    {"left", "", 0},
    {"runs_added", "", 0},
    {"runs_gone", "", 0},
    {"runs_changed", "", 0},
    {"runs_kept", "", BK_COL_MACHINE},
    {"measurements_added", "", 0},
    {"measurements_gone", "", 0},
    {"measurements_changed", "", 0},
    {"measurements_kept", "", BK_COL_MACHINE},
    {"findings_added", "", 0},
    {"findings_gone", "", 0},
};
static const struct bk_column units_columns[] = {
    {"path", "", 0},
    {"status", "", 0},
    {"format", "", 0},
    {"version", "", 0},
    {"new_format", "", BK_COL_MACHINE},
    {"new_version", "", 0},
    {"runs_added", "", BK_COL_MACHINE},
    {"runs_gone", "", BK_COL_MACHINE},
    {"runs_changed", "", BK_COL_MACHINE},
    {"runs_kept", "", BK_COL_MACHINE},
    {"measurements_added", "", 0},
    {"measurements_gone", "", 0},
    {"measurements_changed", "", 0},
    {"measurements_kept", "", BK_COL_MACHINE},
    {"findings_added", "", 0},
    {"findings_gone", "", 0},
    {"error", "", 0},
};
static const struct bk_column runs_columns[] = {
    {"change", "", 0}, {"run", "", 0}, {"what", "", 0}, {"old", "", 0}, {"new", "", 0},
};
static const struct bk_column measurements_columns[] = {
    {"change", "", 0}, {"run", "", 0},  {"metric", "", 0}, {"stat", "", 0},
    {"scope", "", 0},  {"old", "*", 0}, {"new", "*", 0},   {"unit", "", BK_COL_MACHINE},
};
static const struct bk_column sizing_columns[] = {
    {"change", "", 0}, {"sizing_run", "", 0}, {"scenario", "", 0}, {"name", "", 0},
    {"old", "", 0},    {"new", "", 0},        {"unit", "", 0},
};
static const struct bk_column findings_columns[] = {
    {"change", "", 0}, {"code", "", 0}, {"run", "", 0}, {"message", "", 0}};
static const struct bk_column other_columns[] = {
    {"change", "", 0}, {"what", "", 0}, {"old", "1", 0}, {"new", "1", 0}};

static const struct {
    const char *name;
    const struct bk_column *columns;
    size_t n;
} lists[N_LISTS] = {
#define LIST(name)                                                                     \
    {                                                                                  \
#name, name##_columns, sizeof name##_columns / sizeof *name##_columns          \
    }
    [TOTALS] = LIST(totals), [UNITS] = LIST(units),
    [RUNS] = LIST(runs),     [MEASUREMENTS] = LIST(measurements),
    [SIZING] = LIST(sizing), [FINDINGS] = LIST(findings),
    [OTHER] = LIST(other),
#undef LIST
};

struct reimporting { /* the observer's self */
    struct bk_cli *cli;
    const struct reimport_args *args;
    struct bk_report *report;
    struct bk_section *sections[N_LISTS];
    int64_t unlisted[N_LISTS];
    int64_t units[4]; /* by status */
    struct bk_change_counts counts;
    struct bk_progress progress;
};

/* --- rows --- */

/* NULL: the list is long enough. */
static struct bk_value *new_row(struct reimporting *re, enum list list)
{
    struct bk_section *s = re->sections[list];
    if (!re->args->all && s->n_rows >= MOST_ROWS) {
        re->unlisted[list]++;
        return NULL;
    }
    return bk_section_row(re->report, s);
}

static struct bk_value text(struct reimporting *re, struct bk_str s)
{
    return s.len > 0 ? bk_v_str(bk_dup(re->report->arena, s)) : bk_v_str(BK_S(""));
}

static struct bk_value number(double x, struct bk_str unit)
{
    return isnan(x) ? bk_v_null() : bk_v_real_unit(x, unit);
}

static const char *const change_names[] = {
    [BK_CHANGE_ADDED] = "added",
    [BK_CHANGE_GONE] = "gone",
    [BK_CHANGE_CHANGED] = "changed",
};

static void measurement_row(struct reimporting *re, const struct bk_change *c,
                            struct bk_value *row)
{
    struct bk_str unit = bk_dup(re->report->arena, c->unit);
    row[1] = text(re, c->run);
    row[2] = text(re, c->metric);
    row[3] = text(re, c->stat);
    row[4] = text(re, c->scope);
    row[5] = number(c->old_value, unit);
    row[6] = number(c->new_value, unit);
    row[7] = bk_v_str(unit);
}

static void sizing_row(struct reimporting *re, const struct bk_change *c,
                       struct bk_value *row)
{
    const struct bk_str texts[] = {c->run, c->scope, c->name, c->old, c->new, c->unit};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        row[1 + i] = text(re, texts[i]);
}

static enum list list_of(enum bk_change_of of)
{
    switch (of) {
    case BK_CHANGE_RUN:
        return RUNS;
    case BK_CHANGE_MEASUREMENT:
        return MEASUREMENTS;
    case BK_CHANGE_SIZING:
        return SIZING;
    case BK_CHANGE_FINDING:
        return FINDINGS;
    case BK_CHANGE_TIMELINE:
    case BK_CHANGE_SERIES:
    case BK_N_CHANGES:
        break;
    }
    return OTHER;
}

static void on_change(void *self, const struct bk_change *c)
{
    struct reimporting *re = self;
    enum list list = list_of(c->of);
    struct bk_value *row = new_row(re, list);
    if (!row)
        return;
    row[0] = bk_v_text(change_names[c->what]);
    switch (list) {
    case RUNS:
        row[1] = text(re, c->run);
        row[2] = text(re, c->name);
        row[3] = text(re, c->old);
        row[4] = text(re, c->new);
        break;
    case MEASUREMENTS:
        measurement_row(re, c, row);
        break;
    case SIZING:
        sizing_row(re, c, row);
        break;
    case FINDINGS:
        row[1] = text(re, c->name);
        row[2] = text(re, c->run);
        row[3] = text(re, c->what == BK_CHANGE_GONE ? c->old : c->new);
        break;
    case OTHER:
        row[1] = bk_v_text(c->of == BK_CHANGE_SERIES ? "series" : "timeline");
        row[2] = number(c->old_value, BK_S("1"));
        row[3] = number(c->new_value, BK_S("1"));
        break;
    case TOTALS:
    case UNITS:
    case N_LISTS:
        break;
    }
}

static void count_cells(struct bk_value *row, const struct bk_change_counts *c)
{
    const int64_t values[] = {
        c->added[BK_CHANGE_RUN],           c->gone[BK_CHANGE_RUN],
        c->changed[BK_CHANGE_RUN],         c->kept[BK_CHANGE_RUN],
        c->added[BK_CHANGE_MEASUREMENT],   c->gone[BK_CHANGE_MEASUREMENT],
        c->changed[BK_CHANGE_MEASUREMENT], c->kept[BK_CHANGE_MEASUREMENT],
        c->added[BK_CHANGE_FINDING],       c->gone[BK_CHANGE_FINDING],
    };
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        row[i] = bk_v_int(values[i]);
}

static void add_counts(struct bk_change_counts *sum, const struct bk_change_counts *c)
{
    for (size_t i = 0; i < BK_N_CHANGES; i++) {
        sum->kept[i] += c->kept[i];
        sum->added[i] += c->added[i];
        sum->gone[i] += c->gone[i];
        sum->changed[i] += c->changed[i];
    }
}

static void on_unit(void *self, const struct bk_unit_result *r)
{
    static const char *const names[] = {
        [BK_UNIT_SAME] = "unchanged",
        [BK_UNIT_CHANGED] = "changed",
        [BK_UNIT_FAILED] = "failed",
        [BK_UNIT_LEFT] = "left",
    };
    struct reimporting *re = self;
    re->units[r->status]++;
    add_counts(&re->counts, &r->counts);
    if (r->status == BK_UNIT_SAME)
        return;
    struct bk_value *row = new_row(re, UNITS);
    if (!row)
        return;
    row[0] = text(re, r->path);
    row[1] = bk_v_text(names[r->status]);
    row[2] = text(re, r->old_format);
    row[3] = bk_v_int(r->old_version);
    row[4] = text(re, r->new_format);
    row[5] = bk_v_int(r->new_version);
    count_cells(row + 6, &r->counts);
    row[16] = r->error.len > 0 ? text(re, r->error) : bk_v_null();
}

static void on_progress(void *self, struct bk_str path, int64_t done, int64_t total,
                        uint64_t points)
{
    struct reimporting *re = self;
    bk_progress_show(&re->progress, path, done, total, points);
}

static bool is_interrupted(void *self)
{
    (void)self;
    return bk_cli_interrupted();
}

/* --- the report --- */

static const char *plural(int64_t n)
{
    return n == 1 ? "" : "s";
}

static void summarize(struct reimporting *re)
{
    int64_t units = 0;
    struct bk_report *r = re->report;
    struct bk_value *row = bk_section_row(r, re->sections[TOTALS]);
    for (size_t i = 0; i < 4; i++)
        units += re->units[i];
    row[0] = bk_v_int(units);
    for (size_t i = 0; i < 4; i++)
        row[1 + i] = bk_v_int(re->units[i]);
    count_cells(row + 5, &re->counts);
    for (size_t i = 0; i < N_LISTS; i++) {
        if (re->unlisted[i] > 0)
            bk_report_note(r, "shortened", BK_INFO,
                           "%lld more %s %s not listed: --all lists them",
                           (long long)re->unlisted[i], lists[i].name,
                           re->unlisted[i] == 1 ? "is" : "are");
    }
    if (re->args->dry_run)
        bk_report_note(r, "dry-run", BK_INFO,
                       "nothing was written: this is what a reimport would change");
}

/* For people: one sentence, and only the lists that hold something. */
static void shape_text(struct reimporting *re)
{
    struct bk_report *r = re->report;
    int64_t same = re->units[BK_UNIT_SAME], failed = re->units[BK_UNIT_FAILED];
    int64_t units = same + re->units[BK_UNIT_CHANGED] + failed;
    struct bk_section **link = &r->sections;
    while (*link) {
        if ((*link)->n_rows == 0 || *link == re->sections[TOTALS])
            *link = (*link)->link;
        else
            link = &(*link)->link;
    }
    if (re->cli->common.quiet)
        return;
    bk_out_addf(re->cli->out, "%lld import%s read again: %lld unchanged, %lld changed",
                (long long)units, plural(units), (long long)same,
                (long long)re->units[BK_UNIT_CHANGED]);
    if (failed > 0)
        bk_out_addf(re->cli->out, ", %lld failed", (long long)failed);
    if (re->units[BK_UNIT_LEFT] > 0)
        bk_out_addf(re->cli->out, "; %lld left as %s",
                    (long long)re->units[BK_UNIT_LEFT],
                    re->units[BK_UNIT_LEFT] == 1 ? "it is" : "they are");
    bk_out_addf(re->cli->out, "\n%s", r->sections || r->notes ? "\n" : "");
}

static bool choose_runs(struct reimporting *re, struct bk_reimport_options *options,
                        struct bk_err *err)
{
    const struct bk_strings *where = &re->cli->common.where;
    options->by_runs = where->n > 0;
    return !options->by_runs ||
           bk_api_run_ids(re->cli->warehouse, re->cli->arena, where, &options->runs,
                          &options->n_runs, err);
}

static void begin(struct reimporting *re, const struct bk_strings *positional)
{
    struct bk_report *r = re->report;
    bk_report_arg(r, "dry_run", re->args->dry_run ? BK_S("true") : BK_S("false"));
    if (re->args->input_format)
        bk_report_arg(r, "input_format", bk_str(re->args->input_format));
    for (size_t i = 0; i < positional->n; i++)
        bk_report_arg(r, "source", bk_str(positional->items[i]));
    for (size_t i = 0; i < N_LISTS; i++)
        re->sections[i] =
            bk_report_section(r, lists[i].name, lists[i].columns, lists[i].n);
    bk_progress_init(&re->progress, re->cli->common.quiet);
}

static int run(struct bk_cli *cli, const void *args,
               const struct bk_strings *positional, struct bk_err *err)
{
    const struct reimport_args *a = args;
    struct reimporting re = {.cli = cli, .args = a};
    struct bk_reimport_options options = {
        .sources = *positional,
        .format = a->input_format,
        .dry_run = a->dry_run,
    };
    const struct bk_reimport_observer observer = {on_unit, on_change, on_progress,
                                                  is_interrupted, &re};
    struct bk_archive *ar;
    if (!bk_api_archive(cli->warehouse, &ar, err) || !choose_runs(&re, &options, err) ||
        !bk_cli_open_output(cli, err))
        return 0;
    re.report = bk_report_new("reimport");
    begin(&re, positional);
    bk_cli_catch_interrupt();
    bool ok = bk_reimport(ar, &options, &observer, err);
    bk_progress_clear(&re.progress);
    if (ok) {
        summarize(&re);
        if (bk_cli_is_text(cli))
            shape_text(&re);
        bk_cli_render(cli, re.report, err);
    }
    bk_report_free(re.report);
    return ok && re.units[BK_UNIT_FAILED] > 0 ? bk_exit_status(BK_EINPUT) : 0;
}

static const struct bk_opt options[] = {
    {0, "input-format", BK_OPT_TEXT, offsetof(struct reimport_args, input_format),
     "NAME", "only files that were read as this format", NULL},
    {0, "all", BK_OPT_FLAG, offsetof(struct reimport_args, all), NULL,
     "list every change, not only the first 1000 of a kind", NULL},
    {'n', "dry-run", BK_OPT_FLAG, offsetof(struct reimport_args, dry_run), NULL,
     "show what would change, write nothing", NULL},
    {0},
};

const struct bk_cmd bk_cmd_reimport = {
    .name = "reimport",
    .args = "[SOURCE...]",
    .summary = "read the kept files again, with the importers of today",
    .help =
        "Rebuilds runs, measurements, findings and all else that was derived from the "
        "bytes\nthat the warehouse keeps, with the options of the first import and the "
        "aliases of\nnow, and lists what changed.  SOURCE is a path as 'benchkeep "
        "sources' shows it, a\nfile name, a folder or the beginning of a SHA-256; "
        "without one, everything is read\nagain.  Each import is rebuilt in one "
        "transaction.  One that is refused now stays as\nit was, and the exit status "
        "is 4.\n\n"
        "Examples:\n"
        "  benchkeep reimport --dry-run\n"
        "  benchkeep reimport --input-format k6-summary\n"
        "  benchkeep reimport results/062/summary.json\n"
        "  benchkeep reimport --where session=062 --format json\n",
    .options = options,
    .db = BK_CMD_MIGRATE,
    .args_size = sizeof(struct reimport_args),
    .max_args = BK_NONE,
    .takes_where = true,
    .run = run,
};
