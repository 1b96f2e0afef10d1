/* Fuzz target of base/num: what is printed reads back. */
#include "../../src/base/num.h"

#include "fuzz.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void round_trip(double value)
{
    char text[32];
    double back;
    size_t n = bk_format_double(value, text);
    if (n != strlen(text) || n >= sizeof text)
        abort();
    if (!bk_parse_double_special((struct bk_str){text, n}, &back))
        abort();
    if (back != value && !(isnan(back) && isnan(value)))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct bk_str s = {(const char *)bytes, n};
    double value;
    int64_t integer;
    if (bk_parse_double(s, &value)) {
        if (!isfinite(value) || !(bk_half_digit(s) >= 0))
            abort();
        round_trip(value);
    }
    bk_parse_double_special(s, &value);
    bk_parse_int64(s, &integer);
    bk_parse_size(s, &integer);
    for (; n >= sizeof value; bytes += sizeof value, n -= sizeof value) {
        memcpy(&value, bytes, sizeof value);
        round_trip(value);
    }
    return 0;
}
