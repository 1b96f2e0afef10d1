/* Sizing runs: the JSON and the text report of one calculation are one run, whichever
 * came first. */
#include "kit.h"

#define TAKEN INT64_C(1770900000000000000)

static struct bk_sizing *sizing(const char *generation, int64_t taken)
{
    struct bk_sizing *z = calloc(1, sizeof *z);
    assert_non_null(z);
    z->model = BK_S("m-7b");
    z->server = BK_S("box-8");
    z->generation = bk_str(generation);
    z->taken_ns = taken;
    return z;
}

static void add(struct kit *k, struct bk_sizing *z, const char *name, double value,
                double half)
{
    char digits[32];
    snprintf(digits, sizeof digits, "%g", value);
    struct bk_sizing_value *v = BK_PUSH(k->a, z->values, z->n_values);
    *v = (struct bk_sizing_value){
        .scenario = BK_S("ideal"),
        .section = BK_S("results"),
        .name = bk_str(name),
        .unit = BK_S("B"),
        .value = value,
        .low = value - half,
        .high = value + half,
        .source_name = bk_str(name),
        .source_value = bk_dup(k->a, bk_str(digits)),
        .source_unit = BK_S("B"),
        .locator = bk_fmt(k->a, "%.*s %zu", BK_F(z->generation), z->n_values)};
}

static void add_formula(struct kit *k, struct bk_sizing *z, const char *name)
{
    struct bk_sizing_formula *f = BK_PUSH(k->a, z->formulas, z->n_formulas);
    f->scenario = BK_S("ideal");
    f->name = bk_str(name);
    f->formula = bk_fmt(k->a, "of %.*s", BK_F(z->generation));
}

static void add_finding(struct kit *k, struct bk_sizing *z, const char *code,
                        const char *subject)
{
    struct bk_finding *f = BK_PUSH(k->a, z->findings, z->n_findings);
    *f = (struct bk_finding){.code = bk_str(code),
                             .severity = BK_WARNING,
                             .subject = bk_str(subject),
                             .message = bk_fmt(k->a, "by %.*s", BK_F(z->generation))};
}

static struct bk_counts put(struct kit *k, const char *path, struct bk_sizing *z)
{
    begin(k, path);
    add_source(k, path, "sizing", path);
    struct bk_sink *sink = bk_archive_sink(k->ar);
    must(k, sink->sizing(sink, z, &k->err));
    free(z);
    return end(k, true);
}

static struct bk_counts put_json(struct kit *k, const char *path, int64_t taken)
{
    struct bk_sizing *z = sizing("v3", taken);
    add(k, z, "kv_total", 375.73, 0.005);
    add(k, z, "nodes", 4, 0);
    add(k, z, "hbm", 100, 0.5); /* one name in two units */
    add(k, z, "hbm", 93.1, 0.05);
    add_formula(k, z, "kv_total");
    add_finding(k, z, "derived-mismatch", "nodes");
    add_finding(k, z, "gb-gib", "hbm");
    return put(k, path, z);
}

static struct bk_counts put_report(struct kit *k, const char *path, int64_t taken,
                                   double nodes)
{
    struct bk_sizing *z = sizing("text", taken);
    add(k, z, "layers", 36, 0);
    add(k, z, "nodes", nodes, 0);
    add(k, z, "kv_total", 375.7, 0.05);
    add(k, z, "hbm", 93, 0.5);
    add(k, z, "heads", 8, 0);
    add_formula(k, z, "kv_total");
    add_formula(k, z, "layers");
    add_finding(k, z, "derived-mismatch", "nodes");
    add_finding(k, z, "derived-mismatch", "layers");
    return put(k, path, z);
}

static void start_again(struct kit *k)
{
    bk_archive_free(k->ar);
    bk_db_close(k->db);
    must(k, bk_db_open_memory(&k->db, &k->err));
    must(k, bk_archive_new(&k->ar, k->db, &k->err));
}

static const char *everything(struct kit *k)
{
    return ask(k,
               "SELECT group_concat(line, char(10)) FROM ("
               "SELECT sizing_run || ' ' || generation || ' ' || name || ' ' || value "
               "|| ' ' || source || ' ' || locator AS line FROM v_sizing UNION ALL "
               "SELECT 'finding ' || code || ' ' || subject || ' ' || message || ' ' "
               "|| path FROM finding JOIN source ON source.id = finding.source_id "
               "UNION ALL SELECT 'formula ' || name || ' ' || formula || ' ' || path "
               "FROM sizing_formula JOIN source ON source.id = source_id UNION ALL "
               "SELECT 'files ' || j.path || ' ' || coalesce(r.path, '-') "
               "FROM sizing_run JOIN source AS j ON j.id = source_id "
               "LEFT JOIN source AS r ON r.id = report_source_id ORDER BY line)");
}

static const char joined[] = "files a.json a.txt\n"
                             "finding derived-mismatch layers by text a.txt\n"
                             "finding derived-mismatch nodes by v3 a.json\n"
                             "finding gb-gib hbm by v3 a.json\n"
                             "formula kv_total of v3 a.json\n"
                             "formula layers of text a.txt\n"
                             "m-7b@box-8 v3 hbm 100.0 a.json v3 3\n"
                             "m-7b@box-8 v3 hbm 93.1 a.json v3 4\n"
                             "m-7b@box-8 v3 heads 8.0 a.txt text 5\n"
                             "m-7b@box-8 v3 kv_total 375.73 a.json v3 1\n"
                             "m-7b@box-8 v3 layers 36.0 a.txt text 1\n"
                             "m-7b@box-8 v3 nodes 4.0 a.json v3 2";
static const char in_order[] = "kv_total nodes hbm hbm layers heads";
#define ORDER                                                                          \
    "SELECT group_concat(name, ' ') FROM (SELECT name FROM sizing_value ORDER BY seq)"

static void a_report_joins_the_json(void **state)
{
    struct kit *k = *state;
    assert_int_equal(put_json(k, "a.json", TAKEN).sizing_runs, 1);
    struct bk_counts c = put_report(k, "a.txt", TAKEN, 4);
    assert_int_equal(c.sizing_runs, 0);
    assert_int_equal(c.findings, 1);
    assert_string_equal(everything(k), joined);
    EXPECT(k, ORDER, in_order);
}

static void a_json_joins_the_report(void **state)
{
    struct kit *k = *state;
    assert_int_equal(put_report(k, "a.txt", TAKEN, 4).sizing_runs, 1);
    assert_int_equal(put_json(k, "a.json", TAKEN).sizing_runs, 0);
    assert_string_equal(everything(k), joined);
    EXPECT(k, ORDER, in_order);
}

static void another_number_is_a_finding(void **state)
{
    struct kit *k = *state;
    for (int json_first = 0; json_first < 2; json_first++) {
        start_again(k);
        if (json_first) {
            put_json(k, "a.json", TAKEN);
        }
        put_report(k, "a.txt", TAKEN, 5);
        if (!json_first) {
            put_json(k, "a.json", TAKEN);
        }
        EXPECT(k, "SELECT count(*) FROM finding WHERE code = 'conflicting-values'",
               "1");
        EXPECT(k,
               "SELECT severity || ' ' || subject || ' ' || expected || ' ' || actual "
               "|| ' ' || locator || ' ' || path || ': ' || message FROM finding "
               "JOIN source ON source.id = source_id "
               "WHERE code = 'conflicting-values' AND sizing_run_id = 1",
               "warning nodes 4 B 5 B text 2 a.txt: ideal: nodes is 4 B in a.json "
               "(v3 2) and 5 B in a.txt (text 2)");
        EXPECT(k, "SELECT value FROM v_sizing WHERE name = 'nodes'", "4.0");
    }
}

static void a_bare_number_is_told_without_a_unit(void **state)
{
    struct kit *k = *state;
    static const char *const kinds[] = {"v3", "text"};
    for (size_t i = 0; i < 2; i++) {
        struct bk_sizing *z = sizing(kinds[i], TAKEN);
        add(k, z, "nodes", (double)i + 4, 0);
        z->values[0].source_unit = BK_S("1");
        put(k, kinds[i], z);
    }
    EXPECT(k, "SELECT expected || ' ' || actual FROM finding", "4 5");
}

static void other_times_are_other_runs(void **state)
{
    struct kit *k = *state;
    put_json(k, "a.json", TAKEN);
    assert_int_equal(put_report(k, "b.txt", TAKEN + 1, 4).sizing_runs, 1);
    assert_int_equal(put_report(k, "c.txt", BK_NO_TIME, 4).sizing_runs, 1);
    assert_int_equal(put_json(k, "c.json", BK_NO_TIME).sizing_runs, 1);
    EXPECT(k, "SELECT count(*) || ' ' || count(report_source_id) FROM sizing_run",
           "4 0");
}

static void two_files_of_one_kind_are_two_runs(void **state)
{
    struct kit *k = *state;
    put_json(k, "a.json", TAKEN);
    assert_int_equal(put_json(k, "b.json", TAKEN).sizing_runs, 1);
    assert_int_equal(put_report(k, "a.txt", TAKEN, 4).sizing_runs, 0);
    assert_int_equal(put_report(k, "b.txt", TAKEN, 4).sizing_runs, 0);
    assert_int_equal(put_report(k, "c.txt", TAKEN, 4).sizing_runs, 1);
    EXPECT(k, "SELECT group_concat(name || ' ' || generation, ', ') FROM sizing_run",
           "m-7b@box-8 v3, m-7b@box-8#2 v3, m-7b@box-8#3 text");
}

static void a_unit_that_is_rolled_back_joins_nothing(void **state)
{
    struct kit *k = *state;
    put_report(k, "a.txt", TAKEN, 4);
    const char *before = everything(k);
    struct bk_sizing *z = sizing("v3", TAKEN);
    add(k, z, "nodes", 4, 0);
    begin(k, "a.json");
    add_source(k, "a.json", "sizing", "a.json");
    struct bk_sink *sink = bk_archive_sink(k->ar);
    must(k, sink->sizing(sink, z, &k->err));
    free(z);
    end(k, false);
    assert_string_equal(everything(k), before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_KIT(a_report_joins_the_json),
        IN_KIT(a_json_joins_the_report),
        IN_KIT(another_number_is_a_finding),
        IN_KIT(a_bare_number_is_told_without_a_unit),
        IN_KIT(other_times_are_other_runs),
        IN_KIT(two_files_of_one_kind_are_two_runs),
        IN_KIT(a_unit_that_is_rolled_back_joins_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
