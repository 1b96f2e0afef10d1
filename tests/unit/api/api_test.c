/* The public interface: what a program that links the library sees. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../../include/benchkeep.h"

static char dir[64], db[80], file[80];

static int set_up(void **state)
{
    (void)state;
    strcpy(dir, "/tmp/benchkeep-test-XXXXXX");
    assert_non_null(mkdtemp(dir));
    snprintf(db, sizeof db, "%s/x.db", dir);
    snprintf(file, sizeof file, "%s/k6.txt", dir);
    FILE *f = fopen(file, "w");
    assert_non_null(f);
    fputs("running (0m01.0s), 01/10 VUs, 5 complete and 0 interrupted iterations\n"
          "http_reqs..........: 10 5/s\n"
          "http_req_failed....: 10.00% 1 out of 10\n",
          f);
    fclose(f);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    char command[100];
    snprintf(command, sizeof command, "rm -rf '%s'", dir);
    return system(command);
}

static void told(void *self, const char *path, const char *format, const char *status,
                 const char *error)
{
    char *out = self;
    assert_string_equal(path, file);
    assert_string_equal(error, "");
    snprintf(out, 60, "%s %s", format, status);
}

static void test_import_and_ask(void **state)
{
    (void)state;
    bk_warehouse *w = NULL;
    bk_answer *answer = NULL;
    char said[60] = "", *text = NULL;
    size_t length = 0;
    const char *args[] = {file, "--session", "062", "--hardware", "h100"};
    const char *none[] = {"--where", "hardware=h100"};
    assert_int_equal(bk_open(db, BK_OPEN_WRITE, &w), BK_STATUS_OK);
    assert_int_equal(bk_import(w, 5, args, told, said), BK_STATUS_OK);
    assert_string_equal(said, "k6-text imported");
    assert_int_equal(bk_ask(w, "runs", 2, none, &answer), BK_STATUS_OK);
    assert_int_equal(bk_render_text(answer, "csv", NULL, &text, &length), BK_STATUS_OK);
    assert_int_equal(strlen(text), length);
    assert_non_null(strstr(text, "062"));
    bk_text_free(text);
    assert_int_equal(bk_render_text(answer, "docx", NULL, &text, &length),
                     BK_STATUS_USAGE);
    assert_null(text);
    bk_answer_free(answer);
    bk_close(w);
}

static void test_failures(void **state)
{
    (void)state;
    bk_warehouse *w = NULL;
    bk_answer *answer = NULL;
    const char *bad[] = {"--hardwear", "x"}, *missing[] = {"/nowhere/x.json"};
    assert_int_equal(bk_open(db, BK_OPEN_READ, &w), BK_STATUS_DATABASE);
    assert_non_null(strstr(bk_message(w), db));
    assert_int_equal(bk_import(w, 1, missing, NULL, NULL), BK_STATUS_DATABASE);
    bk_close(w);
    assert_int_equal(bk_open(db, BK_OPEN_WRITE, &w), BK_STATUS_OK);
    assert_string_equal(bk_message(w), "");
    assert_int_equal(bk_import(w, 2, bad, NULL, NULL), BK_STATUS_USAGE);
    assert_non_null(strstr(bk_message(w), "--hardware"));
    assert_int_equal(bk_import(w, 1, missing, NULL, NULL), BK_STATUS_INPUT);
    assert_int_equal(bk_ask(w, "compair", 0, NULL, &answer), BK_STATUS_USAGE);
    assert_null(answer);
    bk_close(w);
    bk_close(NULL);
}

#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {T(test_import_and_ask), T(test_failures)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
