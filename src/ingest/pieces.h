/* Where in a text a piece of a secret's name begins: "pass", "key", "token" ...
 *
 * Every byte of what is imported goes through this, and hardly any begins a piece, so
 * blocks are looked at at once: 64 bytes with AVX-512 (VBMI) or 32 with AVX2, where the
 * processor has them, else 16 with what the compiler makes of vectors. */
#ifndef BK_INGEST_PIECES_H
#define BK_INGEST_PIECES_H

#include "../base/str.h"

/* Which pieces the first, second and third letter allow, a bit each: by their nibbles,
 * and by their low six bits. */
struct bk_pieces {
    uint8_t low[3][16], high[3][16], six[3][64];
    /* where to look on from pos */
    size_t (*skip)(const struct bk_pieces *p, struct bk_str text, size_t pos);
};

/* 'widest': bytes of a block, at most; BK_NONE: as many as the processor can look at. */
void bk_pieces_init(struct bk_pieces *p, size_t widest);

/* The first piece at or behind pos, letters in either case, or the text's end. */
size_t bk_next_piece(const struct bk_pieces *p, struct bk_str text, size_t pos);

#endif
