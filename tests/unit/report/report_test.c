/* Reports: what is put in comes out in order, stored or pulled. */
#include "../../../src/base/time.h"
#include "../../../src/report/report.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct bk_column columns[] = {
    {"session", "", 0},
    {"value", "s", 0},
};

static void rows_and_notes_keep_their_order(void **state)
{
    (void)state;
    struct bk_err err;
    struct bk_report *r = bk_report_new("history");
    bk_report_arg(r, "metric", BK_S("ttft"));
    bk_report_arg(r, "stat", BK_S("p95"));
    struct bk_section *s = bk_report_section(r, "series", columns, 2);
    bk_report_section(r, "changes", columns, 1);
    for (int i = 0; i < 100; i++) {
        struct bk_value *row = bk_section_row(r, s);
        assert_int_equal(row[0].type, BK_CELL_NULL);
        row[0] = bk_v_int(i);
        row[1] = bk_v_real(i / 2.0);
    }
    bk_report_note(r, "gap", BK_WARNING, "%d sessions are missing", 3);
    bk_report_note(r, "more", BK_INFO, "more");

    assert_string_equal(r->name, "history");
    assert_int_equal(r->n_args, 2);
    assert_true(bk_is(r->args[1].name, "stat") && bk_is(r->args[1].value, "p95"));
    assert_ptr_equal(r->sections, s);
    assert_string_equal(s->link->name, "changes");
    assert_null(s->link->link);
    assert_true(bk_is(r->notes->message, "3 sessions are missing"));
    assert_true(bk_is(r->notes->link->code, "more"));

    const struct bk_value *cells;
    bool more;
    size_t i = 0;
    for (;;) {
        assert_true(bk_section_next(s, &i, &cells, &more, &err));
        if (!more)
            break;
        assert_int_equal(cells[0].u.i, i - 1);
    }
    assert_int_equal(i, 100);
    bk_report_free(r);
    bk_report_free(NULL);
}

struct source {
    struct bk_value cells[2];
    int left, closed;
};

static bool pull(void *self, const struct bk_value **cells, bool *more,
                 struct bk_err *err)
{
    struct source *source = self;
    if (source->left < 0)
        return bk_fail(err, BK_EDB, "broken");
    *more = source->left > 0;
    source->cells[0] = bk_v_int(source->left--);
    *cells = source->cells;
    return true;
}

static void close_source(void *self)
{
    ((struct source *)self)->closed++;
}

static void pulled_rows_come_one_by_one(void **state)
{
    (void)state;
    struct bk_err err;
    struct source source = {.left = 3};
    struct bk_report *r = bk_report_new("export");
    struct bk_section *s = bk_report_section(r, "runs", columns, 2);
    s->next = pull;
    s->self = &source;
    s->close = close_source;
    const struct bk_value *cells;
    bool more = true;
    size_t i = 0, n = 0;
    for (; more; n++)
        assert_true(bk_section_next(s, &i, &cells, &more, &err));
    assert_int_equal(n, 4);
    assert_int_equal(i, 3);
    assert_false(bk_section_next(s, &i, &cells, &more, &err));
    assert_string_equal(err.msg, "broken");
    bk_report_free(r);
    assert_int_equal(source.closed, 1);
}

static void values_know_what_is_missing(void **state)
{
    (void)state;
    assert_int_equal(bk_v_text(NULL).type, BK_CELL_NULL);
    assert_int_equal(bk_v_text("").type, BK_CELL_STR);
    assert_int_equal(bk_v_str((struct bk_str){0}).type, BK_CELL_STR);
    assert_int_equal(bk_v_time(BK_NO_TIME).type, BK_CELL_NULL);
    assert_int_equal(bk_v_time(0).type, BK_CELL_TIME);
    assert_true(bk_is(bk_v_real_unit(1, BK_S("ms")).unit, "ms"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_and_notes_keep_their_order),
        cmocka_unit_test(pulled_rows_come_one_by_one),
        cmocka_unit_test(values_know_what_is_missing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
