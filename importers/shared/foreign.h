/* Column names by which a table or object is known to be the output of a tool that has
 * an importer of its own.  The generic sweep reader leaves those alone: their units are
 * in the tool's manual, not in their names. */
#ifndef BK_IMPORTERS_SHARED_FOREIGN_H
#define BK_IMPORTERS_SHARED_FOREIGN_H

#include "../../src/base/str.h"

/* Do these names hold all the marks of some tool's output? */
bool bk_names_of_a_tool(const struct bk_str *names, size_t n);

#endif
