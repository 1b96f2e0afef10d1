/* The sections 'next' and 'predictions', which 'next' and 'recommend' share. */
#ifndef BK_QUERY_NEXT_H
#define BK_QUERY_NEXT_H

#include "next_plan.h"

/* Adds the section 'next' (experiments worth paying for) and, where a surface may be
 * used, 'predictions': settings that were never measured and are expected to be
 * better than all that were, marked as what they are.  A note of the code
 * 'prediction' says how far predictions are off, or why there are none. */
bool bk_next_report(struct bk_db *db, struct bk_report *r,
                    const struct bk_choice *choices, size_t n,
                    const struct bk_next_rule *rule, struct bk_err *err);

#endif
