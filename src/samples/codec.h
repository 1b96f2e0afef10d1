/* What writing and reading chunks share: the numbers of the format (see chunk.h). */
#ifndef BK_SAMPLES_CODEC_H
#define BK_SAMPLES_CODEC_H

#include "../base/packer.h"
#include "chunk.h"

#include <string.h>

#define BK_CHUNK_MAGIC   "bkch"
#define BK_CHUNK_VERSION 1
#define BK_CHUNK_CRC_AT  ((size_t)12)
#define BK_MAX_DECIMALS  9
#define BK_FIXED_COLUMNS ((size_t)3) /* before the values */
#define BK_BYTES_PER_POINT                                                             \
    10 /* the longest varint; a plane of each byte of a number is less */
#define BK_LARGEST_DECIMAL 2251799813685248.0 /* 2^51: integers stay below */

enum bk_column_kind {
    BK_COLUMN_METRICS,
    BK_COLUMN_TIMES,
    BK_COLUMN_SETS,
    BK_COLUMN_VALUES
};

enum bk_codec {
    BK_CODEC_PLACES, /* of metrics and sets */
    BK_CODEC_TIMES,
    BK_CODEC_CONSTANT,
    BK_CODEC_DECIMAL,
    BK_CODEC_DECIMAL_STEPS,
    BK_CODEC_DOUBLE,
    BK_CODEC_DOUBLE_STEPS
};

enum bk_block {
    BK_BLOCK_PLAIN,
    BK_BLOCK_ZSTD,
    BK_BLOCK_SAME
};
#define BK_BLOCK_BITS 2

struct bk_column_head { /* a description */
    uint8_t kind, codec, parameter, width;
    uint16_t metric, table;
    uint32_t n, packed, crc, raw;
    int64_t base;
};

struct bk_chunk_work {
    struct bk_packer *packer;
    /* writing */
    struct bk_chunk_groups grouped;
    double *values;   /* grouped */
    uint16_t *places; /* grouped */
    uint16_t *column; /* of each metric, 1 +; 0: not in this chunk */
    uint16_t *entry;  /* of each set, the same */
    int64_t *integers;
    struct bk_buf body; /* packed columns */
    /* both */
    unsigned char *bytes; /* BK_BYTES_PER_POINT a point: varints, a plane */
    uint16_t *numbers;
};

extern const double bk_powers_of_ten[BK_MAX_DECIMALS + 1];
extern const int64_t bk_time_units[BK_MAX_DECIMALS + 1];

static inline uint64_t bk_zigzag(uint64_t x)
{
    return x << 1 ^ (UINT64_C(0) - (x >> 63));
}

static inline uint64_t bk_unzigzag(uint64_t x)
{
    return x >> 1 ^ (UINT64_C(0) - (x & 1));
}

static inline uint64_t bk_bits_of(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static inline double bk_of_bits(uint64_t bits)
{
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static inline void bk_put_le(unsigned char *to, uint64_t x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        to[i] = (unsigned char)(x >> 8 * i);
}

static inline uint64_t bk_get_le(const unsigned char *from, size_t n)
{
    uint64_t x = 0;
    for (size_t i = 0; i < n; i++)
        x |= (uint64_t)from[i] << 8 * i;
    return x;
}

#endif
