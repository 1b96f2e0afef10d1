/* What the files of the dictionary share: its tables and the steps of a lookup. */
#ifndef BK_RECORD_DICT_INTERNAL_H
#define BK_RECORD_DICT_INTERNAL_H

#include "dict.h"

/* The embedded CSV files of schema/.  All of one's text, empty when there is no such
 * table; and its next record (RFC 4180 without line ends inside quotes), false behind the
 * last.  Fields that a record lacks are empty. */
#define BK_EMBEDDED_FIELDS 10 /* columns of the widest table, model_shapes.csv */
struct bk_str bk_embedded_table(const char *name);
bool bk_embedded_next(struct bk_arena *a, struct bk_str *rest,
                      struct bk_str fields[BK_EMBEDDED_FIELDS]);

/* Longer names are no names of a metric; they are never looked up. */
#define BK_KEY_MAX ((size_t)240)

struct bk_alias {
    struct bk_str key; /* as bk_dict_key gives it; may hold '*' for a pattern */
    struct bk_target target;
};

struct bk_param_name { /* of schema/params.csv */
    struct bk_str name, unit;
};

struct bk_param_role_line { /* of schema/param_roles.csv */
    enum bk_param_role role;
};

struct bk_alias_set {          /* of one format */
    struct bk_map exact;       /* key -> struct bk_alias */
    struct bk_alias *patterns; /* longest first */
    size_t n_patterns;
};

struct bk_stat_word {
    struct bk_str stat;
    bool in_names; /* is it also a stat when it stands inside a longer name? */
};

/* Results of lookups, so that a name that comes a million times is taken apart once.
 * Everything is in two blocks that are allocated with the dictionary: an importer may
 * release the arena back to a mark that it set later. */
#define BK_CACHE_SLOTS ((size_t)1024)
#define BK_CACHE_FILL  ((size_t)640)
#define BK_CACHE_TEXT  ((size_t)48 * 1024)
struct bk_dict_cache {
    struct {
        struct bk_str format, key;
        struct bk_target target;
    } slots[BK_CACHE_SLOTS];
    size_t n;
    char text[BK_CACHE_TEXT];
    size_t text_used;
};

struct bk_dict {
    struct bk_arena *arena;
    struct bk_metric *metrics;
    size_t n_metrics;
    struct bk_map metric_keys; /* folded name -> struct bk_metric */
    struct bk_map param_keys;  /* folded name -> struct bk_param_name */
    struct bk_map param_roles; /* folded name -> struct bk_param_role_line */
    struct bk_map units;       /* as written -> struct bk_unit */
    struct bk_map unit_keys;   /* folded -> struct bk_unit */
    struct bk_map stats;       /* folded -> struct bk_stat_word */
    struct bk_map hardware;    /* folded -> struct bk_str */
    struct bk_map formats;     /* format -> struct bk_alias_set */
    struct bk_alias_set *any;  /* of every format */
    struct bk_alias_set *maps; /* of --map */
    struct bk_dict_cache *cache;
};

/* A folded name on the stack; ok false when the name is empty or too long. */
struct bk_key {
    char text[BK_KEY_MAX];
    struct bk_str s;
    bool ok;
};
void bk_key_of(const struct bk_dict *d, struct bk_str name, struct bk_key *key);

/* The canonical form of a percentile as written ("p(95)", "99.90 percentile"); empty
 * when it is none.  Common ones are literals, others live in a. */
struct bk_str bk_percentile(struct bk_arena *a, struct bk_str key);

/* Word or two words of a name as a stat. */
struct bk_str bk_stat_in_name(const struct bk_dict *d, struct bk_str words);

/* As bk_dict_key, but stars stay: of an alias that is a pattern. */
struct bk_str bk_pattern_key(struct bk_arena *a, struct bk_str alias);

/* When the name holds a unit that fits the target's metric, it becomes its unit. */
void bk_find_unit_in(const struct bk_dict *d, struct bk_str name, struct bk_target *t);

/* A folded name as a canonical name: metric, METRIC.STAT, parameter, context word.
 * 'raw' is the name as written, for parameters that are kept as written. */
bool bk_find_canonical(const struct bk_dict *d, struct bk_str key, struct bk_str raw,
                       struct bk_target *t);

/* Maps, aliases and canonical names; no taking apart. */
bool bk_find_known(const struct bk_dict *d, const struct bk_alias_set *format,
                   struct bk_str key, struct bk_str raw, struct bk_target *t);

/* Takes a name apart into unit, stat and rest, and looks the rest up.  strict: the rest
 * must be an alias of the format itself or canonical. */
bool bk_find_parts(const struct bk_dict *d, const struct bk_alias_set *format,
                   struct bk_str name, bool strict, struct bk_target *t);

#endif
