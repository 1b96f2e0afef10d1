/* Building reports (see report.h). */
#include "report.h"

#include "../base/time.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

struct bk_report *bk_report_new(const char *name)
{
    struct bk_arena *a = bk_arena_new();
    struct bk_report *r = bk_alloc(a, sizeof *r);
    r->arena = a;
    r->name = bk_cstr(a, bk_str(name));
    r->last_section = &r->sections;
    r->last_note = &r->notes;
    return r;
}

void bk_report_free(struct bk_report *r)
{
    if (!r)
        return;
    for (struct bk_section *s = r->sections; s; s = s->link) {
        if (s->close)
            s->close(s->self);
    }
    bk_arena_free(r->arena);
}

void bk_report_arg(struct bk_report *r, const char *name, struct bk_str value)
{
    *BK_PUSH(r->arena, r->args, r->n_args) = (struct bk_pair){
        .name = bk_dup(r->arena, bk_str(name)),
        .value = bk_dup(r->arena, value),
    };
}

struct bk_section *bk_report_section(struct bk_report *r, const char *name,
                                     const struct bk_column *columns, size_t n_columns)
{
    struct bk_section *s = bk_alloc(r->arena, sizeof *s);
    struct bk_column *own = bk_alloc_array(r->arena, n_columns, sizeof *own);
    if (n_columns)
        memcpy(own, columns, n_columns * sizeof *own);
    s->name = bk_cstr(r->arena, bk_str(name));
    s->columns = own;
    s->n_columns = n_columns;
    *r->last_section = s;
    r->last_section = &s->link;
    return s;
}

const struct bk_column *bk_columns_hidden(struct bk_arena *a,
                                          const struct bk_column *columns, size_t n,
                                          size_t first)
{
    struct bk_column *c = bk_alloc_array(a, n, sizeof *c);
    for (size_t i = 0; i < n; i++) {
        c[i] = columns[i];
        if (i >= first)
            c[i].flags = BK_COL_MACHINE;
    }
    return c;
}

struct bk_value *bk_section_row(struct bk_report *r, struct bk_section *s)
{
    struct bk_value *cells = bk_alloc_array(r->arena, s->n_columns, sizeof *cells);
    *BK_PUSH(r->arena, s->rows, s->n_rows) = cells;
    return cells;
}

void bk_report_note(struct bk_report *r, const char *code, enum bk_severity severity,
                    const char *fmt, ...)
{
    struct bk_note *note = bk_alloc(r->arena, sizeof *note);
    va_list ap;
    va_start(ap, fmt);
    note->code = bk_dup(r->arena, bk_str(code));
    note->severity = severity;
    note->message = bk_vfmt(r->arena, fmt, ap);
    va_end(ap);
    *r->last_note = note;
    r->last_note = &note->link;
}

bool bk_section_next(struct bk_section *s, size_t *i, const struct bk_value **cells,
                     bool *more, struct bk_err *err)
{
    if (s->next) {
        if (!s->next(s->self, cells, more, err))
            return false;
        *i += *more;
        return true;
    }
    *more = *i < s->n_rows;
    if (*more)
        *cells = s->rows[(*i)++];
    return true;
}

struct bk_value bk_v_null(void)
{
    return (struct bk_value){.type = BK_CELL_NULL};
}

struct bk_value bk_v_int(int64_t i)
{
    return (struct bk_value){.type = BK_CELL_INT, .u.i = i};
}

struct bk_value bk_v_real(double x)
{
    return (struct bk_value){.type = BK_CELL_REAL, .u.real = x};
}

struct bk_value bk_v_real_unit(double x, struct bk_str unit)
{
    return (struct bk_value){.type = BK_CELL_REAL, .u.real = x, .unit = unit};
}

struct bk_value bk_v_known(double x)
{
    return isfinite(x) ? bk_v_real(x) : bk_v_null();
}

struct bk_value bk_v_known_unit(double x, struct bk_str unit)
{
    return isfinite(x) ? bk_v_real_unit(x, unit) : bk_v_null();
}

struct bk_value bk_v_str(struct bk_str s)
{
    return (struct bk_value){.type = BK_CELL_STR, .u.s = s};
}

struct bk_value bk_v_text(const char *s)
{
    return s ? bk_v_str(bk_str(s)) : bk_v_null();
}

struct bk_value bk_v_time(int64_t ns)
{
    if (ns == BK_NO_TIME)
        return bk_v_null();
    return (struct bk_value){.type = BK_CELL_TIME, .u.i = ns};
}

struct bk_value bk_v_bool(bool b)
{
    return (struct bk_value){.type = BK_CELL_BOOL, .u.i = b};
}

struct bk_value bk_v_pairs(const struct bk_pair *items, size_t n)
{
    return (struct bk_value){.type = BK_CELL_PAIRS, .u.pairs = {items, n}};
}
