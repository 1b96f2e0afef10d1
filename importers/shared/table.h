/* Tables of text cells: CSV, TSV and semicolon files (over libcsv, RFC 4180), and the
 * pipe tables of a Markdown text. */
#ifndef BK_IMPORTERS_SHARED_TABLE_H
#define BK_IMPORTERS_SHARED_TABLE_H

#include "../../src/base/arena.h"
#include "../../src/base/err.h"
#include "../../src/base/str.h"

#define BK_TABLE_MAX_COLUMNS ((size_t)4096)
#define BK_TABLE_MAX_CELL    ((size_t)1024 * 1024) /* bytes */
#define BK_TABLE_MAX_CELLS   ((size_t)2000000)     /* of one table */
#define BK_TABLE_MAX_MISSING ((size_t)500000) /* cells of rows that are too short */

struct bk_table {
    struct bk_str
        *headings; /* Markdown headings above the table, outermost first, marks off */
    size_t n_headings;
    struct bk_str before;  /* the last paragraph before the table, or empty */
    struct bk_str *header; /* column names as written, Markdown marks off */
    size_t n_columns;
    struct bk_str **rows; /* rows[i][j]; short rows are padded with empty cells; extra
                             cells are dropped and counted */
    size_t n_rows;
    size_t *row_lines; /* 1-based line of each row */
    size_t header_line;
    size_t ragged; /* rows whose number of cells differed */
};

/* The delimiter of a CSV text: ',' ';' '\t' or '|', whichever splits its first lines
 * into the most equal columns. */
char bk_csv_delimiter(struct bk_str head);

/* A whole CSV text with a header line. Quotes as RFC 4180 has them; an unclosed quote
 * or a quote inside an unquoted field is BK_EINPUT with the line where the record
 * began.  Blank lines are left out. */
bool bk_csv_read(struct bk_arena *a, struct bk_str text, char delimiter,
                 struct bk_table *table, struct bk_err *err);

/* Every cell as RFC 4180 has it, no header, nothing trimmed or padded (the conformance
 * tests). */
bool bk_csv_cells(struct bk_arena *a, struct bk_str text, char delimiter,
                  struct bk_str ***rows, size_t **widths, size_t *n_rows,
                  struct bk_err *err);

/* Walks a Markdown (or plain) text line by line and says what each block is (CommonMark
 * with the tables of GFM; a line that is wholly **bold** counts as a heading of level
 * 6).  What stands in a code fence is one block CODE, whatever it looks like.  Marks of
 * quotations ('>') are taken off the lines of tables. */
enum bk_block_kind {
    BK_BLOCK_HEADING,
    BK_BLOCK_PARAGRAPH,
    BK_BLOCK_ITEM,
    BK_BLOCK_TABLE,
    BK_BLOCK_CODE,
    BK_BLOCK_END
};
struct bk_block {
    enum bk_block_kind kind;
    int level;             /* of a heading (1..6) or list item (indent / 2) */
    struct bk_str text;    /* heading, paragraph (first line .. last, joined as in the
                              source), item (without its mark) or code */
    size_t line;           /* 1-based line where it begins */
    struct bk_table table; /* kind TABLE; escaped \| undone */
};
struct bk_markdown {
    struct bk_str rest;
    size_t line;
    struct bk_str stack[6]; /* headings in force */
    struct bk_str before;   /* the last paragraph or item under this heading */
};
void bk_markdown_init(struct bk_markdown *m, struct bk_str text);
void bk_markdown_next(struct bk_arena *a, struct bk_markdown *m,
                      struct bk_block *block);

/* Markdown marks off: **bold**, *em*, `code`, [text](url); in the arena. */
struct bk_str bk_markdown_plain(struct bk_arena *a, struct bk_str s);

#endif
