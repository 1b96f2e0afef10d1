/* Reading baselines, and their words: see baselines.h. */
#include "baselines.h"

#include "../base/time.h"

/* --- reading --- */

static void read_one(struct bk_arena *a, const struct bk_stmt *st,
                     struct bk_baseline *b)
{
    struct bk_str *const texts[] = {&b->name,       &b->session, &b->filter,
                                    &b->reason,     &b->author,  &b->cleared_by,
                                    &b->cleared_why};
    enum {
        N_TEXTS = sizeof texts / sizeof *texts
    };
    *b = (struct bk_baseline){.id = bk_col_int(st, 0)};
    for (size_t i = 0; i < N_TEXTS; i++)
        *texts[i] = bk_dup(a, bk_col_text(st, 1 + i));
    b->rolling = (size_t)bk_col_int(st, 1 + N_TEXTS);
    b->created_ns = bk_col_time(st, 2 + N_TEXTS);
    b->cleared_ns = bk_col_time(st, 3 + N_TEXTS);
}

bool bk_baselines_load(struct bk_db *db, struct bk_arena *a, bool all,
                       struct bk_baseline_list *list, struct bk_err *err)
{
    struct bk_stmt *st = bk_stmt(db, BK_SQL_BASELINES_LIST);
    bool more, ok;
    *list = (struct bk_baseline_list){NULL, 0};
    while ((ok = bk_step(st, &more, err)) && more) {
        struct bk_baseline b;
        read_one(a, st, &b);
        if (all || b.cleared_ns == BK_NO_TIME)
            *BK_PUSH(a, list->items, list->n) = b;
    }
    bk_reset(st);
    return ok;
}

bool bk_baseline_named(struct bk_db *db, struct bk_arena *a, const char *name,
                       const struct bk_baseline **b, struct bk_err *err)
{
    struct bk_baseline_list list;
    int64_t id;
    bool found;
    *b = NULL;
    if (!bk_baselines_load(db, a, false, &list, err))
        return false;
    for (size_t i = 0; i < list.n; i++)
        if (bk_is(list.items[i].name, name))
            *b = &list.items[i];
    if (*b == NULL)
        return true;
    struct bk_stmt *st = bk_stmt(db, BK_SQL_SESSION_BY_NAME);
    bk_bind_text(st, ":name", bk_str(name));
    return bk_one_int(st, &id, &found, err) &&
           (!found ||
            bk_fail(err, BK_EUSAGE,
                    "'%s' is a session and a baseline: set the baseline under another "
                    "name ('benchkeep baseline set') and clear this one",
                    name));
}

/* --- words --- */

struct bk_str bk_baseline_about(struct bk_arena *a, const struct bk_baseline *b)
{
    struct bk_str text = b->rolling > 0 ? bk_fmt(a, "the newest %zu session%s",
                                                 b->rolling, b->rolling == 1 ? "" : "s")
                                        : bk_fmt(a, "session %.*s", BK_F(b->session));
    return b->filter.len > 0 ? bk_fmt(a, "%.*s, %.*s", BK_F(text), BK_F(b->filter))
                             : text;
}

struct bk_str bk_baseline_text(struct bk_arena *a, const struct bk_baseline *b)
{
    char date[16];
    bk_format_date(b->created_ns, date);
    return bk_fmt(a, "baseline '%.*s', %.*s%s%.*s (%.*s, %s)", BK_F(b->name),
                  BK_F(bk_baseline_about(a, b)), b->reason.len > 0 ? ": " : "",
                  BK_F(b->reason), BK_F(b->author), date);
}

bool bk_baselines_section(struct bk_db *db, struct bk_report *r, struct bk_str session,
                          struct bk_err *err)
{
    static const struct bk_column columns[] = {
        {"baseline", "", 0}, {"filter", "", 0},     {"reason", "", 0},
        {"author", "", 0},   {"created_at", "", 0},
    };
    struct bk_baseline_list list;
    struct bk_section *s = NULL;
    if (!bk_baselines_load(db, r->arena, false, &list, err))
        return false;
    for (size_t i = 0; i < list.n; i++) {
        const struct bk_baseline *b = &list.items[i];
        if (b->rolling > 0 || !bk_eq(b->session, session))
            continue;
        if (s == NULL)
            s = bk_report_section(r, "baselines", columns,
                                  sizeof columns / sizeof *columns);
        struct bk_value *c = bk_section_row(r, s);
        c[0] = bk_v_str(b->name);
        c[1] = bk_v_str(b->filter);
        c[2] = bk_v_str(b->reason);
        c[3] = bk_v_str(b->author);
        c[4] = bk_v_time(b->created_ns);
    }
    return true;
}
