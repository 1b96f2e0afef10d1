/* Names behind what people say: see author.h. */
#include "author.h"

#include <pwd.h>
#include <stdlib.h>
#include <unistd.h>

bool bk_author(struct bk_arena *a, const char *given, struct bk_str *author,
               struct bk_err *err)
{
    const char *texts[] = {given, getenv("BENCHKEEP_AUTHOR"), NULL};
    const struct passwd *user = getpwuid(geteuid());
    texts[2] = user != NULL ? user->pw_name : NULL;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        *author = bk_dup(a, bk_trim(bk_str(texts[i])));
        if (author->len > 0)
            return true;
    }
    return bk_fail(err, BK_EUSAGE,
                   "nobody is known as the author: name one with --author, or in "
                   "$BENCHKEEP_AUTHOR");
}

bool bk_reason_given(struct bk_arena *a, const char *given, bool needed,
                     struct bk_str *reason, struct bk_err *err)
{
    *reason = bk_dup(a, bk_trim(bk_str(given)));
    return !needed || reason->len > 0 ||
           bk_fail(err, BK_EUSAGE, "say why: --reason 'new driver'");
}
