/* A run folder: the files of one folder that a layout makes one run of.
 *
 * The first 'result' of the layout that is there and readable gives the run; files that
 * the layout names beside it add context, growths and timings, each kept as a source of
 * its own.  What is incomplete beside the result never stops the import: it becomes a
 * finding. */
#include "explain.h"

#include <math.h>
#include <string.h>

#include "../../importers/shared/json.h"
#include "../base/num.h"

#define CONTEXT_FORMAT  "context"
#define MISSING         "context-missing"
#define MAX_CONTEXT     ((size_t)64 * 1024 * 1024) /* bytes of a log that rules look at */
#define MAX_GROWTH_FILE ((size_t)16 * 1024 * 1024)

struct part { /* a file of the folder */
    const struct bk_entry *entry;
    struct bk_str name;
    struct bk_file file;
    bool open;
    bool is_result;
    const struct bk_importer *importer;
    size_t source; /* index in the unit; BK_NONE: it is no source */
    struct bk_file_result r;
};

struct folder {
    struct bk_unit_work u;
    struct part *parts;
    size_t n;
    struct bk_saids says;     /* what context files say */
    struct bk_finding *notes; /* about what is missing */
    size_t n_notes;
};

static void skip(struct part *p, struct bk_str why)
{
    p->r.status = BK_FILE_SKIPPED;
    p->r.error = why;
}

static void fail(struct folder *fo, struct part *p, const struct bk_err *err)
{
    p->r.status = BK_FILE_FAILED;
    p->r.error = bk_dup(fo->u.arena, bk_str(err->msg));
}

static void note(struct folder *fo, struct bk_str subject, struct bk_str message)
{
    struct bk_finding *f = BK_PUSH(fo->u.arena, fo->notes, fo->n_notes);
    *f = (struct bk_finding){
        .code = BK_S(MISSING),
        .severity = BK_WARNING,
        .subject = subject,
        .message = message,
        .locator = subject,
    };
}

/* The same about a file that is not kept: no later import can see it. */
static void note_lost(struct folder *fo, struct bk_str subject, struct bk_str message)
{
    note(fo, subject, message);
    bk_unit_keep_note(&fo->u, &fo->notes[fo->n_notes - 1]);
}

/* --- which file is what --- */

static bool matches(const struct bk_str *globs, size_t n, struct bk_str name)
{
    for (size_t i = 0; i < n; i++) {
        if (bk_glob(globs[i], name))
            return true;
    }
    return false;
}

static bool gives_context(const struct bk_layout *l, struct bk_str name)
{
    for (size_t i = 0; i < l->n_contexts; i++) {
        if (bk_glob(l->contexts[i].glob, name))
            return true;
    }
    for (size_t i = 0; i < l->n_growths; i++) {
        if (bk_glob(l->growths[i].before, name) || bk_glob(l->growths[i].after, name))
            return true;
    }
    return false;
}

static bool gives_timings(const struct bk_layout *l, struct bk_str name)
{
    for (size_t i = 0; i < l->n_timings; i++) {
        if (bk_glob(l->timings[i].glob, name))
            return true;
    }
    return false;
}

bool bk_ingest_is_run_folder(const struct bk_ingesting *in,
                             const struct bk_entry *const *entries, size_t n)
{
    const struct bk_layout *l = &in->layout;
    for (size_t i = 0; l->per_directory && i < n; i++) {
        struct bk_str name = bk_path_base(entries[i]->path);
        if (matches(l->results, l->n_results, name) || gives_context(l, name))
            return true;
    }
    return false;
}

/* --- reading --- */

static bool open_part(struct folder *fo, struct part *p, struct bk_err *err)
{
    if (p->open)
        return true;
    if (p->entry->error.len > 0)
        return bk_fail(err, BK_EINPUT, "%.*s", BK_F(p->entry->error));
    p->open = bk_unit_open(fo->u.in, fo->u.arena, &p->file, p->entry->path, err);
    return p->open;
}

static bool settle_part(struct folder *fo, struct part *p, struct bk_err *err)
{
    struct bk_ingesting *in = fo->u.in;
    if (!bk_file_settle(fo->u.arena, &p->file, bk_unit_interrupt(in), err))
        return false;
    memcpy(p->r.sha256, p->file.sha256, sizeof p->r.sha256);
    p->r.redactions = p->file.redactions;
    bk_unit_progress(in, p->entry->path, p->file.read_size);
    return true;
}

static bool choose(struct folder *fo, struct part *p, struct bk_err *err)
{
    struct bk_input *input = NULL;
    if (!open_part(fo, p, err) || !bk_file_input(&p->file, &input, err))
        return false;
    bool ok = bk_unit_choose(fo->u.in, input, &p->importer, err);
    bk_explain_bids(fo->u.in, p->entry->path, input);
    bk_input_close(input);
    return ok;
}

/* Tries the files of one glob of 'result'.  True: at least one is a result. */
static bool try_results(struct folder *fo, struct bk_str glob)
{
    bool any = false;
    for (size_t i = 0; i < fo->n; i++) {
        struct part *p = &fo->parts[i];
        struct bk_err err = {0};
        if (!bk_glob(glob, p->name))
            continue;
        p->is_result = choose(fo, p, &err) && settle_part(fo, p, &err);
        any = any || p->is_result;
        if (p->is_result)
            p->r.format = bk_str(p->importer->name);
        else
            fail(fo, p, &err);
    }
    return any;
}

/* The files of the first glob that gives a result. */
static bool find_results(struct folder *fo, size_t *which)
{
    const struct bk_layout *l = &fo->u.in->layout;
    for (*which = 0; *which < l->n_results; ++*which) {
        if (try_results(fo, l->results[*which]))
            return true;
    }
    return false;
}

/* An unreadable first choice is no failure when the next one serves. */
static void forgive_results(struct folder *fo)
{
    for (size_t i = 0; i < fo->n; i++) {
        struct part *p = &fo->parts[i];
        if (p->is_result || p->r.error.len == 0)
            continue;
        note_lost(fo, p->name,
                  bk_fmt(fo->u.arena, "%.*s cannot be used: %.*s", BK_F(p->name),
                         BK_F(p->r.error)));
        skip(p, p->r.error);
    }
}

static void read_beside(struct folder *fo, struct part *p)
{
    struct bk_err err = {0};
    bool ok = open_part(fo, p, &err);
    if (ok && p->file.in_memory && p->file.bytes.len == 0) {
        note_lost(fo, p->name, bk_fmt(fo->u.arena, "%.*s is empty", BK_F(p->name)));
        skip(p, BK_S("it is empty"));
        return;
    }
    ok = ok && settle_part(fo, p, &err);
    if (!ok) {
        note_lost(
            fo, p->name,
            bk_fmt(fo->u.arena, "%.*s cannot be used: %s", BK_F(p->name), err.msg));
        fail(fo, p, &err);
        return;
    }
    p->r.format = BK_S(CONTEXT_FORMAT);
    p->r.status = BK_FILE_IMPORTED;
    p->source = bk_unit_member(&fo->u, &p->file, p->r.format, 1);
}

static void read_all_beside(struct folder *fo)
{
    const struct bk_layout *l = &fo->u.in->layout;
    for (size_t i = 0; i < fo->n; i++) {
        struct part *p = &fo->parts[i];
        if (p->is_result || p->r.error.len > 0)
            continue;
        if (p->entry->reason.len > 0)
            skip(p, p->entry->reason);
        else if (gives_context(l, p->name) || gives_timings(l, p->name))
            read_beside(fo, p);
        else if (matches(l->ignores, l->n_ignores, p->name))
            skip(p, BK_S("ignored by the layout"));
        else if (matches(l->results, l->n_results, p->name))
            skip(p, BK_S("the folder has a better result file"));
        else
            skip(p, BK_S("not named by the layout"));
    }
}

/* --- what the files beside the result add --- */

static void collect_context(struct folder *fo)
{
    const struct bk_layout *l = &fo->u.in->layout;
    for (size_t i = 0; i < l->n_contexts; i++) {
        for (size_t k = 0; k < fo->n; k++) {
            struct part *p = &fo->parts[k];
            struct bk_str text;
            struct bk_err err = {0};
            if (p->source == BK_NONE || !bk_glob(l->contexts[i].glob, p->name))
                continue;
            if (bk_file_text(fo->u.arena, &p->file, MAX_CONTEXT, &text, &err))
                bk_layout_context(fo->u.arena, &l->contexts[i], p->name, text,
                                  &fo->says);
        }
    }
}

static const struct part *named(const struct folder *fo, struct bk_str glob)
{
    for (size_t i = 0; i < fo->n; i++) {
        if (fo->parts[i].source != BK_NONE && bk_glob(glob, fo->parts[i].name))
            return &fo->parts[i];
    }
    return NULL;
}

/* The number at the pointer; NULL when there is none, which is noted. */
static const struct bk_json *number_at(struct folder *fo, struct bk_str glob,
                                       const struct bk_growth *g)
{
    const struct part *p = named(fo, glob);
    struct bk_err err = {0};
    struct bk_str text;
    const struct bk_json *node = NULL;
    struct bk_arena *a = fo->u.arena;
    if (p && bk_file_text(a, &p->file, MAX_GROWTH_FILE, &text, &err))
        node = bk_json_parse(a, text, BK_JSON_STRICT, NULL, NULL, &err);
    node = node ? bk_json_at(node, g->pointer) : NULL;
    if (node && node->type == BK_JSON_NUMBER && isfinite(node->number))
        return node;
    note(fo, g->metric,
         bk_fmt(a, "%.*s is not known: %.*s %s%.*s", BK_F(g->metric), BK_F(glob),
                p ? "has no number at " : "is missing, with ", BK_F(g->pointer)));
    return NULL;
}

static unsigned next_rank(const struct bk_run *r, struct bk_str metric,
                          struct bk_str stat)
{
    unsigned rank = 0;
    for (size_t i = 0; i < r->n_measurements; i++) {
        const struct bk_measurement *m = &r->measurements[i];
        if (bk_eq(m->metric, metric) && bk_eq(m->stat, stat) && m->scope.len == 0 &&
            m->rank >= rank)
            rank = m->rank + 1;
    }
    return rank;
}

static void add_growth(struct folder *fo, struct bk_run *run, const struct bk_growth *g)
{
    const struct bk_json *before = number_at(fo, g->before, g);
    const struct bk_json *after = number_at(fo, g->after, g);
    const struct part *from = named(fo, g->after);
    if (!before || !after || !from)
        return;
    struct bk_target t = {0};
    const struct bk_unit *unit = bk_dict_unit(fo->u.in->dict, g->unit);
    bool known =
        bk_target_parse(fo->u.in->dict, g->metric, &t) && t.kind == BK_TARGET_METRIC;
    struct bk_str metric = known ? t.name : g->metric;
    struct bk_str stat = known && t.stat.len > 0 ? t.stat : BK_S("value");
    double factor = unit ? unit->factor : 1;
    double value = (after->number - before->number) * factor;
    double half = (bk_half_digit(after->text) + bk_half_digit(before->text)) * factor;
    bool whole = bk_find_char(after->text, '.') == BK_NONE &&
                 bk_find_char(before->text, '.') == BK_NONE;
    unsigned rank = next_rank(run, metric, stat);
    if (!isfinite(value))
        return;
    struct bk_measurement *m =
        bk_run_measure(fo->u.arena, run);
    *m = (struct bk_measurement){
        .metric = metric,
        .stat = stat,
        .unit = unit       ? unit->base
                : t.metric ? t.metric->unit
                           : BK_S("1"),
        .value = value,
        .low = whole ? value : value - half,
        .high = whole ? value : value + half,
        .origin = BK_DERIVED,
        .rank = rank,
        .source_name = g->pointer,
        .source_value =
            bk_fmt(fo->u.arena, "%.*s - %.*s", BK_F(after->text), BK_F(before->text)),
        .how = bk_wording_new(fo->u.arena, BK_S("after - before"), g->unit),
        .locator = g->pointer,
        .source = from->source,
    };
}

/* The numbers of a log become measurements of the run beside it. */
static void merge_run(struct folder *fo, struct bk_run *into, const struct bk_run *from)
{
    struct bk_arena *a = fo->u.arena;
    for (size_t i = 0; i < from->n_measurements; i++) {
        struct bk_measurement m = from->measurements[i];
        const char *metric = bk_cstr(a, m.metric), *stat = bk_cstr(a, m.stat);
        if (m.rank == 0 && bk_run_find(into, metric, stat, bk_cstr(a, m.scope)))
            m.rank = next_rank(into, m.metric, m.stat);
        *bk_run_measure(a, into) = m;
    }
    for (size_t i = 0; i < from->n_findings; i++) {
        /* A server's log is full of other lines; that is no news beside a result. */
        if (!bk_is(from->findings[i].code, "unmatched-lines"))
            *BK_PUSH(a, into->findings, into->n_findings) = from->findings[i];
    }
}

static void add_timings(struct folder *fo, struct bk_run *run, struct part *p)
{
    const struct bk_importer *imp = bk_importer_named(BK_S("timing-log"));
    struct bk_unit_work *u = &fo->u;
    struct bk_err err = {0};
    size_t first = u->n_runs;
    if (!imp)
        return;
    u->source = p->source;
    if (!bk_unit_import(u, imp, &p->file, &err))
        note(fo, p->name,
             bk_fmt(u->arena, "%.*s gives no timings: %s", BK_F(p->name), err.msg));
    for (size_t i = first; i < u->n_runs; i++)
        merge_run(fo, run, u->runs[i]);
    u->n_runs = first;
    u->source = 0;
}

static void add_beside(struct folder *fo)
{
    const struct bk_layout *l = &fo->u.in->layout;
    struct bk_unit_work *u = &fo->u;
    collect_context(fo);
    if (u->n_runs != 1) {
        if (l->n_growths + l->n_timings > 0)
            note(fo, BK_S("timings"),
                 bk_fmt(u->arena,
                        "the result holds %zu runs: what the files beside it measure "
                        "belongs to none of them",
                        u->n_runs));
        return;
    }
    struct bk_run *run = u->runs[0];
    for (size_t i = 0; i < l->n_growths; i++) {
        if (named(fo, l->growths[i].before) || named(fo, l->growths[i].after))
            add_growth(fo, run, &l->growths[i]);
    }
    for (size_t i = 0; i < fo->n; i++) {
        if (fo->parts[i].source != BK_NONE && !fo->parts[i].is_result &&
            gives_timings(l, fo->parts[i].name))
            add_timings(fo, run, &fo->parts[i]);
    }
}

static void add_notes(struct folder *fo)
{
    struct bk_unit_work *u = &fo->u;
    if (u->n_runs > 0)
        bk_unit_add_notes(u, u->runs[0]);
    for (size_t i = 0; i < fo->n_notes && u->n_runs > 0; i++) {
        struct bk_run *r = u->runs[0];
        *BK_PUSH(u->arena, r->findings, r->n_findings) = fo->notes[i];
    }
}

/* --- the folder as a whole --- */

/* What becomes of the files when the run does not go in. */
static void settle_rest(struct folder *fo, enum bk_file_status known, struct bk_str why)
{
    for (size_t i = 0; i < fo->n; i++) {
        struct part *p = &fo->parts[i];
        bool pending = p->is_result || p->source != BK_NONE ||
                       (p->r.status == BK_FILE_IMPORTED && p->r.error.len == 0);
        if (!pending || p->r.status == BK_FILE_DUPLICATE ||
            p->r.status == BK_FILE_SKIPPED)
            continue;
        p->r.status = known;
        p->r.error = why;
    }
}

static bool all_known(struct folder *fo, bool *known, struct bk_err *err)
{
    struct bk_ingesting *in = fo->u.in;
    *known = true;
    for (size_t i = 0; i < fo->n; i++) {
        struct part *p = &fo->parts[i];
        int64_t id = 0;
        if (p->r.sha256[0] == '\0' || (p->source == BK_NONE && !p->is_result))
            continue;
        struct bk_str noted = in->options->dry_run ? (struct bk_str){0} : p->file.path;
        if (!bk_archive_find_source(in->archive, p->file.sha256, noted, &id, err))
            return false;
        if (id != 0)
            p->r.status = BK_FILE_DUPLICATE;
        else if (p->is_result)
            *known = false;
    }
    return true;
}

static void duplicate_folder(struct folder *fo)
{
    for (size_t i = 0; i < fo->n; i++) {
        if (fo->parts[i].is_result)
            fo->parts[i].r.status = BK_FILE_DUPLICATE;
    }
    settle_rest(fo, BK_FILE_SKIPPED, BK_S("its run is there already"));
}

static bool import_results(struct folder *fo, size_t which, struct bk_err *err)
{
    struct bk_unit_work *u = &fo->u;
    for (size_t i = 0; i < fo->n; i++) {
        struct part *p = &fo->parts[i];
        if (!p->is_result || p->r.status == BK_FILE_DUPLICATE)
            continue;
        u->source = p->source;
        size_t first = u->n_runs;
        if (!bk_unit_import(u, p->importer, &p->file, err)) {
            if (err->code == BK_ESKIP) {
                skip(p, bk_dup(u->arena, bk_str(err->msg)));
                continue;
            }
            fail(fo, p, err);
            return false;
        }
        /* In a run's own folder a summary stands for the run: it is not what somebody
         * says of a run that is told elsewhere. */
        for (size_t k = first; k < u->n_runs; k++)
            u->runs[k]->claims = false;
        if (which > 0)
            note(fo, p->name,
                 bk_fmt(u->arena, "the run is taken from %.*s, for want of %.*s",
                        BK_F(p->name), BK_F(u->in->layout.results[0])));
    }
    u->source = 0;
    return true;
}

static bool every_result_skipped(const struct folder *fo)
{
    for (size_t i = 0; i < fo->n; i++) {
        if (fo->parts[i].is_result && fo->parts[i].r.status != BK_FILE_SKIPPED)
            return false;
    }
    return true;
}

static struct part *first_result(struct folder *fo)
{
    for (size_t i = 0; i < fo->n; i++) {
        if (fo->parts[i].is_result)
            return &fo->parts[i];
    }
    return NULL;
}

static bool store(struct folder *fo, struct bk_err *err)
{
    struct bk_unit_work *u = &fo->u;
    struct part *result = first_result(fo);
    bool nothing_new = false;
    add_beside(fo);
    add_notes(fo);
    if (!bk_unit_context(u, result->file.path, &fo->says, err) ||
        !bk_unit_drop_known(u, &nothing_new, err))
        return false;
    if (nothing_new) {
        duplicate_folder(fo);
        return true;
    }
    if (!bk_unit_store(u, err)) {
        if (u->known)
            duplicate_folder(fo);
        return u->known;
    }
    result->r.counts = u->counts;
    for (size_t i = 0; i < fo->n; i++) {
        struct part *p = &fo->parts[i];
        if (p->is_result && p->r.status != BK_FILE_DUPLICATE &&
            p->r.status != BK_FILE_SKIPPED)
            p->r.status = BK_FILE_IMPORTED;
    }
    return true;
}

static bool import_folder(struct folder *fo, struct bk_err *err)
{
    size_t which;
    bool known = false;
    if (!find_results(fo, &which)) {
        settle_rest(fo, BK_FILE_SKIPPED,
                    BK_S("the folder has no result file that can be read"));
        return true;
    }
    forgive_results(fo);
    for (size_t i = 0; i < fo->n; i++) {
        struct part *p = &fo->parts[i];
        if (p->is_result)
            p->source =
                bk_unit_member(&fo->u, &p->file, p->r.format, p->importer->version);
    }
    fo->u.must_be_new = true;
    read_all_beside(fo);
    if (!all_known(fo, &known, err))
        return false;
    if (known) {
        duplicate_folder(fo);
        return true;
    }
    if (!import_results(fo, which, err))
        return false;
    if (every_result_skipped(fo)) {
        settle_rest(fo, BK_FILE_SKIPPED, BK_S("the folder has no result"));
        return true;
    }
    return store(fo, err);
}

static void tell_all(struct folder *fo)
{
    for (size_t i = 0; i < fo->n; i++) {
        struct part *p = &fo->parts[i];
        if (p->r.status == BK_FILE_FAILED) {
            struct bk_err err = {0};
            bk_fail(&err, BK_EINPUT, "%.*s", BK_F(p->r.error));
            bk_unit_tell_failed(fo->u.in, &p->r, &err);
        } else {
            bk_unit_tell(fo->u.in, &p->r);
        }
    }
}

bool bk_ingest_folder(struct bk_ingesting *in, const struct bk_entry *const *entries,
                      size_t n, struct bk_err *err)
{
    struct folder fo = {0};
    struct bk_err why = {0};
    bk_unit_init(&fo.u, in, bk_path_dir(entries[0]->path));
    fo.parts = bk_alloc_array(fo.u.arena, n, sizeof *fo.parts);
    fo.n = n;
    for (size_t i = 0; i < n; i++) {
        fo.parts[i].entry = entries[i];
        fo.parts[i].name = bk_path_base(entries[i]->path);
        fo.parts[i].source = BK_NONE;
        fo.parts[i].r.path = entries[i]->path;
    }
    bool ok = import_folder(&fo, &why);
    if (!ok) {
        struct part *result = first_result(&fo);
        if (result && result->r.status != BK_FILE_FAILED)
            fail(&fo, result, &why);
        for (size_t i = 0; i < n; i++) {
            struct part *p = &fo.parts[i];
            if (p != result && p->r.status != BK_FILE_FAILED &&
                p->r.status != BK_FILE_SKIPPED)
                skip(p, BK_S("its run could not be imported"));
        }
    }
    tell_all(&fo);
    bk_unit_finish(&fo.u);
    for (size_t i = 0; i < n; i++) {
        if (fo.parts[i].open)
            bk_file_close(&fo.parts[i].file);
    }
    bk_unit_free(&fo.u);
    if (ok || !bk_unit_fatal(&why))
        return true;
    *err = why;
    return false;
}
