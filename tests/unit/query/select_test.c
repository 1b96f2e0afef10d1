/* Filters: what --where takes, and which runs it leaves. */
#include "kit.h"

static const struct sample runs[] = {
    {"059", "h100", "chat", "workers=8 mode=Fast", "ok_throughput", 40, BK_RUN_OK},
    {"060", "h100", "chat", "workers=16", "ok_throughput", 42, BK_RUN_FAILED},
    {"061", "b200", "embed", "workers=24", "ok_throughput", 60, BK_RUN_OK},
};

static void each_operator_compares(void **state)
{
    struct kit *k = *state;
    static const struct {
        const char *where, *want;
    } cases[] = {
        {"hardware=h100", "059/h100/chat 060/h100/chat"},
        {"hardware=H100", "059/h100/chat 060/h100/chat"},
        {"hardware!=h100", "061/b200/embed"},
        {"workers=8", "059/h100/chat"},
        {"workers=8.0", "059/h100/chat"},
        {"workers!=8", "060/h100/chat 061/b200/embed"},
        {"workers<16", "059/h100/chat"},
        {"workers<=16", "059/h100/chat 060/h100/chat"},
        {"workers>16", "061/b200/embed"},
        {"workers>=16", "060/h100/chat 061/b200/embed"},
        {"workload~EMB", "061/b200/embed"},
        {"status=failed", "060/h100/chat"},
        {"status!=failed", "059/h100/chat 061/b200/embed"},
        {"session>=060", "060/h100/chat 061/b200/embed"},
        {"session=061", "061/b200/embed"},
        {"run=059/h100/chat", "059/h100/chat"},
        {"mode=fast", "059/h100/chat"},
        {"mode!=fast", "060/h100/chat 061/b200/embed"},
        {"mode>A", "059/h100/chat"},
        {"claims=false", "059/h100/chat 060/h100/chat 061/b200/embed"},
        {" hardware = h100 , workers > 8 ", "060/h100/chat"},
        {"", "059/h100/chat 060/h100/chat 061/b200/embed"},
    };
    FILL(k, runs);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(selected(k, WORDS(cases[i].where)), cases[i].want);
    assert_string_equal(selected(k, WORDS("hardware=h100", "workers=16")),
                        "060/h100/chat");
}

/* "062" and "62" are two sessions though they are one number. */
static void names_are_equal_as_texts(void **state)
{
    struct kit *k = *state;
    FILL(k, runs);
    assert_string_equal(selected(k, WORDS("session=59")), "");
    assert_string_equal(selected(k, WORDS("session!=59,workers=8")), "059/h100/chat");
    assert_string_equal(selected(k, WORDS("session!=059,hardware=h100")),
                        "060/h100/chat");
}

static void a_parameter_that_a_run_lacks_is_no_number(void **state)
{
    struct kit *k = *state;
    FILL(k, runs);
    assert_string_equal(selected(k, WORDS("mode<Z")), "059/h100/chat");
    assert_string_equal(selected(k, WORDS("batch_size<9")), "");
    assert_string_equal(selected(k, WORDS("batch_size!=9")),
                        "059/h100/chat 060/h100/chat 061/b200/embed");
}

static void expect_refused(struct kit *k, const char *where, const char *part)
{
    struct bk_strings texts = strings(k, WORDS(where));
    struct bk_filter f;
    k->err = (struct bk_err){0};
    assert_false(bk_filter_parse(k->a, k->db, &texts, &f, &k->err));
    assert_int_equal(k->err.code, BK_EUSAGE);
    if (strstr(k->err.msg, part) == NULL)
        fail_msg("'%s' is not in: %s", part, k->err.msg);
}

static void mistakes_are_refused(void **state)
{
    struct kit *k = *state;
    FILL(k, runs);
    expect_refused(k, "hardware", "cannot read the condition 'hardware'");
    expect_refused(k, "=h100", "cannot read the condition '=h100'");
    expect_refused(k, "workers=8,oops", "cannot read the condition 'oops'");
    expect_refused(k, "hadware=h100", "did you mean 'hardware'?");
    expect_refused(k, "nothing_like_it!=1", "no run has a parameter 'nothing_like_it'");
}

static void aliases_of_hardware_hold_in_filters(void **state)
{
    struct kit *k = *state;
    FILL(k, runs);
    struct bk_report *r =
        answer(k, "hardware", WORDS("alias", "add", "Big Box", "h100"), NULL, NULL);
    assert_non_null(r);
    bk_report_free(r);
    assert_string_equal(selected(k, WORDS("hardware=big box")),
                        "059/h100/chat 060/h100/chat");
}

static void unknown_sessions_are_told_apart_from_empty_ones(void **state)
{
    struct kit *k = *state;
    FILL(k, runs);
    assert_null(answer(k, "runs", WORDS("60"), NULL, NULL));
    assert_int_equal(k->err.code, BK_EUSAGE);
    assert_non_null(strstr(k->err.msg, "did you mean '060'?"));
    k->err = (struct bk_err){0};
    assert_null(answer(k, "findings", WORDS("nope"), NULL, NULL));
    assert_int_equal(k->err.code, BK_EUSAGE);
}

static const char *load_and_drop(struct kit *k, size_t want)
{
    struct bk_filter any = {NULL, 0};
    struct bk_run_list list;
    struct bk_str names = {"", 0};
    must(k, bk_runs_load(k->db, k->a, &any, &list, &k->err));
    assert_int_equal(bk_runs_drop_retold(k->a, &list), want);
    for (size_t i = 0; i < list.n; i++)
        names = bk_fmt(k->a, "%.*s%s%.*s", BK_F(names), i > 0 ? " " : "",
                       BK_F(list.rows[i].name));
    return names.ptr;
}

static struct bk_run_row row(const char *session, const char *hardware,
                             const char *model, bool claims)
{
    struct bk_run_row r = {.name = bk_str(model), .claims = claims};
    r.dim[BK_DIM_SESSION] = bk_str(session);
    r.dim[BK_DIM_HARDWARE] = bk_str(hardware);
    r.dim[BK_DIM_MODEL] = bk_str(model);
    return r;
}

/* A report about a run that is there says nothing new; one about another does. */
static void retold_runs_are_left_out(void **state)
{
    struct kit *k = *state;
    struct bk_run_row rows[] = {
        row("1", "h100", "m", false), row("1", "h100", "", true),
        row("1", "h100", "other", true), row("1", "b200", "m", true),
        row("2", "h100", "m", true)};
    struct bk_run_list list = {rows, 5};
    assert_int_equal(bk_runs_drop_retold(k->a, &list), 1);
    assert_int_equal(list.n, 4);
    assert_true(bk_is(list.rows[1].dim[BK_DIM_MODEL], "other"));
    /* nothing but reports: they are all there is */
    struct bk_run_row claims[] = {row("1", "h100", "m", true)};
    list = (struct bk_run_list){claims, 1};
    assert_int_equal(bk_runs_drop_retold(k->a, &list), 0);
    FILL(k, runs);
    assert_string_equal(load_and_drop(k, 0),
                        "059/h100/chat 060/h100/chat 061/b200/embed");
}

static void shared_parameters_are_those_of_all(void **state)
{
    struct kit *k = *state;
    const struct bk_pair a[] = {{BK_S("pool"), BK_S("4"), true},
                                {BK_S("workers"), BK_S("8"), true}};
    const struct bk_pair b[] = {{BK_S("workers"), BK_S("8"), true}};
    const struct bk_run_row one = {.config = a, .n_config = 2},
                            two = {.config = b, .n_config = 1};
    const struct bk_run_row *both[] = {&one, &two};
    const struct bk_pair *shared, *own;
    size_t n, n_own;
    bk_config_shared(k->a, both, 2, &shared, &n);
    assert_int_equal(n, 1);
    assert_true(bk_is(shared[0].name, "workers"));
    bk_config_without(k->a, &one, shared, n, &own, &n_own);
    assert_int_equal(n_own, 1);
    assert_true(bk_is(own[0].name, "pool"));
    bk_config_shared(k->a, both, 1, &shared, &n);
    assert_int_equal(n, 0); /* a single run shares with nobody */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_KIT(each_operator_compares),
        IN_KIT(names_are_equal_as_texts),
        IN_KIT(a_parameter_that_a_run_lacks_is_no_number),
        IN_KIT(mistakes_are_refused),
        IN_KIT(aliases_of_hardware_hold_in_filters),
        IN_KIT(unknown_sessions_are_told_apart_from_empty_ones),
        IN_KIT(retold_runs_are_left_out),
        IN_KIT(shared_parameters_are_those_of_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
