/* Every finding code that some source file uses is explained. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <string.h>

#include "../../../src/base/file.h"
#include "../../../src/check/check.h"

static bool is_explained(struct bk_str code)
{
    for (const struct bk_check_code *c = bk_check_codes; c->code; c++) {
        if (bk_is(code, c->code))
            return true;
    }
    return false;
}

static void require(const char *file, struct bk_str code)
{
    if (!is_explained(code))
        fail_msg("%s uses finding code '%.*s', which bk_check_codes does not explain",
                 file, BK_F(code));
}

/* Other literals stand in front of a severity too: words of a source's own. */
static bool looks_like_a_code(struct bk_str s)
{
    for (size_t i = 0; i < s.len; i++) {
        if ((s.ptr[i] < 'a' || s.ptr[i] > 'z') && s.ptr[i] != '-')
            return false;
    }
    return s.len > 0;
}

static bool is_severity(struct bk_str s)
{
    size_t n = 0;
    while (n < s.len && ((s.ptr[n] >= 'A' && s.ptr[n] <= 'Z') || s.ptr[n] == '_'))
        n++;
    s.len = n;
    return bk_is(s, "BK_INFO") || bk_is(s, "BK_WARNING") || bk_is(s, "BK_ERROR");
}

/* The string literal that ends right before 's' + 'end'. */
static struct bk_str literal_before(struct bk_str s, size_t end)
{
    size_t begin = end;
    while (begin > 0 && s.ptr[begin - 1] != '"')
        begin--;
    return (struct bk_str){s.ptr + begin, end - begin};
}

/* Codes stand in front of a severity, or behind ".code = BK_S(". */
static size_t check_text(const char *file, struct bk_str text)
{
    size_t found = 0;
    for (size_t i = 0; i + 1 < text.len; i++) {
        if (text.ptr[i] != '"' || text.ptr[i + 1] != ',')
            continue;
        if (is_severity(bk_trim(bk_from(text, i + 2)))) {
            struct bk_str code = literal_before(text, i);
            if (!looks_like_a_code(code))
                continue;
            require(file, code);
            found++;
        }
    }
    const struct bk_str set = BK_S(".code = BK_S(\"");
    struct bk_str rest = text;
    for (size_t at; (at = bk_find(rest, set)) != BK_NONE;) {
        rest = bk_from(rest, at + set.len);
        require(file, bk_upto(rest, bk_find_char(rest, '"')));
        found++;
    }
    return found;
}

static size_t check_folder(struct bk_arena *a, const char *folder)
{
    size_t found = 0;
    DIR *d = opendir(bk_cstr(a, bk_fmt(a, "%s/%s", BK_SOURCE_DIR, folder)));
    assert_non_null(d);
    const struct dirent *entry;
    while ((entry = readdir(d))) {
        struct bk_buf b = {0};
        struct bk_err err;
        if (!bk_ends(bk_str(entry->d_name), BK_S(".c")))
            continue;
        const char *path =
            bk_cstr(a, bk_fmt(a, "%s/%s/%s", BK_SOURCE_DIR, folder, entry->d_name));
        assert_true(bk_read_file(path, &b, &err));
        found += check_text(entry->d_name, bk_buf_str(&b));
        bk_buf_free(&b);
    }
    closedir(d);
    return found;
}

static void test_codes_in_use_are_explained(void **state)
{
    (void)state;
    static const char *const folders[] = {
        "importers", "importers/shared", "src/check", "src/ingest", "src/archive",
    };
    struct bk_arena *a = bk_arena_new();
    size_t found = 0;
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
        found += check_folder(a, folders[i]);
    assert_true(found > 10);
    bk_arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_codes_in_use_are_explained),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
