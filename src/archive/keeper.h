/* A keeper: the bytes of a source on their way into the archive, hashed and packed into
 * zstd chunks as they come.
 *
 * It knows no database, so that it may be filled while the same bytes are still being
 * read by an importer, on a thread of its own.  The packed chunks wait in a spill. */
#ifndef BK_ARCHIVE_KEEPER_H
#define BK_ARCHIVE_KEEPER_H

#include "../base/file.h"

#define BK_SOURCE_CHUNK ((size_t)1024 * 1024) /* unpacked bytes of a chunk, at most */

struct bk_keeper;

struct bk_keeper *bk_keeper_new(void);
void bk_keeper_free(struct bk_keeper *k); /* NULL is fine */
/* The next bytes of the source, any number.  They must stay as they are until the
 * next call with k is back: a second thread hashes them. */
bool bk_keeper_add(struct bk_keeper *k, struct bk_str bytes, struct bk_err *err);
/* All that a stream gives. */
bool bk_keeper_add_all(struct bk_keeper *k, struct bk_stream *s,
                       struct bk_interrupt interrupt, struct bk_err *err);
/* There are no more. */
bool bk_keeper_end(struct bk_keeper *k, struct bk_err *err);

/* --- after bk_keeper_end --- */
int64_t bk_keeper_size(const struct bk_keeper *k); /* unpacked */
const char *bk_keeper_sha256(const struct bk_keeper *k);
size_t bk_keeper_n_chunks(const struct bk_keeper *k);
/* A chunk's zstd frame into 'packed', whose former content goes. */
bool bk_keeper_chunk(struct bk_keeper *k, size_t chunk, struct bk_buf *packed,
                     size_t *raw_size, struct bk_err *err);

#endif
