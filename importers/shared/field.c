/* Names beside numbers: see field.h.
 *
 * The dictionary is asked with the name as written first, then with less and less of it:
 * with its unit split off, without parentheses, and together with the heading above.
 * The first reading whose unit fits the metric wins, so that "Throughput" in tok/s is
 * not taken for requests a second. */
#include "field.h"

#include <math.h>
#include <string.h>

#include "../../src/base/num.h"
#include "../../src/base/time.h"
#include "../../src/base/utf8.h"
#include "runs.h"

/* Longer texts are prose, no configuration. */
#define MAX_PARAM_TEXT ((size_t)200)
#define MAX_SHORT_NAME ((size_t)12) /* in front of "=" in a cell */
/* Integers beyond this lose digits in a double. */
#define EXACT_INTEGERS 9007199254740992.0

/* --- what a name means --- */

static struct bk_str without_parentheses(struct bk_arena *a, struct bk_str s)
{
    struct bk_buf b = {0};
    size_t depth = 0;
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        if (c == '(' || c == '[') {
            depth++;
        } else if (c == ')' || c == ']') {
            depth -= depth > 0;
        } else if (depth == 0) {
            bk_buf_addc(&b, c);
        }
    }
    struct bk_str out = bk_dup(a, bk_trim(bk_buf_str(&b)));
    bk_buf_free(&b);
    return out;
}

bool bk_unit_fits(const struct bk_importing *im, const struct bk_target *t,
                  struct bk_str unit)
{
    const struct bk_unit *u = bk_dict_unit(im->dict, unit);
    struct bk_target same = *t;
    return u == NULL || (bk_dict_fit(im->dict, &same, u) && bk_eq(same.name, t->name));
}

/* Reports write the words of tables, and tables those of reports. */
static struct bk_target find(const struct bk_importing *im, struct bk_str name)
{
    struct bk_target t = bk_dict_find(im->dict, im->format, name);
    return t.kind != BK_TARGET_NONE ? t : bk_dict_find(im->dict, BK_S("sweep"), name);
}

static bool try_name(const struct bk_importing *im, struct bk_field *f,
                     struct bk_str name, struct bk_str unit)
{
    if (name.len == 0)
        return false;
    struct bk_target t = find(im, name);
    const struct bk_unit *u = bk_dict_unit(im->dict, unit);
    if (t.kind == BK_TARGET_NONE || (u != NULL && !bk_dict_fit(im->dict, &t, u)))
        return false;
    f->known = true;
    f->target = t;
    f->lookup = name;
    f->unit = unit.len > 0 ? unit : t.unit;
    return true;
}

/* "Value", "Count" and "Total" head columns of anything. */
static struct bk_str only_stat(const struct bk_importing *im, struct bk_str name)
{
    struct bk_str stat = bk_dict_stat(im->dict, im->arena, name);
    bool vague = bk_is(stat, "value") || bk_is(stat, "count") || bk_is(stat, "sum");
    return vague ? (struct bk_str){0} : stat;
}

/* The statistic that a name is and nothing else ("Mediana (p50)"), or empty. */
static struct bk_str stat_alone(const struct bk_importing *im, struct bk_str name)
{
    struct bk_str bare, unit;
    bk_header_unit(im->dict, name, &bare, &unit);
    struct bk_str stat = only_stat(im, bare);
    return stat.len > 0 ? stat : only_stat(im, without_parentheses(im->arena, name));
}

bool bk_field_is_stat(const struct bk_importing *im, struct bk_str name)
{
    return stat_alone(im, name).len > 0;
}

static bool try_contexts(const struct bk_importing *im, struct bk_field *f,
                         struct bk_str name, struct bk_str unit,
                         const struct bk_str *context, size_t n)
{
    for (size_t i = n; i-- > 0;) {
        struct bk_str above, above_unit;
        bk_header_unit(im->dict, without_parentheses(im->arena, context[i]), &above,
                       &above_unit);
        if (above_unit.len == 0)
            bk_header_unit(im->dict, context[i], &above, &above_unit);
        struct bk_str u = unit.len > 0 ? unit : above_unit;
        struct bk_str both = bk_fmt(im->arena, "%.*s %.*s", BK_F(above), BK_F(name));
        if (try_name(im, f, both, u) && f->target.kind == BK_TARGET_METRIC)
            return true;
        f->known = false;
    }
    return false;
}

static bool says_estimate(struct bk_str header)
{
    static const char *const marks[] = {"(est",   "estimat", "estimad", "~",        "≈",
                                        "(aprox", "(approx", "оценк",   "projected"};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        if (bk_has(header, bk_str(marks[i])))
            return true;
    }
    return false;
}

/* "Mean time" says nothing of what took so long: the heading above does.  A mean of
 * durations is named as one. */
static bool is_vague(const struct bk_importing *im, const struct bk_field *f)
{
    static const char *const clear[] = {"dura", "total", "elapsed", "wall", "dauer",
                                        "run",  "длит",  "общее",   "durée"};
    const struct bk_target *t = &f->target;
    if (!f->known || !bk_is(t->name, "duration") || t->stat.len == 0 ||
        bk_is(t->stat, "value") || bk_is(t->stat, "sum"))
        return false;
    struct bk_str low = bk_utf8_lower(im->arena, f->header);
    for (size_t i = 0; i < sizeof clear / sizeof *clear; i++) {
        if (bk_has(low, bk_str(clear[i])))
            return false;
    }
    return true;
}

/* Name and unit in every order of trust; true when the dictionary knows one. */
static bool try_all(const struct bk_importing *im, struct bk_field *f,
                    struct bk_str cell_unit, const struct bk_str *context, size_t n)
{
    struct bk_arena *a = im->arena;
    struct bk_str name, split;
    bk_header_unit(im->dict, f->header, &name, &split);
    struct bk_str unit = split.len > 0 ? split : cell_unit;
    f->unit = unit;
    struct bk_target exact;
    if (bk_dict_exact(im->dict, im->format, f->header, &exact) &&
        try_name(im, f, f->header,
                 exact.unit.len > 0 && cell_unit.len == 0 ? exact.unit : unit))
        return true;
    struct bk_str stat = stat_alone(im, name);
    struct bk_str stat_unit = bk_fmt(a, "%.*s %.*s", BK_F(stat), BK_F(unit));
    if (stat.len > 0 &&
        (try_contexts(im, f, stat, unit, context, n) || try_name(im, f, stat, unit) ||
         try_name(im, f, stat_unit, unit)))
        return true;
    if (unit.len > 0 &&
        try_name(im, f, bk_fmt(a, "%.*s %.*s", BK_F(name), BK_F(unit)), unit))
        return true;
    if (try_name(im, f, f->header, unit) || try_name(im, f, name, unit))
        return true;
    struct bk_str bare = without_parentheses(a, f->header);
    struct bk_str bare_unit;
    bk_header_unit(im->dict, bare, &name, &bare_unit);
    unit = split.len > 0 ? split : bare_unit.len > 0 ? bare_unit : cell_unit;
    if (try_name(im, f, bare, unit) || try_name(im, f, name, unit))
        return true;
    return try_contexts(im, f, bare, unit, context, n);
}

struct bk_field bk_field_of(const struct bk_importing *im, struct bk_str header,
                            struct bk_str cell_unit, const struct bk_str *context,
                            size_t n_context)
{
    struct bk_field f = {.header = bk_trim(header)};
    f.lookup = f.header;
    f.estimate = says_estimate(bk_utf8_lower(im->arena, f.header));
    if (f.header.len == 0)
        return f;
    bool found = try_all(im, &f, cell_unit, context, n_context);
    if (found && is_vague(im, &f)) {
        struct bk_str unit = f.unit;
        f.known = false;
        found = try_contexts(im, &f, f.header, unit, context, n_context);
    }
    if (!found) {
        f.known = false;
        f.target = (struct bk_target){0};
        f.lookup = f.header;
    }
    return f;
}

/* "0.01" beside "2%" is no percentage: a share says its unit in every cell. */
static void drop_share(const struct bk_importing *im, struct bk_field *f)
{
    const struct bk_unit *u = bk_dict_unit(im->dict, f->unit);
    if (u != NULL && bk_is(u->base, "ratio"))
        f->unit = (struct bk_str){0};
}

/* "PASS", "❌ failed": what somebody's check made of the row.  It follows from the
 * numbers; as a parameter it would make another configuration of every change. */
static bool says_outcome(struct bk_arena *a, const struct bk_cell *c)
{
    static const char *const words[] = {"pass", "passed", "fail", "failed",
                                        "ok",   "ko",     ""};
    static const char *const signs[] = {"✅", "❌", "✓", "✗", "✔", "✘", "⚠️", "⚠"};
    if (c->kind != BK_CELL_TEXT && c->kind != BK_CELL_FAILED)
        return false;
    struct bk_str s = bk_utf8_lower(a, c->text);
    bool marked = false;
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
        if (!bk_starts(s, bk_str(signs[i])))
            continue;
        s = bk_trim(bk_from(s, strlen(signs[i])));
        marked = true;
    }
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (bk_is(s, words[i]))
            return s.len > 0 || marked;
    }
    return false;
}

void bk_field_judge(const struct bk_importing *im, struct bk_field *f,
                    const struct bk_str *cells, size_t n, enum bk_decimal decimal)
{
    size_t numbers = 0, texts = 0, outcomes = 0, empty = 0;
    struct bk_str unit = {0};
    struct bk_arena *scratch = bk_arena_new();
    for (size_t i = 0; i < n; i++) {
        struct bk_cell c = bk_cell_read(cells[i], decimal);
        numbers += c.kind == BK_CELL_NUMBER;
        texts += c.kind == BK_CELL_TEXT;
        outcomes += says_outcome(scratch, &c);
        empty += c.kind == BK_CELL_EMPTY;
        if (c.kind == BK_CELL_NUMBER && fabs(c.value) > f->largest)
            f->largest = fabs(c.value);
        if (c.kind == BK_CELL_NUMBER && unit.len == 0 &&
            bk_dict_unit(im->dict, c.unit) != NULL)
            unit = c.unit;
    }
    bk_arena_free(scratch);
    struct bk_str name, split;
    bk_header_unit(im->dict, f->header, &name, &split);
    if (unit.len > 0 && split.len == 0 && (f->unit.len == 0 || !f->known)) {
        double largest = f->largest;
        *f = bk_field_of(im, f->header, unit, NULL, 0);
        f->largest = largest;
        drop_share(im, f);
    }
    f->text = texts > numbers;
    if (!f->known && outcomes > 0 && outcomes + empty == n)
        f->target.kind = BK_TARGET_IGNORED;
}

/* Milliseconds and seconds are 1,000 apart, a mean and a p99 hardly 30. */
#define SAME_SIZE 30.0

static bool of_one_size(const struct bk_field *a, const struct bk_field *b)
{
    return a->largest > 0 && b->largest > 0 && a->largest < b->largest * SAME_SIZE &&
           b->largest < a->largest * SAME_SIZE;
}

static bool lacks_unit(const struct bk_field *f)
{
    const struct bk_metric *m = f->target.metric;
    return f->target.kind == BK_TARGET_METRIC && f->unit.len == 0 && m != NULL &&
           !bk_is(m->unit, "1") && !bk_is(m->unit, "ratio");
}

static void share_units(struct bk_field *const *fields, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct bk_field *f = fields[i];
        if (!lacks_unit(f))
            continue;
        struct bk_str unit = {0};
        bool agree = true;
        for (size_t j = 0; j < n && agree; j++) {
            const struct bk_field *other = fields[j];
            if (other->target.kind != BK_TARGET_METRIC || other->unit.len == 0 ||
                !bk_eq(other->target.name, f->target.name) || !of_one_size(f, other))
                continue;
            agree = unit.len == 0 || bk_eq(unit, other->unit);
            unit = other->unit;
        }
        if (agree)
            f->unit = unit;
    }
}

static bool has_own_name(const struct bk_importing *im, const struct bk_field *f)
{
    struct bk_str own = bk_dict_key(im->arena, f->target.name);
    return bk_eq(bk_dict_key(im->arena, f->header), own);
}

static void part_params(const struct bk_importing *im, struct bk_field *const *fields,
                        size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (fields[i]->target.kind != BK_TARGET_PARAM || !has_own_name(im, fields[i]))
            continue;
        for (size_t j = 0; j < n; j++) {
            struct bk_field *other = fields[j];
            if (other->target.kind == BK_TARGET_PARAM &&
                bk_eq(other->target.name, fields[i]->target.name) &&
                !has_own_name(im, other))
                other->target.name = other->header;
        }
    }
}

void bk_fields_settle(const struct bk_importing *im, struct bk_field *const *fields,
                      size_t n)
{
    share_units(fields, n);
    part_params(im, fields, n);
}

/* --- cells --- */

static bool strip_word(struct bk_str *s, const char *word)
{
    struct bk_str w = bk_str(word);
    if (s->len <= w.len || !bk_eq_nocase(bk_upto(*s, w.len), w))
        return false;
    *s = bk_trim(bk_from(*s, w.len));
    return true;
}

/* "Up to 500" says how far a ramp goes. */
static struct bk_str without_bound(struct bk_str s)
{
    static const char *const words[] = {"até ", "Até ", "ate ",  "up to ", "hasta ",
                                        "max ", "máx ", "máx. ", "max. ",  "до ",
                                        "До ",  "≤",    "<="};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strip_word(&s, words[i]))
            return s;
    }
    return s;
}

static struct bk_str plain_number(struct bk_arena *a, const struct bk_cell *c,
                                  double factor)
{
    char out[32];
    double v = c->value * factor;
    if (!isfinite(v) || fabs(v) > EXACT_INTEGERS)
        return c->text;
    return bk_dup(a, (struct bk_str){out, bk_format_double(v, out)});
}

/* "3.134" or "12,315" requests are thousands, whatever the decimal mark of the table:
 * there are no parts of a request. */
static struct bk_cell whole_things(const struct bk_cell *c,
                                   const struct bk_cell_rules *rules)
{
    enum bk_decimal decimal = rules->decimal;
    enum bk_decimal other =
        decimal == BK_DECIMAL_POINT ? BK_DECIMAL_COMMA : BK_DECIMAL_POINT;
    size_t mark = bk_find_char(c->digits, decimal == BK_DECIMAL_POINT ? '.' : ',');
    bool grouped = mark != BK_NONE && mark > 0 && mark <= 3 &&
                   c->digits.ptr[0] != '0' && c->digits.len == mark + 4;
    /* "25.000" is 25 where a program printed it, and 25,000 in prose */
    bool fits = rules->claims || c->value != nearbyint(c->value);
    if (!fits || !grouped)
        return *c;
    struct bk_cell again = bk_cell_read(c->text, other);
    if (again.kind != BK_CELL_NUMBER || again.value != nearbyint(again.value))
        return *c;
    return again;
}

/* "50 até 500": how far it goes. */
static struct bk_str behind_ramp(struct bk_str s)
{
    static const char *const words[] = {" até ", " ate ", " to ", " → ", " до ", " a "};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t at = bk_find(s, bk_str(words[i]));
        if (at != BK_NONE)
            return bk_trim(bk_from(s, at + bk_str(words[i]).len));
    }
    return s;
}

struct bk_str bk_param_value(const struct bk_importing *im, const struct bk_field *f,
                             struct bk_str text, const struct bk_cell_rules *rules)
{
    enum bk_decimal decimal = rules->decimal;
    struct bk_str unit = f->unit;
    bool counts = bk_is(bk_dict_param_unit(im->dict, f->target.name), "1");
    if (bk_is(f->target.name, "vus_max"))
        text = behind_ramp(text);
    struct bk_cell c = bk_cell_read(text, decimal);
    if (c.kind == BK_CELL_TEXT) {
        size_t equals = counts ? bk_find_char(c.text, '=') : BK_NONE; /* "c=16" */
        struct bk_str behind = equals == BK_NONE || equals > MAX_SHORT_NAME
                                   ? without_bound(c.text)
                                   : bk_from(c.text, equals + 1);
        struct bk_cell bound = bk_cell_read(behind, decimal);
        if (bound.kind != BK_CELL_NUMBER)
            return c.text;
        c = bound;
    }
    if (c.kind != BK_CELL_NUMBER)
        return c.text;
    if (counts)
        c = whole_things(&c, rules);
    const struct bk_unit *u = bk_dict_unit(im->dict, c.unit.len > 0 ? c.unit : unit);
    if (c.unit.len > 0 && u == NULL)
        return c.text;
    bool named = bk_find_char(c.rest, '=') != BK_NONE; /* "50  min=10 max=50" */
    if (c.rest.len > 0 && c.rest.ptr[0] != '(' && c.unit.len == 0 && !named)
        return c.text;
    return plain_number(im->arena, &c, u != NULL ? u->factor : 1);
}

static void fail_run(const struct bk_importing *im, struct bk_run *run,
                     const struct bk_field *f, struct bk_str text,
                     struct bk_str locator)
{
    if (run->status == BK_RUN_FAILED)
        return;
    run->status = BK_RUN_FAILED;
    run->status_why =
        bk_fmt(im->arena, "'%.*s' in column '%.*s'", BK_F(text), BK_F(f->header));
    struct bk_finding *finding =
        bk_run_finding(im->arena, run, "failed-run", BK_WARNING, f->header,
                       "'%.*s' in column '%.*s': nothing was measured there",
                       BK_F(text), BK_F(f->header));
    finding->locator = locator;
}

static bool says_failed(struct bk_arena *a, struct bk_str text)
{
    static const char *const words[] = {
        "fail",      "error",     "oom",   "out of memory", "crash",
        "timeout",   "timed out", "abort", "invalid",       "killed",
        "exception", "falh",      "erro",  "inválid",       "ошибк",
        "неуспешно", "失败",      "错误",  "실패",          "오류"};
    struct bk_str low = bk_utf8_lower(a, text);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (bk_has(low, bk_str(words[i])))
            return true;
    }
    return false;
}

static void leave_out(const struct bk_importing *im, struct bk_run *run,
                      const struct bk_field *f, struct bk_str text, const char *why,
                      struct bk_str locator)
{
    struct bk_finding *finding =
        bk_run_finding(im->arena, run, "unmapped", BK_INFO, f->header,
                       "'%.*s' under '%.*s' is %s, no measurement",
                       BK_F(bk_upto(text, MAX_PARAM_TEXT)), BK_F(f->header), why);
    finding->locator = locator;
}

/* The field's metric with a statistic; its unit is the reading's. */
static struct bk_target with_stat(const struct bk_target *t, struct bk_str stat)
{
    struct bk_target same = *t;
    same.stat = stat;
    same.unit = (struct bk_str){0};
    return same;
}

static bool emit_number(const struct bk_importing *im, struct bk_run *run,
                        const struct bk_field *f, const struct bk_target *target,
                        const struct bk_reading *r)
{
    size_t before = run->n_measurements;
    struct bk_measurement *m =
        target != NULL ? bk_emit_target(im, run, target, r) : bk_emit(im, run, r);
    if (m == NULL)
        return false;
    if (m->source_name.len == 0)
        m->source_name = f->header;
    unsigned rank;
    if (bk_run_new_claim(run, m, &rank))
        m->rank = rank;
    else if (run->n_measurements == before + 1)
        run->n_measurements = before;
    return true;
}

/* What stands behind "±" is a standard deviation. */
static void set_spread(struct bk_reading *r, const struct bk_cell *c)
{
    r->value = c->plus_minus;
    r->half = (double)NAN;
    r->text = (struct bk_str){0};
}

static bool emit_metric(const struct bk_importing *im, struct bk_run *run,
                        const struct bk_field *f, const struct bk_cell *read,
                        const struct bk_cell_rules *rules, struct bk_str locator)
{
    bool counts = f->target.metric != NULL && bk_is(f->target.metric->unit, "1");
    const struct bk_cell counted = whole_things(read, rules);
    const struct bk_cell *c = counts ? &counted : read;
    struct bk_target t = f->target;
    struct bk_reading r = {
        .name = f->header,
        .unit = c->unit.len > 0 ? c->unit : f->unit,
        .text = c->digits,
        .has_value = true,
        .value = c->value,
        .half = c->half,
        .origin = c->approximate ? BK_ESTIMATED : BK_REPORTED,
        .population = rules->population,
        .locator = locator,
        .place_is_kept = true,
    };
    /* a whole number of things is exact, with thousands separators too, and so is a
     * share of 0 or 1 that is no percentage */
    bool whole = c->half <= 0.5 && c->value == nearbyint(c->value);
    bool share = t.metric != NULL && bk_is(t.metric->unit, "ratio") &&
                 r.unit.len == 0 && c->value <= 1;
    if (whole && t.metric != NULL && (bk_is(t.metric->unit, "1") || share))
        r.half = 0;
    /* A word behind the number that is no unit ("apenas", "x") must not hide the unit
     * of the column. */
    if (c->unit.len > 0 && bk_dict_unit(im->dict, c->unit) == NULL && f->known)
        r.unit = f->unit;
    bool spread = isfinite(c->plus_minus);
    if (!f->known) {
        r.stat = spread ? BK_S("mean") : r.stat;
        bool done = emit_number(im, run, f, NULL, &r);
        set_spread(&r, c);
        r.stat = BK_S("stddev");
        return done && (!spread || emit_number(im, run, f, NULL, &r));
    }
    const struct bk_unit *u = bk_dict_unit(im->dict, r.unit);
    if (u != NULL && !bk_dict_fit(im->dict, &t, u)) {
        leave_out(im, run, f, c->text, "in a unit that this metric does not have",
                  locator);
        return false;
    }
    struct bk_str stat = t.stat.len > 0 || !spread ? t.stat : BK_S("mean");
    struct bk_target main = with_stat(&t, stat), other = with_stat(&t, BK_S("stddev"));
    bool done = emit_number(im, run, f, &main, &r);
    if (done && spread) {
        set_spread(&r, c);
        (void)emit_number(im, run, f, &other, &r);
    }
    return done;
}

static void set_param(const struct bk_importing *im, struct bk_run *run,
                      const struct bk_field *f, struct bk_str name, struct bk_str value,
                      struct bk_str locator)
{
    char key[64];
    if (value.len == 0 || value.len > MAX_PARAM_TEXT || name.len == 0)
        return;
    if (name.len < sizeof key) {
        memcpy(key, name.ptr, name.len);
        key[name.len] = 0;
        const struct bk_param *old = bk_run_find_param(run, key);
        if (old != NULL) {
            if (bk_eq(old->value, value))
                return;
            struct bk_finding *finding =
                bk_run_finding(im->arena, run, "conflicting-values", BK_WARNING, name,
                               "%.*s is %.*s and, under '%.*s', %.*s", BK_F(name),
                               BK_F(old->value), BK_F(f->header), BK_F(value));
            finding->expected = old->value;
            finding->actual = bk_dup(im->arena, value);
            finding->locator = locator;
            return;
        }
    }
    bk_run_param(im->arena, run, bk_dup(im->arena, name), bk_dup(im->arena, value),
                 locator);
}

static size_t digits_at(struct bk_str s, size_t i)
{
    size_t n = 0;
    while (i + n < s.len && s.ptr[i + n] >= '0' && s.ptr[i + n] <= '9')
        n++;
    return n;
}

/* Length of "x", "X", "×" or "*" at s[i], or 0. */
static size_t times_at(struct bk_str s, size_t i)
{
    if (i < s.len && (s.ptr[i] == 'x' || s.ptr[i] == 'X' || s.ptr[i] == '*'))
        return 1;
    return bk_starts(bk_from(s, i), BK_S("×")) ? 2 : 0;
}

/* "4xH100", "4 × H100", "H100 x4": how many of which hardware. */
static bool split_count(const struct bk_importing *im, struct bk_str s,
                        struct bk_str *count, struct bk_str *name)
{
    s = bk_trim(s);
    size_t n = digits_at(s, 0);
    struct bk_str rest = bk_trim(bk_from(s, n));
    size_t times = times_at(rest, 0);
    *count = bk_upto(s, n);
    *name = bk_trim(bk_from(rest, times));
    if (n > 0 && n < 5 && times > 0)
        return bk_dict_knows_hardware(im->dict, *name);
    size_t blank = bk_rfind_char(s, ' ');
    rest = blank == BK_NONE ? (struct bk_str){0} : bk_from(s, blank + 1);
    times = times_at(rest, 0);
    *count = bk_from(rest, times);
    *name = bk_trim(bk_upto(s, blank == BK_NONE ? 0 : blank));
    return times > 0 && count->len > 0 && count->len < 5 &&
           digits_at(*count, 0) == count->len &&
           bk_dict_knows_hardware(im->dict, *name);
}

/* Hardware with a number of devices in front; false when it is something else. */
static bool emit_counted(const struct bk_importing *im, struct bk_run *run,
                         const struct bk_field *f, struct bk_str text,
                         struct bk_str locator)
{
    struct bk_str count, name;
    if (!split_count(im, text, &count, &name) &&
        !split_count(im, without_parentheses(im->arena, text), &count, &name))
        return false;
    set_param(im, run, f, BK_S("num_gpus"), count, locator);
    return run->hardware.len > 0 ||
           bk_emit_text(im, run, BK_S("hardware"), bk_dup(im->arena, name), locator);
}

static bool emit_context(const struct bk_importing *im, struct bk_run *run,
                         const struct bk_field *f, struct bk_str text,
                         struct bk_str locator)
{
    if (bk_is(f->target.name, "hardware") && emit_counted(im, run, f, text, locator))
        return true;
    if (!bk_is(f->target.name, "status"))
        return bk_emit_text(im, run, f->lookup, bk_dup(im->arena, text), locator) ||
               bk_emit_text(im, run, f->target.name, bk_dup(im->arena, text), locator);
    if (says_failed(im->arena, text))
        fail_run(im, run, f, text, locator);
    return true;
}

/* "7/8" under a rate: so many of so many. */
static bool read_share(const struct bk_field *f, struct bk_cell *c)
{
    size_t slash = bk_find_char(c->text, '/');
    const struct bk_metric *m = f->target.metric;
    if (!f->known || m == NULL || !bk_is(m->unit, "ratio") || slash == BK_NONE ||
        c->kind != BK_CELL_TEXT)
        return false;
    struct bk_cell part = bk_cell_read(bk_upto(c->text, slash), BK_DECIMAL_POINT);
    struct bk_cell whole = bk_cell_read(bk_from(c->text, slash + 1), BK_DECIMAL_POINT);
    if (part.kind != BK_CELL_NUMBER || whole.kind != BK_CELL_NUMBER ||
        part.rest.len + whole.rest.len + part.unit.len + whole.unit.len > 0 ||
        !(whole.value > 0) || !(part.value >= 0) || part.value > whole.value)
        return false;
    part.text = c->text;
    part.value = part.value / whole.value;
    part.half = 0;
    part.digits = c->text;
    *c = part;
    return true;
}

/* A cell that holds no number, under the name of a metric or an unknown name. */
static bool emit_wordy(const struct bk_importing *im, struct bk_run *run,
                       const struct bk_field *f, const struct bk_cell *c,
                       const struct bk_cell_rules *rules, struct bk_str locator)
{
    int64_t ns;
    bool counts_errors = f->known && bk_is(f->target.name, "requests_failed");
    if (c->kind == BK_CELL_FAILED ||
        (counts_errors && says_failed(im->arena, c->text))) {
        if (f->known)
            fail_run(im, run, f, c->text, locator);
        return f->known;
    }
    if (f->known && f->target.metric != NULL && bk_is(f->target.metric->unit, "s") &&
        run->started_ns == BK_NO_TIME && bk_parse_iso(c->text, &ns, NULL))
        return bk_emit_text(im, run, BK_S("started_at"), c->text, locator);
    if (c->kind == BK_CELL_RANGE) {
        leave_out(im, run, f, c->text, "a range", locator);
        return false;
    }
    if (f->known && !rules->claims)
        leave_out(im, run, f, c->text, "a text", locator);
    if (f->known || !rules->keep_texts)
        return false;
    set_param(im, run, f, f->header, c->text, locator);
    return true;
}

static bool is_tokens(const struct bk_field *f)
{
    return bk_has(f->target.name, BK_S("token"));
}

/* "50.658ms (~51s)": the number itself is exact, its rounding in parentheses is not. */
static struct bk_cell read_cell(struct bk_arena *a, struct bk_str cell,
                                enum bk_decimal decimal)
{
    struct bk_cell c = bk_cell_read(cell, decimal);
    size_t open = bk_find_char(c.text, '(');
    if (c.kind != BK_CELL_NUMBER || !c.approximate || open == BK_NONE)
        return c;
    struct bk_str low = bk_utf8_lower(a, bk_from(c.text, open));
    struct bk_cell outside = bk_cell_read(bk_upto(c.text, open), decimal);
    bool says = bk_has(low, BK_S("est")) || bk_has(low, BK_S("aprox")) ||
                bk_has(low, BK_S("approx"));
    if (outside.kind == BK_CELL_NUMBER && !outside.approximate && !says)
        c.approximate = false;
    return c;
}

bool bk_field_emit(const struct bk_importing *im, struct bk_run *run,
                   const struct bk_field *f, struct bk_str cell,
                   const struct bk_cell_rules *rules, struct bk_str locator)
{
    struct bk_cell c = read_cell(im->arena, cell, rules->decimal);
    if (c.kind == BK_CELL_EMPTY || f->target.kind == BK_TARGET_IGNORED)
        return false;
    if (f->target.kind == BK_TARGET_CONTEXT)
        return emit_context(im, run, f, c.text, locator);
    if (bk_is(f->target.name, "num_gpus") && emit_counted(im, run, f, c.text, locator))
        return true;
    if (f->target.kind == BK_TARGET_PARAM) {
        set_param(im, run, f, f->target.name, bk_param_value(im, f, cell, rules),
                  locator);
        return true;
    }
    /* in prose only a word names something; sentences are opinions */
    if (!f->known && rules->claims && !rules->as_params &&
        bk_find_char(c.text, ' ') != BK_NONE && c.kind == BK_CELL_TEXT)
        return false;
    if (!f->known && (f->text || rules->as_params) && rules->keep_texts) {
        set_param(im, run, f, f->header,
                  f->text ? c.text : bk_param_value(im, f, cell, rules), locator);
        return true;
    }
    if (c.kind != BK_CELL_NUMBER && !read_share(f, &c))
        return emit_wordy(im, run, f, &c, rules, locator);
    bool guess =
        c.approximate || f->estimate || (rules->guessed_tokens && is_tokens(f));
    if (rules->claims && guess) {
        leave_out(im, run, f, c.text, "an estimate", locator);
        return false;
    }
    return emit_metric(im, run, f, &c, rules, locator);
}
