/* Snapshots: expositions with all their series and samples.
 *
 * An exposition may have a million series, and the next snapshot of the same server has
 * the same ones again.  A series is known by the SHA-256 of its family, name and
 * labels; the first 128 bits are the key of a map in memory with a bounded number of
 * entries, the first 64 are the column that the database finds it by.  Series of a
 * family that is new in this unit and not in the map cannot be in the database: that
 * spares a first import half of its work. */
#include "../base/hash.h"
#include "internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_SLOTS ((size_t)1 << 12)
#define MOST_SLOTS  ((size_t)1 << 21) /* 48 MiB; 1.5 million series */

/* --- the map --- */

static struct bk_series_slot *slot_of(struct bk_series_slot *slots, size_t cap,
                                      const uint64_t key[2])
{
    size_t i = (size_t)key[1] & (cap - 1);
    while (slots[i].id && (slots[i].key[0] != key[0] || slots[i].key[1] != key[1])) {
        i = (i + 1) & (cap - 1);
    }
    return &slots[i];
}

static void grow(struct bk_series_map *map)
{
    size_t cap = map->cap ? 2 * map->cap : FIRST_SLOTS;
    struct bk_series_slot *slots = bk_realloc(NULL, cap * sizeof *slots);
    memset(slots, 0, cap * sizeof *slots);
    for (size_t i = 0; i < map->cap; i++) {
        if (map->slots[i].id) {
            *slot_of(slots, cap, map->slots[i].key) = map->slots[i];
        }
    }
    free(map->slots);
    map->slots = slots;
    map->cap = cap;
}

static int64_t map_get(const struct bk_series_map *map, const uint64_t key[2])
{
    return map->cap ? slot_of(map->slots, map->cap, key)->id : 0;
}

static void map_put(struct bk_series_map *map, const uint64_t key[2], int64_t id)
{
    if (4 * (map->n + 1) > 3 * map->cap) {
        if (map->cap >= MOST_SLOTS) {
            map->full = true;
            return;
        }
        grow(map);
    }
    *slot_of(map->slots, map->cap, key) =
        (struct bk_series_slot){.key = {key[0], key[1]}, .id = id};
    map->n++;
}

/* What was learnt of series is forgotten between units: they may have been rolled back,
 * or removed by another process. */
void bk_snapshot_reset(struct bk_snapshot_writer *w)
{
    free(w->map.slots);
    w->map = (struct bk_series_map){0};
    bk_buf_clear(&w->family.key);
    w->family.id = 0;
    w->id = w->seq = w->next_series = w->newest_family = 0;
}

void bk_snapshot_free(struct bk_snapshot_writer *w)
{
    bk_snapshot_reset(w);
    bk_buf_free(&w->labels);
    bk_buf_free(&w->text);
    bk_buf_free(&w->family.key);
}

/* --- labels --- */

static int by_label_name(const void *a, const void *b)
{
    const struct bk_label *x = a, *y = b;
    int order = bk_cmp(x->name, y->name);
    return order ? order : bk_cmp(x->value, y->value);
}

static bool are_sorted(const struct bk_label *labels, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        if (by_label_name(&labels[i - 1], &labels[i]) > 0) {
            return false;
        }
    }
    return true;
}

/* A label value as expositions write it: \\ \" \n. */
static void add_escaped(struct bk_buf *b, struct bk_str value)
{
    size_t plain = 0;
    for (size_t i = 0; i < value.len; i++) {
        char c = value.ptr[i];
        if (c != '\\' && c != '"' && c != '\n') {
            continue;
        }
        bk_buf_add(b, (struct bk_str){value.ptr + plain, i - plain});
        bk_buf_addc(b, '\\');
        bk_buf_addc(b, c == '\n' ? 'n' : c);
        plain = i + 1;
    }
    bk_buf_add(b, bk_from(value, plain));
}

static void canonical_labels(struct bk_archive *ar, const struct bk_series_sample *s)
{
    struct bk_buf *b = &ar->snapshot.labels;
    const struct bk_label *labels = s->labels;
    bk_buf_clear(b);
    if (!are_sorted(labels, s->n_labels)) {
        struct bk_label *sorted =
            bk_alloc_array(ar->scratch, s->n_labels, sizeof *sorted);
        memcpy(sorted, labels, s->n_labels * sizeof *sorted);
        qsort(sorted, s->n_labels, sizeof *sorted, by_label_name);
        labels = sorted;
    }
    for (size_t i = 0; i < s->n_labels; i++) {
        if (i > 0) {
            bk_buf_addc(b, ',');
        }
        bk_buf_add(b, labels[i].name);
        bk_buf_add(b, BK_S("=\""));
        add_escaped(b, labels[i].value);
        bk_buf_addc(b, '"');
    }
}

/* --- families --- */

static bool find_family(struct bk_archive *ar, const struct bk_series_sample *s,
                        struct bk_str type, int64_t *id, struct bk_err *err)
{
    static const enum bk_sql find_then_add[] = {BK_SQL_FAMILY_FIND,
                                                BK_SQL_FAMILY_INSERT};
    bool found;
    *id = 0;
    for (size_t i = 0; i < 2 && !*id; i++) {
        struct bk_stmt *st = bk_stmt(ar->db, find_then_add[i]);
        bk_bind_text(st, ":name", s->family);
        bk_bind_text(st, ":type", type);
        bk_bind_text(st, ":help", s->help);
        bk_bind_text(st, ":unit", s->unit);
        if (!(i == 0 ? bk_one_int(st, id, &found, err) : bk_insert(st, id, err))) {
            return false;
        }
    }
    return true;
}

/* Samples of a family stand together, so the one before is mostly right. */
static bool family_id(struct bk_archive *ar, const struct bk_series_sample *s,
                      int64_t *id, struct bk_err *err)
{
    struct bk_snapshot_writer *w = &ar->snapshot;
    struct bk_str type = bk_str(bk_series_type_name(s->type));
    const struct bk_str parts[] = {s->family, type, s->help, s->unit};
    struct bk_str key = bk_ids_key(&ar->ids, parts, 4);
    if (w->family.id && bk_eq(bk_buf_str(&w->family.key), key)) {
        *id = w->family.id;
        return true;
    }
    *id = bk_ids_get(&ar->ids, BK_CACHED_FAMILY, key);
    if (!*id) {
        if (!find_family(ar, s, type, id, err)) {
            return false;
        }
        bk_ids_put(&ar->ids, BK_CACHED_FAMILY, key, *id);
    }
    bk_buf_clear(&w->family.key);
    bk_buf_add(&w->family.key, key);
    w->family.id = *id;
    return true;
}

/* --- series --- */

/* Numeric value of 16 hexadecimal digits as bk_sha256_hex writes them. */
static uint64_t from_hex(const char *digits)
{
    uint64_t x = 0;
    for (size_t i = 0; i < 16; i++) {
        char c = digits[i];
        x = x << 4 | (uint64_t)(c <= '9' ? c - '0' : c - 'a' + 10);
    }
    return x;
}

static void series_key(struct bk_archive *ar, const struct bk_series_sample *s,
                       int64_t family, uint64_t key[2])
{
    char hex[65];
    struct bk_snapshot_writer *w = &ar->snapshot;
    bk_buf_clear(&w->text);
    bk_buf_add(&w->text, (struct bk_str){(const char *)&family, sizeof family});
    bk_buf_add(&w->text, s->name);
    bk_buf_addc(&w->text, '{');
    bk_buf_add(&w->text, bk_buf_str(&w->labels));
    bk_sha256_of(bk_buf_str(&w->text), hex);
    key[0] = from_hex(hex);
    key[1] = from_hex(hex + 16);
}

static bool find_series(struct bk_archive *ar, const struct bk_series_sample *s,
                        int64_t family, int64_t hash, int64_t *id, struct bk_err *err)
{
    bool found;
    struct bk_stmt *st = bk_stmt(ar->db, BK_SQL_SERIES_FIND);
    bk_bind_int(st, ":hash", hash);
    bk_bind_int(st, ":family", family);
    bk_bind_text(st, ":name", s->name);
    bk_bind_text(st, ":labels", bk_buf_str(&ar->snapshot.labels));
    return bk_one_int(st, id, &found, err);
}

static bool add_series(struct bk_archive *ar, const struct bk_series_sample *s,
                       int64_t family, int64_t hash, int64_t *id, struct bk_err *err)
{
    struct bk_snapshot_writer *w = &ar->snapshot;
    if (!w->next_series) {
        bool found;
        if (!bk_one_int(bk_stmt(ar->db, BK_SQL_SERIES_NEWEST), &w->next_series, &found,
                        err)) {
            return false;
        }
        w->next_series++;
    }
    /* this transaction holds the write lock: nobody else gives out ids */
    *id = w->next_series++;
    struct bk_stmt *st = bk_stmt(ar->db, BK_SQL_SERIES_INSERT);
    bk_bind_int(st, ":id", *id);
    bk_bind_int(st, ":family", family);
    bk_bind_text(st, ":name", s->name);
    bk_bind_text(st, ":labels", bk_buf_str(&w->labels));
    bk_bind_int(st, ":hash", hash);
    return bk_run_stmt(st, err);
}

static bool series_id(struct bk_archive *ar, const struct bk_series_sample *s,
                      int64_t *id, struct bk_err *err)
{
    int64_t family, hash;
    uint64_t key[2];
    struct bk_snapshot_writer *w = &ar->snapshot;
    if (!family_id(ar, s, &family, err)) {
        return false;
    }
    canonical_labels(ar, s);
    series_key(ar, s, family, key);
    *id = map_get(&w->map, key);
    if (*id) {
        return true;
    }
    memcpy(&hash, &key[0], sizeof hash);
    bool cannot_be_there = family > w->newest_family && !w->map.full;
    if (!cannot_be_there && !find_series(ar, s, family, hash, id, err)) {
        return false;
    }
    if (!*id && !add_series(ar, s, family, hash, id, err)) {
        return false;
    }
    map_put(&w->map, key, *id);
    return true;
}

/* --- the sink's calls --- */

bool bk_snapshot_begin(struct bk_archive *ar, int64_t id, struct bk_err *err)
{
    struct bk_snapshot_writer *w = &ar->snapshot;
    bool found;
    if (!w->id && !bk_one_int(bk_stmt(ar->db, BK_SQL_FAMILY_NEWEST), &w->newest_family,
                              &found, err)) {
        return false;
    }
    w->id = id;
    w->seq = 0;
    return true;
}

bool bk_write_snapshot(struct bk_sink *sink, const struct bk_snapshot *snapshot,
                       struct bk_err *err)
{
    struct bk_archive *ar = (struct bk_archive *)sink;
    int64_t source, id;
    if (!bk_source_id(ar, snapshot->source, &source, err)) {
        return false;
    }
    struct bk_stmt *st = bk_stmt(ar->db, BK_SQL_SNAPSHOT_INSERT);
    bk_bind_id(st, ":id", bk_snapshot_number(ar, source));
    bk_bind_int(st, ":source", source);
    bk_bind_text(st, ":syntax", snapshot->syntax);
    bk_bind_time(st, ":taken", snapshot->taken_ns);
    return bk_insert(st, &id, err) && bk_snapshot_begin(ar, id, err);
}

static const char *special_name(double x)
{
    if (isfinite(x)) {
        return "";
    }
    return isnan(x) ? "NaN" : x > 0 ? "+Inf" : "-Inf";
}

bool bk_write_series(struct bk_sink *sink, const struct bk_series_sample *s,
                     struct bk_err *err)
{
    struct bk_archive *ar = (struct bk_archive *)sink;
    struct bk_snapshot_writer *w = &ar->snapshot;
    int64_t series;
    if (!w->id) {
        return bk_fail(err, BK_EINPUT, "a sample stands before its snapshot");
    }
    struct bk_arena_mark mark = bk_arena_mark(ar->scratch);
    bool ok = series_id(ar, s, &series, err);
    bk_arena_release(ar->scratch, mark);
    if (!ok) {
        return false;
    }
    struct bk_stmt *st = bk_stmt(ar->db, BK_SQL_SAMPLE_INSERT);
    bk_bind_int(st, ":snapshot", w->id);
    bk_bind_int(st, ":seq", w->seq++);
    bk_bind_int(st, ":series", series);
    if (isfinite(s->value)) {
        bk_bind_real(st, ":value", s->value);
    }
    bk_bind_text(st, ":special", bk_str(special_name(s->value)));
    bk_bind_time(st, ":time", s->time_ns);
    bk_bind_text(st, ":exemplar", s->exemplar);
    bk_bind_int(st, ":line", (int64_t)s->line);
    ar->counts.series++;
    return bk_run_stmt(st, err);
}
