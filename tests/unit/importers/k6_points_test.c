/* Points of k6: numbers and times as the general readers have them, lines of a window,
 * and what runs come to whose tags are many. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "../../../importers/shared/k6_points.h"
#include "../../../importers/shared/window.h"
#include "../../../src/base/num.h"
#include "../../../src/samples/samples.h"

extern const struct bk_importer bk_importer_k6_csv;

static struct bk_err err;

/* --- numbers --- */

static void same_number(const char *text)
{
    double fast = 1, slow = 1;
    bool taken = bk_k6_number(bk_str(text), &fast);
    if (taken != bk_parse_double_special(bk_str(text), &slow))
        fail_msg("'%s' is %staken", text, taken ? "" : "not ");
    assert_memory_equal(&fast, &slow, sizeof fast);
}

static void test_numbers(void **state)
{
    static const char *const texts[] = {"",
                                        "-",
                                        ".",
                                        "1.",
                                        ".5",
                                        "-0",
                                        "-0.0",
                                        "+1",
                                        "1e3",
                                        "1.5e-3",
                                        "--1",
                                        "1-",
                                        "1..2",
                                        "1.2.3",
                                        "NaN",
                                        "-Inf",
                                        "0x10",
                                        " 1",
                                        "1 ",
                                        "999999999999999",
                                        "007",
                                        "1.-5",
                                        "-.5",
                                        "00.10",
                                        "-12.500000",
                                        "9007199254740993",
                                        "123456789012345.6",
                                        "1234567890.123456",
                                        "0.1",
                                        "0.000001",
                                        "100000000000000000000.5",
                                        "4503599627370497.5"};
    uint64_t random = 7;
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        same_number(texts[i]);
    for (int i = 0; i < 200000; i++) {
        char text[64];
        random = random * UINT64_C(6364136223846793005) + 1442695040888963407u;
        double x = (double)(random >> 20) / pow(10, (double)(random % 17));
        snprintf(text, sizeof text, "%s%.*f", random % 5 == 0 ? "-" : "",
                 (int)(random >> 8 & 7), x);
        same_number(text);
    }
}

static void test_times(void **state)
{
    int64_t ns;
    (void)state;
    assert_true(bk_k6_time(BK_S("1771063200"), &ns));
    assert_int_equal(ns, INT64_C(1771063200000000000));
    assert_true(bk_k6_time(BK_S("1771063200014"), &ns));
    assert_int_equal(ns, INT64_C(1771063200014000000));
    assert_true(bk_k6_time(BK_S("1771063200014015"), &ns));
    assert_int_equal(ns, INT64_C(1771063200014015000));
    assert_true(bk_k6_time(BK_S("1771063200014015016"), &ns));
    assert_int_equal(ns, INT64_C(1771063200014015016));
    assert_true(bk_k6_time(BK_S("2026-02-14T10:00:00.5Z"), &ns));
    assert_int_equal(ns, INT64_C(1771063200500000000));
    assert_false(bk_k6_time(BK_S("-1"), &ns));
    assert_false(bk_k6_time(BK_S(""), &ns));
    assert_false(bk_k6_time(BK_S("9223372036854775807"), &ns));
}

/* --- lines of a window --- */

static void test_lines(void **state)
{
    static const char text[] = "one\r\n\ntwo\rx\n0123456789012345678901234567890\nend";
    static const char *const want[] = {"one", "", "two\rx",
                                       "0123456789012345678901234567890", "end"};
    (void)state;
    for (size_t block = 1; block < 70; block += 3) {
        struct bk_input *in = bk_input_of(BK_S("x"), bk_str(text));
        struct bk_window w;
        struct bk_str line;
        bool more = true, cut = false;
        size_t n = 0;
        bk_window_open(&w, in, block);
        for (;; n++) {
            assert_true(bk_window_line(&w, &line, &more, &cut, &err));
            if (!more)
                break;
            assert_true(bk_is(line, want[n]));
            assert_int_equal(cut, n == 4);
        }
        assert_int_equal(n, 5);
        bk_window_close(&w);
        bk_input_close(in);
    }
}

/* --- runs --- */

struct taking {
    struct bk_sink sink;
    struct bk_run *run;
};

static bool take_run(struct bk_sink *s, struct bk_run *run, struct bk_err *e)
{
    (void)e;
    ((struct taking *)(void *)s)->run = run;
    return true;
}

static struct bk_run *import(struct bk_arena *a, struct bk_str text)
{
    struct taking t = {.sink = *bk_discard_sink()};
    struct bk_importing im = {.arena = a,
                              .dict = bk_dict_new(a),
                              .sink = &t.sink,
                              .format = BK_S("k6-csv"),
                              .taken_ns = BK_NO_TIME};
    struct bk_input *in = bk_input_of(BK_S("x"), text);
    t.sink.run = take_run;
    err.msg[0] = '\0';
    if (!bk_importer_k6_csv.import(in, &im, &err))
        fail_msg("%s", err.msg);
    bk_input_close(in);
    return t.run;
}

static size_t count_findings(const struct bk_run *run, const char *code,
                             const char *subject)
{
    size_t n = 0;
    for (size_t i = 0; i < run->n_findings; i++)
        n += bk_is(run->findings[i].code, code) &&
             bk_is(run->findings[i].subject, subject);
    return n;
}

/* A name for every request: the tag drops out, status and outcome stay. */
static void test_many_names(void **state)
{
    struct bk_arena *a = bk_arena_new();
    struct bk_buf b = {0};
    (void)state;
    bk_buf_add(&b, BK_S("metric_name,timestamp,metric_value,name,status,url\n"));
    for (int i = 0; i < 3000; i++) {
        int status = i % 3 == 0 ? 503 : 200;
        bk_buf_addf(&b, "http_reqs,%d,1.0,n%d,%d,\"u,%d\"\n", 1770000000 + i / 10, i,
                    status, i);
        bk_buf_addf(&b, "http_req_duration,%d,%d.5,n%d,%d,\"u,%d\"\n",
                    1770000000 + i / 10, i % 100, i, status, i);
    }
    struct bk_run *run = import(a, bk_buf_str(&b));
    assert_int_equal(run->n_samples, 6000);
    assert_int_equal(count_findings(run, "high-cardinality", "name"), 1);
    assert_int_equal(count_findings(run, "high-cardinality", "tags"), 0);
    assert_null(bk_run_find(run, "requests", "value", "{name:n1}"));
    const struct bk_measurement *m =
        bk_run_find(run, "requests", "value", "{status:503}");
    assert_non_null(m);
    assert_true(m->value == 1000);
    m = bk_run_find(run, "request_latency", "count", "ok");
    assert_non_null(m);
    assert_true(m->value == 2000);
    assert_int_equal(bk_samples_n_points(run->samples), 6000);
    assert_true(bk_samples_n_sets(run->samples) < 600);
    bk_buf_free(&b);
    bk_arena_free(a);
}

/* More combinations of tags than are told apart: outcomes still are. */
static void test_many_sets(void **state)
{
    struct bk_arena *a = bk_arena_new();
    struct bk_buf b = {0};
    (void)state;
    bk_buf_add(&b, BK_S("metric_name,timestamp,metric_value,group,name,"
                        "expected_response\n"));
    for (int i = 0; i < 20000; i++)
        bk_buf_addf(&b, "http_req_duration,1770000000,%d,g%d,n%d,%s\n", i, i % 141,
                    i / 141 % 142, i % 4 == 0 ? "false" : "true");
    struct bk_run *run = import(a, bk_buf_str(&b));
    assert_int_equal(count_findings(run, "high-cardinality", "tags"), 1);
    const struct bk_measurement *m =
        bk_run_find(run, "request_latency", "count", "failed");
    assert_non_null(m);
    assert_true(m->value == 5000);
    m = bk_run_find(run, "request_latency", "max", "ok");
    assert_non_null(m);
    assert_true(m->value == 19.999);
    assert_true(bk_samples_n_sets(run->samples) < BK_MAX_TAG_SETS);
    bk_buf_free(&b);
    bk_arena_free(a);
}

/* The percentiles of more points than one chunk holds are those of a sorted list. */
static void test_exact(void **state)
{
    enum {
        N = 100001
    };
    struct bk_arena *a = bk_arena_new();
    struct bk_buf b = {0};
    (void)state;
    bk_buf_add(&b, BK_S("metric_name,timestamp,metric_value,status\n"));
    for (int i = 0; i < N; i++) /* 7919 and N have no common divisor */
        bk_buf_addf(&b, "http_req_duration,%d,%d.000000,200\n", 1770000000 + i / 1000,
                    (int)((int64_t)i * 7919 % N));
    struct bk_run *run = import(a, bk_buf_str(&b));
    const struct bk_measurement *m = bk_run_find(run, "request_latency", "p99", "");
    assert_non_null(m);
    assert_true(m->value == 99.0);
    m = bk_run_find(run, "request_latency", "mean", "ok");
    assert_non_null(m);
    assert_true(m->value == 50.0);
    assert_int_equal(run->n_ticks, 101);
    bk_buf_free(&b);
    bk_arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers),   cmocka_unit_test(test_times),
        cmocka_unit_test(test_lines),     cmocka_unit_test(test_many_names),
        cmocka_unit_test(test_many_sets), cmocka_unit_test(test_exact),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
