/* SHA-256 by nettle (https://www.lysator.liu.se/~nisse/nettle/nettle.html). */
#include "hash.h"

#include <nettle/sha2.h>

_Static_assert(sizeof(struct sha256_ctx) <= sizeof(((struct bk_sha256 *)0)->state),
               "nettle's context fits");
_Static_assert(_Alignof(struct sha256_ctx) <= _Alignof(struct bk_sha256),
               "nettle's context is aligned");

static struct sha256_ctx *context(struct bk_sha256 *h)
{
    return (struct sha256_ctx *)(void *)h->state;
}

void bk_sha256_init(struct bk_sha256 *h)
{
    sha256_init(context(h));
}

void bk_sha256_add(struct bk_sha256 *h, struct bk_str bytes)
{
    if (bytes.len)
        sha256_update(context(h), bytes.len, (const uint8_t *)bytes.ptr);
}

void bk_sha256_hex(struct bk_sha256 *h, char out[65])
{
    static const char digits[] = "0123456789abcdef";
    uint8_t digest[SHA256_DIGEST_SIZE];
    sha256_digest(context(h), sizeof digest, digest);
    for (size_t i = 0; i < sizeof digest; i++) {
        out[2 * i] = digits[digest[i] >> 4];
        out[2 * i + 1] = digits[digest[i] & 15];
    }
    out[2 * sizeof digest] = 0;
}

void bk_sha256_of(struct bk_str bytes, char out[65])
{
    struct bk_sha256 h;
    bk_sha256_init(&h);
    bk_sha256_add(&h, bytes);
    bk_sha256_hex(&h, out);
}
