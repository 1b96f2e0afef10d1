/* Filling: metrics, sets of tags, and chunks that a second thread adds up and packs. */
#include "samples.h"

#include "../base/time.h"
#include "internal.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define IN_MEMORY ((size_t)8 << 20) /* packed chunks */
#define HOLD      ((size_t)1 << 20)

/* --- made and freed --- */

static void make_columns(struct bk_sample_columns *c)
{
    *c = (struct bk_sample_columns){.room = BK_CHUNK_POINTS};
    c->metrics = bk_realloc(NULL, BK_CHUNK_POINTS * sizeof *c->metrics);
    c->sets = bk_realloc(NULL, BK_CHUNK_POINTS * sizeof *c->sets);
    c->times_ns = bk_realloc(NULL, BK_CHUNK_POINTS * sizeof *c->times_ns);
    c->values = bk_realloc(NULL, BK_CHUNK_POINTS * sizeof *c->values);
}

static void free_columns(struct bk_sample_columns *c)
{
    free(c->metrics);
    free(c->sets);
    free(c->times_ns);
    free(c->values);
    *c = (struct bk_sample_columns){0};
}

struct bk_samples *bk_samples_empty(void)
{
    struct bk_samples *s = bk_realloc(NULL, sizeof *s);
    *s = (struct bk_samples){
        .arena = bk_arena_new(), .hold = HOLD, .timeline = {.first_ns = BK_NO_TIME}};
    return s;
}

struct bk_samples *bk_samples_new(void)
{
    struct bk_samples *s = bk_samples_empty();
    bk_samples_add_set(s, NULL, 0, BK_OUTCOME_UNKNOWN);
    bk_timeline_init(&s->timeline);
    s->spill = bk_spill_new(IN_MEMORY);
    s->sketches = bk_realloc(NULL, BK_SKETCHED_METRICS * sizeof *s->sketches);
    memset(s->sketches, 0, BK_SKETCHED_METRICS * sizeof *s->sketches);
    for (size_t i = 0; i < 2; i++) {
        struct bk_sample_job *job = &s->jobs[i];
        job->s = s;
        make_columns(&job->points);
        job->metrics = bk_realloc(NULL, BK_MAX_METRICS * sizeof *job->metrics);
        job->outcomes = bk_realloc(NULL, BK_MAX_TAG_SETS * sizeof *job->outcomes);
    }
    s->open = s->jobs[0].points;
    /* one job may be at work while the other's columns are filled */
    s->worker = bk_worker_new(1);
    return s;
}

/* What only filling needs. */
static void stop_filling(struct bk_samples *s)
{
    bk_worker_free(s->worker);
    s->worker = NULL;
    for (size_t i = 0; i < 2; i++) {
        free_columns(&s->jobs[i].points);
        free(s->jobs[i].metrics);
        free(s->jobs[i].outcomes);
        s->jobs[i] = (struct bk_sample_job){0};
    }
    s->open = (struct bk_sample_columns){0};
    bk_buf_free(&s->packed);
    bk_chunk_work_free(s->work);
    s->work = NULL;
}

struct bk_chunk_work *bk_samples_work(struct bk_samples *s)
{
    if (s->work == NULL)
        s->work = bk_chunk_work_new();
    return s->work;
}

void bk_samples_free(struct bk_samples *s)
{
    if (s == NULL)
        return;
    stop_filling(s);
    for (size_t i = 0; s->sketches != NULL && i < BK_SKETCHED_METRICS; i++) {
        for (size_t k = 0; k < BK_N_OUTCOMES; k++)
            bk_sketch_free(&s->sketches[i][k]);
    }
    free(s->sketches);
    free(s->totals);
    for (size_t i = 0; i < BK_N_OUTCOMES; i++)
        free(s->by_outcome[i]);
    free(s->chunks);
    free_columns(&s->points);
    bk_buf_free(&s->read);
    bk_sums_free(&s->sums);
    bk_timeline_free(&s->timeline);
    bk_spill_free(s->spill);
    bk_arena_free(s->arena);
    free(s);
}

/* --- metrics and sets --- */

static struct bk_sample_metric copied(struct bk_samples *s,
                                      const struct bk_sample_metric *m)
{
    struct bk_sample_metric copy = *m;
    copy.metric = bk_dup(s->arena, m->metric);
    copy.source_name = bk_dup(s->arena, m->source_name);
    copy.source_unit = bk_dup(s->arena, m->source_unit);
    copy.unit = bk_dup(s->arena, m->unit);
    return copy;
}

size_t bk_samples_metric(struct bk_samples *s, const struct bk_sample_metric *m)
{
    if (s->n_metrics == BK_MAX_METRICS)
        return BK_NONE;
    *BK_PUSH(s->arena, s->metrics, s->n_metrics) = copied(s, m);
    return s->n_metrics - 1;
}

void bk_samples_set_metric(struct bk_samples *s, size_t metric,
                           const struct bk_sample_metric *m)
{
    assert(metric < s->n_metrics);
    s->metrics[metric] = copied(s, m);
}

static struct bk_str kept_text(struct bk_samples *s, struct bk_str text)
{
    struct bk_str *known = bk_map_get(&s->texts, text);
    if (known == NULL) {
        known = bk_alloc(s->arena, sizeof *known);
        *known = bk_dup(s->arena, text);
        bk_map_put(s->arena, &s->texts, *known, known);
    }
    return *known;
}

size_t bk_samples_add_set(struct bk_samples *s, const struct bk_tag *tags,
                          size_t n_tags, enum bk_outcome outcome)
{
    if (s->n_sets == BK_MAX_TAG_SETS)
        return BK_NONE;
    struct bk_tag *copy = bk_alloc_array(s->arena, n_tags, sizeof *copy);
    for (size_t i = 0; i < n_tags; i++)
        copy[i] =
            (struct bk_tag){kept_text(s, tags[i].name), kept_text(s, tags[i].value)};
    *BK_PUSH(s->arena, s->sets, s->n_sets) = (struct bk_tag_set){copy, n_tags, outcome};
    return s->n_sets - 1;
}

size_t bk_samples_tag_set(struct bk_samples *s, const struct bk_tag *tags,
                          size_t n_tags, enum bk_outcome outcome)
{
    return bk_samples_add_set(s, tags, n_tags, outcome);
}

/* --- the worker --- */

static void add_to_sketches(struct bk_samples *s, const struct bk_sample_job *job,
                            const struct bk_chunk_groups *groups, size_t group)
{
    const struct bk_chunk_group *g = &groups->groups[group];
    if (g->metric >= BK_SKETCHED_METRICS ||
        job->metrics[g->metric].kind != BK_SAMPLE_TREND)
        return;
    double before = (double)NAN; /* values repeat: a connection is made once */
    uint32_t bin = 0;
    for (uint32_t i = g->first; i < g->first + g->n; i++) {
        uint8_t outcome = job->outcomes[job->points.sets[groups->places[i]]];
        double value = groups->values[i];
        if (value != before)
            bin = bk_sketch_bin(value);
        before = value;
        bk_sketch_add_bin(&s->sketches[g->metric][outcome], bin, 1);
    }
}

static bool store_chunk(struct bk_samples *s, struct bk_err *err)
{
    struct bk_chunk c;
    if ((s->n_chunks & (s->n_chunks - 1)) == 0) /* full: 0, 1, 2, 4 ... chunks */
        s->chunks = bk_realloc(s->chunks, (s->n_chunks > 0 ? 2 * s->n_chunks : 1) *
                                              sizeof *s->chunks);
    struct bk_stored_chunk *to = &s->chunks[s->n_chunks];
    if (!bk_chunk_open(&c, bk_buf_str(&s->packed), err) ||
        !bk_spill_add(s->spill, c.bytes, &to->at, err))
        return false;
    to->size = c.bytes.len;
    to->span = (struct bk_chunk_span){c.n_points, c.first_ns, c.last_ns};
    for (size_t i = 0; i < c.n_metrics; i++) {
        struct bk_chunk_metric m = bk_chunk_metric(&c, i);
        int8_t *decimals = &s->decimals[m.metric];
        if (m.decimals < 0 || *decimals < 0)
            *decimals = -1;
        else if (m.decimals > *decimals)
            *decimals = (int8_t)m.decimals;
    }
    s->n_chunks++;
    s->n_points += c.n_points;
    return true;
}

static bool work_on(void *arg, struct bk_err *err)
{
    const struct bk_sample_job *job = arg;
    struct bk_samples *s = job->s;
    const struct bk_chunk_groups *groups =
        bk_chunk_group(bk_samples_work(s), &job->points);
    bk_timeline_place(&s->timeline, &job->points);
    for (size_t i = 0; i < groups->n; i++) {
        bk_timeline_add(&s->timeline, job, groups, i);
        add_to_sketches(s, job, groups, i);
        if (!bk_sums_add(&s->sums, groups, i, &job->points, s->n_points, err))
            return false;
    }
    bk_timeline_trim(&s->timeline);
    bk_buf_clear(&s->packed);
    return bk_chunk_pack(bk_samples_work(s), &job->points, &s->packed, err) &&
           store_chunk(s, err);
}

/* --- filling --- */

struct bk_sample_columns *bk_samples_open(struct bk_samples *s)
{
    return &s->open;
}

bool bk_samples_flush(struct bk_samples *s, struct bk_err *err)
{
    struct bk_sample_job *job = &s->jobs[s->filling];
    assert(!s->finished && s->open.n <= s->open.room);
    if (s->open.n == 0)
        return true;
    job->points = s->open;
    for (size_t i = 0; i < s->n_metrics; i++)
        job->metrics[i] = (struct bk_job_metric){s->metrics[i].kind, s->metrics[i].role,
                                                 s->metrics[i].scale};
    for (size_t i = 0; i < s->n_sets; i++)
        job->outcomes[i] = (uint8_t)s->sets[i].outcome;
    /* when it returns, the other job is done and its columns are free */
    if (!bk_worker_put(s->worker, work_on, job, err))
        return false;
    s->filling = 1 - s->filling;
    s->open = s->jobs[s->filling].points;
    s->open.n = 0;
    return true;
}

void bk_samples_add_up(struct bk_samples *s)
{
    size_t n = s->n_metrics, size = (n + 1) * sizeof *s->totals;
    uint8_t *taken = bk_realloc(NULL, s->n_sets);
    s->totals = bk_realloc(NULL, size);
    bk_sums_totals(&s->sums, NULL, n, s->totals);
    for (size_t k = 0; k < BK_N_OUTCOMES; k++) {
        for (size_t i = 0; i < s->n_sets; i++)
            taken[i] = s->sets[i].outcome == (enum bk_outcome)k;
        s->by_outcome[k] = bk_realloc(NULL, size);
        bk_sums_totals(&s->sums, taken, n, s->by_outcome[k]);
    }
    free(taken);
}

bool bk_samples_finish(struct bk_samples *s, struct bk_err *err)
{
    if (s->finished)
        return true;
    if (!bk_samples_flush(s, err) || !bk_worker_wait(s->worker, err))
        return false;
    stop_filling(s);
    bk_sums_settle(&s->sums);
    bk_samples_add_up(s);
    bk_timeline_finish(&s->timeline);
    s->finished = true;
    return true;
}

/* --- what was added up --- */

size_t bk_samples_n_metrics(const struct bk_samples *s)
{
    return s->n_metrics;
}

size_t bk_samples_n_sets(const struct bk_samples *s)
{
    return s->n_sets;
}

uint64_t bk_samples_n_points(const struct bk_samples *s)
{
    return s->n_points;
}

const struct bk_sample_metric *bk_samples_metric_at(const struct bk_samples *s,
                                                    size_t metric)
{
    return &s->metrics[metric];
}

double bk_samples_base(const struct bk_sample_metric *m, double kept)
{
    /* a thousandth is no double, but dividing by a thousand rounds only once */
    double parts = rint(1 / m->scale);
    bool whole = m->scale < 1 && parts * m->scale == 1;
    return whole ? kept / parts : kept * m->scale;
}

size_t bk_samples_set_tags(const struct bk_samples *s, size_t set,
                           const struct bk_tag **tags, enum bk_outcome *outcome)
{
    *tags = s->sets[set].tags;
    *outcome = s->sets[set].outcome;
    return s->sets[set].n_tags;
}

const struct bk_sample_sum *bk_samples_total(const struct bk_samples *s, size_t metric)
{
    return s->totals[metric].n > 0 ? &s->totals[metric] : NULL;
}

const struct bk_sample_sum *bk_samples_of_outcome(const struct bk_samples *s,
                                                  size_t metric,
                                                  enum bk_outcome outcome)
{
    return s->by_outcome[outcome][metric].n > 0 ? &s->by_outcome[outcome][metric]
                                                : NULL;
}

const struct bk_sample_sum *bk_samples_of_set(const struct bk_samples *s, size_t metric,
                                              size_t set)
{
    const struct bk_pair_sum *p = bk_sums_find(&s->sums, metric, set);
    return p != NULL ? &p->sum : NULL;
}

const struct bk_sketch *bk_samples_sketch(const struct bk_samples *s, size_t metric,
                                          enum bk_outcome outcome)
{
    if (metric >= BK_SKETCHED_METRICS || s->sketches == NULL ||
        s->sketches[metric][outcome].n == 0)
        return NULL;
    return &s->sketches[metric][outcome];
}

/* --- chunks --- */

size_t bk_samples_n_chunks(const struct bk_samples *s)
{
    return s->source != NULL ? s->source->n_chunks : s->n_chunks;
}

uint64_t bk_samples_packed_size(const struct bk_samples *s)
{
    uint64_t size = 0;
    for (size_t i = 0; i < s->n_chunks; i++)
        size += s->chunks[i].size;
    return size;
}

struct bk_chunk_span bk_samples_span(const struct bk_samples *s, size_t chunk)
{
    return s->source != NULL ? s->source->spans[chunk] : s->chunks[chunk].span;
}

bool bk_samples_bad_chunk(const struct bk_samples *s, size_t chunk, struct bk_err *err)
{
    bk_wrap(err, "chunk %zu", chunk);
    return s->source == NULL || s->source->name.len == 0
               ? false
               : bk_wrap(err, "points of run '%.*s'", BK_F(s->source->name));
}

void bk_samples_heed(struct bk_samples *s, struct bk_interrupt interrupt)
{
    s->interrupt = interrupt;
}

static bool packed_chunk(struct bk_samples *s, size_t chunk, struct bk_err *err)
{
    bk_buf_clear(&s->read);
    return s->source != NULL ? s->source->chunk(s->source->self, chunk, &s->read, err)
                             : bk_spill_get(s->spill, s->chunks[chunk].at,
                                            s->chunks[chunk].size, &s->read, err);
}

bool bk_samples_chunk(struct bk_samples *s, size_t chunk, struct bk_str *packed,
                      size_t *n_points, int64_t *first_ns, int64_t *last_ns,
                      struct bk_err *err)
{
    struct bk_chunk_span span = bk_samples_span(s, chunk);
    if (bk_interrupted(s->interrupt, err) || !packed_chunk(s, chunk, err))
        return false;
    *packed = bk_buf_str(&s->read);
    *n_points = span.n_points;
    *first_ns = span.first_ns;
    *last_ns = span.last_ns;
    return true;
}

static bool fits(const struct bk_samples *s, size_t chunk, const struct bk_chunk *c,
                 struct bk_err *err)
{
    struct bk_chunk_span span = bk_samples_span(s, chunk);
    if (c->n_points != span.n_points || c->first_ns != span.first_ns ||
        c->last_ns != span.last_ns)
        return bk_fail(err, BK_EDB, "it is not the one that stood here");
    for (size_t i = 0; i < c->n_metrics; i++) {
        if (bk_chunk_metric(c, i).metric >= s->n_metrics)
            return bk_fail(err, BK_EDB, "a metric that the run has not");
    }
    return true;
}

bool bk_samples_read_chunk(struct bk_samples *s, size_t chunk, struct bk_chunk *c,
                           struct bk_err *err)
{
    if (bk_interrupted(s->interrupt, err))
        return false;
    return (packed_chunk(s, chunk, err) &&
            bk_chunk_open(c, bk_buf_str(&s->read), err) && fits(s, chunk, c, err)) ||
           bk_samples_bad_chunk(s, chunk, err);
}

static bool known_sets(const struct bk_samples *s, struct bk_err *err)
{
    for (size_t i = 0; i < s->points.n; i++) {
        if (s->points.sets[i] >= s->n_sets)
            return bk_fail(err, BK_EDB, "tags that the run has not");
    }
    return true;
}

bool bk_samples_points(struct bk_samples *s, size_t chunk,
                       const struct bk_sample_columns **points, struct bk_err *err)
{
    struct bk_chunk c;
    if (s->points.room == 0)
        make_columns(&s->points);
    *points = &s->points;
    return bk_samples_read_chunk(s, chunk, &c, err) &&
           ((bk_chunk_read(bk_samples_work(s), &c, &s->points, err) &&
             known_sets(s, err)) ||
            bk_samples_bad_chunk(s, chunk, err));
}

/* --- verifying --- */

static bool same_sums(const struct bk_pair_sum *a, const struct bk_pair_sum *b)
{
    return a->last_at == b->last_at && a->sum.n == b->sum.n &&
           a->sum.above_zero == b->sum.above_zero && a->sum.sum == b->sum.sum &&
           a->sum.sum_of_squares == b->sum.sum_of_squares && a->sum.min == b->sum.min &&
           a->sum.max == b->sum.max && a->sum.last == b->sum.last &&
           a->sum.first_ns == b->sum.first_ns && a->sum.last_ns == b->sum.last_ns;
}

static bool add_again(struct bk_samples *s, struct bk_sums *sums, struct bk_err *err)
{
    uint64_t before = 0;
    for (size_t i = 0; i < bk_samples_n_chunks(s); i++) {
        const struct bk_sample_columns *points;
        if (!bk_samples_points(s, i, &points, err))
            return false;
        const struct bk_chunk_groups *groups =
            bk_chunk_group(bk_samples_work(s), points);
        for (size_t k = 0; k < groups->n; k++) {
            if (!bk_sums_add(sums, groups, k, points, before, err))
                return false;
        }
        before += points->n;
    }
    bk_sums_settle(sums);
    return true;
}

bool bk_samples_verify(struct bk_samples *s, struct bk_err *err)
{
    struct bk_sums sums = {0};
    bool ok = add_again(s, &sums, err), same = ok && sums.n == s->sums.n;
    for (size_t i = 0; same && i < sums.n; i++) {
        const struct bk_pair_sum *now = bk_sums_at(&sums, i);
        const struct bk_pair_sum *then = bk_sums_find(&s->sums, now->metric, now->set);
        same = then != NULL && same_sums(now, then);
    }
    bk_sums_free(&sums);
    return !ok || same ? ok
                       : bk_fail(err, BK_EDB,
                                 "points of run '%.*s': their sums are not those of "
                                 "the dictionary",
                                 BK_F(s->source != NULL ? s->source->name : BK_S("")));
}
