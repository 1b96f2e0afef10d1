/* Times: reading, writing and the calendar between. */
#include "../../../src/base/time.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

static void expect_iso(const char *text, const char *want, bool want_zone)
{
    int64_t ns;
    bool zoned;
    char out[40];
    if (!bk_parse_iso(bk_str(text), &ns, &zoned))
        fail_msg("'%s' was refused", text);
    size_t n = bk_format_iso(ns, out);
    assert_string_equal(out, want);
    assert_int_equal(n, strlen(want));
    assert_int_equal(zoned, want_zone);
}

static void reads_iso_times(void **state)
{
    (void)state;
    expect_iso("2026-02-14", "2026-02-14T00:00:00Z", false);
    expect_iso("2026-02-14T10:39:42Z", "2026-02-14T10:39:42Z", true);
    expect_iso("2026-02-14 10:39:42", "2026-02-14T10:39:42Z", false);
    expect_iso("2026-02-14T10:39:42.5-03:00", "2026-02-14T13:39:42.500Z", true);
    expect_iso("2026-02-14T10:39:42,123456+0530", "2026-02-14T05:09:42.123456Z", true);
    expect_iso("2026-02-14T10:39:42.123456789Z", "2026-02-14T10:39:42.123456789Z",
               true);
    expect_iso("2026-02-14T10:39:42.1234567899Z", "2026-02-14T10:39:42.123456789Z",
               true);
    expect_iso("2026-02-14 10:39:42 +0000", "2026-02-14T10:39:42Z", true);
    expect_iso("2026-02-14 10:39", "2026-02-14T10:39:00Z", false);
    expect_iso("2024-02-29T23:59:60Z", "2024-03-01T00:00:00Z", true);
    expect_iso("1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z", true);
    expect_iso("1700-03-01", "1700-03-01T00:00:00Z", false);
    expect_iso("2262-04-11T23:47:16.854775807Z", "2262-04-11T23:47:16.854775807Z",
               true);
}

static void refuses_what_is_no_time(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        "2026",
        "2026-2-14",
        "2026-02-30",
        "2025-02-29",
        "2026-13-01",
        "2026-00-10",
        "2026-02-14T24:00:00",
        "2026-02-14T10:60:00",
        "2026-02-14T10:39:42.",
        "2026-02-14T10:39:42X",
        "2026-02-14T10:39:42+3",
        "2026-02-14T10:39:42+99:00",
        "2026-02-14Z",
        "2026-02-14T10:39:42Z ",
        "2262-04-11T23:47:16.854775808Z",
        "9999-12-31T00:00:00Z",
        "0000-01-01",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        int64_t ns;
        if (bk_parse_iso(bk_str(texts[i]), &ns, NULL))
            fail_msg("'%s' was taken", texts[i]);
    }
}

static void reads_by_format(void **state)
{
    (void)state;
    int64_t ns;
    char out[40];
    assert_true(bk_parse_time(BK_S("14/02/2026 10:39"), BK_S("%d/%m/%Y %H:%M"), &ns));
    bk_format_iso(ns, out);
    assert_string_equal(out, "2026-02-14T10:39:00Z");
    assert_true(bk_parse_time(BK_S("20260214-103942"), BK_S("%Y%m%d-%H%M%S"), &ns));
    bk_format_iso(ns, out);
    assert_string_equal(out, "2026-02-14T10:39:42Z");
    assert_true(bk_parse_time(BK_S("Feb 4 99 .25"), BK_S("%b %d %y .%f"), &ns));
    bk_format_iso(ns, out);
    assert_string_equal(out, "1999-02-04T00:00:00.250Z");
    assert_true(bk_parse_time(BK_S("1771065582"), BK_S("%s"), &ns));
    bk_format_iso(ns, out);
    assert_string_equal(out, "2026-02-14T10:39:42Z");
    assert_true(bk_parse_time(BK_S("5%-1"), BK_S("5%%%s"), &ns));
    assert_true(ns == -BK_NS_PER_S);
    assert_false(bk_parse_time(BK_S("14/02/2026x"), BK_S("%d/%m/%Y"), &ns));
    assert_false(bk_parse_time(BK_S("30/02/2026"), BK_S("%d/%m/%Y"), &ns));
    assert_false(bk_parse_time(BK_S("1"), BK_S("%q"), &ns));
    assert_false(bk_parse_time(BK_S("99999999999"), BK_S("%s"), &ns));
}

/* Every day of 800 years follows the one before, and comes back from its number. */
static void calendar_is_without_gaps(void **state)
{
    (void)state;
    static const int length[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int64_t before, days;
    assert_true(bk_civil(1969, 12, 31, &before));
    assert_int_equal(before, -1);
    assert_true(bk_civil(1599, 12, 31, &before));
    for (int year = 1600; year < 2400; year++) {
        for (int month = 1; month <= 12; month++) {
            int leap =
                month == 2 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
            int n = length[month - 1] + leap;
            for (int day = 1; day <= n; day++) {
                assert_true(bk_civil(year, month, day, &days));
                assert_true(days == before + 1);
                before = days;
            }
            assert_false(bk_civil(year, month, n + 1, &days));
        }
    }
    char out[16];
    bk_format_date(-BK_NS_PER_S, out);
    assert_string_equal(out, "1969-12-31");
}

static void now_can_be_given(void **state)
{
    (void)state;
    setenv("BK_NOW", "2026-02-14T10:39:42Z", 1);
    assert_true(bk_now() == INT64_C(1771065582) * BK_NS_PER_S);
    unsetenv("BK_NOW");
    assert_true(bk_now() > INT64_C(1700000000) * BK_NS_PER_S);
    assert_true(bk_seconds() >= 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_iso_times),  cmocka_unit_test(refuses_what_is_no_time),
        cmocka_unit_test(reads_by_format),  cmocka_unit_test(calendar_is_without_gaps),
        cmocka_unit_test(now_can_be_given),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
