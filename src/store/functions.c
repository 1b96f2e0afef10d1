/* SQL functions of our own: what analysts miss in the engine.
 *
 * percentile interpolates linearly between the closest ranks (Hyndman and Fan's type 7,
 * as SQLite's percentile extension, NumPy and R do by default); median is percentile
 * 50; stddev is the sample's (n - 1); count_ids is count(DISTINCT) of ids.  NULLs and texts that are no numbers are left
 * out, as in SQL's own aggregates. */
#include "../base/num.h"
#include "../base/time.h"
#include "internal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FUNCTION_FLAGS (SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS)

/* --- aggregates over all values --- */

struct values { /* of one group; zeroed by the engine */
    double *items;
    size_t n, cap;
    double q; /* of percentile, 0..100 */
};

static bool is_number(sqlite3_value *v)
{
    int type = sqlite3_value_numeric_type(v);
    return type == SQLITE_INTEGER || type == SQLITE_FLOAT;
}

static bool keep_value(struct values *all, double x)
{
    if (all->n == all->cap) {
        size_t cap = all->cap ? all->cap * 2 : 64;
        double *items = sqlite3_realloc64(all->items, cap * sizeof *items);
        if (!items) {
            return false;
        }
        all->items = items;
        all->cap = cap;
    }
    all->items[all->n++] = x;
    return true;
}

static void values_step(sqlite3_context *c, int argc, sqlite3_value **argv)
{
    struct values *all = sqlite3_aggregate_context(c, sizeof *all);
    if (!all) {
        sqlite3_result_error_nomem(c);
        return;
    }
    double q = argc > 1 ? sqlite3_value_double(argv[1]) : 50;
    if ((argc > 1 && !is_number(argv[1])) || !(q >= 0 && q <= 100)) {
        sqlite3_result_error(c, "percentile(x, q) takes a q of 0 to 100", -1);
        return;
    }
    all->q = q;
    if (is_number(argv[0]) && !keep_value(all, sqlite3_value_double(argv[0]))) {
        sqlite3_result_error_nomem(c);
    }
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void percentile_final(sqlite3_context *c)
{
    struct values *all = sqlite3_aggregate_context(c, 0);
    if (!all || all->n == 0) {
        if (all) {
            sqlite3_free(all->items);
        }
        return;
    }
    qsort(all->items, all->n, sizeof *all->items, by_value);
    double rank = all->q / 100 * (double)(all->n - 1);
    size_t below = (size_t)rank;
    double x = all->items[below];
    if (below + 1 < all->n) {
        x += (rank - (double)below) * (all->items[below + 1] - x);
    }
    sqlite3_free(all->items);
    sqlite3_result_double(c, x);
}

/* --- stddev: Welford's running mean and sum of squares --- */

struct spread {
    int64_t n;
    double mean, squares;
};

static void stddev_step(sqlite3_context *c, int argc, sqlite3_value **argv)
{
    struct spread *s = sqlite3_aggregate_context(c, sizeof *s);
    (void)argc;
    if (!s) {
        sqlite3_result_error_nomem(c);
        return;
    }
    if (!is_number(argv[0])) {
        return;
    }
    double x = sqlite3_value_double(argv[0]);
    double before = x - s->mean;
    s->n++;
    s->mean += before / (double)s->n;
    s->squares += before * (x - s->mean);
}

static void stddev_final(sqlite3_context *c)
{
    const struct spread *s = sqlite3_aggregate_context(c, 0);
    if (s && s->n > 1) {
        sqlite3_result_double(c, sqrt(s->squares / (double)(s->n - 1)));
    }
}

/* --- count_ids: ids are small and dense, so a bit for each is enough --- */

enum {
    LARGEST_ID = 1 << 30,
    ID_BITS = 64,
};

struct ids { /* zeroed by the engine */
    uint64_t *bits;
    size_t words;
    int64_t n;
};

static bool hold_word(struct ids *ids, size_t word)
{
    if (word < ids->words) {
        return true;
    }
    size_t words = ids->words ? 2 * ids->words : 64;
    words = words > word ? words : word + 1;
    uint64_t *bits = sqlite3_realloc64(ids->bits, words * sizeof *bits);
    if (!bits) {
        return false;
    }
    memset(bits + ids->words, 0, (words - ids->words) * sizeof *bits);
    ids->bits = bits;
    ids->words = words;
    return true;
}

static void ids_step(sqlite3_context *c, int argc, sqlite3_value **argv)
{
    struct ids *ids = sqlite3_aggregate_context(c, sizeof *ids);
    (void)argc;
    int64_t id = sqlite3_value_int64(argv[0]);
    if (!ids) {
        sqlite3_result_error_nomem(c);
        return;
    }
    if (sqlite3_value_type(argv[0]) == SQLITE_NULL) {
        return;
    }
    if (sqlite3_value_type(argv[0]) != SQLITE_INTEGER || id < 0 || id > LARGEST_ID) {
        sqlite3_result_error(c, "count_ids(id) takes whole numbers from 0 to 2^30", -1);
        return;
    }
    size_t word = (size_t)id / ID_BITS;
    if (!hold_word(ids, word)) {
        sqlite3_result_error_nomem(c);
        return;
    }
    uint64_t bit = UINT64_C(1) << ((size_t)id % ID_BITS);
    ids->n += (ids->bits[word] & bit) == 0;
    ids->bits[word] |= bit;
}

static void ids_final(sqlite3_context *c)
{
    struct ids *ids = sqlite3_aggregate_context(c, 0);
    sqlite3_result_int64(c, ids ? ids->n : 0);
    if (ids) {
        sqlite3_free(ids->bits);
    }
}

/* --- scalars --- */

static void iso_time(sqlite3_context *c, int argc, sqlite3_value **argv)
{
    char text[40];
    (void)argc;
    if (!is_number(argv[0])) {
        return;
    }
    size_t n = bk_format_iso(sqlite3_value_int64(argv[0]), text);
    sqlite3_result_text(c, text, (int)n, SQLITE_TRANSIENT);
}

static void human_bytes(sqlite3_context *c, int argc, sqlite3_value **argv)
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
    (void)argc;
    if (!is_number(argv[0])) {
        return;
    }
    double n = sqlite3_value_double(argv[0]);
    size_t unit = 0;
    while (fabs(n) >= 1024 && unit + 1 < sizeof units / sizeof *units) {
        n /= 1024;
        unit++;
    }
    char digits[352], text[400];
    bk_format_digits(n, 4, digits);
    int len = snprintf(text, sizeof text, "%s %s", digits, units[unit]);
    sqlite3_result_text(c, text, len, SQLITE_TRANSIENT);
}

/* --- registration --- */

static const struct {
    const char *name;
    int args;
    void (*scalar)(sqlite3_context *, int, sqlite3_value **);
    void (*step)(sqlite3_context *, int, sqlite3_value **);
    void (*final)(sqlite3_context *);
} functions[] = {
    {.name = "median", .args = 1, .step = values_step, .final = percentile_final},
    {.name = "percentile", .args = 2, .step = values_step, .final = percentile_final},
    {.name = "stddev", .args = 1, .step = stddev_step, .final = stddev_final},
    {.name = "count_ids", .args = 1, .step = ids_step, .final = ids_final},
    {.name = "iso_time", .args = 1, .scalar = iso_time},
    {.name = "human_bytes", .args = 1, .scalar = human_bytes},
};

bool bk_db_add_functions(struct bk_db *db, struct bk_err *err)
{
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
        int rc = sqlite3_create_function_v2(
            db->h, functions[i].name, functions[i].args, FUNCTION_FLAGS, NULL,
            functions[i].scalar, functions[i].step, functions[i].final, NULL);
        if (rc != SQLITE_OK) {
            return bk_db_fail(db, rc, "cannot open", err);
        }
    }
    return true;
}
