/* Sizing runs of an LLM capacity calculator: its JSON file and its text report.
 *
 * Both files of a run hold the same inputs, three scenarios and results; neither holds
 * the time, which is in the file's name only
 * (sizing_<model>_<server>_<YYYYmmdd_HHMMSS>.json).  What comes out is one sizing run
 * with every number in base units, the formulas as the tool states them, its alerts and
 * what a recomputation finds.
 *
 * Format: https://github.com/alecatuae/calculadoraSizingInfraIA, files of February 2026;
 * docs/sizing-import.md describes the generations. */
#include "sizing.h"

#include "../src/base/num.h"
#include "../src/base/utf8.h"

/* "20260208_134500" */
#define STAMP_FORMAT "%Y%m%d_%H%M%S"
#define STAMP_LENGTH ((size_t)15)
#define CERTAIN      95
/* Repeated keys that get a finding each. */
#define MAX_DUPLICATES 20

/* --- bid --- */

static int bid(const struct bk_input *in)
{
    struct bk_str head = bk_input_head(in);
    struct bk_str text = bk_trim(head);
    if (!bk_starts(text, BK_S("{")))
        return bk_sizing_is_report(head) ? CERTAIN : 0;
    static const char *const others[] = {"parameter_dictionary", "storage_profile",
                                         "alerts", "warnings"};
    if (!bk_json_head_has_key(head, "inputs") ||
        !bk_json_head_has_key(head, "scenarios"))
        return 0;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (bk_json_head_has_key(head, others[i]))
            return CERTAIN;
    return 0;
}

/* --- the file's name --- */

/* "sizing_<model>_<server>_<stamp>" of the path's last part. */
struct file_name {
    struct bk_str middle;        /* model_server */
    struct bk_str model, server; /* cut at the last '_' */
    int64_t taken_ns;            /* BK_NO_TIME: the name says none */
};

static struct file_name split_name(struct bk_str name)
{
    struct file_name f = {.taken_ns = BK_NO_TIME};
    if (!bk_starts(name, BK_S("sizing_")))
        return f;
    struct bk_str rest = bk_from(name, BK_S("sizing_").len);
    for (size_t i = 0; i + STAMP_LENGTH <= rest.len; i++) {
        struct bk_str stamp = bk_upto(bk_from(rest, i), STAMP_LENGTH);
        bool ends = i + STAMP_LENGTH == rest.len || rest.ptr[i + STAMP_LENGTH] == '.';
        if (i < 2 || rest.ptr[i - 1] != '_' || !ends ||
            !bk_parse_time(stamp, BK_S(STAMP_FORMAT), &f.taken_ns))
            continue;
        f.middle = bk_upto(rest, i - 1);
        size_t cut = bk_rfind_char(f.middle, '_');
        f.model = cut == BK_NONE ? f.middle : bk_upto(f.middle, cut);
        f.server =
            cut == BK_NONE ? (struct bk_str){NULL, 0} : bk_from(f.middle, cut + 1);
        return f;
    }
    f.taken_ns = BK_NO_TIME;
    return f;
}

/* Names that differ in case and in the marks between words only are the same. */
static bool same_name(struct bk_arena *a, struct bk_str one, struct bk_str other)
{
    return bk_eq(bk_dict_key(a, one), bk_dict_key(a, other));
}

static void name_conflict(struct bk_sizing_work *w, const char *what,
                          struct bk_str inside, struct bk_str outside)
{
    struct bk_finding *f =
        bk_sizing_finding(w, "context-conflict", BK_WARNING, bk_str(what),
                          "%s is '%.*s' in the file and '%.*s' in its name", what,
                          BK_F(inside), BK_F(outside));
    f->expected = inside;
    f->actual = outside;
    f->locator = BK_S("path");
}

/* The time is in the file's name only; one that was given outranks it. */
static void take_time(struct bk_sizing_work *w, int64_t named_ns)
{
    int64_t given_ns = w->im->taken_ns;
    w->sizing->taken_ns = given_ns != BK_NO_TIME ? given_ns : named_ns;
    if (given_ns == BK_NO_TIME || named_ns == BK_NO_TIME || given_ns == named_ns)
        return;
    char given[40], named[40];
    bk_format_iso(given_ns, given);
    bk_format_iso(named_ns, named);
    struct bk_finding *f = bk_sizing_finding(
        w, "context-conflict", BK_WARNING, BK_S("started_at"),
        "started_at was given as %s, the file's name says %s", given, named);
    f->expected = bk_dup(w->arena, bk_str(given));
    f->actual = bk_dup(w->arena, bk_str(named));
    f->locator = BK_S("path");
}

/* Model, server and time, from the file and from its name. */
static void take_context(struct bk_sizing_work *w, struct bk_str path_name)
{
    struct bk_sizing *s = w->sizing;
    struct bk_arena *a = w->arena;
    s->model = bk_sizing_text(s, BK_S(""), "model", "name");
    s->server = bk_sizing_text(s, BK_S(""), "server", "name");
    struct file_name name = split_name(path_name);
    take_time(w, name.taken_ns);
    if (!name.middle.len)
        return;
    struct bk_str inside = bk_fmt(a, "%.*s_%.*s", BK_F(s->model), BK_F(s->server));
    if (s->model.len && s->server.len && !same_name(a, inside, name.middle)) {
        if (!same_name(a, s->model, name.model))
            name_conflict(w, "model", s->model, name.model);
        if (!same_name(a, s->server, name.server))
            name_conflict(w, "hardware", s->server, name.server);
    }
    if (!s->model.len)
        s->model = name.model;
    if (!s->server.len)
        s->server = name.server;
}

/* --- exact bytes --- */

static struct bk_sizing_value *find_number(struct bk_sizing *s, struct bk_str scenario,
                                           const char *section, const char *name)
{
    for (size_t i = 0; i < s->n_values; i++) {
        struct bk_sizing_value *v = &s->values[i];
        if (!v->is_text && bk_is(v->name, name) && bk_is(v->section, section) &&
            bk_eq(v->scenario, scenario))
            return v;
    }
    return NULL;
}

/* The formula's inputs hold the bytes of a session that the result only prints rounded;
 * a result that is not those bytes rounded stays as it is. */
static void take_exact_bytes(struct bk_sizing_work *w)
{
    struct bk_sizing *s = w->sizing;
    for (size_t i = 0; i < s->n_values; i++) {
        const struct bk_sizing_value *bytes = &s->values[i];
        if (!bk_is(bytes->section, "rationale.kv_per_session") || bytes->is_text ||
            !bk_is(bytes->name, "total_bytes"))
            continue;
        struct bk_sizing_value *v =
            find_number(s, bytes->scenario, "results", "kv_per_session");
        if (v && bytes->value >= v->low && bytes->value <= v->high) {
            v->value = v->low = v->high = bytes->value;
        } else if (v) {
            struct bk_finding *f = bk_sizing_finding(
                w, "derived-mismatch", BK_WARNING, v->name,
                "%.*s: kv_per_session is %.*s, but total_bytes gives %.*s",
                BK_F(v->scenario), BK_F(bk_sizing_show(w, v, v->value)),
                BK_F(bk_sizing_show(w, v, bytes->value)));
            f->expected = bk_sizing_show(w, v, bytes->value);
            f->actual = bk_sizing_show(w, v, v->value);
            f->locator = v->locator;
        }
    }
}

/* --- import --- */

static void report_duplicates(struct bk_sizing_work *w, const struct bk_json *root,
                              const struct bk_json **duplicates)
{
    for (size_t i = 0; duplicates && duplicates[i] && i < MAX_DUPLICATES; i++) {
        struct bk_finding *f =
            bk_sizing_finding(w, "duplicate-key", BK_WARNING, duplicates[i]->key,
                              "line %zu: '%.*s' stands twice in its object",
                              duplicates[i]->line, BK_F(duplicates[i]->key));
        f->locator = bk_json_pointer(w->arena, root, duplicates[i]);
    }
}

static bool read_json(struct bk_sizing_work *w, struct bk_str text, struct bk_err *err)
{
    const struct bk_json **duplicates = NULL;
    const struct bk_json *root =
        bk_json_parse(w->arena, text, BK_JSON_SPECIALS, NULL, &duplicates, err);
    if (!root)
        return false;
    report_duplicates(w, root, duplicates);
    return bk_sizing_read_json(w, root, err);
}

static bool read_report(struct bk_sizing_work *w, struct bk_str text,
                        struct bk_err *err)
{
    size_t bad = bk_utf8_bad(text);
    if (bad != BK_NONE)
        return bk_fail(err, BK_EINPUT, "byte %zu: the text is not UTF-8", bad);
    size_t sequences;
    const char *charset;
    struct bk_str repaired;
    if (bk_mojibake_repair(w->arena, text, &repaired, &sequences, &charset)) {
        text = repaired;
        bk_sizing_finding(w, "mojibake", BK_WARNING, BK_S("report"),
                          "the text was once read as %s; %zu letters were repaired",
                          charset, sequences);
    }
    if (!bk_sizing_is_report(text))
        return bk_fail(err, BK_EINPUT, "line 1: no title of a sizing report");
    return bk_sizing_read_text(w, text, err);
}

static bool import(struct bk_input *in, const struct bk_importing *im,
                   struct bk_err *err)
{
    struct bk_sizing_work *w = bk_alloc(im->arena, sizeof *w);
    w->im = im;
    w->arena = im->arena;
    w->sizing = bk_alloc(im->arena, sizeof *w->sizing);
    w->sizing->taken_ns = BK_NO_TIME;
    struct bk_str text;
    if (!bk_sizing_load(w, err) || !bk_input_text(in, BK_SIZING_MAX_BYTES, &text, err))
        return false;
    bool json = bk_starts(bk_trim(text), BK_S("{"));
    if (!(json ? read_json(w, text, err) : read_report(w, text, err)))
        return false;
    if (!w->sizing->n_values)
        return bk_fail(err, BK_EINPUT, "line 1: the sizing run holds no values");
    take_context(w, bk_input_name(in));
    take_exact_bytes(w);
    const struct bk_sizing_index *ix = bk_sizing_index(w->arena, w->sizing);
    bk_sizing_check(w, ix);
    bk_sizing_traps(w, ix);
    return im->sink->sizing(im->sink, w->sizing, err);
}

const struct bk_importer bk_importer_sizing = {
    .name = "sizing",
    .title = "LLM sizing run",
    .upstream = "calculadoraSizingInfraIA of February 2026 (v2 to v3d), JSON and text",
    .gives = "sizing run",
    .example = "python3 main.py --model M --server S --storage P --concurrency N "
               "--effective-context T",
    .signature = "an object with inputs and scenarios beside a parameter dictionary, "
                 "storage profile, alerts or warnings; or the boxes of its text report",
    .traps = "The time of a run is in the file's name only.\n"
             "Names say GB or TB where some numbers are binary: the table below has "
             "the factor that each is read with.",
    .version = 1,
    .bid = bid,
    .import = import,
    .names = bk_sizing_names,
};
