/* The points of one metric, chunk by chunk; of each chunk only the columns that are
 * asked for are unpacked. */
#include "internal.h"

#include <stdlib.h>

void bk_scan_init(struct bk_scan *scan, struct bk_samples *s, size_t metric)
{
    *scan = (struct bk_scan){
        .s = s, .metric = metric, .from_ns = INT64_MIN, .to_ns = INT64_MAX};
    scan->values = bk_realloc(NULL, BK_CHUNK_POINTS * sizeof *scan->values);
    scan->numbers = bk_realloc(NULL, BK_CHUNK_POINTS * sizeof *scan->numbers);
    scan->set_of = bk_realloc(NULL, BK_CHUNK_POINTS * sizeof *scan->set_of);
    scan->time_of = bk_realloc(NULL, BK_CHUNK_POINTS * sizeof *scan->time_of);
    scan->columns = bk_realloc(NULL, BK_CHUNK_POINTS * sizeof *scan->columns);
    scan->all_times = bk_realloc(NULL, BK_CHUNK_POINTS * sizeof *scan->all_times);
    scan->all_sets = bk_realloc(NULL, BK_CHUNK_POINTS * sizeof *scan->all_sets);
}

void bk_scan_free(struct bk_scan *scan)
{
    free(scan->values);
    free(scan->numbers);
    free(scan->set_of);
    free(scan->time_of);
    free(scan->columns);
    free(scan->all_times);
    free(scan->all_sets);
    *scan = (struct bk_scan){0};
}

/* to_ns INT64_MAX is no end. */
static bool inside(const struct bk_scan *scan, int64_t time_ns)
{
    return time_ns >= scan->from_ns &&
           (time_ns < scan->to_ns || scan->to_ns == INT64_MAX);
}

/* Leaves what lies in the window; the values of a column come in the chunk's order. */
static void pick(struct bk_scan *scan, const struct bk_chunk *c, size_t column,
                 bool window)
{
    size_t nth = 0, n = 0;
    for (size_t i = 0; i < c->n_points; i++) {
        if (scan->columns[i] != column)
            continue;
        size_t from = nth++;
        if (window && !inside(scan, scan->all_times[i]))
            continue;
        if (scan->integers)
            scan->numbers[n] = scan->numbers[from];
        else
            scan->values[n] = scan->values[from];
        if (scan->sets)
            scan->set_of[n] = scan->all_sets[i];
        if (scan->times)
            scan->time_of[n] = scan->all_times[i];
        n++;
    }
    scan->n = n;
}

static bool read_values(struct bk_scan *scan, const struct bk_chunk *c, size_t column,
                        struct bk_err *err)
{
    struct bk_chunk_work *w = bk_samples_work(scan->s);
    scan->decimals = bk_chunk_metric(c, column).decimals;
    if (!scan->integers)
        return bk_chunk_values(w, c, column, scan->values, err);
    if (scan->decimals < 0)
        return bk_fail(err, BK_EDB, "the dictionary says that all values are decimals");
    return bk_chunk_integers(w, c, column, scan->numbers, err);
}

bool bk_scan_chunk(struct bk_scan *scan, size_t chunk, struct bk_err *err)
{
    struct bk_chunk c;
    struct bk_chunk_span span = bk_samples_span(scan->s, chunk);
    struct bk_chunk_work *w = bk_samples_work(scan->s);
    scan->n = 0;
    if (span.last_ns < scan->from_ns ||
        (span.first_ns >= scan->to_ns && scan->to_ns != INT64_MAX))
        return true;
    if (!bk_samples_read_chunk(scan->s, chunk, &c, err))
        return false;
    size_t column = bk_chunk_find(&c, scan->metric);
    bool window = !inside(scan, c.first_ns) || !inside(scan, c.last_ns);
    if (column == BK_NONE)
        return true;
    scan->n = bk_chunk_metric(&c, column).n;
    bool ok = read_values(scan, &c, column, err);
    if (ok && (window || scan->sets || scan->times)) {
        ok =
            bk_chunk_columns(w, &c, scan->columns, err) &&
            (!(window || scan->times) || bk_chunk_times(w, &c, scan->all_times, err)) &&
            (!scan->sets || bk_chunk_sets(w, &c, scan->all_sets, err));
        if (ok)
            pick(scan, &c, column, window);
    }
    return ok || bk_samples_bad_chunk(scan->s, chunk, err);
}
