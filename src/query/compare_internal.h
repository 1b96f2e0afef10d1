/* What the files of 'compare' share. */
#ifndef BK_QUERY_COMPARE_INTERNAL_H
#define BK_QUERY_COMPARE_INTERNAL_H

#include "compare.h"
#include "match.h"
#include "question.h"
#include "repeats.h"

struct bk_side_by_side {
    const struct bk_compare_args *args;
    struct bk_db *db;
    struct bk_report *r;
    const struct bk_side *sides;
    size_t n_sides;
    struct bk_matches matches;
    size_t n_complete;
    struct bk_section *matched, *differing, *metrics;
    struct bk_case *cases; /* of numbers with repeats */
    struct bk_value **case_cells;
    size_t n_cases;
    struct bk_column *columns; /* of 'metrics' */
    bool within;               /* some interval is of single runs */
    size_t hidden;             /* numbers that were left out */
    size_t n_immaterial;       /* differences below the floor of their metric */
    bool several;              /* some value is a median of several runs */
};

/* Of the column 'group': one group needs no name. */
unsigned bk_compare_group_flags(const struct bk_side_by_side *c);
/* Makes the sections 'matched' and 'differing'. */
void bk_compare_context_columns(struct bk_side_by_side *c);
/* What matches and what differs: first what is so in all groups, then each group. */
void bk_compare_contexts(struct bk_side_by_side *c);

#endif
