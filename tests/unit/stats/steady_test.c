/* The level stretch of a series, against all stretches tried one by one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "../../../src/stats/steady.h"

static void ramp_plateau_drain(void **state)
{
    (void)state;
    double x[60];
    struct bk_stretch s;
    for (size_t i = 0; i < 60; i++)
        x[i] = i < 20 ? (double)(i + 1) * 5 : i < 50 ? 100 : (double)(60 - i) * 5;
    assert_true(bk_steady(x, 60, 0.1, 10, &s));
    assert_int_equal(s.first, 18); /* 95 is within a tenth of 100 */
    assert_int_equal(s.end, 50);
    assert_false(bk_steady(x, 60, 0.1, 40, &s));
    assert_false(bk_steady(x, 15, 0.1, 10, &s));
    assert_false(bk_steady(NULL, 0, 0.1, 1, &s));
    const double idle[] = {0, 0, 0, 0, -1, -1};
    assert_false(bk_steady(idle, 6, 0.1, 2, &s));
}

static struct bk_stretch tried(const double *x, size_t n, double tolerance)
{
    struct bk_stretch best = {0, 0};
    for (size_t i = 0; i < n; i++) {
        double low = x[i], high = x[i];
        for (size_t k = i; k < n; k++) {
            low = fmin(low, x[k]);
            high = fmax(high, x[k]);
            if (!(low > 0 && high <= low * (1 + tolerance)))
                break;
            if (k + 1 - i > best.end - best.first)
                best = (struct bk_stretch){i, k + 1};
        }
    }
    return best;
}

static void as_tried(void **state)
{
    (void)state;
    uint64_t seed = 1;
    for (int round = 0; round < 500; round++) {
        double x[80];
        for (size_t i = 0; i < 80; i++) {
            seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            x[i] = (double)((seed >> 40) % 12) + (round % 3 == 0 ? 0 : 30);
        }
        struct bk_stretch got, want = tried(x, 80, 0.2);
        assert_int_equal(bk_steady(x, 80, 0.2, 3, &got), want.end - want.first >= 3);
        assert_int_equal(got.first, want.first);
        assert_int_equal(got.end, want.end);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(ramp_plateau_drain),
                                       cmocka_unit_test(as_tried)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
