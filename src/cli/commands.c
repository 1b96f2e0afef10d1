/* The table of commands, the options that all of them take, and the nearest name. */
#include "command.h"

#include <stddef.h>
#include <string.h>

extern const struct bk_cmd bk_cmd_init, bk_cmd_import, bk_cmd_formats, bk_cmd_migrate,
    bk_cmd_verify, bk_cmd_backup, bk_cmd_reimport, bk_cmd_help;

const struct bk_cmd *const bk_commands[] = {
    &bk_cmd_init,    &bk_cmd_import,  &bk_cmd_reimport,
    &bk_cmd_formats, &bk_cmd_migrate, &bk_cmd_verify,
    &bk_cmd_backup,  &bk_cmd_help,    NULL,
};

static const char *const formats[] = {"text", "csv",   "json",   "ndjson",
                                      "md",   "junit", "github", NULL};
static const char *const langs[] = {"en", "pt", "ru", NULL};
static const char *const dialects[] = {"rfc4180", "excel-pt", NULL};

const struct bk_opt bk_common_opts[] = {
    {0, "db", BK_OPT_TEXT, offsetof(struct bk_common, db), "PATH",
     "the warehouse (default: $BENCHKEEP_DB)", NULL},
    {0, "format", BK_OPT_CHOICE, offsetof(struct bk_common, format), "FORMAT",
     "what to print", formats},
    {'o', "output", BK_OPT_TEXT, offsetof(struct bk_common, output), "FILE",
     "print into a file", NULL},
    {0, "where", BK_OPT_LIST, offsetof(struct bk_common, where), "FILTER",
     "only runs that match: 'hardware=h100,workers>=8'", NULL},
    {0, "lang", BK_OPT_CHOICE, offsetof(struct bk_common, lang), "LANG",
     "language of labels", langs},
    {0, "csv-dialect", BK_OPT_CHOICE, offsetof(struct bk_common, csv_dialect),
     "DIALECT", "how csv is written", dialects},
    {'q', "quiet", BK_OPT_FLAG, offsetof(struct bk_common, quiet), NULL,
     "only what went wrong", NULL},
    {'h', "help", BK_OPT_FLAG, offsetof(struct bk_common, help), NULL, "this page",
     NULL},
    {0, "version", BK_OPT_FLAG, offsetof(struct bk_common, version), NULL,
     "the version of benchkeep", NULL},
    {0},
};

const struct bk_cmd *bk_command_named(const char *name)
{
    for (const struct bk_cmd *const *c = bk_commands; *c; c++) {
        if (strcmp((*c)->name, name) == 0)
            return *c;
    }
    return NULL;
}

const char *bk_command_nearest(struct bk_arena *a, const char *name)
{
    const char **names = NULL;
    size_t n = 0;
    for (const struct bk_cmd *const *c = bk_commands; *c; c++)
        *BK_PUSH(a, names, n) = (*c)->name;
    for (size_t i = 0; i < bk_n_questions; i++)
        *BK_PUSH(a, names, n) = bk_questions[i]->name;
    return bk_nearest(name, names, n);
}
