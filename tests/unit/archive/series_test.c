/* Snapshots: labels in one form, the same series once, values that are no numbers. */
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
    EXPECT(k, "SELECT count(DISTINCT name || labels) FROM v_series", "3");
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
    EXPECT(k, "SELECT count(*) || ' ' || sum(series) FROM series_pack", "1 100");
    EXPECT(k, "SELECT count(*) FROM family", "1");
    EXPECT(k, "SELECT count(*) || ' ' || sum(samples) FROM sample_pack", "3 300");
    EXPECT(k, "SELECT count(*) FROM v_series", "300");
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
    EXPECT(k,
           "SELECT group_concat(seq || type, ' ') FROM (SELECT v.seq, v.type FROM "
           "v_series AS v ORDER BY v.seq)",
           "0histogram 1histogram 2gauge 3histogram");
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
    EXPECT(k, "SELECT count(*) FROM series_pack", "1");
}

/* What does not fit into one pack is cut, at the same places in each snapshot, and comes
 * out in its order. */
static void long_snapshots_are_cut(void **state)
{
    struct kit *k = *state;
    enum {
        FAMILIES = 3,
        EACH = 20000
    };
    for (int snapshot = 0; snapshot < 2; snapshot++) {
        begin_snapshot(k, snapshot ? "g" : "f");
        for (int i = 0; i < FAMILIES * EACH; i++) {
            struct bk_arena_mark mark = bk_arena_mark(k->a);
            const struct bk_label l = {BK_S("j"), bk_fmt(k->a, "%d", i % EACH)};
            struct bk_series_sample s = sample("acme:x", &l, 1, i);
            s.family = bk_fmt(k->a, "acme:x%d", i / EACH);
            s.line = (size_t)(3 * i + 1 + 7 * snapshot);
            put(k, s);
            bk_arena_release(k->a, mark);
        }
        assert_int_equal(end(k, true).series, FAMILIES * EACH);
    }
    EXPECT(k, "SELECT count(*) || ' ' || sum(series) FROM series_pack", "5 60000");
    EXPECT(k, "SELECT count(*) FROM sample_pack", "10");
    EXPECT(k,
           "SELECT count(*) FROM v_series WHERE value = seq AND labels = 'j=\"' || "
           "(seq % 20000) || '\"' AND family = 'acme:x' || (seq / 20000) AND line = "
           "3 * seq + 1 + 7 * (snapshot_id = 2)",
           "120000");
}

struct complaints {
    char text[400];
};
static void complain(void *self, struct bk_str complaint)
{
    struct complaints *c = self;
    snprintf(c->text, sizeof c->text, "%.*s", BK_F(complaint));
}

static void damage_is_told_with_its_place(void **state)
{
    struct kit *k = *state;
    struct complaints c = {""};
    struct bk_err err = {0};
    int64_t id;
    begin_snapshot(k, "f");
    put(k, sample("x", NULL, 0, 1));
    end(k, true);
    must(k, bk_archive_verify_series(k->ar, complain, &c, &k->err));
    assert_string_equal(c.text, "");
    must(k, bk_begin(k->db, &k->err));
    struct bk_stmt *st = bk_stmt(k->db, BK_SQL_SERIES_PACK_INSERT);
    bk_bind_int(st, ":series", 1);
    bk_bind_int(st, ":hash", 1);
    bk_bind_blob(st, ":packed", BK_S("bkse is not all that there is"));
    must(k, bk_insert(st, &id, &k->err));
    st = bk_stmt(k->db, BK_SQL_SAMPLE_PACK_INSERT);
    bk_bind_int(st, ":snapshot", 1);
    bk_bind_int(st, ":seq", 1);
    bk_bind_int(st, ":samples", 1);
    bk_bind_int(st, ":series_pack", id);
    bk_bind_blob(st, ":packed", BK_S(""));
    must(k, bk_run_stmt(st, &k->err));
    must(k, bk_end(k->db, true, &k->err));
    must(k, bk_archive_verify_series(k->ar, complain, &c, &k->err));
    assert_true(bk_starts(bk_str(c.text), BK_S("exposition 'f', samples from 1 on: ")));
    bool more;
    must(k, bk_user_stmt(k->db, BK_S("SELECT count(*) FROM v_series"), &st, &k->err));
    assert_false(bk_step(st, &more, &err));
    bk_user_stmt_free(st);
    assert_non_null(strstr(err.msg, "packed samples"));
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
        IN_KIT(long_snapshots_are_cut),
        IN_KIT(damage_is_told_with_its_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
