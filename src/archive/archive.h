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

struct bk_kept_unit;
struct bk_import_unit {
    struct bk_str path;    /* of the file or folder */
    struct bk_str context; /* the import's options as canonical text, for 'reimport' */
    /* The unit that is imported once more, from its kept bytes: its runs get the names
     * that they had.  NULL: it is imported for the first time. */
    const struct bk_kept_unit *again;
    bool in_place; /* what was derived from 'again' makes room: it is of this archive */
    struct bk_interrupt interrupt; /* asked while much is written */
};

struct bk_counts { /* what a unit added */
    int64_t sessions, runs, measurements, samples, series, sizing_runs, findings;
};
/* Adds what another unit added. */
void bk_counts_add(struct bk_counts *sum, const struct bk_counts *c);

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
/* Is there a source of this many bytes?  Only then can a file of that size be a
 * duplicate, unless secrets were replaced in it. */
bool bk_archive_knows_size(struct bk_archive *ar, int64_t size, bool *known,
                           struct bk_err *err);
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
/* The same before its bytes have all been seen: path, format and importer_version of the
 * source count.  Records may refer to it, and none of them reaches the disk before
 * bk_archive_seen, so that what is found in the bytes can still forbid them. */
bool bk_archive_add_unseen(struct bk_archive *ar, const struct bk_source *source,
                           struct bk_err *err);
/* What the source of this index is, and its bytes.  The archive must not have it yet. */
bool bk_archive_seen(struct bk_archive *ar, size_t index,
                     const struct bk_source *source, struct bk_keeper *kept,
                     struct bk_err *err);
/* How much a run's samples take there, in bytes. */
uint64_t bk_archive_packed_size(const struct bk_run *run);
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
/* --- what is kept of an import, to do it once more --- */

struct bk_kept_source { /* a file of a unit */
    int64_t id;
    char sha256[65];
    struct bk_str path;   /* that it had in this unit */
    struct bk_str format; /* the importer's name; 'context' */
    int importer_version;
    int64_t size, redactions;
    bool own; /* this unit brought it first */
};
struct bk_kept_run { /* a run as it stands there: its key in the unit and its name */
    int64_t id, session_id, hardware_id;
    struct bk_str key, name, content;
};
struct bk_kept_snapshot {
    int64_t id, source_id;
};
struct bk_kept_unit {
    int64_t id;
    struct bk_str path, context; /* as in struct bk_import_unit */
    struct bk_kept_source *sources;
    size_t n_sources;
    struct bk_kept_run *runs;
    size_t n_runs;
    struct bk_str *sizing_runs; /* names */
    size_t n_sizing_runs;
    struct bk_kept_snapshot *snapshots;
    size_t n_snapshots;
};
/* The units of the archive in the order in which they came, but for what the export of a
 * warehouse told of; in the arena. */
bool bk_archive_units(struct bk_archive *ar, struct bk_arena *a, int64_t **ids,
                      size_t *n, struct bk_err *err);
/* One of them; in the arena. */
bool bk_archive_kept_unit(struct bk_archive *ar, struct bk_arena *a, int64_t id,
                          struct bk_kept_unit *unit, struct bk_err *err);
/* Other units whose files are in one sizing run with this unit's: what is derived from
 * them is rebuilt together or not at all. */
bool bk_archive_partners(struct bk_archive *ar, struct bk_arena *a, int64_t id,
                         int64_t **ids, size_t *n, struct bk_err *err);
struct bk_aliases { /* or other names */
    struct bk_str *items;
    size_t n;
};
/* The unit that a run is of. */
bool bk_archive_unit_of_run(struct bk_archive *ar, int64_t run, int64_t *unit,
                            struct bk_err *err);
/* What kinds of machines cost, from another archive.  A machine that has a price here
 * keeps it: where the other says something else, its name is added to 'kept'. */
bool bk_archive_take_prices(struct bk_archive *ar, struct bk_archive *from,
                            struct bk_arena *a, struct bk_aliases *kept,
                            struct bk_err *err);
/* Takes the user's aliases of another archive over.  What means something else here
 * stays as it is: those aliases are added to 'kept', in the arena. */
bool bk_archive_take_aliases(struct bk_archive *ar, struct bk_archive *from,
                             struct bk_arena *a, struct bk_aliases *kept,
                             struct bk_err *err);
/* Takes annotations and baselines of another archive over, once its runs are here.
 * Baselines whose names are something else here stay: they are in 'kept', in the arena. */
struct bk_taken {
    struct bk_aliases kept;
    int64_t n_new, n_ended; /* were not here; were here in force, and ended there */
};
bool bk_archive_take_said(struct bk_archive *ar, struct bk_archive *from,
                          struct bk_arena *a, struct bk_taken *taken,
                          struct bk_err *err);
/* Until it is called with NULL, the archive answers as it did before this unit was
 * imported: bk_archive_find_source and bk_archive_find_same_run know what earlier units
 * brought.  'unit' is not copied. */
void bk_archive_rebuild(struct bk_archive *ar, const struct bk_kept_unit *unit);
/* A transaction around the rebuilding of several units, or of all (a trial run). */
bool bk_archive_hold(struct bk_archive *ar, struct bk_err *err);
bool bk_archive_release(struct bk_archive *ar, bool commit, struct bk_err *err);

/* --- what a unit says, before and after --- */

struct bk_unit_state; /* owns its memory */
bool bk_archive_state(struct bk_archive *ar, int64_t unit, struct bk_unit_state **state,
                      struct bk_err *err);
void bk_archive_state_free(struct bk_unit_state *state); /* NULL is fine */

enum bk_change_what {
    BK_CHANGE_ADDED,
    BK_CHANGE_GONE,
    BK_CHANGE_CHANGED
};
enum bk_change_of {
    BK_CHANGE_RUN,
    BK_CHANGE_MEASUREMENT,
    BK_CHANGE_SIZING,   /* a value of a sizing run */
    BK_CHANGE_FINDING,  /* never CHANGED */
    BK_CHANGE_TIMELINE, /* as a whole */
    BK_CHANGE_SERIES,   /* as a whole */
    BK_N_CHANGES
};
struct bk_change { /* texts are valid during the call */
    enum bk_change_of of;
    enum bk_change_what what;
    struct bk_str run;                 /* or sizing run, as it is called now */
    struct bk_str metric, stat, scope; /* of a measurement */
    struct bk_str name; /* of a run: what changed; of a sizing run: the value's name;
                              of a finding: its code */
    struct bk_str old, new;      /* texts; of a finding: its message */
    struct bk_str unit;          /* of the numbers */
    bool is_number;              /* the numbers count, not the texts */
    double old_value, new_value; /* NAN: none */
};
struct bk_change_counts {
    int64_t kept[BK_N_CHANGES], added[BK_N_CHANGES], gone[BK_N_CHANGES],
        changed[BK_N_CHANGES];
};
struct bk_change_observer {
    void (*change)(void *self, const struct bk_change *c);
    void *self;
};
/* Tells each difference and counts; *counts is added to, 'observer' may be NULL. */
bool bk_archive_compare(struct bk_archive *ar, const struct bk_unit_state *old,
                        const struct bk_unit_state *new,
                        struct bk_change_counts *counts,
                        const struct bk_change_observer *observer, struct bk_err *err);

/* Recomputes every kept source's SHA-256 and compares; says each that differs. */
bool bk_archive_verify(struct bk_archive *ar,
                       void (*say)(void *self, struct bk_str complaint), void *self,
                       int64_t *sources, struct bk_err *err);
/* Reads the points of every run, all checksums, and adds them up again; says what does
 * not hold. */
bool bk_archive_verify_samples(struct bk_archive *ar,
                               void (*say)(void *self, struct bk_str complaint),
                               void *self, int64_t *runs, struct bk_err *err);
/* Reads the packed samples of every exposition, all checksums; says what does not hold. */
bool bk_archive_verify_series(struct bk_archive *ar,
                              void (*say)(void *self, struct bk_str complaint),
                              void *self, struct bk_err *err);

#endif
