/* An import as a whole: options into context, paths into units, unit after unit. */
#include "internal.h"

#include <stdlib.h>
#include <string.h>

struct group { /* the entries of one folder */
    const struct bk_entry **entries;
    size_t n;
};

/* --- options --- */

static void say_flag(struct bk_ingesting *in, const char *name, const char *flag,
                     const char *value)
{
    if (value && *value)
        bk_say(in->arena, &in->flags, bk_str(name), bk_str(value), bk_str(flag));
}

static bool say_settings(struct bk_ingesting *in, struct bk_err *err)
{
    const struct bk_strings *set = &in->options->set;
    for (size_t i = 0; i < set->n; i++) {
        struct bk_str key, value = bk_cut(bk_str(set->items[i]), '=', &key);
        if (!value.ptr || bk_trim(key).len == 0)
            return bk_fail(err, BK_EUSAGE, "--set takes KEY=VALUE, not '%s'",
                           set->items[i]);
        bk_say(in->arena, &in->flags, bk_trim(key), value,
               bk_fmt(in->arena, "--set %.*s", BK_F(bk_trim(key))));
    }
    return true;
}

static bool flag_context(struct bk_ingesting *in, struct bk_err *err)
{
    const struct bk_import_options *o = in->options;
    bool zoned;
    in->taken_ns = BK_NO_TIME;
    if (o->started_at && !bk_guess_time(bk_str(o->started_at), (struct bk_str){0},
                                        &in->taken_ns, &zoned))
        return bk_fail(err, BK_EUSAGE,
                       "--started-at takes a time like 2026-02-14T10:39:42Z, not '%s'",
                       o->started_at);
    if (!say_settings(in, err))
        return false;
    say_flag(in, "session", "--session", o->session);
    say_flag(in, "hardware", "--hardware", o->hardware);
    say_flag(in, "model", "--model", o->model);
    say_flag(in, "workload", "--workload", o->workload);
    say_flag(in, "engine", "--engine", o->engine);
    say_flag(in, "started_at", "--started-at", o->started_at);
    return true;
}

static bool timing_options(struct bk_ingesting *in, struct bk_err *err)
{
    const struct bk_strings *t = &in->options->timing;
    for (size_t i = 0; i < t->n; i++) {
        struct bk_timing_rule *r = BK_PUSH(in->arena, in->timings, in->n_timings);
        struct bk_str rest = bk_cut(bk_str(t->items[i]), ':', &r->metric);
        r->match = bk_cut(rest, ':', &r->unit);
        r->glob = BK_S("*");
        regex_t re;
        if (r->metric.len == 0 || !rest.ptr || r->match.len == 0)
            return bk_fail(err, BK_EUSAGE, "--timing takes METRIC:UNIT:REGEX, not '%s'",
                           t->items[i]);
        int rc = regcomp(&re, bk_cstr(in->arena, r->match), REG_EXTENDED | REG_NOSUB);
        if (rc != 0) {
            char why[200];
            regerror(rc, &re, why, sizeof why);
            return bk_fail(err, BK_EUSAGE, "--timing '%s': %s", t->items[i], why);
        }
        regfree(&re);
    }
    return true;
}

static bool template_options(struct bk_ingesting *in, struct bk_err *err)
{
    const struct bk_strings *t = &in->options->from_path;
    for (size_t i = 0; i < t->n; i++) {
        if (!bk_path_check(in->arena, bk_str(t->items[i]), err))
            return bk_wrap(err, "--from-path '%s'", t->items[i]);
        *BK_PUSH(in->arena, in->templates, in->n_templates) = bk_str(t->items[i]);
    }
    return true;
}

static bool layout_option(struct bk_ingesting *in, struct bk_err *err)
{
    const char *path = in->options->layout;
    if (!path)
        return true;
    if (in->replay ? !bk_layout_parse(in->arena, bk_str(path), in->layout_text,
                                      &in->layout, err)
                   : !bk_layout_read(in->arena, path, &in->layout, err))
        return false;
    for (size_t i = 0; i < in->layout.n_templates; i++)
        *BK_PUSH(in->arena, in->templates, in->n_templates) = in->layout.templates[i];
    for (size_t i = 0; i < in->layout.n_timings; i++)
        *BK_PUSH(in->arena, in->timings, in->n_timings) = in->layout.timings[i];
    return true;
}

static bool format_option(struct bk_ingesting *in, struct bk_err *err)
{
    const char *name = in->options->input_format;
    if (!name)
        return true;
    in->forced = bk_importer_asked(in->arena, name, err);
    return in->forced != NULL;
}

/* The options as lines 'name=value', \n and \ escaped: with them a later reimport does
 * what this import did, also when the layout file has changed since. */
void bk_context_line(struct bk_buf *b, const char *name, struct bk_str value)
{
    bk_buf_addf(b, "%s=", name);
    for (size_t i = 0; i < value.len; i++) {
        if (value.ptr[i] == '\n')
            bk_buf_add(b, BK_S("\\n"));
        else if (value.ptr[i] == '\\')
            bk_buf_add(b, BK_S("\\\\"));
        else
            bk_buf_addc(b, value.ptr[i]);
    }
    bk_buf_addc(b, '\n');
}

static void add_line(struct bk_buf *b, const char *name, struct bk_str value)
{
    struct bk_buf clean = {0};
    bk_redact(value, &clean);
    bk_context_line(b, name, bk_buf_str(&clean));
    bk_buf_free(&clean);
}

static void context_text(struct bk_ingesting *in)
{
    struct bk_buf b = {0};
    for (const struct bk_opt *o = bk_import_opts; o->type != BK_OPT_END; o++) {
        const char *field = (const char *)in->options + o->offset;
        if (o->type == BK_OPT_TEXT) {
            const char *value;
            memcpy(&value, field, sizeof value);
            if (value)
                add_line(&b, o->name, bk_str(value));
        } else if (o->type == BK_OPT_LIST) {
            struct bk_strings list;
            memcpy(&list, field, sizeof list);
            for (size_t i = 0; i < list.n; i++)
                add_line(&b, o->name, bk_str(list.items[i]));
        }
    }
    /* As it is: it names the variables of other files, not their values. */
    if (in->layout.text.len > 0)
        bk_context_line(&b, "layout-text", in->layout.text);
    in->context = bk_dup(in->arena, bk_buf_str(&b));
    bk_buf_free(&b);
}

bool bk_ingest_prepare(struct bk_ingesting *in, struct bk_err *err)
{
    if (!format_option(in, err) || !template_options(in, err) ||
        !timing_options(in, err) || !layout_option(in, err) || !flag_context(in, err))
        return false;
    if ((in->options->before == NULL) != (in->options->after == NULL))
        return bk_fail(err, BK_EUSAGE, "--before and --after go together");
    if (in->options->explain && !in->options->dry_run)
        return bk_fail(err, BK_EUSAGE,
                       "--explain stores nothing: it goes together with --dry-run");
    if (!in->replay)
        context_text(in);
    /* A malformed --map is told before any file is read. */
    return in->options->map.n == 0 || bk_unit_dict(in, err);
}

/* --- paths --- */

static bool is_result_file(const struct bk_ingesting *in, struct bk_str path)
{
    for (size_t i = 0; in->layout.per_directory && i < in->layout.n_results; i++) {
        if (bk_glob(in->layout.results[i], bk_path_base(path)))
            return true;
    }
    return false;
}

static void walk_paths(struct bk_ingesting *in, const struct bk_strings *paths,
                       struct bk_walk *w)
{
    for (size_t i = 0; i < paths->n; i++) {
        size_t before = w->n;
        bk_walk_add(in->arena, w, paths->items[i]);
        if (w->n == before + 1 && bk_is(w->entries[before].path, paths->items[i]) &&
            w->entries[before].size >= 0 && is_result_file(in, w->entries[before].path))
            bk_walk_add_siblings(in->arena, w, paths->items[i]);
    }
    if (!in->layout.per_directory) /* there the layout says what makes a run */
        bk_ingest_add_companions(in, w);
    for (size_t i = 0; i < w->n; i++)
        in->total_bytes += w->entries[i].size > 0 ? w->entries[i].size : 0;
}

/* Entries by folder, folders in the order in which they were first met. */
static size_t group_by_folder(struct bk_arena *a, const struct bk_walk *w,
                              struct group ***groups)
{
    struct bk_map folders = {0};
    size_t n = 0;
    for (size_t i = 0; i < w->n; i++) {
        struct bk_str dir = bk_path_dir(w->entries[i].path);
        struct group *g = bk_map_get(&folders, dir);
        if (!g) {
            g = bk_alloc(a, sizeof *g);
            bk_map_put(a, &folders, dir, g);
            *BK_PUSH(a, *groups, n) = g;
        }
        *BK_PUSH(a, g->entries, g->n) = &w->entries[i];
    }
    return n;
}

bool bk_ingest_group(struct bk_ingesting *in, const struct bk_entry *const *entries,
                     size_t n, struct bk_err *err)
{
    if (bk_ingest_is_run_folder(in, entries, n))
        return bk_ingest_folder(in, entries, n, err);
    return bk_ingest_files(in, entries, n, err);
}

static bool import_all(struct bk_ingesting *in, const struct bk_strings *paths,
                       struct bk_err *err)
{
    struct bk_walk w = {0};
    struct group **groups = NULL;
    if (in->options->before &&
        !bk_ingest_pair(in, in->options->before, in->options->after, err))
        return false;
    walk_paths(in, paths, &w);
    size_t n = group_by_folder(in->arena, &w, &groups);
    for (size_t i = 0; i < n; i++) {
        if (bk_unit_interrupted(in, err) ||
            !bk_ingest_group(in, groups[i]->entries, groups[i]->n, err))
            return false;
    }
    return !bk_unit_interrupted(in, err);
}

bool bk_ingest(struct bk_archive *ar, const struct bk_import_options *options,
               const struct bk_strings *paths,
               const struct bk_ingest_observer *observer, struct bk_err *err)
{
    struct bk_ingesting in = {
        .archive = ar,
        .options = options,
        .observer = observer,
        .arena = bk_arena_new(),
        .explain = observer ? observer->explain : NULL,
    };
    bool ok = bk_ingest_prepare(&in, err) && import_all(&in, paths, err);
    bk_layout_free(&in.layout);
    bk_arena_free(in.arena);
    return ok;
}
