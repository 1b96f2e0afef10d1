/* Memory with a temporary file behind it (see spill.h). */
#include "spill.h"

#include "arena.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    LONGEST_PATH = 4096
};

struct bk_spill {
    struct bk_buf memory; /* the first bytes */
    size_t limit;         /* of memory */
    uint64_t in_file;     /* the bytes behind them */
    int fd;               /* -1: none */
};

struct bk_spill *bk_spill_new(size_t limit)
{
    struct bk_spill *s = bk_realloc(NULL, sizeof *s);
    *s = (struct bk_spill){.memory.max = limit + 1, .limit = limit, .fd = -1};
    return s;
}

void bk_spill_free(struct bk_spill *s)
{
    if (!s)
        return;
    bk_buf_free(&s->memory);
    if (s->fd >= 0)
        close(s->fd);
    free(s);
}

/* A file without a name: it is gone when it is closed, whatever ends the program. */
static bool open_file(struct bk_spill *s, struct bk_err *err)
{
    const char *folders[] = {getenv("TMPDIR"), "/var/tmp", "/tmp"};
    int problem = ENOENT;
    char path[LONGEST_PATH];
    for (size_t i = 0; s->fd < 0 && i < sizeof folders / sizeof *folders; i++) {
        if (!folders[i] || !folders[i][0])
            continue;
        int n = snprintf(path, sizeof path, "%s/benchkeep.XXXXXX", folders[i]);
        if (n < 0 || (size_t)n >= sizeof path)
            continue;
        s->fd = mkstemp(path);
        if (s->fd >= 0)
            unlink(path);
        else
            problem = errno;
    }
    return s->fd >= 0 || bk_fail_errno(err, problem,
                                       "cannot make a temporary file in $TMPDIR, "
                                       "/var/tmp or /tmp");
}

static bool write_all(struct bk_spill *s, struct bk_str bytes, struct bk_err *err)
{
    while (bytes.len > 0) {
        ssize_t n = pwrite(s->fd, bytes.ptr, bytes.len, (off_t)s->in_file);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return bk_fail_errno(err, n < 0 ? errno : ENOSPC,
                                 "cannot write to a temporary file");
        s->in_file += (uint64_t)n;
        bytes = bk_from(bytes, (size_t)n);
    }
    return true;
}

bool bk_spill_add(struct bk_spill *s, struct bk_str bytes, uint64_t *at,
                  struct bk_err *err)
{
    *at = s->memory.len + s->in_file;
    if (s->fd < 0 && bytes.len <= s->limit - s->memory.len) {
        bk_buf_add(&s->memory, bytes);
        return true;
    }
    return (s->fd >= 0 || open_file(s, err)) && write_all(s, bytes, err);
}

bool bk_spill_get(struct bk_spill *s, uint64_t at, size_t n, struct bk_buf *bytes,
                  struct bk_err *err)
{
    bk_buf_clear(bytes);
    if (at > s->memory.len + s->in_file || n > s->memory.len + s->in_file - at)
        return bk_fail(err, BK_ESYS, "read beyond the temporary file's end");
    if (at < s->memory.len) {
        struct bk_str held = bk_upto(bk_from(bk_buf_str(&s->memory), (size_t)at), n);
        bk_buf_add(bytes, held);
        at += held.len;
        n -= held.len;
    }
    char *to = bk_buf_reserve(bytes, n);
    if (!to)
        return bk_fail(err, BK_ESYS, "out of memory for %zu bytes", n);
    for (size_t got = 0; got < n;) {
        ssize_t m = pread(s->fd, to + got, n - got, (off_t)(at - s->memory.len + got));
        if (m < 0 && errno == EINTR)
            continue;
        if (m <= 0)
            return bk_fail_errno(err, m < 0 ? errno : EIO,
                                 "cannot read a temporary file");
        got += (size_t)m;
    }
    bytes->len += n;
    bytes->ptr[bytes->len] = 0;
    return true;
}
