/* What may be said of few sessions: tiers, tests with own and borrowed noise, bad sessions,
 * families. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "../../../src/base/arena.h"
#include "../../../src/stats/verdict.h"

static struct bk_arena *arena;
static const struct bk_verdict_rule *const rule = &bk_verdict_rule_report;

/* To so many digits: a relative difference of eps at the most. */
static void near(double got, double want, double eps)
{
    if (!(fabs(got - want) <= eps * fmax(fabs(want), 1e-300)))
        fail_msg("got %.12g, want %.12g", got, want);
}

/* A throughput. */
#define AGAINST(o, n)                                                                  \
    (struct bk_comparison)                                                             \
    {                                                                                  \
        .old = (o), .n_old = sizeof(o) / sizeof *(o), .new = (n),                      \
        .n_new = sizeof(n) / sizeof *(n), .worse = BK_LOWER_IS_WORSE, .floor = 0.05    \
    }

static struct bk_evidence alone(const struct bk_comparison *c)
{
    struct bk_evidence e = bk_measure(rule, c);
    bk_judge(arena, rule, BK_ADJUST_HOLM, &e, 1);
    return e;
}

static const double four[] = {100, 101, 99, 100}, three[] = {90, 91, 89};
static const double ninety[] = {90};

static void own_noise(void **state)
{
    (void)state;
    struct bk_comparison c = AGAINST(four, three);
    struct bk_evidence e = alone(&c);
    assert_int_equal(e.tier, BK_TIER_3);
    near(e.t, -14.592863, 1e-7);
    near(e.df, 5, 0);
    near(e.p_student, 2.728948e-05, 1e-6);
    near(e.change, 0.899985 - 1, 1e-5);
    near(e.within.low, 0.883434 - 1, 1e-5);
    near(e.within.high, 0.916847 - 1, 1e-5);
    assert_true(e.p_welch > e.p_student && e.p_welch < 0.001);
    assert_true(e.p >= e.p_student && e.p <= 0.05);
    assert_int_equal(e.verdict, BK_VERDICT_REGRESSION);
    assert_int_equal(e.reason, BK_REASON_CHANGED);
    c.worse = BK_HIGHER_IS_WORSE;
    assert_int_equal(alone(&c).verdict, BK_VERDICT_IMPROVEMENT);
    c.worse = BK_NO_DIRECTION;
    assert_int_equal(alone(&c).verdict, BK_VERDICT_INCONCLUSIVE);
    assert_int_equal(alone(&c).reason, BK_REASON_NO_DIRECTION);
    c.worse = BK_LOWER_IS_WORSE;
    c.floor = 0.20; /* the whole interval does not matter */
    assert_int_equal(alone(&c).verdict, BK_VERDICT_NO_MATERIAL_CHANGE);
}

static void one_new_session(void **state)
{
    static const double old[] = {100, 101, 99};
    (void)state;
    struct bk_comparison c = AGAINST(old, ninety);
    struct bk_evidence e = bk_measure(rule, &c);
    assert_int_equal(e.tier, BK_TIER_2_ALONE);
    near(e.t, -9.121259, 1e-6);
    near(e.p_student, 0.011807, 1e-4);
    near(e.needed, 0.15, 1e-12); /* three floors */
    assert_int_equal(alone(&c).verdict, BK_VERDICT_INCONCLUSIVE);
    assert_int_equal(alone(&c).reason, BK_REASON_FEW);
    static const double half[] = {50};
    c.new = half;
    e = alone(&c);
    assert_int_equal(e.verdict, BK_VERDICT_REGRESSION);
    assert_int_equal(e.reason, BK_REASON_FIRST_SEEN);
}

static void borrowed_noise(void **state)
{
    static const double a[] = {100, 102}, b[] = {50, 51}, other[] = {200, 196};
    struct bk_noise all = {0}, own = {0};
    struct bk_verdict_rule low = *rule;
    (void)state;
    bk_noise_add(arena, &all, BK_SCALE_RATIO, a, 2);
    bk_noise_add(arena, &all, BK_SCALE_RATIO, b, 2);
    bk_noise_add(arena, &all, BK_SCALE_RATIO, other, 2);
    bk_noise_add(arena, &all, BK_SCALE_RATIO, ninety, 1); /* adds nothing */
    bk_noise_add(arena, &own, BK_SCALE_RATIO, a, 2);
    near(all.df, 3, 0);
    assert_int_equal(all.sessions, 0); /* none of them tells its bad sessions */
    struct bk_comparison c = AGAINST(a, ninety);
    c.borrowed = bk_noise_without(&all, &own);
    struct bk_evidence e = bk_measure(rule, &c); /* 3 degrees of freedom are refused */
    assert_int_equal(e.tier, BK_TIER_2_ALONE);
    near(e.p_student, 0.094032, 1e-5);
    low.borrow_df = 3;
    e = bk_measure(&low, &c);
    assert_int_equal(e.tier, BK_TIER_2);
    near(e.sd, 0.0140975, 3e-6);
    near(e.df, 3, 1e-12);
    near(e.t, -6.675714, 1e-6);
    near(e.p_student, 0.006854, 1e-4);
    assert_string_equal(bk_method_name(&e), "student t, borrowed noise");
}

static void tiers(void **state)
{
    static const double hundred[] = {100}, fifty[] = {50, 52}, zero[] = {0, 1};
    (void)state;
    struct bk_comparison c = AGAINST(hundred, ninety);
    struct bk_evidence e = alone(&c);
    assert_int_equal(e.tier, BK_TIER_1);
    near(e.change, -0.1, 1e-12);
    assert_int_equal(e.verdict, BK_VERDICT_INSUFFICIENT_EVIDENCE);
    assert_true(isnan(e.p) && isnan(e.detectable));
    c.n_old = 0;
    c.old = NULL;
    e = alone(&c);
    assert_int_equal(e.reason, BK_REASON_FIRST);
    near(e.new, 90, 1e-12);
    c = AGAINST(fifty, zero);
    e = alone(&c);
    assert_int_equal(e.verdict, BK_VERDICT_INSUFFICIENT_EVIDENCE);
    assert_int_equal(e.reason, BK_REASON_NO_VALUE);
    c = AGAINST(four, three);
    c.n_old = 3; /* three and three have noise of their own */
    assert_int_equal(bk_measure(rule, &c).tier, BK_TIER_3);
    c.n_new = 2;
    assert_int_equal(bk_measure(rule, &c).tier, BK_TIER_2_ALONE);
    c.borrowed.df = 2;
    assert_int_equal(bk_measure(rule, &c).tier, BK_TIER_2);
    c.validity = BK_INVALID_RUN;
    assert_int_equal(alone(&c).verdict, BK_VERDICT_INVALID);
    c.validity = BK_NOT_THE_SAME;
    assert_int_equal(alone(&c).verdict, BK_VERDICT_NOT_COMPARABLE);
    assert_string_equal(bk_tier_name(BK_TIER_2_ALONE), "T2'");
    assert_string_equal(bk_verdict_name(alone(&c).verdict), "not_comparable");
}

/* Errors that were always 0: the floor decides, so that the first ones do alarm. */
static void constant(void **state)
{
    static const double none[] = {0, 0, 0}, few[] = {0.005}, many[] = {0.03};
    (void)state;
    struct bk_comparison c = AGAINST(none, few);
    c.scale = BK_SCALE_SHARE;
    c.worse = BK_HIGHER_IS_WORSE;
    c.floor = 0.01;
    struct bk_evidence e = alone(&c);
    assert_int_equal(e.verdict, BK_VERDICT_NO_MATERIAL_CHANGE);
    assert_int_equal(e.reason, BK_REASON_CONSTANT);
    c.new = many;
    e = alone(&c);
    assert_int_equal(e.verdict, BK_VERDICT_REGRESSION);
    near(e.change, 0.03, 1e-12);
    assert_string_equal(bk_method_name(&e), "floor alone");
}

/* Some 3.5 standard deviations in one session: Student sees a change, but one session in ten
 * may be a bad one.  A long history without any, or a second session, settles it. */
static void bad_sessions(void **state)
{
    static const double old[] = {100, 103, 97, 102, 98, 100}, one[] = {92};
    static const double two[] = {88, 89}, mixed[] = {82, 100};
    (void)state;
    struct bk_comparison c = AGAINST(old, one);
    struct bk_evidence e = alone(&c);
    assert_true(e.p_student < 0.02 && e.p > 0.05);
    assert_int_equal(e.verdict, BK_VERDICT_INCONCLUSIVE);
    assert_int_equal(e.reason, BK_REASON_BAD_SESSION);
    near(e.share[BK_ALL_BAD], 1.0 / 16, 1e-12);
    c.borrowed.sessions = 200; /* of other configs; none was bad */
    assert_true(alone(&c).p < 0.05);
    assert_int_equal(alone(&c).verdict, BK_VERDICT_REGRESSION);
    c.borrowed.bad = 30;
    assert_int_equal(alone(&c).verdict, BK_VERDICT_INCONCLUSIVE);
    c = AGAINST(old, two);
    assert_int_equal(alone(&c).verdict, BK_VERDICT_REGRESSION);
    c = AGAINST(old, mixed); /* one of the two is as ever */
    assert_int_equal(alone(&c).verdict, BK_VERDICT_INCONCLUSIVE);
    double outlying[] = {100, 101, 99, 100, 70};
    assert_int_equal(bk_count_bad(arena, outlying, 5), 1);
    outlying[4] = 93; /* 7 % off where the others agree to 1 % */
    assert_int_equal(bk_count_bad(arena, outlying, 5), 1);
    assert_int_equal(bk_count_bad(arena, outlying + 1, 4), 0);
}

/* A gate asks one question, so its p is half of a report's and its interval one of 90 %. */
static void gate(void **state)
{
    static const double old[] = {100, 103, 97, 102, 98, 100}, new[] = {96, 97, 94, 98};
    struct bk_verdict_rule certain = bk_verdict_rule_gate;
    (void)state;
    struct bk_comparison c = AGAINST(old, new);
    struct bk_evidence both = bk_measure(rule, &c);
    struct bk_evidence one = bk_measure(&bk_verdict_rule_gate, &c);
    near(one.p_world[BK_NONE_BAD], both.p_world[BK_NONE_BAD] / 2, 1e-12);
    near(one.p_student, both.p_student, 0);
    assert_true(one.within.high < both.within.high && one.within.low > both.within.low);
    certain.bad_share = 0; /* no session is ever bad: Student's p, halved */
    one = bk_measure(&certain, &c);
    near(one.p, both.p_student / 2, 1e-9);
}

/* What is significant alone is not so among a hundred. */
static void families(void **state)
{
    static const double old[] = {100, 103, 97, 102, 98, 100}, new[] = {92, 95, 93};
    struct bk_evidence family[100];
    (void)state;
    struct bk_comparison c = AGAINST(old, new), same = AGAINST(old, old);
    family[0] = bk_measure(rule, &c);
    for (size_t i = 1; i < 100; i++)
        family[i] = bk_measure(rule, &same);
    bk_judge(arena, rule, BK_ADJUST_NONE, family, 100);
    assert_int_equal(family[0].verdict, BK_VERDICT_REGRESSION);
    near(family[0].p_adjusted, family[0].p, 1e-12);
    bk_judge(arena, rule, BK_ADJUST_HOLM, family, 100);
    assert_int_equal(family[0].verdict, BK_VERDICT_INCONCLUSIVE);
    assert_int_equal(family[0].reason, BK_REASON_FAMILY);
    assert_true(family[0].p_adjusted > family[0].p);
    assert_int_equal(family[1].verdict, BK_VERDICT_NO_MATERIAL_CHANGE);
    bk_judge(arena, rule, BK_ADJUST_BENJAMINI_HOCHBERG, family, 100);
    assert_int_equal(family[0].verdict, BK_VERDICT_INCONCLUSIVE);
    bk_judge(arena, rule, BK_ADJUST_HOLM, NULL, 0);
}

/* The smallest effect that is seen: as the t distribution has it with several sessions,
 * and more for one that may be bad. */
/* What one session to come would show is what it shows when it is there. */
static void foreseen(void **state)
{
    static const double old[] = {97, 100, 103.1, 99}, new[] = {98};
    (void)state;
    struct bk_comparison c = AGAINST(old, new);
    for (int i = 0; i < 2; i++) {
        struct bk_evidence there = bk_measure(rule, &c), then = bk_foresee(rule, &c, 1);
        assert_int_equal(then.tier, there.tier);
        near(then.df, there.df, 0);
        near(then.sd, there.sd, 1e-12);
        near(then.needed, there.needed, 0);
        near(bk_detectable_change(rule, &then), bk_detectable_change(rule, &there),
             1e-9);
        assert_true(bk_detectable_change(rule, &there) > 0);
        then = bk_foresee(rule, &c, 3);
        near(then.df, 5, 0); /* enough of its own: nothing is borrowed */
        near(then.error, then.sd * sqrt(1.0 / 4 + 1.0 / 3), 1e-12);
        c.borrowed = (struct bk_noise){6 * 0.03 * 0.03, 6, 0, 0};
    }
    c.n_old = 1; /* and only the noise of others */
    assert_int_equal(bk_foresee(rule, &c, 1).tier, BK_TIER_2);
    c.borrowed.df = 0;
    assert_true(isnan(bk_detectable_change(
        rule, &(struct bk_evidence){.error = bk_foresee(rule, &c, 2).error})));
    c.n_old = 0;
    assert_int_equal(bk_foresee(rule, &c, 2).tier, BK_TIER_0);
}

static void detectable(void **state)
{
    static const double old[] = {97, 100, 103.1}, new[] = {98, 100, 102};
    (void)state;
    struct bk_comparison c = AGAINST(old, new);
    c.floor = 0.03;
    c.borrowed.df = 6;
    c.borrowed.squares = 6 * 0.03 * 0.03;
    struct bk_evidence e = alone(&c);
    near(e.df, 10, 0);
    near(e.detectable, expm1((2.228139 + 0.879058) * e.sd * sqrt(2.0 / 3)), 1e-6);
    assert_int_equal(e.verdict, BK_VERDICT_INCONCLUSIVE);
    assert_int_equal(e.reason, BK_REASON_NOISE);
    size_t more = bk_sessions_to_see(rule, &e, 0.10, 50);
    assert_true(more >= 3 && more < 10);
    assert_int_equal(bk_sessions_to_see(rule, &e, 0.01, 50), 0);
    struct bk_comparison one = AGAINST(old, ninety);
    one.borrowed = c.borrowed;
    e = alone(&one);
    assert_true(
        e.detectable >
        expm1((bk_t_interval(&(struct bk_t_test){.df = e.df, .standard_error = 1}, 0.95)
                   .high +
               0.88) *
              e.sd * sqrt(1 + 1.0 / 3)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(own_noise),      cmocka_unit_test(one_new_session),
        cmocka_unit_test(borrowed_noise), cmocka_unit_test(tiers),
        cmocka_unit_test(constant),       cmocka_unit_test(bad_sessions),
        cmocka_unit_test(families),       cmocka_unit_test(gate),
        cmocka_unit_test(foreseen),       cmocka_unit_test(detectable),
    };
    arena = bk_arena_new();
    int failed = cmocka_run_group_tests_name("stats/verdict", tests, NULL, NULL);
    bk_arena_free(arena);
    return failed;
}
