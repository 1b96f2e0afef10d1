/* Renderers: one small report in every output, and what hostile text must not do. */
#include "../../../src/base/time.h"
#include "../../../src/base/utf8.h"
#include "../../../src/render/render.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

#define SECONDS (INT64_C(1771065582) * BK_NS_PER_S)

static const struct bk_column columns[] = {
    {"session", "", 0},   {"started_at", "", 0},     {"config", "", 0},
    {"requests", "1", 0}, {"ttft.p95", "s", 0},      {"ratio", "", BK_COL_RATIO},
    {"verdict", "", 0},   {"p", "", BK_COL_MACHINE}, {"sparkline", "", BK_COL_HUMAN},
};
enum {
    N_COLUMNS = sizeof columns / sizeof *columns
};

static const struct bk_pair config[] = {
    {{"workers", 7}, {"8", 1}, true},
    {{"note", 4}, {"a;b", 3}, false},
};

static struct bk_report *sample(void)
{
    struct bk_report *r = bk_report_new("history");
    bk_report_arg(r, "metric", BK_S("ttft"));
    struct bk_section *s = bk_report_section(r, "series", columns, N_COLUMNS);
    struct bk_value *row = bk_section_row(r, s);
    row[0] = bk_v_text("061");
    row[1] = bk_v_time(SECONDS);
    row[2] = bk_v_pairs(config, 2);
    row[3] = bk_v_int(12345);
    row[4] = bk_v_real(0.01178);
    row[5] = bk_v_real(1.16);
    row[6] = bk_v_text("regression");
    row[7] = bk_v_real(0.0123);
    row[8] = bk_v_text("▁▇");
    row = bk_section_row(r, s);
    row[0] = bk_v_text("=1+1");
    row[4] = bk_v_real((double)NAN);
    row[5] = bk_v_int(7);
    row[6] = bk_v_text("says \"no\",\nthen | stops");
    bk_report_note(r, "gap", BK_WARNING, "two sessions | are missing");
    return r;
}

static char *render(struct bk_buf *b, const char *format, const struct bk_report *r,
                    const struct bk_render_options *o)
{
    struct bk_err err = {0};
    bk_buf_clear(b);
    struct bk_out *out = bk_out_memory(b);
    const struct bk_renderer *renderer = bk_renderer_named(format);
    assert_non_null(renderer);
    if (!renderer->render(r, o, out, &err))
        fail_msg("%s", err.msg);
    assert_true(bk_out_close(out, true, &err));
    return b->ptr;
}

static void expect(const char *format, struct bk_render_options o, const char *want)
{
    struct bk_report *r = sample();
    struct bk_buf b = {0};
    assert_string_equal(render(&b, format, r, &o), want);
    bk_report_free(r);
    bk_buf_free(&b);
}

static void json_is_the_whole_report(void **state)
{
    (void)state;
    expect(
        "json", (struct bk_render_options){0},
        "{\"report\":\"history\",\n"
        "\"args\":{\"metric\":\"ttft\"},\n"
        "\"sections\":{\n"
        "\"series\":[\n"
        "{\"session\":\"061\",\"started_at\":\"2026-02-14T10:39:42Z\","
        "\"config\":{\"workers\":8,\"note\":\"a;b\"},\"requests\":12345,"
        "\"ttft.p95\":0.01178,\"ratio\":1.16,\"verdict\":\"regression\","
        "\"p\":0.0123},\n"
        "{\"session\":\"=1+1\",\"started_at\":null,\"config\":null,"
        "\"requests\":null,\"ttft.p95\":null,\"ratio\":7,"
        "\"verdict\":\"says \\\"no\\\",\\nthen | stops\",\"p\":null}\n"
        "]},\n"
        "\"notes\":[\n"
        "{\"code\":\"gap\",\"severity\":\"warning\",\"message\":\"two sessions | are "
        "missing\"}\n"
        "]}\n");
}

static void csv_follows_rfc_4180(void **state)
{
    (void)state;
    expect("csv", (struct bk_render_options){0},
           "session,started_at,config,requests,ttft.p95,ratio,verdict,p\r\n"
           "061,2026-02-14T10:39:42Z,workers=8; note=a;b,12345,0.01178,1.16,"
           "regression,0.0123\r\n"
           "'=1+1,,,,,7,\"says \"\"no\"\",\nthen | stops\",\r\n");
}

static void csv_for_a_brazilian_excel(void **state)
{
    (void)state;
    expect("csv", (struct bk_render_options){.csv_dialect = "excel-pt"},
           "\xEF\xBB\xBFsession;started_at;config;requests;ttft.p95;ratio;verdict;p\r\n"
           "061;2026-02-14T10:39:42Z;\"workers=8; note=a;b\";12345;0,01178;1,16;"
           "regression;0,0123\r\n"
           "'=1+1;;;;;7;\"says \"\"no\"\",\nthen | stops\";\r\n");
}

static void text_is_aligned_for_people(void **state)
{
    (void)state;
    expect("text", (struct bk_render_options){0},
           "session  started (UTC)        config               requests  ttft.p95  "
           "ratio  verdict                  trend\n"
           "061      2026-02-14 10:39:42  workers=8, note=a;b    12,345   11.8 ms  "
           "1.16x  regression               ▁▇\n"
           "=1+1     -                    -                           -       NaN  "
           "7.00x  says \"no\", then | stops  -\n"
           "\n"
           "warning: two sessions | are missing\n");
}

static void markdown_escapes_bars(void **state)
{
    (void)state;
    expect("md", (struct bk_render_options){.lang = BK_PT},
           "| sessão | início (UTC) | configuração | requisições | tempo até o "
           "primeiro token p95 | razão | veredito | tendência |\n"
           "|---|---|---|---:|---:|---:|---|---|\n"
           "| 061 | 2026-02-14 10:39:42 | workers=8, note=a;b | 12.345 | 11,8 ms | "
           "1,16x | regressão | ▁▇ |\n"
           "| =1+1 | | | | NaN | 7,00x | says \"no\", then \\| stops | |\n"
           "\n"
           "- **aviso**: two sessions \\| are missing\n");
}

static void ndjson_names_sections_when_there_are_several(void **state)
{
    (void)state;
    static const struct bk_column one[] = {{"n", "", 0}};
    struct bk_render_options o = {0};
    struct bk_report *r = bk_report_new("two");
    struct bk_buf b = {0};
    bk_section_row(r, bk_report_section(r, "first", one, 1))[0] = bk_v_int(INT64_MIN);
    assert_string_equal(render(&b, "ndjson", r, &o), "{\"n\":-9223372036854775808}\n");
    bk_section_row(r, bk_report_section(r, "second", one, 1))[0] = bk_v_bool(true);
    assert_string_equal(render(&b, "ndjson", r, &o),
                        "{\"section\":\"first\",\"n\":-9223372036854775808}\n"
                        "{\"section\":\"second\",\"n\":true}\n");
    assert_string_equal(render(&b, "csv", r, &o),
                        "first\r\nn\r\n-9223372036854775808\r\n\r\n"
                        "second\r\nn\r\ntrue\r\n");
    assert_string_equal(render(&b, "text", r, &o),
                        "first\n                         n\n"
                        "-9,223,372,036,854,775,808\n\nsecond\nn\nyes\n");
    r->plain_rows = true;
    assert_string_equal(render(&b, "json", r, &o),
                        "[\n{\"n\":-9223372036854775808},\n{\"n\":true}\n]\n");
    assert_string_equal(render(&b, "ndjson", r, &o),
                        "{\"n\":-9223372036854775808}\n{\"n\":true}\n");
    bk_report_free(r);
    bk_buf_free(&b);
}

static void empty_sections_say_so(void **state)
{
    (void)state;
    struct bk_report *r = bk_report_new("findings");
    struct bk_render_options o = {0};
    struct bk_buf b = {0};
    assert_string_equal(render(&b, "json", r, &o),
                        "{\"report\":\"findings\",\n\"args\":{},\n\"sections\":{},\n"
                        "\"notes\":[]}\n");
    bk_report_section(r, "findings", columns, 2);
    assert_string_equal(render(&b, "text", r, &o), "nothing\n");
    o.lang = BK_RU;
    assert_string_equal(render(&b, "md", r, &o), "ничего\n");
    assert_string_equal(render(&b, "csv", r, &o), "session,started_at\r\n");
    assert_string_equal(render(&b, "json", r, &o),
                        "{\"report\":\"findings\",\n\"args\":{},\n\"sections\":{\n"
                        "\"findings\":[]},\n\"notes\":[]}\n");
    bk_report_free(r);
    bk_buf_free(&b);
}

static void special_numbers_leave_where_the_column_says_so(void **state)
{
    (void)state;
    static const struct bk_column one[] = {{"value", "", BK_COL_SPECIALS}};
    struct bk_report *r = bk_report_new("series");
    struct bk_section *s = bk_report_section(r, "series", one, 1);
    struct bk_render_options o = {0};
    struct bk_buf b = {0};
    bk_section_row(r, s)[0] = bk_v_real((double)NAN);
    bk_section_row(r, s)[0] = bk_v_real(HUGE_VAL);
    bk_section_row(r, s)[0] = bk_v_real(-HUGE_VAL);
    bk_section_row(r, s)[0] = bk_v_real(-2.5);
    assert_string_equal(render(&b, "ndjson", r, &o),
                        "{\"value\":\"NaN\"}\n{\"value\":\"+Inf\"}\n"
                        "{\"value\":\"-Inf\"}\n{\"value\":-2.5}\n");
    assert_string_equal(render(&b, "csv", r, &o),
                        "value\r\nNaN\r\n+Inf\r\n-Inf\r\n-2.5\r\n");
    bk_report_free(r);
    bk_buf_free(&b);
}

/* --- hostile text --- */

static struct bk_report *report_of_text(struct bk_str text)
{
    static const struct bk_column one[] = {{"text", "", 0}};
    struct bk_report *r = bk_report_new("x");
    struct bk_section *s = bk_report_section(r, "rows", one, 1);
    bk_section_row(r, s)[0] = bk_v_str(text);
    r->plain_rows = true;
    return r;
}

static void expect_text(const char *format, struct bk_str text, const char *want)
{
    struct bk_report *r = report_of_text(text);
    struct bk_render_options o = {0};
    struct bk_buf b = {0};
    assert_string_equal(render(&b, format, r, &o), want);
    bk_report_free(r);
    bk_buf_free(&b);
}

static void hostile_text_stays_text(void **state)
{
    (void)state;
    expect_text("ndjson", BK_S("a\xFF\x01\0b\x7F"),
                "{\"text\":\"a\xEF\xBF\xBD\\u0001\\u0000b\\u007f\"}\n");
    expect_text("text", BK_S("\033[31mred\033[0m\a"),
                "text\n\xEF\xBF\xBD[31mred\xEF\xBF\xBD[0m\xEF\xBF\xBD\n");
    expect_text("text",
                BK_S("a\xE2\x80\xAE"
                     "b"),
                "text\na\xEF\xBF\xBD"
                "b\n");
    expect_text("md", BK_S("<script>x</script> a < b"),
                "| text |\n|---|\n| &lt;script>x&lt;/script> a < b |\n");
    static const struct {
        const char *text, *cell;
    } cells[] = {
        {"=1+1", "'=1+1"},
        {"+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"},
        {"@SUM(A1)", "'@SUM(A1)"},
        {"-x", "'-x"},
        {"\tx", "'\tx"},
        {"-5.5", "-5.5"},
        {"+3", "+3"},
        {"-", "'-"},
        {"a=b", "a=b"},
        {"bad\xC3", "bad\xEF\xBF\xBD"},
        {"", "\"\""}, /* a lone empty cell is no empty line */
    };
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++) {
        char want[100];
        snprintf(want, sizeof want, "text\r\n%s\r\n", cells[i].cell);
        expect_text("csv", bk_str(cells[i].text), want);
    }
}

/* Numbers of pairs come from files: what JSON would not take is quoted. */
static void pairs_are_valid_json(void **state)
{
    (void)state;
    static const char *const numbers[][2] = {
        {"8", "8"},       {"-0.5e3", "-0.5e3"}, {"007", "\"007\""},
        {"+5", "\"+5\""}, {"", "\"\""},         {"0x1", "\"0x1\""},
        {"0", "0"},       {"--1", "\"--1\""},   {"1e999", "\"1e999\""},
    };
    static const struct bk_column one[] = {{"config", "", 0}};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        struct bk_pair pair = {BK_S("k"), bk_str(numbers[i][0]), true};
        struct bk_report *r = bk_report_new("x");
        struct bk_render_options o = {0};
        struct bk_buf b = {0};
        char want[64];
        bk_section_row(r, bk_report_section(r, "rows", one, 1))[0] =
            bk_v_pairs(&pair, 1);
        snprintf(want, sizeof want, "{\"config\":{\"k\":%s}}\n", numbers[i][1]);
        assert_string_equal(render(&b, "ndjson", r, &o), want);
        bk_report_free(r);
        bk_buf_free(&b);
    }
}

/* --- cells for people --- */

static void expect_cell(struct bk_column c, struct bk_value v, enum bk_lang lang,
                        const char *want)
{
    struct bk_render_options o = {.lang = lang};
    struct bk_buf b = {0};
    bk_buf_add(&b, BK_S(""));
    bk_human_cell(&c, &v, &o, &b);
    assert_string_equal(b.ptr, want);
    bk_buf_free(&b);
}

static void numbers_take_fitting_units(void **state)
{
    (void)state;
    static const struct {
        const char *unit;
        unsigned flags;
        double value;
        const char *want;
    } cells[] = {
        {"s", 0, 0.01178, "11.8 ms"},
        {"s", 0, 0, "0 s"},
        {"s", 0, 0.0000005, "500 ns"},
        {"s", 0, 0.000012345, "12.3 µs"},
        {"s", 0, 0.99961, "1.00 s"},
        {"s", 0, -0.25, "-250 ms"},
        {"s", 0, 59.99, "60.0 s"},
        {"s", 0, 14.996, "15.0 s"},
        {"s", 0, 15, "15.0 s"},
        {"s", 0, 180, "180 s"},
        {"s", 0, 0.000042, "42.0 µs"},
        {"s", 0, 600, "10 min"},
        {"s", 0, 3725, "1 h 2 min"},
        {"s", 0, 187200, "2 d 4 h"},
        {"s", 0, 750, "12 min 30 s"},
        {"B", 0, 1.44e12, "1.31 TiB"},
        {"B", 0, 512, "512 B"},
        {"B", 0, 0, "0 B"},
        {"W", 0, 1250, "1.25 kW"},
        {"ratio", BK_COL_PERCENT, 0.3405, "34.05 %"},
        {"ratio", 0, 0.0325, "3.25 %"},
        {"ratio", 0, 0, "0 %"},
        {"ratio", 0, 0.000123, "0.012 %"},
        {"ratio", 0, 1 - 0.999, "0.10 %"},
        {"ratio", BK_COL_SIGNED | BK_COL_PERCENT, 0.032, "+3.2 %"},
        {"ratio", BK_COL_SIGNED | BK_COL_PERCENT, 0, "0.0 %"},
        {"ratio", BK_COL_SIGNED | BK_COL_PERCENT, -0.0001, "0.0 %"},
        {"ratio", BK_COL_SIGNED | BK_COL_PERCENT, 3857.276, "+385,728 %"},
        {"pp", BK_COL_SIGNED, 0.126, "+12.60 pp"},
        {"pp", 0, 0.01, "1 pp"},
        {"B/s", 0, 25000, "25.0 kB/s"},
        {"B/s", 0, 250, "250 B/s"},
        {"ratio", 0, 0.05, "5 %"},
        {"", BK_COL_RATIO, 2, "2.00x"},
        {"", BK_COL_RATIO, 9.999, "10.0x"},
        {"", BK_COL_RATIO, 1.1649, "1.16x"},
        {"1/s", 0, 16.94, "16.94/s"},
        {"1/s", 0, 4292.4, "4,292/s"},
        {"tok/s", 0, 1739.25, "1,739 tok/s"},
        {"1", 0, 2500, "2,500"},
        {"", 0, 0.0123456, "0.01235"},
        {"", 0, 123456789, "123,456,789"},
        {"", 0, 1e20, "1e+20"},
    };
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++) {
        struct bk_column c = {"value", cells[i].unit, cells[i].flags};
        expect_cell(c, bk_v_real(cells[i].value), BK_EN, cells[i].want);
    }
    struct bk_column any = {"value", "*", 0};
    expect_cell(any, bk_v_real_unit(0.5, BK_S("s")), BK_EN, "500 ms");
    expect_cell(any, bk_v_real(0.5), BK_EN, "0.5");
    struct bk_column size = {"size", "B", 0};
    expect_cell(size, bk_v_int(7412), BK_EN, "7.24 KiB");
    struct bk_column count = {"runs", "", 0};
    expect_cell(count, bk_v_int(2026), BK_EN, "2026");
    expect_cell(count, bk_v_int(20260), BK_EN, "20,260");
    expect_cell(count, bk_v_null(), BK_EN, "");
}

static void languages_have_their_separators(void **state)
{
    (void)state;
    struct bk_column c = {"requests", "1", 0};
    expect_cell(c, bk_v_real(1234567), BK_PT, "1.234.567");
    expect_cell(c, bk_v_real(-1234567), BK_RU, "-1\u00A0234\u00A0567");
    struct bk_column t = {"ttft.p95", "s", 0};
    expect_cell(t, bk_v_real(0.01178), BK_RU, "11,8 ms");
    struct bk_column status = {"status", "", 0};
    expect_cell(status, bk_v_text("failed"), BK_EN, "failed");
    expect_cell(status, bk_v_text("failed"), BK_PT, "falhou");
    expect_cell(status, bk_v_text("other"), BK_PT, "other");
    struct bk_column time = {"started_at", "", 0};
    expect_cell(time, bk_v_time(0), BK_EN, "1970-01-01");
    assert_true(bk_is(bk_label("sessions", BK_PT), "sessões"));
    assert_true(bk_is(bk_label("ttft", BK_RU), "время до первого токена"));
    assert_true(bk_is(bk_label("ttft", BK_EN), "ttft"));
    assert_true(bk_is(bk_label("no such name", BK_RU), "no such name"));
}

/* --- the terminal --- */

static void narrow_terminals_wrap_the_widest_text(void **state)
{
    (void)state;
    static const struct bk_column two[] = {
        {"code", "", 0}, {"message", "", 0}, {"n", "", 0}};
    struct bk_report *r = bk_report_new("findings");
    struct bk_section *s = bk_report_section(r, "findings", two, 3);
    struct bk_value *row = bk_section_row(r, s);
    row[0] = bk_v_text("failed-run");
    row[1] = bk_v_text("98 of 100 requests failed and nothing came back");
    row[2] = bk_v_int(1);
    struct bk_render_options o = {.width = 45};
    struct bk_buf b = {0};
    assert_string_equal(render(&b, "text", r, &o),
                        "code        message                         n\n"
                        "failed-run  98 of 100 requests failed and   1\n"
                        "            nothing came back\n");
    o.width = 0; /* a pipe: never */
    assert_string_equal(
        render(&b, "text", r, &o),
        "code        message                                          n\n"
        "failed-run  98 of 100 requests failed and nothing came back  1\n");
    bk_report_free(r);
    bk_buf_free(&b);
}

static void colour_only_where_allowed(void **state)
{
    (void)state;
    static const struct bk_column two[] = {{"status", "", 0},
                                           {"best", "", BK_COL_BEST}};
    struct bk_report *r = bk_report_new("runs");
    struct bk_section *s = bk_report_section(r, "runs", two, 2);
    struct bk_value *row = bk_section_row(r, s);
    row[0] = bk_v_text("failed");
    row[1] = bk_v_bool(false);
    row = bk_section_row(r, s);
    row[0] = bk_v_text("ok");
    row[1] = bk_v_bool(true);
    struct bk_render_options o = {0};
    struct bk_buf b = {0};
    assert_string_equal(render(&b, "text", r, &o), "status  \nfailed  \nok      *\n");
    o.colour = true;
    assert_string_equal(render(&b, "text", r, &o),
                        "\033[1mstatus  \033[0m\n\033[31mfailed\033[0m  \n"
                        "\033[32mok\033[0m      \033[32m*\033[0m\n");
    bk_report_free(r);
    bk_buf_free(&b);
}

static void a_single_long_row_stands_upright(void **state)
{
    (void)state;
    struct bk_report *r = bk_report_new("show");
    struct bk_section *s = bk_report_section(r, "run", columns, N_COLUMNS);
    struct bk_value *row = bk_section_row(r, s);
    row[0] = bk_v_text("061");
    row[1] = bk_v_time(SECONDS);
    row[3] = bk_v_int(1);
    row[5] = bk_v_real(2);
    row[6] = bk_v_text("a verdict that takes more than a hundred columns, so that no "
                       "terminal shows the whole of it in a table");
    struct bk_render_options o = {0};
    struct bk_buf b = {0};
    assert_string_equal(render(&b, "text", r, &o),
                        "session        061\n"
                        "started (UTC)  2026-02-14 10:39:42\n"
                        "requests       1\n"
                        "ratio          2.00x\n"
                        "verdict        a verdict that takes more than a hundred "
                        "columns, so that no terminal shows the whole of it in a "
                        "table\n");
    bk_report_free(r);
    bk_buf_free(&b);
}

/* --- long lists --- */

struct counter {
    struct bk_value cell;
    int64_t n, end;
};

static bool count(void *self, const struct bk_value **cells, bool *more,
                  struct bk_err *err)
{
    struct counter *c = self;
    *more = c->n < c->end;
    c->cell = bk_v_int(c->n++);
    *cells = &c->cell;
    if (c->n > 9000 && c->end == 9001)
        return bk_fail(err, BK_EDB, "broken");
    return true;
}

static void long_lists_are_streamed(void **state)
{
    (void)state;
    static const struct bk_column one[] = {{"n", "", 0}};
    static const char *const formats[] = {"text", "csv", "json", "ndjson", "md"};
    static const char *const last[] = {"8,999\n", "8999\r\n", "8999}\n]\n", "8999}\n",
                                       "8,999 |\n"};
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        struct bk_err err = {0};
        struct bk_render_options o = {0};
        struct bk_buf b = {0};
        struct counter c = {.end = 9000};
        struct bk_report *r = bk_report_new("export");
        r->plain_rows = true;
        struct bk_section *s = bk_report_section(r, "runs", one, 1);
        s->next = count;
        s->self = &c;
        render(&b, formats[i], r, &o);
        if (i != 0 && i != 4) /* without a unit, four digits are not grouped */
            assert_true(bk_ends(bk_buf_str(&b), bk_str(last[i])));
        c = (struct counter){.end = 9001}; /* an error on the way is told */
        bk_buf_clear(&b);
        struct bk_out *out = bk_out_memory(&b);
        assert_false(bk_renderer_named(formats[i])->render(r, &o, out, &err));
        assert_string_equal(err.msg, "broken");
        assert_true(bk_out_close(out, false, &err));
        bk_report_free(r);
        bk_buf_free(&b);
    }
}

/* --- verdicts for build servers --- */

static struct bk_report *gate_of(const char *hardware, const char *verdict,
                                 const char *why)
{
    static const struct bk_column verdicts[] = {
        {"hardware", "", 0}, {"config", "", 0},  {"metric", "", 0}, {"stat", "", 0},
        {"old", "s", 0},     {"verdict", "", 0}, {"why", "", 0}};
    struct bk_report *r = bk_report_new("gate");
    struct bk_section *s = bk_report_section(r, "verdicts", verdicts, 7);
    struct bk_value *row = bk_section_row(r, s);
    row[0] = bk_v_text(hardware);
    row[1] = bk_v_pairs(config, 1);
    row[2] = bk_v_text("ttft");
    row[3] = bk_v_text("p95");
    row[5] = bk_v_text(verdict);
    row[6] = bk_v_text(why);
    return r;
}

static void expect_gate(const char *format, const char *verdict, const char *want)
{
    struct bk_render_options o = {0};
    struct bk_buf b = {0};
    struct bk_report *r =
        gate_of("<h1 & \"x\">", verdict, "50 % worse,\n::error::no\x1b[31m");
    render(&b, format, r, &o);
    assert_string_equal(b.ptr != NULL ? b.ptr : "", want);
    bk_report_free(r);
    bk_buf_free(&b);
}

/* What a file says neither ends an element nor begins a command. */
static void verdicts_for_build_servers_are_escaped(void **state)
{
    (void)state;
    expect_gate("junit", "regression",
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                "<testsuites>\n  <testsuite name=\"benchkeep gate\" tests=\"1\" "
                "failures=\"1\" errors=\"0\" skipped=\"0\">\n"
                "    <testcase classname=\"&lt;h1 &amp; &quot;x&quot;&gt; workers=8\" "
                "name=\"ttft.p95\">\n"
                "      <failure type=\"regression\" message=\"regression: 50 % worse, "
                "::error::no\uFFFD[31m\"/>\n"
                "    </testcase>\n  </testsuite>\n</testsuites>\n");
    expect_gate("github", "regression",
                "::error title=ttft.p95 regression::<h1 & \"x\"> workers=8: 50 %25 "
                "worse, ::error::no\uFFFD[31m\n");
    expect_gate("github", "inconclusive",
                "::warning title=ttft.p95 inconclusive::<h1 & \"x\"> workers=8: 50 %25 "
                "worse, ::error::no\uFFFD[31m\n");
    expect_gate("github", "no_material_change", "");
}

static void answers_without_verdicts_are_refused(void **state)
{
    (void)state;
    static const struct bk_column one[] = {{"n", "", 0}};
    static const char *const formats[] = {"junit", "github"};
    for (size_t i = 0; i < 2; i++) {
        struct bk_err err = {0};
        struct bk_render_options o = {0};
        struct bk_buf b = {0};
        struct bk_report *r = bk_report_new("sessions");
        bk_report_section(r, "sessions", one, 1);
        struct bk_out *out = bk_out_memory(&b);
        assert_false(bk_renderer_named(formats[i])->render(r, &o, out, &err));
        assert_int_equal(err.code, BK_EUSAGE);
        assert_true(bk_out_close(out, false, &err));
        bk_report_free(r);
        bk_buf_free(&b);
    }
}

static void every_label_has_three_languages(void **state)
{
    (void)state;
    assert_int_equal(bk_n_renderers, 7);
    assert_null(bk_renderer_named("papyrus"));
    static const char *const names[] = {"sessions", "verdict", "started_at", "ratio",
                                        "nothing",  "yes",     "warning"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct bk_str en = bk_label(names[i], BK_EN);
        assert_true(en.len > 0);
        assert_false(bk_eq(en, bk_label(names[i], BK_PT)));
        assert_false(bk_eq(en, bk_label(names[i], BK_RU)));
        assert_int_equal(bk_utf8_bad(bk_label(names[i], BK_RU)), BK_NONE);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_is_the_whole_report),
        cmocka_unit_test(csv_follows_rfc_4180),
        cmocka_unit_test(csv_for_a_brazilian_excel),
        cmocka_unit_test(text_is_aligned_for_people),
        cmocka_unit_test(markdown_escapes_bars),
        cmocka_unit_test(ndjson_names_sections_when_there_are_several),
        cmocka_unit_test(empty_sections_say_so),
        cmocka_unit_test(special_numbers_leave_where_the_column_says_so),
        cmocka_unit_test(hostile_text_stays_text),
        cmocka_unit_test(pairs_are_valid_json),
        cmocka_unit_test(numbers_take_fitting_units),
        cmocka_unit_test(languages_have_their_separators),
        cmocka_unit_test(narrow_terminals_wrap_the_widest_text),
        cmocka_unit_test(colour_only_where_allowed),
        cmocka_unit_test(a_single_long_row_stands_upright),
        cmocka_unit_test(long_lists_are_streamed),
        cmocka_unit_test(verdicts_for_build_servers_are_escaped),
        cmocka_unit_test(answers_without_verdicts_are_refused),
        cmocka_unit_test(every_label_has_three_languages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
