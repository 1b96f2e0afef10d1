/* What the files of the restoring of another warehouse's rows share. */
#ifndef BK_ARCHIVE_RESTORE_H
#define BK_ARCHIVE_RESTORE_H

#include "internal.h"

struct bk_told_unit {
    int64_t id, n_sources, n_known;
};

struct bk_told {  /* what a name or number of the export stands for here */
    int64_t id;   /* 0: nothing */
    bool here;    /* it was here before: what hangs on it is here too */
    int64_t next; /* of a snapshot: number of its next sample */
};

struct bk_restore {
    struct bk_map runs, sizing_runs, snapshots, absorbed; /* struct bk_told */
    struct bk_told_unit *units;                           /* by number, from 1 */
    size_t n_units;
    int64_t newest_source; /* before the export's own ones */
    int64_t carrier;       /* source: the export */
    bool had_runs;
    struct { /* the source of the row before */
        char sha256[65];
        int64_t id;
    } source;
    struct bk_claim_move *reclaims; /* absorbed into runs that were here */
    size_t n_reclaims;
    struct { /* the kind of machine of the price before */
        int64_t hardware;
        bool here; /* it had prices here before: they stay */
        bool told; /* and that theirs are others is noted */
    } priced;
    struct bk_str *renamed, *aliases, *prices,
        *baselines; /* the first few, for a finding */
    size_t n_renamed, n_aliases, n_prices, n_baselines, n_here;
};

/* The unit of a number; an error when no line before has told of it. */
bool bk_told_unit_at(const struct bk_restore *re, int64_t number,
                     struct bk_told_unit **unit, struct bk_err *err);
/* Are all its sources here since before this import? */
bool bk_told_unit_is_here(const struct bk_told_unit *u);
/* The source with this SHA-256; *id 0: there is none. */
bool bk_find_told_source(struct bk_archive *ar, struct bk_str sha256, int64_t *id,
                         struct bk_err *err);
/* As bk_find_told_source; that there is none is an error. */
bool bk_told_source(struct bk_archive *ar, struct bk_str sha256, int64_t *id,
                    struct bk_err *err);
/* What a name stands for; an error when no line before has told of it.  'what' is for
 * the message: "run". */
bool bk_find_told(const struct bk_map *map, const char *what, struct bk_str name,
                  struct bk_told **target, struct bk_err *err);
/* Remembers what a name stands for; an error when it was taken by a line before. */
bool bk_put_told(struct bk_archive *ar, struct bk_map *map, struct bk_str name,
                 struct bk_told target, struct bk_err *err);
/* The kind of machine of this canonical name, made when there is none. */
bool bk_told_hardware(struct bk_archive *ar, struct bk_str name, int64_t *id,
                      struct bk_err *err);
/* The id that a field refers to; 0: what it refers to was here before, and so is what
 * hangs on it. */
bool bk_resolve_told(struct bk_archive *ar, const struct bk_moved_field *f,
                     const struct bk_moved_cell *c, int64_t *id, struct bk_err *err);

#endif
