/* Records of CSV: the same as libcsv finds, lines, tails, records that were cut. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../../importers/shared/scan.h"
#include "../../fuzz/csv_oracle.h"

static struct bk_err err;

/* Marsaglia's xorshift64. */
static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

/* --- vectors --- */

static void test_scan(void **state)
{
    char bytes[64];
    const struct bk_four four = {',', '\n', '\r', '"'};
    uint64_t random = 88172645463325252u;
    (void)state;
    for (int round = 0; round < 20000; round++) {
        uint64_t want = 0;
        for (size_t i = 0; i < sizeof bytes; i++) {
            uint64_t x = next_random(&random);
            /* neighbours of what is looked for, with the high bit and one bit off */
            bytes[i] = (char)(",\n\r\" -\x0B#"[x % 8] ^ (x % 16 == 9 ? 0x80 : 0));
            bool hit = strchr(",\n\r\"", bytes[i]) != NULL;
            want |= (uint64_t)hit << i;
        }
        assert_int_equal(bk_scan(bytes, four), want);
        assert_int_equal(bk_scan_portable(bytes, four), want);
    }
}

/* --- the same as libcsv --- */

static void agree(struct bk_str text)
{
    static const size_t blocks[] = {16, 40, 64, BK_WINDOW_BLOCK};
    for (size_t n_first = 0; n_first < 4; n_first++) {
        for (size_t b = 0; b < 4; b++) {
            for (int flags = 0; flags < 4; flags++) {
                struct oracle_settings s = {n_first, blocks[b], flags & 1, flags & 2};
                if (!oracle_agrees(text, &s))
                    fail_msg("differs from libcsv: '%.*s'", BK_F(text));
            }
        }
    }
}

static void test_cases(void **state)
{
    static const char *const cases[] = {
        "",
        "\n",
        "\r",
        "\r\n\r\n",
        "a",
        "a\n",
        "a,b\n",
        "a,b,c,d,e\nf,g,h,i,j\n",
        ",\n",
        ",,,\n,,,\n",
        ",,",
        "a,b,c,tail,x\nd,e,f,tail,x\ng,h,i,tail,y\nj,k,l,tail,y",
        "a,b,c,tail\r\nd,e,f,tail\r\ng,h,i,tail\r\n",
        "a,b,c,tail\rd,e,f,tail\rg,h,i,tail\n",
        "a,b,c,\"q,\"\"\n\"\nd,e,f,\"q,\"\"\n\"\ng,h,i,\"q,\"\"\n\"\n",
        "a,b,c\nd,e,f\n",
        "\"a\",\"b\"\n\"\",\"\"\n\"\"\n",
        "\"a\"\"b\",c\n",
        "\"a",
        "\"a\n",
        "\"a\"\"",
        "\"a\"b\n",
        "\"a\" ,b\n",
        "a\"b\n",
        " \"a\"\n",
        "a, \"b\"\n",
        "a,b,c,d\"\n",
        "a,b,c,d\ne,f,g,d\"\n",
        "a,b,c,d\n\n\n\ne,f,g,d\n",
        "0123456789012345678901234567890123456789012345678901234567890123,b,c,d\n",
        "a,b,c,0123456789012345678901234567890123456789012345678901234567890123\n",
        "a,b,c,\xFF\x80\x01\n",
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        agree(bk_str(cases[i]));
    agree((struct bk_str){"a\0b,\0\n\0", 7});
}

/* Texts of few letters, so that all states meet. */
static void test_random(void **state)
{
    static const char letters[] = "ab,,,\"\"\n\n\r ";
    uint64_t random = 0x9E3779B97F4A7C15u;
    char text[200];
    (void)state;
    for (int round = 0; round < 6000; round++) {
        size_t n = next_random(&random) % sizeof text;
        for (size_t i = 0; i < n; i++)
            text[i] = letters[next_random(&random) % (sizeof letters - 1)];
        agree((struct bk_str){text, n});
    }
}

/* Sound records, some with the tail of the one before. */
static void test_random_records(void **state)
{
    static const char *const cells[] = {"",      "ab",       "\"c,d\"", "\"e\"\"f\"",
                                        "\"\"",  "\"\r\n\"", "x y",     "1.500000",
                                        "name1", "\"z\""};
    uint64_t random = 42;
    (void)state;
    for (int round = 0; round < 600; round++) {
        struct bk_buf b = {0};
        const char *tail = "";
        for (uint64_t i = next_random(&random) % 30; i > 0; i--) {
            if (next_random(&random) % 3 == 0)
                tail = cells[next_random(&random) % 10];
            bk_buf_addf(&b, "%s,%s,%s,%s,t%s%s", cells[next_random(&random) % 10],
                        cells[next_random(&random) % 10], "v", tail, "",
                        next_random(&random) % 4 == 0 ? "\r\n" : "\n");
        }
        agree(bk_buf_str(&b));
        bk_buf_free(&b);
    }
}

/* --- lines, tails, the end --- */

static struct bk_csv_reader *open_text(struct bk_input **in, const char *text,
                                       size_t n_first)
{
    struct bk_csv_reader *r = bk_realloc(NULL, sizeof *r);
    *in = bk_input_of(BK_S("text"), bk_str(text));
    bk_csv_open(r, *in, n_first, 16);
    return r;
}

static void close_text(struct bk_csv_reader *r, struct bk_input *in)
{
    bk_csv_close(r);
    bk_input_close(in);
    free(r);
}

static void next_is(struct bk_csv_reader *r, size_t line, const char *first, bool same,
                    bool cut)
{
    bool more;
    assert_true(bk_csv_next(r, &more, &err));
    assert_true(more);
    assert_int_equal(r->line, line);
    assert_true(bk_is(r->cells[0], first));
    assert_int_equal(r->same_tail, same);
    assert_int_equal(r->cut, cut);
}

static void test_lines(void **state)
{
    struct bk_input *in;
    struct bk_csv_reader *r = open_text(&in,
                                        "\n\na,1,t\r\nb,2,t\r\n\r\nc,3,\"x\r\ny\n\"\n"
                                        "d,4,\"x\r\ny\n\"\ne,5,\"x\r\ny\n\"\n\rf,6,t",
                                        2);
    (void)state;
    next_is(r, 3, "a", false, false);
    next_is(r, 4, "b", true, false);
    next_is(r, 6, "c", false, false);
    assert_int_equal(r->tail.len, 8);
    next_is(r, 9, "d", true, false);
    next_is(r, 12, "e", true, false);
    assert_true(bk_csv_split(r, &err));
    assert_int_equal(r->n_cells, 3);
    assert_true(bk_is(r->cells[2], "x\r\ny\n"));
    assert_true(r->same_tail);
    next_is(r, 16, "f", false, true);
    close_text(r, in);
}

static void refused(const char *text, const char *message, bool cut)
{
    struct bk_input *in;
    struct bk_csv_reader *r = open_text(&in, text, 2);
    bool more = true;
    while (bk_csv_next(r, &more, &err) && more)
        continue;
    assert_true(more);
    assert_string_equal(err.msg, message);
    assert_int_equal(r->cut, cut);
    close_text(r, in);
}

static void test_refused(void **state)
{
    (void)state;
    refused("a,b\nc,\"d", "line 2: a quoted field is never closed", true);
    refused("a,b\nc,\"d\ne\n", "line 2: a quoted field is never closed", false);
    refused("a,b\nc,\"d\"e\n", "line 2: text behind a closing quote", false);
    refused("a,b\nc,\"d\"e", "line 2: text behind a closing quote", true);
    refused("a,b\nc,d\"e\nf,g\n",
            "line 2: a quote within a field that has none around it", false);
}

static void test_limits(void **state)
{
    struct bk_buf b = {0};
    (void)state;
    for (size_t i = 0; i < BK_CSV_MAX_CELLS; i++)
        bk_buf_addc(&b, ',');
    bk_buf_add(&b, BK_S("\n"));
    struct bk_input *in;
    bool more;
    struct bk_csv_reader *r = open_text(&in, b.ptr, 2);
    assert_true(bk_csv_next(r, &more, &err));
    assert_false(bk_csv_split(r, &err));
    assert_string_equal(err.msg, "line 1: more than 256 fields");
    close_text(r, in);
    bk_buf_clear(&b);
    bk_buf_add(&b, BK_S("a,b\nc,\""));
    for (size_t i = 0; i < 20 * 1024 * 1024 / 16; i++)
        bk_buf_add(&b, BK_S("0123456789abcde\n"));
    refused(b.ptr, "line 2: a quoted field is not closed within 1 MiB", false);
    for (size_t i = 0; i < b.len; i++)
        b.ptr[i] = b.ptr[i] == '\n' || b.ptr[i] == '"' ? '-' : b.ptr[i];
    refused(b.ptr, "line 1: longer than 16 MiB", false);
    bk_buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scan),   cmocka_unit_test(test_cases),
        cmocka_unit_test(test_random), cmocka_unit_test(test_random_records),
        cmocka_unit_test(test_lines),  cmocka_unit_test(test_refused),
        cmocka_unit_test(test_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
