/* Run status: failed, invalid, degraded (docs/findings.md, "Run status").
 *
 * In this order: more than half of the requests failed; there was no attempt, or no
 * output of a generation workload, or the tool itself says so; more than 5 % failed. */
#include <math.h>

#include "internal.h"

#define FAILED_ABOVE   0.5
#define DEGRADED_ABOVE 0.05

struct outcome { /* what is known of how the requests ended */
    bool known;
    bool counted; /* failed and total are known */
    double failed, total, share;
};

static struct outcome outcome_of(const struct bk_run *r)
{
    const struct bk_measurement *failed =
        bk_run_find(r, "requests_failed", "value", "");
    const struct bk_measurement *ok = bk_run_find(r, "requests_ok", "value", "");
    const struct bk_measurement *all = bk_run_find(r, "requests", "value", "");
    const struct bk_measurement *rate = bk_run_find(r, "error_rate", "value", "");
    struct outcome o = {.known = false};
    if (failed && ok && failed->value + ok->value > 0) {
        o = (struct outcome){true, true, failed->value, failed->value + ok->value, 0};
    } else if (failed && all && all->value > 0 && failed->value <= all->value) {
        o = (struct outcome){true, true, failed->value, all->value, 0};
    } else if (ok && all && all->value > 0 && ok->value <= all->value) {
        o = (struct outcome){true, true, all->value - ok->value, all->value, 0};
    }
    if (o.counted)
        o.share = o.failed / o.total;
    if (!rate || rate->value < 0 || rate->value > 1)
        return o;
    /* two sources of the share: counts that disagree with a stated rate are not all of
     * the requests (a report may count something else as "completed") */
    if (!o.known || fabs(o.share - rate->value) > BK_CONTRADICTION)
        o = (struct outcome){.known = true, .share = rate->value};
    return o;
}

static struct bk_str failures(struct bk_arena *a, const struct outcome *o)
{
    struct bk_str percent = bk_check_percent(a, o->share);
    if (!o->counted)
        return bk_fmt(a, "%.*s of the requests failed", BK_F(percent));
    return bk_fmt(a, "%.*s of %.*s requests failed (%.*s)",
                  BK_F(bk_check_number(a, o->failed)),
                  BK_F(bk_check_number(a, o->total)), BK_F(percent));
}

static void report(struct bk_arena *a, struct bk_run *r, const char *code,
                   enum bk_severity severity, enum bk_status status, struct bk_str why)
{
    bk_run_finding(a, r, code, severity, r->key, "%.*s", BK_F(why));
    bk_check_worsen(r, status, why);
}

static bool is_zero(const struct bk_run *r, const char *metric)
{
    const struct bk_measurement *m = bk_run_find(r, metric, "value", "");
    return m && m->value <= 0;
}

/* No output tokens where text was asked for. */
static bool no_output(const struct bk_run *r)
{
    bool tokens = bk_run_find(r, "output_tokens", "value", "") != NULL;
    bool no_tokens = is_zero(r, "output_tokens");
    bool no_rate = is_zero(r, "output_token_throughput");
    if (r->generates_text)
        return no_tokens || (!tokens && no_rate);
    return no_tokens && no_rate;
}

/* Why nothing of the run can be believed; empty: nothing speaks against it. */
static struct bk_str invalid_why(struct bk_arena *a, const struct bk_run *r)
{
    if (r->invalid)
        return r->invalid_why.len > 0 ? r->invalid_why
                                      : BK_S("the tool calls its result invalid");
    if (r->n_measurements == 0)
        return r->n_ticks > 0
                   ? BK_S("a timeline but no results: the run was broken off")
                   : BK_S("nothing was measured");
    if (is_zero(r, "requests") && !bk_run_find(r, "output_tokens", "value", ""))
        return BK_S("no request was made");
    const struct bk_measurement *duration = bk_check_main(r, "duration");
    if (duration && duration->value <= 0)
        return bk_fmt(a, "the duration is %.*s s",
                      BK_F(bk_check_number(a, duration->value)));
    return BK_S("");
}

static void check_invalid(struct bk_arena *a, struct bk_run *r)
{
    struct bk_str why = invalid_why(a, r);
    if (why.len > 0)
        report(a, r, "invalid-run", BK_ERROR, BK_RUN_INVALID, why);
    if (no_output(r))
        report(a, r, "zero-output", BK_ERROR, BK_RUN_INVALID,
               BK_S("no output tokens: whatever was measured, nothing was generated"));
}

/* The importer saw it ("OOM" in a row); it may have said so already. */
static void keep_failed(struct bk_arena *a, struct bk_run *r)
{
    struct bk_str why =
        r->status_why.len > 0 ? r->status_why : BK_S("the source says so");
    for (size_t i = 0; i < r->n_findings; i++) {
        if (bk_is(r->findings[i].code, "failed-run")) {
            r->findings[i].severity = BK_ERROR;
            return;
        }
    }
    bk_run_finding(a, r, "failed-run", BK_ERROR, r->key, "%.*s", BK_F(why));
}

void bk_check_status(struct bk_arena *a, struct bk_run *r)
{
    struct outcome o = outcome_of(r);
    if (r->status == BK_RUN_FAILED) {
        keep_failed(a, r);
        return;
    }
    if (o.known && o.share > FAILED_ABOVE) {
        report(a, r, "failed-run", BK_ERROR, BK_RUN_FAILED, failures(a, &o));
        return;
    }
    check_invalid(a, r);
    if (o.known && o.share > DEGRADED_ABOVE)
        report(a, r, "degraded-run", BK_WARNING, BK_RUN_DEGRADED, failures(a, &o));
}
