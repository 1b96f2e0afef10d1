/* NDJSON (https://github.com/ndjson/ndjson-spec): one object a row; a report of several
 * sections names the section in each. */
#include "internal.h"

static bool render_section(struct bk_section *s, const char *name, struct bk_out *out,
                           struct bk_buf *b, struct bk_err *err)
{
    const struct bk_value *cells;
    bool more;
    size_t i = 0;
    while (!bk_out_failed(out)) {
        if (!bk_section_next(s, &i, &cells, &more, err))
            return false;
        if (!more)
            break;
        bk_buf_clear(b);
        bk_json_row(b, s, cells, name);
        bk_buf_addc(b, '\n');
        bk_out_add(out, bk_buf_str(b));
    }
    return true;
}

static bool render(const struct bk_report *r, const struct bk_render_options *o,
                   struct bk_out *out, struct bk_err *err)
{
    (void)o;
    struct bk_buf b = {0};
    bool ok = true;
    bool several = r->sections && r->sections->link && !r->plain_rows;
    for (struct bk_section *s = r->sections; ok && s; s = s->link) {
        ok = render_section(s, several ? s->name : NULL, out, &b, err);
    }
    bk_buf_free(&b);
    return ok;
}

const struct bk_renderer bk_renderer_ndjson = {
    .name = "ndjson",
    .title = "one JSON object a row",
    .render = render,
};
