/* One file, one unit. */
#include "explain.h"

#include <string.h>

/* Nothing to measure: what the importer said about it is the reason. */
static bool nothing_in_it(const struct bk_unit_work *u)
{
    return u->n_runs == 0 && u->n_sizings == 0 && u->n_snapshots == 0 &&
           u->n_moved == 0;
}

static void skip(struct bk_file_result *r, struct bk_str why)
{
    r->status = BK_FILE_SKIPPED;
    r->error = why;
}

/* Are the bytes new to the archive?  Waits until they are hashed. */
static bool is_new(struct bk_unit_work *u, struct bk_file *f, struct bk_file_result *r,
                   struct bk_err *err)
{
    int64_t known = 0;
    if (!bk_file_join(f, bk_unit_interrupt(u->in), err))
        return false;
    struct bk_str noted = u->in->options->dry_run ? (struct bk_str){0} : f->path;
    memcpy(r->sha256, f->sha256, sizeof r->sha256);
    r->redactions = f->redactions;
    if (u->begun) /* it was new when its first rows went into the archive */
        return true;
    if (!bk_archive_find_source(u->in->archive, f->sha256, noted, &known, err))
        return false;
    if (known != 0)
        r->status = BK_FILE_DUPLICATE;
    return known == 0;
}

/* A large file that cannot be a duplicate, by its size, is kept while it is imported. */
static bool keep_beside(struct bk_unit_work *u, struct bk_file *f, bool careful,
                        bool *beside, struct bk_err *err)
{
    bool known = false;
    *beside = false;
    if (careful || u->in->options->dry_run)
        return true;
    if (!f->in_memory &&
        !bk_archive_knows_size(u->in->archive, f->stat_size, &known, err))
        return false;
    *beside = !known && bk_file_keep_beside(f);
    return true;
}

/* Reads the records and stores them.  r gets the status; false: err says why not. */
static bool import_records(struct bk_unit_work *u, const struct bk_importer *imp,
                           struct bk_file *f, struct bk_file_result *r,
                           struct bk_err *err)
{
    bool all_known = false;
    bk_unit_member(u, f, bk_str(imp->name), imp->version);
    u->must_be_new = true;
    if (!bk_unit_import(u, imp, f, err)) {
        if (err->code == BK_ESKIP) {
            skip(r, bk_dup(u->arena, bk_str(err->msg)));
            if (!bk_file_join(f, bk_unit_interrupt(u->in), err))
                return false;
            memcpy(r->sha256, f->sha256, sizeof r->sha256);
            return true;
        }
        r->status = u->known ? BK_FILE_DUPLICATE : BK_FILE_FAILED;
        return u->known;
    }
    if (nothing_in_it(u)) {
        if (!is_new(u, f, r, err))
            return r->status == BK_FILE_DUPLICATE;
        if (u->n_findings == 0)
            return bk_fail(err, BK_EINPUT, "it looks like %s but holds no results",
                           imp->name);
        skip(r, u->findings[0]->message);
        return true;
    }
    if (!bk_unit_context(u, f->path, NULL, err) ||
        !bk_unit_drop_known(u, &all_known, err))
        return false;
    if (all_known) {
        if (!is_new(u, f, r, err))
            return r->status == BK_FILE_DUPLICATE;
        r->status = BK_FILE_DUPLICATE;
        r->error = BK_S("its runs are there already, from another file");
        return true;
    }
    bool stored = bk_unit_store(u, err);
    memcpy(r->sha256, f->sha256, sizeof r->sha256); /* known by now in any case */
    if (!stored) {
        r->status = u->known ? BK_FILE_DUPLICATE : BK_FILE_FAILED;
        return u->known;
    }
    r->counts = u->counts;
    r->status = BK_FILE_IMPORTED;
    return true;
}

/* Where nobody bids: a tree's other files are no failures once a layout says what
 * matters. */
static bool left_out(const struct bk_ingesting *in, struct bk_str name)
{
    if (!in->layout.per_directory)
        return false;
    for (size_t i = 0; i < in->layout.n_ignores; i++) {
        if (bk_glob(in->layout.ignores[i], name))
            return true;
    }
    return false;
}

static bool choose(struct bk_ingesting *in, struct bk_file *f,
                   const struct bk_importer **imp, struct bk_err *err)
{
    struct bk_input *input = NULL;
    if (!bk_file_input(f, &input, err))
        return false;
    bool ok = bk_unit_choose(in, input, imp, err);
    bk_explain_bids(in, f->path, input);
    bk_input_close(input);
    return ok;
}

static bool import_opened(struct bk_unit_work *u, struct bk_file *f, bool careful,
                          struct bk_file_result *r, struct bk_err *err)
{
    struct bk_ingesting *in = u->in;
    const struct bk_importer *imp = NULL;
    bool beside;
    if (bk_is_warehouse(f))
        return bk_ingest_warehouse(in, f->path, r, err);
    if (!choose(in, f, &imp, err)) {
        if (in->layout.per_directory && err->code == BK_EINPUT)
            skip(r, BK_S("not named by the layout, and no format that benchkeep "
                         "knows"));
        return r->status == BK_FILE_SKIPPED;
    }
    r->format = bk_str(imp->name);
    if (!keep_beside(u, f, careful, &beside, err))
        return false;
    if (!beside) {
        if (!bk_file_settle(u->arena, f, bk_unit_interrupt(in), err))
            return false;
        bk_unit_progress(in, f->path, f->read_size / 2);
        if (!is_new(u, f, r, err))
            return r->status == BK_FILE_DUPLICATE;
    }
    return import_records(u, imp, f, r, err);
}

/* One attempt; *again: it has secrets, which must be replaced before it is read. */
static bool import_entry(struct bk_ingesting *in, const struct bk_entry *entry,
                         bool careful, bool *again, struct bk_err *why)
{
    struct bk_file_result r = {.path = entry->path, .status = BK_FILE_FAILED};
    struct bk_unit_work u;
    struct bk_file f;
    bk_unit_init(&u, in, entry->path);
    bool ok = bk_unit_open(in, u.arena, &f, entry->path, why);
    bool opened = ok;
    ok = ok && import_opened(&u, &f, careful, &r, why);
    *again = opened && f.secrets;
    if (ok)
        bk_unit_tell(in, &r);
    else if (!*again)
        bk_unit_tell_failed(in, &r, why);
    bk_unit_finish(&u);
    if (opened)
        bk_file_close(&f);
    bk_unit_free(&u);
    return ok;
}

bool bk_ingest_file(struct bk_ingesting *in, const struct bk_entry *entry,
                    struct bk_err *err)
{
    struct bk_file_result r = {.path = entry->path, .status = BK_FILE_FAILED};
    struct bk_err why = {0};
    int64_t before = in->done_bytes;
    bool again;
    if (entry->error.len > 0) {
        bk_fail(&why, BK_EINPUT, "%.*s", BK_F(entry->error));
        bk_unit_tell_failed(in, &r, &why);
        return true;
    }
    if (entry->reason.len > 0 || left_out(in, bk_path_base(entry->path))) {
        skip(&r, entry->reason.len > 0 ? entry->reason : BK_S("ignored by the layout"));
        bk_unit_tell(in, &r);
        return true;
    }
    bk_unit_progress(in, entry->path, 0);
    bool ok = import_entry(in, entry, false, &again, &why);
    if (!ok && again) {
        why = (struct bk_err){0};
        ok = import_entry(in, entry, true, &again, &why);
    }
    bk_unit_progress(in, entry->path, entry->size - (in->done_bytes - before));
    if (ok || !bk_unit_fatal(&why))
        return true;
    *err = why;
    return false;
}
