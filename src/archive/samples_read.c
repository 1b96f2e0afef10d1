/* Opening the points of an archived run: chunks come from the database one by one. */
#include "samples_read.h"

struct archived {
    struct bk_chunk_source source;
    struct bk_db *db;
    int64_t run;
    struct bk_samples *samples;
};

static bool chunk(void *self, size_t number, struct bk_buf *packed, struct bk_err *err)
{
    const struct archived *r = self;
    bool found;
    struct bk_stmt *st = bk_stmt(r->db, BK_SQL_SAMPLE_CHUNK);
    bk_bind_int(st, ":run", r->run);
    bk_bind_int(st, ":seq", (int64_t)number);
    if (!bk_step(st, &found, err)) {
        return false;
    }
    if (found) {
        bk_buf_add(packed, bk_col_blob(st, 0));
    }
    bk_reset(st);
    return found || bk_fail(err, BK_EDB, "it is missing");
}

static bool read_spans(struct archived *r, struct bk_arena *a, size_t n_chunks,
                       struct bk_err *err)
{
    struct bk_chunk_span *spans = bk_alloc_array(a, n_chunks, sizeof *spans);
    struct bk_stmt *st = bk_stmt(r->db, BK_SQL_SAMPLE_SPANS);
    bool found = true;
    bk_bind_int(st, ":run", r->run);
    for (size_t i = 0; i < n_chunks && found; i++) {
        if (!bk_step(st, &found, err)) {
            return false;
        }
        if (found) {
            spans[i] = (struct bk_chunk_span){.n_points = (size_t)bk_col_int(st, 0),
                                              .first_ns = bk_col_int(st, 1),
                                              .last_ns = bk_col_int(st, 2)};
            r->source.n_chunks++;
        }
    }
    bk_reset(st);
    r->source.spans = spans;
    return true;
}

static void free_samples(void *arg)
{
    bk_samples_free(arg);
}

bool bk_archived_samples(struct bk_db *db, struct bk_arena *a, int64_t run,
                         struct bk_str name, struct bk_samples **s, struct bk_err *err)
{
    struct archived *r = bk_alloc(a, sizeof *r);
    struct bk_buf dictionary = {0};
    bool found;
    *s = NULL;
    *r = (struct archived){
        .source = {.chunk = chunk, .self = r, .name = bk_dup(a, name)},
        .db = db,
        .run = run,
    };
    struct bk_stmt *st = bk_stmt(db, BK_SQL_RUN_SAMPLES);
    bk_bind_int(st, ":run", run);
    if (!bk_step(st, &found, err)) {
        return false;
    }
    if (!found) {
        return true;
    }
    bk_buf_add(&dictionary, bk_col_blob(st, 0));
    int64_t points = bk_col_int(st, 1);
    size_t n_chunks = (size_t)bk_col_int(st, 2);
    bk_reset(st);
    bool ok = read_spans(r, a, n_chunks, err) &&
              bk_samples_of(s, bk_buf_str(&dictionary), &r->source, err);
    bk_buf_free(&dictionary);
    if (!ok) {
        return false;
    }
    bk_arena_defer(a, free_samples, *s);
    return (int64_t)bk_samples_n_points(*s) == points ||
           bk_fail(err, BK_EDB, "points of run '%.*s': %lld are kept of %lld",
                   BK_F(name), (long long)bk_samples_n_points(*s), (long long)points);
}
