/* The rules of OpenMetrics 1.0 beyond its grammar: metadata, suffixes, grouping,
 * values, exemplars and the shape of histograms.  See exposition.h.
 *
 * Families follow one another, so one family is in progress at a time; of those before
 * it only the names that they take are kept, as hashes.  The checks come in the order
 * of the reference parser (prometheus/client_python, openmetrics/parser.py), with which
 * the conformance suite of prometheus/OpenMetrics agrees. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "exposition_parts.h"

#define MAX_SET   ((size_t)1 << 20) /* hashes remembered at most */
#define KEPT_SET  ((size_t)4096)    /* slots that clearing keeps */
#define FIRST_SET ((size_t)64)
#define SHOWN     80 /* bytes of a name in a message */
#define GOLDEN    UINT64_C(0x9E3779B97F4A7C15)

#define SHOW(name) BK_F(bk_upto((name), SHOWN))

/* --- sets of hashes --- */

static uint64_t *slot_of(const struct bk_hash_set *set, uint64_t h)
{
    size_t i = (size_t)(h * GOLDEN) & (set->cap - 1);
    while (set->slots[i] != 0 && set->slots[i] != h)
        i = (i + 1) & (set->cap - 1);
    return &set->slots[i];
}

static void grow_set(struct bk_hash_set *set)
{
    struct bk_hash_set bigger = {.cap = set->cap == 0 ? FIRST_SET : set->cap * 2};
    bigger.slots = bk_realloc(NULL, bigger.cap * sizeof *bigger.slots);
    memset(bigger.slots, 0, bigger.cap * sizeof *bigger.slots);
    for (size_t i = 0; i < set->cap; i++) {
        if (set->slots[i] != 0)
            *slot_of(&bigger, set->slots[i]) = set->slots[i];
    }
    bigger.n = set->n;
    free(set->slots);
    *set = bigger;
}

bool bk_hash_set_has(const struct bk_hash_set *set, uint64_t h)
{
    return set->cap > 0 && *slot_of(set, h == 0 ? 1 : h) != 0;
}

bool bk_hash_set_add(struct bk_hash_set *set, uint64_t h)
{
    h = h == 0 ? 1 : h;
    if (set->cap > 0 && *slot_of(set, h) != 0)
        return true;
    if (set->n >= MAX_SET)
        return false;
    if (set->n * 2 >= set->cap)
        grow_set(set);
    *slot_of(set, h) = h;
    set->n++;
    return false;
}

void bk_hash_set_clear(struct bk_hash_set *set)
{
    if (set->cap > KEPT_SET) {
        free(set->slots);
        *set = (struct bk_hash_set){0};
    } else if (set->n > 0) {
        memset(set->slots, 0, set->cap * sizeof *set->slots);
        set->n = 0;
    }
}

/* --- families --- */

#define MAX_SUFFIXES 6

/* What the names of a type's samples end in. */
static const struct bk_str suffixes[][MAX_SUFFIXES] = {
    [BK_UNTYPED] = {{"", 0}},
    [BK_GAUGE] = {{"", 0}},
    [BK_STATESET] = {{"", 0}},
    [BK_COUNTER] = {{"_total", 6}, {"_created", 8}},
    [BK_SUMMARY] = {{"", 0}, {"_count", 6}, {"_sum", 4}, {"_created", 8}},
    [BK_HISTOGRAM] = {{"_count", 6}, {"_sum", 4}, {"_bucket", 7}, {"_created", 8}},
    [BK_GAUGEHISTOGRAM] = {{"_gcount", 7}, {"_gsum", 5}, {"_bucket", 7}},
    [BK_INFOMETRIC] = {{"_info", 5}},
};

enum part { /* of a family, as its sample's name ends */
    PART_WHOLE,
    PART_TOTAL,
    PART_COUNT, /* _count and _gcount */
    PART_SUM,
    PART_GSUM,
    PART_BUCKET,
    PART_OTHER
};

static enum part part_of(struct bk_str suffix)
{
    static const struct {
        struct bk_str suffix;
        enum part part;
    } parts[] = {
        {{"_bucket", 7}, PART_BUCKET}, {{"_total", 6}, PART_TOTAL},
        {{"_count", 6}, PART_COUNT},   {{"_gcount", 7}, PART_COUNT},
        {{"_sum", 4}, PART_SUM},       {{"_gsum", 5}, PART_GSUM},
    };
    if (suffix.len == 0)
        return PART_WHOLE;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        if (suffix.len == parts[i].suffix.len && bk_eq(suffix, parts[i].suffix))
            return parts[i].part;
    }
    return PART_OTHER;
}

/* Is this the name of a sample of the family?  *suffix is its end. */
static bool belongs(const struct bk_family *f, struct bk_str name,
                    struct bk_str *suffix)
{
    if (!bk_starts(name, f->name))
        return false;
    *suffix = bk_from(name, f->name.len);
    for (size_t i = 0; i < MAX_SUFFIXES && suffixes[f->type][i].ptr != NULL; i++) {
        if (bk_eq(*suffix, suffixes[f->type][i]))
            return true;
    }
    return false;
}

static uint64_t hash_pair(struct bk_str a, struct bk_str b)
{
    return (bk_hash64(a) * GOLDEN) ^ bk_hash64(b);
}

static bool take_names(struct bk_exposition *x, const struct bk_family *f,
                       struct bk_err *err)
{
    bool clash = bk_hash_set_add(&x->om.names, bk_hash64(f->name));
    char name[2 * BK_EXPOSITION_MAX_NAME];
    for (size_t i = 0; i < MAX_SUFFIXES && suffixes[f->type][i].ptr != NULL; i++) {
        struct bk_str suffix = suffixes[f->type][i];
        if (suffix.len == 0 || f->name.len + suffix.len > sizeof name)
            continue;
        memcpy(name, f->name.ptr, f->name.len);
        memcpy(name + f->name.len, suffix.ptr, suffix.len);
        struct bk_str whole = {name, f->name.len + suffix.len};
        clash = bk_hash_set_add(&x->om.names, bk_hash64(whole)) || clash;
    }
    return !clash ||
           bk_exposition_breach(x, err, "a name of family '%.*s' is taken already",
                                SHOW(f->name));
}

static bool check_unit(struct bk_exposition *x, const struct bk_family *f,
                       struct bk_err *err)
{
    if (f->unit.len == 0)
        return true;
    bool fits = bk_ends(f->name, f->unit) && f->name.len > f->unit.len &&
                f->name.ptr[f->name.len - f->unit.len - 1] == '_';
    if (!fits && !bk_exposition_breach(x, err, "name '%.*s' does not end in its unit",
                                       SHOW(f->name)))
        return false;
    return (f->type != BK_INFOMETRIC && f->type != BK_STATESET) ||
           bk_exposition_breach(x, err, "a unit of '%.*s', which cannot have one",
                                SHOW(f->name));
}

/* What must hold of a histogram's group once it is over. */
static bool close_histogram(struct bk_exposition *x, struct bk_err *err)
{
    struct bk_om_histogram *h = &x->om.histogram;
    const char *why = NULL;
    if (!h->open)
        return true;
    if (!h->has_bucket || !isinf(h->bound) || h->bound < 0)
        why = "the +Inf bucket is missing";
    else if (h->has_count && (h->count < h->value || h->count > h->value))
        why = "the count is not that of the +Inf bucket";
    else if ((h->has_sum || h->has_gsum) && !h->has_count)
        why = "a sum without a count";
    else if (!(h->has_sum || h->has_gsum) && h->has_count)
        why = "a count without a sum";
    else if (h->negative_bucket && h->has_sum)
        why = "a sum beside negative buckets";
    else if (!h->negative_bucket && h->negative_gsum)
        why = "a negative sum without negative buckets";
    *h = (struct bk_om_histogram){0};
    return why == NULL || bk_exposition_breach(x, err, "histogram '%.*s': %s",
                                               SHOW(x->om.family->name), why);
}

static bool finish_family(struct bk_exposition *x, struct bk_err *err)
{
    const struct bk_family *f = x->om.family;
    return f == NULL ||
           (close_histogram(x, err) && take_names(x, f, err) && check_unit(x, f, err));
}

/* The next family begins. */
static bool start_family(struct bk_exposition *x, struct bk_family *f,
                         struct bk_err *err)
{
    if (!finish_family(x, err))
        return false;
    x->om.family = f;
    x->om.has_group = false;
    x->om.time = (struct bk_om_timestamp){0};
    bk_hash_set_clear(&x->om.groups);
    return true;
}

/* --- metadata --- */

static bool set_type(struct bk_exposition *x, struct bk_family *f, struct bk_str s,
                     struct bk_err *err)
{
    enum bk_series_type type = BK_UNTYPED;
    bool known = bk_series_type_named(s, &type) && !bk_is(s, "untyped") &&
                 !bk_is(s, "gauge_histogram");
    for (size_t i = 0; i < s.len; i++)
        known = known && s.ptr[i] >= 'a' && s.ptr[i] <= 'z';
    if (!known && !bk_exposition_breach(x, err, "unknown type '%.*s'", SHOW(s)))
        return false;
    if (f->has_type)
        return bk_exposition_breach(x, err, "a second TYPE of '%.*s'", SHOW(f->name));
    f->has_type = true;
    f->type = type;
    return true;
}

static bool set_text(struct bk_exposition *x, const struct bk_family *f, bool *has,
                     struct bk_str *field, struct bk_str value, struct bk_err *err)
{
    if (*has)
        return bk_exposition_breach(x, err, "HELP or UNIT of '%.*s' stands twice",
                                    SHOW(f->name));
    *has = true;
    return bk_exposition_keep(x, value, field, err);
}

bool bk_om_comment(struct bk_exposition *x, struct bk_str line, struct bk_err *err)
{
    if (bk_exposition_is_eof(line)) {
        x->om.ended = true;
        return true;
    }
    struct bk_str word, name, rest = {0}, start = bk_upto(line, 2);
    rest = bk_cut(bk_from(line, 2), ' ', &word);
    bool help = bk_is(word, "HELP"), type = bk_is(word, "TYPE");
    if (!bk_is(start, "# ") || (!help && !type && !bk_is(word, "UNIT")))
        return bk_exposition_breach(x, err, "neither HELP nor TYPE, UNIT or EOF");
    if (!bk_exposition_name(x, rest, &name, &rest, err))
        return false;
    if (rest.len == 0 || rest.ptr[0] != ' ')
        return bk_exposition_breach(x, err, "%.*s without a text", BK_F(word));
    rest = bk_from(rest, 1);
    struct bk_family *f = x->om.family;
    if (f != NULL && bk_eq(f->name, name)) {
        if (f->sampled && !bk_exposition_breach(x, err,
                                                "metadata of '%.*s' behind its "
                                                "samples",
                                                SHOW(name)))
            return false;
    } else if (!bk_family_named(x, name, &f, err) || !start_family(x, f, err)) {
        return false;
    }
    if (type)
        return set_type(x, f, rest, err);
    if (help)
        return set_text(x, f, &f->has_help, &f->help, bk_exposition_help(x, rest), err);
    return set_text(x, f, &f->has_unit, &f->unit, rest, err);
}

/* --- samples --- */

static bool find_family(struct bk_exposition *x, struct bk_str *suffix,
                        struct bk_err *err)
{
    struct bk_str name = x->sample.name;
    struct bk_family *f = x->om.family;
    if (f != NULL && belongs(f, name, suffix))
        return true;
    f = bk_exposition_family_of_part(x, name);
    if (f == NULL && !bk_family_named(x, name, &f, err))
        return false;
    if (!start_family(x, f, err))
        return false;
    if (f->sampled && !bk_exposition_breach(x, err,
                                            "family '%.*s' is interrupted by "
                                            "another",
                                            SHOW(f->name)))
        return false;
    *suffix = bk_from(name, f->name.len);
    return true;
}

/* The label that tells the samples of one metric apart is left out of its group. */
static uint64_t group_of(const struct bk_exposition *x, const struct bk_family *f,
                         enum part part)
{
    uint64_t h = GOLDEN;
    struct bk_str own = {0};
    if (f->type == BK_INFOMETRIC)
        return h;
    if (f->type == BK_STATESET)
        own = f->name;
    else if (part == PART_BUCKET)
        own = BK_S("le");
    else if (f->type == BK_SUMMARY && part == PART_WHOLE)
        own = BK_S("quantile");
    for (size_t i = 0; i < x->labels.n; i++) {
        const struct bk_label *l = &x->labels.list[i];
        if (l->name.len != own.len || !bk_eq(l->name, own))
            h += hash_pair(l->name, l->value);
    }
    return h;
}

static bool same_time(struct bk_om_timestamp a, struct bk_om_timestamp b)
{
    return a.given == b.given &&
           (!a.given || (a.seconds <= b.seconds && a.seconds >= b.seconds));
}

static bool check_group(struct bk_exposition *x, const struct bk_family *f, uint64_t g,
                        struct bk_err *err)
{
    struct bk_om *om = &x->om;
    const char *why = NULL;
    bool same = om->has_group && om->group == g;
    if (om->has_group && !same && bk_hash_set_has(&om->groups, g))
        why = "the samples of a metric do not stand together";
    else if (same && om->time.given != x->time.given)
        why = "some samples of a metric have a time stamp, others none";
    else if (same && om->time.given && om->time.seconds > x->time.seconds &&
             f->type != BK_INFOMETRIC)
        why = "time stamps run backwards";
    if (!same)
        bk_hash_set_add(&om->groups, g);
    om->group = g;
    om->has_group = true;
    om->time = x->time;
    return why == NULL ||
           bk_exposition_breach(x, err, "'%.*s': %s", SHOW(f->name), why);
}

static const char *add_bucket(struct bk_exposition *x, double bound)
{
    struct bk_om_histogram *h = &x->om.histogram;
    double value = x->sample.value;
    const char *why = NULL;
    if (h->has_bucket && bound <= h->bound)
        why = "buckets out of order";
    else if (value < h->value)
        why = "the counts of buckets fall";
    if (bound < 0)
        h->negative_bucket = true;
    h->has_bucket = true;
    h->bound = bound;
    h->value = value;
    return why;
}

static bool check_histogram(struct bk_exposition *x, enum part part, uint64_t g,
                            double bound, struct bk_err *err)
{
    struct bk_om_histogram *h = &x->om.histogram;
    const char *why = NULL;
    bool other = !x->om.has_group || g != x->om.group ||
                 !same_time(x->om.histogram_time, x->time);
    if (other && !close_histogram(x, err))
        return false;
    x->om.histogram_time = x->time;
    h->open = true;
    if (part == PART_BUCKET) {
        why = add_bucket(x, bound);
    } else if (part == PART_COUNT) {
        h->has_count = true;
        h->count = x->sample.value;
    } else if (part == PART_SUM) {
        h->has_sum = true;
    } else if (part == PART_GSUM) {
        h->has_gsum = true;
        h->negative_gsum = x->sample.value < 0;
    }
    return why == NULL || bk_exposition_breach(x, err, "histogram '%.*s': %s",
                                               SHOW(x->om.family->name), why);
}

static bool is_whole(double v)
{
    return isfinite(v) && floor(v) >= v;
}

/* The label that a sample of this type must have. */
static const char *label_trouble(const struct bk_exposition *x,
                                 const struct bk_family *f, enum part part,
                                 double *bound)
{
    *bound = (double)NAN;
    if (f->type == BK_STATESET) {
        bool has = false;
        for (size_t i = 0; i < x->labels.n; i++)
            has = has || bk_eq(x->labels.list[i].name, f->name);
        return has ? NULL : "a stateset without the label of its name";
    }
    if (part == PART_BUCKET) {
        const struct bk_label *le = bk_exposition_label(&x->labels, BK_S("le"));
        bool ok = le != NULL && bk_exposition_number(le->value, bound) &&
                  !isnan(*bound) &&
                  (!isinf(*bound) || *bound < 0 || bk_is(le->value, "+Inf"));
        return ok ? NULL : "a bucket without a proper label le";
    }
    if (f->type == BK_SUMMARY && part == PART_WHOLE) {
        const struct bk_label *q = bk_exposition_label(&x->labels, BK_S("quantile"));
        bool ok = q != NULL && bk_exposition_number(q->value, bound) && *bound >= 0 &&
                  *bound <= 1;
        return ok ? NULL : "a quantile without a proper label quantile";
    }
    return NULL;
}

static const char *value_trouble(const struct bk_exposition *x,
                                 const struct bk_family *f, enum part part)
{
    double v = x->sample.value;
    bool bucket = part == PART_BUCKET, count = part == PART_COUNT;
    bool sum = part == PART_SUM, gsum = part == PART_GSUM, total = part == PART_TOTAL;
    if ((bucket || count) && !is_whole(v))
        return "a count that is no whole number";
    if (f->type == BK_STATESET && !(v >= 0 && v <= 1 && is_whole(v)))
        return "a state that is neither 0 nor 1";
    if (f->type == BK_INFOMETRIC && !(v >= 1 && v <= 1))
        return "an info that is not 1";
    if (f->type == BK_SUMMARY && part == PART_WHOLE && v < 0)
        return "a negative quantile";
    if ((bucket || count || sum || gsum || total) && isnan(v))
        return "a counter that is NaN";
    if ((bucket || count || sum || total) && v < 0)
        return "a negative counter";
    bool exemplar =
        (bucket && (f->type == BK_HISTOGRAM || f->type == BK_GAUGEHISTOGRAM)) ||
        (total && f->type == BK_COUNTER);
    if (x->sample.exemplar.len > 0 && !exemplar)
        return "an exemplar of what is neither a bucket nor a counter";
    return NULL;
}

bool bk_om_sample(struct bk_exposition *x, struct bk_err *err)
{
    struct bk_str suffix;
    double bound;
    if (!find_family(x, &suffix, err))
        return false;
    struct bk_family *f = x->family = x->om.family;
    enum part part = part_of(suffix);
    const char *why = label_trouble(x, f, part, &bound);
    if (why == NULL)
        why = value_trouble(x, f, part);
    if (why != NULL && !bk_exposition_breach(x, err, "'%.*s': %s", SHOW(f->name), why))
        return false;
    uint64_t g = group_of(x, f, part);
    bool histogram = f->type == BK_HISTOGRAM || f->type == BK_GAUGEHISTOGRAM;
    if (histogram && !check_histogram(x, part, g, bound, err))
        return false;
    f->sampled = true;
    return check_group(x, f, g, err);
}

bool bk_om_end(struct bk_exposition *x, struct bk_err *err)
{
    return finish_family(x, err) &&
           (x->om.ended || bk_exposition_breach(x, err, "no '# EOF' at the end"));
}
