/* Markdown documents as runs: tables of every orientation, facts in bullet lists,
 * blocks of numbers in code fences, and what the prose says.
 *
 * A document is read into blocks; every table (and, in a report, every block of
 * numbers) gives pieces, each piece what one row, column or block says about one run;
 * pieces about the same run are then put together.  The sweep importer reads the tables
 * alone, the report importer everything. */
#ifndef BK_IMPORTERS_SHARED_DOC_H
#define BK_IMPORTERS_SHARED_DOC_H

#include "field.h"
#include "runs.h"
#include "table.h"

#define BK_DOC_MAX_BYTES ((size_t)16 * 1024 * 1024)

struct bk_doc_section {
    struct bk_str title;    /* of the heading, marks and emoji off */
    struct bk_str label;    /* the title without numbering and parentheses */
    struct bk_str key;      /* the label folded */
    struct bk_str hardware; /* the one hardware that the title names, or empty */
    int level;
    size_t parent;        /* BK_NONE for the document itself */
    struct bk_run *facts; /* parameters that the title states: "8 workers" */
};

struct bk_doc_block {
    enum bk_block_kind kind;
    struct bk_str text;
    size_t line;
    size_t section;
    struct bk_table *table;
};

/* What one row, column or block says. */
struct bk_piece {
    struct bk_run *run;  /* parameters, context, measurements */
    struct bk_str label; /* folded name of the run: hardware or mode; "" when none */
    struct bk_str name;  /* the label as written */
    size_t section;
    size_t table;      /* number of the table that it is a row of; BK_NONE: no row */
    struct bk_run *is; /* the run that it was put into */
    bool pairs;        /* of a table "Metric | Value" */
    bool weak;         /* the label is a heading's or a cell's, and may mean nothing */
    bool block;        /* of a code fence */
    bool exposition;   /* the quoted lines of a /metrics endpoint */
};

struct bk_doc {
    const struct bk_importing *im;
    bool prose; /* a report: everything is read, numbers are claims */
    struct bk_doc_section *sections;
    size_t n_sections;
    struct bk_doc_block *blocks;
    size_t n_blocks;
    struct bk_piece *pieces;
    size_t n_pieces;
    size_t cut_line;      /* where blocks or headings were left out; 0: nowhere */
    struct bk_run *facts; /* what holds for every run */
    struct bk_runs runs;
    enum bk_decimal decimal; /* of the prose */
    size_t n_tables, n_row_tables, n_compare_tables, n_values_tables;
    size_t n_rows;                     /* rows that are runs */
    size_t n_number_blocks, n_exposed; /* code fences; exposition lines in them */
    size_t n_listed;                   /* measurements in bullet lists */
    size_t known; /* columns, rows and lines that the dictionary knows as metrics */
    struct bk_map series;  /* of exposition lines that were read */
    bool foreign;          /* a table is a tool's own output */
    size_t ragged;         /* table rows with too many or too few cells */
    size_t left_out;       /* rows beside runs whose cells hold texts and ranges only */
    struct bk_str columns; /* names that no table made anything of, for the message */
};

/* Text that people wrote: refuses what is no UTF-8, with the line; text that was decoded
 * in the wrong character set once is repaired, and a finding says so. */
bool bk_doc_text(const struct bk_importing *im, struct bk_str *text,
                 struct bk_err *err);
/* Reads a document into d (zeroed, with im and prose set): blocks, sections, pieces.
 * 'text' must stay.  Nothing is emitted. */
void bk_doc_read(struct bk_doc *d, struct bk_str text);
/* Reads one table, as a document that holds nothing else. */
void bk_doc_read_table(struct bk_doc *d, struct bk_table *table);
/* Refuses a document of which something was left out, since it is too large. */
bool bk_doc_is_whole(const struct bk_doc *d, struct bk_err *err);
/* Puts the pieces together into d->runs. */
void bk_doc_assemble(struct bk_doc *d);

/* --- the parts (doc_*.c) --- */
void bk_doc_table(struct bk_doc *d, const struct bk_doc_block *b); /* -> pieces */
void bk_doc_code(struct bk_doc *d, const struct bk_doc_block *b);  /* -> pieces */
void bk_doc_facts(struct bk_doc *d);  /* bullets and lines "key: value" -> facts */
void bk_doc_title(struct bk_doc *d);  /* session and date */
void bk_doc_counts(struct bk_doc *d); /* "3934 of 3937 requests failed", after
                                           assembling */
void bk_doc_load(struct bk_doc *d);   /* the load ramp, after assembling */

/* A new piece; with what the headings above state when 'stated', which bk_doc_state adds
 * otherwise, below what the piece says itself. */
struct bk_piece *bk_doc_piece(struct bk_doc *d, size_t section, bool stated);
void bk_doc_state(const struct bk_doc *d, struct bk_piece *p);
/* The one hardware that a text names, canonical; empty: none or several. */
struct bk_str bk_doc_hardware(const struct bk_doc *d, struct bk_str text);
/* A heading or column name as the label of a run: emoji, numbering, parentheses off. */
struct bk_str bk_doc_label(const struct bk_doc *d, struct bk_str title);
/* Does a heading above say that this section estimates? */
bool bk_doc_estimates(const struct bk_doc *d, size_t section);
/* Headings above a section, outermost first. */
struct bk_str *bk_doc_context(const struct bk_doc *d, size_t section, size_t *n);
/* Parameters that a heading states ("50 concurrent", "batch size 8") into the run. */
void bk_doc_heading_params(const struct bk_doc *d, struct bk_str title, size_t line,
                           struct bk_run *run);
/* The section or one above it whose hardware or label is that of a run; BK_NONE. */
size_t bk_doc_subject(const struct bk_doc *d, size_t section);

#endif
