/* Strings: slices that own nothing and a growing buffer that does.
 *
 * 'struct bk_str' is a pointer and a length; it is not NUL-terminated unless it came
 * from bk_fmt or bk_dup.  {NULL, 0} is the empty string and the absent one alike. */
#ifndef BK_BASE_STR_H
#define BK_BASE_STR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bk_arena;

struct bk_str {
    const char *ptr;
    size_t len;
};

#define BK_S(lit) ((struct bk_str){"" lit, sizeof(lit) - 1}) /* of a literal */
#define BK_F(s)   (int)(s).len, (s).ptr ? (s).ptr : ""       /* for "%.*s" */

struct bk_str bk_str(
    const char *cstr); /* slice of a C string; NULL gives the empty slice */
bool bk_eq(struct bk_str a, struct bk_str b);
bool bk_is(struct bk_str a, const char *cstr);       /* equal to a C string */
bool bk_eq_nocase(struct bk_str a, struct bk_str b); /* ASCII letters only */
int bk_cmp(struct bk_str a, struct bk_str b);        /* memcmp order, then length */
bool bk_starts(struct bk_str s, struct bk_str prefix);
bool bk_ends(struct bk_str s, struct bk_str suffix);
/* How many bytes both begin with. */
size_t bk_same_begin(struct bk_str a, struct bk_str b);
struct bk_str bk_trim(struct bk_str s); /* ASCII white space at both ends */
struct bk_str bk_from(struct bk_str s,
                      size_t pos); /* s[pos..]; empty when pos >= len */
struct bk_str bk_upto(struct bk_str s,
                      size_t len); /* the first len bytes at the most */

#define BK_NONE ((size_t)-1)
size_t bk_find(struct bk_str s,
               struct bk_str what); /* index of the first occurrence or BK_NONE */
size_t bk_find_char(struct bk_str s, char c);
size_t bk_rfind_char(struct bk_str s, char c);
bool bk_has(struct bk_str s, struct bk_str what);

/* Cuts s at the first separator: *head gets what is before it, the result is what is
 * behind it. Without a separator *head is all of s and the result is empty with a NULL
 * pointer. */
struct bk_str bk_cut(struct bk_str s, char sep, struct bk_str *head);

/* Takes the next line off *rest (without its \n or \r\n).  False when nothing is left.
 */
bool bk_next_line(struct bk_str *rest, struct bk_str *line);

/* Copies into the arena; NUL-terminated. */
struct bk_str bk_dup(struct bk_arena *a, struct bk_str s);
const char *bk_cstr(struct bk_arena *a, struct bk_str s);
struct bk_str bk_fmt(struct bk_arena *a, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
struct bk_str bk_vfmt(struct bk_arena *a, const char *fmt, va_list ap)
    __attribute__((format(printf, 2, 0)));
/* The parts with sep between them: keys of maps, without the cost of bk_fmt. */
struct bk_str bk_join(struct bk_arena *a, const struct bk_str *parts, size_t n,
                      char sep);
struct bk_str bk_lower(struct bk_arena *a,
                       struct bk_str s); /* ASCII letters; see utf8.h for more */

uint64_t bk_hash64(
    struct bk_str s); /* for tables in memory; not stable across versions */

/* A growing buffer with a maximum.  Invariant: ptr[len] == 0 once something was added.
 * Zero-initialise it; max == 0 means 1 GiB.  Past the maximum, 'full' is set and
 * nothing more is added. */
struct bk_buf {
    char *ptr;
    size_t len, cap, max;
    bool full;
};
void bk_buf_add(struct bk_buf *b, struct bk_str s);
void bk_buf_addc(struct bk_buf *b, char c);
void bk_buf_addf(struct bk_buf *b, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
char *bk_buf_reserve(struct bk_buf *b,
                     size_t n); /* room for n more bytes; NULL when over the maximum */
void bk_buf_clear(struct bk_buf *b); /* keeps the memory */
void bk_buf_free(struct bk_buf *b);
struct bk_str bk_buf_str(const struct bk_buf *b);

/* A hash map from string to void * that lives in an arena; keys are not copied. */
struct bk_map {
    struct bk_map_slot {
        struct bk_str key;
        void *value; /* NULL: the slot is free */
    } * slots;
    size_t n, cap;
};
void *bk_map_get(const struct bk_map *m, struct bk_str key); /* NULL: not there */
void bk_map_put(struct bk_arena *a, struct bk_map *m, struct bk_str key,
                void *value); /* replaces */

#endif
