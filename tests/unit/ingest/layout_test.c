/* Layout files: what they say, and what is refused with file and line. */
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

static void is(struct bk_str got, const char *want)
{
    assert_int_equal(got.len, strlen(want));
    assert_memory_equal(got.ptr, want, got.len);
}

static void refused(const char *text, const char *why)
{
    struct bk_layout l;
    struct bk_err err = {0};
    assert_false(bk_layout_parse(arena, bk_str("x.layout"), bk_str(text), &l, &err));
    assert_int_equal(err.code, BK_EUSAGE);
    if (!strstr(err.msg, why) || !strstr(err.msg, "x.layout"))
        fail_msg("'%s' does not hold '%s'", err.msg, why);
    bk_layout_free(&l);
}

static const char *value_of(const struct bk_saids *s, const char *name, size_t nth)
{
    for (size_t i = 0; i < s->n; i++) {
        if (bk_is(s->items[i].name, name) && nth-- == 0)
            return bk_cstr(arena, s->items[i].value);
    }
    return "";
}

static void test_sections(void **state)
{
    (void)state;
    struct bk_layout l;
    struct bk_err err = {0};
    const char *text = "# c\n[path]\ntemplate = {session}/{hardware}/\r\n"
                       "[run]\none-per = directory\nresult = a.txt \"b c.md\"\n"
                       "ignore = *.json\n"
                       "[before-after b.json a.json]\n/n/x = made : MB\n"
                       "[timing *.log]\nmetric = m\nmatch = took ([0-9]+)ms\nunit = ms";
    assert_true(bk_layout_parse(arena, bk_str("x"), bk_str(text), &l, &err));
    assert_int_equal(l.n_templates, 1);
    assert_true(l.per_directory);
    assert_int_equal(l.n_results, 2);
    is(l.results[1], "b c.md");
    assert_int_equal(l.n_growths, 1);
    is(l.growths[0].metric, "made");
    is(l.growths[0].unit, "MB");
    is(l.growths[0].after, "a.json");
    assert_int_equal(l.n_timings, 1);
    is(l.timings[0].match, "took ([0-9]+)ms");
    bk_layout_free(&l);
}

static void test_context(void **state)
{
    (void)state;
    struct bk_layout l;
    struct bk_err err = {0};
    struct bk_saids says = {0};
    const char *text =
        "[run]\none-per = directory\nresult = r\n"
        "[context env]\nKIND = hardware\n"
        "ID ~ pool_([0-9]+)_workers_([0-9]+) -> config.pool config.workers\n"
        "ID ~ ^id-> -> -\n"
        "~ Workers: ([0-9]+) -> config.workers\n"
        "/a/0/b = fact.gpu\n/a = fact.n\n";
    assert_true(bk_layout_parse(arena, bk_str("x"), bk_str(text), &l, &err));
    bk_layout_context(arena, &l.contexts[0], bk_str("env"),
                      bk_str("A=1\nexport KIND=\"h100\"\nID=id->pool_8_workers_24\n"
                             "log   Workers: 16 \n"),
                      &says);
    assert_string_equal(value_of(&says, "hardware", 0), "h100");
    assert_string_equal(value_of(&says, "config.pool", 0), "8");
    assert_string_equal(value_of(&says, "config.workers", 0), "24");
    assert_string_equal(value_of(&says, "config.workers", 1), "16");
    is(says.items[0].place, "env line 2");
    assert_int_equal(says.n, 4);
    bk_layout_context(arena, &l.contexts[0], bk_str("env"),
                      bk_str("{\"a\":[{\"b\":\"H100\"}]}"), &says);
    assert_string_equal(value_of(&says, "fact.gpu", 0), "H100");
    assert_string_equal(value_of(&says, "fact.n", 0), "1");
    bk_layout_free(&l);
}

static void test_refused(void **state)
{
    (void)state;
    refused("a = b\n", "line 1");
    refused("[path]\n\n[pat]\n", "line 3");
    refused("[path]\ntemplat = x\n", "line 2");
    refused("[path]\ntemplate = {x\n", "line 2");
    refused("[run\n", "line 1");
    refused("[run]\none-per = planet\n", "line 2");
    refused("[timing a b]\n", "line 1");
    refused("[timing a]\nmetric = m\n", "line 1");
    refused("[timing a]\nmetric = m\nmatch = (\n", "line 3");
    refused("[before-after a]\n", "line 1");
    refused("[context e]\nK = a b\n", "line 2");
    refused("[context e]\nK ~ x\n", "line 2");
    refused("[context e]\nK ~ (x) -> a b\n", "line 2");
    refused("[context e]\nK\n", "line 2");
    refused("[context e]\nK = hardware\n", "one-per");
    refused("[run]\none-per = directory\n", "result");
}

static void test_example(void **state)
{
    (void)state;
    struct bk_layout l;
    struct bk_err err = {0};
    struct bk_saids says = {0};
    if (!bk_layout_read(arena, BK_SOURCE_DIR "/examples/layouts/bench-sessions.layout",
                        &l, &err))
        fail_msg("%s", err.msg);
    bk_layout_context(
        arena, &l.contexts[0], bk_str("environment_vars.txt"),
        bk_str("AGENT_ID=agent_test_b200_bench058_maxpool_12_workers_16_vus_300\n"
               "TENANT_ID=tenant_5_workers_3\nREQUEST_TIMEOUT=15s\n"),
        &says);
    assert_string_equal(value_of(&says, "config.pool_size", 0), "12");
    assert_string_equal(value_of(&says, "config.workers", 0), "16");
    assert_string_equal(value_of(&says, "config.workers", 1), "");
    assert_string_equal(value_of(&says, "?config.vus_max", 0), "300");
    assert_string_equal(value_of(&says, "?hardware", 0), "b200");
    bk_layout_free(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sections),
        cmocka_unit_test(test_context),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_example),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
