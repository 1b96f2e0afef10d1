/* Looking for bytes, 64 at a time.
 *
 * The vectors are those of SSE2, which every x86-64 has.  Elsewhere eight bytes are
 * looked at in a 64-bit word: a byte is zero exactly when adding 0x7f to its low seven
 * bits does not reach the high one and the high one is clear (H. S. Warren, "Hacker's
 * Delight", 6-1).  In a header, for the calls are in the innermost loops. */
#ifndef BK_IMPORTERS_SHARED_SCAN_H
#define BK_IMPORTERS_SHARED_SCAN_H

#include <stdint.h>
#include <string.h>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

/* What is looked for; the same byte may stand several times. */
struct bk_four {
    char a, b, c, d;
};

#define BK_SCAN_ONES  UINT64_C(0x0101010101010101)
#define BK_SCAN_LOW_7 UINT64_C(0x7F7F7F7F7F7F7F7F)

/* The high bit of each byte of the word that equals c, and no other bit. */
static inline uint64_t bk_scan_equal(uint64_t word, char c)
{
    uint64_t x = word ^ (BK_SCAN_ONES * (unsigned char)c);
    return ~(((x & BK_SCAN_LOW_7) + BK_SCAN_LOW_7) | x | BK_SCAN_LOW_7);
}

/* One bit for each of 64 bytes, the first one lowest: it is one of the four.  Without
 * the processor's vectors. */
static inline uint64_t bk_scan_portable(const char *p, struct bk_four which)
{
    uint64_t bits = 0;
    for (int i = 0; i < 8; i++) {
        uint64_t word = 0;
        memcpy(&word, p + 8 * i, sizeof word);
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
        word = __builtin_bswap64(word);
#endif
        uint64_t hits = bk_scan_equal(word, which.a) | bk_scan_equal(word, which.b) |
                        bk_scan_equal(word, which.c) | bk_scan_equal(word, which.d);
        /* gathers the eight high bits in the highest byte, in order */
        bits |= (((hits >> 7) * UINT64_C(0x0102040810204080)) >> 56) << (8 * i);
    }
    return bits;
}

/* The same, as fast as can be. */
#if defined(__SSE2__)
static inline uint64_t bk_scan(const char *p, struct bk_four which)
{
    const __m128i a = _mm_set1_epi8(which.a), b = _mm_set1_epi8(which.b);
    const __m128i c = _mm_set1_epi8(which.c), d = _mm_set1_epi8(which.d);
    uint64_t bits = 0;
    for (int i = 0; i < 4; i++) {
        __m128i x = _mm_loadu_si128((const __m128i *)(const void *)(p + 16 * i));
        __m128i ab = _mm_or_si128(_mm_cmpeq_epi8(x, a), _mm_cmpeq_epi8(x, b));
        __m128i cd = _mm_or_si128(_mm_cmpeq_epi8(x, c), _mm_cmpeq_epi8(x, d));
        uint64_t mask = (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_or_si128(ab, cd));
        bits |= mask << (16 * i);
    }
    return bits;
}
#else
static inline uint64_t bk_scan(const char *p, struct bk_four which)
{
    return bk_scan_portable(p, which);
}
#endif

#endif
