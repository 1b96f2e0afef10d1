/* The two kinds of lines that a warehouse writes for others: see benchkeep.c. */
#ifndef BK_IMPORTERS_BENCHKEEP_H
#define BK_IMPORTERS_BENCHKEEP_H

#include "importer.h"
#include "shared/json.h"

/* Does the first line of the head begin an export of a whole warehouse? */
bool bk_is_whole_warehouse(struct bk_str head);
/* Reads one: its rows go to the sink as they stand, in little memory. */
bool bk_import_whole_warehouse(struct bk_input *in, const struct bk_importing *im,
                               struct bk_err *err);
/* The next line that is not blank, parsed into the scratch arena; *row is NULL at the
 * end.  *line counts lines; BK_EINPUT names the line and the column. */
bool bk_next_row(struct bk_input *in, struct bk_arena *scratch, size_t *line,
                 const struct bk_json **row, struct bk_err *err);

#endif
