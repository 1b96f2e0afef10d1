/* Code fences of a report that hold results: blocks of "Key: value" lines, and lines of
 * a Prometheus exposition as people quote them, with "..." for labels, units behind the
 * numbers and remarks behind those. */
#include "doc.h"

#include <math.h>
#include <string.h>

#include "../../src/base/num.h"

/* A block of settings or code with a stray number is no result. */
#define MIN_KNOWN     ((size_t)2) /* lines that are metrics */
#define MAX_LINES     ((size_t)2000)
#define MAX_LINE      ((size_t)600)
#define MAX_SERIES    ((size_t)20000) /* of a document */
#define MAX_KEY       ((size_t)80)
#define KEY_LINE_RATE 2 /* at least every second line has to be "key: value" */

/* --- key: value --- */

static bool split_key(struct bk_str line, struct bk_str *key, struct bk_str *value)
{
    line = bk_trim(line);
    while (line.len > 1 && (line.ptr[0] == '-' || line.ptr[0] == '*') &&
           line.ptr[1] == ' ')
        line = bk_trim(bk_from(line, 1));
    size_t colon = bk_find(line, BK_S(": "));
    if (colon == BK_NONE) {
        size_t last = bk_rfind_char(line, ':');
        colon =
            last != BK_NONE && last > 0 && line.ptr[last - 1] != ':' ? last : BK_NONE;
    }
    if (line.len > MAX_LINE || colon == BK_NONE || colon == 0 || colon > MAX_KEY)
        return false;
    *key = bk_trim(bk_upto(line, colon));
    *value = bk_trim(bk_from(line, colon + 1));
    return value->len > 0;
}

static struct bk_field field_of_line(const struct bk_doc *d, struct bk_str key,
                                     struct bk_str value, enum bk_decimal decimal)
{
    struct bk_cell c = bk_cell_read(value, decimal);
    bool number = c.kind == BK_CELL_NUMBER && !c.approximate;
    return bk_field_of(d->im, key, number ? c.unit : (struct bk_str){0}, NULL, 0);
}

static enum bk_decimal decimal_of(const struct bk_doc *d, struct bk_str text)
{
    struct bk_str line, key, value, *values = NULL;
    size_t n = 0;
    while (bk_next_line(&text, &line) && n < MAX_LINES) {
        if (split_key(line, &key, &value))
            *BK_PUSH(d->im->arena, values, n) = value;
    }
    return bk_decimal_of(values, n);
}

/* Is the block made of lines "key: value", some of which are results? */
static size_t known_lines(const struct bk_doc *d, struct bk_str text,
                          enum bk_decimal decimal)
{
    struct bk_str line, key, value;
    size_t lines = 0, keys = 0, known = 0;
    while (bk_next_line(&text, &line)) {
        if (bk_trim(line).len == 0)
            continue;
        if (++lines > MAX_LINES)
            return 0;
        if (!split_key(line, &key, &value))
            continue;
        keys++;
        struct bk_field f = field_of_line(d, key, value, decimal);
        known += f.target.kind == BK_TARGET_METRIC &&
                 bk_cell_read(value, decimal).kind == BK_CELL_NUMBER;
    }
    return keys * KEY_LINE_RATE >= lines ? known : 0;
}

static void take_pairs(struct bk_doc *d, const struct bk_doc_block *b,
                       enum bk_decimal decimal)
{
    struct bk_str text = b->text, line, key, value;
    struct bk_cell_rules rules = {.decimal = decimal, .claims = true};
    struct bk_piece *p = bk_doc_piece(d, b->section, true);
    if (b->section != BK_NONE) {
        const struct bk_doc_section *s = &d->sections[b->section];
        p->name = s->label;
        p->label = s->hardware.len > 0 ? s->hardware : s->key;
        p->weak = s->hardware.len == 0;
        p->run->hardware = s->hardware;
    }
    p->block = true;
    for (size_t n = b->line + 1; bk_next_line(&text, &line); n++) {
        if (!split_key(line, &key, &value))
            continue;
        struct bk_field f = field_of_line(d, key, value, decimal);
        (void)bk_field_emit(d->im, p->run, &f, value, &rules,
                            bk_line_locator(d->im->arena, n));
    }
    d->n_number_blocks++;
}

/* --- exposition lines --- */

struct exposed {
    struct bk_str name, labels; /* labels with their braces, or empty */
    struct bk_str number;       /* digits with separators; empty: none stood there */
    struct bk_str unit, rest;
    double value, divisor; /* "41.36s / 6": the count behind the sum; (double)NAN */
};

static bool is_name_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           c == '_' || c == ':';
}

/* Where the label set that begins at 0 ends, quotes respected; BK_NONE: nowhere. */
static size_t labels_end(struct bk_str s)
{
    bool quoted = false;
    for (size_t i = 1; i < s.len; i++) {
        if (s.ptr[i] == '\\' && quoted)
            i++;
        else if (s.ptr[i] == '"')
            quoted = !quoted;
        else if (s.ptr[i] == '}' && !quoted)
            return i + 1;
    }
    return BK_NONE;
}

static bool read_value(struct bk_str text, struct exposed *x)
{
    x->divisor = (double)NAN;
    x->number = (struct bk_str){0};
    size_t end = 0;
    while (end < text.len && text.ptr[end] != ' ' && text.ptr[end] != '\t' &&
           text.ptr[end] != '#')
        end++;
    struct bk_str first = bk_upto(text, end);
    x->rest = bk_trim(bk_from(text, end));
    if (bk_parse_double(first, &x->value)) {
        x->number = first;
        x->unit = (struct bk_str){0};
    } else {
        struct bk_cell c = bk_cell_read(first, BK_DECIMAL_POINT);
        if (c.kind != BK_CELL_NUMBER || c.approximate)
            return false;
        x->number = c.digits;
        x->value = c.value;
        x->unit = c.unit;
    }
    if (x->rest.len > 1 && x->rest.ptr[0] == '/') {
        struct bk_cell c = bk_cell_read(bk_from(x->rest, 1), BK_DECIMAL_POINT);
        if (c.kind == BK_CELL_NUMBER && !c.approximate && c.value > 0)
            x->divisor = c.value;
    }
    return true;
}

static bool read_exposed(struct bk_str line, struct exposed *x)
{
    *x = (struct exposed){.divisor = (double)NAN};
    line = bk_trim(line);
    size_t n = 0;
    bool marked = false;
    while (n < line.len && is_name_char(line.ptr[n])) {
        marked = marked || line.ptr[n] == '_' || line.ptr[n] == ':';
        n++;
    }
    if (n == 0 || n == line.len || line.len > MAX_LINE || !marked ||
        line.ptr[n - 1] == ':' || (line.ptr[0] >= '0' && line.ptr[0] <= '9'))
        return false;
    x->name = bk_upto(line, n);
    struct bk_str rest = bk_from(line, n);
    if (rest.ptr[0] == '{') {
        size_t end = labels_end(rest);
        if (end == BK_NONE)
            return false;
        x->labels = bk_upto(rest, end);
        rest = bk_trim(bk_from(rest, end));
        if (rest.len == 0)
            return true;
    } else if (rest.ptr[0] != ' ' && rest.ptr[0] != '\t') {
        return false;
    }
    return read_value(bk_trim(rest), x);
}

/* The value of a label in braces, or empty. */
static struct bk_str label_value(struct bk_str labels, const char *name)
{
    struct bk_str key = bk_str(name);
    for (size_t from = 0; from < labels.len;) {
        size_t at = bk_find(bk_from(labels, from), key);
        if (at == BK_NONE)
            break;
        at += from;
        struct bk_str behind = bk_from(labels, at + key.len);
        bool whole = at == 0 || !is_name_char(labels.ptr[at - 1]);
        if (whole && bk_starts(behind, BK_S("=\""))) {
            behind = bk_from(behind, 2);
            size_t end = bk_find_char(behind, '"');
            return end == BK_NONE ? (struct bk_str){0} : bk_upto(behind, end);
        }
        from = at + key.len;
    }
    return (struct bk_str){0};
}

/* An info series: its labels are settings. */
static void take_info_labels(struct bk_doc *d, struct bk_run *run, struct bk_str labels,
                             struct bk_str locator)
{
    struct bk_arena *a = d->im->arena;
    while (labels.len > 0) {
        size_t eq = bk_find(labels, BK_S("=\""));
        if (eq == BK_NONE)
            return;
        size_t start = eq;
        while (start > 0 && is_name_char(labels.ptr[start - 1]))
            start--;
        struct bk_str name = {labels.ptr + start, eq - start};
        struct bk_str behind = bk_from(labels, eq + 2);
        size_t end = bk_find_char(behind, '"');
        if (end == BK_NONE)
            return;
        struct bk_str value = bk_upto(behind, end);
        if (name.len > 0 && value.len > 0 && bk_run_param_named(run, name) == NULL)
            bk_run_param(a, run, bk_dup(a, name), bk_dup(a, value), locator);
        labels = bk_from(behind, end + 1);
    }
}

static struct bk_target family_target(const struct bk_doc *d, struct bk_str family)
{
    return bk_dict_find(d->im->dict, BK_S("prometheus"), family);
}

static bool cut_suffix(struct bk_str *s, const char *suffix)
{
    struct bk_str end = bk_str(suffix);
    if (!bk_ends(*s, end) || s->len == end.len)
        return false;
    s->len -= end.len;
    return true;
}

/* The name without what servers and expositions add to it ("vllm:", "_total"), and the
 * statistic that it is. */
static struct bk_target target_of(const struct bk_doc *d, struct bk_str name,
                                  struct bk_str *stat)
{
    size_t colon = bk_rfind_char(name, ':');
    struct bk_str family = colon == BK_NONE ? name : bk_from(name, colon + 1);
    struct bk_target t = family_target(d, name);
    *stat = (struct bk_str){0};
    if (t.kind == BK_TARGET_NONE)
        t = family_target(d, family);
    if (t.kind != BK_TARGET_NONE)
        return t;
    if (cut_suffix(&family, "_sum"))
        *stat = BK_S("sum");
    else if (cut_suffix(&family, "_count"))
        *stat = BK_S("count");
    else
        (void)cut_suffix(&family, "_total");
    return family_target(d, family);
}

/* Series that differ in their labels add up: requests that ended for one reason and for
 * another. */
static void add_exposed(struct bk_doc *d, struct bk_run *run,
                        const struct bk_measurement *m)
{
    for (size_t i = 0; m != NULL && i + 1 < run->n_measurements; i++) {
        struct bk_measurement *old = &run->measurements[i];
        if (!bk_eq(old->metric, m->metric) || !bk_eq(old->stat, m->stat) ||
            !bk_eq(old->source_name, m->source_name))
            continue;
        bool adds_up = bk_is(m->unit, "1") || bk_is(m->stat, "sum");
        if (adds_up) {
            old->value += m->value;
            old->low += m->low;
            old->high += m->high;
            old->source_value =
                bk_fmt(d->im->arena, "%.*s + %.*s",
                       BK_F(bk_upto(old->source_value, 80)), BK_F(m->source_value));
        }
        run->n_measurements--;
        return;
    }
}

static void emit_exposed(struct bk_doc *d, struct bk_run *run, const struct exposed *x,
                         struct bk_str locator)
{
    struct bk_arena *a = d->im->arena;
    struct bk_str stat;
    struct bk_target t = target_of(d, x->name, &stat);
    if (t.kind == BK_TARGET_IGNORED || bk_ends(x->name, BK_S("_bucket")))
        return;
    struct bk_reading r = {
        .name = x->name,
        .text = x->number,
        .has_value = true,
        .value = x->value,
        .half = (double)NAN,
        .unit = x->unit,
        .locator = locator,
    };
    if (t.kind != BK_TARGET_METRIC) {
        r.scope = x->labels;
        (void)bk_emit(d->im, run, &r);
        return;
    }
    d->known++;
    if (bk_has(x->labels, BK_S("\"abort")))
        return;
    if (stat.len == 0)
        stat = t.stat;
    if (x->value == rint(x->value) && t.metric != NULL && bk_is(t.metric->unit, "1"))
        r.half = 0;
    const char *dot = stat.len > 0 ? "." : "";
    const char *target =
        bk_cstr(a, bk_fmt(a, "%.*s%s%.*s", BK_F(t.name), dot, BK_F(stat)));
    if (bk_is(stat, "count") || bk_dict_unit(d->im->dict, r.unit) == NULL)
        r.unit = (struct bk_str){0};
    add_exposed(d, run, bk_emit_as(d->im, run, target, &r));
    if (bk_is(stat, "sum") && isfinite(x->divisor) &&
        bk_run_find(run, bk_cstr(a, t.name), "count", "") == NULL) {
        struct bk_reading count = {.name = x->name,
                                   .has_value = true,
                                   .value = x->divisor,
                                   .locator = locator};
        target = bk_cstr(a, bk_fmt(a, "%.*s.count", BK_F(t.name)));
        (void)bk_emit_as(d->im, run, target, &count);
    }
}

/* Means of what has a sum and a count, and the share of hits. */
static void derive_means(struct bk_doc *d, struct bk_run *run)
{
    struct bk_arena *a = d->im->arena;
    size_t n = run->n_measurements;
    for (size_t i = 0; i < n; i++) {
        struct bk_measurement sum = run->measurements[i];
        if (!bk_is(sum.stat, "sum"))
            continue;
        const char *metric = bk_cstr(a, sum.metric);
        const struct bk_measurement *count = bk_run_find(run, metric, "count", "");
        if (count == NULL || count->value <= 0 ||
            bk_run_find(run, metric, "mean", "") != NULL)
            continue;
        double c = count->value;
        struct bk_measurement *m = bk_run_derive(
            a, run, metric, "mean", bk_cstr(a, sum.unit), sum.value / c, "sum / count");
        m->low = sum.low / c;
        m->high = sum.high / c;
        m->locator = sum.locator;
    }
}

static const struct bk_measurement *ends_with(const struct bk_run *run, const char *end)
{
    for (size_t i = 0; i < run->n_measurements; i++) {
        struct bk_str name = run->measurements[i].source_name;
        if (bk_ends(name, bk_str(end)))
            return &run->measurements[i];
    }
    return NULL;
}

static void derive_hit_rate(struct bk_doc *d, struct bk_run *run)
{
    const struct bk_measurement *hits = ends_with(run, "prefix_cache_hits_total");
    const struct bk_measurement *asked = ends_with(run, "prefix_cache_queries_total");
    if (hits == NULL || asked == NULL || asked->value <= 0 ||
        bk_run_find(run, "prefix_cache_hit_rate", "value", "") != NULL)
        return;
    double rate = hits->value / asked->value;
    struct bk_str where = hits->locator;
    struct bk_measurement *m =
        bk_run_derive(d->im->arena, run, "prefix_cache_hit_rate", "value", "ratio",
                      rate, "prefix_cache_hits / prefix_cache_queries");
    m->locator = where;
}

/* "cache_config_info" tells how the server was set up; "python_info" does not. */
static bool is_info(const struct exposed *x)
{
    return bk_ends(x->name, BK_S("config_info"));
}

/* The piece that holds all quoted lines: they are of one server. */
static struct bk_piece *exposed_piece(struct bk_doc *d)
{
    for (size_t i = 0; i < d->n_pieces; i++) {
        if (d->pieces[i].exposition)
            return &d->pieces[i];
    }
    struct bk_piece *p = bk_doc_piece(d, BK_NONE, false);
    p->exposition = true;
    return p;
}

/* The same series quoted once more says nothing new. */
static bool is_new(struct bk_doc *d, const struct exposed *x)
{
    struct bk_str series =
        bk_fmt(d->im->arena, "%.*s%.*s", BK_F(x->name), BK_F(x->labels));
    if (bk_map_get(&d->series, series) != NULL)
        return false;
    bk_map_put(d->im->arena, &d->series, series, d);
    return true;
}

/* A word with '_' before a number may be anything; an exposition has a name that is
 * known, or labels, or what every client library exports. */
static bool looks_exposed(const struct bk_doc *d, struct bk_str text)
{
    static const char *const exported[] = {"process_", "python_", "go_", "http_"};
    struct bk_str line, stat;
    struct exposed x;
    for (size_t n = 0; n < MAX_LINES && bk_next_line(&text, &line); n++) {
        if (label_value(bk_upto(line, MAX_LINE), "model_name").len > 0)
            return true;
        if (!read_exposed(line, &x))
            continue;
        if (x.labels.len > 0 || target_of(d, x.name, &stat).kind == BK_TARGET_METRIC)
            return true;
        for (size_t i = 0; i < sizeof exported / sizeof *exported; i++) {
            if (bk_starts(x.name, bk_str(exported[i])))
                return true;
        }
    }
    return false;
}

static void take_exposed(struct bk_doc *d, const struct bk_doc_block *b)
{
    struct bk_str text = b->text, line;
    struct exposed x;
    struct bk_piece *p = NULL;
    if (!looks_exposed(d, text))
        return;
    for (size_t n = b->line + 1;
         bk_next_line(&text, &line) && d->n_exposed < MAX_SERIES; n++) {
        struct bk_str model = label_value(bk_upto(line, MAX_LINE), "model_name");
        bool is_line = read_exposed(line, &x);
        if (!is_line && model.len == 0)
            continue;
        p = p != NULL ? p : exposed_piece(d);
        if (p->run->model.len == 0 && model.len > 0)
            p->run->model = bk_dup(d->im->arena, model);
        if (!is_line)
            continue;
        struct bk_str where = bk_line_locator(d->im->arena, n);
        if (is_info(&x))
            take_info_labels(d, p->run, x.labels, where);
        else if (x.number.len > 0 && is_new(d, &x))
            emit_exposed(d, p->run, &x, where);
        d->n_exposed++;
    }
    if (p != NULL) {
        derive_means(d, p->run);
        derive_hit_rate(d, p->run);
    }
}

void bk_doc_code(struct bk_doc *d, const struct bk_doc_block *b)
{
    enum bk_decimal decimal = decimal_of(d, b->text);
    size_t known = known_lines(d, b->text, decimal);
    if (known >= MIN_KNOWN) {
        d->known += known;
        take_pairs(d, b, decimal);
        return;
    }
    take_exposed(d, b);
}
