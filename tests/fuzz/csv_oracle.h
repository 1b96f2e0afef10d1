/* What libcsv makes of a text, and what the reader of records makes of it, in one form
 * that can be compared: all cells of whole records, and whether an error ended them. */
#ifndef BK_TESTS_CSV_ORACLE_H
#define BK_TESTS_CSV_ORACLE_H

#include "../../importers/shared/csv_records.h"

#include <csv.h>
#include <stdlib.h>
#include <string.h>

#define ORACLE_CELL "\x01[" /* before and behind the cells of the flat form */
#define ORACLE_ROW  "]\x02\n"

struct oracle {
    struct bk_buf whole; /* records that ended */
    struct bk_buf row;   /* the one in progress */
    bool failed;
    size_t most_cells, n_cells;
};

struct oracle_settings {
    size_t n_first, block;
    bool portable, always_split;
};

static void oracle_cell(void *bytes, size_t n, void *data)
{
    struct oracle *o = data;
    bk_buf_add(&o->row, BK_S(ORACLE_CELL));
    bk_buf_add(&o->row, (struct bk_str){bytes, n});
    o->n_cells++;
}

static void oracle_row(int end, void *data)
{
    struct oracle *o = data;
    (void)end;
    bk_buf_add(&o->whole, bk_buf_str(&o->row));
    bk_buf_add(&o->whole, BK_S(ORACLE_ROW));
    bk_buf_clear(&o->row);
    o->most_cells = o->n_cells > o->most_cells ? o->n_cells : o->most_cells;
    o->n_cells = 0;
}

static int oracle_no_space(unsigned char c)
{
    (void)c;
    return 0;
}

static struct oracle oracle_libcsv(struct bk_str text)
{
    struct oracle o = {0};
    struct csv_parser p;
    if (csv_init(&p, CSV_STRICT | CSV_STRICT_FINI) != 0)
        abort();
    csv_set_space_func(&p, oracle_no_space);
    size_t done = text.len > 0
                      ? csv_parse(&p, text.ptr, text.len, oracle_cell, oracle_row, &o)
                      : 0;
    o.failed = done != text.len || csv_fini(&p, oracle_cell, oracle_row, &o) != 0;
    o.most_cells = o.n_cells > o.most_cells ? o.n_cells : o.most_cells;
    csv_free(&p);
    return o;
}

/* One record into the flat form; the tail is checked against the one before. */
static void oracle_take(struct bk_csv_reader *r, struct oracle *o,
                        struct bk_buf *before, bool split)
{
    struct bk_err err;
    size_t line = r->line, n = r->n_cells;
    if (r->same_tail && !bk_eq(r->tail, bk_buf_str(before)))
        abort();
    bk_buf_clear(before);
    bk_buf_add(before, r->tail);
    if (!split) {
        o->failed = n > BK_CSV_MAX_CELLS;
        return;
    }
    if (!bk_csv_split(r, &err)) {
        o->failed = true;
        return;
    }
    if (r->line != line || r->n_cells < n ||
        (r->tail.len > 0 && !bk_eq(r->tail, bk_buf_str(before))))
        abort();
    for (size_t i = 0; i < r->n_cells; i++) {
        bk_buf_add(&o->whole, BK_S(ORACLE_CELL));
        bk_buf_add(&o->whole, r->cells[i]);
    }
    bk_buf_add(&o->whole, BK_S(ORACLE_ROW));
}

static struct oracle oracle_reader(struct bk_str text, const struct oracle_settings *s)
{
    struct oracle o = {0};
    struct bk_csv_reader *r = bk_realloc(NULL, sizeof *r);
    struct bk_input *in = bk_input_of(BK_S("text"), text);
    struct bk_buf before = {0};
    struct bk_err err;
    size_t line = 0;
    bk_csv_open(r, in, s->n_first, s->block);
    r->portable = s->portable;
    for (bool more = true; more && !o.failed;) {
        o.failed = !bk_csv_next(r, &more, &err);
        if (o.failed || !more)
            break;
        if (r->line <= line && line > 0 && r->line != 0)
            abort(); /* every record has a line of its own */
        line = r->line;
        oracle_take(r, &o, &before, s->always_split);
    }
    bk_csv_close(r);
    bk_input_close(in);
    bk_buf_free(&before);
    free(r);
    return o;
}

static void oracle_free(struct oracle *o)
{
    bk_buf_free(&o->whole);
    bk_buf_free(&o->row);
}

/* The same, record for record. */
static bool oracle_agrees(struct bk_str text, const struct oracle_settings *s)
{
    struct oracle want = oracle_libcsv(text), got = oracle_reader(text, s);
    bool same =
        want.failed == got.failed &&
        (!s->always_split || bk_eq(bk_buf_str(&want.whole), bk_buf_str(&got.whole)));
    if (want.most_cells > BK_CSV_MAX_CELLS) /* a limit that libcsv has not */
        same = true;
    oracle_free(&want);
    oracle_free(&got);
    return same;
}

#endif
