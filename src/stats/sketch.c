/* DDSketch over a sorted list of bins (see sketch.h). */
#include "sketch.h"

#include "../base/arena.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A bin's key rises with the value: 0 stands in the middle, the bin i of a number
 * above 0 at MIDDLE + 1 + LOWEST + i, that of one below 0 as far on the other side.  A
 * double's i lies between -37220 and 35488. */
#define MIDDLE     ((int32_t)1 << 17)
#define LOWEST     ((int32_t)40000)
#define COUNT_BITS 46
#define MAX_COUNT  ((UINT64_C(1) << COUNT_BITS) - 1)
#define FIRST_CAP  ((uint32_t)4)
#define VERSION    1
/* ln((1 + a) / (1 - a)) for a = 0.01 */
#define LN_GAMMA 0.020000666706669435

static uint32_t key_of(uint64_t bin)
{
    return (uint32_t)(bin >> COUNT_BITS);
}

static uint64_t count_of(uint64_t bin)
{
    return bin & MAX_COUNT;
}

uint32_t bk_sketch_bin(double value)
{
    if (value == 0)
        return (uint32_t)MIDDLE;
    int32_t i = (int32_t)floor(log(fabs(value)) / LN_GAMMA) + LOWEST + 1;
    return (uint32_t)(value > 0 ? MIDDLE + i : MIDDLE - i);
}

static double value_of(uint32_t key)
{
    int32_t i = (int32_t)key - MIDDLE;
    if (i == 0)
        return 0;
    double size = exp((double)(abs(i) - LOWEST - 1) * LN_GAMMA) * (1 + BK_SKETCH_ALPHA);
    return i > 0 ? size : -size;
}

/* The first place whose key is not below.  Bins are neighbours most of the time: a key is
 * as many places behind the first as it is above it, less the gaps between. */
static uint32_t place_of(const struct bk_sketch *s, uint32_t key)
{
    if (s->n == 0 || key <= key_of(s->bins[0]))
        return 0;
    uint32_t first = key_of(s->bins[0]), last = key_of(s->bins[s->n - 1]);
    if (key > last)
        return s->n;
    uint32_t above = key - first, gaps = last - first + 1 - s->n;
    uint32_t low = above > gaps ? above - gaps : 0;
    uint32_t high = above < s->n ? above : s->n;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (key_of(s->bins[middle]) < key)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void add_count(uint64_t *bin, uint64_t count)
{
    uint64_t room = MAX_COUNT - count_of(*bin);
    *bin += count < room ? count : room;
}

static void insert(struct bk_sketch *s, uint32_t at, uint64_t bin)
{
    if (s->n == s->cap) {
        s->cap = s->cap > 0 ? s->cap + s->cap / 2 : FIRST_CAP;
        s->bins = bk_realloc(s->bins, s->cap * sizeof *s->bins);
    }
    memmove(s->bins + at + 1, s->bins + at, (s->n - at) * sizeof *s->bins);
    s->bins[at] = bin;
    s->n++;
}

void bk_sketch_add_bin(struct bk_sketch *s, uint32_t bin, uint64_t count)
{
    if (count == 0)
        return;
    if (count > MAX_COUNT)
        count = MAX_COUNT;
    uint32_t at = place_of(s, bin);
    if (at < s->n && key_of(s->bins[at]) == bin) {
        add_count(&s->bins[at], count);
        return;
    }
    if (s->n < BK_SKETCH_BINS) {
        insert(s, at, (uint64_t)bin << COUNT_BITS | count);
        return;
    }
    if (at == 0) { /* below all that is kept */
        add_count(&s->bins[0], count);
        return;
    }
    uint64_t lowest = count_of(s->bins[0]);
    memmove(s->bins, s->bins + 1, (at - 1) * sizeof *s->bins);
    s->bins[at - 1] = (uint64_t)bin << COUNT_BITS | count;
    add_count(&s->bins[0], lowest);
}

void bk_sketch_add(struct bk_sketch *s, double value)
{
    bk_sketch_add_bin(s, bk_sketch_bin(value), 1);
}

void bk_sketch_merge(struct bk_sketch *to, const struct bk_sketch *from)
{
    for (uint32_t i = from->n; i > 0; i--) {
        uint64_t bin = from->bins[i - 1];
        bk_sketch_add_bin(to, key_of(bin), count_of(bin));
    }
}

void bk_sketch_free(struct bk_sketch *s)
{
    free(s->bins);
    *s = (struct bk_sketch){0};
}

uint64_t bk_sketch_count(const struct bk_sketch *s)
{
    uint64_t n = 0;
    for (uint32_t i = 0; i < s->n; i++)
        n += count_of(s->bins[i]);
    return n;
}

double bk_sketch_quantile(const struct bk_sketch *s, double q)
{
    uint64_t n = bk_sketch_count(s), below = 0;
    if (n == 0 || !(q >= 0 && q <= 1))
        return (double)NAN;
    double rank = q * (double)(n - 1);
    for (uint32_t i = 0; i < s->n; i++) {
        below += count_of(s->bins[i]);
        if ((double)below > rank)
            return value_of(key_of(s->bins[i]));
    }
    return value_of(key_of(s->bins[s->n - 1]));
}

/* --- packed --- */

static void put_varint(struct bk_buf *out, uint64_t x)
{
    for (; x >= 0x80; x >>= 7)
        bk_buf_addc(out, (char)(unsigned char)(x | 0x80));
    bk_buf_addc(out, (char)x);
}

static bool get_varint(struct bk_str *rest, uint64_t *x)
{
    *x = 0;
    for (unsigned shift = 0; shift < 63 && rest->len > 0; shift += 7) {
        unsigned char c = (unsigned char)*rest->ptr;
        *rest = bk_from(*rest, 1);
        *x |= (uint64_t)(c & 0x7f) << shift;
        if (c < 0x80)
            return true;
    }
    return false;
}

void bk_sketch_pack(const struct bk_sketch *s, struct bk_buf *out)
{
    uint32_t before = 0;
    put_varint(out, VERSION);
    put_varint(out, s->n);
    for (uint32_t i = 0; i < s->n; i++) {
        put_varint(out, key_of(s->bins[i]) - before);
        put_varint(out, count_of(s->bins[i]));
        before = key_of(s->bins[i]);
    }
}

static bool unpack(struct bk_sketch *s, struct bk_str packed)
{
    uint64_t version, n, step, count, key = 0;
    if (!get_varint(&packed, &version) || version != VERSION ||
        !get_varint(&packed, &n) || n > BK_SKETCH_BINS)
        return false;
    for (uint64_t i = 0; i < n; i++) {
        if (!get_varint(&packed, &step) || !get_varint(&packed, &count) ||
            (i > 0 && step == 0) || step >= 2 * (uint64_t)MIDDLE || count == 0 ||
            count > MAX_COUNT)
            return false;
        key += step;
        if (key >= 2 * (uint64_t)MIDDLE)
            return false;
        bk_sketch_add_bin(s, (uint32_t)key, count);
    }
    return packed.len == 0;
}

bool bk_sketch_unpack(struct bk_sketch *s, struct bk_str packed, struct bk_err *err)
{
    struct bk_sketch read = {0};
    bool ok = unpack(&read, packed);
    if (ok)
        bk_sketch_merge(s, &read);
    bk_sketch_free(&read);
    return ok || bk_fail(err, BK_EDB, "broken sketch");
}
