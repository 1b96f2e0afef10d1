/* Files and folders into a warehouse in memory: what becomes of each file, and what is
 * kept of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "../../../src/base/hash.h"
#include "../../../src/ingest/internal.h"

static const char k6[] =
    "running (0m01.0s), 01/10 VUs, 5 complete and 0 interrupted iterations\n"
    "     http_req_duration..............: avg=20ms min=10ms med=18ms max=50ms "
    "p(90)=30ms p(95)=40ms\n"
    "     http_req_failed................: 10.00% 1 out of 10\n"
    "     http_reqs......................: 10 5/s\n"
    "     iterations.....................: 10 5/s\n"
    "     vus_max........................: 10 min=10 max=10\n";

struct world {
    struct bk_arena *arena;
    struct bk_db *db;
    struct bk_archive *archive;
    char dir[64];
    char told[4000]; /* "imported k6-text x.txt|..." */
    struct bk_counts counts;
    int64_t redactions;
    bool interrupt;
    size_t interrupt_at;        /* from which time on that it is asked; 0: never */
    int64_t done;               /* bytes that were read */
    size_t asked, asked_at_end; /* how often, and until the last byte was read */
};
static struct world w;

static int set_up(void **state)
{
    (void)state;
    struct bk_err err = {0};
    memset(&w, 0, sizeof w);
    w.arena = bk_arena_new();
    strcpy(w.dir, "/tmp/benchkeep-test-XXXXXX");
    assert_non_null(mkdtemp(w.dir));
    assert_true(bk_db_open_memory(&w.db, &err));
    assert_true(bk_archive_new(&w.archive, w.db, &err));
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    char command[100];
    bk_archive_free(w.archive);
    bk_db_close(w.db);
    bk_arena_free(w.arena);
    snprintf(command, sizeof command, "rm -rf '%s'", w.dir);
    return system(command);
}

static const char *at(const char *name)
{
    return bk_fmt(w.arena, "%s/%s", w.dir, name).ptr;
}

static const char *put(const char *name, const char *text)
{
    struct bk_err err = {0};
    const char *path = at(name);
    assert_true(bk_make_parents(path, &err));
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    fwrite(text, 1, strlen(text), f);
    fclose(f);
    return path;
}

static void on_file(void *self, const struct bk_file_result *r)
{
    static const char *const names[] = {"imported", "duplicate", "skipped", "failed"};
    (void)self;
    size_t n = strlen(w.told);
    struct bk_str base = bk_path_base(r->path);
    snprintf(w.told + n, sizeof w.told - n, "%s %.*s|", names[r->status], BK_F(base));
    if (r->status == BK_FILE_FAILED) {
        n = strlen(w.told);
        snprintf(w.told + n, sizeof w.told - n, "(%.*s)|", BK_F(r->error));
    }
    w.counts.runs += r->counts.runs;
    w.counts.measurements += r->counts.measurements;
    w.redactions += r->redactions;
}

static bool interrupted(void *self)
{
    (void)self;
    w.asked++;
    return w.interrupt || (w.interrupt_at > 0 && w.asked >= w.interrupt_at);
}

static void on_progress(void *self, struct bk_str path, int64_t done, int64_t total,
                        uint64_t points)
{
    (void)self;
    (void)path;
    (void)points;
    (void)total;
    if (done > w.done)
        w.asked_at_end = w.asked;
    w.done = done > w.done ? done : w.done;
}

static bool import(const struct bk_import_options *o, const char *path)
{
    const struct bk_strings paths = {&path, 1};
    const struct bk_ingest_observer observer = {
        .file = on_file,
        .interrupted = interrupted,
        .progress = on_progress,
    };
    struct bk_err err = {0};
    w.told[0] = '\0';
    w.asked = 0;
    w.done = 0;
    w.counts = (struct bk_counts){0};
    w.redactions = 0;
    bool ok = bk_ingest(w.archive, o, &paths, &observer, &err);
    if (!ok)
        snprintf(w.told, sizeof w.told, "%s", err.msg);
    return ok;
}

/* The first cell of a query, as text. */
static const char *query(const char *sql)
{
    struct bk_stmt *st = NULL;
    struct bk_err err = {0};
    bool row = false;
    if (!bk_user_stmt(w.db, bk_str(sql), &st, &err) || !bk_step(st, &row, &err))
        fail_msg("%s", err.msg);
    const char *text = row ? bk_cstr(w.arena, bk_col_text(st, 0)) : "";
    bk_user_stmt_free(st);
    return text;
}

static const char *kept(int64_t source)
{
    struct bk_buf b = {0};
    struct bk_err err = {0};
    bool more;
    assert_true(bk_archive_source_bytes(w.archive, source, 0, &b, &more, &err));
    const char *text = bk_cstr(w.arena, bk_buf_str(&b));
    bk_buf_free(&b);
    return text;
}

static void test_file(void **state)
{
    (void)state;
    struct bk_import_options o = {.session = "062", .hardware = "h100"};
    const char *path = put("a.txt", k6);
    assert_true(import(&o, path));
    assert_string_equal(w.told, "imported a.txt|");
    assert_int_equal(w.counts.runs, 1);
    assert_string_equal(kept(1), k6);
    assert_string_equal(query("SELECT session || hardware FROM v_run"), "062h100");
    put("b.txt", k6);
    assert_true(import(&o, w.dir));
    assert_string_equal(w.told, "duplicate a.txt|duplicate b.txt|");
    assert_string_equal(query("SELECT count(*) FROM run"), "1");
}

static void test_refused(void **state)
{
    (void)state;
    struct bk_import_options o = {0};
    put("a.txt", "");
    put("b.txt", " \n ");
    put("c.txt", "just words\n");
    put("d.txt", k6);
    put(".hidden/e.txt", k6);
    assert_int_equal(symlink(".", at("loop")), 0);
    assert_int_equal(symlink("nothing", at("gone")), 0);
    assert_true(import(&o, w.dir));
    assert_non_null(strstr(w.told, "failed a.txt|"));
    assert_non_null(strstr(w.told, "failed b.txt|"));
    assert_non_null(strstr(w.told, "failed c.txt|"));
    assert_non_null(strstr(w.told, "failed gone|"));
    assert_non_null(strstr(w.told, "imported d.txt|"));
    assert_null(strstr(w.told, "e.txt"));
    const char *once = strstr(w.told, at("c.txt"));
    assert_non_null(once);
    assert_null(strstr(once + 1, at("c.txt")));
    assert_true(import(&o, at("missing")));
    assert_non_null(strstr(w.told, "failed missing|"));
}

static void test_unreadable_folder(void **state)
{
    (void)state;
    struct bk_import_options o = {0};
    put("a/x.txt", k6);
    put("b/y.txt", k6);
    if (geteuid() == 0) {
        print_message("skipped: the superuser reads every folder\n");
        skip();
    }
    chmod(at("a"), 0);
    assert_true(import(&o, w.dir));
    chmod(at("a"), 0700);
    assert_non_null(strstr(w.told, "failed a|"));
    assert_non_null(strstr(w.told, "imported y.txt|"));
}

static void test_secrets(void **state)
{
    (void)state;
    struct bk_import_options o = {0};
    const char *text = bk_fmt(w.arena, "API_KEY=abcdef\n%s", k6).ptr;
    assert_true(import(&o, put("a.txt", text)));
    assert_int_equal(w.redactions, 1);
    assert_null(strstr(kept(1), "abcdef"));
    assert_non_null(strstr(kept(1), "API_KEY=[redacted]\n"));
    assert_string_equal(
        query("SELECT code FROM finding WHERE code = 'secret-redacted'"),
        "secret-redacted");
    gzFile gz = gzopen(at("b.txt.gz"), "wb");
    gzputs(gz, "PASSWORD=abcdef\n");
    gzputs(gz, k6);
    gzclose(gz);
    o.session = "another";
    assert_true(import(&o, at("b.txt.gz")));
    assert_string_equal(w.told, "imported b.txt.gz|");
    assert_non_null(strstr(kept(2), "PASSWORD=[redacted]\n"));
}

/* Points in gzip data whose writer was killed: what is whole counts; of so little that
 * it has no whole line nobody can tell what it is. */
static void test_cut_gzip(void **state)
{
    (void)state;
    struct bk_import_options o = {0};
    gzFile gz = gzopen(at("points.csv.gz"), "wb");
    gzputs(gz, "metric_name,timestamp,metric_value,name\n");
    for (int i = 0; i < 20000; i++)
        gzprintf(gz, "http_req_duration,17700%05d,%d.%06d,a\n", i, i * 7919 % 977,
                 i * 104729 % 1000003 % 1000000);
    gzclose(gz);
    assert_int_equal(truncate(at("points.csv.gz"), 100000), 0);
    assert_true(import(&o, at("points.csv.gz")));
    assert_string_equal(w.told, "imported points.csv.gz|");
    assert_string_equal(query("SELECT code FROM finding WHERE code = 'truncated'"),
                        "truncated");
    assert_int_equal(truncate(at("points.csv.gz"), 40), 0);
    assert_true(import(&o, at("points.csv.gz")));
    assert_non_null(strstr(w.told, "too soon to tell what format it is"));
}

static const char layout_text[] =
    "[path]\ntemplate = {session}/{hardware}/\n"
    "[run]\none-per = directory\nresult = k6.txt SUMMARY.md\nignore = *.png\n"
    "[context env.txt]\nWORKERS = config.workers\nTOKEN ~ (.*) -> config.token\n"
    "KIND = hardware\n"
    "[before-after before.json after.json]\n/n = memories_created\n"
    "[timing *.log]\nmetric = embedding_latency\nmatch = took ([0-9.]+)ms\nunit = ms\n";

/* Points of k6 in a file that is too large to be held in memory; of the last but one,
 * the address is 'url'. */
static const char *put_large(const char *name, const char *url)
{
    static const char head[] = "metric_name,timestamp,metric_value,url\n";
    enum {
        LINES = 80000
    };
    const char *path = at(name);
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    fputs(head, f);
    for (int i = 0; i < LINES; i++)
        fprintf(f, "http_req_duration,%d,%d.500000,%-200s\n", 1771070400 + i / 800,
                i % 100 + 1, i == LINES - 2 ? url : "http://10.0.0.1/v1");
    fclose(f);
    return path;
}

static void test_large_file(void **state)
{
    (void)state;
    const struct bk_import_options o = {0};
    char sha[65] = "", want[65] = "x";
    struct bk_buf text = {0};
    struct bk_err err = {0};
    const char *path = put_large("plain.csv", "http://10.0.0.1/v1");
    assert_true(import(&o, path));
    assert_string_equal(w.told, "imported plain.csv|");
    assert_true(bk_read_file(path, &text, &err));
    assert_true(text.len > (size_t)16 * 1024 * 1024);
    bk_sha256_of(bk_buf_str(&text), want);
    bk_buf_free(&text);
    snprintf(sha, sizeof sha, "%s", query("SELECT sha256 FROM source"));
    assert_string_equal(sha, want);
    assert_string_equal(
        query("SELECT sum(raw_size) = max(source.size) FROM source_chunk "
              "JOIN source ON source.id = source_chunk.source_id"),
        "1");
    /* the same again, by its size first; then under another name */
    assert_true(import(&o, path));
    assert_string_equal(w.told, "duplicate plain.csv|");
    assert_int_equal(rename(path, at("other.csv")), 0);
    assert_true(import(&o, at("other.csv")));
    assert_string_equal(w.told, "duplicate other.csv|");
    assert_string_equal(query("SELECT count(*) FROM source"), "1");
}

/* The bytes of a file as one gzip member, stored: fast to read. */
static const char *pack_large(const char *path, const char *name, struct bk_buf *packed)
{
    struct bk_buf text = {0};
    struct bk_stream *s = NULL;
    struct bk_err err = {0};
    assert_true(bk_read_file(path, &text, &err));
    path = at(name);
    gzFile gz = gzopen(path, "wb0");
    assert_non_null(gz);
    assert_int_equal(gzwrite(gz, text.ptr, (unsigned)text.len), text.len);
    assert_int_equal(gzclose(gz), Z_OK);
    assert_true(bk_stream_open_raw(&s, path, &err));
    assert_true(bk_stream_rest(s, packed, &err));
    bk_stream_close(s);
    assert_true(packed->len > text.len);
    bk_buf_free(&text);
    return path;
}

/* Of a packed file the packed bytes are kept, and its hash is theirs, though it is hashed
 * by one thread while another reads on. */
static void test_large_packed_file(void **state)
{
    (void)state;
    const struct bk_import_options o = {0};
    char sha[65] = "", want[65] = "x";
    struct bk_buf packed = {0};
    const char *path = put_large("plain.csv", "http://10.0.0.1/v1");
    path = pack_large(path, "packed.csv.gz", &packed);
    bk_sha256_of(bk_buf_str(&packed), want);
    assert_true(import(&o, path));
    assert_string_equal(w.told, "imported packed.csv.gz|");
    snprintf(sha, sizeof sha, "%s", query("SELECT sha256 FROM source"));
    assert_string_equal(sha, want);
    bk_buf_free(&packed);
}

/* What there is of a packed file whose end is missing is searched too. */
static void test_large_cut_file_with_a_secret(void **state)
{
    (void)state;
    const struct bk_import_options o = {0};
    struct bk_buf packed = {0};
    const char *path = put_large("plain.csv", "http://10.0.0.1/?api_key=s3cr3ts3cr3t");
    path = pack_large(path, "cut.csv.gz", &packed);
    assert_int_equal(truncate(path, (off_t)packed.len - 20), 0);
    assert_true(import(&o, path));
    assert_string_equal(w.told, "imported cut.csv.gz|");
    assert_int_equal(w.redactions, 1);
    assert_string_equal(query("SELECT redactions FROM source"), "1");
    bk_buf_free(&packed);
}

/* What is kept is what the importer has read, though both read for themselves. */
static void test_large_file_that_grows(void **state)
{
    (void)state;
    struct bk_file f;
    struct bk_err err = {0};
    const char *path = put_large("plain.csv", "http://10.0.0.1/v1");
    for (int grows = 0; grows < 2; grows++) {
        assert_true(bk_file_open(w.arena, &f, bk_str(path), &err));
        assert_true(bk_file_keep_beside(&f));
        FILE *out = grows ? fopen(path, "ab") : NULL;
        if (out != NULL) {
            fputs("http_reqs,1771070999,1,\n", out);
            fclose(out);
        }
        assert_true(bk_file_join(&f, (struct bk_interrupt){0}, &err) == !grows);
        bk_file_close(&f);
    }
    assert_non_null(strstr(err.msg, "it changed while it was read"));
}

/* It can be stopped at any time, also when all was read: nothing of it is left. */
static void test_interrupted_large_file(void **state)
{
    (void)state;
    const struct bk_import_options o = {0};
    const char *path = put_large("plain.csv", "http://10.0.0.1/v1");
    for (size_t at = 1; at < 60; at += at < 20 ? 3 : 10) {
        w.interrupt_at = at;
        assert_false(import(&o, path));
        assert_non_null(strstr(w.told, "interrupted: nothing of the file at hand"));
        assert_string_equal(query("SELECT (SELECT count(*) FROM source) + (SELECT "
                                  "count(*) FROM run) + (SELECT count(*) FROM unit)"),
                            "0");
    }
    w.interrupt_at = 0;
    assert_true(import(&o, path));
    assert_string_equal(w.told, "imported plain.csv|");
    assert_true(w.asked - w.asked_at_end > 20); /* not only while it is read */
}

/* Its samples are stored while it is read, and so is the source. */
static void test_snapshots(void **state)
{
    (void)state;
    const struct bk_import_options o = {0};
    const char *path = put("a.prom", "# TYPE up gauge\nup 1\n");
    assert_true(import(&o, path));
    assert_string_equal(w.told, "imported a.prom|");
    assert_true(import(&o, path));
    assert_string_equal(w.told, "duplicate a.prom|");
    FILE *f = fopen(at("large.prom"), "wb");
    assert_non_null(f);
    for (int i = 0; i < 90000; i++)
        fprintf(f, "x{a=\"%0200d\"} %d\n", i, i);
    fclose(f);
    assert_true(import(&o, at("large.prom")));
    assert_string_equal(w.told, "imported large.prom|");
    assert_true(import(&o, at("large.prom")));
    assert_string_equal(w.told, "duplicate large.prom|");
    assert_string_equal(query("SELECT count(*) FROM snapshot"), "2");
    assert_string_equal(query("SELECT sum(samples) FROM sample_pack"), "90001");
}

/* An exposition that is too large to be held in memory, with a last label of its own. */
static const char *put_large_exposition(const char *name, int digits, const char *last)
{
    const char *path = at(name);
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    for (int i = 0; i < 18000000 / (digits + 18); i++)
        fprintf(f, "x{a=\"%0*d\"} %010d\n", digits, i, i);
    fprintf(f, "y{%s} 1\n", last);
    fclose(f);
    return path;
}

/* It goes into the archive while it is still hashed, few of its bytes being labels. */
static void test_large_exposition(void **state)
{
    (void)state;
    const struct bk_import_options o = {0};
    char sha[65] = "", want[65] = "x";
    struct bk_buf text = {0};
    struct bk_err err = {0};
    const char *path = put_large_exposition("bare.prom", 6, "b=\"1\"");
    assert_true(bk_read_file(path, &text, &err));
    assert_true(text.len > (size_t)16 * 1024 * 1024);
    bk_sha256_of(bk_buf_str(&text), want);
    assert_true(import(&o, path));
    assert_string_equal(w.told, "imported bare.prom|");
    snprintf(sha, sizeof sha, "%s", query("SELECT sha256 FROM source"));
    assert_string_equal(sha, want);
    snprintf(want, sizeof want, "%zu", text.len);
    assert_string_equal(query("SELECT size FROM source"), want);
    assert_string_equal(query("SELECT sum(raw_size) FROM source_chunk"), want);
    assert_string_equal(query("SELECT sum(samples) FROM sample_pack"), "750001");
    assert_true(import(&o, path));
    assert_string_equal(w.told, "duplicate bare.prom|");
    bk_buf_free(&text);
}

/* The secret is found when samples were handed on already; they come once more. */
static void test_large_exposition_with_a_secret(void **state)
{
    (void)state;
    const struct bk_import_options o = {0};
    static const char label[] = "api_key=\"s3cr3ts3cr3ts3cr3t\"";
    const int digits[] = {6, 200};
    for (size_t i = 0; i < 2; i++) {
        char name[] = "secret0.prom";
        name[6] = (char)('0' + i);
        assert_true(import(&o, put_large_exposition(name, digits[i], label)));
    }
    assert_string_equal(query("SELECT count(*) FROM source WHERE redactions = 1"), "2");
    assert_string_equal(query("SELECT count(*) FROM snapshot"), "2");
    assert_string_equal(
        query("SELECT count(*) FROM source WHERE sha256 LIKE 'unseen%'"), "0");
    assert_string_equal(
        query("SELECT count(*) FROM v_series WHERE labels LIKE '%[redacted]%'"), "2");
    assert_string_equal(
        query("SELECT count(*) FROM v_series WHERE labels LIKE '%s3cr3t%'"), "0");
}

static void test_large_file_with_a_secret(void **state)
{
    (void)state;
    const struct bk_import_options o = {0};
    const char *path = put_large("secret.csv", "http://10.0.0.1/?api_key=s3cr3ts3cr3t");
    assert_true(import(&o, path));
    assert_string_equal(w.told, "imported secret.csv|");
    assert_int_equal(w.redactions, 1);
    assert_string_equal(query("SELECT count(*) FROM source"), "1");
    assert_string_equal(query("SELECT count(*) FROM run"), "1");
    struct bk_buf chunk = {0};
    struct bk_err err = {0};
    bool more = true;
    for (size_t i = 0; more; i++) {
        assert_true(bk_archive_source_bytes(w.archive, 1, i, &chunk, &more, &err));
        assert_true(bk_find(bk_buf_str(&chunk), BK_S("s3cr3t")) == BK_NONE);
    }
    bk_buf_free(&chunk);
    /* its size is not that of what is kept: it is known by its hash */
    assert_true(import(&o, path));
    assert_string_equal(w.told, "duplicate secret.csv|");
}

static void test_run_folder(void **state)
{
    (void)state;
    struct bk_import_options o = {.layout = put("x.layout", layout_text)};
    put("t/7/h100/k6.txt", k6);
    put("t/7/h100/env.txt", "WORKERS=24\nKIND=b200\n");
    put("t/7/h100/before.json", "{\"n\": 1000}");
    put("t/7/h100/after.json", "{\"n\": 1555}");
    put("t/7/h100/server.log", "x took 10ms\ny took 30ms\n");
    put("t/7/h100/chart.png", "x");
    put("t/7/h100/other.txt", "x");
    put("t/7/h100/SUMMARY.md", "x");
    assert_true(import(&o, at("t")));
    assert_string_equal(w.told,
                        "skipped SUMMARY.md|imported after.json|imported before.json|"
                        "skipped chart.png|imported env.txt|imported k6.txt|"
                        "skipped other.txt|imported server.log|");
    assert_int_equal(w.counts.runs, 1);
    assert_string_equal(query("SELECT session || hardware FROM v_run"), "7b200");
    assert_string_equal(query("SELECT value FROM v_measurement WHERE metric = "
                              "'memories_created'"),
                        "555.0");
    assert_string_equal(query("SELECT value FROM v_measurement WHERE metric = "
                              "'embedding_latency' AND stat = 'mean'"),
                        "0.02");
    assert_string_equal(query("SELECT count(*) FROM finding WHERE code = "
                              "'context-conflict'"),
                        "1");
    assert_true(import(&o, at("t/7/h100/k6.txt"))); /* its folder comes along */
    assert_null(strstr(w.told, "imported"));
    assert_non_null(strstr(w.told, "duplicate k6.txt|"));
}

static void test_incomplete_folder(void **state)
{
    (void)state;
    struct bk_import_options o = {.layout = put("x.layout", layout_text)};
    put("t/7/h100/SUMMARY.md", bk_fmt(w.arena, "# Result\n\n```\n%s```\n", k6).ptr);
    put("t/7/h100/k6.txt", "");
    put("t/7/h100/env.txt", "");
    put("t/7/h100/after.json", "{\"detail\": \"refused\"}");
    put("t/8/h100/env.txt", "WORKERS=24\n");
    put("t/README.md", "Words.\n");
    assert_true(import(&o, at("t")));
    assert_null(strstr(w.told, "failed"));
    assert_non_null(strstr(w.told, "imported SUMMARY.md|"));
    assert_non_null(strstr(w.told, "skipped README.md|"));
    assert_int_equal(w.counts.runs, 1);
    assert_string_equal(query("SELECT claims FROM run"), "0");
    /* k6.txt and env.txt are empty, so that SUMMARY.md stands in; after.json has no
     * number, before.json is missing */
    assert_string_equal(query("SELECT count(*) FROM finding WHERE code = "
                              "'context-missing'"),
                        "5");
}

static void test_bad_options(void **state)
{
    (void)state;
    const char *path = put("a.txt", k6);
    struct bk_import_options o = {.input_format = "k6-txt"};
    assert_false(import(&o, path));
    assert_non_null(strstr(w.told, "k6-text"));
    o = (struct bk_import_options){.layout = put("x.layout", "[run]\nx = y\n")};
    assert_false(import(&o, path));
    assert_non_null(strstr(w.told, "line 2"));
    const char *map[] = {"no equals sign"};
    o = (struct bk_import_options){.map = {map, 1}};
    assert_false(import(&o, path));
    assert_string_equal(query("SELECT count(*) FROM source"), "0");
}

static void test_dry_run_and_interrupt(void **state)
{
    (void)state;
    struct bk_import_options o = {.dry_run = true};
    const char *path = put("a.txt", k6);
    assert_true(import(&o, path));
    assert_string_equal(w.told, "imported a.txt|");
    assert_int_equal(w.counts.runs, 1);
    assert_string_equal(query("SELECT count(*) FROM source"), "0");
    o.dry_run = false;
    w.interrupt = true;
    assert_false(import(&o, path));
    assert_non_null(
        strstr(w.told, "interrupted: nothing of the file at hand is stored"));
    w.interrupt = false;
    assert_string_equal(query("SELECT count(*) FROM source"), "0");
}

static void test_same_run_in_another_file(void **state)
{
    (void)state;
    struct bk_import_options o = {.session = "1"};
    assert_true(import(&o, put("a.txt", k6)));
    assert_true(import(&o, put("b.txt", bk_fmt(w.arena, "%s\n\n", k6).ptr)));
    assert_string_equal(w.told, "duplicate b.txt|");
    assert_string_equal(query("SELECT count(*) FROM run"), "1");
}

static void test_path_above(void **state)
{
    (void)state;
    const char *template[] = {"{hardware}/{session}/"};
    struct bk_import_options o = {.from_path = {template, 1}};
    char old[4096];
    put("h100/7/k6.txt", k6);
    put("k6.txt", bk_fmt(w.arena, "%s\n", k6).ptr);
    assert_non_null(getcwd(old, sizeof old));
    assert_int_equal(chdir(at("h100/7")), 0);
    bool ok = import(&o, ".");
    assert_int_equal(chdir(old), 0);
    assert_true(ok);
    assert_string_equal(query("SELECT session || hardware FROM v_run"), "7h100");
    template[0] = "{hardware}/x-{session}/";
    assert_true(import(&o, at("k6.txt")));
    assert_string_equal(
        query("SELECT code FROM finding WHERE code = 'context-missing'"),
        "context-missing");
}

/* Numbers out of a log are all derived; two logs are two runs all the same. */
static void test_two_logs(void **state)
{
    (void)state;
    const char *rule[] = {"m:ms:took ([0-9.]+)"};
    struct bk_import_options o = {.timing = {rule, 1}, .session = "1"};
    assert_true(import(&o, put("a.log", "a took 5\n")));
    assert_true(import(&o, put("b.log", "a took 6\n")));
    assert_string_equal(w.told, "imported b.log|");
    assert_true(import(&o, put("c.log", "b took 6\n")));
    assert_string_equal(w.told, "duplicate c.log|");
}

/* --- runs of a sweep --- */

static const char *serve_run(int number, const char *duration)
{
    return bk_fmt(w.arena,
                  "{\"model_id\": \"m\", \"tokenizer_id\": \"m\", \"num_prompts\": 4, "
                  "\"duration\": %s, \"completed\": 4, \"failed\": 0, "
                  "\"total_output_tokens\": 40, \"ttfts\": [0.1, 0.1, 0.2, 0.1], "
                  "\"mean_ttft_ms\": 125.0, \"run_number\": %d, \"swept\": 2}",
                  duration, number)
        .ptr;
}

/* What a sweep leaves beside its runs is no run, and no failure either. */
static void test_sweep_folder(void **state)
{
    (void)state;
    struct bk_import_options o = {0};
    put("s/run=0.json", serve_run(0, "2.5"));
    put("s/run=1.json", serve_run(1, "2.75"));
    put("s/run=2.failure.json",
        "{\"run_number\": 2, \"error_type\": \"E\", \"error\": \"x\", "
        "\"serve_overrides\": {}, \"bench_overrides\": {}}");
    put("s/summary.json",
        bk_fmt(w.arena, "[\n %s,\n %s]", serve_run(0, "2.5"), serve_run(1, "2.75"))
            .ptr);
    put("s/warmup.json", serve_run(-1, "9"));
    assert_true(import(&o, at("s")));
    assert_string_equal(w.told, "imported run=0.json|imported run=1.json|"
                                "skipped run=2.failure.json|duplicate summary.json|"
                                "skipped warmup.json|");
    assert_string_equal(query("SELECT count(*) FROM run"), "2");
    assert_string_equal(query("SELECT count(*) FROM source"), "2");
}

/* Where the folder says which run was meant, a result that says that nothing ran is a
 * run that is invalid; a file of its own is none. */
static void test_folder_in_which_nothing_ran(void **state)
{
    (void)state;
    static const char missing[] = "./bench.sh: line 7: k6: command not found\n";
    struct bk_import_options o = {.layout = put("x.layout", layout_text)};
    put("t/7/h100/k6.txt", missing);
    put("t/7/h100/env.txt", "WORKERS=24\n");
    assert_true(import(&o, at("t")));
    assert_string_equal(w.told, "imported env.txt|imported k6.txt|");
    assert_string_equal(query("SELECT session || hardware || status FROM v_run"),
                        "7h100invalid");
    assert_string_equal(query("SELECT count(*) FROM finding WHERE code = "
                              "'invalid-run'"),
                        "1");
    assert_string_equal(query("SELECT count(*) FROM measurement"), "0");
    struct bk_import_options none = {0};
    assert_true(import(&none, put("k6.txt", "sh: 1: k6: not found\n")));
    assert_non_null(strstr(w.told, "failed k6.txt|"));
    assert_non_null(strstr(w.told, "line 1: k6 did not run"));
}

/* A run folder whose result is no result gives no run and is no failure. */
static void test_skipped_result_of_a_folder(void **state)
{
    (void)state;
    struct bk_import_options o = {.layout = put("layout.ini", "[run]\n"
                                                              "one-per = directory\n"
                                                              "result = *.json\n")};
    put("t/warmup.json", serve_run(-1, "9"));
    put("t/notes.txt", "x");
    assert_true(import(&o, at("t")));
    assert_string_equal(w.told, "skipped notes.txt|skipped warmup.json|");
    assert_string_equal(query("SELECT count(*) FROM source"), "0");
    put("u/run=0.json", serve_run(0, "2.5"));
    put("u/warmup.json", serve_run(-1, "9"));
    assert_true(import(&o, at("u")));
    assert_string_equal(w.told, "imported run=0.json|skipped warmup.json|");
}

#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_file),
        T(test_refused),
        T(test_secrets),
        T(test_cut_gzip),
        T(test_large_file),
        T(test_large_packed_file),
        T(test_large_cut_file_with_a_secret),
        T(test_large_file_that_grows),
        T(test_interrupted_large_file),
        T(test_large_exposition),
        T(test_large_exposition_with_a_secret),
        T(test_large_file_with_a_secret),
        T(test_snapshots),
        T(test_unreadable_folder),
        T(test_run_folder),
        T(test_incomplete_folder),
        T(test_bad_options),
        T(test_dry_run_and_interrupt),
        T(test_same_run_in_another_file),
        T(test_two_logs),
        T(test_path_above),
        T(test_sweep_folder),
        T(test_folder_in_which_nothing_ran),
        T(test_skipped_result_of_a_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
