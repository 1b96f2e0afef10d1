/* The streaming JSON reader against the tree reader: both accept and refuse the same
 * texts, and what they read is the same, whatever the size of the chunks. */
#include "../../../importers/shared/json_events.h"
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

#define MAX_STRING ((size_t)1024 * 1024)

struct feed { /* a text in pieces */
    struct bk_str rest;
    size_t size;
    char *copy; /* of the piece, so that reading behind it is seen */
};

static bool more(void *of, struct bk_str *chunk, struct bk_err *err)
{
    struct feed *f = of;
    (void)err;
    struct bk_str piece = bk_upto(f->rest, f->size);
    free(f->copy);
    f->copy = malloc(piece.len > 0 ? piece.len : 1);
    if (piece.len > 0)
        memcpy(f->copy, piece.ptr, piece.len);
    *chunk = (struct bk_str){f->copy, piece.len};
    f->rest = bk_from(f->rest, piece.len);
    return true;
}

static bool all(const struct bk_json_path *path)
{
    (void)path;
    return true;
}

static struct bk_json *select_from(struct bk_arena *a, struct bk_str text, size_t size,
                                   bool (*wanted)(const struct bk_json_path *),
                                   struct bk_err *err)
{
    struct feed f = {.rest = text, .size = size};
    const struct bk_json_selection how = {
        .wanted = wanted, .max_values = BK_JSON_MAX_VALUES, .max_string = MAX_STRING};
    struct bk_json *root =
        bk_json_select(a, (struct bk_json_source){more, &f}, &how, err);
    free(f.copy);
    return root;
}

/* The elements of deep documents are compared without recursion: by walking both trees
 * in the order of their text. */
static bool same_node(const struct bk_json *x, const struct bk_json *y)
{
    return x->type == y->type && x->n == y->n && x->line == y->line &&
           x->offset == y->offset && bk_eq(x->key, y->key) && bk_eq(x->text, y->text) &&
           x->boolean == y->boolean &&
           memcmp(&x->number, &y->number, sizeof x->number) == 0;
}

static bool same(const struct bk_json *x, const struct bk_json *y, int depth)
{
    if (x == NULL || y == NULL || depth > 600)
        return x == y;
    if (!same_node(x, y))
        return false;
    x = x->child;
    y = y->child;
    for (; x != NULL && y != NULL; x = x->next, y = y->next) {
        if (!same(x, y, depth + 1))
            return false;
    }
    return x == y;
}

/* True when both readers agree on the text, with chunks of this size. */
static bool agree(struct bk_str text, size_t size)
{
    struct bk_arena *a = bk_arena_new();
    struct bk_err one = {0}, two = {0};
    const struct bk_json *tree =
        bk_json_parse(a, text, BK_JSON_STRICT, NULL, NULL, &one);
    const struct bk_json *events = select_from(a, text, size, all, &two);
    bool ok = (tree == NULL) == (events == NULL) && one.code == two.code &&
              (tree == NULL || same(tree, events, 0));
    if (!ok)
        print_error("tree: %s, events: %s (chunks of %zu)\n", one.msg, two.msg, size);
    bk_arena_free(a);
    return ok;
}

static bool agree_in_all_sizes(struct bk_str text)
{
    static const size_t sizes[] = {1, 2, 3, 7, 64, 4096, 65536, 1000000};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        if (!agree(text, sizes[i]))
            return false;
    }
    return true;
}

static void test_small_texts(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        " ",
        "{}",
        "[]",
        "[1, 2.50, -0e1]\n",
        "{\"a\": {\"b\": [true, false, null]}, \"c\": \"x\\u00e9\\n\"}",
        "[\"\\ud83d\\ude00\", \"\\ud83d\", \"\\udc00x\", \"\xF0\x9F\x98\x80\xC3\xA9\"]",
        "[1,]",
        "[1 2]",
        "{\"a\" 1}",
        "{\"a\":1,}",
        "{a:1}",
        "[01]",
        "[1.]",
        "[-]",
        "[1e]",
        "[1e999]",
        "[NaN]",
        "tru",
        "\"",
        "\"a\\",
        "\"a\\u12",
        "\"\\x\"",
        "\"\xC3\"",
        "\"\xC3\xA9",
        "\"\xED\xA0\x80\"",
        "\"\x01\"",
        "1 2",
        "[1]]",
        "{\"\":{\"\":\"\"}}",
        "12345678901234567890.0000000000000001",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_true(agree_in_all_sizes(bk_str(texts[i])));
    assert_true(agree_in_all_sizes((struct bk_str){"[\0]", 3}));
}

/* Long strings cross windows; a number and a nesting as large as is allowed. */
static void test_large_texts(void **state)
{
    (void)state;
    struct bk_buf b = {0};
    bk_buf_addc(&b, '[');
    for (int i = 0; i < 30; i++) {
        bk_buf_addf(&b, "%s\"", i > 0 ? "," : "");
        for (int k = 0; k < 997 + i; k++)
            bk_buf_add(&b, BK_S("\xE2\x82\xAC\\n\\u20ac\xC3\xA9x"));
        bk_buf_add(&b, BK_S("\""));
    }
    bk_buf_addc(&b, ']');
    assert_true(agree(bk_buf_str(&b), 1000));
    assert_true(agree(bk_buf_str(&b), 65536));
    for (size_t cut = 1; cut < 40; cut++)
        assert_true(agree(bk_upto(bk_buf_str(&b), b.len - cut), 4096));
    for (size_t n = BK_JSON_MAX_DIGITS - 1; n <= BK_JSON_MAX_DIGITS + 3; n++) {
        bk_buf_clear(&b);
        bk_buf_add(&b, BK_S("[0."));
        while (b.len < n + 1)
            bk_buf_addc(&b, '1');
        bk_buf_addc(&b, ']');
        assert_true(agree(bk_buf_str(&b), 512));
    }
    for (size_t depth = BK_JSON_MAX_DEPTH - 1; depth <= BK_JSON_MAX_DEPTH + 1;
         depth++) {
        bk_buf_clear(&b);
        for (size_t i = 0; i < depth; i++)
            bk_buf_addc(&b, '[');
        for (size_t i = 0; i < depth; i++)
            bk_buf_addc(&b, ']');
        assert_true(agree(bk_buf_str(&b), 100));
    }
    bk_buf_free(&b);
}

static void test_messages(void **state)
{
    (void)state;
    static const char *const texts[] = {"[1,\n 2,\n  x]", "{\"a\":\n\"b", "[\n1\n2]",
                                        "[\"a\x02\"]",    "[\"\\q\"]",    "[00]",
                                        "[1] 2"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct bk_arena *a = bk_arena_new();
        struct bk_err one = {0}, two = {0};
        assert_null(
            bk_json_parse(a, bk_str(texts[i]), BK_JSON_STRICT, NULL, NULL, &one));
        assert_null(select_from(a, bk_str(texts[i]), 1, all, &two));
        assert_string_equal(one.msg, two.msg);
        bk_arena_free(a);
    }
}

static bool no_b(const struct bk_json_path *path)
{
    bool inner = path->depth == 2 && path->up != NULL && bk_is(path->up->key, "k");
    return !bk_is(path->key, "b") && !(inner && bk_is(path->key, "c"));
}

static void test_selection(void **state)
{
    (void)state;
    struct bk_arena *a = bk_arena_new();
    struct bk_err err = {0};
    struct bk_str text = BK_S("{\"a\":[{\"b\":[1,{\"x\":\"y\"}],\"c\":2}],\"b\":3,"
                              "\"k\":{\"c\":{},\"d\":4}}");
    const struct bk_json *root = select_from(a, text, 5, no_b, &err);
    assert_non_null(root);
    assert_int_equal(root->n, 2);
    assert_int_equal(bk_json_get(root, "a")->child->n, 1);
    double value;
    assert_true(bk_json_number(bk_json_get(root, "a")->child, "c", &value));
    assert_true(value == 2);
    assert_int_equal(bk_json_get(root, "k")->n, 1);
    /* what is left out is read as strictly */
    assert_null(select_from(a, BK_S("{\"b\":[\"\\q\"]}"), 5, no_b, &err));
    assert_string_equal(err.msg, "line 1 column 8: an unknown escape");
    bk_arena_free(a);
}

static void test_long_strings_are_cut(void **state)
{
    (void)state;
    struct feed f = {.rest = BK_S("[\"aaa\xE2\x82\xAC\",\"bb\"]"), .size = 4};
    struct bk_json_events *e =
        bk_json_events_new((struct bk_json_source){more, &f}, BK_JSON_STRICT, 4);
    struct bk_json_event v;
    struct bk_err err = {0};
    assert_true(bk_json_events_next(e, &v, &err));
    assert_int_equal(v.kind, BK_JSON_OPEN);
    assert_true(bk_json_events_next(e, &v, &err));
    assert_true(v.cut);
    assert_true(bk_is(v.text, "aaa"));
    assert_true(bk_json_events_next(e, &v, &err));
    assert_false(v.cut);
    assert_true(bk_is(v.text, "bb"));
    assert_true(bk_json_events_next(e, &v, &err));
    assert_int_equal(v.kind, BK_JSON_CLOSE);
    assert_true(bk_json_events_next(e, &v, &err));
    assert_int_equal(v.kind, BK_JSON_END);
    bk_json_events_free(e);
    free(f.copy);
}

/* --- many texts --- */

static int disagreements(const char *folder, int *n)
{
    char path[1024];
    int wrong = 0;
    DIR *d = opendir(folder);
    assert_non_null(d);
    for (struct dirent *e; (e = readdir(d)) != NULL;) {
        struct bk_buf b = {0};
        struct bk_err err = {0};
        if (e->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
        if (!bk_read_file(path, &b, &err))
            continue;
        struct bk_str text = b.len > 0 ? bk_buf_str(&b) : BK_S("");
        bool small = text.len < 4096;
        if (!(small ? agree_in_all_sizes(text) : agree(text, 4099))) {
            print_error("%s\n", path);
            wrong++;
        }
        ++*n;
        bk_buf_free(&b);
    }
    closedir(d);
    return wrong;
}

static void test_cases_of_importers(void **state)
{
    (void)state;
    static const char *const folders[] = {
        "tests/importers/guidellm", "tests/importers/aiperf",
        "tests/importers/k6-summary", "tests/fuzz/corpus/json"};
    int n = 0;
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        char path[1024];
        snprintf(path, sizeof path, "%s/%s", BK_SOURCE_DIR, folders[i]);
        assert_int_equal(disagreements(path, &n), 0);
    }
    assert_true(n > 20);
}

/* JSONTestSuite (https://github.com/nst/JSONTestSuite), below $BENCHKEEP_CORPUS. */
static void test_suite(void **state)
{
    (void)state;
    const char *corpus = getenv("BENCHKEEP_CORPUS");
    char folder[] = "/tmp/benchkeep-test-XXXXXX", command[4096];
    if (corpus == NULL) {
        print_message("skipped: BENCHKEEP_CORPUS is not set\n");
        skip();
    }
    assert_non_null(mkdtemp(folder));
    snprintf(command, sizeof command,
             "tar -xzf '%s/conformance/jsontestsuite.tar.gz' -C '%s'", corpus, folder);
    int n = 0;
    assert_int_equal(system(command), 0);
    snprintf(command, sizeof command, "%s/jsontestsuite", folder);
    int wrong = disagreements(command, &n);
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    assert_int_equal(system(command), 0);
    print_message("JSONTestSuite: both readers agree on %d of %d\n", n - wrong, n);
    assert_int_equal(wrong, 0);
    assert_true(n > 300);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_small_texts),
        cmocka_unit_test(test_large_texts),
        cmocka_unit_test(test_messages),
        cmocka_unit_test(test_selection),
        cmocka_unit_test(test_long_strings_are_cut),
        cmocka_unit_test(test_cases_of_importers),
        cmocka_unit_test(test_suite),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
