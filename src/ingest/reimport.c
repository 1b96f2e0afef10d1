/* Units once more, from their kept bytes: with the importers of today and the options of
 * then.
 *
 * A unit's files stand for a small tree: the code that imports a tree from the disk
 * reads them through bk_unit_open and makes the same unit of them.  What it needs to
 * know beyond the bytes was written into the unit's context when it was imported.
 *
 * The units of another warehouse file are imported the same way, from its bytes. */
#include "internal.h"

#include <stdlib.h>
#include <string.h>

struct reimporting {
    struct bk_archive *to, *from; /* the same when units are rebuilt in place */
    const struct bk_reimport_options *options;
    const struct bk_reimport_observer *observer;
    struct bk_arena *arena; /* of all of it */
    struct bk_ingesting in; /* for units of one import after the other */
    struct bk_import_options import;
    struct bk_str context; /* that 'in' was made of */
    struct bk_ingest_observer files;
    int64_t done_bytes, total_bytes;
    /* of the unit at hand */
    struct bk_arena *unit;
    struct bk_replay replay;
    bool stored, refused;
    bool there; /* a file of it is in the archive already, or was left out */
    struct bk_counts counts; /* of all that was stored */
    struct bk_str why;       /* not stored */
    struct bk_str format;
};

struct rebuilt { /* a unit that is rebuilt */
    struct bk_kept_unit kept;
    struct bk_unit_state *before;
    bool left; /* nothing to rebuild */
};

struct cluster { /* units that are rebuilt together */
    struct rebuilt *units;
    size_t n;
};

/* --- the context of a unit, read back --- */

static struct bk_str unescaped(struct bk_arena *a, struct bk_str text)
{
    char *out = bk_alloc(a, text.len + 1);
    size_t n = 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '\\' && i + 1 < text.len)
            c = text.ptr[++i] == 'n' ? '\n' : text.ptr[i];
        out[n++] = c;
    }
    return (struct bk_str){out, n};
}

static bool set_option(struct bk_arena *a, struct bk_import_options *options,
                       struct bk_str name, struct bk_str value)
{
    for (const struct bk_opt *o = bk_import_opts; o->type != BK_OPT_END; o++) {
        char *field = (char *)options + o->offset;
        if (!bk_is(name, o->name))
            continue;
        const char *text = bk_cstr(a, value);
        if (o->type == BK_OPT_TEXT) {
            memcpy(field, &text, sizeof text);
        } else if (o->type == BK_OPT_LIST) {
            struct bk_strings list;
            memcpy(&list, field, sizeof list);
            *BK_PUSH(a, list.items, list.n) = text;
            memcpy(field, &list, sizeof list);
        }
        return o->type == BK_OPT_TEXT || o->type == BK_OPT_LIST;
    }
    return false;
}

/* Lines that are about the unit alone, not about the import that it was in. */
static bool is_of_unit(struct bk_str name)
{
    return bk_is(name, "folder") || bk_is(name, "note") ||
           bk_starts(name, BK_S("note-"));
}

static struct bk_str context_of_import(struct bk_str context)
{
    struct bk_str rest = context, line, name;
    while (bk_next_line(&rest, &line)) {
        bk_cut(line, '=', &name);
        if (is_of_unit(name))
            return bk_upto(context, (size_t)(line.ptr - context.ptr));
    }
    return context;
}

static bool read_options(struct reimporting *re, struct bk_str context,
                         struct bk_err *err)
{
    struct bk_str line, name;
    while (bk_next_line(&context, &line)) {
        struct bk_str value = unescaped(re->in.arena, bk_cut(line, '=', &name));
        if (bk_is(name, "layout-text"))
            re->in.layout_text = value;
        else if (!set_option(re->in.arena, &re->import, name, value))
            return bk_fail(err, BK_EINPUT,
                           "it was imported with '--%.*s', which this program does not "
                           "know",
                           BK_F(name));
    }
    return true;
}

static void read_notes(struct bk_arena *a, struct bk_str context, struct bk_replay *r)
{
    struct bk_str line, name;
    struct bk_finding next = {.severity = BK_WARNING};
    while (bk_next_line(&context, &line)) {
        struct bk_str value = unescaped(a, bk_cut(line, '=', &name));
        if (bk_is(name, "folder"))
            r->folder = value;
        else if (bk_is(name, "note-code"))
            next.code = value;
        else if (bk_is(name, "note-subject"))
            next.subject = next.locator = value;
        else if (bk_is(name, "note")) {
            next.message = value;
            *BK_PUSH(a, r->notes, r->n_notes) = next;
        }
    }
}

static void close_context(struct reimporting *re)
{
    bk_layout_free(&re->in.layout);
    bk_arena_free(re->in.arena);
    re->in = (struct bk_ingesting){0};
}

/* Many units come from one import: what its options give is made once. */
static bool open_context(struct reimporting *re, const struct bk_replay *replay,
                         struct bk_err *err)
{
    struct bk_str context = context_of_import(replay->unit->context);
    if (re->in.arena && bk_eq(context, re->context)) {
        re->in.replay = replay;
        return true;
    }
    close_context(re);
    re->import = (struct bk_import_options){0};
    re->in = (struct bk_ingesting){
        .archive = re->to,
        .options = &re->import,
        .observer = &re->files,
        .arena = bk_arena_new(),
        .replay = replay,
    };
    re->context = bk_dup(re->in.arena, context);
    if (read_options(re, context, err) && bk_ingest_prepare(&re->in, err))
        return true;
    if (err->code == BK_EUSAGE)
        err->code = BK_EINPUT;
    close_context(re);
    return false;
}

/* --- importing a unit --- */

static void on_file(void *self, const struct bk_file_result *r)
{
    struct reimporting *re = self;
    bk_counts_add(&re->counts, &r->counts);
    if (r->status == BK_FILE_FAILED)
        re->refused = true;
    if (r->status == BK_FILE_DUPLICATE || r->status == BK_FILE_SKIPPED)
        re->there = true;
    if (r->status == BK_FILE_IMPORTED)
        re->stored = true;
    else if (re->why.len == 0 || r->status == BK_FILE_FAILED)
        re->why = bk_dup(re->unit, r->error);
    if (r->status == BK_FILE_IMPORTED && re->format.len == 0)
        re->format = bk_dup(re->unit, r->format);
}

static bool on_interrupted(void *self)
{
    const struct reimporting *re = self;
    return re->observer->interrupted && re->observer->interrupted(re->observer->self);
}

static int by_path(const void *x, const void *y)
{
    const struct bk_entry *const *a = x, *const *b = y;
    return bk_cmp((*a)->path, (*b)->path);
}

static bool is_pair(const struct reimporting *re, const struct bk_kept_unit *u)
{
    return re->import.before && u->n_sources == 2 &&
           bk_eq(u->path, u->sources[0].path) &&
           bk_is(u->sources[1].path, re->import.before);
}

static bool import_files(struct reimporting *re, const struct bk_kept_unit *u,
                         struct bk_err *err)
{
    const struct bk_entry **entries =
        bk_alloc_array(re->unit, u->n_sources, sizeof *entries);
    if (is_pair(re, u))
        return bk_ingest_pair(&re->in, re->import.before,
                              bk_cstr(re->unit, u->sources[0].path), err);
    for (size_t i = 0; i < u->n_sources; i++) {
        struct bk_entry *e = bk_alloc(re->unit, sizeof *e);
        *e = (struct bk_entry){.path = u->sources[i].path, .size = u->sources[i].size};
        entries[i] = e;
    }
    if (u->n_sources > 1)
        qsort(entries, u->n_sources, sizeof *entries, by_path);
    return bk_ingest_group(&re->in, entries, u->n_sources, err);
}

/* False: it was not stored, and err says why; BK_EDB and BK_ESYS: nothing else will. */
static bool import_unit(struct reimporting *re, const struct bk_kept_unit *u,
                        struct bk_err *err)
{
    re->replay =
        (struct bk_replay){.from = re->from, .unit = u, .in_place = re->from == re->to};
    re->stored = re->refused = re->there = false;
    re->why = re->format = (struct bk_str){0};
    read_notes(re->unit, u->context, &re->replay);
    if (!open_context(re, &re->replay, err))
        return false;
    if (re->replay.in_place)
        bk_archive_rebuild(re->to, u);
    bool ok = import_files(re, u, err);
    bk_archive_rebuild(re->to, NULL);
    re->in.replay = NULL;
    if (!ok || re->stored)
        return ok;
    return bk_fail(err, BK_EINPUT, "%.*s",
                   BK_F(re->why.len > 0 ? re->why : BK_S("it holds nothing now")));
}

/* --- a cluster in place --- */

static bool begin_cluster(struct reimporting *re, struct cluster *c, struct bk_err *err)
{
    for (size_t i = 0; i < c->n; i++) {
        struct rebuilt *r = &c->units[i];
        if (!bk_archive_kept_unit(re->to, re->unit, r->kept.id, &r->kept, err) ||
            !bk_archive_state(re->to, r->kept.id, &r->before, err))
            return false;
    }
    return true;
}

static void tell(struct reimporting *re, const struct bk_kept_unit *u,
                 struct bk_unit_result *r)
{
    r->path = u->path;
    if (u->n_sources > 0) {
        r->old_format = u->sources[0].format;
        r->old_version = u->sources[0].importer_version;
    }
    if (r->new_format.len == 0) {
        r->new_format = r->old_format;
        r->new_version = r->old_version;
    }
    re->observer->unit(re->observer->self, r);
}

static bool changed(const struct bk_unit_result *r, const struct bk_kept_unit *u)
{
    for (size_t i = 0; i < BK_N_CHANGES; i++) {
        if (r->counts.added[i] + r->counts.gone[i] + r->counts.changed[i] > 0)
            return true;
    }
    return u->n_sources > 0 && (u->sources[0].importer_version != r->new_version ||
                                !bk_eq(u->sources[0].format, r->new_format));
}

static bool tell_rebuilt(struct reimporting *re, const struct rebuilt *unit,
                         struct bk_err *err)
{
    struct bk_unit_result r = {.status = BK_UNIT_SAME};
    struct bk_kept_unit now;
    struct bk_unit_state *after = NULL;
    const struct bk_change_observer observer = {re->observer->change,
                                                re->observer->self};
    if (!bk_archive_kept_unit(re->to, re->unit, unit->kept.id, &now, err) ||
        !bk_archive_state(re->to, unit->kept.id, &after, err))
        return false;
    bool ok = bk_archive_compare(re->to, unit->before, after, &r.counts,
                                 re->observer->change ? &observer : NULL, err);
    bk_archive_state_free(after);
    if (!ok)
        return false;
    if (now.n_sources > 0) {
        r.new_format = now.sources[0].format;
        r.new_version = now.sources[0].importer_version;
    }
    if (changed(&r, &unit->kept))
        r.status = BK_UNIT_CHANGED;
    tell(re, &unit->kept, &r);
    return true;
}

/* What was refused: the one unit, and those that could not be rebuilt without it. */
static void tell_refused(struct reimporting *re, const struct cluster *c,
                         const struct rebuilt *bad, const struct bk_err *why)
{
    for (size_t i = 0; i < c->n; i++) {
        const struct rebuilt *u = &c->units[i];
        struct bk_unit_result r = {.status = BK_UNIT_FAILED, .error = bk_str(why->msg)};
        if (u != bad)
            r.error = bk_fmt(re->unit, "it is in one sizing run with '%.*s': %s",
                             BK_F(bad->kept.path), why->msg);
        tell(re, &u->kept, &r);
    }
}

static bool is_final(const struct bk_err *err)
{
    return err->code == BK_EDB || err->code == BK_ESYS;
}

/* What came out of another warehouse's export was derived there. */
static bool is_carried(const struct cluster *c)
{
    for (size_t i = 0; i < c->n; i++) {
        const struct bk_kept_unit *u = &c->units[i].kept;
        if (u->n_sources > 0 && bk_is(u->sources[0].format, "benchkeep"))
            return true;
    }
    return false;
}

static bool leave(struct reimporting *re, const struct cluster *c, struct bk_err *err)
{
    for (size_t i = 0; i < c->n; i++) {
        struct bk_unit_result r = {
            .status = BK_UNIT_LEFT,
            .error = BK_S("its numbers were derived by the warehouse that exported "
                          "them"),
        };
        tell(re, &c->units[i].kept, &r);
    }
    return bk_archive_release(re->to, false, err);
}

static bool rebuild_cluster(struct reimporting *re, struct cluster *c,
                            struct bk_err *err)
{
    struct bk_err why = {0}, ending = {0};
    struct rebuilt *bad = NULL;
    if (!bk_archive_hold(re->to, err))
        return false;
    bool ok = begin_cluster(re, c, err);
    if (ok && is_carried(c))
        return leave(re, c, err);
    for (size_t i = 0; ok && !bad && i < c->n; i++) {
        if (!import_unit(re, &c->units[i].kept, &why))
            bad = &c->units[i];
    }
    for (size_t i = 0; ok && !bad && i < c->n; i++)
        ok = tell_rebuilt(re, &c->units[i], err);
    if (!bk_archive_release(re->to, ok && !bad, &ending) && ok && !bad) {
        *err = ending;
        ok = false;
    }
    if (ok && bad && (is_final(&why) || on_interrupted(re))) {
        *err = why;
        return false;
    }
    if (ok && bad)
        tell_refused(re, c, bad, &why);
    return ok;
}

/* --- which units --- */

static bool names_source(const char *asked, const struct bk_kept_source *s)
{
    enum {
        FEWEST_DIGITS = 6
    };
    struct bk_str text = bk_str(asked);
    return bk_eq(text, s->path) || bk_eq(text, bk_path_base(s->path)) ||
           (text.len >= FEWEST_DIGITS && bk_starts(bk_str(s->sha256), text)) ||
           (text.len > 0 && text.len < s->path.len && bk_starts(s->path, text) &&
            (text.ptr[text.len - 1] == '/' || s->path.ptr[text.len] == '/'));
}

struct choice {
    int64_t *ids; /* in order */
    size_t n;
    bool *found; /* which of the asked sources are there */
};

static bool is_asked(const struct reimporting *re, struct choice *c,
                     const struct bk_kept_unit *u)
{
    const struct bk_reimport_options *o = re->options;
    bool by_source = o->sources.n == 0, by_format = o->format == NULL;
    for (size_t i = 0; i < u->n_sources; i++) {
        by_format = by_format || bk_is(u->sources[i].format, o->format);
        for (size_t k = 0; k < o->sources.n; k++) {
            if (names_source(o->sources.items[k], &u->sources[i]))
                by_source = c->found[k] = true;
        }
    }
    return by_source && by_format;
}

static int by_number(const void *x, const void *y)
{
    int64_t a = *(const int64_t *)x, b = *(const int64_t *)y;
    return (a > b) - (a < b);
}

static bool units_of_runs(struct reimporting *re, int64_t **ids, size_t *n,
                          struct bk_err *err)
{
    const struct bk_reimport_options *o = re->options;
    size_t kept = 0;
    *ids = bk_alloc_array(re->arena, o->n_runs + 1, sizeof **ids);
    for (size_t i = 0; i < o->n_runs; i++) {
        if (!bk_archive_unit_of_run(re->to, o->runs[i], &(*ids)[i], err))
            return false;
    }
    if (o->n_runs > 1)
        qsort(*ids, o->n_runs, sizeof **ids, by_number);
    for (size_t i = 0; i < o->n_runs; i++) {
        if (kept == 0 || (*ids)[kept - 1] != (*ids)[i])
            (*ids)[kept++] = (*ids)[i];
    }
    *n = kept;
    return true;
}

static bool choose(struct reimporting *re, struct choice *c, struct bk_err *err)
{
    const struct bk_reimport_options *o = re->options;
    int64_t *all;
    size_t n;
    c->found = bk_alloc_array(re->arena, o->sources.n + 1, sizeof *c->found);
    if (o->by_runs ? !units_of_runs(re, &all, &n, err)
                   : !bk_archive_units(re->to, re->arena, &all, &n, err))
        return false;
    c->ids = bk_alloc_array(re->arena, n + 1, sizeof *c->ids);
    for (size_t i = 0; i < n; i++) {
        struct bk_kept_unit u;
        struct bk_arena_mark mark = bk_arena_mark(re->unit);
        if (!bk_archive_kept_unit(re->to, re->unit, all[i], &u, err))
            return false;
        if (is_asked(re, c, &u)) {
            c->ids[c->n++] = all[i];
            for (size_t k = 0; k < u.n_sources; k++)
                re->total_bytes += u.sources[k].size;
        }
        bk_arena_release(re->unit, mark);
    }
    for (size_t i = 0; i < o->sources.n; i++) {
        if (!c->found[i])
            return bk_fail(err, BK_EUSAGE,
                           "no file that was imported is called '%s' (see 'benchkeep "
                           "sources')",
                           o->sources.items[i]);
    }
    return true;
}

/* --- all of them --- */

static bool has_unit(const struct cluster *c, int64_t id)
{
    for (size_t i = 0; i < c->n; i++) {
        if (c->units[i].kept.id == id)
            return true;
    }
    return false;
}

static int by_unit(const void *x, const void *y)
{
    const struct rebuilt *a = x, *b = y;
    return (a->kept.id > b->kept.id) - (a->kept.id < b->kept.id);
}

static bool find_cluster(struct reimporting *re, int64_t id, struct cluster *c,
                         struct bk_err *err)
{
    BK_PUSH(re->unit, c->units, c->n)->kept.id = id;
    for (size_t i = 0; i < c->n; i++) {
        int64_t *ids;
        size_t n;
        if (!bk_archive_partners(re->to, re->unit, c->units[i].kept.id, &ids, &n, err))
            return false;
        for (size_t k = 0; k < n; k++) {
            if (!has_unit(c, ids[k]))
                BK_PUSH(re->unit, c->units, c->n)->kept.id = ids[k];
        }
    }
    qsort(c->units, c->n, sizeof *c->units, by_unit);
    return true;
}

static struct bk_str id_key(const int64_t *id)
{
    return (struct bk_str){(const char *)id, sizeof *id};
}

static void progress(struct reimporting *re, const struct cluster *c)
{
    for (size_t i = 0; i < c->n; i++) {
        const struct bk_kept_unit *u = &c->units[i].kept;
        for (size_t k = 0; k < u->n_sources; k++)
            re->done_bytes += u->sources[k].size;
    }
    if (re->observer->progress)
        re->observer->progress(re->observer->self, c->units[0].kept.path,
                               re->done_bytes, re->total_bytes, 0);
}

static bool rebuild_with_partners(struct reimporting *re, int64_t id,
                                  struct bk_map *done, struct bk_err *err)
{
    struct cluster c = {0};
    if (on_interrupted(re))
        return bk_fail(err, BK_ESYS, "interrupted");
    bool ok = find_cluster(re, id, &c, err) && rebuild_cluster(re, &c, err);
    for (size_t i = 0; i < c.n; i++) {
        bk_archive_state_free(c.units[i].before);
        bk_map_put(re->arena, done, bk_dup(re->arena, id_key(&c.units[i].kept.id)), re);
    }
    if (ok)
        progress(re, &c);
    return ok;
}

static bool rebuild_all(struct reimporting *re, const struct choice *c,
                        struct bk_err *err)
{
    struct bk_map done = {0};
    for (size_t i = 0; i < c->n; i++) {
        struct bk_arena_mark mark = bk_arena_mark(re->unit);
        if (!bk_map_get(&done, id_key(&c->ids[i])) &&
            !rebuild_with_partners(re, c->ids[i], &done, err))
            return false;
        bk_arena_release(re->unit, mark);
    }
    return true;
}

static bool rebuild_chosen(struct reimporting *re, const struct choice *c,
                           struct bk_err *err)
{
    struct bk_err ending = {0};
    if (!re->options->dry_run)
        return rebuild_all(re, c, err);
    /* What one unit's new runs do to another's shows only when all are rebuilt. */
    if (!bk_archive_hold(re->to, err))
        return false;
    bool ok = rebuild_all(re, c, err);
    if (!bk_archive_release(re->to, false, &ending) && ok) {
        *err = ending;
        return false;
    }
    return ok;
}

bool bk_reimport(struct bk_archive *ar, const struct bk_reimport_options *options,
                 const struct bk_reimport_observer *observer, struct bk_err *err)
{
    struct reimporting re = {
        .to = ar,
        .from = ar,
        .options = options,
        .observer = observer,
        .arena = bk_arena_new(),
        .unit = bk_arena_new(),
        .files = {.file = on_file, .interrupted = on_interrupted},
    };
    struct choice c = {0};
    re.files.self = &re;
    bool ok = choose(&re, &c, err) && rebuild_chosen(&re, &c, err);
    close_context(&re);
    bk_arena_free(re.unit);
    bk_arena_free(re.arena);
    return ok;
}

/* --- another warehouse --- */

enum {
    APPLICATION_ID = 68 /* its place in a SQLite file, big-endian */
};

static bool is_database(struct bk_str head, uint32_t *application)
{
    static const char magic[] = "SQLite format 3";
    *application = 0;
    if (head.len < APPLICATION_ID + 4 || memcmp(head.ptr, magic, sizeof magic) != 0)
        return false;
    for (size_t i = 0; i < 4; i++)
        *application = *application << 8 | (unsigned char)head.ptr[APPLICATION_ID + i];
    return true;
}

/* What was written last may stand in the log beside the file, the mark too. */
static bool is_marked_in_log(struct bk_str path)
{
    struct bk_db *db = NULL;
    struct bk_err ignored = {0};
    struct bk_arena *a = bk_arena_new();
    bool is = bk_db_open(&db, bk_cstr(a, path), BK_DB_READ, &ignored);
    bk_db_close(db);
    bk_arena_free(a);
    return is;
}

bool bk_is_warehouse(const struct bk_file *f)
{
    struct bk_input *input = NULL;
    struct bk_err ignored = {0};
    uint32_t application;
    if (f->kept || bk_is(f->path, "-") || !bk_file_input(f, &input, &ignored))
        return false;
    bool is = is_database(bk_input_head(input), &application);
    bk_input_close(input);
    return is && (application == BK_APPLICATION_ID ||
                  (application == 0 && is_marked_in_log(f->path)));
}

/* All its units, in order; *stored: how many were not there yet. */
static bool take_units(struct reimporting *re, size_t *stored, struct bk_err *err)
{
    int64_t *ids;
    size_t n;
    *stored = 0;
    if (!bk_archive_units(re->from, re->arena, &ids, &n, err))
        return false;
    for (size_t i = 0; i < n; i++) {
        struct bk_kept_unit u;
        struct bk_arena_mark mark = bk_arena_mark(re->unit);
        if (on_interrupted(re))
            return bk_fail(err, BK_ESYS, "interrupted");
        if (!bk_archive_kept_unit(re->from, re->unit, ids[i], &u, err))
            return false;
        if (import_unit(re, &u, err))
            ++*stored;
        else if (re->refused || !re->there)
            return bk_wrap(err, "import %zu of %zu, '%.*s'", i + 1, n, BK_F(u.path));
        bk_arena_release(re->unit, mark);
    }
    return true;
}

/* What of the other warehouse was not taken since this one says something else. */
static struct bk_str told(const struct bk_aliases *kept, const char *what,
                          struct bk_arena *a)
{
    enum {
        MOST_SHOWN = 5
    };
    struct bk_buf b = {0};
    for (size_t i = 0; i < kept->n && i < MOST_SHOWN; i++)
        bk_buf_addf(&b, "%s'%.*s'", i > 0 ? ", " : "", BK_F(kept->items[i]));
    if (kept->n > MOST_SHOWN)
        bk_buf_addf(&b, " and %zu more", kept->n - MOST_SHOWN);
    struct bk_str text = kept->n == 0
                             ? (struct bk_str){0}
                             : bk_fmt(a, "%s: %.*s", what, BK_F(bk_buf_str(&b)));
    bk_buf_free(&b);
    return text;
}

/* What people said there, and that is new here. */
static struct bk_str told_anew(const struct bk_taken *said, struct bk_arena *a)
{
    struct bk_str text = {"", 0};
    if (said->n_new > 0)
        text = bk_fmt(a, "%lld new", (long long)said->n_new);
    if (said->n_ended > 0)
        text = bk_fmt(a, "%.*s%s%lld undone there", BK_F(text),
                      text.len > 0 ? ", " : "", (long long)said->n_ended);
    return text.len > 0 ? bk_fmt(a, "annotations and baselines: %.*s", BK_F(text))
                        : text;
}

static bool take_warehouse(struct reimporting *re, struct bk_ingesting *in,
                           struct bk_file_result *r, struct bk_err *err)
{
    struct bk_err ending = {0};
    struct bk_aliases kept = {0}, priced = {0};
    struct bk_taken said = {.n_new = 0};
    size_t stored = 0;
    bool keep = !in->options->dry_run;
    if (!bk_archive_hold(re->to, err))
        return false;
    bool ok = bk_archive_take_aliases(re->to, re->from, re->arena, &kept, err) &&
              bk_archive_take_prices(re->to, re->from, re->arena, &priced, err) &&
              take_units(re, &stored, err) &&
              bk_archive_take_said(re->to, re->from, re->arena, &said, err);
    if (!bk_archive_release(re->to, ok && keep, &ending) && ok) {
        *err = ending;
        return false;
    }
    bool new = stored > 0 || said.n_new > 0 || said.n_ended > 0;
    r->status = new ? BK_FILE_IMPORTED : BK_FILE_DUPLICATE;
    r->counts = re->counts;
    const struct bk_str texts[] = {
        told(&kept, "aliases that mean something else here stay as they are",
             re->arena),
        told(&priced, "machines that have another price here keep it", re->arena),
        told(&said.kept, "baselines that are something else here stay as they are",
             re->arena),
        told_anew(&said, re->arena),
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (texts[i].len > 0)
            r->error = bk_fmt(in->arena, "%.*s%s%.*s", BK_F(r->error),
                              r->error.len > 0 ? "; " : "", BK_F(texts[i]));
    return ok;
}

static bool no_options(const struct bk_ingesting *in, struct bk_err *err)
{
    if (in->flags.n == 0 && in->n_templates == 0 && !in->options->layout &&
        in->options->map.n == 0)
        return true;
    return bk_fail(err, BK_EINPUT,
                   "it is a warehouse: what is in it was imported with options of its "
                   "own; import it without any");
}

bool bk_ingest_warehouse(struct bk_ingesting *in, struct bk_str path,
                         struct bk_file_result *r, struct bk_err *err)
{
    const struct bk_reimport_observer observer = {
        .interrupted = in->observer ? in->observer->interrupted : NULL,
        .self = in->observer ? in->observer->self : NULL,
    };
    struct bk_db *db = NULL;
    struct reimporting re = {
        .to = in->archive,
        .observer = &observer,
        .arena = bk_arena_new(),
        .unit = bk_arena_new(),
        .files = {.file = on_file, .interrupted = on_interrupted},
    };
    re.files.self = &re;
    r->format = BK_S("benchkeep");
    bool ok = no_options(in, err) &&
              bk_db_open(&db, bk_cstr(re.arena, path), BK_DB_READ, err) &&
              bk_archive_new(&re.from, db, err);
    if (!ok && err->code == BK_EDB) /* of the other one: this import can go on */
        err->code = BK_EINPUT;
    ok = ok && take_warehouse(&re, in, r, err);
    close_context(&re);
    bk_archive_free(re.from);
    bk_db_close(db);
    bk_arena_free(re.unit);
    bk_arena_free(re.arena);
    return ok;
}
