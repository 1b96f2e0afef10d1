/* Reading chunks (the format is in chunk.h).  The checksums tell damage from data; the
 * sizes are checked all the same, since a checksum can be made to fit. */
#include "chunk.h"

#include "codec.h"

#include <math.h>

static const unsigned char *head_at(const struct bk_chunk *c, size_t column)
{
    return (const unsigned char *)c->bytes.ptr + BK_CHUNK_HEAD +
           column * BK_CHUNK_COLUMN;
}

static struct bk_column_head column_head(const struct bk_chunk *c, size_t column)
{
    const unsigned char *p = head_at(c, column);
    return (struct bk_column_head){
        .kind = p[0],
        .codec = p[1],
        .parameter = p[2],
        .width = p[3],
        .metric = (uint16_t)bk_get_le(p + 4, 2),
        .table = (uint16_t)bk_get_le(p + 6, 2),
        .n = (uint32_t)bk_get_le(p + 8, 4),
        .packed = (uint32_t)bk_get_le(p + 12, 4),
        .crc = (uint32_t)bk_get_le(p + 16, 4),
        .raw = (uint32_t)bk_get_le(p + 20, 4),
        .base = (int64_t)bk_get_le(p + 24, 8),
    };
}

/* --- the head --- */

static uint32_t crc_of_head(struct bk_str bytes, size_t head_size)
{
    unsigned char
        head[BK_CHUNK_HEAD + (BK_FIXED_COLUMNS + BK_MAX_METRICS) * BK_CHUNK_COLUMN];
    memcpy(head, bytes.ptr, head_size);
    memset(head + BK_CHUNK_CRC_AT, 0, sizeof(uint32_t));
    return bk_crc32((struct bk_str){(const char *)head, head_size});
}

static bool sound_values(const struct bk_column_head *h, bool seen[BK_MAX_METRICS])
{
    if (h->kind != BK_COLUMN_VALUES || h->metric >= BK_MAX_METRICS || seen[h->metric] ||
        h->n == 0)
        return false;
    seen[h->metric] = true;
    switch ((enum bk_codec)h->codec) {
    case BK_CODEC_CONSTANT:
        return h->parameter <= BK_MAX_DECIMALS + 1;
    case BK_CODEC_DECIMAL:
    case BK_CODEC_DECIMAL_STEPS:
        return h->parameter <= BK_MAX_DECIMALS && h->width >= 1 &&
               h->width <= sizeof(uint64_t);
    case BK_CODEC_DOUBLE:
    case BK_CODEC_DOUBLE_STEPS:
        return h->width == sizeof(uint64_t);
    case BK_CODEC_PLACES:
    case BK_CODEC_TIMES:
        break;
    }
    return false;
}

static bool sound_fixed(const struct bk_column_head *h, size_t column, size_t n)
{
    if (h->kind != column || h->n != n)
        return false;
    switch ((enum bk_column_kind)h->kind) {
    case BK_COLUMN_METRICS:
        return h->codec == BK_CODEC_PLACES;
    case BK_COLUMN_TIMES:
        return h->codec == BK_CODEC_TIMES && h->parameter <= BK_MAX_DECIMALS;
    case BK_COLUMN_SETS:
        return h->codec == BK_CODEC_PLACES && h->table > 0 && h->table <= n &&
               h->table <= BK_MAX_TAG_SETS;
    case BK_COLUMN_VALUES:
        break;
    }
    return false;
}

static bool sound_columns(const struct bk_chunk *c, size_t n_columns, size_t head_size)
{
    bool seen[BK_MAX_METRICS] = {false};
    size_t n_values = 0, left = c->bytes.len - head_size;
    for (size_t i = 0; i < n_columns; i++) {
        struct bk_column_head h = column_head(c, i);
        bool sound = i < BK_FIXED_COLUMNS ? sound_fixed(&h, i, c->n_points)
                                          : sound_values(&h, seen);
        if (!sound || h.packed > left)
            return false;
        left -= h.packed;
        if (i >= BK_FIXED_COLUMNS)
            n_values += h.n; /* at most 1000 numbers of 32 bits */
    }
    return left == 0 && n_values == c->n_points;
}

bool bk_chunk_open(struct bk_chunk *c, struct bk_str bytes, struct bk_err *err)
{
    const unsigned char *p = (const unsigned char *)bytes.ptr;
    *c = (struct bk_chunk){.bytes = bytes};
    if (bytes.len < BK_CHUNK_HEAD || memcmp(p, BK_CHUNK_MAGIC, 4) != 0)
        return bk_fail(err, BK_EDB, "these bytes are no chunk of points");
    uint64_t version = bk_get_le(p + 4, 2);
    if (version != BK_CHUNK_VERSION)
        return bk_fail(err, BK_EDB,
                       "a chunk of version %d; this program reads version %d",
                       (int)version, BK_CHUNK_VERSION);
    size_t n_columns = (size_t)bk_get_le(p + 6, 2);
    size_t head_size = BK_CHUNK_HEAD + n_columns * BK_CHUNK_COLUMN;
    c->n_points = (size_t)bk_get_le(p + 8, 4);
    c->first_ns = (int64_t)bk_get_le(p + 16, 8);
    c->last_ns = (int64_t)bk_get_le(p + 24, 8);
    if (n_columns <= BK_FIXED_COLUMNS ||
        n_columns > BK_FIXED_COLUMNS + BK_MAX_METRICS || head_size > bytes.len ||
        crc_of_head(bytes, head_size) != bk_get_le(p + BK_CHUNK_CRC_AT, 4))
        return bk_fail(err, BK_EDB, "the head of a chunk is damaged");
    c->n_metrics = n_columns - BK_FIXED_COLUMNS;
    if (c->n_points == 0 || c->n_points > BK_CHUNK_POINTS ||
        !sound_columns(c, n_columns, head_size))
        return bk_fail(err, BK_EDB, "the head of a chunk contradicts itself");
    return true;
}

struct bk_chunk_metric bk_chunk_metric(const struct bk_chunk *c, size_t column)
{
    struct bk_column_head h = column_head(c, BK_FIXED_COLUMNS + column);
    bool doubles = h.codec == BK_CODEC_DOUBLE || h.codec == BK_CODEC_DOUBLE_STEPS ||
                   h.parameter > BK_MAX_DECIMALS;
    return (struct bk_chunk_metric){h.metric, h.n, doubles ? -1 : h.parameter};
}

size_t bk_chunk_find(const struct bk_chunk *c, size_t metric)
{
    for (size_t i = 0; i < c->n_metrics; i++) {
        if (bk_get_le(head_at(c, BK_FIXED_COLUMNS + i) + 4, 2) == metric)
            return i;
    }
    return BK_NONE;
}

/* --- columns --- */

struct column {
    struct bk_chunk_work *w;
    struct bk_column_head head;
    struct bk_str rest; /* packed, not yet read */
};

static bool damaged(struct bk_err *err)
{
    return bk_fail(err, BK_EDB, "a column of a chunk is damaged");
}

/* A column whose checksum holds. */
static bool open_column(struct bk_chunk_work *w, const struct bk_chunk *c,
                        size_t column, struct column *col, struct bk_err *err)
{
    size_t at = BK_CHUNK_HEAD + (BK_FIXED_COLUMNS + c->n_metrics) * BK_CHUNK_COLUMN;
    for (size_t i = 0; i < column; i++)
        at += (size_t)bk_get_le(head_at(c, i) + 12, 4);
    col->w = w;
    col->head = column_head(c, column);
    col->rest = bk_upto(bk_from(c->bytes, at), col->head.packed);
    return bk_crc32(col->rest) == col->head.crc || damaged(err);
}

static bool get_block(struct column *col, unsigned char *out, size_t n,
                      struct bk_err *err)
{
    if (n == 0)
        return true;
    if (col->rest.len < sizeof(uint32_t))
        return damaged(err);
    uint64_t word = bk_get_le((const unsigned char *)col->rest.ptr, sizeof(uint32_t));
    size_t length = (size_t)(word >> BK_BLOCK_BITS);
    struct bk_str body = bk_from(col->rest, sizeof(uint32_t));
    if (length > body.len)
        return damaged(err);
    col->rest = bk_from(body, length);
    body = bk_upto(body, length);
    switch (word & ((1u << BK_BLOCK_BITS) - 1)) {
    case BK_BLOCK_PLAIN:
        if (length != n)
            break;
        memcpy(out, body.ptr, n);
        return true;
    case BK_BLOCK_ZSTD:
        return bk_packer_unpack(col->w->packer, body, (char *)out, n, err);
    case BK_BLOCK_SAME:
        if (length != 1)
            break;
        memset(out, *body.ptr, n);
        return true;
    default:
        break;
    }
    return damaged(err);
}

static bool at_end(const struct column *col, struct bk_err *err)
{
    return col->rest.len == 0 || damaged(err);
}

/* n integers of 'width' planes. */
static bool get_planes(struct column *col, uint64_t *restrict x, size_t n, size_t width,
                       struct bk_err *err)
{
    unsigned char *restrict plane = col->w->bytes;
    for (size_t p = 0; p < width; p++) {
        if (!get_block(col, plane, n, err))
            return false;
        for (size_t i = 0; i < n; i++) {
            uint64_t byte = (uint64_t)plane[i] << 8 * p;
            x[i] = p > 0 ? x[i] | byte : byte;
        }
    }
    return at_end(col, err);
}

/* Places below n_entries, one a point. */
static bool get_places(struct column *col, size_t n_entries, uint16_t *restrict out,
                       struct bk_err *err)
{
    unsigned char *restrict plane = col->w->bytes;
    size_t n = col->head.n, width = n_entries > 256 ? 2 : 1;
    uint16_t largest = 0;
    if (n_entries == 1) {
        memset(out, 0, n * sizeof *out);
        return at_end(col, err);
    }
    for (size_t p = 0; p < width; p++) {
        if (!get_block(col, plane, n, err))
            return false;
        for (size_t i = 0; i < n; i++)
            out[i] = (uint16_t)(p > 0 ? out[i] | plane[i] << 8 : plane[i]);
    }
    for (size_t i = 0; i < n; i++)
        largest = out[i] > largest ? out[i] : largest;
    return largest < n_entries ? at_end(col, err) : damaged(err);
}

bool bk_chunk_columns(struct bk_chunk_work *w, const struct bk_chunk *c,
                      uint16_t *columns, struct bk_err *err)
{
    uint32_t counts[BK_MAX_METRICS] = {0};
    struct column col;
    if (!open_column(w, c, BK_COLUMN_METRICS, &col, err) ||
        !get_places(&col, c->n_metrics, columns, err))
        return false;
    for (size_t i = 0; i < c->n_points; i++)
        counts[columns[i]]++;
    for (size_t i = 0; i < c->n_metrics; i++) {
        if (counts[i] != bk_chunk_metric(c, i).n)
            return damaged(err);
    }
    return true;
}

bool bk_chunk_sets(struct bk_chunk_work *w, const struct bk_chunk *c, uint16_t *sets,
                   struct bk_err *err)
{
    struct column col;
    if (!open_column(w, c, BK_COLUMN_SETS, &col, err))
        return false;
    size_t n = col.head.table;
    uint16_t *table = w->numbers;
    if (!get_block(&col, w->bytes, 2 * n, err))
        return false;
    for (size_t i = 0; i < n; i++) {
        table[i] = (uint16_t)bk_get_le(w->bytes + 2 * i, 2);
        if (table[i] >= BK_MAX_TAG_SETS)
            return damaged(err);
    }
    if (!get_places(&col, n, sets, err))
        return false;
    for (size_t i = 0; i < c->n_points; i++)
        sets[i] = table[sets[i]];
    return true;
}

bool bk_chunk_times(struct bk_chunk_work *w, const struct bk_chunk *c,
                    int64_t *times_ns, struct bk_err *err)
{
    struct column col;
    if (!open_column(w, c, BK_COLUMN_TIMES, &col, err))
        return false;
    if (col.head.raw > BK_CHUNK_POINTS * BK_BYTES_PER_POINT)
        return damaged(err);
    if (!get_block(&col, w->bytes, col.head.raw, err) || !at_end(&col, err))
        return false;
    const unsigned char *p = w->bytes, *end = p + col.head.raw;
    const uint64_t unit = (uint64_t)bk_time_units[col.head.parameter];
    uint64_t now = (uint64_t)col.head.base;
    times_ns[0] = (int64_t)(now * unit);
    for (size_t i = 1; i < c->n_points; i++) {
        uint64_t step = 0;
        unsigned shift = 0;
        while (p < end && *p >= 0x80 && shift < 63) {
            step |= (uint64_t)(*p++ & 0x7f) << shift;
            shift += 7;
        }
        if (p == end)
            return damaged(err);
        step |= (uint64_t)*p++ << shift;
        now += bk_unzigzag(step);
        times_ns[i] = (int64_t)(now * unit);
    }
    return p == end || damaged(err);
}

/* --- values --- */

bool bk_chunk_integers(struct bk_chunk_work *w, const struct bk_chunk *c, size_t column,
                       int64_t *integers, struct bk_err *err)
{
    struct column col;
    uint64_t *x = (uint64_t *)integers; /* the same bits */
    if (!open_column(w, c, BK_FIXED_COLUMNS + column, &col, err))
        return false;
    const struct bk_column_head *h = &col.head;
    const uint64_t base = (uint64_t)h->base;
    if (h->codec == BK_CODEC_CONSTANT) {
        if (h->parameter > BK_MAX_DECIMALS)
            return damaged(err);
        double k = bk_of_bits(base) * bk_powers_of_ten[h->parameter];
        if (!(k > -BK_LARGEST_DECIMAL && k < BK_LARGEST_DECIMAL))
            return damaged(err);
        for (size_t i = 0; i < h->n; i++)
            integers[i] = (int64_t)rint(k);
        return at_end(&col, err);
    }
    if (h->codec == BK_CODEC_DECIMAL) {
        if (!get_planes(&col, x, h->n, h->width, err))
            return false;
        for (size_t i = 0; i < h->n; i++)
            x[i] += base;
        return true;
    }
    if (h->codec != BK_CODEC_DECIMAL_STEPS ||
        !get_planes(&col, x + 1, h->n - 1, h->width, err))
        return damaged(err);
    x[0] = base;
    for (size_t i = 1; i < h->n; i++)
        x[i] = x[i - 1] + bk_unzigzag(x[i]);
    return true;
}

static bool get_decimals(struct bk_chunk_work *w, const struct bk_chunk *c,
                         size_t column, double *values, struct bk_err *err)
{
    struct bk_chunk_metric m = bk_chunk_metric(c, column);
    double power = bk_powers_of_ten[m.decimals];
    if (!bk_chunk_integers(w, c, column, w->integers, err))
        return false;
    for (size_t i = 0; i < m.n; i++)
        values[i] = (double)w->integers[i] / power;
    return true;
}

static bool get_doubles(struct column *col, double *values, struct bk_err *err)
{
    uint64_t *x = (uint64_t *)col->w->integers, before = 0;
    size_t n = col->head.n;
    if (!get_planes(col, x, n, sizeof *x, err))
        return false;
    for (size_t i = 0; i < n; i++) {
        before = col->head.codec == BK_CODEC_DOUBLE_STEPS ? x[i] ^ before : x[i];
        values[i] = bk_of_bits(before);
        if (!isfinite(values[i]))
            return damaged(err);
    }
    return true;
}

bool bk_chunk_values(struct bk_chunk_work *w, const struct bk_chunk *c, size_t column,
                     double *values, struct bk_err *err)
{
    struct column col;
    enum bk_codec codec =
        (enum bk_codec)column_head(c, BK_FIXED_COLUMNS + column).codec;
    if (codec == BK_CODEC_DECIMAL || codec == BK_CODEC_DECIMAL_STEPS)
        return get_decimals(w, c, column, values, err);
    if (!open_column(w, c, BK_FIXED_COLUMNS + column, &col, err))
        return false;
    if (codec != BK_CODEC_CONSTANT)
        return get_doubles(&col, values, err);
    double value = bk_of_bits((uint64_t)col.head.base);
    for (size_t i = 0; i < col.head.n; i++)
        values[i] = value;
    return isfinite(value) ? at_end(&col, err) : damaged(err);
}

/* --- all of it --- */

bool bk_chunk_read(struct bk_chunk_work *w, const struct bk_chunk *c,
                   struct bk_sample_columns *points, struct bk_err *err)
{
    size_t next[BK_MAX_METRICS], n = 0;
    uint16_t metrics[BK_MAX_METRICS];
    if (!bk_chunk_times(w, c, points->times_ns, err) ||
        !bk_chunk_sets(w, c, points->sets, err))
        return false;
    for (size_t i = 0; i < c->n_metrics; i++) {
        if (!bk_chunk_values(w, c, i, w->values + n, err))
            return false;
        struct bk_chunk_metric m = bk_chunk_metric(c, i);
        metrics[i] = m.metric;
        next[i] = n;
        n += m.n;
    }
    if (!bk_chunk_columns(w, c, points->metrics, err))
        return false;
    for (size_t i = 0; i < c->n_points; i++) {
        size_t column = points->metrics[i];
        points->values[i] = w->values[next[column]++];
        points->metrics[i] = metrics[column];
    }
    points->n = c->n_points;
    return true;
}
