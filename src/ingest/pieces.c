/* Pieces of names, block by block (see pieces.h).
 *
 * With AVX2 a byte's two nibbles pick the pieces that have such a letter at their first
 * place from two tables of 16; so do the two bytes behind it for the second and third
 * place, and what all six tables agree on may begin there.  Eight pieces have a bit each,
 * so that this is exact for three letters.  The idea is that of "Teddy" by
 * G. Langdale in Hyperscan (https://github.com/intel/hyperscan, src/fdr/README.md). */
#include "pieces.h"

#include <string.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

/* clang-format off */
#define PIECES(X)                                           \
    X("pass") X("pwd") X("secret") X("credential") X("key") \
    X("token") X("private") X("uthorization")
/* clang-format on */
#define TEXT(piece) {piece, sizeof(piece) - 1},
static const struct bk_str pieces[] = {PIECES(TEXT)};
#define N_PIECES (sizeof pieces / sizeof *pieces)
_Static_assert(N_PIECES <= 8, "a bit for each piece");

enum {
    LETTERS = 3, /* of a piece that are compared at once */
    LANES = 16
};
typedef unsigned char lanes __attribute__((vector_size(LANES)));
typedef uint64_t halves __attribute__((vector_size(LANES)));

static bool piece_at(struct bk_str t, size_t pos)
{
    char first = (char)(t.ptr[pos] | 0x20);
    for (size_t i = 0; i < N_PIECES; i++) {
        size_t len = pieces[i].len;
        if (first == pieces[i].ptr[0] && t.len - pos >= len &&
            bk_eq_nocase((struct bk_str){t.ptr + pos, len}, pieces[i]))
            return true;
    }
    return false;
}

static bool any(lanes hit)
{
    halves h = (halves)hit;
    return (h[0] | h[1]) != 0;
}

/* Of constants, so that the compiler sets them up once for the whole text. */
#define COMPARE(piece)                                                                 \
    {                                                                                  \
        lanes hit = (lanes)(letter[0] == (unsigned char)(piece)[0]) &                  \
                    (lanes)(letter[1] == (unsigned char)(piece)[1]);                   \
        two |= hit;                                                                    \
        three |= hit & (lanes)(letter[2] == (unsigned char)(piece)[2]);                \
    }

/* Does a piece begin in the LANES bytes at p?  Its first three letters tell, the first
 * two of them alone most of the time. */
static bool may_begin(const char *p)
{
    lanes letter[LETTERS], two = {0}, three = {0};
    for (size_t k = 0; k < LETTERS; k++) {
        memcpy(&letter[k], p + k, LANES);
        letter[k] |= (unsigned char)0x20; /* lower case, of letters */
    }
    PIECES(COMPARE)
    return any(two) && any(three);
}

/* All leave out what begins no piece, and stop at or before the next one. */
static size_t skip_blocks(const struct bk_pieces *p, struct bk_str t, size_t pos)
{
    (void)p;
    while (t.len - pos >= LANES + LETTERS - 1 && !may_begin(t.ptr + pos))
        pos += LANES;
    return pos;
}

#if defined(__x86_64__)
#define AVX2 __attribute__((target("avx2")))
#define VBMI __attribute__((target("avx512bw,avx512vbmi")))

static inline __m128i table_of(const uint8_t nibbles[16])
{
    return _mm_loadu_si128((const __m128i *)(const void *)nibbles);
}

AVX2 static size_t skip_by_32(const struct bk_pieces *p, struct bk_str t, size_t pos)
{
    enum {
        WIDE = 32
    };
    const __m256i nibble = _mm256_set1_epi8(15), small = _mm256_set1_epi8(0x20);
    __m256i low[LETTERS], high[LETTERS];
    for (int k = 0; k < LETTERS; k++) {
        low[k] = _mm256_broadcastsi128_si256(table_of(p->low[k]));
        high[k] = _mm256_broadcastsi128_si256(table_of(p->high[k]));
    }
    for (; t.len - pos >= WIDE + LETTERS - 1; pos += WIDE) {
        __m256i hit = _mm256_set1_epi8(-1);
        for (int k = 0; k < LETTERS; k++) {
            const void *at = t.ptr + pos + k;
            __m256i c = _mm256_or_si256(_mm256_loadu_si256(at), small);
            __m256i upper = _mm256_and_si256(_mm256_srli_epi16(c, 4), nibble);
            __m256i lower = _mm256_and_si256(c, nibble);
            hit = _mm256_and_si256(hit, _mm256_shuffle_epi8(low[k], lower));
            hit = _mm256_and_si256(hit, _mm256_shuffle_epi8(high[k], upper));
        }
        __m256i none = _mm256_cmpeq_epi8(hit, _mm256_setzero_si256());
        uint32_t some = ~(uint32_t)_mm256_movemask_epi8(none);
        if (some != 0)
            return pos + (size_t)__builtin_ctz(some);
    }
    return pos;
}

/* One table of 64 for each place, by the low six bits of a byte, which the instruction
 * takes by itself: cheaper, and exact but for what differs in the high two. */
VBMI static size_t skip_by_64(const struct bk_pieces *p, struct bk_str t, size_t pos)
{
    enum {
        WIDE = 64
    };
    __m512i table[LETTERS];
    for (int k = 0; k < LETTERS; k++)
        table[k] = _mm512_loadu_si512((const void *)p->six[k]);
    for (; t.len - pos >= WIDE + LETTERS - 1; pos += WIDE) {
        __m512i hit = _mm512_set1_epi8(-1);
        for (int k = 0; k < LETTERS; k++) {
            __m512i c = _mm512_loadu_si512((const void *)(t.ptr + pos + k));
            hit = _mm512_and_si512(hit, _mm512_permutexvar_epi8(c, table[k]));
        }
        uint64_t some = _mm512_test_epi8_mask(hit, hit);
        if (some != 0)
            return pos + (size_t)__builtin_ctzll(some);
    }
    return pos;
}
#endif

void bk_pieces_init(struct bk_pieces *p, size_t widest)
{
    *p = (struct bk_pieces){.skip = skip_blocks};
    for (size_t i = 0; i < N_PIECES; i++) {
        for (size_t k = 0; k < LETTERS; k++) {
            unsigned char letter = (unsigned char)pieces[i].ptr[k];
            p->low[k][letter & 15] |= (uint8_t)(1u << i);
            p->high[k][letter >> 4] |= (uint8_t)(1u << i);
            p->six[k][letter & 63] |= (uint8_t)(1u << i);
            p->six[k][(letter & 63) ^ 0x20] |= (uint8_t)(1u << i); /* a capital */
        }
    }
#if defined(__x86_64__)
    if (widest >= 64 && __builtin_cpu_supports("avx512vbmi"))
        p->skip = skip_by_64;
    else if (widest >= 32 && __builtin_cpu_supports("avx2"))
        p->skip = skip_by_32;
#else
    (void)widest;
#endif
}

size_t bk_next_piece(const struct bk_pieces *p, struct bk_str text, size_t pos)
{
    for (; pos < text.len; pos++) {
        pos = p->skip(p, text, pos);
        if (pos < text.len && piece_at(text, pos))
            return pos;
    }
    return text.len;
}
