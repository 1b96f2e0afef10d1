/* annotate: what people know and numbers do not say.  An accepted level shift, an outlier,
 * a metric that is not to alarm anybody, a note: with author, time and reason, and never
 * deleted, only undone. */
#include "annotations.h"
#include "author.h"
#include "question.h"
#include "window.h"

#include "../base/num.h"
#include "../base/time.h"

struct annotate_args {
    const char *session, *run, *hardware, *model, *workload, *metric, *reason, *author;
    bool all;
};

/* What a kind must name, and what it cannot. */
static const struct {
    const char *needs;                   /* for people */
    bool session, run, metric, anything; /* one of those that are set */
    bool no_session, no_run;
} rules[BK_N_ANNOTATION_KINDS] = {
    [BK_LEVEL_SHIFT] = {.needs = "the first --session of the new level",
                        .session = true,
                        .no_run = true},
    [BK_OUTLIER] = {.needs = "a --session or a --run", .session = true, .run = true},
    [BK_MUTE] = {.needs = "a --metric",
                 .metric = true,
                 .no_session = true,
                 .no_run = true},
    [BK_REMARK] = {.needs = "a --session, a --run, or what else it is about",
                   .anything = true},
};

enum column {
    ID,
    KIND,
    ABOUT,
    SESSION,
    RUN,
    HARDWARE,
    MODEL,
    WORKLOAD,
    FILTER,
    METRIC,
    STAT,
    N_RUNS,
    REASON,
    AUTHOR,
    CREATED_AT,
    UNDONE_AT,
    UNDONE_BY,
    UNDONE_WHY,
    N_COLUMNS
};
static const struct bk_column columns[N_COLUMNS] = {
    [ID] = {"id", "", 0},
    [KIND] = {"kind", "", 0},
    [ABOUT] = {"about", "", BK_COL_HUMAN},
    [SESSION] = {"session", "", BK_COL_MACHINE},
    [RUN] = {"run", "", BK_COL_MACHINE},
    [HARDWARE] = {"hardware", "", BK_COL_MACHINE},
    [MODEL] = {"model", "", BK_COL_MACHINE},
    [WORKLOAD] = {"workload", "", BK_COL_MACHINE},
    [FILTER] = {"filter", "", BK_COL_MACHINE},
    [METRIC] = {"metric", "", BK_COL_MACHINE},
    [STAT] = {"stat", "", BK_COL_MACHINE},
    [N_RUNS] = {"runs", "", 0},
    [REASON] = {"reason", "", 0},
    [AUTHOR] = {"author", "", 0},
    [CREATED_AT] = {"created_at", "", 0},
    [UNDONE_AT] = {"undone_at", "", 0},
    [UNDONE_BY] = {"undone_by", "", 0},
    [UNDONE_WHY] = {"undone_why", "", 0},
};

/* --- listing --- */

static bool count_runs(struct bk_db *db, struct bk_arena *a,
                       const struct bk_annotation *n, const struct bk_run_list *runs,
                       int64_t *count, struct bk_err *err)
{
    struct bk_filter f;
    *count = 0;
    if (!bk_annotation_filter(db, a, n, &f, err))
        return false;
    for (size_t i = 0; i < runs->n; i++)
        *count += bk_annotation_names(n, &f, &runs->rows[i]);
    return true;
}

static void add_row(struct bk_report *r, struct bk_section *s,
                    const struct bk_annotation *n, int64_t n_runs)
{
    struct bk_value *c = bk_section_row(r, s);
    c[ID] = bk_v_int(n->id);
    c[KIND] = bk_v_text(bk_annotation_kinds[n->kind]);
    c[ABOUT] = bk_v_str(bk_annotation_about(r->arena, n));
    c[SESSION] = bk_v_str(n->session);
    c[RUN] = bk_v_str(n->run);
    c[HARDWARE] = bk_v_str(n->hardware);
    c[MODEL] = bk_v_str(n->model);
    c[WORKLOAD] = bk_v_str(n->workload);
    c[FILTER] = bk_v_str(n->filter);
    c[METRIC] = bk_v_str(n->metric);
    c[STAT] = bk_v_str(n->stat);
    c[N_RUNS] = bk_v_int(n_runs);
    c[REASON] = bk_v_str(n->reason);
    c[AUTHOR] = bk_v_str(n->author);
    c[CREATED_AT] = bk_v_time(n->created_ns);
    c[UNDONE_AT] = bk_v_time(n->undone_ns);
    c[UNDONE_BY] = bk_v_str(n->undone_by);
    c[UNDONE_WHY] = bk_v_str(n->undone_why);
}

/* Without anything that was undone, nothing need be said of that. */
static const struct bk_column *columns_for(struct bk_arena *a,
                                           const struct bk_annotation_list *list)
{
    bool undone = false;
    for (size_t i = 0; i < list->n; i++)
        undone = undone || list->items[i].undone_ns != BK_NO_TIME;
    return undone ? columns : bk_columns_hidden(a, columns, N_COLUMNS, UNDONE_AT);
}

/* All, or the one of a number. */
static bool list_annotations(struct bk_db *db, struct bk_report *r, bool all,
                             int64_t only, struct bk_err *err)
{
    const struct bk_filter any = {NULL, 0};
    struct bk_annotation_list list;
    struct bk_run_list runs = {NULL, 0};
    if (!bk_annotations_load(db, r->arena, all || only != 0, &list, err) ||
        (list.n > 0 && !bk_runs_load(db, r->arena, &any, &runs, err)))
        return false;
    size_t kept = 0;
    for (size_t i = 0; i < list.n; i++)
        if (only == 0 || list.items[i].id == only)
            list.items[kept++] = list.items[i];
    list.n = kept;
    struct bk_section *s =
        bk_report_section(r, "annotations", columns_for(r->arena, &list), N_COLUMNS);
    for (size_t i = 0; i < list.n; i++) {
        int64_t n_runs;
        if (!count_runs(db, r->arena, &list.items[i], &runs, &n_runs, err))
            return false;
        add_row(r, s, &list.items[i], n_runs);
        if (n_runs == 0)
            bk_report_note(r, "no-run", BK_WARNING,
                           "annotation %lld is about no run that is here",
                           (long long)list.items[i].id);
    }
    return true;
}

/* --- a new one --- */

static bool read_kind(const char *word, enum bk_annotation_kind *kind,
                      struct bk_err *err)
{
    const char *words[BK_N_ANNOTATION_KINDS + 2] = {NULL};
    for (size_t i = 0; i < BK_N_ANNOTATION_KINDS; i++) {
        words[i] = bk_annotation_kinds[i];
        if (bk_is(bk_str(word), words[i])) {
            *kind = (enum bk_annotation_kind)i;
            return true;
        }
    }
    words[BK_N_ANNOTATION_KINDS] = "list";
    words[BK_N_ANNOTATION_KINDS + 1] = "undo";
    const char *near = bk_nearest(word, words, BK_N_ANNOTATION_KINDS + 2);

    return bk_fail(err, BK_EUSAGE,
                   "'%.80s' is no kind of annotation%s%s%s (level-shift, outlier, mute "
                   "and note are)",
                   word, near ? "; did you mean '" : "", near ? near : "",
                   near ? "'?" : "");
}

static bool check_scope(const struct annotate_args *o, enum bk_annotation_kind kind,
                        const struct bk_strings *where, struct bk_err *err)
{
    const char *name = bk_annotation_kinds[kind];
    bool anything = o->session || o->run || o->hardware || o->model || o->workload ||
                    o->metric || where->n > 0;
    bool enough = (rules[kind].session && o->session) || (rules[kind].run && o->run) ||
                  (rules[kind].metric && o->metric) ||
                  (rules[kind].anything && anything);
    if (!enough)
        return bk_fail(err, BK_EUSAGE, "'annotate %s' needs %s", name,
                       rules[kind].needs);
    if ((rules[kind].no_session && o->session) || (rules[kind].no_run && o->run))
        return bk_fail(err, BK_EUSAGE, "--%s does not go with 'annotate %s'",
                       rules[kind].no_session && o->session ? "session" : "run", name);
    return !(o->session && o->run) ||
           bk_fail(err, BK_EUSAGE, "a --run is of its session: name only one of them");
}

static bool read_metric(struct bk_db *db, struct bk_arena *a, const char *text,
                        struct bk_annotation *n, struct bk_err *err)
{
    struct bk_quantity q = {.id = 0};
    int64_t id, one;
    bool found;
    if (text == NULL)
        return true;
    bk_quantity_split(a, bk_str(text), &n->metric, &n->stat);
    q.metric = n->metric;
    if (!bk_quantity_find(db, a, &q, err))
        return false;
    struct bk_stmt *st = bk_stmt(db, BK_SQL_METRIC_BY_NAME);
    bk_bind_text(st, ":metric", n->metric);
    if (!bk_one_int(st, &id, &found, err))
        return false;
    st = bk_stmt(db, BK_SQL_QUANTITY_EXISTS);
    bk_bind_int(st, ":metric", id);
    bk_bind_text(st, ":stat", n->stat);
    return bk_one_int(st, &one, &found, err) &&
           (found || bk_fail(err, BK_EUSAGE,
                             "no run has '%s' ('benchkeep metrics' lists what "
                             "there is)",
                             text));
}

static bool read_run(struct bk_db *db, struct bk_arena *a, const char *ref,
                     struct bk_str *name, struct bk_err *err)
{
    struct bk_run_row run;
    if (ref == NULL)
        return true;
    if (!bk_run_named(db, a, ref, &run, err))
        return false;
    *name = run.name;
    return true;
}

static bool read_filter(struct bk_db *db, struct bk_arena *a,
                        const struct bk_strings *where, struct bk_str *text,
                        struct bk_err *err)
{
    struct bk_filter f;
    if (!bk_filter_parse(a, db, where, &f, err))
        return false;
    if (bk_filter_names(&f, "session"))
        return bk_fail(err, BK_EUSAGE, "name the session with --session");
    *text = bk_filter_text(a, &f);
    return true;
}

static bool must_name_runs(struct bk_db *db, struct bk_arena *a,
                           const struct bk_annotation *n, struct bk_err *err)
{
    const struct bk_filter any = {NULL, 0};
    struct bk_run_list runs;
    int64_t count;
    if (!bk_runs_load(db, a, &any, &runs, err) ||
        !count_runs(db, a, n, &runs, &count, err))
        return false;
    return count > 0 || bk_fail(err, BK_EUSAGE, "no run is what this is about: %.*s",
                                BK_F(bk_annotation_about(a, n)));
}

static bool read_new(struct bk_db *db, struct bk_arena *a,
                     const struct annotate_args *o, const struct bk_strings *where,
                     struct bk_annotation *n, struct bk_err *err)
{
    if (!bk_reason_given(a, o->reason, true, &n->reason, err) ||
        !bk_author(a, o->author, &n->author, err) ||
        (o->session != NULL && !bk_session_must_exist(db, a, o->session, err)) ||
        !read_run(db, a, o->run, &n->run, err) ||
        !read_metric(db, a, o->metric, n, err) ||
        !read_filter(db, a, where, &n->filter, err))
        return false;
    n->session = bk_str(o->session);
    n->model = bk_str(o->model);
    n->workload = bk_str(o->workload);
    return (o->hardware == NULL ||
            bk_hardware_name(db, a, bk_str(o->hardware), &n->hardware, err)) &&
           must_name_runs(db, a, n, err);
}

static bool insert(struct bk_db *db, const struct bk_annotation *n, int64_t *id,
                   struct bk_err *err)
{
    struct bk_stmt *st = bk_stmt(db, BK_SQL_ANNOTATION_INSERT);
    bool found;
    bk_bind_text(st, ":kind", bk_str(bk_annotation_kinds[n->kind]));
    bk_bind_text(st, ":session", n->session);
    bk_bind_text(st, ":run", n->run);
    bk_bind_text(st, ":hardware", n->hardware);
    bk_bind_text(st, ":model", n->model);
    bk_bind_text(st, ":workload", n->workload);
    bk_bind_text(st, ":filter", n->filter);
    bk_bind_text(st, ":metric", n->metric);
    bk_bind_text(st, ":stat", n->stat);
    bk_bind_text(st, ":reason", n->reason);
    bk_bind_text(st, ":author", n->author);
    bk_bind_int(st, ":created", bk_now());
    return bk_one_int(st, id, &found, err) &&
           (found || bk_fail(err, BK_EUSAGE, "the same was said at the same time"));
}

static bool annotate(struct bk_db *db, struct bk_report *r,
                     const struct annotate_args *o, const char *word,
                     const struct bk_strings *where, struct bk_err *err)
{
    struct bk_annotation n = {.id = 0};
    int64_t id;
    return read_kind(word, &n.kind, err) && check_scope(o, n.kind, where, err) &&
           read_new(db, r->arena, o, where, &n, err) && insert(db, &n, &id, err) &&
           list_annotations(db, r, true, id, err);
}

/* --- undoing --- */

static const struct bk_annotation *find(const struct bk_annotation_list *list,
                                        int64_t id)
{
    for (size_t i = 0; i < list->n; i++)
        if (list->items[i].id == id)
            return &list->items[i];
    return NULL;
}

static bool undo(struct bk_db *db, struct bk_report *r, const struct annotate_args *o,
                 const char *number, struct bk_err *err)
{
    struct bk_annotation_list list;
    struct bk_str digits = bk_str(number), author, reason;
    int64_t id;
    if (bk_starts(digits, BK_S("#")))
        digits = bk_from(digits, 1);
    if (!bk_parse_int64(digits, &id))
        return bk_fail(err, BK_EUSAGE,
                       "'%.80s' is no number of an annotation (see 'benchkeep annotate "
                       "list')",
                       number);
    if (!bk_annotations_load(db, r->arena, true, &list, err) ||
        !bk_author(r->arena, o->author, &author, err) ||
        !bk_reason_given(r->arena, o->reason, false, &reason, err))
        return false;
    const struct bk_annotation *n = find(&list, id);
    if (n == NULL)
        return bk_fail(err, BK_EUSAGE,
                       "there is no annotation %lld (see 'benchkeep annotate list')",
                       (long long)id);
    if (n->undone_ns != BK_NO_TIME)
        return bk_fail(err, BK_EUSAGE, "annotation %lld was undone by %.*s already",
                       (long long)id, BK_F(n->undone_by));
    struct bk_stmt *st = bk_stmt(db, BK_SQL_ANNOTATION_UNDO);
    bk_bind_int(st, ":id", id);
    bk_bind_int(st, ":undone", bk_now());
    bk_bind_text(st, ":author", author);
    bk_bind_text(st, ":reason", reason);
    return bk_run_stmt(st, err) && list_annotations(db, r, true, id, err);
}

/* --- the question --- */

static bool is_word(const struct bk_strings *positional, const char *word)
{
    return positional->n > 0 && bk_is(bk_str(positional->items[0]), word);
}

static bool writes(const struct bk_strings *positional)
{
    return !is_word(positional, "list");
}

/* What an option says must not be lost in silence. */
static bool only_with_kinds(const struct annotate_args *o,
                            const struct bk_strings *where, const char *word,
                            struct bk_err *err)
{
    if (!o->session && !o->run && !o->hardware && !o->model && !o->workload &&
        !o->metric && where->n == 0)
        return true;
    return bk_fail(err, BK_EUSAGE,
                   "'annotate %s' takes no option that says what something is about",
                   word);
}

static bool change(struct bk_db *db, const struct annotate_args *o,
                   const struct bk_strings *positional, const struct bk_strings *where,
                   struct bk_report *r, struct bk_err *err)
{
    if (!is_word(positional, "undo"))
        return positional->n == 1
                   ? annotate(db, r, o, positional->items[0], where, err)
                   : bk_fail(err, BK_EUSAGE, "'annotate %.80s' takes options only",
                             positional->items[0]);
    if (positional->n != 2)
        return bk_fail(err, BK_EUSAGE, "write 'annotate undo ID'");
    return only_with_kinds(o, where, "undo", err) &&
           undo(db, r, o, positional->items[1], err);
}

static bool ask(struct bk_db *db, const void *args, const struct bk_strings *positional,
                const struct bk_strings *where, struct bk_report *r, struct bk_err *err)
{
    const struct annotate_args *o = args;
    struct bk_err ignored = {0};
    if (is_word(positional, "list"))
        return only_with_kinds(o, where, "list", err) &&
               list_annotations(db, r, o->all, 0, err);
    if (!bk_begin(db, err))
        return false;
    if (change(db, o, positional, where, r, err))
        return bk_end(db, true, err);
    bk_end(db, false, &ignored);
    return false;
}

static const struct bk_opt options[] = {
    {0, "session", BK_OPT_TEXT, offsetof(struct annotate_args, session), "SESSION",
     "the session that it is about; of a level shift, the first of the new level",
     NULL},
    {0, "run", BK_OPT_TEXT, offsetof(struct annotate_args, run), "RUN",
     "the run that it is about", NULL},
    {0, "hardware", BK_OPT_TEXT, offsetof(struct annotate_args, hardware), "NAME",
     "only this kind of machine", NULL},
    {0, "model", BK_OPT_TEXT, offsetof(struct annotate_args, model), "NAME",
     "only this model", NULL},
    {0, "workload", BK_OPT_TEXT, offsetof(struct annotate_args, workload), "NAME",
     "only this workload", NULL},
    {'m', "metric", BK_OPT_TEXT, offsetof(struct annotate_args, metric),
     "METRIC[.STAT]", "only this metric", NULL},
    {0, "reason", BK_OPT_TEXT, offsetof(struct annotate_args, reason), "TEXT",
     "why; needed, but for undoing", NULL},
    {0, "author", BK_OPT_TEXT, offsetof(struct annotate_args, author), "NAME",
     "who says so (default: $BENCHKEEP_AUTHOR, or the login name)", NULL},
    {'a', "all", BK_OPT_FLAG, offsetof(struct annotate_args, all), NULL,
     "list what was undone, too", NULL},
    {.type = BK_OPT_END},
};

const struct bk_question bk_question_annotate = {
    .name = "annotate",
    .args = "level-shift|outlier|mute|note | list | undo ID",
    .summary = "say what numbers do not: accept a change, leave a session out",
    .help =
        "level-shift  from this session on the level is another, and that is all right:\n"
        "             sessions before it are not compared with any more\n"
        "outlier      leave a session or run out of what others are compared with\n"
        "mute         do not judge a metric in 'regressions' and 'gate'\n"
        "note         only tell\n\n"
        "Annotations are told wherever they count: in history, regressions, gate and\n"
        "show.  --where narrows them further.  Nothing is deleted; 'undo' ends one.\n\n"
        "Examples:\n"
        "  benchkeep annotate level-shift --session 063 --reason 'driver 570'\n"
        "  benchkeep annotate outlier --session 061 --hardware h100 --reason 'hot room'\n"
        "  benchkeep annotate mute --metric gpu_power --reason 'sensor is broken'\n"
        "  benchkeep annotate note --session 062 --reason 'first night with 24 workers'\n"
        "  benchkeep annotate list --all\n"
        "  benchkeep annotate undo 3 --reason 'the driver was rolled back'\n",
    .options = options,
    .args_size = sizeof(struct annotate_args),
    .min_positional = 1,
    .max_positional = 2,
    .writes = writes,
    .ask = ask,
};
