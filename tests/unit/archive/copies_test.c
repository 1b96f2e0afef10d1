/* Copied numbers across units of one session; sizing runs. */
#include "kit.h"

static struct bk_run *timed(struct kit *k, const char *session, const char *hardware,
                            const char *const digits[3])
{
    static const char *const stats[] = {"mean", "p50", "max"};
    struct bk_run *r = new_run(k, session, hardware, "w");
    for (size_t i = 0; i < 3; i++) {
        add_time(k, r, "embedding_latency", stats[i], digits[i]);
    }
    return r;
}

static const char copies[] =
    "SELECT count(*) FROM v_finding WHERE code = 'identical-values'";

static void equal_triples_on_other_hardware_are_noticed(void **state)
{
    static const char *const digits[] = {"0.11824", "0.07042", "0.4814"};
    struct kit *k = *state;
    import_run(k, "a", timed(k, "s", "b200", digits));
    struct bk_counts c = import_run(k, "b", timed(k, "s", "h100", digits));
    assert_int_equal(c.findings, 1);
    EXPECT(k, copies, "1");
    EXPECT(k, "SELECT run || ' ' || subject || ' ' || source FROM v_finding",
           "s/h100/w embedding_latency b");
    EXPECT(k, "SELECT message FROM v_finding",
           "embedding_latency is the same to the last digit on other hardware in run "
           "'s/b200/w' (p50 0.07042, mean 0.11824, max 0.4814): copied?");
}

static void what_may_well_be_equal_is_not(void **state)
{
    static const char *const digits[] = {"0.11824", "0.07042", "0.4814"};
    static const char *const near[] = {"0.11824", "0.07042", "0.4815"};
    static const char *const coarse[] = {"0.12", "0.07", "15"};
    static const char *const equal[] = {"15.001", "15.001", "15.001"};
    struct kit *k = *state;
    import_run(k, "a", timed(k, "s", "b200", digits));
    import_run(k, "b", timed(k, "s", "h100", near));   /* one differs */
    import_run(k, "c", timed(k, "t", "h100", digits)); /* another session */
    import_run(k, "d", timed(k, "s", "b200", digits)); /* the same hardware */
    EXPECT(k, copies, "0");
    import_run(k, "e", timed(k, "u", "b200", coarse));
    import_run(k, "f", timed(k, "u", "h100", coarse)); /* two digits */
    import_run(k, "g", timed(k, "v", "b200", equal));
    import_run(k, "h", timed(k, "v", "h100", equal)); /* a timeout */
    EXPECT(k, copies, "0");
}

static void a_sizing_run_is_written_whole(void **state)
{
    struct kit *k = *state;
    struct bk_sizing z = {.model = BK_S("tiny-1b"),
                          .server = BK_S("dgx b200"),
                          .generation = BK_S("v3"),
                          .taken_ns = BK_NO_TIME};
    *BK_PUSH(k->a, z.values, z.n_values) =
        (struct bk_sizing_value){.scenario = BK_S("minimum"),
                                 .section = BK_S("results"),
                                 .name = BK_S("kv_per_session"),
                                 .unit = BK_S("B"),
                                 .value = 1024,
                                 .low = 1000,
                                 .high = (double)INFINITY,
                                 .source_name = BK_S("kv_per_session_gib"),
                                 .locator = BK_S("/a")};
    *BK_PUSH(k->a, z.values, z.n_values) = (struct bk_sizing_value){
        .name = BK_S("ha"), .is_text = true, .text = BK_S("none")};
    *BK_PUSH(k->a, z.formulas, z.n_formulas) = (struct bk_sizing_formula){
        .name = BK_S("kv_per_session"), .formula = BK_S("a * b")};
    *BK_PUSH(k->a, z.findings, z.n_findings) = (struct bk_finding){
        .code = BK_S("derived-mismatch"), .message = BK_S("1 is not 2")};
    struct bk_sink *sink = bk_archive_sink(k->ar);
    for (int i = 0; i < 2; i++) {
        begin(k, "z");
        add_source(k, "z", "sizing", i ? "1" : "0");
        must(k, sink->sizing(sink, &z, &k->err));
        assert_int_equal(end(k, true).sizing_runs, 1);
    }
    EXPECT(
        k,
        "SELECT group_concat(name, ' ') FROM (SELECT name FROM sizing_run ORDER BY id)",
        "tiny-1b@dgx b200 tiny-1b@dgx b200#2");
    EXPECT(k,
           "SELECT scenario || name || value || unit || (high > 1e300) FROM v_sizing "
           "WHERE value IS NOT NULL",
           "minimumkv_per_session1024.0B1");
    EXPECT(k, "SELECT text || coalesce(value, '?') FROM v_sizing WHERE name = 'ha'",
           "none?");
    EXPECT(k, "SELECT formula FROM sizing_formula", "a * b");
    EXPECT(k, "SELECT sizing_run FROM v_finding", "tiny-1b@dgx b200");
    EXPECT(k, "SELECT name FROM hardware", "b200");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_KIT(equal_triples_on_other_hardware_are_noticed),
        IN_KIT(what_may_well_be_equal_is_not),
        IN_KIT(a_sizing_run_is_written_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
