/* Runs that reports tell of: when they are runs of tools' own files, there is no second
 * run, whatever came first. */
#include "kit.h"

/* --- making --- */

struct claim_of { /* a run of a report, or of a tool's own file */
    const char *file, *session, *hardware, *workload, *workers, *ttft;
    bool claims;
    const char *key; /* numbers behind names follow the order: keys tell runs apart */
};

static struct bk_run *run_of(struct kit *k, const struct claim_of *c)
{
    struct bk_run *r = new_run(k, c->session, c->hardware, c->workload);
    r->claims = c->claims;
    r->key = bk_str(c->key);
    if (c->workers) {
        bk_run_param(k->a, r, BK_S("workers"), bk_str(c->workers), BK_S("line 1"));
    }
    add_time(k, r, "ttft", "mean", c->ttft);
    return r;
}

static struct bk_counts import(struct kit *k, const struct claim_of *c)
{
    return import_run(k, c->file, run_of(k, c));
}

static const struct claim_of tool = {"k6.txt", "062", "h100", "login",
                                     "8",      "0.5", false,  NULL};
static const struct claim_of report = {"report.md", "062", "h100", "login",
                                       "8",         "0.7", true,   NULL};

/* All that an export could show, apart from ids and order. */
static const char *everything(struct kit *k)
{
    return ask(
        k,
        "SELECT group_concat(line, char(10)) FROM (SELECT line FROM ("
        "SELECT 'run ' || run || ' ' || config || ' ' || status || ' ' || claims || "
        "' ' || path AS line FROM v_run UNION ALL "
        "SELECT 'value ' || run || ' ' || metric || ' ' || stat || ' ' || value || ' '"
        " || rank || ' ' || source || ' ' || locator FROM v_measurement UNION ALL "
        "SELECT 'finding ' || run || ' ' || code || ' ' || subject || ' ' || message "
        "|| ' ' || source || ' ' || locator FROM v_finding UNION ALL "
        "SELECT 'stage ' || run.name || ' ' || seq || ' ' || vus FROM load_stage "
        "JOIN run ON run.id = run_id UNION ALL "
        "SELECT 'tick ' || run.name || ' ' || elapsed_s FROM timeline "
        "JOIN run ON run.id = run_id UNION ALL "
        "SELECT 'threshold ' || run.name || ' ' || expression FROM threshold "
        "JOIN run ON run.id = run_id) ORDER BY line)");
}

/* The same archive again, empty. */
static void start_again(struct kit *k)
{
    bk_archive_free(k->ar);
    bk_db_close(k->db);
    must(k, bk_db_open_memory(&k->db, &k->err));
    must(k, bk_archive_new(&k->ar, k->db, &k->err));
}

/* Imports the runs in every order and compares all that is then there. */
static const char *in_every_order(struct kit *k, const struct claim_of *list, size_t n)
{
    size_t at[4] = {0, 1, 2, 3}, turns[4] = {0};
    const char *first = NULL;
    assert_true(n <= 4);
    for (size_t i = 0; i < n;) { /* Heap's permutations */
        if (!first || i > 0) {
            start_again(k);
            for (size_t m = 0; m < n; m++) {
                import(k, &list[at[m]]);
            }
            const char *now = everything(k);
            first = first ? first : now;
            assert_string_equal(now, first);
            i = 0;
        }
        while (i < n && turns[i] >= i) {
            turns[i++] = 0;
        }
        if (i < n) {
            size_t other = i % 2 ? turns[i] : 0, kept = at[other];
            at[other] = at[i];
            at[i] = kept;
            turns[i]++;
        }
    }
    return first;
}

#define N(list) (sizeof(list) / sizeof *(list))

/* --- one run and one report --- */

static const char absorbed[] =
    "finding 062/h100/login claim-differs ttft.mean ttft.mean is 0.7 s in report.md "
    "(line 1), but 0.5 s in k6.txt (line 1): 1.4 times report.md line 1\n"
    "run 062/h100/login workers=8 ok 0 k6.txt\n"
    "value 062/h100/login ttft mean 0.5 0 k6.txt line 1\n"
    "value 062/h100/login ttft mean 0.7 1 report.md line 1";

static void a_report_after_the_run_is_absorbed(void **state)
{
    struct kit *k = *state;
    import(k, &tool);
    struct bk_counts c = import(k, &report);
    assert_int_equal(c.runs, 0);
    assert_int_equal(c.measurements, 1);
    assert_int_equal(c.findings, 1);
    assert_string_equal(everything(k), absorbed);
    EXPECT(k, "SELECT severity || ' ' || expected || ' ' || actual FROM finding",
           "warning 0.5 s 0.7 s");
    EXPECT(k, "SELECT runs FROM v_session", "1");
}

static void a_report_before_the_run_is_absorbed(void **state)
{
    struct kit *k = *state;
    struct bk_counts c = import(k, &report);
    assert_int_equal(c.runs, 1);
    EXPECT(k, "SELECT name || claims FROM run", "062/h100/login1");
    c = import(k, &tool);
    assert_int_equal(c.runs, 1);
    assert_int_equal(c.measurements, 1);
    assert_int_equal(c.findings, 1);
    assert_string_equal(everything(k), absorbed);
}

static void the_same_within_its_digits_is_no_difference(void **state)
{
    static const struct {
        double low, value, high;
        const char *findings;
    } cases[] = {
        {0.49, 0.495, 0.5, "0"},        /* the intervals touch */
        {0.45, 0.45, 0.45, "1"},        /* below */
        {0.4885, 0.489, 0.4895, "1"},   /* even cut off it stands for less than 0.49 */
        {0.4955, 0.4995, 0.49975, "0"}, /* cut off instead of rounded */
        {0.50001, 0.5001, 0.5002, "1"}, /* above */
        {-0.6, -0.5, -0.4, "1"},        /* another sign */
    };
    struct kit *k = *state;
    for (size_t i = 0; i < N(cases); i++) {
        start_again(k);
        import(k, &tool);
        struct bk_run *r = run_of(k, &report);
        r->measurements[0].low = cases[i].low;
        r->measurements[0].value = cases[i].value;
        r->measurements[0].high = cases[i].high;
        import_run(k, "report.md", r);
        EXPECT(k, "SELECT count(*) FROM finding", cases[i].findings);
    }
}

static void other_metrics_and_derived_claims_are_kept_behind(void **state)
{
    struct kit *k = *state;
    struct bk_run *r = run_of(k, &report);
    add_time(k, r, "tpot", "mean", "0.02");
    struct bk_measurement *derived = add_time(k, r, "ttft", "mean", "0.9");
    derived->origin = BK_DERIVED;
    derived->rank = 1;
    derived->source_value = BK_S("");
    import(k, &tool);
    assert_int_equal(import_run(k, "report.md", r).measurements, 3);
    EXPECT(k, "SELECT rank FROM v_measurement WHERE metric = 'tpot'", "1");
    EXPECT(k,
           "SELECT group_concat(value || '@' || rank, ' ') FROM (SELECT * FROM "
           "v_measurement WHERE metric = 'ttft' ORDER BY rank)",
           "0.5@0 0.7@1 0.9@2");
    EXPECT(k, "SELECT count(*) FROM finding", "1");
}

static void another_population_counts_when_comparing(void **state)
{
    struct kit *k = *state;
    struct bk_run *own = run_of(k, &tool), *r = run_of(k, &report);
    own->measurements[0].population = BK_POP_OK;
    add_time(k, own, "ttft", "mean", "0.7")->population = BK_POP_ALL;
    r->measurements[0].population = BK_POP_UNKNOWN;
    import_run(k, "k6.txt", own);
    import_run(k, "report.md", r);
    EXPECT(k, "SELECT count(*) FROM finding", "0");
    EXPECT(k, "SELECT rank FROM v_measurement WHERE population = 'unknown'", "1");
}

static void a_contradicting_parameter_is_told(void **state)
{
    static const struct claim_of other = {"report.md", "062", "h100", "login",
                                          "24",        "0.5", true,   NULL};
    struct kit *k = *state;
    import(k, &tool);
    assert_int_equal(import(k, &other).runs, 0);
    EXPECT(
        k, "SELECT code || ': ' || message FROM v_finding",
        "context-conflict: workers is 24 in report.md, but 8 in the run's own files");
    static const struct claim_of spelled = {"other.md", "062", "H100", "Login",
                                            "8.0",      "0.5", true,   NULL};
    assert_int_equal(import(k, &spelled).runs, 0);
    EXPECT(k, "SELECT count(*) FROM finding", "1");
}

/* --- findings --- */

static void a_status_is_told_once_unless_it_is_worse(void **state)
{
    static const struct {
        enum bk_status own, said;
        const char *findings;
    } cases[] = {
        {BK_RUN_FAILED, BK_RUN_FAILED, "quantile-order"},
        {BK_RUN_FAILED, BK_RUN_DEGRADED, "quantile-order"},
        {BK_RUN_OK, BK_RUN_FAILED, "failed-run quantile-order"},
    };
    struct kit *k = *state;
    for (size_t i = 0; i < N(cases); i++) {
        for (int first = 0; first < 2; first++) {
            start_again(k);
            struct bk_run *own = run_of(k, &tool), *r = run_of(k, &report);
            own->status = cases[i].own;
            r->status = cases[i].said;
            r->measurements[0].value = r->measurements[0].low = 0.5;
            bk_run_finding(k->a, r, "failed-run", BK_ERROR, BK_S("x"), "2 of 3");
            bk_run_finding(k->a, r, "quantile-order", BK_WARNING, BK_S("x"), "y");
            import_run(k, first ? "report.md" : "k6.txt", first ? r : own);
            import_run(k, first ? "k6.txt" : "report.md", first ? own : r);
            EXPECT(k,
                   "SELECT group_concat(code, ' ') FROM (SELECT code FROM v_finding "
                   "WHERE run = '062/h100/login' ORDER BY code)",
                   cases[i].findings);
        }
    }
}

static void suspected_copies_go_with_the_run(void **state)
{
    static const char *const stats[] = {"mean", "p50", "max"};
    static const char *const digits[] = {"0.11824", "0.07042", "0.4814"};
    struct kit *k = *state;
    struct bk_run *copy = new_run(k, "s", "b200", "w");
    struct bk_run *own = new_run(k, "s", "b200", "w");
    struct bk_run *other = new_run(k, "s", "h100", "w");
    copy->claims = true;
    for (size_t i = 0; i < 3; i++) {
        add_time(k, copy, "embedding_latency", stats[i], digits[i]);
        add_time(k, other, "embedding_latency", stats[i], digits[i]);
    }
    add_time(k, own, "ttft", "mean", "0.5");
    import_run(k, "report.md", copy);
    import_run(k, "h100.txt", other);
    EXPECT(k, "SELECT run || ' ' || actual FROM v_finding", "s/h100/w s/b200/w");
    import_run(k, "b200.txt", own);
    EXPECT(k, "SELECT count(*) FROM finding", "0");
    /* a second run like it: the report's is one of its own again, and suspected again;
     * of two units the later one is told about it */
    import_run(k, "b200-2.txt",
               run_of(k, &(struct claim_of){NULL, "s", "b200", "w", NULL, "0.6", false,
                                            NULL}));
    EXPECT(k, "SELECT run || ' ' || actual || ' ' || source FROM v_finding",
           "s/h100/w s/b200/w#3 h100.txt");
}

/* --- several --- */

static void of_several_runs_the_config_tells_which(void **state)
{
    static const struct claim_of list[] = {
        {"a.txt", "062", "h100", "login", "8", "0.5", false, "a"},
        {"b.txt", "062", "h100", "login", "24", "0.6", false, "b"},
        {"report.md", "062", "h100", "", "24", "0.6", true, NULL},
    };
    struct kit *k = *state;
    in_every_order(k, list, N(list));
    EXPECT(k, "SELECT count(*) FROM run", "2");
    EXPECT(k, "SELECT config FROM v_measurement WHERE source = 'report.md'",
           "workers=24");
    EXPECT(k, "SELECT count(*) FROM finding", "0");
}

/* Whatever came first: a report that could be about either of two runs is a run. */
static void in_doubt_a_report_is_a_run_of_its_own(void **state)
{
    struct kit *k = *state;
    for (int turn = 0; turn < 2; turn++) {
        static const char *const files[] = {"a.txt", "b.txt"};
        start_again(k);
        struct bk_run *r = run_of(k, &report);
        *BK_PUSH(k->a, r->stages, r->n_stages) = (struct bk_stage){20, 100};
        *BK_PUSH(k->a, r->ticks, r->n_ticks) = (struct bk_tick){
            1, 5, 10, 0, (double)NAN, (double)NAN, (double)NAN, (double)NAN};
        *BK_PUSH(k->a, r->thresholds, r->n_thresholds) =
            (struct bk_threshold){.metric = BK_S("ttft"), .expression = BK_S("p<1")};
        bk_run_finding(k->a, r, "quantile-order", BK_WARNING, BK_S("x"), "y");
        if (turn == 0) {
            import_run(k, "report.md", r);
        }
        for (int i = 0; i < 2; i++) {
            struct claim_of c = tool;
            c.file = files[i];
            import(k, &c);
        }
        if (turn == 1) {
            import_run(k, "report.md", r);
        }
        assert_string_equal(everything(k),
                            "finding 062/h100/login#3 quantile-order x y report.md \n"
                            "run 062/h100/login workers=8 ok 0 a.txt\n"
                            "run 062/h100/login#2 workers=8 ok 0 b.txt\n"
                            "run 062/h100/login#3 workers=8 ok 1 report.md\n"
                            "stage 062/h100/login#3 0 100.0\n"
                            "threshold 062/h100/login#3 p<1\n"
                            "tick 062/h100/login#3 1.0\n"
                            "value 062/h100/login ttft mean 0.5 0 a.txt line 1\n"
                            "value 062/h100/login#2 ttft mean 0.5 0 b.txt line 1\n"
                            "value 062/h100/login#3 ttft mean 0.7 0 report.md line 1");
        EXPECT(k, "SELECT count(*) FROM absorbed_run", "0");
        EXPECT(k, "SELECT count(*) FROM absorbed_measurement", "0");
    }
}

static void several_reports_stand_behind_each_other(void **state)
{
    static const struct claim_of list[] = {
        {"k6.txt", "062", "h100", "login", "8", "0.5", false, NULL},
        {"a.md", "062", "h100", "login", "8", "0.6", true, NULL},
        {"b.md", "062", "h100", "", NULL, "0.5", true, NULL},
        {"c.md", "062", "b200", "", NULL, "0.5", true, NULL}, /* of another machine */
    };
    struct kit *k = *state;
    in_every_order(k, list, N(list));
    EXPECT(k,
           "SELECT group_concat(source || '@' || rank, ' ') FROM (SELECT * FROM "
           "v_measurement WHERE hardware = 'h100' ORDER BY rank)",
           "k6.txt@0 a.md@1 b.md@2");
    EXPECT(k, "SELECT group_concat(code, ' ') FROM finding", "claim-differs");
    EXPECT(k, "SELECT run FROM v_run WHERE claims = 1", "062/b200");
}

static void one_report_means_a_run_only_once(void **state)
{
    static const struct {
        const char *workers[2];
        const char *left; /* runs */
    } cases[] = {
        {{"8", "24"}, "2"},  /* the one that fits is absorbed */
        {{"16", "24"}, "3"}, /* none fits: which of them would it be? */
        {{"8", NULL}, "3"},  /* both fit */
    };
    struct kit *k = *state;
    for (size_t i = 0; i < N(cases); i++) {
        start_again(k);
        import(k, &tool);
        begin(k, "report.md");
        add_source(k, "report.md", "report", "x");
        for (int n = 0; n < 2; n++) {
            struct claim_of c = report;
            c.workers = cases[i].workers[n];
            struct bk_run *r = run_of(k, &c);
            r->key = n ? BK_S("right") : BK_S("left");
            put_run(k, r);
        }
        end(k, true);
        EXPECT(k, "SELECT count(*) FROM run", cases[i].left);
    }
}

static void a_table_of_a_report_finds_the_runs_of_a_sweep(void **state)
{
    enum {
        ROWS = 30
    };
    struct kit *k = *state;
    for (int reports_first = 0; reports_first < 2; reports_first++) {
        start_again(k);
        for (int turn = 0; turn < 2; turn++) {
            bool claims = (turn == 0) == (reports_first == 1);
            begin(k, claims ? "report.md" : "sweep.csv");
            add_source(k, "f", "test", claims ? "x" : "y");
            for (int i = 0; i < ROWS; i++) {
                const char *n = bk_cstr(k->a, bk_fmt(k->a, "%d", i));
                struct claim_of c = {"", "s", "h100", claims ? "" : "w",
                                     n,  n,   claims, NULL};
                struct bk_run *r = run_of(k, &c);
                r->key = bk_fmt(k->a, "workers=%d", i);
                put_run(k, r);
            }
            struct bk_counts counts = end(k, true);
            assert_int_equal(counts.runs, turn == 1 && claims ? 0 : ROWS);
        }
        EXPECT(k, "SELECT count(*) FROM run", "30");
        EXPECT(k, "SELECT count(*) FROM run WHERE claims = 1", "0");
        EXPECT(k, "SELECT count(*) FROM measurement WHERE rank = 1", "30");
        EXPECT(k, "SELECT count(*) FROM finding", "0");
        EXPECT(k, "SELECT count(*) FROM run WHERE name LIKE '%#%'", "0");
    }
}

/* --- what is not absorbed --- */

static void another_run_is_another_run(void **state)
{
    struct kit *k = *state;
    import(k, &tool);
    for (int i = 0; i < 7; i++) {
        struct claim_of c = report;
        c.file = bk_cstr(k->a, bk_fmt(k->a, "report%d.md", i));
        c.session = i == 0 ? "063" : i == 1 ? "" : c.session; /* none was named */
        c.hardware = i == 2 ? "b200" : i == 3 ? "" : c.hardware;
        c.workload = i == 4 ? "upload" : c.workload;
        struct bk_run *r = run_of(k, &c);
        r->key = bk_fmt(k->a, "%d", i);
        r->model = i == 5 ? BK_S("tiny-1b") : r->model;
        r->engine = i == 6 ? BK_S("sglang") : r->engine;
        struct bk_run *own = run_of(k, &tool);
        own->model = i == 5 ? BK_S("large-70b") : own->model;
        own->engine = i == 6 ? BK_S("vllm") : own->engine;
        if (i >= 5) { /* a session of their own, since 'tool' has no model */
            r->session = own->session = bk_fmt(k->a, "session %d", i);
            import_run(k, bk_cstr(k->a, bk_fmt(k->a, "own%d", i)), own);
        }
        assert_int_equal(import_run(k, c.file, r).runs, 1);
    }
    EXPECT(k, "SELECT count(*) FROM run WHERE claims = 1", "7");
    EXPECT(k, "SELECT count(*) FROM measurement WHERE rank > 0", "0");
}

/* The session of a document without a title is the name of its file. */
static void a_session_that_nothing_named_is_none(void **state)
{
    static const struct claim_of list[] = {
        {"dir/062.md", "", "h100", "login", "8", "0.7", true, "a"},
        {"k6.txt", "062", "h100", "login", "8", "0.5", false, "b"},
    };
    struct kit *k = *state;
    in_every_order(k, list, N(list));
    EXPECT(k,
           "SELECT count(*) FROM run JOIN session ON session.id = session_id "
           "WHERE session.name = '062'",
           "2");
}

static void a_start_must_agree_as_far_as_it_is_told(void **state)
{
    static const struct {
        const char *own, *said, *said_text, *runs;
    } cases[] = {
        {"2026-02-14T10:00:00Z", NULL, "", "1"},
        {"2026-02-14T10:00:00Z", "2026-02-14T10:00:30Z", "", "1"},
        {"2026-02-14T10:00:00Z", "2026-02-14T10:05:00Z", "", "2"},
        {"2026-02-14T10:00:00Z", "2026-02-14T07:00:00Z", "14/02/2026 7:00", "1"},
        {"2026-02-14T10:00:00Z", "2026-02-16T07:00:00Z", "16/02/2026 7:00", "2"},
        {"2026-02-14T23:30:00Z", "2026-02-15T00:00:00Z", "", "1"}, /* a date */
        {"2026-02-14T23:30:00Z", "2026-02-17T00:00:00Z", "", "2"},
    };
    struct kit *k = *state;
    for (size_t i = 0; i < N(cases); i++) {
        start_again(k);
        struct bk_run *own = run_of(k, &tool), *r = run_of(k, &report);
        assert_true(bk_parse_iso(bk_str(cases[i].own), &own->started_ns, NULL));
        if (cases[i].said) {
            assert_true(bk_parse_iso(bk_str(cases[i].said), &r->started_ns, NULL));
        }
        r->started_text = bk_str(cases[i].said_text);
        import_run(k, "k6.txt", own);
        import_run(k, "report.md", r);
        EXPECT(k, "SELECT count(*) FROM run", cases[i].runs);
    }
}

static void names_of_models_need_not_be_spelled_alike(void **state)
{
    struct kit *k = *state;
    struct bk_run *own = run_of(k, &tool), *r = run_of(k, &report);
    own->model = BK_S("Acme/Tiny-4B-Instruct-FP8");
    own->workload = BK_S("stress-memorize");
    r->model = BK_S("tiny 4b");
    r->workload = BK_S("Stress Memorize");
    import_run(k, "k6.txt", own);
    assert_int_equal(import_run(k, "report.md", r).runs, 0);
}

/* --- again, and never --- */

static void an_absorbed_run_is_known_in_another_file(void **state)
{
    struct kit *k = *state;
    int64_t id;
    import(k, &tool);
    import(k, &report);
    must(k, bk_archive_find_same_run(k->ar, run_of(k, &report), &id, &k->err));
    assert_int_not_equal(id, 0);
    struct claim_of other = report;
    other.ttft = "0.8";
    must(k, bk_archive_find_same_run(k->ar, run_of(k, &other), &id, &k->err));
    assert_int_equal(id, 0);
}

static void a_unit_that_is_rolled_back_absorbs_nothing(void **state)
{
    struct kit *k = *state;
    for (int turn = 0; turn < 2; turn++) {
        const struct claim_of *first = turn ? &report : &tool;
        const struct claim_of *second = turn ? &tool : &report;
        start_again(k);
        import(k, first);
        const char *before = everything(k);
        begin(k, second->file);
        add_source(k, second->file, "test", "x");
        put_run(k, run_of(k, second));
        end(k, false);
        assert_string_equal(everything(k), before);
        EXPECT(k, "SELECT count(*) FROM absorbed_run", "0");
        import(k, second);
        assert_string_equal(everything(k), absorbed);
    }
}

static void complain(void *self, struct bk_str complaint)
{
    (void)self;
    fail_msg("%.*s", BK_F(complaint));
}

static void nothing_hangs_in_the_air(void **state)
{
    static const struct claim_of list[] = {
        {"k6.txt", "062", "h100", "login", "8", "0.5", false, NULL},
        {"a.md", "062", "h100", "login", "8", "0.6", true, NULL},
        {"b.txt", "062", "h100", "login", "8", "0.6", false, NULL},
        {"c.md", "062", "h100", "login", "8", "0.5", true, NULL},
    };
    struct kit *k = *state;
    for (size_t i = 0; i < N(list); i++) {
        import(k, &list[i]);
        must(k, bk_db_check(k->db, complain, NULL, &k->err));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_KIT(a_report_after_the_run_is_absorbed),
        IN_KIT(a_report_before_the_run_is_absorbed),
        IN_KIT(the_same_within_its_digits_is_no_difference),
        IN_KIT(other_metrics_and_derived_claims_are_kept_behind),
        IN_KIT(another_population_counts_when_comparing),
        IN_KIT(a_contradicting_parameter_is_told),
        IN_KIT(a_status_is_told_once_unless_it_is_worse),
        IN_KIT(suspected_copies_go_with_the_run),
        IN_KIT(of_several_runs_the_config_tells_which),
        IN_KIT(in_doubt_a_report_is_a_run_of_its_own),
        IN_KIT(several_reports_stand_behind_each_other),
        IN_KIT(one_report_means_a_run_only_once),
        IN_KIT(a_table_of_a_report_finds_the_runs_of_a_sweep),
        IN_KIT(another_run_is_another_run),
        IN_KIT(a_session_that_nothing_named_is_none),
        IN_KIT(a_start_must_agree_as_far_as_it_is_told),
        IN_KIT(names_of_models_need_not_be_spelled_alike),
        IN_KIT(an_absorbed_run_is_known_in_another_file),
        IN_KIT(a_unit_that_is_rolled_back_absorbs_nothing),
        IN_KIT(nothing_hangs_in_the_air),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
