/* Reports: which sentences follow from which numbers, and which do not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "kit.h"

/* A run with counts: 'ok' and 'failed' requests in 100 s. */
static void import_counts(struct kit *k, const char *session, const char *hardware,
                          const char *config, double good, double failed)
{
    const struct sample sample = {session,
                                  hardware,
                                  "w",
                                  config,
                                  "ok_throughput",
                                  good / 100,
                                  failed > good ? BK_RUN_FAILED : BK_RUN_OK};
    struct bk_run *run = run_of(k, &sample);
    add_number(k, run, "duration", "s", 100);
    add_number(k, run, "requests", "1", good + failed);
    add_number(k, run, "requests_ok", "1", good);
    add_number(k, run, "requests_failed", "1", failed);
    add_number(k, run, "request_throughput", "1/s", (good + failed) / 100);
    import_run(k, bk_fmt(k->a, "%s-%s-%s.csv", session, hardware, config).ptr, run);
}

/* Is there a conclusion that holds these words? */
static bool says(struct kit *k, struct bk_report *r, const char *words)
{
    const struct bk_section *s = section(r, "conclusions");
    for (size_t i = 0; i < s->n_rows; i++) {
        if (strstr(cell(k, s, i, "conclusion"), words) != NULL)
            return true;
    }
    return false;
}

static void the_headline_counts_failures(void **state)
{
    struct kit *k = *state;
    import_counts(k, "1", "b200", "workers=4", 20, 1980);
    import_counts(k, "1", "h100", "workers=4", 2000, 0);
    struct bk_report *r = answer(k, "report", WORDS("1"), NULL, NULL);
    assert_true(says(k, r, "failed: 99.00 % of the requests failed"));
    assert_true(says(k, r, "h100 completes 100x the ok requests a second of b200"));
    assert_true(says(k, r, "the headline request_throughput says 1x"));
    assert_true(says(k, r, "one configuration was measured"));
    const struct bk_section *m = section(r, "metrics");
    assert_string_equal(cell(k, m, 0, "metric"), "ok_throughput");
    assert_string_equal(cell(k, m, 0, "ratio"), "100");
    assert_string_not_equal(cell(k, m, 0, "ci_low"), "-");
    bk_report_free(r);
    r = answer(k, "report", WORDS("1"), NULL, WORDS("-m", "duration"));
    assert_int_equal(section(r, "metrics")->n_rows, 1);
    assert_true(says(k, r, "the headline request_throughput says 1x"));
    bk_report_free(r);
}

static void nothing_failed(void **state)
{
    struct kit *k = *state;
    import_counts(k, "1", "b200", "workers=4", 1000, 0);
    import_counts(k, "1", "h100", "workers=8", 2000, 0);
    struct bk_report *r = answer(k, "report", WORDS("1"), NULL, NULL);
    assert_true(says(k, r, "0.00 % of the requests failed"));
    assert_true(says(k, r, "h100 completes 2x the ok requests a second of b200"));
    assert_false(says(k, r, "headline"));
    assert_true(says(k, r, "2 configurations were measured"));
    assert_true(has_note(r, "confounded"));
    bk_report_free(r);
}

static void one_machine_alone(void **state)
{
    struct kit *k = *state;
    import_counts(k, "1", "h100", "workers=4", 2000, 0);
    import_counts(k, "1", "h100", "workers=8", 1000, 0);
    struct bk_report *r = answer(k, "report", WORDS("1"), NULL, NULL);
    const struct bk_section *s = section(r, "runs");
    assert_int_equal(s->n_rows, 2);
    assert_string_equal(cell(k, s, 0, "of"), "h100 workers=4");
    assert_string_equal(cell(k, s, 1, "of"), "h100 workers=8");
    s = section(r, "metrics");
    for (size_t i = 0; i < s->n_rows; i++) {
        assert_string_equal(cell(k, s, i, "ratio"), "-");
    }
    assert_false(says(k, r, "completes"));
    bk_report_free(r);
}

static void a_name_that_is_no_condition(void **state)
{
    struct kit *k = *state;
    import_counts(k, "1,2", "b200", "workers=4", 1000, 0);
    import_counts(k, "1,2", "h100", "workers=4", 2000, 0);
    struct bk_report *r = answer(k, "report", WORDS("1,2"), NULL, NULL);
    assert_non_null(r);
    assert_int_equal(section(r, "runs")->n_rows, 2);
    bk_report_free(r);
}

static void no_such_session(void **state)
{
    struct kit *k = *state;
    import_counts(k, "1", "h100", "workers=4", 2000, 0);
    assert_null(answer(k, "report", WORDS("2"), NULL, NULL));
    assert_int_equal(k->err.code, BK_EUSAGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_KIT(the_headline_counts_failures),
        IN_KIT(nothing_failed),
        IN_KIT(one_machine_alone),
        IN_KIT(a_name_that_is_no_condition),
        IN_KIT(no_such_session),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
