/* Sides side by side: what 'compare' answers, for 'report' too. */
#ifndef BK_QUERY_COMPARE_H
#define BK_QUERY_COMPARE_H

#include "part.h"

struct bk_compare_args {
    struct bk_strings metrics; /* METRIC or METRIC.STAT; none: all */
    struct bk_part_args part;
    bool brief; /* only the numbers that a summary needs */
    bool all;   /* also numbers without a canonical metric */
};

/* Adds the sections 'matched', 'differing' and 'metrics' and notes about them to a
 * report.  'names' are of sides: sessions, runs or conditions (match.h), one at least; 'where'
 * narrows them.  BK_EUSAGE names a side that is not there. */
bool bk_compare(struct bk_db *db, const struct bk_compare_args *args,
                const struct bk_strings *names, const struct bk_strings *where,
                struct bk_report *r, struct bk_err *err);

#endif
