/* k6's numbers, names and metric lines. */
#include "../../../importers/shared/k6.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

static void lasts(const char *text, double seconds)
{
    double got;
    assert_true(bk_k6_duration(bk_str(text), &got));
    if (fabs(got - seconds) > 1e-12)
        fail_msg("'%s' became %.17g s", text, got);
}

static void test_durations(void **state)
{
    (void)state;
    double seconds;
    lasts("0s", 0);
    lasts("901ns", 901e-9);
    lasts("12.3\xC2\xB5s", 12.3e-6);
    lasts("12.3\xCE\xBCs", 12.3e-6);
    lasts("812.44ms", 0.81244);
    lasts("1m3s", 63);
    lasts("1h02m03.0s", 3723);
    lasts("05.0s", 5);
    lasts("3m", 180);
    lasts("1d2h", 93600);
    assert_false(bk_k6_duration(BK_S("12"), &seconds));
    assert_false(bk_k6_duration(BK_S("1m x"), &seconds));
    assert_false(bk_k6_duration(BK_S("ms"), &seconds));
    assert_false(bk_k6_duration(BK_S("1.2.3s"), &seconds));
    assert_false(bk_k6_duration(BK_S(""), &seconds));
}

static void reads(const char *text, double value, double half, const char *unit)
{
    struct bk_str rest = bk_str(text);
    struct bk_k6_quantity q;
    assert_true(bk_k6_quantity(&rest, &q));
    assert_int_equal(bk_trim(rest).len, 0);
    if (fabs(q.value - value) > 1e-12 || fabs(q.half - half) > 1e-12 ||
        !bk_is(q.unit, unit))
        fail_msg("'%s' became %g +- %g '%.*s'", text, q.value, q.half, BK_F(q.unit));
}

static void test_quantities(void **state)
{
    (void)state;
    reads("601", 601, 0, "");
    reads("9.6/s", 9.6, 0.05, "1/s");
    reads("50.000012/s", 50.000012, 5e-7, "1/s");
    reads("1.4 MB", 1.4, 0.05, "MB");
    reads("24 kB/s", 24, 0.5, "kB/s");
    reads("5 B", 5, 0, "B");
    reads("34.04%", 34.04, 0.01, "%");
    reads("0s", 0, 0, "s");
    reads("15s", 15, 0.01, "s"); /* zeros behind the point are not printed */
    reads("7.42s", 7.42, 0.01, "s");
    reads("901ns", 901, 1, "ns");
    reads("1m11s", 71, 1, "s");
    reads("412.4ms/s", 0.4124, 1e-5, "");
    struct bk_str rest = BK_S("12xyz");
    struct bk_k6_quantity q;
    assert_false(bk_k6_quantity(&rest, &q));
}

static void splits(struct bk_arena *a, const char *text, const char *name,
                   const char *scope)
{
    struct bk_str got_name, got_scope;
    bk_k6_split_name(a, bk_str(text), &got_name, &got_scope);
    assert_true(bk_is(got_name, name) && bk_is(got_scope, scope));
}

static void test_names(void **state)
{
    (void)state;
    struct bk_arena *a = bk_arena_new();
    splits(a, "http_reqs", "http_reqs", "");
    splits(a, "http_req_duration{expected_response:true}", "http_req_duration", "ok");
    splits(a, "{ expected_response:false }", "", "failed");
    splits(a, "{ name:login, status:200 }", "", "{name:login,status:200}");
    splits(a, "a{}", "a", "{}");
    splits(a, "a{b", "a{b", "");
    struct bk_str both = bk_k6_join_scopes(a, BK_S("ok"), BK_S("{group:::g}"));
    assert_true(bk_is(both, "{expected_response:true,group:::g}"));
    bk_arena_free(a);
}

static void line_is(const char *text, enum bk_k6_kind kind, const char *name,
                    size_t fields)
{
    struct bk_k6_line l;
    if (!bk_k6_metric_line(bk_str(text), &l))
        fail_msg("'%s' was not read", text);
    assert_int_equal(l.kind, kind);
    assert_true(bk_is(l.name, name));
    assert_int_equal(l.n_fields, fields);
}

static void test_lines(void **state)
{
    (void)state;
    struct bk_k6_line l;
    line_is("   " BK_K6_FAIL " http_req_duration...: avg=7.4s p(95)=15s", BK_K6_TREND,
            "http_req_duration", 2);
    line_is("{ url:http://a..b/ }...: avg=1 max=2", BK_K6_TREND, "{ url:http://a..b/ }",
            2);
    line_is("checks....: 66.11% " BK_K6_PASS " 6222      " BK_K6_FAIL " 3190 ",
            BK_K6_RATE, "checks", 3);
    line_is("http_req_failed..: 0.00%  0 out of 1203", BK_K6_RATE, "http_req_failed",
            3);
    line_is("rate..: 12.00%", BK_K6_RATE, "rate", 1);
    line_is("data_sent....: data_sent....: 1.1 MB 6 kB/s", BK_K6_COUNTER, "data_sent",
            2);
    line_is("vus...: 3 min=1 max=400", BK_K6_GAUGE, "vus", 3);
    line_is("size...: 1 kB min=5 B max=2 MB", BK_K6_GAUGE, "size", 3);
    assert_true(bk_k6_metric_line(BK_S(BK_K6_PASS " a..: 1"), &l) && l.mark == 1);
    static const char *const none[] = {
        "",
        "...: 5",
        "waiting...: for the server",
        "a..: 5 apples",
        "a..: avg=",
        "a..: 5% " BK_K6_PASS " 1",
        "a..: 1 2 3",
        "a..: 1 2",
        "see http_req_duration",
    };
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        assert_false(bk_k6_metric_line(bk_str(none[i]), &l));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_durations),
        cmocka_unit_test(test_quantities),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
