/* Sizing runs: the text report in Portuguese.
 *
 * Boxes name the sections, headings the blocks within them, and a line is a bullet or
 * an indented "label: numbers with units".  What a label stands for is data
 * (schema/sizing_labels.csv): the fields of the JSON file, in the order of the numbers
 * on the line, so that both files of a run speak of the same values.  Newer reports
 * list results as bullets, older ones as "▸ Kv Per Session Gib: 0.75 GiB" with formula,
 * inputs and interpretation below. */
#include "sizing.h"

#include "../src/base/num.h"
#include "../src/base/utf8.h"

#include <string.h>

#define MAX_NUMBERS 8              /* on a line; real ones have up to four */
#define BULLET      "\xE2\x80\xA2" /* • */
#define TRIANGLE    "\xE2\x96\xB8" /* ▸ */
#define BAR         "\xE2\x94\x82" /* │ */
#define BOX_LEAD    "\xE2\x94"     /* the first bytes of every box mark used */
#define BRACKET     "\xE3\x80\x90" /* 【 */
#define BRACKET_END "\xE3\x80\x91" /* 】 */

enum paragraph { /* the part of a rationale that the lines belong to */
    NONE,
    FORMULA,
    INPUTS,
    EXPLANATION,
};

struct reader {
    struct bk_sizing_work *w;
    size_t line;           /* 1-based */
    struct bk_str section; /* of the boxes: inputs dictionary vram ... */
    struct bk_str block;   /* where labels are looked up */
    struct bk_str scenario;
    bool in_rationale;
    enum paragraph paragraph;
    size_t formula;         /* index of the rationale or dictionary entry, or BK_NONE */
    struct bk_buf how, why; /* its formula and explanation so far */
    bool warnings;          /* of a scenario */
    bool ended;
};

/* The titles of both generations; ASCII parts, so that a report that was decoded in the
 * wrong character set is still known. */
static const char *const titles[] = {
    "DE DIMENSIONAMENTO AVAN",
    "COMPLETO DE SIZING - INF",
};

bool bk_sizing_is_report(struct bk_str head)
{
    struct bk_str rest = head, line;
    while (bk_next_line(&rest, &line)) {
        line = bk_trim(line);
        if (!bk_starts(line, BK_S("RELAT")))
            continue;
        for (size_t i = 0; i < sizeof titles / sizeof *titles; i++)
            if (bk_has(line, bk_str(titles[i])))
                return true;
    }
    return false;
}

/* --- labels --- */

static const struct bk_sizing_label *find_label(const struct reader *r,
                                                const char *block, struct bk_str key)
{
    const struct bk_sizing_tables *t = &r->w->tables;
    for (size_t i = 0; i < t->n_labels; i++)
        if (bk_is(t->labels[i].block, block) &&
            bk_sizing_matches(t->labels[i].label, key))
            return &t->labels[i];
    return NULL;
}

static struct bk_str key_of(const struct reader *r, struct bk_str label)
{
    return bk_dict_key(r->w->arena, bk_trim(label));
}

/* "Kv Per Session Gib" -> "kv_per_session_gib"; an unknown label becomes a name. */
static struct bk_str field_of_key(const struct reader *r, struct bk_str key)
{
    char *name = bk_alloc(r->w->arena, key.len + 1);
    for (size_t i = 0; i < key.len; i++)
        name[i] = key.ptr[i] == ' ' || key.ptr[i] == '/' ? '_' : key.ptr[i];
    return (struct bk_str){name, key.len};
}

static struct bk_str place_of_line(const struct reader *r, struct bk_str label)
{
    return bk_fmt(r->w->arena, "line %zu '%.*s'", r->line, BK_F(label));
}

/* --- numbers --- */

struct number {
    struct bk_str digits, unit;
    size_t end; /* offset behind its digits */
    bool used;
};

/* What a line says behind its label. */
struct line_values {
    struct bk_str value, locator;
    struct number numbers[MAX_NUMBERS];
    size_t n, taken;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_word(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c & 0x80) || c == '_';
}

/* A letter, digit or hyphen before it makes "fp8", "P99" and "n+1" names, no numbers. */
static bool begins_number(struct bk_str s, size_t i)
{
    if (!is_digit(s.ptr[i]))
        return false;
    if (i == 0)
        return true;
    char before = s.ptr[i - 1];
    return !is_word(before) && before != '.' && before != '+' && before != '-';
}

/* Digits with thousands commas taken out; *end is behind the last one. */
static struct bk_str take_digits(struct bk_arena *a, struct bk_str s, size_t i,
                                 size_t *end)
{
    size_t start = i;
    bool point = false;
    while (i < s.len) {
        bool more = i + 1 < s.len && is_digit(s.ptr[i + 1]);
        if (s.ptr[i] == '.' && !point && more)
            point = true;
        else if (!is_digit(s.ptr[i]) && !(s.ptr[i] == ',' && !point && more))
            break;
        i++;
    }
    *end = i;
    char *digits = bk_alloc(a, i - start + 1);
    size_t n = 0;
    for (size_t k = start; k < i; k++)
        if (s.ptr[k] != ',')
            digits[n++] = s.ptr[k];
    return (struct bk_str){digits, n};
}

/* The unit behind a number: "GiB", "U", "%", "GB/s"; "TB/servidor" is TB. */
static struct bk_str take_unit(const struct reader *r, struct bk_str s, size_t i)
{
    if (i < s.len && s.ptr[i] == ' ')
        i++;
    size_t end = i;
    while (end < s.len &&
           (is_word(s.ptr[end]) || s.ptr[end] == '%' || s.ptr[end] == '/'))
        end++;
    struct bk_str unit = {s.ptr + i, end - i};
    struct bk_str head;
    bk_cut(unit, '/', &head);
    return bk_dict_unit(r->w->im->dict, unit) ? unit : head;
}

/* "3.12 / 4.67 TB": the first number has the unit of the second. */
static void share_units(struct bk_str s, struct number *numbers, size_t n)
{
    for (size_t i = n; i-- > 1;) {
        struct bk_str behind = bk_trim(bk_from(s, numbers[i - 1].end));
        if (!numbers[i - 1].unit.len && bk_starts(behind, BK_S("/")))
            numbers[i - 1].unit = numbers[i].unit;
    }
}

static size_t take_numbers(const struct reader *r, struct bk_str s,
                           struct number numbers[MAX_NUMBERS])
{
    size_t n = 0;
    for (size_t i = 0; i < s.len && n < MAX_NUMBERS;) {
        if (!begins_number(s, i)) {
            i++;
            continue;
        }
        size_t end;
        numbers[n].digits = take_digits(r->w->arena, s, i, &end);
        numbers[n].unit = take_unit(r, s, end);
        numbers[n].end = end;
        numbers[n++].used = false;
        i = end;
    }
    share_units(s, numbers, n);
    return n;
}

/* --- values --- */

/* A field as a label names it: "config:ha_mode" is ha_mode of the section config. */
static struct bk_str split_field(struct bk_str token, struct bk_sizing_place *place)
{
    struct bk_str head;
    struct bk_str rest = bk_cut(token, ':', &head);
    if (!rest.ptr)
        return token;
    place->section = head;
    return rest;
}

static struct bk_sizing_place place_of_block(const struct reader *r)
{
    struct bk_sizing_place p = {r->scenario, r->block};
    if (r->scenario.len)
        p.section = BK_S("results");
    else if (bk_is(r->block, "inputs"))
        p.section = BK_S("nfr");
    return p;
}

/* The next number that is written in this unit (empty: in any). */
static struct number *next_number(struct number *numbers, size_t n, struct bk_str unit)
{
    for (size_t i = 0; i < n; i++)
        if (!numbers[i].used && (!unit.len || bk_eq(numbers[i].unit, unit)))
            return &numbers[i];
    return NULL;
}

/* Is the number of another kind than the field (seconds for bytes)?  "75,000 R / 3,000
 * W" are reads and writes. */
static bool of_another_kind(const struct reader *r, const struct number *number,
                            const struct bk_sizing_field *f)
{
    if (bk_is(f->unit, "1") || bk_is(f->unit, "B/s"))
        return false;
    return bk_dict_unit(r->w->im->dict, number->unit) &&
           bk_sizing_factor(r->w, number->unit, f->unit) == 0;
}

static bool add_number(struct reader *r, struct bk_sizing_place place,
                       struct bk_str field, const struct number *number,
                       struct bk_str locator, struct bk_err *err)
{
    struct bk_sizing_number n = {
        .field = field,
        .digits = number->digits,
        .unit = number->unit,
        .locator = locator,
        .fixed = true,
    };
    return bk_sizing_add(r->w, place, &n, err);
}

/* One field of a label: takes a text, or the next number that suits it; with
 * own_unit only one that is written in the field's own unit. */
static bool add_field(struct reader *r, struct bk_str token, struct line_values *line,
                      bool own_unit, struct bk_err *err)
{
    struct bk_sizing_place place = place_of_block(r);
    struct bk_str field = split_field(token, &place);
    const struct bk_sizing_field *f = bk_sizing_field(r->w, place.section, field);
    if (bk_is(f->written, "text"))
        return own_unit ||
               bk_sizing_add_text(r->w, place, field, line->value, line->locator, err);
    struct number *number = next_number(
        line->numbers, line->n, own_unit ? f->written : (struct bk_str){NULL, 0});
    if (!number || of_another_kind(r, number, f))
        return true;
    number->used = true;
    line->taken++;
    return bk_is(field, "-") || add_number(r, place, field, number, line->locator, err);
}

/* The fields of a label take the numbers of its line: first those that are written in
 * the unit of a field ("0.37 TiB (375.73 GiB)"), then the others in their order. */
static bool add_fields(struct reader *r, struct bk_str fields, struct bk_str value,
                       struct bk_str locator, struct bk_err *err)
{
    struct line_values line = {.value = value, .locator = locator};
    line.n = take_numbers(r, value, line.numbers);
    bool done[MAX_NUMBERS] = {false};
    for (int own_unit = 1; own_unit >= 0; own_unit--) {
        struct bk_str rest = fields;
        for (size_t i = 0; rest.len && i < MAX_NUMBERS; i++) {
            struct bk_str token;
            rest = bk_cut(rest, ' ', &token);
            if (bk_starts(token, BK_S("@"))) {
                r->block = bk_from(token, 1);
                continue;
            }
            size_t taken = line.taken;
            if (!done[i] && !add_field(r, token, &line, own_unit, err))
                return false;
            done[i] = done[i] || line.taken > taken;
        }
    }
    return true;
}

/* A label that no table knows: kept under its own words when a number begins it. */
static bool add_unknown(struct reader *r, struct bk_str key, struct bk_str value,
                        struct bk_str locator, struct bk_err *err)
{
    struct number numbers[MAX_NUMBERS];
    if (!value.len || !begins_number(value, 0) || !take_numbers(r, value, numbers))
        return true;
    return add_number(r, place_of_block(r), field_of_key(r, key), &numbers[0], locator,
                      err);
}

static bool add_line(struct reader *r, struct bk_str label, struct bk_str value,
                     struct bk_err *err)
{
    struct bk_str key = key_of(r, label);
    const char *block = r->scenario.len ? "scenario" : bk_cstr(r->w->arena, r->block);
    const struct bk_sizing_label *known = find_label(r, block, key);
    struct bk_str locator = place_of_line(r, bk_trim(label));
    if (!known && !r->scenario.len) {
        /* "Servidor: x" ends the block of the model */
        known = find_label(r, "inputs", key);
        if (known && !bk_starts(known->fields, BK_S("@")))
            known = NULL;
    }
    if (!known)
        return add_unknown(r, key, value, locator, err);
    if (bk_is(known->fields, "-"))
        return true;
    return add_fields(r, known->fields, value, locator, err);
}

/* --- lines --- */

static bool is_rule(struct bk_str line)
{
    for (size_t i = 0; i < line.len; i++)
        if (line.ptr[i] != '=' && line.ptr[i] != '-')
            return false;
    return true;
}

/* Takes the mark of a bullet off. */
static bool strip_bullet(struct bk_str *line)
{
    static const char *const bullets[] = {BULLET, "- ", "* "};
    for (size_t i = 0; i < sizeof bullets / sizeof *bullets; i++)
        if (bk_starts(*line, bk_str(bullets[i]))) {
            *line = bk_trim(bk_from(*line, strlen(bullets[i])));
            return true;
        }
    return false;
}

/* "label: value" at the first colon with a blank or nothing behind it. */
static bool split_line(struct bk_str line, struct bk_str *label, struct bk_str *value)
{
    for (size_t i = 0; i < line.len; i++)
        if (line.ptr[i] == ':' && (i + 1 == line.len || line.ptr[i + 1] == ' ')) {
            *label = bk_trim(bk_upto(line, i));
            *value = bk_trim(bk_from(line, i + 1));
            return true;
        }
    return false;
}

/* Ends the formula under way. */
static void end_formula(struct reader *r)
{
    if (r->formula != BK_NONE) {
        struct bk_sizing_formula *f = &r->w->sizing->formulas[r->formula];
        f->formula = bk_dup(r->w->arena, bk_buf_str(&r->how));
        f->explanation = bk_dup(r->w->arena, bk_buf_str(&r->why));
    }
    bk_buf_clear(&r->how);
    bk_buf_clear(&r->why);
    r->formula = BK_NONE;
}

static void begin_formula(struct reader *r, struct bk_str scenario, struct bk_str name,
                          struct bk_str locator)
{
    end_formula(r);
    r->formula = r->w->sizing->n_formulas;
    bk_sizing_formula(r->w, scenario, name, locator);
}

static void append(struct bk_buf *text, char between, struct bk_str line)
{
    if (text->len)
        bk_buf_addc(text, between);
    bk_buf_add(text, line);
}

static void enter_section(struct reader *r, struct bk_str title)
{
    struct bk_str key = key_of(r, title);
    const struct bk_sizing_tables *t = &r->w->tables;
    for (size_t i = 0; i < t->n_labels; i++)
        if (bk_is(t->labels[i].block, "section") && bk_has(key, t->labels[i].label)) {
            r->section = r->block = t->labels[i].fields;
            r->scenario = (struct bk_str){NULL, 0};
            r->in_rationale = r->warnings = false;
            end_formula(r);
            return;
        }
}

/* A line of a box: the title of a section, or a row "│ label │ value │ note │". */
static bool read_box(struct reader *r, struct bk_str line, struct bk_err *err)
{
    if (!bk_starts(line, BK_S(BAR)))
        return true;
    struct bk_str cells[3] = {{NULL, 0}};
    size_t n = 0;
    struct bk_str rest = bk_from(line, strlen(BAR));
    while (n < 3) {
        size_t at = bk_find(rest, BK_S(BAR));
        if (at == BK_NONE)
            break;
        cells[n++] = bk_trim(bk_upto(rest, at));
        rest = bk_from(rest, at + strlen(BAR));
    }
    if (n == 1)
        enter_section(r, cells[0]);
    else if (n > 1)
        return add_line(r, cells[0], cells[1], err);
    return true;
}

static void enter_scenario(struct reader *r, struct bk_str name)
{
    struct bk_str key = key_of(r, name);
    const struct bk_sizing_label *known = find_label(r, "scenarios", key);
    r->scenario = known ? known->fields : field_of_key(r, key);
    r->block = BK_S("scenario");
    r->in_rationale = r->warnings = false;
    end_formula(r);
}

/* "[1] ALERTA: ..." of a list of warnings. */
static struct bk_str without_number(struct bk_str line)
{
    size_t close = bk_find_char(line, ']');
    if (!bk_starts(line, BK_S("[")) || close == BK_NONE)
        return line;
    for (size_t i = 1; i < close; i++)
        if (!is_digit(line.ptr[i]))
            return line;
    return bk_trim(bk_from(line, close + 1));
}

static void read_alert(struct reader *r, struct bk_str line)
{
    if (bk_starts(line, BK_S("Nenhum")))
        return;
    bk_sizing_alert(r->w, r->scenario, without_number(line),
                    bk_fmt(r->w->arena, "line %zu", r->line));
}

/* --- rationales and the dictionary --- */

static bool read_rationale_input(struct reader *r, struct bk_str line,
                                 struct bk_err *err)
{
    struct bk_str label, value;
    if (!split_line(line, &label, &value))
        return true;
    struct bk_sizing_place place = {
        r->scenario,
        bk_fmt(r->w->arena, "rationale.%.*s",
               BK_F(r->w->sizing->formulas[r->formula].name)),
    };
    struct bk_str locator = place_of_line(r, label);
    double number;
    if (!bk_parse_double(value, &number))
        return bk_sizing_add_text(r->w, place, label, value, locator, err);
    struct bk_sizing_number n = {.field = label, .digits = value, .locator = locator};
    return bk_sizing_add(r->w, place, &n, err);
}

/* The lines below "Racional:"; false in *mine: the line is none of it. */
static bool read_rationale(struct reader *r, struct bk_str line, bool *mine,
                           struct bk_err *err)
{
    *mine = true;
    struct bk_str label, value;
    if (split_line(line, &label, &value) && !value.len) {
        const struct bk_sizing_label *known =
            find_label(r, "rationale", key_of(r, label));
        if (known) {
            r->paragraph = bk_is(known->fields, "formula")       ? FORMULA
                           : bk_is(known->fields, "inputs")      ? INPUTS
                           : bk_is(known->fields, "explanation") ? EXPLANATION
                                                                 : NONE;
            return true;
        }
    }
    switch (r->paragraph) {
    case FORMULA:
        append(&r->how, '\n', line);
        return true;
    case INPUTS:
        if (strip_bullet(&line))
            return read_rationale_input(r, line, err);
        break;
    case EXPLANATION:
        append(&r->why, ' ', line);
        return true;
    case NONE:
        break;
    }
    *mine = false;
    return true;
}

/* "▸ Nodes Final: 2 nós" and what follows it. */
static bool read_result(struct reader *r, struct bk_str line, struct bk_err *err)
{
    struct bk_str label, value;
    r->in_rationale = false;
    r->paragraph = NONE;
    if (!split_line(line, &label, &value))
        return true;
    struct bk_str key = key_of(r, label);
    struct bk_str field = field_of_key(r, key);
    struct bk_str locator = place_of_line(r, label);
    const struct bk_sizing_field *f = bk_sizing_field(r->w, BK_S("results"), field);
    begin_formula(r, r->scenario, bk_sizing_name(r->w, f, field), locator);
    r->in_rationale = true;
    if (find_label(r, "scenario", key))
        return add_line(r, label, value, err);
    return add_fields(r, field, value, locator, err);
}

static void read_dictionary(struct reader *r, struct bk_str line)
{
    if (bk_starts(line, BK_S(BRACKET))) {
        struct bk_str name = bk_from(line, strlen(BRACKET));
        size_t end = bk_find(name, BK_S(BRACKET_END));
        if (end != BK_NONE)
            name = bk_upto(name, end);
        begin_formula(r, (struct bk_str){NULL, 0}, name,
                      bk_fmt(r->w->arena, "line %zu", r->line));
        return;
    }
    struct bk_str label, value;
    if (r->formula != BK_NONE && split_line(line, &label, &value) &&
        find_label(r, "dictionary", key_of(r, label)))
        append(&r->why, '\n', value);
}

/* --- the report --- */

static void read_heading(struct reader *r, struct bk_str label)
{
    struct bk_str head;
    bk_cut(label, '(', &head);
    const struct bk_sizing_label *known = find_label(r, "heading", key_of(r, head));
    if (known)
        r->block = known->fields;
}

/* Columns of a plain table are two blanks apart: "Logs            12.07    50". */
static bool read_columns(struct reader *r, struct bk_str line, struct bk_err *err)
{
    size_t gap = bk_find(line, BK_S("  "));
    if (gap == BK_NONE)
        return true;
    struct bk_str label = bk_upto(line, gap);
    if (!find_label(r, bk_cstr(r->w->arena, r->block), key_of(r, label)))
        return true;
    return add_line(r, label, bk_trim(bk_from(line, gap)), err);
}

static bool read_plain(struct reader *r, struct bk_str line, bool indented,
                       struct bk_err *err)
{
    struct bk_str label, value;
    bool bullet = strip_bullet(&line);
    if (!split_line(line, &label, &value))
        return bullet ? true : read_columns(r, line, err);
    if (!value.len) {
        r->warnings = r->scenario.len && bk_has(line, BK_S("AVISOS"));
        if (!indented && !r->scenario.len)
            read_heading(r, label);
        return true;
    }
    if (bk_is(r->block, "skip"))
        return true;
    return add_line(r, label, value, err);
}

static bool read_line(struct reader *r, struct bk_str raw, struct bk_err *err)
{
    static const char *const scenario_words[] = {"CENÁRIO:", "SCENARIO:"};
    struct bk_str line = bk_trim(raw);
    if (!line.len || is_rule(line))
        return true;
    bool indented = raw.ptr[0] == ' ' || raw.ptr[0] == '\t';
    if (bk_starts(line, BK_S(BOX_LEAD)))
        return read_box(r, line, err);
    if (bk_starts(line, BK_S("FIM DO RELAT"))) {
        r->ended = true;
        return true;
    }
    for (size_t i = 0; i < sizeof scenario_words / sizeof *scenario_words; i++)
        if (!indented && bk_starts(line, bk_str(scenario_words[i]))) {
            enter_scenario(r, bk_from(line, strlen(scenario_words[i])));
            return true;
        }
    if (bk_is(r->section, "dictionary")) {
        read_dictionary(r, line);
        return true;
    }
    if (bk_is(r->section, "alerts") && !r->scenario.len) {
        read_alert(r, line);
        return true;
    }
    if (r->scenario.len && bk_starts(line, BK_S(TRIANGLE)))
        return read_result(r, bk_trim(bk_from(line, strlen(TRIANGLE))), err);
    if (r->warnings && bk_starts(line, BK_S("["))) {
        read_alert(r, line);
        return true;
    }
    bool mine = false;
    if (r->in_rationale && !bk_has(line, BK_S("AVISOS DESTE")) &&
        (!read_rationale(r, line, &mine, err) || mine))
        return mine;
    return read_plain(r, line, indented, err);
}

bool bk_sizing_read_text(struct bk_sizing_work *w, struct bk_str text,
                         struct bk_err *err)
{
    struct reader r = {
        .w = w, .section = BK_S("inputs"), .block = BK_S("inputs"), .formula = BK_NONE};
    struct bk_str rest = text, line;
    w->sizing->generation = BK_S("text");
    bool ok = true;
    while (ok && bk_next_line(&rest, &line)) {
        r.line++;
        ok = read_line(&r, line, err) || bk_wrap(err, "line %zu", r.line);
    }
    end_formula(&r);
    bk_buf_free(&r.how);
    bk_buf_free(&r.why);
    if (!ok)
        return false;
    if (!r.ended) {
        struct bk_finding *f = bk_sizing_finding(
            w, "truncated", BK_INFO, BK_S("report"),
            "the report has no end line; what came after line %zu is not known",
            r.line);
        f->locator = bk_fmt(w->arena, "line %zu", r.line);
    }
    return true;
}
