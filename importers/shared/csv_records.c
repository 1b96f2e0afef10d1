/* Records of CSV files of any length (see csv_records.h). */
#include "csv_records.h"

#include "scan.h"

#include <stdlib.h>
#include <string.h>

#define VECTOR        ((size_t)64)
#define LONGEST_TAIL  ((size_t)4096) /* that is kept for comparing */
#define LONGEST_QUOTE ((size_t)1024 * 1024)

static const struct bk_four separators = {',', '"', '\n', '\r'};
static const struct bk_four line_ends = {'"', '"', '\n', '\r'};

enum outcome {
    DONE,
    MORE, /* the window ends within the record */
    FAILED
};

void bk_csv_open(struct bk_csv_reader *r, struct bk_input *in, size_t n_first,
                 size_t block)
{
    memset(r, 0, sizeof *r);
    bk_window_open(&r->w, in, block);
    r->n_first = n_first;
    r->next_line = 1;
}

void bk_csv_cut_first(struct bk_csv_reader *r, size_t n_first)
{
    r->n_first = n_first;
    r->tail_len = 0;
}

void bk_csv_close(struct bk_csv_reader *r)
{
    bk_window_close(&r->w);
    bk_buf_free(&r->unquoted);
}

/* More bytes; the tail of the record before stays to be compared with. */
static bool fill(struct bk_csv_reader *r, struct bk_err *err)
{
    struct bk_window *w = &r->w;
    w->keep = r->tail_len > 0 ? r->tail_at : w->pos;
    size_t moved = w->keep;
    if (!bk_window_fill(w, err))
        return bk_wrap(err, "line %zu", r->line);
    r->tail_at -= r->tail_len > 0 ? moved : 0;
    return true;
}

static bool is_line_end(char c)
{
    return c == '\n' || c == '\r';
}

/* Moves to the first byte of the next record, if there is one. */
static bool skip_blank(struct bk_csv_reader *r, struct bk_err *err)
{
    struct bk_window *w = &r->w;
    for (;;) {
        for (; w->pos < w->end && is_line_end(w->bytes[w->pos]); w->pos++) {
            bool second = w->bytes[w->pos] == '\n' && r->after_return;
            r->next_line += !second;
            r->after_return = w->bytes[w->pos] == '\r';
        }
        if (w->pos < w->end || w->ended)
            return true;
        r->line = r->next_line;
        if (!fill(r, err))
            return false;
    }
}

static uint64_t look(const struct bk_csv_reader *r, const char *p, struct bk_four which)
{
    return r->portable ? bk_scan_portable(p, which) : bk_scan(p, which);
}

/* The record is behind the reader; 'lines' line ends are within it. */
static void leave(struct bk_csv_reader *r, size_t end, size_t lines)
{
    r->w.pos = end;
    r->next_line = r->line + lines;
    r->after_return = r->w.bytes[end - 1] == '\r';
}

static void set_tail(struct bk_csv_reader *r, const char *p, size_t len)
{
    r->tail_at = (size_t)(p - r->w.bytes);
    r->tail_len = len <= LONGEST_TAIL ? len : 0;
    r->tail = (struct bk_str){p, len};
}

/* --- records without quotes --- */

/* Cuts the first cells; where the tail begins, or NULL when they are not plain. */
static const char *cut_first(struct bk_csv_reader *r, const char *p, const char *end)
{
    const char *base = p;
    uint64_t mask = r->n_first > 0 ? look(r, base, separators) : 0;
    for (r->n_cells = 0; r->n_cells < r->n_first;) {
        if (mask == 0) {
            base += VECTOR;
            if (base >= end)
                return NULL;
            mask = look(r, base, separators);
            continue;
        }
        const char *at = base + __builtin_ctzll(mask);
        mask &= mask - 1;
        if (at >= end || *at != ',')
            return NULL;
        r->cells[r->n_cells++] = (struct bk_str){p, (size_t)(at - p)};
        p = at + 1;
    }
    return p;
}

/* False: the record has quotes, too few cells or does not end within the window. */
static bool read_plain(struct bk_csv_reader *r)
{
    const char *end = r->w.bytes + r->w.end;
    const char *p = cut_first(r, r->w.bytes + r->w.pos, end);
    if (p == NULL)
        return false;
    r->split = false;
    if (r->tail_len > 0 && (size_t)(end - p) >= r->tail_len &&
        memcmp(p, r->w.bytes + r->tail_at, r->tail_len) == 0) {
        r->same_tail = true;
        set_tail(r, p, r->tail_len);
        leave(r, r->tail_at + r->tail_len, r->tail_lines);
        return true;
    }
    const char *base = p;
    uint64_t mask = look(r, base, line_ends);
    while (mask == 0 && (size_t)(end - base) > VECTOR) {
        base += VECTOR;
        mask = look(r, base, line_ends);
    }
    const char *at = mask != 0 ? base + __builtin_ctzll(mask) : end;
    if (at >= end || *at == '"')
        return false;
    r->same_tail = false;
    r->tail_plain = true;
    r->tail_lines = 1;
    set_tail(r, p, (size_t)(at + 1 - p));
    leave(r, (size_t)(at + 1 - r->w.bytes), 1);
    return true;
}

/* --- any records --- */

static size_t count_lines(const char *p, const char *end)
{
    size_t n = 0;
    for (; p < end; p++)
        n += *p == '\n' || (*p == '\r' && (p + 1 == end || p[1] != '\n'));
    return n;
}

/* Was the line cut?  Then what is wrong with it may be the fault of that. */
static enum outcome refuse(struct bk_csv_reader *r, const char *what,
                           struct bk_err *err)
{
    const char *start = r->w.bytes + r->start;
    bool has_end = memchr(start, '\n', r->w.end - r->start) != NULL;
    if (!has_end && !r->w.ended)
        return MORE;
    r->cut = !has_end;
    bk_fail(err, BK_EINPUT, "line %zu: %s", r->line, what);
    return FAILED;
}

/* Copies a quoted cell with one of every two quotes. */
static struct bk_str unquote(struct bk_csv_reader *r, struct bk_str cell)
{
    size_t start = r->unquoted.len;
    for (;;) {
        size_t quote = bk_find_char(cell, '"');
        bk_buf_add(&r->unquoted, bk_upto(cell, quote == BK_NONE ? quote : quote + 1));
        if (quote == BK_NONE)
            break;
        cell = bk_from(cell, quote + 2);
    }
    /* the buffer was made large enough before: cells keep their place */
    return (struct bk_str){r->unquoted.ptr + start, r->unquoted.len - start};
}

/* Takes the quoted cell whose first quote is at *p. */
static enum outcome take_quoted(struct bk_csv_reader *r, const char **p,
                                struct bk_str *cell, struct bk_err *err)
{
    const char *end = r->w.bytes + r->w.end, *first = *p + 1, *from = first;
    bool twice = false;
    for (;;) {
        const char *quote = memchr(from, '"', (size_t)(end - from));
        if ((quote == NULL || quote + 1 == end) && !r->w.ended) {
            if ((size_t)(end - first) > LONGEST_QUOTE)
                return refuse(r, "a quoted field is not closed within 1 MiB", err);
            return MORE;
        }
        if (quote == NULL)
            return refuse(r, "a quoted field is never closed", err);
        *p = quote + 1;
        if (*p == end || **p != '"') {
            *cell = (struct bk_str){first, (size_t)(quote - first)};
            break;
        }
        twice = true;
        from = *p + 1;
    }
    if (*p < end && **p != ',' && !is_line_end(**p))
        return refuse(r, "text behind a closing quote", err);
    if (twice)
        *cell = unquote(r, *cell);
    return DONE;
}

static enum outcome take_unquoted(struct bk_csv_reader *r, const char **p,
                                  struct bk_str *cell, struct bk_err *err)
{
    const char *end = r->w.bytes + r->w.end, *first = *p, *at = first;
    while (at < end && *at != ',' && *at != '"' && !is_line_end(*at))
        at++;
    if (at == end && !r->w.ended)
        return MORE;
    if (at < end && *at == '"')
        return refuse(r, "a quote within a field that has none around it", err);
    *cell = (struct bk_str){first, (size_t)(at - first)};
    *p = at;
    return DONE;
}

/* The record ends before 'p'; 'tail' is where its tail begins, or NULL. */
static enum outcome finish(struct bk_csv_reader *r, const char *p, const char *tail)
{
    const char *start = r->w.bytes + r->start;
    r->split = true;
    r->tail_plain = false;
    r->tail_len = 0;
    r->tail = (struct bk_str){0};
    r->same_tail = false;
    if (tail != NULL) {
        set_tail(r, tail, (size_t)(p - tail));
        r->tail_lines = count_lines(tail, p);
    }
    if (r->cut)
        r->tail_len = 0; /* it has no line end to be compared */
    leave(r, (size_t)(p - r->w.bytes), count_lines(start, p));
    return DONE;
}

static enum outcome read_any(struct bk_csv_reader *r, struct bk_err *err)
{
    const char *p = r->w.bytes + r->start, *end = r->w.bytes + r->w.end;
    const char *tail = r->n_first == 0 ? p : NULL;
    r->n_cells = 0;
    bk_buf_clear(&r->unquoted);
    bk_buf_reserve(&r->unquoted, r->w.end - r->start + 1);
    for (;;) {
        struct bk_str cell = {0};
        enum outcome o = p < end && *p == '"' ? take_quoted(r, &p, &cell, err)
                                              : take_unquoted(r, &p, &cell, err);
        if (o != DONE)
            return o;
        if (r->n_cells == BK_CSV_MAX_CELLS)
            return refuse(r, "more than 256 fields", err);
        r->cells[r->n_cells++] = cell;
        r->cut = p == end;
        if (r->cut)
            return finish(r, p, tail);
        if (*p++ != ',')
            return finish(r, p, tail);
        if (r->n_cells == r->n_first)
            tail = p;
    }
}

bool bk_csv_next(struct bk_csv_reader *r, bool *more, struct bk_err *err)
{
    r->cut = false;
    if (!skip_blank(r, err))
        return false;
    r->line = r->next_line;
    r->start = r->w.pos;
    *more = r->w.pos < r->w.end;
    for (;;) {
        if (!*more || read_plain(r))
            return true;
        enum outcome o = read_any(r, err);
        if (o != MORE)
            return o == DONE;
        if (!fill(r, err))
            return false;
        r->start = r->w.pos;
    }
}

bool bk_csv_split(struct bk_csv_reader *r, struct bk_err *err)
{
    if (r->split)
        return true;
    if (!r->tail_plain) { /* found before, when the tail was new */
        bool same = r->same_tail;
        bool ok = read_any(r, err) == DONE;
        r->same_tail = same;
        return ok;
    }
    const char *p = r->tail.ptr, *end = p + r->tail.len - 1, *base = p;
    uint64_t mask = look(r, base, separators);
    for (r->n_cells = r->n_first; r->n_cells < BK_CSV_MAX_CELLS;) {
        while (mask == 0) { /* the line end is one of them */
            base += VECTOR;
            mask = look(r, base, separators);
        }
        const char *at = base + __builtin_ctzll(mask);
        mask &= mask - 1;
        r->cells[r->n_cells++] = (struct bk_str){p, (size_t)(at - p)};
        p = at + 1;
        if (at == end) {
            r->split = true;
            return true;
        }
    }
    r->cut = false;
    return bk_fail(err, BK_EINPUT, "line %zu: more than 256 fields", r->line);
}
