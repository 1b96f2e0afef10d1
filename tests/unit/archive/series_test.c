/* Snapshots: labels in one form, series once, values that are no numbers. */
#include "kit.h"

static struct bk_series_sample sample(const char *name, const struct bk_label *labels,
                                      size_t n, double value)
{
    return (struct bk_series_sample){.name = bk_str(name),
                                     .family = BK_S("acme:latency"),
                                     .help = BK_S("how long"),
                                     .type = BK_HISTOGRAM,
                                     .labels = labels,
                                     .n_labels = n,
                                     .value = value,
                                     .time_ns = BK_NO_TIME};
}

static void begin_snapshot(struct kit *k, const char *path)
{
    struct bk_sink *sink = bk_archive_sink(k->ar);
    struct bk_snapshot s = {.syntax = BK_S("text 0.0.4"), .taken_ns = 5};
    begin(k, path);
    add_source(k, path, "prometheus", path);
    must(k, sink->snapshot(sink, &s, &k->err));
}

static void put(struct kit *k, struct bk_series_sample s)
{
    struct bk_sink *sink = bk_archive_sink(k->ar);
    must(k, sink->series(sink, &s, &k->err));
}

static void labels_have_one_form(void **state)
{
    struct kit *k = *state;
    const struct bk_label ab[] = {{BK_S("a"), BK_S("x\\y\"z\nw")},
                                  {BK_S("b"), BK_S("")}};
    const struct bk_label ba[] = {{BK_S("b"), BK_S("")},
                                  {BK_S("a"), BK_S("x\\y\"z\nw")}};
    begin_snapshot(k, "f");
    put(k, sample("acme:latency_bucket", ab, 2, 1));
    put(k, sample("acme:latency_bucket", ba, 2, 2));
    put(k, sample("acme:latency_sum", ba, 2, 2));
    put(k, sample("acme:latency_count", NULL, 0, 3));
    assert_int_equal(end(k, true).series, 4);
    EXPECT(k, "SELECT count(*) FROM series", "3");
    EXPECT(k, "SELECT labels FROM v_series WHERE seq = 1",
           "a=\"x\\\\y\\\"z\\nw\",b=\"\"");
    EXPECT(k, "SELECT labels FROM v_series WHERE seq = 3", "");
    EXPECT(k, "SELECT DISTINCT type || ' ' || family FROM v_series",
           "histogram acme:latency");
}

static void the_next_snapshot_has_the_same_series(void **state)
{
    struct kit *k = *state;
    for (int i = 0; i < 3; i++) {
        if (i == 2) { /* and when the archive has not seen them itself */
            bk_archive_free(k->ar);
            must(k, bk_archive_new(&k->ar, k->db, &k->err));
        }
        begin_snapshot(k, bk_cstr(k->a, bk_fmt(k->a, "f%d", i)));
        for (int j = 0; j < 100; j++) {
            struct bk_label l = {BK_S("j"), bk_fmt(k->a, "%d", j)};
            put(k, sample("acme:latency_bucket", &l, 1, i * j));
        }
        end(k, true);
    }
    EXPECT(k, "SELECT count(*) FROM series", "100");
    EXPECT(k, "SELECT count(*) FROM family", "1");
    EXPECT(k, "SELECT count(*) FROM sample", "300");
    EXPECT(k,
           "SELECT value FROM v_series WHERE snapshot_id = 3 AND labels = 'j=\"50\"'",
           "100.0");
}

static void families_that_differ_have_series_of_their_own(void **state)
{
    struct kit *k = *state;
    struct bk_series_sample s = sample("x", NULL, 0, 1);
    begin_snapshot(k, "f");
    put(k, s);
    s.help = BK_S("another help");
    put(k, s);
    s.type = BK_GAUGE;
    put(k, s);
    s.help = BK_S("how long");
    s.type = BK_HISTOGRAM;
    put(k, s);
    end(k, true);
    EXPECT(k, "SELECT count(*) FROM family", "3");
    EXPECT(k, "SELECT count(*) FROM series", "3");
}

static void values_that_are_no_numbers_are_named(void **state)
{
    struct kit *k = *state;
    struct bk_series_sample s = sample("x", NULL, 0, (double)NAN);
    begin_snapshot(k, "f");
    put(k, s);
    s.value = (double)INFINITY;
    s.time_ns = 77;
    s.exemplar = BK_S("{id=\"1\"} 2");
    s.line = 9;
    put(k, s);
    s.value = -(double)INFINITY;
    put(k, s);
    end(k, true);
    EXPECT(k, "SELECT group_concat(special, ' ') FROM v_series WHERE value IS NULL",
           "NaN +Inf -Inf");
    EXPECT(k, "SELECT time_ns || exemplar || line FROM v_series WHERE seq = 1",
           "77{id=\"1\"} 29");
    EXPECT(k, "SELECT time_ns IS NULL FROM v_series WHERE seq = 0", "1");
}

static void a_sample_needs_a_snapshot(void **state)
{
    struct kit *k = *state;
    struct bk_sink *sink = bk_archive_sink(k->ar);
    struct bk_series_sample s = sample("x", NULL, 0, 1);
    begin(k, "f");
    add_source(k, "f", "prometheus", "f");
    assert_false(sink->series(sink, &s, &k->err));
    end(k, false);
}

static void a_unit_may_have_two_snapshots(void **state)
{
    struct kit *k = *state;
    struct bk_sink *sink = bk_archive_sink(k->ar);
    begin_snapshot(k, "f");
    put(k, sample("x", NULL, 0, 1));
    add_source(k, "g", "prometheus", "g");
    struct bk_snapshot second = {
        .syntax = BK_S("text 0.0.4"), .taken_ns = 6, .source = 1};
    must(k, sink->snapshot(sink, &second, &k->err));
    put(k, sample("x", NULL, 0, 2));
    end(k, true);
    EXPECT(k,
           "SELECT group_concat(source || value || seq, ' ') FROM (SELECT * FROM "
           "v_series ORDER BY snapshot_id)",
           "f1.00 g2.00");
    EXPECT(k, "SELECT count(*) FROM series", "1");
}

/* More series than the map in memory takes must come out as they went in; the map is
 * only reached by a very large exposition, so this is a long test. */
static void more_series_than_fit_in_memory(void **state)
{
    struct kit *k = *state;
    const char *n_text = getenv("BK_TEST_SERIES");
    int n = n_text ? atoi(n_text) : 0;
    if (n == 0) {
        print_message(
            "skipped: BK_TEST_SERIES is not set (1700000 goes past the map)\n");
        skip();
    }
    double began = bk_seconds();
    begin_snapshot(k, "f");
    for (int i = 0; i < n; i++) {
        char text[32];
        int len = snprintf(text, sizeof text, "%d", i);
        const struct bk_label l[] = {
            {BK_S("engine"), BK_S("0")},
            {BK_S("le"), {text, (size_t)len}},
            {BK_S("model_name"), BK_S("acme/tiny-1b-instruct")}};
        put(k, sample("acme:latency_bucket", l, 3, i));
    }
    for (int i = n - 10; i < n; i++) {
        struct bk_str text = bk_fmt(k->a, "%d", i);
        const struct bk_label l[] = {
            {BK_S("engine"), BK_S("0")},
            {BK_S("le"), text},
            {BK_S("model_name"), BK_S("acme/tiny-1b-instruct")}};
        put(k, sample("acme:latency_bucket", l, 3, i));
    }
    end(k, true);
    print_message("%.0f series a second\n", n / (bk_seconds() - began));
    assert_int_equal(atoi(ask(k, "SELECT count(*) FROM series")), n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_KIT(labels_have_one_form),
        IN_KIT(the_next_snapshot_has_the_same_series),
        IN_KIT(families_that_differ_have_series_of_their_own),
        IN_KIT(values_that_are_no_numbers_are_named),
        IN_KIT(a_sample_needs_a_snapshot),
        IN_KIT(a_unit_may_have_two_snapshots),
        IN_KIT(more_series_than_fit_in_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
