/* The options of 'benchkeep import', as data. */
#include "internal.h"

#include <stddef.h>

#define FIELD(name) offsetof(struct bk_import_options, name)

const struct bk_opt bk_import_opts[] = {
    {0, "input-format", BK_OPT_TEXT, FIELD(input_format), "NAME",
     "read every file as this format (see 'benchkeep formats')", NULL},
    {0, "from-path", BK_OPT_LIST, FIELD(from_path), "TEMPLATE",
     "what the parts of a path say: '{hardware}/{session}/results_{concurrency}.csv'",
     NULL},
    {0, "layout", BK_OPT_TEXT, FIELD(layout), "FILE",
     "how a tree of results is laid out (see docs/layouts.md)", NULL},
    {0, "session", BK_OPT_TEXT, FIELD(session), "NAME", "the bench session", NULL},
    {0, "hardware", BK_OPT_TEXT, FIELD(hardware), "NAME", "the kind of machine", NULL},
    {0, "model", BK_OPT_TEXT, FIELD(model), "NAME", "the served model", NULL},
    {0, "workload", BK_OPT_TEXT, FIELD(workload), "NAME", "what was asked of it", NULL},
    {0, "engine", BK_OPT_TEXT, FIELD(engine), "NAME", "the serving software", NULL},
    {0, "started-at", BK_OPT_TEXT, FIELD(started_at), "TIME",
     "when the runs began: 2026-02-14T10:39:42Z", NULL},
    {0, "set", BK_OPT_LIST, FIELD(set), "KEY=VALUE", "a config parameter", NULL},
    {0, "map", BK_OPT_LIST, FIELD(map), "COLUMN=NAME[.STAT][:UNIT]",
     "what a column of the input means", NULL},
    {0, "timing", BK_OPT_LIST, FIELD(timing), "METRIC:UNIT:REGEX",
     "numbers to take out of a log; group 1 is the number", NULL},
    {0, "before", BK_OPT_TEXT, FIELD(before), "FILE",
     "with --after: the run between two expositions of the same server", NULL},
    {0, "after", BK_OPT_TEXT, FIELD(after), "FILE", "the later of the two", NULL},
    {'n', "dry-run", BK_OPT_FLAG, FIELD(dry_run), NULL,
     "read everything, store nothing", NULL},
    {0, "explain", BK_OPT_FLAG, FIELD(explain), NULL,
     "with --dry-run: what each number would become, and why", NULL},
    {0},
};
