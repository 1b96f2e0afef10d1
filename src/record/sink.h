/* The receiver of records.  Importers call it and know nothing of what is behind it. */
#ifndef BK_RECORD_SINK_H
#define BK_RECORD_SINK_H

#include "../base/err.h"
#include "moved.h"
#include "record.h"

/* Every call may fail (false, err set); the importer then returns false at once.
 * Records passed to run, sizing and finding must stay valid until the import ends;
 * those passed to series only during the call. */
struct bk_sink {
    bool (*run)(struct bk_sink *s, struct bk_run *run, struct bk_err *err);
    bool (*snapshot)(struct bk_sink *s, const struct bk_snapshot *snapshot,
                     struct bk_err *err); /* series follow */
    bool (*series)(struct bk_sink *s, const struct bk_series_sample *sample,
                   struct bk_err *err);
    bool (*sizing)(struct bk_sink *s, struct bk_sizing *sizing, struct bk_err *err);
    bool (*finding)(struct bk_sink *s, const struct bk_finding *finding,
                    struct bk_err *err); /* of the source as a whole */
    /* A row of another warehouse, as it stands; only during the call. */
    bool (*moved)(struct bk_sink *s, const struct bk_moved_row *row,
                  struct bk_err *err);
};

/* A sink that writes each record as lines of text (the golden tests). 'out' is appended
 * to. */
struct bk_print_sink {
    struct bk_sink sink;
    struct bk_buf *out;
};
void bk_print_sink_init(struct bk_print_sink *s, struct bk_buf *out);

/* A sink that takes everything and keeps nothing (the fuzzers). */
struct bk_sink *bk_discard_sink(void);

#endif
