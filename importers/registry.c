/* The importers by name, and who claims a source.
 *
 * Every importer bids on the look-ahead; the highest bid wins and a tie is for the
 * caller to report, so the order of the list never matters. */
#include "importer.h"

#include "../src/base/opt.h"

#define X(name) extern const struct bk_importer bk_importer_##name;
#include "list.h"
#undef X

const struct bk_importer *const bk_importers[] = {
#define X(name) &bk_importer_##name,
#include "list.h"
#undef X
    NULL,
};

const size_t bk_n_importers = sizeof bk_importers / sizeof *bk_importers - 1;

const struct bk_importer *bk_importer_named(struct bk_str name)
{
    for (size_t i = 0; i < bk_n_importers; i++) {
        if (bk_is(name, bk_importers[i]->name))
            return bk_importers[i];
    }
    return NULL;
}

const struct bk_importer *bk_importer_asked(struct bk_arena *a, const char *name,
                                            struct bk_err *err)
{
    const struct bk_importer *found = bk_importer_named(bk_str(name));
    if (found)
        return found;
    const char **names = bk_alloc_array(a, bk_n_importers + 1, sizeof *names);
    for (size_t i = 0; i < bk_n_importers; i++)
        names[i] = bk_importers[i]->name;
    const char *near = bk_nearest(name, names, bk_n_importers);
    bk_fail(err, BK_EUSAGE,
            "no format is called '%.80s'%s%s%s (see 'benchkeep formats')", name,
            near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
    return NULL;
}

void bk_importer_bids(const struct bk_input *in, struct bk_bids *bids)
{
    *bids = (struct bk_bids){0};
    for (size_t i = 0; i < bk_n_importers; i++) {
        int bid = bk_importers[i]->bid(in);
        if (bid <= 0 || bid < bids->best)
            continue;
        if (bid > bids->best) {
            bids->best = bid;
            bids->n = 0;
        }
        if (bids->n < BK_MAX_BIDS)
            bids->winners[bids->n++] = bk_importers[i];
    }
}

const struct bk_bid *bk_importer_all_bids(struct bk_arena *a, const struct bk_input *in,
                                          size_t *n)
{
    struct bk_bid *bids = bk_alloc_array(a, bk_n_importers, sizeof *bids);
    *n = 0;
    for (size_t i = 0; i < bk_n_importers; i++) {
        int bid = bk_importers[i]->bid(in);
        size_t at = *n;
        if (bid <= 0)
            continue;
        for (; at > 0 && bids[at - 1].bid < bid; at--)
            bids[at] = bids[at - 1];
        bids[at] = (struct bk_bid){bk_importers[i], bid};
        ++*n;
    }
    return bids;
}
