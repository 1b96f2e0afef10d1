/* Sizing runs: names, units and places of their values.
 *
 * What a field is called, in which unit its name says that it stands and whether it is
 * a parameter or a rounded figure is data (schema/sizing_fields.csv); this file reads
 * the tables and turns what a file writes into values in base units, each with the
 * interval that its printed digits stand for. */
#include "sizing.h"

#include "../src/base/num.h"
#include "../src/base/utf8.h"
#include "bk_tables.h"
#include "shared/table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* --- tables --- */

static bool read_table(struct bk_arena *a, const char *name, size_t columns,
                       struct bk_table *t, struct bk_err *err)
{
    for (const struct bk_blob *b = bk_tables_blobs; b->name; b++)
        if (strcmp(b->name, name) == 0) {
            struct bk_str text = {b->bytes, b->size};
            if (!bk_csv_read(a, text, ',', t, err))
                return bk_wrap(err, "schema/%s.csv", name);
            if (t->n_columns != columns)
                return bk_fail(err, BK_ESYS, "schema/%s.csv: %zu columns, not %zu",
                               name, t->n_columns, columns);
            return true;
        }
    return bk_fail(err, BK_ESYS, "schema/%s.csv is missing", name);
}

static double number_or_nan(struct bk_str s)
{
    double value;
    return bk_parse_double(s, &value) ? value : (double)NAN;
}

static bool load_fields(struct bk_sizing_work *w, struct bk_err *err)
{
    struct bk_table t;
    if (!read_table(w->arena, "sizing_fields", 7, &t, err))
        return false;
    struct bk_sizing_field *fields = bk_alloc_array(w->arena, t.n_rows, sizeof *fields);
    for (size_t i = 0; i < t.n_rows; i++) {
        struct bk_str *c = t.rows[i];
        fields[i] = (struct bk_sizing_field){
            .section = c[0],
            .field = c[1],
            .name = c[2],
            .written = c[3],
            .factor = number_or_nan(c[4]),
            .unit = c[5],
            .exact = bk_is(c[6], "yes"),
        };
    }
    w->tables.fields = fields;
    w->tables.n_fields = t.n_rows;
    return true;
}

const struct bk_importer_name *bk_sizing_names(struct bk_arena *a, size_t *n)
{
    struct bk_table t;
    struct bk_err ignored; /* the table is the program's own */
    *n = 0;
    if (!read_table(a, "sizing_fields", 7, &t, &ignored))
        return NULL;
    struct bk_importer_name *names = bk_alloc_array(a, t.n_rows, sizeof *names);
    for (size_t i = 0; i < t.n_rows; i++) {
        struct bk_str *c = t.rows[i];
        bool text = bk_is(c[3], "text");
        bool scaled = !text && !bk_is(c[4], "1");
        names[i] = (struct bk_importer_name){
            .name = bk_is(c[0], "*") ? c[1]
                                     : bk_fmt(a, "%.*s: %.*s", BK_F(c[0]), BK_F(c[1])),
            .becomes = text ? bk_fmt(a, "%.*s (text)", BK_F(c[2])) : c[2],
            .written = text ? BK_S("") : c[3],
            .unit = scaled ? bk_fmt(a, "%.*s (x %.*s)", BK_F(c[5]), BK_F(c[4])) : c[5],
        };
    }
    *n = t.n_rows;
    return names;
}

static bool load_labels(struct bk_sizing_work *w, struct bk_err *err)
{
    struct bk_table t;
    if (!read_table(w->arena, "sizing_labels", 3, &t, err))
        return false;
    struct bk_sizing_label *labels = bk_alloc_array(w->arena, t.n_rows, sizeof *labels);
    for (size_t i = 0; i < t.n_rows; i++)
        labels[i] = (struct bk_sizing_label){
            .block = t.rows[i][0],
            .label = t.rows[i][1],
            .fields = t.rows[i][2],
        };
    w->tables.labels = labels;
    w->tables.n_labels = t.n_rows;
    return true;
}

bool bk_sizing_load(struct bk_sizing_work *w, struct bk_err *err)
{
    w->tables.shapes = bk_model_shapes(w->arena, &w->tables.n_shapes);
    return load_fields(w, err) && load_labels(w, err);
}

/* --- names --- */

/* Matches text against a pattern with at most two '*' and keeps what they stand for. */
static bool match(struct bk_str pattern, struct bk_str text, struct bk_str stars[2])
{
    stars[0] = (struct bk_str){NULL, 0};
    stars[1] = (struct bk_str){NULL, 0};
    size_t first = bk_find_char(pattern, '*');
    if (first == BK_NONE)
        return bk_eq(pattern, text);
    struct bk_str head = bk_upto(pattern, first);
    struct bk_str rest = bk_from(pattern, first + 1);
    if (!bk_starts(text, head))
        return false;
    struct bk_str body = bk_from(text, head.len);
    size_t second = bk_find_char(rest, '*');
    if (second == BK_NONE) {
        if (!bk_ends(body, rest))
            return false;
        stars[0] = bk_upto(body, body.len - rest.len);
        return true;
    }
    size_t at = bk_find(body, bk_upto(rest, second));
    if (at == BK_NONE)
        return false;
    stars[0] = bk_upto(body, at);
    body = bk_from(body, at + second);
    struct bk_str tail = bk_from(rest, second + 1);
    if (!bk_ends(body, tail))
        return false;
    stars[1] = bk_upto(body, body.len - tail.len);
    return true;
}

bool bk_sizing_matches(struct bk_str pattern, struct bk_str text)
{
    struct bk_str stars[2];
    return match(pattern, text, stars);
}

const struct bk_sizing_field *bk_sizing_field(const struct bk_sizing_work *w,
                                              struct bk_str section,
                                              struct bk_str field)
{
    const struct bk_sizing_tables *t = &w->tables;
    size_t i = 0;
    while (i + 1 < t->n_fields && !(bk_sizing_matches(t->fields[i].section, section) &&
                                    bk_sizing_matches(t->fields[i].field, field)))
        i++;
    return &t->fields[i]; /* the last row takes everything */
}

struct bk_str bk_sizing_name(const struct bk_sizing_work *w,
                             const struct bk_sizing_field *f, struct bk_str field)
{
    struct bk_str stars[2];
    if (!match(f->field, field, stars))
        return field;
    struct bk_buf name = {0};
    size_t star = 0;
    for (size_t i = 0; i < f->name.len; i++)
        if (f->name.ptr[i] == '*' && star < 2)
            bk_buf_add(&name, stars[star++]);
        else
            bk_buf_addc(&name, f->name.ptr[i]);
    struct bk_str kept = bk_dup(w->arena, bk_buf_str(&name));
    bk_buf_free(&name);
    return kept;
}

double bk_sizing_factor(const struct bk_sizing_work *w, struct bk_str unit,
                        struct bk_str base)
{
    const struct bk_unit *u = bk_dict_unit(w->im->dict, unit);
    return u && bk_eq(u->base, base) ? u->factor : 0;
}

/* --- values --- */

static bool is_integer(struct bk_str digits)
{
    for (size_t i = 0; i < digits.len; i++)
        if (digits.ptr[i] == '.' || digits.ptr[i] == 'e' || digits.ptr[i] == 'E')
            return false;
    return true;
}

/* "120.0" is what Python prints for a number rounded to no decimals at all. */
static bool only_zeros_behind_point(struct bk_str digits)
{
    size_t point = bk_find_char(digits, '.');
    if (point == BK_NONE)
        return false;
    for (size_t i = point + 1; i < digits.len; i++)
        if (digits.ptr[i] != '0')
            return false;
    return true;
}

/* Half of what the last printed place stands for; 0 for what is exact. */
static double half_width(const struct bk_sizing_field *f,
                         const struct bk_sizing_number *n)
{
    bool count = bk_is(f->unit, "1");
    bool scaled = n->unit.len && !bk_eq(n->unit, f->written);
    if (f->exact && !scaled)
        return 0;
    if (is_integer(n->digits) && (count || !n->fixed))
        return 0;
    if (!n->fixed && only_zeros_behind_point(n->digits))
        return 0.5;
    return bk_half_digit(n->digits);
}

static struct bk_sizing_value *push(struct bk_sizing_work *w, struct bk_err *err)
{
    struct bk_sizing *s = w->sizing;
    if (s->n_values >= BK_SIZING_MAX_VALUES) {
        bk_fail(err, BK_EINPUT, "more than %d values", BK_SIZING_MAX_VALUES);
        return NULL;
    }
    return BK_PUSH(w->arena, s->values, s->n_values);
}

static void add_fact(struct bk_sizing_work *w, const struct bk_sizing_value *v)
{
    struct bk_sizing *s = w->sizing;
    bool model = bk_is(v->section, "model");
    if ((!model && !bk_is(v->section, "server")) || v->scenario.len ||
        bk_is(v->name, "name"))
        return;
    struct bk_fact *f = model
                            ? BK_PUSH(w->arena, s->model_facts, s->n_model_facts)
                            : BK_PUSH(w->arena, s->hardware_facts, s->n_hardware_facts);
    char digits[32];
    f->name = v->name;
    if (bk_is(v->name, "gpus"))
        f->name = BK_S("gpu_count");
    else if (bk_is(v->name, "hbm_per_gpu"))
        f->name = BK_S("gpu_memory");
    f->value = v->text;
    if (!v->is_text) {
        bk_format_double(v->value, digits);
        f->value = bk_dup(w->arena, bk_str(digits));
    }
    f->unit = v->unit;
    f->locator = v->locator;
}

/* Divides where the factor is a power of ten below 1, so that 70 % is 0.7 and not
 * 0.7000000000000001. */
static double scale(double written, double factor)
{
    double inverse = round(1 / factor);
    bool whole = factor < 1 && inverse <= 1e9 && 1 / inverse == factor;
    return whole ? written / inverse : written * factor;
}

bool bk_sizing_add(struct bk_sizing_work *w, struct bk_sizing_place place,
                   const struct bk_sizing_number *n, struct bk_err *err)
{
    const struct bk_sizing_field *f = bk_sizing_field(w, place.section, n->field);
    double written;
    if (!bk_parse_double(n->digits, &written) || !(f->factor > 0))
        return bk_sizing_add_text(w, place, n->field, n->digits, n->locator, err);
    double factor = f->factor;
    struct bk_str unit = f->written;
    if (n->unit.len && !bk_eq(n->unit, f->written)) {
        double other = bk_sizing_factor(w, n->unit, f->unit);
        if (other > 0) {
            factor = other;
            unit = n->unit;
        }
    }
    double value = scale(written, factor);
    if (!isfinite(value))
        return bk_sizing_add_text(w, place, n->field, n->digits, n->locator, err);
    struct bk_sizing_value *v = push(w, err);
    if (!v)
        return false;
    double half = scale(half_width(f, n), factor);
    *v = (struct bk_sizing_value){
        .scenario = place.scenario,
        .section = place.section,
        .name = bk_sizing_name(w, f, n->field),
        .unit = f->unit,
        .value = value,
        .low = value - half,
        .high = value + half,
        .origin = BK_REPORTED,
        .source_name = n->field,
        .source_value = n->digits,
        .source_unit = unit,
        .locator = n->locator,
    };
    add_fact(w, v);
    return true;
}

bool bk_sizing_add_text(struct bk_sizing_work *w, struct bk_sizing_place place,
                        struct bk_str field, struct bk_str text, struct bk_str locator,
                        struct bk_err *err)
{
    const struct bk_sizing_field *f = bk_sizing_field(w, place.section, field);
    struct bk_sizing_value *v = push(w, err);
    if (!v)
        return false;
    *v = (struct bk_sizing_value){
        .scenario = place.scenario,
        .section = place.section,
        .name = bk_sizing_name(w, f, field),
        .is_text = true,
        .text = text,
        .origin = BK_REPORTED,
        .source_name = field,
        .source_value = text,
        .locator = locator,
    };
    add_fact(w, v);
    return true;
}

struct bk_sizing_formula *bk_sizing_formula(struct bk_sizing_work *w,
                                            struct bk_str scenario, struct bk_str name,
                                            struct bk_str locator)
{
    struct bk_sizing *s = w->sizing;
    struct bk_sizing_formula *f = BK_PUSH(w->arena, s->formulas, s->n_formulas);
    f->scenario = scenario;
    f->name = name;
    f->locator = locator;
    return f;
}

/* --- findings --- */

struct bk_finding *bk_sizing_finding(struct bk_sizing_work *w, const char *code,
                                     enum bk_severity severity, struct bk_str subject,
                                     const char *fmt, ...)
{
    struct bk_sizing *s = w->sizing;
    struct bk_finding *f = s->n_findings < BK_SIZING_MAX_FINDINGS
                               ? BK_PUSH(w->arena, s->findings, s->n_findings)
                               : bk_alloc(w->arena, sizeof *f);
    f->code = bk_str(code);
    f->severity = severity;
    f->subject = subject;
    va_list ap;
    va_start(ap, fmt);
    f->message = bk_vfmt(w->arena, fmt, ap);
    va_end(ap);
    return f;
}

bool bk_sizing_first(struct bk_sizing_work *w, struct bk_str key)
{
    if (bk_map_get(&w->said, key))
        return false;
    bk_map_put(w->arena, &w->said, bk_dup(w->arena, key), w);
    return true;
}

/* How the tool marks what it warns of; longer marks first. */
static const struct {
    const char *mark;
    enum bk_severity severity;
} marks[] = {
    {"ALERTA:", BK_WARNING},
    {"AVISO:", BK_WARNING},
    {"ERRO:", BK_ERROR},
    {"CRÍTICO:", BK_ERROR},
    {"INFO:", BK_INFO},
    {"NOTA:", BK_INFO},
    {"\xF0\x9F\x9A\xA8", BK_ERROR},           /* police car's light */
    {"\xE2\x9A\xA0\xEF\xB8\x8F", BK_WARNING}, /* warning sign, as an emoji */
    {"\xE2\x9A\xA0", BK_WARNING},             /* warning sign */
    {"\xE2\x84\xB9\xEF\xB8\x8F", BK_INFO},    /* information source, as an emoji */
    {"\xE2\x84\xB9", BK_INFO},                /* information source */
};

void bk_sizing_alert(struct bk_sizing_work *w, struct bk_str scenario,
                     struct bk_str text, struct bk_str locator)
{
    text = bk_trim(text);
    if (!text.len || !bk_sizing_first(w, text))
        return;
    enum bk_severity severity = BK_WARNING;
    struct bk_str message = text;
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (bk_starts(text, bk_str(marks[i].mark))) {
            severity = marks[i].severity;
            message = bk_trim(bk_from(text, strlen(marks[i].mark)));
            break;
        }
    struct bk_finding *f =
        bk_sizing_finding(w, "sizing-alert", severity, scenario, "%.*s", BK_F(message));
    f->locator = locator;
}
