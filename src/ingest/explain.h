/* What an import would make of its files, told instead of done: who bid for a file,
 * where each piece of context comes from and which is missing, and what every number
 * becomes and why.
 *
 * An explanation is filled during a dry run (bk_ingest_observer.explain) and is a report
 * like any other answer.  The hooks are called by the parts of src/ingest; each does
 * nothing when nobody asked. */
#ifndef BK_INGEST_EXPLAIN_H
#define BK_INGEST_EXPLAIN_H

#include "../report/report.h"
#include "internal.h"

/* Fills 'report', which outlives it.  'known' (may be NULL) is the archive whose aliases
 * count and whose sources are duplicates; it is only read. */
struct bk_explain *bk_explain_new(struct bk_report *report, struct bk_archive *known);
/* Ends the report: the explanation is complete.  Frees it; NULL is fine. */
void bk_explain_end(struct bk_explain *e);

/* --- hooks --- */
/* The archive whose aliases count: the known one, else the one of the import. */
struct bk_archive *bk_explain_aliases(const struct bk_ingesting *in);
/* A file was opened and an importer is chosen for it: who bids for it? */
void bk_explain_bids(struct bk_ingesting *in, struct bk_str path,
                     struct bk_input *input);
/* A run got its context. */
void bk_explain_context(struct bk_unit_work *u, const struct bk_applying *ap);
/* The unit would be stored now. */
void bk_explain_unit(struct bk_unit_work *u);
/* What became of a file. */
void bk_explain_file(struct bk_ingesting *in, const struct bk_file_result *r);

#endif
