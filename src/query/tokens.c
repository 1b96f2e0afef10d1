/* tokens: tokens per second, request and day, what a prefix cache saves, how long so many
 * requests take, and what they cost.
 *
 * A row is a line of sessions (series.h): runs of one hardware, model, workload, engine
 * and config.  Everything is computed from what was measured, ok requests only; what a run
 * does not tell may be assumed, and the row says so.  Means of runs are merged with their
 * counts, throughputs are the median within a session and the geometric mean over
 * sessions.  Their interval is Student's over sessions, or with one session the one that
 * the number of ok requests allows (Garwood), which knows nothing of how sessions
 * differ. */
#include "tokens.h"
#include "prices.h"
#include "question.h"

#include <math.h>
#include <stdlib.h>

#define A_MILLION 1e6
#define DAY       86400.0
#define HOUR      3600.0

struct asked {
    struct bk_tokens_assumed assumed;
    double requests;
};

/* --- options --- */

/* NAN when it was not given. */
static bool read_number(const char *text, const char *option, double least,
                        double *value, struct bk_err *err)
{
    *value = (double)NAN;
    if (text == NULL)
        return true;
    if (bk_parse_double(bk_str(text), value) && *value >= least && *value <= 1e15)
        return true;
    return bk_fail(err, BK_EUSAGE, "--%s: '%s' is no number from %g on", option, text,
                   least);
}

/* "32.5%" or 0.325; NAN when it was not given. */
static bool read_share(const char *text, double *share, struct bk_err *err)
{
    *share = (double)NAN;
    if (text == NULL)
        return true;
    if (bk_parse_share(bk_str(text), share) && *share > 0 && *share <= 1)
        return true;
    return bk_fail(
        err, BK_EUSAGE,
        "--hit-rate: '%s' is no share of the prompt tokens above 0 and up to "
        "1 (or 100%%)",
        text);
}

static bool read_args(const struct bk_tokens_args *o, struct asked *q,
                      struct bk_err *err)
{
    if (!read_number(o->input, "input-tokens", 0, &q->assumed.input, err) ||
        !read_number(o->output, "output-tokens", 0, &q->assumed.output, err) ||
        !read_number(o->requests, "requests", 1, &q->requests, err) ||
        !read_share(o->hit_rate, &q->assumed.hit_rate, err))
        return false;
    if (isnan(q->requests))
        q->requests = A_MILLION;
    return true;
}

/* --- cells --- */

static struct bk_value count(double x)
{
    return isfinite(x) && x == floor(x) && fabs(x) < 9e15 ? bk_v_int((int64_t)x)
                                                          : bk_v_known(x);
}

/* What a row is about: the same columns in every section. */
enum {
    OF,
    HARDWARE,
    MODEL,
    WORKLOAD,
    ENGINE,
    CONFIG,
    N_ABOUT
};
#define ABOUT                                                                          \
    [OF] = {"of", "", 0}, [HARDWARE] = {"hardware", "", BK_COL_MACHINE},               \
    [MODEL] = {"model", "", BK_COL_MACHINE},                                           \
    [WORKLOAD] = {"workload", "", BK_COL_MACHINE},                                     \
    [ENGINE] = {"engine", "", BK_COL_MACHINE},                                         \
    [CONFIG] = {"config", "", BK_COL_MACHINE}

static void about(struct bk_value *c, const struct bk_token_line *l)
{
    c[OF] = bk_v_str(l->label);
    c[HARDWARE] = bk_v_str(l->run->dim[BK_DIM_HARDWARE]);
    c[MODEL] = bk_v_str(l->run->dim[BK_DIM_MODEL]);
    c[WORKLOAD] = bk_v_str(l->run->dim[BK_DIM_WORKLOAD]);
    c[ENGINE] = bk_v_str(l->run->dim[BK_DIM_ENGINE]);
    c[CONFIG] = bk_v_pairs(l->run->config, l->run->n_config);
}

/* --- tokens --- */

enum token_column {
    STATUS = N_ABOUT,
    SESSIONS,
    RUNS,
    INPUT,
    INPUT_BASIS,
    OUTPUT,
    OUTPUT_BASIS,
    OK_THROUGHPUT,
    INPUT_RATE,
    OUTPUT_RATE,
    TOTAL_RATE,
    RATE_BASIS,
    PER_DAY,
    N_TOKEN
};
static const struct bk_column token_columns[N_TOKEN] = {
    ABOUT,
    [STATUS] = {"status", "", 0},
    [SESSIONS] = {"sessions", "", 0},
    [RUNS] = {"runs", "", BK_COL_MACHINE},
    [INPUT] = {"input_per_request", "1", 0},
    [INPUT_BASIS] = {"input_basis", "", 0},
    [OUTPUT] = {"output_per_request", "1", 0},
    [OUTPUT_BASIS] = {"output_basis", "", 0},
    [OK_THROUGHPUT] = {"ok_throughput", "1/s", 0},
    [INPUT_RATE] = {"input_token_throughput", "tok/s", BK_COL_MACHINE},
    [OUTPUT_RATE] = {"output_token_throughput", "tok/s", 0},
    [TOTAL_RATE] = {"total_token_throughput", "tok/s", 0},
    [RATE_BASIS] = {"throughput_basis", "", BK_COL_MACHINE},
    [PER_DAY] = {"tokens_per_day", "1", 0},
};

static void add_tokens(struct bk_report *r, const struct bk_token_lines *lines)
{
    struct bk_section *s = bk_report_section(r, "tokens", token_columns, N_TOKEN);
    for (size_t i = 0; i < lines->n; i++) {
        const struct bk_token_line *l = &lines->items[i];
        struct bk_value *c = bk_section_row(r, s);
        about(c, l);
        c[STATUS] = bk_v_str(l->status);
        c[SESSIONS] = bk_v_int((int64_t)l->n_sessions);
        c[RUNS] = bk_v_int((int64_t)l->n_runs);
        c[INPUT] = bk_v_known(l->input.per_request);
        c[INPUT_BASIS] = bk_v_text(l->input.basis);
        c[OUTPUT] = bk_v_known(l->output.per_request);
        c[OUTPUT_BASIS] = bk_v_text(l->output.basis);
        c[OK_THROUGHPUT] = bk_v_known(l->ok.value);
        c[INPUT_RATE] = bk_v_known(l->input.rate.value);
        c[OUTPUT_RATE] = bk_v_known(l->output.rate.value);
        c[TOTAL_RATE] = bk_v_known(l->total.value);
        c[RATE_BASIS] = bk_v_text(l->rate_basis);
        c[PER_DAY] = bk_v_known(round(l->total.value * DAY));
    }
}

/* --- how long, and what it costs --- */

enum time_column {
    REQUESTS = N_ABOUT,
    RATE,
    RATE_LOW,
    RATE_HIGH,
    TIME,
    TIME_LOW,
    TIME_HIGH,
    INTERVAL,
    N_TIME
};
static const struct bk_column time_columns[N_TIME] = {
    ABOUT,
    [REQUESTS] = {"requests", "1", 0},
    [RATE] = {"ok_throughput", "1/s", 0},
    [RATE_LOW] = {"ci_low", "1/s", 0},
    [RATE_HIGH] = {"ci_high", "1/s", 0},
    [TIME] = {"takes", "s", 0},
    [TIME_LOW] = {"takes_low", "s", 0},
    [TIME_HIGH] = {"takes_high", "s", 0},
    [INTERVAL] = {"interval", "", 0},
};

static void add_times(struct bk_report *r, const struct asked *q,
                      const struct bk_token_lines *lines)
{
    struct bk_section *s = bk_report_section(r, "processing", time_columns, N_TIME);
    for (size_t i = 0; i < lines->n; i++) {
        const struct bk_token_line *l = &lines->items[i];
        if (!(l->ok.value > 0))
            continue;
        struct bk_value *c = bk_section_row(r, s);
        about(c, l);
        c[REQUESTS] = count(q->requests);
        c[RATE] = bk_v_known(l->ok.value);
        c[RATE_LOW] = bk_v_known(l->ok.low);
        c[RATE_HIGH] = bk_v_known(l->ok.high);
        c[TIME] = bk_v_known(q->requests / l->ok.value);
        c[TIME_LOW] = bk_v_known(q->requests / l->ok.high);
        c[TIME_HIGH] = bk_v_known(q->requests / l->ok.low);
        c[INTERVAL] = bk_v_text(l->ok.interval);
    }
}

enum cost_column {
    PRICE = N_ABOUT,
    CURRENCY,
    A_THOUSAND,
    A_THOUSAND_LOW,
    A_THOUSAND_HIGH,
    TOKENS,
    TOKENS_LOW,
    TOKENS_HIGH,
    OUTPUT_TOKENS,
    OUTPUT_LOW,
    OUTPUT_HIGH,
    N_COST
};
static const struct bk_column cost_columns[N_COST] = {
    ABOUT,
    [PRICE] = {"price_per_hour", "*", 0},
    [CURRENCY] = {"currency", "", BK_COL_MACHINE},
    [A_THOUSAND] = {"per_thousand_requests", "*", 0},
    [A_THOUSAND_LOW] = {"per_thousand_requests_low", "*", 0},
    [A_THOUSAND_HIGH] = {"per_thousand_requests_high", "*", 0},
    [TOKENS] = {"per_million_tokens", "*", 0},
    [TOKENS_LOW] = {"per_million_tokens_low", "*", BK_COL_MACHINE},
    [TOKENS_HIGH] = {"per_million_tokens_high", "*", BK_COL_MACHINE},
    [OUTPUT_TOKENS] = {"per_million_output_tokens", "*", 0},
    [OUTPUT_LOW] = {"per_million_output_tokens_low", "*", BK_COL_MACHINE},
    [OUTPUT_HIGH] = {"per_million_output_tokens_high", "*", BK_COL_MACHINE},
};

/* Three cells: so many at a rate, with the bounds of the rate. */
static void costs(struct bk_value *c, const struct bk_price *p, double many,
                  const struct bk_token_rate *rate)
{
    double an_hour = p->an_hour * many / HOUR;
    if (!(rate->value > 0))
        return;
    c[0] = bk_v_known_unit(an_hour / rate->value, p->currency);
    c[1] = bk_v_known_unit(an_hour / rate->high, p->currency);
    c[2] = bk_v_known_unit(an_hour / rate->low, p->currency);
}

static bool add_costs(struct bk_db *db, struct bk_report *r,
                      const struct bk_token_lines *lines, size_t *priced,
                      struct bk_err *err)
{
    struct bk_section *s = NULL;
    for (size_t i = 0; i < lines->n; i++) {
        const struct bk_token_line *l = &lines->items[i];
        struct bk_price p;
        if (!bk_price_of(db, r->arena, l->run->dim[BK_DIM_HARDWARE], &p, err))
            return false;
        if (!(p.an_hour > 0) ||
            !(l->ok.value > 0 || l->total.value > 0 || l->output.rate.value > 0))
            continue;
        if (s == NULL)
            s = bk_report_section(r, "cost", cost_columns, N_COST);
        struct bk_value *c = bk_section_row(r, s);
        about(c, l);
        c[PRICE] = bk_v_known_unit(p.an_hour, p.currency);
        c[CURRENCY] = bk_v_str(p.currency);
        costs(c + A_THOUSAND, &p, 1000, &l->ok);
        costs(c + TOKENS, &p, A_MILLION, &l->total);
        costs(c + OUTPUT_TOKENS, &p, A_MILLION, &l->output.rate);
        ++*priced;
    }
    return true;
}

/* --- the prefix cache --- */

enum cache_column {
    HIT_RATE = N_ABOUT,
    HIT_BASIS,
    PROMPT,
    SAVED,
    OF_ALL,
    PER_REQUEST,
    SAVED_A_DAY,
    MEANING,
    N_CACHE
};
static const struct bk_column cache_columns[N_CACHE] = {
    ABOUT,
    [HIT_RATE] = {"hit_rate", "ratio", BK_COL_PERCENT},
    [HIT_BASIS] = {"basis", "", 0},
    [PROMPT] = {"prompt_tokens", "1", 0},
    [SAVED] = {"saved_tokens", "1", 0},
    [OF_ALL] = {"share_of_all", "ratio", BK_COL_PERCENT},
    [PER_REQUEST] = {"saved_per_request", "1", 0},
    [SAVED_A_DAY] = {"saved_per_day", "1", 0},
    [MEANING] = {"meaning", "", 0},
};

static void add_cache(struct bk_report *r, const struct bk_token_lines *lines)
{
    struct bk_section *s = NULL;
    for (size_t i = 0; i < lines->n; i++) {
        const struct bk_token_line *l = &lines->items[i];
        if (isnan(l->cache.hit_rate))
            continue;
        if (s == NULL)
            s = bk_report_section(r, "prefix_cache", cache_columns, N_CACHE);
        struct bk_value *c = bk_section_row(r, s);
        double per_request = l->cache.hit_rate * l->input.per_request;
        about(c, l);
        c[HIT_RATE] = bk_v_known(l->cache.hit_rate);
        c[HIT_BASIS] = bk_v_text(l->cache.assumed ? "assumed" : "measured");
        c[PROMPT] = count(l->cache.prompt);
        c[SAVED] = count(l->cache.saved);
        c[OF_ALL] =
            bk_v_known(per_request / (l->input.per_request + l->output.per_request));
        c[PER_REQUEST] = bk_v_known(per_request);
        c[SAVED_A_DAY] =
            bk_v_known(round(l->cache.hit_rate * l->input.rate.value * DAY));
        c[MEANING] = bk_v_text(
            l->cache.assumed
                ? "prompt tokens that need no prefill; no rate or time above counts on it"
                : "prompt tokens that needed no prefill: measured with the cache on, so "
                  "rates and times hold it already");
    }
}

/* --- notes --- */

static void note_assumptions(struct bk_report *r, const struct asked *q,
                             const struct bk_token_lines *lines)
{
    if (lines->n_assumed_input > 0)
        bk_report_note(r, "assumed", BK_WARNING,
                       "%g input tokens a request are assumed (--input-tokens) where "
                       "nothing was measured: %zu row%s",
                       q->assumed.input, lines->n_assumed_input,
                       lines->n_assumed_input == 1 ? "" : "s");
    if (lines->n_assumed_output > 0)
        bk_report_note(r, "assumed", BK_WARNING,
                       "%g output tokens a request are assumed (--output-tokens) where "
                       "nothing was measured: %zu row%s",
                       q->assumed.output, lines->n_assumed_output,
                       lines->n_assumed_output == 1 ? "" : "s");
    if (lines->n_configured > 0)
        bk_report_note(r, "configured", BK_INFO,
                       "where nothing was measured input_len and output_len of the "
                       "config are taken for the tokens of a request: %zu row%s",
                       lines->n_configured, lines->n_configured == 1 ? "" : "s");
    if (lines->n_untold > 0)
        bk_report_note(r, "untold", BK_INFO,
                       "%zu row%s no tokens: --input-tokens and --output-tokens say "
                       "what to assume",
                       lines->n_untold, lines->n_untold == 1 ? " has" : "s have");
    if (lines->n_not_applied > 0)
        bk_report_note(r, "counted-once", BK_WARNING,
                       "--hit-rate is not applied to %zu row%s that %s measured with "
                       "the prefix cache on: the saving is in the numbers already",
                       lines->n_not_applied, lines->n_not_applied == 1 ? "" : "s",
                       lines->n_not_applied == 1 ? "was" : "were");
}

static void note_the_rest(struct bk_report *r, const struct bk_token_lines *lines,
                          size_t priced)
{
    size_t without_rate = 0;
    for (size_t i = 0; i < lines->n; i++)
        without_rate += !(lines->items[i].ok.value > 0);
    if (lines->n_invalid > 0)
        bk_report_note(r, "left-out", BK_INFO,
                       "%zu run%s left out: invalid, or failed where other sessions "
                       "of the config did not",
                       lines->n_invalid, lines->n_invalid == 1 ? " is" : "s are");
    if (lines->n_said > 0)
        bk_report_note(r, "annotated", BK_INFO,
                       "%zu run%s left out by annotations: outliers, and sessions "
                       "before a level shift",
                       lines->n_said, lines->n_said == 1 ? " is" : "s are");
    bk_marks_report(&lines->marks, r);
    for (size_t i = 0; i < lines->n; i++) {
        const struct bk_token_line *l = &lines->items[i];
        if (bk_is(l->status, "failed"))
            bk_report_note(r, "failures", BK_WARNING,
                           "%.*s failed: %.*s; what few requests succeeded is no rate "
                           "to plan with",
                           BK_F(l->label), BK_F(l->run->status_why));
    }
    if (lines->n_within > 0)
        bk_report_note(r, "within-run", BK_INFO,
                       "an interval 'of one session' is what its number of ok requests "
                       "allows; sessions commonly differ by more");
    if (without_rate > 0)
        bk_report_note(r, "no-throughput", BK_INFO,
                       "%zu row%s no ok_throughput: no time and no cost follow",
                       without_rate, without_rate == 1 ? " has" : "s have");
    if (priced > 0)
        bk_report_note(r, "price", BK_INFO,
                       "a price is of one machine for an hour, busy all the time at "
                       "the measured rate");
    else if (without_rate < lines->n)
        bk_report_note(r, "no-price", BK_INFO,
                       "no price is on record for these machines: 'benchkeep hardware "
                       "price NAME 12.5 USD' gives costs too");
}

/* --- the question --- */

static bool load(struct bk_db *db, const struct bk_strings *positional,
                 const struct bk_strings *where, struct bk_report *r,
                 struct bk_run_list *runs, struct bk_err *err)
{
    struct bk_filter f;
    struct bk_run_row one;
    bool found = false;
    if (!bk_filter_parse(r->arena, db, where, &f, err))
        return false;
    if (positional->n > 0 &&
        !bk_run_by_ref(db, r->arena, bk_str(positional->items[0]), &one, &found, err))
        return false;
    if (found &&
        !bk_filter_add(r->arena, db, &f, "run", bk_cstr(r->arena, one.name), err))
        return false;
    if (positional->n > 0 && !found &&
        (!bk_session_must_exist(db, r->arena, positional->items[0], err) ||
         !bk_filter_add(r->arena, db, &f, "session", positional->items[0], err)))
        return false;
    return bk_runs_load_told_once(db, r->arena, &f, runs, NULL, err) &&
           (runs->n > 0 || bk_fail(err, BK_EUSAGE, "no run matches"));
}

bool bk_tokens(struct bk_db *db, const struct bk_tokens_args *args,
               const struct bk_run_list *runs, struct bk_report *r, struct bk_err *err)
{
    struct asked q;
    struct bk_token_lines lines;
    size_t priced = 0;
    if (!read_args(args, &q, err) ||
        !bk_token_lines_load(db, r->arena, runs, &q.assumed, &lines, err))
        return false;
    add_tokens(r, &lines);
    add_times(r, &q, &lines);
    if (!add_costs(db, r, &lines, &priced, err))
        return false;
    add_cache(r, &lines);
    note_assumptions(r, &q, &lines);
    note_the_rest(r, &lines, priced);
    return true;
}

static bool ask(struct bk_db *db, const void *args, const struct bk_strings *positional,
                const struct bk_strings *where, struct bk_report *r, struct bk_err *err)
{
    struct bk_run_list runs;
    return load(db, positional, where, r, &runs, err) &&
           bk_tokens(db, args, &runs, r, err);
}

static const struct bk_opt options[] = {
    {0, "input-tokens", BK_OPT_TEXT, offsetof(struct bk_tokens_args, input), "N",
     "of a request, where nothing was measured", NULL},
    {0, "output-tokens", BK_OPT_TEXT, offsetof(struct bk_tokens_args, output), "N",
     "of a request, where nothing was measured", NULL},
    {0, "requests", BK_OPT_TEXT, offsetof(struct bk_tokens_args, requests), "N",
     "how long so many take (default: 1000000)", NULL},
    {0, "hit-rate", BK_OPT_TEXT, offsetof(struct bk_tokens_args, hit_rate), "SHARE",
     "prompt tokens out of the prefix cache, for runs without it: 30%", NULL},
    {.type = BK_OPT_END},
};

const struct bk_question bk_question_tokens = {
    .name = "tokens",
    .args = "[SESSION|RUN]",
    .summary = "tokens per second, request and day; time and cost of so many requests",
    .help =
        "From what was measured, ok requests only: tokens of a request, tokens per second "
        "and\nday, how long N requests take with its interval, what a prefix cache saves, "
        "and costs\nwhere a price is on record ('hardware price').  What a run does not "
        "tell may be assumed;\nthe answer says where.\n\n"
        "Examples:\n"
        "  benchkeep tokens 062\n"
        "  benchkeep tokens --where hardware=h100 --requests 50000\n"
        "  benchkeep tokens 062 --input-tokens 15 --output-tokens 200\n"
        "  benchkeep tokens 062 --hit-rate 30% --format csv\n",
    .options = options,
    .args_size = sizeof(struct bk_tokens_args),
    .max_positional = 1,
    .ask = ask,
};
