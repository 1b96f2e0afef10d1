/* The two kinds of lines that a warehouse writes for others: see benchkeep.c. */
#ifndef BK_IMPORTERS_BENCHKEEP_H
#define BK_IMPORTERS_BENCHKEEP_H

#include "importer.h"

/* Does the first line of the head begin an export of a whole warehouse? */
bool bk_is_whole_warehouse(struct bk_str head);
/* Reads one: its rows go to the sink as they stand, in little memory. */
bool bk_import_whole_warehouse(struct bk_input *in, const struct bk_importing *im,
                               struct bk_err *err);
/* BK_EINPUT with a reader's "line 1 column 5: ..." of one line's text, at its place in
 * the file. */
bool bk_fail_in_line(size_t line, const struct bk_err *why, struct bk_err *err);

#endif
