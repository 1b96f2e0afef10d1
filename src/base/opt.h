/* Options as data: one table gives parsing, help, the manual, completions and "did you
 * mean".
 *
 * A command's options are a 'static const' array that ends with an entry of type
 * BK_OPT_END; each names the field of the command's argument struct that it fills
 * (offsetof). */
#ifndef BK_BASE_OPT_H
#define BK_BASE_OPT_H

#include "arena.h"
#include "err.h"
#include "str.h"

enum bk_opt_type {
    BK_OPT_END,
    BK_OPT_FLAG,   /* bool */
    BK_OPT_TEXT,   /* const char *; the last one given wins */
    BK_OPT_INT,    /* int64_t */
    BK_OPT_REAL,   /* double */
    BK_OPT_LIST,   /* struct bk_strings: may be given several times */
    BK_OPT_CHOICE, /* const char *: one of 'choices' */
};

struct bk_strings { /* what a list option collected, in order */
    const char **items;
    size_t n;
};

struct bk_opt {
    char letter; /* short name or 0 */
    const char *name;
    enum bk_opt_type type;
    size_t offset;              /* of the field in the argument struct */
    const char *arg;            /* what the help calls the value: "PATH" */
    const char *help;           /* one line, lower case, no full stop */
    const char *const *choices; /* NULL-terminated; for BK_OPT_CHOICE */
};

/* Parses argv (without the program's and the command's name) by up to two tables: the
 * command's and the common ones (either may be NULL).  Fields are filled in args and
 * common_args; positional arguments are collected in order.
 * "--" ends the options; "-" is positional; --name=value, --name value, -xVALUE and -x
 * VALUE are taken, and a letter that is a flag may be followed by others.  An unknown
 * option is BK_EUSAGE and names the nearest. */
bool bk_opt_parse(struct bk_arena *a, const struct bk_opt *options, void *args,
                  const struct bk_opt *common, void *common_args, int argc,
                  const char *const *argv, struct bk_strings *positional,
                  struct bk_err *err);

/* Appends the aligned option list of a help page. */
void bk_opt_help(const struct bk_opt *options, struct bk_buf *out);

/* The nearest of n names (edit distance with transpositions, at most a third of the
 * length), or NULL. */
const char *bk_nearest(const char *word, const char *const *names, size_t n);

#endif
