/* What the archive's tests share: a warehouse in memory, runs from a few words, and
 * questions to the database. */
#ifndef BK_TESTS_ARCHIVE_KIT_H
#define BK_TESTS_ARCHIVE_KIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../../src/archive/archive.h"
#include "../../../src/base/file.h"
#include "../../../src/base/hash.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct kit {
    struct bk_db *db;
    struct bk_archive *ar;
    struct bk_arena *a;
    struct bk_err err;
};

static inline void must(struct kit *k, bool ok)
{
    if (!ok) {
        fail_msg("%s", k->err.msg);
    }
}

static inline int kit_new(void **state)
{
    struct kit *k = calloc(1, sizeof *k);
    if (!k) {
        return -1;
    }
    k->a = bk_arena_new();
    *state = k;
    if (!bk_db_open_memory(&k->db, &k->err) ||
        !bk_archive_new(&k->ar, k->db, &k->err)) {
        print_error("%s\n", k->err.msg);
        return -1;
    }
    return 0;
}

static inline int kit_free(void **state)
{
    struct kit *k = *state;
    bk_archive_free(k->ar);
    bk_db_close(k->db);
    bk_arena_free(k->a);
    free(k);
    return 0;
}

/* First column of the first row as text, "-" without a row. */
static inline const char *ask(struct kit *k, const char *sql)
{
    struct bk_stmt *st;
    bool row;
    must(k, bk_user_stmt(k->db, bk_str(sql), &st, &k->err));
    must(k, bk_step(st, &row, &k->err));
    const char *text = row ? bk_cstr(k->a, bk_col_text(st, 0)) : "-";
    bk_user_stmt_free(st);
    return text;
}
#define EXPECT(k, sql, want) assert_string_equal(ask(k, sql), want)

static inline void begin(struct kit *k, const char *path)
{
    const struct bk_import_unit unit = {.path = bk_str(path)};
    must(k, bk_archive_begin(k->ar, &unit, &k->err));
}

static inline void add_source(struct kit *k, const char *path, const char *format,
                              const char *bytes)
{
    struct bk_source source = {.path = bk_str(path),
                               .format = bk_str(format),
                               .importer_version = 1,
                               .size = (int64_t)strlen(bytes)};
    bk_sha256_of(bk_str(bytes), source.sha256);
    struct bk_stream *s = bk_stream_of(bk_str(bytes));
    must(k, bk_archive_add_source(k->ar, &source, s, &k->err));
    bk_stream_close(s);
}

static inline struct bk_counts end(struct kit *k, bool commit)
{
    struct bk_counts counts;
    must(k, bk_archive_end(k->ar, commit, &counts, &k->err));
    return counts;
}

static inline struct bk_run *new_run(struct kit *k, const char *session,
                                     const char *hardware, const char *workload)
{
    struct bk_run *r = bk_run_new(k->a);
    r->session = bk_str(session);
    r->hardware = bk_str(hardware);
    r->workload = bk_str(workload);
    return r;
}

/* A reported time in seconds, written with these digits. */
static inline struct bk_measurement *add_time(struct kit *k, struct bk_run *r,
                                              const char *metric, const char *stat,
                                              const char *digits)
{
    struct bk_measurement *m = bk_run_measure(k->a, r);
    *m =
        (struct bk_measurement){.metric = bk_str(metric),
                                .stat = bk_str(stat),
                                .unit = BK_S("s"),
                                .value = atof(digits),
                                .low = atof(digits),
                                .high = atof(digits),
                                .source_name = bk_str(metric),
                                .source_value = bk_str(digits),
                                .how = bk_wording_new(k->a, BK_S(""), BK_S("s")),
                                .locator = bk_fmt(k->a, "line %zu", r->n_measurements)};
    return m;
}

static inline void put_run(struct kit *k, struct bk_run *r)
{
    struct bk_sink *sink = bk_archive_sink(k->ar);
    must(k, sink->run(sink, r, &k->err));
}

/* A unit of one file with one run. */
static inline struct bk_counts import_run(struct kit *k, const char *path,
                                          struct bk_run *r)
{
    begin(k, path);
    add_source(k, path, "test", bk_cstr(k->a, bk_fmt(k->a, "bytes of %s", path)));
    put_run(k, r);
    return end(k, true);
}

#define IN_KIT(test) cmocka_unit_test_setup_teardown(test, kit_new, kit_free)

#endif
