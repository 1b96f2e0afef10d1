/* The command that runs an experiment: that of the tool which ran a setting like it,
 * with what the archive knows of its options.
 *
 * Only options that are on record are given; what is set on the server, or has no
 * option here, follows behind a '#'. */
#ifndef BK_QUERY_NEXT_COMMAND_H
#define BK_QUERY_NEXT_COMMAND_H

#include "select.h"

struct bk_command_ask {
    const struct bk_run_row *like; /* a run of the same task */
    const struct bk_pair *config;  /* all parameters of the experiment */
    size_t n_config;
    const struct bk_pair *changed; /* those that are told behind the '#' when the tool
                                      has no option for them */
    size_t n_changed;
};

/* Empty when it is not known which tool ran it. */
bool bk_next_command(struct bk_db *db, struct bk_arena *a,
                     const struct bk_command_ask *ask, struct bk_str *command,
                     struct bk_err *err);

#endif
