/* What the index of a sizing run and its recomputation share. */
#ifndef BK_RECORD_SIZING_INTERNAL_H
#define BK_RECORD_SIZING_INTERNAL_H

#include "sizing.h"

/* Can both be the same number, but for rounding in double arithmetic? */
bool bk_sizing_overlap(const struct bk_sizing_span *a, const struct bk_sizing_span *b);
struct bk_sizing_span bk_sizing_span_of(const struct bk_sizing_value *v);
const struct bk_sizing *bk_sizing_indexed(const struct bk_sizing_index *ix);

#endif
