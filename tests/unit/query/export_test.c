/* Exports: the wide table's columns, and what --where leaves. */
#include "kit.h"

static const struct sample runs[] = {
    {"1", "h100", "chat", "workers=8 mode=a;b", "ok_throughput", 40, BK_RUN_OK},
    {"2", "b200", "chat", "workers=x", "error_rate", 0.5, BK_RUN_OK},
};

/* The rows of the pulled section, a line each: "column=value" of all that is not null. */
static const char *rows(struct kit *k, struct bk_report *r)
{
    struct bk_section *s = r->sections;
    struct bk_str text = {"", 0};
    const struct bk_value *c;
    bool more;
    size_t at = 0;
    for (;;) {
        must(k, bk_section_next(s, &at, &c, &more, &k->err));
        if (!more)
            return text.ptr;
        for (size_t i = 0; i < s->n_columns; i++) {
            const char *name = s->columns[i].name;
            if (c[i].type == BK_CELL_STR && c[i].u.s.len > 0)
                text = bk_fmt(k->a, "%.*s%s=%.*s ", BK_F(text), name, BK_F(c[i].u.s));
            else if (c[i].type == BK_CELL_REAL)
                text = bk_fmt(k->a, "%.*s%s=%g ", BK_F(text), name, c[i].u.real);
        }
        text = bk_fmt(k->a, "%.*s\n", BK_F(text));
    }
}

static struct bk_report *export(struct kit *k, const char *what, const char *where,
                                bool wide)
{
    return answer(k, "export", WORDS(what), where != NULL ? WORDS(where) : NULL,
                  wide ? WORDS("--wide") : NULL);
}

static void a_wide_row_is_a_run(void **state)
{
    struct kit *k = *state;
    FILL(k, runs);
    struct bk_report *r = export(k, "measurements", NULL, true);
    assert_string_equal(rows(k, r),
                        "session=1 run=1/h100/chat hardware=h100 workload=chat "
                        "status=ok config.mode=a;b config.workers=8 ok_throughput=40 "
                        "\n"
                        "session=2 run=2/b200/chat hardware=b200 workload=chat "
                        "status=ok config.workers=x error_rate=0.5 \n");
    bk_report_free(r);
    r = export(k, "measurements", "hardware=b200", true);
    /* only columns that the chosen runs have */
    assert_int_equal(r->sections->n_columns, 10);
    bk_report_free(r);
}

static void scopes_have_columns_of_their_own(void **state)
{
    struct kit *k = *state;
    struct bk_run *run = new_run(k, "1", "x", "");
    add_time(k, run, "ttft", "p95", "0.5");
    add_time(k, run, "ttft", "p95", "0.4")->scope = BK_S("ok");
    add_time(k, run, "ttft", "p95", "0.3")->scope = BK_S("{name:login}");
    import_run(k, "a", run);
    struct bk_report *r = export(k, "measurements", NULL, true);
    assert_string_equal(rows(k, r),
                        "session=1 run=1/x hardware=x status=ok ttft.p95=0.5 "
                        "ttft.p95{ok}=0.4 ttft.p95{name:login}=0.3 \n");
    bk_report_free(r);
}

static void sessions_follow_the_filter(void **state)
{
    struct kit *k = *state;
    FILL(k, runs);
    struct bk_report *r = export(k, "sessions", "workers=8", false);
    assert_string_equal(rows(k, r), "session=1 hardware=h100 workload=chat \n");
    bk_report_free(r);
    r = export(k, "sessions", NULL, false);
    assert_string_equal(rows(k, r), "session=1 hardware=h100 workload=chat \n"
                                    "session=2 hardware=b200 workload=chat \n");
    bk_report_free(r);
}

/* A filter that cannot hold is refused: silence would look like an answer. */
static void filters_that_cannot_hold_are_refused(void **state)
{
    struct kit *k = *state;
    FILL(k, runs);
    static const char *const kinds[] = {"series", "sizing"};
    for (size_t i = 0; i < 2; i++) {
        k->err = (struct bk_err){0};
        assert_null(export(k, kinds[i], "hardware=h100", false));
        assert_int_equal(k->err.code, BK_EUSAGE);
    }
    k->err = (struct bk_err){0};
    assert_null(export(k, "mesurements", NULL, false));
    assert_non_null(strstr(k->err.msg, "did you mean 'measurements'?"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_KIT(a_wide_row_is_a_run),
        IN_KIT(scopes_have_columns_of_their_own),
        IN_KIT(sessions_follow_the_filter),
        IN_KIT(filters_that_cannot_hold_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
