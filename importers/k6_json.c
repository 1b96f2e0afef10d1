/* The points of a k6 run as JSON lines (k6 run --out json=FILE): a line of type Metric
 * says what a metric is, lines of type Point hold one value each.
 *
 * After output/json/wrapper.go of k6 0.26 to 2.x (https://github.com/grafana/k6).  Lines
 * written as k6 writes them are scanned, the others read by the strict reader of JSON
 * (shared/k6_ndjson.h).  The last line of a run that was killed may be cut; any other
 * line that is no point is an error. */
#include "importer.h"

#include "shared/json.h"
#include "shared/k6_ndjson.h"
#include "shared/window.h"

struct reader {
    struct bk_window w;
    struct bk_k6_points *k;
    struct bk_k6_scanner scanner;
    struct bk_arena *scratch; /* of one line */
    struct bk_arena_mark start;
    struct bk_k6_entry entry;
    struct bk_k6_tags tags; /* of the point scanned last */
    size_t line;
};

static bool take_metric(struct reader *r, struct bk_err *err)
{
    const struct bk_k6_entry *e = &r->entry;
    if (!bk_k6_points_declare(r->k, e->metric, e->type, e->contains, r->line, err))
        return false;
    for (size_t i = 0; i < e->n_rules; i++)
        bk_k6_points_threshold(r->k, e->metric, e->rules[i], r->line);
    return true;
}

static bool take_line(struct reader *r, struct bk_str text, struct bk_err *err)
{
    const struct bk_k6_entry *e = &r->entry;
    if (!bk_k6_entry_scan(&r->scanner, text, &r->entry) &&
        !bk_k6_entry_read(r->scratch, text, r->line, &r->entry, err))
        return false;
    if (e->is_metric)
        return take_metric(r, err);
    size_t metric = bk_k6_points_metric(r->k, e->metric, r->line, err);
    if (metric == BK_NONE)
        return false;
    if (!e->same_tags)
        r->tags = bk_k6_points_tags(r->k, e->tags);
    struct bk_k6_values v = {e->time_ns, e->value, r->line};
    return bk_k6_points_add(r->k, metric, r->tags, &v, err);
}

static bool take_lines(struct reader *r, struct bk_err *err)
{
    struct bk_str text;
    bool more, cut;
    for (;;) {
        if (!bk_window_line(&r->w, &text, &more, &cut, err))
            return bk_wrap(err, "line %zu", r->line + 1);
        if (!more)
            break;
        r->line++;
        if (bk_trim(text).len == 0)
            continue;
        bool ok = take_line(r, text, err);
        bk_arena_release(r->scratch, r->start);
        if (!ok && (!cut || r->line == 1))
            return false;
        if (!ok) {
            bk_k6_points_cut(r->k, r->line);
            return true;
        }
    }
    if (r->w.cut)
        bk_k6_points_cut_short(r->k, r->line);
    return true;
}

static bool import(struct bk_input *in, const struct bk_importing *im,
                   struct bk_err *err)
{
    struct reader *r = bk_alloc(im->arena, sizeof *r);
    r->k = bk_k6_points_new(im);
    r->scratch = r->scanner.a = bk_arena_new();
    r->start = bk_arena_mark(r->scratch);
    bk_window_open(&r->w, in, BK_WINDOW_BLOCK);
    bool ok = take_lines(r, err) && bk_k6_points_send(r->k, err);
    bk_window_close(&r->w);
    bk_k6_scanner_free(&r->scanner);
    bk_arena_free(r->scratch);
    return ok;
}

/* A line of k6, be its numbers and times sound or not. */
static bool is_envelope(struct bk_arena *a, struct bk_str line)
{
    struct bk_err ignored;
    const struct bk_json *root =
        bk_json_parse(a, line, BK_JSON_SPECIALS, NULL, NULL, &ignored);
    struct bk_str type = bk_json_string(root, "type");
    const struct bk_json *data = bk_json_get(root, "data");
    return (bk_is(type, "Metric") || bk_is(type, "Point")) && data != NULL &&
           data->type == BK_JSON_OBJECT;
}

static int bid(const struct bk_input *in)
{
    struct bk_str rest = bk_input_head(in), line = {0};
    while (line.len == 0 && bk_next_line(&rest, &line))
        line = bk_trim(line);
    if (line.len == 0 || line.ptr[0] != '{')
        return 0;
    struct bk_arena *a = bk_arena_new();
    int mine = is_envelope(a, line) ? 95 : 0;
    bk_arena_free(a);
    return mine;
}

const struct bk_importer bk_importer_k6_json = {
    .name = "k6-json",
    .title = "k6 points as JSON lines",
    .upstream = "k6 0.26 to 2.x, k6 run --out json=FILE",
    .gives = "one run: exact statistics, by outcome and tag; timeline",
    .example = "k6 run --out json=points.json script.js",
    .signature = "lines of type Metric and Point",
    .traps = "Of http_req_failed a 1 is a request that failed.\n"
             "The last line of a run that was killed may be cut; any other broken line "
             "is an error.",
    .version = 1,
    .bid = bid,
    .import = import,
};
