/* Pieces of names: wide blocks, small ones and a plain search agree. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "../../../src/ingest/pieces.h"

static const char *const pieces[] = {"pass", "pwd",   "secret",  "credential",
                                     "key",  "token", "private", "uthorization"};
enum {
    N = sizeof pieces / sizeof *pieces
};

static size_t plain_search(struct bk_str t, size_t pos)
{
    for (; pos < t.len; pos++) {
        for (size_t i = 0; i < N; i++) {
            size_t len = strlen(pieces[i]);
            if (t.len - pos >= len &&
                bk_eq_nocase(bk_upto(bk_from(t, pos), len), bk_str(pieces[i])))
                return pos;
        }
    }
    return t.len;
}

/* Of the exact bytes, so that a sanitizer sees what is read behind them. */
static void agree(const char *text, size_t len)
{
    char *exact = malloc(len > 0 ? len : 1);
    memcpy(exact, text, len);
    struct bk_str t = {exact, len};
    struct bk_pieces p[3];
    for (size_t i = 0; i < 3; i++)
        bk_pieces_init(&p[i], (size_t)16 << i);
    for (size_t pos = 0; pos <= len; pos++) {
        size_t want = plain_search(t, pos);
        for (size_t i = 0; i < 3; i++)
            assert_int_equal(bk_next_piece(&p[i], t, pos), want);
    }
    free(exact);
}

static void test_each_place(void **state)
{
    (void)state;
    char text[150];
    for (size_t i = 0; i < N; i++) {
        size_t len = strlen(pieces[i]);
        for (size_t at = 0; at + len <= sizeof text; at++) {
            memset(text, 's', sizeof text); /* the first letter of one of them */
            memcpy(text + at, pieces[i], len);
            agree(text, sizeof text);
            text[at] = (char)(text[at] - ('a' - 'A'));
            agree(text, at + len); /* up to the end */
            agree(text, at + len - 1);
        }
    }
}

/* Texts of the pieces' own letters, with other bytes of the same low bits. */
static void test_random_texts(void **state)
{
    (void)state;
    static const char letters[] =
        "pasdwecrtdnilkyovuhzPASDWECRTDNILKYOVUHZ_=:01\x10\xF0\xE1\x01\x13";
    uint64_t random = 7;
    char text[200];
    for (int round = 0; round < 300; round++) {
        size_t len = 0;
        while (len < sizeof text - 12) {
            random = random * UINT64_C(6364136223846793005) + 1442695040888963407u;
            size_t r = (size_t)(random >> 33);
            if (r % 16 == 0) {
                const char *piece = pieces[r / 16 % N];
                size_t some = r / 256 % strlen(piece) + 1; /* or its begin only */
                memcpy(text + len, piece, some);
                len += some;
            } else {
                text[len++] = letters[r / 16 % (sizeof letters - 1)];
            }
        }
        agree(text, len - (size_t)round % 40);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_place),
        cmocka_unit_test(test_random_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
