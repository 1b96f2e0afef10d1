/* Text whose UTF-8 bytes were once read in a character set of one byte a character.
 *
 * Such a text is undone by writing its characters in that set again: where this gives
 * the bytes of a UTF-8 sequence, the sequence is what once stood there.  A run of this
 * kind hardly ever comes about by itself ("√" is followed by "©" in no language), but
 * some two-character runs do (a quote and a capital: "“É"); those count only beside
 * each other, as a text in Cyrillic or Greek has them.
 *
 * Tables: Mac OS Roman after https://www.unicode.org/Public/MAPPINGS/VENDORS/APPLE/
 * ROMAN.TXT, Windows-1252 after https://encoding.spec.whatwg.org/#windows-1252. */
#include "arena.h"
#include "utf8.h"

#include <string.h>

enum {
    HIGH_HALF = 0x80,
    MANY = 4, /* bytes of the longest UTF-8 sequence */
};

/* Code points of the bytes 0x80..0xFF. */
static const uint16_t mac_roman[HIGH_HALF] = {
    0x00C4, 0x00C5, 0x00C7, 0x00C9, 0x00D1, 0x00D6, 0x00DC, 0x00E1, 0x00E0, 0x00E2,
    0x00E4, 0x00E3, 0x00E5, 0x00E7, 0x00E9, 0x00E8, 0x00EA, 0x00EB, 0x00ED, 0x00EC,
    0x00EE, 0x00EF, 0x00F1, 0x00F3, 0x00F2, 0x00F4, 0x00F6, 0x00F5, 0x00FA, 0x00F9,
    0x00FB, 0x00FC, 0x2020, 0x00B0, 0x00A2, 0x00A3, 0x00A7, 0x2022, 0x00B6, 0x00DF,
    0x00AE, 0x00A9, 0x2122, 0x00B4, 0x00A8, 0x2260, 0x00C6, 0x00D8, 0x221E, 0x00B1,
    0x2264, 0x2265, 0x00A5, 0x00B5, 0x2202, 0x2211, 0x220F, 0x03C0, 0x222B, 0x00AA,
    0x00BA, 0x03A9, 0x00E6, 0x00F8, 0x00BF, 0x00A1, 0x00AC, 0x221A, 0x0192, 0x2248,
    0x2206, 0x00AB, 0x00BB, 0x2026, 0x00A0, 0x00C0, 0x00C3, 0x00D5, 0x0152, 0x0153,
    0x2013, 0x2014, 0x201C, 0x201D, 0x2018, 0x2019, 0x00F7, 0x25CA, 0x00FF, 0x0178,
    0x2044, 0x20AC, 0x2039, 0x203A, 0xFB01, 0xFB02, 0x2021, 0x00B7, 0x201A, 0x201E,
    0x2030, 0x00C2, 0x00CA, 0x00C1, 0x00CB, 0x00C8, 0x00CD, 0x00CE, 0x00CF, 0x00CC,
    0x00D3, 0x00D4, 0xF8FF, 0x00D2, 0x00DA, 0x00DB, 0x00D9, 0x0131, 0x02C6, 0x02DC,
    0x00AF, 0x02D8, 0x02D9, 0x02DA, 0x00B8, 0x02DD, 0x02DB, 0x02C7,
};

/* Only 0x80..0x9F; from 0xA0 on a byte is its code point. */
static const uint16_t windows_1252[0x20] = {
    0x20AC, 0x0081, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
    0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x008D, 0x017D, 0x008F,
    0x0090, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
    0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x009D, 0x017E, 0x0178,
};

/* The byte that stands for c in the set, or 0 when there is none above 0x7F. */
static unsigned char mac_byte(uint32_t c)
{
    for (unsigned i = 0; i < HIGH_HALF; i++) {
        if (mac_roman[i] == c)
            return (unsigned char)(HIGH_HALF + i);
    }
    return 0;
}

/* A text that went through Latin-1 has the control characters 0x80..0x9F themselves. */
static unsigned char windows_byte(uint32_t c)
{
    if (c >= 0x80 && c <= 0xFF)
        return (unsigned char)c;
    for (unsigned i = 0; i < sizeof windows_1252 / sizeof *windows_1252; i++) {
        if (windows_1252[i] == c)
            return (unsigned char)(HIGH_HALF + i);
    }
    return 0;
}

struct charset {
    const char *name;
    unsigned char (*byte)(uint32_t code_point);
};

static const struct charset charsets[] = {
    {"Mac OS Roman", mac_byte},
    {"Windows-1252", windows_byte},
};

/* The sequence whose characters begin at s[pos]. */
struct hit {
    unsigned char bytes[MANY]; /* what they were once */
    size_t n;                  /* bytes; 0: no sequence */
    size_t end;                /* offset behind the characters */
};

static struct hit sequence_at(struct bk_str s, size_t pos, const struct charset *set)
{
    struct hit h = {.end = pos};
    size_t want = 1;
    while (h.n < want && h.end < s.len) {
        if ((unsigned char)s.ptr[h.end] < 0x80)
            break;
        unsigned char b = set->byte(bk_utf8_next(s, &h.end));
        if (h.n == 0)
            want = b < 0xC2 || b > 0xF4 ? 0 : b < 0xE0 ? 2 : b < 0xF0 ? 3 : 4;
        if (b == 0 || want == 0)
            return (struct hit){0};
        h.bytes[h.n++] = b;
    }
    struct bk_str once = {(const char *)h.bytes, h.n};
    if (h.n != want || bk_utf8_bad(once) != BK_NONE)
        return (struct hit){0};
    return h;
}

/* A sequence that is believed by itself: the letters of Western Europe (leads C2 and
 * C3), and whatever took three or four characters. */
static bool is_certain(const struct hit *h)
{
    return h->n > 2 || h->bytes[0] <= 0xC3;
}

/* The length in bytes of the run of adjacent sequences at s[pos] when it is believed,
 * else 0; *sequences gets their number. */
static size_t run_at(struct bk_str s, size_t pos, const struct charset *set,
                     size_t *sequences)
{
    size_t end = pos, n = 0;
    bool certain = false;
    for (;;) {
        struct hit h = end < s.len ? sequence_at(s, end, set) : (struct hit){0};
        if (h.n == 0)
            break;
        certain = certain || is_certain(&h);
        end = h.end;
        n++;
    }
    *sequences = n;
    return certain || n > 1 ? end - pos : 0;
}

static void decode_run(struct bk_str s, size_t pos, size_t end,
                       const struct charset *set, struct bk_buf *out)
{
    while (pos < end) {
        struct hit h = sequence_at(s, pos, set);
        bk_buf_add(out, (struct bk_str){(const char *)h.bytes, h.n});
        pos = h.end;
    }
}

/* Repairs s into out (NULL: only counts). */
static size_t repair(struct bk_str s, const struct charset *set, struct bk_buf *out)
{
    size_t total = 0;
    for (size_t pos = 0; pos < s.len;) {
        size_t start = pos, sequences = 0, run = 0;
        if ((unsigned char)s.ptr[pos] >= 0x80)
            run = run_at(s, pos, set, &sequences);
        if (run) {
            if (out)
                decode_run(s, pos, pos + run, set, out);
            total += sequences;
            pos += run;
            continue;
        }
        bk_utf8_next(s, &pos);
        if (out)
            bk_buf_add(out, (struct bk_str){s.ptr + start, pos - start});
    }
    return total;
}

bool bk_mojibake_repair(struct bk_arena *a, struct bk_str s, struct bk_str *repaired,
                        size_t *sequences, const char **charset)
{
    const struct charset *best = NULL;
    size_t most = 0;
    for (size_t i = 0; i < sizeof charsets / sizeof *charsets; i++) {
        size_t n = repair(s, &charsets[i], NULL);
        if (n > most) {
            most = n;
            best = &charsets[i];
        }
    }
    if (!best)
        return false;
    struct bk_buf b = {.max = s.len};
    repair(s, best, &b);
    *repaired = bk_dup(a, bk_buf_str(&b));
    bk_buf_free(&b);
    *sequences = most;
    *charset = best->name;
    return true;
}
