/* The points of a k6 run as CSV (k6 run --out csv=FILE).
 *
 * After output/csv of k6 0.26 to 2.x (https://github.com/grafana/k6): the
 * first three columns are metric_name, timestamp and metric_value; then come those
 * system tags that the run uses, sorted, extra_tags and, since 0.42, metadata.  All are
 * found by name.  The time format is the user's choice (K6_CSV_TIME_FORMAT).  What
 * stands behind the first three cells is the same for all points of a request: it is
 * compared as a whole, then looked up among those that were seen, and cut only when it is
 * new.  The last line of a run that was killed may be cut. */
#include "importer.h"

#include "shared/csv_records.h"
#include "shared/k6_points.h"

#include <stdlib.h>
#include <string.h>

#define LONGEST_SHOW ((size_t)40)

enum {
    COLUMN_METRIC,
    COLUMN_TIME,
    COLUMN_VALUE,
    FIRST_TAG,
    N_WANTED = FIRST_TAG + BK_K6_N_TAGS
};

#define SEEN_TAILS   ((size_t)256) /* a power of 2 */
#define LONGEST_SEEN ((size_t)240)
#define TRIALS       4096 /* after which looking up must have been worth it */

/* What tags a tail has, by its bytes: requests of one kind have the same.  Where most
 * tails are new, as with an address of its own for each request, nothing is looked up. */
struct seen_tails {
    struct seen_tail {
        uint64_t hash;
        size_t len; /* 0: free */
        struct bk_k6_tags tags;
        char bytes[LONGEST_SEEN];
    } slots[SEEN_TAILS];
    unsigned n_asked, n_found;
    bool off;
};

struct reader {
    struct bk_csv_reader csv;
    struct seen_tails seen;
    size_t n_columns;
    size_t wanted[N_WANTED]; /* column, or BK_NONE */
    struct bk_k6_tags tags;  /* of the tail */
    bool has_tags;
    char last_time[32]; /* the points of one request have one time */
    size_t last_time_len;
    int64_t last_ns;
};

/* --- the header --- */

static size_t column_named(const struct reader *r, const char *name)
{
    for (size_t i = 0; i < r->csv.n_cells; i++) {
        if (bk_is(bk_trim(r->csv.cells[i]), name))
            return i;
    }
    return BK_NONE;
}

static bool read_header(struct reader *r)
{
    r->n_columns = r->csv.n_cells;
    r->wanted[COLUMN_METRIC] = column_named(r, "metric_name");
    r->wanted[COLUMN_TIME] = column_named(r, "timestamp");
    r->wanted[COLUMN_VALUE] = column_named(r, "metric_value");
    for (size_t i = 0; i < BK_K6_N_TAGS; i++)
        r->wanted[FIRST_TAG + i] = column_named(r, bk_k6_tag_names[i]);
    return r->wanted[COLUMN_METRIC] != BK_NONE && r->wanted[COLUMN_TIME] != BK_NONE &&
           r->wanted[COLUMN_VALUE] != BK_NONE;
}

/* The three columns stand first, and tags behind them. */
static bool in_order(const struct reader *r)
{
    return r->wanted[COLUMN_METRIC] == 0 && r->wanted[COLUMN_TIME] == 1 &&
           r->wanted[COLUMN_VALUE] == 2 && r->n_columns > FIRST_TAG;
}

/* --- points --- */

static bool read_time(struct reader *r, struct bk_str text, int64_t *ns)
{
    if (text.len > 0 && text.len == r->last_time_len &&
        memcmp(text.ptr, r->last_time, text.len) == 0) {
        *ns = r->last_ns;
        return true;
    }
    if (!bk_k6_time(text, ns))
        return false;
    r->last_ns = *ns;
    r->last_time_len = text.len <= sizeof r->last_time ? text.len : 0;
    memcpy(r->last_time, text.ptr, r->last_time_len);
    return true;
}

/* Cuts the whole record and looks its tags up. */
static bool read_tags(struct reader *r, struct bk_k6_points *k, struct bk_err *err)
{
    struct bk_str tags[BK_K6_N_TAGS] = {{0}};
    if (!bk_csv_split(&r->csv, err))
        return false;
    if (r->csv.n_cells != r->n_columns)
        return bk_fail(err, BK_EINPUT, "line %zu: %zu fields, the header has %zu",
                       r->csv.line, r->csv.n_cells, r->n_columns);
    for (size_t i = 0; i < BK_K6_N_TAGS; i++) {
        if (r->wanted[FIRST_TAG + i] != BK_NONE)
            tags[i] = r->csv.cells[r->wanted[FIRST_TAG + i]];
    }
    r->tags = bk_k6_points_tags(k, tags);
    return true;
}

/* The slot of this tail; it has its tags when its bytes are the same. */
static struct seen_tail *slot_of_tail(struct seen_tails *seen, struct bk_str tail,
                                      uint64_t hash, bool *same)
{
    struct seen_tail *slot = &seen->slots[hash & (SEEN_TAILS - 1)];
    *same = slot->hash == hash && slot->len == tail.len &&
            memcmp(slot->bytes, tail.ptr, tail.len) == 0;
    seen->n_found += *same;
    if (++seen->n_asked == TRIALS)
        seen->off = seen->n_found < TRIALS / 4;
    return slot;
}

/* The tags of a record whose tail is another than that of the one before. */
static bool find_tags(struct reader *r, struct bk_k6_points *k, struct bk_err *err)
{
    struct bk_str tail = r->csv.tail;
    if (r->seen.off || r->csv.n_first == 0 || tail.len == 0 ||
        tail.len > LONGEST_SEEN || r->csv.cut)
        return read_tags(r, k, err);
    bool same;
    uint64_t hash = bk_hash64(tail);
    struct seen_tail *slot = slot_of_tail(&r->seen, tail, hash, &same);
    if (same) {
        r->tags = slot->tags;
        return true;
    }
    if (!read_tags(r, k, err))
        return false;
    slot->hash = hash;
    slot->len = tail.len;
    slot->tags = r->tags;
    memcpy(slot->bytes, tail.ptr, tail.len);
    return true;
}

static bool take_record(struct reader *r, struct bk_k6_points *k, struct bk_err *err)
{
    const struct bk_csv_reader *c = &r->csv;
    struct bk_k6_values v = {.line = c->line};
    if (!(c->same_tail && r->has_tags && c->n_first > 0) && !find_tags(r, k, err))
        return false;
    r->has_tags = true;
    struct bk_str time = c->cells[r->wanted[COLUMN_TIME]];
    struct bk_str value = c->cells[r->wanted[COLUMN_VALUE]];
    if (!read_time(r, time, &v.time_ns))
        return bk_fail(err, BK_EINPUT, "line %zu: '%.*s' is no time", c->line,
                       BK_F(bk_upto(time, LONGEST_SHOW)));
    if (!bk_k6_number(value, &v.value))
        return bk_fail(err, BK_EINPUT, "line %zu: '%.*s' is no number", c->line,
                       BK_F(bk_upto(value, LONGEST_SHOW)));
    size_t metric =
        bk_k6_points_metric(k, c->cells[r->wanted[COLUMN_METRIC]], c->line, err);
    return metric != BK_NONE && bk_k6_points_add(k, metric, r->tags, &v, err);
}

static bool take_header(struct reader *r, struct bk_err *err)
{
    bool more;
    if (!bk_csv_next(&r->csv, &more, err) || (more && !bk_csv_split(&r->csv, err)))
        return false;
    if (!more || !read_header(r))
        return bk_fail(err, BK_EINPUT,
                       "line 1: no header of k6's points (metric_name, timestamp, "
                       "metric_value)");
    bk_csv_cut_first(&r->csv, in_order(r) ? FIRST_TAG : 0);
    return true;
}

static bool take_records(struct reader *r, struct bk_k6_points *k, struct bk_err *err)
{
    if (!take_header(r, err))
        return false;
    for (;;) {
        bool more = true;
        bool ok = bk_csv_next(&r->csv, &more, err);
        if (ok && !more)
            break;
        ok = ok && take_record(r, k, err);
        if (!ok && !r->csv.cut)
            return false;
        if (!ok) {
            bk_k6_points_cut(k, r->csv.line);
            return true;
        }
    }
    if (r->csv.w.cut)
        bk_k6_points_cut_short(k, r->csv.line);
    return true;
}

static bool import(struct bk_input *in, const struct bk_importing *im,
                   struct bk_err *err)
{
    struct bk_k6_points *k = bk_k6_points_new(im);
    struct reader *r = bk_alloc(im->arena, sizeof *r);
    bk_csv_open(&r->csv, in, 0, BK_WINDOW_BLOCK);
    bool ok = take_records(r, k, err) && bk_k6_points_send(k, err);
    bk_csv_close(&r->csv);
    return ok;
}

/* Looks at the first line as a source of its own. */
static int bid(const struct bk_input *in)
{
    struct bk_str rest = bk_input_head(in), line = {0};
    struct bk_err ignored;
    if (!bk_next_line(&rest, &line) ||
        !bk_starts(line, BK_S("metric_name,timestamp,metric_value")))
        return 0;
    struct reader *r = bk_realloc(NULL, sizeof *r);
    struct bk_input *first = bk_input_of(BK_S("header"), line);
    *r = (struct reader){0};
    bk_csv_open(&r->csv, first, 0, line.len + 1);
    bool mine = take_header(r, &ignored);
    bk_csv_close(&r->csv);
    bk_input_close(first);
    free(r);
    return mine ? 95 : 0;
}

const struct bk_importer bk_importer_k6_csv = {
    .name = "k6-csv",
    .title = "k6 points as CSV",
    .upstream = "k6 0.26 to 2.x, k6 run --out csv=FILE",
    .gives = "one run: exact statistics, by outcome and tag; timeline",
    .example = "k6 run --out csv=points.csv script.js",
    .signature = "a header that begins with metric_name,timestamp,metric_value",
    .traps =
        "The tags are columns found by name; which there are is the user's choice.\n"
        "The time format is told by magnitude.\n"
        "Of http_req_failed a 1 is a request that failed.",
    .version = 1,
    .bid = bid,
    .import = import,
};
