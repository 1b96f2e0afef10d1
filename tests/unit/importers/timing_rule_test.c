/* Rules of timing logs: the quick ways and the expression agree. */
#include "../../../importers/timing_rule.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

static struct bk_arena *arena;
static struct bk_err err;

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

static struct timing_rule *rule_of(const char *match)
{
    struct timing_rule *t;
    struct bk_timing_rule rule = {.metric = BK_S("m"), .match = bk_str(match)};
    if (!timing_rule_new(&t, arena, &rule, &err))
        fail_msg("%s", err.msg);
    return t;
}

/* All values that a rule finds in a line, joined by blanks. */
static void finds(const char *match, const char *line, const char *values)
{
    struct timing_rule *t = rule_of(match);
    struct timing_match m;
    struct bk_buf b = {0};
    size_t from = 0;
    bk_buf_add(&b, BK_S(""));
    while (from <= strlen(line) && timing_rule_find(t, bk_str(line), from, &m)) {
        bk_buf_addf(&b, "%s%.*s%.*s%.*s", b.len > 0 ? " " : "", BK_F(m.name),
                    BK_F(m.value), BK_F(m.unit));
        from = m.end > from ? m.end : from + 1;
    }
    if (!bk_is(bk_buf_str(&b), values))
        fail_msg("'%s' in '%s' gives '%.*s', not '%s'", match, line,
                 BK_F(bk_buf_str(&b)), values);
    bk_buf_free(&b);
    timing_rule_free(t);
}

static void test_matches(void **state)
{
    (void)state;
    finds("took ([0-9.]+)ms", "took 1.5ms, took 2ms; took ms took 7s", "1.5 2");
    finds("took ([0-9.]+)ms$", "took 1.5ms took 2ms", "2");
    finds("took ([0-9.m]+)ms", "took 1mmms", "1mm");
    finds("1([0-9]+)x", "11112x 13", "1112");
    finds("aa([b]+)", "aaab aab", "b b");
    finds("(get|put) took ([0-9]+)", "get took 5", "get");
    finds("(?:get|put) took (?<value>[0-9]+)", "put took 5", "5");
    finds("(?<name>\\w+) in (?P<value>[\\d.]+)(?<unit>m?s)", "a_b in 5ms c in 7s",
          "a_b5ms c7s");
    finds("a|took ([0-9]+)", "took 5", "5");
    finds("to?ok ([0-9]+)", "tok 5 took 6", "5 6");
    finds("x{2}y ([0-9]+)", "xxy 5", "5");
    finds("\\(t=([0-9]+)\\)", "(t=12)", "12");
    finds("[]a] ([0-9]+)", "] 5 a 6", "5 6");
    finds("\\bms=([0-9]+)", "ms=3", "3");
    finds("t=([0-9]+)", "", "");
}

static void refuses(const char *match, const char *why)
{
    struct timing_rule *t;
    struct bk_timing_rule rule = {.metric = BK_S("m"), .match = bk_str(match)};
    assert_false(timing_rule_new(&t, arena, &rule, &err));
    assert_int_equal(err.code, BK_EUSAGE);
    assert_non_null(strstr(err.msg, why));
}

static void test_refused(void **state)
{
    (void)state;
    refuses("", "no expression");
    refuses("took [0-9]+", "no group");
    refuses("(a)\\1", "refers back");
    refuses("(a", "no regular expression");
}

/* A line that nearly matches everywhere takes a time that does not square. */
static void test_long_line(void **state)
{
    (void)state;
    struct timing_rule *t = rule_of("1([0-9]+)x");
    struct timing_match m;
    static char line[4 * 1024 * 1024];
    memset(line, '1', sizeof line - 1);
    assert_false(timing_rule_find(t, (struct bk_str){line, sizeof line - 1}, 0, &m));
    timing_rule_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_matches, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_long_line, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
