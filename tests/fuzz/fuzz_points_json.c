/* Fuzz target of the two readers of k6's JSON lines: what the fast one takes, the strict
 * one takes too, with the same result; the lines of one input share one scanner, so that
 * its memory of the line before is tried as well. */
#include "k6_lines_oracle.h"

#include "fuzz.h"

/* Sound lines beside those of the input: their tags and times are remembered. */
static const char *const usual[] = {
    "{\"metric\":\"a\",\"type\":\"Point\",\"data\":{\"time\":\"2026-01-02T03:04:05.6Z\","
    "\"value\":1.5,\"tags\":{\"name\":\"n\",\"status\":\"200\"}}}",
    "{\"type\": \"Point\", \"data\": {\"time\": \"2026-01-02T03:04:05Z\", \"tags\": "
    "{\"check\": \"c\\u0026\", \"name\": null}, \"value\": -2e-3}, \"metric\": \"b\"}",
};

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct k6_oracle s = {.a = bk_arena_new()};
    struct bk_str rest = {(const char *)bytes, n}, line;
    s.scanner.a = s.a;
    k6_oracle_try(&s, bk_str(usual[0]));
    k6_oracle_try(&s, bk_str(usual[1]));
    if (s.scanned != 2)
        abort(); /* these are usual */
    while (bk_next_line(&rest, &line)) {
        k6_oracle_try(&s, line);
        k6_oracle_try(&s, bk_str(usual[n % 2]));
        k6_oracle_try(&s, line);
    }
    bk_k6_scanner_free(&s.scanner);
    bk_arena_free(s.a);
    return 0;
}
