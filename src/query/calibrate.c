/* calibrate: how far 'regressions' and 'gate' can be trusted on the sessions that are here.
 *
 * Sessions in which nothing is known to have changed are judged as if they were new: a
 * verdict of a change is then a false one.  And the noise of each metric tells how small a
 * change one, two, three or five more sessions would show.  trials.h does the trials, with
 * the judge that regressions and gates use. */
#include "../base/num.h"
#include "question.h"
#include "trials.h"

#include <math.h>

struct calibrate_args {
    struct bk_strings metrics;
    const char *scope;
    bool degraded;
    int64_t sessions, histories, n_new, seed; /* 0: the default */
};

#define SESSIONS  60 /* newest ones: more than the 50 that are compared with */
#define HISTORIES 20
#define MOST      10000
#define NOMINAL   0.05

enum alarm_column {
    A_QUESTION,
    A_TRIAL,
    A_COUNTED,
    A_WRONG,
    A_N,
    A_RATE,
    A_LOW,
    A_HIGH,
    A_SESSIONS,
    A_NOMINAL,
    A_RESULT,
    N_ALARM
};

static const struct bk_column alarm_columns[N_ALARM] = {
    [A_QUESTION] = {"question", "", 0},
    [A_TRIAL] = {"trial", "", 0},
    [A_COUNTED] = {"counted", "", 0},
    [A_WRONG] = {"false_alarms", "", 0},
    [A_N] = {"n", "", 0},
    [A_RATE] = {"rate", "ratio", BK_COL_PERCENT},
    [A_LOW] = {"ci_low", "ratio", BK_COL_PERCENT},
    [A_HIGH] = {"ci_high", "ratio", BK_COL_PERCENT},
    [A_SESSIONS] = {"sessions", "", 0},
    [A_NOMINAL] = {"nominal", "ratio", BK_COL_PERCENT},
    [A_RESULT] = {"result", "", 0},
};

/* The numbers of more sessions that have a column. */
static const size_t to_come[] = {1, 2, 3, 5};

enum effect_column {
    E_HARDWARE,
    E_METRIC,
    E_STAT,
    E_SCOPE,
    E_CONFIGS,
    E_SESSIONS,
    E_NOISE,
    E_DF,
    E_FLOOR,
    E_VISIBLE,
    E_NEEDED = E_VISIBLE + sizeof to_come / sizeof *to_come,
    E_WHY,
    N_EFFECT
};

static const struct bk_column effect_columns[N_EFFECT] = {
    [E_HARDWARE] = {"hardware", "", 0},
    [E_METRIC] = {"metric", "", 0},
    [E_STAT] = {"stat", "", 0},
    [E_SCOPE] = {"scope", "", BK_COL_MACHINE},
    [E_CONFIGS] = {"configs", "", 0},
    [E_SESSIONS] = {"sessions", "", 0},
    [E_NOISE] = {"noise", "*", 0},
    [E_DF] = {"df", "", BK_COL_MACHINE},
    [E_FLOOR] = {"floor", "*", 0},
    [E_VISIBLE] = {"visible_1", "*", 0},
    [E_VISIBLE + 1] = {"visible_2", "*", 0},
    [E_VISIBLE + 2] = {"visible_3", "*", 0},
    [E_VISIBLE + 3] = {"visible_5", "*", 0},
    [E_NEEDED] = {"needed", "", 0},
    [E_WHY] = {"why", "", 0},
};

/* --- false alarms --- */

/* The trial is only known as well as there are different sessions to try it on. */
static const char *result_of(const struct bk_trial_rate *rate)
{
    if (rate->interval.high <= NOMINAL)
        return "holds";
    return rate->interval.low > NOMINAL ? "alarms too often" : "too little to tell";
}

static void add_alarm_row(struct bk_report *r, struct bk_section *s,
                          const char *const names[3], const size_t counts[2],
                          double independent)
{
    struct bk_trial_rate rate = bk_trial_rate(counts[0], counts[1], independent);
    struct bk_value *v = bk_section_row(r, s);
    for (size_t i = 0; i < 3; i++)
        v[A_QUESTION + i] = bk_v_text(names[i]);
    v[A_WRONG] = bk_v_int((int64_t)counts[0]);
    v[A_N] = bk_v_int((int64_t)counts[1]);
    v[A_SESSIONS] = bk_v_int((int64_t)independent);
    v[A_NOMINAL] = bk_v_real(NOMINAL);
    v[A_RESULT] = bk_v_text(counts[1] > 0 ? result_of(&rate) : "nothing to try");
    if (counts[1] == 0)
        return;
    v[A_RATE] = bk_v_real(rate.rate);
    v[A_LOW] = bk_v_real(rate.interval.low);
    v[A_HIGH] = bk_v_real(rate.interval.high);
}

/* Reports promise few false verdicts, gates few sessions with any. */
static void add_alarms(struct bk_report *r, struct bk_section *s, const char *question,
                       struct bk_trials *t, const struct bk_trial_plan *plan)
{
    const struct bk_tally of[] = {bk_trials_pairs(t), bk_trials_histories(t, plan)};
    static const char *const trials[] = {"pairs", "histories"};
    bool gate = t->adjustment == BK_ADJUST_HOLM;
    for (size_t i = 0; i < 2; i++) {
        const struct bk_tally *x = &of[i];
        const char *const names[] = {question, trials[i],
                                     gate ? "sessions" : "comparisons"};
        const size_t counts[] = {gate ? x->alarms : x->changes,
                                 gate ? x->families : x->tests};
        size_t together = i == 0 ? 1 : plan->n_new;
        add_alarm_row(r, s, names, counts, (double)(x->sessions / together));
    }
}

/* --- what is visible --- */

static struct bk_value size_cell(const struct bk_outlook *o, double size)
{
    bool share = o->q->scale == BK_SCALE_SHARE;
    return bk_v_known_unit(size, share ? BK_S("pp") : BK_S("ratio"));
}

static size_t needed(const struct bk_outlook *o)
{
    for (size_t k = 1; k <= BK_MOST_TO_COME; k++)
        if (o->visible[k] <= o->q->floor * (1 + 1e-9))
            return k;
    return 0;
}

static struct bk_str percent(struct bk_arena *a, const struct bk_outlook *o,
                             double size)
{
    char text[352];
    bk_format_digits(size * 100, 2, text);
    return bk_fmt(a, "%s %s", text, o->q->scale == BK_SCALE_SHARE ? "pp" : "%");
}

static struct bk_str effect_why(struct bk_arena *a, const struct bk_outlook *o)
{
    size_t n = needed(o);
    struct bk_str floor = percent(a, o, o->q->floor);
    if (!isfinite(o->visible[BK_MOST_TO_COME]))
        return o->noise.df > 0
                   ? BK_S("too little to tell: the values have no ratio")
                   : BK_S("too little to tell: no config was measured twice");
    if (n == 0)
        return bk_fmt(a, "%d more sessions would show %.*s, not %.*s", BK_MOST_TO_COME,
                      BK_F(percent(a, o, o->visible[BK_MOST_TO_COME])), BK_F(floor));
    return bk_fmt(a, "%zu more session%s would show %.*s", n, n == 1 ? "" : "s",
                  BK_F(floor));
}

/* The trials' arena ends before the report does. */
static void add_effect(struct bk_report *r, struct bk_section *s,
                       const struct bk_outlook *o)
{
    struct bk_arena *a = r->arena;
    struct bk_value *v = bk_section_row(r, s);
    size_t n = needed(o);
    double sd = o->noise.df > 0 ? sqrt(o->noise.squares / o->noise.df) : (double)NAN;
    v[E_HARDWARE] = bk_v_str(bk_dup(a, o->hardware));
    v[E_METRIC] = bk_v_str(bk_dup(a, o->q->metric));
    v[E_STAT] = bk_v_str(bk_dup(a, o->q->stat));
    v[E_SCOPE] = bk_v_str(bk_dup(a, o->q->scope));
    v[E_CONFIGS] = bk_v_int((int64_t)o->lines);
    v[E_SESSIONS] = bk_v_int((int64_t)o->sessions);
    v[E_NOISE] = size_cell(o, o->q->scale == BK_SCALE_SHARE ? sd : expm1(sd));
    v[E_DF] = bk_v_real(o->noise.df);
    v[E_FLOOR] = size_cell(o, o->q->floor);
    for (size_t i = 0; i < sizeof to_come / sizeof *to_come; i++)
        v[E_VISIBLE + i] = size_cell(o, o->visible[to_come[i]]);
    if (n > 0)
        v[E_NEEDED] = bk_v_int((int64_t)n);
    v[E_WHY] = bk_v_str(effect_why(a, o));
}

static void add_effects(struct bk_report *r, const struct bk_trials *t)
{
    struct bk_section *s = bk_report_section(r, "effects", effect_columns, N_EFFECT);
    size_t n;
    const struct bk_outlook *o = bk_trials_outlook(t, r->arena, &n);
    for (size_t i = 0; i < n; i++)
        add_effect(r, s, &o[i]);
    if (n == 0)
        bk_report_note(r, "no-data", BK_WARNING,
                       "nothing to try on: no run has what was asked for");
}

/* --- the question --- */

/* The names of the newest sessions, oldest first. */
static bool newest_sessions(struct bk_db *db, struct bk_report *r,
                            const struct bk_strings *where, size_t most,
                            struct bk_strings *names, struct bk_err *err)
{
    struct bk_arena *a = r->arena;
    struct bk_filter filter;
    struct bk_run_list runs;
    struct bk_lines lines;
    *names = (struct bk_strings){NULL, 0};
    if (!bk_filter_parse(a, db, where, &filter, err) ||
        !bk_runs_load_told_once(db, a, &filter, &runs, NULL, err))
        return false;
    bk_lines_make(a, &runs, &lines);
    size_t first = lines.n_sessions > most ? lines.n_sessions - most : 0;
    for (size_t i = first; i < lines.n_sessions; i++)
        *BK_PUSH(a, names->items, names->n) = bk_cstr(a, lines.sessions[i].name);
    if (first > 0)
        bk_report_note(r, "newest", BK_INFO,
                       "the newest %zu of %zu sessions; --sessions takes more", most,
                       lines.n_sessions);
    return true;
}

static bool choose(int64_t *x, int64_t otherwise, const char *name, struct bk_err *err)
{
    if (*x == 0)
        *x = otherwise;
    return (*x > 0 && *x <= MOST) ||
           bk_fail(err, BK_EUSAGE, "--%s %lld: write a number from 1 to %d", name,
                   (long long)*x, MOST);
}

static bool read_args(const void *args, struct calibrate_args *o, struct bk_err *err)
{
    *o = *(const struct calibrate_args *)args;
    if (o->seed == 0)
        o->seed = 1;
    return choose(&o->sessions, SESSIONS, "sessions", err) &&
           choose(&o->histories, HISTORIES, "histories", err) &&
           choose(&o->n_new, 1, "new", err);
}

static bool try_all(struct bk_db *db, struct bk_arena *work, struct bk_family_ask *ask,
                    const struct calibrate_args *o, struct bk_report *r,
                    struct bk_err *err)
{
    const struct bk_trial_plan plan = {(uint64_t)o->seed, (size_t)o->histories,
                                       (size_t)o->n_new};
    struct bk_trials report = {.adjustment = BK_ADJUST_BENJAMINI_HOCHBERG};
    struct bk_trials gate = {.adjustment = BK_ADJUST_HOLM};
    struct bk_section *alarms =
        bk_report_section(r, "false_alarms", alarm_columns, N_ALARM);
    ask->rule = &bk_verdict_rule_report;
    if (!bk_trials_load(db, work, ask, &report, err))
        return false;
    add_alarms(r, alarms, "regressions", &report, &plan);
    add_effects(r, &report);
    ask->rule = &bk_verdict_rule_gate;
    ask->usual = bk_gate_usual;
    if (!bk_trials_load(db, work, ask, &gate, err))
        return false;
    add_alarms(r, alarms, "gate", &gate, &plan);
    return true;
}

static bool ask(struct bk_db *db, const void *args, const struct bk_strings *positional,
                const struct bk_strings *where, struct bk_report *r, struct bk_err *err)
{
    const struct bk_strings none = {NULL, 0};
    struct bk_strings names;
    struct calibrate_args o;
    (void)positional;
    if (!read_args(args, &o, err) ||
        !newest_sessions(db, r, where, (size_t)o.sessions, &names, err))
        return false;
    struct bk_family_ask ask = {
        .sessions = &names,
        .against = &none,
        .metrics = &o.metrics,
        .where = where,
        .scope = o.scope,
        .degraded = o.degraded,
    };
    bk_report_arg(r, "seed", bk_fmt(r->arena, "%lld", (long long)o.seed));
    bk_report_arg(r, "histories", bk_fmt(r->arena, "%lld", (long long)o.histories));
    bk_report_arg(r, "new", bk_fmt(r->arena, "%lld", (long long)o.n_new));
    struct bk_arena *work = bk_arena_new();
    bool ok = try_all(db, work, &ask, &o, r, err);
    bk_arena_free(work);
    if (ok)
        bk_report_note(r, "seed", BK_INFO,
                       "%lld random orders of %zu session%s, seed %lld",
                       (long long)o.histories, names.n, names.n == 1 ? "" : "s",
                       (long long)o.seed);
    return ok;
}

static const struct bk_opt options[] = {
    {'m', "metric", BK_OPT_LIST, offsetof(struct calibrate_args, metrics),
     "METRIC[.STAT][:FLOOR]", "only this metric; as in 'regressions'", NULL},
    {0, "scope", BK_OPT_TEXT, offsetof(struct calibrate_args, scope), "SCOPE",
     "ok, failed or a selector (default: the headline figure)", NULL},
    {0, "degraded", BK_OPT_FLAG, offsetof(struct calibrate_args, degraded), NULL,
     "runs with over 5 % errors count in everything", NULL},
    {0, "new", BK_OPT_INT, offsetof(struct calibrate_args, n_new), "N",
     "sessions that are judged together (default: 1)", NULL},
    {0, "histories", BK_OPT_INT, offsetof(struct calibrate_args, histories), "N",
     "random orders of the sessions to try (default: 20)", NULL},
    {0, "sessions", BK_OPT_INT, offsetof(struct calibrate_args, sessions), "N",
     "only the newest N sessions (default: 60)", NULL},
    {0, "seed", BK_OPT_INT, offsetof(struct calibrate_args, seed), "N",
     "of the random orders; the same seed gives the same answer (default: 1)", NULL},
    {.type = BK_OPT_END},
};

const struct bk_question bk_question_calibrate = {
    .name = "calibrate",
    .args = "",
    .summary = "how often regressions and gates are wrong here, and what they can see",
    .help =
        "Judges sessions of this warehouse in which nothing is known to have changed as\n"
        "if they were new, and counts the false alarms: of 'pairs', each session against\n"
        "the one before it, and of 'histories', the sessions in random orders, each\n"
        "against those before it.  'effects' has, for each machine and metric, the\n"
        "smallest change that 1, 2, 3 and 5 more sessions would tell from noise, and how\n"
        "many sessions show what matters.\n\n"
        "Examples:\n"
        "  benchkeep calibrate\n"
        "  benchkeep calibrate --where hardware=h100 --metric ttft.p95:10%\n"
        "  benchkeep calibrate --new 2 --histories 100 --seed 7 --format json\n",
    .options = options,
    .args_size = sizeof(struct calibrate_args),
    .ask = ask,
};
