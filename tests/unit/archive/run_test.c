/* Runs in the archive: names, configs, ranks, facts, and the same run again. */
#include "kit.h"

static void a_run_is_written_whole(void **state)
{
    struct kit *k = *state;
    struct bk_run *r = new_run(k, "062", "NVIDIA H100 80GB HBM3", "login");
    r->model = BK_S("acme/tiny-1b");
    r->engine = BK_S("vllm");
    r->key = BK_S("workers=8");
    bk_parse_iso(BK_S("2026-01-02T03:04:05Z"), &r->started_ns, NULL);
    r->status = BK_RUN_DEGRADED;
    r->status_why = BK_S("6 % of requests failed");
    bk_run_param(k->a, r, BK_S("workers"), BK_S("8"), BK_S("flag"));
    bk_run_param(k->a, r, BK_S("pool_size"), BK_S("inf"), BK_S("flag"));
    add_time(k, r, "request_latency", "p95", "1.25")->scope = BK_S("ok");
    *BK_PUSH(k->a, r->stages, r->n_stages) = (struct bk_stage){20, 100};
    *BK_PUSH(k->a, r->ticks, r->n_ticks) = (struct bk_tick){
        1, 5, 10, 0, (double)NAN, (double)NAN, (double)NAN, (double)NAN};
    *BK_PUSH(k->a, r->thresholds, r->n_thresholds) =
        (struct bk_threshold){.metric = BK_S("request_latency"),
                              .expression = BK_S("p(95)<2"),
                              .state = BK_THRESHOLD_PASSED};
    *BK_PUSH(k->a, r->hardware_facts, r->n_hardware_facts) =
        (struct bk_fact){.name = BK_S("gpu_count"), .value = BK_S("8")};
    *BK_PUSH(k->a, r->model_facts, r->n_model_facts) =
        (struct bk_fact){.name = BK_S("num_layers"), .value = BK_S("16")};
    bk_run_finding(k->a, r, "little-law", BK_WARNING, BK_S("request_throughput"),
                   "%d of %d", 1, 2);
    struct bk_counts c = import_run(k, "dir/a.json", r);
    assert_int_equal(c.sessions, 1);
    assert_int_equal(c.runs, 1);
    assert_int_equal(c.measurements, 1);
    assert_int_equal(c.findings, 1);

    EXPECT(k, "SELECT run FROM v_run", "062/h100/login/workers=8");
    EXPECT(k, "SELECT hardware || ' ' || model || ' ' || engine FROM v_run",
           "h100 acme/tiny-1b vllm");
    EXPECT(k, "SELECT config FROM v_run", "pool_size=inf workers=8");
    EXPECT(k, "SELECT started_at || ' ' || status FROM v_run",
           "2026-01-02T03:04:05Z degraded");
    EXPECT(k,
           "SELECT metric || ' ' || stat || ' ' || scope || ' ' || value || ' ' || "
           "source || ' ' || locator FROM v_measurement",
           "request_latency p95 ok 1.25 dir/a.json line 1");
    EXPECT(k, "SELECT number FROM config_param WHERE value = '8'", "8.0");
    EXPECT(k, "SELECT count(*) FROM config_param WHERE number IS NULL", "1");
    EXPECT(k, "SELECT vus FROM load_stage", "100.0");
    EXPECT(k, "SELECT iterations || coalesce(requests, '?') FROM timeline", "10.0?");
    EXPECT(k, "SELECT state FROM threshold", "passed");
    EXPECT(k, "SELECT value FROM hardware_fact", "8");
    EXPECT(k, "SELECT value FROM model_fact", "16");
    EXPECT(k, "SELECT run || ': ' || message FROM v_finding",
           "062/h100/login/workers=8: 1 of 2");
    EXPECT(k, "SELECT hardware || ' ' || runs || ' ' || degraded FROM v_session",
           "h100 1 1");
}

static void names_are_free_or_numbered(void **state)
{
    struct kit *k = *state;
    for (int i = 0; i < 5; i++) {
        struct bk_run *r = new_run(k, "s", "", "w");
        add_time(k, r, "ttft", "mean", "0.1");
        import_run(k, bk_cstr(k->a, bk_fmt(k->a, "f%d", i)), r);
    }
    EXPECT(k, "SELECT group_concat(name, ' ') FROM run", "s/w s/w#2 s/w#3 s/w#4 s/w#5");
    /* and when the archive has not seen them itself */
    bk_archive_free(k->ar);
    must(k, bk_archive_new(&k->ar, k->db, &k->err));
    struct bk_run *r = new_run(k, "s", "", "w");
    import_run(k, "g", r);
    EXPECT(k, "SELECT name FROM run ORDER BY id DESC LIMIT 1", "s/w#6");
}

static void equal_keys_in_one_unit_are_told_apart(void **state)
{
    struct kit *k = *state;
    begin(k, "f");
    add_source(k, "f", "test", "x");
    for (int i = 0; i < 3; i++) {
        struct bk_run *r = new_run(k, "s", "h100", "w");
        r->key = BK_S("row");
        put_run(k, r);
    }
    struct bk_run *r = new_run(k, "s", "h100", "w");
    r->key = BK_S("row#2");
    put_run(k, r);
    assert_int_equal(end(k, true).runs, 4);
    EXPECT(k, "SELECT group_concat(key, ' ') FROM (SELECT key FROM run ORDER BY id)",
           "row row#2 row#3 row#2#2");
}

static void a_run_without_a_session_gets_one(void **state)
{
    static const struct {
        const char *path, *started, *session;
    } cases[] = {
        {"x/results_5.csv", NULL, "results_5"},
        {"x/metrics.txt.gz", NULL, "metrics"},
        {"x/v1.2-run.json", NULL, "v1.2-run"},
        {"x/.hidden", NULL, ".hidden"},
        {"x/plain", NULL, "plain"},
        {"-", NULL, "stdin"},
        {"y.json", "2026-02-14T23:59:59Z", "2026-02-14"},
    };
    struct kit *k = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct bk_run *r = new_run(k, "", "", "");
        if (cases[i].started) {
            bk_parse_iso(bk_str(cases[i].started), &r->started_ns, NULL);
        }
        add_time(k, r, "ttft", "mean", "0.1");
        import_run(k, cases[i].path, r);
        EXPECT(k, "SELECT session FROM v_run ORDER BY run_id DESC LIMIT 1",
               cases[i].session);
    }
}

static void a_session_begins_with_its_first_run(void **state)
{
    static const char *const starts[] = {"2026-01-02T00:00:00Z", "2026-01-01T00:00:00Z",
                                         NULL, "2026-01-03T00:00:00Z"};
    struct kit *k = *state;
    for (size_t i = 0; i < 4; i++) {
        struct bk_run *r = new_run(k, "s", "", "");
        if (starts[i]) {
            bk_parse_iso(bk_str(starts[i]), &r->started_ns, NULL);
        }
        import_run(k, bk_cstr(k->a, bk_fmt(k->a, "f%zu", i)), r);
    }
    EXPECT(k, "SELECT started_at FROM v_session", "2026-01-01T00:00:00Z");
}

static void configs_are_known_by_their_content(void **state)
{
    struct kit *k = *state;
    struct bk_run *r = new_run(k, "s", "", "a");
    bk_run_param(k->a, r, BK_S("b"), BK_S("2"), BK_S(""));
    bk_run_param(k->a, r, BK_S("a"), BK_S("1"), BK_S(""));
    import_run(k, "f1", r);
    r = new_run(k, "s", "", "b");
    bk_run_param(k->a, r, BK_S("a"), BK_S("1"), BK_S(""));
    bk_run_param(k->a, r, BK_S("b"), BK_S("2"), BK_S(""));
    import_run(k, "f2", r);
    EXPECT(k, "SELECT count(*) FROM config", "1");
    /* one value with a line break is not two parameters */
    r = new_run(k, "s", "", "c");
    bk_run_param(k->a, r, BK_S("a"), BK_S("1\nb=2"), BK_S(""));
    import_run(k, "f3", r);
    EXPECT(k, "SELECT count(*) FROM config", "2");
    EXPECT(k, "SELECT count(*) FROM config_param", "3");
}

static void claims_are_ranked_and_copies_dropped(void **state)
{
    struct kit *k = *state;
    struct bk_run *r = new_run(k, "s", "", "w");
    add_time(k, r, "ttft", "mean", "0.3")->rank = 7;
    add_time(k, r, "ttft", "mean", "0.1")->rank = 2;
    add_time(k, r, "ttft", "mean", "0.2")->rank = 2;
    struct bk_measurement *again = add_time(k, r, "ttft", "mean", "0.1");
    again->rank = 3;
    again->locator = BK_S("line 2"); /* the same value from the same place */
    add_time(k, r, "ttft", "mean", "0.1")->population = BK_POP_OK;
    assert_int_equal(import_run(k, "f", r).measurements, 4);
    EXPECT(k,
           "SELECT group_concat(rank || '=' || value, ' ') FROM (SELECT * FROM "
           "v_measurement WHERE population = 'all' ORDER BY rank)",
           "0=0.1 1=0.2 2=0.3");
    EXPECT(k, "SELECT rank FROM v_measurement WHERE population = 'ok'", "0");
}

static void numbers_that_cannot_be_stored_do_no_harm(void **state)
{
    struct kit *k = *state;
    struct bk_run *r = new_run(k, "s", "", "w");
    struct bk_measurement *m = add_time(k, r, "ttft", "p99", "0.3");
    m->high = (double)INFINITY;
    m->low = (double)NAN;
    add_time(k, r, "ttft", "p50", "0.3")->value = (double)NAN;
    assert_int_equal(import_run(k, "f", r).measurements, 1);
    EXPECT(k, "SELECT low = value AND high > 1e300 FROM v_measurement", "1");
}

static void one_name_with_two_units_is_two_metrics(void **state)
{
    struct kit *k = *state;
    struct bk_run *r = new_run(k, "s", "", "w");
    add_time(k, r, "acme.size", "value", "5");
    add_time(k, r, "acme.size", "value", "6")->unit = BK_S("B");
    add_time(k, r, "acme.size", "value", "7")->unit = BK_S("B");
    import_run(k, "f", r);
    EXPECT(k,
           "SELECT group_concat(metric || ' ' || unit || ' ' || rank, ', ') FROM "
           "v_measurement",
           "acme.size s 0, acme.size[B] B 0, acme.size[B] B 1");
    EXPECT(k, "SELECT direction || canonical FROM metric WHERE name = 'acme.size'",
           "neutral0");
    EXPECT(k, "SELECT direction || canonical FROM metric WHERE name = 'ttft'",
           "lower1");
}

/* --- hardware --- */

static void import_on(struct kit *k, const char *path, const char *hardware)
{
    struct bk_run *r = new_run(k, "s", hardware, path);
    import_run(k, path, r);
}

static void hardware_is_known_by_its_other_names(void **state)
{
    struct kit *k = *state;
    import_on(k, "f1", "NVIDIA H100 80GB HBM3");
    import_on(k, "f2", "h100");
    import_on(k, "f3", "H100");
    import_on(k, "f4", "My Own Box");
    EXPECT(k, "SELECT group_concat(hardware, ' ') FROM v_run",
           "h100 h100 h100 my-own-box");
    EXPECT(k, "SELECT alias FROM hardware_alias WHERE origin = 'builtin'",
           "nvidia-h100-80gb-hbm3");
    EXPECT(k, "SELECT count(*) FROM hardware_alias", "1");
}

static void a_users_alias_wins(void **state)
{
    struct kit *k = *state;
    import_on(k, "f1", "b200");
    import_on(k, "f2", "my own box");
    struct bk_stmt *st = bk_stmt(k->db, BK_SQL_HARDWARE_ALIAS_PUT);
    bk_bind_text(st, ":alias", BK_S("my-own-box"));
    bk_bind_int(st, ":hardware",
                atoi(ask(k, "SELECT id FROM hardware WHERE name = "
                            "'b200'")));
    must(k, bk_run_stmt(st, &k->err));
    /* the archive knows the name already; a new one asks again */
    bk_archive_free(k->ar);
    must(k, bk_archive_new(&k->ar, k->db, &k->err));
    import_on(k, "f3", "My own box");
    EXPECT(k, "SELECT hardware FROM v_run ORDER BY run_id DESC LIMIT 1", "b200");

    struct bk_dict *d = bk_dict_new(k->a);
    must(k, bk_archive_load_aliases(k->ar, d, &k->err));
    assert_true(bk_is(bk_dict_hardware(d, k->a, BK_S("My own box")), "b200"));
}

/* --- the same run again --- */

static struct bk_run *sample_run(struct kit *k, const char *p95)
{
    struct bk_run *r = new_run(k, "s", "h100", "w");
    bk_run_param(k->a, r, BK_S("workers"), BK_S("8"), BK_S("x"));
    add_time(k, r, "ttft", "p50", "0.1");
    add_time(k, r, "ttft", "p95", p95);
    return r;
}

static void the_same_run_is_recognised(void **state)
{
    struct kit *k = *state;
    int64_t id;
    must(k, bk_archive_find_same_run(k->ar, sample_run(k, "0.25"), &id, &k->err));
    assert_int_equal(id, 0);
    import_run(k, "f", sample_run(k, "0.25"));
    struct bk_run *again = sample_run(k, "0.25");
    again->measurements[0].locator = BK_S("elsewhere");
    bk_run_derive(k->a, again, "duration", "value", "s", 7, "a / b");
    must(k, bk_archive_find_same_run(k->ar, again, &id, &k->err));
    assert_int_equal(id, 1);
    must(k, bk_archive_find_same_run(k->ar, sample_run(k, "0.26"), &id, &k->err));
    assert_int_equal(id, 0);
    again->session = BK_S("t");
    must(k, bk_archive_find_same_run(k->ar, again, &id, &k->err));
    assert_int_equal(id, 0);
    /* what a source has a name for counts, derived or not: of a log it is all there is */
    again = sample_run(k, "0.25");
    bk_run_derive(k->a, again, "duration", "value", "s", 7, "sum")->source_name =
        BK_S("embedding took (.*) s");
    must(k, bk_archive_find_same_run(k->ar, again, &id, &k->err));
    assert_int_equal(id, 0);
    /* within its own unit a run is not another */
    begin(k, "g");
    add_source(k, "g", "test", "g");
    put_run(k, sample_run(k, "0.5"));
    must(k, bk_archive_find_same_run(k->ar, sample_run(k, "0.5"), &id, &k->err));
    assert_int_equal(id, 0);
    end(k, false);
    must(k, bk_archive_find_same_run(k->ar, new_run(k, "s", "", ""), &id, &k->err));
    assert_int_equal(id, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_KIT(a_run_is_written_whole),
        IN_KIT(names_are_free_or_numbered),
        IN_KIT(equal_keys_in_one_unit_are_told_apart),
        IN_KIT(a_run_without_a_session_gets_one),
        IN_KIT(a_session_begins_with_its_first_run),
        IN_KIT(configs_are_known_by_their_content),
        IN_KIT(claims_are_ranked_and_copies_dropped),
        IN_KIT(numbers_that_cannot_be_stored_do_no_harm),
        IN_KIT(one_name_with_two_units_is_two_metrics),
        IN_KIT(hardware_is_known_by_its_other_names),
        IN_KIT(a_users_alias_wins),
        IN_KIT(the_same_run_is_recognised),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
