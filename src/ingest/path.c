/* Path templates: what the parts of a path say about a run.
 *
 *     bench-session-{session}/{hardware}/{test_type}/{started_at:%d%m%Y%H%M%S}/
 *     {model}/results/results_{concurrency}.csv
 *
 * A template is matched part by part against the end of a path; one that ends in '/'
 * against the end of the file's folder.  {name} takes as little of a part as will do,
 * never nothing and never a '/'; '*' takes any text, also none. */
#include "internal.h"

#include <string.h>

enum {
    MAX_PARTS = 32,  /* of a template, between slashes */
    MAX_TOKENS = 32, /* of a part */
    MAX_PART = 1024, /* bytes of a path's part */
};

enum token_kind {
    LITERAL,
    NAME,
    ANY
};

struct token {
    enum token_kind kind;
    struct bk_str text;   /* literal text, or the name */
    struct bk_str format; /* of a time */
};

struct part {
    struct token tokens[MAX_TOKENS];
    size_t n;
};

struct matching { /* one part against one piece of the path */
    const struct part *part;
    struct bk_str piece;
    struct bk_str values[MAX_TOKENS];
    unsigned char failed[(MAX_TOKENS + 1) * (MAX_PART + 1) / 8 + 1]; /* bits: known to
                                                                        lead nowhere */
};

static bool read_name(struct bk_str inside, struct token *t, struct bk_err *err)
{
    t->kind = NAME;
    t->format = bk_cut(inside, ':', &t->text);
    bool good = t->text.len > 0;
    for (size_t i = 0; i < t->text.len; i++) {
        char c = t->text.ptr[i];
        good = good && ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                        (c >= '0' && c <= '9') || c == '_' || c == '.');
    }
    if (!good)
        return bk_fail(err, BK_EUSAGE, "'{%.*s}' is no name of a path template",
                       BK_F(inside));
    return true;
}

static bool parse_part(struct bk_str text, struct part *p, struct bk_err *err)
{
    p->n = 0;
    while (text.len > 0) {
        if (p->n == MAX_TOKENS)
            return bk_fail(err, BK_EUSAGE,
                           "a part of the path template has over %d "
                           "pieces",
                           MAX_TOKENS);
        struct token *t = &p->tokens[p->n++];
        *t = (struct token){0};
        if (text.ptr[0] == '{') {
            size_t end = bk_find_char(text, '}');
            if (end == BK_NONE)
                return bk_fail(err, BK_EUSAGE,
                               "a '{' of the path template is not "
                               "closed");
            if (!read_name((struct bk_str){text.ptr + 1, end - 1}, t, err))
                return false;
            text = bk_from(text, end + 1);
        } else if (text.ptr[0] == '*') {
            t->kind = ANY;
            text = bk_from(text, 1);
        } else {
            size_t len = 0;
            while (len < text.len && text.ptr[len] != '{' && text.ptr[len] != '*')
                len++;
            t->text = bk_upto(text, len);
            text = bk_from(text, len);
        }
    }
    return true;
}

/* Splits at the slashes that stand outside of braces (a time format may hold one). */
static bool parse_template(struct bk_arena *a, struct bk_str template,
                           struct part **parts, size_t *n, struct bk_err *err)
{
    *parts = bk_alloc_array(a, MAX_PARTS, sizeof **parts);
    *n = 0;
    while (template.len > 0) {
        size_t end = 0;
        bool inside = false;
        while (end < template.len && (inside || template.ptr[end] != '/')) {
            inside = template.ptr[end] == '{' || (inside && template.ptr[end] != '}');
            end++;
        }
        if (*n == MAX_PARTS)
            return bk_fail(err, BK_EUSAGE, "a path template has over %d parts",
                           MAX_PARTS);
        if (end > 0 && !parse_part(bk_upto(template, end), &(*parts)[(*n)++], err))
            return false;
        template = bk_from(template, end + 1);
    }
    if (*n == 0)
        return bk_fail(err, BK_EUSAGE, "a path template is empty");
    return true;
}

static bool good_value(const struct token *t, struct bk_str value)
{
    int64_t ns;
    if (!bk_is(t->text, "started_at") || t->format.len == 0)
        return true;
    return bk_parse_time(value, t->format, &ns);
}

static bool match_from(struct matching *m, size_t token, size_t pos)
{
    size_t bit = token * (MAX_PART + 1) + pos;
    if (token == m->part->n)
        return pos == m->piece.len;
    if (m->failed[bit / 8] & (1u << bit % 8))
        return false;
    const struct token *t = &m->part->tokens[token];
    if (t->kind == LITERAL) {
        if (bk_starts(bk_from(m->piece, pos), t->text) &&
            match_from(m, token + 1, pos + t->text.len))
            return true;
    } else {
        for (size_t end = pos + (t->kind == NAME); end <= m->piece.len; end++) {
            struct bk_str value = {m->piece.ptr + pos, end - pos};
            m->values[token] = value;
            if (good_value(t, value) && match_from(m, token + 1, end))
                return true;
        }
    }
    m->failed[bit / 8] |= (unsigned char)(1u << bit % 8);
    return false;
}

static bool match_part(struct bk_arena *a, const struct part *p, struct bk_str piece,
                       struct bk_saids *says)
{
    if (piece.len > MAX_PART)
        return false;
    struct matching m;
    memset(&m, 0, sizeof m);
    m.part = p;
    m.piece = piece;
    if (!match_from(&m, 0, 0))
        return false;
    for (size_t i = 0; i < p->n; i++) {
        if (p->tokens[i].kind != NAME)
            continue;
        bk_say(a, says, p->tokens[i].text, bk_dup(a, m.values[i]), BK_S("the path"));
        says->items[says->n - 1].format = p->tokens[i].format;
    }
    return true;
}

/* Takes the last part off a path; "." and empty parts do not count. */
static bool last_piece(struct bk_str *path, struct bk_str *piece)
{
    while (path->len > 0) {
        size_t slash = bk_rfind_char(*path, '/');
        *piece = slash == BK_NONE ? *path : bk_from(*path, slash + 1);
        *path = bk_upto(*path, slash == BK_NONE ? 0 : slash);
        if (piece->len > 0 && !bk_is(*piece, "."))
            return true;
    }
    return false;
}

bool bk_path_says(struct bk_arena *a, struct bk_str template, struct bk_str path,
                  struct bk_saids *says, bool *matched, struct bk_err *err)
{
    struct part *parts;
    size_t n;
    *matched = false;
    if (!parse_template(a, template, &parts, &n, err))
        return false;
    struct bk_str piece, pieces[MAX_PARTS];
    if (bk_ends(template, BK_S("/")) && !last_piece(&path, &piece))
        return true;
    for (size_t i = n; i-- > 0;) {
        if (!last_piece(&path, &pieces[i]))
            return true;
    }
    struct bk_saids found = {0};
    for (size_t i = 0; i < n; i++) {
        if (!match_part(a, &parts[i], pieces[i], &found))
            return true;
    }
    *matched = true;
    *says = found;
    return true;
}

bool bk_path_check(struct bk_arena *a, struct bk_str template, struct bk_err *err)
{
    struct part *parts;
    size_t n;
    return parse_template(a, template, &parts, &n, err);
}

static struct bk_str *context_field(struct bk_context *c, struct bk_str name)
{
    const struct {
        const char *name;
        struct bk_str *field;
    } fields[] = {
        {"session", &c->session}, {"hardware", &c->hardware},
        {"model", &c->model},     {"workload", &c->workload},
        {"engine", &c->engine},   {"started_at", &c->started_text},
    };
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        if (bk_is(name, fields[i].name))
            return fields[i].field;
    }
    return NULL;
}

bool bk_path_match(struct bk_arena *a, struct bk_str template, struct bk_str path,
                   struct bk_context *c, struct bk_err *err)
{
    struct bk_saids says = {0};
    bool matched;
    *c = (struct bk_context){.started_ns = BK_NO_TIME, .where = "path"};
    if (!bk_path_says(a, template, path, &says, &matched, err) || !matched)
        return false;
    for (size_t i = 0; i < says.n; i++) {
        const struct bk_said *s = &says.items[i];
        struct bk_str *field = context_field(c, s->name);
        bool zoned;
        if (!field) {
            struct bk_param *p = BK_PUSH(a, c->params, c->n_params);
            *p = (struct bk_param){s->name, s->value, BK_S("path")};
            continue;
        }
        *field = s->value;
        if (field == &c->started_text)
            bk_guess_time(s->value, s->format, &c->started_ns, &zoned);
    }
    return true;
}
