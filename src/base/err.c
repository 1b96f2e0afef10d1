/* Errors: formatting of the message that travels up the call chain (see err.h). */
#include "err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool bk_fail(struct bk_err *err, enum bk_code code, const char *fmt, ...)
{
    va_list ap;
    err->code = code;
    va_start(ap, fmt);
    vsnprintf(err->msg, sizeof err->msg, fmt, ap);
    va_end(ap);
    return false;
}

bool bk_wrap(struct bk_err *err, const char *fmt, ...)
{
    char old[sizeof err->msg];
    memcpy(old, err->msg, sizeof old);
    old[sizeof old - 1] = 0;

    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(err->msg, sizeof err->msg, fmt, ap);
    va_end(ap);
    size_t used = n < 0 ? 0 : (size_t)n;
    if (used >= sizeof err->msg - 1)
        return false;
    snprintf(err->msg + used, sizeof err->msg - used, ": %s", old);
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
    int n = vsnprintf(err->msg, sizeof err->msg, fmt, ap);
    va_end(ap);
    size_t used = n < 0 ? 0 : (size_t)n;
    if (used >= sizeof err->msg - 1)
        return false;
    char why[128];
    if (strerror_r(errno_value, why, sizeof why) != 0)
        snprintf(why, sizeof why, "error %d", errno_value);
    lower_first(why);
    snprintf(err->msg + used, sizeof err->msg - used, ": %s", why);
    return false;
}

int bk_exit_status(enum bk_code code)
{
    switch (code) {
    case BK_OK:
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
