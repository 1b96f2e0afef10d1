/* The JSON reader: grammar, places, digits, keys, pointers, limits. */
#include "../../../importers/shared/json.h"

#include <cJSON.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

static struct bk_arena *arena;
static struct bk_err err;

static int set_up(void **state)
{
    (void)state;
    arena = bk_arena_new();
    err = (struct bk_err){0};
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    bk_arena_free(arena);
    return 0;
}

static struct bk_json *parse(const char *text)
{
    return bk_json_parse(arena, bk_str(text), BK_JSON_STRICT, NULL, NULL, &err);
}

static void refuses(const char *text, const char *message)
{
    assert_null(parse(text));
    assert_int_equal(err.code, BK_EINPUT);
    assert_string_equal(err.msg, message);
}

static void test_tree(void **state)
{
    (void)state;
    struct bk_json *root =
        parse("{\n  \"a\": [1, 2.50, -0e1],\n  \"b\": \"x\\u00e9\\n\"}");
    assert_non_null(root);
    assert_int_equal(root->type, BK_JSON_OBJECT);
    assert_int_equal(root->n, 2);
    const struct bk_json *a = bk_json_get(root, "a");
    assert_int_equal(a->n, 3);
    assert_int_equal(a->line, 2);
    assert_true(bk_is(a->child->next->text, "2.50"));
    assert_true(a->child->next->number == 2.5);
    assert_true(bk_is(bk_json_string(root, "b"), "x\xC3\xA9\n"));
    assert_int_equal(bk_json_get(root, "b")->line, 3);
    double value;
    assert_false(bk_json_number(root, "b", &value));
    assert_null(bk_json_get(a, "a"));
}

static void test_escapes(void **state)
{
    (void)state;
    struct bk_json *root =
        parse("[\"\\ud83d\\ude00\", \"\\ud83d\", \"\\udc00x\", \"a\\u0000b\", "
              "\"\\ud83d\\u0041\", \"\\\"\\\\\\/\\b\\f\\n\\r\\t\"]");
    assert_non_null(root);
    const struct bk_json *s = root->child;
    assert_true(bk_is(s->text, "\xF0\x9F\x98\x80"));
    s = s->next;
    assert_true(bk_is(s->text, "\xEF\xBF\xBD"));
    s = s->next;
    assert_true(bk_is(s->text, "\xEF\xBF\xBDx"));
    s = s->next;
    assert_int_equal(s->text.len, 3);
    assert_memory_equal(s->text.ptr, "a\0b", 3);
    s = s->next;
    assert_true(bk_is(s->text, "\xEF\xBF\xBD"
                               "A"));
    s = s->next;
    assert_true(bk_is(s->text, "\"\\/\b\f\n\r\t"));
}

static void test_places_of_errors(void **state)
{
    (void)state;
    refuses("", "line 1 column 1: the text ends where a value should be");
    refuses("{\"a\": 1,\n \"b\" 2}", "line 2 column 6: '2' stands where ':' should be");
    refuses("[1] x", "line 1 column 5: 'x' stands where the end of the text should be");
    refuses("[1,]", "line 1 column 4: ']' stands where a value should be");
    refuses("{\"a\":1,}",
            "line 1 column 8: '}' stands where a key in quotes should be");
    refuses("[01]", "line 1 column 2: a number with a leading zero");
    refuses("[1.]", "line 1 column 4: ']' stands where a digit behind the point should "
                    "be");
    refuses("[\"a\nb\"]", "line 1 column 4: a control character inside a string");
    refuses("[\"a]", "line 1 column 2: a string that never ends");
    refuses("[\"\\x\"]", "line 1 column 3: an unknown escape");
    refuses("[\"\\u12G4\"]",
            "line 1 column 3: an escape that is not \\u and four digits");
    refuses("[\"\xFF\"]", "line 1 column 3: bytes that are not UTF-8");
    refuses("[NaN]", "line 1 column 2: 'N' stands where a value should be");
    refuses("[1e999]", "line 1 column 2: a number that is too large");
    refuses("\x01", "line 1 column 1: byte 0x01 stands where a value should be");
}

static void test_specials(void **state)
{
    (void)state;
    struct bk_json *root = bk_json_parse(arena, BK_S("[NaN, Infinity, -Infinity, -1]"),
                                         BK_JSON_SPECIALS, NULL, NULL, &err);
    assert_non_null(root);
    assert_true(isnan(root->child->number));
    assert_true(root->child->next->number == (double)INFINITY);
    assert_true(root->child->next->next->number == -(double)INFINITY);
    assert_true(bk_is(root->child->next->next->text, "-Infinity"));
    assert_null(
        bk_json_parse(arena, BK_S("[Nan]"), BK_JSON_SPECIALS, NULL, NULL, &err));
}

static void test_many_documents(void **state)
{
    (void)state;
    struct bk_str rest = BK_S("{\"a\":1}\n{\"a\":2} ");
    double sum = 0, value;
    while (bk_trim(rest).len > 0) {
        struct bk_json *root =
            bk_json_parse(arena, rest, BK_JSON_MANY, &rest, NULL, &err);
        assert_non_null(root);
        assert_true(bk_json_number(root, "a", &value));
        sum += value;
    }
    assert_true(sum == 3);
}

static void test_duplicates(void **state)
{
    (void)state;
    const struct bk_json **duplicates;
    struct bk_json *root =
        bk_json_parse(arena, BK_S("{\"a\":1,\"b\":{\"c\":1,\"c\":2,\"c\":3},\"a\":4}"),
                      0, NULL, &duplicates, &err);
    assert_non_null(root);
    assert_true(duplicates[0]->number == 2 && duplicates[1]->number == 3);
    assert_true(bk_is(duplicates[2]->key, "a") && duplicates[2]->number == 4);
    assert_null(duplicates[3]);
    assert_true(bk_json_get(root, "a")->number == 4);
}

/* Keys that all stand twice in one object: found in a time that does not square. */
static void test_many_duplicates(void **state)
{
    (void)state;
    struct bk_buf b = {0};
    bk_buf_addc(&b, '{');
    for (int i = 0; i < 200000; i++)
        bk_buf_addf(&b, "%s\"key%d\":%d", i > 0 ? "," : "", i % 100000, i);
    bk_buf_addc(&b, '}');
    const struct bk_json **duplicates;
    assert_non_null(bk_json_parse(arena, bk_buf_str(&b), 0, NULL, &duplicates, &err));
    size_t n = 0;
    while (duplicates[n] != NULL)
        assert_true(duplicates[n++]->number >= 100000);
    assert_int_equal(n, 100000);
    bk_buf_free(&b);
}

static void test_depth(void **state)
{
    (void)state;
    struct bk_buf b = {0};
    for (int i = 0; i < 100000; i++)
        bk_buf_addc(&b, '[');
    refuses(b.ptr, "line 1 column 513: nested deeper than 512 levels");
    bk_buf_clear(&b);
    for (int i = 0; i < BK_JSON_MAX_DEPTH; i++)
        bk_buf_addc(&b, '[');
    for (int i = 0; i < BK_JSON_MAX_DEPTH; i++)
        bk_buf_addc(&b, ']');
    assert_non_null(parse(b.ptr));
    bk_buf_free(&b);
}

static void test_too_many_values(void **state)
{
    (void)state;
    struct bk_buf b = {0};
    bk_buf_addc(&b, '[');
    for (size_t i = 0; i < BK_JSON_MAX_VALUES; i++)
        bk_buf_add(&b, BK_S("0,"));
    bk_buf_add(&b, BK_S("0]"));
    assert_null(bk_json_parse(arena, bk_buf_str(&b), 0, NULL, NULL, &err));
    assert_non_null(strstr(err.msg, "more values than a document may hold"));
    bk_buf_free(&b);
}

static void test_pointers(void **state)
{
    (void)state;
    struct bk_json *root =
        parse("{\"m\": {\"a/b~c\": [10, {\"\": 1}], \"p(95)\": 3}, \"k\": [[], [5]]}");
    assert_non_null(root);
    static const char *const pointers[] = {
        "", "/m", "/m/a~1b~0c", "/m/a~1b~0c/0", "/m/a~1b~0c/1/", "/m/p(95)", "/k/1/0"};
    for (size_t i = 0; i < sizeof pointers / sizeof *pointers; i++) {
        const struct bk_json *node = bk_json_at(root, bk_str(pointers[i]));
        assert_non_null(node);
        struct bk_str back = bk_json_pointer(arena, root, node);
        assert_true(bk_is(back, pointers[i]));
    }
    assert_null(bk_json_at(root, BK_S("/k/01")));
    assert_null(bk_json_at(root, BK_S("/k/2")));
    assert_null(bk_json_at(root, BK_S("/k/-")));
    assert_null(bk_json_at(root, BK_S("m")));
    assert_null(bk_json_at(root, BK_S("/m/a~2b")));
}

/* Long arrays are checked and counted, but only their beginnings become nodes. */
static void test_short_arrays(void **state)
{
    (void)state;
    struct bk_buf b = {0};
    bk_buf_add(&b, BK_S("{\"long\": ["));
    for (int i = 0; i < 100; i++)
        bk_buf_addf(&b, "%s%d", i > 0 ? ", " : "", i);
    bk_buf_add(&b, BK_S("], \"lists\": [[1, \"\\n\"], [], [3]], \"objects\": ["));
    for (int i = 0; i < 70; i++)
        bk_buf_addf(&b, "%s{\"i\": %d}", i > 0 ? "," : "", i);
    bk_buf_add(&b, BK_S("]}"));
    struct bk_json *root =
        bk_json_parse(arena, bk_buf_str(&b), BK_JSON_SHORT, NULL, NULL, &err);
    assert_non_null(root);
    const struct bk_json *list = bk_json_get(root, "long");
    assert_int_equal(list->n, 100);
    size_t kept = 0;
    for (const struct bk_json *c = list->child; c != NULL; c = c->next)
        assert_true(c->number == (double)kept++);
    assert_int_equal(kept, BK_JSON_KEPT);
    const struct bk_json *lists = bk_json_get(root, "lists");
    assert_int_equal(lists->n, 3);
    assert_int_equal(lists->child->n, 2);
    assert_null(lists->child->child);
    kept = 0;
    for (const struct bk_json *c = bk_json_get(root, "objects")->child; c != NULL;
         c = c->next)
        kept++;
    assert_int_equal(kept, 70);
    bk_buf_free(&b);
    static const char *const bad[] = {"[[1,,2]]",     "[[1 2]]", "[[nul]]", "[[1,]]",
                                      "[[\"\x01\"]]", "[[1",     "[[1,"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_null(
            bk_json_parse(arena, bk_str(bad[i]), BK_JSON_SHORT, NULL, NULL, &err));
}

static void test_head_keys(void **state)
{
    (void)state;
    struct bk_str head =
        BK_S(" {\"name\": \"metrics\", \"x\\\"\": {\"root_group\" : {\"cut");
    assert_true(bk_json_head_has_key(head, "name"));
    assert_true(bk_json_head_has_key(head, "root_group"));
    assert_false(bk_json_head_has_key(head, "metrics"));
    assert_false(bk_json_head_has_key(head, "cut"));
    assert_false(bk_json_head_has_key(BK_S("x {\"name\": 1}"), "name"));
    assert_false(bk_json_head_has_key(BK_S(""), "name"));
    assert_false(bk_json_head_has_key(BK_S("{\""), ""));
}

/* What both readers take, they read alike. */
static void compare(const struct bk_json *x, const cJSON *y)
{
    if (cJSON_IsNumber(y)) {
        assert_int_equal(x->type, BK_JSON_NUMBER);
        assert_true(x->number == y->valuedouble);
    } else if (cJSON_IsString(y)) {
        assert_int_equal(x->type, BK_JSON_STRING);
        assert_true(bk_is(x->text, y->valuestring));
    } else if (cJSON_IsBool(y)) {
        assert_int_equal(x->type, BK_JSON_BOOL);
        assert_int_equal(x->boolean, cJSON_IsTrue(y));
    } else if (cJSON_IsNull(y)) {
        assert_int_equal(x->type, BK_JSON_NULL);
    }
    const struct bk_json *c = x->child;
    for (const cJSON *d = y->child; d != NULL; d = d->next, c = c->next) {
        assert_non_null(c);
        if (d->string != NULL)
            assert_true(bk_is(c->key, d->string));
        compare(c, d);
    }
    assert_null(c);
}

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 16;
}

static void add_random(struct bk_buf *b, uint32_t *seed, int depth)
{
    static const char *const scalars[] = {
        "null",
        "true",
        "false",
        "0",
        "-1.5e-7",
        "123456789.25",
        "1E5",
        "\"\"",
        "\"a\\u00e9\"",
        "\"\\\\\\\"\"",
        "3.141592653589793",
        "\"\xC3\xA9\"",
    };
    uint32_t kind = next_random(seed) % (depth > 0 ? 4 : 2);
    if (kind < 2) {
        bk_buf_add(b, bk_str(scalars[next_random(seed) % 12]));
        return;
    }
    uint32_t n = next_random(seed) % 5;
    bk_buf_addc(b, kind == 2 ? '[' : '{');
    for (uint32_t i = 0; i < n; i++) {
        bk_buf_add(b, i > 0 ? BK_S(" ,\n") : BK_S(" "));
        if (kind == 3)
            bk_buf_addf(b, "\"k%u\"\t: ", i);
        add_random(b, seed, depth - 1);
    }
    bk_buf_addc(b, kind == 2 ? ']' : '}');
}

static void test_against_cjson(void **state)
{
    (void)state;
    uint32_t seed = 7;
    for (int i = 0; i < 2000; i++) {
        struct bk_buf b = {0};
        add_random(&b, &seed, 6);
        struct bk_json *ours = parse(b.ptr);
        cJSON *theirs = cJSON_Parse(b.ptr);
        assert_non_null(ours);
        assert_non_null(theirs);
        compare(ours, theirs);
        cJSON_Delete(theirs);
        bk_buf_free(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_tree, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_escapes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_places_of_errors, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_specials, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_many_documents, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_duplicates, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_many_duplicates, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_depth, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_too_many_values, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_pointers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_short_arrays, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_head_keys, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_against_cjson, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
