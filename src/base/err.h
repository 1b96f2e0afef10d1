/* Errors: a code that says what a caller can do about it and a message for people.
 *
 * A fallible function returns bool and takes a 'struct bk_err *err' last, never NULL.
 * The struct lives on the caller's stack; nothing is allocated.  'return bk_fail(err,
 * ...)' keeps an error path to one line; 'bk_wrap' puts context before a message on its
 * way up. */
#ifndef BK_BASE_ERR_H
#define BK_BASE_ERR_H

#include <stdbool.h>

/* What a caller can do about a failure.  'bk_exit_status' gives the command's exit
 * status. */
enum bk_code {
    BK_OK,     /* no error */
    BK_EUSAGE, /* the question was put wrongly: exit status 2 */
    BK_EINPUT, /* an input was refused: exit status 4 */
    BK_EDB,    /* the database cannot be used: exit status 5 */
    BK_ESYS,   /* the system failed (memory, disk, permission): exit status 6 */
    BK_ESKIP,  /* a sound input that holds nothing to keep (a warm-up, an accuracy log);
                  the message is the reason: the file is 'skipped', exit status 0 */
};

struct bk_err {
    enum bk_code code;
    char msg[700]; /* lower case, no full stop: "cannot open 'a.json': permission
                      denied" */
};

/* Sets err to code and the formatted message.  Always returns false. */
bool bk_fail(struct bk_err *err, enum bk_code code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Puts formatted context and ": " before the message that err already holds.  Always
 * returns false. */
bool bk_wrap(struct bk_err *err, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* As bk_fail with code BK_ESYS, with ": " and the text of errno_value behind the
 * message. */
bool bk_fail_errno(struct bk_err *err, int errno_value, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Exit status of the program for a code: 0, 2, 4, 5, 6 (0 for a skipped input). */
int bk_exit_status(enum bk_code code);

/* Asked now and then by long pieces of work.  'asked' is true, with err set, when the
 * work is to stop; NULL: it never is. */
struct bk_interrupt {
    bool (*asked)(void *self, struct bk_err *err);
    void *self;
};
bool bk_interrupted(struct bk_interrupt interrupt, struct bk_err *err);

#endif
