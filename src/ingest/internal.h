/* What the files of src/ingest share. */
#ifndef BK_INGEST_INTERNAL_H
#define BK_INGEST_INTERNAL_H

#include <regex.h>

#include "../../importers/importer.h"
#include "ingest.h"
#include "keep.h"

/* --- walk.c: which files there are --- */
struct bk_entry { /* a file that was found, or what is in its place */
    struct bk_str path;
    int64_t size;         /* -1: unknown */
    struct bk_str error;  /* why it cannot be read; empty: it can */
    struct bk_str reason; /* why it is left out; empty: it is not */
    bool beside;          /* not asked for: a companion of a file that was */
};
struct bk_walk {
    struct bk_entry
        *entries; /* a folder's own files stand together, in order of name */
    size_t n;
    struct bk_map seen; /* files by path, folders by device and inode */
};
/* Adds the files at and below path ("-" stays as it is).  Names that start with '.' are
 * left out below it, folders are entered once however many links lead to them. */
void bk_walk_add(struct bk_arena *a, struct bk_walk *w, const char *path);
/* Adds a file that was not asked for, if it is there and not yet among the entries. */
void bk_walk_add_beside(struct bk_arena *a, struct bk_walk *w, const char *path);
/* Adds the other files of the folder that path lies in. */
void bk_walk_add_siblings(struct bk_arena *a, struct bk_walk *w, const char *path);

/* --- context.c: what is known about a run beside its file --- */
struct bk_said {          /* one statement about a run */
    struct bk_str name;   /* hardware model session workload engine started_at config.X
                            fact.X; anything else is a config parameter */
    struct bk_str value;  /* as written */
    struct bk_str format; /* of a time: "%d%m%Y%H%M%S"; else empty */
    struct bk_str place;  /* "the path", "--hardware", "environment_vars.txt line 4" */
};
struct bk_saids {
    struct bk_said *items;
    size_t n;
};
void bk_say(struct bk_arena *a, struct bk_saids *s, struct bk_str name,
            struct bk_str value, struct bk_str place);
/* One level of statements onto a run.  'first_wins': the level's first statement about
 * a name stands (a layout's); else its last (flags).  What the run says already is
 * replaced; each change of a value is a finding. */
struct bk_applying {
    struct bk_arena *arena;
    const struct bk_dict *dict;
    struct bk_run *run;
    struct bk_map places; /* name -> struct bk_str *: who said what the run says now */
    size_t source;        /* of the findings */
};
void bk_context_apply(struct bk_applying *ap, const struct bk_saids *level,
                      bool first_wins);
/* The end of it: what follows from the parameters (think time). */
void bk_context_settle(struct bk_run *run);
/* A time as people put it into names and flags: ISO, or digits in the order of a date
 * that is plausible. *zoned: it names its zone. */
bool bk_guess_time(struct bk_str text, struct bk_str format, int64_t *ns, bool *zoned);

/* --- path.c --- */
/* As bk_path_match, into statements whose place is "the path". */
bool bk_path_says(struct bk_arena *a, struct bk_str template, struct bk_str path,
                  struct bk_saids *says, bool *matched, struct bk_err *err);
/* Refuses a malformed template. */
bool bk_path_check(struct bk_arena *a, struct bk_str template, struct bk_err *err);

/* --- layout.c: how a tree of results is laid out --- */
enum bk_rule_kind {
    BK_RULE_KEY,     /* KEY = name */
    BK_RULE_MATCH,   /* KEY ~ regex -> names */
    BK_RULE_LINE,    /* ~ regex -> names: the first line that matches */
    BK_RULE_POINTER, /* /json/pointer = name */
};
struct bk_context_rule {
    enum bk_rule_kind kind;
    struct bk_str key; /* or JSON pointer */
    regex_t *regex;
    struct bk_str *names; /* one a group; "-": left out */
    size_t n_names;
};
struct bk_context_file {
    struct bk_str glob;
    struct bk_context_rule *rules;
    size_t n_rules;
};
struct bk_growth { /* the growth of a number between two files */
    struct bk_str before, after, pointer, metric, unit;
};
struct bk_layout {
    struct bk_str path; /* of the layout file */
    struct bk_str text; /* its content, kept for reimport */
    struct bk_str *templates;
    size_t n_templates;
    bool per_directory;
    struct bk_str *results; /* globs, best first */
    size_t n_results;
    struct bk_str *ignores;
    size_t n_ignores;
    struct bk_context_file *contexts;
    size_t n_contexts;
    struct bk_growth *growths;
    size_t n_growths;
    struct bk_timing_rule *timings;
    size_t n_timings;
    regex_t **regexes; /* all, to free */
    size_t n_regexes;
};
/* Reads a layout file; errors name it and the line. */
bool bk_layout_read(struct bk_arena *a, const char *path, struct bk_layout *l,
                    struct bk_err *err);
bool bk_layout_parse(struct bk_arena *a, struct bk_str path, struct bk_str text,
                     struct bk_layout *l, struct bk_err *err);
void bk_layout_free(struct bk_layout *l);
/* Does a file name match a glob (fnmatch)? */
bool bk_glob(struct bk_str glob, struct bk_str name);
/* What the rules of one [context] section find in a file's text. */
void bk_layout_context(struct bk_arena *a, const struct bk_context_file *c,
                       struct bk_str name, struct bk_str text, struct bk_saids *says);

/* --- source.c: one file, read, redacted and hashed --- */
struct bk_file {
    struct bk_str path;
    const char *open_path; /* the file itself, or a copy under a temporary folder */
    bool in_memory;
    struct bk_buf bytes; /* of the file, then those that are kept */
    char *spool;         /* temporary folder, or NULL */
    char sha256[65];     /* of the bytes that are kept */
    int64_t size;        /* of them */
    int64_t read_size;   /* of the file as it was read */
    int64_t redactions;
    int64_t mtime_ns, stat_size; /* when it was opened; -1: no file */
    bool kept;                  /* the bytes came out of an archive: they are settled */
    struct bk_keeping *keeping; /* of a large file while it is imported, or NULL */
    struct bk_keeper *keeper;   /* what came of it */
    bool secrets; /* that found some: the file is to be settled before it is imported */
};
/* Opens path ("-": standard input) and takes small files into memory. */
bool bk_file_open(struct bk_arena *a, struct bk_file *f, struct bk_str path,
                  struct bk_err *err);
/* The same from the kept bytes of an archive, which are checked against their hash. */
bool bk_file_restore(struct bk_arena *a, struct bk_file *f, struct bk_archive *from,
                     const struct bk_kept_source *source, struct bk_err *err);
/* Hashes, and replaces secrets: afterwards the bytes are those that are kept.
 * 'interrupt' is asked now and then whether to give up. */
bool bk_file_settle(struct bk_arena *a, struct bk_file *f,
                    struct bk_interrupt interrupt, struct bk_err *err);
/* Over the bytes as they are now (raw before bk_file_settle, kept ones after). */
bool bk_file_input(const struct bk_file *f, struct bk_input **in, struct bk_err *err);
bool bk_file_stream(const struct bk_file *f, struct bk_stream **s, struct bk_err *err);
/* All of the unpacked text when it is at most 'limit' bytes. */
bool bk_file_text(struct bk_arena *a, const struct bk_file *f, size_t limit,
                  struct bk_str *text, struct bk_err *err);
/* Instead of settling: a large file is searched, hashed and packed while it is imported
 * (keep.h).  False: this one is not, settle it. */
bool bk_file_keep_beside(struct bk_file *f);
/* Waits for that, if it was begun; the hash and size are there then.  Fails, with
 * f->secrets set, when it has secrets after all. */
bool bk_file_join(struct bk_file *f, struct bk_interrupt interrupt, struct bk_err *err);
/* Fails when the file on the disk has changed since it was opened. */
bool bk_file_unchanged(const struct bk_file *f, struct bk_err *err);
void bk_file_close(struct bk_file *f);
/* What the first bytes of a file look like when no importer knows them; NULL: text. */
const char *bk_looks_like(struct bk_str head);

/* --- redact.c --- */
#define BK_REDACTED "[redacted]"
/* Is this the name of a variable whose value is to be kept secret? */
bool bk_secret_name(struct bk_str name);
/* As bk_redact over a piece of a text: *used tells how many of its bytes were dealt
 * with; the rest comes first in the next piece.  last: there is none. out NULL: only
 * counts.  *looked, 0 before the first piece, goes from call to call. */
size_t bk_redact_piece(struct bk_str piece, bool last, struct bk_buf *out, size_t *used,
                       size_t *looked);
/* A piece must be longer than this. */
#define BK_REDACT_TAIL ((size_t)64 * 1024)
/* A text that is read in pieces, with what of it is not yet dealt with. {0} begins. */
struct bk_redacting {
    struct bk_buf windows[2]; /* one is being filled, the other is as it was taken */
    size_t at;                /* the former */
    size_t looked;
};
/* Room for the next n bytes; NULL: no memory.  What is put there stays as it is until
 * the next piece was taken: a keeper may still need it. */
char *bk_redacting_room(struct bk_redacting *r, size_t n);
/* n bytes were put there; last: no more will come.  Adds to out what is dealt with, with
 * its secrets replaced (out NULL: they are only counted); how many there were. */
size_t bk_redacting_take(struct bk_redacting *r, size_t n, bool last,
                         struct bk_buf *out);
void bk_redacting_free(struct bk_redacting *r);

/* --- the import as a whole --- */
struct bk_replay { /* a unit that is imported once more, from its kept bytes */
    struct bk_archive *from;
    const struct bk_kept_unit *unit;
    bool in_place; /* 'from' is the archive that is written */
    /* what its context says beyond the options of the import */
    struct bk_str folder;     /* that the import ran in, where a template needed it */
    struct bk_finding *notes; /* about files that were not kept */
    size_t n_notes;
};
struct bk_ingesting {
    struct bk_archive *archive;
    const struct bk_import_options *options;
    const struct bk_ingest_observer *observer;
    struct bk_arena *arena; /* of the whole import */
    struct bk_layout layout;
    struct bk_str *templates; /* --from-path, then those of the layout */
    size_t n_templates;
    struct bk_saids flags;
    struct bk_timing_rule *timings; /* --timing, then those of the layout */
    size_t n_timings;
    const struct bk_importer *forced; /* NULL: the importers bid */
    struct bk_dict *dict;             /* NULL until first needed */
    int64_t taken_ns;                 /* --started-at */
    struct bk_str context;            /* the options as text, for reimport */
    struct bk_str layout_text;        /* kept with a unit; else the file is read */
    const struct bk_replay *replay;   /* NULL: files are read from the disk */
    int64_t done_bytes, total_bytes;
    struct bk_explain *explain; /* NULL: nobody asks */
};

/* --- unit.c: what goes into the archive as a whole --- */
struct bk_member { /* a file of the unit that becomes a source */
    struct bk_file *file;
    struct bk_str format;
    int version;
    bool known; /* the archive has it and its snapshots already */
};
struct bk_run_places { /* who said what a run says: name -> struct bk_str * */
    const struct bk_run *run;
    struct bk_map places;
};
struct bk_unit_work {    /* a unit in the making; as a sink it collects */
    struct bk_sink sink; /* first */
    struct bk_ingesting *in;
    struct bk_arena *arena;
    struct bk_str path; /* of the file or folder */
    struct bk_member *members;
    size_t n_members;
    struct bk_run **runs;
    size_t n_runs;
    struct bk_sizing **sizings;
    size_t n_sizings;
    const struct bk_finding **findings; /* of the sources */
    size_t n_findings;
    const struct bk_finding **notes; /* about files that are not kept */
    size_t n_notes;
    bool by_folder;         /* its path said something only with the folder before it */
    size_t n_snapshots;     /* those handed on */
    bool snapshot_is_known; /* the series that come now are not handed on */
    int64_t n_series;
    int64_t n_moved; /* rows of another warehouse, handed on */
    struct bk_counts moved;
    struct bk_input **inputs; /* records point into their bytes: open until the end */
    size_t n_inputs;
    struct bk_str reading; /* path of the file that is being read */
    size_t source;         /* index of the member that is being imported */
    size_t most_numbers;   /* that a run of it may have */
    bool part;        /* importers are told that they read one of several companions */
    bool must_be_new; /* the first member: else 'known', and nothing is stored */
    bool begun;       /* the archive's unit is open */
    bool unseen;      /* its source's bytes are still being read beside */
    size_t unseen_text; /* bytes of labels that were handed on meanwhile */
    bool known;         /* another process imported the same meanwhile */
    struct bk_counts counts;
    struct bk_run_places *said; /* for an explanation, in the order of the runs */
    size_t n_said;
};
void bk_unit_init(struct bk_unit_work *u, struct bk_ingesting *in, struct bk_str path);
size_t bk_unit_member(struct bk_unit_work *u, struct bk_file *f, struct bk_str format,
                      int version);
/* Opens a file by its path: on the disk, or of the unit that is imported once more. */
bool bk_unit_open(const struct bk_ingesting *in, struct bk_arena *a, struct bk_file *f,
                  struct bk_str path, struct bk_err *err);
/* Keeps a finding that comes from a file that is not kept, for later imports of the same
 * unit; it is added to the run by the caller. */
void bk_unit_keep_note(struct bk_unit_work *u, const struct bk_finding *f);
/* Adds those that were kept to a run. */
void bk_unit_add_notes(struct bk_unit_work *u, struct bk_run *run);
/* Opens a file of the unit to be imported; closed with the unit. */
bool bk_unit_input(struct bk_unit_work *u, const struct bk_file *f,
                   struct bk_input **input, struct bk_err *err);
/* Runs an importer over a file of the unit; records are collected, snapshots go on to
 * the archive. rules may be NULL: those for this file's name. */
bool bk_unit_import(struct bk_unit_work *u, const struct bk_importer *imp,
                    struct bk_file *f, struct bk_err *err);
/* Context of path, layout and flags onto every run, then the checks. */
bool bk_unit_context(struct bk_unit_work *u, struct bk_str path,
                     const struct bk_saids *layout, struct bk_err *err);
/* Runs that other units have are dropped; true in *all when nothing is left. */
bool bk_unit_drop_known(struct bk_unit_work *u, bool *all, struct bk_err *err);
/* Hands everything to the archive. */
bool bk_unit_store(struct bk_unit_work *u, struct bk_err *err);
/* Rolls back what was begun (nothing after bk_unit_store) and closes the inputs; the
 * files may be closed then. */
void bk_unit_finish(struct bk_unit_work *u);
void bk_unit_free(struct bk_unit_work *u);
/* The importer for an opened file: the forced one, the highest bid, or timing-log when
 * a rule is for it. */
bool bk_unit_choose(struct bk_ingesting *in, struct bk_input *input,
                    const struct bk_importer **imp, struct bk_err *err);
/* The rules for a file of this name; only the layout's when 'layout_only'. */
size_t bk_unit_rules(const struct bk_ingesting *in, struct bk_arena *a,
                     struct bk_str name, const struct bk_timing_rule **rules);
/* The dictionary with the user's aliases and --map. */
bool bk_unit_dict(struct bk_ingesting *in, struct bk_err *err);
/* Tells the observer; a failure's message gets the path put before it, once. */
void bk_unit_tell(struct bk_ingesting *in, struct bk_file_result *r);
void bk_unit_tell_failed(struct bk_ingesting *in, struct bk_file_result *r,
                         struct bk_err *err);
void bk_unit_progress(struct bk_ingesting *in, struct bk_str path, int64_t bytes);
bool bk_unit_interrupted(const struct bk_ingesting *in, struct bk_err *err);
/* The same for others to ask; as long as 'in'. */
struct bk_interrupt bk_unit_interrupt(struct bk_ingesting *in);
/* Must the whole import stop for this error? */
bool bk_unit_fatal(const struct bk_err *err);

/* --- group.c: the files that a tool writes side by side for one run --- */
struct bk_part { /* one of them */
    struct bk_file *file;
    const struct bk_companion *as;
    bool gives_run;      /* set by bk_unit_join */
    struct bk_str why;   /* set: why it gives none */
    enum bk_code failed; /* set: BK_OK, or why it could not be read */
};
/* As which companion of which importer a file of this name could be meant; NULL: none.
 * *prefix and *imp are set then.  "results_stats.csv.gz" has the prefix "results_". */
const struct bk_companion *bk_companion_of(struct bk_str name, struct bk_str *prefix,
                                           const struct bk_importer **imp);
/* Imports the parts, which stand in the order of imp->companions, and joins their runs
 * into the first one; the parts become members of the unit in the order in which they
 * give runs, those that give none after them.  A part that cannot be read is left out
 * and leaves a finding.  False: the import must stop. */
bool bk_unit_join(struct bk_unit_work *u, const struct bk_importer *imp,
                  struct bk_part *parts, size_t n, struct bk_err *err);
/* Adds the companions of the files that are there. */
void bk_ingest_add_companions(struct bk_ingesting *in, struct bk_walk *w);
/* Imports the entries of one folder: companions together, the others one by one. */
bool bk_ingest_files(struct bk_ingesting *in, const struct bk_entry *const *entries,
                     size_t n, struct bk_err *err);

/* --- reimport.c --- */
/* Is the file a warehouse, whatever it is called? */
bool bk_is_warehouse(const struct bk_file *f);
/* Imports all that it holds, from the bytes that it keeps and in one transaction. */
bool bk_ingest_warehouse(struct bk_ingesting *in, struct bk_str path,
                         struct bk_file_result *r, struct bk_err *err);

/* --- ingest.c --- */
/* Makes the parts of an import out of its options. */
bool bk_ingest_prepare(struct bk_ingesting *in, struct bk_err *err);
/* The files of one folder. */
bool bk_ingest_group(struct bk_ingesting *in, const struct bk_entry *const *entries,
                     size_t n, struct bk_err *err);
/* Adds 'name=value' and the end of a line, \n and \ escaped. */
void bk_context_line(struct bk_buf *b, const char *name, struct bk_str value);

/* --- single.c, folder.c, pair.c: the kinds of units.  False: the import must stop. --- */
bool bk_ingest_file(struct bk_ingesting *in, const struct bk_entry *entry,
                    struct bk_err *err);
bool bk_ingest_folder(struct bk_ingesting *in, const struct bk_entry *const *entries,
                      size_t n, struct bk_err *err);
/* Is this folder one run, by the layout? */
bool bk_ingest_is_run_folder(const struct bk_ingesting *in,
                             const struct bk_entry *const *entries, size_t n);
bool bk_ingest_pair(struct bk_ingesting *in, const char *before, const char *after,
                    struct bk_err *err);

#endif
