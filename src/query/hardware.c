/* hardware: kinds of machines, their other names, and what sources say about them. */
#include "select.h"

#include "../base/num.h"
#include "prices.h"
#include "question.h"

static const struct bk_column columns[] = {
    {"hardware", "", 0},
    {"aliases", "", 0},
    {"sessions", "", 0},
    {"runs", "", 0},
};
static const struct bk_column alias_columns[] = {
    {"alias", "", 0},
    {"hardware", "", 0},
    {"origin", "", 0},
};
static const struct bk_column fact_columns[] = {
    {"name", "", 0},   {"value", "", 0},   {"unit", "", BK_COL_MACHINE},
    {"source", "", 0}, {"locator", "", 0},
};

/* --- listing --- */

static bool list_hardware(struct bk_db *db, struct bk_report *r, struct bk_err *err)
{
    struct bk_section *s = bk_report_section(r, "hardware", columns, 4);
    struct bk_stmt *st = bk_stmt(db, BK_SQL_HARDWARE_LIST);
    bool more, ok;
    while ((ok = bk_step(st, &more, err)) && more) {
        struct bk_value *c = bk_section_row(r, s);
        c[0] = bk_v_str(bk_dup(r->arena, bk_col_text(st, 1)));
        c[1] = bk_v_str(bk_dup(r->arena, bk_col_text(st, 2)));
        c[2] = bk_v_int(bk_col_int(st, 4));
        c[3] = bk_v_int(bk_col_int(st, 3));
    }
    bk_reset(st);
    return ok;
}

/* All rows of a statement of text columns as a section. */
static bool text_rows(struct bk_report *r, const char *name,
                      const struct bk_column *cols, size_t n, struct bk_stmt *st,
                      struct bk_err *err)
{
    struct bk_section *s = bk_report_section(r, name, cols, n);
    bool more, ok;
    while ((ok = bk_step(st, &more, err)) && more) {
        struct bk_value *c = bk_section_row(r, s);
        for (size_t i = 0; i < n; i++)
            c[i] = bk_v_str(bk_dup(r->arena, bk_col_text(st, i)));
        double number;
        if (cols == fact_columns && c[2].u.s.len > 0 &&
            bk_parse_double(c[1].u.s,
                            &number)) /* kept as text; people want it scaled */
            c[1] = bk_v_real_unit(number, c[2].u.s);
    }
    bk_reset(st);
    return ok;
}

static bool list_aliases(struct bk_db *db, struct bk_report *r, struct bk_err *err)
{
    return text_rows(r, "aliases", alias_columns, 3,
                     bk_stmt(db, BK_SQL_HARDWARE_ALIASES), err);
}

static bool show_one(struct bk_db *db, struct bk_report *r, const char *name,
                     struct bk_err *err)
{
    struct bk_str canonical;
    int64_t id;
    bool found;
    if (!bk_hardware_name(db, r->arena, bk_str(name), &canonical, err))
        return false;
    struct bk_stmt *st = bk_stmt(db, BK_SQL_HARDWARE_BY_NAME);
    bk_bind_text(st, ":name", canonical);
    if (!bk_one_int(st, &id, &found, err))
        return false;
    if (!found)
        return bk_fail(err, BK_EUSAGE,
                       "no hardware is called '%s' (see 'benchkeep hardware')", name);
    bk_report_arg(r, "hardware", canonical);
    st = bk_stmt(db, BK_SQL_HARDWARE_FACTS);
    bk_bind_int(st, ":hardware", id);
    return text_rows(r, "facts", fact_columns, 5, st, err) &&
           bk_prices_show(db, r, id, err);
}

/* --- aliases --- */

static bool run_move(struct bk_db *db, enum bk_sql which, int64_t from, int64_t to,
                     struct bk_err *err)
{
    struct bk_stmt *st = bk_stmt(db, which);
    bk_bind_int(st, ":from", from);
    bk_bind_int(st, ":to", to);
    return bk_run_stmt(st, err);
}

/* Runs that came in under the alias as a name of its own go to the named hardware. */
static bool merge_into(struct bk_db *db, struct bk_str alias, int64_t to,
                       struct bk_err *err)
{
    int64_t from;
    bool found;
    struct bk_stmt *st = bk_stmt(db, BK_SQL_HARDWARE_BY_NAME);
    bk_bind_text(st, ":name", alias);
    if (!bk_one_int(st, &from, &found, err))
        return false;
    if (!found || from == to)
        return true;
    static const enum bk_sql moves[] = {
        BK_SQL_HARDWARE_MOVE_RUNS, BK_SQL_HARDWARE_MOVE_SIZING,
        BK_SQL_HARDWARE_MOVE_FACTS, BK_SQL_HARDWARE_MOVE_PRICES,
        BK_SQL_HARDWARE_MOVE_ALIASES};
    for (size_t i = 0; i < sizeof moves / sizeof *moves; i++)
        if (!run_move(db, moves[i], from, to, err))
            return false;
    st = bk_stmt(db, BK_SQL_HARDWARE_DELETE);
    bk_bind_int(st, ":id", from);
    return bk_run_stmt(st, err);
}

static bool add_alias(struct bk_db *db, struct bk_report *r, const char *alias,
                      const char *name, struct bk_err *err)
{
    struct bk_str key = bk_hardware_key(r->arena, bk_str(alias));
    struct bk_str canonical;
    int64_t to;
    if (!bk_hardware_name(db, r->arena, bk_str(name), &canonical, err))
        return false;
    if (bk_eq(key, canonical))
        return bk_fail(err, BK_EUSAGE, "'%s' is the name of that hardware already",
                       alias);
    struct bk_stmt *st = bk_stmt(db, BK_SQL_HARDWARE_PUT);
    bk_bind_text(st, ":name", canonical);
    if (!bk_insert(st, &to, err) || !merge_into(db, key, to, err))
        return false;
    st = bk_stmt(db, BK_SQL_HARDWARE_ALIAS_PUT);
    bk_bind_text(st, ":alias", key);
    bk_bind_int(st, ":hardware", to);
    return bk_run_stmt(st, err);
}

static bool remove_alias(struct bk_db *db, struct bk_report *r, const char *alias,
                         struct bk_err *err)
{
    struct bk_stmt *st = bk_stmt(db, BK_SQL_HARDWARE_ALIAS_DELETE);
    bk_bind_text(st, ":alias", bk_hardware_key(r->arena, bk_str(alias)));
    bool found;
    bool ok = bk_step(st, &found, err);
    bk_reset(st);
    if (ok && !found)
        return bk_fail(err, BK_EUSAGE,
                       "no alias is called '%s' (see 'benchkeep hardware alias list')",
                       alias);
    return ok;
}

static bool change(struct bk_db *db, struct bk_report *r,
                   const struct bk_strings *positional, struct bk_err *err)
{
    const char *const *word = positional->items;
    bool ok;
    if (!bk_begin(db, err))
        return false;
    if (positional->n == 4 && bk_is(bk_str(word[1]), "add"))
        ok = add_alias(db, r, word[2], word[3], err);
    else if (positional->n == 3 && bk_is(bk_str(word[1]), "remove"))
        ok = remove_alias(db, r, word[2], err);
    else
        ok = bk_fail(err, BK_EUSAGE,
                     "write 'hardware alias list', 'hardware alias add ALIAS NAME' or "
                     "'hardware alias remove ALIAS'");
    struct bk_err ignored = {0};
    if (!ok) {
        bk_end(db, false, &ignored);
        return false;
    }
    return bk_end(db, true, err) && list_aliases(db, r, err);
}

/* --- the question --- */

static bool is_alias_command(const struct bk_strings *positional)
{
    return positional->n > 0 && bk_is(bk_str(positional->items[0]), "alias");
}

static bool is_price_command(const struct bk_strings *positional)
{
    return positional->n > 0 && bk_is(bk_str(positional->items[0]), "price");
}

static bool writes(const struct bk_strings *positional)
{
    if (is_price_command(positional))
        return bk_prices_write(positional);
    return is_alias_command(positional) && positional->n > 1 &&
           !bk_is(bk_str(positional->items[1]), "list");
}

static bool ask(struct bk_db *db, const void *args, const struct bk_strings *positional,
                const struct bk_strings *where, struct bk_report *r, struct bk_err *err)
{
    (void)args;
    (void)where;
    if (positional->n == 0)
        return list_hardware(db, r, err);
    if (is_price_command(positional))
        return bk_prices_ask(db, positional, r, err);
    if (writes(positional))
        return change(db, r, positional, err);
    if (is_alias_command(positional))
        return list_aliases(db, r, err);
    if (positional->n > 1)
        return bk_fail(err, BK_EUSAGE,
                       "'hardware' takes one name, 'alias ...' or 'price ...'");
    return show_one(db, r, positional->items[0], err);
}

const struct bk_question bk_question_hardware = {
    .name = "hardware",
    .args =
        "[NAME | alias list|add ALIAS NAME|remove ALIAS | price [NAME [PRICE CURRENCY "
        "| undo]]]",
    .summary = "list kinds of machines, their other names and prices",
    .help =
        "Without arguments: every kind of machine with its aliases.  With a NAME: what "
        "the\nimported files say about it.  An alias joins what sources call "
        "differently; runs that\ncame in under the alias move to the named "
        "hardware.  A price is what one machine costs an hour: 'tokens' uses the last "
        "one said,\n'undo' takes it back.\n\n"
        "Examples:\n"
        "  benchkeep hardware\n"
        "  benchkeep hardware h100\n"
        "  benchkeep hardware alias add dgx-b200 b200\n"
        "  benchkeep hardware alias remove dgx-b200\n"
        "  benchkeep hardware price h100 12.5 USD\n"
        "  benchkeep hardware price h100 undo\n",
    .max_positional = 4,
    .writes = writes,
    .ask = ask,
};
