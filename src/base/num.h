/* Numbers to and from text, the same in every locale.
 *
 * Whatever a host program sets with setlocale, a decimal point is a point here. */
#ifndef BK_BASE_NUM_H
#define BK_BASE_NUM_H

#include "str.h"

/* A decimal number that fills s wholly: [+-]digits[.digits][e[+-]digits].  No white
 * space, no hexadecimal. 'inf', 'nan' are refused.  Correctly rounded; a value beyond
 * the range of double is refused (false). */
bool bk_parse_double(struct bk_str s, double *value);

/* A share: "0.325", or "32.5%" (blanks around the number are fine before a sign). */
bool bk_parse_share(struct bk_str s, double *share);

/* As bk_parse_double, and NaN, nan, Inf, inf, Infinity with a sign are taken too. */
bool bk_parse_double_special(struct bk_str s, double *value);

/* A decimal integer that fills s wholly; false when it does not fit. */
bool bk_parse_int64(struct bk_str s, int64_t *value);

/* Half a unit in the last printed place of a plain decimal text: "14.86" -> 0.005,
 * "1.2e3" -> 50, "190" -> 0.5. 0 when s is no number.  What a printed number stands for
 * is value -/+ this. */
double bk_half_digit(struct bk_str s);

/* The shortest decimal text that reads back as value ("0.1", "1e+300", "42"); "NaN",
 * "+Inf", "-Inf". Never in exponent form between 1e-6 and 1e16.  Writes at most 32
 * bytes with the NUL; returns the length. */
size_t bk_format_double(double value, char out[32]);

/* A decimal integer; at most 21 bytes with the NUL. */
size_t bk_format_int(int64_t value, char out[21]);

/* Text with a fixed number of decimals (0..15) and a point. */
size_t bk_format_fixed(double value, int decimals, char out[352]);

/* Text with so many significant digits, never in exponent form between 1e-6 and 1e16,
 * no trailing zeros. */
size_t bk_format_digits(double value, int significant, char out[352]);

/* "1.5GB", "500 MB", "10MiB", "4096": a size in bytes (kB MB GB 10^3.., KiB MiB GiB
 * 2^10..). */
bool bk_parse_size(struct bk_str s, int64_t *bytes);

#endif
