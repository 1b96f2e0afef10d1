/* What the query room's tests share: a warehouse in memory, filled through the archive,
 * and questions whose answers are looked into. */
#ifndef BK_TESTS_QUERY_KIT_H
#define BK_TESTS_QUERY_KIT_H

#include "../archive/kit.h"

#include "../../../src/query/question.h"
#include "../../../src/query/select.h"

#include <errno.h>

/* "workers=8 pool_size=16". */
static inline void set_params(struct kit *k, struct bk_run *r, const char *params)
{
    struct bk_str rest = bk_str(params), part;
    while (rest.len > 0) {
        rest = bk_cut(rest, ' ', &part);
        struct bk_str name, value = bk_cut(part, '=', &name);
        bk_run_param(k->a, r, name, value, BK_S("test"));
    }
}

struct sample { /* a run in a few words */
    const char *session, *hardware, *workload, *params;
    const char *metric;
    double value;
    enum bk_status status;
};

static inline struct bk_measurement *add_number(struct kit *k, struct bk_run *r,
                                                const char *metric, const char *unit,
                                                double value)
{
    struct bk_measurement *m = bk_run_measure(k->a, r);
    *m = (struct bk_measurement){.metric = bk_str(metric),
                                 .stat = BK_S("value"),
                                 .unit = bk_str(unit),
                                 .value = value,
                                 .low = value,
                                 .high = value,
                                 .source_name = bk_str(metric),
                                 .how = bk_wording_new(k->a, BK_S(""), bk_str(unit))};
    return m;
}

static inline const char *unit_of(const char *metric)
{
    return strcmp(metric, "error_rate") == 0 ? "ratio" : "1/s";
}

static inline struct bk_run *run_of(struct kit *k, const struct sample *s)
{
    struct bk_run *r = new_run(k, s->session, s->hardware, s->workload);
    set_params(k, r, s->params);
    add_number(k, r, s->metric, unit_of(s->metric), s->value);
    r->status = s->status;
    if (s->status != BK_RUN_OK)
        r->status_why = BK_S("because");
    return r;
}

/* Each sample as a file of its own, a day apart. */
static inline void fill(struct kit *k, const struct sample *samples, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct bk_run *r = run_of(k, &samples[i]);
        r->started_ns = (int64_t)(i + 1) * 86400 * BK_NS_PER_S;
        const char *path = bk_fmt(k->a, "file-%zu.csv", i).ptr;
        import_run(k, path, r);
    }
}
#define FILL(k, samples) fill(k, samples, sizeof(samples) / sizeof *(samples))

static inline struct bk_strings strings(struct kit *k, const char *const *items)
{
    struct bk_strings s = {NULL, 0};
    for (; items != NULL && *items != NULL; items++)
        *BK_PUSH(k->a, s.items, s.n) = *items;
    return s;
}
#define WORDS(...)                                                                     \
    (const char *const[])                                                              \
    {                                                                                  \
        __VA_ARGS__, NULL                                                              \
    }

/* Runs that match --where texts, as "session/hardware session/hardware". */
static inline const char *selected(struct kit *k, const char *const *where)
{
    struct bk_strings texts = strings(k, where);
    struct bk_filter f;
    struct bk_run_list list;
    struct bk_str names = {"", 0};
    must(k, bk_filter_parse(k->a, k->db, &texts, &f, &k->err));
    must(k, bk_runs_load(k->db, k->a, &f, &list, &k->err));
    for (size_t i = 0; i < list.n; i++)
        names = bk_fmt(k->a, "%.*s%s%.*s", BK_F(names), i > 0 ? " " : "",
                       BK_F(list.rows[i].name));
    return names.ptr;
}

/* The answer to a question; free it with bk_report_free. */
static inline struct bk_report *answer(struct kit *k, const char *question,
                                       const char *const *positional,
                                       const char *const *where,
                                       const char *const *options)
{
    const struct bk_question *q = bk_question_named(question);
    struct bk_strings words = strings(k, positional), conditions = strings(k, where);
    struct bk_strings rest = strings(k, options), none = {NULL, 0};
    struct bk_report *r = bk_report_new(question);
    void *args = bk_alloc(k->a, q->args_size > 0 ? q->args_size : 1);
    must(k, bk_opt_parse(k->a, q->options, args, NULL, NULL, (int)rest.n, rest.items,
                         &none, &k->err));
    if (!q->ask(k->db, args, &words, &conditions, r, &k->err)) {
        bk_report_free(r);
        return NULL;
    }
    return r;
}

static inline const struct bk_section *section(const struct bk_report *r,
                                               const char *name)
{
    const struct bk_section *s = r->sections;
    while (s != NULL && strcmp(s->name, name) != 0)
        s = s->link;
    assert_non_null(s);
    return s;
}

/* A stored cell as text: numbers with six digits, "-" for null. */
static inline const char *cell(struct kit *k, const struct bk_section *s, size_t row,
                               const char *column)
{
    size_t i = 0;
    while (i < s->n_columns && (strcmp(s->columns[i].name, column) != 0 ||
                                (s->columns[i].flags & BK_COL_HUMAN)))
        i++;
    assert_true(i < s->n_columns);
    assert_true(row < s->n_rows);
    const struct bk_value *v = &s->rows[row][i];
    switch (v->type) {
    case BK_CELL_STR:
        return bk_cstr(k->a, v->u.s);
    case BK_CELL_REAL:
        return bk_fmt(k->a, "%.6g", v->u.real).ptr;
    case BK_CELL_INT:
    case BK_CELL_TIME:
    case BK_CELL_BOOL:
        return bk_fmt(k->a, "%lld", (long long)v->u.i).ptr;
    case BK_CELL_NULL:
    case BK_CELL_PAIRS:
        break;
    }
    return "-";
}

static inline bool has_note(const struct bk_report *r, const char *code)
{
    for (const struct bk_note *n = r->notes; n != NULL; n = n->link)
        if (bk_is(n->code, code))
            return true;
    return false;
}

#endif
