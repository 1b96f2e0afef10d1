/* Samples: sums, exact statistics over any selection, the timeline, and a run that is
 * stored and opened again, each against a plain copy of the points. */
#include "kit.h"

#include "../../../src/samples/internal.h"
#include "../../../src/stats/summary.h"

#define START INT64_C(1771063200000000000)
#define NS    INT64_C(1000000000)

static void must(bool ok, const struct bk_err *err)
{
    if (!ok)
        fail_msg("%s", err->msg);
}

/* 'same' to the last bit but for sums, whose order of adding may differ. */
static void near(double got, double want)
{
    if (isnan(want) ? !isnan(got) : !(fabs(got - want) <= 1e-13 * fabs(want)))
        fail_msg("got %.17g, want %.17g", got, want);
}

struct run {
    struct bk_samples *s;
    struct plain p;
};

/* Requests that end one after another, with decimals or any doubles as latencies. */
static struct run make_run(size_t n_requests, size_t n_sets, bool decimals,
                           uint64_t seed)
{
    struct run r = {.s = bk_samples_new()};
    size_t requests = add_metric(r.s, "requests", BK_SAMPLE_COUNTER, BK_ROLE_REQUESTS);
    size_t latency =
        add_metric(r.s, "request_latency", BK_SAMPLE_TREND, BK_ROLE_LATENCY);
    size_t failed = add_metric(r.s, "failed", BK_SAMPLE_RATE, BK_ROLE_FAILED);
    size_t load = add_metric(r.s, "vus", BK_SAMPLE_GAUGE, BK_ROLE_LOAD);
    for (size_t i = 1; i < n_sets; i++) {
        char value[32];
        const struct bk_tag tag = {
            BK_S("name"), {value, (size_t)snprintf(value, sizeof value, "u%zu", i)}};
        bk_samples_tag_set(r.s, &tag, 1,
                           i % 3 == 0 ? BK_OUTCOME_FAILED : BK_OUTCOME_OK);
    }
    int64_t time = START;
    for (size_t i = 0; i < n_requests; i++) {
        size_t set = next_random(&seed) % n_sets;
        double ms = exp(unit_random(&seed) * 9 - 2);
        if (decimals)
            ms = round(ms * 1e6) / 1e6;
        time += (int64_t)(next_random(&seed) % (NS / 100));
        add(r.s, &r.p, requests, set, time, 1);
        add(r.s, &r.p, latency, set, time, ms);
        add(r.s, &r.p, failed, set, time, set % 3 == 0);
        if (i % 50 == 0)
            add(r.s, &r.p, load, 0, time, (double)(i / 50));
    }
    struct bk_err err;
    must(bk_samples_finish(r.s, &err), &err);
    return r;
}

static void free_run(struct run *r)
{
    bk_samples_free(r->s);
    plain_free(&r->p);
}

/* --- sums --- */

static void sums(void **state)
{
    (void)state;
    struct run r = make_run(50000, 7, true, 3);
    assert_int_equal(bk_samples_n_points(r.s), r.p.n);
    for (size_t m = 0; m < bk_samples_n_metrics(r.s); m++) {
        struct bk_sample_sum want = {.min = (double)INFINITY, .max = -(double)INFINITY};
        for (size_t i = 0; i < r.p.n; i++) {
            if (r.p.metrics[i] != m)
                continue;
            want.n++;
            want.above_zero += r.p.values[i] > 0;
            want.sum += r.p.values[i];
            want.min = fmin(want.min, r.p.values[i]);
            want.max = fmax(want.max, r.p.values[i]);
            want.last = r.p.values[i];
            want.last_ns = r.p.times[i];
        }
        const struct bk_sample_sum *got = bk_samples_total(r.s, m);
        assert_int_equal(got->n, want.n);
        assert_int_equal(got->above_zero, want.above_zero);
        if (!(fabs(got->sum - want.sum) <= 1e-10 * want.sum))
            fail_msg("got %.17g, want %.17g", got->sum, want.sum);
        near(got->min, want.min);
        near(got->max, want.max);
        near(got->last, want.last);
        assert_int_equal(got->last_ns, want.last_ns);
        uint64_t n = 0;
        for (size_t set = 0; set < bk_samples_n_sets(r.s); set++) {
            got = bk_samples_of_set(r.s, m, set);
            n += got != NULL ? got->n : 0;
        }
        assert_int_equal(n, want.n);
    }
    free_run(&r);
}

/* One more than a million ones after 1e16: each alone would be lost. */
static void sums_are_compensated(void **state)
{
    (void)state;
    struct run r = {.s = bk_samples_new()};
    struct bk_err err;
    size_t m = add_metric(r.s, "x", BK_SAMPLE_COUNTER, BK_ROLE_NONE);
    add(r.s, &r.p, m, 0, START, 1e16);
    for (size_t i = 0; i < 100000; i++)
        add(r.s, &r.p, m, 0, START, 1);
    must(bk_samples_finish(r.s, &err), &err);
    near(bk_samples_total(r.s, m)->sum, 1e16 + 100000);
    assert_true(bk_samples_total(r.s, m)->sum == 1e16 + 100000);
    free_run(&r);
}

/* --- exact statistics --- */

static const double some_q[] = {0, 0.25, 0.5, 0.9, 0.95, 0.99, 0.999, 1};
#define N_Q (sizeof some_q / sizeof *some_q)

static void check_scope(const struct run *r, const struct bk_sample_question *q,
                        const struct bk_sample_scope *scope, double *scratch)
{
    size_t n = 0;
    double sum = 0, squares = 0, sizes = 0;
    for (size_t i = 0; i < r->p.n; i++) {
        if (r->p.metrics[i] != q->metric || r->p.times[i] < q->from_ns ||
            r->p.times[i] >= q->to_ns ||
            (scope->sets != NULL && !scope->sets[r->p.sets[i]]))
            continue;
        scratch[n++] = r->p.values[i];
        sum += r->p.values[i];
        squares += r->p.values[i] * r->p.values[i];
        sizes += fabs(r->p.values[i]);
    }
    bk_sort(scratch, n);
    assert_int_equal(scope->n, n);
    if (!(fabs(scope->sum - sum) <= 1e-10 * sizes) ||
        (isfinite(squares) &&
         !(fabs(scope->sum_of_squares - squares) <= 1e-10 * squares)))
        fail_msg("sum %.17g, want %.17g", scope->sum, sum);
    near(scope->min, n > 0 ? scratch[0] : (double)NAN);
    near(scope->max, n > 0 ? scratch[n - 1] : (double)NAN);
    for (size_t i = 0; i < N_Q; i++) {
        double want = bk_percentile_linear(scratch, n, some_q[i]);
        if (isnan(want) ? !isnan(scope->quantiles[i]) : scope->quantiles[i] != want)
            fail_msg("q %g: got %.17g, want %.17g", some_q[i], scope->quantiles[i],
                     want);
    }
}

static void check_questions(const struct run *r, uint64_t seed, int n_questions)
{
    size_t n_sets = bk_samples_n_sets(r->s);
    double *scratch = bk_realloc(NULL, r->p.n * sizeof *scratch);
    double quantiles[5][N_Q];
    uint8_t *chosen = bk_realloc(NULL, 5 * n_sets);
    for (int k = 0; k < n_questions; k++) {
        struct bk_sample_scope scopes[5] = {0};
        struct bk_sample_question q = {.metric = 1,
                                       .from_ns = INT64_MIN,
                                       .to_ns = INT64_MAX,
                                       .q = some_q,
                                       .n_q = N_Q,
                                       .scopes = scopes,
                                       .n_scopes = 1 + next_random(&seed) % 5};
        struct bk_err err;
        for (size_t i = 0; i < q.n_scopes; i++) {
            scopes[i].quantiles = quantiles[i];
            if (next_random(&seed) % 3 == 0)
                continue;
            scopes[i].sets = chosen + i * n_sets;
            for (size_t j = 0; j < n_sets; j++)
                chosen[i * n_sets + j] = next_random(&seed) % 2;
        }
        if (k % 2 == 1) {
            int64_t length = r->p.times[r->p.n - 1] - START;
            q.from_ns = START + (int64_t)(unit_random(&seed) * (double)length);
            q.to_ns = q.from_ns + (int64_t)(unit_random(&seed) * (double)length);
        }
        must(bk_samples_ask(r->s, &q, &err), &err);
        for (size_t i = 0; i < q.n_scopes; i++)
            check_scope(r, &q, &scopes[i], scratch);
    }
    free(scratch);
    free(chosen);
}

static void statistics(void **state)
{
    (void)state;
    struct run r = make_run(60000, 9, true, 21);
    check_questions(&r, 1, 20);
    free_run(&r);
    r = make_run(40000, 300, false, 22);
    check_questions(&r, 2, 20);
    free_run(&r);
    r = make_run(5, 2, false, 23);
    check_questions(&r, 3, 20);
    free_run(&r);
}

/* More points than are held at once: heaps of one value, and all kinds of others. */
static void statistics_by_ranges(void **state)
{
    (void)state;
    struct run r = {.s = bk_samples_new()};
    struct bk_err err;
    uint64_t seed = 77;
    r.s->hold = 700;
    size_t m = add_metric(r.s, "none", BK_SAMPLE_TREND, BK_ROLE_NONE);
    m = add_metric(r.s, "x", BK_SAMPLE_TREND, BK_ROLE_NONE);
    for (size_t i = 1; i < 6; i++)
        bk_samples_tag_set(r.s, NULL, 0, BK_OUTCOME_OK);
    for (size_t i = 0; i < 40000; i++) {
        double x = next_random(&seed) % 8 < 5 ? 0.1 : exp(unit_random(&seed) * 40 - 20);
        add(r.s, &r.p, m, next_random(&seed) % 6, START + (int64_t)i,
            next_random(&seed) % 16 == 0 ? -x : x);
    }
    must(bk_samples_finish(r.s, &err), &err);
    check_questions(&r, 9, 12);
    free_run(&r);
}

/* Keys of doubles and classes of many sets do not go into 64 bits together. */
static void statistics_of_wide_numbers(void **state)
{
    (void)state;
    struct run r = {.s = bk_samples_new()};
    struct bk_err err;
    uint64_t seed = 5;
    size_t m = add_metric(r.s, "none", BK_SAMPLE_TREND, BK_ROLE_NONE);
    m = add_metric(r.s, "x", BK_SAMPLE_TREND, BK_ROLE_NONE);
    for (size_t i = 1; i < 40; i++)
        bk_samples_tag_set(r.s, NULL, 0, BK_OUTCOME_OK);
    for (size_t i = 0; i < 3000; i++)
        add(r.s, &r.p, m, next_random(&seed) % 40, START,
            (next_random(&seed) % 2 ? 1 : -1) * exp(unit_random(&seed) * 1400 - 700));
    must(bk_samples_finish(r.s, &err), &err);
    check_questions(&r, 4, 20);
    free_run(&r);
}

static void no_points(void **state)
{
    (void)state;
    struct bk_samples *s = bk_samples_new();
    struct bk_err err;
    double quantile;
    struct bk_sample_scope scope = {.quantiles = &quantile, .n = 9};
    struct bk_sample_question q = {
        .q = some_q, .n_q = 1, .scopes = &scope, .n_scopes = 1};
    q.metric = add_metric(s, "x", BK_SAMPLE_TREND, BK_ROLE_LATENCY);
    must(bk_samples_finish(s, &err), &err);
    assert_null(bk_samples_total(s, 0));
    assert_null(bk_samples_of_set(s, 0, 0));
    must(bk_samples_ask(s, &q, &err), &err);
    assert_int_equal(scope.n, 0);
    assert_true(isnan(quantile) && isnan(scope.min));
    assert_int_equal(bk_samples_n_seconds(s), 0);
    assert_int_equal(bk_samples_n_chunks(s), 0);
    bk_samples_free(s);
    bk_samples_free(NULL);
}

/* --- the timeline --- */

static void timeline(void **state)
{
    (void)state;
    struct run r = make_run(5000, 4, true, 8);
    struct bk_err err;
    r.s->hold = 1000;
    size_t n = bk_samples_n_seconds(r.s);
    double *p95 = bk_realloc(NULL, n * sizeof *p95);
    double *scratch = bk_realloc(NULL, r.p.n * sizeof *scratch);
    uint64_t started = 0, completed = 0;
    must(bk_samples_by_second(r.s, 1, 0.95, p95, &err), &err);
    for (size_t k = 0; k < n; k++) {
        struct bk_sample_second s = bk_samples_second(r.s, k);
        uint64_t requests = 0, failed = 0;
        size_t n_ms = 0;
        double sum = 0, load = (double)NAN;
        for (size_t i = 0; i < r.p.n; i++) {
            if ((r.p.times[i] - r.p.times[0]) / NS != s.second)
                continue;
            requests += r.p.metrics[i] == 0;
            failed += r.p.metrics[i] == 2 && r.p.values[i] > 0;
            if (r.p.metrics[i] == 3)
                load = r.p.values[i];
            if (r.p.metrics[i] == 1)
                sum += scratch[n_ms++] = r.p.values[i];
        }
        assert_int_equal(s.completed, requests);
        assert_int_equal(s.failed, failed);
        assert_int_equal(s.n_latencies, n_ms);
        near(s.load, load);
        near(s.latency_sum, sum);
        bk_sort(scratch, n_ms);
        double want = bk_percentile_linear(scratch, n_ms, 0.95);
        assert_true(p95[k] == want);
        struct bk_sketch all = {0};
        for (size_t i = 0; i < BK_N_OUTCOMES; i++) {
            if (s.sketches[i].len > 0)
                must(bk_sketch_unpack(&all, s.sketches[i], &err), &err);
        }
        assert_int_equal(bk_sketch_count(&all), n_ms);
        bk_sketch_free(&all);
        started += s.started;
        completed += s.completed;
    }
    assert_int_equal(completed, 5000);
    assert_int_equal(started, 5000);
    assert_int_equal(bk_samples_off_timeline(r.s), 0);
    free(p95);
    free(scratch);
    free_run(&r);
}

/* Points days away are no part of the timeline; one before the first is. */
static void far_points(void **state)
{
    (void)state;
    struct run r = {.s = bk_samples_new()};
    struct bk_err err;
    size_t m = add_metric(r.s, "vus", BK_SAMPLE_GAUGE, BK_ROLE_LOAD);
    add(r.s, &r.p, m, 0, START, 1);
    add(r.s, &r.p, m, 0, START - 2 * NS, 2);
    add(r.s, &r.p, m, 0, START + 5 * 86400 * NS, 3);
    add(r.s, &r.p, m, 0, 0, 4);
    add(r.s, &r.p, m, 0, INT64_MAX, 4);
    add(r.s, &r.p, m, 0, INT64_MIN, 4);
    must(bk_samples_finish(r.s, &err), &err);
    assert_int_equal(bk_samples_off_timeline(r.s), 4);
    assert_int_equal(bk_samples_n_seconds(r.s), 2);
    assert_int_equal(bk_samples_second(r.s, 0).second, -2);
    near(bk_samples_second(r.s, 1).load, 1);
    free_run(&r);
}

/* So many bins that seconds share sketches: none of the numbers is lost. */
static void long_timeline(void **state)
{
    (void)state;
    struct run r = {.s = bk_samples_new()};
    struct bk_err err;
    uint64_t seed = 31, counted = 0;
    const size_t n = 130000;
    r.s->timeline.max_bins = 40000;
    size_t m = add_metric(r.s, "request_latency", BK_SAMPLE_TREND, BK_ROLE_LATENCY);
    for (size_t i = 0; i < n; i++) {
        struct bk_sample_columns *c = bk_samples_open(r.s);
        c->metrics[c->n] = (uint16_t)m;
        c->sets[c->n] = 0;
        c->times_ns[c->n] = START + (int64_t)(i / 130) * NS;
        c->values[c->n++] = exp(unit_random(&seed) * 30);
        if (c->n == c->room)
            must(bk_samples_flush(r.s, &err), &err);
    }
    must(bk_samples_finish(r.s, &err), &err);
    assert_int_equal(bk_samples_n_seconds(r.s), 1000);
    int64_t width = bk_samples_sketch_seconds(r.s);
    assert_true(width > 4 && (width & (width - 1)) == 0);
    for (size_t i = 0; i < 1000; i++) {
        struct bk_sample_second s = bk_samples_second(r.s, i);
        struct bk_sketch sketch = {0};
        /* the first group may have begun before the first point */
        if (i > 0)
            assert_int_equal(s.sketches[0].len > 0, (s.second + 600) % width == 0);
        if (s.sketches[0].len > 0)
            must(bk_sketch_unpack(&sketch, s.sketches[0], &err), &err);
        counted += bk_sketch_count(&sketch);
        bk_sketch_free(&sketch);
    }
    assert_int_equal(counted, n);
    free_run(&r);
}

/* --- stored and opened --- */

struct stored {
    struct bk_buf dictionary, chunks[64];
    struct bk_chunk_span spans[64];
};

static bool stored_chunk(void *self, size_t chunk, struct bk_buf *packed,
                         struct bk_err *err)
{
    struct stored *st = self;
    (void)err;
    bk_buf_add(packed, bk_buf_str(&st->chunks[chunk]));
    return true;
}

static struct bk_chunk_source store(struct bk_samples *s, struct stored *st)
{
    struct bk_err err;
    struct bk_chunk_source source = {.chunk = stored_chunk,
                                     .self = st,
                                     .spans = st->spans,
                                     .n_chunks = bk_samples_n_chunks(s),
                                     .name = BK_S("a/b")};
    must(bk_samples_dictionary(s, &st->dictionary, &err), &err);
    for (size_t i = 0; i < source.n_chunks; i++) {
        struct bk_str packed;
        struct bk_chunk_span *span = &st->spans[i];
        must(bk_samples_chunk(s, i, &packed, &span->n_points, &span->first_ns,
                              &span->last_ns, &err),
             &err);
        bk_buf_add(&st->chunks[i], packed);
    }
    return source;
}

static void free_stored(struct stored *st)
{
    bk_buf_free(&st->dictionary);
    for (size_t i = 0; i < 64; i++)
        bk_buf_free(&st->chunks[i]);
}

static void opened(void **state)
{
    (void)state;
    struct run r = make_run(60000, 12, true, 4);
    struct stored st = {0};
    struct bk_err err;
    struct bk_chunk_source source = store(r.s, &st);
    struct run o = {.p = r.p};
    assert_true(source.n_chunks > 2);
    must(bk_samples_of(&o.s, bk_buf_str(&st.dictionary), &source, &err), &err);
    assert_int_equal(bk_samples_n_points(o.s), r.p.n);
    assert_int_equal(bk_samples_n_sets(o.s), 12);
    for (size_t m = 0; m < bk_samples_n_metrics(r.s); m++) {
        const struct bk_sample_metric *a = bk_samples_metric_at(r.s, m),
                                      *b = bk_samples_metric_at(o.s, m);
        assert_true(bk_eq(a->metric, b->metric) && bk_eq(a->unit, b->unit) &&
                    a->kind == b->kind && a->role == b->role);
        assert_memory_equal(bk_samples_total(r.s, m), bk_samples_total(o.s, m),
                            sizeof(struct bk_sample_sum));
    }
    const struct bk_tag *tags;
    enum bk_outcome outcome;
    assert_int_equal(bk_samples_set_tags(o.s, 11, &tags, &outcome), 1);
    assert_true(bk_is(tags[0].name, "name") && bk_is(tags[0].value, "u11"));
    assert_int_equal(outcome, BK_OUTCOME_OK);
    must(bk_samples_verify(o.s, &err), &err);
    check_questions(&o, 6, 6);
    size_t at = 0;
    for (size_t i = 0; i < source.n_chunks; i++) {
        const struct bk_sample_columns *c;
        must(bk_samples_points(o.s, i, &c, &err), &err);
        assert_memory_equal(c->values, r.p.values + at, c->n * sizeof *c->values);
        assert_memory_equal(c->times_ns, r.p.times + at, c->n * sizeof *c->times_ns);
        assert_memory_equal(c->sets, r.p.sets + at, c->n * sizeof *c->sets);
        assert_memory_equal(c->metrics, r.p.metrics + at, c->n * sizeof *c->metrics);
        at += c->n;
    }
    assert_int_equal(at, r.p.n);
    bk_samples_free(o.s);
    free_stored(&st);
    free_run(&r);
}

static void damaged(void **state)
{
    (void)state;
    struct run r = make_run(50000, 3, true, 4);
    struct stored st = {0};
    struct bk_err err;
    struct bk_samples *o = NULL;
    struct bk_chunk_source source = store(r.s, &st);
    for (size_t i = 0; i < st.dictionary.len; i += 3) {
        st.dictionary.ptr[i] = (char)(st.dictionary.ptr[i] ^ 4);
        bool ok = bk_samples_of(&o, bk_buf_str(&st.dictionary), &source, &err);
        if (ok)
            fail_msg("byte %zu", i);
        bk_samples_free(o);
        st.dictionary.ptr[i] = (char)(st.dictionary.ptr[i] ^ 4);
    }
    must(bk_samples_of(&o, bk_buf_str(&st.dictionary), &source, &err), &err);
    st.chunks[1].ptr[st.chunks[1].len - 9] ^= 1;
    const struct bk_sample_columns *c;
    must(bk_samples_points(o, 0, &c, &err), &err);
    assert_false(bk_samples_verify(o, &err));
    assert_false(bk_samples_points(o, 1, &c, &err));
    assert_string_equal(err.msg,
                        "points of run 'a/b': chunk 1: a column of a chunk is damaged");
    assert_int_equal(err.code, BK_EDB);
    bk_samples_free(o);
    free_stored(&st);
    free_run(&r);
}

/* The same points give the same bytes, whatever the timing. */
static void deterministic(void **state)
{
    (void)state;
    struct run a = make_run(70000, 5, true, 99), b = make_run(70000, 5, true, 99);
    struct stored x = {0}, y = {0};
    struct bk_chunk_source source = store(a.s, &x);
    store(b.s, &y);
    assert_true(bk_eq(bk_buf_str(&x.dictionary), bk_buf_str(&y.dictionary)));
    for (size_t i = 0; i < source.n_chunks; i++)
        assert_true(bk_eq(bk_buf_str(&x.chunks[i]), bk_buf_str(&y.chunks[i])));
    free_stored(&x);
    free_stored(&y);
    free_run(&a);
    free_run(&b);
}

static void limits(void **state)
{
    (void)state;
    struct bk_samples *s = bk_samples_new();
    for (size_t i = 0; i < BK_MAX_METRICS; i++)
        assert_int_equal(add_metric(s, "x", BK_SAMPLE_TREND, BK_ROLE_NONE), i);
    assert_int_equal(add_metric(s, "x", BK_SAMPLE_TREND, BK_ROLE_NONE), BK_NONE);
    for (size_t i = 1; i < BK_MAX_TAG_SETS; i++)
        assert_int_equal(bk_samples_tag_set(s, NULL, 0, BK_OUTCOME_OK), i);
    assert_int_equal(bk_samples_tag_set(s, NULL, 0, BK_OUTCOME_OK), BK_NONE);
    bk_samples_free(s);
}

/* Every metric with every set: an error, not memory without end. */
static void too_many_sums(void **state)
{
    (void)state;
    struct bk_samples *s = bk_samples_new();
    struct bk_err err;
    bool ok = true;
    for (size_t i = 0; i < 200; i++)
        add_metric(s, "x", BK_SAMPLE_COUNTER, BK_ROLE_NONE);
    for (size_t i = 1; i < 1000; i++)
        bk_samples_tag_set(s, NULL, 0, BK_OUTCOME_OK);
    for (size_t i = 0; ok && i < 200 * 1000; i++) {
        struct bk_sample_columns *c = bk_samples_open(s);
        c->metrics[c->n] = (uint16_t)(i / 1000);
        c->sets[c->n] = (uint16_t)(i % 1000);
        c->times_ns[c->n] = START;
        c->values[c->n++] = 1;
        if (c->n == c->room)
            ok = bk_samples_flush(s, &err);
    }
    assert_false(ok && bk_samples_finish(s, &err));
    assert_int_equal(err.code, BK_EINPUT);
    assert_string_equal(err.msg, "more than 131072 combinations of metrics and tags");
    bk_samples_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums),
        cmocka_unit_test(sums_are_compensated),
        cmocka_unit_test(statistics),
        cmocka_unit_test(statistics_by_ranges),
        cmocka_unit_test(statistics_of_wide_numbers),
        cmocka_unit_test(no_points),
        cmocka_unit_test(timeline),
        cmocka_unit_test(far_points),
        cmocka_unit_test(long_timeline),
        cmocka_unit_test(opened),
        cmocka_unit_test(damaged),
        cmocka_unit_test(deterministic),
        cmocka_unit_test(limits),
        cmocka_unit_test(too_many_sums),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
