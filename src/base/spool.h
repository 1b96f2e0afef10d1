/* A spool: bytes that are appended and read back later, in memory up to a limit and
 * past it in an unnamed temporary file under $TMPDIR or /tmp, which disappears with the
 * process. */
#ifndef BK_BASE_SPOOL_H
#define BK_BASE_SPOOL_H

#include "err.h"
#include "str.h"

struct bk_spool;

/* memory_limit: bytes that are held in memory before a file is made. */
struct bk_spool *bk_spool_new(size_t memory_limit);
void bk_spool_free(struct bk_spool *s); /* NULL is fine */
/* Appends; BK_ESYS when the file cannot be made or written (a full disk). */
bool bk_spool_add(struct bk_spool *s, struct bk_str bytes, struct bk_err *err);
int64_t bk_spool_size(const struct bk_spool *s); /* bytes appended so far */
/* Fills out with the n bytes at offset; all of them must have been appended. */
bool bk_spool_read(struct bk_spool *s, int64_t offset, char *out, size_t n,
                   struct bk_err *err);

#endif
