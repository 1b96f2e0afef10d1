/* Another warehouse: the lines of 'benchkeep export everything --format ndjson', which
 * benchkeep_whole.c reads, or of 'benchkeep export measurements', one object a
 * measurement.
 *
 * In the latter, names, units and digits are benchkeep's own, so nothing is looked up
 * or derived: what was exported comes back.  The lines of one session and run are one
 * run.  Where a number stood in its first source is kept as "SOURCE: PLACE"; a later
 * export takes it apart again. */
#include "benchkeep.h"

#include "shared/emit.h"
#include "shared/json.h"

#include <math.h>
#include <string.h>

#include "../src/base/num.h"

#define MAX_LINES  ((size_t)5000000)
#define MAX_RUNS   ((size_t)200000)
#define MAX_PARAMS ((size_t)1000) /* of a run */
#define MAX_TEXT   ((size_t)1000) /* bytes of a name or place */

struct reader {
    const struct bk_importing *im;
    struct bk_arena *a, *scratch; /* scratch: of the line in progress */
    size_t line;
    struct bk_map words;   /* texts that come again and again -> struct bk_str */
    struct bk_map by_name; /* session and run -> struct bk_run */
    struct bk_run **runs;
    size_t n_runs;
};

/* --- texts --- */

/* One copy of a text that many measurements share. */
static struct bk_str word(struct reader *r, struct bk_str s)
{
    s = bk_upto(s, MAX_TEXT);
    if (s.len == 0)
        return (struct bk_str){0};
    struct bk_str *known = bk_map_get(&r->words, s);
    if (known == NULL) {
        known = bk_alloc(r->a, sizeof *known);
        *known = bk_dup(r->a, s);
        bk_map_put(r->a, &r->words, *known, known);
    }
    return *known;
}

static struct bk_str member(struct reader *r, const struct bk_json *row,
                            const char *key)
{
    return word(r, bk_json_string(row, key));
}

bool bk_next_row(struct bk_input *in, struct bk_arena *scratch, size_t *line,
                 const struct bk_json **row, struct bk_err *err)
{
    struct bk_str text;
    bool more;
    *row = NULL;
    do {
        if (!bk_input_line(in, &text, line, &more, NULL, err))
            return false;
        if (!more)
            return true;
    } while (bk_trim(text).len == 0);
    *row = bk_json_parse_line(scratch, text, BK_JSON_STRICT, *line, err);
    return *row != NULL;
}

/* --- runs --- */

/* The name of a run is session/hardware/workload/key; '#2' behind a name without a key
 * tells equal names apart and is given anew. */
static struct bk_str key_of(const struct bk_run *run, struct bk_str name)
{
    const struct bk_str parts[] = {run->session, run->hardware, run->workload};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        struct bk_str part = bk_trim(parts[i]);
        if (part.len == 0)
            continue;
        if (!bk_starts(name, part))
            return name;
        struct bk_str rest = bk_from(name, part.len);
        if (rest.len == 0 || rest.ptr[0] == '#')
            return (struct bk_str){0};
        if (rest.ptr[0] != '/')
            return name;
        name = bk_from(rest, 1);
    }
    return name;
}

static void set_config(struct reader *r, struct bk_run *run, const struct bk_json *row)
{
    const struct bk_json *config = bk_json_get(row, "config");
    struct bk_str locator = bk_line_locator(r->a, r->line);
    if (config == NULL || config->type != BK_JSON_OBJECT || config->n > MAX_PARAMS)
        return;
    for (const struct bk_json *m = config->child; m != NULL; m = m->next) {
        struct bk_str value = word(r, m->text);
        if (m->type == BK_JSON_BOOL)
            value = m->boolean ? BK_S("true") : BK_S("false");
        if (m->type != BK_JSON_ARRAY && m->type != BK_JSON_OBJECT &&
            m->type != BK_JSON_NULL)
            bk_run_param(r->a, run, word(r, m->key), value, locator);
    }
}

static void set_status(struct bk_run *run, struct bk_str status)
{
    static const enum bk_status all[] = {BK_RUN_OK, BK_RUN_DEGRADED, BK_RUN_FAILED,
                                         BK_RUN_INVALID};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        if (bk_is(status, bk_status_name(all[i])))
            run->status = all[i];
    }
    run->invalid = run->status == BK_RUN_INVALID;
    if (run->invalid)
        run->invalid_why = BK_S("the warehouse that it comes from calls it invalid");
    else if (run->status != BK_RUN_OK)
        run->status_why = BK_S("the warehouse that it comes from says so");
}

static struct bk_run *new_run(struct reader *r, const struct bk_json *row)
{
    struct bk_run *run = bk_run_new(r->a);
    struct bk_str started = bk_json_string(row, "started_at");
    int64_t ns;
    run->think_time_s = (double)NAN;
    run->session = member(r, row, "session");
    run->hardware = member(r, row, "hardware");
    run->model = member(r, row, "model");
    run->engine = member(r, row, "engine");
    run->workload = member(r, row, "workload");
    run->key = word(r, key_of(run, bk_json_string(row, "run")));
    if (bk_parse_iso(started, &ns, NULL))
        run->started_ns = ns;
    set_status(run, bk_json_string(row, "status"));
    set_config(r, run, row);
    return run;
}

static struct bk_run *run_of(struct reader *r, const struct bk_json *row,
                             struct bk_err *err)
{
    struct bk_str session = bk_json_string(row, "session");
    struct bk_str name = bk_json_string(row, "run");
    struct bk_str both = bk_fmt(r->scratch, "%.*s\n%.*s", BK_F(session), BK_F(name));
    struct bk_run *run = bk_map_get(&r->by_name, both);
    if (run != NULL)
        return run;
    if (r->n_runs == MAX_RUNS) {
        bk_fail(err, BK_EINPUT, "line %zu: more than %zu runs", r->line, MAX_RUNS);
        return NULL;
    }
    run = new_run(r, row);
    bk_map_put(r->a, &r->by_name, bk_dup(r->a, both), run);
    *BK_PUSH(r->a, r->runs, r->n_runs) = run;
    return run;
}

/* --- measurements --- */

static bool set_origin(const struct reader *r, struct bk_measurement *m,
                       struct bk_str origin, struct bk_err *err)
{
    static const enum bk_origin all[] = {BK_REPORTED, BK_DERIVED, BK_ESTIMATED};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        if (bk_is(origin, bk_origin_name(all[i]))) {
            m->origin = all[i];
            return true;
        }
    }
    return bk_fail(err, BK_EINPUT, "line %zu: the origin '%.*s' is none", r->line,
                   BK_F(bk_upto(origin, 40)));
}

static enum bk_population population_of(struct bk_str name)
{
    if (bk_is(name, bk_population_name(BK_POP_ALL)))
        return BK_POP_ALL;
    return bk_is(name, bk_population_name(BK_POP_OK)) ? BK_POP_OK : BK_POP_UNKNOWN;
}

/* A known metric stands in its own unit; a hand-made line may write another. */
static bool settle_unit(const struct reader *r, struct bk_measurement *m,
                        struct bk_err *err)
{
    const struct bk_metric *known = bk_dict_metric(r->im->dict, m->metric);
    if (known == NULL || bk_eq(known->unit, m->unit) ||
        (bk_is(m->stat, "count") && bk_is(m->unit, "1")))
        return true;
    const struct bk_unit *u = bk_dict_unit(r->im->dict, m->unit);
    if (u == NULL || !bk_eq(u->base, known->unit))
        return bk_fail(err, BK_EINPUT, "line %zu: %.*s is in %.*s, not in '%.*s'",
                       r->line, BK_F(m->metric), BK_F(known->unit), BK_F(m->unit));
    m->unit = known->unit;
    m->value *= u->factor;
    m->low *= u->factor;
    m->high *= u->factor;
    return true;
}

static struct bk_str locator_of(struct reader *r, const struct bk_json *row)
{
    struct bk_str source = bk_upto(bk_json_string(row, "source"), MAX_TEXT);
    struct bk_str place = bk_upto(bk_json_string(row, "locator"), MAX_TEXT);
    if (source.len == 0 && place.len == 0)
        return bk_line_locator(r->a, r->line);
    if (source.len == 0)
        return bk_dup(r->a, place);
    return bk_fmt(r->a, "%.*s: %.*s", BK_F(source), BK_F(place));
}

static bool take_numbers(struct reader *r, const struct bk_json *row,
                         struct bk_measurement *m)
{
    const struct bk_json *value = bk_json_get(row, "value");
    const struct bk_json *digits = bk_json_get(row, "source_value");
    double rank;
    if (!isfinite(value->number))
        return false;
    m->value = m->low = m->high = value->number;
    bk_json_number(row, "low", &m->low);
    bk_json_number(row, "high", &m->high);
    if (!(m->low <= m->value))
        m->low = m->value;
    if (!(m->high >= m->value))
        m->high = m->value;
    if (bk_json_number(row, "rank", &rank) && rank >= 0 && rank < 1e6)
        m->rank = (unsigned)rank;
    m->source_value = digits != NULL ? bk_dup(r->a, bk_upto(digits->text, MAX_TEXT))
                                     : bk_dup(r->a, value->text);
    return true;
}

static bool has_texts(const struct reader *r, const struct bk_json *row,
                      struct bk_err *err)
{
    static const char *const needed[] = {"metric", "stat", "unit", "origin"};
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++) {
        if (bk_json_string(row, needed[i]).len == 0)
            return bk_fail(err, BK_EINPUT, "line %zu: no measurement: '%s' is missing",
                           r->line, needed[i]);
    }
    return true;
}

static bool take_row(struct reader *r, const struct bk_json *row, struct bk_err *err)
{
    const struct bk_json *value = bk_json_get(row, "value");
    if (!has_texts(r, row, err))
        return false;
    if (value == NULL || (value->type != BK_JSON_NUMBER && value->type != BK_JSON_NULL))
        return bk_fail(err, BK_EINPUT, "line %zu: 'value' is no number", r->line);
    struct bk_run *run = run_of(r, row, err);
    if (run == NULL)
        return false;
    struct bk_measurement m = {
        .metric = member(r, row, "metric"),
        .stat = member(r, row, "stat"),
        .scope = member(r, row, "scope"),
        .unit = member(r, row, "unit"),
        .population = population_of(bk_json_string(row, "population")),
        .source_name = member(r, row, "source_name"),
        .how = bk_wording_new(r->a, member(r, row, "formula"),
                              member(r, row, "source_unit")),
        .locator = locator_of(r, row),
    };
    if (value->type == BK_JSON_NULL || !take_numbers(r, row, &m))
        return true;
    if (!set_origin(r, &m, bk_json_string(row, "origin"), err) ||
        !settle_unit(r, &m, err))
        return false;
    *bk_run_measure(r->a, run) = m;
    return true;
}

/* --- the file --- */

static bool read_rows(struct reader *r, struct bk_input *in, struct bk_err *err)
{
    struct bk_arena_mark start = bk_arena_mark(r->scratch);
    const struct bk_json *row;
    while (bk_next_row(in, r->scratch, &r->line, &row, err)) {
        if (row == NULL)
            return true;
        if (r->line > MAX_LINES)
            return bk_fail(err, BK_EINPUT, "line %zu: more lines than one import takes",
                           r->line);
        if (!take_row(r, row, err))
            return false;
        bk_arena_release(r->scratch, start);
    }
    return false;
}

static bool import(struct bk_input *in, const struct bk_importing *im,
                   struct bk_err *err)
{
    if (bk_is_whole_warehouse(bk_input_head(in)))
        return bk_import_whole_warehouse(in, im, err);
    struct reader r = {.im = im, .a = im->arena, .scratch = bk_arena_new()};
    bool ok = bk_input_rewind(in, err) && read_rows(&r, in, err);
    bk_arena_free(r.scratch);
    if (ok && r.n_runs == 0)
        return bk_fail(err, BK_EINPUT, "line 1: no measurement");
    for (size_t i = 0; ok && i < r.n_runs; i++)
        ok = im->sink->run(im->sink, r.runs[i], err);
    return ok;
}

static int bid(const struct bk_input *in)
{
    static const char *const keys[] = {"session",     "run",          "metric",
                                       "stat",        "value",        "unit",
                                       "source_name", "source_value", "origin"};
    struct bk_str head = bk_trim(bk_input_head(in)), line;
    if (bk_is_whole_warehouse(head))
        return 95;
    if (head.len == 0 || head.ptr[0] != '{' || !bk_next_line(&head, &line))
        return 0;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        if (!bk_json_head_has_key(line, keys[i]))
            return 0;
    }
    return 95;
}

const struct bk_importer bk_importer_benchkeep = {
    .name = "benchkeep",
    .title = "another warehouse, or its measurements",
    .upstream = "benchkeep, NDJSON of 'export everything' and 'export measurements'",
    .gives = "all that it knows; or its runs, to the last digit",
    .example = "benchkeep export everything --format ndjson -o everything.ndjson",
    .signature = "JSON lines whose keys are those of 'benchkeep export measurements'",
    .traps = "Nothing is looked up or derived again: names, units and digits come back "
             "as they were.",
    .version = 1,
    .bid = bid,
    .import = import,
};
