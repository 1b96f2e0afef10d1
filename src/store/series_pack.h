/* Samples of an exposition, packed: some thousands of them as two runs of bytes, the
 * series and what they are at the time.  Snapshots of one server mostly have the same
 * series, so the first is the same bytes then and is kept once.
 *
 * Both have a head of BK_SERIES_HEAD bytes, numbers little-endian:
 *      0  magic, "bkse" of series and "bksa" of samples
 *      4  u16 version, 1
 *      6  u16 what follows: 0 the body as it is, 1 zstd
 *      8  u32 samples
 *     12  u32 bytes of the body, unpacked
 *     16  u32 CRC-32 of the bytes before, xor that of the bytes behind
 * The body is parts, each behind its length; all numbers in it are varints, signed ones
 * as zigzag.
 *   series:  names: id of the family, length, bytes, for each; whose they are: place
 *            among the names, how many samples in a row; lines: distance from the line
 *            behind the one before, the first from 0; labels: bytes shared with the
 *            beginning and then with the end of the labels before, length and bytes of
 *            what is between.
 *   samples: the line of the first; values: the bits of the doubles in eight planes, the
 *            lowest bytes of all first; times: nothing when no sample has one, else 0 or
 *            1 and the distance in ns from the one before; exemplars: how many samples
 *            further, length, bytes. */
#ifndef BK_STORE_SERIES_PACK_H
#define BK_STORE_SERIES_PACK_H

#include "../base/err.h"
#include "../base/str.h"

#define BK_SERIES_HEAD ((size_t)20)

struct bk_packed_sample {
    int64_t family;             /* its id, > 0 */
    struct bk_str name, labels; /* as they are to be shown */
    double value;               /* of any bits */
    int64_t time_ns;            /* BK_NO_TIME: none */
    struct bk_str exemplar;     /* empty: none */
    int64_t line;
};

/* --- writing --- */

struct bk_series_packer;
struct bk_series_packer *bk_series_packer_new(void);
void bk_series_packer_free(struct bk_series_packer *p); /* NULL is fine */

/* Samples that were added since the last bk_series_packer_clear. */
size_t bk_series_packer_n(const struct bk_series_packer *p);
/* Is this the place to begin a new pack, before a sample of 'family' is added?  Only
 * what was added decides, so that the same series always are cut at the same places. */
bool bk_series_packer_is_full(const struct bk_series_packer *p, int64_t family);
/* The texts are copied. */
void bk_series_packer_add(struct bk_series_packer *p, const struct bk_packed_sample *s);
/* Packs what was added, at least one sample; valid until the next call with p. */
bool bk_series_packer_pack(struct bk_series_packer *p, struct bk_str *series,
                           struct bk_str *samples, struct bk_err *err);
void bk_series_packer_clear(struct bk_series_packer *p);

/* --- reading: BK_EDB when the bytes are not as they were written --- */

struct bk_series_reader;
struct bk_series_reader *bk_series_reader_new(void);
void bk_series_reader_free(struct bk_series_reader *r); /* NULL is fine */
/* Checks and unpacks both; the bytes are not needed after it. */
bool bk_series_reader_open(struct bk_series_reader *r, struct bk_str series,
                           struct bk_str samples, struct bk_err *err);
/* The texts are valid until the next call with r. */
bool bk_series_reader_next(struct bk_series_reader *r, struct bk_packed_sample *s,
                           bool *more, struct bk_err *err);

#endif
