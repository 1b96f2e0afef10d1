/* benchkeep verify: is the warehouse whole? */
#include "command.h"

struct complaints {
    struct bk_report *report;
    struct bk_section *section;
    const char *check;
    size_t n;
};

static void say(void *self, struct bk_str complaint)
{
    struct complaints *c = self;
    struct bk_value *row = bk_section_row(c->report, c->section);
    row[0] = bk_v_text(c->check);
    row[1] = bk_v_str(bk_dup(c->report->arena, complaint));
    c->n++;
}

static int tell(struct bk_cli *cli, const struct complaints *c, int64_t sources,
                int64_t runs, struct bk_err *err)
{
    int status = c->n > 0 ? bk_exit_status(BK_EDB) : 0;
    if (!bk_cli_is_text(cli) || c->n > 0) {
        bk_cli_render(cli, c->report, err);
        return status;
    }
    if (cli->common.quiet)
        return status;
    printf("%s is whole: structure, references and the SHA-256 of %lld source%s hold",
           cli->db_path, (long long)sources, sources == 1 ? "" : "s");
    if (runs > 0)
        printf(", and so do the points of %lld run%s", (long long)runs,
               runs == 1 ? "" : "s");
    printf("\n");
    return status;
}

static int run(struct bk_cli *cli, const void *args,
               const struct bk_strings *positional, struct bk_err *err)
{
    (void)args;
    (void)positional;
    static const struct bk_column columns[] = {{"check", "", 0}, {"complaint", "", 0}};
    static const struct bk_column counts[] = {
        {"sources", "", 0}, {"runs_with_points", "", 0}, {"complaints", "", 0}};
    struct bk_archive *ar;
    int64_t sources = 0, runs = 0;
    int status = 0;
    struct bk_report *r = bk_report_new("verify");
    struct complaints c = {.report = r, .check = "structure"};
    struct bk_section *sum = bk_report_section(r, "checked", counts, 3);
    c.section = bk_report_section(r, "complaints", columns, 2);
    bool ok = bk_db_check(bk_api_db(cli->warehouse), say, &c, err) &&
              bk_api_archive(cli->warehouse, &ar, err);
    c.check = "source";
    ok = ok && bk_archive_verify(ar, say, &c, &sources, err);
    c.check = "series";
    ok = ok && bk_archive_verify_series(ar, say, &c, err);
    c.check = "points";
    if (ok && bk_archive_verify_samples(ar, say, &c, &runs, err)) {
        struct bk_value *row = bk_section_row(r, sum);
        row[0] = bk_v_int(sources);
        row[1] = bk_v_int(runs);
        row[2] = bk_v_int((int64_t)c.n);
        status = tell(cli, &c, sources, runs, err);
    }
    bk_report_free(r);
    return status;
}

const struct bk_cmd bk_cmd_verify = {
    .name = "verify",
    .args = "",
    .summary = "check that the warehouse is whole",
    .help = "Checks the file's structure, every reference between its tables, that the "
            "kept bytes\nof every source still have their SHA-256, and that the points "
            "of every run have their\nchecksums and add up to what was written.  Exit "
            "status 5 when something is wrong.\n\n"
            "Examples:\n"
            "  benchkeep verify\n"
            "  benchkeep verify --db team.db --format json\n",
    .db = BK_CMD_READ,
    .max_args = 0,
    .run = run,
};
