/* Fuzz target of the JSON reader: whatever is accepted can be walked, and every node is
 * found again under its pointer. */
#include "../../importers/shared/json.h"

#include "fuzz.h"

#include <stdlib.h>

#define MOST_NODES 200 /* whose pointers are tried */

static void check(struct bk_arena *a, const struct bk_json *root,
                  const struct bk_json *node, int *left, bool unique)
{
    for (const struct bk_json *c = node->child; c != NULL && *left > 0; c = c->next) {
        struct bk_str pointer = bk_json_pointer(a, root, c);
        const struct bk_json *found = bk_json_at(root, pointer);
        if (unique && found != c)
            abort();
        --*left;
        check(a, root, c, left, unique);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct bk_arena *a = bk_arena_new();
    struct bk_str text = {(const char *)bytes, n};
    const struct bk_json **duplicates;
    struct bk_err err = {0};
    struct bk_json *root =
        bk_json_parse(a, text, BK_JSON_STRICT, NULL, &duplicates, &err);
    int left = MOST_NODES;
    if (root != NULL)
        check(a, root, root, &left, duplicates[0] == NULL);
    else if (err.code != BK_EINPUT)
        abort();
    for (struct bk_str rest = text; bk_trim(rest).len > 0;) {
        size_t before = rest.len;
        if (bk_json_parse(a, rest, BK_JSON_MANY | BK_JSON_SPECIALS, &rest, NULL,
                          &err) == NULL)
            break;
        if (rest.len >= before)
            abort();
    }
    bk_json_head_has_key(text, "a");
    bk_arena_free(a);
    return 0;
}
