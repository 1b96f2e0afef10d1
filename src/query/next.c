/* next: which experiments are worth paying for, per hardware.
 *
 * The plan is next_plan.c's, what it is planned on recommend's choice; this shows it,
 * with the command that runs each. */
#include "next.h"

#include "../base/num.h"
#include "next_command.h"
#include "question.h"

#include <math.h>
#include <string.h>

#define MOST_PREDICTED ((size_t)3)  /* settings of a set */
#define MOST_SURFACES  ((size_t)20) /* of one question: each takes its time */
#define MOST_EXPLAINED ((size_t)6)  /* sets, each with its reason */
#define MOST_PLACES    ((size_t)2000)
#define MOST_ASKED     100 /* experiments that --most may ask for */

struct next_args {
    struct bk_recommend_args what;
    int64_t most;
};

struct answer {
    struct bk_report *r;
    struct bk_db *db;
    const struct bk_next_rule *rule;
    struct bk_section *next, *predicted;
};

/* --- columns --- */

enum next_column {
    HARDWARE,
    MODEL,
    WORKLOAD,
    TASK,
    KIND,
    CONFIG,
    SETTING,
    TIMES,
    OBJECTIVE,
    PREDICTED,
    PREDICTED_LOW,
    PREDICTED_HIGH,
    GAIN,
    WHY,
    COMMAND,
    N_NEXT
};

static const struct bk_column next_columns[N_NEXT] = {
    [HARDWARE] = {"hardware", "", 0},
    [MODEL] = {"model", "", 0},
    [WORKLOAD] = {"workload", "", 0},
    [TASK] = {"task", "", BK_COL_MACHINE},
    [KIND] = {"kind", "", 0},
    [CONFIG] = {"config", "", BK_COL_MACHINE},
    [SETTING] = {"setting", "", BK_COL_HUMAN},
    [TIMES] = {"times", "1", 0},
    [OBJECTIVE] = {"objective", "", BK_COL_MACHINE},
    [PREDICTED] = {"predicted", "*", 0},
    [PREDICTED_LOW] = {"predicted_low", "*", BK_COL_MACHINE},
    [PREDICTED_HIGH] = {"predicted_high", "*", BK_COL_MACHINE},
    [GAIN] = {"expected_gain", "ratio", BK_COL_PERCENT},
    [WHY] = {"why", "", 0},
    [COMMAND] = {"command", "", 0},
};

enum predicted_column {
    P_HARDWARE,
    P_MODEL,
    P_WORKLOAD,
    P_TASK,
    P_CONFIG,
    P_SETTING,
    P_OBJECTIVE,
    P_VALUE,
    P_LOW,
    P_HIGH,
    P_RATIO,
    P_ERROR,
    P_WHY,
    N_PREDICTED
};

static const struct bk_column predicted_columns[N_PREDICTED] = {
    [P_HARDWARE] = {"hardware", "", 0},
    [P_MODEL] = {"model", "", 0},
    [P_WORKLOAD] = {"workload", "", 0},
    [P_TASK] = {"task", "", BK_COL_MACHINE},
    [P_CONFIG] = {"config", "", BK_COL_MACHINE},
    [P_SETTING] = {"setting", "", BK_COL_HUMAN},
    [P_OBJECTIVE] = {"objective", "", 0},
    [P_VALUE] = {"predicted", "*", 0},
    [P_LOW] = {"predicted_low", "*", 0},
    [P_HIGH] = {"predicted_high", "*", 0},
    [P_RATIO] = {"ratio", "ratio", BK_COL_RATIO},
    [P_ERROR] = {"prediction_error", "ratio", BK_COL_PERCENT},
    [P_WHY] = {"why", "", 0},
};

/* Sets of one hardware, model and workload differ in nothing else. */
static bool differ_in_task(const struct bk_trials *a, const struct bk_trials *b)
{
    return bk_eq(a->hardware, b->hardware) && bk_eq(a->model, b->model) &&
           bk_eq(a->workload, b->workload);
}

static struct bk_column *columns_of(struct bk_report *r, const struct bk_column *own,
                                    size_t n, const struct bk_choice *choices,
                                    size_t n_choices)
{
    struct bk_column *c = bk_alloc_array(r->arena, n, sizeof *c);
    bool hardware = false, models = false, workloads = false, tasks = false;
    memcpy(c, own, n * sizeof *c);
    for (size_t i = 0; i < n_choices; i++) {
        hardware = hardware || choices[i].trials->hardware.len > 0;
        models = models || choices[i].trials->model.len > 0;
        workloads = workloads || choices[i].trials->workload.len > 0;
        tasks = tasks ||
                (i > 0 && differ_in_task(choices[i].trials, choices[i - 1].trials));
    }
    if (tasks)
        c[TASK].flags = 0;
    c[HARDWARE].flags |= hardware ? 0 : BK_COL_MACHINE;
    c[MODEL].flags |= models ? 0 : BK_COL_MACHINE;
    c[WORKLOAD].flags |= workloads ? 0 : BK_COL_MACHINE;
    return c;
}

/* --- rows --- */

static struct bk_value in_unit(double x, const struct bk_quantity *q)
{
    return bk_v_known_unit(x, q->unit);
}

static void common_cells(struct bk_value *v, const struct bk_trials *t)
{
    v[HARDWARE] = bk_v_str(t->hardware);
    v[MODEL] = bk_v_str(t->model);
    v[WORKLOAD] = bk_v_str(t->workload);
    v[TASK] = bk_v_pairs(t->task, t->n_task);
}

static bool holds(const struct bk_pair *pairs, size_t n, struct bk_str name)
{
    for (size_t i = 0; i < n; i++)
        if (bk_eq(pairs[i].name, name))
            return true;
    return false;
}

/* All pairs of a base with others laid over them; total_connections and the like follow
 * from others and are left out. */
static size_t laid_over(const struct bk_trials *t, const struct bk_pair *base,
                        size_t n_base, const struct bk_pair *over, size_t n_over,
                        struct bk_pair **made)
{
    struct bk_pair *all = bk_alloc_array(t->arena, n_base + n_over + 1, sizeof *all);
    size_t n = 0;
    for (size_t i = 0; i < n_base; i++)
        if (!holds(over, n_over, base[i].name) &&
            bk_dict_param_role(t->dict, base[i].name) != BK_PARAM_DERIVED)
            all[n++] = base[i];
    for (size_t i = 0; i < n_over; i++)
        all[n++] = over[i];
    *made = all;
    return n;
}

static const struct bk_run_row *run_like(const struct bk_experiment *e,
                                         const struct bk_next_plan *plan)
{
    const struct bk_trial *trial = e->trial ? e->trial : plan->predictor->like;
    return trial->n_runs > 0 ? trial->observed[0].run : NULL;
}

static bool next_row(struct answer *x, const struct bk_choice *c,
                     const struct bk_next_plan *plan, const struct bk_experiment *e,
                     struct bk_err *err)
{
    const struct bk_trials *t = c->trials;
    const struct bk_trial *like = e->trial ? e->trial : plan->predictor->like;
    const struct bk_run_row *run = run_like(e, plan);
    struct bk_value *v = bk_section_row(x->r, x->next);
    struct bk_pair *config, *all;
    size_t n =
        laid_over(t, like->config, like->n_config, e->config, e->n_config, &config);
    bool shown = e->predicted.known && e->trial == NULL;
    struct bk_command_ask ask = {.like = run};
    common_cells(v, t);
    v[KIND] = bk_v_text(bk_next_kind_names[e->kind]);
    v[CONFIG] = bk_v_pairs(config, n);
    v[SETTING] = bk_v_pairs(e->config, e->n_config);
    v[TIMES] = bk_v_int((int64_t)e->times);
    v[OBJECTIVE] = bk_v_str(bk_figure_name(t->arena, &t->quantities[0]));
    v[GAIN] = bk_v_known(e->gain);
    v[WHY] = bk_v_str(e->why);
    if (shown) {
        v[PREDICTED] = in_unit(e->predicted.value, &t->quantities[0]);
        v[PREDICTED_LOW] = in_unit(e->predicted.low, &t->quantities[0]);
        v[PREDICTED_HIGH] = in_unit(e->predicted.high, &t->quantities[0]);
    }
    if (run == NULL)
        return true;
    ask.n_config =
        laid_over(t, run->config, run->n_config, e->config, e->n_config, &all);
    ask.config = all;
    ask.changed = e->config;
    ask.n_changed = e->n_config;
    struct bk_str command;
    if (!bk_next_command(x->db, t->arena, &ask, &command, err))
        return false;
    if (command.len > 0)
        v[COMMAND] = bk_v_str(command);
    return true;
}

/* --- what is predicted --- */

struct guess {
    double *levels;
    struct bk_surface_prediction at;
};

static bool is_within(const struct answer *x, const struct bk_predictor *p,
                      const double *levels)
{
    const struct bk_trial *like = p->like;
    const struct bk_pair *config =
        bk_predict_pairs(p->trials, like, levels, like->config, like->n_config);
    for (size_t i = 0; i < x->rule->n_limits; i++) {
        bool known;
        if (!bk_product_holds(&x->rule->limits[i], config, like->n_config, &known))
            return false;
    }
    return true;
}

/* The settings that were never measured and are likely to be better than the best. */
static size_t find_guesses(const struct answer *x, const struct bk_predictor *p,
                           double best, struct guess found[MOST_PREDICTED])
{
    struct bk_places places = bk_predict_places(p, MOST_PLACES);
    size_t n = 0;
    for (size_t i = 0; i < places.n; i++) {
        struct guess g = {places.levels[i], bk_predict_at(p, places.levels[i])};
        if (!g.at.known || !bk_predict_is_better(p, &g.at, best) ||
            !is_within(x, p, g.levels))
            continue;
        size_t k = n < MOST_PREDICTED ? n++ : MOST_PREDICTED;
        for (; k > 0 && found[k - 1].at.mean < g.at.mean; k--)
            if (k < MOST_PREDICTED)
                found[k] = found[k - 1];
        if (k < MOST_PREDICTED)
            found[k] = g;
    }
    return n;
}

static void predicted_row(struct answer *x, const struct bk_choice *c,
                          const struct bk_predictor *p, const struct guess *g,
                          double best)
{
    const struct bk_trials *t = c->trials;
    const struct bk_trial *like = p->like;
    struct bk_value *v = bk_section_row(x->r, x->predicted);
    common_cells(v, t);
    v[P_CONFIG] =
        bk_v_pairs(bk_predict_pairs(t, like, g->levels, like->config, like->n_config),
                   like->n_config);
    v[P_SETTING] =
        bk_v_pairs(bk_predict_pairs(t, like, g->levels, like->setting, like->n_setting),
                   like->n_setting);
    v[P_OBJECTIVE] = bk_v_str(bk_figure_name(t->arena, &t->quantities[0]));
    v[P_VALUE] = in_unit(g->at.value, &t->quantities[0]);
    v[P_LOW] = in_unit(g->at.low, &t->quantities[0]);
    v[P_HIGH] = in_unit(g->at.high, &t->quantities[0]);
    v[P_RATIO] = bk_v_known(g->at.value / best);
    v[P_ERROR] = bk_v_known(bk_surface_error(p->surface).error);
    v[P_WHY] = bk_v_text("a prediction: never measured");
}

/* Goals have no surface of their own: where some are asked, nothing is said to be
 * better that may break them. */
static void predicted_rows(struct answer *x, const struct bk_choice *c,
                           const struct bk_next_plan *plan)
{
    struct guess found[MOST_PREDICTED];
    if (plan->predictor == NULL || !plan->predictor->usable || c->best == NULL ||
        c->trials->n_goals > 0)
        return;
    double best = c->best->figures[0].value;
    size_t n = find_guesses(x, plan->predictor, best, found);
    for (size_t i = 0; i < n; i++)
        predicted_row(x, c, plan->predictor, &found[i], best);
}

static struct bk_str name_of(const struct bk_trials *t)
{
    if (t->hardware.len > 0)
        return t->hardware;
    if (t->model.len > 0)
        return t->model;
    return t->workload.len > 0 ? t->workload : BK_S("these runs");
}

static void note_nothing_next(struct answer *x, const struct bk_choice *c)
{
    const char *why =
        "nothing valid was measured, and no parameter is known that could "
        "be changed";
    if (c->chosen != NULL)
        why = "nothing near the best is left to try, and it was measured often enough";
    else if (c->trials->n_goals > 0)
        why = "nothing that was tried is near to what is asked: other parameters than "
              "these must change";
    bk_report_note(x->r, "nothing-next", BK_INFO, "%.*s: %s", BK_F(name_of(c->trials)),
                   why);
}

static void note_prediction(struct answer *x, const struct bk_predictor *p)
{
    const struct bk_trials *t = p->trials;
    if (!p->usable)
        bk_report_note(x->r, "prediction", BK_INFO, "%.*s: nothing is predicted: %.*s",
                       BK_F(name_of(t)), BK_F(p->refused));
    else
        bk_report_note(x->r, "prediction", BK_INFO, "%.*s: %.*s%s", BK_F(name_of(t)),
                       BK_F(p->means),
                       t->n_goals > 0 ? "; whether a setting that was never measured "
                                        "keeps the service levels is not predicted"
                                      : "");
}

/* Why nothing is said of a few; of many, of how many. */
static void add_notes(struct answer *x, const struct bk_choice *choices,
                      const struct bk_next_plan *plans, size_t n)
{
    size_t silent = 0, refused = 0;
    for (size_t i = 0; i < n; i++) {
        const struct bk_predictor *p = plans[i].predictor;
        if (p == NULL)
            continue;
        silent += plans[i].n == 0;
        refused += !p->usable;
        if (plans[i].n == 0 && n <= MOST_EXPLAINED)
            note_nothing_next(x, &choices[i]);
        if (p->usable || n <= MOST_EXPLAINED)
            note_prediction(x, p);
    }
    if (n <= MOST_EXPLAINED)
        return;
    if (silent > 0)
        bk_report_note(
            x->r, "nothing-next", BK_INFO,
            "no experiment is named for %zu of %zu tasks; ask for one of them "
            "to know why",
            silent, n);
    if (refused > 0)
        bk_report_note(
            x->r, "prediction", BK_INFO,
            "nothing is predicted for %zu of %zu tasks; ask for one of them to "
            "know why",
            refused, n);
}

bool bk_next_report(struct bk_db *db, struct bk_report *r,
                    const struct bk_choice *choices, size_t n,
                    const struct bk_next_rule *rule, struct bk_err *err)
{
    struct answer x = {.r = r, .db = db, .rule = rule};
    struct bk_next_rule own = *rule;
    struct bk_next_plan *plans = bk_alloc_array(r->arena, n + 1, sizeof *plans);
    x.next = bk_report_section(r, "next",
                               columns_of(r, next_columns, N_NEXT, choices, n), N_NEXT);
    for (size_t i = 0; i < n; i++) {
        own.quickly = i >= MOST_SURFACES;
        bk_plan_next(&choices[i], &own, &plans[i]);
        for (size_t k = 0; k < plans[i].n; k++)
            if (!next_row(&x, &choices[i], &plans[i], &plans[i].items[k], err))
                return false;
    }
    x.predicted = bk_report_section(
        r, "predictions", columns_of(r, predicted_columns, N_PREDICTED, choices, n),
        N_PREDICTED);
    for (size_t i = 0; i < n; i++)
        predicted_rows(&x, &choices[i], &plans[i]);
    add_notes(&x, choices, plans, n);
    return true;
}

/* --- the question --- */

static bool ask(struct bk_db *db, const void *args, const struct bk_strings *positional,
                const struct bk_strings *where, struct bk_report *r, struct bk_err *err)
{
    const struct next_args *o = args;
    const struct bk_evidence_ask what = bk_recommend_evidence(&o->what, where);
    struct bk_evidence_sets sets;
    struct bk_choice_rule rule;
    (void)positional;
    if (o->most < 0 || o->most > MOST_ASKED)
        return bk_fail(err, BK_EUSAGE, "--most takes a number from 1 to %d",
                       MOST_ASKED);
    if (!bk_recommend_rule(r->arena, &o->what, &rule, err) ||
        !bk_evidence_load(db, r->arena, &what, &sets, err))
        return false;
    if (sets.n == 0)
        return bk_fail(err, BK_EUSAGE, "no run matches");
    const struct bk_next_rule next = {.most =
                                          o->most >= 1 ? (size_t)o->most : BK_NEXT_MOST,
                                      .limits = rule.limits,
                                      .n_limits = rule.n_limits};
    struct bk_choice *choices = bk_alloc_array(r->arena, sets.n, sizeof *choices);
    for (size_t i = 0; i < sets.n; i++)
        bk_choose(&sets.items[i], &rule, &choices[i]);
    bk_recommend_told(r, &o->what);
    return bk_next_report(db, r, choices, sets.n, &next, err);
}

static const struct bk_opt options[] = {
    {0, "hardware", BK_OPT_LIST, offsetof(struct next_args, what.hardware), "NAME",
     "only this kind of machine; may be given several times", NULL},
    {0, "model", BK_OPT_TEXT, offsetof(struct next_args, what.model), "NAME",
     "only this model", NULL},
    {0, "workload", BK_OPT_TEXT, offsetof(struct next_args, what.workload), "NAME",
     "only this workload", NULL},
    {0, "objective", BK_OPT_TEXT, offsetof(struct next_args, what.objective),
     "METRIC[.STAT]",
     "what should be best (default: ok_throughput, else another throughput)", NULL},
    {0, "slo", BK_OPT_LIST, offsetof(struct next_args, what.slos), "CONDITION",
     "what must hold, as 'request_latency.p95<=2s'; may be given several times", NULL},
    {0, "limit", BK_OPT_LIST, offsetof(struct next_args, what.limits), "CONDITION",
     "what may be run, as 'workers*pool_size<=200'; may be given several times", NULL},
    {0, "most", BK_OPT_INT, offsetof(struct next_args, most), "N",
     "experiments for each hardware, model and task (default: 5)", NULL},
    {.type = BK_OPT_END},
};

const struct bk_question bk_question_next = {
    .name = "next",
    .args = "",
    .summary = "which experiments are worth paying for next, and why",
    .help =
        "For each hardware, model and task up to five experiments, each with its reason:\n"
        "\n"
        "  improve    a setting that was never measured, of which the most is expected\n"
        "  replicate  the best and what comes next to it, until there are three sessions\n"
        "  bracket    the best lies on the edge of what was tried: go on\n"
        "  bisect     between neighbours where most changes\n"
        "  separate   parameters that never changed one without the other\n"
        "  repair     next to the best, and nothing valid was measured there\n"
        "  fill       next to the best, between what was tried\n"
        "\n"
        "Where the response surface over what was measured is good enough, the most\n"
        "promising come first, and the section 'predictions' tells settings that are\n"
        "expected to be better than all that were measured: predictions, not results.  A\n"
        "note says how far predictions are off, or why there are none.\n"
        "\n"
        "Examples:\n"
        "  benchkeep next\n"
        "  benchkeep next --hardware h100 --limit 'workers*pool_size<=200'\n"
        "  benchkeep next --slo 'error_rate<=1%' --most 3\n"
        "  benchkeep next --model my-model --format json\n",
    .options = options,
    .args_size = sizeof(struct next_args),
    .ask = ask,
};
