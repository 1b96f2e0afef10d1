/* What packing and unpacking samples share: the numbers of the form (series_pack.h). */
#ifndef BK_STORE_SERIES_FORM_H
#define BK_STORE_SERIES_FORM_H

#include "../base/str.h"

#include <stddef.h>
#include <stdint.h>

enum {
    BK_SERIES_VERSION = 1,
    BK_SERIES_PLAIN = 0, /* what follows a head */
    BK_SERIES_ZSTD = 1,
    BK_SERIES_MOST = 16384, /* samples in a pack */
    BK_SERIES_PARTS = 4,    /* of series; samples have as many */
    BK_VARINT_MOST = 10     /* bytes */
};
#define BK_SERIES_MAGIC  "bkse"
#define BK_SAMPLES_MAGIC "bksa"
#define BK_CRC_AT        ((size_t)16) /* in a head */

static inline uint64_t bk_zigzag(int64_t x)
{
    return (uint64_t)x << 1 ^ (x < 0 ? UINT64_MAX : 0);
}

static inline int64_t bk_unzigzag(uint64_t x)
{
    return (int64_t)(x >> 1 ^ (x & 1 ? UINT64_MAX : 0));
}

/* b - a and a + b of any two numbers, around the end where it must be. */
static inline int64_t bk_distance(int64_t a, int64_t b)
{
    return (int64_t)((uint64_t)b - (uint64_t)a);
}

static inline int64_t bk_onward(int64_t a, int64_t b)
{
    return (int64_t)((uint64_t)a + (uint64_t)b);
}

static inline void bk_put_number(char *to, uint64_t x, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        to[i] = (char)(unsigned char)(x >> 8 * i);
    }
}

static inline uint64_t bk_get_number(const char *from, size_t n)
{
    uint64_t x = 0;
    for (size_t i = 0; i < n; i++) {
        x |= (uint64_t)(unsigned char)from[i] << 8 * i;
    }
    return x;
}

#endif
