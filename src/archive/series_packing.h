/* Packing the samples of expositions beside reading them.
 *
 * Samples are collected some hundreds at a time; from the second batch on another
 * thread puts their labels into order and packs them (src/store/series_pack.h), while
 * the giver reads on.  What is packed comes back on the giver's thread, in order: where
 * packs begin and end does not depend on timing. */
#ifndef BK_ARCHIVE_SERIES_PACKING_H
#define BK_ARCHIVE_SERIES_PACKING_H

#include "../base/err.h"
#include "../record/record.h"

/* Some thousands of samples. */
struct bk_packed_series {
    struct bk_buf series, samples; /* as bk_series_packer_pack gives them */
    int64_t hash;                  /* of series: the first 64 bits of its SHA-256 */
    size_t n;                      /* samples */
};

/* Where packs go; what fails there fails the call that it happened in. */
struct bk_packed_taker {
    void *self;
    bool (*take)(void *self, const struct bk_packed_series *pack, struct bk_err *err);
};

struct bk_series_packing;
struct bk_series_packing *bk_series_packing_new(struct bk_packed_taker taker);
void bk_series_packing_free(struct bk_series_packing *p); /* NULL is fine */

/* Adds a sample of the family with that id (> 0); its texts are copied. */
bool bk_series_packing_add(struct bk_series_packing *p, int64_t family,
                           const struct bk_series_sample *s, struct bk_err *err);
/* Waits until all that was added is packed and taken. */
bool bk_series_packing_end(struct bk_series_packing *p, struct bk_err *err);
/* Drops what was not taken yet. */
void bk_series_packing_clear(struct bk_series_packing *p);

#endif
