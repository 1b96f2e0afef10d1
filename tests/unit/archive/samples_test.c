/* Points of a run: written, opened, verified, damaged, and gone with their run. */
#include "kit.h"

#include "../../../src/archive/samples_read.h"
#include "../../../src/samples/samples.h"

#define START INT64_C(1771063200000000000)

static void drop_samples(void *arg)
{
    bk_samples_free(arg);
}

/* 1000 requests of 1, 2 ... 1000 ms, ten a second, every tenth failed. */
static struct bk_samples *make_points(struct kit *k)
{
    struct bk_samples *s = bk_samples_new();
    const struct bk_sample_metric latency = {.metric = BK_S("request_latency"),
                                             .source_name = BK_S("took"),
                                             .source_unit = BK_S("ms"),
                                             .unit = BK_S("s"),
                                             .scale = 1e-3,
                                             .kind = BK_SAMPLE_TREND,
                                             .role = BK_ROLE_LATENCY};
    const struct bk_tag tag = {BK_S("name"), BK_S("login")};
    bk_arena_defer(k->a, drop_samples, s);
    size_t metric = bk_samples_metric(s, &latency);
    size_t ok = bk_samples_tag_set(s, &tag, 1, BK_OUTCOME_OK);
    size_t failed = bk_samples_tag_set(s, &tag, 1, BK_OUTCOME_FAILED);
    struct bk_sample_columns *c = bk_samples_open(s);
    for (size_t i = 0; i < 1000; i++) {
        c->metrics[i] = (uint16_t)metric;
        c->sets[i] = (uint16_t)(i % 10 == 9 ? failed : ok);
        c->times_ns[i] = START + (int64_t)(i / 10) * BK_NS_PER_S;
        c->values[i] = (double)(i + 1);
    }
    c->n = 1000;
    must(k, bk_samples_finish(s, &k->err));
    return s;
}

static struct bk_run *import_points(struct kit *k)
{
    struct bk_run *r = new_run(k, "s1", "h100", "login");
    r->samples = make_points(k);
    r->n_samples = 1000;
    struct bk_counts counts = import_run(k, "points.csv", r);
    assert_int_equal(counts.samples, 1000);
    return r;
}

static void written_and_opened(void **state)
{
    struct kit *k = *state;
    struct bk_samples *s;
    import_points(k);
    EXPECT(k, "SELECT count(*) || ' ' || sum(points) FROM sample_chunk", "1 1000");
    EXPECT(k,
           "SELECT group_concat(outcome || ' ' || count || ' ' || sum || ' ' || max) "
           "FROM sample_summary",
           "failed 100 50500.0 1000.0,ok 900 450000.0 999.0");
    EXPECT(k,
           "SELECT count(*) || ' ' || sum(completed) || ' ' || sum(failed) || ' ' || "
           "sum(started) || ' ' || max(second) FROM sample_second",
           "100 1000 100 1000 99");
    EXPECT(k,
           "SELECT count(latency_ok) || ' ' || count(latency_unknown) || ' ' || "
           "min(latency_scale) FROM sample_second",
           "100 0 0.001");
    must(k, bk_archived_samples(k->db, k->a, 1, BK_S("r"), &s, &k->err));
    double p[2];
    const double q[] = {0.5, 1};
    struct bk_sample_scope scope = {.quantiles = p};
    struct bk_sample_question ask_all = {.from_ns = START,
                                         .to_ns = START + 10 * BK_NS_PER_S,
                                         .q = q,
                                         .n_q = 2,
                                         .scopes = &scope,
                                         .n_scopes = 1};
    must(k, bk_samples_ask(s, &ask_all, &k->err));
    assert_int_equal(scope.n, 100);
    assert_true(p[0] == 50.5 && p[1] == 100);
    must(k, bk_archived_samples(k->db, k->a, 7, BK_S("r"), &s, &k->err));
    assert_null(s);
}

struct complaints {
    char text[2000];
};

static void complain(void *self, struct bk_str complaint)
{
    struct complaints *c = self;
    size_t n = strlen(c->text);
    snprintf(c->text + n, sizeof c->text - n, "%.*s\n", BK_F(complaint));
}

static void verify(struct kit *k, int64_t runs, const char *want)
{
    struct complaints c = {""};
    int64_t n;
    must(k, bk_archive_verify_samples(k->ar, complain, &c, &n, &k->err));
    assert_int_equal(n, runs);
    assert_string_equal(c.text, want);
}

/* The points of run 1 as those of 'run', with one bit another if flip is not 0. */
static void copy_points(struct kit *k, int64_t run, int64_t points, size_t flip)
{
    struct bk_buf dictionary = {0}, packed = {0};
    bool row;
    struct bk_stmt *st = bk_stmt(k->db, BK_SQL_RUN_SAMPLES);
    bk_bind_int(st, ":run", 1);
    must(k, bk_step(st, &row, &k->err));
    bk_buf_add(&dictionary, bk_col_blob(st, 0));
    bk_reset(st);
    st = bk_stmt(k->db, BK_SQL_SAMPLE_CHUNK);
    bk_bind_int(st, ":run", 1);
    bk_bind_int(st, ":seq", 0);
    must(k, bk_step(st, &row, &k->err));
    bk_buf_add(&packed, bk_col_blob(st, 0));
    bk_reset(st);
    packed.ptr[packed.len - 1 - flip] ^= flip > 0;
    st = bk_stmt(k->db, BK_SQL_RUN_SAMPLES_INSERT);
    bk_bind_int(st, ":run", run);
    bk_bind_int(st, ":points", points);
    bk_bind_int(st, ":begin", START);
    bk_bind_int(st, ":sketch_seconds", 1);
    bk_bind_blob(st, ":dictionary", bk_buf_str(&dictionary));
    must(k, bk_run_stmt(st, &k->err));
    st = bk_stmt(k->db, BK_SQL_SAMPLE_CHUNK_INSERT);
    bk_bind_int(st, ":run", run);
    bk_bind_int(st, ":seq", 0);
    bk_bind_int(st, ":points", 1000);
    bk_bind_int(st, ":first", START);
    bk_bind_int(st, ":last", START + 99 * BK_NS_PER_S);
    bk_bind_blob(st, ":packed", bk_buf_str(&packed));
    must(k, bk_run_stmt(st, &k->err));
    bk_buf_free(&dictionary);
    bk_buf_free(&packed);
}

static void verified(void **state)
{
    struct kit *k = *state;
    import_points(k);
    verify(k, 1, "");
    import_run(k, "a.csv", new_run(k, "s2", "h100", "login"));
    import_run(k, "b.csv", new_run(k, "s3", "h100", "login"));
    copy_points(k, 2, 1000, 3);
    copy_points(k, 3, 1001, 0);
    verify(k, 3,
           "points of run 's2/h100/login': chunk 0: a column of a chunk is damaged\n"
           "points of run 's3/h100/login': 1000 are kept of 1001\n");
}

/* A run without points has none; one that fails leaves none. */
static void none(void **state)
{
    struct kit *k = *state;
    struct bk_run *r = new_run(k, "s1", "h100", "login");
    r->samples = bk_samples_new();
    bk_arena_defer(k->a, drop_samples, r->samples);
    import_run(k, "empty.csv", r);
    verify(k, 0, "");
    begin(k, "points.csv");
    add_source(k, "points.csv", "test", "x");
    r = new_run(k, "s2", "h100", "login");
    r->samples = make_points(k);
    put_run(k, r);
    end(k, false);
    EXPECT(k, "SELECT count(*) FROM sample_chunk", "0");
    EXPECT(k, "SELECT count(*) FROM sample_second", "0");
}

static void gone_with_the_run(void **state)
{
    struct kit *k = *state;
    import_points(k);
    struct bk_stmt *st = bk_stmt(k->db, BK_SQL_RUN_DELETE);
    bk_bind_int(st, ":run", 1);
    must(k, bk_run_stmt(st, &k->err));
    EXPECT(k,
           "SELECT (SELECT count(*) FROM run_samples) + (SELECT count(*) FROM "
           "sample_chunk) + (SELECT count(*) FROM sample_summary) + (SELECT count(*) "
           "FROM sample_second)",
           "0");
}

int main(void)
{
    const struct CMUnitTest tests[] = {IN_KIT(written_and_opened), IN_KIT(verified),
                                       IN_KIT(none), IN_KIT(gone_with_the_run)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
