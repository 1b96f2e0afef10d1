/* zstd contexts that are used again, and zlib's checksum (see packer.h). */
#include "packer.h"

#include "arena.h"

#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>

struct bk_packer {
    ZSTD_CCtx *pack; /* made when first needed, as the other */
    ZSTD_DCtx *unpack;
    int level;
};

struct bk_packer *bk_packer_new(int level)
{
    struct bk_packer *p = bk_realloc(NULL, sizeof *p);
    *p = (struct bk_packer){.level = level};
    return p;
}

void bk_packer_free(struct bk_packer *p)
{
    if (!p)
        return;
    ZSTD_freeCCtx(p->pack);
    ZSTD_freeDCtx(p->unpack);
    free(p);
}

bool bk_packer_pack(struct bk_packer *p, struct bk_str bytes, struct bk_buf *b,
                    bool *shorter, struct bk_err *err)
{
    *shorter = false;
    if (bytes.len < 2)
        return true;
    char *to = bk_buf_reserve(b, bytes.len);
    if (!p->pack)
        p->pack = ZSTD_createCCtx();
    if (!to || !p->pack)
        return bk_fail(err, BK_ESYS, "out of memory while packing");
    /* what does not fit into less than it was is not worth unpacking */
    size_t n =
        ZSTD_compressCCtx(p->pack, to, bytes.len - 1, bytes.ptr, bytes.len, p->level);
    if (ZSTD_isError(n))
        return true;
    b->len += n;
    b->ptr[b->len] = 0;
    *shorter = true;
    return true;
}

bool bk_packer_frame(struct bk_packer *p, struct bk_str bytes, int level,
                     struct bk_buf *b, struct bk_err *err)
{
    size_t bound = ZSTD_compressBound(bytes.len);
    char *to = ZSTD_isError(bound) ? NULL : bk_buf_reserve(b, bound);
    if (!to)
        return bk_fail(err, BK_ESYS, "%zu bytes are too many to pack", bytes.len);
    if (!p->pack)
        p->pack = ZSTD_createCCtx();
    if (!p->pack)
        return bk_fail(err, BK_ESYS, "out of memory while packing");
    /* it stays with the context, but bk_packer_pack does not look at it */
    ZSTD_CCtx_setParameter(p->pack, ZSTD_c_compressionLevel, level);
    size_t n =
        ZSTD_compress2(p->pack, to, bound, bytes.len ? bytes.ptr : "", bytes.len);
    if (ZSTD_isError(n))
        return bk_fail(err, BK_ESYS, "cannot pack: %s", ZSTD_getErrorName(n));
    b->len += n;
    b->ptr[b->len] = 0;
    return true;
}

bool bk_packer_unpack(struct bk_packer *p, struct bk_str packed, char *out,
                      size_t raw_size, struct bk_err *err)
{
    if (!p->unpack)
        p->unpack = ZSTD_createDCtx();
    if (!p->unpack)
        return bk_fail(err, BK_ESYS, "out of memory while unpacking");
    if (packed.len == 0 || raw_size == 0)
        return bk_fail(err, BK_EDB, "broken zstd data: nothing in it");
    size_t n = ZSTD_decompressDCtx(p->unpack, out, raw_size, packed.ptr, packed.len);
    if (ZSTD_isError(n))
        return bk_fail(err, BK_EDB, "broken zstd data: %s", ZSTD_getErrorName(n));
    if (n != raw_size)
        return bk_fail(err, BK_EDB, "broken zstd data: %zu bytes instead of %zu", n,
                       raw_size);
    return true;
}

uint32_t bk_crc32(struct bk_str bytes)
{
    uLong crc = crc32(0, NULL, 0);
    while (bytes.len > 0) {
        struct bk_str part = bk_upto(bytes, 1u << 30); /* uInt may be 32 bits */
        crc = crc32(crc, (const Bytef *)part.ptr, (uInt)part.len);
        bytes = bk_from(bytes, part.len);
    }
    return (uint32_t)crc;
}
