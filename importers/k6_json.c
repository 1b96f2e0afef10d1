/* The points of a k6 run as JSON lines (k6 run --out json=FILE): a line of type Metric
 * says what a metric is, lines of type Point hold one value each.
 *
 * After output/json/wrapper.go of k6 0.26 to 2.x (https://github.com/grafana/k6).  The
 * order of keys differs between versions.  The last line of a run that was killed may
 * be cut; any other line that is no point is an error. */
#include "importer.h"

#include "shared/json.h"
#include "shared/k6_points.h"

#include <string.h>

#define MAX_RULES ((size_t)100) /* thresholds of a metric */

/* --- lines --- */

/* The reader counts lines within the one line that it was given. */
static bool at_line(struct bk_err *err, size_t line)
{
    static const char first[] = "line 1 ";
    char said[sizeof err->msg];
    memcpy(said, err->msg, sizeof said);
    bool replace = strncmp(said, first, strlen(first)) == 0;
    return bk_fail(err, err->code, "line %zu%s%s", line, replace ? " " : ": ",
                   said + (replace ? strlen(first) : 0));
}

static bool take_metric(struct bk_k6_points *k, const struct bk_json *root,
                        const struct bk_json *data, size_t line, struct bk_err *err)
{
    struct bk_str name = bk_json_string(data, "name");
    const struct bk_json *rules = bk_json_get(data, "thresholds");
    if (name.len == 0)
        name = bk_json_string(root, "metric");
    if (!bk_k6_points_declare(k, name, bk_json_string(data, "type"),
                              bk_json_string(data, "contains"), line, err))
        return false;
    bool list = rules != NULL && rules->type == BK_JSON_ARRAY && rules->n <= MAX_RULES;
    for (const struct bk_json *r = list ? rules->child : NULL; r != NULL; r = r->next) {
        if (r->type == BK_JSON_STRING)
            bk_k6_points_threshold(k, name, r->text, line);
    }
    return true;
}

static bool take_point(struct bk_k6_points *k, const struct bk_json *root,
                       const struct bk_json *data, size_t line, struct bk_err *err)
{
    struct bk_k6_point p = {.metric = bk_json_string(root, "metric")};
    struct bk_str time = bk_json_string(data, "time");
    const struct bk_json *tags = bk_json_get(data, "tags");
    if (!bk_k6_time(time, &p.time_ns))
        return bk_fail(err, BK_EINPUT, "line %zu: '%.*s' is no time of a point", line,
                       BK_F(bk_upto(time, 40)));
    if (!bk_json_number(data, "value", &p.value))
        return bk_fail(err, BK_EINPUT, "line %zu: a point without a value", line);
    for (size_t i = 0; i < BK_K6_N_TAGS; i++)
        p.tags[i] = bk_json_string(tags, bk_k6_tag_names[i]);
    return bk_k6_points_add(k, &p, line, err);
}

static bool is_envelope(const struct bk_json *root)
{
    struct bk_str type = bk_json_string(root, "type");
    const struct bk_json *data = bk_json_get(root, "data");
    return (bk_is(type, "Metric") || bk_is(type, "Point")) && data != NULL &&
           data->type == BK_JSON_OBJECT;
}

static bool take_line(struct bk_k6_points *k, struct bk_arena *scratch,
                      struct bk_str text, size_t line, struct bk_err *err)
{
    const struct bk_json *root =
        bk_json_parse(scratch, text, BK_JSON_SPECIALS, NULL, NULL, err);
    if (root == NULL)
        return at_line(err, line);
    if (!is_envelope(root))
        return bk_fail(err, BK_EINPUT, "line %zu: neither a metric nor a point of k6",
                       line);
    const struct bk_json *data = bk_json_get(root, "data");
    if (bk_is(bk_json_string(root, "type"), "Metric"))
        return take_metric(k, root, data, line, err);
    return take_point(k, root, data, line, err);
}

/* --- the importer --- */

static bool take_lines(struct bk_input *in, struct bk_k6_points *k,
                       struct bk_arena *scratch, struct bk_err *err)
{
    const struct bk_arena_mark start = bk_arena_mark(scratch);
    struct bk_str text;
    size_t line;
    bool more, cut;
    for (;;) {
        if (!bk_input_line(in, &text, &line, &more, &cut, err))
            return false;
        if (!more)
            return true;
        if (bk_trim(text).len == 0)
            continue;
        bool ok = take_line(k, scratch, text, line, err);
        bk_arena_release(scratch, start);
        if (!ok && (!cut || line == 1))
            return false;
        if (!ok)
            bk_k6_points_cut(k, line);
    }
}

static bool import(struct bk_input *in, const struct bk_importing *im,
                   struct bk_err *err)
{
    struct bk_k6_points *k = bk_k6_points_new(im);
    struct bk_arena *scratch = bk_arena_new();
    bool ok = take_lines(in, k, scratch, err) && bk_k6_points_send(k, err);
    bk_arena_free(scratch);
    bk_k6_points_free(k);
    return ok;
}

static int bid(const struct bk_input *in)
{
    struct bk_str rest = bk_input_head(in), line = {0};
    struct bk_err ignored;
    while (line.len == 0 && bk_next_line(&rest, &line))
        line = bk_trim(line);
    if (line.len == 0 || line.ptr[0] != '{')
        return 0;
    struct bk_arena *a = bk_arena_new();
    const struct bk_json *root =
        bk_json_parse(a, line, BK_JSON_SPECIALS, NULL, NULL, &ignored);
    int mine = root != NULL && is_envelope(root) ? 95 : 0;
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
