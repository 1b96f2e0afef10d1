/* A sink that writes records as text, one line each: what the golden tests compare.
 *
 * Fields are 'name=value'; empty ones are left out, so that a new field does not change
 * every golden file.  Text is quoted, control characters are escaped, numbers are the
 * shortest that read back. */
#include "sink.h"

#include <math.h>

#include "../base/num.h"

static void add_quoted(struct bk_buf *b, struct bk_str s)
{
    bk_buf_addc(b, '"');
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];
        if (c == '"' || c == '\\') {
            bk_buf_addc(b, '\\');
            bk_buf_addc(b, (char)c);
        } else if (c == '\n') {
            bk_buf_add(b, BK_S("\\n"));
        } else if (c < 0x20 || c == 0x7f) {
            bk_buf_addf(b, "\\x%02x", c);
        } else {
            bk_buf_addc(b, (char)c);
        }
    }
    bk_buf_addc(b, '"');
}

static void text(struct bk_buf *b, const char *name, struct bk_str s)
{
    if (s.len == 0)
        return;
    bk_buf_addf(b, " %s=", name);
    add_quoted(b, s);
}

static void number(struct bk_buf *b, const char *name, double value)
{
    char out[32];
    bk_format_double(value, out);
    bk_buf_addf(b, " %s=%s", name, out);
}

static void optional(struct bk_buf *b, const char *name, double value)
{
    if (!isnan(value))
        number(b, name, value);
}

static void time(struct bk_buf *b, const char *name, int64_t ns)
{
    char out[40];
    if (ns == BK_NO_TIME)
        return;
    bk_format_iso(ns, out);
    bk_buf_addf(b, " %s=%s", name, out);
}

static void flag(struct bk_buf *b, const char *name, bool set)
{
    if (set)
        bk_buf_addf(b, " %s", name);
}

static void print_measurement(struct bk_buf *b, const struct bk_measurement *m)
{
    bk_buf_addf(b, "  measurement %.*s.%.*s", BK_F(m->metric), BK_F(m->stat));
    text(b, "scope", m->scope);
    number(b, "value", m->value);
    text(b, "unit", m->unit);
    if (m->low < m->value || m->high > m->value) {
        number(b, "low", m->low);
        number(b, "high", m->high);
    }
    if (m->origin != BK_REPORTED)
        bk_buf_addf(b, " origin=%s", bk_origin_name(m->origin));
    if (m->population != BK_POP_ALL)
        bk_buf_addf(b, " population=%s", bk_population_name(m->population));
    if (m->rank)
        bk_buf_addf(b, " rank=%u", m->rank);
    text(b, "formula", bk_formula_of(m));
    text(b, "name", m->source_name);
    text(b, "digits", m->source_value);
    text(b, "written_in", bk_source_unit_of(m));
    text(b, "at", m->locator);
    bk_buf_addc(b, '\n');
}

static void print_fact(struct bk_buf *b, const char *what, const struct bk_fact *f)
{
    bk_buf_addf(b, "  %s %.*s", what, BK_F(f->name));
    text(b, "value", f->value);
    text(b, "unit", f->unit);
    text(b, "at", f->locator);
    bk_buf_addc(b, '\n');
}

static void print_finding(struct bk_buf *b, const char *indent,
                          const struct bk_finding *f)
{
    bk_buf_addf(b, "%sfinding %.*s %s", indent, BK_F(f->code),
                bk_severity_name(f->severity));
    text(b, "subject", f->subject);
    text(b, "message", f->message);
    text(b, "expected", f->expected);
    text(b, "actual", f->actual);
    text(b, "at", f->locator);
    bk_buf_addc(b, '\n');
}

static void print_tick(struct bk_buf *b, const struct bk_tick *t)
{
    bk_buf_add(b, BK_S("  tick"));
    optional(b, "elapsed", t->elapsed_s);
    optional(b, "vus", t->vus);
    optional(b, "iterations", t->iterations);
    optional(b, "interrupted", t->interrupted);
    optional(b, "requests", t->requests);
    optional(b, "failed", t->failed);
    optional(b, "latency_mean", t->latency_mean_s);
    optional(b, "latency_p95", t->latency_p95_s);
    bk_buf_addc(b, '\n');
}

static void print_threshold(struct bk_buf *b, const struct bk_threshold *t)
{
    static const char *const states[] = {
        [BK_THRESHOLD_UNKNOWN] = "unknown",
        [BK_THRESHOLD_PASSED] = "passed",
        [BK_THRESHOLD_FAILED] = "failed",
    };
    bk_buf_addf(b, "  threshold %s", states[t->state]);
    text(b, "metric", t->metric);
    text(b, "rule", t->expression);
    text(b, "at", t->locator);
    bk_buf_addc(b, '\n');
}

static void print_run_head(struct bk_buf *b, const struct bk_run *r)
{
    bk_buf_add(b, BK_S("run"));
    text(b, "key", r->key);
    text(b, "session", r->session);
    text(b, "hardware", r->hardware);
    text(b, "model", r->model);
    text(b, "engine", r->engine);
    text(b, "workload", r->workload);
    time(b, "started", r->started_ns);
    time(b, "ended", r->ended_ns);
    text(b, "started_text", r->started_text);
    flag(b, "invalid", r->invalid);
    text(b, "invalid_why", r->invalid_why);
    flag(b, "generates_text", r->generates_text);
    flag(b, "closed_loop", r->closed_loop);
    optional(b, "think_time", r->think_time_s);
    flag(b, "claims", r->claims);
    if (r->status != BK_RUN_OK)
        bk_buf_addf(b, " status=%s", bk_status_name(r->status));
    text(b, "status_why", r->status_why);
    bk_buf_addc(b, '\n');
}

static bool print_run(struct bk_sink *s, struct bk_run *r, struct bk_err *err)
{
    (void)err;
    struct bk_buf *b = ((struct bk_print_sink *)s)->out;
    print_run_head(b, r);
    for (size_t i = 0; i < r->n_params; i++) {
        bk_buf_addf(b, "  param %.*s", BK_F(r->params[i].name));
        text(b, "value", r->params[i].value);
        text(b, "at", r->params[i].locator);
        bk_buf_addc(b, '\n');
    }
    for (size_t i = 0; i < r->n_hardware_facts; i++)
        print_fact(b, "hardware", &r->hardware_facts[i]);
    for (size_t i = 0; i < r->n_model_facts; i++)
        print_fact(b, "model", &r->model_facts[i]);
    for (size_t i = 0; i < r->n_stages; i++) {
        bk_buf_add(b, BK_S("  stage"));
        number(b, "seconds", r->stages[i].seconds);
        number(b, "vus", r->stages[i].vus);
        bk_buf_addc(b, '\n');
    }
    for (size_t i = 0; i < r->n_measurements; i++)
        print_measurement(b, &r->measurements[i]);
    for (size_t i = 0; i < r->n_ticks; i++)
        print_tick(b, &r->ticks[i]);
    for (size_t i = 0; i < r->n_thresholds; i++)
        print_threshold(b, &r->thresholds[i]);
    for (size_t i = 0; i < r->n_findings; i++)
        print_finding(b, "  ", &r->findings[i]);
    return true;
}

static bool print_snapshot(struct bk_sink *s, const struct bk_snapshot *snapshot,
                           struct bk_err *err)
{
    (void)err;
    struct bk_buf *b = ((struct bk_print_sink *)s)->out;
    bk_buf_add(b, BK_S("snapshot"));
    text(b, "syntax", snapshot->syntax);
    time(b, "taken", snapshot->taken_ns);
    bk_buf_addc(b, '\n');
    return true;
}

static bool print_series(struct bk_sink *s, const struct bk_series_sample *x,
                         struct bk_err *err)
{
    (void)err;
    struct bk_buf *b = ((struct bk_print_sink *)s)->out;
    bk_buf_addf(b, "  sample %.*s %s", BK_F(x->name), bk_series_type_name(x->type));
    text(b, "family", x->family);
    for (size_t i = 0; i < x->n_labels; i++) {
        bk_buf_addf(b, " {%.*s=", BK_F(x->labels[i].name));
        add_quoted(b, x->labels[i].value);
        bk_buf_addc(b, '}');
    }
    number(b, "value", x->value);
    time(b, "time", x->time_ns);
    text(b, "unit", x->unit);
    text(b, "exemplar", x->exemplar);
    bk_buf_addf(b, " line=%zu\n", x->line);
    return true;
}

static void print_sizing_value(struct bk_buf *b, const struct bk_sizing_value *v)
{
    bk_buf_addf(b, "  value %.*s", BK_F(v->name));
    text(b, "scenario", v->scenario);
    text(b, "section", v->section);
    if (v->is_text) {
        text(b, "text", v->text);
    } else {
        number(b, "value", v->value);
        text(b, "unit", v->unit);
        if (v->low < v->value || v->high > v->value) {
            number(b, "low", v->low);
            number(b, "high", v->high);
        }
    }
    if (v->origin != BK_REPORTED)
        bk_buf_addf(b, " origin=%s", bk_origin_name(v->origin));
    text(b, "name", v->source_name);
    text(b, "digits", v->source_value);
    text(b, "written_in", v->source_unit);
    text(b, "at", v->locator);
    bk_buf_addc(b, '\n');
}

static bool print_sizing(struct bk_sink *s, struct bk_sizing *z, struct bk_err *err)
{
    (void)err;
    struct bk_buf *b = ((struct bk_print_sink *)s)->out;
    bk_buf_add(b, BK_S("sizing"));
    text(b, "model", z->model);
    text(b, "server", z->server);
    text(b, "generation", z->generation);
    time(b, "taken", z->taken_ns);
    bk_buf_addc(b, '\n');
    for (size_t i = 0; i < z->n_values; i++)
        print_sizing_value(b, &z->values[i]);
    for (size_t i = 0; i < z->n_formulas; i++) {
        const struct bk_sizing_formula *f = &z->formulas[i];
        bk_buf_addf(b, "  formula %.*s", BK_F(f->name));
        text(b, "scenario", f->scenario);
        text(b, "formula", f->formula);
        text(b, "explanation", f->explanation);
        text(b, "at", f->locator);
        bk_buf_addc(b, '\n');
    }
    for (size_t i = 0; i < z->n_model_facts; i++)
        print_fact(b, "model", &z->model_facts[i]);
    for (size_t i = 0; i < z->n_hardware_facts; i++)
        print_fact(b, "hardware", &z->hardware_facts[i]);
    for (size_t i = 0; i < z->n_findings; i++)
        print_finding(b, "  ", &z->findings[i]);
    return true;
}

static bool print_source_finding(struct bk_sink *s, const struct bk_finding *f,
                                 struct bk_err *err)
{
    (void)err;
    print_finding(((struct bk_print_sink *)s)->out, "", f);
    return true;
}

static void print_cell(struct bk_buf *b, const struct bk_moved_field *f,
                       const struct bk_moved_cell *c)
{
    const char *key = bk_moved_key(f);
    if (c->is_null)
        return;
    switch (f->type) {
    case BK_MOVED_TEXT:
    case BK_MOVED_SHA256:
        text(b, key, c->s);
        break;
    case BK_MOVED_BYTES:
        bk_buf_addf(b, " %s=%zu bytes", key, c->s.len);
        break;
    case BK_MOVED_INT:
        bk_buf_addf(b, " %s=%lld", key, (long long)c->i);
        break;
    case BK_MOVED_BOOL:
        flag(b, key, c->i != 0);
        break;
    case BK_MOVED_MIXED:
        if (!c->is_number) {
            text(b, key, c->s);
            break;
        }
        number(b, key, c->real);
        break;
    case BK_MOVED_REAL:
    case BK_MOVED_SPECIAL:
        number(b, key, c->real);
        break;
    case BK_MOVED_TIME:
        time(b, key, c->i);
        break;
    case BK_MOVED_PAIRS:
        for (size_t i = 0; i < c->n_pairs; i++) {
            bk_buf_addf(b, " {%.*s=", BK_F(c->pairs[i].name));
            add_quoted(b, c->pairs[i].value);
            bk_buf_addc(b, '}');
        }
        break;
    }
}

static bool print_moved(struct bk_sink *s, const struct bk_moved_row *row,
                        struct bk_err *err)
{
    (void)err;
    struct bk_buf *b = ((struct bk_print_sink *)s)->out;
    const struct bk_moved_shape *shape = &bk_moved_shapes[row->kind];
    bk_buf_addf(b, "moved %s", shape->name);
    for (size_t i = 0; i < shape->n_fields; i++)
        print_cell(b, &shape->fields[i], &row->cells[i]);
    bk_buf_addc(b, '\n');
    return true;
}

void bk_print_sink_init(struct bk_print_sink *s, struct bk_buf *out)
{
    s->sink = (struct bk_sink){
        .run = print_run,
        .snapshot = print_snapshot,
        .series = print_series,
        .sizing = print_sizing,
        .finding = print_source_finding,
        .moved = print_moved,
    };
    s->out = out;
}
