/* The exposition reader: what it gives for each part of a line, what it refuses and
 * where, and the conformance suites of prometheus/OpenMetrics, prometheus/common
 * (expfmt) and prometheus/prometheus, which lie in $BENCHKEEP_CORPUS/conformance. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../../importers/shared/exposition.h"
#include "../../../src/base/file.h"

#define MAX_SEEN 64

struct seen { /* the samples of a text, one line each: name labels value @time */
    struct bk_buf text;
    size_t n;
};

static void note(struct seen *seen, const struct bk_series_sample *s,
                 const struct bk_exposition *x)
{
    struct bk_buf *b = &seen->text;
    seen->n++;
    if (seen->n > MAX_SEEN)
        return;
    bk_buf_addf(b, "%.*s", BK_F(s->name));
    for (size_t i = 0; i < s->n_labels; i++)
        bk_buf_addf(b, " %.*s=%.*s", BK_F(s->labels[i].name), BK_F(s->labels[i].value));
    bk_buf_addf(b, " : %g [%.*s]", s->value, BK_F(bk_exposition_digits(x)));
    if (s->time_ns != BK_NO_TIME)
        bk_buf_addf(b, " @%lld", (long long)s->time_ns);
    if (s->exemplar.len > 0)
        bk_buf_addf(b, " #%.*s", BK_F(s->exemplar));
    bk_buf_addf(b, " (%.*s %s)\n", BK_F(s->family), bk_series_type_name(s->type));
}

/* Reads a text; false with err set when it is refused. */
static bool take(struct bk_exposition *x, struct bk_str text, struct seen *seen,
                 struct bk_err *err)
{
    const struct bk_series_sample *sample;
    bool cut = text.len > 0 && text.ptr[text.len - 1] != '\n';
    struct bk_str line;
    for (size_t n = 1; bk_next_line(&text, &line); n++) {
        if (!bk_exposition_line(x, line, n, &sample, err))
            return false;
        if (sample != NULL)
            note(seen, sample, x);
    }
    return bk_exposition_end(x, cut, err);
}

static bool reads(enum bk_exposition_syntax syntax, bool strict, struct bk_str text,
                  struct seen *seen, struct bk_err *err)
{
    struct bk_exposition *x = bk_exposition_new(syntax, strict);
    *err = (struct bk_err){0};
    bool ok = take(x, text, seen, err);
    bk_exposition_free(x);
    return ok;
}

static void expect(enum bk_exposition_syntax syntax, const char *text, const char *want)
{
    struct seen seen = {0};
    struct bk_err err;
    if (!reads(syntax, true, bk_str(text), &seen, &err))
        fail_msg("refused: %s\n%s", err.msg, text);
    assert_string_equal(seen.text.ptr != NULL ? seen.text.ptr : "", want);
    bk_buf_free(&seen.text);
}

static void refused(enum bk_exposition_syntax syntax, const char *text, const char *why)
{
    struct seen seen = {0};
    struct bk_err err;
    bool ok = reads(syntax, true, bk_str(text), &seen, &err);
    bk_buf_free(&seen.text);
    if (ok)
        fail_msg("taken: %s", text);
    assert_int_equal(err.code, BK_EINPUT);
    if (strstr(err.msg, why) == NULL)
        fail_msg("'%s' has not '%s'", err.msg, why);
}

/* --- the text format --- */

static void text_samples(void **state)
{
    (void)state;
    expect(BK_EXPOSITION_TEXT, "up 1\n", "up : 1 [1] (up untyped)\n");
    expect(BK_EXPOSITION_TEXT,
           "# a remark\n\n# TYPE q:w summary\n# HELP q:w Some\\\\thing\\nmore.\n"
           " q:w { quantile = \"0.5\" , } \t-1.5e-3\t1700000000123 \n"
           "q:w_sum{}+Inf\nq:w_count .5\nother 8.\n",
           "q:w quantile=0.5 : -0.0015 [-1.5e-3] @1700000000123000000 (q:w summary)\n"
           "q:w_sum : inf [+Inf] (q:w summary)\n"
           "q:w_count : 0.5 [.5] (q:w summary)\n"
           "other : 8 [8.] (other untyped)\n");
    expect(BK_EXPOSITION_TEXT, "a{x=\"q\\\"\\\\\\n{},#\",y=\"\"} NaN\n",
           "a x=q\"\\\n{},# y= : nan [NaN] (a untyped)\n");
    /* parts of families, whatever stands between */
    expect(BK_EXPOSITION_TEXT,
           "# TYPE h histogram\nb 1\nh_bucket{le=\"+Inf\"} 3\nh_count 3\n"
           "# TYPE c counter\nc_total 4\nc 5\n",
           "b : 1 [1] (b untyped)\nh_bucket le=+Inf : 3 [3] (h histogram)\n"
           "h_count : 3 [3] (h histogram)\nc_total : 4 [4] (c counter)\n"
           "c : 5 [5] (c counter)\n");
    /* the same metadata again is no harm; an exemplar is none either */
    expect(BK_EXPOSITION_TEXT,
           "# TYPE a gauge\n# HELP a x\na 1\n# HELP a x\n# TYPE a gauge\n"
           "a 2 # {i=\"j\"} 3\n",
           "a : 1 [1] (a gauge)\na : 2 [2] #{i=\"j\"} 3 (a gauge)\n");
}

static void quoted_names(void **state)
{
    (void)state;
    expect(BK_EXPOSITION_TEXT,
           "# TYPE \"my.metric\" gauge\n{\"my.metric\",\"a b\"=\"c\"} 1\n"
           "{__name__=\"plain\",a=\"b\"} 2 3\n",
           "my.metric a b=c : 1 [1] (my.metric gauge)\n"
           "plain a=b : 2 [2] @3000000 (plain untyped)\n");
    expect(BK_EXPOSITION_OPENMETRICS,
           "# TYPE \"my.metric\" gauge\n{\"my.metric\",a=\"c\"} 1\n# EOF\n",
           "my.metric a=c : 1 [1] (my.metric gauge)\n");
    refused(BK_EXPOSITION_TEXT, "{\"a\",\"b\"} 1\n", "expected '='");
    refused(BK_EXPOSITION_TEXT, "a{\"b\"} 1\n", "expected '='");
    refused(BK_EXPOSITION_TEXT, "{\"\"} 1\n", "label name");
    refused(BK_EXPOSITION_TEXT, "{\"a.b\"} 1\na.b 2\n", "line 2: invalid metric name");
    refused(BK_EXPOSITION_TEXT, "a{__name__=\"b\"} 1\n", "reserved");
    refused(BK_EXPOSITION_TEXT, "{a=\"b\"} 1\n", "no metric name");
}

static void text_refusals(void **state)
{
    static const char *const cases[][2] = {
        {"a 1\nb\n", "line 2: no value"},
        {"a{x=\"1} 1\n", "not closed"},
        {"a{x=\"1\" y=\"2\"} 1\n", "expected ','"},
        {"a{x=\"1\",x=\"2\"} 1\n", "stands twice"},
        {"a{x=\"\\t\"} 1\n", "escape"},
        {"a{,} 1\n", "label name"},
        {"a 1 2 3\n", "unexpected"},
        {"a 1 2.5\n", "milliseconds"},
        {"a 0x10\n", "expected a number"},
        {"a 1_000\n", "expected a number"},
        {"a 1e999\n", "expected a number"},
        {"a .\n", "expected a number"},
        {"a-b 1\n", "invalid metric name"},
        {"9 1\n", "invalid metric name"},
        {"# TYPE a b\n", "unknown metric type"},
        {"# TYPE a gauge\n# TYPE a counter\n", "line 2: a second TYPE"},
        {"# HELP a b\n# HELP a c\n", "a second HELP"},
        {"a 1\n# TYPE a gauge\n", "behind its samples"},
        {"# TYPE h histogram\nh_bucket{le=\"x\"} 1\n", "no number"},
        {"a{x=\"\xff\"} 1\n", "not UTF-8"},
        {"a 1", "no line end"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        refused(BK_EXPOSITION_TEXT, cases[i][0], cases[i][1]);
    expect(BK_EXPOSITION_TEXT, "a 1\nb 2",
           "a : 1 [1] (a untyped)\nb : 2 [2] (b untyped)\n");
}

static void limits(void **state)
{
    (void)state;
    struct bk_buf b = {0};
    bk_buf_addf(&b, "a{");
    for (int i = 0; i < 257; i++)
        bk_buf_addf(&b, "l%d=\"\",", i);
    bk_buf_addf(&b, "} 1\n");
    refused(BK_EXPOSITION_TEXT, b.ptr, "more than 256 labels");
    bk_buf_clear(&b);
    for (int i = 0; i < 400; i++) /* a long name and a long number */
        bk_buf_addc(&b, 'n');
    bk_buf_addc(&b, ' ');
    for (int i = 0; i < 1000; i++)
        bk_buf_addc(&b, '0');
    bk_buf_addf(&b, "12e-1\nn 2\n");
    struct seen seen = {0};
    struct bk_err err;
    assert_true(reads(BK_EXPOSITION_TEXT, true, bk_buf_str(&b), &seen, &err));
    assert_int_equal(seen.n, 2);
    assert_non_null(strstr(seen.text.ptr, " : 1.2 ["));
    bk_buf_free(&seen.text);
    bk_buf_free(&b);
}

static void numbers(void **state)
{
    static const char *const same[] = {"0",
                                       "-0",
                                       "17",
                                       "9007199254740993",
                                       "0.1",
                                       "1.25e+010",
                                       "5e-324",
                                       "1e22",
                                       "123456789.123456789",
                                       "1.7976931348623157e308",
                                       "0.00001234",
                                       "3.141592653589793238462643"};
    double v;
    (void)state;
    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++) {
        assert_true(bk_exposition_number(bk_str(same[i]), &v));
        double want = strtod(same[i], NULL);
        assert_memory_equal(&v, &want, sizeof v);
    }
    assert_true(bk_exposition_number(BK_S("-iNf"), &v) && isinf(v) && v < 0);
    assert_true(bk_exposition_number(BK_S("INFINITY"), &v) && isinf(v));
    assert_true(bk_exposition_number(BK_S("nan"), &v) && isnan(v));
    static const char *const bad[] = {"",      "-",  ".",  "-.",  "1e",  "e1",
                                      "1.2.3", "in", "1 ", "0x1", "1,5", "+nan"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(bk_exposition_number(bk_str(bad[i]), &v));
}

/* --- OpenMetrics --- */

static void openmetrics_samples(void **state)
{
    (void)state;
    expect(
        BK_EXPOSITION_OPENMETRICS,
        "# TYPE t counter\n# HELP t Things.\nt_total{a=\"b\\z\"} 7 1700000000.123 # "
        "{id=\"x\"} 0.5 1.5\nt_created{a=\"b\\z\"} 1 1700000000.123\n"
        "# TYPE d_seconds histogram\n# UNIT d_seconds seconds\n"
        "d_seconds_bucket{le=\"1.0\"} 1\nd_seconds_bucket{le=\"+Inf\"} 2\n"
        "d_seconds_count 2\nd_seconds_sum 3.5\nloose -1 -2.5\n# EOF",
        "t_total a=b\\z : 7 [7] @1700000000123000000 #{id=\"x\"} 0.5 1.5 (t counter)\n"
        "t_created a=b\\z : 1 [1] @1700000000123000000 (t counter)\n"
        "d_seconds_bucket le=1.0 : 1 [1] (d_seconds histogram)\n"
        "d_seconds_bucket le=+Inf : 2 [2] (d_seconds histogram)\n"
        "d_seconds_count : 2 [2] (d_seconds histogram)\n"
        "d_seconds_sum : 3.5 [3.5] (d_seconds histogram)\n"
        "loose : -1 [-1] @-2500000000 (loose untyped)\n");
}

static void openmetrics_refusals(void **state)
{
    static const char *const cases[][2] = {
        {"a 1\n\n# EOF\n", "line 2: blank line"},
        {"a 1\n", "no '# EOF'"},
        {"a  1\n# EOF\n", "no value"},
        {"# EOF\na 1\n", "line 2: text behind"},
        {"# TYPE a gauge\n# TYPE b gauge\na 1\n# EOF\n", "taken already"},
        {"# TYPE a gauge\na 1\n# TYPE b gauge\nb 1\na 2\n# EOF\n", "interrupted"},
        {"# TYPE h histogram\nh_bucket{le=\"2\"} 1\nh_bucket{le=\"1\"} 1\n# EOF\n",
         "line 3: histogram 'h': buckets"},
        {"# TYPE h histogram\nh_bucket{le=\"1\"} 1\n# EOF\n", "+Inf bucket is missing"},
        {"# TYPE a unknown\na 1 # {b=\"c\"} 1\n# EOF\n", "exemplar"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        refused(BK_EXPOSITION_OPENMETRICS, cases[i][0], cases[i][1]);
}

/* Not strict: the same, counted. */
static void openmetrics_breaches(void **state)
{
    static const char text[] = "# TYPE a counter\na_total 1\n\n# TYPE b gauge\nb 1\n"
                               "a_total{x=\"y\"} -2\n";
    (void)state;
    struct seen seen = {0};
    struct bk_err err = {0};
    const char *first;
    struct bk_exposition *x = bk_exposition_new(BK_EXPOSITION_OPENMETRICS, false);
    assert_true(take(x, bk_str(text), &seen, &err));
    assert_int_equal(seen.n, 3);
    assert_int_equal(bk_exposition_samples(x), 3);
    assert_int_equal(bk_exposition_breaches(x, &first), 5);
    assert_string_equal(first, "line 3: blank line");
    assert_non_null(strstr(seen.text.ptr, "a_total x=y : -2 [-2] (a counter)"));
    bk_buf_free(&seen.text);
    bk_exposition_free(x);
}

/* Samples of a great many groups and families do not grow what is remembered. */
static void many_families(void **state)
{
    (void)state;
    struct bk_exposition *x = bk_exposition_new(BK_EXPOSITION_OPENMETRICS, true);
    const struct bk_series_sample *sample;
    struct bk_err err = {0};
    char line[64];
    size_t n = 0;
    for (int i = 0; i < 3000; i++) {
        for (int j = 0; j < (i == 7 ? 9000 : 3); j++) {
            int len = snprintf(line, sizeof line, "n%d{j=\"%d\"} 1", i, j);
            struct bk_str s = {line, (size_t)len};
            assert_true(bk_exposition_line(x, s, ++n, &sample, &err));
        }
    }
    struct bk_str again = BK_S("n7{j=\"1\"} 1");
    assert_false(bk_exposition_line(x, again, ++n, &sample, &err));
    bk_exposition_free(x);
}

/* --- the suites of other projects --- */

/* Unpacks an archive of the corpus into a new folder; false when there is no corpus. */
static bool unpack(const char *name, char folder[64])
{
    const char *corpus = getenv("BENCHKEEP_CORPUS");
    if (corpus == NULL) {
        printf("skipped: BENCHKEEP_CORPUS is not set\n");
        return false;
    }
    strcpy(folder, "/tmp/bk-exposition-XXXXXX");
    assert_non_null(mkdtemp(folder));
    struct bk_buf command = {0};
    bk_buf_addf(&command, "tar xzf '%s/conformance/%s.tar.gz' -C '%s'", corpus, name,
                folder);
    FILE *tar = popen(command.ptr, "r");
    bk_buf_free(&command);
    assert_non_null(tar);
    assert_int_equal(pclose(tar), 0);
    return true;
}

static void clean_up(const char *folder)
{
    struct bk_buf command = {0};
    bk_buf_addf(&command, "rm -r '%s'", folder);
    FILE *rm = popen(command.ptr, "r");
    bk_buf_free(&command);
    assert_non_null(rm);
    assert_int_equal(pclose(rm), 0);
}

struct suite {
    enum bk_exposition_syntax syntax;
    bool want, strict;
    size_t right, wrong;
};

static void try_file(struct suite *suite, const char *path)
{
    struct bk_buf text = {0};
    struct seen seen = {0};
    struct bk_err err = {0};
    assert_true(bk_read_file(path, &text, &err));
    bool got = reads(suite->syntax, suite->strict, bk_buf_str(&text), &seen, &err);
    if (got == suite->want) {
        suite->right++;
    } else {
        suite->wrong++;
        printf("%s: %s %s\n", path, got ? "taken" : "refused", got ? "" : err.msg);
    }
    bk_buf_free(&text);
    bk_buf_free(&seen.text);
}

/* Calls 'each' with every path in a folder. */
static void walk(const char *folder, void (*each)(struct suite *, const char *),
                 struct suite *suite)
{
    DIR *dir = opendir(folder);
    assert_non_null(dir);
    for (struct dirent *e; (e = readdir(dir)) != NULL;) {
        struct bk_buf path = {0};
        if (e->d_name[0] == '.')
            continue;
        bk_buf_addf(&path, "%s/%s", folder, e->d_name);
        each(suite, path.ptr);
        bk_buf_free(&path);
    }
    closedir(dir);
}

static void openmetrics_case(struct suite *suite, const char *folder)
{
    struct bk_buf path = {0}, json = {0};
    struct bk_err err = {0};
    bk_buf_addf(&path, "%s/test.json", folder);
    assert_true(bk_read_file(path.ptr, &json, &err));
    suite->want = strstr(json.ptr, "\"shouldParse\": true") != NULL;
    assert_true(suite->want || strstr(json.ptr, "\"shouldParse\": false") != NULL);
    bk_buf_clear(&path);
    bk_buf_addf(&path, "%s/metrics", folder);
    try_file(suite, path.ptr);
    bk_buf_free(&path);
    bk_buf_free(&json);
}

static void suite_openmetrics(void **state)
{
    char folder[64], cases[96];
    (void)state;
    if (!unpack("openmetrics", folder)) {
        skip();
        return;
    }
    struct suite suite = {.syntax = BK_EXPOSITION_OPENMETRICS, .strict = true};
    snprintf(cases, sizeof cases, "%s/openmetrics", folder);
    walk(cases, openmetrics_case, &suite);
    clean_up(folder);
    printf("OpenMetrics: %zu right, %zu wrong\n", suite.right, suite.wrong);
    assert_int_equal(suite.wrong, 0);
    assert_true(suite.right >= 200);
}

static void suite_expfmt(void **state)
{
    char folder[64], cases[96];
    (void)state;
    if (!unpack("expfmt", folder)) {
        skip();
        return;
    }
    struct suite suite = {.syntax = BK_EXPOSITION_TEXT, .strict = true};
    for (int accept = 0; accept < 2; accept++) {
        suite.want = accept == 1;
        snprintf(cases, sizeof cases, "%s/expfmt/%s", folder,
                 accept ? "accept" : "reject");
        walk(cases, try_file, &suite);
    }
    clean_up(folder);
    printf("expfmt: %zu right, %zu wrong\n", suite.right, suite.wrong);
    assert_int_equal(suite.wrong, 0);
    assert_true(suite.right >= 27);
}

static void promtext_case(struct suite *suite, const char *path)
{
    bool openmetrics =
        strstr(path, ".om.txt") != NULL || strstr(path, "dump-openmetrics") != NULL;
    if (strstr(path, "dump-series") != NULL) {
        printf("left out: %s is a list of series as JSON, without values\n", path);
        return;
    }
    suite->syntax = openmetrics ? BK_EXPOSITION_OPENMETRICS : BK_EXPOSITION_TEXT;
    try_file(suite, path);
}

/* What Prometheus itself takes; it does not hold OpenMetrics to all of its rules. */
static void suite_promtext(void **state)
{
    char folder[64], cases[96];
    (void)state;
    if (!unpack("promtext", folder)) {
        skip();
        return;
    }
    struct suite suite = {.want = true, .strict = false};
    snprintf(cases, sizeof cases, "%s/promtext", folder);
    walk(cases, promtext_case, &suite);
    clean_up(folder);
    printf("promtext: %zu right, %zu wrong\n", suite.right, suite.wrong);
    assert_int_equal(suite.wrong, 0);
    assert_true(suite.right >= 8);
}

/* --- what is taken from the line before --- */

static uint64_t next_random(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return *state >> 33;
}

#define PICK(list, random) list[next_random(random) % (sizeof(list) / sizeof *(list))]

/* Lines that are mostly like their neighbours, some of them wrong. */
static void random_line(struct bk_buf *b, uint64_t *random)
{
    static const char *const names[] = {"m_bucket", "m_bucket", "m_bucket", "m_sum",
                                        " m_bucket"};
    static const char *const labels[] = {"engine", "le", "model", "a", "\"q.x\"", "le"};
    static const char *const values[] = {"0",    "0.5",       "1",      "+Inf",
                                         "",     "x,y}",      "a\\\"b", "\xC3\xA9",
                                         "\xC3", "long value"};
    static const char *const behind[] = {
        "} 5",  "} 5.25", "}5",  "} 7 1000", " } -1",
        ",} 2", "} NaN",  "} x", "",         "} 1 # {a=\"b\"} 1"};
    size_t n = next_random(random) % 8 == 0 ? next_random(random) % 20 : 3;
    bk_buf_clear(b);
    bk_buf_addf(b, "%s%s", PICK(names, random), next_random(random) % 30 ? "{" : "\t{");
    for (size_t i = 0; i < n; i++) {
        bool usual = next_random(random) % 8 > 0;
        bk_buf_addf(b, "%s%s=\"%s\"", i > 0 ? "," : "",
                    usual ? labels[i % 3] : PICK(labels, random),
                    next_random(random) % 3 ? values[i % 3] : PICK(values, random));
        if (i >= 3)
            bk_buf_addf(b, ",l%zu=\"%zu\"", i, i);
    }
    bk_buf_addf(b, "%s", next_random(random) % 3 ? "} 5" : PICK(behind, random));
}

/* The labels of a sample, as what the next one says of them is held against. */
struct labels_before {
    char name[40], values[64][24], names[64][24];
    size_t n;
};

static void keep_labels(struct labels_before *b, const struct bk_series_sample *s)
{
    snprintf(b->name, sizeof b->name, "%.*s", BK_F(s->name));
    b->n = s->n_labels < 64 ? s->n_labels : 64;
    for (size_t i = 0; i < b->n; i++) {
        snprintf(b->names[i], sizeof b->names[i], "%.*s", BK_F(s->labels[i].name));
        snprintf(b->values[i], sizeof b->values[i], "%.*s", BK_F(s->labels[i].value));
    }
}

static void check_claims(const struct labels_before *b,
                         const struct bk_series_sample *s)
{
    if (s->same_name)
        assert_true(bk_is(s->name, b->name));
    if (s->same_but > 0) {
        assert_int_equal(s->n_labels, b->n);
        for (size_t i = 0; i < b->n; i++) {
            assert_true(bk_is(s->labels[i].name, b->names[i]));
            if (i + 1 != s->same_but)
                assert_true(bk_is(s->labels[i].value, b->values[i]));
        }
    }
    for (size_t i = 0; s->text.len > 0 && i < s->n_labels; i++) {
        struct bk_str v = s->labels[i].value;
        assert_true(v.len == 0 || (v.ptr >= s->text.ptr &&
                                   v.ptr + v.len <= s->text.ptr + s->text.len));
    }
}

static void a_line_reads_as_it_would_alone(void **state)
{
    uint64_t random = 2026;
    struct bk_buf line = {0};
    struct labels_before before = {0};
    size_t taken = 0;
    (void)state;
    for (int syntax = 0; syntax < 2; syntax++) {
        enum bk_exposition_syntax as =
            syntax ? BK_EXPOSITION_OPENMETRICS : BK_EXPOSITION_TEXT;
        struct bk_exposition *reader = bk_exposition_new(as, false);
        for (size_t round = 1; round <= 30000; round++) {
            struct bk_exposition *alone = bk_exposition_new(as, false);
            const struct bk_series_sample *got = NULL, *want = NULL;
            struct seen g = {0}, w = {0};
            struct bk_err got_err = {0}, want_err = {0};
            random_line(&line, &random);
            /* of the exact bytes, so that a sanitizer sees what is read behind them */
            char *exact = malloc(line.len);
            memcpy(exact, line.ptr, line.len);
            struct bk_str text = {exact, line.len};
            bool ok = bk_exposition_line(reader, text, round, &got, &got_err);
            assert_int_equal(ok,
                             bk_exposition_line(alone, text, round, &want, &want_err));
            if (ok) {
                note(&g, got, reader);
                note(&w, want, alone);
                assert_string_equal(g.text.ptr, w.text.ptr);
                check_claims(&before, got);
                taken += got->same_but > 0;
                keep_labels(&before, got);
            } else {
                assert_string_equal(got_err.msg, want_err.msg);
                bk_exposition_free(reader);
                reader = bk_exposition_new(as, false);
            }
            bk_buf_free(&g.text);
            bk_buf_free(&w.text);
            bk_exposition_free(alone);
            free(exact);
        }
        bk_exposition_free(reader);
    }
    assert_true(taken > 1000);
    bk_buf_free(&line);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_samples),
        cmocka_unit_test(quoted_names),
        cmocka_unit_test(text_refusals),
        cmocka_unit_test(limits),
        cmocka_unit_test(numbers),
        cmocka_unit_test(openmetrics_samples),
        cmocka_unit_test(openmetrics_refusals),
        cmocka_unit_test(openmetrics_breaches),
        cmocka_unit_test(many_families),
        cmocka_unit_test(suite_openmetrics),
        cmocka_unit_test(suite_expfmt),
        cmocka_unit_test(suite_promtext),
        cmocka_unit_test(a_line_reads_as_it_would_alone),
    };
    return cmocka_run_group_tests_name("importer_shared/exposition", tests, NULL, NULL);
}
