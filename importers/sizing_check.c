/* Sizing runs: findings about what does not recompute (src/record/sizing.h). */
#include "sizing.h"

#include "../src/base/num.h"

struct bk_str bk_sizing_show(const struct bk_sizing_work *w,
                             const struct bk_sizing_value *like, double value)
{
    const struct bk_sizing_field *f =
        bk_sizing_field(w, like->section, like->source_name);
    double factor = bk_eq(like->source_unit, f->written)
                        ? f->factor
                        : bk_sizing_factor(w, like->source_unit, like->unit);
    char digits[352];
    bk_format_digits(factor > 0 ? value / factor : value, 6, digits);
    bool plain = bk_is(like->source_unit, "1") || bk_is(like->source_unit, "ratio");
    return bk_fmt(w->arena, "%s%s%.*s", digits, plain ? "" : " ",
                  BK_F(plain ? BK_S("") : like->source_unit));
}

static void conflict(struct bk_sizing_work *w, const struct bk_sizing_conflict *c)
{
    const struct bk_sizing_value *v = c->value, *other = c->other;
    struct bk_str a = bk_sizing_show(w, other, other->value);
    struct bk_str b = bk_sizing_show(w, v, v->value);
    struct bk_finding *f =
        bk_sizing_finding(w, "conflicting-values", BK_WARNING, v->name,
                          "%.*s%s%.*s is %.*s at %.*s and "
                          "%.*s at %.*s",
                          BK_F(v->scenario), v->scenario.len ? ": " : "", BK_F(v->name),
                          BK_F(a), BK_F(other->locator), BK_F(b), BK_F(v->locator));
    f->expected = a;
    f->actual = b;
    f->locator = v->locator;
}

static void mismatch(struct bk_sizing_work *w, const struct bk_sizing_recomputed *r)
{
    const struct bk_sizing_value *v = r->stated;
    struct bk_str expected = bk_sizing_show(w, v, r->computed.value);
    struct bk_str actual = bk_sizing_show(w, v, v->value);
    struct bk_finding *f =
        bk_sizing_finding(w, "derived-mismatch", BK_WARNING, v->name,
                          "%.*s%s%.*s is %.*s, but %.*s gives %.*s", BK_F(r->scenario),
                          r->scenario.len ? ": " : "", BK_F(v->name), BK_F(actual),
                          BK_F(r->formula), BK_F(expected));
    f->expected = expected;
    f->actual = actual;
    f->locator = v->locator;
}

/* A formula that holds and is worth knowing; said once a file, of the first scenario. */
static void remark(struct bk_sizing_work *w, const struct bk_sizing_recomputed *r)
{
    const struct bk_sizing_value *v = r->stated;
    if (!bk_sizing_first(w,
                         bk_fmt(w->arena, "%.*s|%.*s", BK_F(r->code), BK_F(v->name))))
        return;
    struct bk_finding *f = bk_sizing_finding(
        w, bk_cstr(w->arena, r->code), r->severity, v->name,
        "%.*s: %.*s %.*s is %.*s: %.*s", BK_F(r->scenario), BK_F(v->name),
        BK_F(bk_sizing_show(w, v, v->value)), BK_F(r->formula), BK_F(r->remark));
    f->actual = bk_sizing_show(w, v, v->value);
    f->locator = v->locator;
}

void bk_sizing_check(struct bk_sizing_work *w, const struct bk_sizing_index *ix)
{
    size_t n;
    const struct bk_sizing_conflict *conflicts = bk_sizing_conflicts(ix, &n);
    for (size_t i = 0; i < n; i++)
        conflict(w, &conflicts[i]);
    const struct bk_sizing_recomputed *list = bk_sizing_recompute(w->arena, ix, &n);
    for (size_t i = 0; i < n; i++) {
        if (!list[i].agrees)
            mismatch(w, &list[i]);
        else if (list[i].code.len)
            remark(w, &list[i]);
    }
}
