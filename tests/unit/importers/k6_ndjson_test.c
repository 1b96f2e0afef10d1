/* The fast and the strict reader of k6's JSON lines agree on lines that were changed at
 * random, and the fast one takes what k6 writes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../fuzz/k6_lines_oracle.h"

static const char *const usual[] = {
    ("{\"metric\":\"http_reqs\",\"type\":\"Point\",\"data\":{\"time\":"
     "\"2026-01-02T03:04:05.678901234-03:00\",\"value\":1,\"tags\":{\"group\":\"\","
     "\"name\":\"n\",\"status\":\"200\",\"expected_response\":\"true\"}}}"),
    ("{\"metric\":\"http_reqs\",\"type\":\"Point\",\"data\":{\"time\":"
     "\"2026-01-02T03:04:05.678901234-03:00\",\"value\":0.25,\"tags\":{\"group\":\"\","
     "\"name\":\"n\",\"status\":\"200\",\"expected_response\":\"true\"}}}"),
    ("{\"type\":\"Point\",\"data\":{\"time\":\"2026-01-02T03:04:05Z\",\"value\":1.2e-05,"
     "\"tags\":{\"name\":\"http://x/?a=1\\u0026b=\\\"2\\\"\",\"error_code\":\"1050\"}},"
     "\"metric\":\"b\"}"),
    ("{ \"type\" : \"Point\", \"metric\": \"c\", \"data\" : { \"tags\": { \"check\": "
     "\"d\xC3\xA9j\xC3\xA0 vu\", \"method\": \"GET\", \"vu\": 7, \"x\": null }, "
     "\"value\": -0.0, \"time\": \"1770000000123\" } }\t\r"),
    ("{\"metric\":\"d\",\"type\":\"Point\",\"data\":{\"time\":\"2026-01-02T03:04:05Z\","
     "\"value\":100,\"tags\":{},\"metadata\":{\"trace_id\":\"0af7651916cd43dd\"}}}"),
};
#define N_USUAL (sizeof usual / sizeof *usual)

static const char *const others[] = {
    ("{\"type\":\"Metric\",\"data\":{\"name\":\"x\",\"type\":\"trend\"},\"metric\":\"x\"}"),
    ("{\"type\":\"Point\",\"metric\":\"x\",\"data\":{\"time\":\"2026-01-02\",\"value\":"
     "NaN,\"tags\":{}}}"),
    ("{\"type\":\"Point\",\"metric\":\"x\",\"data\":{\"time\":\"2026-01-02\",\"value\":"
     "01,\"tags\":{}}}"),
    ("{\"type\":\"Point\",\"metric\":\"x\",\"metric\":\"y\",\"data\":{\"time\":"
     "\"2026-01-02\",\"value\":1,\"tags\":{}}}"),
    ("{\"type\":\"Point\",\"metric\":\"x\",\"data\":{\"time\":\"2026-01-02\",\"value\":1,"
     "\"tags\":{\"name\":{\"a\":[1]}}}}"),
    ("{\"type\":\"Point\",\"metric\":\"x\",\"data\":{\"time\":\"2026-01-02\",\"value\":1,"
     "\"tags\":{}}} x"),
    (""),
};

static void test_usual(void **state)
{
    struct k6_oracle o = {.a = bk_arena_new()};
    (void)state;
    o.scanner.a = o.a;
    for (int round = 0; round < 2; round++) {
        for (size_t i = 0; i < N_USUAL; i++)
            assert_true(k6_oracle_try(&o, bk_str(usual[i])));
        for (size_t i = 0; i < sizeof others / sizeof *others; i++)
            assert_false(k6_oracle_try(&o, bk_str(others[i])));
    }
    bk_k6_scanner_free(&o.scanner);
    bk_arena_free(o.a);
}

/* Marsaglia's xorshift64. */
static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

/* Puts, takes away or changes some bytes; parts of other lines come in too. */
static void change(struct bk_buf *b, uint64_t *random)
{
    static const char letters[] = "\"\\{}[]:,0123456789.eE+-ntfu/ \t\x01\x80\xC3\xA9";
    const char *other = usual[next_random(random) % N_USUAL];
    size_t at = next_random(random) % (b->len + 1), n = next_random(random) % 4;
    struct bk_buf old = *b;
    *b = (struct bk_buf){0};
    bk_buf_add(b, bk_upto(bk_buf_str(&old), at));
    switch (next_random(random) % 4) {
    case 0:
        bk_buf_addc(b, letters[next_random(random) % (sizeof letters - 1)]);
        n = 0;
        break;
    case 1:
        bk_buf_addc(b, letters[next_random(random) % (sizeof letters - 1)]);
        n = 1;
        break;
    case 2:
        bk_buf_add(b,
                   bk_upto(bk_from(bk_str(other), next_random(random) % strlen(other)),
                           next_random(random) % 40));
        break;
    default:
        break;
    }
    bk_buf_add(b, bk_from(bk_buf_str(&old), at + n));
    bk_buf_free(&old);
}

static void test_random(void **state)
{
    uint64_t random = 0xB5297A4D2C9E1F63u;
    size_t taken = 0;
    (void)state;
    for (int round = 0; round < 1500; round++) {
        struct k6_oracle o = {.a = bk_arena_new()};
        o.scanner.a = o.a;
        for (int line = 0; line < 12; line++) {
            struct bk_buf b = {0};
            bk_buf_add(&b, bk_str(usual[next_random(&random) % N_USUAL]));
            for (uint64_t n = next_random(&random) % 3; n > 0; n--)
                change(&b, &random);
            taken += k6_oracle_try(&o, bk_buf_str(&b));
            bk_buf_free(&b);
        }
        bk_k6_scanner_free(&o.scanner);
        bk_arena_free(o.a);
    }
    assert_true(taken > 6000); /* the third that was left alone, and more */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_usual),
        cmocka_unit_test(test_random),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
