/* Errors: formatting of the message that travels up the call chain (see err.h). */
#include "err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Puts text at msg + used, cut where the room ends, but never inside of a UTF-8
 * sequence. */
static void put(struct bk_err *err, size_t used, const char *text)
{
    size_t room = sizeof err->msg - 1 - used;
    size_t len = strlen(text);
    if (len > room) {
        len = room;
        while (len > 0 && ((unsigned char)text[len] & 0xC0) == 0x80)
            len--;
    }
    memcpy(err->msg + used, text, len);
    err->msg[used + len] = 0;
}

__attribute__((format(printf, 2, 0))) static size_t begin(struct bk_err *err,
                                                          const char *fmt, va_list ap)
{
    char text[sizeof err->msg + 1];
    int n = vsnprintf(text, sizeof text, fmt, ap);
    put(err, 0, n < 0 ? "" : text);
    return strlen(err->msg);
}

bool bk_fail(struct bk_err *err, enum bk_code code, const char *fmt, ...)
{
    va_list ap;
    err->code = code;
    va_start(ap, fmt);
    begin(err, fmt, ap);
    va_end(ap);
    return false;
}

bool bk_wrap(struct bk_err *err, const char *fmt, ...)
{
    char old[sizeof err->msg + 2] = ": ";
    memcpy(old + 2, err->msg, sizeof err->msg);
    old[sizeof old - 1] = 0;

    va_list ap;
    va_start(ap, fmt);
    size_t used = begin(err, fmt, ap);
    va_end(ap);
    put(err, used, old);
    return false;
}

/* The system writes "Permission denied"; our messages are in lower case throughout, but
 * a text that begins with an abbreviation stays as it is. */
static void lower_first(char *s)
{
    if (s[0] >= 'A' && s[0] <= 'Z' && !(s[1] >= 'A' && s[1] <= 'Z') && s[1] != '/')
        s[0] = (char)(s[0] - 'A' + 'a');
}

bool bk_fail_errno(struct bk_err *err, int errno_value, const char *fmt, ...)
{
    va_list ap;
    err->code = BK_ESYS;
    va_start(ap, fmt);
    size_t used = begin(err, fmt, ap);
    va_end(ap);
    char why[128];
    if (strerror_r(errno_value, why, sizeof why) != 0)
        snprintf(why, sizeof why, "error %d", errno_value);
    lower_first(why);
    put(err, used, ": ");
    put(err, strlen(err->msg), why);
    return false;
}

int bk_exit_status(enum bk_code code)
{
    switch (code) {
    case BK_OK:
    case BK_ESKIP:
        return 0;
    case BK_EUSAGE:
        return 2;
    case BK_EINPUT:
        return 4;
    case BK_EDB:
        return 5;
    case BK_ESYS:
        return 6;
    }
    return 6;
}

bool bk_interrupted(struct bk_interrupt interrupt, struct bk_err *err)
{
    return interrupt.asked != NULL && interrupt.asked(interrupt.self, err);
}
