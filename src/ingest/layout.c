/* Layout files: how the tree of results of a team is laid out (docs/layouts.md).
 *
 *     [path]      template = bench-session-{session}/{hardware}/{started_at:%d%m%Y}/
 *     [run]       one-per = directory;  result = GLOB...;  ignore = GLOB...
 *     [context GLOB]   KEY = name;  KEY ~ regex -> name name;  ~ regex -> name
 *                      /json/pointer = name
 *     [before-after FILE FILE]   /json/pointer = name[:unit]
 *     [timing GLOB]    metric = name;  match = regex;  unit = ms
 *
 * One 'key = value' a line, '#' begins a comment line.  Regular expressions are POSIX
 * extended ones.  Errors name the file and the line. */
#include "internal.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "../../importers/shared/json.h"

enum {
    MAX_LAYOUT = 256 * 1024,      /* bytes of a layout file */
    MAX_RULES = 1000,             /* of a layout */
    MAX_GROUPS = 16,              /* names behind one '->' */
    MAX_LINE = 64 * 1024,         /* of a context file that a rule looks at */
    MAX_CONTEXT_VALUE = 4 * 1024, /* bytes of a value that becomes context */
};

enum section {
    NOWHERE,
    PATH,
    RUN,
    CONTEXT,
    BEFORE_AFTER,
    TIMING
};

struct parser {
    struct bk_arena *arena;
    struct bk_layout *l;
    enum section section;
    size_t line, section_line;
    struct bk_str before, after; /* of the [before-after] that is open */
    struct bk_err *err;
};

static bool bad(struct parser *p, const char *what, struct bk_str which)
{
    return bk_fail(p->err, BK_EUSAGE, "layout '%.*s': line %zu: %s '%.*s'",
                   BK_F(p->l->path), p->line, what, BK_F(bk_upto(which, 80)));
}

/* The next word of a list: blank-separated, or in double quotes. */
static bool next_word(struct bk_str *rest, struct bk_str *word)
{
    *rest = bk_trim(*rest);
    if (rest->len == 0)
        return false;
    if (rest->ptr[0] == '"') {
        struct bk_str tail = bk_cut(bk_from(*rest, 1), '"', word);
        *rest = tail;
        return true;
    }
    size_t len = 0;
    while (len < rest->len && rest->ptr[len] != ' ' && rest->ptr[len] != '\t')
        len++;
    *word = bk_upto(*rest, len);
    *rest = bk_from(*rest, len);
    return true;
}

static void words(struct parser *p, struct bk_str list, struct bk_str **items,
                  size_t *n)
{
    struct bk_str word;
    while (*n < MAX_RULES && next_word(&list, &word))
        *BK_PUSH(p->arena, *items, *n) = bk_dup(p->arena, word);
}

static bool compile(struct parser *p, struct bk_str text, bool groups, regex_t **out)
{
    char why[200];
    regex_t *re = bk_alloc(p->arena, sizeof *re);
    int rc =
        regcomp(re, bk_cstr(p->arena, text), REG_EXTENDED | (groups ? 0 : REG_NOSUB));
    if (rc != 0) {
        regerror(rc, re, why, sizeof why);
        return bk_fail(p->err, BK_EUSAGE, "layout '%.*s': line %zu: '%.*s': %s",
                       BK_F(p->l->path), p->line, BK_F(bk_upto(text, 80)), why);
    }
    *BK_PUSH(p->arena, p->l->regexes, p->l->n_regexes) = re;
    *out = re;
    return true;
}

/* --- sections --- */

static bool end_section(struct parser *p)
{
    struct bk_layout *l = p->l;
    if (p->section != TIMING)
        return true;
    const struct bk_timing_rule *t = &l->timings[l->n_timings - 1];
    if (t->metric.len > 0 && t->match.len > 0)
        return true;
    return bk_fail(p->err, BK_EUSAGE,
                   "layout '%.*s': line %zu: a [timing] section needs 'metric' and "
                   "'match'",
                   BK_F(l->path), p->section_line);
}

static bool open_timing(struct parser *p, struct bk_str rest)
{
    struct bk_layout *l = p->l;
    struct bk_str glob;
    if (!next_word(&rest, &glob) || bk_trim(rest).len > 0)
        return bad(p, "[timing] takes one glob, not", rest);
    struct bk_timing_rule *t = BK_PUSH(p->arena, l->timings, l->n_timings);
    t->glob = bk_dup(p->arena, glob);
    p->section = TIMING;
    return true;
}

static bool begin_section(struct parser *p, struct bk_str line)
{
    struct bk_layout *l = p->l;
    struct bk_str name, rest = bk_upto(bk_from(line, 1), line.len - 2);
    if (!end_section(p))
        return false;
    p->section_line = p->line;
    if (!next_word(&rest, &name))
        return bad(p, "an empty section", line);
    if (bk_is(name, "path") || bk_is(name, "run")) {
        p->section = bk_is(name, "path") ? PATH : RUN;
        return bk_trim(rest).len == 0 || bad(p, "this section takes no", rest);
    }
    if (bk_is(name, "context")) {
        struct bk_context_file *c = BK_PUSH(p->arena, l->contexts, l->n_contexts);
        p->section = CONTEXT;
        if (!next_word(&rest, &c->glob) || bk_trim(rest).len > 0)
            return bad(p, "[context] takes one file, not", rest);
        c->glob = bk_dup(p->arena, c->glob);
        return true;
    }
    if (bk_is(name, "before-after")) {
        p->section = BEFORE_AFTER;
        if (!next_word(&rest, &p->before) || !next_word(&rest, &p->after) ||
            bk_trim(rest).len > 0)
            return bad(p, "[before-after] takes two files:", line);
        p->before = bk_dup(p->arena, p->before);
        p->after = bk_dup(p->arena, p->after);
        return true;
    }
    if (bk_is(name, "timing"))
        return open_timing(p, rest);
    return bad(p, "no section is called", name);
}

static bool path_line(struct parser *p, struct bk_str key, struct bk_str value)
{
    struct bk_err why = {0};
    if (!bk_is(key, "template"))
        return bad(p, "[path] knows 'template', not", key);
    if (!bk_path_check(p->arena, value, &why))
        return bk_fail(p->err, BK_EUSAGE, "layout '%.*s': line %zu: %s",
                       BK_F(p->l->path), p->line, why.msg);
    *BK_PUSH(p->arena, p->l->templates, p->l->n_templates) = bk_dup(p->arena, value);
    return true;
}

static bool run_line(struct parser *p, struct bk_str key, struct bk_str value)
{
    struct bk_layout *l = p->l;
    if (bk_is(key, "one-per")) {
        l->per_directory = bk_is(value, "directory");
        return l->per_directory || bk_is(value, "file") ||
               bad(p, "one-per is 'directory' or 'file', not", value);
    }
    if (bk_is(key, "result"))
        words(p, value, &l->results, &l->n_results);
    else if (bk_is(key, "ignore"))
        words(p, value, &l->ignores, &l->n_ignores);
    else
        return bad(p, "[run] knows 'one-per', 'result' and 'ignore', not", key);
    return true;
}

static bool timing_line(struct parser *p, struct bk_str key, struct bk_str value)
{
    struct bk_timing_rule *t = &p->l->timings[p->l->n_timings - 1];
    regex_t *unused;
    value = bk_dup(p->arena, value);
    if (bk_is(key, "metric"))
        t->metric = value;
    else if (bk_is(key, "unit"))
        t->unit = value;
    else if (bk_is(key, "match"))
        t->match = value;
    else
        return bad(p, "[timing] knows 'metric', 'match' and 'unit', not", key);
    return t->match.ptr != value.ptr || compile(p, value, false, &unused);
}

static bool growth_line(struct parser *p, struct bk_str key, struct bk_str value)
{
    struct bk_layout *l = p->l;
    if (key.len == 0 || key.ptr[0] != '/')
        return bad(p, "[before-after] takes '/json/pointer = name', not", key);
    struct bk_growth *g = BK_PUSH(p->arena, l->growths, l->n_growths);
    g->before = p->before;
    g->after = p->after;
    g->pointer = bk_dup(p->arena, key);
    g->unit = bk_dup(p->arena, bk_trim(bk_cut(value, ':', &g->metric)));
    g->metric = bk_dup(p->arena, bk_trim(g->metric));
    return g->metric.len > 0 || bad(p, "no name behind", key);
}

static struct bk_context_rule *new_rule(struct parser *p)
{
    struct bk_context_file *c = &p->l->contexts[p->l->n_contexts - 1];
    return BK_PUSH(p->arena, c->rules, c->n_rules);
}

/* KEY ~ regex -> name name: the arrow is the last one, so that an expression may hold
 * others. */
static bool match_line(struct parser *p, struct bk_str key, struct bk_str rest)
{
    size_t arrow = BK_NONE;
    for (size_t i = 0; i + 4 <= rest.len; i++) {
        if (memcmp(rest.ptr + i, " -> ", 4) == 0)
            arrow = i;
    }
    if (arrow == BK_NONE)
        return bad(p, "no ' -> name' behind the expression", rest);
    struct bk_context_rule *r = new_rule(p);
    r->kind = key.len > 0 ? BK_RULE_MATCH : BK_RULE_LINE;
    r->key = bk_dup(p->arena, key);
    words(p, bk_from(rest, arrow + 4), &r->names, &r->n_names);
    if (r->n_names == 0 || r->n_names > MAX_GROUPS)
        return bad(p, "one to 16 names stand behind '->', not", rest);
    if (!compile(p, bk_trim(bk_upto(rest, arrow)), true, &r->regex))
        return false;
    size_t groups = r->regex->re_nsub > 0 ? r->regex->re_nsub : 1;
    return r->n_names <= groups || bad(p, "more names than groups in", rest);
}

static bool context_line(struct parser *p, struct bk_str line)
{
    size_t is = bk_find_char(line, '='), like = bk_find_char(line, '~');
    if (like != BK_NONE && (is == BK_NONE || like < is))
        return match_line(p, bk_trim(bk_upto(line, like)),
                          bk_trim(bk_from(line, like + 1)));
    if (is == BK_NONE)
        return bad(p, "neither 'KEY = name' nor 'KEY ~ expression -> name':", line);
    struct bk_context_rule *r = new_rule(p);
    r->key = bk_dup(p->arena, bk_trim(bk_upto(line, is)));
    r->kind = r->key.len > 0 && r->key.ptr[0] == '/' ? BK_RULE_POINTER : BK_RULE_KEY;
    words(p, bk_from(line, is + 1), &r->names, &r->n_names);
    return (r->n_names == 1 && r->key.len > 0) || bad(p, "one name is needed in", line);
}

static bool parse_line(struct parser *p, struct bk_str line)
{
    if (line.len == 0 || line.ptr[0] == '#' || line.ptr[0] == ';')
        return true;
    if (line.ptr[0] == '[') {
        if (line.ptr[line.len - 1] != ']')
            return bad(p, "a section is not closed:", line);
        return begin_section(p, line);
    }
    if (p->section == CONTEXT)
        return context_line(p, line);
    struct bk_str key, value = bk_cut(line, '=', &key);
    if (!value.ptr)
        return bad(p, "no 'key = value':", line);
    key = bk_trim(key);
    value = bk_trim(value);
    switch (p->section) {
    case PATH:
        return path_line(p, key, value);
    case RUN:
        return run_line(p, key, value);
    case BEFORE_AFTER:
        return growth_line(p, key, value);
    case TIMING:
        return timing_line(p, key, value);
    case NOWHERE:
    case CONTEXT:
        break;
    }
    return bad(p, "this stands before the first section:", line);
}

bool bk_layout_parse(struct bk_arena *a, struct bk_str path, struct bk_str text,
                     struct bk_layout *l, struct bk_err *err)
{
    struct parser p = {.arena = a, .l = l, .err = err};
    struct bk_str rest = text, line;
    *l = (struct bk_layout){.path = path, .text = text};
    while (bk_next_line(&rest, &line)) {
        p.line++;
        if (p.line == 1 && bk_starts(line, BK_S("\xEF\xBB\xBF")))
            line = bk_from(line, 3);
        if (p.line > MAX_RULES * 4)
            return bad(&p, "more lines than a layout may have", line);
        if (!parse_line(&p, bk_trim(line)))
            return false;
    }
    if (!end_section(&p))
        return false;
    if (!l->per_directory && (l->n_contexts > 0 || l->n_growths > 0))
        return bk_fail(err, BK_EUSAGE,
                       "layout '%.*s': [context] and [before-after] need 'one-per = "
                       "directory' in [run]",
                       BK_F(path));
    if (l->per_directory && l->n_results == 0)
        return bk_fail(err, BK_EUSAGE,
                       "layout '%.*s': 'one-per = directory' needs 'result = FILE'",
                       BK_F(path));
    return true;
}

bool bk_layout_read(struct bk_arena *a, const char *path, struct bk_layout *l,
                    struct bk_err *err)
{
    struct bk_buf b = {.max = MAX_LAYOUT};
    *l = (struct bk_layout){0};
    bool ok = bk_read_file(path, &b, err);
    if (ok) {
        ok = bk_layout_parse(a, bk_str(path), bk_dup(a, bk_buf_str(&b)), l, err);
    } else {
        err->code = BK_EUSAGE;
        bk_wrap(err, "layout");
    }
    bk_buf_free(&b);
    return ok;
}

void bk_layout_free(struct bk_layout *l)
{
    for (size_t i = 0; i < l->n_regexes; i++)
        regfree(l->regexes[i]);
    l->n_regexes = 0;
}

bool bk_glob(struct bk_str glob, struct bk_str name)
{
    char g[512], n[512];
    if (glob.len >= sizeof g || name.len >= sizeof n)
        return false;
    memcpy(g, glob.ptr, glob.len);
    g[glob.len] = '\0';
    memcpy(n, name.ptr, name.len);
    n[name.len] = '\0';
    return fnmatch(g, n, 0) == 0;
}

/* --- what a context file says --- */

struct reading {
    struct bk_arena *arena;
    const struct bk_context_file *c;
    struct bk_str name; /* of the file */
    struct bk_saids *says;
};

static void say_at(struct reading *r, struct bk_str name, struct bk_str value,
                   struct bk_str where)
{
    value = bk_trim(value);
    if (value.len == 0 || value.len > MAX_CONTEXT_VALUE || bk_is(name, "-"))
        return;
    bk_say(r->arena, r->says, name, bk_dup(r->arena, value),
           bk_fmt(r->arena, "%.*s %.*s", BK_F(r->name), BK_F(where)));
}

/* True: it matched. */
static bool say_groups(struct reading *r, const struct bk_context_rule *rule,
                       struct bk_str value, struct bk_str where)
{
    regmatch_t groups[MAX_GROUPS + 1];
    if (value.len > MAX_LINE)
        value.len = MAX_LINE;
    const char *text = bk_cstr(r->arena, value);
    if (regexec(rule->regex, text, MAX_GROUPS + 1, groups, 0) != 0)
        return false;
    size_t first = rule->regex->re_nsub > 0 ? 1 : 0;
    for (size_t i = 0; i < rule->n_names; i++) {
        const regmatch_t *g = &groups[i + first];
        if (g->rm_so >= 0)
            say_at(r, rule->names[i],
                   (struct bk_str){text + g->rm_so, (size_t)(g->rm_eo - g->rm_so)},
                   where);
    }
    return true;
}

static struct bk_str unquoted(struct bk_str v)
{
    if (v.len >= 2 && (v.ptr[0] == '"' || v.ptr[0] == '\'') &&
        v.ptr[v.len - 1] == v.ptr[0])
        return (struct bk_str){v.ptr + 1, v.len - 2};
    return v;
}

/* KEY=VALUE of a line, as shells and env files write it. */
static bool split_variable(struct bk_str line, struct bk_str *key, struct bk_str *value)
{
    *value = bk_cut(bk_trim(line), '=', key);
    if (!value->ptr)
        return false;
    *key = bk_trim(*key);
    if (bk_starts(*key, BK_S("export ")))
        *key = bk_trim(bk_from(*key, strlen("export ")));
    *value = unquoted(bk_trim(*value));
    return true;
}

static void rule_over_lines(struct reading *r, const struct bk_context_rule *rule,
                            struct bk_str text)
{
    struct bk_str line, key, value;
    size_t number = 0;
    while (bk_next_line(&text, &line)) {
        struct bk_arena_mark mark = bk_arena_mark(r->arena);
        size_t before = r->says->n;
        bool done = false;
        struct bk_str where = bk_fmt(r->arena, "line %zu", ++number);
        if (rule->kind == BK_RULE_LINE) {
            done = say_groups(r, rule, line, where);
        } else if (split_variable(line, &key, &value) && bk_eq(key, rule->key)) {
            done = true;
            if (rule->kind == BK_RULE_KEY)
                say_at(r, rule->names[0], value, where);
            else
                say_groups(r, rule, value, where);
        }
        if (done)
            return;
        if (r->says->n == before)
            bk_arena_release(r->arena, mark);
    }
}

static void rules_over_json(struct reading *r, struct bk_str text)
{
    struct bk_err ignored = {0};
    const struct bk_json *root =
        bk_json_parse(r->arena, text, BK_JSON_SPECIALS, NULL, NULL, &ignored);
    for (size_t i = 0; root && i < r->c->n_rules; i++) {
        const struct bk_context_rule *rule = &r->c->rules[i];
        if (rule->kind != BK_RULE_POINTER)
            continue;
        const struct bk_json *node = bk_json_at(root, rule->key);
        if (node && (node->type == BK_JSON_STRING || node->type == BK_JSON_NUMBER))
            say_at(r, rule->names[0], node->text, rule->key);
        else if (node && node->type == BK_JSON_ARRAY && node->n > 0)
            say_at(r, rule->names[0], bk_fmt(r->arena, "%zu", node->n), rule->key);
    }
}

void bk_layout_context(struct bk_arena *a, const struct bk_context_file *c,
                       struct bk_str name, struct bk_str text, struct bk_saids *says)
{
    struct reading r = {a, c, name, says};
    bool pointers = false;
    for (size_t i = 0; i < c->n_rules; i++) {
        if (c->rules[i].kind == BK_RULE_POINTER)
            pointers = true;
        else
            rule_over_lines(&r, &c->rules[i], text);
    }
    if (pointers)
        rules_over_json(&r, text);
}
