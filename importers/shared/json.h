/* JSON: a strict reader (RFC 8259) with a tree of its own, with places, exact digits and
 * the departures that tools need.
 *
 * cJSON 1.7.15 accepts trailing garbage, cuts strings at \u0000, takes ill-formed
 * UTF-8, loses digits beyond double and keeps the first of two equal keys in silence, so
 * it serves the tests only, as a second opinion.  This reader goes over the text once,
 * without recursion: every value knows its line and byte, numbers keep their source
 * text, duplicate keys are reported.  Depth, values and the length of a number have
 * limits.  Lone surrogates in \u escapes, which the grammar allows and UTF-8 cannot
 * hold, become U+FFFD. */
#ifndef BK_IMPORTERS_SHARED_JSON_H
#define BK_IMPORTERS_SHARED_JSON_H

#include "../../src/base/arena.h"
#include "../../src/base/err.h"
#include "../../src/base/str.h"

enum bk_json_type {
    BK_JSON_NULL,
    BK_JSON_BOOL,
    BK_JSON_NUMBER,
    BK_JSON_STRING,
    BK_JSON_ARRAY,
    BK_JSON_OBJECT
};

struct bk_json {
    enum bk_json_type type;
    bool boolean;
    double number; /* nearest double; NaN and infinities only with BK_JSON_SPECIALS */
    struct bk_str text;    /* a string unescaped; a number as written */
    struct bk_str key;     /* of a member of an object, unescaped */
    struct bk_json *child; /* first element or member */
    struct bk_json *next;  /* sibling */
    size_t n;              /* number of elements or members */
    size_t line;           /* 1-based */
    size_t offset;         /* byte in the text */
};

enum bk_json_flags {
    BK_JSON_STRICT = 0,
    BK_JSON_SPECIALS = 1, /* bare NaN, Infinity, -Infinity, as Python writes them */
    BK_JSON_MANY = 2,     /* stop behind the first document; *rest tells where */
    BK_JSON_SHORT = 4,    /* of the scalars of an array only the first BK_JSON_KEPT
                             become nodes, of an array within an array none; all are
                             checked, and 'n' counts all of them */
};

#define BK_JSON_KEPT ((size_t)64)

#define BK_JSON_MAX_DEPTH  512
#define BK_JSON_MAX_VALUES ((size_t)2000000) /* of a document: 183 MiB of tree */
#define BK_JSON_MAX_DIGITS ((size_t)4096)    /* characters of a number */

/* Parses text into a tree in the arena.  rest may be NULL without BK_JSON_MANY.
 * duplicates (may be NULL) gets a NULL-terminated list of members whose key stood
 * before in the same object (the last one wins in lookups). Errors: BK_EINPUT "line 3
 * column 14: ...". */
struct bk_json *bk_json_parse(struct bk_arena *a, struct bk_str text, unsigned flags,
                              struct bk_str *rest, const struct bk_json ***duplicates,
                              struct bk_err *err);

/* The one document of a line, 'line' of its file: errors name that line. */
struct bk_json *bk_json_parse_line(struct bk_arena *a, struct bk_str text,
                                   unsigned flags, size_t line, struct bk_err *err);

const struct bk_json *bk_json_get(const struct bk_json *object,
                                  const char *key); /* NULL: not there, or no object */
const struct bk_json *bk_json_at(const struct bk_json *root,
                                 struct bk_str pointer); /* RFC 6901 */
struct bk_str bk_json_string(const struct bk_json *object,
                             const char *key); /* empty: not there, or no string */
bool bk_json_number(const struct bk_json *object, const char *key, double *value);
/* RFC 6901 pointer of a node below root: "/metrics/http_reqs/count"; found by walking.
 */
struct bk_str bk_json_pointer(struct bk_arena *a, const struct bk_json *root,
                              const struct bk_json *node);
/* Does the text begin like a JSON object or array that holds this key at some level?
 * For bids on a cut head. */
bool bk_json_head_has_key(struct bk_str head, const char *key);

#endif
