/* Units: all or nothing, sources kept and given back, duplicates, damage. */
#include "../../../src/store/internal.h"
#include "kit.h"

#include <unistd.h>

static struct bk_run *rich_run(struct kit *k, const char *tag)
{
    struct bk_run *r = new_run(k, tag, tag, tag);
    r->model = r->engine = bk_str(tag);
    bk_run_param(k->a, r, bk_str(tag), bk_str(tag), BK_S(""));
    add_time(k, r, bk_cstr(k->a, bk_fmt(k->a, "acme.%s", tag)), "mean", "1.5");
    return r;
}

static const char count_everything[] =
    "SELECT (SELECT count(*) FROM unit) + (SELECT count(*) FROM source) + "
    "(SELECT count(*) FROM source_chunk) + (SELECT count(*) FROM unit_source) + "
    "(SELECT count(*) FROM run) + (SELECT count(*) FROM measurement) + "
    "(SELECT count(*) FROM session) + (SELECT count(*) FROM hardware) + "
    "(SELECT count(*) FROM model) + (SELECT count(*) FROM engine) + "
    "(SELECT count(*) FROM workload) + (SELECT count(*) FROM config) + "
    "(SELECT count(*) FROM param) + (SELECT count(*) FROM field) + "
    "(SELECT count(*) FROM quantity) + (SELECT count(*) FROM metric) + "
    "(SELECT count(*) FROM finding) + (SELECT count(*) FROM snapshot) + "
    "(SELECT count(*) FROM family) + (SELECT count(*) FROM series_pack) + "
    "(SELECT count(*) FROM sample_pack) + (SELECT count(*) FROM sizing_run)";

static void put_everything(struct kit *k, const char *tag)
{
    struct bk_sink *sink = bk_archive_sink(k->ar);
    begin(k, tag);
    add_source(k, tag, "test", tag);
    put_run(k, rich_run(k, tag));
    struct bk_label label = {BK_S("le"), BK_S("1")};
    struct bk_snapshot snapshot = {.syntax = BK_S("text 0.0.4"),
                                   .taken_ns = BK_NO_TIME};
    struct bk_series_sample s = {.name = bk_str(tag),
                                 .family = bk_str(tag),
                                 .labels = &label,
                                 .n_labels = 1,
                                 .time_ns = BK_NO_TIME};
    must(k, sink->snapshot(sink, &snapshot, &k->err));
    must(k, sink->series(sink, &s, &k->err));
    struct bk_sizing z = {
        .model = bk_str(tag), .server = bk_str(tag), .taken_ns = BK_NO_TIME};
    must(k, sink->sizing(sink, &z, &k->err));
    struct bk_finding f = {.code = BK_S("truncated"), .message = bk_str(tag)};
    must(k, sink->finding(sink, &f, &k->err));
}

static void a_failed_unit_leaves_nothing(void **state)
{
    struct kit *k = *state;
    EXPECT(k, count_everything, "0");
    put_everything(k, "a");
    struct bk_counts c = end(k, false);
    assert_int_equal(c.runs + c.measurements + c.series + c.findings, 0);
    EXPECT(k, count_everything, "0");
}

static void what_a_failed_unit_learnt_is_forgotten(void **state)
{
    struct kit *k = *state;
    put_everything(k, "a");
    end(k, false);
    /* were the ids of the first attempt used, these rows would refer to nothing, or to
     * the rows of another name */
    put_everything(k, "b");
    end(k, true);
    put_everything(k, "a");
    struct bk_counts c = end(k, true);
    assert_int_equal(c.runs, 1);
    assert_int_equal(c.sessions, 1);
    assert_int_equal(c.measurements, 1);
    assert_int_equal(c.series, 1);
    assert_int_equal(c.sizing_runs, 1);
    assert_int_equal(c.findings, 1);
    EXPECT(k,
           "SELECT group_concat(session || hardware || model || engine || workload || "
           "config, ' ') FROM (SELECT * FROM v_run ORDER BY run_id)",
           "bbbbbb=b aaaaaa=a");
    EXPECT(k,
           "SELECT group_concat(metric || source_name, ' ') FROM (SELECT * FROM "
           "v_measurement ORDER BY run_id)",
           "acme.bacme.b acme.aacme.a");
    EXPECT(k,
           "SELECT group_concat(family || name, ' ') FROM (SELECT * FROM v_series "
           "ORDER BY snapshot_id)",
           "bb aa");
    EXPECT(
        k,
        "SELECT group_concat(name, ' ') FROM (SELECT name FROM sizing_run ORDER BY id)",
        "b@b a@a");
    EXPECT(k, "SELECT count(*) FROM pragma_foreign_key_list('run')", "7");
    EXPECT(k, "SELECT count(*) FROM metric WHERE name = 'ttft' AND canonical = 1", "1");
}

static void a_record_of_no_source_is_refused(void **state)
{
    struct kit *k = *state;
    put_everything(k, "a");
    struct bk_run *bad = rich_run(k, "b");
    bad->measurements[0].source = 17;
    struct bk_sink *sink = bk_archive_sink(k->ar);
    assert_false(sink->run(sink, bad, &k->err));
    assert_non_null(strstr(k->err.msg, "source 18 of 1"));
    end(k, false);
    EXPECT(k, count_everything, "0");
}

static void an_archive_closed_in_the_middle_rolls_back(void **state)
{
    struct kit *k = *state;
    put_everything(k, "a");
    bk_archive_free(k->ar);
    must(k, bk_archive_new(&k->ar, k->db, &k->err));
    EXPECT(k, count_everything, "0");
}

/* --- sources --- */

static void same_bytes_are_found(void **state)
{
    struct kit *k = *state;
    int64_t id;
    char sha256[65];
    bk_sha256_of(BK_S("bytes"), sha256);
    must(k, bk_archive_find_source(k->ar, sha256, BK_S("a"), &id, &k->err));
    assert_int_equal(id, 0);
    begin(k, "a");
    add_source(k, "a", "test", "bytes");
    end(k, true);
    must(k, bk_archive_find_source(k->ar, sha256, BK_S("a"), &id, &k->err));
    assert_int_equal(id, 1);
    EXPECT(k, "SELECT count(*) FROM source_place", "0");
    for (int i = 0; i < 2; i++) {
        must(k, bk_archive_find_source(k->ar, sha256, BK_S("b"), &id, &k->err));
    }
    must(k, bk_archive_find_source(k->ar, sha256, BK_S(""), &id, &k->err));
    assert_int_equal(id, 1);
    EXPECT(k, "SELECT group_concat(path) FROM source_place", "b");
}

static void run_folders_share_a_file(void **state)
{
    struct kit *k = *state;
    static const char *const folders[] = {"x", "y"};
    for (size_t i = 0; i < 2; i++) {
        begin(k, folders[i]);
        add_source(k, bk_cstr(k->a, bk_fmt(k->a, "%s/env", folders[i])), "context",
                   "workers=8");
        add_source(k, bk_cstr(k->a, bk_fmt(k->a, "%s/out", folders[i])), "k6-text",
                   folders[i]);
        struct bk_run *r = new_run(k, "", "", "");
        put_run(k, r);
        assert_int_equal(end(k, true).runs, 1);
    }
    EXPECT(k, "SELECT count(*) FROM source", "3");
    EXPECT(k,
           "SELECT group_concat(unit_id || source_id || path, ' ') FROM (SELECT * FROM "
           "unit_source ORDER BY unit_id, seq)",
           "11x/env 12x/out 21y/env 23y/out");
    /* the session is named after the result, not after the context */
    EXPECT(k, "SELECT group_concat(DISTINCT session) FROM v_run", "out");
}

static char *long_text(size_t n)
{
    char *text = malloc(n + 1);
    assert_non_null(text);
    uint64_t x = 88172645463325252u;
    for (size_t i = 0; i < n; i++) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        text[i] = (char)('a' + x % 26);
    }
    text[n] = '\0';
    return text;
}

static void bytes_come_back_in_chunks(void **state)
{
    struct kit *k = *state;
    static const size_t sizes[] = {0, 1, 1048576, 1048577, 2500000};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        char *text = long_text(sizes[i]);
        struct bk_buf chunk = {0}, all = {0};
        bool more = true;
        begin(k, "f");
        add_source(k, "f", "test", text);
        end(k, true);
        for (size_t n = 0; more; n++) {
            must(k, bk_archive_source_bytes(k->ar, (int64_t)i + 1, n, &chunk, &more,
                                            &k->err));
            bk_buf_add(&all, bk_buf_str(&chunk));
        }
        assert_int_equal(all.len, sizes[i]);
        assert_true(bk_eq(bk_buf_str(&all), bk_str(text)));
        bk_buf_free(&all);
        bk_buf_free(&chunk);
        free(text);
    }
    EXPECT(k, "SELECT count(*) FROM source_chunk WHERE source_id = 5", "3");
}

static void a_file_that_changes_while_it_is_read_is_refused(void **state)
{
    struct kit *k = *state;
    struct bk_source source = {.path = BK_S("f"), .format = BK_S("test"), .size = 3};
    bk_sha256_of(BK_S("abc"), source.sha256);
    begin(k, "f");
    struct bk_stream *s = bk_stream_of(BK_S("abcd"));
    assert_false(bk_archive_add_source(k->ar, &source, s, &k->err));
    assert_int_equal(k->err.code, BK_EINPUT);
    assert_non_null(strstr(k->err.msg, "changed while it was read"));
    bk_stream_close(s);
    end(k, false);
    EXPECT(k, count_everything, "0");
}

/* --- verify --- */

struct complaints {
    int n;
    char last[300];
};

static void complain(void *self, struct bk_str text)
{
    struct complaints *c = self;
    c->n++;
    snprintf(c->last, sizeof c->last, "%.*s", BK_F(text));
}

static struct complaints verify(struct kit *k)
{
    struct complaints c = {0};
    int64_t sources;
    must(k, bk_archive_verify(k->ar, complain, &c, &sources, &k->err));
    assert_int_equal(sources, 3);
    return c;
}

static void write_chunk(struct kit *k, const char *source, const char *bytes,
                        int64_t raw_size)
{
    struct bk_buf packed = {0};
    struct bk_stmt *st = bk_stmt(k->db, BK_SQL_SOURCE_CHUNK_INSERT);
    must(k, bk_zstd_pack(bk_str(bytes), 3, &packed, &k->err));
    bk_bind_int(st, ":source", atoi(source));
    bk_bind_int(st, ":seq", 1);
    bk_bind_int(st, ":raw_size", raw_size);
    bk_bind_blob(st, ":packed", bk_buf_str(&packed));
    must(k, bk_run_stmt(st, &k->err));
    bk_buf_free(&packed);
}

static void verify_sees_what_is_not_as_it_was(void **state)
{
    struct kit *k = *state;
    static const char *const texts[] = {"one", "two", "three"};
    for (size_t i = 0; i < 3; i++) {
        begin(k, texts[i]);
        add_source(k, texts[i], "test", texts[i]);
        end(k, true);
    }
    assert_int_equal(verify(k).n, 0);

    write_chunk(k, "2", "more", 4);
    struct complaints c = verify(k);
    assert_int_equal(c.n, 1);
    assert_non_null(strstr(c.last, "source 2 'two': 7 bytes are kept of 3"));

    write_chunk(k, "1", "x", 100);
    c = verify(k);
    assert_int_equal(c.n, 2);

    write_chunk(k, "3", "x", INT64_C(1) << 60);
    c = verify(k);
    assert_int_equal(c.n, 3);
    assert_non_null(strstr(c.last, "a chunk claims to hold 1152921504606846976 bytes"));
}

static void put_packed(struct kit *k, struct bk_str packed)
{
    struct bk_buf sql = {0};
    bk_buf_addf(&sql, "UPDATE source_chunk SET packed = X'");
    for (size_t i = 0; i < packed.len; i++)
        bk_buf_addf(&sql, "%02x", (unsigned)(unsigned char)packed.ptr[i]);
    bk_buf_addf(&sql, "' WHERE source_id = 1");
    must(k, bk_db_exec(k->db, sql.ptr, &k->err));
    bk_buf_free(&sql);
}

/* Frames have no checksum of their own: the source's hash is what tells. */
static void verify_sees_any_flipped_bit(void **state)
{
    struct kit *k = *state;
    static const char *const texts[] = {"k6 k6 k6 vllm vllm vllm vllm k6 k6", "2", "3"};
    struct bk_buf packed = {0};
    for (size_t i = 0; i < 3; i++) {
        begin(k, texts[i]);
        add_source(k, texts[i], "test", texts[i]);
        end(k, true);
    }
    must(k, bk_zstd_pack(bk_str(texts[0]), 3, &packed, &k->err));
    put_packed(k, bk_buf_str(&packed));
    assert_int_equal(verify(k).n, 0);
    size_t seen = 0;
    for (size_t bit = 0; bit < 8 * packed.len; bit++) {
        struct bk_buf bytes = {0};
        bool more, same;
        struct bk_err ignored;
        packed.ptr[bit / 8] ^= (char)(1 << bit % 8);
        put_packed(k, bk_buf_str(&packed));
        packed.ptr[bit / 8] ^= (char)(1 << bit % 8);
        same = bk_archive_source_bytes(k->ar, 1, 0, &bytes, &more, &ignored) &&
               bk_is(bk_buf_str(&bytes), texts[0]);
        assert_int_equal(verify(k).n, same ? 0 : 1);
        seen += !same;
        bk_buf_free(&bytes);
    }
    assert_true(seen > 8 * packed.len - 8); /* a few bits of a frame mean nothing */
    bk_buf_free(&packed);
}

/* --- two writers --- */

static void ids_of_another_process_are_asked_again(void **state)
{
    struct kit *k = *state;
    char path[] = "/tmp/bk_archive_XXXXXX";
    struct kit one = {.a = k->a}, two = {.a = k->a};
    assert_non_null(mkdtemp(path));
    const char *file = bk_cstr(k->a, bk_fmt(k->a, "%s/x.db", path));
    must(&one, bk_db_open(&one.db, file, BK_DB_WRITE, &one.err) &&
                   bk_archive_new(&one.ar, one.db, &one.err));
    must(&two, bk_db_open(&two.db, file, BK_DB_WRITE, &two.err) &&
                   bk_archive_new(&two.ar, two.db, &two.err));
    import_run(&one, "f1", new_run(k, "s", "my-box", "w"));
    import_run(&two, "f2", new_run(k, "s", "my-box", "w"));
    /* the user gives the box another name meanwhile */
    import_run(&two, "f3", new_run(k, "s", "h200", "w"));
    struct bk_stmt *st = bk_stmt(two.db, BK_SQL_HARDWARE_ALIAS_PUT);
    bk_bind_text(st, ":alias", BK_S("my-box"));
    bk_bind_int(st, ":hardware",
                atoi(ask(&two, "SELECT id FROM hardware WHERE name = 'h200'")));
    must(&two, bk_run_stmt(st, &two.err));
    import_run(&one, "f4", new_run(k, "s", "my-box", "w"));
    EXPECT(&one,
           "SELECT group_concat(hardware || run, ' ') FROM (SELECT * FROM v_run ORDER "
           "BY run_id)",
           "my-boxs/my-box/w my-boxs/my-box/w#2 h200s/h200/w h200s/h200/w#2");
    bk_archive_free(one.ar);
    bk_archive_free(two.ar);
    bk_db_close(one.db);
    bk_db_close(two.db);
    assert_int_equal(system(bk_cstr(k->a, bk_fmt(k->a, "rm -r '%s'", path))), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_KIT(a_failed_unit_leaves_nothing),
        IN_KIT(what_a_failed_unit_learnt_is_forgotten),
        IN_KIT(a_record_of_no_source_is_refused),
        IN_KIT(an_archive_closed_in_the_middle_rolls_back),
        IN_KIT(same_bytes_are_found),
        IN_KIT(run_folders_share_a_file),
        IN_KIT(bytes_come_back_in_chunks),
        IN_KIT(a_file_that_changes_while_it_is_read_is_refused),
        IN_KIT(verify_sees_what_is_not_as_it_was),
        IN_KIT(verify_sees_any_flipped_bit),
        IN_KIT(ids_of_another_process_are_asked_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
