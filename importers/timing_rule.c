/* Rules of timing logs: POSIX extended regular expressions (IEEE Std 1003.1-2017, XBD
 * 9.4) with named groups, made fast.
 *
 * Most lines of a log match no rule.  The longest text that every match must hold is
 * looked for first, which is far quicker than the expression; and an expression that is
 * only text, a group of one repeated bracket, and text ("took ([0-9.]+)ms") is matched
 * without regexec at all. */
#include "timing_rule.h"

#include <regex.h>
#include <stdlib.h>
#include <string.h>

#define MAX_GROUPS     16
#define LONGEST_RULE   ((size_t)1024)
#define BYTES          256
#define LEAST_REQUIRED ((size_t)2) /* a shorter text would be found everywhere */

enum group {
    GROUP_VALUE,
    GROUP_UNIT,
    GROUP_NAME,
    N_GROUPS
};
static const char *const group_names[N_GROUPS] = {
    [GROUP_VALUE] = "value",
    [GROUP_UNIT] = "unit",
    [GROUP_NAME] = "name",
};

struct timing_rule {
    regex_t regex;
    bool compiled;
    size_t group[N_GROUPS]; /* index; 0: none */
    struct bk_str required; /* text that every match holds; may be empty */
    bool simple;            /* before ([set]+) behind */
    struct bk_str before, behind;
    bool set[BYTES];
};

/* --- translation to POSIX --- */

struct translation {
    struct bk_buf out;
    size_t n_groups;
    size_t group[N_GROUPS];
    bool refers_back;
};

/* "?<name>" or "?P<name>" behind an opening bracket: its length, and which group. */
static size_t group_name(struct bk_str s, size_t *which)
{
    size_t start = bk_starts(s, BK_S("?P<")) ? 3 : bk_starts(s, BK_S("?<")) ? 2 : 0;
    size_t end = bk_find_char(s, '>');
    *which = N_GROUPS;
    if (start == 0 || end == BK_NONE || end < start)
        return 0;
    for (size_t i = 0; i < N_GROUPS; i++) {
        if (bk_is(bk_upto(bk_from(s, start), end - start), group_names[i]))
            *which = i;
    }
    return end + 1;
}

static const char *class_of(char c)
{
    switch (c) {
    case 'd':
        return "0-9";
    case 'w':
        return "A-Za-z0-9_";
    case 's':
        return " \t";
    default:
        return NULL;
    }
}

/* A bracket expression, with \d and the like written out; returns its length. */
static size_t translate_bracket(struct translation *t, struct bk_str s)
{
    size_t i = 1;
    bk_buf_addc(&t->out, '[');
    if (i < s.len && s.ptr[i] == '^')
        bk_buf_addc(&t->out, s.ptr[i++]);
    for (size_t first = i; i < s.len && (s.ptr[i] != ']' || i == first); i++) {
        const char *class = NULL;
        if (s.ptr[i] == '\\' && i + 1 < s.len)
            class = class_of(s.ptr[i + 1]);
        if (class != NULL) {
            bk_buf_add(&t->out, bk_str(class));
            i++;
        } else {
            bk_buf_addc(&t->out, s.ptr[i]);
        }
    }
    if (i < s.len)
        bk_buf_addc(&t->out, s.ptr[i++]);
    return i;
}

static size_t translate_escape(struct translation *t, struct bk_str s)
{
    const char *class = s.len > 1 ? class_of(s.ptr[1]) : NULL;
    if (class != NULL) {
        bk_buf_addf(&t->out, "[%s]", class);
        return 2;
    }
    if (s.len > 1 && s.ptr[1] >= '1' && s.ptr[1] <= '9')
        t->refers_back = true;
    bk_buf_add(&t->out, bk_upto(s, 2));
    return s.len > 1 ? 2 : 1;
}

static void translate(struct translation *t, struct bk_str s)
{
    for (size_t i = 0; i < s.len;) {
        struct bk_str rest = bk_from(s, i);
        if (rest.ptr[0] == '[') {
            i += translate_bracket(t, rest);
        } else if (rest.ptr[0] == '\\') {
            i += translate_escape(t, rest);
        } else if (rest.ptr[0] == '(') {
            size_t which, n = group_name(bk_from(rest, 1), &which);
            t->n_groups++;
            if (which < N_GROUPS && t->group[which] == 0)
                t->group[which] = t->n_groups;
            /* "(?:" has no counterpart: it becomes a group that nobody asks for */
            if (bk_starts(rest, BK_S("(?:")))
                n = 2;
            bk_buf_addc(&t->out, '(');
            i += n + 1;
        } else {
            bk_buf_addc(&t->out, rest.ptr[0]);
            i++;
        }
    }
}

/* --- what every match must hold --- */

static bool is_repeat(char c)
{
    return c == '*' || c == '+' || c == '?' || c == '{';
}

/* One step over an expression: how long the atom at s is, and the byte that it stands
 * for when it stands for exactly one, else -1. */
static size_t atom_at(struct bk_str s, int *literal)
{
    size_t depth = 0, i = 0;
    *literal = -1;
    switch (s.ptr[0]) {
    case '[':
        i = s.len > 1 && s.ptr[1] == '^' ? 2 : 1;
        for (i++; i < s.len && s.ptr[i] != ']'; i++)
            ;
        return i < s.len ? i + 1 : s.len;
    case '(':
        for (; i < s.len; i++) {
            int ignored;
            if (s.ptr[i] == '(')
                depth++;
            else if (s.ptr[i] == ')' && --depth == 0)
                return i + 1;
            else if (s.ptr[i] == '[' || s.ptr[i] == '\\')
                i += atom_at(bk_from(s, i), &ignored) - 1;
        }
        return s.len;
    case '\\':
        if (s.len > 1 && memchr("<>bBwWsS`'", s.ptr[1], 10) == NULL)
            *literal = (unsigned char)s.ptr[1];
        return s.len > 1 ? 2 : 1;
    case '.':
    case '^':
    case '$':
        return 1;
    default:
        *literal = (unsigned char)s.ptr[0];
        return 1;
    }
}

/* The longest run of bytes outside groups and brackets that no repetition makes
 * optional. */
static struct bk_str required_text(struct bk_arena *a, struct bk_str s)
{
    char *run = bk_alloc(a, s.len + 1), *best = bk_alloc(a, s.len + 1);
    size_t n = 0, longest = 0;
    for (size_t i = 0; i < s.len;) {
        int literal;
        if (s.ptr[i] == '|')
            return (struct bk_str){0};
        i += atom_at(bk_from(s, i), &literal);
        bool repeated = i < s.len && is_repeat(s.ptr[i]);
        if (literal >= 0 && !repeated)
            run[n++] = (char)literal;
        else if (literal >= 0 && s.ptr[i] == '+')
            run[n++] = (char)literal; /* there at least once, but then the run ends */
        if (n > longest) {
            longest = n;
            memcpy(best, run, n);
        }
        if (literal < 0 || repeated)
            n = 0;
        if (repeated && s.ptr[i] == '{')
            while (i < s.len && s.ptr[i] != '}')
                i++;
        i += repeated && i < s.len;
    }
    return (struct bk_str){best, longest};
}

/* --- simple expressions --- */

/* Takes plain bytes off the front of *s up to something special. */
static struct bk_str take_literals(struct bk_arena *a, struct bk_str *s)
{
    char *text = bk_alloc(a, s->len + 1);
    size_t n = 0;
    while (s->len > 0) {
        int literal;
        size_t size = atom_at(*s, &literal);
        bool repeated = size < s->len && is_repeat(s->ptr[size]);
        if (literal < 0 || repeated || s->ptr[0] == '|' || s->ptr[0] == ')')
            break;
        text[n++] = (char)literal;
        *s = bk_from(*s, size);
    }
    return (struct bk_str){text, n};
}

/* "([0-9.]+)": fills the set; false when something else stands there. */
static bool take_set(struct bk_str *s, bool set[BYTES])
{
    if (!bk_starts(*s, BK_S("([")) || s->len < 5 || s->ptr[2] == '^' ||
        s->ptr[2] == ']')
        return false;
    size_t close = bk_find_char(*s, ']');
    if (close == BK_NONE || !bk_starts(bk_from(*s, close), BK_S("]+)")))
        return false;
    for (size_t i = 2; i < close; i++) {
        unsigned char c = (unsigned char)s->ptr[i];
        bool range = i + 2 < close && s->ptr[i + 1] == '-';
        unsigned char last = range ? (unsigned char)s->ptr[i + 2] : c;
        if (c == '[' || c >= 0x80 || last >= 0x80 || last < c)
            return false;
        for (unsigned b = c; b <= last; b++)
            set[b] = true;
        i += range ? 2 : 0;
    }
    *s = bk_from(*s, close + 3);
    return true;
}

static void find_simple(struct timing_rule *t, struct bk_arena *a, struct bk_str s)
{
    t->before = take_literals(a, &s);
    bool set = take_set(&s, t->set);
    t->behind = take_literals(a, &s);
    t->simple = t->before.len > 0 && set && s.len == 0;
}

/* Where nothing was found from one start of a run of the set, no later start in that run
 * can find anything: each byte is looked at a bounded number of times. */
static bool find_simply(const struct timing_rule *t, struct bk_str line, size_t from,
                        struct timing_match *m)
{
    while (from < line.len) {
        size_t at = bk_find(bk_from(line, from), t->before);
        if (at == BK_NONE)
            return false;
        size_t start = from + at + t->before.len, end = start;
        while (end < line.len && t->set[(unsigned char)line.ptr[end]])
            end++;
        size_t run_end = end;
        /* the set may hold bytes that the text behind it begins with */
        while (end > start && !bk_starts(bk_from(line, end), t->behind))
            end--;
        if (end > start) {
            m->value = bk_upto(bk_from(line, start), end - start);
            m->end = end + t->behind.len;
            return true;
        }
        size_t next = from + at + 1;
        from = run_end > next + t->before.len ? run_end - t->before.len : next;
    }
    return false;
}

/* --- the interface --- */

bool timing_rule_new(struct timing_rule **out, struct bk_arena *a,
                     const struct bk_timing_rule *rule, struct bk_err *err)
{
    struct timing_rule *t = bk_alloc(a, sizeof *t);
    struct translation tr = {0};
    *out = NULL;
    if (rule->match.len == 0 || rule->match.len > LONGEST_RULE)
        return bk_fail(err, BK_EUSAGE, "the rule of '%.*s' has %s expression",
                       BK_F(rule->metric), rule->match.len == 0 ? "no" : "too long an");
    translate(&tr, rule->match);
    struct bk_str text = bk_dup(a, bk_buf_str(&tr.out));
    bk_buf_free(&tr.out);
    memcpy(t->group, tr.group, sizeof t->group);
    if (t->group[GROUP_VALUE] == 0)
        t->group[GROUP_VALUE] = 1;
    if (tr.n_groups == 0 || tr.n_groups >= MAX_GROUPS || tr.refers_back)
        return bk_fail(err, BK_EUSAGE, "the rule '%.*s' %s", BK_F(rule->match),
                       tr.n_groups == 0 ? "has no group for the number"
                       : tr.refers_back ? "refers back to a group"
                                        : "has too many groups");
    int failed = regcomp(&t->regex, text.ptr, REG_EXTENDED);
    if (failed != 0) {
        char why[128];
        regerror(failed, &t->regex, why, sizeof why);
        return bk_fail(err, BK_EUSAGE, "the rule '%.*s' is no regular expression: %s",
                       BK_F(rule->match), why);
    }
    t->compiled = true;
    t->required = required_text(a, text);
    if (t->required.len < LEAST_REQUIRED)
        t->required = (struct bk_str){0};
    if (tr.n_groups == 1)
        find_simple(t, a, text);
    *out = t;
    return true;
}

void timing_rule_free(struct timing_rule *t)
{
    if (t != NULL && t->compiled)
        regfree(&t->regex);
}

static struct bk_str group_text(struct bk_str line, size_t from, const regmatch_t *m)
{
    if (m->rm_so < 0)
        return (struct bk_str){0};
    return bk_upto(bk_from(line, from + (size_t)m->rm_so),
                   (size_t)(m->rm_eo - m->rm_so));
}

bool timing_rule_find(const struct timing_rule *t, struct bk_str line, size_t from,
                      struct timing_match *match)
{
    regmatch_t groups[MAX_GROUPS];
    *match = (struct timing_match){0};
    if (t->simple)
        return find_simply(t, line, from, match);
    if (from > line.len ||
        (t->required.len > 0 && !bk_has(bk_from(line, from), t->required)))
        return false;
    if (regexec(&t->regex, line.ptr + from, MAX_GROUPS, groups,
                from > 0 ? REG_NOTBOL : 0) != 0)
        return false;
    match->value = group_text(line, from, &groups[t->group[GROUP_VALUE]]);
    if (t->group[GROUP_UNIT] > 0)
        match->unit = group_text(line, from, &groups[t->group[GROUP_UNIT]]);
    if (t->group[GROUP_NAME] > 0)
        match->name = group_text(line, from, &groups[t->group[GROUP_NAME]]);
    match->end = from + (size_t)groups[0].rm_eo;
    return true;
}
