/* Renderers: one file per output, each renders any report.
 *
 * Adding one: a file render/NAME.c with 'const struct bk_renderer bk_renderer_NAME' and
 * a line in render/list.h. */
#ifndef BK_RENDER_RENDER_H
#define BK_RENDER_RENDER_H

#include "../base/file.h"
#include "../report/report.h"

enum bk_lang {
    BK_EN,
    BK_PT,
    BK_RU
};

struct bk_render_options {
    enum bk_lang lang; /* of labels for people */
    bool colour;       /* terminal escape sequences may be used (text only) */
    size_t width;      /* columns of the terminal; 0: no limit */
    const char
        *csv_dialect; /* "rfc4180" or "excel-pt" (';', decimal comma, BOM, CRLF) */
};

struct bk_renderer {
    const char *name, *title;
    bool (*render)(const struct bk_report *r, const struct bk_render_options *o,
                   struct bk_out *out, struct bk_err *err);
};

extern const struct bk_renderer *const bk_renderers[];
extern const size_t bk_n_renderers;
const struct bk_renderer *bk_renderer_named(const char *name); /* NULL: unknown */

/* --- shared by the renderers of human outputs (render/human.c) --- */
/* A cell as people read it: units scaled (0.01178 s -> "11.8 ms"), thousands separated,
 * times in UTC. */
void bk_human_cell(const struct bk_column *c, const struct bk_value *v,
                   const struct bk_render_options *o, struct bk_buf *out);
/* The label of a column, section or note in the language; the name itself when
 * schema/labels.csv has none. */
struct bk_str bk_label(const char *name, enum bk_lang lang);

#endif
