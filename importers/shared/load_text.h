/* The summary that hey prints, and that oha and ghz print after its model: sections
 * under headings, a number with its unit a line, counts in brackets.  A text may hold
 * several, each beginning with "Summary:". */
#ifndef BK_IMPORTERS_SHARED_LOAD_TEXT_H
#define BK_IMPORTERS_SHARED_LOAD_TEXT_H

#include "load.h"

/* Whose summary the head of a text holds. */
enum bk_load_tool {
    BK_LOAD_NONE,
    BK_LOAD_HEY, /* "Slowest: 0.1 secs" */
    BK_LOAD_OHA, /* "Success rate: 99.50%" stands first */
    BK_LOAD_GHZ  /* "Count: 200" stands first */
};
/* *first: it begins with it. */
enum bk_load_tool bk_load_text_tool(struct bk_str head, bool *first);

/* Reads every summary of the text as a run and passes them on.  'tool' is what the
 * importer is about; summaries of the others are left out. */
bool bk_load_text(struct bk_input *in, const struct bk_importing *im,
                  enum bk_load_tool tool, struct bk_err *err);

/* Puts the share of failures by status before the tool's own where they differ: it
 * counts every answer as a success, whatever its status. */
void bk_load_settle_error_rate(const struct bk_importing *im, struct bk_run *run,
                               const struct bk_outcomes *o);

#endif
