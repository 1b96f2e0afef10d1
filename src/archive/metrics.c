/* Metrics and quantities.
 *
 * The dictionary's metrics are written whenever this program's dictionary is another
 * than the one that the database was last written with.  Others come along with the
 * sources that use them: unit as measured, no direction, no floor. */
#include "../base/hash.h"
#include "internal.h"

/* --- the dictionary in the database --- */

static const char *direction_name(enum bk_direction d)
{
    switch (d) {
    case BK_HIGHER:
        return "higher";
    case BK_LOWER:
        return "lower";
    case BK_NEUTRAL:
        return "neutral";
    }
    return "neutral";
}

static void hash_metric(struct bk_sha256 *h, const struct bk_metric *m)
{
    struct bk_buf b = {0};
    bk_buf_addf(&b, "%.*s\t%.*s\t%s\t%a", BK_F(m->name), BK_F(m->unit),
                direction_name(m->direction), m->floor);
    for (size_t i = 0; i < 3; i++) {
        bk_buf_addf(&b, "\t%.*s", BK_F(m->label[i]));
    }
    bk_buf_addf(&b, "\t%.*s\t%.*s\n", BK_F(m->definition), BK_F(m->source));
    bk_sha256_add(h, bk_buf_str(&b));
    bk_buf_free(&b);
}

static bool write_metric(struct bk_archive *ar, const struct bk_metric *m,
                         struct bk_err *err)
{
    struct bk_stmt *st = bk_stmt(ar->db, BK_SQL_METRIC_PUT);
    bk_bind_text(st, ":name", m->name);
    bk_bind_text(st, ":unit", m->unit);
    bk_bind_text(st, ":direction", bk_str(direction_name(m->direction)));
    bk_bind_real(st, ":floor", m->floor);
    bk_bind_text(st, ":label_en", m->label[0]);
    bk_bind_text(st, ":label_pt", m->label[1]);
    bk_bind_text(st, ":label_ru", m->label[2]);
    bk_bind_text(st, ":definition", m->definition);
    bk_bind_text(st, ":reference", m->source);
    return bk_run_stmt(st, err);
}

static bool write_metrics(struct bk_archive *ar, const struct bk_metric *metrics,
                          size_t n, const char *hash, struct bk_err *err)
{
    if (!bk_run_stmt(bk_stmt(ar->db, BK_SQL_METRIC_FORGET_CANONICAL), err)) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        if (!write_metric(ar, &metrics[i], err)) {
            return false;
        }
    }
    struct bk_stmt *st = bk_stmt(ar->db, BK_SQL_META_SET);
    bk_bind_text(st, ":name", BK_S("dictionary_hash"));
    bk_bind_text(st, ":value", bk_str(hash));
    return bk_run_stmt(st, err);
}

bool bk_write_dictionary(struct bk_archive *ar, struct bk_err *err)
{
    if (ar->dictionary_written) {
        return true;
    }
    size_t n;
    char hash[65];
    struct bk_sha256 h;
    const struct bk_metric *metrics = bk_dict_metrics(ar->dict, &n);
    bk_sha256_init(&h);
    for (size_t i = 0; i < n; i++) {
        hash_metric(&h, &metrics[i]);
    }
    bk_sha256_hex(&h, hash);

    bool row;
    struct bk_stmt *st = bk_stmt(ar->db, BK_SQL_META_GET);
    bk_bind_text(st, ":name", BK_S("dictionary_hash"));
    bool ok = bk_step(st, &row, err);
    bool same = ok && row && bk_is(bk_col_text(st, 0), hash);
    bk_reset(st);
    if (!ok || (!same && !write_metrics(ar, metrics, n, hash, err))) {
        return false;
    }
    ar->dictionary_written = true;
    return true;
}

/* --- metrics of measurements --- */

static bool find_metric(struct bk_archive *ar, struct bk_str name, int64_t *id,
                        struct bk_str *unit, struct bk_err *err)
{
    bool row;
    struct bk_stmt *st = bk_stmt(ar->db, BK_SQL_METRIC_FIND);
    bk_bind_text(st, ":name", name);
    bool ok = bk_step(st, &row, err);
    *id = ok && row ? bk_col_int(st, 0) : 0;
    *unit = ok && row ? bk_dup(ar->scratch, bk_col_text(st, 1)) : BK_S("");
    bk_reset(st);
    return ok;
}

static bool add_metric(struct bk_archive *ar, struct bk_str name, struct bk_str unit,
                       int64_t *id, struct bk_err *err)
{
    struct bk_stmt *st = bk_stmt(ar->db, BK_SQL_METRIC_INSERT);
    bk_bind_text(st, ":name", name);
    bk_bind_text(st, ":unit", unit);
    return bk_insert(st, id, err);
}

static bool set_unit(struct bk_archive *ar, int64_t id, struct bk_str unit,
                     struct bk_err *err)
{
    struct bk_stmt *st = bk_stmt(ar->db, BK_SQL_METRIC_SET_UNIT);
    bk_bind_int(st, ":id", id);
    bk_bind_text(st, ":unit", unit);
    return bk_run_stmt(st, err);
}

/* A metric has one unit; '' is the unit of none, for how often it was measured.  When a
 * source measures another quantity under a name that is taken, the two must not end in
 * one series: the unit then becomes part of the name. */
bool bk_metric_id(struct bk_archive *ar, struct bk_str name, struct bk_str unit,
                  int64_t *id, struct bk_err *err)
{
    struct bk_str known;
    const struct bk_str parts[] = {name, unit};
    struct bk_str key = bk_dup(ar->scratch, bk_ids_key(&ar->ids, parts, 2));
    *id = bk_ids_get(&ar->ids, BK_CACHED_METRIC, key);
    if (*id) {
        return true;
    }
    if (!find_metric(ar, name, id, &known, err)) {
        return false;
    }
    if (*id && known.len == 0 && unit.len > 0) {
        if (!set_unit(ar, *id, unit, err)) {
            return false;
        }
    } else if (*id && unit.len > 0 && !bk_eq(known, unit)) {
        name = bk_fmt(ar->scratch, "%.*s[%.*s]", BK_F(name), BK_F(unit));
        if (!find_metric(ar, name, id, &known, err)) {
            return false;
        }
    }
    if (!*id && !add_metric(ar, name, unit, id, err)) {
        return false;
    }
    bk_ids_put(&ar->ids, BK_CACHED_METRIC, key, *id);
    return true;
}

static bool find_or_add_quantity(struct bk_archive *ar, const struct bk_measurement *m,
                                 int64_t *id, struct bk_err *err)
{
    struct bk_str population = bk_str(bk_population_name(m->population));
    int64_t metric;
    bool found;
    struct bk_str unit = bk_is(m->stat, "count") ? BK_S("") : m->unit;
    if (!bk_metric_id(ar, m->metric, unit, &metric, err)) {
        return false;
    }
    static const enum bk_sql find_then_add[] = {BK_SQL_QUANTITY_FIND,
                                                BK_SQL_QUANTITY_INSERT};
    for (size_t i = 0; i < 2 && !*id; i++) {
        struct bk_stmt *st = bk_stmt(ar->db, find_then_add[i]);
        bk_bind_int(st, ":metric", metric);
        bk_bind_text(st, ":stat", m->stat);
        bk_bind_text(st, ":scope", m->scope);
        bk_bind_text(st, ":population", population);
        if (i == 1) {
            bk_bind_text(st, ":unit", m->unit);
        }
        if (!(i == 0 ? bk_one_int(st, id, &found, err) : bk_insert(st, id, err))) {
            return false;
        }
    }
    return true;
}

bool bk_quantity_id(struct bk_archive *ar, const struct bk_measurement *m, int64_t *id,
                    struct bk_err *err)
{
    const struct bk_str parts[] = {m->metric, m->unit, m->stat, m->scope,
                                   bk_str(bk_population_name(m->population))};
    struct bk_str key = bk_ids_key(&ar->ids, parts, 5);
    *id = bk_ids_get(&ar->ids, BK_CACHED_QUANTITY, key);
    if (*id) {
        return true;
    }
    struct bk_arena_mark mark = bk_arena_mark(ar->scratch);
    key = bk_dup(ar->scratch, key);
    bool ok = find_or_add_quantity(ar, m, id, err);
    if (ok) {
        bk_ids_put(&ar->ids, BK_CACHED_QUANTITY, key, *id);
    }
    bk_arena_release(ar->scratch, mark);
    return ok;
}
