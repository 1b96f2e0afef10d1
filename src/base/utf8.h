/* UTF-8: checking, folding case, measuring width, and text that was decoded in the
 * wrong character set once. */
#ifndef BK_BASE_UTF8_H
#define BK_BASE_UTF8_H

#include "str.h"

/* Byte offset of the first ill-formed sequence (Unicode 15, table 3-7), or BK_NONE when
 * s is well-formed. */
size_t bk_utf8_bad(struct bk_str s);
/* Decodes one code point at *pos and moves *pos; an ill-formed byte gives U+FFFD and
 * moves by one. */
uint32_t bk_utf8_next(struct bk_str s, size_t *pos);
void bk_utf8_add(struct bk_buf *b, uint32_t code_point);
/* Lower case of Latin, Greek and Cyrillic letters; other code points as they are. */
struct bk_str bk_utf8_lower(struct bk_arena *a, struct bk_str s);
/* Bytes of printable ASCII that s begins with: most text is nothing else. */
size_t bk_utf8_plain(struct bk_str s);
/* Columns on a terminal: 2 for East Asian wide and emoji, 0 for combining marks. */
size_t bk_utf8_width(struct bk_str s);

/* UTF-8 text that was once decoded as Mac OS Roman ("M√©trica" for "Métrica") or as
 * Windows-1252 ("MÃ©trica"). When s holds such sequences, writes the repaired text into
 * the arena, tells how many sequences were repaired and in which character set, and
 * returns true.  Sequences that do not decode are left as they are. */
bool bk_mojibake_repair(struct bk_arena *a, struct bk_str s, struct bk_str *repaired,
                        size_t *sequences, const char **charset);

#endif
