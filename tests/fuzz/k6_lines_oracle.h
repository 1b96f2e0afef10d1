/* Holds the two readers of k6's JSON lines together: what the fast one takes, the strict
 * one takes too, with the same result. */
#ifndef BK_TESTS_K6_LINES_ORACLE_H
#define BK_TESTS_K6_LINES_ORACLE_H

#include "../../importers/shared/k6_ndjson.h"

#include <stdlib.h>
#include <string.h>

struct k6_oracle {
    struct bk_k6_scanner scanner;
    struct bk_arena *a;
    struct bk_str tags[BK_K6_N_TAGS]; /* of the point scanned last, kept */
    size_t scanned;
};

static void k6_oracle_same(struct bk_str a, struct bk_str b)
{
    if (!bk_eq(a, b))
        abort();
}

/* Aborts on a difference; true: the fast reader took it. */
static bool k6_oracle_try(struct k6_oracle *s, struct bk_str line)
{
    struct bk_k6_entry fast, strict;
    struct bk_err err = {0};
    char *padded = bk_realloc(NULL, line.len + BK_WINDOW_PAD);
    if (line.len > 0)
        memcpy(padded, line.ptr, line.len);
    memset(padded + line.len, 0, BK_WINDOW_PAD);
    line.ptr = padded;
    memset(&fast, 0, sizeof fast);
    bool taken = bk_k6_entry_scan(&s->scanner, line, &fast);
    bool ok = bk_k6_entry_read(s->a, line, 1, &strict, &err);
    if (taken) {
        if (!ok || strict.is_metric || fast.is_metric)
            abort();
        k6_oracle_same(fast.metric, strict.metric);
        if (fast.time_ns != strict.time_ns ||
            memcmp(&fast.value, &strict.value, sizeof fast.value) != 0)
            abort();
        for (size_t i = 0; i < BK_K6_N_TAGS; i++) {
            k6_oracle_same(fast.same_tags ? s->tags[i] : fast.tags[i], strict.tags[i]);
            s->tags[i] = bk_dup(s->a, strict.tags[i]);
        }
        s->scanned++;
    }
    free(padded);
    return taken;
}

#endif
