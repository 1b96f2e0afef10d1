/* Finding the files to import: folders are walked in order of name, so that an import
 * of the same tree always goes the same way.
 *
 * Hidden names (.git, .DS_Store) are left out.  A folder that cannot be read is an
 * entry with its error, and the walk goes on.  A folder is entered once, by device and
 * inode, so that links cannot lead in a circle. */
#include "internal.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum {
    MAX_DEPTH = 64,
    MAX_ENTRIES = 1000000,
};

static struct bk_entry *add_entry(struct bk_arena *a, struct bk_walk *w,
                                  struct bk_str path)
{
    struct bk_entry *e = BK_PUSH(a, w->entries, w->n);
    e->path = bk_dup(a, path);
    e->size = -1;
    return e;
}

static void add_error(struct bk_arena *a, struct bk_walk *w, struct bk_str path,
                      const char *why)
{
    add_entry(a, w, path)->error = bk_dup(a, bk_str(why));
}

static int by_name(const void *x, const void *y)
{
    const char *const *p = x, *const *q = y;
    return strcmp(*p, *q);
}

/* False: the folder was entered before. */
static bool enter_once(struct bk_arena *a, struct bk_walk *w, const struct stat *st)
{
    struct bk_str key = bk_fmt(a, "%llu:%llu", (unsigned long long)st->st_dev,
                               (unsigned long long)st->st_ino);
    if (bk_map_get(&w->seen, key))
        return false;
    bk_map_put(a, &w->seen, key, w);
    return true;
}

static bool list_folder(struct bk_arena *a, struct bk_walk *w, const char *path,
                        const char ***names, size_t *n)
{
    DIR *dir = opendir(path);
    if (!dir) {
        struct bk_err err = {0};
        bk_fail_errno(&err, errno, "cannot read the folder");
        add_error(a, w, bk_str(path), err.msg);
        return false;
    }
    const struct dirent *d;
    while ((d = readdir(dir)) != NULL && *n < MAX_ENTRIES) {
        if (d->d_name[0] != '.')
            *BK_PUSH(a, *names, *n) = bk_cstr(a, bk_str(d->d_name));
    }
    closedir(dir);
    if (*n > 0)
        qsort(*names, *n, sizeof **names, by_name);
    return true;
}

static void add_file(struct bk_arena *a, struct bk_walk *w, const char *path,
                     const struct stat *st)
{
    if (bk_map_get(&w->seen, bk_str(path)))
        return;
    struct bk_entry *e = add_entry(a, w, bk_str(path));
    bk_map_put(a, &w->seen, e->path, w);
    if (S_ISREG(st->st_mode))
        e->size = st->st_size;
    else
        e->reason = BK_S("is no regular file");
}

static void walk_folder(struct bk_arena *a, struct bk_walk *w, const char *path,
                        int depth)
{
    const char **names = NULL, **folders = NULL;
    size_t n = 0, n_folders = 0;
    if (!list_folder(a, w, path, &names, &n))
        return;
    size_t len = strlen(path);
    while (len > 1 && path[len - 1] == '/')
        len--;
    const char *slash = len == 1 && path[0] == '/' ? "" : "/";
    for (size_t i = 0; i < n && w->n < MAX_ENTRIES; i++) {
        const char *child = bk_fmt(a, "%.*s%s%s", (int)len, path, slash, names[i]).ptr;
        struct stat st;
        if (stat(child, &st) != 0)
            add_error(a, w, bk_str(child),
                      errno == ENOENT ? "is a link to nothing" : strerror(errno));
        else if (S_ISDIR(st.st_mode) && enter_once(a, w, &st))
            *BK_PUSH(a, folders, n_folders) = child;
        else if (!S_ISDIR(st.st_mode))
            add_file(a, w, child, &st);
    }
    for (size_t i = 0; i < n_folders; i++) {
        if (depth >= MAX_DEPTH)
            add_error(a, w, bk_str(folders[i]), "folders lie too deep in each other");
        else
            walk_folder(a, w, folders[i], depth + 1);
    }
}

void bk_walk_add(struct bk_arena *a, struct bk_walk *w, const char *path)
{
    struct stat st;
    if (strcmp(path, "-") == 0) {
        add_entry(a, w, bk_str(path));
    } else if (stat(path, &st) != 0) {
        struct bk_err err = {0};
        bk_fail_errno(&err, errno, "cannot open it");
        add_error(a, w, bk_str(path), err.msg);
    } else if (!S_ISDIR(st.st_mode)) {
        add_file(a, w, path, &st);
    } else if (enter_once(a, w, &st)) {
        walk_folder(a, w, path, 0);
    }
}

void bk_walk_add_beside(struct bk_arena *a, struct bk_walk *w, const char *path)
{
    struct stat st;
    size_t n = w->n;
    if (stat(path, &st) != 0 || !S_ISREG(st.st_mode))
        return;
    add_file(a, w, path, &st);
    if (w->n > n)
        w->entries[n].beside = true;
}

void bk_walk_add_siblings(struct bk_arena *a, struct bk_walk *w, const char *path)
{
    struct bk_str dir = bk_path_dir(bk_str(path)), base = bk_path_base(bk_str(path));
    bool here = bk_find_char(bk_str(path), '/') == BK_NONE;
    const char **names = NULL;
    size_t n = 0;
    if (!list_folder(a, w, bk_cstr(a, dir), &names, &n))
        return;
    for (size_t i = 0; i < n && w->n < MAX_ENTRIES; i++) {
        struct stat st;
        const char *child =
            here ? names[i] : bk_fmt(a, "%.*s/%s", BK_F(dir), names[i]).ptr;
        if (!bk_is(base, names[i]) && stat(child, &st) == 0 && S_ISREG(st.st_mode))
            add_file(a, w, child, &st);
    }
}
