/* Files: reading in a stream with gzip and zstd unpacked on the way, and writing into
 * place.
 *
 * A stream gives the same bytes whether the file is plain, gzip (RFC 1952, several
 * members) or zstd (RFC 8878); which it is, is told by its first bytes, never by its
 * name. */
#ifndef BK_BASE_FILE_H
#define BK_BASE_FILE_H

#include "err.h"
#include "str.h"

enum bk_packing {
    BK_PLAIN,
    BK_GZIP,
    BK_ZSTD
};

struct bk_stream;

/* Opens a regular file, "-" for standard input.  A directory is refused. */
bool bk_stream_open(struct bk_stream **s, const char *path, struct bk_err *err);
/* Over bytes in memory, which must outlive the stream. */
struct bk_stream *bk_stream_of(struct bk_str bytes);
/* The same, nothing unpacked. */
struct bk_stream *bk_stream_of_raw(struct bk_str bytes);
/* As it is in the file, nothing unpacked. */
bool bk_stream_open_raw(struct bk_stream **s, const char *path, struct bk_err *err);

/* Fills out with up to n bytes; *got < n only at the end.  A broken or cut packed file
 * is an error that says so; what came before the place is in out all the same. */
bool bk_stream_read(struct bk_stream *s, char *out, size_t n, size_t *got,
                    struct bk_err *err);
/* The last error was that the packed data end too soon: their writer was killed. */
bool bk_stream_is_cut(const struct bk_stream *s);
enum bk_packing bk_stream_packing(const struct bk_stream *s);
int64_t bk_stream_raw_offset(
    const struct bk_stream *s); /* bytes of the file itself that were read so far */
int64_t bk_stream_raw_size(
    const struct bk_stream *s);            /* size of the file itself; -1: unknown */
void bk_stream_close(struct bk_stream *s); /* NULL is fine */

/* All of a stream into b, up to b->max (then an error that names the limit). */
bool bk_stream_rest(struct bk_stream *s, struct bk_buf *b, struct bk_err *err);
/* All of a file, unpacked, up to b->max. */
bool bk_read_file(const char *path, struct bk_buf *b, struct bk_err *err);

/* An output file that appears under its name only when all went well.  path NULL or
 * "-": standard output. The file is created (under a temporary name beside it) at once,
 * so that a bad path fails before the work. */
struct bk_out;
bool bk_out_open(struct bk_out **o, const char *path, struct bk_err *err);
struct bk_out *bk_out_memory(struct bk_buf *b); /* into a buffer */
void bk_out_add(struct bk_out *o,
                struct bk_str s); /* errors are kept and reported by bk_out_close */
void bk_out_addf(struct bk_out *o, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
bool bk_out_is_terminal(const struct bk_out *o);
bool bk_out_failed(const struct bk_out *o); /* so that long output can stop early */
/* keep: renames into place; else removes the temporary.  A closed pipe is no error
 * message but is a failure. */
bool bk_out_close(struct bk_out *o, bool keep, struct bk_err *err);

/* zstd over memory: packs into b (appended); unpacks exactly raw_size bytes into out.
 */
bool bk_zstd_pack(struct bk_str bytes, int level, struct bk_buf *b, struct bk_err *err);
bool bk_zstd_unpack(struct bk_str packed, char *out, size_t raw_size,
                    struct bk_err *err);

/* The last part of a path, and the path without it ("." when there is none). */
struct bk_str bk_path_base(struct bk_str path);
struct bk_str bk_path_dir(struct bk_str path);
/* "$TMPDIR/benchkeep-XXXXXX" for mkstemp and mkdtemp ("/tmp" where TMPDIR is not set);
 * freed with free(). */
char *bk_temp_pattern(void);
/* mkdir -p of the folder that path lies in. */
bool bk_make_parents(const char *path, struct bk_err *err);

#endif
