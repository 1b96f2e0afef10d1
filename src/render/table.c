/* Sections read into tables of text, some rows at a time, for the renderers that align.
 *
 * Widths are those of the rows that were read: a list of a million rows is aligned by
 * its first thousands, and memory stays bounded. */
#include "../base/utf8.h"
#include "internal.h"

#include <string.h>

enum {
    ROWS_AT_ONCE = 4096,
};

static bool has_unhidden(const struct bk_section *s)
{
    for (size_t i = 0; i < s->n_columns; i++) {
        if (!(s->columns[i].flags & BK_COL_MACHINE))
            return true;
    }
    return false;
}

void bk_table_begin(struct bk_table *t, const struct bk_section *s, enum bk_lang lang)
{
    *t = (struct bk_table){.arena = bk_arena_new(), .first = true, .more = true};
    bool machine_too = !has_unhidden(s);
    struct bk_buf b = {0};
    for (size_t i = 0; i < s->n_columns; i++) {
        const struct bk_column *c = &s->columns[i];
        if ((c->flags & BK_COL_MACHINE) && !machine_too)
            continue;
        struct bk_table_column *column = BK_PUSH(t->arena, t->columns, t->n_columns);
        bk_buf_clear(&b);
        if (!(c->flags & BK_COL_BEST))
            bk_heading(c->name, lang, &b);
        *column = (struct bk_table_column){
            .index = i,
            .label = bk_dup(t->arena, bk_buf_str(&b)),
            .is_empty = true,
            .column = c,
        };
        column->width = bk_utf8_width(column->label);
    }
    bk_buf_free(&b);
    t->mark = bk_arena_mark(t->arena);
}

bool bk_all_empty(const struct bk_report *r)
{
    if (!r->sections || !r->sections->link || !r->notes)
        return false;
    for (const struct bk_section *s = r->sections; s; s = s->link) {
        if (s->next || s->n_rows > 0)
            return false;
    }
    return true;
}

static bool is_number(const struct bk_value *v)
{
    return v->type == BK_CELL_INT || v->type == BK_CELL_REAL;
}

/* What a word of a fixed vocabulary says about the row. */
static enum bk_tone tone_of(const struct bk_column *c, const struct bk_value *v)
{
    static const struct {
        const char *column, *word;
        enum bk_tone tone;
    } words[] = {
        {"verdict", "regression", BK_TONE_BAD},
        {"verdict", "invalid", BK_TONE_BAD},
        {"verdict", "inconclusive", BK_TONE_DOUBTFUL},
        {"verdict", "improvement", BK_TONE_GOOD},
        {"status", "failed", BK_TONE_BAD},
        {"status", "invalid", BK_TONE_BAD},
        {"status", "degraded", BK_TONE_DOUBTFUL},
        {"severity", "error", BK_TONE_BAD},
        {"severity", "warning", BK_TONE_DOUBTFUL},
    };
    for (size_t i = 0; v->type == BK_CELL_STR && i < sizeof words / sizeof *words;
         i++) {
        if (strcmp(words[i].column, c->name) == 0 && bk_is(v->u.s, words[i].word))
            return words[i].tone;
    }
    return BK_TONE_NONE;
}

static void read_row(struct bk_table *t, const struct bk_value *cells,
                     const struct bk_render_options *o, struct bk_buf *b)
{
    struct bk_table_row *row = BK_PUSH(t->arena, t->rows, t->n_rows);
    row->cells = bk_alloc_array(t->arena, t->n_columns, sizeof *row->cells);
    row->tones = bk_alloc_array(t->arena, t->n_columns, sizeof *row->tones);
    for (size_t i = 0; i < t->n_columns; i++) {
        struct bk_table_column *c = &t->columns[i];
        const struct bk_value *v = &cells[c->index];
        bk_buf_clear(b);
        bk_human_cell(c->column, v, o, b);
        row->cells[i] = bk_dup(t->arena, bk_buf_str(b));
        if (o->colour)
            row->tones[i] = tone_of(c->column, v);
        if ((c->column->flags & BK_COL_BEST) && v->type == BK_CELL_BOOL && v->u.i)
            row->is_best = true;
        if (b->len == 0)
            continue;
        bool was_empty = c->is_empty;
        c->is_empty = false;
        if (!t->first)
            continue;
        c->is_number = is_number(v) && (was_empty || c->is_number);
        size_t width = bk_utf8_width(row->cells[i]);
        if (width > c->width)
            c->width = width;
    }
}

bool bk_table_read(struct bk_table *t, struct bk_section *s,
                   const struct bk_render_options *o, struct bk_err *err)
{
    struct bk_buf b = {0};
    bool ok = true;
    t->first = t->next_row == 0;
    bk_arena_release(t->arena, t->mark);
    t->rows = NULL;
    t->n_rows = 0;
    while (t->n_rows < ROWS_AT_ONCE) {
        const struct bk_value *cells;
        ok = bk_section_next(s, &t->next_row, &cells, &t->more, err);
        if (!ok || !t->more)
            break;
        read_row(t, cells, o, &b);
    }
    bk_buf_free(&b);
    return ok;
}

void bk_table_drop_empty(struct bk_table *t)
{
    size_t kept = 0;
    if (t->more)
        return;
    for (size_t i = 0; i < t->n_columns; i++) {
        if (t->columns[i].is_empty)
            continue;
        for (size_t r = 0; r < t->n_rows; r++) {
            t->rows[r].cells[kept] = t->rows[r].cells[i];
            t->rows[r].tones[kept] = t->rows[r].tones[i];
        }
        t->columns[kept++] = t->columns[i];
    }
    t->n_columns = kept;
}

void bk_table_end(struct bk_table *t)
{
    bk_arena_free(t->arena);
    t->arena = NULL;
}
