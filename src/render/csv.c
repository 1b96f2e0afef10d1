/* CSV after RFC 4180, and the dialect that a Brazilian Excel opens by a double click.
 *
 * A spreadsheet takes a cell that begins with = + - @ for a formula: text of that kind
 * gets an apostrophe before it (OWASP, "CSV injection"), numbers stay numbers. */
#include "../base/num.h"
#include "../base/time.h"
#include "../base/utf8.h"
#include "internal.h"

#include <math.h>
#include <string.h>

struct dialect {
    const char *name;
    char separator, point;
    const char *start; /* before everything */
};

static const struct dialect dialects[] = {
    {.name = "rfc4180", .separator = ',', .point = '.', .start = ""},
    {.name = "excel-pt", .separator = ';', .point = ',', .start = "\xEF\xBB\xBF"},
};

static const struct dialect *dialect_of(const struct bk_render_options *o)
{
    for (size_t i = 1; o->csv_dialect && i < sizeof dialects / sizeof *dialects; i++) {
        if (strcmp(dialects[i].name, o->csv_dialect) == 0)
            return &dialects[i];
    }
    return &dialects[0];
}

static bool is_dangerous(struct bk_str s)
{
    double x;
    if (s.len == 0 || !memchr("=+-@\t\r", s.ptr[0], 6))
        return false;
    return !bk_parse_double_special(s, &x);
}

static bool needs_quotes(struct bk_str s, const struct dialect *d)
{
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        if (c == d->separator || c == '"' || c == '\n' || c == '\r')
            return true;
    }
    return false;
}

static void add_well_formed(struct bk_buf *b, struct bk_str s)
{
    for (size_t pos = 0; pos < s.len;) {
        size_t bad = bk_utf8_bad(bk_from(s, pos));
        size_t good = bad == BK_NONE ? s.len - pos : bad;
        bk_buf_add(b, (struct bk_str){s.ptr + pos, good});
        pos += good;
        if (bad != BK_NONE)
            bk_utf8_add(b, bk_utf8_next(s, &pos));
    }
}

static void add_text(struct bk_buf *b, struct bk_str s, const struct dialect *d)
{
    struct bk_buf clean = {0};
    if (is_dangerous(s))
        bk_buf_addc(&clean, '\'');
    add_well_formed(&clean, s);
    struct bk_str text = bk_buf_str(&clean);
    if (!needs_quotes(text, d)) {
        bk_buf_add(b, text);
    } else {
        struct bk_str part;
        bk_buf_addc(b, '"');
        while (text.ptr) {
            text = bk_cut(text, '"', &part);
            bk_buf_add(b, part);
            if (text.ptr)
                bk_buf_add(b, BK_S("\"\""));
        }
        bk_buf_addc(b, '"');
    }
    bk_buf_free(&clean);
}

static void add_real(struct bk_buf *b, const struct bk_column *c, double x,
                     const struct dialect *d)
{
    char text[32];
    if (!isfinite(x) && !(c->flags & BK_COL_SPECIALS))
        return;
    size_t n = bk_format_double(x, text);
    char *point = memchr(text, '.', n);
    if (point)
        *point = d->point;
    bk_buf_add(b, (struct bk_str){text, n});
}

static void add_pairs(struct bk_buf *b, const struct bk_value *v,
                      const struct dialect *d)
{
    struct bk_buf text = {0};
    for (size_t i = 0; i < v->u.pairs.n; i++) {
        const struct bk_pair *p = &v->u.pairs.items[i];
        bk_buf_addf(&text, "%s%.*s=%.*s", i ? "; " : "", BK_F(p->name), BK_F(p->value));
    }
    add_text(b, bk_buf_str(&text), d);
    bk_buf_free(&text);
}

static void add_value(struct bk_buf *b, const struct bk_column *c,
                      const struct bk_value *v, const struct dialect *d)
{
    char time[40], digits[21];
    switch (v->type) {
    case BK_CELL_NULL:
        break;
    case BK_CELL_INT:
        bk_buf_add(b, (struct bk_str){digits, bk_format_int(v->u.i, digits)});
        break;
    case BK_CELL_REAL:
        add_real(b, c, v->u.real, d);
        break;
    case BK_CELL_STR:
        add_text(b, v->u.s, d);
        break;
    case BK_CELL_TIME:
        bk_format_iso(v->u.i, time);
        bk_buf_add(b, bk_str(time));
        break;
    case BK_CELL_BOOL:
        bk_buf_add(b, v->u.i ? BK_S("true") : BK_S("false"));
        break;
    case BK_CELL_PAIRS:
        add_pairs(b, v, d);
        break;
    }
}

/* A line of cells, or of the names of the columns when cells is NULL. */
static void add_line(struct bk_buf *b, const struct bk_section *s,
                     const struct bk_value *cells, const struct dialect *d)
{
    bool first = true;
    size_t start = b->len;
    for (size_t i = 0; i < s->n_columns; i++) {
        const struct bk_column *c = &s->columns[i];
        if (c->flags & BK_COL_HUMAN)
            continue;
        if (!first)
            bk_buf_addc(b, d->separator);
        first = false;
        if (cells)
            add_value(b, c, &cells[i], d);
        else
            add_text(b, bk_str(c->name), d);
    }
    if (b->len == start) /* one empty cell, not an empty line */
        bk_buf_add(b, BK_S("\"\""));
    bk_buf_add(b, BK_S("\r\n"));
}

static bool render_section(struct bk_section *s, const struct dialect *d,
                           struct bk_out *out, struct bk_buf *b, struct bk_err *err)
{
    const struct bk_value *cells;
    bool more;
    size_t i = 0;
    bk_buf_clear(b);
    add_line(b, s, NULL, d);
    bk_out_add(out, bk_buf_str(b));
    while (!bk_out_failed(out)) {
        if (!bk_section_next(s, &i, &cells, &more, err))
            return false;
        if (!more)
            break;
        bk_buf_clear(b);
        add_line(b, s, cells, d);
        bk_out_add(out, bk_buf_str(b));
    }
    return true;
}

static bool render(const struct bk_report *r, const struct bk_render_options *o,
                   struct bk_out *out, struct bk_err *err)
{
    const struct dialect *d = dialect_of(o);
    struct bk_buf b = {0};
    bool ok = true;
    bool several = r->sections && r->sections->link;
    bk_out_add(out, bk_str(d->start));
    for (struct bk_section *s = r->sections; ok && s; s = s->link) {
        if (several)
            bk_out_addf(out, "%s%s\r\n", s == r->sections ? "" : "\r\n", s->name);
        ok = render_section(s, d, out, &b, err);
    }
    bk_buf_free(&b);
    return ok;
}

const struct bk_renderer bk_renderer_csv = {
    .name = "csv",
    .title = "comma-separated values (RFC 4180), or of a dialect",
    .render = render,
};
