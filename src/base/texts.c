/* Texts kept once: a table of the newest text of each hash, without chains. */
#include "texts.h"

#include <string.h>

#define PLACES       ((size_t)2048) /* a power of two */
#define LONGEST_KEPT ((size_t)512)  /* bytes; longer ones hardly come again */

struct bk_texts {
    struct bk_arena *arena; /* of the texts alone */
    struct bk_str places[PLACES];
    struct bk_str structs[PLACES];
};

static void end(void *arena)
{
    bk_arena_free(arena);
}

struct bk_texts *bk_texts_new(struct bk_arena *a)
{
    struct bk_texts *t = bk_alloc(a, sizeof *t);
    t->arena = bk_arena_new();
    bk_arena_defer(a, end, t->arena);
    return t;
}

struct bk_str bk_texts_keep(struct bk_texts *t, struct bk_str s)
{
    if (s.len == 0)
        return BK_S("");
    if (s.len > LONGEST_KEPT)
        return bk_dup(t->arena, s);
    struct bk_str *place = &t->places[(size_t)bk_hash64(s) & (PLACES - 1)];
    if (!bk_eq(*place, s))
        *place = bk_dup(t->arena, s);
    return *place;
}

const void *bk_texts_keep_bytes(struct bk_texts *t, const void *bytes, size_t size)
{
    struct bk_str s = {bytes, size};
    struct bk_str *place = &t->structs[(size_t)bk_hash64(s) & (PLACES - 1)];
    if (!bk_eq(*place, s)) {
        void *copy = bk_alloc(t->arena, size);
        memcpy(copy, bytes, size);
        *place = (struct bk_str){copy, size};
    }
    return place->ptr;
}
