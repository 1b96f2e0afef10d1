/* What the files of the archive share. */
#ifndef BK_ARCHIVE_INTERNAL_H
#define BK_ARCHIVE_INTERNAL_H

#include "archive.h"

/* Text -> id of rows that are written once: what the archive remembers so that a big
 * import does not ask the database the same thing a million times. */
enum bk_cached {
    BK_CACHED_HARDWARE, /* text as in the source */
    BK_CACHED_MODEL,
    BK_CACHED_ENGINE,
    BK_CACHED_WORKLOAD,
    BK_CACHED_SESSION,
    BK_CACHED_PARAM,
    BK_CACHED_CONFIG,   /* canonical text */
    BK_CACHED_METRIC,   /* name, unit */
    BK_CACHED_QUANTITY, /* metric, unit, stat, scope, population */
    BK_CACHED_FIELD,    /* name, unit */
    BK_CACHED_FAMILY,   /* name, type, help, unit */
    BK_CACHED_NAME,     /* name of a run or sizing run -> last number behind '#' */
    BK_CACHED_COUNT
};

struct bk_series_packing; /* series_packing.h */

struct bk_ids {
    struct bk_arena *arena; /* keys and slots; emptied with the maps */
    struct bk_map maps[BK_CACHED_COUNT];
    struct bk_buf key; /* scratch of bk_ids_key */
};

struct bk_snapshot_writer {
    int64_t id;                        /* 0: no snapshot was begun in this unit */
    int64_t seq;                       /* of the first sample that is not written yet */
    struct bk_series_packing *packing; /* NULL until the first snapshot */
    struct {                           /* the family of the sample before */
        struct bk_buf texts;           /* name, help and unit, one behind the other */
        size_t lengths[3];
        enum bk_series_type type;
        int64_t id; /* 0: none */
    } family;
};

struct bk_unit_source {
    int64_t id;
    struct bk_str path;
    bool context; /* only adds context to a run */
};

/* A run of the unit at hand, for the checks across runs. */
struct bk_unit_run {
    int64_t id, session_id, hardware_id, source_id;
    int64_t unit_id; /* another one when a claim was released */
    struct bk_str name;
    bool absorbed;  /* it is a run of another unit after all, or it was of an earlier
                      import of this unit and is no more */
    bool kept_name; /* the name that it had before this unit was rebuilt */
    bool changed;   /* it may say something else than what later units were held
                       against: it was released, or rebuilt and differs */
};

struct bk_archive {
    struct bk_sink sink; /* first, so that a sink is its archive */
    struct bk_db *db;
    struct bk_arena *arena; /* lives as long as the archive: the dictionary */
    struct bk_dict *dict;   /* NULL until the first unit */
    struct bk_ids ids;
    int64_t data_version;    /* of the database when the ids were learnt */
    bool dictionary_written; /* the database's metrics are those of this program */

    /* the unit at hand */
    bool open;
    bool held;                /* a source of it was not seen yet: nothing is spilled */
    struct bk_arena *unit;    /* emptied when a unit begins */
    struct bk_arena *scratch; /* emptied when a record is written */
    int64_t unit_id;
    struct bk_str unit_path;
    struct bk_unit_source *sources;
    size_t n_sources;
    struct bk_unit_run *runs;
    size_t n_runs;
    size_t n_written; /* of them when the claims were settled; then come released */
    struct bk_map run_keys; /* keys that runs of this unit have taken */
    struct bk_map sessions; /* sessions of this unit */
    struct bk_counts counts;
    struct bk_restore *restore; /* of an export of a whole warehouse; NULL: none yet */
    struct bk_snapshot_writer snapshot;

    /* when that unit is imported once more */
    const struct bk_kept_unit *rebuilding; /* answers are those before this unit */
    const struct bk_kept_unit *again;      /* of the unit at hand; NULL: it is new */
    bool in_place;
    struct bk_interrupt interrupt; /* of the unit at hand */
    struct bk_map kept_runs;       /* key -> struct bk_kept_run */
    struct bk_map kept_names;      /* of runs and sizing runs: not for others */
    int64_t newest_run;            /* numbers of new runs come behind it */
    int64_t newest_snapshot;       /* likewise */
    size_t n_kept_snapshots;       /* of 'again' that have their successors */
};

/* --- archive.c --- */
/* What was learnt of ids is no longer true: rows were rolled back, or another process
 * has changed them. */
void bk_archive_forget(struct bk_archive *ar);
/* Lets the disk be used again, if it was not. */
bool bk_archive_let_go(struct bk_archive *ar, struct bk_err *err);

/* --- rebuild.c --- */
/* Prepares the unit at hand for being the same as 'old' was; in place, what was derived
 * from it goes. */
bool bk_make_room(struct bk_archive *ar, const struct bk_kept_unit *old, bool in_place,
                  struct bk_err *err);
/* The run of that key before the unit was rebuilt; NULL: there was none. */
const struct bk_kept_run *bk_kept_run(const struct bk_archive *ar, struct bk_str key);
/* The name of a run: the one that it had when it is made of the same parts. */
bool bk_run_name(struct bk_archive *ar, struct bk_str key, struct bk_str base,
                 struct bk_str *name, bool *kept, struct bk_err *err);
bool bk_sizing_run_name(struct bk_archive *ar, struct bk_str base, struct bk_str *name,
                        struct bk_err *err);
/* The number that a run of this key is to have; 0: the next. */
int64_t bk_run_number(struct bk_archive *ar, struct bk_str key);
/* Likewise of the next snapshot of a source: those of a unit come in one order. */
int64_t bk_snapshot_number(struct bk_archive *ar, int64_t source);
/* Orders the runs of the unit by number. */
void bk_sort_runs(struct bk_archive *ar);
/* What is left to do when a unit was written in place of its old self. */
bool bk_settle_rebuilt(struct bk_archive *ar, struct bk_err *err);

/* --- ids.c: the cache --- */
void bk_ids_init(struct bk_ids *ids);
void bk_ids_forget(struct bk_ids *ids); /* all of it */
void bk_ids_forget_kind(struct bk_ids *ids, enum bk_cached kind);
void bk_ids_free(struct bk_ids *ids);
/* A key of several texts that cannot be mistaken for another; valid until the next. */
struct bk_str bk_ids_key(struct bk_ids *ids, const struct bk_str *parts, size_t n);
int64_t bk_ids_get(const struct bk_ids *ids, enum bk_cached kind,
                   struct bk_str key); /* 0: not known */
void bk_ids_put(struct bk_ids *ids, enum bk_cached kind, struct bk_str key, int64_t id);

/* --- names.c: rows that are written once --- */
bool bk_name_id(struct bk_archive *ar, enum bk_cached kind, struct bk_str name,
                int64_t *id, struct bk_err *err);
bool bk_hardware_id(struct bk_archive *ar, struct bk_str text, int64_t *id,
                    struct bk_str *name, struct bk_err *err);
bool bk_model_id(struct bk_archive *ar, struct bk_str text, int64_t *id,
                 struct bk_err *err);
bool bk_config_id(struct bk_archive *ar, const struct bk_param *params, size_t n,
                  int64_t *id, struct bk_err *err);
bool bk_field_id(struct bk_archive *ar, struct bk_str name, struct bk_str unit,
                 int64_t *id, struct bk_err *err);
/* A name that no row of a kind has yet: base itself, or with the next '#n' behind it.
 * 'exists' asks for ':name'. In scratch. */
bool bk_free_name(struct bk_archive *ar, enum bk_sql exists, struct bk_str base,
                  struct bk_str *name, struct bk_err *err);

/* --- metrics.c --- */
bool bk_write_dictionary(struct bk_archive *ar, struct bk_err *err);
/* Of a metric with this unit; made when it is new. */
bool bk_metric_id(struct bk_archive *ar, struct bk_str name, struct bk_str unit,
                  int64_t *id, struct bk_err *err);
bool bk_quantity_id(struct bk_archive *ar, const struct bk_measurement *m, int64_t *id,
                    struct bk_err *err);

/* --- run.c, measurements.c, sizing.c, series.c, finding.c: one kind of record each ---
 */
bool bk_write_run(struct bk_sink *s, struct bk_run *run, struct bk_err *err);
/* What a run is called when nothing else is: "062/h100/login/workers=8"; in scratch. */
struct bk_run_parts {
    struct bk_str session, hardware, workload, key;
};
struct bk_str bk_run_base_name(struct bk_archive *ar, const struct bk_run_parts *parts);
bool bk_write_measurements(struct bk_archive *ar, int64_t run_id,
                           const struct bk_run *run, struct bk_err *err);
/* samples.c: the points of a run */
bool bk_write_samples(struct bk_archive *ar, int64_t run, struct bk_samples *s,
                      struct bk_err *err);
void bk_run_content(struct bk_arena *a, const struct bk_run *run, char sha256[65]);
bool bk_write_sizing(struct bk_sink *s, struct bk_sizing *sizing, struct bk_err *err);
bool bk_write_snapshot(struct bk_sink *s, const struct bk_snapshot *snapshot,
                       struct bk_err *err);
bool bk_write_series(struct bk_sink *s, const struct bk_series_sample *sample,
                     struct bk_err *err);
/* Samples that follow are of this snapshot; the first of them has the number seq. */
bool bk_snapshot_begin(struct bk_archive *ar, int64_t id, int64_t seq,
                       struct bk_err *err);
/* Writes the samples that are held. */
bool bk_snapshot_flush(struct bk_archive *ar, struct bk_err *err);
void bk_snapshot_reset(struct bk_snapshot_writer *w); /* between units */
void bk_snapshot_free(struct bk_snapshot_writer *w);
bool bk_write_source_finding(struct bk_sink *s, const struct bk_finding *finding,
                             struct bk_err *err);
bool bk_write_finding(struct bk_archive *ar, const struct bk_finding *finding,
                      int64_t run_id, int64_t sizing_run_id, struct bk_err *err);
/* As bk_write_finding for any source and run; it is not counted. */
struct bk_finding_place {
    int64_t source_id, run_id, sizing_run_id; /* 0: none */
    int64_t absorbed_id;                      /* of a run that was absorbed */
    int64_t
        unit_id; /* that brought it, when it is about a whole file; 0: that at hand */
};
bool bk_insert_finding(struct bk_archive *ar, const struct bk_finding *finding,
                       const struct bk_finding_place *place, struct bk_err *err);
bool bk_write_facts(struct bk_archive *ar, enum bk_sql insert, int64_t owner,
                    const struct bk_fact *facts, size_t n, int64_t source_id,
                    struct bk_err *err);

/* --- source.c --- */
/* Database id of a source of the unit; index as the records have it. */
bool bk_source_id(const struct bk_archive *ar, size_t index, int64_t *id,
                  struct bk_err *err);

/* --- claims.c: which runs of reports are runs of tools' own files --- */
/* At the end of a unit, for the sessions and hardware that it touched. */
bool bk_settle_claims(struct bk_archive *ar, struct bk_err *err);

/* --- absorb.c --- */
struct bk_claim_params; /* of a config, in scratch */
bool bk_claim_params(struct bk_archive *ar, int64_t config,
                     const struct bk_claim_params **params, struct bk_err *err);
/* Has a parameter of both another value? */
bool bk_claim_contradicts(const struct bk_claim_params *claim,
                          const struct bk_claim_params *run);
struct bk_claim_move {
    int64_t id;   /* of the run, or of the absorbed run when 'from' is not 0 */
    int64_t from; /* the run that it is in now; 0: none */
    int64_t into; /* the run that it belongs into; 0: it is a run of its own */
};
bool bk_move_claims(struct bk_archive *ar, const struct bk_claim_move *moves, size_t n,
                    struct bk_err *err);

/* --- restore.c: rows of another warehouse --- */
bool bk_write_moved(struct bk_sink *s, const struct bk_moved_row *row,
                    struct bk_err *err);
/* Before the claims are settled: what was told anew, and what could not be taken. */
bool bk_restore_end(struct bk_archive *ar, struct bk_err *err);

/* --- said.c: what people say of results --- */
/* Writes an annotation or a baseline of another warehouse; 'run' is what the run of an
 * annotation is called here. */
enum bk_said {
    BK_SAID_NEW,
    BK_SAID_ENDED, /* it was here in force, and was ended there */
    BK_SAID_KNOWN, /* it was here */
    BK_SAID_OTHER, /* a baseline of that name is something else here: it stays */
};
bool bk_put_said(struct bk_archive *ar, const struct bk_moved_row *row,
                 struct bk_str run, enum bk_said *what, struct bk_err *err);
/* What was said of a run is said of it under its new name. */
bool bk_said_of_run(struct bk_archive *ar, struct bk_str from, struct bk_str to,
                    struct bk_err *err);

/* --- copies.c --- */
bool bk_find_copies(struct bk_archive *ar, struct bk_err *err);

#endif
