/* What happened in each second, added up while points come in.
 *
 * Latencies go into a sketch for each second and outcome.  The bins of all sketches are
 * bounded: when there are too many, the sketches of two neighbours become one, and from
 * then on a sketch is of twice as many seconds as before. */
#include "../base/time.h"
#include "internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define BEFORE   ((int64_t)600) /* seconds before the first point */
#define MAX_BINS ((size_t)1 << 20)

void bk_timeline_init(struct bk_timeline *t)
{
    *t = (struct bk_timeline){.first_ns = BK_NO_TIME, .width = 1, .max_bins = MAX_BINS};
    t->seconds = bk_realloc(NULL, BK_CHUNK_POINTS * sizeof *t->seconds);
}

static void free_live(struct bk_timeline *t)
{
    for (size_t i = 0; i < sizeof t->pages / sizeof *t->pages; i++) {
        for (size_t j = 0; t->pages[i] != NULL && j < BK_SECOND_PAGE; j++) {
            struct bk_sketch *sketches = t->pages[i][j].sketches;
            for (size_t k = 0; sketches != NULL && k < BK_N_OUTCOMES; k++)
                bk_sketch_free(&sketches[k]);
            free(sketches);
            t->pages[i][j].sketches = NULL;
        }
    }
    free(t->seconds);
    t->seconds = NULL;
}

void bk_timeline_free(struct bk_timeline *t)
{
    free_live(t);
    for (size_t i = 0; i < sizeof t->pages / sizeof *t->pages; i++)
        free(t->pages[i]);
    free(t->used);
    free(t->packed_at);
    bk_buf_free(&t->packed);
    *t = (struct bk_timeline){0};
}

static struct bk_live_second *live(const struct bk_timeline *t, size_t second)
{
    return &t->pages[second / BK_SECOND_PAGE][second % BK_SECOND_PAGE];
}

static struct bk_live_second *make_live(struct bk_timeline *t, size_t second)
{
    struct bk_live_second **page = &t->pages[second / BK_SECOND_PAGE];
    if (*page == NULL) {
        *page = bk_realloc(NULL, BK_SECOND_PAGE * sizeof **page);
        for (size_t i = 0; i < BK_SECOND_PAGE; i++)
            (*page)[i] = (struct bk_live_second){.load = (double)NAN};
    }
    return live(t, second);
}

/* The first of them is BEFORE seconds before the first point. */
static uint32_t second_of(const struct bk_timeline *t, int64_t time_ns)
{
    const int64_t reach = (int64_t)BK_SECONDS * BK_NS_PER_S;
    if (t->first_ns < INT64_MIN / 2) /* BK_NO_TIME too */
        return BK_NO_SECOND;
    int64_t origin = t->first_ns - BEFORE * BK_NS_PER_S;
    if (time_ns < origin || (uint64_t)time_ns - (uint64_t)origin >= (uint64_t)reach)
        return BK_NO_SECOND;
    return (uint32_t)((time_ns - origin) / BK_NS_PER_S);
}

void bk_timeline_place(struct bk_timeline *t, const struct bk_sample_columns *points)
{
    int64_t before = 0;
    uint32_t second = BK_NO_SECOND;
    if (t->first_ns == BK_NO_TIME)
        t->first_ns = points->times_ns[0];
    for (size_t i = 0; i < points->n; i++) {
        if (i == 0 || points->times_ns[i] != before) {
            before = points->times_ns[i];
            second = second_of(t, before);
            if (second != BK_NO_SECOND)
                make_live(t, second)->used = true;
        }
        t->off += second == BK_NO_SECOND;
        t->seconds[i] = second;
    }
}

static void add_latency(struct bk_timeline *t, struct bk_live_second *s, size_t second,
                        double value, enum bk_outcome outcome)
{
    s->latencies++;
    s->latency_sum += value;
    s->failed_latencies += outcome == BK_OUTCOME_FAILED;
    s = make_live(t, second - second % t->width);
    if (s->sketches == NULL) {
        s->sketches = bk_realloc(NULL, BK_N_OUTCOMES * sizeof *s->sketches);
        memset(s->sketches, 0, BK_N_OUTCOMES * sizeof *s->sketches);
    }
    struct bk_sketch *sketch = &s->sketches[outcome];
    t->n_bins -= sketch->n;
    bk_sketch_add(sketch, value);
    t->n_bins += sketch->n;
}

static void add_start(struct bk_timeline *t, int64_t end_ns, double latency_ns)
{
    if (!(fabs(latency_ns) < (double)BK_SECONDS * (double)BK_NS_PER_S))
        return;
    uint32_t second = second_of(t, end_ns - (int64_t)latency_ns);
    if (second != BK_NO_SECOND)
        make_live(t, second)->started++;
}

void bk_timeline_add(struct bk_timeline *t, const struct bk_sample_job *job,
                     const struct bk_chunk_groups *groups, size_t group)
{
    const struct bk_chunk_group *g = &groups->groups[group];
    const struct bk_job_metric *m = &job->metrics[g->metric];
    if (m->role == BK_ROLE_NONE || m->role == BK_ROLE_ITERATION_TIME)
        return;
    t->has_requests |= m->role == BK_ROLE_REQUESTS;
    t->has_rate |= m->role == BK_ROLE_FAILED;
    for (uint32_t i = g->first; i < g->first + g->n; i++) {
        uint16_t place = groups->places[i];
        uint32_t second = t->seconds[place];
        double value = groups->values[i];
        if (second == BK_NO_SECOND)
            continue;
        struct bk_live_second *s = live(t, second);
        switch (m->role) {
        case BK_ROLE_REQUESTS:
            s->requests += value;
            break;
        case BK_ROLE_FAILED:
            s->failed += value > 0;
            break;
        case BK_ROLE_ITERATIONS:
            s->iterations += value;
            break;
        case BK_ROLE_LOAD:
            s->load = value;
            break;
        case BK_ROLE_LATENCY:
            add_latency(t, s, second, value,
                        (enum bk_outcome)job->outcomes[job->points.sets[place]]);
            add_start(t, job->points.times_ns[place],
                      value * m->scale * (double)BK_NS_PER_S);
            break;
        case BK_ROLE_ITERATION_TIME:
        case BK_ROLE_NONE:
            break;
        }
    }
}

/* --- bounds --- */

static void join(struct bk_timeline *t, struct bk_live_second *to,
                 struct bk_live_second *from)
{
    if (to->sketches == NULL) {
        to->sketches = from->sketches;
        from->sketches = NULL;
        return;
    }
    for (size_t i = 0; i < BK_N_OUTCOMES; i++) {
        t->n_bins -= to->sketches[i].n + from->sketches[i].n;
        bk_sketch_merge(&to->sketches[i], &from->sketches[i]);
        t->n_bins += to->sketches[i].n;
        bk_sketch_free(&from->sketches[i]);
    }
    free(from->sketches);
    from->sketches = NULL;
}

void bk_timeline_trim(struct bk_timeline *t)
{
    while (t->n_bins > t->max_bins && t->width < BK_SECONDS) {
        for (size_t i = t->width; i < BK_SECONDS; i += 2 * (size_t)t->width) {
            if (t->pages[i / BK_SECOND_PAGE] != NULL && live(t, i)->sketches != NULL)
                join(t, make_live(t, i - t->width), live(t, i));
        }
        t->width *= 2;
    }
}

/* --- the end --- */

/* Requests that began in seconds without points count in the next that has some. */
static void move_starts(struct bk_timeline *t)
{
    uint32_t carried = 0;
    struct bk_live_second *last = NULL;
    for (size_t i = 0; i < BK_SECONDS; i++) {
        if (t->pages[i / BK_SECOND_PAGE] == NULL) {
            i += BK_SECOND_PAGE - 1;
            continue;
        }
        struct bk_live_second *s = live(t, i);
        if (!s->used) {
            carried += s->started;
            continue;
        }
        t->n_used++;
        s->started += carried;
        carried = 0;
        last = s;
    }
    if (last != NULL)
        last->started += carried;
}

/* The sketches of a group of seconds stand at the first of them that has points. */
static struct bk_sketch *sketches_at(struct bk_timeline *t, uint32_t second)
{
    struct bk_live_second *s = live(t, second - second % t->width);
    struct bk_sketch *sketches = s->sketches;
    s->sketches = NULL;
    return sketches;
}

static void pack_second(struct bk_timeline *t, struct bk_sketch *sketches)
{
    uint32_t *at = &t->packed_at[t->n_used * BK_N_OUTCOMES];
    for (size_t i = 0; i < BK_N_OUTCOMES; i++) {
        at[i] = (uint32_t)t->packed.len;
        if (sketches != NULL && sketches[i].n > 0)
            bk_sketch_pack(&sketches[i], &t->packed);
        if (sketches != NULL)
            bk_sketch_free(&sketches[i]);
    }
    at[BK_N_OUTCOMES] = (uint32_t)t->packed.len;
    free(sketches);
}

void bk_timeline_finish(struct bk_timeline *t)
{
    move_starts(t);
    t->used = bk_realloc(NULL, (t->n_used + 1) * sizeof *t->used);
    t->packed_at =
        bk_realloc(NULL, (t->n_used * BK_N_OUTCOMES + 1) * sizeof *t->packed_at);
    t->n_used = 0;
    for (size_t i = 0; i < BK_SECONDS; i++) {
        if (t->pages[i / BK_SECOND_PAGE] == NULL) {
            i += BK_SECOND_PAGE - 1;
            continue;
        }
        if (!live(t, i)->used)
            continue;
        pack_second(t, t->pages[(i - i % t->width) / BK_SECOND_PAGE] == NULL
                           ? NULL
                           : sketches_at(t, (uint32_t)i));
        t->used[t->n_used++] = (uint32_t)i;
    }
    free_live(t);
}

size_t bk_timeline_index(const struct bk_timeline *t, int64_t time_ns)
{
    uint32_t second = second_of(t, time_ns);
    size_t low = 0, high = t->n_used;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (t->used[middle] < second)
            low = middle + 1;
        else
            high = middle;
    }
    return low < t->n_used && t->used[low] == second ? low : BK_NONE;
}

int64_t bk_samples_begin_ns(const struct bk_samples *s)
{
    return s->timeline.first_ns;
}

size_t bk_samples_n_seconds(const struct bk_samples *s)
{
    return s->timeline.n_used;
}

int64_t bk_samples_sketch_seconds(const struct bk_samples *s)
{
    return s->timeline.width;
}

uint64_t bk_samples_off_timeline(const struct bk_samples *s)
{
    return s->timeline.off;
}

/* A counter's sum; what a file says is not always a count. */
static uint64_t as_count(double x)
{
    return x >= 0 && x < (double)INT64_MAX ? (uint64_t)llround(x) : 0;
}

struct bk_sample_second bk_samples_second(const struct bk_samples *s, size_t i)
{
    const struct bk_timeline *t = &s->timeline;
    const struct bk_live_second *l = live(t, t->used[i]);
    struct bk_sample_second out = {
        .second = (int64_t)t->used[i] - BEFORE,
        .load = l->load,
        .started = l->started,
        .completed = t->has_requests ? as_count(l->requests) : l->latencies,
        .failed = t->has_rate ? l->failed : l->failed_latencies,
        .iterations = as_count(l->iterations),
        .n_latencies = l->latencies,
        .latency_sum = l->latency_sum,
    };
    for (size_t k = 0; k < BK_N_OUTCOMES; k++) {
        uint32_t at = t->packed_at[i * BK_N_OUTCOMES + k];
        out.sketches[k] = bk_upto(bk_from(bk_buf_str(&t->packed), at),
                                  t->packed_at[i * BK_N_OUTCOMES + k + 1] - at);
    }
    return out;
}
