/* The archive: writes the records of one import unit in one transaction, and finds what
 * is there already.
 *
 * A unit is what is imported as a whole: one file, or the files of one run folder.
 * Everything of a unit is written between bk_archive_begin and bk_archive_end; a
 * failure in between leaves nothing behind. */
#ifndef BK_ARCHIVE_ARCHIVE_H
#define BK_ARCHIVE_ARCHIVE_H

#include "../base/file.h"
#include "../record/dict.h"
#include "../record/sink.h"
#include "../store/db.h"
#include "keeper.h"

struct bk_archive;

struct bk_source {        /* one file of a unit */
    struct bk_str path;   /* as given; the place where it was found */
    char sha256[65];      /* of the bytes that are kept */
    struct bk_str format; /* importer's name; "context" for files that only add context
                             to a run */
    int importer_version;
    int64_t size;       /* bytes kept */
    int64_t redactions; /* secrets that were replaced */
};

struct bk_import_unit {
    struct bk_str path;    /* of the file or folder */
    struct bk_str context; /* the import's options as canonical text, for 'reimport' */
};

struct bk_counts { /* what a unit added */
    int64_t sessions, runs, measurements, samples, series, sizing_runs, findings;
};

/* Loads names and user aliases. The archive must not outlive db. */
bool bk_archive_new(struct bk_archive **ar, struct bk_db *db, struct bk_err *err);
void bk_archive_free(struct bk_archive *ar);

/* Adds the user's aliases of the warehouse to a dictionary. */
bool bk_archive_load_aliases(struct bk_archive *ar, struct bk_dict *d,
                             struct bk_err *err);

/* Is a source with these bytes there? *id 0: no.  When it is, 'path' is noted as
 * another place it was found, unless it is empty. */
bool bk_archive_find_source(struct bk_archive *ar, const char *sha256,
                            struct bk_str path, int64_t *id, struct bk_err *err);
/* Runs of other units that say the same as this one in every measurement, parameter and
 * name (summary.json beside run=N.json): *id 0 none. */
bool bk_archive_find_same_run(struct bk_archive *ar, const struct bk_run *run,
                              int64_t *id, struct bk_err *err);

bool bk_archive_begin(struct bk_archive *ar, const struct bk_import_unit *unit,
                      struct bk_err *err);
/* Adds a source of the unit (its index counts from 0 in order of calls) and keeps its
 * bytes, read from 'bytes' to the end, as zstd chunks. */
bool bk_archive_add_source(struct bk_archive *ar, const struct bk_source *source,
                           struct bk_stream *bytes, struct bk_err *err);
/* The same with bytes that were hashed and packed before. */
bool bk_archive_add_kept(struct bk_archive *ar, const struct bk_source *source,
                         struct bk_keeper *kept, struct bk_err *err);
/* Where the records go. Runs must have passed the checks (status set). */
struct bk_sink *bk_archive_sink(struct bk_archive *ar);
/* Commits (with the checks that look across runs: identical values on different
 * hardware) or rolls back. */
bool bk_archive_end(struct bk_archive *ar, bool commit, struct bk_counts *counts,
                    struct bk_err *err);

/* The kept bytes of a source, unpacked, one chunk a call: *bytes valid until the next;
 * *more false at the end. */
bool bk_archive_source_bytes(struct bk_archive *ar, int64_t source_id, size_t chunk,
                             struct bk_buf *bytes, bool *more, struct bk_err *err);
/* Recomputes every kept source's SHA-256 and compares; says each that differs. */
bool bk_archive_verify(struct bk_archive *ar,
                       void (*say)(void *self, struct bk_str complaint), void *self,
                       int64_t *sources, struct bk_err *err);

#endif
