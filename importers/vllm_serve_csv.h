/* The tables of results that sweeps of 'vllm bench serve' write beside their JSON. */
#ifndef BK_IMPORTERS_VLLM_SERVE_CSV_H
#define BK_IMPORTERS_VLLM_SERVE_CSV_H

#include "importer.h"

/* Does the text begin with the header of such a table? */
bool bk_vllm_csv_is(struct bk_str head);

/* The rows of the table as JSON objects, each on the line that it has in the table, so
 * that they are read as the results that they repeat.  Appended to out. */
bool bk_vllm_csv_to_json(struct bk_arena *a, struct bk_str text, struct bk_buf *out,
                         struct bk_err *err);

#endif
