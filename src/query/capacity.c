/* capacity: how much load a system bears.
 *
 * With a run: its course second by second, on the way up (capacity_run.c).  Without:
 * runs that differ in their load (capacity_across.c). */
#include "capacity.h"

static bool ask(struct bk_db *db, const void *args, const struct bk_strings *positional,
                const struct bk_strings *where, struct bk_report *r, struct bk_err *err)
{
    const struct bk_capacity_args *o = args;
    bool across = o->by != NULL || o->metric != NULL || o->hardware != NULL ||
                  o->model != NULL || o->workload != NULL;
    bool within =
        o->errors != NULL || o->p95 != NULL || o->lasting != NULL || o->load != NULL;
    if (positional->n == 0 && within)
        return bk_fail(err, BK_EUSAGE,
                       "--errors, --p95, --lasting and --load are about the course of "
                       "one run: name it");
    if (positional->n == 0)
        return bk_capacity_across(db, o, where, r, err);
    if (across || where->n > 0)
        return bk_fail(err, BK_EUSAGE,
                       "--by, --metric, --where and the like are about several runs, "
                       "and '%s' is one",
                       positional->items[0]);
    return bk_capacity_run(db, o, positional->items[0], r, err);
}

static const char *const loads[] = {"vus", "rate", NULL};

static const struct bk_opt options[] = {
    {0, "errors", BK_OPT_TEXT, offsetof(struct bk_capacity_args, errors), "SHARE",
     "where more than this share of requests fails (default: 1%)", NULL},
    {0, "p95", BK_OPT_TEXT, offsetof(struct bk_capacity_args, p95), "TIME",
     "where the 95th percentile of latency goes beyond this: 2s, 500ms", NULL},
    {0, "lasting", BK_OPT_TEXT, offsetof(struct bk_capacity_args, lasting), "TIME",
     "for how long it is looked at to stay beyond, 1s to 1m (default: 3s)", NULL},
    {0, "load", BK_OPT_CHOICE, offsetof(struct bk_capacity_args, load), "WHAT",
     "what the load is: users, or requests started a second", loads},
    {0, "by", BK_OPT_TEXT, offsetof(struct bk_capacity_args, by), "PARAMETER",
     "across runs: the parameter that is the load", NULL},
    {'m', "metric", BK_OPT_TEXT, offsetof(struct bk_capacity_args, metric), "METRIC",
     "across runs: the throughput (default: of output tokens, else of ok requests)",
     NULL},
    {0, "hardware", BK_OPT_TEXT, offsetof(struct bk_capacity_args, hardware), "NAME",
     "across runs: only this kind of machine", NULL},
    {0, "model", BK_OPT_TEXT, offsetof(struct bk_capacity_args, model), "NAME",
     "across runs: only this model", NULL},
    {0, "workload", BK_OPT_TEXT, offsetof(struct bk_capacity_args, workload), "NAME",
     "across runs: only this workload", NULL},
    {.type = BK_OPT_END},
};

const struct bk_question bk_question_capacity = {
    .name = "capacity",
    .args = "[RUN]",
    .summary = "how much load it bears: where errors begin, knee, plateau, cliff",
    .help =
        "With a run: from its course while the load rises, where errors begin and the "
        "95th\npercentile of latency leaves a limit, each with the bounds that the data "
        "allow, and\nload against throughput.  Without: runs of one hardware, model and "
        "workload that\ndiffer in one parameter.  Both fit the Universal Scalability "
        "Law, or say why not,\nand check Little's law.\n\n"
        "Examples:\n"
        "  benchkeep capacity 071/h100\n"
        "  benchkeep capacity 071/h100 --errors 0.5% --p95 2s\n"
        "  benchkeep capacity --by concurrency --hardware rtx-4060-ti\n"
        "  benchkeep capacity --by batch_size --where concurrency=10 --format csv\n",
    .options = options,
    .args_size = sizeof(struct bk_capacity_args),
    .max_positional = 1,
    .ask = ask,
};
