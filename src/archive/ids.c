/* The cache of ids.  It may be emptied at any moment: every id can be asked of the
 * database again.  That happens when a transaction is rolled back (the rows are gone),
 * when another process has committed, and when it has grown large. */
#include "internal.h"

#define LARGEST_CACHE ((size_t)8 * 1024 * 1024)

void bk_ids_init(struct bk_ids *ids)
{
    *ids = (struct bk_ids){.arena = bk_arena_new()};
}

void bk_ids_free(struct bk_ids *ids)
{
    bk_arena_free(ids->arena);
    bk_buf_free(&ids->key);
    ids->arena = NULL;
}

void bk_ids_forget(struct bk_ids *ids)
{
    bk_arena_free(ids->arena);
    ids->arena = bk_arena_new();
    for (size_t i = 0; i < BK_CACHED_COUNT; i++) {
        ids->maps[i] = (struct bk_map){0};
    }
}

void bk_ids_forget_kind(struct bk_ids *ids, enum bk_cached kind)
{
    ids->maps[kind] = (struct bk_map){0};
}

struct bk_str bk_ids_key(struct bk_ids *ids, const struct bk_str *parts, size_t n)
{
    bk_buf_clear(&ids->key);
    for (size_t i = 0; i < n; i++) {
        size_t len = parts[i].len;
        bk_buf_add(&ids->key, (struct bk_str){(const char *)&len, sizeof len});
        bk_buf_add(&ids->key, parts[i]);
    }
    return bk_buf_str(&ids->key);
}

int64_t bk_ids_get(const struct bk_ids *ids, enum bk_cached kind, struct bk_str key)
{
    return (int64_t)(uintptr_t)bk_map_get(&ids->maps[kind], key);
}

void bk_ids_put(struct bk_ids *ids, enum bk_cached kind, struct bk_str key, int64_t id)
{
    if (bk_arena_size(ids->arena) > LARGEST_CACHE) {
        bk_ids_forget(ids);
    }
    bk_map_put(ids->arena, &ids->maps[kind], bk_dup(ids->arena, key),
               (void *)(uintptr_t)id);
}
