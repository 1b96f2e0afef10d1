/* The dictionary's tables: reading the embedded CSV files, adding the user's aliases,
 * and the plain lookups.  Finding out what a name means is in dict_find.c, taking names
 * apart in dict_parts.c. */
#include "dict_internal.h"

#include <string.h>

#include "../base/num.h"
#include "bk_aliases.h"
#include "bk_tables.h"

/* --- the embedded CSV files ---------------------------------------------------- */

bool bk_embedded_next(struct bk_arena *a, struct bk_str *rest,
                      struct bk_str fields[BK_EMBEDDED_FIELDS])
{
    struct bk_str line;
    if (!bk_next_line(rest, &line))
        return false;
    for (size_t i = 0; i < BK_EMBEDDED_FIELDS; i++) {
        if (line.len > 0 && line.ptr[0] == '"') {
            char *out = bk_alloc(a, line.len + 1);
            size_t n = 0;
            size_t pos = 1;
            while (pos < line.len) {
                if (line.ptr[pos] == '"' &&
                    (pos + 1 == line.len || line.ptr[pos + 1] != '"'))
                    break;
                pos += line.ptr[pos] == '"';
                out[n++] = line.ptr[pos++];
            }
            fields[i] = (struct bk_str){out, n};
            line = bk_from(line, pos + 2);
        } else {
            line = bk_cut(line, ',', &fields[i]);
        }
    }
    return true;
}

struct bk_str bk_embedded_table(const char *name)
{
    for (const struct bk_blob *b = bk_tables_blobs; b->name; b++) {
        if (strcmp(b->name, name) == 0)
            return (struct bk_str){b->bytes, b->size};
    }
    return BK_S("");
}

static double real_of(struct bk_str s, double otherwise)
{
    double value;
    return bk_parse_double(s, &value) ? value : otherwise;
}

static void load_metrics(struct bk_dict *d)
{
    struct bk_str rest = bk_embedded_table("metrics");
    struct bk_str f[BK_EMBEDDED_FIELDS];
    bk_embedded_next(d->arena, &rest, f);
    size_t cap = 0;
    for (size_t i = 0; i < rest.len; i++)
        cap += rest.ptr[i] == '\n';
    d->metrics = bk_alloc_array(d->arena, cap + 1, sizeof *d->metrics);
    while (d->n_metrics <= cap && bk_embedded_next(d->arena, &rest, f)) {
        struct bk_metric *m = &d->metrics[d->n_metrics++];
        m->name = f[0];
        m->unit = f[1];
        m->direction = bk_is(f[2], "higher")  ? BK_HIGHER
                       : bk_is(f[2], "lower") ? BK_LOWER
                                              : BK_NEUTRAL;
        m->floor = real_of(f[3], 0);
        for (size_t i = 0; i < 3; i++)
            m->label[i] = f[4 + i];
        m->definition = f[7];
        m->source = f[8];
        bk_map_put(d->arena, &d->metric_keys, bk_dict_key(d->arena, m->name), m);
    }
}

static void load_params(struct bk_dict *d)
{
    struct bk_str rest = bk_embedded_table("params");
    struct bk_str f[BK_EMBEDDED_FIELDS];
    bk_embedded_next(d->arena, &rest, f);
    while (bk_embedded_next(d->arena, &rest, f)) {
        struct bk_param_name *p = bk_alloc(d->arena, sizeof *p);
        *p = (struct bk_param_name){.name = f[0], .unit = f[1]};
        bk_map_put(d->arena, &d->param_keys, bk_dict_key(d->arena, f[0]), p);
    }
}

static enum bk_param_role role_of(struct bk_str word)
{
    static const char *const words[] = {
        [BK_PARAM_SETTING] = "setting", [BK_PARAM_LOAD] = "load",
        [BK_PARAM_TASK] = "task",       [BK_PARAM_EFFORT] = "effort",
        [BK_PARAM_DERIVED] = "derived",
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (bk_is(word, words[i]))
            return (enum bk_param_role)i;
    }
    return BK_PARAM_SETTING;
}

static void load_param_roles(struct bk_dict *d)
{
    struct bk_str rest = bk_embedded_table("param_roles");
    struct bk_str f[BK_EMBEDDED_FIELDS];
    bk_embedded_next(d->arena, &rest, f);
    while (bk_embedded_next(d->arena, &rest, f)) {
        struct bk_param_role_line *line = bk_alloc(d->arena, sizeof *line);
        line->role = role_of(f[1]);
        bk_map_put(d->arena, &d->param_roles, bk_dict_key(d->arena, f[0]), line);
    }
}

static void load_units(struct bk_dict *d)
{
    struct bk_str rest = bk_embedded_table("units");
    struct bk_str f[BK_EMBEDDED_FIELDS];
    bk_embedded_next(d->arena, &rest, f);
    while (bk_embedded_next(d->arena, &rest, f)) {
        struct bk_unit *u = bk_alloc(d->arena, sizeof *u);
        *u = (struct bk_unit){.name = f[0], .base = f[1], .factor = real_of(f[2], 1)};
        bk_map_put(d->arena, &d->units, u->name, u);
        struct bk_str key = bk_dict_key(d->arena, u->name);
        if (!bk_map_get(&d->unit_keys, key))
            bk_map_put(d->arena, &d->unit_keys, key, u);
    }
}

static void load_stats(struct bk_dict *d)
{
    struct bk_str rest = bk_embedded_table("stats");
    struct bk_str f[BK_EMBEDDED_FIELDS];
    bk_embedded_next(d->arena, &rest, f);
    while (bk_embedded_next(d->arena, &rest, f)) {
        struct bk_stat_word *w = bk_alloc(d->arena, sizeof *w);
        *w = (struct bk_stat_word){.stat = f[1], .in_names = bk_is(f[2], "yes")};
        bk_map_put(d->arena, &d->stats, bk_dict_key(d->arena, f[0]), w);
    }
}

static void load_hardware(struct bk_dict *d)
{
    struct bk_str rest = bk_embedded_table("hardware");
    struct bk_str f[BK_EMBEDDED_FIELDS];
    bk_embedded_next(d->arena, &rest, f);
    while (bk_embedded_next(d->arena, &rest, f))
        bk_dict_add_hardware_alias(d, f[0], f[1]);
}

/* --- aliases --------------------------------------------------------------------- */

static struct bk_alias_set *set_of(struct bk_dict *d, struct bk_str format)
{
    if (bk_is(format, "*") || bk_is(format, "any"))
        return d->any;
    struct bk_alias_set *set = bk_map_get(&d->formats, format);
    if (!set) {
        set = bk_alloc(d->arena, sizeof *set);
        bk_map_put(d->arena, &d->formats, bk_dup(d->arena, format), set);
    }
    return set;
}

static void add_pattern(struct bk_arena *a, struct bk_alias_set *set,
                        const struct bk_alias *alias)
{
    (void)BK_PUSH(a, set->patterns, set->n_patterns);
    size_t i = set->n_patterns - 1;
    while (i > 0 && set->patterns[i - 1].key.len <= alias->key.len) {
        set->patterns[i] = set->patterns[i - 1];
        i--;
    }
    set->patterns[i] = *alias;
}

static bool add_to_set(struct bk_dict *d, struct bk_alias_set *set,
                       const struct bk_alias_line *line, struct bk_err *err)
{
    struct bk_alias *x = bk_alloc(d->arena, sizeof *x);
    bool pattern = bk_find_char(line->alias, '*') != BK_NONE;
    x->key = pattern ? bk_pattern_key(d->arena, line->alias)
                     : bk_dict_key(d->arena, line->alias);
    if (x->key.len == 0 || x->key.len > BK_KEY_MAX)
        return bk_fail(err, BK_EUSAGE, "'%.*s' is no name", BK_F(line->alias));
    if (!bk_target_parse(d, line->target, &x->target))
        return bk_fail(err, BK_EUSAGE, "'%.*s' is no target of a name",
                       BK_F(line->target));
    x->target.unit = line->unit;
    x->target.alias = line;
    if (line->unit.len > 0 && !bk_dict_unit(d, line->unit))
        return bk_fail(err, BK_EUSAGE, "unit '%.*s' is not known", BK_F(line->unit));
    if (pattern)
        add_pattern(d->arena, set, x);
    else
        bk_map_put(d->arena, &set->exact, x->key, x);
    return true;
}

/* The user's own: the texts are copied. */
static bool add_own(struct bk_dict *d, struct bk_alias_set *set,
                    struct bk_alias_line line, struct bk_err *err)
{
    struct bk_alias_line *copy = bk_alloc(d->arena, sizeof *copy);
    *copy = line;
    copy->alias = bk_dup(d->arena, line.alias);
    copy->target = bk_dup(d->arena, line.target);
    copy->unit = bk_dup(d->arena, line.unit);
    copy->format = bk_dup(d->arena, line.format);
    return add_to_set(d, set, copy, err);
}

/* What was found before may be found otherwise now. */
static void forget_found(struct bk_dict *d)
{
    if (d->cache->n > 0) { /* what was found before may mean something else now */
        memset(d->cache->slots, 0, sizeof d->cache->slots);
        d->cache->n = 0; /* its text stays: targets that were given out point there */
    }
}

static const struct bk_alias_line *lines_of(struct bk_arena *a, const struct bk_blob *b,
                                            size_t *n)
{
    struct bk_alias_line *lines = NULL;
    struct bk_str rest = {b->bytes, b->size};
    struct bk_str f[BK_EMBEDDED_FIELDS];
    *n = 0;
    bk_embedded_next(a, &rest, f);
    for (size_t line = 2; bk_embedded_next(a, &rest, f); line++) {
        if (f[0].len == 0)
            continue;
        *BK_PUSH(a, lines, *n) = (struct bk_alias_line){
            .alias = f[0],
            .target = f[1],
            .unit = f[2],
            .format = bk_str(strcmp(b->name, "any") == 0 ? "*" : b->name),
            .line = line,
        };
    }
    return lines;
}

const struct bk_alias_line *bk_alias_table(struct bk_arena *a, struct bk_str format,
                                           size_t *n)
{
    *n = 0;
    for (const struct bk_blob *b = bk_aliases_blobs; b->name; b++) {
        if (bk_is(format, b->name))
            return lines_of(a, b, n);
    }
    return NULL;
}

static void load_aliases(struct bk_dict *d)
{
    for (const struct bk_blob *b = bk_aliases_blobs; b->name; b++) {
        struct bk_alias_set *set = set_of(d, bk_str(b->name));
        size_t n;
        const struct bk_alias_line *lines = lines_of(d->arena, b, &n);
        for (size_t i = 0; i < n; i++) {
            struct bk_err ignored; /* a test reads every file and checks each line */
            add_to_set(d, set, &lines[i], &ignored);
        }
    }
}

struct bk_dict *bk_dict_without_aliases(struct bk_arena *a)
{
    struct bk_dict *d = bk_alloc(a, sizeof *d);
    d->arena = a;
    d->any = bk_alloc(a, sizeof *d->any);
    d->maps = bk_alloc(a, sizeof *d->maps);
    d->cache = bk_alloc(a, sizeof *d->cache);
    load_metrics(d);
    load_params(d);
    load_param_roles(d);
    load_units(d);
    load_stats(d);
    load_hardware(d);
    return d;
}

struct bk_dict *bk_dict_new(struct bk_arena *a)
{
    struct bk_dict *d = bk_dict_without_aliases(a);
    load_aliases(d);
    return d;
}

bool bk_dict_add_alias(struct bk_dict *d, struct bk_str format, struct bk_str alias,
                       struct bk_str target, struct bk_str unit, struct bk_err *err)
{
    const struct bk_alias_line line = {alias, target, unit, BK_ALIAS_USER, format, 0};
    forget_found(d);
    return add_own(d, set_of(d, format), line, err);
}

bool bk_dict_add_map(struct bk_dict *d, struct bk_str map, struct bk_err *err)
{
    size_t eq = bk_rfind_char(map, '=');
    if (eq == BK_NONE || eq == 0 || eq + 1 == map.len)
        return bk_fail(err, BK_EUSAGE, "'%.*s' is not COLUMN=NAME[.STAT][:UNIT]",
                       BK_F(map));
    struct bk_str column = bk_upto(map, eq);
    struct bk_str target = bk_trim(bk_from(map, eq + 1));
    struct bk_str unit = BK_S("");
    size_t colon = bk_rfind_char(target, ':');
    size_t brace = bk_rfind_char(target, '}'); /* a selector holds colons */
    if (colon != BK_NONE && (brace == BK_NONE || colon > brace)) {
        unit = bk_trim(bk_from(target, colon + 1));
        target = bk_trim(bk_upto(target, colon));
    }
    const struct bk_alias_line line = {column,       target,    unit,
                                       BK_ALIAS_MAP, BK_S("*"), 0};
    forget_found(d);
    return add_own(d, d->maps, line, err);
}

/* --- plain lookups ----------------------------------------------------------------- */

const struct bk_metric *bk_dict_metric(const struct bk_dict *d, struct bk_str name)
{
    struct bk_key key;
    bk_key_of(d, name, &key);
    const struct bk_metric *m = key.ok ? bk_map_get(&d->metric_keys, key.s) : NULL;
    return m && bk_eq(m->name, name) ? m : NULL;
}

const struct bk_metric *bk_dict_metrics(const struct bk_dict *d, size_t *n)
{
    *n = d->n_metrics;
    return d->metrics;
}

bool bk_dict_is_param(const struct bk_dict *d, struct bk_str name)
{
    struct bk_key key;
    bk_key_of(d, name, &key);
    return key.ok && bk_map_get(&d->param_keys, key.s);
}

struct bk_str bk_dict_param_unit(const struct bk_dict *d, struct bk_str name)
{
    struct bk_key key;
    bk_key_of(d, name, &key);
    const struct bk_param_name *p = key.ok ? bk_map_get(&d->param_keys, key.s) : NULL;
    return p ? p->unit : BK_S("");
}

enum bk_param_role bk_dict_param_role(const struct bk_dict *d, struct bk_str name)
{
    struct bk_key key;
    bk_key_of(d, name, &key);
    const struct bk_param_role_line *line =
        key.ok ? bk_map_get(&d->param_roles, key.s) : NULL;
    return line != NULL ? line->role : BK_PARAM_SETTING;
}

const struct bk_unit *bk_dict_unit(const struct bk_dict *d, struct bk_str name)
{
    name = bk_trim(name);
    const struct bk_unit *u = bk_map_get(&d->units, name);
    /* one letter is what it is: 'M' is no minute, 'b' no byte */
    if (u || name.len < 2)
        return u;
    struct bk_key key;
    bk_key_of(d, name, &key);
    if (!key.ok)
        return NULL;
    if (key.s.len > 1 && key.s.ptr[key.s.len - 1] == '.')
        key.s.len--;
    return bk_map_get(&d->unit_keys, key.s);
}

struct bk_str bk_dict_stat(const struct bk_dict *d, struct bk_arena *a,
                           struct bk_str name)
{
    struct bk_key key;
    bk_key_of(d, name, &key);
    if (!key.ok)
        return BK_S("");
    const struct bk_stat_word *w = bk_map_get(&d->stats, key.s);
    return w ? w->stat : bk_percentile(a, key.s);
}

void bk_dict_add_hardware_alias(struct bk_dict *d, struct bk_str alias,
                                struct bk_str name)
{
    struct bk_str *value = bk_alloc(d->arena, sizeof *value);
    *value = bk_dup(d->arena, name);
    bk_map_put(d->arena, &d->hardware, bk_dict_key(d->arena, alias), value);
    /* a name is known by itself too, unless it is an alias of another */
    struct bk_str own = bk_dict_key(d->arena, name);
    if (!bk_map_get(&d->hardware, own))
        bk_map_put(d->arena, &d->hardware, own, value);
}

bool bk_dict_knows_hardware(const struct bk_dict *d, struct bk_str s)
{
    struct bk_key key;
    bk_key_of(d, s, &key);
    return key.ok && bk_map_get(&d->hardware, key.s);
}

struct bk_str bk_dict_hardware(const struct bk_dict *d, struct bk_arena *a,
                               struct bk_str s)
{
    struct bk_str key = bk_dict_key(a, s);
    const struct bk_str *name = bk_map_get(&d->hardware, key);
    if (name)
        return *name;
    char *out = bk_alloc(a, key.len + 1);
    for (size_t i = 0; i < key.len; i++)
        out[i] = key.ptr[i] == ' ' ? '-' : key.ptr[i];
    return (struct bk_str){out, key.len};
}
