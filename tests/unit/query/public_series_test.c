/* Change points that 'history' tells of public series whose expected points are published:
 * apache/otava and datastax-labs/hunter (tests/series_test.py, tests/analysis_test.py,
 * tests/tigerbeetle_test.py, tests/resources/sample.csv) and
 * mongodb/signal-processing-algorithms (tests/test_detection.py), all Apache License 2.0.
 * Points are numbers of the first session of a new level, from 0.
 * docs/regression-methods.md says which sets are not here, and why. */
#include "kit.h"

#include "../stats/tigerbeetle.h"

struct series {
    const char *name;
    const double *values;
    size_t n;
    const size_t *published,
        *told; /* end with 0; what the source expects; what we say */
};
#define POINTS(...)                                                                    \
    (const size_t[])                                                                   \
    {                                                                                  \
        __VA_ARGS__, 0                                                                 \
    }
#define NO_POINTS                                                                      \
    (const size_t[])                                                                   \
    {                                                                                  \
        0                                                                              \
    }
#define VALUES(x) (x), sizeof(x) / sizeof *(x)

/* Otava and Hunter: test_change_point_detection. */
static const double halved_late[] = {1.02, 0.95, 0.99, 1.00, 1.12, 0.90,
                                     0.50, 0.51, 0.48, 0.48, 0.55};
static const double a_tenth_less[] = {2.02, 2.03, 2.01, 2.04, 1.82, 1.85,
                                      1.79, 1.81, 1.80, 1.76, 1.78};
/* Otava: test_change_point_detection_many. */
static const double stairs[] = {1, 1, 1, 1, 1, 5, 5, 5, 5, 5, 5, 5, 5, 9, 9,
                                9, 9, 9, 9, 9, 9, 3, 3, 3, 3, 3, 3, 3, 3, 3};
/* Otava: analysis_test.py. */
static const double halved[] = {1.02, .95, .99, 1.00, 1.12, 1.00, 1.01, .98, 1.01, .96,
                                .50,  .51, .48, .48,  .55,  .50,  .49,  .51, .50,  .49};
/* Otava and Hunter: sample.csv. */
static const double sample[] = {10.43, 10.23, 10.29, 10.91, 10.34,
                                10.69, 9.23,  9.11,  9.13,  9.03};
/* MongoDB: test_random_ish_data, numbers drawn from 1..50, 60..120 and 150..250. */
static const double random_ish[] = {
    41,  18,  23,  3,   32,  11,  40,  13,  29,  48,  47,  35,  18,  21,  6,
    2,   23,  3,   4,   7,   120, 103, 102, 81,  71,  62,  115, 61,  108, 63,
    70,  98,  65,  96,  64,  74,  70,  113, 90,  114, 208, 196, 153, 150, 225,
    179, 206, 165, 177, 151, 218, 217, 244, 245, 229, 195, 225, 229, 176, 250};

/* MongoDB's made series: 'n' values of 50, of 100 in [15, 30), of 'then' behind, with
 * spikes. */
static const double *made(struct kit *k, size_t n, double then, const size_t *spikes,
                          double height)
{
    double *x = bk_alloc_array(k->a, n, sizeof *x);
    for (size_t i = 0; i < n; i++)
        x[i] = i < 15 ? 50 : i < 30 ? 100 : then;
    for (; *spikes != 0; spikes++)
        x[*spikes] = height;
    return x;
}

static const char *listed(struct kit *k, const size_t *points)
{
    struct bk_str text = {"", 0};
    for (size_t i = 0; points[i] != 0; i++)
        text = bk_fmt(k->a, "%.*s%s%zu", BK_F(text), i > 0 ? " " : "", points[i]);
    return text.ptr;
}

/* The sessions in 'changes', by their numbers. */
static const char *told(struct kit *k, const struct series *s)
{
    for (size_t i = 0; i < s->n; i++) {
        const char *session = bk_fmt(k->a, "%s-%03zu", s->name, i).ptr;
        struct sample one = {session,         s->name,      "",       "",
                             "ok_throughput", s->values[i], BK_RUN_OK};
        struct bk_run *r = run_of(k, &one);
        r->started_ns = (int64_t)(i + 1) * 86400 * BK_NS_PER_S;
        import_run(k, session, r);
    }
    struct bk_report *r =
        answer(k, "history", NULL, NULL, WORDS("--hardware", s->name));
    assert_non_null(r);
    const struct bk_section *changes = section(r, "changes");
    size_t *points = bk_alloc_array(k->a, changes->n_rows + 1, sizeof *points);
    for (size_t i = 0; i < changes->n_rows; i++)
        points[i] = (size_t)strtoul(cell(k, changes, i, "index"), NULL, 10);
    bk_report_free(r);
    return listed(k, points);
}

static void expect(struct kit *k, const struct series *s)
{
    const char *got = told(k, s), *want = listed(k, s->told);
    if (strcmp(got, want) != 0)
        fail_msg("%s: '%s', want '%s' (published: '%s')", s->name, got, want,
                 listed(k, s->published));
}

static void of_otava_and_hunter(void **state)
{
    const struct series all[] = {
        {"late", VALUES(halved_late), POINTS(6), POINTS(6)},
        {"tenth", VALUES(a_tenth_less), POINTS(4), POINTS(4)},
        {"stairs", VALUES(stairs), POINTS(5, 13, 21), POINTS(5, 13, 21)},
        {"halved", VALUES(halved), POINTS(10), POINTS(10)},
        {"sample", VALUES(sample), POINTS(6), POINTS(6)},
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        expect(*state, &all[i]);
}

static void of_tiger_beetle(void **state)
{
    const struct series s = {"tiger", VALUES(tigerbeetle), POINTS(15, 71),
                             POINTS(15, 71)};
    expect(*state, &s);
}

static void of_mongodb(void **state)
{
    struct kit *k = *state;
    const struct series all[] = {
        /* on logarithms the six values from 14 on are a level of their own */
        {"random", VALUES(random_ish), POINTS(20, 40), POINTS(14, 20, 40)},
        {"step", made(k, 30, 0, NO_POINTS, 0), 30, POINTS(15), POINTS(15)},
        /* as a ratio 74 is nearer to 100 than to 50 */
        {"ahead", made(k, 30, 0, POINTS(14), 74), 30, POINTS(15), POINTS(14)},
        {"behind", made(k, 30, 0, POINTS(14), 76), 30, POINTS(14), POINTS(14)},
        {"spike", made(k, 30, 0, POINTS(2), 100), 30, POINTS(15), POINTS(15)},
        /* the spike at 32 draws MongoDB's second point behind it */
        {"recovery", made(k, 45, 50, POINTS(2, 32), 100), 45, POINTS(15, 33),
         POINTS(15, 30)},
        {"two", made(k, 45, 150, POINTS(2), 100), 45, POINTS(15, 30), POINTS(15, 30)},
        {"flat", made(k, 15, 0, NO_POINTS, 0), 15, NO_POINTS, NO_POINTS},
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        expect(k, &all[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_KIT(of_otava_and_hunter),
        IN_KIT(of_tiger_beetle),
        IN_KIT(of_mongodb),
    };
    return cmocka_run_group_tests_name("query/public_series", tests, NULL, NULL);
}
