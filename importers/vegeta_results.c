/* What 'vegeta encode' writes (https://github.com/tsenart/vegeta, lib/results.go, 7 to
 * 12), a request a line: JSON objects, or with -to csv fields without a header, of which
 * the first five are the time in nanoseconds since 1970, the status (0: no answer), the
 * latency in nanoseconds, bytes sent and bytes received. */
#include "vegeta_results.h"

#include "../src/base/num.h"
#include "../src/base/time.h"
#include "shared/json.h"
#include "shared/load.h"

#include <stdlib.h>

#define MAX_REQUESTS ((size_t)2000 * 1000)
#define N_FIELDS     5
#define NS_DIGITS    16 /* of a time since 1970 in nanoseconds, at least */

struct request {
    int64_t ns, latency_ns, status, bytes;
};

struct requests {
    struct request *items;
    size_t n, cap;
};

static const char *const no_times[] = {NULL};

/* --- one line --- */

static bool from_csv(struct bk_str line, struct request *q)
{
    struct bk_str fields[N_FIELDS];
    for (size_t i = 0; i < N_FIELDS; i++) {
        if (line.len == 0)
            return false;
        line = bk_cut(line, ',', &fields[i]);
    }
    return fields[0].len >= NS_DIGITS && bk_parse_int64(fields[0], &q->ns) &&
           bk_parse_int64(fields[1], &q->status) && q->status >= 0 &&
           q->status < 1000 && bk_parse_int64(fields[2], &q->latency_ns) &&
           q->latency_ns >= 0 && bk_parse_int64(fields[4], &q->bytes) && q->bytes >= 0;
}

static bool whole(const struct bk_json *object, const char *key, int64_t *value)
{
    const struct bk_json *v = bk_json_get(object, key);
    return v != NULL && v->type == BK_JSON_NUMBER && bk_parse_int64(v->text, value) &&
           *value >= 0;
}

static bool from_json(struct bk_arena *a, struct bk_str line, struct request *q)
{
    struct bk_err ignored = {0};
    const struct bk_json *o =
        bk_json_parse(a, line, BK_JSON_STRICT, NULL, NULL, &ignored);
    return o != NULL && bk_json_get(o, "attack") != NULL &&
           whole(o, "code", &q->status) && whole(o, "latency", &q->latency_ns) &&
           whole(o, "bytes_in", &q->bytes) &&
           bk_parse_iso(bk_json_string(o, "timestamp"), &q->ns, NULL);
}

static bool read_request(struct bk_str line, struct request *q)
{
    line = bk_trim(line);
    if (line.len > 0 && line.ptr[0] != '{')
        return from_csv(line, q);
    struct bk_arena *a = bk_arena_new();
    bool ok = from_json(a, line, q);
    bk_arena_free(a);
    return ok;
}

bool bk_vegeta_is_results(struct bk_str head)
{
    struct bk_str line;
    struct request q;
    return bk_next_line(&head, &line) && read_request(line, &q);
}

/* --- all lines --- */

static bool add(struct requests *all, struct request q)
{
    if (all->n == MAX_REQUESTS)
        return false;
    if (all->n == all->cap) {
        all->cap = all->cap > 0 ? all->cap + all->cap / 2 : 1024;
        all->items = bk_realloc(all->items, all->cap * sizeof *all->items);
    }
    all->items[all->n++] = q;
    return true;
}

static bool read_all(struct bk_input *in, struct requests *all, bool *was_cut,
                     struct bk_err *err)
{
    struct bk_str line;
    size_t number;
    bool more, cut;
    for (;;) {
        struct request q;
        if (!bk_input_line(in, &line, &number, &more, &cut, err))
            return false;
        if (!more)
            return true;
        if (bk_trim(line).len == 0)
            continue;
        *was_cut = cut && all->n > 0 && !read_request(line, &q);
        if (*was_cut)
            return true;
        if (!read_request(line, &q))
            return bk_fail(err, BK_EINPUT, "line %zu: no result of vegeta", number);
        if (!add(all, q))
            return bk_fail(err, BK_EINPUT, "line %zu: more than %zu requests", number,
                           MAX_REQUESTS);
    }
}

/* The table that the other tools for HTTP write, times in seconds since the start. */
static void write_table(const struct requests *all, int64_t start, bool was_cut,
                        struct bk_buf *out)
{
    char latency[32], offset[32];
    bk_buf_add(out, BK_S("latency,offset,status,bytes_in\n"));
    for (size_t i = 0; i < all->n; i++) {
        const struct request *q = &all->items[i];
        bk_format_double((double)q->latency_ns / 1e9, latency);
        bk_format_double((double)(q->ns - start) / 1e9, offset);
        bk_buf_addf(out, "%s,%s,%lld,%lld\n", latency, offset, (long long)q->status,
                    (long long)q->bytes);
    }
    if (was_cut)
        bk_buf_add(out, BK_S("-"));
}

static bool import_table(const struct requests *all, bool was_cut,
                         const struct bk_importing *im, struct bk_err *err)
{
    struct bk_load_columns columns = {.latency = "latency",
                                      .offset = "offset",
                                      .status = "status",
                                      .times = no_times,
                                      .bytes = "bytes_in",
                                      .headless = true};
    struct bk_buf out = {0};
    columns.started_ns = all->items[0].ns;
    for (size_t i = 0; i < all->n; i++) {
        if (all->items[i].ns < columns.started_ns)
            columns.started_ns = all->items[i].ns;
    }
    write_table(all, columns.started_ns, was_cut, &out);
    struct bk_input *table = bk_input_of(BK_S("results"), bk_buf_str(&out));
    bool ok = bk_load_samples(table, im, &columns, err);
    bk_input_close(table);
    bk_buf_free(&out);
    return ok;
}

bool bk_vegeta_results(struct bk_input *in, const struct bk_importing *im,
                       struct bk_err *err)
{
    struct requests all = {0};
    bool was_cut = false;
    bool ok = read_all(in, &all, &was_cut, err);
    if (ok && all.n == 0)
        ok = bk_fail(err, BK_EINPUT, "line 1: no result of vegeta");
    ok = ok && import_table(&all, was_cut, im, err);
    free(all.items);
    return ok;
}
