/* Numbers out of a log: every match of a rule is one observation, and all observations
 * of a metric become one distribution.
 *
 * The rules come from a layout file ([timing GLOB]) or --timing; without one a log is
 * nobody's, so the bid is 0.  Percentiles are exact: nearest rank over all values, the
 * smallest value with at least p of them at or below it. */
#include "importer.h"

#include "timing_rule.h"

#include "../src/base/num.h"
#include "shared/emit.h"

#include <fnmatch.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MAX_VALUES    ((size_t)16 * 1000 * 1000) /* of all metrics: 128 MB */
#define MAX_METRICS   ((size_t)1000)
#define MAX_RULES     ((size_t)100)
#define LONGEST_MATCH ((size_t)64 * 1024) /* bytes of a line that are looked at */
#define LONGEST_NAME  ((size_t)200)

struct series { /* the values of one metric */
    struct bk_str metric;
    struct bk_str unit; /* in which the first one was written; the others in the same */
    double factor;      /* of that unit */
    bool named;         /* by a group of the expression, not by the rule alone */
    double *values;
    size_t n, cap;
    size_t first_line, last_line;
};

struct reader {
    const struct bk_importing *im;
    struct timing_rule **rules;
    const struct bk_timing_rule **sources; /* of rules */
    size_t n_rules;
    struct series *series;
    size_t n_series;
    struct bk_map index;       /* key -> slot */
    size_t slots[MAX_METRICS]; /* indexes into series, with an address each */
    struct bk_buf key;         /* scratch */
    size_t n_values;
    size_t lines, unmatched, unreadable, long_lines;
    char *line; /* NUL-terminated copy for regexec */
};

/* --- reading --- */

static bool read_number(struct bk_str text, double *value)
{
    char copy[64];
    if (bk_parse_double(text, value))
        return true;
    size_t comma = bk_find_char(text, ',');
    if (comma == BK_NONE || text.len >= sizeof copy)
        return false;
    memcpy(copy, text.ptr, text.len);
    copy[comma] = '.'; /* "12,5": a decimal comma */
    return bk_parse_double((struct bk_str){copy, text.len}, value);
}

/* "metric.name" and, behind a NUL, the base unit: times in s and ms are one series. */
static void series_key(struct bk_buf *key, const struct bk_timing_rule *rule,
                       const struct timing_match *m, struct bk_str base)
{
    bk_buf_add(key, bk_upto(rule->metric, LONGEST_NAME));
    if (rule->metric.len > 0 && m->name.len > 0)
        bk_buf_addc(key, '.');
    bk_buf_add(key, bk_upto(m->name, LONGEST_NAME));
    bk_buf_addc(key, '\0');
    bk_buf_add(key, bk_upto(base, LONGEST_NAME));
}

static struct series *new_series(struct reader *r, struct bk_str key,
                                 const struct timing_match *m, struct bk_str unit,
                                 double factor)
{
    struct bk_arena *a = r->im->arena;
    struct series *s = BK_PUSH(a, r->series, r->n_series);
    key = bk_dup(a, key);
    *s = (struct series){.metric = bk_upto(key, bk_find_char(key, '\0')),
                         .unit = bk_dup(a, bk_upto(unit, LONGEST_NAME)),
                         .factor = factor,
                         .named = m->name.len > 0,
                         .first_line = r->lines};
    r->slots[r->n_series - 1] = r->n_series - 1;
    bk_map_put(a, &r->index, key, &r->slots[r->n_series - 1]);
    return s;
}

/* The series that a match belongs to, and the match in that series' unit; NULL: too
 * many. */
static struct series *series_of(struct reader *r, const struct bk_timing_rule *rule,
                                const struct timing_match *m, double *value,
                                struct bk_err *err)
{
    struct bk_str written = m->unit.len > 0 ? m->unit : rule->unit;
    const struct bk_unit *unit = bk_dict_unit(r->im->dict, written);
    double factor = unit != NULL ? unit->factor : 1;
    struct series *s = NULL;
    bk_buf_clear(&r->key);
    series_key(&r->key, rule, m, unit != NULL ? unit->base : written);
    const size_t *slot = bk_map_get(&r->index, bk_buf_str(&r->key));
    if (slot != NULL)
        s = &r->series[*slot];
    else if (r->n_series < MAX_METRICS)
        s = new_series(r, bk_buf_str(&r->key), m, written, factor);
    else
        bk_fail(err, BK_EINPUT, "line %zu: more than %zu names", r->lines, MAX_METRICS);
    if (s != NULL && s->factor != factor)
        *value *= factor / s->factor;
    return s;
}

static bool add_value(struct reader *r, struct series *s, double value,
                      struct bk_err *err)
{
    if (r->n_values++ == MAX_VALUES)
        return bk_fail(err, BK_EINPUT, "line %zu: more than %zu matches", r->lines,
                       MAX_VALUES);
    if (s->n == s->cap) {
        s->cap = s->cap > 0 ? s->cap + s->cap / 2 : 1024;
        s->values = bk_realloc(s->values, s->cap * sizeof *s->values);
    }
    s->values[s->n++] = value;
    s->last_line = r->lines;
    return true;
}

/* All matches of one rule in one line. */
static bool take_matches(struct reader *r, size_t rule, struct bk_str line,
                         bool *matched, struct bk_err *err)
{
    struct timing_match m;
    for (size_t from = 0; from<line.len; from = m.end> from ? m.end : from + 1) {
        double value;
        if (!timing_rule_find(r->rules[rule], line, from, &m))
            break;
        *matched = true;
        if (!read_number(m.value, &value)) {
            r->unreadable++;
            continue;
        }
        struct series *s = series_of(r, r->sources[rule], &m, &value, err);
        if (s == NULL || !add_value(r, s, value, err))
            return false;
    }
    return true;
}

static bool read_all(struct reader *r, struct bk_input *in, struct bk_err *err)
{
    struct bk_str line;
    bool more;
    while (bk_input_line(in, &line, &r->lines, &more, NULL, err)) {
        bool matched = false;
        if (!more)
            return true;
        r->long_lines += line.len > LONGEST_MATCH;
        line = bk_upto(line, LONGEST_MATCH);
        if (line.len > 0)
            memcpy(r->line, line.ptr, line.len);
        r->line[line.len] = '\0';
        for (size_t i = 0; i < r->n_rules; i++) {
            struct bk_str copy = {r->line, line.len};
            if (!take_matches(r, i, copy, &matched, err))
                return false;
        }
        r->unmatched += !matched;
    }
    return false;
}

/* --- records --- */

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void emit_stat(const struct reader *r, struct bk_run *run,
                      const struct series *s, const char *stat, double value,
                      const char *formula)
{
    struct bk_arena *a = r->im->arena;
    bool count = strcmp(stat, "count") == 0;
    struct bk_reading reading = {
        .name = s->metric,
        .stat = bk_str(stat),
        .unit = count ? BK_S("") : s->unit,
        .has_value = true,
        .value = value,
        .half = 0,
        .origin = BK_DERIVED,
        .formula = bk_str(formula),
        .locator = bk_fmt(a, "lines %zu to %zu", s->first_line, s->last_line),
    };
    if (s->metric.len == 0)
        reading.name = BK_S("value");
    /* the name that a rule gives is a metric, known or of the user's own; what a log
       calls things is looked up */
    size_t scope = bk_find_char(reading.name, '{');
    struct bk_str metric = bk_upto(reading.name, scope);
    const char *target = bk_cstr(a, bk_fmt(a, "%.*s.%s%.*s", BK_F(metric), stat,
                                           BK_F(bk_from(reading.name, metric.len))));
    if (s->named)
        bk_emit(r->im, run, &reading);
    else
        bk_emit_as(r->im, run, target, &reading);
}

static void emit_series(const struct reader *r, struct bk_run *run, struct series *s)
{
    static const struct {
        const char *stat;
        double p;
        const char *formula;
    } ranks[] = {
        {"p50", 0.5, "nearest rank: value ceil(0.5 n) of n sorted"},
        {"p90", 0.9, "nearest rank: value ceil(0.9 n) of n sorted"},
        {"p95", 0.95, "nearest rank: value ceil(0.95 n) of n sorted"},
        {"p99", 0.99, "nearest rank: value ceil(0.99 n) of n sorted"},
    };
    double sum = 0, lost = 0;
    qsort(s->values, s->n, sizeof *s->values, by_value);
    for (size_t i = 0; i < s->n; i++) { /* W. Kahan's compensated sum */
        double y = s->values[i] - lost, t = sum + y;
        lost = (t - sum) - y;
        sum = t;
    }
    emit_stat(r, run, s, "count", (double)s->n, "matches of the rule");
    emit_stat(r, run, s, "sum", sum, "sum of matches");
    emit_stat(r, run, s, "mean", sum / (double)s->n, "sum / count");
    emit_stat(r, run, s, "min", s->values[0], "smallest match");
    emit_stat(r, run, s, "max", s->values[s->n - 1], "largest match");
    for (size_t i = 0; i < sizeof ranks / sizeof *ranks; i++) {
        size_t rank = (size_t)ceil(ranks[i].p * (double)s->n - 1e-9);
        if (rank < 1)
            rank = 1;
        emit_stat(r, run, s, ranks[i].stat, s->values[rank - 1], ranks[i].formula);
    }
}

static bool emit(const struct reader *r, struct bk_err *err)
{
    struct bk_arena *a = r->im->arena;
    struct bk_run *run = bk_run_new(a);
    run->think_time_s = (double)NAN;
    for (size_t i = 0; i < r->n_series; i++)
        emit_series(r, run, &r->series[i]);
    bk_run_finding(a, run, "unmatched-lines", BK_INFO, BK_S("log"),
                   "%zu of %zu lines match no rule", r->unmatched, r->lines);
    if (r->unreadable > 0)
        bk_run_finding(a, run, "unreadable-numbers", BK_WARNING, BK_S("log"),
                       "%zu matches hold no number in their group", r->unreadable);
    if (r->long_lines > 0)
        bk_run_finding(a, run, "long-lines", BK_INFO, BK_S("log"),
                       "of %zu lines only the first %zu bytes were looked at",
                       r->long_lines, LONGEST_MATCH);
    return r->im->sink->run(r->im->sink, run, err);
}

/* A log in which nothing was measured is no run, and no reason to refuse what it belongs
 * to. */
static bool emit_nothing(const struct reader *r, struct bk_err *err)
{
    struct bk_finding *f = bk_alloc(r->im->arena, sizeof *f);
    *f = (struct bk_finding){
        .code = BK_S("unmatched-lines"),
        .severity = BK_WARNING,
        .subject = BK_S("log"),
        .message = bk_fmt(r->im->arena, "none of %zu lines matches a rule", r->lines),
    };
    return r->im->sink->finding(r->im->sink, f, err);
}

/* --- rules --- */

static bool is_for(struct bk_arena *a, const struct bk_timing_rule *rule,
                   struct bk_str name)
{
    return rule->glob.len == 0 ||
           fnmatch(bk_cstr(a, rule->glob), bk_cstr(a, name), 0) == 0;
}

static bool add_rules(struct reader *r, struct bk_str name, bool all,
                      struct bk_err *err)
{
    struct bk_arena *a = r->im->arena;
    for (size_t i = 0; i < r->im->n_rules && i < MAX_RULES; i++) {
        const struct bk_timing_rule *rule = &r->im->rules[i];
        if (!all && !is_for(a, rule, name))
            continue;
        if (!timing_rule_new(&r->rules[r->n_rules], a, rule, err))
            return false;
        r->sources[r->n_rules++] = rule;
    }
    return true;
}

static bool import(struct bk_input *in, const struct bk_importing *im,
                   struct bk_err *err)
{
    if (im->n_rules == 0)
        return bk_fail(err, BK_EUSAGE,
                       "a timing log needs a rule: --timing METRIC:UNIT:REGEX, or "
                       "[timing GLOB] in a layout file");
    struct reader *r = bk_alloc(im->arena, sizeof *r);
    r->im = im;
    r->rules = bk_alloc_array(im->arena, MAX_RULES, sizeof *r->rules);
    r->sources = bk_alloc_array(im->arena, MAX_RULES, sizeof *r->sources);
    r->line = bk_realloc(NULL, LONGEST_MATCH + 1);
    /* A log that no rule's glob names was given by hand: then every rule holds. */
    bool ok = add_rules(r, bk_input_name(in), false, err) &&
              (r->n_rules > 0 || add_rules(r, bk_input_name(in), true, err)) &&
              read_all(r, in, err) &&
              (r->n_series > 0 ? emit(r, err) : emit_nothing(r, err));
    for (size_t i = 0; i < r->n_rules; i++)
        timing_rule_free(r->rules[i]);
    for (size_t i = 0; i < r->n_series; i++)
        free(r->series[i].values);
    free(r->line);
    bk_buf_free(&r->key);
    return ok;
}

static int bid(const struct bk_input *in)
{
    (void)in;
    return 0;
}

const struct bk_importer bk_importer_timing_log = {
    .name = "timing-log",
    .title = "timings in a log, by rules",
    .upstream = "any log with one event a line",
    .gives = "one run: count, sum, mean, min, max and percentiles a metric",
    .example = "benchkeep import --timing "
               "'embedding_latency:ms:completed in ([0-9.]+)ms' server.log",
    .signature =
        "nothing: a log is read only by a rule, --timing or [timing] of a layout",
    .traps =
        "The rule names the metric and the unit; all matches become one distribution.",
    .version = 1,
    .bid = bid,
    .import = import,
};
