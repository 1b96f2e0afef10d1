/* What the files of exact statistics share: classes of sets, wanted ranks, and sorting.
 *
 * A number is turned into a key, an unsigned integer in the same order: decimals by
 * their integers, doubles by their bits.  Sets that belong to the same scopes are a
 * class; an element is a key, less the lowest of a range, with its class below it. */
#ifndef BK_SAMPLES_ASK_H
#define BK_SAMPLES_ASK_H

#include "internal.h"

#define BK_NO_CLASS UINT16_MAX

struct bk_wanted { /* a rank of a scope, and the number there */
    uint64_t rank;
    double value;
};

struct bk_ask_scope {
    struct bk_wanted *wanted; /* rising */
    size_t n_wanted;
    uint64_t n; /* points */
    uint64_t seen;
    size_t next;
};

struct bk_ask_class {
    const uint32_t *scopes;
    size_t n_scopes;
    struct bk_pair_sum sum;
};

struct bk_ask {
    struct bk_samples *s;
    struct bk_sample_question *q;
    struct bk_arena *arena;
    struct bk_scan scan;

    uint16_t *class_of; /* of each set */
    struct bk_ask_class *classes;
    size_t n_classes;
    unsigned class_bits;
    struct bk_ask_scope *scopes;

    bool integers; /* keys are integers / 10^decimals */
    int decimals;
    uint64_t least, most; /* keys of the metric's smallest and largest number */

    uint64_t *elements, *other; /* s->hold of them at the most */
    size_t n_elements;
};

/* One chunk's points of the metric; keys and classes stay valid until the next. */
struct bk_ask_points {
    size_t n;
    uint64_t *keys;
    uint16_t *classes; /* BK_NO_CLASS: of no scope */
};
bool bk_ask_chunk(struct bk_ask *ask, size_t chunk, struct bk_ask_points *points,
                  struct bk_err *err);
double bk_ask_value(const struct bk_ask *ask, uint64_t key);
/* Sorts elements whose keys are below 2^key_bits. */
void bk_ask_sort(struct bk_ask *ask, unsigned key_bits);
/* Elements [first, first + n), sorted, less 'low'; each scope has seen what is below. */
void bk_ask_resolve(struct bk_ask *ask, size_t first, size_t n, uint64_t low);
unsigned bk_bit_length(uint64_t x);

/* ask_ranges.c: when there are more points than elements. */
bool bk_ask_by_ranges(struct bk_ask *ask, struct bk_err *err);

#endif
