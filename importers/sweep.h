/* What the parts of the sweep importer share. */
#ifndef BK_IMPORTERS_SWEEP_H
#define BK_IMPORTERS_SWEEP_H

#include "shared/runs.h"

#define BK_SWEEP_MAX_BYTES ((size_t)64 * 1024 * 1024)
/* Rows, and cells that are not empty, of a table of up to 1 MiB; a larger one may have as
 * many more as it is larger.  A number takes about 180 bytes until it is stored and a run
 * 1,400, as much as eight of them: so counted, the two together have a limit too. */
#define BK_SWEEP_ROWS      ((size_t)9000)
#define BK_SWEEP_CELLS     ((size_t)120000)
#define BK_SWEEP_ROW_CELLS ((size_t)8)
#define BK_SWEEP_ALL       ((size_t)150000)

/* No table of runs has more columns; every cell is compared with the others of its row. */
#define BK_SWEEP_MAX_COLUMNS ((size_t)512)

/* What a sweep was made of: for the message when nothing of it is known. */
struct bk_sweep {
    const struct bk_importing *im;
    struct bk_runs runs;
    size_t known;          /* columns or keys that are metrics */
    size_t bytes;          /* of the text, or of it so far */
    size_t rows, cells;    /* so far; cells that are not empty */
    struct bk_str columns; /* names, in quotes */
};

/* Counts rows and cells; false with err set: too many for a text of this size. */
bool bk_sweep_count(struct bk_sweep *s, size_t rows, size_t cells, size_t line,
                    struct bk_err *err);
void bk_sweep_note_column(struct bk_sweep *s, struct bk_str name);

/* JSON: an array of objects, one object, objects one after another, or one a line. */
bool bk_sweep_json(struct bk_sweep *s, struct bk_input *in, struct bk_err *err);
/* 0..100 for a head that begins with '{' or '['. */
int bk_sweep_json_bid(const struct bk_input *in);

#endif
