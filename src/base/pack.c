/* zstd over memory, the parts of a path, and names for temporary files. */
#include "file.h"

#include "arena.h"
#include "packer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <zstd.h>

bool bk_zstd_pack(struct bk_str bytes, int level, struct bk_buf *b, struct bk_err *err)
{
    struct bk_packer *p = bk_packer_new(level);
    bool ok = bk_packer_frame(p, bytes, level, b, err);
    bk_packer_free(p);
    return ok;
}

bool bk_zstd_unpack(struct bk_str packed, char *out, size_t raw_size,
                    struct bk_err *err)
{
    char none;
    size_t n = ZSTD_decompress(raw_size ? out : &none, raw_size,
                               packed.len ? packed.ptr : "", packed.len);
    if (ZSTD_isError(n))
        return bk_fail(err, BK_EDB, "broken zstd data: %s", ZSTD_getErrorName(n));
    if (n != raw_size)
        return bk_fail(err, BK_EDB, "broken zstd data: %zu bytes instead of %zu", n,
                       raw_size);
    return true;
}

struct bk_str bk_path_base(struct bk_str path)
{
    while (path.len > 1 && path.ptr[path.len - 1] == '/')
        path.len--;
    size_t slash = bk_rfind_char(path, '/');
    return slash == BK_NONE || path.len == 1 ? path : bk_from(path, slash + 1);
}

struct bk_str bk_path_dir(struct bk_str path)
{
    while (path.len > 1 && path.ptr[path.len - 1] == '/')
        path.len--;
    size_t slash = bk_rfind_char(path, '/');
    if (slash == BK_NONE)
        return BK_S(".");
    while (slash > 0 && path.ptr[slash - 1] == '/')
        slash--;
    return bk_upto(path, slash ? slash : 1);
}

static bool make_folder(const char *path, struct bk_err *err)
{
    struct stat st;
    if (mkdir(path, 0777) == 0)
        return true;
    int problem = errno;
    if (problem == EEXIST && stat(path, &st) == 0) {
        if (S_ISDIR(st.st_mode))
            return true;
        problem = ENOTDIR;
    }
    return bk_fail_errno(err, problem, "cannot create folder '%s'", path);
}

char *bk_temp_pattern(void)
{
    static const char name[] = "/benchkeep-XXXXXX";
    const char *folder = getenv("TMPDIR");
    if (folder == NULL || folder[0] == '\0')
        folder = "/tmp";
    size_t n = strlen(folder);
    char *pattern = bk_realloc(NULL, n + sizeof name);
    memcpy(pattern, folder, n);
    memcpy(pattern + n, name, sizeof name);
    return pattern;
}

bool bk_make_parents(const char *path, struct bk_err *err)
{
    struct bk_buf b = {0};
    bool ok = true;
    bk_buf_add(&b, bk_path_dir(bk_str(path)));
    for (size_t i = 1; ok && i <= b.len; i++) {
        char c = b.ptr[i];
        if (c != '/' && c != 0)
            continue;
        b.ptr[i] = 0;
        ok = make_folder(b.ptr, err);
        b.ptr[i] = c;
    }
    bk_buf_free(&b);
    return ok;
}
