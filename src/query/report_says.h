/* The sentences of 'report': what the numbers show, each with its evidence. */
#ifndef BK_QUERY_REPORT_SAYS_H
#define BK_QUERY_REPORT_SAYS_H

#include "select.h"

struct bk_sentence {
    struct bk_str about, text, evidence;
};

struct bk_says {
    struct bk_db *db;
    struct bk_report *r;
    struct bk_sentence *items; /* in the report's arena */
    size_t n;
};

/* How a run ended: failed requests, with Wilson's interval where counts are known. */
bool bk_say_status(struct bk_says *s, struct bk_str label, const struct bk_run_row *run,
                   struct bk_err *err);
/* The ratio of ok requests a second beside that of all, out of the section 'metrics' of
 * a comparison with so many sides. */
void bk_say_throughput(struct bk_says *s, const struct bk_section *metrics,
                       size_t n_sides);
/* Where errors begin and what a check found, out of a run's 'capacity'; each section may
 * be NULL. */
void bk_say_checks(struct bk_says *s, struct bk_str label,
                   const struct bk_section *landmarks, const struct bk_section *checks);
/* How many configurations were measured, and so may be told apart. */
void bk_say_settings(struct bk_says *s, const struct bk_run_row *const *runs, size_t n);
/* Adds the section 'conclusions'. */
void bk_says_add(struct bk_says *s);

#endif
