/* benchkeep init: an empty warehouse. */
#include "command.h"

static int run(struct bk_cli *cli, const void *args,
               const struct bk_strings *positional, struct bk_err *err)
{
    (void)args;
    static const struct bk_column columns[] = {
        {"path", "", 0}, {"version", "", 0}, {"created", "", 0}};
    const char *path = positional->n > 0 ? positional->items[0] : cli->db_path;
    int64_t version = 0;
    int status = 0;
    if (!bk_api_open(&cli->warehouse, path, BK_OPEN_WRITE, err) ||
        !bk_db_version(bk_api_db(cli->warehouse), &version, err))
        return status;
    bool there = bk_db_found_version(bk_api_db(cli->warehouse)) > 0;
    if (bk_cli_is_text(cli)) {
        struct bk_buf b = {0};
        bk_buf_addf(&b, "%s ", there ? "already there:" : "created");
        bk_cli_plain(&b, bk_str(path));
        if (!cli->common.quiet)
            printf("%s (schema version %lld)\n", b.ptr, (long long)version);
        bk_buf_free(&b);
        return status;
    }
    struct bk_report *r = bk_report_new("init");
    struct bk_section *s = bk_report_section(r, "database", columns, 3);
    struct bk_value *row = bk_section_row(r, s);
    row[0] = bk_v_text(path);
    row[1] = bk_v_int(version);
    row[2] = bk_v_bool(!there);
    status = bk_cli_render(cli, r, err);
    bk_report_free(r);
    return status;
}

const struct bk_cmd bk_cmd_init = {
    .name = "init",
    .args = "[PATH]",
    .summary = "create an empty warehouse",
    .help = "Creates the file and the folders above it.  One that is there already "
            "stays as it\nis.  'import' creates the warehouse too when it is "
            "missing.\n\n"
            "Examples:\n"
            "  benchkeep init\n"
            "  benchkeep init team.db\n",
    .db = BK_CMD_NONE,
    .max_args = 1,
    .run = run,
};
