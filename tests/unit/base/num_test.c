/* Numbers: reading against strtod, writing against reading back. */
#include "../../../src/base/num.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t next_random(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

static void reads_like_strtod(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "0",
        "-0",
        "+1",
        "14.86",
        "0.014860000000000001",
        "9007199254740993",
        "9007199254740992.5",
        "1e22",
        "1e23",
        "123456789012345678",
        "18446744073709551615",
        "18446744073709551616",
        "1.7976931348623157e308",
        "4.9e-324",
        "2.4703282292062327e-324",
        "1e-400",
        "2.2250738585072011e-308",
        "0.1e1",
        "1E5",
        "00012.5",
        "6.0221407600000000000000000000000000000000000000000000000000000001e23",
        "1.00000000000000011102230246251565404236316680908203125",
        "1.00000000000000011102230246251565404236316680908203126",
        "1.00000000000000011102230246251565404236316680908203124",
        "0.000000000000000000000000000000000000001e39",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        double x = 77;
        assert_true(bk_parse_double(bk_str(texts[i]), &x));
        double want = strtod(texts[i], NULL);
        if (memcmp(&x, &want, sizeof x) != 0)
            fail_msg("%s gave %.17g", texts[i], x);
    }
}

static void reads_random_digits_like_strtod(void **state)
{
    (void)state;
    uint64_t seed = 88172645463325252;
    for (int i = 0; i < 200000; i++) {
        char text[64];
        uint64_t r = next_random(&seed);
        int places = (int)(next_random(&seed) % 40) - 20;
        uint64_t digits = next_random(&seed) >> (r % 60);
        snprintf(text, sizeof text, "%llu.%llue%d", (unsigned long long)digits,
                 (unsigned long long)(r % 1000), places);
        double x = 0, want = strtod(text, NULL);
        assert_true(bk_parse_double(bk_str(text), &x));
        if (memcmp(&x, &want, sizeof x) != 0)
            fail_msg("%s gave %.17g instead of %.17g", text, x, want);
    }
}

/* A tie in its 800th digit must be seen, though not every digit is kept. */
static void reads_very_long_numbers(void **state)
{
    (void)state;
    struct bk_buf b = {0};
    bk_buf_add(&b, BK_S("9007199254740993."));
    for (int i = 0; i < 5000; i++)
        bk_buf_addc(&b, '0');
    double x;
    assert_true(bk_parse_double(bk_buf_str(&b), &x));
    assert_true(x == 9007199254740992.0);
    bk_buf_addc(&b, '1');
    assert_true(bk_parse_double(bk_buf_str(&b), &x));
    assert_true(x == 9007199254740994.0);
    bk_buf_add(&b, BK_S("e-5"));
    assert_true(bk_parse_double(bk_buf_str(&b), &x));
    assert_true(x == 90071992547.40993);
    bk_buf_free(&b);
}

static void refuses_what_is_no_number(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        " 1",
        "1 ",
        ".5",
        "5.",
        "1e",
        "1e+",
        "--1",
        "0x10",
        "inf",
        "nan",
        "1,5",
        "1_0",
        "1e999",
        "-1e999",
        "1.5.2",
        "e5",
        "+",
        "1e99999999999999999999",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        double x;
        if (bk_parse_double(bk_str(texts[i]), &x))
            fail_msg("'%s' was read as %g", texts[i], x);
    }
    double x;
    assert_true(bk_parse_double_special(BK_S("-Inf"), &x) && x < 0 && isinf(x));
    assert_true(bk_parse_double_special(BK_S("+Infinity"), &x) && isinf(x));
    assert_true(bk_parse_double_special(BK_S("NaN"), &x) && isnan(x));
    assert_true(bk_parse_double_special(BK_S("2.5"), &x) && x == 2.5);
    assert_false(bk_parse_double_special(BK_S("infinite"), &x));
}

static void reads_only_the_slice(void **state)
{
    (void)state;
    double x;
    int64_t i;
    assert_true(bk_parse_double((struct bk_str){"123456", 3}, &x) && x == 123);
    assert_true(bk_parse_int64((struct bk_str){"123456", 3}, &i) && i == 123);
}

static void integers_hold_their_range(void **state)
{
    (void)state;
    int64_t i;
    assert_true(bk_parse_int64(BK_S("9223372036854775807"), &i) && i == INT64_MAX);
    assert_true(bk_parse_int64(BK_S("-9223372036854775808"), &i) && i == INT64_MIN);
    assert_false(bk_parse_int64(BK_S("9223372036854775808"), &i));
    assert_false(bk_parse_int64(BK_S("-9223372036854775809"), &i));
    assert_false(bk_parse_int64(BK_S("1.0"), &i));
    assert_false(bk_parse_int64(BK_S("-"), &i));
}

static void half_a_digit_is_what_was_printed(void **state)
{
    (void)state;
    assert_true(bk_half_digit(BK_S("14.86")) == 0.005);
    assert_true(bk_half_digit(BK_S("1.2e3")) == 50);
    assert_true(bk_half_digit(BK_S("190")) == 0.5);
    assert_true(bk_half_digit(BK_S("-0.50")) == 0.005);
    for (int e = -30; e <= 30; e++) { /* the nearest double, computed or read */
        char digits[16], half[16];
        snprintf(digits, sizeof digits, "1e%d", e);
        snprintf(half, sizeof half, "5e%d", e - 1);
        assert_true(bk_half_digit(bk_str(digits)) == strtod(half, NULL));
    }
    assert_true(bk_half_digit(BK_S("fast")) == 0);
    assert_true(bk_half_digit(BK_S("1e99999")) == 0);
}

static void expect_text(double value, const char *want)
{
    char text[32];
    size_t n = bk_format_double(value, text);
    assert_string_equal(text, want);
    assert_int_equal(n, strlen(want));
}

static void writes_shortest_text(void **state)
{
    (void)state;
    expect_text(0, "0");
    expect_text(-0.0, "-0");
    expect_text(42, "42");
    expect_text(0.1, "0.1");
    expect_text(0.1 + 0.2, "0.30000000000000004");
    expect_text(-14.86, "-14.86");
    expect_text(1e15, "1000000000000000");
    expect_text(9007199254740993.0, "9007199254740992");
    expect_text(1e16, "1e+16");
    expect_text(1e300, "1e+300");
    expect_text(1e-6, "0.000001");
    expect_text(1.5e-7, "1.5e-07");
    expect_text(5e-324, "5e-324");
    expect_text((double)NAN, "NaN");
    expect_text(HUGE_VAL, "+Inf");
    expect_text(-HUGE_VAL, "-Inf");
    expect_text(-1.2345678901234567e-6, "-0.0000012345678901234567");
}

static void writes_what_reads_back(void **state)
{
    (void)state;
    uint64_t seed = 362436069;
    for (int i = 0; i < 100000; i++) {
        uint64_t bits = next_random(&seed);
        double value, back;
        memcpy(&value, &bits, sizeof value);
        if (!isfinite(value))
            continue;
        char text[32];
        size_t n = bk_format_double(value, text);
        assert_true(n < sizeof text);
        assert_true(bk_parse_double((struct bk_str){text, n}, &back));
        if (back != value)
            fail_msg("%.17g was written as %s", value, text);
    }
}

/* The short way to write decimals gives what the long one does. */
static void writes_decimals_as_printf_does(void **state)
{
    (void)state;
    uint64_t seed = 521288629;
    for (int i = 0; i < 100000; i++) {
        char text[32], want[64];
        int decimals = 1 + (int)(next_random(&seed) % 12);
        double value = (double)(next_random(&seed) >> (20 + next_random(&seed) % 40));
        value /= pow(10, decimals);
        if (value >= 1e6 || value < 1e-4)
            continue;
        bk_format_double(value, text);
        snprintf(want, sizeof want, "%.15g", value);
        if (strtod(want, NULL) == value)
            assert_string_equal(text, want);
        assert_true(strtod(text, NULL) == value);
    }
}

static void writes_fixed_and_significant_digits(void **state)
{
    (void)state;
    char text[352];
    bk_format_fixed(2.675, 1, text);
    assert_string_equal(text, "2.7");
    bk_format_fixed(-0.001, 2, text);
    assert_string_equal(text, "0.00");
    bk_format_fixed(-1.5, 0, text);
    assert_string_equal(text, "-2");
    bk_format_fixed(1.7976931348623157e308, 15, text);
    assert_int_equal(strlen(text), 309 + 1 + 15);
    bk_format_digits(11.7834, 3, text);
    assert_string_equal(text, "11.8");
    bk_format_digits(1234567, 3, text);
    assert_string_equal(text, "1230000");
    bk_format_digits(0.5, 3, text);
    assert_string_equal(text, "0.5");
    bk_format_digits(0.000012345, 2, text);
    assert_string_equal(text, "0.000012");
    bk_format_digits(9.99e20, 2, text);
    assert_string_equal(text, "1e+21");
}

/* Not every system has a locale with a decimal comma; where one is, it must not matter. */
static void locale_does_not_matter(void **state)
{
    (void)state;
    static const char *const names[] = {"de_DE.UTF-8", "pt_BR.UTF-8", "ru_RU.UTF-8"};
    bool found = false;
    for (size_t i = 0; i < sizeof names / sizeof *names && !found; i++)
        found = setlocale(LC_ALL, names[i]) != NULL;
    if (!found) {
        print_message("skipped: no locale with a decimal comma is installed\n");
        skip();
    }
    double x;
    assert_true(bk_parse_double(BK_S("0.1234567890123456789012"), &x));
    expect_text(x, "0.12345678901234568");
    char text[352];
    bk_format_fixed(1.25, 3, text);
    setlocale(LC_ALL, "C");
    assert_string_equal(text, "1.250");
}

static void sizes_take_decimal_and_binary_units(void **state)
{
    (void)state;
    int64_t n;
    assert_true(bk_parse_size(BK_S("4096"), &n) && n == 4096);
    assert_true(bk_parse_size(BK_S("1.5GB"), &n) && n == 1500000000);
    assert_true(bk_parse_size(BK_S("500 MB"), &n) && n == 500000000);
    assert_true(bk_parse_size(BK_S("10MiB"), &n) && n == 10485760);
    assert_true(bk_parse_size(BK_S("2 kB"), &n) && n == 2000);
    assert_false(bk_parse_size(BK_S("-1"), &n));
    assert_false(bk_parse_size(BK_S("12 parsecs"), &n));
    assert_false(bk_parse_size(BK_S("MB"), &n));
    assert_false(bk_parse_size(BK_S("99999 PiB"), &n));
}

static void integers_are_written_whole(void **state)
{
    (void)state;
    static const struct {
        int64_t value;
        const char *want;
    } cases[] = {
        {0, "0"},
        {-7, "-7"},
        {1234567890, "1234567890"},
        {INT64_MAX, "9223372036854775807"},
        {INT64_MIN, "-9223372036854775808"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char out[21];
        assert_int_equal(bk_format_int(cases[i].value, out), strlen(cases[i].want));
        assert_string_equal(out, cases[i].want);
    }
}

static void test_shares(void **state)
{
    double x;
    (void)state;
    assert_true(bk_parse_share(BK_S("7%"), &x) && x >= 0.07 && x <= 0.07);
    assert_true(bk_parse_share(BK_S("32.5 %"), &x) && x >= 0.325 && x <= 0.325);
    assert_true(bk_parse_share(BK_S("0.4"), &x) && x >= 0.4 && x <= 0.4);
    assert_false(bk_parse_share(BK_S("%"), &x));
    assert_false(bk_parse_share(BK_S("7%%"), &x));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers_are_written_whole),
        cmocka_unit_test(reads_like_strtod),
        cmocka_unit_test(reads_random_digits_like_strtod),
        cmocka_unit_test(reads_very_long_numbers),
        cmocka_unit_test(refuses_what_is_no_number),
        cmocka_unit_test(reads_only_the_slice),
        cmocka_unit_test(integers_hold_their_range),
        cmocka_unit_test(half_a_digit_is_what_was_printed),
        cmocka_unit_test(writes_shortest_text),
        cmocka_unit_test(writes_what_reads_back),
        cmocka_unit_test(writes_decimals_as_printf_does),
        cmocka_unit_test(writes_fixed_and_significant_digits),
        cmocka_unit_test(locale_does_not_matter),
        cmocka_unit_test(test_shares),
        cmocka_unit_test(sizes_take_decimal_and_binary_units),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
