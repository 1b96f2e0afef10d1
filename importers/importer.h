/* The interface of an importer, and the recipe for adding one.
 *
 * A format is one file of this folder:
 *   1. importers/NAME.c defines 'const struct bk_importer bk_importer_NAME' (NAME with
 * '_' for '-'): a bid on the first bytes and an import that turns the source into
 * records;
 *   2. one line in importers/list.h (CMake takes the file from there);
 *   3. its names and units go into schema/aliases/FORMAT.csv, not into code;
 *   4. tests/importers/NAME/CASE.in with the expected records beside it (CASE.want;
 * BK_UPDATE=1 writes them). An importer never sees the database: it emits what the
 * source says, under the source's own names, through importers/shared/emit.h, which
 * looks names up, converts units once and keeps name, digits, unit and place. */
#ifndef BK_IMPORTERS_IMPORTER_H
#define BK_IMPORTERS_IMPORTER_H

#include "../src/base/file.h"
#include "../src/base/texts.h"
#include "../src/record/dict.h"
#include "../src/record/sink.h"

/* How much of a source a bid may look at. */
#define BK_HEAD_SIZE ((size_t)64 * 1024)

/* One source: a look-ahead to bid on, then its whole text or its lines.  gzip and zstd
 * are unpacked already. */
struct bk_input;

struct bk_str bk_input_name(const struct bk_input *in); /* last part of the path */
struct bk_str bk_input_head(const struct bk_input *in); /* the first BK_HEAD_SIZE bytes
                                                           or fewer, without a BOM */
bool bk_input_is_whole(const struct bk_input *in);      /* the head is all there is */
/* All of it, at most 'limit' bytes; held until the input is closed.  The text has no
 * BOM. */
bool bk_input_text(struct bk_input *in, size_t limit, struct bk_str *text,
                   struct bk_err *err);
/* The next line without its end (\n, \r\n), and its number from 1; valid until the next
 * call.  *more is false at the end.  *cut (may be NULL): the last line has no line end.
 * A line longer than 16 MiB is an error that names it. */
bool bk_input_line(struct bk_input *in, struct bk_str *line, size_t *number, bool *more,
                   bool *cut, struct bk_err *err);
/* The next bytes, as many as are at hand; empty at the end; valid until the next call.
 * Not to be mixed with lines. */
bool bk_input_chunk(struct bk_input *in, struct bk_str *chunk, struct bk_err *err);
/* Fills out with up to n bytes; *got < n only at the end.  Not to be mixed with lines
 * and chunks. */
bool bk_input_read(struct bk_input *in, char *out, size_t n, size_t *got,
                   struct bk_err *err);
/* The last error was that packed data end too soon, for their writer was killed; all
 * that came before was given.  A reader of lines may take it as the end. */
bool bk_input_is_cut(const struct bk_input *in);
/* The names that a bid may know; not owned. Without them tables and reports, which are
 * only known by the names in them, are nobody's. */
void bk_input_set_dict(struct bk_input *in, const struct bk_dict *dict);
const struct bk_dict *bk_input_dict(const struct bk_input *in); /* NULL: none */
/* Told as a source is read: how many bytes of the file itself, and how many points of
 * it, so far.  False with err set ends the reading with that error. */
struct bk_watch {
    bool (*look)(void *self, int64_t bytes, uint64_t points, struct bk_err *err);
    void *self;
};
void bk_input_watch(struct bk_input *in, struct bk_watch watch);
/* So many points were read from it so far. */
void bk_input_count(struct bk_input *in, uint64_t points);
/* Back to the first byte. */
bool bk_input_rewind(struct bk_input *in, struct bk_err *err);

/* Opens a file ("-": standard input) or bytes in memory. */
bool bk_input_open(struct bk_input **in, const char *path, struct bk_err *err);
struct bk_input *bk_input_of(struct bk_str path, struct bk_str bytes);
void bk_input_close(struct bk_input *in); /* NULL is fine */

/* A rule that finds numbers in a log (layout section [timing GLOB], --timing). */
struct bk_timing_rule {
    struct bk_str glob;   /* of file names */
    struct bk_str metric; /* canonical or free name; with group 'name' in the expression
                             that text is appended */
    struct bk_str match;  /* POSIX extended regular expression; group 1 is the number */
    struct bk_str unit;   /* that the number is written in */
};

/* One of the files that a tool writes side by side for one run, PREFIX and a suffix. */
struct bk_companion {
    const char *suffix; /* "stats_history.csv"; the prefix is empty or ends in a mark */
    double lag_s; /* its totals may be of a moment this much before or after that of the
                     first file, in seconds */
};

/* What an import works with. */
struct bk_importing {
    struct bk_arena *arena;     /* lives until the import's records were taken */
    const struct bk_dict *dict; /* names, with the user's aliases and --map */
    struct bk_texts *texts;     /* of names that come again; NULL: each is copied */
    struct bk_sink *sink;       /* where the records go */
    struct bk_str format;       /* the importer's name */
    const struct bk_timing_rule *rules; /* for timing-log */
    size_t n_rules;
    int64_t taken_ns; /* --started-at for a snapshot; BK_NO_TIME: not given */
    bool run_folder;  /* it is the result of a folder that stands for one run */
    bool part;        /* its run is joined with those of the companions: what follows
                         from others is derived then */
    struct bk_interrupt interrupt; /* for what takes long after reading */
    bool explain; /* what is dropped is to be noted too (bk_run.dropped) */
};

/* A name of a format whose names are not in schema/aliases, for its page. */
struct bk_importer_name {
    struct bk_str name, becomes;
    struct bk_str written, unit; /* unit it is written in and stored in */
};

struct bk_importer {
    const char *name;  /* "k6-text" */
    const char *title; /* "k6 console summary" */
    const char *
        upstream; /* whose format, which versions: "k6 0.26 to 2.x, stdout of k6 run" */
    const char *gives;     /* what comes out: "run, timeline" */
    const char *example;   /* the command that writes such a file */
    const char *signature; /* what the bid looks for, as a sentence without its stop */
    const char *traps; /* what is easily misread, a sentence a line; NULL: nothing */
    int version;       /* raised when the meaning of its records changes */
    /* 0: not mine .. 100: certain. Looks at the head only; pure. */
    int (*bid)(const struct bk_input *in);
    /* Emits records. On malformed input: BK_EINPUT with the place ("line 12: ...",
     * "byte 345: ..."), without the path.  A sound source that is no result (a
     * warm-up, the list of failures of a sweep): BK_ESKIP with the reason, nothing
     * emitted. */
    bool (*import)(struct bk_input *in, const struct bk_importing *im,
                   struct bk_err *err);
    /* NULL, or: the files that make one run when they lie together, best first, up to
     * one without a suffix.  Each gives at most one run; numbers that two of them have
     * are taken from the first. */
    const struct bk_companion *companions;
    /* NULL, or: the run that lies between two expositions (--before, --after). */
    bool (*import_pair)(struct bk_input *before, struct bk_input *after,
                        const struct bk_importing *im, struct bk_err *err);
    /* NULL: the names of the format are those of schema/aliases/NAME.csv. */
    const struct bk_importer_name *(*names)(struct bk_arena *a, size_t *n);
};

/* --- the registry (registry.c over list.h) --- */
extern const struct bk_importer *const bk_importers[];
extern const size_t bk_n_importers;
const struct bk_importer *bk_importer_named(struct bk_str name); /* NULL: unknown */
/* As bk_importer_named, for a name that somebody typed: NULL with BK_EUSAGE, which says
 * what the nearest name is. */
const struct bk_importer *bk_importer_asked(struct bk_arena *a, const char *name,
                                            struct bk_err *err);

#define BK_MAX_BIDS 8
struct bk_bids { /* the highest bid and who made it; more than one is a tie */
    int best;
    const struct bk_importer *winners[BK_MAX_BIDS];
    size_t n;
};
void bk_importer_bids(const struct bk_input *in, struct bk_bids *bids);
struct bk_bid {
    const struct bk_importer *importer;
    int bid;
};
/* Every bid above 0, the highest first. */
const struct bk_bid *bk_importer_all_bids(struct bk_arena *a, const struct bk_input *in,
                                          size_t *n);

#endif
