/* Ingest: from paths on the command line to records in the archive.
 *
 * Walks folders, unpacks, redacts secrets, lets the importers bid, brings in the
 * context that no file carries (path template, layout file, flags), runs the checks and
 * hands the records over, one unit (file or run folder) at a time. */
#ifndef BK_INGEST_INGEST_H
#define BK_INGEST_INGEST_H

#include "../archive/archive.h"
#include "../base/opt.h"

struct bk_import_options {       /* all may be NULL or empty */
    const char *input_format;    /* forces the importer */
    struct bk_strings from_path; /* path templates */
    const char *layout;          /* layout file */
    const char *session, *hardware, *model, *workload, *engine, *started_at;
    struct bk_strings set;      /* KEY=VALUE */
    struct bk_strings map;      /* COLUMN=NAME[.STAT][:UNIT] */
    struct bk_strings timing;   /* METRIC:UNIT:REGEX */
    const char *before, *after; /* two expositions whose difference is a run */
    bool dry_run;
    bool explain; /* with dry_run: the observer's explanation is wanted */
};

/* The options of 'benchkeep import', filling a struct bk_import_options (options.c). */
extern const struct bk_opt bk_import_opts[];

enum bk_file_status {
    BK_FILE_IMPORTED,
    BK_FILE_DUPLICATE,
    BK_FILE_SKIPPED,
    BK_FILE_FAILED
};

struct bk_file_result { /* one file, as 'import' reports it */
    struct bk_str path;
    char sha256[65];
    struct bk_str format;
    enum bk_file_status status;
    struct bk_counts counts; /* of a run folder: on the result file */
    int64_t redactions;
    struct bk_str
        error; /* why it failed or was skipped: "importing 'a.json': line 3: ..." */
};

struct bk_explain;
struct bk_ingest_observer { /* told as it goes; all may be NULL */
    void (*file)(void *self, const struct bk_file_result *r);
    void (*progress)(void *self, struct bk_str path, int64_t done_bytes,
                     int64_t total_bytes, uint64_t points);
    bool (*interrupted)(void *self); /* true: stop before the next step; the current
                                        unit is rolled back */
    void *self;
    struct bk_explain *explain; /* explain.h: filled by a dry run; NULL: nobody asks */
};

/* Imports every path (files, folders, "-").  Goes on past bad files.  False only when
 * going on is useless (the database fails, a layout file is malformed, a bad option);
 * results are then those told so far. */
bool bk_ingest(struct bk_archive *ar, const struct bk_import_options *options,
               const struct bk_strings *paths,
               const struct bk_ingest_observer *observer, struct bk_err *err);

/* --- once more, from the kept bytes (reimport.c) --- */

struct bk_reimport_options {
    struct bk_strings sources; /* path, file name or beginning of the SHA-256 of a
                                    file; none: all */
    const char *format;        /* only units with a file of this format */
    const int64_t *runs;       /* only units that these runs are of */
    size_t n_runs;
    bool by_runs; /* 'runs' counts */
    bool dry_run; /* everything is rebuilt and then rolled back */
};

enum bk_unit_status {
    BK_UNIT_SAME,    /* it says what it said */
    BK_UNIT_CHANGED, /* it was rebuilt and says something else, or was read otherwise */
    BK_UNIT_FAILED,  /* refused: what was there is left as it was */
    BK_UNIT_LEFT     /* nothing that could be rebuilt: 'error' says why */
};

struct bk_unit_result { /* one unit, as 'reimport' reports it; valid during the call */
    struct bk_str path;
    struct bk_str old_format, new_format; /* of its first file */
    int old_version, new_version;         /* of the importer */
    enum bk_unit_status status;
    struct bk_change_counts counts;
    struct bk_str error;
};

struct bk_reimport_observer {
    void (*unit)(void *self, const struct bk_unit_result *r);
    void (*change)(void *self, const struct bk_change *c); /* before its unit */
    void (*progress)(void *self, struct bk_str path, int64_t done_bytes,
                     int64_t total_bytes, uint64_t points);
    bool (*interrupted)(void *self);
    void *self;
};

/* Rebuilds what was derived from the kept bytes of the units that are asked for, each in
 * a transaction of its own and with the options that it was imported with; units that
 * share a sizing run go together.  A unit that is refused is told and left as it was.
 * False only when going on is useless, or when 'sources' names a file that is not
 * there (BK_EUSAGE; nothing was begun then). */
bool bk_reimport(struct bk_archive *ar, const struct bk_reimport_options *options,
                 const struct bk_reimport_observer *observer, struct bk_err *err);

/* --- the parts, for tests --- */
struct bk_context { /* what is known about a run from outside its file; empty: nothing
                     */
    struct bk_str session, hardware, model, workload, engine;
    int64_t started_ns;
    struct bk_str started_text;
    struct bk_param *params;
    size_t n_params;
    const char *where; /* "path", "layout", "flag": for findings */
};
/* Matches a template ("bench-session-{session}/{hardware}/{started_at:%d%m%Y%H%M%S}/")
 * against the end of a path.  A template that ends in '/' matches the folder of the
 * file.  False: no match. */
bool bk_path_match(struct bk_arena *a, struct bk_str template, struct bk_str path,
                   struct bk_context *c, struct bk_err *err);
/* Replaces the values of variables that look like secrets (NAME=VALUE and "name":
 * "value" with KEY, TOKEN, SECRET, PASSWORD, PASSWD, CREDENTIAL, PRIVATE in the name,
 * and the user part of URIs with credentials) by "[redacted]". Appends the result;
 * returns how many. */
size_t bk_redact(struct bk_str text, struct bk_buf *out);

#endif
