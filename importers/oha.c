/* What oha writes (https://github.com/hatoo/oha, src/printer.rs, 0.5 to 1.x): JSON
 * (--output-format json, once --json), times in seconds, with null for what there is
 * none of; with --output-format csv, one answered request a line; else a text like
 * hey's.
 *
 * For oha every answer is a success, whatever its status: successRate leaves out
 * requests without an answer, and those that the deadline broke off are in neither
 * count.  Where statuses speak against it the share of failures is recomputed from the
 * counts, and oha's own number kept behind it. */
#include "importer.h"

#include "../src/base/num.h"
#include "shared/json.h"
#include "shared/load_text.h"

#include <math.h>

#define MAX_TEXT  ((size_t)16 * 1024 * 1024)
#define MAX_DEPTH 8
#define MAX_PATH  ((size_t)200)

static const char *const times[] = {"DNS", "DNS+dialup", "Response-delay", NULL};
static const struct bk_load_columns columns = {.latency = "request-duration",
                                               .offset = "request-start",
                                               .status = "status",
                                               .times = times,
                                               .bytes = "bytes"};

struct reader {
    const struct bk_importing *im;
    struct bk_run *run;
    struct bk_outcomes outcomes;
};

/* Percentiles and triples that have a scope or a metric of their own. */
static const struct {
    const char *path, *name, *scope;
} groups[] = {
    {"latencyPercentiles", "latency", ""},
    {"latencyPercentilesSuccessful", "latency", "ok"},
    {"latencyPercentilesNotSuccessful", "latency", "failed"},
    {"firstBytePercentiles", "firstByte", ""},
    {"details.firstByte", "firstByte", ""},
    {"details.DNSDialup", "DNSDialup", ""},
    {"details.DNSLookup", "DNSLookup", ""},
};

static const char *const left_out[] = {
    "responseTimeHistogram",
    "responseTimeHistogramSuccessful",
    "responseTimeHistogramNotSuccessful",
    "firstByteHistogram",
    "statusCodeDistribution",
    "errorDistribution",
};

static void take_leaf(struct reader *r, const struct bk_json *v, struct bk_str path)
{
    struct bk_reading q = {
        .name = path,
        .text = v->text,
        .has_value = true,
        .value = v->number,
        .half = 0,
        .locator = bk_line_locator(r->im->arena, v->line),
    };
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++) {
        struct bk_str group = bk_str(groups[i].path);
        if (!bk_starts(path, group) || path.len <= group.len ||
            path.ptr[group.len] != '.')
            continue;
        q.name = bk_str(groups[i].name);
        q.stat = bk_from(path, group.len + 1);
        q.scope = bk_str(groups[i].scope);
        if (bk_is(q.scope, "ok"))
            q.population = BK_POP_OK;
        else if (q.scope.len > 0)
            q.population = BK_POP_UNKNOWN;
        break;
    }
    bk_emit(r->im, r->run, &q);
}

static bool is_left_out(struct bk_str key)
{
    for (size_t i = 0; i < sizeof left_out / sizeof *left_out; i++) {
        if (bk_is(key, left_out[i]))
            return true;
    }
    return false;
}

static void take_numbers(struct reader *r, const struct bk_json *object,
                         struct bk_str path, int depth)
{
    for (const struct bk_json *v = object->child; v != NULL; v = v->next) {
        struct bk_str name = bk_upto(v->key, MAX_PATH);
        if (path.len > 0)
            name = bk_fmt(r->im->arena, "%.*s.%.*s", BK_F(path), BK_F(name));
        if (v->type == BK_JSON_NUMBER)
            take_leaf(r, v, name);
        else if (v->type == BK_JSON_OBJECT && depth < MAX_DEPTH && !is_left_out(v->key))
            take_numbers(r, v, name, depth + 1);
    }
}

static void take_counts(struct reader *r, const struct bk_json *root)
{
    const struct bk_json *codes = bk_json_get(root, "statusCodeDistribution");
    const struct bk_json *errors = bk_json_get(root, "errorDistribution");
    bool there = codes != NULL && codes->type == BK_JSON_OBJECT;
    for (const struct bk_json *v = there ? codes->child : NULL; v != NULL;
         v = v->next) {
        if (v->type == BK_JSON_NUMBER)
            bk_load_status(&r->outcomes, v->key, v->number);
    }
    there = errors != NULL && errors->type == BK_JSON_OBJECT;
    for (const struct bk_json *v = there ? errors->child : NULL; v != NULL;
         v = v->next) {
        if (v->type == BK_JSON_NUMBER && !bk_is(v->key, "aborted due to deadline"))
            bk_load_status(&r->outcomes, BK_S("0"), v->number);
    }
    if (there)
        r->outcomes.locator = bk_line_locator(r->im->arena, errors->line);
    if (codes != NULL)
        r->outcomes.locator = bk_line_locator(r->im->arena, codes->line);
}

static bool is_result(const struct bk_json *root)
{
    const struct bk_json *summary = bk_json_get(root, "summary");
    const struct bk_json *rate = bk_json_get(summary, "successRate");
    const struct bk_json *total = bk_json_get(summary, "total");
    return rate != NULL && total != NULL && total->type == BK_JSON_NUMBER &&
           bk_json_get(summary, "requestsPerSec") != NULL;
}

static bool import(struct bk_input *in, const struct bk_importing *im,
                   struct bk_err *err)
{
    struct reader r = {.im = im, .run = bk_run_new(im->arena)};
    struct bk_str text;
    if (bk_load_is_samples(in, &columns))
        return bk_load_samples(in, im, &columns, err);
    if (!bk_starts(bk_trim(bk_input_head(in)), BK_S("{")))
        return bk_load_text(in, im, BK_LOAD_OHA, err);
    if (!bk_input_text(in, MAX_TEXT, &text, err))
        return false;
    const struct bk_json *root =
        bk_json_parse(im->arena, text, BK_JSON_SPECIALS, NULL, NULL, err);
    if (root == NULL)
        return false;
    if (!is_result(root))
        return bk_fail(err, BK_EINPUT, "line %zu: no result of oha (summary.total)",
                       root->line);
    r.run->think_time_s = (double)NAN;
    r.run->closed_loop = true;
    take_counts(&r, root);
    take_numbers(&r, root, BK_S(""), 0);
    bk_load_settle_error_rate(im, r.run, &r.outcomes);
    bk_load_outcomes(im, r.run, &r.outcomes);
    bk_emit_drop_zero_latency(im, r.run);
    bk_emit_derived(im, r.run);
    return im->sink->run(im->sink, r.run, err);
}

static int bid_text(struct bk_str head)
{
    bool first;
    if (bk_load_text_tool(head, &first) != BK_LOAD_OHA)
        return 0;
    return first ? 95 : 85;
}

static int bid(const struct bk_input *in)
{
    struct bk_str head = bk_input_head(in), start = bk_trim(head);
    struct bk_err ignored;
    if (start.len == 0)
        return 0;
    if (start.ptr[0] != '{')
        return bk_load_is_samples(in, &columns) ? 95 : bid_text(head);
    if (!bk_input_is_whole(in))
        return bk_json_head_has_key(head, "successRate") &&
                       bk_json_head_has_key(head, "latencyPercentiles") &&
                       !bk_json_head_has_key(head, "$schema")
                   ? 85
                   : 0;
    struct bk_arena *a = bk_arena_new();
    const struct bk_json *root =
        bk_json_parse(a, head, BK_JSON_SPECIALS, NULL, NULL, &ignored);
    int mine = root != NULL && is_result(root) ? 95 : 0;
    bk_arena_free(a);
    return mine;
}

const struct bk_importer bk_importer_oha = {
    .name = "oha",
    .title = "oha results",
    .upstream = "oha 0.4 to 1.x: its text, --output-format json and csv",
    .gives = "one run, of a text one for each summary; of the CSV exact statistics and "
             "a timeline",
    .example = "oha -z 30s -c 16 --no-tui --output-format json http://HOST/ > oha.json",
    .signature =
        "an object with summary and latencyPercentiles; the header of oha's CSV; or "
        "\"Summary:\" with Success rate, Slowest and Requests/sec below it",
    .traps = "successRate counts answers of any status; where statuses contradict it, "
             "the share of failures is derived from the counts.\n"
             "What is null was not observed.\n"
             "What the deadline broke off is in neither count.\n"
             "The unit of the text's times follows the slowest request, \"10 sec\" "
             "being one.",
    .version = 2,
    .bid = bid,
    .import = import,
};
