/* Change points and outliers of the lines of a series. */
#ifndef BK_QUERY_CHANGES_H
#define BK_QUERY_CHANGES_H

#include "series.h"

/* What the rows of a series were found to be. */
enum bk_row_mark {
    BK_MARK_NONE,
    BK_MARK_OUTLIER, /* alone off its level: no change */
    BK_MARK_CHANGE,  /* the first of a new level */
};

struct bk_series_change {
    size_t row, row_before; /* first row of the new level, last of the old */
    double p;               /* of a place chosen because it looks best */
    double change;          /* relative, or a difference of shares */
    double before, after;   /* geometric means, or means of shares */
    size_t n_before, n_after;
    double agreement; /* 1: the step detector sees it too; 2/3, 1/3 nearby; 0: not */
};

struct bk_series_changes {
    enum bk_row_mark *marks;        /* of each row of the series */
    struct bk_series_change *items; /* in the order of rows */
    size_t n;
};

/* Looks at each line of rows begin .. end - 1, one group.  'found' collects over several
 * calls; zero it and give it marks for all rows before. */
void bk_series_find_changes(const struct bk_series *s, size_t begin, size_t end,
                            struct bk_series_changes *found);

#endif
