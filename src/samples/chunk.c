/* Writing chunks (the format is in chunk.h). */
#include "chunk.h"

#include "codec.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

/* zstd's fastest: on points of k6, level 3 takes three times as long for 2 % less. */
#define LEVEL 1

/* Adding it to a smaller number leaves no place behind the point: 1.5 * 2^52 rounds
 * what lies below 2^51 to a whole number, halves to even. */
#define ROUNDER 6755399441055744.0

#define FEW ((size_t)64) /* values that are looked at first */

const double bk_powers_of_ten[BK_MAX_DECIMALS + 1] = {1,   1e1, 1e2, 1e3, 1e4,
                                                      1e5, 1e6, 1e7, 1e8, 1e9};
const int64_t bk_time_units[BK_MAX_DECIMALS + 1] = {
    1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000};

struct bk_chunk_work *bk_chunk_work_new(void)
{
    struct bk_chunk_work *w = bk_realloc(NULL, sizeof *w);
    *w = (struct bk_chunk_work){.packer = bk_packer_new(LEVEL)};
    w->grouped.groups = bk_realloc(NULL, BK_MAX_METRICS * sizeof *w->grouped.groups);
    w->values = bk_realloc(NULL, BK_CHUNK_POINTS * sizeof *w->values);
    w->places = bk_realloc(NULL, BK_CHUNK_POINTS * sizeof *w->places);
    w->integers = bk_realloc(NULL, BK_CHUNK_POINTS * sizeof *w->integers);
    w->bytes = bk_realloc(NULL, BK_CHUNK_POINTS * BK_BYTES_PER_POINT);
    w->numbers = bk_realloc(NULL, BK_CHUNK_POINTS * sizeof *w->numbers);
    w->column = bk_realloc(NULL, BK_MAX_METRICS * sizeof *w->column);
    w->entry = bk_realloc(NULL, BK_MAX_TAG_SETS * sizeof *w->entry);
    memset(w->column, 0, BK_MAX_METRICS * sizeof *w->column);
    memset(w->entry, 0, BK_MAX_TAG_SETS * sizeof *w->entry);
    return w;
}

void bk_chunk_work_free(struct bk_chunk_work *w)
{
    if (w == NULL)
        return;
    bk_packer_free(w->packer);
    bk_buf_free(&w->body);
    free(w->grouped.groups);
    free(w->values);
    free(w->places);
    free(w->integers);
    free(w->bytes);
    free(w->numbers);
    free(w->column);
    free(w->entry);
    free(w);
}

/* --- by metric --- */

const struct bk_chunk_groups *bk_chunk_group(struct bk_chunk_work *w,
                                             const struct bk_sample_columns *points)
{
    struct bk_chunk_groups *g = &w->grouped;
    uint32_t first = 0;
    assert(points->n > 0 && points->n <= BK_CHUNK_POINTS);
    for (size_t i = 0; i < g->n; i++)
        w->column[g->groups[i].metric] = 0;
    g->n = 0;
    for (size_t i = 0; i < points->n; i++) {
        uint16_t m = points->metrics[i];
        assert(m < BK_MAX_METRICS);
        if (w->column[m] == 0) {
            g->groups[g->n++] = (struct bk_chunk_group){.metric = m};
            w->column[m] = (uint16_t)g->n;
        }
        g->groups[w->column[m] - 1].n++;
    }
    for (size_t i = 0; i < g->n; i++) {
        g->groups[i].first = first;
        first += g->groups[i].n;
        g->groups[i].n = 0;
    }
    for (size_t i = 0; i < points->n; i++) {
        struct bk_chunk_group *group = &g->groups[w->column[points->metrics[i]] - 1];
        uint32_t at = group->first + group->n++;
        w->values[at] = points->values[i];
        w->places[at] = (uint16_t)i;
    }
    g->values = w->values;
    g->places = w->places;
    return g;
}

/* --- blocks and planes --- */

static bool put_block(struct bk_chunk_work *w, const unsigned char *bytes, size_t n,
                      struct bk_err *err)
{
    struct bk_str raw = {(const char *)bytes, n};
    size_t at = w->body.len;
    enum bk_block how = BK_BLOCK_PLAIN;
    bool shorter = false;
    if (n == 0)
        return true;
    bk_buf_add(&w->body, (struct bk_str){"\0\0\0\0", sizeof(uint32_t)});
    if (memcmp(bytes, bytes + 1, n - 1) == 0) {
        how = BK_BLOCK_SAME;
        bk_buf_add(&w->body, bk_upto(raw, 1));
    } else if (!bk_packer_pack(w->packer, raw, &w->body, &shorter, err)) {
        return false;
    } else if (shorter) {
        how = BK_BLOCK_ZSTD;
    } else {
        bk_buf_add(&w->body, raw);
    }
    if (w->body.full)
        return bk_fail(err, BK_ESYS, "out of memory while packing");
    uint64_t length = w->body.len - at - sizeof(uint32_t);
    bk_put_le((unsigned char *)w->body.ptr + at,
              length << BK_BLOCK_BITS | (uint64_t)how, sizeof(uint32_t));
    return true;
}

static bool put_planes(struct bk_chunk_work *w, const uint64_t *x, size_t n,
                       size_t width, struct bk_err *err)
{
    unsigned char *restrict bytes = w->bytes;
    for (size_t plane = 0; plane < width; plane++) {
        for (size_t i = 0; i < n; i++)
            bytes[i] = (unsigned char)(x[i] >> 8 * plane);
        if (!put_block(w, w->bytes, n, err))
            return false;
    }
    return true;
}

static size_t width_of(uint64_t largest)
{
    size_t width = 1;
    while (width < sizeof largest && largest >> 8 * width != 0)
        width++;
    return width;
}

/* Places in a table of n_entries, one a point; in w->numbers. */
static bool put_places(struct bk_chunk_work *w, size_t n_entries, size_t n,
                       struct bk_err *err)
{
    if (n_entries == 1)
        return true;
    size_t width = width_of(n_entries - 1);
    unsigned char *restrict bytes = w->bytes;
    const uint16_t *restrict numbers = w->numbers;
    for (size_t plane = 0; plane < width; plane++) {
        for (size_t i = 0; i < n; i++)
            bytes[i] = (unsigned char)(numbers[i] >> 8 * plane);
        if (!put_block(w, w->bytes, n, err))
            return false;
    }
    return true;
}

/* --- columns --- */

static bool put_metrics(struct bk_chunk_work *w, const struct bk_sample_columns *points,
                        struct bk_column_head *head, struct bk_err *err)
{
    *head =
        (struct bk_column_head){.kind = BK_COLUMN_METRICS, .codec = BK_CODEC_PLACES};
    const uint16_t *restrict metrics = points->metrics, *restrict column = w->column;
    uint16_t *restrict numbers = w->numbers;
    for (size_t i = 0; i < points->n; i++)
        numbers[i] = (uint16_t)(column[metrics[i]] - 1);
    return put_places(w, w->grouped.n, points->n, err);
}

static bool put_sets(struct bk_chunk_work *w, const struct bk_sample_columns *points,
                     struct bk_column_head *head, struct bk_err *err)
{
    unsigned char *table = w->bytes;
    size_t n = 0;
    for (size_t i = 0; i < points->n; i++) {
        uint16_t set = points->sets[i];
        assert(set < BK_MAX_TAG_SETS);
        if (w->entry[set] == 0) {
            bk_put_le(table + 2 * n, set, 2);
            w->entry[set] = (uint16_t)++n;
        }
        w->numbers[i] = (uint16_t)(w->entry[set] - 1);
    }
    for (size_t i = 0; i < n; i++)
        w->entry[bk_get_le(table + 2 * i, 2)] = 0;
    *head = (struct bk_column_head){
        .kind = BK_COLUMN_SETS, .codec = BK_CODEC_PLACES, .table = (uint16_t)n};
    return put_block(w, table, 2 * n, err) && put_places(w, n, points->n, err);
}

/* The largest unit of which all times are whole numbers. */
static uint8_t unit_of(const int64_t *times, size_t n)
{
    uint8_t unit = BK_MAX_DECIMALS;
    for (size_t i = 0; i < n; i++) {
        if (i > 0 && times[i] == times[i - 1])
            continue;
        while (times[i] % bk_time_units[unit] != 0)
            unit--;
    }
    return unit;
}

static bool put_times(struct bk_chunk_work *w, const struct bk_sample_columns *points,
                      struct bk_column_head *head, struct bk_err *err)
{
    const int64_t *times = points->times_ns;
    uint8_t parameter = unit_of(times, points->n);
    int64_t unit = bk_time_units[parameter], before = times[0] / unit;
    size_t n = 0;
    *head = (struct bk_column_head){.kind = BK_COLUMN_TIMES,
                                    .codec = BK_CODEC_TIMES,
                                    .parameter = parameter,
                                    .base = before};
    for (size_t i = 1; i < points->n; i++) {
        if (times[i] == times[i - 1]) { /* the points of one request */
            w->bytes[n++] = 0;
            continue;
        }
        int64_t now = times[i] / unit;
        uint64_t x = bk_zigzag((uint64_t)now - (uint64_t)before);
        for (; x >= 0x80; x >>= 7)
            w->bytes[n++] = (unsigned char)(x | 0x80);
        w->bytes[n++] = (unsigned char)x;
        before = now;
    }
    head->raw = (uint32_t)n;
    return put_block(w, w->bytes, n, err);
}

/* --- values --- */

/* 10^decimals times the value, where that is a whole number below 2^51 that divides
 * back to the same bits. */
static bool whole(double value, int decimals, double *k)
{
    double power = bk_powers_of_ten[decimals], scaled = value * power;
    *k = (scaled + ROUNDER) - ROUNDER;
    return scaled < BK_LARGEST_DECIMAL && scaled > -BK_LARGEST_DECIMAL &&
           bk_bits_of(*k / power) == bk_bits_of(value);
}

/* As whole() of them all, without a branch, so that the compiler takes several at once:
 * the last bits of a number that ROUNDER was added to are those of an integer. */
static bool all_whole(const double *restrict values, size_t n, int decimals,
                      int64_t *restrict integers)
{
    const double power = bk_powers_of_ten[decimals];
    const uint64_t rounder = bk_bits_of(ROUNDER);
    uint64_t differ = 0;
    for (size_t i = 0; i < n; i++) {
        double scaled = values[i] * power, shifted = scaled + ROUNDER;
        integers[i] = (int64_t)(bk_bits_of(shifted) - rounder);
        differ |= bk_bits_of((shifted - ROUNDER) / power) ^ bk_bits_of(values[i]);
        differ |= (uint64_t) !(fabs(scaled) < BK_LARGEST_DECIMAL);
    }
    return differ == 0;
}

/* With as few decimals as will do, not below 'decimals'; -1 when there are none. */
static int least_decimals(const double *values, size_t n, int decimals)
{
    double k;
    for (size_t i = 0; i < n; i++) {
        while (!whole(values[i], decimals, &k)) {
            if (decimals++ == BK_MAX_DECIMALS)
                return -1;
        }
    }
    return decimals;
}

/* Integers of the values, with as few decimals as will do; -1 when there are none.  The
 * first values have mostly as many as any. */
static int decimals_of(const double *values, size_t n, int64_t *integers)
{
    int decimals = least_decimals(values, n < FEW ? n : FEW, 0);
    if (decimals < 0 || all_whole(values, n, decimals, integers))
        return decimals;
    decimals = least_decimals(values, n, decimals);
    return decimals >= 0 && all_whole(values, n, decimals, integers) ? decimals : -1;
}

static bool all_same(const double *values, size_t n)
{
    return memcmp(values, values + 1, (n - 1) * sizeof *values) == 0;
}

static bool put_decimals(struct bk_chunk_work *w, size_t n, struct bk_column_head *head,
                         struct bk_err *err)
{
    int64_t *k = w->integers, least = k[0], most = k[0];
    uint64_t *x = (uint64_t *)k, largest_step = 0; /* may alias: same size, unsigned */
    for (size_t i = 1; i < n; i++) {
        uint64_t step = bk_zigzag((uint64_t)k[i] - (uint64_t)k[i - 1]);
        least = k[i] < least ? k[i] : least;
        most = k[i] > most ? k[i] : most;
        largest_step = step > largest_step ? step : largest_step;
    }
    uint64_t range = (uint64_t)most - (uint64_t)least;
    head->codec = BK_CODEC_DECIMAL;
    head->base = least;
    head->width = (uint8_t)width_of(range);
    if (width_of(largest_step) >= head->width) {
        for (size_t i = 0; i < n; i++)
            x[i] = (uint64_t)k[i] - (uint64_t)least;
        return put_planes(w, x, n, head->width, err);
    }
    head->codec = BK_CODEC_DECIMAL_STEPS;
    head->base = k[0];
    head->width = (uint8_t)width_of(largest_step);
    for (size_t i = n - 1; i > 0; i--)
        x[i] = bk_zigzag((uint64_t)k[i] - (uint64_t)k[i - 1]);
    return put_planes(w, x + 1, n - 1, head->width, err);
}

static bool put_doubles(struct bk_chunk_work *w, const double *values, size_t n,
                        struct bk_column_head *head, struct bk_err *err)
{
    uint64_t *x = (uint64_t *)w->integers;
    size_t repeats = 0;
    for (size_t i = 1; i < n; i++)
        repeats += values[i] == values[i - 1];
    bool steps = repeats > n / 2;
    head->codec = steps ? BK_CODEC_DOUBLE_STEPS : BK_CODEC_DOUBLE;
    head->width = sizeof *x;
    for (size_t i = 0; i < n; i++)
        x[i] = bk_bits_of(values[i]) ^ (steps && i > 0 ? bk_bits_of(values[i - 1]) : 0);
    return put_planes(w, x, n, sizeof *x, err);
}

static bool put_values(struct bk_chunk_work *w, const struct bk_chunk_group *g,
                       struct bk_column_head *head, struct bk_err *err)
{
    const double *values = w->values + g->first;
    *head = (struct bk_column_head){.kind = BK_COLUMN_VALUES, .metric = g->metric};
    if (all_same(values, g->n)) {
        double k;
        uint64_t bits = bk_bits_of(values[0]);
        head->codec = BK_CODEC_CONSTANT;
        memcpy(&head->base, &bits, sizeof bits);
        /* so that a reader of integers knows that this column has them too */
        while (head->parameter <= BK_MAX_DECIMALS &&
               !whole(values[0], head->parameter, &k))
            head->parameter++;
        return true;
    }
    int decimals = decimals_of(values, g->n, w->integers);
    if (decimals < 0)
        return put_doubles(w, values, g->n, head, err);
    head->parameter = (uint8_t)decimals;
    return put_decimals(w, g->n, head, err);
}

/* --- the chunk --- */

static void put_head(unsigned char *to, const struct bk_column_head *h)
{
    to[0] = h->kind;
    to[1] = h->codec;
    to[2] = h->parameter;
    to[3] = h->width;
    bk_put_le(to + 4, h->metric, 2);
    bk_put_le(to + 6, h->table, 2);
    bk_put_le(to + 8, h->n, 4);
    bk_put_le(to + 12, h->packed, 4);
    bk_put_le(to + 16, h->crc, 4);
    bk_put_le(to + 20, h->raw, 4);
    bk_put_le(to + 24, (uint64_t)h->base, 8);
}

static bool put_column(struct bk_chunk_work *w, const struct bk_sample_columns *points,
                       size_t i, struct bk_column_head *head, struct bk_err *err)
{
    size_t at = w->body.len, n = points->n;
    bool ok = false;
    switch (i) {
    case BK_COLUMN_METRICS:
        ok = put_metrics(w, points, head, err);
        break;
    case BK_COLUMN_TIMES:
        ok = put_times(w, points, head, err);
        break;
    case BK_COLUMN_SETS:
        ok = put_sets(w, points, head, err);
        break;
    default:
        n = w->grouped.groups[i - BK_FIXED_COLUMNS].n;
        ok = put_values(w, &w->grouped.groups[i - BK_FIXED_COLUMNS], head, err);
    }
    head->n = (uint32_t)n;
    head->packed = (uint32_t)(w->body.len - at);
    head->crc = bk_crc32(bk_from(bk_buf_str(&w->body), at));
    return ok;
}

static void span(const struct bk_sample_columns *points, int64_t *first, int64_t *last)
{
    *first = *last = points->times_ns[0];
    for (size_t i = 1; i < points->n; i++) {
        int64_t t = points->times_ns[i];
        *first = t < *first ? t : *first;
        *last = t > *last ? t : *last;
    }
}

bool bk_chunk_pack(struct bk_chunk_work *w, const struct bk_sample_columns *points,
                   struct bk_buf *packed, struct bk_err *err)
{
    size_t n_columns = BK_FIXED_COLUMNS + w->grouped.n;
    size_t head_size = BK_CHUNK_HEAD + n_columns * BK_CHUNK_COLUMN;
    int64_t first, last;
    unsigned char *head = (unsigned char *)bk_buf_reserve(packed, head_size);
    if (head == NULL)
        return bk_fail(err, BK_ESYS, "out of memory while packing");
    bk_buf_clear(&w->body);
    for (size_t i = 0; i < n_columns; i++) {
        struct bk_column_head column;
        if (!put_column(w, points, i, &column, err))
            return false;
        put_head(head + BK_CHUNK_HEAD + i * BK_CHUNK_COLUMN, &column);
    }
    span(points, &first, &last);
    memcpy(head, BK_CHUNK_MAGIC, 4);
    bk_put_le(head + 4, BK_CHUNK_VERSION, 2);
    bk_put_le(head + 6, n_columns, 2);
    bk_put_le(head + 8, points->n, 4);
    bk_put_le(head + BK_CHUNK_CRC_AT, 0, 4);
    bk_put_le(head + 16, (uint64_t)first, 8);
    bk_put_le(head + 24, (uint64_t)last, 8);
    uint32_t crc = bk_crc32((struct bk_str){(const char *)head, head_size});
    bk_put_le(head + BK_CHUNK_CRC_AT, crc, 4);
    packed->len += head_size;
    packed->ptr[packed->len] = 0;
    bk_buf_add(packed, bk_buf_str(&w->body));
    return !packed->full || bk_fail(err, BK_ESYS, "out of memory while packing");
}
