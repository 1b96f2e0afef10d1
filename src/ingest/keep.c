/* The second reading of a large file (see keep.h). */
#include "keep.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "../base/arena.h"
#include "../base/file.h"
#include "../base/worker.h"
#include "internal.h"

#define PIECE        ((size_t)1024 * 1024)
#define ASK_EVERY_MS 50

struct bk_keeping {
    char *path;
    struct bk_worker *worker;
    struct bk_keeper *keeper;
    struct bk_redacting search;
    bool secrets;
    atomic_bool stop;
};

static bool told_to_stop(void *self, struct bk_err *err)
{
    struct bk_keeping *k = self;
    return atomic_load(&k->stop) && !bk_fail(err, BK_ESYS, "given up");
}

static struct bk_interrupt interrupt_of(struct bk_keeping *k)
{
    return (struct bk_interrupt){told_to_stop, k};
}

/* Goes over a stream once, up to a secret; its bytes are kept too or only searched.  A
 * packed text whose end is missing gives what it has. */
static bool search(struct bk_keeping *k, struct bk_stream *s, bool keep,
                   struct bk_err *err)
{
    size_t got = PIECE;
    while (got == PIECE && !k->secrets) {
        char *room = bk_redacting_room(&k->search, PIECE);
        if (room == NULL)
            return bk_fail(err, BK_ESYS, "no memory to look for secrets");
        if (bk_interrupted(interrupt_of(k), err) ||
            (!bk_stream_read(s, room, PIECE, &got, err) && !bk_stream_is_cut(s)))
            return false;
        if (keep && !bk_keeper_add(k->keeper, (struct bk_str){room, got}, err))
            return false;
        k->secrets = bk_redacting_take(&k->search, got, got < PIECE, NULL) > 0;
    }
    return true;
}

/* The text of a packed file is searched before its bytes are kept. */
static bool keep_packed(struct bk_keeping *k, struct bk_stream *text,
                        struct bk_err *err)
{
    struct bk_stream *raw = NULL;
    if (!search(k, text, false, err))
        return false;
    bool ok = k->secrets || (bk_stream_open_raw(&raw, k->path, err) &&
                             bk_keeper_add_all(k->keeper, raw, interrupt_of(k), err));
    bk_stream_close(raw);
    return ok;
}

static bool keep(void *arg, struct bk_err *err)
{
    struct bk_keeping *k = arg;
    struct bk_stream *s = NULL;
    if (!bk_stream_open(&s, k->path, err))
        return false;
    bool ok = bk_stream_packing(s) == BK_PLAIN ? search(k, s, true, err)
                                               : keep_packed(k, s, err);
    bk_stream_close(s);
    return ok && bk_keeper_end(k->keeper, err);
}

struct bk_keeping *bk_keeping_begin(const char *path)
{
    struct bk_keeping *k = bk_realloc(NULL, sizeof *k);
    size_t size = strlen(path) + 1;
    struct bk_err ignored;
    *k = (struct bk_keeping){
        .path = bk_realloc(NULL, size),
        .worker = bk_worker_new(1),
        .keeper = bk_keeper_new(),
    };
    memcpy(k->path, path, size);
    atomic_init(&k->stop, false);
    bk_worker_put(k->worker, keep, k, &ignored); /* told again by bk_worker_wait */
    return k;
}

/* False: the user does not want to wait. */
static bool wait_for(struct bk_keeping *k, struct bk_interrupt interrupt,
                     struct bk_err *err)
{
    bool done = false;
    while (!done) {
        if (bk_interrupted(interrupt, err))
            return false;
        bk_worker_wait_ms(k->worker, ASK_EVERY_MS, &done);
    }
    return bk_worker_wait(k->worker, err);
}

bool bk_keeping_end(struct bk_keeping *k, struct bk_interrupt interrupt,
                    struct bk_keeper **keeper, bool *secrets, struct bk_err *err)
{
    bool ok = wait_for(k, interrupt, err);
    *secrets = ok && k->secrets;
    *keeper = NULL;
    if (ok && !k->secrets) {
        *keeper = k->keeper;
        k->keeper = NULL;
    }
    bk_keeping_free(k);
    return ok;
}

void bk_keeping_free(struct bk_keeping *k)
{
    if (k == NULL)
        return;
    atomic_store(&k->stop, true);
    bk_worker_free(k->worker);
    bk_keeper_free(k->keeper);
    bk_redacting_free(&k->search);
    free(k->path);
    free(k);
}
