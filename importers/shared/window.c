/* Windows over the bytes of a source (see window.h). */
#include "window.h"

#include <stdlib.h>
#include <string.h>

void bk_window_open(struct bk_window *w, struct bk_input *in, size_t block)
{
    *w = (struct bk_window){.in = in, .room = block};
    w->bytes = bk_realloc(NULL, block + BK_WINDOW_PAD);
    memset(w->bytes, 0, BK_WINDOW_PAD);
}

void bk_window_close(struct bk_window *w)
{
    free(w->bytes);
    w->bytes = NULL;
}

bool bk_window_fill(struct bk_window *w, struct bk_err *err)
{
    size_t kept = w->end - w->keep, got = 0;
    if (kept >= BK_WINDOW_MAX)
        return bk_fail(err, BK_EINPUT, "longer than %zu MiB",
                       BK_WINDOW_MAX / (1024 * 1024));
    memmove(w->bytes, w->bytes + w->keep, kept);
    w->pos -= w->keep;
    w->end = kept;
    w->keep = 0;
    if (kept > w->room / 2 && w->room < BK_WINDOW_MAX) {
        w->room = w->room < BK_WINDOW_MAX / 2 ? 2 * w->room : BK_WINDOW_MAX;
        w->bytes = bk_realloc(w->bytes, w->room + BK_WINDOW_PAD);
    }
    if (!bk_input_read(w->in, w->bytes + kept, w->room - kept, &got, err)) {
        if (!bk_input_is_cut(w->in))
            return false;
        w->cut = true;
    }
    w->end += got;
    w->ended = got < w->room - kept && (w->cut || !bk_input_is_cut(w->in));
    memset(w->bytes + w->end, 0, BK_WINDOW_PAD);
    return true;
}

bool bk_window_line(struct bk_window *w, struct bk_str *line, bool *more, bool *cut,
                    struct bk_err *err)
{
    size_t searched = 0; /* bytes of the line */
    for (;;) {
        const char *start = w->bytes + w->pos;
        size_t left = w->end - w->pos;
        const char *end = memchr(start + searched, '\n', left - searched);
        if (end == NULL && !w->ended) {
            searched = left;
            w->keep = w->pos;
            if (!bk_window_fill(w, err))
                return false;
            continue;
        }
        *cut = end == NULL;
        *more = left > 0;
        size_t n = end != NULL ? (size_t)(end - start) : left;
        w->pos += n + (end != NULL);
        *line = (struct bk_str){start, n};
        if (end != NULL && n > 0 && start[n - 1] == '\r')
            line->len--;
        return true;
    }
}
