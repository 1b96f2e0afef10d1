/* Options as data: parsing, help and suggestions. */
#include "../../../src/base/opt.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

struct args {
    bool dry_run, all;
    const char *session, *format;
    int64_t limit;
    double alpha;
    struct bk_strings set;
};

static const char *const formats[] = {"text", "csv", "json", NULL};

static const struct bk_opt options[] = {
    {'n', "dry-run", BK_OPT_FLAG, offsetof(struct args, dry_run), NULL, "only look",
     NULL},
    {'a', "all", BK_OPT_FLAG, offsetof(struct args, all), NULL, "everything", NULL},
    {'s', "session", BK_OPT_TEXT, offsetof(struct args, session), "NAME", "session",
     NULL},
    {0, "limit", BK_OPT_INT, offsetof(struct args, limit), "N", "so many", NULL},
    {0, "alpha", BK_OPT_REAL, offsetof(struct args, alpha), "P", "level", NULL},
    {0, "set", BK_OPT_LIST, offsetof(struct args, set), "KEY=VALUE", "parameter", NULL},
    {.type = BK_OPT_END},
};

struct common {
    const char *format;
};

static const struct bk_opt common_options[] = {
    {'f', "format", BK_OPT_CHOICE, offsetof(struct common, format), "NAME", "output",
     formats},
    {.type = BK_OPT_END},
};

struct outcome {
    struct bk_arena *arena;
    struct args args;
    struct common common;
    struct bk_strings positional;
    struct bk_err err;
};

static bool parse(struct outcome *o, int argc, const char *const *argv)
{
    struct bk_arena *a = o->arena;
    *o = (struct outcome){.arena = a};
    return bk_opt_parse(a, options, &o->args, common_options, &o->common, argc, argv,
                        &o->positional, &o->err);
}

#define PARSE(o, ...)                                                                  \
    parse((o), (int)(sizeof((const char *[]){__VA_ARGS__}) / sizeof(char *)),          \
          (const char *[]){__VA_ARGS__})

static void takes_every_form(void **state)
{
    struct outcome o = {.arena = *state};
    assert_true(PARSE(&o, "a", "--session=062", "-na", "--limit", "-5", "--alpha",
                      "0.05", "--set", "x=1", "-", "--set=y=", "-fjson", "--", "-z"));
    assert_true(o.args.dry_run && o.args.all);
    assert_string_equal(o.args.session, "062");
    assert_int_equal(o.args.limit, -5);
    assert_true(o.args.alpha == 0.05);
    assert_int_equal(o.args.set.n, 2);
    assert_string_equal(o.args.set.items[0], "x=1");
    assert_string_equal(o.args.set.items[1], "y=");
    assert_string_equal(o.common.format, "json");
    assert_int_equal(o.positional.n, 3);
    assert_string_equal(o.positional.items[0], "a");
    assert_string_equal(o.positional.items[1], "-");
    assert_string_equal(o.positional.items[2], "-z");
    assert_true(PARSE(&o, "-ns", "061", "--session", "last wins"));
    assert_string_equal(o.args.session, "last wins");
    assert_true(PARSE(&o, "--session=")); /* an empty value is one */
    assert_string_equal(o.args.session, "");
}

static void refuses_what_is_wrong(void **state)
{
    struct outcome o = {.arena = *state};
    assert_false(PARSE(&o, "--sesion=1"));
    assert_string_equal(o.err.msg,
                        "unknown option '--sesion'; did you mean '--session'?");
    assert_int_equal(o.err.code, BK_EUSAGE);
    assert_false(PARSE(&o, "--fromat=csv"));
    assert_string_equal(o.err.msg,
                        "unknown option '--fromat'; did you mean '--format'?");
    assert_false(PARSE(&o, "--xyz"));
    assert_string_equal(o.err.msg, "unknown option '--xyz'");
    assert_false(PARSE(&o, "-nx"));
    assert_string_equal(o.err.msg, "unknown option '-x' in '-nx'");
    assert_false(PARSE(&o, "--session"));
    assert_string_equal(o.err.msg, "'--session' needs a value (NAME)");
    assert_false(PARSE(&o, "-s"));
    assert_string_equal(o.err.msg, "'-s' needs a value (NAME)");
    assert_false(PARSE(&o, "--all=yes"));
    assert_string_equal(o.err.msg, "'--all' takes no value");
    assert_false(PARSE(&o, "--limit=many"));
    assert_string_equal(o.err.msg, "'--limit' takes a whole number, not 'many'");
    assert_false(PARSE(&o, "--alpha=x"));
    assert_string_equal(o.err.msg, "'--alpha' takes a number, not 'x'");
    assert_false(PARSE(&o, "--format=jsn"));
    assert_string_equal(o.err.msg, "'jsn' is no value of '--format'; did you mean "
                                   "'json'? (it takes text, csv, json)");
}

static void suggests_only_what_is_near(void **state)
{
    (void)state;
    static const char *const names[] = {"compare", "history", "import", "reimport"};
    assert_string_equal(bk_nearest("comprae", names, 4), "compare");
    assert_string_equal(bk_nearest("imprt", names, 4), "import");
    assert_string_equal(bk_nearest("histroy", names, 4), "history");
    assert_null(bk_nearest("sql", names, 4));
    assert_null(bk_nearest("", names, 4));
    char long_word[500];
    memset(long_word, 'a', sizeof long_word - 1);
    long_word[sizeof long_word - 1] = 0;
    assert_null(bk_nearest(long_word, names, 4));
}

static void help_is_aligned(void **state)
{
    (void)state;
    struct bk_buf b = {0};
    bk_opt_help(options, &b);
    bk_opt_help(common_options, &b);
    assert_string_equal(b.ptr, "  -n, --dry-run             only look\n"
                               "  -a, --all                 everything\n"
                               "  -s, --session NAME        session\n"
                               "      --limit N             so many\n"
                               "      --alpha P             level\n"
                               "      --set KEY=VALUE       parameter\n"
                               "  -f, --format NAME         output: text, csv, json\n");
    bk_buf_free(&b);
}

static int make_arena(void **state)
{
    *state = bk_arena_new();
    return 0;
}

static int free_arena(void **state)
{
    bk_arena_free(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_every_form),
        cmocka_unit_test(refuses_what_is_wrong),
        cmocka_unit_test(suggests_only_what_is_near),
        cmocka_unit_test(help_is_aligned),
    };
    return cmocka_run_group_tests(tests, make_arena, free_arena);
}
