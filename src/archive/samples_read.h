/* The points of an archived run. */
#ifndef BK_ARCHIVE_SAMPLES_READ_H
#define BK_ARCHIVE_SAMPLES_READ_H

#include "../samples/samples.h"
#include "../store/db.h"

/* Opens the points of a run (src/samples/samples.h); *s is NULL when it has none.
 * 'name' is the run's, for errors.  They live in the arena and are freed with it; db
 * must outlive them.  BK_EDB when what is stored is damaged. */
bool bk_archived_samples(struct bk_db *db, struct bk_arena *a, int64_t run,
                         struct bk_str name, struct bk_samples **s, struct bk_err *err);

#endif
