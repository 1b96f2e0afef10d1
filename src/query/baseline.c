/* baseline: names for what new sessions are compared with.  Setting one again, or clearing
 * it, keeps what it was, with author and time. */
#include "author.h"
#include "baselines.h"
#include "judge.h"
#include "question.h"

#include "../base/time.h"

#include <string.h>

struct baseline_args {
    const char *session, *reason, *author;
    int64_t rolling;
    bool all;
};

enum column {
    NAME,
    ABOUT,
    SESSION,
    ROLLING,
    FILTER,
    REASON,
    AUTHOR,
    CREATED_AT,
    CLEARED_AT,
    CLEARED_BY,
    CLEARED_WHY,
    N_COLUMNS
};
static const struct bk_column columns[N_COLUMNS] = {
    [NAME] = {"baseline", "", 0},
    [ABOUT] = {"about", "", BK_COL_HUMAN},
    [SESSION] = {"session", "", BK_COL_MACHINE},
    [ROLLING] = {"rolling", "", BK_COL_MACHINE},
    [FILTER] = {"filter", "", BK_COL_MACHINE},
    [REASON] = {"reason", "", 0},
    [AUTHOR] = {"author", "", 0},
    [CREATED_AT] = {"created_at", "", 0},
    [CLEARED_AT] = {"cleared_at", "", 0},
    [CLEARED_BY] = {"cleared_by", "", 0},
    [CLEARED_WHY] = {"cleared_why", "", 0},
};

/* --- showing --- */

static void add_row(struct bk_report *r, struct bk_section *s,
                    const struct bk_baseline *b)
{
    struct bk_value *c = bk_section_row(r, s);
    c[NAME] = bk_v_str(b->name);
    c[ABOUT] = bk_v_str(bk_baseline_about(r->arena, b));
    c[SESSION] = bk_v_str(b->session);
    c[ROLLING] = b->rolling > 0 ? bk_v_int((int64_t)b->rolling) : bk_v_null();
    c[FILTER] = bk_v_str(b->filter);
    c[REASON] = bk_v_str(b->reason);
    c[AUTHOR] = bk_v_str(b->author);
    c[CREATED_AT] = bk_v_time(b->created_ns);
    c[CLEARED_AT] = bk_v_time(b->cleared_ns);
    c[CLEARED_BY] = bk_v_str(b->cleared_by);
    c[CLEARED_WHY] = bk_v_str(b->cleared_why);
}

/* A session that came with another warehouse's baseline need not be here. */
static bool note_missing(struct bk_db *db, struct bk_report *r,
                         const struct bk_baseline *b, struct bk_err *err)
{
    int64_t id;
    bool found;
    if (b->rolling > 0 || b->cleared_ns != BK_NO_TIME)
        return true;
    struct bk_stmt *st = bk_stmt(db, BK_SQL_SESSION_BY_NAME);
    bk_bind_text(st, ":name", b->session);
    if (!bk_one_int(st, &id, &found, err))
        return false;
    if (!found)
        bk_report_note(r, "no-run", BK_WARNING,
                       "baseline '%.*s' is session %.*s, which is not here",
                       BK_F(b->name), BK_F(b->session));
    return true;
}

/* Those in force, or all; of one name, or of all (NULL). */
static bool show(struct bk_db *db, struct bk_report *r, const char *name, bool all,
                 struct bk_err *err)
{
    struct bk_baseline_list list;
    bool cleared = false;
    size_t kept = 0;
    if (!bk_baselines_load(db, r->arena, all, &list, err))
        return false;
    for (size_t i = 0; i < list.n; i++) {
        if (name != NULL && !bk_is(list.items[i].name, name))
            continue;
        list.items[kept++] = list.items[i];
        cleared = cleared || list.items[i].cleared_ns != BK_NO_TIME;
    }
    if (name != NULL && kept == 0)
        return bk_fail(err, BK_EUSAGE,
                       "no baseline is called '%.80s' (see 'benchkeep baseline show')",
                       name);
    struct bk_section *s = bk_report_section(
        r, "baselines",
        cleared ? columns : bk_columns_hidden(r->arena, columns, N_COLUMNS, CLEARED_AT),
        N_COLUMNS);
    for (size_t i = 0; i < kept; i++) {
        add_row(r, s, &list.items[i]);
        if (!note_missing(db, r, &list.items[i], err))
            return false;
    }
    return true;
}

/* --- setting --- */

static bool check_name(struct bk_db *db, const char *name, struct bk_err *err)
{
    int64_t id;
    bool found;
    if (*name == '\0' || strpbrk(name, "=<>~,") != NULL)
        return bk_fail(err, BK_EUSAGE,
                       "'%.80s' cannot name a baseline: leave out = < > ~ and commas",
                       name);
    if (bk_is(bk_str(name), BK_BASELINE_ROLLING))
        return bk_fail(err, BK_EUSAGE, "'%s' stands for all sessions before", name);
    struct bk_stmt *st = bk_stmt(db, BK_SQL_SESSION_BY_NAME);
    bk_bind_text(st, ":name", bk_str(name));
    return bk_one_int(st, &id, &found, err) &&
           (!found ||
            bk_fail(err, BK_EUSAGE,
                    "a session is called '%s': name the baseline otherwise", name));
}

static bool check_kind(const struct baseline_args *o, struct bk_err *err)
{
    if ((o->session != NULL) == (o->rolling != 0))
        return bk_fail(err, BK_EUSAGE,
                       "'baseline set' needs a --session or a number of sessions "
                       "(--rolling 8)%s",
                       o->session != NULL ? ", not both" : "");
    if (o->rolling < 0 || o->rolling > BK_BASELINE)
        return bk_fail(err, BK_EUSAGE, "--rolling takes 1 to %d sessions", BK_BASELINE);
    return true;
}

/* A failed or invalid run is never what others are compared with. */
static bool is_fit(const struct bk_run_row *run)
{
    return !bk_is(run->status, "failed") && !bk_is(run->status, "invalid");
}

static bool check_session(struct bk_db *db, struct bk_arena *a, const char *session,
                          struct bk_filter f, struct bk_err *err)
{
    struct bk_run_list runs;
    bool fit = false;
    if (!bk_session_must_exist(db, a, session, err) ||
        !bk_filter_add(a, db, &f, "session", session, err) ||
        !bk_runs_load(db, a, &f, &runs, err))
        return false;
    for (size_t i = 0; i < runs.n; i++)
        fit = fit || is_fit(&runs.rows[i]);
    if (runs.n == 0)
        return bk_fail(err, BK_EUSAGE, "no run of session '%s' is left by --where",
                       session);
    return fit || bk_fail(err, BK_EUSAGE,
                          "all runs of session '%s' failed or are invalid: nothing "
                          "can be compared with them",
                          session);
}

/* Ends what the name stands for; *found: was there anything? */
static bool end(struct bk_db *db, const char *name, struct bk_str author,
                struct bk_str why, bool *found, struct bk_err *err)
{
    int64_t id;
    struct bk_stmt *st = bk_stmt(db, BK_SQL_BASELINE_CLEAR);
    bk_bind_text(st, ":name", bk_str(name));
    bk_bind_text(st, ":author", author);
    bk_bind_text(st, ":reason", why);
    bk_bind_int(st, ":cleared", bk_now());
    return bk_one_int(st, &id, found, err);
}

static bool insert(struct bk_db *db, const struct bk_baseline *b, struct bk_err *err)
{
    int64_t id;
    bool found;
    struct bk_stmt *st = bk_stmt(db, BK_SQL_BASELINE_INSERT);
    bk_bind_text(st, ":name", b->name);
    bk_bind_text(st, ":session", b->session);
    bk_bind_int(st, ":rolling", (int64_t)b->rolling);
    bk_bind_text(st, ":filter", b->filter);
    bk_bind_text(st, ":reason", b->reason);
    bk_bind_text(st, ":author", b->author);
    bk_bind_int(st, ":created", bk_now());
    return bk_one_int(st, &id, &found, err) &&
           (found || bk_fail(err, BK_EUSAGE, "the same was said at the same time"));
}

static bool set(struct bk_db *db, struct bk_report *r, const struct baseline_args *o,
                const char *name, const struct bk_strings *where, struct bk_err *err)
{
    struct bk_arena *a = r->arena;
    struct bk_filter f;
    bool found;
    struct bk_baseline b = {.name = bk_str(name),
                            .session = bk_str(o->session),
                            .rolling = (size_t)o->rolling};
    if (!check_kind(o, err) || !check_name(db, name, err) ||
        !bk_filter_parse(a, db, where, &f, err))
        return false;
    if (bk_filter_names(&f, "session"))
        return bk_fail(err, BK_EUSAGE, "name the session with --session");
    b.filter = bk_filter_text(a, &f);
    return (o->session == NULL || check_session(db, a, o->session, f, err)) &&
           bk_reason_given(a, o->reason, false, &b.reason, err) &&
           bk_author(a, o->author, &b.author, err) &&
           end(db, name, b.author, BK_S("set again"), &found, err) &&
           insert(db, &b, err) && show(db, r, name, false, err);
}

static bool clear(struct bk_db *db, struct bk_report *r, const struct baseline_args *o,
                  const char *name, struct bk_err *err)
{
    struct bk_str author, reason;
    bool found;
    if (o->session != NULL || o->rolling != 0)
        return bk_fail(err, BK_EUSAGE, "'baseline clear' takes a name only");
    if (!bk_author(r->arena, o->author, &author, err) ||
        !bk_reason_given(r->arena, o->reason, false, &reason, err) ||
        !end(db, name, author, reason, &found, err))
        return false;
    if (!found)
        return bk_fail(err, BK_EUSAGE,
                       "no baseline is called '%.80s' (see 'benchkeep baseline show')",
                       name);
    return show(db, r, name, true, err);
}

/* --- the question --- */

static bool writes(const struct bk_strings *positional)
{
    return !bk_is(bk_str(positional->items[0]), "show");
}

static bool change(struct bk_db *db, const struct baseline_args *o,
                   const struct bk_strings *positional, const struct bk_strings *where,
                   struct bk_report *r, struct bk_err *err)
{
    struct bk_str verb = bk_str(positional->items[0]);
    bool sets = bk_is(verb, "set");
    if (positional->n != 2 || (!sets && !bk_is(verb, "clear")))
        return bk_fail(err, BK_EUSAGE,
                       "write 'baseline set NAME', 'baseline show' or 'baseline clear "
                       "NAME'");
    if (sets)
        return set(db, r, o, positional->items[1], where, err);
    return where->n == 0
               ? clear(db, r, o, positional->items[1], err)
               : bk_fail(err, BK_EUSAGE, "--where does not go with 'baseline clear'");
}

static bool ask(struct bk_db *db, const void *args, const struct bk_strings *positional,
                const struct bk_strings *where, struct bk_report *r, struct bk_err *err)
{
    const struct baseline_args *o = args;
    struct bk_err ignored = {0};
    if (!writes(positional)) {
        if (where->n > 0 || o->session != NULL || o->rolling != 0)
            return bk_fail(err, BK_EUSAGE, "'baseline show' takes a name and --all");
        return show(db, r, positional->n > 1 ? positional->items[1] : NULL, o->all,
                    err);
    }
    if (!bk_begin(db, err))
        return false;
    if (change(db, o, positional, where, r, err))
        return bk_end(db, true, err);
    bk_end(db, false, &ignored);
    return false;
}

static const struct bk_opt options[] = {
    {0, "session", BK_OPT_TEXT, offsetof(struct baseline_args, session), "SESSION",
     "pin it to this session", NULL},
    {0, "rolling", BK_OPT_INT, offsetof(struct baseline_args, rolling), "N",
     "the newest N sessions before the one that is judged", NULL},
    {0, "reason", BK_OPT_TEXT, offsetof(struct baseline_args, reason), "TEXT", "why",
     NULL},
    {0, "author", BK_OPT_TEXT, offsetof(struct baseline_args, author), "NAME",
     "who says so (default: $BENCHKEEP_AUTHOR, or the login name)", NULL},
    {'a', "all", BK_OPT_FLAG, offsetof(struct baseline_args, all), NULL,
     "show what was cleared, too", NULL},
    {.type = BK_OPT_END},
};

const struct bk_question bk_question_baseline = {
    .name = "baseline",
    .args = "set NAME | show [NAME] | clear NAME",
    .summary = "name what new sessions are compared with",
    .help =
        "'regressions' and 'gate' compare with all sessions before.  A baseline is\n"
        "something else to compare with, by name (--against NAME): one session, or the\n"
        "newest so many.  With --where it holds for some runs only, and the others are\n"
        "compared as ever.  One that is called 'default' holds without being named.\n"
        "Setting a name again, or clearing it, keeps what it was (show --all).\n\n"
        "Examples:\n"
        "  benchkeep baseline set v1.2 --session 059 --reason 'release 1.2'\n"
        "  benchkeep gate --against v1.2\n"
        "  benchkeep baseline set default --rolling 8 --where hardware=h100\n"
        "  benchkeep baseline show --all\n"
        "  benchkeep baseline clear v1.2\n",
    .options = options,
    .args_size = sizeof(struct baseline_args),
    .min_positional = 1,
    .max_positional = 2,
    .writes = writes,
    .ask = ask,
};
