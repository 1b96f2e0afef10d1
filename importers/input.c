/* One source as importers see it: a look-ahead to bid on, then its whole text or its
 * lines.
 *
 * The bytes come from src/base/file, which unpacks gzip and zstd.  Plain bytes in memory
 * are handed out in place; everything else goes through one buffer that holds a chunk
 * and the line in progress, so that memory stays bounded by the longest line allowed.
 * Standard input is spooled to a temporary file first, for it cannot be read twice. */
#include "importer.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BOM        "\xEF\xBB\xBF"
#define BOM_SIZE   ((size_t)3)
#define CHUNK_SIZE ((size_t)256 * 1024)
#define MAX_LINE   ((size_t)16 * 1024 * 1024)

struct bk_input {
    char *path;            /* as given */
    char *spool;           /* the temporary copy of standard input, or NULL */
    struct bk_str bytes;   /* of bk_input_of */
    bool in_memory;        /* bytes is the source; else path or spool */
    bool plain_memory;     /* bytes need no unpacking: lines and text point into them */
    struct bk_stream *s;   /* NULL when plain_memory, or after a failed open */
    struct bk_err failed;  /* what went wrong where no error could be returned */
    struct bk_buf head;    /* the look-ahead, with the BOM */
    size_t bom;            /* 0 or BOM_SIZE */
    bool whole;            /* the head is all there is */
    struct bk_buf pending; /* bytes read and not yet given as lines: [pos, len) */
    size_t pos;
    size_t searched;    /* no line end in pending before this place */
    bool ended;         /* the stream has no more bytes */
    struct bk_err cut;  /* BK_OK, or: that its packed data end too soon */
    bool moved;         /* lines or text were read since the (re)start */
    size_t line;        /* number of the last line given */
    struct bk_buf text; /* of bk_input_text */
    bool has_text;
    const struct bk_dict *dict; /* for bids; may be NULL */
    struct bk_watch watch;      /* look may be NULL */
    uint64_t points;
};

/* --- opening --- */

static bool open_stream(struct bk_input *in, struct bk_err *err)
{
    bk_stream_close(in->s);
    in->s = NULL;
    if (in->in_memory) {
        in->s = bk_stream_of(in->bytes);
        return true;
    }
    return bk_stream_open(&in->s, in->spool != NULL ? in->spool : in->path, err);
}

static void find_bom(struct bk_input *in, struct bk_str start)
{
    in->bom = bk_starts(start, BK_S(BOM)) ? BOM_SIZE : 0;
}

/* Reads from the stream; packed data that end too soon are an error only when all that
 * came before was given (at_end). */
static bool read_some(struct bk_input *in, char *out, size_t n, size_t *got,
                      struct bk_err *err)
{
    struct bk_err why = {0};
    bool ok = bk_stream_read(in->s, out, n, got, &why);
    if (!ok && bk_stream_is_cut(in->s)) {
        in->cut = why;
    } else if (!ok) {
        *err = why;
        return false;
    }
    in->ended = *got < n;
    return in->watch.look == NULL ||
           in->watch.look(in->watch.self, bk_stream_raw_offset(in->s), in->points, err);
}

/* The end is reached: was it the real one? */
static bool at_end(const struct bk_input *in, struct bk_err *err)
{
    if (in->cut.code == BK_OK)
        return true;
    *err = in->cut;
    return false;
}

bool bk_input_is_cut(const struct bk_input *in)
{
    return in->cut.code != BK_OK;
}

/* Reads the look-ahead through a stream of its own start. */
static bool read_head(struct bk_input *in, struct bk_err *err)
{
    size_t want = BK_HEAD_SIZE + BOM_SIZE + 1; /* one more tells whether more follows */
    char *room = bk_buf_reserve(&in->head, want);
    size_t got = 0;
    if (room == NULL)
        return bk_fail(err, BK_ESYS, "no room for the first bytes");
    in->cut.code = BK_OK;
    if (!read_some(in, room, want, &got, err))
        return false;
    in->head.len += got;
    find_bom(in, bk_buf_str(&in->head));
    in->whole = in->ended && !bk_input_is_cut(in) && got - in->bom <= BK_HEAD_SIZE;
    return true;
}

/* The bytes of the head are the first that lines and text give. */
static void start_pending(struct bk_input *in)
{
    bk_buf_clear(&in->pending);
    if (!in->plain_memory)
        bk_buf_add(&in->pending, bk_buf_str(&in->head));
    in->pos = in->bom;
    in->searched = in->bom;
    in->line = 0;
    in->moved = false;
}

static struct bk_input *new_input(struct bk_str path)
{
    struct bk_input *in = bk_realloc(NULL, sizeof *in);
    *in = (struct bk_input){0};
    in->path = bk_realloc(NULL, path.len + 1);
    if (path.len > 0)
        memcpy(in->path, path.ptr, path.len);
    in->path[path.len] = '\0';
    in->pending.max = MAX_LINE + 2 * CHUNK_SIZE;
    return in;
}

/* Copies standard input to a temporary file, as it is. */
static bool spool_stdin(struct bk_input *in, struct bk_err *err)
{
    in->spool = bk_temp_pattern();
    int fd = mkstemp(in->spool);
    if (fd < 0) {
        bk_fail_errno(err, errno, "cannot create the temporary file '%s'", in->spool);
        free(in->spool);
        in->spool = NULL;
        return false;
    }
    FILE *out = fdopen(fd, "wb");
    if (out == NULL) {
        close(fd);
        return bk_fail_errno(err, errno, "cannot write to '%s'", in->spool);
    }
    struct bk_stream *s = NULL;
    bool ok = bk_stream_open_raw(&s, "-", err);
    char *chunk = bk_realloc(NULL, CHUNK_SIZE);
    for (size_t got = CHUNK_SIZE; ok && got == CHUNK_SIZE;) {
        ok = bk_stream_read(s, chunk, CHUNK_SIZE, &got, err);
        if (ok && fwrite(chunk, 1, got, out) != got)
            ok = bk_fail_errno(err, errno, "cannot write to '%s'", in->spool);
    }
    free(chunk);
    bk_stream_close(s);
    if (fclose(out) != 0 && ok)
        ok = bk_fail_errno(err, errno, "cannot write to '%s'", in->spool);
    return ok;
}

bool bk_input_open(struct bk_input **out, const char *path, struct bk_err *err)
{
    struct bk_input *in = new_input(bk_str(path));
    *out = NULL;
    bool ok = strcmp(path, "-") != 0 || spool_stdin(in, err);
    ok = ok && open_stream(in, err) && read_head(in, err);
    if (!ok) {
        bk_input_close(in);
        return false;
    }
    start_pending(in);
    *out = in;
    return true;
}

struct bk_input *bk_input_of(struct bk_str path, struct bk_str bytes)
{
    struct bk_input *in = new_input(path);
    in->bytes = bytes;
    in->in_memory = true;
    open_stream(in, &in->failed);
    if (!read_head(in, &in->failed)) {
        in->whole = true;
    } else if (bk_stream_packing(in->s) == BK_PLAIN) {
        in->plain_memory = true;
        in->ended = true;
    }
    start_pending(in);
    return in;
}

void bk_input_close(struct bk_input *in)
{
    if (in == NULL)
        return;
    bk_stream_close(in->s);
    if (in->spool != NULL)
        unlink(in->spool);
    free(in->spool);
    free(in->path);
    bk_buf_free(&in->head);
    bk_buf_free(&in->pending);
    bk_buf_free(&in->text);
    free(in);
}

/* --- looking --- */

void bk_input_set_dict(struct bk_input *in, const struct bk_dict *dict)
{
    in->dict = dict;
}

void bk_input_watch(struct bk_input *in, struct bk_watch watch)
{
    in->watch = watch;
}

void bk_input_count(struct bk_input *in, uint64_t points)
{
    in->points = points;
}

const struct bk_dict *bk_input_dict(const struct bk_input *in)
{
    return in->dict;
}

struct bk_str bk_input_name(const struct bk_input *in)
{
    return bk_path_base(bk_str(in->path));
}

struct bk_str bk_input_head(const struct bk_input *in)
{
    return bk_upto(bk_from(bk_buf_str(&in->head), in->bom), BK_HEAD_SIZE);
}

bool bk_input_is_whole(const struct bk_input *in)
{
    return in->whole;
}

/* --- reading --- */

static bool usable(const struct bk_input *in, struct bk_err *err)
{
    if (in->failed.code == BK_OK)
        return true;
    *err = in->failed;
    return false;
}

bool bk_input_rewind(struct bk_input *in, struct bk_err *err)
{
    if (!usable(in, err))
        return false;
    if (!in->moved)
        return true;
    if (!in->plain_memory) {
        bk_buf_clear(&in->head);
        if (!open_stream(in, err) || !read_head(in, err)) {
            in->failed = *err;
            return false;
        }
    }
    start_pending(in);
    return true;
}

static bool too_large(size_t limit, struct bk_err *err)
{
    return bk_fail(err, BK_EINPUT, "larger than %zu MiB, too much for this format",
                   limit / (1024 * 1024));
}

bool bk_input_text(struct bk_input *in, size_t limit, struct bk_str *text,
                   struct bk_err *err)
{
    *text = (struct bk_str){0};
    if (!usable(in, err))
        return false;
    if (in->plain_memory) {
        *text = bk_from(in->bytes, in->bom);
    } else if (in->has_text) {
        *text = bk_from(bk_buf_str(&in->text), in->bom);
    } else {
        if (!bk_input_rewind(in, err))
            return false;
        in->text.max = limit + 2 * CHUNK_SIZE;
        bk_buf_add(&in->text, bk_buf_str(&in->head));
        in->moved = true;
        while (!in->ended) {
            char *room = in->text.len - in->bom > limit
                             ? NULL
                             : bk_buf_reserve(&in->text, CHUNK_SIZE);
            size_t got = 0;
            if (room == NULL)
                return too_large(limit, err);
            if (!read_some(in, room, CHUNK_SIZE, &got, err))
                return false;
            in->text.len += got;
        }
        if (!at_end(in, err))
            return false;
        in->has_text = true;
        *text = bk_from(bk_buf_str(&in->text), in->bom);
    }
    return text->len <= limit || too_large(limit, err);
}

/* Gives bytes [pos, end) as the next line, the next one beginning at 'next'. */
static void give_line(struct bk_input *in, struct bk_str from, size_t end, size_t next,
                      struct bk_str *line)
{
    *line = (struct bk_str){from.ptr + in->pos, end - in->pos};
    if (line->len > 0 && next > end && line->ptr[line->len - 1] == '\r')
        line->len--;
    in->pos = next;
    in->searched = next;
    in->line++;
}

static bool long_line(const struct bk_input *in, struct bk_err *err)
{
    return bk_fail(err, BK_EINPUT, "line %zu: longer than %zu MiB", in->line + 1,
                   MAX_LINE / (1024 * 1024));
}

/* Reads another chunk behind the line in progress. */
static bool fill(struct bk_input *in, struct bk_err *err)
{
    if (in->pos > 0) {
        size_t left = in->pending.len - in->pos;
        memmove(in->pending.ptr, in->pending.ptr + in->pos, left);
        in->pending.len = left;
        in->searched -= in->pos;
        in->pos = 0;
    }
    if (in->pending.len > MAX_LINE)
        return long_line(in, err);
    char *room = bk_buf_reserve(&in->pending, CHUNK_SIZE);
    size_t got = 0;
    if (room == NULL)
        return long_line(in, err);
    if (!read_some(in, room, CHUNK_SIZE, &got, err))
        return false;
    in->pending.len += got;
    return true;
}

bool bk_input_line(struct bk_input *in, struct bk_str *line, size_t *number, bool *more,
                   bool *cut, struct bk_err *err)
{
    *line = (struct bk_str){0};
    *more = false;
    if (cut != NULL)
        *cut = false;
    if (!usable(in, err))
        return false;
    in->moved = true;
    for (;;) {
        struct bk_str from = in->plain_memory ? in->bytes : bk_buf_str(&in->pending);
        size_t left = from.len - in->searched;
        const char *nl = left > 0 ? memchr(from.ptr + in->searched, '\n', left) : NULL;
        size_t end = nl != NULL ? (size_t)(nl - from.ptr) : from.len;
        if (end - in->pos > MAX_LINE)
            return long_line(in, err);
        if (nl == NULL && !in->ended) {
            in->searched = from.len;
            if (!fill(in, err))
                return false;
            continue;
        }
        if (nl == NULL && in->pos >= from.len)
            return at_end(in, err);
        if (nl == NULL && cut != NULL)
            *cut = true;
        give_line(in, from, end, nl != NULL ? end + 1 : end, line);
        *number = in->line;
        *more = true;
        return true;
    }
}

bool bk_input_chunk(struct bk_input *in, struct bk_str *chunk, struct bk_err *err)
{
    *chunk = (struct bk_str){0};
    if (!usable(in, err))
        return false;
    in->moved = true;
    if (in->pos >= in->pending.len && !in->ended && !in->plain_memory && !fill(in, err))
        return false;
    struct bk_str from = in->plain_memory ? in->bytes : bk_buf_str(&in->pending);
    *chunk = bk_from(from, in->pos);
    in->pos = in->searched = from.len;
    return chunk->len > 0 || at_end(in, err);
}

bool bk_input_read(struct bk_input *in, char *out, size_t n, size_t *got,
                   struct bk_err *err)
{
    *got = 0;
    if (!usable(in, err))
        return false;
    in->moved = true;
    struct bk_str from = in->plain_memory ? in->bytes : bk_buf_str(&in->pending);
    struct bk_str ready = bk_upto(bk_from(from, in->pos), n);
    if (ready.len > 0)
        memcpy(out, ready.ptr, ready.len);
    in->pos += ready.len;
    in->searched = in->pos;
    *got = ready.len;
    if (ready.len < n && !in->ended) {
        size_t more = 0;
        if (!read_some(in, out + ready.len, n - ready.len, &more, err))
            return false;
        *got += more;
    }
    return *got > 0 || n == 0 || at_end(in, err);
}
