/* How good recommendations, predictions and next experiments are.
 *
 *   quality [--reps N] [--rounds-reps N] [--seed S] [--share X] [--noise LIST]
 *           [--twice N] [--cells FILE]
 *
 * A field is a grid of settings whose true throughput is known: four kinds that are
 * made, their shape drawn anew each time, or those of FILE (archive_cells.py writes
 * it: what an archive measured is then taken for the truth).  Of each a random share
 * of the cells is measured once, with lognormal noise (none is added to measured
 * ones), and given to the code that 'recommend' and 'next' run.  The noise is not
 * told; --twice measures so many of the cells twice, from six on that tells it.
 *
 * Regret is 1 - true value of what is picked / true value of the best cell.  Picked
 * are: a random cell; the best that was measured; what 'recommend' recommends; the
 * first of the section 'predictions', or the recommended one where that is empty.
 * Coverage is that of the true value by the interval of 90 % of each prediction that
 * was given for a setting that was not measured (of archives: by the interval of one
 * session).
 *
 * Rounds: one experiment each, then the first prediction is picked.  Compared are the
 * first that 'next' names, a random cell, and a grid of as many cells spread over
 * those not measured.  Everything follows from the seed. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/base/num.h"
#include "../../src/query/next_plan.h"
#include "../../src/stats/summary.h"
#include "fields.h"

#define MOST_REPS   ((size_t)2000)
#define MOST_NOISES ((size_t)8)
#define ROUNDS      ((size_t)5)

enum pick {
    RANDOM,
    OBSERVED,
    RECOMMENDED,
    PREDICTED,
    N_PICKS
};
enum policy {
    BY_NEXT,
    BY_RANDOM,
    BY_GRID,
    N_POLICIES
};

struct options {
    size_t reps, rounds_reps, twice;
    uint64_t seed;
    double share, noises[MOST_NOISES];
    size_t n_noises;
    const char *cells;
};

struct bench {
    const struct options *o;
    const struct bk_dict *dict;
    struct field *given; /* of a file */
    size_t n_given;
};

/* What was measured of a field so far. */
struct seen {
    struct bk_arena *a;
    const struct bench *b;
    const struct field *f;
    double noise;
    struct bk_random *r;
    struct cell *cells; /* truth: as it was measured */
    size_t n, sessions;
};

/* --- measuring --- */

static void measure(struct seen *s, const double *x, double truth)
{
    struct cell *c = BK_PUSH(s->a, s->cells, s->n);
    *c = (struct cell){.truth = truth * exp(s->noise * bk_random_normal(s->r))};
    memcpy(c->x, x, sizeof c->x);
}

static bool is_same(const struct field *f, const double *a, const double *b)
{
    for (size_t i = 0; i < f->d; i++)
        if (fabs(log(a[i] / b[i])) > 1e-9)
            return false;
    return true;
}

static bool is_seen(const struct seen *s, const double *x)
{
    for (size_t i = 0; i < s->n; i++)
        if (is_same(s->f, s->cells[i].x, x))
            return true;
    return false;
}

static void measure_share(struct seen *s)
{
    const struct field *f = s->f;
    size_t n = (size_t)(s->b->o->share * (double)f->n + 0.5);
    double *order = bk_alloc_array(s->a, f->n, sizeof *order);
    for (size_t i = 0; i < f->n; i++)
        order[i] = (double)i;
    bk_random_shuffle(s->r, order, f->n);
    for (size_t i = 0; i < n; i++)
        measure(s, f->cells[(size_t)order[i]].x, f->cells[(size_t)order[i]].truth);
    for (size_t i = 0; i < s->b->o->twice && i < n; i++)
        measure(s, f->cells[(size_t)order[i]].x, f->cells[(size_t)order[i]].truth);
}

/* The true value at a setting; of archives that of the nearest cell, which x
 * becomes. */
static double truth_at(const struct field *f, double *x)
{
    if (f->at != NULL)
        return f->at(f->shape, x);
    size_t best = 0;
    double least = (double)INFINITY;
    for (size_t i = 0; i < f->n; i++) {
        double off = 0;
        for (size_t k = 0; k < f->d; k++)
            off += fabs(log(f->cells[i].x[k] / x[k]));
        if (off < least) {
            least = off;
            best = i;
        }
    }
    memcpy(x, f->cells[best].x, sizeof f->cells[best].x);
    return f->cells[best].truth;
}

/* --- as the program sees it --- */

static void add_run(struct seen *s, struct bk_trials *t, const struct cell *c)
{
    const struct field *f = s->f;
    struct bk_run_row *run = bk_alloc(s->a, sizeof *run);
    struct bk_pair *pairs = bk_alloc_array(s->a, f->d, sizeof *pairs);
    double *values = bk_alloc_array(s->a, t->n_quantities, sizeof *values);
    const struct bk_within none = {.requests = (double)NAN, .failed = (double)NAN};
    for (size_t i = 0; i < f->d; i++) {
        char text[32];
        size_t len = bk_format_double(c->x[i], text);
        pairs[i] = (struct bk_pair){bk_str(f->params[i]),
                                    bk_dup(s->a, (struct bk_str){text, len}), true};
    }
    for (size_t i = 0; i < t->n_quantities; i++)
        values[i] = i == 0 ? c->truth : (double)NAN;
    run->id = (int64_t)++s->sessions;
    run->config = pairs;
    run->n_config = f->d;
    run->status = BK_S("ok");
    run->dim[BK_DIM_SESSION] = bk_fmt(s->a, "%zu", s->sessions);
    bk_trials_add(t, run, values, NULL, &none);
}

static void look(struct seen *s, struct bk_trials *t, struct bk_choice *c,
                 struct bk_next_plan *plan)
{
    struct bk_quantity q = {.metric = BK_S("ok_throughput"),
                            .stat = BK_S("value"),
                            .unit = BK_S("1/s"),
                            .floor = 0.05,
                            .canonical = true};
    const struct bk_choice_rule rule = {.fastest = true};
    const struct bk_next_rule next = {.most = BK_NEXT_MOST};
    bk_quantity_settle(&q, BK_S("higher"));
    bk_trials_begin(s->a, s->b->dict, &q, NULL, 0, t);
    for (size_t i = 0; i < s->n; i++)
        add_run(s, t, &s->cells[i]);
    bk_trials_settle(t);
    bk_choose(t, &rule, c);
    bk_plan_next(c, &next, plan);
}

/* Levels of the set's axes from a cell: axes have an order of their own. */
static void to_levels(const struct seen *s, const struct bk_trials *t, const double *x,
                      double *levels)
{
    for (size_t i = 0; i < t->n_axes; i++)
        for (size_t k = 0; k < s->f->d; k++)
            if (bk_is(t->axes[i].name, s->f->params[k]))
                levels[i] = x[k];
}

static void from_levels(const struct seen *s, const struct bk_trials *t,
                        const double *levels, double *x)
{
    for (size_t k = 0; k < s->f->d; k++)
        x[k] = s->cells[0].x[k];
    for (size_t i = 0; i < t->n_axes; i++)
        for (size_t k = 0; k < s->f->d; k++)
            if (bk_is(t->axes[i].name, s->f->params[k]))
                x[k] = levels[i];
}

/* --- picking --- */

static double truth_of_trial(const struct seen *s, const struct bk_choice *c)
{
    double x[MOST_PARAMS];
    const struct bk_trial *trial = c->chosen ? c->chosen : &c->trials->items[0];
    from_levels(s, c->trials, trial->levels, x);
    return truth_at(s->f, x);
}

/* What the section 'predictions' puts first: of the settings that were never
 * measured and are likely to be better than the best that was, the one of which most
 * is expected. */
static double truth_of_prediction(const struct seen *s, const struct bk_choice *c,
                                  const struct bk_next_plan *plan)
{
    const struct bk_predictor *p = plan->predictor;
    double truth = truth_of_trial(s, c), x[MOST_PARAMS], levels[MOST_PARAMS], most = 0;
    if (p == NULL || !p->usable || c->best == NULL)
        return truth;
    for (size_t i = 0; i < s->f->n; i++) {
        memcpy(x, s->f->cells[i].x, sizeof x);
        to_levels(s, c->trials, x, levels);
        struct bk_surface_prediction at = bk_predict_at(p, levels);
        if (at.known && !is_seen(s, x) && at.value > most &&
            bk_predict_is_better(p, &at, c->best->figures[0].value)) {
            most = at.value;
            truth = truth_at(s->f, x);
        }
    }
    return truth;
}

static double regret(const struct field *f, double truth)
{
    return fmax(0, 1 - truth / f->best);
}

/* --- one share of one field --- */

struct counts {
    double regrets[N_PICKS][MOST_REPS];
    double rounds[N_POLICIES][ROUNDS + 1][MOST_REPS];
    size_t reps, rounds_reps, refused, given, covered, unknown;
};

static void count_coverage(const struct seen *s, const struct bk_choice *c,
                           const struct bk_next_plan *plan, struct counts *n)
{
    const struct bk_predictor *p = plan->predictor;
    double levels[MOST_PARAMS];
    n->refused += p == NULL || !p->usable;
    for (size_t i = 0; i < s->f->n && p != NULL && p->usable; i++) {
        const struct cell *cell = &s->f->cells[i];
        if (is_seen(s, cell->x))
            continue;
        to_levels(s, c->trials, cell->x, levels);
        struct bk_surface_prediction at = bk_predict_at(p, levels);
        n->unknown += !at.known;
        if (!at.known)
            continue;
        double low = s->f->at ? at.low : at.low_once;
        double high = s->f->at ? at.high : at.high_once;
        n->given++;
        n->covered += cell->truth >= low && cell->truth <= high;
    }
}

static struct field field_of(const struct bench *b, struct bk_arena *a, size_t which,
                             struct bk_random *r)
{
    return b->given ? b->given[which] : made_field(a, which, r);
}

static void one_share(const struct bench *b, size_t which, double noise,
                      struct bk_random *r, struct counts *n)
{
    struct bk_arena *a = bk_arena_new();
    struct field f = field_of(b, a, which, r);
    struct seen s = {.a = a, .b = b, .f = &f, .noise = noise, .r = r};
    struct bk_trials t;
    struct bk_choice c;
    struct bk_next_plan plan;
    size_t best = 0;
    measure_share(&s);
    look(&s, &t, &c, &plan);
    count_coverage(&s, &c, &plan, n);
    for (size_t i = 0; i < s.n; i++)
        if (s.cells[i].truth > s.cells[best].truth)
            best = i;
    double x[MOST_PARAMS];
    memcpy(x, s.cells[best].x, sizeof x);
    double(*to)[MOST_REPS] = n->regrets;
    to[RANDOM][n->reps] = regret(&f, f.cells[bk_random_below(r, f.n)].truth);
    to[OBSERVED][n->reps] = regret(&f, truth_at(&f, x));
    to[RECOMMENDED][n->reps] = regret(&f, truth_of_trial(&s, &c));
    to[PREDICTED][n->reps] = regret(&f, truth_of_prediction(&s, &c, &plan));
    n->reps++;
    bk_arena_free(a);
}

/* --- rounds --- */

static void experiment_of_next(struct seen *s, const struct bk_trials *t,
                               const struct bk_next_plan *plan)
{
    double x[MOST_PARAMS];
    if (plan->n == 0)
        return;
    from_levels(s, t, plan->items[0].levels, x);
    double truth = truth_at(s->f, x);
    measure(s, x, truth);
}

/* The cells that were not measured when the rounds began. */
static size_t open_cells(struct seen *s, size_t *open)
{
    size_t n = 0;
    for (size_t i = 0; i < s->f->n; i++)
        if (!is_seen(s, s->f->cells[i].x))
            open[n++] = i;
    return n;
}

static void experiment(struct seen *s, enum policy policy, size_t round,
                       const size_t *open, size_t n_open, const struct bk_trials *t,
                       const struct bk_next_plan *plan)
{
    if (policy == BY_NEXT) {
        experiment_of_next(s, t, plan);
        return;
    }
    size_t at = policy == BY_GRID ? (2 * round + 1) * n_open / (2 * ROUNDS)
                                  : bk_random_below(s->r, n_open);
    const struct cell *c = &s->f->cells[open[at]];
    measure(s, c->x, c->truth);
}

static void rounds(const struct bench *b, size_t which, double noise, uint64_t seed,
                   struct counts *n)
{
    for (size_t policy = 0; policy < N_POLICIES; policy++) {
        struct bk_arena *a = bk_arena_new();
        struct bk_random r;
        bk_random_seed(&r, seed); /* the same field and share for each policy */
        struct field f = field_of(b, a, which, &r);
        struct seen s = {.a = a, .b = b, .f = &f, .noise = noise, .r = &r};
        size_t *open = bk_alloc_array(a, f.n, sizeof *open);
        measure_share(&s);
        size_t n_open = open_cells(&s, open);
        for (size_t round = 0; round <= ROUNDS; round++) {
            struct bk_trials t;
            struct bk_choice c;
            struct bk_next_plan plan;
            look(&s, &t, &c, &plan);
            n->rounds[policy][round][n->rounds_reps] =
                regret(&f, truth_of_prediction(&s, &c, &plan));
            if (round < ROUNDS && n_open > 0)
                experiment(&s, (enum policy)policy, round, open, n_open, &t, &plan);
        }
        bk_arena_free(a);
    }
    n->rounds_reps++;
}

/* --- tables --- */

static void print_spread(double *x, size_t n)
{
    bk_sort(x, n);
    printf(" %.1f / %.1f / %.1f |", 100 * bk_median(x, n),
           100 * bk_percentile_nearest(x, n, 0.9), 100 * x[n - 1]);
}

static void heads(void)
{
    printf("\nRegret in %%, median / 90th percentile / worst:\n\n"
           "| surface | noise | random | best observed | recommended | predicted |\n"
           "|---|---|---|---|---|---|\n");
}

static void print_regrets(const char *name, double noise, struct counts *n)
{
    printf("| %s | %.0f %% |", name, 100 * noise);
    for (size_t i = 0; i < N_PICKS; i++)
        print_spread(n->regrets[i], n->reps);
    printf("\n");
}

static void print_coverage(const char *name, double noise, const struct counts *n)
{
    printf("| %s | %.0f %% | %.0f %% | %zu | %.0f %% |", name, 100 * noise,
           100 * (double)n->refused / (double)n->reps, n->given,
           100 * (double)n->unknown / fmax(1, (double)(n->given + n->unknown)));
    if (n->given > 0)
        printf(" %.1f %% |\n", 100 * (double)n->covered / (double)n->given);
    else
        printf(" - |\n");
}

static void print_rounds(const char *name, double noise, struct counts *n)
{
    static const char *const names[] = {"next", "random", "grid"};
    for (size_t p = 0; p < N_POLICIES; p++) {
        printf("| %s | %.0f %% | %s |", name, 100 * noise, names[p]);
        for (size_t round = 0; round <= ROUNDS; round++) {
            double *x = n->rounds[p][round], mean = bk_mean(x, n->rounds_reps);
            bk_sort(x, n->rounds_reps);
            printf(" %.1f / %.1f / %.1f |", 100 * mean,
                   100 * bk_percentile_nearest(x, n->rounds_reps, 0.9),
                   100 * x[n->rounds_reps - 1]);
        }
        printf("\n");
    }
}

static const char *name_of(const struct bench *b, size_t which)
{
    struct bk_arena *a = bk_arena_new();
    struct bk_random r;
    bk_random_seed(&r, 1);
    const char *name = field_of(b, a, which, &r).name;
    bk_arena_free(a);
    return name;
}

static void run(const struct bench *b)
{
    const struct options *o = b->o;
    size_t n_fields = b->given ? b->n_given : n_made_fields;
    size_t n = n_fields * o->n_noises;
    struct counts *all = calloc(n, sizeof *all);
    if (all == NULL)
        exit(6);
    for (size_t i = 0; i < n; i++) {
        struct bk_random r;
        double noise = o->noises[i % o->n_noises];
        bk_random_seed(&r, o->seed + 1000 * i);
        for (size_t k = 0; k < o->reps; k++)
            one_share(b, i / o->n_noises, noise, &r, &all[i]);
        for (size_t k = 0; k < o->rounds_reps; k++)
            rounds(b, i / o->n_noises, noise, o->seed + 1000 * i + k, &all[i]);
    }
    heads();
    for (size_t i = 0; i < n && o->reps > 0; i++)
        print_regrets(name_of(b, i / o->n_noises), o->noises[i % o->n_noises], &all[i]);
    printf(
        "\n| surface | noise | predictions refused | given | of settings asked, not known "
        "| covered by 90 %% |\n|---|---|---|---|---|---|\n");
    for (size_t i = 0; i < n && o->reps > 0; i++)
        print_coverage(name_of(b, i / o->n_noises), o->noises[i % o->n_noises],
                       &all[i]);
    printf("\nRegret in %% after rounds of one experiment, mean / 90th percentile / "
           "worst:\n\n| surface | noise | by | 0 | 1 | 2 | 3 | 4 | 5 "
           "|\n|---|---|---|---|---|---|---|---|---|\n");
    for (size_t i = 0; i < n && o->rounds_reps > 0; i++)
        print_rounds(name_of(b, i / o->n_noises), o->noises[i % o->n_noises], &all[i]);
    free(all);
}

/* --- options --- */

static bool number(const char *text, double *x)
{
    return text != NULL && bk_parse_double(bk_str(text), x) && *x >= 0;
}

static bool read_noises(struct options *o, const char *text)
{
    struct bk_str rest = bk_str(text), part;
    for (o->n_noises = 0; rest.len > 0 && o->n_noises < MOST_NOISES; o->n_noises++) {
        rest = bk_cut(rest, ',', &part);
        if (!bk_parse_double(part, &o->noises[o->n_noises]))
            return false;
    }
    return o->n_noises > 0;
}

static bool read_option(struct options *o, const char *name, const char *value)
{
    double x = 0;
    if (value == NULL)
        return false;
    if (strcmp(name, "--noise") == 0)
        return read_noises(o, value);
    if (strcmp(name, "--cells") == 0) {
        o->cells = value;
        return true;
    }
    if (!number(value, &x))
        return false;
    if (strcmp(name, "--reps") == 0)
        o->reps = x < (double)MOST_REPS ? (size_t)x : MOST_REPS;
    else if (strcmp(name, "--rounds-reps") == 0)
        o->rounds_reps = x < (double)MOST_REPS ? (size_t)x : MOST_REPS;
    else if (strcmp(name, "--seed") == 0)
        o->seed = (uint64_t)x;
    else if (strcmp(name, "--twice") == 0)
        o->twice = (size_t)x;
    else if (strcmp(name, "--share") == 0)
        o->share = x;
    else
        return false;
    return true;
}

int main(int argc, char **argv)
{
    struct options o = {.reps = 100,
                        .rounds_reps = 40,
                        .seed = 1,
                        .share = 0.3,
                        .noises = {0.03, 0.06, 0.10},
                        .n_noises = 3};
    struct bk_arena *a = bk_arena_new();
    struct bench b = {.o = &o, .dict = bk_dict_new(a)};
    for (int i = 1; i < argc; i += 2) {
        if (!read_option(&o, argv[i], i + 1 < argc ? argv[i + 1] : NULL)) {
            fprintf(stderr, "quality: see the head of quality.c for its options\n");
            return 2;
        }
    }
    if (o.cells != NULL) {
        FILE *file = fopen(o.cells, "r");
        if (file == NULL || !read_fields(a, file, &b.given, &b.n_given))
            return 4;
        fclose(file);
        o.noises[0] = 0; /* what was measured has its own */
        o.n_noises = 1;
    }
    run(&b);
    bk_arena_free(a);
    return 0;
}
