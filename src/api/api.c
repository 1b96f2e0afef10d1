/* The public interface over the rooms below: handles, status codes, messages. */
#include "api.h"

#include "../base/arena.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "../base/file.h"
#include "../query/select.h"

struct bk_warehouse {
    struct bk_db *db; /* NULL after a failed bk_open */
    struct bk_archive *archive;
    struct bk_err err;
};

struct bk_answer {
    struct bk_arena *arena; /* of the parsed arguments */
    struct bk_report *report;
    bk_warehouse *warehouse;
};

/* --- what the command line uses too --- */

struct bk_db *bk_api_db(bk_warehouse *w)
{
    return w->db;
}

bool bk_api_archive(bk_warehouse *w, struct bk_archive **ar, struct bk_err *err)
{
    if (!w->archive && !bk_archive_new(&w->archive, w->db, err))
        return false;
    *ar = w->archive;
    return true;
}

void bk_api_own_process(void)
{
    bk_memory_own_process();
    bk_db_own_process();
}

bool bk_api_open(bk_warehouse **w, const char *path, bk_open_mode mode,
                 struct bk_err *err)
{
    static const enum bk_db_mode modes[] = {
        [BK_OPEN_READ] = BK_DB_READ,
        [BK_OPEN_WRITE] = BK_DB_WRITE,
        [BK_OPEN_MIGRATE] = BK_DB_MIGRATE,
    };
    *w = bk_realloc(NULL, sizeof **w);
    **w = (struct bk_warehouse){0};
    return bk_db_open(&(*w)->db, path, modes[mode], err);
}

bool bk_api_open_memory(bk_warehouse **w, struct bk_err *err)
{
    *w = bk_realloc(NULL, sizeof **w);
    **w = (struct bk_warehouse){0};
    return bk_db_open_memory(&(*w)->db, err);
}

bool bk_api_ask(bk_warehouse *w, const struct bk_question *q, const void *args,
                const struct bk_strings *positional, const struct bk_strings *where,
                struct bk_report **report, struct bk_err *err)
{
    struct bk_report *r = bk_report_new(q->name);
    *report = NULL;
    if (!q->ask(w->db, args, positional, where, r, err)) {
        bk_report_free(r);
        return false;
    }
    *report = r;
    return true;
}

bool bk_api_run_ids(bk_warehouse *w, struct bk_arena *a, const struct bk_strings *where,
                    const int64_t **ids, size_t *n, struct bk_err *err)
{
    struct bk_filter filter;
    struct bk_run_list runs;
    if (!bk_filter_parse(a, w->db, where, &filter, err) ||
        !bk_runs_load(w->db, a, &filter, &runs, err))
        return false;
    int64_t *list = bk_alloc_array(a, runs.n + 1, sizeof *list);
    for (size_t i = 0; i < runs.n; i++)
        list[i] = runs.rows[i].id;
    *ids = list;
    *n = runs.n;
    return true;
}

bool bk_api_check_positional(const char *command, const char *usage,
                             const struct bk_strings *positional, size_t min,
                             size_t max, struct bk_err *err)
{
    if (positional->n < min)
        return bk_fail(err, BK_EUSAGE, "'%s' needs %s (see 'benchkeep %s -h')", command,
                       usage && *usage ? usage : "arguments", command);
    if (positional->n > max)
        return bk_fail(err, BK_EUSAGE, "'%s' does not know what to do with '%.80s'",
                       command, positional->items[max]);
    return true;
}

bool bk_api_lang(const char *name, enum bk_lang *lang)
{
    static const char *const names[] = {[BK_EN] = "en", [BK_PT] = "pt", [BK_RU] = "ru"};
    *lang = BK_EN;
    if (!name)
        return true;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(names[i], name) == 0) {
            *lang = (enum bk_lang)i;
            return true;
        }
    }
    return false;
}

/* --- the public interface --- */

static bk_status_code failed(bk_warehouse *w, const struct bk_err *err)
{
    w->err = *err;
    return (bk_status_code)bk_exit_status(err->code);
}

const char *bk_version(void)
{
    return BENCHKEEP_VERSION;
}

bk_status_code bk_open(const char *path, bk_open_mode mode, bk_warehouse **w)
{
    struct bk_err err = {0};
    if (bk_api_open(w, path, mode, &err))
        return BK_STATUS_OK;
    return failed(*w, &err);
}

void bk_close(bk_warehouse *w)
{
    if (!w)
        return;
    bk_archive_free(w->archive);
    bk_db_close(w->db);
    free(w);
}

const char *bk_message(const bk_warehouse *w)
{
    return w->err.msg;
}

struct told { /* the observer behind a public callback */
    bk_file_callback callback;
    void *self;
    bool failed;
};

static void tell(void *self, const struct bk_file_result *r)
{
    static const char *const names[] = {
        [BK_FILE_IMPORTED] = "imported",
        [BK_FILE_DUPLICATE] = "duplicate",
        [BK_FILE_SKIPPED] = "skipped",
        [BK_FILE_FAILED] = "failed",
    };
    struct told *t = self;
    t->failed = t->failed || r->status == BK_FILE_FAILED;
    if (!t->callback)
        return;
    struct bk_arena *a = bk_arena_new();
    t->callback(t->self, bk_cstr(a, r->path), bk_cstr(a, r->format), names[r->status],
                bk_cstr(a, r->error));
    bk_arena_free(a);
}

static bool import(bk_warehouse *w, int argc, const char *const *argv, struct told *t,
                   struct bk_err *err)
{
    struct bk_arena *a = bk_arena_new();
    struct bk_import_options options = {0};
    struct bk_strings paths = {0};
    struct bk_archive *archive;
    const struct bk_ingest_observer observer = {.file = tell, .self = t};
    bool ok = bk_opt_parse(a, bk_import_opts, &options, NULL, NULL, argc, argv, &paths,
                           err) &&
              bk_api_archive(w, &archive, err) &&
              bk_ingest(archive, &options, &paths, &observer, err);
    bk_arena_free(a);
    return ok;
}

static bool is_open(bk_warehouse *w, struct bk_err *err)
{
    w->err = (struct bk_err){0};
    return w->db || bk_fail(err, BK_EDB, "the warehouse is not open");
}

bk_status_code bk_import(bk_warehouse *w, int argc, const char *const *argv,
                         bk_file_callback told, void *self)
{
    struct told t = {.callback = told, .self = self};
    struct bk_err err = {0};
    if (!is_open(w, &err) || !import(w, argc, argv, &t, &err))
        return failed(w, &err);
    return t.failed ? BK_STATUS_INPUT : BK_STATUS_OK;
}

/* The filter that every question takes. */
struct common {
    struct bk_strings where;
};
static const struct bk_opt common_options[] = {
    {0, "where", BK_OPT_LIST, offsetof(struct common, where), "FILTER",
     "only runs that match: hardware=h100,workers>=8", NULL},
    {0},
};

static bool ask(bk_warehouse *w, const char *name, int argc, const char *const *argv,
                bk_answer *answer, struct bk_err *err)
{
    const struct bk_question *q = bk_question_named(name);
    struct bk_arena *a = answer->arena;
    struct common common = {0};
    struct bk_strings positional = {0};
    if (!q)
        return bk_fail(err, BK_EUSAGE, "no question is called '%.80s'", name);
    void *args = bk_alloc(a, q->args_size > 0 ? q->args_size : 1);
    return bk_opt_parse(a, q->options, args, common_options, &common, argc, argv,
                        &positional, err) &&
           bk_api_check_positional(q->name, q->args, &positional, q->min_positional,
                                   q->max_positional, err) &&
           bk_api_ask(w, q, args, &positional, &common.where, &answer->report, err);
}

bk_status_code bk_ask(bk_warehouse *w, const char *question, int argc,
                      const char *const *argv, bk_answer **answer)
{
    struct bk_err err = {0};
    *answer = NULL;
    if (!is_open(w, &err))
        return failed(w, &err);
    bk_answer *made = bk_realloc(NULL, sizeof *made);
    *made = (bk_answer){.arena = bk_arena_new(), .warehouse = w};
    if (!ask(w, question, argc, argv, made, &err)) {
        bk_answer_free(made);
        return failed(w, &err);
    }
    *answer = made;
    return (bk_status_code)made->report->exit_status;
}

static bool render(const bk_answer *answer, const char *format, const char *lang,
                   struct bk_out *out, struct bk_err *err)
{
    struct bk_render_options o = {.csv_dialect = "rfc4180"};
    const struct bk_renderer *r = bk_renderer_named(format ? format : "text");
    if (!r)
        return bk_fail(err, BK_EUSAGE, "no output is called '%.80s'", format);
    if (!bk_api_lang(lang, &o.lang))
        return bk_fail(err, BK_EUSAGE, "no language is called '%.80s'", lang);
    return r->render(answer->report, &o, out, err);
}

bk_status_code bk_render(bk_answer *answer, const char *format, const char *path,
                         const char *lang)
{
    struct bk_err err = {0};
    struct bk_out *out = NULL;
    if (!bk_out_open(&out, path, &err))
        return failed(answer->warehouse, &err);
    bool ok = render(answer, format, lang, out, &err);
    struct bk_err closing = {0};
    if (!bk_out_close(out, ok, &closing) && ok) {
        err = closing;
        ok = false;
    }
    return ok ? BK_STATUS_OK : failed(answer->warehouse, &err);
}

bk_status_code bk_render_text(bk_answer *answer, const char *format, const char *lang,
                              char **text, size_t *length)
{
    struct bk_err err = {0};
    struct bk_buf b = {0};
    struct bk_out *out = bk_out_memory(&b);
    bool ok = render(answer, format, lang, out, &err);
    struct bk_err closing = {0};
    if (!bk_out_close(out, ok, &closing) && ok) {
        err = closing;
        ok = false;
    }
    *text = NULL;
    *length = 0;
    if (!ok) {
        bk_buf_free(&b);
        return failed(answer->warehouse, &err);
    }
    bk_buf_add(&b, BK_S(""));
    bk_buf_reserve(&b, 1);
    b.ptr[b.len] = '\0';
    *text = b.ptr;
    *length = b.len;
    return BK_STATUS_OK;
}

void bk_text_free(char *text)
{
    free(text);
}

void bk_answer_free(bk_answer *answer)
{
    if (!answer)
        return;
    bk_report_free(answer->report);
    bk_arena_free(answer->arena);
    free(answer);
}
