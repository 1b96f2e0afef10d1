/* benchkeep import: files and folders into the warehouse. */
#include "command.h"

#include <string.h>
#include <unistd.h>

struct total {
    int64_t files[4]; /* by status */
    struct bk_counts counts;
    int64_t redactions;
};

struct importing { /* the observer's self */
    struct bk_cli *cli;
    struct bk_out *out; /* text and json; else rows of the report */
    struct bk_report *report;
    struct bk_section *section;
    struct bk_progress progress;
    struct total total;
    bool json, colour, first;
};

static const char *const status_names[] = {
    [BK_FILE_IMPORTED] = "imported",
    [BK_FILE_DUPLICATE] = "duplicate",
    [BK_FILE_SKIPPED] = "skipped",
    [BK_FILE_FAILED] = "failed",
};

/* Numbers of a file or of all, in the order in which they are told. */
struct figure {
    const char *name, *one, *many; /* JSON key; for people */
    int64_t value;
};
enum {
    N_FIGURES = 8
};

static void figures(const struct bk_counts *c, int64_t redactions,
                    struct figure out[N_FIGURES])
{
    const struct figure f[N_FIGURES] = {
        {"sessions", "session", "sessions", c->sessions},
        {"runs", "run", "runs", c->runs},
        {"measurements", "measurement", "measurements", c->measurements},
        {"samples", "sample", "samples", c->samples + c->series},
        {"series", NULL, NULL, c->series},
        {"sizing_runs", "sizing run", "sizing runs", c->sizing_runs},
        {"findings", "finding", "findings", c->findings},
        {"redactions", "secret redacted", "secrets redacted", redactions},
    };
    memcpy(out, f, sizeof f);
}

static void add_figures(struct bk_buf *b, const struct bk_counts *c, int64_t redactions)
{
    struct figure f[N_FIGURES];
    bool any = false;
    figures(c, redactions, f);
    for (size_t i = 0; i < N_FIGURES; i++) {
        if (f[i].value == 0 || !f[i].one || strcmp(f[i].name, "sessions") == 0)
            continue;
        bk_buf_addf(b, "%s%lld %s", any ? ", " : "", (long long)f[i].value,
                    f[i].value == 1 ? f[i].one : f[i].many);
        any = true;
    }
}

/* --- text --- */

static const char *colour_of(enum bk_file_status status)
{
    switch (status) {
    case BK_FILE_IMPORTED:
        return "\x1b[32m";
    case BK_FILE_DUPLICATE:
    case BK_FILE_SKIPPED:
        return "\x1b[2m";
    case BK_FILE_FAILED:
        break;
    }
    return "\x1b[31m";
}

static void text_line(struct importing *im, const struct bk_file_result *r)
{
    struct bk_buf b = {0};
    if (im->cli->common.quiet && r->status != BK_FILE_FAILED)
        return;
    bk_buf_addf(&b, "%s%-9s%s  ", im->colour ? colour_of(r->status) : "",
                status_names[r->status], im->colour ? "\x1b[0m" : "");
    bk_buf_addf(&b, "%-12.*s  ", BK_F(r->format.len > 0 ? r->format : BK_S("-")));
    if (r->status == BK_FILE_FAILED) {
        bk_cli_plain(&b, r->error);
    } else {
        struct bk_buf what = {0};
        bk_cli_plain(&b, r->path);
        add_figures(&what, &r->counts, r->redactions);
        if (what.len > 0 || r->error.len > 0)
            bk_buf_add(&b, BK_S(": "));
        bk_buf_add(&b, bk_buf_str(&what));
        if (what.len > 0 && r->error.len > 0)
            bk_buf_add(&b, BK_S("; "));
        bk_cli_plain(&b, r->error);
        bk_buf_free(&what);
    }
    bk_buf_addc(&b, '\n');
    bk_out_add(im->out, bk_buf_str(&b));
    bk_buf_free(&b);
}

static void text_summary(struct importing *im)
{
    struct bk_buf b = {0}, what = {0};
    int64_t files = 0;
    for (size_t i = 0; i < 4; i++)
        files += im->total.files[i];
    if (im->cli->common.quiet)
        return;
    bk_buf_addf(&b, "%lld file%s:", (long long)files, files == 1 ? "" : "s");
    const char *comma = " ";
    for (size_t i = 0; i < 4; i++) {
        if (im->total.files[i] > 0) {
            bk_buf_addf(&b, "%s%lld %s", comma, (long long)im->total.files[i],
                        status_names[i]);
            comma = ", ";
        }
    }
    if (files == 0)
        bk_buf_add(&b, BK_S(" nothing to import"));
    add_figures(&what, &im->total.counts, im->total.redactions);
    if (what.len > 0)
        bk_buf_addf(&b, "; %.*s", BK_F(bk_buf_str(&what)));
    bk_buf_addf(&b, "%s\n",
                im->total.counts.findings > 0 ? " (see 'benchkeep findings')" : "");
    bk_out_add(im->out, bk_buf_str(&b));
    bk_buf_free(&b);
    bk_buf_free(&what);
}

/* --- JSON --- */

static void json_figures(struct bk_buf *b, const struct bk_counts *c,
                         int64_t redactions)
{
    struct figure f[N_FIGURES];
    figures(c, redactions, f);
    for (size_t i = 0; i < N_FIGURES; i++)
        bk_buf_addf(b, ",\"%s\":%lld", f[i].name, (long long)f[i].value);
}

static void json_text(struct bk_buf *b, const char *key, struct bk_str value)
{
    bk_buf_addf(b, ",\"%s\":", key);
    if (value.len == 0)
        bk_buf_add(b, BK_S("null"));
    else
        bk_cli_json_string(b, value);
}

static void json_file(struct importing *im, const struct bk_file_result *r)
{
    struct bk_buf b = {0};
    bool failed = r->status == BK_FILE_FAILED;
    bk_buf_addf(&b, "%s\n{\"path\":", im->first ? "{\"files\":[" : ",");
    bk_cli_json_string(&b, r->path);
    json_text(&b, "sha256", bk_str(r->sha256));
    json_text(&b, "format", r->format);
    bk_buf_addf(&b, ",\"status\":\"%s\"", status_names[r->status]);
    json_figures(&b, &r->counts, r->redactions);
    json_text(&b, "error", failed ? r->error : (struct bk_str){0});
    json_text(&b, "reason", failed ? (struct bk_str){0} : r->error);
    bk_buf_addc(&b, '}');
    bk_out_add(im->out, bk_buf_str(&b));
    bk_buf_free(&b);
    im->first = false;
}

static void json_summary(struct importing *im)
{
    struct bk_buf b = {0};
    int64_t files = 0;
    for (size_t i = 0; i < 4; i++)
        files += im->total.files[i];
    bk_buf_addf(&b, "%s],\"totals\":{\"files\":%lld", im->first ? "{\"files\":[" : "\n",
                (long long)files);
    for (size_t i = 0; i < 4; i++)
        bk_buf_addf(&b, ",\"%s\":%lld", status_names[i], (long long)im->total.files[i]);
    json_figures(&b, &im->total.counts, im->total.redactions);
    bk_buf_add(&b, BK_S("}}\n"));
    bk_out_add(im->out, bk_buf_str(&b));
    bk_buf_free(&b);
}

/* --- csv, ndjson, md --- */

static const struct bk_column report_columns[] = {
    {"path", "", 0},         {"sha256", "", 0},   {"format", "", 0},
    {"status", "", 0},       {"sessions", "", 0}, {"runs", "", 0},
    {"measurements", "", 0}, {"samples", "", 0},  {"series", "", 0},
    {"sizing_runs", "", 0},  {"findings", "", 0}, {"redactions", "", 0},
    {"error", "", 0},
};

static void report_row(struct importing *im, const struct bk_file_result *r)
{
    struct bk_arena *a = im->report->arena;
    struct figure f[N_FIGURES];
    struct bk_value *row = bk_section_row(im->report, im->section);
    figures(&r->counts, r->redactions, f);
    row[0] = bk_v_str(bk_dup(a, r->path));
    row[1] = bk_v_str(bk_dup(a, bk_str(r->sha256)));
    row[2] = bk_v_str(bk_dup(a, r->format));
    row[3] = bk_v_text(status_names[r->status]);
    for (size_t i = 0; i < N_FIGURES; i++)
        row[4 + i] = bk_v_int(f[i].value);
    if (r->error.len > 0)
        row[4 + N_FIGURES] = bk_v_str(bk_dup(a, r->error));
}

/* --- the observer --- */

static void on_file(void *self, const struct bk_file_result *r)
{
    struct importing *im = self;
    bk_progress_clear(&im->progress);
    im->total.files[r->status]++;
    im->total.redactions += r->redactions;
    bk_counts_add(&im->total.counts, &r->counts);
    if (im->report)
        report_row(im, r);
    else if (im->json)
        json_file(im, r);
    else
        text_line(im, r);
}

static void on_progress(void *self, struct bk_str path, int64_t done, int64_t total,
                        uint64_t points)
{
    struct importing *im = self;
    bk_progress_show(&im->progress, path, done, total, points);
}

static bool is_interrupted(void *self)
{
    const struct importing *im = self;
    return bk_cli_interrupted() || (im->out && bk_out_failed(im->out));
}

static bool begin(struct importing *im, struct bk_err *err)
{
    const struct bk_common *c = &im->cli->common;
    im->json = c->format && strcmp(c->format, "json") == 0;
    im->first = true;
    bk_progress_init(&im->progress, c->quiet);
    if (!bk_cli_is_text(im->cli) && !im->json) {
        im->report = bk_report_new("import");
        im->report->plain_rows = true;
        im->section = bk_report_section(im->report, "files", report_columns,
                                        sizeof report_columns / sizeof *report_columns);
        return true;
    }
    if (!bk_out_open(&im->out, c->output, err))
        return false;
    im->colour = bk_out_is_terminal(im->out) && bk_cli_colour(STDOUT_FILENO);
    return true;
}

static void finish(struct importing *im, bool ok, struct bk_err *err)
{
    struct bk_err closing = {0};
    bk_progress_clear(&im->progress);
    if (im->report) {
        if (ok)
            bk_cli_render(im->cli, im->report, err);
        bk_report_free(im->report);
        return;
    }
    if (im->json)
        json_summary(im);
    else
        text_summary(im);
    if (!bk_out_close(im->out, true, &closing) && ok)
        *err = closing;
}

/* An option was wrong: nothing was begun and nothing is printed. */
static void abandon(struct importing *im)
{
    struct bk_err ignored = {0};
    if (im->out)
        bk_out_close(im->out, false, &ignored);
    bk_report_free(im->report);
}

/* --- the explanation --- */

static void on_explained(void *self, const struct bk_file_result *r)
{
    struct importing *im = self;
    bk_progress_clear(&im->progress);
    im->total.files[r->status]++;
}

static int explain(struct bk_cli *cli, const struct bk_import_options *options,
                   const struct bk_strings *paths, struct bk_err *err)
{
    struct importing im = {.cli = cli};
    const struct bk_ingest_observer observer = {
        .file = on_explained,
        .progress = on_progress,
        .interrupted = is_interrupted,
        .self = &im,
    };
    struct bk_report *report = NULL;
    if (!bk_cli_open_output(cli, err) || !bk_cli_open_if_there(cli, err))
        return 0;
    const struct bk_explanation x = {cli->warehouse, options, paths, &observer};
    bk_progress_init(&im.progress, cli->common.quiet);
    bk_cli_catch_interrupt();
    bool ok = bk_api_explain(&x, &report, err);
    bk_progress_clear(&im.progress);
    if (ok)
        bk_cli_render(cli, report, err);
    bk_report_free(report);
    return im.total.files[BK_FILE_FAILED] > 0 ? bk_exit_status(BK_EINPUT) : 0;
}

/* A dry run needs no warehouse, and makes none. */
static bool open_for(struct bk_cli *cli, const struct bk_import_options *options,
                     struct bk_err *err)
{
    if (!options->dry_run)
        return bk_cli_open(cli, BK_CMD_WRITE, err);
    return bk_cli_open_if_there(cli, err) &&
           (cli->warehouse || bk_api_open_memory(&cli->warehouse, err));
}

static int run(struct bk_cli *cli, const void *args,
               const struct bk_strings *positional, struct bk_err *err)
{
    const struct bk_import_options *options = args;
    struct importing im = {.cli = cli};
    const struct bk_ingest_observer observer = {
        .file = on_file,
        .progress = on_progress,
        .interrupted = is_interrupted,
        .self = &im,
    };
    struct bk_archive *ar;
    if (positional->n == 0 && !options->before) {
        bk_fail(err, BK_EUSAGE,
                "'import' needs a file or folder (see 'benchkeep import -h')");
        return 0;
    }
    if (options->explain && options->dry_run)
        return explain(cli, options, positional, err);
    if (!open_for(cli, options, err) || !bk_api_archive(cli->warehouse, &ar, err) ||
        !begin(&im, err))
        return 0;
    bk_cli_catch_interrupt();
    bool ok = bk_ingest(ar, options, positional, &observer, err);
    if (!ok && err->code == BK_EUSAGE)
        abandon(&im);
    else
        finish(&im, ok, err);
    return im.total.files[BK_FILE_FAILED] > 0 ? bk_exit_status(BK_EINPUT) : 0;
}

const struct bk_cmd bk_cmd_import = {
    .name = "import",
    .args = "PATH...",
    .summary = "bring result files and folders into the warehouse",
    .help =
        "Takes files of any format of 'benchkeep formats', folders with all that is "
        "below them,\nand '-' for standard input.  A file goes in whole or not at all; "
        "one that is there\nalready changes nothing.  What no file says about itself "
        "comes from its path, a layout\nfile and the options; what contradicts becomes "
        "a finding.  Secrets are replaced before\nanything is stored.\n\n"
        "Examples:\n"
        "  benchkeep import results/\n"
        "  benchkeep import summary.json --session 062 --hardware h100 --set "
        "workers=24\n"
        "  benchkeep import --from-path "
        "'{model}/results/results_{concurrency}.csv' .\n"
        "  benchkeep import --layout bench-sessions.layout results/\n"
        "  benchkeep import --dry-run --explain summary.json\n"
        "  benchkeep import --before start.prom --after end.prom --hardware b200\n"
        "  benchkeep import --timing 'embedding_latency:ms:embedding took "
        "([0-9.]+)ms' app.log\n",
    .options = bk_import_opts,
    .db = BK_CMD_NONE,
    .args_size = sizeof(struct bk_import_options),
    .max_args = BK_NONE,
    .run = run,
};
