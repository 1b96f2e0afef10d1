/* Random numbers that are the same everywhere for the same seed: xoshiro256**, seeded by
 * splitmix64.
 *
 * After D. Blackman and S. Vigna, "Scrambled linear pseudorandom number generators", ACM
 * TOMS 47 (2021), https://prng.di.unimi.it.  For resampling and simulation only: anyone
 * who sees some of the numbers can foretell the rest. */
#ifndef BK_STATS_RANDOM_H
#define BK_STATS_RANDOM_H

#include <stddef.h>
#include <stdint.h>

struct bk_random {
    uint64_t s[4]; /* never all zero once seeded */
};

void bk_random_seed(struct bk_random *r, uint64_t seed);
/* 64 bits. */
uint64_t bk_random_next(struct bk_random *r);
/* In [0, 1), a multiple of 2^-53. */
double bk_random_unit(struct bk_random *r);
/* In 0 .. n - 1, each as likely as the others; 0 for n = 0. */
size_t bk_random_below(struct bk_random *r, size_t n);
/* Normal with mean 0 and variance 1 (Box and Muller). */
double bk_random_normal(struct bk_random *r);
/* Puts n numbers into an order, each as likely as the others (Fisher and Yates). */
void bk_random_shuffle(struct bk_random *r, double *x, size_t n);

#endif
