/* Text for people: aligned tables, one row upright when it is long, notes at the end.
 *
 * Colour marks headings and verdicts only where the caller allows it.  Lines are broken
 * only on a terminal whose width is known, never in a pipe. */
#include "../base/utf8.h"
#include "internal.h"

#include <string.h>

enum {
    GAP = 2,             /* blanks between columns */
    NARROWEST = 16,      /* a column is not wrapped below this width */
    UPRIGHT_COLUMNS = 5, /* a single row of so many columns stands upright when */
    UPRIGHT_WIDTH = 100, /* it is wider than this (or than the terminal) */
};

#define BOLD   "\033[1m"
#define RED    "\033[31m"
#define GREEN  "\033[32m"
#define YELLOW "\033[33m"
#define RESET  "\033[0m"

struct page {
    const struct bk_render_options *options;
    struct bk_out *out;
};

static void add_colour(const struct page *p, const char *escape)
{
    if (p->options->colour && escape)
        bk_out_add(p->out, bk_str(escape));
}

static void add_blanks(const struct page *p, size_t n)
{
    static const char blanks[] = "                                ";
    for (; n >= sizeof blanks - 1; n -= sizeof blanks - 1)
        bk_out_add(p->out, BK_S("                                "));
    bk_out_add(p->out, (struct bk_str){blanks, n});
}

/* The escape sequence of a tone; NULL: none. */
static const char *escape_of(enum bk_tone tone)
{
    switch (tone) {
    case BK_TONE_NONE:
        return NULL;
    case BK_TONE_GOOD:
        return GREEN;
    case BK_TONE_DOUBTFUL:
        return YELLOW;
    case BK_TONE_BAD:
        return RED;
    }
    return NULL;
}

/* --- one line after the other --- */

/* Takes what fits into the width off *rest: up to a blank where there is one. */
static struct bk_str take_line(struct bk_str *rest, size_t width)
{
    size_t pos = 0, used = 0, blank = 0;
    while (pos < rest->len) {
        size_t start = pos;
        bk_utf8_next(*rest, &pos);
        used += bk_utf8_width((struct bk_str){rest->ptr + start, pos - start});
        if (used > width && start > 0) {
            size_t end = blank ? blank : start;
            struct bk_str line = bk_upto(*rest, end);
            *rest = bk_trim(bk_from(*rest, end));
            return line;
        }
        if (rest->ptr[start] == ' ' && start > 0)
            blank = start;
    }
    struct bk_str line = *rest;
    *rest = (struct bk_str){0};
    return line;
}

static void add_cell(const struct page *p, const struct bk_table_column *c,
                     struct bk_str text, const char *colour, bool last)
{
    size_t width = bk_utf8_width(text);
    size_t blanks = c->width > width ? c->width - width : 0;
    if (c->is_number)
        add_blanks(p, blanks);
    if (text.len)
        add_colour(p, colour);
    bk_out_add(p->out, text);
    if (text.len && colour)
        add_colour(p, RESET);
    if (!c->is_number && !last)
        add_blanks(p, blanks);
    if (!last)
        add_blanks(p, GAP);
}

static void add_row(const struct page *p, const struct bk_table *t,
                    const struct bk_table_row *row)
{
    struct bk_str rest = {0};
    size_t wrapped = t->n_columns;
    for (size_t i = 0; i < t->n_columns; i++) {
        const struct bk_table_column *c = &t->columns[i];
        struct bk_str text = row->cells[i];
        const char *colour = escape_of(row->tones[i]);
        if (row->is_best && !colour)
            colour = GREEN;
        if (text.len == 0 && !(c->column->flags & BK_COL_BEST))
            text = BK_S("-");
        if (c->wraps) {
            rest = text;
            text = take_line(&rest, c->width);
            wrapped = i;
        }
        add_cell(p, c, text, colour, i + 1 == t->n_columns);
    }
    bk_out_add(p->out, BK_S("\n"));
    if (wrapped == t->n_columns)
        return;
    size_t indent = 0;
    for (size_t i = 0; i < wrapped; i++)
        indent += t->columns[i].width + GAP;
    while (rest.len) {
        add_blanks(p, indent);
        bk_out_add(p->out, take_line(&rest, t->columns[wrapped].width));
        bk_out_add(p->out, BK_S("\n"));
    }
}

static void add_headings(const struct page *p, const struct bk_table *t)
{
    add_colour(p, BOLD);
    for (size_t i = 0; i < t->n_columns; i++)
        add_cell(p, &t->columns[i], t->columns[i].label, NULL, i + 1 == t->n_columns);
    add_colour(p, RESET);
    bk_out_add(p->out, BK_S("\n"));
}

static size_t width_of(const struct bk_table *t)
{
    size_t total = 0;
    for (size_t i = 0; i < t->n_columns; i++)
        total += t->columns[i].width + (i ? GAP : 0);
    return total;
}

/* Narrows the widest column of text so that the table fits the terminal. */
static void fit(struct bk_table *t, size_t width)
{
    struct bk_table_column *widest = NULL;
    size_t total = width_of(t);
    for (size_t i = 0; i < t->n_columns; i++) {
        struct bk_table_column *c = &t->columns[i];
        if (!c->is_number && (!widest || c->width > widest->width))
            widest = c;
    }
    if (!widest || total <= width || widest->width <= NARROWEST)
        return;
    size_t surplus = total - width;
    widest->wraps = true;
    widest->width =
        widest->width > surplus + NARROWEST ? widest->width - surplus : NARROWEST;
}

/* A single long row: a line for each column. */
static void add_upright(const struct page *p, const struct bk_table *t)
{
    size_t labels = 0, terminal = p->options->width;
    for (size_t i = 0; i < t->n_columns; i++) {
        size_t width = bk_utf8_width(t->columns[i].label);
        labels = width > labels ? width : labels;
    }
    for (size_t i = 0; i < t->n_columns; i++) {
        struct bk_str text = t->rows[0].cells[i];
        if (text.len == 0)
            continue;
        add_colour(p, BOLD);
        bk_out_add(p->out, t->columns[i].label);
        add_colour(p, RESET);
        add_blanks(p, labels - bk_utf8_width(t->columns[i].label) + GAP);
        size_t room = terminal > labels + GAP + NARROWEST ? terminal - labels - GAP : 0;
        const char *colour = escape_of(t->rows[0].tones[i]);
        add_colour(p, colour);
        bk_out_add(p->out, room ? take_line(&text, room) : text);
        if (colour)
            add_colour(p, RESET);
        while (room && text.len) {
            bk_out_add(p->out, BK_S("\n"));
            add_blanks(p, labels + GAP);
            bk_out_add(p->out, take_line(&text, room));
        }
        bk_out_add(p->out, BK_S("\n"));
    }
}

/* --- sections --- */

static bool is_upright(const struct page *p, const struct bk_table *t)
{
    size_t limit = p->options->width ? p->options->width : UPRIGHT_WIDTH;
    return t->n_rows == 1 && !t->more && t->n_columns >= UPRIGHT_COLUMNS &&
           width_of(t) > limit;
}

static bool render_table(const struct page *p, struct bk_section *s, struct bk_table *t,
                         struct bk_err *err)
{
    if (!bk_table_read(t, s, p->options, err))
        return false;
    if (t->n_rows == 0) {
        bk_out_addf(p->out, "%.*s\n", BK_F(bk_label("nothing", p->options->lang)));
        return true;
    }
    bk_table_drop_empty(t);
    if (is_upright(p, t)) {
        add_upright(p, t);
        return true;
    }
    if (p->options->width)
        fit(t, p->options->width);
    add_headings(p, t);
    for (;;) {
        for (size_t i = 0; i < t->n_rows; i++)
            add_row(p, t, &t->rows[i]);
        if (!t->more || bk_out_failed(p->out))
            return true;
        if (!bk_table_read(t, s, p->options, err))
            return false;
    }
}

static bool render_section(const struct page *p, struct bk_section *s, bool titled,
                           struct bk_err *err)
{
    if (titled) {
        struct bk_buf title = {0};
        bk_human_text(&title,
                      s->title.len ? s->title : bk_label(s->name, p->options->lang));
        add_colour(p, BOLD);
        bk_out_add(p->out, bk_buf_str(&title));
        add_colour(p, RESET);
        bk_out_add(p->out, BK_S("\n"));
        bk_buf_free(&title);
    }
    struct bk_table t;
    bk_table_begin(&t, s, p->options->lang);
    bool ok = render_table(p, s, &t, err);
    bk_table_end(&t);
    return ok;
}

static void render_note(const struct page *p, const struct bk_note *n)
{
    static const char *const names[] = {
        [BK_INFO] = "note", [BK_WARNING] = "warning", [BK_ERROR] = "error"};
    static const char *const colours[] = {
        [BK_INFO] = BOLD, [BK_WARNING] = YELLOW, [BK_ERROR] = RED};
    struct bk_buf text = {0};
    bk_human_text(&text, bk_note_text(n, p->options->lang));
    add_colour(p, colours[n->severity]);
    bk_out_addf(p->out, "%.*s:", BK_F(bk_label(names[n->severity], p->options->lang)));
    add_colour(p, RESET);
    bk_out_addf(p->out, " %.*s\n", BK_F(bk_buf_str(&text)));
    bk_buf_free(&text);
}

static bool render(const struct bk_report *r, const struct bk_render_options *o,
                   struct bk_out *out, struct bk_err *err)
{
    const struct page p = {o, out};
    bool several = r->sections && r->sections->link;
    if (r->title.len) {
        struct bk_buf title = {0};
        bk_human_text(&title, r->title);
        bk_out_addf(out, "%.*s\n\n", BK_F(bk_buf_str(&title)));
        bk_buf_free(&title);
    }
    bool rows = !bk_all_empty(r);
    for (struct bk_section *s = r->sections; rows && s; s = s->link) {
        if (s != r->sections)
            bk_out_add(out, BK_S("\n"));
        if (!render_section(&p, s, several || s->title.len, err))
            return false;
    }
    if (r->notes && r->sections && rows)
        bk_out_add(out, BK_S("\n"));
    for (const struct bk_note *n = r->notes; n; n = n->link)
        render_note(&p, n);
    return true;
}

const struct bk_renderer bk_renderer_text = {
    .name = "text",
    .title = "aligned tables for people",
    .render = render,
};
