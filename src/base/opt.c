/* Options: one walk over argv by the tables (see opt.h), and the nearest name for a
 * word that is none. */
#include "opt.h"

#include "num.h"

#include <stdio.h>
#include <string.h>

enum {
    MANY_NAMES = 256,  /* names that a suggestion is looked for in */
    LONGEST_WORD = 64, /* longer ones get no suggestion */
    HELP_COLUMN = 28,  /* where the explanations of options begin */
};

/* --- the nearest name --- */

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Damerau-Levenshtein in the restricted form (optimal string alignment): a typing slip
 * that swaps two neighbours counts once. */
static size_t distance(struct bk_str a, struct bk_str b)
{
    size_t row[3][LONGEST_WORD + 1];
    size_t *before = row[0], *last = row[1], *now = row[2];
    for (size_t j = 0; j <= b.len; j++)
        last[j] = j;
    for (size_t i = 1; i <= a.len; i++) {
        now[0] = i;
        for (size_t j = 1; j <= b.len; j++) {
            bool same = a.ptr[i - 1] == b.ptr[j - 1];
            now[j] = least(least(last[j] + 1, now[j - 1] + 1), last[j - 1] + !same);
            if (i > 1 && j > 1 && a.ptr[i - 1] == b.ptr[j - 2] &&
                a.ptr[i - 2] == b.ptr[j - 1])
                now[j] = least(now[j], before[j - 2] + 1);
        }
        size_t *spare = before;
        before = last;
        last = now;
        now = spare;
    }
    return last[b.len];
}

const char *bk_nearest(const char *word, const char *const *names, size_t n)
{
    struct bk_str w = bk_str(word);
    const char *best = NULL;
    size_t best_distance = LONGEST_WORD;
    if (w.len > LONGEST_WORD)
        return NULL;
    for (size_t i = 0; i < n; i++) {
        struct bk_str name = bk_str(names[i]);
        if (name.len > LONGEST_WORD)
            continue;
        size_t d = distance(w, name);
        size_t longer = w.len > name.len ? w.len : name.len;
        if (3 * d <= longer && d < best_distance) {
            best = names[i];
            best_distance = d;
        }
    }
    return best;
}

/* --- parsing --- */

struct parser {
    struct bk_arena *arena;
    const struct bk_opt *table[2]; /* the command's, the common ones; may be NULL */
    char *fields[2];               /* the structs that they fill */
    int argc, at;
    const char *const *argv;
};

static const struct bk_opt *find(const struct parser *p, struct bk_str name,
                                 char letter, char **field)
{
    for (size_t t = 0; t < 2; t++) {
        const struct bk_opt *o = p->table[t];
        for (; o && o->type != BK_OPT_END; o++) {
            if (letter ? o->letter == letter : o->name && bk_is(name, o->name)) {
                *field = p->fields[t] + o->offset;
                return o;
            }
        }
    }
    return NULL;
}

static bool unknown_name(const struct parser *p, struct bk_str name, struct bk_err *err)
{
    const char *names[MANY_NAMES];
    size_t n = 0;
    for (size_t t = 0; t < 2; t++) {
        const struct bk_opt *o = p->table[t];
        for (; o && o->type != BK_OPT_END; o++) {
            if (o->name && n < MANY_NAMES)
                names[n++] = o->name;
        }
    }
    const char *near = bk_nearest(bk_cstr(p->arena, name), names, n);
    if (near)
        return bk_fail(err, BK_EUSAGE, "unknown option '--%.*s'; did you mean '--%s'?",
                       BK_F(name), near);
    return bk_fail(err, BK_EUSAGE, "unknown option '--%.*s'", BK_F(name));
}

static bool bad_choice(const struct bk_opt *o, const char *value, struct bk_err *err)
{
    struct bk_buf b = {.max = 400};
    size_t n = 0;
    for (; o->choices[n]; n++)
        bk_buf_addf(&b, "%s%s", n ? ", " : "", o->choices[n]);
    const char *near = bk_nearest(value, o->choices, n);
    bk_fail(err, BK_EUSAGE, "'%.80s' is no value of '--%s'%s%s%s (it takes %.*s)",
            value, o->name, near ? "; did you mean '" : "", near ? near : "",
            near ? "'?" : "", BK_F(bk_buf_str(&b)));
    bk_buf_free(&b);
    return false;
}

static bool set_value(struct parser *p, const struct bk_opt *o, char *field,
                      const char *value, struct bk_err *err)
{
    struct bk_strings list;
    int64_t i;
    double x;
    switch (o->type) {
    case BK_OPT_END:
    case BK_OPT_FLAG:
        break;
    case BK_OPT_TEXT:
        memcpy(field, &value, sizeof value);
        break;
    case BK_OPT_CHOICE:
        for (const char *const *c = o->choices;; c++) {
            if (!*c)
                return bad_choice(o, value, err);
            if (strcmp(*c, value) == 0)
                break;
        }
        memcpy(field, &value, sizeof value);
        break;
    case BK_OPT_INT:
        if (!bk_parse_int64(bk_str(value), &i))
            return bk_fail(err, BK_EUSAGE, "'--%s' takes a whole number, not '%.80s'",
                           o->name, value);
        memcpy(field, &i, sizeof i);
        break;
    case BK_OPT_REAL:
        if (!bk_parse_double(bk_str(value), &x))
            return bk_fail(err, BK_EUSAGE, "'--%s' takes a number, not '%.80s'",
                           o->name, value);
        memcpy(field, &x, sizeof x);
        break;
    case BK_OPT_LIST:
        memcpy(&list, field, sizeof list);
        *BK_PUSH(p->arena, list.items, list.n) = value;
        memcpy(field, &list, sizeof list);
        break;
    }
    return true;
}

static void set_flag(char *field)
{
    bool on = true;
    memcpy(field, &on, sizeof on);
}

/* The argument behind the option, which is consumed; NULL: there is none. */
static const char *next_argument(struct parser *p)
{
    return p->at + 1 < p->argc ? p->argv[++p->at] : NULL;
}

static bool parse_long(struct parser *p, const char *arg, struct bk_err *err)
{
    struct bk_str name;
    struct bk_str given = bk_cut(bk_str(arg + 2), '=', &name);
    char *field;
    const struct bk_opt *o = find(p, name, 0, &field);
    if (!o)
        return unknown_name(p, name, err);
    if (o->type == BK_OPT_FLAG) {
        if (given.ptr)
            return bk_fail(err, BK_EUSAGE, "'--%s' takes no value", o->name);
        set_flag(field);
        return true;
    }
    const char *value = given.ptr ? given.ptr : next_argument(p);
    if (!value)
        return bk_fail(err, BK_EUSAGE, "'--%s' needs a value (%s)", o->name,
                       o->arg ? o->arg : "VALUE");
    return set_value(p, o, field, value, err);
}

static bool parse_letters(struct parser *p, const char *arg, struct bk_err *err)
{
    for (const char *c = arg + 1; *c; c++) {
        char *field;
        const struct bk_opt *o = find(p, (struct bk_str){0}, *c, &field);
        if (!o)
            return bk_fail(err, BK_EUSAGE, "unknown option '-%c' in '%.80s'", *c, arg);
        if (o->type == BK_OPT_FLAG) {
            set_flag(field);
            continue;
        }
        const char *value = c[1] ? c + 1 : next_argument(p);
        if (!value)
            return bk_fail(err, BK_EUSAGE, "'-%c' needs a value (%s)", *c,
                           o->arg ? o->arg : "VALUE");
        return set_value(p, o, field, value, err);
    }
    return true;
}

bool bk_opt_parse(struct bk_arena *a, const struct bk_opt *options, void *args,
                  const struct bk_opt *common, void *common_args, int argc,
                  const char *const *argv, struct bk_strings *positional,
                  struct bk_err *err)
{
    struct parser p = {a, {options, common}, {args, common_args}, argc, 0, argv};
    bool only_positional = false;
    for (; p.at < argc; p.at++) {
        const char *arg = argv[p.at];
        bool ok = true;
        if (only_positional || arg[0] != '-' || !arg[1])
            *BK_PUSH(a, positional->items, positional->n) = arg;
        else if (strcmp(arg, "--") == 0)
            only_positional = true;
        else if (arg[1] == '-')
            ok = parse_long(&p, arg, err);
        else
            ok = parse_letters(&p, arg, err);
        if (!ok)
            return false;
    }
    return true;
}

/* --- help --- */

void bk_opt_help(const struct bk_opt *options, struct bk_buf *out)
{
    for (const struct bk_opt *o = options; o && o->type != BK_OPT_END; o++) {
        size_t start = out->len;
        if (o->letter)
            bk_buf_addf(out, "  -%c, --%s", o->letter, o->name);
        else
            bk_buf_addf(out, "      --%s", o->name);
        if (o->type != BK_OPT_FLAG)
            bk_buf_addf(out, " %s", o->arg ? o->arg : "VALUE");
        size_t used = out->len - start;
        if (used + 2 > HELP_COLUMN) {
            bk_buf_addc(out, '\n');
            used = 0;
        }
        bk_buf_addf(out, "%*s%s", (int)(HELP_COLUMN - used), "", o->help);
        for (size_t i = 0; o->choices && o->choices[i]; i++)
            bk_buf_addf(out, "%s%s", i ? ", " : ": ", o->choices[i]);
        bk_buf_addc(out, '\n');
    }
}
