/* A window that moves over the bytes of a source: what readers of millions of lines
 * work in.
 *
 * The bytes are read in large blocks straight into the window.  A reader moves 'pos'
 * forward; when what it looks at is not whole it asks for more and begins again, which
 * stays cheap because the window grows by doubling.  BK_WINDOW_PAD zero bytes behind
 * the end let it look at whole vectors. */
#ifndef BK_IMPORTERS_SHARED_WINDOW_H
#define BK_IMPORTERS_SHARED_WINDOW_H

#include "../importer.h"

#define BK_WINDOW_PAD   ((size_t)64)
#define BK_WINDOW_BLOCK ((size_t)512 * 1024)
#define BK_WINDOW_MAX   ((size_t)16 * 1024 * 1024) /* of what is kept at once */

struct bk_window {
    struct bk_input *in;
    char *bytes;
    size_t keep;     /* bytes before it may go when more are read; <= pos */
    size_t pos, end; /* what is there to be looked at */
    size_t room;
    bool ended; /* nothing follows 'end' */
    bool cut;   /* ... because packed data end too soon */
};

/* A window at the start of the input; 'block' bytes are read at once (small ones are for
 * tests).  'in' must outlive it. */
void bk_window_open(struct bk_window *w, struct bk_input *in, size_t block);
/* More bytes behind the end, or 'ended'.  bytes, keep, pos and end change: keep becomes
 * 0.  False: reading failed, or BK_EINPUT "longer than 16 MiB" with no place when so
 * much is kept. */
bool bk_window_fill(struct bk_window *w, struct bk_err *err);
/* The next line without its end (\n, \r\n), valid until the next call; *more is false
 * behind the last.  *cut: it has no line end. */
bool bk_window_line(struct bk_window *w, struct bk_str *line, bool *more, bool *cut,
                    struct bk_err *err);
void bk_window_close(struct bk_window *w);

#endif
