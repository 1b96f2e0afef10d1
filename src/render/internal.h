/* What renderers share: cells as JSON, and sections read into tables of text. */
#ifndef BK_RENDER_INTERNAL_H
#define BK_RENDER_INTERNAL_H

#include "render.h"

/* --- json.c --- */
/* Appends s as a JSON string; ill-formed UTF-8 becomes U+FFFD. */
void bk_json_quote(struct bk_buf *b, struct bk_str s);
/* Appends a row as an object; section (may be NULL) becomes a first member "section".
 */
void bk_json_row(struct bk_buf *b, const struct bk_section *s,
                 const struct bk_value *cells, const char *section);

/* --- human.c --- */
/* Appends s on one line, without what could steer a terminal, as well-formed UTF-8. */
void bk_human_text(struct bk_buf *b, struct bk_str s);

/* --- label.c --- */
/* The label of "NAME=VALUE": a word of a fixed vocabulary in the language; empty when
 * there is none. */
struct bk_str bk_word_label(const char *column, struct bk_str value, enum bk_lang lang);
/* Appends the heading of a column: its label, or that of METRIC in "METRIC.STAT". */
void bk_heading(const char *name, enum bk_lang lang, struct bk_buf *b);

/* --- table.c --- */
struct bk_table_column {
    size_t index;        /* in the section */
    struct bk_str label; /* heading */
    bool is_number;      /* aligned to the right */
    bool is_empty;       /* no cell has anything */
    size_t width;        /* on a terminal */
    bool wraps;
    const struct bk_column *column;
};

enum bk_tone {
    BK_TONE_NONE,
    BK_TONE_GOOD,
    BK_TONE_DOUBTFUL,
    BK_TONE_BAD
};

struct bk_table_row {
    struct bk_str *cells; /* as many as the table has columns */
    enum bk_tone *tones;  /* of verdicts and statuses, for colour */
    bool is_best;         /* a BK_COL_BEST cell is true */
};

/* Some rows of a section as people read them. */
struct bk_table {
    struct bk_arena *arena;
    struct bk_table_column *columns;
    size_t n_columns;
    struct bk_table_row *rows;
    size_t n_rows;
    size_t next_row; /* of the section */
    bool first;      /* these are the first rows */
    bool more;       /* more rows follow */
    struct bk_arena_mark mark;
};

void bk_table_begin(struct bk_table *t, const struct bk_section *s, enum bk_lang lang);
/* Reads the next rows, at most some thousands; the rows before are gone. */
bool bk_table_read(struct bk_table *t, struct bk_section *s,
                   const struct bk_render_options *o, struct bk_err *err);
/* Takes columns out in which no row has anything, when all rows were read. */
void bk_table_drop_empty(struct bk_table *t);
void bk_table_end(struct bk_table *t);
/* Several sections, all without rows, and notes that say why: those alone are shown. */
bool bk_all_empty(const struct bk_report *r);
/* What people read of a note: in their language where its words never vary. */
struct bk_str bk_note_text(const struct bk_note *n, enum bk_lang lang);

/* --- verdicts.c --- */
/* Outputs for build servers show rows that have a verdict, nothing else. */
struct bk_verdict_cells {
    struct bk_str subject; /* "h100 chat workers=8": what it is about */
    struct bk_str name;    /* "ttft.p95" */
    struct bk_str verdict, why;
    enum bk_tone tone; /* bad: worse; doubtful: it cannot be told */
};
/* Calls 'take' with each row that has a verdict; slices are valid during the call.
 * BK_EUSAGE when no section of the report has verdicts. */
bool bk_render_verdicts(const struct bk_report *r, const struct bk_render_options *o,
                        const char *format,
                        void (*take)(void *self, const struct bk_verdict_cells *cells),
                        void *self, struct bk_err *err);

#endif
