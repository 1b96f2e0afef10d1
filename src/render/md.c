/* Markdown with the tables of GitHub (https://github.github.com/gfm/#tables-extension-). */
#include "internal.h"

#include <string.h>

static bool opens_tag(struct bk_str s, size_t i)
{
    if (s.ptr[i] != '<' || i + 1 == s.len)
        return false;
    char c = s.ptr[i + 1];
    return c == '/' || c == '!' || c == '?' || (c >= 'a' && c <= 'z') ||
           (c >= 'A' && c <= 'Z');
}

/* A cell ends at '|', stars would make text slanted, and a tag would be taken for HTML.
 */
static void add_escaped(struct bk_out *out, struct bk_str s)
{
    size_t from = 0;
    for (size_t i = 0; i < s.len; i++) {
        bool bar = s.ptr[i] == '|' || s.ptr[i] == '\\' || s.ptr[i] == '*';
        if (!bar && !opens_tag(s, i))
            continue;
        bk_out_add(out, (struct bk_str){s.ptr + from, i - from});
        bk_out_add(out, bar ? BK_S("\\") : BK_S("&lt;"));
        from = bar ? i : i + 1;
    }
    bk_out_add(out, bk_from(s, from));
}

static void add_headings(const struct bk_table *t, struct bk_out *out)
{
    for (size_t i = 0; i < t->n_columns; i++) {
        bk_out_add(out, BK_S("| "));
        add_escaped(out, t->columns[i].label);
        bk_out_add(out, BK_S(" "));
    }
    bk_out_add(out, BK_S("|\n"));
    for (size_t i = 0; i < t->n_columns; i++)
        bk_out_add(out, t->columns[i].is_number ? BK_S("|---:") : BK_S("|---"));
    bk_out_add(out, BK_S("|\n"));
}

static void add_row(const struct bk_table *t, const struct bk_table_row *row,
                    struct bk_out *out)
{
    for (size_t i = 0; i < t->n_columns; i++) {
        bk_out_add(out, BK_S("| "));
        add_escaped(out, row->cells[i]);
        bk_out_add(out, row->cells[i].len ? BK_S(" ") : BK_S(""));
    }
    bk_out_add(out, BK_S("|\n"));
}

static bool render_table(struct bk_section *s, struct bk_table *t,
                         const struct bk_render_options *o, struct bk_out *out,
                         struct bk_err *err)
{
    if (!bk_table_read(t, s, o, err))
        return false;
    if (t->n_rows == 0) {
        bk_out_addf(out, "%.*s\n", BK_F(bk_label("nothing", o->lang)));
        return true;
    }
    bk_table_drop_empty(t);
    add_headings(t, out);
    for (;;) {
        for (size_t i = 0; i < t->n_rows; i++)
            add_row(t, &t->rows[i], out);
        if (!t->more || bk_out_failed(out))
            return true;
        if (!bk_table_read(t, s, o, err))
            return false;
    }
}

static void add_title(struct bk_out *out, const char *mark, struct bk_str title)
{
    struct bk_buf text = {0};
    bk_human_text(&text, title);
    bk_out_add(out, bk_str(mark));
    add_escaped(out, bk_buf_str(&text));
    bk_out_add(out, BK_S("\n\n"));
    bk_buf_free(&text);
}

static void render_notes(const struct bk_report *r, enum bk_lang lang,
                         struct bk_out *out)
{
    static const char *const names[] = {
        [BK_INFO] = "note", [BK_WARNING] = "warning", [BK_ERROR] = "error"};
    if (r->notes && r->sections && !bk_all_empty(r))
        bk_out_add(out, BK_S("\n"));
    for (const struct bk_note *n = r->notes; n; n = n->link) {
        struct bk_buf text = {0};
        bk_human_text(&text, bk_note_text(n, lang));
        bk_out_addf(out, "- **%.*s**: ", BK_F(bk_label(names[n->severity], lang)));
        add_escaped(out, bk_buf_str(&text));
        bk_out_add(out, BK_S("\n"));
        bk_buf_free(&text);
    }
}

static bool render(const struct bk_report *r, const struct bk_render_options *o,
                   struct bk_out *out, struct bk_err *err)
{
    bool several = r->sections && r->sections->link;
    if (r->title.len)
        add_title(out, "# ", r->title);
    bool rows = !bk_all_empty(r);
    for (struct bk_section *s = r->sections; rows && s; s = s->link) {
        if (s != r->sections)
            bk_out_add(out, BK_S("\n"));
        if (several || s->title.len)
            add_title(out, "## ", s->title.len ? s->title : bk_label(s->name, o->lang));
        struct bk_table t;
        bk_table_begin(&t, s, o->lang);
        bool ok = render_table(s, &t, o, out, err);
        bk_table_end(&t);
        if (!ok)
            return false;
    }
    render_notes(r, o->lang, out);
    return true;
}

const struct bk_renderer bk_renderer_md = {
    .name = "md",
    .title = "Markdown tables",
    .render = render,
};
