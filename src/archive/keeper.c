/* Hashing and packing the bytes of a source (see keeper.h).
 *
 * Both take about as long, so that a thread of its own hashes large pieces, one while
 * the next is packed: with more of them waiting, what was just read is no longer in the
 * processor's cache when it is hashed. */
#include "keeper.h"

#include <stdlib.h>
#include <string.h>

#include "../base/arena.h"
#include "../base/hash.h"
#include "../base/packer.h"
#include "../base/spill.h"
#include "../base/worker.h"

#define SPILL_MEMORY ((size_t)16 * 1024 * 1024)

/* Of a file's first chunks, which are all of most files; and of the others, where time
 * counts: on points of k6, -5 takes six tenths of the time of 3 and gives a quarter more
 * (5.2 % of the text instead of 4.1).  The source's SHA-256 is the frames' checksum. */
#define LEVEL        3
#define LATER_LEVEL  (-5)
#define FIRST_CHUNKS ((size_t)4)

#define LARGE ((size_t)256 * 1024) /* worth handing to another thread */

struct chunk {
    uint64_t at; /* in the spill */
    size_t packed_size, raw_size;
};

struct bk_keeper {
    struct bk_sha256 hash; /* the hasher's while it has a piece */
    struct bk_str piece;
    struct bk_worker *hasher; /* NULL until a large piece came */
    char sha256[65];
    int64_t size;
    struct bk_buf raw;    /* of the chunk that is being filled */
    struct bk_buf packed; /* of the last one */
    struct bk_packer *packer;
    struct bk_spill *spill;
    struct chunk *chunks;
    size_t n_chunks, cap;
};

struct bk_keeper *bk_keeper_new(void)
{
    struct bk_keeper *k = bk_realloc(NULL, sizeof *k);
    *k = (struct bk_keeper){
        .packer = bk_packer_new(LEVEL),
        .spill = bk_spill_new(SPILL_MEMORY),
    };
    bk_sha256_init(&k->hash);
    return k;
}

void bk_keeper_free(struct bk_keeper *k)
{
    if (k == NULL)
        return;
    bk_worker_free(k->hasher);
    bk_buf_free(&k->raw);
    bk_buf_free(&k->packed);
    bk_packer_free(k->packer);
    bk_spill_free(k->spill);
    free(k->chunks);
    free(k);
}

static bool pack(struct bk_keeper *k, struct bk_str raw, struct bk_err *err)
{
    int level = k->n_chunks < FIRST_CHUNKS ? LEVEL : LATER_LEVEL;
    bk_buf_clear(&k->packed);
    if (!bk_packer_frame(k->packer, raw, level, &k->packed, err))
        return false;
    if (k->n_chunks == k->cap) {
        k->cap = k->cap > 0 ? 2 * k->cap : 16;
        k->chunks = bk_realloc(k->chunks, k->cap * sizeof *k->chunks);
    }
    struct chunk *c = &k->chunks[k->n_chunks++];
    *c = (struct chunk){.packed_size = k->packed.len, .raw_size = raw.len};
    return bk_spill_add(k->spill, bk_buf_str(&k->packed), &c->at, err);
}

static bool pack_all(struct bk_keeper *k, struct bk_str bytes, struct bk_err *err)
{
    while (bytes.len > 0) {
        if (k->raw.len == 0 && bytes.len >= BK_SOURCE_CHUNK) { /* no copy */
            if (!pack(k, bk_upto(bytes, BK_SOURCE_CHUNK), err))
                return false;
            bytes = bk_from(bytes, BK_SOURCE_CHUNK);
            continue;
        }
        size_t room = BK_SOURCE_CHUNK - k->raw.len;
        bk_buf_add(&k->raw, bk_upto(bytes, room));
        bytes = bk_from(bytes, room);
        if (k->raw.len < BK_SOURCE_CHUNK)
            break;
        if (!pack(k, bk_buf_str(&k->raw), err))
            return false;
        bk_buf_clear(&k->raw);
    }
    return true;
}

static bool hash(void *arg, struct bk_err *err)
{
    struct bk_keeper *k = arg;
    (void)err; /* nothing can fail */
    bk_sha256_add(&k->hash, k->piece);
    return true;
}

static void wait_for_hasher(struct bk_keeper *k)
{
    struct bk_err none; /* hashing cannot fail */
    if (k->hasher != NULL)
        bk_worker_wait(k->hasher, &none);
}

bool bk_keeper_add(struct bk_keeper *k, struct bk_str bytes, struct bk_err *err)
{
    k->size += (int64_t)bytes.len;
    wait_for_hasher(k);
    if (bytes.len < LARGE) {
        bk_sha256_add(&k->hash, bytes);
        return pack_all(k, bytes, err);
    }
    if (k->hasher == NULL)
        k->hasher = bk_worker_new(1);
    k->piece = bytes;
    return bk_worker_put(k->hasher, hash, k, err) && pack_all(k, bytes, err);
}

bool bk_keeper_add_all(struct bk_keeper *k, struct bk_stream *s,
                       struct bk_interrupt interrupt, struct bk_err *err)
{
    char *pieces = bk_realloc(NULL, 2 * BK_SOURCE_CHUNK);
    size_t got = BK_SOURCE_CHUNK;
    bool ok = true;
    for (size_t i = 0; ok && got == BK_SOURCE_CHUNK; i = 1 - i) {
        char *piece = pieces + i * BK_SOURCE_CHUNK;
        ok = !bk_interrupted(interrupt, err) &&
             bk_stream_read(s, piece, BK_SOURCE_CHUNK, &got, err) &&
             bk_keeper_add(k, (struct bk_str){piece, got}, err);
    }
    wait_for_hasher(k);
    free(pieces);
    return ok;
}

bool bk_keeper_end(struct bk_keeper *k, struct bk_err *err)
{
    bool ok = k->raw.len == 0 || pack(k, bk_buf_str(&k->raw), err);
    bk_buf_free(&k->raw);
    wait_for_hasher(k);
    bk_sha256_hex(&k->hash, k->sha256);
    return ok;
}

int64_t bk_keeper_size(const struct bk_keeper *k)
{
    return k->size;
}

const char *bk_keeper_sha256(const struct bk_keeper *k)
{
    return k->sha256;
}

size_t bk_keeper_n_chunks(const struct bk_keeper *k)
{
    return k->n_chunks;
}

bool bk_keeper_chunk(struct bk_keeper *k, size_t chunk, struct bk_buf *packed,
                     size_t *raw_size, struct bk_err *err)
{
    const struct chunk *c = &k->chunks[chunk];
    *raw_size = c->raw_size;
    return bk_spill_get(k->spill, c->at, c->packed_size, packed, err);
}
