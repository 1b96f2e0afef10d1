/* benchkeep formats: what can be imported. */
#include "command.h"

#include "../../importers/importer.h"

static int run(struct bk_cli *cli, const void *args,
               const struct bk_strings *positional, struct bk_err *err)
{
    (void)args;
    (void)positional;
    static const struct bk_column columns[] = {
        {"name", "", 0},     {"title", "", 0},   {"gives", "", 0},
        {"upstream", "", 0}, {"example", "", 0},
    };
    struct bk_report *r = bk_report_new("formats");
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
    int status = bk_cli_render(cli, r, err);
    bk_report_free(r);
    return status;
}

const struct bk_cmd bk_cmd_formats = {
    .name = "formats",
    .args = "",
    .summary = "list the formats that can be imported",
    .help = "Formats are told by content, never by a file's name alone.  Files may be "
            "packed with\ngzip or zstd.\n\n"
            "Examples:\n"
            "  benchkeep formats\n"
            "  benchkeep import --input-format k6-text console.log\n",
    .db = BK_CMD_NONE,
    .max_args = 0,
    .run = run,
};
