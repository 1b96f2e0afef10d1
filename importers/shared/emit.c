/* From what a source wrote to a measurement: looks the name up, converts value and
 * interval into base units, and keeps what was written beside it. */
#include "emit.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "../../src/base/num.h"
#include "../../src/base/utf8.h"
#include "cell.h"

/* Longer names are cut: they are no names, and every measurement would carry one. */
#define MAX_NAME ((size_t)400)
/* An explanation lists no more numbers of a run that are none. */
#define MAX_DROPPED ((size_t)1000)
/* A run that contradicts itself more often gets no more findings about it. */
#define MAX_CONFLICTS ((size_t)200)

/* --- numbers ----------------------------------------------------------------------------- */

struct number {
    double value; /* as written */
    double half;
    struct bk_str digits; /* may be empty */
    struct bk_str unit;   /* as written; may be empty */
};

static bool is_plain_integer(struct bk_str s)
{
    size_t i = s.len > 0 && (s.ptr[0] == '-' || s.ptr[0] == '+');
    for (size_t k = i; k < s.len; k++) {
        if (s.ptr[k] < '0' || s.ptr[k] > '9')
            return false;
    }
    return s.len > i;
}

static bool read_number(const struct bk_reading *r, struct number *n)
{
    struct bk_str text = bk_trim(r->text);
    *n = (struct number){
        .value = r->value, .half = r->half, .digits = text, .unit = bk_trim(r->unit)};
    if (r->has_value) {
        if (isnan(n->half))
            n->half = text.len > 0 ? bk_half_digit(text) : 0;
        return isfinite(n->value);
    }
    if (bk_parse_double_special(text, &n->value)) {
        n->half = bk_half_digit(text);
        return isfinite(n->value);
    }
    struct bk_cell cell = bk_cell_read(text, BK_DECIMAL_POINT);
    if (cell.kind != BK_CELL_NUMBER)
        return false;
    n->value = cell.value;
    n->half = cell.half;
    n->digits = cell.digits;
    if (n->unit.len == 0)
        n->unit = cell.unit;
    return isfinite(n->value);
}

/* x in base units.  Dividing by the whole number behind 1e-3 keeps 14.86 ms exact to
 * the last digit where multiplying would not. */
static double convert(double x, double factor)
{
    double inverse = factor > 0 ? 1 / factor : 0;
    double whole = rint(inverse);
    if (whole > 1 && fabs(inverse - whole) < 1e-9 * whole)
        return x / whole;
    return x * factor;
}

/* -3 for 0.001, 9 for 1e9; 0 when the factor is no such power of ten. */
static int power_of_ten(double factor)
{
    double exponent = rint(log10(factor));
    if (!(factor > 0) || fabs(exponent) > 12 || pow(10, exponent) != factor)
        return 0;
    return (int)exponent;
}

/* The value of the digits in base units: where a power of ten lies between, the number
 * next to what was written (18.42 ms is 0.01842 s), which no product always is. */
static double convert_digits(const struct number *n, double factor)
{
    int exponent = power_of_ten(factor);
    double as_written, shifted;
    char text[64];
    if (exponent == 0 || n->digits.len > 40 ||
        !bk_parse_double(n->digits, &as_written) || as_written != n->value ||
        bk_find_char(n->digits, 'e') != BK_NONE ||
        bk_find_char(n->digits, 'E') != BK_NONE)
        return convert(n->value, factor);
    int len = snprintf(text, sizeof text, "%.*se%d", BK_F(n->digits), exponent);
    return bk_parse_double((struct bk_str){text, (size_t)len}, &shifted)
               ? shifted
               : convert(n->value, factor);
}

static struct bk_str digits_of(const struct bk_importing *im, const struct number *n)
{
    char out[32];
    if (n->digits.len > 0)
        return bk_dup(im->arena, n->digits);
    return bk_dup(im->arena, (struct bk_str){out, bk_format_double(n->value, out)});
}

/* --- strings of records --- */

/* The statistics of one metric come one behind the other and have most of their texts in
 * common: what the measurement before has is not kept twice. */
static struct bk_str keep(const struct bk_importing *im, struct bk_str before,
                          struct bk_str s)
{
    if (s.len == 0)
        return BK_S("");
    if (bk_eq(before, s))
        return before;
    return im->texts != NULL ? bk_texts_keep(im->texts, s) : bk_dup(im->arena, s);
}

static struct bk_str keep_place(const struct bk_importing *im, struct bk_str before,
                                const struct bk_reading *r)
{
    if (r->place_is_kept)
        return r->locator;
    return bk_eq(before, r->locator) ? before : bk_dup(im->arena, r->locator);
}

/* --- what the name means ----------------------------------------------------------------- */

/* With a stat, "name.stat" may be an alias of its own: k6's "http_req_failed.passes"
 * counts failures.  *whole: it was, and the stat is part of the name. */
static struct bk_target resolve(const struct bk_importing *im,
                                const struct bk_reading *r, struct bk_str written_unit,
                                bool *whole)
{
    struct bk_target t;
    *whole = false;
    if (r->stat.len > 0 && r->name.len + r->stat.len < MAX_NAME) {
        char joined[2 * MAX_NAME];
        int n =
            snprintf(joined, sizeof joined, "%.*s.%.*s", BK_F(r->name), BK_F(r->stat));
        if (bk_dict_exact(im->dict, im->format, (struct bk_str){joined, (size_t)n},
                          &t)) {
            *whole = true;
            return t;
        }
    }
    t = bk_dict_find(im->dict, im->format, r->name);
    const struct bk_unit *u = bk_dict_unit(im->dict, written_unit);
    struct bk_target fitted = t;
    bool unknown = t.kind == BK_TARGET_NONE && t.name.len == 0;
    if (!u || (!unknown && bk_dict_fit(im->dict, &fitted, u)))
        return fitted;
    /* "Throughput" in tok/s is another metric than "Throughput" in req/s */
    struct bk_str with_unit =
        bk_fmt(im->arena, "%.*s %.*s", BK_F(r->name), BK_F(written_unit));
    struct bk_target other = bk_dict_find(im->dict, im->format, with_unit);
    if (other.kind == BK_TARGET_METRIC && bk_dict_fit(im->dict, &other, u))
        return other;
    return (struct bk_target){.kind = BK_TARGET_NONE};
}

static struct bk_str free_name(const struct bk_importing *im, struct bk_str before,
                               struct bk_str name)
{
    char text[2 * MAX_NAME];
    size_t len = name.len;
    if (len > MAX_NAME) {
        len = MAX_NAME;
        while (len > 0 && ((unsigned char)name.ptr[len] & 0xc0) == 0x80)
            len--; /* not in the middle of a character */
    }
    int n = snprintf(text, sizeof text, "%.*s.%.*s", BK_F(im->format), (int)len,
                     len > 0 ? name.ptr : "");
    return keep(im, before, (struct bk_str){text, (size_t)n});
}

/* --- measurements -------------------------------------------------------------------------- */

static struct bk_str stat_of(const struct bk_importing *im, const struct bk_target *t,
                             struct bk_str written, bool whole)
{
    if (!whole && written.len > 0) {
        struct bk_str stat = bk_dict_stat(im->dict, im->arena, written);
        return stat.len > 0 ? stat : keep(im, (struct bk_str){0}, bk_trim(written));
    }
    return t->stat.len > 0 ? keep(im, BK_S("value"), t->stat) : BK_S("value");
}

/* The unit that the number is written in, and whether it was only guessed. */
static const struct bk_unit *unit_of(const struct bk_importing *im,
                                     const struct bk_target *t, const struct number *n,
                                     bool *guessed)
{
    *guessed = false;
    const struct bk_unit *u = bk_dict_unit(im->dict, n->unit);
    if (u && t->metric) {
        struct bk_target same = *t;
        if (!bk_dict_fit(im->dict, &same, u) || same.metric != t->metric)
            u = NULL;
    }
    if (u)
        return u;
    if (t->unit.len > 0)
        return bk_dict_unit(im->dict, t->unit);
    if (t->metric && bk_is(t->metric->unit, "ratio") && n->value > 1 &&
        n->value <= 100) {
        *guessed = true; /* no share is above 1: this is a percentage */
        return bk_dict_unit(im->dict, BK_S("%"));
    }
    return NULL;
}

static void set_value(struct bk_measurement *m, const struct bk_target *t,
                      const struct number *n, double factor)
{
    double half = n->half;
    /* a count that is printed as a whole number is exact */
    if (bk_is(m->unit, "1") && half <= 0.5 && is_plain_integer(n->digits))
        half = 0;
    m->value = m->low = m->high = convert_digits(n, factor);
    if (half > 0) {
        m->low = fmin(convert(n->value - half, factor), m->value);
        m->high = fmax(convert(n->value + half, factor), m->value);
    }
    if (t->complement) {
        double low = 1 - m->high;
        m->value = 1 - m->value;
        m->high = 1 - m->low;
        m->low = low;
    }
}

static struct bk_str base_unit(const struct bk_importing *im, const struct bk_target *t,
                               const struct bk_unit *u, struct bk_str written,
                               struct bk_str stat)
{
    if (bk_is(stat, "count"))
        return BK_S("1");
    if (t->metric)
        return t->metric->unit;
    if (u)
        return u->base;
    return written.len > 0 && written.len < 40 ? keep(im, BK_S("1"), written)
                                               : BK_S("1");
}

static struct bk_str written_name(const struct bk_importing *im,
                                  const struct bk_reading *r)
{
    char text[2 * MAX_NAME];
    struct bk_str name = bk_upto(r->name, MAX_NAME);
    if (r->stat.len == 0)
        return keep(im, (struct bk_str){0}, name);
    int n = snprintf(text, sizeof text, "%.*s.%.*s", BK_F(name), BK_F(r->stat));
    if ((size_t)n >= sizeof text)
        return bk_fmt(im->arena, "%.*s.%.*s", BK_F(name), BK_F(r->stat));
    return keep(im, (struct bk_str){0}, (struct bk_str){text, (size_t)n});
}

static const struct bk_wording *wording(const struct bk_importing *im,
                                        struct bk_str formula, struct bk_str unit,
                                        const struct bk_alias_line *alias)
{
    const struct bk_wording w = {.formula = keep(im, (struct bk_str){0}, formula),
                                 .source_unit = keep(im, (struct bk_str){0}, unit),
                                 .alias = alias};
    if (im->texts != NULL)
        return bk_texts_keep_bytes(im->texts, &w, sizeof w);
    struct bk_wording *copy = bk_alloc(im->arena, sizeof *copy);
    *copy = w;
    return copy;
}

static struct bk_measurement *measure(const struct bk_importing *im, struct bk_run *run,
                                      const struct bk_reading *r,
                                      const struct bk_target *t, const struct number *n,
                                      bool whole)
{
    bool guessed;
    const struct bk_unit *u = unit_of(im, t, n, &guessed);
    struct bk_measurement last = {0};
    if (run->n_measurements > 0)
        last = run->measurements[run->n_measurements - 1];
    struct bk_measurement m = {
        .metric = t->kind == BK_TARGET_METRIC ? keep(im, last.metric, t->name)
                                              : free_name(im, last.metric, r->name),
        .stat = stat_of(im, t, r->stat, whole),
        .scope = keep(im, last.scope, r->scope.len > 0 ? r->scope : t->scope),
        .origin = r->origin,
        .population = r->population,
        .rank = r->rank,
        .source_name = written_name(im, r),
        .source_value = digits_of(im, n),
        .locator = keep_place(im, last.locator, r),
        .how = wording(im, r->formula, n->unit.len > 0 ? n->unit : t->unit, t->alias),
    };
    m.unit = base_unit(im, t, u, n->unit, m.stat);
    set_value(&m, t, n, u && !bk_is(m.stat, "count") ? u->factor : 1);
    if (!isfinite(m.value) || !isfinite(m.low) || !isfinite(m.high))
        return NULL;
    if (guessed && run->n_findings < MAX_CONFLICTS) {
        struct bk_finding *f = bk_run_finding(
            im->arena, run, "unit-guessed", BK_WARNING, m.metric,
            "%.*s = %.*s has no unit and is above 1: taken as a percentage",
            BK_F(m.source_name), BK_F(m.source_value));
        f->locator = m.locator;
    }
    struct bk_measurement *out = bk_run_measure(im->arena, run);
    *out = m;
    return out;
}

/* --- parameters and context ---------------------------------------------------------------- */

static struct bk_str param_text(const struct bk_importing *im,
                                const struct bk_target *t, const struct number *n)
{
    const struct bk_unit *u = bk_dict_unit(im->dict, n->unit);
    if (!u && t->unit.len > 0)
        u = bk_dict_unit(im->dict, t->unit);
    bool scaled = u && !bk_is(u->base, "1") && !bk_is(u->base, "B");
    /* more digits than a double holds stay text: seeds, ids */
    if (!scaled && is_plain_integer(n->digits) && n->digits.len > 15)
        return bk_dup(im->arena, n->digits);
    char out[32];
    size_t len =
        bk_format_double(scaled ? convert(n->value, u->factor) : n->value, out);
    return bk_dup(im->arena, (struct bk_str){out, len});
}

static void add_param(const struct bk_importing *im, struct bk_run *run,
                      struct bk_str name, struct bk_str value, struct bk_str locator)
{
    const struct bk_param *there = bk_run_param_named(run, name);
    if (!there) {
        bk_run_param(im->arena, run, bk_dup(im->arena, name), value,
                     bk_dup(im->arena, locator));
        return;
    }
    if (bk_eq(there->value, value) || run->n_findings >= MAX_CONFLICTS)
        return;
    struct bk_finding *f = bk_run_finding(
        im->arena, run, "conflicting-values", BK_WARNING, bk_dup(im->arena, name),
        "%.*s is stated as %.*s and as %.*s; the first is used", BK_F(name),
        BK_F(there->value), BK_F(value));
    f->expected = there->value;
    f->actual = value;
    f->locator = bk_dup(im->arena, locator);
}

/* Seconds, milliseconds, microseconds or nanoseconds since 1970, told by magnitude. */
static bool epoch_time(struct bk_str s, int64_t *ns)
{
    double x;
    if (!bk_parse_double(s, &x) || x < 1e8 || x > 1e19)
        return false;
    double scale = x < 1e11 ? 1e9 : x < 1e14 ? 1e6 : x < 1e17 ? 1e3 : 1;
    if (x * scale >= 9.2e18)
        return false;
    *ns = (int64_t)(x * scale);
    return true;
}

static void set_started(const struct bk_importing *im, struct bk_run *run,
                        struct bk_str s)
{
    static const char *const forms[] = {
        "%Y%m%d-%H%M%S",  "%Y%m%d_%H%M%S",     "%Y%m%d%H%M%S",   "%Y/%m/%d %H:%M:%S",
        "%Y-%m-%d %H:%M", "%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%d.%m.%Y %H:%M:%S",
        "%d/%m/%Y",       "%d.%m.%Y",
    };
    int64_t ns = BK_NO_TIME;
    bool zoned = false;
    bool found = bk_parse_iso(s, &ns, &zoned);
    for (size_t i = 0; !found && i < sizeof forms / sizeof *forms; i++)
        found = bk_parse_time(s, bk_str(forms[i]), &ns);
    if (!found) {
        found = epoch_time(s, &ns);
        zoned = found;
    }
    if (!found || run->started_ns != BK_NO_TIME)
        return;
    run->started_ns = ns;
    if (!zoned)
        run->started_text = bk_dup(im->arena, s);
}

static bool is_word(struct bk_str s, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (bk_eq_nocase(s, bk_str(words[i])))
            return true;
    }
    return false;
}

static void set_status(const struct bk_importing *im, struct bk_run *run,
                       struct bk_str s)
{
    static const char *const failed[] = {
        "failed",  "fail",    "failure", "error", "errored", "oom", "crash",
        "crashed", "timeout", "aborted", "falha", "falhou",  "erro"};
    static const char *const invalid[] = {"invalid", "inválido"};
    if (is_word(s, failed, sizeof failed / sizeof *failed)) {
        run->status = BK_RUN_FAILED;
        run->status_why = bk_fmt(im->arena, "the source says '%.*s'", BK_F(s));
    } else if (is_word(s, invalid, sizeof invalid / sizeof *invalid)) {
        run->invalid = true;
        run->invalid_why = bk_fmt(im->arena, "the source says '%.*s'", BK_F(s));
    } else if (bk_eq_nocase(s, BK_S("degraded")) && run->status == BK_RUN_OK) {
        run->status = BK_RUN_DEGRADED;
        run->status_why = bk_dup(im->arena, BK_S("the source says 'degraded'"));
    }
}

static struct bk_str *context_field(struct bk_run *run, struct bk_str name)
{
    if (bk_is(name, "hardware"))
        return &run->hardware;
    if (bk_is(name, "model"))
        return &run->model;
    if (bk_is(name, "session"))
        return &run->session;
    if (bk_is(name, "engine"))
        return &run->engine;
    return bk_is(name, "workload") ? &run->workload : NULL;
}

static void set_context(const struct bk_importing *im, struct bk_run *run,
                        struct bk_str name, struct bk_str value, struct bk_str locator)
{
    value = bk_trim(value);
    struct bk_str *field = context_field(run, name);
    if (value.len == 0)
        return;
    if (bk_is(name, "started_at")) {
        set_started(im, run, value);
    } else if (bk_is(name, "status")) {
        set_status(im, run, value);
    } else if (field && field->len == 0) {
        *field = bk_dup(im->arena, value);
    } else if (field && !bk_eq(*field, value) && run->n_findings < MAX_CONFLICTS) {
        struct bk_finding *f = bk_run_finding(
            im->arena, run, "context-conflict", BK_WARNING, bk_dup(im->arena, name),
            "%.*s is stated as '%.*s' and as '%.*s'; the first is used", BK_F(name),
            BK_F(*field), BK_F(value));
        f->expected = *field;
        f->actual = bk_dup(im->arena, value);
        f->locator = bk_dup(im->arena, locator);
    }
}

/* --- what is dropped ---------------------------------------------------------------------- */

void bk_emit_dropped(const struct bk_importing *im, struct bk_run *run,
                     struct bk_dropped dropped)
{
    if (im->explain && run->n_dropped < MAX_DROPPED)
        *BK_PUSH(im->arena, run->dropped, run->n_dropped) = dropped;
}

static void drop_reading(const struct bk_importing *im, struct bk_run *run,
                         const struct bk_reading *r)
{
    char digits[32];
    struct bk_str text = bk_trim(r->text);
    if (!im->explain)
        return;
    if (text.len == 0 && r->has_value)
        text = (struct bk_str){digits, bk_format_double(r->value, digits)};
    bk_emit_dropped(im, run,
                    (struct bk_dropped){written_name(im, r), bk_dup(im->arena, text),
                                        bk_dup(im->arena, r->locator),
                                        "it is no finite number"});
}

/* --- the interface --------------------------------------------------------------------------- */

static struct bk_measurement *emit_to(const struct bk_importing *im, struct bk_run *run,
                                      const struct bk_reading *r, struct bk_target t,
                                      bool whole)
{
    struct number n;
    if (t.kind == BK_TARGET_IGNORED)
        return NULL;
    if (!read_number(r, &n)) {
        drop_reading(im, run, r);
        return NULL;
    }
    const struct bk_unit *u = bk_dict_unit(im->dict, n.unit);
    bool strange = !u && n.unit.len > 0; /* "14 widgets" under a time is no time */
    switch (t.kind) {
    case BK_TARGET_PARAM:
        add_param(im, run, t.name, param_text(im, &t, &n), r->locator);
        return NULL;
    case BK_TARGET_CONTEXT:
        set_context(im, run, t.name, digits_of(im, &n), r->locator);
        return NULL;
    case BK_TARGET_METRIC:
        if ((u && !bk_dict_fit(im->dict, &t, u)) ||
            (strange && t.metric && !bk_is(t.metric->unit, "1")))
            t = (struct bk_target){.kind = BK_TARGET_NONE};
        break;
    case BK_TARGET_NONE:
    case BK_TARGET_IGNORED:
        break;
    }
    return measure(im, run, r, &t, &n, whole);
}

struct bk_measurement *bk_emit(const struct bk_importing *im, struct bk_run *run,
                               const struct bk_reading *r)
{
    struct number n;
    if (!read_number(r, &n)) {
        drop_reading(im, run, r);
        return NULL;
    }
    bool whole;
    struct bk_target t = resolve(im, r, n.unit, &whole);
    return emit_to(im, run, r, t, whole);
}

struct bk_measurement *bk_emit_as(const struct bk_importing *im, struct bk_run *run,
                                  const char *target, const struct bk_reading *r)
{
    struct bk_target t;
    if (!bk_target_parse(im->dict, bk_dup(im->arena, bk_str(target)), &t))
        t = (struct bk_target){.kind = BK_TARGET_NONE};
    return emit_to(im, run, r, t, false);
}

struct bk_measurement *bk_emit_target(const struct bk_importing *im, struct bk_run *run,
                                      const struct bk_target *target,
                                      const struct bk_reading *r)
{
    return emit_to(im, run, r, *target, false);
}

bool bk_emit_text(const struct bk_importing *im, struct bk_run *run, struct bk_str name,
                  struct bk_str value, struct bk_str locator)
{
    struct bk_target t = bk_dict_find(im->dict, im->format, name);
    value = bk_trim(value);
    switch (t.kind) {
    case BK_TARGET_IGNORED:
        return true;
    case BK_TARGET_CONTEXT:
        set_context(im, run, t.name, value, locator);
        return true;
    case BK_TARGET_PARAM: {
        struct number n;
        struct bk_reading r = {.text = value};
        bool time = bk_is(bk_dict_param_unit(im->dict, t.name), "s");
        /* "15s" is a time, but "15s" of a name that is no time stays what it is */
        if (time && read_number(&r, &n))
            value = param_text(im, &t, &n);
        if (value.len > 0)
            add_param(im, run, t.name, bk_dup(im->arena, value), locator);
        return value.len > 0;
    }
    case BK_TARGET_METRIC:
    case BK_TARGET_NONE:
        break;
    }
    return false;
}

struct bk_str bk_line_locator(struct bk_arena *a, size_t line)
{
    return bk_fmt(a, "line %zu", line);
}
