/* Tokens: what runs are merged into, what may be assumed, and where intervals are from. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "kit.h"

#include "../../../src/base/num.h"

struct counted {
    const char *session, *config;
    double ok, seconds, input, output; /* totals; output 0: not told */
    enum bk_status status;
};

static void import_counted(struct kit *k, const struct counted *c)
{
    const struct sample sample = {c->session, "h100",          "w",
                                  c->config,  "ok_throughput", c->ok / c->seconds,
                                  c->status};
    struct bk_run *run = run_of(k, &sample);
    add_number(k, run, "requests_ok", "1", c->ok);
    add_number(k, run, "input_tokens", "1", c->input);
    if (c->output > 0)
        add_number(k, run, "output_tokens", "1", c->output);
    import_run(k, bk_fmt(k->a, "%s-%s-%g.csv", c->session, c->config, c->ok).ptr, run);
}

static void near(const char *got, double want)
{
    double x;
    assert_true(bk_parse_double(bk_str(got), &x));
    if (!(x > want * 0.9999 && x < want * 1.0001))
        fail_msg("got %s, want %g", got, want);
}

static void means_are_merged_with_counts(void **state)
{
    struct kit *k = *state;
    import_counted(k,
                   &(struct counted){"1", "workers=4", 100, 10, 1000, 300, BK_RUN_OK});
    import_counted(k,
                   &(struct counted){"2", "workers=4", 300, 30, 6000, 300, BK_RUN_OK});
    struct bk_report *r = answer(k, "tokens", NULL, NULL, WORDS("--requests", "200"));
    const struct bk_section *s = section(r, "tokens");
    assert_int_equal(s->n_rows, 1);
    near(cell(k, s, 0, "input_per_request"), 17.5); /* 7000 / 400, not 15 */
    near(cell(k, s, 0, "output_per_request"), 1.5);
    near(cell(k, s, 0, "total_token_throughput"), 190);
    near(cell(k, s, 0, "tokens_per_day"), 190.0 * 86400);
    s = section(r, "processing");
    assert_string_equal(cell(k, s, 0, "interval"), "of 2 sessions");
    near(cell(k, s, 0, "takes"), 20);
    near(cell(k, s, 0, "ci_low"), 10); /* both sessions made 10 a second */
    bk_report_free(r);
}

static void sessions_have_an_interval(void **state)
{
    struct kit *k = *state;
    import_counted(k,
                   &(struct counted){"1", "workers=4", 100, 10, 1000, 300, BK_RUN_OK});
    import_counted(k,
                   &(struct counted){"2", "workers=4", 121, 10, 1000, 300, BK_RUN_OK});
    import_counted(k,
                   &(struct counted){"3", "workers=4", 110, 10, 1000, 300, BK_RUN_OK});
    struct bk_report *r = answer(k, "tokens", NULL, NULL, NULL);
    const struct bk_section *s = section(r, "processing");
    /* logs of 10, 12.1 and 11: sd 0.0953102, t(2, .975) 4.3026527, / sqrt(3) */
    near(cell(k, s, 0, "ok_throughput"), 11);
    near(cell(k, s, 0, "ci_low"), 8.68089);
    near(cell(k, s, 0, "ci_high"), 13.93866);
    bk_report_free(r);
}

static void one_session_has_that_of_its_count(void **state)
{
    struct kit *k = *state;
    import_counted(k, &(struct counted){"1", "workers=4", 10, 10, 150, 0, BK_RUN_OK});
    struct bk_report *r =
        answer(k, "tokens", NULL, NULL, WORDS("--output-tokens", "20"));
    const struct bk_section *s = section(r, "processing");
    assert_string_equal(cell(k, s, 0, "interval"), "of one session");
    near(cell(k, s, 0, "ci_low"), 0.479539);
    near(cell(k, s, 0, "ci_high"), 1.839036);
    s = section(r, "tokens");
    assert_string_equal(cell(k, s, 0, "input_basis"), "measured");
    assert_string_equal(cell(k, s, 0, "output_basis"), "assumed");
    near(cell(k, s, 0, "total_token_throughput"), 35);
    assert_true(has_note(r, "assumed"));
    bk_report_free(r);
}

static void failed_runs_count_only_alone(void **state)
{
    struct kit *k = *state;
    import_counted(k,
                   &(struct counted){"1", "workers=4", 100, 10, 1000, 300, BK_RUN_OK});
    import_counted(k,
                   &(struct counted){"2", "workers=4", 5, 10, 900, 300, BK_RUN_FAILED});
    import_counted(k,
                   &(struct counted){"2", "workers=8", 5, 10, 50, 300, BK_RUN_FAILED});
    import_counted(k,
                   &(struct counted){"2", "workers=9", 5, 10, 50, 300, BK_RUN_INVALID});
    struct bk_report *r = answer(k, "tokens", NULL, NULL, NULL);
    const struct bk_section *s = section(r, "tokens");
    assert_int_equal(s->n_rows, 3);
    assert_string_equal(cell(k, s, 0, "status"), "ok");
    assert_string_equal(cell(k, s, 0, "sessions"), "1");
    near(cell(k, s, 0, "ok_throughput"), 10);
    assert_string_equal(cell(k, s, 1, "status"), "failed");
    near(cell(k, s, 1, "ok_throughput"), 0.5);
    assert_string_equal(cell(k, s, 2, "ok_throughput"), "-");
    assert_true(has_note(r, "left-out"));
    assert_true(has_note(r, "failures"));
    bk_report_free(r);
}

static void what_was_asked_for_is_no_measurement(void **state)
{
    struct kit *k = *state;
    const struct sample sample = {
        "1", "h100",   "w", "input_len=128 output_len=32", "ok_throughput",
        16,  BK_RUN_OK};
    struct bk_run *run = run_of(k, &sample);
    add_number(k, run, "output_token_throughput", "tok/s", 320);
    import_run(k, "a", run);
    struct bk_report *r = answer(k, "tokens", NULL, NULL, NULL);
    const struct bk_section *s = section(r, "tokens");
    assert_string_equal(cell(k, s, 0, "input_per_request"), "128");
    assert_string_equal(cell(k, s, 0, "input_basis"), "configured");
    assert_string_equal(cell(k, s, 0, "output_per_request"), "20"); /* 320 / 16 */
    assert_string_equal(cell(k, s, 0, "output_basis"), "throughputs");
    assert_string_equal(cell(k, s, 0, "throughput_basis"), "partly measured");
    bk_report_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_KIT(means_are_merged_with_counts),
        IN_KIT(sessions_have_an_interval),
        IN_KIT(one_session_has_that_of_its_count),
        IN_KIT(failed_runs_count_only_alone),
        IN_KIT(what_was_asked_for_is_no_measurement),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
