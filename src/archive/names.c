/* Names: hardware, models, engines, workloads, sessions, parameters, configs and fields
 * are rows once, whatever number of runs they are in. */
#include "../base/num.h"
#include "../base/utf8.h"
#include "internal.h"

#include <stdlib.h>

/* --- plain names --- */

static const struct {
    enum bk_sql find, add;
} tables[BK_CACHED_COUNT] = {
    [BK_CACHED_HARDWARE] = {BK_SQL_HARDWARE_BY_NAME, BK_SQL_HARDWARE_INSERT},
    [BK_CACHED_MODEL] = {BK_SQL_MODEL_BY_NAME, BK_SQL_MODEL_INSERT},
    [BK_CACHED_ENGINE] = {BK_SQL_ENGINE_BY_NAME, BK_SQL_ENGINE_INSERT},
    [BK_CACHED_WORKLOAD] = {BK_SQL_WORKLOAD_BY_NAME, BK_SQL_WORKLOAD_INSERT},
    [BK_CACHED_SESSION] = {BK_SQL_SESSION_BY_NAME, BK_SQL_SESSION_INSERT},
    [BK_CACHED_PARAM] = {BK_SQL_PARAM_BY_NAME, BK_SQL_PARAM_INSERT},
};

/* The row of this name, made when there is none; asks the database. */
static bool find_or_add(struct bk_archive *ar, enum bk_cached kind, struct bk_str name,
                        int64_t *id, struct bk_err *err)
{
    bool found;
    struct bk_stmt *st = bk_stmt(ar->db, tables[kind].find);
    bk_bind_text(st, ":name", name);
    if (!bk_one_int(st, id, &found, err)) {
        return false;
    }
    if (found) {
        return true;
    }
    st = bk_stmt(ar->db, tables[kind].add);
    bk_bind_text(st, ":name", name);
    return bk_insert(st, id, err);
}

bool bk_name_id(struct bk_archive *ar, enum bk_cached kind, struct bk_str name,
                int64_t *id, struct bk_err *err)
{
    name = bk_trim(name);
    *id = bk_ids_get(&ar->ids, kind, name);
    if (*id) {
        return true;
    }
    if (!find_or_add(ar, kind, name, id, err)) {
        return false;
    }
    bk_ids_put(&ar->ids, kind, name, *id);
    return true;
}

/* --- hardware and models: aliases --- */

/* How hardware_alias.alias is written: lower case, blanks as '-'. */
static struct bk_str fold(struct bk_arena *a, struct bk_str text)
{
    struct bk_str lower = bk_utf8_lower(a, bk_trim(text));
    char *dashed = bk_alloc(a, lower.len + 1);
    for (size_t i = 0; i < lower.len; i++) {
        dashed[i] = lower.ptr[i] == ' ' ? '-' : lower.ptr[i];
    }
    return (struct bk_str){dashed, lower.len};
}

static bool find_alias(struct bk_archive *ar, enum bk_sql which, struct bk_str alias,
                       int64_t *id, bool *found, struct bk_err *err)
{
    struct bk_stmt *st = bk_stmt(ar->db, which);
    bk_bind_text(st, ":alias", alias);
    return bk_one_int(st, id, found, err);
}

/* So that people and SQL see which names mean the same, not the program alone. */
static bool write_builtin_alias(struct bk_archive *ar, struct bk_str alias, int64_t id,
                                struct bk_err *err)
{
    struct bk_stmt *st = bk_stmt(ar->db, BK_SQL_HARDWARE_ALIAS_BUILTIN);
    bk_bind_text(st, ":alias", alias);
    bk_bind_int(st, ":hardware", id);
    return bk_run_stmt(st, err);
}

/* The user's alias of the text as written, else the dictionary's name, else the user's
 * alias of that name. */
static bool resolve_hardware(struct bk_archive *ar, struct bk_str text, int64_t *id,
                             struct bk_err *err)
{
    bool found;
    struct bk_str written = fold(ar->scratch, text);
    if (!find_alias(ar, BK_SQL_HARDWARE_ALIAS_FIND, written, id, &found, err)) {
        return false;
    }
    if (found) {
        return true;
    }
    struct bk_str name = bk_dict_hardware(ar->dict, ar->scratch, text);
    if (!bk_eq(name, written)) {
        if (!find_alias(ar, BK_SQL_HARDWARE_ALIAS_FIND, fold(ar->scratch, name), id,
                        &found, err)) {
            return false;
        }
        if (found) {
            return true;
        }
    }
    return find_or_add(ar, BK_CACHED_HARDWARE, name, id, err) &&
           (bk_eq(name, written) || write_builtin_alias(ar, written, *id, err));
}

static bool hardware_name(struct bk_archive *ar, int64_t id, struct bk_str *name,
                          struct bk_err *err)
{
    bool row;
    struct bk_stmt *st = bk_stmt(ar->db, BK_SQL_HARDWARE_NAME);
    bk_bind_int(st, ":id", id);
    bool ok = bk_step(st, &row, err);
    *name = ok && row ? bk_dup(ar->scratch, bk_col_text(st, 0)) : BK_S("");
    bk_reset(st);
    return ok;
}

bool bk_hardware_id(struct bk_archive *ar, struct bk_str text, int64_t *id,
                    struct bk_str *name, struct bk_err *err)
{
    text = bk_trim(text);
    *name = BK_S("");
    if (text.len == 0) {
        return bk_name_id(ar, BK_CACHED_HARDWARE, text, id, err);
    }
    *id = bk_ids_get(&ar->ids, BK_CACHED_HARDWARE, text);
    if (!*id) {
        if (!resolve_hardware(ar, text, id, err)) {
            return false;
        }
        bk_ids_put(&ar->ids, BK_CACHED_HARDWARE, text, *id);
    }
    return hardware_name(ar, *id, name, err);
}

bool bk_model_id(struct bk_archive *ar, struct bk_str text, int64_t *id,
                 struct bk_err *err)
{
    bool found;
    text = bk_trim(text);
    *id = bk_ids_get(&ar->ids, BK_CACHED_MODEL, text);
    if (*id) {
        return true;
    }
    if (!find_alias(ar, BK_SQL_MODEL_ALIAS_FIND, text, id, &found, err)) {
        return false;
    }
    if (!found) {
        return bk_name_id(ar, BK_CACHED_MODEL, text, id, err);
    }
    bk_ids_put(&ar->ids, BK_CACHED_MODEL, text, *id);
    return true;
}

/* --- configs --- */

static int by_param_name(const void *a, const void *b)
{
    const struct bk_param *const *x = a, *const *y = b;
    int order = bk_cmp((*x)->name, (*y)->name);
    /* of two with one name the later counts; it goes first and the other is skipped */
    return order ? order : (*x < *y) - (*x > *y);
}

/* A value may hold any text, a line of the canonical form may not end in it. */
static void add_escaped(struct bk_buf *b, struct bk_str s)
{
    for (size_t i = 0; i < s.len; i++) {
        switch (s.ptr[i]) {
        case '\n':
            bk_buf_add(b, BK_S("\\n"));
            break;
        case '\\':
            bk_buf_add(b, BK_S("\\\\"));
            break;
        default:
            bk_buf_addc(b, s.ptr[i]);
        }
    }
}

/* Sorted by name, each name once. */
static const struct bk_param **sorted_params(struct bk_arena *a,
                                             const struct bk_param *params, size_t *n)
{
    const struct bk_param **sorted = bk_alloc_array(a, *n + 1, sizeof *sorted);
    for (size_t i = 0; i < *n; i++) {
        sorted[i] = &params[i];
    }
    qsort(sorted, *n, sizeof *sorted, by_param_name);
    size_t kept = 0;
    for (size_t i = 0; i < *n; i++) {
        if (kept == 0 || !bk_eq(sorted[i]->name, sorted[kept - 1]->name)) {
            sorted[kept++] = sorted[i];
        }
    }
    *n = kept;
    return sorted;
}

static bool add_config(struct bk_archive *ar, struct bk_str canonical,
                       const struct bk_param **params, size_t n, int64_t *id,
                       struct bk_err *err)
{
    struct bk_stmt *st = bk_stmt(ar->db, BK_SQL_CONFIG_INSERT);
    bk_bind_text(st, ":canonical", canonical);
    if (!bk_insert(st, id, err)) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        int64_t param;
        double number;
        if (!bk_name_id(ar, BK_CACHED_PARAM, params[i]->name, &param, err)) {
            return false;
        }
        st = bk_stmt(ar->db, BK_SQL_CONFIG_PARAM_INSERT);
        bk_bind_int(st, ":config", *id);
        bk_bind_int(st, ":param", param);
        bk_bind_text(st, ":value", params[i]->value);
        if (bk_parse_double(params[i]->value, &number)) {
            bk_bind_real(st, ":number", number);
        }
        if (!bk_run_stmt(st, err)) {
            return false;
        }
    }
    return true;
}

bool bk_config_id(struct bk_archive *ar, const struct bk_param *params, size_t n,
                  int64_t *id, struct bk_err *err)
{
    bool found;
    struct bk_buf text = {0};
    const struct bk_param **sorted = sorted_params(ar->scratch, params, &n);
    for (size_t i = 0; i < n; i++) {
        if (i > 0) {
            bk_buf_addc(&text, '\n');
        }
        add_escaped(&text, sorted[i]->name);
        bk_buf_addc(&text, '=');
        add_escaped(&text, sorted[i]->value);
    }
    struct bk_str canonical = bk_dup(ar->scratch, bk_buf_str(&text));
    bk_buf_free(&text);
    *id = bk_ids_get(&ar->ids, BK_CACHED_CONFIG, canonical);
    if (*id) {
        return true;
    }
    struct bk_stmt *st = bk_stmt(ar->db, BK_SQL_CONFIG_FIND);
    bk_bind_text(st, ":canonical", canonical);
    if (!bk_one_int(st, id, &found, err) ||
        (!found && !add_config(ar, canonical, sorted, n, id, err))) {
        return false;
    }
    bk_ids_put(&ar->ids, BK_CACHED_CONFIG, canonical, *id);
    return true;
}

/* --- fields --- */

bool bk_field_id(struct bk_archive *ar, struct bk_str name, struct bk_str unit,
                 int64_t *id, struct bk_err *err)
{
    bool found;
    const struct bk_str parts[] = {name, unit};
    struct bk_str key = bk_ids_key(&ar->ids, parts, 2);
    *id = bk_ids_get(&ar->ids, BK_CACHED_FIELD, key);
    if (*id) {
        return true;
    }
    static const enum bk_sql find_then_add[] = {BK_SQL_FIELD_FIND, BK_SQL_FIELD_INSERT};
    for (size_t i = 0; i < 2 && !*id; i++) {
        struct bk_stmt *st = bk_stmt(ar->db, find_then_add[i]);
        bk_bind_text(st, ":name", name);
        bk_bind_text(st, ":unit", unit);
        if (!(i == 0 ? bk_one_int(st, id, &found, err) : bk_insert(st, id, err))) {
            return false;
        }
    }
    bk_ids_put(&ar->ids, BK_CACHED_FIELD, key, *id);
    return true;
}

/* --- names that must be free --- */

static bool name_taken(struct bk_archive *ar, enum bk_sql exists, struct bk_str base,
                       int64_t n, bool *taken, struct bk_err *err)
{
    int64_t one;
    struct bk_stmt *st = bk_stmt(ar->db, exists);
    bk_bind_text(st, ":name",
                 n == 1 ? base
                        : bk_fmt(ar->scratch, "%.*s#%lld", BK_F(base), (long long)n));
    return bk_one_int(st, &one, taken, err);
}

/* A number n that is free while n - 1 is taken, by doubling and halving: sessions with
 * thousands of runs of one name must not cost a question for each of them. */
static bool first_free(struct bk_archive *ar, enum bk_sql exists, struct bk_str base,
                       int64_t *n, struct bk_err *err)
{
    int64_t below = 0, above = 1;
    bool taken = true;
    for (;; above *= 2) {
        if (!name_taken(ar, exists, base, above, &taken, err)) {
            return false;
        }
        if (!taken) {
            break;
        }
        below = above;
    }
    while (above - below > 1) {
        int64_t middle = below + (above - below) / 2;
        if (!name_taken(ar, exists, base, middle, &taken, err)) {
            return false;
        }
        if (taken) {
            below = middle;
        } else {
            above = middle;
        }
    }
    *n = above;
    return true;
}

bool bk_free_name(struct bk_archive *ar, enum bk_sql exists, struct bk_str base,
                  struct bk_str *name, struct bk_err *err)
{
    bool taken;
    const struct bk_str parts[] = {
        exists == BK_SQL_RUN_NAME_EXISTS ? BK_S("run") : BK_S("sizing"), base};
    struct bk_str key = bk_dup(ar->scratch, bk_ids_key(&ar->ids, parts, 2));
    int64_t n = bk_ids_get(&ar->ids, BK_CACHED_NAME, key) + 1;
    if (!name_taken(ar, exists, base, n, &taken, err) ||
        (taken && !first_free(ar, exists, base, &n, err))) {
        return false;
    }
    bk_ids_put(&ar->ids, BK_CACHED_NAME, key, n);
    *name = n == 1 ? base : bk_fmt(ar->scratch, "%.*s#%lld", BK_F(base), (long long)n);
    return true;
}
