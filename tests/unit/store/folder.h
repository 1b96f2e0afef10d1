/* A folder of its own for a test that needs files. */
#ifndef BK_TESTS_STORE_FOLDER_H
#define BK_TESTS_STORE_FOLDER_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct folder {
    char path[64];
    char db[96]; /* a file in it */
};

static inline int folder_new(void **state)
{
    struct folder *f = calloc(1, sizeof *f);
    if (!f) {
        return -1;
    }
    snprintf(f->path, sizeof f->path, "/tmp/bk_store_XXXXXX");
    if (!mkdtemp(f->path)) {
        free(f);
        return -1;
    }
    snprintf(f->db, sizeof f->db, "%s/x.db", f->path);
    *state = f;
    return 0;
}

static inline int folder_free(void **state)
{
    struct folder *f = *state;
    char command[256];
    snprintf(command, sizeof command, "chmod -R u+w '%s' && rm -r '%s'", f->path,
             f->path);
    int rc = system(command);
    free(f);
    return rc;
}

#endif
