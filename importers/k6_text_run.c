/* From what a k6 console said to runs (see k6_text.h). */
#include "k6_text.h"

#include "shared/emit.h"
#include "shared/table.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define NEARLY_ALL 0.9 /* of the failed requests */

/* --- keeping --- */

void k6_keep_line(struct bk_arena *a, struct k6_line *l, const struct bk_k6_line *m,
                  struct bk_str name, struct bk_str scope, size_t line)
{
    l->parsed = *m;
    l->name = name;
    l->scope = scope;
    l->line = line;
    for (size_t i = 0; i < m->n_fields; i++) {
        struct bk_k6_field *f = &l->parsed.fields[i];
        f->stat = bk_dup(a, f->stat);
        f->q.text = bk_dup(a, f->q.text);
        f->q.unit = bk_dup(a, f->q.unit);
    }
}

void k6_add_threshold(struct bk_arena *a, struct bk_run *run, struct bk_str metric,
                      struct bk_str text, bool passed, size_t line)
{
    struct bk_str rule = text;
    if (rule.len > 0 && rule.ptr[0] == '\'') {
        rule = bk_from(rule, 1);
        rule = bk_upto(rule, bk_find_char(rule, '\''));
    }
    *BK_PUSH(a, run->thresholds, run->n_thresholds) = (struct bk_threshold){
        .metric = metric,
        .expression = bk_dup(a, rule),
        .state = passed ? BK_THRESHOLD_PASSED : BK_THRESHOLD_FAILED,
        .locator = bk_line_locator(a, line),
    };
}

/* --- metric lines --- */

struct emitter {
    const struct bk_importing *im;
    struct bk_run *run;
    const struct k6_line *l;
    struct bk_str locator;
};

static struct bk_reading reading(const struct emitter *e,
                                 const struct bk_k6_quantity *q)
{
    return (struct bk_reading){
        .name = e->l->name,
        .scope = e->l->scope,
        .unit = q->unit,
        .text = q->text,
        .has_value = true,
        .value = q->value,
        .half = q->half,
        .population = bk_is(e->l->scope, "ok") ? BK_POP_OK : BK_POP_ALL,
        .locator = e->locator,
    };
}

/* "name.rate", "name.passes": a name of its own in the dictionary. */
static void emit_part(const struct emitter *e, const char *part,
                      const struct bk_k6_quantity *q)
{
    struct bk_reading r = reading(e, q);
    r.name = bk_fmt(e->im->arena, "%.*s.%s", BK_F(e->l->name), part);
    bk_emit(e->im, e->run, &r);
}

static const struct bk_k6_quantity *field(const struct k6_line *l, const char *stat)
{
    for (size_t i = 0; i < l->parsed.n_fields; i++) {
        if (bk_is(l->parsed.fields[i].stat, stat))
            return &l->parsed.fields[i].q;
    }
    return NULL;
}

/* The counts are exact and the percentage is cut: the ratio is derived from them, and
 * what was printed stays as a second claim. */
static void emit_rate(const struct emitter *e)
{
    const struct bk_k6_quantity *printed = field(e->l, "");
    const struct bk_k6_quantity *passes = field(e->l, "passes");
    const struct bk_k6_quantity *fails = field(e->l, "fails");
    const struct bk_k6_quantity *total = field(e->l, "total");
    struct bk_k6_quantity rest;
    if (printed == NULL)
        return;
    struct bk_reading r = reading(e, printed);
    if (passes == NULL) {
        bk_emit(e->im, e->run, &r);
        return;
    }
    double n = total != NULL ? total->value : passes->value + fails->value;
    emit_part(e, "passes", passes);
    if (fails != NULL) {
        emit_part(e, "fails", fails);
    } else if (total->value >= passes->value) {
        rest = (struct bk_k6_quantity){.value = total->value - passes->value};
        struct bk_reading left = reading(e, &rest);
        left.name = bk_fmt(e->im->arena, "%.*s.fails", BK_F(e->l->name));
        left.origin = BK_DERIVED;
        left.formula =
            bk_fmt(e->im->arena, "%.*s - %.*s", BK_F(total->text), BK_F(passes->text));
        bk_emit(e->im, e->run, &left);
    }
    r.rank = n > 0 ? 1 : 0;
    bk_emit(e->im, e->run, &r);
    if (n <= 0)
        return;
    struct bk_k6_quantity exact = {.value = passes->value / n};
    struct bk_reading derived = reading(e, &exact);
    derived.unit = BK_S("ratio");
    derived.origin = BK_DERIVED;
    derived.formula =
        total != NULL
            ? bk_fmt(e->im->arena, "%.*s / %.*s", BK_F(passes->text), BK_F(total->text))
            : bk_fmt(e->im->arena, "%.*s / (%.*s + %.*s)", BK_F(passes->text),
                     BK_F(passes->text), BK_F(fails->text));
    bk_emit(e->im, e->run, &derived);
}

static void emit_counter(const struct emitter *e)
{
    const struct bk_k6_quantity *rate = field(e->l, "rate");
    const struct bk_k6_quantity *count = field(e->l, "");
    if (count == NULL)
        return;
    struct bk_reading r = reading(e, count);
    bk_emit(e->im, e->run, &r);
    if (rate != NULL)
        emit_part(e, "rate", rate);
}

static void emit_gauge(const struct emitter *e)
{
    /* The most VUs that k6 could use are a setting, and stand there three times. */
    bool setting = bk_is(e->l->name, "vus_max");
    for (size_t i = 0; i < e->l->parsed.n_fields; i++) {
        const struct bk_k6_field *f = &e->l->parsed.fields[i];
        struct bk_reading r = reading(e, &f->q);
        r.stat = f->stat;
        if (!setting || bk_is(f->stat, "max")) {
            r.stat = setting ? BK_S("") : r.stat;
            bk_emit(e->im, e->run, &r);
        }
    }
}

static void emit_trend(const struct emitter *e)
{
    for (size_t i = 0; i < e->l->parsed.n_fields; i++) {
        const struct bk_k6_field *f = &e->l->parsed.fields[i];
        struct bk_reading r = reading(e, &f->q);
        r.stat = f->stat;
        bk_emit(e->im, e->run, &r);
    }
}

static void emit_line(const struct bk_importing *im, struct bk_run *run,
                      const struct k6_line *l)
{
    struct emitter e = {im, run, l, bk_line_locator(im->arena, l->line)};
    switch (l->parsed.kind) {
    case BK_K6_TREND:
        emit_trend(&e);
        break;
    case BK_K6_GAUGE:
        emit_gauge(&e);
        break;
    case BK_K6_COUNTER:
        emit_counter(&e);
        break;
    case BK_K6_RATE:
        emit_rate(&e);
        break;
    }
    if (l->parsed.mark != 0) /* the old layout does not print the rule */
        k6_add_threshold(im->arena, run,
                         bk_fmt(im->arena, "%.*s%.*s", BK_F(l->name),
                                BK_F(bk_k6_selector(l->scope))),
                         (struct bk_str){0}, l->parsed.mark > 0, l->line);
}

/* --- checks --- */

static void emit_count(const struct bk_importing *im, struct bk_run *run,
                       const struct k6_check *c, struct bk_str scope, bool passes)
{
    struct bk_str text = passes ? c->passes_text : c->fails_text;
    bool printed = text.len > 0;
    struct bk_str why =
        c->n > 1 ? BK_S("sum over groups") : BK_S("the check is marked as passed");
    struct bk_reading r = {
        .name = passes ? BK_S("checks.passes") : BK_S("checks.fails"),
        .scope = scope,
        .text = text,
        .has_value = true,
        .value = passes ? c->passes : c->fails,
        .origin = printed ? BK_REPORTED : BK_DERIVED,
        .formula = printed ? BK_S("") : why,
        .locator = bk_line_locator(im->arena, c->line),
    };
    if (!isnan(r.value))
        bk_emit(im, run, &r);
}

/* Adds a check to the sum of those of its name, in whatever group. */
static void sum_check(struct bk_arena *a, struct bk_map *names, struct k6_check *c)
{
    struct k6_check *sum = bk_map_get(names, c->name);
    if (c->passed && isnan(c->fails))
        c->fails = 0; /* such a check prints no counts */
    if (sum == NULL) {
        sum = bk_alloc(a, sizeof *sum);
        *sum = *c;
        bk_map_put(a, names, c->name, sum);
    } else {
        sum->passes += c->passes;
        sum->fails += c->fails;
        sum->passes_text = sum->fails_text = (struct bk_str){0};
    }
    sum->n++;
}

static void emit_counts(const struct bk_importing *im, struct bk_run *run,
                        const struct k6_check *c, struct bk_str scope)
{
    emit_count(im, run, c, scope, true);
    emit_count(im, run, c, scope, false);
}

/* Each check under "{check:NAME}".  In the old layout a check stands in one group only:
 * where several groups have one of that name, each comes with its group, and the sum is
 * derived.  In the sections of v1 the total stands above its parts. */
static void emit_checks(const struct bk_importing *im, struct k6_run *k)
{
    struct bk_map names = {0};
    for (size_t i = 0; i < k->n_checks; i++)
        sum_check(im->arena, &names, &k->checks[i]);
    for (size_t i = 0; i < k->n_checks; i++) {
        struct k6_check *c = &k->checks[i];
        struct k6_check *sum = bk_map_get(&names, c->name);
        struct bk_str scope = bk_fmt(im->arena, "{check:%.*s}", BK_F(c->name));
        struct bk_str in_group = bk_k6_join_scopes(im->arena, scope, c->group);
        if (k->sections) {
            emit_counts(im, k->run, c, in_group);
            continue;
        }
        if (!sum->emitted)
            emit_counts(im, k->run, sum, scope);
        sum->emitted = true;
        if (sum->n > 1 && c->group.len > 0)
            emit_counts(im, k->run, c, in_group);
    }
}

/* --- runs --- */

static void note_truncated(const struct bk_importing *im, const struct k6_run *k)
{
    struct bk_run *run = k->run;
    const struct bk_tick *last = &run->ticks[run->n_ticks - 1];
    char of[64] = "";
    if (k->planned_s > 0)
        snprintf(of, sizeof of, " of %g s", k->planned_s);
    run->invalid = true;
    run->invalid_why = bk_fmt(im->arena, "the output ends before the summary, at %g s",
                              last->elapsed_s);
    struct bk_finding *f = bk_run_finding(
        im->arena, run, "truncated", BK_WARNING, BK_S("summary"),
        "the output ends before the summary: the last progress line is at %g s%s, with "
        "%.0f iterations complete and %.0f interrupted",
        last->elapsed_s, of, last->iterations, last->interrupted);
    f->locator = bk_line_locator(im->arena, k->tick_line);
}

static void note_repeated(const struct bk_importing *im, const struct k6_run *k)
{
    struct bk_finding *f = bk_run_finding(
        im->arena, k->run, "repeated-summary", BK_INFO, BK_S("summary"),
        "%zu summaries stand in the output of one run; the last is used", k->blocks);
    f->locator = bk_line_locator(im->arena, k->block_line);
}

/* The failures that the log told of on the way are those of the timeline when they are
 * nearly all that the summary counts: k6 logs no answer with a bad status, scripts may
 * keep the log quiet, and logs are cut. */
static void settle_failures(struct k6_run *k)
{
    const struct bk_measurement *all =
        bk_run_find(k->run, "requests_failed", "value", "");
    bool told = k->failures > 0;
    if (told && k->n_lines > 0)
        told = all != NULL && (double)k->failures >= NEARLY_ALL * all->value;
    for (size_t i = 0; i < k->run->n_ticks && !told; i++)
        k->run->ticks[i].failed = (double)NAN;
}

static void fill_run(const struct bk_importing *im, struct k6_run *k)
{
    if (k->n_lines == 0) {
        settle_failures(k);
        note_truncated(im, k);
        return;
    }
    for (size_t i = 0; i < k->n_lines; i++)
        emit_line(im, k->run, k->lines[i]);
    emit_checks(im, k);
    k->run->claims = k->fenced;
    if (k->blocks > 1)
        note_repeated(im, k);
    bk_emit_drop_zero_latency(im, k->run);
    bk_emit_derived(im, k->run);
    settle_failures(k);
}

static bool same_line(const struct k6_line *x, const struct k6_line *y)
{
    if (!bk_eq(x->name, y->name) || !bk_eq(x->scope, y->scope) ||
        x->parsed.n_fields != y->parsed.n_fields)
        return false;
    for (size_t i = 0; i < x->parsed.n_fields; i++) {
        const struct bk_k6_field *a = &x->parsed.fields[i], *b = &y->parsed.fields[i];
        if (!bk_eq(a->q.text, b->q.text) || !bk_eq(a->q.unit, b->q.unit))
            return false;
    }
    return true;
}

/* A report that shows one summary twice has one run. */
static bool same_block(const struct k6_run *x, const struct k6_run *y)
{
    if (x->n_lines != y->n_lines || x->n_lines == 0)
        return false;
    for (size_t i = 0; i < x->n_lines; i++) {
        if (!same_line(x->lines[i], y->lines[i]))
            return false;
    }
    return true;
}

/* Progress lines quoted in a report are no run that broke off. */
static bool counts(struct k6_run **runs, size_t i)
{
    const struct k6_run *k = runs[i];
    if (k->n_lines == 0)
        return k->run->n_ticks > 0 && !(k->heading.len > 0 && !k->banner);
    return i == 0 || !same_block(runs[i - 1], k);
}

static struct bk_str key_of(struct bk_arena *a, const struct k6_run *k, size_t number,
                            struct bk_map *keys)
{
    struct bk_str key = k->heading.len > 0
                            ? bk_markdown_plain(a, bk_upto(k->heading, 200))
                            : bk_fmt(a, "run %zu", number);
    if (bk_map_get(keys, key) != NULL)
        key = bk_fmt(a, "%.*s (line %zu)", BK_F(key), k->block_line);
    bk_map_put(a, keys, key, a);
    return key;
}

bool k6_emit_runs(const struct bk_importing *im, struct k6_run **runs, size_t n,
                  size_t *emitted, struct bk_err *err)
{
    struct bk_map keys = {0};
    size_t n_good = 0, number = 0;
    *emitted = 0;
    for (size_t i = 0; i < n; i++)
        n_good += counts(runs, i);
    for (size_t i = 0; i < n; i++) {
        if (!counts(runs, i))
            continue;
        fill_run(im, runs[i]);
        if (n_good > 1)
            runs[i]->run->key = key_of(im->arena, runs[i], ++number, &keys);
        if (!im->sink->run(im->sink, runs[i]->run, err))
            return false;
        ++*emitted;
    }
    return true;
}
