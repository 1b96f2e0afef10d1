/* The end-of-test summary of k6 as JSON (https://github.com/grafana/k6), in three shapes:
 *   - --summary-export, k6 0.26 and later: {"metrics": {NAME: {"avg": ..}}, "root_group"};
 *     a threshold that is true was CROSSED;
 *   - the data of handleSummary: {"metrics": {NAME: {"type", "contains", "values"}},
 *     "root_group", "state", "options"}; a threshold is {"ok": true} when it was kept;
 *   - the machine-readable summary, k6 1.5 and later: {"version", "config", "metadata",
 *     "results": {"metrics": [..], "checks": {..}}}; durations in seconds.
 * Which it is shows in the structure, for scripts may add and drop whatever they like.
 * 'passes' (or 'matches') of http_req_failed are requests that failed.  Trends of time
 * are in milliseconds; the first shape does not say which trends are times, so only
 * those of k6 itself count as such. */
#include "importer.h"

#include "shared/emit.h"
#include "shared/json.h"
#include "shared/k6.h"

#include <math.h>
#include <string.h>

#define MAX_TEXT       ((size_t)64 * 1024 * 1024)
#define MAX_CHECKS     ((size_t)20000)
#define MAX_DEPTH      32 /* of groups within groups */
#define MAX_DUPLICATES 100
#define MAX_METRICS    ((size_t)2000)
#define MAX_STATS      ((size_t)100) /* of a metric; rules of its thresholds likewise */
#define LONGEST_NAME   ((size_t)400) /* bytes; longer ones are cut */

struct summary {
    const struct bk_importing *im;
    struct bk_arena *a;
    struct bk_run *run;
    double passes, fails; /* of all checks */
    size_t n_checks;
    struct bk_map check_sums; /* name -> struct check_sum */
};

/* k6's own trends of time that have no canonical name. */
static const char *const own_times[] = {
    "group_duration",
    "grpc_req_duration",
    "ws_connecting",
    "ws_session_duration",
    "ws_ping",
    "browser_http_req_duration",
    "browser_web_vital_fcp",
    "browser_web_vital_fid",
    "browser_web_vital_inp",
    "browser_web_vital_lcp",
    "browser_web_vital_ttfb",
};

/* --- metrics --- */

struct metric {
    struct bk_str name, scope; /* "http_req_duration", "ok" */
    struct bk_str type;        /* "trend", or empty in the first shape */
    struct bk_str contains;    /* "time", "data", "default", or empty */
    const struct bk_json *values;
    struct bk_str pointer; /* of values */
};

static bool has(const struct bk_json *values, const char *key)
{
    return bk_json_get(values, key) != NULL;
}

/* The type, from the stats where the shape does not state it. */
static enum bk_k6_kind kind_of(const struct metric *m)
{
    static const struct {
        const char *name;
        enum bk_k6_kind kind;
    } types[] = {{"trend", BK_K6_TREND},
                 {"counter", BK_K6_COUNTER},
                 {"gauge", BK_K6_GAUGE},
                 {"rate", BK_K6_RATE}};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (bk_is(m->type, types[i].name))
            return types[i].kind;
    }
    if (has(m->values, "passes") || has(m->values, "fails") ||
        has(m->values, "matches"))
        return BK_K6_RATE;
    if (has(m->values, "avg") || has(m->values, "med"))
        return BK_K6_TREND;
    if (has(m->values, "value"))
        return BK_K6_GAUGE;
    return has(m->values, "count") ? BK_K6_COUNTER : BK_K6_TREND;
}

static struct bk_str pointer_to(struct bk_arena *a, struct bk_str parent,
                                struct bk_str key)
{
    struct bk_buf b = {0};
    bk_buf_add(&b, parent);
    bk_buf_addc(&b, '/');
    key = bk_upto(key, LONGEST_NAME);
    for (size_t i = 0; i < key.len; i++) {
        if (key.ptr[i] == '~' || key.ptr[i] == '/')
            bk_buf_add(&b, key.ptr[i] == '~' ? BK_S("~0") : BK_S("~1"));
        else
            bk_buf_addc(&b, key.ptr[i]);
    }
    struct bk_str pointer = bk_dup(a, bk_buf_str(&b));
    bk_buf_free(&b);
    return pointer;
}

static struct bk_reading reading(const struct summary *s, const struct metric *m,
                                 const struct bk_json *v)
{
    return (struct bk_reading){
        .name = m->name,
        .scope = m->scope,
        .text = v->text,
        .has_value = true,
        .value = v->number,
        .half = 0, /* all digits are printed */
        .population = bk_is(m->scope, "ok") ? BK_POP_OK : BK_POP_ALL,
        .locator = pointer_to(s->a, m->pointer, v->key),
    };
}

static void emit_part(struct summary *s, struct bk_reading r, struct bk_str part)
{
    r.name = bk_fmt(s->a, "%.*s.%.*s", BK_F(r.name), BK_F(part));
    bk_emit(s->im, s->run, &r);
}

static bool is_own_time(struct bk_str name)
{
    for (size_t i = 0; i < sizeof own_times / sizeof *own_times; i++) {
        if (bk_is(name, own_times[i]))
            return true;
    }
    return false;
}

/* The unit of a metric's values: "" leaves it to the dictionary. */
static struct bk_str unit_of(const struct metric *m)
{
    if (bk_is(m->contains, "time") || is_own_time(m->name))
        return BK_S("ms");
    return bk_is(m->contains, "data") ? BK_S("B") : BK_S("");
}

static void emit_trend(struct summary *s, const struct metric *m)
{
    for (const struct bk_json *v = m->values->child; v != NULL; v = v->next) {
        if (v->type != BK_JSON_NUMBER)
            continue;
        struct bk_reading r = reading(s, m, v);
        r.stat = bk_upto(v->key, LONGEST_NAME);
        r.unit = unit_of(m);
        bk_emit(s->im, s->run, &r);
    }
}

static void emit_gauge(struct summary *s, const struct metric *m)
{
    bool setting = bk_is(m->name, "vus_max");
    bool has_max = has(m->values, "max");
    for (const struct bk_json *v = m->values->child; v != NULL; v = v->next) {
        if (v->type != BK_JSON_NUMBER)
            continue;
        struct bk_reading r = reading(s, m, v);
        r.unit = unit_of(m);
        if (!setting)
            r.stat = bk_upto(v->key, LONGEST_NAME);
        if (!setting || !has_max || bk_is(v->key, "max"))
            bk_emit(s->im, s->run, &r); /* a setting is said once */
    }
}

static void emit_counter(struct summary *s, const struct metric *m)
{
    for (const struct bk_json *v = m->values->child; v != NULL; v = v->next) {
        if (v->type != BK_JSON_NUMBER)
            continue;
        struct bk_reading r = reading(s, m, v);
        r.unit = bk_is(m->contains, "data") ? BK_S("B") : BK_S("");
        if (bk_is(v->key, "rate")) {
            r.unit = r.unit.len > 0 ? BK_S("B/s") : BK_S("1/s");
            if (bk_is(m->name, "data_sent") || bk_is(m->name, "data_received"))
                r.unit = BK_S("B/s");
            emit_part(s, r, v->key);
        } else if (bk_is(v->key, "count")) {
            bk_emit(s->im, s->run, &r);
        } else {
            emit_part(s, r, v->key);
        }
    }
}

static void emit_rate(struct summary *s, const struct metric *m)
{
    double matches, total;
    for (const struct bk_json *v = m->values->child; v != NULL; v = v->next) {
        if (v->type != BK_JSON_NUMBER)
            continue;
        struct bk_reading r = reading(s, m, v);
        if (bk_is(v->key, "value") || bk_is(v->key, "rate")) {
            r.unit = BK_S("ratio");
            bk_emit(s->im, s->run, &r);
        } else {
            emit_part(s, r, v->key);
        }
    }
    if (!bk_json_number(m->values, "matches", &matches) ||
        !bk_json_number(m->values, "total", &total) || matches > total ||
        has(m->values, "fails"))
        return;
    struct bk_reading rest = reading(s, m, bk_json_get(m->values, "total"));
    rest.text = (struct bk_str){0};
    rest.value = total - matches;
    rest.origin = BK_DERIVED;
    rest.formula = BK_S("total - matches");
    emit_part(s, rest, BK_S("fails"));
}

static void emit_metric(struct summary *s, const struct metric *m)
{
    switch (kind_of(m)) {
    case BK_K6_TREND:
        emit_trend(s, m);
        break;
    case BK_K6_GAUGE:
        emit_gauge(s, m);
        break;
    case BK_K6_COUNTER:
        emit_counter(s, m);
        break;
    case BK_K6_RATE:
        emit_rate(s, m);
        break;
    }
}

/* --- thresholds --- */

/* Is the stat that the rule is about ("p(99)<400") among the values?  What k6 decided
 * about a number that it does not show cannot be checked. */
static bool stat_is_shown(const struct bk_json *values, struct bk_str rule)
{
    size_t n = 0;
    while (n < rule.len && memchr("<>=! ", rule.ptr[n], 5) == NULL)
        n++;
    struct bk_str stat = bk_upto(rule, n);
    for (const struct bk_json *v = values->child; v != NULL; v = v->next) {
        if (bk_eq(v->key, stat))
            return true;
    }
    return bk_is(stat, "rate") && has(values, "value");
}

static void add_thresholds(struct summary *s, const struct metric *m,
                           const struct bk_json *thresholds, struct bk_str pointer)
{
    if (thresholds == NULL || thresholds->type != BK_JSON_OBJECT ||
        thresholds->n > MAX_STATS)
        return;
    for (const struct bk_json *t = thresholds->child; t != NULL; t = t->next) {
        const struct bk_json *ok = bk_json_get(t, "ok");
        struct bk_threshold *out =
            BK_PUSH(s->a, s->run->thresholds, s->run->n_thresholds);
        out->metric =
            bk_fmt(s->a, "%.*s%.*s", BK_F(m->name), BK_F(bk_k6_selector(m->scope)));
        out->expression = bk_upto(t->key, LONGEST_NAME);
        out->locator = pointer_to(s->a, pointer, t->key);
        if (!stat_is_shown(m->values, t->key))
            continue;
        if (ok != NULL && ok->type == BK_JSON_BOOL)
            out->state = ok->boolean ? BK_THRESHOLD_PASSED : BK_THRESHOLD_FAILED;
        else if (t->type == BK_JSON_BOOL) /* true: crossed */
            out->state = t->boolean ? BK_THRESHOLD_FAILED : BK_THRESHOLD_PASSED;
    }
}

/* --- checks --- */

struct check_sum {
    double passes, fails;
    struct bk_str passes_text, fails_text; /* empty when it is a sum */
    struct bk_str locator;
    size_t n;
};

static void emit_check(struct summary *s, struct bk_str scope,
                       const struct check_sum *c)
{
    struct bk_reading r = {
        .name = BK_S("checks.passes"),
        .scope = scope,
        .text = c->passes_text,
        .has_value = true,
        .value = c->passes,
        .origin = c->n > 1 ? BK_DERIVED : BK_REPORTED,
        .formula = c->n > 1 ? BK_S("sum over groups") : BK_S(""),
        .locator = c->locator,
    };
    bk_emit(s->im, s->run, &r);
    r.name = BK_S("checks.fails");
    r.text = c->fails_text;
    r.value = c->fails;
    bk_emit(s->im, s->run, &r);
}

struct check { /* one check of one group */
    struct bk_str name, group;
    struct check_sum count;
};

struct checks {
    struct check *items;
    size_t n;
};

static bool add_check(struct summary *s, struct checks *all, const struct bk_json *c,
                      struct bk_str group, struct bk_str pointer)
{
    const struct bk_json *passes = bk_json_get(c, "passes");
    const struct bk_json *fails = bk_json_get(c, "fails");
    struct bk_str name = bk_json_string(c, "name");
    bool numbers = passes != NULL && fails != NULL && passes->type == BK_JSON_NUMBER &&
                   fails->type == BK_JSON_NUMBER;
    if (!numbers || all->n == MAX_CHECKS)
        return !numbers;
    struct check *out = BK_PUSH(s->a, all->items, all->n);
    out->name = bk_upto(name.len > 0 ? name : c->key, LONGEST_NAME);
    out->group = group;
    out->count = (struct check_sum){.passes = passes->number,
                                    .fails = fails->number,
                                    .passes_text = passes->text,
                                    .fails_text = fails->text,
                                    .locator = pointer,
                                    .n = 1};
    return true;
}

/* Maps by name in the first shape, arrays in the others. */
static struct bk_str item_pointer(struct bk_arena *a, const struct bk_json *list,
                                  const struct bk_json *item, struct bk_str parent,
                                  size_t index)
{
    return list->type == BK_JSON_OBJECT ? pointer_to(a, parent, item->key)
                                        : bk_fmt(a, "%.*s/%zu", BK_F(parent), index);
}

static bool add_checks(struct summary *s, struct checks *all,
                       const struct bk_json *list, struct bk_str group,
                       struct bk_str pointer)
{
    size_t i = 0;
    for (const struct bk_json *c = list != NULL ? list->child : NULL; c != NULL;
         c = c->next, i++) {
        if (!add_check(s, all, c, group, item_pointer(s->a, list, c, pointer, i)))
            return false;
    }
    return true;
}

/* The checks of a group and of those within it.  False: too many. */
static bool walk_group(struct summary *s, struct checks *all, const struct bk_json *g,
                       struct bk_str pointer, int depth)
{
    struct bk_str path = bk_json_string(g, "path");
    struct bk_str group = {0};
    if (path.len > 0)
        group = bk_fmt(s->a, "group:%.*s", BK_F(path));
    if (!add_checks(s, all, bk_json_get(g, "checks"), group,
                    pointer_to(s->a, pointer, BK_S("checks"))))
        return false;
    const struct bk_json *groups = bk_json_get(g, "groups");
    struct bk_str below = pointer_to(s->a, pointer, BK_S("groups"));
    size_t i = 0;
    for (const struct bk_json *c = groups != NULL && depth < MAX_DEPTH ? groups->child
                                                                       : NULL;
         c != NULL; c = c->next, i++) {
        if (!walk_group(s, all, c, item_pointer(s->a, groups, c, below, i), depth + 1))
            return false;
    }
    return true;
}

/* Each check under "{check:NAME}"; where several groups have one of that name, each with
 * its group, and the sum. */
static void emit_checks(struct summary *s, const struct checks *all)
{
    struct bk_map sums = {0};
    for (size_t i = 0; i < all->n; i++) {
        const struct check *c = &all->items[i];
        struct check_sum *sum = bk_map_get(&sums, c->name);
        s->passes += c->count.passes;
        s->fails += c->count.fails;
        s->n_checks++;
        if (sum == NULL) {
            sum = bk_alloc(s->a, sizeof *sum);
            *sum = c->count;
            bk_map_put(s->a, &sums, c->name, sum);
            continue;
        }
        sum->passes += c->count.passes;
        sum->fails += c->count.fails;
        sum->passes_text = sum->fails_text = (struct bk_str){0};
        sum->n++;
    }
    for (size_t i = 0; i < all->n; i++) {
        const struct check *c = &all->items[i];
        const struct check_sum *sum = bk_map_get(&sums, c->name);
        struct bk_str scope = bk_fmt(s->a, "{check:%.*s}", BK_F(c->name));
        if (bk_eq(sum->locator, c->count.locator))
            emit_check(s, scope, sum);
        if (sum->n > 1 && c->group.len > 0)
            emit_check(s,
                       bk_fmt(s->a, "{check:%.*s,%.*s}", BK_F(c->name), BK_F(c->group)),
                       &c->count);
    }
}

static void derive_check(struct summary *s, const char *metric, const char *unit,
                         double value, const char *formula)
{
    if (bk_run_find(s->run, metric, "value", "") == NULL)
        bk_run_derive(s->a, s->run, metric, "value", unit, value, formula);
}

/* The totals, where the summary does not state them. */
static void derive_checks(struct summary *s)
{
    double all = s->passes + s->fails;
    if (s->n_checks == 0)
        return;
    derive_check(s, "checks_passed", "1", s->passes, "sum of passes over checks");
    derive_check(s, "checks_failed", "1", s->fails, "sum of fails over checks");
    if (all > 0)
        derive_check(s, "check_pass_rate", "ratio", s->passes / all,
                     "checks_passed / (checks_passed + checks_failed)");
}

/* --- the three shapes --- */

static bool too_many_checks(struct bk_err *err)
{
    return bk_fail(err, BK_EINPUT, "/root_group: more than %zu checks", MAX_CHECKS);
}

static bool few_enough(const struct bk_json *metrics, struct bk_err *err)
{
    if (metrics == NULL || metrics->n <= MAX_METRICS)
        return true;
    return bk_fail(err, BK_EINPUT, "line %zu: %zu metrics, more than a summary has",
                   metrics->line, metrics->n);
}

static void take_metric(struct summary *s, const struct bk_json *m, struct bk_str name,
                        struct bk_str pointer)
{
    const struct bk_json *values = bk_json_get(m, "values");
    struct metric metric = {.type = bk_json_string(m, "type"),
                            .contains = bk_json_string(m, "contains"),
                            .values = m,
                            .pointer = pointer};
    if (m->type != BK_JSON_OBJECT || name.len == 0)
        return;
    if (values != NULL && values->type == BK_JSON_OBJECT) {
        metric.values = values;
        metric.pointer = pointer_to(s->a, pointer, BK_S("values"));
    }
    if (metric.values->n > MAX_STATS)
        return;
    bk_k6_split_name(s->a, bk_upto(name, LONGEST_NAME), &metric.name, &metric.scope);
    emit_metric(s, &metric);
    add_thresholds(s, &metric, bk_json_get(m, "thresholds"),
                   pointer_to(s->a, pointer, BK_S("thresholds")));
}

static void take_duration(struct summary *s, const struct bk_json *v, const char *name,
                          const char *pointer)
{
    if (v == NULL || v->type != BK_JSON_NUMBER)
        return;
    struct bk_reading r = {.name = bk_str(name),
                           .text = v->text,
                           .has_value = true,
                           .value = v->number,
                           .locator = bk_str(pointer)};
    bk_emit(s->im, s->run, &r);
}

static bool take_summary(struct summary *s, const struct bk_json *root,
                         struct bk_err *err)
{
    const struct bk_json *metrics = bk_json_get(root, "metrics");
    const struct bk_json *state = bk_json_get(root, "state");
    struct checks all = {0};
    if (!few_enough(metrics, err))
        return false;
    for (const struct bk_json *m = metrics->child; m != NULL; m = m->next)
        take_metric(s, m, m->key, pointer_to(s->a, BK_S("/metrics"), m->key));
    take_duration(s, bk_json_get(state, "testRunDurationMs"), "testRunDurationMs",
                  "/state/testRunDurationMs");
    if (!walk_group(s, &all, bk_json_get(root, "root_group"), BK_S("/root_group"), 0))
        return too_many_checks(err);
    emit_checks(s, &all);
    if (bk_run_find(s->run, "check_pass_rate", "value", "") == NULL)
        derive_checks(s);
    return true;
}

/* The script's name without folders and ending. */
static struct bk_str script_name(struct bk_str path)
{
    struct bk_str name = bk_path_base(path);
    size_t dot = bk_rfind_char(name, '.');
    return dot != BK_NONE && dot > 0 ? bk_upto(name, dot) : name;
}

static bool take_machine_readable(struct summary *s, const struct bk_json *root,
                                  struct bk_err *err)
{
    const struct bk_json *results = bk_json_get(root, "results");
    const struct bk_json *metrics = bk_json_get(results, "metrics");
    const struct bk_json *checks = bk_json_get(results, "checks");
    const struct bk_json *config = bk_json_get(root, "config");
    const struct bk_json *lists[] = {metrics, bk_json_get(checks, "metrics")};
    static const char *const pointers[] = {"/results/metrics",
                                           "/results/checks/metrics"};
    struct bk_str generated =
        bk_json_string(bk_json_get(root, "metadata"), "generatedAt");
    struct checks all = {0};
    int64_t ns;
    for (size_t k = 0; k < sizeof lists / sizeof *lists; k++) {
        size_t i = 0;
        if (!few_enough(lists[k], err))
            return false;
        for (const struct bk_json *m = lists[k] != NULL ? lists[k]->child : NULL;
             m != NULL; m = m->next, i++)
            take_metric(s, m, bk_json_string(m, "name"),
                        bk_fmt(s->a, "%s/%zu", pointers[k], i));
    }
    take_duration(s, bk_json_get(config, "duration"), "config.duration",
                  "/config/duration");
    s->run->workload = script_name(bk_json_string(config, "script"));
    if (bk_parse_iso(generated, &ns, NULL))
        s->run->ended_ns = ns;
    if (!add_checks(s, &all, bk_json_get(checks, "results"), (struct bk_str){0},
                    BK_S("/results/checks/results")))
        return too_many_checks(err);
    emit_checks(s, &all);
    derive_checks(s);
    return true;
}

static bool note_duplicates(struct summary *s, const struct bk_json *root,
                            const struct bk_json **duplicates, struct bk_err *err)
{
    for (size_t i = 0; duplicates[i] != NULL; i++) {
        if (i == MAX_DUPLICATES)
            return bk_fail(err, BK_EINPUT, "line %zu: more than %d keys stand twice",
                           duplicates[i]->line, MAX_DUPLICATES);
        struct bk_str pointer = bk_json_pointer(s->a, root, duplicates[i]);
        struct bk_finding *f = bk_run_finding(
            s->a, s->run, "duplicate-key", BK_WARNING, pointer,
            "the key '%.*s' stands twice in one object; the last one, on line %zu, is "
            "used",
            BK_F(bk_upto(duplicates[i]->key, 100)), duplicates[i]->line);
        f->locator = pointer;
    }
    return true;
}

/* Keeps the last of the members with one key: a walk must not see both. */
static void drop_replaced(struct bk_json *object, const struct bk_json *by)
{
    struct bk_json **link = &object->child;
    while (*link != NULL && *link != by) {
        if (bk_eq((*link)->key, by->key)) {
            *link = (*link)->next;
            object->n--;
        } else {
            link = &(*link)->next;
        }
    }
}

/* The object that a member stands in. */
static struct bk_json *parent_of(struct bk_json *root, const struct bk_json *member)
{
    struct bk_json *parent = NULL, *node = root;
    while (node != NULL && node != member) {
        struct bk_json *way = NULL;
        for (struct bk_json *c = node->child; c != NULL && c->offset <= member->offset;
             c = c->next)
            way = c;
        parent = node;
        node = way;
    }
    return node == member ? parent : NULL;
}

static bool import(struct bk_input *in, const struct bk_importing *im,
                   struct bk_err *err)
{
    struct bk_str text;
    const struct bk_json **duplicates;
    if (!bk_input_text(in, MAX_TEXT, &text, err))
        return false;
    struct bk_json *root =
        bk_json_parse(im->arena, text, BK_JSON_SPECIALS, NULL, &duplicates, err);
    if (root == NULL)
        return false;
    struct summary s = {.im = im, .a = im->arena, .run = bk_run_new(im->arena)};
    s.run->think_time_s = (double)NAN;
    const struct bk_json *metrics = bk_json_get(root, "metrics");
    const struct bk_json *results = bk_json_get(root, "results");
    bool old = metrics != NULL && metrics->type == BK_JSON_OBJECT;
    bool machine_readable = bk_json_get(results, "metrics") != NULL;
    if (!old && !machine_readable)
        return bk_fail(
            err, BK_EINPUT,
            "line %zu: neither /metrics nor /results/metrics is there: no k6 "
            "summary",
            root->line);
    if (!note_duplicates(&s, root, duplicates, err))
        return false;
    for (size_t i = 0; duplicates[i] != NULL; i++) {
        struct bk_json *parent = parent_of(root, duplicates[i]);
        if (parent != NULL)
            drop_replaced(parent, duplicates[i]);
    }
    bool ok = old ? take_summary(&s, root, err) : take_machine_readable(&s, root, err);
    if (!ok)
        return false;
    bk_emit_drop_zero_latency(im, s.run);
    bk_emit_derived(im, s.run);
    return im->sink->run(im->sink, s.run, err);
}

/* --- the bid --- */

static int bid(const struct bk_input *in)
{
    static const char *const own[] = {"http_reqs",     "http_req_duration",
                                      "iterations",    "iteration_duration",
                                      "data_received", "vus"};
    struct bk_str head = bk_trim(bk_input_head(in));
    size_t known = 0;
    if (head.len == 0 || head.ptr[0] != '{')
        return 0;
    if (bk_json_head_has_key(head, "k6Version") &&
        bk_json_head_has_key(head, "results"))
        return 95;
    if (bk_json_head_has_key(head, "generatedAt") &&
        bk_json_head_has_key(head, "results") && bk_json_head_has_key(head, "metrics"))
        return 85;
    if (!bk_json_head_has_key(head, "metrics"))
        return 0;
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        known += bk_json_head_has_key(head, own[i]);
    if (bk_json_head_has_key(head, "root_group"))
        return known > 0 ? 95 : 85;
    return known >= 2 ? 80 : 0;
}

const struct bk_importer bk_importer_k6_summary = {
    .name = "k6-summary",
    .title = "k6 end-of-test summary (JSON)",
    .upstream = "k6 0.26 to 2.x: --summary-export, handleSummary, machine-readable",
    .gives = "one run with metrics, checks and thresholds",
    .example = "k6 run --summary-export summary.json script.js",
    .signature = "an object with metrics and root_group, or with k6Version and results",
    .traps = "'passes' of http_req_failed are requests that failed.\n"
             "In --summary-export a threshold that is true was crossed; in "
             "handleSummary 'ok' is true when it was kept.\n"
             "p(99) is there only where summaryTrendStats asks for it.\n"
             "Where everything failed, durations of 0 are no data.",
    .version = 1,
    .bid = bid,
    .import = import,
};
