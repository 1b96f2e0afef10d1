/* Secrets: what is replaced, and what must never be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "../../../src/ingest/internal.h"

static void expect(const char *in, const char *want, size_t n)
{
    struct bk_buf out = {0};
    assert_int_equal(bk_redact(bk_str(in), &out), n);
    assert_string_equal(out.ptr ? out.ptr : "", want);
    bk_buf_free(&out);
}

static void stays(const char *in)
{
    expect(in, in, 0);
}

static void test_variables(void **state)
{
    (void)state;
    expect("A=1\nAPI_KEY=abc def\nB=2\n", "A=1\nAPI_KEY=[redacted]\nB=2\n", 1);
    expect("API_KEY=*****00000\r\n", "API_KEY=[redacted]\r\n", 1);
    expect("export HF_TOKEN=\"hf_abcdef\"\n", "export HF_TOKEN=\"[redacted]\"\n", 1);
    expect("DB_PASSWORD=12345", "DB_PASSWORD=[redacted]", 1);
    expect("AWS_SECRET_ACCESS_KEY=x/y+z", "AWS_SECRET_ACCESS_KEY=[redacted]", 1);
    expect("GET /v1?api_key=abc&n=5 200", "GET /v1?api_key=[redacted]&n=5 200", 1);
    expect("args: Namespace(api_key='abc', port=80)",
           "args: Namespace(api_key='[redacted]', port=80)", 1);
    expect("up{api_key=\"abc\",x=\"1\"} 1\n", "up{api_key=\"[redacted]\",x=\"1\"} 1\n",
           1);
}

static void test_members(void **state)
{
    (void)state;
    expect("{\"password\": \"a\\\"b\", \"n\": 5}",
           "{\"password\": \"[redacted]\", \"n\": 5}", 1);
    expect("{\"db_password\":1234}", "{\"db_password\":\"[redacted]\"}", 1);
    expect("{\"apiKey\":\"abc\",\"access_token\":\"abcdefgh\"}",
           "{\"apiKey\":\"[redacted]\",\"access_token\":\"[redacted]\"}", 2);
    expect("{\"msg\":\"{\\\"api_key\\\":\\\"abc\\\"}\"}",
           "{\"msg\":\"{\\\"api_key\\\":\\\"[redacted]\\\"}\"}", 1);
    expect("x-api-key: abc\n  client_secret: d\n",
           "x-api-key: [redacted]\n  client_secret: [redacted]\n", 2);
}

static void test_addresses(void **state)
{
    (void)state;
    expect("mongodb://bob:pa55@db.example:27017/x",
           "mongodb://[redacted]@db.example:27017/x", 1);
    expect("Authorization: Bearer abc.def\n", "Authorization: Bearer [redacted]\n", 1);
    expect("{\"authorization\":\"Basic Zm9v\"}",
           "{\"authorization\":\"Basic [redacted]\"}", 1);
    stays("http://api.example.test:8000/v1 and user@host:/path");
    stays("git@example.com:team/repo.git");
}

static void test_results_stay(void **state)
{
    (void)state;
    stays("{\"total_output_tokens\": 500, \"output_token_throughput\": 12.5}");
    stays("{\"time_to_first_token\": \"0.123456 s\", \"eos_token_id\": 151645}");
    stays("MAX_TOKENS=4096\nTOKENIZER=Qwen/Qwen3-4B\nTOKENIZERS_PARALLELISM=false\n");
    stays("{\"cache_key\": \"workers\", \"key\": \"value\", \"monkey\": \"x\"}");
    stays("vllm:time_per_output_token_seconds_bucket{le=\"0.5\"} 3\n");
    stays("{\"api_key\": null, \"password\": \"\", \"token\": \"Hello\"}");
    stays("Namespace(api_key=None, private=true)");
    stays("docker run --env \"HF_TOKEN=$HF_TOKEN\" -e API_KEY=${API_KEY} x\n");
    stays("Max token: 500\nKey: Value\n| token | 5 |\n");
}

static void test_again(void **state)
{
    (void)state;
    stays("API_KEY=[redacted]\n\"password\": \"[redacted]\" a://[redacted]@b");
}

/* However a long text is cut into pieces, the result is the same. */
static void test_pieces(void **state)
{
    (void)state;
    struct bk_buf text = {0}, whole = {0}, piecewise = {0};
    for (int i = 0; i < 9000; i++) {
        bk_buf_addf(&text, "{\"n\":%d,\"first_token\":\"abcdef%d\"} ", i, i);
        if (i % 7 == 0)
            bk_buf_addf(&text, "API_KEY=k%d&\"password\":\"p%d\"\n", i, i);
    }
    size_t want = bk_redact(bk_buf_str(&text), &whole), n = 0, pos = 0, looked = 0;
    size_t step = BK_REDACT_TAIL + 1777, have = 0;
    assert_true(want > 1000);
    while (pos < text.len) {
        have = have + step < text.len ? have + step : text.len;
        if (have - pos <= BK_REDACT_TAIL && have < text.len)
            continue;
        struct bk_str piece = {text.ptr + pos, have - pos};
        size_t used;
        n += bk_redact_piece(piece, have == text.len, &piecewise, &used, &looked);
        pos += used;
    }
    assert_int_equal(n, want);
    assert_int_equal(piecewise.len, whole.len);
    assert_memory_equal(piecewise.ptr, whole.ptr, whole.len);
    bk_buf_free(&text);
    bk_buf_free(&whole);
    bk_buf_free(&piecewise);
}

/* Wherever it stands and however it is written, a name is found; what only begins like
 * one is passed over. */
static void test_places(void **state)
{
    (void)state;
    static const char *const secrets[] = {
        "PASSWORD=x1x",     "db_pwd=x1x",       "Secret=x1x",
        "credentials=x1x",  "api_key=x1x",      "HF_TOKEN=x1x2x3x",
        "private=x1x2x3x",  "\"password\":x1x", "http://u:x1x@h/",
        "passphrase : x1x", "APIKEY=x1x",       "Authorization: Basic x1x",
    };
    for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++) {
        for (size_t before = 0; before < 70; before++) {
            struct bk_buf text = {0}, out = {0};
            for (size_t k = 0; k < before; k++)
                bk_buf_add(&text, bk_upto(bk_str("secondary pay @ : "), k % 18));
            bk_buf_addc(&text, '\n');
            bk_buf_add(&text, bk_str(secrets[i]));
            for (size_t k = 0; k < before; k++)
                bk_buf_addc(&text, '\n');
            assert_int_equal(bk_redact(bk_buf_str(&text), &out), 1);
            assert_true(bk_find(bk_buf_str(&out), BK_S("x1x")) == BK_NONE);
            bk_buf_free(&text);
            bk_buf_free(&out);
        }
    }
}

static void test_names(void **state)
{
    (void)state;
    assert_true(bk_secret_name(bk_str("API_KEY")));
    assert_true(bk_secret_name(bk_str("db.password")));
    assert_true(bk_secret_name(bk_str("clientSecret")));
    assert_false(bk_secret_name(bk_str("workers")));
    assert_false(bk_secret_name(bk_str("max_tokens")));
    assert_false(bk_secret_name(bk_str("")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_variables), cmocka_unit_test(test_members),
        cmocka_unit_test(test_addresses), cmocka_unit_test(test_results_stay),
        cmocka_unit_test(test_again),     cmocka_unit_test(test_pieces),
        cmocka_unit_test(test_places),    cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
