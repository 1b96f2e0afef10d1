/* The points of a run: dictionary, chunks, sums by outcome, and its seconds. */
#include "../samples/samples.h"
#include "../stats/sketch.h"
#include "internal.h"
#include "samples_read.h"

#include <math.h>

static const struct {
    const char *name, *sketch;
} outcomes[BK_N_OUTCOMES] = {
    [BK_OUTCOME_UNKNOWN] = {"unknown", ":latency_unknown"},
    [BK_OUTCOME_OK] = {"ok", ":latency_ok"},
    [BK_OUTCOME_FAILED] = {"failed", ":latency_failed"},
};

/* --- writing --- */

static bool write_dictionary(struct bk_archive *ar, int64_t run, struct bk_samples *s,
                             struct bk_err *err)
{
    struct bk_buf packed = {0};
    bool ok = bk_samples_dictionary(s, &packed, err);
    if (ok) {
        struct bk_stmt *st = bk_stmt(ar->db, BK_SQL_RUN_SAMPLES_INSERT);
        bk_bind_int(st, ":run", run);
        bk_bind_int(st, ":points", (int64_t)bk_samples_n_points(s));
        bk_bind_int(st, ":begin", bk_samples_begin_ns(s));
        bk_bind_int(st, ":sketch_seconds", bk_samples_sketch_seconds(s));
        bk_bind_blob(st, ":dictionary", bk_buf_str(&packed));
        ok = bk_run_stmt(st, err);
    }
    bk_buf_free(&packed);
    return ok;
}

static bool write_chunks(struct bk_archive *ar, int64_t run, struct bk_samples *s,
                         struct bk_err *err)
{
    for (size_t i = 0; i < bk_samples_n_chunks(s); i++) {
        struct bk_str packed;
        size_t points;
        int64_t first, last;
        if (!bk_samples_chunk(s, i, &packed, &points, &first, &last, err)) {
            return false;
        }
        struct bk_stmt *st = bk_stmt(ar->db, BK_SQL_SAMPLE_CHUNK_INSERT);
        bk_bind_int(st, ":run", run);
        bk_bind_int(st, ":seq", (int64_t)i);
        bk_bind_int(st, ":points", (int64_t)points);
        bk_bind_int(st, ":first", first);
        bk_bind_int(st, ":last", last);
        bk_bind_blob(st, ":packed", packed);
        if (!bk_run_stmt(st, err)) {
            return false;
        }
    }
    return true;
}

static void bind_finite(struct bk_stmt *st, const char *param, double x)
{
    if (isfinite(x)) {
        bk_bind_real(st, param, x);
    }
}

static bool write_summary(struct bk_archive *ar, int64_t run,
                          const struct bk_samples *s, size_t metric, size_t outcome,
                          struct bk_err *err)
{
    const struct bk_sample_metric *m = bk_samples_metric_at(s, metric);
    const struct bk_sample_sum *sum =
        bk_samples_of_outcome(s, metric, (enum bk_outcome)outcome);
    const struct bk_sketch *sketch =
        bk_samples_sketch(s, metric, (enum bk_outcome)outcome);
    struct bk_buf packed = {0};
    int64_t id;
    if (!sum) {
        return true;
    }
    if (!bk_metric_id(ar, m->metric, m->unit, &id, err)) {
        return false;
    }
    struct bk_stmt *st = bk_stmt(ar->db, BK_SQL_SAMPLE_SUMMARY_INSERT);
    bk_bind_int(st, ":run", run);
    bk_bind_int(st, ":seq", (int64_t)metric);
    bk_bind_text(st, ":outcome", bk_str(outcomes[outcome].name));
    bk_bind_int(st, ":metric", id);
    bk_bind_real(st, ":scale", m->scale);
    bk_bind_int(st, ":count", (int64_t)sum->n);
    bind_finite(st, ":sum", sum->sum);
    bind_finite(st, ":sum_of_squares", sum->sum_of_squares);
    bk_bind_real(st, ":min", sum->min);
    bk_bind_real(st, ":max", sum->max);
    if (sketch) {
        bk_sketch_pack(sketch, &packed);
        bk_bind_blob(st, ":sketch", bk_buf_str(&packed));
    }
    bool ok = bk_run_stmt(st, err);
    bk_buf_free(&packed);
    return ok;
}

static bool write_summaries(struct bk_archive *ar, int64_t run,
                            const struct bk_samples *s, struct bk_err *err)
{
    for (size_t i = 0; i < bk_samples_n_metrics(s); i++) {
        for (size_t k = 0; k < BK_N_OUTCOMES; k++) {
            if (!write_summary(ar, run, s, i, k, err)) {
                return false;
            }
        }
    }
    return true;
}

/* What the points tell of a second. */
struct told {
    bool started, completed, failed, iterations;
    double latency_scale; /* what turns latencies into seconds */
};

static struct told what_is_told(const struct bk_samples *s)
{
    struct told t = {.latency_scale = 1};
    for (size_t i = 0; i < bk_samples_n_metrics(s); i++) {
        const struct bk_sample_metric *m = bk_samples_metric_at(s, i);
        const struct bk_sample_sum *all = bk_samples_total(s, i);
        const struct bk_sample_sum *unknown =
            bk_samples_of_outcome(s, i, BK_OUTCOME_UNKNOWN);
        if (!all) {
            continue;
        }
        t.iterations |= m->role == BK_ROLE_ITERATIONS;
        t.failed |= m->role == BK_ROLE_FAILED;
        t.completed |= m->role == BK_ROLE_REQUESTS;
        if (m->role == BK_ROLE_LATENCY) {
            t.started = t.completed = true;
            t.failed |= !unknown || unknown->n < all->n;
            t.latency_scale = m->scale;
        }
    }
    return t;
}

static void bind_told(struct bk_stmt *st, const char *param, bool told, uint64_t n)
{
    if (told) {
        bk_bind_int(st, param, (int64_t)n);
    }
}

static bool write_second(struct bk_archive *ar, int64_t run, const struct told *told,
                         const struct bk_sample_second *second, struct bk_err *err)
{
    struct bk_stmt *st = bk_stmt(ar->db, BK_SQL_SAMPLE_SECOND_INSERT);
    bk_bind_int(st, ":run", run);
    bk_bind_int(st, ":second", second->second);
    bind_finite(st, ":load", second->load);
    bind_told(st, ":started", told->started, second->started);
    bind_told(st, ":completed", told->completed, second->completed);
    bind_told(st, ":failed", told->failed, second->failed);
    bind_told(st, ":iterations", told->iterations, second->iterations);
    bk_bind_int(st, ":latencies", (int64_t)second->n_latencies);
    bk_bind_real(st, ":latency_sum",
                 isfinite(second->latency_sum) ? second->latency_sum : 0);
    bk_bind_real(st, ":latency_scale", told->latency_scale);
    for (size_t k = 0; k < BK_N_OUTCOMES; k++) {
        if (second->sketches[k].len > 0) {
            bk_bind_blob(st, outcomes[k].sketch, second->sketches[k]);
        }
    }
    return bk_run_stmt(st, err);
}

static bool write_seconds(struct bk_archive *ar, int64_t run,
                          const struct bk_samples *s, struct bk_err *err)
{
    struct told told = what_is_told(s);
    for (size_t i = 0; i < bk_samples_n_seconds(s); i++) {
        struct bk_sample_second second = bk_samples_second(s, i);
        if (!write_second(ar, run, &told, &second, err)) {
            return false;
        }
    }
    return true;
}

uint64_t bk_archive_packed_size(const struct bk_run *run)
{
    return run->samples != NULL ? bk_samples_packed_size(run->samples) : 0;
}

bool bk_write_samples(struct bk_archive *ar, int64_t run, struct bk_samples *s,
                      struct bk_err *err)
{
    return bk_samples_finish(s, err) &&
           (bk_samples_n_points(s) == 0 ||
            (write_dictionary(ar, run, s, err) && write_chunks(ar, run, s, err) &&
             write_summaries(ar, run, s, err) && write_seconds(ar, run, s, err)));
}

/* --- verifying --- */

static bool next_run(struct bk_archive *ar, int64_t *run, struct bk_str *name,
                     bool *found, struct bk_err *err)
{
    struct bk_stmt *st = bk_stmt(ar->db, BK_SQL_RUN_SAMPLES_NEXT);
    bk_bind_int(st, ":after", *run);
    if (!bk_step(st, found, err)) {
        return false;
    }
    if (*found) {
        *run = bk_col_int(st, 0);
        *name = bk_dup(ar->scratch, bk_col_text(st, 1));
    }
    bk_reset(st);
    return true;
}

bool bk_archive_verify_samples(struct bk_archive *ar,
                               void (*say)(void *self, struct bk_str complaint),
                               void *self, int64_t *runs, struct bk_err *err)
{
    int64_t run = 0;
    *runs = 0;
    for (;;) {
        struct bk_arena_mark mark = bk_arena_mark(ar->scratch);
        struct bk_samples *s;
        struct bk_str name = {0};
        struct bk_err wrong = {0};
        bool found;
        if (!next_run(ar, &run, &name, &found, err)) {
            return false;
        }
        if (!found) {
            return true;
        }
        if (!bk_archived_samples(ar->db, ar->scratch, run, name, &s, &wrong) ||
            !bk_samples_verify(s, &wrong)) {
            say(self, bk_str(wrong.msg));
        }
        ++*runs;
        bk_arena_release(ar->scratch, mark);
    }
}
