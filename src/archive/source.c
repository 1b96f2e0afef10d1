/* Sources: the bytes of imported files, kept in zstd chunks under their SHA-256. */
#include "../base/file.h"
#include "../base/hash.h"
#include "internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- looking up --- */

static bool note_place(struct bk_archive *ar, int64_t id, struct bk_str path,
                       struct bk_err *err)
{
    int64_t one;
    bool known;
    if (path.len == 0) {
        return true;
    }
    struct bk_stmt *st = bk_stmt(ar->db, BK_SQL_SOURCE_PLACE_KNOWN);
    bk_bind_int(st, ":source", id);
    bk_bind_text(st, ":path", path);
    if (!bk_one_int(st, &one, &known, err)) {
        return false;
    }
    if (known) {
        return true;
    }
    st = bk_stmt(ar->db, BK_SQL_SOURCE_PLACE_INSERT);
    bk_bind_int(st, ":source", id);
    bk_bind_text(st, ":path", path);
    bk_bind_int(st, ":found", bk_now());
    return bk_run_stmt(st, err);
}

/* Whether the unit that is rebuilt has these bytes, and whether it brought them. */
static const struct bk_kept_source *kept_source(const struct bk_kept_unit *unit,
                                                const char *sha256)
{
    for (size_t i = 0; unit && i < unit->n_sources; i++) {
        if (strcmp(unit->sources[i].sha256, sha256) == 0) {
            return &unit->sources[i];
        }
    }
    return NULL;
}

bool bk_archive_find_source(struct bk_archive *ar, const char *sha256,
                            struct bk_str path, int64_t *id, struct bk_err *err)
{
    const struct bk_kept_source *kept = kept_source(ar->rebuilding, sha256);
    if (kept) {
        *id = kept->own ? 0 : kept->id;
        return true;
    }
    bool found;
    struct bk_stmt *st = bk_stmt(ar->db, BK_SQL_SOURCE_BY_SHA);
    bk_bind_text(st, ":sha256", bk_str(sha256));
    return bk_one_int(st, id, &found, err) &&
           (!found || path.len == 0 || note_place(ar, *id, path, err));
}

bool bk_archive_knows_size(struct bk_archive *ar, int64_t size, bool *known,
                           struct bk_err *err)
{
    int64_t one;
    struct bk_stmt *st = bk_stmt(ar->db, BK_SQL_SOURCE_OF_SIZE);
    bk_bind_int(st, ":size", size);
    return bk_one_int(st, &one, known, err);
}

bool bk_source_id(const struct bk_archive *ar, size_t index, int64_t *id,
                  struct bk_err *err)
{
    if (index >= ar->n_sources) {
        return bk_fail(err, BK_EINPUT, "a record names source %zu of %zu", index + 1,
                       ar->n_sources);
    }
    *id = ar->sources[index].id;
    return true;
}

/* --- keeping --- */

static bool write_chunk(struct bk_archive *ar, int64_t source, struct bk_keeper *k,
                        size_t seq, struct bk_buf *packed, struct bk_err *err)
{
    size_t raw_size;
    if (!bk_keeper_chunk(k, seq, packed, &raw_size, err)) {
        return false;
    }
    struct bk_stmt *st = bk_stmt(ar->db, BK_SQL_SOURCE_CHUNK_INSERT);
    bk_bind_int(st, ":source", source);
    bk_bind_int(st, ":seq", (int64_t)seq);
    bk_bind_int(st, ":raw_size", (int64_t)raw_size);
    bk_bind_blob(st, ":packed", bk_buf_str(packed));
    return bk_run_stmt(st, err);
}

/* All of the chunks, if they are what the importer has read: a file that grows
 * meanwhile would leave bytes that the records did not come from. */
static bool write_chunks(struct bk_archive *ar, int64_t id,
                         const struct bk_source *source, struct bk_keeper *k,
                         struct bk_err *err)
{
    if (bk_keeper_size(k) != source->size ||
        strcmp(bk_keeper_sha256(k), source->sha256) != 0) {
        return bk_fail(err, BK_EINPUT, "the file changed while it was read");
    }
    struct bk_buf packed = {0};
    bool ok = true;
    for (size_t seq = 0; ok && seq < bk_keeper_n_chunks(k); seq++) {
        ok = !bk_interrupted(ar->interrupt, err) &&
             write_chunk(ar, id, k, seq, &packed, err);
    }
    bk_buf_free(&packed);
    return ok;
}

static bool insert_source(struct bk_archive *ar, const struct bk_source *source,
                          int64_t *id, struct bk_err *err)
{
    struct bk_stmt *st = bk_stmt(ar->db, BK_SQL_SOURCE_INSERT);
    bk_bind_int(st, ":unit", ar->unit_id);
    bk_bind_text(st, ":sha256", bk_str(source->sha256));
    bk_bind_text(st, ":path", source->path);
    bk_bind_text(st, ":format", source->format);
    bk_bind_int(st, ":importer_version", source->importer_version);
    bk_bind_int(st, ":size", source->size);
    bk_bind_int(st, ":redactions", source->redactions);
    return bk_insert(st, id, err);
}

static bool link_source(struct bk_archive *ar, const struct bk_source *source,
                        int64_t id, struct bk_err *err)
{
    struct bk_stmt *st = bk_stmt(ar->db, BK_SQL_UNIT_SOURCE_INSERT);
    bk_bind_int(st, ":unit", ar->unit_id);
    bk_bind_int(st, ":seq", (int64_t)ar->n_sources);
    bk_bind_int(st, ":source", id);
    bk_bind_text(st, ":path", source->path);
    *BK_PUSH(ar->unit, ar->sources, ar->n_sources) =
        (struct bk_unit_source){.id = id,
                                .path = bk_dup(ar->unit, source->path),
                                .context = bk_is(source->format, "context")};
    return bk_run_stmt(st, err);
}

bool bk_archive_add_kept(struct bk_archive *ar, const struct bk_source *source,
                         struct bk_keeper *kept, struct bk_err *err)
{
    int64_t id;
    if (!bk_archive_find_source(ar, source->sha256, source->path, &id, err)) {
        return false;
    }
    if (!id && (!insert_source(ar, source, &id, err) ||
                !write_chunks(ar, id, source, kept, err))) {
        return false;
    }
    return link_source(ar, source, id, err);
}

bool bk_archive_add_unseen(struct bk_archive *ar, const struct bk_source *source,
                           struct bk_err *err)
{
    int64_t id = 0;
    struct bk_source unseen = *source;
    snprintf(unseen.sha256, sizeof unseen.sha256, "unseen %zu", ar->n_sources);
    ar->held = true;
    return bk_db_hold(ar->db, true, err) && insert_source(ar, &unseen, &id, err) &&
           link_source(ar, source, id, err);
}

bool bk_archive_seen(struct bk_archive *ar, size_t index,
                     const struct bk_source *source, struct bk_keeper *kept,
                     struct bk_err *err)
{
    int64_t id = 0;
    if (!bk_source_id(ar, index, &id, err)) {
        return false;
    }
    struct bk_stmt *st = bk_stmt(ar->db, BK_SQL_SOURCE_SEEN);
    bk_bind_int(st, ":source", id);
    bk_bind_text(st, ":sha256", bk_str(source->sha256));
    bk_bind_int(st, ":size", source->size);
    bk_bind_int(st, ":redactions", source->redactions);
    return bk_run_stmt(st, err) && write_chunks(ar, id, source, kept, err) &&
           bk_archive_let_go(ar, err);
}

bool bk_archive_let_go(struct bk_archive *ar, struct bk_err *err)
{
    bool held = ar->held;
    ar->held = false;
    return !held || bk_db_hold(ar->db, false, err);
}

static bool read_as(struct bk_archive *ar, const struct bk_kept_source *kept,
                    const struct bk_source *now, struct bk_err *err)
{
    if (!kept->own || (bk_eq(kept->format, now->format) &&
                       kept->importer_version == now->importer_version)) {
        return true;
    }
    struct bk_stmt *st = bk_stmt(ar->db, BK_SQL_SOURCE_READ_AS);
    bk_bind_int(st, ":source", kept->id);
    bk_bind_text(st, ":format", now->format);
    bk_bind_int(st, ":version", now->importer_version);
    return bk_run_stmt(st, err);
}

bool bk_archive_add_source(struct bk_archive *ar, const struct bk_source *source,
                           struct bk_stream *bytes, struct bk_err *err)
{
    int64_t id;
    const struct bk_kept_source *kept =
        ar->in_place ? kept_source(ar->again, source->sha256) : NULL;
    if (kept) {
        return read_as(ar, kept, source, err) && link_source(ar, source, kept->id, err);
    }
    if (!bk_archive_find_source(ar, source->sha256, source->path, &id, err)) {
        return false;
    }
    if (id) {
        return link_source(ar, source, id, err);
    }
    struct bk_keeper *k = bk_keeper_new();
    bool ok = bk_keeper_add_all(k, bytes, ar->interrupt, err) &&
              bk_keeper_end(k, err) && bk_archive_add_kept(ar, source, k, err);
    bk_keeper_free(k);
    return ok;
}

/* --- giving back --- */

/* Unpacks the chunk that a row of (raw_size, packed) holds. */
static bool unpack(struct bk_stmt *st, struct bk_buf *bytes, struct bk_err *err)
{
    int64_t raw_size = bk_col_int(st, 0);
    bk_buf_clear(bytes);
    if (raw_size < 0 || raw_size > (int64_t)BK_SOURCE_CHUNK) {
        return bk_fail(err, BK_EDB, "a chunk claims to hold %lld bytes",
                       (long long)raw_size);
    }
    char *room = bk_buf_reserve(bytes, (size_t)raw_size + 1);
    if (!room) {
        return bk_fail(err, BK_ESYS, "no room for a chunk of %lld bytes",
                       (long long)raw_size);
    }
    if (!bk_zstd_unpack(bk_col_blob(st, 1), room, (size_t)raw_size, err)) {
        err->code = BK_EDB;
        return false;
    }
    bytes->len = (size_t)raw_size;
    bytes->ptr[bytes->len] = '\0';
    return true;
}

static bool read_chunk(struct bk_archive *ar, int64_t source, size_t seq,
                       struct bk_buf *bytes, bool *found, struct bk_err *err)
{
    struct bk_stmt *st = bk_stmt(ar->db, BK_SQL_SOURCE_CHUNK);
    bk_bind_int(st, ":source", source);
    bk_bind_int(st, ":seq", (int64_t)seq);
    if (!bk_step(st, found, err)) {
        return false;
    }
    bool ok = !*found || unpack(st, bytes, err);
    bk_reset(st);
    return ok;
}

bool bk_archive_source_bytes(struct bk_archive *ar, int64_t source_id, size_t chunk,
                             struct bk_buf *bytes, bool *more, struct bk_err *err)
{
    bk_buf_clear(bytes);
    *more = false;
    return read_chunk(ar, source_id, chunk, bytes, more, err);
}

/* --- verifying --- */

struct kept { /* a row of source */
    int64_t id, size;
    char sha256[65];
    struct bk_str path;
};

static bool next_source(struct bk_archive *ar, int64_t after, struct kept *k,
                        bool *found, struct bk_err *err)
{
    struct bk_stmt *st = bk_stmt(ar->db, BK_SQL_SOURCE_NEXT);
    bk_bind_int(st, ":after", after);
    if (!bk_step(st, found, err)) {
        return false;
    }
    if (*found) {
        struct bk_str sha256 = bk_upto(bk_col_text(st, 1), sizeof k->sha256 - 1);
        *k = (struct kept){.id = bk_col_int(st, 0),
                           .size = bk_col_int(st, 2),
                           .path = bk_dup(ar->scratch, bk_col_text(st, 3))};
        memcpy(k->sha256, sha256.ptr, sha256.len);
    }
    bk_reset(st);
    return true;
}

/* What is wrong with a source's kept bytes, in 'wrong'; empty when nothing is. */
static void verify_source(struct bk_archive *ar, const struct kept *k,
                          struct bk_buf *bytes, struct bk_buf *wrong)
{
    char hex[65];
    struct bk_err err = {0};
    struct bk_sha256 h;
    bool found = true;
    int64_t size = 0;
    bk_sha256_init(&h);
    for (size_t seq = 0; found; seq++) {
        if (!read_chunk(ar, k->id, seq, bytes, &found, &err)) {
            bk_buf_addf(wrong, "source %lld '%.*s': chunk %zu: %s", (long long)k->id,
                        BK_F(k->path), seq, err.msg);
            return;
        }
        if (found) {
            bk_sha256_add(&h, bk_buf_str(bytes));
            size += (int64_t)bytes->len;
        }
    }
    bk_sha256_hex(&h, hex);
    if (size != k->size) {
        bk_buf_addf(wrong, "source %lld '%.*s': %lld bytes are kept of %lld",
                    (long long)k->id, BK_F(k->path), (long long)size,
                    (long long)k->size);
    } else if (strcmp(hex, k->sha256) != 0) {
        bk_buf_addf(wrong, "source %lld '%.*s': SHA-256 is %s, not %s",
                    (long long)k->id, BK_F(k->path), hex, k->sha256);
    }
}

bool bk_archive_verify(struct bk_archive *ar,
                       void (*say)(void *self, struct bk_str complaint), void *self,
                       int64_t *sources, struct bk_err *err)
{
    struct bk_buf bytes = {0}, wrong = {0};
    struct kept k = {0};
    bool found = true, ok = true;
    *sources = 0;
    while (ok) {
        struct bk_arena_mark mark = bk_arena_mark(ar->scratch);
        ok = next_source(ar, k.id, &k, &found, err);
        if (!ok || !found) {
            break;
        }
        bk_buf_clear(&wrong);
        verify_source(ar, &k, &bytes, &wrong);
        if (wrong.len) {
            say(self, bk_buf_str(&wrong));
        }
        ++*sources;
        bk_arena_release(ar->scratch, mark);
    }
    bk_buf_free(&bytes);
    bk_buf_free(&wrong);
    return ok;
}
