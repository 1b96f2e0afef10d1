/* False alarms and power of the rule for regressions, and of other tools' rules on the
 * same series.
 *
 *   simulate [--reps N] [--seed S] [--noise LIST] [--bad LIST] [--sessions OLD+NEW,...]
 *            [--metrics LIST] [--spread X] [--ours] [--null] [--summary]
 *            [--distance X] [--weight X] [--share X] [--few X]
 *
 * A family is what one command would judge: so many metrics of the same sessions.  A
 * session's value is lognormal about the metric's level, of one standard deviation for all
 * metrics; with probability 'bad' the session is a bad one, and all its values are 5
 * standard deviations lower.  An effect lowers the new values of the first metric; the
 * others stay as they are.  Borrowed noise comes of 10 other configs with 2 sessions each,
 * whose standard deviations are off by up to --spread (0.4: 40 %) either way.
 *
 * Counted: families in which a rule alarms though nothing changed; first metrics in which
 * it alarms when they did change.  Everything follows from the seed.
 *
 * --ours leaves the other tools out, --null the changes; the last line of options replaces
 * parameters of the rule (bad_distance, bad_weight, bad_share, few_factor). */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/base/arena.h"
#include "../../src/base/num.h"
#include "../../src/stats/random.h"
#include "../../src/stats/verdict.h"
#include "rivals.h"

#define MOST_LISTED   16
#define MOST_SESSIONS 64
#define MOST_METRICS  256
#define MOST_RULES    16
#define OTHER_CONFIGS 10
#define OTHER_REPEATS 2
#define BAD_DISTANCE  5.0
#define FLOOR         0.05
#define NOMINAL       0.05

static const double effects[] = {0, 0.05, 0.10, 0.20};
#define N_EFFECTS 4

/* benchkeep with and without other configs to borrow from, then the others. */
enum {
    OWN,
    BORROWED,
    N_OURS
};
enum {
    GATE,
    REPORT,
    N_QUESTIONS
};

struct list {
    double at[MOST_LISTED], and[MOST_LISTED]; /* of OLD+NEW: both */
    size_t n;
};

struct options {
    struct list noise, bad, sessions, metrics;
    double reps, seed, spread, distance, weight, few, share;
    bool summary, ours, null;
};

struct setting {
    double noise, bad, spread;
    size_t n_old, n_new, n_metrics;
};

struct counts {
    double family[MOST_RULES];  /* families with a false alarm */
    double metrics[MOST_RULES]; /* metrics with one; of benchkeep's: as reported */
    double found[MOST_RULES][N_EFFECTS]; /* first metrics with an alarm */
    double reps;
};

struct trial_family {
    double values[MOST_METRICS][MOST_SESSIONS];
    struct bk_noise noise[MOST_METRICS];
    struct bk_evidence evidence[N_QUESTIONS][N_OURS][MOST_METRICS];
};

/* --- drawing --- */

static void draw(struct bk_random *r, const struct setting *s, struct bk_arena *a,
                 struct trial_family *f)
{
    bool bad[MOST_SESSIONS], bad_elsewhere[OTHER_CONFIGS][OTHER_REPEATS];
    size_t n = s->n_old + s->n_new;
    for (size_t i = 0; i < n; i++)
        bad[i] = bk_random_unit(r) < s->bad;
    for (size_t i = 0; i < OTHER_CONFIGS; i++) {
        for (size_t k = 0; k < OTHER_REPEATS; k++)
            bad_elsewhere[i][k] = bk_random_unit(r) < s->bad;
    }
    for (size_t m = 0; m < s->n_metrics; m++) {
        for (size_t i = 0; i < n; i++) {
            double z = bk_random_normal(r) - (bad[i] ? BAD_DISTANCE : 0);
            f->values[m][i] = 100 * exp(s->noise * z);
        }
        f->noise[m] = (struct bk_noise){0};
        for (size_t i = 0; i < OTHER_CONFIGS; i++) {
            double x[OTHER_REPEATS];
            double sd = s->noise * (1 + s->spread * (2 * bk_random_unit(r) - 1));
            for (size_t k = 0; k < OTHER_REPEATS; k++) {
                double z =
                    bk_random_normal(r) - (bad_elsewhere[i][k] ? BAD_DISTANCE : 0);
                x[k] = 100 * exp(sd * z);
            }
            bk_noise_add(a, &f->noise[m], BK_SCALE_RATIO, x, OTHER_REPEATS);
        }
    }
}

/* --- benchkeep --- */

static void measure(struct bk_arena *a, const struct bk_verdict_rule *rules,
                    const struct setting *s, struct trial_family *f, size_t m)
{
    const double *x = f->values[m];
    struct bk_comparison c = {
        .old = x,
        .n_old = s->n_old,
        .new = x + s->n_old,
        .n_new = s->n_new,
        .worse = BK_LOWER_IS_WORSE,
        .floor = FLOOR,
        .bad_old = bk_count_bad(a, x, s->n_old),
    };
    for (size_t q = 0; q < N_QUESTIONS; q++) {
        c.borrowed = (struct bk_noise){0};
        f->evidence[q][OWN][m] = bk_measure(&rules[q], &c);
        c.borrowed = f->noise[m];
        f->evidence[q][BORROWED][m] = bk_measure(&rules[q], &c);
    }
}

static void count_ours(struct bk_arena *a, const struct bk_verdict_rule *rules,
                       const struct setting *s, struct trial_family *f, size_t effect,
                       struct counts *c)
{
    for (size_t which = 0; which < N_OURS; which++) {
        struct bk_evidence *e = f->evidence[GATE][which];
        bk_judge(a, &rules[GATE], BK_ADJUST_HOLM, e, s->n_metrics);
        c->found[which][effect] += e[0].verdict == BK_VERDICT_REGRESSION;
        if (effect > 0)
            continue;
        bool any = false;
        for (size_t m = 0; m < s->n_metrics; m++)
            any = any || e[m].verdict == BK_VERDICT_REGRESSION;
        c->family[which] += any;
        e = f->evidence[REPORT][which];
        bk_judge(a, &rules[REPORT], BK_ADJUST_BENJAMINI_HOCHBERG, e, s->n_metrics);
        for (size_t m = 0; m < s->n_metrics; m++)
            c->metrics[which] += (e[m].verdict == BK_VERDICT_REGRESSION ||
                                  e[m].verdict == BK_VERDICT_IMPROVEMENT) /
                                 (double)s->n_metrics;
    }
}

/* --- the others --- */

static bool alarms(struct bk_arena *a, const struct rival *r, const struct setting *s,
                   const double *values)
{
    struct bk_arena_mark mark = bk_arena_mark(a);
    struct trial t = {values, s->n_old, s->n_new};
    bool result = r->alarms(a, &t);
    bk_arena_release(a, mark);
    return result;
}

/* The first metric counts for its rate; the rest of the family only until one alarms. */
static void count_rivals(struct bk_arena *a, const struct setting *s,
                         const struct trial_family *f, size_t effect, struct counts *c)
{
    for (size_t i = 0; i < bench_n_rivals; i++) {
        bool any = alarms(a, &bench_rivals[i], s, f->values[0]);
        c->found[N_OURS + i][effect] += any;
        if (effect > 0)
            continue;
        c->metrics[N_OURS + i] += any;
        for (size_t m = 1; m < s->n_metrics && !any; m++)
            any = alarms(a, &bench_rivals[i], s, f->values[m]);
        c->family[N_OURS + i] += any;
    }
}

static void run(const struct options *o, const struct setting *s, struct bk_arena *a,
                struct trial_family *f, struct counts *c)
{
    struct bk_verdict_rule rules[] = {bk_verdict_rule_gate, bk_verdict_rule_report};
    struct bk_random random;
    for (size_t i = 0; i < 2; i++) {
        rules[i].power = 0;
        rules[i].bad_distance = o->distance;
        rules[i].bad_weight = o->weight;
        rules[i].few_factor = o->few;
        rules[i].bad_share = o->share;
    }
    bk_random_seed(&random, (uint64_t)o->seed);
    memset(c, 0, sizeof *c);
    for (; c->reps < o->reps; c->reps++) {
        draw(&random, s, a, f);
        for (size_t m = 1; m < s->n_metrics; m++)
            measure(a, rules, s, f, m);
        double before[MOST_SESSIONS];
        memcpy(before, f->values[0], sizeof before);
        for (size_t effect = 0; effect < (o->null ? 1 : N_EFFECTS); effect++) {
            for (size_t i = 0; i < s->n_new; i++)
                f->values[0][s->n_old + i] =
                    before[s->n_old + i] * (1 - effects[effect]);
            measure(a, rules, s, f, 0);
            count_ours(a, rules, s, f, effect, c);
            if (!o->ours)
                count_rivals(a, s, f, effect, c);
        }
    }
}

/* --- output --- */

static const char *rule_name(size_t i)
{
    static const char *const ours[] = {"benchkeep", "benchkeep, borrowed"};
    return i < N_OURS ? ours[i] : bench_rivals[i - N_OURS].name;
}

static void print_head(size_t n)
{
    printf("| noise | bad | sessions | metrics |");
    for (size_t i = 0; i < n; i++)
        printf(" %s |", rule_name(i));
    printf("\n|---|---|---|---|");
    for (size_t i = 0; i < n; i++)
        printf("---|");
    printf("\n");
}

/* "4.1: 12 63 99" is 4.1 % of families with a false alarm, and the per cent of changes of
 * 5, 10 and 20 % that were found. */
static void print_row(const struct setting *s, const struct counts *c, size_t n)
{
    printf("| %g %% | %g %% | %zu+%zu | %zu |", 100 * s->noise, 100 * s->bad, s->n_old,
           s->n_new, s->n_metrics);
    for (size_t i = 0; i < n; i++) {
        printf(" %.1f:", 100 * c->family[i] / c->reps);
        for (size_t e = 1; e < N_EFFECTS; e++)
            printf(" %.0f", 100 * c->found[i][e] / c->reps);
        printf(" |");
    }
    printf("\n");
}

struct worst {
    double rate;
    struct setting at;
    size_t over, settings;
};

struct totals {
    struct worst family[MOST_RULES], metric[MOST_RULES];
    size_t beaten; /* by a rule within the nominal rate: settings and effects */
    size_t compared;
};

static void note(struct worst *w, double rate, double nominal, const struct setting *s,
                 double reps)
{
    w->settings++;
    /* over the nominal by more than 3 standard errors */
    w->over += rate > nominal + 3 * sqrt(nominal * (1 - nominal) / reps);
    if (rate > w->rate) {
        w->rate = rate;
        w->at = *s;
    }
}

/* Settings and effects at which another rule, no family of it above 5 %, finds more. */
static void note_power(struct totals *t, const struct setting *s,
                       const struct counts *c)
{
    double error = 3 * sqrt(0.5 / c->reps);
    for (size_t e = 1; e < N_EFFECTS; e++) {
        double ours = fmax(c->found[OWN][e], c->found[BORROWED][e]) / c->reps;
        const char *winner = NULL;
        double best = ours + error;
        for (size_t i = N_OURS; i < N_OURS + bench_n_rivals; i++) {
            double power = c->found[i][e] / c->reps;
            if (c->family[i] / c->reps <= NOMINAL && power > best) {
                best = power;
                winner = rule_name(i);
            }
        }
        t->compared++;
        if (winner == NULL)
            continue;
        t->beaten++;
        printf("beaten: noise %g %%, bad %g %%, %zu+%zu, %zu metrics, effect %g %%: %s "
               "%.0f, benchkeep %.0f / borrowed %.0f\n",
               100 * s->noise, 100 * s->bad, s->n_old, s->n_new, s->n_metrics,
               100 * effects[e], winner, 100 * best, 100 * c->found[OWN][e] / c->reps,
               100 * c->found[BORROWED][e] / c->reps);
    }
}

static void add_up(struct totals *t, const struct setting *s, const struct counts *c)
{
    for (size_t i = 0; i < N_OURS + bench_n_rivals; i++) {
        note(&t->family[i], c->family[i] / c->reps, NOMINAL, s, c->reps);
        note(&t->metric[i], c->metrics[i] / c->reps, NOMINAL, s, c->reps);
    }
    note_power(t, s, c);
}

static void print_totals(const struct totals *t, size_t n)
{
    printf("\n| rule | families with a false alarm, worst | at | over 5 %% in | single "
           "metrics, worst | over 5 %% in |\n|---|---|---|---|---|---|\n");
    for (size_t i = 0; i < n; i++) {
        const struct worst *f = &t->family[i], *m = &t->metric[i];
        printf("| %s | %.1f %% | noise %g %%, bad %g %%, %zu+%zu, %zu metrics | %zu of "
               "%zu | %.1f %% | %zu |\n",
               rule_name(i), 100 * f->rate, 100 * f->at.noise, 100 * f->at.bad,
               f->at.n_old, f->at.n_new, f->at.n_metrics, f->over, f->settings,
               100 * m->rate, m->over);
    }
    printf(
        "\nA rule whose families stay under 5 %% finds more than benchkeep in %zu of "
        "%zu settings and effects.\n",
        t->beaten, t->compared);
}

/* --- options --- */

static bool read_number(const char **text, double *number)
{
    char *end;
    *number = strtod(*text, &end); /* no locale is ever set */
    bool some = end != *text;
    *text = end;
    return some && isfinite(*number) && *number >= 0;
}

static bool read_list(const char *text, struct list *l)
{
    for (l->n = 0; l->n < MOST_LISTED; l->n++) {
        l->and [l->n] = 0;
        if (!read_number(&text, &l->at[l->n]))
            return false;
        if (*text == '+') {
            text++;
            if (!read_number(&text, &l->and [l->n]))
                return false;
        }
        if (*text == '\0') {
            l->n++;
            return true;
        }
        if (*text++ != ',')
            return false;
    }
    return false;
}

static bool read_options(int argc, char **argv, struct options *o)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--summary") == 0) {
            o->summary = true;
            continue;
        }
        if (strcmp(argv[i], "--null") == 0) {
            o->null = true;
            continue;
        }
        if (strcmp(argv[i], "--ours") == 0) {
            o->ours = true;
            continue;
        }
        struct list *lists[] = {&o->noise, &o->bad, &o->sessions, &o->metrics};
        double *numbers[] = {&o->reps,   &o->seed, &o->spread, &o->distance,
                             &o->weight, &o->few,  &o->share};
        static const char *const names[] = {
            "--noise",  "--bad",      "--sessions", "--metrics", "--reps", "--seed",
            "--spread", "--distance", "--weight",   "--few",     "--share"};
        const size_t n_names = sizeof names / sizeof names[0];
        size_t k = 0;
        while (k < n_names && strcmp(argv[i], names[k]) != 0)
            k++;
        if (k == n_names || ++i == argc)
            return false;
        const char *text = argv[i];
        if (k < 4 ? !read_list(text, lists[k]) : !read_number(&text, numbers[k - 4]))
            return false;
    }
    return true;
}

static bool within_limits(const struct options *o)
{
    for (size_t i = 0; i < o->sessions.n; i++) {
        double n = o->sessions.at[i] + o->sessions.and[i];
        if (!(o->sessions.at[i] >= 1 && o->sessions.and[i] >= 1 && n <= MOST_SESSIONS))
            return false;
    }
    for (size_t i = 0; i < o->metrics.n; i++) {
        if (!(o->metrics.at[i] >= 1 && o->metrics.at[i] <= MOST_METRICS))
            return false;
    }
    return true;
}

static void run_all(const struct options *o, struct bk_arena *a, struct trial_family *f)
{
    struct totals totals;
    memset(&totals, 0, sizeof totals);
    size_t shown = o->ours ? N_OURS : N_OURS + bench_n_rivals;
    if (!o->summary)
        print_head(shown);
    size_t n = o->noise.n * o->bad.n * o->sessions.n * o->metrics.n;
    for (size_t i = 0; i < n; i++) {
        size_t rest = i, m = rest % o->metrics.n;
        rest /= o->metrics.n;
        size_t k = rest % o->sessions.n;
        rest /= o->sessions.n;
        struct setting s = {
            .noise = o->noise.at[rest / o->bad.n] / 100,
            .bad = o->bad.at[rest % o->bad.n] / 100,
            .spread = o->spread,
            .n_old = (size_t)o->sessions.at[k],
            .n_new = (size_t)o->sessions.and[k],
            .n_metrics = (size_t)o->metrics.at[m],
        };
        struct counts c;
        run(o, &s, a, f, &c);
        if (!o->summary)
            print_row(&s, &c, shown);
        add_up(&totals, &s, &c);
        fflush(stdout);
    }
    print_totals(&totals, shown);
}

int main(int argc, char **argv)
{
    struct options o = {
        .noise = {{1, 3, 5, 10}, {0}, 4},
        .bad = {{0, 5, 10}, {0}, 3},
        .sessions = {{2, 3, 5, 8, 20, 2, 3, 5, 8, 20, 3, 5, 8, 20},
                     {1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 3, 3, 3, 3},
                     14},
        .metrics = {{1, 12, 120}, {0}, 3},
        .reps = 2000,
        .seed = 1,
        .distance = bk_verdict_rule_gate.bad_distance,
        .weight = bk_verdict_rule_gate.bad_weight,
        .few = bk_verdict_rule_gate.few_factor,
        .share = bk_verdict_rule_gate.bad_share,
    };
    if (!read_options(argc, argv, &o) || !within_limits(&o)) {
        fputs("usage: simulate [--reps N] [--seed S] [--noise 1,3] [--bad 0,10]\n"
              "                [--sessions 2+1,5+3] [--metrics 1,12] [--spread 0.4]\n"
              "                [--summary]\n"
              "noise and bad sessions in per cent\n",
              stderr);
        return 2;
    }
    struct bk_arena *a = bk_arena_new();
    struct trial_family *f = bk_alloc(a, sizeof *f);
    run_all(&o, a, f);
    bk_arena_free(a);
    return 0;
}
