/* Files of one prefix become one run, whichever of them is named, and each goes in
 * once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../../src/ingest/internal.h"

#define STATS_HEADER                                                                   \
    "Type,Name,Request Count,Failure Count,Median Response Time,Average Response "     \
    "Time,Min Response Time,Max Response Time,Average Content Size,Requests/s,"        \
    "Failures/s,50%,95%,100%\r\n"
#define HISTORY_HEADER                                                                 \
    "Timestamp,User Count,Type,Name,Requests/s,Failures/s,50%,95%,100%,Total Request " \
    "Count,Total Failure Count,Total Median Response Time,Total Average Response "     \
    "Time,Total Min Response Time,Total Max Response Time,Total Average Content "      \
    "Size\r\n"

static const char stats[] =
    STATS_HEADER "POST,/chat,300,12,80,90.5,20.25,400.5,64.0,10.0,0.4,80,200,400\r\n"
                 ",Aggregated,300,12,80,90.5,20.25,400.5,64.0,10.0,0.4,80,200,400\r\n";
/* Two seconds behind: 21 requests fewer, other times. */
static const char history[] = HISTORY_HEADER
    "1772370300,0,,Aggregated,0.000000,0.000000,N/A,N/A,N/A,0,0,0,0.0,0,0,0\r\n"
    "1772370328,8,,Aggregated,9.000000,0.000000,79,190,390,279,11,79,89.5,20.25,390.5,"
    "64.0\r\n";
static const char failures[] = "Method,Name,Error,Occurrences\r\n"
                               "POST,/chat,HTTPError('500'),9\r\n"
                               "POST,/chat,TimeoutError(),3\r\n";
static const char no_exceptions[] = "Count,Message,Traceback,Nodes\r\n";

struct world {
    struct bk_arena *arena;
    struct bk_db *db;
    struct bk_archive *archive;
    char dir[64];
    char told[4000]; /* "imported x.csv|..." */
    int64_t runs;
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

static void put(const char *name, const char *text)
{
    FILE *f = fopen(at(name), "wb");
    assert_non_null(f);
    fwrite(text, 1, strlen(text), f);
    fclose(f);
}

static void on_file(void *self, const struct bk_file_result *r)
{
    static const char *const names[] = {"imported", "duplicate", "skipped", "failed"};
    (void)self;
    size_t n = strlen(w.told);
    snprintf(w.told + n, sizeof w.told - n, "%s %.*s|", names[r->status],
             BK_F(bk_path_base(r->path)));
    w.runs += r->counts.runs;
}

static void import_with(const struct bk_import_options *o, const char *const *names,
                        size_t n)
{
    const char *items[8];
    const struct bk_ingest_observer observer = {.file = on_file};
    struct bk_err err = {0};
    assert_true(n <= 8);
    for (size_t i = 0; i < n; i++)
        items[i] = at(names[i]);
    const struct bk_strings paths = {items, n};
    w.told[0] = '\0';
    w.runs = 0;
    assert_true(bk_ingest(w.archive, o, &paths, &observer, &err));
}

static void import(const char *name)
{
    const struct bk_import_options o = {0};
    import_with(&o, &name, 1);
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

static const char *value(const char *metric, const char *scope)
{
    return query(bk_fmt(w.arena,
                        "SELECT CAST(round(value) AS INTEGER) FROM v_measurement WHERE "
                        "metric = '%s' AND scope = '%s'",
                        metric, scope)
                     .ptr);
}

static const char *findings(void)
{
    return query("SELECT coalesce(group_concat(code, ' '), '') FROM (SELECT code FROM "
                 "finding ORDER BY code)");
}

static void put_all(const char *prefix)
{
    put(bk_fmt(w.arena, "%s_stats.csv", prefix).ptr, stats);
    put(bk_fmt(w.arena, "%s_stats_history.csv", prefix).ptr, history);
    put(bk_fmt(w.arena, "%s_failures.csv", prefix).ptr, failures);
    put(bk_fmt(w.arena, "%s_exceptions.csv", prefix).ptr, no_exceptions);
}

static void test_folder(void **state)
{
    (void)state;
    put_all("a");
    import("");
    assert_string_equal(w.told, "imported a_stats.csv|imported a_stats_history.csv|"
                                "imported a_failures.csv|imported a_exceptions.csv|");
    assert_int_equal(w.runs, 1);
    assert_string_equal(query("SELECT count(*) FROM source"), "4");
    /* the numbers are those of the first, which a later moment of the second does not
     * contradict; the timeline is that of the second */
    assert_string_equal(query("SELECT count(*) FROM measurement WHERE rank > 0"), "0");
    assert_string_equal(value("requests", ""), "300");
    assert_string_equal(value("duration", ""), "30");
    assert_string_equal(value("vus", ""), "8");
    assert_string_equal(
        value("requests_failed", "{name:/chat,type:POST,error:TimeoutError()}"), "3");
    assert_string_equal(query("SELECT count(*) FROM timeline"), "2");
    assert_string_equal(findings(), "");
    import("");
    assert_string_equal(w.told, "duplicate a_stats.csv|duplicate a_stats_history.csv|"
                                "duplicate a_failures.csv|duplicate a_exceptions.csv|");
    assert_string_equal(query("SELECT count(*) FROM run"), "1");
}

static void test_any_one_brings_the_others(void **state)
{
    (void)state;
    put_all("a");
    put_all("b");
    import("a_failures.csv");
    assert_string_equal(w.told, "imported a_stats.csv|imported a_stats_history.csv|"
                                "imported a_failures.csv|imported a_exceptions.csv|");
    import("a_stats.csv");
    assert_string_equal(w.told, "duplicate a_stats.csv|duplicate a_stats_history.csv|"
                                "duplicate a_failures.csv|duplicate a_exceptions.csv|");
    assert_string_equal(query("SELECT count(*) FROM run"), "1");
}

static void test_two_named(void **state)
{
    (void)state;
    const struct bk_import_options o = {0};
    put_all("a");
    import_with(&o, (const char *const[]){"a_stats_history.csv", "a_stats.csv"}, 2);
    assert_string_equal(w.told, "imported a_stats.csv|imported a_stats_history.csv|"
                                "imported a_failures.csv|imported a_exceptions.csv|");
}

static void test_prefixes(void **state)
{
    (void)state;
    put_all("a");
    put("b_stats.csv", STATS_HEADER
        ",Aggregated,50,0,80,90.5,20.25,400.5,64.0,10.0,0.0,80,200,400\r\n");
    put("b_exceptions.csv", no_exceptions);
    import("");
    assert_int_equal(w.runs, 2);
    /* the empty file of both is kept once and belongs to both */
    assert_string_equal(w.told, "imported a_stats.csv|imported a_stats_history.csv|"
                                "imported a_failures.csv|imported a_exceptions.csv|"
                                "imported b_stats.csv|imported b_exceptions.csv|");
    assert_string_equal(findings(), "");
}

static void test_only_the_name(void **state)
{
    (void)state;
    put("a_stats.csv", "hardware,concurrency,ttft.mean\nh100,4,0.25\n");
    put("a_failures.csv", "just words\n");
    import("a_stats.csv");
    assert_string_equal(w.told, "imported a_stats.csv|");
    import("");
    assert_string_equal(w.told, "duplicate a_stats.csv|failed a_failures.csv|");
}

static void test_contradiction(void **state)
{
    (void)state;
    put("a_stats.csv", stats);
    put("a_stats_history.csv", HISTORY_HEADER
        "1772370300,0,,Aggregated,0.000000,0.000000,N/A,N/A,N/A,0,0,0,0.0,0,0,0\r\n"
        "1772370330,8,,Aggregated,9.000000,0.000000,80,200,400,900,12,80,90.5,20.25,"
        "400.5,64.0\r\n");
    import("a_stats.csv");
    assert_int_equal(w.runs, 1);
    assert_string_equal(findings(), "conflicting-values");
}

static void test_bad_companion(void **state)
{
    (void)state;
    put_all("a");
    put("a_failures.csv", "Method,Name,Error,Occurrences\r\nPOST,/chat,\"never closed");
    import("a_stats.csv");
    assert_string_equal(w.told, "imported a_stats.csv|imported a_stats_history.csv|"
                                "imported a_exceptions.csv|");
    assert_string_equal(findings(), "incomplete-run");
}

static void test_bad_companion_in_a_folder(void **state)
{
    (void)state;
    put_all("a");
    put("a_failures.csv", "Method,Name,Error,Occurrences\r\nPOST,/chat,\"never closed");
    import("");
    assert_string_equal(w.told, "imported a_stats.csv|imported a_stats_history.csv|"
                                "failed a_failures.csv|imported a_exceptions.csv|");
    assert_string_equal(query("SELECT count(*) FROM run"), "1");
}

static void test_later(void **state)
{
    (void)state;
    put("a_stats.csv", stats);
    import("a_stats.csv");
    put("a_stats_history.csv", history);
    import("a_stats_history.csv");
    assert_string_equal(w.told, "duplicate a_stats.csv|skipped a_stats_history.csv|");
    assert_string_equal(query("SELECT count(*) FROM run"), "1");
}

static void test_earlier(void **state)
{
    (void)state;
    put("a_stats_history.csv", history);
    import("a_stats_history.csv");
    assert_string_equal(w.told, "imported a_stats_history.csv|");
    put("a_stats.csv", stats);
    import("a_stats.csv");
    assert_string_equal(w.told, "imported a_stats.csv|imported a_stats_history.csv|");
    assert_string_equal(findings(), "incomplete-run");
}

static void test_nothing_happened(void **state)
{
    (void)state;
    put("a_failures.csv", "Method,Name,Error,Occurrences\r\n");
    put("a_exceptions.csv", no_exceptions);
    import("");
    assert_string_equal(w.told, "skipped a_failures.csv|skipped a_exceptions.csv|");
    assert_string_equal(query("SELECT count(*) FROM source"), "0");
}

static void test_dry_run(void **state)
{
    (void)state;
    const struct bk_import_options o = {.dry_run = true};
    const char *name = "a_stats_history.csv";
    put_all("a");
    import_with(&o, &name, 1);
    assert_int_equal(w.runs, 1);
    assert_string_equal(query("SELECT count(*) FROM run"), "0");
}

static void test_names(void **state)
{
    (void)state;
    static const struct {
        const char *name, *suffix, *prefix;
    } cases[] = {
        {"run1_stats.csv", "stats.csv", "run1_"},
        {"run1_stats_history.csv.gz", "stats_history.csv", "run1_"},
        {"failures.csv", "failures.csv", ""},
        {"x-exceptions.csv.zst", "exceptions.csv", "x-"},
        {"mystats.csv", NULL, NULL},
        {"stats.csv.txt", NULL, NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct bk_str prefix;
        const struct bk_importer *imp;
        const struct bk_companion *c =
            bk_companion_of(bk_str(cases[i].name), &prefix, &imp);
        assert_int_equal(c != NULL, cases[i].suffix != NULL);
        if (!c)
            continue;
        assert_string_equal(c->suffix, cases[i].suffix);
        assert_true(bk_is(prefix, cases[i].prefix));
    }
}

#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_folder),
        T(test_any_one_brings_the_others),
        T(test_two_named),
        T(test_prefixes),
        T(test_only_the_name),
        T(test_contradiction),
        T(test_bad_companion),
        T(test_bad_companion_in_a_folder),
        T(test_later),
        T(test_earlier),
        T(test_nothing_happened),
        T(test_dry_run),
        T(test_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
