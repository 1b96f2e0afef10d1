/* Who says what is written with a name: annotations, baselines. */
#ifndef BK_QUERY_AUTHOR_H
#define BK_QUERY_AUTHOR_H

#include "../base/arena.h"
#include "../base/err.h"
#include "../base/str.h"

/* The author of --author (NULL: not given), else of $BENCHKEEP_AUTHOR, else the login name
 * of the user.  BK_EUSAGE when there is none of them. */
bool bk_author(struct bk_arena *a, const char *given, struct bk_str *author,
               struct bk_err *err);
/* A reason without blanks round it; BK_EUSAGE when nothing is left and one is needed. */
bool bk_reason_given(struct bk_arena *a, const char *given, bool needed,
                     struct bk_str *reason, struct bk_err *err);

#endif
