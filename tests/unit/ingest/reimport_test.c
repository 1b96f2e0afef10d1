/* Units once more from their kept bytes: the same comes out while nothing has changed,
 * and only what has changed when something has. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../../src/ingest/internal.h"

static const char sweep[] =
    "hardware,workers,latency_avg_ms,odd number\nh100,8,120,1\nb200,8,90,2\n";
static const char layout_text[] =
    "[path]\ntemplate = {hardware}/{workload}/\n[run]\none-per = directory\n"
    "result = results.json k6.txt\n"
    "[context env.txt]\nWORKERS = workers\nAPI_KEY = key_name\n";
static const char k6[] =
    "running (0m01.0s), 01/10 VUs, 5 complete and 0 interrupted iterations\n"
    "     http_req_duration..............: avg=20ms min=10ms med=18ms max=50ms "
    "p(90)=30ms p(95)=40ms\n"
    "     http_req_failed................: 10.00% 1 out of 10\n"
    "     http_reqs......................: 10 5/s\n"
    "     iterations.....................: 10 5/s\n"
    "     vus_max........................: 10 min=10 max=10\n";
static const char scrape[] =
    "# TYPE vllm:num_requests_running gauge\n"
    "vllm:num_requests_running{engine=\"0\",model_name=\"m\"} %d\n"
    "# TYPE vllm:prompt_tokens_total counter\n"
    "vllm:prompt_tokens_total{engine=\"0\",model_name=\"m\"} %d\n";

struct world {
    struct bk_arena *arena;
    struct bk_db *db;
    struct bk_archive *archive;
    char dir[64], back[4096];
    size_t units[4]; /* by status */
    struct bk_change_counts counts;
    char why[800], told[4000];
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
    assert_non_null(getcwd(w.back, sizeof w.back));
    assert_int_equal(chdir(w.dir), 0);
    assert_true(bk_db_open(&w.db, "w.db", BK_DB_CREATE, &err));
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
    assert_int_equal(chdir(w.back), 0);
    snprintf(command, sizeof command, "rm -rf '%s'", w.dir);
    return system(command);
}

static void put(const char *path, const char *text)
{
    struct bk_err err = {0};
    assert_true(bk_make_parents(path, &err));
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static void on_file(void *self, const struct bk_file_result *r)
{
    enum bk_file_status *last = self;
    *last = r->status;
    if (r->status == BK_FILE_FAILED)
        print_error("%.*s\n", BK_F(r->error));
}

static enum bk_file_status import_into(struct bk_archive *ar,
                                       const struct bk_import_options *o,
                                       const char *path)
{
    enum bk_file_status last = BK_FILE_FAILED;
    const struct bk_strings paths = {&path, path ? 1 : 0};
    const struct bk_ingest_observer observer = {.file = on_file, .self = &last};
    struct bk_err err = {0};
    if (!bk_ingest(ar, o, &paths, &observer, &err))
        print_error("%s\n", err.msg);
    assert_int_equal(err.code, BK_OK);
    return last;
}

static void import(const struct bk_import_options *o, const char *path)
{
    assert_int_not_equal(import_into(w.archive, o, path), BK_FILE_FAILED);
}

/* --- what an archive says --- */

static void add_rows(struct bk_buf *b, struct bk_db *db, enum bk_sql which)
{
    bool row;
    struct bk_err err = {0};
    struct bk_stmt *st = bk_stmt(db, which);
    while (bk_step(st, &row, &err) && row) {
        for (size_t i = 0; i < bk_col_count(st); i++) {
            bool is_id = i == 0 && strcmp(bk_col_name(st, 0), "id") == 0 &&
                         which == BK_SQL_FINDINGS_LIST; /* numbers of findings may */
            bk_buf_addf(b, "%.*s|", BK_F(is_id ? BK_S("") : bk_col_text(st, i)));
        }
        bk_buf_addc(b, '\n');
    }
    assert_int_equal(err.code, BK_OK);
    bk_reset(st);
}

static struct bk_str everything(struct bk_db *db)
{
    static const enum bk_sql all[] = {
        BK_SQL_RUNS_ALL,      BK_SQL_EXPORT_MEASUREMENTS,
        BK_SQL_FINDINGS_LIST, BK_SQL_EXPORT_TIMELINE,
        BK_SQL_EXPORT_SERIES, BK_SQL_EXPORT_SIZING,
        BK_SQL_SESSIONS_LIST, BK_SQL_EVERYTHING_HARDWARE_PRICE,
    };
    struct bk_buf b = {0};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        add_rows(&b, db, all[i]);
    struct bk_str text = bk_dup(w.arena, bk_buf_str(&b));
    bk_buf_free(&b);
    return text;
}

static void same(struct bk_str got, struct bk_str want)
{
    assert_true(want.len > 0);
    assert_string_equal(got.ptr, want.ptr);
}

/* --- reimporting --- */

static void on_unit(void *self, const struct bk_unit_result *r)
{
    (void)self;
    w.units[r->status]++;
    for (size_t i = 0; i < BK_N_CHANGES; i++) {
        w.counts.added[i] += r->counts.added[i];
        w.counts.gone[i] += r->counts.gone[i];
        w.counts.changed[i] += r->counts.changed[i];
        w.counts.kept[i] += r->counts.kept[i];
    }
    if (r->error.len > 0)
        snprintf(w.why, sizeof w.why, "%.*s", BK_F(r->error));
}

static void on_change(void *self, const struct bk_change *c)
{
    static const char *const what[] = {"added", "gone", "changed"};
    (void)self;
    size_t n = strlen(w.told);
    snprintf(w.told + n, sizeof w.told - n, "%s %.*s %.*s.%.*s %.*s|", what[c->what],
             BK_F(c->run), BK_F(c->metric), BK_F(c->stat), BK_F(c->name));
}

static void reimport(const struct bk_reimport_options *o)
{
    const struct bk_reimport_observer observer = {.unit = on_unit, .change = on_change};
    struct bk_err err = {0};
    memset(w.units, 0, sizeof w.units);
    memset(&w.counts, 0, sizeof w.counts);
    w.told[0] = '\0';
    if (!bk_reimport(w.archive, o, &observer, &err))
        print_error("%s\n", err.msg);
    assert_int_equal(err.code, BK_OK);
}

static void import_all_kinds(void)
{
    struct bk_import_options o = {.layout = "my.layout"};
    put("my.layout", layout_text);
    put("tree/h100/login/results.json", "{ cut");
    put("tree/h100/login/k6.txt", k6);
    put("tree/h100/login/env.txt", "WORKERS=24\nAPI_KEY=abcdef0123456789abcdef\n");
    import(&o, "tree");
    o = (struct bk_import_options){.session = "s"};
    put("t.csv", sweep);
    import(&o, "t.csv");
    o = (struct bk_import_options){.hardware = "h100"};
    const char *settings[] = {"note=two\nlines \\ and more", "max_tokens=256"};
    o.set = (struct bk_strings){settings, 2};
    put("k6-again.txt", bk_fmt(w.arena, "%s\n", k6).ptr);
    import(&o, "k6-again.txt");
    put("b.prom", bk_fmt(w.arena, scrape, 1, 100).ptr);
    put("a.prom", bk_fmt(w.arena, scrape, 2, 900).ptr);
    o = (struct bk_import_options){.before = "b.prom", .after = "a.prom"};
    import(&o, NULL);
    /* a template that says something only with the folder before it */
    const char *templates[] = {"benchkeep-test-{session}/{workload}.csv"};
    o = (struct bk_import_options){.from_path = {templates, 1}};
    put("u.csv", "hardware,ttft_ms\nh100,31\n");
    import(&o, "u.csv");
}

static void nothing_changes_while_nothing_has(void **state)
{
    (void)state;
    const struct bk_reimport_options all = {0};
    import_all_kinds();
    struct bk_str before = everything(w.db);
    assert_true(bk_has(before, BK_S("results.json cannot be used")));
    assert_int_equal(unlink("my.layout"), 0);
    assert_int_equal(chdir("/"), 0);
    for (int i = 0; i < 2; i++) {
        reimport(&all);
        assert_string_equal(w.told, "");
        assert_int_equal(w.units[BK_UNIT_SAME], 5);
        assert_int_equal(w.units[BK_UNIT_CHANGED] + w.units[BK_UNIT_FAILED], 0);
        same(everything(w.db), before);
    }
    assert_int_equal(chdir(w.dir), 0);
}

static void add_alias(const char *alias, const char *target)
{
    struct bk_err err = {0};
    struct bk_stmt *st = bk_stmt(w.db, BK_SQL_ALIAS_PUT);
    bk_bind_text(st, ":format", BK_S("*"));
    bk_bind_text(st, ":alias", bk_str(alias));
    bk_bind_text(st, ":target", bk_str(target));
    bk_bind_text(st, ":unit", BK_S("ms"));
    assert_true(bk_run_stmt(st, &err));
}

static void add_price(const char *hardware, double price)
{
    struct bk_err err = {0};
    int64_t id;
    struct bk_stmt *st = bk_stmt(w.db, BK_SQL_HARDWARE_PUT);
    bk_bind_text(st, ":name", bk_str(hardware));
    assert_true(bk_insert(st, &id, &err));
    st = bk_stmt(w.db, BK_SQL_HARDWARE_PRICE_PUT);
    bk_bind_int(st, ":hardware", id);
    bk_bind_int(st, ":said", 1);
    bk_bind_real(st, ":price", price);
    bk_bind_text(st, ":currency", BK_S("USD"));
    assert_true(bk_run_stmt(st, &err));
}

static void what_has_changed_is_told(void **state)
{
    (void)state;
    const char *one[] = {"t.csv"};
    struct bk_reimport_options o = {.sources = {one, 1}, .dry_run = true};
    import_all_kinds();
    struct bk_str before = everything(w.db);
    add_alias("odd number", "ttft.mean");
    reimport(&o);
    same(everything(w.db), before); /* a trial */
    assert_int_equal(w.units[BK_UNIT_CHANGED], 1);
    assert_int_equal(w.counts.added[BK_CHANGE_MEASUREMENT], 2);
    assert_int_equal(w.counts.gone[BK_CHANGE_MEASUREMENT], 2);
    assert_int_equal(w.counts.kept[BK_CHANGE_RUN], 2);
    char trial[sizeof w.told];
    strcpy(trial, w.told);
    assert_non_null(strstr(trial, "ttft.mean"));
    o.dry_run = false;
    reimport(&o);
    assert_string_equal(w.told, trial);
    assert_false(bk_eq(everything(w.db), before));
    reimport(&o);
    assert_string_equal(w.told, "");
}

static void what_is_refused_stays(void **state)
{
    (void)state;
    const struct bk_reimport_options all = {0};
    struct bk_err err = {0};
    import_all_kinds();
    struct bk_str before = everything(w.db);
    struct bk_stmt *st = bk_stmt(w.db, BK_SQL_SOURCE_CHUNK_INSERT);
    struct bk_buf packed = {0};
    assert_true(bk_zstd_pack(BK_S("more"), 3, &packed, &err));
    bk_bind_int(st, ":source", 3); /* t.csv, behind the folder's two */
    bk_bind_int(st, ":seq", 1);
    bk_bind_int(st, ":raw_size", 4);
    bk_bind_blob(st, ":packed", bk_buf_str(&packed));
    assert_true(bk_run_stmt(st, &err));
    bk_buf_free(&packed);
    reimport(&all);
    assert_int_equal(w.units[BK_UNIT_FAILED], 1);
    assert_int_equal(w.units[BK_UNIT_SAME], 4);
    assert_non_null(strstr(w.why, "t.csv"));
    assert_non_null(strstr(w.why, "not what they were"));
    same(everything(w.db), before);
}

static void a_name_that_no_file_has_is_refused(void **state)
{
    (void)state;
    const char *one[] = {"no.csv"};
    const struct bk_reimport_options o = {.sources = {one, 1}};
    const struct bk_reimport_observer observer = {.unit = on_unit};
    struct bk_err err = {0};
    import_all_kinds();
    assert_false(bk_reimport(w.archive, &o, &observer, &err));
    assert_int_equal(err.code, BK_EUSAGE);
    assert_non_null(strstr(err.msg, "no.csv"));
}

static void a_warehouse_is_imported_whole(void **state)
{
    (void)state;
    const struct bk_import_options none = {0}, flags = {.hardware = "h100"};
    struct bk_err err = {0};
    struct bk_db *db;
    struct bk_archive *ar;
    add_alias("odd number", "ttft.mean");
    import_all_kinds();
    add_price("h100", 12.5);
    add_price("h100", 11);
    struct bk_str before = everything(w.db);
    assert_non_null(strstr(before.ptr, "USD"));
    assert_true(bk_db_open_memory(&db, &err));
    assert_true(bk_archive_new(&ar, db, &err));
    assert_int_equal(import_into(ar, &none, "w.db"), BK_FILE_IMPORTED);
    same(everything(db), before);
    assert_int_equal(import_into(ar, &none, "w.db"), BK_FILE_DUPLICATE);
    assert_int_equal(import_into(ar, &flags, "w.db"), BK_FILE_FAILED);
    same(everything(db), before);
    bk_archive_free(ar);
    bk_db_close(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        TEST(nothing_changes_while_nothing_has),
        TEST(what_has_changed_is_told),
        TEST(what_is_refused_stays),
        TEST(a_name_that_no_file_has_is_refused),
        TEST(a_warehouse_is_imported_whole),
#undef TEST
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
