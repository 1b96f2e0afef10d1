/* Path templates. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "../../../src/ingest/internal.h"

static struct bk_arena *arena;

static int set_up(void **state)
{
    (void)state;
    arena = bk_arena_new();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    bk_arena_free(arena);
    return 0;
}

static bool match(const char *template, const char *path, struct bk_context *c)
{
    struct bk_err err = {0};
    bool ok = bk_path_match(arena, bk_str(template), bk_str(path), c, &err);
    assert_int_equal(err.code, BK_OK);
    return ok;
}

static void is(struct bk_str got, const char *want)
{
    assert_int_equal(got.len, strlen(want));
    assert_memory_equal(got.ptr, want, got.len);
}

static void test_folders(void **state)
{
    (void)state;
    struct bk_context c;
    assert_true(match("bench-session-{session}/{hardware}/{test_type}/{workload}/"
                      "{started_at:%d%m%Y%H%M%S}/",
                      "/data/results/bench-session-102/h100/stress/memorize/"
                      "04032026141007/k6_output.txt",
                      &c));
    is(c.session, "102");
    is(c.hardware, "h100");
    is(c.workload, "memorize");
    assert_int_equal(c.n_params, 1);
    is(c.params[0].name, "test_type");
    is(c.params[0].value, "stress");
    int64_t want;
    assert_true(bk_parse_iso(bk_str("2026-03-04T14:10:07Z"), &want, NULL));
    assert_true(c.started_ns == want);
    is(c.started_text, "04032026141007");
}

static void test_stamp_without_format(void **state)
{
    (void)state;
    struct bk_context c;
    int64_t want;
    assert_true(bk_parse_iso(bk_str("2026-03-04T14:10:07Z"), &want, NULL));
    assert_true(match("{started_at}/", "a/04032026141007/x", &c));
    assert_true(c.started_ns == want);
    assert_true(match("{started_at}/", "a/20260304-141007/x", &c));
    assert_true(c.started_ns == want);
}

static void test_file_names(void **state)
{
    (void)state;
    struct bk_context c;
    assert_true(match("{model}/results/results_{concurrency}.csv",
                      "orca-8b/results/results_12.csv", &c));
    is(c.model, "orca-8b");
    is(c.params[0].value, "12");
    assert_true(match("{model}-{hardware}.json", "x/qwen-7b-h100.json", &c));
    is(c.model, "qwen"); /* as little as will do */
    is(c.hardware, "7b-h100");
    assert_true(match("run*_{concurrency}.txt", "run-3_b_8.txt", &c));
    is(c.params[0].value, "b_8");
    assert_true(match("./{model}/x.csv", "orca//./x.csv", &c) ||
                match("{model}/x.csv", "orca//./x.csv", &c));
}

static void test_no_match(void **state)
{
    (void)state;
    struct bk_context c;
    assert_false(match("{model}/results_{n}.csv", "results_12.csv", &c));
    assert_false(match("results_{n}.csv", "a/results_.csv", &c));
    assert_false(match("results_{n}.csv", "a/my_results_3.csv", &c));
    assert_false(match("s-{session}/{started_at:%Y%m%d}/", "s-1/20261399/x", &c));
    assert_false(match("{a}{b}/", "x/file", &c)); /* each takes at least a byte */
}

static void test_hostile(void **state)
{
    (void)state;
    struct bk_context c;
    char path[2100];
    memset(path, 'a', sizeof path);
    path[1000] = '\0';
    assert_false(match("{a}a{b}a{c}a{d}a{e}a{f}a{g}b", path, &c));
    path[1000] = 'a';
    path[2000] = '\0';
    assert_false(match("{a}", path, &c));
}

static void test_malformed(void **state)
{
    (void)state;
    static const char *const bad[] = {"", "/", "{hardware", "{}", "a/{b c}/", "{:%Y}"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct bk_err err = {0};
        assert_false(bk_path_check(arena, bk_str(bad[i]), &err));
        assert_int_equal(err.code, BK_EUSAGE);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_folders),    cmocka_unit_test(test_stamp_without_format),
        cmocka_unit_test(test_file_names), cmocka_unit_test(test_no_match),
        cmocka_unit_test(test_hostile),    cmocka_unit_test(test_malformed),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
