/* Help pages, made from the tables of commands and questions. */
#include "command.h"

#include <string.h>

enum {
    NAME_COLUMN = 14
};

static void list_line(struct bk_buf *out, const char *name, const char *summary)
{
    bk_buf_addf(out, "  %-*s%s\n", NAME_COLUMN, name, summary);
}

void bk_cli_overview(struct bk_buf *out)
{
    bk_buf_add(out, BK_S("benchkeep keeps the results of LLM serving benchmarks in one "
                         "SQLite file\nand answers questions about them.\n\n"
                         "Usage: benchkeep COMMAND [ARGUMENTS] [OPTIONS]\n\n"
                         "Commands:\n"));
    for (const struct bk_cmd *const *c = bk_commands; *c; c++)
        list_line(out, (*c)->name, (*c)->summary);
    bk_buf_add(out, BK_S("\nQuestions:\n"));
    for (size_t i = 0; i < bk_n_questions; i++)
        list_line(out, bk_questions[i]->name, bk_questions[i]->summary);
    bk_buf_add(out, BK_S("\nOptions of every command:\n"));
    bk_opt_help(bk_common_opts, out);
    bk_buf_add(
        out, BK_S("\nThe warehouse is --db PATH, else $BENCHKEEP_DB, else\n"
                  "$XDG_DATA_HOME/benchkeep/benchkeep.db (~/.local/share/...).\n"
                  "Exit status: 0 done, 1 a gate found a regression, 2 usage, 3 a gate "
                  "cannot tell,\n4 input refused, 5 database, 6 system.\n\n"
                  "'benchkeep COMMAND -h' explains a command and gives examples.\n"));
}

static void page(struct bk_buf *out, const char *name, const char *args,
                 const char *summary, const char *help, const struct bk_opt *options)
{
    bk_buf_addf(out, "benchkeep %s: %s\n\nUsage: benchkeep %s%s%s [OPTIONS]\n", name,
                summary, name, args && *args ? " " : "", args ? args : "");
    if (help && *help) {
        bk_buf_addf(out, "\n%s", help);
        if (help[strlen(help) - 1] != '\n')
            bk_buf_addc(out, '\n');
    }
    if (options && options->type != BK_OPT_END) {
        bk_buf_add(out, BK_S("\nOptions:\n"));
        bk_opt_help(options, out);
    }
    bk_buf_add(out, BK_S("\nOptions of every command:\n"));
    bk_opt_help(bk_common_opts, out);
}

bool bk_cli_page(const char *name, struct bk_buf *out)
{
    const struct bk_cmd *c = bk_command_named(name);
    const struct bk_question *q = bk_question_named(name);
    if (c)
        page(out, c->name, c->args, c->summary, c->help, c->options);
    else if (q)
        page(out, q->name, q->args, q->summary, q->help, q->options);
    return c || q;
}

static int run(struct bk_cli *cli, const void *args,
               const struct bk_strings *positional, struct bk_err *err)
{
    (void)args;
    struct bk_buf b = {0};
    const char *name = positional->n > 0 ? positional->items[0] : NULL;
    if (!name) {
        bk_cli_overview(&b);
    } else if (!bk_cli_page(name, &b)) {
        const char *near = bk_command_nearest(cli->arena, name);
        bk_fail(err, BK_EUSAGE, "no command is called '%.80s'%s%s%s", name,
                near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
    }
    fwrite(b.ptr ? b.ptr : "", 1, b.len, stdout);
    bk_buf_free(&b);
    return 0;
}

const struct bk_cmd bk_cmd_help = {
    .name = "help",
    .args = "[COMMAND]",
    .summary = "this page, or the page of a command",
    .help = "Examples:\n"
            "  benchkeep help\n"
            "  benchkeep help import\n",
    .db = BK_CMD_NONE,
    .max_args = 1,
    .run = run,
};
