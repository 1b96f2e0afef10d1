/* The parts of the k6-text importer: what one run's output said (k6_text.c reads it
 * line by line), and how that becomes records (k6_text_run.c). */
#ifndef BK_IMPORTERS_K6_TEXT_H
#define BK_IMPORTERS_K6_TEXT_H

#include "importer.h"
#include "shared/emit.h"
#include "shared/k6.h"

struct k6_line { /* a metric line that was kept */
    struct bk_k6_line parsed;
    struct bk_str name, scope;
    size_t line;
};

struct k6_check {
    struct bk_str name;
    struct bk_str group;  /* "{group:::name}" or empty */
    bool passed;          /* the mark before it */
    double passes, fails; /* NAN: not printed (a check that always passed) */
    struct bk_str passes_text, fails_text;
    size_t line;
    size_t n;     /* of a sum: how many checks are in it */
    bool emitted; /* of a sum */
};

struct k6_run {
    struct bk_run *run;    /* params, stages, ticks and thresholds so far */
    struct bk_str heading; /* Markdown heading above it */
    size_t line;           /* where it began */
    bool banner;           /* its banner was seen */
    bool started_before;   /* its start is the last time before its banner */
    size_t n_scenarios;
    bool loops_closed; /* no scenario so far has an arrival rate */
    double planned_s;  /* of the banner's scenarios; 0: not said */
    size_t tick_line;  /* of the last progress line */
    size_t failures;   /* requests that the log said had failed, so far */

    bool in_block;     /* metric lines go to the block that began last */
    bool sections;     /* the block has the layout of v1 */
    bool fenced;       /* the block stands in a code fence */
    size_t blocks;     /* how many were seen; the last one counts */
    size_t block_line; /* where the last one began */
    struct k6_line **lines;
    size_t n_lines;
    struct bk_map index;     /* name and scope -> struct k6_line */
    struct bk_str last_name; /* that a line with a bare selector belongs to */
    struct k6_check *checks;
    size_t n_checks;
};

/* --- lines (k6_text_line.c) --- */

/* Without escape sequences; in 'plain' when there were any. */
struct bk_str k6_without_colours(struct bk_str s, struct bk_buf *plain);
/* Without what log collectors put before a line: a time stamp, "name  | ". */
struct bk_str k6_without_prefix(struct bk_str s);
/* "running (1m33.0s), 092/100 VUs, 5911 complete and 64 interrupted iterations". */
bool k6_progress(struct bk_str s, struct bk_tick *tick);
/* A line of the banner: script, execution, scenarios. */
void k6_banner_line(struct bk_arena *a, struct k6_run *k, struct bk_str s, size_t line);

/* --- records (k6_text_run.c) --- */

/* Copies a metric line whose texts point into a line buffer. */
void k6_keep_line(struct bk_arena *a, struct k6_line *l, const struct bk_k6_line *m,
                  struct bk_str name, struct bk_str scope, size_t line);
/* "'p(95)<500' p(95)=812.44ms", the mark being taken off. */
void k6_add_threshold(struct bk_arena *a, struct bk_run *run, struct bk_str metric,
                      struct bk_str text, bool passed, size_t line);
/* Hands the runs to the sink. */
bool k6_emit_runs(const struct bk_importing *im, struct k6_run **runs, size_t n,
                  size_t *emitted, struct bk_err *err);

#endif
