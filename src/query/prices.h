/* What a machine costs an hour, as people said: 'hardware price', and what 'tokens' makes
 * of it.
 *
 * Prices are kept in the order in which they were said.  The last one holds; taking it
 * back makes the one before it hold again. */
#ifndef BK_QUERY_PRICES_H
#define BK_QUERY_PRICES_H

#include "../base/opt.h"
#include "../report/report.h"
#include "../store/db.h"

struct bk_price {
    double an_hour;         /* of one machine; 0: nobody said a price */
    struct bk_str currency; /* "USD"; in the arena */
    int64_t said_ns;
};

/* The price that holds for a kind of machine by its canonical name. */
bool bk_price_of(struct bk_db *db, struct bk_arena *a, struct bk_str hardware,
                 struct bk_price *price, struct bk_err *err);

/* 'hardware price ...': do these words change something? */
bool bk_prices_write(const struct bk_strings *words);
/* Answers 'price', 'price NAME', 'price NAME AMOUNT CURRENCY', 'price NAME undo'.
 * BK_EUSAGE when the machine is not known, the amount is no number above 0, the currency
 * not three letters, or there is no price to take back. */
bool bk_prices_ask(struct bk_db *db, const struct bk_strings *words,
                   struct bk_report *r, struct bk_err *err);
/* Adds the section 'prices' of one kind of machine, unless it has none. */
bool bk_prices_show(struct bk_db *db, struct bk_report *r, int64_t hardware,
                    struct bk_err *err);

#endif
