/* Times of options, and naming a run by the beginning of its name. */
#include "kit.h"

#include "../../../src/query/window.h"

static void seconds(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        double want; /* below 0: refused */
    } cases[] = {
        {"40", 40},         {"40s", 40},  {"1m30s", 90}, {"1h2m3s", 3723},
        {"250ms", 0.25},    {"1.5m", 90}, {"0", 0},      {"", -1},
        {"s", -1},          {"40x", -1},  {"-4s", -1},   {"4 s", -1},
        {"1e3", -1},        {"nan", -1},  {"4s5", 9},    {"1..5s", -1},
        {"9999999999", -1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double got = -1;
        bool ok = bk_parse_seconds(bk_str(cases[i].text), &got);
        if (ok != (cases[i].want >= 0) || (ok && got != cases[i].want))
            fail_msg("'%s' gives %g", cases[i].text, got);
    }
}

static void windows(void **state)
{
    (void)state;
    struct bk_window w;
    struct bk_err err;
    assert_true(bk_window_read(NULL, NULL, &w, &err));
    assert_true(w.from == 0 && isinf(w.to));
    assert_true(bk_window_read("10s", "1m", &w, &err));
    assert_true(w.from == 10 && w.to == 60);
    assert_false(bk_window_read("1m", "10s", &w, &err));
    assert_int_equal(err.code, BK_EUSAGE);
    assert_string_equal(err.msg, "--from 1m is not before --to 10s");
    assert_false(bk_window_read("soon", NULL, &w, &err));
}

static void named(void **state)
{
    struct kit *k = *state;
    struct bk_run_row run;
    import_run(k, "a", new_run(k, "070", "h100", "login"));
    import_run(k, "b", new_run(k, "071", "h100", "login"));
    import_run(k, "c", new_run(k, "071", "b200", "login"));
    must(k, bk_run_named(k->db, k->a, "070", &run, &k->err));
    assert_true(bk_is(run.name, "070/h100/login"));
    must(k, bk_run_named(k->db, k->a, "071/b", &run, &k->err));
    assert_true(bk_is(run.name, "071/b200/login"));
    must(k, bk_run_named(k->db, k->a, "#2", &run, &k->err));
    assert_true(bk_is(run.name, "071/h100/login"));
    assert_false(bk_run_named(k->db, k->a, "071", &run, &k->err));
    assert_true(bk_has(bk_str(k->err.msg), BK_S("beginning of several runs")));
    assert_false(bk_run_named(k->db, k->a, "071/h100/logon", &run, &k->err));
    assert_true(bk_has(bk_str(k->err.msg), BK_S("did you mean '071/h100/login'?")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(seconds),
                                       cmocka_unit_test(windows), IN_KIT(named)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
