/* What a unit says, before and after it was rebuilt, and the difference.
 *
 * Runs are told apart by their key in the unit, measurements by run, quantity and rank;
 * findings and values of sizing runs are compared as lists of texts.  Timelines and
 * series can be long: of them only the number of rows and a hash are held. */
#include "../base/hash.h"
#include "internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const run_fields[] = {
    "name",   "session",    "hardware", "model",  "engine",     "workload",
    "config", "started_at", "ended_at", "status", "status_why", "absorbed_by",
};
#define N_FIELDS    (sizeof run_fields / sizeof *run_fields)
#define FIRST_FIELD 3 /* its column in said_runs.sql */

struct value { /* of a measurement */
    int64_t quantity, rank;
    double value;
    uint64_t rest; /* hash of bounds, origin, digits and place */
};

struct said_run {
    struct bk_str key, name, fields[N_FIELDS];
    int64_t id;
    bool absorbed;
    struct value *values; /* by quantity and rank */
    size_t n_values;
};

struct text_row {       /* a finding, or a value of a sizing run */
    struct bk_str key;  /* what is told apart by */
    struct bk_str rest; /* what may change under it */
    struct bk_str about, name, scope, value, unit;
};

struct text_rows {
    struct text_row *list;
    size_t n;
};

struct digest { /* of a long list */
    int64_t n;
    char sha256[65];
};

struct bk_unit_state {
    struct bk_arena *arena;
    struct said_run *runs;
    size_t n_runs;
    struct text_rows findings, sizing;
    struct digest timeline, series;
};

/* --- reading --- */

static struct bk_stmt *ask(struct bk_archive *ar, enum bk_sql which, int64_t unit)
{
    struct bk_stmt *st = bk_stmt(ar->db, which);
    bk_bind_int(st, ":unit", unit);
    return st;
}

static uint64_t rest_of(struct bk_buf *b, struct bk_stmt *st)
{
    bk_buf_clear(b);
    for (size_t i = 3; i < bk_col_count(st); i++) {
        bk_buf_add(b, bk_col_text(st, i));
        bk_buf_addc(b, '\x1f');
    }
    return bk_hash64(bk_buf_str(b));
}

static bool read_values(struct bk_archive *ar, struct bk_unit_state *s,
                        struct said_run *run, struct bk_buf *b, struct bk_err *err)
{
    bool row, ok;
    struct bk_stmt *st =
        bk_stmt(ar->db, run->absorbed ? BK_SQL_SAID_MEASUREMENTS_ABSORBED
                                      : BK_SQL_SAID_MEASUREMENTS);
    bk_bind_int(st, ":run", run->id);
    while ((ok = bk_step(st, &row, err)) && row) {
        *BK_PUSH(s->arena, run->values, run->n_values) = (struct value){
            .quantity = bk_col_int(st, 0),
            .rank = bk_col_int(st, 1),
            .value = bk_col_real(st, 2),
            .rest = rest_of(b, st),
        };
    }
    bk_reset(st);
    return ok;
}

static bool read_runs(struct bk_archive *ar, struct bk_unit_state *s, int64_t unit,
                      struct bk_err *err)
{
    bool row, ok;
    struct bk_buf b = {0};
    struct bk_stmt *st = ask(ar, BK_SQL_SAID_RUNS, unit);
    while ((ok = bk_step(st, &row, err)) && row) {
        struct said_run *r = BK_PUSH(s->arena, s->runs, s->n_runs);
        r->key = bk_dup(s->arena, bk_col_text(st, 0));
        r->id = bk_col_int(st, 1);
        r->absorbed = bk_col_int(st, 2) != 0;
        for (size_t i = 0; i < N_FIELDS; i++) {
            r->fields[i] = bk_dup(s->arena, bk_col_text(st, FIRST_FIELD + i));
        }
        r->name = r->fields[r->absorbed ? N_FIELDS - 1 : 0];
    }
    bk_reset(st);
    for (size_t i = 0; ok && i < s->n_runs; i++) {
        ok = read_values(ar, s, &s->runs[i], &b, err);
    }
    bk_buf_free(&b);
    return ok;
}

static struct bk_str columns(struct bk_unit_state *s, struct bk_stmt *st, size_t first,
                             size_t end)
{
    struct bk_str parts[10];
    size_t n = 0;
    for (size_t i = first; i < end && n < sizeof parts / sizeof *parts; i++) {
        parts[n++] = bk_col_text(st, i);
    }
    return bk_join(s->arena, parts, n, '\x1f');
}

static struct bk_str text(struct bk_unit_state *s, struct bk_stmt *st, size_t i)
{
    return bk_dup(s->arena, bk_col_text(st, i));
}

static int by_key(const void *a, const void *b)
{
    const struct text_row *x = a, *y = b;
    int order = bk_cmp(x->key, y->key);
    return order ? order : bk_cmp(x->rest, y->rest);
}

static void sort(struct text_rows *rows)
{
    if (rows->n > 1) {
        qsort(rows->list, rows->n, sizeof *rows->list, by_key);
    }
}

/* Columns of said_findings.sql: code severity subject message expected actual locator
 * about. */
static bool read_findings(struct bk_archive *ar, struct bk_unit_state *s, int64_t unit,
                          struct bk_err *err)
{
    bool row, ok;
    struct bk_stmt *st = ask(ar, BK_SQL_SAID_FINDINGS, unit);
    while ((ok = bk_step(st, &row, err)) && row) {
        *BK_PUSH(s->arena, s->findings.list, s->findings.n) = (struct text_row){
            .key = columns(s, st, 0, 8),
            .about = text(s, st, 7),
            .name = text(s, st, 0),
            .value = text(s, st, 3),
        };
    }
    bk_reset(st);
    sort(&s->findings);
    return ok;
}

/* Columns of said_sizing.sql: sizing_run scenario section name value unit origin
 * source_value source_unit locator. */
static bool read_sizing(struct bk_archive *ar, struct bk_unit_state *s, int64_t unit,
                        struct bk_err *err)
{
    bool row, ok;
    struct bk_stmt *st = ask(ar, BK_SQL_SAID_SIZING, unit);
    while ((ok = bk_step(st, &row, err)) && row) {
        *BK_PUSH(s->arena, s->sizing.list, s->sizing.n) = (struct text_row){
            .key = columns(s, st, 0, 4),
            .rest = columns(s, st, 4, 10),
            .about = text(s, st, 0),
            .scope = text(s, st, 1),
            .name = text(s, st, 3),
            .value = text(s, st, 4),
            .unit = text(s, st, 5),
        };
    }
    bk_reset(st);
    sort(&s->sizing);
    return ok;
}

static bool read_digest(struct bk_stmt *st, struct digest *d, struct bk_err *err)
{
    bool row, ok;
    struct bk_sha256 h;
    bk_sha256_init(&h);
    while ((ok = bk_step(st, &row, err)) && row) {
        for (size_t i = 0; i < bk_col_count(st); i++) {
            bk_sha256_add(&h, bk_col_text(st, i));
            bk_sha256_add(&h, bk_col_is_null(st, i) ? BK_S("\x1e") : BK_S("\x1f"));
        }
        d->n++;
    }
    bk_reset(st);
    bk_sha256_hex(&h, d->sha256);
    return ok;
}

bool bk_archive_state(struct bk_archive *ar, int64_t unit, struct bk_unit_state **state,
                      struct bk_err *err)
{
    struct bk_unit_state *s = bk_realloc(NULL, sizeof *s);
    *s = (struct bk_unit_state){.arena = bk_arena_new()};
    *state = s;
    if (read_runs(ar, s, unit, err) && read_findings(ar, s, unit, err) &&
        read_sizing(ar, s, unit, err) &&
        read_digest(ask(ar, BK_SQL_SAID_TIMELINE, unit), &s->timeline, err) &&
        read_digest(ask(ar, BK_SQL_SAID_SERIES, unit), &s->series, err)) {
        return true;
    }
    bk_archive_state_free(s);
    *state = NULL;
    return false;
}

void bk_archive_state_free(struct bk_unit_state *s)
{
    if (s) {
        bk_arena_free(s->arena);
        free(s);
    }
}

/* --- comparing --- */

struct comparing {
    struct bk_archive *ar;
    struct bk_change_counts *counts;
    const struct bk_change_observer *observer; /* or NULL */
};

static void tell(const struct comparing *cmp, struct bk_change c)
{
    switch (c.what) {
    case BK_CHANGE_ADDED:
        cmp->counts->added[c.of]++;
        break;
    case BK_CHANGE_GONE:
        cmp->counts->gone[c.of]++;
        break;
    case BK_CHANGE_CHANGED:
        cmp->counts->changed[c.of]++;
        break;
    }
    if (cmp->observer) {
        cmp->observer->change(cmp->observer->self, &c);
    }
}

static bool tell_value(const struct comparing *cmp, struct bk_str run,
                       const struct value *old, const struct value *new,
                       struct bk_err *err)
{
    bool row;
    struct bk_stmt *st = bk_stmt(cmp->ar->db, BK_SQL_QUANTITY_NAME);
    const struct value *either = old ? old : new;
    bk_bind_int(st, ":quantity", either ? either->quantity : 0);
    bool ok = bk_step(st, &row, err);
    if (ok && row) {
        tell(cmp, (struct bk_change){
                      .of = BK_CHANGE_MEASUREMENT,
                      .what = !old   ? BK_CHANGE_ADDED
                              : !new ? BK_CHANGE_GONE
                                     : BK_CHANGE_CHANGED,
                      .run = run,
                      .metric = bk_col_text(st, 0),
                      .stat = bk_col_text(st, 1),
                      .scope = bk_col_text(st, 2),
                      .unit = bk_col_text(st, 3),
                      .is_number = true,
                      .old_value = old ? old->value : (double)NAN,
                      .new_value = new ? new->value : (double)NAN,
                  });
    }
    bk_reset(st);
    return ok;
}

static int value_order(const struct value *x, const struct value *y)
{
    if (x->quantity != y->quantity) {
        return x->quantity < y->quantity ? -1 : 1;
    }
    return (x->rank > y->rank) - (x->rank < y->rank);
}

static bool same_value(const struct value *x, const struct value *y)
{
    return memcmp(&x->value, &y->value, sizeof x->value) == 0 && x->rest == y->rest;
}

static bool compare_values(const struct comparing *cmp, const struct said_run *old,
                           const struct said_run *new, struct bk_err *err)
{
    static const struct said_run none;
    old = old ? old : &none;
    new = new ? new : &none;
    struct bk_str name = new != &none ? new->name : old->name;
    size_t i = 0, k = 0;
    while (i < old->n_values || k < new->n_values) {
        const struct value *x = i < old->n_values ? &old->values[i] : NULL;
        const struct value *y = k < new->n_values ? &new->values[k] : NULL;
        int order = !x ? 1 : !y ? -1 : value_order(x, y);
        i += order <= 0;
        k += order >= 0;
        if (order == 0 && same_value(x, y)) {
            cmp->counts->kept[BK_CHANGE_MEASUREMENT]++;
        } else if (!tell_value(cmp, name, order <= 0 ? x : NULL, order >= 0 ? y : NULL,
                               err)) {
            return false;
        }
    }
    return true;
}

static void compare_fields(const struct comparing *cmp, const struct said_run *old,
                           const struct said_run *new)
{
    bool any = false;
    for (size_t i = 0; i < N_FIELDS; i++) {
        if (bk_eq(old->fields[i], new->fields[i])) {
            continue;
        }
        cmp->counts->changed[BK_CHANGE_RUN] -= any; /* a run is counted once */
        tell(cmp, (struct bk_change){.of = BK_CHANGE_RUN,
                                     .what = BK_CHANGE_CHANGED,
                                     .run = new->name,
                                     .name = bk_str(run_fields[i]),
                                     .old = old->fields[i],
                                     .new = new->fields[i]});
        any = true;
    }
    cmp->counts->kept[BK_CHANGE_RUN] += !any;
}

static bool compare_runs(const struct comparing *cmp, const struct bk_unit_state *old,
                         const struct bk_unit_state *new, struct bk_err *err)
{
    size_t i = 0, k = 0;
    while (i < old->n_runs || k < new->n_runs) {
        const struct said_run *x = i < old->n_runs ? &old->runs[i] : NULL;
        const struct said_run *y = k < new->n_runs ? &new->runs[k] : NULL;
        int order = !x ? 1 : !y ? -1 : bk_cmp(x->key, y->key);
        i += order <= 0;
        k += order >= 0;
        if (order == 0) {
            compare_fields(cmp, x, y);
        } else {
            tell(cmp, (struct bk_change){.of = BK_CHANGE_RUN,
                                         .what = order < 0 ? BK_CHANGE_GONE
                                                           : BK_CHANGE_ADDED,
                                         .run = order < 0 ? x->name : y->name});
        }
        if (!compare_values(cmp, order <= 0 ? x : NULL, order >= 0 ? y : NULL, err)) {
            return false;
        }
    }
    return true;
}

static void compare_rows(const struct comparing *cmp, enum bk_change_of of,
                         const struct text_rows *old, const struct text_rows *new)
{
    static const struct text_row none;
    size_t i = 0, k = 0;
    while (i < old->n || k < new->n) {
        const struct text_row *x = i < old->n ? &old->list[i] : NULL;
        const struct text_row *y = k < new->n ? &new->list[k] : NULL;
        int order = !x ? 1 : !y ? -1 : bk_cmp(x->key, y->key);
        i += order <= 0;
        k += order >= 0;
        if (order == 0 && bk_eq(x->rest, y->rest)) {
            cmp->counts->kept[of]++;
            continue;
        }
        x = order <= 0 ? x : &none;
        y = order >= 0 ? y : &none;
        const struct text_row *any = order >= 0 ? y : x;
        tell(cmp, (struct bk_change){.of = of,
                                     .what = order < 0   ? BK_CHANGE_GONE
                                             : order > 0 ? BK_CHANGE_ADDED
                                                         : BK_CHANGE_CHANGED,
                                     .run = any->about,
                                     .name = any->name,
                                     .scope = any->scope,
                                     .unit = any->unit,
                                     .old = x->value,
                                     .new = y->value});
    }
}

static void compare_digests(const struct comparing *cmp, enum bk_change_of of,
                            const struct digest *old, const struct digest *new)
{
    if (strcmp(old->sha256, new->sha256) == 0) {
        cmp->counts->kept[of] += old->n;
        return;
    }
    tell(cmp, (struct bk_change){.of = of,
                                 .what = old->n == 0   ? BK_CHANGE_ADDED
                                         : new->n == 0 ? BK_CHANGE_GONE
                                                       : BK_CHANGE_CHANGED,
                                 .is_number = true,
                                 .unit = BK_S("1"),
                                 .old_value = (double)old->n,
                                 .new_value = (double)new->n});
}

bool bk_archive_compare(struct bk_archive *ar, const struct bk_unit_state *old,
                        const struct bk_unit_state *new,
                        struct bk_change_counts *counts,
                        const struct bk_change_observer *observer, struct bk_err *err)
{
    const struct comparing cmp = {ar, counts, observer};
    if (!compare_runs(&cmp, old, new, err)) {
        return false;
    }
    compare_rows(&cmp, BK_CHANGE_SIZING, &old->sizing, &new->sizing);
    compare_rows(&cmp, BK_CHANGE_FINDING, &old->findings, &new->findings);
    compare_digests(&cmp, BK_CHANGE_TIMELINE, &old->timeline, &new->timeline);
    compare_digests(&cmp, BK_CHANGE_SERIES, &old->series, &new->series);
    return true;
}
