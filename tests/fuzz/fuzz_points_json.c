/* Fuzz target of the two readers of k6's JSON lines: what the fast one takes, the strict
 * one takes too, with the same result; the lines of one input share one scanner, so that
 * its memory of the line before is tried as well. */
#include "../../importers/shared/k6_ndjson.h"

#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

/* Sound lines beside those of the input: their tags and times are remembered. */
static const char *const usual[] = {
    "{\"metric\":\"a\",\"type\":\"Point\",\"data\":{\"time\":\"2026-01-02T03:04:05.6Z\","
    "\"value\":1.5,\"tags\":{\"name\":\"n\",\"status\":\"200\"}}}",
    "{\"type\": \"Point\", \"data\": {\"time\": \"2026-01-02T03:04:05Z\", \"tags\": "
    "{\"check\": \"c\\u0026\", \"name\": null}, \"value\": -2e-3}, \"metric\": \"b\"}",
};

struct state {
    struct bk_k6_scanner scanner;
    struct bk_arena *a;
    struct bk_str tags[BK_K6_N_TAGS]; /* of the point scanned last, kept */
    size_t scanned;
};

static void same(struct bk_str a, struct bk_str b)
{
    if (!bk_eq(a, b))
        abort();
}

static void try_line(struct state *s, struct bk_str line)
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
        same(fast.metric, strict.metric);
        if (fast.time_ns != strict.time_ns ||
            memcmp(&fast.value, &strict.value, sizeof fast.value) != 0)
            abort();
        for (size_t i = 0; i < BK_K6_N_TAGS; i++) {
            same(fast.same_tags ? s->tags[i] : fast.tags[i], strict.tags[i]);
            s->tags[i] = bk_dup(s->a, strict.tags[i]);
        }
        s->scanned++;
    }
    free(padded);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct state s = {.a = bk_arena_new()};
    struct bk_str rest = {(const char *)bytes, n}, line;
    s.scanner.a = s.a;
    try_line(&s, bk_str(usual[0]));
    try_line(&s, bk_str(usual[1]));
    if (s.scanned != 2)
        abort(); /* these are usual */
    while (bk_next_line(&rest, &line)) {
        try_line(&s, line);
        try_line(&s, bk_str(usual[n % 2]));
        try_line(&s, line);
    }
    bk_k6_scanner_free(&s.scanner);
    bk_arena_free(s.a);
    return 0;
}
