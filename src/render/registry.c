/* The renderers that there are, from render/list.h. */
#include "render.h"

#include <string.h>

#define X(name) extern const struct bk_renderer bk_renderer_##name;
#include "list.h"
#undef X

const struct bk_renderer *const bk_renderers[] = {
#define X(name) &bk_renderer_##name,
#include "list.h"
#undef X
};

const size_t bk_n_renderers = sizeof bk_renderers / sizeof *bk_renderers;

const struct bk_renderer *bk_renderer_named(const char *name)
{
    for (size_t i = 0; i < bk_n_renderers; i++) {
        if (strcmp(bk_renderers[i]->name, name) == 0)
            return bk_renderers[i];
    }
    return NULL;
}
