/* Bytes as text: base64 (RFC 4648, section 4), with padding. */
#ifndef BK_BASE_BASE64_H
#define BK_BASE_BASE64_H

#include "arena.h"
#include "str.h"

/* Both results live in the arena. */
struct bk_str bk_base64(struct bk_arena *a, struct bk_str bytes);
/* False when the text is not what bk_base64 writes: another character, a wrong length,
 * bits behind the end. */
bool bk_base64_decode(struct bk_arena *a, struct bk_str text, struct bk_str *bytes);

#endif
