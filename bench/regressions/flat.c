/* The judge of 'regressions' over a flat archive, and over one with a single change.
 *
 *   flat [--seeds N] [--configs N] [--metrics N] [--sessions N] [--new N]
 *        [--noise PERCENT] [--bad PERCENT] [--step PERCENT]
 *        [--at-least PERCENT] [--find PERCENT]
 *
 * An archive is 40 configs on one machine, 10 sessions of each, 12 metrics; half are
 * throughputs, half latencies.  Values are lognormal about the config's level.  With
 * probability 'bad' a session is a bad one: all its values are 5 standard deviations
 * worse.  The newest sessions are judged as one family; with --step the first config is
 * slower by so much in them.  Counted are archives in which a config that did not change
 * has a regression (1), and those in which the changed one has (2).
 *
 * Runs, lines, series, past and family are those of the program; only the warehouse is
 * left out.  Everything follows from the seed.  Exit status 1 when (1) stays out in fewer
 * than --at-least (95) of 100 archives, or (2) comes in fewer than --find (0). */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/base/num.h"
#include "../../src/query/family.h"
#include "../../src/stats/counts.h"
#include "../../src/stats/random.h"

#define BAD_DISTANCE 5.0
#define MOST         1000000

struct options {
    double seeds, configs, metrics, sessions, new, noise, bad, step, at_least, find;
};

struct archive {
    struct bk_arena *arena;
    const struct options *o;
    struct bk_random random;
    size_t n_configs, n_sessions, first_new;
    struct bk_family f;
    bool *is_new, *is_old, *is_bad; /* sessions */
};

struct found {                           /* in all archives */
    size_t regressions, others;          /* of the changed config; of the rest */
    size_t improvements, other_archives; /* archives with any of the rest */
    size_t archives;                     /* with a regression of the changed one */
};

static void add_runs(struct archive *x)
{
    struct bk_arena *a = x->arena;
    struct bk_run_list *runs = &x->f.runs;
    runs->rows = bk_alloc_array(a, x->n_configs * x->n_sessions, sizeof *runs->rows);
    for (size_t s = 0; s < x->n_sessions; s++)
        for (size_t c = 0; c < x->n_configs; c++) {
            struct bk_pair *workers = bk_alloc(a, sizeof *workers);
            *workers = (struct bk_pair){BK_S("workers"), bk_fmt(a, "%zu", c + 1), true};
            struct bk_run_row *run = &runs->rows[runs->n++];
            *run = (struct bk_run_row){.id = (int64_t)runs->n,
                                       .config = workers,
                                       .n_config = 1,
                                       .started_ns = (int64_t)s + 1,
                                       .status = BK_S("ok")};
            run->dim[BK_DIM_SESSION] = bk_fmt(a, "s%03zu", s);
            run->dim[BK_DIM_HARDWARE] = BK_S("machine");
        }
    bk_lines_make(a, runs, &x->f.lines);
}

static struct bk_quantity quantity(size_t number)
{
    bool latency = number % 2 == 1;
    struct bk_quantity q = {.metric = latency ? BK_S("latency") : BK_S("throughput"),
                            .stat = BK_S("value"),
                            .unit = latency ? BK_S("s") : BK_S("1/s"),
                            .floor = latency ? 0.10 : 0.05,
                            .canonical = true};
    bk_quantity_settle(&q, latency ? BK_S("lower") : BK_S("higher"));
    return q;
}

/* The runs stand by session and config. */
static double *draw(struct archive *x, const struct bk_quantity *q)
{
    double *values = bk_alloc_array(x->arena, x->f.runs.n, sizeof *values);
    double noise = x->o->noise / 100, worse = (double)q->worse;
    double slower = -log1p(-x->o->step / 100);
    for (size_t i = 0; i < x->f.runs.n; i++) {
        size_t session = i / x->n_configs, config = i % x->n_configs;
        double z = noise * bk_random_normal(&x->random);
        if (x->is_bad[session])
            z += worse * BAD_DISTANCE * noise;
        if (config == 0 && session >= x->first_new)
            z += worse * slower;
        values[i] = exp(z);
    }
    return values;
}

static void judge(struct archive *x, struct found *found)
{
    struct found here = {0};
    struct bk_arena *a = x->arena;
    const struct bk_verdict_rule *rule = &bk_verdict_rule_report;
    size_t n_metrics = (size_t)x->o->metrics;
    struct bk_quantity *q = bk_alloc_array(a, n_metrics + 1, sizeof *q);
    const struct bk_split split = {.is_new = x->is_new, .is_old = x->is_old};
    for (size_t i = 0; i < n_metrics; i++) {
        q[i] = quantity(i);
        struct bk_series s = {.arena = a, .q = q[i], .strict = true};
        bk_series_fill(&s, &x->f.lines, draw(x, &q[i]));
        bk_family_measure(a, rule, &x->f, &q[i], &s, &split);
    }
    bk_cases_judge(a, rule, BK_ADJUST_BENJAMINI_HOCHBERG, x->f.cases, x->f.n);
    for (size_t i = 0; i < x->f.n; i++) {
        const struct bk_case *c = &x->f.cases[i];
        bool changed = x->o->step > 0 && bk_is(c->row.run->config->value, "1");
        bool regression = c->e.verdict == BK_VERDICT_REGRESSION;
        here.regressions += regression && changed;
        here.others += regression && !changed;
        here.improvements += c->e.verdict == BK_VERDICT_IMPROVEMENT;
    }
    found->regressions += here.regressions;
    found->others += here.others;
    found->improvements += here.improvements;
    found->archives += here.regressions > 0;
    found->other_archives += here.others > 0;
}

static void try_seed(const struct options *o, uint64_t seed, struct found *found)
{
    struct archive x = {.arena = bk_arena_new(), .o = o};
    x.n_configs = (size_t)o->configs;
    x.n_sessions = (size_t)o->sessions;
    x.first_new = x.n_sessions - (size_t)o->new;
    x.is_new = bk_alloc_array(x.arena, x.n_sessions, sizeof *x.is_new);
    x.is_old = bk_alloc_array(x.arena, x.n_sessions, sizeof *x.is_old);
    x.is_bad = bk_alloc_array(x.arena, x.n_sessions, sizeof *x.is_bad);
    bk_random_seed(&x.random, seed);
    for (size_t s = 0; s < x.n_sessions; s++) {
        x.is_new[s] = s >= x.first_new;
        x.is_old[s] = !x.is_new[s];
        x.is_bad[s] = bk_random_unit(&x.random) < o->bad / 100;
    }
    add_runs(&x);
    judge(&x, found);
    bk_arena_free(x.arena);
}

static bool read_options(int argc, char **argv, struct options *o)
{
    struct {
        const char *name;
        double *value;
    } names[] = {
        {"--seeds", &o->seeds},       {"--configs", &o->configs},
        {"--metrics", &o->metrics},   {"--sessions", &o->sessions},
        {"--new", &o->new},           {"--noise", &o->noise},
        {"--bad", &o->bad},           {"--step", &o->step},
        {"--at-least", &o->at_least}, {"--find", &o->find},
    };
    for (int i = 1; i < argc; i += 2) {
        size_t k = 0, n = sizeof names / sizeof *names;
        while (k < n && strcmp(argv[i], names[k].name) != 0)
            k++;
        if (k == n || i + 1 == argc ||
            !bk_parse_double(bk_str(argv[i + 1]), names[k].value) ||
            !(*names[k].value >= 0) || *names[k].value > MOST)
            return false;
    }
    return o->seeds >= 1 && o->configs >= 1 && o->new >= 1 && o->sessions > o->new &&
           o->step < 100;
}

static void print_share(const char *what, size_t k, double n)
{
    struct bk_interval i = bk_wilson((double)k, n, 0.95);
    printf("%-52s %zu of %.0f (%.1f %% .. %.1f %%)\n", what, k, n, 100 * i.low,
           100 * i.high);
}

int main(int argc, char **argv)
{
    struct options o = {.seeds = 100,
                        .configs = 40,
                        .metrics = 12,
                        .sessions = 10,
                        .new = 1,
                        .noise = 3,
                        .at_least = 95};
    struct found found = {0};
    if (!read_options(argc, argv, &o)) {
        fputs(
            "usage: flat [--seeds N] [--configs N] [--metrics N] [--sessions N]\n"
            "            [--new N] [--noise PERCENT] [--bad PERCENT] [--step PERCENT]\n"
            "            [--at-least PERCENT]\n",
            stderr);
        return 2;
    }
    for (double seed = 1; seed <= o.seeds; seed++)
        try_seed(&o, (uint64_t)seed, &found);
    printf(
        "%.0f configs x %.0f metrics x %.0f sessions, %.0f of them new, noise %.3g %%, "
        "bad sessions %.3g %%, step %.3g %%\n",
        o.configs, o.metrics, o.sessions, o.new, o.noise, o.bad, o.step);
    print_share("archives with a regression of what did not change",
                found.other_archives, o.seeds);
    print_share("  regressions among comparisons without a change", found.others,
                o.seeds * o.metrics * (o.configs - (o.step > 0 ? 1 : 0)));
    if (o.step > 0) {
        print_share("archives with a regression of the changed config", found.archives,
                    o.seeds);
        print_share("  regressions among its metrics", found.regressions,
                    o.seeds * o.metrics);
    }
    double clean = 100 * (o.seeds - (double)found.other_archives) / o.seeds;
    double seen = 100 * (double)found.archives / o.seeds;
    return clean >= o.at_least && seen >= o.find ? 0 : 1;
}
