/* The one kind of answer: a typed report of sections, columns with units, rows and
 * notes.
 *
 * Questions build it, renderers print it; neither knows the other.  Names are JSON keys
 * and CSV headers; labels for people come from schema/labels.csv by name and language.
 * Everything lives in the report's arena. */
#ifndef BK_REPORT_REPORT_H
#define BK_REPORT_REPORT_H

#include "../base/arena.h"
#include "../base/err.h"
#include "../base/str.h"
#include "../record/record.h"

enum bk_cell_type {
    BK_CELL_NULL,
    BK_CELL_INT,
    BK_CELL_REAL,
    BK_CELL_STR,
    BK_CELL_TIME,
    BK_CELL_BOOL,
    BK_CELL_PAIRS
};

struct bk_pair { /* a member of an object cell (config{}, labels{}) */
    struct bk_str name, value;
    bool is_number; /* value is a JSON number as it stands */
};

struct bk_value { /* one cell */
    enum bk_cell_type type;
    union {
        int64_t i;   /* INT, TIME (ns UTC), BOOL */
        double real; /* may be NaN or infinite: see 'specials' of the column */
        struct bk_str s;
        struct {
            const struct bk_pair *items;
            size_t n;
        } pairs;
    } u;
    struct bk_str unit; /* of this cell when the column's unit varies by row ("unit":
                           "*"); else empty */
};

enum bk_column_flags {
    BK_COL_MACHINE =
        1,            /* not in text and md (there only with --wide or other formats) */
    BK_COL_HUMAN = 2, /* only in text, md and html: a sparkline, a bar */
    BK_COL_RATIO = 4, /* a factor: people see "1.16x" */
    BK_COL_PERCENT = 8,   /* a ratio that people see in percent */
    BK_COL_SIGNED = 16,   /* people see the sign: "+3.2 %" */
    BK_COL_SPECIALS = 32, /* non-finite numbers leave as the strings NaN, +Inf, -Inf
                             instead of null */
    BK_COL_BEST = 64,     /* text only: marks the row that is best (with colour and '*')
                             when the cell is true */
};

struct bk_column {
    const char *name; /* JSON key, CSV header, key of the label */
    const char *
        unit; /* base unit: s B 1/s tok/s ratio W 1; "" for none; "*": each cell says */
    unsigned flags;
};

struct bk_row {
    const struct bk_value *cells; /* as many as the section has columns */
};

struct bk_section {
    const char *name;    /* JSON key: "metrics" */
    struct bk_str title; /* for people; empty: the label of the name */
    const struct bk_column *columns;
    size_t n_columns;
    struct bk_value **rows; /* rows that were added */
    size_t n_rows;
    /* Or, for long lists, rows are pulled: next gives one row until *more is false;
     * cells are valid until the next call. */
    bool (*next)(void *self, const struct bk_value **cells, bool *more,
                 struct bk_err *err);
    void *self;
    void (*close)(void *self);
    struct bk_section *link;
};

struct bk_note {
    struct bk_str code;
    enum bk_severity severity;
    struct bk_str message;
    struct bk_note *link;
};

struct bk_report {
    struct bk_arena *arena; /* owned */
    const char *name;       /* "compare" */
    struct bk_str title;    /* for people; may be empty */
    struct bk_pair *args;   /* what was asked: shown under "args" */
    size_t n_args;
    struct bk_section *sections, **last_section;
    struct bk_note *notes, **last_note;
    bool plain_rows; /* an export: csv, json and ndjson show the rows alone; of several
                        sections, those of one behind those of the other */
    int exit_status; /* 0, or 1 and 3 of a gate */
};

struct bk_report *bk_report_new(const char *name);
void bk_report_free(struct bk_report *r); /* closes pulled sections; NULL is fine */
void bk_report_arg(struct bk_report *r, const char *name, struct bk_str value);
struct bk_section *bk_report_section(struct bk_report *r, const char *name,
                                     const struct bk_column *columns, size_t n_columns);
/* A copy of n columns of which those from 'first' on are for machines only. */
const struct bk_column *bk_columns_hidden(struct bk_arena *a,
                                          const struct bk_column *columns, size_t n,
                                          size_t first);
/* A new row of null cells; fill it by column index. */
struct bk_value *bk_section_row(struct bk_report *r, struct bk_section *s);
void bk_report_note(struct bk_report *r, const char *code, enum bk_severity severity,
                    const char *fmt, ...) __attribute__((format(printf, 4, 5)));
/* The next row of a section, pulled or stored; *i counts from 0 and is moved. */
bool bk_section_next(struct bk_section *s, size_t *i, const struct bk_value **cells,
                     bool *more, struct bk_err *err);

struct bk_value bk_v_null(void);
struct bk_value bk_v_int(int64_t i);
struct bk_value bk_v_real(double x);
struct bk_value bk_v_real_unit(double x, struct bk_str unit);
/* The same, and null for what is not finite: not known. */
struct bk_value bk_v_known(double x);
struct bk_value bk_v_known_unit(double x, struct bk_str unit);
struct bk_value bk_v_str(struct bk_str s); /* not copied; empty gives "" */
struct bk_value bk_v_text(const char *s);  /* not copied; NULL gives null */
struct bk_value bk_v_time(int64_t ns);     /* BK_NO_TIME gives null */
struct bk_value bk_v_bool(bool b);
struct bk_value bk_v_pairs(const struct bk_pair *items, size_t n);

#endif
