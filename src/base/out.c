/* Output that appears under its name only when all went well.
 *
 * Bytes go to a temporary file beside the target, which is synced and renamed at the
 * end: a reader sees the old file or the whole new one.  What cannot be replaced
 * (a device, a pipe) is written directly. */
#define _XOPEN_SOURCE 700 /* realpath */

#include "arena.h"
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    OUTPUT_SIZE = 64 * 1024,
    TEMPORARY_TRIES = 100,
    NEW_FILE_MODE = 0666, /* less the umask */
};

struct bk_out {
    struct bk_buf *memory; /* into a buffer; else: */
    int fd;
    bool owns_fd;
    int error;       /* the first errno that was met, or 0 */
    char *target;    /* name in the end; NULL: none */
    char *temporary; /* name until then; NULL: written directly */
    size_t n;        /* bytes in 'buffer' */
    char buffer[OUTPUT_SIZE];
};

static char *copy(const char *s)
{
    size_t size = strlen(s) + 1;
    return memcpy(bk_realloc(NULL, size), s, size);
}

static bool open_temporary(struct bk_out *o, mode_t mode)
{
    size_t size = strlen(o->target) + 48;
    o->temporary = bk_realloc(NULL, size);
    for (int i = 0; i < TEMPORARY_TRIES; i++) {
        snprintf(o->temporary, size, "%s.tmp.%ld.%d", o->target, (long)getpid(), i);
        o->fd = open(o->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
        if (o->fd >= 0 || errno != EEXIST)
            break;
    }
    return o->fd >= 0;
}

/* Opens what stands behind path now, or a temporary that will take its place. */
static bool open_target(struct bk_out *o, const char *path)
{
    struct stat st;
    if (stat(path, &st) < 0) {
        o->target = copy(path);
        return open_temporary(o, NEW_FILE_MODE);
    }
    if (!S_ISREG(st.st_mode)) {
        o->target = copy(path);
        o->fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
        return o->fd >= 0;
    }
    /* a link stays a link; the file it leads to is replaced */
    o->target = realpath(path, NULL);
    if (!o->target)
        return false;
    if (access(o->target, W_OK) < 0)
        return false;
    return open_temporary(o, st.st_mode & 0777);
}

static void free_out(struct bk_out *o)
{
    if (o->owns_fd && o->fd >= 0)
        close(o->fd);
    free(o->target);
    free(o->temporary);
    free(o);
}

bool bk_out_open(struct bk_out **out, const char *path, struct bk_err *err)
{
    struct bk_out *o = bk_realloc(NULL, sizeof *o);
    memset(o, 0, offsetof(struct bk_out, buffer));
    o->fd = STDOUT_FILENO;
    *out = NULL;
    if (path && strcmp(path, "-") != 0) {
        o->fd = -1;
        o->owns_fd = true;
        if (!open_target(o, path)) {
            bk_fail_errno(err, errno, "cannot write '%s'", path);
            free_out(o);
            return false;
        }
    }
    *out = o;
    return true;
}

struct bk_out *bk_out_memory(struct bk_buf *b)
{
    struct bk_out *o = bk_realloc(NULL, sizeof *o);
    memset(o, 0, offsetof(struct bk_out, buffer));
    o->fd = -1;
    o->memory = b;
    return o;
}

static void write_all(struct bk_out *o, const char *p, size_t n)
{
    while (n > 0 && !o->error) {
        ssize_t written = write(o->fd, p, n);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0) {
            o->error = errno;
            return;
        }
        p += written;
        n -= (size_t)written;
    }
}

static void flush(struct bk_out *o)
{
    write_all(o, o->buffer, o->n);
    o->n = 0;
}

void bk_out_add(struct bk_out *o, struct bk_str s)
{
    if (o->memory) {
        bk_buf_add(o->memory, s);
        return;
    }
    if (s.len > sizeof o->buffer - o->n)
        flush(o);
    if (s.len > sizeof o->buffer) {
        write_all(o, s.ptr, s.len);
        return;
    }
    if (s.len)
        memcpy(o->buffer + o->n, s.ptr, s.len);
    o->n += s.len;
}

void bk_out_addf(struct bk_out *o, const char *fmt, ...)
{
    va_list ap, again;
    va_start(ap, fmt);
    va_copy(again, ap);
    char text[512];
    int n = vsnprintf(text, sizeof text, fmt, ap);
    if (n >= 0 && (size_t)n < sizeof text) {
        bk_out_add(o, (struct bk_str){text, (size_t)n});
    } else if (n >= 0) {
        char *longer = bk_realloc(NULL, (size_t)n + 1);
        vsnprintf(longer, (size_t)n + 1, fmt, again);
        bk_out_add(o, (struct bk_str){longer, (size_t)n});
        free(longer);
    }
    va_end(again);
    va_end(ap);
}

bool bk_out_is_terminal(const struct bk_out *o)
{
    return o->fd >= 0 && isatty(o->fd);
}

bool bk_out_failed(const struct bk_out *o)
{
    return o->memory ? o->memory->full : o->error != 0;
}

/* True when the bytes are where they should be. */
static bool put_into_place(struct bk_out *o)
{
    if (o->temporary && !o->error && fsync(o->fd) < 0)
        o->error = errno;
    if (o->owns_fd) {
        if (close(o->fd) < 0 && !o->error)
            o->error = errno;
        o->fd = -1;
    }
    if (o->temporary && !o->error && rename(o->temporary, o->target) < 0)
        o->error = errno;
    return !o->error;
}

static bool close_memory(struct bk_out *o, bool keep, struct bk_err *err)
{
    bool full = o->memory->full;
    size_t max = o->memory->max;
    free(o);
    if (full && keep)
        return bk_fail(err, BK_ESYS, "output exceeds the limit of %zu bytes", max);
    return true;
}

bool bk_out_close(struct bk_out *o, bool keep, struct bk_err *err)
{
    if (o->memory)
        return close_memory(o, keep, err);
    flush(o);
    if (!keep) {
        if (o->temporary)
            unlink(o->temporary);
        free_out(o);
        return true;
    }
    bool ok = put_into_place(o);
    if (!ok) {
        bk_fail_errno(err, o->error, "cannot write '%s'",
                      o->target ? o->target : "standard output");
        if (o->error == EPIPE) /* the reader had enough; nothing to tell */
            err->msg[0] = 0;
        if (o->temporary)
            unlink(o->temporary);
    }
    free_out(o);
    return ok;
}
