/* SHA-256 (FIPS 180-4) over nettle, which uses the processor's instructions for it. */
#ifndef BK_BASE_HASH_H
#define BK_BASE_HASH_H

#include "str.h"

struct bk_sha256 {
    _Alignas(16) unsigned char state[256]; /* nettle's context; its size is checked at
                                              build time */
};
void bk_sha256_init(struct bk_sha256 *h);
void bk_sha256_add(struct bk_sha256 *h, struct bk_str bytes);
/* 64 lower-case hexadecimal digits and a NUL. */
void bk_sha256_hex(struct bk_sha256 *h, char out[65]);
void bk_sha256_of(struct bk_str bytes, char out[65]);

#endif
