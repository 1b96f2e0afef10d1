/* Arenas: memory that belongs to one operation (an import, a question) and is freed as
 * a whole.
 *
 * Records, reports and strings point into the arena of their operation; nothing is
 * freed singly. A loop over a long input marks the arena and releases back to the mark,
 * so that memory stays bounded whatever the length of the input.  Running out of memory
 * ends here, in one place: the hook that 'bk_set_out_of_memory' set is called, and the
 * process exits with status 6 if it returns. */
#ifndef BK_BASE_ARENA_H
#define BK_BASE_ARENA_H

#include <stddef.h>

struct bk_arena;
struct bk_arena_mark { /* a state to return to; opaque */
    void *block;
    size_t used;
    void *last_deferred;
};

struct bk_arena *bk_arena_new(void);
void bk_arena_free(struct bk_arena *a); /* NULL is fine */

/* size bytes, zeroed, aligned for any type; never NULL. */
void *bk_alloc(struct bk_arena *a, size_t size);

/* The same for bytes of text, which need no alignment and leave no gap. */
char *bk_alloc_text(struct bk_arena *a, size_t size);

/* An array of n elements of the given size, zeroed; dies on overflow as on want of
 * memory. */
void *bk_alloc_array(struct bk_arena *a, size_t n, size_t size);

/* The same, not zeroed: what of a large array is never written takes no memory. */
void *bk_alloc_untouched(struct bk_arena *a, size_t n, size_t size);

struct bk_arena_mark bk_arena_mark(const struct bk_arena *a);

/* Frees all that was allocated since the mark. */
void bk_arena_release(struct bk_arena *a, struct bk_arena_mark mark);

/* Has 'last' called with 'arg' when the arena is freed or released to a mark before this
 * call: for what an arena's memory points to and does not hold (a file, a thread).  The
 * newest comes first. */
void bk_arena_defer(struct bk_arena *a, void (*last)(void *arg), void *arg);

/* Bytes that the arena holds from the system now. */
size_t bk_arena_size(const struct bk_arena *a);

/* Called when memory runs out, with the number of bytes asked for; it may longjmp.
 * NULL: none. */
void bk_set_out_of_memory(void (*hook)(size_t size));

/* malloc/realloc of what must outlive an arena (buffers); never NULL. size > 0. */
void *bk_realloc(void *p, size_t size);

/* Grows a list in an arena: 'ptr' is a lvalue pointer to elements, 'n' the number in
 * use (a size_t). Evaluates to a pointer to a new zeroed last element and counts it in
 * n.  A pointer to an element that was taken before stays readable. */
#define BK_PUSH(a, ptr, n)                                                             \
    ((ptr) = bk_list_grow((a), (ptr), (n), sizeof *(ptr)), &(ptr)[(n)++])
void *bk_list_grow(struct bk_arena *a, void *list, size_t n, size_t size);

/* For a program whose process is its own: what is freed is kept for the next that asks,
 * since the system gives memory back a page at a time, and clears it (glibc only). */
void bk_memory_own_process(void);

#endif
