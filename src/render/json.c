/* JSON (RFC 8259): one object for the whole report, a row a line.
 *
 * What comes out is valid whatever went in: ill-formed UTF-8 becomes U+FFFD, numbers
 * that are none become null or, where the column says so, strings. */
#include "../base/num.h"
#include "../base/time.h"
#include "../base/utf8.h"
#include "internal.h"

#include <math.h>

/* --- values --- */

static void add_escaped(struct bk_buf *b, unsigned char c)
{
    switch (c) {
    case '"':
        bk_buf_add(b, BK_S("\\\""));
        break;
    case '\\':
        bk_buf_add(b, BK_S("\\\\"));
        break;
    case '\n':
        bk_buf_add(b, BK_S("\\n"));
        break;
    case '\r':
        bk_buf_add(b, BK_S("\\r"));
        break;
    case '\t':
        bk_buf_add(b, BK_S("\\t"));
        break;
    default:
        bk_buf_addf(b, "\\u%04x", c);
    }
}

static bool is_plain(unsigned char c)
{
    return c >= 0x20 && c < 0x7F && c != '"' && c != '\\';
}

void bk_json_quote(struct bk_buf *b, struct bk_str s)
{
    bk_buf_addc(b, '"');
    for (size_t pos = 0; pos < s.len;) {
        size_t start = pos;
        while (pos < s.len && is_plain((unsigned char)s.ptr[pos]))
            pos++;
        bk_buf_add(b, (struct bk_str){s.ptr + start, pos - start});
        if (pos == s.len)
            break;
        uint32_t c = bk_utf8_next(s, &pos);
        if (c < 0x80)
            add_escaped(b, (unsigned char)c);
        else
            bk_utf8_add(b, c);
    }
    bk_buf_addc(b, '"');
}

/* -?(0|[1-9][0-9]*)(.[0-9]+)?([eE][+-]?[0-9]+)? */
static bool is_json_number(struct bk_str s)
{
    double x;
    struct bk_str digits = s.len && s.ptr[0] == '-' ? bk_from(s, 1) : s;
    if (digits.len == 0 || digits.ptr[0] == '+' || digits.ptr[0] == '-')
        return false;
    if (digits.len > 1 && digits.ptr[0] == '0' && digits.ptr[1] >= '0' &&
        digits.ptr[1] <= '9')
        return false;
    return bk_parse_double(s, &x);
}

static void add_pairs(struct bk_buf *b, const struct bk_pair *items, size_t n)
{
    bk_buf_addc(b, '{');
    for (size_t i = 0; i < n; i++) {
        if (i > 0)
            bk_buf_addc(b, ',');
        bk_json_quote(b, items[i].name);
        bk_buf_addc(b, ':');
        if (items[i].is_number && is_json_number(items[i].value))
            bk_buf_add(b, items[i].value);
        else
            bk_json_quote(b, items[i].value);
    }
    bk_buf_addc(b, '}');
}

static void add_real(struct bk_buf *b, const struct bk_column *c, double x)
{
    char text[32];
    struct bk_str s = {text, bk_format_double(x, text)};
    if (isfinite(x))
        bk_buf_add(b, s);
    else if (c->flags & BK_COL_SPECIALS)
        bk_json_quote(b, s);
    else
        bk_buf_add(b, BK_S("null"));
}

static void add_value(struct bk_buf *b, const struct bk_column *c,
                      const struct bk_value *v)
{
    char time[40], digits[21];
    switch (v->type) {
    case BK_CELL_NULL:
        bk_buf_add(b, BK_S("null"));
        break;
    case BK_CELL_INT:
        bk_buf_add(b, (struct bk_str){digits, bk_format_int(v->u.i, digits)});
        break;
    case BK_CELL_REAL:
        add_real(b, c, v->u.real);
        break;
    case BK_CELL_STR:
        bk_json_quote(b, v->u.s);
        break;
    case BK_CELL_TIME:
        bk_format_iso(v->u.i, time);
        bk_json_quote(b, bk_str(time));
        break;
    case BK_CELL_BOOL:
        bk_buf_add(b, v->u.i ? BK_S("true") : BK_S("false"));
        break;
    case BK_CELL_PAIRS:
        add_pairs(b, v->u.pairs.items, v->u.pairs.n);
        break;
    }
}

void bk_json_row(struct bk_buf *b, const struct bk_section *s,
                 const struct bk_value *cells, const char *section)
{
    bool first = true;
    bk_buf_addc(b, '{');
    if (section) {
        bk_buf_add(b, BK_S("\"section\":"));
        bk_json_quote(b, bk_str(section));
        first = false;
    }
    for (size_t i = 0; i < s->n_columns; i++) {
        if (s->columns[i].flags & BK_COL_HUMAN)
            continue;
        if (!first)
            bk_buf_addc(b, ',');
        first = false;
        bk_json_quote(b, bk_str(s->columns[i].name));
        bk_buf_addc(b, ':');
        add_value(b, &s->columns[i], &cells[i]);
    }
    bk_buf_addc(b, '}');
}

/* --- the report --- */

/* An array of the rows of a section and, with 'rest', of those behind it. */
static bool render_rows(struct bk_section *s, bool rest, struct bk_out *out,
                        struct bk_buf *b, struct bk_err *err)
{
    const struct bk_value *cells;
    bool more = true, any = false;
    size_t i = 0;
    bk_out_add(out, BK_S("["));
    while (!bk_out_failed(out)) {
        if (!bk_section_next(s, &i, &cells, &more, err))
            return false;
        if (!more && (!rest || s->link == NULL))
            break;
        if (!more) {
            s = s->link;
            i = 0;
            continue;
        }
        bk_buf_clear(b);
        bk_buf_add(b, any ? BK_S(",\n") : BK_S("\n"));
        any = true;
        bk_json_row(b, s, cells, NULL);
        bk_out_add(out, bk_buf_str(b));
    }
    bk_out_add(out, any ? BK_S("\n]") : BK_S("]"));
    return true;
}

static const char *severity_name(enum bk_severity severity)
{
    switch (severity) {
    case BK_INFO:
        return "info";
    case BK_WARNING:
        return "warning";
    case BK_ERROR:
        return "error";
    }
    return "info";
}

static void render_notes(const struct bk_report *r, struct bk_buf *b)
{
    bk_buf_add(b, BK_S("\"notes\":["));
    for (const struct bk_note *n = r->notes; n; n = n->link) {
        bk_buf_add(b, BK_S("\n{\"code\":"));
        bk_json_quote(b, n->code);
        bk_buf_addf(b, ",\"severity\":\"%s\",\"message\":", severity_name(n->severity));
        bk_json_quote(b, n->message);
        bk_buf_add(b, n->link ? BK_S("},") : BK_S("}\n"));
    }
    bk_buf_addc(b, ']');
}

static bool render_whole(const struct bk_report *r, struct bk_out *out,
                         struct bk_buf *b, struct bk_err *err)
{
    bk_buf_add(b, BK_S("{\"report\":"));
    bk_json_quote(b, bk_str(r->name));
    bk_buf_add(b, BK_S(",\n\"args\":"));
    add_pairs(b, r->args, r->n_args);
    bk_buf_add(b, BK_S(",\n\"sections\":{"));
    bk_out_add(out, bk_buf_str(b));
    for (struct bk_section *s = r->sections; s; s = s->link) {
        bk_buf_clear(b);
        bk_buf_addc(b, '\n');
        bk_json_quote(b, bk_str(s->name));
        bk_buf_addc(b, ':');
        bk_out_add(out, bk_buf_str(b));
        if (!render_rows(s, false, out, b, err))
            return false;
        if (s->link)
            bk_out_add(out, BK_S(","));
    }
    bk_buf_clear(b);
    bk_buf_add(b, BK_S("},\n"));
    render_notes(r, b);
    bk_buf_add(b, BK_S("}"));
    bk_out_add(out, bk_buf_str(b));
    return true;
}

static bool render(const struct bk_report *r, const struct bk_render_options *o,
                   struct bk_out *out, struct bk_err *err)
{
    (void)o;
    struct bk_buf b = {0};
    bool ok;
    if (!r->plain_rows)
        ok = render_whole(r, out, &b, err);
    else if (r->sections)
        ok = render_rows(r->sections, true, out, &b, err);
    else
        ok = (bk_out_add(out, BK_S("[]")), true);
    bk_out_add(out, BK_S("\n"));
    bk_buf_free(&b);
    return ok;
}

const struct bk_renderer bk_renderer_json = {
    .name = "json",
    .title = "one JSON object, or an array of rows of an export",
    .render = render,
};
