/* Taking names apart: "P95 TTFT (ms)", "avg_gpu_memory_gb", "p95LatencyMs" and "Tempo
 * Médio de Resposta" are a stat, a unit and a name that the tables know. */
#include "dict_internal.h"

#include <stdio.h>
#include <string.h>

#include "../base/num.h"
#include "../base/utf8.h"

/* --- stats ------------------------------------------------------------------------------ */

struct bk_str bk_stat_in_name(const struct bk_dict *d, struct bk_str words)
{
    const struct bk_stat_word *w = bk_map_get(&d->stats, words);
    if (w)
        return w->in_names ? w->stat : BK_S("");
    return bk_percentile(d->arena, words);
}

static bool has_digit(struct bk_str s)
{
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] >= '0' && s.ptr[i] <= '9')
            return true;
    }
    return false;
}

/* The number of "p95", "p(99.9)", "95%", "99th", "99.90 percentile"; empty: none. */
static struct bk_str percentile_digits(struct bk_str key)
{
    static const char *const ends[] = {"%", "％", "th", "st", "nd", "rd", "percentile"};
    bool marked = false;
    if (!has_digit(key))
        return BK_S("");
    if (bk_starts(key, BK_S("percentile "))) {
        key = bk_from(key, 11);
        marked = true;
    }
    for (int round = 0; round < 2; round++) { /* "99th percentile" has two endings */
        for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
            struct bk_str end = bk_str(ends[i]);
            if (key.len > end.len && bk_ends(key, end)) {
                key = bk_trim(bk_upto(key, key.len - end.len));
                marked = true;
                break;
            }
        }
    }
    if (key.len > 1 && key.ptr[0] == 'p') {
        key = bk_from(key, 1);
        marked = true;
    }
    if (key.len > 2 && key.ptr[0] == '(' && key.ptr[key.len - 1] == ')')
        key = (struct bk_str){key.ptr + 1, key.len - 2};
    return marked ? key : BK_S("");
}

struct bk_str bk_percentile(struct bk_arena *a, struct bk_str key)
{
    static const char *const common[] = {
        "p50", "p90", "p95", "p99", "p75", "p25", "p10", "p99.9", "p99.99", "p1", "p5",
    };
    struct bk_str digits = percentile_digits(key);
    double value;
    if (digits.len == 0 || digits.len > 12 || digits.ptr[0] < '0' ||
        digits.ptr[0] > '9' || bk_find_char(digits, 'e') != BK_NONE ||
        !bk_parse_double(digits, &value) || value < 0 || value > 100)
        return BK_S("");
    if (value >= 100)
        return BK_S("max");
    if (value <= 0)
        return BK_S("min");
    char text[40];
    char number[32];
    bk_format_double(value, number);
    snprintf(text, sizeof text, "p%s", number);
    for (size_t i = 0; i < sizeof common / sizeof *common; i++) {
        if (strcmp(text, common[i]) == 0)
            return bk_str(common[i]);
    }
    return bk_dup(a, bk_str(text));
}

/* --- units that fit --------------------------------------------------------------------- */

/* A number written in a unit of another kind than the metric's is another metric. */
static const struct {
    const char *metric, *base, *becomes;
    bool complement;
} refits[] = {
    {"requests", "1/s", "request_throughput", false},
    {"requests_ok", "1/s", "ok_throughput", false},
    {"iterations", "1/s", "iteration_throughput", false},
    {"input_tokens", "1/s", "input_token_throughput", false},
    {"input_tokens", "tok/s", "input_token_throughput", false},
    {"output_tokens", "1/s", "output_token_throughput", false},
    {"output_tokens", "tok/s", "output_token_throughput", false},
    {"total_tokens", "1/s", "total_token_throughput", false},
    {"total_tokens", "tok/s", "total_token_throughput", false},
    {"request_throughput", "tok/s", "output_token_throughput", false},
    {"requests_failed", "ratio", "error_rate", false},
    {"requests_ok", "ratio", "error_rate", true},
};

static bool fits(const struct bk_metric *m, const struct bk_unit *u)
{
    return bk_eq(m->unit, u->base) ||
           (bk_is(m->unit, "tok/s") && bk_is(u->base, "1/s"));
}

bool bk_dict_fit(const struct bk_dict *d, struct bk_target *t, const struct bk_unit *u)
{
    if (t->kind != BK_TARGET_METRIC || !t->metric || fits(t->metric, u))
        return true;
    for (size_t i = 0; i < sizeof refits / sizeof *refits; i++) {
        if (!bk_is(t->name, refits[i].metric) || !bk_is(u->base, refits[i].base))
            continue;
        t->metric = bk_dict_metric(d, bk_str(refits[i].becomes));
        t->name = bk_str(refits[i].becomes);
        t->complement = refits[i].complement;
        return t->metric != NULL;
    }
    return false;
}

/* A unit as a word inside a name, folded.  Single letters and "min" are more often
 * something else there, and nouns ("tokens") belong to the name. */
static const struct bk_unit *unit_in_name(const struct bk_dict *d, struct bk_str words)
{
    static const char *const no[] = {"m", "h", "d", "b", "w", "min", "мин", "분", "ч"};
    const struct bk_unit *u = bk_map_get(&d->unit_keys, words);
    if (!u || bk_is(u->base, "1"))
        return NULL;
    for (size_t i = 0; i < sizeof no / sizeof *no; i++) {
        if (bk_is(words, no[i]))
            return NULL;
    }
    return u;
}

/* --- words ------------------------------------------------------------------------------ */

#define MAX_WORDS 16

struct words {
    char text[2 * BK_KEY_MAX];
    struct bk_str word[MAX_WORDS];
    bool off[MAX_WORDS]; /* taken out: stat, unit, filler */
    size_t n;
};

/* Lead bytes of the scripts that are written without blanks. */
static bool is_cjk(char c)
{
    unsigned char u = (unsigned char)c;
    return u >= 0xe3 && u <= 0xed;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_lower(char c)
{
    return c >= 'a' && c <= 'z';
}

static bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

static bool is_separator(struct bk_str s, size_t i)
{
    char c = s.ptr[i];
    if (c == '.')
        return i == 0 || i + 1 == s.len || !is_digit(s.ptr[i - 1]) ||
               !is_digit(s.ptr[i + 1]);
    return c == ' ' || (c != '\0' && strchr("\t\n\r_-()[]{},;:|*`", c));
}

/* Length of a full-width bracket or comma at s[i], which separates words too. */
static size_t wide_separator(struct bk_str s, size_t i)
{
    static const char *const marks[] = {"（", "）", "，", "：", "［", "］", "【", "】"};
    if ((s.ptr[i] & 0x80) == 0) /* asked of every byte of every name */
        return 0;
    for (size_t k = 0; k < sizeof marks / sizeof *marks; k++) {
        if (bk_starts(bk_from(s, i), bk_str(marks[k])))
            return strlen(marks[k]);
    }
    return 0;
}

/* Does a new word begin at s[i] without a separator: "p95LatencyMs", "平均TTFT"? */
static bool is_seam(struct bk_str s, size_t i)
{
    if (i == 0)
        return false;
    char before = s.ptr[i - 1];
    char c = s.ptr[i];
    bool ascii_before = (before & 0x80) == 0;
    bool ascii = (c & 0x80) == 0;
    if (ascii_before && is_cjk(c))
        return true;
    if (!ascii_before && ascii && (is_lower(c) || is_upper(c) || is_digit(c))) {
        size_t lead = i - 1;
        while (lead > 0 && ((unsigned char)s.ptr[lead] & 0xc0) == 0x80)
            lead--;
        return is_cjk(s.ptr[lead]);
    }
    bool word_behind = i + 1 < s.len && is_lower(s.ptr[i + 1]);
    if (is_upper(c) && (is_lower(before) || (is_digit(before) && word_behind)))
        return true; /* but "E2E" is one word */
    return is_upper(c) && is_upper(before) && word_behind;
}

/* Length of the piece of s (up to the next separator) that is a unit as it stands, so
 * that "GiB" and "tok/s" stay whole. */
static size_t whole_unit(const struct bk_dict *d, struct bk_str s, size_t i)
{
    size_t end = i;
    while (end < s.len && !is_separator(s, end) && wide_separator(s, end) == 0)
        end++;
    return bk_map_get(&d->units, (struct bk_str){s.ptr + i, end - i}) ? end - i : 0;
}

static bool add_char(struct words *w, size_t *n, char c)
{
    if (*n + 2 >= sizeof w->text)
        return false;
    w->text[(*n)++] = c;
    return true;
}

/* Copies the name with one blank between words. */
static bool spread(const struct bk_dict *d, struct bk_str name, struct words *w,
                   size_t *n)
{
    bool at_start = true;
    for (size_t i = 0; i < name.len;) {
        size_t wide = wide_separator(name, i);
        if (wide || is_separator(name, i)) {
            if (!add_char(w, n, ' '))
                return false;
            i += wide ? wide : 1;
            at_start = true;
            continue;
        }
        size_t keep = at_start ? whole_unit(d, name, i) : 0;
        if (keep == 0 && is_seam(name, i) && !add_char(w, n, ' '))
            return false;
        at_start = false;
        for (size_t end = i + (keep ? keep : 1); i < end; i++) {
            if (!add_char(w, n, name.ptr[i]))
                return false;
        }
    }
    return true;
}

/* "平均延迟": a stat grown together with the rest. */
static size_t cjk_stat_length(const struct bk_dict *d, struct bk_str word)
{
    size_t found = 0;
    for (size_t len = 3; is_cjk(word.ptr[0]) && len + 3 <= word.len; len += 3) {
        if (bk_map_get(&d->stats, bk_upto(word, len)))
            found = len;
    }
    return found;
}

static bool split_words(const struct bk_dict *d, struct bk_str name, struct words *w)
{
    size_t n = 0;
    memset(w, 0, sizeof *w);
    if (name.len > BK_KEY_MAX || !spread(d, name, w, &n))
        return false;
    struct bk_arena_mark mark = bk_arena_mark(d->arena);
    struct bk_str lower = bk_utf8_lower(d->arena, (struct bk_str){w->text, n});
    bool fit = lower.len < sizeof w->text;
    if (fit && lower.len > 0)
        memcpy(w->text, lower.ptr, lower.len);
    struct bk_str rest = {w->text, fit ? lower.len : 0};
    bk_arena_release(d->arena, mark);
    while (rest.len > 0) {
        struct bk_str word;
        rest = bk_cut(rest, ' ', &word);
        size_t stat = word.len > 0 ? cjk_stat_length(d, word) : 0;
        if (w->n + 2 > MAX_WORDS)
            return false;
        if (stat)
            w->word[w->n++] = bk_upto(word, stat);
        if (word.len > stat)
            w->word[w->n++] = bk_from(word, stat);
    }
    return fit && w->n > 0;
}

/* Words i .. i + n - 1 with one blank between them. */
static struct bk_str phrase(const struct words *w, size_t i, size_t n,
                            char out[BK_KEY_MAX])
{
    size_t len = 0;
    for (size_t k = i; k < i + n; k++) {
        if (len + w->word[k].len + 1 > BK_KEY_MAX)
            return BK_S("");
        if (len > 0)
            out[len++] = ' ';
        memcpy(out + len, w->word[k].ptr, w->word[k].len);
        len += w->word[k].len;
    }
    return (struct bk_str){out, len};
}

/* --- what the words say --------------------------------------------------------------- */

#define MAX_PHRASE ((size_t)3) /* words of the longest unit, "requests per second" */

struct span {
    size_t at, n; /* n 0: none */
};

static const struct bk_unit *find_unit(const struct bk_dict *d, const struct words *w,
                                       struct span *where)
{
    char text[BK_KEY_MAX];
    for (size_t n = MAX_PHRASE; n > 0; n--) {
        for (size_t end = w->n; end >= n; end--) {
            const struct bk_unit *u = unit_in_name(d, phrase(w, end - n, n, text));
            if (u) {
                *where = (struct span){end - n, n};
                return u;
            }
        }
    }
    *where = (struct span){0, 0};
    return NULL;
}

/* The one stat in the words; false when they hold two different ones. */
static bool find_stat(const struct bk_dict *d, const struct words *w, struct span unit,
                      struct bk_str *stat, struct span *where)
{
    char text[BK_KEY_MAX];
    *stat = BK_S("");
    *where = (struct span){0, 0};
    for (size_t i = 0; i < w->n; i++) {
        if (i >= unit.at && i < unit.at + unit.n)
            continue;
        for (size_t n = 2; n > 0; n--) {
            if (i + n > w->n)
                continue;
            struct bk_str s = bk_stat_in_name(d, phrase(w, i, n, text));
            if (s.len == 0)
                continue;
            if (stat->len > 0 && !bk_eq(*stat, s))
                return false;
            *stat = s;
            *where = (struct span){i, n};
            i += n - 1;
            break;
        }
    }
    return true;
}

static bool is_one_of(struct bk_str word, const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (bk_is(word, list[i]))
            return true;
    }
    return false;
}

/* Takes words that say nothing off the ends: "de" in "P95 de Tempo de Resposta" and
 * the containers of nested JSON ("results.ttft"). */
static void drop_fillers(struct words *w)
{
    static const char *const fillers[] = {"of", "the", "de",  "do", "da", "dos", "das",
                                          "на", "для", "for", "in", "em", "of",  "в"};
    static const char *const containers[] = {
        "results", "result",  "metrics", "metric",       "summary",
        "stats",   "perf",    "data",    "measurements", "statistics",
        "test",    "overall", "run",     "benchmark",    "performance",
    };
    size_t i = 0;
    size_t left = 0;
    for (size_t k = 0; k < w->n; k++)
        left += !w->off[k];
    for (; i < w->n && left > 1; i++) {
        if (w->off[i])
            continue;
        if (!is_one_of(w->word[i], fillers, sizeof fillers / sizeof *fillers) &&
            !is_one_of(w->word[i], containers, sizeof containers / sizeof *containers))
            break;
        w->off[i] = true;
        left--;
    }
    for (i = w->n; i-- > 0 && left > 1;) {
        if (w->off[i])
            continue;
        if (!is_one_of(w->word[i], fillers, sizeof fillers / sizeof *fillers))
            break;
        w->off[i] = true;
        left--;
    }
}

struct lookup {
    const struct bk_dict *d;
    const struct bk_alias_set *format;
    bool strict;
};

static bool look(const struct lookup *l, struct bk_str key, struct bk_target *t)
{
    if (!l->strict)
        return bk_find_known(l->d, l->format, key, key, t);
    const struct bk_alias *x = l->format ? bk_map_get(&l->format->exact, key) : NULL;
    if (x) {
        *t = x->target;
        return true;
    }
    return bk_find_canonical(l->d, key, key, t);
}

/* Looks up the words without those of two spans. */
static bool look_without(const struct lookup *l, struct words w, struct span a,
                         struct span b, struct bk_target *t)
{
    for (size_t i = 0; i < w.n; i++)
        w.off[i] = (i >= a.at && i < a.at + a.n) || (i >= b.at && i < b.at + b.n);
    struct words kept = {.n = 0};
    for (int with_containers = 1; with_containers >= 0; with_containers--) {
        if (!with_containers && l->strict)
            return false;
        if (!with_containers)
            drop_fillers(&w);
        kept.n = 0;
        for (size_t i = 0; i < w.n; i++) {
            if (!w.off[i])
                kept.word[kept.n++] = w.word[i];
        }
        char text[BK_KEY_MAX];
        struct bk_str key = phrase(&kept, 0, kept.n, text);
        if (key.len > 0 && look(l, key, t) && t->kind != BK_TARGET_NONE) {
            /* a parameter without an entry of its own would point into 'text' */
            if (t->kind == BK_TARGET_PARAM && t->name.ptr >= text &&
                t->name.ptr < text + sizeof text)
                t->name = bk_dup(l->d->arena, t->name);
            return true;
        }
    }
    return false;
}

/* Puts a stat and a unit that were found in the name on the target; false when they
 * don't go together. */
static bool complete(const struct lookup *l, struct bk_target *t, struct bk_str stat,
                     const struct bk_unit *u)
{
    if (t->kind == BK_TARGET_IGNORED)
        return true;
    if (t->kind != BK_TARGET_METRIC)
        return stat.len == 0 && (!u || t->kind == BK_TARGET_PARAM);
    if (stat.len > 0 && t->stat.len > 0 && !bk_eq(stat, t->stat))
        return false;
    if (stat.len > 0)
        t->stat = stat;
    return !u || bk_dict_fit(l->d, t, u);
}

struct taken { /* what is taken out of a name before the rest is looked up */
    struct span stat, unit;
    struct bk_str stat_name; /* empty: the stat stays in */
    const struct bk_unit *u; /* NULL: the unit stays in */
};

static bool try_without(const struct lookup *l, const struct words *w, struct taken x,
                        struct bk_target *t)
{
    struct bk_target found = {.kind = BK_TARGET_NONE};
    if (!look_without(l, *w, x.stat, x.unit, &found) ||
        !complete(l, &found, x.stat_name, x.u))
        return false;
    if (x.u)
        found.unit = x.u->name;
    *t = found;
    return true;
}

/* --- column names ----------------------------------------------------------------------- */

/* "Latency (min)" is the smallest one, "Duration (min)" is in minutes. */
static bool may_be_minutes(const struct bk_dict *d, struct bk_str name,
                           struct bk_str unit)
{
    struct bk_key key;
    struct bk_target t;
    if (!bk_eq_nocase(unit, BK_S("min")))
        return true;
    bk_key_of(d, name, &key);
    return key.ok && bk_find_known(d, NULL, key.s, name, &t) &&
           (t.kind == BK_TARGET_PARAM || bk_is(t.name, "duration"));
}

/* "name (unit)", "name [unit, remark]". */
static bool split_brackets(const struct bk_dict *d, struct bk_str s,
                           struct bk_str *name, struct bk_str *unit)
{
    static const struct {
        const char *open, *close;
    } pairs[] = {{"(", ")"}, {"[", "]"}, {"（", "）"}, {"【", "】"}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        struct bk_str open = bk_str(pairs[i].open);
        struct bk_str close = bk_str(pairs[i].close);
        if (!bk_ends(s, close))
            continue;
        size_t at = s.len - close.len;
        while (at > 0 && !bk_starts(bk_from(s, at), open))
            at--;
        if (at == 0)
            continue;
        struct bk_str inner = bk_from(s, at + open.len);
        inner.len -= close.len;
        size_t comma = bk_find_char(inner, ',');
        inner = bk_trim(comma == BK_NONE ? inner : bk_upto(inner, comma));
        struct bk_str front = bk_trim(bk_upto(s, at));
        if (!bk_dict_unit(d, inner) || !may_be_minutes(d, front, inner))
            continue;
        *name = front;
        *unit = inner;
        return true;
    }
    return false;
}

/* "P95 (ms)", "avg_s": a stat and a time, and nothing that says of what. */
static bool is_bare_latency(const struct words *w, const struct taken *all)
{
    return all->stat.n > 0 && all->stat.n + all->unit.n == w->n && all->u &&
           bk_is(all->u->base, "s");
}

/* 'given' is a unit that stood beside the name, or NULL. */
static bool find_parts(const struct lookup *l, struct bk_str name,
                       const struct bk_unit *given, struct bk_target *t)
{
    const struct bk_dict *d = l->d;
    struct words w;
    struct taken all = {.u = given};
    if (!split_words(d, name, &w))
        return false;
    if (!given)
        all.u = find_unit(d, &w, &all.unit);
    if (!find_stat(d, &w, all.unit, &all.stat_name, &all.stat))
        return false;
    if (!l->strict && is_bare_latency(&w, &all)) {
        const struct bk_metric *m = bk_dict_metric(d, BK_S("request_latency"));
        *t = (struct bk_target){.kind = BK_TARGET_METRIC,
                                .name = BK_S("request_latency"),
                                .stat = all.stat_name,
                                .unit = all.u->name,
                                .metric = m};
        return true;
    }
    struct taken nothing = {.u = given};
    struct taken stat = nothing;
    stat.stat = all.stat;
    stat.stat_name = all.stat_name;
    struct taken unit = {.unit = all.unit, .u = all.u};
    if (try_without(l, &w, nothing, t) ||
        (all.stat.n > 0 && try_without(l, &w, stat, t)) ||
        (all.unit.n > 0 && try_without(l, &w, unit, t)) ||
        (all.stat.n > 0 && all.unit.n > 0 && try_without(l, &w, all, t))) {
        if (t->unit.len == 0)
            bk_find_unit_in(d, name, t);
        return true;
    }
    return false;
}

bool bk_find_parts(const struct bk_dict *d, const struct bk_alias_set *format,
                   struct bk_str name, bool strict, struct bk_target *t)
{
    const struct lookup l = {d, format, strict};
    struct bk_str before;
    struct bk_str unit;
    /* a unit in brackets is one whatever its letters: "(W)", "(h)" */
    return (split_brackets(d, name, &before, &unit) &&
            find_parts(&l, before, bk_dict_unit(d, unit), t)) ||
           find_parts(&l, name, NULL, t);
}

void bk_find_unit_in(const struct bk_dict *d, struct bk_str name, struct bk_target *t)
{
    struct words w;
    struct span where;
    if (t->kind != BK_TARGET_METRIC || !t->metric || !split_words(d, name, &w))
        return;
    const struct bk_unit *u = find_unit(d, &w, &where);
    if (u && fits(t->metric, u))
        t->unit = u->name;
}

/* "name, unit", "name / ms" */
static bool split_comma(const struct bk_dict *d, struct bk_str s, struct bk_str *name,
                        struct bk_str *unit)
{
    size_t comma = bk_rfind_char(s, ',');
    if (comma == BK_NONE || comma == 0) {
        comma = bk_rfind_char(s, '/');
        if (comma == BK_NONE || comma == 0 || s.ptr[comma - 1] != ' ' ||
            comma + 1 == s.len || s.ptr[comma + 1] != ' ')
            return false;
    }
    struct bk_str tail = bk_trim(bk_from(s, comma + 1));
    if (tail.len == 0 || !bk_dict_unit(d, tail))
        return false;
    *name = bk_trim(bk_upto(s, comma));
    *unit = tail;
    return name->len > 0;
}

static bool is_known(const struct bk_dict *d, struct bk_str name)
{
    struct bk_key key;
    struct bk_target t;
    bk_key_of(d, name, &key);
    return key.ok && bk_find_known(d, NULL, key.s, name, &t);
}

/* "name_ms", "name ms", "name_tok_s" */
static bool split_suffix(const struct bk_dict *d, struct bk_str s, struct bk_str *name,
                         struct bk_str *unit)
{
    size_t cuts[MAX_PHRASE];
    size_t n = 0;
    for (size_t i = s.len; i-- > 1 && n < MAX_PHRASE;) {
        if (s.ptr[i] == '_' || s.ptr[i] == ' ')
            cuts[n++] = i;
    }
    while (n-- > 0) {
        struct bk_str front = bk_trim(bk_upto(s, cuts[n]));
        struct bk_str tail = bk_from(s, cuts[n] + 1);
        struct bk_key key;
        bk_key_of(d, tail, &key);
        const struct bk_unit *u = key.ok ? unit_in_name(d, key.s) : NULL;
        if (!u || front.len == 0)
            continue;
        /* "Output tokens/s", "request_tps": the noun of a rate belongs to the name */
        bool rate = bk_is(u->base, "1/s") || bk_is(u->base, "tok/s");
        *name = rate && !is_known(d, front) ? s : front;
        *unit = tail;
        return true;
    }
    return false;
}

bool bk_dict_split_unit(const struct bk_dict *d, struct bk_str header,
                        struct bk_str *name, struct bk_str *unit)
{
    struct bk_str s = bk_trim(header);
    while (s.len > 0 && (s.ptr[0] == '*' || s.ptr[0] == '`'))
        s = bk_from(s, 1);
    while (s.len > 0 && (s.ptr[s.len - 1] == '*' || s.ptr[s.len - 1] == '`'))
        s.len--;
    s = bk_trim(s);
    *name = s;
    *unit = BK_S("");
    if (s.len > BK_KEY_MAX)
        return false;
    return split_brackets(d, s, name, unit) || split_comma(d, s, name, unit) ||
           split_suffix(d, s, name, unit);
}
