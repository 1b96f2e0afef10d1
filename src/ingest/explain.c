/* An explanation: the sections of its report and what fills them. */
#include "explain.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* --- the report --- */

enum section {
    FILES,
    RUNS,
    CONTEXT,
    NUMBERS,
    UNMAPPED,
    DROPPED,
    SIZING,
    FINDINGS,
    N_SECTIONS
};

enum {
    MAX_ROWS = 200000, /* of a section: an explanation is held in memory */
    MOST_COLUMNS = 24,
};

static const struct bk_column file_columns[] = {
    {"file", "", 0},         {"format", "", 0},     {"bids", "", 0},
    {"chosen_by", "", 0},    {"becomes", "", 0},    {"runs", "", 0},
    {"measurements", "", 0}, {"series", "", 0},     {"sizing_runs", "", 0},
    {"findings", "", 0},     {"redactions", "", 0}, {"why", "", 0},
};
static const struct bk_column run_columns[] = {
    {"file", "", 0},       {"run", "", 0},          {"status", "", 0},
    {"status_why", "", 0}, {"measurements", "", 0}, {"samples", "", 0},
};
static const struct bk_column context_columns[] = {
    {"file", "", 0},  {"run", "", 0},   {"name", "", 0},
    {"value", "", 0}, {"place", "", 0}, {"missing", "", 0},
};
static const struct bk_column number_columns[] = {
    {"file", "", 0},
    {"run", "", 0},
    {"source_name", "", 0},
    {"source_value", "", 0},
    {"source_unit", "", 0},
    {"locator", "", 0},
    {"becomes", "", BK_COL_HUMAN},
    {"metric", "", BK_COL_MACHINE},
    {"stat", "", BK_COL_MACHINE},
    {"scope", "", BK_COL_MACHINE},
    {"population", "", BK_COL_MACHINE},
    {"value", "*", 0},
    {"unit", "", BK_COL_MACHINE},
    {"origin", "", 0},
    {"formula", "", 0},
    {"by", "", 0},
    {"claim", "", BK_COL_MACHINE},
};
static const struct bk_column unmapped_columns[] = {
    {"file", "", 0},    {"source_name", "", 0},  {"metric", "", 0},
    {"numbers", "", 0}, {"source_value", "", 0}, {"unit", "", 0},
    {"why", "", 0},
};
static const struct bk_column dropped_columns[] = {
    {"file", "", 0},         {"run", "", 0},     {"source_name", "", 0},
    {"source_value", "", 0}, {"locator", "", 0}, {"why", "", 0},
};
static const struct bk_column sizing_columns[] = {
    {"file", "", 0},
    {"model", "", 0},
    {"server", "", 0},
    {"source_name", "", 0},
    {"source_value", "", 0},
    {"source_unit", "", 0},
    {"locator", "", 0},
    {"scenario", "", 0},
    {"name", "", 0},
    {"value", "*", 0},
    {"unit", "", BK_COL_MACHINE},
    {"text", "", 0},
    {"origin", "", 0},
};
static const struct bk_column finding_columns[] = {
    {"file", "", 0},    {"run", "", 0},     {"code", "", 0},    {"severity", "", 0},
    {"subject", "", 0}, {"message", "", 0}, {"locator", "", 0},
};

#define COLUMNS(a) a, sizeof(a) / sizeof *(a)
static const struct {
    const char *name;
    const struct bk_column *columns;
    size_t n;
} section_kinds[N_SECTIONS] = {
    [FILES] = {"files", COLUMNS(file_columns)},
    [RUNS] = {"runs", COLUMNS(run_columns)},
    [CONTEXT] = {"context", COLUMNS(context_columns)},
    [NUMBERS] = {"numbers", COLUMNS(number_columns)},
    [UNMAPPED] = {"unmapped", COLUMNS(unmapped_columns)},
    [DROPPED] = {"dropped", COLUMNS(dropped_columns)},
    [SIZING] = {"sizing", COLUMNS(sizing_columns)},
    [FINDINGS] = {"findings", COLUMNS(finding_columns)},
};

struct bids { /* of a file that was not told yet */
    struct bk_str path;
    struct bk_pair *items;
    size_t n;
    const char *chosen_by;
};

struct bk_explain {
    struct bk_report *report;
    struct bk_arena *arena; /* the report's */
    struct bk_archive *known;
    struct bk_section *sections[N_SECTIONS];
    struct bids *bids;
    size_t n_bids;
    struct bk_value *spare; /* cells of a row that is not kept */
    size_t left_out[N_SECTIONS];
};

struct bk_explain *bk_explain_new(struct bk_report *report, struct bk_archive *known)
{
    struct bk_explain *e = bk_realloc(NULL, sizeof *e);
    *e = (struct bk_explain){.report = report, .arena = report->arena, .known = known};
    e->spare = bk_alloc_array(e->arena, MOST_COLUMNS, sizeof *e->spare);
    for (size_t i = 0; i < N_SECTIONS; i++)
        e->sections[i] =
            bk_report_section(report, section_kinds[i].name, section_kinds[i].columns,
                              section_kinds[i].n);
    return e;
}

/* A column that says the same in every row is not for people. */
static void hide_if_same(struct bk_explain *e, struct bk_section *s, const char *name)
{
    struct bk_column *columns = bk_alloc_array(e->arena, s->n_columns, sizeof *columns);
    memcpy(columns, s->columns, s->n_columns * sizeof *columns);
    for (size_t i = 0; i < s->n_columns; i++) {
        if (strcmp(columns[i].name, name) != 0)
            continue;
        for (size_t k = 1; k < s->n_rows; k++) {
            if (!bk_eq(s->rows[k][i].u.s, s->rows[0][i].u.s))
                return;
        }
        columns[i].flags |= BK_COL_MACHINE;
    }
    s->columns = columns;
}

void bk_explain_end(struct bk_explain *e)
{
    if (!e)
        return;
    for (size_t i = RUNS; i < N_SECTIONS; i++) {
        if (e->sections[FILES]->n_rows < 2)
            hide_if_same(e, e->sections[i], "file");
        if (e->sections[RUNS]->n_rows < 2)
            hide_if_same(e, e->sections[i], "run");
    }
    for (size_t i = 0; i < N_SECTIONS; i++) {
        if (e->left_out[i] > 0)
            bk_report_note(e->report, "truncated", BK_WARNING,
                           "%zu more rows of '%s' are not shown", e->left_out[i],
                           section_kinds[i].name);
    }
    free(e);
}

/* --- rows --- */

struct row { /* being filled */
    struct bk_explain *e;
    const struct bk_section *section;
    struct bk_value *cells;
    bool kept;
};

static struct row add_row(struct bk_explain *e, enum section which)
{
    struct bk_section *s = e->sections[which];
    if (s->n_rows < MAX_ROWS)
        return (struct row){e, s, bk_section_row(e->report, s), true};
    e->left_out[which]++;
    return (struct row){e, s, e->spare, false};
}

static void set(const struct row *row, const char *column, struct bk_value value)
{
    size_t i = 0;
    while (i < row->section->n_columns &&
           strcmp(row->section->columns[i].name, column) != 0)
        i++;
    assert(i < row->section->n_columns);
    row->cells[i] = value;
}

/* A text of a record, which lives shorter than the report; empty: "". */
static void set_text(const struct row *row, const char *column, struct bk_str text)
{
    if (row->kept)
        set(row, column, bk_v_str(bk_dup(row->e->arena, text)));
}

static void set_any(const struct row *row, const char *column, struct bk_str text)
{
    if (text.len > 0)
        set_text(row, column, text);
}

/* --- who bids --- */

struct bk_archive *bk_explain_aliases(const struct bk_ingesting *in)
{
    return in->explain && in->explain->known ? in->explain->known : in->archive;
}

static const char *chosen_by(const struct bk_ingesting *in, const struct bk_bid *bids,
                             size_t n)
{
    if (in->forced)
        return "--input-format";
    if (n > 1 && bids[0].bid == bids[1].bid)
        return "a tie";
    return n > 0 ? "its bid" : "";
}

void bk_explain_bids(struct bk_ingesting *in, struct bk_str path,
                     struct bk_input *input)
{
    struct bk_explain *e = in->explain;
    struct bk_err ignored;
    if (!e || !bk_unit_dict(in, &ignored))
        return;
    struct bids *b = BK_PUSH(e->arena, e->bids, e->n_bids);
    *b = (struct bids){.path = bk_dup(e->arena, path)};
    bk_input_set_dict(input, in->dict);
    size_t n;
    const struct bk_bid *bids = bk_importer_all_bids(e->arena, input, &n);
    for (size_t i = 0; i < n; i++)
        *BK_PUSH(e->arena, b->items, b->n) = (struct bk_pair){
            .name = bk_str(bids[i].importer->name),
            .value = bk_fmt(e->arena, "%d", bids[i].bid),
            .is_number = true,
        };
    b->chosen_by = chosen_by(in, bids, n);
}

/* The last time that somebody bid for it; files that go several ways are asked again. */
static const struct bids *bids_of(const struct bk_explain *e, struct bk_str path)
{
    for (size_t i = e->n_bids; i-- > 0;) {
        if (bk_eq(e->bids[i].path, path))
            return &e->bids[i];
    }
    return NULL;
}

/* --- files --- */

static const char *status_name(enum bk_file_status status)
{
    switch (status) {
    case BK_FILE_IMPORTED:
        return "imported";
    case BK_FILE_DUPLICATE:
        return "duplicate";
    case BK_FILE_SKIPPED:
        return "skipped";
    case BK_FILE_FAILED:
        break;
    }
    return "failed";
}

static bool is_known(const struct bk_explain *e, const struct bk_file_result *r)
{
    int64_t id = 0;
    struct bk_err ignored;
    return r->status == BK_FILE_IMPORTED && e->known && r->sha256[0] != '\0' &&
           bk_archive_find_source(e->known, r->sha256, (struct bk_str){0}, &id,
                                  &ignored) &&
           id != 0;
}

static void set_count(const struct row *row, const char *column, int64_t n)
{
    if (n > 0)
        set(row, column, bk_v_int(n));
}

void bk_explain_file(struct bk_ingesting *in, const struct bk_file_result *r)
{
    struct bk_explain *e = in->explain;
    if (!e)
        return;
    const struct bids *b = bids_of(e, r->path);
    struct row row = add_row(e, FILES);
    set_text(&row, "file", r->path);
    set_any(&row, "format", r->format);
    if (b && b->n > 0)
        set(&row, "bids", bk_v_pairs(b->items, b->n));
    if (b && r->format.len > 0)
        set(&row, "chosen_by",
            bk_v_text(*b->chosen_by ? b->chosen_by : "a timing rule"));
    else if (b && *b->chosen_by)
        set(&row, "chosen_by", bk_v_text(b->chosen_by));
    bool known = is_known(e, r);
    set(&row, "becomes", bk_v_text(known ? "duplicate" : status_name(r->status)));
    set_count(&row, "runs", r->counts.runs);
    set_count(&row, "measurements", r->counts.measurements);
    set_count(&row, "series", r->counts.series);
    set_count(&row, "sizing_runs", r->counts.sizing_runs);
    set_count(&row, "findings", r->counts.findings);
    set_count(&row, "redactions", r->redactions);
    set_any(&row, "why", known ? BK_S("its bytes are there already") : r->error);
}

/* --- the records of a unit --- */

struct telling { /* of one run */
    struct bk_explain *e;
    const struct bk_unit_work *u;
    const struct bk_run *run;
    const struct bk_map *places; /* NULL: not known */
    struct bk_str label;
};

static struct bk_str file_of(const struct bk_unit_work *u, size_t source)
{
    return source < u->n_members ? u->members[source].file->path : u->path;
}

static struct bk_str format_of(const struct bk_unit_work *u, size_t source)
{
    return source < u->n_members ? u->members[source].format : BK_S("");
}

static struct row add_run_row(const struct telling *t, enum section which,
                              size_t source)
{
    struct row row = add_row(t->e, which);
    set_text(&row, "file", file_of(t->u, source));
    set_text(&row, "run", t->label);
    return row;
}

static size_t source_of(const struct bk_run *run)
{
    return run->n_measurements > 0 ? run->measurements[0].source : 0;
}

/* --- context --- */

static const struct {
    const char *name, *flag; /* that supplies it */
} context_names[] = {
    {"session", "--session NAME"},   {"hardware", "--hardware NAME"},
    {"model", "--model NAME"},       {"engine", "--engine NAME"},
    {"workload", "--workload NAME"}, {"started_at", "--started-at TIME"},
};

static struct bk_str context_value(const struct bk_explain *e, const struct bk_run *r,
                                   const char *name)
{
    struct bk_str field = bk_str(name);
    if (bk_is(field, "session"))
        return r->session;
    if (bk_is(field, "hardware"))
        return r->hardware;
    if (bk_is(field, "model"))
        return r->model;
    if (bk_is(field, "engine"))
        return r->engine;
    if (bk_is(field, "workload"))
        return r->workload;
    char iso[40];
    if (r->started_ns == BK_NO_TIME)
        return r->started_text;
    return bk_dup(e->arena, (struct bk_str){iso, bk_format_iso(r->started_ns, iso)});
}

static struct bk_str place_of(const struct telling *t, struct bk_str name,
                              struct bk_str locator)
{
    const struct bk_str *place = t->places ? bk_map_get(t->places, name) : NULL;
    if (place)
        return *place;
    if (locator.len == 0)
        return BK_S("the file");
    return bk_fmt(t->e->arena, "the file (%.*s)", BK_F(locator));
}

static void tell_missing(const struct telling *t, struct bk_str name, const char *flag)
{
    struct row row = add_run_row(t, CONTEXT, source_of(t->run));
    set_text(&row, "name", name);
    set(&row, "missing", bk_v_text(flag));
}

static void tell_load(const struct telling *t)
{
    static const char *const loads[] = {"concurrency", "request_rate", "vus_max",
                                        "workers"};
    for (size_t i = 0; i < sizeof loads / sizeof *loads; i++) {
        if (bk_run_find_param(t->run, loads[i]))
            return;
    }
    tell_missing(t, BK_S("concurrency"), "--set concurrency=N");
}

/* What the archive calls the session of a run that names none. */
static void tell_default_session(const struct telling *t)
{
    char date[16];
    struct row row = add_run_row(t, CONTEXT, source_of(t->run));
    set(&row, "name", bk_v_text("session"));
    set(&row, "missing", bk_v_text("--session NAME"));
    set(&row, "place", bk_v_text("the name of the file"));
    if (t->run->started_ns == BK_NO_TIME)
        return;
    size_t n = bk_format_date(t->run->started_ns, date);
    set_text(&row, "value", (struct bk_str){date, n});
    set(&row, "place", bk_v_text("the date of its start"));
}

static void tell_context(const struct telling *t)
{
    const struct bk_run *r = t->run;
    if (r->session.len == 0)
        tell_default_session(t);
    for (size_t i = 0; i < sizeof context_names / sizeof *context_names; i++) {
        const char *name = context_names[i].name;
        struct bk_str value = context_value(t->e, r, name);
        if (value.len == 0 && i == 0)
            continue;
        if (value.len == 0) {
            tell_missing(t, bk_str(name), context_names[i].flag);
            continue;
        }
        struct row row = add_run_row(t, CONTEXT, source_of(r));
        set(&row, "name", bk_v_text(name));
        set_text(&row, "value", value);
        set_text(&row, "place", place_of(t, bk_str(name), BK_S("")));
    }
    for (size_t i = 0; i < r->n_params; i++) {
        struct row row = add_run_row(t, CONTEXT, source_of(r));
        set_text(&row, "name",
                 bk_fmt(t->e->arena, "config.%.*s", BK_F(r->params[i].name)));
        set_text(&row, "value", r->params[i].value);
        set_text(&row, "place", place_of(t, r->params[i].name, r->params[i].locator));
    }
    for (size_t i = 0; i < r->n_hardware_facts; i++) {
        const struct bk_fact *f = &r->hardware_facts[i];
        struct row row = add_run_row(t, CONTEXT, source_of(r));
        set_text(&row, "name", bk_fmt(t->e->arena, "fact.%.*s", BK_F(f->name)));
        set_text(&row, "value", f->value);
        set_text(&row, "place", f->locator);
    }
    tell_load(t);
}

void bk_explain_context(struct bk_unit_work *u, const struct bk_applying *ap)
{
    if (u->in->explain)
        *BK_PUSH(u->arena, u->said, u->n_said) =
            (struct bk_run_places){ap->run, ap->places};
}

/* --- numbers --- */

/* Who says what the name means. */
static struct bk_str alias_text(struct bk_arena *a, const struct bk_alias_line *alias)
{
    switch (alias->origin) {
    case BK_ALIAS_TABLE:
        break;
    case BK_ALIAS_USER:
        return bk_fmt(a, "your alias '%.*s' (%.*s)", BK_F(alias->alias),
                      BK_F(alias->format));
    case BK_ALIAS_MAP:
        return bk_fmt(a, "--map '%.*s'", BK_F(alias->alias));
    }
    struct bk_str table = bk_is(alias->format, "*") ? BK_S("any") : alias->format;
    return bk_fmt(a, "'%.*s', %.*s.csv line %zu", BK_F(alias->alias), BK_F(table),
                  alias->line);
}

/* "FORMAT.NAME": what no alias makes a metric. */
static bool is_unmapped(const struct bk_unit_work *u, const struct bk_measurement *m)
{
    struct bk_str format = format_of(u, m->source);
    return m->origin != BK_DERIVED && bk_starts(m->metric, format) &&
           m->metric.len > format.len && m->metric.ptr[format.len] == '.' &&
           (!bk_alias_of(m) || bk_is(bk_alias_of(m)->target, "?"));
}

/* Does the source call it by benchkeep's own name? */
static bool is_own_name(const struct telling *t, const struct bk_measurement *m)
{
    struct bk_target target;
    return bk_target_parse(t->u->in->dict, m->source_name, &target) &&
           target.kind == BK_TARGET_METRIC && target.metric &&
           bk_eq(target.name, m->metric);
}

static struct bk_str by_what(const struct telling *t, const struct bk_measurement *m)
{
    if (bk_alias_of(m))
        return alias_text(t->e->arena, bk_alias_of(m));
    if (bk_formula_of(m).len > 0)
        return BK_S("the formula");
    if (is_unmapped(t->u, m))
        return BK_S("no alias: kept as it is");
    return is_own_name(t, m) ? BK_S("its own name") : BK_S("the importer");
}

static void tell_number(const struct telling *t, const struct bk_measurement *m,
                        int64_t claim)
{
    struct bk_arena *a = t->e->arena;
    struct row row = add_run_row(t, NUMBERS, m->source);
    set_text(&row, "source_name", m->source_name);
    set_text(&row, "source_value", m->source_value);
    set_text(&row, "source_unit", bk_source_unit_of(m));
    set_text(&row, "locator", m->locator);
    set(&row, "becomes",
        bk_v_str(bk_quantity_text(a, bk_dup(a, m->metric), bk_dup(a, m->stat),
                                  bk_dup(a, m->scope))));
    set_text(&row, "metric", m->metric);
    set_text(&row, "stat", m->stat);
    set_text(&row, "scope", m->scope);
    set(&row, "population", bk_v_text(bk_population_name(m->population)));
    set(&row, "value", bk_v_real_unit(m->value, bk_dup(a, m->unit)));
    set_text(&row, "unit", m->unit);
    set(&row, "origin", bk_v_text(bk_origin_name(m->origin)));
    set_text(&row, "formula", bk_formula_of(m));
    set_text(&row, "by", by_what(t, m));
    set(&row, "claim", bk_v_int(claim));
}

/* --- claims: as the archive numbers them (src/archive/measurements.c) --- */

struct claim {
    struct bk_str quantity;
    const struct bk_measurement *m;
};

static int order_of(bool greater, bool smaller)
{
    return (greater ? 1 : 0) - (smaller ? 1 : 0);
}

static int by_place(const void *a, const void *b)
{
    const struct claim *x = a, *y = b;
    int order = bk_cmp(x->quantity, y->quantity);
    order =
        order ? order : order_of(x->m->value > y->m->value, x->m->value < y->m->value);
    order = order ? order
                  : order_of(x->m->source > y->m->source, x->m->source < y->m->source);
    order = order ? order : bk_cmp(x->m->locator, y->m->locator);
    order = order ? order : order_of(x->m->rank > y->m->rank, x->m->rank < y->m->rank);
    return order ? order : order_of(x->m > y->m, x->m < y->m);
}

static int by_rank(const void *a, const void *b)
{
    const struct claim *x = a, *y = b;
    int order = bk_cmp(x->quantity, y->quantity);
    order = order ? order : order_of(x->m->rank > y->m->rank, x->m->rank < y->m->rank);
    return order ? order : order_of(x->m > y->m, x->m < y->m);
}

/* The same value from the same place is one claim. */
static bool same_claim(const struct claim *x, const struct claim *y)
{
    return bk_eq(x->quantity, y->quantity) && x->m->source == y->m->source &&
           x->m->value >= y->m->value && x->m->value <= y->m->value &&
           bk_eq(x->m->locator, y->m->locator);
}

/* The number of each claim about its quantity, in the order of the measurements; -1: it
 * is said already. */
static int64_t *number_claims(struct bk_arena *a, const struct bk_run *run)
{
    size_t kept = 0;
    int64_t *numbers = bk_alloc_array(a, run->n_measurements, sizeof *numbers);
    struct claim *claims = bk_alloc_array(a, run->n_measurements + 1, sizeof *claims);
    for (size_t i = 0; i < run->n_measurements; i++) {
        const struct bk_measurement *m = &run->measurements[i];
        const struct bk_str parts[] = {m->metric, m->stat, m->scope, m->unit,
                                       bk_str(bk_population_name(m->population))};
        claims[i] = (struct claim){bk_join(a, parts, 5, '\x1f'), m};
        numbers[i] = -1;
    }
    qsort(claims, run->n_measurements, sizeof *claims, by_place);
    for (size_t i = 0; i < run->n_measurements; i++) {
        if (kept == 0 || !same_claim(&claims[i], &claims[kept - 1]))
            claims[kept++] = claims[i];
    }
    qsort(claims, kept, sizeof *claims, by_rank);
    int64_t number = 0;
    for (size_t i = 0; i < kept; i++) {
        bool again = i > 0 && bk_eq(claims[i].quantity, claims[i - 1].quantity);
        number = again ? number + 1 : 0;
        numbers[claims[i].m - run->measurements] = number;
    }
    return numbers;
}

/* --- what is kept as it is, and what is not kept --- */

struct unmapped { /* a name that stays, over the runs of a unit */
    const struct bk_measurement *first;
    int64_t numbers;
};

static void tell_unmapped(struct bk_explain *e, const struct bk_unit_work *u)
{
    struct bk_map seen = {0};
    struct unmapped **names = NULL;
    size_t n = 0;
    for (size_t i = 0; i < u->n_runs; i++) {
        for (size_t k = 0; k < u->runs[i]->n_measurements; k++) {
            const struct bk_measurement *m = &u->runs[i]->measurements[k];
            if (!is_unmapped(u, m))
                continue;
            struct unmapped *x = bk_map_get(&seen, m->metric);
            if (!x) {
                x = bk_alloc(u->arena, sizeof *x);
                x->first = m;
                bk_map_put(u->arena, &seen, m->metric, x);
                *BK_PUSH(u->arena, names, n) = x;
            }
            x->numbers++;
        }
    }
    for (size_t i = 0; i < n; i++) {
        const struct bk_measurement *m = names[i]->first;
        struct row row = add_row(e, UNMAPPED);
        set_text(&row, "file", file_of(u, m->source));
        set_text(&row, "source_name", m->source_name);
        set_text(&row, "metric", m->metric);
        set(&row, "numbers", bk_v_int(names[i]->numbers));
        set_text(&row, "source_value", m->source_value);
        set_text(&row, "unit", m->unit);
        set_text(&row, "why",
                 bk_alias_of(m)
                     ? bk_fmt(e->arena, "on purpose: %.*s",
                              BK_F(alias_text(e->arena, bk_alias_of(m))))
                     : BK_S("no alias knows it: --map NAME=METRIC[.STAT][:UNIT]"));
    }
}

static void tell_dropped_one(const struct telling *t, struct bk_dropped d)
{
    struct row row = add_run_row(t, DROPPED, source_of(t->run));
    set_text(&row, "source_name", d.source_name);
    set_text(&row, "source_value", d.source_value);
    set_text(&row, "locator", d.locator);
    set(&row, "why", bk_v_text(d.why));
}

static void tell_numbers(const struct telling *t)
{
    const struct bk_run *r = t->run;
    const int64_t *claims = number_claims(t->u->arena, r);
    for (size_t i = 0; i < r->n_measurements; i++) {
        const struct bk_measurement *m = &r->measurements[i];
        if (claims[i] >= 0)
            tell_number(t, m, claims[i]);
        else
            tell_dropped_one(
                t, (struct bk_dropped){m->source_name, m->source_value, m->locator,
                                       "the same value from the same place"});
    }
    for (size_t i = 0; i < r->n_dropped; i++)
        tell_dropped_one(t, r->dropped[i]);
}

/* --- findings --- */

static void set_finding(const struct row *row, const struct bk_finding *f)
{
    set_text(row, "code", f->code);
    set(row, "severity", bk_v_text(bk_severity_name(f->severity)));
    set_text(row, "subject", f->subject);
    set_text(row, "message", f->message);
    set_text(row, "locator", f->locator);
}

static void tell_findings(const struct telling *t)
{
    for (size_t i = 0; i < t->run->n_findings; i++) {
        const struct bk_finding *f = &t->run->findings[i];
        struct row row = add_run_row(t, FINDINGS, f->source);
        set_finding(&row, f);
    }
}

static void tell_finding(struct bk_explain *e, const struct bk_unit_work *u,
                         const struct bk_finding *f)
{
    struct row row = add_row(e, FINDINGS);
    set_text(&row, "file", file_of(u, f->source));
    set_text(&row, "run", BK_S(""));
    set_finding(&row, f);
}

/* --- runs and sizing runs --- */

static void tell_run(const struct telling *t)
{
    const struct bk_run *r = t->run;
    struct row row = add_run_row(t, RUNS, source_of(r));
    set(&row, "status", bk_v_text(bk_status_name(r->status)));
    set_any(&row, "status_why", r->status_why);
    set(&row, "measurements", bk_v_int((int64_t)r->n_measurements));
    set_count(&row, "samples", (int64_t)r->n_samples);
    tell_context(t);
    tell_numbers(t);
    tell_findings(t);
}

static void tell_sizing(struct bk_explain *e, const struct bk_unit_work *u,
                        const struct bk_sizing *z)
{
    for (size_t i = 0; i < z->n_values; i++) {
        const struct bk_sizing_value *v = &z->values[i];
        struct row row = add_row(e, SIZING);
        set_text(&row, "file", file_of(u, v->source));
        set_text(&row, "model", z->model);
        set_text(&row, "server", z->server);
        set_text(&row, "source_name", v->source_name);
        set_text(&row, "source_value", v->source_value);
        set_text(&row, "source_unit", v->source_unit);
        set_text(&row, "locator", v->locator);
        set_text(&row, "scenario", v->scenario);
        set_text(&row, "name", v->name);
        if (v->is_text) {
            set_text(&row, "text", v->text);
        } else {
            set(&row, "value", bk_v_real_unit(v->value, bk_dup(e->arena, v->unit)));
            set_text(&row, "unit", v->unit);
        }
        set(&row, "origin", bk_v_text(bk_origin_name(v->origin)));
    }
    for (size_t i = 0; i < z->n_findings; i++)
        tell_finding(e, u, &z->findings[i]);
}

void bk_explain_unit(struct bk_unit_work *u)
{
    struct bk_explain *e = u->in->explain;
    if (!e)
        return;
    for (size_t i = 0, k = 0; i < u->n_runs; i++) {
        struct telling t = {.e = e, .u = u, .run = u->runs[i]};
        while (k < u->n_said && u->said[k].run != u->runs[i])
            k++;
        if (k < u->n_said)
            t.places = &u->said[k].places;
        t.label = u->runs[i]->key.len > 0 ? bk_dup(e->arena, u->runs[i]->key)
                                          : bk_fmt(e->arena, "run %zu", i + 1);
        tell_run(&t);
    }
    for (size_t i = 0; i < u->n_sizings; i++)
        tell_sizing(e, u, u->sizings[i]);
    tell_unmapped(e, u);
    for (size_t i = 0; i < u->n_findings; i++)
        tell_finding(e, u, u->findings[i]);
}
