/* Copied numbers: two runs on different hardware whose latencies agree to the last
 * digit were hardly both measured.
 *
 * Within a unit src/check looks; here the runs of the unit are held against those that
 * other units brought into the same session (methods: R3).  A suspicion needs three
 * different values of three or more significant digits in one metric and scope: equal
 * timeouts and round numbers are no copies. */
#include "../base/num.h"
#include "internal.h"

#define FEWEST_VALUES 3
#define FEWEST_DIGITS 3
#define MOST_RUNS     ((size_t)256) /* of a unit; larger ones were checked within */

/* Digits of a number as written, without zeros at its beginning: "0.0150" has 3. */
static size_t significant_digits(struct bk_str text)
{
    size_t n = 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == 'e' || c == 'E') {
            break;
        }
        if (c >= '0' && c <= '9' && (n > 0 || c > '0')) {
            n++;
        }
    }
    return n;
}

struct match { /* equal values of two runs in one metric and scope */
    int64_t other, metric;
    struct bk_buf scope, message;
    struct bk_str other_name, metric_name; /* in scratch */
    int values;
    double last;
};

static bool report(struct bk_archive *ar, const struct bk_unit_run *run,
                   const struct match *m, struct bk_err *err)
{
    if (m->values < FEWEST_VALUES) {
        return true;
    }
    const struct bk_finding_place place = {.source_id = run->source_id,
                                           .run_id = run->id};
    struct bk_finding f = {.code = BK_S("identical-values"),
                           .severity = BK_WARNING,
                           .subject = m->metric_name,
                           .actual = m->other_name};
    f.message = bk_fmt(ar->scratch,
                       "%.*s is the same to the last digit on other hardware in run "
                       "'%.*s' (%.*s): copied?",
                       BK_F(m->metric_name), BK_F(m->other_name),
                       BK_F(bk_buf_str(&m->message)));
    ar->counts.findings++;
    return bk_insert_finding(ar, &f, &place, err);
}

static void begin_match(struct bk_archive *ar, struct match *m, struct bk_stmt *st)
{
    m->other = bk_col_int(st, 0);
    m->metric = bk_col_int(st, 2);
    m->other_name = bk_dup(ar->scratch, bk_col_text(st, 1));
    m->metric_name = bk_dup(ar->scratch, bk_col_text(st, 3));
    bk_buf_clear(&m->scope);
    bk_buf_add(&m->scope, bk_col_text(st, 4));
    bk_buf_clear(&m->message);
    m->values = 0;
}

static void add_value(struct match *m, struct bk_stmt *st)
{
    char number[32];
    double value = bk_col_real(st, 6);
    struct bk_str digits = bk_col_text(st, 7);
    size_t n = bk_format_double(value, number);
    if (digits.len == 0) {
        digits = (struct bk_str){number, n};
    }
    bool again = m->values > 0 && value <= m->last && value >= m->last;
    if (again || significant_digits(digits) < FEWEST_DIGITS) {
        return;
    }
    bk_buf_addf(&m->message, "%s%.*s %s", m->values ? ", " : "",
                BK_F(bk_col_text(st, 5)), number);
    m->values++;
    m->last = value;
}

/* Rows come sorted by other run, metric, scope and value.  'other' 0: any run of an
 * earlier unit. */
static bool compare_run(struct bk_archive *ar, const struct bk_unit_run *run,
                        int64_t other, struct bk_err *err)
{
    struct match m = {0};
    bool row, ok;
    struct bk_stmt *st = bk_stmt(ar->db, BK_SQL_MEASUREMENT_COPIES);
    bk_bind_int(st, ":run", run->id);
    bk_bind_int(st, ":session", run->session_id);
    bk_bind_int(st, ":hardware", run->hardware_id);
    bk_bind_int(st, ":unit", run->unit_id);
    bk_bind_int(st, ":other", other);
    while ((ok = bk_step(st, &row, err)) && row) {
        if (m.other != bk_col_int(st, 0) || m.metric != bk_col_int(st, 2) ||
            !bk_eq(bk_buf_str(&m.scope), bk_col_text(st, 4))) {
            ok = report(ar, run, &m, err);
            if (!ok) {
                break;
            }
            begin_match(ar, &m, st);
        }
        add_value(&m, st);
    }
    bk_reset(st);
    ok = ok && report(ar, run, &m, err);
    bk_buf_free(&m.scope);
    bk_buf_free(&m.message);
    return ok;
}

/* The later of two is suspected: runs of later units are held against one that they
 * have not seen as it is now. */
static bool compare_later(struct bk_archive *ar, const struct bk_unit_run *run,
                          struct bk_err *err)
{
    struct bk_unit_run *later = NULL;
    size_t n = 0;
    bool row, ok;
    struct bk_stmt *st = bk_stmt(ar->db, BK_SQL_MEASUREMENT_COPIES_LATER);
    bk_bind_int(st, ":run", run->id);
    bk_bind_int(st, ":session", run->session_id);
    bk_bind_int(st, ":hardware", run->hardware_id);
    bk_bind_int(st, ":unit", run->unit_id);
    while ((ok = bk_step(st, &row, err)) && row) {
        *BK_PUSH(ar->scratch, later, n) =
            (struct bk_unit_run){.id = bk_col_int(st, 0),
                                 .name = bk_dup(ar->scratch, bk_col_text(st, 1)),
                                 .session_id = run->session_id,
                                 .hardware_id = bk_col_int(st, 2),
                                 .unit_id = bk_col_int(st, 3),
                                 .source_id = bk_col_int(st, 4)};
    }
    bk_reset(st);
    for (size_t i = 0; ok && i < n; i++) {
        ok = compare_run(ar, &later[i], run->id, err);
    }
    return ok;
}

bool bk_find_copies(struct bk_archive *ar, struct bk_err *err)
{
    size_t n = 0;
    for (size_t i = 0; i < ar->n_runs && n < MOST_RUNS; i++) {
        struct bk_arena_mark mark = bk_arena_mark(ar->scratch);
        const struct bk_unit_run *run = &ar->runs[i];
        bool ok = run->absorbed || (compare_run(ar, run, 0, err) &&
                                    (!run->changed || compare_later(ar, run, err)));
        n += run->id != 0;
        bk_arena_release(ar->scratch, mark);
        if (!ok) {
            return false;
        }
    }
    return true;
}
