/* What the two halves of the exposition reader share: exposition.c reads lines,
 * exposition_rules.c holds the rules of OpenMetrics. */
#ifndef BK_IMPORTERS_SHARED_EXPOSITION_PARTS_H
#define BK_IMPORTERS_SHARED_EXPOSITION_PARTS_H

#include "../../src/base/arena.h"
#include "exposition.h"

#define BK_EXPOSITION_MAX_LABELS 256
#define BK_EXPOSITION_MAX_NAME   255  /* longer names are read, but not remembered */
#define BK_EXPOSITION_MAX_BEFORE 1000 /* nor are longer lines */
#define BK_EXPOSITION_FEW_LABELS 16   /* nor the labels behind so many */

struct bk_family {
    struct bk_str name, help, unit;
    enum bk_series_type type;
    bool has_type, has_help, has_unit;
    bool sampled; /* samples were seen */
};

struct bk_labels {
    struct bk_label list[BK_EXPOSITION_MAX_LABELS];
    size_t n;
};

/* The sample line before: neighbours mostly begin alike, and what the labels are in
 * bytes that are the same need not be found again.  Without escapes and all ASCII. */
struct bk_line_before {
    char text[BK_EXPOSITION_MAX_BEFORE];
    size_t len; /* 0: there is none */
    struct bk_spots {
        uint16_t name, name_len, value, value_len, end; /* end: behind the quote */
    } labels[BK_EXPOSITION_FEW_LABELS];
    size_t n;     /* of them; these are all, unless 'close' is 0 */
    size_t close; /* behind the '}' */
};

/* A set of 64-bit hashes with a limit; what does not fit is not remembered. */
struct bk_hash_set {
    uint64_t *slots; /* 0: free */
    size_t n, cap;
};
/* Adds h; true when it was there. */
bool bk_hash_set_add(struct bk_hash_set *set, uint64_t h);
bool bk_hash_set_has(const struct bk_hash_set *set, uint64_t h);
void bk_hash_set_clear(struct bk_hash_set *set);

struct bk_om_timestamp {
    bool given;
    double seconds;
};

/* Where the checks of a histogram's group stand. */
struct bk_om_histogram {
    bool open; /* a group is being checked */
    bool has_bucket, has_count, has_sum, has_gsum;
    bool negative_bucket, negative_gsum;
    double bound, value, count;
};

/* The family in progress of an OpenMetrics text. */
struct bk_om {
    struct bk_family *family; /* NULL: none yet */
    uint64_t group;           /* hash of the labels that make the group */
    bool has_group;
    struct bk_om_timestamp time; /* of the last sample of the group */
    struct bk_om_histogram histogram;
    struct bk_om_timestamp histogram_time;
    struct bk_hash_set groups; /* of this family */
    struct bk_hash_set names;  /* taken by the families before */
    bool ended;                /* # EOF was seen */
};

struct bk_exposition {
    struct bk_arena *arena;
    enum bk_exposition_syntax syntax;
    bool strict;
    size_t line;    /* of the line in progress */
    size_t samples; /* read so far */
    bool sample_last;
    bool escapes; /* the line has a backslash */
    bool ascii;   /* and nothing beyond ASCII */
    struct bk_line_before before;
    const char *text; /* of the line */
    size_t alike;     /* bytes that it and the one before begin with */

    struct bk_map families;   /* of a 0.0.4 text */
    struct bk_family *family; /* of the last sample */
    char last_name[BK_EXPOSITION_MAX_NAME + 1];
    size_t last_len; /* 0: none */
    bool plain_name; /* the sample's name is not in quotes */
    bool same_name;  /* the sample's name is that of the one before */

    struct bk_labels labels, exemplar;
    size_t close; /* where the line's text goes on behind its labels; 0: it has none */
    struct bk_buf scratch; /* label values with escapes undone */
    struct bk_series_sample sample;
    struct bk_str digits;
    struct bk_om_timestamp time;

    struct bk_om om;
    size_t breaches;
    char first_breach[200];
};

/* A broken rule: an error when strict, else counted.  True: go on. */
bool bk_exposition_breach(struct bk_exposition *x, struct bk_err *err, const char *fmt,
                          ...) __attribute__((format(printf, 3, 4)));
bool bk_exposition_fail(const struct bk_exposition *x, struct bk_err *err,
                        const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* A new family in the arena; fails when families take too much room. */
bool bk_family_new(struct bk_exposition *x, struct bk_str name, struct bk_family **f,
                   struct bk_err *err);
/* The family of this name, a new one if there is none. */
bool bk_family_named(struct bk_exposition *x, struct bk_str name, struct bk_family **f,
                     struct bk_err *err);
/* The typed family that a sample of this name is part of by its suffix, or NULL. */
struct bk_family *bk_exposition_family_of_part(const struct bk_exposition *x,
                                               struct bk_str name);
/* "histogram"; any case. */
bool bk_series_type_named(struct bk_str s, enum bk_series_type *type);
bool bk_exposition_keep(struct bk_exposition *x, struct bk_str s, struct bk_str *kept,
                        struct bk_err *err);

/* --- exposition_rules.c --- */

/* A line that begins with '#'. */
bool bk_om_comment(struct bk_exposition *x, struct bk_str line, struct bk_err *err);
/* Finds the family of the sample just read and checks it. */
bool bk_om_sample(struct bk_exposition *x, struct bk_err *err);
bool bk_om_end(struct bk_exposition *x, struct bk_err *err);

/* --- exposition.c, for the rules --- */

/* A metric name, plain or in quotes, at the start of s; *rest is what follows. */
bool bk_exposition_name(struct bk_exposition *x, struct bk_str s, struct bk_str *name,
                        struct bk_str *rest, struct bk_err *err);
/* Help text with \\ \n \" undone. */
struct bk_str bk_exposition_help(struct bk_exposition *x, struct bk_str s);
const struct bk_label *bk_exposition_label(const struct bk_labels *l,
                                           struct bk_str name);

#endif
