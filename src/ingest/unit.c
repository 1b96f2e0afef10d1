/* A unit in the making: records are collected in its arena, get their context and pass
 * the checks, and only then the archive's transaction is opened, so that a bad file
 * never locks the warehouse.  Only snapshots, which may have millions of samples, go
 * straight on to the archive inside the transaction. */
#include "explain.h"

#include <string.h>
#include <unistd.h>

#include "../check/check.h"

enum {
    ASK_EVERY = 65536,    /* samples between two looks at the interrupt */
    MAX_FOLDER = 4096,    /* bytes of the path of the current folder */
    MAX_SHOWN_PATH = 400, /* bytes of a path in a message */
    MAX_SIZINGS = 100000, /* of one file */
    MAX_RUNS = 1000000,   /* of one file */
    MIB = 1024 * 1024,
    MOST_UNSEEN = 16 * MIB, /* of labels or packed samples, in memory until their file
                               was searched */
    MAX_NUMBERS = 40000, /* of one run in a file of up to 1 MiB; a larger file may have
                            as many more as it is larger */
};

/* --- telling --- */

bool bk_unit_fatal(const struct bk_err *err)
{
    return err->code == BK_EDB;
}

bool bk_unit_interrupted(const struct bk_ingesting *in, struct bk_err *err)
{
    const struct bk_ingest_observer *o = in->observer;
    if (!o || !o->interrupted || !o->interrupted(o->self))
        return false;
    bk_fail(err, BK_ESYS,
            "interrupted: nothing of the file at hand is stored; the same command "
            "goes on with it");
    return true;
}

static bool asked(void *self, struct bk_err *err)
{
    return bk_unit_interrupted(self, err);
}

struct bk_interrupt bk_unit_interrupt(struct bk_ingesting *in)
{
    return (struct bk_interrupt){asked, in};
}

void bk_unit_tell(struct bk_ingesting *in, struct bk_file_result *r)
{
    if (r->status != BK_FILE_IMPORTED) /* nothing was stored */
        r->redactions = 0;
    bk_explain_file(in, r);
    if (in->observer && in->observer->file)
        in->observer->file(in->observer->self, r);
}

void bk_unit_tell_failed(struct bk_ingesting *in, struct bk_file_result *r,
                         struct bk_err *err)
{
    struct bk_str path = r->path;
    const char *dots = "";
    if (path.len > MAX_SHOWN_PATH) {
        path = bk_from(path, path.len - MAX_SHOWN_PATH);
        dots = "...";
    }
    struct bk_err ignored;
    if (bk_unit_interrupted(in, &ignored))
        return; /* told once, of the import as a whole */
    if (!bk_has(bk_str(err->msg), r->path))
        bk_wrap(err, "importing '%s%.*s'", dots, BK_F(path));
    r->status = BK_FILE_FAILED;
    r->error = bk_str(err->msg);
    bk_unit_tell(in, r);
}

void bk_unit_progress(struct bk_ingesting *in, struct bk_str path, int64_t bytes)
{
    in->done_bytes += bytes > 0 ? bytes : 0;
    if (in->observer && in->observer->progress)
        in->observer->progress(in->observer->self, path, in->done_bytes,
                               in->total_bytes, 0);
}

/* While a file is read: it is not done before its import ends. */
static bool watch(void *self, int64_t bytes, uint64_t points, struct bk_err *err)
{
    const struct bk_unit_work *u = self;
    const struct bk_ingest_observer *o = u->in->observer;
    if (bk_unit_interrupted(u->in, err))
        return false;
    if (o && o->progress)
        o->progress(o->self, u->reading, u->in->done_bytes + bytes, u->in->total_bytes,
                    points);
    return true;
}

/* --- choosing --- */

bool bk_unit_dict(struct bk_ingesting *in, struct bk_err *err)
{
    if (in->dict)
        return true;
    struct bk_dict *d = bk_dict_new(in->arena);
    if (!bk_archive_load_aliases(bk_explain_aliases(in), d, err))
        return false;
    for (size_t i = 0; i < in->options->map.n; i++) {
        if (!bk_dict_add_map(d, bk_str(in->options->map.items[i]), err))
            return false;
    }
    in->dict = d;
    return true;
}

size_t bk_unit_rules(const struct bk_ingesting *in, struct bk_arena *a,
                     struct bk_str name, const struct bk_timing_rule **rules)
{
    struct bk_timing_rule *found = NULL;
    size_t n = 0;
    for (size_t i = 0; i < in->n_timings; i++) {
        if (bk_glob(in->timings[i].glob, name))
            *BK_PUSH(a, found, n) = in->timings[i];
    }
    *rules = found;
    return n;
}

static bool has_rule(const struct bk_ingesting *in, struct bk_str name)
{
    for (size_t i = 0; i < in->n_timings; i++) {
        if (bk_glob(in->timings[i].glob, name))
            return true;
    }
    return false;
}

static bool fail_unknown(const struct bk_input *input, struct bk_str head,
                         struct bk_err *err)
{
    const char *what = bk_looks_like(head);
    if (bk_input_is_cut(input))
        return bk_fail(err, BK_EINPUT,
                       "its packed data end too soon to tell what format it is");
    return bk_fail(err, BK_EINPUT,
                   "not a format that benchkeep knows (see 'benchkeep formats')%s%s",
                   what ? ": it looks like " : "", what ? what : "");
}

static bool fail_tie(const struct bk_bids *bids, struct bk_err *err)
{
    bk_fail(err, BK_EINPUT, "it could be '%s' or '%s': say which with --input-format",
            bids->winners[0]->name, bids->winners[1]->name);
    return false;
}

bool bk_unit_choose(struct bk_ingesting *in, struct bk_input *input,
                    const struct bk_importer **imp, struct bk_err *err)
{
    struct bk_str head = bk_input_head(input);
    struct bk_bids bids = {0};
    if (bk_input_is_whole(input) && bk_trim(head).len == 0)
        return bk_fail(err, BK_EINPUT,
                       head.len == 0 ? "it is empty"
                                     : "it is empty but for white space");
    *imp = in->forced;
    if (*imp)
        return true;
    if (!bk_unit_dict(in, err))
        return false;
    bk_input_set_dict(input, in->dict);
    bk_importer_bids(input, &bids);
    if (bids.best > 0 && bids.n > 1)
        return fail_tie(&bids, err);
    if (bids.best > 0 && bids.n == 1)
        *imp = bids.winners[0];
    else if (has_rule(in, bk_input_name(input)))
        *imp = bk_importer_named(BK_S("timing-log"));
    return *imp || fail_unknown(input, head, err);
}

/* --- collecting --- */

static struct bk_unit_work *unit_of(struct bk_sink *s)
{
    return (struct bk_unit_work *)s;
}

/* --- what the path says --- */

/* What the first template that matches says of a path.  Templates may name folders
 * above the one that was given ('import .'): then the whole path is tried. */
static bool path_says(struct bk_unit_work *u, struct bk_str path, struct bk_saids *says,
                      bool *matched, struct bk_err *err)
{
    const struct bk_ingesting *in = u->in;
    char folder[MAX_FOLDER];
    *matched = false;
    for (size_t i = 0; i < in->n_templates && !*matched; i++) {
        if (!bk_path_says(u->arena, in->templates[i], path, says, matched, err))
            return false;
    }
    if (*matched || bk_starts(path, BK_S("/")) || bk_is(path, "-"))
        return true;
    struct bk_str before = in->replay                      ? in->replay->folder
                           : getcwd(folder, sizeof folder) ? bk_str(folder)
                                                           : BK_S("");
    if (before.len == 0)
        return true;
    struct bk_str whole = bk_fmt(u->arena, "%.*s/%.*s", BK_F(before), BK_F(path));
    for (size_t i = 0; i < in->n_templates && !*matched; i++) {
        if (!bk_path_says(u->arena, in->templates[i], whole, says, matched, err))
            return false;
    }
    u->by_folder = *matched;
    return true;
}

/* --- beginning --- */

/* Another process may have imported the same bytes since they were looked for. */
static bool still_new(struct bk_unit_work *u, struct bk_err *err)
{
    int64_t id = 0;
    if (!bk_archive_find_source(u->in->archive, u->members[0].file->sha256,
                                (struct bk_str){0}, &id, err))
        return false;
    u->known = id != 0;
    return !u->known || bk_fail(err, BK_EINPUT, "imported by another process");
}

/* The options, and what else is needed to do the same without what is not kept. */
static struct bk_str context_of(struct bk_unit_work *u)
{
    struct bk_buf b = {0};
    char folder[MAX_FOLDER];
    struct bk_saids ignored = {0};
    struct bk_err none = {0};
    bool matched;
    bk_buf_add(&b, u->in->context);
    if (u->n_members > 0)
        path_says(u, u->members[0].file->path, &ignored, &matched, &none);
    if (u->by_folder && getcwd(folder, sizeof folder))
        bk_context_line(&b, "folder", bk_str(folder));
    for (size_t i = 0; i < u->n_notes; i++) {
        bk_context_line(&b, "note-code", u->notes[i]->code);
        bk_context_line(&b, "note-subject", u->notes[i]->subject);
        bk_context_line(&b, "note", u->notes[i]->message);
    }
    struct bk_str text = bk_dup(u->arena, bk_buf_str(&b));
    bk_buf_free(&b);
    return text;
}

static bool add_source(struct bk_ingesting *in, const struct bk_file *f,
                       const struct bk_source *source, struct bk_err *err)
{
    if (f->keeper)
        return bk_archive_add_kept(in->archive, source, f->keeper, err);
    struct bk_stream *bytes = NULL;
    bool ok = bk_file_stream(f, &bytes, err) &&
              bk_archive_add_source(in->archive, source, bytes, err);
    bk_stream_close(bytes);
    return ok;
}

static struct bk_source source_of(const struct bk_member *m)
{
    struct bk_source source = {
        .path = m->file->path,
        .format = m->format,
        .importer_version = m->version,
        .size = m->file->size,
        .redactions = m->file->redactions,
    };
    memcpy(source.sha256, m->file->sha256, sizeof source.sha256);
    return source;
}

static bool begin_unit(struct bk_unit_work *u, struct bk_err *err)
{
    struct bk_ingesting *in = u->in;
    const struct bk_replay *replay = in->replay;
    const struct bk_import_unit unit = {
        .path = u->path,
        .context = replay ? replay->unit->context : context_of(u),
        .again = replay ? replay->unit : NULL,
        .in_place = replay && replay->in_place,
        .interrupt = bk_unit_interrupt(in),
    };
    u->begun = bk_archive_begin(in->archive, &unit, err);
    return u->begun;
}

static bool begin(struct bk_unit_work *u, struct bk_err *err)
{
    for (size_t i = 0; i < u->n_members; i++) {
        if (!bk_file_join(u->members[i].file, bk_unit_interrupt(u->in), err))
            return false;
    }
    if (!begin_unit(u, err) || (u->must_be_new && !still_new(u, err)))
        return false;
    for (size_t i = 0; i < u->n_members; i++) {
        const struct bk_source source = source_of(&u->members[i]);
        if (!add_source(u->in, u->members[i].file, &source, err))
            return false;
    }
    return true;
}

/* Rows go into the archive while their file is still searched and hashed beside. */
static bool begin_unseen(struct bk_unit_work *u, struct bk_err *err)
{
    const struct bk_source source = source_of(&u->members[0]);
    u->unseen = true;
    return begin_unit(u, err) && bk_archive_add_unseen(u->in->archive, &source, err);
}

/* Of the runs' samples, which are what takes room among their rows. */
static uint64_t packed_size(const struct bk_unit_work *u)
{
    uint64_t size = 0;
    for (size_t i = 0; i < u->n_runs; i++)
        size += bk_archive_packed_size(u->runs[i]);
    return size;
}

/* Without waiting for the file, where what is held until then has room in memory. */
static bool begin_early(struct bk_unit_work *u, struct bk_err *err)
{
    bool beside = u->n_members == 1 && u->members[0].file->keeping && u->must_be_new &&
                  packed_size(u) <= MOST_UNSEEN;
    return beside ? begin_unseen(u, err) : begin(u, err);
}

/* Waits for the file after all. */
static bool see(struct bk_unit_work *u, struct bk_err *err)
{
    if (!u->unseen)
        return true;
    struct bk_file *f = u->members[0].file;
    u->unseen = false;
    if (!bk_file_join(f, bk_unit_interrupt(u->in), err) || !still_new(u, err))
        return false;
    const struct bk_source source = source_of(&u->members[0]);
    return bk_archive_seen(u->in->archive, 0, &source, f->keeper, err);
}

static bool collect_run(struct bk_sink *s, struct bk_run *run, struct bk_err *err)
{
    struct bk_unit_work *u = unit_of(s);
    if (u->n_runs >= MAX_RUNS)
        return bk_fail(err, BK_EINPUT, "it holds over %d runs", MAX_RUNS);
    if (run->n_measurements > u->most_numbers)
        return bk_fail(err, BK_EINPUT,
                       "a run of it has %zu numbers, more than the %zu that a file of "
                       "its size may have",
                       run->n_measurements, u->most_numbers);
    *BK_PUSH(u->arena, u->runs, u->n_runs) = run;
    return true;
}

static bool collect_snapshot(struct bk_sink *s, const struct bk_snapshot *snapshot,
                             struct bk_err *err)
{
    struct bk_unit_work *u = unit_of(s);
    u->snapshot_is_known =
        snapshot->source < u->n_members && u->members[snapshot->source].known;
    if (u->snapshot_is_known)
        return true;
    u->n_snapshots++;
    if (u->in->options->dry_run)
        return true;
    if (!u->begun && !begin_early(u, err))
        return false;
    struct bk_sink *to = bk_archive_sink(u->in->archive);
    return to->snapshot(to, snapshot, err);
}

static bool collect_series(struct bk_sink *s, const struct bk_series_sample *sample,
                           struct bk_err *err)
{
    struct bk_unit_work *u = unit_of(s);
    if (++u->n_series % ASK_EVERY == 0 && bk_unit_interrupted(u->in, err))
        return false;
    if (u->in->options->dry_run || u->snapshot_is_known)
        return true;
    for (size_t i = 0; u->unseen && i < sample->n_labels; i++)
        u->unseen_text += sample->labels[i].name.len + sample->labels[i].value.len;
    if (u->unseen_text > MOST_UNSEEN && !see(u, err))
        return false;
    struct bk_sink *to = bk_archive_sink(u->in->archive);
    return to->series(to, sample, err);
}

static bool collect_sizing(struct bk_sink *s, struct bk_sizing *sizing,
                           struct bk_err *err)
{
    struct bk_unit_work *u = unit_of(s);
    if (u->n_sizings >= MAX_SIZINGS)
        return bk_fail(err, BK_EINPUT, "it holds over %d sizing runs", MAX_SIZINGS);
    *BK_PUSH(u->arena, u->sizings, u->n_sizings) = sizing;
    return true;
}

static bool collect_finding(struct bk_sink *s, const struct bk_finding *finding,
                            struct bk_err *err)
{
    struct bk_unit_work *u = unit_of(s);
    (void)err;
    struct bk_finding *copy = bk_alloc(u->arena, sizeof *copy);
    *copy = *finding;
    copy->source = u->source;
    *BK_PUSH(u->arena, u->findings, u->n_findings) = copy;
    return true;
}

/* What --dry-run tells of rows that go straight on. */
static void count_moved(struct bk_counts *c, enum bk_moved_kind kind)
{
    c->sessions += kind == BK_MOVED_SESSION;
    c->runs += kind == BK_MOVED_RUN;
    c->measurements += kind == BK_MOVED_MEASUREMENT;
    c->series += kind == BK_MOVED_SERIES;
    c->sizing_runs += kind == BK_MOVED_SIZING_RUN;
    c->findings += kind == BK_MOVED_FINDING;
}

/* The rows of another warehouse have their own context. */
static bool collect_moved(struct bk_sink *s, const struct bk_moved_row *row,
                          struct bk_err *err)
{
    struct bk_unit_work *u = unit_of(s);
    if (u->n_moved == 0 && u->in->flags.n > 0)
        return bk_fail(err, BK_EINPUT,
                       "it is a whole warehouse whose runs have their names: import it "
                       "without %.*s",
                       BK_F(u->in->flags.items[0].place));
    if (++u->n_moved % ASK_EVERY == 0 && bk_unit_interrupted(u->in, err))
        return false;
    count_moved(&u->moved, row->kind);
    if (u->in->options->dry_run)
        return true;
    if (!u->begun && !begin(u, err))
        return false;
    struct bk_sink *to = bk_archive_sink(u->in->archive);
    return to->moved(to, row, err);
}

void bk_unit_init(struct bk_unit_work *u, struct bk_ingesting *in, struct bk_str path)
{
    *u = (struct bk_unit_work){
        .sink = {collect_run, collect_snapshot, collect_series, collect_sizing,
                 collect_finding, collect_moved},
        .in = in,
        .arena = bk_arena_new(),
        .path = path,
        .most_numbers = MAX_NUMBERS,
    };
}

size_t bk_unit_member(struct bk_unit_work *u, struct bk_file *f, struct bk_str format,
                      int version)
{
    struct bk_member *m = BK_PUSH(u->arena, u->members, u->n_members);
    *m = (struct bk_member){.file = f, .format = format, .version = version};
    return u->n_members - 1;
}

static void set_source(struct bk_run *r, size_t source)
{
    for (size_t i = 0; i < r->n_measurements; i++)
        r->measurements[i].source = source;
    for (size_t i = 0; i < r->n_findings; i++)
        r->findings[i].source = source;
}

/* The time of a snapshot: --started-at, else what the path says. */
static int64_t taken_at(struct bk_unit_work *u, struct bk_str path)
{
    int64_t ns = BK_NO_TIME;
    bool matched, zoned;
    struct bk_err ignored = {0};
    struct bk_saids says = {0};
    if (u->in->taken_ns != BK_NO_TIME)
        return u->in->taken_ns;
    if (!path_says(u, path, &says, &matched, &ignored))
        return ns;
    for (size_t k = 0; k < says.n; k++) {
        if (bk_is(says.items[k].name, "started_at"))
            bk_guess_time(says.items[k].value, says.items[k].format, &ns, &zoned);
    }
    return ns;
}

bool bk_unit_open(const struct bk_ingesting *in, struct bk_arena *a, struct bk_file *f,
                  struct bk_str path, struct bk_err *err)
{
    if (!in->replay)
        return bk_file_open(a, f, path, err);
    const struct bk_kept_unit *unit = in->replay->unit;
    for (size_t i = 0; i < unit->n_sources; i++) {
        if (bk_eq(unit->sources[i].path, path))
            return bk_file_restore(a, f, in->replay->from, &unit->sources[i], err);
    }
    return bk_fail(err, BK_EINPUT, "its bytes are not kept");
}

void bk_unit_keep_note(struct bk_unit_work *u, const struct bk_finding *f)
{
    struct bk_finding *copy = bk_alloc(u->arena, sizeof *copy);
    *copy = *f;
    *BK_PUSH(u->arena, u->notes, u->n_notes) = copy;
}

void bk_unit_add_notes(struct bk_unit_work *u, struct bk_run *run)
{
    const struct bk_replay *replay = u->in->replay;
    for (size_t i = 0; replay && i < replay->n_notes; i++)
        *BK_PUSH(u->arena, run->findings, run->n_findings) = replay->notes[i];
}

bool bk_unit_input(struct bk_unit_work *u, const struct bk_file *f,
                   struct bk_input **input, struct bk_err *err)
{
    if (!bk_file_input(f, input, err))
        return false;
    *BK_PUSH(u->arena, u->inputs, u->n_inputs) = *input;
    u->reading = f->path;
    bk_input_watch(*input, (struct bk_watch){watch, u});
    return true;
}

static size_t most_numbers(const struct bk_file *f)
{
    int64_t size = f->size > f->stat_size ? f->size : f->stat_size;
    return size <= MIB ? MAX_NUMBERS : (size_t)size / 1024 * MAX_NUMBERS / 1024;
}

bool bk_unit_import(struct bk_unit_work *u, const struct bk_importer *imp,
                    struct bk_file *f, struct bk_err *err)
{
    struct bk_input *input = NULL;
    size_t first = u->n_runs;
    u->most_numbers = most_numbers(f);
    if (!bk_unit_dict(u->in, err) || !bk_unit_input(u, f, &input, err))
        return false;
    struct bk_importing im = {
        .arena = u->arena,
        .dict = u->in->dict,
        .texts = bk_texts_new(u->arena),
        .sink = &u->sink,
        .format = bk_str(imp->name),
        .taken_ns = taken_at(u, f->path),
        .run_folder = !u->part && !bk_eq(u->path, f->path),
        .part = u->part,
        .interrupt = bk_unit_interrupt(u->in),
        .explain = u->in->explain != NULL,
    };
    im.n_rules = bk_unit_rules(u->in, u->arena, bk_path_base(f->path), &im.rules);
    bool ok = imp->import(input, &im, err);
    for (size_t i = first; i < u->n_runs; i++)
        set_source(u->runs[i], u->source);
    return ok && bk_file_unchanged(f, err) && see(u, err);
}

/* --- context and checks --- */

static void note_no_match(struct bk_unit_work *u, struct bk_str path)
{
    for (size_t i = 0; i < u->n_runs; i++) {
        struct bk_finding *f = bk_run_finding(
            u->arena, u->runs[i], "context-missing", BK_INFO, BK_S("path"),
            "the path '%.*s' matches no template", BK_F(bk_upto(path, MAX_SHOWN_PATH)));
        f->locator = BK_S("path");
    }
}

static void sizing_context(struct bk_unit_work *u, const struct bk_saids *level)
{
    for (size_t i = 0; i < u->n_sizings; i++) {
        struct bk_sizing *z = u->sizings[i];
        for (size_t k = 0; k < level->n; k++) {
            if (bk_is(level->items[k].name, "model") && z->model.len == 0)
                z->model = level->items[k].value;
            if (bk_is(level->items[k].name, "hardware") && z->server.len == 0)
                z->server = level->items[k].value;
        }
    }
}

bool bk_unit_context(struct bk_unit_work *u, struct bk_str path,
                     const struct bk_saids *layout, struct bk_err *err)
{
    struct bk_saids says = {0};
    bool matched;
    if (!path_says(u, path, &says, &matched, err))
        return false;
    if (u->in->n_templates > 0 && !matched)
        note_no_match(u, path);
    for (size_t i = 0; i < u->n_runs; i++) {
        struct bk_applying ap = {
            .arena = u->arena,
            .dict = u->in->dict,
            .run = u->runs[i],
        };
        bk_context_apply(&ap, &says, true);
        if (layout)
            bk_context_apply(&ap, layout, true);
        bk_context_apply(&ap, &u->in->flags, false);
        bk_context_settle(u->runs[i]);
        bk_explain_context(u, &ap);
    }
    sizing_context(u, &u->in->flags);
    sizing_context(u, &says);
    if (u->n_runs > 0)
        bk_check_runs(u->arena, u->runs, u->n_runs);
    return true;
}

bool bk_unit_drop_known(struct bk_unit_work *u, bool *all, struct bk_err *err)
{
    size_t kept = 0, dropped = 0;
    for (size_t i = 0; i < u->n_runs; i++) {
        int64_t id = 0;
        if (u->runs[i]->n_measurements > 0 &&
            !bk_archive_find_same_run(u->in->archive, u->runs[i], &id, err))
            return false;
        if (id != 0)
            dropped++;
        else
            u->runs[kept++] = u->runs[i];
    }
    u->n_runs = kept;
    /* A unit that is there stays, whatever is left of it. */
    *all = !(u->in->replay && u->in->replay->in_place) && dropped > 0 && kept == 0 &&
           u->n_sizings == 0 && u->n_snapshots == 0 && u->n_moved == 0;
    return true;
}

/* --- storing --- */

static void count_dry(struct bk_unit_work *u)
{
    u->counts = u->moved;
    u->counts.runs += (int64_t)u->n_runs;
    u->counts.sizing_runs += (int64_t)u->n_sizings;
    u->counts.series += u->n_series;
    u->counts.findings += (int64_t)u->n_findings;
    for (size_t i = 0; i < u->n_runs; i++) {
        u->counts.measurements += (int64_t)u->runs[i]->n_measurements;
        u->counts.findings += (int64_t)u->runs[i]->n_findings;
    }
}

/* That something is not kept as it was must be seen later too. */
static void note_redactions(struct bk_unit_work *u)
{
    for (size_t i = 0; i < u->n_members; i++) {
        int64_t n = u->members[i].file->redactions;
        if (n == 0)
            continue;
        struct bk_finding f = {
            .code = BK_S("secret-redacted"),
            .severity = BK_INFO,
            .subject = bk_path_base(u->members[i].file->path),
            .message = bk_fmt(u->arena,
                              "%lld secret%s replaced by " BK_REDACTED
                              " before the file was stored",
                              (long long)n, n == 1 ? " was" : "s were"),
            .source = i,
        };
        struct bk_finding *copy = bk_alloc(u->arena, sizeof *copy);
        *copy = f;
        *BK_PUSH(u->arena, u->findings, u->n_findings) = copy;
    }
}

static bool hand_over(struct bk_unit_work *u, struct bk_err *err)
{
    struct bk_sink *to = bk_archive_sink(u->in->archive);
    for (size_t i = 0; i < u->n_runs; i++) {
        if (bk_unit_interrupted(u->in, err) || !to->run(to, u->runs[i], err))
            return false;
    }
    for (size_t i = 0; i < u->n_sizings; i++) {
        if (!to->sizing(to, u->sizings[i], err))
            return false;
    }
    for (size_t i = 0; i < u->n_findings; i++) {
        if (!to->finding(to, u->findings[i], err))
            return false;
    }
    return true;
}

bool bk_unit_store(struct bk_unit_work *u, struct bk_err *err)
{
    note_redactions(u);
    if (u->in->options->dry_run) {
        count_dry(u);
        bk_explain_unit(u);
        return true;
    }
    if (!u->begun && !begin_early(u, err))
        return false;
    if (!hand_over(u, err) || !see(u, err))
        return false;
    u->begun = false;
    return bk_archive_end(u->in->archive, true, &u->counts, err);
}

void bk_unit_finish(struct bk_unit_work *u)
{
    struct bk_err ignored = {0};
    struct bk_counts none;
    if (u->begun)
        bk_archive_end(u->in->archive, false, &none, &ignored);
    u->begun = false;
    for (size_t i = 0; i < u->n_inputs; i++)
        bk_input_close(u->inputs[i]);
    u->n_inputs = 0;
}

void bk_unit_free(struct bk_unit_work *u)
{
    bk_arena_free(u->arena);
    u->arena = NULL;
}
