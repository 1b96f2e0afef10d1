/* Which runs a question is about: see select.h. */
#include "select.h"

#include "../base/num.h"
#include "../base/time.h"
#include "../base/utf8.h"
#include "../record/dict.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *const bk_dim_names[BK_N_DIMS] = {
    [BK_DIM_SESSION] = "session",   [BK_DIM_HARDWARE] = "hardware",
    [BK_DIM_MODEL] = "model",       [BK_DIM_ENGINE] = "engine",
    [BK_DIM_WORKLOAD] = "workload",
};

/* --- configs --- */

/* A number as JSON has it, so that it may stand unquoted. */
static bool is_json_number(struct bk_str s)
{
    double x;
    struct bk_str digits = s;
    if (digits.len > 0 && digits.ptr[0] == '-')
        digits = bk_from(digits, 1);
    if (digits.len == 0 || digits.ptr[0] < '0' || digits.ptr[0] > '9')
        return false;
    if (digits.len > 1 && digits.ptr[0] == '0' && digits.ptr[1] >= '0' &&
        digits.ptr[1] <= '9')
        return false;
    if (digits.ptr[digits.len - 1] == '.')
        return false;
    return bk_parse_double(s, &x);
}

/* A name or value out of the canonical text, where \n and \ are escaped. */
static struct bk_str unescaped(struct bk_arena *a, struct bk_str s)
{
    if (bk_find_char(s, '\\') == BK_NONE)
        return s;
    char *text = bk_alloc(a, s.len);
    size_t n = 0;
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        if (c == '\\' && i + 1 < s.len) {
            c = s.ptr[++i];
            c = c == 'n' ? '\n' : c;
        }
        text[n++] = c;
    }
    return (struct bk_str){text, n};
}

void bk_config_pairs(struct bk_arena *a, struct bk_str canonical,
                     const struct bk_pair **pairs, size_t *n)
{
    struct bk_pair *list = NULL;
    size_t count = 0;
    struct bk_str line;
    while (canonical.len > 0) {
        canonical = bk_cut(canonical, '\n', &line);
        struct bk_str name;
        struct bk_str value = bk_cut(line, '=', &name);
        if (name.len == 0)
            continue;
        struct bk_pair *p = BK_PUSH(a, list, count);
        p->name = unescaped(a, name);
        p->value = value = unescaped(a, value);
        p->is_number = is_json_number(value);
    }
    *pairs = list;
    *n = count;
}

struct bk_str bk_config_text(struct bk_arena *a, const struct bk_pair *pairs, size_t n)
{
    struct bk_str text = {NULL, 0};
    for (size_t i = 0; i < n; i++)
        text = bk_fmt(a, "%.*s%s%.*s=%.*s", BK_F(text), i > 0 ? " " : "",
                      BK_F(pairs[i].name), BK_F(pairs[i].value));
    return text;
}

static bool has_pair(const struct bk_pair *pairs, size_t n, const struct bk_pair *p)
{
    for (size_t i = 0; i < n; i++)
        if (bk_eq(pairs[i].name, p->name) && bk_eq(pairs[i].value, p->value))
            return true;
    return false;
}

void bk_config_shared(struct bk_arena *a, const struct bk_run_row *const *runs,
                      size_t n, const struct bk_pair **pairs, size_t *n_pairs)
{
    struct bk_pair *list = NULL;
    *n_pairs = 0;
    for (size_t k = 0; n > 1 && k < runs[0]->n_config; k++) {
        size_t i = 1;
        while (i < n &&
               has_pair(runs[i]->config, runs[i]->n_config, &runs[0]->config[k]))
            i++;
        if (i == n)
            *BK_PUSH(a, list, *n_pairs) = runs[0]->config[k];
    }
    *pairs = list;
}

void bk_config_without(struct bk_arena *a, const struct bk_run_row *run,
                       const struct bk_pair *shared, size_t n_shared,
                       const struct bk_pair **pairs, size_t *n)
{
    struct bk_pair *list = NULL;
    *n = 0;
    for (size_t k = 0; k < run->n_config; k++)
        if (!has_pair(shared, n_shared, &run->config[k]))
            *BK_PUSH(a, list, *n) = run->config[k];
    *pairs = list;
}

/* --- rows --- */

struct bk_str bk_row_param(const struct bk_run_row *row, struct bk_str name)
{
    for (size_t i = 0; i < row->n_config; i++)
        if (bk_eq(row->config[i].name, name))
            return row->config[i].value;
    return (struct bk_str){NULL, 0};
}

struct bk_str bk_row_value(const struct bk_run_row *row, struct bk_str name)
{
    for (size_t d = 0; d < BK_N_DIMS; d++)
        if (bk_is(name, bk_dim_names[d]))
            return row->dim[d];
    if (bk_is(name, "status"))
        return row->status;
    if (bk_is(name, "run"))
        return row->name;
    if (bk_is(name, "claims"))
        return row->claims ? BK_S("true") : BK_S("false");
    return bk_row_param(row, name);
}

static void read_row(struct bk_arena *a, const struct bk_stmt *st,
                     struct bk_run_row *row)
{
    row->id = bk_col_int(st, 0);
    row->name = bk_dup(a, bk_col_text(st, 1));
    for (size_t d = 0; d < BK_N_DIMS; d++)
        row->dim[d] = bk_dup(a, bk_col_text(st, 2 + d));
    bk_config_pairs(a, bk_dup(a, bk_col_text(st, 7)), &row->config, &row->n_config);
    row->started_ns = bk_col_time(st, 8);
    row->status = bk_dup(a, bk_col_text(st, 9));
    row->status_why = bk_dup(a, bk_col_text(st, 10));
    row->claims = bk_col_int(st, 11) != 0;
}

static int by_start(const void *x, const void *y)
{
    const struct bk_run_row *a = x, *b = y;
    int order = bk_time_cmp(a->started_ns, b->started_ns);
    if (order != 0)
        return order;
    return a->id < b->id ? -1 : a->id > b->id;
}

static int by_id(const void *x, const void *y)
{
    const struct bk_run_row *a = x, *b = y;
    return a->id < b->id ? -1 : a->id > b->id;
}

void bk_runs_sort_by_id(struct bk_run_list *list)
{
    if (list->n > 1)
        qsort(list->rows, list->n, sizeof *list->rows, by_id);
}

const struct bk_run_row *bk_runs_find(const struct bk_run_list *list, int64_t id)
{
    struct bk_run_row key = {.id = id};
    if (list->n == 0)
        return NULL;
    return bsearch(&key, list->rows, list->n, sizeof key, by_id);
}

/* --- runs that a report retells --- */

/* Unknown on one side is no contradiction. */
static bool may_be_same(struct bk_str x, struct bk_str y)
{
    return x.len == 0 || y.len == 0 || bk_eq(x, y);
}

/* A run with files of its own that the claim may be about; 'first' begins the chain of
 * runs of its session and hardware. */
static bool is_retold(const struct bk_run_list *list, const size_t *next, size_t first,
                      const struct bk_run_row *claim)
{
    for (size_t i = first; i != BK_NONE; i = next[i])
        if (may_be_same(list->rows[i].dim[BK_DIM_MODEL], claim->dim[BK_DIM_MODEL]) &&
            may_be_same(list->rows[i].dim[BK_DIM_WORKLOAD],
                        claim->dim[BK_DIM_WORKLOAD]))
            return true;
    return false;
}

static struct bk_str place_of(struct bk_arena *a, const struct bk_run_row *run)
{
    return bk_fmt(a, "%.*s\n%.*s", BK_F(run->dim[BK_DIM_SESSION]),
                  BK_F(run->dim[BK_DIM_HARDWARE]));
}

size_t bk_runs_drop_retold(struct bk_arena *a, struct bk_run_list *list)
{
    size_t claims = 0, kept = 0;
    for (size_t i = 0; i < list->n; i++)
        claims += list->rows[i].claims;
    if (claims == 0 || claims == list->n)
        return 0;
    struct bk_map first = {NULL, 0, 0};
    size_t *next = bk_alloc_array(a, list->n, sizeof *next);
    size_t *index = bk_alloc_array(a, list->n, sizeof *index);
    for (size_t i = 0; i < list->n; i++) {
        if (list->rows[i].claims)
            continue;
        struct bk_str place = place_of(a, &list->rows[i]);
        const size_t *before = bk_map_get(&first, place);
        next[i] = before != NULL ? *before : BK_NONE;
        index[i] = i;
        bk_map_put(a, &first, place, &index[i]);
    }
    bool *drop = bk_alloc_array(a, list->n, sizeof *drop);
    for (size_t i = 0; i < list->n; i++) {
        const struct bk_run_row *run = &list->rows[i];
        const size_t *own = run->claims ? bk_map_get(&first, place_of(a, run)) : NULL;
        drop[i] = own != NULL && is_retold(list, next, *own, run);
    }
    for (size_t i = 0; i < list->n; i++)
        if (!drop[i])
            list->rows[kept++] = list->rows[i];
    size_t dropped = list->n - kept;
    list->n = kept;
    return dropped;
}

bool bk_runs_load_told_once(struct bk_db *db, struct bk_arena *a,
                            const struct bk_filter *f, struct bk_run_list *list,
                            size_t *n_retold, struct bk_err *err)
{
    if (!bk_runs_load(db, a, f, list, err))
        return false;
    size_t n = bk_filter_names(f, "claims") ? 0 : bk_runs_drop_retold(a, list);
    if (n_retold != NULL)
        *n_retold = n;
    return true;
}

/* --- loading --- */

static const struct bk_condition *equals(const struct bk_filter *f, const char *name)
{
    for (size_t i = 0; i < f->n; i++)
        if (f->conditions[i].op == BK_CMP_EQ && bk_is(f->conditions[i].name, name))
            return &f->conditions[i];
    return NULL;
}

/* The cheapest statement that gives at least the runs that match. */
static struct bk_stmt *narrowest(struct bk_db *db, const struct bk_filter *f)
{
    const struct bk_condition *c = equals(f, "session");
    if (c != NULL) {
        struct bk_stmt *st = bk_stmt(db, BK_SQL_RUNS_OF_SESSION);
        bk_bind_text(st, ":session", c->value);
        return st;
    }
    c = equals(f, "hardware");
    if (c != NULL) {
        struct bk_stmt *st = bk_stmt(db, BK_SQL_RUNS_OF_HARDWARE);
        bk_bind_text(st, ":hardware", c->value);
        return st;
    }
    return bk_stmt(db, BK_SQL_RUNS_ALL);
}

bool bk_runs_load(struct bk_db *db, struct bk_arena *a, const struct bk_filter *f,
                  struct bk_run_list *list, struct bk_err *err)
{
    *list = (struct bk_run_list){NULL, 0};
    struct bk_stmt *st = narrowest(db, f);
    bool more = false;
    bool ok;
    while ((ok = bk_step(st, &more, err)) && more) {
        struct bk_run_row row;
        read_row(a, st, &row);
        if (bk_filter_match(f, &row))
            *BK_PUSH(a, list->rows, list->n) = row;
    }
    bk_reset(st);
    if (!ok)
        return false;
    if (list->n > 1)
        qsort(list->rows, list->n, sizeof *list->rows, by_start);
    return true;
}

static bool one_row(struct bk_stmt *st, struct bk_arena *a, struct bk_run_row *row,
                    bool *found, struct bk_err *err)
{
    bool ok = bk_step(st, found, err);
    if (ok && *found)
        read_row(a, st, row);
    bk_reset(st);
    return ok;
}

bool bk_run_by_ref(struct bk_db *db, struct bk_arena *a, struct bk_str ref,
                   struct bk_run_row *row, bool *found, struct bk_err *err)
{
    struct bk_stmt *st = bk_stmt(db, BK_SQL_RUNS_BY_NAME);
    bk_bind_text(st, ":name", ref);
    if (!one_row(st, a, row, found, err))
        return false;
    int64_t id;
    if (*found || ref.len == 0 || ref.ptr[0] != '#' ||
        !bk_parse_int64(bk_from(ref, 1), &id))
        return true;
    st = bk_stmt(db, BK_SQL_RUNS_BY_ID);
    bk_bind_int(st, ":id", id);
    return one_row(st, a, row, found, err);
}

/* --- filters --- */

static const struct {
    const char *text;
    enum bk_operator op;
} operators[] = {
    /* two characters before one, so that "<=" is not read as "<" */
    {"!=", BK_CMP_NE}, {"<=", BK_CMP_LE}, {">=", BK_CMP_GE}, {"=", BK_CMP_EQ},
    {"<", BK_CMP_LT},  {">", BK_CMP_GT},  {"~", BK_CMP_HAS},
};

struct bk_str bk_hardware_key(struct bk_arena *a, struct bk_str text)
{
    struct bk_str folded = bk_utf8_lower(a, bk_trim(text));
    char *dashed = bk_alloc(a, folded.len + 1);
    for (size_t i = 0; i < folded.len; i++)
        dashed[i] = folded.ptr[i] == ' ' ? '-' : folded.ptr[i];
    return (struct bk_str){dashed, folded.len};
}

bool bk_hardware_name(struct bk_db *db, struct bk_arena *a, struct bk_str text,
                      struct bk_str *name, struct bk_err *err)
{
    struct bk_str key = bk_hardware_key(a, text);
    struct bk_stmt *st = bk_stmt(db, BK_SQL_HARDWARE_FIND);
    bk_bind_text(st, ":name", key);
    bool found;
    bool ok = bk_step(st, &found, err);
    *name = ok && found ? bk_dup(a, bk_col_text(st, 1)) : key;
    bk_reset(st);
    return ok;
}

static bool is_dimension(struct bk_str name)
{
    for (size_t d = 0; d < BK_N_DIMS; d++)
        if (bk_is(name, bk_dim_names[d]))
            return true;
    return false;
}

/* A misspelt name would match nothing, or with != everything. */
static bool name_must_be_known(struct bk_arena *a, struct bk_db *db, struct bk_str name,
                               struct bk_err *err)
{
    static const char *const others[] = {"status", "run", "claims"};
    const char *names[BK_N_DIMS + 3];
    int64_t id;
    bool found = is_dimension(name);
    for (size_t i = 0; i < BK_N_DIMS + 3; i++) {
        names[i] = i < BK_N_DIMS ? bk_dim_names[i] : others[i - BK_N_DIMS];
        found = found || bk_is(name, names[i]);
    }
    if (found)
        return true;
    struct bk_stmt *st = bk_stmt(db, BK_SQL_PARAM_BY_NAME);
    bk_bind_text(st, ":name", name);
    if (!bk_one_int(st, &id, &found, err))
        return false;
    if (found || bk_dict_is_param(bk_dict_new(a), name))
        return true;
    const char *near = bk_nearest(bk_cstr(a, name), names, BK_N_DIMS + 3);
    return bk_fail(
        err, BK_EUSAGE,
        "no run has a parameter '%.*s'%s%s%s (filters know session, hardware, "
        "model, engine, workload, status, run, claims and the parameters "
        "that 'benchkeep runs' shows)",
        BK_F(name), near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
}

static bool put_condition(struct bk_arena *a, struct bk_db *db, struct bk_filter *f,
                          struct bk_condition c, struct bk_err *err)
{
    if (bk_is(c.name, "hardware") && (c.op == BK_CMP_EQ || c.op == BK_CMP_NE) &&
        !bk_hardware_name(db, a, c.value, &c.value, err))
        return false;
    *BK_PUSH(a, f->conditions, f->n) = c;
    return true;
}

static bool add_condition(struct bk_arena *a, struct bk_db *db, struct bk_filter *f,
                          struct bk_condition c, struct bk_err *err)
{
    return name_must_be_known(a, db, c.name, err) && put_condition(a, db, f, c, err);
}

static bool parse_condition(struct bk_str text, struct bk_condition *c,
                            struct bk_err *err)
{
    for (size_t pos = 1; pos < text.len; pos++)
        for (size_t i = 0; i < sizeof operators / sizeof *operators; i++)
            if (bk_starts(bk_from(text, pos), bk_str(operators[i].text))) {
                c->name = bk_trim(bk_upto(text, pos));
                c->op = operators[i].op;
                c->value = bk_trim(bk_from(text, pos + strlen(operators[i].text)));
                return true;
            }
    return bk_fail(
        err, BK_EUSAGE,
        "cannot read the condition '%.*s': write NAME=VALUE, with = != < <= > "
        ">= or ~ between them",
        BK_F(text));
}

bool bk_filter_parse(struct bk_arena *a, struct bk_db *db,
                     const struct bk_strings *texts, struct bk_filter *f,
                     struct bk_err *err)
{
    *f = (struct bk_filter){NULL, 0};
    for (size_t i = 0; texts != NULL && i < texts->n; i++) {
        struct bk_str rest = bk_dup(a, bk_str(texts->items[i]));
        while (rest.len > 0) {
            struct bk_str part;
            rest = bk_cut(rest, ',', &part);
            struct bk_condition c;
            part = bk_trim(part);
            if (part.len > 0 &&
                (!parse_condition(part, &c, err) || !add_condition(a, db, f, c, err)))
                return false;
        }
    }
    return true;
}

bool bk_filter_read(struct bk_arena *a, struct bk_db *db, struct bk_str text,
                    struct bk_filter *f, struct bk_err *err)
{
    const struct bk_condition none = {BK_S("run"), BK_S(""), BK_CMP_EQ};
    struct bk_err ignored = {0};
    *f = (struct bk_filter){NULL, 0};
    while (text.len > 0) {
        struct bk_str part;
        struct bk_condition c;
        text = bk_cut(text, ',', &part);
        if (!parse_condition(bk_trim(part), &c, &ignored))
            c = none;
        if (!put_condition(a, db, f, c, err))
            return false;
    }
    return true;
}

struct bk_str bk_filter_text(struct bk_arena *a, const struct bk_filter *f)
{
    static const char *const signs[] = {
        [BK_CMP_EQ] = "=", [BK_CMP_NE] = "!=", [BK_CMP_LE] = "<=", [BK_CMP_GE] = ">=",
        [BK_CMP_LT] = "<", [BK_CMP_GT] = ">",  [BK_CMP_HAS] = "~",
    };
    struct bk_str text = {"", 0};
    for (size_t i = 0; i < f->n; i++)
        text = bk_fmt(a, "%.*s%s%.*s%s%.*s", BK_F(text), i > 0 ? "," : "",
                      BK_F(f->conditions[i].name), signs[f->conditions[i].op],
                      BK_F(f->conditions[i].value));
    return text;
}

bool bk_filter_add(struct bk_arena *a, struct bk_db *db, struct bk_filter *f,
                   const char *name, const char *value, struct bk_err *err)
{
    if (value == NULL)
        return true;
    struct bk_condition c = {bk_str(name), bk_str(value), BK_CMP_EQ};
    return add_condition(a, db, f, c, err);
}

bool bk_filter_names(const struct bk_filter *f, const char *name)
{
    for (size_t i = 0; i < f->n; i++)
        if (bk_is(f->conditions[i].name, name))
            return true;
    return false;
}

static bool contains_nocase(struct bk_str s, struct bk_str what)
{
    for (size_t i = 0; i + what.len <= s.len; i++)
        if (bk_eq_nocase(bk_upto(bk_from(s, i), what.len), what))
            return true;
    return false;
}

/* Sessions are named exactly; in other names the case does not matter. */
static bool is_equal_name(const struct bk_condition *c, struct bk_str value)
{
    if (bk_is(c->name, bk_dim_names[BK_DIM_SESSION]))
        return bk_eq(value, c->value);
    return bk_eq_nocase(value, c->value);
}

static bool holds(const struct bk_condition *c, struct bk_str value)
{
    double x, y;
    bool numbers = bk_parse_double(value, &x) && bk_parse_double(c->value, &y);
    bool is_name = is_dimension(c->name) || bk_is(c->name, "run");
    int order = numbers ? (x > y) - (x < y) : bk_cmp(value, c->value);
    switch (c->op) {
    case BK_CMP_EQ:
        return numbers && !is_name ? order == 0 : is_equal_name(c, value);
    case BK_CMP_NE:
        return numbers && !is_name ? order != 0 : !is_equal_name(c, value);
    case BK_CMP_LE:
        return value.len > 0 && order <= 0;
    case BK_CMP_GE:
        return value.len > 0 && order >= 0;
    case BK_CMP_LT:
        return value.len > 0 && order < 0;
    case BK_CMP_GT:
        return value.len > 0 && order > 0;
    case BK_CMP_HAS:
        return contains_nocase(value, c->value);
    }
    return false;
}

bool bk_filter_match(const struct bk_filter *f, const struct bk_run_row *row)
{
    for (size_t i = 0; i < f->n; i++)
        if (!holds(&f->conditions[i], bk_row_value(row, f->conditions[i].name)))
            return false;
    return true;
}

bool bk_session_must_exist(struct bk_db *db, struct bk_arena *a, const char *name,
                           struct bk_err *err)
{
    const char **names = NULL;
    size_t n = 0;
    int64_t id;
    bool more, ok, found;
    struct bk_stmt *st = bk_stmt(db, BK_SQL_SESSION_BY_NAME);
    bk_bind_text(st, ":name", bk_str(name));
    if (!bk_one_int(st, &id, &found, err) || found)
        return err->code == BK_OK;
    st = bk_stmt(db, BK_SQL_SESSIONS_LIST);
    while ((ok = bk_step(st, &more, err)) && more)
        *BK_PUSH(a, names, n) = bk_cstr(a, bk_col_text(st, 1));
    bk_reset(st);
    if (!ok)
        return false;
    const char *near = bk_nearest(name, names, n);
    return bk_fail(err, BK_EUSAGE,
                   "no session is called '%s'%s%s%s (see 'benchkeep sessions')", name,
                   near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
}

/* --- values --- */

static int by_run(const void *x, const void *y)
{
    const struct bk_run_value *a = x, *b = y;
    return a->run < b->run ? -1 : a->run > b->run;
}

/* One quantity comes in the order of runs. */
static void sort_by_run(struct bk_run_values *values)
{
    size_t i = 1;
    while (i < values->n && values->items[i - 1].run <= values->items[i].run)
        i++;
    if (i < values->n)
        qsort(values->items, values->n, sizeof *values->items, by_run);
}

bool bk_values_load(struct bk_db *db, struct bk_arena *a, const char *metric,
                    const char *stat, const char *scope, struct bk_run_values *values,
                    struct bk_err *err)
{
    *values = (struct bk_run_values){NULL, 0};
    struct bk_stmt *st = bk_stmt(db, BK_SQL_RUNS_VALUES);
    bk_bind_text(st, ":metric", bk_str(metric));
    bk_bind_text(st, ":stat", bk_str(stat));
    bk_bind_text(st, ":scope", bk_str(scope));
    bool more = false;
    bool ok;
    while ((ok = bk_step(st, &more, err)) && more)
        *BK_PUSH(a, values->items, values->n) =
            (struct bk_run_value){bk_col_int(st, 0), bk_col_real(st, 1)};
    bk_reset(st);
    if (ok)
        sort_by_run(values);
    return ok;
}

/* A question for each costs about as much as a hundred rows of the list of all. */
#define FEW_RUNS 100

bool bk_values_of_runs(struct bk_db *db, struct bk_arena *a, const char *metric,
                       const char *stat, const struct bk_run_list *runs,
                       struct bk_run_values *values, struct bk_err *err)
{
    if (runs->n > FEW_RUNS)
        return bk_values_load(db, a, metric, stat, "", values, err);
    *values = (struct bk_run_values){NULL, 0};
    for (size_t i = 0; i < runs->n; i++) {
        bool found;
        struct bk_stmt *st = bk_stmt(db, BK_SQL_RUN_VALUE);
        bk_bind_text(st, ":metric", bk_str(metric));
        bk_bind_text(st, ":stat", bk_str(stat));
        bk_bind_text(st, ":scope", BK_S(""));
        bk_bind_int(st, ":run", runs->rows[i].id);
        bool ok = bk_step(st, &found, err);
        if (ok && found)
            *BK_PUSH(a, values->items, values->n) =
                (struct bk_run_value){runs->rows[i].id, bk_col_real(st, 0)};
        bk_reset(st);
        if (!ok)
            return false;
    }
    sort_by_run(values);
    return true;
}

const struct bk_run_value *bk_values_of(const struct bk_run_values *values, int64_t run)
{
    struct bk_run_value key = {.run = run};
    if (values->n == 0)
        return NULL;
    return bsearch(&key, values->items, values->n, sizeof key, by_run);
}

bool bk_param_counts_users(struct bk_str name)
{
    static const char *const names[] = {"concurrency", "vus", "vus_max", "users",
                                        "max_concurrency"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (bk_is(name, names[i]))
            return true;
    }
    return false;
}
