/* What the files of the exports share. */
#ifndef BK_QUERY_EXPORT_H
#define BK_QUERY_EXPORT_H

#include "../report/report.h"
#include "../store/db.h"

/* A cell of labels out of their canonical text, name="value" pairs, unescaped; in the
 * arena. */
struct bk_value bk_labels_cell(struct bk_arena *a, struct bk_str text);
/* All that the warehouse knows but the bytes of its sources: a section for each kind of
 * line of src/record/moved.h, in its order.  The statements of the sections are asked
 * when the section before was read; db must outlive the report. */
void bk_export_everything(struct bk_db *db, struct bk_report *r);

#endif
