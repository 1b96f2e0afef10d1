/* xoshiro256**; see random.h. */
#include "random.h"

#include <math.h>

static const double pi = 3.14159265358979323846;

static uint64_t rotated(uint64_t x, int k)
{
    return (x << k) | (x >> (64 - k));
}

void bk_random_seed(struct bk_random *r, uint64_t seed)
{
    for (int i = 0; i < 4; i++) { /* splitmix64 */
        seed += 0x9e3779b97f4a7c15U;
        uint64_t z = seed;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
        r->s[i] = z ^ (z >> 31);
    }
}

uint64_t bk_random_next(struct bk_random *r)
{
    uint64_t *s = r->s;
    uint64_t result = rotated(s[1] * 5, 7) * 9, t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotated(s[3], 45);
    return result;
}

double bk_random_unit(struct bk_random *r)
{
    return (double)(bk_random_next(r) >> 11) * 0x1p-53;
}

size_t bk_random_below(struct bk_random *r, size_t n)
{
    if (n == 0)
        return 0;
    /* what is left over when 2^64 is dealt to n: refused, else low numbers come oftener */
    uint64_t refused = (UINT64_MAX % n + 1) % n, x;
    do
        x = bk_random_next(r);
    while (x < refused);
    return (size_t)(x % n);
}

double bk_random_normal(struct bk_random *r)
{
    double u = 1 - bk_random_unit(r); /* in (0, 1], so that its logarithm is finite */
    return sqrt(-2 * log(u)) * cos(2 * pi * bk_random_unit(r));
}

void bk_random_shuffle(struct bk_random *r, double *x, size_t n)
{
    for (size_t i = n; i > 1; i--) {
        size_t j = bk_random_below(r, i);
        double kept = x[i - 1];
        x[i - 1] = x[j];
        x[j] = kept;
    }
}
