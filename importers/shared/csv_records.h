/* Records of CSV files of any length (RFC 4180, https://www.rfc-editor.org/rfc/rfc4180),
 * one after the other, at the speed of the disk.
 *
 * What is a record and what is an error is as in libcsv 3.0.3 with CSV_STRICT and
 * CSV_STRICT_FINI and no blanks trimmed: a record ends with \n or \r, blank ones are
 * left out, a quote stands only round a whole field or doubled within one.
 *
 * Lines that belong together often end alike (the tags of one request).  So only the
 * first cells of a record are cut at once; the rest is its tail, which the caller
 * compares or looks up as bytes and asks to be cut when it is new.  Records without
 * quotes are found by vectors of bytes, the others byte by byte. */
#ifndef BK_IMPORTERS_SHARED_CSV_RECORDS_H
#define BK_IMPORTERS_SHARED_CSV_RECORDS_H

#include "window.h"

#define BK_CSV_MAX_CELLS ((size_t)256)

struct bk_csv_reader {
    /* the record; all of it is valid until the next call */
    struct bk_str cells[BK_CSV_MAX_CELLS];
    size_t n_cells;     /* that were cut so far */
    struct bk_str tail; /* what stands behind the first cells, with the line end;
                           empty when there are no more cells */
    bool same_tail;     /* the tail is equal to that of the record before */
    size_t line;        /* where the record began, from 1 */
    bool cut;           /* the source ends in it, without a line end */

    /* how it is read */
    struct bk_window w;
    size_t n_first; /* cells that are cut at once */
    bool portable;  /* without vectors, for tests */
    bool split;     /* all cells were cut */
    size_t start;   /* of the record in the window */
    size_t tail_at, tail_len, tail_lines;
    bool tail_plain; /* has no quotes */
    size_t next_line;
    bool after_return; /* the line before ended with \r, a \n belongs to it */
    struct bk_buf unquoted;
};

/* Starts at the input's first byte.  block: bytes that are read at once,
 * BK_WINDOW_BLOCK but in tests. */
void bk_csv_open(struct bk_csv_reader *r, struct bk_input *in, size_t n_first,
                 size_t block);
/* From the next record on so many cells are cut at once: a header is cut whole. */
void bk_csv_cut_first(struct bk_csv_reader *r, size_t n_first);
/* The next record; *more is false behind the last.  An error is BK_EINPUT "line 12:
 * ..."; 'cut' is set when the source ends within that line: then it may be no more than
 * a writer that was killed. */
bool bk_csv_next(struct bk_csv_reader *r, bool *more, struct bk_err *err);
/* Cuts the tail too: cells and n_cells are the whole record. */
bool bk_csv_split(struct bk_csv_reader *r, struct bk_err *err);
void bk_csv_close(struct bk_csv_reader *r);

#endif
