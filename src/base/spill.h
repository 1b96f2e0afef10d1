/* Bytes that go to memory first and past a limit to an unnamed temporary file. */
#ifndef BK_BASE_SPILL_H
#define BK_BASE_SPILL_H

#include "err.h"
#include "str.h"

struct bk_spill;

/* limit: bytes that are held in memory at the most. */
struct bk_spill *bk_spill_new(size_t limit);
void bk_spill_free(struct bk_spill *s); /* NULL is fine; the file goes with it */

/* Appends; *at is where the bytes are. The file is made in $TMPDIR, or /var/tmp or /tmp.
 */
bool bk_spill_add(struct bk_spill *s, struct bk_str bytes, uint64_t *at,
                  struct bk_err *err);
/* Fills 'bytes' (cleared before) with n bytes from 'at' on. */
bool bk_spill_get(struct bk_spill *s, uint64_t at, size_t n, struct bk_buf *bytes,
                  struct bk_err *err);

#endif
