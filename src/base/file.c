/* Reading files in a stream, with gzip (RFC 1952) and zstd (RFC 8878) unpacked on the
 * way.
 *
 * Bytes come through one input buffer, from a descriptor or from memory; an unpacker
 * takes from it until the caller's room is filled.  Memory is the buffer and the
 * unpacker's window, whatever the file's length. */
#include "file.h"

#include "arena.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#define ZLIB_CONST /* input that is not written to */
#include <zlib.h>
#include <zstd.h>

enum {
    INPUT_SIZE = 256 * 1024,
    GZIP_ONLY = 16 + MAX_WBITS, /* zlib: a gzip wrapper, no other */
    LARGEST_WINDOW_LOG = 27,    /* zstd --long: 128 MiB */
    LARGEST_STEP = 1 << 30,     /* zlib counts in unsigned int */
    MAGIC_SIZE = 4,
};

struct bk_stream {
    const char *name; /* of the file, for messages; NULL: memory */
    int fd;           /* -1: memory */
    bool owns_fd;
    bool at_end; /* the descriptor has given all */
    unsigned char *buffer;
    const unsigned char *in; /* bytes not taken yet: in[0..n_in) */
    size_t n_in;
    int64_t received; /* bytes of the file in all */
    int64_t size;     /* of the file itself or -1 */
    enum bk_packing packing;
    z_stream gzip;
    ZSTD_DStream *zstd;
    bool in_frame; /* inside of a gzip member or a zstd frame */
    bool finished; /* nothing more comes out */
    bool cut;      /* the packed data end too soon */
};

/* --- the bytes of the file itself --- */

static bool refill(struct bk_stream *s, struct bk_err *err)
{
    while (s->n_in == 0 && !s->at_end) {
        ssize_t n = read(s->fd, s->buffer, INPUT_SIZE);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return bk_fail_errno(err, errno, "cannot read '%s'", s->name);
        s->at_end = n == 0;
        s->in = s->buffer;
        s->n_in = (size_t)n;
        s->received += n;
    }
    return true;
}

static void take(struct bk_stream *s, size_t n)
{
    s->in += n;
    s->n_in -= n;
}

int64_t bk_stream_raw_offset(const struct bk_stream *s)
{
    return s->received - (int64_t)s->n_in;
}

/* Large reads go past the buffer. */
static bool read_directly(struct bk_stream *s, char *out, size_t n, size_t *got,
                          struct bk_err *err)
{
    ssize_t step = read(s->fd, out + *got, n - *got);
    if (step < 0 && errno == EINTR)
        return true;
    if (step < 0)
        return bk_fail_errno(err, errno, "cannot read '%s'", s->name);
    s->at_end = step == 0;
    s->received += step;
    *got += (size_t)step;
    return true;
}

static bool read_plain(struct bk_stream *s, char *out, size_t n, size_t *got,
                       struct bk_err *err)
{
    while (*got < n) {
        if (s->n_in == 0 && !s->at_end && n - *got >= INPUT_SIZE) {
            if (!read_directly(s, out, n, got, err))
                return false;
            continue;
        }
        if (!refill(s, err))
            return false;
        if (s->n_in == 0) {
            s->finished = true;
            return true;
        }
        size_t step = n - *got < s->n_in ? n - *got : s->n_in;
        memcpy(out + *got, s->in, step);
        take(s, step);
        *got += step;
    }
    return true;
}

/* --- gzip --- */

static bool broken(const struct bk_stream *s, const char *what, const char *why,
                   struct bk_err *err)
{
    return bk_fail(err, BK_EINPUT, "broken %s data at byte %lld%s%s", what,
                   (long long)bk_stream_raw_offset(s), why ? ": " : "", why ? why : "");
}

static bool cut(struct bk_stream *s, const char *what, struct bk_err *err)
{
    s->cut = true;
    return bk_fail(err, BK_EINPUT, "%s data end too soon (at byte %lld)", what,
                   (long long)bk_stream_raw_offset(s));
}

/* Behind a member: the end, zero padding (tapes and tar) or another member. */
static bool next_member(struct bk_stream *s, struct bk_err *err)
{
    bool padding = false;
    for (;;) {
        if (!refill(s, err))
            return false;
        if (s->n_in == 0) {
            s->finished = true;
            return true;
        }
        if (s->in[0] != 0)
            break;
        padding = true;
        take(s, 1);
    }
    if (padding || s->in[0] != 0x1f)
        return broken(s, "gzip", "unexpected bytes behind the end", err);
    inflateReset(&s->gzip);
    s->in_frame = true;
    return true;
}

static bool read_gzip(struct bk_stream *s, char *out, size_t n, size_t *got,
                      struct bk_err *err)
{
    while (*got < n && !s->finished) {
        if (!s->in_frame) {
            if (!next_member(s, err))
                return false;
            continue;
        }
        if (!refill(s, err))
            return false;
        size_t room = n - *got < LARGEST_STEP ? n - *got : LARGEST_STEP;
        size_t given = s->n_in < LARGEST_STEP ? s->n_in : LARGEST_STEP;
        s->gzip.next_in = s->in;
        s->gzip.avail_in = (uInt)given;
        s->gzip.next_out = (Bytef *)out + *got;
        s->gzip.avail_out = (uInt)room;
        int status = inflate(&s->gzip, Z_NO_FLUSH);
        size_t made = room - s->gzip.avail_out;
        take(s, given - s->gzip.avail_in);
        *got += made;
        if (status == Z_STREAM_END)
            s->in_frame = false;
        else if (status == Z_BUF_ERROR && s->n_in == 0 && s->at_end)
            return cut(s, "gzip", err);
        else if (status == Z_MEM_ERROR)
            return bk_fail(err, BK_ESYS, "out of memory while unpacking gzip data");
        else if (status != Z_OK && status != Z_BUF_ERROR)
            return broken(s, "gzip", s->gzip.msg, err);
    }
    return true;
}

/* --- zstd --- */

static bool read_zstd(struct bk_stream *s, char *out, size_t n, size_t *got,
                      struct bk_err *err)
{
    while (*got < n && !s->finished) {
        if (!refill(s, err))
            return false;
        if (s->n_in == 0 && !s->in_frame) {
            s->finished = true;
            return true;
        }
        ZSTD_inBuffer in = {s->in, s->n_in, 0};
        ZSTD_outBuffer to = {out, n, *got};
        size_t status = ZSTD_decompressStream(s->zstd, &to, &in);
        take(s, in.pos);
        if (ZSTD_isError(status))
            return broken(s, "zstd", ZSTD_getErrorName(status), err);
        if (s->n_in == 0 && s->at_end && in.pos == 0 && to.pos == *got && status != 0)
            return cut(s, "zstd", err);
        *got = to.pos;
        s->in_frame = status != 0;
    }
    return true;
}

/* --- opening --- */

/* Collects enough bytes for the magic number, however few a pipe gives at once. */
static bool look_ahead(struct bk_stream *s, struct bk_err *err)
{
    if (!refill(s, err))
        return false;
    while (s->n_in < MAGIC_SIZE && !s->at_end) {
        ssize_t n = read(s->fd, s->buffer + s->n_in, INPUT_SIZE - s->n_in);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return bk_fail_errno(err, errno, "cannot read '%s'", s->name);
        s->at_end = n == 0;
        s->n_in += (size_t)n;
        s->received += n;
    }
    return true;
}

static enum bk_packing packing_of(const unsigned char *p, size_t n)
{
    if (n >= 3 && p[0] == 0x1f && p[1] == 0x8b && p[2] == 8)
        return BK_GZIP;
    if (n < MAGIC_SIZE)
        return BK_PLAIN;
    uint32_t magic = (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
                     (uint32_t)p[3] << 24;
    if (magic == ZSTD_MAGICNUMBER ||
        (magic & ZSTD_MAGIC_SKIPPABLE_MASK) == ZSTD_MAGIC_SKIPPABLE_START)
        return BK_ZSTD;
    return BK_PLAIN;
}

static void start_unpacking(struct bk_stream *s)
{
    s->packing = packing_of(s->in, s->n_in);
    if (s->packing == BK_PLAIN)
        return;
    s->in_frame = true;
    bool ok;
    if (s->packing == BK_GZIP) {
        ok = inflateInit2(&s->gzip, GZIP_ONLY) == Z_OK;
    } else {
        s->zstd = ZSTD_createDStream();
        ok = s->zstd && !ZSTD_isError(ZSTD_DCtx_setParameter(
                            s->zstd, ZSTD_d_windowLogMax, LARGEST_WINDOW_LOG));
    }
    if (!ok) /* only for want of memory */
        abort();
}

static struct bk_stream *new_stream(const char *name, int fd)
{
    struct bk_stream *s = bk_realloc(NULL, sizeof *s);
    *s = (struct bk_stream){.name = name, .fd = fd, .size = -1};
    return s;
}

/* A missing or forbidden file is the caller's to put right; the rest is the system's. */
static bool cannot_open(const char *path, int errno_value, struct bk_err *err)
{
    bk_fail_errno(err, errno_value, "cannot open '%s'", path);
    switch (errno_value) {
    case ENOENT:
    case EACCES:
    case EPERM:
    case EISDIR:
    case ENOTDIR:
    case ELOOP:
    case ENAMETOOLONG:
    case ENXIO:
        err->code = BK_EINPUT;
        break;
    default:
        break;
    }
    return false;
}

/* Without O_NONBLOCK the opening of a pipe that nobody writes would wait for ever. */
static bool open_file(const char *path, int *fd, int64_t *size, struct bk_err *err)
{
    *fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (*fd < 0)
        return cannot_open(path, errno, err);
    struct stat st;
    int problem = 0;
    if (fstat(*fd, &st) < 0)
        problem = errno;
    else if (S_ISDIR(st.st_mode))
        problem = EISDIR;
    if (problem) {
        close(*fd);
        return cannot_open(path, problem, err);
    }
    if (!S_ISREG(st.st_mode) && !S_ISFIFO(st.st_mode)) {
        close(*fd);
        return bk_fail(err, BK_EINPUT, "cannot open '%s': not a regular file", path);
    }
    *size = S_ISREG(st.st_mode) ? (int64_t)st.st_size : -1;
    int flags = fcntl(*fd, F_GETFL);
    if (flags >= 0)
        fcntl(*fd, F_SETFL, flags & ~O_NONBLOCK);
    return true;
}

bool bk_stream_open_raw(struct bk_stream **out, const char *path, struct bk_err *err)
{
    bool standard_input = strcmp(path, "-") == 0;
    int fd = STDIN_FILENO;
    int64_t size = -1;
    *out = NULL;
    if (!standard_input && !open_file(path, &fd, &size, err))
        return false;
    struct bk_stream *s = new_stream(standard_input ? "standard input" : path, fd);
    char *name = bk_realloc(NULL, strlen(s->name) + 1);
    s->name = strcpy(name, s->name);
    s->owns_fd = !standard_input;
    s->size = size;
    s->buffer = bk_realloc(NULL, INPUT_SIZE);
    *out = s;
    return true;
}

bool bk_stream_open(struct bk_stream **out, const char *path, struct bk_err *err)
{
    if (!bk_stream_open_raw(out, path, err))
        return false;
    if (!look_ahead(*out, err)) {
        bk_stream_close(*out);
        *out = NULL;
        return false;
    }
    start_unpacking(*out);
    return true;
}

struct bk_stream *bk_stream_of_raw(struct bk_str bytes)
{
    struct bk_stream *s = new_stream(NULL, -1);
    s->in = (const unsigned char *)bytes.ptr;
    s->n_in = bytes.len;
    s->received = s->size = (int64_t)bytes.len;
    s->at_end = true;
    return s;
}

struct bk_stream *bk_stream_of(struct bk_str bytes)
{
    struct bk_stream *s = bk_stream_of_raw(bytes);
    start_unpacking(s);
    return s;
}

void bk_stream_close(struct bk_stream *s)
{
    if (!s)
        return;
    if (s->owns_fd)
        close(s->fd);
    if (s->packing == BK_GZIP)
        inflateEnd(&s->gzip);
    ZSTD_freeDStream(s->zstd);
    free(s->buffer);
    if (s->fd >= 0)
        free((void *)(uintptr_t)s->name);
    free(s);
}

/* --- reading --- */

bool bk_stream_read(struct bk_stream *s, char *out, size_t n, size_t *got,
                    struct bk_err *err)
{
    *got = 0;
    if (s->finished)
        return true;
    switch (s->packing) {
    case BK_PLAIN:
        return read_plain(s, out, n, got, err);
    case BK_GZIP:
        return read_gzip(s, out, n, got, err);
    case BK_ZSTD:
        return read_zstd(s, out, n, got, err);
    }
    return false;
}

enum bk_packing bk_stream_packing(const struct bk_stream *s)
{
    return s->packing;
}

int64_t bk_stream_raw_size(const struct bk_stream *s)
{
    return s->size;
}

bool bk_stream_is_cut(const struct bk_stream *s)
{
    return s->cut;
}

bool bk_stream_rest(struct bk_stream *s, struct bk_buf *b, struct bk_err *err)
{
    size_t max = b->max ? b->max : (size_t)1 << 30;
    for (;;) {
        size_t room = max > b->len ? max - b->len : 0;
        size_t step = room < INPUT_SIZE ? room : INPUT_SIZE;
        size_t got;
        char extra;
        char *to = step ? bk_buf_reserve(b, step) : &extra;
        if (!to || !bk_stream_read(s, to, step ? step : 1, &got, err))
            return false;
        if (step == 0) {
            if (got == 0)
                return true;
            b->full = true;
            return bk_fail(err, BK_EINPUT, "more than the limit of %zu bytes", max);
        }
        b->len += got;
        b->ptr[b->len] = 0;
        if (got < step)
            return true;
    }
}

bool bk_read_file(const char *path, struct bk_buf *b, struct bk_err *err)
{
    struct bk_stream *s;
    if (!bk_stream_open(&s, path, err))
        return false;
    bool ok = bk_stream_rest(s, b, err);
    bk_stream_close(s);
    return ok;
}
