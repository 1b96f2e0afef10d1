/* The numbers behind 'tokens': what each line of sessions measured of requests and
 * tokens, and how sure that is. */
#ifndef BK_QUERY_TOKENS_H
#define BK_QUERY_TOKENS_H

#include "../base/num.h"
#include "annotations.h"

struct bk_tokens_assumed { /* NAN: nothing is assumed */
    double input, output;  /* tokens of a request */
    double hit_rate;       /* share of the prompt tokens */
};

struct bk_token_rate {
    double value, low, high; /* a second; NAN: not known */
    const char *interval;    /* "of 3 sessions"; NULL: none */
};

struct bk_token_kind {
    double per_request; /* NAN: not known */
    const char *basis;  /* "measured" "throughputs" "configured" "assumed"; NULL */
    struct bk_token_rate rate;
};

struct bk_token_line {
    const struct bk_run_row *run; /* its first run that counts, else its first */
    struct bk_str label;          /* what tells it from the others */
    struct bk_str status;         /* the worst of the runs that count */
    size_t n_sessions, n_runs;    /* that count */
    struct bk_token_kind input, output;
    struct bk_token_rate ok, total; /* requests; tokens of both kinds */
    const char *rate_basis;         /* "measured", "partly measured" ... */
    struct {
        double hit_rate; /* of the prompt tokens; NAN: not known */
        bool assumed;
        double prompt, saved; /* tokens, of all runs; NAN: not known */
    } cache;
};

struct bk_token_lines {
    struct bk_token_line *items; /* in the order of hardware, model, workload, config */
    size_t n;
    size_t n_assumed_input, n_assumed_output; /* rows that take what was assumed */
    size_t n_configured, n_untold;
    size_t n_not_applied; /* the hit rate, since the cache was on */
    size_t n_invalid;     /* runs that are left out */
    size_t n_said;        /* runs that people left out: outliers, levels of the past */
    struct bk_marks marks;
    struct bk_lines sorted; /* that the marks are held against */
    size_t n_within;        /* intervals of one session */
};

/* Lines of the runs; the list must outlive them. */
bool bk_token_lines_load(struct bk_db *db, struct bk_arena *a,
                         const struct bk_run_list *runs,
                         const struct bk_tokens_assumed *assumed,
                         struct bk_token_lines *lines, struct bk_err *err);

struct bk_tokens_args { /* as typed; NULL: not given */
    const char *input, *output, *hit_rate, *requests;
};
/* Adds what 'tokens' says of runs to a report: 'tokens' and 'processing' always, 'cost'
 * and 'prefix_cache' where there is something to tell.  BK_EUSAGE when an argument cannot
 * be read. */
bool bk_tokens(struct bk_db *db, const struct bk_tokens_args *args,
               const struct bk_run_list *runs, struct bk_report *r, struct bk_err *err);

#endif
