/* What lines of sessions measured of requests and tokens (see tokens.h). */
#include "tokens.h"

#include "../stats/counts.h"
#include "../stats/summary.h"

#include <math.h>
#include <stdlib.h>

#define CONFIDENCE 0.95

/* --- what is asked of every run --- */

enum number {
    OK_RATE,
    OK_COUNT,
    ALL_COUNT,
    INPUT,
    OUTPUT,
    TOTAL,
    INPUT_MEAN,
    OUTPUT_MEAN,
    INPUT_RATE,
    OUTPUT_RATE,
    TOTAL_RATE,
    HIT_RATE,
    HITS,
    QUERIES,
    N_NUMBERS
};

static const struct {
    const char *metric, *stat;
    const char *other; /* stat that serves where there is none of the first; NULL */
} numbers[N_NUMBERS] = {
    [OK_RATE] = {"ok_throughput", "value", "mean"},
    [OK_COUNT] = {"requests_ok", "value", NULL},
    [ALL_COUNT] = {"requests", "value", NULL},
    [INPUT] = {"input_tokens", "value", "sum"},
    [OUTPUT] = {"output_tokens", "value", "sum"},
    [TOTAL] = {"total_tokens", "value", "sum"},
    [INPUT_MEAN] = {"input_tokens", "mean", NULL},
    [OUTPUT_MEAN] = {"output_tokens", "mean", NULL},
    [INPUT_RATE] = {"input_token_throughput", "value", "mean"},
    [OUTPUT_RATE] = {"output_token_throughput", "value", "mean"},
    [TOTAL_RATE] = {"total_token_throughput", "value", "mean"},
    [HIT_RATE] = {"prefix_cache_hit_rate", "value", NULL},
    [HITS] = {"prometheus.prefix_cache_hits", "value", NULL},
    [QUERIES] = {"prometheus.prefix_cache_queries", "value", NULL},
};

struct told { /* of a run; NAN: it does not tell */
    double of[N_NUMBERS];
};

struct member { /* a run of a line */
    size_t run;
    size_t session;
};

struct reading {
    struct bk_arena *arena;
    const struct bk_run_list *runs;
    const struct bk_tokens_assumed *assumed;
    struct told *told; /* by run */
    struct bk_token_lines *lines;
};

static bool read_numbers(struct bk_db *db, struct reading *rd, struct bk_err *err)
{
    const struct bk_run_list *runs = rd->runs;
    rd->told = bk_alloc_array(rd->arena, runs->n + 1, sizeof *rd->told);
    for (size_t k = 0; k < N_NUMBERS; k++) {
        struct bk_run_values first, other = {NULL, 0};
        if (!bk_values_of_runs(db, rd->arena, numbers[k].metric, numbers[k].stat, runs,
                               &first, err) ||
            (numbers[k].other != NULL &&
             !bk_values_of_runs(db, rd->arena, numbers[k].metric, numbers[k].other,
                                runs, &other, err)))
            return false;
        for (size_t i = 0; i < runs->n; i++) {
            const struct bk_run_value *v = bk_values_of(&first, runs->rows[i].id);
            if (v == NULL)
                v = bk_values_of(&other, runs->rows[i].id);
            rd->told[i].of[k] = v != NULL ? v->value : (double)NAN;
        }
    }
    return true;
}

/* --- a rate over the sessions of a line --- */

static double number_of(const struct reading *rd, const struct member *m,
                        enum number which)
{
    return rd->told[m->run].of[which];
}

/* The median of each session that has one; returns how many. */
static size_t session_medians(const struct reading *rd, const struct member *m,
                              size_t n, enum number which, double *out)
{
    double *values = bk_alloc_array(rd->arena, n + 1, sizeof *values);
    size_t sessions = 0;
    for (size_t i = 0, k; i < n; i = k) {
        size_t found = 0;
        for (k = i; k < n && m[k].session == m[i].session; k++) {
            double x = number_of(rd, &m[k], which);
            if (isfinite(x))
                values[found++] = x;
        }
        bk_sort(values, found);
        if (found > 0)
            out[sessions++] = bk_median(values, found);
    }
    return sessions;
}

/* Student's interval of the geometric mean; false when a number is not above 0. */
static bool over_sessions(struct bk_arena *a, const double *x, size_t n,
                          struct bk_token_rate *rate)
{
    double *logs = bk_alloc_array(a, n, sizeof *logs);
    if (!bk_logarithms(x, n, logs))
        return false;
    double mean = bk_mean(logs, n), error = bk_stddev(logs, n) / sqrt((double)n);
    struct bk_t_test t = {
        .df = (double)(n - 1), .difference = mean, .standard_error = error};
    struct bk_interval within = {mean, mean};
    if (error > 0)
        within = bk_t_interval(&t, CONFIDENCE);
    *rate = (struct bk_token_rate){
        .value = exp(mean), .low = exp(within.low), .high = exp(within.high)};
    rate->interval = bk_fmt(a, "of %zu sessions", n).ptr;
    return true;
}

static const struct bk_token_rate no_rate = {(double)NAN, (double)NAN, (double)NAN,
                                             NULL};

static struct bk_token_rate rate_of(const struct reading *rd, const struct member *m,
                                    size_t n, enum number which)
{
    double *x = bk_alloc_array(rd->arena, n + 1, sizeof *x);
    size_t sessions = session_medians(rd, m, n, which, x);
    struct bk_token_rate rate = no_rate;
    if (sessions == 0 || (sessions > 1 && over_sessions(rd->arena, x, sessions, &rate)))
        return rate;
    rate.value = bk_mean(x, sessions);
    return rate;
}

/* The sum of a number over the runs; NAN when one does not tell. */
static double sum_of(const struct reading *rd, const struct member *m, size_t n,
                     enum number which)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += number_of(rd, &m[i], which);
    return sum;
}

/* Of one session: what the number of ok requests allows. */
static void count_interval(const struct reading *rd, const struct member *m, size_t n,
                           struct bk_token_rate *rate)
{
    double k = sum_of(rd, m, n, OK_COUNT);
    if (rate->interval != NULL || !(rate->value > 0) || !(k > 0) || isinf(k))
        return;
    struct bk_interval within = bk_poisson_interval(k, CONFIDENCE);
    rate->low = rate->value * within.low / k;
    rate->high = rate->value * within.high / k;
    rate->interval = "of one session";
    rd->lines->n_within++;
}

/* A rate that hangs on another one has its relative bounds. */
static void lean_on(struct bk_token_rate *rate, const struct bk_token_rate *ok)
{
    if (rate->interval != NULL || !(ok->value > 0))
        return;
    rate->low = rate->value * (ok->low / ok->value);
    rate->high = rate->value * (ok->high / ok->value);
    rate->interval = ok->interval;
}

/* --- tokens of a request --- */

/* Means of runs, each with its count where all have one. */
static double mean_of_runs(const struct reading *rd, const struct member *m, size_t n,
                           enum number total, enum number mean)
{
    double sum = 0, weight = 0, plain = 0;
    size_t known = 0;
    for (size_t i = 0; i < n; i++) {
        double count = number_of(rd, &m[i], OK_COUNT);
        if (isnan(count))
            count = number_of(rd, &m[i], ALL_COUNT);
        double x = mean < N_NUMBERS ? number_of(rd, &m[i], mean) : (double)NAN;
        if (!isfinite(x))
            x = number_of(rd, &m[i], total) / count;
        if (!isfinite(x))
            continue;
        known++;
        plain += x;
        sum += x * count;
        weight += count;
    }
    if (known == 0)
        return (double)NAN;
    return weight > 0 ? sum / weight : plain / (double)known;
}

static void assume(struct bk_token_kind *kind, const struct bk_run_row *run,
                   const char *param, double assumed)
{
    double x;
    if (isfinite(kind->per_request))
        return;
    if (isfinite(assumed)) {
        kind->per_request = assumed;
        kind->basis = "assumed";
    } else if (bk_parse_double(bk_row_param(run, bk_str(param)), &x) && x >= 0) {
        kind->per_request = x;
        kind->basis = "configured";
    }
}

static struct bk_token_kind kind_of(const struct reading *rd, const struct member *m,
                                    size_t n, const struct bk_token_line *l, bool input)
{
    struct bk_token_kind kind = {
        .rate = rate_of(rd, m, n, input ? INPUT_RATE : OUTPUT_RATE)};
    kind.per_request = mean_of_runs(rd, m, n, input ? INPUT : OUTPUT,
                                    input ? INPUT_MEAN : OUTPUT_MEAN);
    if (isfinite(kind.per_request)) {
        kind.basis = "measured";
    } else if (kind.rate.value >= 0 && l->ok.value > 0) {
        kind.per_request = kind.rate.value / l->ok.value;
        kind.basis = "throughputs";
    }
    assume(&kind, l->run, input ? "input_len" : "output_len",
           input ? rd->assumed->input : rd->assumed->output);
    return kind;
}

/* Tokens a second of one kind that the runs do not tell, from requests. */
static bool complete(struct bk_token_kind *kind, const struct bk_token_rate *ok)
{
    bool told = isfinite(kind->rate.value);
    if (!told)
        kind->rate.value = kind->per_request * ok->value;
    lean_on(&kind->rate, ok);
    return told;
}

static void settle_total(const struct reading *rd, const struct member *m, size_t n,
                         struct bk_token_line *l)
{
    bool in = complete(&l->input, &l->ok), out = complete(&l->output, &l->ok);
    l->total = rate_of(rd, m, n, TOTAL_RATE);
    bool told = isfinite(l->total.value);
    if (!told)
        l->total.value = l->input.rate.value + l->output.rate.value;
    if (!isfinite(l->total.value))
        l->total.value = mean_of_runs(rd, m, n, TOTAL, N_NUMBERS) * l->ok.value;
    lean_on(&l->total, &l->ok);
    if (told || (in && out))
        l->rate_basis = "measured";
    else if (in || out)
        l->rate_basis = "partly measured";
    else if (isfinite(l->input.rate.value) || isfinite(l->output.rate.value) ||
             isfinite(l->total.value))
        l->rate_basis = "tokens of a request x ok throughput";
}

/* --- the prefix cache --- */

static bool is_on(struct bk_str value)
{
    static const char *const words[] = {"true", "True", "1", "yes", "on"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (bk_is(value, words[i]))
            return true;
    }
    return false;
}

/* Hits and what was looked up, by counters or by a rate of the prompt tokens. */
static bool hits_of(const struct reading *rd, const struct member *m, double *prompt,
                    double *saved)
{
    double rate = number_of(rd, m, HIT_RATE);
    *prompt = number_of(rd, m, QUERIES);
    *saved = number_of(rd, m, HITS);
    if (*prompt > 0 && *saved >= 0)
        return true;
    *prompt = number_of(rd, m, INPUT);
    *saved = rate * *prompt;
    return *prompt > 0 && *saved >= 0;
}

static void settle_cache(const struct reading *rd, const struct member *m, size_t n,
                         struct bk_token_line *l)
{
    double prompts = 0, hits = 0, rates = 0, prompt, saved;
    size_t counted = 0, known = 0;
    for (size_t i = 0; i < n; i++) {
        double rate = number_of(rd, &m[i], HIT_RATE);
        bool counts = hits_of(rd, &m[i], &prompt, &saved);
        if (counts) {
            prompts += prompt;
            hits += saved;
            counted++;
        }
        if (counts || isfinite(rate)) {
            rates += isfinite(rate) ? rate : saved / prompt;
            known++;
        }
    }
    l->cache.hit_rate = l->cache.prompt = l->cache.saved = (double)NAN;
    if (counted > 0 && counted == known) {
        l->cache.hit_rate = hits / prompts;
        l->cache.prompt = prompts;
        l->cache.saved = hits;
    } else if (known > 0) {
        l->cache.hit_rate = rates / (double)known;
    }
    bool on = isfinite(l->cache.hit_rate) ||
              is_on(bk_row_param(l->run, BK_S("enable_prefix_caching")));
    if (isnan(rd->assumed->hit_rate))
        return;
    if (on) {
        rd->lines->n_not_applied++;
        return;
    }
    l->cache.hit_rate = rd->assumed->hit_rate;
    l->cache.assumed = true;
}

/* --- a line --- */

static bool is_status(const struct reading *rd, const struct member *m,
                      const char *status)
{
    return bk_is(rd->runs->rows[m->run].status, status);
}

static size_t how_many(const struct reading *rd, const struct member *m, size_t n,
                       const char *status)
{
    size_t found = 0;
    for (size_t i = 0; i < n; i++)
        found += is_status(rd, &m[i], status);
    return found;
}

/* Keeps the runs that count, in their order: failed ones only where all are. */
static size_t keep_usable(const struct reading *rd, struct member *m, size_t n)
{
    size_t invalid = how_many(rd, m, n, "invalid");
    bool with_failed = how_many(rd, m, n, "failed") + invalid == n;
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        if (!is_status(rd, &m[i], "invalid") &&
            (with_failed || !is_status(rd, &m[i], "failed")))
            m[kept++] = m[i];
    }
    rd->lines->n_invalid += n - kept;
    return kept;
}

static size_t count_sessions(const struct member *m, size_t n)
{
    size_t sessions = 0;
    for (size_t i = 0; i < n; i++)
        sessions += i == 0 || m[i].session != m[i - 1].session;
    return sessions;
}

static void count_bases(struct bk_token_lines *lines, const struct bk_token_line *l)
{
    const char *in = l->input.basis, *out = l->output.basis;
    bool in_assumed = in != NULL && bk_is(bk_str(in), "assumed");
    bool out_assumed = out != NULL && bk_is(bk_str(out), "assumed");
    lines->n_assumed_input += in_assumed;
    lines->n_assumed_output += out_assumed;
    lines->n_configured += (in != NULL && bk_is(bk_str(in), "configured")) ||
                           (out != NULL && bk_is(bk_str(out), "configured"));
    lines->n_untold += in == NULL && out == NULL && !isfinite(l->total.value);
}

static void add_line(const struct reading *rd, struct member *m, size_t n)
{
    struct bk_token_line *l = BK_PUSH(rd->arena, rd->lines->items, rd->lines->n);
    *l = (struct bk_token_line){.run = &rd->runs->rows[m[0].run]};
    l->status = l->run->status;
    n = keep_usable(rd, m, n);
    if (n > 0)
        l->run = &rd->runs->rows[m[0].run];
    if (n > 0)
        l->status = how_many(rd, m, n, "failed") > 0     ? BK_S("failed")
                    : how_many(rd, m, n, "degraded") > 0 ? BK_S("degraded")
                                                         : BK_S("ok");
    l->n_runs = n;
    l->n_sessions = count_sessions(m, n);
    l->ok = rate_of(rd, m, n, OK_RATE);
    count_interval(rd, m, n, &l->ok);
    if (n == 0) {
        l->input = l->output = (struct bk_token_kind){(double)NAN, NULL, no_rate};
        l->total = no_rate;
        l->cache.hit_rate = l->cache.prompt = l->cache.saved = (double)NAN;
        return;
    }
    l->input = kind_of(rd, m, n, l, true);
    l->output = kind_of(rd, m, n, l, false);
    settle_total(rd, m, n, l);
    settle_cache(rd, m, n, l);
    count_bases(rd->lines, l);
}

/* --- what a line is called --- */

static bool dim_varies(const struct bk_token_lines *lines, size_t dim)
{
    for (size_t i = 1; i < lines->n; i++) {
        if (!bk_eq(lines->items[i].run->dim[dim], lines->items[0].run->dim[dim]))
            return true;
    }
    return false;
}

static void add_word(struct bk_arena *a, struct bk_str *label, struct bk_str word)
{
    if (word.len > 0)
        *label = bk_fmt(a, "%.*s%s%.*s", BK_F(*label), label->len > 0 ? " " : "",
                        BK_F(word));
}

static const size_t named_dims[] = {BK_DIM_HARDWARE, BK_DIM_MODEL, BK_DIM_WORKLOAD,
                                    BK_DIM_ENGINE};
enum {
    N_NAMED = sizeof named_dims / sizeof *named_dims
};

struct alike { /* lines of one hardware, model, workload and engine */
    const struct bk_run_row **runs;
    size_t n;
    const struct bk_pair *shared;
    size_t n_shared;
    bool settled;
};

static struct alike **group_lines(const struct reading *rd)
{
    struct bk_arena *a = rd->arena;
    struct alike **of = bk_alloc_array(a, rd->lines->n + 1, sizeof *of);
    struct bk_map known = {NULL, 0, 0};
    for (size_t i = 0; i < rd->lines->n; i++) {
        const struct bk_run_row *run = rd->lines->items[i].run;
        struct bk_str key = {NULL, 0};
        for (size_t k = 0; k < N_NAMED; k++)
            key = bk_fmt(a, "%.*s\n%.*s", BK_F(key), BK_F(run->dim[named_dims[k]]));
        of[i] = bk_map_get(&known, key);
        if (of[i] == NULL) {
            of[i] = bk_alloc(a, sizeof **of);
            bk_map_put(a, &known, key, of[i]);
        }
        *BK_PUSH(a, of[i]->runs, of[i]->n) = run;
    }
    return of;
}

/* What tells the lines from each other: names that vary, and of those with the same names
 * what varies in their config.  Of one line, its machine or model. */
static void label_lines(const struct reading *rd)
{
    struct bk_arena *a = rd->arena;
    struct bk_token_lines *lines = rd->lines;
    struct alike **of = group_lines(rd);
    bool varies[N_NAMED];
    const struct bk_pair *own;
    size_t n_own;
    for (size_t k = 0; k < N_NAMED; k++)
        varies[k] = dim_varies(lines, named_dims[k]);
    for (size_t i = 0; i < lines->n; i++) {
        struct bk_token_line *l = &lines->items[i];
        struct alike *alike = of[i];
        for (size_t k = 0; k < N_NAMED; k++) {
            if (varies[k])
                add_word(a, &l->label, l->run->dim[named_dims[k]]);
        }
        if (!alike->settled)
            bk_config_shared(a, alike->runs, alike->n, &alike->shared,
                             &alike->n_shared);
        alike->settled = true;
        bk_config_without(a, l->run, alike->shared, alike->n_shared, &own, &n_own);
        if (alike->n > 1)
            add_word(a, &l->label, bk_config_text(a, own, n_own));
        for (size_t k = 0; k < N_NAMED && l->label.len == 0; k++)
            l->label = l->run->dim[named_dims[k]];
        if (l->label.len == 0)
            l->label = l->run->name;
    }
}

/* --- what people said --- */

/* Holds the annotations of ok throughput against the runs. */
static bool ask_people(struct bk_db *db, const struct reading *rd, bool *out,
                       struct bk_err *err)
{
    struct bk_token_lines *lines = rd->lines;
    struct bk_quantity q = {
        .metric = BK_S("ok_throughput"), .stat = BK_S("value"), .unit = BK_S("1/s")};
    bk_quantity_settle(&q, BK_S("higher"));
    if (!bk_marks_load(db, &lines->sorted, &lines->marks, err))
        return false;
    bk_marks_out(&lines->marks, &q, out);
    return true;
}

/* --- all of them --- */

bool bk_token_lines_load(struct bk_db *db, struct bk_arena *a,
                         const struct bk_run_list *runs,
                         const struct bk_tokens_assumed *assumed,
                         struct bk_token_lines *lines, struct bk_err *err)
{
    struct reading rd = {.arena = a, .runs = runs, .assumed = assumed, .lines = lines};
    *lines = (struct bk_token_lines){0};
    if (!read_numbers(db, &rd, err))
        return false;
    bk_lines_make(a, runs, &lines->sorted);
    const struct bk_lines *sorted = &lines->sorted;
    bool *out = bk_alloc_array(a, runs->n + 1, sizeof *out);
    if (!ask_people(db, &rd, out, err))
        return false;
    /* 'order' has runs by group, session and line: lines are gathered one by one */
    struct member **members = bk_alloc_array(a, sorted->n_lines + 1, sizeof *members);
    size_t *n = bk_alloc_array(a, sorted->n_lines + 1, sizeof *n);
    for (size_t i = 0; i < runs->n; i++) {
        size_t run = sorted->order[i], line = sorted->places[run].line;
        lines->n_said += out[run];
        if (!out[run])
            *BK_PUSH(a, members[line], n[line]) =
                (struct member){.run = run, .session = sorted->places[run].session};
    }
    for (size_t i = 0; i < sorted->n_lines; i++) {
        if (n[i] > 0)
            add_line(&rd, members[i], n[i]);
    }
    label_lines(&rd);
    return true;
}
