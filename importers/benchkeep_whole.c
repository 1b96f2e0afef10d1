/* A whole warehouse: the lines of 'benchkeep export everything --format ndjson'.
 *
 * Each line is one row with the kind of row first ("record"); src/record/moved.h says
 * which fields a kind has.  The rows go to the sink one by one, so that memory holds a
 * few numbers a run, however long the file.  A field that is missing, of another type
 * or not one of its words is an error with its line; so is a line that says of a run
 * what the run's own line does not.  Keys that this program does not know become a
 * finding. */
#include "benchkeep.h"

#include "shared/emit.h"
#include "shared/json.h"

#include <math.h>
#include <string.h>

#include "../src/base/base64.h"
#include "../src/base/num.h"

#define MAX_RUNS    ((size_t)1000000)
#define MAX_UNKNOWN ((size_t)20) /* keys that findings are about */
#define RUN_FIELDS  9 /* of a run that lines about it repeat: session ... status */

struct said_run { /* hashes of what a run's line says */
    uint64_t of[RUN_FIELDS];
};

struct whole {
    const struct bk_importing *im;
    struct bk_arena *scratch; /* of the line in progress */
    size_t line, n_runs;
    bool ended;
    struct bk_map runs;    /* name -> struct said_run */
    struct bk_map unknown; /* keys that were told of */
    struct bk_moved_cell cells[BK_MOVED_MOST_FIELDS];
};

static bool fail_field(const struct whole *w, const char *key, const char *what,
                       struct bk_err *err)
{
    return bk_fail(err, BK_EINPUT, "line %zu: '%s' is %s", w->line, key, what);
}

/* --- one value --- */

static bool take_pairs(struct whole *w, const struct bk_json *v,
                       struct bk_moved_cell *c)
{
    struct bk_label *pairs = bk_alloc_array(w->scratch, v->n + 1, sizeof *pairs);
    for (const struct bk_json *m = v->child; m != NULL; m = m->next) {
        if (m->type != BK_JSON_STRING && m->type != BK_JSON_NUMBER)
            return false;
        pairs[c->n_pairs++] = (struct bk_label){m->key, m->text};
    }
    c->pairs = pairs;
    return true;
}

static bool take_special(const struct bk_json *v, struct bk_moved_cell *c)
{
    if (v->type == BK_JSON_NUMBER)
        c->real = v->number;
    else if (bk_is(v->text, "NaN"))
        c->real = (double)NAN;
    else if (bk_is(v->text, "+Inf"))
        c->real = (double)INFINITY;
    else if (bk_is(v->text, "-Inf"))
        c->real = -(double)INFINITY;
    else
        return false;
    return true;
}

static bool is_sha256(struct bk_str s)
{
    size_t i = 0;
    while (i < s.len && ((s.ptr[i] >= '0' && s.ptr[i] <= '9') ||
                         (s.ptr[i] >= 'a' && s.ptr[i] <= 'f')))
        i++;
    return i == s.len && s.len == 64;
}

/* NULL, or what the value should have been. */
static const char *take_value(struct whole *w, const struct bk_moved_field *f,
                              const struct bk_json *v, struct bk_moved_cell *c)
{
    bool number = v->type == BK_JSON_NUMBER, text = v->type == BK_JSON_STRING;
    c->s = v->text;
    c->real = v->number;
    switch (f->type) {
    case BK_MOVED_TEXT:
        if (!text)
            return "no text";
        return bk_moved_word_is_known(f, v->text) ? NULL : "none of its words";
    case BK_MOVED_SHA256:
        return text && is_sha256(v->text) ? NULL : "no SHA-256";
    case BK_MOVED_BYTES:
        return text && bk_base64_decode(w->scratch, v->text, &c->s) ? NULL
                                                                    : "no base64";
    case BK_MOVED_INT:
        return number && bk_parse_int64(v->text, &c->i) && c->i >= 0
                   ? NULL
                   : "no whole number";
    case BK_MOVED_BOOL:
        c->i = v->boolean;
        return v->type == BK_JSON_BOOL ? NULL : "neither true nor false";
    case BK_MOVED_REAL:
        return number && isfinite(v->number) ? NULL : "no number";
    case BK_MOVED_SPECIAL:
        return (number || text) && take_special(v, c) ? NULL : "no number";
    case BK_MOVED_MIXED:
        c->is_number = number;
        return text || (number && isfinite(v->number)) ? NULL : "no number or text";
    case BK_MOVED_TIME:
        return text && bk_parse_iso(v->text, &c->i, NULL) && c->i != BK_NO_TIME
                   ? NULL
                   : "no time";
    case BK_MOVED_PAIRS:
        return v->type == BK_JSON_OBJECT && take_pairs(w, v, c)
                   ? NULL
                   : "no object of texts and numbers";
    }
    return NULL;
}

/* --- one line --- */

/* The member of a field: mostly the one behind the field's before. */
static const struct bk_json *member_of(const struct bk_json *row, const char *key,
                                       const struct bk_json **next)
{
    const struct bk_json *m = *next;
    if (m == NULL || !bk_is(m->key, key))
        m = bk_json_get(row, key);
    if (m != NULL)
        *next = m->next;
    return m;
}

static bool take_fields(struct whole *w, const struct bk_moved_shape *shape,
                        const struct bk_json *row, size_t *taken, struct bk_err *err)
{
    const unsigned may_miss = BK_MOVED_NULLABLE | BK_MOVED_TOLD | BK_MOVED_OF_RUN;
    const struct bk_json *next = row->child ? row->child->next : NULL;
    memset(w->cells, 0, shape->n_fields * sizeof *w->cells);
    for (size_t i = 0; i < shape->n_fields; i++) {
        const struct bk_moved_field *f = &shape->fields[i];
        const struct bk_json *v = member_of(row, bk_moved_key(f), &next);
        *taken += v != NULL;
        w->cells[i].is_null = v == NULL || v->type == BK_JSON_NULL;
        if (w->cells[i].is_null) {
            if (v == NULL && !(f->flags & may_miss))
                return fail_field(w, bk_moved_key(f), "missing", err);
            if (!(f->flags & (BK_MOVED_NULLABLE | BK_MOVED_TOLD)) &&
                (v != NULL || !(f->flags & BK_MOVED_OF_RUN)))
                return fail_field(w, bk_moved_key(f), "null", err);
            continue;
        }
        const char *wrong = take_value(w, f, v, &w->cells[i]);
        if (wrong != NULL)
            return fail_field(w, bk_moved_key(f), wrong, err);
    }
    return true;
}

/* A newer program may have written them: what they say is lost, which must be seen. */
static bool tell_unknown(struct whole *w, const struct bk_moved_shape *shape,
                         const struct bk_json *row, struct bk_err *err)
{
    struct bk_arena *a = w->im->arena;
    for (const struct bk_json *m = row->child; m != NULL; m = m->next) {
        size_t i = 0;
        while (i < shape->n_fields && !bk_is(m->key, bk_moved_key(&shape->fields[i])))
            i++;
        struct bk_str key = bk_upto(m->key, 100);
        if (i < shape->n_fields || bk_is(m->key, "record") ||
            w->unknown.n >= MAX_UNKNOWN || bk_map_get(&w->unknown, key) != NULL)
            continue;
        key = bk_dup(a, key);
        bk_map_put(a, &w->unknown, key, w);
        const struct bk_finding f = {
            .code = BK_S("unmapped"),
            .severity = BK_INFO,
            .subject = key,
            .message = bk_fmt(a,
                              "lines of kind '%s' have a key '%.*s' that this "
                              "program does not know; it is not kept",
                              shape->name, BK_F(key)),
            .locator = bk_line_locator(a, w->line),
        };
        if (!w->im->sink->finding(w->im->sink, &f, err))
            return false;
    }
    return true;
}

/* --- what lines say of a run --- */

static uint64_t hash_of(const struct bk_moved_cell *c, enum bk_moved_type type)
{
    uint64_t h = c->is_null ? 1 : 0;
    if (type == BK_MOVED_TIME)
        return h + (uint64_t)c->i * 2;
    if (type != BK_MOVED_PAIRS)
        return bk_hash64(c->s);
    for (size_t i = 0; i < c->n_pairs; i++)
        h = (h * 31 + bk_hash64(c->pairs[i].name)) * 31 + bk_hash64(c->pairs[i].value);
    return h;
}

static bool keep_run(struct whole *w, struct bk_err *err)
{
    const struct bk_moved_shape *shape = &bk_moved_shapes[BK_MOVED_RUN];
    struct bk_arena *a = w->im->arena;
    struct bk_str name = w->cells[1].s;
    if (w->n_runs == MAX_RUNS)
        return bk_fail(err, BK_EINPUT, "line %zu: more than %zu runs", w->line,
                       MAX_RUNS);
    if (bk_map_get(&w->runs, name) != NULL)
        return bk_fail(err, BK_EINPUT, "line %zu: a second run '%.*s'", w->line,
                       BK_F(bk_upto(name, 200)));
    struct said_run *said = bk_alloc(a, sizeof *said);
    for (size_t i = 0; i < RUN_FIELDS; i++)
        said->of[i] = hash_of(&w->cells[i], shape->fields[i].type);
    bk_map_put(a, &w->runs, bk_dup(a, name), said);
    w->n_runs++;
    return true;
}

static bool agrees(const struct said_run *said, const struct bk_moved_field *f,
                   const struct bk_moved_cell *c)
{
    const struct bk_moved_field *of_run = bk_moved_shapes[BK_MOVED_RUN].fields;
    for (size_t i = 0; i < RUN_FIELDS; i++) {
        if (strcmp(of_run[i].param, f->param) == 0)
            return said->of[i] == hash_of(c, f->type);
    }
    return true;
}

static bool check_run(const struct whole *w, const struct bk_moved_shape *shape,
                      const struct bk_json *row, struct bk_err *err)
{
    struct bk_str name = bk_json_string(row, "run");
    const struct said_run *said = bk_map_get(&w->runs, name);
    for (size_t i = 0; said != NULL && i < shape->n_fields; i++) {
        const struct bk_moved_field *f = &shape->fields[i];
        if ((f->flags & BK_MOVED_OF_RUN) && bk_json_get(row, bk_moved_key(f)) != NULL &&
            !agrees(said, f, &w->cells[i]))
            return bk_fail(err, BK_EINPUT,
                           "line %zu: '%s' is not what the line of the run '%.*s' says",
                           w->line, bk_moved_key(f), BK_F(bk_upto(name, 200)));
    }
    return true;
}

/* A metric of the dictionary has its unit: other numbers are no such metric. */
static bool check_unit(const struct whole *w, const struct bk_moved_row *row,
                       struct bk_err *err)
{
    struct bk_str name = bk_moved_cell(row, "metric")->s;
    struct bk_str unit = bk_moved_cell(row, "unit")->s;
    const struct bk_metric *known = bk_dict_metric(w->im->dict, name);
    if (known == NULL || bk_eq(known->unit, unit) ||
        bk_is(bk_moved_cell(row, "stat")->s, "count"))
        return true;
    return bk_fail(err, BK_EINPUT, "line %zu: %.*s is in %.*s, not in '%.*s'", w->line,
                   BK_F(bk_upto(name, 100)), BK_F(known->unit),
                   BK_F(bk_upto(unit, 40)));
}

/* --- the file --- */

static bool check_version(const struct whole *w, struct bk_err *err)
{
    if (w->cells[0].i <= BK_MOVED_VERSION)
        return true;
    return bk_fail(err, BK_EINPUT,
                   "line %zu: a newer benchkeep wrote this (version %lld; this program "
                   "reads up to %d)",
                   w->line, (long long)w->cells[0].i, BK_MOVED_VERSION);
}

static bool take_line(struct whole *w, const struct bk_json *row, struct bk_err *err)
{
    struct bk_str record = bk_json_string(row, "record");
    struct bk_moved_row moved = {
        .kind = bk_moved_kind_named(record), .line = w->line, .cells = w->cells};
    size_t taken = 1; /* the record */
    if (record.len == 0)
        return fail_field(w, "record", "missing: what kind of line is it?", err);
    if (moved.kind == BK_N_MOVED)
        return bk_fail(err, BK_EINPUT, "line %zu: there is no kind of line '%.*s'",
                       w->line, BK_F(bk_upto(record, 100)));
    const struct bk_moved_shape *shape = &bk_moved_shapes[moved.kind];
    if (!take_fields(w, shape, row, &taken, err) ||
        (row->n != taken && !tell_unknown(w, shape, row, err)))
        return false;
    if (w->ended)
        return bk_fail(err, BK_EINPUT, "line %zu: it stands behind the end", w->line);
    if (moved.kind == BK_MOVED_WAREHOUSE && !check_version(w, err))
        return false;
    w->ended = moved.kind == BK_MOVED_END;
    if (moved.kind == BK_MOVED_RUN ? !keep_run(w, err) : !check_run(w, shape, row, err))
        return false;
    if ((moved.kind == BK_MOVED_MEASUREMENT ||
         moved.kind == BK_MOVED_ABSORBED_MEASUREMENT) &&
        !check_unit(w, &moved, err))
        return false;
    if (w->im->sink->moved(w->im->sink, &moved, err))
        return true;
    if (err->code == BK_EINPUT)
        bk_wrap(err, "line %zu", w->line);
    return false;
}

static bool read_lines(struct whole *w, struct bk_input *in, struct bk_err *err)
{
    struct bk_arena_mark start = bk_arena_mark(w->scratch);
    const struct bk_json *row;
    while (bk_next_row(in, w->scratch, &w->line, &row, err)) {
        if (row == NULL)
            return w->ended || bk_fail(err, BK_EINPUT,
                                       "line %zu: it ends before the line 'end': is "
                                       "the file whole?",
                                       w->line);
        if (!take_line(w, row, err))
            return false;
        bk_arena_release(w->scratch, start);
    }
    return false;
}

bool bk_is_whole_warehouse(struct bk_str head)
{
    struct bk_str line;
    head = bk_trim(head);
    return bk_starts(head, BK_S("{")) && bk_next_line(&head, &line) &&
           bk_json_head_has_key(line, "record") &&
           bk_json_head_has_key(line, "version") && bk_has(line, BK_S("\"warehouse\""));
}

bool bk_import_whole_warehouse(struct bk_input *in, const struct bk_importing *im,
                               struct bk_err *err)
{
    struct whole *w = bk_alloc(im->arena, sizeof *w);
    w->im = im;
    w->scratch = bk_arena_new();
    bool ok = bk_input_rewind(in, err) && read_lines(w, in, err);
    bk_arena_free(w->scratch);
    return ok;
}
