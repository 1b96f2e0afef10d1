/* Companions: the files that a tool writes side by side for one run (PREFIX_stats.csv,
 * PREFIX_stats_history.csv ...) are one unit and give one run.
 *
 * Which suffixes belong together is said by the importer (struct bk_companion); what a
 * file is, its content says: a file that only has such a name goes its own way.  The
 * first companion gives the run, the others add what it does not have.  A number that
 * two of them have is taken from the first; the other stays as a claim, so that the
 * checks compare them, unless it is only of another moment of the run. */
#include "internal.h"

#include <math.h>
#include <string.h>

#include "../../importers/shared/emit.h"

#define MAX_PARTS  ((size_t)8)
#define INCOMPLETE "incomplete-run"

/* --- names --- */

static struct bk_str without_packing(struct bk_str name)
{
    static const char *const packed[] = {".gz", ".zst"};
    for (size_t i = 0; i < sizeof packed / sizeof *packed; i++) {
        if (bk_ends(name, bk_str(packed[i])))
            return bk_upto(name, name.len - strlen(packed[i]));
    }
    return name;
}

static bool is_alphanumeric(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static bool has_suffix(struct bk_str name, const char *suffix, struct bk_str *prefix)
{
    if (!bk_ends(name, bk_str(suffix)))
        return false;
    *prefix = bk_upto(name, name.len - strlen(suffix));
    return prefix->len == 0 || !is_alphanumeric(prefix->ptr[prefix->len - 1]);
}

const struct bk_companion *bk_companion_of(struct bk_str name, struct bk_str *prefix,
                                           const struct bk_importer **imp)
{
    struct bk_str plain = without_packing(name);
    for (size_t i = 0; i < bk_n_importers; i++) {
        const struct bk_companion *c = bk_importers[i]->companions;
        for (; c && c->suffix; c++) {
            if (has_suffix(plain, c->suffix, prefix)) {
                *imp = bk_importers[i];
                return c;
            }
        }
    }
    return NULL;
}

void bk_ingest_add_companions(struct bk_ingesting *in, struct bk_walk *w)
{
    static const char *const packed[] = {"", ".gz", ".zst"};
    size_t n = w->n;
    for (size_t i = 0; i < n; i++) {
        struct bk_str path = w->entries[i].path, prefix;
        const struct bk_importer *imp;
        if (w->entries[i].size < 0 ||
            !bk_companion_of(bk_path_base(path), &prefix, &imp))
            continue;
        struct bk_str folder = bk_upto(path, path.len - bk_path_base(path).len);
        for (const struct bk_companion *c = imp->companions; c->suffix; c++) {
            for (size_t k = 0; k < sizeof packed / sizeof *packed; k++)
                bk_walk_add_beside(in->arena, w,
                                   bk_fmt(in->arena, "%.*s%.*s%s%s", BK_F(folder),
                                          BK_F(prefix), c->suffix, packed[k])
                                       .ptr);
        }
    }
}

/* --- one run out of several --- */

/* Are the part's totals those of another moment of the run than the first one's? */
static bool of_another_moment(const struct bk_run *run, const struct bk_run *part,
                              double lag_s)
{
    static const char *const counts[] = {"requests", "requests_failed"};
    const struct bk_measurement *rate =
        bk_run_find(run, "request_throughput", "value", "");
    double allowed = rate && rate->value > 0 ? ceil(rate->value * lag_s) : 0;
    bool differs = false;
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        const struct bk_measurement *a = bk_run_find(run, counts[i], "value", "");
        const struct bk_measurement *b = bk_run_find(part, counts[i], "value", "");
        double gap = a && b ? fabs(a->value - b->value) : 0;
        if (gap > allowed)
            return false;
        differs = differs || gap > 0;
    }
    return differs;
}

static struct bk_str quantity(struct bk_arena *a, const struct bk_measurement *m)
{
    const struct bk_str parts[] = {m->metric, m->stat, m->scope};
    return bk_join(a, parts, 3, '\x1f');
}

/* Is the part's number worth a claim about what the run has already?  One that was only
 * derived says nothing new when it agrees, or when the run's own numbers give it. */
static bool is_claim(const struct bk_measurement *own, const struct bk_measurement *m)
{
    bool same = own->value >= m->value && own->value <= m->value;
    return m->origin != BK_DERIVED || (own->origin != BK_DERIVED && !same);
}

/* A quantity that the run has already becomes a claim about it. */
static void join_measurements(const struct bk_importing *im, struct bk_run *run,
                              const struct bk_run *part, bool other_moment)
{
    struct bk_arena *a = im->arena;
    struct bk_map known = {0}; /* quantity -> 1 + index of its last claim */
    for (size_t i = 0; i < run->n_measurements; i++)
        bk_map_put(a, &known, quantity(a, &run->measurements[i]),
                   (void *)(uintptr_t)(i + 1));
    for (size_t i = 0; i < part->n_measurements; i++) {
        struct bk_measurement m = part->measurements[i];
        struct bk_str key = quantity(a, &m);
        size_t place = (size_t)(uintptr_t)bk_map_get(&known, key);
        if (place > 0 && other_moment)
            bk_emit_dropped(
                im, run,
                (struct bk_dropped){m.source_name, m.source_value, m.locator,
                                    "its companion has it of another moment"});
        if (place > 0 && (other_moment || !is_claim(&run->measurements[place - 1], &m)))
            continue;
        if (place > 0)
            m.rank = run->measurements[place - 1].rank + 1;
        *bk_run_measure(a, run) = m;
        bk_map_put(a, &known, key, (void *)(uintptr_t)run->n_measurements);
    }
}

static void take_text(struct bk_str *into, struct bk_str from)
{
    if (into->len == 0)
        *into = from;
}

static void join_context(struct bk_arena *a, struct bk_run *run,
                         const struct bk_run *part)
{
    take_text(&run->session, part->session);
    take_text(&run->hardware, part->hardware);
    take_text(&run->model, part->model);
    take_text(&run->engine, part->engine);
    take_text(&run->workload, part->workload);
    if (run->started_ns == BK_NO_TIME) {
        run->started_ns = part->started_ns;
        run->started_text = part->started_text;
    }
    if (run->ended_ns == BK_NO_TIME)
        run->ended_ns = part->ended_ns;
    for (size_t i = 0; i < part->n_params; i++) {
        const struct bk_param *p = &part->params[i];
        if (!bk_run_find_param(run, bk_cstr(a, p->name)))
            bk_run_param(a, run, p->name, p->value, p->locator);
    }
}

static void join_runs(const struct bk_importing *im, struct bk_run *run,
                      const struct bk_run *part, const struct bk_companion *as)
{
    struct bk_arena *a = im->arena;
    join_measurements(im, run, part, of_another_moment(run, part, as->lag_s));
    join_context(a, run, part);
    for (size_t i = 0; i < part->n_findings; i++)
        *BK_PUSH(a, run->findings, run->n_findings) = part->findings[i];
    for (size_t i = 0; i < part->n_dropped; i++)
        *BK_PUSH(a, run->dropped, run->n_dropped) = part->dropped[i];
    if (run->n_ticks == 0) {
        run->ticks = part->ticks;
        run->n_ticks = part->n_ticks;
    }
    run->n_samples += part->n_samples;
}

static void note(struct bk_unit_work *u, struct bk_run *run, const struct bk_part *p,
                 const char *what)
{
    struct bk_str name = bk_path_base(p->file->path);
    struct bk_finding *f =
        bk_run_finding(u->arena, run, INCOMPLETE, BK_WARNING, name, "%.*s %s: %.*s",
                       BK_F(name), what, BK_F(p->why));
    f->locator = name;
    if (p->failed == BK_EINPUT) /* its bytes are not kept */
        bk_unit_keep_note(u, f);
}

/* Imports one part.  Its run, if it gives one, is the unit's last. */
static bool import_part(struct bk_unit_work *u, const struct bk_importer *imp,
                        struct bk_part *p, struct bk_err *err)
{
    size_t runs = u->n_runs, findings = u->n_findings;
    struct bk_err why = {0};
    u->source = u->n_members;
    if (bk_unit_import(u, imp, p->file, &why)) {
        p->gives_run = u->n_runs > runs;
        p->why = p->gives_run ? BK_S("") : BK_S("it holds no results");
        return true;
    }
    p->failed = why.code;
    p->why = bk_dup(u->arena, bk_str(why.msg));
    u->n_runs = runs;
    u->n_findings = findings;
    if (why.code == BK_EINPUT || why.code == BK_ESKIP)
        return true;
    *err = why;
    return false;
}

/* Those that give no run: kept beside the others, or told. */
static void settle_without_run(struct bk_unit_work *u, const struct bk_importer *imp,
                               const struct bk_part *parts, size_t n)
{
    struct bk_run *run = u->n_runs > 0 ? u->runs[0] : NULL;
    if (run)
        bk_unit_add_notes(u, run);
    for (size_t i = 0; run && i < n; i++) {
        if (parts[i].gives_run)
            continue;
        if (parts[i].failed == BK_EINPUT)
            note(u, run, &parts[i], "cannot be used");
        else
            bk_unit_member(u, parts[i].file, bk_str(imp->name), imp->version);
    }
}

bool bk_unit_join(struct bk_unit_work *u, const struct bk_importer *imp,
                  struct bk_part *parts, size_t n, struct bk_err *err)
{
    if (!bk_unit_dict(u->in, err))
        return false;
    const struct bk_importing im = {
        .arena = u->arena,
        .dict = u->in->dict,
        .sink = &u->sink,
        .format = bk_str(imp->name),
    };
    u->part = true;
    for (size_t i = 0; i < n; i++) {
        if (!import_part(u, imp, &parts[i], err))
            return false;
        if (!parts[i].gives_run)
            continue;
        bk_unit_member(u, parts[i].file, bk_str(imp->name), imp->version);
        for (size_t k = 1; k < u->n_runs; k++)
            join_runs(&im, u->runs[0], u->runs[k], parts[i].as);
        u->n_runs = 1;
        bk_emit_derived(&im, u->runs[0]);
    }
    u->part = false;
    u->source = 0;
    settle_without_run(u, imp, parts, n);
    return true;
}

/* --- a group as a unit --- */

struct member {
    const struct bk_entry *entry;
    struct bk_file file;
    bool open;
    bool known; /* its bytes are in the archive */
    struct bk_file_result r;
};

struct set { /* the files of one prefix, by their place in the importer's table */
    const struct bk_importer *imp;
    const struct bk_entry *entries[MAX_PARTS];
    size_t n;
    bool done;
};

struct joining {
    struct bk_unit_work u;
    const struct bk_importer *imp;
    struct member *members[MAX_PARTS];
    struct bk_part parts[MAX_PARTS];
    size_t n;
};

/* Is this file what its name says? */
static bool is_companion(struct joining *j, struct member *m)
{
    struct bk_err ignored = {0};
    struct bk_input *input = NULL;
    const struct bk_importer *imp = NULL;
    if (m->entry->error.len > 0 || m->entry->reason.len > 0)
        return false;
    m->open = bk_unit_open(j->u.in, j->u.arena, &m->file, m->entry->path, &ignored);
    if (!m->open || !bk_file_input(&m->file, &input, &ignored))
        return false;
    bool ok = bk_unit_choose(j->u.in, input, &imp, &ignored);
    bk_input_close(input);
    return ok && imp == j->imp;
}

static bool settle_member(struct joining *j, struct member *m, struct bk_err *err)
{
    struct bk_ingesting *in = j->u.in;
    int64_t id = 0;
    bk_unit_progress(in, m->entry->path, 0);
    if (!bk_file_settle(j->u.arena, &m->file, bk_unit_interrupt(in), err))
        return false;
    memcpy(m->r.sha256, m->file.sha256, sizeof m->r.sha256);
    m->r.redactions = m->file.redactions;
    m->r.format = bk_str(j->imp->name);
    struct bk_str noted = in->options->dry_run ? (struct bk_str){0} : m->file.path;
    if (!bk_archive_find_source(in->archive, m->file.sha256, noted, &id, err))
        return false;
    m->known = id != 0;
    bk_unit_progress(in, m->entry->path, m->file.read_size);
    return true;
}

static void skip(struct member *m, struct bk_str why)
{
    m->r.status = BK_FILE_SKIPPED;
    m->r.error = why;
}

/* The run is there already. */
static void all_known(struct joining *j, const struct member *first)
{
    for (size_t i = 0; i < j->n; i++) {
        struct member *m = j->members[i];
        if (m->known || m == first)
            m->r.status = BK_FILE_DUPLICATE;
        else
            skip(m, bk_fmt(j->u.arena,
                           "its run is there already, imported from '%.*s' without "
                           "this file",
                           BK_F(bk_path_base(first->entry->path))));
    }
}

static bool every_one_known(const struct joining *j)
{
    for (size_t i = 0; i < j->n; i++) {
        if (!j->members[i]->known)
            return false;
    }
    return true;
}

/* Parts that the archive has from another import may be a run of their own there. */
static void note_known(struct joining *j)
{
    for (size_t i = 0; i < j->n; i++) {
        struct bk_part *p = &j->parts[i];
        if (!p->gives_run || !j->members[i]->known)
            continue;
        p->why = BK_S("its bytes came from another import too; if that was this run, "
                      "then it is counted twice");
        note(&j->u, j->u.runs[0], p, "is there already");
    }
}

static void tell_unread(struct joining *j)
{
    for (size_t i = 0; i < j->n; i++) {
        const struct bk_part *p = &j->parts[i];
        struct member *m = j->members[i];
        if (p->failed == BK_EINPUT) {
            m->r.status = BK_FILE_FAILED;
            m->r.error = p->why;
        } else if (j->u.n_runs == 0) {
            skip(m, p->why);
        }
    }
}

static struct member *first_with_run(struct joining *j)
{
    for (size_t i = 0; i < j->n; i++) {
        if (j->parts[i].gives_run)
            return j->members[i];
    }
    return NULL;
}

static bool store(struct joining *j, struct member *first, struct bk_err *err)
{
    struct bk_unit_work *u = &j->u;
    bool nothing_new = false;
    note_known(j);
    u->must_be_new = true;
    if (!bk_unit_context(u, first->file.path, NULL, err) ||
        !bk_unit_drop_known(u, &nothing_new, err))
        return false;
    if (nothing_new || !bk_unit_store(u, err)) {
        all_known(j, first);
        return nothing_new || u->known;
    }
    first->r.counts = u->counts;
    for (size_t i = 0; i < j->n; i++) {
        if (j->parts[i].failed != BK_EINPUT)
            j->members[i]->r.status = BK_FILE_IMPORTED;
    }
    return true;
}

static bool import_joined(struct joining *j, struct bk_err *err)
{
    for (size_t i = 0; i < j->n; i++) {
        if (!settle_member(j, j->members[i], err))
            return false;
        j->parts[i].file = &j->members[i]->file;
    }
    j->u.path = j->members[0]->entry->path;
    if (every_one_known(j)) {
        all_known(j, j->members[0]);
        return true;
    }
    if (!bk_unit_join(&j->u, j->imp, j->parts, j->n, err))
        return false;
    tell_unread(j);
    struct member *first = first_with_run(j);
    if (!first)
        return true;
    if (first->known) {
        all_known(j, first);
        return true;
    }
    return store(j, first, err);
}

static void tell(struct joining *j, const struct bk_err *why)
{
    for (size_t i = 0; i < j->n; i++) {
        struct bk_file_result *r = &j->members[i]->r;
        struct bk_err err = *why;
        if (why->code == BK_OK && r->status == BK_FILE_FAILED)
            bk_fail(&err, BK_EINPUT, "%.*s", BK_F(r->error));
        /* One that nobody asked for is no failure: the run has a finding about it. */
        if (r->status == BK_FILE_FAILED && j->members[i]->entry->beside)
            continue;
        if (err.code != BK_OK)
            bk_unit_tell_failed(j->u.in, r, &err);
        else
            bk_unit_tell(j->u.in, r);
    }
}

static bool import_companions(struct joining *j, struct bk_err *err)
{
    struct bk_err why = {0};
    bool ok = import_joined(j, &why);
    if (ok)
        why.code = BK_OK;
    tell(j, &why);
    if (ok || !bk_unit_fatal(&why))
        return true;
    *err = why;
    return false;
}

static void close_member(struct member *m)
{
    if (m->open)
        bk_file_close(&m->file);
    m->open = false;
}

/* Files of the set that are no companions, or that have none, go their own way. */
static bool import_alone(struct bk_ingesting *in, struct member *m, struct bk_err *err)
{
    close_member(m);
    return m->entry->beside || bk_ingest_file(in, m->entry, err);
}

static bool import_set(struct bk_ingesting *in, struct set *s, struct bk_err *err)
{
    struct joining j = {.imp = s->imp};
    struct member all[MAX_PARTS] = {0};
    bool ok = true;
    s->done = true;
    bk_unit_init(&j.u, in, BK_S(""));
    for (size_t i = 0; i < MAX_PARTS; i++) {
        struct member *m = &all[i];
        m->entry = s->entries[i];
        if (!m->entry)
            continue;
        m->r = (struct bk_file_result){.path = m->entry->path};
        m->r.status = BK_FILE_FAILED;
        if (is_companion(&j, m)) {
            j.parts[j.n].as = &s->imp->companions[i];
            j.members[j.n++] = m;
        } else {
            ok = ok && import_alone(in, m, err);
        }
    }
    if (ok && j.n == 1)
        ok = import_alone(in, j.members[0], err);
    else if (ok && j.n > 1)
        ok = import_companions(&j, err);
    bk_unit_finish(&j.u);
    for (size_t i = 0; i < MAX_PARTS; i++)
        close_member(&all[i]);
    bk_unit_free(&j.u);
    return ok;
}

/* --- the files of a folder --- */

/* The set that the entry belongs to; NULL: it goes its own way. */
static struct set *set_of(struct bk_arena *a, struct bk_map *sets,
                          const struct bk_entry *e)
{
    struct bk_str prefix;
    const struct bk_importer *imp = NULL;
    const struct bk_companion *as =
        bk_companion_of(bk_path_base(e->path), &prefix, &imp);
    size_t place = as ? (size_t)(as - imp->companions) : MAX_PARTS;
    if (place >= MAX_PARTS)
        return NULL;
    struct bk_str key = bk_fmt(a, "%s %.*s", imp->name, BK_F(prefix));
    struct set *s = bk_map_get(sets, key);
    if (!s) {
        s = bk_alloc(a, sizeof *s);
        s->imp = imp;
        bk_map_put(a, sets, key, s);
    }
    if (s->entries[place])
        return NULL;
    s->entries[place] = e;
    s->n++;
    return s;
}

bool bk_ingest_files(struct bk_ingesting *in, const struct bk_entry *const *entries,
                     size_t n, struct bk_err *err)
{
    struct bk_map by_prefix = {0};
    struct set **sets = bk_alloc_array(in->arena, n, sizeof(struct set *));
    for (size_t i = 0; i < n; i++)
        sets[i] = set_of(in->arena, &by_prefix, entries[i]);
    for (size_t i = 0; i < n; i++) {
        bool ok = true;
        if (bk_unit_interrupted(in, err))
            return false;
        if (sets[i] && sets[i]->n > 1)
            ok = sets[i]->done || import_set(in, sets[i], err);
        else if (!entries[i]->beside)
            ok = bk_ingest_file(in, entries[i], err);
        if (!ok)
            return false;
    }
    return true;
}
