/* Where errors begin in a ramp and with which bounds, and sweeps across runs. */
#include "kit.h"

#define RISE 100 /* seconds of the ramps below: a user more each second */

/* A ramp of RISE seconds and a drain of 10 in which all fails: 100 requests a second, of
 * which 'failed' says how many fail. */
static void import_ramp(struct kit *k, double (*failed)(int second))
{
    struct bk_run *r = new_run(k, "071", "h100", "login");
    double requests = 0, bad = 0;
    for (int t = 1; t <= RISE + 10; t++) {
        struct bk_tick *tick = BK_PUSH(k->a, r->ticks, r->n_ticks);
        requests += 100;
        bad += t <= RISE ? failed(t) : 100;
        *tick = (struct bk_tick){.elapsed_s = t,
                                 .vus = t <= RISE ? t : (RISE - 10 * (t - RISE)),
                                 .iterations = (double)NAN,
                                 .interrupted = (double)NAN,
                                 .requests = requests,
                                 .failed = bad,
                                 .latency_mean_s = t <= RISE ? 0.1 : 2,
                                 .latency_p95_s = t <= 40 ? 0.2 : 2};
    }
    import_run(k, "ramp", r);
}

static double from_61(int t)
{
    return t >= 61 ? 10 : 0;
}

static void errors_begin(void **state)
{
    struct kit *k = *state;
    import_ramp(k, from_61);
    struct bk_report *r =
        answer(k, "capacity", WORDS("071"), NULL, WORDS("--p95", "1500ms"));
    const struct bk_section *s = section(r, "landmarks");
    assert_string_equal(cell(k, s, 0, "landmark"), "errors");
    assert_string_equal(cell(k, s, 0, "load"), "61");
    assert_string_equal(cell(k, s, 0, "at_least"), "60");
    assert_string_equal(cell(k, s, 0, "at_most"), "61");
    assert_string_equal(cell(k, s, 0, "first_seen_s"), "60");
    assert_string_equal(cell(k, s, 0, "meaning"),
                        "errors above 1 % from 61 VUs on, first seen at 60 s");
    assert_string_equal(cell(k, s, 1, "landmark"), "p95");
    assert_string_equal(cell(k, s, 1, "load"), "41");
    assert_string_equal(cell(k, s, 1, "value"), "2");
    assert_true(has_note(r, "drain"));
    /* the drain, in which all fails, is in no level */
    s = section(r, "levels");
    assert_string_equal(cell(k, s, s->n_rows - 1, "load_to"), "100");
    assert_string_equal(cell(k, s, s->n_rows - 1, "error_rate"), "0.1");
    assert_string_equal(cell(k, s, s->n_rows - 1, "latency_mean"), "0.1");
    bk_report_free(r);
}

static double early_blip(int t)
{
    return t == 20 ? 50 : t >= 81 ? 10 : 0;
}

static void a_bad_second_is_no_onset(void **state)
{
    struct kit *k = *state;
    import_ramp(k, early_blip);
    struct bk_report *r = answer(k, "capacity", WORDS("071"), NULL, NULL);
    assert_string_equal(cell(k, section(r, "landmarks"), 0, "load"), "81");
    bk_report_free(r);
    r = answer(k, "capacity", WORDS("071"), NULL, WORDS("--errors", "20%"));
    const struct bk_section *s = section(r, "landmarks");
    assert_string_equal(cell(k, s, 0, "load"), "-");
    assert_string_equal(cell(k, s, 0, "at_least"), "100");
    assert_string_equal(cell(k, s, 0, "meaning"),
                        "errors do not stay above 20 % up to 100 VUs");
    bk_report_free(r);
}

static double never(int t)
{
    (void)t;
    return 0;
}

static void no_errors(void **state)
{
    struct kit *k = *state;
    import_ramp(k, never);
    struct bk_report *r = answer(k, "capacity", WORDS("071"), NULL, NULL);
    const struct bk_section *s = section(r, "landmarks");
    assert_string_equal(cell(k, s, 0, "meaning"), "no errors above 1 % up to 100 VUs");
    assert_string_equal(cell(k, s, 0, "value"), "0");
    bk_report_free(r);
}

/* One failure of 60 requests at one load is no onset at 1 %, and 30 are. */
static void few_requests_tell_little(void **state)
{
    struct kit *k = *state;
    static const double failed[] = {1, 30};
    for (size_t i = 0; i < 2; i++) {
        struct bk_run *r = new_run(k, i == 0 ? "1" : "2", "h100", "login");
        for (int t = 1; t <= 6; t++) {
            const double unknown = (double)NAN;
            *BK_PUSH(k->a, r->ticks, r->n_ticks) = (struct bk_tick){
                t, 5, unknown, unknown, 10 * t, failed[i] * t / 6, unknown, 0.2};
        }
        import_run(k, i == 0 ? "few" : "many", r);
    }
    struct bk_report *r =
        answer(k, "capacity", WORDS("1"), NULL, WORDS("--p95", "300ms"));
    const struct bk_section *s = section(r, "landmarks");
    assert_int_equal(s->n_rows, 2); /* and no knee of a single load */
    assert_string_equal(cell(k, s, 0, "load"), "-");
    assert_string_equal(cell(k, s, 0, "meaning"),
                        "60 requests up to 5 VUs, of which 1 failed, are too few to "
                        "tell 1 %");
    assert_string_equal(cell(k, s, 1, "meaning"), "p95 is within 0.3 s up to 5 VUs");
    assert_true(has_note(r, "one-load"));
    bk_report_free(r);
    r = answer(k, "capacity", WORDS("2"), NULL, NULL);
    assert_string_equal(cell(k, section(r, "landmarks"), 0, "load"), "5");
    bk_report_free(r);
}

/* A run that tells only of iterations, 10 a second; of its 600 requests some were ok. */
static struct bk_run *iterations_run(struct kit *k, double ok)
{
    struct bk_run *r = new_run(k, "072", "h100", "login");
    for (int t = 1; t <= 60; t++) {
        const double unknown = (double)NAN;
        *BK_PUSH(k->a, r->ticks, r->n_ticks) =
            (struct bk_tick){t, t, 10 * t, 0, unknown, unknown, unknown, unknown};
    }
    add_number(k, r, "requests", "1", 600);
    add_number(k, r, "requests_ok", "1", ok);
    add_number(k, r, "iterations", "1", 600);
    return r;
}

static void totals_bound_errors(void **state)
{
    struct kit *k = *state;
    import_run(k, "iterations", iterations_run(k, 200));
    struct bk_report *r = answer(k, "capacity", WORDS("072"), NULL, NULL);
    const struct bk_section *s = section(r, "landmarks");
    /* after 21 seconds 210 are done, and no more than 200 of them can be ok */
    assert_string_equal(cell(k, s, 0, "load"), "-");
    assert_string_equal(cell(k, s, 0, "at_least"), "-");
    assert_string_equal(cell(k, s, 0, "at_most"), "21");
    assert_string_equal(cell(k, s, 0, "first_seen_s"), "21");
    assert_int_equal(s->n_rows, 1); /* two thirds failed: no knee of failures */
    assert_true(has_note(r, "failures-only"));
    s = section(r, "fit");
    assert_string_equal(cell(k, s, 0, "verdict"), "refused");
    bk_report_free(r);
}

static void no_bound_is_invented(void **state)
{
    struct kit *k = *state;
    struct bk_run *r = iterations_run(k, 200);
    r->measurements[0].value = r->measurements[0].low = r->measurements[0].high = 1200;
    import_run(k, "iterations", r);
    struct bk_report *report = answer(k, "capacity", WORDS("072"), NULL, NULL);
    const struct bk_section *s = section(report, "landmarks");
    assert_string_equal(cell(k, s, 0, "at_most"), "-");
    assert_string_equal(cell(k, s, 0, "meaning"),
                        "the tool told no failures on its way");
    bk_report_free(report);
}

static void fails(struct kit *k, const char *const *where, const char *const *options,
                  const char *message)
{
    struct bk_report *r = answer(k, "capacity", NULL, where, options);
    assert_null(r);
    assert_int_equal(k->err.code, BK_EUSAGE);
    assert_true(bk_has(bk_str(k->err.msg), bk_str(message)));
}

static void repeats_and_failures(void **state)
{
    struct kit *k = *state;
    static const struct sample samples[] = {
        {"1", "h100", "w", "concurrency=1", "ok_throughput", 10, BK_RUN_OK},
        {"1", "h100", "w", "concurrency=2", "ok_throughput", 90, BK_RUN_OK},
        {"1", "h100", "w", "concurrency=2", "ok_throughput", 18, BK_RUN_OK},
        {"1", "h100", "w", "concurrency=2", "ok_throughput", 17, BK_RUN_OK},
        {"2", "h100", "w", "concurrency=2", "ok_throughput", 22, BK_RUN_OK},
        {"1", "h100", "w", "concurrency=4", "ok_throughput", 30, BK_RUN_DEGRADED},
        {"1", "h100", "w", "concurrency=8", "ok_throughput", 99, BK_RUN_FAILED},
    };
    FILL(k, samples);
    struct bk_report *r = answer(k, "capacity", NULL, NULL, NULL);
    const struct bk_section *s = section(r, "points");
    assert_int_equal(s->n_rows, 4);
    /* the median of session 1 is 18, of session 2 it is 22 */
    assert_string_equal(cell(k, s, 1, "throughput"), "20");
    assert_string_equal(cell(k, s, 1, "sessions"), "2");
    assert_string_equal(cell(k, s, 1, "runs"), "4");
    assert_string_equal(cell(k, s, 1, "noise"), "0.141421");
    assert_string_equal(cell(k, s, 2, "used"), "1"); /* its ok requests count */
    assert_string_equal(cell(k, s, 3, "status"), "failed");
    assert_string_equal(cell(k, s, 3, "used"), "0");
    assert_string_equal(cell(k, section(r, "fit"), 0, "points"), "3");
    assert_true(has_note(r, "left-out"));
    s = section(r, "landmarks");
    for (size_t i = 0; i < s->n_rows; i++) { /* never at the failed load */
        assert_string_not_equal(cell(k, s, i, "load"), "8");
    }
    bk_report_free(r);
}

static void the_load_is_chosen(void **state)
{
    struct kit *k = *state;
    static const struct sample samples[] = {
        {"1", "h100", "w", "workers=1 pool_size=8", "ok_throughput", 10, BK_RUN_OK},
        {"1", "h100", "w", "workers=2 pool_size=4", "ok_throughput", 20, BK_RUN_OK},
        {"1", "b200", "w", "workers=4 mode=fast", "ok_throughput", 30, BK_RUN_OK},
        {"1", "b200", "w", "workers=8 mode=slow", "ok_throughput", 40, BK_RUN_OK},
    };
    FILL(k, samples);
    fails(k, NULL, NULL, "differ in their hardware ('h100', 'b200' ...)");
    fails(k, WORDS("hardware=h100"), NULL,
          "several parameters differ (pool_size, workers)");
    fails(k, WORDS("hardware=h100"), WORDS("--by", "worker"),
          "did you mean 'workers'?");
    fails(k, WORDS("hardware=b200"), WORDS("--by", "mode"), "no number above 0");
    fails(k, WORDS("hardware=b200,workers=4"), NULL, "no numeric parameter differs");
    fails(k, WORDS("hardware=tpu"), NULL, "no run matches");
    fails(k, NULL, WORDS("--metric", "goodput"), "has the metric 'goodput'");
    struct bk_report *r =
        answer(k, "capacity", NULL, WORDS("hardware=h100"), WORDS("--by", "workers"));
    assert_true(has_note(r, "confounded"));
    bk_report_free(r);
    r = answer(k, "capacity", NULL, WORDS("hardware=b200"), NULL);
    assert_string_equal(section(r, "points")->columns[0].name, "workers");
    bk_report_free(r);
}

static void little_and_pools(void **state)
{
    struct kit *k = *state;
    static const struct sample samples[] = {
        {"1", "h100", "w", "concurrency=10 workers=2 pool_size=4", "ok_throughput", 20,
         BK_RUN_OK},
        {"1", "h100", "w", "concurrency=20 workers=2 pool_size=4", "ok_throughput", 20,
         BK_RUN_OK},
    };
    for (size_t i = 0; i < 2; i++) {
        struct bk_run *run = run_of(k, &samples[i]);
        add_number(k, run, "request_throughput", "1/s", 20);
        add_time(k, run, "request_latency", "mean", "0.75");
        import_run(k, i == 0 ? "a" : "b", run);
    }
    struct bk_report *r = answer(k, "capacity", NULL, NULL, NULL);
    const struct bk_section *s = section(r, "checks");
    /* 20/s for 0.75 s are 15 in flight: more than 10 users, less than 20 */
    assert_string_equal(cell(k, s, 0, "check"), "in_flight");
    assert_string_equal(cell(k, s, 0, "value"), "15");
    assert_string_equal(cell(k, s, 0, "holds"), "0");
    assert_string_equal(cell(k, s, 1, "check"), "connections");
    assert_string_equal(cell(k, s, 1, "limit"), "8");
    assert_string_equal(cell(k, s, 1, "holds"), "0");
    assert_string_equal(cell(k, s, 2, "check"), "pool_throughput");
    assert_string_equal(cell(k, s, 2, "limit"), "10.6667");
    assert_string_equal(cell(k, s, 3, "check"), "in_flight");
    assert_string_equal(cell(k, s, 3, "holds"), "1");
    bk_report_free(r);
}

/* Users rise to 100 in 100 s and stay for 100 s: 15,000 user seconds. */
static struct bk_run *ramp_without_course(struct kit *k, double requests)
{
    const struct sample sample = {"1",
                                  "h100",
                                  "w",
                                  "vus_max=100 workers=4 pool_size=10 think_time=1",
                                  "ok_throughput",
                                  20,
                                  BK_RUN_OK};
    struct bk_run *run = run_of(k, &sample);
    for (int i = 0; i < 2; i++)
        *BK_PUSH(k->a, run->stages, run->n_stages) =
            (struct bk_stage){.seconds = 100, .vus = 100};
    add_number(k, run, "requests", "1", requests);
    add_number(k, run, "request_throughput", "1/s", requests / 200);
    add_time(k, run, "request_latency", "mean", "4");
    return run;
}

static void totals_are_checked_without_a_course(void **state)
{
    struct kit *k = *state;
    import_run(k, "a", ramp_without_course(k, 3100));
    struct bk_report *r = answer(k, "capacity", WORDS("1"), NULL, NULL);
    const struct bk_section *s = section(r, "checks");
    assert_int_equal(s->n_rows, 4);
    assert_string_equal(cell(k, s, 0, "check"), "in_flight");
    assert_string_equal(cell(k, s, 0, "value"), "62");
    assert_string_equal(cell(k, s, 0, "limit"), "75");
    assert_string_equal(cell(k, s, 1, "check"), "requests");
    assert_string_equal(cell(k, s, 1, "value"), "3100");
    assert_string_equal(cell(k, s, 1, "limit"), "3000");
    assert_string_equal(cell(k, s, 1, "holds"), "1");
    assert_string_equal(cell(k, s, 2, "check"), "connections");
    assert_string_equal(cell(k, s, 2, "at"), "100 users");
    assert_string_equal(cell(k, s, 2, "value"), "80");
    assert_string_equal(cell(k, s, 2, "limit"), "40");
    assert_string_equal(cell(k, s, 2, "holds"), "0");
    assert_string_equal(cell(k, s, 3, "check"), "pool_throughput");
    assert_string_equal(cell(k, s, 3, "limit"), "10");
    assert_true(has_note(r, "totals-only"));
    bk_report_free(r);
}

static void another_number_of_requests(void **state)
{
    struct kit *k = *state;
    import_run(k, "a", ramp_without_course(k, 1600));
    struct bk_report *r = answer(k, "capacity", WORDS("1"), NULL, NULL);
    const struct bk_section *s = section(r, "checks");
    assert_string_equal(cell(k, s, 1, "check"), "requests");
    assert_string_equal(cell(k, s, 1, "holds"), "0");
    bk_report_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_KIT(errors_begin),
        IN_KIT(a_bad_second_is_no_onset),
        IN_KIT(no_errors),
        IN_KIT(totals_bound_errors),
        IN_KIT(no_bound_is_invented),
        IN_KIT(repeats_and_failures),
        IN_KIT(the_load_is_chosen),
        IN_KIT(little_and_pools),
        IN_KIT(totals_are_checked_without_a_course),
        IN_KIT(another_number_of_requests),
        IN_KIT(few_requests_tell_little),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
