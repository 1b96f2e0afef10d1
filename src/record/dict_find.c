/* Finding out what a name means: maps, aliases, patterns, canonical names, and a cache
 * in front of them. */
#include "dict_internal.h"

#include <string.h>

#include "../base/utf8.h"

/* --- folding ----------------------------------------------------------------------- */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '_' || c == '-';
}

/* Lower case; runs of blanks, '_' and '-' as one blank, none at the ends. */
static struct bk_str fold(struct bk_arena *a, struct bk_str s)
{
    struct bk_str lower = bk_utf8_lower(a, s);
    char *out = bk_alloc(a, lower.len + 1);
    size_t n = 0;
    for (size_t i = 0; i < lower.len; i++) {
        char c = lower.ptr[i];
        if (!is_blank(c))
            out[n++] = c;
        else if (n > 0 && out[n - 1] != ' ')
            out[n++] = ' ';
    }
    n -= n > 0 && out[n - 1] == ' ';
    return (struct bk_str){out, n};
}

static bool is_edge(char c)
{
    return is_blank(c) || c == '*' || c == '`';
}

struct bk_str bk_dict_key(struct bk_arena *a, struct bk_str name)
{
    while (name.len > 0 && is_edge(name.ptr[0]))
        name = bk_from(name, 1);
    while (name.len > 0 && is_edge(name.ptr[name.len - 1]))
        name.len--;
    return fold(a, name);
}

struct bk_str bk_pattern_key(struct bk_arena *a, struct bk_str alias)
{
    return fold(a, bk_trim(alias));
}

void bk_key_of(const struct bk_dict *d, struct bk_str name, struct bk_key *key)
{
    key->ok = false;
    key->s = (struct bk_str){key->text, 0};
    if (name.len > BK_KEY_MAX)
        return;
    struct bk_arena_mark mark = bk_arena_mark(d->arena);
    struct bk_str folded = bk_dict_key(d->arena, name);
    if (folded.len > 0 && folded.len <= BK_KEY_MAX) {
        memcpy(key->text, folded.ptr, folded.len);
        key->s.len = folded.len;
        key->ok = true;
    }
    bk_arena_release(d->arena, mark);
}

/* --- canonical names and targets ----------------------------------------------------- */

static const char *const context_words[] = {
    "hardware", "model", "session", "engine", "workload", "status", "started_at",
};

static bool find_context(struct bk_str key, struct bk_target *t)
{
    for (size_t i = 0; i < sizeof context_words / sizeof *context_words; i++) {
        struct bk_str word = bk_str(context_words[i]);
        bool same =
            bk_eq(key, word) || (bk_is(key, "started at") && bk_is(word, "started_at"));
        if (same) {
            *t = (struct bk_target){.kind = BK_TARGET_CONTEXT, .name = word};
            return true;
        }
    }
    return false;
}

static void set_metric(struct bk_target *t, const struct bk_metric *m,
                       struct bk_str stat)
{
    *t = (struct bk_target){
        .kind = BK_TARGET_METRIC, .name = m->name, .stat = stat, .metric = m};
}

/* METRIC or METRIC.STAT; the stat may hold a dot itself ("p99.9"). */
static bool find_metric(const struct bk_dict *d, struct bk_str key, struct bk_target *t)
{
    const struct bk_metric *m = bk_map_get(&d->metric_keys, key);
    if (m) {
        set_metric(t, m, BK_S(""));
        return true;
    }
    size_t dot = bk_find_char(key, '.');
    if (dot == BK_NONE)
        return false;
    m = bk_map_get(&d->metric_keys, bk_upto(key, dot));
    struct bk_str stat = bk_dict_stat(d, d->arena, bk_from(key, dot + 1));
    if (!m || stat.len == 0)
        return false;
    set_metric(t, m, stat);
    return true;
}

static bool set_param(struct bk_target *t, struct bk_str name)
{
    *t = (struct bk_target){.kind = BK_TARGET_PARAM, .name = name};
    return name.len > 0;
}

/* A listed parameter, or "config.NAME" with any name. */
static bool find_param(const struct bk_dict *d, struct bk_str key, struct bk_str raw,
                       struct bk_target *t)
{
    const struct bk_param_name *p = bk_map_get(&d->param_keys, key);
    if (p)
        return set_param(t, p->name);
    if (!bk_starts(key, BK_S("config.")) || key.len == 7)
        return false;
    key = bk_from(key, 7);
    p = bk_map_get(&d->param_keys, key);
    if (p)
        return set_param(t, p->name);
    const struct bk_alias *x = bk_map_get(&d->any->exact, key);
    if (x && x->target.kind == BK_TARGET_PARAM) {
        *t = x->target;
        return true;
    }
    return set_param(t, bk_trim(bk_from(raw, bk_find_char(raw, '.') + 1)));
}

bool bk_find_canonical(const struct bk_dict *d, struct bk_str key, struct bk_str raw,
                       struct bk_target *t)
{
    return find_metric(d, key, t) || find_context(key, t) || find_param(d, key, raw, t);
}

/* "request_latency{ok}" -> scope "ok"; a selector ("name:login") keeps its braces. */
static struct bk_str take_scope(struct bk_str *text)
{
    size_t open = bk_find_char(*text, '{');
    if (open == BK_NONE || text->ptr[text->len - 1] != '}')
        return BK_S("");
    struct bk_str braced = bk_from(*text, open);
    struct bk_str inner = {braced.ptr + 1, braced.len - 2};
    *text = bk_trim(bk_upto(*text, open));
    return bk_find_char(inner, ':') == BK_NONE ? bk_trim(inner) : braced;
}

/* A metric that the dictionary does not list: "memories_created", "my_metric.mean". */
static bool free_metric(const struct bk_dict *d, struct bk_str text,
                        struct bk_target *t)
{
    if (text.len == 0 || text.len > BK_KEY_MAX)
        return false;
    *t = (struct bk_target){.kind = BK_TARGET_METRIC, .name = text};
    for (size_t i = 1; i + 1 < text.len; i++) {
        if (text.ptr[i] != '.')
            continue;
        struct bk_str stat = bk_dict_stat(d, d->arena, bk_from(text, i + 1));
        if (stat.len > 0) {
            t->name = bk_upto(text, i);
            t->stat = stat;
            break;
        }
    }
    return true;
}

bool bk_target_parse(const struct bk_dict *d, struct bk_str text, struct bk_target *t)
{
    text = bk_trim(text);
    *t = (struct bk_target){.kind = BK_TARGET_NONE};
    if (text.len == 0)
        return false;
    if (bk_is(text, "-")) {
        t->kind = BK_TARGET_IGNORED;
        return true;
    }
    if (bk_is(text, "?")) {
        t->name = BK_S("?");
        return true;
    }
    bool complement = text.ptr[text.len - 1] == '~';
    if (complement)
        text = bk_trim(bk_upto(text, text.len - 1));
    struct bk_str scope = take_scope(&text);
    struct bk_key key;
    bk_key_of(d, text, &key);
    if (!key.ok)
        return false;
    if (!bk_find_canonical(d, key.s, text, t) && !free_metric(d, text, t))
        return false;
    t->scope = scope;
    t->complement = complement;
    return !complement || t->kind == BK_TARGET_METRIC;
}

/* --- aliases and patterns ------------------------------------------------------------ */

/* Does s match the pattern, where '*' stands for any text?  Goes back to the last star
 * only: time is bounded by the product of both lengths. */
static bool matches(struct bk_str pattern, struct bk_str s)
{
    size_t p = 0;
    size_t i = 0;
    size_t star = BK_NONE;
    size_t resume = 0;
    while (i < s.len) {
        if (p < pattern.len && pattern.ptr[p] == '*') {
            star = p++;
            resume = i;
        } else if (p < pattern.len && pattern.ptr[p] == s.ptr[i]) {
            p++;
            i++;
        } else if (star != BK_NONE) {
            p = star + 1;
            i = ++resume;
        } else {
            return false;
        }
    }
    while (p < pattern.len && pattern.ptr[p] == '*')
        p++;
    return p == pattern.len;
}

static bool find_exact(const struct bk_alias_set *set, struct bk_str key,
                       struct bk_target *t)
{
    const struct bk_alias *x = set ? bk_map_get(&set->exact, key) : NULL;
    if (x)
        *t = x->target;
    return x != NULL;
}

static bool find_pattern(const struct bk_alias_set *set, struct bk_str key,
                         struct bk_target *t)
{
    for (size_t i = 0; set && i < set->n_patterns; i++) {
        if (matches(set->patterns[i].key, key)) {
            *t = set->patterns[i].target;
            return true;
        }
    }
    return false;
}

bool bk_find_known(const struct bk_dict *d, const struct bk_alias_set *format,
                   struct bk_str key, struct bk_str raw, struct bk_target *t)
{
    return find_exact(d->maps, key, t) || find_pattern(d->maps, key, t) ||
           find_exact(format, key, t) || find_pattern(format, key, t) ||
           bk_find_canonical(d, key, raw, t) || find_exact(d->any, key, t) ||
           find_pattern(d->any, key, t);
}

static const struct bk_alias_set *set_of(const struct bk_dict *d, struct bk_str format)
{
    return bk_map_get(&d->formats, format);
}

bool bk_dict_exact(const struct bk_dict *d, struct bk_str format, struct bk_str name,
                   struct bk_target *t)
{
    struct bk_key key;
    bk_key_of(d, name, &key);
    return key.ok &&
           (find_exact(d->maps, key.s, t) || find_exact(set_of(d, format), key.s, t) ||
            find_exact(d->any, key.s, t));
}

bool bk_dict_own(const struct bk_dict *d, struct bk_str format, struct bk_str name,
                 struct bk_target *t)
{
    struct bk_key key;
    bk_key_of(d, name, &key);
    return key.ok &&
           (find_exact(d->maps, key.s, t) || find_exact(set_of(d, format), key.s, t));
}

/* --- the cache ----------------------------------------------------------------------- */

static bool keep(struct bk_dict_cache *c, struct bk_str *s)
{
    if (s->len > BK_CACHE_TEXT - c->text_used)
        return false;
    char *to = c->text + c->text_used;
    if (s->len > 0)
        memcpy(to, s->ptr, s->len);
    c->text_used += s->len;
    *s = (struct bk_str){to, s->len};
    return true;
}

static size_t first_slot(struct bk_str format, struct bk_str key)
{
    return (size_t)(bk_hash64(key) ^ (bk_hash64(format) << 1)) % BK_CACHE_SLOTS;
}

static bool cached(const struct bk_dict_cache *c, struct bk_str format,
                   struct bk_str key, struct bk_target *t)
{
    size_t i = first_slot(format, key);
    for (; c->slots[i].key.len > 0; i = (i + 1) % BK_CACHE_SLOTS) {
        if (bk_eq(c->slots[i].key, key) && bk_eq(c->slots[i].format, format)) {
            *t = c->slots[i].target;
            return true;
        }
    }
    return false;
}

static void remember(struct bk_dict_cache *c, struct bk_str format, struct bk_str key,
                     struct bk_target t)
{
    if (c->n >= BK_CACHE_FILL || !keep(c, &format) || !keep(c, &key) ||
        !keep(c, &t.name) || !keep(c, &t.stat) || !keep(c, &t.scope) ||
        !keep(c, &t.unit))
        return;
    size_t i = first_slot(format, key);
    while (c->slots[i].key.len > 0)
        i = (i + 1) % BK_CACHE_SLOTS;
    c->slots[i].format = format;
    c->slots[i].key = key;
    c->slots[i].target = t;
    c->n++;
}

/* --- the lookup ------------------------------------------------------------------------ */

/* Formats in which people make up the names: there every name is taken apart, and what
 * is left is looked up in all tables.  A tool's own field names are taken apart only
 * where the rest is known to be a name of that tool. */
static bool is_free_form(struct bk_str format)
{
    return bk_is(format, "sweep") || bk_is(format, "report");
}

/* "http_req_duration{name:login}": the name in front, the selector as scope. */
static bool find_selected(const struct bk_dict *d, const struct bk_alias_set *format,
                          struct bk_str name, struct bk_target *t)
{
    size_t open = bk_find_char(name, '{');
    if (open == BK_NONE || open == 0 || name.ptr[name.len - 1] != '}')
        return false;
    struct bk_str base = bk_upto(name, open);
    struct bk_key key;
    bk_key_of(d, base, &key);
    if (!key.ok || !bk_find_known(d, format, key.s, base, t) ||
        t->kind != BK_TARGET_METRIC)
        return false;
    t->scope = bk_from(name, open);
    return true;
}

static struct bk_target find(const struct bk_dict *d, struct bk_str format_name,
                             struct bk_str name, struct bk_str key)
{
    const struct bk_alias_set *format = set_of(d, format_name);
    struct bk_target t = {.kind = BK_TARGET_NONE};
    if (find_exact(d->maps, key, &t) || find_exact(format, key, &t) ||
        find_selected(d, format, name, &t) || bk_find_known(d, format, key, name, &t)) {
        if (t.kind == BK_TARGET_METRIC && t.unit.len == 0)
            bk_find_unit_in(d, name, &t);
        return t;
    }
    bk_find_parts(d, format, name, !is_free_form(format_name), &t);
    return t;
}

struct bk_target bk_dict_find(const struct bk_dict *d, struct bk_str format,
                              struct bk_str name)
{
    struct bk_target t = {.kind = BK_TARGET_NONE};
    struct bk_key key;
    name = bk_trim(name);
    bk_key_of(d, name, &key);
    if (!key.ok || cached(d->cache, format, key.s, &t))
        return t;
    t = find(d, format, name, key.s);
    /* a selector is kept as written, and folded keys don't tell its letters apart */
    if (bk_find_char(name, '{') == BK_NONE)
        remember(d->cache, format, key.s, t);
    return t;
}
