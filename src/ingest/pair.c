/* Two expositions of one server: the run that lies between them (--before, --after). */
#include "explain.h"

#include <string.h>

struct half {
    struct bk_file file;
    bool open;
    const struct bk_importer *importer;
    struct bk_file_result r;
};

static bool open_half(struct bk_unit_work *u, struct half *h, struct bk_err *err)
{
    struct bk_input *input = NULL;
    if (!bk_unit_open(u->in, u->arena, &h->file, h->r.path, err))
        return false;
    h->open = true;
    if (!bk_file_input(&h->file, &input, err))
        return false;
    bool ok = bk_unit_choose(u->in, input, &h->importer, err);
    bk_explain_bids(u->in, h->r.path, input);
    bk_input_close(input);
    if (!ok || !bk_file_settle(u->arena, &h->file, bk_unit_interrupt(u->in), err))
        return false;
    memcpy(h->r.sha256, h->file.sha256, sizeof h->r.sha256);
    h->r.redactions = h->file.redactions;
    h->r.format = bk_str(h->importer->name);
    return true;
}

static bool run_importer(struct bk_unit_work *u, const struct half *before,
                         const struct half *after, struct bk_err *err)
{
    const struct bk_importer *imp = after->importer;
    struct bk_input *first = NULL, *second = NULL;
    if (imp != before->importer || !imp->import_pair)
        return bk_fail(err, BK_EINPUT,
                       "--before and --after take two expositions of one format, not "
                       "'%s' and '%s'",
                       before->importer->name, imp->name);
    if (!bk_unit_dict(u->in, err))
        return false;
    struct bk_importing im = {
        .arena = u->arena,
        .dict = u->in->dict,
        .sink = &u->sink,
        .format = bk_str(imp->name),
        .taken_ns = u->in->taken_ns,
        .explain = u->in->explain != NULL,
    };
    return bk_unit_input(u, &before->file, &first, err) &&
           bk_unit_input(u, &after->file, &second, err) &&
           imp->import_pair(first, second, &im, err);
}

/* The later one is source 0: what importers say of "the" source is about it. */
static bool add_half(struct bk_unit_work *u, struct half *h, struct bk_err *err)
{
    int64_t id = 0;
    struct bk_str noted = u->in->options->dry_run ? (struct bk_str){0} : h->r.path;
    if (!bk_archive_find_source(u->in->archive, h->r.sha256, noted, &id, err))
        return false;
    size_t i = bk_unit_member(u, &h->file, h->r.format, h->importer->version);
    u->members[i].known = id != 0;
    return true;
}

static bool import_pair(struct bk_unit_work *u, struct half *before, struct half *after,
                        struct bk_err *err)
{
    bool nothing_new = false;
    if (!open_half(u, before, err) || !open_half(u, after, err))
        return false;
    if (!add_half(u, after, err) || !add_half(u, before, err) ||
        !run_importer(u, before, after, err) ||
        !bk_unit_context(u, after->r.path, NULL, err) ||
        !bk_unit_drop_known(u, &nothing_new, err))
        return false;
    before->r.status = after->r.status = BK_FILE_DUPLICATE;
    if (nothing_new)
        return true;
    if (!bk_unit_store(u, err))
        return false;
    before->r.status = u->members[1].known ? BK_FILE_DUPLICATE : BK_FILE_IMPORTED;
    after->r.status = BK_FILE_IMPORTED;
    after->r.counts = u->counts;
    return true;
}

bool bk_ingest_pair(struct bk_ingesting *in, const char *before, const char *after,
                    struct bk_err *err)
{
    struct bk_unit_work u;
    struct bk_err why = {0};
    struct half b = {.r = {.path = bk_str(before)}}, a = {.r = {.path = bk_str(after)}};
    bk_unit_init(&u, in, bk_str(after));
    bool ok = import_pair(&u, &b, &a, &why);
    if (ok) {
        bk_unit_tell(in, &b.r);
        bk_unit_tell(in, &a.r);
    } else {
        struct half *bad = b.r.sha256[0] != '\0' ? &a : &b;
        bk_unit_tell_failed(in, &bad->r, &why);
    }
    bk_unit_finish(&u);
    if (b.open)
        bk_file_close(&b.file);
    if (a.open)
        bk_file_close(&a.file);
    bk_unit_free(&u);
    if (ok || !bk_unit_fatal(&why))
        return true;
    *err = why;
    return false;
}
