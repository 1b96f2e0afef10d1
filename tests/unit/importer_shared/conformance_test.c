/* Conformance suites of other projects: JSONTestSuite (https://github.com/nst/JSONTestSuite)
 * and csv-spectrum (https://github.com/max-mapper/csv-spectrum).
 *
 * $BENCHKEEP_CORPUS/conformance holds them as archives; without the variable the tests
 * are skipped. */
#include "../../../importers/shared/json.h"
#include "../../../importers/shared/table.h"
#include "../../../src/base/file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool run(const char *command)
{
    FILE *p = popen(command, "r");
    return p != NULL && pclose(p) == 0;
}

/* Unpacks an archive of the suite into a new folder. */
static void unpack(const char *archive, char folder[64])
{
    const char *corpus = getenv("BENCHKEEP_CORPUS");
    if (corpus == NULL) {
        print_message("skipped: BENCHKEEP_CORPUS is not set\n");
        skip();
    }
    strcpy(folder, "/tmp/benchkeep-test-XXXXXX");
    assert_non_null(mkdtemp(folder));
    char command[4096];
    snprintf(command, sizeof command, "tar -xzf '%s/conformance/%s' -C '%s'", corpus,
             archive, folder);
    assert_true(run(command));
}

static void remove_folder(const char *folder)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    assert_true(run(command));
}

static bool json_accepts(struct bk_str text)
{
    /* An exact-size block: reading behind the text is seen. */
    char *copy = malloc(text.len > 0 ? text.len : 1);
    memcpy(copy, text.ptr, text.len);
    struct bk_arena *a = bk_arena_new();
    struct bk_err err = {0};
    bool ok = bk_json_parse(a, (struct bk_str){copy, text.len}, BK_JSON_STRICT, NULL,
                            NULL, &err) != NULL;
    assert_true(ok || (err.code == BK_EINPUT && strncmp(err.msg, "line ", 5) == 0));
    bk_arena_free(a);
    free(copy);
    return ok;
}

static void test_json(void **state)
{
    (void)state;
    char folder[64], path[512];
    unpack("jsontestsuite.tar.gz", folder);
    snprintf(path, sizeof path, "%s/jsontestsuite", folder);
    DIR *d = opendir(path);
    assert_non_null(d);
    int right[3] = {0}, wrong = 0, accepted = 0;
    for (struct dirent *e; (e = readdir(d)) != NULL;) {
        if (e->d_name[0] == '.' || e->d_name[1] != '_')
            continue;
        struct bk_buf b = {0};
        struct bk_err err = {0};
        snprintf(path, sizeof path, "%s/jsontestsuite/%s", folder, e->d_name);
        assert_true(bk_read_file(path, &b, &err));
        bool ok = json_accepts(b.len > 0 ? bk_buf_str(&b) : BK_S(""));
        bk_buf_free(&b);
        if (e->d_name[0] == 'i') {
            right[2]++;
            accepted += ok;
        } else if (ok == (e->d_name[0] == 'y')) {
            right[ok ? 0 : 1]++;
        } else {
            wrong++;
            print_error("%s: %s\n", e->d_name, ok ? "accepted" : "refused");
        }
    }
    closedir(d);
    remove_folder(folder);
    print_message("JSONTestSuite: %d accepted as they must, %d refused as they must, "
                  "%d free (%d accepted), %d wrong\n",
                  right[0], right[1], right[2], accepted, wrong);
    assert_int_equal(wrong, 0);
    assert_true(right[0] > 0 && right[1] > 0);
}

/* Cases whose two files do not say the same; what is expected instead. */
static const struct departure {
    const char *name, *why;
    bool refused; /* by RFC 4180; else line breaks are compared without \r */
} departures[] = {
    {"location_coordinates",
     "a quote inside a field without quotes is no RFC 4180; its two files name "
     "different telephone numbers",
     true},
    {"newlines_crlf", "the CSV file was checked out with \\n for \\r\\n", false},
};

static const struct departure *departure_of(const char *name)
{
    for (size_t i = 0; i < sizeof departures / sizeof *departures; i++) {
        if (strcmp(departures[i].name, name) == 0)
            return &departures[i];
    }
    return NULL;
}

static struct bk_str without_returns(struct bk_arena *a, struct bk_str s)
{
    char *out = bk_alloc(a, s.len + 1);
    size_t n = 0;
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] != '\r')
            out[n++] = s.ptr[i];
    }
    return (struct bk_str){out, n};
}

/* The records of a CSV text against an array of objects, keys in the order of the
 * header. */
static bool same(struct bk_arena *a, struct bk_str **rows, const size_t *widths,
                 size_t n, const struct bk_json *json, bool any_break)
{
    if (json->n + 1 != n)
        return false;
    const struct bk_json *object = json->child;
    for (size_t i = 1; i < n; i++, object = object->next) {
        if (widths[i] != widths[0] || object->n != widths[0])
            return false;
        for (size_t k = 0; k < widths[0]; k++) {
            const struct bk_json *m = NULL;
            for (const struct bk_json *c = object->child; c != NULL; c = c->next) {
                if (bk_eq(c->key, rows[0][k]))
                    m = c;
            }
            if (m == NULL)
                return false;
            struct bk_str want = any_break ? without_returns(a, m->text) : m->text;
            if (!bk_eq(want, rows[i][k]))
                return false;
        }
    }
    return true;
}

static bool csv_case(const char *folder, const char *name)
{
    char path[512];
    struct bk_buf csv = {0}, json = {0};
    struct bk_err err = {0};
    struct bk_arena *a = bk_arena_new();
    struct bk_str **rows;
    size_t *widths, n;
    snprintf(path, sizeof path, "%s/csv-spectrum/csvs/%s.csv", folder, name);
    assert_true(bk_read_file(path, &csv, &err));
    snprintf(path, sizeof path, "%s/csv-spectrum/json/%s.json", folder, name);
    assert_true(bk_read_file(path, &json, &err));
    struct bk_json *root =
        bk_json_parse(a, bk_buf_str(&json), BK_JSON_STRICT, NULL, NULL, &err);
    assert_non_null(root);
    const struct departure *d = departure_of(name);
    bool ok = bk_csv_cells(a, bk_buf_str(&csv), ',', &rows, &widths, &n, &err);
    if (d != NULL)
        print_message("%s: %s\n", name, d->why);
    if (d != NULL && d->refused)
        ok = !ok && strncmp(err.msg, "line 2: ", 8) == 0;
    else
        ok = ok && same(a, rows, widths, n, root, d != NULL);
    bk_arena_free(a);
    bk_buf_free(&csv);
    bk_buf_free(&json);
    return ok;
}

static void test_csv(void **state)
{
    (void)state;
    char folder[64], path[512];
    unpack("csv-spectrum.tar.gz", folder);
    snprintf(path, sizeof path, "%s/csv-spectrum/csvs", folder);
    DIR *d = opendir(path);
    assert_non_null(d);
    int right = 0, wrong = 0;
    for (struct dirent *e; (e = readdir(d)) != NULL;) {
        char *dot = strrchr(e->d_name, '.');
        if (dot == NULL || strcmp(dot, ".csv") != 0)
            continue;
        *dot = '\0';
        if (csv_case(folder, e->d_name)) {
            right++;
        } else {
            wrong++;
            print_error("%s: read differently\n", e->d_name);
        }
    }
    closedir(d);
    remove_folder(folder);
    print_message("csv-spectrum: %d right, %d wrong\n", right, wrong);
    assert_int_equal(wrong, 0);
    assert_true(right > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_json),
        cmocka_unit_test(test_csv),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
