/* What moves between warehouses: one line a row, every kind with its fields.
 *
 * 'benchkeep export everything' writes these lines as NDJSON and importers/benchkeep.c
 * reads them, so both have their fields from this one table.  A row refers to others by
 * what they are called (a run's name, a source's SHA-256, a unit's number), never by an
 * id, and stands behind those that it refers to. */
#ifndef BK_RECORD_MOVED_H
#define BK_RECORD_MOVED_H

#include "../base/str.h"
#include "record.h"

/* Of the lines' meaning; a reader refuses a newer one. */
#define BK_MOVED_VERSION 1

/* In the order in which they stand in an export. */
enum bk_moved_kind {
    BK_MOVED_WAREHOUSE,
    BK_MOVED_ALIAS,
    BK_MOVED_HARDWARE,
    BK_MOVED_HARDWARE_ALIAS,
    BK_MOVED_HARDWARE_PRICE,
    BK_MOVED_MODEL,
    BK_MOVED_MODEL_ALIAS,
    BK_MOVED_METRIC,
    BK_MOVED_UNIT,
    BK_MOVED_SOURCE,
    BK_MOVED_UNIT_SOURCE,
    BK_MOVED_PLACE,
    BK_MOVED_HARDWARE_FACT,
    BK_MOVED_MODEL_FACT,
    BK_MOVED_SESSION,
    BK_MOVED_RUN,
    BK_MOVED_STAGE,
    BK_MOVED_MEASUREMENT,
    BK_MOVED_TIMELINE,
    BK_MOVED_THRESHOLD,
    BK_MOVED_RUN_SAMPLES,
    BK_MOVED_SAMPLE_CHUNK,
    BK_MOVED_SAMPLE_SUMMARY,
    BK_MOVED_SAMPLE_SECOND,
    BK_MOVED_SNAPSHOT,
    BK_MOVED_SERIES,
    BK_MOVED_SIZING_RUN,
    BK_MOVED_SIZING,
    BK_MOVED_SIZING_FORMULA,
    BK_MOVED_ABSORBED_RUN,
    BK_MOVED_ABSORBED_STAGE,
    BK_MOVED_ABSORBED_MEASUREMENT,
    BK_MOVED_ABSORBED_TIMELINE,
    BK_MOVED_ABSORBED_THRESHOLD,
    BK_MOVED_ABSORBED_FINDING,
    BK_MOVED_FINDING,
    BK_MOVED_ANNOTATION,
    BK_MOVED_BASELINE,
    BK_MOVED_END,
    BK_N_MOVED
};

enum bk_moved_type {
    BK_MOVED_TEXT,
    BK_MOVED_INT,     /* not negative */
    BK_MOVED_BOOL,    /* in 'i' */
    BK_MOVED_REAL,    /* finite */
    BK_MOVED_SPECIAL, /* a real; "NaN", "+Inf" and "-Inf" too */
    BK_MOVED_MIXED,   /* a finite real, or a text */
    BK_MOVED_TIME,    /* ns UTC in 'i' */
    BK_MOVED_PAIRS,   /* config, labels */
    BK_MOVED_SHA256,  /* a text of 64 hexadecimal digits */
    BK_MOVED_BYTES,   /* in 's'; base64 in the line */
};

/* What a field is the name of: rows that the archive finds by it. */
enum bk_moved_ref {
    BK_REF_NONE,
    BK_REF_RUN,
    BK_REF_SOURCE,
    BK_REF_UNIT,
    BK_REF_SIZING_RUN,
    BK_REF_HARDWARE,
    BK_REF_MODEL,
    BK_REF_ENGINE,
    BK_REF_WORKLOAD,
    BK_REF_SESSION,
    BK_REF_CONFIG,
};

enum bk_moved_flags {
    BK_MOVED_NULLABLE = 1, /* may be null or missing */
    BK_MOVED_TOLD = 2, /* for whoever reads the lines; another line or the rest of this
                          one says it too, so that it may be missing */
    BK_MOVED_OF_RUN = 4, /* as TOLD, and as the run's own line says it */
    BK_MOVED_PART = 8,   /* of something that several fields make together */
};

struct bk_moved_field {
    const char *param; /* ":name", as statements call it; the key is behind the colon */
    enum bk_moved_type type;
    unsigned flags;
    enum bk_moved_ref ref;
    const char *words; /* the only ones that there are, by blanks; NULL: any text */
};

struct bk_moved_cell {
    bool is_null, is_number; /* is_number: of a MIXED cell */
    int64_t i;
    double real;
    struct bk_str s;
    const struct bk_label *pairs;
    size_t n_pairs;
};

struct bk_moved_row {
    enum bk_moved_kind kind;
    size_t line;                       /* that it stands in, from 1 */
    const struct bk_moved_cell *cells; /* one a field of the kind */
};

#define BK_MOVED_MOST_FIELDS 40

struct bk_moved_shape {
    const char *name; /* "measurement": what the key "record" says */
    const struct bk_moved_field *fields;
    size_t n_fields;
};
extern const struct bk_moved_shape bk_moved_shapes[BK_N_MOVED];

/* The kind of this name; BK_N_MOVED: there is none. */
enum bk_moved_kind bk_moved_kind_named(struct bk_str name);
/* The key of a field: its parameter without the colon. */
const char *bk_moved_key(const struct bk_moved_field *f);
/* The cell of a field that the row's kind has. */
const struct bk_moved_cell *bk_moved_cell(const struct bk_moved_row *row,
                                          const char *key);
/* Is the text one of the field's words, or are all texts good? */
bool bk_moved_word_is_known(const struct bk_moved_field *f, struct bk_str text);

#endif
