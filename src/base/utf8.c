/* UTF-8 after Unicode 15, chapter 3.9, table 3-7 (https://www.unicode.org/versions/
 * Unicode15.0.0/ch03.pdf): decoding, folding case, measuring width. */
#include "utf8.h"

#include "arena.h"

#include <string.h>

#define REPLACEMENT 0xFFFD

/* The sequence at s[pos]: its length, or 0 when it is ill-formed. */
static size_t sequence(struct bk_str s, size_t pos, uint32_t *code_point)
{
    const unsigned char *p = (const unsigned char *)s.ptr + pos;
    size_t left = s.len - pos, n;
    unsigned char low = 0x80, high = 0xBF; /* of the second byte */
    if (p[0] < 0x80) {
        *code_point = p[0];
        return 1;
    }
    if (p[0] < 0xC2 || p[0] > 0xF4)
        return 0;
    n = p[0] < 0xE0 ? 2 : p[0] < 0xF0 ? 3 : 4;
    if (p[0] == 0xE0)
        low = 0xA0;
    else if (p[0] == 0xED)
        high = 0x9F;
    else if (p[0] == 0xF0)
        low = 0x90;
    else if (p[0] == 0xF4)
        high = 0x8F;
    if (left < n || p[1] < low || p[1] > high)
        return 0;
    uint32_t c = p[0] & (0x7Fu >> n);
    c = c << 6 | (p[1] & 0x3Fu);
    for (size_t i = 2; i < n; i++) {
        if (p[i] < 0x80 || p[i] > 0xBF)
            return 0;
        c = c << 6 | (p[i] & 0x3Fu);
    }
    *code_point = c;
    return n;
}

size_t bk_utf8_bad(struct bk_str s)
{
    const uint64_t high_bits = UINT64_C(0x8080808080808080);
    for (size_t pos = 0; pos < s.len;) {
        uint64_t w;
        if (s.len - pos >= sizeof w) {
            memcpy(&w, s.ptr + pos, sizeof w);
            if ((w & high_bits) == 0) {
                pos += sizeof w;
                continue;
            }
        }
        uint32_t c;
        size_t n = sequence(s, pos, &c);
        if (n == 0)
            return pos;
        pos += n;
    }
    return BK_NONE;
}

uint32_t bk_utf8_next(struct bk_str s, size_t *pos)
{
    uint32_t c;
    size_t n = sequence(s, *pos, &c);
    *pos += n ? n : 1;
    return n ? c : REPLACEMENT;
}

void bk_utf8_add(struct bk_buf *b, uint32_t c)
{
    unsigned char out[4];
    size_t n = 0;
    if (c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF))
        c = REPLACEMENT;
    if (c < 0x80) {
        out[n++] = (unsigned char)c;
    } else if (c < 0x800) {
        out[n++] = (unsigned char)(0xC0 | c >> 6);
    } else if (c < 0x10000) {
        out[n++] = (unsigned char)(0xE0 | c >> 12);
        out[n++] = (unsigned char)(0x80 | (c >> 6 & 0x3F));
    } else {
        out[n++] = (unsigned char)(0xF0 | c >> 18);
        out[n++] = (unsigned char)(0x80 | (c >> 12 & 0x3F));
        out[n++] = (unsigned char)(0x80 | (c >> 6 & 0x3F));
    }
    if (c >= 0x80)
        out[n++] = (unsigned char)(0x80 | (c & 0x3F));
    bk_buf_add(b, (struct bk_str){(const char *)out, n});
}

/* --- case --- */

/* Blocks of capital letters: either a fixed distance to the small ones, or (distance 0)
 * capital and small by turns, where the capitals have the given parity. */
static const struct {
    uint32_t first, last, distance, parity;
} capitals[] = {
    {'A', 'Z', 32, 0},      {0xC0, 0xD6, 32, 0},    {0xD8, 0xDE, 32, 0},
    {0x100, 0x12F, 0, 0},   {0x132, 0x137, 0, 0},   {0x139, 0x148, 0, 1},
    {0x14A, 0x177, 0, 0},   {0x179, 0x17E, 0, 1},   {0x386, 0x386, 38, 0},
    {0x388, 0x38A, 37, 0},  {0x38C, 0x38C, 64, 0},  {0x38E, 0x38F, 63, 0},
    {0x391, 0x3A1, 32, 0},  {0x3A3, 0x3AB, 32, 0},  {0x400, 0x40F, 80, 0},
    {0x410, 0x42F, 32, 0},  {0x460, 0x481, 0, 0},   {0x48A, 0x4BF, 0, 0},
    {0x4C0, 0x4C0, 15, 0},  {0x4C1, 0x4CE, 0, 1},   {0x4D0, 0x52F, 0, 0},
    {0x1E00, 0x1E95, 0, 0}, {0x1EA0, 0x1EFF, 0, 0}, {0xFF21, 0xFF3A, 32, 0},
};

static uint32_t lower_case(uint32_t c)
{
    if (c == 0x178) /* the only capital that stands far from its block */
        return 0xFF;
    for (size_t i = 0; i < sizeof capitals / sizeof *capitals; i++) {
        if (c < capitals[i].first || c > capitals[i].last)
            continue;
        if (capitals[i].distance)
            return c + capitals[i].distance;
        return c + (c % 2 == capitals[i].parity);
    }
    return c;
}

static bool is_ascii(struct bk_str s)
{
    unsigned char all = 0;
    for (size_t i = 0; i < s.len; i++)
        all |= (unsigned char)s.ptr[i];
    return all < 0x80;
}

struct bk_str bk_utf8_lower(struct bk_arena *a, struct bk_str s)
{
    struct bk_buf b = {0};
    if (is_ascii(s))
        return bk_lower(a, s);
    for (size_t pos = 0; pos < s.len;) {
        size_t start = pos;
        uint32_t c = bk_utf8_next(s, &pos);
        if (c == REPLACEMENT) /* ill-formed bytes stay as they are */
            bk_buf_add(&b, (struct bk_str){s.ptr + start, pos - start});
        else
            bk_utf8_add(&b, lower_case(c));
    }
    struct bk_str lowered = bk_dup(a, bk_buf_str(&b));
    bk_buf_free(&b);
    return lowered;
}

/* --- width --- */

struct range {
    uint32_t first, last;
};

/* General categories Mn, Me and Cf of the scripts that terminals show well. */
static const struct range zero_width[] = {
    {0x0300, 0x036F},   {0x0483, 0x0489},   {0x0591, 0x05BD}, {0x05BF, 0x05BF},
    {0x05C1, 0x05C2},   {0x05C4, 0x05C5},   {0x05C7, 0x05C7}, {0x0600, 0x0605},
    {0x0610, 0x061A},   {0x061C, 0x061C},   {0x064B, 0x065F}, {0x0670, 0x0670},
    {0x06D6, 0x06DD},   {0x06DF, 0x06E4},   {0x06E7, 0x06E8}, {0x06EA, 0x06ED},
    {0x0E31, 0x0E31},   {0x0E34, 0x0E3A},   {0x0E47, 0x0E4E}, {0x1160, 0x11FF},
    {0x1AB0, 0x1ACE},   {0x1DC0, 0x1DFF},   {0x200B, 0x200F}, {0x202A, 0x202E},
    {0x2060, 0x206F},   {0x20D0, 0x20F0},   {0x302A, 0x302D}, {0x3099, 0x309A},
    {0xFE00, 0xFE0F},   {0xFE20, 0xFE2F},   {0xFEFF, 0xFEFF}, {0xFFF9, 0xFFFB},
    {0xE0001, 0xE007F}, {0xE0100, 0xE01EF},
};

/* East_Asian_Width W and F, emoji with them (UAX 11). */
static const struct range wide[] = {
    {0x1100, 0x115F},   {0x231A, 0x231B},   {0x2329, 0x232A},   {0x23E9, 0x23EC},
    {0x23F0, 0x23F0},   {0x23F3, 0x23F3},   {0x25FD, 0x25FE},   {0x2614, 0x2615},
    {0x2648, 0x2653},   {0x267F, 0x267F},   {0x2693, 0x2693},   {0x26A1, 0x26A1},
    {0x26AA, 0x26AB},   {0x26BD, 0x26BE},   {0x26C4, 0x26C5},   {0x26CE, 0x26CE},
    {0x26D4, 0x26D4},   {0x26EA, 0x26EA},   {0x26F2, 0x26F3},   {0x26F5, 0x26F5},
    {0x26FA, 0x26FA},   {0x26FD, 0x26FD},   {0x2705, 0x2705},   {0x270A, 0x270B},
    {0x2728, 0x2728},   {0x274C, 0x274C},   {0x274E, 0x274E},   {0x2753, 0x2755},
    {0x2757, 0x2757},   {0x2795, 0x2797},   {0x27B0, 0x27B0},   {0x27BF, 0x27BF},
    {0x2B1B, 0x2B1C},   {0x2B50, 0x2B50},   {0x2B55, 0x2B55},   {0x2E80, 0x303E},
    {0x3041, 0x33FF},   {0x3400, 0x4DBF},   {0x4E00, 0xA4CF},   {0xA960, 0xA97C},
    {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},   {0xFE10, 0xFE19},   {0xFE30, 0xFE6B},
    {0xFF01, 0xFF60},   {0xFFE0, 0xFFE6},   {0x16FE0, 0x18CD5}, {0x1AFF0, 0x1B2FB},
    {0x1F004, 0x1F004}, {0x1F0CF, 0x1F0CF}, {0x1F18E, 0x1F18E}, {0x1F191, 0x1F19A},
    {0x1F200, 0x1F320}, {0x1F32D, 0x1F335}, {0x1F337, 0x1F37C}, {0x1F37E, 0x1F393},
    {0x1F3A0, 0x1F3CA}, {0x1F3CF, 0x1F3D3}, {0x1F3E0, 0x1F3F0}, {0x1F3F4, 0x1F3F4},
    {0x1F3F8, 0x1F43E}, {0x1F440, 0x1F440}, {0x1F442, 0x1F4FC}, {0x1F4FF, 0x1F53D},
    {0x1F54B, 0x1F54E}, {0x1F550, 0x1F567}, {0x1F57A, 0x1F57A}, {0x1F595, 0x1F596},
    {0x1F5A4, 0x1F5A4}, {0x1F5FB, 0x1F64F}, {0x1F680, 0x1F6C5}, {0x1F6CC, 0x1F6CC},
    {0x1F6D0, 0x1F6D2}, {0x1F6D5, 0x1F6D7}, {0x1F6DC, 0x1F6DF}, {0x1F6EB, 0x1F6EC},
    {0x1F6F4, 0x1F6FC}, {0x1F7E0, 0x1F7EB}, {0x1F7F0, 0x1F7F0}, {0x1F90C, 0x1F93A},
    {0x1F93C, 0x1F945}, {0x1F947, 0x1F9FF}, {0x1FA70, 0x1FAFF}, {0x20000, 0x3FFFD},
};

static bool is_in(uint32_t c, const struct range *ranges, size_t n)
{
    size_t low = 0, high = n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (c > ranges[middle].last)
            low = middle + 1;
        else if (c < ranges[middle].first)
            high = middle;
        else
            return true;
    }
    return false;
}

size_t bk_utf8_plain(struct bk_str s)
{
    size_t n = 0;
    while (n < s.len && s.ptr[n] >= 0x20 && s.ptr[n] < 0x7F)
        n++;
    return n;
}

size_t bk_utf8_width(struct bk_str s)
{
    const uint32_t emoji_style = 0xFE0F;
    size_t width = bk_utf8_plain(s), last = width > 0;
    for (size_t pos = width; pos < s.len;) {
        uint32_t c = bk_utf8_next(s, &pos);
        if (c == emoji_style && last == 1) { /* asks for the wide form of a sign */
            width++;
            last = 2;
            continue;
        }
        if (c < 0x20 || (c >= 0x7F && c < 0xA0) ||
            is_in(c, zero_width, sizeof zero_width / sizeof *zero_width))
            continue;
        last = is_in(c, wide, sizeof wide / sizeof *wide) ? 2 : 1;
        width += last;
    }
    return width;
}
