/* DDSketch: a summary of many numbers whose quantiles are right within 1 % of the value
 * and that merges exactly.
 *
 * Masson, Rim, Lee: DDSketch: A Fast and Fully-Mergeable Quantile Sketch with
 * Relative-Error Guarantees, VLDB 2019, https://arxiv.org/abs/1908.10693 (sections 2.1
 * and 2.2), with the logarithmic mapping of
 * https://github.com/DataDog/sketches-go (ddsketch/mapping): a number v > 0 is counted
 * in bin floor(ln v / ln gamma), gamma = (1 + a) / (1 - a), a = 0.01, and a bin i stands
 * for gamma^i (1 + a).  Numbers below 0 have bins of their own, and so has 0.
 *
 * Only bins that hold something are kept, in rising order.  There are
 * BK_SKETCH_BINS at the most; past that the lowest two become one, so that quantiles
 * are still right where the upper 2048 bins lie (17 powers of ten). */
#ifndef BK_STATS_SKETCH_H
#define BK_STATS_SKETCH_H

#include "../base/err.h"
#include "../base/str.h"

#define BK_SKETCH_ALPHA 0.01
#define BK_SKETCH_BINS  ((size_t)2048)

struct bk_sketch {  /* zero-initialise it: empty */
    uint64_t *bins; /* rising by bin; upper 18 bits: bin, lower 46: count */
    uint32_t n, cap;
};

/* The bin of a finite number; for bk_sketch_add_bin, when several sketches count it. */
uint32_t bk_sketch_bin(double value);
void bk_sketch_add_bin(struct bk_sketch *s, uint32_t bin, uint64_t count);
void bk_sketch_add(struct bk_sketch *s, double value);
/* to becomes the sketch of the numbers of both. */
void bk_sketch_merge(struct bk_sketch *to, const struct bk_sketch *from);
void bk_sketch_free(struct bk_sketch *s); /* empty again */

uint64_t bk_sketch_count(const struct bk_sketch *s);
/* The number of rank q (n - 1), q in 0..1, within 1 %; NAN when the sketch is empty. */
double bk_sketch_quantile(const struct bk_sketch *s, double q);

/* Appends the sketch in varints: a version, the number of bins, and for each the
 * distance from the one before and its count. */
void bk_sketch_pack(const struct bk_sketch *s, struct bk_buf *out);
/* Adds what was packed to s.  BK_EDB when the bytes are no sketch; s is then what it
 * was. */
bool bk_sketch_unpack(struct bk_sketch *s, struct bk_str packed, struct bk_err *err);

#endif
