/* What was tried on a kind of machine, and what it came to: the evidence that
 * 'recommend' and 'next' decide by.
 *
 * Runs of one hardware, model and task (workload, and parameters that say what was asked:
 * input_len, dataset ...) are trials: one for each configuration.  What
 * schema/param_roles.csv calls effort (num_prompts, warmup ...) or derived makes no other
 * configuration.  The
 * unit is the session: several runs in one are their median.  Numbers of a trial have the
 * bounds that its repeats allow, on the noise of all trials of the set together; a single
 * one borrows that noise where it is known well enough.
 *
 * bk_evidence_load reads the archive.  bk_trials_begin, _add and _settle build the same from
 * numbers in memory. */
#ifndef BK_QUERY_EVIDENCE_H
#define BK_QUERY_EVIDENCE_H

#include "../record/dict.h"
#include "annotations.h"
#include "goal.h"

/* --- what a number is worth --- */

enum bk_bounds_from {
    BK_BOUNDS_NONE,     /* one session, and no noise to borrow: no bounds */
    BK_BOUNDS_WITHIN,   /* of the one session's requests: order statistics, Wilson */
    BK_BOUNDS_BORROWED, /* one session, noise of other trials (df >= 5) */
    BK_BOUNDS_REPEATS,  /* its own sessions, noise pooled over all trials */
};

struct bk_figure {
    double *values; /* of each valid session that has one */
    size_t n;
    double value; /* geometric mean of them (rates, times) or mean (shares); NAN */
    struct bk_interval bounds; /* 95 %; NAN or infinite where there are none */
    enum bk_bounds_from from;
    bool within; /* requests bound it too: percentiles of single requests, counts */
    struct bk_interval range; /* smallest and largest session; NAN */
};

enum bk_meets {    /* does a trial keep a goal? */
    BK_MEETS,      /* its bound does, and so does each session */
    BK_UNSURE,     /* the number does, its bound or a session does not */
    BK_BREAKS,     /* the number does not */
    BK_UNMEASURED, /* it has no such number */
};

/* --- a trial --- */

/* What requests say; sums over runs. */
struct bk_within {
    double requests, failed; /* NAN: not known */
    double seconds;          /* that they took; NAN */
    bool samples; /* single requests are on record; of several runs: of all */
};

struct bk_observed { /* a run with its numbers */
    const struct bk_run_row *run;
    const double *values;             /* of each quantity; NAN: none */
    const struct bk_interval *within; /* 95 % by its requests alone; NULL: nothing */
    struct bk_within requests;
};

struct bk_trial {
    /* settings and load, the engine among them where engines differ; sorted by name */
    const struct bk_pair *config;
    size_t n_config;
    /* those of them that differ within the set; in a set of one trial all of them, or
     * those that schema/params.csv lists where there are many */
    const struct bk_pair *setting;
    size_t n_setting;
    struct bk_observed *observed; /* by session, else as they were added */
    size_t n_runs;
    struct bk_str *sessions; /* names, each once */
    bool *valid; /* of each: no run of it failed or is invalid, and no copy */
    size_t n_sessions, n_valid;
    size_t n_copies; /* sessions with the numbers of another one to the last digit */
    bool claims;     /* its valid runs are told by reports; none has files of its own */
    double *levels;  /* of the axes: a number, or the place of the text in axis->texts;
                       NAN: it does not have the parameter */
    struct bk_figure *figures; /* of each quantity */
    enum bk_meets *meets;      /* of each goal */
    enum bk_meets feasible;    /* the worst of them; BK_BREAKS without a valid run */
    struct bk_within requests; /* of the valid sessions */
    const struct bk_run_row *worst; /* first run that is not valid; NULL: all are */
};

/* --- a set of trials --- */

struct bk_axis { /* a parameter in which trials differ */
    struct bk_str name, unit;
    enum bk_param_role role;
    bool numeric;         /* a number in every trial that has it */
    double *levels;       /* numeric: each once, rising */
    struct bk_str *texts; /* else each once */
    size_t n_levels;
};

/* Numbers that every set has beside what was asked, for costs and fronts. */
enum bk_standing {
    BK_STANDING_ERRORS,  /* error_rate */
    BK_STANDING_P95,     /* request_latency.p95 */
    BK_STANDING_LATENCY, /* request_latency.mean */
    BK_STANDING_RATE,    /* request_throughput, failed ones included */
    BK_N_STANDING
};

struct bk_trials {
    struct bk_arena *arena;
    const struct bk_dict *dict;
    struct bk_str hardware, model, workload;
    const struct bk_pair *task; /* parameters that say what was asked */
    size_t n_task;
    const struct bk_pair *shared; /* other parameters, the same in all runs */
    size_t n_shared;
    /* quantities[0] is the objective; from 1 on those of the goals; then the standing */
    struct bk_quantity *quantities;
    size_t n_quantities;
    const struct bk_goal *goals;
    size_t n_goals;
    struct bk_trial *items; /* settled: by objective, best first; those without last */
    size_t n;
    struct bk_axis *axes; /* numeric ones first */
    size_t n_axes, n_numeric;
    struct bk_noise *noise; /* of each quantity, over all trials */
    size_t n_runs;
    struct bk_map known; /* of configurations, while it is filled */
};

/* Noise of one session, on the scale of the quantity; NAN: fewer than two sessions of
 * any trial.  *df: degrees of freedom behind it. */
double bk_trials_noise(const struct bk_trials *t, size_t quantity, double *df);
/* What is taken where the noise is not known: the floor of the metric. */
double bk_trials_assumed(const struct bk_trials *t, size_t quantity);
/* +1: a higher objective is better; -1: a lower. */
int bk_trials_sign(const struct bk_trials *t);
/* Its definition and index. */
struct bk_quantity bk_standing_quantity(enum bk_standing which);
size_t bk_trials_standing(const struct bk_trials *t, enum bk_standing which);
/* The axis of this name, or NULL. */
const struct bk_axis *bk_trials_axis(const struct bk_trials *t, struct bk_str name);
/* The trial with these levels, one for each axis; NULL: not tried. */
const struct bk_trial *bk_trials_at(const struct bk_trials *t, const double *levels);
/* Why a trial is not feasible: "no valid run: 34.1 % of requests failed", "request_latency.p95
 * 1.9 s may be up to 2.3 s (limit 2 s)"; empty when it is. */
struct bk_str bk_trial_why(const struct bk_trials *t, const struct bk_trial *trial);
/* "concurrency=10 batch_size=32": what differs. */
struct bk_str bk_trial_text(const struct bk_trials *t, const struct bk_trial *trial);

/* --- from memory --- */

/* An empty set; the goals' quantities must be set.  Keeps the pointers. */
void bk_trials_begin(struct bk_arena *a, const struct bk_dict *dict,
                     const struct bk_quantity *objective, const struct bk_goal *goals,
                     size_t n_goals, struct bk_trials *t);
/* A run with its numbers (n_quantities of them, NAN for none), and what its requests
 * say.  within[k] bounds quantity k by this run's requests alone; NULL: nothing does.
 * The row must outlive the set. */
void bk_trials_add(struct bk_trials *t, const struct bk_run_row *run,
                   const double *values, const struct bk_interval *within,
                   const struct bk_within *requests);
/* Axes, noise, bounds, feasibility, order: call it once, after the last run. */
void bk_trials_settle(struct bk_trials *t);

/* --- from the archive --- */

struct bk_evidence_ask {
    const struct bk_strings *hardware; /* may be empty: every kind */
    const char *model, *workload;      /* NULL: any */
    const char *objective;             /* NULL: the throughput that most runs have */
    const struct bk_strings *slos, *where;
};

struct bk_evidence_sets {
    struct bk_trials *items; /* by model, workload and hardware */
    size_t n;
    struct bk_goal *goals;
    size_t n_goals;
    size_t n_runs;
    size_t n_retold; /* runs left out because a report retells others */
    size_t n_said; /* runs that annotations leave out: outliers, before a level shift */
    struct bk_run_list runs; /* where there are annotations */
    struct bk_lines lines;
    struct bk_marks marks;
    size_t n_without; /* runs that have no throughput, or not the objective */
};

/* Reads the runs and their numbers; every set is settled.  No set is no error. */
bool bk_evidence_load(struct bk_db *db, struct bk_arena *a,
                      const struct bk_evidence_ask *ask, struct bk_evidence_sets *sets,
                      struct bk_err *err);

#endif
