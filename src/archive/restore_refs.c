/* What the names in the rows of another warehouse stand for here. */
#include "restore.h"

#include <string.h>

static bool bk_fail_untold(const char *what, struct bk_str name, struct bk_err *err)
{
    return bk_fail(err, BK_EINPUT, "no line before it tells of the %s '%.*s'", what,
                   BK_F(bk_upto(name, 200)));
}

bool bk_told_unit_at(const struct bk_restore *re, int64_t number,
                     struct bk_told_unit **unit, struct bk_err *err)
{
    if (number < 1 || (uint64_t)number > re->n_units) {
        return bk_fail(err, BK_EINPUT, "no line before it tells of the unit %lld",
                       (long long)number);
    }
    *unit = &re->units[number - 1];
    return true;
}

bool bk_told_unit_is_here(const struct bk_told_unit *u)
{
    return u->n_sources > 0 && u->n_known == u->n_sources;
}

bool bk_find_told_source(struct bk_archive *ar, struct bk_str sha256, int64_t *id,
                         struct bk_err *err)
{
    struct bk_restore *re = ar->restore;
    if (re->source.id && bk_is(sha256, re->source.sha256)) {
        *id = re->source.id;
        return true;
    }
    char hex[65] = {0};
    sha256 = bk_upto(sha256, sizeof hex - 1);
    memcpy(hex, sha256.ptr ? sha256.ptr : "", sha256.len);
    if (!bk_archive_find_source(ar, hex, (struct bk_str){0}, id, err)) {
        return false;
    }
    memcpy(re->source.sha256, hex, sizeof hex);
    re->source.id = *id;
    return true;
}

bool bk_told_source(struct bk_archive *ar, struct bk_str sha256, int64_t *id,
                    struct bk_err *err)
{
    return bk_find_told_source(ar, sha256, id, err) &&
           (*id || bk_fail_untold("source", sha256, err));
}

bool bk_find_told(const struct bk_map *map, const char *what, struct bk_str name,
                  struct bk_told **target, struct bk_err *err)
{
    *target = bk_map_get(map, name);
    return *target || bk_fail_untold(what, name, err);
}

bool bk_put_told(struct bk_archive *ar, struct bk_map *map, struct bk_str name,
                 struct bk_told target, struct bk_err *err)
{
    if (bk_map_get(map, name)) {
        return bk_fail(err, BK_EINPUT, "a line before it tells of '%.*s' too",
                       BK_F(bk_upto(name, 200)));
    }
    struct bk_told *kept = bk_alloc(ar->unit, sizeof *kept);
    *kept = target;
    bk_map_put(ar->unit, map, bk_dup(ar->unit, name), kept);
    return true;
}

static bool one_by(struct bk_archive *ar, enum bk_sql which, const char *param,
                   struct bk_str text, int64_t *id, struct bk_err *err)
{
    bool found;
    *id = 0;
    struct bk_stmt *st = bk_stmt(ar->db, which);
    bk_bind_text(st, param, text);
    return bk_one_int(st, id, &found, err);
}

/* Canonical names of the other warehouse: as they are, whatever the dictionary would
 * make of them; else what the user of this one calls so. */
static bool find_hardware(struct bk_archive *ar, struct bk_str name, int64_t *id,
                          struct bk_err *err)
{
    return one_by(ar, BK_SQL_HARDWARE_BY_NAME, ":name", name, id, err) &&
           (*id || one_by(ar, BK_SQL_HARDWARE_ALIAS_FIND, ":alias", name, id, err));
}

bool bk_told_hardware(struct bk_archive *ar, struct bk_str name, int64_t *id,
                      struct bk_err *err)
{
    if (!find_hardware(ar, name, id, err) || *id) {
        return *id != 0;
    }
    struct bk_stmt *st = bk_stmt(ar->db, BK_SQL_HARDWARE_INSERT);
    bk_bind_text(st, ":name", name);
    return bk_insert(st, id, err);
}

static bool find_config(struct bk_archive *ar, const struct bk_moved_cell *c,
                        int64_t *id, struct bk_err *err)
{
    struct bk_param *params =
        bk_alloc_array(ar->scratch, c->n_pairs + 1, sizeof *params);
    for (size_t i = 0; i < c->n_pairs; i++) {
        params[i].name = c->pairs[i].name;
        params[i].value = c->pairs[i].value;
    }
    return bk_config_id(ar, params, c->n_pairs, id, err);
}

bool bk_resolve_told(struct bk_archive *ar, const struct bk_moved_field *f,
                     const struct bk_moved_cell *c, int64_t *id, struct bk_err *err)
{
    struct bk_restore *re = ar->restore;
    struct bk_told *target;
    struct bk_told_unit *unit = NULL;
    switch (f->ref) {
    case BK_REF_NONE:
        break;
    case BK_REF_RUN:
        if (!bk_find_told(&re->runs, "run", c->s, &target, err)) {
            return false;
        }
        *id = target->here ? 0 : target->id;
        return true;
    case BK_REF_SIZING_RUN:
        if (!bk_find_told(&re->sizing_runs, "sizing run", c->s, &target, err)) {
            return false;
        }
        *id = target->here ? 0 : target->id;
        return true;
    case BK_REF_SOURCE:
        return bk_told_source(ar, c->s, id, err);
    case BK_REF_UNIT:
        if (!bk_told_unit_at(re, c->i, &unit, err)) {
            return false;
        }
        *id = unit && !bk_told_unit_is_here(unit) ? unit->id : 0;
        return true;
    case BK_REF_HARDWARE:
        return bk_told_hardware(ar, c->s, id, err);
    case BK_REF_MODEL:
        return bk_model_id(ar, c->s, id, err);
    case BK_REF_ENGINE:
        return bk_name_id(ar, BK_CACHED_ENGINE, c->s, id, err);
    case BK_REF_WORKLOAD:
        return bk_name_id(ar, BK_CACHED_WORKLOAD, c->s, id, err);
    case BK_REF_SESSION:
        return bk_name_id(ar, BK_CACHED_SESSION, c->s, id, err);
    case BK_REF_CONFIG:
        return find_config(ar, c, id, err);
    }
    *id = 0;
    return true;
}
