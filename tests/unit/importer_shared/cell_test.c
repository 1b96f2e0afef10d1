/* Numbers in cells: every shape that people write, and what is no number. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "../../../importers/shared/cell.h"

static void number(const char *text, enum bk_decimal decimal, double value, double half,
                   const char *unit, const char *rest)
{
    struct bk_cell c = bk_cell_read(bk_str(text), decimal);
    if (c.kind != BK_CELL_NUMBER || fabs(c.value - value) > 1e-12 * fabs(value) ||
        fabs(c.half - half) > 1e-9 * half || !bk_is(c.unit, unit) ||
        !bk_is(c.rest, rest))
        fail_msg("'%s': kind %d value %.10g half %g unit '%.*s' rest '%.*s'", text,
                 (int)c.kind, c.value, c.half, BK_F(c.unit), BK_F(c.rest));
}

static void test_numbers(void **state)
{
    (void)state;
    const enum bk_decimal p = BK_DECIMAL_POINT;
    const enum bk_decimal c = BK_DECIMAL_COMMA;
    number("**8**", p, 8, 0.5, "", "");
    number("1,234", p, 1234, 0.5, "", "");
    number("1.234", c, 1234, 0.5, "", "");
    number("1.234", p, 1.234, 0.0005, "", "");
    number("0.511", c, 0.511, 0.0005, "", "");
    number("0,511", p, 0.511, 0.0005, "", "");
    number("1.234,5", p, 1234.5, 0.05, "", "");
    number("1,234.5", c, 1234.5, 0.05, "", "");
    number("1,234,567", p, 1234567, 0.5, "", "");
    number("1 234", p, 1234, 0.5, "", "");
    number("1\xc2\xa0"
           "234,5",
           c, 1234.5, 0.05, "", "");
    number("99,92%", p, 99.92, 0.005, "%", "");
    number("15.84", c, 15.84, 0.005, "", "");
    number("-5", p, -5, 0.5, "", "");
    number("\xe2\x88\x92"
           "5.0",
           p, -5, 0.05, "", "");
    number(".5", p, 0.5, 0.05, "", "");
    number("4.2e3", p, 4200, 50, "", "");
    number("5K", p, 5000, 500, "", "");
    number("12k tokens", p, 12000, 500, "tokens", "");
    number("190 segundos", c, 190, 0.5, "segundos", "");
    number("4,292 req/s", p, 4292, 0.5, "req/s", "");
    number("**4,292** req/s", p, 4292, 0.5, "req/s", "");
    number("9.05ms", p, 9.05, 0.005, "ms", "");
    number("$0.012", p, 0.012, 0.0005, "", "");
    number("50      min=10       max=60", p, 50, 0.5, "", "min=10       max=60");
    number("15s (timeout)", p, 15, 0.5, "s", "(timeout)");
    number("8 conexões por worker", p, 8, 0.5, "conexões", "por worker");
    number("42 tokens per second", p, 42, 0.5, "tokens per second", "");
    number("1m3s", p, 63, 0.5, "s", "");
    number("1h02m03.5s", p, 3723.5, 0.05, "s", "");
    number("\xe2\x9c\x85 12.5 ms", p, 12.5, 0.05, "ms", "");
}

static void test_plus_minus_and_estimates(void **state)
{
    (void)state;
    struct bk_cell c = bk_cell_read(BK_S("131.42 ± 0.59"), BK_DECIMAL_POINT);
    assert_int_equal(c.kind, BK_CELL_NUMBER);
    assert_true(fabs(c.plus_minus - 0.59) < 1e-12);
    assert_true(bk_is(c.digits, "131.42"));
    c = bk_cell_read(BK_S("131.42 ms ± 0.59 ms"), BK_DECIMAL_POINT);
    assert_true(c.kind == BK_CELL_NUMBER && bk_is(c.unit, "ms"));
    assert_true(fabs(c.plus_minus - 0.59) < 1e-12);
    assert_false(c.approximate);
    assert_true(bk_cell_read(BK_S("~15"), BK_DECIMAL_POINT).approximate);
    assert_true(bk_cell_read(BK_S("≈ 3 ms"), BK_DECIMAL_POINT).approximate);
    assert_true(bk_cell_read(BK_S("cerca de 15 s"), BK_DECIMAL_POINT).approximate);
    assert_true(bk_cell_read(BK_S("2.79 s (est.)"), BK_DECIMAL_POINT).approximate);
    assert_true(isnan(bk_cell_read(BK_S("12"), BK_DECIMAL_POINT).plus_minus));
}

static void kinds(enum bk_cell_kind kind, const char *const *cells)
{
    for (; *cells; cells++) {
        struct bk_cell c = bk_cell_read(bk_str(*cells), BK_DECIMAL_POINT);
        if (c.kind != kind)
            fail_msg("'%s' is of kind %d, wanted %d", *cells, (int)c.kind, (int)kind);
    }
}

static void test_what_is_no_number(void **state)
{
    (void)state;
    kinds(BK_CELL_EMPTY, (const char *const[]){"", " ", "-", "—", "N/A", "n/a", "null",
                                               "None", "?", "nan", "**-**", NULL});
    kinds(BK_CELL_FAILED,
          (const char *const[]){"OOM", "failed", "Error: no memory", "timeout (60s)",
                                "❌ OOM", "**OOM**", NULL});
    kinds(BK_CELL_RANGE,
          (const char *const[]){"150-300ms", "8-16", "~15-20x", "150ms - 300ms",
                                "8 to 16", "1–2", NULL});
    kinds(BK_CELL_TEXT,
          (const char *const[]){"<50 ms",   "2x",           "x2.1",
                                "1.2.3",    "192.168.1.1",  "192.168.100.100",
                                "10:39",    "2026-02-14",   "04/06/2025",
                                "3 of 7",   "3 / 7",        "3/7",
                                "8x7B",     "70b-instruct", "7.1:1",
                                "12,34,56", "🏆 High",       "6.19.4-061904-generic",
                                "5 of 8",   "95th",         "B200",
                                "v1.2",     "1x A10",       NULL});
}

static void test_decimal_mark_of_a_table(void **state)
{
    (void)state;
    const struct bk_str comma[] = {BK_S("h100"), BK_S("4210"), BK_S("23,41"),
                                   BK_S("1.234")};
    const struct bk_str grouped[] = {BK_S("1.234,5"), BK_S("7")};
    const struct bk_str point[] = {BK_S("1,310.5"), BK_S("0.01")};
    const struct bk_str mixed[] = {BK_S("32,69"), BK_S("15.84")};
    const struct bk_str open[] = {BK_S("1,234"), BK_S("04.06.2025"), BK_S("5")};
    assert_int_equal(bk_decimal_of(comma, 4), BK_DECIMAL_COMMA);
    assert_int_equal(bk_decimal_of(grouped, 2), BK_DECIMAL_COMMA);
    assert_int_equal(bk_decimal_of(point, 2), BK_DECIMAL_POINT);
    assert_int_equal(bk_decimal_of(mixed, 2), BK_DECIMAL_POINT);
    assert_int_equal(bk_decimal_of(open, 3), BK_DECIMAL_POINT);
    assert_int_equal(bk_decimal_of(NULL, 0), BK_DECIMAL_POINT);
}

/* No text makes it read outside the cell: under ASan each cut is a block of its own. */
static void test_every_cut_of_a_cell(void **state)
{
    (void)state;
    static const char *const cells[] = {
        "**1.234,5** ± 0.59 tokens per second (est.)",
        "\xe2\x88\x92"
        "5e-12 ms - 7",
        "1h02m03.5s",
        "~ 12\xc2\xa0"
        "345 \xe2\x80\xaf"
        "678 k",
        "[12](x) /",
        "12'345'678_9",
        "\xf0\x9f\x8f\x86 4,292 req/s ±",
        "0.5e+",
        "...",
    };
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++) {
        size_t len = strlen(cells[i]);
        for (size_t from = 0; from <= len; from++) {
            for (size_t n = 0; from + n <= len; n++) {
                char *copy = test_malloc(n + 1);
                memcpy(copy + 1, cells[i] + from, n);
                bk_cell_read((struct bk_str){copy + 1, n}, BK_DECIMAL_COMMA);
                struct bk_str s = {copy + 1, n};
                bk_decimal_of(&s, 1);
                test_free(copy);
            }
        }
    }
}

/* Cells of digits and a point are read by a way of their own; with a blank in front they
 * are not. */
static void test_plain_cells_are_read_alike(void **state)
{
    (void)state;
    static const char *const cells[] = {
        "0",       "7",       "007",    "12.5",       "-0.50",
        "1.234",   "0.511",   "1234.5", "-3",         "1,234",
        "1.2.3",   "5.",      ".5",     "-",          "1e-05",
        "12-",     "1.234.5", "00.10",  "-1.234",     "18446744073709551616",
        "3.14159", "9.9",     "0.0",    "123456.789", "1.2345e3",
        "--1",     "+4",
    };
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++) {
        for (int comma = 0; comma < 2; comma++) {
            char blank[64];
            enum bk_decimal decimal = comma ? BK_DECIMAL_COMMA : BK_DECIMAL_POINT;
            snprintf(blank, sizeof blank, " %s", cells[i]);
            struct bk_cell one = bk_cell_read(bk_str(cells[i]), decimal);
            struct bk_cell other = bk_cell_read(bk_str(blank), decimal);
            assert_int_equal(one.kind, other.kind);
            assert_true(one.value == other.value || isnan(other.value));
            assert_true(one.half == other.half);
            assert_true(isnan(one.plus_minus) == isnan(other.plus_minus));
            assert_int_equal(one.approximate, other.approximate);
            assert_true(bk_eq(one.digits, other.digits));
            assert_true(bk_eq(one.unit, other.unit));
            assert_true(bk_eq(one.rest, other.rest));
            assert_true(bk_eq(one.text, other.text));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_plus_minus_and_estimates),
        cmocka_unit_test(test_what_is_no_number),
        cmocka_unit_test(test_decimal_mark_of_a_table),
        cmocka_unit_test(test_every_cut_of_a_cell),
        cmocka_unit_test(test_plain_cells_are_read_alike),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
