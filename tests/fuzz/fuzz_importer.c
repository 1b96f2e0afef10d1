/* A fuzz target of one importer, compiled once for each with
 * -DBK_FUZZ_IMPORTER=bk_importer_NAME: any bytes are bid on and imported; whatever they
 * are, the import ends, with records or a message. */
#include "../../importers/importer.h"

#include "fuzz.h"

#include <stdlib.h>

#define LONGEST_INPUT ((size_t)1024 * 1024)

extern const struct bk_importer BK_FUZZ_IMPORTER;

static const struct bk_timing_rule rules[] = {
    {.metric = {"a", 1}, .match = {"took ([0-9.,]+)ms", 17}, .unit = {"ms", 2}},
    {.metric = {"", 0},
     .match = {"(?<name>[a-z]+)=(?<value>[0-9.]+)(?<unit>ms|s|)", 47},
     .unit = {"s", 1}},
};

/* Made once: it takes longer than an import of a small file. */
static const struct bk_dict *dictionary(void)
{
    static struct bk_dict *dict;
    if (dict == NULL)
        dict = bk_dict_new(bk_arena_new());
    return dict;
}

static void import(struct bk_str bytes, bool pair)
{
    const struct bk_importer *importer = &BK_FUZZ_IMPORTER;
    struct bk_arena *a = bk_arena_new();
    struct bk_err err = {0};
    struct bk_importing im = {.arena = a,
                              .dict = dictionary(),
                              .sink = bk_discard_sink(),
                              .format = bk_str(importer->name),
                              .rules = rules,
                              .n_rules = sizeof rules / sizeof *rules,
                              .taken_ns = BK_NO_TIME};
    struct bk_str half = bk_upto(bytes, bytes.len / 2);
    struct bk_input *in = bk_input_of(BK_S("fuzz"), pair ? half : bytes);
    struct bk_input *after = bk_input_of(BK_S("fuzz"), bk_from(bytes, half.len));
    bk_input_set_dict(in, im.dict);
    int bid = importer->bid(in);
    bool ok = pair ? importer->import_pair(in, after, &im, &err)
                   : importer->import(in, &im, &err);
    /* a bid is 0 to 100; a refusal has a code and a message */
    if (bid < 0 || bid > 100 || (!ok && (err.code == BK_OK || err.msg[0] == '\0')))
        abort();
    bk_input_close(in);
    bk_input_close(after);
    bk_arena_free(a);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct bk_str s = {(const char *)bytes, n};
    if (n > LONGEST_INPUT)
        return 0;
    import(s, false);
    if (BK_FUZZ_IMPORTER.import_pair != NULL)
        import(s, true);
    return 0;
}
