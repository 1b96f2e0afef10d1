/* UTF-8: well-formedness, case, width, and text that was decoded wrongly once. */
#include "../../../src/base/arena.h"
#include "../../../src/base/file.h"
#include "../../../src/base/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void finds_ill_formed_bytes(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t bad;
    } cases[] = {
        {"plain ascii, longer than a word", BK_NONE},
        {"m\xC3\xA9trica \xE2\x9C\x85 \xF0\x9F\x8E\xAF", BK_NONE},
        {"0123456789\x80", 10},
        {"\xC0\x80", 0},               /* overlong NUL */
        {"\xE0\x80\x80", 0},           /* overlong */
        {"\xED\xA0\x80", 0},           /* surrogate */
        {"\xF4\x90\x80\x80", 0},       /* beyond U+10FFFF */
        {"\xF5\x80\x80\x80", 0},       /* no such lead */
        {"ab\xC3", 2},                 /* cut */
        {"ab\xE2\x9C", 2},             /* cut */
        {"\xC3(", 0},                  /* no continuation */
        {"\xF4\x8F\xBF\xBF", BK_NONE}, /* the last code point */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(bk_utf8_bad(bk_str(cases[i].text)), cases[i].bad);
    assert_int_equal(bk_utf8_bad((struct bk_str){0}), BK_NONE);
}

static void every_code_point_comes_back(void **state)
{
    (void)state;
    struct bk_buf b = {0};
    for (uint32_t c = 0; c <= 0x10FFFF; c++) {
        if (c >= 0xD800 && c <= 0xDFFF)
            continue;
        bk_buf_clear(&b);
        bk_utf8_add(&b, c);
        size_t pos = 0;
        assert_int_equal(bk_utf8_next(bk_buf_str(&b), &pos), c);
        assert_int_equal(pos, b.len);
    }
    bk_buf_clear(&b);
    bk_utf8_add(&b, 0xD800);
    assert_string_equal(b.ptr, "\xEF\xBF\xBD");
    size_t pos = 1;
    assert_int_equal(bk_utf8_next(BK_S("a\xFFz"), &pos), 0xFFFD);
    assert_int_equal(pos, 2);
    bk_buf_free(&b);
}

static void folds_case_of_three_scripts(void **state)
{
    struct bk_arena *a = *state;
    assert_string_equal(bk_utf8_lower(a, BK_S("MÉTRICA ÇÃO ŁÓDŹ Ÿ×")).ptr,
                        "métrica ção łódź ÿ×");
    assert_string_equal(bk_utf8_lower(a, BK_S("МЕТРИКА Ё ґҐ")).ptr, "метрика ё ґґ");
    assert_string_equal(bk_utf8_lower(a, BK_S("ΆΣΩ")).ptr, "άσω");
    struct bk_str odd = bk_utf8_lower(a, BK_S("A\xFF\0B"));
    assert_int_equal(odd.len, 4);
    assert_memory_equal(odd.ptr, "a\xFF\0b", 4);
}

static void measures_columns(void **state)
{
    (void)state;
    assert_int_equal(bk_utf8_width(BK_S("ttft")), 4);
    assert_int_equal(bk_utf8_width(BK_S("métrica")), 7);
    assert_int_equal(bk_utf8_width(BK_S("e\xCC\x81")), 1); /* combining accent */
    assert_int_equal(bk_utf8_width(BK_S("延迟")), 4);
    assert_int_equal(bk_utf8_width(BK_S("✅")), 2);
    assert_int_equal(bk_utf8_width(BK_S("🎯")), 2);
    assert_int_equal(bk_utf8_width(BK_S("⚠️")), 2); /* with a variation selector */
    assert_int_equal(bk_utf8_width(BK_S("⚠")), 1);
    assert_int_equal(bk_utf8_width(BK_S("Привет")), 6);
}

static void expect_repair(struct bk_arena *a, const char *text, const char *want,
                          size_t want_sequences, const char *want_charset)
{
    struct bk_str repaired;
    size_t sequences;
    const char *charset;
    if (!bk_mojibake_repair(a, bk_str(text), &repaired, &sequences, &charset))
        fail_msg("'%s' was left", text);
    assert_string_equal(repaired.ptr, want);
    assert_int_equal(sequences, want_sequences);
    assert_string_equal(charset, want_charset);
}

static void repairs_wrongly_decoded_text(void **state)
{
    struct bk_arena *a = *state;
    expect_repair(a, "Lat√™ncia m√©dia", "Latência média", 2, "Mac OS Roman");
    expect_repair(a, "Requisi√ß√µes", "Requisições", 2, "Mac OS Roman");
    expect_repair(a, "‚úÖ done \xEF\xA3\xBFüéØ", "✅ done 🎯", 2, "Mac OS Roman");
    expect_repair(a, "‚ö†Ô∏è slow", "⚠️ slow", 2, "Mac OS Roman");
    expect_repair(a, "–ú–µ—Ç—Ä–∏–∫–∞", "Метрика", 7, "Mac OS Roman");
    expect_repair(a, "MÃ©trica", "Métrica", 1, "Windows-1252");
    expect_repair(a, "100 Â°C â€“ fine", "100 °C – fine", 2, "Windows-1252");
    expect_repair(a, "ÐœÐµÑ‚Ñ€Ð¸ÐºÐ°", "Метрика", 7, "Windows-1252");
    /* what does not decode stays: the first byte of this emoji is lost */
    expect_repair(a, "üéØ m√©dia", "üéØ média", 1, "Mac OS Roman");
}

static void leaves_good_text(void **state)
{
    static const char *const texts[] = {
        "",
        "plain",
        "Métrica de latência — “É preciso”, l’été, «CAFÉ», ‚über‘",
        "√2 · x ≈ 1.41, ∆ = 3 √, √(a)",
        "naïve Ångström, España, NÃO",
        "Пропускная способность «p95»",
        "延迟 ✅ 🎯 ⚠️",
        "broken \xC3 \xFF bytes",
        "üéØ alone",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct bk_str repaired;
        size_t sequences;
        const char *charset;
        if (bk_mojibake_repair(*state, bk_str(texts[i]), &repaired, &sequences,
                               &charset))
            fail_msg("'%s' became '%.*s'", texts[i], BK_F(repaired));
    }
}

/* A report that was pasted through the wrong character set, of the collection that the
 * environment names. */
static void repairs_a_real_report(void **state)
{
    const char *folder = getenv("BENCHKEEP_CORPUS");
    if (!folder) {
        print_message("skipped: BENCHKEEP_CORPUS is not set\n");
        skip();
    }
    char path[1000];
    struct bk_err err;
    struct bk_buf b = {0};
    snprintf(path, sizeof path, "%s/hard/mojibake-pt.md", folder);
    if (!bk_read_file(path, &b, &err))
        fail_msg("%s", err.msg);
    struct bk_str repaired;
    size_t sequences;
    const char *charset;
    assert_true(
        bk_mojibake_repair(*state, bk_buf_str(&b), &repaired, &sequences, &charset));
    assert_true(bk_has(repaired, BK_S("Métrica")));
    assert_false(bk_has(repaired, BK_S("√")));
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
        cmocka_unit_test(finds_ill_formed_bytes),
        cmocka_unit_test(every_code_point_comes_back),
        cmocka_unit_test(folds_case_of_three_scripts),
        cmocka_unit_test(measures_columns),
        cmocka_unit_test(repairs_wrongly_decoded_text),
        cmocka_unit_test(leaves_good_text),
        cmocka_unit_test(repairs_a_real_report),
    };
    return cmocka_run_group_tests(tests, make_arena, free_arena);
}
