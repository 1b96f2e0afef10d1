/* benchkeep backup: a consistent copy, also while others write. */
#include "command.h"

static int run(struct bk_cli *cli, const void *args,
               const struct bk_strings *positional, struct bk_err *err)
{
    (void)args;
    static const struct bk_column columns[] = {{"path", "", 0}, {"copy", "", 0}};
    const char *copy = positional->items[0];
    if (!bk_db_backup(bk_api_db(cli->warehouse), copy, err))
        return 0;
    if (bk_cli_is_text(cli)) {
        if (!cli->common.quiet)
            printf("copied %s to %s\n", cli->db_path, copy);
        return 0;
    }
    struct bk_report *r = bk_report_new("backup");
    struct bk_section *s = bk_report_section(r, "database", columns, 2);
    struct bk_value *row = bk_section_row(r, s);
    row[0] = bk_v_text(cli->db_path);
    row[1] = bk_v_text(copy);
    int status = bk_cli_render(cli, r, err);
    bk_report_free(r);
    return status;
}

const struct bk_cmd bk_cmd_backup = {
    .name = "backup",
    .args = "FILE",
    .summary = "copy the warehouse into a new file",
    .help = "The copy is of one moment, also while an import runs.  A file that exists "
            "is never\noverwritten.\n\n"
            "Examples:\n"
            "  benchkeep backup bench-2026-03-01.db\n",
    .db = BK_CMD_READ,
    .min_args = 1,
    .max_args = 1,
    .run = run,
};
