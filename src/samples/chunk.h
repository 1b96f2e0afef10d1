/* A chunk: some tens of thousands of points as packed columns, readable by itself.
 *
 * All numbers are little-endian.  The head, CHUNK_HEAD bytes:
 *      0  magic "bkch"
 *      4  u16 version, 1
 *      6  u16 columns
 *      8  u32 points
 *     12  u32 CRC-32 of the head and the columns' descriptions without this field
 *     16  i64 time of the earliest point, ns since 1970
 *     24  i64 of the latest
 * then a description of CHUNK_COLUMN bytes for each column:
 *      0  u8 kind: metrics, times, sets, values
 *      1  u8 codec
 *      2  u8 parameter: power of ten of decimals and of the unit of times
 *      3  u8 bytes of an integer
 *      4  u16 metric, of values; else 0
 *      6  u16 entries of the table of sets; else 0
 *      8  u32 points in it
 *     12  u32 packed bytes
 *     16  u32 their CRC-32
 *     20  u32 unpacked bytes, of times; else 0
 *     24  i64 base
 * then the packed bytes of the columns in that order, and nothing behind.
 *
 * The columns are, in this order: metrics, times, sets, and the values of each metric
 * that the chunk has, by first appearance.
 *   metrics: of each point the place of its metric among the columns of values, in one
 *            byte or two; nothing when there is one metric.
 *   times:   the first in units of 10^parameter ns is the base; then the varint of the
 *            zigzag distance from the time before, for all but the first.
 *   sets:    a table of the sets that occur, two bytes each, then of each point the
 *            place in the table, in one byte or two; nothing when there is one set.
 *   values:  constant: the base has the bits of the double, there are no bytes.
 *            decimal: integers k, the value being k / 10^parameter exactly; k - base,
 *            unsigned.  decimal steps: zigzag distance from the k before, the first k
 *            being the base; for all but the first.
 *            double: the bits.  double steps: the bits xor those of the value before;
 *            all of them, the first against 0.
 * Integers of w bytes are cut into w planes, the lowest bytes of all first. A plane, as
 * every run of bytes, is written as a block: u32, its lower two bits telling how (0 as
 * it is, 1 zstd, 2 one byte for all) and the rest the length of what follows. */
#ifndef BK_SAMPLES_CHUNK_H
#define BK_SAMPLES_CHUNK_H

#include "samples.h"

#define BK_CHUNK_HEAD   ((size_t)32)
#define BK_CHUNK_COLUMN ((size_t)32)

/* Room that is used again from chunk to chunk; of one thread at a time. */
struct bk_chunk_work;
struct bk_chunk_work *bk_chunk_work_new(void);
void bk_chunk_work_free(struct bk_chunk_work *w); /* NULL is fine */

/* --- writing --- */

/* The points of a chunk by metric, each metric's in the order of the chunk. */
struct bk_chunk_groups {
    struct bk_chunk_group {
        uint16_t metric;
        uint32_t first, n; /* of values and places */
    } * groups;            /* by first appearance */
    size_t n;
    const double *values;
    const uint16_t *places; /* in the chunk */
};
/* Groups 1 to BK_CHUNK_POINTS points; valid until the next call with w. */
const struct bk_chunk_groups *bk_chunk_group(struct bk_chunk_work *w,
                                             const struct bk_sample_columns *points);
/* Appends the chunk of points that bk_chunk_group has just grouped. */
bool bk_chunk_pack(struct bk_chunk_work *w, const struct bk_sample_columns *points,
                   struct bk_buf *packed, struct bk_err *err);

/* --- reading: every function is BK_EDB when the bytes are not as they were written ---
 */

struct bk_chunk {
    struct bk_str bytes; /* the caller's */
    size_t n_points;
    size_t n_metrics; /* columns of values */
    int64_t first_ns, last_ns;
};
/* Reads the head and checks it, not the columns. */
bool bk_chunk_open(struct bk_chunk *c, struct bk_str bytes, struct bk_err *err);

struct bk_chunk_metric {
    uint16_t metric;
    size_t n;     /* points */
    int decimals; /* the values are integers / 10^decimals; -1: they are doubles */
};
/* Of a column of values, 0 .. n_metrics - 1. */
struct bk_chunk_metric bk_chunk_metric(const struct bk_chunk *c, size_t column);
/* BK_NONE: the chunk has no point of it. */
size_t bk_chunk_find(const struct bk_chunk *c, size_t metric);

/* The values of a column, as many as it has points; no other column is touched. */
bool bk_chunk_values(struct bk_chunk_work *w, const struct bk_chunk *c, size_t column,
                     double *values, struct bk_err *err);
/* Its integers, where decimals >= 0. */
bool bk_chunk_integers(struct bk_chunk_work *w, const struct bk_chunk *c, size_t column,
                       int64_t *integers, struct bk_err *err);
/* Of each point of the chunk the column of values that it belongs to: columns[n_points],
 * as often as the columns have points. */
bool bk_chunk_columns(struct bk_chunk_work *w, const struct bk_chunk *c,
                      uint16_t *columns, struct bk_err *err);
bool bk_chunk_times(struct bk_chunk_work *w, const struct bk_chunk *c,
                    int64_t *times_ns, struct bk_err *err);
bool bk_chunk_sets(struct bk_chunk_work *w, const struct bk_chunk *c, uint16_t *sets,
                   struct bk_err *err);
/* All of it, into columns with room for n_points; every checksum is looked at. */
bool bk_chunk_read(struct bk_chunk_work *w, const struct bk_chunk *c,
                   struct bk_sample_columns *points, struct bk_err *err);

#endif
