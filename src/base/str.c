/* Strings: slices, the growing buffer and the map by string (see str.h). */
#include "str.h"

#include "arena.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    FIRST_MAP = 16,
    FIRST_BUFFER = 64,
    SHORT_TEXT = 256, /* most of what is formatted */
};
#define DEFAULT_MAX ((size_t)1 << 30)

/* --- slices --- */

struct bk_str bk_str(const char *cstr)
{
    return (struct bk_str){cstr, cstr ? strlen(cstr) : 0};
}

bool bk_eq(struct bk_str a, struct bk_str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

bool bk_is(struct bk_str a, const char *cstr)
{
    return bk_eq(a, bk_str(cstr));
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool bk_eq_nocase(struct bk_str a, struct bk_str b)
{
    if (a.len != b.len)
        return false;
    for (size_t i = 0; i < a.len; i++) {
        if (lower(a.ptr[i]) != lower(b.ptr[i]))
            return false;
    }
    return true;
}

int bk_cmp(struct bk_str a, struct bk_str b)
{
    size_t n = a.len < b.len ? a.len : b.len;
    int d = n ? memcmp(a.ptr, b.ptr, n) : 0;
    if (d != 0)
        return d;
    return (a.len > b.len) - (a.len < b.len);
}

bool bk_starts(struct bk_str s, struct bk_str prefix)
{
    return s.len >= prefix.len && bk_eq(bk_upto(s, prefix.len), prefix);
}

bool bk_ends(struct bk_str s, struct bk_str suffix)
{
    return s.len >= suffix.len && bk_eq(bk_from(s, s.len - suffix.len), suffix);
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

size_t bk_same_begin(struct bk_str a, struct bk_str b)
{
    size_t n = 0, most = a.len < b.len ? a.len : b.len;
    while (n + 8 <= most && memcmp(a.ptr + n, b.ptr + n, 8) == 0)
        n += 8;
    while (n < most && a.ptr[n] == b.ptr[n])
        n++;
    return n;
}

struct bk_str bk_trim(struct bk_str s)
{
    while (s.len && is_space(s.ptr[0])) {
        s.ptr++;
        s.len--;
    }
    while (s.len && is_space(s.ptr[s.len - 1]))
        s.len--;
    return s;
}

struct bk_str bk_from(struct bk_str s, size_t pos)
{
    if (!s.ptr)
        return s;
    if (pos > s.len)
        pos = s.len;
    return (struct bk_str){s.ptr + pos, s.len - pos};
}

struct bk_str bk_upto(struct bk_str s, size_t len)
{
    if (s.len > len)
        s.len = len;
    return s;
}

size_t bk_find_char(struct bk_str s, char c)
{
    const char *p = s.len ? memchr(s.ptr, c, s.len) : NULL;
    return p ? (size_t)(p - s.ptr) : BK_NONE;
}

size_t bk_rfind_char(struct bk_str s, char c)
{
    for (size_t i = s.len; i > 0; i--) {
        if (s.ptr[i - 1] == c)
            return i - 1;
    }
    return BK_NONE;
}

size_t bk_find(struct bk_str s, struct bk_str what)
{
    if (what.len == 0)
        return 0;
    for (size_t pos = 0; pos + what.len <= s.len;) {
        struct bk_str starts = {s.ptr + pos, s.len - pos - what.len + 1};
        size_t at = bk_find_char(starts, what.ptr[0]);
        if (at == BK_NONE)
            return BK_NONE;
        if (memcmp(starts.ptr + at, what.ptr, what.len) == 0)
            return pos + at;
        pos += at + 1;
    }
    return BK_NONE;
}

bool bk_has(struct bk_str s, struct bk_str what)
{
    return bk_find(s, what) != BK_NONE;
}

struct bk_str bk_cut(struct bk_str s, char sep, struct bk_str *head)
{
    size_t at = bk_find_char(s, sep);
    *head = bk_upto(s, at);
    if (at == BK_NONE)
        return (struct bk_str){NULL, 0};
    return bk_from(s, at + 1);
}

bool bk_next_line(struct bk_str *rest, struct bk_str *line)
{
    if (rest->len == 0)
        return false;
    *rest = bk_cut(*rest, '\n', line);
    if (line->len && line->ptr[line->len - 1] == '\r')
        line->len--;
    return true;
}

/* --- copies in an arena --- */

struct bk_str bk_dup(struct bk_arena *a, struct bk_str s)
{
    char *p = bk_alloc_text(a, s.len + 1);
    if (s.len)
        memcpy(p, s.ptr, s.len);
    return (struct bk_str){p, s.len};
}

const char *bk_cstr(struct bk_arena *a, struct bk_str s)
{
    return bk_dup(a, s).ptr;
}

struct bk_str bk_vfmt(struct bk_arena *a, const char *fmt, va_list ap)
{
    char text[SHORT_TEXT];
    va_list again;
    va_copy(again, ap);
    int n = vsnprintf(text, sizeof text, fmt, again);
    va_end(again);
    size_t len = n < 0 ? 0 : (size_t)n;
    char *p = bk_alloc_text(a, len + 1);
    if (len < sizeof text)
        memcpy(p, text, len);
    else
        vsnprintf(p, len + 1, fmt, ap);
    return (struct bk_str){p, len};
}

struct bk_str bk_fmt(struct bk_arena *a, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    struct bk_str s = bk_vfmt(a, fmt, ap);
    va_end(ap);
    return s;
}

struct bk_str bk_join(struct bk_arena *a, const struct bk_str *parts, size_t n,
                      char sep)
{
    size_t len = n;
    for (size_t i = 0; i < n; i++)
        len += parts[i].len;
    char *joined = bk_alloc_text(a, len + 1), *p = joined;
    for (size_t i = 0; i < n; i++) {
        if (i > 0)
            *p++ = sep;
        if (parts[i].len)
            memcpy(p, parts[i].ptr, parts[i].len);
        p += parts[i].len;
    }
    return (struct bk_str){joined, (size_t)(p - joined)};
}

struct bk_str bk_lower(struct bk_arena *a, struct bk_str s)
{
    char *p = bk_alloc_text(a, s.len + 1);
    for (size_t i = 0; i < s.len; i++)
        p[i] = lower(s.ptr[i]);
    return (struct bk_str){p, s.len};
}

/* --- the buffer --- */

char *bk_buf_reserve(struct bk_buf *b, size_t n)
{
    size_t max = b->max ? b->max : DEFAULT_MAX;
    if (b->full || n > max || b->len > max - n) {
        b->full = true;
        return NULL;
    }
    size_t need = b->len + n + 1;
    if (need > b->cap) {
        size_t cap = b->cap ? b->cap : FIRST_BUFFER;
        while (cap < need)
            cap = cap > SIZE_MAX / 2 ? need : cap * 2;
        if (cap > max + 1)
            cap = max + 1;
        b->ptr = bk_realloc(b->ptr, cap);
        b->cap = cap;
    }
    b->ptr[b->len] = 0;
    b->ptr[b->len + n] = 0;
    return b->ptr + b->len;
}

void bk_buf_add(struct bk_buf *b, struct bk_str s)
{
    char *p = bk_buf_reserve(b, s.len);
    if (!p || s.len == 0)
        return;
    memcpy(p, s.ptr, s.len);
    b->len += s.len;
}

void bk_buf_addc(struct bk_buf *b, char c)
{
    bk_buf_add(b, (struct bk_str){&c, 1});
}

void bk_buf_addf(struct bk_buf *b, const char *fmt, ...)
{
    char text[SHORT_TEXT];
    va_list ap, again;
    va_start(ap, fmt);
    va_copy(again, ap);
    int n = vsnprintf(text, sizeof text, fmt, again);
    va_end(again);
    if (n >= 0 && (size_t)n < sizeof text) {
        bk_buf_add(b, (struct bk_str){text, (size_t)n});
    } else {
        char *p = n < 0 ? NULL : bk_buf_reserve(b, (size_t)n);
        if (p) {
            vsnprintf(p, (size_t)n + 1, fmt, ap);
            b->len += (size_t)n;
        }
    }
    va_end(ap);
}

void bk_buf_clear(struct bk_buf *b)
{
    b->len = 0;
    b->full = false;
    if (b->ptr)
        b->ptr[0] = 0;
}

void bk_buf_free(struct bk_buf *b)
{
    free(b->ptr);
    *b = (struct bk_buf){.max = b->max};
}

struct bk_str bk_buf_str(const struct bk_buf *b)
{
    return (struct bk_str){b->ptr, b->len};
}

/* --- the map --- */

/* Multiply and fold eight bytes at a time, with the finish of MurmurHash3
 * (https://github.com/aappleby/smhasher): short keys are the common case. */
uint64_t bk_hash64(struct bk_str s)
{
    const uint64_t mix = UINT64_C(0x9E3779B97F4A7C15);
    uint64_t h = mix ^ ((uint64_t)s.len * UINT64_C(0xC2B2AE3D27D4EB4F));
    while (s.len >= 8) {
        uint64_t w;
        memcpy(&w, s.ptr, 8);
        h = (h ^ w) * mix;
        h ^= h >> 32;
        s.ptr += 8;
        s.len -= 8;
    }
    uint64_t w = 0;
    if (s.len >= 4) { /* loads of fixed sizes, which overlap, need no call */
        uint32_t first, last;
        memcpy(&first, s.ptr, 4);
        memcpy(&last, s.ptr + s.len - 4, 4);
        w = first | (uint64_t)last << 32;
    } else if (s.len > 0) {
        w = (unsigned char)s.ptr[0] | (uint64_t)(unsigned char)s.ptr[s.len / 2] << 8 |
            (uint64_t)(unsigned char)s.ptr[s.len - 1] << 16;
    }
    h = (h ^ w) * mix;
    h = (h ^ (h >> 33)) * UINT64_C(0xFF51AFD7ED558CCD);
    h = (h ^ (h >> 33)) * UINT64_C(0xC4CEB9FE1A85EC53);
    return h ^ (h >> 33);
}

static struct bk_map_slot *slot_of(const struct bk_map *m, struct bk_str key)
{
    size_t i = (size_t)bk_hash64(key) & (m->cap - 1);
    while (m->slots[i].value && !bk_eq(m->slots[i].key, key))
        i = (i + 1) & (m->cap - 1);
    return &m->slots[i];
}

void *bk_map_get(const struct bk_map *m, struct bk_str key)
{
    return m->cap ? slot_of(m, key)->value : NULL;
}

static void grow_map(struct bk_arena *a, struct bk_map *m)
{
    struct bk_map grown = {.cap = m->cap ? 2 * m->cap : FIRST_MAP, .n = m->n};
    grown.slots = bk_alloc_array(a, grown.cap, sizeof *grown.slots);
    for (size_t i = 0; i < m->cap; i++) {
        if (m->slots[i].value)
            *slot_of(&grown, m->slots[i].key) = m->slots[i];
    }
    *m = grown;
}

void bk_map_put(struct bk_arena *a, struct bk_map *m, struct bk_str key, void *value)
{
    assert(value);
    if (2 * (m->n + 1) > m->cap)
        grow_map(a, m);
    struct bk_map_slot *slot = slot_of(m, key);
    if (!slot->value)
        m->n++;
    *slot = (struct bk_map_slot){key, value};
}
