/* Texts that come again: names, statistics and units of the rows of a table are kept once
 * and not once a number.
 *
 * It remembers as many texts as it has places, the newest of each place, so that its own
 * memory is bounded whatever comes. */
#ifndef BK_BASE_TEXTS_H
#define BK_BASE_TEXTS_H

#include "arena.h"
#include "str.h"

struct bk_texts;

/* The texts live as long as the arena, past any release to a later mark. */
struct bk_texts *bk_texts_new(struct bk_arena *a);

/* A copy of s, the one of the last call with the same text where that is remembered. */
struct bk_str bk_texts_keep(struct bk_texts *t, struct bk_str s);

/* The same of the bytes of a struct without padding, aligned for any type. */
const void *bk_texts_keep_bytes(struct bk_texts *t, const void *bytes, size_t size);

#endif
