/* Packing many small pieces: zstd with its room kept from piece to piece, and checksums.
 */
#ifndef BK_BASE_PACKER_H
#define BK_BASE_PACKER_H

#include "err.h"
#include "str.h"

struct bk_packer;

struct bk_packer *bk_packer_new(int level); /* zstd's; for unpacking any will do */
void bk_packer_free(struct bk_packer *p);   /* NULL is fine */

/* Appends the packed bytes, unless they would not be shorter: then *shorter is false
 * and nothing is appended. */
bool bk_packer_pack(struct bk_packer *p, struct bk_str bytes, struct bk_buf *b,
                    bool *shorter, struct bk_err *err);
/* Appends a zstd frame of any bytes.  It has no checksum: whoever keeps it must have one
 * of the bytes to tell a damaged disk by.  level: of this frame. */
bool bk_packer_frame(struct bk_packer *p, struct bk_str bytes, int level,
                     struct bk_buf *b, struct bk_err *err);
/* Fills exactly raw_size bytes; BK_EDB when the packed ones do not give that. */
bool bk_packer_unpack(struct bk_packer *p, struct bk_str packed, char *out,
                      size_t raw_size, struct bk_err *err);

/* CRC-32 (ISO 3309, as gzip has it). */
uint32_t bk_crc32(struct bk_str bytes);

#endif
