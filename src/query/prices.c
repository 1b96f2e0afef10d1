/* hardware price: what a machine costs an hour (see prices.h). */
#include "prices.h"

#include "../base/num.h"
#include "../base/time.h"
#include "select.h"

#include <ctype.h>

/* Far above what any machine costs; a number beyond it is a mistake. */
#define MOST_AN_HOUR 1e9

enum {
    CURRENCY_LETTERS = 3 /* ISO 4217 */
};

static const struct bk_column columns[] = {
    {"hardware", "", 0},
    {"price_per_hour", "*", 0},
    {"currency", "", BK_COL_MACHINE},
    {"said_at", "", 0},
};
enum {
    N_COLUMNS = sizeof columns / sizeof *columns
};

/* --- reading --- */

static bool find_hardware(struct bk_db *db, struct bk_arena *a, const char *name,
                          int64_t *id, struct bk_err *err)
{
    struct bk_str canonical;
    bool found;
    if (!bk_hardware_name(db, a, bk_str(name), &canonical, err))
        return false;
    struct bk_stmt *st = bk_stmt(db, BK_SQL_HARDWARE_BY_NAME);
    bk_bind_text(st, ":name", canonical);
    if (!bk_one_int(st, id, &found, err))
        return false;
    return found ||
           bk_fail(err, BK_EUSAGE,
                   "no hardware is called '%s' (see 'benchkeep hardware')", name);
}

bool bk_price_of(struct bk_db *db, struct bk_arena *a, struct bk_str hardware,
                 struct bk_price *price, struct bk_err *err)
{
    int64_t id;
    bool found;
    *price = (struct bk_price){.said_ns = BK_NO_TIME};
    struct bk_stmt *st = bk_stmt(db, BK_SQL_HARDWARE_BY_NAME);
    bk_bind_text(st, ":name", hardware);
    if (!bk_one_int(st, &id, &found, err))
        return false;
    if (!found)
        return true;
    st = bk_stmt(db, BK_SQL_HARDWARE_PRICE_LAST);
    bk_bind_int(st, ":hardware", id);
    bool ok = bk_step(st, &found, err);
    if (ok && found)
        *price = (struct bk_price){.an_hour = bk_col_real(st, 1),
                                   .currency = bk_dup(a, bk_col_text(st, 2)),
                                   .said_ns = bk_col_int(st, 3)};
    bk_reset(st);
    return ok;
}

/* A row for each row of a statement with name, price, currency and time. */
static bool add_rows(struct bk_report *r, struct bk_stmt *st, bool even_none,
                     struct bk_err *err)
{
    struct bk_section *s = NULL;
    bool more, ok;
    if (even_none)
        s = bk_report_section(r, "prices", columns, N_COLUMNS);
    while ((ok = bk_step(st, &more, err)) && more) {
        if (s == NULL)
            s = bk_report_section(r, "prices", columns, N_COLUMNS);
        struct bk_value *c = bk_section_row(r, s);
        struct bk_str currency = bk_dup(r->arena, bk_col_text(st, 2));
        c[0] = bk_v_str(bk_dup(r->arena, bk_col_text(st, 0)));
        c[1] = bk_v_real_unit(bk_col_real(st, 1), currency);
        c[2] = bk_v_str(currency);
        c[3] = bk_v_time(bk_col_time(st, 3));
    }
    bk_reset(st);
    return ok;
}

static bool add_prices_of(struct bk_db *db, struct bk_report *r, int64_t hardware,
                          bool even_none, struct bk_err *err)
{
    struct bk_stmt *st = bk_stmt(db, BK_SQL_HARDWARE_PRICES);
    bk_bind_int(st, ":hardware", hardware);
    return add_rows(r, st, even_none, err);
}

bool bk_prices_show(struct bk_db *db, struct bk_report *r, int64_t hardware,
                    struct bk_err *err)
{
    return add_prices_of(db, r, hardware, false, err);
}

/* --- changing --- */

static bool read_currency(struct bk_arena *a, const char *text, struct bk_str *currency,
                          struct bk_err *err)
{
    *currency = bk_dup(a, bk_str(text));
    bool good = currency->len == CURRENCY_LETTERS;
    char *letters = bk_alloc(a, CURRENCY_LETTERS + 1);
    for (size_t i = 0; good && i < CURRENCY_LETTERS; i++) {
        unsigned char c = (unsigned char)currency->ptr[i];
        good = c < 128 && isalpha(c) != 0;
        letters[i] = (char)toupper(c);
    }
    if (!good)
        return bk_fail(err, BK_EUSAGE,
                       "'%s' is no currency: write its three letters, as USD or EUR",
                       text);
    *currency = (struct bk_str){letters, CURRENCY_LETTERS};
    return true;
}

static bool say(struct bk_db *db, struct bk_report *r, int64_t hardware,
                const char *amount, const char *currency, struct bk_err *err)
{
    double price;
    struct bk_str letters;
    if (!bk_parse_double(bk_str(amount), &price) || !(price > 0) ||
        price > MOST_AN_HOUR)
        return bk_fail(err, BK_EUSAGE,
                       "'%s' is no price: write what an hour of one machine costs, as "
                       "12.5",
                       amount);
    if (!read_currency(r->arena, currency, &letters, err))
        return false;
    struct bk_stmt *st = bk_stmt(db, BK_SQL_HARDWARE_PRICE_PUT);
    bk_bind_int(st, ":hardware", hardware);
    bk_bind_int(st, ":said", bk_now());
    bk_bind_real(st, ":price", price);
    bk_bind_text(st, ":currency", letters);
    return bk_run_stmt(st, err);
}

static bool take_back(struct bk_db *db, int64_t hardware, const char *name,
                      struct bk_err *err)
{
    int64_t seq;
    bool found;
    struct bk_stmt *st = bk_stmt(db, BK_SQL_HARDWARE_PRICE_UNDO);
    bk_bind_int(st, ":hardware", hardware);
    if (!bk_one_int(st, &seq, &found, err))
        return false;
    return found || bk_fail(err, BK_EUSAGE, "'%s' has no price to take back", name);
}

bool bk_prices_write(const struct bk_strings *words)
{
    return words->n > 2;
}

bool bk_prices_ask(struct bk_db *db, const struct bk_strings *words,
                   struct bk_report *r, struct bk_err *err)
{
    const char *const *word = words->items;
    struct bk_err ignored = {0};
    int64_t hardware;
    if (words->n == 1)
        return add_rows(r, bk_stmt(db, BK_SQL_HARDWARE_PRICES_ALL), true, err);
    if (!find_hardware(db, r->arena, word[1], &hardware, err))
        return false;
    if (words->n == 2)
        return add_prices_of(db, r, hardware, true, err);
    if (!bk_begin(db, err))
        return false;
    bool ok;
    if (words->n == 4)
        ok = say(db, r, hardware, word[2], word[3], err);
    else if (bk_is(bk_str(word[2]), "undo"))
        ok = take_back(db, hardware, word[1], err);
    else
        ok = bk_fail(err, BK_EUSAGE,
                     "a price needs its currency: 'hardware price %s %s USD'", word[1],
                     word[2]);
    if (!ok) {
        bk_end(db, false, &ignored);
        return false;
    }
    return bk_end(db, true, err) && add_prices_of(db, r, hardware, true, err);
}
