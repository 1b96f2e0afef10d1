/* Response surfaces to recommend on: settings, and what each truly gives.
 *
 * Made ones follow formulas; others are read from lines of "value param ..." */
#ifndef BENCH_RECOMMEND_FIELDS_H
#define BENCH_RECOMMEND_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "../../src/stats/random.h"

struct bk_arena;

#define MOST_PARAMS ((size_t)4)

struct cell {
    double x[MOST_PARAMS];
    double truth; /* NAN: fails */
};

struct field {
    const char *name, *what;
    const char *params[MOST_PARAMS];
    struct cell *cells;
    size_t n, d;
    double (*at)(const double *shape, const double *x); /* NULL: only the cells */
    double shape[4]; /* drawn anew for each repetition */
    double best;     /* of the cells */
};

extern const size_t n_made_fields;
/* One of the made fields with its shape drawn from 'r'. */
struct field made_field(struct bk_arena *a, size_t which, struct bk_random *r);
/* Fields of a file: "field NAME PARAM..." begins one, then lines "VALUE X...".  False
 * after a message when a line is neither. */
bool read_fields(struct bk_arena *a, FILE *file, struct field **fields, size_t *n);

#endif
