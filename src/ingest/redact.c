/* Secrets: values of variables whose names say so, and credentials in addresses, are
 * replaced before anything is hashed or stored.
 *
 *     API_KEY=abc             export HF_TOKEN="abc"       ?api_key=abc&x=1
 *     "password": "abc"       x-api-key: abc              Authorization: Bearer abc
 *     mongodb://user:abc@host
 *
 * One pass looks for the marks '=' and ':' and reads the name before them.  The files
 * are benchmark results, full of names such as output_tokens, time_to_first_token and
 * cache_key: a name is taken apart into words, and the words around decide.  Numbers
 * are never tokens; nothing, null, true and false are no secrets. */
#include "internal.h"
#include "pieces.h"

#include <string.h>

enum {
    MAX_NAME = 128,       /* bytes of a variable's name */
    MAX_SCHEME = 32,      /* bytes of an address' scheme */
    MAX_USER = 512,       /* bytes of user:password */
    MAX_WORDS = 24,       /* of a name */
    MIN_TOKEN = 6,        /* a shorter value is no token */
    MIN_LONE_TOKEN = 12,  /* of a variable that is only called "token" */
    LOOK_BACK = 256,      /* what stands before a mark and decides */
    MAX_VALUE = 48 * 1024 /* bytes of a secret; less than BK_REDACT_TAIL */
};

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

static bool is_name_char(char c)
{
    return is_letter(c) || is_digit(c) || c == '_' || c == '-' || c == '.';
}

static bool one_of(struct bk_str s, const char *const *list)
{
    for (; *list; list++) {
        if (bk_eq_nocase(s, bk_str(*list)))
            return true;
    }
    return false;
}

/* --- names --- */

enum secrecy {
    OPEN,   /* no secret */
    TOKEN,  /* secret when the value looks like a token */
    SECRET, /* secret whatever the value */
};

/* The words of a name: apiKey, API_KEY and x-api-key have "api" and "key". */
static size_t name_words(struct bk_str name, struct bk_str words[MAX_WORDS])
{
    size_t n = 0, begin = 0;
    for (size_t i = 0; i <= name.len && n < MAX_WORDS; i++) {
        bool end = i == name.len || !(is_letter(name.ptr[i]) || is_digit(name.ptr[i]));
        bool hump =
            !end && i > begin && is_upper(name.ptr[i]) && !is_upper(name.ptr[i - 1]);
        if ((end || hump) && i > begin)
            words[n++] = (struct bk_str){name.ptr + begin, i - begin};
        if (end)
            begin = i + 1;
        else if (hump)
            begin = i;
    }
    return n;
}

static bool all_upper(struct bk_str name)
{
    for (size_t i = 0; i < name.len; i++) {
        if (name.ptr[i] >= 'a' && name.ptr[i] <= 'z')
            return false;
    }
    return true;
}

static enum secrecy key_word(const struct bk_str *words, size_t i, bool upper)
{
    static const char *const owners[] = {
        "api",        "access",  "secret",  "private", "auth",   "signing",
        "encryption", "ssh",     "license", "account", "master", "deploy",
        "service",    "storage", "openai",  "client",  "shared", NULL};
    if (i > 0 && one_of(words[i - 1], owners))
        return SECRET;
    return upper ? SECRET : OPEN;
}

static enum secrecy token_word(const struct bk_str *words, size_t n, size_t i,
                               bool upper)
{
    static const char *const counters[] = {
        "first", "per",   "output", "input", "prompt", "each",    "max",   "min",
        "num",   "eos",   "bos",    "pad",   "unk",    "mask",    "total", "next",
        "new",   "stop",  "sep",    "cls",   "by",     "special", "time",  "image",
        "last",  "inter", "end",    "start", NULL};
    if (i > 0 && one_of(words[i - 1], counters))
        return OPEN;
    return i + 1 == n || upper ? TOKEN : OPEN;
}

static enum secrecy name_secrecy(struct bk_str name)
{
    static const char *const always[] = {"password",    "passwd", "passphrase",
                                         "pwd",         "secret", "credential",
                                         "credentials", "apikey", NULL};
    struct bk_str words[MAX_WORDS];
    size_t n = name_words(name, words);
    bool upper = all_upper(name);
    for (size_t i = 0; i < n; i++) {
        enum secrecy s = OPEN;
        if (one_of(words[i], always))
            s = SECRET;
        else if (bk_eq_nocase(words[i], BK_S("key")))
            s = key_word(words, i, upper);
        else if (bk_eq_nocase(words[i], BK_S("token")))
            s = token_word(words, n, i, upper);
        else if (bk_eq_nocase(words[i], BK_S("private")))
            s = TOKEN;
        if (s != OPEN)
            return s;
    }
    return OPEN;
}

bool bk_secret_name(struct bk_str name)
{
    return name_secrecy(name) == SECRET;
}

/* --- values --- */

static bool is_nothing(struct bk_str v)
{
    static const char *const nothing[] = {"null",  "none", "nil",   "true",
                                          "false", "yes",  "no",    "undefined",
                                          "nan",   "-",    "unset", NULL};
    /* $HF_TOKEN and ${HF_TOKEN} only name a variable */
    /* the closing bracket may have ended the value; a line of an export goes on */
    struct bk_str redacted = bk_upto(BK_S(BK_REDACTED), sizeof BK_REDACTED - 2);
    return v.len == 0 || v.ptr[0] == '$' || one_of(v, nothing) ||
           bk_starts(v, redacted);
}

/* Numbers and texts with blanks are no tokens.  A lone lower-case "token" is more often
 * a piece of text than a credential: it takes a long value with digits. */
static bool like_token(struct bk_str name, struct bk_str v)
{
    bool other = false, digits = false;
    if (v.len < MIN_TOKEN || (v.ptr[0] == '<' && v.ptr[v.len - 1] == '>'))
        return false;
    for (size_t i = 0; i < v.len; i++) {
        if (v.ptr[i] == ' ')
            return false;
        digits = digits || is_digit(v.ptr[i]);
        other = other || !(is_digit(v.ptr[i]) || strchr(".,+-eE", v.ptr[i]));
    }
    bool lone = bk_is(name, "token");
    return other && (!lone || (digits && v.len >= MIN_LONE_TOKEN));
}

static bool is_secret(struct bk_str name, struct bk_str value)
{
    if (is_nothing(value))
        return false;
    switch (name_secrecy(name)) {
    case OPEN:
        break;
    case TOKEN:
        return like_token(name, value);
    case SECRET:
        return true;
    }
    return false;
}

/* --- places --- */

struct span { /* what is replaced; quoted: JSON wants quotes round the replacement */
    size_t begin, end;
    bool quote;
};

/* A quoted text from pos (behind its opening quote) to its closing quote. */
static size_t quoted_end(struct bk_str t, size_t pos, char quote)
{
    size_t limit = t.len - pos > MAX_VALUE ? pos + MAX_VALUE : t.len;
    while (pos < limit && t.ptr[pos] != quote && t.ptr[pos] != '\n')
        pos += t.ptr[pos] == '\\' && pos + 1 < limit ? 2 : 1;
    return pos;
}

static size_t bare_end(struct bk_str t, size_t pos, const char *stops)
{
    size_t limit = t.len - pos > MAX_VALUE ? pos + MAX_VALUE : t.len;
    while (pos < limit && t.ptr[pos] != '\n' && t.ptr[pos] != '\r' &&
           (t.ptr[pos] == '\0' || !strchr(stops, t.ptr[pos])))
        pos++;
    return pos;
}

/* The value at pos into *v: in quotes (also \" inside of a JSON text), or bare up to
 * one of stops. */
static void find_value(struct bk_str t, size_t pos, const char *stops, struct span *v)
{
    bool escaped = pos + 1 < t.len && t.ptr[pos] == '\\' && t.ptr[pos + 1] == '"';
    *v = (struct span){.begin = pos};
    if (escaped) {
        v->begin = pos + 2;
        v->end = bare_end(t, v->begin, "\\\"");
    } else if (pos < t.len && (t.ptr[pos] == '"' || t.ptr[pos] == '\'')) {
        v->begin = pos + 1;
        v->end = quoted_end(t, v->begin, t.ptr[pos]);
    } else {
        v->end = bare_end(t, pos, stops);
    }
}

/* The name that ends at pos (exclusive), maybe in quotes; *start gets where it or its
 * quote begins. */
static struct bk_str name_before(struct bk_str t, size_t pos, bool *in_quotes,
                                 size_t *start)
{
    size_t end = pos;
    while (end > 0 && t.ptr[end - 1] == ' ')
        end--;
    *in_quotes = end > 0 && (t.ptr[end - 1] == '"' || t.ptr[end - 1] == '\'');
    if (*in_quotes)
        end--;
    if (*in_quotes && end > 0 && t.ptr[end - 1] == '\\')
        end--;
    size_t begin = end;
    while (begin > 0 && end - begin < MAX_NAME && is_name_char(t.ptr[begin - 1]))
        begin--;
    *start = begin;
    return (struct bk_str){t.ptr + begin, end - begin};
}

static bool begins_line(struct bk_str t, size_t pos)
{
    while (pos > 0 && strchr(" \t-<>#*", t.ptr[pos - 1]))
        pos--;
    return pos == 0 || t.ptr[pos - 1] == '\n' || t.ptr[pos - 1] == '\r';
}

/* NAME=VALUE: an environment line, a label, a query of an address. */
static bool at_equals(struct bk_str t, size_t pos, struct span *v)
{
    bool in_quotes;
    size_t start;
    struct bk_str name = name_before(t, pos, &in_quotes, &start);
    if (name.len == 0 || name_secrecy(name) == OPEN)
        return false;
    bool line = begins_line(t, start) ||
                (start >= 7 && memcmp(t.ptr + start - 7, "export ", 7) == 0);
    find_value(t, pos + 1, line ? "" : " \t&,;\"'})]", v);
    while (v->end > v->begin && t.ptr[v->end - 1] == ' ')
        v->end--;
    return is_secret(name, (struct bk_str){t.ptr + v->begin, v->end - v->begin});
}

/* "name": "value" of JSON, name: value of YAML and of headers. */
static bool at_member(struct bk_str t, size_t pos, struct span *v)
{
    bool in_quotes;
    size_t start, at = pos + 1;
    struct bk_str name = name_before(t, pos, &in_quotes, &start);
    if (name.len == 0 || name_secrecy(name) == OPEN)
        return false;
    if (!in_quotes && !begins_line(t, start))
        return false;
    while (at < t.len && (t.ptr[at] == ' ' || t.ptr[at] == '\t'))
        at++;
    find_value(t, at, in_quotes ? " \t,}])" : "", v);
    while (v->end > v->begin && t.ptr[v->end - 1] == ' ')
        v->end--;
    bool bare = v->begin == at;
    if (bare && at < t.len && (t.ptr[at] == '{' || t.ptr[at] == '['))
        return false;
    v->quote = bare && in_quotes;
    return is_secret(name, (struct bk_str){t.ptr + v->begin, v->end - v->begin});
}

/* scheme://user:password@ */
static bool at_address(struct bk_str t, size_t pos, struct span *v)
{
    if (pos + 2 >= t.len || t.ptr[pos + 1] != '/' || t.ptr[pos + 2] != '/')
        return false;
    size_t scheme = 0, begin = pos + 3, end = begin;
    while (scheme < pos && scheme < MAX_SCHEME &&
           (is_name_char(t.ptr[pos - scheme - 1]) || t.ptr[pos - scheme - 1] == '+'))
        scheme++;
    bool colon = false;
    while (end < t.len && end - begin < MAX_USER &&
           (t.ptr[end] == '\0' || !strchr("@/ \t\r\n\"'<>?#", t.ptr[end]))) {
        colon = colon || t.ptr[end] == ':';
        end++;
    }
    *v = (struct span){.begin = begin, .end = end};
    return scheme > 0 && end < t.len && t.ptr[end] == '@' && colon && end > begin &&
           !bk_is((struct bk_str){t.ptr + begin, end - begin}, BK_REDACTED);
}

/* Authorization: Bearer X, also as a JSON member; pos is that of the ':'. */
static bool at_authorization(struct bk_str t, size_t pos, struct span *v)
{
    static const char *const schemes[] = {"bearer ", "basic ", "token "};
    bool in_quotes;
    size_t start, at = pos + 1;
    struct bk_str name = name_before(t, pos, &in_quotes, &start);
    if (!bk_ends(name, BK_S("uthorization")) && !bk_ends(name, BK_S("UTHORIZATION")))
        return false;
    while (at < t.len && strchr(" \t\"'\\[", t.ptr[at]) && t.ptr[at] != '\0')
        at++;
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
        struct bk_str s = bk_str(schemes[i]);
        if (t.len - at > s.len && bk_eq_nocase((struct bk_str){t.ptr + at, s.len}, s)) {
            v->begin = at + s.len;
            v->end = bare_end(t, v->begin, " \t\"'\\,;]}");
            v->quote = false;
            return !is_nothing((struct bk_str){t.ptr + v->begin, v->end - v->begin});
        }
    }
    return false;
}

/* A secret behind the mark at pos? */
static bool at_mark(struct bk_str t, size_t pos, struct span *v)
{
    if (t.ptr[pos] == '=')
        return at_equals(t, pos, v);
    return at_address(t, pos, v) || at_authorization(t, pos, v) || at_member(t, pos, v);
}

/* --- where a secret may be ---
 *
 * Only a mark right behind a name with one of these pieces in it, or that of an address
 * with an '@' behind it, is looked at closely; a text has millions of others. */

static bool is_mark(char c)
{
    return c == '=' || c == ':';
}

/* What stands behind a name (see name_before), from a place in it on. */
static size_t behind_name(struct bk_str t, size_t pos)
{
    while (pos < t.len && is_name_char(t.ptr[pos]))
        pos++;
    while (pos < t.len && (t.ptr[pos] == ' ' || t.ptr[pos] == '"' ||
                           t.ptr[pos] == '\'' || t.ptr[pos] == '\\'))
        pos++;
    return pos;
}

/* The ':' of the address whose user ends at the '@' at pos, or BK_NONE. */
static size_t address_before(struct bk_str t, size_t pos)
{
    size_t from = pos > MAX_USER ? pos - MAX_USER : 0;
    size_t i = pos;
    while (i > from &&
           (t.ptr[i - 1] == '\0' || !strchr("@/ \t\r\n\"'<>?#", t.ptr[i - 1])))
        i--;
    if (i < 3 || memcmp(t.ptr + i - 3, "://", 3) != 0)
        return BK_NONE;
    return i - 3;
}

/* The next marks to look at; the text's end when there are none. */
struct search {
    size_t named; /* behind a name with a piece in it */
    size_t colon; /* of an address with a user */
    size_t at;    /* behind the '@' of the latter */
    struct bk_pieces pieces;
};

static void advance_named(struct bk_str t, struct search *s)
{
    do
        s->named = behind_name(t, bk_next_piece(&s->pieces, t, s->named));
    while (s->named < t.len && !is_mark(t.ptr[s->named]));
}

static void advance_address(struct bk_str t, struct search *s)
{
    do {
        size_t next = bk_find_char(bk_from(t, s->at), '@');
        if (next == BK_NONE) {
            s->colon = s->at = t.len;
            return;
        }
        s->colon = address_before(t, s->at + next);
        s->at += next + 1;
    } while (s->colon == BK_NONE);
}

static void begin_search(struct bk_str t, size_t pos, struct search *s)
{
    /* the name before the first mark may begin before pos */
    s->named = s->at = pos > LOOK_BACK ? pos - LOOK_BACK : 0;
    bk_pieces_init(&s->pieces, BK_NONE);
    advance_named(t, s);
    advance_address(t, s);
}

static size_t next_mark(struct bk_str t, size_t pos, struct search *s)
{
    while (s->named < pos)
        advance_named(t, s);
    while (s->colon < pos)
        advance_address(t, s);
    return s->named < s->colon ? s->named : s->colon;
}

/* An export of a whole warehouse is of texts that were searched when they were imported.
 * In it their lines are one, and what follows a name would be taken for its value. */
#define NOT_SEARCHED SIZE_MAX
#define WHOLE        "{\"record\":\"warehouse\","

size_t bk_redact_piece(struct bk_str t, bool last, struct bk_buf *out, size_t *used,
                       size_t *looked)
{
    if (*looked == 0 && bk_starts(t, BK_S(WHOLE)))
        *looked = NOT_SEARCHED;
    if (*looked == NOT_SEARCHED) {
        if (out)
            bk_buf_add(out, t);
        *used = t.len;
        return 0;
    }
    size_t n = 0, copied = 0, pos = *looked;
    size_t limit = last ? t.len : t.len > BK_REDACT_TAIL ? t.len - BK_REDACT_TAIL : 0;
    struct search search;
    begin_search(t, pos, &search);
    while (pos < limit) {
        struct span v = {0};
        pos = next_mark(t, pos, &search);
        if (pos >= limit) {
            pos = limit;
            break;
        }
        if (!at_mark(t, pos, &v) || v.begin < copied) {
            pos++;
            continue;
        }
        n++;
        if (out) {
            bk_buf_add(out, (struct bk_str){t.ptr + copied, v.begin - copied});
            bk_buf_add(out, v.quote ? BK_S("\"" BK_REDACTED "\"") : BK_S(BK_REDACTED));
        }
        copied = v.end;
        pos = v.end > pos ? v.end : pos + 1;
    }
    size_t back = last ? 0 : LOOK_BACK;
    size_t end = pos > back ? pos - back : 0;
    if (end < copied)
        end = copied;
    if (out)
        bk_buf_add(out, (struct bk_str){t.ptr + copied, end - copied});
    *used = end;
    *looked = pos - end;
    return n;
}

size_t bk_redact(struct bk_str text, struct bk_buf *out)
{
    size_t used, looked = 0;
    return bk_redact_piece(text, true, out, &used, &looked);
}

char *bk_redacting_room(struct bk_redacting *r, size_t n)
{
    struct bk_buf *w = &r->windows[r->at];
    w->max = 4 * n; /* more than a piece and what was left of the last one */
    return bk_buf_reserve(w, n);
}

size_t bk_redacting_take(struct bk_redacting *r, size_t n, bool last,
                         struct bk_buf *out)
{
    struct bk_buf *w = &r->windows[r->at], *next;
    size_t used;
    w->len += n;
    size_t found = bk_redact_piece(bk_buf_str(w), last, out, &used, &r->looked);
    r->at = 1 - r->at;
    next = &r->windows[r->at];
    next->max = w->max;
    bk_buf_clear(next);
    bk_buf_add(next, bk_from(bk_buf_str(w), used));
    return found;
}

void bk_redacting_free(struct bk_redacting *r)
{
    bk_buf_free(&r->windows[0]);
    bk_buf_free(&r->windows[1]);
}
