/* Markdown documents: blocks, sections, headings, and the way through all parts.  See
 * doc.h. */
#include "doc.h"

#include <string.h>

#include "../../src/base/utf8.h"

/* Beyond these a text is no report; what lies behind is not looked at. */
#define MAX_BLOCKS   ((size_t)50000)
#define MAX_SECTIONS ((size_t)5000)
#define MAX_HEADING  ((size_t)300) /* bytes of a heading that is taken apart */
#define MAX_WORDS    ((size_t)40)  /* of a heading */
#define NAME_WORDS   ((size_t)5)   /* of the longest name of hardware or parameter */

/* --- words of a heading --- */

struct words {
    struct bk_str items[MAX_WORDS];
    size_t n;
};

static bool is_edge(char c)
{
    return c == '(' || c == ')' || c == ':' || c == ',' || c == ';' || c == '=' ||
           c == '[' || c == ']' || c == '*' || c == '`' || c == '"' || c == '|' ||
           c == '.' || c == '!' || c == '?';
}

static struct bk_str trim_edges(struct bk_str s)
{
    while (s.len > 0 && is_edge(s.ptr[0]))
        s = bk_from(s, 1);
    while (s.len > 0 && is_edge(s.ptr[s.len - 1]))
        s.len--;
    return s;
}

static void split_words(struct bk_str text, struct words *w)
{
    w->n = 0;
    size_t i = 0;
    while (i < text.len && w->n < MAX_WORDS) {
        size_t start = i;
        while (i < text.len && text.ptr[i] != ' ' && text.ptr[i] != '\t' &&
               text.ptr[i] != '=' && text.ptr[i] != '/' && text.ptr[i] != '\n')
            i++;
        struct bk_str word = trim_edges((struct bk_str){text.ptr + start, i - start});
        if (word.len > 0)
            w->items[w->n++] = word;
        i++;
    }
}

/* Words first..first+n-1 as one name. */
static struct bk_str phrase(struct bk_arena *a, const struct words *w, size_t first,
                            size_t n)
{
    struct bk_buf b = {0};
    for (size_t i = 0; i < n; i++) {
        if (i > 0)
            bk_buf_addc(&b, ' ');
        bk_buf_add(&b, w->items[first + i]);
    }
    struct bk_str s = bk_dup(a, bk_buf_str(&b));
    bk_buf_free(&b);
    return s;
}

struct bk_str bk_doc_hardware(const struct bk_doc *d, struct bk_str text)
{
    struct words w;
    struct bk_arena *a = d->im->arena;
    struct bk_str found = {0};
    split_words(bk_upto(text, MAX_HEADING), &w);
    for (size_t i = 0; i < w.n;) {
        size_t n = w.n - i < NAME_WORDS ? w.n - i : NAME_WORDS;
        while (n > 0 && !bk_dict_knows_hardware(d->im->dict, phrase(a, &w, i, n)))
            n--;
        if (n > 0) {
            struct bk_str name = bk_dict_hardware(d->im->dict, a, phrase(a, &w, i, n));
            if (found.len > 0 && !bk_eq(found, name))
                return (struct bk_str){0};
            found = name;
        }
        i += n > 0 ? n : 1;
    }
    return found;
}

/* --- labels --- */

static bool is_ornament(uint32_t c)
{
    return (c >= 0x2000 && c <= 0x2BFF) || (c >= 0x1F000 && c <= 0x1FAFF) ||
           c == 0xFE0F || c == 0x200D || c == 0xA0;
}

/* Emoji, arrows and bullets at the start are no part of a title. */
static struct bk_str without_ornaments(struct bk_str s)
{
    s = bk_trim(s);
    size_t pos = 0;
    while (pos < s.len) {
        size_t next = pos;
        uint32_t c = bk_utf8_next(s, &next);
        if (!is_ornament(c) && c != ' ')
            break;
        pos = next;
    }
    return bk_trim(bk_from(s, pos));
}

/* Where a medal or the like stands in the title; the whole length: nowhere. */
static size_t ornament_in(struct bk_str s)
{
    size_t pos = 0;
    while (pos < s.len) {
        size_t at = pos;
        uint32_t c = bk_utf8_next(s, &pos);
        bool dash = c >= 0x2010 && c <= 0x2015;
        bool quote = c >= 0x2018 && c <= 0x201F;
        if (at > 0 && is_ornament(c) && !dash && !quote && c != 0xA0)
            return at;
    }
    return s.len;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* "2.1. ", "3) ", "a) " */
static struct bk_str without_number(struct bk_str s)
{
    size_t i = 0;
    while (i < s.len && (is_digit(s.ptr[i]) || s.ptr[i] == '.'))
        i++;
    if (i == 0 && s.len > 2 && s.ptr[1] == ')')
        i = 1;
    bool closed = i > 0 && i < s.len && (s.ptr[i] == ')' || s.ptr[i - 1] == '.');
    if (!closed)
        return s;
    return bk_trim(bk_from(s, s.ptr[i] == ')' ? i + 1 : i));
}

/* "Test 1: ", "Run 2 - ": ordinals of experiments. */
static struct bk_str without_ordinal(struct bk_str s)
{
    size_t colon = bk_find_char(bk_upto(s, 24), ':');
    if (colon == BK_NONE || colon == 0 || colon + 1 >= s.len)
        return s;
    bool ordinal = is_digit(s.ptr[colon - 1]);
    return ordinal ? bk_trim(bk_from(s, colon + 1)) : s;
}

struct bk_str bk_doc_label(const struct bk_doc *d, struct bk_str title)
{
    struct bk_buf b = {0};
    struct bk_str s = without_ordinal(without_number(without_ornaments(title)));
    s = bk_upto(s, ornament_in(s));
    size_t depth = 0;
    for (size_t i = 0; i < s.len; i++) {
        depth += s.ptr[i] == '(';
        if (depth == 0)
            bk_buf_addc(&b, s.ptr[i]);
        depth -= s.ptr[i] == ')' && depth > 0;
    }
    struct bk_str out = bk_trim(bk_buf_str(&b));
    while (out.len > 0 && out.ptr[out.len - 1] == ':')
        out.len--;
    out = bk_dup(d->im->arena, bk_trim(out));
    bk_buf_free(&b);
    return out;
}

/* --- parameters that a heading states --- */

/* "Step 3" counts headings, not workers. */
static bool is_ordinal_word(struct bk_arena *a, struct bk_str word)
{
    static const char *const words[] = {
        "step",    "test",    "run",     "phase",   "part",       "table",
        "figure",  "session", "teste",   "fase",    "passo",      "parte",
        "tabela",  "sessão",  "rodada",  "прогон",  "шаг",        "этап",
        "часть",   "таблица", "section", "chapter", "experiment", "scenario",
        "cenário", "case",    "round",   "trial",   "v",          "version"};
    struct bk_str low = bk_utf8_lower(a, word);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (bk_is(low, words[i]))
            return true;
    }
    return false;
}

static bool is_whole_number(struct bk_str s)
{
    for (size_t i = 0; i < s.len; i++) {
        if (!is_digit(s.ptr[i]))
            return false;
    }
    return s.len > 0 && s.len <= 9;
}

static bool take_param(const struct bk_doc *d, struct bk_str name, struct bk_str value,
                       size_t line, struct bk_run *run)
{
    struct bk_arena *a = d->im->arena;
    struct bk_field f = bk_field_of(d->im, name, (struct bk_str){0}, NULL, 0);
    if (f.target.kind != BK_TARGET_PARAM || f.target.name.len == 0)
        return false;
    if (bk_run_param_named(run, f.target.name) == NULL)
        bk_run_param(a, run, f.target.name, value, bk_line_locator(a, line));
    return true;
}

void bk_doc_heading_params(const struct bk_doc *d, struct bk_str title, size_t line,
                           struct bk_run *run)
{
    struct words w;
    struct bk_arena *a = d->im->arena;
    split_words(bk_upto(without_number(without_ornaments(title)), MAX_HEADING), &w);
    for (size_t i = 0; i < w.n; i++) {
        if (!is_whole_number(w.items[i]) ||
            (i > 0 && is_ordinal_word(a, w.items[i - 1])))
            continue;
        bool taken = false;
        for (size_t n = NAME_WORDS; n > 0 && !taken; n--) {
            if (i + 1 + n <= w.n)
                taken = take_param(d, phrase(a, &w, i + 1, n), w.items[i], line, run);
        }
        for (size_t n = NAME_WORDS; n > 0 && !taken; n--) {
            if (n <= i)
                taken = take_param(d, phrase(a, &w, i - n, n), w.items[i], line, run);
        }
    }
}

/* --- sections --- */

static size_t add_section(struct bk_doc *d, struct bk_str text, int level, size_t line,
                          size_t above)
{
    struct bk_arena *a = d->im->arena;
    while (above != BK_NONE && d->sections[above].level >= level)
        above = d->sections[above].parent;
    if (d->n_sections == MAX_SECTIONS) {
        d->cut_line = d->cut_line == 0 ? line : d->cut_line;
        return above;
    }
    struct bk_doc_section *s = BK_PUSH(a, d->sections, d->n_sections);
    s->title = without_ornaments(bk_markdown_plain(a, bk_upto(text, MAX_HEADING)));
    s->label = bk_doc_label(d, s->title);
    s->key = bk_dict_key(a, s->label);
    s->hardware = bk_doc_hardware(d, s->title);
    s->level = level;
    s->parent = above;
    s->facts = bk_run_new(a);
    bk_doc_heading_params(d, s->title, line, s->facts);
    return d->n_sections - 1;
}

bool bk_doc_estimates(const struct bk_doc *d, size_t section)
{
    static const char *const words[] = {"estimat", "estimad", "оценк", "projec", "估"};
    for (; section != BK_NONE; section = d->sections[section].parent) {
        struct bk_str low = bk_utf8_lower(d->im->arena, d->sections[section].title);
        for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
            if (bk_has(low, bk_str(words[i])))
                return true;
        }
    }
    return false;
}

struct bk_str *bk_doc_context(const struct bk_doc *d, size_t section, size_t *n)
{
    struct bk_str *up = NULL;
    size_t count = 0;
    for (; section != BK_NONE; section = d->sections[section].parent)
        *BK_PUSH(d->im->arena, up, count) = d->sections[section].label;
    for (size_t i = 0; i < count / 2; i++) {
        struct bk_str swap = up[i];
        up[i] = up[count - 1 - i];
        up[count - 1 - i] = swap;
    }
    *n = count;
    return up;
}

/* --- reading --- */

static bool check_text(struct bk_str text, struct bk_err *err)
{
    size_t bad = bk_utf8_bad(text);
    size_t nul = bk_find_char(text, '\0');
    size_t at = nul < bad ? nul : bad; /* BK_NONE is the largest */
    size_t line = 1;
    if (bk_trim(text).len == 0)
        return bk_fail(err, BK_EINPUT, "line 1: the file is empty");
    if (at == BK_NONE)
        return true;
    for (size_t i = 0; i < at; i++)
        line += text.ptr[i] == '\n';
    if (nul == at)
        return bk_fail(err, BK_EINPUT, "line %zu: byte %zu is NUL: no text", line, at);
    return bk_fail(err, BK_EINPUT,
                   "line %zu: byte %zu is not UTF-8; 'iconv -f latin1 -t utf-8' may "
                   "convert the file",
                   line, at);
}

bool bk_doc_text(const struct bk_importing *im, struct bk_str *text, struct bk_err *err)
{
    struct bk_str repaired;
    size_t sequences;
    const char *charset;
    if (!check_text(*text, err))
        return false;
    if (!bk_mojibake_repair(im->arena, *text, &repaired, &sequences, &charset))
        return true;
    const struct bk_finding f = {
        .code = BK_S("mojibake"),
        .severity = BK_WARNING,
        .message =
            bk_fmt(im->arena,
                   "%zu sequences of UTF-8 were once decoded as %s; they are read "
                   "repaired",
                   sequences, charset),
    };
    *text = repaired;
    return im->sink->finding(im->sink, &f, err);
}

static void add_block(struct bk_doc *d, const struct bk_block *b, size_t section)
{
    struct bk_arena *a = d->im->arena;
    struct bk_doc_block *x = BK_PUSH(a, d->blocks, d->n_blocks);
    x->kind = b->kind;
    x->text = b->text;
    x->line = b->line;
    x->section = section;
    if (b->kind == BK_BLOCK_TABLE) {
        x->table = bk_alloc(a, sizeof *x->table);
        *x->table = b->table;
        d->ragged += b->table.ragged;
        d->n_tables++;
    }
}

/* The decimal mark of the numbers in the text around the tables. */
static enum bk_decimal prose_decimal(const struct bk_doc *d)
{
    struct bk_str *words = NULL;
    size_t n = 0;
    for (size_t i = 0; i < d->n_blocks && n < 5000; i++) {
        struct words w;
        if (d->blocks[i].kind != BK_BLOCK_ITEM &&
            d->blocks[i].kind != BK_BLOCK_PARAGRAPH)
            continue;
        split_words(d->blocks[i].text, &w);
        for (size_t k = 0; k < w.n; k++) {
            if (is_digit(w.items[k].ptr[0]))
                *BK_PUSH(d->im->arena, words, n) = w.items[k];
        }
    }
    return bk_decimal_of(words, n);
}

void bk_doc_read(struct bk_doc *d, struct bk_str text)
{
    struct bk_markdown m;
    size_t section = BK_NONE;
    d->facts = bk_run_new(d->im->arena);
    bk_markdown_init(&m, text);
    for (;;) {
        struct bk_block b;
        bk_markdown_next(d->im->arena, &m, &b);
        if (b.kind == BK_BLOCK_END)
            break;
        if (d->n_blocks == MAX_BLOCKS) {
            d->cut_line = d->cut_line == 0 ? b.line : d->cut_line;
            break;
        }
        if (b.kind == BK_BLOCK_HEADING)
            section = add_section(d, b.text, b.level, b.line, section);
        add_block(d, &b, section);
    }
    d->decimal = prose_decimal(d);
    for (size_t i = 0; i < d->n_blocks; i++) {
        if (d->blocks[i].kind == BK_BLOCK_TABLE)
            bk_doc_table(d, &d->blocks[i]);
        else if (d->blocks[i].kind == BK_BLOCK_CODE && d->prose)
            bk_doc_code(d, &d->blocks[i]);
    }
}

void bk_doc_read_table(struct bk_doc *d, struct bk_table *table)
{
    struct bk_doc_block *b = BK_PUSH(d->im->arena, d->blocks, d->n_blocks);
    *b = (struct bk_doc_block){.kind = BK_BLOCK_TABLE,
                               .line = table->header_line,
                               .section = BK_NONE,
                               .table = table};
    d->facts = bk_run_new(d->im->arena);
    d->decimal = prose_decimal(d);
    bk_doc_table(d, b);
}

bool bk_doc_is_whole(const struct bk_doc *d, struct bk_err *err)
{
    if (d->cut_line > 0)
        return bk_fail(err, BK_EINPUT,
                       "line %zu: more than %zu headings or %zu paragraphs: split it",
                       d->cut_line, MAX_SECTIONS, MAX_BLOCKS);
    return d->n_pieces < BK_MAX_RUNS ||
           bk_fail(err, BK_EINPUT,
                   "it holds over %zu rows and statements of results: split it",
                   BK_MAX_RUNS - 1);
}

struct bk_piece *bk_doc_piece(struct bk_doc *d, size_t section, bool stated)
{
    struct bk_piece *p = BK_PUSH(d->im->arena, d->pieces, d->n_pieces);
    *p = (struct bk_piece){.section = section, .table = BK_NONE};
    p->run = bk_run_new(d->im->arena);
    p->run->claims = d->prose;
    if (stated)
        bk_doc_state(d, p);
    return p;
}

void bk_doc_state(const struct bk_doc *d, struct bk_piece *p)
{
    for (size_t s = p->section; s != BK_NONE; s = d->sections[s].parent)
        bk_run_merge(d->im, p->run, d->sections[s].facts);
}
