/* The blocks of a Markdown text: CommonMark 0.30 (https://spec.commonmark.org/0.30/)
 * with the tables of GFM 0.29 (https://github.github.com/gfm/), as far as finding
 * numbers needs it.
 *
 * Lines are looked at once, with one line of look-ahead for tables and underlined
 * headings.  What a block holds is a slice of the source; only table cells with "\|" and
 * text with its marks taken off are copied. */
#include "table.h"

#include <string.h>

#define HEADINGS        6
#define BOLD_LEVEL      6
#define LONGEST_HEADING ((size_t)512)  /* bytes; longer lines are paragraphs */
#define LONGEST_MARKED  ((size_t)1024) /* bytes; longer texts keep their marks */
#define LONGEST_NUMBER  ((size_t)9) /* digits of a list number, as CommonMark has it */
#define RUN_LENGTHS     ((size_t)4) /* of marks that are told apart */

void bk_markdown_init(struct bk_markdown *m, struct bk_str text)
{
    *m = (struct bk_markdown){.rest = text, .line = 0};
}

/* --- lines --- */

static bool peek_line(struct bk_str rest, struct bk_str *line)
{
    return bk_next_line(&rest, line);
}

static void skip_line(struct bk_markdown *m)
{
    struct bk_str line;
    if (bk_next_line(&m->rest, &line))
        m->line++;
}

static size_t indent_of(struct bk_str line)
{
    size_t n = 0;
    for (size_t i = 0; i < line.len; i++) {
        if (line.ptr[i] == '\t')
            n += 4;
        else if (line.ptr[i] == ' ')
            n++;
        else
            break;
    }
    return n;
}

/* Without the marks of quotations and blanks at the ends. */
static struct bk_str unquote(struct bk_str line)
{
    line = bk_trim(line);
    while (line.len > 0 && line.ptr[0] == '>')
        line = bk_trim(bk_from(line, 1));
    return line;
}

static size_t run_of(struct bk_str s, char c)
{
    size_t n = 0;
    while (n < s.len && s.ptr[n] == c)
        n++;
    return n;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* "---", "* * *", "=====": nothing but one kind of mark and blanks. */
static bool is_rule(struct bk_str line)
{
    line = bk_trim(line);
    if (line.len < 3 || memchr("-*_=", line.ptr[0], 4) == NULL)
        return false;
    size_t marks = 0;
    for (size_t i = 0; i < line.len; i++) {
        if (line.ptr[i] == line.ptr[0])
            marks++;
        else if (line.ptr[i] != ' ')
            return false;
    }
    return marks >= 3;
}

/* Length of the fence that the line opens ("```", "~~~~"), or 0. */
static size_t fence_of(struct bk_str line)
{
    line = bk_trim(line);
    if (line.len == 0 || (line.ptr[0] != '`' && line.ptr[0] != '~'))
        return 0;
    size_t n = run_of(line, line.ptr[0]);
    bool inline_code =
        line.ptr[0] == '`' && bk_find_char(bk_from(line, n), '`') != BK_NONE;
    return n >= 3 && !inline_code ? n : 0;
}

/* The text behind "# ", and the level; 0 when the line is no such heading. */
static int atx_heading(struct bk_str line, struct bk_str *text)
{
    line = bk_trim(line);
    size_t n = run_of(line, '#');
    struct bk_str behind = bk_from(line, n);
    if (n == 0 || n > HEADINGS || behind.len == 0 || behind.ptr[0] != ' ')
        return 0;
    behind = bk_trim(behind);
    while (behind.len > 0 && behind.ptr[behind.len - 1] == '#')
        behind.len--;
    *text = bk_trim(behind);
    return (int)n;
}

/* A line that is bold from end to end, with or without a colon behind it. */
static bool bold_heading(struct bk_str line, struct bk_str *text)
{
    line = bk_trim(line);
    if (line.len > LONGEST_HEADING)
        return false;
    if (line.len > 0 && line.ptr[line.len - 1] == ':')
        line.len--;
    bool stars = bk_starts(line, BK_S("**")) && bk_ends(line, BK_S("**"));
    bool bars = bk_starts(line, BK_S("__")) && bk_ends(line, BK_S("__"));
    if (line.len < 5 || (!stars && !bars))
        return false;
    struct bk_str inside = {line.ptr + 2, line.len - 4};
    if (bk_has(inside, stars ? BK_S("**") : BK_S("__")))
        return false;
    *text = bk_trim(inside);
    return text->len > 0;
}

/* Level of an underline ("===" 1, "---" 2), or 0. */
static int underline_of(struct bk_str line)
{
    line = bk_trim(line);
    if (line.len < 2 || (line.ptr[0] != '=' && line.ptr[0] != '-'))
        return 0;
    if (run_of(line, line.ptr[0]) != line.len)
        return 0;
    return line.ptr[0] == '=' ? 1 : 2;
}

/* Length of a list mark with the blank behind it ("- ", "12. ", "• "), or 0. */
static size_t item_mark(struct bk_str line)
{
    static const struct bk_str bullets[] = {
        {"-", 1}, {"*", 1}, {"+", 1}, {"\xE2\x80\xA2", 3}};
    size_t n = 0;
    line = bk_trim(line);
    for (size_t i = 0; i < sizeof bullets / sizeof *bullets && n == 0; i++) {
        if (bk_starts(line, bullets[i]))
            n = bullets[i].len;
    }
    if (n == 0) {
        while (n < line.len && n < LONGEST_NUMBER && is_digit(line.ptr[n]))
            n++;
        if (n == 0 || n == line.len || (line.ptr[n] != '.' && line.ptr[n] != ')'))
            return 0;
        n++;
    }
    return n < line.len && (line.ptr[n] == ' ' || line.ptr[n] == '\t') ? n + 1 : 0;
}

/* --- tables --- */

/* Is there a '|' that is not escaped? */
static bool has_pipe(struct bk_str line)
{
    for (size_t i = 0; i < line.len; i++) {
        if (line.ptr[i] == '\\')
            i++;
        else if (line.ptr[i] == '|')
            return true;
    }
    return false;
}

/* "|:---|--:|": the row below a header. */
static bool is_alignment(struct bk_str line)
{
    line = unquote(line);
    size_t dashes = 0;
    for (size_t i = 0; i < line.len; i++) {
        if (line.ptr[i] == '-')
            dashes++;
        else if (memchr("|: \t", line.ptr[i], 4) == NULL)
            return false;
    }
    return dashes > 0 && has_pipe(line);
}

/* Does a table begin with this line, 'behind' being the text below it? */
static bool starts_table(struct bk_str line, struct bk_str behind)
{
    struct bk_str next;
    return has_pipe(line) && peek_line(behind, &next) && is_alignment(next);
}

static struct bk_str unescape_pipes(struct bk_arena *a, struct bk_str s)
{
    if (!bk_has(s, BK_S("\\|")))
        return s;
    char *out = bk_alloc(a, s.len + 1);
    size_t n = 0;
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] == '\\' && i + 1 < s.len && s.ptr[i + 1] == '|')
            i++;
        out[n++] = s.ptr[i];
    }
    return (struct bk_str){out, n};
}

/* Splits a row at its pipes into at most 'limit' cells; *n counts all of them. */
static struct bk_str *split_row(struct bk_arena *a, struct bk_str line, size_t limit,
                                size_t *n)
{
    struct bk_str *cells = NULL;
    size_t used = 0;
    line = unquote(line);
    if (line.len > 0 && line.ptr[0] == '|')
        line = bk_from(line, 1);
    *n = 0;
    for (size_t start = 0, i = 0; i <= line.len; i++) {
        if (i < line.len && line.ptr[i] == '\\') {
            i++;
            continue;
        }
        if (i < line.len && line.ptr[i] != '|')
            continue;
        struct bk_str cell = bk_trim(bk_upto(bk_from(line, start), i - start));
        bool behind_last = i >= line.len && cell.len == 0 && *n > 0;
        if (!behind_last && ++*n <= limit)
            *BK_PUSH(a, cells, used) = unescape_pipes(a, cell);
        start = i + 1;
    }
    return cells;
}

static void add_row(struct bk_arena *a, struct bk_table *t, struct bk_str line,
                    size_t number)
{
    size_t n, n_lines = t->n_rows;
    struct bk_str *cells = split_row(a, line, t->n_columns, &n);
    if (n != t->n_columns)
        t->ragged++;
    if (n < t->n_columns) {
        struct bk_str *padded = bk_alloc_array(a, t->n_columns, sizeof *padded);
        if (n > 0)
            memcpy(padded, cells, n * sizeof *padded);
        cells = padded;
    }
    *BK_PUSH(a, t->row_lines, n_lines) = number;
    *BK_PUSH(a, t->rows, t->n_rows) = cells;
}

static void take_headings(struct bk_arena *a, const struct bk_markdown *m,
                          struct bk_table *t)
{
    for (size_t i = 0; i < HEADINGS; i++) {
        if (m->stack[i].len > 0)
            *BK_PUSH(a, t->headings, t->n_headings) = bk_markdown_plain(a, m->stack[i]);
    }
}

static void take_table(struct bk_arena *a, struct bk_markdown *m, struct bk_str line,
                       struct bk_block *block)
{
    struct bk_table *t = &block->table;
    block->kind = BK_BLOCK_TABLE;
    t->header_line = m->line + 1;
    t->before = m->before;
    m->before = (struct bk_str){0};
    take_headings(a, m, t);
    t->header = split_row(a, line, BK_TABLE_MAX_COLUMNS, &t->n_columns);
    if (t->n_columns > BK_TABLE_MAX_COLUMNS)
        t->n_columns = BK_TABLE_MAX_COLUMNS;
    for (size_t i = 0; i < t->n_columns; i++)
        t->header[i] = bk_markdown_plain(a, t->header[i]);
    skip_line(m);
    skip_line(m);
    while (peek_line(m->rest, &line) && has_pipe(unquote(line)) &&
           (t->n_rows + 1) * (t->n_columns + 1) <= BK_TABLE_MAX_CELLS) {
        if (!is_alignment(line))
            add_row(a, t, line, m->line + 1);
        skip_line(m);
    }
}

/* --- other blocks --- */

static void take_code(struct bk_markdown *m, struct bk_str line, struct bk_block *block)
{
    char mark = bk_trim(line).ptr[0];
    size_t fence = fence_of(line);
    block->kind = BK_BLOCK_CODE;
    skip_line(m);
    block->text = (struct bk_str){m->rest.ptr, 0};
    while (peek_line(m->rest, &line)) {
        struct bk_str bare = bk_trim(line);
        size_t n = run_of(bare, mark);
        if (n >= fence && n == bare.len) {
            skip_line(m);
            return;
        }
        block->text.len = (size_t)(line.ptr + line.len - block->text.ptr);
        skip_line(m);
    }
}

static void set_heading(struct bk_markdown *m, int level, struct bk_str text,
                        struct bk_block *block)
{
    block->kind = BK_BLOCK_HEADING;
    block->level = level;
    block->text = text;
    m->stack[level - 1] = text;
    for (int i = level; i < HEADINGS; i++)
        m->stack[i] = (struct bk_str){0};
    m->before = (struct bk_str){0};
}

/* Would this line end a paragraph or an item? */
static bool interrupts(struct bk_str line, struct bk_str behind)
{
    struct bk_str text;
    return bk_trim(line).len == 0 || fence_of(line) > 0 ||
           atx_heading(line, &text) > 0 || item_mark(line) > 0 || is_rule(line) ||
           bold_heading(line, &text) || starts_table(line, behind);
}

/* Adds the lines that go on with the block whose text began at block->text. */
static void take_more_lines(struct bk_markdown *m, struct bk_block *block,
                            size_t least_indent)
{
    struct bk_str line;
    while (peek_line(m->rest, &line)) {
        struct bk_str behind = m->rest;
        bk_next_line(&behind, &line);
        if (indent_of(line) < least_indent || interrupts(line, behind))
            return;
        struct bk_str bare = bk_trim(line);
        block->text.len = (size_t)(bare.ptr + bare.len - block->text.ptr);
        skip_line(m);
    }
}

static void take_item(struct bk_markdown *m, struct bk_str line, struct bk_block *block)
{
    size_t indent = indent_of(line);
    block->kind = BK_BLOCK_ITEM;
    block->level = (int)(indent < 200 ? indent / 2 : 100);
    block->text = bk_trim(bk_from(bk_trim(line), item_mark(line)));
    skip_line(m);
    take_more_lines(m, block, indent + 1);
    m->before = block->text;
}

static void take_paragraph(struct bk_markdown *m, struct bk_str line,
                           struct bk_block *block)
{
    struct bk_str next, bold;
    skip_line(m);
    if (bold_heading(line, &bold)) {
        set_heading(m, BOLD_LEVEL, bold, block);
        return;
    }
    if (bk_trim(line).len <= LONGEST_HEADING && peek_line(m->rest, &next) &&
        underline_of(next) > 0) {
        skip_line(m);
        set_heading(m, underline_of(next), bk_trim(line), block);
        return;
    }
    block->kind = BK_BLOCK_PARAGRAPH;
    block->text = bk_trim(line);
    take_more_lines(m, block, 0);
    m->before = block->text;
}

void bk_markdown_next(struct bk_arena *a, struct bk_markdown *m, struct bk_block *block)
{
    struct bk_str line, text;
    *block = (struct bk_block){.kind = BK_BLOCK_END};
    while (peek_line(m->rest, &line) && (bk_trim(line).len == 0 || is_rule(line)))
        skip_line(m);
    block->line = m->line + 1;
    struct bk_str behind = m->rest;
    if (!bk_next_line(&behind, &line))
        return;
    int level = atx_heading(line, &text);
    if (fence_of(line) > 0) {
        take_code(m, line, block);
    } else if (level > 0) {
        skip_line(m);
        set_heading(m, level, text, block);
    } else if (starts_table(unquote(line), behind)) {
        take_table(a, m, line, block);
    } else if (item_mark(line) > 0) {
        take_item(m, line, block);
    } else {
        take_paragraph(m, line, block);
    }
}

/* --- marks off --- */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_word(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (unsigned char)c >= 0x80;
}

static bool is_escapable(char c)
{
    static const char marks[] = "\\`*_{}[]()#+-.!|~<>";
    return memchr(marks, c, sizeof marks - 1) != NULL;
}

struct plain {
    struct bk_str s;
    char *out;
    size_t n;
    bool drop[LONGEST_MARKED];         /* bytes that turned out to be closing marks */
    bool unclosed[4][RUN_LENGTHS + 1]; /* a search for such a mark came back empty, and
                                          any later one would */
    bool no_link;
};

/* Where the run of n marks at i is closed, or BK_NONE when it opens nothing. */
static size_t closing_run(struct plain *p, size_t i, size_t n)
{
    static const char marks[] = "*_~`";
    struct bk_str s = p->s;
    char c = s.ptr[i];
    size_t kind = (size_t)((const char *)memchr(marks, c, 4) - marks);
    if (n > RUN_LENGTHS || p->unclosed[kind][n])
        return BK_NONE;
    if (i + n >= s.len || is_blank(s.ptr[i + n]))
        return BK_NONE;
    if (c == '_' && i > 0 && is_word(s.ptr[i - 1]))
        return BK_NONE;
    for (size_t k = i + n; k < s.len;) {
        size_t run = run_of(bk_from(s, k), c);
        bool inside_word = c == '_' && k + run < s.len && is_word(s.ptr[k + run]);
        if (run == n && !p->drop[k] && !is_blank(s.ptr[k - 1]) && !inside_word)
            return k;
        k += run > 0 ? run : 1;
    }
    p->unclosed[kind][n] = true;
    return BK_NONE;
}

/* "[text](target)" at i: the length of the whole, and the text. */
static size_t link_at(struct plain *p, size_t i, struct bk_str *text)
{
    struct bk_str s = p->s;
    size_t close = p->no_link ? BK_NONE : bk_find(bk_from(s, i), BK_S("]("));
    size_t end = close == BK_NONE ? BK_NONE : bk_find_char(bk_from(s, i + close), ')');
    if (end == BK_NONE) {
        p->no_link = true;
        return 0;
    }
    *text = bk_upto(bk_from(s, i + 1), close - 1);
    return close + end + 1;
}

/* Length of "<br>", "<br/>", "<br />" at i, or 0. */
static size_t break_at(struct bk_str s, size_t i)
{
    static const char *const forms[] = {"<br>", "<br/>", "<br />"};
    for (size_t k = 0; k < sizeof forms / sizeof *forms; k++) {
        struct bk_str form = bk_str(forms[k]);
        if (bk_eq_nocase(bk_upto(bk_from(s, i), form.len), form))
            return form.len;
    }
    return 0;
}

/* Takes the mark at i, if there is one; returns how many bytes it took. */
static size_t take_mark(struct plain *p, size_t i)
{
    struct bk_str s = p->s;
    char c = s.ptr[i];
    struct bk_str text;
    size_t n;
    if (c == '\\' && i + 1 < s.len && is_escapable(s.ptr[i + 1])) {
        p->out[p->n++] = s.ptr[i + 1];
        return 2;
    }
    if (c == '<' && (n = break_at(s, i)) > 0) {
        p->out[p->n++] = ' ';
        return n;
    }
    size_t skip = c == '!' && i + 1 < s.len && s.ptr[i + 1] == '[';
    if ((c == '[' || skip > 0) && (n = link_at(p, i + skip, &text)) > 0) {
        memcpy(p->out + p->n, text.ptr, text.len);
        p->n += text.len;
        return n + skip;
    }
    if (c == '`') {
        n = run_of(bk_from(s, i), '`');
        size_t close = closing_run(p, i, n);
        if (close == BK_NONE)
            return 0;
        memcpy(p->out + p->n, s.ptr + i + n, close - i - n);
        p->n += close - i - n;
        return close - i + n;
    }
    if (c != '*' && c != '_' && c != '~')
        return 0;
    n = run_of(bk_from(s, i), c);
    size_t close = c == '~' && n != 2 ? BK_NONE : closing_run(p, i, n);
    if (close == BK_NONE) {
        memset(p->out + p->n, c, n);
        p->n += n;
        return n;
    }
    memset(p->drop + close, 1, n);
    return n;
}

struct bk_str bk_markdown_plain(struct bk_arena *a, struct bk_str s)
{
    s = bk_trim(s);
    if (s.len > LONGEST_MARKED || s.len == 0)
        return s;
    struct plain p = {.s = s, .out = bk_alloc(a, s.len + 1)};
    for (size_t i = 0; i < s.len;) {
        size_t taken = p.drop[i] ? 1 : take_mark(&p, i);
        if (taken == 0)
            p.out[p.n++] = s.ptr[i++];
        i += taken;
    }
    return bk_trim((struct bk_str){p.out, p.n});
}
