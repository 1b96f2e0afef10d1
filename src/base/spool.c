/* Spools (see spool.h): appended in memory, then to a file whose name is removed as
 * soon as it is open. */
#include "spool.h"

#include "arena.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct bk_spool {
    struct bk_buf memory; /* not yet written */
    size_t limit;
    int file;        /* -1: none yet */
    int64_t written; /* bytes in the file */
};

struct bk_spool *bk_spool_new(size_t memory_limit)
{
    struct bk_spool *s = bk_realloc(NULL, sizeof *s);
    *s = (struct bk_spool){.limit = memory_limit, .file = -1};
    return s;
}

void bk_spool_free(struct bk_spool *s)
{
    if (s == NULL)
        return;
    if (s->file >= 0)
        close(s->file);
    bk_buf_free(&s->memory);
    free(s);
}

static bool open_file(struct bk_spool *s, struct bk_err *err)
{
    const char *tmp = getenv("TMPDIR");
    if (tmp == NULL || *tmp == '\0')
        tmp = "/tmp";
    struct bk_buf name = {0};
    bk_buf_addf(&name, "%s/benchkeep-XXXXXX", tmp);
    s->file = mkstemp(name.ptr);
    if (s->file < 0)
        bk_fail_errno(err, errno, "cannot make a temporary file in '%s'", tmp);
    else
        unlink(name.ptr);
    bk_buf_free(&name);
    return s->file >= 0;
}

static bool write_out(struct bk_spool *s, struct bk_err *err)
{
    if (s->file < 0 && !open_file(s, err))
        return false;
    size_t done = 0;
    while (done < s->memory.len) {
        ssize_t n = pwrite(s->file, s->memory.ptr + done, s->memory.len - done,
                           (off_t)s->written);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return bk_fail_errno(err, n < 0 ? errno : ENOSPC,
                                 "cannot write a temporary file");
        done += (size_t)n;
        s->written += n;
    }
    bk_buf_clear(&s->memory);
    return true;
}

bool bk_spool_add(struct bk_spool *s, struct bk_str bytes, struct bk_err *err)
{
    bk_buf_add(&s->memory, bytes);
    if (s->memory.full)
        return bk_fail(err, BK_ESYS, "no memory to hold %zu bytes", bytes.len);
    return s->memory.len <= s->limit || write_out(s, err);
}

int64_t bk_spool_size(const struct bk_spool *s)
{
    return s->written + (int64_t)s->memory.len;
}

static bool read_file(struct bk_spool *s, int64_t offset, char *out, size_t n,
                      struct bk_err *err)
{
    while (n > 0) {
        ssize_t got = pread(s->file, out, n, (off_t)offset);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return bk_fail_errno(err, got < 0 ? errno : EIO,
                                 "cannot read a temporary file");
        out += got;
        offset += got;
        n -= (size_t)got;
    }
    return true;
}

bool bk_spool_read(struct bk_spool *s, int64_t offset, char *out, size_t n,
                   struct bk_err *err)
{
    size_t filed = 0;
    if (offset < s->written) {
        int64_t rest = s->written - offset;
        filed = rest < (int64_t)n ? (size_t)rest : n;
        if (!read_file(s, offset, out, filed, err))
            return false;
    }
    if (filed < n) {
        size_t at = (size_t)(offset + (int64_t)filed - s->written);
        memcpy(out + filed, s->memory.ptr + at, n - filed);
    }
    return true;
}
