/* One file on its way into the archive: read, searched for secrets, hashed.
 *
 * Small files are read once and worked on in memory, so that a file that grows
 * meanwhile is imported as it was when it was read.  Large ones are read again for each
 * step; when they change in between, the import of the file fails.  A large file with
 * secrets, and standard input past the limit, is copied to a temporary folder under its
 * own name.
 *
 * What is kept are the file's own bytes (packed ones stay packed); only when secrets
 * were replaced it is the unpacked text without them. */
#include "internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../base/hash.h"

#define MEMORY_LIMIT ((size_t)16 * 1024 * 1024) /* larger files are read in a stream */
#define PIECE        ((size_t)1024 * 1024)

static bool to_memory(struct bk_file *f, struct bk_stream *s, struct bk_err *err)
{
    size_t got = 0;
    f->bytes.max = MEMORY_LIMIT + PIECE;
    for (;;) {
        char *room = bk_buf_reserve(&f->bytes, PIECE / 4);
        if (!room)
            return bk_fail(err, BK_ESYS, "no memory for its text");
        if (!bk_stream_read(s, room, PIECE / 4, &got, err))
            return false;
        f->bytes.len += got;
        f->bytes.ptr[f->bytes.len] = '\0';
        if (got < PIECE / 4 || f->bytes.len > MEMORY_LIMIT)
            return true;
    }
}

/* A file of the same name in a temporary folder of its own. */
static FILE *new_spool(struct bk_arena *a, struct bk_file *f, struct bk_err *err)
{
    struct bk_str base = bk_path_base(f->path);
    f->spool = bk_temp_pattern();
    if (!mkdtemp(f->spool)) {
        bk_fail_errno(err, errno, "cannot make the folder '%s'", f->spool);
        free(f->spool);
        f->spool = NULL;
        return NULL;
    }
    f->open_path = bk_fmt(a, "%s/%.*s", f->spool, BK_F(base)).ptr;
    FILE *out = fopen(f->open_path, "wb");
    if (!out)
        bk_fail_errno(err, errno, "cannot write '%s'", f->open_path);
    return out;
}

static bool close_spool(struct bk_file *f, FILE *out, bool ok, struct bk_err *err)
{
    if (fclose(out) != 0 && ok)
        return bk_fail_errno(err, errno, "cannot write '%s'", f->open_path);
    return ok;
}

/* Standard input past the limit cannot be read twice. */
static bool spool_rest(struct bk_arena *a, struct bk_file *f, struct bk_stream *s,
                       struct bk_err *err)
{
    FILE *out = new_spool(a, f, err);
    if (!out)
        return false;
    bool ok = true;
    size_t got = f->bytes.len;
    while (ok && got > 0) {
        if (fwrite(f->bytes.ptr, 1, got, out) != got)
            ok = bk_fail_errno(err, errno, "cannot write '%s'", f->open_path);
        ok = ok && bk_stream_read(s, f->bytes.ptr, PIECE, &got, err);
    }
    return close_spool(f, out, ok, err);
}

static void note_stat(struct bk_file *f)
{
    struct stat st;
    f->stat_size = -1;
    f->mtime_ns = -1;
    if (stat(f->open_path, &st) == 0 && S_ISREG(st.st_mode)) {
        f->stat_size = st.st_size;
        f->mtime_ns = st.st_mtim.tv_sec * BK_NS_PER_S + st.st_mtim.tv_nsec;
    }
}

bool bk_file_open(struct bk_arena *a, struct bk_file *f, struct bk_str path,
                  struct bk_err *err)
{
    struct bk_stream *s = NULL;
    *f = (struct bk_file){.path = path, .open_path = bk_cstr(a, path)};
    bool standard_input = bk_is(path, "-");
    if (!standard_input)
        note_stat(f);
    if (!bk_stream_open_raw(&s, f->open_path, err))
        return false;
    bool ok = true;
    int64_t size = bk_stream_raw_size(s);
    if (size < 0 || (uint64_t)size <= MEMORY_LIMIT) {
        ok = to_memory(f, s, err);
        f->in_memory = f->bytes.len <= MEMORY_LIMIT;
        if (ok && !f->in_memory && size < 0)
            ok = spool_rest(a, f, s, err);
        if (!f->in_memory)
            bk_buf_free(&f->bytes);
        if (!f->in_memory)
            note_stat(f);
    }
    bk_stream_close(s);
    if (!ok)
        bk_file_close(f);
    return ok;
}

/* One pass over the chunks: into memory, or into the copy. */
static bool read_kept(struct bk_file *f, struct bk_archive *from, int64_t source,
                      FILE *out, struct bk_err *err)
{
    struct bk_buf chunk = {0};
    struct bk_sha256 hash;
    bool more = true, ok = true;
    bk_sha256_init(&hash);
    for (size_t i = 0; ok && more; i++) {
        ok = bk_archive_source_bytes(from, source, i, &chunk, &more, err);
        if (!ok || !more)
            break;
        struct bk_str bytes = bk_buf_str(&chunk);
        bk_sha256_add(&hash, bytes);
        f->size += (int64_t)bytes.len;
        if (!out)
            bk_buf_add(&f->bytes, bytes);
        else if (fwrite(bytes.ptr, 1, bytes.len, out) != bytes.len)
            ok = bk_fail_errno(err, errno, "cannot write '%s'", f->open_path);
    }
    bk_sha256_hex(&hash, f->sha256);
    bk_buf_free(&chunk);
    return ok;
}

bool bk_file_restore(struct bk_arena *a, struct bk_file *f, struct bk_archive *from,
                     const struct bk_kept_source *source, struct bk_err *err)
{
    FILE *out = NULL;
    *f = (struct bk_file){
        .path = source->path,
        .open_path = bk_cstr(a, source->path),
        .in_memory = source->size <= (int64_t)MEMORY_LIMIT,
        .bytes = {.max = MEMORY_LIMIT + PIECE},
        .redactions = source->redactions,
        .mtime_ns = -1,
        .stat_size = -1,
        .kept = true,
    };
    if (!f->in_memory && (out = new_spool(a, f, err)) == NULL) {
        bk_file_close(f);
        return false;
    }
    bool ok = read_kept(f, from, source->id, out, err);
    if (out)
        ok = close_spool(f, out, ok, err);
    if (ok && (f->bytes.full || strcmp(f->sha256, source->sha256) != 0))
        ok = bk_fail(err, BK_EINPUT,
                     "its kept bytes are not what they were (see 'benchkeep verify')");
    f->read_size = f->size;
    if (!ok)
        bk_file_close(f);
    return ok;
}

bool bk_file_input(const struct bk_file *f, struct bk_input **in, struct bk_err *err)
{
    if (!f->in_memory)
        return bk_input_open(in, f->open_path, err);
    *in = bk_input_of(f->path, bk_buf_str(&f->bytes));
    return true;
}

/* A stream over memory that is not unpacked has no constructor of its own: the bytes
 * are read as they are by opening them as what they are. */
bool bk_file_stream(const struct bk_file *f, struct bk_stream **s, struct bk_err *err)
{
    if (!f->in_memory)
        return bk_stream_open_raw(s, f->open_path, err);
    *s = bk_stream_of_raw(bk_buf_str(&f->bytes));
    return true;
}

static bool open_unpacked(const struct bk_file *f, struct bk_stream **s,
                          struct bk_err *err)
{
    if (!f->in_memory)
        return bk_stream_open(s, f->open_path, err);
    *s = bk_stream_of(bk_buf_str(&f->bytes));
    return true;
}

/* Packed data that end too soon are as long as they are: whether that will do is the
 * importer's to say. */
static bool read_text(struct bk_stream *s, char *out, size_t n, size_t *got,
                      struct bk_err *err)
{
    return bk_stream_read(s, out, n, got, err) || bk_stream_is_cut(s);
}

bool bk_file_text(struct bk_arena *a, const struct bk_file *f, size_t limit,
                  struct bk_str *text, struct bk_err *err)
{
    struct bk_stream *s = NULL;
    size_t got = 0;
    if (!open_unpacked(f, &s, err))
        return false;
    struct bk_buf b = {.max = limit + PIECE};
    bool ok = true;
    do {
        char *room = bk_buf_reserve(&b, PIECE / 4);
        ok = room && read_text(s, room, PIECE / 4, &got, err);
        b.len += ok ? got : 0;
    } while (ok && got == PIECE / 4 && b.len < limit);
    bk_stream_close(s);
    if (ok) {
        *text = bk_dup(a, bk_upto(bk_buf_str(&b), limit));
        if (bk_starts(*text, BK_S("\xEF\xBB\xBF")))
            *text = bk_from(*text, 3);
    }
    bk_buf_free(&b);
    return ok;
}

/* --- settling: secrets and the hash --- */

struct settling {
    struct bk_file *f;
    struct bk_interrupt interrupt;
    struct bk_redacting search;
    struct bk_buf kept; /* redacted text on its way to 'out' or into memory */
    FILE *out;          /* NULL: kept in memory, or only counted */
    bool count_only;
    struct bk_sha256 hash;
    int64_t size;
};

static bool write_kept(struct settling *st, struct bk_err *err)
{
    struct bk_str s = bk_buf_str(&st->kept);
    bk_sha256_add(&st->hash, s);
    st->size += (int64_t)s.len;
    if (!st->out)
        return true;
    if (fwrite(s.ptr, 1, s.len, st->out) != s.len)
        return bk_fail_errno(err, errno, "cannot write '%s'", st->f->open_path);
    bk_buf_clear(&st->kept);
    return true;
}

/* Goes over the unpacked text once. */
static bool redact_stream(struct settling *st, struct bk_stream *s, struct bk_err *err)
{
    size_t got = PIECE;
    while (got == PIECE) {
        char *room = bk_redacting_room(&st->search, PIECE);
        if (!room)
            return bk_fail(err, BK_ESYS, "no memory to look for secrets");
        if (bk_interrupted(st->interrupt, err) || !read_text(s, room, PIECE, &got, err))
            return false;
        st->f->redactions += (int64_t)bk_redacting_take(
            &st->search, got, got < PIECE, st->count_only ? NULL : &st->kept);
        if (st->kept.full)
            return bk_fail(err, BK_EINPUT, "its text is too long to hold");
        if (!st->count_only && st->out && !write_kept(st, err))
            return false;
    }
    return true;
}

static bool count_secrets(struct bk_file *f, struct bk_interrupt interrupt,
                          enum bk_packing *packing, int64_t *text_size,
                          struct bk_err *err)
{
    struct settling st = {.f = f, .interrupt = interrupt, .count_only = true};
    struct bk_stream *s = NULL;
    if (!open_unpacked(f, &s, err))
        return false;
    f->redactions = 0;
    bool ok = redact_stream(&st, s, err);
    *packing = bk_stream_packing(s);
    *text_size = bk_stream_raw_offset(s);
    bk_stream_close(s);
    bk_redacting_free(&st.search);
    return ok;
}

static bool hash_raw(struct bk_file *f, struct bk_interrupt interrupt,
                     struct bk_err *err)
{
    struct bk_sha256 hash;
    struct bk_stream *s = NULL;
    bk_sha256_init(&hash);
    if (f->in_memory) {
        bk_sha256_add(&hash, bk_buf_str(&f->bytes));
        f->size = (int64_t)f->bytes.len;
        bk_sha256_hex(&hash, f->sha256);
        return true;
    }
    if (!bk_stream_open_raw(&s, f->open_path, err))
        return false;
    char *piece = bk_realloc(NULL, PIECE);
    size_t got = PIECE;
    bool ok = true;
    f->size = 0;
    while (ok && got == PIECE) {
        ok = !bk_interrupted(interrupt, err) &&
             bk_stream_read(s, piece, PIECE, &got, err);
        if (ok)
            bk_sha256_add(&hash, (struct bk_str){piece, got});
        f->size += ok ? (int64_t)got : 0;
    }
    free(piece);
    bk_stream_close(s);
    bk_sha256_hex(&hash, f->sha256);
    return ok;
}

/* Keeps the unpacked text without its secrets: in memory when the file is, else in a
 * temporary copy. */
static bool keep_redacted(struct bk_arena *a, struct bk_file *f, bool in_memory,
                          struct bk_interrupt interrupt, struct bk_err *err)
{
    struct settling st = {.f = f, .interrupt = interrupt};
    struct bk_stream *s = NULL;
    if (!open_unpacked(f, &s, err))
        return false;
    const char *old_spool = f->spool ? f->open_path : NULL;
    char *old_folder = f->spool;
    f->spool = NULL;
    bk_sha256_init(&st.hash);
    st.kept.max = in_memory ? 4 * MEMORY_LIMIT : 8 * PIECE;
    bool ok = in_memory || (st.out = new_spool(a, f, err)) != NULL;
    f->redactions = 0;
    ok = ok && redact_stream(&st, s, err);
    ok = ok && (!in_memory || write_kept(&st, err));
    if (st.out)
        ok = close_spool(f, st.out, ok, err);
    bk_stream_close(s);
    bk_redacting_free(&st.search);
    if (old_folder) {
        unlink(old_spool);
        rmdir(old_folder);
        free(old_folder);
    }
    if (ok && in_memory) {
        bk_buf_free(&f->bytes);
        f->bytes = st.kept;
        f->in_memory = true;
    } else {
        bk_buf_free(&st.kept);
    }
    if (ok && !in_memory) {
        bk_buf_free(&f->bytes);
        f->in_memory = false;
        note_stat(f);
    }
    bk_sha256_hex(&st.hash, f->sha256);
    f->size = st.size;
    return ok;
}

bool bk_file_settle(struct bk_arena *a, struct bk_file *f,
                    struct bk_interrupt interrupt, struct bk_err *err)
{
    enum bk_packing packing;
    int64_t raw_size;
    if (f->kept)
        return true;
    if (!count_secrets(f, interrupt, &packing, &raw_size, err))
        return false;
    f->read_size = raw_size;
    if (f->redactions == 0)
        return hash_raw(f, interrupt, err);
    bool small = f->in_memory && packing == BK_PLAIN;
    return keep_redacted(a, f, small, interrupt, err);
}

bool bk_file_keep_beside(struct bk_file *f)
{
    if (f->in_memory || f->kept || f->stat_size < 0)
        return false;
    f->keeping = bk_keeping_begin(f->open_path);
    return true;
}

bool bk_file_join(struct bk_file *f, struct bk_interrupt interrupt, struct bk_err *err)
{
    if (!f->keeping)
        return true;
    struct bk_keeping *k = f->keeping;
    f->keeping = NULL;
    if (!bk_keeping_end(k, interrupt, &f->keeper, &f->secrets, err))
        return false;
    if (f->secrets)
        return bk_fail(err, BK_EINPUT, "it has secrets");
    if (!bk_file_unchanged(f, err)) /* since the importer read it */
        return false;
    memcpy(f->sha256, bk_keeper_sha256(f->keeper), sizeof f->sha256);
    f->size = f->read_size = bk_keeper_size(f->keeper);
    return true;
}

bool bk_file_unchanged(const struct bk_file *f, struct bk_err *err)
{
    struct bk_file now = {.open_path = f->open_path};
    if (f->in_memory || f->stat_size < 0)
        return true;
    note_stat(&now);
    return (now.stat_size == f->stat_size && now.mtime_ns == f->mtime_ns) ||
           bk_fail(err, BK_EINPUT, "it changed while it was read: import it again");
}

void bk_file_close(struct bk_file *f)
{
    bk_keeping_free(f->keeping);
    bk_keeper_free(f->keeper);
    f->keeping = NULL;
    f->keeper = NULL;
    bk_buf_free(&f->bytes);
    if (f->spool) {
        unlink(f->open_path);
        rmdir(f->spool);
        free(f->spool);
        f->spool = NULL;
    }
}

/* --- what a file that nobody knows looks like --- */

static const char *by_magic(struct bk_str h)
{
    static const struct {
        const char *magic;
        size_t len;
        const char *what;
    } kinds[] = {
        {"\xFF\xFE", 2, "UTF-16 text: convert it to UTF-8 first"},
        {"\xFE\xFF", 2, "UTF-16 text: convert it to UTF-8 first"},
        {"\x89PNG", 4, "a PNG image"},
        {"\xFF\xD8\xFF", 3, "a JPEG image"},
        {"%PDF", 4, "a PDF document"},
        {"PK\x03\x04", 4, "a ZIP archive (or an .xlsx or .docx file)"},
        {"\x7F"
         "ELF",
         4, "a program"},
        {"SQLite format 3", 15, "a SQLite database"},
        {"BZh", 3, "bzip2 data: unpack it first"},
        {"\xFD"
         "7zXZ",
         5, "xz data: unpack it first"},
        {"PAR1", 4, "a Parquet file"},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (bk_starts(h, (struct bk_str){kinds[i].magic, kinds[i].len}))
            return kinds[i].what;
    }
    return NULL;
}

const char *bk_looks_like(struct bk_str head)
{
    const char *what = by_magic(head);
    if (what)
        return what;
    size_t zeros[2] = {0, 0}, controls = 0;
    for (size_t i = 0; i < head.len; i++) {
        unsigned char c = (unsigned char)head.ptr[i];
        if (c == 0)
            zeros[i % 2]++;
        else if (c < ' ' && !strchr("\t\n\v\f\r\x1B\b", c))
            controls++;
    }
    size_t half = head.len / 2;
    bool one_side = zeros[0] < half / 10 || zeros[1] < half / 10;
    if (zeros[0] + zeros[1] > half / 2 && one_side)
        return "UTF-16 text: convert it to UTF-8 first";
    if (zeros[0] + zeros[1] > 0 || controls > head.len / 20)
        return "binary data";
    struct bk_str start = bk_upto(bk_trim(head), 15);
    if ((start.len >= 5 && bk_eq_nocase(bk_upto(start, 5), BK_S("<html"))) ||
        (start.len >= 14 && bk_eq_nocase(bk_upto(start, 14), BK_S("<!doctype html"))))
        return "an HTML page";
    return NULL;
}
