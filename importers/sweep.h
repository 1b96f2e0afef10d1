/* What the parts of the sweep importer share. */
#ifndef BK_IMPORTERS_SWEEP_H
#define BK_IMPORTERS_SWEEP_H

#include "shared/runs.h"

#define BK_SWEEP_MAX_BYTES ((size_t)64 * 1024 * 1024)
/* Cells that one table may have: a measurement takes a few hundred bytes. */
#define BK_SWEEP_MAX_CELLS ((size_t)60000)

/* No table of runs has more columns; every cell is compared with the others of its row. */
#define BK_SWEEP_MAX_COLUMNS ((size_t)512)

/* What a sweep was made of: for the message when nothing of it is known. */
struct bk_sweep {
    const struct bk_importing *im;
    struct bk_runs runs;
    size_t known; /* columns or keys that are metrics */
    size_t cells;
    struct bk_str columns; /* names, in quotes */
};

void bk_sweep_note_column(struct bk_sweep *s, struct bk_str name);

/* JSON: an array of objects, one object, objects one after another, or one a line. */
bool bk_sweep_json(struct bk_sweep *s, struct bk_input *in, struct bk_err *err);
/* 0..100 for a head that begins with '{' or '['. */
int bk_sweep_json_bid(const struct bk_input *in);

#endif
