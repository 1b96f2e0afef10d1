/* Numbers that follow from others of a run, and numbers that mean that there is no
 * number.
 *
 * A derived value is computed only from claims of rank 0 and only when the source does
 * not state it itself; a stated one is left to the checks to compare.  Intervals follow
 * the printed digits of the parts (interval arithmetic). */
#include <math.h>

#include "emit.h"

struct part { /* a number of the run with what its digits allow */
    bool there;
    double value, low, high;
    enum bk_population population;
};

static struct part get(const struct bk_run *run, const char *metric)
{
    const struct bk_measurement *m = bk_run_find(run, metric, "value", "");
    if (!m || m->rank > 0)
        return (struct part){.there = false};
    return (struct part){true, m->value, m->low, m->high, m->population};
}

/* Is the quantity stated in any stat (a mean rate is as good as the rate)? */
static bool stated(const struct bk_run *run, const char *metric)
{
    return bk_run_find(run, metric, "value", "") ||
           bk_run_find(run, metric, "mean", "");
}

static struct part add(struct part a, struct part b)
{
    return (struct part){a.there && b.there, a.value + b.value, a.low + b.low,
                         a.high + b.high, BK_POP_ALL};
}

static struct part subtract(struct part a, struct part b)
{
    /* parts of a whole: a negative rest is a contradiction, not a number */
    return (struct part){a.there && b.there && a.value >= b.value, a.value - b.value,
                         fmax(0, a.low - b.high), a.high - b.low, BK_POP_ALL};
}

static struct part divide(struct part a, struct part b)
{
    bool defined = a.there && b.there && b.value > 0 && a.value >= 0;
    if (!defined)
        return (struct part){.there = false};
    double low = b.high > 0 ? fmax(a.low, 0) / b.high : 0;
    double high = b.low > 0 ? a.high / b.low : a.value / b.value;
    double value = a.value / b.value;
    return (struct part){true, value, fmin(low, value), fmax(high, value), BK_POP_ALL};
}

static struct part times_ok_share(struct part a, struct part error_rate)
{
    bool defined = a.there && error_rate.there && error_rate.value >= 0 &&
                   error_rate.value <= 1 && a.population == BK_POP_ALL;
    return (struct part){defined, a.value * (1 - error_rate.value),
                         a.low * (1 - fmin(error_rate.high, 1)),
                         a.high * (1 - fmax(error_rate.low, 0)), BK_POP_ALL};
}

static void derive(const struct bk_importing *im, struct bk_run *run,
                   const char *metric, struct part p, const char *formula)
{
    if (!p.there || !isfinite(p.value) || !isfinite(p.low) || !isfinite(p.high) ||
        stated(run, metric))
        return;
    const struct bk_metric *known = bk_dict_metric(im->dict, bk_str(metric));
    struct bk_str unit = known ? known->unit : BK_S("1");
    struct bk_measurement *m =
        bk_run_derive(im->arena, run, metric, "value", "1", p.value, formula);
    m->unit = unit;
    m->low = p.low;
    m->high = p.high;
}

static void derive_counts(const struct bk_importing *im, struct bk_run *run)
{
    derive(im, run, "requests",
           add(get(run, "requests_ok"), get(run, "requests_failed")),
           "requests_ok + requests_failed");
    derive(im, run, "requests_ok",
           subtract(get(run, "requests"), get(run, "requests_failed")),
           "requests - requests_failed");
    derive(im, run, "requests_failed",
           subtract(get(run, "requests"), get(run, "requests_ok")),
           "requests - requests_ok");
    derive(im, run, "error_rate",
           divide(get(run, "requests_failed"), get(run, "requests")),
           "requests_failed / requests");
    derive(im, run, "total_tokens",
           add(get(run, "input_tokens"), get(run, "output_tokens")),
           "input_tokens + output_tokens");
}

static void derive_rates(const struct bk_importing *im, struct bk_run *run)
{
    struct part throughput = get(run, "request_throughput");
    if (throughput.population == BK_POP_OK)
        derive(im, run, "duration", divide(get(run, "requests_ok"), throughput),
               "requests_ok / request_throughput");
    derive(im, run, "duration", divide(get(run, "requests"), throughput),
           "requests / request_throughput");
    struct part duration = get(run, "duration");
    derive(im, run, "request_throughput", divide(get(run, "requests"), duration),
           "requests / duration");
    derive(im, run, "ok_throughput", divide(get(run, "requests_ok"), duration),
           "requests_ok / duration");
    derive(im, run, "ok_throughput",
           times_ok_share(get(run, "request_throughput"), get(run, "error_rate")),
           "request_throughput * (1 - error_rate)");
    derive(im, run, "output_token_throughput",
           divide(get(run, "output_tokens"), duration), "output_tokens / duration");
    derive(im, run, "total_token_throughput",
           divide(get(run, "total_tokens"), duration), "total_tokens / duration");
}

void bk_emit_derived(const struct bk_importing *im, struct bk_run *run)
{
    derive_counts(im, run);
    derive_rates(im, run);
}

/* --- zeros that mean "nothing" ------------------------------------------------------ */

static bool nothing_succeeded(const struct bk_run *run)
{
    struct part ok = get(run, "requests_ok");
    struct part all = get(run, "requests");
    struct part failed = get(run, "requests_failed");
    struct part error_rate = get(run, "error_rate");
    if (ok.there)
        return ok.value <= 0;
    if (failed.there && failed.value > 0 && all.there)
        return failed.value >= all.value;
    return error_rate.there && error_rate.value >= 1;
}

/* What a request that failed may not have. The phases of an HTTP request (connecting,
 * sending, waiting) are measured of failed ones too: there 0 may be true. */
static bool needs_a_success(const struct bk_measurement *m)
{
    static const char *const times[] = {
        "request_latency", "ttft",         "tpot",        "itl",
        "queue_time",      "prefill_time", "decode_time", "inference_time",
    };
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        if (bk_is(m->metric, times[i]))
            return bk_is(m->unit, "s");
    }
    return bk_is(m->unit, "tok/s");
}

void bk_emit_drop_zero_latency(const struct bk_importing *im, struct bk_run *run)
{
    if (!nothing_succeeded(run))
        return;
    size_t n = 0;
    for (size_t i = 0; i < run->n_measurements; i++) {
        const struct bk_measurement *m = &run->measurements[i];
        bool zero = m->value <= 0 && m->value >= 0;
        if (!(zero && needs_a_success(m)))
            run->measurements[n++] = *m;
        else if (m->origin != BK_DERIVED)
            bk_emit_dropped(im, run,
                            (struct bk_dropped){m->source_name, m->source_value,
                                                m->locator,
                                                "nothing succeeded: 0 is no data"});
    }
    run->n_measurements = n;
}
