/* Keeping a large file while it is imported: on a thread of its own it is read once
 * more, searched for secrets, hashed and packed, so that the import does not wait for
 * what only the archive needs. */
#ifndef BK_INGEST_KEEP_H
#define BK_INGEST_KEEP_H

#include "../archive/keeper.h"

struct bk_keeping;

/* Begins with the file at path, which is copied. */
struct bk_keeping *bk_keeping_begin(const char *path);
/* Waits for the end, or gives up when interrupted.  When secrets were found (*secrets),
 * nothing is kept; else *keeper is the caller's.  Not to be called again. */
bool bk_keeping_end(struct bk_keeping *k, struct bk_interrupt interrupt,
                    struct bk_keeper **keeper, bool *secrets, struct bk_err *err);
/* Gives up what is still being done.  NULL is fine. */
void bk_keeping_free(struct bk_keeping *k);

#endif
