/* report: a session as people write it up, out of what was measured.
 *
 * It asks other questions ('compare', 'capacity', 'tokens') and puts their answers in the
 * order of a write-up; what it says by itself are the sentences of 'conclusions'
 * (report_says.c), each with its evidence.  Whatever no number shows is not in it. */
#include "annotations.h"
#include "capacity.h"
#include "compare.h"
#include "match.h"
#include "question.h"
#include "recommend.h"
#include "report_says.h"
#include "tokens.h"
#include "window.h"

#include <string.h>

/* Beyond these a write-up is no reading any more: a note says how many are left out. */
#define MOST_COURSES  ((size_t)12)
#define MOST_FINDINGS ((size_t)40)
#define MOST_SOURCES  ((size_t)40)
#define MOST_SIDES    ((size_t)8)

/* The numbers of a write-up, where -m names no others. */
static const char *const usual[] = {"duration",
                                    "requests",
                                    "requests_ok",
                                    "requests_failed",
                                    "error_rate",
                                    "request_throughput",
                                    "ok_throughput",
                                    "goodput",
                                    "output_token_throughput",
                                    "total_token_throughput",
                                    "request_latency.mean",
                                    "request_latency.p50",
                                    "request_latency.p95",
                                    "request_latency.p99",
                                    "request_latency.max",
                                    "ttft.mean",
                                    "ttft.p95",
                                    "tpot.mean",
                                    "tpot.p95",
                                    "itl.mean",
                                    "embedding_latency.mean",
                                    "embedding_latency.min",
                                    "embedding_latency.max"};

enum {
    N_USUAL = sizeof usual / sizeof *usual
};

struct report_args {
    struct bk_strings metrics;
    struct bk_strings slos;
    struct bk_tokens_args tokens;
};

struct writing {
    struct bk_db *db;
    struct bk_report *r;
    const struct report_args *args;
    struct bk_strings sides, where; /* as 'compare' takes them */
    struct bk_strings session;      /* conditions for all of one session; none: it is
                                       about something else */
    const struct bk_run_row **runs; /* of all sides, each once */
    struct bk_str *labels;          /* what each is called in a row */
    size_t n_runs;
    bool several_sessions;
};

/* --- answers of other questions --- */

/* A report in the arena of this one, for a question to fill. */
static struct bk_report *part_of(struct bk_report *r, const char *name)
{
    struct bk_report *part = bk_alloc(r->arena, sizeof *part);
    part->arena = r->arena;
    part->name = name;
    part->last_section = &part->sections;
    part->last_note = &part->notes;
    return part;
}

static struct bk_section *section_of(const struct bk_report *part, const char *name)
{
    struct bk_section *s = part->sections;
    while (s != NULL && strcmp(s->name, name) != 0)
        s = s->link;
    return s;
}

/* The rows of a section behind those of the same name, with what they are of in front;
 * returns where they went. */
static void append(struct writing *w, struct bk_section **to, const char *name,
                   const struct bk_section *from, struct bk_str of)
{
    struct bk_arena *a = w->r->arena;
    if (from == NULL || from->n_rows == 0)
        return;
    if (*to == NULL) {
        size_t n = from->n_columns + 1;
        struct bk_column *columns = bk_alloc_array(a, n, sizeof *columns);
        columns[0] = (struct bk_column){"of", "", 0};
        memcpy(columns + 1, from->columns, from->n_columns * sizeof *columns);
        *to = bk_report_section(w->r, name, columns, n);
    }
    for (size_t i = 0; i < from->n_rows; i++) {
        struct bk_value *cells = bk_section_row(w->r, *to);
        cells[0] = bk_v_str(of);
        memcpy(cells + 1, from->rows[i], from->n_columns * sizeof *cells);
    }
}

static void copy(struct writing *w, const struct bk_section *from)
{
    if (from == NULL || from->n_rows == 0)
        return;
    struct bk_section *to =
        bk_report_section(w->r, from->name, from->columns, from->n_columns);
    for (size_t i = 0; i < from->n_rows; i++)
        memcpy(bk_section_row(w->r, to), from->rows[i],
               from->n_columns * sizeof *from->rows[i]);
}

static void copy_notes(struct writing *w, const struct bk_report *part)
{
    for (const struct bk_note *n = part->notes; n != NULL; n = n->link)
        bk_report_note(w->r, bk_cstr(w->r->arena, n->code), n->severity, "%.*s",
                       BK_F(n->message));
}

/* --- what it is about --- */

static bool keep_runs(struct writing *w, const struct bk_side *sides,
                      struct bk_err *err)
{
    struct bk_arena *a = w->r->arena;
    struct bk_map seen = {NULL, 0, 0};
    for (size_t s = 0; s < w->sides.n; s++) {
        for (size_t i = 0; i < sides[s].runs.n; i++) {
            const struct bk_run_row *run = &sides[s].runs.rows[i];
            size_t at = w->n_runs;
            if (bk_map_get(&seen, run->name) != NULL)
                continue;
            bk_map_put(a, &seen, run->name, w);
            *BK_PUSH(a, w->labels, at) = run->name;
            *BK_PUSH(a, w->runs, w->n_runs) = run;
        }
    }
    return w->n_runs > 0 || bk_fail(err, BK_EUSAGE, "no run matches");
}

static struct bk_strings with_session(const struct writing *w, const char *session)
{
    const char **where = bk_alloc_array(w->r->arena, w->where.n + 1, sizeof *where);
    for (size_t i = 0; i < w->where.n; i++)
        where[i] = w->where.items[i];
    where[w->where.n] = bk_fmt(w->r->arena, "session=%s", session).ptr;
    return (struct bk_strings){where, w->where.n + 1};
}

/* Machines of a session are its sides, if their names, and its own, can be written as
 * conditions. */
static bool find_sides(struct writing *w, const char *session, struct bk_err *err)
{
    struct bk_arena *a = w->r->arena;
    struct bk_filter f;
    struct bk_run_list runs;
    const char **names = NULL;
    size_t n = 0, plain = 0;
    struct bk_map seen = {NULL, 0, 0};
    if (!bk_filter_parse(a, w->db, &w->where, &f, err) ||
        !bk_filter_add(a, w->db, &f, "session", session, err) ||
        !bk_runs_load(w->db, a, &f, &runs, err))
        return false;
    for (size_t i = 0; i < runs.n; i++) {
        struct bk_str hardware = runs.rows[i].dim[BK_DIM_HARDWARE];
        if (bk_map_get(&seen, hardware) != NULL)
            continue;
        bk_map_put(a, &seen, hardware, w);
        plain += hardware.len > 0 && bk_find_char(hardware, ',') == BK_NONE;
        *BK_PUSH(a, names, n) = bk_fmt(a, "hardware=%.*s", BK_F(hardware)).ptr;
    }
    if (strchr(session, ',') != NULL)
        return true;
    w->session = with_session(w, session);
    if (n < 2 || n > MOST_SIDES || plain < n)
        return true;
    w->where = w->session;
    w->sides = (struct bk_strings){names, n};
    return true;
}

static struct bk_str join(struct bk_arena *a, struct bk_str x, struct bk_str y)
{
    return bk_fmt(a, "%.*s%s%.*s", BK_F(x), x.len > 0 && y.len > 0 ? " " : "", BK_F(y));
}

/* Names of runs that are short and tell them apart: their session if there are several,
 * machine, and what differs of the config; false when they do not. */
static bool short_labels(struct writing *w, bool with_config)
{
    struct bk_arena *a = w->r->arena;
    struct bk_map known = {NULL, 0, 0};
    const struct bk_pair *shared, *own;
    size_t n_shared, n_own;
    bool apart = true;
    bk_config_shared(a, w->runs, w->n_runs, &shared, &n_shared);
    for (size_t i = 0; i < w->n_runs; i++) {
        const struct bk_run_row *run = w->runs[i];
        struct bk_str label = run->dim[BK_DIM_HARDWARE];
        if (w->several_sessions)
            label = join(a, run->dim[BK_DIM_SESSION], label);
        bk_config_without(a, run, shared, n_shared, &own, &n_own);
        if (with_config)
            label = join(a, label, bk_config_text(a, own, n_own));
        apart = apart && label.len > 0 && bk_map_get(&known, label) == NULL;
        bk_map_put(a, &known, label, w);
        w->labels[i] = label;
    }
    return apart;
}

static void label_runs(struct writing *w)
{
    for (size_t i = 1; i < w->n_runs; i++)
        w->several_sessions =
            w->several_sessions ||
            !bk_eq(w->runs[i]->dim[BK_DIM_SESSION], w->runs[0]->dim[BK_DIM_SESSION]);
    if (short_labels(w, false) || short_labels(w, true))
        return;
    for (size_t i = 0; i < w->n_runs; i++)
        w->labels[i] = w->runs[i]->name;
}

/* A run may be named as 'show' takes it: "062/h100". */
static bool name_run(struct writing *w, struct bk_err *err)
{
    struct bk_run_row run;
    struct bk_str ref = bk_str(w->sides.items[0]);
    if (strpbrk(w->sides.items[0], "=<>~") != NULL)
        return true;
    if (!bk_run_named(w->db, w->r->arena, w->sides.items[0], &run, err))
        return false;
    const char **name = bk_alloc(w->r->arena, sizeof *name);
    *name = bk_eq(ref, run.name) ? w->sides.items[0] : bk_cstr(w->r->arena, run.name);
    w->sides.items = name;
    return true;
}

static bool read_sides(struct writing *w, const struct bk_strings *positional,
                       struct bk_err *err)
{
    static const char *const none[] = {NULL};
    struct bk_side *sides;
    struct bk_stmt *st = bk_stmt(w->db, BK_SQL_SESSION_BY_NAME);
    int64_t id;
    bool is_session;
    w->sides = *positional;
    bk_bind_text(st, ":name", bk_str(positional->items[0]));
    if (!bk_one_int(st, &id, &is_session, err))
        return false;
    if (positional->n == 1 &&
        !(is_session ? find_sides(w, positional->items[0], err) : name_run(w, err)))
        return false;
    if (!bk_sides_read(w->db, w->r->arena, &w->sides, &w->where, none, &sides, err) ||
        !keep_runs(w, sides, err))
        return false;
    label_runs(w);
    return true;
}

/* --- sessions and their load --- */

static const struct bk_column run_columns[] = {
    {"of", "", 0},         {"run", "", BK_COL_MACHINE}, {"session", "", 0},
    {"started_at", "", 0}, {"hardware", "", 0},         {"model", "", 0},
    {"workload", "", 0},   {"status", "", 0},           {"why", "", 0},
};

static void add_runs(struct writing *w)
{
    struct bk_section *s = bk_report_section(w->r, "runs", run_columns,
                                             sizeof run_columns / sizeof *run_columns);
    for (size_t i = 0; i < w->n_runs; i++) {
        const struct bk_run_row *run = w->runs[i];
        struct bk_value *c = bk_section_row(w->r, s);
        c[0] = bk_v_str(w->labels[i]);
        c[1] = bk_v_str(run->name);
        c[2] = bk_v_str(run->dim[BK_DIM_SESSION]);
        c[3] = bk_v_time(run->started_ns);
        c[4] = bk_v_str(run->dim[BK_DIM_HARDWARE]);
        c[5] = bk_v_str(run->dim[BK_DIM_MODEL]);
        c[6] = bk_v_str(run->dim[BK_DIM_WORKLOAD]);
        c[7] = bk_v_str(run->status);
        c[8] = bk_v_str(run->status_why);
    }
}

static const struct bk_column stage_columns[] = {
    {"of", "", 0},       {"from_s", "s", 0}, {"to_s", "s", 0},
    {"vus_from", "", 0}, {"vus_to", "", 0},
};
enum {
    N_STAGE = sizeof stage_columns / sizeof *stage_columns
};

/* The load shape of a run as rows of a part, so that equal shapes can be told once. */
static bool read_stages(struct writing *w, int64_t run, struct bk_report *part,
                        struct bk_err *err)
{
    struct bk_section *s =
        bk_report_section(part, "load_stages", stage_columns, N_STAGE);
    double at = 0, vus = 0;
    bool more, ok;
    struct bk_stmt *st = bk_stmt(w->db, BK_SQL_SHOW_STAGES);
    bk_bind_int(st, ":run", run);
    while ((ok = bk_step(st, &more, err)) && more) {
        double length = bk_col_real(st, 0), to = bk_col_real(st, 1);
        if (length > 0) {
            struct bk_value *c = bk_section_row(part, s);
            c[1] = bk_v_real(at);
            c[2] = bk_v_real(at + length);
            c[3] = bk_v_real(vus);
            c[4] = bk_v_real(to);
        }
        at += length;
        vus = to;
    }
    bk_reset(st);
    return ok;
}

static bool same_rows(const struct bk_section *x, const struct bk_section *y)
{
    if (x->n_rows != y->n_rows)
        return false;
    for (size_t i = 0; i < x->n_rows; i++) {
        for (size_t k = 1; k < N_STAGE; k++) {
            double a = x->rows[i][k].u.real, b = y->rows[i][k].u.real;
            if (a < b || a > b)
                return false;
        }
    }
    return true;
}

static bool add_stages(struct writing *w, struct bk_err *err)
{
    struct bk_section **shapes = bk_alloc_array(w->r->arena, w->n_runs, sizeof *shapes);
    struct bk_section *to = NULL;
    bool alike = true;
    for (size_t i = 0; i < w->n_runs; i++) {
        struct bk_report *part = part_of(w->r, "stages");
        if (!read_stages(w, w->runs[i]->id, part, err))
            return false;
        shapes[i] = part->sections;
        alike = alike && same_rows(shapes[0], shapes[i]);
    }
    for (size_t i = 0; i < (alike ? 1 : w->n_runs); i++) {
        for (size_t k = 0; k < shapes[i]->n_rows; k++) {
            if (to == NULL)
                to = bk_report_section(w->r, "load_stages", stage_columns, N_STAGE);
            struct bk_value *c = bk_section_row(w->r, to);
            memcpy(c, shapes[i]->rows[k], N_STAGE * sizeof *c);
            if (!alike)
                c[0] = bk_v_str(w->labels[i]);
        }
    }
    return true;
}

/* --- under load --- */

/* A run that tells too little is passed over; other errors are errors. */
static bool ask_capacity(struct writing *w, size_t run, struct bk_report **part,
                         struct bk_err *err)
{
    const struct bk_capacity_args none = {0};
    struct bk_str ref = bk_fmt(w->r->arena, "#%lld", (long long)w->runs[run]->id);
    struct bk_err refused = {0};
    *part = part_of(w->r, "capacity");
    if (bk_capacity_run(w->db, &none, ref.ptr, *part, &refused))
        return true;
    *part = NULL;
    if (refused.code == BK_EUSAGE)
        return true;
    *err = refused;
    return false;
}

static bool add_load(struct writing *w, struct bk_says *says, struct bk_err *err)
{
    struct bk_report *parts[MOST_COURSES] = {NULL};
    struct bk_section *landmarks = NULL, *checks = NULL;
    size_t n = w->n_runs < MOST_COURSES ? w->n_runs : MOST_COURSES;
    for (size_t i = 0; i < n; i++) {
        if (!ask_capacity(w, i, &parts[i], err))
            return false;
    }
    for (size_t i = 0; i < n; i++) {
        if (parts[i] != NULL)
            append(w, &landmarks, "landmarks", section_of(parts[i], "landmarks"),
                   w->labels[i]);
    }
    for (size_t i = 0; i < n; i++) {
        if (parts[i] == NULL)
            continue;
        append(w, &checks, "checks", section_of(parts[i], "checks"), w->labels[i]);
        bk_say_checks(says, w->labels[i], section_of(parts[i], "landmarks"),
                      section_of(parts[i], "checks"));
    }
    if (n < w->n_runs && (landmarks != NULL || checks != NULL))
        bk_report_note(w->r, "more-runs", BK_INFO,
                       "how much load they bear is told of %zu of %zu runs", n,
                       w->n_runs);
    return true;
}

/* --- tokens --- */

static struct bk_run_list listed(const struct writing *w)
{
    struct bk_run_list list = {
        bk_alloc_array(w->r->arena, w->n_runs, sizeof *list.rows), w->n_runs};
    for (size_t i = 0; i < w->n_runs; i++)
        list.rows[i] = *w->runs[i];
    return list;
}

static bool tells_tokens(const struct bk_section *s)
{
    size_t per_request = 0;
    while (per_request < s->n_columns &&
           strcmp(s->columns[per_request].name, "input_per_request") != 0)
        per_request++;
    for (size_t i = 0; i < s->n_rows; i++) {
        for (size_t k = per_request; k < s->n_columns; k++) {
            if (s->rows[i][k].type == BK_CELL_REAL &&
                strcmp(s->columns[k].name, "ok_throughput") != 0)
                return true;
        }
    }
    return false;
}

static bool add_tokens(struct writing *w, struct bk_err *err)
{
    struct bk_report *part = part_of(w->r, "tokens");
    struct bk_run_list runs = {
        bk_alloc_array(w->r->arena, w->n_runs, sizeof *runs.rows), w->n_runs};
    for (size_t i = 0; i < w->n_runs; i++)
        runs.rows[i] = *w->runs[i];
    if (!bk_tokens(w->db, &w->args->tokens, &runs, part, err))
        return false;
    const struct bk_section *tokens = section_of(part, "tokens");
    if (tokens == NULL || !tells_tokens(tokens))
        return true;
    copy(w, tokens);
    copy(w, section_of(part, "prefix_cache"));
    copy(w, section_of(part, "cost"));
    for (const struct bk_note *n = part->notes; n != NULL; n = n->link) {
        if (bk_is(n->code, "assumed") || bk_is(n->code, "configured") ||
            bk_is(n->code, "counted-once"))
            bk_report_note(w->r, bk_cstr(w->r->arena, n->code), n->severity, "%.*s",
                           BK_F(n->message));
    }
    return true;
}

/* --- what to run --- */

/* What 'recommend' says of the session alone; where it has nothing to go by, nothing. */
static bool add_recommendation(struct writing *w, struct bk_err *err)
{
    const struct bk_question *q = bk_question_named("recommend");
    const struct bk_recommend_args args = {.slos = w->args->slos};
    const struct bk_strings none = {NULL, 0};
    struct bk_report *part = part_of(w->r, "recommend");
    struct bk_err refused = {0};
    if (w->session.n == 0)
        return true;
    if (!q->ask(w->db, &args, &none, &w->session, part, &refused)) {
        if (refused.code == BK_EUSAGE && w->args->slos.n == 0)
            return true;
        *err = refused;
        return false;
    }
    copy(w, section_of(part, "recommended"));
    copy(w, section_of(part, "refused"));
    copy(w, section_of(part, "next"));
    return true;
}

/* --- what people said --- */

static bool shows_metric(const struct bk_report *r, struct bk_str metric)
{
    const struct bk_section *s = section_of(r, "metrics");
    size_t name = 0;
    while (s != NULL && name < s->n_columns &&
           strcmp(s->columns[name].name, "metric") != 0)
        name++;
    for (size_t i = 0; s != NULL && i < s->n_rows; i++) {
        if (bk_eq(s->rows[i][name].u.s, metric))
            return true;
    }
    return false;
}

static bool add_annotations(struct writing *w, struct bk_err *err)
{
    const struct bk_run_list runs = listed(w);
    return bk_annotations_section(w->db, w->r, &runs, shows_metric, err);
}

/* --- findings and files --- */

static const struct bk_column finding_columns[] = {
    {"of", "", 0},
    {"code", "", 0},
    {"severity", "", 0},
    {"message", "", 0},
};
enum {
    N_FINDING = sizeof finding_columns / sizeof *finding_columns
};

/* What changes no reading of a number stays in 'findings'. */
static bool add_findings_of(struct writing *w, size_t run, struct bk_section **s,
                            size_t *n, struct bk_err *err)
{
    struct bk_arena *a = w->r->arena;
    bool more, ok;
    struct bk_stmt *st = bk_stmt(w->db, BK_SQL_FINDINGS_OF_RUN);
    bk_bind_int(st, ":run", w->runs[run]->id);
    while ((ok = bk_step(st, &more, err)) && more) {
        if (bk_is(bk_col_text(st, 1), "info") || ++*n > MOST_FINDINGS)
            continue;
        if (*s == NULL)
            *s = bk_report_section(w->r, "findings", finding_columns, N_FINDING);
        struct bk_value *c = bk_section_row(w->r, *s);
        c[0] = bk_v_str(w->labels[run]);
        c[1] = bk_v_str(bk_dup(a, bk_col_text(st, 0)));
        c[2] = bk_v_str(bk_dup(a, bk_col_text(st, 1)));
        c[3] = bk_v_str(bk_dup(a, bk_col_text(st, 3)));
    }
    bk_reset(st);
    return ok;
}

static bool add_findings(struct writing *w, struct bk_err *err)
{
    struct bk_section *s = NULL;
    size_t n = 0;
    for (size_t i = 0; i < w->n_runs; i++) {
        if (!add_findings_of(w, i, &s, &n, err))
            return false;
    }
    if (n > MOST_FINDINGS)
        bk_report_note(w->r, "more-findings", BK_INFO,
                       "%zu more finding%s ('benchkeep findings')", n - MOST_FINDINGS,
                       n - MOST_FINDINGS == 1 ? "" : "s");
    return true;
}

struct files { /* each once */
    struct bk_map known;
    struct file {
        struct bk_str path, format;
        size_t runs;
    } * *items;
    size_t n;
};

static bool read_files(struct writing *w, size_t run, struct files *files,
                       struct bk_err *err)
{
    struct bk_arena *a = w->r->arena;
    bool more, ok;
    struct bk_stmt *st = bk_stmt(w->db, BK_SQL_SHOW_SOURCES);
    bk_bind_int(st, ":run", w->runs[run]->id);
    while ((ok = bk_step(st, &more, err)) && more) {
        struct bk_str path = bk_dup(a, bk_col_text(st, 0));
        struct file *f = bk_map_get(&files->known, path);
        if (f == NULL) {
            f = bk_alloc(a, sizeof *f);
            *f = (struct file){path, bk_dup(a, bk_col_text(st, 1)), 0};
            bk_map_put(a, &files->known, path, f);
            *BK_PUSH(a, files->items, files->n) = f;
        }
        f->runs++;
    }
    bk_reset(st);
    return ok;
}

static bool add_sources(struct writing *w, struct bk_err *err)
{
    static const struct bk_column columns[] = {
        {"path", "", 0}, {"format", "", 0}, {"runs", "", 0}};
    struct files files = {.n = 0};
    for (size_t i = 0; i < w->n_runs; i++) {
        if (!read_files(w, i, &files, err))
            return false;
    }
    struct bk_section *s = bk_report_section(w->r, "sources", columns, 3);
    for (size_t i = 0; i < files.n && i < MOST_SOURCES; i++) {
        struct bk_value *c = bk_section_row(w->r, s);
        c[0] = bk_v_str(files.items[i]->path);
        c[1] = bk_v_str(files.items[i]->format);
        c[2] = bk_v_int((int64_t)files.items[i]->runs);
    }
    if (files.n > MOST_SOURCES)
        bk_report_note(w->r, "more-files", BK_INFO,
                       "%zu more file%s ('benchkeep show "
                       "RUN')",
                       files.n - MOST_SOURCES, files.n - MOST_SOURCES == 1 ? "" : "s");
    return true;
}

/* --- the question --- */

static bool compare_sides(struct writing *w, const struct bk_strings *metrics,
                          struct bk_report **part, struct bk_err *err)
{
    const char *names[N_USUAL];
    struct bk_compare_args args = {.brief = true, .metrics = *metrics};
    memcpy(names, usual, sizeof usual);
    if (args.metrics.n == 0)
        args.metrics = (struct bk_strings){names, N_USUAL};
    *part = part_of(w->r, "compare");
    return bk_compare(w->db, &args, &w->sides, &w->where, *part, err);
}

/* What is concluded does not depend on which numbers are shown. */
static bool say_throughput(struct writing *w, const struct bk_report *compared,
                           struct bk_says *says, struct bk_err *err)
{
    const struct bk_strings all = {NULL, 0};
    struct bk_report *part;
    if (w->args->metrics.n > 0) {
        if (!compare_sides(w, &all, &part, err))
            return false;
        compared = part;
    }
    bk_say_throughput(says, section_of(compared, "metrics"), w->sides.n);
    return true;
}

static void title(struct writing *w, const struct bk_strings *positional)
{
    struct bk_str names = {NULL, 0};
    for (size_t i = 0; i < positional->n; i++)
        names = bk_fmt(w->r->arena, "%.*s%s%s", BK_F(names), i > 0 ? ", " : "",
                       positional->items[i]);
    bk_report_arg(w->r, "of", names);
    w->r->title = names;
}

static bool ask(struct bk_db *db, const void *args, const struct bk_strings *positional,
                const struct bk_strings *where, struct bk_report *r, struct bk_err *err)
{
    struct writing w = {.db = db, .r = r, .args = args, .where = *where};
    struct bk_report *compared;
    if (!read_sides(&w, positional, err) ||
        !compare_sides(&w, &w.args->metrics, &compared, err))
        return false;
    struct bk_says says = {.r = r, .db = db};
    title(&w, positional);
    add_runs(&w);
    if (!add_stages(&w, err))
        return false;
    copy(&w, section_of(compared, "matched"));
    if (w.sides.n > 1)
        copy(&w, section_of(compared, "differing"));
    copy(&w, section_of(compared, "metrics"));
    for (size_t i = 0; i < w.n_runs; i++) {
        if (!bk_say_status(&says, w.labels[i], w.runs[i], err))
            return false;
    }
    if (!say_throughput(&w, compared, &says, err) || !add_load(&w, &says, err) ||
        !add_tokens(&w, err))
        return false;
    bk_say_settings(&says, w.runs, w.n_runs);
    bk_says_add(&says);
    if (!add_recommendation(&w, err))
        return false;
    copy_notes(&w, compared);
    return add_annotations(&w, err) && add_findings(&w, err) && add_sources(&w, err);
}

static const struct bk_opt options[] = {
    {'m', "metric", BK_OPT_LIST, offsetof(struct report_args, metrics), "METRIC[.STAT]",
     "these numbers instead of the usual ones; may be given several times", NULL},
    {0, "slo", BK_OPT_LIST, offsetof(struct report_args, slos), "CONDITION",
     "what must hold for a configuration to be recommended, as for 'recommend'", NULL},
    {0, "input-tokens", BK_OPT_TEXT, offsetof(struct report_args, tokens.input), "N",
     "of a request, where nothing was measured", NULL},
    {0, "output-tokens", BK_OPT_TEXT, offsetof(struct report_args, tokens.output), "N",
     "of a request, where nothing was measured", NULL},
    {.type = BK_OPT_END},
};

const struct bk_question bk_question_report = {
    .name = "report",
    .args = "SESSION|RUN [B...]",
    .summary = "write a session up: set-up, numbers, what they show and what not",
    .help =
        "The machines of a session side by side (or sessions, runs and conditions, as "
        "'compare'\ntakes them): load shape, what is equal and what differs, the numbers "
        "with their ratio,\nwhere errors begin, checks of the pools, tokens and costs "
        "where they are known, and what\nfollows, each sentence with its evidence; of one "
        "session also what 'recommend' says of it.\nWhat no number shows is not in it.\n\n"
        "Examples:\n"
        "  benchkeep report 062\n"
        "  benchkeep report 062 --format md -o session-062.md\n"
        "  benchkeep report 061 062 --where hardware=h100\n"
        "  benchkeep report 062 --input-tokens 15 --output-tokens 0 --lang pt\n",
    .options = options,
    .args_size = sizeof(struct report_args),
    .min_positional = 1,
    .max_positional = BK_NONE,
    .ask = ask,
};
