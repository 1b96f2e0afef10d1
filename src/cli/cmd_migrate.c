/* benchkeep migrate: an older warehouse to the schema of this program. */
#include "command.h"

/* Opening it has migrated it; what is left is to tell. */
static int run(struct bk_cli *cli, const void *args,
               const struct bk_strings *positional, struct bk_err *err)
{
    (void)args;
    (void)positional;
    static const struct bk_column columns[] = {
        {"path", "", 0}, {"from", "", 0}, {"to", "", 0}};
    int64_t from = bk_db_found_version(bk_api_db(cli->warehouse));
    int64_t version = 0;
    if (!bk_db_version(bk_api_db(cli->warehouse), &version, err))
        return 0;
    if (bk_cli_is_text(cli)) {
        if (cli->common.quiet)
            return 0;
        if (from == version)
            printf("%s has schema version %lld already, the newest that this program "
                   "knows\n",
                   cli->db_path, (long long)version);
        else
            printf("%s went from schema version %lld to %lld\n", cli->db_path,
                   (long long)from, (long long)version);
        return 0;
    }
    struct bk_report *r = bk_report_new("migrate");
    struct bk_section *s = bk_report_section(r, "database", columns, 3);
    struct bk_value *row = bk_section_row(r, s);
    row[0] = bk_v_text(cli->db_path);
    row[1] = bk_v_int(from);
    row[2] = bk_v_int(version);
    int status = bk_cli_render(cli, r, err);
    bk_report_free(r);
    return status;
}

const struct bk_cmd bk_cmd_migrate = {
    .name = "migrate",
    .args = "",
    .summary = "bring an older warehouse to the schema of this program",
    .help = "Each step is one transaction.  Importing does the same without being "
            "asked; reading\nan older warehouse never changes it.\n\n"
            "Examples:\n"
            "  benchkeep migrate\n"
            "  benchkeep migrate --db team.db\n",
    .db = BK_CMD_MIGRATE,
    .max_args = 0,
    .run = run,
};
