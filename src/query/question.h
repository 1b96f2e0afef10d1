/* A question: its options as data and a function that reads the store, calls the
 * statistics and fills a report.
 *
 * Adding one: a file src/query/NAME.c with 'const struct bk_question bk_question_NAME',
 * a line in src/query/list.h, its SQL in schema/queries/NAME_*.sql, a page in docs/ and
 * a transcript in tests/cli/.  The command line, the help and the public API take it
 * from the list. */
#ifndef BK_QUERY_QUESTION_H
#define BK_QUERY_QUESTION_H

#include "../base/opt.h"
#include "../report/report.h"
#include "../store/db.h"

struct bk_question {
    const char *name;    /* "compare" */
    const char *args;    /* "A B..." */
    const char *summary; /* one line for 'benchkeep help' */
    const char *help;    /* paragraphs and examples */
    const struct bk_opt *options;
    size_t args_size; /* of the struct that the options fill; zeroed before */
    size_t min_positional, max_positional; /* BK_NONE: any number */
    /* NULL: only reads.  Else whether this call writes ('hardware alias add ...'). */
    bool (*writes)(const struct bk_strings *positional);
    /* 'where' is the common filter (--where), parsed. report is empty but for its name.
     */
    bool (*ask)(struct bk_db *db, const void *args, const struct bk_strings *positional,
                const struct bk_strings *where, struct bk_report *report,
                struct bk_err *err);
};

extern const struct bk_question *const bk_questions[];
extern const size_t bk_n_questions;
const struct bk_question *bk_question_named(const char *name); /* NULL: unknown */

#endif
