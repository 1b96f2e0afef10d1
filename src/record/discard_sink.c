/* A sink that takes everything and keeps nothing: what the fuzzers import into. */
#include "sink.h"

static bool take_run(struct bk_sink *s, struct bk_run *run, struct bk_err *err)
{
    (void)s, (void)run, (void)err;
    return true;
}

static bool take_snapshot(struct bk_sink *s, const struct bk_snapshot *snapshot,
                          struct bk_err *err)
{
    (void)s, (void)snapshot, (void)err;
    return true;
}

static bool take_series(struct bk_sink *s, const struct bk_series_sample *sample,
                        struct bk_err *err)
{
    (void)s, (void)sample, (void)err;
    return true;
}

static bool take_sizing(struct bk_sink *s, struct bk_sizing *sizing, struct bk_err *err)
{
    (void)s, (void)sizing, (void)err;
    return true;
}

static bool take_finding(struct bk_sink *s, const struct bk_finding *finding,
                         struct bk_err *err)
{
    (void)s, (void)finding, (void)err;
    return true;
}

static bool take_moved(struct bk_sink *s, const struct bk_moved_row *row,
                       struct bk_err *err)
{
    (void)s, (void)row, (void)err;
    return true;
}

struct bk_sink *bk_discard_sink(void)
{
    /* has no state; shared by all, and none of its functions writes to it */
    static struct bk_sink sink = {
        .run = take_run,
        .snapshot = take_snapshot,
        .series = take_series,
        .sizing = take_sizing,
        .finding = take_finding,
        .moved = take_moved,
    };
    return &sink;
}
