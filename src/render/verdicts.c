/* Rows with a verdict, as outputs for build servers need them: see internal.h. */
#include "internal.h"

#include <string.h>

/* Of a row's columns, by name. */
enum part {
    PART_HARDWARE,
    PART_MODEL,
    PART_ENGINE,
    PART_WORKLOAD,
    PART_CONFIG,
    PART_SCOPE,
    N_SUBJECT,
    PART_METRIC = N_SUBJECT,
    PART_STAT,
    PART_SESSION,
    PART_VERDICT,
    PART_WHY,
    N_PARTS
};

static const char *const part_names[N_PARTS] = {
    [PART_HARDWARE] = "hardware", [PART_MODEL] = "model",   [PART_ENGINE] = "engine",
    [PART_WORKLOAD] = "workload", [PART_CONFIG] = "config", [PART_SCOPE] = "scope",
    [PART_METRIC] = "metric",     [PART_STAT] = "stat",     [PART_SESSION] = "session",
    [PART_VERDICT] = "verdict",   [PART_WHY] = "why",
};

#define ABSENT ((size_t)-1)

static void find_parts(const struct bk_section *s, size_t parts[N_PARTS])
{
    for (size_t p = 0; p < N_PARTS; p++) {
        parts[p] = ABSENT;
        for (size_t i = 0; i < s->n_columns && parts[p] == ABSENT; i++)
            if (strcmp(s->columns[i].name, part_names[p]) == 0 &&
                !(s->columns[i].flags & BK_COL_HUMAN))
                parts[p] = i;
    }
}

static bool is_verdicts(const struct bk_section *s)
{
    size_t parts[N_PARTS];
    find_parts(s, parts);
    return parts[PART_VERDICT] != ABSENT;
}

static enum bk_tone tone_of(struct bk_str verdict)
{
    if (bk_is(verdict, "regression"))
        return BK_TONE_BAD;
    if (bk_is(verdict, "improvement"))
        return BK_TONE_GOOD;
    return bk_is(verdict, "no_material_change") ? BK_TONE_NONE : BK_TONE_DOUBTFUL;
}

/* The texts of a row one after the other in a buffer. */
struct texts {
    struct bk_buf b;
    size_t end[N_PARTS];
};

static void read_texts(const struct bk_section *s, const struct bk_value *cells,
                       const size_t parts[N_PARTS], const struct bk_render_options *o,
                       struct texts *t)
{
    bk_buf_clear(&t->b);
    for (size_t p = 0; p < N_PARTS; p++) {
        const struct bk_value *v = parts[p] != ABSENT ? &cells[parts[p]] : NULL;
        if (v != NULL && v->type == BK_CELL_STR && p != PART_VERDICT)
            bk_human_text(&t->b, v->u.s);
        else if (v != NULL && v->type == BK_CELL_STR)
            bk_buf_add(&t->b, v->u.s); /* a word of ours, not in a language */
        else if (v != NULL && v->type != BK_CELL_NULL)
            bk_human_cell(&s->columns[parts[p]], v, o, &t->b);
        t->end[p] = t->b.len;
    }
}

static struct bk_str text_of(const struct texts *t, size_t part)
{
    size_t begin = part > 0 ? t->end[part - 1] : 0;
    return bk_from(bk_upto(bk_buf_str(&t->b), t->end[part]), begin);
}

static void join(struct bk_buf *b, struct bk_str text, const char *separator)
{
    if (text.len == 0)
        return;
    if (b->len > 0)
        bk_buf_add(b, bk_str(separator));
    bk_buf_add(b, text);
}

static void give_row(const struct texts *t,
                     void (*take)(void *self, const struct bk_verdict_cells *cells),
                     void *self)
{
    struct bk_buf subject = {0}, name = {0};
    struct bk_str verdict = text_of(t, PART_VERDICT);
    for (size_t p = 0; p < N_SUBJECT; p++)
        join(&subject, text_of(t, p), " ");
    join(&name, text_of(t, PART_METRIC), "");
    if (!bk_is(text_of(t, PART_STAT), "value"))
        join(&name, text_of(t, PART_STAT), ".");
    if (name.len == 0)
        join(&name, text_of(t, PART_SESSION), "");
    struct bk_verdict_cells cells = {bk_buf_str(&subject), bk_buf_str(&name), verdict,
                                     text_of(t, PART_WHY), tone_of(verdict)};
    if (verdict.len > 0)
        take(self, &cells);
    bk_buf_free(&subject);
    bk_buf_free(&name);
}

static bool give_section(struct bk_section *s, const struct bk_render_options *o,
                         void (*take)(void *self, const struct bk_verdict_cells *cells),
                         void *self, struct bk_err *err)
{
    const struct bk_value *cells;
    struct texts t = {.b = {0}};
    size_t parts[N_PARTS], i = 0;
    bool more = true, ok;
    find_parts(s, parts);
    while ((ok = bk_section_next(s, &i, &cells, &more, err)) && more) {
        read_texts(s, cells, parts, o, &t);
        give_row(&t, take, self);
    }
    bk_buf_free(&t.b);
    return ok;
}

bool bk_render_verdicts(const struct bk_report *r, const struct bk_render_options *o,
                        const char *format,
                        void (*take)(void *self, const struct bk_verdict_cells *cells),
                        void *self, struct bk_err *err)
{
    bool any = false;
    for (struct bk_section *s = r->sections; s != NULL; s = s->link) {
        if (!is_verdicts(s))
            continue;
        any = true;
        if (!give_section(s, o, take, self, err))
            return false;
    }
    return any || bk_fail(err, BK_EUSAGE,
                          "--format %s shows verdicts, and '%s' gives none: it goes "
                          "with 'gate' and 'regressions'",
                          format, r->name);
}
