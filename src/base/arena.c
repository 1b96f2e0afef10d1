/* Arenas: a chain of blocks, newest first; each allocation is cut off the newest.
 *
 * Blocks double up to a bound, so that a small question costs one malloc and a large
 * import few.  Under AddressSanitizer every allocation is a block of its own, so that
 * reading past one's end is seen. */
#include "arena.h"

#include <stdalign.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#if defined(__GLIBC__)
#include <malloc.h>
#endif

#if defined(__SANITIZE_ADDRESS__)
#define SEPARATE_BLOCKS 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SEPARATE_BLOCKS 1
#endif
#endif
#ifndef SEPARATE_BLOCKS
#define SEPARATE_BLOCKS 0
#endif

enum {
    FIRST_BLOCK = 16 * 1024,
    LARGEST_BLOCK = 1024 * 1024,
    LARGE_LIST = 64 * 1024, /* bytes; it grows by LARGE_GROWTH */
    LARGE_GROWTH = 4,
    ALIGN = alignof(max_align_t),
    EXIT_NO_MEMORY = 6, /* as bk_exit_status(BK_ESYS) */
};

struct block {
    struct block *older; /* allocated before this one */
    size_t size;         /* bytes of data */
    alignas(max_align_t) char data[];
};

struct deferred {
    struct deferred *older;
    void (*last)(void *arg);
    void *arg;
};

struct bk_arena {
    struct deferred *deferred; /* the newest; in the blocks */
    struct block *newest;
    size_t used;  /* bytes of the newest block in use */
    size_t held;  /* bytes of all blocks */
    size_t quota; /* size of the next block */
};

/* The one mutable variable of the program: what happens without memory cannot be handed
 * down to each allocation. */
static void (*out_of_memory_hook)(size_t size);

void bk_set_out_of_memory(void (*hook)(size_t size))
{
    out_of_memory_hook = hook;
}

static _Noreturn void out_of_memory(size_t size)
{
    if (out_of_memory_hook)
        out_of_memory_hook(size);
    fprintf(stderr, "benchkeep: out of memory (%zu bytes asked for)\n", size);
    exit(EXIT_NO_MEMORY);
}

void *bk_realloc(void *p, size_t size)
{
    void *q = realloc(p, size ? size : 1);
    if (!q)
        out_of_memory(size);
    return q;
}

struct bk_arena *bk_arena_new(void)
{
    struct bk_arena *a = bk_realloc(NULL, sizeof *a);
    *a = (struct bk_arena){.quota = FIRST_BLOCK};
    return a;
}

static void drop_newest(struct bk_arena *a)
{
    struct block *b = a->newest;
    a->newest = b->older;
    a->held -= sizeof *b + b->size;
    free(b);
}

void bk_arena_defer(struct bk_arena *a, void (*last)(void *arg), void *arg)
{
    struct deferred *d = bk_alloc(a, sizeof *d);
    *d = (struct deferred){a->deferred, last, arg};
    a->deferred = d;
}

static void run_deferred(struct bk_arena *a, const void *up_to)
{
    while (a->deferred && a->deferred != up_to) {
        struct deferred *d = a->deferred;
        a->deferred = d->older;
        d->last(d->arg);
    }
}

void bk_arena_free(struct bk_arena *a)
{
    if (!a)
        return;
    run_deferred(a, NULL);
    while (a->newest)
        drop_newest(a);
    free(a);
}

static void add_block(struct bk_arena *a, size_t need)
{
    size_t size = need;
    if (!SEPARATE_BLOCKS && size < a->quota)
        size = a->quota;
    if (a->quota < LARGEST_BLOCK)
        a->quota *= 2;
    if (size > SIZE_MAX - sizeof(struct block))
        out_of_memory(size);
    struct block *b = bk_realloc(NULL, sizeof *b + size);
    b->older = a->newest;
    b->size = size;
    a->newest = b;
    a->used = 0;
    a->held += sizeof *b + size;
}

static size_t round_up(size_t size)
{
    if (size > SIZE_MAX - ALIGN)
        out_of_memory(size);
    return (size + ALIGN - 1) / ALIGN * ALIGN;
}

/* A text may have left any number of bytes in use; all else begins at a multiple. */
static char *cut_off(struct bk_arena *a, size_t need, size_t align)
{
    size_t from = (a->used + align - 1) / align * align;
    if (SEPARATE_BLOCKS || !a->newest || from > a->newest->size ||
        a->newest->size - from < need) {
        add_block(a, need);
        from = 0;
    }
    a->used = from + need;
    return a->newest->data + from;
}

void *bk_alloc(struct bk_arena *a, size_t size)
{
    size_t need = SEPARATE_BLOCKS ? size + !size : round_up(size + !size);
    return memset(cut_off(a, need, ALIGN), 0, need);
}

char *bk_alloc_text(struct bk_arena *a, size_t size)
{
    return memset(cut_off(a, size + !size, 1), 0, size + !size);
}

void *bk_alloc_array(struct bk_arena *a, size_t n, size_t size)
{
    if (size && n > SIZE_MAX / size)
        out_of_memory(SIZE_MAX);
    return bk_alloc(a, n * size);
}

void *bk_alloc_untouched(struct bk_arena *a, size_t n, size_t size)
{
    if (size && n > (SIZE_MAX - ALIGN) / size)
        out_of_memory(SIZE_MAX);
    size_t bytes = n * size;
    return cut_off(a, round_up(bytes + !bytes), ALIGN);
}

struct bk_arena_mark bk_arena_mark(const struct bk_arena *a)
{
    return (struct bk_arena_mark){a->newest, a->used, a->deferred};
}

void bk_arena_release(struct bk_arena *a, struct bk_arena_mark mark)
{
    run_deferred(a, mark.last_deferred);
    while (a->newest && a->newest != mark.block)
        drop_newest(a);
    a->used = mark.used;
}

size_t bk_arena_size(const struct bk_arena *a)
{
    return a->held;
}

/* Large lists have capacities of their first large one times powers of LARGE_GROWTH. */
static bool is_full(size_t n, size_t size)
{
    size_t first = 1;
    if ((n & (n - 1)) != 0)
        return false;
    while (first < n && first * size < LARGE_LIST)
        first *= 2;
    while (first < n)
        first *= LARGE_GROWTH;
    return first == n || n == 0;
}

/* A list that is left behind stays what it was: others may still look at it.  What a
 * large one does not use yet is never touched, so that it costs no memory. */
void *bk_list_grow(struct bk_arena *a, void *list, size_t n, size_t size)
{
    if (is_full(n, size)) {
        bool large = n > 0 && n * size >= LARGE_LIST;
        size_t factor = large ? LARGE_GROWTH : 2;
        if (n > SIZE_MAX / 2 / factor / (size + 1))
            out_of_memory(SIZE_MAX);
        size_t bytes = n ? factor * n * size : size;
        void *grown = large ? cut_off(a, round_up(bytes), ALIGN) : bk_alloc(a, bytes);
        if (n)
            memcpy(grown, list, n * size);
        list = grown;
    }
    memset((char *)list + n * size, 0, size);
    return list;
}

void bk_memory_own_process(void)
{
#if defined(__GLIBC__)
    enum {
        MIB = 1024 * 1024
    };
    mallopt(M_MMAP_THRESHOLD, 32 * MIB); /* the most that it may be */
    mallopt(M_TRIM_THRESHOLD, 64 * MIB);
    mallopt(M_TOP_PAD, MIB);
#endif
}
